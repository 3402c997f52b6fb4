// SPDX-License-Identifier: MIT
/* packet_flow.c - where a device's TCP connections start to count. */
#include "harness/script/packet_flow.h"

#include <string.h>

#include "base/bytes.h"
#include "base/csum.h"
#include "harness/script/packet.h"
#include "harness/script/packet_internal.h"
#include "uapi/in.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { ETHERNET_HEAD = 14 };

bool packet_starts(const u8 *frame, u32 len, bool ethernet, struct packet_start *to)
{
	u32 proto_at = (ethernet ? ETHERNET_HEAD : 0) + IPV4_PROTOCOL;
	struct packet_key key;

	/* Each frame of a fuzzer's program comes by here. */
	if (len <= proto_at || frame[proto_at] != IPPROTO_TCP)
		return false;
	if (!packet_key(frame, len, ethernet, &key) || key.proto != IPPROTO_TCP || !key.has_ports ||
	    (key.tcp_flags & TCPHDR_SYN) == 0)
		return false;
	*to = (struct packet_start){ .saddr = key.saddr,
				     .daddr = key.daddr,
				     .sport = key.sport,
				     .dport = key.dport,
				     .isn = key.seq,
				     .ts = key.has_ts ? key.ts_val - PACKET_FIRST_TS : 0 };
	return true;
}

static const struct packet_start *find(const struct packet_flows *f, u32 saddr, u32 daddr,
				       u16 sport, u16 dport)
{
	u32 known = min_u32(f->n, PACKET_FLOWS);

	for (u32 i = 0; i < known; i++) {
		const struct packet_start *s = &f->start[i];

		if (s->saddr == saddr && s->daddr == daddr && s->sport == sport &&
		    s->dport == dport)
			return s;
	}
	return NULL;
}

void packet_flows_see(struct packet_flows *f, const u8 *frame, u32 len, bool ethernet)
{
	struct packet_start start;
	const struct packet_start *old;
	u32 at;

	if (!packet_starts(frame, len, ethernet, &start))
		return;
	old = find(f, start.saddr, start.daddr, start.sport, start.dport);
	at = old != NULL ? (u32)(old - f->start) : f->n++ % PACKET_FLOWS;
	if (old == NULL || old->isn != start.isn)
		f->start[at] = start; /* not by the same SYN, sent again */
}

/* The bytes of an option of that kind and length; NULL: there is none. */
static u8 *option(u8 *l4, u32 hlen, u8 kind, u8 bytes)
{
	u32 at = packet_find_option(l4 + TCP_HLEN, hlen - TCP_HLEN, kind, bytes);

	return at == U32_MAX ? NULL : l4 + TCP_HLEN + at;
}

static void take32(u8 *at, u32 less)
{
	put_be32(at, get_be32(at) - less);
}

static void count_from(u8 *l4, u32 hlen, const struct packet_start *own,
		       const struct packet_start *peer)
{
	u8 *ts = option(l4, hlen, TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP);
	u8 *sack = option(l4, hlen, TCPOPT_SACK, 0);
	bool ack = (l4[TCP_FLAG_BYTE] & TCPHDR_ACK) != 0;

	if (own != NULL) {
		take32(l4 + TCP_SEQ, own->isn);
		if (ts != NULL)
			take32(ts + 2, own->ts);
	}
	if (peer == NULL)
		return;
	if (ack) {
		take32(l4 + TCP_ACK_SEQ, peer->isn);
		if (ts != NULL)
			take32(ts + 6, peer->ts);
	}
	for (u32 i = 2; sack != NULL && i + 4 <= sack[1]; i += 4)
		take32(sack + i, peer->isn);
}

void packet_flows_relative(const struct packet_flows *f, u8 *frame, u32 len, bool ethernet)
{
	struct packet_view v = packet_view(frame, len, ethernet);
	const struct packet_start *own, *peer;
	struct packet_key key;
	u32 hlen;
	u8 *l4;

	if (!packet_key(frame, len, ethernet, &key) || key.proto != IPPROTO_TCP || !key.has_ports ||
	    v.fragment || v.truncated)
		return;
	hlen = packet_l4_hlen(&v);
	if (hlen < TCP_HLEN)
		return;
	own = find(f, key.saddr, key.daddr, key.sport, key.dport);
	peer = find(f, key.daddr, key.saddr, key.dport, key.sport);
	l4 = frame + (v.l4 - frame);
	if (packet_l4_csum(&v) != CSUM_OK) {
		count_from(l4, hlen, own, peer);
		return;
	}
	count_from(l4, hlen, own, peer);
	put_be16(l4 + TCP_CHECK, 0);
	put_be16(l4 + TCP_CHECK,
		 csum_tcpudp_magic(ipv4_saddr(v.ip), packet_final_daddr(v.ip, v.hlen), v.l4_len,
				   IPPROTO_TCP, csum_partial(l4, v.l4_len, 0)));
}
