// SPDX-License-Identifier: MIT
/* difference.h - what a record and a golden vector differ in, as a person wants to read it. */
#ifndef HARNESS_GOLDEN_DIFFERENCE_H
#define HARNESS_GOLDEN_DIFFERENCE_H

#include "harness/golden/align.h"
#include "harness/golden/golden.h"
#include "harness/script/record.h"
#include "harness/script/script.h"

enum difference_kind {
	DIFFERS_STATEMENT, /* a call's result, a counter that the script asks for */
	DIFFERS_FRAME,	   /* bytes of a frame */
	DIFFERS_TIME,
	DIFFERS_MISSING, /* a frame that only Linux has */
	DIFFERS_EXTRA,	 /* one that only the other has */
	DIFFERS_ORDER,
	DIFFERS_STATE, /* at the end */
	DIFFERENCE_KINDS
};
extern const char *const difference_names[DIFFERENCE_KINDS]; /* "frame", "missing frame" */

struct difference {
	enum difference_kind kind;
	u32 line;     /* of the script, of a case the file; 0: of none */
	u32 own_line; /* of the script that a case is */
	u32 frame;    /* of the capture, from 1 as Wireshark counts; 0: of none */
	u32 stmt;     /* index, for the order */
	s64 when_ps;
	char shape[32];			 /* of a frame: "out udp", "in icmp unreachable" */
	char *what;			 /* "frame 3 (…): ttl: Linux 63, refstack 64" */
	char *field, *expected, *actual; /* of the first thing that differs; NULL: there is none */
	char *detail;			 /* lines; NULL */
};
struct differences {
	struct difference *d;
	u32 nr, cap;
	s64 skew_ns; /* the greatest of times that count as equal */
};

struct normalise;
struct difference_rules {
	struct align_rules align;
	const char *right, *other; /* what the two are called: "Linux", "refstack" */
	bool free_times;	   /* times say nothing */
	u32 percent;		   /* of the time since the start that a time may be off */
	struct normalise *a, *b;   /* what is made equal first, of each side; NULL: nothing */
};

void differences_free(struct differences *to);
/* Strings are copied; field, expected, actual, detail: may be NULL. */
struct difference *difference_add(struct differences *to, enum difference_kind kind,
				  const char *what, const char *detail);
void difference_values(struct difference *d, const char *field, const char *expected,
		       const char *actual);

/* Frames of a golden capture, and of a record, of one host in order: their number; *to of malloc.
 */
u32 difference_golden_frames(const struct golden *g, const struct script *s, u32 host,
			     struct align_frame **to);
u32 difference_record_frames(const struct record *r, u32 host, struct align_frame **to);

/* The frames themselves change when something is made equal. */
void difference_frames(struct differences *to, const struct script *s, struct align_frame *a,
		       u32 nr_a, struct align_frame *b, u32 nr_b,
		       const struct difference_rules *rules);
/* Calls of the script as it stands against those of the record. */
void difference_calls(struct differences *to, const struct script *s, const struct record *r,
		      const struct difference_rules *rules);
/* A statement without when and by whom, on one line; truncated to size. */
void difference_stmt_text(const struct script *s, const struct stmt *st, char *to, u32 size);
/* Two texts of one statement, as they are compared: what stays different is of malloc in *e and *a,
 * and true; of what is the same both are NULL.
 */
bool difference_texts(const char *expected, const char *actual,
		      const struct difference_rules *rules, char **e, char **a);
/* How far from Linux a time may be. */
u64 difference_allowed_ps(const struct difference_rules *rules, s64 expected_ps);
/* Calls of two records: what they returned, and which has returned on one side only. */
void difference_records(struct differences *to, const struct script *s, const struct record *a,
			const struct record *b, const struct difference_rules *rules);
/* Lines of the state at the end: one difference a fact. */
void difference_state(struct differences *to, const char *a, const char *b,
		      const struct difference_rules *rules);
/* The same lines, in whatever order. */
bool difference_same_state(const char *a, const char *b);
/* In the order in which they came about, the state last. */
void differences_sort(struct differences *to);

/* "0.100000" */
void difference_time(s64 when_ps, char to[32]);

#endif
