// SPDX-License-Identifier: MIT
/* test_evidence.c - what a run file tells of a vector: both sides of all that happened, in order,
 * and a difference in the row that it is about. The golden is made from the reference itself, so
 * that nothing differs but what a test has changed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sim.h"
#include "harness/golden/check.h"
#include "harness/golden/frames.h"

static const char script_text_of[] =
	"// claim: a test of evidence\n"
	"// oracle: none\n"
	"// class: exact\n"
	"\n"
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	"`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"
	"  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	" +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
	"sin_addr = inet_addr(\"192.0.2.1\")}, 16) = 0\n"
	" +0 sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
	"sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	" +0...0.2 recv(3, ..., 10, 0) = 3\n"
	"0.2 < 192.0.2.2:7 > 192.0.2.1:5000 udp (3) \"abc\"\n"
	" +0 < 192.0.2.2:7 > 192.0.2.1:9 udp (3) \"abc\"\n"
	" +0 mib Udp.NoPorts +1\n"
	"+.1 sendto(3, \"again\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
	"sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n";

enum { FRAMES = 5, TTL_AT = 22, FIRST_OUT = 0, ROWS = 14 };

static struct dut_worlds *worlds;
static const struct check_options wanted = { .name = "refstack", .evidence = true };

struct pair {
	char *text; /* of the captured script */
	struct golden g;
};

static struct script *parse(const char *text)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("x.pkt", text, strlen(text), &err);

	if (s == NULL)
		fail_msg("%u: %s\n%s", err.line, err.text, text);
	return s;
}

static int make_pair(void **state)
{
	static struct pair p;
	char path[] = "/tmp/refstack-evidence-XXXXXX", err[512] = "";
	struct provenance from = { .kernel = "linux-6.12.0 test", .seed = 1, .hz = 1000 };
	struct script *s = parse(script_text_of);
	struct run_options o;
	struct run_result r;
	struct record rec;
	int fd = mkstemp(path);

	worlds = dut_worlds_new();
	memset(from.config_hash, 'a', 64);
	memset(from.patches_hash, 'b', 64);
	record_init(&rec);
	run_options_init(&o);
	o.record = &rec;
	r = run_script(s, &o, worlds);
	run_result_free(&r);
	assert_int_equal(rec.verdict, RUN_PASSED);
	p.text = golden_pkt(s, &rec, &from, err, sizeof(err));
	if (fd < 0 || p.text == NULL ||
	    golden_pcapng_write(path, s, &rec, &from, err, sizeof(err)) != 0 ||
	    golden_read(&p.g, path, err, sizeof(err)) != 0)
		fail_msg("%s", err);
	assert_int_equal(p.g.nr_frames, FRAMES);
	close(fd);
	unlink(path);
	record_free(&rec);
	script_free(s);
	*state = &p;
	return 0;
}

static int drop_pair(void **state)
{
	struct pair *p = *state;

	free(p->text);
	golden_free(&p->g);
	dut_worlds_free(worlds);
	return 0;
}

/* A golden of its own frames over the pair's bytes. */
static struct golden copy(const struct golden *g)
{
	struct golden c = *g;

	c.frame = calloc(g->nr_frames + 2, sizeof(*c.frame));
	assert_non_null(c.frame);
	memcpy(c.frame, g->frame, g->nr_frames * sizeof(*c.frame));
	return c;
}

static struct check_result check(const char *text, const struct golden *g)
{
	struct script *s = parse(text);
	struct check_result r = check_script(s, g, &wanted, worlds);

	script_free(s);
	assert_non_null(r.ladder);
	assert_non_null(r.headers);
	assert_null(strchr(r.ladder, '\n'));
	return r;
}

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *with = NULL;

	if (at == NULL)
		fail_msg("'%s' is not in\n%s", from, text);
	if (at == NULL ||
	    asprintf(&with, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) < 0)
		abort();
	return with;
}

static u32 count(const char *in, const char *what)
{
	u32 n = 0;

	for (const char *p = in; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static void must_say(const char *ladder, const char *words)
{
	if (strstr(ladder, words) == NULL)
		fail_msg("should say '%s':\n%s", words, ladder);
}

/* The row that these words are in, which free() frees. */
static char *row_of(const char *ladder, const char *words)
{
	const char *at = strstr(ladder, words), *begin = ladder, *end, *p;
	char *row;

	if (at == NULL)
		fail_msg("should say '%s':\n%s", words, ladder);
	for (p = ladder; (p = strstr(p, "{\"kind\": ")) != NULL && p <= at; p++)
		begin = p;
	end = strstr(at, "{\"kind\": ");
	row = strndup(begin, end != NULL ? (size_t)(end - begin) : strlen(begin));
	assert_non_null(row);
	return row;
}

static void row_says(const char *ladder, const char *of, const char *words)
{
	char *row = row_of(ladder, of);

	must_say(row, words);
	free(row);
}

/* --- what is the same
 * ------------------------------------------------------------------------------ */

static void test_all_that_happened_is_told_in_order(void **state)
{
	static const char *const order[] = {
		"\"when_ns\": null, \"text\": \"`ip addr add",
		"\"when_ns\": null, \"text\": \"`ip neigh add",
		"socket(AF_INET",
		"bind(3",
		"sendto(3, \\\"hello\\\"",
		"192.0.2.1.5000 > 192.0.2.2.7: UDP, length 5",
		"192.0.2.2.7 > 192.0.2.1.5000: UDP, length 3",
		"\"began_ns\": 0, \"text\": \"recv(3",
		"192.0.2.2.7 > 192.0.2.1.9: UDP, length 3",
		"udp port 9 unreachable",
		"{\"when_ns\": 200000000, \"text\": \"mib Udp.NoPorts +1\"}",
		"{\"when_ns\": 300000000, \"text\": \"sendto(3, \\\"again\\\"",
	};
	const struct pair *p = *state;
	struct check_result r = check(p->text, &p->g);
	const char *at = r.ladder;

	assert_int_equal(r.verdict, CHECK_PASSED);
	assert_false(r.unexpected);
	assert_true(r.ethernet);
	for (u32 i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const char *next = strstr(at, order[i]);

		if (next == NULL)
			fail_msg("'%s' is not where it should be in\n%s", order[i], r.ladder);
		at = next;
	}
	assert_int_equal(count(r.ladder, "\"b\":"), 0);
	assert_int_equal(count(r.ladder, "\"kind\": \"frame\""), FRAMES);
	row_says(r.ladder, "\"text\": \"recv(3", "{\"when_ns\": 200000000, \"began_ns\": 0");
	row_says(r.ladder, "UDP, length 5 (ttl 64", "\"out\": true, \"frame\": 1");
	must_say(r.headers, "\"claim\": \"a test of evidence\"");
	check_result_free(&r);
}

static void test_nothing_is_told_that_nobody_wants(void **state)
{
	static const struct check_options plain = { .name = "refstack" };
	const struct pair *p = *state;
	struct script *s = parse(p->text);
	struct check_result r = check_script(s, &p->g, &plain, worlds);

	assert_int_equal(r.verdict, CHECK_PASSED);
	assert_null(r.ladder);
	assert_null(r.headers);
	check_result_free(&r);
	script_free(s);
}

/* --- what differs
 * ---------------------------------------------------------------------------------- */

static void test_a_wrong_ttl_is_in_its_row(void **state)
{
	const struct pair *p = *state;
	struct golden g = copy(&p->g);
	struct check_result r;
	u8 *bytes = malloc(g.frame[FIRST_OUT].len);

	assert_non_null(bytes);
	memcpy(bytes, g.frame[FIRST_OUT].bytes, g.frame[FIRST_OUT].len);
	bytes[TTL_AT] = 63;
	g.frame[FIRST_OUT].bytes = bytes;
	g.frame[FIRST_OUT].when_ns = 2000; /* which is no difference, and not shown as one */
	r = check(p->text, &g);
	assert_int_equal(r.verdict, CHECK_FAILED);
	assert_int_equal(count(r.ladder, "\"b\":"), 1);
	row_says(r.ladder, "(ttl 63",
		 "\"name\": \"ttl\", \"expected\": \"63\", \"actual\": \"64\", \"follows\": false, "
		 "\"from\": 22, \"to\": 23");
	row_says(r.ladder, "(ttl 63", "\"b\": {\"when_ns\": 2000, \"text\": \"192.0.2.1.5000 > ");
	row_says(r.ladder, "(ttl 63", "(ttl 64");
	check_result_free(&r);
	free(bytes);
	free(g.frame);
}

static void test_a_frame_that_only_the_device_has(void **state)
{
	const struct pair *p = *state;
	struct golden g = copy(&p->g);
	struct check_result r;

	g.nr_frames--; /* the last one */
	r = check(p->text, &g);
	assert_int_equal(r.verdict, CHECK_FAILED);
	assert_int_equal(count(r.ladder, "\"a\": null"), 1);
	row_says(r.ladder, "\"a\": null",
		 "\"b\": {\"when_ns\": 300000000, \"text\": \"192.0.2.1.5000");
	check_result_free(&r);
	free(g.frame);
}

static void test_a_frame_that_only_linux_has(void **state)
{
	const struct pair *p = *state;
	struct golden g = copy(&p->g);
	struct check_result r;
	char *row;

	g.frame[g.nr_frames] = g.frame[g.nr_frames - 1];
	g.frame[g.nr_frames++].when_ns = 310000000;
	r = check(p->text, &g);
	assert_int_equal(r.verdict, CHECK_FAILED);
	assert_int_equal(count(r.ladder, "\"b\": null"), 1);
	row = row_of(r.ladder, "\"b\": null");
	must_say(row, "\"frame\": 6, \"a\": {\"when_ns\": 310000000");
	free(row);
	check_result_free(&r);
	free(g.frame);
}

static void test_a_late_frame_has_both_times(void **state)
{
	const struct pair *p = *state;
	struct golden g = copy(&p->g);
	struct check_result r;

	g.frame[g.nr_frames - 1].when_ns -= 50000000;
	r = check(p->text, &g);
	assert_int_equal(r.verdict, CHECK_FAILED);
	assert_int_equal(count(r.ladder, "\"b\":"), 1);
	assert_int_equal(count(r.ladder, "\"fields\""), 0);
	row_says(r.ladder, "{\"when_ns\": 250000000", "\"b\": {\"when_ns\": 300000000");
	check_result_free(&r);
	free(g.frame);
}

/* Half a jiffy is none. */
static void test_times_within_a_jiffy_are_the_same(void **state)
{
	const struct pair *p = *state;
	struct golden g = copy(&p->g);
	struct check_result r;

	g.frame[g.nr_frames - 1].when_ns += 3000;
	r = check(p->text, &g);
	assert_int_equal(r.verdict, CHECK_PASSED);
	assert_int_equal(count(r.ladder, "\"b\":"), 0);
	must_say(r.ladder, "{\"when_ns\": 300003000");
	check_result_free(&r);
	free(g.frame);
}

static void test_another_result_is_in_its_row(void **state)
{
	const struct pair *p = *state;
	char *text = replaced(p->text, "\"again\", 5, 0", "\"again\", 4, 0");
	struct check_result r;
	char *other = replaced(text, "\"again\", 4, 0", "\"again\", 5, 0"), *wrong;

	wrong = replaced(other, "inet_addr(\"192.0.2.1\")}, 16) = 0",
			 "inet_addr(\"192.0.2.1\")}, 16) = -1 EADDRINUSE (Address already in use)");
	r = check(wrong, &p->g);
	assert_int_equal(r.verdict, CHECK_FAILED);
	assert_int_equal(count(r.ladder, "\"b\":"), 1);
	row_says(r.ladder, "EADDRINUSE", "\"b\": {\"when_ns\": 0, \"text\": \"bind(3, ");
	row_says(r.ladder, "EADDRINUSE", "16) = 0\"}");
	check_result_free(&r);
	free(text);
	free(other);
	free(wrong);
}

static void test_another_counter_is_in_its_row(void **state)
{
	const struct pair *p = *state;
	char *text = replaced(p->text, "mib Udp.NoPorts +1", "mib Udp.NoPorts +2");
	struct check_result r = check(text, &p->g);

	assert_int_equal(r.verdict, CHECK_FAILED);
	row_says(r.ladder, "NoPorts +2", "\"kind\": \"state\"");
	row_says(r.ladder, "NoPorts +2",
		 "\"b\": {\"when_ns\": 200000000, \"text\": \"mib Udp.NoPorts +1\"}");
	check_result_free(&r);
	free(text);
}

static void test_a_call_at_another_time_has_both(void **state)
{
	const struct pair *p = *state;
	char *text = replaced(p->text, "0...0.2", "0...0.15");
	struct check_result r = check(text, &p->g);

	assert_int_equal(r.verdict, CHECK_FAILED);
	row_says(r.ladder, "{\"when_ns\": 150000000, \"began_ns\": 0",
		 "\"b\": {\"when_ns\": 200000000, \"began_ns\": 0");
	check_result_free(&r);
	free(text);
}

static void test_a_call_that_never_returns(void **state)
{
	const struct pair *p = *state;
	char *text = replaced(p->text, "0.2 < 192.0.2.2:7 > 192.0.2.1:5000 udp",
			      "0.2 < 192.0.2.2:7 > 192.0.2.1:5001 udp");
	struct check_result r = check(text, &p->g);

	assert_int_equal(r.verdict, CHECK_FAILED);
	row_says(r.ladder, "does not return", "\"a\": {\"when_ns\": 200000000, \"began_ns\": 0");
	check_result_free(&r);
	free(text);
}

static void test_the_state_that_differs(void **state)
{
	const struct pair *p = *state;
	struct golden g = copy(&p->g);
	char *more = NULL;
	struct check_result r;

	if (asprintf(&more, "%sa mib Udp.SndbufErrors 7\na neigh 192.0.2.77 dev eth0 STALE\n",
		     p->g.state) < 0)
		abort();
	g.state = more;
	r = check(p->text, &g);
	assert_int_equal(r.verdict, CHECK_FAILED);
	must_say(r.ladder, "{\"kind\": \"state\", \"host\": 0, \"line\": 0, \"a\": {\"text\": "
			   "\"mib Udp.SndbufErrors 7\"}, \"b\": {\"text\": "
			   "\"mib Udp.SndbufErrors 0\"}}");
	row_says(r.ladder, "neigh 192.0.2.77", "\"b\": null");
	check_result_free(&r);
	free(more);
	free(g.frame);
}

/* Linux's side is there even where nothing runs. */
static void test_what_is_not_here_is_missing(void **state)
{
	const struct pair *p = *state;
	char *text = replaced(p->text, "SOCK_DGRAM", "SOCK_SEQPACKET");
	struct check_result r = check(text, &p->g);

	if (r.verdict == CHECK_PASSED)
		fail_msg("passed: %s", r.ladder);
	must_say(r.ladder, "192.0.2.1.5000 > 192.0.2.2.7: UDP, length 5");
	must_say(r.ladder, "\"b\"");
	check_result_free(&r);
	free(text);
}

static void test_a_divergence_that_does_not_show_is_unexpected(void **state)
{
	const struct pair *p = *state;
	char *text = replaced(p->text, "// class: exact", "// class: diverges nowhere");
	struct check_result r = check(text, &p->g);

	assert_int_equal(r.verdict, CHECK_INVALID);
	assert_true(r.unexpected);
	check_result_free(&r);
	free(text);
}

/* --- a record in place of a run
 * -------------------------------------------------------------------- */

static struct record recorded(const char *text)
{
	struct script *s = parse(text);
	struct run_options o;
	struct run_result r;
	struct record rec;

	record_init(&rec);
	run_options_init(&o);
	o.record = &rec;
	r = run_script(s, &o, worlds);
	run_result_free(&r);
	script_free(s);
	return rec;
}

static struct check_result judged(const char *text, const struct golden *g,
				  const struct record *rec)
{
	struct check_options o = { .name = "uml", .evidence = true, .record = rec };
	struct script *s = parse(text);
	struct check_result r = check_script(s, g, &o, worlds);

	script_free(s);
	assert_non_null(r.ladder);
	return r;
}

static void test_a_record_is_as_good_as_a_run(void **state)
{
	const struct pair *p = *state;
	struct check_result run = check(p->text, &p->g), r;
	struct record rec = recorded(p->text);

	r = judged(p->text, &p->g, &rec);
	assert_int_equal(r.verdict, CHECK_PASSED);
	assert_string_equal(r.ladder, run.ladder);
	check_result_free(&r);
	check_result_free(&run);
	record_free(&rec);
}

static void test_a_record_that_differs(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} change[] = {
		{ "mib Udp.NoPorts +1", "mib Udp.NoPorts +3",
		  "Linux mib Udp.NoPorts +3, uml mib Udp.NoPorts +1" },
		{ "0...0.2", "0...0.15", "recv(): returns at: Linux 0.150000, uml 0.200000" },
		{ "\"again\", 5, 0", "\"again\", 4, 0", NULL },
	};
	const struct pair *p = *state;
	struct record rec = recorded(p->text);

	for (u32 i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		char *text = replaced(p->text, change[i].from, change[i].to);
		struct check_result r = judged(text, &p->g, &rec);

		assert_int_equal(r.verdict, CHECK_FAILED);
		assert_true(r.differences.nr != 0);
		if (change[i].says != NULL)
			assert_string_equal(r.differences.d[0].what, change[i].says);
		must_say(r.ladder, "\"b\": {");
		check_result_free(&r);
		free(text);
	}
	record_free(&rec);
}

/* --- cases
 * ----------------------------------------------------------------------------------------- */

static const char cases_text[] =
	"// claim: a file of cases\n"
	"// class: exact\n"
	"// oracle: linux-6.12.0 test\n"
	"// config: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
	"// patches: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
	"// seed: 1\n"
	"// hz: 1000\n"
	"\n"
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	"\n"
	"finally 0.010\n"
	"recv(3, ..., 10, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)\n"
	"\n"
	"case nothing\n"
	"= mib Tcp.RtoMin 200\n"
	"\n"
	"// too short to be one\n"
	"case short\n"
	"< 0200000000010200000000020800\n"
	"= mib Ip.InHdrErrors 77\n";

static void test_a_case_has_lines_of_its_own(void **state)
{
	struct script_error err = { 0 };
	struct frames *f = frames_read("x.frames", cases_text, strlen(cases_text), &err);
	struct check_result r;

	(void)state;
	if (f == NULL)
		fail_msg("%u: %s", err.line, err.text);
	r = frames_check(f, 1, &wanted, worlds);
	assert_int_equal(r.verdict, CHECK_FAILED);
	must_say(r.headers, "\"oracle\": \"linux-6.12.0 test\"");
	must_say(r.headers, "\"comment\": \"too short to be one\"");
	assert_non_null(r.script);
	must_say(r.script, "finally" + 7); /* no word of the file's own language */
	assert_null(strstr(r.script, "finally"));
	row_says(r.ladder, "0200000000010200000000020800", "\"line\": 6");
	row_says(r.ladder, "Ip.InHdrErrors", "\"a\": {\"text\": \"mib Ip.InHdrErrors 77\"}");
	assert_int_equal(count(r.ladder, "Ip.InHdrErrors"), 2); /* once on either side */
	assert_int_equal(strlen(r.golden), SHA256_HEX - 1);
	check_result_free(&r);
	frames_free(f);
}

/* --- hostile words
 * --------------------------------------------------------------------------------- */

static void test_headers_are_json_whatever_they_say(void **state)
{
	static const char text[] = "// claim: a \"quote\", a \\ and \xff\xc3\x28 bytes\n"
				   "// sysctl: one\n"
				   "// sysctl: two\n"
				   "\n"
				   "  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n";
	struct script_error err;
	struct script *s = script_parse("x.pkt", text, strlen(text), &err);
	char *headers;

	(void)state;
	if (s == NULL)
		fail_msg("%u: %s", err.line, err.text);
	headers = evidence_headers(s, NULL, NULL);
	assert_string_equal(headers, "{\"claim\": \"a \\\"quote\\\", a \\\\ and \\ufffd\\ufffd( "
				     "bytes\", \"sysctl\": \"one\\ntwo\"}");
	free(headers);
	script_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_happened_is_told_in_order),
		cmocka_unit_test(test_nothing_is_told_that_nobody_wants),
		cmocka_unit_test(test_a_wrong_ttl_is_in_its_row),
		cmocka_unit_test(test_a_frame_that_only_the_device_has),
		cmocka_unit_test(test_a_frame_that_only_linux_has),
		cmocka_unit_test(test_a_late_frame_has_both_times),
		cmocka_unit_test(test_times_within_a_jiffy_are_the_same),
		cmocka_unit_test(test_another_result_is_in_its_row),
		cmocka_unit_test(test_another_counter_is_in_its_row),
		cmocka_unit_test(test_a_call_at_another_time_has_both),
		cmocka_unit_test(test_a_call_that_never_returns),
		cmocka_unit_test(test_the_state_that_differs),
		cmocka_unit_test(test_what_is_not_here_is_missing),
		cmocka_unit_test(test_a_divergence_that_does_not_show_is_unexpected),
		cmocka_unit_test(test_a_record_is_as_good_as_a_run),
		cmocka_unit_test(test_a_record_that_differs),
		cmocka_unit_test(test_a_case_has_lines_of_its_own),
		cmocka_unit_test(test_headers_are_json_whatever_they_say),
	};

	return cmocka_run_group_tests(tests, make_pair, drop_pair);
}
