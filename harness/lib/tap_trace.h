// SPDX-License-Identifier: MIT
/* tap_trace.h - inside the writer of trace events: events, their tracks, and arrows. */
#ifndef HARNESS_LIB_TAP_TRACE_H
#define HARNESS_LIB_TAP_TRACE_H

#include "harness/lib/tap_internal.h"

enum { TRACKS_MAX = 1024, STACK_MAX = 256, NAME_BYTES = 128, NO_TRACK = 0xffff };

/* Kinds of tracks, in the order a viewer lists them within a host. */
enum track_kind {
	TRACK_STATEMENTS,
	TRACK_TASK,   /* a: task */
	TRACK_CPU,    /* a: CPU, b: enum trace_ctx */
	TRACK_ENGINE, /* a: port, b: enum bus_engine */
	TRACK_WIRE,   /* a: port the frames leave from */
	TRACK_OUTSIDE /* a: port whose other end is the script */
};

struct track {
	u8 kind, host, a, b, lane;
	u64 end_ns; /* of what is on it */
};

/* What an event is called, and what else is said of it. */
enum event_what {
	WHAT_CALL,    /* ref: record */
	WHAT_POINT,   /* ref: record */
	WHAT_STEP,    /* ref: record */
	WHAT_SYSCALL, /* ref: record */
	WHAT_BLOCKED,
	WHAT_WOKEN,
	WHAT_STATEMENT, /* ref: statement */
	WHAT_ENGINE,	/* ref: record */
	WHAT_WIRE,	/* ref: record */
	WHAT_FRAME,	/* ref: packet */
	WHAT_PACKET,	/* an arrow; id: packet */
	WHAT_DONE,	/* an arrow from a frame to the interrupt that says so; id: packet */
	WHAT_QUEUE	/* a counter; ref: record */
};

struct event {
	u64 ts_ns, dur_ns;
	u64 order; /* among events of one time */
	u32 ref, id;
	u16 track;
	u8 what;
	char ph;
};

/* A place that a packet comes by. */
struct point {
	u32 id;
	u16 track;
	u8 what; /* WHAT_PACKET, WHAT_DONE */
	u64 ts_ns, order;
};

struct frame_on_wire {
	u32 id, port, queue;
	u8 state; /* 0: free, 1: on the wire, 2: its descriptor is written back */
	u16 track;
	u64 ts_ns, order;
};

/* What a CPU was doing at this point of the records. */
struct cpu_stack {
	u32 depth;
	struct {
		u16 track;
		u32 ref;
	} open[STACK_MAX];
	/* The last hard interrupt, and what was delivered since: whose wake-up one that comes is.
	 */
	u64 irq_ns, irq_order;
	u16 irq_track;
	u32 delivered;
};

struct task_track {
	u32 open; /* slices */
	u64 last_ns;
};

enum { TASKS_MAX = 256, OUT_FRAMES = 1024, ORDER_STEP = 4 };

struct builder {
	const struct tap *tap;
	struct event *event;
	u32 nr_events, cap_events;
	struct point *point;
	u32 nr_points, cap_points;
	struct track track[TRACKS_MAX];
	u32 nr_tracks;
	u64 order, last_ns;
	struct cpu_stack cpu[WORLD_HOSTS][CPU_MAX];
	struct task_track task[WORLD_HOSTS][TASKS_MAX];
	/* The frame that each port has last sent or got, until its slice is made: packet + 1. */
	u32 sent[WORLD_DEVS], arrived[WORLD_DEVS];
	u64 *arrival_ns; /* of each packet id */
	u64 *statement_order, *statement_ns;
	struct frame_on_wire out[OUT_FRAMES];
	u32 nr_out;
	bool statement_open;
};

struct event *trace_emit(struct builder *b, char ph, u32 track, u64 ts_ns, u32 what, u32 ref);
void trace_point(struct builder *b, u32 what, u32 id, u32 track, u64 ts_ns, u64 order);
/* Makes arrows of the points. */
void trace_flows(struct builder *b);
void trace_write(const struct builder *b, FILE *to);

#endif
