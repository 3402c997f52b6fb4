// SPDX-License-Identifier: MIT
/* test_hostile.c - frames of every length and with every wild field, and system calls with every
 * bad argument.
 *
 * A frame is delivered, answered or counted; never does it vanish. A call returns what Linux 6.12
 * returned: hostile_linux.tsv has its answers to the calls of hostile_calls.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/dma.h"
#include "harness/lib/invariants.h"
#include "harness/lib/scenario.h"
#include "harness/unit/hostile_calls.h"
#include "uapi/errno.h"

/* -------- frames -------- */

enum { FRAME_MAX = 1600, ETH = 14, IP = ETH + 20, BASE_MAX = 128, PORT = 7000, BATCH = 512 };

struct frames {
	struct world *w;
	enum world_dev_kind kind;
	u32 in_batch;
	u64 offered;
};

/* A host that listens on every address, and nobody at the other end of its cable. */
static struct frames begin(enum world_dev_kind kind)
{
	struct frames f = { .kind = kind };
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);

	cfg.dev[0].kind = kind;
	f.w = scenario_new(&cfg);
	must_config(f.w, 0,
		    "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up");
	if (kind == DEV_IGB)
		world_run_until(f.w, f.w->sim.now_ps + 5 * PS_PER_SEC);
	assert_int_equal(call_socket(f.w, 0, 0, AF_INET, SOCK_DGRAM, 0), 3);
	assert_int_equal(call_bind(f.w, 0, 0, 3, "0.0.0.0", PORT), 0);
	scenario_checks_on(f.w);
	f.w->checks = false; /* once a batch */
	return f;
}

static void drain(struct frames *f)
{
	while (call_recv(f->w, 0, 0, 3, FRAME_MAX, MSG_DONTWAIT) >= 0)
		;
}

/* Reassembly and neighbours give up after half a minute: then nothing of the frames is left. */
static void settle(struct frames *f)
{
	drain(f);
	world_run_until(f->w, f->w->sim.now_ps + 40 * PS_PER_SEC);
	drain(f);
	assert_int_equal(f->w->host[0].net.skb_pool.used, 0);
	assert_int_equal(f->w->host[0].net.head_pool[0].used, 0);
	world_check(f->w);
	f->in_batch = 0;
}

static void end(struct frames *f)
{
	const char *which = "";

	settle(f);
	world_exit(f->w);
	assert_int_equal(world_leaks(f->w, &which), 0);
	assert_int_equal(f->w->host[0].dma->live, 0);
	scenario_free(f->w);
}

/* What is known of the frames so far. */
struct account {
	u64 drops, device, card, delivered, answers;
};

static struct account count(const struct frames *f)
{
	const struct net *net = &f->w->host[0].net;
	const struct net_device_stats *s = &f->w->port[0].dev->stats;
	struct account a = { .device = s->rx_dropped + s->rx_errors };

	for (u32 i = 0; i < DROP_MAX; i++)
		a.drops += net->drops[i];
	if (f->kind == DEV_IGB)
		a.card = nic_drops(&f->w->port[0].nic->nic);
	/* The next layer took it: a protocol counts what it does with it, reassembly holds it. */
	a.delivered = net->mib[UDP_MIB_INDATAGRAMS] + net->mib[ICMP_MIB_INMSGS] +
		      net->mib[IPSTATS_MIB_REASMREQDS];
	a.answers = net->mib[ICMP_MIB_OUTMSGS];
	return a;
}

_Noreturn static void complain(const u8 *bytes, u32 len, const char *what)
{
	print_error("%s, %u bytes:", what, len);
	for (u32 i = 0; i < len && i < 80; i++)
		print_error(" %02x", bytes[i]);
	print_error("\n");
	fail();
	abort();
}

static void frame(struct frames *f, const u8 *bytes, u32 len)
{
	u32 skip = f->kind == DEV_TUN ? ETH : 0;
	struct account a, b;
	u64 gone;

	if (len < skip)
		return;
	a = count(f);
	if (!world_inject(f->w, 0, bytes + skip, len - skip))
		complain(bytes, len, "no room");
	world_run_until(f->w, f->w->sim.now_ps + (f->kind == DEV_IGB ? 400 : 2) * PS_PER_US);
	drain(f);
	b = count(f);
	f->offered++;
	gone = (b.drops - a.drops) + (b.card - a.card);
	/* ARP, as in Linux, consumes what it does not want. */
	if (gone == 0 && b.device == a.device && b.delivered == a.delivered &&
	    get_be16(bytes + 12) != ETH_P_ARP && !(f->kind != DEV_TUN && len < ETH))
		complain(bytes, len, "a frame vanished");
	/* What we answer may find no neighbour. */
	if (gone > 1 + (b.answers - a.answers) && b.delivered == a.delivered)
		complain(bytes, len, "a frame was dropped twice");
	if (++f->in_batch == BATCH)
		settle(f);
}

/* -------- frames that mean something -------- */

static void put_ip(u8 *f, u8 protocol, u32 payload, u16 frag)
{
	u8 *ip = f + ETH;

	memset(f, 0, BASE_MAX);
	f[0] = f[6] = 2;
	f[5] = 1;
	f[11] = 2;
	put_be16(f + 12, ETH_P_IP);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(20 + payload));
	put_be16(ip + 4, 77);
	put_be16(ip + 6, frag);
	ip[8] = 64;
	ip[9] = protocol;
	put_be32(ip + 12, 0xc0000202);
	put_be32(ip + 16, 0xc0000201);
	put_be16(ip + 10, (u16)~naive_checksum(ip, 20, 0));
}

static u32 make_udp(u8 *f)
{
	put_ip(f, IPPROTO_UDP, 48, 0);
	put_be16(f + IP, 9999);
	put_be16(f + IP + 2, PORT);
	put_be16(f + IP + 4, 48);
	return IP + 48;
}

static u32 make_closed(u8 *f)
{
	u32 len = make_udp(f);

	put_be16(f + IP + 2, 9);
	return len;
}

static u32 make_fragment(u8 *f)
{
	u32 len = make_udp(f);

	put_ip(f, IPPROTO_UDP, 48, 0x2000);
	return len;
}

static u32 make_later_fragment(u8 *f)
{
	put_ip(f, IPPROTO_UDP, 48, 6);
	return IP + 48;
}

static u32 make_echo(u8 *f)
{
	put_ip(f, IPPROTO_ICMP, 40, 0);
	f[IP] = 8;
	put_be16(f + IP + 2, (u16)~naive_checksum(f + IP, 40, 0));
	return IP + 40;
}

static u32 make_unreachable(u8 *f)
{
	u8 quoted[BASE_MAX];

	make_udp(quoted);
	put_be32(quoted + ETH + 12, 0xc0000201);
	put_be32(quoted + ETH + 16, 0xc0000202);
	put_be16(quoted + IP, PORT);
	put_be16(quoted + IP + 2, 9999);
	put_ip(f, IPPROTO_ICMP, 36, 0);
	f[IP] = 3;
	f[IP + 1] = 3;
	memcpy(f + IP + 8, quoted + ETH, 28);
	put_be16(f + IP + 2, (u16)~naive_checksum(f + IP, 36, 0));
	return IP + 36;
}

static u32 make_options(u8 *f)
{
	static const u8 options[20] = { 7, 11, 4, [11] = 68, 8, 5 }; /* record route, timestamp */

	put_ip(f, IPPROTO_UDP, 60, 0);
	f[ETH] = 0x4a;
	memcpy(f + IP, options, sizeof(options));
	put_be16(f + IP + 20, 9999);
	put_be16(f + IP + 22, PORT);
	put_be16(f + IP + 24, 40);
	put_be16(f + ETH + 10, 0);
	put_be16(f + ETH + 10, (u16)~naive_checksum(f + ETH, 40, 0));
	return IP + 60;
}

static u32 make_arp(u8 *f)
{
	memset(f, 0, BASE_MAX);
	memset(f, 0xff, 6);
	f[6] = f[22] = 2;
	f[11] = f[27] = 2;
	put_be16(f + 12, ETH_P_ARP);
	put_be16(f + 14, 1);
	put_be16(f + 16, ETH_P_IP);
	f[18] = 6;
	f[19] = 4;
	put_be16(f + 20, 1);
	put_be32(f + 28, 0xc0000202);
	put_be32(f + 38, 0xc0000201);
	return 60;
}

static u32 (*const makers[])(u8 *f) = { make_udp,      make_closed,
					make_fragment, make_later_fragment,
					make_echo,     make_unreachable,
					make_options,  make_arp };

/* -------- what is done to them -------- */

static void every_length(struct frames *f)
{
	u8 bytes[FRAME_MAX];
	struct rng r;

	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 len = 0; len <= FRAME_MAX; len++) {
		memset(bytes, 0, sizeof(bytes));
		frame(f, bytes, len);
		memset(bytes, 0xff, sizeof(bytes));
		frame(f, bytes, len);
		for (u32 i = 0; i < len; i++)
			bytes[i] = (u8)rng_u32(&r);
		frame(f, bytes, len);
		make_udp(bytes); /* a header that may claim more or less than there is */
		frame(f, bytes, len);
	}
}

static void every_truncation(struct frames *f)
{
	u8 bytes[BASE_MAX];

	for (u32 m = 0; m < ARRAY_SIZE(makers); m++) {
		u32 full = makers[m](bytes);

		for (u32 len = 0; len <= full; len++)
			frame(f, bytes, len);
	}
}

/* Each byte takes each value, once with IP's checksum left as it was, once made right again. */
static void every_field(struct frames *f, u32 step)
{
	u8 bytes[BASE_MAX];

	for (u32 m = 0; m < ARRAY_SIZE(makers); m++) {
		u32 len = makers[m](bytes);

		for (u32 at = 0; at < len && at < IP + 20; at++) {
			for (u32 v = 0; v < 256; v += step) {
				makers[m](bytes);
				bytes[at] = (u8)v;
				frame(f, bytes, len);
				if (makers[m] == make_arp || at < ETH || at >= IP)
					continue;
				put_be16(bytes + ETH + 10, 0);
				put_be16(bytes + ETH + 10,
					 (u16)~naive_checksum(bytes + ETH, (bytes[ETH] & 15u) * 4,
							      0));
				frame(f, bytes, len);
			}
		}
	}
}

static void all_frames(enum world_dev_kind kind, u32 step)
{
	struct frames f = begin(kind);

	every_length(&f);
	every_truncation(&f);
	every_field(&f, step);
	end(&f);
}

static void test_tap_frames(void **state)
{
	(void)state;
	all_frames(DEV_TAP, 1);
}

static void test_tun_frames(void **state)
{
	(void)state;
	all_frames(DEV_TUN, 1);
}

static void test_igb_frames(void **state)
{
	(void)state;
	all_frames(DEV_IGB, 2);
}

/* -------- calls -------- */

static s64 sys(struct world *w, u32 nr, u64 a, u64 b, u64 c, u64 d)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d };
	s64 ret;

	return world_call(w, 0, 0, (enum sys_nr)nr, arg, &ret) ? ret : -EPARKED;
}

static void start_over(struct world *w, u8 *mem)
{
	struct process *p = &w->host[0].process[0];

	for (u32 fd = 3; fd < p->fd_high; fd++)
		if (p->fd[fd] != NULL)
			assert_int_equal(sys(w, SYS_NR_close, fd, 0, 0, 0), 0);
	hc_memory(mem);
	assert_int_equal(sys(w, SYS_NR_socket, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0, 0), 3);
	assert_int_equal(sys(w, SYS_NR_socket, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0, 0), 4);
	assert_int_equal(sys(w, SYS_NR_bind, 3, HC_ADDR, 16, 0), 0);
	assert_int_equal(sys(w, SYS_NR_connect, 4, HC_ADDR, 16, 0), 0);
	assert_int_equal(sys(w, SYS_NR_sendto, 4, HC_DATA, 10, 0), 10);
}

/* MSG_CMSG_COMPAT: x86-64's kernel also runs 32-bit programs and refuses this flag of a 64-bit one;
 * the kernel that was asked runs none and does not know it.
 */
static bool is_compat_flag(const struct hc_row *r, u32 at, u32 i)
{
	return (r->nr == SYS_NR_sendmsg || r->nr == SYS_NR_recvmsg) && r->kind[at] == HC_FLAGS &&
	       i == 31;
}

/* One line of the kernel's answers. Returns how many differ. */
static u32 check_line(struct world *w, u32 row, u32 at, char *answers)
{
	const struct hc_row *r = &hc_rows[row];
	u8 *mem = world_umem(w, 0, HC_MEM, HC_MEM_BYTES);
	u32 n = hc_values(hc_kind_of(r, at)), bad = 0;
	char *next = answers;

	for (u32 i = 0; i < n; i++) {
		char *word = next;
		u64 arg[SYS_ARGS];
		long want;
		s64 ret;

		want = strtol(word, &next, 10);
		if (next == word) {
			assert_true(hc_skipped(r, at, i));
			next = strchr(word, '-') + 1;
			continue;
		}
		if (is_compat_flag(r, at, i))
			want = -EINVAL;
		start_over(w, mem);
		hc_args(r, at, i, mem, arg);
		if (!world_call(w, 0, 0, (enum sys_nr)r->nr, arg, &ret))
			ret = call_finish(w, 0, 0, PS_PER_SEC);
		if (ret == want)
			continue;
		bad++;
		print_error("row %u: %s() with %016llx as argument %u: %d, not %ld\n", row, r->name,
			    (unsigned long long)hc_value(hc_kind_of(r, at), i), at, (int)ret, want);
	}
	return bad;
}

static void test_calls(void **state)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);
	FILE *in = fopen("harness/unit/hostile_linux.tsv", "r");
	u32 bad = 0, lines = 0, want_lines = 0;
	const char *which = "";
	char line[4096];

	(void)state;
	assert_non_null(in);
	must_config(w, 0, "ip link set lo up");
	while (fgets(line, sizeof(line), in) != NULL) {
		char name[32];
		u32 row, at;
		int used;

		if (line[0] == '#')
			continue;
		assert_int_equal(sscanf(line, "%u\t%31s\t%u\t%n", &row, name, &at, &used), 3);
		assert_true(row < HC_ROWS);
		assert_true(at < SYS_ARGS);
		assert_string_equal(name, hc_rows[row].name);
		bad += check_line(w, row, at, line + used);
		lines++;
	}
	fclose(in);
	for (u32 i = 0; i < HC_ROWS; i++)
		for (u32 at = 0; at < SYS_ARGS; at++)
			want_lines += hc_rows[i].kind[at] != HC_NONE;
	assert_int_equal(lines, want_lines);
	assert_int_equal(bad, 0);
	world_check(w);
	world_exit(w);
	assert_int_equal(world_leaks(w, &which), 0);
	scenario_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tap_frames),
		cmocka_unit_test(test_tun_frames),
		cmocka_unit_test(test_igb_frames),
		cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
