// SPDX-License-Identifier: MIT
/* normalise.c - see normalise.h and normalise.def. Each side of a comparison has a struct normalise
 * of its own; what was met first is number 1 on both.
 *
 * Missing: fragments but the first keep their bytes, so a datagram whose ports are mapped and whose
 * payload is in pieces is compared with the bytes that were sent.
 */
#include "harness/golden/normalise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/golden/field.h"
#include "uapi/in.h"

const struct normalise_info normalise_info[NORMALISE_RULES] = {
#define N(id, field, how, reason) [NORMALISE_##id] = { #id, (field), (how), (reason) },
#include "harness/golden/normalise.def"
#undef N
};

enum {
	ETHER_BYTES = 14,
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	IP_MIN = 20,
	UDP_BYTES = 8,
	TCP_MIN = 20,
	ICMP_BYTES = 8,
	MDNS_PORT = 5353,
	EPHEMERAL_FROM = 32768,
	EPHEMERAL_TO = 60999,
	/* Where numbers of first use begin: no value that a vector would choose itself. */
	MAPPED_PORT = 0xf000,
	MAPPED_ID = 0xf100,
	GOOD_SUM = 0x600d,
	BAD_SUM = 0x0bad,
	ICMP_ERROR_TYPES = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12,
	ICMP_ECHO_TYPES = 1 << 0 | 1 << 8,
	TCP_SYN = 2,
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_SACK = 5,
	OPTION_TS = 8,
	TS_BYTES = 10
};

static u32 get16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* A card's link takes seconds to come up, and the first use of an identifier counts jiffies. */
#define BIT(rule) (1u << NORMALISE_##rule)
static const u32 rules_for[] = {
	[NORMALISE_KERNELS] = U32_MAX,
	[NORMALISE_DEVICES] = BIT(N3) | BIT(N4) | BIT(N5) | BIT(N8) | BIT(N17),
};
#undef BIT

static bool on(const struct normalise *n, enum normalise_rule rule)
{
	return (n->rules >> rule & 1) != 0;
}

void normalise_init(struct normalise *n, enum normalise_for what, bool ethernet)
{
	*n = (struct normalise){ .rules = rules_for[what],
				 .ethernet = ethernet,
				 .port_from = EPHEMERAL_FROM,
				 .port_to = EPHEMERAL_TO };
}

/* The number of its first use, from 1; those beyond the table share the last one. */
static u32 mapped(struct normalise_map *m, u64 value)
{
	u32 i = 0;

	while (i < m->nr && m->value[i] != value)
		i++;
	if (i == m->nr && m->nr < NORMALISE_VALUES)
		m->value[m->nr++] = value;
	return min_u32(i, NORMALISE_VALUES - 1) + 1;
}

/* --- checksums
 * ------------------------------------------------------------------------------------- */

static u32 sum_bytes(u32 sum, const u8 *p, u32 len)
{
	for (u32 i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	if (len % 2 != 0)
		sum += (u32)p[len - 1] << 8;
	return sum;
}

static bool sums_up(u32 sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static void verdict_of_sum(struct normalise *n, enum normalise_rule rule, u8 *at, bool right)
{
	if (!on(n, rule))
		return;
	put16(at, right ? GOOD_SUM : BAD_SUM);
	n->applied[rule]++;
}

struct layer {
	u8 *ip, *l4;
	u32 l4_len; /* what is there of it */
	bool whole; /* and that is all of it: its checksum can be looked at */
	u8 protocol;
};

static bool transport_sum_right(const struct layer *l)
{
	u32 sum = sum_bytes(0, l->ip + 12, 8) + l->protocol + l->l4_len;

	return sums_up(sum_bytes(sum, l->l4, l->l4_len));
}

/* --- ports and identifiers
 * ------------------------------------------------------------------------- */

static bool is_ephemeral(const struct normalise *n, u32 port)
{
	return port >= n->port_from && port <= n->port_to;
}

static u32 mapped_port(struct normalise *n, u32 port)
{
	if (!on(n, NORMALISE_N14) || !is_ephemeral(n, port))
		return port;
	n->applied[NORMALISE_N14]++;
	return MAPPED_PORT + mapped(&n->ports, port);
}

static void map_ports(struct normalise *n, u8 *l4)
{
	put16(l4, mapped_port(n, get16(l4)));
	put16(l4 + 2, mapped_port(n, get16(l4 + 2)));
}

/* An atomic datagram's says nothing: RFC 6864 4.1. */
static void map_id(struct normalise *n, u8 *ip, u8 protocol)
{
	u32 frag = get16(ip + 6), id = get16(ip + 4);
	bool atomic = (frag & 0x4000) != 0 && (frag & 0x3fff) == 0;
	u64 key = (u64)get32(ip + 12) << 32 ^ (u64)get32(ip + 16) << 8 ^ (u64)protocol << 56 ^
		  (u64)id << 16;

	if (!on(n, NORMALISE_N4))
		return;
	n->applied[NORMALISE_N4]++;
	if (atomic)
		put16(ip + 4, id != 0);
	else
		put16(ip + 4, MAPPED_ID + mapped(&n->ids, key));
}

/* --- TCP
 * ------------------------------------------------------------------------------------------- */

/* Which of the two ends speaks: by the order of addresses and ports. */
static u32 direction_of(const struct layer *l)
{
	u64 from = (u64)get32(l->ip + 12) << 16 | get16(l->l4);
	u64 to = (u64)get32(l->ip + 16) << 16 | get16(l->l4 + 2);

	return from < to;
}

static u64 flow_of(const struct layer *l)
{
	u32 ports = get16(l->l4) ^ get16(l->l4 + 2);

	return (u64)(get32(l->ip + 12) ^ get32(l->ip + 16)) << 16 ^ ports;
}

/* The first value of a flow's direction is what others are relative to: kept as flow << 32 | value
 * beside each other.
 */
static u32 relative(struct normalise_map *m, u64 flow, u32 value, bool learn)
{
	for (u32 i = 0; i + 1 < m->nr; i += 2)
		if (m->value[i] == flow)
			return value - (u32)m->value[i + 1];
	if (!learn || m->nr + 2 > NORMALISE_VALUES)
		return value;
	m->value[m->nr++] = flow;
	m->value[m->nr++] = value;
	return 0;
}

static void map_option(struct normalise *n, u8 *opt, u32 len, u64 flow, u32 dir)
{
	if (opt[0] == OPTION_TS && len == TS_BYTES) {
		put32(opt + 2, relative(&n->ts[dir], flow, get32(opt + 2), true));
		if (get32(opt + 6) != 0)
			put32(opt + 6, relative(&n->ts[!dir], flow, get32(opt + 6), true));
		n->applied[NORMALISE_N11]++;
	}
	for (u32 at = 2; opt[0] == OPTION_SACK && at + 4 <= len; at += 4) {
		put32(opt + at, relative(&n->isn[!dir], flow, get32(opt + at), false));
		n->applied[NORMALISE_N10]++;
	}
}

static void map_options(struct normalise *n, u8 *opt, u32 len, u64 flow, u32 dir)
{
	for (u32 at = 0; at < len && opt[at] != OPTION_END;) {
		u32 size = opt[at] == OPTION_NOP || at + 1 >= len ? 1 : opt[at + 1];

		if (opt[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (size < 2 || size > len - at)
			return;
		map_option(n, opt + at, size, flow, dir);
		at += size;
	}
}

static void map_tcp(struct normalise *n, const struct layer *l)
{
	u32 dir = direction_of(l), header;
	u64 flow = flow_of(l);
	bool syn = l->l4_len >= TCP_MIN && (l->l4[13] & TCP_SYN) != 0;

	put32(l->l4 + 4, relative(&n->isn[dir], flow, get32(l->l4 + 4), syn));
	n->applied[NORMALISE_N9]++;
	if (l->l4_len < TCP_MIN)
		return;
	if (get32(l->l4 + 8) != 0)
		put32(l->l4 + 8, relative(&n->isn[!dir], flow, get32(l->l4 + 8), false));
	header = (l->l4[12] >> 4) * 4u;
	if (header > TCP_MIN && header <= l->l4_len)
		map_options(n, l->l4 + TCP_MIN, header - TCP_MIN, flow, dir);
}

/* --- a packet
 * -------------------------------------------------------------------------------------- */

/* The packet at ip, of which len bytes are there. */
static bool find_layer(u8 *ip, u32 len, struct layer *l)
{
	u32 header, total;

	if (len < IP_MIN || ip[0] >> 4 != 4)
		return false;
	header = (ip[0] & 15) * 4u;
	total = get16(ip + 2);
	if (header < IP_MIN || header > len)
		return false;
	*l = (struct layer){ .ip = ip,
			     .l4 = ip + header,
			     .l4_len = min_u32(total > header ? total - header : 0, len - header),
			     .protocol = ip[9] };
	l->whole = total >= header && l->l4_len == total - header && (get16(ip + 6) & 0x3fff) == 0;
	return true;
}

static bool first_fragment(const struct layer *l)
{
	return (get16(l->ip + 6) & 0x1fff) == 0;
}

static u32 sum_place(const struct layer *l)
{
	if (l->protocol == IPPROTO_TCP)
		return l->l4_len >= TCP_MIN ? 16 : 0;
	if (l->protocol == IPPROTO_UDP)
		return l->l4_len >= UDP_BYTES ? 6 : 0;
	return l->protocol == IPPROTO_ICMP && l->l4_len >= ICMP_BYTES ? 2 : 0;
}

/* Looked at before anything is changed, written when all is. */
static int sum_verdict(const struct layer *l)
{
	u32 at = sum_place(l);
	bool zero = at != 0 && l->protocol == IPPROTO_UDP && get16(l->l4 + at) == 0;

	if (at == 0 || !first_fragment(l) || zero)
		return -1;
	if (!l->whole)
		return 1; /* of a part of a packet nothing can be said */
	if (l->protocol == IPPROTO_ICMP)
		return sums_up(sum_bytes(0, l->l4, l->l4_len));
	return transport_sum_right(l);
}

static void map_transport(struct normalise *n, const struct layer *l)
{
	bool ports = l->protocol == IPPROTO_UDP || l->protocol == IPPROTO_TCP;

	if (!first_fragment(l) || l->l4_len < UDP_BYTES)
		return;
	if (l->protocol == IPPROTO_TCP && on(n, NORMALISE_N9))
		map_tcp(n, l);
	if (ports)
		map_ports(n, l->l4);
	if (on(n, NORMALISE_N16) && l->protocol == IPPROTO_ICMP && l->l4[0] < 32 &&
	    (1u << l->l4[0] & ICMP_ECHO_TYPES) != 0) {
		put16(l->l4 + 4, MAPPED_ID + mapped(&n->icmp_ids, get16(l->l4 + 4)));
		n->applied[NORMALISE_N16]++;
	}
}

static bool quotes(const struct layer *l)
{
	return l->protocol == IPPROTO_ICMP && first_fragment(l) && l->l4_len > ICMP_BYTES &&
	       l->l4[0] < 32 && (1u << l->l4[0] & ICMP_ERROR_TYPES) != 0;
}

static void map_packet(struct normalise *n, const struct layer *l)
{
	bool header_right = sums_up(sum_bytes(0, l->ip, (u32)(l->l4 - l->ip)));
	int sum = sum_verdict(l);

	map_id(n, l->ip, l->protocol);
	map_transport(n, l);
	verdict_of_sum(n, NORMALISE_N5, l->ip + 10, header_right);
	if (sum >= 0)
		verdict_of_sum(n, NORMALISE_N8, l->l4 + sum_place(l), sum != 0);
}

static void normalise_ip(struct normalise *n, u8 *ip, u32 len)
{
	struct layer l, inner;
	int outer_sum;

	if (!find_layer(ip, len, &l))
		return;
	if (!on(n, NORMALISE_N17) || !quotes(&l)) {
		map_packet(n, &l);
		return;
	}
	outer_sum = sum_verdict(&l);
	if (find_layer(l.l4 + ICMP_BYTES, l.l4_len - ICMP_BYTES, &inner)) {
		map_packet(n, &inner);
		n->applied[NORMALISE_N17]++;
	}
	map_packet(n, &l);
	if (outer_sum >= 0 && on(n, NORMALISE_N8))
		put16(l.l4 + 2, outer_sum != 0 ? GOOD_SUM : BAD_SUM);
}

/* --- the link
 * -------------------------------------------------------------------------------------- */

static void map_mac(struct normalise *n, u8 *mac)
{
	static const u8 own[6] = { 2, 0, 0, 0, 0, 1 }, peer[6] = { 2, 0, 0, 0, 0, 2 };
	static const u8 none[6];

	if ((mac[0] & 1) != 0 || memcmp(mac, none, 6) == 0)
		return;
	memcpy(mac, n->has_own_mac && memcmp(mac, n->own_mac, 6) == 0 ? own : peer, 6);
	n->applied[NORMALISE_N2]++;
}

static void normalise_macs(struct normalise *n, u8 *frame, u32 len, bool outgoing)
{
	if (outgoing && !n->has_own_mac) {
		memcpy(n->own_mac, frame + 6, 6);
		n->has_own_mac = true;
	}
	map_mac(n, frame);
	map_mac(n, frame + 6);
	if (get16(frame + 12) == ETHERTYPE_ARP && len >= ETHER_BYTES + 28) {
		map_mac(n, frame + ETHER_BYTES + 8);
		map_mac(n, frame + ETHER_BYTES + 18);
	}
}

static bool is_noise(const u8 *ip, u32 len)
{
	u32 header;

	if (len < IP_MIN)
		return false;
	header = (ip[0] & 15) * 4u;
	if (ip[9] == IPPROTO_IGMP)
		return true;
	return ip[9] == IPPROTO_UDP && len >= header + UDP_BYTES &&
	       get16(ip + header + 2) == MDNS_PORT;
}

bool normalise_frame(struct normalise *n, u8 *frame, u32 *len, bool outgoing)
{
	u32 at = n->ethernet ? ETHER_BYTES : 0, unpadded = field_unpadded(frame, *len, n->ethernet);
	u32 type = n->ethernet && *len >= ETHER_BYTES ? get16(frame + 12) : ETHERTYPE_IP;
	bool ip_or_arp = type == ETHERTYPE_IP || type == ETHERTYPE_ARP;

	if (*len < at)
		return true;
	if (on(n, NORMALISE_N21) &&
	    (!ip_or_arp || (type == ETHERTYPE_IP && is_noise(frame + at, *len - at)))) {
		n->applied[NORMALISE_N21]++;
		return false;
	}
	if (on(n, NORMALISE_N3) && unpadded != *len) {
		n->applied[NORMALISE_N3]++;
		*len = unpadded;
	}
	if (n->ethernet && on(n, NORMALISE_N2))
		normalise_macs(n, frame, *len, outgoing);
	if (type == ETHERTYPE_IP)
		normalise_ip(n, frame + at, *len - at);
	return true;
}

/* --- texts
 * ----------------------------------------------------------------------------------------- */

char *normalise_text(struct normalise *n, const char *text)
{
	static const char word[] = "htons(";
	char *out = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&out, &len);

	if (to == NULL)
		abort();
	for (const char *p = text; *p != '\0';) {
		char *end;
		unsigned long port;

		if (strncmp(p, word, sizeof(word) - 1) != 0) {
			fputc(*p++, to);
			continue;
		}
		p += sizeof(word) - 1;
		port = strtoul(p, &end, 10);
		if (end == p || port > U16_MAX || !is_ephemeral(n, (u32)port)) {
			fputs(word, to);
			continue;
		}
		fprintf(to, "%seph%u", word, mapped(&n->ports, port));
		n->applied[NORMALISE_N14]++;
		p = end;
	}
	fclose(to);
	return out;
}

static bool has_kind(const char *line, const char *kind)
{
	return *line != '\0' && strncmp(line + 1, kind, strlen(kind)) == 0;
}

char *normalise_state(struct normalise *n, const char *state)
{
	char *out = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&out, &len);

	if (to == NULL)
		abort();
	for (const char *p = state != NULL ? state : ""; *p != '\0';) {
		size_t line = strcspn(p, "\n"), end = line + (p[line] == '\n');

		if (has_kind(p, " mib "))
			fwrite(p, 1, end, to);
		else
			n->applied[has_kind(p, " neigh ") ? NORMALISE_N22 : NORMALISE_N24]++;
		p += end;
	}
	fclose(to);
	return out;
}

u32 normalise_frames(struct normalise *n, struct align_frame *frame, u32 nr, u8 **bytes)
{
	size_t all = 1;
	u32 kept = 0;
	u8 *to;

	for (u32 i = 0; i < nr; i++)
		all += frame[i].len;
	*bytes = to = malloc(all);
	if (to == NULL)
		abort();
	for (u32 i = 0; i < nr; i++) {
		struct align_frame f = frame[i];

		memcpy(to, f.bytes, f.len);
		f.bytes = to;
		if (!normalise_frame(n, to, &f.len, f.outgoing))
			continue;
		to += f.len;
		frame[kept++] = f;
	}
	return kept;
}
