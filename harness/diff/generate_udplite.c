// SPDX-License-Identifier: MIT
/* generate_udplite.c - UDP-Lite: coverages that are sent, wanted and received, errors about what
 * was sent; and sockets of both protocols that share a port by SO_REUSEPORT.
 */
#include <string.h>

#include "base/bytes.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"

enum { IP_BYTES = 20, ICMP_BYTES = 8, LITE_BYTES = 8, QUOTED_MAX = 24 };

static void finish(u8 *at, u32 len, u32 sum_at)
{
	u32 sum = 0;

	for (u32 i = 0; i < len; i += 2)
		sum += i + 1 < len ? get_be16(at + i) : (u32)at[i] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	put_be16(at + sum_at, (u16)~sum);
}

/* An ICMP error quotes what was sent: the language has words for quotes of TCP and UDP only. */
static void do_lite_error(struct gen *g)
{
	static const u8 kinds[][2] = { { 3, 0 }, { 3, 1 },  { 3, 2 },  { 3, 3 },  { 3, 3 },
				       { 3, 4 }, { 3, 13 }, { 11, 0 }, { 12, 0 }, { 5, 1 },
				       { 4, 0 }, { 3, 15 }, { 3, 16 } };
	const u8 *kind = kinds[gen_below(g, sizeof(kinds) / sizeof(kinds[0]))];
	u32 quoted = gen_below(g, QUOTED_MAX), len = ICMP_BYTES + IP_BYTES + LITE_BYTES + quoted;
	u8 at[ICMP_BYTES + IP_BYTES + LITE_BYTES + QUOTED_MAX] = { 0 };
	u8 *ip = at + ICMP_BYTES, *lite = ip + IP_BYTES;
	struct gen_flow f;

	if (!gen_sent_flow(g, &f)) {
		gen_rule(g, "do_lite_frame");
		return;
	}
	at[0] = kind[0];
	at[1] = kind[1];
	if (kind[0] == 3 && kind[1] == 4)
		put_be32(at + 4, gen_between(g, 60, 1600));
	if (kind[0] == 5)
		put_be32(at + 4, gen_host_of(g)->peer + 1);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(IP_BYTES + LITE_BYTES + quoted));
	ip[8] = 64;
	ip[9] = gen_percent(g, 90) ? IPPROTO_UDPLITE : IPPROTO_UDP;
	put_be32(ip + 12, f.saddr);
	put_be32(ip + 16, f.daddr);
	finish(ip, IP_BYTES, 10);
	put_be16(lite, f.sport);
	put_be16(lite + 2, f.dport);
	put_be16(lite + 4, (u16)gen_below(g, 20));
	finish(at, len, 2);
	gen_expand(g, "< @peer > @own ip proto 1 (");
	gen_putf(g, "%u) hex ", len);
	for (u32 i = 0; i < len; i++)
		gen_putf(g, "%02x", at[i]);
}

/* Datagrams of several flows to one port. */
static void do_flows(struct gen *g)
{
	u32 from = gen_between(g, 1000, 60000), n = gen_between(g, 2, 6);
	bool lite = g->area == AREA_udplite;

	for (u32 i = 0; i < n; i++) {
		if (i != 0)
			gen_put(g, "\n");
		gen_expand(g, "< @peer:");
		gen_putf(g, "%u > ", from + i);
		gen_expand(g, "@own:@bound_port");
		gen_putf(g, " %s (%u)", lite ? "udplite" : "udp", i + 1);
	}
}

static const struct gen_row rows[] = {
	{ "area_udplite", 24, "@do_send" },
	{ NULL, 30, "@do_lite_frame" },
	{ NULL, 24, "@do_recv" },
	{ NULL, 14, "@do_coverage" },
	{ NULL, 6, "@do_lite_error" },
	{ NULL, 3, "@do_error_queue" },
	{ NULL, 6, "@do_connect" },
	{ NULL, 4, "@do_bind" },
	{ NULL, 4, "@do_cork" },
	{ NULL, 4, "@do_recv_options" },
	{ NULL, 4, "@do_ioctl" },
	{ NULL, 4, "@do_poll" },
	{ NULL, 3, "@do_option" },
	{ NULL, 3, "@do_lite_fill" },
	{ NULL, 2, "@do_fill" },
	{ NULL, 2, "@do_socket" },
	{ NULL, 2, "@do_share" },
	{ NULL, 2, "@do_flows" },
	{ NULL, 2, "@pause" },
	{ "area_sharing", 30, "@do_flows" },
	{ NULL, 30, "@do_recv" },
	{ NULL, 12, "@do_sharer" },
	{ NULL, 10, "@do_connect" },
	{ NULL, 8, "@do_group_option" },
	{ NULL, 6, "@do_program" },
	{ NULL, 5, "@do_close" },
	{ NULL, 5, "@do_send" },
	{ NULL, 5, "@do_frame_match" },
	{ NULL, 4, "@do_frame_many" },
	{ NULL, 3, "@do_share" },
	{ NULL, 2, "@do_socket" },
	{ "do_lite_frame", 30, "< @eth@flow_match@lite_attrs udplite (@payload" },
	{ NULL, 5, "< @eth@src:@port > @dst_in:@own_port@lite_attrs udplite (@payload" },
	{ NULL, 4, "< @eth@src:@port > @own:@closed_port@lite_attrs udplite (@payload" },
	{ NULL, 4, "< @eth@peer:@port > @dst_in:@bound_port@lite_attrs udplite (@payload" },
	{ NULL, 3, "< @eth_many@src:@port > @dst_many:@bound_port@lite_attrs udplite (@payload" },
	{ NULL, 3, "< @eth@src:@u16 > @own:@bound_port@lite_attrs udplite (@payload" },
	{ NULL, 1, "< @src:0 > @own:@bound_port udplite (@payload" },
	{ "do_frame_many", 1, "< @eth_many@src:@port > @dst_many:@bound_port udp (@payload" },
	{ "lite_attrs", 30, "" },
	{ NULL, 14, " [ulen 8]" },
	{ NULL, 8, " [ulen 9]" },
	{ NULL, 8, " [ulen 12]" },
	{ NULL, 6, " [ulen 1@digit]" },
	{ NULL, 3, " [ulen @digit@digit]" },
	{ NULL, 3, " [ulen 0]" },
	{ NULL, 2, " [ulen 7]" },
	{ NULL, 2, " [ulen @u16]" },
	{ NULL, 5, " [l4csum bad]" },
	{ NULL, 4, " [ulen 9, l4csum bad]" },
	{ NULL, 2, " [ulen 8, l4csum bad]" },
	{ NULL, 2, " [l4csum none]" },
	{ NULL, 2, " [ulen 8, l4csum none]" },
	{ NULL, 1, " [l4csum 0x@h8@h8]" },
	{ NULL, 2, " [ttl @ttl_in, ulen 8]" },
	{ NULL, 2, " [tos @x8, ulen 10]" },
	{ NULL, 2, " [opt rr 1, ulen 9]" },
	{ NULL, 2, " [pad @digit, ulen 9]" },
	{ NULL, 1, " [pad @digit]" },
	{ NULL, 1, " [mf, ulen 8]" },
	{ NULL, 1, " [csum bad]" },
	{ NULL, 1, " [len @bad_total]" },
	/* The two options, on either level. */
	{ "do_coverage", 10, "setsockopt(@fdu, @lite_level, @lite_option, [@lite_cov], 4) = ..." },
	{ NULL, 8,
	  "setsockopt(@fdu, SOL_UDPLITE, UDPLITE_SEND_CSCOV, [@lite_cov], 4) = ...\n"
	  "sendto(@cur, @data, 0, @to, 16) = ..." },
	{ NULL, 3, "getsockopt(@fdu, @lite_level, @lite_option, ..., [4]) = ..." },
	{ NULL, 1, "setsockopt(@fdu, @lite_level, @lite_option, [@lite_cov], @digit) = ..." },
	{ NULL, 1, "getsockopt(@fdu, @lite_level, @lite_option, ..., [@digit]) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_SOCKET, SO_NO_CHECK, [@digit], 4) = ..." },
	{ "lite_level", 4, "SOL_UDPLITE" },
	{ NULL, 1, "SOL_UDP" },
	{ "lite_option", 1, "UDPLITE_SEND_CSCOV" },
	{ NULL, 1, "UDPLITE_RECV_CSCOV" },
	{ "lite_cov", 4, "8" },
	{ NULL, 4, "9" },
	{ NULL, 4, "12" },
	{ NULL, 3, "1@digit" },
	{ NULL, 2, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "100" },
	{ NULL, 1, "1500" },
	{ NULL, 1, "65535" },
	{ NULL, 1, "65536" },
	{ NULL, 1, "-1" },
	{ "do_lite_fill", 6,
	  "setsockopt(@fdb, SOL_SOCKET, SO_RCVBUF, [@lite_cov], 4) = ...\n@do_lite_frame\n"
	  "@do_lite_frame\n@do_lite_frame\n< @flow_match udplite (1400)\n"
	  "< @flow_match [ulen 8] udplite (1400)\n< @flow_match udplite (1400)" },
	{ NULL, 4,
	  "`sysctl -q -w net.ipv4.udp_mem=\"0 0 @digit\" || true`\n< @flow_match udplite (1400)\n"
	  "< @flow_match [ulen 8] udplite (1400)\n@do_lite_frame" },
	{ NULL, 3,
	  "setsockopt(@fdu, SOL_SOCKET, SO_SNDBUF, [@lite_cov], 4) = ...\n"
	  "sendto(@cur, ..., 1400, MSG_DONTWAIT, @to, 16) = ...\n"
	  "sendto(@cur, ..., 1400, MSG_DONTWAIT, @to, 16) = ...\n"
	  "sendto(@cur, ..., 1400, MSG_DONTWAIT, @to, 16) = ..." },
	/* Groups. */
	{ "do_sharer", 17,
	  "@do_socket\nsetsockopt(@cur, SOL_SOCKET, SO_REUSEPORT, [1], 4) = ...\n@do_bind" },
	{ NULL, 3,
	  "@do_socket\nsetsockopt(@cur, SOL_SOCKET, SO_REUSEADDR, [1], 4) = ...\n@do_bind" },
	{ "do_group_option", 6,
	  "setsockopt(@fdu, SOL_SOCKET, SO_INCOMING_CPU, [@member_cpu], 4) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_SOCKET, SO_REUSEPORT, [@shares], 4) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_SOCKET, SO_BINDTODEVICE, \"eth0\", 5) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_SOCKET, SO_BINDTODEVICE, \"\", 1) = ..." },
	{ NULL, 2, "connect(@fdu, {sa_family = AF_UNSPEC}, 16) = ..." },
	{ "member_cpu", 3, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "-1" },
	{ "shares", 2, "1" },
	{ NULL, 1, "0" },
	{ "do_program", 10,
	  "setsockopt(@fdu, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, {len = 1, filter = [{0x6, 0, 0, "
	  "@digit}]}, 16) = ..." },
	{ NULL, 6,
	  "setsockopt(@fdu, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, {len = 3, filter = [{0x80, 0, 0, "
	  "0}, {0x54, 0, 0, 3}, {0x16, 0, 0, 0}]}, 16) = ..." },
	{ NULL, 4,
	  "setsockopt(@fdu, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, {len = 2, filter = [{0x30, 0, 0, "
	  "0}, {0x16, 0, 0, 0}]}, 16) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, [0], 4) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, [0], 4) = ..." },
};

static const struct gen_slot slots[] = {
	{ "do_lite_error", do_lite_error },
	{ "do_flows", do_flows },
};

const struct gen_part gen_part_udplite = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
