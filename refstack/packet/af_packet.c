// SPDX-License-Identifier: MIT
/* af_packet.c - packet sockets: bound to devices and protocols, they get what comes and goes.
 *
 * Called by the device layer (packet_rcv) with what other protocols get, too. Rules: LINUX:
 * net/packet/af_packet.c. What a program sends is in packet_snd.c, groups are in fanout.c, options
 * in packet_sockopt.c. Missing: rings.
 */
#include "packet/af_packet.h"

#include "core/cmsg.h"
#include "core/datagram.h"
#include "core/flow_dissector.h"
#include "core/gso.h"
#include "core/tx_tstamp.h"
#include "ipv4/af_inet.h"
#include "packet/packet_internal.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/if_packet.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum { SOCKADDR_BYTES = 16, SA_DATA_AT = 2, SA_DATA_BYTES = 14, VLAN_MAX_DEPTH = 8 };

/* What is kept in a packet's control block: a struct sockaddr_ll whose first word is the packet's
 * length until somebody reads it, or a struct sockaddr_pkt.
 */
enum { CB_ORIGLEN = 0 };
static u8 *packet_skb_cb(struct sk_buff *skb)
{
	return (u8 *)(void *)skb->cb;
}

/* -------- which packets come -------- */

static void register_prot_hook(struct packet_sock *po)
{
	if (packet_sock_flag(po, PACKET_SOCK_RUNNING))
		return;
	if (po->fanout != NULL)
		fanout_link(po);
	else
		dev_add_pack(sock_net(&po->sk), &po->prot_hook);
	sock_hold(&po->sk);
	packet_sock_flag_set(po, PACKET_SOCK_RUNNING, true);
}

static void unregister_prot_hook(struct packet_sock *po)
{
	if (!packet_sock_flag(po, PACKET_SOCK_RUNNING))
		return;
	packet_sock_flag_set(po, PACKET_SOCK_RUNNING, false);
	if (po->fanout != NULL)
		fanout_unlink(po);
	else
		dev_remove_pack(sock_net(&po->sk), &po->prot_hook);
	sock_put(&po->sk);
}

void packet_rehook(struct packet_sock *po)
{
	if (!packet_sock_flag(po, PACKET_SOCK_RUNNING))
		return;
	unregister_prot_hook(po);
	register_prot_hook(po);
}

/* -------- a packet comes -------- */

/* What a program sees begins with the link header, unless it does not want it or there is none. */
static void show_link_header(const struct sock *sk, const struct net_device *dev,
			     struct sk_buff *skb)
{
	if (!dev_has_header(dev))
		return;
	if (sk->sk_type != SOCK_DGRAM)
		(void)skb_push(skb, (u32)(skb->data - skb_mac_header(skb)));
	else if (skb->pkt_type == PACKET_OUTGOING)
		(void)skb_pull(skb, (u32)skb_network_offset(skb));
}

/* Others have it, too: their view of it comes back. */
static void restore_view(struct sk_buff *skb, u8 *data, u32 len)
{
	skb->data = data;
	skb->len = len;
}

static void describe(const struct packet_sock *po, struct sk_buff *skb,
		     const struct net_device *dev, const struct net_device *orig_dev)
{
	bool orig = packet_sock_flag(po, PACKET_SOCK_ORIGDEV);
	u8 *sll = packet_skb_cb(skb);

	put_le16(sll + SLL_HATYPE, dev->type);
	sll[SLL_PKTTYPE] = skb->pkt_type;
	put_le32(sll + SLL_IFINDEX, (u32)(orig ? orig_dev->ifindex : dev->ifindex));
	sll[SLL_HALEN] = (u8)dev_parse_header(skb, sll + SLL_ADDR);
	put_le32(sll + CB_ORIGLEN, skb->len);
}

/* It goes to the queue: the routes that it came by are others' business. */
static void packet_queue(struct packet_sock *po, struct sk_buff *skb)
{
	struct sock *sk = &po->sk;

	skb_set_owner_r(skb, sk);
	skb->dev = NULL;
	skb_dst_drop(skb);
	po->tp_packets++;
	*sock_skb_dropcount(skb) = sock_flag(sk, SOCK_RXQ_OVFL) ? sk->sk_drops : 0;
	skb_clear_delivery_time(skb);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	sk->sk_data_ready(sk);
}

static int packet_rcv(struct sk_buff *skb, struct net_device *dev, const struct packet_type *pt,
		      struct net_device *orig_dev)
{
	struct sock *sk = pt->af_packet_priv;
	struct packet_sock *po = pkt_sk(sk);
	u8 *data = skb->data;
	u32 len = skb->len, snaplen, res;
	enum drop_reason reason = DROP_CONSUMED;

	if (skb->pkt_type == PACKET_LOOPBACK || dev_net(dev) != sock_net(sk))
		goto drop;
	skb->dev = dev;
	show_link_header(sk, dev, skb);
	snaplen = skb->len;
	res = sk->sk_filter != NULL ? bpf_prog_run(&sk->sk_filter->prog, skb) : snaplen;
	if (res == 0)
		goto drop_n_restore;
	snaplen = min_u32(snaplen, res);
	if ((s32)sk->sk_rmem_alloc >= sk->sk_rcvbuf)
		goto drop_n_acct;
	if (skb_shared(skb)) {
		struct sk_buff *nskb = skb_clone(skb);

		if (nskb == NULL)
			goto drop_n_acct;
		restore_view(skb, data, len);
		consume_skb(skb);
		skb = nskb;
	}
	describe(po, skb, dev, orig_dev);
	if (pskb_trim(skb, snaplen) != 0)
		goto drop_n_acct;
	packet_queue(po, skb);
	return 0;

drop_n_acct:
	po->tp_drops++;
	sk->sk_drops++;
	reason = DROP_PACKET_SOCK_ERROR;

drop_n_restore:
	if (skb_shared(skb))
		restore_view(skb, data, len);
drop:
	if (reason == DROP_CONSUMED)
		consume_skb(skb);
	else
		kfree_skb_reason(skb, reason);
	return 0;
}

/* LINUX: strscpy() into spkt_device: words of eight bytes as long as none has the name's end, and
 * what lies behind that word stays.
 */
static void put_device_name(u8 *to, const struct net_device *dev)
{
	u32 n = 0;

	while (n < SPKT_DEVICE_BYTES - 1 && dev->name[n] != '\0')
		n++;
	memset(to + n, 0, n < 8 ? 8 - n : SPKT_DEVICE_BYTES - n);
	memcpy(to, dev->name, n);
}

static int packet_rcv_spkt(struct sk_buff *skb, struct net_device *dev,
			   const struct packet_type *pt, struct net_device *orig_dev)
{
	struct sock *sk = pt->af_packet_priv;
	enum drop_reason reason;
	u8 *spkt;

	(void)orig_dev;
	if (skb->pkt_type == PACKET_LOOPBACK || dev_net(dev) != sock_net(sk))
		goto out;
	skb = skb_share_check(skb);
	if (skb == NULL)
		return 0;
	skb_dst_drop(skb);
	spkt = packet_skb_cb(skb);
	if (dev_has_header(dev))
		(void)skb_push(skb, (u32)(skb->data - skb_mac_header(skb)));
	put_le16(spkt + SPKT_FAMILY, dev->type);
	put_device_name(spkt + SPKT_DEVICE, dev);
	store_be16(spkt + SPKT_PROTOCOL, skb->protocol);
	if (sock_queue_rcv_skb_reason(sk, skb, &reason) == 0)
		return 0;
out:
	kfree_skb(skb);
	return 0;
}

/* -------- a program reads -------- */

static int sock_recv_errqueue(struct sock *sk, struct msghdr *msg, u64 len)
{
	struct sk_buff *skb = sock_dequeue_err_skb(sk);
	const struct sock_extended_err *ee;
	u8 raw[16] = { 0 };
	u32 copied;
	int err;

	if (skb == NULL)
		return -EAGAIN;
	copied = (u32)min_u64(skb->len, len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (err == 0) {
		sock_recv_timestamp(msg, sk, skb);
		ee = &SKB_EXT_ERR(skb)->ee;
		put_le32(raw, ee->ee_errno);
		raw[4] = ee->ee_origin;
		raw[5] = ee->ee_type;
		raw[6] = ee->ee_code;
		put_le32(raw + 8, ee->ee_info);
		put_le32(raw + 12, ee->ee_data);
		put_cmsg(sk, msg, SOL_PACKET, PACKET_TX_TIMESTAMP, sizeof(raw), raw);
		msg->msg_flags |= MSG_ERRQUEUE;
		err = (int)copied;
	}
	kfree_skb(skb);
	return err;
}

/* LINUX: packet_rcv_vnet(). */
static int give_vnet_hdr(struct msghdr *msg, const struct sk_buff *skb, u64 *len, u32 size)
{
	u8 hdr[VIRTIO_NET_HDR_MRG_BYTES] = { 0 };
	int err;

	if (*len < size)
		return -EINVAL;
	*len -= size;
	err = virtio_net_hdr_from_skb(skb, hdr);
	if (err != 0)
		return err;
	return copy_to_iter(hdr, size, &msg->msg_iter) == size ? 0 : -EFAULT;
}

static s32 mac_offset(const struct sk_buff *skb)
{
	return (s32)(skb_mac_header(skb) - skb->data);
}

/* LINUX: __vlan_get_protocol_offset(): what the tags in front of it hide. */
static be16 vlan_get_protocol_dgram(const struct sk_buff *skb)
{
	be16 type = skb->protocol;
	u32 depth = ETH_HLEN;

	if (!eth_type_vlan(be16_to_cpu(type)))
		return type;
	if (skb->mac_len != 0) {
		if (skb->mac_len < VLAN_HLEN)
			return (be16){ 0 };
		depth = skb->mac_len - VLAN_HLEN;
	}
	for (u32 left = VLAN_MAX_DEPTH; eth_type_vlan(be16_to_cpu(type)); left--) {
		u8 hdr[VLAN_HLEN];

		if (!skb_header_bytes(skb, mac_offset(skb) + (s32)depth, hdr, sizeof(hdr)) ||
		    left == 1)
			return (be16){ 0 };
		type = load_be16(hdr + 2);
		depth += VLAN_HLEN;
	}
	return type;
}

/* LINUX: vlan_get_tci(). */
static u16 vlan_get_tci(const struct sk_buff *skb, const struct net_device *dev)
{
	u8 hdr[VLAN_HLEN];

	if (!skb_header_bytes(skb, mac_offset(skb) + dev->hard_header_len, hdr, sizeof(hdr)))
		return 0;
	return get_be16(hdr);
}

/* As much of the address as the link's addresses are long. */
static void give_name(const struct socket *sock, struct sk_buff *skb, struct msghdr *msg)
{
	const u8 *cb = packet_skb_cb(skb);
	u32 len = SOCKADDR_PKT_BYTES;

	if (msg->msg_name == NULL)
		return;
	if (sock->type != SOCK_PACKET)
		len = SLL_ADDR + cb[SLL_HALEN];
	msg->msg_namelen = (int)len;
	if (sock->type != SOCK_PACKET && len < SOCKADDR_LL_BYTES) {
		memset(msg->msg_name + SLL_ADDR, 0, SOCKADDR_LL_BYTES - SLL_ADDR);
		msg->msg_namelen = SOCKADDR_LL_BYTES;
	}
	memcpy(msg->msg_name, cb, len);
}

static u32 aux_status(const struct sk_buff *skb)
{
	u32 status = TP_STATUS_USER;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		status |= TP_STATUS_CSUMNOTREADY;
	else if (skb->pkt_type != PACKET_OUTGOING && skb_csum_unnecessary(skb))
		status |= TP_STATUS_CSUM_VALID;
	if (skb_is_gso(skb) && (skb->hd->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) != 0)
		status |= TP_STATUS_GSO_TCP;
	return status;
}

static void give_auxdata(const struct socket *sock, struct sk_buff *skb, struct msghdr *msg,
			 u32 origlen)
{
	const u32 tagged = TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;
	u8 aux[TPACKET_AUXDATA_BYTES] = { 0 };
	u32 status = aux_status(skb);
	const struct net_device *dev;

	put_le32(aux + AUX_LEN, origlen);
	put_le32(aux + AUX_SNAPLEN, skb->len);
	put_le16(aux + AUX_NET, (u16)skb_network_offset(skb));
	if (skb->vlan_present) {
		put_le16(aux + AUX_VLAN_TCI, skb->vlan_tci);
		put_le16(aux + AUX_VLAN_TPID, skb->vlan_proto);
		status |= tagged;
	} else if (sock->type == SOCK_DGRAM && eth_type_vlan(be16_to_cpu(skb->protocol))) {
		dev = dev_get_by_index(sock_net(sock->sk),
				       (s32)get_le32(packet_skb_cb(skb) + SLL_IFINDEX));
		if (dev != NULL) {
			put_le16(aux + AUX_VLAN_TCI, vlan_get_tci(skb, dev));
			put_le16(aux + AUX_VLAN_TPID, be16_to_cpu(skb->protocol));
			status |= tagged;
		}
	}
	put_le32(aux + AUX_STATUS, status);
	put_cmsg(sock->sk, msg, SOL_PACKET, PACKET_AUXDATA, sizeof(aux), aux);
}

/* What a packet says of itself. The place of its length is the family's and the protocol's now. */
static void give_meta(const struct socket *sock, struct sk_buff *skb, struct msghdr *msg)
{
	u8 *sll = packet_skb_cb(skb);
	u32 origlen = 0;

	if (sock->type != SOCK_PACKET) {
		origlen = get_le32(sll + CB_ORIGLEN);
		put_le16(sll + SLL_FAMILY, AF_PACKET);
		store_be16(sll + SLL_PROTOCOL,
			   sock->type == SOCK_DGRAM ? vlan_get_protocol_dgram(skb) : skb->protocol);
	}
	sock_recv_cmsgs(msg, sock->sk, skb);
	give_name(sock, skb, msg);
	if (packet_sock_flag(pkt_sk(sock->sk), PACKET_SOCK_AUXDATA))
		give_auxdata(sock, skb, msg, origlen);
}

static int packet_recvmsg(struct socket *sock, struct msghdr *msg, u64 len, int flags)
{
	const u32 known = MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | MSG_ERRQUEUE;
	struct sock *sk = sock->sk;
	u32 vnet_hdr_len = pkt_sk(sk)->vnet_hdr_sz, copied;
	struct sk_buff *skb;
	int err = 0;

	if (((u32)flags & ~known) != 0)
		return -EINVAL;
	if ((flags & MSG_ERRQUEUE) != 0)
		return sock_recv_errqueue(sk, msg, len);
	skb = skb_recv_datagram(sk, (u32)flags, &err);
	if (skb == NULL)
		return err;
	packet_rcv_try_clear_pressure(pkt_sk(sk));
	if (vnet_hdr_len != 0)
		err = give_vnet_hdr(msg, skb, &len, vnet_hdr_len);
	if (err != 0)
		goto out_free;
	copied = (u32)min_u64(skb->len, len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (err == 0) {
		give_meta(sock, skb, msg);
		err = (int)(vnet_hdr_len + ((flags & MSG_TRUNC) != 0 ? skb->len : copied));
	}
out_free:
	consume_skb(skb);
	return err;
}

/* -------- names -------- */

static void packet_rebind(struct packet_sock *po, struct net_device *dev, be16 proto)
{
	unregister_prot_hook(po);
	po->num = proto;
	po->prot_hook.type = be16_to_cpu(proto);
	po->prot_hook.dev = dev;
	po->ifindex = dev != NULL ? dev->ifindex : 0;
	po->cached_dev = dev;
}

/* LINUX: packet_do_bind(). A socket that is bound to a device that is down gets nothing, and is
 * told.
 */
static int packet_do_bind(struct packet_sock *po, struct net_device *dev, be16 proto)
{
	struct sock *sk = &po->sk;

	if (po->prot_hook.type == be16_to_cpu(proto) && po->prot_hook.dev == dev)
		return 0;
	packet_rebind(po, dev, proto);
	if (be16_to_cpu(proto) == 0)
		return 0;
	if (dev == NULL || (dev->flags & IFF_UP) != 0) {
		register_prot_hook(po);
		return 0;
	}
	sk->sk_err = ENETDOWN;
	if (!sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
	return 0;
}

/* name: the device's; NULL: ifindex says it, 0: any. */
static int bind_to(struct sock *sk, const char *name, s32 ifindex, be16 proto)
{
	struct packet_sock *po = pkt_sk(sk);
	struct net_device *dev = NULL;
	int err = -EINVAL;

	lock_sock(sk);
	if (be16_to_cpu(proto) == 0)
		proto = po->num;
	if (po->fanout != NULL)
		goto out;
	err = -ENODEV;
	if (name != NULL)
		dev = dev_get_by_name(sock_net(sk), name);
	else if (ifindex != 0)
		dev = dev_get_by_index(sock_net(sk), ifindex);
	if (dev == NULL && (name != NULL || ifindex != 0))
		goto out;
	err = packet_do_bind(po, dev, proto);
out:
	release_sock(sk);
	return err;
}

static int packet_bind_spkt(struct socket *sock, const u8 *uaddr, int addr_len)
{
	char name[SA_DATA_BYTES + 2] = { 0 };

	if (addr_len != SOCKADDR_BYTES)
		return -EINVAL;
	memcpy(name, uaddr + SA_DATA_AT, SA_DATA_BYTES);
	return bind_to(sock->sk, name, 0, (be16){ 0 });
}

static int packet_bind(struct socket *sock, const u8 *uaddr, int addr_len)
{
	if (addr_len < SOCKADDR_LL_BYTES || get_le16(uaddr + SLL_FAMILY) != AF_PACKET)
		return -EINVAL;
	return bind_to(sock->sk, NULL, (s32)get_le32(uaddr + SLL_IFINDEX),
		       load_be16(uaddr + SLL_PROTOCOL));
}

static int packet_getname_spkt(struct socket *sock, u8 *uaddr, int peer)
{
	const struct net_device *dev;

	if (peer != 0)
		return -EOPNOTSUPP;
	put_le16(uaddr, AF_PACKET);
	memset(uaddr + SA_DATA_AT, 0, SA_DATA_BYTES);
	dev = dev_get_by_index(sock_net(sock->sk), pkt_sk(sock->sk)->ifindex);
	for (u32 i = 0; dev != NULL && i < SA_DATA_BYTES - 1 && dev->name[i] != '\0'; i++)
		uaddr[SA_DATA_AT + i] = (u8)dev->name[i];
	return SOCKADDR_BYTES;
}

static int packet_getname(struct socket *sock, u8 *sll, int peer)
{
	const struct packet_sock *po = pkt_sk(sock->sk);
	const struct net_device *dev;

	if (peer != 0)
		return -EOPNOTSUPP;
	put_le16(sll + SLL_FAMILY, AF_PACKET);
	put_le32(sll + SLL_IFINDEX, (u32)po->ifindex);
	store_be16(sll + SLL_PROTOCOL, po->num);
	sll[SLL_PKTTYPE] = 0;
	put_le16(sll + SLL_HATYPE, 0);
	sll[SLL_HALEN] = 0;
	dev = dev_get_by_index(sock_net(sock->sk), po->ifindex);
	if (dev != NULL) {
		put_le16(sll + SLL_HATYPE, dev->type);
		sll[SLL_HALEN] = dev->addr_len;
		memcpy(sll + SLL_ADDR, dev->dev_addr, dev->addr_len);
	}
	return SLL_ADDR + sll[SLL_HALEN];
}

/* -------- devices come and go -------- */

/* LINUX: packet_notifier(), of one socket. */
static void packet_hears(struct packet_sock *po, struct net_device *dev, u32 event)
{
	struct sock *sk = &po->sk;

	if (event == NETDEV_UNREGISTER)
		packet_dev_mclist_delete(po, dev);
	if (dev->ifindex != po->ifindex)
		return;
	if (event == NETDEV_UP) {
		if (be16_to_cpu(po->num) != 0)
			register_prot_hook(po);
		return;
	}
	if (packet_sock_flag(po, PACKET_SOCK_RUNNING)) {
		unregister_prot_hook(po);
		sk->sk_err = ENETDOWN;
		if (!sock_flag(sk, SOCK_DEAD))
			sk_error_report(sk);
	}
	if (event == NETDEV_UNREGISTER) {
		po->cached_dev = NULL;
		po->ifindex = -1;
		po->prot_hook.dev = NULL;
	}
}

static void packet_notifier(struct net_device *dev, u32 event)
{
	struct packet_sock *po;

	if (event != NETDEV_UNREGISTER && event != NETDEV_DOWN && event != NETDEV_UP)
		return;
	list_for_each_entry (po, &dev_net(dev)->packet_sklist, struct packet_sock, sk_list)
		packet_hears(po, dev, event);
}

/* -------- the rest -------- */

static int put_user_int(struct sock *sk, uptr to, u32 value)
{
	u8 word[4];

	put_le32(word, value);
	return copy_to_user(current_task(sock_net(sk)), to, word, sizeof(word)) != 0 ? -EFAULT : 0;
}

static int packet_ioctl(struct socket *sock, u32 cmd, uptr arg)
{
	struct sock *sk = sock->sk;
	const struct sk_buff *skb;

	switch (cmd) {
	case SIOCOUTQ:
		return put_user_int(sk, arg, sk->sk_wmem_alloc - 1);
	case SIOCINQ:
		skb = skb_peek(&sk->sk_receive_queue);
		return put_user_int(sk, arg, skb != NULL ? skb->len : 0);
	case SIOCADDRT:
	case SIOCDELRT:
	case SIOCDARP:
	case SIOCGARP:
	case SIOCSARP:
	case SIOCGIFADDR:
	case SIOCSIFADDR:
	case SIOCGIFBRDADDR:
	case SIOCSIFBRDADDR:
	case SIOCGIFNETMASK:
	case SIOCSIFNETMASK:
	case SIOCGIFDSTADDR:
	case SIOCSIFDSTADDR:
	case SIOCSIFFLAGS:
		return inet_ioctl(sock, cmd, arg);
	default:
		return -ENOIOCTLCMD;
	}
}

static u32 packet_poll(struct file *file, struct socket *sock, struct task *wait)
{
	u32 mask = datagram_poll(file, sock, wait);

	packet_rcv_try_clear_pressure(pkt_sk(sock->sk));
	return mask;
}

static int packet_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct packet_sock *po;

	if (sk == NULL)
		return 0;
	po = pkt_sk(sk);
	list_del_init(&po->sk_list);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
	unregister_prot_hook(po);
	po->num = (be16){ 0 };
	po->cached_dev = NULL;
	po->prot_hook.dev = NULL;
	packet_flush_mclist(po);
	fanout_release(po);
	sock_orphan(sk);
	sock->sk = NULL;
	skb_queue_purge_reason(&sk->sk_receive_queue, DROP_QUEUE_PURGE);
	sock_put(sk);
	return 0;
}

static int sock_no_connect(struct socket *sock, const u8 *vaddr, int addr_len, int flags)
{
	(void)sock;
	(void)vaddr;
	(void)addr_len;
	(void)flags;
	return -EOPNOTSUPP;
}

static int sock_no_shutdown(struct socket *sock, int how)
{
	(void)sock;
	(void)how;
	return -EOPNOTSUPP;
}

const struct proto packet_prot = {
	.name = "PACKET",
	.obj_size = sizeof(struct packet_sock),
	.inuse_idx = PROTO_INUSE_PACKET,
};

static const struct proto_ops packet_ops_spkt = {
	.family = PF_PACKET,
	.release = packet_release,
	.bind = packet_bind_spkt,
	.connect = sock_no_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = packet_getname_spkt,
	.poll = datagram_poll,
	.ioctl = packet_ioctl,
	.listen = sock_no_listen,
	.shutdown = sock_no_shutdown,
	.sendmsg = packet_sendmsg_spkt,
	.recvmsg = packet_recvmsg,
};

static const struct proto_ops packet_ops = {
	.family = PF_PACKET,
	.release = packet_release,
	.bind = packet_bind,
	.connect = sock_no_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = packet_getname,
	.poll = packet_poll,
	.ioctl = packet_ioctl,
	.listen = sock_no_listen,
	.shutdown = sock_no_shutdown,
	.setsockopt = packet_setsockopt,
	.getsockopt = packet_getsockopt,
	.sendmsg = packet_sendmsg,
	.recvmsg = packet_recvmsg,
};

static void packet_sock_destruct(struct sock *sk)
{
	skb_queue_purge_reason(&sk->sk_error_queue, DROP_QUEUE_PURGE);
	assert(sk->sk_rmem_alloc == 0);
	assert(sk->sk_wmem_alloc == 0);
	assert(sock_flag(sk, SOCK_DEAD));
}

/* The protocol is an ethertype in network order: its low 16 bits as a little-endian machine lays
 * them down.
 */
static be16 protocol_number(int protocol)
{
	u8 raw[2];

	put_le16(raw, (u16)protocol);
	return load_be16(raw);
}

static int packet_create(struct net *net, struct socket *sock, int protocol, bool kern)
{
	struct packet_sock *po;
	struct sock *sk;

	if (!ns_capable(current_task(net), CAP_NET_RAW))
		return -EPERM;
	if (sock->type != SOCK_DGRAM && sock->type != SOCK_RAW && sock->type != SOCK_PACKET)
		return -ESOCKTNOSUPPORT;
	sock->state = SS_UNCONNECTED;
	sk = sk_alloc(net, PF_PACKET, &packet_prot, kern);
	if (sk == NULL)
		return -ENOBUFS;
	sock->ops = sock->type == SOCK_PACKET ? &packet_ops_spkt : &packet_ops;
	sock_init_data(sock, sk);
	sk->sk_destruct = packet_sock_destruct;
	po = pkt_sk(sk);
	po->num = protocol_number(protocol);
	INIT_LIST_HEAD(&po->fanout_node);
	po->prot_hook.func = sock->type == SOCK_PACKET ? packet_rcv_spkt : packet_rcv;
	po->prot_hook.af_packet_priv = sk;
	if (be16_to_cpu(po->num) != 0) {
		po->prot_hook.type = be16_to_cpu(po->num);
		register_prot_hook(po);
	}
	list_add_tail(&po->sk_list, &net->packet_sklist);
	sock_prot_inuse_add(net, &packet_prot, 1);
	return 0;
}

static const struct net_proto_family packet_family_ops = { .family = PF_PACKET,
							   .create = packet_create };

void packet_init(struct net *net)
{
	int err;

	INIT_LIST_HEAD(&net->packet_sklist);
	net->packet_notifier = packet_notifier;
	err = sock_register(net, &packet_family_ops);
	assert(err == 0);
}
