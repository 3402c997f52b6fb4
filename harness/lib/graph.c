// SPDX-License-Identifier: MIT
/* graph.c - see graph.h. Everything comes from the entry and exit probes inside the functions. */
#include "harness/lib/graph.h"

enum { GRAPH_DEPTH = 256 };

void graph_start(struct world *w)
{
	w->trace.written = 0;
	w->trace.mask |= 1ull << TRACE_ENTER | 1ull << TRACE_EXIT | 1ull << TRACE_STEP;
}

void graph_stop(struct world *w)
{
	w->trace.mask = 0;
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

static void print_line(FILE *to, const struct trace_rec *r, s64 cycles, const char *text, u32 depth)
{
	char name[16], took[24] = "";

	task_name(r, name);
	if (cycles >= 0)
		snprintf(took, sizeof(took), "%llu cyc", (unsigned long long)cycles);
	fprintf(to, " %u)  %-12s| %12s  |  %*s%s\n", r->cpu, name, took, (int)(2 * depth), "", text);
}

void graph_print(FILE *to, const struct world *w, u32 host)
{
	u64 entered[GRAPH_DEPTH];
	const struct trace_rec *r;
	u32 depth = 0;
	u32 i = 0;

	fprintf(to, "# tracer: function_graph (virtual time; cycles of %u ps)\n#\n", CPU_PS_PER_CYCLE);
	fprintf(to, "# CPU  TASK             CYCLES       FUNCTION CALLS\n# |     |                  |            |   |   |   |\n");
	while ((r = next_call(w, host, &i)) != NULL) {
		u32 fn = r->arg[0];
		char text[96];
		u32 j = i + 1;
		const struct trace_rec *n;

		if (r->kind == TRACE_EXIT) {
			if (depth != 0)
				depth--;
			print_line(to, r, (s64)((r->when_ps - entered[depth]) / CPU_PS_PER_CYCLE), "}",
				   depth);
			if (fn == FN_common_interrupt)
				print_line(to, r, -1, "<========== |", 0);
			i++;
			continue;
		}
		if (fn == FN_common_interrupt)
			print_line(to, r, -1, "==========> |", 0);
		n = next_call(w, host, &j);
		if (n != NULL && n->kind == TRACE_EXIT && n->arg[0] == fn) {
			snprintf(text, sizeof(text), "%s();", fn_names[fn]);
			print_line(to, r, (s64)((n->when_ps - r->when_ps) / CPU_PS_PER_CYCLE), text, depth);
			i = j + 1;
			continue;
		}
		snprintf(text, sizeof(text), "%s() {", fn_names[fn]);
		print_line(to, r, -1, text, depth);
		if (depth < GRAPH_DEPTH - 1)
			entered[depth++] = r->when_ps;
		i++;
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
		if (depth == GRAPH_DEPTH - 1)
			continue;
		if (depth == 0 || stack[depth - 1].ctx != r->ctx) {
			stack[depth].unit = units++;
			stack[depth].base = depth;
			stack[depth].ctx = r->ctx;
		} else {
			stack[depth] = stack[depth - 1];
		}
		if (n < max)
			out[n] = (struct graph_call){ r, r->arg[0], depth - stack[depth].base, r->ctx,
						      stack[depth].unit };
		n++;
		depth++;
	}
	return n;
}
