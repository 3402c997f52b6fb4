// SPDX-License-Identifier: MIT
/* sysctl.c - knobs by name: the text of values, the table of sysctl.def, and the neighbours' knobs.
 *
 * Rules: LINUX: kernel/sysctl.c (what is a number, what is refused), net/ipv4/sysctl_net_ipv4.c
 * (which values belong together), net/core/neighbour.c: neigh_sysctl_table.
 * DIVERGES(sysctl-negative): where Linux takes a negative number for a time, here it is refused.
 */
#include "core/sysctl.h"

#include "core/neighbour.h"
#include "core/net.h"
#include "uapi/errno.h"

/* --- text --- */

bool sysctl_streq(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

enum { NUMBER_CHARS = 21 }; /* LINUX: TMPBUFLEN: so many are refused, whatever they say */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static const char *skip_spaces(const char *p)
{
	while (is_space(*p))
		p++;
	return p;
}

static u32 digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (u32)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (u32)(c - 'A') + 10;
	return 99;
}

/* LINUX: strtoul_lenient(p, &end, 0, &val): 0x and a leading 0 say which base. */
static const char *parse_digits(const char *p, u64 *val)
{
	u32 base = 10;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X') && digit_of(p[2]) < 16) {
		base = 16;
		p += 2;
	} else if (p[0] == '0') {
		base = 8;
	}
	for (*val = 0; digit_of(*p) < base; p++) {
		if (*val > (u64)INT64_MAX / 16)
			return NULL;
		*val = *val * base + digit_of(*p);
	}
	return p;
}

/* LINUX: proc_get_long(). NULL: not a number, or not followed by white space. */
static const char *parse_long(const char *p, s64 *out)
{
	const char *begin = p;
	bool neg = *p == '-';
	u64 val;

	if (neg)
		p++;
	if (*p < '0' || *p > '9')
		return NULL;
	p = parse_digits(p, &val);
	if (p == NULL || p - begin >= NUMBER_CHARS || (*p != '\0' && !is_space(*p)))
		return NULL;
	*out = neg ? -(s64)val : (s64)val;
	return p;
}

static void put_char(struct sysctl_io *io, char c)
{
	if (io->len + 1 < io->cap)
		io->buf[io->len++] = c;
	if (io->cap != 0)
		io->buf[io->len] = '\0';
}

int sysctl_put_text(struct sysctl_io *io, const char *text)
{
	while (*text != '\0')
		put_char(io, *text++);
	return 0;
}

static void put_number(struct sysctl_io *io, s64 v)
{
	char digits[20];
	u32 n = 0;
	u64 rest = v < 0 ? (u64)-v : (u64)v;

	if (v < 0)
		put_char(io, '-');
	do {
		digits[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	while (n != 0)
		put_char(io, digits[--n]);
}

int sysctl_vec_io(struct sysctl_io *io, struct sysctl_vec *vec)
{
	const char *p = io->value;

	assert(vec->n <= SYSCTL_VALUES_MAX);
	if (p == NULL) {
		for (u32 i = 0; i < vec->n; i++) {
			if (i != 0)
				put_char(io, '\t');
			put_number(io, vec->v[i]);
		}
		return 0;
	}
	p = skip_spaces(p);
	if (*p == '\0')
		return -EINVAL;
	for (u32 i = 0; i < vec->n && *p != '\0'; i++) {
		s64 v;

		p = parse_long(p, &v);
		if (p == NULL || v < vec->min || v > vec->max)
			return -EINVAL;
		vec->v[i] = v;
		p = skip_spaces(p);
	}
	return 0;
}

/* --- sysctl.def --- */

enum knob_type { KNOB_u32, KNOB_s32, KNOB_u64 };

struct knob {
	const char *path;
	u16 offset; /* in struct net_sysctl */
	u8 type;    /* enum knob_type */
	s64 min, max;
};
static const struct knob knobs[] = {
#define X(path, field, type, value, min, max)                                                      \
	{ path, offsetof(struct net_sysctl, field), KNOB_##type, min, max },
#include "sysctl.def"
#undef X
};

static void *knob_at(struct net *net, u16 offset)
{
	return (u8 *)&net->sysctl + offset;
}

static s64 knob_get(struct net *net, const struct knob *k)
{
	const void *at = knob_at(net, k->offset);

	if (k->type == KNOB_u64)
		return (s64) * (const u64 *)at;
	return k->type == KNOB_s32 ? *(const s32 *)at : (s64) * (const u32 *)at;
}

static void knob_set(struct net *net, const struct knob *k, s64 v)
{
	assert(v >= k->min);
	assert(v <= k->max);
	if (k->type == KNOB_u64)
		*(u64 *)knob_at(net, k->offset) = (u64)v;
	else
		*(u32 *)knob_at(net, k->offset) = (u32)v;
}

/* Does the whole make sense? What was written is in v already. */
static int check_port_range(const struct net *net, const s64 *v)
{
	return v[1] < v[0] || v[0] < net->sysctl.ip_unprivileged_port_start ? -EINVAL : 0;
}

static int check_unprivileged(const struct net *net, const s64 *v)
{
	return net->sysctl.ip_local_port_min < v[0] ? -EINVAL : 0;
}

static int check_reordering(const struct net *net, const s64 *v)
{
	return v[0] > net->sysctl.tcp_max_reordering ? -EINVAL : 0;
}

static int check_high_thresh(const struct net *net, const s64 *v)
{
	return (u64)v[0] < net->sysctl.ipfrag_low_thresh ? -EINVAL : 0;
}

static int check_low_thresh(const struct net *net, const s64 *v)
{
	return (u64)v[0] > net->sysctl.ipfrag_high_thresh ? -EINVAL : 0;
}

/* Knobs whose values hang together: one file with several numbers, or a number with a condition. A
 * write that fails changes nothing, unless `piecewise`: then what came before the wrong number
 * stays.
 */
struct knob_group {
	const char *path;
	u16 offset[SYSCTL_VALUES_MAX];
	u32 n;
	bool piecewise;
	int (*check)(const struct net *net, const s64 *v);
};
#define AT(field) offsetof(struct net_sysctl, field)
static const struct knob_group groups[] = {
	{ "net.ipv4.ip_local_port_range",
	  { AT(ip_local_port_min), AT(ip_local_port_max) },
	  2,
	  false,
	  check_port_range },
	{ "net.ipv4.ip_unprivileged_port_start",
	  { AT(ip_unprivileged_port_start) },
	  1,
	  false,
	  check_unprivileged },
	{ "net.ipv4.ping_group_range", { AT(ping_group_min), AT(ping_group_max) }, 2, false, NULL },
	{ "net.ipv4.udp_mem",
	  { AT(udp_mem_min), AT(udp_mem_pressure), AT(udp_mem_max) },
	  3,
	  true,
	  NULL },
	{ "net.ipv4.tcp_rmem",
	  { AT(tcp_rmem_min), AT(tcp_rmem_default), AT(tcp_rmem_max) },
	  3,
	  true,
	  NULL },
	{ "net.ipv4.tcp_wmem",
	  { AT(tcp_wmem_min), AT(tcp_wmem_default), AT(tcp_wmem_max) },
	  3,
	  true,
	  NULL },
	{ "net.ipv4.tcp_reordering", { AT(tcp_reordering) }, 1, false, check_reordering },
	{ "net.ipv4.ipfrag_high_thresh", { AT(ipfrag_high_thresh) }, 1, false, check_high_thresh },
	{ "net.ipv4.ipfrag_low_thresh", { AT(ipfrag_low_thresh) }, 1, false, check_low_thresh },
};

static const struct knob *knob_of(u16 offset)
{
	for (u32 i = 0; i < ARRAY_SIZE(knobs); i++)
		if (knobs[i].offset == offset)
			return &knobs[i];
	return NULL;
}

static bool in_a_group(u16 offset)
{
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		for (u32 k = 0; k < groups[i].n; k++)
			if (groups[i].offset[k] == offset)
				return true;
	return false;
}

static int group_io(struct net *net, const struct knob_group *g, struct sysctl_io *io)
{
	const struct knob *k = knob_of(g->offset[0]);
	struct sysctl_vec vec = { .n = g->n };
	int err;

	assert(k != NULL);
	vec.min = k->min;
	vec.max = k->max;
	for (u32 i = 0; i < g->n; i++)
		vec.v[i] = knob_get(net, knob_of(g->offset[i]));
	err = sysctl_vec_io(io, &vec);
	if (io->value == NULL)
		return err;
	if (err == 0 && g->check != NULL)
		err = g->check(net, vec.v);
	if (err != 0 && !g->piecewise)
		return err;
	for (u32 i = 0; i < g->n; i++)
		knob_set(net, knob_of(g->offset[i]), vec.v[i]);
	return err;
}

/* An empty range is kept as the one that Linux shows for it. */
static void tidy_ping_group_range(struct net *net)
{
	struct net_sysctl *s = &net->sysctl;

	if (s->ping_group_max < s->ping_group_min) {
		s->ping_group_min = 1;
		s->ping_group_max = 0;
	}
}

/* LINUX: set_default_qdisc(): a name. */
static int default_qdisc_io(struct sysctl_io *io)
{
	static const char *const linux_has[] = { "fq",	  "fq_codel",	     "pfifo",
						 "bfifo", "pfifo_head_drop", "noqueue",
						 "mq" };

	if (io->value == NULL)
		return sysctl_put_text(io, "pfifo_fast");
	if (sysctl_streq(io->value, "pfifo_fast"))
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(linux_has); i++)
		if (sysctl_streq(io->value, linux_has[i]))
			not_implemented("net.core.default_qdisc other than pfifo_fast");
	return -ENOENT;
}

static int knob_io(struct net *net, const struct knob *k, struct sysctl_io *io)
{
	struct sysctl_vec vec = { .v = { knob_get(net, k) }, .n = 1, .min = k->min, .max = k->max };
	int err = sysctl_vec_io(io, &vec);

	if (io->value != NULL && err == 0)
		knob_set(net, k, vec.v[0]);
	return err;
}

int sysctl_table_io(struct net *net, const char *path, struct sysctl_io *io)
{
	if (sysctl_streq(path, "net.core.default_qdisc"))
		return default_qdisc_io(io);
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++) {
		if (sysctl_streq(path, groups[i].path)) {
			int err = group_io(net, &groups[i], io);

			tidy_ping_group_range(net);
			return err;
		}
	}
	if (path[0] == '\0')
		return -ENOENT;
	for (u32 i = 0; i < ARRAY_SIZE(knobs); i++)
		if (!in_a_group(knobs[i].offset) && sysctl_streq(path, knobs[i].path))
			return knob_io(net, &knobs[i], io);
	return -ENOENT;
}

/* --- names with a device in the middle --- */

bool sysctl_split(const char *path, const char *prefix, struct sysctl_name *name)
{
	const char *p = path;

	for (; *prefix != '\0'; prefix++, p++)
		if (*p != *prefix)
			return false;
	name->dev = p;
	while (*p != '\0' && *p != '.')
		p++;
	name->dev_len = (u32)(p - name->dev);
	if (*p == '\0' || name->dev_len == 0 || name->dev_len >= IFNAMSIZ)
		return false;
	name->knob = p + 1;
	return true;
}

bool sysctl_name_is(const struct sysctl_name *name, const char *dev)
{
	u32 i;

	for (i = 0; i < name->dev_len; i++)
		if (dev[i] == '\0' || dev[i] != name->dev[i])
			return false;
	return dev[i] == '\0';
}

struct net_device *sysctl_name_dev(const struct net *net, const struct sysctl_name *name)
{
	char dev[IFNAMSIZ];
	u32 i;

	assert(name->dev_len < IFNAMSIZ);
	for (i = 0; i < name->dev_len; i++) {
		dev[i] = name->dev[i];
		if (dev[i] == '/')
			dev[i] = '.';
	}
	dev[i] = '\0';
	return dev_get_by_name(net, dev);
}

/* --- net.ipv4.neigh --- */

/* In what unit a knob is read and written: how many jiffies or bytes one is. USER_HZ is 100. */
enum {
	UNIT_ONE = 1,
	UNIT_MS = HZ / 1000,
	UNIT_USERHZ = HZ / 100,
	UNIT_SECOND = HZ,
	UNIT_PACKET =
		1514 + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES /* SKB_TRUESIZE(ETH_FRAME_LEN) */
};
static_assert(UNIT_MS == 1, "a jiffy is a millisecond");

static const struct neigh_knob {
	const char *name;
	enum neigh_var var;
	u32 unit, min;
} neigh_knobs[] = {
	{ "mcast_solicit", NEIGH_VAR_MCAST_PROBES, UNIT_ONE, 0 },
	{ "ucast_solicit", NEIGH_VAR_UCAST_PROBES, UNIT_ONE, 0 },
	{ "app_solicit", NEIGH_VAR_APP_PROBES, UNIT_ONE, 0 },
	{ "mcast_resolicit", NEIGH_VAR_MCAST_REPROBES, UNIT_ONE, 0 },
	{ "retrans_time", NEIGH_VAR_RETRANS_TIME, UNIT_USERHZ, 0 },
	{ "base_reachable_time", NEIGH_VAR_BASE_REACHABLE_TIME, UNIT_SECOND, 0 },
	{ "delay_first_probe_time", NEIGH_VAR_DELAY_PROBE_TIME, UNIT_SECOND, 0 },
	{ "interval_probe_time_ms", NEIGH_VAR_INTERVAL_PROBE_TIME_MS, UNIT_MS, 1 },
	{ "gc_stale_time", NEIGH_VAR_GC_STALETIME, UNIT_SECOND, 0 },
	{ "unres_qlen_bytes", NEIGH_VAR_QUEUE_LEN_BYTES, UNIT_ONE, 0 },
	{ "proxy_qlen", NEIGH_VAR_PROXY_QLEN, UNIT_ONE, 0 },
	{ "anycast_delay", NEIGH_VAR_ANYCAST_DELAY, UNIT_USERHZ, 0 },
	{ "proxy_delay", NEIGH_VAR_PROXY_DELAY, UNIT_USERHZ, 0 },
	{ "locktime", NEIGH_VAR_LOCKTIME, UNIT_USERHZ, 0 },
	{ "unres_qlen", NEIGH_VAR_QUEUE_LEN_BYTES, UNIT_PACKET, 0 },
	{ "retrans_time_ms", NEIGH_VAR_RETRANS_TIME, UNIT_MS, 0 },
	{ "base_reachable_time_ms", NEIGH_VAR_BASE_REACHABLE_TIME, UNIT_MS, 0 },
};

/* LINUX: neigh_proc_update(): a new default goes to every device that has none of its own. */
static void neigh_knob_written(struct neigh_table *tbl, struct neigh_parms *p, enum neigh_var var)
{
	p->data_state |= 1u << var;
	for (u32 i = 0; i < NET_DEV_MAX && p->dev == NULL; i++) {
		struct neigh_parms *q = &tbl->dev_parms[i];

		if (q->dev != NULL && (q->data_state >> var & 1) == 0)
			q->data[var] = p->data[var];
	}
	if (var == NEIGH_VAR_BASE_REACHABLE_TIME)
		p->reachable_time = neigh_rand_reach_time(tbl->net, p->data[var]);
}

static int neigh_knob_io(struct neigh_table *tbl, struct neigh_parms *p, const struct neigh_knob *k,
			 struct sysctl_io *io)
{
	struct sysctl_vec vec = { .v = { p->data[k->var] / k->unit },
				  .n = 1,
				  .min = k->min,
				  .max = INT32_MAX / (s32)k->unit };
	int err = sysctl_vec_io(io, &vec);

	if (io->value == NULL || err != 0)
		return err;
	p->data[k->var] = (u32)vec.v[0] * k->unit;
	neigh_knob_written(tbl, p, k->var);
	return 0;
}

/* The table's own knobs, of neigh.default only. */
static int neigh_gc_io(struct neigh_table *tbl, const char *knob, struct sysctl_io *io)
{
	struct sysctl_vec vec = { .n = 1, .max = INT32_MAX };
	u32 *thresh = NULL;
	int err;

	assert(tbl != NULL);
	if (sysctl_streq(knob, "gc_thresh1"))
		thresh = &tbl->gc_thresh1;
	else if (sysctl_streq(knob, "gc_thresh2"))
		thresh = &tbl->gc_thresh2;
	else if (sysctl_streq(knob, "gc_thresh3"))
		thresh = &tbl->gc_thresh3;
	else if (!sysctl_streq(knob, "gc_interval"))
		return -ENOENT;
	vec.v[0] = thresh != NULL ? *thresh : (s64)(tbl->gc_interval / HZ);
	if (thresh == NULL)
		vec.max /= HZ;
	err = sysctl_vec_io(io, &vec);
	if (io->value == NULL || err != 0)
		return err;
	if (thresh != NULL)
		*thresh = (u32)vec.v[0];
	else
		tbl->gc_interval = (u64)vec.v[0] * HZ;
	return 0;
}

int sysctl_neigh_io(struct net *net, const char *path, struct sysctl_io *io)
{
	struct neigh_table *tbl = net->arp_tbl;
	struct neigh_parms *p = NULL;
	struct sysctl_name name;

	if (!sysctl_split(path, "net.ipv4.neigh.", &name))
		return -ENOENT;
	if (sysctl_name_is(&name, "default")) {
		p = &tbl->parms;
	} else {
		const struct net_device *dev = sysctl_name_dev(net, &name);

		p = dev != NULL ? dev->neigh_parms : NULL;
	}
	if (p == NULL)
		return -ENOENT;
	for (u32 i = 0; i < ARRAY_SIZE(neigh_knobs); i++)
		if (sysctl_streq(name.knob, neigh_knobs[i].name))
			return neigh_knob_io(tbl, p, &neigh_knobs[i], io);
	return p->dev == NULL ? neigh_gc_io(tbl, name.knob, io) : -ENOENT;
}
