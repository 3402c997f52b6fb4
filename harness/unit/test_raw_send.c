// SPDX-License-Identifier: MIT
/* test_raw_send.c - raw sockets: sums of pieces, memory that ends, the chain of router alerts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/csum.h"
#include "harness/lib/invariants.h"
#include "harness/lib/look.h"
#include "harness/unit/one_host.h"
#include "ipv4/icmp.h"
#include "ipv4/raw.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

enum { PROTOCOL = 200, PACKET_ROOM = 2000, RA_BYTES = 4 };

static int raw_socket(struct world *w, int protocol)
{
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_RAW, protocol);

	assert_true(fd >= 0);
	return (int)fd;
}

static s64 send_bytes(struct world *w, int fd, const u8 *data, u32 len, u32 flags)
{
	s64 ret = call_sendto(w, 0, 0, fd, data, len, flags, "192.0.2.2", 0);

	world_settle(w);
	return ret;
}

/* --- sums
 * -------------------------------------------------------------------------------------- */

static struct {
	bool odd; /* LINUX: pieces that begin at an odd place are summed as if they did not */
	u32 seen, len;
	u8 packet[PACKET_ROOM];
} passed;

/* The sum that was made while the data was copied is that of the data. */
static void look_at_sum(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	u32 hlen;

	check_packet(net, at, skb);
	if (at != CROSS_IP_OUTPUT || skb->sk == NULL || skb->sk->sk_type != SOCK_RAW ||
	    skb->sk->sk_kern_sock)
		return;
	assert_int_equal(skb->ip_summed, CHECKSUM_NONE);
	assert_true(look_packet(skb, 0, passed.packet, sizeof(passed.packet)));
	passed.len = skb->len;
	hlen = (passed.packet[0] & 15u) * 4;
	if (!passed.odd)
		assert_int_equal((u16)~csum_fold(skb->csum) % 0xffff,
				 naive_checksum(passed.packet + hlen, skb->len - hlen, 0) % 0xffff);
	passed.seen++;
}

/* Of ICMP the first two bytes are copied by themselves, and each call of a gathered datagram brings
 * such.
 */
static void sums_of_gathered_icmp(void **state)
{
	struct world *w = one_host_up(1);
	int fd = raw_socket(w, IPPROTO_ICMP);
	u8 data[40];

	(void)state;
	w->host[0].net.on_packet = look_at_sum;
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 37 + 11);
	for (u32 first = 2; first < 12; first++) {
		for (u32 second = 2; second < 12; second++) {
			u32 seen = passed.seen;

			passed.odd = first % 2 != 0;
			assert_int_equal(send_bytes(w, fd, data, first, MSG_MORE), first);
			assert_int_equal(passed.seen, seen);
			assert_int_equal(send_bytes(w, fd, data + first, second, 0), second);
			assert_int_equal(passed.seen, seen + 1);
			assert_int_equal(passed.len, IPV4_HLEN + first + second);
			assert_memory_equal(passed.packet + IPV4_HLEN, data, first + second);
		}
	}
	assert_int_equal(send_bytes(w, fd, data, 1, 0), -EFAULT);
	end_world(w);
}

/* --- memory
 * ------------------------------------------------------------------------------------ */

/* Who has not asked for errors is told that it was sent. */
static void no_memory_for_headers_of_ones_own(void **state)
{
	struct world *w = one_host_up(2);
	struct net *net = &w->host[0].net;
	int fd = raw_socket(w, IPPROTO_RAW);
	u8 ip[IPV4_HLEN] = { 0x45, [IPV4_TTL] = 64, [IPV4_PROTOCOL] = PROTOCOL };

	(void)state;
	put_be32(ip + IPV4_DADDR, (u32)PEER);
	for (u32 asked = 0; asked <= 1; asked++) {
		u64 discards = host_mib(w, IPSTATS_MIB_OUTDISCARDS);

		assert_int_equal(host_setopt(w, fd, SOL_IP, IP_RECVERR, asked), 0);
		net->skb_pool.fail_at = 1;
		assert_int_equal(send_bytes(w, fd, ip, sizeof(ip), MSG_DONTWAIT),
				 asked != 0 ? -ENOBUFS : IPV4_HLEN);
		net->skb_pool.fail_at = 0;
		assert_int_equal(host_mib(w, IPSTATS_MIB_OUTDISCARDS), discards + 1);
	}
	assert_int_equal(send_bytes(w, fd, ip, sizeof(ip), MSG_DONTWAIT), IPV4_HLEN);
	end_world(w);
}

static void no_memory_for_a_copy(void **state)
{
	struct world *w = one_host_up(3);
	struct net *net = &w->host[0].net;
	int fd = raw_socket(w, PROTOCOL);
	u32 lost = 0;
	u8 f[128] = { 0 };

	(void)state;
	for (u32 nth = 1; nth <= 6; nth++) {
		s64 got;

		net->skb_pool.fail_at = nth;
		inject(w, f, frame_ip(f, PROTOCOL, (u32)PEER, (u32)HERE, 20));
		net->skb_pool.fail_at = 0;
		got = call_recv(w, 0, 0, fd, 100, MSG_DONTWAIT);
		assert_true(got == IPV4_HLEN + 20 || got == -EAGAIN);
		lost += got == -EAGAIN;
	}
	assert_true(lost != 0 && lost < 6);
	/* Whoever has room counts as having heard of it. */
	assert_int_equal(host_mib(w, ICMP_MIB_OUTDESTUNREACHS), 0);
	end_world(w);
}

/* --- router alerts
 * ----------------------------------------------------------------------------- */

static u32 alert_frame(u8 *f)
{
	u8 *ip = f + FRAME_ETH;

	memset(f, 0, FRAME_L4 + RA_BYTES + 8);
	(void)frame_ip(f, PROTOCOL, (u32)PEER, 0xcb007101, RA_BYTES + 8);
	ip[IPV4_VIHL] = 0x46;
	memcpy(ip + IPV4_HLEN, "\x94\x04\0", RA_BYTES);
	put_be16(ip + IPV4_CHECK, 0);
	put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN + RA_BYTES, 0));
	return FRAME_L4 + RA_BYTES + 8;
}

/* The chain is in the order in which they asked, and a world that ends while it has sockets gives
 * them all back.
 */
static void chain_of_alerts(void **state)
{
	enum { SOCKETS = 5 };
	struct world *w = one_host_up(4);
	const struct net *net = &w->host[0].net;
	const struct ip_ra_chain *ra;
	int fd[SOCKETS];
	u8 f[128];

	(void)state;
	must_config(
		w, 0,
		"sysctl -q -w net.ipv4.ip_forward=1; ip route add 203.0.113.0/24 via 192.0.2.2");
	for (u32 i = 0; i < SOCKETS; i++)
		fd[i] = raw_socket(w, PROTOCOL);
	for (u32 i = SOCKETS; i-- != 0;)
		assert_int_equal(host_setopt(w, fd[i], SOL_IP, IP_ROUTER_ALERT, 1), 0);
	assert_int_equal(host_setopt(w, fd[2], SOL_IP, IP_ROUTER_ALERT, 0), 0);
	assert_int_equal(call_close(w, 0, 0, fd[SOCKETS - 1]), 0);
	assert_int_equal(host_setopt(w, fd[2], SOL_IP, IP_ROUTER_ALERT, 1), 0);
	inject(w, f, alert_frame(f));
	for (u32 i = 0; i < SOCKETS - 1; i++)
		assert_int_equal(call_recv(w, 0, 0, fd[i], 100, MSG_DONTWAIT), 32);
	ra = net->ra_chain;
	for (u32 i = 0; i < SOCKETS - 1; i++, ra = ra->next) {
		static const u32 order[] = { 3, 1, 0, 2 };
		const struct sock *sk = w->host[0].process[0].fd[fd[order[i]]]->socket.sk;

		assert_non_null(ra);
		assert_ptr_equal(ra->sk, sk);
	}
	assert_null(ra);
	assert_int_equal(host_mib(w, IPSTATS_MIB_OUTFORWDATAGRAMS), 0);
	end_world(w);
}

/* For each allocation that fails while copies are made for the chain. */
static void chain_without_memory(void **state)
{
	struct world *w = one_host_up(5);
	struct net *net = &w->host[0].net;
	int fd[2];
	u8 f[128];

	(void)state;
	must_config(
		w, 0,
		"sysctl -q -w net.ipv4.ip_forward=1; ip route add 203.0.113.0/24 via 192.0.2.2");
	for (u32 i = 0; i < 2; i++) {
		fd[i] = raw_socket(w, PROTOCOL);
		assert_int_equal(host_setopt(w, fd[i], SOL_IP, IP_ROUTER_ALERT, 1), 0);
	}
	for (u32 nth = 1; nth <= 6; nth++) {
		net->skb_pool.fail_at = nth;
		inject(w, f, alert_frame(f));
		net->skb_pool.fail_at = 0;
		for (u32 i = 0; i < 2; i++)
			(void)call_recv(w, 0, 0, fd[i], 100, MSG_DONTWAIT);
		world_check(w);
	}
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_of_gathered_icmp),
		cmocka_unit_test(no_memory_for_headers_of_ones_own),
		cmocka_unit_test(no_memory_for_a_copy),
		cmocka_unit_test(chain_of_alerts),
		cmocka_unit_test(chain_without_memory),
	};

	return cmocka_run_group_tests_name("raw_send", tests, NULL, NULL);
}
