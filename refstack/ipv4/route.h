// SPDX-License-Identifier: MIT
/* route.h - routes for packets: output and input lookup, caching in the nexthop, PMTU and errors.
 */
#ifndef REFSTACK_IPV4_ROUTE_H
#define REFSTACK_IPV4_ROUTE_H

#include "core/dst.h"
#include "ipv4/ip_fib.h"

enum {
	RTCF_BROADCAST = 0x10000000,
	RTCF_MULTICAST = 0x20000000,
	RTCF_LOCAL = (int)0x80000000,
	RTCF_REDIRECTED = 0x00040000,
	RTCF_DOREDIRECT = 0x01000000,
	RTCF_NOTIFY = 0x00010000
};
enum { FLOWI_FLAG_ANYSRC = 1, FLOWI_FLAG_KNOWN_NH = 2 };
enum { INET_DSCP_MASK = 0xfc };
enum { LOOPBACK_IFINDEX = 1 };
enum { RTO_ONLINK = 1 };

/* NULL with *err set: as Linux's ERR_PTR. Counts no statistics. */
struct rtable *ip_route_output_flow(struct net *net, struct flowi4 *fl4, const struct sock *sk,
				    int *err);
/* A first lookup fills in what is not given, the second one is the route. LINUX: inline. */
/* NOLINTNEXTLINE(readability-function-size): the parameters are Linux's. */
struct rtable *ip_route_connect(struct flowi4 *fl4, be32 dst, be32 src, s32 oif, u8 protocol,
				be16 sport, be16 dport, const struct sock *sk, int *err);
/* Once the ports are known: another lookup where they have changed; rt is given back then. */
struct rtable *ip_route_newports(struct flowi4 *fl4, struct rtable *rt, be16 orig_sport,
				 be16 orig_dport, be16 sport, be16 dport, const struct sock *sk,
				 int *err);
/* LINUX: ip_route_output_ports() of a connected socket: to daddr, which a source route may have
 * changed.
 */
struct rtable *ip_route_output_sk(struct flowi4 *fl4, const struct sock *sk, be32 daddr, u8 tos,
				  int *err);
struct rtable *ip_route_output_key_hash(struct net *net, struct flowi4 *fl4,
					const struct sk_buff *skb, int *err);
/* LINUX 6.12: 0, or -errno with *reason. Attaches the route to the packet without a reference. */
int ip_route_input_noref(struct sk_buff *skb, be32 dst, be32 src, u8 dscp, struct net_device *dev,
			 enum drop_reason *reason);
void ip_rt_update_pmtu(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb, u32 mtu);
void ipv4_update_pmtu(struct sk_buff *skb, struct net *net, u32 mtu, s32 oif, u8 protocol);
void ipv4_sk_update_pmtu(struct sk_buff *skb, struct sock *sk, u32 mtu);
/* LINUX: ip_mtu_locked(). */
bool ip_mtu_locked(const struct dst_entry *dst);
u32 ipv4_mtu(const struct dst_entry *dst);
u32 ip_dst_mtu_maybe_forward(const struct dst_entry *dst, bool forwarding);
struct dst_entry *ipv4_dst_check(struct dst_entry *dst, u32 cookie);
void ip_rt_send_redirect(struct sk_buff *skb);
u8 ip4_dst_hoplimit(const struct dst_entry *dst);
/* LINUX: ip_route_use_hint(): dst is where the packet before this one in a list went. */
int ip_route_use_hint(struct sk_buff *skb, be32 dst, be32 src, u8 dscp, struct net_device *dev,
		      const struct sk_buff *hint);
int ip_mc_validate_source(struct sk_buff *skb, be32 daddr, be32 saddr, u8 dscp,
			  struct net_device *dev, struct in_device *in_dev, u32 *itag);
/* An ICMP redirect came; skb->data is at the header that it quotes. */
void ipv4_redirect(struct sk_buff *skb, struct net *net, s32 oif, u8 protocol);
void ipv4_sk_redirect(struct sk_buff *skb, struct sock *sk);
void ip_do_redirect(struct dst_entry *dst, struct sock *sk, struct sk_buff *skb);
u32 ipv4_default_advmss(const struct dst_entry *dst);
/* LINUX: ip_rt_get_source(): our address for the options of a packet on this route. */
be32 ip_rt_get_source(struct sk_buff *skb, struct rtable *rt);
void rt_add_uncached_list(struct rtable *rt);
void rt_del_uncached_list(struct rtable *rt);
/* Of fib_semantics.c: what a nexthop's caches hold. */
void fib_nh_release(struct net *net, struct fib_nh *nh);
void fnhe_update_pmtu(struct fib_nh_exception *fnhe, u32 new_mtu, u32 orig_mtu);
void rt_cache_flush(struct net *net);
/* A write to net.ipv4.route.flush. */
void ipv4_sysctl_rtcache_flush(struct net *net);
void rt_flush_dev(struct net_device *dev);
struct rtable *rt_dst_alloc(struct net_device *dev, u32 flags, u16 type, bool noxfrm);
void ip_rt_put(struct rtable *rt);
struct neighbour *ip_neigh_for_gw(struct rtable *rt, struct sk_buff *skb, bool *is_v6gw);
be32 rt_nexthop(const struct rtable *rt, be32 daddr);
void flowi4_init_output(struct flowi4 *fl4, s32 oif, u32 mark, u8 tos, u8 scope, u8 proto, u8 flags,
			be32 daddr, be32 saddr, be16 dport, be16 sport, u32 uid);
void ipv4_link_failure(struct sk_buff *skb);

#endif
