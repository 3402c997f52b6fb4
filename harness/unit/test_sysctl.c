// SPDX-License-Identifier: MIT
/* test_sysctl.c - knobs by name: text, bounds, units, values that belong together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sysctl.h"
#include "harness/unit/arp_net.h"
#include "ipv4/inetdevice.h"
#include "uapi/errno.h"

static const struct sysctl_case {
	const char *path, *value;
	int want;
	const char *reads; /* afterwards */
} cases[] = {
	{ "net.ipv4.ip_default_ttl", "32", 0, "32" },
	{ "net.ipv4.ip_default_ttl", "0x10", 0, "16" },
	{ "net.ipv4.ip_default_ttl", "010", 0, "8" },
	{ "net/ipv4/ip_default_ttl", " 64\n", 0, "64" },
	{ "net.ipv4.ip_default_ttl", "0", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "256", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "-1", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "7x", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "x7", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "99999999999999999999999", -EINVAL, "64" },
	{ "net.ipv4.ip_default_ttl", "65 66", 0, "65" },
	{ "net.ipv4.nothing", "1", -ENOENT, NULL },
	{ "net.ipv4.ip_local_port_min", "1", -ENOENT, NULL },
	{ "net.ipv4", "1", -ENOENT, NULL },
	{ "", "1", -ENOENT, NULL },
	{ "net.ipv4.ip_local_port_range", "40000 50001", 0, "40000\t50001" },
	{ "net.ipv4.ip_local_port_range", "50000 40000", -EINVAL, "40000\t50001" },
	{ "net.ipv4.ip_local_port_range", "80 50000", -EINVAL, "40000\t50001" },
	{ "net.ipv4.ip_local_port_range", "41000", 0, "41000\t50001" },
	{ "net.ipv4.ip_unprivileged_port_start", "41001", -EINVAL, "1024" },
	{ "net.ipv4.ip_unprivileged_port_start", "0", 0, "0" },
	{ "net.ipv4.udp_mem", "10 20 30", 0, "10\t20\t30" },
	{ "net.ipv4.tcp_rmem", "4096 5000 x", -EINVAL, "4096\t5000\t6291456" },
	{ "net.ipv4.ping_group_range", "5 4", 0, "1\t0" },
	{ "net.ipv4.ping_group_range", "0 100", 0, "0\t100" },
	{ "net.core.default_qdisc", "pfifo_fast", 0, "pfifo_fast" },
	{ "net.core.default_qdisc", "nonesuch", -ENOENT, "pfifo_fast" },
	{ "net.ipv4.conf.eth0.rp_filter", "2", 0, "2" },
	{ "net.ipv4.conf.all.mc_forwarding", "1", -EACCES, "0" },
	{ "net.ipv4.conf.nodev.rp_filter", "1", -ENOENT, NULL },
	{ "net.ipv4.conf.eth0.tag", "-7", 0, "-7" },
	{ "net.ipv4.route.flush", "1", 0, NULL },
	{ "net.ipv4.neigh.eth0.retrans_time", "50", 0, "50" },
	{ "net.ipv4.neigh.eth0.retrans_time_ms", NULL, 0, "500" },
	{ "net.ipv4.neigh.eth0.delay_first_probe_time", "3", 0, "3" },
	{ "net.ipv4.neigh.eth0.base_reachable_time_ms", "1500", 0, "1500" },
	{ "net.ipv4.neigh.eth0.base_reachable_time", NULL, 0, "1" },
	{ "net.ipv4.neigh.eth0.interval_probe_time_ms", "0", -EINVAL, "5000" },
	{ "net.ipv4.neigh.eth0.unres_qlen", NULL, 0, "101" },
	{ "net.ipv4.neigh.eth0.unres_qlen", "3", 0, "3" },
	{ "net.ipv4.neigh.eth0.unres_qlen_bytes", NULL, 0, "6270" },
	{ "net.ipv4.neigh.default.gc_thresh3", NULL, 0, "1024" },
	{ "net.ipv4.neigh.default.gc_thresh3", "-1", -EINVAL, "1024" },
	{ "net.ipv4.neigh.eth0.gc_thresh3", "1", -ENOENT, NULL },
	{ "net.ipv4.neigh.default.locktime", NULL, 0, "100" },
	{ "net.ipv4.neigh.default.proxy_delay", NULL, 0, "80" },
	/* Words: as Linux answers in this order. */
	{ "net.ipv4.tcp_allowed_congestion_control", NULL, 0, "reno bbr cubic" },
	{ "net.ipv4.tcp_available_congestion_control", NULL, 0, "reno bbr cubic dctcp" },
	{ "net.ipv4.tcp_congestion_control", NULL, 0, "cubic" },
	{ "net.ipv4.tcp_fastopen_key", NULL, 0, "00000000-00000000-00000000-00000000" },
	{ "net.ipv4.tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4", 0,
	  "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3-4,5-6-7-8", 0,
	  "00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3", -EINVAL,
	  "00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008" },
	{ "net.ipv4.tcp_fastopen_key", "zz", -EINVAL,
	  "00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3-4 x", 0, "00000001-00000002-00000003-00000004" },
	{ "net.ipv4.tcp_fastopen_key", "A1-2-3-fffffffff", 0,
	  "000000a1-00000002-00000003-ffffffff" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3-4,x", -EINVAL,
	  "000000a1-00000002-00000003-ffffffff" },
	{ "net.ipv4.tcp_fastopen_key", "A-B-c-D,", -EINVAL, "000000a1-00000002-00000003-ffffffff" },
	{ "net.ipv4.tcp_fastopen_key", "  7-7-7-7  ", 0, "00000007-00000007-00000007-00000007" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3-4-5", 0, "00000001-00000002-00000003-00000004" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3-4,5-6-7-8,9-9-9-9", 0,
	  "00000001-00000002-00000003-00000004,00000005-00000006-00000007-00000008" },
	{ "net.ipv4.tcp_fastopen_key", "1-2-3- 4", 0, "00000001-00000002-00000003-00000004" },
	{ "net.ipv4.tcp_fastopen_key", "01-000000002-3-4", 0,
	  "00000001-00000002-00000003-00000004" },
	{ "net.ipv4.tcp_congestion_control", "reno", 0, "reno" },
	{ "net.ipv4.tcp_congestion_control", "bbr", 0, "bbr" },
	{ "net.ipv4.tcp_congestion_control", "cubic", 0, "cubic" },
	{ "net.ipv4.tcp_congestion_control", " reno ", -ENOENT, "cubic" },
	{ "net.ipv4.tcp_congestion_control", "cubic x", -ENOENT, "cubic" },
	{ "net.ipv4.tcp_congestion_control", "aaaaaaaaaaaaaaaaaaaaaaa", -ENOENT, "cubic" },
	{ "net.ipv4.tcp_congestion_control", "dctcp", -EPERM, "cubic" },
	{ "net.ipv4.tcp_allowed_congestion_control", "reno", -EACCES, "reno bbr cubic" },
	{ "net.ipv4.tcp_allowed_congestion_control", "cubic reno", -EACCES, "reno bbr cubic" },
	{ "net.ipv4.tcp_allowed_congestion_control", "vegas", -EACCES, "reno bbr cubic" },
	{ "net.ipv4.tcp_congestion_control", "cubic", 0, "cubic" },
	{ "net.ipv4.tcp_available_congestion_control", "reno", -EACCES, "reno bbr cubic dctcp" },
	{ "net.ipv4.tcp_reordering", "301", -EINVAL, "3" },
	{ "net.ipv4.tcp_max_reordering", "100", 0, "100" },
	{ "net.ipv4.tcp_reordering", "101", -EINVAL, "3" },
	{ "net.ipv4.tcp_reordering", "0", -EINVAL, "3" },
	{ "net.ipv4.tcp_reordering", "3x", -EINVAL, "3" },
};

static void table(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	char buf[96];

	(void)state;
	host_config_begin(&a->w->host[0]);
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sysctl_case *c = &cases[i];
		int got = c->value != NULL ? sysctl_write(net, c->path, c->value) : 0;
		int len = sysctl_read(net, c->path, buf, sizeof(buf));

		if (got != c->want)
			fail_msg("%s=%s: %d, want %d", c->path, c->value, got, c->want);
		if (c->reads != NULL && (len < 0 || strcmp(buf, c->reads) != 0))
			fail_msg("%s reads '%s' (%d), want '%s'", c->path, buf, len, c->reads);
		if (c->reads == NULL && len >= 0)
			fail_msg("%s can be read", c->path);
	}
	host_config_end(&a->w->host[0]);
	arp_net_free(a);
}

/* --- what Linux answers --- */

enum { TEXTS_MAX = 160, CLASSES_MAX = 100, CELL_MAX = 64, KNOB_MAX = 96 };

/* Knobs that Linux has and a host of the reference has not. */
static const char *const missing[] = {
	"net.core.busy_poll",
	"net.core.busy_read",
	"net.core.devconf_inherit_init_net",
	"net.core.fb_tunnels_only_for_init_net",
	"net.core.high_order_alloc_disable",
	"net.core.message_burst",
	"net.core.message_cost",
	"net.core.netdev_tstamp_prequeue",
	"net.core.netdev_unregister_timeout_secs",
	"net.core.skb_defer_max",
	"net.core.warnings",
	"net.ipv4.fib_multipath_hash_fields",
	"net.ipv4.fib_multipath_hash_policy",
	"net.ipv4.fib_multipath_hash_seed",
	"net.ipv4.fib_multipath_use_neigh",
	"net.ipv4.fib_notify_on_flag_change",
	"net.ipv4.inet_peer_maxttl",
	"net.ipv4.inet_peer_minttl",
	"net.ipv4.inet_peer_threshold",
	"net.ipv4.ipfrag_secret_interval",
	"net.ipv4.nexthop_compat_mode",
	"net.ipv4.route.error_burst",
	"net.ipv4.route.error_cost",
	"net.ipv4.route.gc_elasticity",
	"net.ipv4.route.gc_interval",
	"net.ipv4.route.gc_min_interval",
	"net.ipv4.route.gc_min_interval_ms",
	"net.ipv4.route.gc_thresh",
	"net.ipv4.route.gc_timeout",
	"net.ipv4.route.max_size",
	"net.ipv4.route.redirect_load",
	"net.ipv4.route.redirect_number",
	"net.ipv4.route.redirect_silence",
	"net.ipv4.tcp_low_latency",
	"net.ipv4.udp_child_hash_entries",
	"net.ipv4.udp_hash_entries",
};

struct answers {
	char text[TEXTS_MAX][CELL_MAX];
	u32 texts;
	struct {
		char name[KNOB_MAX];
		char cell[TEXTS_MAX][CELL_MAX];
	} row[CLASSES_MAX];
	u32 rows, knobs, missing;
};

/* The next cell of a line of tabs; NULL at its end. */
static char *next_cell(char **line)
{
	char *cell = *line, *end;

	if (cell == NULL)
		return NULL;
	end = strpbrk(cell, "\t\n");
	*line = end != NULL && *end == '\t' ? end + 1 : NULL;
	if (end != NULL)
		*end = '\0';
	return cell;
}

/* "a\x0b" with its quotes, as ci/sysctl.py writes it. */
static void unquote(const char *from, char to[CELL_MAX])
{
	u32 n = 0;

	assert_int_equal(*from, '"');
	for (from++; *from != '"'; from++) {
		unsigned int c = (u8)*from;

		assert_true(*from != '\0' && n + 1 < CELL_MAX);
		if (*from == '\\') {
			assert_int_equal(sscanf(from, "\\x%2x", &c), 1);
			from += 3;
		}
		to[n++] = (char)c;
	}
	to[n] = '\0';
}

static void read_texts(struct answers *a, char *line)
{
	for (char *cell = next_cell(&line); cell != NULL; cell = next_cell(&line)) {
		assert_true(a->texts < TEXTS_MAX);
		unquote(cell, a->text[a->texts++]);
	}
}

static void read_answers(struct answers *a, char *line)
{
	u32 n = 0;

	assert_true(a->rows < CLASSES_MAX);
	(void)snprintf(a->row[a->rows].name, KNOB_MAX, "%s", next_cell(&line));
	for (char *cell = next_cell(&line); cell != NULL; cell = next_cell(&line)) {
		assert_true(n < a->texts && strlen(cell) < CELL_MAX);
		memcpy(a->row[a->rows].cell[n++], cell, strlen(cell) + 1);
	}
	assert_int_equal(n, a->texts);
	a->rows++;
}

static bool is_missing(const char *knob)
{
	for (u32 i = 0; i < ARRAY_SIZE(missing); i++)
		if (strcmp(knob, missing[i]) == 0)
			return true;
	return false;
}

/* What is shown, with blanks for tabs. */
static void shown(struct net *net, const char *knob, char out[CELL_MAX])
{
	int len = sysctl_read(net, knob, out, CELL_MAX);

	if (len < 0)
		fail_msg("%s cannot be read: %d", knob, len);
	for (char *tab = strchr(out, '\t'); tab != NULL; tab = strchr(tab, '\t'))
		*tab = ' ';
}

static const char *error_name(int err)
{
	return err == -EINVAL ? "EINVAL" : err == -ERANGE ? "ERANGE" : "EACCES";
}

/* As ci/sysctl.py words it. */
static void answer_of(struct net *net, const char *knob, const char *fresh, const char *text,
		      char out[2 * CELL_MAX])
{
	char now[CELL_MAX];
	int err = sysctl_write(net, knob, text);

	shown(net, knob, now);
	if (strcmp(now, fresh) != 0)
		assert_int_equal(sysctl_write(net, knob, fresh), 0);
	if (err == 0)
		(void)snprintf(out, CELL_MAX, "%s", now);
	else if (strcmp(now, fresh) == 0)
		(void)snprintf(out, CELL_MAX, "%s", error_name(err));
	else
		(void)snprintf(out, 2 * CELL_MAX, "%s:%s", error_name(err), now);
}

static u32 try_knob(struct net *net, const struct answers *a, u32 row, const char *knob,
		    const char *fresh)
{
	char got[2 * CELL_MAX], now[CELL_MAX];
	u32 wrong = 0;

	shown(net, knob, now);
	if (strcmp(now, fresh) != 0) {
		print_error("%s shows %s, Linux %s\n", knob, now, fresh);
		return 1;
	}
	for (u32 i = 0; i < a->texts; i++) {
		answer_of(net, knob, fresh, a->text[i], got);
		if (strcmp(got, a->row[row].cell[i]) == 0)
			continue;
		print_error("%s=\"%s\": %s, Linux: %s\n", knob, a->text[i], got,
			    a->row[row].cell[i]);
		wrong++;
	}
	return wrong;
}

static u32 try_line(struct net *net, struct answers *a, char *line)
{
	const char *knob = next_cell(&line), *fresh = next_cell(&line), *row = next_cell(&line);
	char buf[CELL_MAX];

	assert_non_null(row);
	if (is_missing(knob)) {
		assert_int_equal(sysctl_read(net, knob, buf, sizeof(buf)), -ENOENT);
		a->missing++;
		return 0;
	}
	a->knobs++;
	for (u32 i = 0; i < a->rows; i++)
		if (strcmp(a->row[i].name, row) == 0)
			return try_knob(net, a, i, knob, fresh);
	fail_msg("%s: no answers %s", knob, row);
	return 1;
}

/* sysctl_linux.tsv: every text that Linux was asked about, for every knob that it has. */
static void as_linux(void **state)
{
	static struct answers answers;
	static char line[1 << 16];
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	FILE *f = fopen("harness/unit/sysctl_linux.tsv", "r");
	u32 wrong = 0;

	(void)state;
	assert_non_null(f);
	host_config_begin(&a->w->host[0]);
	while (fgets(line, sizeof(line), f) != NULL) {
		char *rest = line;
		const char *what = next_cell(&rest);

		assert_true(strlen(line) + 1 < sizeof(line));
		if (strcmp(what, "texts") == 0)
			read_texts(&answers, rest);
		else if (strcmp(what, "answers") == 0)
			read_answers(&answers, rest);
		else if (strcmp(what, "knob") == 0)
			wrong += try_line(net, &answers, rest);
		else
			assert_int_equal(what[0], '#');
	}
	host_config_end(&a->w->host[0]);
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_true(answers.texts > 100);
	assert_true(answers.knobs > 180);
	assert_int_equal(answers.missing, ARRAY_SIZE(missing));
	arp_net_free(a);
}

/* Forwarding of all sets every device's, and the default. */
static void forwarding(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);

	(void)state;
	arp_net_config(a, "sysctl -w net.ipv4.ip_forward=1");
	assert_int_equal(ipv4_devconf_all(net)->forwarding, 1);
	assert_int_equal(ipv4_devconf_dflt(net)->forwarding, 1);
	assert_int_equal(dev_get_by_name(net, "eth0")->ip_ptr->cnf.forwarding, 1);
	assert_int_equal(net->sysctl.ip_forward, 1);
	arp_net_free(a);
}

/* A default reaches the devices that have no value of their own; an address on a device ends that.
 */
static void neigh_defaults(void **state)
{
	struct arp_net *a = arp_net_new(false);
	struct neigh_parms *p = dev_get_by_name(arp_net_net(a), "eth0")->neigh_parms;

	(void)state;
	arp_net_config(a, "sysctl -w net.ipv4.neigh.default.ucast_solicit=5");
	assert_int_equal(NEIGH_VAR(p, NEIGH_VAR_UCAST_PROBES), 5);
	arp_net_config(a, "sysctl -w net.ipv4.neigh.eth0.ucast_solicit=2;"
			  "sysctl -w net.ipv4.neigh.default.ucast_solicit=6");
	assert_int_equal(NEIGH_VAR(p, NEIGH_VAR_UCAST_PROBES), 2);
	arp_net_config(a, "ip addr add 192.0.2.1/24 dev eth0; sysctl -w "
			  "net.ipv4.neigh.default.mcast_solicit=9");
	assert_int_equal(NEIGH_VAR(p, NEIGH_VAR_MCAST_PROBES), 3);
	arp_net_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(as_linux),
		cmocka_unit_test(forwarding),
		cmocka_unit_test(neigh_defaults),
	};

	return cmocka_run_group_tests_name("sysctl", tests, NULL, NULL);
}
