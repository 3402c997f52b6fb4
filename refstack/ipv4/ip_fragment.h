// SPDX-License-Identifier: MIT
/* ip_fragment.h - datagrams that wait for their missing fragments: struct ipq and where they are.
 */
#ifndef REFSTACK_IPV4_IP_FRAGMENT_H
#define REFSTACK_IPV4_IP_FRAGMENT_H

#include "base/list.h"
#include "core/cpu.h"
#include "core/skbuff.h"
#include "core/timer.h"

enum {
	IPQ_BYTES = 200, /* sizeof(struct ipq) of the pinned kernel: it counts as fragment memory */
	IPQ_CHAINS = 16
};

/* LINUX: INET_FRAG_*. */
enum { INET_FRAG_FIRST_IN = 1, INET_FRAG_LAST_IN = 2, INET_FRAG_COMPLETE = 4, INET_FRAG_DROP = 16 };

/* LINUX: struct ipq with its struct inet_frag_queue. Slots of net->frag_queue_pool. */
struct ipq {
	struct hlist_node node;
	struct net *net;
	be32 saddr, daddr;
	be16 id;
	u8 protocol;
	u32 user;
	struct timer_list timer;
	struct spinlock lock;
	struct sk_buff *runs;		/* of adjacent fragments: heads by offset, linked by next */
	struct sk_buff *fragments_tail; /* the one that reaches farthest */
	struct sk_buff *last_run_head;
	u64 stamp_ns;
	u32 len, meat; /* bytes there will be, bytes there are */
	u32 flags;
	u16 max_size, max_df_size;
	u8 ecn;
	s32 iif;
	struct inet_peer *peer; /* of the source; NULL: its fragments are not counted */
	u32 rid;		/* its count of fragments when this queue last got one */
};

/* LINUX: struct fqdir. */
struct ip_fragments {
	struct hlist_head chain[IPQ_CHAINS]; /* by source: the queues of one are all in one chain */
	u64 mem;			     /* LINUX: frag_mem_limit() */
	u32 nqueues;
};

/* The fragment that follows in the same run; for checks. */
const struct sk_buff *frag_run_next(const struct sk_buff *skb);
void ip_fragments_check(const struct net *net);

#endif
