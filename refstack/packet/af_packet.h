// SPDX-License-Identifier: MIT
/* af_packet.h - packet sockets: whole frames, past the protocols. */
#ifndef REFSTACK_PACKET_AF_PACKET_H
#define REFSTACK_PACKET_AF_PACKET_H

#include "core/filter.h"
#include "core/netdevice.h"
#include "core/sock.h"

/* LINUX: struct packet_mclist: what a socket asks a device to listen to. */
struct packet_mclist {
	struct packet_mclist *next; /* the older one */
	s32 ifindex;
	s32 count;
	u16 type, alen;
	u8 addr[MAX_ADDR_LEN];
};

/* LINUX: enum packet_sock_flags: bits of po->flags. */
enum packet_sock_flags {
	PACKET_SOCK_ORIGDEV,
	PACKET_SOCK_AUXDATA,
	PACKET_SOCK_TX_HAS_OFF,
	PACKET_SOCK_TP_LOSS,
	PACKET_SOCK_RUNNING,
	PACKET_SOCK_PRESSURE,
	PACKET_SOCK_QDISC_BYPASS
};

/* LINUX: struct packet_rollover: of a member of a group that gives on what it has no room for. */
enum { ROLLOVER_HLEN = 16 };
struct packet_rollover {
	u32 sock; /* where the search begins */
	u64 num, num_huge, num_failed;
	u32 history[ROLLOVER_HLEN]; /* hashes of flows that came lately */
};

/* LINUX: struct packet_fanout: sockets that share what comes. Its members are in a list instead of
 * a table: the first one is number 0.
 */
struct packet_fanout {
	struct net *net;
	u32 num_members, max_num_members;
	u16 id;
	u8 type, flags;
	u32 rr_cur;
	bool has_prog;
	struct bpf_prog bpf_prog;
	struct list_head list;	  /* among the kernel's */
	struct list_head members; /* by fanout_node */
	u32 sk_ref;
	struct packet_type prot_hook;
};

struct packet_sock {
	struct sock sk; /* first */
	struct packet_fanout *fanout;
	struct list_head fanout_node;
	struct list_head sk_list; /* among the net's, the oldest first */
	u32 tp_packets, tp_drops; /* since somebody asked */
	s32 copy_thresh;
	u32 flags;
	s32 ifindex; /* bound to; -1: that is gone */
	u8 vnet_hdr_sz;
	bool has_rollover;
	u8 tp_version;
	be16 num;
	u32 tp_reserve, tp_tstamp;
	struct packet_rollover rollover;
	struct packet_mclist *mclist;
	struct net_device *cached_dev; /* that it is bound to */
	struct packet_type prot_hook;
};

static inline struct packet_sock *pkt_sk(const struct sock *sk)
{
	return (struct packet_sock *)(void *)(uintptr_t)sk;
}
static inline bool packet_sock_flag(const struct packet_sock *po, enum packet_sock_flags flag)
{
	return (po->flags >> flag & 1) != 0;
}
static inline void packet_sock_flag_set(struct packet_sock *po, enum packet_sock_flags flag,
					bool val)
{
	po->flags = (po->flags & ~(1u << flag)) | (u32)val << flag;
}

extern const struct proto packet_prot;
void packet_init(struct net *net);

#endif
