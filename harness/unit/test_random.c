// SPDX-License-Identifier: MIT
/* test_random.c - the kernel's random numbers: from one seed, what Linux makes of it.
 *
 * random_linux.tsv has sequences of steps and what each gave on the judging kernel; here the
 * reference takes the same steps. The arithmetic below that has tests of its own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/random.h"
#include "core/neighbour.h"
#include "harness/lib/invariants.h"
#include "ipv4/icmp.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip.h"
#include "one_host.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { LINE_BYTES = 256, WORDS = 4, SOCKS = 512, GROUP_PORT = 7000, CLOSED_PORT = 4000 };
enum { SHARED_PORT = 5000, DISCARD = 9, KNOCK_FROM = 0x0a000001, NEIGH_FROM = 20 };

/* What the other end of the TAP saw last. */
static struct {
	u32 frames, icmp;
	int id; /* of the first; -2: later ones differ */
	int icmp_id;
} seen;

struct run {
	struct world *w;
	u64 time0_ps;
	int shared, nr_sock, nr_group;
	int sock[SOCKS], group[SOCKS];
	char value[LINE_BYTES]; /* what the step gave */
};

static void see(void *ctx, u32 port, bool outgoing, const u8 *f, u32 len)
{
	int id;

	(void)ctx;
	(void)port;
	if (!outgoing || len < FRAME_L4 || get_be16(f + 12) != ETH_P_IP)
		return;
	id = get_be16(f + FRAME_ETH + IPV4_ID);
	if (f[FRAME_ETH + IPV4_PROTOCOL] == IPPROTO_ICMP && seen.icmp++ == 0)
		seen.icmp_id = id;
	seen.id = seen.frames == 0 || seen.id == id ? id : -2;
	seen.frames++;
}

static void forget(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.id = -1;
	seen.icmp_id = -1;
}

static int word_int(const char *word)
{
	return (int)strtol(word, NULL, 10);
}

static u16 port_of(struct world *w, int fd)
{
	put_le32(world_umem(w, 0, SCENARIO_DATA, 4), 16);
	assert_int_equal(
		host_sys(w, SYS_NR_getsockname, (u64)fd, SCENARIO_ADDR, SCENARIO_DATA, 0, 0), 0);
	return get_be16(world_umem(w, 0, SCENARIO_ADDR, 16) + 2);
}

/* --- the steps --- */

static void run_end(struct run *r)
{
	if (r->w != NULL)
		end_world(r->w);
	r->w = NULL;
	r->nr_sock = 0;
	r->nr_group = 0;
}

static void add_neighbour(struct world *w, u32 last)
{
	char line[128];

	(void)snprintf(
		line, sizeof(line),
		"ip neigh replace 192.0.2.%u lladdr 02:00:00:00:00:02 nud permanent dev eth0",
		last);
	must_config(w, 0, line);
}

/* As the judge: all this one jiffy before the boundary that the program's time 0 is on. */
static void step_seed(struct run *r, char word[][LINE_BYTES])
{
	struct world_cfg cfg;

	run_end(r);
	cfg = scenario_bare(&limits_test, strtoull(word[1], NULL, 10));
	cfg.boot_jiffies = WORLD_BOOT_JIFFIES - 1;
	r->w = scenario_new(&cfg);
	scenario_checks_on(r->w);
	r->w->on_frame = see;
	must_config(r->w, 0, "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0");
	must_config(r->w, 0, "ip link set eth0 up");
	for (u32 i = 2; i < 9; i++)
		add_neighbour(r->w, i);
	must_config(r->w, 0, "ip route add default via 192.0.2.2");
	r->time0_ps = PS_PER_MS;
	world_run_until(r->w, r->time0_ps);
	r->shared = udp_socket(r->w);
	assert_int_equal(call_bind(r->w, 0, 0, r->shared, "0.0.0.0", SHARED_PORT), 0);
}

static void step_range(struct run *r, char word[][LINE_BYTES])
{
	char line[128];

	(void)snprintf(line, sizeof(line), "sysctl -w net.ipv4.ip_local_port_range=\"%d %d\"",
		       word_int(word[1]), word_int(word[2]));
	must_config(r->w, 0, line);
}

static void print_port(struct run *r, int fd, s64 err)
{
	(void)snprintf(r->value, sizeof(r->value), "%d", err != 0 ? (int)err : port_of(r->w, fd));
	assert_in_range(r->nr_sock, 0, SOCKS - 1);
	r->sock[r->nr_sock++] = fd;
}

static void step_bind(struct run *r, char word[][LINE_BYTES])
{
	int fd = udp_socket(r->w);

	print_port(r, fd, call_bind(r->w, 0, 0, fd, word[1], (u16)word_int(word[2])));
}

static void step_connect(struct run *r, char word[][LINE_BYTES])
{
	int fd = udp_socket(r->w);

	print_port(r, fd, call_connect(r->w, 0, 0, fd, word[1], (u16)word_int(word[2])));
}

static void step_close(struct run *r, char word[][LINE_BYTES])
{
	assert_int_equal(call_close(r->w, 0, 0, r->sock[word_int(word[1])]), 0);
}

/* A connected socket's own counter. */
static void step_csend(struct run *r, char word[][LINE_BYTES])
{
	int fd = r->sock[word_int(word[1])];
	s64 ret;

	assert_int_equal(host_setopt(r->w, fd, IPPROTO_IP, IP_MTU_DISCOVER, (u32)word_int(word[2])),
			 0);
	forget();
	ret = host_sys(r->w, SYS_NR_sendto, (u64)fd, SCENARIO_DATA, 10, 0, 0);
	world_settle(r->w);
	(void)snprintf(r->value, sizeof(r->value), "%d", ret < 0 ? (int)ret : seen.id);
}

static void step_send(struct run *r, char word[][LINE_BYTES])
{
	static const u8 data[8000];
	u32 len = (u32)word_int(word[3]);

	assert_in_range(len, 1, sizeof(data));
	assert_int_equal(
		host_setopt(r->w, r->shared, IPPROTO_IP, IP_MTU_DISCOVER, (u32)word_int(word[2])),
		0);
	forget();
	assert_int_equal(call_sendto(r->w, 0, 0, r->shared, data, len, 0, word[1], DISCARD), len);
	world_settle(r->w);
	(void)snprintf(r->value, sizeof(r->value), "%d/%u", seen.id, seen.frames);
}

static void step_at(struct run *r, char word[][LINE_BYTES])
{
	world_run_until(r->w,
			r->time0_ps + (u32)word_int(word[1]) * (u64)PS_PER_MS + PS_PER_MS / 2);
}

static void step_reach(struct run *r, char word[][LINE_BYTES])
{
	const struct neigh_table *tbl = r->w->host[0].net.arp_tbl;

	for (u32 i = 0; i < NET_DEV_MAX; i++) {
		const struct neigh_parms *p = &tbl->dev_parms[i];

		if (p->dev != NULL && strcmp(p->dev->name, word[1]) == 0)
			(void)snprintf(r->value, sizeof(r->value), "%u", (u32)p->reachable_time);
	}
}

/* So many senders knock at a closed port; each error costs a part of the host's credit. */
static void step_knock(struct run *r, char word[][LINE_BYTES])
{
	u8 f[64] = { 0 };

	forget();
	for (int i = 0; i < word_int(word[1]); i++)
		inject(r->w, f, frame_udp(f, (u32)(KNOCK_FROM + i), 7, CLOSED_PORT, 2));
	(void)snprintf(r->value, sizeof(r->value), "%u/%d", seen.icmp, seen.icmp_id);
}

static void step_group(struct run *r, char word[][LINE_BYTES])
{
	for (int i = 0; i < word_int(word[1]); i++) {
		int fd = udp_socket(r->w);

		assert_int_equal(host_setopt(r->w, fd, SOL_SOCKET, SO_REUSEPORT, 1), 0);
		assert_int_equal(call_bind(r->w, 0, 0, fd, "192.0.2.1", GROUP_PORT), 0);
		r->group[r->nr_group++] = fd;
	}
}

static void step_pick(struct run *r, char word[][LINE_BYTES])
{
	u8 f[64] = { 0 };

	inject(r->w, f, frame_udp(f, parse_ipv4(word[1]), (u16)word_int(word[2]), GROUP_PORT, 2));
	for (int i = 0; i < r->nr_group; i++)
		if (call_recv(r->w, 0, 0, r->group[i], 10, MSG_DONTWAIT) >= 0)
			(void)snprintf(r->value, sizeof(r->value), "%d", i);
}

static void step_neigh(struct run *r, char word[][LINE_BYTES])
{
	for (int i = 0; i < word_int(word[1]); i++)
		add_neighbour(r->w, (u32)(NEIGH_FROM + i));
}

/* A router on the way to ADDR says that what the shared socket sent was too large. */
static void step_toobig(struct run *r, char word[][LINE_BYTES])
{
	u8 f[FRAME_L4 + 8 + IPV4_HLEN + 8] = { 0 };
	u8 *icmp = f + FRAME_L4, *ip = icmp + 8, *udp = ip + IPV4_HLEN;

	icmp[0] = ICMP_DEST_UNREACH;
	icmp[1] = ICMP_FRAG_NEEDED;
	put_be16(icmp + 6, (u16)word_int(word[2]));
	ip[IPV4_VIHL] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, 1500);
	put_be16(ip + IPV4_FRAG_OFF, IP_DF);
	ip[IPV4_TTL] = 64;
	ip[IPV4_PROTOCOL] = IPPROTO_UDP;
	put_be32(ip + IPV4_SADDR, (u32)HERE);
	put_be32(ip + IPV4_DADDR, parse_ipv4(word[1]));
	put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN, 0));
	put_be16(udp, SHARED_PORT);
	put_be16(udp + 2, DISCARD);
	put_be16(udp + 4, 1480);
	put_be16(icmp + 2, (u16)~naive_checksum(icmp, 8 + IPV4_HLEN + 8, 0));
	inject(r->w, f, frame_ip(f, IPPROTO_ICMP, (u32)PEER, (u32)HERE, 8 + IPV4_HLEN + 8));
	/* The socket's error is read away. */
	put_le32(world_umem(r->w, 0, SCENARIO_ADDR, 4), 4);
	assert_int_equal(host_sys(r->w, SYS_NR_getsockopt, (u64)r->shared, SOL_SOCKET, SO_ERROR,
				  SCENARIO_DATA, SCENARIO_ADDR),
			 0);
}

static void step_draws(struct run *r, char word[][LINE_BYTES])
{
	(void)word;
	(void)snprintf(r->value, sizeof(r->value), "%u", (u32)r->w->host[0].net.random->draws);
}

static const struct step {
	const char *name;
	void (*run)(struct run *r, char word[][LINE_BYTES]);
} steps[] = {
	{ "seed", step_seed },	     { "range", step_range }, { "bind", step_bind },
	{ "connect", step_connect }, { "close", step_close }, { "csend", step_csend },
	{ "send", step_send },	     { "at", step_at },	      { "reach", step_reach },
	{ "knock", step_knock },     { "group", step_group }, { "pick", step_pick },
	{ "neigh", step_neigh },     { "draws", step_draws }, { "toobig", step_toobig },
};

static void take_step(struct run *r, char *line)
{
	static char word[WORDS][LINE_BYTES];
	char *save = NULL;
	u32 n = 0;

	memset(word, 0, sizeof(word));
	for (char *p = strtok_r(line, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save)) {
		assert_in_range(n, 0, WORDS - 1);
		(void)snprintf(word[n++], LINE_BYTES, "%s", p);
	}
	(void)snprintf(r->value, sizeof(r->value), "-");
	for (u32 i = 0; i < ARRAY_SIZE(steps); i++) {
		if (strcmp(steps[i].name, word[0]) == 0) {
			steps[i].run(r, word);
			return;
		}
	}
	fail_msg("there is no step %s", word[0]);
}

static void every_draw_as_linux(void **state)
{
	FILE *f = fopen("harness/unit/random_linux.tsv", "r");
	static struct run r;
	static char line[LINE_BYTES], text[LINE_BYTES];
	u32 compared = 0, differ = 0, nr = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		char *want = strchr(line, '\t');

		nr++;
		if (line[0] == '#')
			continue;
		assert_non_null(want);
		*want++ = '\0';
		want[strcspn(want, "\n")] = '\0';
		memcpy(text, line, sizeof(text));
		take_step(&r, line);
		compared += strcmp(want, "-") != 0;
		if (strcmp(r.value, want) != 0) {
			printf("random_linux.tsv:%u: %s: got %s, Linux %s\n", nr, text, r.value,
			       want);
			differ++;
		}
	}
	(void)fclose(f);
	run_end(&r);
	printf("%u values compared, %u differ\n", compared, differ);
	assert_true(compared > 500);
	assert_int_equal(differ, 0);
}

/* --- arithmetic --- */

/* The generator is SplitMix64: its first values from state 0 are published. */
static void known_values(void **state)
{
	struct random r;

	(void)state;
	random_seed(&r, 0);
	assert_int_equal(get_random_u64(&r), 0xe220a8397b1dcdafull);
	assert_int_equal(get_random_u32(&r), 0xa1b965f4u);
	assert_int_equal(get_random_u16(&r), 0x454f);
	assert_int_equal(r.draws, 3);
	assert_int_equal(random_secret_u64(0), 0xe220a8397b1dcdafull);
	assert_int_equal(random_secret_u64(2), 0x06c45d188009454full);
	assert_int_equal(random_secret_u32(0), 0x7b1dcdafu);
	assert_int_equal(random_secret_u32(1), 0xe220a839u);
	assert_int_equal(random_secret_u32(4), 0x8009454fu);
}

static void below_stays_below_and_reaches_all(void **state)
{
	struct random r;
	u32 seen_wide = 0, seen_byte = 0;

	(void)state;
	random_seed(&r, 1);
	for (u32 i = 0; i < 1000; i++) {
		u32 wide = get_random_u32_below(&r, 5), byte = get_random_u8_below(&r, 5);

		assert_true(wide < 5);
		assert_true(byte < 5);
		seen_wide |= 1u << wide;
		seen_byte |= 1u << byte;
	}
	assert_int_equal(seen_wide, 0x1f);
	assert_int_equal(seen_byte, 0x1f);
	for (u32 i = 0; i < 1000; i++)
		assert_true(get_random_u32_below(&r, U32_MAX) < U32_MAX);
}

/* What would favour a result is drawn again; a ceiling of one costs a draw only where Linux does
 * not know it beforehand.
 */
static void rejected_draws_count(void **state)
{
	/* 0x33333333 * 5 = 0xffffffff: kept; 0 * 5 = 0 < 2^32 % 5 = 1: not. */
	static const u64 words[] = { 0, 0x33333333, 0, 0x33 };
	struct random r;

	(void)state;
	random_seed(&r, 9);
	random_tape(&r, words, ARRAY_SIZE(words));
	assert_int_equal(get_random_u32_below(&r, 5), 0);
	assert_int_equal(r.draws, 2);
	assert_int_equal(get_random_u8_below(&r, 5), 0); /* 0 * 5 < 256 % 5; 0x33 * 5 = 0xff */
	assert_int_equal(r.draws, 4);
	assert_int_equal(get_random_u32_below(&r, 1), 0);
	assert_int_equal(r.draws, 5);
	assert_int_equal(get_random_u8_below(&r, 1), 0);
	assert_int_equal(r.draws, 5);
}

static void tape_first_then_the_stream(void **state)
{
	static const u64 values[] = { 0x100000005ull, 0x90000000 };
	struct random r, plain;

	(void)state;
	random_seed(&r, 9);
	random_seed(&plain, 9);
	random_tape(&r, values, ARRAY_SIZE(values));
	assert_int_equal(get_random_u32(&r), 5);
	assert_int_equal(get_random_u32_below(&r, 10), 5);
	assert_int_equal(get_random_u64(&r), get_random_u64(&plain));
}

/* Hosts share the kernel's stream and its table of ids, as the judge's namespaces do. */
static void hosts_share_the_stream(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_TAP, &limits_test, COST_JUDGE, 1, 11);
	struct world *w = scenario_two_hosts_up(&cfg);

	(void)state;
	assert_ptr_equal(w->host[0].net.random, w->host[1].net.random);
	assert_ptr_equal(w->host[0].net.ip_ident, w->host[1].net.ip_ident);
	assert_int_equal(w->host[0].net.hash_mix, w->host[1].net.hash_mix);
	/* lo and eth0 of both. */
	assert_true(w->host[0].net.random->draws >= 4);
	end_world(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "random/known_values", known_values, NULL, NULL, NULL },
		{ "random/below", below_stays_below_and_reaches_all, NULL, NULL, NULL },
		{ "random/rejected_draws_count", rejected_draws_count, NULL, NULL, NULL },
		{ "random/tape_first", tape_first_then_the_stream, NULL, NULL, NULL },
		{ "random/hosts_share_the_stream", hosts_share_the_stream, NULL, NULL, NULL },
		{ "random/every_draw_as_linux", every_draw_as_linux, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
