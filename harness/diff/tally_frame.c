// SPDX-License-Identifier: MIT
/* tally_frame.c - which classes of values the fields of a frame are in. */
#include <stdio.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/tally_internal.h"
#include "harness/script/packet_internal.h"
#include "wire/ipv4.h"

enum way { IN = 1, OUT = 2, BOTH = 3 };
enum field {
#define F(id, what) FIELD_##id,
#define C(field, label, low, high, ways)
#include "harness/diff/tally_frame.def"
#undef F
#undef C
	FIELDS
};
enum {
	WRONG_LENGTH = 256, /* of IP_OPT */
	IP_FLAG_RF = 0x8000,
	MAC_BYTES = 6,
	UDP_AT_LEN = 4,
	UDP_AT_CSUM = 6,
	TCP_AT_OFFSET = 12,
	TCP_AT_FLAGS = 13,
	ICMP_FIRST_8 = 8,
	IGMP_HLEN = 8,
	IGMP_GROUP = 4,
	IGMPV3_AT_NSRCS = 10,
	IGMPV3_QUERY_HLEN = 12,
	IGMP_QUERY = 0x11,
	IGMP_V3_REPORT = 0x22,
	PADDING_MAX = 46 /* of the shortest Ethernet frame */
};

static const char *const field_names[FIELDS] = {
#define F(id, what) [FIELD_##id] = (what),
#define C(field, label, low, high, ways)
#include "harness/diff/tally_frame.def"
#undef F
#undef C
};

static const struct class_row {
	const char *label;
	u32 low, high;
	u8 field, ways;
} classes[] = {
#define F(id, what)
#define C(field, label, low, high, ways) { label, low, high, FIELD_##field, ways },
#include "harness/diff/tally_frame.def"
#undef F
#undef C
};

/* Where a field's classes begin: F() counts and takes it back. */
#define GLUE_(a, b) a##b
#define GLUE(a, b)  GLUE_(a, b)
enum {
#define F(id, what)			 FIRST_##id, BACK_##id = FIRST_##id - 1,
#define C(field, label, low, high, ways) GLUE(CLASS_, __LINE__),
#include "harness/diff/tally_frame.def"
#undef F
#undef C
};
static const u16 first_class[FIELDS] = {
#define F(id, what) [FIELD_##id] = FIRST_##id,
#define C(field, label, low, high, ways)
#include "harness/diff/tally_frame.def"
#undef F
#undef C
};

u32 tally_frame_rows(void)
{
	return ARRAY_SIZE(classes);
}

const char *tally_frame_name(u32 i, bool in, char to[TALLY_NAME])
{
	const struct class_row *c = &classes[i];

	assert(i < ARRAY_SIZE(classes));
	if ((c->ways & (in ? IN : OUT)) == 0)
		return NULL;
	snprintf(to, TALLY_NAME, "%s %s", field_names[c->field], c->label);
	return to;
}

/* --- one frame -----------------------------------------------------------------------------------
 */
struct look {
	struct tally *t;
	bool in;
	u32 host;
};

/* The first class that fits: narrow ones stand before wide ones. */
static void see(const struct look *l, enum field field, u32 value)
{
	for (u32 i = first_class[field]; i < ARRAY_SIZE(classes) && classes[i].field == field;
	     i++) {
		if (value < classes[i].low || value > classes[i].high)
			continue;
		tally_hit(l->t, l->in ? KIND_IN : KIND_OUT, i);
		return;
	}
}

static void see_mac(const struct look *l, enum field field, const u8 *mac)
{
	const u8 own[MAC_BYTES] = { 2, 0, 0, 0, 0, (u8)(1 + l->host) };
	static const u8 broadcast[MAC_BYTES] = { 255, 255, 255, 255, 255, 255 };

	if (memcmp(mac, own, MAC_BYTES) == 0)
		see(l, field, 0);
	else if (memcmp(mac, broadcast, MAC_BYTES) == 0)
		see(l, field, 1);
	else
		see(l, field, (mac[0] & 1) != 0 ? 2 : 3);
}

static u32 addr_class(u32 addr)
{
	if (addr == 0)
		return 0;
	if (addr >> 24 == 127)
		return 1;
	if (addr >> 28 == 14)
		return 2;
	return addr == U32_MAX ? 3 : 4;
}

static void see_arp(const struct look *l, const u8 *arp, u32 len, bool padded)
{
	u32 sender, target;

	see(l, FIELD_ARP_LEN,
	    padded && len <= PADDING_MAX && len >= PACKET_ARP_LEN ? (u32)PACKET_ARP_LEN : len);
	if (len < PACKET_ARP_LEN)
		return;
	see(l, FIELD_ARP_HTYPE, get_be16(arp));
	see(l, FIELD_ARP_PTYPE, get_be16(arp + 2));
	see(l, FIELD_ARP_HLEN, arp[4]);
	see(l, FIELD_ARP_PLEN, arp[5]);
	see(l, FIELD_ARP_OP, get_be16(arp + 6));
	see_mac(l, FIELD_ARP_SHA, arp + 8);
	sender = get_be32(arp + 14);
	target = get_be32(arp + 24);
	see(l, FIELD_ARP_SENDER, addr_class(sender));
	see(l, FIELD_ARP_TARGET, sender == target ? 5 : addr_class(target));
}

/* --- IPv4 ----------------------------------------------------------------------------------------
 */
static void see_tos(const struct look *l, u8 tos)
{
	u32 value = tos & 3;

	if (value == 0 && tos != 0)
		value = tos >= 0xc0 ? 4 : 5;
	see(l, FIELD_IP_TOS, value);
}

static void see_fragment(const struct look *l, u32 word, u32 data)
{
	bool mf = (word & IP_MF) != 0, df = (word & IP_DF) != 0;
	u32 offset = (word & IP_OFFSET) * 8;

	see(l, FIELD_IP_RF, (word & IP_FLAG_RF) != 0);
	if (!mf && offset == 0) {
		see(l, FIELD_IP_FRAG, df);
		return;
	}
	if (df)
		see(l, FIELD_IP_FRAG, 5);
	if (offset + data > 65535)
		see(l, FIELD_IP_FRAG, 6);
	if (mf && data % 8 != 0)
		see(l, FIELD_IP_FRAG, 7);
	see(l, FIELD_IP_FRAG, offset == 0 ? 2 : mf ? 3 : 4);
}

static void see_options(const struct look *l, const u8 *opt, u32 len)
{
	u32 n;

	for (u32 at = 0; at < len; at += n) {
		n = opt[at] <= 1 ? 1 : at + 1 < len ? opt[at + 1] : 0;
		see(l, FIELD_IP_OPT, opt[at]);
		if (n == 0 || n > len - at || (opt[at] > 1 && n < 2)) {
			see(l, FIELD_IP_OPT, WRONG_LENGTH);
			return;
		}
		if (opt[at] == 0)
			return;
	}
}

static void see_addrs(const struct look *l, const u8 *ip)
{
	u32 saddr = get_be32(ip + IPV4_SADDR), daddr = get_be32(ip + IPV4_DADDR);
	u32 from = addr_class(saddr), to = addr_class(daddr);

	see(l, FIELD_IP_SRC, from == 4 && saddr >> 28 == 15 ? 5 : from);
	see(l, FIELD_IP_DST, to == 4 && saddr == daddr ? 6 : to == 4 && daddr >> 28 == 15 ? 5 : to);
}

static void see_udp(const struct look *l, const struct packet_view *v)
{
	u32 said = get_be16(v->l4 + UDP_AT_LEN), data = v->l4_len - PACKET_UDP_HLEN;
	u32 csum = packet_l4_csum(v);

	see(l, FIELD_UDP_SPORT, get_be16(v->l4));
	see(l, FIELD_UDP_DPORT, get_be16(v->l4 + 2));
	if (said < PACKET_UDP_HLEN)
		see(l, FIELD_UDP_LENGTH, said != 0);
	else if (v->fragment)
		see(l, FIELD_UDP_LENGTH, 3);
	else
		see(l, FIELD_UDP_LENGTH, said < v->l4_len ? 2 : said == v->l4_len ? 3 : 4);
	if (csum == CSUM_OK && get_be16(v->l4 + UDP_AT_CSUM) == 0xffff)
		csum = 4;
	if (!v->fragment)
		see(l, FIELD_UDP_CSUM, csum);
	see(l, FIELD_UDP_DATA, data);
	see(l, FIELD_UDP_ODD, data % 2);
}

static void see_lite(const struct look *l, const struct packet_view *v)
{
	u32 said = get_be16(v->l4 + UDP_AT_LEN), class;

	if (said < PACKET_UDP_HLEN)
		class = said != 0;
	else if (said == PACKET_UDP_HLEN)
		class = 2;
	else
		class = said < v->l4_len ? 3 : said == v->l4_len ? 4 : 5;
	see(l, FIELD_LITE_COVERAGE, class);
	see(l, FIELD_LITE_CSUM, packet_l4_csum(v));
}

static u32 quote_class(const u8 *ip, u32 len)
{
	u32 hlen;

	if (len < IPV4_HLEN)
		return 0;
	hlen = (ip[0] & 15u) * 4;
	if (ip[0] >> 4 != 4 || hlen < IPV4_HLEN || hlen > len)
		return 1;
	if ((get_be16(ip + IPV4_FRAG_OFF) & IP_OFFSET) != 0)
		return 6;
	switch (ip[IPV4_PROTOCOL]) {
	case IPPROTO_UDP:
		return len - hlen < ICMP_FIRST_8 ? 2 : 3;
	case IPPROTO_TCP:
		return 4;
	case IPPROTO_ICMP:
		return 5;
	default:
		return 7;
	}
}

static void see_icmp(const struct look *l, const struct packet_view *v)
{
	see(l, FIELD_ICMP, get_be16(v->l4));
	if (!v->fragment)
		see(l, FIELD_ICMP_CSUM, packet_l4_csum(v));
	if (packet_icmp_is_error(v->l4[0]))
		see(l, FIELD_ICMP_QUOTE,
		    quote_class(v->l4 + PACKET_ICMP_HLEN, v->l4_len - PACKET_ICMP_HLEN));
}

/* Type * 256 and, of queries, how: of version 1, 2, 3; of 3 about a group, about sources of it. */
static u32 igmp_class(const struct packet_view *v)
{
	u32 type = (u32)v->l4[0] << 8;

	if (v->l4[0] != IGMP_QUERY)
		return type;
	if (v->l4_len < IGMPV3_QUERY_HLEN)
		return type + (v->l4[1] == 0 ? 1 : 2);
	if (get_be32(v->l4 + IGMP_GROUP) == 0)
		return type + 3;
	return type + (get_be16(v->l4 + IGMPV3_AT_NSRCS) == 0 ? 4 : 5);
}

/* The records of a report of ours. */
static void see_igmp_records(const struct look *l, const struct packet_view *v)
{
	u32 at = IGMP_HLEN;

	for (u32 n = get_be16(v->l4 + 6); n != 0 && at + IGMP_HLEN <= v->l4_len; n--) {
		see(l, FIELD_IGMP_RECORD, v->l4[at]);
		at += IGMP_HLEN + 4u * get_be16(v->l4 + at + 2);
	}
}

static void see_igmp(const struct look *l, const struct packet_view *v)
{
	see(l, FIELD_IGMP, igmp_class(v));
	if (v->l4[0] == IGMP_V3_REPORT && !l->in)
		see_igmp_records(l, v);
}

static void see_tcp(const struct look *l, const struct packet_view *v)
{
	static const u8 flags[] = {
		TCPF_SYN, TCPF_ACK, TCPF_SYN | TCPF_ACK, TCPF_RST, TCPF_RST | TCPF_ACK, TCPF_FIN, 0
	};
	u32 i = 0;

	while (i < ARRAY_SIZE(flags) && v->l4[TCP_AT_FLAGS] != flags[i])
		i++;
	see(l, FIELD_TCP_FLAGS, i);
	see(l, FIELD_TCP_DOFF, v->l4[TCP_AT_OFFSET] >> 4);
	see(l, FIELD_TCP_CSUM, packet_l4_csum(v));
}

static void see_l4(const struct look *l, const struct packet_view *v)
{
	static const struct {
		u32 proto, header;
		void (*see)(const struct look *l, const struct packet_view *v);
	} known[] = { { IPPROTO_UDP, PACKET_UDP_HLEN, see_udp },
		      { IPPROTO_UDPLITE, PACKET_UDP_HLEN, see_lite },
		      { IPPROTO_ICMP, PACKET_ICMP_HLEN, see_icmp },
		      { IPPROTO_IGMP, IGMP_HLEN, see_igmp },
		      { IPPROTO_TCP, PACKET_TCP_HLEN, see_tcp } };

	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		if (v->proto != known[i].proto)
			continue;
		see(l, FIELD_L4_LEN, v->l4_len >= known[i].header);
		if (v->l4_len >= known[i].header)
			known[i].see(l, v);
	}
}

static u32 length_class(const u8 *ip, u32 len)
{
	u32 said = get_be16(ip + IPV4_TOT_LEN), hlen = (ip[0] & 15u) * 4;

	if (said < hlen)
		return 0;
	if (said == hlen)
		return 1;
	return said == len ? 2 : said < len ? 3 : 4;
}

static void see_ip(const struct look *l, const u8 *ip, u32 len, const struct packet_view *v)
{
	u32 said = get_be16(ip + IPV4_TOT_LEN);

	see(l, FIELD_IP_VERSION, ip[0] >> 4);
	see(l, FIELD_IP_IHL, ip[0] & 15);
	see_tos(l, ip[1]);
	see(l, FIELD_IP_LEN, length_class(ip, len));
	see(l, FIELD_IP_ID, get_be16(ip + IPV4_ID));
	see(l, FIELD_IP_TTL, ip[IPV4_TTL]);
	see(l, FIELD_IP_PROTO, ip[IPV4_PROTOCOL]);
	see_addrs(l, ip);
	if (v->ip == NULL)
		return;
	see_fragment(l, get_be16(ip + IPV4_FRAG_OFF), said > v->hlen ? said - v->hlen : 0);
	see(l, FIELD_IP_CSUM, !packet_ip_csum_ok(v));
	see_options(l, ip + IPV4_HLEN, v->hlen - IPV4_HLEN);
	if (v->frag_off == 0)
		see_l4(l, v);
}

void tally_frame(struct tally *t, const u8 *frame, u32 len, bool ethernet, bool in, u32 host)
{
	const struct look l = { t, in, host };
	struct packet_view v = packet_view(frame, len, ethernet);
	u32 at = ethernet ? PACKET_ETH_HLEN : 0;

	see(&l, FIELD_FRAME_LEN, len);
	if (len < at)
		return;
	if (ethernet) {
		see_mac(&l, FIELD_ETH_DST, frame);
		see_mac(&l, FIELD_ETH_SRC, frame + MAC_BYTES);
		see(&l, FIELD_ETH_TYPE, v.type);
	}
	if (v.type == ETH_TYPE_ARP)
		see_arp(&l, frame + at, len - at, len == PACKET_ETH_MIN);
	else if (v.type == ETH_TYPE_IP && len - at >= IPV4_HLEN)
		see_ip(&l, frame + at, len - at, &v);
}
