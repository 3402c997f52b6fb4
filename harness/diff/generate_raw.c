// SPDX-License-Identifier: MIT
/* generate_raw.c - frames as bytes: a right one, of which one bit, one byte or the end is not. */
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"

enum { FRAME_BYTES = 160, ETH_BYTES = 14, IP_BYTES = 20, L4_BYTES = 8, ARP_BYTES = 28 };

struct raw {
	u32 len;
	u8 bytes[FRAME_BYTES];
};

static u16 checksum(const u8 *at, u32 len, u32 sum)
{
	for (u32 i = 0; i < len; i++)
		sum += i % 2 == 0 ? (u32)at[i] << 8 : at[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

static void make_ethernet(const struct gen *g, struct raw *r, u16 type)
{
	static const u8 macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };

	if (!g->tap)
		return;
	memcpy(r->bytes, macs, sizeof(macs));
	put_be16(r->bytes + sizeof(macs), type);
	r->len = ETH_BYTES;
}

static void make_arp(struct gen *g, struct raw *r)
{
	static const u8 head[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	u8 *at;

	make_ethernet(g, r, 0x0806);
	at = r->bytes + r->len;
	memcpy(at, head, sizeof(head));
	at[7] = gen_percent(g, 50) ? 1 : 2;
	memcpy(at + 8, (u8[]){ 2, 0, 0, 0, 0, 2 }, 6);
	put_be32(at + 14, gen_host_of(g)->peer);
	put_be32(at + 24, gen_host_of(g)->own);
	r->len += ARP_BYTES;
}

static void make_udp(struct gen *g, struct raw *r, u8 *ip, u32 data)
{
	const struct gen_sock *s = gen_bound_sock(g);
	u32 len = L4_BYTES + data, addrs = 0;
	u8 *at = ip + IP_BYTES;
	u16 csum;

	put_be16(at, s != NULL && s->connected ? s->rport : 7);
	put_be16(at + 2, s != NULL ? s->lport : 5000);
	put_be16(at + 4, (u16)len);
	memset(at + L4_BYTES, 'r', data);
	for (u32 i = 12; i < IP_BYTES; i += 2)
		addrs += get_be16(ip + i);
	csum = checksum(at, len, addrs + IPPROTO_UDP + len);
	put_be16(at + 6, csum != 0 ? csum : 0xffff);
	r->len += len;
}

static void make_echo(struct raw *r, u8 *ip, u32 data)
{
	u8 *at = ip + IP_BYTES;

	at[0] = 8;
	memset(at + L4_BYTES, 'e', data);
	put_be16(at + 2, checksum(at, L4_BYTES + data, 0));
	r->len += L4_BYTES + data;
}

static void make_ip(struct gen *g, struct raw *r)
{
	u32 data = gen_below(g, 40);
	bool udp = gen_percent(g, 70);
	u8 *ip;

	make_ethernet(g, r, 0x0800);
	ip = r->bytes + r->len;
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(IP_BYTES + L4_BYTES + data));
	put_be16(ip + 4, (u16)gen_below(g, 65536));
	ip[8] = 64;
	ip[9] = udp ? IPPROTO_UDP : IPPROTO_ICMP;
	put_be32(ip + 12, gen_host_of(g)->peer);
	put_be32(ip + 16, gen_host_of(g)->own);
	r->len += IP_BYTES;
	if (udp)
		make_udp(g, r, ip, data);
	else
		make_echo(r, ip, data);
	put_be16(ip + 10, checksum(ip, IP_BYTES, 0));
}

static void spoil_byte(struct gen *g, u8 *at, u32 len)
{
	u32 i = gen_below(g, len);

	at[i] = (u8)gen_below(g, 256);
}

static void spoil_bit(struct gen *g, u8 *at, u32 len)
{
	u32 i = gen_below(g, len);

	at[i] ^= (u8)(1u << gen_below(g, 8));
}

/* A field of the IPv4 header that is wrong under a checksum that is right. */
static void spoil_field(struct gen *g, struct raw *r)
{
	u32 from = g->tap ? ETH_BYTES : 0;
	u8 *ip = r->bytes + from;

	spoil_byte(g, ip, 10);
	put_be16(ip + 10, 0);
	put_be16(ip + 10, checksum(ip, IP_BYTES, 0));
}

static void spoil_frame(struct gen *g, struct raw *r, bool ip)
{
	switch (gen_below(g, 8)) {
	case 0:
	case 1: /* cut, */
		r->len = gen_between(g, g->tap ? ETH_BYTES : 1, r->len);
		break;
	case 2: /* longer */
		r->len += gen_between(g, 1, 20);
		break;
	case 3:
	case 4:
		spoil_bit(g, r->bytes, r->len);
		break;
	case 5:
		spoil_byte(g, r->bytes, r->len);
		break;
	default:
		if (ip)
			spoil_field(g, r);
	}
}

static void do_raw(struct gen *g)
{
	struct raw r = { 0 };
	bool ip = !g->tap || gen_percent(g, 80);

	if (ip)
		make_ip(g, &r);
	else
		make_arp(g, &r);
	assert(r.len < FRAME_BYTES - 20);
	spoil_frame(g, &r, ip);
	gen_put(g, "< hex ");
	for (u32 i = 0; i < r.len; i++)
		gen_putf(g, "%02x", r.bytes[i]);
}

/* --- right frames of a rarer kind
 * ----------------------------------------------------------------------- */

static void put_bytes(struct gen *g, const u8 *at, u32 len)
{
	gen_putf(g, "(%u)", len);
	if (len != 0)
		gen_put(g, " hex ");
	for (u32 i = 0; i < len; i++)
		gen_putf(g, "%02x", at[i]);
}

static u32 pseudo_sum(const struct gen_host *h, u8 proto, u32 len)
{
	return (h->peer >> 16) + (h->peer & 0xffff) + (h->own >> 16) + (h->own & 0xffff) + proto +
	       len;
}

/* UDP-Lite: what its checksum covers is told where UDP has its length. */
static void do_udplite(struct gen *g)
{
	static const u16 covered[] = { 0, 1, 7, 8, 9, 12, 20, 40 };
	u32 len = L4_BYTES + gen_below(g, 24), cover = covered[gen_below(g, ARRAY_SIZE(covered))];
	u8 at[64] = { 0 };

	if (gen_percent(g, 30))
		cover = len;
	put_be16(at, 7);
	put_be16(at + 2, gen_percent(g, 50) ? 5000 : 4000);
	put_be16(at + 4, (u16)cover);
	memset(at + L4_BYTES, 'l', len - L4_BYTES);
	if (gen_percent(g, 70))
		put_be16(at + 6, checksum(at, cover == 0 || cover > len ? len : cover,
					  pseudo_sum(gen_host_of(g), IPPROTO_UDPLITE, len)));
	else if (gen_percent(g, 60))
		put_be16(at + 6, 0x1234);
	gen_expand(g, "< @peer > @own ip proto 136 ");
	put_bytes(g, at, len);
}

/* UDP whose checksum comes out as 0, which is sent as all ones. */
static void do_sum_of_ones(struct gen *g)
{
	const struct gen_sock *s = gen_bound_sock(g);
	u32 len = L4_BYTES + 4;
	u8 at[L4_BYTES + 4] = { 0 };

	put_be16(at, 7);
	put_be16(at + 2, s != NULL ? s->lport : 5000);
	put_be16(at + 4, (u16)len);
	memset(at + L4_BYTES, 'o', 2);
	put_be16(at + L4_BYTES + 2,
		 checksum(at, len, pseudo_sum(gen_host_of(g), IPPROTO_UDP, len)));
	put_be16(at + 6, 0xffff);
	gen_expand(g, "< @peer > @own ip proto 17 ");
	put_bytes(g, at, len);
}

/* What an error quotes: a header, of a fragment or broken, with little or nothing behind it. */
static u32 quote(struct gen *g, u8 *at)
{
	static const u8 protos[] = {
		IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_TCP, 136, 253
	};
	const struct gen_host *h = gen_host_of(g);
	const struct gen_sock *s = gen_bound_sock(g);

	at[0] = 0x45;
	put_be16(at + 2, IP_BYTES + L4_BYTES + 1);
	if (gen_percent(g, 25))
		put_be16(at + 6, gen_percent(g, 50) ? 0x2000 : 185);
	at[8] = 64;
	at[9] = protos[gen_below(g, ARRAY_SIZE(protos))];
	put_be32(at + 12, h->own);
	put_be32(at + 16, h->peer);
	put_be16(at + 10, checksum(at, IP_BYTES, 0));
	put_be16(at + IP_BYTES, s != NULL ? s->lport : 5000);
	put_be16(at + IP_BYTES + 2, s != NULL && s->connected ? s->rport : 7);
	put_be16(at + IP_BYTES + 4, L4_BYTES + 1);
	if (gen_percent(g, 20))
		spoil_byte(g, at, 10);
	if (gen_percent(g, 10))
		at[0] = (u8)(0x40 | gen_below(g, 16));
	return gen_percent(g, 60) ? IP_BYTES + L4_BYTES : gen_below(g, IP_BYTES + L4_BYTES);
}

static void do_icmp_quote(struct gen *g)
{
	static const u8 types[] = { 3, 3, 3, 4, 11, 12, 5 };
	u8 at[64] = { 0 };
	u32 len;

	at[0] = types[gen_below(g, ARRAY_SIZE(types))];
	at[1] = (u8)gen_below(g, 5);
	if (gen_percent(g, 40))
		put_be16(at + 6, 1000);
	len = L4_BYTES + quote(g, at + L4_BYTES);
	put_be16(at + 2, checksum(at, len, 0));
	gen_expand(g, "< @peer > @own ip proto 1 ");
	put_bytes(g, at, len);
}

/* What groups are told in, of all versions: who asks, who is in, who leaves. */
static void do_igmp(struct gen *g)
{
	static const u8 types[] = { 0x11, 0x11, 0x11, 0x12, 0x16, 0x17, 0x22, 0x13 };
	static const u32 groups[] = { 0, 0xe0000001, 0xef010101, 0xe0000016 };
	static const u8 lens[] = { 8, 8, 12, 12, 16, 20, 7, 4, 11, 15 };
	static const char *const to[] = { "@own", "224.0.0.1", "224.0.0.22", "239.1.1.1",
					  "@broadcast" };
	u32 len = lens[gen_below(g, ARRAY_SIZE(lens))];
	u8 at[64] = { 0 };

	at[0] = gen_percent(g, 10) ? (u8)gen_below(g, 256) : types[gen_below(g, ARRAY_SIZE(types))];
	at[1] = (u8)(gen_percent(g, 40) ? 0 : gen_below(g, 256));
	put_be32(at + 4, groups[gen_below(g, ARRAY_SIZE(groups))]);
	at[8] = (u8)gen_below(g, 16);
	at[9] = (u8)gen_below(g, 256);
	put_be16(at + 10, (u16)(gen_percent(g, 70) ? gen_below(g, 3) : gen_below(g, 65536)));
	if (len > 12)
		put_be32(at + 12, 0xc0000207);
	if (gen_percent(g, 90))
		put_be16(at + 2, checksum(at, len, 0));
	gen_expand(g, "< @peer > ");
	gen_expand(g, to[gen_below(g, ARRAY_SIZE(to))]);
	gen_expand(g, " ip proto 2 ");
	put_bytes(g, at, len);
}

/* Of any type and code, of any length. */
static void do_any_icmp(struct gen *g)
{
	u32 len = gen_below(g, 40);
	u8 at[64] = { 0 };

	for (u32 i = 4; i < len; i++)
		at[i] = (u8)(gen_percent(g, 60) ? 0 : gen_below(g, 256));
	at[0] = (u8)(gen_percent(g, 70) ? gen_below(g, 19) : gen_below(g, 256));
	at[1] = (u8)(gen_percent(g, 70) ? gen_below(g, 6) : gen_below(g, 256));
	if (at[0] == 13) /* its answer tells the time */
		at[0] = 14;
	if (len >= 4)
		put_be16(at + 2, checksum(at, len, 0));
	gen_expand(g, "< @peer > @dst_in@attrs_ip ip proto 1 ");
	put_bytes(g, at, len);
}

/* RFC 8335: what is known of an interface, by its number, its name or its address. */
static void do_probe(struct gen *g)
{
	static const char *const names[] = { "eth0", "lo\0\0", "none" };
	u32 kind = gen_below(g, 4), len = 16;
	u8 at[32] = { 42, 0, 0, 0, 0, 1, 1, 1, 0x20 };

	at[7] = (u8)gen_below(g, 4);
	put_be16(at + 12, 8);
	at[14] = 3;
	at[15] = (u8)kind;
	if (kind == 1) {
		memcpy(at + len, names[gen_below(g, ARRAY_SIZE(names))], 4);
		len += 4;
	} else if (kind == 2) {
		put_be32(at + len, gen_below(g, 4));
		len += 4;
	} else if (kind == 3) {
		at[13] = 12;
		put_be16(at + len, 1);
		at[len + 2] = 4;
		put_be32(at + len + 4,
			 gen_percent(g, 60) ? gen_host_of(g)->own : gen_host_of(g)->peer);
		len += 8;
	}
	put_be16(at + 10, checksum(at + 8, len - 8, 0));
	put_be16(at + 2, checksum(at, len, 0));
	if (gen_percent(g, 60))
		gen_expand(g, "`sysctl -q -w net.ipv4.icmp_echo_enable_probe=1`\n");
	gen_expand(g, "< @peer > @own ip proto 1 ");
	put_bytes(g, at, len);
}

static const struct gen_row rows[] = {
	{ "do_raws", 1, "@do_raw\n@do_raw\n@do_raw" },
};

static const struct gen_slot slots[] = {
	{ "do_raw", do_raw },
	{ "do_udplite", do_udplite },
	{ "do_sum_of_ones", do_sum_of_ones },
	{ "do_icmp_quote", do_icmp_quote },
	{ "do_probe", do_probe },
	{ "do_igmp", do_igmp },
	{ "do_any_icmp", do_any_icmp },
};

const struct gen_part gen_part_raw = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
