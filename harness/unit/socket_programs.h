// SPDX-License-Identifier: MIT
/* socket_programs.h - programs of socket calls, the same wherever they are made: for comparisons.
 *
 * The judging kernel ran them once; what it returned is in socket_table.h. All sockets are UDP and
 * do not block; lo is up, and nothing else is configured. Only functions on numbers and bytes: this
 * file is also compiled into the small program that runs in that kernel.
 */
#ifndef HARNESS_UNIT_SOCKET_PROGRAMS_H
#define HARNESS_UNIT_SOCKET_PROGRAMS_H

#include "base/bytes.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum {
	SP_PROGRAMS = 200,
	SP_CALLS = 60,
	SP_MEM = 0x10000, /* where a program's memory begins */
	SP_MEM_BYTES = 0x100000,
	SP_USED = 0x8000, /* of it: what is set up before, and compared after a program */
	SP_ADDR = 0x100,  /* 16 addresses, 32 bytes apart */
	SP_LEN = 0x400,	  /* 8 lengths */
	SP_MSG = 0x500,	  /* 6 struct msghdr, 64 bytes apart */
	SP_OPT = 0x700,	  /* 8 option values */
	SP_IOV = 0x800,	  /* 6 vectors of 4 */
	SP_POLL = 0xa00,  /* 8 struct pollfd */
	SP_DATA = 0x1000,
	SP_OUT_ADDR = 0x3000, /* 8 addresses, 32 bytes apart */
	SP_OUT = 0x4000,
	SP_CONTROL = 0x5000
};

struct sp_rng {
	u64 s;
};

struct sp_call {
	u32 nr;
	u64 arg[6];
};

static inline u32 sp_next(struct sp_rng *r)
{
	r->s = r->s * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(r->s >> 33);
}

#define SP_PICK(r, list) ((list)[sp_next(r) % ARRAY_SIZE(list)])

static inline bool sp_one_in(struct sp_rng *r, u32 n)
{
	return sp_next(r) % n == 0;
}

/* -------- memory -------- */

static inline void sp_put_addr(struct sp_rng *r, u8 *at)
{
	static const u16 families[] = { 2, 2, 2, 2, 2, 2, 2, 2, 0, 1, 10, 0xffff };
	static const u16 ports[] = { 5000, 5000, 5001, 5001, 5002, 5003, 0, 80 };
	static const u32 addrs[] = { 0x7f000001, 0x7f000001, 0x7f000001, 0x7f000002,
				     0,		 0x0a090909, 0xffffffff, 0x7fffffff };

	put_le16(at, SP_PICK(r, families));
	put_be16(at + 2, SP_PICK(r, ports));
	put_be32(at + 4, SP_PICK(r, addrs));
}

static inline void sp_put_msghdr(struct sp_rng *r, u8 *at, u32 i)
{
	static const u32 namelens[] = { 16, 16, 16, 16, 128, 200, 15, 2, 0, 0xffffffff };
	static const u64 iovlens[] = { 1, 1, 1, 2, 3, 4, 0, 1024, 1025, 1ull << 32 };

	put_le64(at, sp_one_in(r, 3) ? 0 : SP_MEM + SP_ADDR + 32 * (sp_next(r) % 16));
	put_le32(at + 8, SP_PICK(r, namelens));
	put_le64(at + 16, SP_MEM + SP_IOV + 64 * i);
	put_le64(at + 24, SP_PICK(r, iovlens));
	put_le64(at + 32, sp_one_in(r, 8) ? 8 : SP_MEM + SP_CONTROL);
	put_le64(at + 40, sp_one_in(r, 2) ? 0 : sp_one_in(r, 5) ? 1ull << 31 : 256);
}

static inline void sp_put_iovec(struct sp_rng *r, u8 *at)
{
	static const u64 lens[] = { 0, 1, 7, 8, 100, 1000, 2000, 1ull << 63, 0x7fffffffull };

	put_le64(at, sp_one_in(r, 12) ? 0x100 : SP_MEM + SP_DATA + sp_next(r) % 0x800);
	put_le64(at + 8, sp_one_in(r, 4) ? SP_PICK(r, lens) : lens[sp_next(r) % 7]);
}

static inline void sp_prepare(struct sp_rng *r, u8 *mem)
{
	static const u32 lens[] = { 16, 16, 16, 128, 0, 4, 200, 0xffffffff };
	static const u32 opts[] = { 0, 1, 1, 4096, 65536, 0xffffffff, 100, 3 };

	memset(mem, 0, SP_USED);
	for (u32 i = 0; i < 16; i++)
		sp_put_addr(r, mem + SP_ADDR + 32 * i);
	for (u32 i = 0; i < 8; i++) {
		put_le32(mem + SP_LEN + 4 * i, lens[i]);
		put_le32(mem + SP_OPT + 4 * i, opts[i]);
		put_le32(mem + SP_POLL + 8 * i, i == 7 ? 0xffffffff : 3 + sp_next(r) % 8);
		put_le16(mem + SP_POLL + 8 * i + 4, (u16)sp_next(r));
	}
	for (u32 i = 0; i < 6; i++) {
		sp_put_msghdr(r, mem + SP_MSG + 64 * i, i);
		for (u32 j = 0; j < 4; j++)
			sp_put_iovec(r, mem + SP_IOV + 64 * i + 16 * j);
	}
	for (u32 i = 0; i < 0x2000; i++)
		mem[SP_DATA + i] = (u8)(i * 7 + (i >> 8));
}

/* Ports that the kernel chose differ between runs, and sums of what contains them. */
static inline u64 sp_hash(const u8 *mem)
{
	u64 h = 0xcbf29ce484222325ull;

	for (u32 i = 0; i < SP_USED; i++) {
		bool addr = (i >= SP_ADDR && i < SP_LEN) || (i >= SP_OUT_ADDR && i < SP_OUT);
		u8 v = mem[i];

		if (addr && (i & 30) == 2 && get_be16(mem + (i & ~1u)) >= 32768)
			v = 0;
		h = (h ^ v) * 0x100000001b3ull;
	}
	return h;
}

/* -------- calls -------- */

static inline u64 sp_fd(struct sp_rng *r)
{
	static const u64 likely[] = { 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8 };

	if (sp_one_in(r, 40))
		return (u64)(s64)(s32)(sp_next(r) % 3 == 0 ? 0xffffffff : sp_next(r) % 1200);
	return SP_PICK(r, likely);
}

static inline u64 sp_addr(struct sp_rng *r)
{
	static const u64 bad[] = { 8, SP_MEM - 8, SP_MEM + SP_MEM_BYTES - 4 };

	return sp_one_in(r, 24) ? SP_PICK(r, bad) : SP_MEM + SP_ADDR + 32 * (sp_next(r) % 16);
}

static inline u64 sp_addr_len(struct sp_rng *r)
{
	static const u32 odd[] = { 0, 1, 2, 8, 15, 128, 129, 0xffffffff };

	return sp_one_in(r, 8) ? (u64)(s64)(s32)SP_PICK(r, odd) : 16;
}

static inline u64 sp_out_addr(struct sp_rng *r)
{
	return sp_one_in(r, 20) ? 8 : SP_MEM + SP_OUT_ADDR + 32 * (sp_next(r) % 8);
}

static inline u64 sp_len_at(struct sp_rng *r)
{
	return sp_one_in(r, 20) ? 8 : SP_MEM + SP_LEN + 4 * (sp_next(r) % 8);
}

static inline u64 sp_flags(struct sp_rng *r)
{
	static const u32 flags[] = { MSG_OOB,	  MSG_PEEK,	MSG_TRUNC,    MSG_CONFIRM,
				     MSG_WAITALL, MSG_NOSIGNAL, MSG_ERRQUEUE, MSG_DONTROUTE,
				     MSG_EOR,	  MSG_PROBE,	MSG_BATCH };

	return MSG_DONTWAIT | (sp_one_in(r, 2) ? 0 : SP_PICK(r, flags)) |
	       (sp_one_in(r, 6) ? SP_PICK(r, flags) : 0);
}

static inline struct sp_call sp_socket(struct sp_rng *r)
{
	static const u32 types[] = { 2, 2, 2, 2, 2, 2, 2, 2 | SOCK_CLOEXEC, 4, 5, 15, 0x100 };

	return (struct sp_call){ 41,
				 { sp_one_in(r, 20) ? sp_next(r) % 60 + 18 : 2,
				   SP_PICK(r, types) | SOCK_NONBLOCK,
				   sp_one_in(r, 10)  ? 6
				   : sp_one_in(r, 2) ? 17
						     : 0 } };
}

static inline struct sp_call sp_sendto(struct sp_rng *r)
{
	static const u64 lens[] = { 0,	  1,	 8,	100,   1000,  1472,
				    4000, 60000, 65507, 65508, 70000, 1ull << 40 };
	bool to = !sp_one_in(r, 3);
	u64 flags = sp_flags(r);

	return (struct sp_call){ 44,
				 { sp_fd(r), sp_one_in(r, 20) ? 8 : SP_MEM + SP_DATA,
				   SP_PICK(r, lens), flags, to ? sp_addr(r) : 0,
				   to ? sp_addr_len(r) : 0 } };
}

static inline struct sp_call sp_recvfrom(struct sp_rng *r)
{
	static const u64 lens[] = { 0, 1, 8, 100, 2000, 2000, 2000, 1ull << 40 };
	bool from = !sp_one_in(r, 3);
	u64 flags = sp_flags(r);

	return (struct sp_call){ 45,
				 { sp_fd(r), sp_one_in(r, 20) ? 8 : SP_MEM + SP_OUT,
				   SP_PICK(r, lens), flags, from ? sp_out_addr(r) : 0,
				   from ? sp_len_at(r) : 0 } };
}

static inline struct sp_call sp_sockopt(struct sp_rng *r, bool set)
{
	static const struct {
		u32 level, name;
	} opts[] = { { SOL_SOCKET, SO_ERROR },
		     { SOL_SOCKET, SO_TYPE },
		     { SOL_SOCKET, SO_PEEK_OFF },
		     { SOL_SOCKET, SO_BROADCAST },
		     { SOL_SOCKET, SO_REUSEADDR },
		     { SOL_SOCKET, SO_REUSEPORT },
		     { SOL_SOCKET, SO_RCVBUF },
		     { SOL_SOCKET, SO_SNDBUF },
		     { SOL_IP, IP_RECVERR },
		     { SOL_IP, IP_TTL },
		     { SOL_UDP, UDP_CORK },
		     { SOL_SOCKET, SO_DOMAIN },
		     { 99, 1 } };
	u32 i = sp_next(r) % ARRAY_SIZE(opts);
	u64 val = set ? SP_MEM + SP_OPT + 4 * (sp_next(r) % 8) : SP_MEM + SP_OUT + 0x800;
	u64 len = set ? sp_one_in(r, 8) ? sp_addr_len(r) : 4 : sp_len_at(r);

	return (struct sp_call){ set ? 54 : 55,
				 { sp_fd(r), opts[i].level, opts[i].name,
				   sp_one_in(r, 20) ? 8 : val, len } };
}

static inline struct sp_call sp_small(struct sp_rng *r)
{
	static const u32 fcntls[] = { F_GETFL,	       F_GETFD,	      F_SETFD, F_DUPFD,
				      F_DUPFD_CLOEXEC, F_DUPFD_QUERY, 77 };
	static const u32 ioctls[] = { FIONREAD, SIOCOUTQ, FIOCLEX, SIOCATMARK, 0x1234 };
	u64 fd = sp_fd(r);

	switch (sp_next(r) % 8) {
	case 0:
		return (struct sp_call){ 72,
					 { fd, SP_PICK(r, fcntls), sp_one_in(r, 4) ? 2000 : 4 } };
	case 1:
		return (struct sp_call){ 16,
					 { fd, SP_PICK(r, ioctls),
					   sp_one_in(r, 8) ? 8 : SP_MEM + SP_OUT + 0x900 } };
	case 2:
		return (struct sp_call){ 7,
					 { sp_one_in(r, 10) ? 8 : SP_MEM + SP_POLL,
					   sp_one_in(r, 10) ? 2000 : sp_next(r) % 9, 0 } };
	case 3:
		return (struct sp_call){ 48, { fd, (u64)(s64)(s32)(sp_next(r) % 5 - 1) } };
	case 4:
		return (struct sp_call){ 50, { fd, 5 } };
	case 5:
		return (struct sp_call){
			288, { fd, sp_out_addr(r), sp_len_at(r), sp_one_in(r, 3) ? 1 : 0 }
		};
	case 6:
		return (struct sp_call){ 32, { fd } };
	default:
		return (struct sp_call){ 53, { 2, 2 | SOCK_NONBLOCK, 0, SP_MEM + SP_OUT + 0xa00 } };
	}
}

static inline struct sp_call sp_vector(struct sp_rng *r)
{
	static const u32 nr[] = { 0, 1, 19, 20 };
	u32 call = SP_PICK(r, nr);
	u64 fd = sp_fd(r), i = sp_next(r) % 6;

	if (call < 2)
		return (struct sp_call){ call, { fd, SP_MEM + SP_OUT, sp_one_in(r, 4) ? 0 : 50 } };
	return (struct sp_call){
		call, { fd, SP_MEM + SP_IOV + 64 * i, sp_one_in(r, 10) ? 1025 : sp_next(r) % 5 }
	};
}

/* The i-th call of a program; the first ones make some that can talk. */
static inline struct sp_call sp_make(struct sp_rng *r, u32 i)
{
	u32 dice = sp_next(r) % 100;

	if (i < 4)
		return (struct sp_call){ 41, { 2, 2 | SOCK_NONBLOCK, 0 } };
	if (i < 6 || dice < 10)
		return (struct sp_call){ 49, { sp_fd(r), sp_addr(r), sp_addr_len(r) } };
	if (dice < 16)
		return sp_socket(r);
	if (dice < 19)
		return (struct sp_call){ 3, { sp_fd(r) } };
	if (dice < 30)
		return (struct sp_call){ 42, { sp_fd(r), sp_addr(r), sp_addr_len(r) } };
	if (dice < 35)
		return (struct sp_call){ sp_one_in(r, 2) ? 51 : 52,
					 { sp_fd(r), sp_out_addr(r), sp_len_at(r) } };
	if (dice < 55)
		return sp_sendto(r);
	if (dice < 70)
		return sp_recvfrom(r);
	if (dice < 75)
		return (struct sp_call){
			46, { sp_fd(r), SP_MEM + SP_MSG + 64 * (sp_next(r) % 6), sp_flags(r) }
		};
	if (dice < 80)
		return (struct sp_call){
			47, { sp_fd(r), SP_MEM + SP_MSG + 64 * (sp_next(r) % 6), sp_flags(r) }
		};
	if (dice < 87)
		return sp_sockopt(r, sp_one_in(r, 2));
	if (dice < 95)
		return sp_small(r);
	return sp_vector(r);
}

/* -------- socket(): every triple of a range -------- */

/* What the comparison leaves out: families that exist in the kernel and not here. */
static inline bool sp_family_skipped(s32 family, s32 type)
{
	return family == AF_UNIX || family == AF_NETLINK || family == AF_PACKET ||
	       (family == AF_INET && type == SOCK_PACKET);
}

#endif
