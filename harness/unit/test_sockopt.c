// SPDX-License-Identifier: MIT
/* test_sockopt.c - every option of a UDP socket: errno, length and value as a kernel gave them.
 *
 * The kernel's answers are in sockopt_linux.tsv, which says how they were asked for. A failed call
 * must leave the socket as it was, so a socket is used until a call on it has succeeded.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/lib/scenario.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { VALUE = UMEM_BASE + 0x1000, LENGTH = UMEM_BASE + 0x2000, ROOM = 128, LIMIT_MS = 1000 };
enum { SIGS_MAX = 256, TEXT_MAX = 4096, RESULT_MAX = 300, FAILURES_MAX = 20 };

static const int get_len[] = { -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 36, 64 };
static const int set_len[] = {
	-1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 36, 64, INT32_MAX
};
static const int set_val[] = { 0,   1,	 2,    3,     4,     5,	 6,	    7,	      64,
			       255, 256, 1000, 65535, 65536, -1, INT32_MIN, INT32_MAX };
static const int few_len[] = { -1, 0, 1, 3, 4, 8, 16, 64 };
static const int few_val[] = { 0, 1, -1 };
static const int null_get_len[] = { 0, 4, 64 };
static const int null_set_len[] = { 0, 1, 4, 16 };

struct replay {
	struct world *w;
	char *sig[SIGS_MAX];
	int fd; /* -1: none */
	/* The list that is being compared. */
	const char *item;
	u32 repeat;
	char want[RESULT_MAX];
	char what[200];
	u32 compared, failures;
};

static s64 call(struct replay *r, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e };
	s64 ret = 0;

	assert_true(world_call(r->w, 0, 0, nr, arg, &ret));
	return ret;
}

static void fresh(struct replay *r)
{
	if (r->fd < 0)
		r->fd = (int)call(r, SYS_NR_socket, AF_INET, SOCK_DGRAM, 0, 0, 0);
	assert_true(r->fd >= 0);
}

static void used(struct replay *r)
{
	assert_int_equal(call(r, SYS_NR_close, (u64)r->fd, 0, 0, 0, 0), 0);
	r->fd = -1;
}

/* --- the expected list: items with repeat counts -------------------------------------------------
 */

static void list_start(struct replay *r, const char *text)
{
	r->item = text;
	r->repeat = 0;
}

static const char *list_next(struct replay *r)
{
	const char *end, *star;

	if (r->repeat != 0) {
		r->repeat--;
		return r->want;
	}
	assert_true(*r->item != '\0');
	end = r->item + strcspn(r->item, " ");
	star = memchr(r->item, '*', (size_t)(end - r->item));
	snprintf(r->want, sizeof(r->want), "%.*s", (int)((star != NULL ? star : end) - r->item),
		 r->item);
	r->repeat = star != NULL ? (u32)atoi(star + 1) - 1 : 0;
	r->item = *end == ' ' ? end + 1 : end;
	return r->want;
}

static void list_end(struct replay *r)
{
	assert_int_equal(r->repeat, 0);
	assert_true(*r->item == '\0');
}

/* A '?' in what is wanted stands for the rest. */
static void compare(struct replay *r, const char *got, int val, int len)
{
	const char *want = r->want;
	size_t n = strcspn(want, "?");
	bool same = want[n] == '?' ? strncmp(want, got, n) == 0 : strcmp(want, got) == 0;

	r->compared++;
	if (same)
		return;
	if (r->failures < FAILURES_MAX)
		printf("%s value %d length %d: got %s, Linux %s\n", r->what, val, len, got, want);
	r->failures++;
}

/* --- calls as the table writes them --------------------------------------------------------------
 */

static void hex(char *to, const u8 *from, u32 n)
{
	for (u32 i = 0; i < n; i++)
		to += sprintf(to, "%02x", from[i]);
	*to = '\0';
}

static s64 get(struct replay *r, int level, int opt, u64 value, u64 length)
{
	return call(r, SYS_NR_getsockopt, (u64)r->fd, (u64)(s64)level, (u64)(s64)opt, value,
		    length);
}

static void result_of_get(struct replay *r, int level, int opt, u64 value, int len, char *text)
{
	u8 *room = world_umem(r->w, 0, VALUE, ROOM), *lp = world_umem(r->w, 0, LENGTH, 4);
	u32 n = 0;
	s64 ret;
	int out;

	memset(room, 0xa5, ROOM);
	put_le32(lp, (u32)len);
	ret = get(r, level, opt, value, LENGTH);
	out = (int)get_le32(lp);
	for (u32 i = 0; i < ROOM; i++)
		n = room[i] != 0xa5 ? i + 1 : n;
	if (ret < 0) {
		text += sprintf(text, "e%d", (int)-ret);
		text += out != len ? sprintf(text, ":%d", out) : 0;
		sprintf(text, "%s", n != 0 ? "!" : "");
		return;
	}
	if (value == 0)
		n = 0;
	else if ((int)n < out && out <= 64)
		n = (u32)out;
	text += sprintf(text, "%d:", out);
	hex(text, room, n);
}

static void replay_get(struct replay *r, int level, int opt)
{
	char got[RESULT_MAX];

	for (u32 i = 0; i < ARRAY_SIZE(get_len); i++) {
		fresh(r);
		list_next(r);
		result_of_get(r, level, opt, VALUE, get_len[i], got);
		compare(r, got, 0, get_len[i]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(null_get_len); i++) {
		list_next(r);
		result_of_get(r, level, opt, 0, null_get_len[i], got);
		compare(r, got, 0, null_get_len[i]);
	}
	list_next(r);
	sprintf(got, "e%d", (int)-get(r, level, opt, VALUE, 0));
	compare(r, got, 0, -2);
}

static void replay_set_one(struct replay *r, int level, int opt, u64 value, int val, int len)
{
	char got[RESULT_MAX];
	s64 ret;

	fresh(r);
	list_next(r);
	ret = call(r, SYS_NR_setsockopt, (u64)r->fd, (u64)(s64)level, (u64)(s64)opt, value,
		   (u64)(s64)len);
	if (ret < 0 || value == 0) {
		sprintf(got, "e%d", (int)-ret);
	} else {
		strcpy(got, "ok=");
		result_of_get(r, level, opt, VALUE, 16, got + 3);
	}
	compare(r, got, val, len);
	if (ret == 0)
		used(r);
}

static void replay_set(struct replay *r, int level, int opt, bool all)
{
	const int *vals = all ? set_val : few_val, *lens = all ? set_len : few_len;
	u32 nr_vals = all ? ARRAY_SIZE(set_val) : ARRAY_SIZE(few_val);
	u32 nr_lens = all ? ARRAY_SIZE(set_len) : ARRAY_SIZE(few_len);

	for (u32 v = 0; v < nr_vals; v++) {
		for (u32 l = 0; l < nr_lens; l++) {
			u8 *p = world_umem(r->w, 0, VALUE, ROOM);

			memset(p, 0, ROOM);
			for (u32 i = 0; i < 4; i++)
				put_le32(p + i * 8, (u32)vals[v]);
			replay_set_one(r, level, opt, VALUE, vals[v], lens[l]);
		}
	}
	for (u32 i = 0; i < ARRAY_SIZE(null_set_len); i++)
		replay_set_one(r, level, opt, 0, 0, null_set_len[i]);
}

/* --- the table -----------------------------------------------------------------------------------
 */

static void set_caps(struct replay *r, char digit)
{
	static const u64 caps[] = { 0, 1ull << CAP_NET_ADMIN, 1ull << CAP_NET_RAW,
				    1ull << CAP_NET_ADMIN | 1ull << CAP_NET_RAW };

	r->w->host[0].process[0].caps = caps[digit - '0'];
}

static void replay_row(struct replay *r, char kind, int level, int opt, const char *caps, u32 sig)
{
	for (; *caps != '\0'; caps++) {
		set_caps(r, *caps);
		snprintf(r->what, sizeof(r->what), "%s level %d option %d caps %c",
			 kind == 'G' ? "getsockopt" : "setsockopt", level, opt, *caps);
		list_start(r, r->sig[sig]);
		if (kind == 'G')
			replay_get(r, level, opt);
		else
			replay_set(r, level, opt, kind == 'S');
		list_end(r);
	}
}

static void replay_line(struct replay *r, char *line)
{
	int level, first, last, used_chars;
	char kind, caps[8];
	u32 id;

	if (sscanf(line, "S\t%u\t%n", &id, &used_chars) == 1) {
		assert_true(id < SIGS_MAX);
		line[strcspn(line, "\n")] = '\0';
		r->sig[id] = strdup(line + used_chars);
		assert_non_null(r->sig[id]);
	} else if (sscanf(line, "R\t%c\t%d\t%d\t%d\t%7s\t%u", &kind, &level, &first, &last, caps,
			  &id) == 6) {
		assert_true(id < SIGS_MAX);
		for (s64 opt = first; opt <= last; opt++)
			replay_row(r, kind, level, (int)opt, caps, id);
	} else {
		assert_int_equal(line[0], '#');
	}
}

static void sockopt_any_argument_answers_as_linux(void **state)
{
	/* The kernel had three devices: lo, tunl0, gre0. */
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct replay r = { .fd = -1 };
	static char line[TEXT_MAX];
	FILE *f = fopen("harness/unit/sockopt_linux.tsv", "r");
	const char *which = NULL;

	(void)state;
	assert_non_null(f);
	cfg.nr_devs = 2;
	cfg.dev[1] = (struct world_dev_cfg){ .kind = DEV_TAP,
					     .name = "eth1",
					     .mac = { 2, 0, 0, 0, 0, 2 } };
	r.w = scenario_new(&cfg);
	while (fgets(line, sizeof(line), f) != NULL)
		replay_line(&r, line);
	fclose(f);
	if (r.fd >= 0)
		used(&r);
	printf("%u answers compared, %u differ\n", r.compared, r.failures);
	assert_int_equal(r.failures, 0);
	world_check(r.w);
	world_exit(r.w);
	assert_int_equal(world_leaks(r.w, &which), 0);
	scenario_free(r.w);
	for (u32 i = 0; i < SIGS_MAX; i++)
		free(r.sig[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockopt_any_argument_answers_as_linux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
