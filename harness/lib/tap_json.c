// SPDX-License-Identifier: MIT
/* tap_json.c - trace events written down: names, arguments, tracks, arrows. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lib/inet_text.h"
#include "harness/lib/json.h"
#include "harness/lib/tap_trace.h"
#include "harness/lib/version.h"

enum { PID_HOST = 1, PID_SCRIPT = 90, PID_WIRES = 91 };

/* --- arrows ------------------------------------------------------------------------------------
 */

static int by_packet(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	if (p->what != q->what)
		return p->what < q->what ? -1 : 1;
	if (p->id != q->id)
		return p->id < q->id ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

static bool same_arrow(const struct point *p, const struct point *q)
{
	return p->what == q->what && p->id == q->id;
}

static void arrow(struct builder *b, const struct point *p, char ph)
{
	struct event *e = trace_emit(b, ph, p->track, p->ts_ns, p->what, 0);

	e->order = p->order;
	e->id = p->id;
}

/* One packet's points in the order of what caused what. One that would go back in time is left out:
 * clocks of CPUs that work at once are not in step.
 */
static u32 one_flow(struct builder *b, u32 first)
{
	u32 n = first, kept = 0;
	struct point *p = &b->point[first];

	for (; n < b->nr_points && same_arrow(&b->point[n], p); n++) {
		const struct point *q = &b->point[n];

		if (kept != 0 && (q->ts_ns < p[kept - 1].ts_ns || q->order == p[kept - 1].order))
			continue;
		p[kept++] = *q;
	}
	for (u32 i = 0; i < kept && kept > 1; i++)
		arrow(b, &p[i], (char)(i == 0 ? 's' : i == kept - 1 ? 'f' : 't'));
	return n;
}

void trace_flows(struct builder *b)
{
	qsort(b->point, b->nr_points, sizeof(b->point[0]), by_packet);
	for (u32 i = 0; i < b->nr_points;)
		i = one_flow(b, i);
}

/* --- names -------------------------------------------------------------------------------------
 */

static const char *const kind_names[TRACE_MAX] = {
#define X(name, ...) [TRACE_##name] = #name,
#include "trace.def"
#undef X
};

/* The fields of a tracepoint, as trace.def has them: "reason, protocol, len". */
static const char *const kind_fields[TRACE_MAX] = {
#define X(name, help, ...) [TRACE_##name] = #__VA_ARGS__,
#include "trace.def"
#undef X
};

static const char *const call_names[SYS_NR_MAX] = {
#define X(name, nr, args) [nr] = #name,
#include "syscall.def"
#undef X
};

static const char *const engine_names[BUS_ENGINES] = {
	[BUS_TX_FETCH] = "tx descriptor fetch",
	[BUS_RX_FETCH] = "rx descriptor fetch",
	[BUS_DMA_READ] = "DMA read",
	[BUS_DMA_WRITE] = "DMA write",
	[BUS_MAC_TX] = "MAC tx",
	[BUS_MAC_RX] = "MAC rx",
	[BUS_MSIX] = "interrupts",
};

static const char *const verdict_names[] = {
	[WIRE_CARRIED] = "",	    [WIRE_LOST] = " lost",	   [WIRE_DUPLICATED] = " again",
	[WIRE_REORDERED] = " late", [WIRE_CORRUPTED] = " damaged",
};

static u32 pid_of(const struct track *t)
{
	if (t->kind == TRACK_STATEMENTS)
		return PID_SCRIPT;
	if (t->kind == TRACK_WIRE || t->kind == TRACK_OUTSIDE)
		return PID_WIRES;
	return PID_HOST + t->host;
}

static const char *port_name(const struct builder *b, u32 port, char name[NAME_BYTES])
{
	const struct world_dev_cfg *d = &b->tap->world->cfg.dev[port];

	snprintf(name, NAME_BYTES, "%c/%s", tap_host_name(d->host), d->name);
	return name;
}

static void track_name(const struct builder *b, const struct track *t, char name[NAME_BYTES])
{
	char port[NAME_BYTES];
	int n = 0;

	switch (t->kind) {
	case TRACK_TASK:
		n = snprintf(name, NAME_BYTES, "task %u", t->a);
		break;
	case TRACK_CPU:
		n = snprintf(name, NAME_BYTES, "cpu%u %s", t->a, ctx_names[t->b]);
		break;
	case TRACK_ENGINE:
		n = snprintf(name, NAME_BYTES, "%s %s", b->tap->world->cfg.dev[t->a].name,
			     engine_names[t->b]);
		break;
	case TRACK_WIRE:
		n = snprintf(name, NAME_BYTES, "from %.100s", port_name(b, t->a, port));
		break;
	case TRACK_OUTSIDE:
		n = snprintf(name, NAME_BYTES, "%.100s and the script", port_name(b, t->a, port));
		break;
	default:
		n = snprintf(name, NAME_BYTES, "statements");
		break;
	}
	if (t->lane != 0)
		snprintf(name + n, NAME_BYTES - (size_t)n, " (%u)", t->lane + 1);
}

/* Without its place, if there is anything else. */
static const char *statement_of(const struct tap_statement *s)
{
	const char *after = s->text + s->where_len;

	return *after == ' ' && s->where_len != 0 ? after + 1 : s->text;
}

/* The record that an event is made of, if it is made of one. */
static const struct trace_rec *record_of(const struct builder *b, const struct event *e)
{
	assert(e->ref < b->tap->nr_rec);
	return &b->tap->rec[e->ref];
}

static void event_name(const struct builder *b, const struct event *e, char *name, size_t size)
{
	const struct trace_rec *r;
	const struct path_row *row;

	switch (e->what) {
	case WHAT_CALL:
		r = record_of(b, e);
		snprintf(name, size, "%s", fn_names[r->arg[0]]);
		break;
	case WHAT_POINT:
		r = record_of(b, e);
		snprintf(name, size, "%s", kind_names[r->kind]);
		break;
	case WHAT_STEP:
		r = record_of(b, e);
		row = &path_rows[r->arg[0]];
		snprintf(name, size, "step %s%u %s", row->step >= RECEIVE_STEPS ? "r" : "",
			 row->step >= RECEIVE_STEPS ? row->step - RECEIVE_STEPS + 1 : row->step,
			 row->fn);
		break;
	case WHAT_SYSCALL:
		r = record_of(b, e);
		if (r->arg[0] < SYS_NR_MAX && call_names[r->arg[0]] != NULL)
			snprintf(name, size, "%s()", call_names[r->arg[0]]);
		else
			snprintf(name, size, "system call %u", r->arg[0]);
		break;
	case WHAT_STATEMENT:
		snprintf(name, size, "%s", statement_of(&b->tap->statement[e->ref]));
		break;
	case WHAT_ENGINE:
		r = record_of(b, e);
		if (r->arg[0] == BUS_MSIX)
			snprintf(name, size, "vector %u", r->arg[2]);
		else
			snprintf(name, size, "%u B, queue %u", r->arg[3], r->arg[2]);
		break;
	case WHAT_WIRE:
		r = record_of(b, e);
		snprintf(name, size, "%u B%s", r->arg[2], verdict_names[r->arg[3]]);
		break;
	case WHAT_FRAME:
		snprintf(name, size, "%u B %s", b->tap->packet[e->ref].len,
			 b->tap->packet[e->ref].outgoing ? "out" : "in");
		break;
	case WHAT_QUEUE:
		r = record_of(b, e);
		snprintf(name, size, "qdisc of ifindex %u queue %u", r->arg[0], r->arg[4]);
		break;
	case WHAT_BLOCKED:
		snprintf(name, size, "blocked");
		break;
	case WHAT_WOKEN:
		snprintf(name, size, "woken");
		break;
	default:
		snprintf(name, size, e->what == WHAT_DONE ? "sent" : "packet");
		break;
	}
}

/* --- arguments ---------------------------------------------------------------------------------
 */

enum field_form { FORM_UNSIGNED, FORM_SIGNED, FORM_ADDRESS, FORM_HEX, FORM_REASON, FORM_CALL };

static const struct {
	const char *field;
	enum field_form form;
} field_forms[] = {
	{ "rc", FORM_SIGNED },	 { "ret", FORM_SIGNED },   { "err", FORM_SIGNED },
	{ "dst", FORM_ADDRESS }, { "src", FORM_ADDRESS },  { "primary_key4", FORM_ADDRESS },
	{ "handle", FORM_HEX },	 { "protocol", FORM_HEX }, { "reason", FORM_REASON },
	{ "nr", FORM_CALL },
};

static void write_field(struct json *j, const char *field, u32 v)
{
	enum field_form form = FORM_UNSIGNED;

	for (u32 i = 0; i < ARRAY_SIZE(field_forms); i++)
		if (strcmp(field, field_forms[i].field) == 0)
			form = field_forms[i].form;
	if (form == FORM_SIGNED)
		json_s64(j, field, (s32)v);
	else if (form == FORM_ADDRESS)
		json_textf(j, field, INET_FORM, INET_PARTS(v));
	else if (form == FORM_HEX)
		json_textf(j, field, "0x%04x", v);
	else if (form == FORM_REASON && v < DROP_MAX)
		json_text(j, field, drop_names[v]);
	else if (form == FORM_CALL && v < SYS_NR_MAX && call_names[v] != NULL)
		json_text(j, field, call_names[v]);
	else
		json_u64(j, field, v);
}

static void write_fields(struct json *j, const struct trace_rec *r)
{
	const char *at = kind_fields[r->kind];

	for (u32 i = 0; i < TRACE_ARGS && *at != '\0'; i++) {
		size_t len = strcspn(at, ", ");
		char field[32];

		snprintf(field, sizeof(field), "%.*s", (int)len, at);
		write_field(j, field, r->arg[i]);
		at += len;
		at += strspn(at, ", ");
	}
}

static void write_args(const struct builder *b, struct json *j, const struct event *e)
{
	if (e->ph == 'E' || e->ph == 's' || e->ph == 't' || e->ph == 'f')
		return;
	if (e->what == WHAT_STATEMENT) {
		const struct tap_statement *s = &b->tap->statement[e->ref];

		json_object(j, "args");
		json_text_n(j, "at", s->text, s->where_len);
		json_end(j);
	} else if (e->what == WHAT_POINT || e->what == WHAT_WIRE) {
		json_object(j, "args");
		write_fields(j, record_of(b, e));
		json_end(j);
	} else if (e->what == WHAT_STEP) {
		json_object(j, "args");
		json_u64(j, "queue", record_of(b, e)->arg[1]);
		json_u64(j, "bytes", record_of(b, e)->arg[2]);
		json_end(j);
	} else if (e->what == WHAT_QUEUE) {
		json_object(j, "args");
		json_u64(j, "packets", record_of(b, e)->arg[3]);
		json_end(j);
	} else if (e->what == WHAT_FRAME) {
		json_object(j, "args");
		json_u64(j, "packet", b->tap->packet[e->ref].id);
		json_end(j);
	}
}

/* --- the file ----------------------------------------------------------------------------------
 */

static const char *const categories[] = {
	[WHAT_CALL] = "function",    [WHAT_POINT] = "tracepoint", [WHAT_STEP] = "path",
	[WHAT_SYSCALL] = "syscall",  [WHAT_BLOCKED] = "task",	  [WHAT_WOKEN] = "task",
	[WHAT_STATEMENT] = "script", [WHAT_ENGINE] = "nic",	  [WHAT_WIRE] = "wire",
	[WHAT_FRAME] = "wire",	     [WHAT_PACKET] = "packet",	  [WHAT_DONE] = "sent",
	[WHAT_QUEUE] = "qdisc",
};

static void write_event(const struct builder *b, struct json *j, const struct event *e)
{
	char name[2048];
	bool flow = e->ph == 's' || e->ph == 't' || e->ph == 'f';

	json_object(j, NULL);
	if (e->ph != 'E') {
		event_name(b, e, name, sizeof(name));
		json_text(j, "name", name);
		json_text(j, "cat", categories[e->what]);
	}
	json_text(j, "ph", (const char[]){ e->ph, '\0' });
	json_u64(j, "pid", pid_of(&b->track[e->track]));
	json_u64(j, "tid", e->track + 1u);
	json_decimal(j, "ts", e->ts_ns, 3);
	if (e->ph == 'X')
		json_decimal(j, "dur", e->dur_ns, 3);
	if (flow)
		json_u64(j, "id", e->id);
	if (e->ph == 'f')
		json_text(j, "bp", "e");
	if (e->ph == 'i')
		json_text(j, "s", "t");
	write_args(b, j, e);
	json_end(j);
}

static void metadata(struct json *j, const char *what, u32 pid, u32 tid, const char *name, u32 sort)
{
	json_object(j, NULL);
	json_text(j, "name", what);
	json_text(j, "ph", "M");
	json_u64(j, "pid", pid);
	json_u64(j, "tid", tid);
	json_object(j, "args");
	if (name != NULL)
		json_text(j, "name", name);
	else
		json_u64(j, "sort_index", sort);
	json_end(j);
	json_end(j);
}

static void name_process(struct json *j, u32 pid, const char *name, u32 sort)
{
	metadata(j, "process_name", pid, 0, name, 0);
	metadata(j, "process_sort_index", pid, 0, NULL, sort);
}

static void write_metadata(const struct builder *b, struct json *j)
{
	name_process(j, PID_SCRIPT, "script", 0);
	for (u32 h = 0; h < b->tap->world->cfg.hosts; h++) {
		char name[16];

		snprintf(name, sizeof(name), "host %c", tap_host_name(h));
		name_process(j, PID_HOST + h, name, 1 + h);
	}
	name_process(j, PID_WIRES, "wires", WORLD_HOSTS + 1);
	for (u32 i = 0; i < b->nr_tracks; i++) {
		const struct track *t = &b->track[i];
		u32 sort = (u32)t->kind << 24 | (u32)t->a << 16 | (u32)t->b << 8 | t->lane;
		char name[NAME_BYTES];

		track_name(b, t, name);
		metadata(j, "thread_name", pid_of(t), i + 1, name, 0);
		metadata(j, "thread_sort_index", pid_of(t), i + 1, NULL, sort);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct event *p = a, *q = b;

	if (p->ts_ns != q->ts_ns)
		return p->ts_ns < q->ts_ns ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

void trace_write(const struct builder *b, FILE *to)
{
	struct json j;

	qsort(b->event, b->nr_events, sizeof(b->event[0]), by_time);
	json_begin(&j, to, 2);
	json_object(&j, NULL);
	json_text(&j, "displayTimeUnit", "ns");
	json_object(&j, "otherData");
	json_text(&j, "refstack", REFSTACK_VERSION);
	json_text(&j, "linux", REFSTACK_LINUX);
	json_textf(&j, "seed", "%" PRIu64, b->tap->world->cfg.seed);
	json_textf(&j, "records that were not kept", "%" PRIu64, b->tap->lost_records);
	json_end(&j);
	json_array(&j, "traceEvents");
	write_metadata(b, &j);
	for (u32 i = 0; i < b->nr_events; i++)
		write_event(b, &j, &b->event[i]);
	json_end(&j);
	json_end(&j);
}
