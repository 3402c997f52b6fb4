// SPDX-License-Identifier: MIT
/* test_gso.c - one packet becomes segments, and segments one packet again: what comes out is what
 * went in, every header and checksum is right, and only what belongs together is put together.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/csum.h"
#include "base/rng.h"
#include "core/gso.h"
#include "core/sock.h"
#include "harness/unit/devfix.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum {
	DATA_MAX = 66000,
	HEADROOM = 320,
	FIRST_SEQ = 0xfffffc00, /* wraps on the way */
	FIRST_ID = 0xfffe,
	HEADERS = ETH_HLEN + IPV4_HLEN + TCP_HLEN + TCPOLEN_TSTAMP_ALIGNED,
	TCP_OFF = ETH_HLEN + IPV4_HLEN
};

/* What a packet is made of. */
struct shape {
	u32 data, linear, frag; /* bytes; of the linear part; of each fragment */
	u16 mss;
	u8 flags;
};

static u8 data[DATA_MAX], joined[DATA_MAX];

static void fill_data(void)
{
	struct rng r;

	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < DATA_MAX; i++)
		data[i] = (u8)rng_u32(&r);
}

/* Headers of a segment with len bytes of data, without sums. */
static void write_headers(u8 *p, u32 seq, u16 id, u32 len, u8 flags)
{
	u8 *ip = p + ETH_HLEN, *th = p + TCP_OFF;

	memset(p, 0, HEADERS);
	memset(p, 2, ETH_ALEN);
	put_be16(p + 2 * ETH_ALEN, ETH_P_IP);
	ip[IPV4_VIHL] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)(HEADERS - ETH_HLEN + len));
	put_be16(ip + IPV4_ID, id);
	put_be16(ip + IPV4_FRAG_OFF, IP_DF);
	ip[IPV4_TTL] = 64;
	ip[IPV4_PROTOCOL] = IPPROTO_TCP;
	put_be32(ip + IPV4_SADDR, 0xc0000201);
	put_be32(ip + IPV4_DADDR, 0xc0000202);
	put_be16(ip + IPV4_CHECK, ip_compute_csum(ip, IPV4_HLEN));
	put_be16(th + TCP_SOURCE, 40000);
	put_be16(th + TCP_DEST, 80);
	put_be32(th + TCP_SEQ, seq);
	put_be32(th + TCP_ACK_SEQ, 77);
	th[TCP_DOFF] = (TCP_HLEN + TCPOLEN_TSTAMP_ALIGNED) / 4 << 4;
	th[TCP_FLAG_BYTE] = flags;
	put_be16(th + TCP_WINDOW, 500);
	put_be32(th + TCP_HLEN, 0x0101080a);
	put_be32(th + TCP_HLEN + 4, 1234);
}

static u32 pseudo(const u8 *ip, u32 len)
{
	return csum_tcpudp_nofold(load_be32(ip + IPV4_SADDR), load_be32(ip + IPV4_DADDR), len,
				  IPPROTO_TCP, 0);
}

/* A packet of TCP's, data at the link header. */
static struct sk_buff *make_packet(struct fixture *f, const struct shape *s)
{
	struct sk_buff *skb = alloc_skb(f->net, HEADROOM + s->linear);
	u32 at = s->linear;
	u8 *p;

	assert_non_null(skb);
	skb_reserve(skb, HEADROOM);
	memcpy(skb_put(skb, s->linear), data, s->linear);
	while (at < s->data) {
		u32 len = min_u32(s->frag, s->data - at);
		struct page *page = page_alloc(f->net, SK_FRAG_PAGE_BYTES);
		u32 off;

		assert_non_null(page);
		off = min_u32(100, page->bytes - len);
		memcpy(page->mem + off, data + at, len);
		skb_add_rx_frag(skb, page, off, len, len);
		at += len;
	}
	p = skb_push(skb, HEADERS);
	write_headers(p, FIRST_SEQ, FIRST_ID, s->data, s->flags);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, TCP_OFF);
	skb->protocol = cpu_to_be16(ETH_P_IP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = TCP_CHECK;
	put_be16(p + TCP_OFF + TCP_CHECK, (u16)pseudo(p + ETH_HLEN, skb->len - TCP_OFF));
	skb->hd->gso_size = s->mss;
	skb->hd->gso_segs = (u16)((s->data + s->mss - 1) / s->mss);
	skb->hd->gso_type = SKB_GSO_TCPV4;
	return skb;
}

/* The segment by bytes, its checksum made if that was left to the card. */
static u32 flat(struct sk_buff *skb, u8 *out)
{
	u32 len = skb->len;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		assert_int_equal(skb_checksum_help(skb), 0);
	skb_copy_whole(skb, out);
	return len;
}

static void check_segment(struct sk_buff *skb, u32 i, const struct shape *s)
{
	static u8 p[DATA_MAX + HEADERS];
	u32 at = i * s->mss, len = min_u32(s->mss, s->data - at);
	bool first = i == 0, last = at + len == s->data;
	u8 flags = s->flags;
	const u8 *ip = p + ETH_HLEN, *th = p + TCP_OFF;

	skb_check(skb);
	assert_int_equal(flat(skb, p), HEADERS + len);
	assert_memory_equal(p + HEADERS, data + at, len);
	memcpy(joined + at, p + HEADERS, len);
	assert_int_equal(ip_fast_csum(ip, 5), 0);
	assert_int_equal(get_be16(ip + IPV4_TOT_LEN), HEADERS - ETH_HLEN + len);
	assert_int_equal(get_be16(ip + IPV4_ID), (u16)(FIRST_ID + i));
	assert_int_equal(get_be32(th + TCP_SEQ), (u32)(FIRST_SEQ + at));
	assert_int_equal(get_be32(th + TCP_ACK_SEQ), 77);
	assert_int_equal(get_be32(th + TCP_HLEN + 4), 1234);
	if (!last)
		flags &= (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
	if (!first)
		flags &= (u8)~TCPHDR_CWR;
	assert_int_equal(th[TCP_FLAG_BYTE], flags);
	assert_int_equal(csum_fold(csum_partial(th, HEADERS - TCP_OFF + len,
						pseudo(ip, HEADERS - TCP_OFF + len))),
			 0);
	assert_int_equal(skb->network_header - skb->mac_header, ETH_HLEN);
	assert_int_equal(skb->transport_header - skb->mac_header, TCP_OFF);
	assert_false(skb_is_gso(skb));
}

/* LINUX: what a segment is charged for: its head, and the bytes of its fragments. */
static void check_truesize(const struct sk_buff *skb)
{
	u32 linear = skb_headlen(skb);

	assert_int_equal(skb->truesize,
			 skb_truesize_of(HEADROOM - HEADERS + linear) + skb->data_len);
}

static void segment_and_check(struct fixture *f, const struct shape *s, u64 features)
{
	struct sk_buff *skb = make_packet(f, s), *segs, *last;
	u32 n = 0;
	int err;

	segs = skb_gso_segment(skb, features, &err);
	assert_non_null(segs);
	assert_int_equal(err, 0);
	last = segs->prev;
	consume_skb(skb);
	memset(joined, 0, s->data);
	while (segs != NULL) {
		struct sk_buff *next = segs->next;

		segs->next = NULL;
		assert_int_equal(next == NULL, segs == last);
		check_truesize(segs);
		check_segment(segs, n++, s);
		consume_skb(segs);
		segs = next;
	}
	assert_int_equal(n, (s->data + s->mss - 1) / s->mss);
	assert_memory_equal(joined, data, s->data);
}

static const u64 feature_sets[] = {
	0,
	NETIF_F_SG,
	NETIF_F_HW_CSUM,
	NETIF_F_SG | NETIF_F_IP_CSUM,
	NETIF_F_SG | NETIF_F_HW_CSUM,
	NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO_ECN,
};

static void test_segments(void **state)
{
	static const struct shape shapes[] = {
		{ 1001, 0, 32768, 1000, TCPHDR_ACK },
		{ 2000, 0, 2000, 1000, TCPHDR_ACK | TCPHDR_PSH },
		{ 2000, 2000, 1, 1000, TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN },
		{ 2001, 1, 999, 1000, TCPHDR_ACK | TCPHDR_CWR | TCPHDR_PSH },
		{ 4001, 1500, 777, 1000, TCPHDR_ACK | TCPHDR_ECE },
		{ 14480, 0, 1448, 1448, TCPHDR_ACK },
		{ 45000, 0, 32768, 1448, TCPHDR_ACK },
		{ 45000, 500, 4096, 1448, TCPHDR_ACK | TCPHDR_PSH },
		{ 17, 0, 1, 16, TCPHDR_ACK },
		{ 100, 0, 7, 1, TCPHDR_ACK | TCPHDR_FIN },
		{ 3, 3, 1, 2, TCPHDR_ACK },
		{ 30001, 3, 2999, 2999, TCPHDR_ACK },
	};
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	for (u32 i = 0; i < ARRAY_SIZE(shapes); i++)
		for (u32 k = 0; k < ARRAY_SIZE(feature_sets); k++)
			segment_and_check(&f, &shapes[i], feature_sets[k]);
	unit_end(&f);
	fixture_down(&f);
}

/* Every size up to a few segments, around every boundary. */
static void test_sizes(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	for (u32 mss = 1; mss <= 9; mss++)
		for (u32 len = mss + 1; len <= 28; len++)
			for (u32 linear = 0; linear <= len; linear += 3)
				for (u32 frag = 2; frag <= 11; frag += 3) {
					struct shape s = { len, linear, frag, (u16)mss,
							   TCPHDR_ACK };

					if ((len - linear + frag - 1) / frag > MAX_SKB_FRAGS)
						continue;
					segment_and_check(&f, &s, feature_sets[1]);
					segment_and_check(&f, &s, feature_sets[4]);
				}
	unit_end(&f);
	fixture_down(&f);
}

/* What is no such packet, and what a device can do by itself. */
static void test_refused(void **state)
{
	struct shape s = { 3000, 0, 3000, 1000, TCPHDR_ACK };
	u64 tso = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	struct sk_buff *skb;
	struct fixture f;
	int err;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	skb = make_packet(&f, &s);
	skb->hd->gso_type = 0;
	assert_null(skb_gso_segment(skb, 0, &err));
	assert_int_equal(err, -EINVAL);
	consume_skb(skb);
	skb = make_packet(&f, &s);
	skb_transport_header(skb)[TCP_DOFF] = 0x40;
	assert_null(skb_gso_segment(skb, 0, &err));
	assert_int_equal(err, -EINVAL);
	consume_skb(skb);
	skb = make_packet(&f, &s);
	skb->hd->gso_size = 3000;
	assert_null(skb_gso_segment(skb, 0, &err));
	assert_int_equal(err, -EINVAL);
	consume_skb(skb);
	skb = make_packet(&f, &s);
	skb->protocol = cpu_to_be16(ETH_P_ARP);
	assert_null(skb_gso_segment(skb, 0, &err));
	assert_int_equal(err, -EPROTONOSUPPORT);
	consume_skb(skb);
	/* Somebody said that there are nine: the device makes them, but they are counted. */
	skb = make_packet(&f, &s);
	skb->hd->gso_type |= SKB_GSO_DODGY;
	skb->hd->gso_segs = 9;
	assert_null(skb_gso_segment(skb, tso, &err));
	assert_int_equal(err, 0);
	assert_int_equal(skb->hd->gso_segs, 3);
	assert_ptr_equal(skb->data, skb_mac_header(skb));
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

/* Through a device's queue: cut for one that cannot, whole for one that can. */
static void test_device(void **state)
{
	struct shape s = { 4500, 0, 4500, 1000, TCPHDR_ACK };
	struct sk_buff *skb;
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	for (u32 tso = 0; tso < 2; tso++) {
		f.fake.sent = 0;
		if (tso != 0)
			f.fake.dev->features |= NETIF_F_TSO;
		unit_begin(&f);
		skb = make_packet(&f, &s);
		skb->dev = f.fake.dev;
		assert_int_equal(dev_queue_xmit(skb), 0);
		unit_end(&f);
		assert_int_equal(f.fake.sent, tso != 0 ? 1 : 5);
	}
	/* What says that CWR is for the first alone goes to who knows about it. */
	f.fake.sent = 0;
	unit_begin(&f);
	skb = make_packet(&f, &s);
	skb->dev = f.fake.dev;
	skb->hd->gso_type |= SKB_GSO_TCP_ECN;
	assert_int_equal(dev_queue_xmit(skb), 0);
	unit_end(&f);
	assert_int_equal(f.fake.sent, 5);
	fixture_down(&f);
}

/* --- merging -------------------------------------------------------------------------------------
 */

/* What comes in: as a card's driver hands it over, whose bytes lie in a page. */
struct arrival {
	u32 at, len; /* of data */
	u8 flags;
	u16 id, check_xor, port;
	u32 ack;
	u8 ttl;
	bool no_df, verified;
};

struct gro {
	struct fixture f;
	struct napi_struct napi;
};

static void gro_up(struct gro *g)
{
	fixture_up(&g->f, COST_JUDGE, 1);
	fixture_fake(&g->f, 1, 1000);
	g->f.net->sysctl.gro_normal_batch = 100000;
	unit_begin(&g->f);
	memset(&g->napi, 0, sizeof(g->napi));
	gro_init(&g->napi);
	g->napi.dev = g->f.fake.dev;
	g->napi.napi_id = MIN_NAPI_ID;
	g->f.fake.dev->features |= NETIF_F_GRO;
}

static void gro_down(struct gro *g)
{
	assert_null(g->napi.rx_head);
	unit_end(&g->f);
	fixture_down(&g->f);
}

static enum gro_result arrive(struct gro *g, const struct arrival *a)
{
	struct page *page = page_alloc(g->f.net, PAGE_SIZE);
	struct sk_buff *skb;
	u8 *p, *th;

	assert_non_null(page);
	skb = napi_build_skb(g->f.net, page, 0, 2048);
	assert_non_null(skb);
	skb_reserve(skb, NET_SKB_PAD);
	p = skb_put(skb, HEADERS + a->len);
	write_headers(p, FIRST_SEQ + a->at, a->id, a->len, a->flags);
	th = p + TCP_OFF;
	if (a->no_df)
		put_be16(p + ETH_HLEN + IPV4_FRAG_OFF, 0);
	p[ETH_HLEN + IPV4_TTL] = (u8)(64 + a->ttl);
	put_be16(p + ETH_HLEN + IPV4_CHECK, 0);
	put_be16(p + ETH_HLEN + IPV4_CHECK, ip_compute_csum(p + ETH_HLEN, IPV4_HLEN));
	put_be16(th + TCP_SOURCE, (u16)(40000 + a->port));
	put_be32(th + TCP_ACK_SEQ, 77 + a->ack);
	memcpy(p + HEADERS, data + a->at, a->len);
	put_be16(th + TCP_CHECK,
		 csum_fold(csum_partial(th, HEADERS - TCP_OFF + a->len,
					pseudo(p + ETH_HLEN, HEADERS - TCP_OFF + a->len))) ^
			 a->check_xor);
	skb->protocol = eth_type_trans(skb, g->f.fake.dev);
	if (a->verified)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return napi_gro_receive(&g->napi, skb);
}

/* The next packet that goes up: its bytes from the IP header on; 0: there is none. */
static u32 take(struct gro *g, u8 *out, u16 *segs)
{
	struct sk_buff *skb = g->napi.rx_head;
	u32 len;

	if (skb == NULL)
		return 0;
	g->napi.rx_head = skb->next;
	if (skb->next == NULL) {
		g->napi.rx_tail = NULL;
		g->napi.rx_count = 0;
	}
	skb->next = NULL;
	skb_check(skb);
	*segs = skb->hd->gso_segs;
	assert_int_equal(skb_is_gso(skb), *segs > 1);
	if (*segs > 1)
		assert_int_equal(skb->ip_summed, CHECKSUM_PARTIAL);
	if (skb_is_gso(skb))
		skb_gso_reset(skb);
	len = flat(skb, out);
	kfree_skb(skb);
	return len;
}

static void expect_data(struct gro *g, u32 at, u32 len, u32 segs, u8 flags)
{
	static u8 p[DATA_MAX + HEADERS];
	u32 got, iplen = HEADERS - ETH_HLEN;
	u16 got_segs;
	u8 *th = p + IPV4_HLEN;

	got = take(g, p, &got_segs);
	assert_int_equal(got, iplen + len);
	assert_int_equal(max_u32(got_segs, 1), segs);
	assert_int_equal(get_be16(p + IPV4_TOT_LEN), got);
	assert_int_equal(ip_fast_csum(p, 5), 0);
	assert_int_equal(get_be32(th + TCP_SEQ), (u32)(FIRST_SEQ + at));
	assert_int_equal(th[TCP_FLAG_BYTE], flags);
	assert_int_equal(csum_fold(csum_partial(th, got - IPV4_HLEN, pseudo(p, got - IPV4_HLEN))),
			 0);
	assert_memory_equal(p + iplen, data + at, len);
}

static void test_merge_all(void **state)
{
	struct arrival a = { .len = 1448, .flags = TCPHDR_ACK, .id = 7 };

	(void)state;
	/* 45 segments are as many as fit into one packet of 64 KiB. */
	for (u32 n = 1; n <= 45; n++) {
		struct gro g;

		gro_up(&g);
		a.at = 0;
		a.id = 7;
		for (u32 i = 0; i < n; i++, a.at += a.len, a.id++) {
			enum gro_result want = i == 0 ? GRO_HELD : GRO_MERGED_FREE;

			/* The packet's own fragments are full: a new one is hung on. */
			if (i != 0 && i % (MAX_SKB_FRAGS + 1) == 0)
				want = GRO_MERGED;
			a.verified = i % 2 != 0;
			assert_int_equal(arrive(&g, &a), want);
		}
		assert_null(g.napi.rx_head);
		assert_int_not_equal(g.napi.gro_bitmask, 0);
		napi_gro_flush(&g.napi, false);
		assert_int_equal(g.napi.gro_bitmask, 0);
		expect_data(&g, 0, n * 1448, n, TCPHDR_ACK);
		gro_down(&g);
	}
}

/* Two segments: do they become one? */
static void test_rules(void **state)
{
	static const struct {
		const char *what;
		struct arrival second;
		u32 first_len;
		u16 first_id;
		bool merged;
		bool held; /* after it: something waits */
	} rows[] = {
		{ "the next", { .at = 1000, .len = 1000, .id = 1 }, 1000, 0, true, true },
		{ "shorter", { .at = 1000, .len = 999, .id = 1 }, 1000, 0, true, false },
		{ "longer", { .at = 1000, .len = 1001, .id = 1 }, 1000, 0, false, true },
		{ "PSH",
		  { .at = 1000, .len = 1000, .id = 1, .flags = TCPHDR_PSH },
		  1000,
		  0,
		  true,
		  false },
		{ "FIN",
		  { .at = 1000, .len = 1000, .id = 1, .flags = TCPHDR_FIN },
		  1000,
		  0,
		  true,
		  false },
		{ "CWR",
		  { .at = 1000, .len = 1000, .id = 1, .flags = TCPHDR_CWR },
		  1000,
		  0,
		  false,
		  true },
		{ "ECE",
		  { .at = 1000, .len = 1000, .id = 1, .flags = TCPHDR_ECE },
		  1000,
		  0,
		  false,
		  true },
		{ "a gap", { .at = 1001, .len = 1000, .id = 1 }, 1000, 0, false, true },
		{ "again", { .at = 0, .len = 1000, .id = 1 }, 1000, 0, false, true },
		{ "another ACK",
		  { .at = 1000, .len = 1000, .id = 1, .ack = 1 },
		  1000,
		  0,
		  false,
		  true },
		{ "another TTL",
		  { .at = 1000, .len = 1000, .id = 1, .ttl = 1 },
		  1000,
		  0,
		  false,
		  true },
		{ "no DF",
		  { .at = 1000, .len = 1000, .id = 1, .no_df = true },
		  1000,
		  0,
		  false,
		  true },
		{ "the same id", { .at = 1000, .len = 1000, .id = 0 }, 1000, 0, true, true },
		{ "id that jumps", { .at = 1000, .len = 1000, .id = 2 }, 1000, 0, false, true },
		{ "id that wraps", { .at = 1000, .len = 1000, .id = 0 }, 1000, 0xffff, true, true },
		{ "no data", { .at = 1000, .len = 0, .id = 1 }, 1000, 0, false, false },
		{ "a wrong sum",
		  { .at = 1000, .len = 1000, .id = 1, .check_xor = 1 },
		  1000,
		  0,
		  false,
		  true },
		{ "another port",
		  { .at = 1000, .len = 1000, .id = 1, .port = 1 },
		  1000,
		  0,
		  false,
		  true },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arrival first = { .len = rows[i].first_len, .id = rows[i].first_id };
		struct arrival second = rows[i].second;
		enum gro_result r;
		struct gro g;

		gro_up(&g);
		first.flags = TCPHDR_ACK;
		second.flags |= TCPHDR_ACK;
		assert_int_equal(arrive(&g, &first), GRO_HELD);
		r = arrive(&g, &second);
		if ((r == GRO_MERGED_FREE) != rows[i].merged)
			fail_msg("%s: %d", rows[i].what, (int)r);
		if ((g.napi.gro_bitmask != 0) != rows[i].held)
			fail_msg("%s: held: %d", rows[i].what, !rows[i].held);
		flush_gro_hash(&g.napi);
		while (g.napi.rx_head != NULL) {
			struct sk_buff *skb = g.napi.rx_head;

			g.napi.rx_head = skb->next;
			kfree_skb(skb);
		}
		gro_down(&g);
	}
}

/* Connections wait side by side, up to eight of one hash; then the oldest goes up. Old ones of an
 * earlier jiffy go when the poll has to end.
 */
static void test_many_held(void **state)
{
	struct gro g;
	u8 p[2048];
	u16 segs;

	(void)state;
	gro_up(&g);
	for (u32 i = 0; i <= MAX_GRO_SKBS; i++) {
		struct arrival a = { .at = 10000 * (i % 6) + i, .len = 100, .flags = TCPHDR_ACK };

		a.port = (u16)i;
		assert_int_equal(arrive(&g, &a), GRO_HELD);
	}
	assert_int_equal(g.napi.gro_hash[0].count, MAX_GRO_SKBS);
	expect_data(&g, 0, 100, 1, TCPHDR_ACK);
	assert_null(g.napi.rx_head);
	napi_gro_flush(&g.napi, true);
	assert_null(g.napi.rx_head);
	unit_end(&g.f);
	world_run_until(g.f.w, g.f.w->sim.now_ps + PS_PER_MS);
	unit_begin(&g.f);
	napi_gro_flush(&g.napi, true);
	for (u32 i = 1; i <= MAX_GRO_SKBS; i++)
		expect_data(&g, 10000 * (i % 6) + i, 100, 1, TCPHDR_ACK);
	assert_int_equal(take(&g, p, &segs), 0);
	gro_down(&g);
}

/* Cut, and put together again. */
static void test_round_trip(void **state)
{
	static const u32 mss_of[] = { 536, 1000, 1448 };

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(mss_of); k++) {
		struct shape s = { 20000, 0, 20000, (u16)mss_of[k], TCPHDR_ACK | TCPHDR_PSH };
		u32 n = (s.data + s.mss - 1) / s.mss;
		struct sk_buff *skb, *segs;
		struct gro g;
		int err;

		gro_up(&g);
		skb = make_packet(&g.f, &s);
		segs = skb_gso_segment(skb, NETIF_F_SG, &err);
		assert_non_null(segs);
		consume_skb(skb);
		while (segs != NULL) {
			struct sk_buff *next = segs->next;
			struct arrival a = { 0 };
			const u8 *h = segs->data;

			a.id = get_be16(h + ETH_HLEN + IPV4_ID);
			a.at = get_be32(h + TCP_OFF + TCP_SEQ) - FIRST_SEQ;
			a.len = segs->len - HEADERS;
			a.flags = h[TCP_OFF + TCP_FLAG_BYTE];
			assert_in_range(arrive(&g, &a), GRO_MERGED, GRO_HELD);
			segs->next = NULL;
			consume_skb(segs);
			segs = next;
		}
		/* The last has PSH. */
		assert_int_equal(g.napi.gro_bitmask, 0);
		expect_data(&g, 0, s.data, n, s.flags);
		gro_down(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments),  cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_refused),	  cmocka_unit_test(test_device),
		cmocka_unit_test(test_merge_all), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_many_held), cmocka_unit_test(test_round_trip),
	};

	fill_data();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
