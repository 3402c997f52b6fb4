// SPDX-License-Identifier: MIT
/* kernel.c - the judging kernels in the cache.
 *
 * CACHE/linux-VERSION-KEY/ holds `linux`, its `.config` as `config`, and `identity`: lines
 * "key: value". For coverage also `src`, with sources and *.gcno. KEY is of the source's version,
 * the configuration and the patches, so kernels of different sources live side by side.
 */
#include "harness/oracle/kernel_internal.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/oracle/recipe.h"

enum { LINE = 4352, SHORT_KEY = 16, BASE_10 = 10 };

bool kernel_cache(char *to, u32 size)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache != NULL && *cache == '/')
		return snprintf(to, size, "%s/refstack", cache) < (int)size;
	if (home != NULL && *home == '/')
		return snprintf(to, size, "%s/.cache/refstack", home) < (int)size;
	return false;
}

/* --- the machine --- */

#if defined(__x86_64__)
/* As the kernel will do it: stop at a system call of the child without doing it. */
static const char *try_ptrace(void)
{
	const char *why = NULL;
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return "fork() is not possible";
	if (pid == 0) {
		if (personality(ADDR_NO_RANDOMIZE) < 0)
			_exit(2);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(1);
		raise(SIGSTOP);
		getppid();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		why = "a child cannot be waited for";
	else if (WIFEXITED(status))
		why = WEXITSTATUS(status) == 2 ? "personality(ADDR_NO_RANDOMIZE) is forbidden here"
					       : "ptrace() is forbidden here";
	else if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD) != 0)
		why = "ptrace() is forbidden here";
	else if (ptrace(PTRACE_SYSEMU, pid, NULL, NULL) != 0)
		why = "ptrace(PTRACE_SYSEMU) does not work here";
	else if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
		 WSTOPSIG(status) != (SIGTRAP | 0x80))
		why = "ptrace(PTRACE_SYSEMU) does not stop a system call here";
	if (!WIFEXITED(status)) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == pid && !WIFEXITED(status) &&
		       !WIFSIGNALED(status))
			;
	}
	return why;
}
#else
static const char *try_ptrace(void)
{
	return "it is for x86-64 alone";
}
#endif

bool kernel_forbidden(char *err, u32 err_size)
{
	const char *why = try_ptrace();

	if (why == NULL)
		return false;
	snprintf(err, err_size, "the judging kernel cannot run on this machine: %s%s", why,
		 strstr(why, "forbidden") != NULL
			 ? " (a container's seccomp profile? docker: --security-opt "
			   "seccomp=unconfined)"
			 : "");
	return true;
}

/* --- the package --- */

static bool field(const char *line, const char *key, char *to, u32 size)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0 || line[n] != ':' || line[n + 1] != ' ')
		return false;
	snprintf(to, size, "%.*s", (int)strcspn(line + n + 2, "\n"), line + n + 2);
	return true;
}

void kernel_source_version(char to[64])
{
	FILE *f =
		getenv("REFSTACK_LINUX_SOURCE") == NULL ? fopen("/var/lib/dpkg/status", "r") : NULL;
	char line[LINE], package[64] = "", status[64] = "", version[64] = "";

	*to = '\0';
	if (f == NULL)
		return;
	while (*to == '\0' && fgets(line, sizeof(line), f) != NULL) {
		if (field(line, "Package", package, sizeof(package)))
			*status = *version = '\0';
		field(line, "Status", status, sizeof(status));
		field(line, "Version", version, sizeof(version));
		if (*line == '\n' && strcmp(package, KERNEL_PACKAGE) == 0 &&
		    strcmp(status, "install ok installed") == 0)
			snprintf(to, 64, "%s", version);
	}
	fclose(f);
}

/* --- identity --- */

void kernel_key(const struct kernel *k, char *to, u32 size)
{
	const char *source = *k->source != '\0' ? k->source : k->version;
	struct sha256 h;
	char hex[SHA256_HEX];

	sha256_init(&h);
	sha256_add(&h, source, strlen(source) + 1);
	sha256_add(&h, k->config_hash, strlen(k->config_hash));
	sha256_add(&h, k->patches_hash, strlen(k->patches_hash));
	sha256_final(&h, hex);
	snprintf(to, size, "linux-%s-%.*s%s", k->version, (int)SHORT_KEY, hex,
		 k->coverage ? "-coverage" : "");
}

bool kernel_identity_write(const struct kernel *k, const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return false;
	fprintf(f, "version: %s\nsource: %s\nconfig: %s\npatches: %s\n", k->version, k->source,
		k->config_hash, k->patches_hash);
	fprintf(f, "dotconfig: %s\nhash: %s\nsize: %llu\nhz: %u\ncoverage: %d\ncompiler: %s\n",
		k->dotconfig, k->hash, (unsigned long long)k->size, k->hz, k->coverage,
		k->compiler);
	return fclose(f) == 0;
}

static void take_identity(struct kernel *k, const char *line)
{
	char number[32];

	field(line, "version", k->version, sizeof(k->version));
	field(line, "source", k->source, sizeof(k->source));
	field(line, "config", k->config_hash, sizeof(k->config_hash));
	field(line, "patches", k->patches_hash, sizeof(k->patches_hash));
	field(line, "dotconfig", k->dotconfig, sizeof(k->dotconfig));
	field(line, "hash", k->hash, sizeof(k->hash));
	field(line, "compiler", k->compiler, sizeof(k->compiler));
	if (field(line, "size", number, sizeof(number)))
		k->size = strtoull(number, NULL, BASE_10);
	if (field(line, "hz", number, sizeof(number)))
		k->hz = (u32)strtoull(number, NULL, BASE_10);
	if (field(line, "coverage", number, sizeof(number)))
		k->coverage = strcmp(number, "1") == 0;
}

/* False: there is none, or its executable is not what it was. */
static bool identity_read(struct kernel *k, const char *folder)
{
	char path[sizeof(k->path)], line[LINE];
	struct stat s;
	FILE *f;

	*k = (struct kernel){ .hz = 0 };
	if (snprintf(k->path, sizeof(k->path), "%s/linux", folder) >= (int)sizeof(k->path) ||
	    snprintf(path, sizeof(path), "%s/identity", folder) >= (int)sizeof(path))
		return false;
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		take_identity(k, line);
	fclose(f);
	return stat(k->path, &s) == 0 && (u64)s.st_size == k->size && access(k->path, X_OK) == 0;
}

/* --- finding --- */

static bool is_newer(const struct kernel *a, const struct kernel *b)
{
	int d = strverscmp(a->version, b->version);

	return d != 0 ? d > 0 : strverscmp(a->source, b->source) > 0;
}

struct look {
	struct kernel want;    /* hashes, coverage, source or "" */
	struct kernel best;    /* fits */
	struct kernel another; /* fits but for the source */
};

static void look_at(struct look *l, const char *folder)
{
	struct kernel k;

	if (!identity_read(&k, folder) || k.coverage != l->want.coverage ||
	    strcmp(k.config_hash, l->want.config_hash) != 0 ||
	    strcmp(k.patches_hash, l->want.patches_hash) != 0)
		return;
	if (*l->want.source != '\0' && strcmp(k.source, l->want.source) != 0)
		l->another = k;
	else if (*l->best.path == '\0' || is_newer(&k, &l->best))
		l->best = k;
}

static void look_in(struct look *l, const char *cache)
{
	DIR *d = opendir(cache);
	char folder[sizeof(l->want.path)];

	if (d == NULL)
		return;
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		if (strncmp(e->d_name, "linux-", 6) == 0 &&
		    snprintf(folder, sizeof(folder), "%s/%s", cache, e->d_name) <
			    (int)sizeof(folder))
			look_at(l, folder);
	closedir(d);
}

enum kernel_answer kernel_find(struct kernel *k, bool coverage, char *err, u32 err_size)
{
	struct look l = { .want = { .coverage = coverage } };
	char cache[sizeof(k->path)];
	const char *command =
		coverage ? "refstack oracle build --coverage" : "refstack oracle build";

	if (kernel_forbidden(err, err_size))
		return KERNEL_IMPOSSIBLE;
	if (!kernel_cache(cache, sizeof(cache))) {
		snprintf(err, err_size, "neither XDG_CACHE_HOME nor HOME is an absolute path");
		return KERNEL_IMPOSSIBLE;
	}
	kernel_source_version(l.want.source);
	recipe_hashes(coverage, l.want.config_hash, l.want.patches_hash);
	look_in(&l, cache);
	*k = l.best;
	if (*k->path != '\0')
		return KERNEL_THERE;
	if (*l.another.path != '\0')
		snprintf(err, err_size,
			 "the judging kernel is of source %s, and %s is installed; run: %s",
			 l.another.source, l.want.source, command);
	else
		snprintf(err, err_size, "the judging kernel is not built; run: %s", command);
	return KERNEL_ABSENT;
}
