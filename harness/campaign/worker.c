// SPDX-License-Identifier: MIT
/* worker.c - see internal.h: engines as processes.
 *
 * A worker is one engine on one target. It runs for a slice of time, comes to its end and may be
 * started again later, from the shared corpus on: that is how few processes serve many targets.
 * libFuzzer writes into a directory of its own and reads from it what others have found; AFL++
 * keeps its queue and reads the shared corpus when it starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/campaign/internal.h"
#include "harness/fuzz/oracle.h"
#include "harness/oracle/child.h"

enum {
	FILE_PATH = 1024,
	ARGS = 32,
	ARG_BYTES = 1100,
	TAIL_BYTES = 16384,
	STATS_BYTES = 8192,
	LOOKS_BYTES = 256,
	NO_PROGRAM = 127,
	POLITE_MS = 4000,
	MS_PER_S_ = 1000,
	SPARE_S = 30, /* engines have a limit of their own, in case we are gone */
	PER_CENT = 100
};

/* --- the command --- */

struct command {
	const char *argv[ARGS];
	u32 nr;
	char text[ARGS][ARG_BYTES];
};

static void arg(struct command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void arg(struct command *c, const char *format, ...)
{
	va_list ap;

	assert(c->nr + 1 < ARGS);
	va_start(ap, format);
	vsnprintf(c->text[c->nr], ARG_BYTES, format, ap);
	va_end(ap);
	c->argv[c->nr] = c->text[c->nr];
	c->nr++;
}

static u64 execs_left(const struct session *s, const struct worker *w)
{
	u64 done = worker_execs(w);

	return s->quota > done ? s->quota - done : 1;
}

static void libfuzzer_command(const struct session *s, const struct worker *w, u64 slice_ms,
			      struct command *c)
{
	arg(c, "%s/libfuzzer/fuzz_%s", s->plan->build, fuzz_targets[w->target].name);
	arg(c, "-max_total_time=%" PRIu64, slice_ms / MS_PER_S_ + SPARE_S);
	if (s->quota != 0)
		arg(c, "-runs=%" PRIu64, execs_left(s, w));
	arg(c, "-seed=%u", (u32)(s->plan->seed + w->index + w->runs) | 1);
	arg(c, "-max_len=%d", INPUT_LONGEST);
	arg(c, "-artifact_prefix=%s/", w->crashes.dir);
	arg(c, "-timeout=10");
	arg(c, "-rss_limit_mb=2048");
	arg(c, "-detect_leaks=0");
	arg(c, "-reload=1");
	arg(c, "-len_control=0");
	/* Its weights by entropy would take more time than the runs do. */
	arg(c, "-entropic=0");
	arg(c, "-print_final_stats=1");
	arg(c, "%s", w->queue.dir);
	arg(c, "%s", s->corpus[w->target].dir);
}

static void afl_command(const struct session *s, const struct worker *w, u64 slice_ms,
			struct command *c)
{
	char work[CAMPAIGN_PATH];

	campaign_path(&s->campaign, "work", fuzz_targets[w->target].name, work);
	arg(c, "afl-fuzz");
	arg(c, "-i");
	arg(c, "%s", s->corpus[w->target].dir);
	arg(c, "-o");
	arg(c, "%s", work);
	arg(c, w->index == 0 ? "-M" : "-S");
	arg(c, "%s", w->name);
	if (w->index == 0) {
		arg(c, "-F");
		arg(c, "%s", s->corpus[w->target].dir);
	}
	arg(c, "-V");
	arg(c, "%" PRIu64, slice_ms / MS_PER_S_ + SPARE_S);
	if (s->quota != 0) {
		arg(c, "-E");
		arg(c, "%" PRIu64, w->said_execs + execs_left(s, w));
	}
	arg(c, "-s");
	arg(c, "%" PRIu64, s->plan->seed + w->index + w->runs);
	arg(c, "-t");
	arg(c, "2000+");
	arg(c, "-m");
	arg(c, "none");
	arg(c, "-G");
	arg(c, "%d", INPUT_LONGEST);
	arg(c, "--");
	arg(c, "%s/afl/fuzz_%s", s->plan->build, fuzz_targets[w->target].name);
}

/* --- its surroundings --- */

/* Second looks in the engines are for one input of 64: "twice,device/64". */
static void looks_text(u32 looks, char to[LOOKS_BYTES])
{
	size_t len = 0;

	to[0] = '\0';
	for (u32 i = 0; i < LOOK_MAX && looks != LOOKS_ALL; i++)
		if ((looks & 1u << i) != 0)
			len += (size_t)snprintf(to + len, LOOKS_BYTES - len, "%s%s",
						len != 0 ? "," : "", fuzz_looks[i].name);
	snprintf(to + len, LOOKS_BYTES - len, "%s/64",
		 looks == LOOKS_ALL ? "all"
		 : looks == 0	    ? "none"
				    : "");
}

static void afl_environment(const struct session *s, const struct worker *w)
{
	static const char *const set[] = {
		"AFL_NO_UI",	    "AFL_SKIP_CPUFREQ",
		"AFL_NO_AFFINITY",  "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES",
		"AFL_AUTORESUME",   "AFL_FAST_CAL",
		"AFL_IMPORT_FIRST", "AFL_SYNC_TIME"
	};
	enum fuzz_input input = fuzz_targets[w->target].input;
	char mutator[FILE_PATH];

	for (u32 i = 0; i < ARRAY_SIZE(set); i++)
		setenv(set[i], "1", 1);
	snprintf(mutator, sizeof(mutator), "%s/afl/mutator.so", s->plan->build);
	if (access(mutator, R_OK) == 0) {
		setenv("AFL_CUSTOM_MUTATOR_LIBRARY", mutator, 1);
		if (input != INPUT_BYTES)
			setenv("AFL_CUSTOM_MUTATOR_ONLY", "1", 1);
	} else if (input != INPUT_BYTES) {
		setenv("AFL_DISABLE_TRIM", "1", 1); /* bytes taken out break what is a structure */
	}
}

static void environment(const struct session *s, const struct worker *w)
{
	char path[FILE_PATH], looks[LOOKS_BYTES];

	snprintf(path, sizeof(path), "%s.counters", w->dir);
	setenv(COUNTERS_ENV, path, 1);
	setenv("REFSTACK_TARGET", fuzz_targets[w->target].name, 1);
	campaign_path(&s->campaign, "weights", fuzz_targets[w->target].name, path);
	setenv("REFSTACK_WEIGHTS", path, 1);
	looks_text(s->plan->looks, looks);
	setenv("REFSTACK_LOOKS", looks, 1);
	if (w->engine == ENGINE_AFL) {
		setenv("ASAN_OPTIONS", "abort_on_error=1:symbolize=0:detect_leaks=0", 1);
		setenv("UBSAN_OPTIONS", "abort_on_error=1:halt_on_error=1:symbolize=0", 1);
		afl_environment(s, w);
	}
}

static _Noreturn void become(const struct session *s, const struct worker *w,
			     const struct command *c, pid_t starter)
{
	struct rlimit none = { .rlim_cur = 0 };
	char path[CAMPAIGN_PATH];
	int in, out;

	setpgid(0, 0); /* Ctrl-C is ours to pass on */
	signal(SIGINT, SIG_DFL);
	/* AFL++ ends what it has started when it is asked to end. */
	prctl(PR_SET_PDEATHSIG, w->engine == ENGINE_AFL ? SIGTERM : SIGKILL);
	personality(ADDR_NO_RANDOMIZE);
	setrlimit(RLIMIT_CORE, &none);
	worker_log(w, path);
	in = open("/dev/null", O_RDONLY);
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
	if (in < 0 || out < 0 || getppid() != starter)
		_exit(NO_PROGRAM);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	environment(s, w);
	execvp(c->argv[0], (char *const *)(uintptr_t)c->argv);
	fprintf(stderr, "%s: %s\n", c->argv[0], strerror(errno));
	_exit(NO_PROGRAM);
}

/* --- beginning and end --- */

void worker_log(const struct worker *w, char to[CAMPAIGN_PATH])
{
	snprintf(to, CAMPAIGN_PATH, "%.*s.log", CAMPAIGN_PATH - 8, w->dir);
}

static bool inbox_init(struct inbox *in, const char *dir, const char *name, bool make)
{
	return snprintf(in->dir, sizeof(in->dir), "%s/%s", dir, name) < (int)sizeof(in->dir) &&
	       (!make || folder_make(in->dir));
}

bool worker_init(struct session *s, struct worker *w, char *err, u32 err_size)
{
	bool afl = w->engine == ENGINE_AFL;
	char part[64], path[FILE_PATH];

	if (afl && w->index == 0)
		snprintf(w->name, sizeof(w->name), "afl-main");
	else
		snprintf(w->name, sizeof(w->name), "%s-%u", engine_names[w->engine], w->index);
	snprintf(part, sizeof(part), "work/%s", fuzz_targets[w->target].name);
	campaign_path(&s->campaign, part, "", path);
	campaign_path(&s->campaign, part, w->name, w->dir);
	if (!folder_make(path) || !inbox_init(&w->queue, w->dir, afl ? "queue" : "corpus", !afl) ||
	    !inbox_init(&w->crashes, w->dir, afl ? "crashes" : "artefacts", !afl) ||
	    !inbox_init(&w->hangs, w->dir, "hangs", false)) {
		snprintf(err, err_size, "cannot make %s: %s", w->dir, strerror(errno));
		return false;
	}
	/* The same artefact twice is two ends. */
	w->crashes.takes = !afl;
	snprintf(path, sizeof(path), "%s.counters", w->dir);
	w->page = fuzz_counters_watch(path);
	if (w->page == NULL) {
		snprintf(err, err_size, "cannot write %s: %s", path, strerror(errno));
		return false;
	}
	w->base = w->last = *w->page;
	if (afl)
		worker_stats(w);
	w->said_base = w->said_before = w->said_execs;
	return true;
}

/* What it had for itself is in the shared corpus by now. */
static void empty_queue(struct worker *w)
{
	folder_remove(w->queue.dir);
	folder_make(w->queue.dir);
	hash_set_free(&w->queue.seen);
}

bool worker_start(struct session *s, struct worker *w, u64 slice_ms)
{
	struct command c = { .nr = 0 };
	pid_t starter = getpid();

	assert(w->pid == 0);
	if (w->engine == ENGINE_LIBFUZZER) {
		empty_queue(w);
		libfuzzer_command(s, w, slice_ms, &c);
	} else {
		afl_command(s, w, slice_ms, &c);
	}
	w->said_before = w->said_execs;
	w->runs++;
	fflush(stdout);
	fflush(stderr);
	w->pid = fork();
	if (w->pid == 0)
		become(s, w, &c, starter);
	if (w->pid < 0) {
		w->pid = 0;
		return false;
	}
	setpgid(w->pid, w->pid);
	w->began_ms = now_ms();
	w->until_ms = w->began_ms + slice_ms;
	w->kill_ms = 0;
	return true;
}

void worker_end(struct worker *w)
{
	u64 now = now_ms();

	if (w->pid == 0)
		return;
	if (w->kill_ms == 0) {
		w->kill_ms = now + POLITE_MS;
		kill(w->pid, SIGINT);
	} else if (now >= w->kill_ms) {
		kill(-w->pid, SIGKILL);
	}
}

bool worker_reap(struct worker *w, bool *badly)
{
	int status = 0;
	pid_t pid = w->pid != 0 ? waitpid(w->pid, &status, WNOHANG) : 0;

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	*badly = w->kill_ms == 0 && (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0);
	w->used_ms += now_ms() - w->began_ms;
	w->pid = 0;
	w->rate_execs = w->rate_calls = w->rate_frames = 0;
	return true;
}

bool worker_give(struct worker *w, const char *hash, const u8 *bytes, size_t len)
{
	if (w->engine != ENGINE_LIBFUZZER || w->pid == 0)
		return true;
	inbox_pass(&w->queue, hash);
	return input_write(w->queue.dir, hash, bytes, len);
}

void worker_close(struct worker *w)
{
	if (w->page != NULL)
		fuzz_counters_unwatch(w->page);
	hash_set_free(&w->queue.seen);
	hash_set_free(&w->crashes.seen);
	hash_set_free(&w->hangs.seen);
}

/* --- what engines say --- */

/* The file's end, as text; its length. */
static size_t read_tail(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	off_t len;

	if (fd >= 0) {
		len = lseek(fd, 0, SEEK_END);
		n = pread(fd, to, size - 1, len >= (off_t)size ? len - (off_t)size + 1 : 0);
		close(fd);
	}
	to[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* The number behind the last "key" of the text; false: it is not there. */
static bool number_behind(const char *text, const char *key, u64 *v)
{
	const char *at = NULL, *next = strstr(text, key);

	for (; next != NULL; next = strstr(next + 1, key))
		at = next;
	if (at == NULL)
		return false;
	at += strlen(key);
	at += strspn(at, " \t:");
	if (*at < '0' || *at > '9')
		return false;
	*v = strtoull(at, NULL, 10);
	return true;
}

/* "#8192	pulse  cov: 12 ft: 34 corp: 5/67b exec/s: 4096 rss: 30Mb" */
static void libfuzzer_stats(struct worker *w)
{
	char path[CAMPAIGN_PATH], text[TAIL_BYTES];
	u64 v;

	worker_log(w, path);
	if (w->runs == 0 || read_tail(path, text, sizeof(text)) == 0)
		return;
	if (number_behind(text, "\n#", &v) && w->said_before + v > w->said_execs)
		w->said_execs = w->said_before + v;
	if (number_behind(text, " cov:", &v) && v > w->edges)
		w->edges = v;
}

static void afl_stats(struct worker *w)
{
	char path[FILE_PATH], text[STATS_BYTES];
	const char *stable;
	u64 v;

	snprintf(path, sizeof(path), "%s/fuzzer_stats", w->dir);
	if (read_tail(path, text, sizeof(text)) == 0)
		return;
	if (number_behind(text, "execs_done", &v) && v > w->said_execs)
		w->said_execs = v;
	if (number_behind(text, "edges_found", &v) && v > w->edges)
		w->edges = v;
	stable = strstr(text, "stability");
	if (stable != NULL && number_behind(stable, "stability", &v) && v <= PER_CENT) {
		stable = strchr(stable, '.');
		w->stability = (u32)v * PER_CENT;
		if (stable != NULL && stable[1] >= '0' && stable[1] <= '9' && stable[2] >= '0' &&
		    stable[2] <= '9')
			w->stability += (u32)(stable[1] - '0') * 10 + (u32)(stable[2] - '0');
	}
}

void worker_stats(struct worker *w)
{
	if (w->engine == ENGINE_LIBFUZZER)
		libfuzzer_stats(w);
	else
		afl_stats(w);
}

/* The page is exact and at once; a target that does not count has none. */
u64 worker_execs(const struct worker *w)
{
	u64 counted = w->page->execs - w->base.execs;

	return counted != 0 ? counted : w->said_execs - w->said_base;
}

void worker_rates(struct worker *w, u64 ms)
{
	u64 execs = worker_execs(w);

	if (ms == 0)
		return;
	w->rate_execs = (execs - w->last_execs) * MS_PER_S_ / ms;
	w->rate_calls = (w->page->calls - w->last.calls) * MS_PER_S_ / ms;
	w->rate_frames = (w->page->frames - w->last.frames) * MS_PER_S_ / ms;
	w->last = *w->page;
	w->last_execs = execs;
}
