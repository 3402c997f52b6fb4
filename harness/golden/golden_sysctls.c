// SPDX-License-Identifier: MIT
/* golden_sysctls.c - which sysctls a capture does not take as the kernel has them: those that are
 * pinned because they follow the guest's memory, those of the command line, those that the script
 * sets. What packetdrill's helpers set by themselves is in them, not here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/golden/golden.h"
#include "harness/script/shell_internal.h"

#define PROC_SYS "/proc/sys/"

static void put_setting(FILE *to, const char *key, u32 key_len, const char *value)
{
	for (u32 i = 0; i < key_len; i++)
		fputc(key[i] == '/' ? '.' : key[i], to);
	fputs(" = ", to);
	for (const char *p = value; *p != '\0'; p++)
		fputc((u8)*p < ' ' ? ' ' : *p, to); /* on one line */
	fputc('\n', to);
}

/* `sysctl -w KEY=VALUE`, `set_sysctls.py /proc/sys/KEY=VALUE`. */
static void put_command(FILE *to, const struct sh_command *c)
{
	const char *path = c->argc != 0 ? c->argv[0].text : "", *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	if (strcmp(name, "sysctl") != 0 && strcmp(name, "set_sysctls.py") != 0)
		return;
	for (u32 i = 1; i < c->argc; i++) {
		const char *key = c->argv[i].text, *eq = strchr(key, '=');

		if (key[0] == '-' || eq == NULL)
			continue;
		if (strncmp(key, PROC_SYS, strlen(PROC_SYS)) == 0)
			key += strlen(PROC_SYS);
		if (eq > key)
			put_setting(to, key, (u32)(eq - key), eq + 1);
	}
}

static void put_commands(FILE *to, const struct script *s, const struct stmt *st)
{
	struct sh_program p = { 0 };
	char err[256];

	if (sh_parse(&p, script_text(s, st->text), st->text.len, err, sizeof(err)) != 0)
		return; /* the run says so */
	for (u32 i = 0; i < p.nr_cmds; i++)
		put_command(to, &p.cmd[i]);
	sh_free(&p);
}

char *golden_sysctls(const struct script *s, const struct run_options *o)
{
	static const struct run_pair pinned[] = {
#define X(path, value) { path, value },
#include "harness/dut/pinned.def"
#undef X
	};
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		abort();
	for (u32 i = 0; i < ARRAY_SIZE(pinned); i++)
		put_setting(to, pinned[i].name, (u32)strlen(pinned[i].name), pinned[i].value);
	for (u32 i = 0; i < o->nr_knobs; i++)
		put_setting(to, o->knob[i].name, (u32)strlen(o->knob[i].name), o->knob[i].value);
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_COMMAND)
			put_commands(to, s, &s->stmt[i]);
	if (fclose(to) != 0)
		abort();
	return text;
}
