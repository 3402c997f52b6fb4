// SPDX-License-Identifier: MIT
/* test_cmsg.c - control messages and the error queue: the kernel's answers, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	LINE_BYTES = 8192,
	ROOM = 1024,
	DATA_ROOM = 2000,
	SENDER = 6000,
	RECEIVER = 5000,
	NOBODY = 9
};
/* struct msghdr of x86-64, and where its parts lie in the process. */
enum {
	MSG_AT = UMEM_BASE + 0x100,
	NAME_AT = UMEM_BASE + 0x200,
	IOV_AT = UMEM_BASE + 0x300,
	CONTROL_AT = UMEM_BASE + 0x400,
	DATA_AT = UMEM_BASE + 0x1000,
	OPT_AT = UMEM_BASE + 0x80,
	MSGHDR_BYTES = 56,
	NAME_ROOM = 64
};

struct test_case {
	char *name, *opts, *control, mode;
	u32 room, bytes;
};

static s64 call(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e };
	s64 ret = 0;

	assert_true(world_call(w, 0, 0, nr, arg, &ret));
	return ret;
}

static void set_options(struct world *w, int fd, const char *opts)
{
	int level, opt, used;
	char value[16];

	while (sscanf(opts, "%d:%d:%15[^,]%n", &level, &opt, value, &used) == 3) {
		u8 *p = world_umem(w, 0, OPT_AT, 8);
		bool txtime = value[0] == 't';

		put_le32(p, txtime ? 1 : (u32)atoi(value));
		put_le32(p + 4, 0);
		assert_int_equal(call(w, SYS_NR_setsockopt, (u64)fd, (u64)level, (u64)opt, OPT_AT,
				      txtime ? 8 : 4),
				 0);
		opts += used;
		opts += *opts == ',';
	}
}

static void put_msg(struct world *w, u32 namelen, u32 bytes, u64 control, u32 controllen)
{
	u8 *msg = world_umem(w, 0, MSG_AT, MSGHDR_BYTES), *iov = world_umem(w, 0, IOV_AT, 16);

	memset(msg, 0, MSGHDR_BYTES);
	put_le64(msg, NAME_AT);
	put_le32(msg + 8, namelen);
	put_le64(msg + 16, IOV_AT);
	put_le64(msg + 24, 1);
	put_le64(msg + 32, control);
	put_le64(msg + 40, controllen);
	put_le64(iov, DATA_AT);
	put_le64(iov + 8, bytes);
}

static s64 send_case(struct world *w, int fd, const struct test_case *c)
{
	u32 n = (u32)strlen(c->control) / 2;
	u32 bytes = c->mode == 'b' ? 3000 : c->bytes;
	u8 *control = world_umem(w, 0, CONTROL_AT, ROOM), *data = world_umem(w, 0, DATA_AT, 3000);

	for (u32 i = 0; i < n; i++) {
		unsigned int v = 0;

		sscanf(c->control + 2 * i, "%2x", &v);
		control[i] = (u8)v;
	}
	for (u32 i = 0; i < 3000; i++)
		data[i] = (u8)i;
	put_sockaddr_in(world_umem(w, 0, NAME_AT, 16), AF_INET, c->mode == 'e' ? NOBODY : RECEIVER,
			parse_ipv4("127.0.0.1"));
	put_msg(w, 16, bytes, n != 0 ? CONTROL_AT : 0, n);
	return call(w, SYS_NR_sendmsg, (u64)fd, MSG_AT, 0, 0, 0);
}

static char *hex(char *to, const u8 *from, u32 n)
{
	for (u32 i = 0; i < n; i++)
		to += sprintf(to, "%02x", from[i]);
	return to;
}

/* What recvmsg() has written. Over the loopback there is no sum to tell. */
static char *describe(struct world *w, const struct test_case *c, s64 got, char *to)
{
	const u8 *msg = world_umem(w, 0, MSG_AT, MSGHDR_BYTES);
	const u8 *control = world_umem(w, 0, CONTROL_AT, ROOM);
	const u8 *data = world_umem(w, 0, DATA_AT, DATA_ROOM);
	u32 used = 0, sum = 0, namelen = get_le32(msg + 8);

	for (u32 i = 0; i < ROOM; i++)
		used = control[i] != 0xa5 ? i + 1 : used;
	to += sprintf(to, " %u:", get_le32(msg + 40));
	if (c->mode == 'l')
		to += sprintf(to, "%u", used);
	else
		to = hex(to, control, used);
	to += sprintf(to, " %u:", namelen);
	to = hex(to, world_umem(w, 0, NAME_AT, NAME_ROOM), namelen);
	for (s64 i = 0; i < got; i++)
		sum = sum * 31 + data[i];
	if (c->mode == 'e' || c->mode == 'b')
		to += sprintf(to, " %u", sum);
	return to;
}

static s32 so_error(struct world *w, int fd)
{
	put_le32(world_umem(w, 0, OPT_AT + 8, 4), 4);
	assert_int_equal(
		call(w, SYS_NR_getsockopt, (u64)fd, SOL_SOCKET, SO_ERROR, OPT_AT, OPT_AT + 8), 0);
	return (s32)get_le32(world_umem(w, 0, OPT_AT, 4));
}

static void run_case(struct world *w, const struct test_case *c, char *result)
{
	int a = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int b = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	bool err = c->mode == 'e' || c->mode == 'b';
	s64 sent, got;

	assert_int_equal(call_bind(w, 0, 0, a, "127.0.0.1", SENDER), 0);
	assert_int_equal(call_bind(w, 0, 0, b, "127.0.0.1", RECEIVER), 0);
	set_options(w, b, c->opts);
	set_options(w, a, c->opts);
	if (c->mode == 'b')
		must_config(w, 0, "ip link set lo mtu 1500");
	sent = send_case(w, a, c);
	world_settle(w);
	memset(world_umem(w, 0, CONTROL_AT, ROOM), 0xa5, ROOM);
	put_msg(w, NAME_ROOM, DATA_ROOM, CONTROL_AT, c->room);
	got = call(w, SYS_NR_recvmsg, (u64)(err ? a : b), MSG_AT,
		   MSG_DONTWAIT | (err ? (u64)MSG_ERRQUEUE : 0), 0, 0);
	result += sprintf(result, "%d %d %x", (int)sent, (int)got,
			  got < 0 ? 0 : get_le32(world_umem(w, 0, MSG_AT + 48, 4)));
	if (got >= 0)
		result = describe(w, c, got, result);
	if (err)
		sprintf(result, " so_error %d", so_error(w, a));
	if (c->mode == 'b')
		must_config(w, 0, "ip link set lo mtu 65536");
	assert_int_equal(call_close(w, 0, 0, a), 0);
	assert_int_equal(call_close(w, 0, 0, b), 0);
}

static char *cut(char **p, char end)
{
	char *start = *p;
	char *at = strchr(start, end);

	assert_non_null(at);
	*at = '\0';
	*p = at + 1;
	return start;
}

static void control_messages_are_as_linux_has_them(void **state)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);
	FILE *f = fopen("harness/unit/cmsg_linux.tsv", "r");
	static char line[LINE_BYTES], got[LINE_BYTES];
	const char *which = NULL;
	u32 compared = 0, differ = 0;

	(void)state;
	assert_non_null(f);
	must_config(w, 0, "ip link set lo up");
	while (fgets(line, sizeof(line), f) != NULL) {
		char *p = line;
		struct test_case c;

		if (line[0] == '#')
			continue;
		c.name = cut(&p, '|');
		c.opts = cut(&p, '|');
		c.control = cut(&p, '|');
		c.room = (u32)atoi(cut(&p, '|'));
		c.mode = *cut(&p, '|');
		c.bytes = (u32)atoi(cut(&p, '\t'));
		p[strcspn(p, "\n")] = '\0';
		run_case(w, &c, got);
		compared++;
		if (strcmp(got, p) != 0) {
			printf("%s\n  got   %s\n  Linux %s\n", c.name, got, p);
			differ++;
		}
	}
	fclose(f);
	printf("%u cases compared, %u differ\n", compared, differ);
	assert_int_equal(differ, 0);
	world_check(w);
	world_exit(w);
	assert_int_equal(world_leaks(w, &which), 0);
	scenario_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_messages_are_as_linux_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
