// SPDX-License-Identifier: MIT
/* side.c - see side.h.
 *
 * A process that runs scripts here sends back { length, kind, bytes } for each through a pipe, a
 * record or why there is none. What it said on standard error before it went down is the reason.
 */
#include "harness/diff/side.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/oracle/child.h"
#include "harness/lib/write_all.h"
#include "harness/lib/must.h"

enum {
	/* Of real time, for one script that does not come to an end. */
	SCRIPT_SECONDS = 60,
	LIVE_SECONDS = 20,
	BOOT_SECONDS = 120, /* and one more for every four scripts */
	SCRIPTS_A_SECOND = 4,
	LIVE_NEAR_MS = 20,
	LIVE_PERCENT = 5,
	SAID_BYTES = 1024,
	ERROR_BYTES = 4096,
	US_PER_SECOND = 1000000,
	NS_PER_US_ = 1000
};

struct answer_head {
	u64 len;
	u32 is_error;
};

static bool is_interrupted(const struct side *s)
{
	return s->interrupted != NULL && *s->interrupted != 0;
}

__attribute__((format(printf, 2, 3))) static void has_died(struct side_item *item, const char *fmt,
							   ...)
{
	va_list ap;

	assert(item->error == NULL);
	item->died = true;
	va_start(ap, fmt);
	if (vasprintf(&item->error, fmt, ap) < 0)
		abort();
	va_end(ap);
}

/* --- what it costs --- */

static u64 wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * US_PER_SECOND + (u64)t.tv_nsec / NS_PER_US_;
}

static u64 time_us(struct timeval t)
{
	return (u64)t.tv_sec * US_PER_SECOND + (u64)t.tv_usec;
}

/* Of processes that have ended. */
static u64 children_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return time_us(u.ru_utime) + time_us(u.ru_stime);
}

/* --- in a process of its own --- */

static struct dut *live_dut(const struct dut_config *cfg, char *err, u32 err_size)
{
	return dut_linux(cfg, DUT_REAL, err, err_size);
}

/* A run that did not get as far as a device has noted nothing. */
static void take_end(struct record *rec, struct run_result *result)
{
	if (rec->verdict == RUN_PASSED && result->verdict != RUN_PASSED) {
		rec->verdict = result->verdict;
		rec->line = result->line;
		free(rec->message);
		rec->message = result->message;
		result->message = NULL;
	}
	rec->tracepoints = result->tracepoints;
	result->tracepoints = NULL;
}

static void answer_item(const struct side *s, const struct run_options *options,
			const struct side_item *item, int fd)
{
	struct run_options o = *options;
	struct answer_head head = { .len = 0 };
	struct run_result result;
	struct record rec;
	char *bytes = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&bytes, &len));

	record_init(&rec);
	o.record = &rec;
	o.place_ns = item->place_ns;
	result = run_script(item->script, &o, s->worlds);
	take_end(&rec, &result);
	head.is_error = rec.verdict == RUN_ENVIRONMENT;
	if (head.is_error != 0)
		fputs(rec.message, to);
	else
		record_write(&rec, to);
	fclose(to);
	head.len = len;
	if (!write_all(fd, &head, sizeof(head)) || !write_all(fd, bytes, len))
		_exit(1);
	free(bytes);
	run_result_free(&result);
	record_free(&rec);
}

static _Noreturn void answer_all(const struct side *s, const struct run_options *options,
				 const struct side_item *item, u32 n, int fd, int said)
{
	struct rlimit none = { .rlim_cur = 0 };
	struct run_options o = *options;
	bool live = s->kind == SIDE_LIVE;

	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &none);
	dup2(said, STDERR_FILENO);
	if (live) {
		o.dut = live_dut;
		o.slack_ps = 2 * LIVE_NEAR_MS * PS_PER_MS;
		o.slack_percent = LIVE_PERCENT;
	}
	for (u32 i = 0; i < n; i++) {
		alarm(live ? LIVE_SECONDS : SCRIPT_SECONDS);
		answer_item(s, &o, &item[i], fd);
	}
	_exit(0);
}

static bool take_record(struct side_item *item, char *bytes, size_t len)
{
	FILE *from = must(fmemopen(bytes, len, "rb"));
	int ret = record_read(&item->record, from);

	fclose(from);
	return ret == 0;
}

/* False: it has ended before it was done with that one. */
static bool take_answer(struct side_item *item, FILE *from)
{
	struct answer_head head;
	bool ok = true;
	char *bytes;

	if (fread(&head, sizeof(head), 1, from) != 1)
		return false;
	bytes = must(malloc((size_t)head.len + 1));
	bytes[head.len] = '\0';
	if (fread(bytes, 1, (size_t)head.len, from) != head.len)
		ok = false;
	else if (head.is_error != 0)
		item->error = must(strdup(bytes));
	else
		ok = take_record(item, bytes, (size_t)head.len);
	free(bytes);
	return ok;
}

/* The last line, which is what it ended for. */
static void last_line(int said, char to[SAID_BYTES])
{
	off_t len = lseek(said, 0, SEEK_END);
	ssize_t n = pread(said, to, SAID_BYTES - 1, len < SAID_BYTES ? 0 : len - SAID_BYTES + 1);
	char *line;

	to[n > 0 ? n : 0] = '\0';
	while (n > 0 && to[n - 1] == '\n')
		to[--n] = '\0';
	line = strrchr(to, '\n');
	if (line != NULL)
		memmove(to, line + 1, strlen(line));
}

static void process_died(const struct side *s, struct side_item *item, int status, int said)
{
	char line[SAID_BYTES], how[32];

	last_line(said, line);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		has_died(item, "%s does not come to an end in %d s of real time", s->name,
			 s->kind == SIDE_LIVE ? LIVE_SECONDS : SCRIPT_SECONDS);
	else
		has_died(item, "%s itself ended, with %s%s%s", s->name, child_status(status, how),
			 line[0] != '\0' ? ": " : "", line);
}

/* How many have been answered by one process, the last one maybe by its death; 0: there is none. */
static u32 run_in_process(struct side *s, const struct run_options *o, struct side_item *item,
			  u32 n)
{
	int fd[2], status = 0, said = memfd_create("said", MFD_CLOEXEC);
	u32 done = 0;
	FILE *from;
	pid_t pid;

	if (said < 0 || pipe(fd) != 0)
		return 0;
	fflush(stdout);
	fflush(stderr);
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		answer_all(s, o, item, n, fd[1], said);
	}
	close(fd[1]);
	from = must(fdopen(fd[0], "rb"));
	while (pid > 0 && done < n && take_answer(&item[done], from))
		done++;
	fclose(from);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && done < n && !is_interrupted(s))
		process_died(s, &item[done++], status, said);
	close(said);
	return done;
}

static int run_here(struct side *s, const struct run_options *o, struct side_item *item, u32 n,
		    char *err, u32 err_size)
{
	for (u32 done = 0; done < n;) {
		u32 more = run_in_process(s, o, item + done, n - done);

		done += more;
		if (is_interrupted(s))
			snprintf(err, err_size, "interrupted");
		else if (more == 0)
			snprintf(err, err_size, "no process could be started: %s", strerror(errno));
		else
			continue;
		if (done < n)
			return -1;
	}
	return 0;
}

/* --- the judging kernel --- */

static u32 first_unanswered(const struct uml_item *item, u32 n)
{
	u32 i = 0;

	while (i < n && item[i].answered)
		i++;
	return i;
}

static void take_items(struct side_item *to, struct uml_item *from, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		to[i].record = from[i].record;
		to[i].error = from[i].error;
	}
}

static void drop_items(struct uml_item *item, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		record_free(&item[i].record);
		free(item[i].error);
		item[i].error = NULL;
	}
}

/* One boot: how many were answered; *err: not all, and why. */
static u32 run_boot(const struct side *s, const struct run_options *o, struct side_item *item,
		    u32 n, char *err, u32 err_size)
{
	struct uml_item *u = must(calloc(n, sizeof(*u)));
	u32 done;
	int ret;

	for (u32 i = 0; i < n; i++)
		u[i] = (struct uml_item){ .name = item[i].name,
					  .text = item[i].text,
					  .text_len = item[i].text_len };
	ret = uml_run(&s->kernel, o, false, u, n, BOOT_SECONDS + n / SCRIPTS_A_SECOND, err,
		      err_size);
	done = ret == 0 ? n : first_unanswered(u, n);
	take_items(item, u, done);
	drop_items(u + done, n - done);
	free(u);
	return done;
}

/* Does a boot come to its end with a script that harms nobody? Else it was not the script: there is
 * no room for a boot, or no guest.
 */
static bool can_boot(const struct side *s, char *err, u32 err_size)
{
	static const char text[] = " 0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n";
	struct uml_item control = { .name = "control", .text = text, .text_len = strlen(text) };
	struct run_options o;
	int ret;

	run_options_init(&o);
	ret = uml_run(&s->kernel, &o, false, &control, 1, BOOT_SECONDS, err, err_size);
	drop_items(&control, 1);
	return ret == 0;
}

/* A script with which a boot ends is asked again, first in a boot: if it ends once more, that is
 * its answer.
 */
static int run_uml(struct side *s, const struct run_options *o, struct side_item *item, u32 n,
		   char *err, u32 err_size)
{
	u32 again = n; /* the one that is asked again */

	for (u32 done = 0; done < n;) {
		char why[ERROR_BYTES] = "";
		u32 more = run_boot(s, o, item + done, n - done, why, sizeof(why));

		s->relapses += more != 0 && done == again;
		done += more;
		if (done == n)
			break;
		if (is_interrupted(s))
			snprintf(err, err_size, "%s", why);
		if (is_interrupted(s) || (more == 0 && !can_boot(s, err, err_size)))
			return -1;
		if (more == 0)
			has_died(&item[done++], "%s", why);
		else
			again = done;
	}
	return 0;
}

/* --- both --- */

int side_open(struct side *s, const char *name, enum side_kind kind, char *err, u32 err_size)
{
	char guest[ERROR_BYTES];

	*s = (struct side){ .name = name, .kind = kind };
	if (kind == SIDE_UML) {
		if (kernel_find(&s->kernel, false, err, err_size) != KERNEL_THERE)
			return -1;
		return uml_guest(guest, sizeof(guest), err, err_size) ? 0 : -1;
	}
	s->worlds = dut_worlds_new();
	return 0;
}

void side_close(struct side *s)
{
	dut_worlds_free(s->worlds);
	s->worlds = NULL;
}

int side_run(struct side *s, const struct run_options *o, struct side_item *item, u32 n, char *err,
	     u32 err_size)
{
	u64 wall = wall_us(), cpu = children_us();
	int ret;

	assert(n != 0);
	for (u32 i = 0; i < n; i++) {
		record_init(&item[i].record);
		item[i].error = NULL;
		item[i].died = false;
	}
	if (s->kind == SIDE_UML)
		ret = run_uml(s, o, item, n, err, err_size);
	else
		ret = run_here(s, o, item, n, err, err_size);
	s->wall_us += wall_us() - wall;
	s->cpu_us += children_us() - cpu;
	return ret;
}

void side_items_free(struct side_item *item, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		record_free(&item[i].record);
		free(item[i].error);
		item[i].error = NULL;
	}
}
