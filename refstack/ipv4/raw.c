// SPDX-License-Identifier: MIT
/* raw.c - raw IPv4 sockets: what they are given and told, and their lives.
 *
 * Path: beside it: ip_protocol_deliver_rcu() brings packets, icmp_rcv() errors. Sending is in
 * raw_send.c. Rules: LINUX: net/ipv4/raw.c.
 * DIVERGES(raw-list): one list of all raw sockets, the youngest first, instead of chains by
 * protocol; whom a packet goes to, and in which order, is the same.
 */
#include "ipv4/raw.h"

#include "core/datagram.h"
#include "ipv4/af_inet.h"
#include "ipv4/icmp.h"
#include "ipv4/igmp.h"
#include "ipv4/inetdevice.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"

enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4, SIN_ZERO = 8 };

/* -------- packets come -------- */

/* LINUX: raw_v4_match() without VRF. */
static bool raw_v4_match(const struct sock *sk, u8 num, be32 raddr, be32 laddr, s32 dif)
{
	if (sk->sk_num != num)
		return false;
	if (!be32_is_zero(sk->sk_daddr) && !be32_eq(sk->sk_daddr, raddr))
		return false;
	if (!be32_is_zero(sk->sk_rcv_saddr) && !be32_eq(sk->sk_rcv_saddr, laddr))
		return false;
	return sk->sk_bound_dev_if == 0 || sk->sk_bound_dev_if == dif;
}

/* True: the program does not want messages of this type. */
static bool icmp_filter(const struct sock *sk, const struct sk_buff *skb)
{
	u8 icmph[ICMP_HLEN];

	if (skb_copy_bits(skb, (u32)skb_transport_offset(skb), icmph, sizeof(icmph)) != 0)
		return true;
	return icmph[ICMP_TYPE] < 32 && (1u << icmph[ICMP_TYPE] & raw_sk(sk)->filter) != 0;
}

static int raw_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	enum drop_reason reason;

	ipv4_pktinfo_prepare(sk, skb, true);
	if (sock_queue_rcv_skb_reason(sk, skb, &reason) == 0)
		return NET_RX_SUCCESS;
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

/* A program gets the packet from its IP header on. */
int raw_rcv(struct sock *sk, struct sk_buff *skb)
{
	PROBE(sock_net(sk), raw_rcv);

	(void)skb_push(skb, (u32)-skb_network_offset(skb));
	(void)raw_rcv_skb(sk, skb);
	return 0;
}

static bool raw_wants(const struct sock *sk, const struct sk_buff *skb, be32 daddr, u8 protocol)
{
	if (protocol == IPPROTO_ICMP && icmp_filter(sk, skb))
		return false;
	return ip_mc_sf_allow(sk, daddr, ipv4_saddr(ip_hdr(skb)), skb->dev->ifindex);
}

/* LINUX: raw_v4_input(): a copy for each socket that has room. */
bool raw_local_deliver(struct sk_buff *skb, u8 protocol)
{
	const u8 *iph = ip_hdr(skb);
	be32 saddr = ipv4_saddr(iph), daddr = ipv4_daddr(iph);
	s32 dif = inet_iif(skb);
	bool delivered = false;
	struct hlist_node *n;

	hlist_for_each (n, &skb->net->raw_socks) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_node);
		struct sk_buff *clone;

		if (!raw_v4_match(sk, protocol, saddr, daddr, dif))
			continue;
		if (sk->sk_rmem_alloc >= (u32)sk->sk_rcvbuf) {
			sk->sk_drops++;
			continue;
		}
		delivered = true;
		clone = raw_wants(sk, skb, daddr, protocol) ? skb_clone(skb) : NULL;
		if (clone != NULL)
			(void)raw_rcv(sk, clone);
	}
	return delivered;
}

/* -------- errors -------- */

/* What the message means for a program; 0: nothing. *hard: it ends the association. */
static u32 raw_err_number(const struct sock *sk, u8 type, u8 code, bool *hard)
{
	*hard = false;
	switch (type) {
	case ICMP_SOURCE_QUENCH:
		return 0;
	case ICMP_PARAMETERPROB:
		*hard = true;
		return EPROTO;
	case ICMP_DEST_UNREACH:
		break;
	default:
		return EHOSTUNREACH;
	}
	if (code > NR_ICMP_UNREACH)
		return EHOSTUNREACH;
	if (code == ICMP_FRAG_NEEDED) {
		*hard = inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT;
		return EMSGSIZE;
	}
	*hard = icmp_err_convert[code].fatal;
	return (u32)icmp_err_convert[code].errnum;
}

/* RFC 1122 3.3.4.2 leaves it to the kernel: whom it may concern is connected, or has asked. */
static void raw_err(struct sock *sk, struct sk_buff *skb, u32 info)
{
	const u8 type = skb_transport_header(skb)[ICMP_TYPE];
	const u8 code = skb_transport_header(skb)[ICMP_CODE];
	bool recverr = inet_test_bit(sk, INET_FLAGS_RECVERR);
	bool hard;
	u32 err;

	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		ipv4_sk_update_pmtu(skb, sk, info);
	if (type == ICMP_REDIRECT) {
		ipv4_sk_redirect(skb, sk);
		return;
	}
	if (!recverr && sk->sk_state != TCP_ESTABLISHED)
		return;
	err = raw_err_number(sk, type, code, &hard);
	if (err == 0)
		return;
	if (recverr) {
		u32 hlen = inet_test_bit(sk, INET_FLAGS_HDRINCL) ? 0 : ipv4_hlen(skb->data);

		ip_icmp_error(sk, skb, (int)err, (be16){ 0 }, info, skb->data + hlen);
	}
	if (recverr || hard) {
		sk->sk_err = err;
		sk_error_report(sk);
	}
}

void raw_icmp_error(struct sk_buff *skb, u8 protocol, u32 info)
{
	struct hlist_node *n;

	hlist_for_each (n, &skb->net->raw_socks) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_node);
		const u8 *iph = skb->data;

		if (raw_v4_match(sk, protocol, ipv4_daddr(iph), ipv4_saddr(iph), skb->dev->ifindex))
			raw_err(sk, skb, info);
	}
}

/* -------- a program reads -------- */

static void raw_set_name(const struct sk_buff *skb, struct msghdr *msg, int *addr_len)
{
	u8 *sin = msg->msg_name;

	if (sin == NULL)
		return;
	memset(sin, 0, SOCKADDR_IN_BYTES);
	put_le16(sin + SIN_FAMILY, AF_INET);
	store_be32(sin + SIN_ADDR, ipv4_saddr(ip_hdr(skb)));
	*addr_len = SOCKADDR_IN_BYTES;
}

static int raw_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len)
{
	PROBE(sock_net(sk), raw_recvmsg);
	struct sk_buff *skb;
	u32 copied;
	int err = 0;

	if ((flags & MSG_OOB) != 0)
		return -EOPNOTSUPP;
	if ((flags & MSG_ERRQUEUE) != 0)
		return ip_recv_error(sk, msg, len, addr_len);
	skb = skb_recv_datagram(sk, (u32)flags, &err);
	if (skb == NULL)
		return err;
	copied = (u32)min_u64(len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (err == 0) {
		sock_recv_cmsgs(msg, sk, skb);
		raw_set_name(skb, msg, addr_len);
		if (inet_cmsg_flags(sk))
			ip_cmsg_recv_offset(msg, sk, skb, 0, 0);
		if ((flags & MSG_TRUNC) != 0)
			copied = skb->len;
	}
	consume_skb(skb);
	return err != 0 ? err : (int)copied;
}

static int raw_ioctl(struct sock *sk, int cmd, int *karg)
{
	const struct sk_buff *skb = skb_peek(&sk->sk_receive_queue);

	switch (cmd) {
	case SIOCOUTQ:
		*karg = (int)sk->sk_wmem_alloc - 1;
		return 0;
	case SIOCINQ:
		*karg = skb != NULL ? (int)skb->len : 0;
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}

/* -------- options -------- */

enum { ICMP_FILTER_BYTES = 4 };

/* As much of the filter as the program gives; the rest stays. LINUX: of what cannot be read it is
 * zeros.
 */
static int raw_seticmpfilter(struct sock *sk, uptr optval, u32 optlen)
{
	u32 len = min_u32(optlen, ICMP_FILTER_BYTES);
	u8 filter[ICMP_FILTER_BYTES];
	u32 left;

	put_le32(filter, raw_sk(sk)->filter);
	left = (u32)copy_from_user(current_task(sock_net(sk)), filter, optval, len);
	memset(filter + len - left, 0, left);
	raw_sk(sk)->filter = get_le32(filter);
	return left != 0 ? -EFAULT : 0;
}

static int raw_geticmpfilter(const struct sock *sk, uptr optval, uptr optlen)
{
	struct task *t = current_task(sock_net(sk));
	u8 filter[ICMP_FILTER_BYTES], raw[4];
	s32 len;

	if (copy_from_user(t, raw, optlen, sizeof(raw)) != 0)
		return -EFAULT;
	len = (s32)get_le32(raw);
	if (len < 0)
		return -EINVAL;
	len = min_s32(len, ICMP_FILTER_BYTES);
	put_le32(raw, (u32)len);
	put_le32(filter, raw_sk(sk)->filter);
	if (copy_to_user(t, optlen, raw, sizeof(raw)) != 0 ||
	    copy_to_user(t, optval, filter, (u32)len) != 0)
		return -EFAULT;
	return 0;
}

static int raw_option_known(const struct sock *sk, int optname)
{
	if (optname != ICMP_FILTER)
		return -ENOPROTOOPT;
	return sk->sk_num == IPPROTO_ICMP ? 0 : -EOPNOTSUPP;
}

static int raw_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen)
{
	int err;

	if (level != SOL_RAW)
		return ip_setsockopt(sk, level, optname, optval, optlen);
	err = raw_option_known(sk, optname);
	return err != 0 ? err : raw_seticmpfilter(sk, optval, optlen);
}

static int raw_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen)
{
	int err;

	if (level != SOL_RAW)
		return ip_getsockopt(sk, level, optname, optval, optlen);
	err = raw_option_known(sk, optname);
	return err != 0 ? err : raw_geticmpfilter(sk, optval, optlen);
}

/* -------- a socket's life -------- */

static int raw_sk_init(struct sock *sk)
{
	raw_sk(sk)->filter = 0;
	return 0;
}

/* Only the address matters: there are no ports, and the family is not looked at. */
static int raw_bind(struct sock *sk, const u8 *uaddr, int addr_len)
{
	struct inet_sock *inet = inet_sk(sk);
	int err = -EINVAL;
	be32 addr;
	u32 type;

	lock_sock(sk);
	if (sk->sk_state != TCP_CLOSE || addr_len < SOCKADDR_IN_BYTES)
		goto out;
	addr = load_be32(uaddr + SIN_ADDR);
	type = inet_addr_type_table(sock_net(sk), addr, RT_TABLE_LOCAL);
	err = -EADDRNOTAVAIL;
	if (!inet_addr_valid_or_nonlocal(sk, addr, type))
		goto out;
	sk->sk_rcv_saddr = addr;
	inet->inet_saddr = addr;
	if (type == RTN_MULTICAST || type == RTN_BROADCAST)
		inet->inet_saddr = (be32){ 0 };
	sk_dst_reset(sk);
	err = 0;
out:
	release_sock(sk);
	return err;
}

static int raw_hash_sk(struct sock *sk)
{
	hlist_add_head(&sk->sk_node, &sock_net(sk)->raw_socks);
	sock_set_flag(sk, SOCK_RCU_FREE);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	return 0;
}

/* A socket without protocol was never in the list; one that disconnects is no longer. */
static void raw_unhash_sk(struct sock *sk)
{
	if (sk->sk_node.pprev == NULL)
		return;
	hlist_del_init(&sk->sk_node);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
}

static int raw_close(struct sock *sk, s64 timeout)
{
	(void)timeout;
	(void)ip_ra_control(sk, false, NULL);
	sk_common_release(sk);
	return 0;
}

static void raw_destroy(struct sock *sk)
{
	lock_sock(sk);
	ip_flush_pending_frames(sk);
	release_sock(sk);
}

static int raw_abort(struct sock *sk, int err)
{
	lock_sock(sk);
	sk->sk_err = (u32)err;
	sk_error_report(sk);
	(void)udp_disconnect_locked(sk, 0);
	release_sock(sk);
	return 0;
}

const struct proto raw_prot = {
	.name = "RAW",
	.close = raw_close,
	.destroy = raw_destroy,
	.connect = ip4_datagram_connect,
	.disconnect = udp_disconnect_locked,
	.ioctl = raw_ioctl,
	.init = raw_sk_init,
	.setsockopt = raw_setsockopt,
	.getsockopt = raw_getsockopt,
	.sendmsg = raw_sendmsg,
	.recvmsg = raw_recvmsg,
	.bind = raw_bind,
	.backlog_rcv = raw_rcv_skb,
	.release_cb = ip4_datagram_release_cb,
	.hash = raw_hash_sk,
	.unhash = raw_unhash_sk,
	.diag_destroy = raw_abort,
	.obj_size = sizeof(struct raw_sock),
	.inuse_idx = PROTO_INUSE_RAW,
};
