// SPDX-License-Identifier: MIT
/* generate_forward.c - a host that is a router: packets of others, and what stands in their way.
 *
 * There is one device beside lo: a packet leaves where it came in, or goes round on lo until its
 * time is over.
 */
#include "base/check.h"
#include "harness/diff/generate_internal.h"

enum { OPTION_BYTES = 40 };

/* Options that a router looks at; those of a wrong form are in generate_frame.c. */
static const struct {
	u32 weight, bytes;
	const char *text;
} options[] = {
	{ 5, 1, "opt nop" },
	{ 5, 7, "opt rr 1" },
	{ 4, 15, "opt rr 3" },
	{ 3, 15, "opt rr 3 192.0.2.9" },
	{ 2, 7, "opt rr 1 192.0.2.9" },
	{ 2, 8, "opt ts 0 1" },
	{ 3, 12, "opt ts 1 1" },
	{ 3, 20, "opt ts 1 2" },
	{ 2, 12, "opt hex 440c0503@hex_addr~00000000" },
	{ 2, 8, "opt ts 0 1 77" },
	{ 4, 4, "opt ra 0" },
	{ 1, 4, "opt ra 1" },
	{ 9, 7, "opt lsrr 4 @fwd_hop" },
	{ 6, 11, "opt lsrr 4 @fwd_hop @fwd_hop" },
	{ 3, 15, "opt lsrr 4 @fwd_hop @fwd_hop @fwd_hop" },
	{ 2, 11, "opt lsrr 8 @fwd_hop @fwd_hop" },
	{ 6, 7, "opt ssrr 4 @fwd_hop" },
	{ 4, 11, "opt ssrr 4 @fwd_hop @fwd_hop" },
	{ 2, 11, "opt ssrr 8 @fwd_hop @fwd_hop" },
	{ 1, 8, "opt hex 8208@h8@h8@h8@h8@h8@h8" },
	{ 1, 4, "opt hex 8804@h8@h8" },
	{ 1, 11, "opt hex 830b@h8@h8@h8@h8@h8@h8@h8@h8@h8" },
};

/* Whither, without a word of it yet. */
static u32 draw_addr(struct gen *g)
{
	size_t at = g->len;
	u32 addr = gen_addr(g, "fwd_draw");

	g->len = at;
	g->text[at] = '\0';
	return addr;
}

static void put_options(struct gen *g)
{
	u32 weight[ARRAY_SIZE(options)], bytes = 0;

	for (u32 i = 0; i < ARRAY_SIZE(options); i++)
		weight[i] = options[i].weight;
	do {
		u32 i = gen_pick(g, weight, ARRAY_SIZE(options));

		if (bytes + options[i].bytes > OPTION_BYTES)
			return;
		bytes += options[i].bytes;
		gen_put(g, ", ");
		gen_expand(g, options[i].text);
	} while (gen_percent(g, 40));
}

/* Pieces that somebody else has made; a router does not put them together. */
static void do_pieces_through(struct gen *g)
{
	u32 units = gen_between(g, 1, 60), id = gen_below(g, 1000);
	u32 dst = draw_addr(g);

	gen_expand(g, "@fwd_in");
	gen_put_addr(g, dst);
	gen_putf(g, " [id %u, mf", id);
	gen_expand(g, ", ttl @fwd_ttl] ");
	gen_putf(g, "ip proto 17 (%u)", units * 8);
	gen_expand(g, "\n@fwd_in");
	gen_put_addr(g, dst);
	gen_putf(g, " [id %u, frag %u] ip proto 17 (%u)", id, units, gen_between(g, 1, 90));
}

/* The same packet some times, as somebody sends who does not heed redirects. */
static void do_insist(struct gen *g)
{
	u32 n = gen_between(g, 3, 11);
	u32 dst = draw_addr(g);

	for (u32 i = 0; i < n; i++) {
		if (i != 0)
			gen_expand(g, "\n@fwd_wait");
		gen_expand(g, "@fwd_in");
		gen_put_addr(g, dst);
		gen_put(g, " [ttl 9] ip proto 253 (1)");
	}
}

static const struct gen_row rows[] = {
	{ "forward_opening", 12, "`@fwd_on; @fwd_ways; @fwd_ways; @fwd_ways`" },
	{ NULL, 6, "`@fwd_on; @fwd_ways; @fwd_ways; sysctl -q -w @fwd_knob`" },
	{ NULL, 5,
	  "`@fwd_on; @fwd_ways; @fwd_ways; sysctl -q -w @fwd_knob; sysctl -q -w @fwd_knob; sysctl "
	  "-q -w @fwd_knob`" },
	{ NULL, 1, "`@fwd_ways`" },
	{ "fwd_on", 20, "sysctl -q -w net.ipv4.ip_forward=1; ip link set lo up" },
	{ NULL, 2, "sysctl -q -w net.ipv4.conf.eth0.forwarding=1" },
	{ NULL, 1, "sysctl -q -w net.ipv4.conf.lo.forwarding=1" },
	{ NULL, 1, "sysctl -q -w net.ipv4.ip_forward=1" },
	{ "fwd_ways", 10, "ip route replace 198.51.100.0/24 via @other" },
	{ NULL, 5, "ip route replace 198.51.100.0/24 via @peer@fwd_metrics" },
	{ NULL, 3, "ip route replace 198.51.100.0/24 dev eth0@fwd_metrics" },
	{ NULL, 6, "ip route replace 203.0.113.0/24 dev lo@fwd_metrics" },
	{ NULL, 4, "ip route replace 203.0.113.0/25 via @other@fwd_metrics" },
	{ NULL, 3, "ip route replace @fwd_refuse 203.0.113.@digit" },
	{ NULL, 2, "ip route replace @fwd_refuse 198.51.100.0/25" },
	{ NULL, 2, "ip addr add 203.0.113.1/24 dev lo || true" },
	{ NULL, 2, "ip addr add 198.51.100.1/24 dev eth0 || true" },
	{ NULL, 2, "ip route replace default via @other" },
	{ NULL, 1, "ip link set eth0 mtu @fwd_mtu" },
	{ NULL, 1, "ip neigh replace @other lladdr 02:00:00:00:00:03 dev eth0" },
	{ NULL, 1, "ip route replace 198.51.100.7 via @peer tos 0x10" },
	{ "fwd_metrics", 10, "" },
	{ NULL, 3, " mtu @fwd_mtu" },
	{ NULL, 2, " mtu lock @fwd_mtu" },
	{ NULL, 1, " hoplimit 7" },
	{ "fwd_mtu", 3, "1000" },
	{ NULL, 2, "576" },
	{ NULL, 2, "300" },
	{ NULL, 1, "68" },
	{ "fwd_refuse", 3, "unreachable" },
	{ NULL, 3, "prohibit" },
	{ NULL, 2, "blackhole" },
	{ NULL, 2, "throw" },
	{ "fwd_knob", 6,
	  "net.ipv4.conf.all.accept_source_route=1; sysctl -q -w "
	  "net.ipv4.conf.@conf_dev.accept_source_route=1" },
	{ NULL, 3, "net.ipv4.ip_forward_use_pmtu=@onoff" },
	{ NULL, 2, "net.ipv4.ip_forward_update_priority=@onoff" },
	{ NULL, 3, "net.ipv4.icmp_errors_use_inbound_ifaddr=1" },
	{ NULL, 3, "net.ipv4.conf.@conf_dev.send_redirects=@onoff" },
	{ NULL, 3, "net.ipv4.conf.@conf_dev.shared_media=@onoff" },
	{ NULL, 4,
	  "net.ipv4.conf.all.bc_forwarding=@onoff; sysctl -q -w "
	  "net.ipv4.conf.eth0.bc_forwarding=@onoff" },
	{ NULL, 3, "net.ipv4.conf.@conf_dev.rp_filter=@0to3" },
	{ NULL, 3, "net.ipv4.conf.@conf_dev.forwarding=@onoff" },
	{ NULL, 1, "net.ipv4.ip_forward=@onoff" },
	{ NULL, 3, "net.ipv4.icmp_ratelimit=@ratelimit" },
	{ NULL, 2, "net.ipv4.icmp_ratemask=@ratemask" },
	{ NULL, 2, "net.ipv4.conf.@conf_dev.accept_local=1" },
	{ NULL, 2, "net.ipv4.conf.@conf_dev.route_localnet=1" },
	{ NULL, 2, "net.ipv4.conf.@conf_dev.accept_redirects=@onoff" },
	{ NULL, 1, "net.ipv4.fwmark_reflect=1" },
	{ NULL, 1, "net.ipv4.ip_early_demux=0" },
	{ NULL, 4, "net.ipv4.conf.@conf_dev.proxy_arp=@onoff" },
	{ NULL, 3, "net.ipv4.conf.@conf_dev.proxy_arp_pvlan=@onoff" },
	{ NULL, 3, "net.ipv4.conf.@conf_dev.medium_id=@fwd_medium" },
	{ NULL, 3, "net.ipv4.neigh.eth0.proxy_delay=@digit" },
	{ NULL, 2, "net.ipv4.neigh.eth0.proxy_qlen=@0to3" },
	{ "fwd_medium", 2, "-1" },
	{ NULL, 2, "0" },
	{ NULL, 3, "1" },
	{ NULL, 2, "2" },
	/* Whence and whither. */
	{ "fwd_in", 20, "< @peer > " },
	{ NULL, 8, "< @other > " },
	{ NULL, 4, "< 198.51.100.7 > " },
	{ NULL, 2, "< 203.0.113.9 > " },
	{ NULL, 2, "< @src > " },
	{ "fwd_dst", 20, "@fwd_draw" },
	{ NULL, 2, "@broadcast" },
	{ NULL, 2, "203.0.113.255" },
	{ NULL, 1, "255.255.255.255" },
	{ NULL, 1, "224.0.0.5" },
	{ NULL, 1, "127.0.0.1" },
	{ NULL, 1, "@own" },
	{ NULL, 1, "@dst_in" },
	{ "fwd_draw", 20, "198.51.100.@digit" },
	{ NULL, 4, "198.51.100.200" },
	{ NULL, 10, "203.0.113.@digit" },
	{ NULL, 3, "203.0.113.200" },
	{ NULL, 4, "@other" },
	{ NULL, 3, "@peer" },
	{ NULL, 3, "10.0.0.@digit" },
	{ "fwd_hop", 10, "@fwd_draw" },
	{ NULL, 4, "@own" },
	{ NULL, 2, "@fwd_dst" },
	{ "hex_addr", 3, "c0000201" },
	{ NULL, 1, "c6336401" },
	{ NULL, 1, "cb007101" },
	{ "fwd_ttl", 10, "64" },
	{ NULL, 5, "1" },
	{ NULL, 3, "2" },
	{ NULL, 3, "3" },
	{ NULL, 1, "0" },
	{ NULL, 1, "255" },
	{ "fwd_attr", 12, "ttl @fwd_ttl" },
	{ NULL, 6, "ttl @fwd_ttl, df" },
	{ NULL, 4, "ttl @fwd_ttl, tos @x8" },
	{ NULL, 2, "ttl @fwd_ttl, id @u16" },
	{ NULL, 1, "ttl @fwd_ttl, rf" },
	{ NULL, 1, "ttl @fwd_ttl, csum bad" },
	{ NULL, 1, "ttl @fwd_ttl, pad @digit" },
	{ NULL, 1, "ttl @fwd_ttl, mf" },
	{ NULL, 1, "ttl @fwd_ttl, frag 7" },
	{ "fwd_payload", 10, "@payload" },
	{ NULL, 4, "500)" },
	{ NULL, 3, "980)" },
	{ NULL, 2, "1400)" },
	{ "fwd_wait", 4, "@now+.@digit@digit " },
	{ NULL, 3, "@now+.00@digit " },
	{ NULL, 3, "@now+1.@digit " },
	{ NULL, 2, "@now+0 " },
	{ NULL, 1, "@now+2@digit " },
	{ "fwd_eth", 20, "" },
	{ NULL, 1, "@eth" },
	{ "do_forward", 30,
	  "< @fwd_eth@src_fwd:@port > @fwd_dst:@port [@fwd_attr] udp (@fwd_payload" },
	{ NULL, 8,
	  "< @fwd_eth@src_fwd > @fwd_dst [@fwd_attr] icmp echo_request id 1 seq @digit (@payload" },
	{ NULL, 6,
	  "< @fwd_eth@src_fwd > @fwd_dst [@fwd_attr] ip proto @other_proto (@fwd_payload" },
	{ NULL, 4, "< @fwd_eth@src_fwd:@port > @fwd_dst:@port [@fwd_attr] @tcp_segment" },
	{ NULL, 4,
	  "< @src_fwd > @fwd_dst [@fwd_attr] icmp 3 @digit [@fwd_draw:7 > @peer:8 udp "
	  "(@quoted_len)]" },
	{ NULL, 2,
	  "< @src_fwd > @fwd_dst [@fwd_attr] icmp @icmp_type @digit id @u16 seq @digit (@payload" },
	{ "src_fwd", 20, "@peer" },
	{ NULL, 8, "@other" },
	{ NULL, 4, "198.51.100.7" },
	{ NULL, 2, "203.0.113.9" },
	{ NULL, 2, "@src" },
	{ "do_forward_options", 20,
	  "< @fwd_eth@src_fwd:@port > @fwd_dst:@port [@fwd_attr@fwd_opts] udp (@fwd_payload" },
	{ NULL, 20,
	  "< @fwd_eth@src_fwd:@port > @own:@own_port [@fwd_attr@fwd_opts] udp (@fwd_payload" },
	{ NULL, 8,
	  "< @src_fwd > @own [@fwd_attr@fwd_opts] icmp echo_request id 1 seq @digit (@payload" },
	{ "do_forward_knob", 10, "`sysctl -q -w @fwd_knob`" },
	{ NULL, 8, "`@fwd_ways`" },
	{ NULL, 1, "`ip route del 198.51.100.0/24 || true`" },
	{ NULL, 1, "`sysctl -q -w net.ipv4.route.flush=1`" },
	{ NULL, 1, "`ip link set lo down`" },
	{ NULL, 3, "`ip neigh @fwd_proxy_verb proxy @fwd_draw dev @fwd_dev || true`" },
	{ "fwd_proxy_verb", 4, "add" },
	{ NULL, 2, "del" },
	{ NULL, 1, "replace" },
	{ "fwd_dev", 8, "eth0" },
	{ NULL, 1, "lo" },
	{ "do_forward_arp", 10, "< @fwd_arp_eth~arp who-has @fwd_draw tell @arp_sender" },
	{ NULL, 2, "< arp who-has @fwd_dst tell @peer" },
	{ NULL, 2,
	  "< arp who-has @fwd_draw tell @peer\n< arp who-has @fwd_draw tell @other\n< arp who-has "
	  "@fwd_draw tell @peer" },
	{ NULL, 1,
	  "`ip neigh add proxy 203.0.113.7 dev eth0 || true`\n< arp who-has 203.0.113.7 tell "
	  "@peer" },
	{ "fwd_arp_eth", 10, "" },
	{ NULL, 3, "eth 02:00:00:00:00:02 > 02:00:00:00:00:01 " },
	{ NULL, 3, "eth 02:00:00:00:00:02 > ff:ff:ff:ff:ff:ff " },
	{ "do_forward_learn", 5,
	  "< @peer > @own icmp redirect host gw @other [@own:7 > 198.51.100.@digit:7 udp (1)]" },
	{ NULL, 5, "< @other > @own icmp 3 4 mtu @pmtu [@own:7 > 198.51.100.@digit:7 udp (1)]" },
	{ NULL, 3, "< @other > @own icmp 3 4 mtu @pmtu [@own:@own_port > @fwd_draw:7 udp (1)]" },
	{ "do_forward_send", 10,
	  "sendto(@fdu, @data, 0, {sa_family = AF_INET, sin_port = htons(7), sin_addr = "
	  "inet_addr(\"@fwd_draw\")}, 16) = ..." },
	{ "area_forward", 40, "@do_forward" },
	{ NULL, 25, "@do_forward_options" },
	{ NULL, 6, "@do_pieces_through" },
	{ NULL, 5, "@do_insist" },
	{ NULL, 12, "@do_forward_knob" },
	{ NULL, 6, "@do_forward_learn" },
	{ NULL, 5, "@do_forward_send" },
	{ NULL, 4, "@do_forward_arp" },
	{ NULL, 10, "@pause" },
	{ NULL, 4, "@do_recv" },
	{ NULL, 3, "@do_link" },
	{ "area_proxies", 40, "@do_forward_arp" },
	{ NULL, 20, "@do_forward_knob" },
	{ NULL, 20, "@pause" },
	{ NULL, 5, "@do_arp" },
	{ NULL, 5, "@do_forward" },
	{ NULL, 3, "@do_link" },
	{ NULL, 5, "@do_forward_send" },
};

static const struct gen_slot slots[] = {
	{ "fwd_opts", put_options },
	{ "do_pieces_through", do_pieces_through },
	{ "do_insist", do_insist },
};

const struct gen_part gen_part_forward = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
