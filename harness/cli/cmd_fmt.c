// SPDX-License-Identifier: MIT
/* cmd_fmt.c - refstack fmt: scripts in canonical form, checked and converted.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/script/script.h"

struct formatter {
	const struct args *args;
	bool in_place, check, stock, from_binary, to_binary;
	const char *output;
	int ret;
};

/* A bad file weighs more than one that differs. */
static void worse(struct formatter *f, int code)
{
	if (code > f->ret)
		f->ret = code;
}

static void complain(struct formatter *f, const char *path, const struct script_error *err)
{
	fflush(stdout);
	fprintf(stderr, "%s:%u:%u: %s\n", file_name(path), err->line, err->column, err->text);
	worse(f, EXIT_USAGE);
}

static void complain_file(struct formatter *f, const char *path, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", file_name(path), why);
	worse(f, EXIT_USAGE);
}

static struct script *read_script(struct formatter *f, const char *path, const char *bytes,
				  size_t len)
{
	struct script_error err = { 0 };
	struct script *s;

	if (f->from_binary)
		return script_decode(file_name(path), (const u8 *)bytes, len);
	s = script_parse(file_name(path), bytes, len, &err);
	if (s == NULL)
		complain(f, path, &err);
	return s;
}

/* Says what packetdrill could not read. */
static void check_stock(struct formatter *f, const char *path, const struct script *s)
{
	struct script_error why = { 0 };

	if (!f->stock || script_is_stock(s, &why))
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%u:%u: not stock: %s\n", file_name(path), why.line, why.column,
		why.text);
	worse(f, EXIT_DIFFERENCE);
}

static char *formatted(const struct formatter *f, const struct script *s, size_t *len)
{
	if (f->to_binary)
		return (char *)script_encode(s, len);
	return script_print(s, PRINT_COMMENTS | (f->stock ? PRINT_STOCK : 0u), len);
}

static void put(struct formatter *f, const char *path, const char *bytes, size_t len)
{
	char err[FILE_ERROR_MAX];

	if (path == NULL)
		fwrite(bytes, 1, len, stdout);
	else if (!file_write(path, bytes, len, err))
		complain_file(f, path, err);
}

static void format_file(struct formatter *f, const char *path)
{
	char why[FILE_ERROR_MAX], *new;
	size_t len, new_len;
	char *old = file_read(path, &len, why);
	struct script *s;
	bool differs;

	if (old == NULL) {
		complain_file(f, path, why);
		return;
	}
	s = read_script(f, path, old, len);
	if (s == NULL)
		goto out;
	check_stock(f, path, s);
	new = formatted(f, s, &new_len);
	assert(new != NULL);
	differs = len != new_len || memcmp(old, new, len) != 0;
	if (!f->check && !f->in_place)
		put(f, f->output, new, new_len);
	else if (f->in_place && differs)
		put(f, path, new, new_len);
	else if (differs)
		printf("%s\n", file_name(path));
	if (f->check && differs)
		worse(f, EXIT_DIFFERENCE);
	free(new);
	script_free(s);
out:
	free(old);
}

static bool names_stdin(const struct args *a)
{
	for (u32 i = 0; i < a->nr_operands; i++)
		if (strcmp(a->operand[i], "-") == 0)
			return true;
	return false;
}

static int check_use(const struct formatter *f, u32 nr_files)
{
	if (f->in_place + f->check + (f->output != NULL) > 1)
		return usage_error(COMMAND_fmt, "-i, --check and -o exclude one another");
	if ((f->in_place || f->check) && (f->to_binary || f->from_binary))
		return usage_error(COMMAND_fmt, "-i and --check are for text; use -o");
	if (f->in_place && names_stdin(f->args))
		return usage_error(COMMAND_fmt, "-i cannot rewrite standard input");
	if (f->to_binary && f->stock)
		return usage_error(COMMAND_fmt, "--stock is about text");
	if (nr_files > 1 && (f->output != NULL || f->to_binary))
		return usage_error(COMMAND_fmt, "%s is for one file",
				   f->output != NULL ? "-o" : "--to-binary");
	if (f->to_binary && f->output == NULL && isatty(STDOUT_FILENO) != 0)
		return usage_error(COMMAND_fmt,
				   "the binary form is nothing for a terminal; use -o");
	return 0;
}

int cmd_fmt(const struct args *args)
{
	struct formatter f = { .args = args,
			       .in_place = args_has(args, OPT_fmt_IN_PLACE),
			       .check = args_has(args, OPT_fmt_CHECK),
			       .stock = args_has(args, OPT_fmt_STOCK),
			       .from_binary = args_has(args, OPT_fmt_FROM_BINARY),
			       .to_binary = args_has(args, OPT_fmt_TO_BINARY),
			       .output = args_text(args, OPT_fmt_OUTPUT, NULL) };
	struct file_list files = { 0 };
	char err[FILE_ERROR_MAX];

	for (u32 i = 0; i < args->nr_operands && f.ret == 0; i++)
		if (!file_list_add(&files, args->operand[i], f.from_binary ? "" : ".pkt", err)) {
			fprintf(stderr, "refstack fmt: %s\n", err);
			f.ret = EXIT_USAGE;
		}
	if (f.ret == 0)
		f.ret = check_use(&f, files.nr);
	for (u32 i = 0; i < files.nr && f.ret != EXIT_USAGE; i++)
		format_file(&f, files.path[i]);
	file_list_free(&files);
	return f.ret;
}
