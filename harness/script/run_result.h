// SPDX-License-Identifier: MIT
/* run_result.h - what a call returned and wrote, against what the script says. */
#ifndef HARNESS_SCRIPT_RUN_RESULT_H
#define HARNESS_SCRIPT_RUN_RESULT_H

#include "harness/script/run_arg.h"

struct fill;
struct rows;

/* A call that has returned, looked at along its arguments by run_result.c: to compare it with the
 * script, or to write down what it was.
 */
struct compare {
	struct run *r;
	const struct stmt *st;
	struct dut_call call;
	u32 host, process;
	bool failed; /* the call: it returned an error */
	bool differs;
	const char *in;	   /* which of several structs, for the rows' names; "" */
	struct rows *rows; /* NULL: nothing differs so far, and nobody asks for a report */
	struct fill *fill; /* NULL: compares */
};

/* The thread's call has returned; fd: its result is a descriptor. 0, or -1 after run_fail(). Binds
 * the descriptors of a pair.
 */
int run_compare(struct run *r, u32 host, u32 thread, bool fd);
/* The latter alone. */
void run_bind_pair(struct run *r, u32 host, u32 thread);
/* All of a call that the script speaks of, and with fill all that it wrote. */
void run_look(struct compare *c, bool fd);
struct compare run_look_at(struct run *r, u32 host, u32 thread);
/* Memory that a call has written to; NULL: the script gave no address of its own. */
const u8 *run_memory(const struct compare *c, uptr at, u64 bytes);
/* A control message that is whole, and what the script says of it. */
const u8 *run_cmsg_at(const struct compare *c, uptr at, uptr end);
void run_look_cmsg(struct compare *c, u32 e, uptr at, const u8 *p);
/* The bytes are what the script says: see compare_bytes(). */
bool run_same_bytes(const struct compare *c, u32 e, const u8 *actual, u64 len, bool padded);
u64 member_get(const u8 *p, const struct member *m);

/* --- run_fill.c: what stands in the place of an expression
 * ----------------------------------------- */
/* The call's statement without its time, with what really came of it; of malloc. */
char *run_fill_call(struct run *r, u32 host, u32 thread);
void fill_number(struct compare *c, enum arg_type type, u32 e, u64 actual, u32 bytes);
/* len: of what was written; all: of what is looked at, where zeroes may follow it; else 0. */
void fill_bytes(struct compare *c, u32 e, const u8 *actual, u64 len, u64 all);
/* The first `len` bytes of the struct at p were written. */
void fill_member(struct compare *c, enum struct_type of, const struct member *m, u32 e, const u8 *p,
		 u64 len);
void fill_hwaddr(struct compare *c, u32 e, uptr at);
/* The list of what SIOCGIFCONF has written at pos. */
void fill_ifconf(struct compare *c, u32 e, uptr pos, s64 len);
void fill_address(struct compare *c, u32 e, uptr at);
/* A value-result length of so many bytes; before: what it was where the script does not say. */
void fill_length(struct compare *c, u32 e, u64 actual, u32 bytes, s64 before);
void fill_option(struct compare *c, u32 e, uptr at, u64 len);
void sigset_text(u64 set, char *to, u32 size);
void fill_sigset(struct compare *c, u32 e, u64 said, u64 actual);
void fill_fdpair(struct compare *c, u32 e, const u8 *p);
void fill_field(struct compare *c, u32 e, const char *name, enum arg_type type, u64 actual,
		u32 bytes);
/* Messages from at on. */
void fill_control(struct compare *c, u32 e, uptr at, uptr end);
void fill_result(struct compare *c, bool agrees, const char *text);

/* --- run_text.c
 * ----------------------------------------------------------------------------------- */
/* "Broken pipe"; NULL. */
const char *errno_description(s64 error);
/* "EPIPE (Broken pipe)", or the number where there is no name. */
void errno_text(s64 error, char *to, u32 size);
/* The constant of a group that has this value, the first of equal ones; NULL: none has. */
const char *symbol_name(enum symbol_group group, u64 value);
/* A value of this type as a script would write it; signed by its bytes, in hex where e is. */
void value_text(const struct script *s, enum arg_type type, u32 e, u64 value, u32 bytes, char *to,
		u32 size);
void member_text(const struct script *s, enum struct_type of, const struct member *m, u32 e, u64 v,
		 char *to, u32 size);
/* Characters and newlines, nothing else. */
bool bytes_are_text(const u8 *p, u64 len);
/* "text", with escapes for what is none, or hex; of malloc. */
char *bytes_said(const u8 *p, u64 len, bool as_hex);
/* As "text", or as hex where one byte is no text. */
void bytes_text(const u8 *p, u32 len, char *to, u32 size);

/* --- run_call.c
 * ----------------------------------------------------------------------------------- */
int run_bind_fd(struct run *r, const struct stmt *s, u32 host, u32 process, s64 fd, s64 live);
/* Does a result that is no error mean a new descriptor? */
bool run_gives_fd(const struct dut_call *call, const struct stmt *s);

#endif
