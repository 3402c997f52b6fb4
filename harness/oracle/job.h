// SPDX-License-Identifier: MIT
/* job.h - what a boot of the judging kernel is to do, handed over in a folder of the host's:
 *
 *   job        how the scripts run: "profile 1", "seed 7", "define NAME VALUE", "item NAME BYTES",
 * a line each, fields separated by tabs texts      the items' texts, one behind the other answers
 * the guest's answers: an item's is there when the next one begins console    what the kernel said
 *
 * A few files for all items: making one costs more than many a script. uml.c writes a job, guest.c
 * reads it.
 */
#ifndef HARNESS_ORACLE_JOB_H
#define HARNESS_ORACLE_JOB_H

#include "harness/script/run.h"

enum { JOB_PATH = 4096, JOB_ERROR = 512 };

struct job_item {
	const char *name;
	char *text; /* in a job that was read: not ended by a 0 */
	size_t text_len;
};
struct job {
	struct run_options options; /* its strings are the job's */
	bool compare;		    /* as any run; else nothing is compared, everything is noted */
	u32 n;
	struct job_item *item;
	char *words; /* the file, in pieces */
	char *texts;
};

enum job_answer_kind {
	JOB_RECORD, /* of record_write() */
	JOB_ERROR_TEXT
};
/* What stands before an answer's bytes; both sides are on one machine. */
struct job_answer {
	u32 magic, item, kind, spare;
	u64 len;
};
/* Filled in; the bytes follow it. */
void job_answer_init(struct job_answer *a, u32 item, enum job_answer_kind kind, u64 len);
/* All answers of a folder, up to the first that is not whole; NULL: there are none. */
char *job_answers(const char *folder, size_t *len);
/* The one at *at, and its bytes; *at is the next one. False: no more. */
bool job_answer_next(const char *answers, size_t len, size_t *at, struct job_answer *a,
		     const char **bytes);

/* FOLDER/NAME */
void job_path(char to[JOB_PATH], const char *folder, const char *name);
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
