// SPDX-License-Identifier: MIT
/* test_golden.c - golden vectors: what is captured runs, captures itself again without a change,
 * and is read back from its capture; what is no capture is refused.
 *
 * The device is the reference: what it does is not the question here.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/dut/dut.h"
#include "harness/golden/golden.h"
#include "harness/lib/pcapng.h"

enum { VECTORS_MAX = 8192, TEXT_MAX = 1 << 20, CAPTURE_MAX = 1 << 20 };

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct dut_worlds *worlds;

/* --- capturing -----------------------------------------------------------------------------------
 */
static struct provenance from(void)
{
	return (struct provenance){
		.kernel = "linux-6.12.0 uml",
		.config_hash = HASH,
		.patches_hash = HASH,
		.seed = 1,
		.hz = 1000,
	};
}

static struct script *parse(const char *name, const char *text, size_t len)
{
	struct script_error err;
	struct script *s = script_parse(name, text, len, &err);

	if (s == NULL)
		fail_msg("%s:%u:%u: %s\n%.*s", name, err.line, err.column, err.text, (int)len,
			 text);
	return s;
}

static void note(const struct script *s, struct record *rec)
{
	struct run_options o;
	struct run_result r;

	record_init(rec);
	run_options_init(&o);
	o.record = rec;
	r = run_script(s, &o, worlds);
	run_result_free(&r);
}

/* The script as it was; NULL: it cannot be captured. */
static char *capture(const struct script *s, char *err, u32 err_size)
{
	struct provenance p = from();
	struct record rec;
	char *text;

	note(s, &rec);
	text = golden_pkt(s, &rec, &p, err, err_size);
	record_free(&rec);
	return text;
}

static enum run_verdict run(const char *name, const char *text, bool show)
{
	struct script *s = parse(name, text, strlen(text));
	enum run_verdict v;
	struct run_options o;
	struct run_result r;

	run_options_init(&o);
	r = run_script(s, &o, worlds);
	v = r.verdict;
	if (show && v != RUN_PASSED)
		print_error("%s:%u: %s\n%s\n", name, r.line, r.message, text);
	run_result_free(&r);
	script_free(s);
	return v;
}

/* Linux has no such faults: what they do cannot be captured. */
static bool has_faults(const struct script *s)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_DIRECTIVE &&
		    s->stmt[i].directive.id >= DIR_NIC_IRQ_DELAY)
			return true;
	return false;
}

/* Captured, run, captured again. */
static bool comes_round(const char *name, const char *text, size_t len)
{
	struct script *s = parse(name, text, len), *t;
	char err[1024], *first = capture(s, err, sizeof(err)), *second = NULL;
	bool ok = false, faults = has_faults(s);

	script_free(s);
	if (faults && first == NULL && strstr(err, "only a model has") != NULL)
		return true;
	if (first == NULL) {
		print_error("%s\n", err);
		return false;
	}
	if (run(name, first, true) == RUN_PASSED) {
		t = parse(name, first, strlen(first));
		second = capture(t, err, sizeof(err));
		script_free(t);
		ok = second != NULL && strcmp(first, second) == 0;
		if (!ok)
			print_error("%s: captured again it is another\n%s\n%s\n", name, first,
				    second != NULL ? second : err);
	}
	free(first);
	free(second);
	return ok;
}

/* --- all vectors ---------------------------------------------------------------------------------
 */
static char *path_of[VECTORS_MAX];
static u32 nr_paths;

static int note_vector(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	(void)sb;
	(void)ftw;
	if (type == FTW_F && len > 4 && strcmp(path + len - 4, ".pkt") == 0) {
		assert_true(nr_paths < VECTORS_MAX);
		path_of[nr_paths++] = strdup(path);
	}
	return 0;
}

/* What an author expects has no part in what is captured: all of it wrong, the capture is the same.
 */
static void spoil(struct script *s, bool stock)
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_CALL && st->call.error != 0)
			st->call.error = (u16)(script_find_symbol("ELIBMAX", 7) + 1);
		else if (st->kind == STMT_CALL && s->expr[st->call.result].kind == EXPR_NUMBER &&
			 script_calls[st->call.call].result != TYPE_FD &&
			 st->call.call != CALL_fcntl && !stock)
			s->expr[st->call.result].value++;
		else if (st->kind == STMT_PACKET && !st->packet.incoming)
			st->packet.daddr ^= 1;
		else if (st->kind == STMT_DIRECTIVE &&
			 (st->directive.id == DIR_MIB || st->directive.id == DIR_DROP))
			st->directive.value[1] += 3;
	}
}

static bool is_not_influenced(const char *name, const char *text, size_t len)
{
	struct script *s = parse(name, text, len), *t = parse(name, text, len);
	char err[1024], *right, *wrong;
	bool same;

	spoil(t, script_option(t, "profile").len != 0);
	right = capture(s, err, sizeof(err));
	wrong = capture(t, err, sizeof(err));
	same = (right == NULL) == (wrong == NULL) && (right == NULL || strcmp(right, wrong) == 0);
	if (!same)
		print_error("%s: a wrong expectation is captured\n%s\n%s\n", name, right,
			    wrong != NULL ? wrong : err);
	free(right);
	free(wrong);
	script_free(s);
	script_free(t);
	return same;
}

static void test_all_vectors(void **state)
{
	static char text[TEXT_MAX];
	u32 failed = 0;

	(void)state;
	assert_int_equal(nftw("vectors", note_vector, 16, FTW_PHYS), 0);
	assert_true(nr_paths >= 120);
	for (u32 i = 0; i < nr_paths; i++) {
		FILE *f = fopen(path_of[i], "rb");
		size_t len;

		assert_non_null(f);
		len = fread(text, 1, sizeof(text), f);
		fclose(f);
		assert_true(len < sizeof(text));
		failed += !comes_round(path_of[i], text, len);
		failed += !is_not_influenced(path_of[i], text, len);
		free(path_of[i]);
	}
	assert_int_equal(failed, 0);
}

/* --- records made by hand ------------------------------------------------------------------------
 */
/* S: a statement begins; R: its call returns, W: after it has waited; O: a frame leaves. */
struct happening {
	char what;
	u32 stmt;
	s64 when_ns;
	const char *text; /* of S and R */
	u8 host, number;  /* of O: the frame is ff and this */
};

static const s64 ms = 1000000;

static void make_record(struct record *rec, const struct script *s, const struct happening *h)
{
	record_init(rec);
	rec->hosts = 2;
	snprintf(rec->dev, sizeof(rec->dev), "tun0");
	for (; h->what != 0; h++) {
		u8 frame[] = { 0xff, h->number };
		bool out = h->what == 'O';
		enum record_kind kind = out		 ? RECORD_OUT
					: h->what == 'S' ? RECORD_STMT
							 : RECORD_RETURN;
		struct record_event *e =
			record_add(rec, kind, h->text, frame, out ? sizeof(frame) : 0);

		e->host = out ? h->host : s->stmt[h->stmt].host;
		e->stmt = h->stmt;
		e->when_ps = h->when_ns * 1000;
		e->due_ps = h->when_ns / ms * ms * 1000;
		e->waited = h->what == 'W';
	}
}

static char *capture_by_hand(const char *text, const struct happening *h, char *err, u32 err_size)
{
	struct script *s = parse("hand.pkt", text, strlen(text));
	struct provenance p = from();
	struct record rec;
	char *got;

	make_record(&rec, s, h);
	got = golden_pkt(s, &rec, &p, err, err_size);
	record_free(&rec);
	script_free(s);
	return got;
}

static void is_captured_as(const char *text, const struct happening *h, const char *want)
{
	char err[512], *got = capture_by_hand(text, h, err, sizeof(err));

	if (got == NULL)
		fail_msg("%s", err);
	else if (strcmp(got, want) != 0)
		fail_msg("captured as\n%s\nnot\n%s", got, want);
	free(got);
}

static void cannot_be_captured(const char *text, const struct happening *h, const char *why)
{
	char err[512], *got = capture_by_hand(text, h, err, sizeof(err));

	if (got != NULL)
		fail_msg("captured as\n%s", got);
	if (strstr(err, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err, why);
}

static void test_headers(void **state)
{
	static const struct happening one[] = { { 'S', 1, 0, NULL, 0, 0 },
						{ 'R', 1, 0, "close(3) = 0", 0, 0 },
						{ 0 } };
	static const struct happening two[] = { { 'S', 3, 0, NULL, 0, 0 },
						{ 'R', 3, 0, "close(3) = 0", 0, 0 },
						{ 0 } };

	(void)state;
	is_captured_as("// a remark\n0 close(3) = 9\n", one,
		       "// oracle: linux-6.12.0 uml\n// a remark\n  0 close(3) = 0\n");
	is_captured_as("// claim: x\n0 close(3) = 9  // why\n", one,
		       "// claim: x\n// oracle: linux-6.12.0 uml\n  0 close(3) = 0  // why\n");
	is_captured_as("// claim: x\n// oracle: none\n--profile=bare\n\n0 close(3) = 9\n", two,
		       "// claim: x\n// oracle: linux-6.12.0 uml\n--profile=bare\n\n"
		       "  0 close(3) = 0\n");
}

/* A reason stands behind all headers, where it is the same on the next capture. */
static void test_reasons(void **state)
{
	static const char text[] = "// claim: x\n// why: a\n\n`true`\n";
	struct script *s = parse("x", text, strlen(text));
	static const struct happening events[] = { { 'S', 2, -1, NULL, 0, 0 }, { 0 } };
	struct provenance p = from();
	struct record rec;
	char err[256], *got;

	(void)state;
	p.why = "b";
	make_record(&rec, s, events);
	got = golden_pkt(s, &rec, &p, err, sizeof(err));
	assert_non_null(got);
	assert_string_equal(got,
			    "// claim: x\n// oracle: linux-6.12.0 uml\n// why: a\n// why: b\n\n"
			    "`true`\n");
	free(got);
	record_free(&rec);
	script_free(s);
}

/* Each frame at its tick, relative times less what the lines in between take of them. */
static void test_times(void **state)
{
	static const struct happening events[] = {
		{ 'S', 0, 0, NULL, 0, 0 },
		{ 'R', 0, 256, "close(3) = 0", 0, 0 },
		{ 'O', 0, 512, NULL, 0, 1 },
		{ 'O', 0, 1024000256, NULL, 0, 2 },
		{ 'S', 2, 2 * 1000 * 1000000ll, NULL, 0, 0 },
		{ 'R', 2, 2 * 1000 * 1000000ll, "close(4) = 0", 0, 0 },
		{ 'O', 0, 2500499999, NULL, 0, 3 },
		{ 'O', 0, 2500500001, NULL, 0, 4 },
		{ 'S', 3, 3 * 1000 * 1000000ll, NULL, 0, 0 },
		{ 'R', 3, 3 * 1000 * 1000000ll, "close(5) = 0", 0, 0 },
		{ 'S', 4, 3 * 1000 * 1000000ll + 256, NULL, 0, 0 },
		{ 'R', 4, 3 * 1000 * 1000000ll + 256, "close(6) = 0", 0, 0 },
		{ 0 },
	};

	(void)state;
	is_captured_as("0 close(3) = 0\n"
		       "+.5 > udp (7)  // what the author thought\n"
		       "+1.5 close(4) = 0\n"
		       "3 close(5) = 0\n"
		       "close(6) = 0\n",
		       events,
		       "// oracle: linux-6.12.0 uml\n"
		       "  0 close(3) = 0\n"
		       " +0 > hex ff01  // what the author thought\n"
		       "+1.024 > hex ff02\n"
		       "+.976 close(4) = 0\n"
		       "+.5 > hex ff03\n"
		       "+.001 > hex ff04\n"
		       "  3 close(5) = 0\n"
		       "close(6) = 0\n");
}

/* A statement off the grid: frames of its instant stand at its time, others at their tick, none
 * behind the statement that came after it.
 */
static void test_times_off_the_grid(void **state)
{
	static const char text[] = "0.0004 close(3) = 0\n+.0003 > udp (5)\n+.001 close(4) = 0\n";
	struct script *s = parse("x", text, strlen(text));
	struct provenance p = from();
	struct record rec;
	char err[256], *got;
	static const struct happening events[] = {
		{ 'S', 0, 400000, NULL, 0, 0 },
		{ 'R', 0, 400000, "close(3) = 0", 0, 0 },
		{ 'O', 0, 400256, NULL, 0, 1 },
		{ 'O', 0, 1600000, NULL, 0, 2 },
		{ 'S', 2, 1700000, NULL, 0, 0 },
		{ 'R', 2, 1700000, "close(4) = 0", 0, 0 },
		{ 'O', 0, 1700256, NULL, 0, 3 },
		{ 'O', 0, 8 * 1000000ll, NULL, 0, 4 },
		{ 0 },
	};

	(void)state;
	make_record(&rec, s, events);
	rec.event[0].due_ps = 400000000;
	rec.event[4].due_ps = 1700000000;
	got = golden_pkt(s, &rec, &p, err, sizeof(err));
	assert_non_null(got);
	assert_string_equal(got, "// oracle: linux-6.12.0 uml\n"
				 "0.0004 close(3) = 0\n"
				 " +0 > hex ff01\n"
				 "+.0013 > hex ff02\n"
				 " +0 close(4) = 0\n"
				 " +0 > hex ff03\n"
				 "+.0063 > hex ff04\n");
	free(got);
	record_free(&rec);
	script_free(s);
}

static void test_calls_that_wait(void **state)
{
	static const struct happening events[] = {
		{ 'S', 0, 0, NULL, 0, 0 },
		{ 'S', 1, 0, NULL, 0, 0 },
		{ 'W', 1, 1, "thread 2: recv(3, \"y\", 9, 0) = 1", 0, 0 },
		{ 'O', 0, 100 * 1000000ll, NULL, 0, 1 },
		{ 'S', 2, 200 * 1000000ll, NULL, 0, 0 },
		{ 'W', 0, 300 * 1000000ll + 300, "recv(3, \"x\", 9, 0) = 1", 0, 0 },
		{ 'R', 2, 400 * 1000000ll, "thread 3: recv(3, \"z\", 9, 0) = 1", 0, 0 },
		{ 'S', 3, 500 * 1000000ll, NULL, 0, 0 },
		{ 'W', 3, 900 * 1000000ll, "recv(3, \"v\", 9, 0) = 1", 0, 0 },
		{ 0 },
	};

	(void)state;
	is_captured_as("+0...0.2 recv(3, \"x\", 9, 0) = 1\n"
		       "thread 2: recv(3, \"y\", 9, 0) = 1\n"
		       "+.2 thread 3: recv(3, \"z\", 9, 0) = 1\n"
		       "0.5...0.7 recv(3, \"v\", 9, 0) = 1\n",
		       events,
		       "// oracle: linux-6.12.0 uml\n"
		       "+0...0.3 recv(3, \"x\", 9, 0) = 1\n"
		       "+0...0 thread 2: recv(3, \"y\", 9, 0) = 1\n"
		       "+.1 > hex ff01\n"
		       "+.1 thread 3: recv(3, \"z\", 9, 0) = 1\n"
		       "0.5...0.9 recv(3, \"v\", 9, 0) = 1\n");
}

/* A pause is cut by what leaves in it. */
static void test_pauses(void **state)
{
	static const struct happening events[] = {
		{ 'S', 0, 0, NULL, 0, 0 },
		{ 'O', 0, 1024 * 1000000ll, NULL, 0, 1 },
		{ 'S', 1, 2000 * 1000000ll, NULL, 0, 0 },
		{ 'S', 2, 2500 * 1000000ll + 256, NULL, 0, 0 },
		{ 'O', 0, 3000 * 1000000ll + 512, NULL, 0, 2 },
		{ 'S', 3, 3500 * 1000000ll, NULL, 0, 0 },
		{ 'R', 3, 3500 * 1000000ll, "close(3) = 0", 0, 0 },
		{ 0 },
	};

	(void)state;
	is_captured_as("+0 advance 2s\n"
		       "quiet 500ms\n"
		       "quiet 1s  // hopefully\n"
		       "+0 close(3) = 0\n",
		       events,
		       "// oracle: linux-6.12.0 uml\n"
		       "+1.024 > hex ff01\n"
		       "advance 976ms\n"
		       "quiet 500ms\n"
		       "+.5 > hex ff02\n"
		       "quiet 500ms  // hopefully\n"
		       " +0 close(3) = 0\n");
}

static void test_hosts_counters_and_commands(void **state)
{
	static const struct happening events[] = {
		{ 'S', 0, -2 * 1000000ll, NULL, 0, 0 },
		{ 'O', 0, -1 * 1000000ll, NULL, 0, 9 }, /* before time 0 */
		{ 'S', 1, -1 * 1000000ll, NULL, 0, 0 },
		{ 'S', 2, 0, NULL, 0, 0 },
		{ 'O', 0, 0, NULL, 1, 1 },
		{ 'O', 0, 0, NULL, 0, 2 },
		{ 'S', 4, 0, "mib Udp.InDatagrams +3", 0, 0 },
		{ 'S', 5, 0, "drop UDP_CSUM -1", 0, 0 },
		{ 'S', 6, 0, NULL, 0, 0 },
		{ 'S', 7, 0, NULL, 0, 0 },
		{ 0 },
	};

	(void)state;
	is_captured_as("`ip link set lo up`\n"
		       "host b {\n"
		       "`ip link set\nlo up`\n"
		       "+0 < udp (5)\n"
		       "}\n\n"
		       "// a remark\n"
		       "+0 mib Udp.InDatagrams +1\n"
		       "+0 drop UDP_CSUM +0\n"
		       "+0 %{ assert True\n}%\n"
		       "+0 `true`\n",
		       events,
		       "// oracle: linux-6.12.0 uml\n"
		       "`ip link set lo up`\n"
		       "host b {\n"
		       "\t`ip link set\nlo up`\n"
		       "\t +0 < udp (5)\n"
		       "\t +0 > hex ff01\n"
		       "}\n"
		       " +0 > hex ff02\n\n"
		       "// a remark\n"
		       " +0 mib Udp.InDatagrams +3\n"
		       " +0 drop UDP_CSUM -1\n"
		       " +0 %{ assert True\n}%\n"
		       " +0 `true`\n");
}

static void test_what_cannot_be_captured(void **state)
{
	static const struct happening nothing[] = { { 0 } };
	static const struct happening begun[] = { { 'S', 0, 0, NULL, 0, 0 }, { 0 } };
	static const struct happening wrong[] = { { 'S', 0, 0, NULL, 0, 0 },
						  { 'R', 0, 0, "close(3 = 0", 0, 0 },
						  { 0 } };
	static const struct happening two[] = { { 'S', 0, 0, NULL, 0, 0 },
						{ 'R', 0, 0, "close(3) = 0\nclose(4) = 0", 0, 0 },
						{ 0 } };

	(void)state;
	cannot_be_captured("0 close(3) = 0\n", nothing, "hand.pkt:1: the statement was not done");
	cannot_be_captured("0 close(3) = 0\n", begun, "hand.pkt:1: the call has not returned");
	cannot_be_captured("0 close(3) = 0\n", wrong, "does not parse");
	cannot_be_captured("0 close(3) = 0\n", two, "that parse as 3");
	cannot_be_captured("0 mib Udp.InDatagrams +1\n", begun, "was not read");
	cannot_be_captured("0 nic irq lose 1st\n", begun, "only a model has");
}

static void test_records_of_others(void **state)
{
	struct script *s = parse("hand.pkt", "0 close(3) = 0\n", 15);
	static const struct happening events[] = { { 'S', 0, 0, NULL, 0, 0 }, { 0 } };
	struct provenance p = from();
	struct record rec;
	char err[256];

	(void)state;
	make_record(&rec, s, events);
	rec.event[0].stmt = 7;
	assert_null(golden_pkt(s, &rec, &p, err, sizeof(err)));
	assert_non_null(strstr(err, "another script"));
	rec.event[0].stmt = 0;
	rec.verdict = RUN_FAILED;
	rec.line = 1;
	rec.message = strdup("the command ended with status 1");
	assert_null(golden_pkt(s, &rec, &p, err, sizeof(err)));
	assert_string_equal(err, "hand.pkt:1: the command ended with status 1");
	record_free(&rec);
	script_free(s);
}

/* --- captures ------------------------------------------------------------------------------------
 */
static char path[] = "/tmp/test_golden.XXXXXX";

static const char sample_text[] =
	"// claim: x\n"
	"// oracle: none\n"
	"`sysctl -q -w net.ipv4.conf.all.arp_notify=1; ip addr add 192.0.2.1/24 dev eth0; ip link "
	"set "
	"eth0 up`\n"
	"host b {\n`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n}\n"
	"  0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
	" +0 sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	"inet_addr(\"192.0.2.2\")}, 16) = 7\n"
	"+.1 mib Udp.OutDatagrams +1\n";

static char sysctls[] = "net.ipv4.tcp_rmem = 4096 131072 6291456\nnet.ipv4.udp_mem = 1 2 3\n";
static char tape[] = "neigh.reachable_time 31234\n";

static void take(struct script **s, struct record *rec)
{
	*s = parse("dir/sample.pkt", sample_text, sizeof(sample_text) - 1);
	note(*s, rec);
	assert_int_equal(rec->verdict, RUN_PASSED);
}

static void write_sample(const struct script *s, const struct record *rec)
{
	struct provenance p = from();
	char err[256] = "";

	p.seed = 0xfedcba9876543210ull;
	p.sysctls = sysctls;
	p.tape = tape;
	if (golden_pcapng_write(path, s, rec, &p, err, sizeof(err)) != 0)
		fail_msg("%s", err);
}

static size_t slurp(u8 to[CAPTURE_MAX])
{
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(to, 1, CAPTURE_MAX, f);
	assert_true(len < CAPTURE_MAX);
	fclose(f);
	return len;
}

static void spill(const u8 *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

static void must_read(struct golden *g)
{
	char err[512] = "";

	if (golden_read(g, path, err, sizeof(err)) != 0)
		fail_msg("%s", err);
}

static void assert_frames(const struct golden *g, const struct record *rec)
{
	u32 n = 0;

	for (u32 i = 0; i < rec->nr; i++) {
		const struct record_event *e = &rec->event[i];

		if (e->kind != RECORD_OUT && e->kind != RECORD_IN)
			continue;
		assert_true(n < g->nr_frames);
		assert_int_equal(g->frame[n].host, e->host);
		assert_int_equal(g->frame[n].outgoing, e->kind == RECORD_OUT);
		assert_true(g->frame[n].when_ns * 1000 <= e->when_ps);
		assert_true(g->frame[n].when_ns * 1000 > e->when_ps - 1000);
		assert_int_equal(g->frame[n].len, e->len);
		assert_memory_equal(g->frame[n].bytes, record_bytes(rec, e), e->len);
		n++;
	}
	assert_int_equal(n, g->nr_frames);
	assert_true(n >= 4);
}

static void test_captures_are_read_back(void **state)
{
	struct script *s;
	struct record rec;
	struct golden g;
	u32 n;

	(void)state;
	take(&s, &rec);
	write_sample(s, &rec);
	must_read(&g);
	assert_frames(&g, &rec);
	assert_true(g.ethernet);
	assert_int_equal(g.hosts, 2);
	assert_string_equal(g.state, rec.state);
	assert_string_equal(g.from.kernel, "linux-6.12.0 uml");
	assert_string_equal(g.from.config_hash, HASH);
	assert_string_equal(g.from.patches_hash, HASH);
	assert_true(g.from.seed == 0xfedcba9876543210ull);
	assert_int_equal(g.from.hz, 1000);
	assert_string_equal(g.from.sysctls, sysctls);
	assert_string_equal(g.from.tape, tape);
	/* What it is of, by the captured script's line: the request of sendto(). */
	for (n = 0; n < g.nr_frames && g.frame[n].when_ns < 0; n++)
		assert_non_null(memmem(g.frame[n].comment, g.frame[n].comment_len, "ip link", 7));
	assert_true(n < g.nr_frames);
	assert_true(g.frame[n].comment_len > 20);
	assert_memory_equal(g.frame[n].comment, "sample.pkt:8 sendto(3, ", 23);
	assert_non_null(memmem(g.frame[n].comment, g.frame[n].comment_len, "16) = 5", 7));
	golden_free(&g);
	record_free(&rec);
	script_free(s);
}

/* What a script is captured as gives the same bytes again, and so does a second writing. */
static void test_the_same_bytes(void **state)
{
	static u8 first[CAPTURE_MAX], second[CAPTURE_MAX];
	struct provenance p = from();
	struct script *s, *t;
	struct record rec, again;
	char err[256], *text;
	size_t len;

	(void)state;
	take(&s, &rec);
	write_sample(s, &rec);
	len = slurp(first);
	write_sample(s, &rec);
	assert_int_equal(slurp(second), len);
	assert_memory_equal(first, second, len);
	text = golden_pkt(s, &rec, &p, err, sizeof(err));
	assert_non_null(text);
	t = parse("elsewhere/sample.pkt", text, strlen(text));
	note(t, &again);
	write_sample(t, &again);
	assert_int_equal(slurp(second), len);
	assert_memory_equal(first, second, len);
	free(text);
	record_free(&again);
	record_free(&rec);
	script_free(s);
	script_free(t);
}

/* Neither a piece of one nor one with a changed byte is taken for another without being one. */
static void test_hostile_captures(void **state)
{
	static u8 bytes[CAPTURE_MAX], bad[CAPTURE_MAX];
	u32 refused = 0;
	struct script *s;
	struct record rec;
	struct golden g;
	char err[256];
	size_t len;
	u32 sum = 0;

	(void)state;
	take(&s, &rec);
	write_sample(s, &rec);
	len = slurp(bytes);
	for (size_t n = 0; n < len; n += 7) {
		spill(bytes, n);
		if (golden_read(&g, path, err, sizeof(err)) == 0)
			golden_free(&g);
		else
			refused++;
	}
	assert_true(refused > 20);
	for (size_t at = 0; at < len; at++) {
		memcpy(bad, bytes, len);
		bad[at] ^= (u8)(1u << at % 8);
		spill(bad, len);
		err[0] = '\0';
		if (golden_read(&g, path, err, sizeof(err)) != 0) {
			assert_true(strlen(err) > strlen(path));
			continue;
		}
		for (u32 i = 0; i < g.nr_frames; i++)
			sum += g.frame[i].bytes[g.frame[i].len - 1];
		golden_free(&g);
	}
	assert_true(sum != 0);
	record_free(&rec);
	script_free(s);
}

#define ABOUT(hz) "kernel: k\nconfig: " HASH "\npatches: " HASH "\nseed: 1\nhz: " hz

/* Files of the same writer with one thing wrong. */
static void test_what_is_no_capture(void **state)
{
	static const struct {
		const char *about, *name, *state, *why;
		enum link_type type;
		u8 direction;
		u32 len;
	} bad[] = {
		{ ABOUT("1000"), "a/eth0", "a x", NULL, LINK_ETHERNET, PCAP_OUTBOUND, 2 },
		{ "", "a/eth0", "a x", "does not say kernel", LINK_RAW, PCAP_OUTBOUND, 2 },
		{ ABOUT("1000") "\nhz: 1000", "a/eth0", "a x", "hz twice", LINK_RAW, 1, 2 },
		{ ABOUT("1000") "\nfoo: 1", "a/eth0", "a x", "unknown key", LINK_RAW, 1, 2 },
		{ ABOUT("1000") "\nfoo", "a/eth0", "a x", "without key", LINK_RAW, 1, 2 },
		{ ABOUT("1000x"), "a/eth0", "a x", "no such hz", LINK_RAW, 1, 2 },
		{ ABOUT("0"), "a/eth0", "a x", "rate of jiffies", LINK_RAW, 1, 2 },
		{ ABOUT("4294967296"), "a/eth0", "a x", "no such hz", LINK_RAW, 1, 2 },
		{ "kernel: k\nconfig: " HASH "\npatches: 12\nseed: 1\nhz: 1000", "a/eth0", "a x",
		  "hash of patches", LINK_RAW, 1, 2 },
		{ "kernel: k\nconfig: " HASH "\npatches: " HASH "\nseed: -1\nhz: 1000", "a/eth0",
		  "a x", "no such seed", LINK_RAW, 1, 2 },
		{ ABOUT("1000"), "b/eth0", "a x", "is not called a/", LINK_RAW, 1, 2 },
		{ ABOUT("1000"), "a/eth0", "b x", "of no host", LINK_RAW, 1, 2 },
		{ ABOUT("1000"), "a/eth0", "a x\tz", "control characters", LINK_RAW, 1, 2 },
		{ ABOUT("1000"), "a/eth0", "a x", "link type 228", LINK_IPV4, 1, 2 },
		{ ABOUT("1000"), "a/eth0", "a x", "neither inbound", LINK_RAW, PCAP_UNKNOWN, 2 },
		{ ABOUT("1000"), "a/eth0", "a x", "2 bytes of 9", LINK_RAW, 1, 9 },
	};
	static const u8 frame[] = { 0xff, 1 };
	struct golden g;
	char err[512];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		FILE *f = fopen(path, "wb");
		struct pcap_packet p = { .caplen = sizeof(frame),
					 .len = bad[i].len,
					 .bytes = frame,
					 .direction = bad[i].direction };
		int ret;

		assert_non_null(f);
		pcapng_begin(f, bad[i].about);
		pcapng_interface(f, bad[i].name, NULL, bad[i].type);
		pcapng_packet(f, &p);
		pcapng_statistics(f, 0, 0, bad[i].state);
		fclose(f);
		ret = golden_read(&g, path, err, sizeof(err));
		if ((ret == 0) != (bad[i].why == NULL))
			fail_msg("%u: %s", i, ret == 0 ? "was taken" : err);
		if (ret == 0)
			golden_free(&g);
		else if (bad[i].why != NULL && strstr(err, bad[i].why) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err, bad[i].why);
	}
	assert_int_equal(golden_read(&g, "/nowhere/at/all", err, sizeof(err)), -1);
	assert_string_equal(err, "/nowhere/at/all: No such file or directory");
}

static void test_what_is_not_written(void **state)
{
	struct provenance p = from();
	struct script *s;
	struct record rec;
	char err[512];

	(void)state;
	take(&s, &rec);
	assert_int_equal(golden_pcapng_write("/nowhere/x", s, &rec, &p, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "cannot write /nowhere/x: No such file"));
	p.config_hash[3] = 'X';
	assert_int_equal(golden_pcapng_write("/nowhere/x", s, &rec, &p, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "no hash of a configuration"));
	p = from();
	rec.verdict = RUN_FAILED;
	assert_int_equal(golden_pcapng_write(path, s, &rec, &p, err, sizeof(err)), -1);
	record_free(&rec);
	script_free(s);
}

static void test_sysctls(void **state)
{
	static const char text[] =
		"`sysctl -q -w net.ipv4.ip_default_ttl=9; ip link set lo up && sysctl "
		"net.ipv4.udp_mem=\"1 2 3\" -w net/ipv4/ip_no_pmtu_disc=1 net.ipv4.tcp_ecn`\n"
		"+0 `../set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0`\n"
		"+0 `ip addr add 192.0.2.1/24 dev lo; echo a=b > /dev/null`\n";
	struct script *s = parse("x", text, strlen(text));
	struct run_options o;
	char *got;

	(void)state;
	run_options_init(&o);
	o.knob[0] = (struct run_pair){ "net.ipv4.tcp_fack", "5" };
	o.nr_knobs = 1;
	got = golden_sysctls(s, &o);
	/* The pinned ones first, then the command line's, then the script's in their order. */
	assert_memory_equal(got, "net.ipv4.tcp_rmem = 4096 131072 6291456\n", 40);
	assert_non_null(strstr(got, "\nnet.ipv4.tcp_fack = 5\n"));
	assert_string_equal(strstr(got, "net.ipv4.tcp_fack"), "net.ipv4.tcp_fack = 5\n"
							      "net.ipv4.ip_default_ttl = 9\n"
							      "net.ipv4.udp_mem = 1 2 3\n"
							      "net.ipv4.ip_no_pmtu_disc = 1\n"
							      "net.ipv4.tcp_sack = 0\n");
	free(got);
	script_free(s);
}

/* --- groups --------------------------------------------------------------------------------------
 */
static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	worlds = dut_worlds_new();
	return fd >= 0 ? close(fd) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	dut_worlds_free(worlds);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_vectors),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_sysctls),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_times_off_the_grid),
		cmocka_unit_test(test_calls_that_wait),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_hosts_counters_and_commands),
		cmocka_unit_test(test_what_cannot_be_captured),
		cmocka_unit_test(test_records_of_others),
		cmocka_unit_test(test_captures_are_read_back),
		cmocka_unit_test(test_the_same_bytes),
		cmocka_unit_test(test_hostile_captures),
		cmocka_unit_test(test_what_is_no_capture),
		cmocka_unit_test(test_what_is_not_written),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
