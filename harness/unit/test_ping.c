// SPDX-License-Identifier: MIT
/* test_ping.c - ping sockets: identifiers that come round, who gets an answer, memory that ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "ipv4/icmp.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

enum { ECHO_ID = 4, ECHO_SEQ = 6, ECHO_BYTES = 12, FRAME_ROOM = 2000, LAST_IDENT = 65535 };
enum { OTHER = (int)0xc0000207 /* 192.0.2.7, ours too */ };

static const u8 echo[ECHO_BYTES] = { ICMP_ECHO, 0, 0, 0, 0, 0, 0, 1, 'a', 'b', 'c', 'd' };

static struct world *up(u64 seed)
{
	struct world *w = one_host_up(seed);

	must_config(w, 0, "ip addr add 192.0.2.7/24 dev eth0");
	w->host[0].net.sysctl.ping_group_min = 0;
	w->host[0].net.sysctl.ping_group_max = 0;
	return w;
}

static int ping_socket(struct world *w)
{
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

	assert_true(fd >= 0);
	return (int)fd;
}

/* Of the socket that has got its identifier last. */
static u16 last_ident(const struct world *w)
{
	return hlist_entry(w->host[0].net.ping_socks.first, const struct sock, common.skc_node)
		->sk_num;
}

static u32 reply_frame(u8 *f, u16 ident, u32 daddr)
{
	u8 *icmp = f + FRAME_L4;

	memcpy(icmp, echo, ECHO_BYTES);
	icmp[ICMP_TYPE] = ICMP_ECHOREPLY;
	put_be16(icmp + ECHO_ID, ident);
	put_be16(icmp + ICMP_CHECK, (u16)~naive_checksum(icmp, ECHO_BYTES, 0));
	return frame_ip(f, IPPROTO_ICMP, (u32)PEER, daddr, ECHO_BYTES);
}

/* After the last one comes the first that nobody has; 0 is none. */
static void identifiers_come_round(void **state)
{
	static const u16 expected[] = { LAST_IDENT, 2, 3, 5 };
	struct world *w = up(1);

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, ping_socket(w), "0.0.0.0", 1), 0);
	assert_int_equal(call_bind(w, 0, 0, ping_socket(w), "0.0.0.0", 4), 0);
	w->host[0].net.ping_port_rover = LAST_IDENT - 1;
	for (u32 i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(call_bind(w, 0, 0, ping_socket(w), "0.0.0.0", 0), 0);
		assert_int_equal(last_ident(w), expected[i]);
	}
	assert_int_equal(w->host[0].net.ping_port_rover, 5);
	end_world(w);
}

/* --- who gets an answer
 * ------------------------------------------------------------------------ */

enum { SOCKETS = 40, IDENTS = 4, ROUNDS = 4000 };

struct model_sock {
	int fd;	   /* -1: none */
	u16 ident; /* 0: not bound */
	u32 addr;
	bool reuse;
	u32 age; /* when it was bound */
};

static struct model_sock model[SOCKETS];
static u32 clock_now;

static bool model_taken(const struct model_sock *s, u16 ident)
{
	for (u32 i = 0; i < SOCKETS; i++) {
		const struct model_sock *other = &model[i];

		if (other == s || other->fd < 0 || other->ident != ident)
			continue;
		if (!other->reuse || !s->reuse)
			return true;
	}
	return false;
}

/* The youngest that fits. */
static struct model_sock *model_lookup(u16 ident, u32 daddr)
{
	struct model_sock *best = NULL;

	for (u32 i = 0; i < SOCKETS; i++) {
		struct model_sock *s = &model[i];

		if (s->fd < 0 || s->ident != ident || (s->addr != 0 && s->addr != daddr))
			continue;
		if (best == NULL || s->age > best->age)
			best = s;
	}
	return best;
}

static void change_one(struct world *w, struct rng *r)
{
	static const struct {
		const char *text;
		u32 addr;
	} addrs[] = { { "0.0.0.0", 0 }, { "192.0.2.1", (u32)HERE }, { "192.0.2.7", (u32)OTHER } };
	struct model_sock *s = &model[rng_below(r, SOCKETS)];
	u16 ident = (u16)(1 + rng_below(r, IDENTS));
	u32 a = rng_below(r, ARRAY_SIZE(addrs));
	s64 err;

	if (s->fd >= 0 && rng_below(r, 3) == 0) {
		assert_int_equal(call_close(w, 0, 0, s->fd), 0);
		s->fd = -1;
		return;
	}
	if (s->fd < 0) {
		*s = (struct model_sock){ .fd = ping_socket(w), .reuse = true };
		if (rng_below(r, 4) == 0) {
			assert_int_equal(host_setopt(w, s->fd, SOL_SOCKET, SO_REUSEADDR, 0), 0);
			s->reuse = false;
		}
	}
	err = call_bind(w, 0, 0, s->fd, addrs[a].text, ident);
	if (s->ident != 0) {
		assert_int_equal(err, -EINVAL);
	} else if (model_taken(s, ident)) {
		assert_int_equal(err, -EADDRINUSE);
	} else {
		assert_int_equal(err, 0);
		s->ident = ident;
		s->addr = addrs[a].addr;
		s->age = ++clock_now;
	}
}

static void answer_one(struct world *w, struct rng *r)
{
	u16 ident = (u16)(1 + rng_below(r, IDENTS + 1));
	u32 daddr = rng_below(r, 2) == 0 ? (u32)HERE : (u32)OTHER;
	const struct model_sock *best = model_lookup(ident, daddr);
	u64 nobody = w->host[0].net.drops[DROP_NO_SOCKET];
	u8 f[128];

	inject(w, f, reply_frame(f, ident, daddr));
	for (u32 i = 0; i < SOCKETS; i++) {
		if (model[i].fd < 0)
			continue;
		assert_int_equal(call_recv(w, 0, 0, model[i].fd, 100, MSG_DONTWAIT),
				 &model[i] == best ? ECHO_BYTES : -EAGAIN);
	}
	assert_int_equal(w->host[0].net.drops[DROP_NO_SOCKET] - nobody, best == NULL);
}

/* DIVERGES(ping-list): one list, in which all are found as in Linux's chains. */
static void answers_reach_the_youngest(void **state)
{
	struct world *w = up(2);
	struct rng r;

	(void)state;
	rng_init(&r, 5, RNG_PROGRAM, 0);
	for (u32 i = 0; i < SOCKETS; i++)
		model[i].fd = -1;
	for (u32 i = 0; i < ROUNDS; i++) {
		if (rng_below(&r, 3) == 0)
			answer_one(w, &r);
		else
			change_one(w, &r);
	}
	end_world(w);
}

/* --- memory
 * ------------------------------------------------------------------------------------ */

/* What is lost for want of memory is told as that, and counts twice: see ping_rcv(). */
static void no_memory_for_an_answer(void **state)
{
	struct world *w = up(3);
	struct net *net = &w->host[0].net;
	int fd = ping_socket(w);
	u32 failed = 0;
	u8 f[128];

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, fd, "0.0.0.0", 7), 0);
	for (u32 nth = 1; nth <= 8; nth++) {
		u64 before = net->drops[DROP_NOMEM];
		s64 got;

		net->skb_pool.fail_at = nth;
		inject(w, f, reply_frame(f, 7, (u32)HERE));
		net->skb_pool.fail_at = 0;
		got = call_recv(w, 0, 0, fd, 100, MSG_DONTWAIT);
		assert_true(got == ECHO_BYTES || got == -EAGAIN);
		if (net->drops[DROP_NOMEM] != before)
			failed++;
	}
	assert_int_equal(failed, 1);
	end_world(w);
}

static void no_memory_to_send(void **state)
{
	struct world *w = up(4);
	struct net *net = &w->host[0].net;
	int fd = ping_socket(w);
	u64 sent = 0;

	(void)state;
	for (u32 nth = 1; nth <= 8; nth++) {
		u64 outs = host_mib(w, ICMP_MIB_OUTECHOS);
		s64 ret;

		net->skb_pool.fail_at = nth;
		ret = call_sendto(w, 0, 0, fd, echo, ECHO_BYTES, MSG_DONTWAIT, "192.0.2.2", 0);
		net->skb_pool.fail_at = 0;
		world_settle(w);
		assert_true(ret == ECHO_BYTES || ret == -ENOBUFS);
		assert_true(ret == ECHO_BYTES || host_mib(w, ICMP_MIB_OUTECHOS) == outs);
		sent += ret == ECHO_BYTES;
	}
	assert_true(sent > 0 && sent < 8);
	end_world(w);
}

/* --- what leaves
 * ------------------------------------------------------------------------------- */

static struct {
	u8 frame[FRAME_ROOM];
	u32 len;
} last_out;

static void take_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	(void)ctx;
	(void)port;
	if (!outgoing || get_be16(frame + 12) != 0x0800)
		return;
	memcpy(last_out.frame, frame, len);
	last_out.len = len;
}

/* Whatever a program puts into identifier and checksum, and however long its data is. */
static void every_length_is_summed(void **state)
{
	struct world *w = up(6);
	int fd = ping_socket(w);
	u8 data[1472];

	(void)state;
	w->on_frame = take_frame;
	assert_int_equal(call_bind(w, 0, 0, fd, "0.0.0.0", 0x1234), 0);
	for (u32 len = ICMP_HLEN; len <= sizeof(data); len += len < 40 ? 1 : 133) {
		const u8 *icmp = last_out.frame + FRAME_L4;

		for (u32 i = 0; i < len; i++)
			data[i] = (u8)(i * 7 + len);
		data[ICMP_TYPE] = ICMP_ECHO;
		data[ICMP_CODE] = 0;
		assert_int_equal(call_sendto(w, 0, 0, fd, data, len, 0, "192.0.2.2", 0), len);
		world_settle(w);
		assert_int_equal(last_out.len, FRAME_L4 + len);
		assert_int_equal(naive_checksum(icmp, len, 0), 0xffff);
		assert_int_equal(get_be16(icmp + ECHO_ID), 0x1234);
		assert_memory_equal(icmp + ECHO_SEQ, data + ECHO_SEQ, len - ECHO_SEQ);
	}
	end_world(w);
}

/* --- what is told of an answer
 * ---------------------------------------------------------------------- */

/* What lies behind IP's own words on a packet is not cleared for it. */
static void scribble(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	(void)net;
	if (at == CROSS_LOCAL_DELIVER)
		memset((u8 *)(uintptr_t)skb->cb + sizeof(struct inet_skb_parm), 0xff,
		       SKB_CB_BYTES - sizeof(struct inet_skb_parm));
}

/* LINUX: IP_PKTINFO of an answer knows no address of ours that routes prefer. */
static void no_preferred_address(void **state)
{
	enum { MSGHDR_BYTES = 56, CONTROL_BYTES = 100, PKTINFO_SPEC_DST = 16 + 4 };
	struct world *w = up(7);
	int fd = ping_socket(w);
	u8 *msg = world_umem(w, 0, SCENARIO_DATA, MSGHDR_BYTES + CONTROL_BYTES);
	u8 f[128];

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, fd, "0.0.0.0", 7), 0);
	assert_int_equal(host_setopt(w, fd, SOL_IP, IP_PKTINFO, 1), 0);
	w->host[0].net.on_packet = scribble;
	inject(w, f, reply_frame(f, 7, (u32)HERE));
	memset(msg, 0, MSGHDR_BYTES + CONTROL_BYTES);
	put_le64(msg + 32, SCENARIO_DATA + MSGHDR_BYTES); /* msg_control, */
	put_le64(msg + 40, CONTROL_BYTES);		  /* msg_controllen of x86-64 */
	assert_int_equal(host_sys(w, SYS_NR_recvmsg, (u64)fd, SCENARIO_DATA, MSG_DONTWAIT, 0, 0),
			 0);
	msg += MSGHDR_BYTES;
	assert_int_equal(get_le32(msg + 8), SOL_IP);
	assert_int_equal(get_le32(msg + 12), IP_PKTINFO);
	assert_int_equal(get_le32(msg + PKTINFO_SPEC_DST), 0);
	assert_int_equal(get_be32(msg + PKTINFO_SPEC_DST + 4), (u32)HERE);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers_come_round),
		cmocka_unit_test(answers_reach_the_youngest),
		cmocka_unit_test(no_memory_for_an_answer),
		cmocka_unit_test(no_memory_to_send),
		cmocka_unit_test(every_length_is_summed),
		cmocka_unit_test(no_preferred_address),
	};

	return cmocka_run_group_tests_name("ping", tests, NULL, NULL);
}
