// SPDX-License-Identifier: MIT
/* packet_frame.c - frames taken apart, whatever bytes they are; what they are about; segments put
 * together again.
 */
#include "harness/script/packet_internal.h"

#include <assert.h>
#include <string.h>

#include "base/csum.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

enum { TCP_SEQ = 4, TCP_ACK = 8, TCP_DOFF = 12, TCP_WIN = 14, TCP_CHECK = 16 };

/* --- views
 * ---------------------------------------------------------------------------------------- */

static void view_ip(struct packet_view *v, const u8 *ip, u32 avail)
{
	u32 total, end;

	if (avail < IPV4_HLEN || ipv4_hlen(ip) < IPV4_HLEN || ipv4_hlen(ip) > avail)
		return;
	v->ip = ip;
	v->ip_avail = avail;
	v->hlen = ipv4_hlen(ip);
	v->l4 = ip + v->hlen;
	v->proto = ip[IPV4_PROTOCOL];
	v->frag_off = (get_be16(ip + IPV4_FRAG_OFF) & (u32)IP_OFFSET) * 8;
	v->fragment = ipv4_is_fragment(ip);
	total = get_be16(ip + IPV4_TOT_LEN);
	v->truncated = total > avail;
	end = max_u32(min_u32(total, avail), v->hlen);
	v->l4_len = end - v->hlen;
	v->padding = avail - end;
}

struct packet_view packet_view(const u8 *frame, u32 len, bool ethernet)
{
	struct packet_view v = { .type = ETH_TYPE_IP };
	u32 at = 0;

	if (ethernet && len < PACKET_ETH_HLEN) {
		v.type = 0;
		return v;
	}
	if (ethernet) {
		v.eth = frame;
		v.type = get_be16(frame + 12);
		at = PACKET_ETH_HLEN;
	}
	if (v.type == ETH_TYPE_IP && len > at && ipv4_version(frame + at) == 4)
		view_ip(&v, frame + at, len - at);
	return v;
}

bool packet_view_inside(const struct packet_view *v, bool *gre, struct packet_view *in)
{
	u32 at = 0;

	*gre = v->proto == IPPROTO_GRE;
	*in = (struct packet_view){ .eth = v->eth, .type = ETH_TYPE_IP };
	if (v->ip == NULL || v->fragment || (!*gre && v->proto != IPPROTO_IPIP))
		return false;
	if (*gre) {
		if (v->l4_len < PACKET_GRE_HLEN || get_be16(v->l4) != 0 ||
		    get_be16(v->l4 + 2) != ETH_TYPE_IP)
			return false;
		at = PACKET_GRE_HLEN;
	}
	if (v->l4_len > at && ipv4_version(v->l4 + at) == 4)
		view_ip(in, v->l4 + at, v->l4_len - at);
	return in->ip != NULL;
}

u32 packet_l4_hlen(const struct packet_view *v)
{
	u32 hlen;

	if (v->ip == NULL || v->frag_off != 0)
		return 0;
	switch (v->proto) {
	case IPPROTO_TCP:
		if (v->l4_len < PACKET_TCP_HLEN)
			return 0;
		hlen = (u32)v->l4[TCP_DOFF] >> 4 << 2;
		return hlen >= PACKET_TCP_HLEN && hlen <= v->l4_len ? hlen : 0;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
		return v->l4_len >= PACKET_UDP_HLEN ? (u32)PACKET_UDP_HLEN : 0;
	default:
		return 0;
	}
}

/* --- checksums
 * ------------------------------------------------------------------------------------ */

bool packet_ip_csum_ok(const struct packet_view *v)
{
	assert(v->ip != NULL);
	return csum_fold16(csum_partial(v->ip, v->hlen, 0)) == 0xffff;
}

/* RFC 1122 4.1.3.5: with a source route that is not at its end, the pseudo header has the last
 * address of the route.
 */
be32 packet_final_daddr(const u8 *ip, u32 hlen)
{
	for (u32 at = IPV4_HLEN; at < hlen && ip[at] != 0;) {
		u32 n = ip[at] == 1 ? 1 : at + 1 < hlen ? ip[at + 1] : 0;

		if (n == 0 || n > hlen - at)
			break;
		if ((ip[at] == 131 || ip[at] == 137) && n >= 7 && ip[at + 2] <= n - 3)
			return load_be32(ip + at + n - 4);
		at += n;
	}
	return ipv4_daddr(ip);
}

static enum packet_csum sum_to(const struct packet_view *v, be32 daddr, u32 at, u32 covered,
			       u32 len)
{
	u32 pseudo = csum_tcpudp_nofold(ipv4_saddr(v->ip), daddr, len, v->proto, 0);

	if (csum_fold16(csum_partial(v->l4, covered, pseudo)) == 0xffff)
		return CSUM_OK;
	return get_be16(v->l4 + at) == csum_fold16(pseudo) ? CSUM_PARTIAL : CSUM_WRONG;
}

/* LINUX: udp_sendmsg() takes the first address of a route, not the last: both are right here. */
static enum packet_csum check_sum(const struct packet_view *v, u32 at, u32 covered, u32 len)
{
	enum packet_csum is = sum_to(v, ipv4_daddr(v->ip), at, covered, len);

	if (is == CSUM_OK)
		return is;
	return sum_to(v, packet_final_daddr(v->ip, v->hlen), at, covered, len);
}

enum packet_csum packet_l4_csum(const struct packet_view *v)
{
	u32 said, covered;

	/* A fragment has a part of what the sum is over. */
	if (packet_l4_hlen(v) == 0 || v->fragment)
		return CSUM_OK;
	if (v->proto == IPPROTO_TCP)
		return check_sum(v, TCP_CHECK, v->l4_len, v->l4_len);
	if (v->proto == IPPROTO_ICMP)
		return csum_fold16(csum_partial(v->l4, v->l4_len, 0)) == 0xffff ? CSUM_OK
										: CSUM_WRONG;
	said = get_be16(v->l4 + UDP_LEN);
	covered = said == 0 && v->proto == IPPROTO_UDPLITE ? v->l4_len : min_u32(said, v->l4_len);
	if (get_be16(v->l4 + UDP_CHECK) == 0)
		return CSUM_NONE;
	return check_sum(v, UDP_CHECK, covered, v->proto == IPPROTO_UDPLITE ? v->l4_len : said);
}

/* --- keys
 * ----------------------------------------------------------------------------------------- */

u32 packet_option_len(const u8 *opt, u32 len, u32 at)
{
	u32 n = opt[at] <= 1 ? 1 : at + 1 < len ? opt[at + 1] : 0;

	return n > len - at || (n < 2 && opt[at] > 1) ? 0 : n;
}

u32 packet_find_option(const u8 *opt, u32 len, u8 kind, u32 bytes)
{
	for (u32 at = 0, n; at < len && opt[at] != 0; at += n) {
		n = packet_option_len(opt, len, at);
		if (n == 0)
			break;
		if (opt[at] == kind && (bytes == 0 || n == bytes))
			return at;
	}
	return U32_MAX;
}

static u32 find_ts(const u8 *opt, u32 len)
{
	return packet_find_option(opt, len, 8, 10);
}

void packet_same_ts_val(u8 *to, u32 to_len, const u8 *from, u32 from_len)
{
	u32 at = find_ts(to, to_len);

	if (at != U32_MAX && at == find_ts(from, from_len))
		memcpy(to + at + 2, from + at + 2, 4);
}

static void key_of_options(const u8 *opt, u32 len, struct packet_key *key)
{
	u32 at = find_ts(opt, len);

	if (at == U32_MAX)
		return;
	key->has_ts = true;
	key->ts_val = get_be32(opt + at + 2);
	key->ts_ecr = get_be32(opt + at + 6);
}

static void key_of_tcp(const struct packet_view *v, u32 hlen, struct packet_key *key)
{
	key->seq = get_be32(v->l4 + TCP_SEQ);
	key->ack = get_be32(v->l4 + TCP_ACK);
	key->tcp_flags = get_be16(v->l4 + TCP_DOFF) & 511;
	key_of_options(v->l4 + PACKET_TCP_HLEN, hlen - PACKET_TCP_HLEN, key);
}

bool packet_key(const u8 *frame, u32 len, bool ethernet, struct packet_key *key)
{
	struct packet_view v = packet_view(frame, len, ethernet);
	u32 hlen = packet_l4_hlen(&v);

	*key = (struct packet_key){ 0 };
	if (v.ip == NULL)
		return false;
	key->saddr = get_be32(v.ip + IPV4_SADDR);
	key->daddr = get_be32(v.ip + IPV4_DADDR);
	key->proto = v.proto;
	key->payload_len = v.l4_len - hlen;
	key->payload_at = (u32)(v.l4 - frame) + hlen;
	key->has_ports = hlen != 0 && v.proto != IPPROTO_ICMP;
	if (key->has_ports) {
		key->sport = get_be16(v.l4);
		key->dport = get_be16(v.l4 + 2);
	}
	if (hlen != 0 && v.proto == IPPROTO_TCP)
		key_of_tcp(&v, hlen, key);
	return true;
}

/* --- gluing
 * --------------------------------------------------------------------------------------- */

/* Segments that one larger one would have been cut into: only the first has CWR, only the last FIN.
 * PSH may be in any: Linux pushes each packet that is cut by the card. Fields that count packets
 * differ.
 */
static bool same_but_payload(const struct packet_view *a, const struct packet_view *b, u32 hlen)
{
	u32 fa = get_be16(a->l4 + TCP_DOFF), fb = get_be16(b->l4 + TCP_DOFF);

	if (a->hlen != b->hlen || packet_l4_hlen(b) != hlen)
		return false;
	if (memcmp(a->ip, b->ip, IPV4_TOT_LEN) != 0 ||
	    memcmp(a->ip + IPV4_FRAG_OFF, b->ip + IPV4_FRAG_OFF, IPV4_CHECK - IPV4_FRAG_OFF) != 0 ||
	    memcmp(a->ip + IPV4_SADDR, b->ip + IPV4_SADDR, a->hlen - IPV4_SADDR) != 0)
		return false;
	if ((fa & (TCPF_SYN | TCPF_RST)) != 0 ||
	    (fa & ~(u32)(TCPF_CWR | TCPF_PSH)) != (fb & ~(u32)(TCPF_PSH | TCPF_FIN)))
		return false;
	return memcmp(a->l4, b->l4, TCP_SEQ) == 0 &&
	       memcmp(a->l4 + TCP_ACK, b->l4 + TCP_ACK, 4) == 0 &&
	       memcmp(a->l4 + TCP_WIN, b->l4 + TCP_WIN, 2) == 0 &&
	       memcmp(a->l4 + TCP_CHECK + 2, b->l4 + TCP_CHECK + 2, hlen - TCP_CHECK - 2) == 0;
}

static bool can_glue(const struct packet_view *a, const struct packet_view *b)
{
	u32 hlen = packet_l4_hlen(a);

	if (hlen == 0 || a->proto != IPPROTO_TCP || b->ip == NULL || b->proto != IPPROTO_TCP ||
	    b->frag_off != 0 || a->fragment || b->fragment || a->truncated || b->truncated)
		return false;
	if (packet_l4_hlen(b) == 0 || !same_but_payload(a, b, hlen))
		return false;
	if (a->l4_len == hlen || b->l4_len == hlen)
		return false;
	return get_be32(b->l4 + TCP_SEQ) == get_be32(a->l4 + TCP_SEQ) + a->l4_len - hlen;
}

/* Sums that were right stay right; those that were wrong stay wrong. */
static void end_glued(u8 *ip, u32 hlen, u32 l4_len, bool ip_ok, bool l4_ok)
{
	u8 *l4 = ip + hlen;

	put_be16(ip + IPV4_TOT_LEN, (u16)(hlen + l4_len));
	put_be16(ip + IPV4_CHECK, 0);
	put_be16(ip + IPV4_CHECK,
		 (u16)(csum_fold16(csum_partial(ip, hlen, 0)) ^ (ip_ok ? 0xffff : 0x5555)));
	put_be16(l4 + TCP_CHECK, 0);
	put_be16(l4 + TCP_CHECK, (u16)(csum_tcpudp_magic(ipv4_saddr(ip), ipv4_daddr(ip), l4_len,
							 IPPROTO_TCP, csum_partial(l4, l4_len, 0)) ^
				       (l4_ok ? 0 : 0x5555)));
}

bool packet_glue(u8 *frame, u32 *len, u32 size, const u8 *next, u32 next_len, bool ethernet)
{
	struct packet_view a = packet_view(frame, *len, ethernet);
	struct packet_view b = packet_view(next, next_len, ethernet);
	enum packet_csum ca, cb;
	u32 at, more, hlen;
	bool ip_ok;
	u8 *ip;

	if (a.ip == NULL || b.ip == NULL || !can_glue(&a, &b))
		return false;
	hlen = packet_l4_hlen(&a);
	more = b.l4_len - hlen;
	at = (u32)(a.l4 - frame) + a.l4_len;
	if (a.hlen + a.l4_len + more > PACKET_TOTAL_MAX || more > size || at > size - more)
		return false;
	ip_ok = packet_ip_csum_ok(&a) && packet_ip_csum_ok(&b);
	ca = packet_l4_csum(&a);
	cb = packet_l4_csum(&b);
	ip = frame + (a.ip - frame);
	memcpy(frame + at, b.l4 + hlen, more);
	ip[a.hlen + TCP_DOFF + 1] |= b.l4[TCP_DOFF + 1] & (TCPF_PSH | TCPF_FIN);
	*len = at + more;
	end_glued(ip, a.hlen, a.l4_len + more, ip_ok, ca != CSUM_WRONG && cb != CSUM_WRONG);
	return true;
}
