// SPDX-License-Identifier: MIT
/* udp_script.h - what is asked about UDP, IP and ICMP: the same calls and frames everywhere.
 *
 * The judging kernel answered once: vectors/udp/answers.txt. This file is compiled into the tests
 * and into the small program that runs in that kernel: the includer brings the s_ functions.
 * The host is 192.0.2.1/24, 02:00:00:00:00:01, on a TAP; 192.0.2.2, 02:00:00:00:00:02, is known.
 */
#ifndef HARNESS_UNIT_UDP_SCRIPT_H
#define HARNESS_UNIT_UDP_SCRIPT_H

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum { US_HERE = (int)0xc0000201, US_PEER = (int)0xc0000202, US_LO = 0x7f000001, US_FRAME = 70000 };

struct us_frame {
	uint8_t b[US_FRAME];
	uint32_t len;
};

/* Returned values are results or negative errno. addr 0 in s_send(): no address. */
long s_socket(void);
long s_close(int fd);
long s_bind(int fd, uint32_t addr, uint16_t port);
long s_connect(int fd, uint32_t addr, uint16_t port);
long s_disconnect(int fd);
long s_send(int fd, const uint8_t *data, uint32_t len, int flags, uint32_t addr, uint16_t port);
long s_recv(int fd, uint8_t *data, uint32_t len, int flags, uint32_t *addr, uint16_t *port);
long s_setopt(int fd, int level, int name, int value);
long s_getopt(int fd, int level, int name);
long s_ioctl(int fd, unsigned request);
void s_inject(const uint8_t *frame, uint32_t len);
/* The next frame that was sent, 0 when there is none. */
uint32_t s_capture(struct us_frame *f);
void s_sleep_ms(uint32_t ms);
void s_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void s_counters(void); /* prints what has changed since the last time */

enum {
	US_SOL_SOCKET = 1,
	US_SOL_UDP = 17,
	US_SO_REUSEADDR = 2,
	US_SO_BROADCAST = 6,
	US_SO_SNDBUF = 7,
	US_SO_RCVBUF = 8,
	US_SO_NO_CHECK = 11,
	US_SO_REUSEPORT = 15,
	US_SO_ERROR = 4,
	US_SO_PEEK_OFF = 42,
	US_UDP_CORK = 1,
	US_IP_TTL = 2,
	US_IP_TOS = 1,
	US_IP_MTU_DISCOVER = 10,
	US_IP_RECVERR = 11,
	US_PEEK = 2,
	US_TRUNC = 0x20,
	US_DONTWAIT = 0x40,
	US_MORE = 0x8000,
	US_OOB = 1,
	US_CONFIRM = 0x800,
	US_PROBE = 0x10,
	US_FIONREAD = 0x541b,
	US_OUTQ = 0x5411
};

static uint8_t us_data[US_FRAME], us_in[US_FRAME];
static struct us_frame us_f, us_out;

static uint32_t us_be(const uint8_t *p, int n)
{
	uint32_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static void us_put(uint8_t *p, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

static uint32_t us_sum(const uint8_t *p, uint32_t len, uint32_t sum)
{
	for (uint32_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t us_hash(const uint8_t *p, uint32_t len)
{
	uint32_t h = 2166136261u;

	for (uint32_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

/* An IPv4 header without its identification and checksum, which are random, and the rest. */
static void us_print_ip(const uint8_t *ip, uint32_t len)
{
	uint32_t hlen = (ip[0] & 15u) * 4;

	s_print(" %02x tos %02x len %u off %04x ttl %u p %u %08x>%08x csum %s", ip[0], ip[1],
		us_be(ip + 2, 2), us_be(ip + 6, 2), ip[8], ip[9], us_be(ip + 12, 4),
		us_be(ip + 16, 4), us_sum(ip, hlen, 0) == 0xffff ? "ok" : "BAD");
	s_print(" opt");
	for (uint32_t i = 20; i < hlen; i++)
		s_print(" %02x", ip[i]);
	s_print(" data");
	for (uint32_t i = hlen; i < hlen + 28 && i < len; i++)
		s_print(" %02x", ip[i]);
	s_print(" %08x\n", len > hlen ? us_hash(ip + hlen, len - hlen) : 0);
}

static void us_frames(void)
{
	while (s_capture(&us_out) != 0) {
		const uint8_t *ip = us_out.b + 14;
		uint32_t hlen = (ip[0] & 15u) * 4;

		s_print("  frame %u %04x", us_out.len, us_be(us_out.b + 12, 2));
		/* An error quotes a header whose identification is random when it is ours. */
		if (us_be(us_out.b + 12, 2) == 0x0800 && us_out.len >= 34)
			us_print_ip(ip, us_out.len - 14);
		else
			s_print("\n");
		(void)hlen;
	}
}

static void us_begin(const char *name)
{
	s_print("== %s\n", name);
}

static void us_end(void)
{
	s_counters();
	s_sleep_ms(10000);
}

/* -------- frames that come in -------- */

/* An IPv4 header for len bytes behind it; options of optlen bytes come from opt. */
static uint8_t *us_ip(uint8_t protocol, uint32_t daddr, uint32_t len, const uint8_t *opt,
		      uint32_t optlen)
{
	uint8_t *b = us_f.b, *ip = b + 14;

	memset(b, 0, 14 + 60);
	us_put(b, 0x0200, 2);
	us_put(b + 2, 1, 4);
	us_put(b + 6, 0x0200, 2);
	us_put(b + 8, 2, 4);
	us_put(b + 12, 0x0800, 2);
	ip[0] = (uint8_t)(0x45 + optlen / 4);
	us_put(ip + 2, 20 + optlen + len, 2);
	us_put(ip + 4, 0x1234, 2);
	ip[8] = 64;
	ip[9] = protocol;
	us_put(ip + 12, (uint32_t)US_PEER, 4);
	us_put(ip + 16, daddr, 4);
	if (optlen != 0)
		memcpy(ip + 20, opt, optlen);
	us_put(ip + 10, 0xffff ^ us_sum(ip, 20 + optlen, 0), 2);
	us_f.len = 14 + 20 + optlen + len;
	return ip + 20 + optlen;
}

static void us_ip_again(void)
{
	uint8_t *ip = us_f.b + 14;

	us_put(ip + 10, 0, 2);
	us_put(ip + 10, 0xffff ^ us_sum(ip, (ip[0] & 15u) * 4, 0), 2);
}

static void us_inject(void)
{
	s_inject(us_f.b, us_f.len);
}

/* check: 0 right, 1 none, 2 wrong. */
static void us_udp(uint32_t daddr, uint16_t sport, uint16_t dport, uint32_t len, int check)
{
	uint8_t *u = us_ip(17, daddr, len + 8, NULL, 0);
	uint32_t sum;

	us_put(u, sport, 2);
	us_put(u + 2, dport, 2);
	us_put(u + 4, len + 8, 2);
	us_put(u + 6, 0, 2);
	memcpy(u + 8, us_data, len);
	sum = us_sum(us_f.b + 14 + 12, 8, 17 + len + 8);
	sum = 0xffff ^ us_sum(u, len + 8, sum);
	if (check != 1)
		us_put(u + 6, (sum != 0 ? sum : 0xffff) ^ (check == 2 ? 0x0101u : 0), 2);
}

static void us_icmp(uint32_t daddr, uint8_t type, uint8_t code, uint32_t rest, const uint8_t *data,
		    uint32_t len, const uint8_t *opt, uint32_t optlen)
{
	uint8_t *c = us_ip(1, daddr, len + 8, opt, optlen);

	c[0] = type;
	c[1] = code;
	us_put(c + 2, 0, 2);
	us_put(c + 4, rest, 4);
	if (len != 0)
		memcpy(c + 8, data, len);
	us_put(c + 2, 0xffff ^ us_sum(c, len + 8, 0), 2);
}

/* What a datagram of ours from port 5000 to the peer's port 7 looks like in an error. */
static uint32_t us_quote(uint8_t *q, uint8_t protocol)
{
	memset(q, 0, 28);
	q[0] = 0x45;
	us_put(q + 2, 36, 2);
	q[8] = 63;
	q[9] = protocol;
	us_put(q + 12, (uint32_t)US_HERE, 4);
	us_put(q + 16, (uint32_t)US_PEER, 4);
	us_put(q + 10, 0xffff ^ us_sum(q, 20, 0), 2);
	us_put(q + 20, 5000, 2);
	us_put(q + 22, 7, 2);
	us_put(q + 24, 16, 2);
	return 28;
}

static int us_bound(uint32_t addr, uint16_t port)
{
	int fd = (int)s_socket();
	long r = s_bind(fd, addr, port);

	if (r != 0)
		s_print("  bind %ld\n", r);
	return fd;
}

static long us_recv_print(int fd, uint32_t len, int flags)
{
	uint32_t addr = 0;
	uint16_t port = 0;
	long r = s_recv(fd, us_in, len, flags | US_DONTWAIT, &addr, &port);

	s_print("  recv(%u,%x) %ld %08x:%u %08x\n", len, (unsigned)flags, r, addr, port,
		r > 0 ? us_hash(us_in, (uint32_t)r < len ? (uint32_t)r : len) : 0);
	return r;
}

/* -------- what is asked -------- */

/* How many datagrams of a size fit into a receive buffer. */
static void us_room(void)
{
	static const uint32_t sizes[] = { 0, 100, 500, 1472, 3000, 15000, 65507 };
	static const int bufs[] = { 0, 1, 4096, 40000 };

	us_begin("receive buffer");
	for (uint32_t b = 0; b < sizeof(bufs) / sizeof(bufs[0]); b++) {
		for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			int rx = us_bound(US_LO, 5000), tx = (int)s_socket();
			long sent = 0, got = 0, r = 0;

			if (bufs[b] != 0)
				s_setopt(rx, US_SOL_SOCKET, US_SO_RCVBUF, bufs[b]);
			for (int k = 0; k < (bufs[b] != 0 ? 60 : 250) && r >= 0; k++) {
				r = s_send(tx, us_data, sizes[i], US_DONTWAIT, US_LO, 5000);
				sent += r >= 0;
			}
			s_print("  rcvbuf %d size %u sent %ld last %ld fionread %ld outq %ld",
				bufs[b], sizes[i], sent, r, s_ioctl(rx, US_FIONREAD),
				s_ioctl(tx, US_OUTQ));
			while (s_recv(rx, us_in, US_FRAME, US_DONTWAIT, NULL, NULL) >= 0)
				got++;
			s_print(" got %ld\n", got);
			s_close(rx);
			s_close(tx);
		}
		s_counters();
	}
	us_end();
}

static void us_fragments(void)
{
	static const uint32_t sizes[] = { 0,	1,    1471, 1472, 1473,	 1480, 2000,
					  2952, 2953, 4000, 9000, 20000, 65507 };

	us_begin("fragments");
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int fd = us_bound((uint32_t)US_HERE, 5000);

		s_print(" size %u: %ld\n", sizes[i],
			s_send(fd, us_data, sizes[i], 0, (uint32_t)US_PEER, 7));
		us_frames();
		s_close(fd);
	}
	us_end();
	us_begin("path MTU discovery");
	for (int pmtudisc = 0; pmtudisc <= 5; pmtudisc++) {
		for (uint32_t size = 1472; size <= 1473; size++) {
			int fd = us_bound((uint32_t)US_HERE, 5000);

			s_setopt(fd, 0, US_IP_MTU_DISCOVER, pmtudisc);
			s_print(" %d size %u: %ld\n", pmtudisc, size,
				s_send(fd, us_data, size, 0, (uint32_t)US_PEER, 7));
			us_frames();
			s_close(fd);
		}
	}
	us_end();
	us_begin("options of a datagram");
	for (int k = 0; k < 4; k++) {
		int fd = us_bound((uint32_t)US_HERE, 5000);

		s_setopt(fd, US_SOL_SOCKET, US_SO_NO_CHECK, k & 1);
		s_setopt(fd, 0, US_IP_TTL, 10 + k);
		s_setopt(fd, 0, US_IP_TOS, 4 * k);
		if (k >= 2)
			s_connect(fd, (uint32_t)US_PEER, 7);
		s_print(" %d: %ld\n", k,
			s_send(fd, us_data, k == 3 ? 3000 : 30, 0, k >= 2 ? 0 : (uint32_t)US_PEER,
			       7));
		us_frames();
		s_close(fd);
	}
	us_end();
}

static void us_cork_one(const uint32_t *sizes, uint32_t n, int how, int check)
{
	int fd = us_bound((uint32_t)US_HERE, 5000);

	s_setopt(fd, US_SOL_SOCKET, US_SO_NO_CHECK, check);
	if (how != 0)
		s_setopt(fd, US_SOL_UDP, US_UDP_CORK, 1);
	s_print(" how %d no_check %d:", how, check);
	for (uint32_t i = 0; i < n; i++)
		s_print(" %u=%ld", sizes[i],
			s_send(fd, us_data + i, sizes[i], how == 0 && i + 1 < n ? US_MORE : 0,
			       how == 2 && i > 0 ? 0 : (uint32_t)US_PEER, 7));
	s_print(" outq %ld", s_ioctl(fd, US_OUTQ));
	if (how != 0)
		s_print(" uncork %ld", s_setopt(fd, US_SOL_UDP, US_UDP_CORK, 0));
	s_print(" outq %ld\n", s_ioctl(fd, US_OUTQ));
	us_frames();
	s_close(fd);
}

static void us_cork(void)
{
	static const uint32_t a[] = { 100, 200, 300 }, b[] = { 1000, 1000, 1000 },
			      c[] = { 1472, 8, 8 }, d[] = { 1, 1, 1, 1500 }, e[] = { 0, 0 },
			      f[] = { 1465, 1, 3, 1480, 5 }, g[] = { 30000, 30000, 5507 },
			      h[] = { 30000, 30000, 5508, 10 };
	static const struct {
		const uint32_t *sizes;
		uint32_t n;
	} lists[] = {
		{ a, 3 }, { b, 3 }, { c, 3 }, { d, 4 }, { e, 2 }, { f, 5 }, { g, 3 }, { h, 4 }
	};

	us_begin("cork");
	for (uint32_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (int how = 0; how < 3; how++)
			us_cork_one(lists[i].sizes, lists[i].n, how, 0);
		us_cork_one(lists[i].sizes, lists[i].n, 0, 1);
	}
	us_end();
}

static void us_errnos(void)
{
	int fd = us_bound((uint32_t)US_HERE, 5000), c = us_bound((uint32_t)US_HERE, 5001);

	us_begin("errors of sending");
	s_print(" too long %ld\n", s_send(fd, us_data, 65508, 0, (uint32_t)US_PEER, 7));
	s_print(" much too long %ld\n", s_send(fd, us_data, 65536, 0, (uint32_t)US_PEER, 7));
	s_print(" oob %ld\n", s_send(fd, us_data, 1, US_OOB, (uint32_t)US_PEER, 7));
	s_print(" too long and oob %ld\n",
		s_send(fd, us_data, 65536, US_OOB, (uint32_t)US_PEER, 7));
	s_print(" no address %ld\n", s_send(fd, us_data, 1, 0, 0, 0));
	s_print(" port 0 %ld\n", s_send(fd, us_data, 1, 0, (uint32_t)US_PEER, 0));
	s_print(" no route %ld\n", s_send(fd, us_data, 1, 0, 0x0a090909, 7));
	s_print(" broadcast %ld\n", s_send(fd, us_data, 1, 0, 0xc00002ff, 7));
	s_print(" all ones %ld\n", s_send(fd, us_data, 1, 0, 0xffffffff, 7));
	s_setopt(fd, US_SOL_SOCKET, US_SO_BROADCAST, 1);
	s_print(" broadcast allowed %ld\n", s_send(fd, us_data, 10, 0, 0xc00002ff, 7));
	us_frames();
	s_print(" probe %ld\n", s_send(fd, us_data, 1, US_PROBE, (uint32_t)US_PEER, 7));
	s_print(" confirm %ld\n", s_send(fd, us_data, 1, US_CONFIRM, (uint32_t)US_PEER, 7));
	s_print(" confirm probe %ld\n",
		s_send(fd, us_data, 0, US_CONFIRM | US_PROBE, (uint32_t)US_PEER, 7));
	s_print(" probe more %ld\n",
		s_send(fd, us_data, 5, US_PROBE | US_MORE, (uint32_t)US_PEER, 7));
	us_frames();
	s_print(" connect %ld\n", s_connect(c, (uint32_t)US_PEER, 7));
	s_print(" connected to another %ld\n", s_send(c, us_data, 3, 0, (uint32_t)US_PEER, 8));
	s_print(" connected %ld\n", s_send(c, us_data, 3, 0, 0, 0));
	us_frames();
	s_print(" connect broadcast %ld\n", s_connect(c, 0xc00002ff, 7));
	s_print(" send after %ld\n", s_send(c, us_data, 3, 0, 0, 0));
	s_print(" connect no route %ld\n", s_connect(c, 0x0a090909, 7));
	s_print(" disconnect %ld\n", s_disconnect(c));
	s_print(" send after %ld\n", s_send(c, us_data, 3, 0, 0, 0));
	us_frames();
	s_close(fd);
	s_close(c);
	us_end();
}

static void us_incoming_icmp(void)
{
	static const uint8_t rr[] = { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t ts[] = { 68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t nops[] = { 1, 1, 1, 0 };
	static const uint8_t bad[] = { 7, 40, 4, 0 };
	static const uint8_t lsrr[] = { 131, 7, 4, 192, 0, 2, 9, 0 };
	static const uint32_t lens[] = { 0, 1, 8, 56, 1472 };

	us_begin("echo");
	for (uint32_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		us_icmp((uint32_t)US_HERE, 8, 0, 0x12340001, us_data, lens[i], NULL, 0);
		us_inject();
		us_frames();
	}
	us_icmp((uint32_t)US_HERE, 8, 0, 0x12340002, us_data, 10, rr, sizeof(rr));
	us_inject();
	us_frames();
	us_icmp((uint32_t)US_HERE, 8, 0, 0x12340003, us_data, 10, nops, sizeof(nops));
	us_inject();
	us_frames();
	us_icmp((uint32_t)US_HERE, 8, 0, 0x12340004, us_data, 10, bad, sizeof(bad));
	us_inject();
	us_frames();
	us_icmp((uint32_t)US_HERE, 8, 0, 0x12340005, us_data, 10, lsrr, sizeof(lsrr));
	us_inject();
	us_frames();
	us_end();
	us_begin("other messages");
	(void)ts;
	us_icmp((uint32_t)US_HERE, 8, 0, 0x12340006, us_data, 10, NULL, 0);
	us_f.b[14 + 20 + 2] ^= 1;
	us_inject();
	us_frames();
	us_icmp(0xc00002ff, 8, 0, 0x12340007, us_data, 10, NULL, 0);
	us_inject();
	us_frames();
	for (uint32_t type = 0; type < 46; type++) {
		if (type == 5 || type == 8 || type == 13)
			continue;
		us_icmp((uint32_t)US_HERE, (uint8_t)type, 0, 0, us_data, 3, NULL, 0);
		us_inject();
		us_frames();
	}
	us_icmp((uint32_t)US_HERE, 8, 0, 0, us_data, 0, NULL, 0);
	us_put(us_f.b + 14 + 2, 27, 2);
	us_ip_again();
	us_f.len--;
	us_inject();
	us_frames();
	us_end();
}

static void us_nobody_listens(void)
{
	static const uint8_t rr[] = { 7, 7, 4, 0, 0, 0, 0, 0 };

	us_begin("nobody listens");
	for (uint32_t len = 0; len < 1400; len += 333) {
		us_udp((uint32_t)US_HERE, 7, 4000, len, 0);
		us_inject();
		us_frames();
	}
	us_udp((uint32_t)US_HERE, 7, 4000, 100, 1);
	us_inject();
	us_frames();
	us_udp((uint32_t)US_HERE, 7, 4000, 100, 2);
	us_inject();
	us_frames();
	us_udp(0xc00002ff, 7, 4000, 100, 0);
	us_inject();
	us_frames();
	us_ip(200, (uint32_t)US_HERE, 30, NULL, 0);
	us_inject();
	us_frames();
	us_ip(200, (uint32_t)US_HERE, 30, rr, sizeof(rr));
	us_inject();
	us_frames();
	us_end();
}

static void us_somebody_listens(int fd)
{
	us_begin("somebody listens");
	for (int check = 0; check < 3; check++) {
		for (uint32_t len = 0; len < 400; len += 150) {
			us_udp((uint32_t)US_HERE, 7, 5000, len, check);
			us_inject();
			s_print("  check %d len %u fionread %ld", check, len,
				s_ioctl(fd, US_FIONREAD));
			us_recv_print(fd, 1000, 0);
		}
	}
	us_frames();
	s_counters();
	/* A wrong checksum, found when the program copies, peeks or reads less. */
	for (int flags = 0; flags < 2; flags++) {
		us_udp((uint32_t)US_HERE, 7, 5000, 300, 2);
		us_inject();
		us_udp((uint32_t)US_HERE, 7, 5000, 301, 0);
		us_inject();
		us_recv_print(fd, flags != 0 ? 10 : 1000, flags != 0 ? US_PEEK : 0);
		us_recv_print(fd, 1000, US_TRUNC);
		us_recv_print(fd, 1000, 0);
		s_counters();
	}
	us_end();
}

static void us_lengths(int fd)
{
	uint8_t *u;

	us_begin("lengths");
	for (int k = 0; k < 6; k++) {
		static const uint32_t ulens[] = { 0, 7, 8, 20, 28, 29 };

		us_udp((uint32_t)US_HERE, 7, 5000, 20, 1);
		u = us_f.b + 14 + 20;
		us_put(u + 4, ulens[k], 2);
		us_inject();
		s_print(" ulen %u", ulens[k]);
		us_recv_print(fd, 1000, 0);
	}
	for (uint32_t cut = 0; cut < 9; cut++) {
		us_udp((uint32_t)US_HERE, 7, 5000, 0, 1);
		us_put(us_f.b + 14 + 2, 28 - cut, 2);
		us_ip_again();
		us_inject();
		s_print(" cut %u", cut);
		us_recv_print(fd, 1000, 0);
	}
	for (uint32_t extra = 0; extra < 30; extra += 7) {
		us_udp((uint32_t)US_HERE, 7, 5000, 20, 0);
		us_f.len += extra;
		us_inject();
		s_print(" padding %u", extra);
		us_recv_print(fd, 1000, 0);
	}
	us_end();
}

static void us_wild_headers(int fd)
{
	us_begin("wild headers");
	for (uint32_t len = 0; len <= 14 + 28; len++) {
		us_udp((uint32_t)US_HERE, 7, 5000, 4, 0);
		us_f.len = len;
		if (len >= 14)
			us_inject();
	}
	for (uint32_t at = 0; at < 28; at++) {
		us_udp((uint32_t)US_HERE, 7, 5000, 4, 0);
		us_f.b[14 + at] ^= 0x55;
		if (at < 12)
			us_ip_again();
		us_inject();
		s_print(" byte %u", at);
		us_recv_print(fd, 1000, 0);
	}
	us_end();
}

static void us_broadcast(int fd)
{
	int fd2;

	us_begin("broadcast");
	fd2 = (int)s_socket();
	s_setopt(fd2, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
	s_setopt(fd, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
	s_print(" bind %ld\n", s_bind(fd2, 0, 5000));
	us_udp(0xc00002ff, 7, 5000, 33, 0);
	memset(us_f.b, 0xff, 6);
	us_inject();
	us_recv_print(fd, 1000, 0);
	us_recv_print(fd2, 1000, 0);
	us_udp((uint32_t)US_HERE, 7, 5000, 33, 0);
	memset(us_f.b, 0xff, 6);
	us_inject();
	us_recv_print(fd, 1000, 0);
	us_recv_print(fd2, 1000, 0);
	s_close(fd2);
	us_end();
}

/* No group is joined but the one of all hosts. */
static void us_multicast(int fd)
{
	static const uint32_t groups[] = { 0xe0000001, 0xe0000002, 0xef010203, 0xffffffff,
					   0xc00002ff };

	us_begin("multicast");
	for (uint32_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		for (uint16_t port = 4000; port <= 5000; port += 1000) {
			us_udp(groups[i], 7, port, 20, 0);
			us_put(us_f.b, 0x01005e, 3);
			us_put(us_f.b + 3, groups[i] & 0x7fffff, 3);
			us_inject();
			us_recv_print(fd, 1000, 0);
			us_frames();
		}
		us_icmp(groups[i], 8, 0, 1, us_data, 4, NULL, 0);
		us_inject();
		us_frames();
		s_print(" send %ld\n", s_send(fd, us_data, 9, 0, groups[i], 7));
		us_frames();
		us_recv_print(fd, 1000, 0);
	}
	us_end();
}

static void us_incoming_udp(void)
{
	int fd = us_bound(0, 5000);

	us_nobody_listens();
	us_somebody_listens(fd);
	us_lengths(fd);
	us_wild_headers(fd);
	us_broadcast(fd);
	us_multicast(fd);
	s_close(fd);
}

/* kind 0: connected, 1: not connected, 2: not connected, IP_RECVERR. */
static void us_icmp_errors(void)
{
	uint8_t q[28];
	uint32_t n = us_quote(q, 17);

	for (int kind = 0; kind < 3; kind++) {
		int fd = us_bound((uint32_t)US_HERE, 5000);

		us_begin("errors that come back");
		s_print(" kind %d\n", kind);
		if (kind == 0)
			s_connect(fd, (uint32_t)US_PEER, 7);
		if (kind == 2)
			s_setopt(fd, 0, US_IP_RECVERR, 1);
		for (uint32_t i = 0; i < 22; i++) {
			uint8_t type = i < 17 ? 3 : i == 17 ? 4 : i < 20 ? 11 : 12;
			uint8_t code = (uint8_t)(i < 17 ? i : i == 19 ? 1 : 0);

			us_icmp((uint32_t)US_HERE, type, code, i == 4 ? 1400 : 0, q, n, NULL, 0);
			us_inject();
			s_print("  %u/%u: %ld", type, code,
				s_getopt(fd, US_SOL_SOCKET, US_SO_ERROR));
			us_recv_print(fd, 100, 0);
		}
		us_icmp((uint32_t)US_HERE, 3, 3, 0, q, n, NULL, 0);
		us_inject();
		s_print("  send %ld", s_send(fd, us_data, 5, 0, (uint32_t)US_PEER, 7));
		s_print(" %ld\n", s_send(fd, us_data, 5, 0, (uint32_t)US_PEER, 7));
		us_frames();
		for (uint32_t len = 0; len < 28; len += 9) {
			us_icmp((uint32_t)US_HERE, 3, 3, 0, q, len, NULL, 0);
			us_inject();
			s_print("  quoted %u: %ld\n", len,
				s_getopt(fd, US_SOL_SOCKET, US_SO_ERROR));
		}
		s_close(fd);
		us_end();
	}
}

/* Two sockets and one port. */
static void us_conflicts(void)
{
	static const uint32_t addrs[] = { 0, US_LO, (uint32_t)US_HERE };

	us_begin("ports");
	for (uint32_t i = 0; i < 9 * 16; i++) {
		int a = (int)s_socket(), b = (int)s_socket();
		uint32_t flags = i / 9;

		s_setopt(a, US_SOL_SOCKET, US_SO_REUSEADDR, (int)(flags & 1));
		s_setopt(b, US_SOL_SOCKET, US_SO_REUSEADDR, (int)(flags >> 1 & 1));
		s_setopt(a, US_SOL_SOCKET, US_SO_REUSEPORT, (int)(flags >> 2 & 1));
		s_setopt(b, US_SOL_SOCKET, US_SO_REUSEPORT, (int)(flags >> 3 & 1));
		s_print(" %x %08x %08x: %ld", flags, addrs[i % 3], addrs[i / 3 % 3],
			s_bind(a, addrs[i % 3], 5000));
		s_print(" %ld\n", s_bind(b, addrs[i / 3 % 3], 5000));
		s_close(a);
		s_close(b);
	}
	us_end();
	us_begin("who gets it");
	for (uint32_t i = 0; i < 8; i++) {
		int any = (int)s_socket(), addr = (int)s_socket(), conn = (int)s_socket(),
		    tx = us_bound(US_LO, 5002);
		uint8_t one = 0;

		s_setopt(any, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
		s_setopt(addr, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
		s_setopt(conn, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
		if ((i & 1) != 0)
			s_bind(any, 0, 5000);
		if ((i & 2) != 0)
			s_bind(addr, US_LO, 5000);
		if ((i & 4) != 0) {
			s_bind(conn, US_LO, 5000);
			s_connect(conn, US_LO, 5002);
		}
		s_print(" %u send %ld", i, s_send(tx, us_data, 1, 0, US_LO, 5000));
		s_print(" any %ld", s_recv(any, &one, 1, US_DONTWAIT, NULL, NULL));
		s_print(" addr %ld", s_recv(addr, &one, 1, US_DONTWAIT, NULL, NULL));
		s_print(" conn %ld", s_recv(conn, &one, 1, US_DONTWAIT, NULL, NULL));
		s_print(" error %ld\n", s_getopt(tx, US_SOL_SOCKET, US_SO_ERROR));
		s_close(any);
		s_close(addr);
		s_close(conn);
		s_close(tx);
	}
	us_end();
}

static void us_reading(void)
{
	int rx = us_bound(US_LO, 5000), tx = us_bound(US_LO, 5002);

	us_begin("reading");
	for (uint32_t len = 0; len < 40; len += 13)
		s_send(tx, us_data, len, 0, US_LO, 5000);
	s_print(" fionread %ld\n", s_ioctl(rx, US_FIONREAD));
	us_recv_print(rx, 100, US_PEEK);
	us_recv_print(rx, 100, US_PEEK);
	us_recv_print(rx, 100, 0);
	us_recv_print(rx, 5, US_PEEK);
	us_recv_print(rx, 5, US_PEEK | US_TRUNC);
	us_recv_print(rx, 5, 0);
	us_recv_print(rx, 0, US_TRUNC);
	us_recv_print(rx, 0, 0);
	us_recv_print(rx, 10, 0);
	for (uint32_t len = 10; len < 40; len += 10)
		s_send(tx, us_data, len, 0, US_LO, 5000);
	s_print(" peek_off %ld\n", s_setopt(rx, US_SOL_SOCKET, US_SO_PEEK_OFF, 0));
	for (int i = 0; i < 8; i++)
		us_recv_print(rx, 8, US_PEEK);
	us_recv_print(rx, 4, 0);
	us_recv_print(rx, 8, US_PEEK);
	us_recv_print(rx, 100, 0);
	us_recv_print(rx, 100, 0);
	s_close(rx);
	s_close(tx);
	us_end();
}

/* A fragment of a datagram to port 5000 whose data, UDP header included, is us_out. */
static void us_fragment(uint32_t daddr, uint16_t id, uint32_t from, uint32_t to, uint32_t total)
{
	uint8_t *p = us_ip(17, daddr, to - from, NULL, 0);

	memcpy(p, us_out.b + from, to - from);
	us_put(us_f.b + 14 + 4, id, 2);
	us_put(us_f.b + 14 + 6, from / 8 + (to < total ? 0x2000u : 0), 2);
	us_ip_again();
	us_inject();
}

static void us_datagram(uint16_t dport, uint32_t len, int check)
{
	us_udp((uint32_t)US_HERE, 7, dport, len, check);
	memcpy(us_out.b, us_f.b + 34, len + 8);
}

static void us_reassembly(void)
{
	static const uint32_t cuts[][4] = { { 0, 1480, 2960, 3008 },
					    { 0, 8, 16, 3008 },
					    { 0, 1000, 2000, 3008 } };
	static const int orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 0, 2 }, { 0, 2, 1 } };

	us_begin("reassembly");
	for (uint32_t i = 0; i < 3 * 4 * 3; i++) {
		const uint32_t *c = cuts[i % 3];
		const int *o = orders[i / 3 % 4];
		int fd = us_bound(0, 5000);

		us_datagram(5000, 3000, (int)(i / 12));
		s_print(" %u", i);
		for (int k = 0; k < 3; k++)
			us_fragment((uint32_t)US_HERE, (uint16_t)(100 + i), c[o[k]], c[o[k] + 1],
				    3008);
		us_recv_print(fd, 4000, 0);
		s_close(fd);
	}
	s_print(" nobody listens\n");
	us_datagram(4000, 3000, 0);
	us_fragment((uint32_t)US_HERE, 7, 1480, 2960, 3008);
	us_fragment((uint32_t)US_HERE, 7, 2960, 3008, 3008);
	us_frames();
	us_fragment((uint32_t)US_HERE, 7, 0, 1480, 3008);
	us_frames();
	s_print(" never whole\n");
	us_datagram(4000, 3000, 0);
	us_fragment((uint32_t)US_HERE, 8, 0, 1480, 3008);
	s_sleep_ms(31000);
	us_frames();
	us_fragment((uint32_t)US_HERE, 9, 1480, 2960, 3008);
	s_sleep_ms(31000);
	us_frames();
	us_end();
}

/* How many of n errors to one sender are sent. */
static void us_unreach(uint32_t n)
{
	uint32_t sent = 0;

	for (uint32_t i = 0; i < n; i++) {
		us_udp((uint32_t)US_HERE, 7, 4000, 10, 0);
		us_inject();
		while (s_capture(&us_out) != 0)
			sent++;
	}
	s_print("  %u of %u\n", sent, n);
}

static void us_limits(void)
{
	us_begin("limits");
	us_unreach(12);
	s_sleep_ms(400);
	us_unreach(3);
	s_sleep_ms(700);
	us_unreach(3);
	s_sleep_ms(3500);
	us_unreach(8);
	s_sleep_ms(30000);
	us_unreach(8);
	for (uint32_t i = 0; i < 40; i++) {
		us_icmp((uint32_t)US_HERE, 8, 0, i, us_data, 4, NULL, 0);
		us_inject();
		while (s_capture(&us_out) != 0)
			us_in[0] = 0;
	}
	us_end();
}

/* The path's MTU, learned from an error, in the route and in the connected socket. */
static void us_mtu(void)
{
	uint8_t q[28];
	uint32_t n = us_quote(q, 17);
	static const uint32_t mtus[] = { 1400, 1300, 600, 500, 68, 0, 1450 };

	us_begin("MTU of the path");
	for (uint32_t i = 0; i < 7; i++) {
		int fd = us_bound((uint32_t)US_HERE, 5000);

		s_connect(fd, (uint32_t)US_PEER, 7);
		us_icmp((uint32_t)US_HERE, 3, 4, mtus[i], q, n, NULL, 0);
		us_inject();
		s_print(" mtu %u error %ld mtu %ld", mtus[i],
			s_getopt(fd, US_SOL_SOCKET, US_SO_ERROR), s_getopt(fd, 0, 14));
		s_print(" send %ld", s_send(fd, us_data, 1372, 0, 0, 0));
		s_print(" %ld\n", s_send(fd, us_data, 1472, 0, 0, 0));
		us_frames();
		s_close(fd);
	}
	s_sleep_ms(601000);
	for (int pmtudisc = 0; pmtudisc < 6; pmtudisc++) {
		int fd = us_bound((uint32_t)US_HERE, 5000);

		s_setopt(fd, 0, US_IP_MTU_DISCOVER, pmtudisc);
		s_connect(fd, (uint32_t)US_PEER, 7);
		us_icmp((uint32_t)US_HERE, 3, 4, 1000, q, n, NULL, 0);
		us_inject();
		s_print(" pmtudisc %d error %ld", pmtudisc,
			s_getopt(fd, US_SOL_SOCKET, US_SO_ERROR));
		s_print(" send %ld\n", s_send(fd, us_data, 1472, 0, 0, 0));
		us_frames();
		s_close(fd);
	}
	s_sleep_ms(601000);
	us_end();
}

static uint32_t us_state;

static uint32_t us_random(uint32_t n)
{
	us_state = us_state * 1664525u + 1013904223u;
	return (us_state >> 8) % n;
}

/* One of the frames that make sense, before it is spoiled. */
static void us_base_frame(void)
{
	static const uint8_t opt[] = {
		7, 7, 4, 0, 0, 0, 0, 1, 68, 12, 9, 0, 1, 2, 3, 4, 0, 0, 0, 0
	};
	uint8_t q[28];
	uint32_t n = us_quote(q, us_random(4) != 0 ? 17 : 1);

	switch (us_random(6)) {
	case 0:
		us_udp((uint32_t)US_HERE, 7, 5000, us_random(100), (int)us_random(3));
		break;
	case 1:
		us_udp((uint32_t)US_HERE, 7, 4000, us_random(600), 0);
		break;
	case 2:
		us_icmp((uint32_t)US_HERE, 8, 0, 1, us_data, us_random(64), opt,
			us_random(3) == 0 ? 8 : 0);
		break;
	case 3:
		us_icmp((uint32_t)US_HERE, 3, (uint8_t)us_random(17), 1200, q, n, NULL, 0);
		break;
	case 4:
		us_icmp((uint32_t)US_HERE, (uint8_t)us_random(20), 0, 0, q, n, NULL, 0);
		break;
	default:
		us_udp(0xc00002ff, 7, 5000, us_random(100), 0);
		break;
	}
}

/* Which frames are left out: protocols of later parts, times of day, other senders, multicasts. */
static int us_unwanted(void)
{
	const uint8_t *ip = us_f.b + 14;
	uint32_t hlen = (ip[0] & 15u) * 4;

	if (us_f.len < 34)
		return 1;
	if (ip[9] == 2 || ip[9] == 6 || ip[9] == 136 || (ip[16] & 0xf0) == 0xe0)
		return 1;
	if (us_be(ip + 12, 4) != (uint32_t)US_PEER || us_be(us_f.b + 12, 2) != 0x0800)
		return 1;
	for (uint32_t i = 20; i < hlen; i++) {
		if (ip[i] == 68 || ip[i] == 131 || ip[i] == 137)
			return 1;
	}
	return ip[9] == 1 && (ip[hlen] == 13 || ip[hlen] == 5);
}

static void us_spoil(void)
{
	uint32_t n = us_random(4);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = 12 + us_random(us_random(2) != 0 ? 22 : us_f.len - 12);

		us_f.b[at] = (uint8_t)(us_random(2) != 0 ? us_random(256)
							 : us_f.b[at] ^ 1u << us_random(8));
	}
	if (us_random(4) == 0)
		us_f.len -= us_random(us_f.len - 14 + 1);
	if (us_f.len >= 34 && us_random(8) != 0)
		us_ip_again();
}

static void us_spoiled(void)
{
	int fd = us_bound((uint32_t)US_HERE, 5000), any = (int)s_socket();

	us_begin("spoiled frames");
	s_setopt(any, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
	s_setopt(fd, US_SOL_SOCKET, US_SO_REUSEADDR, 1);
	s_print(" %ld", s_bind(any, 0, 5000));
	s_print(" %ld\n", s_connect(fd, (uint32_t)US_PEER, 7));
	us_state = 1;
	for (uint32_t i = 0; i < 3000; i++) {
		us_base_frame();
		us_spoil();
		if (us_unwanted())
			continue;
		us_inject();
		s_print(" %u", i);
		for (int k = 0; k < 2; k++) {
			long r = s_recv(k != 0 ? any : fd, us_in, 1000, US_DONTWAIT, NULL, NULL);

			if (r != -11)
				s_print(" %ld:%08x", r, r > 0 ? us_hash(us_in, (uint32_t)r) : 0);
		}
		while (s_capture(&us_out) != 0) {
			us_put(us_out.b + 18, 0, 2);
			us_put(us_out.b + 24, 0, 2);
			s_print(" out %u:%08x", us_out.len, us_hash(us_out.b, us_out.len));
		}
		s_print("\n");
		if (i % 100 == 0)
			s_counters();
		s_sleep_ms(300);
	}
	s_close(fd);
	s_close(any);
	us_end();
}

static void us_run(void)
{
	for (uint32_t i = 0; i < US_FRAME; i++)
		us_data[i] = (uint8_t)(i * 7 + (i >> 8) * 3);
	s_counters();
	us_room();
	us_fragments();
	us_cork();
	us_errnos();
	us_incoming_icmp();
	us_incoming_udp();
	us_icmp_errors();
	us_conflicts();
	us_reading();
	us_reassembly();
	us_limits();
	us_mtu();
	us_spoiled();
}

#endif
