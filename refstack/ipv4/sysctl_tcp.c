// SPDX-License-Identifier: MIT
/* sysctl_tcp.c - TCP's knobs that are words and keys: congestion control, Fast Open's keys, the
 * size of the hash table.
 *
 * Called by configuration (`sysctl`). Rules: LINUX: net/ipv4/sysctl_net_ipv4.c: proc_tcp_*().
 * Missing: fast open, whose keys are only remembered; BBR.
 */
#include "ipv4/sysctl_tcp.h"

#include "core/net.h"
#include "uapi/errno.h"

enum { KEY_WORDS = 4, TCP_HASH_ENTRIES = 2048 };

static const char *const ca_names[TCP_CA_NAMES] = { "reno", "bbr", "cubic", "dctcp" };

/* One word of the list; dctcp is for those who administrate the machine, not for a namespace. */
static int congestion_control_io(struct net *net, struct sysctl_io *io)
{
	assert(net->sysctl.tcp_congestion_control < TCP_CA_NAMES);
	if (io->value == NULL)
		return sysctl_put_text(io, ca_names[net->sysctl.tcp_congestion_control]);
	for (u32 i = 0; i < TCP_CA_NAMES; i++) {
		if (!sysctl_streq(io->value, ca_names[i]))
			continue;
		if (i == TCP_CA_DCTCP)
			return -EPERM;
		net->sysctl.tcp_congestion_control = i;
		return 0;
	}
	return -ENOENT;
}

static int put_names(struct sysctl_io *io, u32 n)
{
	assert(n <= TCP_CA_NAMES);
	if (io->value != NULL)
		return -EACCES;
	for (u32 i = 0; i < n; i++) {
		if (i != 0)
			sysctl_put_text(io, " ");
		sysctl_put_text(io, ca_names[i]);
	}
	return 0;
}

static int available_io(struct net *net, struct sysctl_io *io)
{
	(void)net;
	return put_names(io, TCP_CA_NAMES);
}

static int allowed_io(struct net *net, struct sysctl_io *io)
{
	(void)net;
	return put_names(io, TCP_CA_DCTCP);
}

/* Negative: the namespace shares the machine's table. */
static int ehash_entries_io(struct net *net, struct sysctl_io *io)
{
	s32 entries = -TCP_HASH_ENTRIES;

	(void)net;
	return io->value != NULL ? -EACCES : sysctl_int_io(io, &entries);
}

static void put_key(struct sysctl_io *io, const u32 *key)
{
	static const char digits[] = "0123456789abcdef";

	for (u32 i = 0; i < KEY_WORDS; i++) {
		char word[10];
		u32 n = 0;

		if (i != 0)
			word[n++] = '-';
		for (u32 shift = 32; shift != 0; shift -= 4)
			word[n++] = digits[key[i] >> (shift - 4) & 15];
		word[n] = '\0';
		sysctl_put_text(io, word);
	}
}

static u32 hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (u32)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (u32)(c - 'A') + 10 : 16;
}

/* As sscanf("%x-%x-%x-%x"): blanks before a number, 0x in front, whatever after the last; of a
 * number that is too long the lower half. NULL: not four of them.
 */
static const char *scan_key(const char *p, u32 *key)
{
	for (u32 i = 0; i < KEY_WORDS; i++) {
		u32 v = 0;

		if (i != 0 && *p++ != '-')
			return NULL;
		while (*p == ' ' || *p == '\t' || *p == '\n')
			p++;
		if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X') && hex_digit(p[2]) < 16)
			p += 2;
		if (hex_digit(*p) == 16)
			return NULL;
		for (; hex_digit(*p) < 16; p++)
			v = v << 4 | hex_digit(*p);
		key[i] = v;
	}
	return p;
}

/* One key, or two: a comma anywhere says that there is a second. */
static int fastopen_key_io(struct net *net, struct sysctl_io *io)
{
	u32 *at = net->tcp_fastopen_key;
	u32 key[2 * KEY_WORDS] = { 0 };
	u32 keys = 1;
	const char *p = io->value;

	static_assert(sizeof(key) == sizeof(net->tcp_fastopen_key), "room for two keys");
	if (p == NULL) {
		put_key(io, at);
		if (net->sysctl.tcp_fastopen_keys == 2) {
			sysctl_put_text(io, ",");
			put_key(io, at + KEY_WORDS);
		}
		return 0;
	}
	if (scan_key(p, key) == NULL)
		return -EINVAL;
	while (*p != '\0' && *p != ',')
		p++;
	if (*p == ',') {
		if (scan_key(p + 1, key + KEY_WORDS) == NULL)
			return -EINVAL;
		keys = 2;
	}
	memcpy(at, key, sizeof(key));
	net->sysctl.tcp_fastopen_keys = keys;
	return 0;
}

static const struct {
	const char *path;
	int (*io)(struct net *net, struct sysctl_io *io);
} text_knobs[] = {
	{ "net.ipv4.tcp_congestion_control", congestion_control_io },
	{ "net.ipv4.tcp_available_congestion_control", available_io },
	{ "net.ipv4.tcp_allowed_congestion_control", allowed_io },
	{ "net.ipv4.tcp_fastopen_key", fastopen_key_io },
	{ "net.ipv4.tcp_ehash_entries", ehash_entries_io },
};

int sysctl_tcp_io(struct net *net, const char *path, struct sysctl_io *io)
{
	for (u32 i = 0; i < ARRAY_SIZE(text_knobs); i++)
		if (sysctl_streq(path, text_knobs[i].path))
			return text_knobs[i].io(net, io);
	return -ENOENT;
}
