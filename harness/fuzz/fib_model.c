// SPDX-License-Identifier: MIT
/* fib_model.c - see fib_model.h. LINUX: net/ipv4/fib_frontend.c, fib_semantics.c, fib_trie.c. */
#include "harness/fuzz/fib_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "uapi/errno.h"

enum { LO = 1, TOS_LOOKED_AT = 0x1c, TOS_ALLOWED = 0xfc, BROADCAST_ALL = -1 };

struct type_rule {
	int error;
	u8 scope; /* the least that a route of it has */
};
static const struct type_rule type_rules[RTN_MAX_PLUS1] = {
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

static u32 mask_of(u32 len)
{
	return len == 0 ? 0 : U32_MAX << (32 - len);
}

/* --- order
 * ----------------------------------------------------------------------------------------- */

/* Of routes that a lookup may meet: the longest prefix, the local table before the main one. */
static int compare_rank(const struct model_route *a, const struct model_route *b)
{
	if (a->len != b->len)
		return a->len > b->len ? -1 : 1;
	if (a->table != b->table)
		return a->table > b->table ? -1 : 1;
	if (a->tos != b->tos)
		return a->tos > b->tos ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_dump(const void *va, const void *vb)
{
	const struct model_route *a = va, *b = vb;

	if (a->table != b->table)
		return a->table > b->table ? -1 : 1;
	if (a->dst != b->dst)
		return a->dst < b->dst ? -1 : 1;
	return compare_rank(a, b);
}

void fib_model_sort(struct fib_model *m)
{
	qsort(m->route, m->nr, sizeof(m->route[0]), compare_dump);
}

/* --- lookup
 * ---------------------------------------------------------------------------------------- */

/* The local and the main table are searched as one. */
static bool in_search(u32 table, bool standard)
{
	return standard == (table != RT_TABLE_DEFAULT);
}

static bool fits(const struct model_route *r, const struct model_flow *f)
{
	if (((r->dst ^ f->daddr) & mask_of(r->len)) != 0)
		return false;
	if (r->tos != 0 && r->tos != (f->tos & TOS_LOOKED_AT))
		return false;
	if (r->scope < f->scope)
		return false;
	return type_rules[r->type].error != 0 || f->oif == 0 || f->oif == r->oif;
}

static int search(const struct fib_model *m, bool standard, const struct model_flow *f,
		  const struct model_route **found)
{
	const struct model_route *best = NULL;

	for (u32 i = 0; i < m->nr; i++) {
		const struct model_route *r = &m->route[i];

		if (in_search(r->table, standard) && fits(r, f) &&
		    (best == NULL || compare_rank(r, best) < 0))
			best = r;
	}
	*found = best;
	return best == NULL ? -EAGAIN : type_rules[best->type].error;
}

int fib_model_lookup(const struct fib_model *m, const struct model_flow *f,
		     const struct model_route **found)
{
	int err = search(m, true, f, found);

	if (err == -EAGAIN)
		err = search(m, false, f, found);
	return err == -EAGAIN ? -ENETUNREACH : err;
}

u32 fib_model_addr_type(const struct fib_model *m, u32 addr, u32 table,
			const struct model_route **found)
{
	const struct model_flow f = { .daddr = addr };

	*found = NULL;
	if (addr == 0 || addr == (u32)BROADCAST_ALL)
		return RTN_BROADCAST;
	if (addr >> 28 == 0xe)
		return RTN_MULTICAST;
	if (!m->has_table[table])
		return RTN_BROADCAST;
	if (search(m, table != RT_TABLE_DEFAULT, &f, found) != 0) {
		*found = NULL;
		return RTN_UNICAST;
	}
	return (*found)->type;
}

/* --- what a request must not say
 * ------------------------------------------------------------------------- */

static int check_config(const struct fib_config *cfg)
{
	if ((cfg->fc_tos & ~(u32)TOS_ALLOWED) != 0 || cfg->fc_type >= RTN_MAX_PLUS1 ||
	    cfg->fc_dst_len > 32 || (be32_to_cpu(cfg->fc_dst) & ~mask_of(cfg->fc_dst_len)) != 0)
		return -EINVAL;
	return 0;
}

static bool is_dev(s32 oif)
{
	return oif > 0 && oif < MODEL_DEVS;
}

static int check_onlink(const struct fib_model *m, struct model_route *r)
{
	const struct model_route *found;

	if (r->scope >= RT_SCOPE_LINK)
		return -EINVAL;
	if (!is_dev(r->oif))
		return -ENODEV;
	if (!m->up[r->oif])
		return -ENETDOWN;
	if (fib_model_addr_type(m, r->gw, RT_TABLE_LOCAL, &found) != RTN_UNICAST)
		return -EINVAL;
	r->nh_scope = RT_SCOPE_LINK;
	return 0;
}

/* A gateway has to be reached by a narrower route. */
static int check_gateway(const struct fib_model *m, struct model_route *r)
{
	struct model_flow f = { .daddr = r->gw, .oif = r->oif, .scope = (u8)(r->scope + 1) };
	const struct model_route *found;
	int err = -EAGAIN;

	if ((r->flags & RTNH_F_ONLINK) != 0)
		return check_onlink(m, r);
	if (f.scope < RT_SCOPE_LINK)
		f.scope = RT_SCOPE_LINK;
	if (r->table != RT_TABLE_MAIN)
		err = search(m, r->table != RT_TABLE_DEFAULT, &f, &found);
	if (err != 0)
		err = fib_model_lookup(m, &f, &found);
	if (err != 0)
		return err;
	if (found->type != RTN_UNICAST && found->type != RTN_LOCAL)
		return -EINVAL;
	r->oif = found->oif;
	r->nh_scope = found->scope;
	return m->up[r->oif] ? 0 : -ENETDOWN;
}

static int check_direct(const struct fib_model *m, struct model_route *r)
{
	if ((r->flags & (RTNH_F_PERVASIVE | RTNH_F_ONLINK)) != 0)
		return -EINVAL;
	if (!is_dev(r->oif))
		return -ENODEV;
	r->nh_scope = RT_SCOPE_HOST;
	return m->up[r->oif] ? 0 : -ENETDOWN;
}

static int check_host(struct model_route *r)
{
	if (r->has_gw)
		return -EINVAL;
	r->nh_scope = RT_SCOPE_NOWHERE;
	return is_dev(r->oif) ? 0 : -ENODEV;
}

static int check_source(const struct fib_model *m, const struct model_route *r)
{
	u32 table = r->table == RT_TABLE_MAIN ? (u32)RT_TABLE_LOCAL : r->table;
	const struct model_route *found;

	if (r->prefsrc == 0 || (r->type == RTN_LOCAL && r->dst != 0 && r->prefsrc == r->dst) ||
	    fib_model_addr_type(m, r->prefsrc, table, &found) == RTN_LOCAL ||
	    fib_model_addr_type(m, r->prefsrc, RT_TABLE_LOCAL, &found) == RTN_LOCAL)
		return 0;
	return -EINVAL;
}

/* Finds out where the route leads. */
static int resolve(const struct fib_model *m, struct model_route *r)
{
	int err;

	if (type_rules[r->type].scope > r->scope)
		return -EINVAL;
	if (type_rules[r->type].error != 0)
		return r->has_gw || r->oif != 0 ? -EINVAL : 0;
	if (r->type == RTN_UNSPEC || r->scope > RT_SCOPE_HOST)
		return -EINVAL;
	if (r->scope == RT_SCOPE_HOST)
		err = check_host(r);
	else
		err = r->has_gw ? check_gateway(m, r) : check_direct(m, r);
	return err != 0 ? err : check_source(m, r);
}

/* --- requests
 * -------------------------------------------------------------------------------------- */

static struct model_route route_of(const struct fib_config *cfg)
{
	struct model_route r = {
		.dst = be32_to_cpu(cfg->fc_dst),
		.len = cfg->fc_dst_len,
		.tos = cfg->fc_tos,
		.type = cfg->fc_type,
		.proto = cfg->fc_protocol,
		.scope = cfg->fc_scope,
		.flags = (u8)cfg->fc_flags,
		.table = cfg->fc_table,
		.priority = cfg->fc_priority,
		.prefsrc = be32_to_cpu(cfg->fc_prefsrc),
		.mtu = cfg->fc_mtu < 65535 - 15 ? cfg->fc_mtu : 65535 - 15,
		.advmss = cfg->fc_advmss < 65535 - 40 ? cfg->fc_advmss : 65535 - 40,
		.mtu_lock = cfg->fc_mtu_lock,
		.oif = cfg->fc_oif,
	};

	r.has_gw = cfg->has_gw && be32_to_cpu(cfg->fc_gw4) != 0;
	r.gw = r.has_gw ? be32_to_cpu(cfg->fc_gw4) : 0;
	return r;
}

static bool same_place(const struct model_route *a, const struct model_route *b)
{
	return a->dst == b->dst && a->len == b->len && a->table == b->table && a->tos == b->tos &&
	       a->priority == b->priority;
}

static bool same_way(const struct model_route *a, const struct model_route *b)
{
	return a->type == b->type && a->proto == b->proto && a->scope == b->scope &&
	       a->prefsrc == b->prefsrc && a->mtu == b->mtu && a->advmss == b->advmss &&
	       a->mtu_lock == b->mtu_lock && a->flags == b->flags && a->nh_scope == b->nh_scope &&
	       a->oif == b->oif && a->has_gw == b->has_gw && a->gw == b->gw;
}

static void insert(struct fib_model *m, struct model_route *r, bool behind)
{
	assert(m->nr < MODEL_ROUTES);
	r->order = behind ? ++m->last_order : --m->first_order;
	m->route[m->nr++] = *r;
}

int fib_model_add(struct fib_model *m, const struct fib_config *cfg)
{
	struct model_route r = route_of(cfg), *first = NULL, *same = NULL;
	int err = check_config(cfg);

	if (err != 0)
		return err;
	m->has_table[r.table] = true;
	m->has_table[RT_TABLE_MAIN] |= r.table == RT_TABLE_LOCAL;
	err = resolve(m, &r);
	if (err != 0)
		return err;
	for (u32 i = 0; i < m->nr; i++) {
		struct model_route *o = &m->route[i];

		if (!same_place(o, &r))
			continue;
		if (first == NULL || o->order < first->order)
			first = o;
		if (same_way(o, &r))
			same = o;
	}
	if (first != NULL && (cfg->fc_nlflags & NLM_F_EXCL) != 0)
		return -EEXIST;
	if (first != NULL && (cfg->fc_nlflags & NLM_F_REPLACE) != 0) {
		if (same != NULL)
			return same == first ? 0 : -EEXIST;
		r.order = first->order;
		*first = r;
		return 0;
	}
	if (same != NULL)
		return -EEXIST;
	if ((cfg->fc_nlflags & NLM_F_CREATE) == 0)
		return -ENOENT;
	insert(m, &r, first == NULL || (cfg->fc_nlflags & NLM_F_APPEND) != 0);
	return 0;
}

static bool given_fits(u32 given, u32 has)
{
	return given == 0 || given == has;
}

static bool is_meant(const struct model_route *r, const struct model_route *want)
{
	return r->dst == want->dst && r->len == want->len && r->table == want->table &&
	       r->tos == want->tos && given_fits(want->type, r->type) &&
	       (want->scope == RT_SCOPE_NOWHERE || want->scope == r->scope) &&
	       given_fits(want->prefsrc, r->prefsrc) && given_fits(want->proto, r->proto) &&
	       given_fits(want->priority, r->priority) && given_fits((u32)want->oif, (u32)r->oif) &&
	       (!want->has_gw || (r->has_gw && r->gw == want->gw)) &&
	       given_fits(want->mtu, r->mtu) && given_fits(want->advmss, r->advmss) &&
	       given_fits(want->mtu_lock, r->mtu_lock);
}

static void take_out(struct fib_model *m, u32 i)
{
	m->route[i] = m->route[--m->nr];
}

int fib_model_del(struct fib_model *m, const struct fib_config *cfg)
{
	struct model_route want = route_of(cfg);
	u32 best = MODEL_ROUTES;

	/* LINUX: fib_metrics_match(): not made smaller, as they are when a route comes. */
	want.mtu = cfg->fc_mtu;
	want.advmss = cfg->fc_advmss;
	if (check_config(cfg) != 0)
		return -EINVAL;
	for (u32 i = 0; i < m->nr; i++)
		if (is_meant(&m->route[i], &want) &&
		    (best == MODEL_ROUTES || compare_rank(&m->route[i], &m->route[best]) < 0))
			best = i;
	if (best == MODEL_ROUTES)
		return -ESRCH;
	take_out(m, best);
	return 0;
}

/* --- addresses and links
 * --------------------------------------------------------------------------- */

static void magic(struct fib_model *m, bool add, u8 type, u32 dst, u8 len,
		  const struct model_addr *a)
{
	struct fib_config cfg = {
		.fc_dst = cpu_to_be32(dst),
		.fc_dst_len = len,
		.fc_type = type,
		.fc_protocol = RTPROT_KERNEL,
		.fc_scope = type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
		.fc_table = type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
		.fc_prefsrc = cpu_to_be32(a->local),
		.fc_oif = a->oif,
		.fc_nlflags = NLM_F_CREATE | NLM_F_APPEND,
	};

	if (add)
		(void)fib_model_add(m, &cfg);
	else
		(void)fib_model_del(m, &cfg);
}

static u32 subnet_of(const struct model_addr *a)
{
	return a->local & mask_of(a->len);
}

static bool has_subnet(const struct model_addr *a)
{
	return subnet_of(a) != 0 && (subnet_of(a) != a->local || a->len < 32);
}

static void add_routes(struct fib_model *m, const struct model_addr *a)
{
	u32 net = subnet_of(a);

	magic(m, true, RTN_LOCAL, a->local, 32, a);
	if (!m->up[a->oif])
		return;
	if (a->broadcast != 0 && a->broadcast != (u32)BROADCAST_ALL)
		magic(m, true, RTN_BROADCAST, a->broadcast, 32, a);
	if (!has_subnet(a))
		return;
	magic(m, true, a->oif == LO ? RTN_LOCAL : RTN_UNICAST, net, a->len, a);
	if (a->len < 31)
		magic(m, true, RTN_BROADCAST, net | ~mask_of(a->len), 32, a);
}

/* Routes over a device go with it; without force, those of our own addresses stay. */
static void flush_dev(struct fib_model *m, s32 oif, bool force)
{
	for (u32 i = m->nr; i-- != 0;) {
		const struct model_route *r = &m->route[i];

		if (r->oif == oif && type_rules[r->type].error == 0 &&
		    (force || r->nh_scope != RT_SCOPE_NOWHERE))
			take_out(m, i);
	}
}

/* So do those of the main table that were to come from an address that is none of ours now. */
static void flush_source(struct fib_model *m, u32 local)
{
	for (u32 i = m->nr; i-- != 0;)
		if (m->route[i].table == RT_TABLE_MAIN && m->route[i].prefsrc == local)
			take_out(m, i);
}

static void del_routes(struct fib_model *m, const struct model_addr *a)
{
	const struct model_route *found;

	if (has_subnet(a))
		magic(m, false, a->oif == LO ? RTN_LOCAL : RTN_UNICAST, subnet_of(a), a->len, a);
	magic(m, false, RTN_BROADCAST, a->broadcast, 32, a);
	if (has_subnet(a) && a->len < 31) {
		magic(m, false, RTN_BROADCAST, subnet_of(a) | ~mask_of(a->len), 32, a);
		magic(m, false, RTN_BROADCAST, subnet_of(a), 32, a);
	}
	magic(m, false, RTN_LOCAL, a->local, 32, a);
	if (fib_model_addr_type(m, a->local, RT_TABLE_LOCAL, &found) != RTN_LOCAL)
		flush_source(m, a->local);
}

static u32 find_addr(const struct fib_model *m, const struct model_addr *a)
{
	u32 i = 0;

	while (i < m->nr_addrs && (m->addr[i].local != a->local || m->addr[i].len != a->len ||
				   m->addr[i].oif != a->oif))
		i++;
	return i;
}

static bool has_addrs(const struct fib_model *m, s32 oif)
{
	for (u32 i = 0; i < m->nr_addrs; i++)
		if (m->addr[i].oif == oif)
			return true;
	return false;
}

int fib_model_addr_add(struct fib_model *m, const struct model_addr *a)
{
	if (find_addr(m, a) != m->nr_addrs)
		return -EEXIST;
	assert(m->nr_addrs < MODEL_ADDRS);
	m->addr[m->nr_addrs++] = *a;
	add_routes(m, a);
	return 0;
}

int fib_model_addr_del(struct fib_model *m, const struct model_addr *a)
{
	u32 i = find_addr(m, a);
	struct model_addr own;

	if (i == m->nr_addrs)
		return -EADDRNOTAVAIL;
	own = m->addr[i];
	memmove(&m->addr[i], &m->addr[i + 1], (--m->nr_addrs - i) * sizeof(own));
	del_routes(m, &own);
	if (!has_addrs(m, own.oif))
		flush_dev(m, own.oif, true);
	return 0;
}

void fib_model_link(struct fib_model *m, s32 oif, bool up)
{
	static const struct model_addr loopback = { .local = 0x7f000001, .len = 8, .oif = LO };

	if (m->up[oif] == up)
		return;
	m->up[oif] = up;
	if (!up) {
		flush_dev(m, oif, false);
		return;
	}
	if (oif == LO)
		(void)fib_model_addr_add(m, &loopback);
	for (u32 i = 0; i < m->nr_addrs; i++)
		if (m->addr[i].oif == oif)
			add_routes(m, &m->addr[i]);
}
