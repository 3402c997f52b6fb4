// SPDX-License-Identifier: MIT
/* raw_send.c - what a program sends on a raw socket: behind a header of ours, or with its own.
 *
 * Path: step 3 of SOCK_RAW (raw_sendmsg()); a header of the program's own skips step 4's first
 * half. Rules: RFC 1122 3.2.1 where the header is ours; LINUX: raw_sendmsg() and raw_send_hdrinc().
 * Who waits for room looks the route up again when it goes on: see udp.c.
 */
#include "ipv4/raw.h"

#include "base/csum.h"
#include "core/iov.h"
#include "core/netdevice.h"
#include "core/qdisc.h"
#include "core/tx_tstamp.h"
#include "ipv4/icmp.h"
#include "uapi/errno.h"

enum { SIN_FAMILY = 0, SIN_ADDR = 4, HDRINC_EXTRA = 15, ICMP_PROBED = 2 };

/* LINUX: struct raw_frag_vec: data whose first bytes have been looked at. */
struct raw_frag_vec {
	struct msghdr *msg;
	u8 hdr[ICMP_PROBED];
	u32 hlen;
};

/* What raw_sendmsg() finds out before it makes a packet. */
struct raw_request {
	struct ipcm_cookie ipc;
	struct raw_frag_vec rfv;
	struct flowi4 fl4;
	be32 daddr;
	bool hdrincl;
};

/* -------- a header of the program's own -------- */

/* Address, identification, length and checksum are put in where the program leaves that to us.
 * LINUX: an identification is chosen as for no socket.
 */
static int hdrinc_complete(struct net *net, struct sk_buff *skb, u32 length, be32 saddr)
{
	u8 *iph = ip_hdr(skb);
	u32 iphlen = ipv4_hlen(iph);

	if (iphlen > length || iphlen < IPV4_HLEN)
		return -EINVAL;
	if (be32_is_zero(ipv4_saddr(iph)))
		store_be32(iph + IPV4_SADDR, saddr);
	put_be16(iph + IPV4_TOT_LEN, (u16)length);
	if (get_be16(iph + IPV4_ID) == 0)
		ip_select_ident(net, skb, NULL, 1);
	ip_send_check(iph);
	skb->transport_header = (u16)(skb->transport_header + iphlen);
	if (iph[IPV4_PROTOCOL] == IPPROTO_ICMP && length >= iphlen + ICMP_HLEN)
		icmp_out_count(net, skb_transport_header(skb)[ICMP_TYPE]);
	return 0;
}

static struct sk_buff *hdrinc_alloc(struct sock *sk, struct rtable **rtp, u32 length, u32 flags,
				    int *err)
{
	const struct net_device *dev = (*rtp)->dst.dev;
	u32 hlen = ll_reserved_space(dev);
	struct sk_buff *skb = sock_alloc_send_pskb(sk, length + hlen + HDRINC_EXTRA, 0,
						   (flags & MSG_DONTWAIT) != 0, err, 0);

	if (skb == NULL)
		return NULL;
	skb_reserve(skb, hlen);
	skb->protocol = cpu_to_be16(ETH_P_IP);
	skb->priority = sk->sk_priority;
	skb_dst_set(skb, &(*rtp)->dst);
	*rtp = NULL;
	skb_reset_network_header(skb);
	(void)skb_put(skb, length);
	skb->ip_summed = CHECKSUM_NONE;
	if ((flags & MSG_CONFIRM) != 0)
		skb->dst_pending_confirm = true;
	skb->transport_header = skb->network_header;
	return skb;
}

/* LINUX: skb_setup_tx_timestamp(), and when it shall leave. */
static void hdrinc_stamp(struct sock *sk, struct sk_buff *skb, const struct ipcm_cookie *ipc)
{
	const u32 tsflags = ipc->sockc_tsflags;

	skb_set_delivery_type_by_clockid(skb, ipc->sockc_transmit_time, sk->sk_clockid);
	if (unlikely(tsflags != 0) || sock_flag(sk, SOCK_WIFI_STATUS))
		skb->hd->tx_flags |= sock_tx_timestamp(sk, tsflags);
	if ((tsflags & SOF_TIMESTAMPING_OPT_ID) != 0 &&
	    (tsflags & SOF_TIMESTAMPING_TX_RECORD_MASK) != 0)
		skb->hd->tskey = sk->sk_tskey++;
}

static int hdrinc_xmit(struct sock *sk, struct raw_request *r, struct msghdr *msg, u32 length,
		       struct rtable **rtp)
{
	struct net *net = sock_net(sk);
	int err = 0;
	struct sk_buff *skb = hdrinc_alloc(sk, rtp, length, msg->msg_flags, &err);

	if (skb == NULL)
		return err;
	skb->mark = r->ipc.sockc_mark;
	hdrinc_stamp(sk, skb, &r->ipc);
	if (copy_from_iter(ip_hdr(skb), length, &msg->msg_iter) != length)
		err = -EFAULT;
	else
		err = hdrinc_complete(net, skb, length, r->fl4.saddr);
	if (err != 0) {
		kfree_skb(skb);
		return err;
	}
	err = dst_output(net, sk, skb);
	if (err > 0)
		err = err != NET_XMIT_CN ? -ENOBUFS : 0;
	return err;
}

static int raw_send_hdrinc(struct sock *sk, struct raw_request *r, struct msghdr *msg, u32 length,
			   struct rtable **rtp)
{
	struct net *net = sock_net(sk);
	PROBE(net, raw_send_hdrinc);
	u32 mtu = (*rtp)->dst.dev->mtu;
	int err;

	/* Nothing is fragmented that is not ours. */
	if (length > mtu) {
		ip_local_error(sk, EMSGSIZE, r->fl4.daddr, sk->sk_dport, mtu);
		return -EMSGSIZE;
	}
	if (length < IPV4_HLEN)
		return -EINVAL;
	if ((msg->msg_flags & MSG_PROBE) != 0)
		return 0;
	err = hdrinc_xmit(sk, r, msg, length, rtp);
	if (err == 0 || err == -EPARKED)
		return err;
	mib_inc(net, IPSTATS_MIB_OUTDISCARDS);
	return err == -ENOBUFS && !inet_test_bit(sk, INET_FLAGS_RECVERR) ? 0 : err;
}

/* -------- behind a header of ours -------- */

/* The route of an ICMP message depends on its type and code: they are taken off the data here, and
 * put before it again by raw_getfrag().
 */
static int raw_probe_proto_opt(struct raw_frag_vec *rfv, struct flowi4 *fl4)
{
	if (fl4->flowi4_proto != IPPROTO_ICMP)
		return 0;
	rfv->hlen = ICMP_PROBED;
	if (copy_from_iter(rfv->hdr, ICMP_PROBED, &rfv->msg->msg_iter) != ICMP_PROBED)
		return -EFAULT;
	fl4->fl4_icmp_type = rfv->hdr[ICMP_TYPE];
	fl4->fl4_icmp_code = rfv->hdr[ICMP_CODE];
	return 0;
}

static int raw_getfrag(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb)
{
	const struct raw_frag_vec *rfv = from;
	u32 copy = offset < rfv->hlen ? min_u32(rfv->hlen - offset, len) : 0;

	if (copy != 0) {
		/* There is no transport header that a card could sum. */
		assert(skb->ip_summed != CHECKSUM_PARTIAL);
		skb->csum = csum_block_add(skb->csum,
					   csum_partial_copy(to, rfv->hdr + offset, copy, 0), odd);
		odd = 0;
		if (copy == len)
			return 0;
	}
	return ip_generic_getfrag(rfv->msg, to + copy, offset + copy - rfv->hlen, len - copy, odd,
				  skb);
}

/* The next call may append to it: MSG_MORE. */
static int raw_append(struct sock *sk, struct raw_request *r, struct msghdr *msg, u32 len,
		      struct rtable **rtp)
{
	const struct ip_payload payload = {
		.getfrag = raw_getfrag,
		.from = &r->rfv,
		.length = len,
		.flags = msg->msg_flags,
	};
	int err;

	if (be32_is_zero(r->ipc.addr))
		r->ipc.addr = r->fl4.daddr;
	lock_sock(sk);
	err = ip_append_data(sk, &r->fl4, &payload, &r->ipc, rtp);
	if (err != 0) {
		ip_flush_pending_frames(sk);
	} else if ((msg->msg_flags & MSG_MORE) == 0) {
		err = ip_push_pending_frames(sk, &r->fl4);
		if (err == -ENOBUFS && !inet_test_bit(sk, INET_FLAGS_RECVERR))
			err = 0;
	}
	release_sock(sk);
	return err;
}

/* -------- the call -------- */

/* LINUX: a family of 0 is taken for a forgotten one. */
static int raw_get_dest(const struct sock *sk, const struct msghdr *msg, struct raw_request *r)
{
	const u8 *usin = msg->msg_name;

	if (msg->msg_namelen == 0) {
		r->daddr = sk->sk_daddr;
		return sk->sk_state == TCP_ESTABLISHED ? 0 : -EDESTADDRREQ;
	}
	if (msg->msg_namelen < SOCKADDR_IN_BYTES)
		return -EINVAL;
	if (get_le16(usin + SIN_FAMILY) != AF_INET && get_le16(usin + SIN_FAMILY) != AF_UNSPEC)
		return -EAFNOSUPPORT;
	r->daddr = load_be32(usin + SIN_ADDR);
	return 0;
}

static int raw_get_controls(struct sock *sk, struct msghdr *msg, struct raw_request *r)
{
	ipcm_init_sk(&r->ipc, inet_sk(sk));
	if (r->hdrincl)
		r->ipc.protocol = IPPROTO_RAW;
	if (msg->msg_controllen != 0) {
		int err = ip_cmsg_send(sk, msg, &r->ipc, false);

		if (err != 0)
			return err;
	}
	if (r->ipc.opt == NULL && inet_sk(sk)->inet_opt != NULL) {
		r->ipc.opt_mem = *inet_sk(sk)->inet_opt; /* the socket may get others meanwhile */
		r->ipc.opt = &r->ipc.opt_mem;
	}
	return 0;
}

/* Addresses, device and service for the route. */
static int raw_get_flow(struct sock *sk, const struct msghdr *msg, struct raw_request *r)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct ipcm_cookie *ipc = &r->ipc;
	be32 saddr = ipc->addr;
	u8 proto = r->hdrincl ? ipc->protocol : (u8)sk->sk_protocol;
	u8 tos = (u8)((ipc->tos != -1 ? (u32)ipc->tos : inet->tos) & INET_DSCP_MASK);

	ipc->addr = r->daddr;
	if (ipc->opt != NULL) {
		/* There is no header of ours that options could be put in. */
		if (r->hdrincl)
			return -EINVAL;
		if (ipc->opt->opt.srr != 0 && be32_is_zero(r->daddr))
			return -EINVAL;
		if (ipc->opt->opt.srr != 0)
			r->daddr = ipc->opt->opt.faddr;
	}
	if (ipv4_is_multicast(r->daddr)) {
		if (ipc->oif == 0)
			ipc->oif = inet->mc_index;
		if (be32_is_zero(saddr))
			saddr = inet->mc_addr;
	} else if (ipc->oif == 0) {
		ipc->oif = inet->uc_index;
	}
	flowi4_init_output(&r->fl4, ipc->oif, ipc->sockc_mark, tos,
			   ip_sendmsg_scope(sk, ipc, msg->msg_flags), proto,
			   (u8)(inet_sk_flowi_flags(sk) | (r->hdrincl ? FLOWI_FLAG_KNOWN_NH : 0)),
			   r->daddr, saddr, (be16){ 0 }, (be16){ 0 }, sk->sk_uid);
	return r->hdrincl ? 0 : raw_probe_proto_opt(&r->rfv, &r->fl4);
}

static struct rtable *raw_route(struct sock *sk, struct flowi4 *fl4, int *err)
{
	struct rtable *rt = ip_route_output_flow(sock_net(sk), fl4, sk, err);

	if (rt != NULL && (rt->rt_flags & RTCF_BROADCAST) != 0 && !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(rt);
		*err = -EACCES;
		return NULL;
	}
	return rt;
}

static int raw_send(struct sock *sk, struct msghdr *msg, u32 len, struct raw_request *r)
{
	int err = 0;
	struct rtable *rt = raw_route(sk, &r->fl4, &err);
	bool probe = (msg->msg_flags & MSG_CONFIRM) != 0 && (msg->msg_flags & MSG_PROBE) != 0;

	if (rt == NULL)
		return err;
	err = 0;
	if (probe)
		dst_confirm_neigh(&rt->dst, &r->fl4.daddr);
	if (!probe || len != 0)
		err = r->hdrincl ? raw_send_hdrinc(sk, r, msg, len, &rt)
				 : raw_append(sk, r, msg, len, &rt);
	if (rt != NULL)
		ip_rt_put(rt);
	return err;
}

int raw_sendmsg(struct sock *sk, struct msghdr *msg, u64 len)
{
	PROBE(sock_net(sk), raw_sendmsg);
	struct raw_request r = { .hdrincl = inet_test_bit(sk, INET_FLAGS_HDRINCL),
				 .rfv = { .msg = msg } };
	int err;

	if (len > 0xffff)
		return -EMSGSIZE;
	if ((msg->msg_flags & MSG_OOB) != 0)
		return -EOPNOTSUPP;
	err = raw_get_dest(sk, msg, &r);
	if (err == 0)
		err = raw_get_controls(sk, msg, &r);
	if (err == 0)
		err = raw_get_flow(sk, msg, &r);
	if (err == 0)
		err = raw_send(sk, msg, (u32)len, &r);
	return err != 0 ? err : (int)len;
}
