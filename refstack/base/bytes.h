// SPDX-License-Identifier: MIT
/* bytes.h - reading and writing numbers in byte buffers, and the be16/be32 types. */
#ifndef REFSTACK_BASE_BYTES_H
#define REFSTACK_BASE_BYTES_H

#include <string.h>

#include "base/types.h"

static inline u16 get_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 get_be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static inline void put_be16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static inline void put_be32(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 24);
	p[1] = (u8)(v >> 16);
	p[2] = (u8)(v >> 8);
	p[3] = (u8)v;
}

static inline u16 get_le16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static inline u32 get_le32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static inline u64 get_le64(const u8 *p)
{
	return get_le32(p) | (u64)get_le32(p + 4) << 32;
}

static inline void put_le16(u8 *p, u16 v)
{
	p[0] = (u8)v;
	p[1] = (u8)(v >> 8);
}

static inline void put_le32(u8 *p, u32 v)
{
	put_le16(p, (u16)v);
	put_le16(p + 2, (u16)(v >> 16));
}

static inline void put_le64(u8 *p, u64 v)
{
	put_le32(p, (u32)v);
	put_le32(p + 4, (u32)(v >> 32));
}

/* Host number <-> network order. Written through bytes, so that no host order is assumed. */
static inline be16 cpu_to_be16(u16 v)
{
	be16 r;

	put_be16((u8 *)&r.raw, v);
	return r;
}

static inline be32 cpu_to_be32(u32 v)
{
	be32 r;

	put_be32((u8 *)&r.raw, v);
	return r;
}

static inline u16 be16_to_cpu(be16 v)
{
	return get_be16((const u8 *)&v.raw);
}

static inline u32 be32_to_cpu(be32 v)
{
	return get_be32((const u8 *)&v.raw);
}

/* What a little-endian machine takes it for when it does not convert: Linux's hashes do so. */
static inline u16 be16_as_le(be16 v)
{
	return get_le16((const u8 *)&v.raw);
}

static inline u32 be32_as_le(be32 v)
{
	return get_le32((const u8 *)&v.raw);
}

static inline be16 load_be16(const u8 *p)
{
	be16 r;

	memcpy(&r.raw, p, sizeof(r.raw));
	return r;
}

static inline be32 load_be32(const u8 *p)
{
	be32 r;

	memcpy(&r.raw, p, sizeof(r.raw));
	return r;
}

static inline void store_be16(u8 *p, be16 v)
{
	memcpy(p, &v.raw, sizeof(v.raw));
}

static inline void store_be32(u8 *p, be32 v)
{
	memcpy(p, &v.raw, sizeof(v.raw));
}

static inline bool be16_eq(be16 a, be16 b)
{
	return a.raw == b.raw;
}

static inline bool be32_eq(be32 a, be32 b)
{
	return a.raw == b.raw;
}

static inline be32 be32_and(be32 a, be32 b)
{
	return (be32){ a.raw & b.raw };
}

static inline bool be32_is_zero(be32 a)
{
	return a.raw == 0;
}

#endif
