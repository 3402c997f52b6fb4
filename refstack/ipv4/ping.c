// SPDX-License-Identifier: MIT
/* ping.c - ICMP datagram sockets: echoes that a program without rights may send, and their answers.
 *
 * Path: step 3 of SOCK_DGRAM with IPPROTO_ICMP; icmp_rcv() brings answers, icmp_err() errors.
 * Rules: RFC 792, RFC 8335; LINUX: net/ipv4/ping.c.
 * A sender that waits for room gives the socket back meanwhile, and looks its route up again when
 * it goes on: see udp.c.
 * DIVERGES(ping-list): one list of all that have an identifier, the youngest first, instead of
 * chains by it; whom a message goes to is the same.
 */
#include "ipv4/ping.h"

#include "base/csum.h"
#include "core/cmsg.h"
#include "core/datagram.h"
#include "ipv4/icmp.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"

enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4 };
enum { ICMP_ECHO_ID = 4, PING_IDENTS = 65536 };

/* LINUX: struct pingfakehdr: the header that is sent, and what follows it. */
struct pingfakehdr {
	u8 icmph[ICMP_HLEN];
	struct msghdr *msg;
	u32 wcheck;
};

/* What ping_v4_sendmsg() finds out before it makes a packet. */
struct ping_request {
	struct ipcm_cookie ipc;
	struct pingfakehdr pfh;
	struct flowi4 fl4;
	be32 daddr;
};

/* -------- identifiers -------- */

/* LINUX: ping_port_rover: one for the kernel, of which hosts are namespaces to the judge. */
static u16 *ping_port_rover(const struct net *net)
{
	return &container_of(net->random, struct net, own_random)->ping_port_rover;
}

/* True: another socket has the identifier, and one of both does not share it. */
static bool ping_ident_taken(const struct sock *sk, u16 ident, bool may_share)
{
	const struct hlist_node *n;

	hlist_for_each (n, &sock_net(sk)->ping_socks) {
		const struct sock *sk2 = hlist_entry(n, const struct sock, common.skc_node);

		if (sk2->sk_num != ident)
			continue;
		if (!may_share)
			return true;
		if (sk2 != sk && (sk2->sk_reuse == 0 || sk->sk_reuse == 0))
			return true;
	}
	return false;
}

/* The next one that nobody has; 0: there is none. */
static u16 ping_free_ident(const struct sock *sk)
{
	u16 ident = *ping_port_rover(sock_net(sk));

	for (u32 i = 0; i < PING_IDENTS; i++) {
		ident++;
		if (ident == 0)
			ident = 1;
		if (!ping_ident_taken(sk, ident, false))
			return ident;
	}
	return 0;
}

static int ping_get_port(struct sock *sk, u16 ident)
{
	struct net *net = sock_net(sk);

	if (ident == 0) {
		ident = ping_free_ident(sk);
		if (ident == 0)
			return -EADDRINUSE;
		*ping_port_rover(net) = ident;
	} else if (ping_ident_taken(sk, ident, true)) {
		return -EADDRINUSE;
	}
	sk->sk_num = ident;
	if (hlist_unhashed(&sk->sk_node)) {
		hlist_add_head(&sk->sk_node, &net->ping_socks);
		sock_set_flag(sk, SOCK_RCU_FREE);
		sock_prot_inuse_add(net, sk->sk_prot, 1);
	}
	return 0;
}

/* LINUX: nothing calls it: whoever has an identifier is in the table. */
static int ping_hash(struct sock *sk)
{
	assert(sk == NULL);
	return 0;
}

static void ping_unhash(struct sock *sk)
{
	if (hlist_unhashed(&sk->sk_node))
		return;
	hlist_del_init(&sk->sk_node);
	sk->sk_num = 0;
	inet_sk(sk)->inet_sport = (be16){ 0 };
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
}

/* Whom the message is for. Its own destination counts, also where it quotes another one. */
static struct sock *ping_lookup(const struct sk_buff *skb, u16 ident)
{
	be32 daddr = ipv4_daddr(ip_hdr(skb));
	s32 dif = inet_iif(skb);
	struct hlist_node *n;

	hlist_for_each (n, &skb->net->ping_socks) {
		struct sock *sk = hlist_entry(n, struct sock, common.skc_node);

		if (sk->sk_num != ident)
			continue;
		if (!be32_is_zero(sk->sk_rcv_saddr) && !be32_eq(sk->sk_rcv_saddr, daddr))
			continue;
		if (sk->sk_bound_dev_if == 0 || sk->sk_bound_dev_if == dif)
			return sk;
	}
	return NULL;
}

/* -------- a socket's life -------- */

/* Only groups in net.ipv4.ping_group_range may; by default the range is empty.
 * DIVERGES(ping-groups): a process has its effective group only, no supplementary ones.
 */
static int ping_init_sock(struct sock *sk)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	u32 group = current_task(sock_net(sk))->process->gid;

	return ctl->ping_group_min <= group && group <= ctl->ping_group_max ? 0 : -EACCES;
}

static int ping_close(struct sock *sk, s64 timeout)
{
	(void)timeout;
	sk_common_release(sk);
	return 0;
}

static int ping_pre_connect(struct sock *sk, const u8 *uaddr, int addr_len)
{
	(void)sk;
	(void)uaddr;
	return addr_len < SOCKADDR_IN_BYTES ? -EINVAL : 0;
}

static int ping_check_bind_addr(struct sock *sk, const u8 *uaddr, int addr_len)
{
	u16 family;
	be32 addr;
	u32 type;

	if (addr_len < SOCKADDR_IN_BYTES)
		return -EINVAL;
	family = get_le16(uaddr + SIN_FAMILY);
	addr = load_be32(uaddr + SIN_ADDR);
	if (family != AF_INET && (family != AF_UNSPEC || !be32_is_zero(addr)))
		return -EAFNOSUPPORT;
	if (be32_is_zero(addr))
		return 0;
	type = inet_addr_type_table(sock_net(sk), addr, RT_TABLE_LOCAL);
	if (type == RTN_MULTICAST || type == RTN_BROADCAST)
		return -EADDRNOTAVAIL;
	return type == RTN_LOCAL || inet_can_nonlocal_bind(sk) ? 0 : -EADDRNOTAVAIL;
}

/* The socket is locked, the address allowed: what remains is the identifier. */
static int ping_bind_locked(struct sock *sk, const u8 *uaddr)
{
	struct inet_sock *inet = inet_sk(sk);
	u16 snum = get_be16(uaddr + SIN_PORT);

	if (sk->sk_num != 0)
		return -EINVAL;
	if (ping_get_port(sk, snum) != 0)
		return -EADDRINUSE;
	inet->inet_saddr = load_be32(uaddr + SIN_ADDR);
	sk->sk_rcv_saddr = inet->inet_saddr;
	if (!be32_is_zero(sk->sk_rcv_saddr))
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (snum != 0)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	inet->inet_sport = cpu_to_be16(sk->sk_num);
	sk->sk_daddr = (be32){ 0 };
	sk->sk_dport = (be16){ 0 };
	sk_dst_reset(sk);
	return 0;
}

static int ping_bind(struct sock *sk, const u8 *uaddr, int addr_len)
{
	int err = ping_check_bind_addr(sk, uaddr, addr_len);

	if (err != 0)
		return err;
	lock_sock(sk);
	err = ping_bind_locked(sk, uaddr);
	release_sock(sk);
	return err;
}

/* -------- sending -------- */

/* RFC 792 echo and RFC 8335 extended echo are all that may be sent. */
static bool ping_supported(const u8 *icmph)
{
	return (icmph[ICMP_TYPE] == ICMP_ECHO || icmph[ICMP_TYPE] == ICMP_EXT_ECHO) &&
	       icmph[ICMP_CODE] == 0;
}

/* LINUX: ping_common_sendmsg(). The header is taken off the data. */
static int ping_get_header(struct msghdr *msg, u64 len, u8 *icmph)
{
	if (len > 0xffff)
		return -EMSGSIZE;
	if (len < ICMP_HLEN)
		return -EINVAL;
	if ((msg->msg_flags & MSG_OOB) != 0)
		return -EOPNOTSUPP;
	if (copy_from_iter(icmph, ICMP_HLEN, &msg->msg_iter) != ICMP_HLEN)
		return -EFAULT;
	return ping_supported(icmph) ? 0 : -EINVAL;
}

static int ping_get_dest(const struct sock *sk, const struct msghdr *msg, be32 *daddr)
{
	const u8 *usin = msg->msg_name;

	if (usin == NULL) {
		*daddr = sk->sk_daddr;
		return sk->sk_state == TCP_ESTABLISHED ? 0 : -EDESTADDRREQ;
	}
	if (msg->msg_namelen < SOCKADDR_IN_BYTES)
		return -EINVAL;
	if (get_le16(usin + SIN_FAMILY) != AF_INET)
		return -EAFNOSUPPORT;
	*daddr = load_be32(usin + SIN_ADDR);
	return 0;
}

static int ping_get_controls(struct sock *sk, struct msghdr *msg, struct ipcm_cookie *ipc)
{
	ipcm_init_sk(ipc, inet_sk(sk));
	if (msg->msg_controllen != 0) {
		int err = ip_cmsg_send(sk, msg, ipc, false);

		if (err != 0)
			return err;
	}
	if (ipc->opt == NULL && inet_sk(sk)->inet_opt != NULL) {
		ipc->opt_mem = *inet_sk(sk)->inet_opt; /* the socket may get others meanwhile */
		ipc->opt = &ipc->opt_mem;
	}
	return 0;
}

/* Addresses, device and service for the route. */
static int ping_get_flow(const struct sock *sk, const struct msghdr *msg, struct ping_request *r)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct ipcm_cookie *ipc = &r->ipc;
	be32 saddr = ipc->addr, faddr = r->daddr;
	u8 tos = (u8)((ipc->tos != -1 ? (u32)ipc->tos : inet->tos) & INET_DSCP_MASK);

	ipc->addr = r->daddr;
	if (ipc->opt != NULL && ipc->opt->opt.srr != 0) {
		if (be32_is_zero(r->daddr))
			return -EINVAL;
		faddr = ipc->opt->opt.faddr;
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
			   ip_sendmsg_scope(sk, ipc, msg->msg_flags), (u8)sk->sk_protocol,
			   inet_sk_flowi_flags(sk), faddr, saddr, (be16){ 0 }, (be16){ 0 },
			   sk->sk_uid);
	r->fl4.fl4_icmp_type = r->pfh.icmph[ICMP_TYPE];
	r->fl4.fl4_icmp_code = r->pfh.icmph[ICMP_CODE];
	return 0;
}

/* LINUX: the sums of pieces are put together as if each began at an even place. */
static int ping_getfrag(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb)
{
	struct pingfakehdr *pfh = from;

	(void)offset;
	(void)odd;
	(void)skb;
	return csum_and_copy_from_iter_full(to, len, &pfh->wcheck, &pfh->msg->msg_iter) ? 0
											: -EFAULT;
}

static int ping_v4_push_pending_frames(struct sock *sk, struct pingfakehdr *pfh, struct flowi4 *fl4)
{
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);

	if (skb == NULL)
		return 0;
	pfh->wcheck = csum_partial(pfh->icmph, ICMP_HLEN, pfh->wcheck);
	put_be16(pfh->icmph + ICMP_CHECK, csum_fold(pfh->wcheck));
	memcpy(skb_transport_header(skb), pfh->icmph, ICMP_HLEN);
	skb->ip_summed = CHECKSUM_NONE;
	return ip_push_pending_frames(sk, fl4);
}

/* The identifier is the socket's, whatever the program says. */
static int ping_append(struct sock *sk, struct ping_request *r, struct msghdr *msg, u32 len,
		       struct rtable **rtp)
{
	const struct ip_payload payload = {
		.getfrag = ping_getfrag,
		.from = &r->pfh,
		.length = len,
		.transhdrlen = ICMP_HLEN,
		.flags = msg->msg_flags,
	};
	int err;

	if (be32_is_zero(r->ipc.addr))
		r->ipc.addr = r->fl4.daddr;
	lock_sock(sk);
	put_be16(r->pfh.icmph + ICMP_CHECK, 0);
	store_be16(r->pfh.icmph + ICMP_ECHO_ID, inet_sk(sk)->inet_sport);
	err = ip_append_data(sk, &r->fl4, &payload, &r->ipc, rtp);
	if (err != 0)
		ip_flush_pending_frames(sk);
	else
		err = ping_v4_push_pending_frames(sk, &r->pfh, &r->fl4);
	release_sock(sk);
	return err;
}

static struct rtable *ping_route(struct sock *sk, struct flowi4 *fl4, int *err)
{
	struct net *net = sock_net(sk);
	struct rtable *rt = ip_route_output_flow(net, fl4, sk, err);

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
	return rt;
}

static int ping_send(struct sock *sk, struct msghdr *msg, u32 len, struct ping_request *r)
{
	int err = 0;
	struct rtable *rt = ping_route(sk, &r->fl4, &err);

	if (rt == NULL)
		return err;
	if ((msg->msg_flags & MSG_CONFIRM) != 0 && (msg->msg_flags & MSG_PROBE) != 0)
		dst_confirm_neigh(&rt->dst, &r->fl4.daddr);
	err = ping_append(sk, r, msg, len, &rt);
	if (rt != NULL)
		ip_rt_put(rt);
	return err;
}

static int ping_v4_sendmsg(struct sock *sk, struct msghdr *msg, u64 len)
{
	PROBE(sock_net(sk), ping_v4_sendmsg);
	struct ping_request r = { .pfh = { .msg = msg } };
	int err = ping_get_header(msg, len, r.pfh.icmph);

	if (err == 0)
		err = ping_get_dest(sk, msg, &r.daddr);
	if (err == 0)
		err = ping_get_controls(sk, msg, &r.ipc);
	if (err == 0)
		err = ping_get_flow(sk, msg, &r);
	if (err == 0)
		err = ping_send(sk, msg, (u32)len, &r);
	return err != 0 ? err : (int)len;
}

/* -------- a program reads -------- */

static void ping_set_name(const struct sk_buff *skb, struct msghdr *msg, int *addr_len)
{
	u8 *sin = msg->msg_name;

	if (sin == NULL)
		return;
	memset(sin, 0, SOCKADDR_IN_BYTES);
	put_le16(sin + SIN_FAMILY, AF_INET);
	store_be32(sin + SIN_ADDR, ipv4_saddr(ip_hdr(skb)));
	*addr_len = SOCKADDR_IN_BYTES;
}

/* LINUX: neither SO_RXQ_OVFL nor SO_RCVMARK says anything here. */
static int ping_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len)
{
	PROBE(sock_net(sk), ping_recvmsg);
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
		sock_recv_timestamp(msg, sk, skb);
		ping_set_name(skb, msg, addr_len);
		if (inet_cmsg_flags(sk))
			ip_cmsg_recv_offset(msg, sk, skb, 0, 0);
	}
	consume_skb(skb);
	return err != 0 ? err : (int)copied;
}

/* -------- messages come -------- */

/* LINUX: __ping_queue_rcv_skb(). */
static enum drop_reason ping_queue_reason(struct sock *sk, struct sk_buff *skb)
{
	enum drop_reason reason = DROP_NOT_DROPPED_YET;

	if (sock_queue_rcv_skb_reason(sk, skb, &reason) != 0)
		kfree_skb_reason(skb, reason);
	return reason;
}

static int ping_queue_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	return ping_queue_reason(sk, skb) != DROP_NOT_DROPPED_YET ? -1 : 0;
}

/* LINUX: what the socket does not take is gone twice: the copy, and by icmp_rcv() the message. */
enum drop_reason ping_rcv(struct sk_buff *skb)
{
	PROBE(skb->net, ping_rcv);
	const u8 *icmph = skb_transport_header(skb);
	struct sk_buff *skb2;
	struct sock *sk;

	(void)skb_push(skb, (u32)(skb->data - icmph));
	sk = ping_lookup(skb, get_be16(icmph + ICMP_ECHO_ID));
	if (sk == NULL)
		return DROP_NO_SOCKET;
	skb2 = skb_clone(skb);
	if (skb2 == NULL)
		return DROP_NOMEM;
	ip_cmsg_no_spec_dst(skb2);
	return ping_queue_reason(sk, skb2);
}

/* What the message means for the program; 0: nothing. *hard: it ends the association. */
static u32 ping_err_number(struct sock *sk, struct sk_buff *skb, u32 info, bool *hard)
{
	const u8 type = skb_transport_header(skb)[ICMP_TYPE];
	const u8 code = skb_transport_header(skb)[ICMP_CODE];

	*hard = false;
	switch (type) {
	case ICMP_SOURCE_QUENCH: /* no error, but who pings wants to see it */
		return EREMOTEIO;
	case ICMP_REDIRECT:
		ipv4_sk_redirect(skb, sk);
		return EREMOTEIO;
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

void ping_err(struct sk_buff *skb, u32 offset, u32 info)
{
	const u8 *icmph = skb->data + offset;
	struct sock *sk;
	bool hard;
	u32 err;

	if (!ping_supported(icmph))
		return;
	sk = ping_lookup(skb, get_be16(icmph + ICMP_ECHO_ID));
	if (sk == NULL)
		return;
	err = ping_err_number(sk, skb, info, &hard);
	if (err == 0)
		return;
	/* RFC 1122 4.1.3.3, for echoes: passed on as UDP's errors are. */
	if (inet_test_bit(sk, INET_FLAGS_RECVERR))
		ip_icmp_error(sk, skb, (int)err, (be16){ 0 }, info, icmph);
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return;
	sk->sk_err = err;
	sk_error_report(sk);
}

const struct proto ping_prot = {
	.name = "PING",
	.init = ping_init_sock,
	.close = ping_close,
	.pre_connect = ping_pre_connect,
	.connect = ip4_datagram_connect,
	.disconnect = udp_disconnect_locked,
	.setsockopt = ip_setsockopt,
	.getsockopt = ip_getsockopt,
	.sendmsg = ping_v4_sendmsg,
	.recvmsg = ping_recvmsg,
	.bind = ping_bind,
	.backlog_rcv = ping_queue_rcv_skb,
	.release_cb = ip4_datagram_release_cb,
	.hash = ping_hash,
	.unhash = ping_unhash,
	.get_port = ping_get_port,
	.put_port = ping_unhash,
	.obj_size = sizeof(struct inet_sock),
	.inuse_idx = PROTO_INUSE_PING,
};
