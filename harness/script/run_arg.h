// SPDX-License-Identifier: MIT
/* run_arg.h - arguments of a call in a process's memory: laid out before it, found again after it.
 *
 * Nothing is noted down in between. The structures in memory say where everything lies, as they do
 * to the program that made the call.
 */
#ifndef HARNESS_SCRIPT_RUN_ARG_H
#define HARNESS_SCRIPT_RUN_ARG_H

#include "harness/script/run_internal.h"

/* Structures of x86-64 in user memory, by offsets. */
enum {
	SOCKADDR_BUFFER = 128,
	SOCKADDR_IN_BYTES = 16,
	CONTROL_BUFFER = 512, /* of a call that fills it, where the script does not say */
	SUN_PATH_AT = 2,
	OPT_BUFFER = 4,
	FPROG_BYTES = 16, /* struct sock_fprog, and where its program is */
	FPROG_INSNS = 8,
	FPROG_INSN_BYTES = 8,
	IFREQ_BUFFER = 40,
	MSGHDR_BYTES = 56,
	MSGHDR_NAME = 0,
	MSGHDR_NAMELEN = 8,
	MSGHDR_IOV = 16,
	MSGHDR_IOVLEN = 24,
	MSGHDR_CONTROL = 32,
	MSGHDR_CONTROLLEN = 40,
	MSGHDR_FLAGS = 48,
	IOVEC_BYTES = 16,
	IOVEC_LEN = 8,
	EPOLL_EVENT_BYTES = 12,
	FD_SET_BYTES = 128,
	MMSGHDR_BYTES = 64,
	MMSGHDR_LEN = 56,
	CMSGHDR_BYTES = 16,
	CMSGHDR_LEVEL = 8,
	CMSGHDR_TYPE = 12
};

enum member_kind {
	MEMBER_INT, /* little-endian, as x86-64 has it */
	MEMBER_BE,  /* network byte order: htons(), inet_addr() */
	MEMBER_FD,
	MEMBER_TEXT,
	MEMBER_ADDR,   /* a socket address or another struct inside this one */
	MEMBER_BYTES,  /* as many as there are, whatever they are */
	MEMBER_BEHIND, /* where the value lies */
	MEMBER_LENGTH  /* a number, or [128->16] */
};
struct member {
	const char *name;
	u8 at, bytes, kind;
};
enum { MEMBERS_MAX = 16 };
/* How a struct of structs.def lies in memory. A struct that stands for several (an option's, a
 * control message's data) has a layout each; its fields tell which one is meant.
 */
struct layout {
	u8 of, bytes; /* enum struct_type */
	struct member member[MEMBERS_MAX];
};

/* The layout that has every field of this EXPR_STRUCT; NULL: they are of different ones. */
const struct layout *layout_of(const struct script *s, u32 e, enum struct_type of);
const struct member *layout_member(const struct layout *l, const char *name);
/* The member that an EXPR_FIELD is about. */
const struct member *layout_field(const struct layout *l, const struct script *s, u32 field);
/* Of EXPR_FIELD: its name, and its value's expression; of name(count) also the count. */
const char *field_name(const struct script *s, u32 field);
u32 field_value(const struct script *s, u32 field);
u32 field_count(const struct script *s, u32 field);
/* The field of that name in an EXPR_STRUCT; 0: it has none. */
u32 field_of(const struct script *s, u32 e, const char *name);
/* The value of a member as memory should hold it; false after run_invalid(). */
bool member_value(struct run *r, u32 host, u32 process, const struct member *m, u32 e, u64 *value);

/* What a pattern is cut at. */
enum { DATA_MAX = 1 << 24 };
bool is_bytes(const struct expr *e); /* a string, hex or a pattern */
/* How many bytes it says; of a pattern, which has no length of its own, n. */
u32 bytes_len(const struct expr *e, u64 n);
/* The first `len` of them from byte `from` on; what lies behind its end is zero. */
void bytes_get(const struct script *s, u32 e, u64 from, u8 *to, u32 len);

/* A descriptor of the script's as the process knows it. */
s64 fd_live(const struct run *r, u32 host, u32 process, s64 fd);

/* [a], [a->b], a plain number: what stands there before and after a call; false: it does not say.
 */
bool length_before(struct run *r, u32 e, s64 *value);
bool length_after(struct run *r, u32 e, s64 *value, bool *changes);
/* The i-th argument's expression; 0 where it is left out. */
u32 call_arg(const struct script *s, const struct stmt *st, u32 i);
/* An ioctl() that only reports something: its buffer is empty before it. */
bool ioctl_only_gets(u32 request);
/* Does this request write this field of its struct? Such a field is no input. */
bool ioctl_writes(u32 request, const char *field);
/* The struct that a field holds, or that lies where it points; STRUCT_NONE: none. */
enum struct_type field_struct(const struct script *s, u32 field, enum struct_type in_struct);

/* Lays all arguments out in the memory of the thread's process. False after run_invalid(). */
bool lay_arguments(struct run *r, const struct stmt *st, u32 host, u32 thread, u64 arg[SYS_ARGS]);

#endif
