// SPDX-License-Identifier: MIT
/* datagram.c - connecting a datagram socket: a route and an address, no packet.
 *
 * Path: beside it: connect() leaves the route that step 4 then finds in the socket.
 * Rules: LINUX: net/ipv4/datagram.c.
 */
#include "ipv4/udp.h"

#include "core/iov.h"
#include "core/sock_reuseport.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

/* Offsets in struct sockaddr_in. Programs are x86-64's: the family's low byte comes first. */
enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4 };

static void take_source(struct sock *sk, be32 saddr)
{
	struct inet_sock *inet = inet_sk(sk);

	if (be32_is_zero(inet->inet_saddr))
		inet->inet_saddr = saddr;
	if (!be32_is_zero(sk->sk_rcv_saddr))
		return;
	sk->sk_rcv_saddr = saddr;
	if (sk->sk_prot->rehash != NULL)
		sk->sk_prot->rehash(sk);
}

int ip4_datagram_connect_locked(struct sock *sk, const u8 *uaddr, int addr_len)
{
	struct inet_sock *inet = inet_sk(sk);
	struct net *net = sock_net(sk);
	struct flowi4 *fl4 = &inet->cork.fl4;
	be32 saddr = inet->inet_saddr;
	s32 oif = sk->sk_bound_dev_if;
	int err = 0;
	struct rtable *rt;
	be32 daddr;

	if (addr_len < SOCKADDR_IN_BYTES)
		return -EINVAL;
	if (get_le16(uaddr + SIN_FAMILY) != AF_INET)
		return -EAFNOSUPPORT;
	sk_dst_reset(sk);
	daddr = load_be32(uaddr + SIN_ADDR);
	if (ipv4_is_multicast(daddr)) {
		if (oif == 0)
			oif = inet->mc_index;
		if (be32_is_zero(saddr))
			saddr = inet->mc_addr;
	} else if (oif == 0) {
		oif = inet->uc_index;
	}
	rt = ip_route_connect(fl4, daddr, saddr, oif, (u8)sk->sk_protocol, inet->inet_sport,
			      load_be16(uaddr + SIN_PORT), sk, &err);
	if (rt == NULL) {
		if (err == -ENETUNREACH)
			mib_inc(net, IPSTATS_MIB_OUTNOROUTES);
		return err;
	}
	if ((rt->rt_flags & RTCF_BROADCAST) != 0 && !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(rt);
		return -EACCES;
	}
	take_source(sk, fl4->saddr);
	sk->sk_daddr = fl4->daddr;
	sk->sk_dport = load_be16(uaddr + SIN_PORT);
	reuseport_has_conns_set(sk);
	sk->sk_state = TCP_ESTABLISHED;
	sk_set_txhash(sk);
	inet->inet_id = get_random_u16(net->random);
	sk_dst_set(sk, &rt->dst);
	return 0;
}

int ip4_datagram_connect(struct sock *sk, const u8 *uaddr, int addr_len)
{
	PROBE(sock_net(sk), ip4_datagram_connect);
	int res;

	lock_sock(sk);
	res = ip4_datagram_connect_locked(sk, uaddr, addr_len);
	release_sock(sk);
	return res;
}

/* When the socket is released: a route that has become invalid is looked up again at once. */
void ip4_datagram_release_cb(struct sock *sk)
{
	const struct ip_options_rcu *inet_opt = inet_sk(sk)->inet_opt;
	struct dst_entry *dst = sk->sk_dst_cache;
	be32 daddr = sk->sk_daddr;
	struct flowi4 fl4;
	struct rtable *rt;
	int err = 0;

	if (dst == NULL || dst->obsolete == DST_OBSOLETE_NONE || dst_check(dst, 0) != NULL)
		return;
	if (inet_opt != NULL && inet_opt->opt.srr != 0)
		daddr = inet_opt->opt.faddr;
	rt = ip_route_output_sk(&fl4, sk, daddr, ip_sock_rt_tos(sk), &err);
	sk_dst_set(sk, rt != NULL ? &rt->dst : NULL);
}
