// SPDX-License-Identifier: MIT
/* shell_files.c - files of the simulated host by path: knobs, /proc/net, and what scripts make with
 * dd; and packetdrill's helper scripts, which set knobs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/script/shell_internal.h"

#define PROC_SYS "/proc/sys/"
#define CUBIC	 "/sys/module/tcp_cubic/parameters/"

/* --- knobs --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

bool sh_is_knob_path(const char *path)
{
	return begins(path, PROC_SYS) || begins(path, CUBIC);
}

int sh_knob_write(struct shell *sh, const char *path, const char *text, u32 len)
{
	char value[128];

	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len >= sizeof(value) || memchr(text, '\0', len) != NULL)
		return -EINVAL;
	memcpy(value, text, len);
	value[len] = '\0';
	return sh->dut->ops->knob_write(sh->dut, sh->host, path, value);
}

static int knob_read(struct shell *sh, const char *path, char *value, u32 cap)
{
	return sh->dut->ops->knob_read(sh->dut, sh->host, path, value, cap);
}

/* --- files --- */

const struct shell_file *shell_file(const struct shell *sh, const char *path)
{
	for (u32 i = 0; i < sh->nr_files; i++)
		if (strcmp(sh->file[i].path, path) == 0)
			return &sh->file[i];
	return NULL;
}

static void put_zeroes(struct sh_buf *out, u64 bytes)
{
	static const char zeroes[256];

	while (bytes != 0 && !out->full) {
		u32 n = bytes < sizeof(zeroes) ? (u32)bytes : (u32)sizeof(zeroes);

		sh_put(out, zeroes, n);
		bytes -= n;
	}
}

int sh_file_read(struct shell *sh, const char *path, struct sh_buf *out)
{
	const struct shell_file *f = shell_file(sh, path);
	char value[128];
	int len;

	if (f != NULL) {
		put_zeroes(out, f->bytes);
		return 0;
	}
	len = sh->dut->ops->proc_read(sh->dut, sh->host, path, out->text, &out->len, out->cap);
	if (len == 0) {
		out->full = out->full || out->len + 1 >= out->cap;
		return 0;
	}
	len = knob_read(sh, path, value, sizeof(value));
	if (len < 0)
		return len;
	sh_put(out, value, (u32)len);
	sh_put(out, "\n", 1);
	return 0;
}

/* --- dd, rm --- */

struct dd {
	const char *of;
	bool zeroes;
	u64 bs, count;
};

/* 5, 4k, 1M. */
static bool dd_number(const char *text, u64 *to)
{
	static const char units[] = "kMG";
	u64 v = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		v = v * 10 + (u64)(*text - '0');
		if (v > (u64)1 << 40)
			return false;
	}
	if (*text != '\0') {
		const char *unit = strchr(units, *text == 'K' ? 'k' : *text);

		if (unit == NULL || text[1] != '\0')
			return false;
		v <<= 10 * (unit - units + 1);
	}
	*to = v;
	return v <= (u64)1 << 40;
}

static int dd_words(struct sh_ctx *c, struct dd *d)
{
	d->bs = 512;
	d->count = (u64)-1;
	for (u32 i = 1; i < c->argc; i++) {
		const char *word = c->argv[i].text;
		const char *v = strchr(word, '=');
		bool good = false;

		v = v != NULL ? v + 1 : word;
		if (begins(word, "if=")) {
			good = d->zeroes = strcmp(v, "/dev/zero") == 0;
		} else if (begins(word, "of=")) {
			good = *v != '\0' && strlen(v) < sizeof(((struct shell_file *)0)->path);
			d->of = v;
		} else if (begins(word, "bs=")) {
			good = dd_number(v, &d->bs) && d->bs != 0;
		} else if (begins(word, "count=")) {
			good = dd_number(v, &d->count);
		} else if (begins(word, "status=")) {
			good = strcmp(v, "none") == 0 || strcmp(v, "noxfer") == 0;
		}
		if (!good)
			return sh_mistake(c,
					  "dd: '%.64s' at column %u; expected if=/dev/zero of=FILE "
					  "bs=N count=N status=none",
					  word, c->argv[i].column);
	}
	if (d->of == NULL || !d->zeroes || d->count == (u64)-1)
		return sh_mistake(c, "dd: expected if=/dev/zero, of=FILE and count=N");
	return 0;
}

int sh_dd_check(struct sh_ctx *c)
{
	struct dd d = { 0 };

	return dd_words(c, &d);
}

int sh_dd(struct sh_ctx *c)
{
	struct shell *sh = c->sh;
	struct dd d = { 0 };
	struct shell_file *f = NULL;

	if (dd_words(c, &d) != 0)
		return -1;
	assert(d.of != NULL);
	for (u32 i = 0; i < sh->nr_files; i++)
		if (strcmp(sh->file[i].path, d.of) == 0)
			f = &sh->file[i];
	if (f == NULL) {
		if (sh->nr_files == SHELL_FILES)
			return sh_mistake(c, "dd: more than %d files", SHELL_FILES);
		f = &sh->file[sh->nr_files++];
		snprintf(f->path, sizeof(f->path), "%s", d.of);
	}
	if (d.count != 0 && d.bs > ((u64)1 << 40) / d.count)
		return sh_mistake(c, "dd: a file of more than 1 TiB");
	f->bytes = d.bs * d.count;
	(void)sh->dut->ops->given_file(sh->dut, sh->host, f->path, (s64)f->bytes);
	return 0;
}

int sh_rm_check(struct sh_ctx *c)
{
	u32 files = 0;

	for (u32 i = 1; i < c->argc; i++) {
		const char *word = c->argv[i].text;

		if (word[0] != '-')
			files++;
		else if (strcmp(word, "-f") != 0 && strcmp(word, "--") != 0)
			return sh_mistake(c,
					  "rm: '%.64s' at column %u; expected -f and files that "
					  "scripts have made",
					  word, c->argv[i].column);
	}
	if (files == 0)
		return sh_mistake(c, "rm: a file is missing at column %u", c->end_column);
	return 0;
}

int sh_rm(struct sh_ctx *c)
{
	struct shell *sh = c->sh;
	bool force = false;
	int status = 0;

	for (u32 i = 1; i < c->argc; i++)
		force = force || strcmp(c->argv[i].text, "-f") == 0;
	for (u32 i = 1; i < c->argc; i++) {
		const char *word = c->argv[i].text;
		const struct shell_file *f = shell_file(sh, word);

		if (word[0] == '-')
			continue;
		if (f != NULL) {
			(void)sh->dut->ops->given_file(sh->dut, sh->host, word, -1);
			sh->file[f - sh->file] = sh->file[--sh->nr_files];
		} else if (!force) {
			sh_say(&c->err, "rm: cannot remove '%.64s': No such file or directory\n",
			       word);
			status = 1;
		}
	}
	return status;
}

/* --- helper scripts --- */

int sh_no_words(struct sh_ctx *c)
{
	if (c->argc == 1)
		return 0;
	return sh_mistake(c, "%.64s: unknown word '%.64s' at column %u; expected none",
			  c->argv[0].text, c->argv[1].text, c->argv[1].column);
}

/* What packetdrill's tests start from. */
static const struct {
	const char *name, *value, *ksft; /* ksft: where the kernel's own tests differ, or NULL */
	bool newer;			 /* the kernel that is modelled does not have it */
} defaults[] = {
	{ "tcp_rmem", "4096 540000 15728640", NULL, false },
	{ "tcp_wmem", "4096 262144 4194304", NULL, false },
	{ "tcp_timestamps", "1", NULL, false },
	{ "tcp_syn_retries", "5", NULL, false },
	{ "tcp_synack_retries", "5", NULL, false },
	{ "tcp_frto", "2", NULL, false },
	{ "tcp_sack", "1", NULL, false },
	{ "tcp_dsack", "1", NULL, false },
	{ "tcp_reordering", "3", NULL, false },
	{ "tcp_congestion_control", "cubic", NULL, false },
	{ "tcp_slow_start_after_idle", "0", NULL, false },
	{ "tcp_early_retrans", "4", NULL, false },
	{ "tcp_recovery", "1", NULL, false },
	{ "tcp_tso_win_divisor", "3", NULL, false },
	{ "tcp_ecn", "0", NULL, false },
	{ "tcp_ecn_option", "2", NULL, true },
	{ "tcp_pacing_ss_ratio", "200", NULL, false },
	{ "tcp_pacing_ca_ratio", "120", NULL, false },
	{ "tcp_notsent_lowat", "4294967295", NULL, false },
	{ "tcp_syncookies", "1", NULL, false },
	{ "tcp_fastopen", "0x70403", "0x3", false },
	{ "tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4", NULL, false },
};

/* Other scripts of a run may have set another discipline; there may be none to delete. */
static int pfifo(struct sh_ctx *c)
{
	struct shell *sh = c->sh;
	char line[96], err[160];

	if (sh->dev == NULL)
		return 0;
	snprintf(line, sizeof(line), "tc qdisc del dev %s root", sh->dev);
	(void)dut_config(sh->dut, sh->host, line, err, sizeof(err));
	snprintf(line, sizeof(line), "tc qdisc add dev %s root pfifo", sh->dev);
	if (dut_config(sh->dut, sh->host, line, err, sizeof(err)) == 0)
		return 0;
	sh_say(&c->err, "defaults.sh: %s\n", err);
	return 1;
}

/* Cookies of Fast Open, which the script also flushes, are not there. */
int sh_defaults(struct sh_ctx *c)
{
	char path[96];
	int status = 0;

	for (u32 i = 0; i < ARRAY_SIZE(defaults); i++) {
		const char *value = c->sh->ksft && defaults[i].ksft != NULL ? defaults[i].ksft
									    : defaults[i].value;
		int err;

		snprintf(path, sizeof(path), PROC_SYS "net/ipv4/%s", defaults[i].name);
		err = sh_knob_write(c->sh, path, value, (u32)strlen(value));
		if (err == 0 || (defaults[i].newer && err == -ENOENT))
			continue;
		sh_say(&c->err, "defaults.sh: %s: %s\n", defaults[i].name, strerror(-err));
		status = 1;
	}
	return pfifo(c) != 0 ? 1 : status;
}

int sh_set_sysctls_check(struct sh_ctx *c)
{
	for (u32 i = 1; i < c->argc; i++) {
		const char *eq = strchr(c->argv[i].text, '=');

		if (!begins(c->argv[i].text, PROC_SYS) || eq == NULL ||
		    eq - c->argv[i].text >= (s64)sizeof(c->sh->saved[0].path))
			return sh_mistake(c,
					  "set_sysctls.py: '%.64s' at column %u; expected "
					  "/proc/sys/NAME=VALUE",
					  c->argv[i].text, c->argv[i].column);
	}
	return 0;
}

/* Of a knob that is set twice, what it was at first. */
static int remember(struct sh_ctx *c, const char *path, const char *value)
{
	struct shell *sh = c->sh;

	for (u32 i = 0; i < sh->nr_saved; i++)
		if (strcmp(sh->saved[i].path, path) == 0)
			return 0;
	if (sh->nr_saved == SHELL_SAVED)
		return sh_mistake(c, "set_sysctls.py: more than %d knobs", SHELL_SAVED);
	snprintf(sh->saved[sh->nr_saved].path, sizeof(sh->saved[0].path), "%s", path);
	snprintf(sh->saved[sh->nr_saved].value, sizeof(sh->saved[0].value), "%s", value);
	sh->nr_saved++;
	return 0;
}

int sh_set_sysctls(struct sh_ctx *c)
{
	int status = 0;

	for (u32 i = 1; i < c->argc; i++) {
		const char *eq = strchr(c->argv[i].text, '=');
		char path[sizeof(c->sh->saved[0].path)], old[sizeof(c->sh->saved[0].value)];
		int err;

		assert(eq != NULL);
		snprintf(path, sizeof(path), "%.*s", (int)(eq - c->argv[i].text), c->argv[i].text);
		err = knob_read(c->sh, path, old, sizeof(old));
		if (err >= 0)
			err = sh_knob_write(c->sh, path, eq + 1, (u32)strlen(eq + 1));
		if (err < 0) {
			sh_say(&c->err, "set_sysctls.py: %s: %s\n", path, strerror(-err));
			status = 1;
		} else if (remember(c, path, old) != 0) {
			return -1;
		}
	}
	return status;
}

int sh_restore(struct sh_ctx *c)
{
	struct shell *sh = c->sh;
	int status = 0;

	for (u32 i = sh->nr_saved; i-- != 0;) {
		int err = sh_knob_write(sh, sh->saved[i].path, sh->saved[i].value,
					(u32)strlen(sh->saved[i].value));

		if (err == 0)
			continue;
		sh_say(&c->err, "%s: %s: %s\n", c->argv[0].text, sh->saved[i].path, strerror(-err));
		status = 1;
	}
	sh->nr_saved = 0;
	return status;
}
