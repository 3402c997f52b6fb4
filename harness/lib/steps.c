// SPDX-License-Identifier: MIT
/* steps.c - see steps.h. */
#include "harness/lib/steps.h"

#include <stdlib.h>
#include <string.h>

#include "harness/lib/must.h"

enum { FIRST_ROOM = 256 };

static void keep(struct trace *t)
{
	struct steps *s = t->full_ctx;

	for (; t->kept < t->written; t->kept++) {
		const struct trace_rec *r = &t->ring[t->kept % t->cap];

		if (r->kind != TRACE_STEP)
			continue;
		if (s->nr == s->cap) {
			s->cap = s->cap != 0 ? s->cap * 2 : FIRST_ROOM;
			s->rec = must(realloc(s->rec, s->cap * sizeof(s->rec[0])));
		}
		s->rec[s->nr++] = *r;
	}
}

void steps_start(struct steps *s, struct world *w)
{
	struct trace *t = &w->trace;

	assert(t->full == NULL);
	*s = (struct steps){ .world = w, .old_mask = t->mask, .running = true };
	t->kept = t->written;
	t->full = keep;
	t->full_ctx = s;
	world_trace(w, t->mask | 1ull << TRACE_STEP);
}

void steps_drain(struct steps *s)
{
	assert(s->running);
	keep(&s->world->trace);
}

void steps_clear(struct steps *s)
{
	steps_drain(s);
	s->nr = 0;
}

void steps_stop(struct steps *s)
{
	steps_drain(s);
	s->world->trace.full = NULL;
	s->world->trace.full_ctx = NULL;
	world_trace(s->world, s->old_mask);
	s->running = false;
}

void steps_free(struct steps *s)
{
	assert(!s->running);
	free(s->rec);
	*s = (struct steps){ 0 };
}

bool steps_have(struct steps *s, enum path_step step)
{
	steps_drain(s);
	for (u32 i = 0; i < s->nr; i++)
		if (s->rec[i].arg[0] == step)
			return true;
	return false;
}

struct steps_line steps_line(struct steps_clock *c, const struct trace_rec *r)
{
	const struct path_row *row = &path_rows[r->arg[0]];
	u32 who = r->ctx == CTX_DEVICE ? CPU_MAX : r->cpu;
	bool receive = row->step >= RECEIVE_STEPS;
	struct steps_line l = { .function = row->fn,
				.ps = r->when_ps - c->from_ps,
				.queue = r->arg[1],
				.bytes = r->arg[2] };

	assert(who <= CPU_MAX);
	if (c->last_ps[who] != 0 && r->when_ps >= c->last_ps[who])
		l.cycles = (r->when_ps - c->last_ps[who]) / CPU_PS_PER_CYCLE;
	c->last_ps[who] = r->when_ps;
	snprintf(l.step, sizeof(l.step), receive ? "r%u" : "%u",
		 receive ? row->step - RECEIVE_STEPS + 1 : row->step);
	if (r->ctx == CTX_DEVICE)
		snprintf(l.where, sizeof(l.where), "nic");
	else
		snprintf(l.where, sizeof(l.where), "cpu%u %s", r->cpu, ctx_names[r->ctx]);
	return l;
}

void steps_json(struct json *j, const struct steps_line *l)
{
	json_object(j, NULL);
	json_text(j, "step", l->step);
	json_text(j, "function", l->function);
	json_u64(j, "ps", l->ps);
	json_u64(j, "cycles", l->cycles);
	json_text(j, "where", l->where);
	json_u64(j, "queue", l->queue);
	json_u64(j, "bytes", l->bytes);
	json_end(j);
}
