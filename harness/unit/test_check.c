// SPDX-License-Identifier: MIT
/* test_check.c - a golden pair with one value changed is never passed over, and what has changed is
 * named. The pair is made from the reference itself, so that nothing else differs.
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
#include "harness/golden/junit.h"

static const char script_text_of[] =
	"// claim: a test of the check\n"
	"// oracle: none\n"
	"// class: exact\n"
	"\n"
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	"  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	" +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
	"sin_addr = inet_addr(\"192.0.2.1\")}, 16) = 0\n"
	" +0 sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
	"sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n"
	"+.1 < arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
	"+.1 < 192.0.2.2:7 > 192.0.2.1:5000 udp (3) \"abc\"\n"
	" +0 recv(3, ..., 10, MSG_DONTWAIT) = 3\n"
	" +0 recv(3, ..., 10, MSG_DONTWAIT) = -1 EAGAIN\n"
	" +0 < 192.0.2.2:7 > 192.0.2.1:9 udp (3) \"abc\"\n"
	"+.1 sendto(3, \"again\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
	"sin_addr = inet_addr(\"192.0.2.2\")}, 16) = 5\n";

struct pair {
	char pkt[64], pcapng[64];
	char *text; /* of the captured script */
	struct golden g;
};

static struct dut_worlds *worlds;
static const struct check_options plain = { .name = "refstack" };

static struct script *parse(const char *name, const char *text)
{
	struct script_error err = { 0 };
	struct script *s = script_parse(name, text, strlen(text), &err);

	if (s == NULL)
		fail_msg("%s:%u: %s\n%s", name, err.line, err.text, text);
	return s;
}

static void write_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static int make_pair(void **state)
{
	static struct pair p;
	struct provenance from = { .kernel = "linux-6.12.0 test", .seed = 1, .hz = 1000 };
	struct script *s = parse("x.pkt", script_text_of);
	struct run_options o;
	struct run_result r;
	struct record rec;
	char err[512] = "";
	int fd;

	worlds = dut_worlds_new();
	memset(from.config_hash, 'a', 64);
	memset(from.patches_hash, 'b', 64);
	record_init(&rec);
	run_options_init(&o);
	o.record = &rec;
	r = run_script(s, &o, worlds);
	run_result_free(&r);
	assert_int_equal(rec.verdict, RUN_PASSED);
	p = (struct pair){ .pkt = "/tmp/refstack-check-XXXXXX" };
	fd = mkstemp(p.pkt);
	assert_true(fd >= 0);
	close(fd);
	unlink(p.pkt);
	snprintf(p.pcapng, sizeof(p.pcapng), "%.40s.pcapng", p.pkt);
	strcat(p.pkt, ".pkt"); /* NOLINT: there is room */
	p.text = golden_pkt(s, &rec, &from, err, sizeof(err));
	if (p.text == NULL || golden_pcapng_write(p.pcapng, s, &rec, &from, err, sizeof(err)) != 0)
		fail_msg("%s", err);
	if (p.text == NULL)
		abort();
	write_file(p.pkt, p.text, strlen(p.text));
	if (golden_read(&p.g, p.pcapng, err, sizeof(err)) != 0)
		fail_msg("%s", err);
	record_free(&rec);
	script_free(s);
	*state = &p;
	return 0;
}

static int drop_pair(void **state)
{
	struct pair *p = *state;

	unlink(p->pkt);
	unlink(p->pcapng);
	free(p->text);
	golden_free(&p->g);
	dut_worlds_free(worlds);
	return 0;
}

static struct check_result check_text(const char *text, const struct golden *g)
{
	struct script *s = parse("x.pkt", text);
	struct check_result r = check_script(s, g, &plain, worlds);

	script_free(s);
	return r;
}

/* It fails, its first difference is of this kind, and that one or what belongs to it says so. */
static void must_name(struct check_result *r, enum difference_kind kind, const char *words)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	check_report(to, "x.pkt", r, false);
	fclose(to);
	if (r->verdict != CHECK_FAILED || r->differences.nr == 0 ||
	    r->differences.d[0].kind != kind || strstr(text, words) == NULL)
		fail_msg("%s, %s first, should say '%s':\n%s", check_verdict_name(r->verdict),
			 r->differences.nr != 0 ? difference_names[r->differences.d[0].kind] : "-",
			 words, text);
	free(text);
	check_result_free(r);
}

static void test_passes(void **state)
{
	struct pair *p = *state;
	struct check_result r = check_text(p->text, &p->g);

	if (r.verdict != CHECK_PASSED)
		must_name(&r, DIFFERENCE_KINDS, "");
	assert_true(r.frames >= 7);
	assert_int_equal(r.frames, p->g.nr_frames);
	assert_true(p->g.state != NULL && strlen(p->g.state) > 100);
	check_result_free(&r);
	r = check_file(p->pkt, &plain, worlds);
	assert_int_equal(r.verdict, CHECK_PASSED);
	check_result_free(&r);
}

/* Every byte of every frame, one bit of it. */
static void test_every_byte(void **state)
{
	struct pair *p = *state;
	u32 flips = 0;

	for (u32 i = 0; i < p->g.nr_frames; i++) {
		struct golden_frame *f = &p->g.frame[i];
		u8 *copy = malloc(f->len);
		const u8 *right = f->bytes;
		char frame[32];

		assert_non_null(copy);
		memcpy(copy, right, f->len);
		f->bytes = copy;
		snprintf(frame, sizeof(frame), "frame %u (", i + 1);
		for (u32 k = 0; k < f->len; k++, flips++) {
			struct check_result r;

			copy[k] ^= (u8)(1 << k % 8);
			r = check_text(p->text, &p->g);
			assert_int_equal(r.verdict, CHECK_FAILED);
			assert_int_equal(r.differences.nr, 1);
			must_name(&r, DIFFERS_FRAME, frame);
			copy[k] = right[k];
		}
		f->bytes = right;
		free(copy);
	}
	assert_true(flips > 300);
}

static void test_ttl_is_understood(void **state)
{
	struct pair *p = *state;
	struct golden_frame *f = &p->g.frame[p->g.nr_frames - 1];
	const u8 *right = f->bytes;
	u8 copy[200];
	struct check_result r;

	assert_true(f->len < sizeof(copy));
	memcpy(copy, right, f->len);
	assert_int_equal(copy[22], 64);
	copy[22] = 63;
	f->bytes = copy;
	r = check_text(p->text, &p->g);
	assert_string_equal(r.differences.d[0].field, "ttl");
	assert_string_equal(r.differences.d[0].expected, "63");
	assert_string_equal(r.differences.d[0].actual, "64");
	assert_true(r.differences.d[0].line != 0);
	must_name(&r, DIFFERS_FRAME,
		  "(192.0.2.1:5000 > 192.0.2.2:7 udp (5)): ttl: Linux 63, refstack 64");
	f->bytes = right;
}

/* Half a jiffy is the limit, to the nanosecond. */
static void test_times(void **state)
{
	struct pair *p = *state;

	for (u32 i = 0; i < p->g.nr_frames; i++) {
		struct golden_frame *f = &p->g.frame[i];
		s64 right = f->when_ns;
		struct check_result r;

		f->when_ns = right + 500000;
		r = check_text(p->text, &p->g);
		assert_int_equal(r.verdict, CHECK_PASSED);
		check_result_free(&r);
		f->when_ns = right + 500001;
		r = check_text(p->text, &p->g);
		must_name(&r, DIFFERS_TIME, "too early");
		f->when_ns = right - 500001;
		r = check_text(p->text, &p->g);
		must_name(&r, DIFFERS_TIME, "too late");
		f->when_ns = right;
	}
}

/* One that the golden has and we have not, and the other way round: one difference each. */
static void test_missing_and_extra(void **state)
{
	struct pair *p = *state;
	u32 nr = p->g.nr_frames;
	struct golden_frame *frames = p->g.frame;

	for (u32 k = 0; k < nr; k++) {
		struct golden_frame *fewer = calloc(nr, sizeof(*fewer));
		struct golden_frame *more = calloc(nr + 1, sizeof(*more));
		struct check_result r;
		u8 strange[60] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x88, 0xb5, (u8)k };

		if (fewer == NULL || more == NULL)
			abort();
		memcpy(fewer, frames, k * sizeof(*frames));
		memcpy(fewer + k, frames + k + 1, (nr - k - 1) * sizeof(*frames));
		memcpy(more, frames, k * sizeof(*frames));
		memcpy(more + k + 1, frames + k, (nr - k) * sizeof(*frames));
		more[k] = frames[k];
		more[k].bytes = strange;
		more[k].len = sizeof(strange);
		p->g.frame = fewer;
		p->g.nr_frames = nr - 1;
		r = check_text(p->text, &p->g);
		assert_int_equal(r.differences.nr, 1);
		must_name(&r, DIFFERS_EXTRA, "that Linux does not");
		p->g.frame = more;
		p->g.nr_frames = nr + 1;
		r = check_text(p->text, &p->g);
		assert_int_equal(r.differences.nr, 1);
		must_name(&r, DIFFERS_MISSING, "refstack does not");
		p->g.frame = frames;
		p->g.nr_frames = nr;
		free(fewer);
		free(more);
	}
}

/* Any line of the state: its value, all of it, one more. */
static void test_state(void **state)
{
	struct pair *p = *state;
	char *right = p->g.state;
	u32 lines = 0;

	for (const char *line = right; *line != '\0'; lines++) {
		size_t len = strcspn(line, "\n"), before = (size_t)(line - right);
		char *changed = strdup(right), *gone = strdup(right), key[60];
		struct check_result r;

		if (changed == NULL || gone == NULL)
			abort();
		changed[before + len - 1] ^= 1;
		memmove(gone + before, gone + before + len + 1,
			strlen(gone + before + len + 1) + 1);
		snprintf(key, sizeof(key), "at the end: %.*s", (int)strcspn(line + 2, " "),
			 line + 2);
		p->g.state = changed;
		r = check_text(p->text, &p->g);
		must_name(&r, DIFFERS_STATE, key);
		p->g.state = gone;
		r = check_text(p->text, &p->g);
		must_name(&r, DIFFERS_STATE, key);
		p->g.state = right;
		free(changed);
		free(gone);
		line += len + 1;
	}
	assert_true(lines > 5);
}

/* text with its first `from` replaced. */
static char *with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out;

	if (at == NULL)
		fail_msg("'%s' is not in:\n%s", from, text);
	assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
	return out;
}

/* What a program sees, in the script. */
static void test_calls(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{ "16) = 5\n", "16) = 6\n", "Linux 6, refstack 5" },
		{ "\"abc\", 10, MSG_DONTWAIT) = 3", "\"abd\", 10, MSG_DONTWAIT) = 3", "abd" },
		{ "\"abc\", 10, MSG_DONTWAIT) = 3", "..., 10, MSG_DONTWAIT) = -1 EINVAL",
		  "EINVAL" },
		{ "EAGAIN (Resource temporarily unavailable)", "EINVAL (Invalid argument)",
		  "EINVAL" },
		{ "SOCK_DGRAM, 0) = 3", "SOCK_DGRAM, 0) = 4", "Linux 4, refstack 3" },
	};
	struct pair *p = *state;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = with(p->text, rows[i].from, rows[i].to);
		struct check_result r = check_text(text, &p->g);

		must_name(&r, DIFFERS_STATEMENT, rows[i].says);
		free(text);
	}
}

/* A cause and what comes of it: the cause is told first. */
static void test_first_cause(void **state)
{
	struct pair *p = *state;
	char *text = with(p->text, "ip link set eth0 up",
			  "ip link set eth0 up; "
			  "ip route add blackhole 192.0.2.2");
	struct check_result r = check_text(text, &p->g);

	assert_true(r.differences.nr > 3);
	assert_int_equal(r.differences.d[0].kind, DIFFERS_STATEMENT);
	assert_int_equal(r.differences.d[r.differences.nr - 1].kind, DIFFERS_STATE);
	must_name(&r, DIFFERS_STATEMENT, "sendto(): result: Linux 5, refstack -1 EINVAL");
	free(text);
}

static void must_be_invalid(const struct pair *p, const char *says)
{
	struct check_result r = check_file(p->pkt, &plain, worlds);

	assert_int_equal(r.verdict, CHECK_INVALID);
	if (strstr(r.message, says) == NULL)
		fail_msg("should say '%s': %s", says, r.message);
	check_result_free(&r);
}

static void test_invalid_goldens(void **state)
{
	struct pair *p = *state;
	char *text = with(p->text, "linux-6.12.0 test", "linux-6.13.0 test");

	write_file(p->pkt, text, strlen(text));
	must_be_invalid(p, "capture them again");
	free(text);
	text = with(p->text, "linux-6.12.0 test", "none");
	write_file(p->pkt, text, strlen(text));
	must_be_invalid(p, "says 'oracle: none', and there is");
	write_file(p->pkt, p->text, strlen(p->text));
	for (size_t len = 0; len < p->g.file_len; len += 1 + p->g.file_len / 50) {
		write_file(p->pcapng, p->g.file, len);
		must_be_invalid(p, p->pcapng);
	}
	unlink(p->pcapng);
	must_be_invalid(p, p->pcapng);
	write_file(p->pkt, text, strlen(text));
	free(text);
	struct check_result r = check_file(p->pkt, &plain, worlds);
	assert_int_equal(r.verdict, CHECK_NOT_CAPTURED);
	check_result_free(&r);
	write_file(p->pcapng, p->g.file, p->g.file_len);
	write_file(p->pkt, p->text, strlen(p->text));
}

static void test_igb(void **state)
{
	const struct check_options igb = { .name = "refstack", .device = DEVICE_IGB };
	struct pair *p = *state;
	struct check_result r = check_file(p->pkt, &igb, worlds);
	char *text;

	assert_int_equal(r.verdict, CHECK_PASSED);
	assert_true(r.frames >= 7);
	check_result_free(&r);
	text = with(p->text, "// class:", "// igb: no, a test\n// class:");
	write_file(p->pkt, text, strlen(text));
	r = check_file(p->pkt, &igb, worlds);
	assert_int_equal(r.verdict, CHECK_SKIPPED);
	assert_non_null(strstr(r.message, "a test"));
	check_result_free(&r);
	free(text);
	write_file(p->pkt, p->text, strlen(p->text));
}

/* Another kernel: a vector that knows why it differs there is explained, and no other. */
static void test_live_says_why(void **state)
{
	static const struct {
		const char *headers, *release;
		bool differs;
		enum check_verdict verdict;
		const char *says;
	} rows[] = {
		{ "", "6.18.44-x", false, CHECK_PASSED, NULL },
		{ "", "6.18.44-x", true, CHECK_FAILED, NULL },
		{ "// live: a test\n", "6.12.0", true, CHECK_EXPLAINED, "a test" },
		{ "// live: a test\n", "6.12.0", false, CHECK_PASSED, NULL },
		{ "// live: no, a test\n", "6.12.0", true, CHECK_SKIPPED, "a test" },
		{ "// live: nobody knows\n", "6.12.0", true, CHECK_EXPLAINED, "nobody" },
		{ "// until: 6.17\n", "6.18.0", true, CHECK_EXPLAINED, "until 6.17" },
		{ "// until: 6.17\n", "6.18.0", false, CHECK_PASSED, "agrees on 6.18.0" },
		{ "// until: 6.17\n", "6.17.9", true, CHECK_FAILED, NULL },
		{ "// until: 6.17.3\n", "6.17.4", true, CHECK_EXPLAINED, "6.17.3" },
		{ "// until: 6.9\n", "6.12.0", true, CHECK_EXPLAINED, "6.9" },
		{ "// until: 6.17\n// live: a test\n", "6.12.1", true, CHECK_FAILED, NULL },
		{ "// until: 6.17\n// live: a test\n", "6.18.1", true, CHECK_EXPLAINED,
		  "until 6.17: a test" },
		{ "// since: 6.3\n", "6.2.16", true, CHECK_EXPLAINED, "since 6.3" },
		{ "// since: 6.3\n", "6.3", true, CHECK_FAILED, NULL },
		{ "// since: 6.3\n// until: 6.17\n", "7.0-rc1", true, CHECK_EXPLAINED,
		  "since 6.3, until 6.17" },
	};
	struct pair *p = *state;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct check_options live = { .name = "live", .live = true };
		char *text = with(p->text, "again", rows[i].differs ? "agaim" : "again");
		char headers[100], *marked;
		struct check_result r;
		struct script *s;

		snprintf(headers, sizeof(headers), "%s// class:", rows[i].headers);
		marked = with(text, "// class:", headers);
		s = parse("x.pkt", marked);
		live.release = rows[i].release;
		r = check_script(s, &p->g, &live, worlds);
		if (r.verdict != rows[i].verdict || (rows[i].says != NULL) != (r.message != NULL))
			fail_msg("row %u: %s: %s", i, check_verdict_name(r.verdict), r.message);
		if (rows[i].says != NULL && r.message != NULL)
			assert_non_null(strstr(r.message, rows[i].says));
		check_result_free(&r);
		script_free(s);
		free(marked);
		free(text);
	}
}

/* What is made equal for the running kernel, and what is not. */
static void test_normalise(void **state)
{
	struct pair *p = *state;
	const struct golden_frame *f = &p->g.frame[p->g.nr_frames - 1];
	u8 a[200], b[200];
	struct normalise na, nb;
	u32 len_a = f->len, len_b = f->len;

	memcpy(a, f->bytes, f->len);
	memcpy(b, f->bytes, f->len);
	b[1] = 0x77; /* the peer's address */
	b[6] = 0x0a; /* our own */
	normalise_init(&na, NORMALISE_KERNELS, true);
	normalise_init(&nb, NORMALISE_KERNELS, true);
	assert_true(normalise_frame(&na, a, &len_a, true));
	assert_true(normalise_frame(&nb, b, &len_b, true));
	assert_int_equal(len_a, len_b);
	assert_memory_equal(a, b, len_a);
	assert_true(na.applied[NORMALISE_N2] != 0 && na.applied[NORMALISE_N5] != 0);
	memcpy(b, f->bytes, f->len);
	b[22] = 63; /* TTL: never; and the checksum is wrong now */
	normalise_init(&nb, NORMALISE_KERNELS, true);
	assert_true(normalise_frame(&nb, b, &len_b, true));
	assert_int_equal(b[22], 63);
	assert_memory_not_equal(a + 24, b + 24, 2);
	b[12] = 0x86;
	b[13] = 0xdd; /* IPv6: the host's own noise */
	assert_false(normalise_frame(&nb, b, &len_b, true));
}

static void test_junit(void **state)
{
	struct junit j = { 0 };
	size_t len;
	char *text;

	(void)state;
	junit_add(&j, "a/x.pkt", CHECK_PASSED, NULL, PS_PER_SEC);
	junit_add(&j, "a/y.pkt", CHECK_FAILED, "a/y.pkt:3: <&> \"\x01\xff\"\nmore", 0);
	junit_add(&j, "b/z.pkt", CHECK_INVALID, "no", 0);
	text = junit_text(&j, "2026-11-21T00:00:00", &len);
	assert_int_equal(len, strlen(text));
	assert_non_null(strstr(text, "tests=\"3\" failures=\"1\" errors=\"1\" time=\"1.000000\""));
	assert_non_null(strstr(text, "<testcase name=\"y.pkt\" classname=\"a\""));
	assert_non_null(strstr(text, "&#60;&#38;&#62; &#34;\xef\xbf\xbd\xef\xbf\xbd&#34;\""));
	assert_non_null(strstr(text, "<error message=\"no\" type=\"invalid golden\">"));
	free(text);
	junit_free(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_ttl_is_understood),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_missing_and_extra),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_first_cause),
		cmocka_unit_test(test_invalid_goldens),
		cmocka_unit_test(test_igb),
		cmocka_unit_test(test_live_says_why),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_junit),
	};

	return cmocka_run_group_tests(tests, make_pair, drop_pair);
}
