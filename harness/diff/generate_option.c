// SPDX-License-Identifier: MIT
/* generate_option.c - options of sockets: each that the language has a name for, with values and
 * lengths that fit and that do not; other constants drawn from the language's tables.
 */
#include <string.h>

#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "harness/script/script.h"

/* --- constants
 * ------------------------------------------------------------------------------------ */

/* Those for which the reference has no code yet: programs would end there. MSG_CMSG_COMPAT is
 * refused by a kernel that runs 32-bit programs only, which the judging one does not.
 */
static const char *const unknown_here[] = {
	"AF_UNIX",
	"AF_LOCAL",
	"AF_NETLINK",
	"AF_ROUTE",
	"AF_PACKET",
	"SOCK_PACKET",
	"IP_OPTIONS",
	"SO_TIMESTAMPING",
	"SO_TIMESTAMPING_OLD",
	"SO_TIMESTAMPING_NEW",
	"MSG_CMSG_COMPAT",
	"IP_PKTOPTIONS",
	"SO_NETNS_COOKIE",
	"SO_COOKIE",
};

static bool is_unknown_here(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(unknown_here); i++)
		if (strcmp(unknown_here[i], name) == 0)
			return true;
	return false;
}

static bool tells_time(const char *name)
{
	return strncmp(name, "SO_TIMESTAMP", strlen("SO_TIMESTAMP")) == 0;
}

static void put_so_stamp(struct gen *g)
{
	gen_rule(g, g->asks_time ? "so_stamp_rule" : "so_no_stamp");
}

/* A group's constants stand together. */
static const struct symbol *draw_symbol(struct gen *g, enum symbol_group group)
{
	static u32 first[SYM_GROUPS], end[SYM_GROUPS];
	const struct symbol *s;

	if (end[group] == 0) {
		for (u32 i = script_nr_symbols; i != 0; i--)
			if (script_symbols[i - 1].group == group)
				first[group] = i - 1;
		for (u32 i = 0; i < script_nr_symbols; i++)
			if (script_symbols[i].group == group)
				end[group] = i + 1;
	}
	assert(first[group] < end[group]);
	do
		s = &script_symbols[gen_between(g, first[group], end[group] - 1)];
	while (is_unknown_here(s->name) || (!g->asks_time && tells_time(s->name)));
	return s;
}

static void put_symbol(struct gen *g, enum symbol_group group)
{
	gen_put(g, draw_symbol(g, group)->name);
}

static void put_family(struct gen *g)
{
	put_symbol(g, SYM_AF);
}

static void put_socktype(struct gen *g)
{
	put_symbol(g, SYM_SOCK);
}

static void put_protocol(struct gen *g)
{
	put_symbol(g, SYM_IPPROTO);
}

static void put_msg_flag(struct gen *g)
{
	put_symbol(g, SYM_MSG);
}

static void put_sioc(struct gen *g)
{
	put_symbol(g, SYM_SIOC);
}

static void put_fcmd(struct gen *g)
{
	put_symbol(g, SYM_F);
}

static void put_oflag(struct gen *g)
{
	put_symbol(g, SYM_O);
}

static void put_sol(struct gen *g)
{
	put_symbol(g, SYM_SOL);
}

static void put_pollbit(struct gen *g)
{
	put_symbol(g, SYM_POLL);
}

static void put_signo(struct gen *g)
{
	/* Those that nobody can catch, and one that the C library keeps for itself. */
	static const char *const never[] = { "SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS",	 "SIGILL",
					     "SIGFPE",	"SIGABRT", "SIGIOT",  "SIGRTMIN" };
	const char *name;
	bool may;

	do {
		name = draw_symbol(g, SYM_SIG)->name;
		may = true;
		for (u32 i = 0; i < ARRAY_SIZE(never); i++)
			may = may && strcmp(name, never[i]) != 0;
	} while (!may);
	gen_put(g, name);
}

/* --- options
 * -------------------------------------------------------------------------------------- */

static const struct {
	const char *prefix, *level;
} levels[] = {
	{ "SO_", "SOL_SOCKET" }, { "IP_", "SOL_IP" },	{ "MCAST_", "SOL_IP" },
	{ "UDP_", "SOL_UDP" },	 { "TCP_", "SOL_TCP" },
};

static const char *level_of(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(levels); i++)
		if (strncmp(name, levels[i].prefix, strlen(levels[i].prefix)) == 0)
			return levels[i].level;
	return "SOL_SOCKET";
}

/* Level and name. */
static void put_option(struct gen *g)
{
	const char *name = draw_symbol(g, SYM_SO)->name, *level = level_of(name);

	/* TCP's are asked of a UDP socket only: that answers at once. */
	if (level[4] == 'T' && gen_sock_of(g, g->cur) != NULL &&
	    gen_sock_of(g, g->cur)->kind != GEN_UDP)
		level = "SOL_UDP";
	if (gen_spoil(g))
		gen_expand(g, "@odd_level, ");
	else
		gen_putf(g, "%s, ", level);
	if (gen_spoil(g))
		gen_expand(g, "@odd_option");
	else
		gen_put(g, name);
}

/* --- structures
 * ------------------------------------------------------------------------------------ */
static void put_le32(struct gen *g, u32 v)
{
	gen_putf(g, "%02x%02x%02x%02x", v & 255, v >> 8 & 255, v >> 16 & 255, v >> 24);
}

static void put_zeros(struct gen *g, u32 n)
{
	while (n-- != 0)
		gen_put(g, "00");
}

static void put_group(struct gen *g)
{
	static const char *const groups[] = { "ef010101", "e0000001", "e8000001",
					      "c0000209", "00000000", "ffffffff" };

	gen_put(g, groups[gen_below(g, ARRAY_SIZE(groups))]);
}

/* How many follow: few, about as many as a socket may have, or too many to be multiplied. */
static u32 draw_count(struct gen *g)
{
	static const u32 counts[] = { 0,	  0,	      1,	  2,
				      9,	  10,	      11,	  12,
				      100,	  0x1fffffff, 0x20000000, 0x3fffffff,
				      0x40000000, 0x40000001, 0x80000000, 0xffffffff };

	return counts[gen_below(g, ARRAY_SIZE(counts))];
}

/* The length: what the count asks for, near it, or any. */
static void put_length(struct gen *g, u32 head, u32 count, u32 each)
{
	u32 len = head + (count < 16 ? count * each : 16);

	switch (gen_below(g, 8)) {
	case 0:
		len += gen_between(g, 1, 4);
		break;
	case 1:
		len -= gen_between(g, 1, 4);
		break;
	case 2:
		len = gen_below(g, head + 1);
		break;
	default:
		break;
	}
	gen_putf(g, ", %u", len);
}

/* struct ip_msfilter, ip_mreq_source */
static void do_filter(struct gen *g)
{
	static const char *const names[] = { "IP_MSFILTER",	  "IP_MSFILTER",
					     "IP_MSFILTER",	  "IP_BLOCK_SOURCE",
					     "IP_UNBLOCK_SOURCE", "IP_DROP_SOURCE_MEMBERSHIP",
					     "IP_DROP_MEMBERSHIP" };
	u32 count = draw_count(g);

	gen_expand(g, "setsockopt(@fd, SOL_IP, ");
	gen_put(g, names[gen_below(g, ARRAY_SIZE(names))]);
	gen_put(g, ", hex ");
	put_group(g);
	gen_put(g, gen_percent(g, 70) ? "00000000" : "7f000001");
	put_le32(g, gen_below(g, 3));
	put_le32(g, count);
	for (u32 i = 0; i < (count < 16 ? count : 4); i++)
		gen_putf(g, "c00002%02x", i + 2);
	put_length(g, 16, count, 4);
	gen_put(g, ") = ...");
}

/* struct group_filter, group_source_req, group_req: addresses take 128 bytes each. */
static void do_group_filter(struct gen *g)
{
	static const char *const names[] = { "MCAST_MSFILTER",	     "MCAST_MSFILTER",
					     "MCAST_MSFILTER",	     "MCAST_BLOCK_SOURCE",
					     "MCAST_UNBLOCK_SOURCE", "MCAST_LEAVE_SOURCE_GROUP",
					     "MCAST_LEAVE_GROUP" };
	u32 count = draw_count(g);

	gen_expand(g, "setsockopt(@fd, SOL_IP, ");
	gen_put(g, names[gen_below(g, ARRAY_SIZE(names))]);
	gen_put(g, ", hex ");
	put_le32(g, gen_below(g, 4));
	put_zeros(g, 4);
	gen_put(g, gen_percent(g, 85) ? "02000000" : "0a000000");
	put_group(g);
	put_zeros(g, 120);
	put_le32(g, gen_below(g, 3));
	put_le32(g, count);
	for (u32 i = 0; i < (count < 3 ? count : 1); i++) {
		gen_putf(g, "02000000c00002%02x", i + 2);
		put_zeros(g, 120);
	}
	put_length(g, gen_percent(g, 80) ? 144 : gen_percent(g, 50) ? 136 : 264, count, 128);
	gen_put(g, ") = ...");
}

static void note_timeout(struct gen *g)
{
	struct gen_sock *s = gen_sock_of(g, g->cur);

	if (s != NULL)
		s->timeout = true;
}

static void note_nonblock(struct gen *g)
{
	struct gen_sock *s = gen_sock_of(g, g->cur);

	if (s != NULL)
		s->nonblock = true;
}

static const struct gen_row rows[] = {
	{ "odd_level", 6, "@sol" },
	{ NULL, 1, "77" },
	{ NULL, 1, "-1" },
	{ NULL, 1, "2" },
	{ NULL, 1, "SOL_IP" },
	{ NULL, 1, "SOL_SOCKET" },
	{ "odd_option", 2, "999" },
	{ NULL, 2, "-1" },
	{ NULL, 2, "@u8" },
	{ NULL, 1, "0x7fffffff" },
	/* Any option at all. */
	{ "do_any_option", 10, "setsockopt(@fd, @option, [@value], @optlen) = ..." },
	{ NULL, 10, "getsockopt(@fd, @option, ..., @getlen) = ..." },
	{ NULL, 2, "setsockopt(@fd, @option, hex @bytes, @optlen) = ..." },
	{ NULL, 1, "setsockopt(@fd, @option, [@value], @otherlen) = ..." },
	{ NULL, -5, "setsockopt(@fd, @option, @badptr, @optlen) = ..." },
	{ NULL, -5, "getsockopt(@fd, @option, @badptr, @getlen) = ..." },
	{ NULL, -4, "getsockopt(@fd, @option, ..., @badptr) = ..." },
	{ NULL, -2, "setsockopt(@fd, @option, ..., @optlen) = ..." },
	{ NULL, -2, "setsockopt(@fd, @option, \"lo\", @otherlen) = ..." },
	{ "do_odd_level", 1,
	  "setsockopt(@fdu, @sol, @digit@digit, [1], 4) = ...\ngetsockopt(@cur, @sol, @digit, ..., "
	  "[4]) = ..." },
	{ NULL, 1,
	  "getsockopt(@fdu, @sol, @digit@digit, ..., [4]) = ...\nsetsockopt(@cur, @sol, @digit, "
	  "[1], 4) = ..." },
	{ "do_read_options", 1,
	  "getsockopt(@fd, @option, ..., @getlen) = ...\ngetsockopt(@cur, @option, ..., [4]) = "
	  "...\ngetsockopt(@cur, @option, ..., [4]) = ..." },
	{ "optlen", 40, "4" },
	{ NULL, 3, "1" },
	{ NULL, 3, "8" },
	{ NULL, -5, "0" },
	{ NULL, -4, "2" },
	{ NULL, -5, "3" },
	{ NULL, -4, "5" },
	{ NULL, -6, "-1" },
	{ NULL, -3, "2147483647" },
	{ NULL, -3, "-2147483648" },
	{ NULL, -3, "65536" },
	{ "otherlen", 3, "0" },
	{ NULL, 3, "1" },
	{ NULL, 3, "2" },
	{ NULL, 3, "3" },
	{ NULL, 3, "5" },
	{ NULL, 3, "7" },
	{ NULL, 3, "8" },
	{ NULL, 3, "12" },
	{ NULL, 3, "15" },
	{ NULL, 3, "16" },
	{ NULL, 2, "17" },
	{ NULL, 2, "40" },
	{ NULL, 2, "64" },
	{ NULL, 2, "-1" },
	{ "getlen", 30, "[4]" },
	{ NULL, 6, "[16]" },
	{ NULL, 4, "[8]" },
	{ NULL, 4, "[1]" },
	{ NULL, 4, "[128]" },
	{ NULL, -4, "[0]" },
	{ NULL, -4, "[2]" },
	{ NULL, -4, "[3]" },
	{ NULL, -4, "[7]" },
	{ NULL, -4, "[12]" },
	{ NULL, -4, "[15]" },
	{ NULL, -6, "[-1]" },
	{ NULL, -2, "[-2147483648]" },
	{ NULL, -3, "[2147483647]" },
	/* Those that change what happens to datagrams, with values that mean something. */
	{ "do_option", 10, "setsockopt(@fdu, SOL_IP, @ip_flag, [@onoff], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_IP, IP_TOS, [@tos], @optlen) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_IP, IP_TTL, [@ttl], @optlen) = ..." },
	{ NULL, 6, "setsockopt(@fdu, SOL_IP, IP_MTU_DISCOVER, [@pmtudisc], @optlen) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MINTTL, [@ttl], @optlen) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_TTL, [@ttl], @optlen) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_LOOP, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_ALL, [@onoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_UNICAST_IF, hex @ifindex_be, 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_LOCAL_PORT_RANGE, [@portrange], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_IP, IP_MULTICAST_IF, @mreqn, @mreqnlen) = ..." },
	{ NULL, 8, "setsockopt(@fdu, SOL_SOCKET, @so_flag, [@onoff], 4) = ..." },
	{ NULL, 4, "setsockopt(@fdu, SOL_SOCKET, SO_BROADCAST, [1], 4) = ..." },
	{ NULL, 5, "setsockopt(@fdu, SOL_SOCKET, @so_buf, [@bufsize], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_PEEK_OFF, [@peekoff], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_PRIORITY, [@value], 4) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_MARK, [@value], 4) = ..." },
	{ NULL, 2,
	  "setsockopt(@fdu, SOL_SOCKET, SO_LINGER, {onoff = @onoff, linger = @value}, @lingerlen) "
	  "= ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_SOCKET, SO_BINDTODEVICE, @devname, @devnamelen) = ..." },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_BINDTOIFINDEX, [@ifindex], 4) = ..." },
	{ NULL, 3,
	  "setsockopt(@fdu, SOL_SOCKET, @timeo, {tv_sec = @tv_sec, tv_usec = @tv_usec}, @tvlen) = "
	  "...@note_timeout" },
	{ NULL, 2, "setsockopt(@fdu, SOL_SOCKET, SO_RCVLOWAT, [@value], 4) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_UDP, @udp_flag, [@onoff], @optlen) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_UDP, UDP_ENCAP, [@digit], 4) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_UDP, UDP_SEGMENT, [0], 4) = ..." },
	{ NULL, 4, "getsockopt(@fdu, SOL_SOCKET, SO_ERROR, ..., @getlen) = ..." },
	{ NULL, 4, "getsockopt(@fdu, SOL_IP, IP_MTU, ..., @getlen) = ..." },
	{ NULL, 3, "getsockopt(@fdu, SOL_SOCKET, @so_read, ..., @getlen) = ..." },
	{ NULL, 2, "getsockopt(@fdu, SOL_SOCKET, SO_MEMINFO, ..., [@meminfolen]) = ..." },
	{ NULL, 1, "getsockopt(@fdu, SOL_SOCKET, @timeo, ..., @tvgetlen) = ..." },
	{ NULL, 1, "getsockopt(@fdu, SOL_SOCKET, SO_BINDTODEVICE, ..., @tvgetlen) = ..." },
	{ NULL, 1, "getsockopt(@fdu, SOL_SOCKET, SO_LINGER, ..., @tvgetlen) = ..." },
	{ NULL, 1, "getsockopt(@fdu, SOL_IP, IP_MULTICAST_IF, ..., @tvgetlen) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_IP, @membership, @mreq, @mreqlen) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_IP, IP_OPTIONS, hex 00, @optionslen) = ..." },
	{ NULL, 3, "setsockopt(@fdu, SOL_SOCKET, SO_TIMESTAMPING, [@rxstamp], 4) = ..." },
	{ NULL, 3, "@do_filter" },
	{ NULL, 2, "@do_group_filter" },
	{ "do_set_before_bind", 10, "setsockopt(@cur, SOL_SOCKET, SO_REUSEADDR, [1], 4) = ..." },
	{ NULL, 6, "setsockopt(@cur, SOL_SOCKET, SO_REUSEPORT, [1], 4) = ..." },
	{ NULL, 4, "setsockopt(@cur, SOL_SOCKET, SO_BINDTODEVICE, \"eth0\", 4) = ..." },
	{ NULL, 3, "setsockopt(@cur, SOL_IP, IP_FREEBIND, [1], 4) = ..." },
	{ NULL, 2, "setsockopt(@cur, SOL_IP, IP_TRANSPARENT, [1], 4) = ..." },
	{ NULL, 2, "setsockopt(@cur, SOL_IP, IP_BIND_ADDRESS_NO_PORT, [1], 4) = ..." },
	{ NULL, 6, "setsockopt(@cur, SOL_IP, IP_RECVERR, [1], 4) = ..." },
	{ NULL, 3, "setsockopt(@cur, SOL_SOCKET, SO_BROADCAST, [1], 4) = ..." },
	{ "do_recv_options", 10,
	  "setsockopt(@fdu, SOL_IP, @ip_recv, [1], 4) = ...\nsetsockopt(@cur, SOL_IP, @ip_recv, "
	  "[1], 4) = ..." },
	{ NULL, 4,
	  "setsockopt(@fdu, SOL_SOCKET, @so_recv, [1], 4) = ...\nsetsockopt(@cur, SOL_IP, "
	  "@ip_recv, [1], 4) = ..." },
	{ NULL, 6,
	  "setsockopt(@fdu, SOL_SOCKET, @so_stamp, [1], 4) = ...\n@do_frame_match\nrecvmsg(@cur, "
	  "{msg_iov(1) = [{..., 100}], msg_control = ...}, MSG_DONTWAIT) = ..." },
	{ "ip_recv", 4, "IP_PKTINFO" },
	{ NULL, 3, "IP_RECVTTL" },
	{ NULL, 3, "IP_RECVTOS" },
	{ NULL, 2, "IP_RECVOPTS" },
	{ NULL, 2, "IP_RETOPTS" },
	{ NULL, 2, "IP_RECVORIGDSTADDR" },
	{ NULL, 2, "IP_RECVFRAGSIZE" },
	{ NULL, 1, "IP_PASSSEC" },
	{ "so_recv", 12, "@so_stamp" },
	{ NULL, 2, "SO_RXQ_OVFL" },
	{ NULL, 1, "SO_RCVMARK" },
	{ "so_no_stamp", 1, "SO_RXQ_OVFL" },
	{ "so_stamp_rule", 2, "SO_TIMESTAMP" },
	{ NULL, 2, "SO_TIMESTAMPNS" },
	{ NULL, 1, "SO_TIMESTAMP_NEW" },
	{ NULL, 1, "SO_TIMESTAMPNS_NEW" },
	{ "ip_flag", 6, "@ip_recv" },
	{ NULL, 5, "IP_RECVERR" },
	{ NULL, 2, "IP_RECVERR_RFC4884" },
	{ NULL, 2, "IP_FREEBIND" },
	{ NULL, 1, "IP_TRANSPARENT" },
	{ NULL, 1, "IP_HDRINCL" },
	{ NULL, 1, "IP_NODEFRAG" },
	{ NULL, 1, "IP_BIND_ADDRESS_NO_PORT" },
	{ "so_flag", 4, "@so_recv" },
	{ NULL, 4, "SO_BROADCAST" },
	{ NULL, 3, "SO_REUSEADDR" },
	{ NULL, 3, "SO_REUSEPORT" },
	{ NULL, 3, "SO_DONTROUTE" },
	{ NULL, 2, "SO_NO_CHECK" },
	{ NULL, 1, "SO_KEEPALIVE" },
	{ NULL, 1, "SO_OOBINLINE" },
	{ NULL, 1, "SO_DEBUG" },
	{ NULL, 1, "SO_LOCK_FILTER" },
	{ NULL, 1, "SO_TXREHASH" },
	{ NULL, 1, "SO_SELECT_ERR_QUEUE" },
	{ "so_buf", 4, "SO_RCVBUF" },
	{ NULL, 4, "SO_SNDBUF" },
	{ NULL, 1, "SO_RCVBUFFORCE" },
	{ NULL, 1, "SO_SNDBUFFORCE" },
	{ NULL, 1, "SO_BUF_LOCK" },
	{ "so_read", 1, "SO_TYPE" },
	{ NULL, 1, "SO_DOMAIN" },
	{ NULL, 1, "SO_PROTOCOL" },
	{ NULL, 2, "SO_RCVBUF" },
	{ NULL, 2, "SO_SNDBUF" },
	{ NULL, 1, "SO_ACCEPTCONN" },
	{ NULL, 1, "SO_INCOMING_CPU" },
	{ NULL, 1, "SO_INCOMING_NAPI_ID" },
	{ NULL, 1, "SO_PEEK_OFF" },
	{ NULL, 1, "SO_REUSEPORT" },
	{ NULL, 1, "SO_PEERNAME" },
	{ NULL, 1, "SO_PEERCRED" },
	{ "udp_flag", 2, "UDP_CORK" },
	{ NULL, 3, "UDP_GRO" },
	{ NULL, 1, "UDP_NO_CHECK6_TX" },
	{ NULL, 1, "UDP_NO_CHECK6_RX" },
	{ "timeo", 6, "SO_RCVTIMEO" },
	{ NULL, 2, "SO_SNDTIMEO" },
	{ NULL, 2, "SO_RCVTIMEO_NEW" },
	{ NULL, 1, "SO_SNDTIMEO_NEW" },
	{ "tv_sec", 10, "0" },
	{ NULL, 3, "1" },
	{ NULL, -4, "-1" },
	{ NULL, -2, "9223372036854775807" },
	{ "tv_usec", 6, "1000" },
	{ NULL, 4, "@digit@digit@digit~000" },
	{ NULL, 4, "1" },
	{ NULL, 2, "100000" },
	{ NULL, 2, "999999" },
	{ NULL, -12, "1000000" },
	{ NULL, -12, "-1" },
	{ "do_bad_timeout", 1,
	  "setsockopt(@fdu, SOL_SOCKET, @timeo, {tv_sec = 0, tv_usec = 1000000}, 16) = ..." },
	{ NULL, 1, "setsockopt(@fdu, SOL_SOCKET, @timeo, {tv_sec = 1, tv_usec = -1}, 16) = ..." },
	{ "tvlen", 20, "16" },
	{ NULL, -5, "15" },
	{ NULL, -5, "8" },
	{ NULL, -2, "100" },
	{ "tvgetlen", 10, "[16]" },
	{ NULL, 3, "[8]" },
	{ NULL, 2, "[4]" },
	{ NULL, 2, "[12]" },
	{ NULL, -3, "[0]" },
	{ NULL, -2, "[-1]" },
	{ "lingerlen", 20, "8" },
	{ NULL, -5, "7" },
	{ NULL, -5, "4" },
	{ "tos", 4, "0x10" },
	{ NULL, 4, "8" },
	{ NULL, 4, "0xb8" },
	{ NULL, 2, "1" },
	{ NULL, 2, "2" },
	{ NULL, 2, "3" },
	{ NULL, 4, "@u8" },
	{ NULL, -3, "-1" },
	{ NULL, -3, "256" },
	{ "ttl", 6, "1" },
	{ NULL, 4, "64" },
	{ NULL, 4, "255" },
	{ NULL, 4, "@u8" },
	{ NULL, 2, "2" },
	{ NULL, -4, "0" },
	{ NULL, -4, "-1" },
	{ NULL, -4, "256" },
	{ "pmtudisc", 5, "IP_PMTUDISC_DONT" },
	{ NULL, 5, "IP_PMTUDISC_WANT" },
	{ NULL, 8, "IP_PMTUDISC_DO" },
	{ NULL, 5, "IP_PMTUDISC_PROBE" },
	{ NULL, 5, "IP_PMTUDISC_INTERFACE" },
	{ NULL, 5, "IP_PMTUDISC_OMIT" },
	{ NULL, -3, "6" },
	{ NULL, -3, "-1" },
	{ "bufsize", 5, "0" },
	{ NULL, 3, "1" },
	{ NULL, 5, "1152" },
	{ NULL, 4, "2048" },
	{ NULL, 4, "2304" },
	{ NULL, 4, "4608" },
	{ NULL, 3, "10000" },
	{ NULL, 2, "100000" },
	{ NULL, 2, "1000000" },
	{ NULL, 1, "2147483647" },
	{ NULL, 1, "-1" },
	{ "peekoff", 5, "0" },
	{ NULL, 5, "1" },
	{ NULL, 3, "3" },
	{ NULL, 2, "100" },
	{ NULL, 3, "-1" },
	{ NULL, 1, "2147483647" },
	{ NULL, 1, "-2" },
	{ "devname", 10, "\"eth0\"" },
	{ NULL, 8, "\"lo\"" },
	{ NULL, 3, "\"\"" },
	{ NULL, -3, "\"nope\"" },
	{ NULL, -2, "\"averylongnameofadevice\"" },
	{ NULL, -1, "NULL" },
	{ "devnamelen", 10, "4" },
	{ NULL, 4, "5" },
	{ NULL, 4, "2" },
	{ NULL, 3, "16" },
	{ NULL, 2, "0" },
	{ NULL, -2, "-1" },
	{ NULL, -2, "3" },
	{ NULL, -2, "64" },
	{ "ifindex", 4, "1" },
	{ NULL, 6, "2" },
	{ NULL, 4, "0" },
	{ NULL, -3, "3" },
	{ NULL, -3, "99" },
	{ NULL, -3, "-1" },
	{ "ifindex_be", 5, "00000002" },
	{ NULL, 4, "00000001" },
	{ NULL, 3, "00000000" },
	{ NULL, -3, "00000009" },
	{ NULL, -3, "02000000" },
	{ "portrange", 2, "0xea60c350" },
	{ NULL, 2, "0x13881388" },
	{ NULL, 1, "0x1388" },
	{ NULL, 1, "0xffff0000" },
	{ NULL, 1, "0" },
	{ NULL, -2, "0x0001ffff" },
	{ NULL, -2, "0x13881389" },
	{ "mreqn", 4,
	  "{imr_multiaddr = inet_addr(\"239.1.1.1\"), imr_address = inet_addr(\"@own\")}" },
	{ NULL, 2,
	  "{imr_multiaddr = inet_addr(\"239.1.1.1\"), imr_address = inet_addr(\"0.0.0.0\"), "
	  "imr_ifindex = @ifindex}" },
	{ NULL, 2,
	  "{imr_multiaddr = inet_addr(\"0.0.0.0\"), imr_interface = inet_addr(\"@any_addr\")}" },
	{ "mreqnlen", 5, "8" },
	{ NULL, 5, "12" },
	{ NULL, 3, "4" },
	{ NULL, -3, "3" },
	{ NULL, -3, "0" },
	{ "membership", 4, "IP_ADD_MEMBERSHIP" },
	{ NULL, 2, "IP_DROP_MEMBERSHIP" },
	{ NULL, 2, "IP_ADD_SOURCE_MEMBERSHIP" },
	{ NULL, 2, "IP_DROP_SOURCE_MEMBERSHIP" },
	{ NULL, 2, "IP_BLOCK_SOURCE" },
	{ NULL, 2, "IP_UNBLOCK_SOURCE" },
	{ "mreq", 2,
	  "{imr_multiaddr = inet_addr(\"239.1.1.1\"), imr_interface = inet_addr(\"@any_addr\")}" },
	{ NULL, 1,
	  "{imr_multiaddr = inet_addr(\"192.0.2.9\"), imr_interface = inet_addr(\"@any_addr\")}" },
	{ NULL, 1,
	  "{imr_multiaddr = inet_addr(\"239.1.1.1\"), imr_interface = inet_addr(\"@own\"), "
	  "imr_sourceaddr = inet_addr(\"@peer\")}" },
	{ "mreqlen", 4, "8" },
	{ NULL, 4, "12" },
	{ NULL, -2, "4" },
	{ NULL, -2, "0" },
	{ "optionslen", 5, "0" },
	{ NULL, 1, "41" },
	{ NULL, 1, "-1" },
	{ "rxstamp", 2, "0" },
	{ NULL, 1, "SOF_TIMESTAMPING_RX_SOFTWARE" },
	{ NULL, 1, "SOF_TIMESTAMPING_RX_HARDWARE" },
	{ NULL, 1, "SOF_TIMESTAMPING_SOFTWARE" },
	{ NULL, 1, "SOF_TIMESTAMPING_SYS_HARDWARE" },
	{ NULL, 1, "SOF_TIMESTAMPING_RAW_HARDWARE" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_ID" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_CMSG" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_TSONLY" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_PKTINFO" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_TX_SWHW" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_ID_TCP" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_STATS" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_RX_FILTER" },
	{ NULL, 1, "SOF_TIMESTAMPING_OPT_RX_FILTER|SOF_TIMESTAMPING_RX_SOFTWARE" },
	{ NULL, 2, "16" },
	{ NULL, 2, "8" },
	{ NULL, 2, "24" },
	{ NULL, 1, "0x10000000" },
	{ "meminfolen", 4, "36" },
	{ NULL, 1, "35" },
	{ NULL, 1, "4" },
	{ NULL, 1, "100" },
	{ NULL, 1, "0" },
	{ "do_nonblock", 3, "fcntl(@fdu, F_SETFL, O_RDWR|O_NONBLOCK) = ...@note_nonblock" },
	{ NULL, 1, "ioctl(@fdu, FIONBIO, [1]) = ...@note_nonblock" },
};

static const struct gen_slot slots[] = {
	{ "family", put_family },
	{ "socktype", put_socktype },
	{ "protocol", put_protocol },
	{ "msg_flag", put_msg_flag },
	{ "sioc", put_sioc },
	{ "fcmd", put_fcmd },
	{ "oflag", put_oflag },
	{ "sol", put_sol },
	{ "pollbit", put_pollbit },
	{ "signo", put_signo },
	{ "so_stamp", put_so_stamp },
	{ "option", put_option },
	{ "do_filter", do_filter },
	{ "do_group_filter", do_group_filter },
	{ "note_timeout", note_timeout },
	{ "note_nonblock", note_nonblock },
};

const struct gen_part gen_part_option = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
