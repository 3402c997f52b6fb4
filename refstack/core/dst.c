// SPDX-License-Identifier: MIT
/* dst.c - the part of a route that every layer holds: references, metrics, and the packet's link to
 * it.
 *
 * Path: steps 4 and 108. Called by everything that sends or receives.
 * Rules: LINUX: net/core/dst.c, include/net/dst.h, include/linux/skbuff.h.
 * DIVERGES(no-blackhole-netdev): a route whose device is gone points to lo, as Linux's to its
 * blackhole device: such a route carries nothing, and its MTU is asked for by dst_dev_mtu().
 */
#include "core/dst.h"

#include "core/netdevice.h"

struct dst_entry *dst_alloc(const struct dst_ops *ops, struct net_device *dev, int obsolete,
			    u16 flags)
{
	struct net *net = dev_net(dev);
	struct rtable *rt = pool_zalloc(&net->dst_pool);

	if (rt == NULL)
		return NULL;
	INIT_LIST_HEAD(&rt->rt_uncached);
	rt->dst.ops = ops;
	rt->dst.net = net;
	rt->dst.dev = dev;
	rt->dst.input = dst_discard;
	rt->dst.output = dst_discard_out;
	rt->dst.obsolete = (s16)obsolete;
	rt->dst.refcnt = 1;
	rt->dst.lastuse_jif = net_jiffies(net);
	rt->dst.flags = flags;
	return &rt->dst;
}

void dst_hold(struct dst_entry *dst)
{
	assert(dst->refcnt > 0);
	dst->refcnt++;
}

void dst_release(struct dst_entry *dst)
{
	if (dst == NULL)
		return;
	assert(dst->refcnt > 0);
	if (--dst->refcnt != 0)
		return;
	dst->ops->destroy(dst);
	pool_free(&dst->net->dst_pool, dst_rtable(dst));
}

/* The route is taken out of its cache: whoever still holds it finds out at the next check. */
void dst_dev_put(struct dst_entry *dst)
{
	dst->obsolete = DST_OBSOLETE_DEAD;
	dst->input = dst_discard;
	dst->output = dst_discard_out;
	dst->dev = dst->net->loopback_dev;
}

/* LINUX: blackhole_netdev_setup(): ETH_MIN_MTU. */
u32 dst_dev_mtu(const struct dst_entry *dst)
{
	enum { BLACKHOLE_MTU = 68 };

	return dst->obsolete == DST_OBSOLETE_DEAD ? BLACKHOLE_MTU : dst->dev->mtu;
}

/* LINUX: dst_metric(), dst_metric_raw(): what the route says; 0 = nothing. */
u32 dst_metric(const struct dst_entry *dst, u32 metric)
{
	assert(metric > 0);
	assert(metric <= RTAX_MAX);
	return dst->metrics[metric - 1];
}

bool dst_metric_locked(const struct dst_entry *dst, u32 metric)
{
	return (dst_metric(dst, RTAX_LOCK) >> metric & 1) != 0;
}

bool dst_feature(const struct dst_entry *dst, u32 feature)
{
	return (dst_metric(dst, RTAX_FEATURES) & feature) != 0;
}

u64 dst_metric_rtt(const struct dst_entry *dst, u32 metric)
{
	return msecs_to_jiffies(dst_metric(dst, metric));
}

u32 dst_metric_advmss(const struct dst_entry *dst)
{
	u32 advmss = dst_metric(dst, RTAX_ADVMSS);

	return advmss != 0 ? advmss : dst->ops->default_advmss(dst);
}

u32 dst_mtu(const struct dst_entry *dst)
{
	return dst->ops->mtu(dst);
}

/* NULL: the route is stale, look again. LINUX: dst_check(). */
struct dst_entry *dst_check(struct dst_entry *dst, u32 cookie)
{
	return dst->obsolete != DST_OBSOLETE_NONE ? dst->ops->check(dst, cookie) : dst;
}

struct neighbour *dst_neigh_lookup(const struct dst_entry *dst, be32 daddr)
{
	return dst->ops->neigh_lookup(dst, daddr);
}

void dst_confirm_neigh(const struct dst_entry *dst, const be32 *daddr)
{
	dst->ops->confirm_neigh(dst, daddr);
}

void dst_link_failure(struct sk_buff *skb)
{
	if (skb->dst != NULL)
		skb->dst->ops->link_failure(skb);
}

void dst_set_expires(struct dst_entry *dst, u64 timeout_jif)
{
	u64 expires = max_u64(net_jiffies(dst->net) + timeout_jif, 1);

	if (dst->expires_jif == 0 || time_before(expires, dst->expires_jif))
		dst->expires_jif = expires;
}

void skb_dst_update_pmtu(struct sk_buff *skb, u32 mtu)
{
	if (skb->dst != NULL)
		skb->dst->ops->update_pmtu(skb->dst, NULL, skb, mtu);
}

int dst_discard_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	(void)net;
	(void)sk;
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}

int dst_discard(struct sk_buff *skb)
{
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}

struct dst_entry *skb_dst(const struct sk_buff *skb)
{
	return skb->dst;
}

void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst)
{
	skb->dst = dst;
	skb->dst_noref = false;
}

/* Without a reference: good until the unit of work ends; skb_dst_force() before a packet is queued.
 */
void skb_dst_set_noref(struct sk_buff *skb, struct dst_entry *dst)
{
	skb->dst = dst;
	skb->dst_noref = dst != NULL;
}

void skb_dst_drop(struct sk_buff *skb)
{
	if (skb->dst != NULL && !skb->dst_noref)
		dst_release(skb->dst);
	skb->dst = NULL;
	skb->dst_noref = false;
}

bool skb_dst_force(struct sk_buff *skb)
{
	if (skb->dst != NULL && skb->dst_noref) {
		dst_hold(skb->dst);
		skb->dst_noref = false;
	}
	return skb->dst != NULL;
}

int dst_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return skb_dst(skb)->output(net, sk, skb);
}

int dst_input(struct sk_buff *skb)
{
	return skb_dst(skb)->input(skb);
}
