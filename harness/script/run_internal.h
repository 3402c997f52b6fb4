// SPDX-License-Identifier: MIT
/* run_internal.h - a run while it runs: what its parts share.
 *
 *   run.c         the loop: when each statement is due, what it waits for, how a run ends
 *   run_opening.c its beginning: what comes before time 0, done or taken from a run before
 *   run_option.c  what options and profiles say;  run_world.c the world they ask for
 *   run_call.c    a system call begun and ended; run_lay.c its arguments into a process's memory,
 *                 run_result.c its results compared, run_arg.c what both know
 *   run_packet.c  frames in and out: building, matching, flows, sequence numbers
 *   run_python.c  assertions
 *   run_directive.c  time, credentials, signals, faults, counters
 *   run_record.c  a run that notes instead of comparing
 *   run_explore.c one that does neither, and the sum of what has happened
 *   run_event.c   what happens, for -v and for reports
 *   run_report.c  what a person reads when something differs
 *   shell.c       commands in backquotes, interpreted;  python.c  assertions, in a child
 */
#ifndef HARNESS_SCRIPT_RUN_INTERNAL_H
#define HARNESS_SCRIPT_RUN_INTERNAL_H

#include "harness/script/run.h"
#include "harness/script/shell.h"

struct python;
struct tap;

enum {
	RUN_FDS = 256,
	RUN_FRAMES = 1 << 14,	   /* unmatched ones that a run keeps */
	RUN_FRAME_BYTES = 1 << 26, /* and their bytes */
	RUN_EVENTS = 10,	   /* shown in a report */
	RUN_EVENT_TEXT = 200,
	RUN_EVENT_BYTES = 512, /* of a frame that is noted as it is */
	RUN_HELD = 32,	       /* with the call that they are behind */
	RUN_FLOWS = 16,
	/* Threads of a host are numbered in this order: `thread 1` to `thread 15`, then
	 * those of `process 2:` to `process 4:` where the script names no thread.
	 */
	RUN_THREADS = SCRIPT_THREADS + SCRIPT_PROCESSES - 1
};

/* A frame that has left a host and no `>` line has met yet. */
struct run_frame {
	u64 when_ps;
	u8 host;
	u32 len;
	u8 *bytes; /* of malloc */
};

/* What a profile, options and -D say about addresses. */
struct run_addresses {
	u32 local_ip, gateway_ip, netmask, remote_ip; /* host order */
	u32 remote_prefix;			      /* length: what is routed to the device */
	u16 local_port, remote_port; /* of bind(3, ..., ...), of connect(3, ..., ...) */
	u32 mtu, mss;		     /* 0: not said */
	bool stock;		     /* google, ksft: packetdrill's ways of comparing */
};

/* One direction each of a TCP conversation: the first sequence number, so that scripts count from
 * it; live ports for those a stock script leaves open.
 */
struct run_flow {
	u32 saddr, daddr; /* of the script's own host first */
	u16 sport, dport;
	u8 proto;
	bool used, has_local_isn, has_remote_isn;
	u32 local_isn, remote_isn;
	u32 local_ts, remote_ts;
};

/* A thread of a host that runs a call, or does not. */
struct run_thread {
	bool waited;		 /* it did not return at once */
	const struct stmt *stmt; /* its call */
	u64 started_ps, due_ps;	 /* due: when a blocking call must return; U64_MAX: not said */
	uptr mem;		 /* where its arguments lie, */
	u64 mem_bytes;		 /* and how many bytes they take there */
	u64 cut; /* the room of data that is shorter than the call was told; U64_MAX */
};

/* Who a process is. */
struct run_identity {
	u64 caps, permitted; /* permitted: what `uid 0` gives back */
	u32 uid;
};

/* What holds for one host of the script. */
struct run_host {
	u8 mac[6];	  /* its own */
	u8 peer_mac[6];	  /* of who stands at the other end: the script, or another host */
	u32 expects_left; /* `>` lines that are still to come: without one no frame is kept */
	u32 processes;	  /* bit a process that exists; process 1 always does */
	u32 busy;	  /* bit a thread that runs a call */
	u32 stuck;	  /* of an exploration: those for whose call nobody waits any more */
	bool bound[RUN_THREADS]; /* the thread is a process's already: */
	u8 process[RUN_THREADS]; /* this one's */
	bool unplugged;		 /* by `link down` */
	struct run_identity identity[SCRIPT_PROCESSES];
};

/* The socket of which assertions speak. */
struct run_under_test {
	bool known;
	u32 process;
	u64 fd;
};

enum run_event_kind {
	EVENT_NONE, /* a place that is kept */
	EVENT_STMT,
	EVENT_FRAME,
	EVENT_UNFINISHED, /* a call that waits */
	EVENT_RETURN
};
struct run_event {
	u8 kind, host, thread;
	bool outgoing;
	u64 since_ps; /* time 0 of the script */
	const struct stmt *stmt;
	s64 ret;
	u32 len;
	u8 bytes[RUN_EVENT_BYTES]; /* the frame; its description when it is longer */
};

/* What all that comes before time 0 depends on. */
struct run_key {
	u32 len;     /* 0: more than is looked at, or somebody wants to see it happen */
	u32 skipped; /* so many options were no options */
	u8 bytes[4096];
};

/* A context is used again: run_begin() clears what lies before `fd`, and each part behind it is
 * made ready when it is first needed.
 */
struct run {
	const struct script *script;
	const struct run_options *opt;
	struct dut *dut;
	enum run_profile profile;
	enum run_device device;
	enum cost_model cost;
	u64 perturb;
	struct run_addresses addr;
	u64 start_ps;	  /* time 0 of the script */
	u64 last_ps;	  /* when the statement before was due */
	u64 tolerance_ps; /* at least this; and this part of the gap to the statement before */
	u32 tolerance_permille;
	const struct stmt *stmt; /* the one that runs */
	bool asks_counters;	 /* a statement is about them */
	u32 nr_hosts;
	struct run_host host[SCRIPT_HOSTS];
	u32 nr_flows;
	struct run_flow flow[RUN_FLOWS];
	u32 current_flow; /* + 1: of lines without addresses; 0: none yet */
	u32 frame_head, nr_frames;
	u64 frame_bytes;
	u64 last_left_ps[SCRIPT_HOSTS]; /* when the last frame left; U64_MAX: none since `quiet` */
	const struct run_event *left_event; /* that frame */
	const char *dev;		    /* eth0 or tun0 */
	u32 nr_defines;
	u32 ended_calls; /* tasks that have returned and are not looked at yet */
	u32 frames_left[SCRIPT_HOSTS], frames_met[SCRIPT_HOSTS]; /* of a record */
	u64 steps;	       /* things that have happened, for the limit */
	struct python *python; /* started by the first block */
	struct run_under_test under_test[SCRIPT_HOSTS];
	struct tap *tap;   /* --trace, --pcapng */
	FILE *tracepoints; /* into r->result */
	size_t tracepoints_len;
	u32 nr_events;
	bool holding; /* what happens within a call: from the place that is kept for it */
	u32 held_from;
	/* Set once, by run_fail() and its like; skips: only this statement has ended. */
	bool ended, skips;
	struct run_result result;
	/* fds: what the script calls them, and what they are; -1: not bound. By process. */
	s32 fd[SCRIPT_HOSTS][SCRIPT_PROCESSES][RUN_FDS];
	struct run_thread thread[SCRIPT_HOSTS][RUN_THREADS]; /* of those that are busy, or were */
	struct run_pair define[RUN_PAIRS + 8]; /* of malloc: -D, --define=, the profile's own */
	u64 mib_base[SCRIPT_HOSTS][MIB_MAX], drop_base[SCRIPT_HOSTS][DROP_MAX];
	struct shell shell[SCRIPT_HOSTS];
	/* The last events, oldest overwritten. */
	struct run_event event[RUN_EVENTS + RUN_HELD];
	struct run_key key;
	struct run_frame *frame; /* a queue, by time; of malloc */
	u32 frame_cap;
	bool in_use;
};

static inline bool run_busy(const struct run *r, u32 host, u32 thread)
{
	return (r->host[host].busy >> thread & 1) != 0;
}

/* It neither records nor explores. */
static inline bool run_compares(const struct run *r)
{
	return r->opt->record == NULL && !r->opt->explore;
}

static inline u64 run_now(const struct run *r)
{
	return dut_now_ps(r->dut);
}

/* When a statement may happen, by its time and the statement before. */
struct run_window {
	u64 from_ps, until_ps, tolerance_ps;
	bool any;
};

/* Which of r->thread[s->host] makes this statement's call. */
u32 run_thread_of(const struct stmt *s);
/* Its process: an index into r->fd[]. */
u32 run_process_of(const struct run *r, u32 host, u32 thread);

/* --- run_call.c: 0, or -1 after run_fail()
 * -------------------------------------------------------- */
int run_call_start(struct run *r, const struct stmt *s);
/* The thread's call has returned: compares result and output, binds descriptors. */
int run_call_end(struct run *r, u32 host, u32 thread);
/* A number of the script's: symbols, names of -D; false and run_invalid() when it has none. */
bool run_number(struct run *r, u32 expr, s64 *value);

/* --- run_python.c */
void run_python(struct run *r, const struct stmt *s);
void run_note_under_test(struct run *r, u32 host, const struct stmt *s,
			 const struct dut_call *call);

/* --- run_packet.c
 * ----------------------------------------------------------------------------------- */
/* The hooks of dut.h. */
void run_saw_frame(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps);
void run_frame_arrived(void *ctx, u32 host, const u8 *frame, u32 len, u64 when_ps);
/* What left earlier; of a record at most one that left at that time or later still counts. */
void run_drop_frames_before(struct run *r, u64 when_ps);
void run_drop_frames(struct run *r);
int run_packet(struct run *r, const struct stmt *s, const struct run_window *win);

/* --- run_directive.c
 * -------------------------------------------------------------------------------- */
int run_directive(struct run *r, const struct stmt *s);
void run_counters_mark(struct run *r);

/* --- run_record.c: nothing without run_options.record
 * ------------------------------------------- */
/* text: NULL: the statement as it stands. */
void run_record_stmt(struct run *r, const struct stmt *s, u64 due_ps, const char *text);
void run_record_return(struct run *r, u32 host, u32 thread, u64 ended_ps);
/* To who looks on. */
void run_watch_stmt(struct run *r, const struct stmt *s);
void run_watch_return(struct run *r, const struct run_thread *th, u64 ended_ps);
void run_record_frame(struct run *r, u32 host, bool outgoing, const u8 *frame, u32 len,
		      u64 when_ps);
void run_record_begin(struct run *r);
/* Time 0 is now: what was noted before it came earlier. */
void run_record_time(struct run *r);
void run_record_end(struct run *r);
/* Nothing without run_options.tracepoints. */
int run_tracepoints_begin(struct run *r);
void run_tracepoints_stmt(struct run *r, const struct stmt *s);
void run_tracepoints_end(struct run *r);
/* What is left at the end: lines as record->state; of malloc. */
char *run_state(struct run *r);

/* --- run_explore.c
 * -------------------------------------------------------------------------------- */
/* Something has happened: it is counted, and with run_options.digest folded. */
void run_sum_return(struct run *r, u32 host, u32 thread, const struct dut_call *c);
void run_sum_frame(struct run *r, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps);
void run_sum_end(struct run *r);
/* The statement that cannot be run is over: false when the run is. */
bool run_go_on(struct run *r);

/* --- run_option.c
 * ----------------------------------------------------------------------------------- */
/* Of the script, its commands and run_options: r->profile, device, addr, tolerances, names. */
int run_options_read(struct run *r);
void run_options_forget(struct run *r);
/* The value of a name by -D or of the profile's own; NULL: no such name. */
const char *run_define(const struct run *r, const char *name, u32 len);

/* --- run_opening.c
 * -------------------------------------------------------------------------------- */
/* The device under test as it was at time 0 of a run with the same opening: false when there is
 * none. The run is at time 0 then.
 */
bool run_opening_again(struct run *r, const struct dut_config *cfg, struct dut_worlds *cache);
/* Otherwise: the commands, then time 0. The statement that comes next. */
u32 run_opening(struct run *r);

/* --- run_world.c
 * ------------------------------------------------------------------------------------ */
int run_world_begin(struct run *r, struct dut_worlds *cache);
void run_world_end(struct run *r);

/* --- run.c
 * ------------------------------------------------------------------------------------------ */
enum { RUN_LIMIT_SECS = 100000, RUN_LIMIT_STEPS = 50000000 };
/* The run may last until then; false when it has ended. */
bool run_in_time(struct run *r, u64 when_ps);
/* Lets the world run until then; false when the run has ended meanwhile. */
bool run_until(struct run *r, u64 when_ps);
/* One event, if one is due up to then; else the clock stands there, and false. */
bool run_advance(struct run *r, u64 limit_ps);
struct run_window run_window(const struct run *r, const struct stmt *s);
/* The thread of the statement exists, in the process that it names: 0, or -1. */
int run_bind_thread(struct run *r, const struct stmt *s);
/* All that this instant brings with it is done: interrupts, frames on a wire, a card's work. */
void run_settle(struct run *r);
/* The same, but for those that take time of their own. */
void run_finish_instant(struct run *r);
u64 run_with_slack(const struct run *r, u64 due_ps);
void run_stmt(struct run *r, const struct stmt *s);
bool run_is_event(const struct stmt *s);
void run_wait_for_links(struct run *r); /* a card's take their seconds */
void run_await_links(struct run *r);	/* those on their way up, out of the script's time */

/* --- run_event.c
 * ------------------------------------------------------------------------------------ */
void run_event_stmt(struct run *r, const struct stmt *s);
void run_event_frame(struct run *r, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps);
/* EVENT_RETURN or EVENT_UNFINISHED; it comes before the events that are held. */
void run_event_call(struct run *r, enum run_event_kind kind, u32 host, u32 thread, s64 ret,
		    u64 when_ps);
void run_events_hold(struct run *r);
/* The last ones that a report shows, in order: their number. */
u32 run_events_last(const struct run *r, const struct run_event *last[RUN_EVENTS]);
void run_event_line(const struct run *r, const struct run_event *e, char line[RUN_EVENT_TEXT]);
/* The same without when and where: of r->left_event. */
void run_event_text(const struct run *r, const struct run_event *e, char *to, u32 size);

/* --- run_report.c
 * ----------------------------------------------------------------------------------- */
/* A statement without its time, on one line. */
void run_stmt_text(const struct run *r, const struct stmt *s, char *to, u32 size);
/* A difference: fields side by side, those that differ marked. */
struct run_diff {
	const char *field;
	char expected[160], actual[160];
	bool differs;
};
int run_fail(struct run *r, const struct stmt *s, const char *what, const struct run_diff *diff,
	     u32 nr_diffs);
/* The same with what the statement would have to be: a line to paste. */
int run_fail_with(struct run *r, const struct stmt *s, const char *what, const char *actual,
		  const struct run_diff *diff, u32 nr_diffs);
int run_failf(struct run *r, const struct stmt *s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int run_invalid(struct run *r, const struct stmt *s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for other ends; RUN_NOT_IMPLEMENTED: the text is the name alone. */
int run_end(struct run *r, const struct stmt *s, enum run_verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* 0.100000: seconds since the script began. */
const char *run_time(const struct run *r, u64 when_ps, char buf[32]);

#endif
