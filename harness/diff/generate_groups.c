// SPDX-License-Identifier: MIT
/* generate_groups.c - multicast groups: sockets that join, leave and filter, routers that ask,
 * other members, and data.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"

enum { QUERY_SOURCES = 4, QUERY_HEAD = 12, IGMP_HEAD = 8, STORAGE = 128 };

static u32 draw_group(struct gen *g)
{
	static const u32 groups[] = { 0xef010101, 0xef010101, 0xef010101, 0xef010102, 0xe8000001,
				      0xe0000009, 0xe0000001, 0xefffffff, 0xe0000016, 0xc0000209 };

	if (gen_percent(g, 40))
		return groups[0];
	return groups[gen_below(g, gen_spoil(g) ? ARRAY_SIZE(groups) : ARRAY_SIZE(groups) - 1)];
}

static u32 draw_source(struct gen *g)
{
	static const u32 sources[] = { 0xc0000207, 0x0a000001, 0x0a000002, 0x0a000003, 0xc6336407 };
	u32 i = gen_below(g, ARRAY_SIZE(sources) + 2);

	return i < ARRAY_SIZE(sources) ? sources[i] : gen_host_of(g)->peer;
}

static void put_group(struct gen *g)
{
	gen_put_addr(g, draw_group(g));
}

static void put_source(struct gen *g)
{
	gen_put_addr(g, draw_source(g));
}

/* --- options as bytes --- */

static void put_hex(struct gen *g, const u8 *at, u32 len)
{
	gen_put(g, "hex ");
	for (u32 i = 0; i < len; i++)
		gen_putf(g, "%02x", at[i]);
}

static u32 draw_index(struct gen *g)
{
	if (gen_spoil(g))
		return gen_between(g, 3, 9);
	return gen_percent(g, 75) ? 2 : gen_below(g, 2);
}

static void storage(struct gen *g, u8 *at, u32 addr)
{
	memset(at, 0, STORAGE);
	put_le16(at, gen_spoil(g) ? 10 : 2);
	put_be32(at + 4, addr);
}

/* struct group_req, group_source_req */
static void do_group_req(struct gen *g)
{
	static const char *const names[] = {
		"MCAST_JOIN_GROUP",	"MCAST_LEAVE_GROUP",	   "MCAST_BLOCK_SOURCE",
		"MCAST_UNBLOCK_SOURCE", "MCAST_JOIN_SOURCE_GROUP", "MCAST_LEAVE_SOURCE_GROUP",
	};
	u32 kind = gen_below(g, ARRAY_SIZE(names)), len = kind < 2 ? 8 + STORAGE : 8 + 2 * STORAGE;
	u8 at[8 + 2 * STORAGE] = { 0 };

	put_le32(at, draw_index(g));
	storage(g, at + 8, draw_group(g));
	storage(g, at + 8 + STORAGE, draw_source(g));
	gen_expand(g, "setsockopt(@mc_fd, SOL_IP, ");
	gen_putf(g, "%s, ", names[kind]);
	put_hex(g, at, len);
	gen_putf(g, ", %u) = ...", gen_spoil(g) ? len + gen_below(g, 3) - 1 : len);
}

/* The head of a filter, of its sources n. */
static void put_filter(struct gen *g, u32 mode, u32 n)
{
	u8 at[16];

	put_be32(at, draw_group(g));
	put_be32(at + 4, gen_percent(g, 60) ? gen_host_of(g)->own : 0);
	put_le32(at + 8, mode);
	put_le32(at + 12, gen_spoil(g) ? n + 1 : n);
	put_hex(g, at, sizeof(at));
	for (u32 i = 0; i < n; i++)
		gen_putf(g, "%08x", draw_source(g));
}

static u32 draw_mode(struct gen *g)
{
	return gen_spoil(g) ? 2 : gen_below(g, 2);
}

static u32 draw_count(struct gen *g)
{
	return gen_percent(g, 90) ? gen_below(g, 4) : gen_between(g, 9, 12);
}

static void do_msfilter(struct gen *g)
{
	u32 n = draw_count(g);

	gen_expand(g, "setsockopt(@mc_fd, SOL_IP, IP_MSFILTER, ");
	put_filter(g, draw_mode(g), n);
	gen_putf(g, ", %u) = ...", 16 + 4 * n);
}

static void do_get_msfilter(struct gen *g)
{
	u32 n = draw_count(g);

	gen_expand(g, "getsockopt(@mc_fd, SOL_IP, IP_MSFILTER, ");
	put_filter(g, 0, n);
	gen_putf(g, ", [%u]) = ...", 16 + 4 * n);
}

static void put_group_filter(struct gen *g, u32 mode, u32 n)
{
	u8 at[8 + STORAGE + 8] = { 0 }, source[STORAGE];

	put_le32(at, draw_index(g));
	storage(g, at + 8, draw_group(g));
	put_le32(at + 8 + STORAGE, mode);
	put_le32(at + 12 + STORAGE, gen_spoil(g) ? n + 1 : n);
	put_hex(g, at, sizeof(at));
	for (u32 i = 0; i < n; i++) {
		storage(g, source, draw_source(g));
		for (u32 k = 0; k < STORAGE; k++)
			gen_putf(g, "%02x", source[k]);
	}
}

static void do_mcast_msfilter(struct gen *g)
{
	u32 n = gen_below(g, 4);

	gen_expand(g, "setsockopt(@mc_fd, SOL_IP, MCAST_MSFILTER, ");
	put_group_filter(g, draw_mode(g), n);
	gen_putf(g, ", %u) = ...", 144 + STORAGE * n);
}

static void do_get_mcast_msfilter(struct gen *g)
{
	u32 n = gen_below(g, 4);

	gen_expand(g, "getsockopt(@mc_fd, SOL_IP, MCAST_MSFILTER, ");
	put_group_filter(g, 0, n);
	gen_putf(g, ", [%u]) = ...", 144 + STORAGE * n);
}

/* --- messages --- */

static u16 checksum(const u8 *at, u32 len)
{
	u32 sum = 0;

	for (u32 i = 0; i < len; i++)
		sum += i % 2 == 0 ? (u32)at[i] << 8 : at[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

static void put_message(struct gen *g, u8 *at, u32 len, u32 daddr)
{
	put_be16(at + 2, 0);
	put_be16(at + 2, checksum(at, len));
	if (gen_spoil(g))
		at[3] ^= 1;
	gen_expand(g, "< @eth@group_src > ");
	gen_put_addr(g, daddr);
	gen_putf(g, " [ttl 1] ip proto 2 (%u) ", len);
	put_hex(g, at, len);
}

/* A router asks: of version 1, 2 or 3, about all, a group, or some sources of it. */
static void do_query(struct gen *g)
{
	u32 version = gen_percent(g, 60) ? 3 : gen_between(g, 1, 2), n = 0, len = IGMP_HEAD;
	u32 group = gen_percent(g, 55) ? draw_group(g) : 0;
	u8 at[QUERY_HEAD + 4 * QUERY_SOURCES] = { 0x11 };

	if (version != 1)
		at[1] = (u8)(gen_percent(g, 80) ? gen_between(g, 0, 40) : gen_below(g, 256));
	put_be32(at + 4, group);
	if (version == 3) {
		n = group != 0 && gen_percent(g, 50) ? gen_between(g, 1, QUERY_SOURCES) : 0;
		at[8] = (u8)(gen_percent(g, 60) ? 2 : gen_below(g, 16));
		at[9] = (u8)(gen_percent(g, 60) ? gen_below(g, 20) : gen_below(g, 256));
		put_be16(at + 10, (u16)(gen_spoil(g) ? n + 1 : n));
		for (u32 i = 0; i < n; i++)
			put_be32(at + QUERY_HEAD + 4 * (size_t)i, draw_source(g));
		len = QUERY_HEAD + 4 * n;
	}
	if (gen_spoil(g))
		len = gen_between(g, 1, sizeof(at));
	put_message(g, at, len, group != 0 && gen_percent(g, 70) ? group : 0xe0000001);
}

/* Another member speaks. */
static void do_member(struct gen *g)
{
	static const u8 types[] = { 0x12, 0x16, 0x16, 0x17, 0x22 };
	u32 group = draw_group(g);
	u8 at[IGMP_HEAD] = { 0 };

	at[0] = types[gen_below(g, ARRAY_SIZE(types))];
	put_be32(at + 4, group);
	put_message(g, at, sizeof(at), gen_percent(g, 85) ? group : gen_host_of(g)->own);
}

static const struct gen_row rows[] = {
	/* Two more sockets, of which the generator keeps no account. */
	{ "group_sockets", 1,
	  "socket(AF_INET, SOCK_RAW, IPPROTO_IGMP) = ...\ndup2(@next_fd, 50) = "
	  "...\nclose(@next_fd) = ...\nsocket(AF_INET, SOCK_DGRAM, 0) = ...\ndup2(@next_fd, 51) = "
	  "...\nclose(@next_fd) = ...\nsetsockopt(51, SOL_SOCKET, SO_REUSEADDR, [1], 4) = "
	  "...\nbind(51, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "
	  "inet_addr(\"@group_bind\")}, 16) = ..." },
	{ "group_bind", 3, "0.0.0.0" },
	{ NULL, 1, "@mc_group" },
	{ "mc_fd", 6, "@fdu" },
	{ NULL, 30, "51" },
	{ NULL, 4, "50" },
	{ NULL, -1, "@fd" },
	{ "mc_if", 20, "@own" },
	{ NULL, 5, "0.0.0.0" },
	{ NULL, 3, "127.0.0.1" },
	{ NULL, -2, "@peer" },
	{ "mc_index", 6, "2" },
	{ NULL, 3, "1" },
	{ NULL, 1, "0" },
	{ NULL, -1, "7" },
	{ "group_src", 10, "@peer" },
	{ NULL, 5, "192.0.2.7" },
	{ NULL, 2, "10.0.0.1" },
	{ NULL, 1, "0.0.0.0" },
	{ "do_join", 12,
	  "setsockopt(@mc_fd, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr = "
	  "inet_addr(\"@mc_group\"), imr_interface = inet_addr(\"@mc_if\")}, 8) = ..." },
	{ NULL, 8,
	  "setsockopt(@mc_fd, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr = "
	  "inet_addr(\"@mc_group\"), imr_address = inet_addr(\"@mc_if\"), imr_ifindex = "
	  "@mc_index}, 12) = ..." },
	{ "do_leave", 12,
	  "setsockopt(@mc_fd, SOL_IP, IP_DROP_MEMBERSHIP, {imr_multiaddr = "
	  "inet_addr(\"@mc_group\"), imr_interface = inet_addr(\"@mc_if\")}, 8) = ..." },
	{ NULL, 8,
	  "setsockopt(@mc_fd, SOL_IP, IP_DROP_MEMBERSHIP, {imr_multiaddr = "
	  "inet_addr(\"@mc_group\"), imr_address = inet_addr(\"@mc_if\"), imr_ifindex = "
	  "@mc_index}, 12) = ..." },
	/* Seen through to its end. */
	{ "do_join_and_leave", 10,
	  "`sysctl -q -w net.ipv4.conf.eth0.force_igmp_version=@0to3`\nsetsockopt(51, SOL_IP, "
	  "IP_ADD_MEMBERSHIP, {imr_multiaddr = inet_addr(\"239.1.1.3\"), imr_interface = "
	  "inet_addr(\"@own\")}, 8) = ...\n@group_pause\n@group_pause\nsetsockopt(51, SOL_IP, "
	  "IP_DROP_MEMBERSHIP, {imr_multiaddr = inet_addr(\"239.1.1.3\"), imr_interface = "
	  "inet_addr(\"@own\")}, 8) = ...\n@group_pause" },
	{ "do_sources_go", 10,
	  "setsockopt(51, SOL_IP, IP_ADD_SOURCE_MEMBERSHIP, {imr_multiaddr = "
	  "inet_addr(\"@mc_group\"), imr_interface = inet_addr(\"@own\"), imr_sourceaddr = "
	  "inet_addr(\"@mc_source\")}, 12) = ...\n@group_pause\nsetsockopt(51, SOL_IP, "
	  "IP_DROP_SOURCE_MEMBERSHIP, {imr_multiaddr = inet_addr(\"@mc_group\"), imr_interface = "
	  "inet_addr(\"@own\"), imr_sourceaddr = inet_addr(\"@mc_source\")}, 12) = "
	  "...\n@group_pause" },
	{ "do_source", 20,
	  "setsockopt(@mc_fd, SOL_IP, @source_option, {imr_multiaddr = inet_addr(\"@mc_group\"), "
	  "imr_interface = inet_addr(\"@mc_if\"), imr_sourceaddr = inet_addr(\"@mc_source\")}, 12) "
	  "= ..." },
	{ "source_option", 5, "IP_ADD_SOURCE_MEMBERSHIP" },
	{ NULL, 3, "IP_DROP_SOURCE_MEMBERSHIP" },
	{ NULL, 4, "IP_BLOCK_SOURCE" },
	{ NULL, 3, "IP_UNBLOCK_SOURCE" },
	{ "do_member_option", 4,
	  "setsockopt(@mc_fd, SOL_IP, IP_MULTICAST_ALL, [@onoff], 4) = ..." },
	{ NULL, 3, "setsockopt(@mc_fd, SOL_IP, IP_MULTICAST_LOOP, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@mc_fd, SOL_IP, IP_MULTICAST_TTL, [@ttl], 4) = ..." },
	{ NULL, 4,
	  "setsockopt(@mc_fd, SOL_IP, IP_MULTICAST_IF, {imr_multiaddr = inet_addr(\"0.0.0.0\"), "
	  "imr_address = inet_addr(\"@mc_if\"), imr_ifindex = @mc_index}, 12) = ..." },
	{ NULL, 1, "setsockopt(@mc_fd, SOL_SOCKET, SO_BINDTODEVICE, \"eth0\", @told_dev) = ..." },
	{ "do_group_data", 10, "< @eth@group_src:7 > @mc_group:5000@attrs_udp udp (@payload" },
	{ NULL, 4, "< @eth@group_src:7 > @mc_group:@bound_port udp (@payload" },
	{ NULL, 4,
	  "sendto(@mc_fd, @data, MSG_DONTWAIT, {sa_family = AF_INET, sin_port = htons(5000), "
	  "sin_addr = inet_addr(\"@mc_group\")}, 16) = ..." },
	{ "do_group_recv", 10, "recvfrom(51, ..., 100, MSG_DONTWAIT, ..., [16]) = ..." },
	{ NULL, 5, "recvfrom(50, ..., 100, MSG_DONTWAIT, ..., [16]) = ..." },
	{ NULL, 5, "recvfrom(@fdu, ..., 100, MSG_DONTWAIT, ..., [16]) = ..." },
	{ NULL, 2, "getsockopt(51, SOL_SOCKET, SO_MEMINFO, ..., [36]) = ..." },
	{ "do_group_knob", 6,
	  "`sysctl -q -w net.ipv4.conf.@conf_dev.force_igmp_version=@0to3 || true`" },
	{ NULL, 2, "`sysctl -q -w net.ipv4.igmp_qrv=@1to9 || true`" },
	{ NULL, 2, "`sysctl -q -w net.ipv4.igmp_max_memberships=@digit || true`" },
	{ NULL, 2, "`sysctl -q -w net.ipv4.igmp_max_msf=@digit || true`" },
	{ NULL, 2, "`sysctl -q -w net.ipv4.igmp_link_local_mcast_reports=@onoff || true`" },
	{ NULL, 6,
	  "`sysctl -q -w net.ipv4.conf.@conf_dev.igmpv@igmp_of~_unsolicited_report_interval="
	  "@digit@digit@digit || true`" },
	{ NULL, 1, "`sysctl -q -w net.core.optmem_max=@digit@digit@digit || true`" },
	{ "igmp_of", 1, "2" },
	{ NULL, 1, "3" },
	{ "1to9", 4, "1" },
	{ NULL, 3, "2" },
	{ NULL, 2, "4" },
	{ NULL, 1, "9" },
	{ NULL, -1, "256" },
	{ "group_pause", 10, "@now~advance @digit~s" },
	{ NULL, 6, "@now~advance @digit@digit~0ms" },
	{ NULL, 6, "@now~advance @digit~ms" },
	{ NULL, 2, "@now~advance 12s" },
	{ NULL, 1, "@now~advance 31s" },
	{ "area_groups", 20, "@do_join" },
	{ NULL, 18, "@do_leave" },
	{ NULL, 4, "@do_join_and_leave" },
	{ NULL, 5, "@do_sources_go" },
	{ NULL, 22, "@do_source" },
	{ NULL, 12, "@do_group_req" },
	{ NULL, 12, "@do_msfilter" },
	{ NULL, 5, "@do_mcast_msfilter" },
	{ NULL, 4, "@do_get_msfilter" },
	{ NULL, 4, "@do_get_mcast_msfilter" },
	{ NULL, 18, "@do_query" },
	{ NULL, 8, "@do_member" },
	{ NULL, 3, "@do_igmp" },
	{ NULL, 20, "@do_group_data" },
	{ NULL, 14, "@do_group_recv" },
	{ NULL, 8, "@do_member_option" },
	{ NULL, 8, "@do_group_knob" },
	{ NULL, 30, "@group_pause" },
	{ NULL, 3, "@do_link" },
	{ NULL, 2, "@do_close" },
	{ NULL, 1, "close(51) = ..." },
	{ NULL, 1, "close(50) = ..." },
	{ NULL, 2, "@do_socket\n@do_bind" },
	{ NULL, 1, "@do_address" },
	{ NULL, 1, "@do_route" },
};

static const struct gen_slot slots[] = {
	{ "mc_group", put_group },
	{ "mc_source", put_source },
	{ "do_group_req", do_group_req },
	{ "do_msfilter", do_msfilter },
	{ "do_get_msfilter", do_get_msfilter },
	{ "do_mcast_msfilter", do_mcast_msfilter },
	{ "do_get_mcast_msfilter", do_get_mcast_msfilter },
	{ "do_query", do_query },
	{ "do_member", do_member },
};

const struct gen_part gen_part_groups = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
