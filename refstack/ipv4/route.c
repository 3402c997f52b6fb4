// SPDX-License-Identifier: MIT
/* route.c - routes for packets: which way out, whose packet on the way in, what a nexthop
 * remembers.
 *
 * Path: step 4 and 108. Called by sockets that send, ip_rcv_finish_core() and ICMP; calls the FIB.
 * Rules: RFC 1122 3.3.1, 3.2.1.3 (addresses that must not be), RFC 1191 (path MTU), RFC
 * 1122 3.2.2.2 (redirects); LINUX: net/ipv4/route.c of 6.12. Routes live in the cache of their
 * nexthop, one for each CPU that sends and one for receiving, or in that of an exception; any
 * change of the tables bumps rt_genid and so makes all of them stale. route_error.c has what a
 * router says of packets without a way. Missing: multicast routing, several nexthops.
 */
#include "ipv4/route.h"

#include "core/cpu.h"
#include "core/neighbour.h"
#include "ipv4/icmp.h"
#include "ipv4/ip.h"
#include "ipv4/ip_options.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

enum { RT_GC_TIMEOUT_JIF = 300 * HZ };
/* RFC 792: codes of a redirect are 0 to 3; LINUX looks at the lower three bits. */
enum { ICMP_REDIR_CODES = 4, ICMP_GATEWAY_OFFSET = 4 };

/* --- what a destination taught us: exceptions of a nexthop
 * ---------------------------------------- */

static void rt_drop(struct rtable **prt)
{
	struct rtable *rt = *prt;

	if (rt == NULL)
		return;
	*prt = NULL;
	dst_dev_put(&rt->dst);
	dst_release(&rt->dst);
}

static void fnhe_flush_routes(struct fib_nh_exception *fnhe)
{
	rt_drop(&fnhe->fnhe_rth_input);
	rt_drop(&fnhe->fnhe_rth_output);
}

static void fnhe_free(struct net *net, struct fib_nh_exception **pfnhe)
{
	struct fib_nh_exception *fnhe = *pfnhe;

	*pfnhe = fnhe->fnhe_next;
	fnhe_flush_routes(fnhe);
	pool_free(&net->fnhe_pool, fnhe);
}

void fib_nh_release(struct net *net, struct fib_nh *nh)
{
	u32 i;

	for (i = 0; i < CPU_MAX; i++)
		rt_drop(&nh->nhc_pcpu_rth_output[i]);
	rt_drop(&nh->nhc_rth_input);
	while (nh->nhc_exceptions != NULL)
		fnhe_free(net, &nh->nhc_exceptions);
}

static u32 fnhe_hashfun(const struct net *net, be32 daddr)
{
	return hash_64(siphash_1u32(be32_as_le(daddr), &net->fnhe_key), FNHE_HASH_SHIFT);
}

static void fill_route_from_fnhe(struct rtable *rt, const struct fib_nh_exception *fnhe)
{
	rt->rt_pmtu = fnhe->fnhe_pmtu;
	rt->rt_mtu_locked = fnhe->fnhe_mtu_locked;
	rt->dst.expires_jif = fnhe->fnhe_expires_jif;
	if (!be32_is_zero(fnhe->fnhe_gw)) {
		rt->rt_flags |= RTCF_REDIRECTED;
		rt->rt_uses_gateway = 1;
		rt->rt_has_gw = true;
		rt->rt_gw4 = fnhe->fnhe_gw;
	}
}

/* Among those that Linux would have in one bucket, the one that was used longest ago. */
static void fnhe_remove_oldest(struct net *net, struct fib_nh *nhc, u32 bucket)
{
	struct fib_nh_exception **p, **oldest = NULL;

	for (p = &nhc->nhc_exceptions; *p != NULL; p = &(*p)->fnhe_next) {
		if ((*p)->fnhe_bucket == bucket &&
		    (oldest == NULL ||
		     time_before((*p)->fnhe_stamp_jif, (*oldest)->fnhe_stamp_jif)))
			oldest = p;
	}
	assert(oldest != NULL);
	fnhe_free(net, oldest);
}

static struct fib_nh_exception *fnhe_new(struct net *net, struct fib_nh *nhc, be32 daddr)
{
	u32 bucket = fnhe_hashfun(net, daddr), depth = 0, max_depth, i;
	struct fib_nh_exception *fnhe;

	for (fnhe = nhc->nhc_exceptions; fnhe != NULL; fnhe = fnhe->fnhe_next)
		depth += fnhe->fnhe_bucket == bucket;
	max_depth = FNHE_RECLAIM_DEPTH + get_random_u8_below(net->random, FNHE_RECLAIM_DEPTH);
	for (; depth > max_depth; depth--)
		fnhe_remove_oldest(net, nhc, bucket);

	fnhe = pool_zalloc(&net->fnhe_pool);
	if (fnhe == NULL)
		return NULL;
	fnhe->fnhe_bucket = bucket;
	fnhe->fnhe_daddr = daddr;
	fnhe->fnhe_next = nhc->nhc_exceptions;
	nhc->nhc_exceptions = fnhe;

	/* Whoever holds a route over this nexthop has to look whether the exception is for him. */
	if (nhc->nhc_rth_input != NULL)
		nhc->nhc_rth_input->dst.obsolete = DST_OBSOLETE_KILL;
	for (i = 0; i < CPU_MAX; i++) {
		if (nhc->nhc_pcpu_rth_output[i] != NULL)
			nhc->nhc_pcpu_rth_output[i]->dst.obsolete = DST_OBSOLETE_KILL;
	}
	return fnhe;
}

struct fnhe_news {
	be32 daddr, gw; /* gw 0.0.0.0: nothing new */
	u32 pmtu;	/* 0: nothing new */
	bool lock;
	s32 lifetime_jif;
};

static void update_or_create_fnhe(struct fib_nh *nhc, const struct fnhe_news *news)
{
	struct net *net = dev_net(nhc->fib_nh_dev);
	struct fib_nh_exception *fnhe;
	bool fresh;

	for (fnhe = nhc->nhc_exceptions; fnhe != NULL; fnhe = fnhe->fnhe_next) {
		if (be32_eq(fnhe->fnhe_daddr, news->daddr))
			break;
	}
	fresh = fnhe == NULL;
	if (fresh)
		fnhe = fnhe_new(net, nhc, news->daddr);
	if (fnhe == NULL)
		return; /* no room: nothing is remembered */

	fnhe->fnhe_genid = net->fnhe_genid;
	if (fresh || !be32_is_zero(news->gw))
		fnhe->fnhe_gw = news->gw;
	if (fresh || news->pmtu != 0) {
		fnhe->fnhe_pmtu = news->pmtu;
		fnhe->fnhe_mtu_locked = news->lock;
	}
	fnhe->fnhe_expires_jif = max_u64(1, jiffies_add(net_jiffies(net), news->lifetime_jif));
	if (fnhe->fnhe_rth_input != NULL)
		fill_route_from_fnhe(fnhe->fnhe_rth_input, fnhe);
	if (fnhe->fnhe_rth_output != NULL)
		fill_route_from_fnhe(fnhe->fnhe_rth_output, fnhe);
	fnhe->fnhe_stamp_jif = net_jiffies(net);
}

/* The MTU of the device changed. LINUX: fnhe_update_pmtu(): it is a new bound, and where the old
 * one was the bound, larger ones can now be found.
 */
void fnhe_update_pmtu(struct fib_nh_exception *fnhe, u32 new_mtu, u32 orig_mtu)
{
	if (fnhe->fnhe_mtu_locked) {
		if (new_mtu <= fnhe->fnhe_pmtu) {
			fnhe->fnhe_pmtu = new_mtu;
			fnhe->fnhe_mtu_locked = false;
		}
	} else if (new_mtu < fnhe->fnhe_pmtu || orig_mtu == fnhe->fnhe_pmtu) {
		fnhe->fnhe_pmtu = new_mtu;
	}
}

static struct fib_nh_exception *find_exception(struct fib_nh *nhc, be32 daddr)
{
	struct fib_nh_exception **p;
	struct net *net;

	for (p = &nhc->nhc_exceptions; *p != NULL; p = &(*p)->fnhe_next) {
		if (!be32_eq((*p)->fnhe_daddr, daddr))
			continue;
		net = dev_net(nhc->fib_nh_dev);
		if ((*p)->fnhe_expires_jif != 0 &&
		    time_after(net_jiffies(net), (*p)->fnhe_expires_jif)) {
			fnhe_free(net, p);
			return NULL;
		}
		return *p;
	}
	return NULL;
}

/* --- caching
 * ------------------------------------------------------------------------------------------ */

void rt_cache_flush(struct net *net)
{
	net->rt_genid++;
}

void ipv4_sysctl_rtcache_flush(struct net *net)
{
	rt_cache_flush(net);
	net->fnhe_genid++;
}

static bool rt_is_expired(const struct rtable *rt)
{
	return rt->rt_genid != rt->dst.net->rt_genid;
}

static bool rt_cache_valid(const struct rtable *rt)
{
	return rt != NULL && rt->dst.obsolete == DST_OBSOLETE_FORCE_CHK && !rt_is_expired(rt);
}

void rt_add_uncached_list(struct rtable *rt)
{
	assert(list_empty(&rt->rt_uncached));
	list_add_tail(&rt->rt_uncached, &rt->dst.dev->rt_uncached);
}

void rt_del_uncached_list(struct rtable *rt)
{
	list_del_init(&rt->rt_uncached);
}

/* The device goes: routes that only sockets and packets hold must not lead to it. */
void rt_flush_dev(struct net_device *dev)
{
	struct rtable *rt, *safe;

	list_for_each_entry_safe (rt, safe, &dev->rt_uncached, struct rtable, rt_uncached) {
		if (rt->dst.dev == dev)
			rt->dst.dev = dev_net(dev)->loopback_dev;
		list_del_init(&rt->rt_uncached);
	}
}

static void rt_cache_route(struct fib_nh *nhc, struct rtable *rt)
{
	struct net *net = rt->dst.net;
	PROBE(net, rt_cache_route);
	struct rtable **p = rt->rt_is_input != 0 ? &nhc->nhc_rth_input
						 : &nhc->nhc_pcpu_rth_output[this_cpu(net)->id];
	struct rtable *orig = *p;

	dst_hold(&rt->dst);
	*p = rt;
	if (orig != NULL) {
		rt_add_uncached_list(orig);
		dst_release(&orig->dst);
	}
}

/* LINUX: rt_bind_exception(). */
static void rt_bind_exception(struct rtable *rt, struct fib_nh_exception *fnhe, be32 daddr,
			      bool do_cache)
{
	struct rtable **porig =
		rt->rt_is_input != 0 ? &fnhe->fnhe_rth_input : &fnhe->fnhe_rth_output;
	struct net *net = rt->dst.net;

	if (fnhe->fnhe_genid != net->fnhe_genid) {
		fnhe->fnhe_genid = net->fnhe_genid;
		fnhe->fnhe_gw = (be32){ 0 };
		fnhe->fnhe_pmtu = 0;
		fnhe->fnhe_expires_jif = 0;
		fnhe->fnhe_mtu_locked = false;
		fnhe_flush_routes(fnhe);
	}
	fill_route_from_fnhe(rt, fnhe);
	if (be32_is_zero(rt->rt_gw4)) {
		rt->rt_gw4 = daddr;
		rt->rt_has_gw = true;
	}
	if (do_cache) {
		dst_hold(&rt->dst);
		rt_drop(porig);
		*porig = rt;
	}
	fnhe->fnhe_stamp_jif = net_jiffies(net);
}

static void rt_set_nexthop(struct rtable *rt, be32 daddr, const struct fib_result *res,
			   struct fib_nh_exception *fnhe, const struct fib_info *fi, bool do_cache)
{
	PROBE(rt->dst.net, rt_set_nexthop);

	if (fi == NULL) {
		rt_add_uncached_list(rt);
		return;
	}
	if (res->nhc->has_gw && res->nhc->fib_nh_scope == RT_SCOPE_LINK) {
		rt->rt_uses_gateway = 1;
		rt->rt_has_gw = true;
		rt->rt_gw4 = res->nhc->fib_nh_gw4;
	}
	memcpy(rt->dst.metrics, fi->fib_metrics, sizeof(rt->dst.metrics));
	if (fnhe != NULL)
		rt_bind_exception(rt, fnhe, daddr, do_cache);
	else if (do_cache)
		rt_cache_route(res->nhc, rt);
	if (do_cache)
		return;
	if (be32_is_zero(rt->rt_gw4)) {
		rt->rt_has_gw = true;
		rt->rt_gw4 = daddr;
	}
	rt_add_uncached_list(rt);
}

/* --- operations of a route
 * --------------------------------------------------------------------------- */

/* Stale routes do not come back to life: whoever holds one looks again. */
struct dst_entry *ipv4_dst_check(struct dst_entry *dst, u32 cookie)
{
	(void)cookie;
	if (dst->obsolete != DST_OBSOLETE_FORCE_CHK || rt_is_expired(dst_rtable(dst)))
		return NULL;
	return dst;
}

bool ip_mtu_locked(const struct dst_entry *dst)
{
	return dst_rtable(dst)->rt_mtu_locked || dst_metric_locked(dst, RTAX_MTU);
}

u32 ip_dst_mtu_maybe_forward(const struct dst_entry *dst, bool forwarding)
{
	const struct rtable *rt = dst_rtable(dst);
	const struct net *net = dst->net;
	u32 mtu;

	if (net->sysctl.ip_fwd_use_pmtu != 0 || ip_mtu_locked(dst) || !forwarding) {
		if (rt->rt_pmtu != 0 && time_before(net_jiffies(net), dst->expires_jif))
			return min_u32(rt->rt_pmtu, IP_MAX_MTU);
	}
	mtu = dst_metric(dst, RTAX_MTU);
	if (mtu != 0)
		return min_u32(mtu, IP_MAX_MTU);
	mtu = dst_dev_mtu(dst);
	/* RFC 791 3.1: what every host must take. */
	if (ip_mtu_locked(dst) && rt->rt_uses_gateway != 0 && mtu > 576)
		mtu = 576;
	return min_u32(mtu, IP_MAX_MTU);
}

u32 ipv4_mtu(const struct dst_entry *dst)
{
	return ip_dst_mtu_maybe_forward(dst, false);
}

/* What a peer may send us is bound by our device, not by the path in the other direction. */
u32 ipv4_default_advmss(const struct dst_entry *dst)
{
	const u32 header_size = 40;
	u32 mtu = dst_metric(dst, RTAX_MTU);

	mtu = min_u32(mtu != 0 ? mtu : dst_dev_mtu(dst), IP_MAX_MTU);
	return min_u32(max_u32(mtu - header_size, (u32)dst->net->sysctl.min_adv_mss),
		       65535 - header_size);
}

u8 ip4_dst_hoplimit(const struct dst_entry *dst)
{
	u32 hoplimit = dst_metric(dst, RTAX_HOPLIMIT);

	return (u8)(hoplimit != 0 ? hoplimit : dst->net->sysctl.ip_default_ttl);
}

static void ipv4_dst_destroy(struct dst_entry *dst)
{
	rt_del_uncached_list(dst_rtable(dst));
}

static void ipv4_negative_advice(struct sock *sk, struct dst_entry *dst)
{
	if (dst->obsolete > 0 || (dst_rtable(dst)->rt_flags & RTCF_REDIRECTED) != 0 ||
	    dst->expires_jif != 0)
		sk_dst_reset(sk);
}

/* LINUX: ipv4_send_dest_unreach(): the packet's control block belongs to nobody any more, so its
 * options are looked for again.
 */
static void ipv4_send_dest_unreach(struct sk_buff *skb)
{
	u32 off = (u32)skb_network_offset(skb);
	struct ip_options opt = { 0 };
	const u8 *iph;

	if (!pskb_may_pull(skb, off + IPV4_HLEN))
		return;
	iph = skb_network_header(skb);
	if (ipv4_version(iph) != 4 || ipv4_hlen(iph) < IPV4_HLEN ||
	    !pskb_may_pull(skb, off + ipv4_hlen(iph)))
		return;
	opt.optlen = (u8)(ipv4_hlen(iph) - IPV4_HLEN);
	if (opt.optlen != 0 && ip_options_recompile(skb->net, &opt, skb) != 0)
		return;
	memset(IPCB(skb), 0, sizeof(struct inet_skb_parm));
	ip_options_remember(skb, &opt);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, (be32){ 0 });
}

/* A neighbour does not answer. */
void ipv4_link_failure(struct sk_buff *skb)
{
	ipv4_send_dest_unreach(skb);
	if (skb_dst(skb) != NULL)
		dst_set_expires(skb_dst(skb), 0);
}

/* LINUX: __ipv4_neigh_lookup_noref(): one entry stands for all that lo and point-to-point links
 * lead to. */
static struct neighbour *ipv4_neigh_lookup_noref(struct net_device *dev, be32 key)
{
	if ((dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) != 0)
		key = (be32){ 0 };
	return neigh_lookup_noref(dev_net(dev)->arp_tbl, key, dev);
}

static struct neighbour *ip_neigh_gw4(struct net_device *dev, be32 daddr)
{
	struct neigh_table *tbl = dev_net(dev)->arp_tbl;
	struct neighbour *n = ipv4_neigh_lookup_noref(dev, daddr);
	int err = 0;

	return n != NULL ? n : neigh_create(tbl, daddr, dev, false, &err);
}

struct neighbour *ip_neigh_for_gw(struct rtable *rt, struct sk_buff *skb, bool *is_v6gw)
{
	*is_v6gw = false;
	return ip_neigh_gw4(rt->dst.dev,
			    rt->rt_has_gw ? rt->rt_gw4 : ipv4_daddr(skb_network_header(skb)));
}

static struct neighbour *ipv4_neigh_lookup(const struct dst_entry *dst, be32 daddr)
{
	struct neighbour *n = ip_neigh_gw4(dst->dev, rt_nexthop(dst_rtable(dst), daddr));

	if (n != NULL)
		neigh_hold(n);
	return n;
}

static void ipv4_confirm_neigh(const struct dst_entry *dst, const be32 *daddr)
{
	const struct rtable *rt = dst_rtable(dst);
	struct neighbour *n;
	be32 key;

	if (rt->rt_has_gw)
		key = rt->rt_gw4;
	else if (daddr == NULL ||
		 (rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST | (u32)RTCF_LOCAL)) != 0)
		return;
	else
		key = *daddr;
	n = ipv4_neigh_lookup_noref(dst->dev, key);
	if (n != NULL)
		neigh_confirm(n);
}

be32 rt_nexthop(const struct rtable *rt, be32 daddr)
{
	return rt->rt_has_gw ? rt->rt_gw4 : daddr;
}

void ip_rt_put(struct rtable *rt)
{
	if (rt != NULL)
		dst_release(&rt->dst);
}

static const struct dst_ops ipv4_dst_ops = {
	.check = ipv4_dst_check,
	.default_advmss = ipv4_default_advmss,
	.mtu = ipv4_mtu,
	.destroy = ipv4_dst_destroy,
	.negative_advice = ipv4_negative_advice,
	.link_failure = ipv4_link_failure,
	.update_pmtu = ip_rt_update_pmtu,
	.redirect = ip_do_redirect,
	.neigh_lookup = ipv4_neigh_lookup,
	.confirm_neigh = ipv4_confirm_neigh,
};

struct rtable *rt_dst_alloc(struct net_device *dev, u32 flags, u16 type, bool noxfrm)
{
	PROBE(dev_net(dev), rt_dst_alloc);
	struct dst_entry *dst =
		dst_alloc(&ipv4_dst_ops, dev, DST_OBSOLETE_FORCE_CHK, noxfrm ? DST_NOXFRM : 0);
	struct rtable *rt;

	if (dst == NULL)
		return NULL;
	rt = dst_rtable(dst);
	rt->rt_genid = dst->net->rt_genid;
	rt->rt_flags = flags;
	rt->rt_type = type;
	dst->output = ip_output;
	if ((flags & (u32)RTCF_LOCAL) != 0)
		dst->input = ip_local_deliver;
	return rt;
}

/* -------- path MTU and redirects -------- */

/* NOLINTNEXTLINE(readability-function-size): the parameters are Linux's. */
void flowi4_init_output(struct flowi4 *fl4, s32 oif, u32 mark, u8 tos, u8 scope, u8 proto, u8 flags,
			be32 daddr, be32 saddr, be16 dport, be16 sport, u32 uid)
{
	*fl4 = (struct flowi4){ .flowi4_oif = oif,
				.flowi4_iif = LOOPBACK_IFINDEX,
				.flowi4_mark = mark };
	fl4->flowi4_tos = tos;
	fl4->flowi4_scope = scope;
	fl4->flowi4_proto = proto;
	fl4->flowi4_flags = flags;
	fl4->flowi4_uid = uid;
	fl4->daddr = daddr;
	fl4->saddr = saddr;
	fl4->fl4_dport = dport;
	fl4->fl4_sport = sport;
}

static u8 inet_sk_flowi_proto(const struct sock *sk)
{
	return (u8)(inet_test_bit(sk, INET_FLAGS_HDRINCL) ? IPPROTO_RAW : sk->sk_protocol);
}

/* LINUX: __build_flow_key(): the flow that the header at skb->data (one of ours) belongs to. */
static void build_flow_key(struct flowi4 *fl4, const struct sock *sk, const u8 *iph, s32 oif,
			   u8 tos, u8 prot, u32 mark)
{
	u8 scope = RT_SCOPE_UNIVERSE;

	if (sk != NULL) {
		oif = sk->sk_bound_dev_if;
		mark = sk->sk_mark;
		tos = inet_sk(sk)->tos & INET_DSCP_MASK;
		scope = ip_sock_rt_scope(sk);
		prot = inet_sk_flowi_proto(sk);
	}
	flowi4_init_output(fl4, oif, mark, tos & INET_DSCP_MASK, scope, prot, 0, ipv4_daddr(iph),
			   ipv4_saddr(iph), (be16){ 0 }, (be16){ 0 }, sk != NULL ? sk->sk_uid : 0);
}

static void build_sk_flow_key(struct flowi4 *fl4, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	be32 daddr = sk->sk_daddr;

	if (inet->inet_opt != NULL && inet->inet_opt->opt.srr != 0)
		daddr = inet->inet_opt->opt.faddr;
	flowi4_init_output(fl4, sk->sk_bound_dev_if, sk->sk_mark, ip_sock_rt_tos(sk),
			   ip_sock_rt_scope(sk), inet_sk_flowi_proto(sk), inet_sk_flowi_flags(sk),
			   daddr, inet->inet_saddr, (be16){ 0 }, (be16){ 0 }, sk->sk_uid);
}

/* RFC 1191 3: the path to fl4->daddr takes no more than this. LINUX: __ip_rt_update_pmtu(). */
static void rt_update_pmtu(struct rtable *rt, struct flowi4 *fl4, u32 mtu)
{
	struct dst_entry *dst = &rt->dst;
	struct net *net = dst->net;
	u32 min_pmtu = (u32)net->sysctl.min_pmtu;
	struct fnhe_news news = { .lifetime_jif = net->sysctl.mtu_expires };
	u32 old_mtu = ipv4_mtu(dst);
	struct fib_result res;

	if (ip_mtu_locked(dst) || old_mtu < mtu)
		return;
	if (mtu < min_pmtu) {
		news.lock = true;
		mtu = min_u32(old_mtu, min_pmtu);
	}
	if (rt->rt_pmtu == mtu && !news.lock &&
	    time_before(net_jiffies(net), jiffies_add(dst->expires_jif, -(news.lifetime_jif / 2))))
		return; /* known, and not yet half forgotten */
	if (fib_lookup(net, fl4, &res, 0) != 0)
		return;
	fib_select_path(net, &res, fl4, NULL);
	news.daddr = fl4->daddr;
	news.pmtu = mtu;
	update_or_create_fnhe(res.nhc, &news);
}

void ip_rt_update_pmtu(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	struct flowi4 fl4;
	const u8 *iph;

	if (skb != NULL) {
		iph = skb_network_header(skb);
		build_flow_key(&fl4, sk, iph, skb->dev->ifindex, iph[IPV4_TOS], iph[IPV4_PROTOCOL],
			       skb->mark);
	} else {
		build_sk_flow_key(&fl4, sk);
	}
	rt_update_pmtu(dst_rtable(dst), &fl4, mtu);
}

/* An ICMP error quotes a header of ours, at skb->data. */
void ipv4_update_pmtu(struct sk_buff *skb, struct net *net, u32 mtu, s32 oif, u8 protocol)
{
	const u8 *iph = skb->data;
	struct flowi4 fl4;
	struct rtable *rt;
	int err;

	build_flow_key(&fl4, NULL, iph, oif, iph[IPV4_TOS], protocol, 0);
	rt = ip_route_output_key_hash(net, &fl4, NULL, &err);
	if (rt == NULL)
		return;
	rt_update_pmtu(rt, &fl4, mtu);
	ip_rt_put(rt);
}

/* LINUX: __ipv4_sk_update_pmtu(): for a socket that has no route, or is busy with it. */
static void sk_update_pmtu_apart(struct sk_buff *skb, struct sock *sk, u32 mtu)
{
	struct flowi4 fl4;
	struct rtable *rt;
	int err;

	build_flow_key(&fl4, sk, skb->data, 0, 0, 0, 0);
	rt = ip_route_output_key_hash(sock_net(sk), &fl4, NULL, &err);
	if (rt == NULL)
		return;
	rt_update_pmtu(rt, &fl4, mtu);
	ip_rt_put(rt);
}

static void sk_update_pmtu_route(struct sk_buff *skb, struct sock *sk, struct dst_entry *odst,
				 u32 mtu)
{
	struct rtable *rt = dst_rtable(odst);
	bool is_new = false;
	struct flowi4 fl4;
	int err;

	build_flow_key(&fl4, sk, skb->data, 0, 0, 0, 0);
	if (odst->obsolete != 0 && odst->ops->check(odst, 0) == NULL) {
		rt = ip_route_output_flow(sock_net(sk), &fl4, sk, &err);
		if (rt == NULL)
			return;
		is_new = true;
	}
	rt_update_pmtu(rt, &fl4, mtu);
	if (dst_check(&rt->dst, 0) == NULL) {
		if (is_new)
			dst_release(&rt->dst);
		rt = ip_route_output_flow(sock_net(sk), &fl4, sk, &err);
		if (rt == NULL)
			return;
		is_new = true;
	}
	if (is_new)
		sk_dst_set(sk, &rt->dst);
}

void ipv4_sk_update_pmtu(struct sk_buff *skb, struct sock *sk, u32 mtu)
{
	struct dst_entry *odst;

	bh_lock_sock(sk);
	if (ip_sk_accept_pmtu(sk)) {
		odst = sk_dst_get(sk);
		if (sock_owned_by_user(sk) || odst == NULL)
			sk_update_pmtu_apart(skb, sk, mtu);
		else
			sk_update_pmtu_route(skb, sk, odst, mtu);
		dst_release(odst);
	}
	bh_unlock_sock(sk);
}

/* RFC 1122 3.2.2.2: from the gateway in use, to another one that is near. */
static bool redirect_ok(const struct rtable *rt, const struct sk_buff *skb, be32 new_gw)
{
	struct in_device *in_dev = in_dev_get(skb->dev);
	be32 old_gw = ipv4_saddr(skb_network_header(skb));
	bool accept;

	if (!rt->rt_has_gw || !be32_eq(rt->rt_gw4, old_gw) || in_dev == NULL)
		return false;
	accept = in_dev->cnf.forwarding != 0 ? IN_DEV_ANDCONF(in_dev, accept_redirects)
					     : IN_DEV_ORCONF(in_dev, accept_redirects);
	if (be32_eq(new_gw, old_gw) || !accept || ipv4_is_multicast(new_gw) ||
	    ipv4_is_lbcast(new_gw) || ipv4_is_zeronet(new_gw))
		return false;
	if (IN_DEV_ORCONF(in_dev, shared_media))
		return inet_addr_type(dev_net(skb->dev), new_gw) == RTN_UNICAST;
	return inet_addr_onlink(in_dev, new_gw, old_gw) &&
	       (!IN_DEV_ORCONF(in_dev, secure_redirects) || ip_fib_check_default(new_gw, skb->dev));
}

/* LINUX: __ip_do_redirect(). */
static void rt_do_redirect(struct rtable *rt, struct sk_buff *skb, struct flowi4 *fl4,
			   bool kill_route)
{
	const u8 *icmph = skb_transport_header(skb);
	struct fnhe_news news = { .daddr = fl4->daddr, .lifetime_jif = RT_GC_TIMEOUT_JIF };
	struct net *net = rt->dst.net;
	struct fib_result res;
	struct neighbour *n;

	news.gw = load_be32(icmph + ICMP_GATEWAY_OFFSET);
	if ((icmph[1] & 7) >= ICMP_REDIR_CODES || !redirect_ok(rt, skb, news.gw))
		return;
	n = ip_neigh_gw4(rt->dst.dev, news.gw);
	if (n == NULL)
		return;
	neigh_hold(n);
	if ((n->nud_state & NUD_VALID) == 0) {
		(void)neigh_event_send_probe(n, NULL, true);
	} else {
		if (fib_lookup(net, fl4, &res, 0) == 0) {
			fib_select_path(net, &res, fl4, skb);
			update_or_create_fnhe(res.nhc, &news);
		}
		if (kill_route)
			rt->dst.obsolete = DST_OBSOLETE_KILL;
	}
	neigh_release(n);
}

void ip_do_redirect(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb)
{
	const u8 *iph = skb->data;
	struct flowi4 fl4;

	build_flow_key(&fl4, sk, iph, skb->dev->ifindex, iph[IPV4_TOS], iph[IPV4_PROTOCOL],
		       skb->mark);
	rt_do_redirect(dst_rtable(dst), skb, &fl4, true);
}

static void redirect_flow(struct net *net, struct sk_buff *skb, struct flowi4 *fl4)
{
	struct rtable *rt;
	int err;

	rt = ip_route_output_key_hash(net, fl4, NULL, &err);
	if (rt == NULL)
		return;
	rt_do_redirect(rt, skb, fl4, false);
	ip_rt_put(rt);
}

void ipv4_redirect(struct sk_buff *skb, struct net *net, s32 oif, u8 protocol)
{
	struct flowi4 fl4;

	build_flow_key(&fl4, NULL, skb->data, oif, skb->data[IPV4_TOS], protocol, 0);
	redirect_flow(net, skb, &fl4);
}

void ipv4_sk_redirect(struct sk_buff *skb, struct sock *sk)
{
	struct flowi4 fl4;

	build_flow_key(&fl4, sk, skb->data, 0, 0, 0, 0);
	redirect_flow(sock_net(sk), skb, &fl4);
}

be32 ip_rt_get_source(struct sk_buff *skb, struct rtable *rt)
{
	const u8 *iph = skb_network_header(skb);
	struct flowi4 fl4 = { .daddr = ipv4_daddr(iph), .saddr = ipv4_saddr(iph) };
	struct fib_result res;

	if (rt->rt_is_input == 0)
		return ipv4_saddr(iph);
	fl4.flowi4_tos = iph[IPV4_TOS] & INET_DSCP_MASK;
	fl4.flowi4_oif = rt->dst.dev->ifindex;
	fl4.flowi4_iif = skb->dev->ifindex;
	fl4.flowi4_mark = skb->mark;
	if (fib_lookup(rt->dst.net, &fl4, &res, 0) == 0)
		return fib_result_prefsrc(rt->dst.net, &res);
	return inet_select_addr(rt->dst.dev, rt_nexthop(rt, ipv4_daddr(iph)), RT_SCOPE_UNIVERSE);
}

/* --- receiving
 * ---------------------------------------------------------------------------------------- */

/* A packet that we receive cannot be sent on its route. */
static int ip_rt_bug(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	(void)net;
	(void)sk;
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}

static bool skb_is_ip(const struct sk_buff *skb)
{
	return be16_to_cpu(skb->protocol) == ETH_P_IP;
}

int ip_mc_validate_source(struct sk_buff *skb, be32 daddr, be32 saddr, u8 dscp,
			  struct net_device *dev, struct in_device *in_dev, u32 *itag)
{
	int err;

	if (in_dev == NULL || ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) || !skb_is_ip(skb))
		return -EINVAL;
	if (ipv4_is_loopback(saddr) && !IN_DEV_ORCONF(in_dev, route_localnet))
		return -EINVAL;
	if (ipv4_is_zeronet(saddr)) {
		if (!ipv4_is_local_multicast(daddr) &&
		    skb_network_header(skb)[IPV4_PROTOCOL] != IPPROTO_IGMP)
			return -EINVAL;
		return 0;
	}
	err = fib_validate_source(skb, saddr, (be32){ 0 }, dscp, 0, dev, in_dev, itag);
	return err < 0 ? err : 0;
}

/* For a group that the device is a member of. */
static int ip_route_input_mc(struct sk_buff *skb, be32 daddr, be32 saddr, u8 dscp,
			     struct net_device *dev)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct rtable *rth;
	u32 itag = 0;
	int err = ip_mc_validate_source(skb, daddr, saddr, dscp, dev, in_dev, &itag);

	if (err != 0)
		return err;
	rth = rt_dst_alloc(dev_net(dev)->loopback_dev, RTCF_MULTICAST | (u32)RTCF_LOCAL,
			   RTN_MULTICAST, false);
	if (rth == NULL)
		return -ENOBUFS;
	rth->dst.output = ip_rt_bug;
	rth->rt_is_input = 1;
	skb_dst_drop(skb);
	skb_dst_set(skb, &rth->dst);
	return 0;
}

/* Would be logged; the kernel's probes show that it was here. */
static void ip_handle_martian_source(struct net_device *dev)
{
	PROBE(dev_net(dev), ip_handle_martian_source);
}

/* What an input lookup is about. */
struct input_key {
	be32 daddr, saddr;
	u8 dscp;
	struct net_device *dev;
	struct in_device *in_dev;
};

/* LINUX: __mkroute_input(): a route for a packet that we forward. */
static int mkroute_input(struct sk_buff *skb, const struct fib_result *res,
			 const struct input_key *k)
{
	struct fib_nh *nhc = res->nhc;
	struct in_device *out_dev = in_dev_get(nhc->fib_nh_dev);
	struct fib_nh_exception *fnhe;
	struct rtable *rth;
	u32 itag = 0;
	int err;

	if (out_dev == NULL)
		return -EINVAL;
	err = fib_validate_source(skb, k->saddr, k->daddr, k->dscp, nhc->fib_nh_oif, k->dev,
				  k->in_dev, &itag);
	if (err < 0) {
		ip_handle_martian_source(k->dev);
		return err;
	}
	if (out_dev == k->in_dev && err != 0 && IN_DEV_ORCONF(out_dev, send_redirects) &&
	    skb_is_ip(skb) &&
	    (IN_DEV_ORCONF(out_dev, shared_media) ||
	     inet_addr_onlink(out_dev, k->saddr, nhc->has_gw ? nhc->fib_nh_gw4 : (be32){ 0 })))
		IPCB(skb)->flags |= IPSKB_DOREDIRECT;
	/* An ARP request that we might answer for somebody else, but not to where it came from. */
	if (!skb_is_ip(skb) && out_dev == k->in_dev && !IN_DEV_ORCONF(k->in_dev, proxy_arp_pvlan))
		return -EINVAL;

	fnhe = find_exception(nhc, k->daddr);
	rth = fnhe != NULL ? fnhe->fnhe_rth_input : nhc->nhc_rth_input;
	if (rt_cache_valid(rth)) {
		skb_dst_set_noref(skb, &rth->dst);
		return 0;
	}
	rth = rt_dst_alloc(out_dev->dev, 0, res->type, IN_DEV_ORCONF(out_dev, disable_xfrm));
	if (rth == NULL)
		return -ENOBUFS;
	rth->rt_is_input = 1;
	rth->dst.input = ip_forward;
	rt_set_nexthop(rth, k->daddr, res, fnhe, res->fi, true);
	skb_dst_set(skb, &rth->dst);
	return 0;
}

/* LINUX: ip_route_input_slow() at local_input: for us, or (RTN_UNREACHABLE) for nobody: lookup_err
 * says why. */
static int local_input(struct sk_buff *skb, const struct fib_result *res, struct net *net,
		       u32 flags, bool do_cache, int lookup_err)
{
	struct rtable *rth;

	do_cache = do_cache && res->fi != NULL;
	if (do_cache && rt_cache_valid(res->nhc->nhc_rth_input)) {
		skb_dst_set_noref(skb, &res->nhc->nhc_rth_input->dst);
		return 0;
	}
	rth = rt_dst_alloc(net->loopback_dev, flags | (u32)RTCF_LOCAL, res->type, false);
	if (rth == NULL)
		return -ENOBUFS;
	rth->dst.output = ip_rt_bug;
	rth->rt_is_input = 1;
	if (res->type == RTN_UNREACHABLE) {
		rth->dst.input = ip_error;
		rth->dst.error = (s16)-lookup_err;
		rth->rt_flags &= ~(u32)RTCF_LOCAL;
	}
	if (do_cache)
		rt_cache_route(res->nhc, rth);
	skb_dst_set(skb, &rth->dst);
	return 0;
}

static int brd_input(struct sk_buff *skb, struct fib_result *res, const struct input_key *k,
		     bool do_cache)
{
	u32 itag = 0;
	int err;

	if (!skb_is_ip(skb))
		return -EINVAL;
	if (!ipv4_is_zeronet(k->saddr)) {
		err = fib_validate_source(skb, k->saddr, (be32){ 0 }, k->dscp, 0, k->dev, k->in_dev,
					  &itag);
		if (err < 0) {
			ip_handle_martian_source(k->dev);
			return err;
		}
	}
	res->type = RTN_BROADCAST;
	return local_input(skb, res, dev_net(k->dev), RTCF_BROADCAST, do_cache, 0);
}

/* RFC 1122 3.2.1.3, RFC 1812 5.3.7: addresses that a packet must not carry. */
enum martian { MARTIAN_NONE, MARTIAN_SOURCE, MARTIAN_DESTINATION };
static enum martian input_martian(const struct input_key *k)
{
	if (ipv4_is_zeronet(k->saddr))
		return MARTIAN_SOURCE;
	if (ipv4_is_zeronet(k->daddr))
		return MARTIAN_DESTINATION;
	if (IN_DEV_ORCONF(k->in_dev, route_localnet))
		return MARTIAN_NONE;
	if (ipv4_is_loopback(k->daddr))
		return MARTIAN_DESTINATION;
	return ipv4_is_loopback(k->saddr) ? MARTIAN_SOURCE : MARTIAN_NONE;
}

static int input_no_route(struct sk_buff *skb, struct fib_result *res, struct net *net, int err)
{
	res->type = RTN_UNREACHABLE;
	res->fi = NULL;
	res->table = NULL;
	return local_input(skb, res, net, 0, false, err);
}

/* Addresses that may be: what do the tables say? */
static int input_by_table(struct sk_buff *skb, struct fib_result *res, const struct input_key *k)
{
	struct flowi4 fl4 = { .flowi4_iif = k->dev->ifindex, .flowi4_mark = skb->mark };
	bool forward = k->in_dev->cnf.forwarding != 0;
	struct net *net = dev_net(k->dev);
	u32 itag = 0;
	int err;

	fl4.flowi4_tos = k->dscp;
	fl4.daddr = k->daddr;
	fl4.saddr = k->saddr;
	err = fib_lookup(net, &fl4, res, 0);
	if (err != 0)
		return input_no_route(skb, res, net, forward ? err : -EHOSTUNREACH);

	if (res->type == RTN_BROADCAST) {
		if (IN_DEV_ANDCONF(k->in_dev, bc_forwarding))
			return mkroute_input(skb, res, k);
		return brd_input(skb, res, k, net->devconf_all.bc_forwarding == 0);
	}
	if (res->type == RTN_LOCAL) {
		err = fib_validate_source(skb, k->saddr, k->daddr, k->dscp, 0, k->dev, k->in_dev,
					  &itag);
		if (err < 0) {
			ip_handle_martian_source(k->dev);
			return err;
		}
		return local_input(skb, res, net, 0, true, 0);
	}
	if (!forward)
		return input_no_route(skb, res, net, -EHOSTUNREACH);
	return res->type == RTN_UNICAST ? mkroute_input(skb, res, k) : -EINVAL;
}

/* Packets from our own addresses are dropped, too: those that are looped back have their route
 * already. */
static int ip_route_input_slow(struct sk_buff *skb, const struct input_key *k,
			       struct fib_result *res)
{
	PROBE(dev_net(k->dev), ip_route_input_slow);
	enum martian martian;

	if (k->in_dev == NULL)
		return -EINVAL;
	skb_dst_drop(skb);
	if (ipv4_is_multicast(k->saddr) || ipv4_is_lbcast(k->saddr)) {
		ip_handle_martian_source(k->dev);
		return -EINVAL;
	}
	res->fi = NULL;
	res->table = NULL;
	if (ipv4_is_lbcast(k->daddr) || (be32_is_zero(k->saddr) && be32_is_zero(k->daddr)))
		return brd_input(skb, res, k, true);
	martian = input_martian(k);
	if (martian == MARTIAN_SOURCE)
		ip_handle_martian_source(k->dev);
	if (martian != MARTIAN_NONE)
		return -EINVAL;
	return input_by_table(skb, res, k);
}

int ip_route_input_noref(struct sk_buff *skb, be32 dst, be32 src, u8 dscp, struct net_device *dev,
			 enum drop_reason *reason)
{
	PROBE(dev_net(dev), ip_route_input_noref);
	struct input_key k = { .daddr = dst, .saddr = src, .dev = dev, .in_dev = in_dev_get(dev) };
	struct fib_result res;
	int err;

	PATH_STEP(dev_net(dev), ROUTE_INPUT, 0, skb->len);
	k.dscp = dscp & INET_DSCP_MASK;
	if (!ipv4_is_multicast(dst)) {
		err = ip_route_input_slow(skb, &k, &res);
	} else {
		err = -EINVAL;
		if (k.in_dev != NULL &&
		    ip_check_mc(k.in_dev, dst, src, skb_network_header(skb)[IPV4_PROTOCOL]))
			err = ip_route_input_mc(skb, dst, src, k.dscp, dev);
	}
	/* LINUX: ip_rcv_finish_core(): the one error that has a reason of its own in 6.12. */
	*reason = err == -EXDEV ? DROP_IP_RPFILTER : DROP_NOT_SPECIFIED;
	return err;
}

int ip_route_use_hint(struct sk_buff *skb, be32 dst, be32 src, u8 dscp, struct net_device *dev,
		      const struct sk_buff *hint)
{
	const struct rtable *rt = dst_rtable(skb_dst(hint));
	struct in_device *in_dev = in_dev_get(dev);
	u32 tag = 0;
	int err = -EINVAL;

	if (in_dev == NULL)
		return -EINVAL;
	if (ipv4_is_multicast(src) || ipv4_is_lbcast(src) || ipv4_is_zeronet(src) ||
	    (ipv4_is_loopback(src) && !IN_DEV_ORCONF(in_dev, route_localnet))) {
		ip_handle_martian_source(dev);
		return -EINVAL;
	}
	if ((rt->rt_flags & (u32)RTCF_LOCAL) != 0) {
		err = fib_validate_source(skb, src, dst, dscp & INET_DSCP_MASK, 0, dev, in_dev,
					  &tag);
		if (err < 0) {
			ip_handle_martian_source(dev);
			return err;
		}
	}
	skb->dst = hint->dst;
	skb->dst_noref = hint->dst_noref;
	if (!skb->dst_noref)
		dst_hold(skb->dst);
	return 0;
}

/* --- sending
 * ------------------------------------------------------------------------------------------- */

/* What the output lookup found out on its way. */
struct output_path {
	struct fib_result res;
	s32 orig_oif;
	struct net_device *dev_out;
	u32 flags;
};

/* The type of an output route, and with it RTCF_ flags, whether it may be cached, and whose nexthop
 * counts. */
static u16 output_type(struct output_path *o, const struct flowi4 *fl4,
		       const struct in_device *in_dev, struct fib_info **fi, bool *do_cache)
{
	u16 type = o->res.type;

	*fi = o->res.fi;
	*do_cache = true;
	if (ipv4_is_lbcast(fl4->daddr)) {
		type = RTN_BROADCAST;
		*fi = NULL; /* no gateway for those */
	} else if (ipv4_is_multicast(fl4->daddr)) {
		type = RTN_MULTICAST;
	}
	if ((o->dev_out->flags & IFF_LOOPBACK) != 0)
		o->flags |= (u32)RTCF_LOCAL;

	if (type == RTN_BROADCAST) {
		o->flags |= RTCF_BROADCAST | (u32)RTCF_LOCAL;
	} else if (type == RTN_MULTICAST) {
		o->flags |= RTCF_MULTICAST | (u32)RTCF_LOCAL;
		if (ip_check_mc(in_dev, fl4->daddr, fl4->saddr, fl4->flowi4_proto))
			*do_cache = false;
		else
			o->flags &= ~(u32)RTCF_LOCAL;
		/* The default route stands in for one to the group, but not with its gateway. */
		if (*fi != NULL && o->res.prefixlen < 4)
			*fi = NULL;
	} else if (type == RTN_LOCAL && o->orig_oif != 0 && o->orig_oif != o->dev_out->ifindex) {
		/* It goes over lo, but is to look as if it came in where the caller said. */
		*do_cache = false;
	}
	*do_cache = *do_cache && *fi != NULL;
	return type;
}

static bool output_source_ok(const struct flowi4 *fl4, const struct output_path *o,
			     const struct in_device *in_dev)
{
	if (IN_DEV_ORCONF(in_dev, route_localnet))
		return true;
	return !ipv4_is_loopback(fl4->saddr) || (o->dev_out->flags & IFF_LOOPBACK) != 0;
}

static struct rtable *mkroute_output(struct net *net, struct output_path *o,
				     const struct flowi4 *fl4, int *err)
{
	struct in_device *in_dev = in_dev_get(o->dev_out);
	struct fib_nh_exception *fnhe = NULL;
	struct fib_nh *nhc = o->res.nhc;
	struct fib_info *fi;
	struct rtable *rth;
	bool do_cache;
	u16 type;

	*err = -EINVAL;
	if (in_dev == NULL || !output_source_ok(fl4, o, in_dev) || ipv4_is_zeronet(fl4->daddr))
		return NULL;
	type = output_type(o, fl4, in_dev, &fi, &do_cache);

	if (fi != NULL)
		fnhe = find_exception(nhc, fl4->daddr);
	if (do_cache && fnhe == NULL && (fl4->flowi4_flags & FLOWI_FLAG_KNOWN_NH) != 0 &&
	    !(nhc->has_gw && nhc->fib_nh_scope == RT_SCOPE_LINK))
		do_cache = false;
	if (do_cache) {
		assert(nhc != NULL);
		rth = fnhe != NULL ? fnhe->fnhe_rth_output
				   : nhc->nhc_pcpu_rth_output[this_cpu(net)->id];
		if (rt_cache_valid(rth)) {
			dst_hold(&rth->dst);
			return rth;
		}
	}

	rth = rt_dst_alloc(o->dev_out, o->flags, type, IN_DEV_ORCONF(in_dev, disable_xfrm));
	if (rth == NULL) {
		*err = -ENOBUFS;
		return NULL;
	}
	rth->rt_iif = o->orig_oif;
	if ((o->flags & (RTCF_BROADCAST | RTCF_MULTICAST)) != 0 &&
	    (o->flags & (u32)RTCF_LOCAL) != 0 && (o->dev_out->flags & IFF_LOOPBACK) == 0)
		rth->dst.output = ip_mc_output;
	rt_set_nexthop(rth, fl4->daddr, &o->res, fnhe, fi, do_cache);
	return rth;
}

/* The steps of an output lookup: each either decides (a negative errno, or OUTPUT_MAKE with dev_out
 * set) or passes on to the next.
 */
enum { OUTPUT_NEXT, OUTPUT_MAKE };

/* RFC 1122 3.2.1.3: a source that the caller gave must be ours. */
static int output_check_saddr(struct net *net, struct flowi4 *fl4, struct output_path *o)
{
	if (ipv4_is_multicast(fl4->saddr) || ipv4_is_lbcast(fl4->saddr) ||
	    ipv4_is_zeronet(fl4->saddr))
		return -EINVAL;
	if (fl4->flowi4_oif == 0 && (ipv4_is_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr))) {
		/* It says by which device to go. */
		o->dev_out = ip_dev_find(net, fl4->saddr);
		if (o->dev_out == NULL)
			return -ENETUNREACH;
		fl4->flowi4_oif = o->dev_out->ifindex;
		return OUTPUT_MAKE;
	}
	if ((fl4->flowi4_flags & FLOWI_FLAG_ANYSRC) == 0 && ip_dev_find(net, fl4->saddr) == NULL)
		return -ENETUNREACH;
	return OUTPUT_NEXT;
}

static struct net_device *output_dev(struct net *net, s32 ifindex)
{
	PROBE(net, dev_get_by_index_rcu);

	return dev_get_by_index(net, ifindex);
}

static int output_check_oif(struct net *net, struct flowi4 *fl4, struct output_path *o)
{
	const be32 any = { 0 };

	o->dev_out = output_dev(net, fl4->flowi4_oif);
	if (o->dev_out == NULL)
		return -ENODEV;
	if ((o->dev_out->flags & IFF_UP) == 0 || in_dev_get(o->dev_out) == NULL)
		return -ENETUNREACH;
	if (ipv4_is_local_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr) ||
	    fl4->flowi4_proto == IPPROTO_IGMP) {
		if (be32_is_zero(fl4->saddr))
			fl4->saddr = inet_select_addr(o->dev_out, any, RT_SCOPE_LINK);
		return OUTPUT_MAKE;
	}
	if (be32_is_zero(fl4->saddr)) {
		if (ipv4_is_multicast(fl4->daddr))
			fl4->saddr = inet_select_addr(o->dev_out, any, fl4->flowi4_scope);
		else if (be32_is_zero(fl4->daddr))
			fl4->saddr = inet_select_addr(o->dev_out, any, RT_SCOPE_HOST);
	}
	return OUTPUT_NEXT;
}

/* To 0.0.0.0: to ourselves. */
static void output_to_self(struct net *net, struct flowi4 *fl4, struct output_path *o)
{
	if (be32_is_zero(fl4->saddr))
		fl4->saddr = cpu_to_be32(0x7f000001);
	fl4->daddr = fl4->saddr;
	o->dev_out = net->loopback_dev;
	fl4->flowi4_oif = LOOPBACK_IFINDEX;
	o->res.type = RTN_LOCAL;
	o->flags |= (u32)RTCF_LOCAL;
}

static int output_by_table(struct net *net, struct flowi4 *fl4, struct output_path *o,
			   const struct sk_buff *skb)
{
	int err = fib_lookup(net, fl4, &o->res, 0);

	if (err != 0) {
		o->res.fi = NULL;
		o->res.table = NULL;
		if (fl4->flowi4_oif == 0)
			return err;
		/* The caller named the device: whatever the tables say, the destination is there.
		 */
		if (be32_is_zero(fl4->saddr))
			fl4->saddr = inet_select_addr(o->dev_out, (be32){ 0 }, RT_SCOPE_LINK);
		o->res.type = RTN_UNICAST;
		return OUTPUT_MAKE;
	}
	if (o->res.type == RTN_LOCAL) {
		if (be32_is_zero(fl4->saddr))
			fl4->saddr = be32_is_zero(o->res.fi->fib_prefsrc) ? fl4->daddr
									  : o->res.fi->fib_prefsrc;
		o->dev_out = net->loopback_dev;
		o->orig_oif = o->res.nhc->fib_nh_oif;
		fl4->flowi4_oif = o->dev_out->ifindex;
		o->flags |= (u32)RTCF_LOCAL;
		return OUTPUT_MAKE;
	}
	fib_select_path(net, &o->res, fl4, skb);
	o->dev_out = o->res.nhc->fib_nh_dev;
	return OUTPUT_MAKE;
}

static struct rtable *ip_route_output_key_hash_rcu(struct net *net, struct flowi4 *fl4,
						   const struct sk_buff *skb, int *err)
{
	PROBE(net, ip_route_output_key_hash_rcu);
	struct output_path o = { .orig_oif = fl4->flowi4_oif };
	int step = OUTPUT_NEXT;

	if (!be32_is_zero(fl4->saddr))
		step = output_check_saddr(net, fl4, &o);
	if (step == OUTPUT_NEXT && fl4->flowi4_oif != 0)
		step = output_check_oif(net, fl4, &o);
	if (step == OUTPUT_NEXT) {
		if (be32_is_zero(fl4->daddr))
			output_to_self(net, fl4, &o);
		else
			step = output_by_table(net, fl4, &o, skb);
	}
	if (step < 0) {
		*err = step;
		return NULL;
	}
	return mkroute_output(net, &o, fl4, err);
}

struct rtable *ip_route_output_key_hash(struct net *net, struct flowi4 *fl4,
					const struct sk_buff *skb, int *err)
{
	fl4->flowi4_iif = LOOPBACK_IFINDEX;
	fl4->flowi4_tos &= INET_DSCP_MASK;
	return ip_route_output_key_hash_rcu(net, fl4, skb, err);
}

struct rtable *ip_route_output_flow(struct net *net, struct flowi4 *fl4, const struct sock *sk,
				    int *err)
{
	PROBE(net, ip_route_output_flow);
	struct rtable *rt;

	(void)sk; /* for IPsec */
	PATH_STEP(net, IP_ROUTE_OUTPUT, 0, 0);
	rt = ip_route_output_key_hash(net, fl4, NULL, err);
	if (rt != NULL && fl4->flowi4_proto != 0)
		fl4->flowi4_oif = rt->dst.dev->ifindex;
	return rt;
}

/* -------- routes of connections -------- */

/* NOLINTNEXTLINE(readability-function-size): the parameters are Linux's. */
struct rtable *ip_route_connect(struct flowi4 *fl4, be32 dst, be32 src, s32 oif, u8 protocol,
				be16 sport, be16 dport, const struct sock *sk, int *err)
{
	struct net *net = sock_net(sk);
	u8 flags = inet_test_bit(sk, INET_FLAGS_TRANSPARENT) ? FLOWI_FLAG_ANYSRC : 0;

	flowi4_init_output(fl4, oif, sk->sk_mark, ip_sock_rt_tos(sk), ip_sock_rt_scope(sk),
			   protocol, flags, dst, src, dport, sport, sk->sk_uid);
	if (be32_is_zero(dst) || be32_is_zero(src)) {
		struct rtable *rt = ip_route_output_key_hash(net, fl4, NULL, err);

		if (rt == NULL)
			return NULL;
		ip_rt_put(rt);
		fl4->flowi4_oif = oif;
	}
	return ip_route_output_flow(net, fl4, sk, err);
}

struct rtable *ip_route_newports(struct flowi4 *fl4, struct rtable *rt, be16 orig_sport,
				 be16 orig_dport, be16 sport, be16 dport, const struct sock *sk,
				 int *err)
{
	if (be16_eq(sport, orig_sport) && be16_eq(dport, orig_dport))
		return rt;
	fl4->fl4_dport = dport;
	fl4->fl4_sport = sport;
	ip_rt_put(rt);
	fl4->flowi4_oif = sk->sk_bound_dev_if;
	return ip_route_output_flow(sock_net(sk), fl4, sk, err);
}

struct rtable *ip_route_output_sk(struct flowi4 *fl4, const struct sock *sk, be32 daddr, u8 tos,
				  int *err)
{
	const struct inet_sock *inet = inet_sk(sk);

	flowi4_init_output(fl4, sk->sk_bound_dev_if, sk->sk_mark, tos, ip_sock_rt_scope(sk),
			   (u8)sk->sk_protocol, inet_sk_flowi_flags(sk), daddr, inet->inet_saddr,
			   sk->sk_dport, inet->inet_sport, sk->sk_uid);
	return ip_route_output_flow(sock_net(sk), fl4, sk, err);
}
