// SPDX-License-Identifier: MIT
/* fib_frontend.c - the routing tables of a net: requests, address types, source checks, and the
 * routes that addresses and devices bring with them.
 *
 * Path: step 4 and 108. Called by route.c, devinet.c, sockets that bind, the configuration; calls
 * fib_trie.c. Rules: RFC 1812 5.3.7, 5.3.8 (martians, reverse path); LINUX:
 * net/ipv4/fib_frontend.c, with CONFIG_IP_MULTIPLE_TABLES and no rules but the default ones (local,
 * main, default).
 */
#include "ipv4/ip_fib.h"

#include "core/cpu.h"
#include "core/neighbour.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "wire/ipv4.h"

static struct fib_table **fib_table_slot(struct net *net, u32 id)
{
	switch (id) {
	case RT_TABLE_UNSPEC:
	case RT_TABLE_MAIN:
		return &net->fib_main;
	case RT_TABLE_LOCAL:
		return &net->fib_local;
	case RT_TABLE_DEFAULT:
		return &net->fib_default;
	default:
		return NULL;
	}
}

/* Where the table of this number is, or where it would be. */
static struct fib_table **fib_numbered_slot(struct net *net, u32 id)
{
	struct fib_table **slot = &net->fib_numbered;

	while (*slot != NULL && (*slot)->tb_id < id)
		slot = &(*slot)->tb_next;
	return slot;
}

struct fib_table *fib_get_table(struct net *net, u32 id)
{
	struct fib_table **slot = fib_table_slot(net, id);

	if (slot != NULL)
		return *slot;
	slot = fib_numbered_slot(net, id);
	return *slot != NULL && (*slot)->tb_id == id ? *slot : NULL;
}

static struct fib_table *fib_new_numbered(struct net *net, u32 id)
{
	struct fib_table **slot = fib_numbered_slot(net, id), *tb;

	if (*slot != NULL && (*slot)->tb_id == id)
		return *slot;
	tb = fib_trie_table(net, id, NULL);
	if (tb != NULL) {
		tb->tb_next = *slot;
		*slot = tb;
	}
	return tb;
}

/* LINUX: fib_new_table(): the local table shares the trie of the main one, which is made first. */
struct fib_table *fib_new_table(struct net *net, u32 id)
{
	struct fib_table **slot = fib_table_slot(net, id);
	struct fib_table *alias = NULL;

	if (slot == NULL)
		return fib_new_numbered(net, id);
	if (*slot != NULL)
		return *slot;
	if (id == RT_TABLE_LOCAL) {
		if (net->fib_main == NULL)
			net->fib_main = fib_trie_table(net, RT_TABLE_MAIN, NULL);
		alias = net->fib_main;
		if (alias == NULL)
			return NULL;
	}
	*slot = fib_trie_table(net, id == RT_TABLE_UNSPEC ? (u32)RT_TABLE_MAIN : id, alias);
	return *slot;
}

void fib_flush(struct net *net)
{
	int flushed = 0;

	if (net->fib_main != NULL)
		flushed += fib_table_flush(net, net->fib_main);
	if (net->fib_local != NULL)
		flushed += fib_table_flush(net, net->fib_local);
	if (net->fib_default != NULL)
		flushed += fib_table_flush(net, net->fib_default);
	for (struct fib_table *tb = net->fib_numbered; tb != NULL; tb = tb->tb_next)
		flushed += fib_table_flush(net, tb);
	if (flushed != 0)
		rt_cache_flush(net);
}

int fib_lookup(struct net *net, const struct flowi4 *flp, struct fib_result *res, u32 flags)
{
	int err = -EAGAIN;

	flags |= FIB_LOOKUP_NOREF;
	res->tclassid = 0;
	if (net->fib_main != NULL)
		err = fib_table_lookup(net->fib_main, flp, res, flags);
	if (err != -EAGAIN)
		return err;
	if (net->fib_default != NULL)
		err = fib_table_lookup(net->fib_default, flp, res, flags);
	return err == -EAGAIN ? -ENETUNREACH : err;
}

/* LINUX: __inet_dev_addr_type(): as if only dev were there; NULL: all devices. Before the first
 * address is set there is no local table, and anything counts as broadcast.
 */
static u32 dev_addr_type(struct net *net, const struct net_device *dev, be32 addr, u32 tb_id)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_table *table;
	struct fib_result res;

	if (ipv4_is_zeronet(addr) || ipv4_is_lbcast(addr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(addr))
		return RTN_MULTICAST;
	table = fib_get_table(net, tb_id);
	if (table == NULL)
		return RTN_BROADCAST;
	if (fib_table_lookup(table, &fl4, &res, FIB_LOOKUP_NOREF) != 0)
		return RTN_UNICAST;
	return dev == NULL || dev == res.nhc->fib_nh_dev ? res.type : (u32)RTN_UNICAST;
}

u32 inet_addr_type_table(struct net *net, be32 addr, u32 tb_id)
{
	return dev_addr_type(net, NULL, addr, tb_id);
}

u32 inet_addr_type(struct net *net, be32 addr)
{
	return dev_addr_type(net, NULL, addr, RT_TABLE_LOCAL);
}

u32 inet_dev_addr_type(struct net *net, const struct net_device *dev, be32 addr)
{
	return dev_addr_type(net, dev, addr, RT_TABLE_LOCAL);
}

/* The device could name another table, were it part of a routing domain. */
u32 inet_addr_type_dev_table(struct net *net, const struct net_device *dev, be32 addr)
{
	PROBE(net, inet_addr_type_dev_table);

	(void)dev;
	return dev_addr_type(net, NULL, addr, RT_TABLE_LOCAL);
}

/* RFC 1122 3.2.1.3: the address of ours that a packet was meant for, to answer from. */
be32 fib_compute_spec_dst(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct net *net = dev_net(dev);
	const u8 *iph = skb_network_header(skb);
	const struct rtable *rt = dst_rtable(skb_dst(skb));
	const struct in_device *in_dev = in_dev_get(dev);
	u32 scope = RT_SCOPE_UNIVERSE;
	struct fib_result res;

	if ((rt->rt_flags & ((u32)RTCF_BROADCAST | RTCF_MULTICAST | (u32)RTCF_LOCAL)) ==
	    (u32)RTCF_LOCAL)
		return ipv4_daddr(iph);

	if (!ipv4_is_zeronet(ipv4_saddr(iph))) {
		struct flowi4 fl4 = { .flowi4_iif = LOOPBACK_IFINDEX, .daddr = ipv4_saddr(iph) };

		fl4.flowi4_tos = iph[IPV4_TOS] & INET_DSCP_MASK;
		fl4.flowi4_scope = (u8)scope;
		if (in_dev != NULL && IN_DEV_ORCONF(in_dev, src_valid_mark))
			fl4.flowi4_mark = skb->mark;
		if (fib_lookup(net, &fl4, &res, 0) == 0)
			return fib_result_prefsrc(net, &res);
	} else {
		scope = RT_SCOPE_LINK;
	}
	return inet_select_addr(dev, ipv4_saddr(iph), scope);
}

/* No way back, or none that says anything: with a reverse path filter that is too little. */
static int source_last_resort(u32 rpf, u32 *itag)
{
	if (rpf != 0)
		return -EXDEV;
	*itag = 0;
	return 0;
}

/* LINUX: __fib_validate_source(): would we send to this source, and over the device it came from?
 */
/* NOLINTNEXTLINE(readability-function-size): the parameters are Linux's. */
static int fib_validate_source_full(struct sk_buff *skb, be32 src, be32 dst, u8 dscp, s32 oif,
				    struct net_device *dev, u32 rpf, struct in_device *idev,
				    u32 *itag)
{
	struct net *net = dev_net(dev);
	struct flowi4 fl4 = { .flowi4_iif = oif != 0 ? oif : LOOPBACK_IFINDEX, .flowi4_tos = dscp };
	bool no_addr = idev->ifa_list == NULL;
	struct fib_result res;

	fl4.daddr = src;
	fl4.saddr = dst;
	fl4.flowi4_scope = RT_SCOPE_UNIVERSE;
	fl4.flowi4_mark = IN_DEV_ORCONF(idev, src_valid_mark) ? skb->mark : 0;

	if (fib_lookup(net, &fl4, &res, 0) != 0)
		return source_last_resort(rpf, itag);
	if (res.type != RTN_UNICAST &&
	    (res.type != RTN_LOCAL || !IN_DEV_ORCONF(idev, accept_local)))
		return -EINVAL;
	if (res.nhc->fib_nh_dev == dev || (res.type == RTN_LOCAL && dev == net->loopback_dev))
		return res.nhc->fib_nh_scope >= RT_SCOPE_HOST;
	if (no_addr)
		return source_last_resort(rpf, itag);
	if (rpf == 1)
		return -EXDEV;

	fl4.flowi4_oif = dev->ifindex;
	if (fib_lookup(net, &fl4, &res, FIB_LOOKUP_IGNORE_LINKSTATE) == 0 &&
	    res.type == RTN_UNICAST)
		return res.nhc->fib_nh_scope >= RT_SCOPE_HOST;
	return 0;
}

int fib_validate_source(struct sk_buff *skb, be32 src, be32 dst, u8 dscp, s32 oif,
			struct net_device *dev, struct in_device *idev, u32 *itag)
{
	struct net *net = dev_net(dev);
	PROBE(net, fib_validate_source);
	u32 rpf = IN_DEV_MAXCONF(idev, rp_filter);
	bool quick = rpf == 0 && (dev->ifindex != oif || !IN_DEV_ORCONF(idev, send_redirects));

	if (quick && !IN_DEV_ORCONF(idev, accept_local)) {
		/* Our addresses alone do not tell what is local once there are local routes by
		 * hand. */
		if (net->fib_has_custom_local_routes)
			quick = false;
		else if (inet_lookup_ifaddr(net, src) != NULL)
			return -EINVAL;
	}
	if (quick) {
		*itag = 0;
		return 0;
	}
	return fib_validate_source_full(skb, src, dst, dscp, oif, dev, rpf, idev, itag);
}

/* LINUX: rtm_to_fib_config(): what a request must not say. */
static int fib_config_check(struct fib_config *cfg)
{
	if ((cfg->fc_tos & ~INET_DSCP_MASK) != 0 || cfg->fc_type >= RTN_MAX_PLUS1 ||
	    cfg->fc_dst_len > 32)
		return -EINVAL;
	if (cfg->fc_dst_len < 32 && (u32)(be32_to_cpu(cfg->fc_dst) << cfg->fc_dst_len) != 0)
		return -EINVAL;
	if (cfg->fc_table == RT_TABLE_UNSPEC)
		cfg->fc_table = RT_TABLE_MAIN;
	return 0;
}

int inet_rtm_newroute(struct net *net, struct fib_config *cfg)
{
	int err = fib_config_check(cfg);
	struct fib_table *tb;

	if (err != 0)
		return err;
	tb = fib_new_table(net, cfg->fc_table);
	if (tb == NULL)
		return -ENOBUFS;
	err = fib_table_insert(net, tb, cfg);
	if (err == 0 && cfg->fc_type == RTN_LOCAL)
		net->fib_has_custom_local_routes = true;
	return err;
}

int inet_rtm_delroute(struct net *net, struct fib_config *cfg)
{
	int err = fib_config_check(cfg);
	struct fib_table *tb;

	if (err != 0)
		return err;
	tb = fib_get_table(net, cfg->fc_table);
	return tb != NULL ? fib_table_delete(net, tb, cfg) : -ESRCH;
}

/* A route that an address brings. LINUX: fib_magic(); errors are nobody's. */
static void fib_magic(bool add, u8 type, be32 dst, u8 dst_len, const struct in_ifaddr *ifa,
		      u32 priority)
{
	struct net *net = dev_net(ifa->ifa_dev->dev);
	struct fib_table *tb =
		fib_new_table(net, type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL);
	struct fib_config cfg = {
		.fc_protocol = RTPROT_KERNEL, .fc_type = type, .fc_dst = dst, .fc_dst_len = dst_len
	};

	if (tb == NULL)
		return;
	cfg.fc_priority = priority;
	cfg.fc_prefsrc = ifa->ifa_local;
	cfg.fc_oif = ifa->ifa_dev->dev->ifindex;
	cfg.fc_nlflags = NLM_F_CREATE | NLM_F_APPEND;
	cfg.fc_table = tb->tb_id;
	cfg.fc_scope = type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK;
	if (add)
		(void)fib_table_insert(net, tb, &cfg);
	else
		(void)fib_table_delete(net, tb, &cfg);
}

static be32 be32_or(be32 a, be32 b)
{
	return (be32){ a.raw | b.raw };
}

static be32 be32_not(be32 a)
{
	return (be32){ ~a.raw };
}

static u8 subnet_type(const struct net_device *dev)
{
	return (dev->flags & IFF_LOOPBACK) != 0 ? RTN_LOCAL : RTN_UNICAST;
}

/* A prefix of which the address is more than all there is. */
static bool ifa_has_subnet(const struct in_ifaddr *ifa, be32 prefix)
{
	return !ipv4_is_zeronet(prefix) &&
	       (!be32_eq(prefix, ifa->ifa_local) || ifa->ifa_prefixlen < 32);
}

void fib_add_ifaddr(struct in_ifaddr *ifa)
{
	struct in_device *in_dev = ifa->ifa_dev;
	struct net_device *dev = in_dev->dev;
	be32 prefix = be32_and(ifa->ifa_address, ifa->ifa_mask), brd;
	const struct in_ifaddr *prim = ifa;

	if ((ifa->ifa_flags & IFA_F_SECONDARY) != 0) {
		prim = inet_ifa_byprefix(in_dev, prefix, ifa->ifa_mask);
		assert(prim != NULL);
	}
	fib_magic(true, RTN_LOCAL, ifa->ifa_local, 32, prim, 0);
	if ((dev->flags & IFF_UP) == 0)
		return;

	if (!be32_is_zero(ifa->ifa_broadcast) && !ipv4_is_lbcast(ifa->ifa_broadcast)) {
		fib_magic(true, RTN_BROADCAST, ifa->ifa_broadcast, 32, prim, 0);
		(void)arp_invalidate(dev, ifa->ifa_broadcast, false);
	}
	if ((ifa->ifa_flags & IFA_F_SECONDARY) != 0 || !ifa_has_subnet(ifa, prefix))
		return;
	if ((ifa->ifa_flags & IFA_F_NOPREFIXROUTE) == 0)
		fib_magic(true, subnet_type(dev), prefix, ifa->ifa_prefixlen, prim,
			  ifa->ifa_rt_priority);
	if (ifa->ifa_prefixlen < 31) {
		brd = be32_or(prefix, be32_not(ifa->ifa_mask));
		fib_magic(true, RTN_BROADCAST, brd, 32, prim, 0);
		(void)arp_invalidate(dev, brd, false);
	}
}

void fib_modify_prefix_metric(struct in_ifaddr *ifa, u32 new_metric)
{
	be32 prefix = be32_and(ifa->ifa_address, ifa->ifa_mask);
	struct net_device *dev = ifa->ifa_dev->dev;

	if ((dev->flags & IFF_UP) == 0 ||
	    (ifa->ifa_flags & (IFA_F_SECONDARY | IFA_F_NOPREFIXROUTE)) != 0 ||
	    ipv4_is_zeronet(prefix) ||
	    (be32_eq(prefix, ifa->ifa_local) && ifa->ifa_prefixlen == 32))
		return;
	fib_magic(true, subnet_type(dev), prefix, ifa->ifa_prefixlen, ifa, new_metric);
	fib_magic(false, subnet_type(dev), prefix, ifa->ifa_prefixlen, ifa, ifa->ifa_rt_priority);
}

/* What other addresses of the device still need of the routes of one that goes. */
struct ifa_needs {
	const struct in_ifaddr *ifa, *iprim, *prim, *prim1;
	be32 brd, any;
	bool gone, same_prefsrc;
	bool local, ifa_brd, brd0, brd1;
};

static bool same_subnet(const struct in_ifaddr *a, const struct in_ifaddr *b)
{
	return be32_eq(a->ifa_mask, b->ifa_mask) && inet_ifa_match(a->ifa_address, b);
}

/* Does ifa1 use the primary address that the one to go uses? Finds ifa1's primary on the way. */
static bool ifa_shares_prefsrc(struct ifa_needs *s, const struct in_ifaddr *ifa1)
{
	if ((ifa1->ifa_flags & IFA_F_SECONDARY) == 0) {
		if (!be32_eq(s->prim->ifa_local, ifa1->ifa_local))
			return false;
		s->prim1 = ifa1;
		if (s->prim != s->prim1)
			s->same_prefsrc = true;
		return true;
	}
	if (same_subnet(ifa1, s->prim)) {
		s->prim1 = s->prim;
		return true;
	}
	/* Secondaries come last: now it is known whether another primary has the same address. */
	if (!s->same_prefsrc)
		return false;
	if (s->prim1 == NULL || !same_subnet(ifa1, s->prim1))
		s->prim1 = inet_ifa_byprefix(ifa1->ifa_dev, ifa1->ifa_address, ifa1->ifa_mask);
	return s->prim1 != NULL && be32_eq(s->prim1->ifa_local, s->prim->ifa_local);
}

static void ifa_needs_of(struct ifa_needs *s, const struct in_ifaddr *ifa1)
{
	be32 brd1 = be32_or(ifa1->ifa_address, be32_not(ifa1->ifa_mask));
	be32 any1 = be32_and(ifa1->ifa_address, ifa1->ifa_mask);

	s->local |= be32_eq(s->ifa->ifa_local, ifa1->ifa_local);
	s->ifa_brd |= be32_eq(s->ifa->ifa_broadcast, ifa1->ifa_broadcast);
	s->brd1 |= be32_eq(s->brd, ifa1->ifa_broadcast);
	s->brd0 |= be32_eq(s->any, ifa1->ifa_broadcast);
	if (s->prim1 != ifa1 || ifa1->ifa_prefixlen >= 31 || ipv4_is_zeronet(any1))
		return;
	s->ifa_brd |= be32_eq(s->ifa->ifa_broadcast, brd1) || be32_eq(s->ifa->ifa_broadcast, any1);
	s->brd1 |= be32_eq(s->brd, brd1) || be32_eq(s->brd, any1);
	s->brd0 |= be32_eq(s->any, brd1) || be32_eq(s->any, any1);
}

static void ifa_needs_scan(struct ifa_needs *s, const struct in_device *in_dev)
{
	const struct in_ifaddr *ifa1;

	for (ifa1 = in_dev->ifa_list; ifa1 != NULL; ifa1 = ifa1->ifa_next) {
		if (ifa1 == s->ifa) {
			s->gone = false; /* promotion: the address stays */
			continue;
		}
		if (s->iprim != NULL && same_subnet(ifa1, s->iprim))
			continue;
		if (ifa_shares_prefsrc(s, ifa1))
			ifa_needs_of(s, ifa1);
	}
}

/* Takes away the routes of an address. With iprim: its subnet counts as deleted, even what is still
 * in the device's list, and ifa, a secondary there, is to be promoted.
 */
void fib_del_ifaddr(struct in_ifaddr *ifa, struct in_ifaddr *iprim)
{
	struct in_device *in_dev = ifa->ifa_dev;
	struct net_device *dev = in_dev->dev;
	struct ifa_needs s = { .ifa = ifa, .iprim = iprim, .prim = ifa, .gone = true };
	bool subnet = false;

	s.brd = be32_or(ifa->ifa_address, be32_not(ifa->ifa_mask));
	s.any = be32_and(ifa->ifa_address, ifa->ifa_mask);
	if ((ifa->ifa_flags & IFA_F_SECONDARY) != 0) {
		s.prim = inet_ifa_byprefix(in_dev, s.any, ifa->ifa_mask);
		/* A device that goes takes its primaries away first. */
		if (s.prim == NULL || (iprim != NULL && iprim != s.prim))
			return;
	} else if (ifa_has_subnet(ifa, s.any)) {
		if ((ifa->ifa_flags & IFA_F_NOPREFIXROUTE) == 0)
			fib_magic(false, subnet_type(dev), s.any, ifa->ifa_prefixlen, s.prim, 0);
		subnet = true;
	}
	if (!in_dev->dead)
		ifa_needs_scan(&s, in_dev);

	if (!s.ifa_brd)
		fib_magic(false, RTN_BROADCAST, ifa->ifa_broadcast, 32, s.prim, 0);
	if (subnet && ifa->ifa_prefixlen < 31) {
		if (!s.brd1)
			fib_magic(false, RTN_BROADCAST, s.brd, 32, s.prim, 0);
		if (!s.brd0)
			fib_magic(false, RTN_BROADCAST, s.any, 32, s.prim, 0);
	}
	if (s.local)
		return;
	fib_magic(false, RTN_LOCAL, ifa->ifa_local, 32, s.prim, 0);
	if (s.gone && inet_addr_type_dev_table(dev_net(dev), dev, ifa->ifa_local) != RTN_LOCAL &&
	    fib_sync_down_addr(dev, ifa->ifa_local) != 0)
		fib_flush(dev_net(dev));
}

static void fib_disable_ip(struct net_device *dev, enum netdev_event event, bool force)
{
	if (fib_sync_down_dev(dev, event, force) != 0)
		fib_flush(dev_net(dev));
	else
		rt_cache_flush(dev_net(dev));
	arp_ifdown(dev);
}

void fib_inetaddr_event(struct in_ifaddr *ifa, enum netdev_event event)
{
	struct net_device *dev = ifa->ifa_dev->dev;
	struct net *net = dev_net(dev);

	if (event == NETDEV_UP) {
		fib_add_ifaddr(ifa);
		(void)fib_sync_up(dev, RTNH_F_DEAD);
		net->dev_addr_genid++;
		rt_cache_flush(net);
		return;
	}
	assert(event == NETDEV_DOWN);
	fib_del_ifaddr(ifa, NULL);
	net->dev_addr_genid++;
	if (ifa->ifa_dev->ifa_list == NULL)
		fib_disable_ip(dev, event, true); /* no address left: no IP on this device */
	else
		rt_cache_flush(net);
}

static void fib_dev_up(struct net_device *dev, struct in_device *in_dev)
{
	struct net *net = dev_net(dev);
	struct in_ifaddr *ifa;

	for (ifa = in_dev->ifa_list; ifa != NULL; ifa = ifa->ifa_next)
		fib_add_ifaddr(ifa);
	(void)fib_sync_up(dev, RTNH_F_DEAD);
	net->dev_addr_genid++;
	rt_cache_flush(net);
}

void fib_netdev_event(struct net_device *dev, enum netdev_event event)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct net *net = dev_net(dev);
	u32 mtu;

	if (event == NETDEV_UNREGISTER) {
		fib_disable_ip(dev, event, true);
		rt_flush_dev(dev);
		return;
	}
	if (in_dev == NULL)
		return;
	switch (event) {
	case NETDEV_UP:
		fib_dev_up(dev, in_dev);
		break;
	case NETDEV_DOWN:
		fib_disable_ip(dev, event, false);
		break;
	case NETDEV_CHANGE:
		if (netif_running(dev) && netif_carrier_ok(dev))
			(void)fib_sync_up(dev, RTNH_F_LINKDOWN);
		else
			(void)fib_sync_down_dev(dev, event, false);
		rt_cache_flush(net);
		break;
	case NETDEV_CHANGEMTU:
		mtu = in_dev->mtu;
		in_dev->mtu = dev->mtu;
		fib_sync_mtu(dev, mtu);
		rt_cache_flush(net);
		break;
	default:
		break;
	}
}

void ip_fib_init(struct net *net)
{
	INIT_LIST_HEAD(&net->fib_info_list);
	net->fib_main = NULL;
	net->fib_local = NULL;
	net->fib_default = NULL;
	net->fib_numbered = NULL;
}

/* The local table first: its trie is the main table's. */
void ip_fib_exit(struct net *net)
{
	if (net->fib_local != NULL)
		fib_free_table(net->fib_local);
	if (net->fib_main != NULL)
		fib_free_table(net->fib_main);
	if (net->fib_default != NULL)
		fib_free_table(net->fib_default);
	while (net->fib_numbered != NULL) {
		struct fib_table *tb = net->fib_numbered;

		net->fib_numbered = tb->tb_next;
		fib_free_table(tb);
	}
	net->fib_local = NULL;
	net->fib_main = NULL;
	net->fib_default = NULL;
	assert(list_empty(&net->fib_info_list));
}
