// SPDX-License-Identifier: MIT
/* test_ip_forward.c - a router with two networks: what goes across, what it says when something
 * does not, whom it answers for. Vectors have one device; here are two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/neighbour.h"
#include "harness/lib/invariants.h"
#include "harness/lib/scenario.h"
#include "ipv4/icmp.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

enum {
	KEPT = 512,
	BYTES = 1600,
	ETH = 14,
	L4 = ETH + IPV4_HLEN,
	LEFT = (int)0xc0000202,	 /* 192.0.2.2, on eth0, 02:00:00:00:00:02 */
	RIGHT = (int)0xc6336402, /* 198.51.100.2, on eth1, 02:00:00:00:01:02 */
	FAR = (int)0xcb007109	 /* 203.0.113.9, behind RIGHT */
};

struct kept {
	u32 port, len;
	u8 f[BYTES];
};

struct router {
	struct world *w;
	u32 nr;
	struct kept kept[KEPT];
};

static void keep(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct router *r = ctx;

	if (!outgoing)
		return;
	assert_true(r->nr < KEPT);
	assert_true(len <= BYTES);
	r->kept[r->nr].port = port;
	r->kept[r->nr].len = len;
	memcpy(r->kept[r->nr].f, frame, len);
	r->nr++;
}

static void run(struct router *r, u64 ms)
{
	world_run_until(r->w, world_now_ps(r->w) + ms * PS_PER_MS);
}

static struct router *router_new(enum world_dev_kind kind)
{
	struct world_cfg cfg = {
		.limits = &limits_test,
		.seed = 3,
		.cost = COST_JUDGE,
		.hosts = 1,
		.nr_devs = 2,
		.dev = { { .kind = kind, .name = "eth0", .mac = { 2, 0, 0, 0, 0, 1 } },
			 { .kind = kind, .name = "eth1", .mac = { 2, 0, 0, 0, 1, 1 } } },
	};
	struct router *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->w = scenario_new(&cfg);
	scenario_checks_on(r->w);
	must_config(r->w, 0,
		    "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up; "
		    "ip addr add 198.51.100.1/24 dev eth1; ip link set eth1 up; "
		    "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0; "
		    "ip neigh add 198.51.100.2 lladdr 02:00:00:00:01:02 dev eth1; "
		    "ip route add 203.0.113.0/24 via 198.51.100.2; sysctl -w "
		    "net.ipv4.ip_forward=1");
	run(r, kind == DEV_IGB ? 10000 : 1);
	r->w->on_frame = keep;
	r->w->on_frame_ctx = r;
	return r;
}

static void router_free(struct router *r)
{
	const char *which = "";

	world_check(r->w);
	world_exit(r->w);
	if (world_leaks(r->w, &which) != 0)
		fail_msg("pool %s is not empty", which);
	scenario_free(r->w);
	free(r);
}

/* Ethernet and IPv4 in front of what lies at f + L4. */
static u32 frame(u8 *f, u32 port, u8 proto, u32 saddr, u32 daddr, u8 ttl, u32 l4_len)
{
	u8 *ip = f + ETH;

	memcpy(f, (u8[]){ 2, 0, 0, 0, (u8)port, 1, 2, 0, 0, 0, (u8)port, 2, 8, 0 }, ETH);
	memset(ip, 0, IPV4_HLEN);
	ip[0] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)(IPV4_HLEN + l4_len));
	put_be16(ip + IPV4_ID, 7);
	ip[IPV4_TTL] = ttl;
	ip[IPV4_PROTOCOL] = proto;
	put_be32(ip + IPV4_SADDR, saddr);
	put_be32(ip + IPV4_DADDR, daddr);
	put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN, 0));
	return L4 + l4_len;
}

static void inject(struct router *r, u32 port, const u8 *f, u32 len)
{
	assert_true(world_inject(r->w, port, f, len));
	run(r, 2);
}

static void send(struct router *r, u32 port, u32 saddr, u32 daddr, u8 ttl, u32 bytes)
{
	u8 f[BYTES] = { 0 };

	for (u32 i = 0; i < bytes; i++)
		f[L4 + i] = (u8)(i * 7);
	inject(r, port, f, frame(f, port, 253, saddr, daddr, ttl, bytes));
}

static const u8 *ip_of(const struct router *r, u32 i)
{
	assert_true(i < r->nr);
	return r->kept[i].f + ETH;
}

static void assert_icmp(const struct router *r, u32 i, u8 type, u8 code, u32 saddr, u32 daddr)
{
	const u8 *ip = ip_of(r, i);

	assert_int_equal(ip[IPV4_PROTOCOL], IPPROTO_ICMP);
	assert_int_equal(ip[IPV4_HLEN], type);
	assert_int_equal(ip[IPV4_HLEN + 1], code);
	assert_int_equal(get_be32(ip + IPV4_SADDR), saddr);
	assert_int_equal(get_be32(ip + IPV4_DADDR), daddr);
}

/* --- across --- */

static void across(void **state)
{
	static const enum world_dev_kind kinds[] = { DEV_TAP, DEV_IGB };

	(void)state;
	for (u32 k = 0; k < 2; k++) {
		struct router *r = router_new(kinds[k]);
		u8 want[BYTES] = { 0 };

		send(r, 0, (u32)LEFT, (u32)RIGHT, 64, 100);
		assert_int_equal(r->nr, 1);
		assert_int_equal(r->kept[0].port, 1);
		for (u32 i = 0; i < 100; i++)
			want[L4 + i] = (u8)(i * 7);
		assert_int_equal(r->kept[0].len,
				 frame(want, 1, 253, (u32)LEFT, (u32)RIGHT, 63, 100));
		memcpy(want, (u8[]){ 2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 1 }, 12);
		assert_memory_equal(r->kept[0].f, want, r->kept[0].len);
		send(r, 1, (u32)FAR, (u32)LEFT, 2, 40);
		assert_int_equal(r->nr, 2);
		assert_int_equal(r->kept[1].port, 0);
		assert_int_equal(ip_of(r, 1)[IPV4_TTL], 1);
		router_free(r);
	}
}

/* Each checksum that there is, one less to live: as if made anew. */
static void checksums(void **state)
{
	struct router *r = router_new(DEV_TAP);
	u8 f[BYTES] = { 0 };

	(void)state;
	for (u32 id = 0; id <= UINT16_MAX; id += 5) {
		u32 len = frame(f, 0, 253, (u32)LEFT, (u32)RIGHT, 64, 4);
		u8 *ip = f + ETH;

		put_be16(ip + IPV4_ID, (u16)id);
		put_be16(ip + IPV4_CHECK, 0);
		put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN, 0));
		r->nr = 0;
		assert_true(world_inject(r->w, 0, f, len));
		world_settle(r->w);
		assert_int_equal(r->nr, 1);
		assert_int_equal(naive_checksum(ip_of(r, 0), IPV4_HLEN, 0), 0xffff);
		assert_int_equal(get_be16(ip_of(r, 0) + IPV4_ID), id);
	}
	router_free(r);
}

/* A link that takes less: cut, or told. */
static void smaller_link(void **state)
{
	struct router *r = router_new(DEV_TAP);
	u8 f[BYTES] = { 0 };
	u32 len;

	(void)state;
	must_config(r->w, 0, "ip link set eth1 mtu 600");
	send(r, 0, (u32)LEFT, (u32)RIGHT, 64, 1200);
	assert_int_equal(r->nr, 3);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(get_be16(ip_of(r, i) + IPV4_FRAG_OFF),
				 i * 72 + (i < 2 ? 0x2000u : 0u));
	len = frame(f, 0, 253, (u32)LEFT, (u32)RIGHT, 64, 1200);
	put_be16(f + ETH + IPV4_FRAG_OFF, IP_DF);
	put_be16(f + ETH + IPV4_CHECK, 0);
	put_be16(f + ETH + IPV4_CHECK, (u16)~naive_checksum(f + ETH, IPV4_HLEN, 0));
	inject(r, 0, f, len);
	assert_int_equal(r->nr, 4);
	assert_icmp(r, 3, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 0xc0000201, (u32)LEFT);
	assert_int_equal(get_be16(ip_of(r, 3) + IPV4_HLEN + ICMP_MTU), 600);
	router_free(r);
}

/* --- errors --- */

/* The source is the address towards the sender, unless it is to be that of the device it came by.
 */
static void error_source(void **state)
{
	struct router *r = router_new(DEV_TAP);

	(void)state;
	/* FAR's packets come by eth0, its way back is eth1. */
	send(r, 0, (u32)FAR, (u32)RIGHT, 1, 10);
	assert_int_equal(r->nr, 1);
	assert_int_equal(r->kept[0].port, 1);
	assert_icmp(r, 0, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0xc6336401, (u32)FAR);
	must_config(r->w, 0, "sysctl -w net.ipv4.icmp_errors_use_inbound_ifaddr=1");
	send(r, 0, (u32)FAR, (u32)RIGHT, 1, 10);
	assert_int_equal(r->nr, 2);
	assert_icmp(r, 1, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0xc0000201, (u32)FAR);
	router_free(r);
}

/* No redirect from one link to another; one for who could have gone there himself. */
static void redirects(void **state)
{
	struct router *r = router_new(DEV_TAP);

	(void)state;
	send(r, 0, (u32)LEFT, (u32)FAR, 64, 10);
	assert_int_equal(r->nr, 1);
	send(r, 1, 0xc6336463, (u32)FAR, 64, 10);
	assert_int_equal(r->nr, 3); /* the question for the sender, and the packet */
	assert_int_equal(get_be16(r->kept[1].f + 12), 0x0806);
	router_free(r);
}

/* --- ARP for others --- */

static void ask(struct router *r, u32 port, u32 tip, u32 sip, bool broadcast)
{
	u8 f[60] = { 0 };

	memcpy(f, (u8[]){ 2, 0, 0, 0, (u8)port, 1, 2, 0, 0, 0, (u8)port, 2, 8,	      6,
			  0, 1, 8, 0, 6,	4, 0, 1, 2, 0, 0,	 0, (u8)port, 2 },
	       28);
	if (broadcast)
		memset(f, 0xff, 6);
	put_be32(f + 28, sip);
	put_be32(f + 38, tip);
	inject(r, port, f, sizeof(f));
}

static void proxies(void **state)
{
	struct router *r = router_new(DEV_TAP);

	(void)state;
	must_config(r->w, 0, "sysctl -w net.ipv4.conf.eth0.proxy_arp=1");
	ask(r, 0, (u32)RIGHT, (u32)LEFT, true);
	run(r, 1000);
	assert_int_equal(r->nr, 1);
	assert_int_equal(r->kept[0].port, 0);
	assert_int_equal(get_be32(r->kept[0].f + 28), (u32)RIGHT);
	assert_memory_equal(r->kept[0].f + 22, ((u8[]){ 2, 0, 0, 0, 0, 1 }), 6);
	ask(r, 1, (u32)LEFT, (u32)RIGHT, true); /* the other device is not told to */
	ask(r, 0, 0xc0000263, (u32)LEFT, true); /* on the same link */
	run(r, 1000);
	assert_int_equal(r->nr, 1);
	must_config(r->w, 0,
		    "sysctl -w net.ipv4.conf.eth0.medium_id=4; sysctl -w "
		    "net.ipv4.conf.eth1.medium_id=4");
	ask(r, 0, (u32)RIGHT, (u32)LEFT, false);
	assert_int_equal(r->nr, 1);
	must_config(r->w, 0, "sysctl -w net.ipv4.conf.eth1.medium_id=5");
	ask(r, 0, (u32)RIGHT, (u32)LEFT, false);
	assert_int_equal(r->nr, 2);
	router_free(r);
}

/* As many as there is room for, DIVERGES(proxies); entries of all devices; what waits when the
 * world ends is freed.
 */
static void proxy_entries(void **state)
{
	struct router *r = router_new(DEV_TAP);
	struct net *net = &r->w->host[0].net;
	struct net_device *eth0 = dev_get_by_name(net, "eth0");
	struct neigh_table *tbl = net->arp_tbl;

	(void)state;
	for (u32 i = 0; i < PNEIGH_MAX; i++)
		assert_non_null(pneigh_lookup(tbl, cpu_to_be32(i), i % 2 != 0 ? eth0 : NULL, true));
	assert_null(pneigh_lookup(tbl, cpu_to_be32(PNEIGH_MAX), eth0, true));
	assert_non_null(pneigh_lookup(tbl, cpu_to_be32(2), eth0, false)); /* of all devices */
	assert_int_not_equal(pneigh_delete(tbl, cpu_to_be32(2), eth0), 0);
	assert_int_equal(pneigh_delete(tbl, cpu_to_be32(2), NULL), 0);
	assert_null(pneigh_lookup(tbl, cpu_to_be32(2), eth0, false));
	pneigh_lookup(tbl, cpu_to_be32(5), eth0, false)->permanent = true;
	pneigh_ifdown(tbl, eth0, true);
	assert_non_null(pneigh_lookup(tbl, cpu_to_be32(5), eth0, false));
	assert_null(pneigh_lookup(tbl, cpu_to_be32(7), eth0, false));
	pneigh_ifdown(tbl, eth0, false);
	assert_null(pneigh_lookup(tbl, cpu_to_be32(5), eth0, false));
	assert_non_null(pneigh_lookup(tbl, cpu_to_be32(4), eth0, false));
	must_config(r->w, 0, "sysctl -w net.ipv4.conf.eth0.proxy_arp=1");
	for (u32 i = 0; i < 70; i++)
		ask(r, 0, (u32)RIGHT + i, (u32)LEFT, true);
	assert_int_equal(tbl->dev_parms[eth0->ifindex].qlen, (int)tbl->proxy_queue.qlen);
	router_free(r);
}

/* --- segments that are put together on the way in --- */

static u16 tcp_sum(const u8 *ip, u32 l4_len)
{
	return naive_checksum(ip + IPV4_HLEN, l4_len,
			      naive_checksum(ip + IPV4_SADDR, 8, IPPROTO_TCP + l4_len));
}

enum { COUNT = 12, DATA = 1000, THLEN = 20 };

/* A burst of one connection's segments, at once. */
static void burst(struct router *r, u16 frag_off)
{
	for (u32 i = 0; i < COUNT; i++) {
		u8 f[BYTES] = { 0 }, *ip = f + ETH, *tcp = f + L4;
		u32 len;

		put_be16(tcp, 1000);
		put_be16(tcp + 2, 80);
		put_be32(tcp + 4, 5000 + i * DATA);
		put_be32(tcp + 8, 77);
		tcp[12] = 0x50;
		tcp[13] = 0x10;
		put_be16(tcp + 14, 500);
		for (u32 k = 0; k < DATA; k++)
			tcp[THLEN + k] = (u8)(i + k);
		len = frame(f, 0, IPPROTO_TCP, (u32)LEFT, (u32)RIGHT, 64, THLEN + DATA);
		put_be16(ip + IPV4_ID, (u16)(100 + i));
		put_be16(ip + IPV4_FRAG_OFF, frag_off);
		put_be16(ip + IPV4_CHECK, 0);
		put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN, 0));
		put_be16(tcp + 16, (u16)~tcp_sum(ip, THLEN + DATA));
		assert_true(world_inject(r->w, 0, f, len));
	}
	run(r, 50);
}

/* GRO makes one packet of them, the way out cuts it again: as they came. */
static void segments(void **state)
{
	struct router *r = router_new(DEV_IGB);
	u64 received = r->w->host[0].net.mib[IPSTATS_MIB_INPKTS];

	(void)state;
	burst(r, IP_DF);
	assert_true(r->w->host[0].net.mib[IPSTATS_MIB_INPKTS] - received < COUNT);
	assert_int_equal(r->nr, COUNT);
	for (u32 i = 0; i < COUNT; i++) {
		const u8 *ip = ip_of(r, i), *tcp = ip + IPV4_HLEN;

		assert_int_equal(r->kept[i].port, 1);
		assert_int_equal(r->kept[i].len, L4 + THLEN + DATA);
		assert_int_equal(get_be32(tcp + 4), 5000 + i * DATA);
		assert_int_equal(ip[IPV4_TTL], 63);
		assert_int_equal(get_be16(ip + IPV4_ID), 100 + i);
		assert_int_equal(tcp_sum(ip, THLEN + DATA), 0xffff);
		for (u32 k = 0; k < DATA; k++)
			assert_int_equal(tcp[THLEN + k], (u8)(i + k));
	}
	router_free(r);
}

/* Where each segment is too long for the link: cut once more, or told. */
static void segments_too_long(void **state)
{
	struct router *r = router_new(DEV_IGB);

	(void)state;
	must_config(r->w, 0, "ip link set eth1 mtu 700");
	run(r, 5000);
	r->nr = 0;
	burst(r, 0);
	assert_int_equal(r->nr, 2 * COUNT);
	for (u32 i = 0; i < 2 * COUNT; i++) {
		assert_int_equal(r->kept[i].port, 1);
		assert_int_equal(get_be16(ip_of(r, i) + IPV4_FRAG_OFF),
				 i % 2 == 0 ? 0x2000 : 680 / 8);
	}
	r->nr = 0;
	burst(r, IP_DF);
	assert_true(r->nr != 0);
	for (u32 i = 0; i < r->nr; i++)
		assert_icmp(r, i, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 0xc0000201, (u32)LEFT);
	router_free(r);
}

/* --- anything --- */

static u32 draw(u64 *s)
{
	*s = *s * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*s >> 33);
}

/* Options of any bytes, to anywhere, with and without a way: nothing breaks, nothing is left. */
static void any_options(void **state)
{
	static const u32 to[] = { (u32)RIGHT, (u32)FAR,	  0xc0000201,
				  0xc6336401, 0x0a000001, (u32)LEFT };
	static const u8 kinds[] = { 7, 68, 131, 137, 148, 134, 136, 0, 1 };
	struct router *r = router_new(DEV_TAP);
	u64 s = 5;

	(void)state;
	must_config(r->w, 0,
		    "sysctl -w net.ipv4.conf.all.accept_source_route=1; sysctl -w "
		    "net.ipv4.conf.eth0.accept_source_route=1; sysctl -w "
		    "net.ipv4.icmp_ratemask=0; ip link set eth1 mtu 200");
	for (u32 i = 0; i < 6000; i++) {
		u32 olen = 4 * (1 + draw(&s) % 10), data = draw(&s) % 400, len;
		u8 f[BYTES] = { 0 }, *ip = f + ETH;

		len = frame(f, 0, 253, (u32)LEFT, to[draw(&s) % 6], (u8)(draw(&s) % 4),
			    olen + data);
		for (u32 k = 0; k < olen; k++)
			ip[IPV4_HLEN + k] =
				(u8)(draw(&s) % 3 == 0 ? kinds[draw(&s) % 9] : draw(&s) % 45);
		ip[IPV4_HLEN] = kinds[draw(&s) % 7];
		ip[IPV4_HLEN + 1] = (u8)(draw(&s) % (olen + 2));
		if (draw(&s) % 2 != 0)
			put_be32(ip + IPV4_HLEN + 3, to[draw(&s) % 6]);
		ip[0] = (u8)(0x40 | (IPV4_HLEN + olen) / 4);
		put_be16(ip + IPV4_CHECK, 0);
		put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN + olen, 0));
		r->nr = 0;
		assert_true(world_inject(r->w, 0, f, len));
		world_settle(r->w);
	}
	router_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(across),
		cmocka_unit_test(checksums),
		cmocka_unit_test(smaller_link),
		cmocka_unit_test(error_source),
		cmocka_unit_test(redirects),
		cmocka_unit_test(proxies),
		cmocka_unit_test(proxy_entries),
		cmocka_unit_test(segments),
		cmocka_unit_test(segments_too_long),
		cmocka_unit_test(any_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
