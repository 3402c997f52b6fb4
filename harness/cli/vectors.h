// SPDX-License-Identifier: MIT
/* vectors.h - what check checks: scripts, and the cases of .frames files, one by one. */
#ifndef HARNESS_CLI_VECTORS_H
#define HARNESS_CLI_VECTORS_H

#include "harness/cli/files.h"
#include "harness/golden/frames.h"

struct vector {
	const char *path;	     /* of the file */
	const struct frames *frames; /* NULL: a script, or a .frames file that cannot be read */
	u32 nr;			     /* of the case */
	char *name;		     /* the path, or "FILE.frames/CASE" */
	/* The name from the operand's own folder on: the same wherever that lies. */
	char *id;
};

struct vectors {
	struct vector *v;
	u32 nr, cap;
	struct file_list files;
	struct frames *frames; /* a list */
};

/* A script, a .frames file, one case of it as "FILE.frames/CASE", or all below a directory. False
 * with a message that names it.
 */
bool vectors_add(struct vectors *to, const char *path, char err[FILE_ERROR_MAX]);
void vectors_free(struct vectors *v);

struct check_result vector_check(const struct vector *v, const struct check_options *o,
				 struct dut_worlds *cache);
/* What evidence there is without a run: script, golden, headers, and Linux's side of all that
 * happened.
 */
void vector_unrun(const struct vector *v, const struct check_options *o, struct check_result *r);
/* As check_capture(). */
int vector_capture(const struct vector *v, const char *to, const struct check_options *o,
		   struct dut_worlds *cache, char *err, u32 err_size);
/* A .frames file, of its name. NULL with a message that names file and place. */
struct frames *vector_read_frames(const char *path, char err[FILE_ERROR_MAX]);
bool is_frames_file(const char *path);

#endif
