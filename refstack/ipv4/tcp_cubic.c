// SPDX-License-Identifier: MIT
/* tcp_cubic.c - CUBIC: the window follows a cubic function of the time since the last loss, whose
 * flat part lies where that loss was; and HyStart, which leaves slow start before one.
 *
 * Path: called by tcp_ack() and tcp_loss.c as the default congestion control.
 * Rules: RFC 9438 (Linux has what was before it), S. Ha and I. Rhee, "Taming the Elephants";
 * LINUX: net/ipv4/tcp_cubic.c, to the bit.
 */
#include "ipv4/tcp.h"

enum {
	BETA_SCALE = 1024, /* of the module's parameter beta */
	BETA_DEFAULT = 717,
	BIC_SCALE = 41,			 /* bic_scale, which is read-only */
	BIC_HZ = 10,			 /* the curve's clock has 2^10 ticks a second */
	CUBE_RTT_SCALE = BIC_SCALE * 10, /* 1024 * C / RTT, for 100 ms */
	/* How much faster Reno grows after a loss; of the beta with which the module was loaded. */
	RENO_SCALE = 8 * (BETA_SCALE + BETA_DEFAULT) / 3 / (BETA_SCALE - BETA_DEFAULT)
};
#define CUBE_FACTOR ((1ull << (10 + 3 * BIC_HZ)) / CUBE_RTT_SCALE)

/* hystart_detect. */
enum { HYSTART_ACK_TRAIN = 1, HYSTART_DELAY = 2 };
enum { HYSTART_MIN_SAMPLES = 8, HYSTART_DELAY_MIN_US = 4000, HYSTART_DELAY_MAX_US = 16000 };

struct bictcp {
	u32 cnt;	      /* one more for so many acknowledged */
	u32 last_max_cwnd;    /* where the last loss was */
	u32 last_cwnd;	      /* what cnt was made for, */
	u32 last_time;	      /* and when */
	u32 bic_origin_point; /* the flat part: how high, */
	u32 bic_k;	      /* and when, since the epoch's start */
	u32 delay_min;	      /* us */
	u32 epoch_start;      /* jiffies; 0: it begins with the next ACK */
	u32 ack_cnt;
	u32 tcp_cwnd; /* what Reno would have */
	/* Of HyStart; a loss keeps them. */
	u8 sample_cnt;
	bool found;
	u32 round_start, end_seq, last_ack, curr_rtt;
};
static_assert(sizeof(struct bictcp) <= ICSK_CA_PRIV_SIZE, "fits");

static void bictcp_reset(struct bictcp *ca)
{
	memset(ca, 0, offsetof(struct bictcp, sample_cnt));
	ca->found = false;
}

static u32 bictcp_clock_us(const struct sock *sk)
{
	return (u32)tcp_sk(sk)->tcp_mstamp;
}

static void bictcp_hystart_reset(struct sock *sk)
{
	struct bictcp *ca = inet_csk_ca(sk);

	ca->round_start = bictcp_clock_us(sk);
	ca->last_ack = ca->round_start;
	ca->end_seq = tcp_sk(sk)->snd_nxt;
	ca->curr_rtt = U32_MAX;
	ca->sample_cnt = 0;
}

static void cubictcp_init(struct sock *sk)
{
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;

	bictcp_reset(inet_csk_ca(sk));
	if (sysctl->cubic_hystart != 0)
		bictcp_hystart_reset(sk);
	else if (sysctl->cubic_initial_ssthresh != 0)
		tcp_sk(sk)->snd_ssthresh = (u32)sysctl->cubic_initial_ssthresh;
}

/* Time in which the program sent nothing is no time: the curve begins later. */
static void cubictcp_cwnd_event(struct sock *sk, enum tcp_ca_event event)
{
	struct bictcp *ca = inet_csk_ca(sk);
	u32 now = tcp_jiffies32(sk);
	s32 delta = (s32)(now - tcp_sk(sk)->lsndtime);

	if (event != CA_EVENT_TX_START || ca->epoch_start == 0 || delta <= 0)
		return;
	ca->epoch_start += (u32)delta;
	if (after(ca->epoch_start, now))
		ca->epoch_start = now;
}

static u32 fls64(u64 v)
{
	u32 n = 0;

	for (; v != 0; v >>= 1)
		n++;
	return n;
}

/* The cube root: of the top six bits by a table (64 times it, less a bit), then one step of
 * Newton's method, with 341/1024 for a third. The table's values are the kernel's, which somebody
 * adjusted.
 */
static u32 cubic_root(u64 a)
{
	static const u8 top[64] = {
		0,   54,  54,  54,  118, 118, 118, 118, 123, 129, 134, 138, 143, 147, 151, 156,
		157, 161, 164, 168, 170, 173, 176, 179, 181, 185, 187, 190, 192, 194, 197, 199,
		200, 202, 204, 206, 209, 211, 213, 215, 217, 219, 221, 222, 224, 225, 227, 229,
		231, 232, 234, 236, 237, 239, 240, 242, 244, 245, 246, 248, 250, 251, 252, 254,
	};
	u32 bits = fls64(a), thirds, x;

	if (bits < 7)
		return (top[a & 63] + 35u) >> 6;
	thirds = (bits * 84 >> 8) - 1;
	x = (top[a >> thirds * 3] + 10u) << thirds >> 6;
	x = 2 * x + (u32)(a / ((u64)x * (x - 1)));
	return x * 341 >> 10;
}

/* A new epoch: from here up to where the last loss was, or from here on. */
static void epoch_begin(struct bictcp *ca, u32 now, u32 cwnd, u32 acked)
{
	ca->epoch_start = now;
	ca->ack_cnt = acked;
	ca->tcp_cwnd = cwnd;
	if (ca->last_max_cwnd <= cwnd) {
		ca->bic_k = 0;
		ca->bic_origin_point = cwnd;
	} else {
		ca->bic_k = cubic_root(CUBE_FACTOR * (ca->last_max_cwnd - cwnd));
		ca->bic_origin_point = ca->last_max_cwnd;
	}
}

/* RFC 9438 4.2: W(t) = C * (t - K)^3 + Wmax, one round trip ahead. */
static u32 cubic_target(const struct bictcp *ca, u32 now)
{
	u64 t = (u64)(s64)(s32)(now - ca->epoch_start) + usecs_to_jiffies(ca->delay_min);
	u64 offs;
	u32 delta;

	t = (t << BIC_HZ) / HZ;
	offs = t < ca->bic_k ? ca->bic_k - t : t - ca->bic_k;
	delta = (u32)((CUBE_RTT_SCALE * offs * offs * offs) >> (10 + 3 * BIC_HZ));
	return t < ca->bic_k ? ca->bic_origin_point - delta : ca->bic_origin_point + delta;
}

static void cubic_growth(struct bictcp *ca, u32 now, u32 cwnd, u32 acked)
{
	u32 target;

	ca->last_cwnd = cwnd;
	ca->last_time = now;
	if (ca->epoch_start == 0)
		epoch_begin(ca, now, cwnd, acked);
	target = cubic_target(ca, now);
	ca->cnt = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
	/* Nothing is known of the path yet: a twentieth each round trip at least. */
	if (ca->last_max_cwnd == 0)
		ca->cnt = min_u32(ca->cnt, 20);
}

/* RFC 9438 4.3: not slower than Reno would be. */
static void reno_growth(struct bictcp *ca, u32 cwnd)
{
	u32 delta = cwnd * RENO_SCALE >> 3;

	if (ca->ack_cnt > delta && delta != 0) {
		u32 n = (ca->ack_cnt - 1) / delta;

		ca->ack_cnt -= n * delta;
		ca->tcp_cwnd += n;
	}
	if (ca->tcp_cwnd > cwnd)
		ca->cnt = min_u32(ca->cnt, cwnd / (ca->tcp_cwnd - cwnd));
}

static void bictcp_update(const struct sock *sk, struct bictcp *ca, u32 cwnd, u32 acked)
{
	u32 now = tcp_jiffies32(sk);

	ca->ack_cnt += acked;
	if (ca->last_cwnd == cwnd && (s32)(now - ca->last_time) <= HZ / 32)
		return;
	/* The curve needs to be looked at once a tick; a loss has begun a new epoch. */
	if (ca->epoch_start == 0 || now != ca->last_time)
		cubic_growth(ca, now, cwnd, acked);
	if (sock_net(sk)->sysctl.cubic_tcp_friendliness != 0)
		reno_growth(ca, cwnd);
	ca->cnt = max_u32(ca->cnt, 2);
}

static void cubictcp_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bictcp *ca = inet_csk_ca(sk);

	PROBE(sock_net(sk), cubictcp_cong_avoid);
	(void)ack;
	if (!tcp_is_cwnd_limited(sk))
		return;
	if (tcp_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, acked);
		if (acked == 0)
			return;
	}
	bictcp_update(sk, ca, tcp_snd_cwnd(tp), acked);
	tcp_cong_avoid_ai(tp, ca->cnt, acked);
}

/* RFC 9438 4.6 and 4.7: a connection that lost before it came as far as the last time makes room
 * for others.
 */
static u32 cubictcp_recalc_ssthresh(struct sock *sk)
{
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;
	struct bictcp *ca = inet_csk_ca(sk);
	u32 cwnd = tcp_snd_cwnd(tcp_sk(sk)), beta = (u32)sysctl->cubic_beta;

	ca->epoch_start = 0;
	if (cwnd < ca->last_max_cwnd && sysctl->cubic_fast_convergence != 0)
		ca->last_max_cwnd = cwnd * (BETA_SCALE + beta) / (2 * BETA_SCALE);
	else
		ca->last_max_cwnd = cwnd;
	return max_u32(cwnd * beta / BETA_SCALE, 2);
}

static void cubictcp_state(struct sock *sk, u8 new_state)
{
	if (new_state != TCP_CA_Loss)
		return;
	bictcp_reset(inet_csk_ca(sk));
	bictcp_hystart_reset(sk);
}

/* -------- HyStart -------- */

/* How long segments wait for each other in large packets, at twice the pacing rate; a millisecond
 * at most.
 */
static u32 hystart_ack_delay(const struct sock *sk)
{
	if (sk->sk_pacing_rate == 0)
		return 0;
	return (u32)min_u64(1000, (u64)sk->sk_gso_max_size * 4 * 1000000 / sk->sk_pacing_rate);
}

static void hystart_found(struct sock *sk, enum mib_id detect, enum mib_id at_cwnd)
{
	struct tcp_sock *tp = tcp_sk(sk);

	((struct bictcp *)inet_csk_ca(sk))->found = true;
	mib_inc(sock_net(sk), detect);
	mib_add(sock_net(sk), at_cwnd, tcp_snd_cwnd(tp));
	tp->snd_ssthresh = tcp_snd_cwnd(tp);
}

/* ACKs without a gap for as long as half the round trip: the path is full. Paced packets need the
 * whole.
 */
static void hystart_train(struct sock *sk)
{
	struct bictcp *ca = inet_csk_ca(sk);
	u32 now = bictcp_clock_us(sk), threshold;

	if ((s32)(now - ca->last_ack) > sock_net(sk)->sysctl.cubic_ack_delta_us)
		return;
	ca->last_ack = now;
	threshold = ca->delay_min + hystart_ack_delay(sk);
	if (sk->sk_pacing_status == SK_PACING_NONE)
		threshold >>= 1;
	if (now - ca->round_start > threshold) /* LINUX: compared without sign */
		hystart_found(sk, LINUX_MIB_TCPHYSTARTTRAINDETECT, LINUX_MIB_TCPHYSTARTTRAINCWND);
}

/* The smallest of this round's times is an eighth more than the smallest ever: a queue grows. */
static void hystart_delay(struct sock *sk, u32 delay)
{
	struct bictcp *ca = inet_csk_ca(sk);
	u32 margin =
		max_u32(HYSTART_DELAY_MIN_US, min_u32(ca->delay_min >> 3, HYSTART_DELAY_MAX_US));

	ca->curr_rtt = min_u32(ca->curr_rtt, delay);
	if (ca->sample_cnt < HYSTART_MIN_SAMPLES)
		ca->sample_cnt++;
	else if (ca->curr_rtt > ca->delay_min + margin)
		hystart_found(sk, LINUX_MIB_TCPHYSTARTDELAYDETECT, LINUX_MIB_TCPHYSTARTDELAYCWND);
}

static void hystart_update(struct sock *sk, u32 delay)
{
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct bictcp *ca = inet_csk_ca(sk);

	if (after(tp->snd_una, ca->end_seq))
		bictcp_hystart_reset(sk);
	if (tcp_snd_cwnd(tp) < (u32)sysctl->cubic_low_window)
		return;
	if ((sysctl->cubic_hystart_detect & HYSTART_ACK_TRAIN) != 0)
		hystart_train(sk);
	if ((sysctl->cubic_hystart_detect & HYSTART_DELAY) != 0)
		hystart_delay(sk, delay);
}

static void cubictcp_acked(struct sock *sk, u32 pkts_acked, s32 rtt_us, u32 in_flight)
{
	struct bictcp *ca = inet_csk_ca(sk);
	u32 delay;

	(void)pkts_acked;
	(void)in_flight;
	if (rtt_us < 0)
		return;
	/* Right after a recovery they mislead. */
	if (ca->epoch_start != 0 && (s32)(tcp_jiffies32(sk) - ca->epoch_start) < HZ)
		return;
	delay = max_u32((u32)rtt_us, 1);
	if (ca->delay_min == 0 || ca->delay_min > delay)
		ca->delay_min = delay;
	if (!ca->found && tcp_in_slow_start(tcp_sk(sk)) && sock_net(sk)->sysctl.cubic_hystart != 0)
		hystart_update(sk, delay);
}

const struct tcp_congestion_ops cubictcp = {
	.flags = TCP_CONG_NON_RESTRICTED, /* as the default of a new kernel */
	.name = "cubic",
	.init = cubictcp_init,
	.ssthresh = cubictcp_recalc_ssthresh,
	.cong_avoid = cubictcp_cong_avoid,
	.set_state = cubictcp_state,
	.undo_cwnd = tcp_reno_undo_cwnd,
	.cwnd_event = cubictcp_cwnd_event,
	.pkts_acked = cubictcp_acked,
};
