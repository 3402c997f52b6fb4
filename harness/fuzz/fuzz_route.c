// SPDX-License-Identifier: MIT
/* fuzz_route.c - the routing tables of one host against a plain list (fib_model.h): an input is a
 * program of what `ip route`, `ip addr` and `ip link` ask the kernel, and of lookups.
 *
 * Requests go to the functions below the commands' text, as iproute2 would fill them in. Each must
 * answer what the model answers, each lookup find the route that the model finds, and at the end
 * the dumps are the model's list. Any bytes are a program; what is missing is zero.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/fuzz/fib_model.h"
#include "harness/fuzz/fuzz.h"
#include "harness/lib/inet_text.h"
#include "harness/lib/must.h"
#include "harness/lib/scenario.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

enum { OPS = 64, ETH0 = 2, NO_SUCH_DEV = 9, DUMP_MAX = 4096 };

enum op_kind { OP_ADD, OP_DEL, OP_ADDR_ADD, OP_ADDR_DEL, OP_LINK, OP_LOOKUP, OP_TYPE };

struct op {
	enum op_kind kind;
	const char *verb; /* OP_ADD: add, append ... */
	struct fib_config cfg;
	struct model_addr addr;
	s32 dev;
	bool up;
	struct model_flow flow;
};

/* --- an input as operations
 * ------------------------------------------------------------------------------------------ */

enum { REMEMBERED = 4 };

struct input {
	const u8 *at;
	size_t left;
	/* Routes that were asked for last, to be asked for again. */
	struct fib_config before[REMEMBERED];
	u32 nr_before;
};

static u8 take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

#define PICK(in, list) ((list)[take(in) % ARRAY_SIZE(list)])

/* Few enough that prefixes nest and meet, with a bit that is another one now and then. */
static u32 take_addr(struct input *in)
{
	static const u32 base[] = { 0xc0000200, 0xc0000201, 0xc0000202, 0xc00002ff, 0x0a000000,
				    0x0a010000, 0x0a010001, 0x0a010200, 0x0a010201, 0x0a01ffff,
				    0xcb007107, 0xc6336400, 0xc6336401, 0x7f000001, 0x00000000,
				    0xffffffff, 0xe0000001, 0xc0a80000 };
	u8 how = take(in);
	u32 addr = base[how % 32 % ARRAY_SIZE(base)];

	return (how & 0x80) != 0 ? addr ^ 1u << take(in) % 32 : addr;
}

static s32 take_dev(struct input *in)
{
	static const s32 devs[] = { ETH0, ETH0, ETH0, 1, 0, NO_SUCH_DEV };

	return PICK(in, devs);
}

static u8 take_type(struct input *in)
{
	static const u8 types[] = { RTN_UNICAST,   RTN_UNICAST, RTN_UNICAST,   RTN_UNICAST,
				    RTN_UNICAST,   RTN_UNICAST, RTN_BLACKHOLE, RTN_UNREACHABLE,
				    RTN_PROHIBIT,  RTN_THROW,	RTN_LOCAL,     RTN_BROADCAST,
				    RTN_MULTICAST, RTN_ANYCAST, RTN_UNICAST,   RTN_UNICAST };

	return PICK(in, types);
}

static u8 take_tos(struct input *in)
{
	static const u8 toses[] = { 0x10, 0x08, 0x04, 0x20, 0xfc, 0x01, 0x00, 0x1c };

	return PICK(in, toses);
}

static u8 take_scope(struct input *in)
{
	static const u8 scopes[] = { RT_SCOPE_LINK, RT_SCOPE_HOST,    RT_SCOPE_UNIVERSE,
				     RT_SCOPE_SITE, RT_SCOPE_NOWHERE, 100 };

	return PICK(in, scopes);
}

/* What iproute2 says when the words do not. */
static void default_words(struct fib_config *cfg, bool del)
{
	u8 type = cfg->fc_type;

	cfg->fc_table = type == RTN_LOCAL || type == RTN_BROADCAST || type == RTN_ANYCAST
				? RT_TABLE_LOCAL
				: RT_TABLE_MAIN;
	if (type == RTN_LOCAL)
		cfg->fc_scope = RT_SCOPE_HOST;
	else if ((type == RTN_UNICAST || type == RTN_UNSPEC) && del)
		cfg->fc_scope = RT_SCOPE_NOWHERE;
	else if (type == RTN_BROADCAST || type == RTN_MULTICAST || type == RTN_ANYCAST ||
		 (type == RTN_UNICAST && !cfg->has_gw))
		cfg->fc_scope = RT_SCOPE_LINK;
}

enum { HAS_GW = 1, HAS_DEV = 2, HAS_SRC = 4, HAS_METRIC = 8, HAS_TOS = 16, HAS_MORE = 32 };
enum {
	MORE_SCOPE = 1,
	MORE_TABLE = 2,
	MORE_PROTO = 4,
	MORE_MTU = 8,
	MORE_ONLINK = 16,
	MORE_TYPE = 32
};

static void take_more(struct input *in, struct fib_config *cfg)
{
	static const u32 tables[] = { RT_TABLE_LOCAL, RT_TABLE_DEFAULT, RT_TABLE_MAIN,
				      RT_TABLE_UNSPEC };
	static const u32 mtus[] = { 1400, 68, 70000, 1500 };
	u8 more = take(in);

	if ((more & MORE_SCOPE) != 0)
		cfg->fc_scope = take_scope(in);
	if ((more & MORE_TABLE) != 0)
		cfg->fc_table = PICK(in, tables);
	if ((more & MORE_PROTO) != 0)
		cfg->fc_protocol = (u8)(1 + take(in) % 5);
	if ((more & MORE_MTU) != 0) {
		cfg->fc_mtu = PICK(in, mtus);
		cfg->fc_mtu_lock = (more & MORE_ONLINK) == 0;
	}
	if ((more & MORE_ONLINK) != 0)
		cfg->fc_flags = RTNH_F_ONLINK;
}

static struct fib_config take_route(struct input *in, bool del)
{
	static const u8 lens[] = { 24, 16, 32, 8, 0, 25, 31, 30, 17, 23, 1, 33 };
	struct fib_config cfg = { .fc_scope = del ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE };
	u8 has = take(in);

	if ((has & 0xc0) == 0x80 && in->nr_before != 0)
		return in->before[has % REMEMBERED % min_u32(in->nr_before, REMEMBERED)];
	cfg.fc_dst_len = PICK(in, lens);
	cfg.fc_dst = cpu_to_be32(take_addr(in));
	/* Most prefixes have no bits behind their length. */
	if ((has & 0xc0) != 0xc0 && cfg.fc_dst_len <= 32)
		cfg.fc_dst = be32_and(cfg.fc_dst, inet_make_mask(cfg.fc_dst_len));
	if (!del)
		cfg.fc_protocol = RTPROT_BOOT;
	cfg.fc_type = del ? RTN_UNSPEC : RTN_UNICAST;
	if ((has & 0x40) != 0)
		cfg.fc_type = take_type(in);
	cfg.has_gw = (has & HAS_GW) != 0;
	if (cfg.has_gw)
		cfg.fc_gw4 = cpu_to_be32(take_addr(in));
	if ((has & HAS_DEV) != 0)
		cfg.fc_oif = take_dev(in);
	if ((has & HAS_SRC) != 0)
		cfg.fc_prefsrc = cpu_to_be32(take_addr(in));
	if ((has & HAS_METRIC) != 0)
		cfg.fc_priority = take(in) % 4;
	if ((has & HAS_TOS) != 0)
		cfg.fc_tos = take_tos(in);
	default_words(&cfg, del);
	if ((has & HAS_MORE) != 0)
		take_more(in, &cfg);
	if (!del)
		in->before[in->nr_before++ % REMEMBERED] = cfg;
	return cfg;
}

/* No two with the same mask and subnet, nor the same broadcast address. */
static struct model_addr take_own(struct input *in)
{
	static const struct model_addr own[] = {
		{ 0xc0000201, 0, 24, ETH0 },	      { 0x0a010001, 0, 16, ETH0 },
		{ 0x0a010201, 0x0a0102ff, 24, ETH0 }, { 0xc6336400, 0, 31, ETH0 },
		{ 0xcb007107, 0, 32, ETH0 },	      { 0x0a090909, 0, 32, 1 },
		{ 0x0a000001, 0xffffffff, 8, ETH0 },  { 0x7f000001, 0, 8, 1 },
	};

	return PICK(in, own);
}

static struct model_flow take_flow(struct input *in)
{
	u8 has = take(in);
	struct model_flow f = { .daddr = take_addr(in) };

	if ((has & 1) != 0)
		f.oif = take_dev(in);
	if ((has & 2) != 0)
		f.tos = take_tos(in);
	if ((has & 4) != 0)
		f.scope = take_scope(in);
	return f;
}

static struct op take_op(struct input *in)
{
	static const struct {
		const char *verb;
		u32 nlflags;
	} adds[] = { { "add", NLM_F_CREATE | NLM_F_EXCL },
		     { "append", NLM_F_CREATE | NLM_F_APPEND },
		     { "prepend", NLM_F_CREATE },
		     { "replace", NLM_F_CREATE | NLM_F_REPLACE },
		     { "change", NLM_F_REPLACE } };
	static const u8 kinds[] = { OP_ADD,  OP_ADD,	OP_ADD,	   OP_ADD,	OP_ADD,
				    OP_ADD,  OP_DEL,	OP_DEL,	   OP_ADDR_ADD, OP_ADDR_DEL,
				    OP_LINK, OP_LOOKUP, OP_LOOKUP, OP_TYPE };
	u8 head = take(in);
	struct op op = { .kind = kinds[head % ARRAY_SIZE(kinds)] };
	u32 how = head / ARRAY_SIZE(kinds) % ARRAY_SIZE(adds);

	if (op.kind == OP_ADD || op.kind == OP_DEL)
		op.cfg = take_route(in, op.kind == OP_DEL);
	if (op.kind == OP_ADD) {
		op.verb = adds[how].verb;
		op.cfg.fc_nlflags = adds[how].nlflags;
	}
	if (op.kind == OP_ADDR_ADD || op.kind == OP_ADDR_DEL)
		op.addr = take_own(in);
	if (op.kind == OP_LINK) {
		op.dev = (head & 0x40) != 0 ? 1 : ETH0;
		op.up = (head & 0x80) == 0;
	}
	if (op.kind == OP_LOOKUP || op.kind == OP_TYPE)
		op.flow = take_flow(in);
	return op;
}

/* --- operations as lines
 * --------------------------------------------------------------------------------------------- */

static const char *dev_name(s32 dev)
{
	if (dev == 1)
		return "lo";
	return dev == ETH0 ? "eth0" : "eth9";
}

static const char *type_name(u32 type)
{
	static const char *const names[RTN_MAX_PLUS1] = {
		"unspec",    "unicast",	    "local",	"broadcast", "anycast", "multicast",
		"blackhole", "unreachable", "prohibit", "throw",     "nat",	"xresolve",
	};

	return type < RTN_MAX_PLUS1 ? names[type] : "?";
}

static void print_addr(FILE *to, const char *word, u32 addr)
{
	fprintf(to, "%s" INET_FORM, word, INET_PARTS(addr));
}

/* As `ip` takes it: what it would say by itself is said, too. */
static void print_route(FILE *to, const char *verb, const struct fib_config *cfg)
{
	fprintf(to, "`ip route %s ", verb);
	if (cfg->fc_type != RTN_UNSPEC)
		fprintf(to, "%s ", type_name(cfg->fc_type));
	print_addr(to, "", be32_to_cpu(cfg->fc_dst));
	fprintf(to, "/%u", cfg->fc_dst_len);
	if (cfg->fc_tos != 0)
		fprintf(to, " tos %#x", cfg->fc_tos);
	if (cfg->has_gw)
		print_addr(to, " via ", be32_to_cpu(cfg->fc_gw4));
	if (cfg->fc_oif != 0)
		fprintf(to, " dev %s", dev_name(cfg->fc_oif));
	if (!be32_is_zero(cfg->fc_prefsrc))
		print_addr(to, " src ", be32_to_cpu(cfg->fc_prefsrc));
	if (cfg->fc_priority != 0)
		fprintf(to, " metric %u", cfg->fc_priority);
	if (cfg->fc_mtu != 0)
		fprintf(to, " mtu %s%u", cfg->fc_mtu_lock ? "lock " : "", cfg->fc_mtu);
	if (cfg->fc_protocol != 0)
		fprintf(to, " proto %u", cfg->fc_protocol);
	fprintf(to, " scope %u table %u%s || true`\n", cfg->fc_scope, cfg->fc_table,
		(cfg->fc_flags & RTNH_F_ONLINK) != 0 ? " onlink" : "");
}

static void print_own(FILE *to, const char *verb, const struct model_addr *a)
{
	print_addr(to, verb, a->local);
	fprintf(to, "/%u", a->len);
	if (a->broadcast != 0)
		print_addr(to, " brd ", a->broadcast);
	fprintf(to, " dev %s || true`\n", dev_name(a->oif));
}

/* What `ip` cannot ask is a comment. */
static void print_flow(FILE *to, const struct model_flow *f)
{
	print_addr(to, "`ip route get ", f->daddr);
	if (f->oif != 0)
		fprintf(to, " oif %s", dev_name(f->oif));
	fprintf(to, " || true`");
	if (f->tos != 0 || f->scope != 0)
		fprintf(to, " // tos %#x, scope %u", f->tos, f->scope);
	fprintf(to, "\n");
}

static void print_op(FILE *to, const struct op *op)
{
	if (op->kind == OP_ADD || op->kind == OP_DEL)
		print_route(to, op->kind == OP_ADD ? op->verb : "del", &op->cfg);
	else if (op->kind == OP_ADDR_ADD)
		print_own(to, "`ip addr add ", &op->addr);
	else if (op->kind == OP_ADDR_DEL)
		print_own(to, "`ip addr del ", &op->addr);
	else if (op->kind == OP_LINK)
		fprintf(to, "`ip link set %s %s`\n", dev_name(op->dev), op->up ? "up" : "down");
	else
		print_flow(to, &op->flow);
}

/* What every program begins with. */
static const struct op opening[] = {
	{ .kind = OP_LINK, .dev = 1, .up = true },
	{ .kind = OP_ADDR_ADD, .addr = { 0xc0000201, 0, 24, ETH0 } },
	{ .kind = OP_LINK, .dev = ETH0, .up = true },
};

static void print(const u8 *data, size_t len, FILE *to)
{
	struct input in = { .at = data, .left = len };

	for (u32 i = 0; i < ARRAY_SIZE(opening); i++)
		print_op(to, &opening[i]);
	for (u32 i = 0; i < OPS && in.left != 0; i++) {
		struct op op = take_op(&in);

		print_op(to, &op);
	}
}

/* --- the two of them
 * -------------------------------------------------------------------------------------------------
 */

static struct {
	struct world *world;
	struct net *net;
	void *snapshot;
	struct fib_model start, model;
	const u8 *data; /* that is run */
	size_t len;
	u32 done; /* operations */
} route;

static const char *error_name(int err)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
		{ 0, "ok" },
		{ -EEXIST, "EEXIST" },
		{ -ESRCH, "ESRCH" },
		{ -ENOENT, "ENOENT" },
		{ -EINVAL, "EINVAL" },
		{ -ENODEV, "ENODEV" },
		{ -ENETDOWN, "ENETDOWN" },
		{ -ENETUNREACH, "ENETUNREACH" },
		{ -EHOSTUNREACH, "EHOSTUNREACH" },
		{ -EACCES, "EACCES" },
		{ -EAGAIN, "EAGAIN" },
		{ -ENOBUFS, "ENOBUFS" },
		{ -EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].err == err)
			return names[i].name;
	return "another error";
}

static void print_found(FILE *to, const struct model_route *r)
{
	print_addr(to, "", r->dst);
	fprintf(to, "/%u %s table %u tos %#x metric %u scope %u proto %u", r->len,
		type_name(r->type), r->table, r->tos, r->priority, r->scope, r->proto);
	if (r->has_gw)
		print_addr(to, " via ", r->gw);
	fprintf(to, " dev %d", r->oif);
	if (r->prefsrc != 0)
		print_addr(to, " src ", r->prefsrc);
	if (r->mtu != 0)
		fprintf(to, " mtu %s%u", r->mtu_lock ? "lock " : "", r->mtu);
	fprintf(to, "\n");
}

/* The operations so far, as a script, and what the two have. */
_Noreturn static void differ(const char *signature, const struct model_route *want,
			     const struct model_route *has, const struct op *last)
{
	struct input in = { .at = route.data, .left = route.len };
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));

	for (u32 i = 0; i < ARRAY_SIZE(opening); i++)
		print_op(to, &opening[i]);
	for (u32 i = 0; i < route.done; i++) {
		struct op op = take_op(&in);

		print_op(to, &op);
	}
	if (last != NULL) {
		fprintf(to, "asked: ");
		print_op(to, last);
	}
	fprintf(to, "the list has:   ");
	if (want != NULL)
		print_found(to, want);
	fprintf(to, "\nthe tables have: ");
	if (has != NULL)
		print_found(to, has);
	fprintf(to, "\n");
	fclose(to);
	fuzz_found(DETECTOR_invariant, signature, text);
}

static void must_equal(const char *what, int want, int has, const struct op *op)
{
	char signature[128];

	if (want == has)
		return;
	snprintf(signature, sizeof(signature), "route %s: %s, by the list %s", what,
		 error_name(has), error_name(want));
	differ(signature, NULL, NULL, op);
}

/* What the tables know of a route, as the model has it. */
static struct model_route seen(be32 dst, u8 len, u8 tos, u8 type, u32 table,
			       const struct fib_info *fi)
{
	return (struct model_route){
		.dst = be32_to_cpu(dst),
		.len = len,
		.tos = tos,
		.type = type,
		.proto = fi->fib_protocol,
		.scope = fi->fib_scope,
		.nh_scope = fi->nh.fib_nh_scope,
		.flags = fi->fib_flags & RTNH_F_ONLINK,
		.table = table,
		.priority = fi->fib_priority,
		.prefsrc = be32_to_cpu(fi->fib_prefsrc),
		.gw = be32_to_cpu(fi->nh.fib_nh_gw4),
		.has_gw = fi->nh.has_gw,
		.mtu = fi->fib_metrics[RTAX_MTU - 1],
		.mtu_lock = (fi->fib_metrics[RTAX_LOCK - 1] >> RTAX_MTU & 1) != 0,
		.oif = fi->nh.fib_nh_oif,
	};
}

static bool same_route(const struct model_route *a, const struct model_route *b)
{
	return a->dst == b->dst && a->len == b->len && a->tos == b->tos && a->type == b->type &&
	       a->proto == b->proto && a->scope == b->scope && a->nh_scope == b->nh_scope &&
	       a->flags == b->flags && a->table == b->table && a->priority == b->priority &&
	       a->prefsrc == b->prefsrc && a->gw == b->gw && a->has_gw == b->has_gw &&
	       a->mtu == b->mtu && a->mtu_lock == b->mtu_lock && a->oif == b->oif;
}

static void look_up(const struct model_flow *f, const struct op *op)
{
	struct flowi4 fl4 = { .daddr = cpu_to_be32(f->daddr),
			      .flowi4_oif = f->oif,
			      .flowi4_tos = f->tos,
			      .flowi4_scope = f->scope };
	const struct model_route *want = NULL;
	struct fib_result res;
	struct model_route has;
	int err = fib_lookup(route.net, &fl4, &res, 0);

	must_equal("lookup", fib_model_lookup(&route.model, f, &want), err, op);
	if (err != 0)
		return;
	/* A result tells no TOS, and of two tables in one trie the one that was asked. */
	has = seen(res.prefix, res.prefixlen, want->tos, res.type, res.fi->fib_tb_id, res.fi);
	if (!same_route(&has, want) || res.scope != want->scope)
		differ("route lookup: another route", want, &has, op);
}

static void ask_type(const struct model_flow *f, const struct op *op)
{
	const struct model_route *found;
	u32 want = fib_model_addr_type(&route.model, f->daddr, RT_TABLE_LOCAL, &found);
	const struct net_device *dev = f->oif > 0 ? dev_get_by_index(route.net, f->oif) : NULL;

	if (inet_addr_type(route.net, cpu_to_be32(f->daddr)) != want)
		differ("route: another type of address", found, NULL, op);
	if (dev == NULL)
		return;
	if (found != NULL && found->oif != f->oif)
		want = RTN_UNICAST;
	if (inet_dev_addr_type(route.net, dev, cpu_to_be32(f->daddr)) != want)
		differ("route: another type of address of a device", found, NULL, op);
}

static void do_addr(const struct op *op)
{
	struct net_device *dev = dev_get_by_index(route.net, op->addr.oif);
	be32 local = cpu_to_be32(op->addr.local);
	struct ifa_config cfg = { .local = local,
				  .address = local,
				  .prefixlen = op->addr.len,
				  .broadcast = cpu_to_be32(op->addr.broadcast),
				  .nlflags = NLM_F_CREATE | NLM_F_EXCL };

	if (op->addr.local >> 24 == 127)
		cfg.scope = RT_SCOPE_HOST;
	if (op->kind == OP_ADDR_ADD)
		must_equal("address add", fib_model_addr_add(&route.model, &op->addr),
			   inet_rtm_newaddr(dev, &cfg), op);
	else
		must_equal("address del", fib_model_addr_del(&route.model, &op->addr),
			   inet_addr_del(dev, local, local, op->addr.len), op);
}

static void do_link(const struct op *op)
{
	struct net_device *dev = dev_get_by_index(route.net, op->dev);

	fib_model_link(&route.model, op->dev, op->up);
	if (op->up)
		must_equal("link up", 0, dev_open(dev), op);
	else
		dev_close(dev);
}

/* In and around the prefix that something was asked about. */
static void look_around(const struct op *op)
{
	u32 len = min_u32(op->cfg.fc_dst_len, 32), dst = be32_to_cpu(op->cfg.fc_dst),
	    hosts = (u32)((1ull << (32 - len)) - 1);
	const u32 addr[] = { dst, dst | hosts, dst + 1, dst - 1, dst + hosts + 1 };

	for (u32 i = 0; i < ARRAY_SIZE(addr); i++) {
		struct model_flow f = { .daddr = addr[i], .tos = op->cfg.fc_tos };

		look_up(&f, op);
	}
}

static void do_op(const struct op *op)
{
	struct fib_config cfg = op->cfg, asked = op->cfg;

	if (cfg.fc_table == RT_TABLE_UNSPEC)
		cfg.fc_table = RT_TABLE_MAIN;
	switch (op->kind) {
	case OP_ADD:
		must_equal(op->verb, fib_model_add(&route.model, &cfg),
			   inet_rtm_newroute(route.net, &asked), op);
		look_around(op);
		break;
	case OP_DEL:
		must_equal("del", fib_model_del(&route.model, &cfg),
			   inet_rtm_delroute(route.net, &asked), op);
		look_around(op);
		break;
	case OP_ADDR_ADD:
	case OP_ADDR_DEL:
		do_addr(op);
		break;
	case OP_LINK:
		do_link(op);
		break;
	case OP_LOOKUP:
		look_up(&op->flow, op);
		break;
	case OP_TYPE:
		ask_type(&op->flow, op);
		break;
	}
}

/* --- dumps
 * ---------------------------------------------------------------------------------------- */

struct dump {
	u32 at, table;
};

static void compare_next(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi)
{
	struct dump *d = ctx;
	struct model_route has = seen(dst, len, tos, type, d->table, fi);
	const struct model_route *want = d->at < route.model.nr ? &route.model.route[d->at] : NULL;

	if (want == NULL || !same_route(want, &has))
		differ("route dump: another route", want, &has, NULL);
	d->at++;
}

static void compare_dumps(void)
{
	static const u32 tables[] = { RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_DEFAULT };
	struct dump d = { 0 };

	fib_model_sort(&route.model);
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct fib_table *tb = fib_get_table(route.net, tables[i]);

		d.table = tables[i];
		if (tb != NULL)
			fib_table_walk(tb, compare_next, &d);
	}
	if (d.at != route.model.nr)
		differ("route dump: a route is missing", &route.model.route[d.at], NULL, NULL);
}

/* --- the target
 * --------------------------------------------------------------------------------------- */

static void init(void)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct host *h;

	route.world = scenario_new(&cfg);
	h = &route.world->host[0];
	route.net = &h->net;
	route.start = (struct fib_model){ 0 };
	route.model = route.start;
	host_config_begin(h);
	for (u32 i = 0; i < ARRAY_SIZE(opening); i++)
		do_op(&opening[i]);
	host_config_end(h);
	route.start = route.model;
	route.snapshot = must(malloc((size_t)world_save_size(route.world)));
	world_save(route.world, route.snapshot);
}

static bool run(const u8 *data, size_t len)
{
	struct input in = { .at = data, .left = len };
	struct host *h;

	world_restore(route.world, route.snapshot);
	h = &route.world->host[0];
	route.model = route.start;
	route.data = data;
	route.len = len;
	host_config_begin(h);
	for (route.done = 0; route.done < OPS && in.left != 0;) {
		struct op op = take_op(&in);

		route.done++;
		do_op(&op);
	}
	host_config_end(h);
	compare_dumps();
	world_check(route.world);
	return true;
}

const struct fuzz_target fuzz_target = {
	.name = "route", .input = INPUT_BYTES, .init = init, .run = run, .print = print
};
