// SPDX-License-Identifier: MIT
/* build.c - builds the judging kernel into the cache.
 *
 * Everything happens in one folder of the cache that is renamed when it is whole and removed when
 * not; a lock keeps two builds apart. Bit for bit the same wherever it is built: in the source's
 * own folder, so that all paths are relative, and with no date, user or host in it.
 */
#include "harness/oracle/kernel_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/oracle/child.h"
#include "harness/oracle/recipe.h"

enum {
	PATH_BYTES = 2048,
	TAIL_LINES = 12,
	TAIL_BYTES = 3072,
	TICK_MS = 200,
	ENV_WORDS = 16,
	COMPILE_LINES = 1207, /* of make, until a build has told */
	LINE_BYTES = 1024,
	READ_BYTES = 16384
};

#define INSTALL "apt-get update && apt-get install -y --no-install-recommends"

struct build {
	const struct kernel_build *how;
	struct kernel k;
	char cache[PATH_BYTES / 2], folder[PATH_BYTES], out[PATH_BYTES], src[PATH_BYTES];
	char log[PATH_BYTES], source[PATH_BYTES];
	const char *env[ENV_WORDS];
	char path_env[PATH_BYTES * 2], home_env[PATH_BYTES + 16], tmp_env[PATH_BYTES + 16];
	char *err;
	u32 err_size;
	int lock;
};

__attribute__((format(printf, 3, 4))) static enum kernel_answer
fails(struct build *b, enum kernel_answer answer, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it was, a line above */
	vsnprintf(b->err, b->err_size, format, ap);
	va_end(ap);
	return answer;
}

static bool below(struct build *b, char to[PATH_BYTES], const char *folder, const char *name)
{
	if (snprintf(to, PATH_BYTES, "%s/%s", folder, name) < PATH_BYTES)
		return true;
	fails(b, KERNEL_FAILED, "%.200s...: the name is too long", folder);
	return false;
}

/* --- what the machine must have --- */

static bool in_path(const char *program)
{
	const char *dirs = getenv("PATH");
	char path[PATH_BYTES];

	while (dirs != NULL && *dirs != '\0') {
		size_t len = strcspn(dirs, ":");

		if (snprintf(path, sizeof(path), "%.*s/%s", (int)len, dirs, program) <
			    (int)sizeof(path) &&
		    access(path, X_OK) == 0)
			return true;
		dirs += len + (dirs[len] == ':');
	}
	return false;
}

static bool find_source(struct build *b)
{
	const char *given = getenv("REFSTACK_LINUX_SOURCE");
	glob_t g = { .gl_pathc = 0 };

	if (given != NULL)
		snprintf(b->source, sizeof(b->source), "%s", given);
	else if (glob("/usr/src/" KERNEL_PACKAGE ".tar.*", 0, NULL, &g) == 0 && g.gl_pathc > 0)
		snprintf(b->source, sizeof(b->source), "%s", g.gl_pathv[0]);
	globfree(&g);
	return *b->source != '\0' && access(b->source, R_OK) == 0;
}

/* The C library as an archive: the kernel is a static program. */
static bool has_static_libc(void)
{
	static const char *const paths[] = { "/usr/lib/x86_64-linux-gnu/libc.a",
					     "/usr/lib64/libc.a", "/usr/lib/libc.a" };

	for (u32 i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], R_OK) == 0)
			return true;
	return false;
}

static enum kernel_answer check_tools(struct build *b)
{
	static const struct {
		const char *program, *package;
	} tools[] = { { "gcc", "gcc" },	    { "make", "make" },	     { "flex", "flex" },
		      { "bison", "bison" }, { "bc", "bc" },	     { "xz", "xz-utils" },
		      { "patch", "patch" }, { "strip", "binutils" }, { "tar", "tar" } };
	char missing[512] = "";
	size_t used = 0;

	for (u32 i = 0; i < ARRAY_SIZE(tools); i++)
		if (!in_path(tools[i].program))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used, " %s",
						 tools[i].package);
	if (!has_static_libc())
		used += (size_t)snprintf(missing + used, sizeof(missing) - used, " libc6-dev");
	if (!find_source(b)) {
		if (getenv("REFSTACK_LINUX_SOURCE") != NULL)
			return fails(b, KERNEL_IMPOSSIBLE, "REFSTACK_LINUX_SOURCE: %s: %s",
				     b->source, strerror(errno));
		used += (size_t)snprintf(missing + used, sizeof(missing) - used, " %s",
					 KERNEL_PACKAGE);
	}
	assert(used < sizeof(missing));
	if (used == 0)
		return KERNEL_THERE;
	return fails(b, KERNEL_IMPOSSIBLE,
		     "missing to build the judging kernel:%s\nrun as root: " INSTALL "%s", missing,
		     missing);
}

/* --- the folder --- */

/* What builds left that were ended by force; with the lock in our hands nobody else is building. */
static void remove_leftovers(const char *cache)
{
	DIR *d = opendir(cache);
	char path[PATH_BYTES];

	if (d == NULL)
		return;
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		if (strncmp(e->d_name, "build-", 6) == 0 &&
		    snprintf(path, sizeof(path), "%s/%s", cache, e->d_name) < (int)sizeof(path))
			folder_remove(path);
	closedir(d);
}

static enum kernel_answer take_lock(struct build *b)
{
	char path[PATH_BYTES];

	if (!folder_make(b->cache))
		return fails(b, KERNEL_IMPOSSIBLE, "%s: %s", b->cache, strerror(errno));
	if (!below(b, path, b->cache, "lock"))
		return KERNEL_FAILED;
	b->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (b->lock < 0)
		return fails(b, KERNEL_IMPOSSIBLE, "%s: %s", path, strerror(errno));
	while (flock(b->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fails(b, KERNEL_IMPOSSIBLE, "%s: %s", path, strerror(errno));
		if (!b->how->tick(b->how->ctx, "waiting for another build", 0, 0))
			return fails(b, KERNEL_FAILED, "interrupted");
		usleep(TICK_MS * 1000);
	}
	return KERNEL_THERE;
}

static enum kernel_answer make_folders(struct build *b)
{
	remove_leftovers(b->cache);
	if (!below(b, b->folder, b->cache, "build-XXXXXX"))
		return KERNEL_FAILED;
	if (mkdtemp(b->folder) == NULL) {
		enum kernel_answer answer =
			fails(b, KERNEL_IMPOSSIBLE, "%s: %s", b->cache, strerror(errno));

		*b->folder = '\0';
		return answer;
	}
	if (!below(b, b->out, b->folder, "out") || !below(b, b->src, b->folder, "src") ||
	    !below(b, b->log, b->folder, "log"))
		return KERNEL_FAILED;
	if (!folder_make(b->out) || !folder_make(b->src))
		return fails(b, KERNEL_IMPOSSIBLE, "%s: %s", b->folder, strerror(errno));
	return KERNEL_THERE;
}

/* Nothing of ours reaches the compiler: not CFLAGS, not MAKEFLAGS, not the language. */
static void set_environment(struct build *b)
{
	static const char *const fixed[] = {
		"LC_ALL=C",
		"SOURCE_DATE_EPOCH=0",
		"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
		"KBUILD_BUILD_USER=refstack",
		"KBUILD_BUILD_HOST=oracle",
		"KBUILD_BUILD_VERSION=1",
		"LOCALVERSION=", /* else a repository around the cache makes itself heard */
		"KCONFIG_ALLCONFIG=../fragment",
	};
	const char *path = getenv("PATH");
	u32 n = 0;

	snprintf(b->path_env, sizeof(b->path_env), "PATH=%s", path != NULL ? path : "");
	snprintf(b->home_env, sizeof(b->home_env), "HOME=%s", b->folder);
	snprintf(b->tmp_env, sizeof(b->tmp_env), "TMPDIR=%s", b->folder);
	b->env[n++] = b->path_env;
	b->env[n++] = b->home_env;
	b->env[n++] = b->tmp_env;
	for (u32 i = 0; i < ARRAY_SIZE(fixed); i++)
		b->env[n++] = fixed[i];
	assert(n < ENV_WORDS);
	b->env[n] = NULL;
}

/* --- tools --- */

/* Lines of make that tell of a file: "  CC      net/ipv4/udp.o". */
static u32 count_lines(int fd, bool *at_start)
{
	char bytes[READ_BYTES];
	u32 found = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			found += *at_start && bytes[i] == ' ';
			*at_start = bytes[i] == '\n';
		}
	}
	return found;
}

/* Runs a program in the source's folder; its output goes to the log. */
static enum kernel_answer run(struct build *b, const char *step, const char *const *argv,
			      const char *input, u32 *lines, u32 of)
{
	int in = input != NULL ? open(input, O_RDONLY | O_CLOEXEC) : -1;
	int out = open(b->log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	int reader = open(b->log, O_RDONLY | O_CLOEXEC), status = 0;
	struct child c = {
		.argv = argv, .env = b->env, .folder = b->src, .in = in, .out = out, .err = out
	};
	pid_t pid = out >= 0 ? child_start(&c) : -1;
	bool start = true, go_on = true;
	char tail[TAIL_BYTES], how[32];

	*lines = 0;
	while (pid > 0 && go_on && child_wait(pid, TICK_MS, &status) != CHILD_ENDED) {
		*lines += count_lines(reader, &start);
		go_on = b->how->tick(b->how->ctx, step, *lines, of);
	}
	if (pid > 0 && !go_on)
		child_kill(pid);
	*lines += count_lines(reader, &start);
	close(in);
	close(out);
	close(reader);
	if (!go_on)
		return fails(b, KERNEL_FAILED, "interrupted");
	if (pid > 0 && status == 0)
		return KERNEL_THERE;
	file_tail(b->log, TAIL_LINES, tail, sizeof(tail));
	return fails(b, KERNEL_FAILED, "%s: %s: %s%s", step, argv[0],
		     pid > 0 ? child_status(status, how) : strerror(errno), tail);
}

static enum kernel_answer write_text(struct build *b, const char *path, const char *mode,
				     const struct recipe_file *file)
{
	FILE *f = fopen(path, mode);

	if (f != NULL) {
		fwrite(file->text, 1, file->len, f);
		if (fclose(f) == 0)
			return KERNEL_THERE;
	}
	return fails(b, KERNEL_FAILED, "%s: %s", path, strerror(errno));
}

/* --- steps --- */

/* Text behind a name in a file of lines, such as "SUBLEVEL = " or "CONFIG_HZ=". */
static bool look_up(const char *path, const char *name, char *to, u32 size)
{
	FILE *f = fopen(path, "r");
	char line[LINE_BYTES];
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL) {
		found = strncmp(line, name, strlen(name)) == 0;
		if (found)
			snprintf(to, size, "%.*s", (int)strcspn(line + strlen(name), "\n"),
				 line + strlen(name));
	}
	fclose(f);
	return found;
}

static enum kernel_answer read_version(struct build *b)
{
	char path[PATH_BYTES], part[3][8];

	if (!below(b, path, b->src, "Makefile"))
		return KERNEL_FAILED;
	if (!look_up(path, "VERSION = ", part[0], sizeof(part[0])) ||
	    !look_up(path, "PATCHLEVEL = ", part[1], sizeof(part[1])) ||
	    !look_up(path, "SUBLEVEL = ", part[2], sizeof(part[2])))
		return fails(b, KERNEL_IMPOSSIBLE, "%s: no source of Linux", b->source);
	snprintf(b->k.version, sizeof(b->k.version), "%s.%s.%s", part[0], part[1], part[2]);
	if (strcmp(part[0], "6") != 0 || strcmp(part[1], "12") != 0)
		return fails(b, KERNEL_IMPOSSIBLE, "%s: Linux %s, not 6.12", b->source,
			     b->k.version);
	return KERNEL_THERE;
}

/* A third of the source is enough; most of the time goes into decompressing it. */
static enum kernel_answer unpack(struct build *b)
{
	const char *const argv[] = { "tar",
				     "--no-same-owner",
				     "--strip-components=1",
				     "--exclude=*/Documentation/devicetree",
				     "--exclude=*.dts",
				     "--exclude=*.dtsi",
				     "--exclude=*/tools/testing",
				     "--exclude=*/tools/perf",
				     "--exclude=*/arch/arm/*.[chS]",
				     "--exclude=*/arch/arm64/*.[chS]",
				     "--exclude=*/arch/mips/*.[chS]",
				     "--exclude=*/arch/powerpc/*.[chS]",
				     "--exclude=*/drivers/gpu/*.[ch]",
				     "--exclude=*/drivers/media/*.[ch]",
				     "--exclude=*/drivers/net/ethernet/*.[ch]",
				     "--exclude=*/drivers/net/wireless/*.[ch]",
				     "--exclude=*/drivers/scsi/*.[ch]",
				     "--exclude=*/drivers/staging/*.[ch]",
				     "--exclude=*/sound/*.[ch]",
				     "-xf",
				     b->source,
				     NULL };
	u32 lines;
	enum kernel_answer answer = run(b, "unpacking the source", argv, NULL, &lines, 0);

	return answer == KERNEL_THERE ? read_version(b) : answer;
}

static enum kernel_answer apply_patches(struct build *b)
{
	static const char *const argv[] = { "patch", "-p1", "-s", "-f", NULL };
	char path[PATH_BYTES];
	u32 lines;

	if (!below(b, path, b->folder, "patch"))
		return KERNEL_FAILED;
	for (u32 i = 0; recipe_patch(i).name != NULL; i++) {
		struct recipe_file p = recipe_patch(i);
		enum kernel_answer answer = write_text(b, path, "w", &p);

		if (answer == KERNEL_THERE)
			answer = run(b, p.name, argv, path, &lines, 0);
		if (answer != KERNEL_THERE)
			return answer;
	}
	return KERNEL_THERE;
}

/* Is "CONFIG_X=y" or "CONFIG_X=n" how it came out? */
static bool is_honoured(const char *dotconfig, const char *wish)
{
	char name[LINE_BYTES], value[LINE_BYTES];
	size_t len = strcspn(wish, "=") + 1;

	snprintf(name, sizeof(name), "%.*s", (int)len, wish);
	if (!look_up(dotconfig, name, value, sizeof(value)))
		snprintf(value, sizeof(value), "n");
	return strcmp(value, wish + len) == 0;
}

static enum kernel_answer check_fragment(struct build *b, const char *fragment,
					 const char *dotconfig)
{
	FILE *f = fopen(fragment, "r");
	char line[LINE_BYTES], lost[LINE_BYTES] = "";
	size_t used = 0;

	if (f == NULL)
		return fails(b, KERNEL_FAILED, "%s: %s", fragment, strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "CONFIG_", 7) == 0 && !is_honoured(dotconfig, line) &&
		    used + strlen(line) + 2 < sizeof(lost))
			used += (size_t)snprintf(lost + used, sizeof(lost) - used, " %s", line);
	}
	fclose(f);
	if (used == 0)
		return KERNEL_THERE;
	return fails(b, KERNEL_FAILED, "Linux %s does not take this configuration:%s", b->k.version,
		     lost);
}

static enum kernel_answer configure(struct build *b)
{
	static const char *const argv[] = { "make", "-s", "ARCH=um", "allnoconfig", NULL };
	char fragment[PATH_BYTES], dotconfig[PATH_BYTES], hz[16];
	enum kernel_answer answer = KERNEL_THERE;
	u32 lines;

	if (!below(b, fragment, b->folder, "fragment") || !below(b, dotconfig, b->src, ".config"))
		return KERNEL_FAILED;
	for (u32 i = 0; i <= (u32)b->k.coverage && answer == KERNEL_THERE; i++) {
		struct recipe_file f = recipe_config(i);

		answer = write_text(b, fragment, i == 0 ? "w" : "a", &f);
	}
	if (answer == KERNEL_THERE)
		answer = run(b, "configuring", argv, NULL, &lines, 0);
	if (answer == KERNEL_THERE)
		answer = check_fragment(b, fragment, dotconfig);
	if (answer != KERNEL_THERE)
		return answer;
	if (!look_up(dotconfig, "CONFIG_HZ=", hz, sizeof(hz)) ||
	    !sha256_file(dotconfig, b->k.dotconfig))
		return fails(b, KERNEL_FAILED, "%s: cannot be read", dotconfig);
	b->k.hz = (u32)strtoul(hz, NULL, 10);
	if (look_up(dotconfig, "CONFIG_CC_VERSION_TEXT=\"", b->k.compiler, sizeof(b->k.compiler)))
		b->k.compiler[strcspn(b->k.compiler, "\"")] = '\0';
	return KERNEL_THERE;
}

/* How many lines the last build of this kind had, for the estimate. */
static u32 lines_expected(struct build *b, char path[PATH_BYTES])
{
	char number[16];

	if (!below(b, path, b->cache, b->k.coverage ? "steps-coverage" : "steps") ||
	    !look_up(path, "", number, sizeof(number)))
		return COMPILE_LINES;
	return (u32)strtoul(number, NULL, 10);
}

/* Which folders are counted, as a line of the configuration says. A variable of make's command line
 * and no patch: the kernel that judges stays what it is.
 */
static enum kernel_answer profile_folders(struct build *b, char variable[LINE_BYTES])
{
	char fragment[PATH_BYTES], folders[LINE_BYTES / 2];

	if (!below(b, fragment, b->folder, "fragment"))
		return KERNEL_FAILED;
	if (!look_up(fragment, "# GCOV_PROFILE: ", folders, sizeof(folders)))
		return fails(b, KERNEL_FAILED, "%s: does not say what to count", fragment);
	snprintf(variable, LINE_BYTES, "GCOV_PROFILE=$(if $(filter %s,$(obj)),y)", folders);
	return KERNEL_THERE;
}

static enum kernel_answer compile(struct build *b)
{
	char steps[PATH_BYTES], jobs[16], profile[LINE_BYTES];
	const char *const argv[] = {
		"make", jobs, "ARCH=um", "linux", b->k.coverage ? profile : NULL, NULL
	};
	u32 of = lines_expected(b, steps), lines;
	enum kernel_answer answer;
	cpu_set_t cpus;
	FILE *f;

	CPU_ZERO(&cpus);
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0 || CPU_COUNT(&cpus) == 0)
		CPU_SET(0, &cpus);
	snprintf(jobs, sizeof(jobs), "-j%d", CPU_COUNT(&cpus));
	answer = b->k.coverage ? profile_folders(b, profile) : KERNEL_THERE;
	if (answer != KERNEL_THERE)
		return answer;
	answer = run(b, "compiling", argv, NULL, &lines, of);
	if (answer != KERNEL_THERE)
		return answer;
	f = fopen(steps, "w");
	if (f != NULL) {
		fprintf(f, "%u\n", lines);
		fclose(f);
	}
	return KERNEL_THERE;
}

/* The executable as it will be, and that it runs here. */
static enum kernel_answer finish(struct build *b)
{
	const char *const strip[] = { "strip", "-o", b->k.path, "linux", NULL };
	char from[PATH_BYTES], to[PATH_BYTES], why[TAIL_BYTES];
	enum kernel_answer answer;
	struct stat s;
	u32 lines;

	if (snprintf(b->k.path, sizeof(b->k.path), "%s/linux", b->out) >= (int)sizeof(b->k.path) ||
	    !below(b, from, b->src, ".config") || !below(b, to, b->out, "config"))
		return KERNEL_FAILED;
	answer = run(b, "stripping", strip, NULL, &lines, 0);
	if (answer != KERNEL_THERE)
		return answer;
	if (stat(b->k.path, &s) != 0 || !sha256_file(b->k.path, b->k.hash) || rename(from, to) != 0)
		return fails(b, KERNEL_FAILED, "%s: %s", b->out, strerror(errno));
	b->k.size = (u64)s.st_size;
	if (uml_probe(&b->k, why, sizeof(why)) != 0)
		return fails(b, KERNEL_FAILED, "the kernel that was built does not run: %s", why);
	return KERNEL_THERE;
}

/* Into its place, where there may be one that was damaged. */
static enum kernel_answer publish(struct build *b)
{
	char name[128], path[PATH_BYTES], src[PATH_BYTES];

	kernel_key(&b->k, name, sizeof(name));
	if (!below(b, path, b->out, "identity"))
		return KERNEL_FAILED;
	if (!kernel_identity_write(&b->k, path))
		return fails(b, KERNEL_FAILED, "%s: %s", path, strerror(errno));
	/* For coverage: gcov wants *.gcno and the source. */
	if (!below(b, src, b->out, "src") || (b->k.coverage && rename(b->src, src) != 0))
		return fails(b, KERNEL_FAILED, "%s: %s", src, strerror(errno));
	if (!below(b, path, b->cache, name))
		return KERNEL_FAILED;
	folder_remove(path);
	if (rename(b->out, path) != 0)
		return fails(b, KERNEL_FAILED, "%s: %s", path, strerror(errno));
	snprintf(b->k.path, sizeof(b->k.path), "%s/linux", path);
	return KERNEL_THERE;
}

static enum kernel_answer build_all(struct build *b)
{
	static enum kernel_answer (*const steps[])(struct build * b) = {
		make_folders, unpack, apply_patches, configure, compile, finish, publish,
	};
	enum kernel_answer answer = KERNEL_THERE;

	recipe_hashes(b->k.coverage, b->k.config_hash, b->k.patches_hash);
	kernel_source_version(b->k.source);
	for (u32 i = 0; i < ARRAY_SIZE(steps) && answer == KERNEL_THERE; i++) {
		if (i == 1)
			set_environment(b);
		answer = steps[i](b);
	}
	if (*b->folder != '\0')
		folder_remove(b->folder);
	return answer;
}

enum kernel_answer kernel_build(struct kernel *k, const struct kernel_build *how, bool *built,
				char *err, u32 err_size)
{
	struct build *b = calloc(1, sizeof(*b));
	enum kernel_answer answer = kernel_find(k, how->coverage, err, err_size);

	*built = false;
	if (b == NULL)
		abort();
	if (answer != KERNEL_ABSENT)
		goto out;
	*b = (struct build){ .how = how, .err = err, .err_size = err_size, .lock = -1 };
	b->k.coverage = how->coverage;
	if (!kernel_cache(b->cache, sizeof(b->cache))) {
		answer = fails(b, KERNEL_IMPOSSIBLE, "the name of the cache is too long");
		goto out;
	}
	answer = check_tools(b);
	/* The kernel's own Makefile says so, later. */
	if (answer == KERNEL_THERE && strpbrk(b->cache, " \t\n:") != NULL)
		answer = fails(b, KERNEL_IMPOSSIBLE, "%s: blanks and colons cannot be in its name",
			       b->cache);
	if (answer == KERNEL_THERE)
		answer = take_lock(b);
	/* Somebody else may have built it while we waited. */
	if (answer == KERNEL_THERE &&
	    kernel_find(k, how->coverage, err, err_size) == KERNEL_ABSENT) {
		answer = build_all(b);
		*built = answer == KERNEL_THERE;
		*k = b->k;
	}
	if (b->lock >= 0)
		close(b->lock);
out:
	free(b);
	return answer;
}
