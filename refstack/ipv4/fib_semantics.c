// SPDX-License-Identifier: MIT
/* fib_semantics.c - what routes lead to: nexthops, their checks, their life, and choosing among
 * them.
 *
 * Path: step 4. Called by fib_trie.c, fib_frontend.c and route.c.
 * Rules: RFC 1812 5.2.4; LINUX: net/ipv4/fib_semantics.c, with CONFIG_IP_ROUTE_MULTIPATH.
 * DIVERGES(fib-info-list): one list of fib_infos a net instead of hash tables; their order shows
 * nowhere. Missing: several nexthops a route, nexthop objects, gateways of IPv6, tunnels.
 */
#include "ipv4/ip_fib.h"

#include "core/cpu.h"
#include "core/neighbour.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

const struct fib_prop fib_props[RTN_MAX_PLUS1] = {
	[RTN_UNSPEC] = { 0, RT_SCOPE_NOWHERE },
	[RTN_UNICAST] = { 0, RT_SCOPE_UNIVERSE },
	[RTN_LOCAL] = { 0, RT_SCOPE_HOST },
	[RTN_BROADCAST] = { 0, RT_SCOPE_LINK },
	[RTN_ANYCAST] = { 0, RT_SCOPE_LINK },
	[RTN_MULTICAST] = { 0, RT_SCOPE_UNIVERSE },
	[RTN_BLACKHOLE] = { -EINVAL, RT_SCOPE_UNIVERSE },
	[RTN_UNREACHABLE] = { -EHOSTUNREACH, RT_SCOPE_UNIVERSE },
	[RTN_PROHIBIT] = { -EACCES, RT_SCOPE_UNIVERSE },
	[RTN_THROW] = { -EAGAIN, RT_SCOPE_UNIVERSE },
	[RTN_NAT] = { -EINVAL, RT_SCOPE_NOWHERE },
	[RTN_XRESOLVE] = { -EINVAL, RT_SCOPE_NOWHERE },
};

void free_fib_info(struct fib_info *fi)
{
	assert(fi->fib_dead != 0);
	fib_nh_release(fi->net, &fi->nh);
	pool_free(&fi->net->fib_info_pool, fi);
}

static void fib_info_put(struct fib_info *fi)
{
	assert(fi->fib_clntref > 0);
	if (--fi->fib_clntref == 0)
		free_fib_info(fi);
}

void fib_release_info(struct fib_info *fi)
{
	assert(fi->fib_treeref > 0);
	if (--fi->fib_treeref != 0)
		return;
	list_del_init(&fi->node);
	fi->fib_dead = 1;
	fib_info_put(fi);
}

static bool nh_equal(const struct fib_nh *a, const struct fib_nh *b)
{
	return a->fib_nh_oif == b->fib_nh_oif && a->has_gw == b->has_gw &&
	       a->fib_nh_scope == b->fib_nh_scope &&
	       ((a->fib_nh_flags ^ b->fib_nh_flags) & ~RTNH_COMPARE_MASK) == 0 &&
	       (!a->has_gw || be32_eq(a->fib_nh_gw4, b->fib_nh_gw4));
}

/* Routes that say the same share one. */
static struct fib_info *fib_find_info(const struct fib_info *nfi)
{
	struct fib_info *fi;

	list_for_each_entry (fi, &nfi->net->fib_info_list, struct fib_info, node) {
		if (nfi->fib_protocol == fi->fib_protocol && nfi->fib_scope == fi->fib_scope &&
		    be32_eq(nfi->fib_prefsrc, fi->fib_prefsrc) &&
		    nfi->fib_priority == fi->fib_priority && nfi->fib_type == fi->fib_type &&
		    nfi->fib_tb_id == fi->fib_tb_id &&
		    memcmp(nfi->fib_metrics, fi->fib_metrics, sizeof(fi->fib_metrics)) == 0 &&
		    ((nfi->fib_flags ^ fi->fib_flags) & ~(u32)RTNH_COMPARE_MASK) == 0 &&
		    nh_equal(&fi->nh, &nfi->nh))
			return fi;
	}
	return NULL;
}

bool ip_fib_check_default(be32 gw, struct net_device *dev)
{
	const struct fib_info *fi;

	list_for_each_entry (fi, &dev_net(dev)->fib_info_list, struct fib_info, node) {
		if (fi->nh.fib_nh_dev == dev && be32_eq(fi->nh.fib_nh_gw4, gw) &&
		    (fi->nh.fib_nh_flags & RTNH_F_DEAD) == 0)
			return true;
	}
	return false;
}

/* LINUX: ip_metrics_convert(): what a request gives, within what a header can carry. */
static void fib_metrics_set(u32 *metrics, const struct fib_config *cfg)
{
	for (u32 i = 0; i < RTAX_MAX; i++)
		metrics[i] = cfg->fc_metrics[i];
	metrics[RTAX_MTU - 1] = min_u32(cfg->fc_mtu, 65535 - 15);
	metrics[RTAX_ADVMSS - 1] = min_u32(cfg->fc_advmss, 65535 - 40);
	metrics[RTAX_HOPLIMIT - 1] = min_u32(cfg->fc_hoplimit, 255);
	metrics[RTAX_INITCWND - 1] = cfg->fc_initcwnd;
	if (cfg->fc_mtu_lock)
		metrics[RTAX_LOCK - 1] |= 1u << RTAX_MTU;
}

static u32 locks_given(const struct fib_config *cfg)
{
	return cfg->fc_metrics[RTAX_LOCK - 1] | (cfg->fc_mtu_lock ? 1u << RTAX_MTU : 0);
}

static bool metric_match(u32 given, const struct fib_info *fi, u32 metric)
{
	return given == 0 || fi->fib_metrics[metric - 1] == given;
}

bool fib_metrics_match(const struct fib_config *cfg, const struct fib_info *fi)
{
	for (u32 metric = RTAX_WINDOW; metric <= RTAX_MAX; metric++)
		if (!metric_match(cfg->fc_metrics[metric - 1], fi, metric))
			return false;
	return metric_match(cfg->fc_mtu, fi, RTAX_MTU) &&
	       metric_match(cfg->fc_advmss, fi, RTAX_ADVMSS) &&
	       metric_match(cfg->fc_hoplimit, fi, RTAX_HOPLIMIT) &&
	       metric_match(cfg->fc_initcwnd, fi, RTAX_INITCWND) &&
	       metric_match(locks_given(cfg), fi, RTAX_LOCK);
}

/* A gateway given as 0.0.0.0 is none. */
static bool cfg_has_gw(const struct fib_config *cfg)
{
	return cfg->has_gw && !be32_is_zero(cfg->fc_gw4);
}

/* LINUX: fib_nh_match() == 0: does the nexthop of a route to delete fit the request? */
bool fib_nh_matches(const struct fib_config *cfg, const struct fib_info *fi)
{
	const struct fib_nh *nh = &fi->nh;

	if (cfg->fc_priority != 0 && cfg->fc_priority != fi->fib_priority)
		return false;
	if (cfg->fc_oif != 0 && cfg->fc_oif != nh->fib_nh_oif)
		return false;
	return !cfg_has_gw(cfg) || (nh->has_gw && be32_eq(cfg->fc_gw4, nh->fib_nh_gw4));
}

static void fib_nh_set_dev(struct fib_nh *nh, struct net_device *dev, u8 scope)
{
	nh->fib_nh_dev = dev;
	nh->fib_nh_scope = scope;
	if (!netif_carrier_ok(dev))
		nh->fib_nh_flags |= RTNH_F_LINKDOWN;
}

/* `onlink`: whatever the tables say, the gateway is a neighbour there. */
static int fib_check_nh_onlink(struct net *net, struct fib_nh *nh, u8 scope)
{
	struct net_device *dev;

	if (scope >= RT_SCOPE_LINK)
		return -EINVAL;
	dev = dev_get_by_index(net, nh->fib_nh_oif);
	if (dev == NULL)
		return -ENODEV;
	if ((dev->flags & IFF_UP) == 0)
		return -ENETDOWN;
	if (inet_addr_type_dev_table(net, dev, nh->fib_nh_gw4) != RTN_UNICAST)
		return -EINVAL;
	fib_nh_set_dev(nh, dev, RT_SCOPE_LINK);
	return 0;
}

/* The gateway itself must be reachable, by a route of a narrower scope. */
static int fib_check_nh_v4_gw(struct net *net, struct fib_nh *nh, u32 table, u8 scope)
{
	struct flowi4 fl4 = { .flowi4_oif = nh->fib_nh_oif, .flowi4_iif = LOOPBACK_IFINDEX };
	struct fib_table *tbl = NULL;
	struct fib_result res;
	int err = 0;

	if ((nh->fib_nh_flags & RTNH_F_ONLINK) != 0)
		return fib_check_nh_onlink(net, nh, scope);

	fl4.daddr = nh->fib_nh_gw4;
	fl4.flowi4_scope = (u8)max_u32((u8)(scope + 1), RT_SCOPE_LINK);
	if (table != 0 && table != RT_TABLE_MAIN)
		tbl = fib_get_table(net, table);
	if (tbl != NULL)
		err = fib_table_lookup(tbl, &fl4, &res, FIB_LOOKUP_IGNORE_LINKSTATE);
	if (tbl == NULL || err != 0)
		err = fib_lookup(net, &fl4, &res, FIB_LOOKUP_IGNORE_LINKSTATE);
	if (err != 0)
		return err;

	if (res.type != RTN_UNICAST && res.type != RTN_LOCAL)
		return -EINVAL;
	nh->fib_nh_oif = res.nhc->fib_nh_oif;
	fib_nh_set_dev(nh, res.nhc->fib_nh_dev, res.scope);
	return (nh->fib_nh_dev->flags & IFF_UP) != 0 ? 0 : -ENETDOWN;
}

static int fib_check_nh_nongw(struct net *net, struct fib_nh *nh)
{
	struct in_device *in_dev;

	if ((nh->fib_nh_flags & (RTNH_F_PERVASIVE | RTNH_F_ONLINK)) != 0)
		return -EINVAL;
	in_dev = inetdev_by_index(net, nh->fib_nh_oif);
	if (in_dev == NULL)
		return -ENODEV;
	if ((in_dev->dev->flags & IFF_UP) == 0)
		return -ENETDOWN;
	fib_nh_set_dev(nh, in_dev->dev, RT_SCOPE_HOST);
	return 0;
}

/* A route of host scope is an address of ours: nothing lies behind it. */
static int fib_check_nh_host(struct net *net, struct fib_nh *nh)
{
	if (nh->has_gw)
		return -EINVAL;
	nh->fib_nh_scope = RT_SCOPE_NOWHERE;
	nh->fib_nh_dev = dev_get_by_index(net, nh->fib_nh_oif);
	return nh->fib_nh_dev != NULL ? 0 : -ENODEV;
}

static bool fib_valid_prefsrc(struct net *net, const struct fib_config *cfg)
{
	u32 tb_id = cfg->fc_table == RT_TABLE_MAIN ? (u32)RT_TABLE_LOCAL : cfg->fc_table;
	u32 type;

	if (cfg->fc_type == RTN_LOCAL && !be32_is_zero(cfg->fc_dst) &&
	    be32_eq(cfg->fc_prefsrc, cfg->fc_dst))
		return true;
	type = inet_addr_type_table(net, cfg->fc_prefsrc, tb_id);
	if (type != RTN_LOCAL && tb_id != RT_TABLE_LOCAL)
		type = inet_addr_type_table(net, cfg->fc_prefsrc, RT_TABLE_LOCAL);
	return type == RTN_LOCAL;
}

static be32 fib_info_update_nhc_saddr(struct net *net, struct fib_nh *nh, u8 scope)
{
	nh->nh_saddr = inet_select_addr(nh->fib_nh_dev, nh->fib_nh_gw4, scope);
	nh->nh_saddr_genid = net->dev_addr_genid;
	return nh->nh_saddr;
}

static int fib_check_info(struct net *net, const struct fib_config *cfg, struct fib_info *fi)
{
	int err;

	if (fib_props[cfg->fc_type].error != 0)
		return cfg_has_gw(cfg) || cfg->fc_oif != 0 ? -EINVAL : 0;
	/* RTN_UNSPEC has no error of its own, but is no type either. */
	if (cfg->fc_type == RTN_UNSPEC || cfg->fc_scope > RT_SCOPE_HOST)
		return -EINVAL;

	if (cfg->fc_scope == RT_SCOPE_HOST)
		err = fib_check_nh_host(net, &fi->nh);
	else if (fi->nh.has_gw)
		err = fib_check_nh_v4_gw(net, &fi->nh, cfg->fc_table, cfg->fc_scope);
	else
		err = fib_check_nh_nongw(net, &fi->nh);
	if (err != 0)
		return err;
	if (cfg->fc_scope != RT_SCOPE_HOST && (fi->nh.fib_nh_flags & RTNH_F_LINKDOWN) != 0)
		fi->fib_flags |= RTNH_F_LINKDOWN;

	if (!be32_is_zero(fi->fib_prefsrc) && !fib_valid_prefsrc(net, cfg))
		return -EINVAL;
	(void)fib_info_update_nhc_saddr(net, &fi->nh, fi->fib_scope);
	return 0;
}

static struct fib_info *fib_info_new(struct net *net, const struct fib_config *cfg)
{
	struct fib_info *fi = pool_zalloc(&net->fib_info_pool);

	if (fi == NULL)
		return NULL;
	INIT_LIST_HEAD(&fi->node);
	fi->net = net;
	fib_metrics_set(fi->fib_metrics, cfg);
	fi->fib_protocol = cfg->fc_protocol;
	fi->fib_scope = cfg->fc_scope;
	fi->fib_flags = cfg->fc_flags;
	fi->fib_priority = cfg->fc_priority;
	fi->fib_prefsrc = cfg->fc_prefsrc;
	fi->fib_type = cfg->fc_type;
	fi->fib_tb_id = cfg->fc_table;
	fi->nh.fib_nh_oif = cfg->fc_oif;
	fi->nh.has_gw = cfg_has_gw(cfg);
	if (fi->nh.has_gw)
		fi->nh.fib_nh_gw4 = cfg->fc_gw4;
	fi->nh.fib_nh_flags = (u8)cfg->fc_flags;
	return fi;
}

struct fib_info *fib_create_info(struct net *net, const struct fib_config *cfg, int *err)
{
	struct fib_info *fi, *ofi;

	*err = -EINVAL;
	if (cfg->fc_type >= RTN_MAX_PLUS1 || fib_props[cfg->fc_type].scope > cfg->fc_scope ||
	    (cfg->fc_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0)
		return NULL;
	if ((locks_given(cfg) >> RTAX_CWND & 1) != 0 && cfg->fc_metrics[RTAX_CWND - 1] == 0)
		return NULL;

	fi = fib_info_new(net, cfg);
	if (fi == NULL) {
		*err = -ENOBUFS;
		return NULL;
	}
	*err = fib_check_info(net, cfg, fi);
	ofi = *err == 0 ? fib_find_info(fi) : NULL;
	if (*err != 0 || ofi != NULL) {
		fi->fib_dead = 1;
		free_fib_info(fi);
		if (ofi != NULL)
			ofi->fib_treeref++;
		return ofi;
	}
	fi->fib_treeref = 1;
	fi->fib_clntref = 1;
	list_add(&fi->node, &net->fib_info_list);
	return fi;
}

/* An address of ours went: routes of the main table that prefer it as source are dead. */
int fib_sync_down_addr(struct net_device *dev, be32 local)
{
	struct fib_info *fi;
	int ret = 0;

	if (be32_is_zero(local))
		return 0;
	list_for_each_entry (fi, &dev_net(dev)->fib_info_list, struct fib_info, node) {
		if (fi->fib_tb_id == RT_TABLE_MAIN && be32_eq(fi->fib_prefsrc, local)) {
			fi->fib_flags |= RTNH_F_DEAD;
			fi->pfsrc_removed = true;
			ret++;
		}
	}
	return ret;
}

void fib_sync_mtu(struct net_device *dev, u32 orig_mtu)
{
	struct fib_nh_exception *fnhe;
	struct fib_info *fi;

	list_for_each_entry (fi, &dev_net(dev)->fib_info_list, struct fib_info, node) {
		if (fi->nh.fib_nh_dev != dev)
			continue;
		for (fnhe = fi->nh.nhc_exceptions; fnhe != NULL; fnhe = fnhe->fnhe_next)
			fnhe_update_pmtu(fnhe, dev->mtu, orig_mtu);
	}
}

/* A device lost its link, went down or away. Without force our own addresses on it stay. */
int fib_sync_down_dev(struct net_device *dev, u32 event, bool force)
{
	struct fib_info *fi;
	u8 flags = RTNH_F_LINKDOWN;
	int ret = 0;

	if (event == NETDEV_DOWN || event == NETDEV_UNREGISTER)
		flags |= RTNH_F_DEAD;
	list_for_each_entry (fi, &dev_net(dev)->fib_info_list, struct fib_info, node) {
		struct fib_nh *nh = &fi->nh;
		bool dead = (nh->fib_nh_flags & RTNH_F_DEAD) != 0;

		if (nh->fib_nh_dev != dev)
			continue;
		if (!dead && (force || nh->fib_nh_scope != RT_SCOPE_NOWHERE)) {
			nh->fib_nh_flags |= flags;
			dead = true;
		}
		if (dead || event == NETDEV_UNREGISTER) {
			fi->fib_flags |= flags;
			ret++;
		}
	}
	return ret;
}

/* LINUX: dev_get_flags(): IFF_RUNNING, IFF_LOWER_UP. */
static bool dev_runs(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

int fib_sync_up(struct net_device *dev, u32 nh_flags)
{
	struct fib_info *fi;
	int ret = 0;

	if ((dev->flags & IFF_UP) == 0)
		return 0;
	if ((nh_flags & RTNH_F_DEAD) != 0 && dev_runs(dev))
		nh_flags |= RTNH_F_LINKDOWN;
	list_for_each_entry (fi, &dev_net(dev)->fib_info_list, struct fib_info, node) {
		struct fib_nh *nh = &fi->nh;

		if (nh->fib_nh_dev != dev)
			continue;
		if ((nh->fib_nh_flags & nh_flags) != 0 && in_dev_get(dev) == NULL)
			continue;
		nh->fib_nh_flags = (u8)(nh->fib_nh_flags & ~nh_flags);
		fi->fib_flags &= ~nh_flags;
		ret++;
	}
	return ret;
}

static void fib_result_assign(struct fib_result *res, struct fib_info *fi)
{
	res->fi = fi;
	res->nhc = &fi->nh;
}

struct fib_choice {
	struct fib_info *last_resort;
	int last_idx, dflt;
};

/* Is there reason to believe that the gateway of this default route does not answer? */
static bool fib_detect_death(struct fib_info *fi, int order, struct fib_choice *c)
{
	struct neighbour *n = NULL;
	u8 state;

	if (fi->nh.has_gw)
		n = neigh_lookup(fi->net->arp_tbl, fi->nh.fib_nh_gw4, fi->nh.fib_nh_dev);
	if (n == NULL)
		return false;
	state = n->nud_state;
	neigh_release(n);
	if (state == NUD_REACHABLE || ((state & NUD_VALID) != 0 && order != c->dflt))
		return false;
	if ((state & NUD_VALID) != 0 ||
	    (c->last_idx < 0 && order > c->dflt && state != NUD_INCOMPLETE)) {
		c->last_resort = fi;
		c->last_idx = order;
	}
	return true;
}

static bool fib_tos_fits(const struct fib_alias *fa, const struct flowi4 *flp)
{
	return fa->fa_tos == 0 || fa->fa_tos == (flp->flowi4_tos & 0x1c);
}

/* LINUX: fib_select_default(): several default routes: the first whose gateway seems to live, in
 * turns. */
static void fib_select_default(const struct flowi4 *flp, struct fib_result *res)
{
	struct fib_choice c = { NULL, -1, -1 };
	struct fib_alias *fa, *fa1 = NULL;
	struct fib_info *fi = NULL;
	u32 last_prio = res->fi->fib_priority;
	struct hlist_node *pos;
	u8 last_tos = 0;
	int order = -1;

	hlist_for_each (pos, res->fa_head) {
		struct fib_info *next_fi;

		fa = hlist_entry(pos, struct fib_alias, fa_list);
		next_fi = fa->fa_info;
		if (fa->fa_slen != 32 - res->prefixlen || !fib_tos_fits(fa, flp) ||
		    fa->tb_id != res->table->tb_id)
			continue;
		if (next_fi->fib_priority > last_prio && fa->fa_tos == last_tos) {
			if (last_tos != 0)
				continue;
			break;
		}
		if ((next_fi->fib_flags & RTNH_F_DEAD) != 0)
			continue;
		last_tos = fa->fa_tos;
		last_prio = next_fi->fib_priority;
		if (next_fi->fib_scope != res->scope || fa->fa_type != RTN_UNICAST)
			continue;
		if (!next_fi->nh.has_gw || next_fi->nh.fib_nh_scope != RT_SCOPE_LINK)
			continue;
		fa->fa_accessed = true;

		if (fi == NULL) {
			if (next_fi != res->fi)
				break;
			fa1 = fa;
			c.dflt = fa->fa_default;
		} else if (!fib_detect_death(fi, order, &c)) {
			fib_result_assign(res, fi);
			fa1->fa_default = (s16)order;
			return;
		}
		fi = next_fi;
		order++;
	}

	if (order <= 0 || fi == NULL) {
		if (fa1 != NULL)
			fa1->fa_default = -1;
		return;
	}
	if (!fib_detect_death(fi, order, &c)) {
		fib_result_assign(res, fi);
		fa1->fa_default = (s16)order;
		return;
	}
	if (c.last_idx >= 0)
		fib_result_assign(res, c.last_resort);
	fa1->fa_default = (s16)c.last_idx;
}

/* There is no L3 master device here; the kernel asks all the same. */
static struct net_device *dev_get_l3mdev(struct net *net)
{
	PROBE(net, dev_get_by_index_rcu);
	return NULL;
}

void fib_select_path(struct net *net, struct fib_result *res, struct flowi4 *fl4,
		     const struct sk_buff *skb)
{
	PROBE(net, fib_select_path);

	(void)skb; /* hashed where a route has several nexthops */
	if (fl4->flowi4_oif == 0 && res->prefixlen == 0 && res->table->tb_num_default > 1 &&
	    res->type == RTN_UNICAST)
		fib_select_default(fl4, res);
	if (be32_is_zero(fl4->saddr)) {
		(void)dev_get_l3mdev(net);
		fl4->saddr = fib_result_prefsrc(net, res);
	}
}

be32 fib_result_prefsrc(struct net *net, struct fib_result *res)
{
	PROBE(net, fib_result_prefsrc);

	if (!be32_is_zero(res->fi->fib_prefsrc))
		return res->fi->fib_prefsrc;
	if (res->nhc->nh_saddr_genid == net->dev_addr_genid)
		return res->nhc->nh_saddr;
	return fib_info_update_nhc_saddr(net, res->nhc, res->fi->fib_scope);
}
