// SPDX-License-Identifier: MIT
/* invariants.c - see invariants.h. Written from the RFCs, sharing no code with the stack. */
#include "harness/lib/invariants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lib/look.h"
#include "ipv4/ip.h"
#include "uapi/socket.h"

enum { PACKET_MAX = 66000, PROTO_ICMP = 1, PROTO_UDP = 17, HEAD_BYTES = 20, FREE_MAX = 64 };

/* What programs have written by themselves, headers and all, and what is on its way: the beginnings
 * of the last ones.
 */
static struct {
	u8 head[HEAD_BYTES];
	u32 len;
} free_style[FREE_MAX];
static u32 nr_free_style;

static u32 be(const u8 *p, u32 bytes)
{
	u32 v = 0;

	for (u32 i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

u16 naive_checksum(const u8 *bytes, u32 len_bytes, u32 sum)
{
	for (u32 i = 0; i < len_bytes; i++)
		sum += i % 2 == 0 ? (u32)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

/* RFC 768: source, destination, zero and protocol, length. */
static u32 pseudo_sum(const u8 *ip, u32 l4_len)
{
	return naive_checksum(ip + 12, 8, ip[9] + l4_len);
}

static const char *udp_mistake(const u8 *ip, const u8 *udp, u32 l4_len, bool partial)
{
	u32 len = l4_len >= 8 ? be(udp + 4, 2) : 0;

	if (l4_len < 8)
		return "UDP header cut short";
	if (len != l4_len)
		return "UDP length differs from IP's";
	if (partial)
		return be(udp + 6, 2) == naive_checksum(NULL, 0, pseudo_sum(ip, l4_len))
			       ? NULL
			       : "UDP pseudo-header sum";
	if (be(udp + 6, 2) == 0)
		return NULL;
	return naive_checksum(udp, l4_len, pseudo_sum(ip, l4_len)) == 0xffff ? NULL
									     : "UDP checksum";
}

const char *header_mistake(const u8 *ip, u32 len_bytes)
{
	u32 hlen, total;

	if (len_bytes < 20 || ip[0] >> 4 != 4)
		return "not an IPv4 header";
	hlen = (ip[0] & 15u) * 4;
	total = be(ip + 2, 2);
	if (hlen < 20 || total < hlen || total > len_bytes)
		return "IPv4 lengths";
	return naive_checksum(ip, hlen, 0) == 0xffff ? NULL : "IPv4 header checksum";
}

const char *packet_mistake(const u8 *ip, u32 len_bytes, bool partial)
{
	const char *mistake = header_mistake(ip, len_bytes);
	u32 hlen = (ip[0] & 15u) * 4, l4_len;

	if (mistake != NULL)
		return mistake;
	if ((be(ip + 6, 2) & 0x3fff) != 0)
		return NULL; /* A fragment: its checksum covers more than is here. */
	l4_len = be(ip + 2, 2) - hlen;
	if (ip[9] == PROTO_UDP)
		return udp_mistake(ip, ip + hlen, l4_len, partial);
	if (ip[9] == PROTO_ICMP)
		return naive_checksum(ip + hlen, l4_len, 0) == 0xffff ? NULL : "ICMP checksum";
	return NULL;
}

_Noreturn static void complain(const char *where, const char *what, const u8 *bytes, u32 len)
{
	fprintf(stderr, "invariant broken at %s: %s\n ", where, what);
	for (u32 i = 0; i < len && i < 96; i++)
		fprintf(stderr, "%s%02x", i % 16 == 0 ? "\n " : " ", bytes[i]);
	fprintf(stderr, "\n");
	abort();
}

/* A router sends on what others have written: of that only the header is its own. */
static const char *sent_mistake(const struct net *net, const u8 *ip, u32 len, bool partial)
{
	if (net != NULL && net->mib[IPSTATS_MIB_OUTFORWDATAGRAMS] != 0)
		return header_mistake(ip, len);
	return packet_mistake(ip, len, partial);
}

/* A raw socket's data is its own affair, and with IP_HDRINCL its header too; so is all of what a
 * packet socket sends.
 */
static bool program_wrote(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return sk != NULL && sk_fullsock(sk) && !sk->sk_kern_sock &&
	       (sk->sk_type == SOCK_RAW || sk->sk_family == AF_PACKET);
}

static void remember_written(const u8 *ip, u32 len)
{
	u32 at = nr_free_style++ % FREE_MAX;

	free_style[at].len = len < HEAD_BYTES ? len : HEAD_BYTES;
	memcpy(free_style[at].head, ip, free_style[at].len);
}

static bool was_written(const u8 *ip, u32 len)
{
	for (u32 i = 0; i < FREE_MAX && i < nr_free_style; i++) {
		if (free_style[i].len <= len &&
		    memcmp(free_style[i].head, ip, free_style[i].len) == 0)
			return true;
	}
	return false;
}

void check_frame(const struct net *net, const u8 *frame, u32 len_bytes, bool ethernet)
{
	u32 skip = ethernet ? 14 : 0;
	const char *mistake;

	if (len_bytes < skip)
		complain("the wire", "shorter than its link header", frame, len_bytes);
	if (ethernet && be(frame + 12, 2) != 0x0800)
		return;
	mistake = sent_mistake(net, frame + skip, len_bytes - skip, false);
	if (mistake != NULL && !was_written(frame + skip, len_bytes - skip))
		complain("the wire", mistake, frame, len_bytes);
}

/* A card will sum it; or it is cut first, and each segment summed then. */
static bool sum_comes_later(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL || (skb->hd->gso_type & SKB_GSO_UDP_L4) != 0;
}

void check_packet(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	static const char *const names[] = {
		[CROSS_IP_OUTPUT] = "ip_finish_output2",
		[CROSS_DEV_QUEUE] = "dev_queue_xmit",
		[CROSS_DRIVER] = "dev_hard_start_xmit",
		[CROSS_LOCAL_DELIVER] = "ip_local_deliver",
	};
	static u8 flat[PACKET_MAX];
	u32 offset = (u32)(skb_network_header(skb) - skb->data);
	const char *mistake;
	u32 len;

	skb_check(skb);
	if (at != CROSS_LOCAL_DELIVER && program_wrote(skb)) {
		if (at == CROSS_DRIVER && offset <= skb->len &&
		    look_packet(skb, offset, flat, sizeof(flat)))
			remember_written(flat, skb->len - offset);
		return;
	}
	if (skb->protocol.raw != cpu_to_be16(0x0800).raw)
		return;
	len = skb->len - offset;
	if (len > UINT16_MAX && skb_is_gso_tcp(skb))
		return; /* more than its header can say */
	if (!look_packet(skb, offset, flat, sizeof(flat)))
		complain(names[at], "lengths of the packet", skb->data, skb_headlen(skb));
	/* What others sent may be wrong above IP: there the transport's own check decides. A
	 * receiver that filled in an option leaves the header's sum as it came, as Linux does.
	 */
	if (at == CROSS_LOCAL_DELIVER)
		mistake = IPCB(skb)->is_changed ? NULL : header_mistake(flat, len);
	else
		mistake = sent_mistake(net, flat, len, sum_comes_later(skb));
	if (mistake != NULL)
		complain(names[at], mistake, flat, len);
}
