// SPDX-License-Identifier: MIT
/* tcp_metrics.c - what a connection has learnt of the way to another host, for the next one: round
 * trip time, congestion window, reordering.
 *
 * Path: tcp_init_metrics() when a connection opens, tcp_update_metrics() when it ends well.
 * Rules: RFC 9040; LINUX: net/ipv4/tcp_metrics.c.
 * Missing: what fast open remembers.
 * DIVERGES(tcp-metrics-slots): TCP_METRICS_SLOTS pairs of hosts; where Linux would take more memory
 * the oldest gives its place. Chains are of one host, those of Linux of all its namespaces.
 */
#include "ipv4/tcp.h"

enum {
	TCP_METRICS_HASH_LOG = 13, /* LINUX: 8192 chains with less than 512 MiB */
	TCP_METRICS_TIMEOUT = 60 * 60 * HZ,
	TCP_METRICS_RECLAIM_DEPTH = 5
};

struct pair {
	be32 saddr, daddr;
};

void tcp_metrics_init(struct net *net)
{
	net->tcp->metrics.born = 0;
	net->tcp->metrics.nr = 0;
}

void tcp_metrics_delete(struct tcp_metrics_block *tm)
{
	memset(tm, 0, sizeof(*tm));
}

void tcp_metrics_flush_all(struct net *net)
{
	net->tcp->metrics.nr = 0;
}

/* Which of Linux's chains it is in. */
static u32 metrics_row(const struct net *net, be32 daddr)
{
	return hash_32(be32_as_le(daddr) ^ net->hash_mix, TCP_METRICS_HASH_LOG);
}

/* A chain's youngest comes first. */
static bool dumped_before(const struct net *net, const struct tcp_metrics_block *a,
			  const struct tcp_metrics_block *b)
{
	u32 row_a = metrics_row(net, a->daddr), row_b = metrics_row(net, b->daddr);

	return row_a != row_b ? row_a < row_b : a->born > b->born;
}

struct tcp_metrics_block *tcp_metrics_next(struct net *net, const struct tcp_metrics_block *tm)
{
	struct tcp_metrics_block *next = NULL;

	for (u32 i = 0; i < net->tcp->metrics.nr; i++) {
		struct tcp_metrics_block *b = &net->tcp->metrics.block[i];

		if (b->born == 0 || (tm != NULL && !dumped_before(net, tm, b)))
			continue;
		if (next == NULL || dumped_before(net, b, next))
			next = b;
	}
	return next;
}

static bool metric_locked(const struct tcp_metrics_block *tm, enum tcp_metric_index idx)
{
	return (tm->lock >> idx & 1) != 0;
}

static void metric_learn(struct tcp_metrics_block *tm, enum tcp_metric_index idx, u32 val)
{
	if (!metric_locked(tm, idx))
		tm->vals[idx] = val;
}

/* LINUX: tcpm_suck_dst(): all that is known is what the route says. */
static void tcpm_suck_dst(struct tcp_metrics_block *tm, const struct dst_entry *dst)
{
	static const u8 rtax[TCP_METRIC_KEPT] = {
		[TCP_METRIC_RTT] = RTAX_RTT,
		[TCP_METRIC_RTTVAR] = RTAX_RTTVAR,
		[TCP_METRIC_SSTHRESH] = RTAX_SSTHRESH,
		[TCP_METRIC_CWND] = RTAX_CWND,
		[TCP_METRIC_REORDERING] = RTAX_REORDERING,
	};

	tm->stamp_jif = net_jiffies(dst->net);
	tm->lock = 0;
	for (u32 i = 0; i < TCP_METRIC_KEPT; i++) {
		tm->lock |= (u32)dst_metric_locked(dst, rtax[i]) << i;
		tm->vals[i] = dst_metric(dst, rtax[i]);
	}
	tm->vals[TCP_METRIC_RTT] *= 1000;
	tm->vals[TCP_METRIC_RTTVAR] *= 1000;
}

/* What was learnt is forgotten after an hour. */
static void tcpm_check_stamp(struct tcp_metrics_block *tm, const struct dst_entry *dst)
{
	if (time_after(net_jiffies(dst->net), tm->stamp_jif + TCP_METRICS_TIMEOUT))
		tcpm_suck_dst(tm, dst);
}

static struct tcp_metrics_block *metrics_find(struct net *net, struct pair p)
{
	for (u32 i = 0; i < net->tcp->metrics.nr; i++) {
		struct tcp_metrics_block *tm = &net->tcp->metrics.block[i];

		if (tm->born != 0 && be32_eq(tm->saddr, p.saddr) && be32_eq(tm->daddr, p.daddr))
			return tm;
	}
	return NULL;
}

/* The oldest by its stamp, of one chain or of all; of equals the one that Linux meets first. */
static struct tcp_metrics_block *metrics_oldest(struct net *net, bool of_row, u32 row, u32 *members)
{
	struct tcp_metrics_block *oldest = NULL;

	*members = 0;
	for (struct tcp_metrics_block *tm = tcp_metrics_next(net, NULL); tm != NULL;
	     tm = tcp_metrics_next(net, tm)) {
		if (of_row && metrics_row(net, tm->daddr) != row)
			continue;
		++*members;
		if (oldest == NULL || time_before(tm->stamp_jif, oldest->stamp_jif))
			oldest = tm;
	}
	return oldest;
}

static struct tcp_metrics_block *metrics_free_slot(struct net *net)
{
	struct tcp_metrics *all = &net->tcp->metrics;
	u32 members;

	for (u32 i = 0; i < all->nr; i++) {
		if (all->block[i].born == 0)
			return &all->block[i];
	}
	if (all->nr < TCP_METRICS_SLOTS)
		return &all->block[all->nr++];
	return metrics_oldest(net, false, 0, &members);
}

/* LINUX: tcpm_new(): in a long chain the oldest makes room, at its place. */
static struct tcp_metrics_block *tcpm_new(const struct dst_entry *dst, struct pair p)
{
	struct net *net = dst->net;
	struct tcp_metrics *all = &net->tcp->metrics;
	u32 members;
	struct tcp_metrics_block *tm =
		metrics_oldest(net, true, metrics_row(net, p.daddr), &members);

	if (members <= TCP_METRICS_RECLAIM_DEPTH) {
		tm = metrics_free_slot(net);
		all->born++;
		tm->born = all->born;
	}
	tm->saddr = p.saddr;
	tm->daddr = p.daddr;
	tcpm_suck_dst(tm, dst);
	return tm;
}

static struct tcp_metrics_block *tcp_get_metrics(const struct sock *sk, const struct dst_entry *dst,
						 bool create)
{
	const struct pair p = { inet_sk(sk)->inet_saddr, sk->sk_daddr };
	struct tcp_metrics_block *tm = metrics_find(dst->net, p);

	if (tm != NULL)
		tcpm_check_stamp(tm, dst);
	else if (create)
		tm = tcpm_new(dst, p);
	return tm;
}

/* RFC 9040 4: a longer time is believed at once, a shorter one by and by. */
static void learn_rtt(struct tcp_metrics_block *tm, const struct tcp_sock *tp)
{
	u32 rtt = tm->vals[TCP_METRIC_RTT];
	u32 var = tm->vals[TCP_METRIC_RTTVAR];
	s32 m = (s32)(rtt - tp->srtt_us);

	metric_learn(tm, TCP_METRIC_RTT, m <= 0 ? tp->srtt_us : rtt - (u32)(m >> 3));
	if (m < 0)
		m = (s32)(0u - (u32)m);
	m >>= 1;
	if ((u32)m < tp->mdev_us)
		m = (s32)tp->mdev_us;
	if ((u32)m >= var)
		var = (u32)m;
	else
		var -= (var - (u32)m) >> 2;
	metric_learn(tm, TCP_METRIC_RTTVAR, var);
}

static void learn_ssthresh(struct tcp_metrics_block *tm, const struct net *net, u32 val)
{
	if (net->sysctl.tcp_no_ssthresh_metrics_save == 0)
		metric_learn(tm, TCP_METRIC_SSTHRESH, val);
}

static void learn_in_initial_slowstart(struct tcp_metrics_block *tm, const struct net *net,
				       const struct tcp_sock *tp)
{
	u32 ssthresh = tm->vals[TCP_METRIC_SSTHRESH];
	u32 cwnd = tcp_snd_cwnd(tp);

	if (ssthresh != 0 && cwnd >> 1 > ssthresh)
		learn_ssthresh(tm, net, cwnd >> 1);
	if (cwnd > tm->vals[TCP_METRIC_CWND])
		metric_learn(tm, TCP_METRIC_CWND, cwnd);
}

static void learn_in_avoidance(struct tcp_metrics_block *tm, const struct net *net,
			       const struct tcp_sock *tp)
{
	u32 cwnd = tcp_snd_cwnd(tp);

	learn_ssthresh(tm, net, max_u32(cwnd >> 1, tp->snd_ssthresh));
	metric_learn(tm, TCP_METRIC_CWND, (tm->vals[TCP_METRIC_CWND] + cwnd) >> 1);
}

/* It was in slow start again, or is in trouble: its window says nothing. */
static void learn_in_trouble(struct tcp_metrics_block *tm, const struct net *net,
			     const struct tcp_sock *tp)
{
	u32 ssthresh = tm->vals[TCP_METRIC_SSTHRESH];

	metric_learn(tm, TCP_METRIC_CWND, (tm->vals[TCP_METRIC_CWND] + tp->snd_ssthresh) >> 1);
	if (ssthresh != 0 && tp->snd_ssthresh > ssthresh)
		learn_ssthresh(tm, net, tp->snd_ssthresh);
	if (tm->vals[TCP_METRIC_REORDERING] < tp->reordering &&
	    tp->reordering != (u32)net->sysctl.tcp_reordering)
		metric_learn(tm, TCP_METRIC_REORDERING, tp->reordering);
}

void tcp_update_metrics(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	struct net *net = sock_net(sk);
	struct tcp_metrics_block *tm;
	bool no_estimate = icsk->icsk_backoff != 0 || tp->srtt_us == 0;

	sk_dst_confirm(sk);
	if (net->sysctl.tcp_no_metrics_save != 0 || dst == NULL)
		return;
	tm = tcp_get_metrics(sk, dst, !no_estimate);
	if (tm == NULL)
		return;
	if (no_estimate) {
		metric_learn(tm, TCP_METRIC_RTT, 0);
		return;
	}
	learn_rtt(tm, tp);
	if (tcp_in_initial_slowstart(tp))
		learn_in_initial_slowstart(tm, net, tp);
	else if (!tcp_in_slow_start(tp) && icsk->icsk_ca_state == TCP_CA_Open)
		learn_in_avoidance(tm, net, tp);
	else
		learn_in_trouble(tm, net, tp);
	tm->stamp_jif = net_jiffies(net);
}

/* The window and the reordering that were known; the return value is the round trip time, times 8,
 * 0: none.
 */
static u32 use_metrics(struct tcp_sock *tp, const struct net *net,
		       const struct tcp_metrics_block *tm)
{
	u32 ssthresh = tm->vals[TCP_METRIC_SSTHRESH];
	u32 reordering = tm->vals[TCP_METRIC_REORDERING];

	if (metric_locked(tm, TCP_METRIC_CWND))
		tp->snd_cwnd_clamp = tm->vals[TCP_METRIC_CWND];
	if (ssthresh != 0 && net->sysctl.tcp_no_ssthresh_metrics_save == 0)
		tp->snd_ssthresh = min_u32(ssthresh, tp->snd_cwnd_clamp);
	if (reordering != 0)
		tp->reordering = reordering;
	return tm->vals[TCP_METRIC_RTT];
}

/* A time that was known and is longer than the SYN's makes the first timeout, nothing else. RFC
 * 6298 5.7: where no time was measured the timeout is three seconds.
 */
void tcp_init_metrics(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	const struct tcp_metrics_block *tm = NULL;
	u32 crtt = 0;

	sk_dst_confirm(sk);
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	if (dst != NULL)
		tm = tcp_get_metrics(sk, dst, false);
	if (tm != NULL)
		crtt = use_metrics(tp, sock_net(sk), tm);
	if (crtt > tp->srtt_us) {
		crtt /= 8 * (1000000 / HZ);
		inet_csk(sk)->icsk_rto = crtt + max_u32(2 * crtt, tcp_rto_min(sk));
	} else if (tp->srtt_us == 0) {
		tp->rttvar_us = TCP_TIMEOUT_FALLBACK * (1000000 / HZ);
		tp->mdev_us = tp->rttvar_us;
		tp->mdev_max_us = tp->rttvar_us;
		inet_csk(sk)->icsk_rto = TCP_TIMEOUT_FALLBACK;
	}
}

/* Has there been a round trip to it? */
bool tcp_peer_is_proven(struct request_sock *req, struct dst_entry *dst)
{
	const struct pair p = { inet_rsk(req)->ir_loc_addr, inet_rsk(req)->ir_rmt_addr };
	struct tcp_metrics_block *tm;

	if (dst == NULL)
		return false;
	tm = metrics_find(dst->net, p);
	if (tm == NULL)
		return false;
	tcpm_check_stamp(tm, dst);
	return tm->vals[TCP_METRIC_RTT] != 0;
}
