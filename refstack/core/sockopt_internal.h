// SPDX-License-Identifier: MIT
/* sockopt_internal.h - what the files of SOL_SOCKET's options share. */
#ifndef REFSTACK_CORE_SOCKOPT_INTERNAL_H
#define REFSTACK_CORE_SOCKOPT_INTERNAL_H

#include "core/sock.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

struct so_set {
	struct sock *sk;
	struct task *task;
	int optname;
	s32 val; /* the first four bytes */
	uptr optval;
	u32 optlen;
};

struct so_get {
	struct sock *sk;
	struct task *task;
	int optname;
	uptr optval;
	u32 len; /* room that the program has */
	u32 lv;	 /* bytes that there are */
	u8 out[40];
	bool copied; /* what there is has been copied, and len says how much */
};

static inline bool capable(const struct so_set *a, u32 cap)
{
	return ns_capable(a->task, cap);
}

static inline bool capable_net(const struct so_set *a)
{
	return capable(a, CAP_NET_RAW) || capable(a, CAP_NET_ADMIN);
}

static inline void sock_valbool_flag(struct sock *sk, enum sock_flags flag, bool on)
{
	if (on)
		sock_set_flag(sk, flag);
	else
		sock_reset_flag(sk, flag);
}

static inline int get_int(struct so_get *g, s32 v)
{
	put_le32(g->out, (u32)v);
	return 0;
}

static inline int get_u64(struct so_get *g, u64 v)
{
	put_le64(g->out, v);
	g->lv = 8;
	return 0;
}

/* sockopt_time.c: time stamps, and how long to wait. */
int so_set_timestamp(struct so_set *a);
int so_get_timestamp(struct so_get *g);
int so_set_timestamping(struct so_set *a);
int so_get_timestamping(struct so_get *g);
int so_set_rcvlowat(struct so_set *a);
int so_get_rcvlowat(struct so_get *g);
int so_get_sndlowat(struct so_get *g);
int so_set_timeo(struct so_set *a);
int so_get_timeo(struct so_get *g);
int so_set_busy_poll(struct so_set *a);
int so_get_busy_poll(struct so_get *g);
int so_set_prefer_busy_poll(struct so_set *a);
int so_get_prefer_busy_poll(struct so_get *g);
int so_set_busy_poll_budget(struct so_set *a);

#endif
