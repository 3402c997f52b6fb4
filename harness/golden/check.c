// SPDX-License-Identifier: MIT
/* check.c - see check.h.
 *
 * A vector that is as it should be costs one run: the script compares itself, and somebody looks on
 * and compares each frame with the capture as it comes, and the state when it is over. Only when
 * something differs the script runs once more and is noted instead (record.h), so that all that
 * differs is found, aligned, and told in the order in which it came about.
 */
#include "harness/golden/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/golden/field.h"
#include "harness/lib/version.h"
#include "harness/lib/must.h"

/* Real time is never exact, and the running kernel's HZ may be another one: its timers are. */
enum { LIVE_NEAR_MS = 20, LIVE_PERCENT = 5, LIVE_WAIT_MS = 2 * LIVE_NEAR_MS };
enum { ERR_BYTES = 512, HZ_DEFAULT = 1000, PKT_LEN = 4 };

const char *check_verdict_name(enum check_verdict v)
{
	static const char *const names[CHECK_VERDICTS] = {
		[CHECK_PASSED] = "passed",	    [CHECK_NOT_CAPTURED] = "not captured",
		[CHECK_FAILED] = "failed",	    [CHECK_EXPLAINED] = "explained",
		[CHECK_SKIPPED] = "skipped",	    [CHECK_NOT_IMPLEMENTED] = "not implemented",
		[CHECK_INVALID] = "invalid golden", [CHECK_ENVIRONMENT] = "environment",
		[CHECK_PENDING] = "pending",
	};

	assert(v < CHECK_VERDICTS);
	return names[v];
}

void check_result_free(struct check_result *r)
{
	free(r->message);
	differences_free(&r->differences);
	free(r->script);
	free(r->headers);
	free(r->ladder);
	*r = (struct check_result){ 0 };
}

static void ended(struct check_result *r, enum check_verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void ended(struct check_result *r, enum check_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	assert(r->message == NULL);
	r->verdict = verdict;
	va_start(ap, fmt);
	if (vasprintf(&r->message, fmt, ap) < 0)
		abort();
	va_end(ap);
}

/* --- looking on
 * ----------------------------------------------------------------------------------- */

struct onlooker {
	const struct golden *g;
	u64 near_ps;
	u32 next[DUT_HOSTS]; /* index of the frame that this host must have next */
	bool differs;
	u32 frames;
	struct record *seen; /* what happens is noted here; NULL */
};

static u32 next_of_host(const struct golden *g, u32 from, u32 host)
{
	while (from < g->nr_frames && g->frame[from].host != host)
		from++;
	return from;
}

static bool in_time(const struct onlooker *o, s64 golden_ns, s64 when_ps)
{
	s64 apart = golden_ns * (s64)PS_PER_NS - when_ps;

	return (u64)(apart < 0 ? -apart : apart) <= o->near_ps;
}

static bool is_frame(const struct onlooker *o, const struct golden_frame *f, bool outgoing,
		     const u8 *frame, u32 len, s64 when_ps)
{
	bool opening = when_ps == RUN_BEFORE_TIME;

	return f->outgoing == outgoing && f->len == len && memcmp(f->bytes, frame, len) == 0 &&
	       (opening ? f->when_ns < 0 : in_time(o, f->when_ns, when_ps));
}

static struct record_event *see(const struct onlooker *o, enum record_kind kind, u32 stmt,
				s64 when_ps, const u8 *bytes, u32 len)
{
	struct record_event *e = record_add(o->seen, kind, NULL, bytes, len);

	e->stmt = stmt;
	e->when_ps = e->due_ps = when_ps;
	return e;
}

static void saw_begun(void *ctx, u32 stmt, s64 when_ps)
{
	const struct onlooker *o = ctx;

	if (o->seen != NULL)
		see(o, RECORD_STMT, stmt, when_ps, NULL, 0);
}

static void saw_returned(void *ctx, u32 stmt, s64 began_ps, s64 when_ps, bool waited)
{
	const struct onlooker *o = ctx;
	struct record_event *e;

	if (o->seen == NULL)
		return;
	e = see(o, RECORD_RETURN, stmt, when_ps, NULL, 0);
	e->start_ps = began_ps;
	e->waited = waited;
}

static void saw_frame(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, s64 when_ps,
		      u32 stmt)
{
	struct onlooker *o = ctx;
	u32 at;

	assert(host < DUT_HOSTS);
	o->frames++;
	if (o->seen != NULL)
		see(o, outgoing ? RECORD_OUT : RECORD_IN, stmt, when_ps, frame, len)->host =
			(u8)host;
	at = next_of_host(o->g, o->next[host], host);
	if (at >= o->g->nr_frames || !is_frame(o, &o->g->frame[at], outgoing, frame, len, when_ps))
		o->differs = true;
	o->next[host] = at + 1;
}

static void saw_state(void *ctx, const char *state)
{
	struct onlooker *o = ctx;

	if (!difference_same_state(state, o->g->state))
		o->differs = true;
	for (u32 h = 0; h < DUT_HOSTS; h++)
		if (next_of_host(o->g, o->next[h], h) < o->g->nr_frames)
			o->differs = true;
}

/* --- a run
 * ---------------------------------------------------------------------------------------- */

static u64 half_a_jiffy_ps(const struct golden *g)
{
	u32 hz = g != NULL && g->from.hz != 0 ? g->from.hz : HZ_DEFAULT;

	return PS_PER_SEC / hz / 2;
}

/* The script's own times are compared to half a jiffy as well, whatever it says itself. */
static void set_options(struct run_options *to, const struct check_options *o,
			const struct golden *g, char tolerance[16])
{
	run_options_init(to);
	to->device = o->device;
	to->dut = o->dut;
	to->checks = o->invariants;
	if (o->live) {
		to->slack_ps = LIVE_WAIT_MS * PS_PER_MS;
		to->slack_percent = LIVE_PERCENT;
	}
	if (g == NULL)
		return;
	to->seed = g->from.seed;
	snprintf(tolerance, 16, "%llu", (unsigned long long)(half_a_jiffy_ps(g) / PS_PER_US));
	to->option[0] = (struct run_pair){ "tolerance_usecs", tolerance };
	to->option[1] = (struct run_pair){ "tolerance_percent", "0" };
	to->nr_options = 2;
}

/* Those that did not come to an end are no differences. */
static bool take_end(struct check_result *r, const struct run_result *run)
{
	static const enum check_verdict verdicts[] = {
		[RUN_NOT_IMPLEMENTED] = CHECK_NOT_IMPLEMENTED,
		[RUN_INVALID] = CHECK_INVALID,
		[RUN_ENVIRONMENT] = CHECK_ENVIRONMENT,
	};

	if (run->verdict == RUN_PASSED || run->verdict == RUN_FAILED)
		return false;
	r->verdict = verdicts[run->verdict];
	r->message = must(strdup(run->message));
	return true;
}

/* Its first line without the place, and the rest. */
static void split_message(const char *message, const char *name, u32 line, char **what,
			  const char **rest)
{
	char place[ERR_BYTES];
	size_t len;

	snprintf(place, sizeof(place), "%s:%u: ", name, line);
	len = strlen(place);
	if (strncmp(message, place, len) == 0)
		message += len;
	len = strcspn(message, "\n");
	*what = must(strndup(message, len));
	*rest = message + len + (message[len] == '\n');
}

static u32 stmt_at(const struct script *s, u32 line)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].line == line)
			return i;
	return ALIGN_NONE;
}

/* What the script itself says of its first mismatch. */
static struct difference *add_mismatch(struct differences *to, const struct script *s,
				       const struct run_result *run)
{
	struct difference *d;
	const char *rest;
	char *what;

	split_message(run->message, s->name, run->line, &what, &rest);
	d = difference_add(to, DIFFERS_STATEMENT, what, rest);
	free(what);
	d->line = run->line;
	d->stmt = stmt_at(s, run->line);
	return d;
}

/* The same of a record that ends with a failure. */
static void add_end(struct differences *to, const struct script *s, const struct record *rec)
{
	struct run_result run = { .line = rec->line, .message = rec->message };

	if (rec->message != NULL)
		add_mismatch(to, s, &run);
	else
		difference_add(to, DIFFERS_STATEMENT, "it failed, and does not say why", NULL);
}

static s64 when_begun(const struct record *rec, u32 stmt)
{
	s64 when = 0;

	for (u32 i = 0; i < rec->nr; i++) {
		if (rec->event[i].kind != RECORD_STMT)
			continue;
		if (rec->event[i].stmt > stmt)
			break;
		when = rec->event[i].when_ps;
	}
	return when;
}

/* Told already: the same line by the alignment, in better words; or, of a packet line, the frames
 * of it.
 */
static bool is_told(const struct differences *in, const struct script *s,
		    const struct run_result *run)
{
	u32 stmt = stmt_at(s, run->line);
	bool packet = stmt != ALIGN_NONE && s->stmt[stmt].kind == STMT_PACKET;

	for (u32 i = 0; i < in->nr; i++)
		if (in->d[i].line == run->line || (packet && in->d[i].frame != 0) ||
		    (packet && in->d[i].kind == DIFFERS_EXTRA))
			return true;
	return false;
}

static struct difference_rules rules_for(const struct check_options *o, const struct golden *g,
					 bool ethernet)
{
	return (struct difference_rules){
		.align = { .ethernet = ethernet, .near_ps = half_a_jiffy_ps(g) },
		.right = "Linux",
		.other = o->name != NULL ? o->name : "refstack",
	};
}

static void compare_frames(struct check_result *r, const struct script *s, const struct golden *g,
			   const struct record *rec, const struct difference_rules *rules)
{
	for (u32 h = 0; h < DUT_HOSTS; h++) {
		struct align_frame *a, *b;
		u32 nr_a = difference_golden_frames(g, s, h, &a);
		u32 nr_b = difference_record_frames(rec, h, &b);

		difference_frames(&r->differences, s, a, nr_a, b, nr_b, rules);
		free(a);
		free(b);
	}
}

/* Both sides of what happened, where they are wanted. */
static void show(struct check_result *r, struct evidence e, const struct check_options *o)
{
	if (!o->evidence)
		return;
	assert(r->ladder == NULL);
	e.differences = &r->differences;
	e.of_case = o->of_case;
	r->ethernet = e.rules->align.ethernet;
	r->ladder = evidence_ladder(&e);
}

static struct record make_record(const struct script *s, const struct check_options *o,
				 const struct golden *g, struct dut_worlds *cache)
{
	struct run_options options;
	struct run_result run;
	struct record rec;
	char tolerance[16];

	record_init(&rec);
	set_options(&options, o, g, tolerance);
	options.record = &rec;
	run = run_script(s, &options, cache);
	run_result_free(&run);
	return rec;
}

/* Something is not as it should be: what, and what first? */
static void find_differences(struct check_result *r, const struct script *s, const struct golden *g,
			     const struct check_options *o, const struct run_result *run,
			     struct dut_worlds *cache)
{
	struct record rec = make_record(s, o, g, cache);
	struct difference_rules rules = rules_for(o, g, g->ethernet);

	r->verdict = CHECK_FAILED;
	compare_frames(r, s, g, &rec, &rules);
	difference_calls(&r->differences, s, &rec, &rules);
	if (rec.verdict == RUN_PASSED)
		difference_state(&r->differences, g->state, rec.state, &rules);
	if (run->verdict == RUN_FAILED && !is_told(&r->differences, s, run)) {
		struct difference *d = add_mismatch(&r->differences, s, run);

		d->when_ps = when_begun(&rec, d->stmt);
	}
	differences_sort(&r->differences);
	if (r->differences.nr == 0)
		difference_add(&r->differences, DIFFERS_STATEMENT,
			       "the run differs from the capture, and its record does not: a fault "
			       "of the comparison itself",
			       NULL);
	show(r, (struct evidence){ .script = s, .golden = g, .actual = &rec, .rules = &rules }, o);
	record_free(&rec);
}

/* --- without a golden, and on another device
 * ------------------------------------------------------ */

/* Nobody knows better than the script. */
static void show_alone(struct check_result *r, const struct script *s,
		       const struct check_options *o, struct dut_worlds *cache)
{
	struct record rec = make_record(s, o, NULL, cache);
	struct difference_rules rules = rules_for(o, NULL, rec.ethernet);

	show(r, (struct evidence){ .script = s, .actual = &rec, .rules = &rules }, o);
	record_free(&rec);
}

static void only_run(struct check_result *r, const struct script *s, const struct check_options *o,
		     struct dut_worlds *cache)
{
	struct run_options options;
	struct run_result run;

	set_options(&options, o, NULL, NULL);
	run = run_script(s, &options, cache);
	r->virtual_ps = run.virtual_ps;
	r->verdict = CHECK_NOT_CAPTURED;
	if (!take_end(r, &run) && run.verdict == RUN_FAILED) {
		r->verdict = CHECK_FAILED;
		add_mismatch(&r->differences, s, &run);
	}
	if (o->evidence)
		show_alone(r, s, o, cache);
	run_result_free(&run);
}

static bool text_begins(const struct script *s, struct text t, const char *word)
{
	size_t len = strlen(word);

	return t.len >= len && memcmp(script_text(s, t), word, len) == 0;
}

static void compare_records(struct check_result *r, const struct script *s, const struct record *a,
			    const struct record *b, const struct difference_rules *rules)
{
	for (u32 h = 0; h < DUT_HOSTS; h++) {
		struct align_frame *fa, *fb;
		u32 nr_a = difference_record_frames(a, h, &fa);
		u32 nr_b = difference_record_frames(b, h, &fb);

		r->frames += nr_b;
		difference_frames(&r->differences, s, fa, nr_a, fb, nr_b, rules);
		free(fa);
		free(fb);
	}
	difference_records(&r->differences, s, a, b, rules);
	differences_sort(&r->differences);
}

/* Two devices of the reference: bytes above the padding, and what programs see. Times are free. */
static void compare_devices(struct check_result *r, const struct script *s, const struct golden *g,
			    const struct check_options *o, struct dut_worlds *cache)
{
	struct check_options tap = *o;
	struct normalise na, nb;
	const struct difference_rules rules = {
		.align = { .ethernet = true, .near_ps = half_a_jiffy_ps(g), .no_padding = true },
		.right = "tap",
		.other = "igb",
		.free_times = true,
		.a = &na,
		.b = &nb,
	};
	struct record a, b;

	tap.device = DEVICE_AUTO;
	a = make_record(s, &tap, g, cache);
	b = make_record(s, o, g, cache);
	normalise_init(&na, NORMALISE_DEVICES, true);
	normalise_init(&nb, NORMALISE_DEVICES, true);
	if (b.verdict != RUN_PASSED && b.verdict != RUN_FAILED)
		ended(r, CHECK_NOT_IMPLEMENTED, "%s", b.message);
	else if (!a.ethernet)
		ended(r, CHECK_SKIPPED, "igb: a tun device has no Ethernet header");
	else
		compare_records(r, s, &a, &b, &rules);
	if (a.ethernet)
		show(r,
		     (struct evidence){
			     .script = s, .expected = &a, .actual = &b, .rules = &rules },
		     o);
	r->virtual_ps = (u64)b.end_ps;
	if (r->differences.nr != 0)
		r->verdict = CHECK_FAILED;
	memcpy(r->rules, nb.applied, sizeof(r->rules));
	record_free(&a);
	record_free(&b);
}

static void check_igb(struct check_result *r, const struct script *s, const struct golden *g,
		      const struct check_options *o, struct dut_worlds *cache)
{
	struct text said = script_header(s, "igb");

	if (text_begins(s, said, "no"))
		ended(r, CHECK_SKIPPED, "igb: %.*s", (int)said.len, script_text(s, said));
	else
		compare_devices(r, s, g, o, cache);
}

/* --- on the running kernel
 * -------------------------------------------------------------------------- */

/* What Linux did when the vector was captured, or what the reference does. */
static void compare_live(struct check_result *r, const struct script *s, const struct golden *g,
			 const struct record *live, const struct check_options *o)
{
	struct normalise na, nb;
	const struct difference_rules rules = {
		.align = { .ethernet = g->ethernet,
			   .near_ps = LIVE_NEAR_MS * PS_PER_MS,
			   .no_padding = true },
		.right = "golden",
		.other = o->name,
		.percent = LIVE_PERCENT,
		.a = &na,
		.b = &nb,
	};

	normalise_init(&na, NORMALISE_KERNELS, g->ethernet);
	normalise_init(&nb, NORMALISE_KERNELS, g->ethernet);
	compare_frames(r, s, g, live, &rules);
	difference_calls(&r->differences, s, live, &rules);
	difference_state(&r->differences, g->state, live->state, &rules);
	differences_sort(&r->differences);
	if (live->verdict != RUN_PASSED && r->differences.nr == 0)
		add_end(&r->differences, s, live);
	show(r, (struct evidence){ .script = s, .golden = g, .actual = live, .rules = &rules }, o);
	memcpy(r->rules, nb.applied, sizeof(r->rules));
	if (r->differences.nr != 0)
		r->verdict = CHECK_FAILED;
}

/* "6.12" or "6.12.3-x" as one number; what is left out is 0. */
static u64 version_of(const char *text, size_t len)
{
	u64 part[3] = { 0 };

	for (size_t i = 0, n = 0; i < len && n < ARRAY_SIZE(part); i++) {
		if (text[i] >= '0' && text[i] <= '9')
			part[n] = min_u64(part[n] * 10 + (u64)(text[i] - '0'), U16_MAX);
		else if (text[i] == '.')
			n++;
		else
			break;
	}
	return part[0] << 32 | part[1] << 16 | part[2];
}

/* As many parts as are said count: 6.12.5 is not later than 6.12. */
static bool is_later(const char *release, const char *than, size_t than_len)
{
	u64 a = version_of(release, strlen(release)), b = version_of(than, than_len);
	bool patch = false;
	u32 dots = 0;

	for (size_t i = 0; i < than_len; i++)
		patch = patch || (than[i] == '.' && ++dots == 2);
	return patch ? a > b : a >> 16 > b >> 16;
}

/* Which versions a vector says it is about: `since` the first, `until` the last one. */
static bool is_about(const struct script *s, const char *release)
{
	struct text since = script_header(s, "since"), until = script_header(s, "until");
	const char *first = script_text(s, since);

	if (until.len != 0 && is_later(release, script_text(s, until), until.len))
		return false;
	return since.len == 0 ||
	       version_of(release, strlen(release)) >= version_of(first, since.len);
}

/* "since 6.3, until 6.17: REASON", of what there is; of malloc, NULL where the vector says nothing.
 */
static char *explanation(const struct script *s)
{
	static const char *const keys[] = { "since", "until" };
	struct text why = script_header(s, "live");
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	const char *between = "";

	if (to == NULL)
		abort();
	for (u32 i = 0; i < ARRAY_SIZE(keys); i++) {
		struct text t = script_header(s, keys[i]);

		if (t.len == 0)
			continue;
		fprintf(to, "%s%s %.*s", between, keys[i], (int)t.len, script_text(s, t));
		between = ", ";
	}
	if (why.len != 0)
		fprintf(to, "%s%.*s", *between != '\0' ? ": " : "", (int)why.len,
			script_text(s, why));
	fclose(to);
	if (len != 0)
		return text;
	free(text);
	return NULL;
}

/* A difference that the vector has a reason for is none to be looked into: the kernel is not of a
 * version that the vector is about, or what it is about is not the version's alone.
 */
static void explain(struct check_result *r, const struct script *s, const char *release)
{
	bool dated = script_header(s, "since").len != 0 || script_header(s, "until").len != 0;
	bool about = is_about(s, release);
	char *why = explanation(s);

	if (why != NULL && (!dated || !about)) {
		if (r->verdict == CHECK_FAILED)
			ended(r, CHECK_EXPLAINED, "%s", why);
		else if (dated) {
			ended(r, CHECK_PASSED, "agrees on %s, although it says: %s", release, why);
			r->unexpected = true;
		}
	}
	free(why);
}

/* How long it takes is asked of the reference, in no time. */
static u64 lasts_ps(const struct script *s, const struct golden *g, struct dut_worlds *cache)
{
	const struct check_options reference = { .name = "refstack" };
	struct record rec = make_record(s, &reference, g, cache);
	u64 lasts = rec.end_ps > 0 ? (u64)rec.end_ps : 0;

	record_free(&rec);
	return lasts;
}

static void check_live(struct check_result *r, const struct script *s, const struct golden *g,
		       const struct check_options *o, struct dut_worlds *cache)
{
	struct text said = script_header(s, "live");
	struct utsname running = { 0 };
	struct record live;
	u64 lasts;

	if (g == NULL) {
		ended(r, CHECK_SKIPPED, "not captured: nothing to compare with");
		return;
	}
	if (text_begins(s, said, "no,")) {
		ended(r, CHECK_SKIPPED, "live: %.*s", (int)said.len, script_text(s, said));
		return;
	}
	lasts = lasts_ps(s, g, cache);
	if (lasts > CHECK_LIVE_SECS * PS_PER_SEC) {
		ended(r, CHECK_SKIPPED, "lasts longer than %u s", CHECK_LIVE_SECS);
		return;
	}
	live = make_record(s, o, g, cache);
	r->frames = g->nr_frames;
	r->virtual_ps = lasts;
	(void)uname(&running);
	if (live.verdict == RUN_ENVIRONMENT || live.verdict == RUN_NOT_IMPLEMENTED)
		ended(r, live.verdict == RUN_ENVIRONMENT ? CHECK_ENVIRONMENT : CHECK_SKIPPED, "%s",
		      live.message);
	else
		compare_live(r, s, g, &live, o);
	if (r->message == NULL)
		explain(r, s, o->release != NULL ? o->release : running.release);
	record_free(&live);
}

/* --- a vector
 * ------------------------------------------------------------------------------------- */

/* What is listed as a divergence has to show. */
static void diverge(struct check_result *r, const struct script *s)
{
	struct text class = script_header(s, "class");

	if (!text_begins(s, class, "diverges "))
		return;
	if (r->verdict == CHECK_FAILED) {
		ended(r, CHECK_EXPLAINED, "class: %.*s", (int)class.len, script_text(s, class));
	} else if (r->verdict == CHECK_PASSED) {
		ended(r, CHECK_INVALID, "agrees with Linux, although it says class: %.*s",
		      (int)class.len, script_text(s, class));
		r->unexpected = true;
	}
}

/* A statement that asks for a counter has noted what it found. */
static void compare_counters(struct differences *to, const struct script *s,
			     const struct record *rec, const struct difference_rules *rules)
{
	for (u32 i = 0; i < rec->nr; i++) {
		const struct record_event *e = &rec->event[i];
		const struct stmt *st = e->stmt < s->nr_stmts ? &s->stmt[e->stmt] : NULL;
		char said[ERR_BYTES], what[2 * ERR_BYTES + 64];
		const char *found;
		struct difference *d;

		if (st == NULL || e->kind != RECORD_STMT || !evidence_is_counter(st))
			continue;
		difference_stmt_text(s, st, said, sizeof(said));
		found = record_text(rec, e);
		if (strcmp(said, found) == 0)
			continue;
		snprintf(what, sizeof(what), "%s %s, %s %.*s", rules->right, said, rules->other,
			 ERR_BYTES, found);
		d = difference_add(to, DIFFERS_STATEMENT, what, NULL);
		d->stmt = e->stmt;
		d->line = st->line;
		d->when_ps = e->when_ps;
	}
}

static void add_late(struct differences *to, const struct script *s, const struct record_event *e,
		     s64 expected_ps, const struct difference_rules *rules)
{
	char right[32], other[32], what[ERR_BYTES], name[64];
	const struct stmt *st = &s->stmt[e->stmt];
	struct difference *d;

	difference_time(expected_ps, right);
	difference_time(e->when_ps, other);
	snprintf(name, sizeof(name), "%s", script_calls[st->call.call].name);
	snprintf(what, sizeof(what), "%s(): returns at: %s %s, %s %s", name, rules->right, right,
		 rules->other, other);
	d = difference_add(to, DIFFERS_STATEMENT, what, NULL);
	difference_values(d, "returns at", right, other);
	d->stmt = e->stmt;
	d->line = st->line;
	d->when_ps = expected_ps;
}

/* Calls that wait say in the script when they return. */
static void compare_returns(struct differences *to, const struct script *s,
			    const struct record *rec, const struct difference_rules *rules)
{
	for (u32 i = 0; i < rec->nr; i++) {
		const struct record_event *e = &rec->event[i];
		const struct when *w = e->stmt < s->nr_stmts ? &s->stmt[e->stmt].when : NULL;
		s64 expected, apart;

		if (w == NULL || e->kind != RECORD_RETURN || !w->blocks)
			continue;
		expected = e->start_ps + (s64)((w->until_ns - w->from_ns) * PS_PER_NS);
		apart = expected - e->when_ps;
		if ((u64)(apart < 0 ? -apart : apart) > rules->align.near_ps)
			add_late(to, s, e, expected, rules);
	}
}

/* Somebody has asked the device before: its record is as good as a run. */
static void check_record(struct check_result *r, const struct script *s, const struct golden *g,
			 const struct check_options *o)
{
	const struct record *rec = o->record;
	const struct run_result run = { .verdict = rec->verdict, .message = rec->message };
	struct difference_rules rules = rules_for(o, g, g != NULL ? g->ethernet : rec->ethernet);

	r->virtual_ps = rec->end_ps > 0 ? (u64)rec->end_ps : 0;
	if (g == NULL && rec->verdict != RUN_PASSED && rec->verdict != RUN_FAILED) {
		ended(r, CHECK_SKIPPED, "not captured: %s", rec->message);
		return;
	}
	if (take_end(r, &run))
		return;
	difference_calls(&r->differences, s, rec, &rules);
	compare_counters(&r->differences, s, rec, &rules);
	compare_returns(&r->differences, s, rec, &rules);
	if (g != NULL) {
		r->frames = g->nr_frames;
		compare_frames(r, s, g, rec, &rules);
		difference_state(&r->differences, g->state, rec->state, &rules);
	}
	differences_sort(&r->differences);
	if (rec->verdict == RUN_FAILED && r->differences.nr == 0)
		add_end(&r->differences, s, rec);
	r->verdict = r->differences.nr != 0 ? CHECK_FAILED
		     : g != NULL	    ? CHECK_PASSED
					    : CHECK_NOT_CAPTURED;
	show(r, (struct evidence){ .script = s, .golden = g, .actual = rec, .rules = &rules }, o);
}

static void check_reference(struct check_result *r, const struct script *s, const struct golden *g,
			    const struct check_options *o, struct dut_worlds *cache)
{
	struct record seen = { 0 };
	struct onlooker look = { .g = g,
				 .near_ps = half_a_jiffy_ps(g),
				 .seen = o->evidence ? &seen : NULL };
	const struct run_watch watch = { .frame = saw_frame,
					 .state = saw_state,
					 .begun = saw_begun,
					 .returned = saw_returned,
					 .ctx = &look };
	const struct difference_rules rules = rules_for(o, g, g->ethernet);
	struct run_options options;
	struct run_result run;
	char tolerance[16];

	set_options(&options, o, g, tolerance);
	options.watch = &watch;
	run = run_script(s, &options, cache);
	r->virtual_ps = run.virtual_ps;
	r->frames = look.frames;
	if (!take_end(r, &run) && (run.verdict != RUN_PASSED || look.differs))
		find_differences(r, s, g, o, &run, cache);
	else if (r->verdict == CHECK_PASSED || r->verdict == CHECK_NOT_IMPLEMENTED)
		show(r,
		     (struct evidence){ .script = s,
					.golden = g,
					.actual = &seen,
					.equal = r->verdict == CHECK_PASSED,
					.rules = &rules },
		     o);
	record_free(&seen);
	run_result_free(&run);
	diverge(r, s);
}

/* What Linux did is told of all vectors, and their headers. */
static void show_rest(struct check_result *r, const struct script *s, const struct golden *g,
		      const struct check_options *o)
{
	struct difference_rules rules = rules_for(o, g, g == NULL || g->ethernet);

	if (!o->evidence)
		return;
	r->headers = evidence_headers(s, g != NULL ? &g->from : NULL, o->of_case);
	if (r->ladder == NULL && g != NULL)
		show(r, (struct evidence){ .script = s, .golden = g, .rules = &rules }, o);
}

struct check_result check_script(const struct script *s, const struct golden *g,
				 const struct check_options *o, struct dut_worlds *cache)
{
	struct check_result r = { .verdict = CHECK_PASSED };

	if (o->record != NULL)
		check_record(&r, s, g, o);
	else if (o->device == DEVICE_IGB)
		check_igb(&r, s, g, o, cache);
	else if (o->live)
		check_live(&r, s, g, o, cache);
	else if (g == NULL)
		only_run(&r, s, o, cache);
	else
		check_reference(&r, s, g, o, cache);
	show_rest(&r, s, g, o);
	return r;
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rbe");
	char *text;
	long size;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || size > SCRIPT_BYTES) {
		errno = ferror(f) != 0 ? errno : EFBIG;
		fclose(f);
		return NULL;
	}
	rewind(f);
	text = must(malloc((size_t)size + 1));
	*len = fread(text, 1, (size_t)size, f);
	text[*len] = '\0';
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* kept: NULL, or gets the text, of malloc. */
static struct script *load(const char *path, struct check_result *r, char **kept, size_t *kept_len)
{
	struct script_error err = { 0 };
	struct script *s;
	size_t len = 0;
	char *text = read_file(path, &len);

	if (text == NULL) {
		ended(r, CHECK_INVALID, "%s: %s", path, strerror(errno));
		return NULL;
	}
	s = script_parse(path, text, len, &err);
	if (s == NULL)
		ended(r, CHECK_INVALID, "%s:%u:%u: %s", path, err.line, err.column, err.text);
	if (kept != NULL) {
		*kept = text;
		*kept_len = len;
	} else {
		free(text);
	}
	return s;
}

static char *capture_path(const char *path)
{
	size_t len = strlen(path);
	char *to;

	if (len > PKT_LEN && strcmp(path + len - PKT_LEN, ".pkt") == 0)
		len -= PKT_LEN;
	if (asprintf(&to, "%.*s.pcapng", (int)len, path) < 0)
		abort();
	return to;
}

static bool exists(const char *path)
{
	FILE *f = fopen(path, "rbe");

	if (f == NULL)
		return false;
	fclose(f);
	return true;
}

/* The two of a pair come from one capture. */
static void check_pair(struct check_result *r, const char *path, const struct script *s,
		       const char *pcapng, const struct golden *g)
{
	struct text oracle = script_header(s, "oracle");

	if (strlen(g->from.kernel) != oracle.len ||
	    memcmp(g->from.kernel, script_text(s, oracle), oracle.len) != 0)
		ended(r, CHECK_INVALID, "%s was captured on %.*s, %s on %s; capture them again",
		      path, (int)oracle.len, script_text(s, oracle), pcapng, g->from.kernel);
}

static void with_golden(struct check_result *r, const char *path, const struct script *s,
			const char *pcapng, const struct check_options *o, struct dut_worlds *cache)
{
	struct golden g = { 0 };
	char err[ERR_BYTES];

	if (golden_read(&g, pcapng, err, sizeof(err)) != 0) {
		ended(r, CHECK_INVALID, "%s", err);
		return;
	}
	check_pair(r, path, s, pcapng, &g);
	if (r->message == NULL)
		*r = check_script(s, &g, o, cache);
	golden_free(&g);
}

/* The script, and what the vector is: both files. */
static void keep_text(struct check_result *r, char *text, size_t len, const char *pcapng)
{
	struct sha256 h;
	size_t more_len = 0;
	char *more = read_file(pcapng, &more_len);

	r->script = text;
	r->script_len = len;
	if (text == NULL)
		return;
	sha256_init(&h);
	sha256_add(&h, text, len);
	sha256_add(&h, more != NULL ? more : "", more_len);
	sha256_final(&h, r->golden);
	free(more);
}

struct check_result check_file(const char *path, const struct check_options *o,
			       struct dut_worlds *cache)
{
	struct check_result r = { .verdict = CHECK_PASSED };
	char *text = NULL;
	size_t len = 0;
	struct script *s = load(path, &r, o->evidence ? &text : NULL, &len);
	char *pcapng = capture_path(path);
	struct text oracle = { 0, 0 };

	if (s != NULL)
		oracle = script_header(s, "oracle");
	if (s == NULL)
		goto out;
	if (oracle.len == 0)
		ended(&r, CHECK_INVALID, "%s: no '// oracle:' says whether it is captured", path);
	else if (!text_begins(s, oracle, "none") || oracle.len != strlen("none"))
		with_golden(&r, path, s, pcapng, o, cache);
	else if (exists(pcapng))
		ended(&r, CHECK_INVALID, "%s says 'oracle: none', and there is %s", path, pcapng);
	else
		r = check_script(s, NULL, o, cache);
out:
	if (o->evidence) {
		keep_text(&r, text, len, pcapng);
		if (s != NULL && r.headers == NULL)
			r.headers = evidence_headers(s, NULL, NULL);
	}
	if (s != NULL)
		script_free(s);
	free(pcapng);
	return r;
}

/* --- a capture of what the device under test does
 * ----------------------------------------------------- */

/* Whose capture it is. What is not Linux's has no hashes. */
static void provenance_of(struct provenance *p, const struct golden *g)
{
	*p = (struct provenance){ .seed = g->from.seed, .hz = g->from.hz };
	snprintf(p->kernel, sizeof(p->kernel), "refstack %s", REFSTACK_VERSION);
	memset(p->config_hash, '0', sizeof(p->config_hash) - 1);
	memset(p->patches_hash, '0', sizeof(p->patches_hash) - 1);
	p->sysctls = g->from.sysctls;
}

/* Seed and HZ are the golden's, so that it is the same run that is checked. */
static void golden_or_usual(struct golden *g, const char *path)
{
	char *pcapng = capture_path(path), ignored[ERR_BYTES];

	if (golden_read(g, pcapng, ignored, sizeof(ignored)) != 0) {
		struct run_options usual;

		run_options_init(&usual);
		*g = (struct golden){ .from = { .seed = usual.seed, .hz = HZ_DEFAULT } };
	}
	free(pcapng);
}

int check_capture_script(const struct script *s, const struct golden *g, const char *to,
			 const struct check_options *o, struct dut_worlds *cache, char *err,
			 u32 err_size)
{
	struct provenance from;
	struct record made;
	const struct record *r = o->record;
	int ret = 0;

	if (o->device == DEVICE_IGB && text_begins(s, script_header(s, "igb"), "no"))
		return 0;
	provenance_of(&from, g);
	record_init(&made);
	if (r == NULL) {
		made = make_record(s, o, g, cache);
		r = &made;
	}
	if (r->verdict == RUN_PASSED || r->verdict == RUN_FAILED)
		ret = golden_pcapng_write_alone(to, s, r, &from, err, err_size) == 0 ? 1 : -1;
	record_free(&made);
	return ret;
}

int check_capture(const char *path, const char *to, const struct check_options *o,
		  struct dut_worlds *cache, char *err, u32 err_size)
{
	struct check_result unread = { .verdict = CHECK_PASSED };
	struct script *s = load(path, &unread, NULL, NULL);
	struct golden g = { 0 };
	int ret = 0;

	check_result_free(&unread);
	if (s != NULL) {
		golden_or_usual(&g, path);
		ret = check_capture_script(s, &g, to, o, cache, err, err_size);
	}
	golden_free(&g);
	script_free(s);
	return ret;
}
