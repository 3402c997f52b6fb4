// SPDX-License-Identifier: MIT
/* guest.c - the only program of the judging kernel's guest: runs a job's scripts on the kernel.
 *
 * It is process 1. Its root is the host's, so that iproute2's programs are there. Each script
 * starts on the same place of the timer wheel, when what the one before has left is over: its
 * set-up one jiffy before a boundary of 4096 jiffies, with the same wall clock. Answers are written
 * when a script has ended: files cost the guest time.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/dut/linux_internal.h"
#include "harness/lib/world.h"
#include "harness/oracle/job.h"
#include "harness/script/record.h"

/* On CLOCK_MONOTONIC: time 0 of scripts, and how far apart their places are: there the wheel's
 * levels up to 32 s turn alike, every 4.096 s, and so does the work on all neighbours every 15 s,
 * which are 15.36 s in the grain of that wheel. Time that passes is work for the guest, so no more
 * of it.
 */
#define FIRST_NS 992000000ull
#define GRID_NS	 61440000000ull
/* What is limited to one in a second or five, such as news of links, forgets the script before. */
#define FORGET_NS 8192000000ull
/* The kernel's jiffies, cut to 32 bits, are 0 five minutes after its boot. Stamps that are 0 as
 * long as they have not been taken make it differ then. A script that is alone sees that when it
 * lasts so long; those that follow another begin after it.
 */
#define JIFFIES_ZERO_NS 301000000000ull
#define ORPHAN_WAIT_NS	2000000000ull
#define SET_UP_NS	900000ull /* before time 0: in the same jiffy, but away from its tick */
#define AHEAD_NS	50000ull  /* before that: time to come to an even start */

enum { SOFTIRQ_PRIORITY = 3, PIDS_LOOKED_AT = 64, NAME_BYTES = 16, GRAIN_NS = 256 };
enum { ORPHAN_WAITS = 300 };
enum { READ_BYTES = 16384, COUNTS_FDS = 16, HEAP_KEPT = 1 << 30, HEAP_STEP = 8 << 20 };

/* --- the machine
 * ---------------------------------------------------------------------------------------- */

/* What is written goes to the kernel's console, and ends the boot. */
_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "guest: %s: %s\n", what, strerror(errno));
	sync();
	(void)reboot(RB_POWER_OFF);
	_exit(1);
}

static void mount_all(void)
{
	static const struct {
		const char *type, *at;
	} mounts[] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "tracefs", "/sys/kernel/tracing" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(mounts); i++)
		if (mount(mounts[i].type, mounts[i].at, mounts[i].type, 0, NULL) != 0)
			give_up(mounts[i].at);
}

/* Its console, which the kernel could not open before there was a /dev. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	for (int i = 0; fd >= 0 && i <= 2; i++)
		if (dup2(fd, i) != i)
			break;
	if (fd > 2)
		close(fd);
}

/* 0 to 2 are to be what a script's processes have there: what is said goes another way. */
static void keep_console(void)
{
	FILE *console = NULL;
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	if (fd >= 0)
		console = fdopen(fd, "w");
	if (console == NULL)
		give_up("/dev/console");
	setvbuf(console, NULL, _IONBF, 0);
	stderr = console;
}

/* Pages that come and go cost the guest more than what is done with them. */
static void keep_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	(void)mallopt(M_TOP_PAD, HEAP_STEP);
}

static bool is_softirq_thread(int pid)
{
	char path[32], name[NAME_BYTES + 1] = "";
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, NAME_BYTES);
		close(fd);
	}
	return n > 0 && strncmp(name, "ksoftirqd/", 10) == 0;
}

/* What a call sets off is done before it returns to us, however much it is. */
static void raise_softirq_thread(void)
{
	struct sched_param p = { .sched_priority = SOFTIRQ_PRIORITY };

	for (int pid = 2; pid < PIDS_LOOKED_AT; pid++)
		if (is_softirq_thread(pid))
			(void)sched_setscheduler(pid, SCHED_FIFO, &p);
}

/* --- time
 * -----------------------------------------------------------------------------------------------
 */

static struct timespec timespec_of(u64 ns)
{
	return (struct timespec){ (time_t)(ns / NS_PER_SEC), (long)(ns % NS_PER_SEC) };
}

static void sleep_until(u64 ns)
{
	struct timespec t = timespec_of(ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* What every clock tells is in grains of 256 ns, and a timer is set by what remains until then on
 * such a clock: it goes off as many nanoseconds late as are gone of the grain in which it was set,
 * and one more. So that each script finds the same, we come to the end of a grain.
 */
static void wait_for_grain(const struct linux_clock *exact, u64 ns)
{
	u64 grain = (ns - exact->offset_ns + GRAIN_NS - 1) / GRAIN_NS * GRAIN_NS;
	u64 gone;

	sleep_until(ns - AHEAD_NS);
	gone = (linux_clock_ns(exact) - exact->offset_ns) % GRAIN_NS;
	sleep_until(grain + exact->offset_ns - gone - 1);
}

/* --- what a script has left
 * --------------------------------------------------------------------------------------------- */

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		give_up(path);
	close(fd);
}

/* Connections that nobody holds any more but which still try to say their last, of all namespaces.
 */
static u64 orphans(void)
{
	static const char path[] = "/proc/net/sockstat", word[] = " orphan ";
	char text[READ_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	const char *at;

	if (n < 0)
		give_up(path);
	close(fd);
	text[n] = '\0';
	at = strstr(text, word);
	return at != NULL ? strtoull(at + strlen(word), NULL, 10) : 0;
}

/* They keep their namespace, and each of their timers draws random numbers and drops packets, which
 * the next script would have done. Where none are allowed, one ends with its next timer.
 */
static void wait_for_orphans(const struct linux_clock *exact)
{
	static const char path[] = "/proc/sys/net/ipv4/tcp_max_orphans";
	char allowed[32];
	int fd;
	ssize_t n;

	if (orphans() == 0)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, allowed, sizeof(allowed) - 1) : -1;
	if (n < 0)
		give_up(path);
	close(fd);
	allowed[n] = '\0';
	put_text(path, "0");
	for (u32 i = 0; i < ORPHAN_WAITS && orphans() != 0; i++)
		sleep_until(linux_clock_ns(exact) + ORPHAN_WAIT_NS);
	put_text(path, allowed);
}

/* The next place on the wheel; the wall clock tells the same time there as at all others. Nobody
 * else reads the clock between the two calls, so it is still what it was. How far it is from the
 * first.
 */
static u64 wait_for_place(const struct linux_clock *exact)
{
	u64 now, at = FIRST_NS - SET_UP_NS;
	struct timespec t;

	wait_for_orphans(exact);
	now = linux_clock_ns(exact);
	if (now + 2 * AHEAD_NS >= at) {
		u64 from = now + FORGET_NS;

		if (from < JIFFIES_ZERO_NS)
			from = JIFFIES_ZERO_NS;
		at += ((from - at) / GRID_NS + 1) * GRID_NS;
	}
	wait_for_grain(exact, at);
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	now = (u64)t.tv_sec * NS_PER_SEC + (u64)t.tv_nsec;
	t = timespec_of(now - at + WORLD_BOOT_REAL_NS - SET_UP_NS);
	if (clock_settime(CLOCK_REALTIME, &t) != 0)
		give_up("clock_settime");
	return at - (FIRST_NS - SET_UP_NS);
}

/* --- scripts
 * ---------------------------------------------------------------------------------------------- */

static const struct linux_clock *exact_clock;

static struct dut *guest_dut(const struct dut_config *cfg, char *err, u32 err_size)
{
	return dut_linux(cfg, DUT_VIRTUAL, err, err_size);
}

static int answers = -1; /* the job's file for them */

static void open_answers(const char *folder)
{
	char path[JOB_PATH];

	job_path(path, folder, "answers");
	answers = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (answers < 0)
		give_up(path);
}

static void write_answer(const char *bytes, size_t len)
{
	while (len != 0) {
		ssize_t n = write(answers, bytes, len);

		if (n <= 0)
			give_up("answers");
		bytes += n;
		len -= (size_t)n;
	}
}

/* The head is filled in when the length is known. */
static void write_record(u32 i, const struct record *r)
{
	struct job_answer head = { 0 };
	char *bytes = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&bytes, &len);
	int ret;

	if (to == NULL)
		give_up("memory for a record");
	fwrite(&head, sizeof(head), 1, to);
	ret = record_write(r, to);
	if (fclose(to) != 0 || ret != 0)
		give_up("a record");
	job_answer_init(&head, i, JOB_RECORD, len - sizeof(head));
	memcpy(bytes, &head, sizeof(head));
	write_answer(bytes, len);
	free(bytes);
}

static void write_error(u32 i, const char *why)
{
	struct job_answer head;

	job_answer_init(&head, i, JOB_ERROR_TEXT, strlen(why));
	write_answer((const char *)&head, sizeof(head));
	write_answer(why, strlen(why));
}

/* Of a run that has noted nothing, or did not get as far as a device. */
static void take_verdict(struct record *rec, const struct run_result *result)
{
	free(rec->message);
	rec->verdict = result->verdict;
	rec->line = result->line;
	rec->message = result->message != NULL ? strdup(result->message) : NULL;
	rec->end_ps = (s64)result->virtual_ps;
}

/* A run that got as far as a device has left a record, however it ended. */
static void run_item(const struct job *j, u32 i, const struct script *s)
{
	struct run_options o = j->options;
	struct run_result result;
	struct record rec;
	u64 place_ns;

	record_init(&rec);
	o.dut = guest_dut;
	o.record = j->compare ? NULL : &rec;
	place_ns = wait_for_place(exact_clock);
	result = run_script(s, &o, NULL);
	if (j->compare || (rec.verdict == RUN_PASSED && result.verdict != RUN_PASSED))
		take_verdict(&rec, &result);
	rec.place_ns = place_ns;
	rec.tracepoints = result.tracepoints;
	result.tracepoints = NULL;
	if (result.verdict == RUN_ENVIRONMENT)
		write_error(i, result.message);
	else
		write_record(i, &rec);
	run_result_free(&result);
	record_free(&rec);
}

static void do_item(const struct job *j, u32 i)
{
	const struct job_item *item = &j->item[i];
	struct script_error err = { 0 };
	struct script *s = script_parse(item->name, item->text, item->text_len, &err);
	char why[sizeof(err.text) + 64];

	if (s != NULL) {
		run_item(j, i, s);
		script_free(s);
		return;
	}
	snprintf(why, sizeof(why), "line %u, column %u: %s", err.line, err.column, err.text);
	write_error(i, why);
}

/* --- counts of lines --- */

/* Files of gcov are found below the folder in which the kernel was compiled, which is gone. */
static const char *counts_name(const char *path)
{
	static const char mark[] = "/src/";
	const char *at = strstr(path, mark);

	return at != NULL ? at + strlen(mark) : NULL;
}

static char counts_folder[JOB_PATH];

static void copy_counts(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	char bytes[READ_BYTES];
	ssize_t n;

	if (in < 0 || out < 0)
		give_up(to);
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)n) != n)
			give_up(to);
	close(in);
	close(out);
}

/* Of nftw(): the notes beside the counts are links that lead nowhere here. */
static int take_counts(const char *path, const struct stat *s, int type, struct FTW *where)
{
	const char *name = counts_name(path);
	char to[JOB_PATH];

	(void)s;
	(void)where;
	if (name == NULL)
		return 0;
	job_path(to, counts_folder, name);
	if (type == FTW_D && mkdir(to, S_IRWXU) != 0 && errno != EEXIST)
		give_up(to);
	if (type == FTW_F && strstr(name, ".gcda") != NULL)
		copy_counts(path, to);
	return 0;
}

/* What the boot itself ran was no question of ours. */
static void begin_counts(void)
{
	static const char at[] = "/sys/kernel/debug";
	int fd;

	if (mount("debugfs", at, "debugfs", 0, NULL) != 0)
		give_up(at);
	fd = open("/sys/kernel/debug/gcov/reset", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		give_up("gcov/reset");
	close(fd);
}

static void leave_counts(void)
{
	if (nftw("/sys/kernel/debug/gcov", take_counts, COUNTS_FDS, FTW_PHYS) != 0)
		give_up("counts");
}

/* --- a shell instead --- */

static _Noreturn void become_shell(const char *script)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "TERM=linux",
				     "PS1=oracle# ", NULL };
	int fd = -1;

	(void)setsid();
	if (access(script, R_OK) == 0) {
		fd = open("/dev/null", O_RDONLY);
		(void)dup2(fd, STDIN_FILENO);
		execle("/bin/sh", "sh", script, (char *)NULL, env);
		_exit(1);
	}
	/* The first terminal that the head of a session opens is the session's: then Ctrl-C works.
	 */
	fd = open("/dev/tty0", O_RDWR);
	for (int i = 0; fd >= 0 && i <= 2; i++)
		(void)dup2(fd, i);
	execle("/bin/sh", "sh", "-i", (char *)NULL, env);
	_exit(1);
}

static void shell(const char *folder)
{
	char script[JOB_PATH];
	pid_t pid;

	job_path(script, folder, "script");
	pid = fork();
	if (pid == 0)
		become_shell(script);
	/* Process 1 is also the parent of what the shell leaves behind. */
	while (pid > 0 && wait(NULL) != pid)
		;
}

int main(void)
{
	static char folder[JOB_PATH];
	struct rlimit files = { 4096, 4096 };
	char err[JOB_ERROR] = "";
	const struct linux_boot *boot;
	struct job job;
	bool counts;

	if (getpid() != 1) {
		fputs("guest: this is the first program of the judging kernel's guest; "
		      "`refstack oracle` and `refstack capture` run it there\n",
		      stderr);
		return 2;
	}
	mount_all();
	open_console();
	(void)setrlimit(RLIMIT_NOFILE, &files);
	raise_softirq_thread();
	if (job_word("refstack.shell=", folder)) {
		shell(folder);
		(void)reboot(RB_POWER_OFF);
		return 1;
	}
	keep_memory();
	keep_console();
	if (!job_word("refstack.job=", folder))
		give_up("no refstack.job= in /proc/cmdline");
	if (job_read(&job, folder, err) != 0) {
		errno = EINVAL;
		give_up(err);
	}
	open_answers(folder);
	/* Now, and not within the first script's time. */
	boot = linux_boot(err, sizeof(err));
	if (boot == NULL)
		give_up(err);
	exact_clock = &boot->exact;
	counts = job_word("refstack.counts=", counts_folder);
	if (counts)
		begin_counts();
	for (u32 i = 0; i < job.n; i++)
		do_item(&job, i);
	job_free(&job);
	if (counts)
		leave_counts();
	(void)reboot(RB_POWER_OFF);
	return 1;
}
