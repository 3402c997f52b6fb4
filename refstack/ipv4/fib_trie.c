// SPDX-License-Identifier: MIT
/* fib_trie.c - the routes of a table in a path-compressed trie: insert, delete, lookup, dump.
 *
 * Path: step 4. Called by fib_lookup(), inet_rtm_newroute() and fib_magic(); calls fib_semantics.c.
 * Rules: RFC 1812 5.2.4.3 (longest match); LINUX: net/ipv4/fib_trie.c. A leaf has a key; the routes
 * of all prefixes that are this key followed by zeros hang there, ordered by prefix length, table,
 * TOS and priority: the first that fits the packet is the one.
 * DIVERGES(fib-trie-shape): every inner node has two children; Linux's have 2^n. What a lookup
 * finds and the order of a dump do not depend on it.
 */
#include "ipv4/ip_fib.h"

#include "core/cpu.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

enum { KEYLENGTH = 32 };

static bool is_leaf(const struct key_vector *n)
{
	return n->bits == 0;
}

/* Do the bits of key above those that the node's children differ in equal the node's? */
static bool key_below(u32 key, const struct key_vector *tn)
{
	return (u64)(key ^ tn->key) >> (tn->pos + 1) == 0;
}

static struct key_vector *child_for(const struct key_vector *tn, u32 key)
{
	return tn->tnode[key >> tn->pos & 1];
}

static u8 last_slen(const struct key_vector *leaf)
{
	const struct hlist_node *pos;
	u8 slen = 0;

	hlist_for_each (pos, &leaf->leaf)
		slen = hlist_entry(pos, struct fib_alias, fa_list)->fa_slen;
	return slen;
}

/* Brings slen of a leaf and of all nodes above it up to date. */
static void update_suffix(struct key_vector *leaf)
{
	struct key_vector *n;

	leaf->slen = last_slen(leaf);
	for (n = leaf->parent; n != NULL; n = n->parent)
		n->slen = (u8)max_u32(n->tnode[0]->slen, n->tnode[1]->slen);
}

static void replace_child(struct fib_table *t, struct key_vector *parent,
			  const struct key_vector *old, struct key_vector *n)
{
	if (parent == NULL)
		t->root = n;
	else
		parent->tnode[parent->tnode[1] == old] = n;
	if (n != NULL)
		n->parent = parent;
}

/* Where the search for an exact key ends: its leaf, or what stands in its place. */
static struct key_vector *fib_find_place(const struct fib_table *t, u32 key)
{
	struct key_vector *n = t->root;

	while (n != NULL && !is_leaf(n) && key_below(key, n))
		n = child_for(n, key);
	return n;
}

static struct key_vector *fib_find_node(const struct fib_table *t, u32 key)
{
	struct key_vector *n = fib_find_place(t, key);

	return n != NULL && is_leaf(n) && n->key == key ? n : NULL;
}

/* LINUX: fib_find_alias(): the first route with this prefix length and table, whose TOS and
 * priority are equal to or come behind these.
 */
static struct fib_alias *fib_find_alias(struct key_vector *l, u8 slen, u8 tos, u32 prio, u32 tb_id)
{
	struct hlist_node *pos;

	hlist_for_each (pos, &l->leaf) {
		struct fib_alias *fa = hlist_entry(pos, struct fib_alias, fa_list);

		if (fa->fa_slen < slen)
			continue;
		if (fa->fa_slen != slen)
			break;
		if (fa->tb_id > tb_id)
			continue;
		if (fa->tb_id != tb_id)
			break;
		if (fa->fa_tos > tos)
			continue;
		if (fa->fa_info->fib_priority >= prio || fa->fa_tos < tos)
			return fa;
	}
	return NULL;
}

static void hlist_add_before(struct hlist_node *n, struct hlist_node *next)
{
	n->pprev = next->pprev;
	n->next = next;
	next->pprev = &n->next;
	*n->pprev = n;
}

static void hlist_add_behind(struct hlist_node *n, struct hlist_node *prev)
{
	n->next = prev->next;
	prev->next = n;
	n->pprev = &prev->next;
	if (n->next != NULL)
		n->next->pprev = &n->next;
}

static struct key_vector *leaf_new(struct net *net, u32 key)
{
	struct key_vector *l = pool_zalloc(&net->fib_node_pool);

	if (l != NULL)
		l->key = key;
	return l;
}

/* A leaf for a key that has none. */
static struct key_vector *fib_insert_node(struct fib_table *t, u32 key)
{
	struct key_vector *l = leaf_new(t->net, key), *n, *tn, *parent;
	u32 pos = 0;

	if (l == NULL)
		return NULL;
	n = fib_find_place(t, key);
	if (n == NULL) {
		replace_child(t, NULL, NULL, l);
		return l;
	}

	tn = pool_zalloc(&t->net->fib_node_pool);
	if (tn == NULL) {
		pool_free(&t->net->fib_node_pool, l);
		return NULL;
	}
	assert(key != n->key);
	while ((key ^ n->key) >> pos > 1)
		pos++;
	parent = n->parent;
	tn->key = (u32)((u64)key >> (pos + 1) << (pos + 1));
	tn->pos = (u8)pos;
	tn->bits = 1;
	replace_child(t, parent, n, tn);
	tn->tnode[key >> pos & 1] = l;
	tn->tnode[n->key >> pos & 1] = n;
	l->parent = tn;
	n->parent = tn;
	return l;
}

static void fib_free_leaf(struct fib_table *t, struct key_vector *l)
{
	struct key_vector *tn = l->parent, *other, *n;

	if (tn == NULL) {
		t->root = NULL;
	} else {
		other = tn->tnode[tn->tnode[0] == l];
		replace_child(t, tn->parent, tn, other);
		for (n = other->parent; n != NULL; n = n->parent)
			n->slen = (u8)max_u32(n->tnode[0]->slen, n->tnode[1]->slen);
		pool_free(&t->net->fib_node_pool, tn);
	}
	pool_free(&t->net->fib_node_pool, l);
}

/* LINUX: fib_insert_alias(): before fa, or behind the last that may stand before the new one. */
static int fib_insert_alias(struct fib_table *t, struct key_vector *l, struct fib_alias *new_fa,
			    struct fib_alias *fa, u32 key)
{
	struct hlist_node *pos, *behind = NULL;

	if (l == NULL) {
		l = fib_insert_node(t, key);
		if (l == NULL)
			return -ENOMEM;
	}
	if (fa != NULL) {
		hlist_add_before(&new_fa->fa_list, &fa->fa_list);
	} else {
		hlist_for_each (pos, &l->leaf) {
			const struct fib_alias *last = hlist_entry(pos, struct fib_alias, fa_list);

			if (new_fa->fa_slen < last->fa_slen)
				break;
			if (new_fa->fa_slen == last->fa_slen && new_fa->tb_id > last->tb_id)
				break;
			behind = pos;
		}
		if (behind != NULL)
			hlist_add_behind(&new_fa->fa_list, behind);
		else
			hlist_add_head(&new_fa->fa_list, &l->leaf);
	}
	update_suffix(l);
	return 0;
}

static void fib_remove_alias(struct fib_table *t, struct key_vector *l, struct fib_alias *fa)
{
	hlist_del_init(&fa->fa_list);
	if (l->leaf.first == NULL)
		fib_free_leaf(t, l);
	else
		update_suffix(l);
}

static struct fib_alias *fib_next_alias(const struct fib_alias *fa)
{
	return fa->fa_list.next != NULL ? hlist_entry(fa->fa_list.next, struct fib_alias, fa_list)
					: NULL;
}

/* The route among fa and its equals that is the same in every respect. */
static struct fib_alias *fib_find_same(struct fib_alias *fa, const struct fib_config *cfg,
				       const struct fib_info *fi)
{
	const struct fib_alias *first = fa;

	for (; fa != NULL; fa = fib_next_alias(fa)) {
		if (fa->fa_slen != first->fa_slen || fa->tb_id != first->tb_id ||
		    fa->fa_tos != first->fa_tos || fa->fa_info->fib_priority != fi->fib_priority)
			return NULL;
		if (fa->fa_type == cfg->fc_type && fa->fa_info == fi)
			return fa;
	}
	return NULL;
}

/* Where NLM_F_APPEND puts a new one: before the first that is no equal of fa. */
static struct fib_alias *fib_behind_equals(struct fib_alias *fa)
{
	const struct fib_alias *first = fa;

	while (fa != NULL && fa->fa_slen == first->fa_slen && fa->tb_id == first->tb_id &&
	       fa->fa_tos == first->fa_tos &&
	       fa->fa_info->fib_priority == first->fa_info->fib_priority)
		fa = fib_next_alias(fa);
	return fa;
}

static struct fib_alias *fib_alias_new(struct fib_table *tb, const struct fib_config *cfg,
				       struct fib_info *fi)
{
	struct fib_alias *fa = pool_zalloc(&tb->net->fib_alias_pool);

	if (fa == NULL)
		return NULL;
	fa->fa_info = fi;
	fa->fa_tos = cfg->fc_tos;
	fa->fa_type = cfg->fc_type;
	fa->fa_slen = (u8)(KEYLENGTH - cfg->fc_dst_len);
	fa->tb_id = tb->tb_id;
	fa->fa_default = -1;
	return fa;
}

/* NLM_F_REPLACE: the new route takes the place of fa. */
static int fib_replace_alias(struct fib_table *tb, const struct fib_config *cfg,
			     struct fib_info *fi, struct fib_alias *fa)
{
	struct fib_alias *new_fa = fib_alias_new(tb, cfg, fi);

	if (new_fa == NULL)
		return -ENOBUFS;
	hlist_add_before(&new_fa->fa_list, &fa->fa_list);
	hlist_del_init(&fa->fa_list);
	fib_release_info(fa->fa_info);
	if (fa->fa_accessed)
		rt_cache_flush(tb->net);
	pool_free(&tb->net->fib_alias_pool, fa);
	return 0;
}

/* LINUX: fib_table_insert(): there are routes with the same prefix, TOS and priority, fa the first.
 * 1: insert the new one before *before; 0: all is done; an error: the caller gives fi back.
 */
static int fib_meet_equals(struct fib_table *tb, const struct fib_config *cfg, struct fib_info *fi,
			   struct fib_alias *fa, struct fib_alias **before)
{
	struct fib_alias *same;

	if ((cfg->fc_nlflags & NLM_F_EXCL) != 0)
		return -EEXIST;
	same = fib_find_same(fa, cfg, fi);
	if ((cfg->fc_nlflags & NLM_F_REPLACE) != 0) {
		if (same == NULL)
			return fib_replace_alias(tb, cfg, fi, fa);
		if (same != fa)
			return -EEXIST;
		fib_release_info(fi);
		return 0;
	}
	if (same != NULL)
		return -EEXIST;
	*before = (cfg->fc_nlflags & NLM_F_APPEND) != 0 ? fib_behind_equals(fa) : fa;
	return 1;
}

int fib_table_insert(struct net *net, struct fib_table *tb, const struct fib_config *cfg)
{
	struct fib_table *t = tb->tb_data;
	u32 key = be32_to_cpu(cfg->fc_dst);
	struct fib_alias *fa, *new_fa;
	struct key_vector *l;
	struct fib_info *fi;
	int err = 0;

	assert(cfg->fc_dst_len <= KEYLENGTH);
	fi = fib_create_info(net, cfg, &err);
	if (fi == NULL)
		return err;

	l = fib_find_node(t, key);
	fa = l == NULL ? NULL
		       : fib_find_alias(l, (u8)(KEYLENGTH - cfg->fc_dst_len), cfg->fc_tos,
					fi->fib_priority, tb->tb_id);
	if (fa != NULL && fa->fa_tos == cfg->fc_tos &&
	    fa->fa_info->fib_priority == fi->fib_priority) {
		err = fib_meet_equals(tb, cfg, fi, fa, &fa);
		if (err == 0)
			return 0;
		if (err < 0)
			goto out;
	}
	err = -ENOENT;
	if ((cfg->fc_nlflags & NLM_F_CREATE) == 0)
		goto out;
	err = -ENOBUFS;
	new_fa = fib_alias_new(tb, cfg, fi);
	if (new_fa == NULL)
		goto out;
	err = fib_insert_alias(t, l, new_fa, fa, key);
	if (err != 0)
		goto out_free_new_fa;
	if (cfg->fc_dst_len == 0)
		tb->tb_num_default++;
	rt_cache_flush(net);
	return 0;

out_free_new_fa:
	pool_free(&net->fib_alias_pool, new_fa);
out:
	fib_release_info(fi);
	return err;
}

static bool fib_alias_matches(const struct fib_alias *fa, const struct fib_config *cfg)
{
	const struct fib_info *fi = fa->fa_info;

	return (cfg->fc_type == RTN_UNSPEC || fa->fa_type == cfg->fc_type) &&
	       (cfg->fc_scope == RT_SCOPE_NOWHERE || fi->fib_scope == cfg->fc_scope) &&
	       (be32_is_zero(cfg->fc_prefsrc) || be32_eq(fi->fib_prefsrc, cfg->fc_prefsrc)) &&
	       (cfg->fc_protocol == 0 || fi->fib_protocol == cfg->fc_protocol) &&
	       fib_nh_matches(cfg, fi) && fib_metrics_match(cfg, fi);
}

int fib_table_delete(struct net *net, struct fib_table *tb, const struct fib_config *cfg)
{
	struct fib_table *t = tb->tb_data;
	u8 slen = (u8)(KEYLENGTH - cfg->fc_dst_len);
	struct key_vector *l = fib_find_node(t, be32_to_cpu(cfg->fc_dst));
	struct fib_alias *fa;

	if (l == NULL)
		return -ESRCH;
	fa = fib_find_alias(l, slen, cfg->fc_tos, 0, tb->tb_id);
	for (; fa != NULL; fa = fib_next_alias(fa)) {
		if (fa->fa_slen != slen || fa->tb_id != tb->tb_id || fa->fa_tos != cfg->fc_tos)
			return -ESRCH;
		if (fib_alias_matches(fa, cfg))
			break;
	}
	if (fa == NULL)
		return -ESRCH;

	if (cfg->fc_dst_len == 0)
		tb->tb_num_default--;
	fib_remove_alias(t, l, fa);
	if (fa->fa_accessed)
		rt_cache_flush(net);
	fib_release_info(fa->fa_info);
	pool_free(&net->fib_alias_pool, fa);
	return 0;
}

/* LINUX: ip_ignore_linkdown() of a nexthop whose link is down. */
static bool nh_is_ignored(const struct fib_nh *nh)
{
	const struct in_device *in_dev;

	if ((nh->fib_nh_flags & RTNH_F_LINKDOWN) == 0)
		return false;
	in_dev = in_dev_get(nh->fib_nh_dev);
	return in_dev != NULL && IN_DEV_ORCONF(in_dev, ignore_routes_with_linkdown);
}

u8 fib_nh_flags_told(const struct fib_nh *nh)
{
	return (u8)(nh->fib_nh_flags | (nh_is_ignored(nh) ? RTNH_F_DEAD : 0));
}

bool fib_lookup_good_nhc(struct net *net, const struct fib_nh *nhc, u32 fib_flags,
			 const struct flowi4 *flp)
{
	PROBE(net, fib_lookup_good_nhc);

	if ((nhc->fib_nh_flags & RTNH_F_DEAD) != 0)
		return false;
	if ((fib_flags & FIB_LOOKUP_IGNORE_LINKSTATE) == 0 && nh_is_ignored(nhc))
		return false;
	return flp->flowi4_oif == 0 || flp->flowi4_oif == nhc->fib_nh_oif;
}

/* The routes at a leaf against a flow. 1: none fits, go on; else the lookup's result. */
static int fib_match_leaf(struct fib_table *tb, const struct key_vector *n,
			  const struct flowi4 *flp, struct fib_result *res, u32 fib_flags)
{
	u32 differ = be32_to_cpu(flp->daddr) ^ n->key;
	struct hlist_node *pos;

	hlist_for_each (pos, &n->leaf) {
		struct fib_alias *fa = hlist_entry(pos, struct fib_alias, fa_list);
		struct fib_info *fi = fa->fa_info;

		if ((u64)differ >> fa->fa_slen != 0)
			continue;
		/* LINUX: fib_dscp_masked_match(): the three bits of IPTOS_RT_MASK. */
		if (fa->fa_tos != 0 && fa->fa_tos != (flp->flowi4_tos & 0x1c))
			continue;
		if (fi->fib_dead != 0 || fi->fib_scope < flp->flowi4_scope)
			continue;
		fa->fa_accessed = true;
		if (fib_props[fa->fa_type].error < 0)
			return fib_props[fa->fa_type].error;
		if ((fi->fib_flags & RTNH_F_DEAD) != 0)
			continue;
		if (!fib_lookup_good_nhc(tb->net, &fi->nh, fib_flags, flp))
			continue;
		res->prefix = cpu_to_be32(n->key);
		res->prefixlen = (u8)(KEYLENGTH - fa->fa_slen);
		res->nhc = &fi->nh;
		res->type = fa->fa_type;
		res->scope = fi->fib_scope;
		res->fi = fi;
		res->table = tb;
		res->fa_head = (struct hlist_head *)(uintptr_t)&n->leaf;
		return 0;
	}
	return 1;
}

/* The leftmost leaf below n, if its key is key with low bits cleared: the only one there whose
 * prefixes can cover key without having all its bits.
 */
static const struct key_vector *fib_prefix_leaf(const struct key_vector *n, u32 key)
{
	for (;; n = n->tnode[0]) {
		if (((key ^ n->key) & (n->key | (0u - n->key))) != 0)
			return NULL;
		if (is_leaf(n))
			return n;
	}
}

static int fib_trie_lookup(struct fib_table *tb, const struct flowi4 *flp, struct fib_result *res,
			   u32 fib_flags)
{
	u32 key = be32_to_cpu(flp->daddr);
	const struct key_vector *n = fib_find_place(tb->tb_data, key), *leaf = n, *pn;
	int err;

	if (n == NULL)
		return -EAGAIN;
	if (!is_leaf(n))
		leaf = fib_prefix_leaf(n, key);
	for (;;) {
		if (leaf != NULL) {
			err = fib_match_leaf(tb, leaf, flp, res, fib_flags);
			if (err <= 0)
				return err;
		}
		/* Up to the nearest node that was left to the right and has prefixes reaching over
		 * its bit. */
		for (;; n = pn) {
			pn = n->parent;
			if (pn == NULL)
				return -EAGAIN;
			if (pn->tnode[1] == n && pn->tnode[0]->slen > pn->pos)
				break;
		}
		leaf = fib_prefix_leaf(pn->tnode[0], key);
		n = pn;
	}
}

int fib_table_lookup(struct fib_table *tb, const struct flowi4 *flp, struct fib_result *res,
		     u32 fib_flags)
{
	PROBE(tb->net, fib_table_lookup);
	struct net *net = tb->net;
	int err;

	PATH_STEP(net, FIB_LOOKUP, 0, 0);
	err = fib_trie_lookup(tb, flp, res, fib_flags);
	TRACE(net, fib_table_lookup, (u32)err, (u32)flp->flowi4_oif, be32_to_cpu(flp->daddr),
	      be32_to_cpu(flp->saddr), flp->flowi4_scope, err == 0 ? res->type : 0u, tb->tb_id,
	      (u32)flp->flowi4_iif);
	if (net->on_fib_lookup != NULL)
		net->on_fib_lookup(net, tb, flp, fib_flags, err, err == 0 ? res : NULL);
	return err;
}

/* In the order of keys. */
static struct key_vector *leaf_first(struct key_vector *n)
{
	while (n != NULL && !is_leaf(n))
		n = n->tnode[0];
	return n;
}

static struct key_vector *leaf_next(const struct key_vector *n)
{
	while (n->parent != NULL && n->parent->tnode[1] == n)
		n = n->parent;
	return n->parent != NULL ? leaf_first(n->parent->tnode[1]) : NULL;
}

void fib_table_walk(const struct fib_table *tb,
		    void (*cb)(void *ctx, be32 dst, u8 len, u8 tos, u8 type,
			       const struct fib_info *fi),
		    void *ctx)
{
	const struct key_vector *l;
	const struct hlist_node *pos;

	for (l = leaf_first(tb->tb_data->root); l != NULL; l = leaf_next(l)) {
		hlist_for_each (pos, &l->leaf) {
			const struct fib_alias *fa = hlist_entry(pos, struct fib_alias, fa_list);

			if (fa->tb_id == tb->tb_id)
				cb(ctx, cpu_to_be32(l->key), (u8)(KEYLENGTH - fa->fa_slen),
				   fa->fa_tos, fa->fa_type, fa->fa_info);
		}
	}
}

static int fib_drop_routes(struct fib_table *tb, bool all)
{
	struct fib_table *t = tb->tb_data;
	struct key_vector *l, *next;
	struct fib_alias *fa, *next_fa;
	int found = 0;

	for (l = leaf_first(t->root); l != NULL; l = next) {
		next = leaf_next(l);
		for (fa = hlist_entry(l->leaf.first, struct fib_alias, fa_list); fa != NULL;
		     fa = next_fa) {
			next_fa = fib_next_alias(fa);
			if (fa->tb_id != tb->tb_id ||
			    (!all && (fa->fa_info->fib_flags & RTNH_F_DEAD) == 0))
				continue;
			fib_release_info(fa->fa_info);
			/* The last one takes the leaf with it. */
			fib_remove_alias(t, l, fa);
			pool_free(&tb->net->fib_alias_pool, fa);
			found++;
		}
	}
	return found;
}

/* LINUX: fib_table_flush(net, tb, false): tb_num_default stays as it is, as in Linux. */
int fib_table_flush(struct net *net, struct fib_table *tb)
{
	assert(tb->net == net);
	return fib_drop_routes(tb, false);
}

struct fib_table *fib_trie_table(struct net *net, u32 id, struct fib_table *alias)
{
	struct fib_table *tb = pool_zalloc(&net->fib_table_pool);

	if (tb == NULL)
		return NULL;
	tb->net = net;
	tb->tb_id = id;
	tb->tb_data = alias != NULL ? alias : tb;
	return tb;
}

void fib_free_table(struct fib_table *tb)
{
	(void)fib_drop_routes(tb, true);
	assert(tb->root == NULL);
	pool_free(&tb->net->fib_table_pool, tb);
}

static void fib_leaf_check(const struct key_vector *l)
{
	const struct fib_alias *prev = NULL, *fa;
	const struct hlist_node *pos;

	assert(l->leaf.first != NULL);
	hlist_for_each (pos, &l->leaf) {
		fa = hlist_entry(pos, struct fib_alias, fa_list);
		assert(fa->fa_slen <= KEYLENGTH);
		assert(((u64)l->key & ((1ull << fa->fa_slen) - 1)) == 0);
		assert(fa->fa_info->fib_treeref > 0);
		assert(fa->fa_info->fib_dead == 0);
		if (prev != NULL && prev->fa_slen == fa->fa_slen && prev->tb_id == fa->tb_id) {
			assert(prev->fa_tos >= fa->fa_tos);
			if (prev->fa_tos == fa->fa_tos)
				assert(prev->fa_info->fib_priority <= fa->fa_info->fib_priority);
		} else if (prev != NULL) {
			assert(prev->fa_slen <= fa->fa_slen);
			if (prev->fa_slen == fa->fa_slen)
				assert(prev->tb_id > fa->tb_id);
		}
		prev = fa;
	}
	assert(l->slen == last_slen(l));
}

/* INVARIANT: keys ascend, nodes and suffix lengths fit their children, routes are in order. */
void fib_table_check(const struct fib_table *tb)
{
	const struct key_vector *l, *n, *prev = NULL;

	for (l = leaf_first(tb->tb_data->root); l != NULL; l = leaf_next(l)) {
		fib_leaf_check(l);
		if (prev != NULL)
			assert(prev->key < l->key);
		for (n = l->parent; n != NULL; n = n->parent) {
			assert(key_below(l->key, n));
			assert(n->slen == max_u32(n->tnode[0]->slen, n->tnode[1]->slen));
			assert(n->tnode[0]->parent == n);
			assert(n->tnode[1]->parent == n);
		}
		prev = l;
	}
}
