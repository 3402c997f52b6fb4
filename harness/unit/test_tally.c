// SPDX-License-Identifier: MIT
/* test_tally.c - what programs and their records count as. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/skbuff.h"
#include "harness/diff/tally_internal.h"
#include "harness/script/packet.h"

enum { FRAME_BYTES = 70000, LIST_BYTES = 4096, STEPS_MAX = 70000 };

static u64 count_of(const struct tally *t, enum tally_kind kind, const char *name)
{
	char row[TALLY_NAME];

	for (u32 i = 0; i < t->first[kind + 1] - t->first[kind]; i++) {
		const char *n = tally_row_name(t, kind, i, row);

		if (n != NULL && strcmp(n, name) == 0)
			return t->count[t->first[kind] + i];
	}
	fail_msg("no row %s", name);
	return 0;
}

/* All rows of a kind that were met, with blanks and commas between. */
static void met(const struct tally *t, enum tally_kind kind, char to[LIST_BYTES])
{
	char row[TALLY_NAME];
	u32 at = 0;

	to[0] = '\0';
	for (u32 i = 0; i < t->first[kind + 1] - t->first[kind]; i++) {
		const char *n = tally_row_name(t, kind, i, row);

		if (n != NULL && t->count[t->first[kind] + i] != 0)
			at += (u32)snprintf(to + at, LIST_BYTES - at, "%s%s", at != 0 ? ", " : "",
					    n);
	}
}

static void expect_met(const struct tally *t, enum tally_kind kind, const char *wanted)
{
	char list[LIST_BYTES];

	met(t, kind, list);
	assert_string_equal(list, wanted);
}

static struct script *parse(const char *text)
{
	struct script_error err;
	struct script *s = script_parse("test", text, strlen(text), &err);

	if (s == NULL)
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
	return s;
}

/* A record in which all statements were reached but those from `until` on; calls return as the
 * script says.
 */
static void record_all(struct record *r, const struct script *s, u32 until)
{
	char text[2048];

	record_init(r);
	r->ethernet = true;
	r->hosts = 1;
	for (u32 i = 0; i < s->nr_stmts && i < until; i++) {
		if (s->stmt[i].kind < STMT_COMMAND)
			continue;
		script_print_stmt(s, &s->stmt[i], text, sizeof(text));
		record_add(r, RECORD_STMT, text, NULL, 0)->stmt = i;
		if (s->stmt[i].kind == STMT_CALL)
			record_add(r, RECORD_RETURN, text, NULL, 0)->stmt = i;
	}
}

static struct tally *tally_of(const char *text, u32 until)
{
	struct tally *t = tally_new();
	struct script *s = parse(text);
	struct record r;

	record_all(&r, s, until);
	tally_add(t, s, &r);
	record_free(&r);
	script_free(s);
	return t;
}

/* --- statements ----------------------------------------------------------------------------------
 */
static void test_calls(void **state)
{
	struct tally *t = tally_of("socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, 0) = 3\n"
				   "socket(AF_LOCAL, SOCK_RAW, IPPROTO_UDP) = 4\n"
				   "sendmsg(3, {msg_iov(1) = [{..., 1}], msg_control = "
				   "[{cmsg_level = SOL_IP, cmsg_type = SCM_TXTIME}]}, "
				   "MSG_DONTWAIT|MSG_PEEK) = 1\n"
				   "poll([{fd = 3, events = POLLIN|POLLOUT}], 1, 0) = 0\n"
				   "ioctl(3, SIOCINQ, [0]) = 0\n"
				   "fcntl(3, F_SETFD, FD_CLOEXEC) = 0\n"
				   "close(3) = 0\n",
				   6);

	(void)state;
	expect_met(t, KIND_CALL, "socket, sendmsg, poll, fcntl, ioctl");
	expect_met(t, KIND_SYMBOL,
		   "AF_UNIX, AF_INET, SOCK_DGRAM, SOCK_RAW, SOCK_CLOEXEC, IPPROTO_UDP, MSG_PEEK, "
		   "MSG_DONTWAIT, SOL_IP, POLLIN, POLLOUT, F_SETFD, FD_CLOEXEC, FIONREAD, "
		   "SCM_TXTIME");
	assert_int_equal(count_of(t, KIND_CALL, "socket"), 1);
	tally_free(t);
}

/* One that still waits at the end has not been answered. */
static void test_call_that_waits(void **state)
{
	struct tally *t = tally_new();
	struct script *s = parse("recv(3, ..., 5, 0) = 5\n");
	struct record r;

	(void)state;
	record_init(&r);
	record_add(&r, RECORD_STMT, "recv(3, ..., 5, 0)", NULL, 0);
	tally_add(t, s, &r);
	expect_met(t, KIND_CALL, "");
	record_free(&r);
	script_free(s);
	tally_free(t);
}

static void test_options(void **state)
{
	struct tally *t =
		tally_of("setsockopt(3, SOL_SOCKET, SO_TIMESTAMP, [1], 4) = 0\n"
			 "setsockopt(3, SOL_IP, IP_TTL, [1], 4) = 0\n"
			 "getsockopt(3, SOL_UDP, 1, [1], [4]) = 0\n"
			 "getsockopt(3, SOL_TCP, IP_TOS, [1], [4]) = -1 ENOPROTOOPT (no)\n"
			 "getsockopt(3, IPPROTO_IP, MCAST_JOIN_GROUP, [1], [4]) = 0\n"
			 "getsockopt(3, SOL_ALG, 5, [1], [4]) = 0\n"
			 "getsockopt(3, SOL_SOCKET, -1, [1], [4]) = 0\n",
			 99);

	(void)state;
	expect_met(t, KIND_SET, "IP_TTL, SO_TIMESTAMP_OLD");
	/* The number that is IP_TOS of IP is TCP_NODELAY of TCP. */
	expect_met(t, KIND_GET, "MCAST_JOIN_GROUP, UDP_CORK, TCP_NODELAY");
	expect_met(t, KIND_ERRNO, "ENOPROTOOPT");
	tally_free(t);
}

static void test_outputs(void **state)
{
	struct tally *t =
		tally_of("recvmsg(3, {msg_flags = MSG_ERRQUEUE|MSG_TRUNC, msg_control = "
			 "[{cmsg_level = SOL_IP, cmsg_type = IP_RECVERR, cmsg_data = {ee_errno = "
			 "ECONNREFUSED, ee_origin = SO_EE_ORIGIN_ICMP, ee_type = 3}}]}, 0) = 5\n"
			 "send(3, \") = -1 EPERM\", 12, 0) = -1 EWOULDBLOCK (text)\n",
			 99);

	(void)state;
	expect_met(t, KIND_ERRNO, "EAGAIN");
	assert_int_equal(count_of(t, KIND_SYMBOL, "SO_EE_ORIGIN_ICMP"), 1);
	assert_int_equal(count_of(t, KIND_SYMBOL, "MSG_TRUNC"), 1);
	assert_int_equal(count_of(t, KIND_SYMBOL, "MSG_ERRQUEUE"), 1);
	tally_free(t);
}

static void test_directives(void **state)
{
	struct tally *t = tally_of("cap drop CAP_NET_RAW\nadvance 5ms\nsignal 2: SIGUSR1\n"
				   "wire reorder 5 ppm by 3ms\nlink down\n",
				   4);

	(void)state;
	expect_met(t, KIND_DIRECTIVE,
		   "advance %time, cap drop %CAP, signal %num: %SIG, wire reorder %num ppm by "
		   "%time");
	expect_met(t, KIND_SYMBOL, "CAP_NET_RAW, SIGUSR1");
	tally_free(t);
}

static void test_commands(void **state)
{
	struct tally *t = tally_of(
		"`ip addr add 192.0.2.1/24 dev eth0 scope link;ip  link set eth0 up`\n"
		"`ip route add blackhole default mtu lock 1000 || true`\n"
		"`ip neigh show | grep -q up`\n"
		"`sysctl -q -w net.ipv4.conf.eth0.rp_filter=1 net.ipv4.ip_default_ttl=5`\n"
		"`sysctl -n net.core.rmem_max; sysctl -w net.core.somaxconn_no=1`\n"
		"`sysctl -w net.ipv4.ip_local_port_range=\"1 2\" net.ipv4.udp_mem=\"1 2 3\"`\n"
		"`ip route flush all`\n",
		6);

	(void)state;
	expect_met(t, KIND_COMMAND,
		   "ip addr add, ip link set, ip route add, ip neigh show, sysctl");
	expect_met(t, KIND_WORD,
		   "ip addr ... scope, ip link ... up, ip route ... blackhole, ip route ... "
		   "default, ip route ... mtu, ip route ... lock");
	expect_met(t, KIND_KNOB,
		   "net.ipv4.ip_default_ttl, net.ipv4.ip_local_port_range, net.ipv4.udp_mem, "
		   "net.ipv4.conf.*.rp_filter");
	tally_free(t);
}

static void test_devices(void **state)
{
	struct tally *t = tally_new();
	struct script *s = parse("close(3) = 0\n"), *igb = parse("--device=igb\nclose(3) = 0\n");
	struct record r;

	(void)state;
	record_all(&r, s, 0);
	tally_add(t, s, &r);
	r.ethernet = false;
	tally_add(t, s, &r);
	r.hosts = 2;
	tally_add(t, s, &r);
	r.ethernet = true;
	tally_add(t, igb, &r);
	assert_int_equal(count_of(t, KIND_DEVICE, "tap"), 1);
	assert_int_equal(count_of(t, KIND_DEVICE, "tun"), 2);
	assert_int_equal(count_of(t, KIND_DEVICE, "igb"), 1);
	assert_int_equal(count_of(t, KIND_DEVICE, "two hosts"), 2);
	record_free(&r);
	script_free(s);
	script_free(igb);
	tally_free(t);
}

static void test_state(void **state)
{
	struct tally *t = tally_new();
	struct script *s = parse("close(3) = 0\n");
	struct record r;

	(void)state;
	record_all(&r, s, 0);
	r.state = strdup("a mib Ip.InReceives 3\na mib Udp.InErrors 1\na drop UDP_CSUM 1\n"
			 "a neigh 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:02 REACHABLE\n"
			 "b mib Ip.InReceives 1\nb mib IpExt.InOctets 28\nb drop NO_SOCKET 2\n");
	tally_add(t, s, &r);
	expect_met(t, KIND_MIB, "Ip.InReceives, IpExt.InOctets, Udp.InErrors");
	expect_met(t, KIND_DROP, "NO_SOCKET, UDP_CSUM");
	assert_int_equal(count_of(t, KIND_MIB, "Ip.InReceives"), 1);
	record_free(&r);
	script_free(s);
	tally_free(t);
}

/* --- frames --------------------------------------------------------------------------------------
 */
static void expect_frame(const char *line, bool ethernet, bool in, const char *wanted)
{
	struct packet_ctx ctx = { .ethernet = ethernet,
				  .smac = { 2, 0, 0, 0, 0, 2 },
				  .dmac = { 2, 0, 0, 0, 0, 1 } };
	struct script *s = parse(line);
	struct tally *t = tally_new();
	u8 *frame = malloc(FRAME_BYTES);
	char err[120];
	u32 n;

	assert_non_null(frame);
	n = packet_build(s, &s->stmt[0].packet, &ctx, frame, FRAME_BYTES, err, sizeof(err));
	if (n == 0)
		fail_msg("%s", err);
	t->programs = 1;
	tally_frame(t, frame, n, ethernet, in, 0);
	expect_met(t, in ? KIND_IN : KIND_OUT, wanted);
	expect_met(t, in ? KIND_OUT : KIND_IN, "");
	free(frame);
	tally_free(t);
	script_free(s);
}

static void test_frame_udp(void **state)
{
	(void)state;
	expect_frame("< 192.0.2.2:7 > 192.0.2.1:5000 [ttl 64, id 7, df] udp (5) \"hello\"\n", true,
		     true,
		     "frame of bytes 15-59, to mac own, from mac other, ethertype IPv4, "
		     "IP version 4, IP header length 5, tos 0, IP total length exact, "
		     "IP id 1-65534, reserved flag 0, fragment none, df, ttl 64, protocol UDP, "
		     "IP checksum right, IP source other, IP destination other, "
		     "transport header whole, UDP source port 1-1023, "
		     "UDP destination port 1024-65534, UDP length exact, UDP checksum right, "
		     "UDP payload 2-1471, UDP payload is odd");
	/* What Linux never sends has no row. */
	expect_frame("< 192.0.2.2:0 > 255.255.255.255:65535 [ttl 0, id 0, rf, tos 0xc0, csum bad, "
		     "l4csum bad] udp (0)\n",
		     false, false,
		     "frame of bytes 15-59, IP version 4, IP header length 5, "
		     "tos precedence 6, 7, IP total length exact, IP id 0, fragment none, "
		     "protocol UDP, IP source other, IP destination 255.255.255.255, "
		     "transport header whole, UDP destination port 65535, UDP length exact, "
		     "UDP payload 0, UDP payload is even");
	expect_frame("< 192.0.2.2:0 > 255.255.255.255:65535 [ttl 0, id 65535, rf, tos 0xc0, "
		     "csum bad, l4csum none, ulen 9, pad 3] udp (0)\n",
		     false, true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, "
		     "tos precedence 6, 7, IP total length padded, IP id 65535, reserved flag 1, "
		     "fragment none, ttl 0, protocol UDP, IP checksum wrong, IP source other, "
		     "IP destination 255.255.255.255, transport header whole, "
		     "UDP source port 0, UDP destination port 65535, UDP length long, "
		     "UDP checksum none, UDP payload 0, UDP payload is even");
}

static void test_frame_fragment(void **state)
{
	(void)state;
	expect_frame("< 192.0.2.2 > 224.0.0.1 [ttl 1, id 7, mf, frag 8190] ip proto 17 (20)\n",
		     false, true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, tos 0, "
		     "IP total length exact, IP id 1-65534, reserved flag 0, fragment middle, "
		     "fragment beyond 65535, fragment mf, no multiple of 8, ttl 1, protocol UDP, "
		     "IP checksum right, IP source other, IP destination multicast");
	expect_frame("< 240.0.0.2 > 127.0.0.1 [ttl 255, id 7, mf, df, tos 0x3] ip proto 1 (6)\n",
		     false, true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, tos CE, "
		     "IP total length exact, IP id 1-65534, reserved flag 0, fragment first, "
		     "fragment with df, fragment mf, no multiple of 8, ttl 255, protocol ICMP, "
		     "IP checksum right, IP source 240.0.0.0/4, IP destination loopback, "
		     "transport header cut");
	expect_frame("< 192.0.2.2 > 192.0.2.2 [ttl 65, frag 1] ip proto 200 (0)\n", false, true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, tos 0, "
		     "IP total length header alone, IP id 0, reserved flag 0, fragment last, "
		     "ttl 65-254, protocol other, IP checksum right, IP source other, "
		     "IP destination source's");
}

static void test_frame_options(void **state)
{
	char list[LIST_BYTES];
	struct tally *t = tally_new();
	/* nop, record route, router alert, one that is too long. */
	static const u8 frame[] = { 0x49, 0, 0, 36, 0,	 0, 0, 0,    64, 17, 0, 0,
				    192,  0, 2, 2,  192, 0, 2, 1,    1,	 7,  3, 4,
				    148,  4, 0, 0,  68,	 9, 5, 0x00, 0,	 0,  0, 0 };

	(void)state;
	t->programs = 1;
	tally_frame(t, frame, sizeof(frame), false, true, 0);
	met(t, KIND_IN, list);
	assert_non_null(strstr(list, "IP option nop, IP option record route, IP option timestamp, "
				     "IP option router alert, IP option of a wrong length"));
	assert_non_null(strstr(list, "IP header length 7-14"));
	assert_null(strstr(list, "UDP length"));
	assert_non_null(strstr(list, "transport header cut"));
	tally_free(t);
}

static void test_frame_icmp_and_tcp(void **state)
{
	(void)state;
	expect_frame("< 192.0.2.2 > 192.0.2.1 [ttl 64] icmp unreachable port_unreachable "
		     "[192.0.2.1:5000 > 192.0.2.2:7 udp (5)]\n",
		     false, true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, tos 0, "
		     "IP total length exact, IP id 0, reserved flag 0, fragment none, ttl 64, "
		     "protocol ICMP, IP checksum right, IP source other, IP destination other, "
		     "transport header whole, ICMP checksum right, ICMP port unreachable, "
		     "ICMP error quotes UDP");
	expect_frame("< 192.0.2.2 > 192.0.2.1 [ttl 64, l4csum bad] icmp 40 7\n", false, true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, tos 0, "
		     "IP total length exact, IP id 0, reserved flag 0, fragment none, ttl 64, "
		     "protocol ICMP, IP checksum right, IP source other, IP destination other, "
		     "transport header whole, ICMP checksum wrong, ICMP other type");
	expect_frame("< 192.0.2.2:9 > 192.0.2.1:80 [ttl 64] S 5:5(0) win 100 <mss 1000>\n", false,
		     true,
		     "frame of bytes 15-59, IP version 4, IP header length 5, tos 0, "
		     "IP total length exact, IP id 0, reserved flag 0, fragment none, ttl 64, "
		     "protocol TCP, IP checksum right, IP source other, IP destination other, "
		     "transport header whole, TCP SYN, TCP checksum right, TCP header length 6-15");
}

static void test_frame_link_layer(void **state)
{
	(void)state;
	expect_frame("< arp who-has 192.0.2.1 tell 0.0.0.0\n", true, true,
		     "frame of bytes 15-59, to mac broadcast, from mac other, ethertype ARP, "
		     "ARP of bytes 28, ARP hardware type 1, ARP protocol type IPv4, "
		     "ARP hardware length 6, ARP protocol length 4, ARP operation request, "
		     "ARP sender mac other, ARP sender 0.0.0.0, ARP target other");
	expect_frame("< eth 03:00:00:00:00:02 > 01:00:5e:00:00:01 arp [op 9, htype 6, hlen 5, "
		     "plen 5, ptype 0x86dd, pad 4] who-has 10.0.0.1 tell 10.0.0.1\n",
		     true, true,
		     "frame of bytes 15-59, to mac multicast, from mac multicast, ethertype ARP, "
		     "ARP of bytes more, ARP hardware type 6, ARP protocol type other, "
		     "ARP hardware length 0-5, ARP protocol length more, ARP operation other, "
		     "ARP sender mac multicast, ARP sender other, ARP target sender's");
	expect_frame("< hex 0102030405060708090a0b0c0d\n", true, true, "frame of bytes 0-13");
	expect_frame("< hex ffffffffffff0200000000010800\n", true, true,
		     "frame of bytes 14, to mac broadcast, from mac own, ethertype IPv4");
	expect_frame("< hex ffffffffffff020000000001002a41\n", true, true,
		     "frame of bytes 15-59, to mac broadcast, from mac own, ethertype length");
}

/* --- the tables ----------------------------------------------------------------------------------
 */
enum field {
#define F(id, what) FIELD_##id,
#define C(field, label, low, high, ways)
#include "harness/diff/tally_frame.def"
#undef F
#undef C
};

/* A class that others hide can never be met. */
static void test_classes_can_be_met(void **state)
{
	static const struct {
		u32 field, low, high;
	} classes[] = {
#define F(id, what)
#define C(field, label, low, high, ways) { FIELD_##field, low, high },
#include "harness/diff/tally_frame.def"
#undef F
#undef C
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(classes); i++) {
		bool free_value = false;
		u64 steps = 0;

		assert_true(classes[i].low <= classes[i].high);
		for (u64 v = classes[i].low; v <= classes[i].high && !free_value; v++) {
			u32 j = 0;

			while (classes[j].field != classes[i].field || v < classes[j].low ||
			       v > classes[j].high)
				j++;
			free_value = j == i;
			assert_true(++steps < STEPS_MAX);
		}
		assert_true(free_value);
	}
}

/* A reason for nothing, or that the one before it hides, is a mistake. */
static void test_reasons(void **state)
{
	static const struct {
		enum tally_kind kind;
		const char *pattern;
	} excused[] = {
#define REASON(id, never, text)
#define R(kind, pattern, id) { KIND_##kind, pattern },
#include "harness/diff/tally.def"
#undef REASON
#undef R
	};
	struct tally *t = tally_new();
	char row[TALLY_NAME];
	u32 uses[ARRAY_SIZE(excused)] = { 0 };

	(void)state;
	for (u32 kind = 0; kind < TALLY_KINDS; kind++) {
		for (u32 i = 0; i < t->first[kind + 1] - t->first[kind]; i++) {
			const char *n = tally_row_name(t, (enum tally_kind)kind, i, row);
			u32 k = 0;

			while (n != NULL && k < ARRAY_SIZE(excused) &&
			       (excused[k].kind != kind || fnmatch(excused[k].pattern, n, 0) != 0))
				k++;
			if (n != NULL && k < ARRAY_SIZE(excused))
				uses[k]++;
		}
	}
	for (u32 k = 0; k < ARRAY_SIZE(excused); k++)
		if (uses[k] == 0)
			fail_msg("%s: no row", excused[k].pattern);
	tally_free(t);
}

static void check_names(const struct tally *t, enum tally_kind kind)
{
	char a[TALLY_NAME], b[TALLY_NAME];
	u32 n = t->first[kind + 1] - t->first[kind];

	for (u32 i = 0; i < n; i++) {
		const char *x = tally_row_name(t, kind, i, a), *y = NULL;
		u32 j = x != NULL ? i + 1 : n;

		for (; j < n && (y == NULL || strcmp(x, y) != 0); j++)
			y = tally_row_name(t, kind, j, b);
		if (y != NULL && strcmp(x, y) == 0)
			fail_msg("%s %s twice", tally_kinds[kind], x);
	}
}

/* No two rows of a kind have one name. */
static void test_names(void **state)
{
	struct tally *t = tally_new();

	(void)state;
	for (u32 kind = 0; kind < TALLY_KINDS; kind++)
		check_names(t, (enum tally_kind)kind);
	tally_free(t);
}

/* --- sums ----------------------------------------------------------------------------------------
 */
static void test_merge(void **state)
{
	struct tally *a = tally_of("close(3) = 0\nlisten(3, 1) = 0\n", 9);
	struct tally *b = tally_of("close(3) = 0\n", 9);
	char *bytes = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&bytes, &len);

	(void)state;
	assert_non_null(f);
	tally_write(a, f);
	fclose(f);
	assert_true(tally_merge(b, bytes, len));
	assert_true(tally_merge(b, bytes, len));
	assert_int_equal(b->programs, 3);
	assert_int_equal(count_of(b, KIND_CALL, "close"), 3);
	assert_int_equal(count_of(b, KIND_CALL, "listen"), 2);
	assert_false(tally_merge(b, bytes, len - 1));
	assert_false(tally_merge(b, bytes, 0));
	bytes[9] ^= 1; /* the names' hash */
	assert_false(tally_merge(b, bytes, len));
	assert_int_equal(b->programs, 3);
	free(bytes);
	tally_free(a);
	tally_free(b);
}

static char *page_of(const struct tally *t, u64 enough, u32 *bad)
{
	char *page = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&page, &len);

	assert_non_null(f);
	*bad = tally_print(t, f, enough);
	fclose(f);
	return page;
}

static void test_print(void **state)
{
	struct tally *t = tally_of("close(3) = 0\n", 9);
	char *page;
	u32 bad, more;

	(void)state;
	page = page_of(t, 1, &bad);
	assert_non_null(strstr(page, "\n1 programs."));
	assert_non_null(strstr(page, "| close | 1 |  |\n"));
	assert_non_null(strstr(page, "| socket | 0 | **too few** |\n"));
	free(page);
	/* Now one row more has too few. */
	page = page_of(t, 2, &more);
	assert_int_equal(more, bad + 2); /* the device, too */
	assert_non_null(strstr(page, "| close | 1 | **too few** |\n"));
	free(page);
	/* Met in spite of a reason. */
	t->count[t->first[KIND_DROP] + 25] = 1; /* TCP_AOUNEXPECTED */
	bad = more;
	page = page_of(t, 2, &more);
	assert_int_equal(more, bad + 1);
	assert_non_null(strstr(page, "| TCP_AOUNEXPECTED | 1 | **met, although"));
	free(page);
	/* What is only rare may be met, but not as often as others; of more programs more often. */
	t->count[t->first[KIND_DROP] + DROP_FULL_RING] = 2;
	page = page_of(t, 3, &bad);
	assert_non_null(strstr(page, "| FULL_RING | 2 | a chance"));
	free(page);
	t->count[t->first[KIND_DROP] + DROP_FULL_RING] = 6;
	page = page_of(t, 2, &more);
	assert_non_null(strstr(page, "| FULL_RING | 6 | **met, although"));
	free(page);
	t->programs = 200000;
	page = page_of(t, 2, &more);
	assert_non_null(strstr(page, "| FULL_RING | 6 |  |"));
	free(page);
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_call_that_waits),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_directives),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_frame_udp),
		cmocka_unit_test(test_frame_fragment),
		cmocka_unit_test(test_frame_options),
		cmocka_unit_test(test_frame_icmp_and_tcp),
		cmocka_unit_test(test_frame_link_layer),
		cmocka_unit_test(test_classes_can_be_met),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
