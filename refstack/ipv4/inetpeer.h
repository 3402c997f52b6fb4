// SPDX-License-Identifier: MIT
/* inetpeer.h - what is remembered of a host that we talk to: how many errors it may be sent, how
 * many fragments it has sent.
 *
 * DIVERGES(icmp-peers): a small table; the one that was asked for longest ago and that nobody holds
 * gives its place.
 */
#ifndef REFSTACK_IPV4_INETPEER_H
#define REFSTACK_IPV4_INETPEER_H

#include "base/types.h"

struct net;

enum { INET_PEERS = 32 };
struct inet_peer {
	be32 daddr;
	u32 refcnt;	 /* of who keeps a pointer to it; 0 with dtime_jif 0: not used */
	u32 rid;	 /* fragments that came from it */
	u32 n_redirects; /* that it has been sent and seems not to heed */
	u64 rate_tokens, rate_last_jif;
	u64 dtime_jif; /* when it was asked for last */
};
/* LINUX: struct inet_peer_base. */
struct inet_peer_base {
	struct inet_peer peer[INET_PEERS];
};

/* The one there is, or a new one; NULL: all are held. */
struct inet_peer *inet_getpeer_v4(struct net *net, be32 daddr);
/* One more error to it, when there may be one each `timeout` jiffies. */
bool inet_peer_xrlim_allow(struct net *net, struct inet_peer *peer, s32 timeout);

#endif
