// SPDX-License-Identifier: MIT
/* uml.c - one boot of the judging kernel.
 *
 * Repeatability: memory size, processor, addresses and start of the clock are the same for each
 * boot. The kernel's memory is a file in TMPDIR or /dev/shm that it unlinks at once.
 */
#include "harness/oracle/uml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/oracle/child.h"
#include "harness/oracle/job.h"

enum {
	BOOT_WORDS = 24,
	TAIL_LINES = 24, /* a panic and the calls that led to it */
	TAIL_SIZE = 4096,
	MS_PER_SECOND = 1000,
	PROBE_MS = 30000,
	RUN_FOLDER = 1024,
	WALL_MAX_S = 100000,
	MEMORY_BYTES = 512 << 20 /* twice that of a boot */
};

/* glibc registers a restartable sequence whose area the kernel's stub unmaps: newer hosts then kill
 * it.
 */
#define NO_RSEQ "GLIBC_TUNABLES=glibc.pthread.rseq=0"

static int refuse(char *err, u32 err_size, const char *what, const char *why)
{
	snprintf(err, err_size, "%s: %s", what, why);
	return -1;
}

/* --- the command line --- */

struct boot {
	const char *argv[BOOT_WORDS];
	char word[BOOT_WORDS][RUN_FOLDER + 64];
	u32 n;
	const char *env[4];
	char tmpdir[RUN_FOLDER + 16];
	char folder[RUN_FOLDER]; /* what this boot writes */
	bool too_long;
};

static void add(struct boot *b, const char *word, const char *value)
{
	int n;

	assert(b->n + 1 < BOOT_WORDS);
	n = snprintf(b->word[b->n], sizeof(b->word[0]), "%s%s", word, value);
	b->too_long |= n >= (int)sizeof(b->word[0]);
	b->argv[b->n] = b->word[b->n];
	b->n++;
}

/* The kernel's command line is divided at blanks; a quote has no escape. */
static void add_path(struct boot *b, const char *word, const char *path)
{
	char quoted[RUN_FOLDER];
	bool blank = strpbrk(path, " \t\n") != NULL;
	int n = snprintf(quoted, sizeof(quoted), blank ? "\"%s\"" : "%s", path);

	b->too_long |= n >= (int)sizeof(quoted) || strchr(path, '"') != NULL;
	add(b, word, quoted);
}

/* The kernel's memory is a file: on a disk it would be written out. Some containers have a small
 * /dev/shm, or one from which nothing may be executed.
 */
static const char *memory_folder(const char *otherwise)
{
	static const char shm[] = "/dev/shm";
	struct statvfs s;

	if (getenv("TMPDIR") != NULL || access(shm, W_OK) != 0 || statvfs(shm, &s) != 0)
		return otherwise;
	if ((s.f_flag & ST_NOEXEC) != 0 || (u64)s.f_bavail * s.f_frsize < MEMORY_BYTES)
		return otherwise;
	return shm;
}

/* A folder of its own, and what every boot is told. */
static int boot_init(struct boot *b, const struct kernel *k, char *err, u32 err_size)
{
	const char *tmp = getenv("TMPDIR");

	*b = (struct boot){ .n = 0 };
	if (tmp == NULL || *tmp != '/')
		tmp = "/tmp";
	if (snprintf(b->folder, sizeof(b->folder), "%s/refstack-XXXXXX", tmp) >=
		    (int)sizeof(b->folder) ||
	    strlen(tmp) + sizeof("TMPDIR=/dev/shm") > sizeof(b->tmpdir))
		return refuse(err, err_size, "TMPDIR", "the name is too long");
	if (mkdtemp(b->folder) == NULL)
		return refuse(err, err_size, tmp, strerror(errno));
	snprintf(b->tmpdir, sizeof(b->tmpdir), "TMPDIR=%s", memory_folder(tmp));
	b->env[0] = NO_RSEQ;
	b->env[1] = b->tmpdir;
	b->env[2] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	b->argv[b->n++] = k->path;
	add(b, "mem=256M", "");
	add(b, "root=/dev/root", "");
	add(b, "rootfstype=hostfs", "");
	add(b, "rootflags=/", "");
	add(b, "con=null", "");
	add_path(b, "uml_dir=", b->folder);
	return 0;
}

static void boot_done(struct boot *b)
{
	folder_remove(b->folder);
}

/* --- a boot in virtual time --- */

static int console_open(const struct boot *b, char path[JOB_PATH])
{
	job_path(path, b->folder, "console");
	return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

static int console_said(const char *console, const char *what, char *err, u32 err_size)
{
	char tail[TAIL_SIZE];

	file_tail(console, TAIL_LINES, tail, sizeof(tail));
	snprintf(err, err_size, "the judging kernel %s%s%s", what,
		 *tail != '\0' ? "; it said:" : "", tail);
	return -1;
}

/* Runs until it powers off. -1 with why, and what was on its console. */
static int boot_run(struct boot *b, int milliseconds, char *err, u32 err_size)
{
	char console[JOB_PATH], how[32], what[128];
	int fd = console_open(b, console), status = 0;
	struct child c = {
		.argv = b->argv, .env = b->env, .in = -1, .out = fd, .err = fd, .fixed = true
	};
	enum child_end end;
	pid_t pid;

	if (b->too_long || fd < 0) {
		if (fd >= 0)
			close(fd);
		return refuse(err, err_size, b->folder, "no name for the kernel's command line");
	}
	pid = child_start(&c);
	close(fd);
	if (pid < 0)
		return refuse(err, err_size, "fork", strerror(errno));
	end = child_wait(pid, milliseconds, &status);
	if (end != CHILD_ENDED)
		child_kill(pid);
	else
		child_sweep(pid);
	if (end == CHILD_INTERRUPTED)
		return refuse(err, err_size, "interrupted", "the judging kernel was stopped");
	if (end == CHILD_RUNS) {
		snprintf(what, sizeof(what), "did not end within %d s",
			 milliseconds / MS_PER_SECOND);
		return console_said(console, what, err, err_size);
	}
	if (status == 0)
		return 0;
	snprintf(what, sizeof(what), "ended with %s", child_status(status, how));
	return console_said(console, what, err, err_size);
}

static void virtual_time(struct boot *b, u64 seed)
{
	char number[32];

	add(b, "con0=null,fd:1", "");
	add(b, "time-travel=inf-cpu", "");
	add(b, "time-travel-start=1700000000000000000", "");
	add(b, "panic=-1", "");
	add(b, "quiet", "");
	/* A new namespace has lo and no other device, and the first one, too. */
	add(b, "fb_tunnels=none", "");
	add(b, "dummy.numdummies=0", "");
	snprintf(number, sizeof(number), "%llu", (unsigned long long)seed);
	add(b, "random.um_seed=", number);
	add(b, "rw", "");
}

/* --- the guest --- */

bool uml_guest(char *to, u32 size, char *err, u32 err_size)
{
	/* build/refstack is a copy of build/release/refstack. */
	static const char *const beside[] = { "guest", "release/guest" };
	const char *given = getenv("REFSTACK_GUEST");
	char self[RUN_FOLDER];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (given != NULL && *given == '/') {
		snprintf(to, size, "%s", given);
		if (access(to, X_OK) == 0)
			return true;
		refuse(err, err_size, to, "the guest's program is not there (REFSTACK_GUEST)");
		return false;
	}
	if (n <= 0)
		return refuse(err, err_size, "/proc/self/exe", "cannot be read") == 0;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	for (u32 i = 0; i < ARRAY_SIZE(beside); i++) {
		if (snprintf(to, size, "%s/%s", self, beside[i]) < (int)size &&
		    access(to, X_OK) == 0)
			return true;
	}
	snprintf(err, err_size, "%s/guest: the guest's program is not there; run: make", self);
	return false;
}

/* --- a job --- */

static void take_answer(struct uml_item *item, const struct job_answer *a, const char *bytes)
{
	FILE *f;

	if (a->kind == JOB_ERROR_TEXT) {
		item->error = strndup(bytes, (size_t)a->len);
		item->answered = item->error != NULL;
		return;
	}
	/* Of no bytes there is no stream. */
	f = a->len != 0 ? fmemopen((void *)(uintptr_t)bytes, (size_t)a->len, "rb") : NULL;
	item->answered = f != NULL && record_read(&item->record, f) == 0;
	if (f != NULL)
		fclose(f);
}

/* The first without an answer is the one that the kernel was at. */
static void note_unanswered(const char *folder, struct uml_item *item, u32 n)
{
	char path[JOB_PATH], why[TAIL_SIZE + 128];
	bool first = true;

	for (u32 i = 0; i < n; i++) {
		if (item[i].answered)
			continue;
		job_path(path, folder, "console");
		if (first)
			console_said(path, "has left no record of it", why, sizeof(why));
		else
			snprintf(why, sizeof(why), "the judging kernel did not get as far as this");
		item[i].error = strdup(why);
		first = false;
	}
}

static void collect(const char *folder, struct uml_item *item, u32 n)
{
	size_t len = 0, at = 0;
	char *answers = job_answers(folder, &len);
	struct job_answer a;
	const char *bytes;

	while (answers != NULL && job_answer_next(answers, len, &at, &a, &bytes))
		if (a.item < n && !item[a.item].answered)
			take_answer(&item[a.item], &a, bytes);
	free(answers);
	note_unanswered(folder, item, n);
}

static int write_job(const struct boot *b, const struct run_options *o, bool compare,
		     const struct uml_item *item, u32 n, char *err, u32 err_size)
{
	struct job_item *items = calloc(n, sizeof(*items));
	char why[JOB_ERROR];
	int ret = -1;

	if (items == NULL)
		return refuse(err, err_size, "job", strerror(errno));
	for (u32 i = 0; i < n; i++)
		items[i] = (struct job_item){ .name = item[i].name,
					      .text = (char *)(uintptr_t)item[i].text,
					      .text_len = item[i].text_len };
	ret = job_write(b->folder, o, compare, items, n, why);
	if (ret != 0)
		snprintf(err, err_size, "%s", why);
	free(items);
	return ret;
}

/* The boot's own folder in k->counts. */
static int add_counts(struct boot *b, const struct kernel *k, char *err, u32 err_size)
{
	char folder[RUN_FOLDER];

	if (k->counts == NULL)
		return 0;
	assert(k->coverage);
	if (snprintf(folder, sizeof(folder), "%s/boot-XXXXXX", k->counts) >= (int)sizeof(folder))
		return refuse(err, err_size, k->counts, "the name is too long");
	if (mkdtemp(folder) == NULL)
		return refuse(err, err_size, folder, strerror(errno));
	add_path(b, "refstack.counts=", folder);
	return 0;
}

int uml_run(const struct kernel *k, const struct run_options *o, bool compare,
	    struct uml_item *item, u32 n, u32 wall_seconds, char *err, u32 err_size)
{
	struct boot *b;
	char guest[RUN_FOLDER];
	int ret = -1;

	assert(n > 0);
	assert(wall_seconds > 0 && wall_seconds <= WALL_MAX_S);
	for (u32 i = 0; i < n; i++) {
		record_init(&item[i].record);
		item[i].error = NULL;
		item[i].answered = false;
	}
	if (!uml_guest(guest, sizeof(guest), err, err_size))
		return -1;
	b = malloc(sizeof(*b));
	if (b == NULL)
		return refuse(err, err_size, "boot", strerror(errno));
	if (boot_init(b, k, err, err_size) == 0) {
		virtual_time(b, o->seed);
		add_path(b, "init=", guest);
		add_path(b, "refstack.job=", b->folder);
		ret = add_counts(b, k, err, err_size);
		if (ret == 0)
			ret = write_job(b, o, compare, item, n, err, err_size);
		if (ret == 0)
			ret = boot_run(b, (int)(wall_seconds * MS_PER_SECOND), err, err_size);
		collect(b->folder, item, n);
		boot_done(b);
	}
	free(b);
	return ret;
}

/* --- others --- */

/* Does a line of the file have it? */
static bool file_has(const char *path, const char *text)
{
	FILE *f = fopen(path, "r");
	char line[JOB_PATH];
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strstr(line, text) != NULL;
	fclose(f);
	return found;
}

/* It has to come up as far as looking for its first program, which is not there. */
int uml_probe(const struct kernel *k, char *err, u32 err_size)
{
	struct boot *b = malloc(sizeof(*b));
	char console[JOB_PATH];
	int ret = -1;

	if (b == NULL)
		return refuse(err, err_size, "boot", strerror(errno));
	if (boot_init(b, k, err, err_size) == 0) {
		virtual_time(b, 1);
		add(b, "init=/nonexistent/init", "");
		boot_run(b, PROBE_MS, err, err_size);
		job_path(console, b->folder, "console");
		if (file_has(console, "Requested init /nonexistent/init failed"))
			ret = 0;
		boot_done(b);
	}
	free(b);
	return ret;
}

/* What is no terminal is read whole: the kernel's console may not see what was there before it. */
static bool copy_script(const struct boot *b)
{
	char path[JOB_PATH], bytes[4096];
	size_t n;
	FILE *f;

	if (isatty(STDIN_FILENO) != 0)
		return true;
	job_path(path, b->folder, "script");
	f = fopen(path, "wb");
	if (f == NULL)
		return false;
	while ((n = fread(bytes, 1, sizeof(bytes), stdin)) != 0)
		fwrite(bytes, 1, n, f);
	return fclose(f) == 0;
}

/* The kernel sets the terminal as its own console wants it. */
static int run_shell(struct boot *b, char *err, u32 err_size)
{
	struct child c = { .argv = b->argv,
			   .env = b->env,
			   .in = STDIN_FILENO,
			   .out = STDOUT_FILENO,
			   .err = STDERR_FILENO,
			   .fixed = true,
			   .foreground = true };
	bool terminal = isatty(STDIN_FILENO) != 0;
	struct termios was;
	int status = 0;
	pid_t pid;

	if (terminal)
		terminal = tcgetattr(STDIN_FILENO, &was) == 0;
	else
		c.in = -1;
	pid = child_start(&c);
	if (pid < 0)
		return refuse(err, err_size, "fork", strerror(errno));
	while (child_wait(pid, -1, &status) != CHILD_ENDED)
		;
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &was);
	if (status == 0)
		return 0;
	snprintf(err, err_size, "the kernel did not end as it should");
	return -1;
}

int uml_shell(const struct kernel *k, char *err, u32 err_size)
{
	struct boot *b = malloc(sizeof(*b));
	char guest[RUN_FOLDER];
	int ret = -1;

	if (b == NULL)
		return refuse(err, err_size, "boot", strerror(errno));
	if (!uml_guest(guest, sizeof(guest), err, err_size) ||
	    boot_init(b, k, err, err_size) != 0) {
		free(b);
		return -1;
	}
	add(b, isatty(STDIN_FILENO) != 0 ? "con0=fd:0,fd:1" : "con0=null,fd:1", "");
	add(b, "quiet", "");
	add(b, "ro", "");
	add_path(b, "init=", guest);
	add_path(b, "refstack.shell=", b->folder);
	if (b->too_long || !copy_script(b))
		refuse(err, err_size, b->folder, "cannot be used");
	else
		ret = run_shell(b, err, err_size);
	boot_done(b);
	free(b);
	return ret;
}
