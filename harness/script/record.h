// SPDX-License-Identifier: MIT
/* record.h - all that happened in a run, in order: what capture writes down, check compares and
 * diff looks for the first difference in.
 *
 * With run_options.record set a run compares nothing: calls end as they end, `>` lines are passed
 * over (their times count), and everything is noted here. A record can be written to a file and
 * read again: so the guest of the judging kernel hands it over.
 *
 * The order of events is the order of what happened. A RECORD_STMT is noted when its statement
 * begins, so that the frames and returns that it sets off follow it, and each but headers, options,
 * comments and `>` lines has one. A call that has returned has a RECORD_RETURN behind it.
 */
#ifndef HARNESS_SCRIPT_RECORD_H
#define HARNESS_SCRIPT_RECORD_H

#include <stdio.h>

#include "base/types.h"

enum record_kind {
	/* A statement is done: a packet sent in, a command, a directive, a call. Text: mib and drop
	 * with what has really changed; of others the statement.
	 */
	RECORD_STMT,
	RECORD_RETURN, /* a call has returned: text is the whole statement with its results */
	RECORD_OUT,    /* a frame has left a host */
	RECORD_IN      /* a frame has arrived at a host */
};

struct record_event {
	u8 kind, host;
	u32 stmt;      /* index into script->stmt: what was done last, for a return its call */
	s64 when_ps;   /* since time 0 of the script; opening commands come before it */
	s64 due_ps;    /* RECORD_STMT: when it was due by the script */
	s64 start_ps;  /* RECORD_RETURN: when the call began */
	bool waited;   /* RECORD_RETURN: it did not return at once */
	u32 text, len; /* text: 1 + index into record->text, a string; bytes: at record->bytes */
	u64 bytes;
};

struct record {
	struct record_event *event;
	u32 nr, cap;
	char *text; /* strings, each with its end */
	u32 text_len, text_cap;
	u8 *bytes; /* of frames */
	u64 bytes_len, bytes_cap;
	bool ethernet; /* frames begin with an Ethernet header */
	char dev[16];  /* eth0, tun0 */
	u32 hosts;
	char *state; /* of malloc: lines, "a mib Udp.InDatagrams 1": host letter, then the fact */
	char *tracepoints; /* of malloc: run_result.tracepoints; NULL */
	/* How it ended: enum run_verdict, RUN_PASSED when all statements were done. */
	u32 verdict, line;
	char *message; /* of malloc; NULL */
	s64 end_ps;
	/* How much later in its kernel's life it was than the first script of a boot: the kernel's
	 * own clock, which TCP's time stamps tell, is ahead by so much.
	 */
	u64 place_ns;
};

void record_init(struct record *r);
void record_free(struct record *r);
/* text, bytes: copied; NULL: none. */
struct record_event *record_add(struct record *r, enum record_kind kind, const char *text,
				const u8 *bytes, u32 len);
const char *record_text(const struct record *r, const struct record_event *e);
const u8 *record_bytes(const struct record *r, const struct record_event *e);
/* Little-endian, with a version. 0, or -1: what was read is no record (or the file failed). */
int record_write(const struct record *r, FILE *to);
int record_read(struct record *r, FILE *from);

#endif
