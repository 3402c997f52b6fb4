// SPDX-License-Identifier: MIT
/* job.h - what a boot of the judging kernel is to do, handed over in a folder of the host's:
 *
 *   job        how the scripts run: "profile 1", "seed 7", "define NAME VALUE", "item NAME", a line
 *              each, fields separated by tabs
 *   N.pkt      the text of item N, from 0
 *   N.record   the guest's answer (record_write()), or
 *   N.error    why there is none
 *   console    what the kernel said
 *
 * Answers are there from the start, empty: a file that the guest has to create costs it virtual
 * time, one that it truncates does not. uml.c writes a job, guest.c reads it.
 */
#ifndef HARNESS_ORACLE_JOB_H
#define HARNESS_ORACLE_JOB_H

#include "harness/script/run.h"

enum { JOB_PATH = 4096, JOB_ERROR = 512 };

struct job_item {
	const char *name;
	char *text; /* with a 0 behind it */
	size_t text_len;
};
struct job {
	struct run_options options; /* its strings are the job's */
	bool compare;		    /* as any run; else nothing is compared, everything is noted */
	u32 n;
	struct job_item *item;
	char *words; /* the file, in pieces */
};

/* FOLDER/NAME, or FOLDER/N.SUFFIX. */
void job_path(char to[JOB_PATH], const char *folder, const char *name);
void job_item_path(char to[JOB_PATH], const char *folder, u32 item, const char *suffix);
/* 0, or -1 with why in err. Of the options: profile, device, seed, perturb, checks, tracepoints,
 * defines, knobs, options.
 */
int job_write(const char *folder, const struct run_options *o, bool compare,
	      const struct job_item *item, u32 n, char err[JOB_ERROR]);
int job_read(struct job *j, const char *folder, char err[JOB_ERROR]);
void job_free(struct job *j);

/* In the guest: a word of the kernel's command line, refstack.job=FOLDER and, where the counts of
 * lines shall go when it is done, refstack.counts=FOLDER; or, for a shell in place of a job,
 * refstack.shell=FOLDER (in which a file `script` is what the shell reads, if there is one). False:
 * /proc is not mounted, or there is no such word.
 */
bool job_word(const char *name, char to[JOB_PATH]);

#endif
