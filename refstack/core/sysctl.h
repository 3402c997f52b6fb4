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
/* -ENOENT, -EACCES (read-only), -EINVAL (no number, too many digits, out of bounds), for a module's
 * parameter -ERANGE. */
must_check int sysctl_write(struct net *net, const char *path, const char *value);

/* LINUX: how a function of proc_do*vec*() keeps a number: see sysctl.def, whose types these are,
 * and what one of the text is when it is kept.
 */
#define SYSCTL_KEPT_int		   s32
#define SYSCTL_KEPT_u8		   u8
#define SYSCTL_KEPT_uint	   u32
#define SYSCTL_KEPT_ulong	   u64
#define SYSCTL_KEPT_jiffies	   s32
#define SYSCTL_KEPT_ms_jiffies	   s32
#define SYSCTL_KEPT_param	   s32
#define SYSCTL_KEPT_param_ro	   s32
#define SYSCTL_KEPT_string	   u32
#define SYSCTL_UNIT_int		   1
#define SYSCTL_UNIT_u8		   1
#define SYSCTL_UNIT_uint	   1
#define SYSCTL_UNIT_ulong	   1
#define SYSCTL_UNIT_jiffies	   HZ
#define SYSCTL_UNIT_ms_jiffies	   (HZ / 1000)
#define SYSCTL_UNIT_userhz_jiffies (HZ / 100) /* USER_HZ is 100 */
#define SYSCTL_UNIT_param	   1
#define SYSCTL_UNIT_param_ro	   1
#define SYSCTL_UNIT_string	   1
enum sysctl_type {
	SYSCTL_int,
	SYSCTL_u8,
	SYSCTL_uint,
	SYSCTL_ulong,
	SYSCTL_jiffies,
	SYSCTL_ms_jiffies,
	SYSCTL_userhz_jiffies,
	SYSCTL_param,
	SYSCTL_param_ro,
	SYSCTL_string
};

/* A read or a write on its way through the tables. */
struct sysctl_io {
	const char *value; /* to write; NULL: this is a read */
	char *buf;
	u32 cap, len; /* what was read */
};
/* Some values of a knob as they are kept, an unsigned long's by its bits, in the order in which
 * they are printed. Bounds are of what is kept, too.
 */
struct sysctl_vec {
	s64 v[SYSCTL_VALUES_MAX];
	u32 n;
	enum sysctl_type type;
	s64 min;
	u64 max;
};
/* LINUX: proc_do*vec*_minmax(), in both directions. On a write vec holds the new values: fewer
 * given than there are leave the rest; before an error it may have changed some.
 */
must_check int sysctl_vec_io(struct sysctl_io *io, struct sysctl_vec *vec);
/* LINUX: proc_dointvec(). */
must_check int sysctl_int_io(struct sysctl_io *io, s32 *v);
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
