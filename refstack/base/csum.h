// SPDX-License-Identifier: MIT
/* csum.h - the Internet checksum (RFC 1071), with Linux's names.
 *
 * DIVERGES(csum-host-order): a running sum (Linux: __wsum) and a checksum (Linux: __sum16) are host
 * numbers here: sums of big-endian words, stored with put_be16(). Results are the same on every
 * machine, and every function that returns a running sum returns it folded to 16 bits.
 */
#ifndef REFSTACK_BASE_CSUM_H
#define REFSTACK_BASE_CSUM_H

#include "base/bytes.h"

/* RFC 768: a UDP checksum that comes out as zero is sent as all ones, zero says "none". */
#define CSUM_MANGLED_0 0xffffu

/* To 32 bits in two folds: the first may carry once more. Then both halves are added to each other
 * at once: the upper one gets the carry out of the lower one, and that is the end-around carry.
 */
static inline u32 csum_fold16(u64 sum)
{
	u32 halves;

	sum = (sum & U32_MAX) + (sum >> 32);
	sum = (sum & U32_MAX) + (sum >> 32);
	halves = (u32)sum;
	halves += halves << 16 | halves >> 16;
	return halves >> 16;
}

/* Adds len bytes, padded with a zero byte if odd, to the running sum. */
u32 csum_partial(const u8 *p, u32 len, u32 sum);
/* Copies and adds in one go. */
u32 csum_partial_copy(u8 *to, const u8 *from, u32 len, u32 sum);

/* The checksum of a running sum: its complement. */
static inline u16 csum_fold(u32 sum)
{
	return (u16)~csum_fold16(sum);
}

/* The running sum that a checksum stands for, as far as arithmetic goes (LINUX: csum_unfold()). */
static inline u32 csum_unfold(u16 check)
{
	return check;
}

static inline u32 csum_add(u32 a, u32 b)
{
	return csum_fold16((u64)a + b);
}

static inline u32 csum_sub(u32 a, u32 b)
{
	return csum_add(a, (u16)~csum_fold16(b));
}

/* How the sum of a block counts when it starts at this offset: at an odd one, bytes are swapped. */
static inline u32 csum_shift(u32 sum, u32 offset)
{
	sum = csum_fold16(sum);
	return (offset & 1) != 0 ? (sum >> 8 | (sum & 0xff) << 8) : sum;
}

static inline u32 csum_block_add(u32 sum, u32 block, u32 offset)
{
	return csum_add(sum, csum_shift(block, offset));
}

static inline u32 csum_block_sub(u32 sum, u32 block, u32 offset)
{
	return csum_sub(sum, csum_shift(block, offset));
}

/* RFC 768, RFC 9293 3.1: the pseudo header's part. */
u32 csum_tcpudp_nofold(be32 saddr, be32 daddr, u32 len, u8 proto, u32 sum);
static inline u16 csum_tcpudp_magic(be32 saddr, be32 daddr, u32 len, u8 proto, u32 sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

/* Over a whole header of ihl 32-bit words; 0 if the checksum in it is right. */
u16 ip_fast_csum(const u8 *iph, u32 ihl);
/* Over a whole message (LINUX: ip_compute_csum()). */
u16 ip_compute_csum(const u8 *p, u32 len);

/* RFC 1624, equation 3: the checksum at *check, when a word under it changes. */
void csum_replace2(u8 *check, u16 from, u16 to);
void csum_replace4(u8 *check, u32 from, u32 to);

#endif
