// SPDX-License-Identifier: MIT
/* conduct.c - see campaign.h: a session of a campaign, from its directory to its summary.
 *
 * One process watches over all others and looks at them some times a second: engines are started in
 * turn, what they bring goes into the shared corpus or to those that look at findings, and sums are
 * written now and then, so that whatever ends us takes seconds with it and no inputs.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/campaign/commit.h"
#include "harness/campaign/internal.h"
#include "harness/campaign/store.h"
#include "harness/lib/must.h"
#include "harness/oracle/child.h"

enum {
	TICK_US = 100000,
	INBOX_MS = 500,
	SECOND_MS = 1000,
	SERIES_MS = 5000,
	SUMS_MS = 10000,
	SLICE_MOST_MS = 60000,
	SLICE_LEAST_MS = 4000,
	FAILURES_MAX = 3,
	FILE_PATH = 1024,
	PATIENCE_MS = 30000,
	HASTE_MS = 5000,
	LINE_BYTES = 160,
	STABLE = 10000 /* hundredths of a per cent */
};

/* --- small things --- */

u64 session_ms(const struct session *s)
{
	return s->began_ms != 0 ? now_ms() - s->began_ms : 0;
}

void session_notice(struct session *s, const char *format, ...)
{
	char *to = s->notice[s->nr_notices % NOTICES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(to, SIGNATURE_MAX, format, ap);
	va_end(ap);
	s->nr_notices++;
	if (!s->plan->terminal)
		fprintf(stderr, "refstack fuzz: %s\n", to);
}

void session_fatal(struct session *s, const char *format, ...)
{
	va_list ap;

	if (s->fatal != NULL)
		return;
	va_start(ap, format);
	if (vasprintf(&s->fatal, format, ap) < 0)
		abort();
	va_end(ap);
}

const char *session_where(const struct session *s, char to[CAMPAIGN_PATH])
{
	to[0] = '\0';
	if (strcmp(s->campaign.dir, CAMPAIGN_DEFAULT) != 0)
		snprintf(to, CAMPAIGN_PATH, " --campaign %.480s", s->campaign.dir);
	return to;
}

static void cannot_write(struct session *s)
{
	session_fatal(s, "cannot write into %s: %s", s->campaign.dir, strerror(errno));
}

/* Which source the programs were built from: of the folder that they are in. */
static void ask_git(struct session *s)
{
	commit_of(s->plan->build, s->commit, sizeof(s->commit));
	if (s->commit[0] == '\0')
		snprintf(s->commit, sizeof(s->commit), "unknown");
}

/* --- inputs, wherever they come from --- */

void session_candidate(struct session *s, struct candidate *c, const u8 *bytes, size_t len)
{
	const char *target = fuzz_targets[c->target].name;

	input_hash(bytes, len, c->hash);
	corpus_remove(&s->corpus[c->target], c->hash);
	if (ledger_has(&s->detected, target, c->hash) ||
	    !hash_set_add(&s->found[c->target].seen, hash_text(c->hash, "")))
		return;
	if (input_write(s->found[c->target].dir, c->hash, bytes, len))
		queue_add(&s->to_detect, c);
	else
		cannot_write(s);
}

struct taking {
	struct session *s;
	struct worker *w;
	enum candidate_kind kind;
	u32 taken;
};

/* Those that run and look for such get it at once. */
static void pass_on(struct session *s, const struct worker *from, u32 target, const char *hash,
		    const u8 *bytes, size_t len)
{
	for (u32 i = 0; i < s->nr_workers; i++)
		if (&s->worker[i] != from && s->worker[i].target == target &&
		    !worker_give(&s->worker[i], hash, bytes, len))
			cannot_write(s);
}

static bool take_entry(void *ctx, const struct inbox *in, const char *name, const u8 *bytes,
		       size_t len)
{
	struct taking *t = ctx;
	struct candidate c = { .target = t->w->target, .kind = CANDIDATE_LOOK };
	int ret = corpus_add(&t->s->corpus[c.target], bytes, len, c.hash);

	(void)in;
	(void)name;
	if (ret < 0)
		cannot_write(t->s);
	if (ret == 1) {
		queue_add(&t->s->to_look, &c);
		pass_on(t->s, t->w, c.target, c.hash, bytes, len);
		t->taken++;
	}
	return ret >= 0;
}

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

static bool take_artefact(void *ctx, const struct inbox *in, const char *name, const u8 *bytes,
			  size_t len)
{
	struct taking *t = ctx;
	struct candidate c = { .target = t->w->target, .kind = t->kind };

	(void)in;
	if (begins(name, "slow-unit-"))
		return true;
	if (begins(name, "timeout-") || begins(name, "oom-"))
		c.kind = CANDIDATE_SLOW;
	t->taken++;
	t->s->sums.target[c.target].artefacts++;
	session_candidate(t->s, &c, bytes, len);
	return t->s->fatal == NULL;
}

/* How many artefacts there were. */
static u32 read_inboxes(struct session *s, struct worker *w, bool at_rest)
{
	struct taking entries = { .s = s, .w = w };
	struct taking crashes = { .s = s, .w = w, .kind = CANDIDATE_CRASH };
	struct taking hangs = { .s = s, .w = w, .kind = CANDIDATE_SLOW };

	inbox_read(&w->crashes, at_rest, take_artefact, &crashes);
	inbox_read(&w->hangs, at_rest, take_artefact, &hangs);
	inbox_read(&w->queue, at_rest, take_entry, &entries);
	return crashes.taken + hangs.taken;
}

/* --- workers in turn --- */

static bool has_done(const struct session *s, const struct worker *w)
{
	return w->given_up || (s->quota != 0 && worker_execs(w) >= s->quota);
}

static void last_line(const struct worker *w, char to[LINE_BYTES])
{
	char path[CAMPAIGN_PATH], text[LINE_BYTES * 2] = "", *line;
	size_t len;

	worker_log(w, path);
	file_tail(path, 1, text, sizeof(text));
	line = strchr(text, '|');
	line = line != NULL ? line + 1 : text;
	line += strspn(line, " ");
	len = strcspn(line, "\n");
	snprintf(to, LINE_BYTES, "%.*s", len > 80 ? 80 : (int)len, line);
}

/* It ends by itself and brings nothing: three times, and it is left out. */
static void has_failed(struct session *s, struct worker *w)
{
	char line[LINE_BYTES];

	w->failures++;
	if (w->failures < FAILURES_MAX)
		return;
	w->given_up = true;
	last_line(w, line);
	session_notice(s, "%s on %s is left out, it ends by itself: %s", w->name,
		       fuzz_targets[w->target].name, line);
}

static void reap_worker(struct session *s, struct worker *w)
{
	bool badly = false;
	u64 before;

	if (w->pid == 0 || !worker_reap(w, &badly))
		return;
	before = w->last_execs;
	worker_stats(w);
	if (read_inboxes(s, w, true) != 0 || !badly)
		w->failures = 0;
	else if (worker_execs(w) == before)
		has_failed(s, w);
}

static struct worker *next_worker(struct session *s)
{
	struct worker *next = NULL;

	for (u32 i = 0; i < s->nr_workers; i++) {
		struct worker *w = &s->worker[i];

		if (w->pid == 0 && !has_done(s, w) && (next == NULL || w->used_ms < next->used_ms))
			next = w;
	}
	return next;
}

static u32 running(const struct session *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_workers; i++)
		n += s->worker[i].pid != 0;
	return n;
}

static void start_workers(struct session *s)
{
	struct worker *w = NULL;

	while (running(s) < s->plan->workers && (w = next_worker(s)) != NULL)
		if (!worker_start(s, w, s->slice_ms)) {
			session_fatal(s, "no process can be started: %s", strerror(errno));
			return;
		}
}

static void end_workers(struct session *s)
{
	u64 now = now_ms();

	for (u32 i = 0; i < s->nr_workers; i++) {
		struct worker *w = &s->worker[i];

		if (w->pid != 0 && (now >= w->until_ms || has_done(s, w) || w->kill_ms != 0))
			worker_end(w);
	}
}

static void end_all_workers(struct session *s)
{
	while (running(s) != 0) {
		for (u32 i = 0; i < s->nr_workers; i++) {
			worker_end(&s->worker[i]);
			reap_worker(s, &s->worker[i]);
		}
		usleep(TICK_US / 4);
	}
}

/* --- sums --- */

static void sum_worker(struct session *s, const struct worker *w)
{
	struct target_sums *t = &s->sums.target[w->target];
	u64 ms = w->used_ms + (w->pid != 0 ? now_ms() - w->began_ms : 0);

	t->calls += w->page->calls - w->base.calls;
	t->frames += w->page->frames - w->base.frames;
	t->programs += w->page->programs - w->base.programs;
	t->limits += w->page->limits - w->base.limits;
	t->looks += w->page->looks - w->base.looks;
	if (w->engine == ENGINE_LIBFUZZER) {
		t->libfuzzer_execs += worker_execs(w);
		t->libfuzzer_ms += ms;
		t->libfuzzer_edges = w->edges > t->libfuzzer_edges ? w->edges : t->libfuzzer_edges;
	} else {
		t->afl_execs += worker_execs(w);
		t->afl_ms += ms;
		t->afl_edges = w->edges > t->afl_edges ? w->edges : t->afl_edges;
		if (w->stability != 0 && (t->stability == 0 || w->stability < t->stability))
			t->stability = w->stability;
	}
}

void session_sum(struct session *s)
{
	s->sums.ms = s->before.ms + session_ms(s);
	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		struct target_sums *to = &s->sums.target[t];
		u64 artefacts = to->artefacts, seen = to->seen;

		*to = s->before.target[t];
		to->artefacts = artefacts;
		to->seen = seen;
	}
	for (u32 i = 0; i < s->nr_workers; i++)
		sum_worker(s, &s->worker[i]);
}

/* The two engines count different things; where both have been, one of them is shown. */
u64 session_edges(const struct session *s, u32 target)
{
	const struct target_sums *t = &s->sums.target[target];

	return t->libfuzzer_edges != 0 ? t->libfuzzer_edges : t->afl_edges;
}

static void keep_sums(struct session *s)
{
	char err[CAMPAIGN_ERROR];

	session_sum(s);
	if (!sums_write(&s->campaign, &s->sums, err, sizeof(err)))
		session_fatal(s, "%s", err);
}

/* --- the loop --- */

struct clocks {
	u64 inbox, second, series, sums;
};

static bool is_due(u64 *last, u64 every)
{
	u64 now = now_ms();

	if (now - *last < every)
		return false;
	*last = now;
	return true;
}

/* The same input twice has covered different things: state is carried over, or time looked at. */
static void look_at_stability(struct session *s, struct worker *w)
{
	if (w->stability == 0 || w->stability == STABLE || w->unstable)
		return;
	w->unstable = true;
	session_notice(s, "%s on %s: stability %u.%02u %%, it should be 100: runs are not alike",
		       w->name, fuzz_targets[w->target].name, w->stability / 100,
		       w->stability % 100);
}

static void each_second(struct session *s, u64 ms)
{
	for (u32 i = 0; i < s->nr_workers; i++) {
		if (s->worker[i].pid == 0)
			continue;
		worker_stats(&s->worker[i]);
		look_at_stability(s, &s->worker[i]);
		worker_rates(&s->worker[i], ms);
	}
	session_sum(s);
}

static void tick(struct session *s, struct clocks *c)
{
	u64 second = c->second;

	for (u32 i = 0; i < s->nr_workers; i++)
		reap_worker(s, &s->worker[i]);
	if (is_due(&c->inbox, INBOX_MS))
		for (u32 i = 0; i < s->nr_workers; i++)
			if (s->worker[i].pid != 0)
				read_inboxes(s, &s->worker[i], false);
	end_workers(s);
	start_workers(s);
	helpers_step(s);
	if (is_due(&c->second, SECOND_MS))
		each_second(s, c->second - second);
	screen_show(s, false);
	if (is_due(&c->series, SERIES_MS))
		series_add(s);
	if (is_due(&c->sums, SUMS_MS))
		keep_sums(s);
}

static bool goes_on(struct session *s)
{
	if (*s->plan->interrupted != 0 || s->fatal != NULL || (s->plan->stop && s->confirmed))
		return false;
	if (s->ends_ms != 0 && now_ms() >= s->ends_ms)
		return false;
	return running(s) != 0 || next_worker(s) != NULL;
}

static void loop(struct session *s)
{
	struct clocks c = { .series = now_ms(), .sums = now_ms(), .second = now_ms() };

	while (goes_on(s)) {
		tick(s, &c);
		usleep(TICK_US);
	}
}

/* --- the directory, and what is in it --- */

static bool queue_old_entry(void *ctx, const char *hash)
{
	struct taking *t = ctx;
	struct candidate c = { .target = t->taken, .kind = CANDIDATE_LOOK };

	snprintf(c.hash, sizeof(c.hash), "%s", hash);
	if (!ledger_has(&t->s->looked, fuzz_targets[c.target].name, hash))
		queue_add(&t->s->to_look, &c);
	return true;
}

/* Sessions before this one may have ended before these were put to their targets again. */
static bool queue_old_finding(void *ctx, const struct inbox *in, const char *name, const u8 *bytes,
			      size_t len)
{
	struct taking *t = ctx;
	struct candidate c = { .target = t->taken, .kind = CANDIDATE_SLOW };

	(void)in;
	(void)bytes;
	(void)len;
	snprintf(c.hash, sizeof(c.hash), "%.40s", name);
	if (!ledger_has(&t->s->detected, fuzz_targets[c.target].name, c.hash))
		queue_add(&t->s->to_detect, &c);
	return true;
}

static bool take_seed(void *ctx, const struct inbox *in, const char *name, const u8 *bytes,
		      size_t len)
{
	struct taking *t = ctx;
	char hash[HASH_HEX];

	(void)in;
	(void)name;
	if (corpus_add(&t->s->corpus[t->taken], bytes, len, hash) < 0)
		cannot_write(t->s);
	return t->s->fatal == NULL;
}

static void take_seeds(struct session *s, u32 target)
{
	static const char *const folders[] = { "seed", "regress" };
	struct taking t = { .s = s, .taken = target };

	for (u32 i = 0; i < ARRAY_SIZE(folders); i++) {
		struct inbox in = { 0 };

		if (snprintf(in.dir, sizeof(in.dir), "%s/%s/%s", s->plan->seeds,
			     fuzz_targets[target].name, folders[i]) < (int)sizeof(in.dir))
			inbox_read(&in, true, take_seed, &t);
		hash_set_free(&in.seen);
	}
}

static bool open_target(struct session *s, u32 t, char *err, u32 err_size)
{
	static const u8 plainest[] = { '\n' };
	struct taking old = { .s = s, .taken = t };
	char dir[CAMPAIGN_PATH], hash[HASH_HEX];

	campaign_path(&s->campaign, "corpus", fuzz_targets[t].name, dir);
	if (!corpus_open(&s->corpus[t], dir, err, err_size))
		return false;
	campaign_path(&s->campaign, "found", fuzz_targets[t].name, s->found[t].dir);
	if (!folder_make(s->found[t].dir)) {
		snprintf(err, err_size, "cannot make %s: %s", s->found[t].dir, strerror(errno));
		return false;
	}
	inbox_read(&s->found[t], true, queue_old_finding, &old);
	if (!s->plan->summary)
		take_seeds(s, t);
	/* AFL++ needs one. */
	if (s->corpus[t].entries == 0 &&
	    corpus_add(&s->corpus[t], plainest, sizeof(plainest), hash) < 0)
		cannot_write(s);
	corpus_each(&s->corpus[t], queue_old_entry, &old);
	s->corpus[t].newest_ms = 0;
	return true;
}

static bool count_finding(void *ctx, const struct found *f)
{
	struct session *s = ctx;
	const struct fuzz_target_info *t = fuzz_target_find(f->target);

	if (f->status == FINDING_GONE || f->status == FINDING_PROMOTED)
		return true;
	s->findings[f->detector]++;
	if (t != NULL)
		s->findings_of[t - fuzz_targets]++;
	snprintf(s->newest.id, sizeof(s->newest.id), "%s", f->id);
	snprintf(s->newest.target, sizeof(s->newest.target), "%s", f->target);
	snprintf(s->newest.signature, sizeof(s->newest.signature), "%s", f->signature);
	s->newest.detector = f->detector;
	return true;
}

/* It is closed again: helpers open their own. */
static bool count_findings(struct session *s, char *err, u32 err_size)
{
	char path[CAMPAIGN_PATH];
	struct store *store;
	bool ok;

	campaign_path(&s->campaign, "findings.db", "", path);
	store = store_open(path, err, err_size);
	if (store == NULL)
		return false;
	ok = store_each(store, count_finding, s, err, err_size);
	store_close(store);
	return ok;
}

/* Nothing is made for a summary. */
static bool is_wanted(const struct session *s, u32 t)
{
	const struct target_sums *sums = &s->sums.target[t];

	return s->plan->target[t] &&
	       (!s->plan->summary || sums->libfuzzer_execs + sums->afl_execs != 0);
}

static bool open_directory(struct session *s, char *err, u32 err_size)
{
	if (!campaign_open(&s->campaign, s->plan->dir, err, err_size))
		return false;
	s->lock = campaign_lock(&s->campaign, err, err_size);
	if (s->lock < 0)
		return false;
	if (s->plan->fresh)
		campaign_forget(&s->campaign);
	if (!sums_read(&s->campaign, &s->before, err, err_size) ||
	    !ledger_open(&s->looked, &s->campaign, "looked", err, err_size) ||
	    !ledger_open(&s->detected, &s->campaign, "detected", err, err_size) ||
	    !count_findings(s, err, err_size))
		return false;
	s->before.sessions += !s->plan->summary;
	s->sums = s->before;
	for (u32 t = 0; t < fuzz_nr_targets; t++)
		if (is_wanted(s, t) && !open_target(s, t, err, err_size))
			return false;
	if (s->fatal != NULL)
		snprintf(err, err_size, "%s", s->fatal);
	return s->fatal == NULL;
}

/* --- engines --- */

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[FILE_PATH];
	size_t len;

	for (; path != NULL && *path != '\0'; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		if (snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, program) <
			    (int)sizeof(file) &&
		    access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static bool is_built(const struct session *s, const char *kind, const char *name, u32 target)
{
	char path[FILE_PATH];

	return snprintf(path, sizeof(path), "%s/%s/%s_%s", s->plan->build, kind, name,
			fuzz_targets[target].name) < (int)sizeof(path) &&
	       access(path, X_OK) == 0;
}

static u32 built(const struct session *s, const char *kind, const char *name)
{
	u32 n = 0;

	for (u32 t = 0; t < fuzz_nr_targets; t++)
		n += s->plan->target[t] && is_built(s, kind, name, t);
	return n;
}

/* libFuzzer is in the programs: who has them needs no compiler. */
static void look_for_engines(struct session *s)
{
	static const char *const packages[ENGINES] = { "clang libclang-rt-14-dev",
						       "afl++ clang llvm" };

	s->engine[ENGINE_LIBFUZZER] = in_path("clang") || built(s, "libfuzzer", "fuzz") != 0;
	s->engine[ENGINE_AFL] = in_path("afl-fuzz");
	for (u32 e = 0; e < ENGINES; e++) {
		if (!s->plan->engine[e])
			s->engine[e] = false;
		else if (!s->engine[e])
			fprintf(stderr,
				"refstack fuzz: %s is absent and left out. Run: apt-get install -y "
				"--no-install-recommends %s\n",
				e == ENGINE_AFL ? "AFL++" : "libFuzzer", packages[e]);
	}
}

static bool are_built(const struct session *s, char *err, u32 err_size)
{
	static const char *const need[][2] = { [ENGINE_LIBFUZZER] = { "libfuzzer", "fuzz" },
					       [ENGINE_AFL] = { "afl", "fuzz" },
					       [ENGINES] = { "asan", "replay" } };

	for (u32 i = 0; i < ARRAY_SIZE(need); i++) {
		if (i < ENGINES && !s->engine[i])
			continue;
		for (u32 t = 0; t < fuzz_nr_targets; t++) {
			if (!s->plan->target[t] || is_built(s, need[i][0], need[i][1], t))
				continue;
			snprintf(err, err_size, "%s/%s/%s_%s is not built. Run: make fuzz-build",
				 s->plan->build, need[i][0], need[i][1], fuzz_targets[t].name);
			return false;
		}
	}
	return true;
}

static void add_worker(struct session *s, u32 target, enum engine engine)
{
	if (s->nr_workers == WORKERS_MAX)
		return;
	s->worker[s->nr_workers++] = (struct worker){
		.target = target,
		.engine = engine,
		.index = s->instances_of[target][engine]++,
	};
}

static void add_pairs(struct session *s, u32 most)
{
	for (u32 t = 0; t < fuzz_nr_targets; t++)
		for (u32 e = 0; e < ENGINES; e++)
			if (s->plan->target[t] && s->engine[e] && s->nr_workers < most)
				add_worker(s, t, (enum engine)e);
}

/* Each pair of target and engine once; more of them where there are more workers. */
static bool make_workers(struct session *s, char *err, u32 err_size)
{
	s->worker = must(calloc(WORKERS_MAX, sizeof(*s->worker)));
	add_pairs(s, WORKERS_MAX);
	while (s->nr_workers != 0 && s->nr_workers < s->plan->workers)
		add_pairs(s, s->plan->workers);
	for (u32 i = 0; i < s->nr_workers; i++)
		if (!worker_init(s, &s->worker[i], err, err_size))
			return false;
	return true;
}

/* Each pair has two slices at least, where there is time, so that each sees what the other found.
 */
static void plan_time(struct session *s)
{
	const struct campaign_plan *p = s->plan;
	u64 each = SLICE_MOST_MS;

	if (p->seconds != 0)
		each = p->seconds * SECOND_MS * p->workers / s->nr_workers;
	s->slice_ms = each >= 4 * SLICE_LEAST_MS ? each / 2 : each;
	s->slice_ms = s->slice_ms < SLICE_LEAST_MS ? SLICE_LEAST_MS : s->slice_ms;
	s->slice_ms = s->slice_ms > SLICE_MOST_MS ? SLICE_MOST_MS : s->slice_ms;
	if (p->execs != 0)
		s->quota = (p->execs + s->nr_workers - 1) / s->nr_workers;
}

static bool has_programs(const struct campaign_plan *p)
{
	for (u32 t = 0; t < fuzz_nr_targets; t++)
		if (p->target[t] && fuzz_targets[t].input == INPUT_PROGRAM)
			return true;
	return false;
}

static bool look_for_judge(struct session *s, char *err, u32 err_size)
{
	if (s->plan->judge == JUDGE_NONE)
		return true;
	if (!has_programs(s->plan)) {
		fprintf(stderr, "refstack fuzz: Linux is not asked: no target here has programs\n");
		return true;
	}
	s->judging = judge_there(err, err_size);
	if (!s->judging && s->plan->judge == JUDGE_AUTO)
		fprintf(stderr, "refstack fuzz: Linux is not asked: %s\n", err);
	return s->judging || s->plan->judge == JUDGE_AUTO;
}

/* --- the whole --- */

static bool set_up(struct session *s, char *err, u32 err_size)
{
	look_for_engines(s);
	if (!s->engine[ENGINE_LIBFUZZER] && !s->engine[ENGINE_AFL]) {
		snprintf(err, err_size, "no engine is here");
		return false;
	}
	if (!are_built(s, err, err_size) || !look_for_judge(s, err, err_size) ||
	    !open_directory(s, err, err_size) || !make_workers(s, err, err_size))
		return false;
	ask_git(s);
	plan_time(s);
	return true;
}

static void end_session(struct session *s)
{
	end_all_workers(s);
	helpers_end(s, *s->plan->interrupted != 0 ? HASTE_MS : PATIENCE_MS);
	session_sum(s);
	series_add(s);
	keep_sums(s);
	screen_show(s, true);
}

static void close_session(struct session *s)
{
	for (u32 i = 0; i < s->nr_workers; i++)
		worker_close(&s->worker[i]);
	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		corpus_close(&s->corpus[t]);
		hash_set_free(&s->found[t].seen);
	}
	ledger_close(&s->looked);
	ledger_close(&s->detected);
	queue_free(&s->to_look);
	queue_free(&s->to_detect);
	free(s->worker);
	free(s->fatal);
	if (s->lock > 0)
		close(s->lock);
}

static bool all_given_up(const struct session *s)
{
	for (u32 i = 0; i < s->nr_workers; i++)
		if (!s->worker[i].given_up)
			return false;
	return true;
}

static enum campaign_end outcome(const struct session *s)
{
	u32 findings = 0;

	for (u32 d = 0; d < DETECTOR_MAX; d++)
		findings += s->findings[d];
	return findings != 0 ? CAMPAIGN_FOUND : CAMPAIGN_NOTHING;
}

/* Nothing runs. */
static enum campaign_end summarise(struct session *s, char *err, u32 err_size)
{
	ask_git(s);
	return open_directory(s, err, err_size) && summary_write(s, err, err_size)
		       ? outcome(s)
		       : CAMPAIGN_IMPOSSIBLE;
}

static enum campaign_end run_session(struct session *s, char *err, u32 err_size)
{
	s->began_ms = now_ms();
	s->ends_ms = s->plan->seconds != 0 ? s->began_ms + s->plan->seconds * SECOND_MS : 0;
	if (!helpers_init(s, err, err_size))
		return CAMPAIGN_IMPOSSIBLE;
	series_add(s);
	loop(s);
	end_session(s);
	if (all_given_up(s))
		session_fatal(s, "no engine runs: %s", s->notice[(s->nr_notices - 1) % NOTICES]);
	if (!summary_write(s, err, err_size))
		session_fatal(s, "%s", err);
	if (s->fatal != NULL) {
		snprintf(err, err_size, "%s", s->fatal);
		return CAMPAIGN_IMPOSSIBLE;
	}
	return outcome(s);
}

enum campaign_end campaign_conduct(const struct campaign_plan *plan)
{
	struct session *s = must(calloc(1, sizeof(*s)));
	char err[CAMPAIGN_ERROR] = "";
	enum campaign_end end = CAMPAIGN_IMPOSSIBLE;

	assert(fuzz_nr_targets <= CAMPAIGN_TARGETS);
	assert(plan->workers != 0 && plan->workers <= WORKERS_MAX);
	s->plan = plan;
	if (plan->summary)
		end = summarise(s, err, sizeof(err));
	else if (set_up(s, err, sizeof(err)))
		end = run_session(s, err, sizeof(err));
	if (end == CAMPAIGN_IMPOSSIBLE)
		fprintf(stderr, "refstack fuzz: %s\n", err);
	close_session(s);
	free(s);
	return end;
}
