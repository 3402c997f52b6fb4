// SPDX-License-Identifier: MIT
/* route_error.c - what a router tells the senders of packets: that there is no way, or a shorter
 * one.
 *
 * Path: the input of a route to nowhere; ip_forward(). Calls icmp_send(). Rules: RFC 1812 4.3.3.2,
 * 5.2.7.1 and 5.2.7.2; LINUX: net/ipv4/route.c, ip_error() and ip_rt_send_redirect(), with the
 * limits that it starts with, which only its first network namespace can change.
 */
#include "ipv4/icmp.h"
#include "ipv4/inetdevice.h"
#include "ipv4/inetpeer.h"
#include "ipv4/ip.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

enum {
	REDIRECT_NUMBER = 9,
	REDIRECT_LOAD_JIF = HZ / 50,
	REDIRECT_SILENCE_JIF = (HZ / 50) << (9 + 1),
	ERROR_COST_JIF = HZ,
	ERROR_BURST_JIF = 5 * HZ
};

/* -------- redirects -------- */

/* Who does not heed them is sent fewer and fewer, then none; who has been silent for a while may
 * have forgotten.
 */
static bool redirect_due(const struct inet_peer *peer, u64 now)
{
	return peer->n_redirects == 0 ||
	       time_after(now, peer->rate_last_jif + ((u64)REDIRECT_LOAD_JIF << peer->n_redirects));
}

void ip_rt_send_redirect(struct sk_buff *skb)
{
	const struct rtable *rt = dst_rtable(skb_dst(skb));
	const struct in_device *in_dev = in_dev_get(rt->dst.dev);
	struct net *net = skb->net;
	PROBE(net, ip_rt_send_redirect);
	u64 now = net_jiffies(net);
	struct inet_peer *peer;

	if (in_dev == NULL || !IN_DEV_ORCONF(in_dev, send_redirects))
		return;
	peer = inet_getpeer_v4(net, ipv4_saddr(ip_hdr(skb)));
	if (peer == NULL)
		return;
	if (time_after(now, peer->rate_last_jif + REDIRECT_SILENCE_JIF)) {
		peer->rate_tokens = 0;
		peer->n_redirects = 0;
	}
	if (peer->n_redirects >= REDIRECT_NUMBER) {
		peer->rate_last_jif = now;
		return;
	}
	if (!redirect_due(peer, now))
		return;
	/* RFC 1812 4.3.3.2: of the code for a host, whatever the route is for. */
	icmp_send(skb, ICMP_REDIRECT, ICMP_REDIR_HOST, rt_nexthop(rt, ipv4_daddr(ip_hdr(skb))));
	peer->rate_last_jif = now;
	peer->n_redirects++;
}

/* -------- no way -------- */

/* Nobody but a router says so. */
static enum drop_reason count_no_route(struct net *net, s16 error)
{
	if (error == EHOSTUNREACH) {
		mib_inc(net, IPSTATS_MIB_INADDRERRORS);
		return DROP_IP_INADDRERRORS;
	}
	if (error == ENETUNREACH) {
		mib_inc(net, IPSTATS_MIB_INNOROUTES);
		return DROP_IP_INNOROUTES;
	}
	return DROP_NOT_SPECIFIED;
}

/* A bucket of tokens, one a jiffy: of the same peer as that of ICMP's own limit. */
static bool error_allowed(struct net *net, be32 saddr)
{
	struct inet_peer *peer = inet_getpeer_v4(net, saddr);
	u64 now = net_jiffies(net);

	if (peer == NULL)
		return true;
	peer->rate_tokens =
		min_u64(peer->rate_tokens + (now - peer->rate_last_jif), ERROR_BURST_JIF);
	peer->rate_last_jif = now;
	if (peer->rate_tokens < ERROR_COST_JIF)
		return false;
	peer->rate_tokens -= ERROR_COST_JIF;
	return true;
}

/* RFC 1812 5.2.7.1: *reason is what Linux gives, which knows one of these three. */
static int unreach_code(struct net *net, s16 error, enum drop_reason *reason)
{
	switch (error) {
	case EHOSTUNREACH:
		return ICMP_HOST_UNREACH;
	case ENETUNREACH:
		*reason = count_no_route(net, error);
		return ICMP_NET_UNREACH;
	case EACCES:
		return ICMP_PKT_FILTERED;
	default:
		return -1;
	}
}

int ip_error(struct sk_buff *skb)
{
	const struct in_device *in_dev = in_dev_get(skb->dev);
	s16 error = skb_dst(skb)->error;
	struct net *net = skb->net;
	PROBE(net, ip_error);
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	int code;

	if (in_dev != NULL && in_dev->cnf.forwarding == 0) {
		reason = count_no_route(net, error);
	} else if (in_dev != NULL) {
		code = unreach_code(net, error, &reason);
		if (code >= 0 && error_allowed(net, ipv4_saddr(ip_hdr(skb))))
			icmp_send(skb, ICMP_DEST_UNREACH, (u8)code, (be32){ 0 });
	}
	kfree_skb_reason(skb, reason);
	return 0;
}
