// SPDX-License-Identifier: MIT
/* test_arp.c - what ARP packets do: answers, entries, and everything that must do nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/unit/arp_net.h"

/* One packet into a fresh host that knows nobody (or, with `known`, 192.0.2.7 at :77, for two
 * seconds). */
struct arp_case {
	const char *name;
	const char *config; /* NULL: none */
	struct arp_frame f;
	bool known;
	bool answered; /* with a reply to :sha_last */
	u32 nud;       /* of f.sip afterwards; 0xff: no entry */
	u8 lladdr;     /* its address */
};

#define REQUEST .op = ARPOP_REQUEST, .broadcast = true
#define REPLY	.op = ARPOP_REPLY, .tha_last = 1
#define FROM7	.sip = "192.0.2.7", .sha_last = 0x55
#define FOR_US	.tip = "192.0.2.1"

static const struct arp_case cases[] = {
	{ "request/for_us", NULL, { REQUEST, FROM7, FOR_US }, false, true, NUD_STALE, 0x55 },
	{ "request/for_other",
	  NULL,
	  { REQUEST, FROM7, .tip = "192.0.2.99" },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/for_other_known",
	  NULL,
	  { REQUEST, FROM7, .tip = "192.0.2.99" },
	  true,
	  false,
	  NUD_STALE,
	  0x55 },
	{ "request/unicast",
	  NULL,
	  { .op = ARPOP_REQUEST, FROM7, FOR_US },
	  false,
	  true,
	  NUD_STALE,
	  0x55 },
	{ "request/ieee802",
	  NULL,
	  { REQUEST, FROM7, FOR_US, .hrd = 6 },
	  false,
	  true,
	  NUD_STALE,
	  0x55 },
	{ "request/wrong_hrd", NULL, { REQUEST, FROM7, FOR_US, .hrd = 2 }, false, false, 0xff, 0 },
	{ "request/wrong_pro",
	  NULL,
	  { REQUEST, FROM7, FOR_US, .pro = 0x86dd },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/wrong_hln", NULL, { REQUEST, FROM7, FOR_US, .hln = 8 }, false, false, 0xff, 0 },
	{ "request/wrong_pln", NULL, { REQUEST, FROM7, FOR_US, .pln = 16 }, false, false, 0xff, 0 },
	{ "request/multicast_target",
	  NULL,
	  { REQUEST, FROM7, .tip = "224.0.0.1" },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/loopback_target",
	  NULL,
	  { REQUEST, FROM7, .tip = "127.0.0.1" },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/probe",
	  NULL,
	  { REQUEST, .sip = "0.0.0.0", .sha_last = 0x55, FOR_US },
	  false,
	  true,
	  0xff,
	  0 },
	{ "request/probe_other",
	  NULL,
	  { REQUEST, .sip = "0.0.0.0", .sha_last = 0x55, .tip = "192.0.2.8" },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/ignore_8",
	  "sysctl -w net.ipv4.conf.eth0.arp_ignore=8",
	  { REQUEST, FROM7, FOR_US },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/ignore_1_ours",
	  "sysctl -w net.ipv4.conf.all.arp_ignore=1",
	  { REQUEST, FROM7, FOR_US },
	  false,
	  true,
	  NUD_STALE,
	  0x55 },
	{ "request/ignore_1_lo",
	  "ip addr add 192.0.2.200/32 dev lo; sysctl -w net.ipv4.conf.all.arp_ignore=1",
	  { REQUEST, FROM7, .tip = "192.0.2.200" },
	  false,
	  false,
	  0xff,
	  0 },
	{ "request/ignore_0_lo",
	  "ip addr add 192.0.2.200/32 dev lo",
	  { REQUEST, FROM7, .tip = "192.0.2.200" },
	  false,
	  true,
	  NUD_STALE,
	  0x55 },
	{ "request/filter",
	  "sysctl -w net.ipv4.conf.eth0.arp_filter=1",
	  { REQUEST, FROM7, FOR_US },
	  false,
	  true,
	  NUD_STALE,
	  0x55 },
	{ "reply/unasked", NULL, { REPLY, FROM7, FOR_US }, false, false, 0xff, 0 },
	{ "reply/unasked_accept",
	  "sysctl -w net.ipv4.conf.eth0.arp_accept=1",
	  { REPLY, FROM7, FOR_US },
	  false,
	  false,
	  NUD_REACHABLE,
	  0x55 },
	{ "reply/accept_2_in_subnet",
	  "sysctl -w net.ipv4.conf.eth0.arp_accept=2",
	  { REPLY, FROM7, FOR_US },
	  false,
	  false,
	  NUD_REACHABLE,
	  0x55 },
	{ "reply/accept_2_elsewhere",
	  "sysctl -w net.ipv4.conf.eth0.arp_accept=2; ip route add default dev eth0",
	  { REPLY, .sip = "198.51.100.7", .sha_last = 0x55, FOR_US },
	  false,
	  false,
	  0xff,
	  0 },
	{ "reply/known", NULL, { REPLY, FROM7, FOR_US }, true, false, NUD_REACHABLE, 0x55 },
	{ "reply/known_broadcast",
	  NULL,
	  { REPLY, FROM7, FOR_US, .broadcast = true },
	  true,
	  false,
	  NUD_STALE,
	  0x55 },
	{ "garp/request_known",
	  NULL,
	  { REQUEST, FROM7, .tip = "192.0.2.7" },
	  true,
	  false,
	  NUD_STALE,
	  0x55 },
	{ "garp/request_unknown",
	  NULL,
	  { REQUEST, FROM7, .tip = "192.0.2.7" },
	  false,
	  false,
	  0xff,
	  0 },
	{ "garp/request_accept",
	  "sysctl -w net.ipv4.conf.all.arp_accept=1",
	  { REQUEST, FROM7, .tip = "192.0.2.7" },
	  false,
	  false,
	  NUD_STALE,
	  0x55 },
	{ "garp/drop",
	  "sysctl -w net.ipv4.conf.all.drop_gratuitous_arp=1",
	  { REQUEST, FROM7, .tip = "192.0.2.7" },
	  true,
	  false,
	  NUD_STALE,
	  0x77 },
	{ "op/rarp", NULL, { .op = 3, FROM7, FOR_US }, true, false, NUD_STALE, 0x77 },
	{ "op/zero", NULL, { .op = 0, FROM7, FOR_US }, true, false, NUD_STALE, 0x77 },
};

static void check_case(const struct arp_case *c)
{
	struct arp_net *a = arp_net_new(true);
	bool answered;

	if (c->config != NULL)
		arp_net_config(a, c->config);
	if (c->known)
		arp_net_config(
			a, "ip neigh add 192.0.2.7 dev eth0 lladdr 02:00:00:00:00:77 nud stale");
	arp_net_run(a, 2000);
	a->nr_sent = 0;
	arp_net_inject(a, &c->f);
	answered = a->nr_sent == 1 && is_arp(&a->sent[0], ARPOP_REPLY, c->f.sip, c->f.sha_last);
	if (answered != c->answered || a->nr_sent != c->answered || nud_of(a, c->f.sip) != c->nud ||
	    (c->nud != 0xff && lladdr_of(a, c->f.sip) != c->lladdr))
		fail_msg("%s: %u frames, answered %d (want %d), state %#x (want %#x), address %#x "
			 "(want %#x)",
			 c->name, a->nr_sent, answered, c->answered, nud_of(a, c->f.sip), c->nud,
			 lladdr_of(a, c->f.sip), c->lladdr);
	arp_net_free(a);
}

static void table(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		check_case(&cases[i]);
}

/* The answer, byte by byte. */
static void reply_bytes(void **state)
{
	static const u8 want[42] = { 2,	  0, 0, 0, 0, 0x55, 2, 0, 0, 0,	   0,	1, 8, 6,
				     0,	  1, 8, 0, 6, 4,    0, 2, 2, 0,	   0,	0, 0, 1,
				     192, 0, 2, 1, 2, 0,    0, 0, 0, 0x55, 192, 0, 2, 7 };
	struct arp_net *a = arp_net_new(true);
	const struct arp_frame f = { REQUEST, FROM7, FOR_US };

	(void)state;
	arp_net_inject(a, &f);
	assert_int_equal(a->nr_sent, 1);
	assert_int_equal(a->sent[0].len, sizeof(want));
	assert_memory_equal(a->sent[0].data, want, sizeof(want));
	arp_net_free(a);
}

/* Of several answers within a second the first counts. */
static void locktime(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct arp_frame f = { REPLY, FROM7, FOR_US };
	s64 fd = arp_net_socket(a);

	(void)state;
	assert_int_equal(arp_net_send(a, fd, "192.0.2.7"), 1);
	arp_net_inject(a, &f);
	assert_int_equal(lladdr_of(a, "192.0.2.7"), 0x55);
	f.sha_last = 0x66;
	arp_net_run(a, 900);
	arp_net_inject(a, &f);
	assert_int_equal(lladdr_of(a, "192.0.2.7"), 0x55);
	arp_net_run(a, 200);
	arp_net_inject(a, &f);
	assert_int_equal(lladdr_of(a, "192.0.2.7"), 0x66);
	assert_int_equal(arp_net_send(a, fd, "192.0.2.7"), 1);
	assert_true(is_udp_to(&a->sent[a->nr_sent - 1], 0x66)); /* the cached header followed */
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* A request cut after each byte, and one with its header's bits flipped one by one: counted, never
 * worse. */
static void every_length_and_bit(void **state)
{
	struct arp_net *a = arp_net_new(true);
	const struct arp_frame f = { REQUEST, FROM7, FOR_US };
	u8 frame[60];

	(void)state;
	arp_frame_build(&f, frame);
	for (u32 len = 14; len <= 60; len++) {
		world_inject(a->w, 0, frame, len);
		world_settle(a->w);
		assert_int_equal(a->nr_sent, len < 42 ? 0 : len - 41);
	}
	for (u32 bit = 12 * 8; bit < 42 * 8; bit++) {
		frame[bit / 8] ^= (u8)(1u << bit % 8);
		world_inject(a->w, 0, frame, 60);
		world_settle(a->w);
		frame[bit / 8] ^= (u8)(1u << bit % 8);
	}
	arp_net_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(reply_bytes),
		cmocka_unit_test(locktime),
		cmocka_unit_test(every_length_and_bit),
	};

	return cmocka_run_group_tests_name("arp", tests, NULL, NULL);
}
