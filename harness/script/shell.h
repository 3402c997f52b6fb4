// SPDX-License-Identifier: MIT
/* shell.h - commands in backquotes: the small part of sh that scripts use, interpreted against a
 * simulated host. Nothing is ever executed on the machine.
 *
 * Commands separated by ; and newlines, with && || ! and |; quotes; $((...)) and ${PPID};
 * backslash-newline; comments; 2>/dev/null >/dev/null 2>&1; sysctl ip tc nstat ethtool ss; grep
 * head tail wc cat on output; echo N > a knob; dd and rm of files in the simulated host; and the
 * helper scripts of packetdrill's tests, at any path: defaults.sh, set_sysctls.py,
 * sysctl_restore_${PPID}.sh.
 */
#ifndef HARNESS_SCRIPT_SHELL_H
#define HARNESS_SCRIPT_SHELL_H

#include "harness/dut/dut.h"

enum { SHELL_SAVED = 64, SHELL_FILES = 8, SHELL_OUT = 1 << 16, SHELL_TEXT = 1 << 16 };

/* A file that scripts make with dd: zeroes. */
struct shell_file {
	char path[64];
	u64 bytes;
};

struct shell {
	struct dut *dut;
	u32 host;
	bool ksft;	 /* defaults.sh: whose */
	const char *dev; /* the device that defaults.sh means: tun0, eth0 */
	u32 nr_saved;
	struct {
		char path[96], value[96];
	} saved[SHELL_SAVED]; /* by set_sysctls.py, for sysctl_restore.sh */
	u32 nr_files;
	struct shell_file file[SHELL_FILES];
	bool has_base;
	u64 nstat_base[MIB_MAX]; /* nstat -n; with has_base */
};

void shell_init(struct shell *sh, struct dut *d, u32 host, const char *dev, bool ksft);
/* No command has left anything here. */
bool shell_is_new(const struct shell *sh);
/* Exit status of the last command, as sh has it; output is appended to the text in out, and err
 * holds what commands complained of. -1: a command that is not interpreted here, or one that is not
 * understood; err says which and where, and nothing after it has run. A text with a command that is
 * not known, or words that are no commands at all, does not run in part: everything is parsed
 * first.
 */
int shell_run(struct shell *sh, const char *text, u32 len, char *out, u32 out_size, char *err,
	      u32 err_size);
/* NULL: scripts have made no such file. */
const struct shell_file *shell_file(const struct shell *sh, const char *path);

#endif
