// SPDX-License-Identifier: MIT
/* shell_internal.h - what the parts of the shell share.
 *
 *   shell.c        running: lists, pipes, where output goes
 *   shell_words.c  a text's commands and their words;  shell_arith.c  $((...))
 *   shell_cmds.c   the commands that are its own
 *   shell_files.c  files and knobs by path, and the helper scripts that set knobs
 */
#ifndef HARNESS_SCRIPT_SHELL_INTERNAL_H
#define HARNESS_SCRIPT_SHELL_INTERNAL_H

#include "harness/lib/ipcmd.h"
#include "harness/script/shell.h"

enum sh_join { JOIN_NEXT, JOIN_AND, JOIN_OR, JOIN_PIPE };
enum sh_to { TO_USER, TO_NULL, TO_OUT, TO_FILE };

struct sh_command {
	const struct ipcmd_word *argv;
	u32 argc;
	u8 join;	      /* enum sh_join: with the command before */
	bool negate;	      /* ! in front of the pipeline */
	u8 out, err;	      /* enum sh_to */
	const char *out_file; /* TO_FILE */
	u32 line, end_column;
	const struct sh_builtin *builtin; /* NULL: ipcmd's */
};

struct sh_program {
	char *text; /* of all words */
	struct ipcmd_word *word;
	struct sh_command *cmd;
	u32 nr_cmds;
	bool several_lines;
};

/* Grows by writing, up to its size. */
struct sh_buf {
	char *text;
	u32 len, cap;
	bool full; /* not everything was taken */
};

/* A command while it runs. */
struct sh_ctx {
	struct shell *sh;
	const struct ipcmd_word *argv;
	u32 argc;
	u32 end_column;
	bool has_in;
	const char *in; /* from the pipe */
	u32 in_len;
	struct sh_buf out, err;
	char *mistake; /* what is wrong with its words; of SH_MISTAKE bytes */
};
enum { SH_MISTAKE = 512 };

/* run: the exit status, or -1 with the mistake. check: before anything runs; 0, or -1. */
struct sh_builtin {
	const char *name;
	int (*check)(struct sh_ctx *c);
	int (*run)(struct sh_ctx *c);
};

/* shell_words.c: 0, or -1 with err. Memory is freed by sh_free() in any case. */
int sh_parse(struct sh_program *p, const char *text, u32 len, char *err, u32 err_size);
void sh_free(struct sh_program *p);

/* shell_arith.c: the value of what stands between (( and )), or the reason why it has none. */
const char *sh_arith(const char *text, u32 len, s64 *value);

/* shell_cmds.c */
const struct sh_builtin *sh_builtin(const char *word);
/* What program a word names: ip for ip and /sbin/ip; NULL: none. */
const char *sh_program_name(const char *word);
/* "not a command …; there are: …" */
void sh_unknown(const char *word, char *to, u32 size);
int sh_mistake(struct sh_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What the words and buffers of a command are to ipcmd.h. */
struct ipcmd_call sh_ipcmd_call(struct sh_ctx *c);
void sh_put(struct sh_buf *b, const char *bytes, u32 len);
void sh_say(struct sh_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* shell_files.c */
bool sh_is_knob_path(const char *path);
/* -errno; what is written may end with a newline. */
int sh_knob_write(struct shell *sh, const char *path, const char *text, u32 len);
/* Appends what the file holds; -errno. */
int sh_file_read(struct shell *sh, const char *path, struct sh_buf *out);
int sh_dd_check(struct sh_ctx *c);
int sh_dd(struct sh_ctx *c);
int sh_rm_check(struct sh_ctx *c);
int sh_rm(struct sh_ctx *c);
int sh_no_words(struct sh_ctx *c);
int sh_defaults(struct sh_ctx *c);
int sh_set_sysctls_check(struct sh_ctx *c);
int sh_set_sysctls(struct sh_ctx *c);
int sh_restore(struct sh_ctx *c);

/* shell_text.c: commands that read text */
int sh_grep_check(struct sh_ctx *c);
int sh_grep(struct sh_ctx *c);
int sh_head_check(struct sh_ctx *c);
int sh_head(struct sh_ctx *c);
int sh_wc_check(struct sh_ctx *c);
int sh_wc(struct sh_ctx *c);
int sh_cat(struct sh_ctx *c);

#endif
