// SPDX-License-Identifier: MIT
/* ipv4.h - the IPv4 header by bytes. RFC 791 3.1. */
#ifndef REFSTACK_WIRE_IPV4_H
#define REFSTACK_WIRE_IPV4_H

#include "base/bytes.h"
#include "uapi/in.h"

enum { IPV4_HLEN = 20, IPV4_HLEN_MAX = 60, IP_MAX_MTU = 65535, IPV4_MIN_MTU = 68 };
enum { IP_CE = 0x8000, IP_DF = 0x4000, IP_MF = 0x2000, IP_OFFSET = 0x1fff };

/* Offsets of the fields: get_be16(iph + IPV4_ID) and so on. */
enum {
	IPV4_VIHL = 0,
	IPV4_TOS = 1,
	IPV4_TOT_LEN = 2,
	IPV4_ID = 4,
	IPV4_FRAG_OFF = 6,
	IPV4_TTL = 8,
	IPV4_PROTOCOL = 9,
	IPV4_CHECK = 10,
	IPV4_SADDR = 12,
	IPV4_DADDR = 16
};

static inline u32 ipv4_hlen(const u8 *iph)
{
	return (iph[IPV4_VIHL] & 15u) * 4;
}
static inline u32 ipv4_version(const u8 *iph)
{
	return iph[IPV4_VIHL] >> 4;
}
static inline be32 ipv4_saddr(const u8 *iph)
{
	return load_be32(iph + IPV4_SADDR);
}
static inline be32 ipv4_daddr(const u8 *iph)
{
	return load_be32(iph + IPV4_DADDR);
}
static inline bool ipv4_is_fragment(const u8 *iph)
{
	return (get_be16(iph + IPV4_FRAG_OFF) & (IP_MF | IP_OFFSET)) != 0;
}

#endif
