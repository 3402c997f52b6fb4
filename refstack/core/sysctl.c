// SPDX-License-Identifier: MIT
/* sysctl.c - knobs by name: the text of values, the table of sysctl.def, and the neighbours' knobs.
 *
 * Rules: LINUX: kernel/sysctl.c (what is a number, what is refused), kernel/params.c (modules'),
 * net/ipv4/sysctl_net_ipv4.c (which values belong together), net/core/neighbour.c:
 * neigh_sysctl_table. What Linux answers, knob by knob: harness/unit/sysctl_linux.tsv.
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

/* LINUX: isspace(), in its own Latin-1. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (u8)c == 0xa0;
}

/* LINUX: proc_wspace_sep: what may stand behind a number. */
static bool ends_number(char c)
{
	return c == '\0' || c == ' ' || c == '\t' || c == '\n';
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

/* LINUX: _parse_integer() with base 0: 0x and a leading 0 say which base. NULL: more than 64 bits.
 */
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
		if (*val > (UINT64_MAX - digit_of(*p)) / base)
			return NULL;
		*val = *val * base + digit_of(*p);
	}
	return p;
}

struct number {
	u64 val;
	bool neg;
};

/* LINUX: proc_get_long(). NULL: not a number, or not followed by white space. */
static const char *parse_long(const char *p, struct number *out)
{
	const char *begin = p;

	out->neg = *p == '-';
	if (out->neg)
		p++;
	if (*p < '0' || *p > '9')
		return NULL;
	p = parse_digits(p, &out->val);
	if (p == NULL || p - begin >= NUMBER_CHARS || !ends_number(*p))
		return NULL;
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

static void put_number(struct sysctl_io *io, struct number v)
{
	char digits[20];
	u32 n = 0;

	if (v.neg)
		put_char(io, '-');
	do {
		digits[n++] = (char)('0' + v.val % 10);
		v.val /= 10;
	} while (v.val != 0);
	while (n != 0)
		put_char(io, digits[--n]);
}

/* --- types --- */

/* LINUX: do_proc_dointvec_conv(). */
static bool keep_int(struct number in, s64 *kept)
{
	if (in.val > (u64)INT32_MAX + (in.neg ? 1 : 0))
		return false;
	*kept = in.neg ? -(s64)in.val : (s64)in.val;
	return true;
}

/* LINUX: do_proc_douintvec_w(): even -0 is negative. */
static bool keep_uint(struct number in, s64 *kept)
{
	*kept = (s64)in.val;
	return !in.neg && in.val <= UINT32_MAX;
}

static bool keep_ulong(struct number in, s64 *kept)
{
	*kept = (s64)in.val;
	return !in.neg;
}

/* LINUX: do_proc_dointvec_jiffies_conv(). */
static bool keep_jiffies(struct number in, s64 *kept)
{
	if (in.val > INT32_MAX / HZ)
		return false;
	*kept = (in.neg ? -(s64)in.val : (s64)in.val) * HZ;
	return true;
}

/* LINUX: do_proc_dointvec_ms_jiffies_conv(): the lower half counts, and must not be negative. */
static bool keep_ms_jiffies(struct number in, s64 *kept)
{
	u32 ms = (u32)(in.neg ? 0 - in.val : in.val);

	static_assert(HZ == 1000, "a jiffy is a millisecond");
	*kept = ms;
	return ms <= INT32_MAX;
}

/* LINUX: do_proc_dointvec_userhz_jiffies_conv(), clock_t_to_jiffies(): for ever is -1 in an int. */
static bool keep_userhz_jiffies(struct number in, s64 *kept)
{
	u64 ticks = in.neg ? 0 - in.val : in.val;

	if (in.val > (u64)(INT64_MAX / HZ) * 100)
		return false;
	*kept = ticks >= UINT64_MAX / SYSCTL_UNIT_userhz_jiffies
			? -1
			: (s32)(u32)(ticks * SYSCTL_UNIT_userhz_jiffies);
	return true;
}

static const struct type {
	bool (*keep)(struct number in, s64 *kept);
	u32 unit;
	bool is_unsigned;
} types[] = {
	[SYSCTL_int] = { keep_int, SYSCTL_UNIT_int, false },
	[SYSCTL_u8] = { keep_uint, SYSCTL_UNIT_u8, true },
	[SYSCTL_uint] = { keep_uint, SYSCTL_UNIT_uint, true },
	[SYSCTL_ulong] = { keep_ulong, SYSCTL_UNIT_ulong, true },
	[SYSCTL_jiffies] = { keep_jiffies, SYSCTL_UNIT_jiffies, false },
	[SYSCTL_ms_jiffies] = { keep_ms_jiffies, SYSCTL_UNIT_ms_jiffies, false },
	[SYSCTL_userhz_jiffies] = { keep_userhz_jiffies, SYSCTL_UNIT_userhz_jiffies, false },
	[SYSCTL_param] = { keep_int, SYSCTL_UNIT_param, false },
	[SYSCTL_param_ro] = { keep_int, SYSCTL_UNIT_param_ro, false },
};

static bool in_bounds(const struct sysctl_vec *vec, s64 kept)
{
	if (types[vec->type].is_unsigned)
		return (u64)kept >= (u64)vec->min && (u64)kept <= vec->max;
	return kept >= vec->min && kept <= (s64)vec->max;
}

/* The sign stays when whole units of a negative time are none: "-0". */
static void put_kept(struct sysctl_io *io, const struct type *type, s64 kept)
{
	struct number out = { (u64)kept, kept < 0 && !type->is_unsigned };

	if (out.neg)
		out.val = 0 - out.val;
	out.val /= type->unit;
	put_number(io, out);
}

static int vec_read(struct sysctl_io *io, const struct sysctl_vec *vec)
{
	for (u32 i = 0; i < vec->n; i++) {
		if (i != 0)
			put_char(io, '\t');
		put_kept(io, &types[vec->type], vec->v[i]);
	}
	return 0;
}

static int vec_write(struct sysctl_io *io, struct sysctl_vec *vec)
{
	const char *p = skip_spaces(io->value);

	if (*p == '\0')
		return -EINVAL;
	for (u32 i = 0; i < vec->n && *p != '\0'; i++) {
		struct number in;
		s64 kept;

		p = parse_long(p, &in);
		if (p == NULL || !types[vec->type].keep(in, &kept) || !in_bounds(vec, kept))
			return -EINVAL;
		vec->v[i] = kept;
		p = skip_spaces(p);
	}
	return 0;
}

/* LINUX: param_set_int(), kstrtoint(): the whole text is one number, and a plus is no harm. */
static int param_write(struct sysctl_io *io, struct sysctl_vec *vec)
{
	const char *p = io->value, *digits, *end;
	struct number in = { 0, *p == '-' };

	digits = *p == '-' || *p == '+' ? p + 1 : p;
	end = parse_digits(digits, &in.val);
	if (end == NULL)
		return -ERANGE;
	if (end == digits || *end != '\0')
		return -EINVAL;
	return types[vec->type].keep(in, &vec->v[0]) ? 0 : -ERANGE;
}

int sysctl_vec_io(struct sysctl_io *io, struct sysctl_vec *vec)
{
	assert(vec->n <= SYSCTL_VALUES_MAX);
	assert(vec->type < ARRAY_SIZE(types));
	if (io->value == NULL)
		return vec_read(io, vec);
	if (vec->type == SYSCTL_param_ro)
		return -EACCES;
	return vec->type == SYSCTL_param ? param_write(io, vec) : vec_write(io, vec);
}

int sysctl_int_io(struct sysctl_io *io, s32 *v)
{
	struct sysctl_vec vec = { .v = { *v }, .n = 1, .min = INT32_MIN, .max = INT32_MAX };
	int err = sysctl_vec_io(io, &vec);

	*v = (s32)vec.v[0];
	return err;
}

/* --- sysctl.def --- */

struct knob {
	const char *path;
	u16 offset; /* in struct net_sysctl */
	u8 size;
	u8 type; /* enum sysctl_type */
	s64 min;
	u64 max;
};
static const struct knob knobs[] = {
#define X(path, field, type, value, min, max)                                                      \
	{                                                                                          \
		path,                                                                              \
		offsetof(struct net_sysctl, field),                                                \
		sizeof(SYSCTL_KEPT_##type),                                                        \
		SYSCTL_##type,                                                                     \
		min,                                                                               \
		max                                                                                \
	},
#include "sysctl.def"
#undef X
};

static void *knob_at(struct net *net, const struct knob *k)
{
	return (u8 *)&net->sysctl + k->offset;
}

static s64 knob_get(struct net *net, const struct knob *k)
{
	const void *at = knob_at(net, k);

	switch (k->size) {
	case sizeof(u8):
		return *(const u8 *)at;
	case sizeof(u64):
		return (s64) * (const u64 *)at;
	default:
		return k->type == SYSCTL_uint ? *(const u32 *)at : (s64) * (const s32 *)at;
	}
}

static void knob_set(struct net *net, const struct knob *k, s64 v)
{
	switch (k->size) {
	case sizeof(u8):
		*(u8 *)knob_at(net, k) = (u8)v;
		break;
	case sizeof(u64):
		*(u64 *)knob_at(net, k) = (u64)v;
		break;
	default:
		*(u32 *)knob_at(net, k) = (u32)v;
	}
}

/* Does the whole make sense? What was written is in v already, and may be amended. */
static int check_port_range(const struct net *net, s64 *v)
{
	return v[1] < v[0] || v[0] < net->sysctl.ip_unprivileged_port_start ? -EINVAL : 0;
}

static int check_unprivileged(const struct net *net, s64 *v)
{
	return net->sysctl.ip_local_port_min < v[0] ? -EINVAL : 0;
}

/* An empty range is kept as the one that Linux shows for it. */
static int check_ping_groups(const struct net *net, s64 *v)
{
	(void)net;
	if ((u64)v[1] < (u64)v[0]) {
		v[0] = 1;
		v[1] = 0;
	}
	return 0;
}

static int check_reordering(const struct net *net, s64 *v)
{
	return v[0] > net->sysctl.tcp_max_reordering ? -EINVAL : 0;
}

static int check_high_thresh(const struct net *net, s64 *v)
{
	return (u64)v[0] < net->sysctl.ipfrag_low_thresh ? -EINVAL : 0;
}

static int check_low_thresh(const struct net *net, s64 *v)
{
	return (u64)v[0] > net->sysctl.ipfrag_high_thresh ? -EINVAL : 0;
}

/* LINUX: rps_sock_flow_sysctl(): as many as there are places, a power of two. */
static int check_flow_entries(const struct net *net, s64 *v)
{
	u32 size = 1;

	(void)net;
	if ((u32)v[0] > 1u << 29)
		return -EINVAL;
	while (size < (u32)v[0])
		size *= 2;
	v[0] = v[0] == 0 ? 0 : size;
	return 0;
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
	int (*check)(const struct net *net, s64 *v);
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
	{ "net.ipv4.ping_group_range",
	  { AT(ping_group_min), AT(ping_group_max) },
	  2,
	  false,
	  check_ping_groups },
	{ "net.ipv4.udp_mem",
	  { AT(udp_mem_min), AT(udp_mem_pressure), AT(udp_mem_max) },
	  3,
	  true,
	  NULL },
	{ "net.ipv4.tcp_mem",
	  { AT(tcp_mem_min), AT(tcp_mem_pressure), AT(tcp_mem_max) },
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
	{ "net.core.rps_sock_flow_entries",
	  { AT(rps_sock_flow_entries) },
	  1,
	  false,
	  check_flow_entries },
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
	vec.type = k->type;
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

/* LINUX: set_default_qdisc(): a name. sched/sch_generic.c has them in this order. */
static int default_qdisc_io(struct net *net, struct sysctl_io *io)
{
	static const char *const ours[] = { "pfifo_fast", "pfifo", "noqueue", "mq" };
	static const char *const linux_has[] = { "fq", "fq_codel", "bfifo", "pfifo_head_drop" };

	if (io->value == NULL)
		return sysctl_put_text(io, ours[net->sysctl.default_qdisc]);
	for (u32 i = 0; i < ARRAY_SIZE(ours); i++) {
		if (sysctl_streq(io->value, ours[i])) {
			net->sysctl.default_qdisc = (u8)i;
			return 0;
		}
	}
	for (u32 i = 0; i < ARRAY_SIZE(linux_has); i++)
		if (sysctl_streq(io->value, linux_has[i]))
			not_implemented(
				"net.core.default_qdisc of fq, fq_codel, bfifo, pfifo_head_drop");
	return -ENOENT;
}

static int knob_io(struct net *net, const struct knob *k, struct sysctl_io *io)
{
	struct sysctl_vec vec = { { knob_get(net, k) }, 1, k->type, k->min, k->max };
	int err = sysctl_vec_io(io, &vec);

	if (io->value != NULL && err == 0)
		knob_set(net, k, vec.v[0]);
	return err;
}

int sysctl_table_io(struct net *net, const char *path, struct sysctl_io *io)
{
	if (sysctl_streq(path, "net.core.default_qdisc"))
		return default_qdisc_io(net, io);
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		if (sysctl_streq(path, groups[i].path))
			return group_io(net, &groups[i], io);
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

/* LINUX: SKB_TRUESIZE(ETH_FRAME_LEN). */
enum { PACKET_BYTES = 1514 + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES };

/* Types are those of sysctl.def. `each`: so many bytes are one of what is read and written. */
static const struct neigh_knob {
	const char *name;
	enum neigh_var var;
	enum sysctl_type type;
	s32 min, each;
} neigh_knobs[] = {
	{ "mcast_solicit", NEIGH_VAR_MCAST_PROBES, SYSCTL_int, 0, 1 },
	{ "ucast_solicit", NEIGH_VAR_UCAST_PROBES, SYSCTL_int, 0, 1 },
	{ "app_solicit", NEIGH_VAR_APP_PROBES, SYSCTL_int, 0, 1 },
	{ "mcast_resolicit", NEIGH_VAR_MCAST_REPROBES, SYSCTL_int, 0, 1 },
	{ "retrans_time", NEIGH_VAR_RETRANS_TIME, SYSCTL_userhz_jiffies, INT32_MIN, 1 },
	{ "base_reachable_time", NEIGH_VAR_BASE_REACHABLE_TIME, SYSCTL_jiffies, INT32_MIN, 1 },
	{ "delay_first_probe_time", NEIGH_VAR_DELAY_PROBE_TIME, SYSCTL_jiffies, INT32_MIN, 1 },
	{ "interval_probe_time_ms", NEIGH_VAR_INTERVAL_PROBE_TIME_MS, SYSCTL_ms_jiffies, 1, 1 },
	{ "gc_stale_time", NEIGH_VAR_GC_STALETIME, SYSCTL_jiffies, INT32_MIN, 1 },
	{ "unres_qlen_bytes", NEIGH_VAR_QUEUE_LEN_BYTES, SYSCTL_int, 0, 1 },
	{ "proxy_qlen", NEIGH_VAR_PROXY_QLEN, SYSCTL_int, 0, 1 },
	{ "anycast_delay", NEIGH_VAR_ANYCAST_DELAY, SYSCTL_userhz_jiffies, INT32_MIN, 1 },
	{ "proxy_delay", NEIGH_VAR_PROXY_DELAY, SYSCTL_userhz_jiffies, INT32_MIN, 1 },
	{ "locktime", NEIGH_VAR_LOCKTIME, SYSCTL_userhz_jiffies, INT32_MIN, 1 },
	{ "unres_qlen", NEIGH_VAR_QUEUE_LEN_BYTES, SYSCTL_int, 0, PACKET_BYTES },
	{ "retrans_time_ms", NEIGH_VAR_RETRANS_TIME, SYSCTL_ms_jiffies, INT32_MIN, 1 },
	{ "base_reachable_time_ms", NEIGH_VAR_BASE_REACHABLE_TIME, SYSCTL_ms_jiffies, INT32_MIN,
	  1 },
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
}

/* Whoever tries to write a device's knob has set it, even in vain. */
static int neigh_knob_io(struct neigh_table *tbl, struct neigh_parms *p, const struct neigh_knob *k,
			 struct sysctl_io *io)
{
	struct sysctl_vec vec = {
		{ p->data[k->var] / k->each }, 1, k->type, k->min, (u64)(INT32_MAX / k->each)
	};
	int err = sysctl_vec_io(io, &vec);

	if (io->value == NULL)
		return err;
	if (err == 0)
		p->data[k->var] = (s32)vec.v[0] * k->each;
	neigh_knob_written(tbl, p, k->var);
	if (err == 0 && k->var == NEIGH_VAR_BASE_REACHABLE_TIME)
		p->reachable_time = neigh_rand_reach_time(tbl->net, p->data[k->var]);
	return err;
}

/* The table's own knobs, of neigh.default only. */
static int neigh_gc_io(struct neigh_table *tbl, const char *knob, struct sysctl_io *io)
{
	static const struct {
		const char *name;
		u16 offset;
		enum sysctl_type type;
		s32 min;
	} gc_knobs[] = {
		{ "gc_interval", offsetof(struct neigh_table, gc_interval), SYSCTL_jiffies,
		  INT32_MIN },
		{ "gc_thresh1", offsetof(struct neigh_table, gc_thresh1), SYSCTL_int, 0 },
		{ "gc_thresh2", offsetof(struct neigh_table, gc_thresh2), SYSCTL_int, 0 },
		{ "gc_thresh3", offsetof(struct neigh_table, gc_thresh3), SYSCTL_int, 0 },
	};

	assert(tbl != NULL);
	for (u32 i = 0; i < ARRAY_SIZE(gc_knobs); i++) {
		s32 *at = (s32 *)(void *)((u8 *)tbl + gc_knobs[i].offset);
		struct sysctl_vec vec = {
			{ *at }, 1, gc_knobs[i].type, gc_knobs[i].min, INT32_MAX
		};
		int err;

		if (!sysctl_streq(knob, gc_knobs[i].name))
			continue;
		err = sysctl_vec_io(io, &vec);
		*at = (s32)vec.v[0];
		return err;
	}
	return -ENOENT;
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
