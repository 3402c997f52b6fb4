// SPDX-License-Identifier: MIT
/* tx_tstamp.c - time stamps of sending: SO_TIMESTAMPING's notes in the error queue; SO_TXTIME.
 *
 * Path: beside dev_queue_xmit(), the drivers and tcp_ack(). Rules: LINUX: __skb_tstamp_tx() in
 * net/core/skbuff.c, __sock_tx_timestamp() in net/socket.c. No card here stamps by itself.
 */
#include "core/tx_tstamp.h"

#include "core/cmsg.h"
#include "core/file.h"
#include "core/net.h"
#include "core/netdevice.h"
#include "core/ubuf.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

/* Numbers of clocks in the system call interface. */
enum { LINUX_CLOCK_REALTIME = 0, LINUX_CLOCK_MONOTONIC = 1, LINUX_CLOCK_TAI = 11 };

u8 sock_tx_timestamp(const struct sock *sk, u32 tsflags)
{
	u8 flags = 0;

	if ((tsflags & SOF_TIMESTAMPING_TX_HARDWARE) != 0) {
		flags |= SKBTX_HW_TSTAMP;
		if ((tsflags & SOF_TIMESTAMPING_BIND_PHC) != 0)
			flags |= SKBTX_HW_TSTAMP_USE_CYCLES;
	}
	if ((tsflags & SOF_TIMESTAMPING_TX_SOFTWARE) != 0)
		flags |= SKBTX_SW_TSTAMP;
	if ((tsflags & SOF_TIMESTAMPING_TX_SCHED) != 0)
		flags |= SKBTX_SCHED_TSTAMP;
	if (sock_flag(sk, SOCK_WIFI_STATUS))
		flags |= SKBTX_WIFI_STATUS;
	return flags;
}

static bool sk_is_tcp(const struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM;
}

/* LINUX: __skb_complete_tx_timestamp(). */
static void complete_tx_timestamp(struct sk_buff *skb, struct sock *sk, u32 tstype, bool opt_stats)
{
	struct sock_exterr_skb *serr = SKB_EXT_ERR(skb);
	s32 iif = skb->dev != NULL ? skb->dev->ifindex : 0;

	*serr = (struct sock_exterr_skb){
		.ee = { .ee_errno = ENOMSG,
			.ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
			.ee_info = tstype },
		.opt_stats = opt_stats,
	};
	/* The device is where IP has it, first in its part. */
	memcpy(serr->parm, &iif, sizeof(iif));
	if ((sk->sk_tsflags & SOF_TIMESTAMPING_OPT_ID) != 0) {
		serr->ee.ee_data = skb->hd->tskey;
		if (sk_is_tcp(sk))
			serr->ee.ee_data -= sk->sk_tskey;
	}
	if (sock_queue_err_skb(sk, skb) != 0)
		kfree_skb(skb);
}

static struct sk_buff *stamp_clone(struct sk_buff *orig)
{
	struct sk_buff *skb = skb_clone(orig);

	if (skb != NULL && skb_orphan_frags_rx(skb) != 0) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/* LINUX: skb_may_tx_timestamp(): it sees headers that it did not make. */
static bool may_see_packet(const struct sock *sk)
{
	const struct socket *sock = sk->sk_socket;

	if (sock_net(sk)->sysctl.tstamp_allow_data != 0)
		return true;
	return sock != NULL && sock->file != NULL && sock->file->f_cap_net_raw;
}

void skb_tstamp_tx(struct sk_buff *orig_skb, const struct sk_buff *ack_skb, struct sock *sk,
		   u32 tstype)
{
	struct sk_buff *skb;
	bool tsonly, stats;

	if (sk == NULL)
		return;
	tsonly = (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_TSONLY) != 0;
	if (!tsonly && !may_see_packet(sk))
		return;
	stats = tsonly && (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_STATS) != 0 && sk_is_tcp(sk);
	if (stats)
		skb = tcp_get_timestamping_opt_stats(sk, orig_skb, ack_skb);
	else
		skb = tsonly ? alloc_skb(orig_skb->net, 0) : stamp_clone(orig_skb);
	if (skb == NULL)
		return;
	if (tsonly) {
		skb->hd->tx_flags |= orig_skb->hd->tx_flags & SKBTX_ANY_TSTAMP;
		skb->hd->tskey = orig_skb->hd->tskey;
	}
	skb->tstamp_ns = net_real_ns(sock_net(sk));
	skb->tstamp_type = SKB_CLOCK_REALTIME;
	complete_tx_timestamp(skb, sk, tstype, stats);
}

void skb_set_delivery_time(struct sk_buff *skb, u64 ns, u8 tstamp_type)
{
	skb->tstamp_ns = ns;
	skb->tstamp_type = ns != 0 ? tstamp_type : (u8)SKB_CLOCK_REALTIME;
}

void skb_set_delivery_type_by_clockid(struct sk_buff *skb, u64 ns, s32 clockid)
{
	u8 type = SKB_CLOCK_REALTIME;

	if (clockid == LINUX_CLOCK_MONOTONIC)
		type = SKB_CLOCK_MONOTONIC;
	else if (clockid == LINUX_CLOCK_TAI)
		type = SKB_CLOCK_TAI;
	else if (clockid != LINUX_CLOCK_REALTIME)
		ns = 0;
	skb_set_delivery_time(skb, ns, type);
}

void skb_clear_delivery_time(struct sk_buff *skb)
{
	if (skb->tstamp_type == SKB_CLOCK_REALTIME)
		return;
	skb->tstamp_type = SKB_CLOCK_REALTIME;
	skb->tstamp_ns = skb->net->netstamp_needed != 0 ? net_real_ns(skb->net) : 0;
}
