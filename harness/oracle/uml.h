// SPDX-License-Identifier: MIT
/* uml.h - the judging kernel: where it is, how it is built, how a program is put to it.
 *
 *   kernel.c  the cache: what is in it, and what it was built from
 *   build.c   building into it: unpack, patch, configure, compile, strip
 *   uml.c     one boot: a folder with a job in it, the guest, the records it leaves
 *   job.c     that folder, for both sides
 *   child.c   processes and folders
 *   guest.c   the guest's only program (a binary of its own): runs the job's scripts on itself
 */
#ifndef HARNESS_ORACLE_UML_H
#define HARNESS_ORACLE_UML_H

#include "harness/script/record.h"
#include "harness/script/run.h"

struct kernel {
	char path[4096];  /* of the executable */
	char version[32]; /* 6.12.117 */
	char source[64];  /* the package's version: 6.12.117-1~deb12u1; empty: not of a package */
	char config_hash[65]; /* SHA-256, hex: of what is switched on over an empty configuration */
	char patches_hash[65];
	char hash[65];	    /* of the executable */
	char dotconfig[65]; /* of the whole .config, which also tells of the compiler */
	char compiler[128];
	u64 size; /* of the executable */
	u32 hz;
	bool coverage;
	/* With coverage, set by who wants it: a folder, an absolute path, in which each boot makes
	 * one for its counts. Of malloc; NULL.
	 */
	char *counts;
};
enum kernel_answer {
	KERNEL_THERE,
	KERNEL_ABSENT,
	KERNEL_IMPOSSIBLE, /* this machine cannot run or build one */
	KERNEL_FAILED	   /* of building: it should have worked */
};
/* The kernel in the cache that fits this source, config and patches. Else why in err, with the one
 * command that gets it.
 */
enum kernel_answer kernel_find(struct kernel *k, bool coverage, char *err, u32 err_size);

/* The folder of all kernels: XDG_CACHE_HOME/refstack, else HOME/.cache/refstack. False: neither is
 * set to an absolute path.
 */
bool kernel_cache(char *to, u32 size);
/* The source's version by the package system; empty when it is not installed from a package. */
void kernel_source_version(char to[64]);
/* True with why in err: this machine cannot run the judging kernel. */
bool kernel_forbidden(char *err, u32 err_size);

struct kernel_build {
	bool coverage;
	/* Some times a second. What is being done, how much of it is done, of how much (0: not
	 * known). False: stop.
	 */
	bool (*tick)(void *ctx, const char *step, u32 done, u32 of);
	void *ctx;
};
/* Builds it unless it is there (*built: it was not). What it leaves when it fails or is stopped is
 * nothing.
 */
enum kernel_answer kernel_build(struct kernel *k, const struct kernel_build *how, bool *built,
				char *err, u32 err_size);

/* One script of a boot; what came of it. */
struct uml_item {
	const char *name; /* for messages */
	const char *text; /* the script */
	size_t text_len;
	struct record record; /* result */
	char *error;	      /* result: of malloc; the guest could not do it */
	bool answered;	      /* result: else the kernel ended before it was done with it */
};
/* Boots once and runs all items, each in fresh namespaces. -1 with why in err: the kernel did not
 * come up, went away or took longer than wall_seconds, or a signal came; items before that have
 * their records. Options: profile, device, defines, knobs and seed are the items'. compare: runs
 * like any other, whose records hold the verdict and nothing else.
 */
int uml_run(const struct kernel *k, const struct run_options *o, bool compare,
	    struct uml_item *item, u32 n, u32 wall_seconds, char *err, u32 err_size);
/* The guest's program, found beside the running one: false with where it was looked for. */
bool uml_guest(char *to, u32 size, char *err, u32 err_size);
/* A shell in the kernel, on this terminal and in real time, with the host's files read-only; what
 * stands on standard input when that is no terminal. -1 with why in err.
 */
int uml_shell(const struct kernel *k, char *err, u32 err_size);
/* Does it come up on this machine? Else -1 with what it said in err. */
int uml_probe(const struct kernel *k, char *err, u32 err_size);

#endif
