// SPDX-License-Identifier: MIT
/* generate_frame.c - frames that arrive: of flows that there are, near them, and quite elsewhere.
 */
#include "base/check.h"
#include "harness/diff/generate_internal.h"

enum { OPTION_BYTES = 40, MOST_ATTRS = 4 };

/* --- addresses
 * ------------------------------------------------------------------------------------ */

/* The whole of a flow, from there to here, so that a socket takes it. */
static void put_flow_match(struct gen *g)
{
	const struct gen_host *h = gen_host_of(g);
	const struct gen_sock *s = gen_bound_sock(g);
	u32 dst;

	if (s == NULL) {
		gen_expand(g, "@src:@port > @dst_in:@own_port");
		return;
	}
	g->cur = s->fd;
	if (s->connected && s->raddr != 0) {
		gen_put_addr(g, s->raddr);
		gen_putf(g, ":%u > ", s->rport);
	} else {
		gen_expand(g, "@src_good:@port > ");
	}
	dst = s->laddr != 0 ? s->laddr : h->own;
	if (s->laddr == 0 && gen_percent(g, 20))
		gen_rule(g, "dst_in");
	else
		gen_put_addr(g, dst);
	gen_putf(g, ":%u", s->lport);
}

/* Of a datagram that was sent, as an error quotes it. */
static void put_quoted(struct gen *g)
{
	const struct gen_sock *s = gen_bound_sock(g);
	struct gen_flow f;

	if (s != NULL && s->connected && gen_percent(g, 50)) {
		f = (struct gen_flow){ .saddr = s->laddr != 0 ? s->laddr : gen_host_of(g)->own,
				       .daddr = s->raddr,
				       .sport = s->lport,
				       .dport = s->rport };
	} else if (gen_percent(g, 10) || !gen_sent_flow(g, &f)) {
		gen_expand(g, "@own:@own_port > @peer:@port");
		return;
	}
	gen_put_addr(g, f.saddr);
	gen_putf(g, ":%u > ", f.sport);
	gen_put_addr(g, f.daddr);
	gen_putf(g, ":%u", f.dport);
}

/* The address that the datagram before was sent to, whence answers come. */
static void put_sent_to(struct gen *g)
{
	struct gen_flow f;

	if (gen_sent_flow(g, &f))
		gen_put_addr(g, f.daddr);
	else
		gen_rule(g, "peer");
}

/* Frames have addresses of their own on a TAP only. */
static void put_eth(struct gen *g)
{
	if (g->tap)
		gen_rule(g, "eth_rule");
}

/* --- fields of IPv4
 * ------------------------------------------------------------------------------- */

/* What a transport has besides. */
enum { OF_IP = 1, OF_L4 = 2, OF_UDP = 4 };

static const struct {
	u8 of;
	u8 word; /* each stands at most once */
	u32 weight;
	const char *text;
} attrs[] = {
	{ OF_IP, 0, 20, "ttl @ttl_in" },
	{ OF_IP, 1, 14, "tos @x8" },
	{ OF_IP, 1, 6, "tos 0x@ecn" },
	{ OF_IP, 2, 12, "id @u16" },
	{ OF_IP, 2, 2, "id 65535" },
	{ OF_IP, 2, 2, "id 0" },
	{ OF_IP, 3, 12, "df" },
	{ OF_IP, 4, 4, "rf" },
	{ OF_IP, 5, 3, "mf" },
	{ OF_IP, 6, 3, "frag @frag_units" },
	{ OF_IP, 7, 5, "csum bad" },
	{ OF_IP, 7, 2, "csum 0x@h8@h8" },
	{ OF_IP, 8, 6, "len @bad_total" },
	{ OF_IP, 9, 4, "ihl @bad_ihl" },
	{ OF_IP, 10, 3, "version @bad_version" },
	{ OF_IP, 11, 10, "pad @digit" },
	{ OF_IP, 11, 4, "pad @digit@digit" },
	{ OF_IP, 12, 2, "proto @u8" },
	{ OF_L4, 13, 6, "l4csum bad" },
	{ OF_L4, 13, 4, "l4csum none" },
	{ OF_L4, 13, 2, "l4csum 0x@h8@h8" },
	{ OF_UDP, 14, 6, "ulen @bad_ulen" },
};

static const struct {
	u32 weight, bytes;
	const char *text;
} options[] = {
	{ 12, 1, "opt nop" },
	{ 4, 1, "opt eol" },
	{ 4, 7, "opt rr 1" },
	{ 3, 15, "opt rr 3" },
	{ 2, 15, "opt rr 3 192.0.2.9" },
	{ 2, 7, "opt rr 1 192.0.2.9" },
	{ 2, 3, "opt rr 0" },
	{ 3, 8, "opt ts 0 1" },
	{ 2, 12, "opt ts 1 1" },
	{ 2, 12, "opt ts 3 1" },
	{ 1, 8, "opt ts 0 1 77" },
	{ 1, 8, "opt ts 16 1" },
	{ 4, 4, "opt ra 0" },
	{ 1, 4, "opt ra 1" },
	{ 2, 7, "opt lsrr 8 192.0.2.1" },
	{ 2, 7, "opt lsrr 4 203.0.113.9" },
	{ 2, 7, "opt ssrr 8 192.0.2.1" },
	{ 2, 7, "opt ssrr 4 203.0.113.9" },
	{ 2, 3, "opt hex 070307" },
	{ 2, 3, "opt hex 070304" },
	{ 2, 7, "opt hex 070705@h8@h8@h8@h8" },
	{ 2, 2, "opt hex 0701" },
	{ 1, 1, "opt hex 07" },
	{ 2, 4, "opt hex 44040500" },
	{ 2, 4, "opt hex 440405f0" },
	{ 2, 8, "opt hex 44080@digit@h8@h8@h8@h8@h8" },
	{ 2, 12, "opt hex 440c05f300000000@h8@h8@h8@h8" },
	{ 2, 11, "opt hex 820b@h8@h8@h8@h8@h8@h8@h8@h8@h8" },
	{ 2, 4, "opt hex 8804@h8@h8" },
	{ 2, 4, "opt hex 9403@h8@h8" },
	{ 2, 6, "opt hex 8606@h8@h8@h8@h8" },
	{ 2, 4, "opt hex @h8@h8@h8@h8" },
	{ 2, 3, "opt hex @h8~03@h8" },
	{ 1, 2, "opt hex @h8~ff" },
	{ 1, 2, "opt hex @h8~00" },
};

static void put_separator(struct gen *g, u32 *n)
{
	gen_put(g, (*n)++ == 0 ? " [" : ", ");
}

static void put_ip_options(struct gen *g, u32 *n)
{
	u32 weight[ARRAY_SIZE(options)], bytes = 0;

	for (u32 i = 0; i < ARRAY_SIZE(options); i++)
		weight[i] = options[i].weight;
	do {
		u32 i = gen_pick(g, weight, ARRAY_SIZE(options));

		if (bytes + options[i].bytes > OPTION_BYTES)
			return;
		bytes += options[i].bytes;
		put_separator(g, n);
		gen_expand(g, options[i].text);
	} while (gen_percent(g, 45));
}

static void put_attr(struct gen *g, u32 of, u32 *used, u32 *n)
{
	u32 weight[ARRAY_SIZE(attrs)], i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		weight[i] = (attrs[i].of & of) != 0 && (*used >> attrs[i].word & 1) == 0
				    ? attrs[i].weight
				    : 0;
	i = gen_pick(g, weight, ARRAY_SIZE(attrs));
	*used |= 1u << attrs[i].word;
	put_separator(g, n);
	gen_expand(g, attrs[i].text);
}

static void put_attrs(struct gen *g, u32 of)
{
	static const u32 how_many[] = { 60, 26, 9, 3, 2 };
	bool broken = g->area == AREA_frames || g->area == AREA_ip_options;
	u32 count = gen_pick(g, how_many, ARRAY_SIZE(how_many)), used = 0, n = 0;

	if (broken && count == 0)
		count = gen_below(g, MOST_ATTRS);
	while (count-- != 0)
		put_attr(g, of, &used, &n);
	if (gen_percent(g, g->area == AREA_ip_options ? 70 : 4))
		put_ip_options(g, &n);
	if (n != 0)
		gen_put(g, "]");
}

static void put_attrs_ip(struct gen *g)
{
	put_attrs(g, OF_IP);
}

static void put_attrs_l4(struct gen *g)
{
	put_attrs(g, OF_IP | OF_L4);
}

static void put_attrs_udp(struct gen *g)
{
	put_attrs(g, OF_IP | OF_L4 | OF_UDP);
}

/* --- what is not IPv4
 * ----------------------------------------------------------------------------- */

static void put_eth_many(struct gen *g)
{
	if (g->tap)
		gen_put(g, "eth 02:00:00:00:00:02 > ff:ff:ff:ff:ff:ff ");
}

static void do_arp(struct gen *g)
{
	gen_rule(g, g->tap ? "arp_frame" : "do_frame_match");
}

static void do_ethernet(struct gen *g)
{
	gen_rule(g, g->tap ? "eth_frame" : "do_frame_miss");
}

/* --- rules
 * ---------------------------------------------------------------------------------------- */

static const struct gen_row rows[] = {
	{ "do_frame_match", 12, "< @eth@flow_match@attrs_udp udp (@payload" },
	{ "do_frame_miss", 10, "< @eth@src:@port > @dst_in:@own_port@attrs_udp udp (@payload" },
	{ NULL, 8, "< @eth@src:@port > @own:@closed_port@attrs_udp udp (@payload" },
	{ NULL, 4, "< @eth@peer:@port > @dst_in:@bound_port@attrs_udp udp (@payload" },
	{ NULL, 3, "< @eth@src:@u16 > @own:@bound_port@attrs_udp udp (@payload" },
	{ NULL, 1, "< @src:0 > @own:@bound_port udp (@payload" },
	{ NULL, 1, "< @peer:@port > @own:0 udp (@payload" },
	{ "closed_port", 4, "4000" },
	{ NULL, 3, "5009" },
	{ NULL, 1, "@u16" },
	{ NULL, 1, "1" },
	{ "payload", 20, "4) \"abcd\"" },
	{ NULL, 8, "1) \"x\"" },
	{ NULL, 5, "0)" },
	{ NULL, 8, "@digit@digit)" },
	{ NULL, 5, "@digit@digit) pattern @u8" },
	{ NULL, 4, "5) hex @h8@h8@h8@h8@h8" },
	{ NULL, 3, "@digit@digit@digit) pattern @u8" },
	{ NULL, 2, "1472)" },
	{ NULL, 1, "1400) pattern 3" },
	{ NULL, 1, "1473)" },
	{ NULL, 1, "3000)" },
	/* Whence and whither. */
	{ "src_good", 60, "@peer" },
	{ NULL, 10, "@other" },
	{ NULL, 6, "198.51.100.7" },
	{ "src", 50, "@peer" },
	{ NULL, 12, "@other" },
	{ NULL, 6, "198.51.100.7" },
	{ NULL, 4, "203.0.113.9" },
	{ NULL, 2, "@own" },
	{ NULL, 2, "0.0.0.0" },
	{ NULL, 2, "127.0.0.1" },
	{ NULL, 2, "224.0.0.1" },
	{ NULL, 2, "255.255.255.255" },
	{ NULL, 2, "@broadcast" },
	{ NULL, 2, "240.0.0.1" },
	{ NULL, 1, "0.1.2.3" },
	{ NULL, 1, "@network" },
	{ NULL, 1, "@u8.@u8.@u8.@u8" },
	{ "dst_in", 60, "@own" },
	{ NULL, 10, "@broadcast" },
	{ NULL, 5, "255.255.255.255" },
	{ NULL, 5, "224.0.0.1" },
	{ NULL, 3, "239.1.1.1" },
	{ NULL, 3, "127.0.0.1" },
	{ NULL, 2, "0.0.0.0" },
	{ NULL, 5, "@other" },
	{ NULL, 3, "@network" },
	{ NULL, 3, "203.0.113.5" },
	{ NULL, 2, "203.0.113.255" },
	{ NULL, 2, "198.51.100.7" },
	{ NULL, 1, "240.0.0.1" },
	{ NULL, 1, "@u8.@u8.@u8.@u8" },
	{ "eth_rule", 80, "" },
	{ NULL, 6, "eth 02:00:00:00:00:02 > 02:00:00:00:00:01 " },
	{ NULL, 4, "eth 02:00:00:00:00:02 > ff:ff:ff:ff:ff:ff " },
	{ NULL, 3, "eth 02:00:00:00:00:02 > 01:00:5e:00:00:01 " },
	{ NULL, 3, "eth 02:00:00:00:00:02 > 02:00:00:00:00:99 " },
	{ NULL, 1, "eth 02:00:00:00:00:01 > 02:00:00:00:00:01 " },
	{ NULL, 1, "eth ff:ff:ff:ff:ff:ff > 02:00:00:00:00:01 " },
	{ NULL, 1, "eth 01:00:5e:00:00:02 > 02:00:00:00:00:01 " },
	{ NULL, 1, "eth 00:00:00:00:00:00 > 02:00:00:00:00:01 " },
	{ NULL, 1, "eth 02:00:00:00:00:02 > 33:33:00:00:00:01 " },
	/* Fields. */
	{ "ttl_in", 6, "64" },
	{ NULL, 8, "1" },
	{ NULL, 5, "0" },
	{ NULL, 4, "255" },
	{ NULL, 4, "@u8" },
	{ "ecn", 1, "1" },
	{ NULL, 1, "2" },
	{ NULL, 1, "3" },
	{ "frag_units", 5, "1" },
	{ NULL, 3, "185" },
	{ NULL, 2, "8189" },
	{ NULL, 2, "8191" },
	{ "bad_total", 3, "0" },
	{ NULL, 3, "19" },
	{ NULL, 4, "20" },
	{ NULL, 3, "21" },
	{ NULL, 3, "27" },
	{ NULL, 4, "28" },
	{ NULL, 4, "29" },
	{ NULL, 4, "30" },
	{ NULL, 3, "100" },
	{ NULL, 3, "1500" },
	{ NULL, 2, "65535" },
	{ NULL, 2, "@u8" },
	{ "bad_ihl", 3, "0" },
	{ NULL, 3, "4" },
	{ NULL, 3, "6" },
	{ NULL, 3, "15" },
	{ NULL, 1, "7" },
	{ "bad_version", 2, "0" },
	{ NULL, 2, "5" },
	{ NULL, 2, "6" },
	{ NULL, 1, "15" },
	{ "bad_ulen", 3, "0" },
	{ NULL, 3, "7" },
	{ NULL, 4, "8" },
	{ NULL, 4, "9" },
	{ NULL, 3, "100" },
	{ NULL, 2, "65535" },
	{ NULL, 2, "@digit@digit" },
	/* ICMP. */
	{ "do_echo", 20,
	  "< @eth@src > @dst_in@attrs_l4 icmp echo_request id @u16 seq @digit (@payload" },
	{ NULL, 8, "< @eth@peer > @own icmp echo_request id @digit seq @digit (@payload" },
	{ NULL, 1, "< @peer > @own icmp 8 @digit id @u16 seq 1 (@payload" },
	{ NULL, 2, "< @eth@src > @dst_in@attrs_l4 icmp echo_reply id @u16 seq @digit (@payload" },
	{ "do_icmp_other", 5,
	  "< @eth@src > @dst_in@attrs_l4 icmp @icmp_type @digit id @u16 seq @digit (@payload" },
	{ NULL, 4, "< @peer > @dst_in@attrs_l4 icmp 13 @ts_code id @u16 seq @digit (@ts_len" },
	{ NULL, 2, "< @src > @dst_in icmp @icmp_unknown @u8 (@payload" },
	{ NULL, 2, "< @peer > @own ip proto 1 (@short_icmp" },
	{ NULL, 1, "< @peer > @dst_in icmp 42 0 id 1 seq 256 (@payload" },
	/* An answer to a timestamp request tells the time, which is taken somewhat later than the
	 * request came: not where a millisecond begins.
	 */
	{ "icmp_type", 3, "0" },
	{ NULL, 2, "14" },
	{ NULL, 2, "15" },
	{ NULL, 2, "16" },
	{ NULL, 2, "17" },
	{ NULL, 2, "18" },
	{ NULL, 2, "9" },
	{ NULL, 2, "10" },
	{ NULL, 2, "4" },
	{ NULL, 1, "1" },
	{ NULL, 1, "2" },
	{ NULL, 1, "6" },
	{ NULL, 1, "7" },
	{ NULL, 1, "19" },
	{ NULL, 1, "30" },
	{ NULL, 2, "42" },
	{ NULL, 1, "43" },
	{ "ts_code", 10, "0" },
	{ NULL, 1, "@digit" },
	{ "icmp_unknown", 1, "2@digit" },
	{ NULL, 1, "4@digit" },
	{ NULL, 1, "1@digit@digit" },
	{ "ts_len", 10, "12)" },
	{ NULL, 3, "12) pattern 4" },
	{ NULL, 2, "11)" },
	{ NULL, 2, "0)" },
	{ NULL, 2, "40)" },
	{ "short_icmp", 2, "2) hex 0303" },
	{ NULL, 2, "7) hex 0800f7ff000000" },
	{ NULL, 2, "8) hex 0303fcfc00000000" },
	{ NULL, 1, "0)" },
	{ NULL, 2, "12) hex 0303b6fc0000000045000000" },
	{ NULL, 2, "8) hex 0b00f4ff00000000" },
	{ "do_icmp_error", 10,
	  "< @eth@peer > @own@attrs_ip icmp unreachable @unreach_code [@quoted udp "
	  "(@quoted_len)]" },
	{ NULL, 10, "< @icmp_from > @own icmp 3 4 mtu @pmtu [@quoted udp (@quoted_len)]" },
	{ NULL, 4, "< @icmp_from > @own@attrs_l4 icmp 11 @digit [@quoted udp (@quoted_len)]" },
	{ NULL, 3, "< @icmp_from > @own icmp 12 @digit [@quoted udp (@quoted_len)]" },
	{ NULL, 2, "< @icmp_from > @own icmp 4 @digit [@quoted udp (@quoted_len)]" },
	{ NULL, 6,
	  "< @peer > @own icmp redirect @redirect_code gw @gw [@quoted udp (@quoted_len)]" },
	{ NULL, 2, "< @icmp_from > @dst_in icmp 3 @digit [@quoted udp (@quoted_len)]" },
	{ NULL, 1,
	  "< @icmp_from > @own icmp unreachable port [@own:@own_port > @peer:@port 1:1(0)]" },
	{ "icmp_from", 10, "@peer" },
	{ NULL, 6, "@sent_to" },
	{ NULL, 3, "@other" },
	{ NULL, 3, "198.51.100.9" },
	{ NULL, 1, "@src" },
	{ "unreach_code", 2, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "2" },
	{ NULL, 8, "3" },
	{ NULL, 2, "5" },
	{ NULL, 1, "6" },
	{ NULL, 3, "7" },
	{ NULL, 3, "8" },
	{ NULL, 1, "9" },
	{ NULL, 1, "10" },
	{ NULL, 1, "11" },
	{ NULL, 1, "12" },
	{ NULL, 1, "13" },
	{ NULL, 1, "14" },
	{ NULL, 1, "15" },
	{ NULL, 1, "16" },
	{ NULL, 1, "@u8" },
	{ "redirect_code", 4, "1" },
	{ NULL, 2, "0" },
	{ NULL, 1, "2" },
	{ NULL, 1, "3" },
	{ NULL, 1, "4" },
	{ "gw", 10, "@other" },
	{ NULL, 4, "@peer" },
	{ NULL, 1, "@own" },
	{ NULL, 1, "203.0.113.1" },
	{ NULL, 1, "0.0.0.0" },
	{ NULL, 1, "255.255.255.255" },
	{ NULL, 1, "@broadcast" },
	{ NULL, 1, "224.0.0.1" },
	{ "pmtu", 6, "1000" },
	{ NULL, 4, "1400" },
	{ NULL, 4, "600" },
	{ NULL, 3, "576" },
	{ NULL, 3, "552" },
	{ NULL, 3, "551" },
	{ NULL, 3, "68" },
	{ NULL, 2, "67" },
	{ NULL, 3, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "1500" },
	{ NULL, 2, "1501" },
	{ NULL, 2, "9000" },
	{ NULL, 1, "65535" },
	{ "quoted_len", 10, "1" },
	{ NULL, 4, "3" },
	{ NULL, 2, "100" },
	{ NULL, 1, "0" },
	{ NULL, 1, "1480" },
	/* Other transports. */
	{ "do_tcp", 20, "< @eth@peer:@u16 > @own:@closed_port@attrs_l4 @tcp_segment" },
	{ NULL, 5, "< @eth@src:@port > @dst_in:@own_port@attrs_l4 @tcp_segment" },
	{ NULL, 2, "< @peer:0 > @own:@own_port @tcp_segment" },
	{ NULL, 2, "< @peer > @own ip proto 6 (@short_tcp" },
	{ "tcp_segment", 12, "S 0:0(0) win 65535 <mss 1460>" },
	{ NULL, 4, "S 0:0(0) win 65535 <mss 1460, sackOK, TS val 100 ecr 0, nop, wscale 7>" },
	{ NULL, 3, "S 0:4(4) win 1000" },
	{ NULL, 6, ". 1:1(0) ack 1 win 100" },
	{ NULL, 4, "P. 1:11(10) ack 1 win 100" },
	{ NULL, 3, "F. 1:1(0) ack 1 win 100" },
	{ NULL, 3, "F 1:1(0) win 100" },
	{ NULL, 4, "R 1:1(0) win 0" },
	{ NULL, 3, "R. 1:1(0) ack 1 win 0" },
	{ NULL, 3, "S. 0:0(0) ack 1 win 100" },
	{ NULL, 3, "- 0:0(0) win 0" },
	{ NULL, 2, "SF 0:0(0) win 1" },
	{ NULL, 2, "SR 0:0(0) win 1" },
	{ NULL, 2, "FPU 1:1(0) win 1 urg 1" },
	{ NULL, 2, "SEW 0:0(0) win 1000" },
	{ NULL, 2, "P 1:101(100) win 1000" },
	{ NULL, 2, ". 4294967295:4294967295(0) ack 4294967295 win 1" },
	{ NULL, 2, "S 0:0(0) win 1 <eol>" },
	{ NULL, 1, "S 0:0(0) win 1 <opt @h8~04@h8@h8>" },
	{ "short_tcp", 2, "0)" },
	{ NULL, 2, "19) pattern @u8" },
	{ NULL, 2, "20) hex 0007138800000000000000004002ffff00000000" },
	{ NULL, 1, "4) hex 00071388" },
	/* Much of what is answered, little of what may be. */
	{ "do_flood", 10,
	  "`sysctl -q -w net.ipv4.icmp_msgs_burst=@0to3; sysctl -q -w "
	  "net.ipv4.icmp_msgs_per_sec=@0to3`\n< @peer:7 > @own:4000 udp (1)\n< @peer:7 > @own:4001 "
	  "udp (1)\n< @other:7 > @own:4002 udp (1)\n< @peer:7 > @own:4003 udp (1)\n@pause\n< "
	  "@peer:7 > @own:4004 udp (1)" },
	{ NULL, 10,
	  "< @peer:7 > @own:4000 udp (1)\n< @peer:7 > @own:4001 udp (1)\n< @peer:7 > @own:4002 udp "
	  "(1)\n< @peer:7 > @own:4003 udp (1)\n< @peer:7 > @own:4004 udp (1)\n< @peer:7 > "
	  "@own:4005 udp (1)\n< @peer:7 > @own:4006 udp (1)\n< @peer:7 > @own:4007 udp (1)" },
	/* Knobs that let packets pass or not, and what they are about. */
	{ "do_filtered", 10,
	  "`sysctl -q -w net.ipv4.conf.@conf_dev.rp_filter=@0to3 || true`\n< @peer:7 > "
	  "@own:@bound_port udp (1)\n< 203.0.113.9:7 > @own:@bound_port udp (1)\n< 127.0.0.9:7 > "
	  "@own:@bound_port udp (1)" },
	{ NULL, 10,
	  "`sysctl -q -w net.ipv4.conf.@conf_dev.drop_unicast_in_l2_multicast=1 || true`\n< "
	  "@eth_many~@peer:7 > @own:@bound_port udp (1)" },
	{ NULL, 4,
	  "`sysctl -q -w net.ipv4.neigh.eth0.unres_qlen_bytes=@qbytes || true`\nsendto(@fdu, ..., "
	  "900, 0, @to_other, 16) = ...\nsendto(@cur, ..., 900, 0, @to_other, 16) = "
	  "...\nsendto(@cur, ..., 900, 0, @to_other, 16) = ..." },
	{ NULL, 3,
	  "`sysctl -q -w net.ipv4.neigh.default.gc_thresh3=@0to3 || true`\nsendto(@fdu, \"x\", 1, "
	  "0, @to_other, 16) = ...\nsendto(@cur, \"x\", 1, 0, @to_other, 16) = ..." },
	{ NULL, 4,
	  "`sysctl -q -w net.core.netdev_max_backlog=-1 || true`\nsendto(@fdu, \"x\", 1, 0, "
	  "{sa_family = AF_INET, sin_port = htons(5000), sin_addr = inet_addr(\"127.0.0.1\")}, 16) "
	  "= ...\n`sysctl -q -w net.core.netdev_max_backlog=1000 || true`" },
	{ NULL, 4,
	  "`sysctl -q -w net.ipv4.udp_mem=\"0 0 0\"`\n< @peer:7 > @bound_addr:@bound_port udp "
	  "(1472)\n< @peer:7 > @bound_addr:@bound_port udp (1472)\n< @peer:7 > "
	  "@bound_addr:@bound_port udp (1472)\n< @peer:7 > @bound_addr:@bound_port udp (1472)\n< "
	  "@peer:7 > @bound_addr:@bound_port udp (1472)" },
	{ "to_other", 1,
	  "{sa_family = AF_INET, sin_port = htons(7), sin_addr = inet_addr(\"@other\")}" },
	{ "do_proto", 10, "< @eth@src > @dst_in@attrs_ip ip proto @other_proto (@payload" },
	{ NULL, 2, "< @peer > @own ip proto 17 (@short_udp" },
	{ "other_proto", 3, "0" },
	{ NULL, 2, "2" },
	{ NULL, 2, "255" },
	{ NULL, 2, "4" },
	{ NULL, 2, "41" },
	{ NULL, 2, "47" },
	{ NULL, 2, "50" },
	{ NULL, 2, "132" },
	{ NULL, 4, "253" },
	{ NULL, 2, "254" },
	{ NULL, 2, "@u8" },
	{ "short_udp", 2, "0)" },
	{ NULL, 2, "7) hex 00071388000800" },
	{ NULL, 2, "8) hex 0007138800080000" },
	{ NULL, 1, "4) hex 00071388" },
	{ NULL, 2, "9) hex 000713880008000061" },
	/* ARP. */
	{ "arp_frame", 12, "< @arp_eth~arp @arp_attrs_ask~who-has @arp_target tell @arp_sender" },
	{ NULL, 10,
	  "< @arp_eth~arp @arp_attrs_say~reply @arp_sender is-at 02:00:00:00:00:@arp_mac" },
	{ NULL, 4, "< arp who-has @own tell @peer" },
	{ NULL, 4, "< arp reply @peer is-at 02:00:00:00:00:02" },
	{ NULL, 2, "< arp reply @other is-at 02:00:00:00:00:03" },
	{ NULL, 2, "< arp who-has @arp_sender tell @own" },
	{ NULL, 1, "< arp who-has @own tell 0.0.0.0" },
	{ "arp_eth", 60, "" },
	{ NULL, 8, "eth 02:00:00:00:00:02 > 02:00:00:00:00:01 " },
	{ NULL, 6, "eth 02:00:00:00:00:02 > ff:ff:ff:ff:ff:ff " },
	{ NULL, 3, "eth 02:00:00:00:00:03 > ff:ff:ff:ff:ff:ff " },
	{ NULL, 2, "eth 02:00:00:00:00:02 > 02:00:00:00:00:99 " },
	{ NULL, 1, "eth 02:00:00:00:00:02 > 01:00:5e:00:00:01 " },
	{ "arp_mac", 10, "02" },
	{ NULL, 4, "03" },
	{ NULL, 2, "33" },
	{ NULL, 1, "01" },
	{ "arp_sender", 40, "@peer" },
	{ NULL, 12, "@other" },
	{ NULL, 4, "@own" },
	{ NULL, 2, "0.0.0.0" },
	{ NULL, 2, "198.51.100.7" },
	{ NULL, 1, "127.0.0.1" },
	{ NULL, 1, "224.0.0.1" },
	{ NULL, 1, "@broadcast" },
	{ NULL, 1, "255.255.255.255" },
	{ NULL, 1, "10.0.0.1" },
	{ "arp_target", 40, "@own" },
	{ NULL, 6, "203.0.113.5" },
	{ NULL, 4, "@other" },
	{ NULL, 3, "@peer" },
	{ NULL, 2, "127.0.0.1" },
	{ NULL, 2, "224.0.0.1" },
	{ NULL, 2, "@broadcast" },
	{ NULL, 1, "0.0.0.0" },
	{ NULL, 1, "198.51.100.7" },
	{ NULL, 1, "255.255.255.255" },
	{ "arp_attrs_ask", 60, "" },
	{ NULL, 5, "[sha 02:00:00:00:00:@arp_mac] " },
	{ NULL, 3, "[tha 02:00:00:00:00:01] " },
	{ NULL, 6, "[@arp_attr] " },
	{ NULL, 2, "[@arp_attr, tha 02:00:00:00:00:01] " },
	{ "arp_attrs_say", 80, "" },
	{ NULL, 6, "[tpa @arp_target] " },
	{ NULL, 3, "[tpa @arp_sender] " },
	{ NULL, 3, "[tha 02:00:00:00:00:01] " },
	{ NULL, 5, "[@arp_attr_say] " },
	{ "arp_attr_say", 4, "op @digit" },
	{ NULL, 2, "htype @digit" },
	{ NULL, 2, "ptype 0x@h8@h8" },
	{ NULL, 2, "hlen @digit" },
	{ NULL, 2, "plen @digit" },
	{ NULL, 2, "pad @digit" },
	{ "arp_attr", 4, "op @digit" },
	{ NULL, 3, "htype 0" },
	{ NULL, 4, "sha ff:ff:ff:ff:ff:ff" },
	{ NULL, 4, "op 0" },
	{ NULL, 3, "sha 01:00:5e:00:00:01" },
	{ NULL, 2, "htype 6" },
	{ NULL, 2, "htype @digit" },
	{ NULL, 2, "ptype 0x@h8@h8" },
	{ NULL, 2, "ptype 0x86dd" },
	{ NULL, 5, "hlen @digit" },
	{ NULL, 5, "plen @digit" },
	{ NULL, 3, "pad @digit" },
	/* Ethernet. */
	{ "eth_frame", 5, "< eth 02:00:00:00:00:02 > @mac_to type 0x@h8@h8 (@payload" },
	{ NULL, 5, "< eth 02:00:00:00:00:02 > @mac_to type @eth_type (@payload" },
	{ NULL, 2, "< hex 020000000001020000000002" },
	{ NULL, 2, "< hex 0200000000010200000000020800" },
	{ NULL, 2, "< hex 020000000001020000000002080045" },
	{ NULL, 2, "< hex 0200000000010200000000020806" },
	{ NULL, 2, "< hex ffffffffffff0200000000020806000108000604" },
	{ "mac_to", 10, "02:00:00:00:00:01" },
	{ NULL, 4, "ff:ff:ff:ff:ff:ff" },
	{ NULL, 2, "02:00:00:00:00:99" },
	{ NULL, 2, "01:00:5e:00:00:01" },
	{ NULL, 1, "01:80:c2:00:00:00" },
	{ "eth_type", 2, "0x86dd" },
	{ NULL, 2, "0x8100" },
	{ NULL, 2, "0x88a8" },
	{ NULL, 2, "0x0004" },
	{ NULL, 2, "0x05dc" },
	{ NULL, 2, "0x0600" },
	{ NULL, 2, "0x88cc" },
	{ NULL, 2, "0x0800" },
	{ NULL, 2, "0x0806" },
};

static const struct gen_slot slots[] = {
	{ "flow_match", put_flow_match },
	{ "quoted", put_quoted },
	{ "sent_to", put_sent_to },
	{ "eth", put_eth },
	{ "eth_many", put_eth_many },
	{ "attrs_ip", put_attrs_ip },
	{ "attrs_l4", put_attrs_l4 },
	{ "attrs_udp", put_attrs_udp },
	{ "do_arp", do_arp },
	{ "do_ethernet", do_ethernet },
};

const struct gen_part gen_part_frame = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
