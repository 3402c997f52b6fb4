// SPDX-License-Identifier: MIT
/* generate_icmp.c - what ICMP tells sockets of every kind: each type and code, quotes of all
 * lengths, with and without extensions (RFC 4884), and what programs see of it.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"

enum {
	ICMP_BYTES = 8,
	IP_BYTES = 20,
	QUOTE_MIN = 128, /* RFC 4884 4: of a datagram with extensions behind it */
	MOST_BYTES = 320,
	EXT_BYTES = 4,
	OBJECT_BYTES = 4,
	ICMP_AT_LENGTH = 5,
	TCP_PORT = 5100, /* of the socket in icmp_sockets */
	TCP_PEER_PORT = 7
};

struct message {
	u8 at[MOST_BYTES];
	u32 len;
};

static u16 checksum(const u8 *at, u32 len)
{
	u32 sum = 0;

	for (u32 i = 0; i < len; i++)
		sum += i % 2 == 0 ? (u32)at[i] << 8 : at[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

static void put_head(struct gen *g, struct message *m)
{
	static const u8 types[] = { 3, 3, 3, 3, 3, 11, 11, 12, 12, 4, 5, 5 };
	static const u16 mtus[] = { 1000, 1400, 600, 552, 551, 68, 67, 0, 1500, 9000, 65535 };

	m->at[0] = gen_percent(g, 5) ? (u8)gen_below(g, 256) : types[gen_below(g, sizeof(types))];
	m->at[1] = (u8)(gen_percent(g, 5) ? gen_below(g, 256) : gen_below(g, 17));
	if (m->at[0] == 3 && gen_percent(g, 25))
		m->at[1] = 4;
	if (m->at[0] == 5 || m->at[0] == 11 || m->at[0] == 12)
		m->at[1] &= 3;
	if (m->at[0] == 5)
		put_be32(m->at + 4,
			 gen_percent(g, 70) ? gen_host_of(g)->peer + 1 : gen_host_of(g)->peer);
	else if (m->at[0] == 3)
		put_be16(m->at + 6, mtus[gen_below(g, ARRAY_SIZE(mtus))]);
	else if (m->at[0] == 12)
		m->at[4] = (u8)gen_below(g, 60);
	m->len = ICMP_BYTES;
}

/* The ports are those of a socket, if the protocol has any. */
static void put_quoted_ports(struct gen *g, u8 *l4, u8 proto, u32 *dst)
{
	const struct gen_sock *s = gen_bound_sock(g);

	if (proto == IPPROTO_TCP) {
		put_be16(l4, TCP_PORT);
		put_be16(l4 + 2, TCP_PEER_PORT);
		put_be32(l4 + 4, gen_below(g, 3));
		return;
	}
	put_be16(l4, s != NULL ? s->lport : 5000);
	put_be16(l4 + 2, s != NULL && s->connected ? s->rport : 7);
	put_be16(l4 + 4, 9);
	if (s != NULL && s->connected)
		*dst = s->raddr;
}

static void put_quote(struct gen *g, struct message *m)
{
	static const u8 protos[] = { 17, 17, 17, 17, 17, 253, 253, 6, 6, 1, 136, 255 };
	const struct gen_host *h = gen_host_of(g);
	u32 hlen = gen_percent(g, 15) ? IP_BYTES + 4 * gen_between(g, 1, 10) : IP_BYTES;
	u8 *ip = m->at + m->len, proto = protos[gen_below(g, sizeof(protos))];
	u32 dst = h->peer, len = hlen + 8 + gen_below(g, 6);

	memset(ip + IP_BYTES, 1, hlen - IP_BYTES);
	put_quoted_ports(g, ip + hlen, proto, &dst);
	ip[0] = (u8)(0x40 | hlen / 4);
	put_be16(ip + 2, (u16)(hlen + 9));
	put_be16(ip + 6, gen_percent(g, 80) ? 0x4000 : 0);
	ip[8] = 64;
	ip[9] = proto;
	put_be32(ip + 12, h->own);
	put_be32(ip + 16, dst);
	put_be16(ip + 10, checksum(ip, hlen));
	if (gen_percent(g, 10))
		len = gen_below(g, len);
	m->len += len;
}

/* Objects with what is behind them; some lie about their length. */
static void put_objects(struct gen *g, struct message *m)
{
	u32 n = gen_below(g, 4);

	while (n-- != 0) {
		u32 data = 4 * gen_below(g, 4);
		u8 *at = m->at + m->len;

		put_be16(at, (u16)(OBJECT_BYTES + data));
		at[2] = (u8)gen_below(g, 4);
		at[3] = (u8)gen_below(g, 3);
		memset(at + OBJECT_BYTES, 'o', data);
		m->len += OBJECT_BYTES + data;
		if (gen_percent(g, 12))
			put_be16(at, (u16)gen_below(g, 12));
		if (gen_percent(g, 4))
			put_be16(at, (u16)gen_below(g, 65536));
	}
	if (gen_percent(g, 12))
		m->len += gen_between(g, 1, 4);
}

/* RFC 4884: the quote is filled up, and its length told. */
static void put_extensions(struct gen *g, struct message *m)
{
	u32 full = QUOTE_MIN + 4 * gen_below(g, 6), ext;

	if (m->len > ICMP_BYTES + full)
		return;
	if (gen_percent(g, 15))
		full = (m->len - ICMP_BYTES + 3) / 4 * 4;
	m->len = ICMP_BYTES + full;
	m->at[ICMP_AT_LENGTH] = (u8)(full / 4);
	if (gen_percent(g, 15))
		m->at[ICMP_AT_LENGTH] = (u8)gen_below(g, 60);
	ext = m->len;
	m->at[ext] = gen_percent(g, 92) ? 0x20 : (u8)(gen_below(g, 16) << 4);
	m->len += gen_percent(g, 95) ? EXT_BYTES : gen_below(g, EXT_BYTES);
	if (m->len == ext + EXT_BYTES)
		put_objects(g, m);
	if (gen_percent(g, 75))
		put_be16(m->at + ext + 2, checksum(m->at + ext, m->len - ext));
	else if (gen_percent(g, 40))
		m->at[ext + 2] = 1;
}

static void do_icmp_told(struct gen *g)
{
	struct message m = { .len = 0 };

	put_head(g, &m);
	put_quote(g, &m);
	if (gen_percent(g, 40))
		put_extensions(g, &m);
	assert(m.len <= sizeof(m.at));
	put_be16(m.at + 2, checksum(m.at, m.len));
	gen_expand(g, "< @icmp_from > @own ip proto 1 ");
	gen_putf(g, "(%u) hex ", m.len);
	for (u32 i = 0; i < m.len; i++)
		gen_putf(g, "%02x", m.at[i]);
}

static const struct gen_row rows[] = {
	/* Three more sockets, of which the generator keeps no account. */
	{ "icmp_sockets", 1,
	  "socket(AF_INET, SOCK_RAW, 253) = ...\ndup2(@next_fd, 50) = ...\nclose(@next_fd) = "
	  "...\nsocket(AF_INET, SOCK_RAW, @told_raw) = ...\ndup2(@next_fd, 51) = "
	  "...\nclose(@next_fd) = ...\nsocket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = "
	  "...\ndup2(@next_fd, 52) = ...\nclose(@next_fd) = ...\nbind(52, {sa_family = AF_INET, "
	  "sin_port = htons(5100), sin_addr = inet_addr(\"@own\")}, 16) = ...\nconnect(52, "
	  "{sa_family = AF_INET, sin_port = htons(7), sin_addr = inet_addr(\"@peer\")}, 16) = "
	  "..." },
	{ "told_raw", 2, "IPPROTO_ICMP" },
	{ NULL, 2, "IPPROTO_UDP" },
	{ NULL, 1, "IPPROTO_TCP" },
	{ NULL, 1, "136" },
	{ NULL, 1, "255" },
	{ "told_fd", 10, "@fdu" },
	{ NULL, 5, "50" },
	{ NULL, 3, "51" },
	{ NULL, 5, "52" },
	{ "do_told_option", 10, "setsockopt(@told_fd, SOL_IP, IP_RECVERR, [@onoff], 4) = ..." },
	{ NULL, 6,
	  "setsockopt(@fdu, SOL_IP, IP_RECVERR, [1], 4) = ...\nsetsockopt(@cur, SOL_IP, "
	  "IP_RECVERR_RFC4884, [1], 4) = ..." },
	{ NULL, 3, "setsockopt(@told_fd, SOL_IP, IP_RECVERR_RFC4884, [@onoff], 4) = ..." },
	{ NULL, 4, "setsockopt(@told_fd, SOL_IP, IP_MTU_DISCOVER, [@pmtudisc], 4) = ..." },
	{ NULL, 2, "setsockopt(@told_fd, SOL_IP, IP_HDRINCL, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@told_fd, SOL_IP, IP_MINTTL, [@told_ttl], 4) = ..." },
	{ NULL, 2,
	  "setsockopt(@told_fd, SOL_SOCKET, SO_BINDTODEVICE, \"@fwd_dev\", @told_dev) = ..." },
	{ NULL, 2, "setsockopt(@told_fd, SOL_IP, @ip_recv, [1], 4) = ..." },
	{ NULL, 2, "setsockopt(50, SOL_RAW, ICMP_FILTER, hex 08000000, 4) = ..." },
	{ "told_ttl", 1, "64" },
	{ NULL, 1, "65" },
	{ NULL, 1, "255" },
	{ "told_dev", 1, "5" },
	{ NULL, 1, "3" },
	{ "do_told_connect", 6, "@do_connect" },
	{ NULL, 4,
	  "connect(50, {sa_family = AF_INET, sin_port = htons(0), sin_addr = "
	  "inet_addr(\"@told_peer\")}, "
	  "16) = ..." },
	{ NULL, 2,
	  "connect(51, {sa_family = AF_INET, sin_port = htons(0), sin_addr = "
	  "inet_addr(\"@told_peer\")}, "
	  "16) = ..." },
	{ NULL, 2,
	  "connect(52, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"@peer\")}, 16) = ..." },
	{ NULL, 2, "bind(50, {sa_family = AF_INET, sin_addr = inet_addr(\"@own\")}, 16) = ..." },
	{ NULL, 1, "connect(50, {sa_family = AF_UNSPEC}, 16) = ..." },
	{ "told_peer", 6, "@peer" },
	{ NULL, 2, "@other" },
	{ NULL, 1, "198.51.100.7" },
	{ "do_told_look", 10, "getsockopt(@told_fd, SOL_SOCKET, SO_ERROR, ..., [4]) = ..." },
	{ NULL, 14,
	  "recvmsg(@told_fd, {msg_name(16) = ..., msg_iov(1) = [{..., @told_room}], msg_flags = "
	  "..., msg_control = ...}, MSG_ERRQUEUE) = ..." },
	{ NULL, 3,
	  "recvmsg(@told_fd, {msg_name(16) = ..., msg_iov(1) = [{..., 100}], msg_flags = ..., "
	  "msg_control = ...}, MSG_ERRQUEUE|MSG_PEEK) = ..." },
	{ NULL, 6, "recvfrom(@told_fd, ..., 400, MSG_DONTWAIT, ..., [16]) = ..." },
	{ NULL, 4, "poll([{fd = @told_fd, events = POLLIN|POLLOUT, revents = ...}], 1, 0) = ..." },
	{ NULL, 3, "getsockopt(@told_fd, SOL_IP, IP_MTU, ..., [4]) = ..." },
	{ NULL, 6, "sendto(@fdu, @data, @send_flags, @to, 16) = ..." },
	{ NULL, 3, "send(@told_fd, \"ab\", 2, MSG_DONTWAIT|MSG_NOSIGNAL) = ..." },
	{ "told_room", 4, "400" },
	{ NULL, 3, "100" },
	{ NULL, 1, "1" },
	{ NULL, 1, "0" },
	{ "area_icmp_told", 40, "@do_icmp_told" },
	{ NULL, 12, "@do_told_option" },
	{ NULL, 5, "@do_told_connect" },
	{ NULL, 30, "@do_told_look" },
	{ NULL, 4, "@do_icmp_error" },
	{ NULL, 4, "@pause" },
	{ NULL, 2, "@do_knob" },
};

static const struct gen_slot slots[] = {
	{ "do_icmp_told", do_icmp_told },
};

const struct gen_part gen_part_icmp = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
