// SPDX-License-Identifier: MIT
/* helper.c - see internal.h: processes that look at what the engines bring.
 *
 * One looks at new inputs of the corpus a second time (oracle.h), one puts inputs that something
 * was found with to their targets again and writes what comes of it into the store (detect.h,
 * store.h), one asks Linux (judge.c). Each tells what it does through a pipe. An assertion ends a
 * helper, and the input that it was at is what was found.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/campaign/detect.h"
#include "harness/campaign/internal.h"
#include "harness/campaign/store.h"
#include "harness/fuzz/oracle.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"
#include "harness/lib/write_all.h"
#include "harness/oracle/child.h"

enum {
	LOOKS_AT_A_TIME = 16,
	DETECTS_AT_A_TIME = 8,
	LOOK_SECONDS = 60,
	NICE = 5,
	END_MS = 10000,
	STEP_US = 50000,
	CONFIRMATIONS = 2,
	ERROR_BYTES = 1024,
	SAID_BYTES = 4096,
	MS_PER_S_ = 1000
};

/* --- what waits --- */

void queue_add(struct queue *q, const struct candidate *c)
{
	if (q->first != 0 && q->first == q->nr)
		q->first = q->nr = 0;
	if (q->nr == q->cap) {
		q->cap = 2 * q->cap + 64;
		q->at = must(realloc(q->at, q->cap * sizeof(*q->at)));
	}
	q->at[q->nr++] = *c;
}

u32 queue_take(struct queue *q, struct candidate *to, u32 most)
{
	u32 n = 0;

	while (n < most && q->first < q->nr && (n == 0 || q->at[q->first].target == to[0].target))
		to[n++] = q->at[q->first++];
	return n;
}

void queue_free(struct queue *q)
{
	free(q->at);
	*q = (struct queue){ 0 };
}

/* --- inside a helper --- */

void helper_tell(const struct session *s, const struct note *n)
{
	if (!write_all(s->notes[1], n, sizeof(*n)))
		_exit(0); /* nobody listens any more */
}

void helper_problem(const struct session *s, const char *format, ...)
{
	struct note n = { .kind = NOTE_PROBLEM };
	va_list ap;

	va_start(ap, format);
	vsnprintf(n.text, sizeof(n.text), format, ap);
	va_end(ap);
	helper_tell(s, &n);
}

struct store *helper_store(const struct session *s)
{
	char path[CAMPAIGN_PATH], err[ERROR_BYTES];
	struct store *store;

	campaign_path(&s->campaign, "findings.db", "", path);
	store = store_open(path, err, sizeof(err));
	if (store == NULL)
		helper_problem(s, "%.150s", err);
	return store;
}

static void set_status(struct store *store, const char *id, enum finding_status status, u32 showed)
{
	char err[ERROR_BYTES];
	struct found f;

	if (store_find(store, id, &f, err, sizeof(err)) != 1)
		return;
	if (f.status == FINDING_NEW) {
		f.status = status;
		f.replays = CONFIRMATIONS + 1;
		f.showed = showed;
		store_update(store, &f, err, sizeof(err));
	}
	found_free(&f);
}

void helper_finding(const struct session *s, struct store *store, const struct candidate *c,
		    const u8 *bytes, size_t len, const char *text, bool flaky, bool confirmed)
{
	struct found f = { .detector = c->detector, .program_len = len };
	struct note n = { .kind = NOTE_FINDING, .candidate = *c, .confirmed = confirmed };
	char err[ERROR_BYTES];
	time_t now = time(NULL);
	struct tm utc;

	snprintf(f.target, sizeof(f.target), "%s", fuzz_targets[c->target].name);
	snprintf(f.signature, sizeof(f.signature), "%s", c->signature);
	snprintf(f.commit, sizeof(f.commit), "%s", s->commit);
	strftime(f.first_seen, sizeof(f.first_seen), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	f.program = must(malloc(len + 1));
	memcpy(f.program, bytes, len);
	f.text = text != NULL ? must(strdup(text)) : NULL;
	found_id(&f);
	memcpy(n.id, f.id, sizeof(n.id));
	if (!store_add(store, &f, &n.is_new, err, sizeof(err))) {
		helper_problem(s, "%.150s", err);
	} else {
		if (flaky || confirmed)
			set_status(store, f.id, flaky ? FINDING_FLAKY : FINDING_CONFIRMED,
				   flaky ? 0 : CONFIRMATIONS + 1);
		helper_tell(s, &n);
	}
	found_free(&f);
}

/* --- second looks --- */

static void look_at_program(const struct session *s, struct candidate *c, const u8 *bytes,
			    size_t len, struct dut_worlds *worlds, struct note *n)
{
	const struct fuzz_scope *scope = fuzz_scope_find(fuzz_targets[c->target].name);
	struct look_finding f = { 0 };
	struct script *script;

	if (scope == NULL)
		return;
	script = fuzz_scope_script(scope, bytes, len);
	n->value[0] = fuzz_look(script, s->plan->looks, worlds, &f);
	if (n->value[0] == LOOK_FOUND) {
		n->candidate.detector = f.detector;
		snprintf(n->candidate.signature, sizeof(n->candidate.signature), "%s", f.signature);
	}
	free(f.detail);
	script_free(script);
}

static void take_detection(struct note *n, const struct detection *d)
{
	n->value[0] = LOOK_FOUND;
	n->candidate.detector = d->detector;
	snprintf(n->candidate.signature, sizeof(n->candidate.signature), "%s", d->signature);
}

/* What is no program has one look only: it does the same twice. */
static void look_at_bytes(const struct session *s, struct candidate *c, const u8 *bytes, size_t len,
			  struct note *n)
{
	const struct detect how = { .build = s->plan->build, .looks = "none" };
	struct detect_item item[2] = { { .input = bytes, .len = len },
				       { .input = bytes, .len = len } };
	char err[ERROR_BYTES];

	if (detect_all(&how, fuzz_targets[c->target].name, item, 2, 1, err, sizeof(err)) != 0) {
		helper_problem(s, "%.150s", err);
		return;
	}
	if (item[0].d.found != item[1].d.found ||
	    (item[0].d.found && strcmp(item[0].d.signature, item[1].d.signature) != 0)) {
		n->value[0] = LOOK_FOUND;
		n->candidate.detector = DETECTOR_determinism;
		snprintf(n->candidate.signature, sizeof(n->candidate.signature),
			 "the same input twice, two results");
	} else if (item[0].d.found) {
		take_detection(n, &item[0].d);
	}
	detection_free(&item[0].d);
	detection_free(&item[1].d);
}

static void look_at(const struct session *s, struct candidate *c, struct dut_worlds *worlds)
{
	struct note n = { .kind = NOTE_LOOKING, .candidate = *c };
	size_t len = 0;
	u8 *bytes = input_read(s->corpus[c->target].dir, c->hash, &len);

	helper_tell(s, &n);
	n.kind = NOTE_LOOKED;
	n.value[0] = LOOK_HOLDS;
	n.candidate.kind = CANDIDATE_LOOK;
	alarm(LOOK_SECONDS);
	if (bytes != NULL && worlds != NULL)
		look_at_program(s, c, bytes, len, worlds, &n);
	else if (bytes != NULL)
		look_at_bytes(s, c, bytes, len, &n);
	free(bytes);
	helper_tell(s, &n);
}

/* Its output, of malloc, when the replay of all of them at once ends well; else NULL. */
static char *replay_all(const struct session *s, const struct candidate *c, u32 nr)
{
	char program[CAMPAIGN_PATH], path[LOOKS_AT_A_TIME][CAMPAIGN_PATH + HASH_HEX + 1];
	const char *argv[LOOKS_AT_A_TIME + 4] = { program, "--looks", "none" };
	struct child child = { .argv = argv,
			       .env = (const char *const *)(uintptr_t)environ,
			       .in = -1,
			       .out = memfd_create("replay", MFD_CLOEXEC),
			       .err = -1,
			       .fixed = true };
	int status = -1;
	char *said = NULL;
	ssize_t n = -1;
	pid_t pid;

	snprintf(program, sizeof(program), "%.400s/asan/replay_%s", s->plan->build,
		 fuzz_targets[c->target].name);
	for (u32 i = 0; i < nr; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%s", s->corpus[c->target].dir, c[i].hash);
		argv[3 + i] = path[i];
	}
	pid = child_start(&child);
	if (pid > 0 && child_wait(pid, LOOK_SECONDS * MS_PER_S_, &status) != CHILD_ENDED)
		child_kill(pid);
	if (status == 0) {
		said = must(calloc(1, SAID_BYTES));
		n = pread(child.out, said, SAID_BYTES - 1, 0);
	}
	close(child.out);
	if (n >= 0)
		return said;
	free(said);
	return NULL;
}

/* Most of the time goes into a process's start: where all of them are well together, twice, no one
 * needs to be looked at alone.
 */
static bool all_are_well(const struct session *s, const struct candidate *c, u32 nr)
{
	char *first = replay_all(s, c, nr), *second = first != NULL ? replay_all(s, c, nr) : NULL;
	bool well = second != NULL && strcmp(first, second) == 0;

	free(first);
	free(second);
	for (u32 i = 0; well && i < nr; i++) {
		struct note n = { .kind = NOTE_LOOKED, .candidate = c[i] };

		helper_tell(s, &n);
	}
	return well;
}

static _Noreturn void looker_main(const struct session *s, struct candidate *c, u32 nr)
{
	bool programs = fuzz_targets[c->target].input == INPUT_PROGRAM;
	struct dut_worlds *worlds = programs ? dut_worlds_new() : NULL;

	if (programs || !all_are_well(s, c, nr))
		for (u32 i = 0; i < nr; i++)
			look_at(s, &c[i], worlds);
	_exit(0);
}

/* --- what was found, once more --- */

/* It does not show again. A second look's word is taken: it runs in another build, and another
 * order of inputs is no other result. An engine's crash that is not there again is a finding, too.
 */
static void not_again(const struct session *s, struct store *store, struct candidate *c,
		      const u8 *bytes, size_t len)
{
	struct note n = { .kind = NOTE_SLOW, .candidate = *c };

	if (c->kind == CANDIDATE_SLOW) {
		helper_tell(s, &n);
		return;
	}
	if (c->kind == CANDIDATE_CRASH) {
		c->detector = DETECTOR_crash;
		snprintf(c->signature, sizeof(c->signature),
			 "an engine ended, and the input does not show why");
	}
	helper_finding(s, store, c, bytes, len, NULL, true, false);
}

/* Each of two more runs shows the same. */
static bool shows_again(const struct detect *how, const struct candidate *c, const u8 *bytes,
			size_t len)
{
	struct detect_item item[CONFIRMATIONS];
	char err[ERROR_BYTES];
	bool same = true;

	for (u32 i = 0; i < CONFIRMATIONS; i++)
		item[i] = (struct detect_item){ .input = bytes, .len = len };
	if (detect_all(how, fuzz_targets[c->target].name, item, CONFIRMATIONS, 1, err,
		       sizeof(err)) != 0)
		return false;
	for (u32 i = 0; i < CONFIRMATIONS; i++) {
		same = same && item[i].d.found && item[i].d.detector == c->detector &&
		       strcmp(item[i].d.signature, c->signature) == 0;
		detection_free(&item[i].d);
	}
	return same;
}

static void detected(const struct session *s, struct store *store, const struct detect *how,
		     struct candidate *c, const struct detect_item *item)
{
	bool confirmed;

	if (!item->d.found) {
		not_again(s, store, c, item->input, item->len);
		return;
	}
	c->detector = item->d.detector;
	snprintf(c->signature, sizeof(c->signature), "%s", item->d.signature);
	confirmed = s->plan->stop && shows_again(how, c, item->input, item->len);
	helper_finding(s, store, c, item->input, item->len, item->d.text, false, confirmed);
}

static _Noreturn void detective_main(const struct session *s, struct candidate *c, u32 nr)
{
	const struct detect how = { .build = s->plan->build };
	struct detect_item item[DETECTS_AT_A_TIME] = { 0 };
	struct store *store = helper_store(s);
	char err[ERROR_BYTES];
	u32 n = 0;

	for (u32 i = 0; i < nr; i++) {
		size_t len = 0;
		u8 *bytes = input_read(s->found[c[i].target].dir, c[i].hash, &len);

		if (bytes == NULL)
			continue;
		c[n] = c[i];
		item[n++] = (struct detect_item){ .input = bytes, .len = len };
	}
	if (store == NULL || n == 0)
		_exit(0);
	if (detect_all(&how, fuzz_targets[c[0].target].name, item, n, 1, err, sizeof(err)) != 0) {
		helper_problem(s, "%.150s", err);
		_exit(0);
	}
	for (u32 i = 0; i < n; i++) {
		struct note done = { .kind = NOTE_DETECTED, .candidate = c[i] };

		detected(s, store, &how, &c[i], &item[i]);
		helper_tell(s, &done);
	}
	store_close(store);
	_exit(0);
}

/* --- helpers as processes --- */

/* In the child: true. What it says goes to a log of its own. */
static bool helper_start(struct session *s, struct helper *h, const char *what)
{
	struct rlimit none = { .rlim_cur = 0 };
	char path[CAMPAIGN_PATH], name[64];
	pid_t starter = getpid();
	int log;

	h->what = what;
	h->looking = false;
	fflush(stdout);
	fflush(stderr);
	h->pid = fork();
	if (h->pid != 0) {
		if (h->pid < 0)
			session_fatal(s, "no process can be started: %s", strerror(errno));
		else
			setpgid(h->pid, h->pid);
		return false;
	}
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != starter)
		_exit(0);
	setrlimit(RLIMIT_CORE, &none);
	setpriority(PRIO_PROCESS, 0, NICE);
	snprintf(name, sizeof(name), "work/%s.log", what);
	campaign_path(&s->campaign, name, "", path);
	log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (log >= 0)
		dup2(log, STDERR_FILENO);
	if (log >= 0)
		dup2(log, STDOUT_FILENO);
	close(s->notes[0]);
	return true;
}

static void start_looker(struct session *s)
{
	struct candidate c[LOOKS_AT_A_TIME];
	u32 n = queue_take(&s->to_look, c, LOOKS_AT_A_TIME);

	if (n != 0 && helper_start(s, &s->looker, "looks"))
		looker_main(s, c, n);
}

static void start_detective(struct session *s)
{
	struct candidate c[DETECTS_AT_A_TIME];
	u32 n = queue_take(&s->to_detect, c, DETECTS_AT_A_TIME);

	if (n != 0 && helper_start(s, &s->detective, "detections"))
		detective_main(s, c, n);
}

/* --- their notes --- */

static void keep_looked(struct session *s, const struct candidate *c)
{
	if (!ledger_add(&s->looked, fuzz_targets[c->target].name, c->hash))
		session_fatal(s, "cannot write into %s: %s", s->campaign.dir, strerror(errno));
}

static void keep_detected(struct session *s, const struct candidate *c)
{
	if (!ledger_add(&s->detected, fuzz_targets[c->target].name, c->hash))
		session_fatal(s, "cannot write into %s: %s", s->campaign.dir, strerror(errno));
}

/* The input goes from the corpus to what was found. */
static void found_by_looks(struct session *s, struct candidate *c)
{
	size_t len = 0;
	u8 *bytes = input_read(s->corpus[c->target].dir, c->hash, &len);

	if (bytes != NULL)
		session_candidate(s, c, bytes, len);
	free(bytes);
}

static void note_looked(struct session *s, struct note *n)
{
	s->looker.looking = false;
	s->sums.looked++;
	s->sums.looked_unsure += n->value[0] == LOOK_INCONCLUSIVE;
	keep_looked(s, &n->candidate);
	if (n->value[0] == LOOK_FOUND)
		found_by_looks(s, &n->candidate);
}

static void note_finding(struct session *s, const struct note *n)
{
	const struct candidate *c = &n->candidate;

	s->sums.target[c->target].seen++;
	if (c->detector == DETECTOR_linux)
		keep_detected(s, c);
	s->confirmed = s->confirmed || n->confirmed;
	if (!n->is_new)
		return;
	s->findings[c->detector]++;
	s->findings_of[c->target]++;
	s->findings_new++;
	memcpy(s->newest.id, n->id, sizeof(s->newest.id));
	snprintf(s->newest.target, sizeof(s->newest.target), "%s", fuzz_targets[c->target].name);
	s->newest.detector = c->detector;
	snprintf(s->newest.signature, sizeof(s->newest.signature), "%s", c->signature);
	screen_finding(s);
}

static void note_judged(struct session *s, const struct note *n)
{
	u64 *const to[] = { &s->sums.judged_equal, &s->sums.judged_explained,
			    &s->sums.judged_different, &s->sums.judged_absent,
			    &s->sums.judged_unsure };

	for (u32 i = 0; i < ARRAY_SIZE(to); i++) {
		*to[i] += n->value[i];
		s->sums.judged += n->value[i];
	}
	s->sums.generated += n->value[NOTE_GENERATED];
}

static void take_note(struct session *s, struct note *n)
{
	switch (n->kind) {
	case NOTE_LOOKING:
		s->looker.looking = true;
		s->looker.current = n->candidate;
		break;
	case NOTE_LOOKED:
		note_looked(s, n);
		break;
	case NOTE_DETECTED:
		keep_detected(s, &n->candidate);
		break;
	case NOTE_SLOW:
		s->sums.slow++;
		break;
	case NOTE_FINDING:
		note_finding(s, n);
		break;
	case NOTE_JUDGED:
		note_judged(s, n);
		break;
	case NOTE_PROBLEM:
		session_notice(s, "%s", n->text);
		break;
	}
}

static void take_notes(struct session *s)
{
	struct note n;

	while (read(s->notes[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		take_note(s, &n);
}

/* The input that it was at has ended it. */
static void looker_died(struct session *s, int status)
{
	struct candidate *c = &s->looker.current;
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (!s->looker.looking || signal == SIGKILL || signal == SIGTERM)
		return;
	s->looker.looking = false;
	c->kind = CANDIDATE_LOOK;
	c->detector = signal == SIGALRM ? DETECTOR_liveness : DETECTOR_crash;
	snprintf(c->signature, sizeof(c->signature), "%s",
		 signal == SIGALRM ? "a second look does not come to an end"
				   : "a second look ends the process");
	keep_looked(s, c);
	found_by_looks(s, c);
}

/* Its status, once it has ended; -1: it runs, or there is none. */
static int reap(struct helper *h)
{
	int status = 0;

	if (h->pid <= 0 || waitpid(h->pid, &status, WNOHANG) != h->pid)
		return -1;
	h->pid = 0;
	return status;
}

static void reap_all(struct session *s)
{
	int status = reap(&s->looker);

	/* What it has told before its end comes first. */
	if (status >= 0) {
		take_notes(s);
		looker_died(s, status);
	}
	reap(&s->detective);
	status = reap(&s->judge);
	if (status >= 0) {
		take_notes(s);
		s->judging = false;
		if (status != 0)
			session_notice(s, "Linux is not asked any more: %s/work/judge.log",
				       s->campaign.dir);
	}
}

bool helpers_init(struct session *s, char *err, u32 err_size)
{
	static_assert(sizeof(struct note) <= 4096, "a note comes whole");

	if (pipe2(s->notes, O_CLOEXEC) != 0 || fcntl(s->notes[0], F_SETFL, O_NONBLOCK) != 0) {
		snprintf(err, err_size, "no pipe: %s", strerror(errno));
		return false;
	}
	if (s->judging && helper_start(s, &s->judge, "judge"))
		judge_main(s);
	return true;
}

void helpers_step(struct session *s)
{
	take_notes(s);
	reap_all(s);
	if (s->looker.pid == 0)
		start_looker(s);
	if (s->detective.pid == 0)
		start_detective(s);
}

static void end_helper(struct session *s, struct helper *h, int signal)
{
	u64 until = now_ms() + END_MS;

	if (h->pid <= 0)
		return;
	kill(h->pid, signal);
	while (h->pid > 0 && now_ms() < until) {
		take_notes(s); /* else it could wait for us */
		if (waitpid(h->pid, NULL, WNOHANG) == h->pid)
			h->pid = 0;
		else
			usleep(STEP_US);
	}
	if (h->pid > 0) {
		kill(-h->pid, SIGKILL);
		waitpid(h->pid, NULL, 0);
	}
	h->pid = 0;
}

void helpers_end(struct session *s, u64 patience_ms)
{
	u64 until = now_ms() + patience_ms;

	if (s->judge.pid > 0)
		kill(s->judge.pid, SIGTERM);
	end_helper(s, &s->looker, SIGKILL);
	while (s->fatal == NULL && now_ms() < until) {
		take_notes(s);
		reap_all(s);
		if (s->detective.pid == 0)
			start_detective(s);
		if (s->detective.pid == 0)
			break;
		screen_show(s, false);
		usleep(STEP_US);
	}
	end_helper(s, &s->detective, SIGTERM);
	end_helper(s, &s->judge, SIGTERM);
	take_notes(s);
	if (s->notes[1] != 0) {
		close(s->notes[0]);
		close(s->notes[1]);
	}
}
