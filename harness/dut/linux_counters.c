// SPDX-License-Identifier: MIT
/* linux_counters.c - the kernel's counters, from the files that print them.
 *
 * Counters that a kernel does not have stay as they were: 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/dut/linux_facts.h"

/* Such files are made a page at a time, of whole lines: what does not fill half a page is the last
 * of it, and nobody needs to ask for more.
 */
enum { HALF_PAGE = 2048, READ_ROOM = 8192 };

static char *read_open(int fd, bool at_once, u32 *len)
{
	u32 cap = READ_ROOM, n = 0;
	char *text = malloc(cap);
	ssize_t got = 1;

	while (text != NULL && got > 0) {
		if (cap - n < READ_ROOM / 2) {
			cap *= 2;
			text = realloc(text, cap);
			if (text == NULL)
				abort();
		}
		got = pread(fd, text + n, cap - n - 1, (off_t)n);
		if (got > 0)
			n += (u32)got;
		if (got < HALF_PAGE || (at_once && cap - n > 1))
			break;
	}
	if (got < 0) {
		free(text);
		return NULL;
	}
	if (text != NULL)
		text[n] = '\0';
	*len = n;
	return text;
}

char *linux_read_file(const char *path, u32 *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd >= 0 ? read_open(fd, false, len) : NULL;
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return text;
}

static bool is_row(u32 i, const char *group, u32 group_len, const char *name, u32 name_len)
{
	return strncmp(mib_names[i].name, name, name_len) == 0 &&
	       mib_names[i].name[name_len] == '\0' &&
	       strncmp(mib_names[i].group, group, group_len) == 0 &&
	       mib_names[i].group[group_len] == '\0';
}

/* Mostly in the order of the table: it is the one behind the last that was found. */
static u32 row_of(const char *group, u32 group_len, const char *name, u32 name_len, u32 last)
{
	for (u32 n = 1; n <= MIB_MAX; n++)
		if (is_row((last + n) % MIB_MAX, group, group_len, name, name_len))
			return (last + n) % MIB_MAX;
	return MIB_MAX;
}

static const char *word_end(const char *p, const char *end)
{
	while (p < end && *p != ' ')
		p++;
	return p;
}

/* The group of TCP's own has a hundred names, none of them ours. */
static bool has_rows(const char *group, u32 group_len)
{
	for (u32 i = 0; i < MIB_MAX; i++)
		if (strncmp(mib_names[i].group, group, group_len) == 0 &&
		    mib_names[i].group[group_len] == '\0')
			return true;
	return false;
}

/* One group: "Udp: InDatagrams NoPorts" over "Udp: 1 0". */
static int snmp_group(const char *names, const char *values, u32 *last, u64 mib[MIB_MAX])
{
	const char *names_end = names + strcspn(names, "\n"), *group = names;
	const char *values_end = values + strcspn(values, "\n");
	u32 group_len = (u32)strcspn(names, ":\n");
	bool ours = has_rows(group, group_len);

	if (names[group_len] != ':' || strncmp(names, values, group_len + 1) != 0)
		return -1;
	names += group_len + 1;
	values += group_len + 1;
	while (names < names_end && *names == ' ') {
		const char *name = names + 1;
		u32 row;

		if (values >= values_end || *values != ' ')
			return -1;
		names = word_end(name, names_end);
		row = ours ? row_of(group, group_len, name, (u32)(names - name), *last) : MIB_MAX;
		/* Tcp's MaxConn may be -1. */
		if (row != MIB_MAX) {
			mib[row] = (u64)strtoll(values + 1, NULL, 10);
			*last = row;
		}
		values = word_end(values + 1, values_end);
	}
	return values == values_end ? 0 : -1;
}

int snmp_parse(const char *text, u64 mib[MIB_MAX])
{
	u32 last = MIB_MAX - 1;

	while (*text != '\0') {
		const char *values = strchr(text, '\n');
		const char *next;

		if (values == NULL || snmp_group(text, values + 1, &last, mib) < 0)
			return -1;
		next = strchr(values + 1, '\n');
		if (next == NULL)
			return -1;
		text = next + 1;
	}
	return 0;
}

int linux_read_mib(int fd[LINUX_MIB_FILES], u64 mib[MIB_MAX])
{
	static const char *const files[LINUX_MIB_FILES] = { "/proc/thread-self/net/snmp",
							    "/proc/thread-self/net/netstat" };

	for (u32 i = 0; i < LINUX_MIB_FILES; i++) {
		u32 len = 0;
		char *text;
		int err;

		if (fd[i] == 0)
			fd[i] = open(files[i], O_RDONLY | O_CLOEXEC);
		if (fd[i] < 0) {
			fd[i] = 0;
			return -errno;
		}
		/* These are made whole, however long they are. */
		text = read_open(fd[i], true, &len);
		if (text == NULL)
			return -errno;
		err = snmp_parse(text, mib);
		free(text);
		if (err < 0)
			return -EIO;
	}
	return 0;
}
