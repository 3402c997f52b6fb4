// SPDX-License-Identifier: MIT
/* tap_trace.c - a run as trace events: what happened, put onto tracks.
 *
 * Format: "Trace Event Format", JSON object form, as chrome://tracing and Perfetto read it. A host
 * is a process; its tracks are threads: CPUs by context, tasks, engines of cards. Statements and
 * wires are processes of their own. Interrupts nest on one stack a CPU, so a function's end is
 * found there and belongs to the track where it began.
 */
#include "harness/lib/tap_trace.h"

#include <stdlib.h>
#include <string.h>

static void *must_have(void *mem)
{
	if (mem == NULL) {
		fprintf(stderr, "refstack: no memory for a trace\n");
		exit(3);
	}
	return mem;
}

static u64 ns(u64 ps)
{
	return ps / PS_PER_NS;
}

/* --- events and tracks -------------------------------------------------------------------------
 */

struct event *trace_emit(struct builder *b, char ph, u32 track, u64 ts_ns, u32 what, u32 ref)
{
	struct event *e;

	if (b->nr_events == b->cap_events) {
		b->cap_events = b->cap_events != 0 ? b->cap_events * 2 : 4096;
		b->event = must_have(realloc(b->event, b->cap_events * sizeof(*e)));
	}
	b->order += ORDER_STEP;
	b->last_ns = max_u64(b->last_ns, ts_ns);
	e = &b->event[b->nr_events++];
	*e = (struct event){ .ts_ns = ts_ns,
			     .order = b->order,
			     .ref = ref,
			     .track = (u16)track,
			     .what = (u8)what,
			     .ph = ph };
	return e;
}

void trace_point(struct builder *b, u32 what, u32 id, u32 track, u64 ts_ns, u64 order)
{
	if (track == NO_TRACK || id == 0)
		return;
	if (b->nr_points == b->cap_points) {
		b->cap_points = b->cap_points != 0 ? b->cap_points * 2 : 1024;
		b->point = must_have(realloc(b->point, b->cap_points * sizeof(b->point[0])));
	}
	b->point[b->nr_points++] = (struct point){
		.id = id, .track = (u16)track, .what = (u8)what, .ts_ns = ts_ns, .order = order
	};
}

static u32 track_of(struct builder *b, struct track want)
{
	for (u32 i = 0; i < b->nr_tracks; i++) {
		const struct track *t = &b->track[i];

		if (t->kind == want.kind && t->host == want.host && t->a == want.a &&
		    t->b == want.b && t->lane == want.lane)
			return i;
	}
	if (b->nr_tracks == TRACKS_MAX)
		return TRACKS_MAX - 1;
	b->track[b->nr_tracks] = want;
	return b->nr_tracks++;
}

/* A track of this kind on which nothing overlaps the slice: another lane if need be. */
static u32 free_lane(struct builder *b, struct track want, u64 from_ns, u64 until_ns)
{
	enum { LANES = 32 };
	u32 i;

	for (want.lane = 0; want.lane < LANES; want.lane++) {
		i = track_of(b, want);
		if (b->track[i].end_ns <= from_ns)
			break;
	}
	b->track[i].end_ns = until_ns;
	return i;
}

/* --- CPUs --------------------------------------------------------------------------------------
 */

static void enter(struct builder *b, const struct trace_rec *r, u32 ref)
{
	struct cpu_stack *c = &b->cpu[r->host][r->cpu];
	u32 track = track_of(b, (struct track){ TRACK_CPU, r->host, r->cpu, r->ctx, 0, 0 });

	trace_emit(b, 'B', track, ns(r->when_ps), WHAT_CALL, ref);
	assert(c->depth < STACK_MAX);
	c->open[c->depth].track = (u16)track;
	c->open[c->depth].ref = ref;
	c->depth++;
	if (r->arg[0] == FN_common_interrupt) {
		c->irq_ns = ns(r->when_ps);
		c->irq_order = b->order + 1;
		c->irq_track = (u16)track;
	}
}

static void leave(struct builder *b, struct cpu_stack *c, u64 ts_ns)
{
	if (c->depth == 0)
		return; /* It began before the recording. */
	c->depth--;
	trace_emit(b, 'E', c->open[c->depth].track, ts_ns, WHAT_CALL, c->open[c->depth].ref);
	if (c->depth == 0)
		c->delivered = 0;
}

/* The innermost slice that is open on the CPU. */
static u32 track_now(const struct builder *b, u32 host, u32 cpu)
{
	const struct cpu_stack *c = &b->cpu[host][cpu];

	return c->depth != 0 ? c->open[c->depth - 1].track : NO_TRACK;
}

static void instant(struct builder *b, const struct trace_rec *r, u32 what, u32 ref)
{
	u32 track = track_now(b, r->host, r->cpu);

	if (track == NO_TRACK)
		track = track_of(b, (struct track){ TRACK_CPU, r->host, r->cpu, r->ctx, 0, 0 });
	trace_emit(b, 'i', track, ns(r->when_ps), what, ref);
}

/* --- tasks -------------------------------------------------------------------------------------
 */

static u64 task_time(struct builder *b, const struct trace_rec *r, u32 task)
{
	struct task_track *t = &b->task[r->host][task];

	/* Who wakes a task may run on a CPU whose clock is behind that of the task's. */
	t->last_ns = max_u64(t->last_ns, ns(r->when_ps));
	return t->last_ns;
}

static void task_event(struct builder *b, const struct trace_rec *r, u32 ref)
{
	/* How many slices are open afterwards, and which one begins. */
	static const struct {
		u8 open, begins;
	} rows[TRACE_MAX] = {
		[TRACE_sys_enter] = { 1, WHAT_SYSCALL },
		[TRACE_task_park] = { 2, WHAT_BLOCKED },
		[TRACE_task_wake] = { 2, WHAT_WOKEN },
		[TRACE_task_run] = { 1, 0 },
		[TRACE_sys_exit] = { 0, 0 },
	};
	u32 task = r->arg[1], track;
	struct task_track *t;
	u64 ts;

	if (r->kind == TRACE_task_park || r->kind == TRACE_task_wake || r->kind == TRACE_task_run)
		task = r->arg[0];
	if (task >= TASKS_MAX)
		return;
	t = &b->task[r->host][task];
	if (t->open == 0 && r->kind != TRACE_sys_enter)
		return;
	ts = task_time(b, r, task);
	track = track_of(b, (struct track){ TRACK_TASK, r->host, (u8)task, 0, 0, 0 });
	while (t->open > rows[r->kind].open || (t->open == 2 && rows[r->kind].begins != 0)) {
		t->open--;
		trace_emit(b, 'E', track, ts, 0, ref);
	}
	if (rows[r->kind].begins != 0) {
		trace_emit(b, 'B', track, ts, rows[r->kind].begins, ref);
		t->open++;
	}
	if (r->kind == TRACE_task_wake && r->cpu < CPU_MAX)
		trace_point(b, WHAT_PACKET, b->cpu[r->host][r->cpu].delivered, track, ts,
			    b->order + 1);
}

/* --- cards and wires -----------------------------------------------------------------------------
 */

static void engine(struct builder *b, const struct trace_rec *r, u32 ref)
{
	const struct tap *t = b->tap;
	u32 port = r->arg[1], track;
	u64 from = ns(r->when_ps), until = ns(r->when_ps + r->arg[4]);
	struct event *e;

	track = free_lane(b, (struct track){ TRACK_ENGINE, r->host, (u8)port, (u8)r->arg[0], 0, 0 },
			  from, until);
	e = trace_emit(b, 'X', track, from, WHAT_ENGINE, ref);
	e->dur_ns = until - from;
	if (r->arg[0] == BUS_MAC_RX && b->arrived[port] != 0) {
		trace_point(b, WHAT_PACKET, t->packet[b->arrived[port] - 1].id, track,
			    until > from ? until - 1 : until, b->order + 1);
		b->arrived[port] = 0;
	}
	if (r->arg[0] == BUS_MAC_TX && b->nr_out < OUT_FRAMES)
		b->out[b->nr_out++] = (struct frame_on_wire){ .port = port,
							      .queue = r->arg[2],
							      .state = 1,
							      .track = (u16)track,
							      .ts_ns = from,
							      .order = b->order + 1 };
}

/* The frame's bytes have been seen: it is the last one that this port's MAC has begun. */
static void name_out(struct builder *b, const struct tap_packet *p, u32 port)
{
	struct frame_on_wire *f = b->nr_out != 0 ? &b->out[b->nr_out - 1] : NULL;

	if (f != NULL && f->port == port && f->id == 0)
		f->id = p->id;
}

static void flight(struct builder *b, const struct trace_rec *r, u32 ref)
{
	u32 port = r->arg[1], track;
	u64 from = ns(r->when_ps), until = from + r->arg[4];
	const struct tap_packet *p = NULL;
	struct event *e;

	if (b->sent[port] != 0) {
		p = &b->tap->packet[b->sent[port] - 1];
		from = min_u64(from, ns(p->when_ps)); /* its first bit */
	}
	track = free_lane(b, (struct track){ TRACK_WIRE, 0, (u8)port, 0, 0, 0 }, from, until);
	e = trace_emit(b, 'X', track, from, WHAT_WIRE, ref);
	e->dur_ns = until - from;
	if (p != NULL)
		trace_point(b, WHAT_PACKET, p->id, track, from, b->order + 1);
	b->sent[port] = 0;
}

/* The card's own steps: which frame's descriptor is written back. */
static void card_step(struct builder *b, const struct trace_rec *r)
{
	if (r->arg[0] != PATH_NIC_REPORT)
		return;
	for (u32 i = 0; i < b->nr_out; i++) {
		struct frame_on_wire *f = &b->out[i];

		if (f->state != 1 || f->port != r->arg[3] || f->queue != r->arg[1])
			continue;
		f->state = 2;
		return;
	}
}

/* The interrupt handler of a queue: those of its frames that are done have led to it. */
static void interrupt_of_queue(struct builder *b, const struct trace_rec *r)
{
	const struct cpu_stack *c = &b->cpu[r->host][r->cpu];
	u32 kept = 0;

	for (u32 i = 0; i < b->nr_out; i++) {
		struct frame_on_wire *f = &b->out[i];

		if (f->state != 2 || f->queue != r->arg[1] ||
		    b->tap->world->cfg.dev[f->port].host != r->host) {
			b->out[kept++] = *f;
			continue;
		}
		if (f->id != 0 && c->irq_order != 0) {
			trace_point(b, WHAT_DONE, f->id, f->track, f->ts_ns, f->order);
			trace_point(b, WHAT_DONE, f->id, c->irq_track, c->irq_ns, c->irq_order);
		}
	}
	b->nr_out = kept;
}

/* --- packets -----------------------------------------------------------------------------------
 */

/* At a port whose other end is the script, a frame is there and gone. */
static void frame_outside(struct builder *b, const struct tap_packet *p, u32 index, u32 port)
{
	u32 track = track_of(b, (struct track){ TRACK_OUTSIDE, 0, (u8)port, 0, 0, 0 });
	u64 ts = max_u64(ns(p->when_ps), b->track[track].end_ns);

	b->track[track].end_ns = ts;
	trace_emit(b, 'B', track, ts, WHAT_FRAME, index);
	trace_point(b, WHAT_PACKET, p->id, track, ts, b->order + 1);
	trace_emit(b, 'E', track, ts, WHAT_FRAME, index);
}

static void frame_event(struct builder *b, const struct tap_packet *p, u32 index)
{
	u32 port = (u32)b->tap->device[p->device].port;
	const struct world_port *wp = &b->tap->world->port[port];

	if (wp->wire == NULL)
		frame_outside(b, p, index, port);
	else if (p->outgoing)
		b->sent[port] = index + 1;
	if (p->outgoing) {
		name_out(b, p, port);
		return;
	}
	b->arrival_ns[p->id] = ns(p->when_ps);
	b->arrived[port] = wp->kind == DEV_IGB ? index + 1 : 0;
}

static void packet_event(struct builder *b, const struct tap_packet *p, u32 index)
{
	u32 host = b->tap->device[p->device].host;
	struct cpu_stack *c;

	if (p->statement != 0 && b->statement_order[p->statement] != 0)
		trace_point(b, WHAT_PACKET, p->id, 0, b->statement_ns[p->statement],
			    b->statement_order[p->statement]);
	if (p->point == POINT_WIRE) {
		frame_event(b, p, index);
		return;
	}
	c = &b->cpu[host][p->cpu];
	b->order += ORDER_STEP;
	if (p->point == POINT_SOCKET && !p->outgoing) {
		/* The interrupt that led here, if it came after the frame. */
		if (c->irq_order != 0 && b->arrival_ns[p->id] != 0 &&
		    c->irq_ns >= b->arrival_ns[p->id])
			trace_point(b, WHAT_PACKET, p->id, c->irq_track, c->irq_ns, c->irq_order);
		c->delivered = p->id;
	}
	trace_point(b, WHAT_PACKET, p->id, track_now(b, host, p->cpu), ns(p->when_ps), b->order);
}

/* --- all together ------------------------------------------------------------------------------
 */

static void statement_event(struct builder *b, u32 index)
{
	const struct tap_statement *s = &b->tap->statement[index];
	u32 track = track_of(b, (struct track){ .kind = TRACK_STATEMENTS });
	u64 ts = max_u64(ns(s->when_ps), b->track[track].end_ns);

	assert(track == 0);
	b->track[track].end_ns = ts;
	if (b->statement_open)
		trace_emit(b, 'E', track, ts, WHAT_STATEMENT, index);
	trace_emit(b, 'B', track, ts, WHAT_STATEMENT, index);
	b->statement_open = true;
	b->statement_ns[index + 1] = ts;
	b->statement_order[index + 1] = b->order + 1;
}

static void record_event(struct builder *b, const struct trace_rec *r, u32 ref)
{
	switch (r->kind) {
	case TRACE_ENTER:
		enter(b, r, ref);
		break;
	case TRACE_EXIT:
		leave(b, &b->cpu[r->host][r->cpu], ns(r->when_ps));
		break;
	case TRACE_STEP:
		if (r->ctx == CTX_DEVICE) {
			card_step(b, r);
			break;
		}
		instant(b, r, WHAT_STEP, ref);
		if (r->arg[0] == PATH_MSIX_RING || r->arg[0] == PATH_RX_MSIX)
			interrupt_of_queue(b, r);
		break;
	case TRACE_nic:
		engine(b, r, ref);
		break;
	case TRACE_wire:
		flight(b, r, ref);
		break;
	case TRACE_sys_enter:
	case TRACE_sys_exit:
	case TRACE_task_park:
	case TRACE_task_wake:
	case TRACE_task_run:
		task_event(b, r, ref);
		break;
	default:
		instant(b, r, WHAT_POINT, ref);
		if (r->kind == TRACE_qdisc_enqueue || r->kind == TRACE_qdisc_dequeue)
			trace_emit(b, 'C', b->event[b->nr_events - 1].track, ns(r->when_ps),
				   WHAT_QUEUE, ref);
		if (r->kind == TRACE_softirq_exit)
			b->cpu[r->host][r->cpu].delivered = 0;
		break;
	}
}

/* What has not ended when the recording does ends there. */
static void close_all(struct builder *b)
{
	u64 end = b->last_ns;

	for (u32 h = 0; h < WORLD_HOSTS; h++) {
		for (u32 i = 0; i < CPU_MAX; i++)
			while (b->cpu[h][i].depth != 0)
				leave(b, &b->cpu[h][i], end);
		for (u32 i = 0; i < TASKS_MAX; i++)
			for (; b->task[h][i].open != 0; b->task[h][i].open--)
				trace_emit(b, 'E',
					   track_of(b, (struct track){ TRACK_TASK, (u8)h, (u8)i, 0,
								       0, 0 }),
					   end, 0, 0);
	}
	if (b->statement_open)
		trace_emit(b, 'E', 0, end, WHAT_STATEMENT, 0);
}

/* Records, packets and statements in the order in which they came. */
static void build(struct builder *b)
{
	const struct tap *t = b->tap;
	u32 r = 0, p = 0, s = 0;

	(void)track_of(b, (struct track){ .kind = TRACK_STATEMENTS });
	while (r < t->nr_rec || p < t->nr_packets || s < t->nr_statements) {
		bool packet = p < t->nr_packets && (r == t->nr_rec || t->packet[p].seq <= r);
		bool statement =
			s < t->nr_statements && (r == t->nr_rec || t->statement[s].seq <= r);

		if (packet && statement)
			packet = t->packet[p].tick < t->statement[s].tick;
		if (packet) {
			packet_event(b, &t->packet[p], p);
			p++;
		} else if (statement) {
			statement_event(b, s);
			s++;
		} else {
			record_event(b, &t->rec[r], r);
			r++;
		}
	}
	close_all(b);
}

static void write_trace(const struct tap *t, FILE *to)
{
	struct builder *b = must_have(calloc(1, sizeof(*b)));

	b->tap = t;
	b->arrival_ns = must_have(calloc(t->last_id + 1, sizeof(u64)));
	b->statement_order = must_have(calloc(t->nr_statements + 1, sizeof(u64)));
	b->statement_ns = must_have(calloc(t->nr_statements + 1, sizeof(u64)));
	build(b);
	trace_flows(b);
	trace_write(b, to);
	free(b->arrival_ns);
	free(b->statement_order);
	free(b->statement_ns);
	free(b->event);
	free(b->point);
	free(b);
}

int tap_write_trace(struct tap *t, const char *path, char *err, u32 err_size)
{
	tap_drain(t);
	return tap_write_file(t, path, err, err_size, write_trace);
}
