// SPDX-License-Identifier: MIT
/* gro.c - generic receive offload: what a poll brings is looked at once before it goes up.
 *
 * Path: step 105. Called by a driver's poll; calls netif_receive_skb_list_internal().
 * Rules: LINUX: net/core/gro.c, inet_gro_receive(), udp4_gro_receive(), udp_gro_receive().
 * Only protocols that merge hold packets back, and UDP without a socket that asks for it does not:
 * here every packet is GRO_NORMAL. What remains is the batch, and that a checksum may be summed
 * early.
 */
#include "base/csum.h"
#include "core/netdevice.h"
#include "uapi/in.h"

/* LINUX: struct napi_gro_cb. */
struct napi_gro_cb {
	u32 data_offset; /* LINUX: skb_gro_offset(): what has been looked at */
	u32 csum;
	u16 network_offset;
	u8 csum_cnt; /* checksums that the card has verified */
	bool csum_valid;
	bool flush; /* it cannot be merged, nor held */
};
static_assert(sizeof(struct napi_gro_cb) <= SKB_CB_BYTES, "napi_gro_cb fits");

enum {
	IPHDR_LEN = 20,
	UDPHDR_LEN = 8,
	IP_DF = 0x4000,
	IP_MF = 0x2000,
	IP_OFFSET = 0x1fff,
	SKB_MAX_CSUM_LEVEL = 3
};

static struct napi_gro_cb *napi_gro_cb(struct sk_buff *skb)
{
	return SKB_CB(skb, struct napi_gro_cb);
}

static u32 skb_gro_len(struct sk_buff *skb)
{
	return skb->len - napi_gro_cb(skb)->data_offset;
}

/* len bytes at the present offset, made linear; NULL: the packet is shorter. */
static const u8 *skb_gro_header(struct sk_buff *skb, u32 len)
{
	u32 off = napi_gro_cb(skb)->data_offset;

	return pskb_may_pull(skb, off + len) ? skb->data + off : NULL;
}

static void skb_incr_checksum_unnecessary(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
		if (skb->csum_level < SKB_MAX_CSUM_LEVEL)
			skb->csum_level++;
	} else if (skb->ip_summed == CHECKSUM_NONE) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = 0;
	}
}

/* LINUX: inet_gro_compute_pseudo(). */
static u32 inet_gro_compute_pseudo(struct sk_buff *skb)
{
	const u8 *iph = skb->data + napi_gro_cb(skb)->network_offset;

	return csum_tcpudp_nofold(load_be32(iph + 12), load_be32(iph + 16), skb_gro_len(skb),
				  IPPROTO_UDP, 0);
}

/* Is the sum right, whoever computed it? LINUX: __skb_gro_checksum_validate_complete(). */
static bool skb_gro_checksum_ok(struct sk_buff *skb)
{
	struct napi_gro_cb *cb = napi_gro_cb(skb);
	u32 psum = inet_gro_compute_pseudo(skb);

	if (cb->csum_valid && csum_fold(csum_add(psum, cb->csum)) == 0)
		return true;
	cb->csum = skb_checksum(skb, cb->data_offset, skb_gro_len(skb), 0);
	cb->csum_valid = true;
	return csum_fold(csum_add(psum, cb->csum)) == 0;
}

/* LINUX: skb_gro_checksum_validate_zero_check(). A sum verified here is not verified again above.
 */
static bool skb_gro_checksum_validate(struct sk_buff *skb, u16 check)
{
	struct napi_gro_cb *cb = napi_gro_cb(skb);

	if (skb->ip_summed != CHECKSUM_PARTIAL && cb->csum_cnt == 0 && check != 0 &&
	    !skb_gro_checksum_ok(skb))
		return false;
	if (cb->csum_cnt > 0)
		cb->csum_cnt--;
	else
		skb_incr_checksum_unnecessary(skb);
	return true;
}

/* No socket has asked for UDP_GRO, and no device for forwarding it: never merged. */
static void udp_gro_receive(struct sk_buff *skb)
{
	PROBE(skb->net, udp_gro_receive);

	napi_gro_cb(skb)->flush = true;
}

static void udp4_gro_receive(struct sk_buff *skb)
{
	PROBE(skb->net, udp4_gro_receive);
	const u8 *uh = skb_gro_header(skb, UDPHDR_LEN);

	/* If it is flushed anyway its checksum is left to the protocol. */
	if (uh == NULL ||
	    (!napi_gro_cb(skb)->flush && !skb_gro_checksum_validate(skb, get_be16(uh + 6)))) {
		napi_gro_cb(skb)->flush = true;
		return;
	}
	udp_gro_receive(skb);
}

/* Something that may be merged: no options, no fragment, a right header checksum. */
static bool inet_gro_plain(const u8 *iph)
{
	return iph[0] == 0x45 && (get_be16(iph + 6) & (IP_MF | IP_OFFSET)) == 0 &&
	       ip_fast_csum(iph, 5) == 0;
}

static void inet_gro_receive(struct sk_buff *skb)
{
	PROBE(skb->net, inet_gro_receive);
	struct napi_gro_cb *cb = napi_gro_cb(skb);
	const u8 *iph = skb_gro_header(skb, IPHDR_LEN);

	/* LINUX: inet_offloads[]: of the protocols there are, only UDP has callbacks. */
	if (iph == NULL || iph[9] != IPPROTO_UDP || !inet_gro_plain(iph)) {
		cb->flush = true;
		return;
	}
	/* Padding at the end, or flags: such a packet goes up by itself. */
	if (get_be16(iph + 2) != (u16)skb_gro_len(skb) || (get_be16(iph + 6) & ~IP_DF) != 0)
		cb->flush = true;
	cb->network_offset = (u16)cb->data_offset;
	cb->data_offset += IPHDR_LEN;
	skb_set_transport_header(skb, cb->data_offset);
	udp4_gro_receive(skb);
}

static enum gro_result dev_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	PROBE(skb->net, dev_gro_receive);
	struct napi_gro_cb *cb = napi_gro_cb(skb);

	(void)napi;
	if ((skb->dev->features & NETIF_F_GRO) == 0 || be16_to_cpu(skb->protocol) != ETH_P_IP)
		return GRO_NORMAL;
	skb_set_network_header(skb, cb->data_offset);
	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	cb->flush = skb_has_frag_list(skb);
	cb->csum_valid = false;
	cb->csum_cnt = 0;
	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		cb->csum = skb->csum;
		cb->csum_valid = true;
	} else if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
		cb->csum_cnt = (u8)(skb->csum_level + 1);
	}
	inet_gro_receive(skb);
	/* INVARIANT: nobody merges, so nothing is held. */
	assert(cb->flush);
	return GRO_NORMAL;
}

void gro_init(struct napi_struct *napi)
{
	napi->rx_head = NULL;
	napi->rx_tail = NULL;
	napi->rx_count = 0;
	napi->gro_bitmask = 0;
	memset(napi->gro_hash, 0, sizeof(napi->gro_hash));
}

void gro_normal_list(struct napi_struct *napi)
{
	struct sk_buff *first = napi->rx_head;

	if (napi->rx_count == 0)
		return;
	napi->rx_head = NULL;
	napi->rx_tail = NULL;
	napi->rx_count = 0;
	netif_receive_skb_list_internal(first);
}

/* Enough of them go up together. */
static void gro_normal_one(struct napi_struct *napi, struct sk_buff *skb)
{
	skb->next = NULL;
	if (napi->rx_tail != NULL)
		napi->rx_tail->next = skb;
	else
		napi->rx_head = skb;
	napi->rx_tail = skb;
	napi->rx_count++;
	if (napi->rx_count >= (u32)skb->net->sysctl.gro_normal_batch)
		gro_normal_list(napi);
}

/* What is held goes on to rx_list, the older ones only if flush_old. */
void napi_gro_flush(struct napi_struct *napi, bool flush_old)
{
	(void)flush_old;
	assert(napi->gro_bitmask == 0);
}

enum gro_result napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	PROBE(skb->net, napi_gro_receive);
	enum gro_result ret;

	PATH_STEP(skb->net, GRO_RECEIVE, skb->queue_mapping != 0 ? skb->queue_mapping - 1u : 0,
		  skb->len);
	if (skb->napi_id < MIN_NAPI_ID)
		skb->napi_id = napi->napi_id;
	napi_gro_cb(skb)->data_offset = 0;
	ret = dev_gro_receive(napi, skb);
	gro_normal_one(napi, skb);
	return ret;
}
