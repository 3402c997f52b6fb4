// SPDX-License-Identifier: MIT
/* packet_describe.c - a frame on one line, in tcpdump's look.
 *
 * Any bytes may come: what is cut off says so, as tcpdump does: [|tcp].
 */
#include "harness/script/packet_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/lib/inet_text.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

struct out {
	char *to;
	u32 len, size;
};

static void say(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct out *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (o->len + 1 >= o->size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(o->to + o->len, o->size - o->len, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	o->len = min_u32(o->len + (u32)n, o->size - 1);
}

static void say_addr(struct out *o, const u8 *a)
{
	say(o, INET_FORM, INET_PARTS(get_be32(a)));
}

static void say_mac(struct out *o, const u8 *m)
{
	say(o, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static void say_ends(struct out *o, const struct packet_view *v, bool ports)
{
	say_addr(o, v->ip + IPV4_SADDR);
	if (ports)
		say(o, ".%u", get_be16(v->l4));
	say(o, " > ");
	say_addr(o, v->ip + IPV4_DADDR);
	if (ports)
		say(o, ".%u", get_be16(v->l4 + 2));
	say(o, ": ");
}

/* --- ARP
 * ------------------------------------------------------------------------------------------ */

static void say_arp(struct out *o, const u8 *arp, u32 len)
{
	static const u8 nobody[6];

	if (len < PACKET_ARP_LEN) {
		say(o, "[|arp]");
		return;
	}
	if (get_be16(arp) != 1 || get_be16(arp + 2) != ETH_TYPE_IP || arp[4] != 6 || arp[5] != 4) {
		say(o, "ARP, hardware %u (%u), protocol 0x%04x (%u), op %u, length %u",
		    get_be16(arp), arp[4], get_be16(arp + 2), arp[5], get_be16(arp + 6), len);
		return;
	}
	if (get_be16(arp + 6) == ARP_REPLY) {
		say(o, "ARP, Reply ");
		say_addr(o, arp + 14);
		say(o, " is-at ");
		say_mac(o, arp + 8);
	} else {
		if (get_be16(arp + 6) == ARP_WHO_HAS)
			say(o, "ARP, Request who-has ");
		else
			say(o, "ARP, op %u who-has ", get_be16(arp + 6));
		say_addr(o, arp + 24);
		if (memcmp(arp + 18, nobody, 6) != 0) {
			say(o, " (");
			say_mac(o, arp + 18);
			say(o, ")");
		}
		say(o, " tell ");
		say_addr(o, arp + 14);
	}
	say(o, ", length %u", len);
}

/* --- TCP
 * ------------------------------------------------------------------------------------------ */

static void say_flags(struct out *o, u32 flags)
{
	static const char letters[] = "FSRP.UEWe";

	if ((flags & 511) == 0)
		say(o, "none");
	for (u32 i = 0; i < 9; i++) {
		if ((flags >> i & 1) != 0)
			say(o, "%c", letters[i]);
	}
}

static void say_bytes(struct out *o, const u8 *bytes, u32 len)
{
	for (u32 i = 0; i < len; i++)
		say(o, "%02x", bytes[i]);
}

static void say_option(struct out *o, const u8 *opt, u32 len)
{
	if (opt[0] == 2 && len == 4) {
		say(o, "mss %u", get_be16(opt + 2));
	} else if (opt[0] == 3 && len == 3) {
		say(o, "wscale %u", opt[2]);
	} else if (opt[0] == 4 && len == 2) {
		say(o, "sackOK");
	} else if (opt[0] == 5 && len % 8 == 2) {
		say(o, "sack %u ", len / 8);
		for (u32 at = 2; at < len; at += 8)
			say(o, "{%u:%u}", get_be32(opt + at), get_be32(opt + at + 4));
	} else if (opt[0] == 8 && len == 10) {
		say(o, "TS val %u ecr %u", get_be32(opt + 2), get_be32(opt + 6));
	} else if (opt[0] == 34) {
		say(o, len == 2 ? "tfo  cookiereq" : "tfo  cookie ");
		say_bytes(o, opt + 2, len - 2);
	} else {
		say(o, "%s-%u", opt[0] == 253 || opt[0] == 254 ? "exp" : "unknown", opt[0]);
		say(o, len > 2 ? " 0x" : "");
		say_bytes(o, opt + 2, len - 2);
	}
}

static void say_options(struct out *o, const u8 *opt, u32 len)
{
	for (u32 at = 0; at < len;) {
		u32 n = opt[at] <= 1 ? 1 : at + 1 < len ? opt[at + 1] : 0;

		say(o, at == 0 ? ", options [" : ",");
		if (n > len - at || n == 0 || (n == 1 && opt[at] > 1)) {
			say(o, "bad opt]");
			return;
		}
		if (n == 1)
			say(o, opt[at] == 0 ? "eol" : "nop");
		else
			say_option(o, opt + at, n);
		/* Behind the end there is padding. */
		at = opt[at] == 0 ? len : at + n;
	}
	say(o, len != 0 ? "]" : "");
}

static void say_tcp(struct out *o, const struct packet_view *v)
{
	u32 hlen = packet_l4_hlen(v), len = v->l4_len - hlen, flags, seq;

	if (hlen == 0) {
		say_ends(o, v, v->l4_len >= 4);
		say(o, "[|tcp]");
		return;
	}
	say_ends(o, v, true);
	flags = get_be16(v->l4 + 12) & 511;
	seq = get_be32(v->l4 + 4);
	say(o, "Flags [");
	say_flags(o, flags);
	say(o, "]");
	if (len != 0)
		say(o, ", seq %u:%u", seq, seq + len);
	else if ((flags & (TCPF_SYN | TCPF_FIN | TCPF_RST)) != 0)
		say(o, ", seq %u", seq);
	if ((flags & TCPF_ACK) != 0)
		say(o, ", ack %u", get_be32(v->l4 + 8));
	say(o, ", win %u", get_be16(v->l4 + 14));
	if ((flags & TCPF_URG) != 0)
		say(o, ", urg %u", get_be16(v->l4 + 18));
	say_options(o, v->l4 + PACKET_TCP_HLEN, hlen - PACKET_TCP_HLEN);
	say(o, ", length %u", len);
}

/* --- ICMP
 * ----------------------------------------------------------------------------------------- */

/* What is quoted is unreachable: its destination and, of UDP and TCP, the port. */
static void say_unreachable(struct out *o, u32 code, const u8 *rest, const struct packet_view *q)
{
	static const char *const what[] = { "net", "host", "protocol", "port" };
	static const char *const why[16] = {
		[6] = " - unknown",
		[7] = " - unknown",
		[9] = " - admin prohibited",
		[10] = " - admin prohibited",
		[11] = " for tos",
		[12] = " for tos",
		[13] = " - admin prohibited filter",
	};
	const u8 *dst = q->ip + IPV4_DADDR;
	bool port = q->l4_len >= 4 && (q->proto == IPPROTO_UDP || q->proto == IPPROTO_TCP);

	if (code == 2) {
		say_addr(o, dst);
		say(o, " protocol %u unreachable", q->proto);
	} else if (code == 3 && port) {
		say_addr(o, dst);
		say(o, " %s port %u unreachable", q->proto == IPPROTO_UDP ? "udp" : "tcp",
		    get_be16(q->l4 + 2));
	} else if (code == 4) {
		say_addr(o, dst);
		say(o, " unreachable - need to frag (mtu %u)", get_be16(rest + 2));
	} else {
		say(o, "%s ",
		    code < 4				   ? what[code]
		    : code == 6 || code == 9 || code == 11 ? "net"
							   : "host");
		say_addr(o, dst);
		say(o, " unreachable%s", code < 16 && why[code] != NULL ? why[code] : "");
		if (code > 13 || code == 5 || code == 8)
			say(o, " - code %u", code);
	}
}

/* tcpdump's names have blanks. */
static void say_type(struct out *o, u32 type)
{
	const char *name = icmp_type_name(type);

	for (u32 i = 0; name != NULL && name[i] != '\0'; i++)
		say(o, "%c", name[i] == '_' ? ' ' : name[i]);
}

static void say_error(struct out *o, const u8 *icmp, const struct packet_view *q)
{
	u32 type = icmp[0], code = icmp[1];

	if (type == 3 && q->ip != NULL) {
		say_unreachable(o, code, icmp + 4, q);
	} else if (type == 5 && q->ip != NULL) {
		say(o, "redirect ");
		say_addr(o, q->ip + IPV4_DADDR);
		say(o, " to %s ", code % 2 == 0 ? "net" : "host");
		say_addr(o, icmp + 4);
	} else if (type == 11) {
		if (code > 1)
			say(o, "time exceeded-#%u", code);
		else
			say(o, "%s",
			    code == 0 ? "time exceeded in-transit" : "ip reassembly time exceeded");
	} else if (type == 12) {
		say(o, "parameter problem - octet %u", icmp[4]);
		if (code != 0)
			say(o, ", code-%u", code);
	} else {
		say_type(o, type);
		say(o, ", code %u", code);
	}
}

static void say_icmp(struct out *o, const struct packet_view *v)
{
	const u8 *icmp = v->l4;
	struct packet_view q;
	u32 type;

	say_ends(o, v, false);
	if (v->l4_len < PACKET_ICMP_HLEN) {
		say(o, "[|icmp]");
		return;
	}
	type = icmp[0];
	q = packet_view(icmp + PACKET_ICMP_HLEN, v->l4_len - PACKET_ICMP_HLEN, false);
	say(o, "ICMP ");
	if (packet_icmp_is_error(type)) {
		say_error(o, icmp, &q);
	} else if (icmp_type_name(type) != NULL) {
		say_type(o, type);
		say(o, ", id %u, seq %u", get_be16(icmp + 4), get_be16(icmp + 6));
	} else {
		say(o, "type-#%u, code %u", type, icmp[1]);
	}
	say(o, ", length %u", v->l4_len);
}

/* --- the others
 * ----------------------------------------------------------------------------------- */

static void say_udp(struct out *o, const struct packet_view *v)
{
	u32 len;

	if (packet_l4_hlen(v) == 0) {
		say_ends(o, v, v->l4_len >= 4);
		say(o, "[|udp]");
		return;
	}
	say_ends(o, v, true);
	len = get_be16(v->l4 + UDP_LEN);
	if (v->proto == IPPROTO_UDPLITE) {
		say(o, "UDP-Lite, coverage %u, length %u", len, v->l4_len - PACKET_UDP_HLEN);
		return;
	}
	/* What it says, as tcpdump does, unless that is not even a header. */
	if (len < PACKET_UDP_HLEN)
		say(o, "UDP, bad length %u", len);
	else
		say(o, "UDP, length %u", len - PACKET_UDP_HLEN);
}

static void say_other(struct out *o, const struct packet_view *v)
{
	say_ends(o, v, false);
	if (v->proto == IPPROTO_IGMP && v->l4_len >= 8) {
		say(o, "igmp type 0x%02x ", v->l4[0]);
		say_addr(o, v->l4 + 4);
		return;
	}
	say(o, "ip-proto-%u, length %u", v->proto, v->l4_len);
}

static void say_fragment(struct out *o, const struct packet_view *v)
{
	say(o, " (frag %u:%u@%u%s)", get_be16(v->ip + IPV4_ID), v->l4_len, v->frag_off,
	    (get_be16(v->ip + IPV4_FRAG_OFF) & IP_MF) != 0 ? "+" : "");
}

static void say_l4(struct out *o, const struct packet_view *v)
{
	if (v->frag_off != 0) {
		say_other(o, v);
		return;
	}
	if (v->proto == IPPROTO_TCP)
		say_tcp(o, v);
	else if (v->proto == IPPROTO_UDP || v->proto == IPPROTO_UDPLITE)
		say_udp(o, v);
	else if (v->proto == IPPROTO_ICMP)
		say_icmp(o, v);
	else
		say_other(o, v);
}

/* Packets in packets, from the outside. */
static void say_ip(struct out *o, struct packet_view v)
{
	struct packet_view in;
	bool gre;

	for (u32 i = 0; i < PACKET_ENCAPS_MAX && packet_view_inside(&v, &gre, &in); i++) {
		say_ends(o, &v, false);
		if (gre)
			say(o, "GREv0, length %u: ", v.l4_len);
		say(o, "IP ");
		v = in;
	}
	say_l4(o, &v);
	if (v.fragment)
		say_fragment(o, &v);
	if (v.truncated)
		say(o, " [%u bytes missing]", get_be16(v.ip + IPV4_TOT_LEN) - v.ip_avail);
}

void packet_describe(const u8 *frame, u32 len, bool ethernet, char *to, u32 size)
{
	struct packet_view v = packet_view(frame, len, ethernet);
	struct out o = { .to = to, .size = size };

	if (size == 0)
		return;
	to[0] = '\0';
	if (v.ip != NULL) {
		say_ip(&o, v);
	} else if (v.type == ETH_TYPE_ARP && v.eth != NULL) {
		say_arp(&o, frame + PACKET_ETH_HLEN, len - PACKET_ETH_HLEN);
	} else if (v.type == ETH_TYPE_IP) {
		say(&o, "IP [|ip], length %u", v.eth != NULL ? len - PACKET_ETH_HLEN : len);
	} else if (v.eth == NULL) {
		say(&o, "[|ether], length %u", len);
	} else {
		say_mac(&o, v.eth + 6);
		say(&o, " > ");
		say_mac(&o, v.eth);
		say(&o, ", ethertype 0x%04x, length %u", v.type, len);
	}
	assert(o.len < size);
}
