// SPDX-License-Identifier: MIT
/* graph.c - see graph.h. Everything comes from the entry and exit probes inside the functions. */
#include "harness/lib/graph.h"

enum { GRAPH_DEPTH = 256 };

void graph_start(struct world *w)
{
	trace_clear(&w->trace);
	world_trace(w,
		    w->trace.mask | 1ull << TRACE_ENTER | 1ull << TRACE_EXIT | 1ull << TRACE_STEP);
}

void graph_stop(struct world *w)
{
	world_trace(w, 0);
}

static bool is_call(const struct trace_rec *r, u32 host)
{
	return r->host == host && (r->kind == TRACE_ENTER || r->kind == TRACE_EXIT);
}

/* The next call record of the host at or after *i. */
static const struct trace_rec *next_call(const struct world *w, u32 host, u32 *i)
{
	const struct trace_rec *r;

	while ((r = trace_get(&w->trace, *i)) != NULL) {
		if (is_call(r, host))
			return r;
		(*i)++;
	}
	return NULL;
}

static void task_name(const struct trace_rec *r, char name[16])
{
	if (r->ctx == CTX_KSOFTIRQD)
		snprintf(name, 16, "ksoftirqd/%u", r->cpu);
	else if (r->task == 0xff)
		snprintf(name, 16, "<idle>");
	else
		snprintf(name, 16, "task-%u", r->task);
}

struct printer {
	FILE *to;
	const struct world *world;
	u32 host, depth;
	u64 entered[GRAPH_DEPTH];
};

/* The columns before a line's text: CPU, task, and what the duration column holds. */
static void print_columns(const struct printer *p, const struct trace_rec *r, const char *duration)
{
	char name[16];

	task_name(r, name);
	fprintf(p->to, " %u)  %-12s | %15s |", r->cpu, name, duration);
}

static void print_line(const struct printer *p, const struct trace_rec *r, const char *duration,
		       const char *fn, const char *after)
{
	print_columns(p, r, duration);
	fprintf(p->to, "  %*s%s%s\n", (int)(2 * p->depth), "", fn, after);
}

static void put_cycles(char to[24], u64 from_ps, u64 until_ps)
{
	snprintf(to, 24, "%llu cyc ",
		 (unsigned long long)((until_ps - from_ps) / CPU_PS_PER_CYCLE));
}

static void print_irq_mark(const struct printer *p, const struct trace_rec *r, const char *mark)
{
	if (r->arg[0] != FN_common_interrupt)
		return;
	print_columns(p, r, mark);
	fputc('\n', p->to);
}

static void print_exit(struct printer *p, const struct trace_rec *r)
{
	char cycles[24] = "";

	/* What began before the recording has no beginning here. */
	if (p->depth != 0) {
		p->depth--;
		put_cycles(cycles, p->entered[p->depth], r->when_ps);
	}
	print_line(p, r, cycles, "}", "");
	print_irq_mark(p, r, "<========== ");
}

/* Returns how many records it has printed: a call with none inside takes one line. */
static u32 print_enter(struct printer *p, const struct trace_rec *r, u32 i)
{
	const char *fn = fn_names[r->arg[0]];
	const struct trace_rec *n;
	char cycles[24];

	i++;
	n = next_call(p->world, p->host, &i);
	print_irq_mark(p, r, "==========> ");
	if (n != NULL && n->kind == TRACE_EXIT) {
		put_cycles(cycles, r->when_ps, n->when_ps);
		print_line(p, r, cycles, fn, "();");
		print_irq_mark(p, r, "<========== ");
		return i + 1;
	}
	print_line(p, r, "", fn, "() {");
	assert(p->depth < GRAPH_DEPTH - 1);
	p->entered[p->depth++] = r->when_ps;
	return i;
}

void graph_print(FILE *to, const struct world *w, u32 host)
{
	struct printer p = { .to = to, .world = w, .host = host };
	const struct trace_rec *r;
	u32 i = 0;

	fprintf(to, "# tracer: function_graph (virtual time; a cycle is %u ps)\n#\n",
		CPU_PS_PER_CYCLE);
	fprintf(to, "# CPU  TASK                CYCLES         FUNCTION CALLS\n"
		    "# |      |                    |            |   |   |   |\n");
	while ((r = next_call(w, host, &i)) != NULL) {
		if (r->kind == TRACE_EXIT) {
			print_exit(&p, r);
			i++;
		} else {
			i = print_enter(&p, r, i);
		}
	}
}

/* Interrupt contexts nest: a new one begins where its outermost function is entered. */
u32 graph_calls(const struct world *w, u32 host, struct graph_call *out, u32 max)
{
	struct {
		u32 unit, base;
		u8 ctx;
	} stack[GRAPH_DEPTH];
	const struct trace_rec *r;
	u32 depth = 0, units = 0, n = 0;

	for (u32 i = 0; (r = next_call(w, host, &i)) != NULL; i++) {
		if (r->kind == TRACE_EXIT) {
			depth -= depth != 0 ? 1 : 0;
			continue;
		}
		assert(depth < GRAPH_DEPTH);
		if (depth == 0 || stack[depth - 1].ctx != r->ctx) {
			stack[depth].unit = units++;
			stack[depth].base = depth;
			stack[depth].ctx = r->ctx;
		} else {
			stack[depth] = stack[depth - 1];
		}
		if (n < max)
			out[n] = (struct graph_call){
				.rec = r,
				.fn = r->arg[0],
				.depth = depth - stack[depth].base,
				.ctx = r->ctx,
				.unit = stack[depth].unit,
			};
		n++;
		depth++;
	}
	return n;
}
