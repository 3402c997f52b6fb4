// SPDX-License-Identifier: MIT
/* sysctl.h - knobs by name: what `sysctl -w` writes and `sysctl` shows. */
#ifndef REFSTACK_CORE_SYSCTL_H
#define REFSTACK_CORE_SYSCTL_H

#include "base/types.h"

struct net;

enum { SYSCTL_PATH_MAX = 128, SYSCTL_VALUES_MAX = 3 };

/* net.ipv4.ip_forward or net/ipv4/ip_forward. The text has tabs between values and no newline at
 * its end. Returns its length, or -ENOENT, -EACCES (write-only).
 */
must_check int sysctl_read(struct net *net, const char *path, char *buf, u32 cap);
/* -ENOENT, -EACCES (read-only), -EINVAL (no number, too many digits, out of bounds). */
must_check int sysctl_write(struct net *net, const char *path, const char *value);

/* A read or a write on its way through the tables. */
struct sysctl_io {
	const char *value; /* to write; NULL: this is a read */
	char *buf;
	u32 cap, len; /* what was read */
};
/* Some values of a knob, in the order in which they are printed. */
struct sysctl_vec {
	s64 v[SYSCTL_VALUES_MAX];
	u32 n;
	s64 min, max;
};
/* LINUX: proc_dointvec_minmax(), in both directions. On a write vec holds the new values: fewer
 * given than there are leave the rest; before an error it may have changed some.
 */
must_check int sysctl_vec_io(struct sysctl_io *io, struct sysctl_vec *vec);
int sysctl_put_text(struct sysctl_io *io, const char *text);

/* -ENOENT: not one of these. Dots separate; a dot within a device's name is a slash. */
must_check int sysctl_table_io(struct net *net, const char *path, struct sysctl_io *io);
must_check int sysctl_neigh_io(struct net *net, const char *path, struct sysctl_io *io);

/* `prefix.NAME.rest` → NAME's end and rest; false: something else. */
struct sysctl_name {
	const char *dev;
	u32 dev_len;
	const char *knob;
};
bool sysctl_split(const char *path, const char *prefix, struct sysctl_name *name);
bool sysctl_name_is(const struct sysctl_name *name, const char *dev);
struct net_device *sysctl_name_dev(const struct net *net, const struct sysctl_name *name);
bool sysctl_streq(const char *a, const char *b);

#endif
