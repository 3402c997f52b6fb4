// SPDX-License-Identifier: MIT
/* virtio_net.c - struct virtio_net_hdr: what a card would be told of a packet.
 *
 * Called by packet sockets with PACKET_VNET_HDR. Rules: LINUX: include/linux/virtio_net.h.
 */
#include "core/flow_dissector.h"
#include "core/gso.h"
#include "packet/packet_internal.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

enum {
	VIRTIO_NET_HDR_GSO_NONE = 0,
	VIRTIO_NET_HDR_GSO_TCPV4 = 1,
	VIRTIO_NET_HDR_GSO_UDP = 3,
	VIRTIO_NET_HDR_GSO_TCPV6 = 4,
	VIRTIO_NET_HDR_GSO_UDP_L4 = 5,
	VIRTIO_NET_HDR_GSO_ECN = 0x80
};
enum {
	TCP_CHECK_AT = 16,
	UDP_CHECK_AT = 6,
	UDP_HDR_BYTES = 8,
	IPV6_HLEN = 40,
	UDP_MAX_SEGMENTS = 128,
	TCP_MIN_GSO_SIZE = 8,
	GSO_BY_FRAGS = 0xffff
};

/* One packet that is told about. */
struct vnet {
	struct sk_buff *skb;
	const struct virtio_net_hdr *hdr;
	u16 gso_type;
	u8 ip_proto;
	u32 nh_min_len; /* shortest headers of its network protocol, */
	u32 thlen;	/* and of its transport protocol */
	u32 p_off;	/* where the payload begins at the earliest */
};

/* LINUX: skb_partial_csum_set(). */
static bool partial_csum_set(struct sk_buff *skb, u32 start, u32 off)
{
	u32 csum_start = skb_headroom(skb) + start;

	if (csum_start >= U16_MAX || start + off + 2 > skb_headlen(skb))
		return false;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)csum_start;
	skb->csum_offset = (u16)off;
	skb->transport_header = (u16)csum_start;
	return true;
}

static int needs_csum(struct vnet *v)
{
	u32 start = v->hdr->csum_start, off = v->hdr->csum_offset;

	if (!pskb_may_pull(v->skb, start + max_u32(v->thlen, off + 2)) ||
	    !partial_csum_set(v->skb, start, off) || start < v->nh_min_len)
		return -EINVAL;
	v->p_off = start + v->thlen;
	return pskb_may_pull(v->skb, v->p_off) ? 0 : -EINVAL;
}

/* LINUX: virtio_net_hdr_match_proto(). */
static bool match_proto(u16 protocol, u32 gso_type)
{
	if ((gso_type & SKB_GSO_TCPV4) != 0)
		return protocol == ETH_P_IP;
	if ((gso_type & SKB_GSO_TCPV6) != 0)
		return protocol == ETH_P_IPV6;
	return protocol == ETH_P_IP || protocol == ETH_P_IPV6;
}

/* Nobody says where the transport header is: it is looked for. */
static int probe_transport(struct vnet *v)
{
	struct sk_buff *skb = v->skb;
	struct flow_keys_basic keys;
	be16 protocol;

	if (be16_to_cpu(skb->protocol) == 0) {
		protocol = dev_parse_header_protocol(skb);
		if (be16_to_cpu(protocol) == 0)
			virtio_net_hdr_set_proto(skb, v->hdr);
		else if (!match_proto(be16_to_cpu(protocol), v->gso_type))
			return -EINVAL;
		else
			skb->protocol = protocol;
	}
	if (!skb_flow_dissect_flow_keys_basic(skb, &keys))
		return -EINVAL;
	v->p_off = keys.thoff + v->thlen;
	if (!pskb_may_pull(skb, v->p_off) || keys.ip_proto != v->ip_proto)
		return -EINVAL;
	skb_set_transport_header(skb, keys.thoff);
	return 0;
}

static int gso_kind(struct vnet *v)
{
	const struct virtio_net_hdr *hdr = v->hdr;

	switch (hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		v->gso_type = SKB_GSO_TCPV4;
		v->ip_proto = IPPROTO_TCP;
		v->thlen = TCP_HLEN;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		v->gso_type = SKB_GSO_TCPV6;
		v->ip_proto = IPPROTO_TCP;
		v->thlen = TCP_HLEN;
		v->nh_min_len = IPV6_HLEN;
		break;
	case VIRTIO_NET_HDR_GSO_UDP:
		v->gso_type = SKB_GSO_UDP;
		v->ip_proto = IPPROTO_UDP;
		v->thlen = UDP_HDR_BYTES;
		break;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		v->gso_type = SKB_GSO_UDP_L4;
		v->ip_proto = IPPROTO_UDP;
		v->thlen = UDP_HDR_BYTES;
		break;
	default:
		return -EINVAL;
	}
	if ((hdr->gso_type & VIRTIO_NET_HDR_GSO_ECN) != 0)
		v->gso_type |= SKB_GSO_TCP_ECN;
	return hdr->gso_size == 0 ? -EINVAL : 0;
}

static int check_udp_l4(const struct vnet *v, u32 gso_size)
{
	if ((v->hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0 ||
	    v->skb->csum_offset != UDP_CHECK_AT ||
	    v->skb->len - v->p_off > gso_size * UDP_MAX_SEGMENTS || v->gso_type != SKB_GSO_UDP_L4)
		return -EINVAL;
	return 0;
}

static int set_gso(const struct vnet *v)
{
	struct sk_buff *skb = v->skb;
	u32 gso_size = v->hdr->gso_size, nh_off = v->p_off;
	u32 kind = v->gso_type & ~(u32)SKB_GSO_TCP_ECN;
	int err = 0;

	if (kind == SKB_GSO_UDP) {
		nh_off -= v->thlen; /* the pieces' size may leave the header out */
	} else if (kind == SKB_GSO_UDP_L4) {
		err = check_udp_l4(v, gso_size);
	} else {
		if (skb->ip_summed == CHECKSUM_PARTIAL && skb->csum_offset != TCP_CHECK_AT)
			err = -EINVAL;
		gso_size = max_u32(gso_size, TCP_MIN_GSO_SIZE);
	}
	if (err != 0 || gso_size == GSO_BY_FRAGS)
		return -EINVAL;
	if (skb->len - nh_off > gso_size) {
		skb->hd->gso_size = (u16)gso_size;
		skb->hd->gso_type = v->gso_type | SKB_GSO_DODGY;
		skb->hd->gso_segs = 0;
	}
	return 0;
}

int virtio_net_hdr_to_skb(struct sk_buff *skb, const struct virtio_net_hdr *hdr)
{
	struct vnet v = { .skb = skb, .hdr = hdr, .nh_min_len = IPV4_HLEN };
	bool gso = hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE;
	int err = gso ? gso_kind(&v) : 0;

	if (err != 0)
		return err;
	skb_reset_mac_header(skb);
	if ((hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0)
		err = needs_csum(&v);
	else if (gso && skb->network_header != 0)
		err = probe_transport(&v);
	else if (gso) {
		v.p_off = v.nh_min_len + v.thlen;
		err = pskb_may_pull(skb, v.p_off) ? 0 : -EINVAL;
	}
	return err != 0 || !gso ? err : set_gso(&v);
}

/* What it must be by its segments, where nobody has said it. */
void virtio_net_hdr_set_proto(struct sk_buff *skb, const struct virtio_net_hdr *hdr)
{
	u32 kind = hdr->gso_type & ~(u32)VIRTIO_NET_HDR_GSO_ECN;

	if (be16_to_cpu(skb->protocol) == 0 && hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE)
		skb->protocol =
			cpu_to_be16(kind == VIRTIO_NET_HDR_GSO_TCPV6 ? ETH_P_IPV6 : ETH_P_IP);
}

int virtio_net_hdr_from_skb(const struct sk_buff *skb, u8 hdr[VIRTIO_NET_HDR_BYTES])
{
	memset(hdr, 0, VIRTIO_NET_HDR_BYTES);
	if (skb_is_gso(skb)) {
		u32 type = skb->hd->gso_type;

		put_le16(hdr + 2, (u16)skb_headlen(skb));
		put_le16(hdr + 4, skb->hd->gso_size);
		if ((type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_UDP_L4)) == 0)
			return -EINVAL;
		hdr[1] = (type & SKB_GSO_TCPV4) != 0   ? VIRTIO_NET_HDR_GSO_TCPV4
			 : (type & SKB_GSO_TCPV6) != 0 ? VIRTIO_NET_HDR_GSO_TCPV6
						       : VIRTIO_NET_HDR_GSO_UDP_L4;
		if ((type & SKB_GSO_TCP_ECN) != 0)
			hdr[1] |= VIRTIO_NET_HDR_GSO_ECN;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		hdr[0] = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		put_le16(hdr + 6, (u16)skb_checksum_start_offset(skb));
		put_le16(hdr + 8, skb->csum_offset);
	} else if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
		hdr[0] = VIRTIO_NET_HDR_F_DATA_VALID;
	}
	return 0;
}
