// SPDX-License-Identifier: MIT
/* frames.h - many small questions in one file: a set-up, and frames that are put to it one case at
 * a time, each in a fresh world and with Linux's verdict. NAME.frames:
 *
 *   // claim: ...                  headers as of a script; oracle:, config:, patches:, seed:, hz:
 * and
 *   // oracle: linux-6.12.117 uml  sysctl: are capture's
 *
 *   `ip addr add ...`              the set-up: statements of a script
 *   0 socket(...) = 3
 *   finally 0.010                  so long after the last frame the statements below are done
 *   recvfrom(3, ..., 100, MSG_DONTWAIT) = -1 EAGAIN (...)
 *
 *   case nothing                   the first case has no frames: what all cases have is told once
 *   = mib Tcp.RtoMin 200, Tcp.RtoMax 120000
 *   = route local 192.0.2.1 ...
 *
 *   // comments
 *   case ttl-0 pending: tcp        pending: its answer belongs to what is not there yet; igb: why a
 *                                  card does something else (frames_marks.def)
 *   < 0200...                      a frame goes in, at once
 *   < 30.000 0200...               so many seconds after the beginning of the case
 *   wait 1.000                     in place of what finally says
 *   > 0.000 0200...                Linux's verdict: a frame that left; times as above
 *   = 1: recvfrom(...) = 4         a statement of finally, with a result that is not what it says
 *   = mib Ip.InHdrErrors 1         a line of the state at the end that the first case has not
 *   = no route ...                 one that only the first case has; a counter, a neighbour and the
 *                                  draws of random numbers just change
 *   = nothing                      there is nothing to be told. A case without a verdict is not
 *                                  captured.
 *
 * A case is a script: set-up, its frames, the statements of finally. So it runs wherever scripts
 * run, and its verdict is a golden vector.
 *
 *   frames_read.c   the file, read
 *   frames.c        what it is made of; written
 *   frames_case.c   a case becomes a script and a golden; a record becomes its verdict
 *   frames_check.c  a case on a device under test
 */
#ifndef HARNESS_GOLDEN_FRAMES_H
#define HARNESS_GOLDEN_FRAMES_H

#include "harness/golden/check.h"
#include "harness/golden/golden.h"

enum frames_pending {
	PENDING_NOT,
#define PENDING(id, word) PENDING_##id,
#include "harness/golden/frames_marks.def"
	PENDINGS
};
enum frames_card {
	CARD_SAME,
#define CARD(id, word, why) CARD_##id,
#include "harness/golden/frames_marks.def"
	CARDS
};
extern const char *const frames_pending_names[PENDINGS];
extern const char *const frames_card_names[CARDS], *const frames_card_reasons[CARDS];

struct frames_frame {
	bool outgoing;
	s64 when_ns; /* since the beginning of the case */
	u32 at, len; /* in the file's bytes */
	u32 line;
};
/* A line of the verdict: of finally's statements by number, or of the state. */
struct frames_line {
	const char *text;
	u32 nth; /* from 1; 0: of the state */
	bool gone;
	u32 line;
};
struct frames_case {
	const char *name, *comment; /* comment: lines, each with its end; NULL: none */
	enum frames_pending pending;
	enum frames_card card;
	bool captured;
	s64 wait_ns; /* -1: as finally says */
	u32 line;
	struct frames_frame *frame;
	struct frames_line *verdict;
	u32 nr_frames, cap_frames, nr_verdict, cap_verdict;
};
struct frames_statement {
	const char *text;
	u32 line;
};
struct frames {
	const char *name; /* of the file */
	const char *head; /* the author's headers and comments above the set-up, lines */
	u32 head_lines, head_stmts;
	const char *setup;
	u32 setup_line, setup_stmts;
	s64 begin_ns; /* when the set-up is done: the beginning of each case */
	s64 end_ns;   /* what finally says */
	u32 finally_line;
	struct frames_statement *finally;
	struct frames_case *c;
	u32 nr_finally, cap_finally, nr, cap;
	struct provenance from;
	bool captured; /* headers of a capture are there */
	u8 *bytes;     /* of frames */
	u32 nr_bytes, cap_bytes;
	char **kept; /* strings */
	u32 nr_kept, cap_kept;
	struct frames *next; /* of whoever has several */
};

/* NULL with line, column and what is wrong in err. */
struct frames *frames_read(const char *name, const char *text, size_t len,
			   struct script_error *err);
void frames_free(struct frames *f);
/* In canonical form, of malloc. */
char *frames_text(const struct frames *f, size_t *len);
/* The same of one case. */
char *frames_case_text(const struct frames *f, u32 nr);

/* For those that build one. Copies that live as long as f. */
const char *frames_keep(struct frames *f, const char *text, size_t len);
struct frames_frame *frames_add_frame(struct frames *f, struct frames_case *c, const u8 *bytes,
				      u32 len);
struct frames_line *frames_add_line(struct frames_case *c);
struct frames_case *frames_add_case(struct frames *f);
struct frames_statement *frames_add_statement(struct frames *f);
/* Lines of one kind that stand together, and what they begin with; NULL: each stands alone. */
const char *frames_group(const char *line, size_t len);

/* The script that a case is, text of malloc: as capture puts it to Linux; with the verdict in it.
 * line, where not NULL, gets the line of the file of each statement behind the set-up, of malloc.
 */
char *frames_case_script(const struct frames *f, u32 nr, bool verdict, u32 **line);
/* How long it lasts, behind the set-up. */
s64 frames_case_ns(const struct frames *f, u32 nr);
/* The golden vector that a captured case is; golden_free(). */
void frames_case_golden(const struct frames *f, u32 nr, struct golden *g);
/* The verdict becomes what the record tells; the first case is taken first. False with why in err.
 */
bool frames_case_take(struct frames *f, u32 nr, const struct record *r, char *err, u32 err_size);
/* Where the verdict says something about what a difference is about; else the case's line. */
u32 frames_case_line_of(const struct frames *f, u32 nr, const char *key);

/* As check_capture(). */
int frames_capture(const struct frames *f, u32 nr, const char *to, const struct check_options *o,
		   struct dut_worlds *cache, char *err, u32 err_size);
struct check_result frames_check(const struct frames *f, u32 nr, const struct check_options *o,
				 struct dut_worlds *cache);

#endif
