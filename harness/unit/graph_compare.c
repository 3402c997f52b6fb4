// SPDX-License-Identifier: MIT
/* graph_compare.c - see graph_compare.h. */
#include "harness/unit/graph_compare.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const context_names[GRAPH_CONTEXTS] = { "task", "hardirq", "poll", "xmit" };
static const char *const mode_names[] = { "exact", "prefix", "within", "same" };

static void bad_text(const char *path, const char *line)
{
	fprintf(stderr, "%s: cannot read: %s\n", path, line);
	abort();
}

static FILE *open_text(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL)
		bad_text(path, "no such file");
	return f;
}

static u16 fn_by_name(const char *path, const char *name)
{
	for (u32 i = 0; i < FN_MAX; i++)
		if (strcmp(fn_names[i], name) == 0)
			return (u16)i;
	bad_text(path, name);
	return 0;
}

static u32 index_of(const char *path, const char *const *names, u32 n, const char *name)
{
	for (u32 i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	bad_text(path, name);
	return 0;
}

static bool in_list(const char *list, const char *name)
{
	size_t n = strlen(name);

	if (strcmp(list, "*") == 0)
		return true;
	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	}
	return false;
}

/* The rows whose kernel name is = : ours alone. */
static void read_unseen(struct graph_expect *e)
{
	static const char path[] = "harness/graph/names.tsv";
	FILE *f = open_text(path);
	char line[512];

	while (fgets(line, sizeof(line), f) != NULL) {
		char *fn, *where;

		if (strncmp(line, "=\t", 2) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		fn = strtok(line + 2, "\t");
		where = strtok(NULL, "\t");
		if (fn == NULL || where == NULL)
			bad_text(path, line);
		if (in_list(where, e->name))
			e->unseen[fn_by_name(path, fn)] = true;
	}
	fclose(f);
}

static void begin_item(struct graph_list *l)
{
	assert(l->items < GRAPH_ITEMS);
	l->item[l->items++] = l->lines;
	l->item[l->items] = l->lines;
}

static void add_line(struct graph_list *l, u16 fn, u32 depth, s32 call)
{
	assert(l->lines < GRAPH_LINES);
	l->line[l->lines++] = (struct graph_line){ fn, (u16)depth, call };
	l->item[l->items] = l->lines;
}

void graph_expect_read(struct graph_expect *e, const char *name)
{
	struct graph_list *l = NULL;
	char path[128], line[256];
	FILE *f;

	memset(e, 0, sizeof(*e));
	e->name = name;
	read_unseen(e);
	snprintf(path, sizeof(path), "harness/graph/%s.txt", name);
	f = open_text(path);
	while (fgets(line, sizeof(line), f) != NULL) {
		u32 depth = (u32)strspn(line, " ");
		u16 fn;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (line[0] == '@') {
			char *mode = strchr(line, ' ');
			u32 ctx;

			if (mode == NULL)
				bad_text(path, line);
			*mode++ = '\0';
			ctx = index_of(path, context_names, GRAPH_CONTEXTS, line + 1);
			e->mode[ctx] = index_of(path, mode_names, 4, mode);
			l = &e->list[ctx];
			continue;
		}
		if (l == NULL)
			bad_text(path, line);
		fn = fn_by_name(path, line + depth);
		if (depth == 0)
			begin_item(l);
		add_line(l, fn, depth, -1);
		e->named[fn] = true;
	}
	fclose(f);
}

void graph_ours_take(struct graph_ours *o, const struct world *w, u32 host)
{
	o->n = graph_calls(w, host, o->call, GRAPH_CALLS);
	assert(o->n <= GRAPH_CALLS);
	o->without_call = -1;
	o->without_fn = -1;
	o->with_callees = false;
	for (u32 i = 0; i < o->n; i++) {
		s32 p = (s32)i - 1;

		while (p >= 0 &&
		       (o->call[p].unit != o->call[i].unit || o->call[p].depth >= o->call[i].depth))
			p--;
		o->parent[i] = o->call[i].depth == 0 ? -1 : p;
	}
}

static bool is_without(const struct graph_ours *o, s32 i)
{
	return i == o->without_call || (s32)o->call[i].fn == o->without_fn;
}

static bool is_seen(const struct graph_expect *e, const struct graph_ours *o, s32 i)
{
	if (e->unseen[o->call[i].fn] || is_without(o, i))
		return false;
	if (o->with_callees)
		for (s32 p = o->parent[i]; p >= 0; p = o->parent[p])
			if (is_without(o, p))
				return false;
	return true;
}

static u32 seen_depth(const struct graph_expect *e, const struct graph_ours *o, s32 i, s32 top)
{
	u32 depth = 0;

	for (s32 p = o->parent[i]; p >= 0 && p >= top; p = o->parent[p])
		depth += is_seen(e, o, p);
	return depth;
}

static void add_call(struct graph_list *l, const struct graph_expect *e, const struct graph_ours *o,
		     s32 i, s32 top)
{
	if (is_seen(e, o, i))
		add_line(l, (u16)o->call[i].fn, seen_depth(e, o, i, top), i);
}

static bool is_below(const struct graph_ours *o, s32 i, s32 above)
{
	while (i >= 0 && i != above)
		i = o->parent[i];
	return i >= 0;
}

static void add_above(struct graph_list *l, const struct graph_expect *e,
		      const struct graph_ours *o, s32 i)
{
	if (i < 0)
		return;
	/* At most do_softirq() and net_rx_action(). */
	if (o->parent[i] >= 0)
		add_call(l, e, o, o->parent[i], 0);
	add_call(l, e, o, i, 0);
}

/* A call, what is above and what is below it; an item of which nothing is seen is none. */
static void add_item(struct graph_list *l, const struct graph_expect *e, const struct graph_ours *o,
		     s32 root)
{
	u32 before = l->lines, below;

	begin_item(l);
	add_above(l, e, o, o->parent[root]);
	below = l->lines;
	for (s32 i = root; i < (s32)o->n; i++)
		if (is_below(o, i, root))
			add_call(l, e, o, i, 0);
	if (l->lines == below) {
		l->lines = before;
		l->item[--l->items] = before;
	}
}

static bool found_work(const struct graph_ours *o, s32 poll)
{
	for (s32 i = poll; i < (s32)o->n; i++) {
		u32 fn = o->call[i].fn;

		if (is_below(o, i, poll) && (fn == FN_napi_consume_skb || fn == FN_napi_build_skb))
			return true;
	}
	return false;
}

static bool is_root(const struct graph_ours *o, enum graph_context ctx, u32 task_root, s32 i)
{
	u32 fn = o->call[i].fn;
	s32 p = o->parent[i];

	switch (ctx) {
	case GRAPH_TASK:
		return o->call[i].ctx == CTX_TASK && fn == task_root;
	case GRAPH_HARDIRQ:
		return o->call[i].ctx == CTX_HARDIRQ && p < 0;
	case GRAPH_POLL:
		return fn == FN_napi_poll && found_work(o, i);
	default:
		/* Timers have their own time. */
		return p >= 0 && o->call[p].fn == FN_do_softirq && fn != FN_net_rx_action &&
		       fn != FN_run_timer_softirq;
	}
}

void graph_list_ours(struct graph_list *l, const struct graph_expect *e, const struct graph_ours *o,
		     enum graph_context ctx)
{
	bool whole =
		ctx == GRAPH_TASK && (e->mode[ctx] == GRAPH_EXACT || e->mode[ctx] == GRAPH_PREFIX);
	u32 task_root = e->list[ctx].lines != 0 ? e->list[ctx].line[0].fn : FN_MAX;

	l->lines = 0;
	l->items = 0;
	l->item[0] = 0;
	if (whole)
		begin_item(l);
	for (s32 i = 0; i < (s32)o->n; i++) {
		if (whole && o->call[i].ctx == CTX_TASK)
			add_call(l, e, o, i, 0);
		else if (!whole && is_root(o, ctx, task_root, i))
			add_item(l, e, o, i);
	}
}

static void print_side(const char *who, const struct graph_line *line, u32 n, u32 at)
{
	enum { AROUND = 6 };

	printf("  %s\n", who);
	for (u32 i = at > AROUND ? at - AROUND : 0; i < n && i <= at + AROUND; i++)
		printf("  %c %*s%s\n", i == at ? '>' : ' ', (int)line[i].depth, "",
		       fn_names[line[i].fn]);
	if (at >= n)
		printf("  > (ends here)\n");
}

static bool same_line(const struct graph_line *a, const struct graph_line *b)
{
	return a->fn == b->fn && a->depth == b->depth;
}

static u32 common(const struct graph_line *a, u32 na, const struct graph_line *b, u32 nb)
{
	u32 i = 0;

	while (i < na && i < nb && same_line(&a[i], &b[i]))
		i++;
	return i;
}

struct side {
	const char *who;
	const struct graph_list *list;
};

static void print_difference(const struct graph_expect *e, u32 ctx, const char *what)
{
	printf("%s, %s (%s): %s\n", e->name, context_names[ctx], mode_names[e->mode[ctx]], what);
}

/* Each item of one side is an item of the other; if not, the first that is not beside what it is
 * most like. */
static bool all_within(const struct graph_expect *e, u32 ctx, struct side a, struct side b,
		       bool say)
{
	for (u32 i = 0; i < a.list->items; i++) {
		const struct graph_line *line = a.list->line + a.list->item[i];
		u32 n = a.list->item[i + 1] - a.list->item[i];
		u32 best = 0, best_n = 0;
		bool found = false;

		for (u32 j = 0; j < b.list->items && !found; j++) {
			u32 nb = b.list->item[j + 1] - b.list->item[j];
			u32 c = common(line, n, b.list->line + b.list->item[j], nb);

			found = c == n && c == nb;
			if (c >= best_n) {
				best = j;
				best_n = c;
			}
		}
		if (found)
			continue;
		if (say) {
			print_difference(e, ctx, "an item of one side is not on the other");
			print_side(a.who, line, n, best_n);
			if (b.list->items != 0)
				print_side(b.who, b.list->line + b.list->item[best],
					   b.list->item[best + 1] - b.list->item[best], best_n);
		}
		return false;
	}
	return true;
}

static bool compare_context(const struct graph_expect *e, u32 ctx, const struct graph_list *ours,
			    bool say)
{
	const struct graph_list *theirs = &e->list[ctx];
	const struct side us = { "ours", ours }, them = { "the kernel's", theirs };
	u32 n = ours->lines, same;

	if (e->mode[ctx] == GRAPH_WITHIN || e->mode[ctx] == GRAPH_SAME) {
		if (ours->items == 0 && theirs->items != 0) {
			if (say)
				print_difference(e, ctx, "ours has nothing there");
			return false;
		}
		return all_within(e, ctx, us, them, say) &&
		       (e->mode[ctx] == GRAPH_WITHIN || all_within(e, ctx, them, us, say));
	}
	if (e->mode[ctx] == GRAPH_PREFIX)
		n = min_u32(n, theirs->lines);
	same = common(ours->line, n, theirs->line, theirs->lines);
	if (same == n && n == theirs->lines)
		return true;
	if (say) {
		print_difference(e, ctx, "the first difference");
		print_side(us.who, ours->line, n, same);
		print_side(them.who, theirs->line, theirs->lines, same);
	}
	return false;
}

bool graph_compare(const struct graph_expect *e, const struct graph_ours *o, bool say)
{
	static struct graph_list ours;
	bool same = true;

	for (u32 ctx = 0; ctx < GRAPH_CONTEXTS; ctx++) {
		graph_list_ours(&ours, e, o, ctx);
		same = compare_context(e, ctx, &ours, say) && same;
	}
	return same;
}
