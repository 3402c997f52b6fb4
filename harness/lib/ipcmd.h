// SPDX-License-Identifier: MIT
/* ipcmd.h - configuration of a host in the words of ip, sysctl, tc, ethtool and ss.
 *
 *   ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up; ip route add default via 192.0.2.254
 *   sysctl -w net.ipv4.ip_default_ttl=32; tc qdisc replace dev eth0 root noqueue; xps eth0 1 2
 */
#ifndef HARNESS_LIB_IPCMD_H
#define HARNESS_LIB_IPCMD_H

#include "base/types.h"

struct host;

/* Commands are separated by ';' or newlines, '#' begins a comment, quotes hold words together; the
 * first that fails ends it. Each runs as one unit of work of CPU 0. Returns 0, or a negative errno
 * with a message in err: what the kernel refused in iproute2's words ("RTNETLINK answers: File
 * exists"), mistakes in the line with their column.
 */
int ipcmd(struct host *h, const char *line, char *err, u32 err_bytes);
/* The same, for commands that show something: their output in iproute2's look is appended to out,
 * which is cut short if it is too small.
 */
int ipcmd_show(struct host *h, const char *line, char *out, u32 out_bytes, char *err,
	       u32 err_bytes);

struct ipcmd_word {
	const char *text;
	u32 column; /* where it begins, from 1 */
};
/* One command whose words are known. */
struct ipcmd_call {
	const struct ipcmd_word *word;
	u32 nr_words;
	u32 end_column; /* what is said of a word that is missing */
	char *out, *err;
	u32 out_bytes, err_bytes;
	u32 out_len; /* result */
	/* Result: what the program exits with, when Linux refused what was well said; 0 after a
	 * mistake in the words.
	 */
	u32 status;
};
int ipcmd_call(struct host *h, struct ipcmd_call *call);
/* A line of commands, one after the other by run(), until one fails: its result. */
int ipcmd_line(const char *line, struct ipcmd_call *call,
	       int (*run)(void *ctx, struct ipcmd_call *call), void *ctx);
/* Where knobs are: by their name, as sysctl.h has it; -errno, or the length read. */
struct ipcmd_knobs {
	int (*read)(void *ctx, const char *name, char *value, u32 size);
	int (*write)(void *ctx, const char *name, const char *value);
	void *ctx;
};
/* `sysctl`, whose knobs are elsewhere than in a host of the reference. */
int ipcmd_sysctl(struct ipcmd_call *call, const struct ipcmd_knobs *knobs);
/* Names of commands; NULL after the last. */
const char *ipcmd_name(u32 i);

#endif
