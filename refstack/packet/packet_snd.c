// SPDX-License-Identifier: MIT
/* packet_snd.c - packet sockets: frames that a program sends.
 *
 * Calls dev_queue_xmit(), or the driver past the queueing discipline. Rules: LINUX: packet_snd(),
 * packet_sendmsg_spkt() in net/packet/af_packet.c. Missing: rings.
 */
#include "core/cmsg.h"
#include "core/datagram.h"
#include "core/tx_tstamp.h"
#include "packet/packet_internal.h"
#include "uapi/errno.h"
#include "uapi/if_packet.h"
#include "uapi/socket.h"

enum {
	PAGE_ALLOC_COSTLY_ORDER = 3,
	MAX_PAGED = MAX_SKB_FRAGS * (PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER),
	HH_ALIGN = 16,
	FCS_BYTES = 4,
	VLAN_MAX_DEPTH = 8,
	SOCKADDR_BYTES = 16
};

/* One frame on its way out. */
struct packet_send {
	struct socket *sock;
	struct sock *sk;
	struct msghdr *msg;
	struct net_device *dev;
	be16 proto;
	const u8 *addr; /* SOCK_DGRAM: of the receiver */
	u64 len;
	u32 reserve; /* bytes of the link header that the program writes */
	u32 extra_len;
	struct sockcm_cookie sockc;
	struct virtio_net_hdr vnet_hdr;
};

/* -------- what both ways have -------- */

/* LINUX: LL_RESERVED_SPACE_EX(). */
static u32 ll_reserved(const struct net_device *dev)
{
	return ((u32)dev->hard_header_len + dev->needed_headroom) / HH_ALIGN * HH_ALIGN + HH_ALIGN;
}

/* LINUX: sock_cmsg_send(): those of other levels do not count. */
static int read_cmsgs(struct packet_send *s)
{
	struct cmsghdr cmsg = { .at = U64_MAX };
	int more;

	s->sockc = (struct sockcm_cookie){ .mark = s->sk->sk_mark, .tsflags = s->sk->sk_tsflags };
	if (s->msg->msg_controllen == 0)
		return 0;
	for (more = cmsg_next(s->sk, s->msg, &cmsg); more == 1;
	     more = cmsg_next(s->sk, s->msg, &cmsg)) {
		int err;

		if (cmsg.cmsg_level != SOL_SOCKET)
			continue;
		err = sock_cmsg_send(s->sk, s->msg, &cmsg, &s->sockc);
		if (err != 0)
			return err;
	}
	return more;
}

/* LINUX: skb_setup_tx_timestamp(). */
static void setup_tx_timestamp(const struct packet_send *s, struct sk_buff *skb)
{
	u32 tsflags = s->sockc.tsflags;

	skb->hd->tx_flags |= sock_tx_timestamp(s->sk, tsflags);
	if ((tsflags & SOF_TIMESTAMPING_OPT_ID) != 0 &&
	    (tsflags & SOF_TIMESTAMPING_TX_RECORD_MASK) != 0) {
		skb->hd->tskey = s->sk->sk_tskey;
		s->sk->sk_tskey++;
	}
}

/* No device here sends a frame whose check sequence somebody else has written. */
static int check_nofcs(const struct packet_send *s)
{
	return sock_flag(s->sk, SOCK_NOFCS) ? -EPROTONOSUPPORT : 0;
}

/* LINUX: packet_extra_vlan_len_allowed(): a tag makes a frame 4 bytes longer. */
static bool extra_vlan_len_allowed(const struct net_device *dev, struct sk_buff *skb)
{
	if (dev->type != ARPHRD_ETHER)
		return false;
	skb_reset_mac_header(skb);
	return get_be16(skb->data + 2 * ETH_ALEN) == ETH_P_8021Q;
}

/* LINUX: vlan_get_protocol_and_depth(): where what lies behind all tags begins; 0: nowhere. */
static u32 vlan_depth(const struct sk_buff *skb)
{
	u16 type = be16_to_cpu(skb->protocol);
	u32 depth = ETH_HLEN;

	if (skb->mac_len != 0) {
		if (skb->mac_len < VLAN_HLEN)
			return 0;
		depth = skb->mac_len - VLAN_HLEN;
	}
	for (u32 left = VLAN_MAX_DEPTH; eth_type_vlan(type); left--) {
		u8 hdr[VLAN_HLEN];

		if (skb_copy_bits(skb, depth, hdr, sizeof(hdr)) != 0 || left == 1)
			return 0;
		type = get_be16(hdr + 2);
		depth += VLAN_HLEN;
	}
	return type != 0 ? depth : 0;
}

/* LINUX: packet_parse_headers(). */
static void parse_headers(const struct socket *sock, struct sk_buff *skb)
{
	u16 proto = be16_to_cpu(skb->protocol);
	u32 depth;

	skb_reset_mac_header(skb);
	if ((proto == 0 || proto == ETH_P_ALL) && sock->type == SOCK_RAW)
		skb->protocol = dev_parse_header_protocol(skb);
	skb_probe_transport_header(skb);
	if (skb->dev->type != ARPHRD_ETHER || !eth_type_vlan(be16_to_cpu(skb->protocol)))
		return;
	depth = vlan_depth(skb);
	if (depth != 0 && pskb_may_pull(skb, depth))
		skb_set_network_header(skb, depth);
}

/* Whose and what it is. */
static void label(const struct packet_send *s, struct sk_buff *skb, u32 mark)
{
	skb->protocol = s->proto;
	skb->dev = s->dev;
	skb->priority = s->sk->sk_priority;
	skb->mark = mark;
	skb_set_delivery_type_by_clockid(skb, s->sockc.transmit_time, s->sk->sk_clockid);
}

/* -------- SOCK_RAW and SOCK_DGRAM -------- */

/* LINUX: packet_pick_tx_queue(). */
static u16 pick_tx_queue(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	u32 cpu = this_cpu(dev->net)->id;

	skb->napi_id = cpu + 1; /* LINUX: sender_cpu */
	skb->queue_mapping = (u16)(cpu % dev->real_num_tx_queues + 1);
	return dev->real_num_tx_queues == 1 ? 0 : netdev_pick_tx(dev, skb);
}

/* LINUX: dev_direct_xmit(). */
static int direct_xmit(struct sk_buff *skb)
{
	int ret = dev_direct_xmit_once(skb, pick_tx_queue(skb));

	if (ret >= NET_XMIT_MASK)
		kfree_skb(skb);
	return ret;
}

/* LINUX: packet_xmit(), net_xmit_errno(). */
static int packet_xmit(const struct packet_sock *po, struct sk_buff *skb)
{
	int err = packet_sock_flag(po, PACKET_SOCK_QDISC_BYPASS) ? direct_xmit(skb)
								 : dev_queue_xmit(skb);

	if (err <= 0)
		return err;
	return err != NET_XMIT_CN ? -ENOBUFS : 0;
}

/* Which device, and what it says of the frame. */
static int packet_whereto(struct packet_send *s)
{
	const struct packet_sock *po = pkt_sk(s->sk);
	const u8 *sll = s->msg->msg_name;
	int namelen = s->msg->msg_namelen;

	if (sll == NULL) {
		s->dev = po->cached_dev;
		s->proto = po->num;
	} else {
		if (namelen < SOCKADDR_LL_BYTES || namelen < SLL_ADDR + sll[SLL_HALEN])
			return -EINVAL;
		s->proto = load_be16(sll + SLL_PROTOCOL);
		s->dev = dev_get_by_index(sock_net(s->sk), (s32)get_le32(sll + SLL_IFINDEX));
		if (s->sock->type == SOCK_DGRAM) {
			if (s->dev != NULL && namelen < SLL_ADDR + s->dev->addr_len)
				return -EINVAL;
			s->addr = sll + SLL_ADDR;
		}
	}
	if (s->dev == NULL)
		return -ENXIO;
	return (s->dev->flags & IFF_UP) != 0 ? 0 : -ENETDOWN;
}

/* LINUX: packet_snd_vnet_parse(): what lies in front of the frame. */
static int read_vnet_hdr(struct packet_send *s, u32 size)
{
	struct virtio_net_hdr *hdr = &s->vnet_hdr;
	u8 raw[VIRTIO_NET_HDR_BYTES];
	u32 end;

	if (s->len < size)
		return -EINVAL;
	s->len -= size;
	if (copy_from_iter(raw, sizeof(raw), &s->msg->msg_iter) != sizeof(raw))
		return -EFAULT;
	*hdr = (struct virtio_net_hdr){ .flags = raw[0],
					.gso_type = raw[1],
					.hdr_len = get_le16(raw + 2),
					.gso_size = get_le16(raw + 4),
					.csum_start = get_le16(raw + 6),
					.csum_offset = get_le16(raw + 8) };
	end = (u32)hdr->csum_start + hdr->csum_offset + 2;
	if ((hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0 && end > hdr->hdr_len)
		hdr->hdr_len = (u16)end;
	if (hdr->hdr_len > s->len)
		return -EINVAL;
	iov_iter_advance(&s->msg->msg_iter, size - sizeof(raw));
	return 0;
}

/* LINUX: packet_alloc_skb(): linear is what has to be. */
static struct sk_buff *packet_alloc_skb(const struct packet_send *s, u32 linear, int *err)
{
	u32 reserve = ll_reserved(s->dev), prepad = reserve + s->dev->needed_tailroom;
	u32 len = (u32)s->len;
	struct sk_buff *skb;

	if (prepad + len < PAGE_SIZE || linear == 0)
		linear = len;
	if (len - linear > MAX_PAGED)
		linear = len - MAX_PAGED;
	skb = sock_alloc_send_pskb(s->sk, prepad + linear, len - linear,
				   (s->msg->msg_flags & MSG_DONTWAIT) != 0, err,
				   PAGE_ALLOC_COSTLY_ORDER);
	if (skb == NULL)
		return NULL;
	skb_reserve(skb, reserve);
	(void)skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len += len - linear;
	return skb;
}

/* LINUX: skb_copy_datagram_from_iter(). */
static int copy_frame(struct sk_buff *skb, u32 offset, struct iov_iter *from, u32 len)
{
	struct skb_walk w;
	u32 n;

	skb_walk_init(&w, skb);
	while (len != 0) {
		u8 *piece = skb_walk_next(&w, &n);

		if (piece == NULL)
			return -EFAULT;
		if (offset >= n) {
			offset -= n;
			continue;
		}
		n = min_u32(n - offset, len);
		if (copy_from_iter(piece + offset, n, from) != n)
			return -EFAULT;
		offset = 0;
		len -= n;
	}
	return 0;
}

/* The program's bytes, behind the link header that is made for it or that it brings. */
static int fill_frame(const struct packet_send *s, struct sk_buff *skb)
{
	int offset = 0;

	skb_reset_network_header(skb);
	if (s->sock->type == SOCK_DGRAM) {
		offset = dev_hard_header(skb, s->dev, be16_to_cpu(s->proto), s->addr, NULL,
					 (u32)s->len);
		if (offset < 0)
			return -EINVAL;
	} else {
		skb->data -= s->reserve;
		skb->tail -= s->reserve;
	}
	return copy_frame(skb, (u32)offset, &s->msg->msg_iter, (u32)s->len);
}

/* LINUX: dev_validate_header(): all devices have headers of one length. */
static bool frame_is_whole(const struct packet_send *s, const struct sk_buff *skb)
{
	if (s->sock->type == SOCK_RAW && s->len < s->dev->hard_header_len)
		return false;
	return skb->len != 0;
}

static bool frame_fits(const struct packet_send *s, struct sk_buff *skb)
{
	return s->vnet_hdr.gso_type != 0 ||
	       s->len <= (u64)s->dev->mtu + s->reserve + s->extra_len ||
	       extra_vlan_len_allowed(s->dev, skb);
}

static int finish_frame(struct packet_send *s, struct sk_buff *skb)
{
	int err = fill_frame(s, skb);

	if (err != 0)
		return err;
	if (!frame_is_whole(s, skb))
		return -EINVAL;
	setup_tx_timestamp(s, skb);
	if (!frame_fits(s, skb))
		return -EMSGSIZE;
	label(s, skb, s->sockc.mark);
	parse_headers(s->sock, skb);
	if (pkt_sk(s->sk)->vnet_hdr_sz == 0)
		return 0;
	err = virtio_net_hdr_to_skb(skb, &s->vnet_hdr);
	if (err == 0)
		virtio_net_hdr_set_proto(skb, &s->vnet_hdr);
	return err;
}

int packet_sendmsg(struct socket *sock, struct msghdr *msg, u64 len)
{
	const struct packet_sock *po = pkt_sk(sock->sk);
	struct packet_send s = { .sock = sock, .sk = sock->sk, .msg = msg, .len = len };
	struct sk_buff *skb;
	int err = packet_whereto(&s);

	if (err == 0)
		err = read_cmsgs(&s);
	if (err != 0)
		return err;
	if (sock->type == SOCK_RAW)
		s.reserve = s.dev->hard_header_len;
	if (po->vnet_hdr_sz != 0)
		err = read_vnet_hdr(&s, po->vnet_hdr_sz);
	if (err == 0)
		err = check_nofcs(&s);
	if (err != 0)
		return err;
	if (s.vnet_hdr.gso_type == 0 && s.len > (u64)s.dev->mtu + s.reserve + VLAN_HLEN)
		return -EMSGSIZE;
	if (s.len > INT32_MAX)
		return -ENOBUFS;
	skb = packet_alloc_skb(
		&s, max_u32(s.vnet_hdr.hdr_len, min_u32((u32)s.len, s.dev->hard_header_len)), &err);
	if (skb == NULL)
		return err;
	err = finish_frame(&s, skb);
	if (err != 0) {
		kfree_skb(skb);
		return err;
	}
	err = packet_xmit(po, skb);
	return err != 0 ? err : (int)len;
}

/* -------- SOCK_PACKET -------- */

/* LINUX: dev_get_by_name_rcu() of a name that has room for 14 bytes. */
static struct net_device *spkt_device(const struct packet_send *s)
{
	char name[IFNAMSIZ] = { 0 };

	memcpy(name, s->msg->msg_name + SPKT_DEVICE, SPKT_DEVICE_BYTES - 1);
	return dev_get_by_name(sock_net(s->sk), name);
}

static int spkt_whereto(struct packet_send *s)
{
	if (s->msg->msg_name == NULL)
		return -ENOTCONN;
	if (s->msg->msg_namelen < SOCKADDR_BYTES)
		return -EINVAL;
	if (s->msg->msg_namelen == SOCKADDR_PKT_BYTES)
		s->proto = load_be16(s->msg->msg_name + SPKT_PROTOCOL);
	s->dev = spkt_device(s);
	if (s->dev == NULL)
		return -ENODEV;
	if ((s->dev->flags & IFF_UP) == 0)
		return -ENETDOWN;
	s->reserve = s->dev->hard_header_len;
	return check_nofcs(s);
}

static struct sk_buff *spkt_alloc_skb(const struct packet_send *s)
{
	u32 reserve = ll_reserved(s->dev);
	struct sk_buff *skb =
		sock_wmalloc(s->sk, (u32)s->len + reserve + s->dev->needed_tailroom, false);

	if (skb == NULL)
		return NULL;
	skb_reserve(skb, reserve);
	skb_reset_network_header(skb);
	if (s->dev->header_ops != NULL && s->reserve != 0) {
		skb->data -= s->reserve;
		skb->tail -= s->reserve;
		if (s->len < s->reserve)
			skb_reset_network_header(skb);
	}
	(void)skb_put(skb, (u32)s->len);
	return skb;
}

static int spkt_finish(struct packet_send *s, struct sk_buff *skb)
{
	int err;

	if (copy_from_iter(skb->data, s->len, &s->msg->msg_iter) != s->len)
		return -EFAULT;
	if (s->len < s->dev->hard_header_len || skb->len == 0)
		return -EINVAL;
	if (s->len > (u64)s->dev->mtu + s->reserve && !extra_vlan_len_allowed(s->dev, skb))
		return -EMSGSIZE;
	err = read_cmsgs(s);
	if (err != 0)
		return err;
	label(s, skb, s->sk->sk_mark);
	setup_tx_timestamp(s, skb);
	parse_headers(s->sock, skb);
	return 0;
}

/* What becomes of the frame nobody is told. */
int packet_sendmsg_spkt(struct socket *sock, struct msghdr *msg, u64 len)
{
	struct packet_send s = { .sock = sock, .sk = sock->sk, .msg = msg, .len = len };
	struct sk_buff *skb;
	int err = spkt_whereto(&s);

	if (err != 0)
		return err;
	if (len > (u64)s.dev->mtu + s.reserve + VLAN_HLEN)
		return -EMSGSIZE;
	skb = spkt_alloc_skb(&s);
	if (skb == NULL)
		return -ENOBUFS;
	err = spkt_finish(&s, skb);
	if (err != 0) {
		kfree_skb(skb);
		return err;
	}
	(void)dev_queue_xmit(skb);
	return (int)len;
}
