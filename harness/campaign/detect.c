// SPDX-License-Identifier: MIT
/* detect.c - see detect.h.
 *
 * What a program says before it ends is read from its beginning: the first line that one of the
 * markers below knows is the reason, what follows from it (an abort, a second report) is not.
 */
#include "harness/campaign/detect.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/must.h"
#include "harness/lib/write_all.h"
#include "harness/oracle/child.h"

enum {
	FRAMES = 2,	   /* functions in a signature */
	FUNCTION_MAX = 64, /* bytes of a name */
	SECONDS_USUALLY = 60,
	SAID_MAX = 1 << 20, /* bytes; what comes behind them is not read */
	PATH_BYTES = 4096,
	NAME_BYTES = 64,
	EXIT_WRONG_USE = 2,
	EXIT_NOT_IMPLEMENTED = 4,
	EXIT_NO_PROGRAM = 127,
	MS_PER_SECOND = 1000
};

static const char no_end[] = "detect: no end in ";

/* --- stacks --- */

/* Part of the text. */
struct part {
	const char *at;
	size_t len;
};

static struct part line_of(const char *at)
{
	return (struct part){ at, strcspn(at, "\n") };
}

static bool starts(struct part p, const char *with)
{
	size_t len = strlen(with);

	return p.len >= len && memcmp(p.at, with, len) == 0;
}

static const char *find(struct part in, const char *what)
{
	return memmem(in.at, in.len, what, strlen(what));
}

/* From refstack/, nicmodel/ or harness/ on, wherever the tree lies; at NULL: not ours. */
static struct part own_path(struct part path)
{
	static const char *const tops[] = { "refstack/", "nicmodel/", "harness/" };
	struct part own = { NULL, 0 };

	for (size_t i = 0; i < path.len; i++)
		for (u32 t = 0; t < ARRAY_SIZE(tops); t++) {
			struct part rest = { path.at + i, path.len - i };

			if ((i == 0 || path.at[i - 1] == '/') && starts(rest, tops[t]))
				own = rest;
		}
	return own;
}

/* What everybody calls says nothing about who is wrong. */
static bool is_everywhere(struct part own)
{
	static const char *const files[] = { "refstack/base/", "harness/lib/fail.c",
					     "harness/lib/look.c", "harness/fuzz/fuzz.c" };

	for (u32 i = 0; i < ARRAY_SIZE(files); i++)
		if (starts(own, files[i]))
			return true;
	return false;
}

/* "#3 0x55d0 in udp_rcv /tree/refstack/ipv4/udp.c:17:3": the function; at NULL: not one of ours. */
static struct part frame_function(struct part line)
{
	static const struct part none = { NULL, 0 };
	const char *in = find(line, " in ");
	struct part function, path;

	if (in == NULL)
		return none;
	function.at = in + strlen(" in ");
	function.len = strcspn(function.at, " \n(");
	path.at = function.at + function.len;
	path.len = line.len - (size_t)(path.at - line.at);
	if (path.len != 0 && *path.at == ' ') {
		path.at++;
		path.len--;
	}
	path = own_path(path);
	return path.at != NULL && !is_everywhere(path) ? function : none;
}

/* The first of a stack has number 0. */
static bool is_frame(struct part line, bool first)
{
	size_t blank = strspn(line.at, " ");
	char digit;

	if (blank + 1 >= line.len || line.at[blank] != '#')
		return false;
	digit = line.at[blank + 1];
	return first ? digit == '0' : digit >= '0' && digit <= '9';
}

/* "in udp_rcv, ip_local_deliver" of the first stack of the text; "" without one. */
static void functions_of(const char *text, u32 most, char *to, size_t size)
{
	size_t used = 0;
	bool inside = false;
	u32 n = 0;

	to[0] = '\0';
	while (*text != '\0' && n < most) {
		struct part line = line_of(text), function;

		if (!inside)
			inside = is_frame(line, true);
		else if (!is_frame(line, false))
			break;
		function = inside ? frame_function(line) : (struct part){ NULL, 0 };
		if (function.at != NULL && used < size)
			used += (size_t)snprintf(
				to + used, size - used, "%s%.*s", n++ == 0 ? "in " : ", ",
				(int)(function.len < FUNCTION_MAX ? function.len : FUNCTION_MAX),
				function.at);
		text = line.at + line.len + (line.at[line.len] == '\n');
	}
}

/* --- signatures --- */

__attribute__((format(printf, 2, 3))) static void sign(struct detection *d, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(d->signature, sizeof(d->signature), format, ap);
	va_end(ap);
	for (char *p = d->signature; *p != '\0'; p++)
		if ((u8)*p < ' ' || *p == 0x7f)
			*p = ' ';
	for (size_t n = strlen(d->signature); n != 0 && d->signature[n - 1] == ' '; n--)
		d->signature[n - 1] = '\0';
	if (d->signature[0] == '\0')
		snprintf(d->signature, sizeof(d->signature), "it does not say what");
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Numbers that are no part of a name become N: another input has others. */
static void without_numbers(struct part p, char *to, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < p.len && used + 1 < size; i++) {
		bool begins = i == 0 || !is_word(p.at[i - 1]);

		if (!begins || p.at[i] < '0' || p.at[i] > '9') {
			to[used++] = p.at[i];
			continue;
		}
		to[used++] = 'N';
		while (i + 1 < p.len && is_word(p.at[i + 1]))
			i++;
	}
	to[used] = '\0';
}

/* --- markers: rest is what stands behind it on its line, below are the lines that follow --- */

static bool take_found(struct detection *d, struct part line, struct part rest, const char *below)
{
	const char *colon = find(rest, ": ");

	(void)line;
	(void)below;
	for (u32 i = 0; colon != NULL && i < DETECTOR_MAX; i++) {
		size_t len = strlen(detector_names[i]);

		if ((size_t)(colon - rest.at) == len && starts(rest, detector_names[i])) {
			d->detector = (enum detector)i;
			sign(d, "%.*s", (int)(rest.len - len - 2), colon + 2);
			return true;
		}
	}
	return false;
}

/* "refstack: ipv4/udp.c:17: check failed: len <= max" */
static bool take_check(struct detection *d, struct part line, struct part rest, const char *below)
{
	const char *colon;
	char functions[2 * FUNCTION_MAX], text[DETECT_SIGNATURE];
	struct part file = { line.at + strlen("refstack: "), 0 }, own;

	if (!starts(line, "refstack: "))
		return false;
	colon = memchr(file.at, ':', (size_t)(rest.at - file.at));
	if (colon == NULL)
		return false;
	file.len = (size_t)(colon - file.at);
	own = own_path(file);
	if (own.at != NULL)
		file = own;
	/* A check of the harness looks at all of a world: where it stands says nothing. */
	functions[0] = '\0';
	if (!starts(file, "harness/"))
		functions_of(below, 1, functions, sizeof(functions));
	without_numbers(rest, text, sizeof(text));
	d->detector = DETECTOR_invariant;
	sign(d, "%.*s%s%s: %s", (int)file.len, file.at, functions[0] != '\0' ? " " : "", functions,
	     text);
	return true;
}

/* Of packets on their way: where, and what is wrong. */
static bool take_broken(struct detection *d, struct part line, struct part rest, const char *below)
{
	(void)below;
	if (rest.at != line.at + strlen("invariant broken at "))
		return false;
	d->detector = DETECTOR_invariant;
	sign(d, "%.*s", (int)rest.len, rest.at);
	return true;
}

/* "heap-use-after-free on address 0x..", "SEGV on unknown address", "attempting double-free on". */
static struct part kind_of(struct part rest)
{
	static const char *const ends[] = { " on ", " (", ": ", " 0x", " at " };
	size_t len = rest.len;

	for (u32 i = 0; i < ARRAY_SIZE(ends); i++) {
		const char *end = find((struct part){ rest.at, len }, ends[i]);

		if (end != NULL)
			len = (size_t)(end - rest.at);
	}
	return (struct part){ rest.at, len };
}

static bool take_report(struct detection *d, struct part line, struct part rest, const char *below)
{
	char functions[(FRAMES + 1) * FUNCTION_MAX];
	struct part kind = kind_of(rest);

	(void)line;
	functions_of(below, FRAMES, functions, sizeof(functions));
	d->detector = starts(kind, "ABRT") ? DETECTOR_crash : DETECTOR_sanitizer;
	sign(d, "%.*s %s", (int)kind.len, kind.at, functions);
	return true;
}

static bool take_leak(struct detection *d, struct part line, struct part rest, const char *below)
{
	char functions[(FRAMES + 1) * FUNCTION_MAX];

	(void)line;
	(void)rest;
	functions_of(below, FRAMES, functions, sizeof(functions));
	d->detector = DETECTOR_sanitizer;
	sign(d, "leak of what was allocated %s", functions);
	return true;
}

/* "refstack/ipv4/udp.c:17:3: runtime error: index 9 out of bounds for type 'u8 [4]'" */
static bool take_undefined(struct detection *d, struct part line, struct part rest,
			   const char *below)
{
	char functions[(FRAMES + 1) * FUNCTION_MAX], text[DETECT_SIGNATURE];
	struct part file = { line.at, strcspn(line.at, ":") }, own = own_path(file);

	if (own.at != NULL)
		file = own;
	functions_of(below, FRAMES, functions, sizeof(functions));
	without_numbers(rest, text, sizeof(text));
	d->detector = DETECTOR_sanitizer;
	sign(d, "%.*s: %.80s %s", (int)file.len, file.at, text, functions);
	return true;
}

static bool take_engine(struct detection *d, struct part line, struct part rest, const char *below)
{
	char functions[(FRAMES + 1) * FUNCTION_MAX];
	bool slow = starts(rest, "timeout") || starts(rest, "out-of-memory");
	struct part kind = kind_of(rest);

	(void)line;
	functions_of(below, FRAMES, functions, sizeof(functions));
	d->detector = slow ? DETECTOR_liveness : DETECTOR_crash;
	if (slow)
		sign(d, "%s without end",
		     starts(rest, "timeout") ? "an input takes time" : "an input takes memory");
	else
		sign(d, "%.*s %s", (int)kind.len, kind.at, functions);
	return true;
}

static bool take_no_end(struct detection *d, struct part line, struct part rest, const char *below)
{
	(void)below;
	if (rest.at != line.at + strlen(no_end))
		return false;
	d->detector = DETECTOR_liveness;
	sign(d, "an input takes time without end");
	return true;
}

static const struct marker {
	const char *text;
	bool first; /* the line begins with it */
	bool (*take)(struct detection *d, struct part line, struct part rest, const char *below);
} markers[] = {
	{ "found: ", true, take_found },
	{ ": check failed: ", false, take_check },
	{ "invariant broken at ", true, take_broken },
	{ "ERROR: AddressSanitizer: ", false, take_report },
	{ "WARNING: MemorySanitizer: ", false, take_report },
	{ "ERROR: MemorySanitizer: ", false, take_report },
	{ "ERROR: UndefinedBehaviorSanitizer: ", false, take_report },
	{ "ERROR: LeakSanitizer: detected memory leaks", false, take_leak },
	{ ": runtime error: ", false, take_undefined },
	{ "ERROR: libFuzzer: ", false, take_engine },
	{ no_end, true, take_no_end },
};

static bool read_line(struct detection *d, struct part line)
{
	const char *below = line.at + line.len;

	for (u32 i = 0; i < ARRAY_SIZE(markers); i++) {
		const struct marker *m = &markers[i];
		const char *at =
			m->first ? (starts(line, m->text) ? line.at : NULL) : find(line, m->text);
		struct part rest;

		if (at == NULL)
			continue;
		rest.at = at + strlen(m->text);
		rest.len = line.len - (size_t)(rest.at - line.at);
		if (m->take(d, line, rest, below + (*below == '\n')))
			return true;
	}
	return false;
}

/* Nothing was said. */
static bool read_status(struct detection *d, int wait_status)
{
	if (WIFSIGNALED(wait_status)) {
		const char *name = sigabbrev_np(WTERMSIG(wait_status));

		sign(d, "SIG%s", name != NULL ? name : "?");
	} else if (WEXITSTATUS(wait_status) != 0 &&
		   WEXITSTATUS(wait_status) != EXIT_NOT_IMPLEMENTED) {
		sign(d, "exit status %d", WEXITSTATUS(wait_status));
	} else {
		return false;
	}
	d->detector = DETECTOR_crash;
	return true;
}

bool detect_read(const char *said, int wait_status, struct detection *d)
{
	const char *at = said;

	*d = (struct detection){ .text = must(strdup(said)) };
	while (*at != '\0' && wait_status != 0 && !d->found) {
		struct part line = line_of(at);

		d->found = read_line(d, line);
		at += line.len + (at[line.len] == '\n');
	}
	if (!d->found)
		d->found = read_status(d, wait_status);
	return d->found;
}

void detection_free(struct detection *d)
{
	free(d->text);
	*d = (struct detection){ .text = NULL };
}

/* --- running --- */

/* An abort shows its stack too, so that an assert's function is known. */
static const char *const sanitizers[] = {
	"ASAN_OPTIONS=handle_abort=2:detect_leaks=1:symbolize=1:allocator_may_return_null=1",
	"UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1",
	"LSAN_OPTIONS=report_objects=0",
	"MSAN_OPTIONS=handle_abort=2",
};

static bool is_set_here(const char *variable)
{
	for (u32 i = 0; i < ARRAY_SIZE(sanitizers); i++)
		if (strncmp(variable, sanitizers[i], strcspn(sanitizers[i], "=") + 1) == 0)
			return true;
	return strncmp(variable, "REFSTACK_LOOKS=", strlen("REFSTACK_LOOKS=")) == 0;
}

static const char **environment(void)
{
	size_t n = 0, to = 0;
	const char **env;

	while (environ[n] != NULL)
		n++;
	env = must(calloc(n + ARRAY_SIZE(sanitizers) + 1, sizeof(*env)));
	for (size_t i = 0; i < n; i++)
		if (!is_set_here(environ[i]))
			env[to++] = environ[i];
	for (u32 i = 0; i < ARRAY_SIZE(sanitizers); i++)
		env[to++] = sanitizers[i];
	return env;
}

/* Some sanitizers end for no reason of ours where addresses are too random. */
static pid_t start_fixed(const struct child *c)
{
	int before = personality(0xffffffff);
	pid_t pid;

	if (before >= 0)
		personality((unsigned long)before | ADDR_NO_RANDOMIZE);
	pid = child_start(c);
	if (before >= 0)
		personality((unsigned long)before);
	return pid;
}

static char *read_said(int fd, const char *more)
{
	size_t len = 0;
	char *text = must(malloc(SAID_MAX + strlen(more) + 1));
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while (len < SAID_MAX && (n = read(fd, text + len, SAID_MAX - len)) > 0)
		len += (size_t)n;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	memcpy(text + len, more, strlen(more) + 1);
	return text;
}

/* A program that runs. */
struct run {
	pid_t pid; /* 0: none */
	int input, said;
};

static void run_close(struct run *r)
{
	if (r->pid > 0)
		child_kill(r->pid);
	if (r->input >= 0)
		close(r->input);
	if (r->said >= 0)
		close(r->said);
	*r = (struct run){ .input = -1, .said = -1 };
}

static bool run_start(struct run *r, const struct detect *how, const char *program,
		      const struct detect_item *item)
{
	char file[NAME_BYTES];
	const char *const argv[] = { program, "--looks", how->looks != NULL ? how->looks : "all",
				     file, NULL };
	const char **env = environment();
	struct child c = { .argv = argv, .env = env, .in = -1 };

	/* The program opens its input by its number. */
	*r = (struct run){ .input = memfd_create("input", 0),
			   .said = memfd_create("said", MFD_CLOEXEC) };
	if (r->input >= 0 && r->said >= 0 && write_all(r->input, item->input, item->len)) {
		snprintf(file, sizeof(file), "/dev/fd/%d", r->input);
		c.out = c.err = r->said;
		r->pid = start_fixed(&c);
	}
	free(env);
	if (r->input >= 0)
		close(r->input); /* the next one started is not to have it */
	r->input = -1;
	return r->pid > 0;
}

/* It could not do what it was asked: what it said is why. */
static bool is_no_answer(const char *program, const char *said, int status, char *err, u32 err_size)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (code == EXIT_NO_PROGRAM)
		snprintf(err, err_size, "%s cannot be started", program);
	else if (code == EXIT_WRONG_USE)
		snprintf(err, err_size, "%s: %.300s", program, said);
	return code == EXIT_NO_PROGRAM || code == EXIT_WRONG_USE;
}

static int run_finish(struct run *r, const struct detect *how, const char *program,
		      struct detection *d, char *err, u32 err_size)
{
	u32 seconds = how->seconds != 0 ? how->seconds : SECONDS_USUALLY;
	char more[NAME_BYTES] = "", *said;
	int status = 0;
	enum child_end end = child_wait(r->pid, (int)(seconds * MS_PER_SECOND), &status);
	bool no_answer;

	if (end == CHILD_INTERRUPTED) {
		snprintf(err, err_size, "interrupted");
		errno = EINTR;
		return -1;
	}
	if (end == CHILD_RUNS) {
		child_kill(r->pid);
		status = SIGKILL;
		snprintf(more, sizeof(more), "\n%s%u s of real time\n", no_end, seconds);
	} else {
		child_sweep(r->pid);
	}
	r->pid = 0;
	said = read_said(r->said, more);
	no_answer = is_no_answer(program, said, status, err, err_size);
	if (!no_answer)
		detect_read(said, status, d);
	free(said);
	return no_answer ? -1 : 0;
}

/* The oldest is waited for; as many as there may be run beside it. */
static int run_window(const struct detect *how, const char *program, struct detect_item *item,
		      u32 n, struct run *run, u32 workers, char *err, u32 err_size)
{
	u32 started = 0;

	for (u32 done = 0; done < n; done++) {
		struct run *oldest = &run[done % workers];

		while (started < n && started - done < workers) {
			if (!run_start(&run[started % workers], how, program, &item[started])) {
				snprintf(err, err_size, "no process could be started: %s",
					 strerror(errno));
				return -1;
			}
			started++;
		}
		if (run_finish(oldest, how, program, &item[done].d, err, err_size) != 0)
			return -1;
		run_close(oldest);
	}
	return 0;
}

int detect_all(const struct detect *how, const char *target, struct detect_item *item, u32 n,
	       u32 workers, char *err, u32 err_size)
{
	char program[PATH_BYTES];
	struct run *run;
	int ret;

	assert(workers != 0);
	for (u32 i = 0; i < n; i++)
		item[i].d = (struct detection){ .text = NULL };
	if (snprintf(program, sizeof(program), "%s/asan/replay_%s", how->build, target) >=
		    (int)sizeof(program) ||
	    access(program, X_OK) != 0) {
		snprintf(err, err_size, "there is no %.300s/asan/replay_%s: make it", how->build,
			 target);
		return -1;
	}
	run = must(calloc(workers, sizeof(*run)));
	for (u32 i = 0; i < workers; i++)
		run[i] = (struct run){ .input = -1, .said = -1 };
	ret = run_window(how, program, item, n, run, workers, err, err_size);
	for (u32 i = 0; i < workers; i++)
		run_close(&run[i]);
	free(run);
	for (u32 i = 0; i < n && ret != 0; i++)
		detection_free(&item[i].d);
	return ret;
}

int detect_run(const struct detect *how, const char *target, const u8 *input, size_t len,
	       struct detection *d, char *err, u32 err_size)
{
	struct detect_item item = { .input = input, .len = len };
	int ret = detect_all(how, target, &item, 1, 1, err, err_size);

	*d = item.d;
	return ret;
}

void detect_build(char *to, u32 size)
{
	char asan[PATH_BYTES], here[PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", here, sizeof(here) - 1);

	to[0] = '\0';
	here[n > 0 ? n : 0] = '\0';
	for (u32 up = 0; up < 2; up++) {
		char *slash = strrchr(here, '/');

		if (slash == NULL)
			return;
		*slash = '\0';
		if (snprintf(asan, sizeof(asan), "%s/asan", here) < (int)sizeof(asan) &&
		    access(asan, X_OK) == 0) {
			snprintf(to, size, "%s", here);
			return;
		}
	}
}
