// SPDX-License-Identifier: MIT
/* ipcmd_route.c - `ip route`: add, replace, change, append, prepend, del, show, get. */
#include <stdio.h>
#include <string.h>

#include "core/net.h"
#include "core/netdevice.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "ipv4/ip_fib.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "uapi/netlink.h"
#include "wire/ipv4.h"

struct route_req {
	struct fib_config cfg;
	struct net_device *dev;
	bool dst_given, table_given, scope_given;
};

static const struct {
	const char *name;
	u8 type;
} route_types[] = {
	{ "unicast", RTN_UNICAST },
	{ "local", RTN_LOCAL },
	{ "broadcast", RTN_BROADCAST },
	{ "anycast", RTN_ANYCAST },
	{ "multicast", RTN_MULTICAST },
	{ "blackhole", RTN_BLACKHOLE },
	{ "unreachable", RTN_UNREACHABLE },
	{ "prohibit", RTN_PROHIBIT },
	{ "throw", RTN_THROW },
};

static const char *type_name(u8 type)
{
	for (u32 i = 0; i < ARRAY_SIZE(route_types); i++)
		if (route_types[i].type == type)
			return route_types[i].name;
	return "?";
}

static bool is_any(const struct lex *lx)
{
	return lex_is(lx, "default") || lex_is(lx, "any") || lex_is(lx, "all");
}

static int route_dst(struct lex *lx, void *req)
{
	struct route_req *r = req;
	bool given;

	for (u32 i = 0; i < ARRAY_SIZE(route_types) && !r->dst_given; i++) {
		if (lex_is(lx, route_types[i].name)) {
			r->cfg.fc_type = route_types[i].type;
			return 0;
		}
	}
	if (r->dst_given)
		return -ENOENT;
	if (is_any(lx)) {
		r->dst_given = true;
		return 0;
	}
	if (lx->word[0] < '0' || lx->word[0] > '9')
		return -ENOENT;
	if (!parse_prefix(lx->word, &r->cfg.fc_dst, &r->cfg.fc_dst_len, &given))
		return lex_fail(lx, "Error: inet prefix is expected rather than \"%s\".", lx->word);
	r->dst_given = true;
	return 0;
}

static int route_to(struct lex *lx, void *req)
{
	int err = take_word(lx, "a destination");

	return err < 0 ? err : route_dst(lx, req);
}

static int route_via(struct lex *lx, void *req)
{
	struct route_req *r = req;

	r->cfg.has_gw = true;
	return take_addr(lx, "a gateway", &r->cfg.fc_gw4);
}

static int route_dev(struct lex *lx, void *req)
{
	struct route_req *r = req;
	int err = ask_dev(lx, &r->dev);

	if (err == 0)
		r->cfg.fc_oif = r->dev->ifindex;
	return err;
}

static int route_src(struct lex *lx, void *req)
{
	return take_addr(lx, "a source address", &((struct route_req *)req)->cfg.fc_prefsrc);
}

static int route_metric(struct lex *lx, void *req)
{
	return take_u32(lx, "a metric", U32_MAX, &((struct route_req *)req)->cfg.fc_priority);
}

static int route_mtu(struct lex *lx, void *req)
{
	struct route_req *r = req;

	if (lex_next(lx) && lex_is(lx, "lock"))
		r->cfg.fc_mtu_lock = true;
	else
		lex_back(lx);
	return take_u32(lx, "an MTU", U32_MAX, &r->cfg.fc_mtu);
}

static int route_advmss(struct lex *lx, void *req)
{
	return take_u32(lx, "an MSS", U32_MAX, &((struct route_req *)req)->cfg.fc_advmss);
}

static int route_hoplimit(struct lex *lx, void *req)
{
	return take_u32(lx, "a hop limit", 255, &((struct route_req *)req)->cfg.fc_hoplimit);
}

static int route_initcwnd(struct lex *lx, void *req)
{
	return take_u32(lx, "a number of segments", U32_MAX,
			&((struct route_req *)req)->cfg.fc_initcwnd);
}

/* Metrics that TCP looks at. Of times Linux keeps parts: eighths of rtt, quarters of rttvar; a
 * number without unit is of these.
 */
static const struct tcp_metric {
	const char *name;
	u32 metric, parts; /* parts of a millisecond; 0: it is no time */
} tcp_metrics[] = {
	{ "window", RTAX_WINDOW, 0 },	  { "rtt", RTAX_RTT, 8 },
	{ "rttvar", RTAX_RTTVAR, 4 },	  { "ssthresh", RTAX_SSTHRESH, 0 },
	{ "cwnd", RTAX_CWND, 0 },	  { "reordering", RTAX_REORDERING, 0 },
	{ "initrwnd", RTAX_INITRWND, 0 }, { "quickack", RTAX_QUICKACK, 0 },
	{ "rto_min", RTAX_RTO_MIN, 1 },
};

static const struct tcp_metric *tcp_metric_of(u32 metric)
{
	for (u32 i = 0; i < ARRAY_SIZE(tcp_metrics); i++)
		if (tcp_metrics[i].metric == metric)
			return &tcp_metrics[i];
	return NULL;
}

/* 100, 100ms or 2s. */
static int take_metric_time(struct lex *lx, u32 parts, u32 *to)
{
	char number[16];
	size_t digits;
	u32 scale;

	if (take_word(lx, "a time") < 0)
		return -1;
	digits = strspn(lx->word, "0123456789");
	if (lx->word[digits] == '\0')
		scale = parts == 1 ? 1 : 0;
	else if (strcmp(lx->word + digits, "ms") == 0)
		scale = parts;
	else if (strcmp(lx->word + digits, "s") == 0)
		scale = 1000 * parts;
	else
		return lex_unknown(lx, "a time");
	if (digits == 0 || digits >= sizeof(number))
		return lex_unknown(lx, "a time");
	memcpy(number, lx->word, digits);
	number[digits] = '\0';
	if (!parse_u32(number, 10, to))
		return lex_unknown(lx, "a time");
	if (scale != 0)
		*to *= scale;
	return 0;
}

static int route_tcp_metric(struct lex *lx, void *req)
{
	struct route_req *r = req;
	const struct tcp_metric *m = tcp_metrics;
	u32 *locks = &r->cfg.fc_metrics[RTAX_LOCK - 1];

	while (!lex_is(lx, m->name))
		m++;
	if (lex_next(lx) && lex_is(lx, "lock"))
		*locks |= 1u << m->metric;
	else
		lex_back(lx);
	/* iproute2: whoever gives the least timeout insists. */
	if (m->metric == RTAX_RTO_MIN)
		*locks |= 1u << RTAX_RTO_MIN;
	if (m->parts != 0)
		return take_metric_time(lx, m->parts, &r->cfg.fc_metrics[m->metric - 1]);
	return take_u32(lx, "a number", U32_MAX, &r->cfg.fc_metrics[m->metric - 1]);
}

static int route_features(struct lex *lx, void *req)
{
	if (take_word(lx, "a feature") < 0)
		return -1;
	if (!lex_is(lx, "ecn"))
		return lex_unknown(lx, "ecn");
	((struct route_req *)req)->cfg.fc_metrics[RTAX_FEATURES - 1] |= RTAX_FEATURE_ECN;
	return 0;
}

static int route_tos(struct lex *lx, void *req)
{
	u32 tos = 0;
	int err = take_word(lx, "a TOS");

	if (err < 0)
		return err;
	if (!parse_u32(lx->word, 16, &tos) || tos > 255)
		return lex_fail(lx, "%s: '%s' at column %u is not a TOS", lx->cmd, lx->word,
				lx->col);
	((struct route_req *)req)->cfg.fc_tos = (u8)tos;
	return 0;
}

static int route_scope(struct lex *lx, void *req)
{
	struct route_req *r = req;

	r->scope_given = true;
	return take_scope(lx, &r->cfg.fc_scope);
}

static int take_table(struct lex *lx, u32 *to)
{
	int err = take_word(lx, "a table");

	if (err < 0)
		return err;
	if (lex_is(lx, "main"))
		*to = RT_TABLE_MAIN;
	else if (lex_is(lx, "local"))
		*to = RT_TABLE_LOCAL;
	else if (lex_is(lx, "default"))
		*to = RT_TABLE_DEFAULT;
	else if (!parse_u32(lx->word, 10, to))
		return lex_unknown(lx, "main|local|default|a number");
	return 0;
}

static int route_table(struct lex *lx, void *req)
{
	struct route_req *r = req;

	r->table_given = true;
	return take_table(lx, &r->cfg.fc_table);
}

static int route_proto(struct lex *lx, void *req)
{
	struct route_req *r = req;
	u32 proto = 0;
	int err = take_word(lx, "a protocol");

	if (err < 0)
		return err;
	if (lex_is(lx, "kernel"))
		proto = RTPROT_KERNEL;
	else if (lex_is(lx, "boot"))
		proto = RTPROT_BOOT;
	else if (lex_is(lx, "static"))
		proto = RTPROT_STATIC;
	else if (!parse_u32(lx->word, 10, &proto) || proto > 255)
		return lex_unknown(lx, "kernel|boot|static|0 to 255");
	r->cfg.fc_protocol = (u8)proto;
	return 0;
}

static int route_onlink(struct lex *lx, void *req)
{
	(void)lx;
	((struct route_req *)req)->cfg.fc_flags |= RTNH_F_ONLINK;
	return 0;
}

static const struct lex_key route_keys[] = {
	{ "via", route_via },
	{ "dev", route_dev },
	{ "oif", route_dev },
	{ "src", route_src },
	{ "metric", route_metric },
	{ "mtu", route_mtu },
	{ "advmss", route_advmss },
	{ "hoplimit", route_hoplimit },
	{ "initcwnd", route_initcwnd },
	{ "scope", route_scope },
	{ "table", route_table },
	{ "proto", route_proto },
	{ "protocol", route_proto },
	{ "tos", route_tos },
	{ "onlink", route_onlink },
	{ "to", route_to },
	{ "window", route_tcp_metric },
	{ "rtt", route_tcp_metric },
	{ "rttvar", route_tcp_metric },
	{ "ssthresh", route_tcp_metric },
	{ "cwnd", route_tcp_metric },
	{ "reordering", route_tcp_metric },
	{ "initrwnd", route_tcp_metric },
	{ "quickack", route_tcp_metric },
	{ "rto_min", route_tcp_metric },
	{ "features", route_features },
};

/* iproute2: what a request says when its words do not. */
static void route_defaults(struct route_req *r, bool del)
{
	struct fib_config *cfg = &r->cfg;
	bool own = cfg->fc_type == RTN_LOCAL || cfg->fc_type == RTN_BROADCAST ||
		   cfg->fc_type == RTN_ANYCAST;

	if (!r->table_given)
		cfg->fc_table = own ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
	if (r->scope_given)
		return;
	if (cfg->fc_type == RTN_LOCAL)
		cfg->fc_scope = RT_SCOPE_HOST;
	else if ((cfg->fc_type == RTN_UNICAST || cfg->fc_type == RTN_UNSPEC) && del)
		cfg->fc_scope = RT_SCOPE_NOWHERE;
	else if (cfg->fc_type == RTN_BROADCAST || cfg->fc_type == RTN_MULTICAST ||
		 cfg->fc_type == RTN_ANYCAST || (cfg->fc_type == RTN_UNICAST && !cfg->has_gw))
		cfg->fc_scope = RT_SCOPE_LINK;
}

/* What the kernel says besides the number. */
static const char *route_text(const struct fib_config *cfg, int err)
{
	if (err == -EINVAL && (cfg->fc_dst.raw & ~inet_make_mask(cfg->fc_dst_len).raw) != 0)
		return "Invalid prefix for given prefix length";
	if (err == -EINVAL && (cfg->fc_metrics[RTAX_LOCK - 1] >> RTAX_CWND & 1) != 0 &&
	    cfg->fc_metrics[RTAX_CWND - 1] == 0)
		return "Locked cwnd metric must be non zero";
	if (err == -ENETUNREACH && cfg->has_gw)
		return "Nexthop has invalid gateway";
	if (err == -ENETDOWN)
		return cfg->has_gw ? "Nexthop device is not up" : "Device for nexthop is not up";
	return NULL;
}

static int route_change(struct lex *lx, bool del, u32 nlflags)
{
	struct route_req r = { .cfg = { .fc_nlflags = nlflags, .fc_scope = RT_SCOPE_NOWHERE } };
	int err;

	if (!del) {
		r.cfg.fc_protocol = RTPROT_BOOT;
		r.cfg.fc_scope = RT_SCOPE_UNIVERSE;
		r.cfg.fc_type = RTN_UNICAST;
	}
	err = lex_keys(lx, route_keys, ARRAY_SIZE(route_keys), route_dst, &r);
	if (err < 0)
		return err;
	route_defaults(&r, del);
	err = del ? inet_rtm_delroute(lex_net(lx), &r.cfg) : inet_rtm_newroute(lex_net(lx), &r.cfg);
	return lex_answer(lx, err, route_text(&r.cfg, err));
}

/* --- show --- */

struct show_ctx {
	struct lex *lx;
	u32 table;
	const struct net_device *dev;
	bool dst_given;
	be32 dst;
	u8 dst_len;
};

static const char *prefix_text(be32 dst, u8 len, char buf[24])
{
	char a[16];

	if (len == 0)
		snprintf(buf, 24, "default");
	else if (len == 32)
		snprintf(buf, 24, "%s", addr_text(dst, a));
	else
		snprintf(buf, 24, "%s/%u", addr_text(dst, a), len);
	return buf;
}

static void show_nexthop(struct outbuf *o, const struct fib_info *fi, bool with_dev)
{
	char a[16];

	if (fi->nh.has_gw)
		outf(o, "via %s ", addr_text(fi->nh.fib_nh_gw4, a));
	if (fi->nh.fib_nh_dev != NULL && with_dev)
		outf(o, "dev %s ", fi->nh.fib_nh_dev->name);
}

/* iproute2: with a point where it is seconds. */
static void show_metric_time(struct outbuf *o, u32 ms)
{
	if (ms < 1000)
		outf(o, "%ums ", ms);
	else if (ms % 1000 == 0)
		outf(o, "%us ", ms / 1000);
	else
		outf(o, "%u.%0*us ", ms / 1000,
		     ms % 100 == 0  ? 1
		     : ms % 10 == 0 ? 2
				    : 3,
		     ms % 100 == 0  ? ms / 100 % 10
		     : ms % 10 == 0 ? ms / 10 % 100
				    : ms % 1000);
}

static const char *metric_name(u32 metric)
{
	const struct tcp_metric *m = tcp_metric_of(metric);

	switch (metric) {
	case RTAX_MTU:
		return "mtu";
	case RTAX_ADVMSS:
		return "advmss";
	case RTAX_HOPLIMIT:
		return "hoplimit";
	case RTAX_INITCWND:
		return "initcwnd";
	case RTAX_FEATURES:
		return "features";
	default:
		return m != NULL ? m->name : "metric";
	}
}

static void show_metrics(struct outbuf *o, const struct fib_info *fi)
{
	for (u32 metric = RTAX_MTU; metric <= RTAX_MAX; metric++) {
		const struct tcp_metric *m = tcp_metric_of(metric);
		u32 v = fi->fib_metrics[metric - 1];
		bool lock = (fi->fib_metrics[RTAX_LOCK - 1] >> metric & 1) != 0;

		if (v == 0 && !lock)
			continue;
		outf(o, "%s %s", metric_name(metric), lock ? "lock " : "");
		if (metric == RTAX_FEATURES)
			outf(o, "%s", v != 0 ? "ecn " : "");
		else if (m != NULL && m->parts != 0)
			show_metric_time(o, v / m->parts);
		else
			outf(o, "%u ", v);
	}
}

static void show_route(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi)
{
	struct show_ctx *s = ctx;
	struct outbuf *o = s->lx->out;
	char buf[24], a[16];

	if (fi->fib_tb_id != s->table || (s->dev != NULL && fi->nh.fib_nh_dev != s->dev))
		return;
	if (s->dst_given && (!be32_eq(s->dst, dst) || s->dst_len != len))
		return;
	if (type != RTN_UNICAST)
		outf(o, "%s ", type_name(type));
	outf(o, "%s ", prefix_text(dst, len, buf));
	if (tos != 0)
		outf(o, "tos %#x ", tos);
	show_nexthop(o, fi, s->dev == NULL);
	if (fi->fib_protocol == RTPROT_KERNEL || fi->fib_protocol == RTPROT_STATIC)
		outf(o, "proto %s ", fi->fib_protocol == RTPROT_KERNEL ? "kernel" : "static");
	else if (fi->fib_protocol != RTPROT_BOOT)
		outf(o, "proto %u ", fi->fib_protocol);
	if (fi->fib_scope != RT_SCOPE_UNIVERSE)
		outf(o, "scope %s ", scope_name(fi->fib_scope, a));
	if (!be32_is_zero(fi->fib_prefsrc))
		outf(o, "src %s ", addr_text(fi->fib_prefsrc, a));
	if (fi->fib_priority != 0)
		outf(o, "metric %u ", fi->fib_priority);
	show_metrics(o, fi);
	if ((fib_nh_flags_told(&fi->nh) & RTNH_F_DEAD) != 0)
		outf(o, "dead ");
	if ((fi->nh.fib_nh_flags & RTNH_F_ONLINK) != 0)
		outf(o, "onlink ");
	if ((fi->nh.fib_nh_flags & RTNH_F_LINKDOWN) != 0)
		outf(o, "linkdown ");
	outf(o, "\n");
}

static int show_table(struct lex *lx, void *req)
{
	return take_table(lx, &((struct show_ctx *)req)->table);
}

static int show_dev(struct lex *lx, void *req)
{
	struct net_device *dev = NULL;
	int err = ask_dev(lx, &dev);

	((struct show_ctx *)req)->dev = dev;
	return err;
}

static int show_dst(struct lex *lx, void *req)
{
	struct show_ctx *s = req;
	bool given;

	s->dst_given = true;
	if (is_any(lx) || parse_prefix(lx->word, &s->dst, &s->dst_len, &given))
		return 0;
	return -ENOENT;
}

static int route_show(struct lex *lx)
{
	static const struct lex_key keys[] = { { "table", show_table }, { "dev", show_dev } };
	struct show_ctx s = { .lx = lx, .table = RT_TABLE_MAIN };
	int err = lex_keys(lx, keys, ARRAY_SIZE(keys), show_dst, &s);
	const struct fib_table *tb;

	if (err < 0)
		return err;
	tb = fib_get_table(lex_net(lx), s.table);
	if (tb != NULL)
		fib_table_walk(tb, show_route, &s);
	return 0;
}

/* --- get --- */

struct get_req {
	struct flowi4 fl4;
	bool given;
};

static int get_dst(struct lex *lx, void *req)
{
	struct get_req *g = req;

	if (g->given || !parse_addr(lx->word, &g->fl4.daddr))
		return -ENOENT;
	g->given = true;
	return 0;
}

static int get_from(struct lex *lx, void *req)
{
	return take_addr(lx, "a source address", &((struct get_req *)req)->fl4.saddr);
}

static int get_dev(struct lex *lx, void *req)
{
	struct net_device *dev = NULL;
	int err = ask_dev(lx, &dev);

	if (err == 0)
		((struct get_req *)req)->fl4.flowi4_oif = dev->ifindex;
	return err;
}

static void show_flags(struct outbuf *o, u32 flags)
{
	static const struct {
		u32 flag;
		const char *name;
	} names[] = { { (u32)RTCF_LOCAL, "local" },
		      { RTCF_BROADCAST, "brd" },
		      { RTCF_MULTICAST, "mc" },
		      { RTCF_REDIRECTED, "redirected" } };
	const char *sep = "<";

	outf(o, "    cache ");
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if ((flags & names[i].flag) != 0) {
			outf(o, "%s%s", sep, names[i].name);
			sep = ",";
		}
	}
	outf(o, sep[0] == ',' ? "> " : "");
}

static void show_got(struct lex *lx, const struct get_req *g, const struct rtable *rt)
{
	struct outbuf *o = lx->out;
	char a[16];

	if (rt->rt_type != RTN_UNICAST)
		outf(o, "%s ", type_name((u8)rt->rt_type));
	outf(o, "%s ", addr_text(g->fl4.daddr, a));
	if (rt->rt_has_gw && rt->rt_uses_gateway != 0)
		outf(o, "via %s ", addr_text(rt->rt_gw4, a));
	outf(o, "dev %s ", rt->dst.dev->name);
	linkwatch_sync_dev(rt->dst.dev); /* ip has asked for that name */
	outf(o, "src %s uid 0 \n", addr_text(g->fl4.saddr, a));
	show_flags(o, rt->rt_flags);
	if (rt->dst.expires_jif != 0 && rt->rt_pmtu != 0)
		outf(o, "expires %usec mtu %u ",
		     (u32)((rt->dst.expires_jif - net_jiffies(lex_net(lx))) / HZ), rt->rt_pmtu);
	outf(o, "\n");
}

/* LINUX: inet_rtm_getroute(): what stood for the packet and would have become the answer is
 * dropped.
 */
static void drop_answer(struct net *net)
{
	struct sk_buff *skb = alloc_skb(net, IPV4_HLEN);

	if (skb == NULL)
		return;
	skb->protocol = cpu_to_be16(ETH_P_IP);
	kfree_skb(skb);
}

static int route_get(struct lex *lx)
{
	static const struct lex_key keys[] = { { "from", get_from },
					       { "dev", get_dev },
					       { "oif", get_dev } };
	struct get_req g = { 0 };
	struct rtable *rt;
	int err = lex_keys(lx, keys, ARRAY_SIZE(keys), get_dst, &g);

	if (err < 0)
		return err;
	if (!g.given)
		return lex_fail(lx, "need at least a destination address");
	rt = ip_route_output_key_hash(lex_net(lx), &g.fl4, NULL, &err);
	if (rt == NULL) {
		drop_answer(lex_net(lx));
		return lex_answer(lx, err, NULL);
	}
	show_got(lx, &g, rt);
	ip_rt_put(rt);
	return 0;
}

int ip_route_cmd(struct lex *lx)
{
	static const struct {
		const char *name;
		u32 nlflags;
	} changes[] = { { "add", NLM_F_CREATE | NLM_F_EXCL },
			{ "change", NLM_F_REPLACE },
			{ "chg", NLM_F_REPLACE },
			{ "replace", NLM_F_CREATE | NLM_F_REPLACE },
			{ "prepend", NLM_F_CREATE },
			{ "append", NLM_F_CREATE | NLM_F_APPEND } };

	lx->cmd = "ip route";
	if (!lex_next(lx))
		return route_show(lx);
	for (u32 i = 0; i < ARRAY_SIZE(changes); i++)
		if (lex_is(lx, changes[i].name))
			return route_change(lx, false, changes[i].nlflags);
	if (lex_is_prefix(lx, "delete"))
		return route_change(lx, true, 0);
	if (lex_is_prefix(lx, "show") || lex_is_prefix(lx, "list"))
		return route_show(lx);
	if (lex_is(lx, "get"))
		return route_get(lx);
	return lex_unknown(lx, "add|del|change|replace|append|prepend|show|get");
}
