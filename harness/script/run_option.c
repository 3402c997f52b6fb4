// SPDX-License-Identifier: MIT
/* run_option.c - what a script's options, its commands and the caller's options say: profile,
 * device, addresses, names by -D, how exact times are.
 *
 * Rules: refstack-pkt(5); packetdrill's own options and addresses for the profiles google and ksft.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { OPTION_BYTES = 256 };

/* --- names that a script may use
 * ------------------------------------------------------------------- */

static char *copy_of(const char *text, u32 len)
{
	char *copy = malloc(len + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static void undefine(struct run *r, u32 i)
{
	free((char *)(uintptr_t)r->define[i].name);
	free((char *)(uintptr_t)r->define[i].value);
}

/* The later definition of a name counts. */
static bool define(struct run *r, const char *name, u32 len, const char *value)
{
	u32 i = 0;

	while (i < r->nr_defines &&
	       (strlen(r->define[i].name) != len || memcmp(r->define[i].name, name, len) != 0))
		i++;
	if (i == ARRAY_SIZE(r->define))
		return false;
	if (i == r->nr_defines)
		r->nr_defines++;
	else
		undefine(r, i);
	r->define[i] = (struct run_pair){ copy_of(name, len), copy_of(value, (u32)strlen(value)) };
	return true;
}

const char *run_define(const struct run *r, const char *name, u32 len)
{
	for (u32 i = 0; i < r->nr_defines; i++)
		if (strlen(r->define[i].name) == len && memcmp(r->define[i].name, name, len) == 0)
			return r->define[i].value;
	return NULL;
}

/* --- options
 * --------------------------------------------------------------------------------------- */

/* The value's text into *to; false: it is not one. */
static bool read_number(const char *text, u64 max, u64 *to)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*to = strtoull(text, &end, 0);
	return *end == '\0' && *to <= max;
}

static bool read_ip(const char *text, u32 *to)
{
	u32 addr = 0;
	const char *p = text;

	for (u32 i = 0; i < 4; i++) {
		u32 byte = 0, digits = 0;

		for (; *p >= '0' && *p <= '9' && digits < 3; p++, digits++)
			byte = byte * 10 + (u32)(*p - '0');
		if (digits == 0 || byte > 255 || (i < 3 && *p++ != '.'))
			return false;
		addr = addr << 8 | byte;
	}
	*to = addr;
	return *p == '\0';
}

static bool take_local_ip(struct run *r, const char *v)
{
	return read_ip(v, &r->addr.local_ip);
}

/* With /length, as packetdrill has it: which destinations are at the other end. */
static bool take_remote_ip(struct run *r, const char *v)
{
	const char *slash = strchr(v, '/');
	char addr[OPTION_BYTES];
	u64 len = 32;

	if (slash != NULL && !read_number(slash + 1, 32, &len))
		return false;
	snprintf(addr, sizeof(addr), "%.*s", slash != NULL ? (int)(slash - v) : (int)strlen(v), v);
	r->addr.remote_prefix = (u32)len;
	return read_ip(addr, &r->addr.remote_ip);
}

static bool take_gateway_ip(struct run *r, const char *v)
{
	return read_ip(v, &r->addr.gateway_ip);
}

static bool take_netmask_ip(struct run *r, const char *v)
{
	return read_ip(v, &r->addr.netmask) &&
	       (~r->addr.netmask & (~r->addr.netmask + 1)) == 0; /* ones, then zeros */
}

static bool take_mtu(struct run *r, const char *v)
{
	u64 n;
	bool ok = read_number(v, 65535, &n) && n != 0;

	if (ok)
		r->addr.mtu = (u32)n;
	return ok;
}

static bool take_mss(struct run *r, const char *v)
{
	u64 n;
	bool ok = read_number(v, 65535, &n);

	if (ok)
		r->addr.mss = (u32)n;
	return ok;
}

static bool take_port(const char *v, u16 *to)
{
	u64 n;
	bool ok = read_number(v, 65535, &n);

	if (ok)
		*to = (u16)n;
	return ok;
}

static bool take_bind_port(struct run *r, const char *v)
{
	return take_port(v, &r->addr.local_port);
}

static bool take_connect_port(struct run *r, const char *v)
{
	return take_port(v, &r->addr.remote_port);
}

static bool take_tolerance(struct run *r, const char *v)
{
	u64 us;
	bool ok = read_number(v, 1000000000, &us);

	if (ok)
		r->tolerance_ps = us * PS_PER_US;
	return ok;
}

/* 12.5 */
static bool take_tolerance_percent(struct run *r, const char *v)
{
	u32 permille = 0, decimals = 0;
	bool point = false;

	for (; *v != '\0'; v++) {
		if (*v == '.' && !point) {
			point = true;
			continue;
		}
		if (*v < '0' || *v > '9' || decimals == 1 || permille > 100000)
			return false;
		permille = permille * 10 + (u32)(*v - '0');
		decimals += point;
	}
	r->tolerance_permille = decimals == 1 ? permille : permille * 10;
	return true;
}

static bool take_define(struct run *r, const char *v)
{
	const char *eq = strchr(v, '=');

	return eq != NULL && eq != v && define(r, v, (u32)(eq - v), eq + 1);
}

static bool take_ip_version(struct run *r, const char *v)
{
	if (strcmp(v, "ipv4") == 0)
		return true;
	if (strcmp(v, "ipv6") != 0 && strcmp(v, "ipv4-mapped-ipv6") != 0)
		return false;
	run_end(r, r->stmt, RUN_NOT_IMPLEMENTED, "ip_version=%s", v);
	return true;
}

struct choice {
	const char *name;
	int value;
};

static bool choose(const char *v, const struct choice *c, u32 n, int *to)
{
	for (u32 i = 0; i < n; i++) {
		if (strcmp(c[i].name, v) == 0) {
			*to = c[i].value;
			return true;
		}
	}
	return false;
}

static const struct choice profiles[] = {
	{ "bare", PROFILE_BARE },
	{ "google", PROFILE_GOOGLE },
	{ "ksft", PROFILE_KSFT },
};
static const struct choice devices[] = {
	{ "tap", DEVICE_TAP },
	{ "tun", DEVICE_TUN },
	{ "igb", DEVICE_IGB },
};
static const struct choice costs[] = {
	{ "judge", COST_JUDGE },
	{ "cycles", COST_CYCLES },
};

/* These two are looked at before all others: see choose_profile(). */
static bool take_profile(struct run *r, const char *v)
{
	int n = 0;
	bool ok = choose(v, profiles, ARRAY_SIZE(profiles), &n);

	if (ok && r->opt->profile == PROFILE_AUTO)
		r->profile = (enum run_profile)n;
	return ok;
}

static bool take_device(struct run *r, const char *v)
{
	int n = 0;
	bool ok = choose(v, devices, ARRAY_SIZE(devices), &n);

	if (ok && r->opt->device == DEVICE_AUTO)
		r->device = (enum run_device)n;
	return ok;
}

static bool take_cost(struct run *r, const char *v)
{
	int n = 0;
	bool ok = choose(v, costs, ARRAY_SIZE(costs), &n);

	if (ok && !r->opt->cost_said && r->opt->cost == COST_JUDGE)
		r->cost = (enum cost_model)n;
	return ok;
}

static bool take_perturb(struct run *r, const char *v)
{
	u64 n;
	bool ok = read_number(v, U64_MAX, &n);

	if (ok && !r->opt->perturb_said && r->opt->perturb == 0)
		r->perturb = n;
	return ok;
}

/* What packetdrill knows, and the four of ours. Without take: it changes nothing here. */
enum option_value { NO_VALUE, NEEDS_VALUE, MAY_HAVE_VALUE };
static const struct script_option_info {
	const char *name;
	enum option_value value;
	bool (*take)(struct run *r, const char *v);
} options[] = {
	{ "profile", NEEDS_VALUE, take_profile },
	{ "device", NEEDS_VALUE, take_device },
	{ "cost", NEEDS_VALUE, take_cost },
	{ "perturb", NEEDS_VALUE, take_perturb },
	{ "local_ip", NEEDS_VALUE, take_local_ip },
	{ "remote_ip", NEEDS_VALUE, take_remote_ip },
	{ "gateway_ip", NEEDS_VALUE, take_gateway_ip },
	{ "netmask_ip", NEEDS_VALUE, take_netmask_ip },
	{ "mtu", NEEDS_VALUE, take_mtu },
	{ "mss", NEEDS_VALUE, take_mss },
	{ "bind_port", NEEDS_VALUE, take_bind_port },
	{ "connect_port", NEEDS_VALUE, take_connect_port },
	{ "tolerance_usecs", NEEDS_VALUE, take_tolerance },
	{ "tolerance_percent", NEEDS_VALUE, take_tolerance_percent },
	{ "define", NEEDS_VALUE, take_define },
	{ "ip_version", NEEDS_VALUE, take_ip_version },
	{ "tcp_ts_tick_usecs", NEEDS_VALUE, NULL },
	{ "tcp_ts_ecr_scaled", NO_VALUE, NULL },
	{ "strict_segments", NO_VALUE, NULL },
	{ "send_omit_free", NO_VALUE, NULL },
	{ "non_fatal", MAY_HAVE_VALUE, NULL },
	{ "is_anyip", NO_VALUE, NULL },
	{ "speed", NEEDS_VALUE, NULL },
	{ "persistent_tun_dev", NO_VALUE, NULL },
	{ "verbose", NO_VALUE, NULL },
	{ "debug", NO_VALUE, NULL },
};

static const struct script_option_info *find_option(const char *name, u32 len)
{
	for (u32 i = 0; i < ARRAY_SIZE(options); i++)
		if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0)
			return &options[i];
	return NULL;
}

/* Of the script's statement s, or of the command line, where s is NULL. */
static int take_option(struct run *r, const struct stmt *s, const char *key, u32 key_len,
		       const char *value, u32 len)
{
	const struct script_option_info *o = find_option(key, key_len);
	char text[OPTION_BYTES];

	r->stmt = s;
	if (o == NULL)
		return run_invalid(r, s, "unknown option --%.*s", (int)key_len, key);
	if (len >= sizeof(text))
		return run_invalid(r, s, "the value of --%s is longer than %zu characters", o->name,
				   sizeof(text) - 1);
	memcpy(text, value, len);
	text[len] = '\0';
	if ((o->value == NEEDS_VALUE) != (len != 0) && o->value != MAY_HAVE_VALUE)
		return run_invalid(r, s, "--%s takes %s value", o->name,
				   o->value == NO_VALUE ? "no" : "a");
	if (o->take != NULL && !o->take(r, text))
		return run_invalid(r, s, "--%s does not take the value '%s'", o->name, text);
	return r->ended ? -1 : 0;
}

static int option(struct run *r, const struct stmt *s)
{
	(void)take_option(r, s, script_text(r->script, s->pair.key), s->pair.key.len,
			  script_text(r->script, s->pair.value), s->pair.value.len);
	return run_go_on(r) ? 0 : -1;
}

/* Does the command call a program of that name, and by which path? */
static bool calls_program(const char *text, u32 len, const char *name, bool *here)
{
	u32 n = (u32)strlen(name);

	for (u32 i = 0; i + n <= len; i++) {
		if (memcmp(text + i, name, n) != 0)
			continue;
		if (i + n < len && strchr(" \t\n;|&`\\", text[i + n]) == NULL)
			continue;
		if (i != 0 && strchr(" \t\n;|&/", text[i - 1]) == NULL)
			continue;
		*here = i >= 2 && memcmp(text + i - 2, "./", 2) == 0 &&
			(i == 2 || strchr(" \t\n;|&", text[i - 3]) != NULL);
		return true;
	}
	return false;
}

static enum run_profile profile_by_commands(const struct script *s)
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		bool here;

		if (st->kind == STMT_COMMAND &&
		    calls_program(script_text(s, st->text), st->text.len, "defaults.sh", &here))
			return here ? PROFILE_KSFT : PROFILE_GOOGLE;
	}
	return PROFILE_BARE;
}

static bool is_option(const struct run *r, const struct stmt *s, const char *name)
{
	return s->kind == STMT_OPTION && s->pair.key.len == strlen(name) &&
	       memcmp(script_text(r->script, s->pair.key), name, s->pair.key.len) == 0;
}

/* The profile and the device come first: the others override what they bring. */
static int choose_profile(struct run *r)
{
	r->profile = r->opt->profile;
	r->device = r->opt->device;
	r->cost = r->opt->cost;
	r->perturb = r->opt->perturb;
	for (u32 i = 0, heads = script_heads(r->script); i < heads; i++) {
		const struct stmt *s = &r->script->stmt[i];

		if ((is_option(r, s, "profile") || is_option(r, s, "device")) && option(r, s) != 0)
			return -1;
	}
	if (r->profile == PROFILE_AUTO)
		r->profile = profile_by_commands(r->script);
	if (r->device == DEVICE_AUTO)
		r->device = r->profile == PROFILE_BARE ? DEVICE_TAP : DEVICE_TUN;
	return 0;
}

static void profile_defaults(struct run *r)
{
	static const struct run_pair ksft[] = {
		{ "TFO_COOKIE", "3021b9d889017eeb" },
		{ "TFO_COOKIE_ZERO", "b7c12350a90dc8f5" },
		{ "CMSG_LEVEL_IP", "SOL_IP" },
		{ "CMSG_TYPE_RECVERR", "IP_RECVERR" },
	};

	r->addr = (struct run_addresses){
		.local_ip = 0xc0a80001,
		.gateway_ip = r->profile == PROFILE_KSFT ? 0xc0a80001 : 0xc0a80002,
		.netmask = 0xffff0000,
		.remote_ip = 0xc0000201,
		.remote_prefix = 24,
		.local_port = 8080,
		.remote_port = 8080,
		.stock = r->profile != PROFILE_BARE,
	};
	if (r->profile == PROFILE_KSFT)
		for (u32 i = 0; i < ARRAY_SIZE(ksft); i++)
			define(r, ksft[i].name, (u32)strlen(ksft[i].name), ksft[i].value);
}

/* What was captured on a kernel in virtual time is compared to the jiffy: half of one either way,
 * since nothing lies between two ticks of the wheel.
 */
static void choose_tolerance(struct run *r)
{
	struct text oracle = script_header(r->script, "oracle");
	const char *text = script_text(r->script, oracle);

	r->tolerance_ps = 4 * PS_PER_MS;
	r->tolerance_permille = 125;
	for (u32 i = 0; i + 3 <= oracle.len; i++) {
		if (memcmp(text + i, "uml", 3) != 0)
			continue;
		r->tolerance_ps = PS_PER_MS / 2;
		r->tolerance_permille = 0;
	}
}

int run_options_read(struct run *r)
{
	if (choose_profile(r) != 0)
		return -1;
	profile_defaults(r);
	choose_tolerance(r);
	for (u32 i = 0, heads = script_heads(r->script); i < heads; i++)
		if (r->script->stmt[i].kind == STMT_OPTION && option(r, &r->script->stmt[i]) != 0)
			return -1;
	for (u32 i = 0; i < r->opt->nr_options; i++) {
		const struct run_pair *o = &r->opt->option[i];

		if (take_option(r, NULL, o->name, (u32)strlen(o->name), o->value,
				(u32)strlen(o->value)) != 0)
			return -1;
	}
	for (u32 i = 0; i < r->opt->nr_defines; i++) {
		const struct run_pair *d = &r->opt->define[i];

		if (!define(r, d->name, (u32)strlen(d->name), d->value))
			return run_invalid(r, NULL, "too many names by -D");
	}
	return 0;
}

void run_options_forget(struct run *r)
{
	for (u32 i = 0; i < r->nr_defines; i++)
		undefine(r, i);
	r->nr_defines = 0;
}
