// SPDX-License-Identifier: MIT
/* test_frames.c - frames.c, frames_case.c, frames_check.c: files are read and written as they are,
 * errors name their place, any bytes are read or refused; a case becomes a script and a golden, a
 * record its verdict; and each kind of line of a verdict can fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/golden/frames.h"

#define HEAD                                                                                       \
	"// claim: a test\n"                                                                       \
	"// oracle: linux-6.12.117 uml\n"                                                          \
	"// config: abc\n"                                                                         \
	"// patches: def\n"                                                                        \
	"// seed: 1\n"                                                                             \
	"// hz: 1000\n"                                                                            \
	"// sysctl: net.ipv4.a = 1\n"                                                              \
	"\n"
#define SETUP                                                                                      \
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"                               \
	"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"                                                   \
	"+0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "                                \
	"sin_addr = inet_addr(\"0.0.0.0\")}, 16) = 0\n"                                            \
	"\n"
#define FINALLY                                                                                    \
	"finally 0.010\n"                                                                          \
	"recvfrom(3, ..., 100, MSG_DONTWAIT, ..., [16]) = -1 EAGAIN "                              \
	"(Resource temporarily unavailable)\n"                                                     \
	"\n"
#define NOTHING                                                                                    \
	"case nothing\n"                                                                           \
	"= mib Tcp.RtoAlgorithm 1, Tcp.RtoMin 200, Tcp.RtoMax 120000\n"                            \
	"= inuse udp 1\n"                                                                          \
	"= random 2 draws\n"                                                                       \
	"= route broadcast 192.0.2.255 dev eth0 table local proto kernel scope link src "          \
	"192.0.2.1\n"                                                                              \
	"= route local 192.0.2.1 dev eth0 table local proto kernel scope host src 192.0.2.1\n"     \
	"= route unicast 192.0.2.0/24 dev eth0 table main proto kernel scope link src "            \
	"192.0.2.1\n"                                                                              \
	"= sock udp 0.0.0.0:5000 0.0.0.0:0 CLOSE tx 0 rx 0 uid 0 drops 0\n"                        \
	"\n"
#define DATAGRAM                                                                                   \
	"020000000001020000000002080045000020000100004011f6c8c0000202c00002011b581388000c742f6461" \
	"7461"
#define REQUEST                                                                                    \
	"ffffffffffff02000000000308060001080006040001020000000003c0000203000000000000c0000201"
#define REPLY "02000000000302000000000108060001080006040002020000000001c0000201020000000003c0000203"
#define RECEIVED                                                                                   \
	"= 1: recvfrom(3, \"data\", 100, MSG_DONTWAIT, {sa_family = AF_INET, sin_port = "          \
	"htons(7000), sin_addr = inet_addr(\"192.0.2.2\")}, [16]) = 4\n"
#define COUNTED                                                                                    \
	"= mib Ip.InReceives 1, Ip.InDelivers 1, IpExt.InOctets 32, IpExt.InNoECTPkts 1, "         \
	"Udp.InDatagrams 1\n"
#define CASES                                                                                      \
	"// ARP, and what it leaves\n"                                                             \
	"case request\n"                                                                           \
	"< " REQUEST "\n"                                                                          \
	"> " REPLY "\n"                                                                            \
	"= neigh 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 STALE\n"                              \
	"\n"                                                                                       \
	"case datagram\n"                                                                          \
	"< 0.100 " DATAGRAM "\n"                                                                   \
	"wait 1.000\n" RECEIVED COUNTED "\n"                                                       \
	"case short\n"                                                                             \
	"< 02\n"                                                                                   \
	"= nothing\n"
#define WHOLE HEAD SETUP FINALLY NOTHING CASES

static struct frames *read_text(const char *text)
{
	struct script_error err;
	struct frames *f = frames_read("x.frames", text, strlen(text), &err);

	if (f == NULL)
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
	return f;
}

/* --- the file
 * ------------------------------------------------------------------------------------ */

static void test_round_trip(void **state)
{
	struct frames *f = read_text(WHOLE);
	size_t len;
	char *text = frames_text(f, &len);

	(void)state;
	assert_string_equal(text, WHOLE);
	assert_int_equal(len, strlen(WHOLE));
	assert_int_equal(f->nr, 4);
	assert_int_equal(f->c[2].wait_ns, 1000000000);
	assert_int_equal(f->c[2].frame[0].when_ns, 100000000);
	assert_string_equal(f->c[1].name, "request");
	assert_int_equal(f->from.hz, 1000);
	free(text);
	frames_free(f);
}

/* What is another way to write the same comes out in the one way. */
static void test_canonical(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "case a\n< 0.000 AB\n= nothing\n", "case a\n< ab\n= nothing\n" },
		{ "case a\n< 1.5 ab\n= nothing\n", "case a\n< 1.500 ab\n= nothing\n" },
		{ "case a\n< 1.0000000010 ab\n= nothing\n", NULL },
		{ "case a\n< 1.000000001 ab\n= nothing\n",
		  "case a\n< 1.000000001 ab\n= nothing\n" },
		{ "case a\n< ab\n= mib A 1\n= mib B 2\n", "case a\n< ab\n= mib A 1, B 2\n" },
		{ "case a pending: icmp\n\n< ab\n= nothing\n",
		  "case a pending: icmp\n< ab\n= nothing\n" },
		{ "// one\n\n// two\n\ncase a\n< ab\n= nothing\n",
		  "// one\n\n// two\ncase a\n< ab\n= nothing\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char in[8192], out[8192];
		struct script_error err;
		struct frames *f;
		size_t len;
		char *text;

		snprintf(in, sizeof(in), "%s%s", HEAD SETUP FINALLY NOTHING, cases[i].in);
		f = frames_read("x.frames", in, strlen(in), &err);
		if (cases[i].out == NULL) {
			assert_null(f);
			continue;
		}
		snprintf(out, sizeof(out), "%s%s", HEAD SETUP FINALLY NOTHING, cases[i].out);
		assert_non_null(f);
		text = frames_text(f, &len);
		assert_string_equal(text, out);
		free(text);
		frames_free(f);
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		u32 line, column;
		const char *says;
	} cases[] = {
		{ "", 1, 1, "expected a case" },
		{ "// claim: x\n", 1, 1, "expected a case" },
		{ "// claim: x\n\n0 socket(\n\ncase a\n", 3, 10, "" },
		{ "// claim: x\n\n0 < hex 00\n\ncase a\n", 3, 3, "one host only" },
		{ "// claim: x\n\n0 advance 1ms\n\ncase a\n", 3, 3, "one host only" },
		{ "// hz: 0\n\ncase a\n", 1, 9, "at least one tick" },
		{ "// hz: 10001\n\ncase a\n", 1, 12, "up to 10000" },
		{ "// seed: x\n\ncase a\n", 1, 10, "a number" },
		{ "// oracle: x\n\ncase a\n", 1, 1, "with oracle:" },
		{ "\ncase a\n= nothing\n", 2, 1, "not captured" },
		{ "\nfinally 10ms\ncase a\n", 2, 11, "a point" },
		{ "\nfinally .1\ncase a\n", 2, 9, "a time in seconds" },
		{ "\nfinally 3601.0\ncase a\n", 2, 13, "3600 seconds" },
		{ "\nfinally 0.\ncase a\n", 2, 11, "decimals" },
		{ "\nfinally 0.1 x\ncase a\n", 2, 12, "the end of the line" },
		{ "\nfinally 0.1\n+1 close(3) = 0\ncase a\n", 3, 1, "" },
		{ "\nfinally 0.1\nclose(3) = \ncase a\n", 3, 12, "" },
		{ "\nfinally 0.1\n", 2, 12, "expected a case" },
		{ "\ncase a\n< 00\n", 3, 3, "the first case has no frames" },
		{ "\ncase a b\n", 2, 7, "the end of the line" },
		{ "\ncase a/b\n", 2, 7, "the end of the line" },
		{ "\ncase \n", 2, 6, "a name" },
		{ "\ncase a pending: udp\n", 2, 17, "tcp, options or icmp" },
		{ "\ncase a\ncase a\n", 3, 7, "another case is called a, in line 2" },
		{ "\ncase a\n\ncase b\n< 0\n", 5, 3, "two hexadecimal digits" },
		{ "\ncase a\n\ncase b\n< 000\n", 5, 5, "two hexadecimal digits" },
		{ "\ncase a\n\ncase b\n< 00 \n", 5, 5, "two hexadecimal digits" },
		{ "\ncase a\n\ncase b\n< 0g\n", 5, 3, "two hexadecimal digits" },
		{ "\ncase a\n\ncase b\n< 0.1\n", 5, 6, "the bytes of a frame" },
		{ "\ncase a\n\ncase b\n< 1.0 00\n< 0.5 00\n", 6, 7, "before that of the frame" },
		{ "\ncase a\n\ncase b\n<00\n", 5, 1, "expected a frame" },
		{ "\ncase a\n\ncase b\nfoo\n", 5, 1, "expected a frame" },
		{ "\ncase a\n\n// x\n", 4, 1, "a case behind the comment" },
		{ "\ncase a\n\n// x\n< 00\n", 5, 1, "expected a case" },
		{ "\ncase a\nwait x\n", 3, 6, "a time in seconds" },
		{ HEAD "case a\n= 1: close(3) = 0\n", 10, 4, "finally has 0 statements" },
		{ HEAD "finally 0.1\nclose(3) = 0\ncase a\n= 1 close(3) = 0\n", 12, 4, "a colon" },
		{ HEAD "case a\n= \n", 10, 3, "what Linux did" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct script_error err;
		struct frames *f = frames_read("x", cases[i].text, strlen(cases[i].text), &err);

		if (f != NULL)
			fail_msg("%s: it is read", cases[i].text);
		if (err.line != cases[i].line || err.column != cases[i].column ||
		    strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: %u:%u: %s", cases[i].text, err.line, err.column, err.text);
	}
}

static void read_or_refuse(const char *text, size_t len)
{
	struct script_error err;
	struct frames *f = frames_read("x", text, len, &err);
	char *again;

	if (f == NULL) {
		assert_true(err.line != 0 && err.column != 0 && err.text[0] != '\0');
		return;
	}
	again = frames_text(f, &len);
	free(again);
	frames_free(f);
}

/* Cut anywhere, and with any byte another one: read or refused, and never worse. */
static void test_hostile(void **state)
{
	static const char others[] = {
		0, '\n', ' ', '0', '9', 'a', ':', '=', '<', '.', '\xff', '/'
	};
	char text[] = WHOLE;
	size_t len = strlen(text);

	(void)state;
	for (size_t i = 0; i <= len; i++) {
		char *exact = malloc(i + 1);

		assert_non_null(exact);
		memcpy(exact, text, i);
		read_or_refuse(exact, i);
		free(exact);
	}
	for (size_t i = 0; i < len; i++) {
		char was = text[i];

		for (size_t k = 0; k < sizeof(others); k++) {
			text[i] = others[k];
			read_or_refuse(text, len);
		}
		text[i] = was;
	}
}

static void test_long_frame(void **state)
{
	static char text[400000];
	struct script_error err;
	size_t at = (size_t)snprintf(text, sizeof(text), "\ncase a\n\ncase b\n< ");

	(void)state;
	for (u32 i = 0; i < 66001; i++) {
		text[at++] = '0';
		text[at++] = '0';
	}
	assert_null(frames_read("x", text, at, &err));
	assert_int_equal(err.line, 5);
	assert_non_null(strstr(err.text, "66000 bytes at most"));
}

/* --- a case
 * -------------------------------------------------------------------------------------- */

static struct check_result check(const struct frames *f, u32 nr)
{
	const struct check_options o = { .name = "refstack" };
	struct dut_worlds *worlds = dut_worlds_new();
	struct check_result r = frames_check(f, nr, &o, worlds);

	dut_worlds_free(worlds);
	return r;
}

static void test_passes(void **state)
{
	struct frames *f = read_text(WHOLE);

	(void)state;
	for (u32 i = 0; i < f->nr; i++) {
		struct check_result r = check(f, i);

		if (r.verdict != CHECK_PASSED)
			check_report(stderr, "x.frames", &r, true);
		assert_int_equal(r.verdict, CHECK_PASSED);
		check_result_free(&r);
	}
	frames_free(f);
}

/* One place of the text becomes another: what is told, and of which line? */
static char *with(const char *from, const char *to)
{
	const char *at = strstr(WHOLE, from);
	char *text;

	assert_non_null(at);
	if (asprintf(&text, "%.*s%s%s", (int)(at - (WHOLE)), WHOLE, to, at + strlen(from)) < 0)
		abort();
	return text;
}

static void test_each_line_can_fail(void **state)
{
	static const struct {
		const char *from, *to;
		u32 nr, line;
		enum difference_kind kind;
		const char *says;
	} cases[] = {
		{ "> " REPLY "\n", "", 1, 27, DIFFERS_EXTRA,
		  "case request: refstack sends a frame" },
		{ "> 0200000000030200", "> 0200000000030201", 1, 28, DIFFERS_FRAME,
		  "source mac: Linux 02:01:00:00:00:01, refstack 02:00:00:00:00:01" },
		{ "> " REPLY, "> 0.002 " REPLY, 1, 28, DIFFERS_TIME, "0.002" },
		{ "= neigh 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 STALE",
		  "= neigh 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 REACHABLE", 1, 29,
		  DIFFERS_STATE, "REACHABLE, refstack dev eth0 lladdr 02:00:00:00:00:03 STALE" },
		{ "= neigh 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 STALE\n", "", 1, 26,
		  DIFFERS_STATE, "neigh 192.0.2.3: Linux has none" },
		{ "STALE\n", "STALE\n= no random 2 draws\n", 1, 30, DIFFERS_STATE,
		  "random: Linux has none, refstack 2 draws" },
		{ "STALE\n", "STALE\n= random 3 draws\n", 1, 30, DIFFERS_STATE,
		  "random: Linux 3 draws, refstack 2 draws" },
		{ "\"data\"", "\"date\"", 2, 34, DIFFERS_STATEMENT,
		  "case datagram: recvfrom(): output: Linux \"date\"" },
		{ "htons(7000)", "htons(7001)", 2, 34, DIFFERS_STATEMENT, "7001" },
		{ "[16]) = 4", "[16]) = 5", 2, 34, DIFFERS_STATEMENT, "" },
		{ RECEIVED, "", 2, 31, DIFFERS_STATEMENT, "EAGAIN" },
		{ "Ip.InReceives 1", "Ip.InReceives 2", 2, 35, DIFFERS_STATE,
		  "mib Ip.InReceives: Linux 2, refstack 1" },
		{ "Udp.InDatagrams 1\n", "Udp.InDatagrams 1\n= drop UDP_CSUM 1\n", 2, 36,
		  DIFFERS_STATE, "drop UDP_CSUM: Linux 1, refstack 0" },
		{ "= nothing", "= drop UDP_CSUM 1", 3, 39, DIFFERS_STATE, "drop UDP_CSUM" },
		{ "= nothing", "> 00", 3, 39, DIFFERS_MISSING, "refstack does not" },
		{ "= nothing", "= no inuse udp 1", 3, 39, DIFFERS_STATE,
		  "inuse udp: Linux has none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = with(cases[i].from, cases[i].to);
		struct frames *f = read_text(text);
		struct check_result r = check(f, cases[i].nr);
		const struct difference *d = r.differences.d;

		assert_int_equal(r.verdict, CHECK_FAILED);
		if (d->kind != cases[i].kind || d->line != cases[i].line ||
		    strstr(d->what, cases[i].says) == NULL)
			fail_msg("%s -> %s: line %u: %s: %s", cases[i].from, cases[i].to, d->line,
				 difference_names[d->kind], d->what);
		check_result_free(&r);
		frames_free(f);
		free(text);
	}
}

static void test_pending(void **state)
{
	static const struct {
		const char *from, *to;
		enum check_verdict verdict;
		const char *says;
	} cases[] = {
		{ "case short\n", "case short pending: tcp\n", CHECK_FAILED,
		  "case short: it agrees with Linux, and is marked as pending: tcp" },
		{ "case short\n< 02\n= nothing",
		  "case short pending: icmp\n< 02\n= drop UDP_CSUM 1", CHECK_PENDING, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = with(cases[i].from, cases[i].to);
		struct frames *f = read_text(text);
		struct check_result r = check(f, 3);

		assert_int_equal(r.verdict, cases[i].verdict);
		if (cases[i].says != NULL)
			assert_string_equal(r.differences.d[0].what, cases[i].says);
		else
			assert_string_equal(r.message, "pending: icmp");
		check_result_free(&r);
		frames_free(f);
		free(text);
	}
}

static void test_not_captured(void **state)
{
	char *text = with("= nothing\n", "");
	struct frames *f = read_text(text);
	struct check_result r = check(f, 3);

	(void)state;
	assert_int_equal(r.verdict, CHECK_INVALID);
	assert_non_null(strstr(r.message, "x.frames:37: case short: it is not captured"));
	check_result_free(&r);
	frames_free(f);
	free(text);
}

/* --- a record
 * ------------------------------------------------------------------------------------ */

static struct record record_of(const char *text)
{
	struct script_error err;
	struct script *s = script_parse("x", text, strlen(text), &err);
	struct dut_worlds *worlds = dut_worlds_new();
	struct run_options o;
	struct run_result run;
	struct record r;

	assert_non_null(s);
	record_init(&r);
	run_options_init(&o);
	o.record = &r;
	run = run_script(s, &o, worlds);
	assert_int_equal(run.verdict, RUN_PASSED);
	run_result_free(&run);
	dut_worlds_free(worlds);
	script_free(s);
	return r;
}

/* What the reference does is taken as a verdict: that is the one which is there. */
static void test_take(void **state)
{
	struct frames *f = read_text(WHOLE), *same = read_text(WHOLE);
	char err[512] = "";

	(void)state;
	for (u32 i = 0; i < f->nr; i++) {
		char *text = frames_case_script(f, i, false, NULL), *was, *is;
		struct record r = record_of(text);

		if (!frames_case_take(f, i, &r, err, sizeof(err)))
			fail_msg("%s", err);
		was = frames_case_text(same, i);
		is = frames_case_text(f, i);
		assert_string_equal(was, is);
		free(was);
		free(is);
		free(text);
		record_free(&r);
	}
	frames_free(f);
	frames_free(same);
}

static void test_take_refuses(void **state)
{
	char *other = with(", 16) = 0", ", 16) = -1 EINVAL (Invalid argument)");
	struct frames *f = read_text(WHOLE), *wrong = read_text(other);
	char *text = frames_case_script(f, 2, false, NULL), err[512] = "";
	struct record r = record_of(text);

	(void)state;
	assert_false(frames_case_take(wrong, 2, &r, err, sizeof(err)));
	assert_non_null(strstr(err, "x.frames:31: case datagram: the set-up: Linux says bind("));
	r.nr = 0;
	assert_false(frames_case_take(f, 2, &r, err, sizeof(err)));
	assert_non_null(strstr(err, "it has not returned at once"));
	free(other);
	free(text);
	record_free(&r);
	frames_free(f);
	frames_free(wrong);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long_frame),
		cmocka_unit_test(test_passes),
		cmocka_unit_test(test_each_line_can_fail),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_not_captured),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_take_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
