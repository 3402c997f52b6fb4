// SPDX-License-Identifier: MIT
/* route_vectors.c - the requests of vectors/fib, one host with two TAP devices for each scenario.
 * Tables are checked after each request, every lookup against a scan of all routes, and in the end
 * no memory is left.
 */
#include "route_vectors.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lib/ipcmd.h"
#include "harness/lib/naive.h"
#include "harness/lib/scenario.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

enum { LINE_BYTES = 512, ANSWER_BYTES = 65536 };

struct run {
	struct world *w;
	struct host *h;
	struct net *net;
	char scenario[LINE_BYTES];
	char want[ANSWER_BYTES], got[ANSWER_BYTES];
	int line, request_line, total, wrong;
	char request[LINE_BYTES];
};

static void add(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct run *r, const char *fmt, ...)
{
	size_t at = strlen(r->got);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->got + at, ANSWER_BYTES - at, fmt, ap);
	va_end(ap);
}

/* Words are joined by one blank, lines end without one. */
static void end_line(struct run *r)
{
	size_t at = strlen(r->got);

	while (at > 0 && r->got[at - 1] == ' ')
		r->got[--at] = '\0';
	add(r, "\n");
}

static void add_addr(struct run *r, const char *before, be32 a)
{
	u32 v = be32_to_cpu(a);

	add(r, "%s%u.%u.%u.%u ", before, v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
}

static const char *errno_name(int err)
{
	static const struct {
		int err;
		const char *name;
	} names[] = { { ENETUNREACH, "ENETUNREACH" },
		      { EHOSTUNREACH, "EHOSTUNREACH" },
		      { EINVAL, "EINVAL" },
		      { EEXIST, "EEXIST" },
		      { ESRCH, "ESRCH" },
		      { ENOENT, "ENOENT" },
		      { ENETDOWN, "ENETDOWN" },
		      { ENODEV, "ENODEV" },
		      { EXDEV, "EXDEV" },
		      { EACCES, "EACCES" },
		      { ENOBUFS, "ENOBUFS" },
		      { ENOMEM, "ENOMEM" },
		      { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
		      { EAGAIN, "EAGAIN" } };

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].err == err)
			return names[i].name;
	return "E?";
}

static const char *const type_names[RTN_MAX_PLUS1] = {
	"none",	     "unicast",	    "local",	"broadcast", "anycast", "multicast",
	"blackhole", "unreachable", "prohibit", "throw",     "nat",	"xresolve",
};

static const char *scope_name(u8 scope)
{
	switch (scope) {
	case RT_SCOPE_UNIVERSE:
		return "global";
	case RT_SCOPE_SITE:
		return "site";
	case RT_SCOPE_LINK:
		return "link";
	case RT_SCOPE_HOST:
		return "host";
	default:
		return "nowhere";
	}
}

static struct net_device *dev_named(struct run *r, const char *name)
{
	struct net_device *dev = dev_get_by_name(r->net, name);

	assert(dev != NULL);
	return dev;
}

/* --- what is shown --- */

static void show_route(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi)
{
	static const char *const tables[] = { "default", "main", "local" };
	const struct net_device *dev = fi->nh.fib_nh_dev;
	struct run *r = ctx;
	bool down = (fi->nh.fib_nh_flags & RTNH_F_LINKDOWN) != 0;
	bool ignored = dev != NULL && dev->ip_ptr != NULL &&
		       IN_DEV_ORCONF(dev->ip_ptr, ignore_routes_with_linkdown);
	bool lock = (fi->fib_metrics[RTAX_LOCK - 1] >> RTAX_MTU & 1) != 0;

	add(r, "%s ", type_names[type]);
	if (len == 0)
		add(r, "default ");
	else
		add_addr(r, "", dst);
	if (len != 0 && len != 32) {
		r->got[strlen(r->got) - 1] = '\0';
		add(r, "/%u ", len);
	}
	if (tos != 0)
		add(r, "tos 0x%02x ", tos);
	if (fi->nh.has_gw)
		add_addr(r, "via ", fi->nh.fib_nh_gw4);
	if (dev != NULL)
		add(r, "dev %s ", dev->name);
	add(r, "table %s proto %s scope %s ", tables[fi->fib_tb_id - RT_TABLE_DEFAULT],
	    fi->fib_protocol == RTPROT_KERNEL ? "kernel" : "boot", scope_name(fi->fib_scope));
	if (!be32_is_zero(fi->fib_prefsrc))
		add_addr(r, "src ", fi->fib_prefsrc);
	if (fi->fib_priority != 0)
		add(r, "metric %u ", fi->fib_priority);
	if ((fi->nh.fib_nh_flags & RTNH_F_DEAD) != 0 || (down && ignored))
		add(r, "dead ");
	if ((fi->nh.fib_nh_flags & RTNH_F_ONLINK) != 0)
		add(r, "onlink ");
	if (down)
		add(r, "linkdown ");
	if (fi->fib_metrics[RTAX_MTU - 1] != 0)
		add(r, "mtu %s%u ", lock ? "lock " : "", fi->fib_metrics[RTAX_MTU - 1]);
	end_line(r);
}

static void show_table(struct run *r, struct fib_table *tb)
{
	if (tb == NULL)
		return;
	fib_table_check(tb);
	fib_table_walk(tb, show_route, r);
}

static void dump(struct run *r)
{
	show_table(r, r->net->fib_default);
	show_table(r, r->net->fib_main);
	show_table(r, r->net->fib_local);
}

static void addrs(struct run *r, const char *name)
{
	const struct net_device *dev = dev_named(r, name);

	for (const struct in_ifaddr *ifa = dev->ip_ptr->ifa_list; ifa != NULL;
	     ifa = ifa->ifa_next) {
		add_addr(r, "", ifa->ifa_local);
		r->got[strlen(r->got) - 1] = '\0';
		add(r, "/%u ", ifa->ifa_prefixlen);
		if (!be32_is_zero(ifa->ifa_broadcast))
			add_addr(r, "brd ", ifa->ifa_broadcast);
		add(r, "scope %s %s%s", scope_name(ifa->ifa_scope),
		    (ifa->ifa_flags & IFA_F_SECONDARY) != 0 ? "secondary " : "", ifa->ifa_label);
		end_line(r);
	}
}

/* --- ip route get --- */

struct get {
	const char *dst_text, *from, *iif, *oif;
	u32 tos;
	be32 dst, src;
};

static void show_got(struct run *r, const struct get *g, const struct rtable *rt, be32 saddr)
{
	static const struct {
		u32 flag;
		const char *name;
	} flags[] = { { RTCF_BROADCAST, "brd" },
		      { (u32)RTCF_LOCAL, "local" },
		      { RTCF_MULTICAST, "mc" } };
	const char *sep = "<";

	if (rt->rt_type != RTN_UNICAST)
		add(r, "%s ", type_names[rt->rt_type]);
	add_addr(r, "", g->dst);
	if (!be32_is_zero(g->src))
		add_addr(r, "from ", g->src);
	if (rt->rt_uses_gateway != 0)
		add_addr(r, "via ", rt->rt_gw4);
	add(r, "dev %s ", rt->dst.dev->name);
	if (rt->rt_is_input == 0 && !be32_eq(saddr, g->src))
		add_addr(r, "src ", saddr);
	for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
		if ((rt->rt_flags & flags[i].flag) != 0) {
			add(r, "%s%s", sep, flags[i].name);
			sep = ",";
		}
	}
	if (sep[0] == ',')
		add(r, "> ");
	if (dst_metric(&rt->dst, RTAX_MTU) != 0)
		add(r, "mtu %u ", dst_metric(&rt->dst, RTAX_MTU));
	end_line(r);
}

static struct sk_buff *probe_packet(struct run *r, const struct get *g)
{
	struct sk_buff *skb = alloc_skb(r->net, 256);
	u8 *iph;

	assert(skb != NULL);
	skb_reset_network_header(skb);
	iph = skb_put(skb, IPV4_HLEN);
	memset(iph, 0, IPV4_HLEN);
	iph[IPV4_VIHL] = 0x45;
	iph[IPV4_PROTOCOL] = IPPROTO_UDP;
	store_be32(iph + IPV4_SADDR, g->src);
	store_be32(iph + IPV4_DADDR, g->dst);
	skb->protocol = cpu_to_be16(ETH_P_IP);
	skb->dev = dev_named(r, g->iif);
	return skb;
}

static void get_input(struct run *r, const struct get *g)
{
	struct sk_buff *skb = probe_packet(r, g);
	enum drop_reason reason;
	int err = ip_route_input_noref(skb, g->dst, g->src, (u8)g->tos, skb->dev, &reason);

	assert((reason == DROP_IP_RPFILTER) == (err == -EXDEV));
	if (err == 0)
		err = -skb_dst(skb)->error;
	if (err != 0)
		add(r, "%s\n", errno_name(-err));
	else
		show_got(r, g, dst_rtable(skb_dst(skb)), g->src);
	consume_skb(skb);
}

static void get_output(struct run *r, const struct get *g)
{
	struct flowi4 fl4 = { .daddr = g->dst, .saddr = g->src, .flowi4_proto = IPPROTO_UDP };
	struct rtable *rt;
	int err = 0;

	fl4.flowi4_tos = (u8)g->tos;
	if (g->oif != NULL)
		fl4.flowi4_oif = dev_named(r, g->oif)->ifindex;
	rt = ip_route_output_key_hash(r->net, &fl4, NULL, &err);
	if (rt == NULL) {
		add(r, "%s\n", errno_name(-err));
		return;
	}
	show_got(r, g, rt, fl4.saddr);
	ip_rt_put(rt);
}

static void get(struct run *r, char *words)
{
	struct get g = { .dst_text = strtok(words, " ") };
	char *key;

	g.dst = cpu_to_be32(parse_ipv4(g.dst_text));
	while ((key = strtok(NULL, " ")) != NULL) {
		char *value = strtok(NULL, " ");

		assert(value != NULL);
		if (strcmp(key, "from") == 0)
			g.from = value;
		else if (strcmp(key, "iif") == 0)
			g.iif = value;
		else if (strcmp(key, "oif") == 0)
			g.oif = value;
		else
			g.tos = (u32)strtoul(value, NULL, 16);
	}
	if (g.from != NULL)
		g.src = cpu_to_be32(parse_ipv4(g.from));
	host_config_begin(r->h);
	if (g.iif != NULL)
		get_input(r, &g);
	else
		get_output(r, &g);
	host_config_end(r->h);
}

/* --- requests --- */

static void command(struct run *r, const char *line)
{
	char err[256];
	int rc = ipcmd(r->h, line, err, sizeof(err));

	add(r, "%s\n", rc == 0 ? "ok" : errno_name(-rc));
}

static void carrier(struct run *r, char *words)
{
	const char *dev = strtok(words, " "), *state = strtok(NULL, " ");

	world_link(r->w, dev[1] == '0' ? 0 : 1, strcmp(state, "on") == 0);
	world_run_until(r->w, r->w->sim.now_ps + 2 * PS_PER_SEC);
	add(r, "ok\n");
}

static void request(struct run *r)
{
	char words[LINE_BYTES], line[LINE_BYTES + 64], *rest;

	snprintf(words, sizeof(words), "%s", r->request);
	rest = words + strcspn(words, " ");
	if (*rest != '\0')
		*rest++ = '\0';
	if (strcmp(words, "get") == 0) {
		get(r, rest);
	} else if (strcmp(words, "dump") == 0) {
		dump(r);
	} else if (strcmp(words, "addrs") == 0) {
		addrs(r, rest);
	} else if (strcmp(words, "carrier") == 0) {
		carrier(r, rest);
	} else if (strcmp(words, "sysctl") == 0) {
		char *value = strrchr(rest, ' ');

		assert(value != NULL);
		*value = '=';
		snprintf(line, sizeof(line), "sysctl -w net.ipv4.conf.%s", rest);
		command(r, line);
	} else if (strcmp(words, "link") == 0) {
		snprintf(line, sizeof(line), "ip link set %s", rest);
		command(r, line);
	} else if (strcmp(words, "neigh") == 0) {
		const char *addr = strtok(rest, " "), *dev = strtok(NULL, " ");

		snprintf(line, sizeof(line),
			 "ip neigh replace %s lladdr 02:00:00:00:00:99 dev %s nud %s", addr, dev,
			 strtok(NULL, " "));
		command(r, line);
	} else {
		snprintf(line, sizeof(line), "ip %s %s", words, rest);
		command(r, line);
	}
}

static void finish_request(struct run *r)
{
	if (r->request[0] == '\0')
		return;
	r->got[0] = '\0';
	request(r);
	if (r->net->fib_main != NULL)
		fib_table_check(r->net->fib_main);
	r->total++;
	if (strcmp(r->got, r->want) != 0) {
		r->wrong++;
		printf("line %d, %s: %s\n  Linux:\n%s  here:\n%s", r->request_line, r->scenario,
		       r->request, r->want, r->got);
	}
	r->request[0] = '\0';
}

/* The first pool that is not empty, or NULL. */
static const char *leaking_pool(const struct world *w)
{
	const char *which = NULL;

	return world_leaks(w, &which) != 0 ? which : NULL;
}

static void finish_scenario(struct run *r)
{
	const char *leaking;

	finish_request(r);
	if (r->w == NULL)
		return;
	world_exit(r->w);
	leaking = leaking_pool(r->w);
	if (leaking != NULL) {
		printf("%s: something is left in pool %s\n", r->scenario, leaking);
		r->wrong++;
	}
	scenario_free(r->w);
	r->w = NULL;
}

static void start_scenario(struct run *r, const char *name)
{
	struct world_cfg cfg = {
		.limits = &limits_test, .seed = 1, .cost = COST_JUDGE, .hosts = 1, .nr_devs = 2
	};

	snprintf(r->scenario, sizeof(r->scenario), "%s", name);
	for (u32 i = 0; i < 2; i++) {
		cfg.dev[i] =
			(struct world_dev_cfg){ .kind = DEV_TAP, .name = i == 0 ? "d0" : "d1" };
		memcpy(cfg.dev[i].mac, (const u8[]){ 2, 0, 0, 0, 0, (u8)(i + 1) }, ETH_ALEN);
	}
	r->w = scenario_new(&cfg);
	r->h = &r->w->host[0];
	r->net = &r->h->net;
	r->net->on_fib_lookup = naive_check_fib_lookup;
}

int run_route_vectors(const char *path, int *total)
{
	FILE *f = fopen(path, "r");
	struct run *r = calloc(1, sizeof(*r));
	char line[LINE_BYTES];
	int wrong;

	if (f == NULL || r == NULL) {
		printf("%s: cannot be read\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		r->line++;
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "scenario ", 9) == 0) {
			finish_scenario(r);
			start_scenario(r, line + 9);
		} else if (strncmp(line, "> ", 2) == 0) {
			finish_request(r);
			snprintf(r->request, sizeof(r->request), "%s", line + 2);
			r->request_line = r->line;
			r->want[0] = '\0';
		} else if (line[0] != '#' && line[0] != '\0') {
			size_t used = strlen(r->want);

			snprintf(r->want + used, ANSWER_BYTES - used, "%s\n", line);
		}
	}
	finish_scenario(r);
	fclose(f);
	wrong = r->wrong;
	*total = r->total;
	free(r);
	return wrong;
}
