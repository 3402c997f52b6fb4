// SPDX-License-Identifier: MIT
/* tcp_ack.h - what the files about acknowledgements share: tcp_ack.c, tcp_sack.c, tcp_loss.c and
 * tcp_rtt.c are one half of LINUX: net/ipv4/tcp_input.c.
 */
#ifndef REFSTACK_IPV4_TCP_ACK_H
#define REFSTACK_IPV4_TCP_ACK_H

#include "ipv4/tcp.h"

/* LINUX: struct tcp_sacktag_state: what the SACK blocks of one segment have told. */
struct tcp_sacktag_state {
	/* Departures of the first and the last segment that was never sent again and is SACKed
	 * now. RTO goes by the first of them, congestion control by the last.
	 */
	u64 first_sackt, last_sackt;
	u32 reord; /* lowest sequence number that came late */
	u32 sack_delivered;
	int flag;
	u32 mss_now;
	struct rate_sample *rate;
};

/* What is to be sent once congestion control has had its say. */
enum tcp_rexmit { REXMIT_NONE, REXMIT_LOST, REXMIT_NEW };

/* LINUX: TCP_RACK_...: bits of net.ipv4.tcp_recovery. */
enum { TCP_RACK_LOSS_DETECTION = 1, TCP_RACK_STATIC_REO_WND = 2, TCP_RACK_NO_DUPTHRESH = 4 };
enum { TCP_RACK_RECOVERY_THRESH = 16 };

/* INVARIANT: no more can have left the network than was sent. */
static inline void tcp_verify_left_out(const struct tcp_sock *tp)
{
	assert(tcp_left_out(tp) <= tp->packets_out);
}
static inline bool tcp_is_rack(const struct sock *sk)
{
	return (sock_net(sk)->sysctl.tcp_recovery & TCP_RACK_LOSS_DETECTION) != 0;
}
static inline void tcp_count_delivered(struct tcp_sock *tp, u32 delivered, bool ece_ack)
{
	tp->delivered += delivered;
	if (ece_ack)
		tp->delivered_ce += delivered;
}

/* tcp_rtt.c. Negative: not measured. */
bool tcp_ack_update_rtt(struct sock *sk, int flag, s64 seq_rtt_us, s64 sack_rtt_us, s64 ca_rtt_us,
			struct rate_sample *rs);

/* tcp_sack.c */
int tcp_sacktag_write_queue(struct sock *sk, const struct sk_buff *ack_skb, u32 prior_snd_una,
			    struct tcp_sacktag_state *state);
void tcp_check_sack_reordering(struct sock *sk, u32 low_seq, bool by_timestamp);

/* tcp_loss.c */
void tcp_fastretrans_alert(struct sock *sk, u32 prior_snd_una, int num_dupack, int *ack_flag,
			   enum tcp_rexmit *rexmit);
void tcp_init_cwnd_reduction(struct sock *sk);
void tcp_end_cwnd_reduction(struct sock *sk);
void tcp_remove_reno_sacks(struct sock *sk, u32 acked, bool ece_ack);
bool tcp_tsopt_ecr_before(const struct tcp_sock *tp, u32 when);

#endif
