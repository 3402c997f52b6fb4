// SPDX-License-Identifier: MIT
/* steps.h - the steps of path.def that a world takes: all of them kept, as lines for people and for
 * programs, and given to the packets that took them.
 */
#ifndef HARNESS_LIB_STEPS_H
#define HARNESS_LIB_STEPS_H

#include "harness/lib/json.h"
#include "harness/lib/world.h"

struct steps {
	struct world *world;
	struct trace_rec *rec; /* of malloc, in the order in which they happened */
	u32 nr, cap;
	u64 old_mask;
	bool running;
};

/* A world has one of these, or one tap, at a time. */
void steps_start(struct steps *s, struct world *w);
/* What was kept is forgotten; it goes on. */
void steps_clear(struct steps *s);
/* All that has happened by now is in rec. */
void steps_drain(struct steps *s);
/* What is kept stays. */
void steps_stop(struct steps *s);
void steps_free(struct steps *s);
bool steps_have(struct steps *s, enum path_step step);

/* A step as it is told: when, since the time that the reader counts from, and how many cycles the
 * same CPU, or the card, needed since the step before it.
 */
struct steps_clock {
	u64 from_ps;
	u64 last_ps[CPU_MAX + 1]; /* 0: none yet */
};
struct steps_line {
	char step[8]; /* "9"; "r4" of the receive list */
	const char *function;
	u64 ps, cycles;
	char where[24]; /* "cpu0 task", "nic" */
	u32 queue, bytes;
};
struct steps_line steps_line(struct steps_clock *c, const struct trace_rec *r);
/* An element of the array that is open. */
void steps_json(struct json *j, const struct steps_line *l);

/* A frame of a card and the steps that are its own. What several frames share, an interrupt and the
 * poll after it, each of them has. Steps are in the order of time.
 */
enum { STEPS_NONE = 0xffffffff };
struct steps_packet {
	u64 seen;  /* bit an enum path_step */
	u32 *step; /* into steps->rec; of malloc */
	u32 nr, cap;
	u32 host;
	bool out;
	u32 frame;    /* counted among the host's frames that way, from 0 */
	u32 answers;  /* index of the received packet that made this one be sent */
	u32 piece_of; /* of the packet with the front of the same datagram */
	/* Where it is on its way, for whoever puts steps to packets. */
	u32 queue, len, read, cpu, batch;
};
struct steps_packets {
	struct steps_packet *p; /* of malloc, in the order of first steps */
	u32 nr, cap;
	u32 stray; /* steps of no frame: of a call that sent nothing, of a poll that found nothing
		    */
};
struct steps_packets steps_packets(const struct steps *s);
void steps_packets_free(struct steps_packets *p);

#endif
