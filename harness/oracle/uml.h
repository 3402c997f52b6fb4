// SPDX-License-Identifier: MIT
/* uml.h - the judging kernel: where it is, how it is built, how a program is put to it.
 *
 *   kernel.c  building it into the cache: unpack, patch, configure, compile; its identity
 *   uml.c     one boot: a folder with a job in it, the guest, the records it leaves
 *   guest.c   the guest's only program (a binary of its own): runs the job's scripts on itself
 */
#ifndef HARNESS_ORACLE_UML_H
#define HARNESS_ORACLE_UML_H

#include "harness/script/record.h"
#include "harness/script/run.h"

struct kernel {
	char path[4096];      /* of the executable */
	char version[32];     /* 6.12.117 */
	char config_hash[65]; /* SHA-256, hex */
	char patches_hash[65];
	char hash[65]; /* of the executable */
	u32 hz;
	bool coverage;
};
enum kernel_answer { KERNEL_THERE, KERNEL_ABSENT, KERNEL_IMPOSSIBLE };
/* The kernel in the cache that fits this source, config and patches. Else why in err, with the one
 * command that gets it.
 */
enum kernel_answer kernel_find(struct kernel *k, bool coverage, char *err, u32 err_size);

/* One script of a boot; what came of it. */
struct uml_item {
	const char *name; /* for messages */
	const char *text; /* the script */
	size_t text_len;
	struct record record; /* result */
	char *error;	      /* result: of malloc; the guest could not do it */
};
/* Boots once and runs all items, each in fresh namespaces. -1 with why in err: the kernel did not
 * come up or went away. Options: profile, device, defines, knobs and seed are the items'.
 * Interrupted or hanging boots end after wall_seconds.
 */
int uml_run(const struct kernel *k, const struct run_options *o, struct uml_item *item, u32 n,
	    u32 wall_seconds, char *err, u32 err_size);

#endif
