// SPDX-License-Identifier: MIT
/* tcp_dctcp.c - DCTCP: the window shrinks by the share of packets that routers marked; and PLB,
 * which then looks for another path.
 *
 * Path: chosen by TCP_CONGESTION; called by tcp_ack() and by the receiving side for each packet's
 * ECN bits. Rules: RFC 8257; LINUX: net/ipv4/tcp_dctcp.c, tcp_plb.c.
 */
#include "ipv4/tcp_dctcp.h"

#include "base/random.h"

enum {
	ALPHA_MAX = 1024,
	SHIFT_G = 4, /* g = 1/16: weight of the last round trip */
	PLB_SCALE = 8,
	INET_DIAG_VEGASINFO = 3,
	INET_DIAG_DCTCPINFO = 9,
	DCTCP_INFO_BYTES = 16
};

/* LINUX: struct tcp_plb_state. */
struct plb {
	u8 cong_rounds; /* LINUX: five bits */
	u32 pause_until;
};

struct dctcp {
	u32 old_delivered, old_delivered_ce; /* when the round trip began */
	u32 prior_rcv_nxt;
	u32 alpha;
	u32 next_seq; /* end of the round trip */
	u32 ce_state;
	u32 loss_cwnd;
	struct plb plb;
};
static_assert(sizeof(struct dctcp) <= ICSK_CA_PRIV_SIZE, "fits");

static const struct tcp_congestion_ops dctcp_reno;

/* -------- PLB -------- */

static void plb_update(const struct sock *sk, struct plb *plb, u32 cong_ratio)
{
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;

	if (sysctl->tcp_plb_enabled == 0)
		return;
	if ((s32)cong_ratio < sysctl->tcp_plb_cong_thresh)
		plb->cong_rounds = 0;
	else if (plb->cong_rounds < sysctl->tcp_plb_rehash_rounds)
		plb->cong_rounds = (plb->cong_rounds + 1) & 31;
}

/* Marked for many round trips, or fewer and nothing on its way: another hash may mean another path.
 * Not soon after a timeout, which has changed it.
 */
static void plb_check_rehash(struct sock *sk, struct plb *plb)
{
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;
	u32 now = tcp_jiffies32(sk), max_suspend;
	bool forced, idle;

	if (sysctl->tcp_plb_enabled == 0)
		return;
	forced = plb->cong_rounds >= sysctl->tcp_plb_rehash_rounds;
	idle = sysctl->tcp_plb_idle_rehash_rounds != 0 && tcp_sk(sk)->packets_out == 0 &&
	       plb->cong_rounds >= sysctl->tcp_plb_idle_rehash_rounds;
	if (!forced && !idle)
		return;
	max_suspend = 2 * (u32)sysctl->tcp_plb_suspend_rto_sec * HZ;
	if (plb->pause_until != 0 && before(now, plb->pause_until) &&
	    !before(now + max_suspend, plb->pause_until))
		return;
	plb->pause_until = 0;
	sk_rethink_txhash(sk);
	plb->cong_rounds = 0;
	tcp_sk(sk)->plb_rehash++;
	mib_inc(sock_net(sk), LINUX_MIB_TCPPLBREHASH);
}

static void plb_timeout(const struct sock *sk, struct plb *plb)
{
	struct net *net = sock_net(sk);
	u32 pause;

	if (net->sysctl.tcp_plb_enabled == 0)
		return;
	pause = (u32)net->sysctl.tcp_plb_suspend_rto_sec * HZ;
	/* LINUX: below 0 lies every number. */
	pause +=
		pause == 0 ? get_random_u32(net->random) : get_random_u32_below(net->random, pause);
	plb->pause_until = tcp_jiffies32(sk) + pause;
	plb->cong_rounds = 0;
}

/* -------- DCTCP -------- */

static void dctcp_reset(const struct tcp_sock *tp, struct dctcp *ca)
{
	ca->next_seq = tp->snd_nxt;
	ca->old_delivered = tp->delivered;
	ca->old_delivered_ce = tp->delivered_ce;
}

/* A peer that does not do ECN gets Reno. */
static void dctcp_init(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = inet_csk_ca(sk);

	if ((tp->ecn_flags & TCP_ECN_OK) == 0 && sk->sk_state != TCP_LISTEN &&
	    sk->sk_state != TCP_CLOSE) {
		inet_csk(sk)->icsk_ca_ops = &dctcp_reno;
		INET_ECN_dontxmit(sk);
		return;
	}
	ca->prior_rcv_nxt = tp->rcv_nxt;
	ca->alpha = ALPHA_MAX;
	ca->loss_cwnd = 0;
	ca->ce_state = 0;
	dctcp_reset(tp, ca);
	ca->plb = (struct plb){ 0 };
}

/* RFC 8257 3.3: half of it at most. */
static u32 dctcp_ssthresh(struct sock *sk)
{
	struct dctcp *ca = inet_csk_ca(sk);
	u32 cwnd = tcp_snd_cwnd(tcp_sk(sk));

	ca->loss_cwnd = cwnd;
	return max_u32(cwnd - (cwnd * ca->alpha >> 11), 2);
}

/* Once a round trip: alpha = (1 - g) * alpha + g * F. What is too small to shrink becomes 0. */
static void dctcp_update_alpha(struct sock *sk, u32 flags)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = inet_csk_ca(sk);
	u32 delivered = tp->delivered - ca->old_delivered;
	u32 marked = tp->delivered_ce - ca->old_delivered_ce;

	(void)flags;
	if (before(tp->snd_una, ca->next_seq))
		return;
	if (delivered > 0) {
		plb_update(sk, &ca->plb, (marked << PLB_SCALE) / delivered);
		plb_check_rehash(sk, &ca->plb);
	}
	ca->alpha -= ca->alpha >> SHIFT_G != 0 ? ca->alpha >> SHIFT_G : ca->alpha;
	if (marked != 0) {
		marked = (marked << (10 - SHIFT_G)) / max_u32(1, delivered);
		ca->alpha = min_u32(ca->alpha + marked, ALPHA_MAX);
	}
	dctcp_reset(tp, ca);
}

static void dctcp_react_to_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	((struct dctcp *)inet_csk_ca(sk))->loss_cwnd = tcp_snd_cwnd(tp);
	tp->snd_ssthresh = max_u32(tcp_snd_cwnd(tp) >> 1, 2);
}

static void dctcp_state(struct sock *sk, u8 new_state)
{
	if (new_state == TCP_CA_Recovery && inet_csk(sk)->icsk_ca_state != TCP_CA_Recovery)
		dctcp_react_to_loss(sk);
}

static void demand_cwr(struct sock *sk, bool ce)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (ce)
		tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
	else
		tp->ecn_flags &= (u8)~TCP_ECN_DEMAND_CWR;
}

/* RFC 8257 3.2: the marks change, so the peer hears of it at once; an ACK that was delayed goes
 * first, for what came before.
 */
static void ece_ack_update(struct sock *sk, bool ce)
{
	struct dctcp *ca = inet_csk_ca(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (ca->ce_state != ce) {
		if ((icsk->icsk_ack.pending & ICSK_ACK_TIMER) != 0) {
			demand_cwr(sk, ca->ce_state != 0);
			tcp_send_ack_at(sk, ca->prior_rcv_nxt, 0);
		}
		icsk->icsk_ack.pending |= ICSK_ACK_NOW;
	}
	ca->prior_rcv_nxt = tcp_sk(sk)->rcv_nxt;
	ca->ce_state = ce;
	demand_cwr(sk, ce);
}

static void dctcp_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct dctcp *ca = inet_csk_ca(sk);

	switch (ev) {
	case CA_EVENT_ECN_IS_CE:
	case CA_EVENT_ECN_NO_CE:
		ece_ack_update(sk, ev == CA_EVENT_ECN_IS_CE);
		break;
	case CA_EVENT_LOSS:
		plb_timeout(sk, &ca->plb);
		dctcp_react_to_loss(sk);
		break;
	case CA_EVENT_TX_START:
		plb_check_rehash(sk, &ca->plb);
		break;
	default:
		break;
	}
}

/* LINUX: struct tcp_dctcp_info, in the machine's byte order, which is x86-64's. */
static u32 dctcp_get_info(struct sock *sk, u32 ext, int *attr, u8 *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct dctcp *ca = inet_csk_ca(sk);

	if ((ext & (1u << (INET_DIAG_DCTCPINFO - 1) | 1u << (INET_DIAG_VEGASINFO - 1))) == 0)
		return 0;
	memset(info, 0, DCTCP_INFO_BYTES);
	if (inet_csk(sk)->icsk_ca_ops != &dctcp_reno) {
		put_le16(info, 1);
		put_le16(info + 2, (u16)ca->ce_state);
		put_le32(info + 4, ca->alpha);
		put_le32(info + 8, tp->mss_cache * (tp->delivered_ce - ca->old_delivered_ce));
		put_le32(info + 12, tp->mss_cache * (tp->delivered - ca->old_delivered));
	}
	*attr = INET_DIAG_DCTCPINFO;
	return DCTCP_INFO_BYTES;
}

static u32 dctcp_cwnd_undo(struct sock *sk)
{
	const struct dctcp *ca = inet_csk_ca(sk);

	return max_u32(tcp_snd_cwnd(tcp_sk(sk)), ca->loss_cwnd);
}

const struct tcp_congestion_ops dctcp = {
	.flags = TCP_CONG_NEEDS_ECN,
	.name = "dctcp",
	.init = dctcp_init,
	.in_ack_event = dctcp_update_alpha,
	.cwnd_event = dctcp_cwnd_event,
	.ssthresh = dctcp_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.undo_cwnd = dctcp_cwnd_undo,
	.set_state = dctcp_state,
	.get_info = dctcp_get_info,
};

static const struct tcp_congestion_ops dctcp_reno = {
	.name = "dctcp-reno",
	.ssthresh = tcp_reno_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.undo_cwnd = tcp_reno_undo_cwnd,
	.get_info = dctcp_get_info,
};
