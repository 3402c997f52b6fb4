// SPDX-License-Identifier: MIT
/* tcp_info.c - TCP: what TCP_INFO tells of a connection, as the 248 bytes of struct tcp_info.
 *
 * Path: getsockopt(). Rules: LINUX: tcp_get_info() in net/ipv4/tcp.c, struct tcp_info in
 * include/uapi/linux/tcp.h, as an x86-64 program has it.
 */
#include "ipv4/tcp.h"

#include "core/tx_tstamp.h"
#include "uapi/socket.h"

enum { USEC_PER_JIFFY = 1000000 / HZ };

/* Where each field lies. The two bytes before INFO_RTO are made of small fields: window scales, and
 * whether the delivery rate was limited by the program, what Fast Open failed of.
 */
enum tcp_info_at {
	INFO_STATE = 0,
	INFO_CA_STATE = 1,
	INFO_RETRANSMITS = 2,
	INFO_PROBES = 3,
	INFO_BACKOFF = 4,
	INFO_OPTIONS = 5,
	INFO_WSCALE = 6,
	INFO_APP_LIMITED = 7,
	INFO_RTO = 8,
	INFO_ATO = 12,
	INFO_SND_MSS = 16,
	INFO_RCV_MSS = 20,
	INFO_UNACKED = 24,
	INFO_SACKED = 28,
	INFO_LOST = 32,
	INFO_RETRANS = 36,
	INFO_LAST_DATA_SENT = 44,
	INFO_LAST_DATA_RECV = 52,
	INFO_LAST_ACK_RECV = 56,
	INFO_PMTU = 60,
	INFO_RCV_SSTHRESH = 64,
	INFO_RTT = 68,
	INFO_RTTVAR = 72,
	INFO_SND_SSTHRESH = 76,
	INFO_SND_CWND = 80,
	INFO_ADVMSS = 84,
	INFO_REORDERING = 88,
	INFO_RCV_RTT = 92,
	INFO_RCV_SPACE = 96,
	INFO_TOTAL_RETRANS = 100,
	INFO_PACING_RATE = 104,
	INFO_MAX_PACING_RATE = 112,
	INFO_BYTES_ACKED = 120,
	INFO_BYTES_RECEIVED = 128,
	INFO_SEGS_OUT = 136,
	INFO_SEGS_IN = 140,
	INFO_NOTSENT_BYTES = 144,
	INFO_MIN_RTT = 148,
	INFO_DATA_SEGS_IN = 152,
	INFO_DATA_SEGS_OUT = 156,
	INFO_DELIVERY_RATE = 160,
	INFO_BUSY_TIME = 168,
	INFO_RWND_LIMITED = 176,
	INFO_SNDBUF_LIMITED = 184,
	INFO_DELIVERED = 192,
	INFO_DELIVERED_CE = 196,
	INFO_BYTES_SENT = 200,
	INFO_BYTES_RETRANS = 208,
	INFO_DSACK_DUPS = 216,
	INFO_REORD_SEEN = 220,
	INFO_RCV_OOOPACK = 224,
	INFO_SND_WND = 228,
	INFO_RCV_WND = 232,
	INFO_REHASH = 236,
	INFO_TOTAL_RTO = 240,
	INFO_TOTAL_RTO_RECOVERIES = 242,
	INFO_TOTAL_RTO_TIME = 244
};

static u8 info_options(const struct tcp_sock *tp)
{
	u32 options = 0;

	if (tp->rx_opt.tstamp_ok)
		options |= TCPI_OPT_TIMESTAMPS;
	if (tcp_is_sack(tp))
		options |= TCPI_OPT_SACK;
	if (tp->rx_opt.wscale_ok)
		options |= TCPI_OPT_WSCALE;
	if ((tp->ecn_flags & TCP_ECN_OK) != 0)
		options |= TCPI_OPT_ECN;
	if ((tp->ecn_flags & TCP_ECN_SEEN) != 0)
		options |= TCPI_OPT_ECN_SEEN;
	if (tp->syn_data_acked)
		options |= TCPI_OPT_SYN_DATA;
	if (tp->tcp_usec_ts)
		options |= TCPI_OPT_USEC_TS;
	return (u8)options;
}

static void info_bytes(const struct sock *sk, u8 *info)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	info[INFO_CA_STATE] = icsk->icsk_ca_state;
	info[INFO_RETRANSMITS] = icsk->icsk_retransmits;
	info[INFO_PROBES] = icsk->icsk_probes_out;
	info[INFO_BACKOFF] = icsk->icsk_backoff;
	info[INFO_OPTIONS] = info_options(tp);
	if (tp->rx_opt.wscale_ok)
		info[INFO_WSCALE] =
			(u8)((tp->rx_opt.snd_wscale & 15) | (tp->rx_opt.rcv_wscale & 15) << 4);
	info[INFO_APP_LIMITED] =
		(u8)((tp->rate_app_limited ? 1 : 0) | (tp->fastopen_client_fail & 3) << 1);
}

static void info_timers(const struct sock *sk, u8 *info)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 now = tcp_jiffies32(sk);

	put_le32(info + INFO_RTO, icsk->icsk_rto * USEC_PER_JIFFY);
	put_le32(info + INFO_ATO, min_u32(icsk->icsk_ack.ato, tcp_delack_max(sk)) * USEC_PER_JIFFY);
	put_le32(info + INFO_LAST_DATA_SENT, now - tp->lsndtime);
	put_le32(info + INFO_LAST_DATA_RECV, now - icsk->icsk_ack.lrcvtime);
	put_le32(info + INFO_LAST_ACK_RECV, now - tp->rcv_tstamp);
	put_le32(info + INFO_RTT, tp->srtt_us >> 3);
	put_le32(info + INFO_RTTVAR, tp->mdev_us >> 2);
	put_le32(info + INFO_RCV_RTT, tp->rcv_rtt_est.rtt_us >> 3);
	put_le32(info + INFO_MIN_RTT, tcp_min_rtt(tp));
}

static void info_sizes(const struct sock *sk, u8 *info)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 notsent = (s32)(tp->write_seq - tp->snd_nxt);

	put_le32(info + INFO_SND_MSS, tp->mss_cache);
	put_le32(info + INFO_RCV_MSS, icsk->icsk_ack.rcv_mss);
	put_le32(info + INFO_PMTU, icsk->icsk_pmtu_cookie);
	put_le32(info + INFO_ADVMSS, tp->advmss);
	put_le32(info + INFO_RCV_SSTHRESH, tp->rcv_ssthresh);
	put_le32(info + INFO_SND_SSTHRESH, tp->snd_ssthresh);
	put_le32(info + INFO_RCV_SPACE, (u32)tp->rcvq_space.space);
	put_le32(info + INFO_NOTSENT_BYTES, notsent > 0 ? (u32)notsent : 0);
	put_le32(info + INFO_SND_WND, tp->snd_wnd);
	put_le32(info + INFO_RCV_WND, tp->rcv_wnd);
}

static void info_counts(const struct tcp_sock *tp, u8 *info)
{
	put_le32(info + INFO_UNACKED, tp->packets_out);
	put_le32(info + INFO_SACKED, tp->sacked_out);
	put_le32(info + INFO_LOST, tp->lost_out);
	put_le32(info + INFO_RETRANS, tp->retrans_out);
	put_le32(info + INFO_TOTAL_RETRANS, tp->total_retrans);
	put_le64(info + INFO_BYTES_ACKED, tp->bytes_acked);
	put_le64(info + INFO_BYTES_RECEIVED, tp->bytes_received);
	put_le64(info + INFO_BYTES_SENT, tp->bytes_sent);
	put_le64(info + INFO_BYTES_RETRANS, tp->bytes_retrans);
	put_le32(info + INFO_SEGS_OUT, tp->segs_out);
	put_le32(info + INFO_SEGS_IN, tp->segs_in);
	put_le32(info + INFO_DATA_SEGS_IN, tp->data_segs_in);
	put_le32(info + INFO_DATA_SEGS_OUT, tp->data_segs_out);
	put_le32(info + INFO_DELIVERED, tp->delivered);
	put_le32(info + INFO_DELIVERED_CE, tp->delivered_ce);
	put_le32(info + INFO_DSACK_DUPS, tp->dsack_dups);
	put_le32(info + INFO_REORD_SEEN, tp->reord_seen);
	put_le32(info + INFO_RCV_OOOPACK, tp->rcv_ooopack);
	put_le32(info + INFO_REHASH, tp->plb_rehash + tp->timeout_rehash);
}

/* LINUX: tcp_get_info_chrono_stats(): what the sender waited for, the present wait included. */
static void chrono_stats(const struct sock *sk, u64 stats[TCP_CHRONO_SNDBUF_LIMITED + 1])
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 total = 0;

	for (u32 i = TCP_CHRONO_BUSY; i <= TCP_CHRONO_SNDBUF_LIMITED; i++) {
		stats[i] = tp->chrono_stat[i - 1];
		if (i == tp->chrono_type)
			stats[i] += tcp_jiffies32(sk) - tp->chrono_start;
		stats[i] *= USEC_PER_JIFFY;
		total += stats[i];
	}
	stats[0] = total;
}

static void info_chrono(const struct sock *sk, u8 *info)
{
	u64 stats[TCP_CHRONO_SNDBUF_LIMITED + 1];

	chrono_stats(sk, stats);
	put_le64(info + INFO_BUSY_TIME, stats[0]);
	put_le64(info + INFO_RWND_LIMITED, stats[TCP_CHRONO_RWND_LIMITED]);
	put_le64(info + INFO_SNDBUF_LIMITED, stats[TCP_CHRONO_SNDBUF_LIMITED]);
}

/* LINUX: tcp_compute_delivery_rate(): bytes a second. */
static u64 delivery_rate(const struct tcp_sock *tp)
{
	if (tp->rate_delivered == 0 || tp->rate_interval_us == 0)
		return 0;
	return (u64)tp->rate_delivered * tp->mss_cache * 1000000 / tp->rate_interval_us;
}

/* One that is under way counts up to now, which reads the clock. */
static void info_rto(const struct sock *sk, u8 *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 total = tp->total_rto_time;

	if (tp->rto_stamp != 0)
		total += (u32)tcp_clock_ms(sk) - tp->rto_stamp;
	put_le16(info + INFO_TOTAL_RTO, tp->total_rto);
	put_le16(info + INFO_TOTAL_RTO_RECOVERIES, tp->total_rto_recoveries);
	put_le32(info + INFO_TOTAL_RTO_TIME, total);
}

/* LINUX: lock_sock_fast() of a socket that nobody owns: only its spin lock is taken, soft
 * interrupts wait.
 */
static void info_of_connection(struct sock *sk, u8 *info)
{
	struct cpu *c = this_cpu(sock_net(sk));

	assert(!sock_owned_by_user(sk));
	spin_lock_bh(c, &sk->sk_lock.slock);
	info_bytes(sk, info);
	info_timers(sk, info);
	info_sizes(sk, info);
	info_counts(tcp_sk(sk), info);
	info_chrono(sk, info);
	put_le64(info + INFO_DELIVERY_RATE, delivery_rate(tcp_sk(sk)));
	info_rto(sk, info);
	spin_unlock_bh(c, &sk->sk_lock.slock);
}

void tcp_get_info(struct sock *sk, u8 *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	static_assert(INFO_TOTAL_RTO_TIME + 4 == TCP_INFO_BYTES, "all of the structure");
	memset(info, 0, TCP_INFO_BYTES);
	if (sk->sk_type != SOCK_STREAM)
		return;
	info[INFO_STATE] = sk->sk_state;
	put_le64(info + INFO_PACING_RATE, sk->sk_pacing_rate);
	put_le64(info + INFO_MAX_PACING_RATE, sk->sk_max_pacing_rate);
	put_le32(info + INFO_REORDERING, tp->reordering);
	put_le32(info + INFO_SND_CWND, tcp_snd_cwnd(tp));
	if (sk->sk_state == TCP_LISTEN) {
		/* How many wait for accept(), and how many may. */
		put_le32(info + INFO_UNACKED, sk->sk_ack_backlog);
		put_le32(info + INFO_SACKED, sk->sk_max_ack_backlog);
		return;
	}
	info_of_connection(sk, info);
}

/* -------- the same with a time stamp -------- */

/* LINUX: TCP_NLA_: attributes of SCM_TIMESTAMPING_OPT_STATS. */
enum {
	TCP_NLA_BUSY = 1,
	TCP_NLA_RWND_LIMITED,
	TCP_NLA_SNDBUF_LIMITED,
	TCP_NLA_DATA_SEGS_OUT,
	TCP_NLA_TOTAL_RETRANS,
	TCP_NLA_PACING_RATE,
	TCP_NLA_DELIVERY_RATE,
	TCP_NLA_SND_CWND,
	TCP_NLA_REORDERING,
	TCP_NLA_MIN_RTT,
	TCP_NLA_RECUR_RETRANS,
	TCP_NLA_DELIVERY_RATE_APP_LMT,
	TCP_NLA_SNDQ_SIZE,
	TCP_NLA_CA_STATE,
	TCP_NLA_SND_SSTHRESH,
	TCP_NLA_DELIVERED,
	TCP_NLA_DELIVERED_CE,
	TCP_NLA_BYTES_SENT,
	TCP_NLA_BYTES_RETRANS,
	TCP_NLA_DSACK_DUPS,
	TCP_NLA_REORD_SEEN,
	TCP_NLA_SRTT,
	TCP_NLA_TIMEOUT_REHASH,
	TCP_NLA_BYTES_NOTSENT,
	TCP_NLA_EDT,
	TCP_NLA_TTL,
	TCP_NLA_REHASH
};
enum { NLA_HDR_BYTES = 4, OPT_STATS_BYTES = 296 };

/* LINUX: nla_need_padding_for_64bit(): an attribute without data, so that the number lies where it
 * can be read at once. An x86-64 would not need it; a User-Mode kernel does not know what it is on.
 */
static void nla_pad(struct sk_buff *skb)
{
	static const u8 empty[NLA_HDR_BYTES] = { NLA_HDR_BYTES };

	if (skb->len % 8 == 0)
		memcpy(skb_put_inline(skb, sizeof(empty)), empty, sizeof(empty));
}

/* A netlink attribute: its length and kind, the number, and zeroes up to a multiple of four. */
static void nla_put(struct sk_buff *skb, u16 type, u64 val, u32 bytes)
{
	u32 room = ALIGN_UP(NLA_HDR_BYTES + bytes, 4u);
	u8 *at, word[8];

	if (bytes == sizeof(word))
		nla_pad(skb);
	at = skb_put_inline(skb, room);
	memset(at, 0, room);
	put_le16(at, (u16)(NLA_HDR_BYTES + bytes));
	put_le16(at + 2, type);
	put_le64(word, val);
	memcpy(at + NLA_HDR_BYTES, word, bytes);
}

static void stats_waits(const struct sock *sk, struct sk_buff *stats)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 waits[TCP_CHRONO_SNDBUF_LIMITED + 1];

	chrono_stats(sk, waits);
	nla_put(stats, TCP_NLA_BUSY, waits[0], 8);
	nla_put(stats, TCP_NLA_RWND_LIMITED, waits[TCP_CHRONO_RWND_LIMITED], 8);
	nla_put(stats, TCP_NLA_SNDBUF_LIMITED, waits[TCP_CHRONO_SNDBUF_LIMITED], 8);
	nla_put(stats, TCP_NLA_DATA_SEGS_OUT, tp->data_segs_out, 8);
	nla_put(stats, TCP_NLA_TOTAL_RETRANS, tp->total_retrans, 8);
	nla_put(stats, TCP_NLA_PACING_RATE, sk->sk_pacing_rate, 8);
	nla_put(stats, TCP_NLA_DELIVERY_RATE, delivery_rate(tp), 8);
}

static void stats_window(const struct sock *sk, struct sk_buff *stats)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 queued = (s32)(tp->write_seq - tp->snd_una);

	nla_put(stats, TCP_NLA_SND_CWND, tcp_snd_cwnd(tp), 4);
	nla_put(stats, TCP_NLA_REORDERING, tp->reordering, 4);
	nla_put(stats, TCP_NLA_MIN_RTT, tcp_min_rtt(tp), 4);
	nla_put(stats, TCP_NLA_RECUR_RETRANS, icsk->icsk_retransmits, 1);
	nla_put(stats, TCP_NLA_DELIVERY_RATE_APP_LMT, tp->rate_app_limited ? 1 : 0, 1);
	nla_put(stats, TCP_NLA_SND_SSTHRESH, tp->snd_ssthresh, 4);
	nla_put(stats, TCP_NLA_DELIVERED, tp->delivered, 4);
	nla_put(stats, TCP_NLA_DELIVERED_CE, tp->delivered_ce, 4);
	nla_put(stats, TCP_NLA_SNDQ_SIZE, (u32)max_s32(0, queued), 4);
	nla_put(stats, TCP_NLA_CA_STATE, icsk->icsk_ca_state, 1);
}

static void stats_bytes(const struct tcp_sock *tp, struct sk_buff *stats)
{
	s32 notsent = (s32)(tp->write_seq - tp->snd_nxt);

	nla_put(stats, TCP_NLA_BYTES_SENT, tp->bytes_sent, 8);
	nla_put(stats, TCP_NLA_BYTES_RETRANS, tp->bytes_retrans, 8);
	nla_put(stats, TCP_NLA_DSACK_DUPS, tp->dsack_dups, 4);
	nla_put(stats, TCP_NLA_REORD_SEEN, tp->reord_seen, 4);
	nla_put(stats, TCP_NLA_SRTT, tp->srtt_us >> 3, 4);
	nla_put(stats, TCP_NLA_TIMEOUT_REHASH, tp->timeout_rehash, 2);
	nla_put(stats, TCP_NLA_BYTES_NOTSENT, (u32)max_s32(0, notsent), 4);
}

struct sk_buff *tcp_get_timestamping_opt_stats(const struct sock *sk,
					       const struct sk_buff *orig_skb,
					       const struct sk_buff *ack_skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *stats = alloc_skb(sock_net(sk), OPT_STATS_BYTES);

	if (stats == NULL)
		return NULL;
	stats_waits(sk, stats);
	stats_window(sk, stats);
	stats_bytes(tp, stats);
	nla_put(stats, TCP_NLA_EDT, orig_skb->skb_mstamp_ns, 8);
	if (ack_skb != NULL)
		nla_put(stats, TCP_NLA_TTL, ip_hdr(ack_skb)[IPV4_TTL], 1);
	nla_put(stats, TCP_NLA_REHASH, tp->plb_rehash + tp->timeout_rehash, 4);
	return stats;
}
