// SPDX-License-Identifier: MIT
/* inetpeer.c - see inetpeer.h.
 *
 * Path: icmp_send() and the first fragment of a datagram ask for a peer. Rules: LINUX:
 * net/ipv4/inetpeer.c, inet_peer_xrlim_allow().
 */
#include "ipv4/inetpeer.h"

#include "base/bytes.h"
#include "base/check.h"
#include "core/net.h"

enum { XRLIM_BURST_FACTOR = 6, FULL_SECS = 60 };

static bool is_used(const struct inet_peer *p)
{
	return p->dtime_jif != 0;
}

/* The place for a new one. */
static struct inet_peer *oldest_peer(struct inet_peer_base *base)
{
	struct inet_peer *oldest = NULL;

	for (u32 i = 0; i < INET_PEERS; i++) {
		struct inet_peer *p = &base->peer[i];

		if (!is_used(p))
			return p;
		if (p->refcnt == 0 &&
		    (oldest == NULL || time_before(p->dtime_jif, oldest->dtime_jif)))
			oldest = p;
	}
	return oldest;
}

struct inet_peer *inet_getpeer_v4(struct net *net, be32 daddr)
{
	struct inet_peer_base *base = net->peers;
	u64 now = net_jiffies(net);
	struct inet_peer *p;

	assert(now != 0);
	for (u32 i = 0; i < INET_PEERS; i++) {
		p = &base->peer[i];
		if (is_used(p) && be32_eq(p->daddr, daddr)) {
			p->dtime_jif = now;
			return p;
		}
	}
	p = oldest_peer(base);
	if (p != NULL)
		*p = (struct inet_peer){ .daddr = daddr,
					 .rate_last_jif = now - FULL_SECS * HZ,
					 .dtime_jif = now };
	return p;
}

/* A bucket of tokens, one a jiffy. */
bool inet_peer_xrlim_allow(struct net *net, struct inet_peer *peer, s32 timeout)
{
	s32 burst = (s32)(XRLIM_BURST_FACTOR * (u32)timeout); /* LINUX: an int, too */
	u64 now = net_jiffies(net), token;
	bool allow;

	assert(timeout >= 0);
	if (peer == NULL)
		return true;
	token = min_u64(peer->rate_tokens + (now - peer->rate_last_jif), (u64)(s64)burst);
	allow = token >= (u64)timeout;
	peer->rate_last_jif = now;
	peer->rate_tokens = allow ? token - (u64)timeout : token;
	return allow;
}
