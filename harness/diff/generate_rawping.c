// SPDX-License-Identifier: MIT
/* generate_rawping.c - raw and ping sockets: what they send, headers of a program's own among it,
 * what comes for them, and errors about it.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

enum { BODY_BYTES = 128, ICMP_BYTES = 8, ETH_BYTES = 14, QUOTED_BYTES = 8, RAW_PROTO = 200 };
enum { ECHO = 8, EXT_ECHO = 42, CHECK = 2, ECHO_ID = 4, ECHO_SEQ = 6 };

struct body {
	u32 len;
	u8 bytes[BODY_BYTES];
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

static void add_random(struct gen *g, struct body *b, u32 n)
{
	assert(b->len + n <= BODY_BYTES);
	for (u32 i = 0; i < n; i++)
		b->bytes[b->len++] = (u8)gen_below(g, 256);
}

static void put_hex(struct gen *g, const struct body *b)
{
	for (u32 i = 0; i < b->len; i++)
		gen_putf(g, "%02x", b->bytes[i]);
}

/* As data of a call. */
static void put_body(struct gen *g, const struct body *b)
{
	if (b->len == 0) {
		gen_put(g, "\"\", 0");
		return;
	}
	gen_put(g, "hex ");
	put_hex(g, b);
	gen_putf(g, ", %u", b->len);
}

static u8 pick_byte(struct gen *g, const u8 *from, u32 n)
{
	return gen_percent(g, 90) ? from[gen_below(g, n)] : (u8)gen_below(g, 256);
}

/* An address by a rule, without a word of it. */
static u32 draw_addr(struct gen *g, const char *rule)
{
	size_t at = g->len;
	u32 addr = gen_addr(g, rule);

	g->len = at;
	g->text[at] = '\0';
	return addr;
}

/* --- what is sent
 * ------------------------------------------------------------------------------ */

static void add_icmp(struct gen *g, struct body *b, u8 type, u16 id)
{
	u8 *at = b->bytes + b->len;
	u32 data = gen_below(g, 20);

	memset(at, 0, ICMP_BYTES);
	at[0] = type;
	if (gen_percent(g, 10))
		at[1] = (u8)gen_below(g, 256);
	put_be16(at + ECHO_ID, id);
	put_be16(at + ECHO_SEQ, (u16)gen_below(g, 1000));
	b->len += ICMP_BYTES;
	add_random(g, b, data);
	if (gen_percent(g, 70))
		put_be16(at + CHECK, checksum(at, ICMP_BYTES + data));
}

/* To a port that a socket may have; a sum is rarely right. */
static void add_udp(struct gen *g, struct body *b)
{
	u8 *at = b->bytes + b->len;
	u32 data = gen_below(g, 20);

	put_be16(at, (u16)gen_between(g, 1, 10));
	put_be16(at + 2, (u16)gen_between(g, 4999, 5002));
	put_be16(at + 4, (u16)(8 + data + (gen_percent(g, 5) ? 1 : 0)));
	put_be16(at + 6, gen_percent(g, 70) ? 0 : (u16)gen_below(g, 65536));
	b->len += 8;
	add_random(g, b, data);
}

static void add_transport(struct gen *g, struct body *b, u32 proto)
{
	static const u8 types[] = { 8, 8, 8, 0, 3, 4, 5, 11, 12, 13, 14, 17, 18, 42, 43 };

	if (proto == IPPROTO_ICMP)
		add_icmp(g, b, pick_byte(g, types, sizeof(types)), (u16)gen_below(g, 8));
	else if (proto == IPPROTO_UDP)
		add_udp(g, b);
	else
		add_random(g, b, gen_below(g, 40));
}

static u8 draw_proto(struct gen *g, const struct gen_sock *s)
{
	static const u8 protos[] = { IPPROTO_ICMP, IPPROTO_UDP, IPPROTO_IGMP, RAW_PROTO,
				     RAW_PROTO + 1 };

	if (gen_percent(g, 40) && s->proto < IPPROTO_RAW)
		return (u8)s->proto;
	return pick_byte(g, protos, sizeof(protos));
}

static u16 draw_frag(struct gen *g)
{
	static const u16 words[] = { IP_DF, IP_DF, IP_MF, 1, IP_MF | 1, 2, 0x8000, IP_DF | IP_MF };

	return gen_percent(g, 70) ? 0 : words[gen_below(g, ARRAY_SIZE(words))];
}

static void add_header(struct gen *g, struct body *b, u8 proto)
{
	static const u8 ttls[] = { 64, 64, 64, 255, 1, 2, 0 };
	u32 words = gen_percent(g, 85) ? 0 : gen_between(g, 1, 10);
	u8 *ip = b->bytes;

	memset(ip, 0, IPV4_HLEN);
	ip[IPV4_VIHL] = (u8)(0x45 + words);
	if (gen_percent(g, 4))
		ip[IPV4_VIHL] = (u8)gen_below(g, 256);
	ip[IPV4_TOS] = gen_percent(g, 80) ? 0 : (u8)gen_below(g, 256);
	put_be16(ip + IPV4_TOT_LEN, (u16)gen_below(g, 65536));
	put_be16(ip + IPV4_ID, gen_percent(g, 50) ? 0 : (u16)gen_below(g, 65536));
	put_be16(ip + IPV4_FRAG_OFF, draw_frag(g));
	ip[IPV4_TTL] = pick_byte(g, ttls, sizeof(ttls));
	ip[IPV4_PROTOCOL] = proto;
	put_be32(ip + IPV4_SADDR, gen_percent(g, 50) ? 0 : draw_addr(g, "raw_source"));
	put_be32(ip + IPV4_DADDR, draw_addr(g, "dst"));
	b->len = IPV4_HLEN;
	/* No operations, or what may be anything. */
	memset(ip + IPV4_HLEN, 1, (size_t)words * 4);
	b->len += words * 4;
	if (words != 0 && gen_percent(g, 50))
		ip[IPV4_HLEN] = (u8)gen_below(g, 256);
}

static void put_raw_body(struct gen *g)
{
	const struct gen_sock *s = gen_sock_of(g, g->cur);
	struct body b = { .len = 0 };
	u32 proto = s != NULL ? s->proto : RAW_PROTO;

	if (gen_percent(g, 8)) {
		gen_rule(g, "data");
		return;
	}
	if (s != NULL && s->hdrincl) {
		proto = draw_proto(g, s);
		add_header(g, &b, (u8)proto);
	}
	add_transport(g, &b, proto);
	if (gen_percent(g, 6))
		b.len = gen_below(g, b.len + 1);
	put_body(g, &b);
}

static void put_ping_body(struct gen *g)
{
	struct body b = { .len = 0 };
	u8 type = gen_percent(g, 85) ? ECHO : gen_percent(g, 60) ? EXT_ECHO : (u8)gen_below(g, 256);

	add_icmp(g, &b, type, (u16)gen_below(g, 65536));
	if (gen_percent(g, 85))
		b.bytes[1] = 0;
	if (gen_percent(g, 4))
		b.len = gen_below(g, b.len + 1);
	put_body(g, &b);
}

/* Sends by the current socket: with an address, or without. */
static void send_by(struct gen *g, u32 kind, const char *connected, const char *any)
{
	struct gen_sock *s = gen_sock(g, kind);

	if (s == NULL) {
		gen_expand(g, "send(@bad_fd, @data, @send_flags) = ...");
		return;
	}
	g->cur = s->fd;
	gen_rule(g, s->connected && gen_percent(g, 60) ? connected : any);
}

static void do_raw_send(struct gen *g)
{
	send_by(g, GEN_RAW, "raw_send_connected", "raw_send");
}

static void do_ping_send(struct gen *g)
{
	send_by(g, GEN_PING, "ping_send_connected", "ping_send");
}

static void do_hdrincl(struct gen *g)
{
	struct gen_sock *s = gen_sock(g, GEN_RAW);

	if (s == NULL) {
		gen_expand(g, "setsockopt(@bad_fd, SOL_IP, IP_HDRINCL, [1], 4) = ...");
		return;
	}
	g->cur = s->fd;
	s->hdrincl = gen_percent(g, 70);
	gen_putf(g, "setsockopt(%d, SOL_IP, IP_HDRINCL, [%u], 4) = ...", s->fd, s->hdrincl);
}

/* --- what comes
 * -------------------------------------------------------------------------------- */

/* Of a socket that there is, so that it hears of it. */
static void put_raw_proto(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, GEN_RAW);

	if (s == NULL || gen_percent(g, 15))
		gen_rule(g, "other_proto");
	else
		gen_putf(g, "%u", s->proto & 255);
}

static const struct gen_sock *connected_one(struct gen *g, u32 kind)
{
	const struct gen_sock *s = gen_sock(g, kind);

	return s != NULL && s->connected && s->raddr != 0 ? s : NULL;
}

/* Whence a connected socket hears, else whence anything comes. */
static void put_heard_from(struct gen *g)
{
	const struct gen_sock *s = connected_one(g, g->area == AREA_ping ? GEN_PING : GEN_RAW);

	if (s != NULL && gen_percent(g, 70))
		gen_put_addr(g, s->raddr);
	else
		gen_rule(g, "src");
}

/* Identifiers are given from 1 on. */
static u32 draw_ping_id(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, GEN_PING);

	if (s != NULL && s->lport != 0 && gen_percent(g, 80))
		return s->lport;
	return gen_percent(g, 95) ? gen_between(g, 1, 5) : gen_below(g, 65536);
}

static void put_ping_id(struct gen *g)
{
	gen_putf(g, "%u", draw_ping_id(g));
}

void gen_name_ping(struct gen *g, struct gen_sock *s)
{
	bool any = gen_percent(g, 60);

	gen_expand(g, "\n");
	gen_putf(g, "bind(%d, {sa_family = AF_INET, sin_port = htons(", s->fd);
	s->lport = (u16)gen_number(g, "ping_ident");
	gen_put(g, "), sin_addr = inet_addr(\"");
	s->laddr = gen_addr(g, any ? "any_source" : "good_own");
	gen_put(g, "\")}, 16) = ...");
	s->bound = true;
}

/* A datagram that a socket of ours may have sent, as much of it as an error quotes. */
static u32 add_quoted(struct gen *g, u8 *ip)
{
	const struct gen_sock *s = gen_sock(g, GEN_RAW | GEN_PING);
	bool ping = s == NULL || s->kind == GEN_PING;
	u32 proto = ping ? IPPROTO_ICMP : s->proto & 255;
	u8 *at = ip + IPV4_HLEN;

	memset(ip, 0, IPV4_HLEN + QUOTED_BYTES);
	ip[IPV4_VIHL] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)gen_between(g, IPV4_HLEN + QUOTED_BYTES, 1500));
	ip[IPV4_TTL] = 64;
	ip[IPV4_PROTOCOL] = (u8)proto;
	put_be32(ip + IPV4_SADDR, gen_percent(g, 90) ? gen_host_of(g)->own : draw_addr(g, "src"));
	put_be32(ip + IPV4_DADDR,
		 s != NULL && s->connected && s->raddr != 0 ? s->raddr : draw_addr(g, "dst"));
	put_be16(ip + IPV4_CHECK, checksum(ip, IPV4_HLEN));
	if (ping) {
		at[0] = gen_percent(g, 90) ? ECHO : gen_percent(g, 50) ? EXT_ECHO : 0;
		put_be16(at + ECHO_ID, (u16)draw_ping_id(g));
	}
	return IPV4_HLEN + QUOTED_BYTES;
}

static void set_error(struct gen *g, u8 *icmp)
{
	static const u8 types[] = { 3, 3, 3, 3, 4, 5, 11, 12 };

	memset(icmp, 0, ICMP_BYTES);
	icmp[0] = pick_byte(g, types, sizeof(types));
	icmp[1] = gen_percent(g, 70) ? (u8)gen_below(g, 6) : (u8)gen_below(g, 20);
	if (icmp[0] == 5)
		put_be32(icmp + 4, draw_addr(g, "other"));
	else if (icmp[0] == 12)
		icmp[4] = (u8)gen_below(g, 30);
	else
		put_be16(icmp + 6, gen_percent(g, 80) ? (u16)gen_between(g, 68, 1500) : 0);
}

/* An error about it, as bytes. */
static void do_told(struct gen *g)
{
	static const u8 macs[ETH_BYTES] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	struct body b = { .len = 0 };
	u8 *ip, *icmp;
	u32 len;

	if (g->tap) {
		memcpy(b.bytes, macs, ETH_BYTES);
		b.len = ETH_BYTES;
	}
	ip = b.bytes + b.len;
	icmp = ip + IPV4_HLEN;
	len = ICMP_BYTES + add_quoted(g, icmp + ICMP_BYTES);
	set_error(g, icmp);
	put_be16(icmp + CHECK, checksum(icmp, len));
	memset(ip, 0, IPV4_HLEN);
	ip[IPV4_VIHL] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)(IPV4_HLEN + len));
	ip[IPV4_TTL] = 64;
	ip[IPV4_PROTOCOL] = IPPROTO_ICMP;
	put_be32(ip + IPV4_SADDR, draw_addr(g, "icmp_from"));
	put_be32(ip + IPV4_DADDR, gen_host_of(g)->own);
	put_be16(ip + IPV4_CHECK, checksum(ip, IPV4_HLEN));
	b.len += IPV4_HLEN + len;
	gen_put(g, "< hex ");
	put_hex(g, &b);
}

static const struct gen_row rows[] = {
	{ "ping_opening", 30, "sysctl -q -w net.ipv4.ping_group_range=\"0 0\"" },
	{ NULL, 3, "sysctl -q -w net.ipv4.ping_group_range=\"0 4294967294\"" },
	{ NULL, 1, "sysctl -q -w net.ipv4.ping_group_range=\"@digit 9\"" },
	{ "rawsock_opening", 1, "@fwd_on; @fwd_ways || true; @fwd_ways || true" },
	{ "any_source", 1, "0.0.0.0" },
	{ "ping_ident", 8, "7" },
	{ NULL, 4, "8" },
	{ NULL, 3, "1" },
	{ NULL, 2, "2" },
	{ NULL, 2, "5000" },
	{ NULL, 1, "65535" },
	{ "raw_source", 10, "@own" },
	{ NULL, 3, "@peer" },
	{ NULL, 3, "@other" },
	{ NULL, 2, "127.0.0.1" },
	{ NULL, 1, "224.0.0.1" },
	{ NULL, 1, "255.255.255.255" },
	{ "raw_send", 30, "@who~sendto(@cur, @raw_body, @send_flags, @to, @addrlen) = ..." },
	{ NULL, 8,
	  "@who~sendmsg(@cur, {msg_name(16) = @to, msg_iov(1) = [{@raw_body}]@msg_flags@control}, "
	  "@send_flags) = ..." },
	{ NULL, 4,
	  "@who~sendmsg(@cur, {msg_name(16) = @to, msg_iov(2) = [{@raw_body}, "
	  "{@data}]@msg_flags@control}, @send_flags) = ..." },
	{ NULL, 2, "sendto(@cur, @raw_body, @send_flags, @to, 0) = ..." },
	{ NULL, 2, "send(@cur, @raw_body, @send_flags) = ..." },
	{ NULL, 4,
	  "sendto(@cur, @raw_body, MSG_MORE, @to, 16) = ...\nsendto(@cur, @raw_body, MSG_MORE, "
	  "@to, "
	  "16) = ...\nsendto(@cur, @raw_body, 0, @to, 16) = ..." },
	{ NULL, 2, "sendto(@cur, ..., @long_len, @send_flags, @to, 16) = ..." },
	{ "raw_send_connected", 12, "@who~send(@cur, @raw_body, @send_flags) = ..." },
	{ NULL, 6, "@who~write(@cur, @raw_body) = ..." },
	{ NULL, 4, "@who~writev(@cur, [{@raw_body}, {@data}], 2) = ..." },
	{ NULL, 5,
	  "@who~sendmsg(@cur, {msg_iov(1) = [{@raw_body}]@msg_flags@control}, @send_flags) = ..." },
	{ "ping_send", 30, "@who~sendto(@cur, @ping_body, @send_flags, @to, @addrlen) = ..." },
	{ NULL, 8,
	  "@who~sendmsg(@cur, {msg_name(16) = @to, msg_iov(1) = [{@ping_body}]@msg_flags@control}, "
	  "@send_flags) = ..." },
	{ NULL, 6,
	  "@who~sendmsg(@cur, {msg_name(16) = @to, msg_iov(2) = [{@ping_body}, "
	  "{@data}]@msg_flags@control}, @send_flags) = ..." },
	{ NULL, 3,
	  "sendmsg(@cur, {msg_name(16) = @to, msg_iov(2) = [{@ping_body}, {pattern @u8, "
	  "@long_len}]}, @send_flags) = ..." },
	{ NULL, 2, "send(@cur, @ping_body, @send_flags) = ..." },
	{ NULL, 1, "sendto(@cur, @data, @send_flags, @to, 16) = ..." },
	{ "ping_send_connected", 12, "@who~send(@cur, @ping_body, @send_flags) = ..." },
	{ NULL, 6, "@who~write(@cur, @ping_body) = ..." },
	{ NULL, 4, "@who~writev(@cur, [{@ping_body}, {@data}], 2) = ..." },
	{ NULL, 5,
	  "@who~sendmsg(@cur, {msg_iov(1) = [{@ping_body}]@msg_flags@control}, @send_flags) = "
	  "..." },
	{ "do_raw_frame", 20, "< @eth@heard_from > @own@attrs_ip ip proto @raw_proto (@payload" },
	{ NULL, 6, "< @eth@heard_from > @dst_in@attrs_ip ip proto @raw_proto (@payload" },
	{ NULL, 3, "< @eth@heard_from > @own@attrs_l4 icmp @icmp_type @digit id @digit (@payload" },
	{ NULL, 4,
	  "< @heard_from > @own [id 7, mf] ip proto @raw_proto (8)\n< @peer > @own [id 7, frag 1] "
	  "ip "
	  "proto @raw_proto (@payload" },
	{ "do_alert", 10,
	  "< @src_fwd > @fwd_dst [ttl @fwd_ttl, opt ra 0] ip proto @raw_proto (@payload" },
	{ NULL, 3,
	  "< @peer > @fwd_draw [ttl 9, id @digit, mf, opt ra 0] ip proto @raw_proto (8)\n< @peer > "
	  "198.51.100.7 [ttl 9, id @digit, frag 1, opt ra 0] ip proto @raw_proto (@payload" },
	{ NULL, 3,
	  "< @peer > 198.51.100.7 [ttl 9, id 5, mf, opt ra 0] ip proto 200 (8)\n< @peer > "
	  "198.51.100.7 [ttl 9, id 5, frag 1, opt ra 0] ip proto 200 (@payload" },
	{ NULL, 2, "< @src_fwd > @own [ttl @fwd_ttl, opt ra 0] ip proto @raw_proto (@payload" },
	{ NULL, 8, "setsockopt(@fdu, SOL_IP, IP_ROUTER_ALERT, [@onoff], 4) = ..." },
	{ NULL, 1, "getsockopt(@fdu, SOL_IP, IP_ROUTER_ALERT, ..., [4]) = ..." },
	{ "do_own_option", 6,
	  "setsockopt(@fdu, SOL_RAW, ICMP_FILTER, [@filter_bits], @optlen) = ..." },
	{ NULL, 2, "getsockopt(@fdu, SOL_RAW, ICMP_FILTER, ..., @lenio) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_SOCKET, SO_BROADCAST, [@onoff], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_SOCKET, SO_REUSEADDR, [@onoff], 4) = ..." },
	{ NULL, 6, "setsockopt(@fdu, SOL_IP, IP_RECVERR, [@onoff], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_IP, IP_MTU_DISCOVER, [@pmtudisc], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_TTL, [@ttl], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_ALL, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_FREEBIND, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_RXQ_OVFL, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_RCVBUF, [@bufsize], 4) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_IP, IP_NODEFRAG, [@onoff], 4) = ..." },
	{ NULL, 2, "getsockopt(@fdu, SOL_IP, @raw_flag, ..., [4]) = ..." },
	{ NULL, 8, "@do_option" },
	{ "raw_flag", 2, "IP_HDRINCL" },
	{ NULL, 1, "IP_NODEFRAG" },
	{ NULL, 1, "IP_ROUTER_ALERT" },
	{ "filter_bits", 3, "0" },
	{ NULL, 3, "-1" },
	{ NULL, 3, "256" },
	{ NULL, 2, "9" },
	{ NULL, 2, "-257" },
	{ NULL, 1, "@value" },
	{ "do_ping_frame", 20,
	  "< @eth@heard_from > @own@attrs_l4 icmp echo_reply id @ping_id seq @digit (@payload" },
	{ NULL, 5,
	  "< @eth@heard_from > @dst_in@attrs_l4 icmp echo_reply id @ping_id seq @digit (@payload" },
	{ NULL, 3, "< @heard_from > @own icmp 43 @digit id @ping_id seq @digit (@payload" },
	{ NULL, 1, "< @heard_from > @own icmp 0 @digit id @ping_id seq @digit (@payload" },
	{ "area_rawsock", 40, "@do_raw_send" },
	{ NULL, 18, "@do_raw_frame" },
	{ NULL, 18, "@do_recv" },
	{ NULL, 6, "@do_hdrincl" },
	{ NULL, 8, "@do_own_option" },
	{ NULL, 8, "@do_alert" },
	{ NULL, 10, "@do_told" },
	{ NULL, 6, "@do_error_queue" },
	{ NULL, 5, "@do_connect" },
	{ NULL, 4, "@do_bind" },
	{ NULL, 5, "@do_socket" },
	{ NULL, 4, "@do_recv_options" },
	{ NULL, 3, "@do_ioctl" },
	{ NULL, 3, "@do_poll" },
	{ NULL, 3, "@do_names" },
	{ NULL, 2, "@do_close" },
	{ NULL, 2, "@do_rights" },
	{ NULL, 6, "@pause" },
	{ "area_ping", 40, "@do_ping_send" },
	{ NULL, 20, "@do_ping_frame" },
	{ NULL, 18, "@do_recv" },
	{ NULL, 8, "@do_own_option" },
	{ NULL, 12, "@do_told" },
	{ NULL, 6, "@do_error_queue" },
	{ NULL, 5, "@do_connect" },
	{ NULL, 5, "@do_bind" },
	{ NULL, 5, "@do_socket" },
	{ NULL, 4, "@do_recv_options" },
	{ NULL, 3, "@do_ioctl" },
	{ NULL, 3, "@do_poll" },
	{ NULL, 4, "@do_names" },
	{ NULL, 2, "@do_close" },
	{ NULL, 1, "@do_rights" },
	{ NULL, 6, "@pause" },
};

static const struct gen_slot slots[] = {
	{ "raw_body", put_raw_body },	  { "ping_body", put_ping_body },
	{ "do_raw_send", do_raw_send },	  { "do_ping_send", do_ping_send },
	{ "do_hdrincl", do_hdrincl },	  { "raw_proto", put_raw_proto },
	{ "heard_from", put_heard_from }, { "ping_id", put_ping_id },
	{ "do_told", do_told },
};

const struct gen_part gen_part_rawping = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
