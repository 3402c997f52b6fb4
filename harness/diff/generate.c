// SPDX-License-Identifier: MIT
/* generate.c - areas, their weights, the shape of a program.
 *
 * A program opens the host, makes sockets, then asks: mostly about its area, sometimes about
 * anything. At its end it looks at what is left.
 */
#include "harness/diff/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/random.h"
#include "harness/diff/generate_internal.h"

enum { NET_OWN = 0xc0000201, NET_PEER = 0xc0000202, NET_MASK = 0xffffff00 };
enum { STOCK_OWN = 0xc0a80001, STOCK_PEER = 0xc0000201, STOCK_MASK = 0xffff0000 };
enum { AREA_BYTES = 48 };

const struct generate_area_info generate_areas[AREA_MAX] = {
#define A(id, weight, what) { #id, what, weight },
#include "harness/diff/areas.def"
#undef A
};

/* --- weights
 * -------------------------------------------------------------------------------------- */

void generate_init(struct generate *g, u64 seed)
{
	*g = (struct generate){ .seed = seed };
	for (u32 i = 0; i < AREA_MAX; i++)
		g->weight[i] = generate_areas[i].weight;
}

static int find_area(const char *name, size_t len)
{
	for (u32 i = 0; i < AREA_MAX; i++)
		if (strlen(generate_areas[i].name) == len &&
		    memcmp(generate_areas[i].name, name, len) == 0)
			return (int)i;
	return -1;
}

/* "udp=5": false with what is wrong in err. */
static bool one_weight(struct generate *g, const char *text, size_t len, char *err, u32 err_size)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
	int area = find_area(text, name_len);
	const char *digits = equals != NULL ? equals + 1 : NULL;
	size_t n = equals != NULL ? len - name_len - 1 : 0;

	if (area < 0) {
		(void)snprintf(err, err_size, "there is no area '%.*s'", (int)name_len, text);
		return false;
	}
	if (n == 0 || n > 6 || strspn(digits, "0123456789") < n) {
		(void)snprintf(err, err_size,
			       "'%.*s': the weight of %s is a number of at most 999999", (int)len,
			       text, generate_areas[area].name);
		return false;
	}
	g->weight[area] = (u32)strtoul(digits, NULL, 10);
	return true;
}

bool generate_weights(struct generate *g, const char *text, char *err, u32 err_size)
{
	struct generate new = *g;
	u64 sum = 0;

	for (const char *at = text;; at++) {
		size_t len = strcspn(at, ",");

		if (!one_weight(&new, at, len, err, err_size))
			return false;
		at += len;
		if (*at == '\0')
			break;
	}
	for (u32 i = 0; i < AREA_MAX; i++)
		sum += new.weight[i];
	if (sum == 0) {
		(void)snprintf(err, err_size, "all weights are 0: no area is left");
		return false;
	}
	*g = new;
	return true;
}

/* --- a program
 * ------------------------------------------------------------------------------------ */

static bool needs_tap(enum generate_area area)
{
	return area == AREA_neighbours || area == AREA_arp || area == AREA_proxies ||
	       area == AREA_forward || area == AREA_links || area == AREA_hosts ||
	       area == AREA_tcp_hosts;
}

static bool configures(enum generate_area area)
{
	return area == AREA_routes || area == AREA_neighbours || area == AREA_arp ||
	       area == AREA_links || area == AREA_mtu || area == AREA_forward ||
	       area == AREA_proxies || area == AREA_ioctls;
}

/* Which device, how many hosts, whose addresses. */
static void choose_world(struct gen *g)
{
	bool tun = !needs_tap(g->area) && gen_percent(g, 8);
	bool stock = tun && gen_percent(g, 20) && !gen_is_tcp(g);

	g->tap = !tun;
	g->hosts = g->area == AREA_hosts || g->area == AREA_tcp_hosts ? 2 : 1;
	g->h[0].own = stock ? STOCK_OWN : NET_OWN;
	g->h[0].peer = stock ? STOCK_PEER : NET_PEER;
	g->h[0].mask = stock ? STOCK_MASK : NET_MASK;
	g->h[1].own = NET_PEER;
	g->h[1].peer = NET_OWN;
	g->h[1].mask = NET_MASK;
	if (stock)
		gen_put(g, "--profile=google\n");
	else if (tun)
		gen_put(g, "--device=tun\n");
	if (gen_is_tcp(g))
		gen_tcp_opening(g);
	else if (!stock)
		gen_opening(g);
}

/* How much of it is wrong on purpose. */
static void choose_spoiling(struct gen *g)
{
	static const u32 how[] = { 30, 50, 20 };
	u32 i = gen_pick(g, how, ARRAY_SIZE(how));

	if (g->area == AREA_arguments) {
		g->spoil_left = U32_MAX;
		g->spoil_permille = 120;
		return;
	}
	g->spoil_left = i == 0 ? 0 : i == 1 ? gen_between(g, 1, 2) : 8;
	g->spoil_permille = i == 1 ? 15 : 50;
}

static void one_question(struct gen *g, const char *area_rule)
{
	bool about = gen_percent(g, 70);

	/* What two hosts do at the same tick has no order: one of them only gets frames. */
	g->host = about && g->hosts > 1 && gen_percent(g, 50) ? 1 : 0;
	gen_statement(g, about ? area_rule : "do_anything");
	g->host = 0;
}

static void ask(struct gen *g)
{
	char rule[AREA_BYTES];
	u32 n = gen_between(g, 6, 20);

	(void)snprintf(rule, sizeof(rule), "area_%s", generate_areas[g->area].name);
	if (gen_percent(g, 20))
		n += gen_below(g, 25);
	while (n-- != 0)
		one_question(g, rule);
}

/* What came and was not taken. */
static void look(struct gen *g)
{
	u32 n = gen_below(g, 4);

	for (g->host = 0; g->host < g->hosts; g->host++) {
		for (u32 i = 0; i < n; i++)
			gen_statement(g, "do_look_at_end");
	}
	g->host = 0;
	if (gen_percent(g, 45))
		gen_statement(g, "pause");
	/* What was begun is over, as far as a machine takes for it. */
	gen_statement(g, "breath");
	if (gen_percent(g, 1))
		gen_statement(g, "do_ss");
}

/* Clocks tell the time in grains of 256 ns, and it takes the judging kernel some to read one. So
 * nothing happens where a microsecond begins, nor where a grain ends: what is told of that time
 * would be either. A millisecond, and eight microseconds, are whole quarters of grains: steps of
 * these keep away from the ends.
 */
static void make_program(struct gen *g)
{
	choose_world(g);
	choose_spoiling(g);
	g->forks = g->area == AREA_processes || gen_percent(g, g->area == AREA_rights ? 40 : 8);
	if (g->area == AREA_stamps)
		g->forks = false;
	g->asks_time = g->area == AREA_stamps ||
		       (!g->forks && gen_percent(g, configures(g->area) ? 5 : 50));
	/* Many of their calls read the clock. */
	if (g->area == AREA_system || g->area == AREA_signals)
		g->asks_time = false;
	gen_put(g, "\n");
	gen_put(g, "+.000000452 advance 1ns\n");
	g->in_body = true;
	if (gen_is_tcp(g)) {
		gen_tcp_program(g);
		return;
	}
	for (g->host = 0; g->host < g->hosts; g->host++)
		gen_make_sockets(g);
	g->host = 0;
	if (g->area == AREA_forward || g->area == AREA_proxies)
		gen_statement(g, "forward_opening");
	if (g->area == AREA_icmp_told)
		gen_statement(g, "icmp_sockets");
	if (g->area == AREA_groups)
		gen_statement(g, "group_sockets");
	if (g->area == AREA_zerocopy || g->area == AREA_stamps)
		gen_statement(g, "gso_opening");
	if (g->area == AREA_packet)
		gen_statement(g, "packet_sockets");
	if (g->area == AREA_system || g->area == AREA_signals)
		gen_statement(g, "system_opening");
	ask(g);
	look(g);
}

char *generate_program(const struct generate *g, u64 n, size_t *len, enum generate_area *area)
{
	struct gen made = { .next_thread = 2 };

	rng_init(&made.rng, g->seed + (n >> 32) * SPLITMIX64_GAMMA, RNG_PROGRAM, (u32)n);
	made.area = (enum generate_area)gen_pick(&made, g->weight, AREA_MAX);
	gen_putf(&made, "// claim: random program %llu of seed %llu: %s\n", (unsigned long long)n,
		 (unsigned long long)g->seed, generate_areas[made.area].what);
	make_program(&made);
	*len = made.len;
	*area = made.area;
	return made.text;
}

/* --- what each area asks
 * -------------------------------------------------------------------------- */

static const struct gen_row rows[] = {
	{ "do_anything", 24, "@do_send" },
	{ NULL, 16, "@do_recv" },
	{ NULL, 16, "@do_frame_match" },
	{ NULL, 6, "@do_frame_miss" },
	{ NULL, 4, "@do_echo" },
	{ NULL, 6, "@do_option" },
	{ NULL, 3, "@do_any_option" },
	{ NULL, 2, "@do_recv_options" },
	{ NULL, 4, "@do_connect" },
	{ NULL, 2, "@do_bind" },
	{ NULL, 3, "@do_socket" },
	{ NULL, 4, "@do_odd_socket" },
	{ NULL, 2, "@do_close" },
	{ NULL, 1, "@do_dup" },
	{ NULL, 3, "@do_names" },
	{ NULL, 2, "@do_shutdown" },
	{ NULL, 3, "@do_poll" },
	{ NULL, 4, "@do_ioctl" },
	{ NULL, 2, "@do_fcntl" },
	{ NULL, 2, "@do_read" },
	{ NULL, 3, "@do_error_queue" },
	{ NULL, 3, "@do_icmp_error" },
	{ NULL, 1, "@do_icmp_other" },
	{ NULL, 3, "@do_arp" },
	{ NULL, 1, "@do_ethernet" },
	{ NULL, 1, "@do_proto" },
	{ NULL, 1, "@do_tcp" },
	{ NULL, 1, "@do_raw" },
	{ NULL, 2, "@do_fragments" },
	{ NULL, 1, "@do_cork" },
	{ NULL, 1, "@do_wait_and_wake" },
	{ NULL, 6, "@pause" },
	{ NULL, 2, "@do_knob" },
	{ NULL, 2, "@do_look" },
	{ NULL, 1, "@do_stream_call" },
	{ NULL, 2, "@do_odd_call" },
	{ NULL, 2, "@do_flood" },
	{ NULL, 2, "@do_filtered" },
	{ NULL, 1, "@do_udplite" },
	{ NULL, 1, "@do_icmp_quote" },
	{ NULL, 1, "@do_local_error" },
	{ NULL, 1, "@do_sleep" },
	{ "breath", 1, "@now~advance 20ms" },
	{ "do_look_at_end", 6, "@do_recv" },
	{ NULL, 3, "@do_ioctl" },
	{ NULL, 2, "@do_error_queue" },
	{ NULL, 1, "@do_poll" },
	{ NULL, 1, "@do_names" },
	{ "area_udp", 30, "@do_send" },
	{ NULL, 25, "@do_frame_match" },
	{ NULL, 20, "@do_recv" },
	{ NULL, 5, "@do_connect" },
	{ NULL, 3, "@do_recv_options" },
	{ "area_loopback", 40, "@do_send" },
	{ NULL, 30, "@do_recv" },
	{ NULL, 6, "@do_connect" },
	{ NULL, 5, "@do_recv_options" },
	{ NULL, 5, "@do_error_queue" },
	{ NULL, 4, "@do_socket\n@do_bind" },
	{ NULL, 5, "@do_poll" },
	{ "area_binds", 20, "@do_share" },
	{ NULL, 10, "@do_bind" },
	{ NULL, 8, "@do_connect" },
	{ NULL, 20, "@do_send" },
	{ NULL, 15, "@do_frame_match" },
	{ NULL, 15, "@do_recv" },
	{ NULL, 8, "@do_names" },
	{ NULL, 5, "@do_close" },
	{ NULL, 6, "@do_set_before_bind" },
	{ "area_cork", 30, "@do_cork" },
	{ NULL, 6, "@do_option" },
	{ NULL, 6, "@do_ioctl" },
	{ NULL, 6, "@do_recv" },
	{ "area_buffers", 20, "@do_fill" },
	{ NULL, 10, "@do_option" },
	{ NULL, 10, "@do_recv" },
	{ NULL, 10, "@do_ioctl" },
	{ NULL, 6, "@do_poll" },
	{ NULL, 10, "@do_frame_match" },
	{ "area_options", 40, "@do_any_option" },
	{ NULL, 12, "@do_read_options" },
	{ NULL, 2, "@do_bad_timeout" },
	{ NULL, 8, "@do_odd_level" },
	{ NULL, 4, "@do_filter" },
	{ NULL, 3, "@do_group_filter" },
	{ NULL, 20, "@do_option" },
	{ NULL, 3, "@do_socket" },
	{ "area_arguments", 8, "@do_send" },
	{ NULL, 8, "@do_recv" },
	{ NULL, 6, "@do_connect" },
	{ NULL, 6, "@do_bind" },
	{ NULL, 12, "@do_odd_socket" },
	{ NULL, 20, "@do_odd_call" },
	{ NULL, 4, "@do_socket" },
	{ NULL, 6, "@do_names" },
	{ NULL, 6, "@do_any_option" },
	{ NULL, 6, "@do_option" },
	{ NULL, 6, "@do_poll" },
	{ NULL, 6, "@do_fcntl" },
	{ NULL, 6, "@do_ioctl" },
	{ NULL, 4, "@do_read" },
	{ NULL, 4, "@do_shutdown" },
	{ NULL, 3, "@do_close" },
	{ NULL, 3, "@do_dup" },
	{ NULL, 3, "@do_stream_call" },
	{ NULL, 2, "@do_sleep" },
	{ NULL, 2, "@do_error_queue" },
	{ "area_errors", 20, "@do_icmp_error" },
	{ NULL, 8, "@do_icmp_quote" },
	{ NULL, 12, "@do_local_error" },
	{ NULL, 18, "@do_send" },
	{ NULL, 12, "@do_error_queue" },
	{ NULL, 5, "setsockopt(@fdu, SOL_IP, IP_RECVERR, [@onoff], 4) = ..." },
	{ NULL, 5, "setsockopt(@fdu, SOL_IP, IP_MTU_DISCOVER, [@pmtudisc], 4) = ..." },
	{ NULL, 5, "@do_connect" },
	{ NULL, 4, "getsockopt(@fdu, SOL_IP, IP_MTU, ..., [4]) = ..." },
	{ NULL, 6, "@do_recv" },
	{ NULL, 3, "@do_poll" },
	{ NULL, 4, "@pause" },
	{ "area_mtu", 20, "sendto(@fdu, ..., @long_len, @send_flags, @to, 16) = ..." },
	{ NULL, 8, "< @icmp_from > @own icmp 3 4 mtu @pmtu [@quoted udp (@quoted_len)]" },
	{ NULL, 4, "@do_mtu" },
	{ NULL, 6, "setsockopt(@fdu, SOL_IP, IP_MTU_DISCOVER, [@pmtudisc], 4) = ..." },
	{ NULL, 4, "getsockopt(@fdu, SOL_IP, IP_MTU, ..., [4]) = ..." },
	{ NULL, 4, "@do_cork" },
	{ NULL, 3, "@do_route" },
	{ "long_len", 5, "1472" },
	{ NULL, 5, "1473" },
	{ NULL, 5, "3000" },
	{ NULL, 4, "@digit@digit@digit@digit" },
	{ NULL, 4, "@digit@digit@digit" },
	{ NULL, 2, "548" },
	{ NULL, 2, "549" },
	{ NULL, 1, "20000" },
	{ NULL, 1, "65507" },
	{ "area_echo", 30, "@do_echo" },
	{ NULL, 8, "@do_probe" },
	{ NULL, 15, "@do_icmp_other" },
	{ NULL, 5, "@do_frame_miss" },
	{ NULL, 5, "@do_knob" },
	{ NULL, 5, "@pause" },
	{ "area_broadcast", 15,
	  "< @eth@src:@port > @dst_many:@bound_port@attrs_udp udp (@payload" },
	{ NULL, 8, "< @eth@src > @dst_many icmp echo_request id 1 seq 1 (@payload" },
	{ NULL, 12,
	  "sendto(@fdu, @data, @send_flags, {sa_family = AF_INET, sin_port = htons(@port), "
	  "sin_addr = inet_addr(\"@dst_many\")}, 16) = ..." },
	{ NULL, 6, "setsockopt(@fdu, SOL_SOCKET, SO_BROADCAST, [@onoff], 4) = ..." },
	{ NULL, 6, "@do_share" },
	{ NULL, 10, "@do_recv" },
	{ NULL, 4, "@do_recv_options" },
	{ NULL, 3, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_LOOP, [@onoff], 4) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_TTL, [@ttl], 4) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_IF, @mreqn, @mreqnlen) = ..." },
	{ "dst_many", 10, "@broadcast" },
	{ NULL, 8, "255.255.255.255" },
	{ NULL, 8, "224.0.0.1" },
	{ NULL, 4, "239.1.1.1" },
	{ NULL, 3, "@network" },
	{ NULL, 2, "203.0.113.255" },
	{ NULL, 2, "127.255.255.255" },
	{ NULL, 1, "224.0.0.251" },
	{ "area_routes", 14, "@do_route" },
	{ NULL, 8, "@do_address" },
	{ NULL, 25, "@do_send" },
	{ NULL, 6, "@do_frame_miss" },
	{ NULL, 3, "@do_link" },
	{ NULL, 4, "@do_socket\nconnect(@fdu, @to, 16) = ...\ngetsockname(@cur, ..., [16]) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_IP, IP_TOS, [@tos], 4) = ..." },
	{ "area_neighbours", 25, "@do_send" },
	{ NULL, 25, "@do_arp" },
	{ NULL, 5, "@do_neigh" },
	{ NULL, 15, "@pause" },
	{ NULL, 6, "sendto(@fdu, @data, MSG_CONFIRM, @to, 16) = ..." },
	{ NULL, 5, "@do_frame_match" },
	{ NULL, 3, "@do_echo" },
	{ NULL, 3, "@do_error_queue" },
	{ NULL, 2, "@do_link" },
	{ NULL, 3, "`sysctl -q -w net.ipv4.neigh.@neigh_dev.@neigh_knob || true`" },
	{ "area_arp", 40, "@do_arp" },
	{ NULL, 6, "@do_send" },
	{ NULL, 6, "@pause" },
	{ NULL, 5, "`sysctl -q -w net.ipv4.conf.@conf_dev.@conf_knob || true`" },
	{ NULL, 2, "@do_address" },
	{ NULL, 1, "@do_link" },
	{ NULL, 1, "@do_neigh" },
	{ "area_fragments", 40, "@do_fragments" },
	{ NULL, 8, "@do_two_in_pieces" },
	{ NULL, 4, "@do_frag_knob" },
	{ NULL, 2, "@do_frag_far" },
	{ NULL, 15, "@do_recv" },
	{ NULL, 10, "@pause" },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_RECVFRAGSIZE, [1], 4) = ..." },
	{ "area_frames", 20, "@do_frame_match" },
	{ NULL, 20, "@do_frame_miss" },
	{ NULL, 8, "@do_echo" },
	{ NULL, 8, "@do_ethernet" },
	{ NULL, 8, "@do_proto" },
	{ NULL, 8, "@do_icmp_other" },
	{ NULL, 4, "@do_any_icmp" },
	{ NULL, 6, "@do_igmp" },
	{ NULL, 6, "@do_arp" },
	{ NULL, 4, "@do_tcp" },
	{ NULL, 10, "@do_recv" },
	{ NULL, 3, "@do_knob" },
	{ "area_bytes", 40, "@do_raw" },
	{ NULL, 8, "@do_udplite" },
	{ NULL, 8, "@do_icmp_quote" },
	{ NULL, 5, "@do_probe" },
	{ NULL, 5, "@do_sum_of_ones" },
	{ NULL, 10, "@do_raws" },
	{ NULL, 10, "@do_recv" },
	{ NULL, 3, "@pause" },
	{ "area_ip_options", 20, "@do_frame_match" },
	{ NULL, 10, "@do_echo" },
	{ NULL, 5, "@do_frame_miss" },
	{ NULL, 5, "@do_recv_options" },
	{ NULL, 15, "@do_recv" },
	{ "area_tcp_closed", 40, "@do_tcp" },
	{ NULL, 3, "@do_knob" },
	{ NULL, 3, "@do_frame_match" },
	{ "area_threads", 30, "@do_wait_and_wake" },
	{ NULL, 10, "@do_block" },
	{ NULL, 8, "@do_frame_match" },
	{ NULL, 5, "@do_send" },
	{ NULL, 5, "@do_signal" },
	{ NULL, 5, "@pause" },
	{ NULL, 5, "@do_recv" },
	{ "area_processes", 30, "@do_process" },
	{ NULL, 8, "@do_frame_match" },
	{ NULL, 5, "@do_close" },
	{ NULL, 5, "@do_send" },
	{ NULL, 5, "@do_recv" },
	{ "area_rights", 12, "@do_rights" },
	{ NULL, 20, "@do_needs_rights" },
	{ NULL, 6, "@do_option" },
	{ NULL, 3, "@do_process" },
	{ NULL, 4, "@do_socket" },
	{ "area_knobs", 15, "@do_knob" },
	{ NULL, 50, "@do_any_knob" },
	{ NULL, 10, "@do_send" },
	{ NULL, 8, "@do_frame_match" },
	{ NULL, 6, "@do_frame_miss" },
	{ NULL, 4, "@do_socket\n@do_bind" },
	{ NULL, 4, "@do_arp" },
	{ "area_links", 15, "@do_link" },
	{ NULL, 15, "@do_send" },
	{ NULL, 8, "@do_frame_match" },
	{ NULL, 5, "@pause" },
	{ NULL, 5, "@do_arp" },
	{ "area_hosts", 40, "@do_send" },
	{ NULL, 20, "@do_recv" },
	{ NULL, 5, "@do_connect" },
	{ NULL, 5, "@pause" },
	{ NULL, 3, "@do_error_queue" },
};

const struct gen_part gen_part_areas = { rows, ARRAY_SIZE(rows), NULL, 0 };
