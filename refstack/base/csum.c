// SPDX-License-Identifier: MIT
/* csum.c - the Internet checksum over bytes.
 *
 * RFC 1071 2(B): words may be added in any byte order, if the result is swapped at the end. So the
 * loop adds the host's own words, eight bytes at a time.
 */
#include "base/csum.h"

#include "base/check.h"

/* The sum of host words as the sum of big-endian ones. */
static u32 to_big_endian(u64 sum)
{
	u32 folded = csum_fold16(sum);

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	folded = folded >> 8 | (folded & 0xff) << 8;
#endif
	return folded;
}

/* One's complement addition of eight bytes: what is carried out comes in again. */
static u64 add_block(u64 sum, const u8 *p)
{
	u64 v;

	memcpy(&v, p, 8);
	sum += v;
	return sum + (sum < v);
}

u32 csum_partial(const u8 *p, u32 len, u32 sum)
{
	u8 tail[8] = { 0 };
	u64 words = 0;

	assert(p != NULL || len == 0);
	for (; len >= 8; len -= 8, p += 8)
		words = add_block(words, p);
	if (len != 0) {
		memcpy(tail, p, len);
		words = add_block(words, tail);
	}
	return csum_fold16((u64)sum + to_big_endian(words));
}

u32 csum_partial_copy(u8 *to, const u8 *from, u32 len, u32 sum)
{
	if (len != 0)
		memcpy(to, from, len);
	return csum_partial(to, len, sum);
}

u32 csum_tcpudp_nofold(be32 saddr, be32 daddr, u32 len, u8 proto, u32 sum)
{
	return csum_fold16((u64)be32_to_cpu(saddr) + be32_to_cpu(daddr) + len + proto + sum);
}

u16 ip_fast_csum(const u8 *iph, u32 ihl)
{
	u32 word[5];
	u64 sum;

	assert(ihl >= 5);
	memcpy(word, iph, sizeof(word));
	sum = (u64)word[0] + word[1] + word[2] + word[3] + word[4];
	for (; ihl > 5; ihl--, iph += 4) {
		memcpy(word, iph + sizeof(word), 4);
		sum += word[0];
	}
	return (u16)~to_big_endian(sum);
}

u16 ip_compute_csum(const u8 *p, u32 len)
{
	return csum_fold(csum_partial(p, len, 0));
}

void csum_replace2(u8 *check, u16 from, u16 to)
{
	u32 sum = csum_add((u16)~get_be16(check), (u16)~from);

	put_be16(check, csum_fold(csum_add(sum, to)));
}

void csum_replace4(u8 *check, u32 from, u32 to)
{
	u32 sum = csum_add((u16)~get_be16(check), ~from);

	put_be16(check, csum_fold(csum_add(sum, to)));
}
