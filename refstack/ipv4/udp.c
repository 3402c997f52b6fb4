// SPDX-License-Identifier: MIT
/* udp.c - UDP: a program's data becomes datagrams; errors that come back; a socket's life.
 *
 * Path: step 3 (udp_sendmsg(), udp_send_skb()). Receiving is in udp_recv.c, ports in udp_hash.c.
 * Rules: RFC 768, RFC 1122 4.1; LINUX: net/ipv4/udp.c, include/net/udp.h.
 * DIVERGES(udp-wait-unlocked): a sender that waits for room while it corks gives the socket back
 * meanwhile, and looks its route up again when it goes on.
 */
#include "ipv4/udp.h"

#include "base/csum.h"
#include "core/iov.h"
#include "ipv4/af_inet.h"
#include "ipv4/icmp.h"
#include "uapi/errno.h"
#include "uapi/socket.h"
#include "wire/udp.h"

/* Offsets in struct sockaddr_in and struct cmsghdr of x86-64. */
enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4 };
enum { CMSG_LEVEL = 8, CMSG_TYPE = 12, CMSG_HDR_BYTES = 16, CMSG_ALIGN_BYTES = 8 };

/* -------- sending: the header and its checksum -------- */

static u8 *udp_hdr(const struct sk_buff *skb)
{
	return skb_transport_header(skb);
}

static void store_check(u8 *uh, u16 check)
{
	/* RFC 768: zero means that there is no checksum. */
	put_be16(uh + UDP_CHECK, check != 0 ? check : CSUM_MANGLED_0);
}

/* LINUX: udp_csum(): the header's sum and what was summed while the data was copied. */
static u32 udp_csum(const struct sk_buff *skb)
{
	u32 csum = csum_partial(udp_hdr(skb), UDP_HLEN, skb->csum);

	for (const struct sk_buff *frag = skb->hd->frag_list; frag != NULL; frag = frag->next)
		csum = csum_add(csum, frag->csum);
	return csum;
}

/* Leaves the checksum to the card. A datagram in several packets is none that a card can sum: there
 * the sums of the pieces are put together.
 */
static void udp4_hwcsum(struct sk_buff *skb, be32 src, be32 dst)
{
	PROBE(skb->net, udp4_hwcsum);
	u8 *uh = udp_hdr(skb);
	u32 offset = (u32)skb_transport_offset(skb);
	u32 len = skb->len - offset;
	u32 hlen = len;
	u32 csum = 0;

	if (!skb_has_frag_list(skb)) {
		u16 pseudo = (u16)~csum_tcpudp_magic(src, dst, len, IPPROTO_UDP, 0);

		skb->csum_start = skb->transport_header;
		skb->csum_offset = UDP_CHECK;
		put_be16(uh + UDP_CHECK, pseudo);
		return;
	}
	for (const struct sk_buff *frag = skb->hd->frag_list; frag != NULL; frag = frag->next) {
		csum = csum_add(csum, frag->csum);
		hlen -= frag->len;
	}
	csum = skb_checksum(skb, offset, hlen, csum);
	skb->ip_summed = CHECKSUM_NONE;
	store_check(uh, csum_tcpudp_magic(src, dst, len, IPPROTO_UDP, csum));
}

/* RFC 3828 3.1: the sum over the part that the program wants covered, which the header then names.
 * A coverage of the whole datagram is written as none.
 */
static u32 udplite_csum(struct sk_buff *skb)
{
	const struct udp_sock *up = udp_sk(skb->sk);
	u32 off = (u32)skb_transport_offset(skb);
	u32 len = skb->len - off;

	if (up->udplite_send_cc && up->pcslen < len) {
		if (up->pcslen > 0)
			len = up->pcslen;
		put_be16(udp_hdr(skb) + UDP_LEN, up->pcslen);
	}
	skb->ip_summed = CHECKSUM_NONE; /* no card knows how */
	return skb_checksum(skb, off, len, 0);
}

static void set_checksum(struct sock *sk, struct sk_buff *skb, const struct flowi4 *fl4, u32 len)
{
	u32 csum;

	if (is_udplite(sk)) {
		csum = udplite_csum(skb);
	} else if (sk->sk_no_check_tx != 0) {
		skb->ip_summed = CHECKSUM_NONE;
		return;
	} else if (skb->ip_summed == CHECKSUM_PARTIAL) {
		udp4_hwcsum(skb, fl4->saddr, fl4->daddr);
		return;
	} else {
		csum = udp_csum(skb);
	}
	store_check(udp_hdr(skb),
		    csum_tcpudp_magic(fl4->saddr, fl4->daddr, len, (u8)sk->sk_protocol, csum));
}

/* UDP_SEGMENT: 1 and what the packet is to be cut into, 0: it is one datagram, or why it cannot be
 * sent.
 */
static int udp_set_gso(struct sock *sk, struct sk_buff *skb, const struct inet_cork *cork,
		       u32 datalen)
{
	u32 mss = cork->gso_size;

	if (skb_network_header_len(skb) + UDP_HLEN + min_u32(datalen, mss) > cork->fragsize)
		return -EMSGSIZE;
	if (datalen > mss * UDP_MAX_SEGMENTS || sk->sk_no_check_tx != 0)
		return -EINVAL;
	if (is_udplite(sk))
		return -EIO;
	if (datalen <= mss)
		return 0;
	skb->hd->gso_size = (u16)mss;
	skb->hd->gso_type = SKB_GSO_UDP_L4;
	skb->hd->gso_segs = (u16)((datalen + mss - 1) / mss);
	return 1;
}

static int udp_send_skb(struct sk_buff *skb, const struct flowi4 *fl4, const struct inet_cork *cork)
{
	struct sock *sk = skb->sk;
	struct net *net = sock_net(sk);
	PROBE(net, udp_send_skb);
	u32 len = skb->len - (u32)skb_transport_offset(skb);
	u8 *uh = udp_hdr(skb);
	int err = 0;

	assert(len >= UDP_HLEN);
	PATH_STEP(net, UDP_SEND_SKB, 0, len);
	store_be16(uh + UDP_SOURCE, inet_sk(sk)->inet_sport);
	store_be16(uh + UDP_DEST, fl4->fl4_dport);
	put_be16(uh + UDP_LEN, (u16)len);
	put_be16(uh + UDP_CHECK, 0);
	if (unlikely(cork->gso_size != 0)) {
		err = udp_set_gso(sk, skb, cork, len - UDP_HLEN);
		if (err < 0) {
			kfree_skb(skb);
			return err;
		}
	}
	/* The sums of what will be cut are made when it is. */
	if (err > 0)
		udp4_hwcsum(skb, fl4->saddr, fl4->daddr);
	else
		set_checksum(sk, skb, fl4, len);

	err = ip_send_skb(net, skb);
	/* A full queue below is told only to those who asked for it. */
	if (err == -ENOBUFS && !inet_test_bit(sk, INET_FLAGS_RECVERR)) {
		udp_count(net, UDP_MIB_SNDBUFERRORS, is_udplite(sk));
		return 0;
	}
	if (err == 0)
		udp_count(net, UDP_MIB_OUTDATAGRAMS, is_udplite(sk));
	return err;
}

/* -------- sending: pending data -------- */

/* Throws away what was corked. The socket is locked. */
void udp_flush_pending_frames(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);

	if (up->pending == 0)
		return;
	up->len = 0;
	up->pending = 0;
	ip_flush_pending_frames(sk);
}

/* Sends what was corked as one datagram. The socket is locked. */
int udp_push_pending_frames(struct sock *sk)
{
	PROBE(sock_net(sk), udp_push_pending_frames);
	struct udp_sock *up = udp_sk(sk);
	struct inet_cork_full *cork = &up->inet.cork;
	struct sk_buff *skb = ip_finish_skb(sk, &cork->fl4);
	int err = 0;

	if (skb != NULL)
		err = udp_send_skb(skb, &cork->fl4, &cork->base);
	up->len = 0;
	up->pending = 0;
	return err;
}

static void udp_splice_eof(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct udp_sock *up = udp_sk(sk);

	if (up->pending == 0 || up->corkflag)
		return;
	lock_sock(sk);
	if (up->pending != 0 && !up->corkflag)
		(void)udp_push_pending_frames(sk);
	release_sock(sk);
}

/* -------- sending: what a call says about its datagram -------- */

/* What udp_sendmsg() finds out before it makes a packet. */
struct udp_request {
	struct ipcm_cookie ipc;
	be32 saddr, daddr,
		faddr; /* faddr: where the route goes, other than daddr with a source route */
	be16 dport;
	u8 tos, scope;
	bool connected; /* the route may come from the socket and go into it */
};

static int udp_get_dest(const struct sock *sk, const struct msghdr *msg, struct udp_request *r)
{
	const u8 *usin = msg->msg_name;

	if (usin == NULL) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		r->daddr = sk->sk_daddr;
		r->dport = sk->sk_dport;
		r->connected = true;
		return 0;
	}
	if (msg->msg_namelen < SOCKADDR_IN_BYTES)
		return -EINVAL;
	if (get_le16(usin + SIN_FAMILY) != AF_INET && get_le16(usin + SIN_FAMILY) != AF_UNSPEC)
		return -EAFNOSUPPORT;
	r->daddr = load_be32(usin + SIN_ADDR);
	r->dport = load_be16(usin + SIN_PORT);
	return r->dport.raw != 0 ? 0 : -EINVAL;
}

/* LINUX: __udp_cmsg_send(). */
static int udp_cmsg_segment(struct task *t, uptr at, const u8 *cmsg, u16 *gso_size)
{
	u8 data[2];

	if (get_le32(cmsg + CMSG_TYPE) != UDP_SEGMENT)
		return -EINVAL;
	if (get_le64(cmsg) != CMSG_HDR_BYTES + sizeof(data))
		return -EINVAL;
	if (copy_from_user(t, data, at + CMSG_HDR_BYTES, sizeof(data)) != 0)
		return -EFAULT;
	*gso_size = get_le16(data);
	return 0;
}

/* LINUX: udp_cmsg_send(): 1 when there are control messages for the layers below, 0 when not. */
static int udp_cmsg_send(struct sock *sk, const struct msghdr *msg, u16 *gso_size)
{
	struct task *t = current_task(sock_net(sk));
	u64 offset = 0;
	int need_ip = 0, err;

	while (msg->msg_controllen - offset >= CMSG_HDR_BYTES) {
		u8 cmsg[CMSG_HDR_BYTES];
		u64 len;

		if (copy_from_user(t, cmsg, msg->msg_control + offset, sizeof(cmsg)) != 0)
			return -EFAULT;
		len = get_le64(cmsg);
		if (len < CMSG_HDR_BYTES || len > msg->msg_controllen - offset)
			return -EINVAL;
		if (get_le32(cmsg + CMSG_LEVEL) != SOL_UDP) {
			need_ip = 1;
		} else {
			err = udp_cmsg_segment(t, msg->msg_control + offset, cmsg, gso_size);
			if (err != 0)
				return err;
		}
		len = ALIGN_UP(len, CMSG_ALIGN_BYTES);
		if (len >= msg->msg_controllen - offset)
			break;
		offset += len;
	}
	return need_ip;
}

static int udp_get_controls(struct sock *sk, struct msghdr *msg, struct udp_request *r)
{
	int err;

	ipcm_init_sk(&r->ipc, inet_sk(sk));
	r->ipc.gso_size = udp_sk(sk)->gso_size;
	if (msg->msg_controllen != 0) {
		err = udp_cmsg_send(sk, msg, &r->ipc.gso_size);
		if (err > 0) {
			err = ip_cmsg_send(sk, msg, &r->ipc, false);
			r->connected = false;
		}
		if (err < 0)
			return err;
	}
	if (r->ipc.opt == NULL && inet_sk(sk)->inet_opt != NULL) {
		r->ipc.opt_mem = *inet_sk(sk)->inet_opt; /* the socket may get others meanwhile */
		r->ipc.opt = &r->ipc.opt_mem;
	}
	return 0;
}

/* Addresses, device and service for the route. */
static int udp_get_flow(const struct sock *sk, const struct msghdr *msg, struct udp_request *r)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct ipcm_cookie *ipc = &r->ipc;

	r->saddr = ipc->addr;
	r->faddr = r->daddr;
	ipc->addr = r->daddr;
	if (ipc->opt != NULL && ipc->opt->opt.srr != 0) {
		if (be32_is_zero(r->daddr))
			return -EINVAL;
		r->faddr = ipc->opt->opt.faddr;
		r->connected = false;
	}
	r->tos = (u8)((ipc->tos != -1 ? (u32)ipc->tos : inet->tos) & INET_DSCP_MASK);
	r->scope = ip_sendmsg_scope(sk, ipc, msg->msg_flags);
	if (r->scope == RT_SCOPE_LINK)
		r->connected = false;
	if (ipv4_is_multicast(r->daddr)) {
		if (ipc->oif == 0)
			ipc->oif = inet->mc_index;
		if (be32_is_zero(r->saddr))
			r->saddr = inet->mc_addr;
		r->connected = false;
	} else if (ipc->oif == 0) {
		ipc->oif = inet->uc_index;
	}
	return 0;
}

/* A route that the socket does not have yet. NULL with *err. */
static struct rtable *udp_route(struct sock *sk, const struct udp_request *r, struct flowi4 *fl4,
				int *err)
{
	struct net *net = sock_net(sk);
	bool anysrc =
		inet_test_bit(sk, INET_FLAGS_TRANSPARENT) || inet_test_bit(sk, INET_FLAGS_HDRINCL);
	struct rtable *rt;

	flowi4_init_output(fl4, r->ipc.oif, r->ipc.sockc_mark, r->tos, r->scope,
			   (u8)sk->sk_protocol, anysrc ? FLOWI_FLAG_ANYSRC : 0, r->faddr, r->saddr,
			   r->dport, inet_sk(sk)->inet_sport, sk->sk_uid);
	rt = ip_route_output_flow(net, fl4, sk, err);
	if (rt == NULL) {
		if (*err == -ENETUNREACH)
			mib_inc(net, IPSTATS_MIB_OUTNOROUTES);
		return NULL;
	}
	if ((rt->rt_flags & RTCF_BROADCAST) != 0 && !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(rt);
		*err = -EACCES;
		return NULL;
	}
	if (r->connected) {
		dst_hold(&rt->dst);
		sk_dst_set(sk, &rt->dst);
	}
	return rt;
}

/* -------- sending: the call -------- */

/* LINUX: udplite_getfrag(): what is summed depends on how much there is in the end. */
static int udplite_getfrag(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb)
{
	struct msghdr *msg = from;

	(void)offset;
	(void)odd;
	(void)skb;
	return copy_from_iter(to, len, &msg->msg_iter) == len ? 0 : -EFAULT;
}

static struct ip_payload udp_payload(const struct sock *sk, struct msghdr *msg, u32 ulen, u32 flags)
{
	return (struct ip_payload){
		.getfrag = is_udplite(sk) ? udplite_getfrag : ip_generic_getfrag,
		.from = msg,
		.length = ulen,
		.transhdrlen = UDP_HLEN,
		.flags = flags,
	};
}

/* One datagram, sent at once: the socket need not be locked. */
static int udp_send_uncorked(struct sock *sk, struct msghdr *msg, u32 ulen, struct udp_request *r,
			     struct flowi4 *fl4, struct rtable **rtp)
{
	const struct ip_payload payload = udp_payload(sk, msg, ulen, msg->msg_flags);
	struct inet_cork cork;
	int err = 0;
	struct sk_buff *skb = ip_make_skb(sk, fl4, &payload, &r->ipc, rtp, &cork, &err);

	return skb != NULL ? udp_send_skb(skb, fl4, &cork) : err;
}

/* Data for the datagram that is being corked. The socket is locked. */
static int udp_append_pending(struct sock *sk, struct msghdr *msg, u32 ulen,
			      struct ipcm_cookie *ipc, struct rtable **rtp)
{
	struct udp_sock *up = udp_sk(sk);
	bool corkreq = up->corkflag || (msg->msg_flags & MSG_MORE) != 0;
	const struct ip_payload payload =
		udp_payload(sk, msg, ulen, corkreq ? msg->msg_flags | MSG_MORE : msg->msg_flags);
	int err;

	up->len = (u16)(up->len + ulen);
	err = ip_append_data(sk, &up->inet.cork.fl4, &payload, ipc, rtp);
	if (err != 0)
		udp_flush_pending_frames(sk);
	else if (!corkreq)
		err = udp_push_pending_frames(sk);
	else if (skb_queue_empty(&sk->sk_write_queue))
		up->pending = 0;
	return err;
}

static int udp_send_corked(struct sock *sk, struct msghdr *msg, u32 ulen, struct udp_request *r,
			   be32 saddr, struct rtable **rtp)
{
	struct udp_sock *up = udp_sk(sk);
	struct flowi4 *fl4 = &up->inet.cork.fl4;
	int err;

	lock_sock(sk);
	if (up->pending != 0) {
		release_sock(sk);
		return -EINVAL;
	}
	fl4->daddr = r->daddr;
	fl4->saddr = saddr;
	fl4->fl4_dport = r->dport;
	fl4->fl4_sport = up->inet.inet_sport;
	up->pending = AF_INET;
	err = udp_append_pending(sk, msg, ulen, &r->ipc, rtp);
	release_sock(sk);
	return err;
}

/* What the program wants, before anything is sent. */
static int udp_get_request(struct sock *sk, struct msghdr *msg, struct udp_request *r)
{
	int err = udp_get_dest(sk, msg, r);

	if (err == 0)
		err = udp_get_controls(sk, msg, r);
	if (err == 0)
		err = udp_get_flow(sk, msg, r);
	return err;
}

/* A datagram of its own, or the first piece of a corked one. */
static int udp_send_new(struct sock *sk, struct msghdr *msg, u32 len, struct udp_request *r)
{
	struct udp_sock *up = udp_sk(sk);
	struct flowi4 fl4_stack, *fl4 = &up->inet.cork.fl4;
	struct rtable *rt = NULL;
	bool corkreq = up->corkflag || (msg->msg_flags & MSG_MORE) != 0;
	int err = 0;

	if (r->connected)
		rt = (struct rtable *)(void *)sk_dst_check(sk, 0);
	if (rt == NULL) {
		fl4 = &fl4_stack;
		rt = udp_route(sk, r, fl4, &err);
		if (rt == NULL)
			return err;
	}
	if ((msg->msg_flags & MSG_CONFIRM) != 0) {
		if ((msg->msg_flags & MSG_PROBE) != 0)
			dst_confirm_neigh(&rt->dst, &fl4->daddr);
		if ((msg->msg_flags & MSG_PROBE) != 0 && len == 0) {
			err = 0;
			goto out;
		}
	}
	if (be32_is_zero(r->ipc.addr)) {
		r->daddr = fl4->daddr;
		r->ipc.addr = fl4->daddr;
	}
	if (corkreq)
		err = udp_send_corked(sk, msg, len + UDP_HLEN, r, fl4->saddr, &rt);
	else
		err = udp_send_uncorked(sk, msg, len + UDP_HLEN, r, fl4, &rt);
out:
	if (rt != NULL)
		ip_rt_put(rt);
	return err;
}

int udp_sendmsg(struct sock *sk, struct msghdr *msg, u64 len)
{
	struct net *net = sock_net(sk);
	PROBE(net, udp_sendmsg);
	struct udp_sock *up = udp_sk(sk);
	int err;

	PATH_STEP(net, UDP_SENDMSG, 0, (u32)min_u64(len, U32_MAX));
	if (len > 0xffff)
		return -EMSGSIZE;
	if ((msg->msg_flags & MSG_OOB) != 0)
		return -EOPNOTSUPP;
	if (up->pending != 0) {
		struct ipcm_cookie ipc = { .tos = -1 };
		struct rtable *rt = NULL;

		lock_sock(sk);
		assert(up->pending == AF_INET);
		err = udp_append_pending(sk, msg, (u32)len, &ipc, &rt);
		release_sock(sk);
	} else {
		struct udp_request r = { .connected = false };

		err = udp_get_request(sk, msg, &r);
		if (err != 0)
			return err;
		err = udp_send_new(sk, msg, (u32)len, &r);
	}
	if (err == 0)
		return (int)len;
	/* LINUX: errors from the search of a route on count too, once the send buffer was full. */
	if (err != -EPARKED && (err == -ENOBUFS || (sk->sk_socket->flags >> SOCK_NOSPACE & 1) != 0))
		udp_count(net, UDP_MIB_SNDBUFERRORS, is_udplite(sk));
	return err;
}

/* -------- errors that come back -------- */

/* What the message means for a socket: an errno, and whether it ends the association; 0: nothing.
 */
static u32 udp_err_number(struct sock *sk, struct sk_buff *skb, u32 info, bool *hard)
{
	const u8 type = skb_transport_header(skb)[0];
	const u8 code = skb_transport_header(skb)[1];

	*hard = false;
	switch (type) {
	case ICMP_SOURCE_QUENCH:
		return 0;
	case ICMP_REDIRECT:
		ipv4_sk_redirect(skb, sk);
		return 0;
	case ICMP_PARAMETERPROB:
		*hard = true;
		return EPROTO;
	case ICMP_DEST_UNREACH:
		break;
	default:
		return EHOSTUNREACH;
	}
	if (code == ICMP_FRAG_NEEDED) {
		ipv4_sk_update_pmtu(skb, sk, info);
		*hard = true;
		return inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT ? EMSGSIZE : 0;
	}
	if (code > NR_ICMP_UNREACH)
		return EHOSTUNREACH;
	*hard = icmp_err_convert[code].fatal;
	return (u32)icmp_err_convert[code].errnum;
}

/* skb->data is at the IP header that the message quotes: one of ours. */
int udp4_lib_err(struct sk_buff *skb, u32 info, struct udp_table *udptable)
{
	struct net *net = skb->net;
	const u8 *iph = skb->data;
	const u8 *uh = iph + ipv4_hlen(iph);
	struct sock *sk;
	bool hard;
	u32 err;

	sk = udp4_lib_lookup(net, ipv4_daddr(iph), load_be16(uh + UDP_DEST), ipv4_saddr(iph),
			     load_be16(uh + UDP_SOURCE), skb->dev->ifindex, 0, udptable, NULL);
	if (sk == NULL) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return -ENOENT;
	}
	err = udp_err_number(sk, skb, info, &hard);
	if (err == 0)
		return 0;
	/* Who lets a tunnel use the socket has sent nothing that could have failed. */
	if (udp_sk(sk)->encap_type != 0)
		return 0;
	/* RFC 1122 4.1.3.3: passed on to the program; as the kernel does it, to all that asked for
	 * errors, else to connected sockets only, and only what ends the association.
	 */
	if (inet_test_bit(sk, INET_FLAGS_RECVERR))
		ip_icmp_error(sk, skb, (int)err, load_be16(uh + UDP_DEST), info, uh + UDP_HLEN);
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return 0;
	sk->sk_err = err;
	sk_error_report(sk);
	return 0;
}

int udp_err(struct sk_buff *skb, u32 info)
{
	struct net *net = skb->net;
	PROBE(net, udp_err);
	const u8 type = skb_transport_header(skb)[0];
	const u8 code = skb_transport_header(skb)[1];

	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		ipv4_update_pmtu(skb, net, info, 0, IPPROTO_UDP);
	else if (type == ICMP_REDIRECT)
		ipv4_redirect(skb, net, 0, IPPROTO_UDP);
	return udp4_lib_err(skb, info, net->udp_table);
}

/* -------- the rest of a socket's life -------- */

static void udp_destruct_sock(struct sock *sk)
{
	udp_destruct_common(sk);
	if (sk->sk_rx_dst != NULL) {
		dst_release(sk->sk_rx_dst);
		sk->sk_rx_dst = NULL;
	}
	inet_sock_destruct(sk);
}

int udp_init_sock(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);

	skb_queue_head_init(&up->reader_queue);
	up->forward_threshold = (u32)sk->sk_rcvbuf >> 2;
	sk->sk_destruct = udp_destruct_sock;
	sk->sk_socket->flags |= 1u << SOCK_CUSTOM_SOCKOPT | 1u << SOCK_SUPPORT_ZC;
	return 0;
}

static int udp_pre_connect(struct sock *sk, const u8 *uaddr, int addr_len)
{
	(void)sk;
	(void)uaddr;
	return addr_len < SOCKADDR_IN_BYTES ? -EINVAL : 0;
}

/* LINUX: inet_reset_saddr(). */
static void inet_reset_saddr(struct sock *sk)
{
	inet_sk(sk)->inet_saddr = (be32){ 0 };
	sk->sk_rcv_saddr = (be32){ 0 };
}

int udp_disconnect_locked(struct sock *sk, int flags)
{
	(void)flags;
	sk->sk_state = TCP_CLOSE;
	sk->sk_daddr = (be32){ 0 };
	sk->sk_dport = (be16){ 0 };
	sk->sk_rxhash = 0;
	sk->sk_bound_dev_if = 0;
	if ((sk->sk_userlocks & SOCK_BINDADDR_LOCK) == 0) {
		inet_reset_saddr(sk);
		if (sk->sk_prot->rehash != NULL && (sk->sk_userlocks & SOCK_BINDPORT_LOCK) != 0)
			sk->sk_prot->rehash(sk);
	}
	if ((sk->sk_userlocks & SOCK_BINDPORT_LOCK) == 0) {
		sk->sk_prot->unhash(sk);
		inet_sk(sk)->inet_sport = (be16){ 0 };
	}
	sk_dst_reset(sk);
	return 0;
}

int udp_disconnect(struct sock *sk, int flags)
{
	lock_sock(sk);
	(void)udp_disconnect_locked(sk, flags);
	release_sock(sk);
	return 0;
}

static int udp_abort(struct sock *sk, int err)
{
	lock_sock(sk);
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_err = (u32)err;
		sk_error_report(sk);
		(void)udp_disconnect_locked(sk, 0);
	}
	release_sock(sk);
	return 0;
}

/* LINUX: udp_destroy_sock(): lock_sock_fast(): the socket is held by its spin lock only. */
void udp_destroy_sock(struct sock *sk)
{
	struct cpu *c = this_cpu(sock_net(sk));

	local_bh_disable(c);
	bh_lock_sock(sk);
	sock_set_flag(sk, SOCK_DEAD);
	udp_flush_pending_frames(sk);
	bh_unlock_sock(sk);
	local_bh_enable(c);
	if (udp_sk(sk)->encap_enabled)
		sock_net(sk)->udp_encap_needed--;
}

int udp_lib_close(struct sock *sk, s64 timeout)
{
	(void)timeout;
	sk_common_release(sk);
	return 0;
}

void udp_init(struct net *net)
{
	*net->udp_table = (struct udp_table){ .ehash_secret = random_secret_u32(0) };
	*net->udplite_table = (struct udp_table){ .ehash_secret = 0 };
}

/* Notes about zero-copy sends lie in other memory. */
static u32 error_truesize(const struct sk_buff_head *q)
{
	const struct sk_buff *skb;
	u32 sum = 0;

	skb_queue_walk(q, skb) sum += skb->destructor == sock_rmem_free ? skb->truesize : 0;
	return sum;
}

static u32 queue_truesize(const struct sk_buff_head *q)
{
	const struct sk_buff *skb;
	u32 sum = 0;

	skb_queue_walk(q, skb) sum += skb->truesize;
	return sum;
}

/* INVARIANT: what waits to be read, and what was read but not given back yet, is all that is
 * charged. */
void udp_check(const struct sock *sk)
{
	const struct udp_sock *up = udp_sk(sk);
	u32 charged = queue_truesize(&up->reader_queue) + queue_truesize(&sk->sk_receive_queue) +
		      error_truesize(&sk->sk_error_queue) + up->forward_deficit;

	assert(sk->sk_rmem_alloc == charged);
	if (up->pending == 0)
		assert(skb_queue_empty(&sk->sk_write_queue));
	/* One that was closed has given its port back. */
	if (sk->sk_state == TCP_ESTABLISHED && !sock_flag(sk, SOCK_DEAD))
		assert(sk->sk_dport.raw != 0 || be32_is_zero(sk->sk_daddr) || sk->sk_num != 0);
	assert(hlist_unhashed(&sk->sk_node) == hlist_unhashed(&sk->sk_portaddr_node));
}

const struct proto udp_prot = {
	.name = "UDP",
	.close = udp_lib_close,
	.pre_connect = udp_pre_connect,
	.connect = ip4_datagram_connect,
	.disconnect = udp_disconnect,
	.ioctl = udp_ioctl,
	.init = udp_init_sock,
	.destroy = udp_destroy_sock,
	.setsockopt = udp_setsockopt,
	.getsockopt = udp_getsockopt,
	.sendmsg = udp_sendmsg,
	.recvmsg = udp_recvmsg,
	.splice_eof = udp_splice_eof,
	.release_cb = ip4_datagram_release_cb,
	.hash = udp_lib_hash,
	.unhash = udp_lib_unhash,
	.rehash = udp_v4_rehash,
	.get_port = udp_v4_get_port,
	.put_port = udp_lib_unhash,
	.diag_destroy = udp_abort,
	.memory_allocated = PROTO_MEM_UDP,
	.sysctl_wmem_offset = offsetof(struct net_sysctl, udp_wmem_min),
	.sysctl_rmem_offset = offsetof(struct net_sysctl, udp_rmem_min),
	.obj_size = sizeof(struct udp_sock),
	.inuse_idx = PROTO_INUSE_UDP,
};
