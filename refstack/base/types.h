// SPDX-License-Identifier: MIT
/* types.h - fixed-width integers, byte order as a type, and the few macros everything uses. */
#ifndef REFSTACK_BASE_TYPES_H
#define REFSTACK_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* A number in network byte order. A struct: mixing it with a host number does not compile. */
typedef struct {
	u16 raw;
} be16;
typedef struct {
	u32 raw;
} be32;

#define must_check  __attribute__((warn_unused_result))
#define fallthrough __attribute__((fallthrough))
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define ALIGN_UP(x, a)			(((x) + (a)-1) / (a) * (a))

#define U16_MAX 0xffffu
#define U32_MAX 0xffffffffu
#define U64_MAX 0xffffffffffffffffull

#define PS_PER_NS  1000ull
#define PS_PER_US  1000000ull
#define PS_PER_MS  1000000000ull
#define PS_PER_SEC 1000000000000ull
#define NS_PER_MS  1000000ull
#define NS_PER_SEC 1000000000ull

static inline u32 min_u32(u32 a, u32 b)
{
	return a < b ? a : b;
}

static inline u32 max_u32(u32 a, u32 b)
{
	return a > b ? a : b;
}

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

static inline s32 min_s32(s32 a, s32 b)
{
	return a < b ? a : b;
}

static inline s32 max_s32(s32 a, s32 b)
{
	return a > b ? a : b;
}

#endif
