// SPDX-License-Identifier: MIT
/* test_compare.c - two records of the same script, one of them with one thing changed: that thing
 * is found, named, and has its own signature; nothing else is. And sides that have none to compare.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/sim.h"
#include "harness/diff/batch.h"
#include "harness/diff/compare.h"
#include "harness/diff/tally.h"
#include "harness/diff/totals.h"
#include "harness/diff/trial.h"

static const char program[] =
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	"  0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
	" +0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
	"sin_addr = inet_addr(\"192.0.2.1\")}, 16) = ...\n"
	" +0 setsockopt(3, SOL_IP, IP_TTL, [0], 4) = ...\n"
	" +0 sendto(3, \"hello\", 5, 0, {sa_family = AF_INET, sin_port = htons(7), "
	"sin_addr = inet_addr(\"192.0.2.2\")}, 16) = ...\n"
	"+.1 < arp reply 192.0.2.2 is-at 02:00:00:00:00:02\n"
	" +0 thread 2: recv(3, ..., 10, 0) = ...\n"
	"+.1 < 192.0.2.2:7 > 192.0.2.1:5000 udp (3) \"abc\"\n"
	" +0 < 192.0.2.2:7 > 192.0.2.1:9 udp (3) \"abc\"\n"
	" +0 mib Udp.NoPorts +9\n"
	"+.1 recv(3, ..., 10, MSG_DONTWAIT) = ...\n";

static const struct compare_rules plain = { .right = "Linux", .other = "refstack" };

/* --- the two
 * -------------------------------------------------------------------------------------- */

struct two {
	struct script *script;
	struct side_item a, b;
};

static void run(struct side_item *item, const struct script *s, u32 tracepoints)
{
	struct run_options o;
	struct run_result r;

	*item = (struct side_item){ .name = "x", .script = s };
	run_options_init(&o);
	o.record = &item->record;
	o.tracepoints = tracepoints;
	r = run_script(s, &o, NULL);
	item->record.tracepoints = r.tracepoints;
	r.tracepoints = NULL;
	run_result_free(&r);
}

static void two_of(struct two *t, const char *text, u32 tracepoints)
{
	struct script_error err = { 0 };

	t->script = script_parse("x.pkt", text, strlen(text), &err);
	if (t->script == NULL)
		fail_msg("line %u: %s", err.line, err.text);
	run(&t->a, t->script, tracepoints);
	run(&t->b, t->script, tracepoints);
}

static void two_free(struct two *t)
{
	side_items_free(&t->a, 1);
	side_items_free(&t->b, 1);
	script_free(t->script);
}

/* The n-th event of a kind. */
static struct record_event *event(struct record *r, enum record_kind kind, u32 n)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == kind && n-- == 0)
			return &r->event[i];
	fail_msg("no such event");
	return NULL;
}

/* Which statement's return has this in it. */
static struct record_event *return_with(struct record *r, const char *words)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == RECORD_RETURN &&
		    strstr(record_text(r, &r->event[i]), words) != NULL)
			return &r->event[i];
	fail_msg("no return with %s", words);
	return NULL;
}

/* In event `at`; the new text is kept by an event that goes again. */
static void change_text(struct record *r, u32 at, const char *from, const char *to)
{
	const char *was = record_text(r, &r->event[at]), *place = strstr(was, from);
	char text[1000];
	u32 kept;

	assert_non_null(place);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(place - was), was, to, place + strlen(from));
	kept = record_add(r, RECORD_STMT, text, NULL, 0)->text;
	r->event[at].text = kept;
	r->nr--;
}

static void remove_event(struct record *r, const struct record_event *e)
{
	u32 at = (u32)(e - r->event);

	memmove(&r->event[at], &r->event[at + 1], (r->nr - at - 1) * sizeof(*e));
	r->nr--;
}

static void change_state(struct record *r, const char *from, const char *to)
{
	char *place = strstr(r->state, from), *text;

	assert_non_null(place);
	if (asprintf(&text, "%.*s%s%s", (int)(place - r->state), r->state, to,
		     place + strlen(from)) < 0)
		abort();
	free(r->state);
	r->state = text;
}

/* --- one thing changed
 * ---------------------------------------------------------------------------- */

static void change_errno(struct record *r)
{
	change_text(r, (u32)(return_with(r, "IP_TTL") - r->event), "EINVAL (Invalid argument)",
		    "EPERM (Operation not permitted)");
}

static void change_result(struct record *r)
{
	change_text(r, (u32)(return_with(r, "sendto") - r->event), ") = 5", ") = 4");
}

static void change_output(struct record *r)
{
	change_text(r, (u32)(return_with(r, "recv(3, \"abc\"") - r->event), "\"abc\"", "\"abd\"");
}

static void change_success(struct record *r)
{
	change_text(r, (u32)(return_with(r, "MSG_DONTWAIT") - r->event),
		    "-1 EAGAIN (Resource temporarily unavailable)", "0");
}

static void change_counted(struct record *r)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == RECORD_STMT &&
		    strstr(record_text(r, &r->event[i]), "Udp.NoPorts") != NULL) {
			change_text(r, i, "+1", "+2");
			return;
		}
	fail_msg("no counter");
}

static void change_return_time(struct record *r)
{
	return_with(r, "recv(3, \"abc\"")->when_ps += (s64)PS_PER_MS;
}

static void change_begin_time(struct record *r)
{
	return_with(r, "recv(3, \"abc\"")->start_ps += (s64)PS_PER_MS;
}

static void change_return_time_little(struct record *r)
{
	return_with(r, "recv(3, \"abc\"")->when_ps += (s64)PS_PER_MS / 2;
}

static void change_waited(struct record *r)
{
	struct record_event *e = return_with(r, "recv(3, \"abc\"");

	assert_true(e->waited);
	e->waited = false;
}

static void change_never(struct record *r)
{
	remove_event(r, return_with(r, "recv(3, \"abc\""));
}

static void change_ttl(struct record *r)
{
	r->bytes[event(r, RECORD_OUT, 1)->bytes + 22]--;
}

static void change_frame_time(struct record *r)
{
	event(r, RECORD_OUT, 0)->when_ps += (s64)PS_PER_MS;
}

static void change_frame_missing(struct record *r)
{
	remove_event(r, event(r, RECORD_OUT, 2));
}

static void change_counter(struct record *r)
{
	change_state(r, "a mib Udp.NoPorts 1\n", "a mib Udp.NoPorts 2\n");
}

static void change_counter_gone(struct record *r)
{
	change_state(r, "a mib Udp.NoPorts 1\n", "");
}

static void change_drop(struct record *r)
{
	change_state(r, "a drop NO_SOCKET 1\n", "a drop NO_SOCKET 3\n");
}

static void change_neighbour(struct record *r)
{
	change_state(r, "02:00:00:00:00:02", "02:00:00:00:00:03");
}

static void change_draws(struct record *r)
{
	change_state(r, "a random ", "a random 1");
}

static void change_end(struct record *r)
{
	r->verdict = RUN_FAILED;
	r->line = 10;
	r->message = strdup("x.pkt:10: the command ended with status 2: no\nmore");
}

static const struct {
	void (*change)(struct record *r);
	const char *signature; /* NULL: it counts as equal */
	const char *what;      /* part of the words */
} changes[] = {
	{ change_errno, "call setsockopt IP_TTL errno EINVAL EPERM",
	  "setsockopt(): result: Linux EINVAL" },
	{ change_result, "call sendto result", "sendto(): result: Linux 5, refstack 4" },
	{ change_output, "call recv output", "Linux \"abc\"" },
	{ change_success, "call recv errno EAGAIN ok", "recv(): result: Linux -1 EAGAIN" },
	{ change_counted, "directive says", "+2" },
	{ change_return_time, "call recv time",
	  "recv(): returns at: Linux 0.200000, refstack 0.201000" },
	{ change_begin_time, "call recv time",
	  "recv(): begins at: Linux 0.100000, refstack 0.101000" },
	{ change_return_time_little, NULL, NULL },
	{ change_waited, "call recv waits", "recv(): waits: Linux yes, refstack no" },
	{ change_never, "call recv return", "Linux returns from it, refstack never does" },
	{ change_ttl, "frame out udp ttl", "ttl: Linux 64, refstack 63" },
	{ change_frame_time, "frame out arp who-has time", "1.000 ms too late" },
	{ change_frame_missing, "missing frame out icmp unreachable", "refstack does not" },
	{ change_counter, "state mib Udp.NoPorts", "mib Udp.NoPorts: Linux 1, refstack 2" },
	{ change_counter_gone, "state mib Udp.NoPorts", "Linux 1, refstack 0" },
	{ change_drop, "state drop NO_SOCKET", "Linux 1, refstack 3" },
	{ change_neighbour, "state neigh", "refstack dev eth0 lladdr 02:00:00:00:00:03" },
	{ change_draws, "state random", "random: Linux" },
	{ change_end, "call setsockopt end", NULL },
};

static void expect_one(const struct comparison *c, const struct script *s, u32 i)
{
	char signature[SIGNATURE_BYTES];

	if (changes[i].signature == NULL) {
		assert_int_equal(c->verdict, COMPARE_EQUAL);
		return;
	}
	assert_int_equal(c->verdict, COMPARE_DIFFERENT);
	compare_signature(&c->differences.d[0], s, signature, sizeof(signature));
	/* The line of an early end says which statement it was. */
	if (changes[i].change == change_end)
		assert_non_null(strstr(signature, " end"));
	else
		assert_string_equal(signature, changes[i].signature);
	if (changes[i].what != NULL && strstr(c->differences.d[0].what, changes[i].what) == NULL)
		fail_msg("'%s' does not say '%s'", c->differences.d[0].what, changes[i].what);
	if (c->differences.nr != 1)
		fail_msg("%s: %u differences, the second: %s", signature, c->differences.nr,
			 c->differences.d[1].what);
}

static void each_change_is_found_and_named(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(changes); i++) {
		struct comparison c;
		struct two t;

		two_of(&t, program, 0);
		changes[i].change(&t.b.record);
		c = compare_items(&t.a, &t.b, &plain);
		expect_one(&c, t.script, i);
		comparison_free(&c);
		two_free(&t);
	}
}

/* Whichever side it is on: what only the other one has is no less of a difference. */
static void both_directions_count(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(changes); i++) {
		struct comparison c;
		struct two t;

		two_of(&t, program, 0);
		changes[i].change(&t.a.record);
		c = compare_items(&t.a, &t.b, &plain);
		assert_int_equal(c.verdict,
				 changes[i].signature != NULL ? COMPARE_DIFFERENT : COMPARE_EQUAL);
		comparison_free(&c);
		two_free(&t);
	}
}

static void the_same_is_equal(void **state)
{
	struct comparison c;
	struct two t;

	(void)state;
	two_of(&t, program, 0);
	c = compare_items(&t.a, &t.b, &plain);
	assert_int_equal(c.verdict, COMPARE_EQUAL);
	assert_int_equal(c.differences.nr, 0);
	assert_null(c.message);
	comparison_free(&c);
	two_free(&t);
}

/* --- ends
 * ----------------------------------------------------------------------------------------- */

static enum compare_verdict compared(struct two *t, const struct compare_rules *rules, char *said,
				     u32 size)
{
	struct comparison c = compare_items(&t->a, &t->b, rules);
	enum compare_verdict v = c.verdict;

	snprintf(said, size, "%s",
		 c.message != NULL	 ? c.message
		 : c.differences.nr != 0 ? c.differences.d[0].what
					 : "");
	comparison_free(&c);
	return v;
}

static void what_cannot_be_compared_says_why(void **state)
{
	char said[200];
	struct two t;

	(void)state;
	two_of(&t, program, 0);
	t.b.record.verdict = RUN_NOT_IMPLEMENTED;
	t.b.record.message = strdup("tcp_connect");
	assert_int_equal(compared(&t, &plain, said, sizeof(said)), COMPARE_NOT_IMPLEMENTED);
	assert_string_equal(said, "tcp_connect");
	t.a.error = strdup("no room\nfor it");
	assert_int_equal(compared(&t, &plain, said, sizeof(said)), COMPARE_INCONCLUSIVE);
	assert_string_equal(said, "no room");
	t.a.died = true;
	assert_int_equal(compared(&t, &plain, said, sizeof(said)), COMPARE_DIFFERENT);
	assert_string_equal(said, "no room");
	two_free(&t);
	two_of(&t, " 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n +0 close(NOBODY) = ...\n", 0);
	assert_int_equal(t.a.record.verdict, RUN_INVALID);
	assert_int_equal(compared(&t, &plain, said, sizeof(said)), COMPARE_INCONCLUSIVE);
	assert_non_null(strstr(said, "NOBODY"));
	t.a.record.verdict = RUN_PASSED;
	assert_int_equal(compared(&t, &plain, said, sizeof(said)), COMPARE_DIFFERENT);
	two_free(&t);
}

/* In which of two hosts something was dropped Linux does not tell. */
static void drops_of_several_hosts(void **state)
{
	struct compare_rules rules = plain;
	char said[200];
	struct two t;

	(void)state;
	two_of(&t, program, 0);
	change_drop(&t.b.record);
	rules.drops_of_one_host = true;
	assert_int_equal(compared(&t, &rules, said, sizeof(said)), COMPARE_DIFFERENT);
	t.a.record.hosts = t.b.record.hosts = 2;
	assert_int_equal(compared(&t, &rules, said, sizeof(said)), COMPARE_EQUAL);
	change_counter(&t.b.record);
	assert_int_equal(compared(&t, &rules, said, sizeof(said)), COMPARE_DIFFERENT);
	rules.drops_of_one_host = false;
	assert_int_equal(compared(&t, &rules, said, sizeof(said)), COMPARE_DIFFERENT);
	two_free(&t);
}

/* --- tracepoints
 * ---------------------------------------------------------------------------------- */

static void deep_sees_a_line_more(void **state)
{
	struct compare_rules deep = plain;
	char said[200], *line;
	struct parting where;
	struct two t;

	(void)state;
	deep.deep = true;
	two_of(&t, program, ~0u);
	assert_int_equal(compared(&t, &deep, said, sizeof(said)), COMPARE_EQUAL);
	line = strstr(t.b.record.tracepoints, "net:netif_receive_skb");
	assert_non_null(line);
	line[0] = 'N';
	assert_int_equal(compared(&t, &plain, said, sizeof(said)), COMPARE_EQUAL);
	assert_int_equal(compared(&t, &deep, said, sizeof(said)), COMPARE_DIFFERENT);
	where = compare_traces(t.a.record.tracepoints, t.b.record.tracepoints, "Linux", "refstack");
	assert_non_null(where.text);
	assert_non_null(strstr(where.text, "Linux      net:netif_receive_skb"));
	assert_non_null(strstr(where.text, "refstack   Net:netif_receive_skb"));
	assert_string_equal(where.right, "net:netif_receive_skb");
	assert_non_null(strstr(where.text, "# ")); /* the statement that it is behind */
	free(where.text);
	*line = '\0';
	where = compare_traces(t.a.record.tracepoints, t.b.record.tracepoints, "Linux", "refstack");
	assert_non_null(strstr(where.text, "refstack   (nothing more)"));
	free(where.text);
	two_free(&t);
}

/* What is known to be harmless, and what looks like it and is not. */
static void harmless_lines(void **state)
{
	static const char up[] = "fib:fib_table_lookup tb_id=254 dst=192.0.2.2\n";
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "# 1: link down\nqdisc:qdisc_dequeue dev=? handle=0x0 packets=0\n# 2: x\n",
		  "# 1: link down\n# 2: x\n", true },
		{ "qdisc:qdisc_dequeue dev=eth0 handle=0x0 packets=0\n", "", false },
		{ "qdisc:qdisc_dequeue dev=eth0 handle=0x80050000 packets=1\n",
		  "qdisc:qdisc_dequeue dev=eth0 handle=0x80010000 packets=1\n", true },
		{ "qdisc:qdisc_dequeue dev=eth0 handle=0x80050000 packets=1\n",
		  "qdisc:qdisc_dequeue dev=eth0 handle=0x80010000 packets=0\n", false },
		{ "qdisc:qdisc_dequeue dev=eth0 handle=0x10000 packets=1\n",
		  "qdisc:qdisc_dequeue dev=eth0 handle=0x20000 packets=1\n", false },
		{ "@# 1: x\n", "@# 1: x\n@", true },
		{ "@# 1: x\n# 2: y\n", "@# 1: x\n@# 2: y\n", true },
		{ "# 1: x\n# 2: y\n", "# 1: x\n@# 2: y\n", false },   /* there was none before */
		{ "@# 1: x\n@# 2: y\n", "@# 1: x\n# 2: y\n", false }, /* Linux's is no rule */
		{ "@# 1: x\n# 2: y\n", "@# 1: x\n@# 2: z\n", false },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *from[2] = { rows[i].a, rows[i].b };
		struct parting where;
		char text[2][500];

		for (u32 k = 0; k < 2; k++) {
			char *to = text[k];

			for (const char *p = from[k]; *p != '\0'; p++)
				to += snprintf(to, 100, *p == '@' ? "%s" : "%.1s",
					       *p == '@' ? up : p);
			*to = '\0';
		}
		where = compare_traces(text[0], text[1], "Linux", "refstack");
		if ((where.text == NULL) != rows[i].same)
			fail_msg("row %u: %s", i, where.text != NULL ? where.text : "the same");
		free(where.text);
	}
}

/* --- sides, batches, totals
 * ----------------------------------------------------------------------- */

static const char *const batch_texts[] = {
	" 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n",
	"this is no script\n",
	(" 0 socket(AF_INET, SOCK_STREAM, 0) = ...\n"
	 " +0 setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = ...\n"),
};

struct notes {
	struct totals totals;
	u32 n, wanted;
};

static bool take_note(void *ctx, const struct batch_note *note)
{
	struct notes *notes = ctx;

	totals_note(&notes->totals, note->program, note);
	return ++notes->n < notes->wanted;
}

static void make_trial(struct trial *t, struct side side[2])
{
	char err[200];

	assert_int_equal(side_open(&side[0], "refstack", SIDE_REFSTACK, err, sizeof(err)), 0);
	assert_int_equal(side_open(&side[1], "refstack", SIDE_REFSTACK, err, sizeof(err)), 0);
	*t = (struct trial){ .side = { &side[0], &side[1] }, .rules = plain };
	run_options_init(&t->options[0]);
	run_options_init(&t->options[1]);
}

/* What a worker writes and what its parent reads. */
static void a_batch_is_told_whole(void **state)
{
	struct trial_program p[ARRAY_SIZE(batch_texts)];
	struct notes notes = { .wanted = 100 };
	struct batch_reader r = { .note = take_note, .ctx = &notes };
	struct side side[2];
	char *bytes = NULL;
	struct trial t;
	size_t len = 0;
	FILE *to;

	(void)state;
	make_trial(&t, side);
	for (u32 i = 0; i < ARRAY_SIZE(batch_texts); i++)
		trial_program_init(&p[i], strdup("x.pkt"), strdup(batch_texts[i]),
				   strlen(batch_texts[i]));
	to = open_memstream(&bytes, &len);
	batch_run(&t, p, ARRAY_SIZE(batch_texts), NULL, to);
	fclose(to);
	assert_true(batch_read(&r, bytes, len));
	assert_int_equal(r.programs, ARRAY_SIZE(batch_texts));
	assert_int_equal(r.tally_len, 0);
	assert_int_equal(notes.n, 2);
	assert_int_equal(notes.totals.count[COMPARE_INCONCLUSIVE], 1);
	assert_int_equal(notes.totals.count[COMPARE_NOT_IMPLEMENTED], 1);
	assert_int_equal(notes.totals.limits.nr, 1);
	assert_non_null(strstr(notes.totals.limits.row[0].text, "no script: "));
	assert_int_equal(notes.totals.missing.nr, 1);
	free(bytes);
	for (u32 i = 0; i < ARRAY_SIZE(batch_texts); i++)
		trial_program_free(&p[i]);
	totals_free(&notes.totals);
	side_close(&side[0]);
	side_close(&side[1]);
}

static struct dut_worlds *worlds;

/* Whoever goes down takes nothing with him: those behind are run all the same. */
static struct dut *dies_once(const struct dut_config *cfg, char *err, u32 err_size)
{
	if (err_size != 0)
		err[0] = '\0';
	if (cfg->hosts == 2) {
		fputs("some words\nthe last words\n", stderr);
		abort();
	}
	return dut_refstack(cfg, worlds);
}

static void who_dies_is_named(void **state)
{
	static const char *const texts[] = {
		" 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n",
		"host b {\n 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n}\n",
		" 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n +0 close(3) = ...\n",
	};
	struct trial_program p[ARRAY_SIZE(texts)];
	char err[200], signature[SIGNATURE_BYTES];
	struct side side[2];
	struct trial t;

	(void)state;
	make_trial(&t, side);
	worlds = dut_worlds_new();
	t.options[TRIAL_OTHER].dut = dies_once;
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		trial_program_init(&p[i], strdup("x.pkt"), strdup(texts[i]), strlen(texts[i]));
	assert_int_equal(trial_run(&t, p, ARRAY_SIZE(texts), false, err, sizeof(err)), 0);
	assert_int_equal(p[0].result.verdict, COMPARE_EQUAL);
	assert_int_equal(p[1].result.verdict, COMPARE_DIFFERENT);
	assert_int_equal(p[2].result.verdict, COMPARE_EQUAL);
	assert_string_equal(p[1].result.differences.d[0].what,
			    "refstack itself ended, with signal 6: the last words");
	compare_signature(&p[1].result.differences.d[0], p[1].script, signature, sizeof(signature));
	assert_string_equal(signature,
			    "died: refstack itself ended, with signal 6: the last words");
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		trial_program_free(&p[i]);
	side_close(&side[0]);
	side_close(&side[1]);
	dut_worlds_free(worlds);
}

/* Differences of one signature are one kind; the first is the one that is looked into. */
static void kinds_are_counted(void **state)
{
	static const char *const signatures[] = { "one", "two", "one", "one" };
	struct totals t = { 0 };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(signatures); i++) {
		const struct batch_note note = { .verdict = COMPARE_DIFFERENT,
						 .text = "what",
						 .signature = signatures[i] };

		assert_int_equal(totals_note(&t, 100 + i, &note) != NULL, i < 2);
	}
	assert_int_equal(t.kinds, 2);
	assert_int_equal(t.kind[0].count, 3);
	assert_int_equal(t.kind[0].program[0], 100);
	assert_int_equal(t.kind[0].program[2], 103);
	assert_int_equal(t.kind[1].count, 1);
	assert_int_equal(t.count[COMPARE_DIFFERENT], 4);
	totals_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_equal),
		cmocka_unit_test(each_change_is_found_and_named),
		cmocka_unit_test(both_directions_count),
		cmocka_unit_test(what_cannot_be_compared_says_why),
		cmocka_unit_test(drops_of_several_hosts),
		cmocka_unit_test(deep_sees_a_line_more),
		cmocka_unit_test(harmless_lines),
		cmocka_unit_test(a_batch_is_told_whole),
		cmocka_unit_test(who_dies_is_named),
		cmocka_unit_test(kinds_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
