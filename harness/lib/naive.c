// SPDX-License-Identifier: MIT
/* naive.c - oracles without cleverness. A route: the longest prefix; of those the local table
 * before the main one; of those the one for the packet's TOS before the one for any; of those the
 * lowest metric; of those the one that the table lists first.
 */
#include "harness/lib/naive.h"

#include "uapi/errno.h"

struct candidate {
	bool any;
	be32 dst;
	u8 len, tos, type;
	u32 tb_id;
	const struct fib_info *fi;
};

struct scan {
	const struct flowi4 *flp;
	u32 fib_flags, tb_id;
	struct candidate best;
};

static bool nexthop_usable(const struct scan *s, const struct fib_info *fi)
{
	const struct fib_nh *nh = &fi->nh;
	const struct in_device *in_dev;

	if (((fi->fib_flags | nh->fib_nh_flags) & RTNH_F_DEAD) != 0)
		return false;
	if (s->flp->flowi4_oif != 0 && s->flp->flowi4_oif != nh->fib_nh_oif)
		return false;
	if ((nh->fib_nh_flags & RTNH_F_LINKDOWN) == 0 ||
	    (s->fib_flags & FIB_LOOKUP_IGNORE_LINKSTATE) != 0)
		return true;
	in_dev = nh->fib_nh_dev->ip_ptr;
	return in_dev == NULL || !IN_DEV_ORCONF(in_dev, ignore_routes_with_linkdown);
}

static bool better(const struct candidate *a, const struct candidate *b)
{
	if (!b->any)
		return true;
	if (a->len != b->len)
		return a->len > b->len;
	if (a->tb_id != b->tb_id)
		return a->tb_id > b->tb_id;
	if (a->tos != b->tos)
		return a->tos > b->tos;
	return a->fi->fib_priority < b->fi->fib_priority;
}

static void look(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi)
{
	struct scan *s = ctx;
	struct candidate c = { true, dst, len, tos, type, s->tb_id, fi };
	u64 mask = ~((1ull << (32 - len)) - 1);

	if (((be32_to_cpu(s->flp->daddr) ^ be32_to_cpu(dst)) & mask) != 0)
		return;
	if (tos != 0 && tos != (s->flp->flowi4_tos & 0x1c))
		return;
	if (fi->fib_scope < s->flp->flowi4_scope)
		return;
	if (fib_props[type].error == 0 && !nexthop_usable(s, fi))
		return;
	if (better(&c, &s->best))
		s->best = c;
}

static void scan_table(struct scan *s, const struct fib_table *tb, const struct fib_table *trie)
{
	if (tb == NULL || tb->tb_data != trie)
		return;
	s->tb_id = tb->tb_id;
	fib_table_walk(tb, look, s);
}

int naive_fib_lookup(struct fib_table *tb, const struct flowi4 *flp, u32 fib_flags,
		     struct fib_result *res)
{
	struct scan s = { .flp = flp, .fib_flags = fib_flags };
	const struct net *net = tb->net;

	scan_table(&s, net->fib_local, tb->tb_data);
	scan_table(&s, net->fib_main, tb->tb_data);
	scan_table(&s, net->fib_default, tb->tb_data);
	for (const struct fib_table *t = net->fib_numbered; t != NULL; t = t->tb_next)
		scan_table(&s, t, tb->tb_data);
	if (!s.best.any)
		return -EAGAIN;
	if (fib_props[s.best.type].error != 0)
		return fib_props[s.best.type].error;
	*res = (struct fib_result){ .prefix = s.best.dst,
				    .prefixlen = s.best.len,
				    .type = s.best.type };
	res->scope = s.best.fi->fib_scope;
	res->fi = (struct fib_info *)(uintptr_t)s.best.fi;
	res->nhc = &res->fi->nh;
	return 0;
}

void naive_check_fib_lookup(struct net *net, struct fib_table *tb, const struct flowi4 *flp,
			    u32 fib_flags, int err, const struct fib_result *res)
{
	struct fib_result want;
	int want_err = naive_fib_lookup(tb, flp, fib_flags, &want);

	(void)net;
	assert(err == want_err);
	if (err != 0)
		return;
	assert(res->fi == want.fi);
	assert(res->type == want.type);
	assert(res->prefixlen == want.prefixlen);
	assert(be32_eq(res->prefix, want.prefix));
	assert(res->scope == want.scope);
}
