// SPDX-License-Identifier: MIT
/* inet_timewait_sock.h - what is left of a connection in TIME-WAIT, or of an orphan in FIN-WAIT-2.
 * LINUX: include/net/inet_timewait_sock.h, struct tcp_timewait_sock.
 */
#ifndef REFSTACK_IPV4_INET_TIMEWAIT_SOCK_H
#define REFSTACK_IPV4_INET_TIMEWAIT_SOCK_H

#include "core/sock.h"

struct inet_bind_bucket;
struct inet_bind2_bucket;

struct inet_timewait_death_row {
	u32 tw_refcount; /* how many there are */
};

/* One slot of net->tw_pool: LINUX: struct inet_timewait_sock, struct tcp_timewait_sock. */
struct inet_timewait_sock {
	struct sock_common common; /* first */
	u8 tw_substate;		   /* TCP_FIN_WAIT2 or TCP_TIME_WAIT */
	u8 tw_rcv_wscale, tw_tos;
	bool tw_transparent, tw_usec_ts;
	u32 tw_mark, tw_priority, tw_txhash;
	be16 tw_sport;
	struct timer_list tw_timer;
	struct inet_bind_bucket *tw_tb;
	struct inet_bind2_bucket *tw_tb2;
};
#define tw_daddr	common.skc_daddr
#define tw_rcv_saddr	common.skc_rcv_saddr
#define tw_dport	common.skc_dport
#define tw_num		common.skc_num
#define tw_hash		common.skc_hash
#define tw_family	common.skc_family
#define tw_state	common.skc_state
#define tw_reuse	common.skc_reuse
#define tw_reuseport	common.skc_reuseport
#define tw_bound_dev_if common.skc_bound_dev_if
#define tw_refcnt	common.skc_refcnt
#define tw_cookie	common.skc_cookie

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk; /* first */
	u32 tw_rcv_nxt, tw_snd_nxt;	 /* LINUX: skc_tw_rcv_nxt, skc_tw_snd_nxt */
	u32 tw_rcv_wnd, tw_ts_offset, tw_ts_recent;
	u32 tw_last_oow_ack_time; /* jiffies */
	u32 tw_ts_recent_stamp;	  /* seconds */
	u32 tw_tx_delay;
	u32 tw_entry_stamp; /* ms */
};

static inline struct inet_timewait_sock *inet_twsk(const struct sock *sk)
{
	return (struct inet_timewait_sock *)(void *)(uintptr_t)sk;
}
static inline struct tcp_timewait_sock *tcp_twsk(const struct sock *sk)
{
	return (struct tcp_timewait_sock *)(void *)(uintptr_t)sk;
}
static inline struct sock *twsk_to_sk(struct inet_timewait_sock *tw)
{
	return (struct sock *)(void *)tw;
}
static inline struct net *twsk_net(const struct inet_timewait_sock *tw)
{
	return tw->common.skc_net;
}

/* NULL: no room, or more than net.ipv4.tcp_max_tw_buckets. */
struct inet_timewait_sock *inet_twsk_alloc(const struct sock *sk, int state);
void inet_twsk_free(struct inet_timewait_sock *tw);
void inet_twsk_put(struct inet_timewait_sock *tw);
/* LINUX: inet_twsk_hashdance_schedule(): it takes the socket's places in the tables. */
void inet_twsk_hashdance_schedule(struct inet_timewait_sock *tw, struct sock *sk, u64 timeo);
/* LINUX: __inet_twsk_schedule(). */
void inet_twsk_schedule(struct inet_timewait_sock *tw, u64 timeo, bool rearm);
static inline void inet_twsk_reschedule(struct inet_timewait_sock *tw, u64 timeo)
{
	inet_twsk_schedule(tw, timeo, true);
}
void inet_twsk_deschedule_put(struct inet_timewait_sock *tw);
void inet_twsk_bind_unhash(struct inet_timewait_sock *tw);
void inet_twsk_purge(struct net *net);

#endif
