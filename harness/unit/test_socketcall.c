// SPDX-License-Identifier: MIT
/* test_socketcall.c - i386's socketcall(): how many words each call has, which structures are of 32
 * bits. ci/socketcall.c asks a living kernel the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { PORT = 5000, AT = UMEM_BASE, WORDS = 0x100, DATA = 0x200, INTO = 0x280, CONTROL = 0x300 };
enum { MSG = 0x400, IOV = 0x500, NAME = 0x580, LIMIT = 0x600, MSG_SIZE = 28, MMSG_SIZE = 32 };

static const u32 words[SYS_SENDMMSG + 1] = { 0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4,
					     6, 6, 2, 5, 5, 3, 3, 4, 5, 4 };

static struct world *loopback_world(void)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);

	scenario_checks_on(w);
	must_config(w, 0, "ip link set lo up");
	return w;
}

static void leave(struct world *w)
{
	const char *which = "";

	world_exit(w);
	assert_int_equal(world_leaks(w, &which), 0);
	scenario_free(w);
}

static u8 *mem(struct world *w, u64 at, u32 bytes)
{
	return world_umem(w, 0, AT + at, bytes);
}

static void put_words(struct world *w, u64 at, const u32 *word, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_le32(mem(w, at + 4ull * i, 4), word[i]);
}

static u32 word_at(struct world *w, u64 at)
{
	return get_le32(mem(w, at, 4));
}

static s64 call_at(struct world *w, u32 nr, u64 at)
{
	const u64 arg[SYS_ARGS] = { nr, at };
	s64 ret = -EPARKED;

	(void)world_call(w, 0, 0, SYS_NR_socketcall, arg, &ret);
	return ret;
}

#define CALL(w, nr, ...) call_words(w, nr, (const u32[6]){ __VA_ARGS__ })
static s64 call_words(struct world *w, u32 nr, const u32 *word)
{
	put_words(w, WORDS, word, words[nr]);
	return call_at(w, nr, AT + WORDS);
}

static void test_numbers(void **state)
{
	struct world *w = loopback_world();

	(void)state;
	assert_int_equal(call_at(w, 0, AT), -EINVAL);
	assert_int_equal(call_at(w, SYS_SENDMMSG + 1, AT), -EINVAL);
	assert_int_equal(call_at(w, UINT32_MAX, 1), -EINVAL);
	assert_int_equal(call_at(w, SYS_SOCKET, 1), -EFAULT);
	leave(w);
}

/* Words that end where memory does: one more is a fault. */
static void test_words(void **state)
{
	struct world *w = loopback_world();
	u64 end = AT + w->host[0].process[0].umem_bytes;

	(void)state;
	for (u32 nr = SYS_SOCKET; nr <= SYS_SENDMMSG; nr++) {
		u64 at = end - 4ull * words[nr];

		memset(world_umem(w, 0, at, 4 * words[nr]), 0xff, 4 * words[nr]);
		assert_int_equal(call_at(w, nr, at + 4), -EFAULT);
		/* The time limit of recvmmsg() is a pointer that is none. */
		if (nr != SYS_RECVMMSG)
			assert_int_not_equal(call_at(w, nr, at), -EFAULT);
	}
	leave(w);
}

static u32 bound_socket(struct world *w)
{
	s64 fd = CALL(w, SYS_SOCKET, AF_INET, SOCK_DGRAM, 0);
	u8 *name = mem(w, NAME, 16);

	memset(name, 0, 16);
	put_le16(name, AF_INET);
	put_be16(name + 2, PORT);
	put_be32(name + 4, 0x7f000001);
	assert_int_equal(fd, 3);
	assert_int_equal(CALL(w, SYS_BIND, (u32)fd, AT + NAME, 16), 0);
	assert_int_equal(CALL(w, SYS_CONNECT, (u32)fd, AT + NAME, 16), 0);
	return (u32)fd;
}

static void test_all_calls(void **state)
{
	struct world *w = loopback_world();
	u32 fd = bound_socket(w);

	(void)state;
	memcpy(mem(w, DATA, 6), "abcdef", 6);
	put_le32(mem(w, LIMIT, 4), 16);
	assert_int_equal(CALL(w, SYS_GETSOCKNAME, fd, AT + INTO, AT + LIMIT), 0);
	assert_int_equal(get_be16(mem(w, INTO + 2, 2)), PORT);
	assert_int_equal(CALL(w, SYS_GETPEERNAME, fd, AT + INTO, AT + LIMIT), 0);
	assert_int_equal(CALL(w, SYS_LISTEN, fd, 1), -EOPNOTSUPP);
	assert_int_equal(CALL(w, SYS_ACCEPT, fd, 0, 0), -EOPNOTSUPP);
	assert_int_equal(CALL(w, SYS_ACCEPT4, fd, 0, 0, 1), -EINVAL);
	assert_int_equal(CALL(w, SYS_SOCKETPAIR, AF_INET, SOCK_DGRAM, 0, AT + INTO), -EOPNOTSUPP);
	assert_int_equal(CALL(w, SYS_SEND, fd, AT + DATA, 6, 0), 6);
	assert_int_equal(CALL(w, SYS_RECV, fd, AT + INTO, 3, MSG_TRUNC), 6);
	assert_int_equal(CALL(w, SYS_SENDTO, fd, AT + DATA, 5, 0, AT + NAME, 16), 5);
	assert_int_equal(CALL(w, SYS_RECVFROM, fd, AT + INTO, 9, MSG_DONTWAIT, 0, 0), 5);
	assert_memory_equal(mem(w, INTO, 5), "abcde", 5);
	assert_int_equal(CALL(w, SYS_SHUTDOWN, fd, 3), -EINVAL);
	assert_int_equal(CALL(w, SYS_SHUTDOWN, fd, 2), 0);
	leave(w);
}

static void test_options(void **state)
{
	struct world *w = loopback_world();
	u32 fd = bound_socket(w);

	(void)state;
	put_words(w, DATA, (const u32[]){ 1, 500000 }, 2);
	put_words(w, LIMIT, (const u32[]){ 16 }, 1);
	assert_int_equal(CALL(w, SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO_OLD, AT + DATA, 7),
			 -EINVAL);
	assert_int_equal(CALL(w, SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO_OLD, AT + DATA, 8), 0);
	assert_int_equal(
		CALL(w, SYS_GETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO_OLD, AT + INTO, AT + LIMIT), 0);
	assert_int_equal(word_at(w, LIMIT), 8);
	assert_int_equal(word_at(w, INTO), 1);
	assert_int_equal(word_at(w, INTO + 4), 500000);
	assert_int_equal(CALL(w, SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO_NEW, AT + DATA, 8),
			 -EINVAL);
	leave(w);
}

static void put_msg(struct world *w, u64 at, u32 data, u32 len, u32 control, u32 controllen)
{
	put_words(w, IOV + at - MSG, (const u32[]){ data, len }, 2);
	put_words(w, at,
		  (const u32[]){ 0, 0, (u32)(AT + IOV + at - MSG), 1, control, controllen, 0 }, 7);
}

/* A time of eight bytes and a TTL, each behind twelve bytes of header, in steps of four. */
static void test_messages(void **state)
{
	struct world *w = loopback_world();
	u32 fd = bound_socket(w);

	(void)state;
	put_words(w, DATA, (const u32[]){ 1 }, 1);
	assert_int_equal(CALL(w, SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_TIMESTAMP_OLD, AT + DATA, 4),
			 0);
	assert_int_equal(CALL(w, SYS_SETSOCKOPT, fd, SOL_IP, IP_RECVTTL, AT + DATA, 4), 0);
	put_words(w, CONTROL, (const u32[]){ 16, SOL_IP, IP_TTL, 9 }, 4);
	put_msg(w, MSG, AT + DATA, 6, AT + CONTROL, 16);
	assert_int_equal(CALL(w, SYS_SENDMSG, fd, AT + MSG, 0), 6);
	put_msg(w, MSG, AT + INTO, 8, AT + CONTROL, 64);
	assert_int_equal(CALL(w, SYS_RECVMSG, fd, AT + MSG, MSG_DONTWAIT), 6);
	assert_int_equal(word_at(w, MSG + 20), 20 + 16);
	assert_int_equal(word_at(w, MSG + 24), 0);
	assert_int_equal(word_at(w, CONTROL), 20);
	assert_int_equal(word_at(w, CONTROL + 8), SO_TIMESTAMP_OLD);
	assert_int_equal(word_at(w, CONTROL + 20), 16);
	assert_int_equal(word_at(w, CONTROL + 28), IP_TTL);
	assert_int_equal(word_at(w, CONTROL + 32), 9);
	/* Cut headers. */
	put_words(w, CONTROL, (const u32[]){ 11, SOL_IP, IP_TTL, 9 }, 4);
	put_msg(w, MSG, AT + DATA, 6, AT + CONTROL, 16);
	assert_int_equal(CALL(w, SYS_SENDMSG, fd, AT + MSG, 0), -EINVAL);
	put_msg(w, MSG, AT + DATA, 6, AT + CONTROL, 11);
	assert_int_equal(CALL(w, SYS_SENDMSG, fd, AT + MSG, 0), -EINVAL);
	/* Of a length that does not fit a 32-bit number with a sign. */
	put_msg(w, MSG, AT + DATA, 0x80000000u, 0, 0);
	assert_int_equal(CALL(w, SYS_SENDMSG, fd, AT + MSG, 0), -EINVAL);
	leave(w);
}

static void test_several(void **state)
{
	struct world *w = loopback_world();
	u32 fd = bound_socket(w);

	(void)state;
	for (u32 i = 0; i < 2; i++)
		put_msg(w, MSG + i * MMSG_SIZE, AT + DATA, 5 + i, 0, 0);
	assert_int_equal(CALL(w, SYS_SENDMMSG, fd, AT + MSG, 2, 0), 2);
	assert_int_equal(word_at(w, MSG + MMSG_SIZE + MSG_SIZE), 6);
	for (u32 i = 0; i < 2; i++)
		put_msg(w, MSG + i * MMSG_SIZE, AT + INTO, 8, 0, 0);
	put_words(w, LIMIT, (const u32[]){ 1, 0 }, 2);
	assert_int_equal(CALL(w, SYS_RECVMMSG, fd, AT + MSG, 2, MSG_DONTWAIT, AT + LIMIT), 2);
	assert_int_equal(word_at(w, MSG + MSG_SIZE), 5);
	assert_int_equal(word_at(w, MSG + MMSG_SIZE + MSG_SIZE), 6);
	assert_int_equal(word_at(w, LIMIT), 0);
	assert_true(word_at(w, LIMIT + 4) > 900000000);
	put_words(w, LIMIT, (const u32[]){ UINT32_MAX, 0 }, 2);
	assert_int_equal(CALL(w, SYS_RECVMMSG, fd, AT + MSG, 2, MSG_DONTWAIT, AT + LIMIT), -EINVAL);
	leave(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	  cmocka_unit_test(test_words),
		cmocka_unit_test(test_all_calls), cmocka_unit_test(test_options),
		cmocka_unit_test(test_messages),  cmocka_unit_test(test_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
