// SPDX-License-Identifier: MIT
/* generate_config.c - addresses, routes, neighbours, knobs, links: at the beginning and in the
 * middle of a program.
 */
#include <string.h>

#include "base/check.h"
#include "core/sysctl.h"
#include "core/timer.h"
#include "harness/diff/generate_internal.h"

enum { KNOB_SPAN = 10000 };

/* --- knobs
 * ---------------------------------------------------------------------------------------- */

/* As they are written and shown: in seconds, say. */
static const struct knob {
	const char *name;
	s64 usual, min;
	u64 max;
} knobs[] = {
#define X(path, field, type, usual, min, max)                                                      \
	{ path, usual, (min) / SYSCTL_UNIT_##type, (max) / SYSCTL_UNIT_##type },
#include "sysctl.def"
#undef X
};

/* Parts of knobs that are read and written whole, those of modules, and those that switch on what
 * the reference does not have.
 */
static bool knob_fits(const char *name)
{
	static const char *const never[] = {
		"net.ipv4.ip_forward",		 "net.core.default_qdisc",
		"net.ipv4.ip_local_port_min",	 "net.ipv4.ip_local_port_max",
		"net.ipv4.ping_group_range_min", "net.ipv4.ping_group_range_max",
		"net.ipv4.udp_mem_min",		 "net.ipv4.udp_mem_pressure",
		"net.ipv4.udp_mem_max",		 "net.ipv4.tcp_rmem_min",
		"net.ipv4.tcp_rmem_default",	 "net.ipv4.tcp_rmem_max",
		"net.ipv4.tcp_wmem_min",	 "net.ipv4.tcp_wmem_default",
		"net.ipv4.tcp_wmem_max",
	};

	for (u32 i = 0; i < ARRAY_SIZE(never); i++)
		if (strcmp(name, never[i]) == 0)
			return false;
	return strncmp(name, "net.", 4) == 0;
}

static bool is_tcps(const char *name)
{
	return strncmp(name, "net.ipv4.tcp_", 13) == 0;
}

/* Anything within the bounds, if they are far apart near the usual. */
static s64 knob_between(struct gen *g, const struct knob *k)
{
	u64 range = k->max - (u64)k->min;

	if (range <= KNOB_SPAN)
		return k->min + gen_below(g, (u32)range + 1);
	return (k->usual - KNOB_SPAN / 2 < k->min ? k->min : k->usual - KNOB_SPAN / 2) +
	       gen_below(g, KNOB_SPAN);
}

static void put_knob_value(struct gen *g, const struct knob *k)
{
	static const u32 weight[] = { 6, 6, 6, 4, 4, 4, 3 };

	switch (gen_pick(g, weight, ARRAY_SIZE(weight))) {
	case 0:
		gen_putf(g, "%lld", (long long)k->min);
		break;
	case 1:
		gen_putf(g, "%llu", (unsigned long long)k->max);
		break;
	case 2:
		gen_putf(g, "%lld", (long long)k->usual);
		break;
	case 3:
		gen_putf(g, "%lld", (long long)k->min - 1);
		break;
	case 4:
		if (k->max == UINT64_MAX)
			gen_put(g, "18446744073709551616");
		else
			gen_putf(g, "%llu", (unsigned long long)k->max + 1);
		break;
	case 5:
		gen_putf(g, "%lld", (long long)knob_between(g, k));
		break;
	default:
		gen_rule(g, "odd_knob_value");
	}
}

/* One of all knobs; of TCP's less often, they change nothing here. */
static void put_any_knob(struct gen *g)
{
	const struct knob *k;

	do
		k = &knobs[gen_below(g, ARRAY_SIZE(knobs))];
	while (!knob_fits(k->name) || (is_tcps(k->name) && !gen_percent(g, 95)));
	gen_putf(g, "%s=", k->name);
	put_knob_value(g, k);
}

/* --- the opening
 * ---------------------------------------------------------------------------------- */

/* How likely each is, in percent. */
static const struct opening {
	u8 eth, lo, known, asked, route, knob;
} openings[AREA_MAX] = {
	[AREA_udp] = { 97, 20, 40, 50, 25, 10 },
	[AREA_loopback] = { 15, 99, 0, 0, 0, 5 },
	[AREA_binds] = { 60, 90, 10, 50, 0, 5 },
	[AREA_cork] = { 80, 50, 40, 50, 10, 5 },
	[AREA_buffers] = { 90, 40, 50, 40, 5, 20 },
	[AREA_options] = { 30, 40, 10, 50, 0, 0 },
	[AREA_arguments] = { 50, 60, 20, 50, 5, 0 },
	[AREA_errors] = { 99, 30, 45, 50, 40, 25 },
	[AREA_mtu] = { 99, 30, 60, 35, 25, 15 },
	[AREA_echo] = { 99, 30, 30, 60, 20, 30 },
	[AREA_broadcast] = { 99, 50, 20, 50, 25, 25 },
	[AREA_routes] = { 99, 50, 40, 40, 30, 15 },
	[AREA_neighbours] = { 99, 40, 10, 30, 10, 50 },
	[AREA_arp] = { 99, 30, 10, 20, 10, 50 },
	[AREA_fragments] = { 99, 20, 20, 60, 5, 50 },
	[AREA_frames] = { 99, 30, 30, 50, 15, 30 },
	[AREA_bytes] = { 99, 20, 30, 50, 5, 10 },
	[AREA_ip_options] = { 99, 30, 30, 60, 25, 10 },
	[AREA_tcp_closed] = { 99, 20, 30, 60, 15, 10 },
	[AREA_threads] = { 80, 60, 20, 60, 5, 5 },
	[AREA_processes] = { 70, 70, 20, 60, 5, 5 },
	[AREA_rights] = { 70, 60, 20, 60, 5, 20 },
	[AREA_knobs] = { 80, 40, 20, 60, 10, 60 },
	[AREA_links] = { 99, 30, 30, 50, 20, 20 },
	[AREA_hosts] = { 99, 30, 30, 0, 10, 10 },
	[AREA_forward] = { 99, 60, 20, 70, 10, 20 },
	[AREA_proxies] = { 99, 80, 10, 20, 10, 10 },
	[AREA_opts_sent] = { 99, 70, 40, 60, 10, 10 },
	[AREA_icmp_told] = { 99, 40, 50, 60, 10, 30 },
	[AREA_rawsock] = { 99, 70, 50, 50, 20, 15 },
	[AREA_ping] = { 99, 60, 50, 50, 20, 10 },
	[AREA_udplite] = { 97, 40, 60, 50, 10, 10 },
	[AREA_sharing] = { 99, 50, 60, 50, 5, 5 },
	[AREA_groups] = { 99, 50, 20, 60, 10, 20 },
	[AREA_packet] = { 97, 60, 50, 50, 10, 10 },
	[AREA_segments] = { 97, 90, 30, 60, 15, 10 },
	[AREA_zerocopy] = { 97, 95, 20, 50, 15, 10 },
	[AREA_system] = { 97, 70, 30, 60, 10, 10 },
	[AREA_signals] = { 97, 70, 30, 60, 10, 10 },
	[AREA_stamps] = { 97, 90, 20, 50, 15, 10 },
};

/* The commands of a host's opening line, separated. */
static void put_commands(struct gen *g, const struct opening *o)
{
	if (gen_percent(g, o->knob))
		gen_expand(g, "sysctl -q -w @opening_knob || true; ");
	if (gen_percent(g, o->lo))
		gen_expand(g, "ip link set lo up; ");
	if (!gen_percent(g, o->eth))
		return;
	gen_expand(g, "ip addr add @own/24 dev eth0; ip link set eth0 up@mtu; ");
	if (g->tap && gen_percent(g, o->known))
		gen_expand(g, "ip neigh add @peer lladdr 02:00:00:00:00:0@peer_digit dev eth0; ");
	if (gen_percent(g, o->route))
		gen_expand(g, "@opening_route; ");
	if (gen_percent(g, 6))
		gen_expand(g, "ip addr add 203.0.113.5/24 dev eth0; ");
}

static void open_host(struct gen *g)
{
	const struct opening *o = &openings[g->area];
	size_t from;

	gen_begin(g);
	gen_put(g, "`");
	from = g->len;
	if (g->area == AREA_ping)
		gen_expand(g, "@ping_opening; ");
	put_commands(g, o);
	if (g->area == AREA_rawsock && gen_percent(g, 40))
		gen_expand(g, "@rawsock_opening; ");
	if (g->len == from) {
		g->len = g->body;
	} else {
		g->len -= 2; /* the last separator */
		gen_put(g, "`");
	}
	gen_end(g);
	/* A question makes the neighbour known as an answer would. */
	if (g->tap && g->hosts == 1 && gen_percent(g, o->asked)) {
		gen_begin(g);
		gen_expand(g, "< arp who-has @own tell @peer");
		gen_end(g);
	}
}

static void put_peer_digit(struct gen *g)
{
	gen_putf(g, "%u", gen_host_of(g)->peer & 15);
}

void gen_opening(struct gen *g)
{
	for (g->host = 0; g->host < g->hosts; g->host++)
		open_host(g);
	g->host = 0;
}

/* --- rules
 * ---------------------------------------------------------------------------------------- */

static const struct gen_row rows[] = {
	{ "mtu", 80, "" },
	{ NULL, 3, " mtu 1000" },
	{ NULL, 2, " mtu 576" },
	{ NULL, 1, " mtu 68" },
	{ NULL, 3, " mtu 9000" },
	{ NULL, 1, " mtu 552" },
	{ "opening_route", 10, "ip route add default via @peer" },
	{ NULL, 10, "ip route add 198.51.100.0/24 via @peer" },
	{ NULL, 2, "ip route add default dev eth0" },
	{ NULL, 2, "ip route add 198.51.100.0/24 via @peer mtu 1000" },
	{ "opening_knob", 10, "@sensible_knob" },
	/* Knobs that change what happens to frames, with values that mean something. */
	{ "sensible_knob", 3, "net.ipv4.ip_no_pmtu_disc=@0to3" },
	{ NULL, 2, "net.ipv4.ip_default_ttl=@u8" },
	{ NULL, 2, "net.ipv4.ip_nonlocal_bind=1" },
	{ NULL, 2, "net.ipv4.ip_unprivileged_port_start=@u16" },
	{ NULL, 2, "net.ipv4.ip_local_port_range=\"@port_range\"" },
	{ NULL, 2, "net.ipv4.ip_early_demux=0" },
	{ NULL, 1, "net.ipv4.udp_early_demux=0" },
	{ NULL, 3, "net.ipv4.icmp_echo_ignore_all=1" },
	{ NULL, 5, "net.ipv4.icmp_echo_ignore_broadcasts=0" },
	{ NULL, 2, "net.ipv4.icmp_ignore_bogus_error_responses=0" },
	{ NULL, 2, "net.ipv4.icmp_errors_use_inbound_ifaddr=1" },
	{ NULL, 3, "net.ipv4.icmp_ratelimit=@ratelimit" },
	{ NULL, 2, "net.ipv4.icmp_ratemask=@ratemask" },
	{ NULL, 2, "net.ipv4.icmp_msgs_per_sec=@digit" },
	{ NULL, 3, "net.ipv4.icmp_msgs_burst=@0to3" },
	{ NULL, 3, "net.ipv4.ipfrag_time=@digit" },
	{ NULL, 2, "net.ipv4.ipfrag_max_dist=@digit" },
	{ NULL, 1, "net.ipv4.ipfrag_high_thresh=@digit@digit@digit" },
	{ NULL, 2, "net.ipv4.route.min_pmtu=@pmtu_knob" },
	{ NULL, 3, "net.ipv4.route.mtu_expires=@digit" },
	{ NULL, 1, "net.ipv4.udp_mem=\"@udp_mem\"" },
	{ NULL, 1, "net.ipv4.udp_rmem_min=@u16" },
	{ NULL, 1, "net.ipv4.udp_wmem_min=@u16" },
	{ NULL, 1, "net.core.rmem_default=@bigger" },
	{ NULL, 1, "net.core.wmem_default=@bigger" },
	{ NULL, 1, "net.core.rmem_max=@bigger" },
	{ NULL, 1, "net.core.wmem_max=@bigger" },
	{ NULL, 1, "net.core.optmem_max=@optmem" },
	{ NULL, 1, "net.ipv4.ping_group_range=\"0 0\"" },
	{ NULL, 1, "net.ipv4.tcp_rmem=\"4096 @u16 1000000\"" },
	{ NULL, 1, "net.ipv4.tcp_wmem=\"4096 @u16 1000000\"" },
	{ NULL, 1, "net.ipv4.ip_forward=0" },
	{ NULL, 1, "net.core.default_qdisc=pfifo_fast" },
	{ NULL, 1, "net.core.netdev_max_backlog=@digit" },
	{ NULL, 25, "net.ipv4.conf.@conf_dev.@conf_knob" },
	{ NULL, 14, "net.ipv4.neigh.@neigh_dev.@neigh_knob" },
	{ "0to3", 1, "0" },
	{ NULL, 1, "1" },
	{ NULL, 1, "2" },
	{ NULL, 1, "3" },
	{ "port_range", 2, "50000 50009" },
	{ NULL, 2, "5000 5001" },
	{ NULL, 2, "1 65535" },
	{ NULL, 1, "40000 40000" },
	{ NULL, 1, "40001 40000" },
	{ NULL, 1, "0 65536" },
	{ NULL, 1, "40000" },
	{ "ratelimit", 3, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "100" },
	{ NULL, 1, "60000" },
	{ "ratemask", 2, "0" },
	{ NULL, 2, "8" },
	{ NULL, 1, "4294967295" },
	{ NULL, 1, "6169" },
	{ "pmtu_knob", 2, "68" },
	{ NULL, 2, "200" },
	{ NULL, 2, "1000" },
	{ NULL, 1, "67" },
	{ "udp_mem", 2, "0 0 0" },
	{ NULL, 2, "1 2 3" },
	{ NULL, 1, "10 20" },
	{ NULL, 1, "4 4 4" },
	{ "bigger", 2, "2304" },
	{ NULL, 2, "4608" },
	{ NULL, 2, "10000" },
	{ NULL, 2, "@u16" },
	{ NULL, 1, "1000000" },
	{ "optmem", 2, "0" },
	{ NULL, 2, "40" },
	{ NULL, 1, "1000" },
	{ "conf_dev", 4, "eth0" },
	{ NULL, 3, "all" },
	{ NULL, 1, "lo" },
	{ NULL, 1, "default" },
	{ "conf_knob", 5, "rp_filter=@0to3" },
	{ NULL, 2, "accept_source_route=0" },
	{ NULL, 3, "accept_redirects=@onoff" },
	{ NULL, 2, "secure_redirects=0" },
	{ NULL, 1, "send_redirects=0" },
	{ NULL, 2, "shared_media=0" },
	{ NULL, 2, "log_martians=1" },
	{ NULL, 2, "arp_filter=1" },
	{ NULL, 4, "arp_announce=@0to3" },
	{ NULL, 5, "arp_ignore=@digit" },
	{ NULL, 4, "arp_accept=@0to3" },
	{ NULL, 2, "arp_notify=1" },
	{ NULL, 2, "arp_evict_nocarrier=0" },
	{ NULL, 3, "drop_gratuitous_arp=1" },
	{ NULL, 3, "drop_unicast_in_l2_multicast=1" },
	{ NULL, 3, "route_localnet=1" },
	{ NULL, 1, "src_valid_mark=1" },
	{ NULL, 3, "accept_local=1" },
	{ NULL, 2, "promote_secondaries=1" },
	{ NULL, 2, "ignore_routes_with_linkdown=1" },
	{ NULL, 1, "disable_policy=1" },
	{ NULL, 1, "disable_xfrm=1" },
	{ NULL, 1, "force_igmp_version=@0to3" },
	{ NULL, 1, "medium_id=@digit" },
	{ NULL, 1, "bootp_relay=1" },
	{ NULL, 1, "tag=@digit" },
	{ NULL, 1, "mc_forwarding=1" },
	{ NULL, 1, "forwarding=0" },
	{ NULL, 1, "bc_forwarding=0" },
	{ NULL, 1, "proxy_arp=0" },
	{ NULL, 1, "proxy_arp_pvlan=0" },
	{ NULL, 1, "@conf_any=@odd_knob_value" },
	{ "conf_any", 1, "rp_filter" },
	{ NULL, 1, "arp_announce" },
	{ NULL, 1, "arp_accept" },
	{ NULL, 1, "arp_filter" },
	{ NULL, 1, "accept_source_route" },
	{ NULL, 1, "secure_redirects" },
	{ NULL, 1, "drop_gratuitous_arp" },
	{ NULL, 1, "arp_ignore" },
	{ NULL, 1, "accept_local" },
	{ NULL, 1, "route_localnet" },
	{ NULL, 1, "log_martians" },
	{ NULL, 1, "no_such_knob" },
	/* neigh.default is the first namespace's, whose devices no program has. */
	{ "neigh_dev", 6, "eth0" },
	{ NULL, 1, "lo" },
	{ "neigh_knob", 4, "retrans_time_ms=@retrans" },
	{ NULL, 1, "retrans_time=@digit@digit" },
	{ NULL, 4, "mcast_solicit=@digit" },
	{ NULL, 4, "ucast_solicit=@digit" },
	{ NULL, 2, "app_solicit=@0to3" },
	{ NULL, 2, "mcast_resolicit=@0to3" },
	{ NULL, 4, "delay_first_probe_time=@0to3" },
	{ NULL, 4, "base_reachable_time_ms=@reachable" },
	{ NULL, 1, "base_reachable_time=@digit" },
	{ NULL, 3, "gc_stale_time=@digit" },
	{ NULL, 3, "unres_qlen_bytes=@qbytes" },
	{ NULL, 3, "unres_qlen=@digit" },
	{ NULL, 3, "locktime=@locktime" },
	{ NULL, 2, "interval_probe_time_ms=@retrans" },
	{ NULL, 1, "proxy_qlen=@digit" },
	{ NULL, 1, "proxy_delay=@digit" },
	{ NULL, 1, "anycast_delay=@digit" },
	{ NULL, 2, "@neigh_any=@odd_knob_value" },
	{ "neigh_any", 1, "gc_stale_time" },
	{ NULL, 1, "mcast_solicit" },
	{ NULL, 1, "ucast_solicit" },
	{ NULL, 1, "app_solicit" },
	{ NULL, 1, "retrans_time" },
	{ NULL, 1, "retrans_time_ms" },
	{ NULL, 1, "delay_first_probe_time" },
	{ NULL, 1, "locktime" },
	{ NULL, 1, "unres_qlen" },
	{ NULL, 1, "unres_qlen_bytes" },
	{ "retrans", 3, "10" },
	{ NULL, 3, "50" },
	{ NULL, 3, "100" },
	{ NULL, 2, "333" },
	{ NULL, 1, "1" },
	{ NULL, 1, "3000" },
	{ NULL, 1, "0" },
	{ "reachable", 3, "500" },
	{ NULL, 3, "1000" },
	{ NULL, 3, "5000" },
	{ NULL, 1, "0" },
	{ "qbytes", 3, "0" },
	{ NULL, 3, "1000" },
	{ NULL, 3, "2000" },
	{ NULL, 2, "5000" },
	{ "locktime", 3, "0" },
	{ NULL, 2, "10" },
	{ NULL, 1, "500" },
	{ "odd_knob_value", 4, "abc" },
	{ NULL, 4, "-1" },
	{ NULL, 3, "1x" },
	{ NULL, 3, "\"1 2\"" },
	{ NULL, 3, "0x10" },
	{ NULL, 2, "010" },
	{ NULL, 2, "99999999999999999999" },
	{ NULL, 2, "4294967296" },
	{ NULL, 1, "18446744073709551615" },
	{ NULL, 2, "2147483647" },
	{ NULL, 2, "2147483648" },
	{ NULL, 2, "-2147483649" },
	{ NULL, 1, "-0" },
	{ NULL, 1, "\"7 x\"" },
	{ NULL, 1, "1.5" },
	{ "do_knob", 10, "`sysctl -q -w @sensible_knob || true`" },
	{ "do_any_knob", 10, "`sysctl -q -w @any_knob || true`" },
	{ NULL, 3, "`sysctl -q -w @any_knob || true`\n`sysctl -q -w @any_knob || true`" },
	{ NULL, 2, "`sysctl -n @readable || true`" },
	{ NULL, 1, "`sysctl -q -w net.ipv4.route.flush=1 || true`" },
	{ NULL, 1, "`sysctl -q -w net.ipv4.no_such_knob=1 || true`" },
	{ NULL, 1, "`sysctl -q -w net.ipv4.neigh.default.@gc_knob || true`" },
	{ "gc_knob", 2, "gc_thresh1=@digit" },
	{ NULL, 1, "gc_thresh2=@digit" },
	{ NULL, 1, "gc_thresh3=@gc3" },
	{ NULL, 1, "gc_interval=@digit" },
	{ "gc3", 2, "1" },
	{ NULL, 2, "2" },
	{ NULL, 1, "0" },
	{ "readable", 1, "net.ipv4.ip_default_ttl" },
	{ NULL, 1, "net.ipv4.conf.eth0.rp_filter" },
	{ NULL, 1, "net.ipv4.neigh.eth0.locktime" },
	{ NULL, 1, "net.core.rmem_max" },
	{ NULL, 1, "net.ipv4.no_such_knob" },
	/* Readings. */
	{ "do_look", 1, "`nstat -z | grep -q Udp || true`" },
	{ NULL, 1, "`nstat -n`" },
	{ NULL, 1, "`ip neigh show | grep -q 192.0.2.2 || true`" },
	{ NULL, 1, "`ip addr show || true`" },
	{ NULL, 1, "`ip link show || true`" },
	{ NULL, 1, "`ip route show || true`" },
	{ NULL, 1, "`ip route get @peer || true`" },
	{ NULL, 1, "`ip route get 198.51.100.7 || true`" },
	{ NULL, 1, "`tc qdisc show || true`" },
	{ NULL, 1, "`ethtool -k eth0 || true`" },
	{ NULL, 1, "`ethtool -c eth0 || true`" },
	{ NULL, 1, "`ethtool -g eth0 || true`" },
	{ NULL, 1, "`ethtool -l eth0 || true`" },
	{ NULL, 1, "`ethtool -K eth0 gro @on_off || true`" },
	{ NULL, 1, "`ethtool -C eth0 rx-usecs 10 || true`" },
	{ NULL, 1, "`ethtool -G eth0 rx 512 || true`" },
	{ NULL, 2, "mib Udp.InDatagrams +0" },
	{ NULL, 2, "mib Ip.InReceives +0" },
	{ NULL, 1, "mib Icmp.OutMsgs +0" },
	{ NULL, 1, "drop NO_SOCKET +0" },
	{ NULL, 1, "drop UDP_CSUM +0" },
	/* Not before the end: it gives each socket a cookie. */
	{ "do_ss", 1, "`ss -uan | grep -q 5000 || true`" },
	/* Routes. */
	{ "do_route", 20, "`ip route @route_verb @route_net @route_where@route_more || true`" },
	{ NULL, 5, "`ip route @route_verb @route_type @route_net@route_more || true`" },
	{ NULL, 2,
	  "`ip route @route_verb @own_type @route_net dev @conf_dev_only@route_more || true`" },
	/* Several to one place, of which some go; what is sent on the way. */
	{ NULL, 3, "@do_alias\n@do_alias\n@do_alias\n@do_unalias" },
	{ NULL, 2, "@do_alias\n@do_send_alias\n@do_unalias\n@do_send_alias" },
	{ "do_alias", 1, "`ip route @alias_verb 198.51.100.0/24 @route_where@alias_more || true`" },
	{ "do_unalias", 3, "`ip route del 198.51.100.0/24@alias_more || true`" },
	{ NULL, 1, "`ip route del 198.51.100.0/24 @route_where@alias_more || true`" },
	{ "do_send_alias", 1,
	  "sendto(@fdu, @data, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"198.51.100.7\")}, 16) = ..." },
	{ "alias_verb", 6, "add" },
	{ NULL, 3, "append" },
	{ NULL, 2, "prepend" },
	{ NULL, 1, "replace" },
	{ "alias_more", 3, "" },
	{ NULL, 3, " metric @digit" },
	{ NULL, 2, " tos 0x@tos_hex" },
	{ NULL, 2, " tos 0x@tos_hex metric @digit" },
	{ "route_verb", 20, "add" },
	{ NULL, 6, "replace" },
	{ NULL, 4, "append" },
	{ NULL, 3, "prepend" },
	{ NULL, 3, "change" },
	{ NULL, 8, "del" },
	{ "route_net", 6, "198.51.100.0/24" },
	{ NULL, 4, "198.51.100.7" },
	{ NULL, 3, "198.51.100.128/25" },
	{ NULL, 2, "198.51.0.0/16" },
	{ NULL, 6, "default" },
	{ NULL, 3, "203.0.113.0/24" },
	{ NULL, 2, "10.0.0.0/8" },
	{ NULL, 2, "@peer" },
	{ NULL, 2, "@network/24" },
	{ NULL, 1, "192.0.2.128/25" },
	{ NULL, 1, "198.51.100.1/24" },
	{ NULL, 1, "127.0.0.0/8" },
	{ "route_where", 10, "via @peer" },
	{ NULL, 5, "via @other" },
	{ NULL, 5, "dev eth0" },
	{ NULL, 2, "via 203.0.113.7 dev eth0" },
	{ NULL, 2, "via 203.0.113.7 dev eth0 onlink" },
	{ NULL, 2, "dev lo" },
	{ NULL, 1, "via 198.51.100.7" },
	{ NULL, 1, "via @own" },
	{ NULL, 1, "via 127.0.0.1" },
	{ "route_more", 60, "" },
	{ NULL, 8, " metric @digit" },
	{ NULL, 5, " tos 0x@tos_hex" },
	{ NULL, 6, " src @own" },
	{ NULL, 2, " src 203.0.113.5" },
	{ NULL, 4, " scope @scope" },
	{ NULL, 6, " mtu @route_mtu" },
	{ NULL, 2, " mtu lock @route_mtu" },
	{ NULL, 2, " hoplimit @u8" },
	{ NULL, 1, " advmss 1@digit@digit" },
	{ NULL, 2, " initcwnd @digit" },
	{ NULL, 3, " table @table" },
	{ NULL, 2, " proto static" },
	{ NULL, 1, " proto kernel metric 5" },
	{ "tos_hex", 2, "10" },
	{ NULL, 2, "8" },
	{ NULL, 1, "4" },
	{ NULL, 1, "1c" },
	{ NULL, 1, "3" },
	{ "scope", 3, "link" },
	{ NULL, 2, "host" },
	{ NULL, 2, "global" },
	{ NULL, 1, "site" },
	{ NULL, 1, "nowhere" },
	{ "route_mtu", 3, "1000" },
	{ NULL, 2, "600" },
	{ NULL, 2, "500" },
	{ NULL, 1, "9000" },
	{ NULL, 1, "68" },
	{ NULL, 1, "100000" },
	{ "table", 2, "local" },
	{ NULL, 2, "main" },
	{ NULL, 2, "default" },
	{ "route_type", 3, "blackhole" },
	{ NULL, 3, "unreachable" },
	{ NULL, 3, "prohibit" },
	{ NULL, 2, "throw" },
	{ "own_type", 2, "local" },
	{ NULL, 2, "broadcast" },
	{ NULL, 1, "anycast" },
	{ "conf_dev_only", 3, "eth0" },
	{ NULL, 2, "lo" },
	/* Addresses. */
	{ "do_address", 10, "`ip addr add @address dev @conf_dev_only@address_more || true`" },
	{ NULL, 5, "`ip addr del @address dev @conf_dev_only || true`" },
	{ NULL, 2, "`ip addr replace @address dev eth0@address_more || true`" },
	{ NULL, 2, "`ip addr del @own/24 dev eth0 || true`" },
	{ NULL, 2, "`ip addr add @own/24 dev eth0 || true`" },
	{ NULL, 1, "`ip addr flush dev eth0 || true`" },
	{ "address", 4, "192.0.2.9/24" },
	{ NULL, 3, "192.0.2.129/25" },
	{ NULL, 3, "203.0.113.5/24" },
	{ NULL, 3, "203.0.113.5/32" },
	{ NULL, 2, "198.51.100.1/24" },
	{ NULL, 2, "10.0.0.1/8" },
	{ NULL, 1, "203.0.113.2/31" },
	{ NULL, 1, "198.51.100.4/30" },
	{ NULL, 1, "127.0.0.2/8" },
	{ NULL, 1, "0.0.0.0/0" },
	{ NULL, 1, "224.0.0.9/24" },
	{ "address_more", 40, "" },
	{ NULL, 5, " brd +" },
	{ NULL, 2, " brd -" },
	{ NULL, 2, " brd 192.0.2.127" },
	{ NULL, 3, " scope @scope" },
	{ NULL, 3, " metric 1@digit" },
	{ NULL, 3, " noprefixroute" },
	{ NULL, 3, " label eth0:x" },
	{ NULL, 3, " peer 192.0.2.77/32" },
	/* Neighbours. */
	{ "do_neigh", 10,
	  "`ip neigh replace @neigh_addr lladdr 02:00:00:00:00:0@digit nud @nud dev eth0 || "
	  "true`" },
	{ NULL, 4, "`ip neigh add @neigh_addr lladdr 02:00:00:00:00:0@digit dev eth0 || true`" },
	{ NULL, 4,
	  "`ip neigh add @neigh_addr lladdr 02:00:00:00:00:02 nud @nud dev eth0 || true`" },
	{ NULL, 4, "`ip neigh change @neigh_addr nud @nud dev eth0 || true`" },
	{ NULL, 6, "`ip neigh del @neigh_addr dev eth0 || true`" },
	{ NULL, 3, "`ip neigh replace @neigh_addr use dev eth0 || true`" },
	{ NULL, 3,
	  "`ip neigh replace @neigh_addr lladdr 02:00:00:00:00:02 @neigh_flag nud stale dev eth0 "
	  "|| true`" },
	{ "neigh_addr", 10, "@peer" },
	{ NULL, 4, "@other" },
	{ NULL, 1, "@own" },
	{ NULL, 1, "@broadcast" },
	{ NULL, 1, "198.51.100.7" },
	{ "nud", 3, "stale" },
	{ NULL, 3, "reachable" },
	{ NULL, 3, "permanent" },
	{ NULL, 3, "delay" },
	{ NULL, 3, "probe" },
	{ NULL, 2, "noarp" },
	{ NULL, 2, "failed" },
	{ NULL, 2, "incomplete" },
	{ NULL, 2, "none" },
	{ "neigh_flag", 1, "router" },
	{ NULL, 1, "extern_learn" },
	/* Links. */
	{ "do_link", 10, "link down\n@pause\nlink up" },
	{ NULL, 5, "link down" },
	{ NULL, 5, "link up" },
	{ NULL, 3, "`ip link set eth0 down || true`\n`ip link set eth0 up || true`" },
	{ NULL, 2, "`ip link set eth0 down || true`" },
	{ NULL, 3, "`ip link set eth0 up || true`" },
	{ NULL, 2, "`ip link set lo @updown || true`" },
	{ NULL, 2, "`ip link set eth0 mtu @link_mtu || true`" },
	{ NULL, 1, "`ip link set eth0 arp @arp_onoff || true`" },
	{ NULL, 2, "`ip link set eth0 address 02:00:00:00:00:aa || true`" },
	{ NULL, 6, "`ip link set eth0 txqueuelen @qlen || true`" },
	{ NULL, 3, "`tc qdisc replace dev eth0 root @qdisc || true`" },
	{ NULL, 1, "`tc qdisc add dev eth0 root @qdisc || true`" },
	{ NULL, 1, "`tc qdisc change dev eth0 root pfifo limit @digit || true`" },
	{ NULL, 1, "`tc qdisc del dev eth0 root || true`" },
	{ "qlen", 6, "1" },
	{ NULL, 2, "2" },
	{ NULL, 1, "500" },
	{ "qdisc", 1, "pfifo limit @digit" },
	{ NULL, 1, "noqueue" },
	{ NULL, 1, "pfifo_fast" },
	{ "updown", 1, "up" },
	{ NULL, 1, "down" },
	{ "on_off", 1, "on" },
	{ NULL, 1, "off" },
	{ "arp_onoff", 1, "off" },
	{ NULL, 1, "on" },
	{ "link_mtu", 3, "1000" },
	{ NULL, 2, "576" },
	{ NULL, 2, "68" },
	{ NULL, 2, "1500" },
	{ NULL, 1, "67" },
	{ NULL, 1, "552" },
	{ NULL, 1, "65535" },
	{ NULL, 1, "65536" },
	{ "do_mtu", 1, "`ip link set eth0 mtu @link_mtu || true`" },
};

static const struct gen_slot slots[] = {
	{ "any_knob", put_any_knob },
	{ "peer_digit", put_peer_digit },
};

const struct gen_part gen_part_config = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
