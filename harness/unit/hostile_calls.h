// SPDX-License-Identifier: MIT
/* hostile_calls.h - system calls with one bad argument each, in a fixed order: for comparisons.
 *
 * Before each call everything is as at the beginning: descriptor 3 is a UDP socket bound to
 * 127.0.0.1:7000 with one datagram waiting, 4 one that is connected to it, both do not block, and
 * the memory holds what hc_memory() puts there. This file is also compiled into the small program
 * that asks the judging kernel.
 */
#ifndef HARNESS_UNIT_HOSTILE_CALLS_H
#define HARNESS_UNIT_HOSTILE_CALLS_H

#include "base/bytes.h"
#include "socket/sys.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum {
	HC_MEM = 0x10000,
	HC_MEM_BYTES = 0x100000,
	HC_END = HC_MEM + HC_MEM_BYTES,
	HC_ADDR = HC_MEM + 0x100, /* 127.0.0.1:7000 */
	HC_LEN = HC_MEM + 0x200,  /* 16 */
	HC_MSG = HC_MEM + 0x300,  /* struct msghdr: address, one buffer */
	HC_IOV = HC_MEM + 0x400,  /* two buffers */
	HC_OPT = HC_MEM + 0x500,  /* 4096, and 0 behind it */
	HC_POLL = HC_MEM +
		  0x3000, /* descriptors 3, 4, and then 9 as often as a process may have any */
	HC_POLLS = 1030,
	HC_TIME = HC_MEM + 0x700, /* no time at all */
	HC_DATA = HC_MEM + 0x1000,
	HC_PORT = 7000
};

/* What an argument is, and so which values are bad for it. */
enum hc_kind { HC_NONE, HC_FD, HC_PTR, HC_SIZE, HC_FLAGS, HC_FIELD };

struct hc_row {
	u16 nr;
	const char *name;
	u64 arg[6];
	u8 kind[6];
	u32 field; /* HC_FIELD: place in memory of a 64-bit field that is made bad instead */
};

static const u64 hc_fds[] = {
	~0ull, 0, 1, 2, 5, 63, 1023, 1024, 0x7fffffff, 0x80000000, 0x100000003ull, 0xffffffff
};
static const u64 hc_ptrs[] = { 0,
			       1,
			       HC_MEM - 1,
			       HC_END - 1,
			       HC_END - 4,
			       HC_END - 8,
			       HC_END - 15,
			       HC_END,
			       0x7fffffffffff,
			       0x800000000000ull,
			       0xffff800000000000ull,
			       0xffffffff80000000ull,
			       ~0ull };
static const u64 hc_sizes[] = { ~0ull,
				0,
				1,
				2,
				3,
				4,
				5,
				7,
				8,
				12,
				15,
				16,
				17,
				20,
				100,
				127,
				128,
				129,
				256,
				1024,
				1025,
				65507,
				65508,
				65536,
				0x7fffffff,
				0x80000000,
				0xffffffff,
				0x100000000ull,
				0x100000010ull,
				0x8000000000000000ull };

#define HC_ROW(call, ...)                                                                          \
	{                                                                                          \
		SYS_NR_##call, #call, __VA_ARGS__                                                  \
	}
static const struct hc_row hc_rows[] = {
	HC_ROW(read, { 3, HC_DATA, 100 }, { HC_FD, HC_PTR, HC_SIZE }, 0),
	HC_ROW(write, { 4, HC_DATA, 100 }, { HC_FD, HC_PTR, HC_SIZE }, 0),
	HC_ROW(readv, { 3, HC_IOV, 2 }, { HC_FD, HC_PTR, HC_SIZE }, 0),
	HC_ROW(writev, { 4, HC_IOV, 2 }, { HC_FD, HC_PTR, HC_SIZE }, 0),
	HC_ROW(readv, { 3, HC_IOV, 2, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_IOV + 8),
	HC_ROW(writev, { 4, HC_IOV, 2, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_IOV + 8),
	HC_ROW(writev, { 4, HC_IOV, 2, 0, 0, HC_PTR }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_IOV + 16),
	HC_ROW(close, { 3 }, { HC_FD }, 0),
	HC_ROW(dup, { 3 }, { HC_FD }, 0),
	HC_ROW(fstat, { 3, HC_DATA }, { HC_FD, HC_PTR }, 0),
	HC_ROW(poll, { HC_POLL, 3, 0 }, { HC_PTR, HC_SIZE }, 0),
	HC_ROW(ioctl, { 3, FIONREAD, HC_DATA }, { HC_FD, 0, HC_PTR }, 0),
	HC_ROW(ioctl, { 3, SIOCOUTQ, HC_DATA }, { HC_FD, 0, HC_PTR }, 0),
	HC_ROW(fcntl, { 3, F_GETFL, 0 }, { HC_FD, 0, HC_SIZE }, 0),
	HC_ROW(fcntl, { 3, F_SETFD, 0 }, { HC_FD, 0, HC_SIZE }, 0),
	HC_ROW(fcntl, { 3, F_DUPFD, 0 }, { HC_FD, 0, HC_SIZE }, 0),
	HC_ROW(nanosleep, { HC_TIME, HC_DATA }, { HC_PTR, HC_PTR }, 0),
	HC_ROW(connect, { 4, HC_ADDR, 16 }, { HC_FD, HC_PTR, HC_SIZE }, 0),
	HC_ROW(connect, { 4, HC_ADDR, 16, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_ADDR),
	HC_ROW(bind, { 4, HC_ADDR, 16 }, { HC_FD, HC_PTR, HC_SIZE }, 0),
	HC_ROW(listen, { 3, 1 }, { HC_FD, HC_SIZE }, 0),
	HC_ROW(accept, { 3, HC_DATA, HC_LEN }, { HC_FD, HC_PTR, HC_PTR }, 0),
	HC_ROW(accept4, { 3, HC_DATA, HC_LEN, 0 }, { HC_FD, HC_PTR, HC_PTR, HC_FLAGS }, 0),
	HC_ROW(socket, { AF_INET, SOCK_DGRAM, 0 }, { 0, HC_FLAGS, HC_FLAGS }, 0),
	HC_ROW(socketpair, { AF_INET, SOCK_DGRAM, 0, HC_DATA }, { 0, HC_FLAGS, 0, HC_PTR }, 0),
	HC_ROW(shutdown, { 4, 0 }, { HC_FD, HC_SIZE }, 0),
	HC_ROW(shutdown, { 3, 0 }, { HC_FD, HC_SIZE }, 0),
	HC_ROW(getsockname, { 3, HC_DATA, HC_LEN }, { HC_FD, HC_PTR, HC_PTR }, 0),
	HC_ROW(getsockname, { 3, HC_DATA, HC_LEN, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD },
	       HC_LEN),
	HC_ROW(getpeername, { 4, HC_DATA, HC_LEN }, { HC_FD, HC_PTR, HC_PTR }, 0),
	HC_ROW(getpeername, { 4, HC_DATA, HC_LEN, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD },
	       HC_LEN),
	HC_ROW(sendto, { 4, HC_DATA, 100, 0, HC_ADDR, 16 },
	       { HC_FD, HC_PTR, HC_SIZE, HC_FLAGS, HC_PTR, HC_SIZE }, 0),
	HC_ROW(sendto, { 4, HC_DATA, 0, 0, 0, 0 },
	       { HC_FD, HC_PTR, HC_SIZE, HC_FLAGS, HC_PTR, HC_SIZE }, 0),
	HC_ROW(recvfrom, { 3, HC_DATA, 100, 0, HC_DATA, HC_LEN },
	       { HC_FD, HC_PTR, HC_SIZE, HC_FLAGS, HC_PTR, HC_PTR }, 0),
	HC_ROW(recvfrom, { 4, HC_DATA, 100, 0, 0, 0 },
	       { HC_FD, HC_PTR, HC_SIZE, HC_FLAGS, HC_PTR, HC_PTR }, 0),
	HC_ROW(recvfrom,
	       {
		       3,
		       HC_DATA,
		       4,
		       0,
		       HC_DATA,
		       HC_LEN,
	       },
	       { 0, 0, 0, HC_FLAGS }, 0),
	HC_ROW(sendmsg, { 4, HC_MSG, 0 }, { HC_FD, HC_PTR, HC_FLAGS }, 0),
	HC_ROW(sendmsg, { 4, HC_MSG, 0, 0, 0, HC_PTR }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG),
	HC_ROW(sendmsg, { 4, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 8),
	HC_ROW(sendmsg, { 4, HC_MSG, 0, 0, 0, HC_PTR }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 16),
	HC_ROW(sendmsg, { 4, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 24),
	HC_ROW(sendmsg, { 4, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 40),
	HC_ROW(sendmsg, { 4, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 48),
	HC_ROW(recvmsg, { 3, HC_MSG, 0 }, { HC_FD, HC_PTR, HC_FLAGS }, 0),
	HC_ROW(recvmsg, { 3, HC_MSG, 0, 0, 0, HC_PTR }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG),
	HC_ROW(recvmsg, { 3, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 8),
	HC_ROW(recvmsg, { 3, HC_MSG, 0, 0, 0, HC_PTR }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 16),
	HC_ROW(recvmsg, { 3, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 24),
	HC_ROW(recvmsg, { 3, HC_MSG, 0, 0, 0, HC_SIZE }, { 0, 0, 0, 0, 0, HC_FIELD }, HC_MSG + 40),
	HC_ROW(setsockopt, { 3, SOL_SOCKET, SO_SNDBUF, HC_OPT, 4 },
	       { HC_FD, HC_FLAGS, 0, HC_PTR, HC_SIZE }, 0),
	HC_ROW(setsockopt, { 3, IPPROTO_IP, IP_TTL, HC_OPT, 4, HC_SIZE },
	       { HC_FD, 0, 0, HC_PTR, HC_SIZE, HC_FIELD }, HC_OPT),
	HC_ROW(setsockopt, { 3, IPPROTO_UDP, UDP_CORK, HC_OPT, 4 },
	       { HC_FD, 0, 0, HC_PTR, HC_SIZE }, 0),
	HC_ROW(setsockopt, { 3, SOL_SOCKET, SO_RCVTIMEO_OLD, HC_OPT, 16, HC_SIZE },
	       { HC_FD, 0, 0, HC_PTR, HC_SIZE, HC_FIELD }, HC_OPT + 8),
	HC_ROW(getsockopt, { 3, SOL_SOCKET, SO_SNDBUF, HC_DATA, HC_LEN },
	       { HC_FD, HC_FLAGS, 0, HC_PTR, HC_PTR }, 0),
	HC_ROW(getsockopt, { 3, SOL_SOCKET, SO_SNDBUF, HC_DATA, HC_LEN, HC_SIZE },
	       { 0, 0, 0, 0, 0, HC_FIELD }, HC_LEN),
	HC_ROW(getsockopt, { 3, IPPROTO_IP, IP_TTL, HC_DATA, HC_LEN, HC_SIZE },
	       { HC_FD, 0, 0, HC_PTR, HC_PTR, HC_FIELD }, HC_LEN),
	HC_ROW(getsockopt, { 3, IPPROTO_UDP, UDP_CORK, HC_DATA, HC_LEN, HC_SIZE },
	       { HC_FD, 0, 0, HC_PTR, HC_PTR, HC_FIELD }, HC_LEN),
};

enum { HC_ROWS = sizeof(hc_rows) / sizeof(hc_rows[0]), HC_BITS = 64 };

static inline u32 hc_values(u32 kind)
{
	static const u8 counts[] = { 0, sizeof(hc_fds) / 8, sizeof(hc_ptrs) / 8,
				     sizeof(hc_sizes) / 8, HC_BITS };

	return counts[kind];
}

static inline u64 hc_value(u32 kind, u32 i)
{
	return kind == HC_FD	 ? hc_fds[i]
	       : kind == HC_PTR	 ? hc_ptrs[i]
	       : kind == HC_SIZE ? hc_sizes[i]
				 : 1ull << i;
}

/* The kind of values that argument `at` of a row goes through. */
static inline u32 hc_kind_of(const struct hc_row *r, u32 at)
{
	return r->kind[at] == HC_FIELD ? (u32)r->arg[at] : r->kind[at];
}

/* The memory as every call finds it. mem is at HC_MEM. */
static inline void hc_memory(u8 *mem)
{
	memset(mem, 0, 0x6000);
	memset(mem + HC_MEM_BYTES - 64, 0, 64);
	put_le16(mem + (HC_ADDR - HC_MEM), AF_INET);
	put_be16(mem + (HC_ADDR - HC_MEM) + 2, HC_PORT);
	put_be32(mem + (HC_ADDR - HC_MEM) + 4, 0x7f000001);
	put_le32(mem + (HC_LEN - HC_MEM), 16);
	put_le64(mem + (HC_MSG - HC_MEM), HC_ADDR);
	put_le32(mem + (HC_MSG - HC_MEM) + 8, 16);
	put_le64(mem + (HC_MSG - HC_MEM) + 16, HC_IOV);
	put_le64(mem + (HC_MSG - HC_MEM) + 24, 2);
	put_le64(mem + (HC_IOV - HC_MEM), HC_DATA);
	put_le64(mem + (HC_IOV - HC_MEM) + 8, 50);
	put_le64(mem + (HC_IOV - HC_MEM) + 16, HC_DATA + 100);
	put_le64(mem + (HC_IOV - HC_MEM) + 24, 50);
	put_le64(mem + (HC_OPT - HC_MEM), 4096);
	for (u32 i = 0; i < HC_POLLS; i++) {
		put_le32(mem + (HC_POLL - HC_MEM) + 8 * i, i < 2 ? 3 + i : 9);
		put_le16(mem + (HC_POLL - HC_MEM) + 8 * i + 4, 5);
	}
}

/* Arguments of one call; what it needs bad in memory is made so. */
static inline void hc_args(const struct hc_row *r, u32 at, u32 i, u8 *mem, u64 arg[6])
{
	u64 v = hc_value(hc_kind_of(r, at), i);

	for (u32 n = 0; n < 6; n++)
		arg[n] = r->kind[n] == HC_FIELD ? 0 : r->arg[n];
	if (r->kind[at] == HC_FIELD)
		put_le64(mem + (r->field - HC_MEM), v);
	else
		arg[at] = v;
}

/* Left out: what belongs to descriptors that are not sockets, and what later parts bring. */
static inline bool hc_skipped(const struct hc_row *r, u32 at, u32 i)
{
	static const u16 any_file[] = { SYS_NR_read,   SYS_NR_write, SYS_NR_readv,
					SYS_NR_writev, SYS_NR_close, SYS_NR_dup,
					SYS_NR_fstat,  SYS_NR_ioctl, SYS_NR_fcntl };

	if (r->kind[at] != HC_FD || hc_fds[i] > 2)
		return false;
	for (u32 n = 0; n < sizeof(any_file) / sizeof(any_file[0]); n++)
		if (any_file[n] == r->nr)
			return true;
	return false;
}

#endif
