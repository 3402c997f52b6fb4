// SPDX-License-Identifier: MIT
/* tcp_cong.c - congestion control: the algorithms by name, what all of them use, and the oldest of
 * them.
 *
 * Path: sockets are given one when they are made, by a listener, a route or TCP_CONGESTION;
 * tcp_ack() and tcp_loss.c call it. Rules: RFC 5681; LINUX: net/ipv4/tcp_cong.c. Missing: BBR.
 */
#include "ipv4/sysctl_tcp.h"
#include "ipv4/tcp.h"
#include "ipv4/tcp_dctcp.h"
#include "uapi/errno.h"

/* A name that the kernel knows and we do not: it has nothing but that. */
static const struct tcp_congestion_ops tcp_bbr = { .name = "bbr",
						   .flags = TCP_CONG_NON_RESTRICTED };

static const struct tcp_congestion_ops *const algorithms[TCP_CA_NAMES] = {
	[TCP_CA_RENO] = &tcp_reno,
	[TCP_CA_BBR] = &tcp_bbr,
	[TCP_CA_CUBIC] = &cubictcp,
	[TCP_CA_DCTCP] = &dctcp,
};

static const struct tcp_congestion_ops *must_exist(const struct tcp_congestion_ops *ca)
{
	if (ca->ssthresh == NULL)
		not_implemented(ca->name);
	return ca;
}

/* The name ends at a zero byte or after len bytes. */
static bool is_name(const char *name, u32 len, const char *known)
{
	u32 i = 0;

	while (i < len && name[i] != '\0' && name[i] == known[i])
		i++;
	return known[i] == '\0' && (i == len || name[i] == '\0');
}

const struct tcp_congestion_ops *tcp_ca_find(const char *name, u32 len)
{
	for (u32 i = 0; i < TCP_CA_NAMES; i++)
		if (is_name(name, len, algorithms[i]->name))
			return algorithms[i];
	return NULL;
}

void tcp_set_ca_state(struct sock *sk, u8 ca_state)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	TRACE(sock_net(sk), tcp_cong_state_set, be16_to_cpu(icsk->icsk_inet.inet_sport),
	      be16_to_cpu(sk->sk_dport), be32_to_cpu(icsk->icsk_inet.inet_saddr),
	      be32_to_cpu(sk->sk_daddr), ca_state);
	if (icsk->icsk_ca_ops->set_state != NULL)
		icsk->icsk_ca_ops->set_state(sk, ca_state);
	icsk->icsk_ca_state = ca_state;
}

static void set_ecn(struct sock *sk, bool needs_ecn)
{
	if (needs_ecn)
		INET_ECN_xmit(sk);
	else
		INET_ECN_dontxmit(sk);
}

static void use(struct sock *sk, const struct tcp_congestion_ops *ca)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_ca_ops = must_exist(ca);
	memset(icsk->icsk_ca_priv, 0, sizeof(icsk->icsk_ca_priv));
	set_ecn(sk, (ca->flags & TCP_CONG_NEEDS_ECN) != 0);
}

/* The namespace's default. */
void tcp_assign_congestion_control(struct sock *sk)
{
	u32 i = (u32)sock_net(sk)->sysctl.tcp_congestion_control;

	assert(i < TCP_CA_NAMES);
	use(sk, algorithms[i]);
}

void tcp_init_congestion_control(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	tcp_sk(sk)->prior_ssthresh = 0;
	if (icsk->icsk_ca_ops->init != NULL)
		icsk->icsk_ca_ops->init(sk);
	set_ecn(sk, tcp_ca_needs_ecn(sk)); /* init() may have chosen another one */
	icsk->icsk_ca_initialized = true;
}

void tcp_cleanup_congestion_control(struct sock *sk)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (ca->release != NULL)
		ca->release(sk);
}

/* TCP_CONGESTION. */
int tcp_set_congestion_control(struct sock *sk, const char *name, u32 len, bool cap_net_admin)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_congestion_ops *ca;

	if (icsk->icsk_ca_dst_locked)
		return -EPERM;
	ca = tcp_ca_find(name, len);
	if (ca == NULL)
		return -ENOENT;
	if (ca != icsk->icsk_ca_ops) {
		if ((ca->flags & TCP_CONG_NON_RESTRICTED) == 0 && !cap_net_admin)
			return -EPERM;
		tcp_cleanup_congestion_control(sk);
		use(sk, ca);
		if ((TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))) == 0)
			tcp_init_congestion_control(sk);
	}
	icsk->icsk_ca_setsockopt = true;
	return 0;
}

/* -------- the window grows -------- */

/* RFC 5681 3.1: by what was acknowledged, up to the threshold; the result: what is left for
 * congestion avoidance. LINUX: without the limit of two segments for each ACK.
 */
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked)
{
	u32 cwnd = min_u32(tcp_snd_cwnd(tp) + acked, tp->snd_ssthresh);

	acked -= cwnd - tcp_snd_cwnd(tp);
	tcp_snd_cwnd_set(tp, min_u32(cwnd, tp->snd_cwnd_clamp));
	return acked;
}

/* One more for each w that are acknowledged. */
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked)
{
	/* What was saved up when w was larger counts once. */
	if (tp->snd_cwnd_cnt >= w) {
		tp->snd_cwnd_cnt = 0;
		tcp_snd_cwnd_set(tp, tcp_snd_cwnd(tp) + 1);
	}
	tp->snd_cwnd_cnt += acked;
	if (tp->snd_cwnd_cnt >= w) {
		tcp_snd_cwnd_set(tp, tcp_snd_cwnd(tp) + tp->snd_cwnd_cnt / w);
		tp->snd_cwnd_cnt %= w;
	}
	tcp_snd_cwnd_set(tp, min_u32(tcp_snd_cwnd(tp), tp->snd_cwnd_clamp));
}

/* -------- Reno -------- */

void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	(void)ack;
	if (!tcp_is_cwnd_limited(sk))
		return;
	if (tcp_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, acked);
		if (acked == 0)
			return;
	}
	tcp_cong_avoid_ai(tp, tcp_snd_cwnd(tp), acked);
}

u32 tcp_reno_ssthresh(struct sock *sk)
{
	return max_u32(tcp_snd_cwnd(tcp_sk(sk)) >> 1, 2);
}

u32 tcp_reno_undo_cwnd(struct sock *sk)
{
	return max_u32(tcp_snd_cwnd(tcp_sk(sk)), tcp_sk(sk)->prior_cwnd);
}

const struct tcp_congestion_ops tcp_reno = {
	.flags = TCP_CONG_NON_RESTRICTED,
	.name = "reno",
	.ssthresh = tcp_reno_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.undo_cwnd = tcp_reno_undo_cwnd,
};
