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
	/* DIVERGES(sysctl-negative) */
	{ "net.ipv4.neigh.eth0.retrans_time", "-1", -EINVAL, "50" },
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
};

static void table(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	char buf[64];

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

/* sysctl_linux.tsv, which tells what Linux itself shows and takes, in its order. */
static void as_linux(void **state)
{
	static const struct {
		const char *name;
		int err;
	} results[] = { { "-", 0 },
			{ "0", 0 },
			{ "EINVAL", -EINVAL },
			{ "ENOENT", -ENOENT },
			{ "EACCES", -EACCES },
			{ "EPERM", -EPERM } };
	FILE *f = fopen("harness/unit/sysctl_linux.tsv", "r");
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	char row[256], path[96], buf[96];
	u32 rows = 0;

	(void)state;
	assert_non_null(f);
	host_config_begin(&a->w->host[0]);
	while (fgets(row, sizeof(row), f) != NULL) {
		char *name = strtok(row, "\t\n"), *value = strtok(NULL, "\t\n");
		const char *result = strtok(NULL, "\t\n"), *reads = strtok(NULL, "\t\n");
		int got = 0, want = 1, len;

		if (name == NULL || name[0] == '#')
			continue;
		assert_non_null(reads);
		snprintf(path, sizeof(path), "net.ipv4.%s", name);
		if (strcmp(value, "-") != 0)
			got = sysctl_write(net, path, value);
		for (u32 i = 0; i < ARRAY_SIZE(results); i++)
			if (strcmp(result, results[i].name) == 0)
				want = results[i].err;
		if (got != want)
			fail_msg("%s=%s: %d, Linux says %s", name, value, got, result);
		rows++;
		if (strcmp(reads, "-") == 0)
			continue;
		len = sysctl_read(net, path, buf, sizeof(buf));
		for (int i = 0; i < len; i++)
			if (buf[i] == '\t')
				buf[i] = ' ';
		if (len < 0 || strcmp(buf, reads) != 0)
			fail_msg("%s reads '%s' (%d) after '%s', Linux '%s'", name, buf, len, value,
				 reads);
	}
	host_config_end(&a->w->host[0]);
	assert_true(rows > 160);
	fclose(f);
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
