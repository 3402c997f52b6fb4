// SPDX-License-Identifier: MIT
/* dst.h - where a packet goes next: the part of a route that every layer sees. */
#ifndef REFSTACK_CORE_DST_H
#define REFSTACK_CORE_DST_H

#include "base/bytes.h"
#include "base/list.h"
#include "base/types.h"

struct neighbour;
struct net;
struct net_device;
struct sk_buff;
struct sock;

enum { DST_HOST = 1, DST_NOXFRM = 2, DST_NOPOLICY = 4, DST_NOCOUNT = 8, DST_FAKE_RTABLE = 16 };
enum {
	DST_OBSOLETE_NONE = 0,
	DST_OBSOLETE_DEAD = 2,
	DST_OBSOLETE_FORCE_CHK = -1,
	DST_OBSOLETE_KILL = -2
};

/* LINUX: RTAX_*; index - 1 into metrics. */
enum {
	RTAX_LOCK = 1,
	RTAX_MTU,
	RTAX_WINDOW,
	RTAX_RTT,
	RTAX_RTTVAR,
	RTAX_SSTHRESH,
	RTAX_CWND,
	RTAX_ADVMSS,
	RTAX_REORDERING,
	RTAX_HOPLIMIT,
	RTAX_INITCWND,
	RTAX_FEATURES,
	RTAX_RTO_MIN,
	RTAX_INITRWND,
	RTAX_QUICKACK,
	RTAX_CC_ALGO,
	RTAX_FASTOPEN_NO_COOKIE,
	RTAX_MAX_PLUS1
};
enum { RTAX_MAX = RTAX_MAX_PLUS1 - 1 };
/* Bits of RTAX_FEATURES. */
enum { RTAX_FEATURE_ECN = 1, RTAX_FEATURE_TCP_USEC_TS = 1 << 4 };

struct dst_entry;

/* LINUX: struct dst_ops: what the family of a route knows about it. */
struct dst_ops {
	struct dst_entry *(*check)(struct dst_entry *dst, u32 cookie);
	u32 (*default_advmss)(const struct dst_entry *dst);
	u32 (*mtu)(const struct dst_entry *dst);
	void (*destroy)(struct dst_entry *dst);
	void (*negative_advice)(struct sock *sk, struct dst_entry *dst);
	void (*link_failure)(struct sk_buff *skb);
	void (*update_pmtu)(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb, u32 mtu);
	void (*redirect)(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb);
	struct neighbour *(*neigh_lookup)(const struct dst_entry *dst, be32 daddr);
	void (*confirm_neigh)(const struct dst_entry *dst, const be32 *daddr);
};

struct dst_entry {
	const struct dst_ops *ops;
	struct net *net;
	struct net_device *dev;
	int (*input)(struct sk_buff *skb);
	int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb);
	u32 metrics[RTAX_MAX]; /* of the route; DIVERGES(dst-metrics): own copy instead of a shared
				  one */
	u64 expires_jif;       /* 0 = never */
	u64 lastuse_jif;
	u32 refcnt;
	u16 flags;
	s16 obsolete;
	u16 header_len, trailer_len;
	s16 error;
};

/* LINUX: struct rtable. Slots of net->dst_pool. */
struct rtable {
	struct dst_entry dst; /* first */
	u32 rt_genid;
	u32 rt_flags;
	u16 rt_type;
	u8 rt_is_input;
	u8 rt_uses_gateway;
	s32 rt_iif;
	be32 rt_gw4;
	bool rt_has_gw;
	u32 rt_pmtu;
	bool rt_mtu_locked;
	struct list_head
		rt_uncached; /* member of the device's list while not in a nexthop's cache */
};

static inline struct rtable *dst_rtable(const struct dst_entry *dst)
{
	return (struct rtable *)(void *)(uintptr_t)dst;
}

/* With one reference, the caller's; NULL: no room. */
struct dst_entry *dst_alloc(const struct dst_ops *ops, struct net_device *dev, int obsolete,
			    u16 flags);
void dst_hold(struct dst_entry *dst);
void dst_release(struct dst_entry *dst);
void dst_dev_put(struct dst_entry *dst);
u32 dst_metric(const struct dst_entry *dst, u32 metric);
bool dst_metric_locked(const struct dst_entry *dst, u32 metric);
/* LINUX: dst_feature(): RTAX_FEATURE_... */
bool dst_feature(const struct dst_entry *dst, u32 feature);
/* Jiffies, from a metric of milliseconds. */
u64 dst_metric_rtt(const struct dst_entry *dst, u32 metric);
/* What the route says, or else what follows from its MTU. */
u32 dst_metric_advmss(const struct dst_entry *dst);
u32 dst_mtu(const struct dst_entry *dst);
/* LINUX: dst->dev->mtu. */
u32 dst_dev_mtu(const struct dst_entry *dst);
struct dst_entry *dst_check(struct dst_entry *dst, u32 cookie);
struct neighbour *dst_neigh_lookup(const struct dst_entry *dst, be32 daddr);
/* LINUX: dst_confirm_neigh(); daddr may be NULL. */
void dst_confirm_neigh(const struct dst_entry *dst, const be32 *daddr);
void dst_link_failure(struct sk_buff *skb);
void dst_set_expires(struct dst_entry *dst, u64 timeout_jif);
/* LINUX: skb_dst_update_pmtu(). */
void skb_dst_update_pmtu(struct sk_buff *skb, u32 mtu);
int dst_discard_out(struct net *net, struct sock *sk, struct sk_buff *skb);
int dst_discard(struct sk_buff *skb);

struct dst_entry *skb_dst(const struct sk_buff *skb);
void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst);
void skb_dst_set_noref(struct sk_buff *skb, struct dst_entry *dst);
void skb_dst_drop(struct sk_buff *skb);
bool skb_dst_force(struct sk_buff *skb);
/* LINUX: dst_output(), dst_input(). */
int dst_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int dst_input(struct sk_buff *skb);

#endif
