// SPDX-License-Identifier: MIT
/* tcp.h - TCP: its sockets, and what its files ask of each other.
 *
 * Who looks for a function finds it where Linux has it; of Linux's long files several stand here,
 * which ARCHITECTURE.md lists.
 */
#ifndef REFSTACK_IPV4_TCP_H
#define REFSTACK_IPV4_TCP_H

#include "core/hrtimer.h"
#include "core/netdevice.h"
#include "ipv4/af_inet.h"
#include "ipv4/inet_connection_sock.h"
#include "ipv4/inet_hashtables.h"
#include "ipv4/inet_timewait_sock.h"
#include "ipv4/ip.h"
#include "uapi/tcp.h"
#include "wire/tcp.h"

/* -------- numbers: LINUX: include/net/tcp.h -------- */

enum {
	MAX_TCP_HEADER = 256, /* L1_CACHE_ALIGN(128 + MAX_HEADER), of the pinned configuration */
	MAX_TCP_WINDOW = 32767,
	TCP_MIN_MSS = 88,
	TCP_MSS_DEFAULT = 536,
	TCP_FASTRETRANS_THRESH = 3,
	TCP_MAX_QUICKACKS = 16,
	TCP_INIT_CWND = 10,
	TCP_URG_VALID = 0x0100,
	TCP_URG_NOTYET = 0x0200,
	TCP_URG_READ = 0x0400,
	TCP_RETR1 = 3,
	TCP_RETR2 = 15,
	TCP_SYN_RETRIES = 6,
	TCP_SYNACK_RETRIES = 5,
	TCP_TIMEWAIT_LEN = 60 * HZ,
	TCP_FIN_TIMEOUT = TCP_TIMEWAIT_LEN,
	TCP_FIN_TIMEOUT_MAX = 120 * HZ,
	TCP_DELACK_MAX = HZ / 5,
	TCP_DELACK_MIN = HZ / 25,
	TCP_ATO_MIN = HZ / 25,
	TCP_RTO_MAX = 120 * HZ,
	TCP_RTO_MIN = HZ / 5,
	TCP_TIMEOUT_MIN = 2,
	TCP_TIMEOUT_MIN_US = 2 * 1000,
	TCP_TIMEOUT_INIT = 1 * HZ,
	TCP_TIMEOUT_FALLBACK = 3 * HZ,
	TCP_RESOURCE_PROBE_INTERVAL = HZ / 2,
	TCP_KEEPALIVE_TIME = 120 * 60 * HZ,
	TCP_KEEPALIVE_PROBES = 9,
	TCP_KEEPALIVE_INTVL = 75 * HZ,
	MAX_TCP_KEEPIDLE = 32767,
	MAX_TCP_KEEPINTVL = 32767,
	MAX_TCP_KEEPCNT = 127,
	MAX_TCP_SYNCNT = 127,
	TCP_PAWS_WRAP = 2147483647 / (1000 * 1000), /* seconds: a clock of 1 us has wrapped */
	TCP_PAWS_MSL = 60,
	TCP_PAWS_WINDOW = 1,
	TCP_TS_HZ = 1000,
	TCP_RMEM_TO_WIN_SCALE = 8,
	TCP_DEFAULT_SCALING_RATIO = 1 << (TCP_RMEM_TO_WIN_SCALE - 1),
	TCP_INFINITE_SSTHRESH = 0x7fffffff,
	TCP_NUM_SACKS = 4
};

/* tp->nonagle */
enum { TCP_NAGLE_OFF = 1, TCP_NAGLE_CORK = 2, TCP_NAGLE_PUSH = 4 };
/* tp->ecn_flags */
enum { TCP_ECN_OK = 1, TCP_ECN_QUEUE_CWR = 2, TCP_ECN_DEMAND_CWR = 4, TCP_ECN_SEEN = 8 };
/* rx_opt.sack_ok */
enum { TCP_SACK_SEEN = 1, TCP_DSACK_SEEN = 4 };
/* TCP_SKB_CB()->sacked */
enum {
	TCPCB_SACKED_ACKED = 0x01,
	TCPCB_SACKED_RETRANS = 0x02,
	TCPCB_LOST = 0x04,
	TCPCB_TAGBITS = 0x07,
	TCPCB_REPAIRED = 0x10,
	TCPCB_EVER_RETRANS = 0x80,
	TCPCB_RETRANS = TCPCB_SACKED_RETRANS | TCPCB_EVER_RETRANS | TCPCB_REPAIRED
};
/* tp->rx_opt.mss_clamp and so on are Linux's; what tells a queue from the other. */
enum tcp_queue { TCP_FRAG_IN_WRITE_QUEUE, TCP_FRAG_IN_RTX_QUEUE };
enum tcp_chrono {
	TCP_CHRONO_UNSPEC,
	TCP_CHRONO_BUSY,
	TCP_CHRONO_RWND_LIMITED,
	TCP_CHRONO_SNDBUF_LIMITED
};
enum tcp_ca_event {
	CA_EVENT_TX_START,
	CA_EVENT_CWND_RESTART,
	CA_EVENT_COMPLETE_CWR,
	CA_EVENT_LOSS,
	CA_EVENT_ECN_NO_CE,
	CA_EVENT_ECN_IS_CE
};
enum tcp_ca_ack_event_flags { CA_ACK_SLOWPATH = 1, CA_ACK_WIN_UPDATE = 2, CA_ACK_ECE = 4 };
/* LINUX: enum tsq_enum: bits of sk_tsq_flags. */
enum tsq_enum {
	TSQ_THROTTLED,
	TSQ_QUEUED,
	TCP_TSQ_DEFERRED,
	TCP_WRITE_TIMER_DEFERRED,
	TCP_DELACK_TIMER_DEFERRED,
	TCP_MTU_REDUCED_DEFERRED,
	TCP_ACK_DEFERRED
};
enum tcp_tw_status { TCP_TW_SUCCESS, TCP_TW_RST, TCP_TW_ACK, TCP_TW_SYN };
enum tcp_synack_type { TCP_SYNACK_NORMAL, TCP_SYNACK_FASTOPEN, TCP_SYNACK_COOKIE };

/* LINUX: enum sk_rst_reason: why a connection is reset, with the kernel's numbers. */
enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED,
	SK_RST_REASON_NO_SOCKET,
	SK_RST_REASON_TCP_INVALID_ACK_SEQUENCE,
	SK_RST_REASON_TCP_RFC7323_PAWS,
	SK_RST_REASON_TCP_TOO_OLD_ACK,
	SK_RST_REASON_TCP_ACK_UNSENT_DATA,
	SK_RST_REASON_TCP_FLAGS,
	SK_RST_REASON_TCP_OLD_ACK,
	SK_RST_REASON_TCP_ABORT_ON_DATA,
	SK_RST_REASON_TCP_TIMEWAIT_SOCKET,
	SK_RST_REASON_INVALID_SYN,
	SK_RST_REASON_TCP_ABORT_ON_CLOSE,
	SK_RST_REASON_TCP_ABORT_ON_LINGER,
	SK_RST_REASON_TCP_ABORT_ON_MEMORY,
	SK_RST_REASON_TCP_STATE,
	SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT,
	SK_RST_REASON_TCP_DISCONNECT_WITH_DATA
};

/* -------- the packet -------- */

/* LINUX: struct tcp_skb_cb: the packet's control block while TCP has it. What IP knew of the packet
 * is still there while it comes in; a packet to be sent has the numbers of its departure instead.
 */
struct tcp_skb_cb {
	u32 seq, end_seq;
	union {
		u32 tcp_tw_isn; /* coming in: the ISN that a reused TIME-WAIT asks for */
		struct {
			u16 tcp_gso_segs, tcp_gso_size;
		};
	};
	u8 tcp_flags, sacked, ip_dsfield;
	bool txstamp_ack, eor, has_rxtstamp;
	u32 ack_seq;
	union {
		struct {
			u32 delivered_ce; /* LINUX: 20 bits of it; the top bit: is_app_limited */
			u32 delivered;
			u64 first_tx_mstamp, delivered_mstamp;
		} tx;
		struct inet_skb_parm header;
	};
};
static_assert(sizeof(struct tcp_skb_cb) <= SKB_CB_BYTES, "fits");
#define TCP_SKB_CB(skb) SKB_CB(skb, struct tcp_skb_cb)

static inline u8 *tcp_hdr(const struct sk_buff *skb)
{
	return skb_transport_header(skb);
}
static inline u32 tcp_skb_pcount(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->tcp_gso_segs;
}
static inline void tcp_skb_pcount_set(struct sk_buff *skb, u32 segs)
{
	TCP_SKB_CB(skb)->tcp_gso_segs = (u16)segs;
}
static inline void tcp_skb_pcount_add(struct sk_buff *skb, s32 segs)
{
	TCP_SKB_CB(skb)->tcp_gso_segs = (u16)(TCP_SKB_CB(skb)->tcp_gso_segs + segs);
}
static inline u32 tcp_skb_mss(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->tcp_gso_size;
}

/* -------- the socket -------- */

struct tcp_sack_block {
	u32 start_seq, end_seq;
};

/* LINUX: struct tcp_options_received. */
struct tcp_options_received {
	u32 ts_recent_stamp; /* seconds: when ts_recent was stored, for its age */
	u32 ts_recent;
	u32 rcv_tsval, rcv_tsecr;
	bool saw_tstamp, tstamp_ok, dsack, wscale_ok;
	u8 sack_ok; /* TCP_SACK_SEEN and so on */
	bool smc_ok;
	u8 snd_wscale, rcv_wscale;
	u8 num_sacks;
	u16 user_mss; /* TCP_MAXSEG */
	u16 mss_clamp;
};

/* LINUX: struct minmax: Kathleen Nichols' windowed minimum. */
struct minmax_sample {
	u32 t, v;
};
struct minmax {
	struct minmax_sample s[3];
};
static inline u32 minmax_get(const struct minmax *m)
{
	return m->s[0].v;
}
u32 minmax_reset(struct minmax *m, u32 t, u32 meas); /* tcp_ack.c */
u32 minmax_running_min(struct minmax *m, u32 win, u32 t, u32 meas);

/* LINUX: struct tcp_sock; slots of net->tcp_sock_pool. */
struct tcp_sock {
	struct inet_connection_sock inet_conn; /* first */
	u16 tcp_header_len; /* what each segment carries, options of an established state included
			     */
	u16 gso_segs;	    /* most segments of one packet */
	be32 pred_flags;    /* header prediction: the fourth word of the header that is expected */
	u64 bytes_received, bytes_acked, bytes_sent, bytes_retrans;
	u32 segs_in, data_segs_in, segs_out, data_segs_out;
	u32 rcv_nxt, copied_seq, rcv_wup;
	u32 snd_nxt, snd_una, snd_sml;
	u32 rcv_tstamp, lsndtime; /* jiffies */
	u32 last_oow_ack_time;
	u32 compressed_ack_rcv_nxt;
	u32 tsoffset;
	struct list_head tsq_node;
	struct list_head tsorted_sent_queue;
	u32 snd_wl1, snd_wnd, max_window;
	u32 mss_cache;
	u32 window_clamp, rcv_ssthresh;
	u8 scaling_ratio;
	struct {
		u64 mstamp;
		u32 rtt_us, end_seq, last_delivered;
		u8 reo_wnd_steps, reo_wnd_persist;
		bool dsack_seen, advanced;
	} rack;
	u16 advmss;
	u8 compressed_ack, dup_ack_counter;
	bool tlp_retrans;
	u32 tlp_high_seq;
	u32 chrono_start;
	u32 chrono_stat[3];
	u8 chrono_type; /* enum tcp_chrono */
	bool rate_app_limited, fastopen_connect, fastopen_no_cookie;
	u8 fastopen_client_fail;
	u8 nonagle;
	bool thin_lto, recvmsg_inq, repair, frto, tcp_usec_ts;
	u8 repair_queue;
	u8 save_syn;
	bool syn_data, syn_fastopen, syn_fastopen_exp, syn_fastopen_ch, syn_data_acked;
	bool is_cwnd_limited, is_sack_reneg;
	u32 tcp_tx_delay;
	u64 tcp_wstamp_ns, tcp_clock_cache;
	u64 tcp_mstamp; /* us */
	u32 srtt_us, mdev_us, mdev_max_us, rttvar_us, rtt_seq;
	struct minmax rtt_min;
	u32 packets_out, retrans_out, max_packets_out, cwnd_usage_seq;
	u16 urg_data;
	u8 ecn_flags;
	u8 keepalive_probes;
	u32 reordering, reord_seen;
	u32 snd_up;
	struct tcp_options_received rx_opt;
	u32 snd_ssthresh, snd_cwnd, snd_cwnd_cnt, snd_cwnd_clamp, snd_cwnd_used, snd_cwnd_stamp;
	u32 prior_cwnd, prr_delivered, prr_out;
	u32 delivered, delivered_ce, lost, app_limited;
	u64 first_tx_mstamp, delivered_mstamp;
	u32 rate_delivered, rate_interval_us;
	u32 rcv_wnd, write_seq, notsent_lowat, pushed_seq;
	u32 lost_out, sacked_out;
	struct hrtimer pacing_timer, compressed_ack_timer;
	struct sk_buff *lost_skb_hint, *retransmit_skb_hint;
	struct rb_root out_of_order_queue;
	struct sk_buff *ooo_last_skb;
	struct tcp_sack_block duplicate_sack[1], selective_acks[TCP_NUM_SACKS];
	struct tcp_sack_block recv_sack_cache[TCP_NUM_SACKS];
	struct sk_buff *highest_sack; /* NULL: at the end of what was sent */
	s32 lost_cnt_hint;
	u32 prior_ssthresh, high_seq, retrans_stamp, undo_marker;
	s32 undo_retrans;
	u32 total_retrans, rto_stamp;
	u16 total_rto, total_rto_recoveries;
	u32 total_rto_time;
	u32 urg_seq;
	u32 keepalive_time, keepalive_intvl; /* jiffies */
	s32 linger2;			     /* jiffies; -1: no FIN_WAIT2 */
	u16 timeout_rehash;
	u32 dsack_dups, rcv_ooopack;
	u32 rcv_rtt_last_tsecr;
	struct {
		u32 rtt_us, seq;
		u64 time;
	} rcv_rtt_est;
	struct {
		s32 space;
		u32 seq;
		u64 time;
	} rcvq_space;
	struct {
		u32 probe_seq_start, probe_seq_end;
	} mtu_probe;
	u32 plb_rehash;
	u32 mtu_info;
	struct request_sock *fastopen_rsk; /* always NULL yet */
	struct sk_buff *saved_syn;	   /* of TCP_SAVE_SYN: its data are headers */
};

static inline struct tcp_sock *tcp_sk(const struct sock *sk)
{
	return (struct tcp_sock *)(void *)(uintptr_t)sk;
}

/* What one ACK has told: LINUX: struct rate_sample. */
struct rate_sample {
	u64 prior_mstamp;
	u32 prior_delivered, prior_delivered_ce;
	s32 delivered, delivered_ce;
	s64 interval_us; /* LINUX: a long */
	u32 snd_interval_us, rcv_interval_us;
	s64 rtt_us;
	s32 losses;
	u32 acked_sacked, prior_in_flight, last_end_seq;
	bool is_app_limited, is_retrans, is_ack_delayed;
};

/* LINUX: struct tcp_congestion_ops. */
struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, enum tcp_ca_event ev);
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, u32 pkts_acked, s32 rtt_us, u32 in_flight);
	u32 (*min_tso_segs)(struct sock *sk);
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs);
	u32 (*undo_cwnd)(struct sock *sk);
	u32 (*sndbuf_expand)(struct sock *sk);
	u32 (*get_info)(struct sock *sk, u32 ext, int *attr, u8 *info); /* bytes of TCP_CC_INFO */
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
	const char *name;
	u32 key;
	u32 flags; /* TCP_CONG_... */
};
enum { TCP_CA_NAME_MAX = 16, TCP_CONG_NON_RESTRICTED = 1, TCP_CONG_NEEDS_ECN = 2 };
extern const struct tcp_congestion_ops tcp_reno, cubictcp;

/* LINUX: union tcp_seq_and_ts_off: two halves of one hash. */
struct tcp_seq_and_ts_off {
	u32 seq, ts_off;
};
struct tcp_request_sock_ops {
	u16 mss_clamp;
	u32 (*cookie_init_seq)(struct sk_buff *skb, u16 *mss);
	struct dst_entry *(*route_req)(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4,
				       struct request_sock *req, u32 tw_isn);
	/* LINUX 6.12.117: the two below in one, with one look at the clock. */
	struct tcp_seq_and_ts_off (*init_seq_and_ts_off)(struct net *net,
							 const struct sk_buff *skb);
	int (*send_synack)(struct sock *sk, struct dst_entry *dst, struct flowi4 *fl4,
			   struct request_sock *req, enum tcp_synack_type type,
			   struct sk_buff *syn_skb);
};
extern const struct request_sock_ops tcp_request_sock_ops;
extern const struct tcp_request_sock_ops tcp_request_sock_ipv4_ops;

/* -------- TCP's part of the net -------- */

/* LINUX: enum tcp_metric_index: what is remembered of a pair of hosts. */
enum tcp_metric_index {
	TCP_METRIC_RTT, /* us, times 8 */
	TCP_METRIC_RTTVAR,
	TCP_METRIC_SSTHRESH,
	TCP_METRIC_CWND,
	TCP_METRIC_REORDERING,
	TCP_METRIC_KEPT
};
/* LINUX: struct tcp_metrics_block. */
struct tcp_metrics_block {
	be32 saddr, daddr;
	u64 stamp_jif;
	u64 born; /* the order in which they were made; 0: not used */
	u32 lock; /* bits of what the route fixes */
	u32 vals[TCP_METRIC_KEPT];
};
enum { TCP_METRICS_SLOTS = 64 };
struct tcp_metrics {
	u64 born;
	u32 nr; /* blocks from here on were never used */
	struct tcp_metrics_block block[TCP_METRICS_SLOTS];
};
struct tcp_net {
	struct inet_ctl_sock ctl; /* LINUX: ipv4_tcp_sk, one for each CPU */
	struct inet_timewait_death_row death_row;
	u32 orphan_count; /* LINUX: tcp_orphan_count, a number for each CPU */
	u32 challenge_timestamp, challenge_count;
	u32 synq_overflow_ts;	       /* LINUX: of a listener: rx_opt.ts_recent_stamp */
	struct list_head tsq[CPU_MAX]; /* LINUX: tsq_tasklet: sockets that want to send more */
	bool tsq_scheduled[CPU_MAX];
	struct tcp_metrics metrics; /* these two last: see host_blocks() */
	struct inet_hashinfo hashinfo;
};

/* -------- small questions -------- */

static inline bool before(u32 seq1, u32 seq2)
{
	return (s32)(seq1 - seq2) < 0;
}
static inline bool after(u32 seq1, u32 seq2)
{
	return before(seq2, seq1);
}
/* Is s2 <= s1 <= s3? */
static inline bool between(u32 seq1, u32 seq2, u32 seq3)
{
	return seq3 - seq2 >= seq1 - seq2;
}
static inline u32 tcp_jiffies32(const struct sock *sk)
{
	return net_jiffies32(sock_net(sk));
}
/* LINUX: tcp_clock_ns(), tcp_clock_ms(): each is one read of the clock. */
static inline u64 tcp_clock_ns(const struct sock *sk)
{
	return ktime_get_ns(sock_net(sk));
}
static inline u64 tcp_clock_ms(const struct sock *sk)
{
	return tcp_clock_ns(sk) / 1000000;
}
/* LINUX: tcp_time_stamp_ms(), tcp_time_stamp_ts(). */
static inline u32 tcp_time_stamp_ms(const struct tcp_sock *tp)
{
	return (u32)(tp->tcp_mstamp / 1000);
}
static inline u32 tcp_time_stamp_ts(const struct tcp_sock *tp)
{
	return tp->tcp_usec_ts ? (u32)tp->tcp_mstamp : tcp_time_stamp_ms(tp);
}
static inline u32 tcp_stamp_us_delta(u64 t1, u64 t0)
{
	return (s64)(t1 - t0) > 0 ? (u32)(t1 - t0) : 0;
}
static inline u64 tcp_skb_timestamp_us(const struct sk_buff *skb)
{
	return skb->skb_mstamp_ns / 1000;
}
static inline u32 tcp_left_out(const struct tcp_sock *tp)
{
	return tp->sacked_out + tp->lost_out;
}
static inline u32 tcp_packets_in_flight(const struct tcp_sock *tp)
{
	return tp->packets_out - tcp_left_out(tp) + tp->retrans_out;
}
static inline u32 tcp_snd_cwnd(const struct tcp_sock *tp)
{
	return tp->snd_cwnd;
}
static inline void tcp_snd_cwnd_set(struct tcp_sock *tp, u32 val)
{
	assert((s32)val > 0);
	tp->snd_cwnd = val;
}
static inline bool tcp_in_slow_start(const struct tcp_sock *tp)
{
	return tcp_snd_cwnd(tp) < tp->snd_ssthresh;
}
static inline bool tcp_in_initial_slowstart(const struct tcp_sock *tp)
{
	return tp->snd_ssthresh >= TCP_INFINITE_SSTHRESH;
}
static inline bool tcp_is_sack(const struct tcp_sock *tp)
{
	return tp->rx_opt.sack_ok != 0;
}
static inline bool tcp_is_reno(const struct tcp_sock *tp)
{
	return !tcp_is_sack(tp);
}
static inline u32 tcp_wnd_end(const struct tcp_sock *tp)
{
	return tp->snd_una + tp->snd_wnd;
}
static inline bool tcp_in_cwnd_reduction(const struct sock *sk)
{
	return (1u << inet_csk(sk)->icsk_ca_state & (1u << TCP_CA_CWR | 1u << TCP_CA_Recovery)) !=
	       0;
}
static inline u32 tcp_current_ssthresh(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 cwnd = tcp_snd_cwnd(tp);

	return tcp_in_cwnd_reduction(sk) ? tp->snd_ssthresh
					 : max_u32(tp->snd_ssthresh, (cwnd >> 1) + (cwnd >> 2));
}
static inline bool tcp_is_cwnd_limited(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->is_cwnd_limited ||
	       (tcp_in_slow_start(tp) && tcp_snd_cwnd(tp) < 2 * tp->max_packets_out);
}
static inline u32 tcp_receive_window(const struct tcp_sock *tp)
{
	s32 win = (s32)(tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt);

	return win < 0 ? 0 : (u32)win;
}
static inline s32 tcp_win_from_space(const struct sock *sk, s32 space)
{
	return (s32)(((s64)space * tcp_sk(sk)->scaling_ratio) >> TCP_RMEM_TO_WIN_SCALE);
}
static inline s32 tcp_space_from_win(const struct sock *sk, s32 win)
{
	return (s32)(((u64)(s64)win << TCP_RMEM_TO_WIN_SCALE) / tcp_sk(sk)->scaling_ratio);
}
static inline s32 tcp_space(const struct sock *sk)
{
	return tcp_win_from_space(sk,
				  sk->sk_rcvbuf - (s32)sk->sk_backlog.len - (s32)sk->sk_rmem_alloc);
}
static inline s32 tcp_full_space(const struct sock *sk)
{
	return tcp_win_from_space(sk, sk->sk_rcvbuf);
}
static inline u32 tcp_min_rtt(const struct tcp_sock *tp)
{
	return minmax_get(&tp->rtt_min);
}
/* LINUX: __tcp_set_rto(): jiffies. */
static inline u32 tcp_rto_of(const struct tcp_sock *tp)
{
	u64 us = (tp->srtt_us >> 3) + tp->rttvar_us;

	return (u32)((us + 999) / 1000); /* LINUX: usecs_to_jiffies() */
}
/* LINUX: tcp_rto_min(): jiffies; a route may say. */
static inline u32 tcp_rto_min(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;

	if (dst != NULL && (dst_metric(dst, RTAX_LOCK) >> RTAX_RTO_MIN & 1) != 0)
		return (u32)msecs_to_jiffies(dst_metric(dst, RTAX_RTO_MIN));
	return inet_csk(sk)->icsk_rto_min;
}
static inline u32 tcp_rto_min_us(const struct sock *sk)
{
	return tcp_rto_min(sk) * (1000000 / HZ);
}
static inline void tcp_bound_rto(struct sock *sk)
{
	inet_csk(sk)->icsk_rto = min_u32(inet_csk(sk)->icsk_rto, TCP_RTO_MAX);
}
/* A peer with a small window gets packets of half of it at most, but none that are tiny. */
static inline s32 tcp_bound_to_half_wnd(const struct tcp_sock *tp, s32 pktsize)
{
	s32 cutoff = (s32)(tp->max_window > TCP_MSS_DEFAULT ? tp->max_window >> 1 : tp->max_window);

	if (cutoff == 0 || pktsize <= cutoff)
		return pktsize;
	return max_s32(cutoff, 68 - tp->tcp_header_len);
}
/* A departure as the TSval of its segment has it. */
static inline u32 tcp_skb_timestamp_ts(bool usec_ts, const struct sk_buff *skb)
{
	/* By numbers that the compiler knows: it makes multiplications of them. */
	return (u32)(usec_ts ? skb->skb_mstamp_ns / 1000 : skb->skb_mstamp_ns / 1000000);
}
static inline void tcp_update_wl(struct tcp_sock *tp, u32 seq)
{
	tp->snd_wl1 = seq;
}
/* LINUX: also of MPTCP and TLS, which are not there. */
static inline bool tcp_skb_can_collapse_to(const struct sk_buff *skb)
{
	return !TCP_SKB_CB(skb)->eor;
}
static inline bool tcp_skb_can_collapse(const struct sk_buff *to, const struct sk_buff *from)
{
	return tcp_skb_can_collapse_to(to) &&
	       ((to->hd->flags ^ from->hd->flags) & SKBFL_PURE_ZEROCOPY) == 0;
}
static inline void sk_dst_confirm(struct sock *sk)
{
	sk->sk_dst_pending_confirm = true;
}
enum { INET_ECN_ECT_0 = 2 };
static inline void INET_ECN_xmit(struct sock *sk)
{
	inet_sk(sk)->tos |= INET_ECN_ECT_0;
}
static inline void INET_ECN_dontxmit(struct sock *sk)
{
	inet_sk(sk)->tos &= (u8)~3u;
}
/* Of one segment. */
static inline u32 tcp_skb_seglen(const struct sk_buff *skb)
{
	return tcp_skb_pcount(skb) == 1 ? skb->len : tcp_skb_mss(skb);
}

/* Queues. The write queue is a list, what was sent a tree by sequence number. */
static inline struct sk_buff *tcp_send_head(const struct sock *sk)
{
	return skb_peek(&sk->sk_write_queue);
}
static inline struct sk_buff *tcp_write_queue_tail(const struct sock *sk)
{
	return skb_peek_tail(&sk->sk_write_queue);
}
static inline bool tcp_write_queue_empty(const struct sock *sk)
{
	return tcp_sk(sk)->write_seq == tcp_sk(sk)->snd_nxt;
}
static inline bool tcp_rtx_queue_empty(const struct sock *sk)
{
	return rb_empty_root(&sk->tcp_rtx_queue);
}
static inline struct sk_buff *rb_to_skb(struct rb_node *n)
{
	return n == NULL ? NULL : rb_entry(n, struct sk_buff, rbnode);
}
static inline struct sk_buff *skb_rb_first(const struct rb_root *root)
{
	return rb_to_skb(rb_first(root));
}
static inline struct sk_buff *skb_rb_last(const struct rb_root *root)
{
	return rb_to_skb(rb_last(root));
}
static inline struct sk_buff *skb_rb_next(const struct sk_buff *skb)
{
	return rb_to_skb(rb_next(&skb->rbnode));
}
static inline struct sk_buff *skb_rb_prev(const struct sk_buff *skb)
{
	return rb_to_skb(rb_prev(&skb->rbnode));
}
static inline struct sk_buff *tcp_rtx_queue_head(const struct sock *sk)
{
	return skb_rb_first(&sk->tcp_rtx_queue);
}
static inline struct sk_buff *tcp_rtx_queue_tail(const struct sock *sk)
{
	return skb_rb_last(&sk->tcp_rtx_queue);
}
static inline bool
tcp_write_queue_both_empty(const struct sock *sk) /* LINUX: tcp_rtx_and_write_queues_empty() */
{
	return tcp_rtx_queue_empty(sk) && tcp_write_queue_empty(sk);
}
static inline bool tcp_skb_is_last(const struct sock *sk, const struct sk_buff *skb)
{
	return skb_peek_tail(&sk->sk_write_queue) == skb;
}
static inline struct sk_buff *skb_queue_next_or_null(const struct sk_buff_head *q,
						     const struct sk_buff *skb)
{
	return skb->next == (const struct sk_buff *)(const void *)q ? NULL : skb->next;
}
/* In how many microseconds the head of the queue is to be sent again. */
static inline s64 tcp_rto_delta_us(const struct sock *sk)
{
	const struct sk_buff *skb = tcp_rtx_queue_head(sk);
	u32 rto_us = inet_csk(sk)->icsk_rto * (1000000 / HZ);

	if (skb == NULL) /* LINUX: warns */
		return rto_us;
	return (s64)(tcp_skb_timestamp_us(skb) + rto_us - tcp_sk(sk)->tcp_mstamp);
}
void tcp_rbtree_insert(struct rb_root *root, struct sk_buff *skb); /* tcp_output.c */
void skb_rbtree_purge(struct rb_root *root);			   /* tcp_data.c */
void tcp_rtx_queue_unlink(struct sk_buff *skb, struct sock *sk);
void tcp_rtx_queue_unlink_and_free(struct sk_buff *skb, struct sock *sk);
/* LINUX: tcp_wmem_free_skb(): a packet of the send side's account. */
void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb);
void tcp_write_queue_purge(struct sock *sk); /* tcp.c */

/* highest_sack */
static inline u32 tcp_highest_sack_seq(const struct tcp_sock *tp)
{
	if (tp->sacked_out == 0)
		return tp->snd_una;
	return tp->highest_sack == NULL ? tp->snd_nxt : TCP_SKB_CB(tp->highest_sack)->seq;
}
static inline struct sk_buff *tcp_highest_sack(const struct sock *sk)
{
	return tcp_sk(sk)->highest_sack;
}
static inline void tcp_advance_highest_sack(struct sock *sk, struct sk_buff *skb)
{
	tcp_sk(sk)->highest_sack = skb_rb_next(skb);
}
static inline void tcp_highest_sack_reset(struct sock *sk)
{
	tcp_sk(sk)->highest_sack = tcp_rtx_queue_head(sk);
}
static inline void tcp_highest_sack_replace(struct sock *sk, struct sk_buff *old,
					    struct sk_buff *with)
{
	if (old == tcp_highest_sack(sk))
		tcp_sk(sk)->highest_sack = with;
}
static inline void tcp_clear_retrans_hints_partial(struct tcp_sock *tp)
{
	tp->lost_skb_hint = NULL;
}
static inline void tcp_clear_all_retrans_hints(struct tcp_sock *tp)
{
	tcp_clear_retrans_hints_partial(tp);
	tp->retransmit_skb_hint = NULL;
}
static inline u32 keepalive_intvl_when(const struct tcp_sock *tp)
{
	return tp->keepalive_intvl != 0
		       ? tp->keepalive_intvl
		       : (u32)sock_net(&tp->inet_conn.icsk_inet.sk)->sysctl.tcp_keepalive_intvl;
}
static inline u32 keepalive_time_when(const struct tcp_sock *tp)
{
	return tp->keepalive_time != 0
		       ? tp->keepalive_time
		       : (u32)sock_net(&tp->inet_conn.icsk_inet.sk)->sysctl.tcp_keepalive_time;
}
static inline u32 keepalive_probes(const struct tcp_sock *tp)
{
	return tp->keepalive_probes != 0
		       ? tp->keepalive_probes
		       : (u32)sock_net(&tp->inet_conn.icsk_inet.sk)->sysctl.tcp_keepalive_probes;
}
static inline void tcp_dec_quickack_mode(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (icsk->icsk_ack.quick == 0)
		return;
	/* How many ACKs S/ACKing new data have we sent? */
	u32 pkts = inet_csk_ack_scheduled(sk) ? 1 : 0;
	if (pkts >= icsk->icsk_ack.quick) {
		icsk->icsk_ack.quick = 0;
		icsk->icsk_ack.ato = TCP_ATO_MIN;
	} else {
		icsk->icsk_ack.quick = (u8)(icsk->icsk_ack.quick - pkts);
	}
}
static inline void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (ca->cwnd_event != NULL)
		ca->cwnd_event(sk, ev);
}
static inline bool tcp_ca_needs_ecn(const struct sock *sk)
{
	return (inet_csk(sk)->icsk_ca_ops->flags & TCP_CONG_NEEDS_ECN) != 0;
}
/* LINUX: __tcp_fast_path_on(), tcp_fast_path_on(), tcp_fast_path_check(). */
static inline void tcp_fast_path_on_wnd(struct tcp_sock *tp, u32 snd_wnd)
{
	tp->pred_flags = cpu_to_be32((u32)tp->tcp_header_len << 26 | 0x00100000u | snd_wnd);
}
static inline void tcp_fast_path_on(struct tcp_sock *tp)
{
	tcp_fast_path_on_wnd(tp, tp->snd_wnd >> tp->rx_opt.snd_wscale);
}
static inline void tcp_fast_path_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (rb_empty_root(&tp->out_of_order_queue) && tp->rcv_wnd != 0 &&
	    sk->sk_rmem_alloc < (u32)sk->sk_rcvbuf && tp->urg_data == 0)
		tcp_fast_path_on(tp);
}

/* LINUX: tcp_mss_clamp(): no more than the program set with TCP_MAXSEG. */
static inline u16 tcp_mss_clamp(const struct tcp_sock *tp, u16 mss)
{
	u16 user_mss = tp->rx_opt.user_mss;

	return user_mss != 0 && user_mss < mss ? user_mss : mss;
}
static inline u32 tcp_dst_advmss(const struct dst_entry *dst)
{
	return max_u32(dst_metric_advmss(dst), TCP_MIN_MSS);
}
static inline void tcp_segs_in(struct tcp_sock *tp, const struct sk_buff *skb)
{
	u32 segs = max_u32(1, skb->hd->gso_segs);

	tp->segs_in += segs;
	if (skb->len > tcp_hlen(tcp_hdr(skb)))
		tp->data_segs_in += segs;
}
/* A SYN, or what completes a handshake, that the listener has to let go. */
static inline void tcp_listendrop(struct sock *sk)
{
	sk->sk_drops++;
	mib_inc(sock_net(sk), LINUX_MIB_LISTENDROPS);
}
static inline void sk_drops_add(struct sock *sk, const struct sk_buff *skb)
{
	sk->sk_drops += max_u32(1, skb->hd->gso_segs);
}
static inline void sock_rps_save_rxhash(struct sock *sk, const struct sk_buff *skb)
{
	sk->sk_rxhash = skb->hash;
}
/* LINUX: sk_mark_napi_id(), sk_mark_napi_id_set(). */
static inline void sk_mark_napi_id(struct sock *sk, const struct sk_buff *skb)
{
	sk->sk_napi_id = skb->napi_id;
	if (skb->queue_mapping != 0)
		sk->sk_rx_queue_mapping = (s32)skb->queue_mapping - 1;
}
/* LINUX: inet_request_mark(). */
static inline u32 inet_request_mark(const struct sock *sk, const struct sk_buff *skb)
{
	return sk->sk_mark == 0 && sock_net(sk)->sysctl.tcp_fwmark_accept != 0 ? skb->mark
									       : sk->sk_mark;
}

/* -------- tcp.c: what a program does with its socket -------- */
void tcp_init_sock(struct sock *sk);
int tcp_sendmsg(struct sock *sk, struct msghdr *msg, u64 size);
void tcp_splice_eof(struct socket *sock);
int tcp_close(struct sock *sk, s64 timeout); /* -EPARKED: it lingers */
void tcp_shutdown(struct sock *sk, int how);
int tcp_disconnect(struct sock *sk, int flags);
int tcp_ioctl(struct sock *sk, int cmd, int *karg);
u32 tcp_poll(struct file *file, struct socket *sock, struct task *wait);
void tcp_set_state(struct sock *sk, int state);
void tcp_done(struct sock *sk);
int tcp_abort(struct sock *sk, int err);
void tcp_push(struct sock *sk, int flags, u32 mss_now, u32 nonagle, u32 size_goal);
void tcp_mark_push(struct tcp_sock *tp, struct sk_buff *skb);
void tcp_skb_entail(struct sock *sk, struct sk_buff *skb);
struct sk_buff *tcp_stream_alloc_skb(struct sock *sk, bool force_schedule);
u32 tcp_send_mss(struct sock *sk, u32 *size_goal, int flags);
bool tcp_check_oom(const struct sock *sk, int shift);
bool tcp_orphan_exceeded(const struct sock *sk, int shift); /* LINUX: tcp_too_many_orphans() */
void tcp_enter_memory_pressure(struct sock *sk);
void tcp_leave_memory_pressure(struct sock *sk);
bool tcp_stream_memory_free(const struct sock *sk, int wake);
s64 tcp_fin_time(const struct sock *sk);
/* INVARIANT: all that must hold of a TCP socket between two events. */
u32 tcp_wmem_uncharged(const struct sock *sk);
void tcp_check(const struct sock *sk);
/* Where a call on a stream has parked: task->wait_at. */
enum stream_wait {
	STREAM_WAIT_NOT,
	STREAM_WAIT_CONNECT,
	STREAM_WAIT_MEMORY,
	STREAM_WAIT_CLOSE,
	INET_WAIT_FOR_CONNECT
};
/* stream.c, LINUX: net/core/stream.c */
void sk_stream_write_space(struct sock *sk);
int sk_stream_wait_connect(struct sock *sk, s64 *timeo);
int sk_stream_wait_memory(struct sock *sk, s64 *timeo);
int sk_stream_wait_close(struct sock *sk, s64 timeout); /* -EPARKED: it waits */
int sk_stream_error(struct sock *sk, int flags, int err);
void sk_stream_kill_queues(struct sock *sk);
bool sk_stream_is_writeable(const struct sock *sk);
/* LINUX: __sk_stream_is_writeable(sk, 1): enough room to wake who waits for it. */
bool sk_stream_wakes_writer(const struct sock *sk);
bool sk_stream_memory_free(const struct sock *sk); /* LINUX: __sk_stream_memory_free() */
static inline s32 sk_stream_wspace(const struct sock *sk)
{
	return sk->sk_sndbuf - sk->sk_wmem_queued;
}
static inline s32 sk_stream_min_wspace(const struct sock *sk)
{
	return sk->sk_wmem_queued >> 1;
}
static inline void sk_wmem_queued_add(struct sock *sk, s32 val)
{
	sk->sk_wmem_queued += val;
}

/* -------- tcp_recv.c -------- */
int tcp_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len);
void tcp_cleanup_rbuf(struct sock *sk, s32 copied);
struct sk_buff *tcp_recv_skb(struct sock *sk, u32 seq, u32 *off);
int tcp_peek_len(struct socket *sock);
s64 tcp_splice_read(struct socket *sock, struct pipe_inode_info *pipe, u64 len, u32 flags);
int tcp_inq(struct sock *sk);
int tcp_set_rcvlowat(struct sock *sk, int val);
void tcp_eat_recv_skb(struct sock *sk, struct sk_buff *skb);
/* -------- tcp_sockopt.c -------- */
int tcp_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen);
int tcp_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen);
int tcp_set_window_clamp(struct sock *sk, int val);
void tcp_set_keepalive(struct sock *sk, int val); /* tcp_timer.c */
/* What a listener with TCP_SAVE_SYN keeps of a request; the child's free it in the end. */
void tcp_reqsk_record_syn(const struct sock *sk, struct request_sock *req,
			  const struct sk_buff *skb);
void tcp_saved_syn_free(struct tcp_sock *tp);
/* -------- tcp_info.c -------- */
enum { TCP_INFO_BYTES = 248 }; /* of 6.12; checked against the pinned kernel */
void tcp_get_info(struct sock *sk, u8 *info);

/* -------- tcp_input.c: segments that come -------- */
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb);
enum drop_reason tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb);
void tcp_parse_options(const struct net *net, const struct sk_buff *skb,
		       struct tcp_options_received *opt_rx, bool estab);
u16 tcp_parse_mss_option(const u8 *th, u16 user_mss);
void tcp_finish_connect(struct sock *sk, struct sk_buff *skb);
void tcp_init_transfer(struct sock *sk, struct sk_buff *skb);
void tcp_initialize_rcv_mss(struct sock *sk);
void tcp_init_buffer_space(struct sock *sk);
void tcp_data_ready(struct sock *sk);
void tcp_reset(struct sock *sk, struct sk_buff *skb);
void tcp_done_with_error(struct sock *sk, int err);
void tcp_fin(struct sock *sk);
void tcp_check_space(struct sock *sk);
void tcp_rcv_space_adjust(struct sock *sk);
void tcp_sack_compress_send_ack(struct sock *sk);
bool tcp_oow_rate_limited(struct net *net, const struct sk_buff *skb, enum mib_id mib,
			  u32 *last_oow_ack_time);
void tcp_reqsk_send_challenge_ack(struct sock *sk, struct sk_buff *skb, struct request_sock *req);
int tcp_conn_request(const struct request_sock_ops *rsk_ops,
		     const struct tcp_request_sock_ops *af_ops, struct sock *sk,
		     struct sk_buff *skb);
u16 tcp_get_syncookie_mss(const struct request_sock_ops *rsk_ops,
			  const struct tcp_request_sock_ops *af_ops, struct sock *sk, const u8 *th);
void tcp_enter_quickack_mode(struct sock *sk, u32 max_quickacks);
/* LINUX: __tcp_ecn_check_ce() and relatives are static there. */
bool tcp_paws_reject(const struct net *net, const struct tcp_options_received *rx_opt, bool rst);
bool tcp_paws_check(const struct net *net, const struct tcp_options_received *rx_opt, s32 paws_win);
static inline void tcp_adjust_rcv_ssthresh(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->rcv_ssthresh = min_u32(tp->rcv_ssthresh, 4u * tp->advmss);
}
static inline void tcp_sack_reset(struct tcp_options_received *rx_opt)
{
	rx_opt->dsack = false;
	rx_opt->num_sacks = 0;
}
static inline void tcp_clear_options(struct tcp_options_received *rx_opt)
{
	rx_opt->tstamp_ok = false;
	rx_opt->sack_ok = 0;
	rx_opt->wscale_ok = false;
	rx_opt->snd_wscale = 0;
}
static inline bool tcp_rmem_pressure(const struct sock *sk)
{
	return tcp_under_memory_pressure(sk) ||
	       (s32)sk->sk_rmem_alloc > sk->sk_rcvbuf - (sk->sk_rcvbuf >> 3);
}
/* Is there enough to read that whoever polls is woken? */
static inline bool tcp_epollin_ready(const struct sock *sk, s32 target)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 avail = (s32)(tp->rcv_nxt - tp->copied_seq);

	return avail > 0 && (avail >= target || tcp_rmem_pressure(sk) ||
			     tcp_receive_window(tp) <= inet_csk(sk)->icsk_ack.rcv_mss);
}
/* LINUX: tcp_try_coalesce(): also of the backlog. */
bool tcp_try_coalesce(struct sock *sk, struct sk_buff *to, struct sk_buff *from, bool *fragstolen);
void tcp_store_ts_recent(struct tcp_sock *tp);
void tcp_send_challenge_ack(struct sock *sk);

/* -------- tcp_ack.c: what acknowledgements say -------- */
enum {
	FLAG_DATA = 0x01,
	FLAG_WIN_UPDATE = 0x02,
	FLAG_DATA_ACKED = 0x04,
	FLAG_RETRANS_DATA_ACKED = 0x08,
	FLAG_SYN_ACKED = 0x10,
	FLAG_DATA_SACKED = 0x20,
	FLAG_ECE = 0x40,
	FLAG_LOST_RETRANS = 0x80,
	FLAG_SLOWPATH = 0x100,
	FLAG_ORIG_SACK_ACKED = 0x200,
	FLAG_SND_UNA_ADVANCED = 0x400,
	FLAG_DSACKING_ACK = 0x800,
	FLAG_SET_XMIT_TIMER = 0x1000,
	FLAG_SACK_RENEGING = 0x2000,
	FLAG_UPDATE_TS_RECENT = 0x4000,
	FLAG_NO_CHALLENGE_ACK = 0x8000,
	FLAG_ACK_MAYBE_DELAYED = 0x10000,
	FLAG_DSACK_TLP = 0x20000,
	FLAG_ACKED = FLAG_DATA_ACKED | FLAG_SYN_ACKED,
	FLAG_NOT_DUP = FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED,
	FLAG_CA_ALERT = FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK,
	FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG_DATA_SACKED
};
/* 1: acceptable; 0 or a negative drop reason: not. */
int tcp_ack(struct sock *sk, struct sk_buff *skb, int flag);
/* LINUX: __tcp_ack_snd_check() stays in tcp_input.c. */
void tcp_enter_loss(struct sock *sk);
void tcp_enter_recovery(struct sock *sk, bool ece_ack);
void tcp_enter_cwr(struct sock *sk);
void tcp_cwnd_reduction(struct sock *sk, s32 newly_acked_sacked, s32 newly_lost, int flag);
void tcp_clear_retrans(struct tcp_sock *tp);
void tcp_simple_retransmit(struct sock *sk);
void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb);
bool tcp_skb_shift(struct sk_buff *to, struct sk_buff *from, u32 pcount, u32 shiftlen);
void tcp_rearm_rto(struct sock *sk);
void tcp_set_rto(struct sock *sk);
void tcp_synack_rtt_meas(struct sock *sk, struct request_sock *req);
void tcp_rtt_estimator(struct sock *sk, s64 mrtt_us);
void tcp_update_pacing_rate(struct sock *sk);
void tcp_ld_rto_revert(struct sock *sk, u32 seq); /* LINUX: tcp_ld_RTO_revert() in tcp_ipv4.c */
u32 tcp_init_cwnd(const struct tcp_sock *tp, const struct dst_entry *dst);
void tcp_init_undo(struct tcp_sock *tp);
void tcp_try_keep_open(struct sock *sk);
void tcp_ack_update_rtt_synack(struct sock *sk,
			       s64 seq_rtt_us); /* LINUX: tcp_ack_update_rtt() of a SYN */
void tcp_sndbuf_expand(struct sock *sk);
void tcp_ecn_queue_cwr(struct tcp_sock *tp);
void tcp_replace_ts_recent(struct tcp_sock *tp, u32 seq);

/* -------- tcp_recovery.c, tcp_rate.c -------- */
bool tcp_rack_mark_lost(struct sock *sk);
void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_time);
void tcp_rack_reo_timeout(struct sock *sk);
void tcp_rack_update_reo_wnd(struct sock *sk, struct rate_sample *rs);
s32 tcp_rack_skb_timeout(const struct tcp_sock *tp, const struct sk_buff *skb, u32 reo_wnd);
void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced);
/* LINUX: tcp_skb_sent_after(). */
static inline bool tcp_skb_sent_after(u64 t1, u64 t2, u32 seq1, u32 seq2)
{
	return t1 > t2 || (t1 == t2 && after(seq1, seq2));
}
void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb);
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct rate_sample *rs);
void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg,
		  struct rate_sample *rs);
void tcp_rate_check_app_limited(struct sock *sk);

/* -------- tcp_cong.c -------- */
const struct tcp_congestion_ops *tcp_ca_find(const char *name, u32 len);
void tcp_assign_congestion_control(struct sock *sk);
void tcp_init_congestion_control(struct sock *sk);
void tcp_cleanup_congestion_control(struct sock *sk);
int tcp_set_congestion_control(struct sock *sk, const char *name, u32 len, bool cap_net_admin);
void tcp_set_ca_state(struct sock *sk, u8 ca_state);
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked);
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked);
u32 tcp_reno_ssthresh(struct sock *sk);
u32 tcp_reno_undo_cwnd(struct sock *sk);
void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked);
void tcp_ca_openreq_child(struct sock *sk, const struct dst_entry *dst); /* tcp_minisocks.c */

/* -------- tcp_metrics.c -------- */
void tcp_metrics_init(struct net *net);
void tcp_update_metrics(struct sock *sk);
void tcp_init_metrics(struct sock *sk);
bool tcp_peer_is_proven(struct request_sock *req, struct dst_entry *dst);
void tcp_metrics_flush_all(struct net *net);
/* In Linux's order for a dump: the one after tm, the first after NULL; NULL: no more. */
struct tcp_metrics_block *tcp_metrics_next(struct net *net, const struct tcp_metrics_block *tm);
void tcp_metrics_delete(struct tcp_metrics_block *tm);

/* -------- tcp_output.c -------- */
int tcp_connect(struct sock *sk);
bool tcp_write_xmit(struct sock *sk, u32 mss_now, u32 nonagle, int push_one);
void tcp_push_pending_frames_mss(struct sock *sk, u32 cur_mss,
				 u32 nonagle); /* LINUX: __tcp_push_pending_frames() */
static inline void tcp_push_pending_frames(struct sock *sk);
void tcp_push_one(struct sock *sk, u32 mss_now);
void tcp_send_ack(struct sock *sk);
void tcp_send_ack_at(struct sock *sk, u32 rcv_nxt, u16 flags); /* LINUX: __tcp_send_ack() */
void tcp_send_delayed_ack(struct sock *sk);
void tcp_send_fin(struct sock *sk);
void tcp_send_active_reset(struct sock *sk, enum sk_rst_reason reason);
int tcp_send_synack(struct sock *sk);
struct sk_buff *tcp_make_synack(const struct sock *sk, struct dst_entry *dst,
				struct request_sock *req, enum tcp_synack_type type,
				struct sk_buff *syn_skb);
int tcp_rtx_synack(const struct sock *sk, struct request_sock *req);
int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, int segs);
int tcp_retransmit_skb_once(struct sock *sk, struct sk_buff *skb,
			    int segs); /* LINUX: __tcp_retransmit_skb() */
void tcp_xmit_retransmit_queue(struct sock *sk);
int tcp_fragment(struct sock *sk, enum tcp_queue q, struct sk_buff *skb, u32 len, u32 mss_now);
int tcp_trim_head(struct sock *sk, struct sk_buff *skb, u32 len);
void tcp_skb_collapse_tstamp(struct sk_buff *skb, const struct sk_buff *next_skb);
void tcp_skb_tsorted_anchor_cleanup(struct sk_buff *skb);
void tcp_send_probe0(struct sock *sk);
int tcp_write_wakeup(struct sock *sk, enum mib_id mib);
void tcp_send_window_probe(struct sock *sk);
void tcp_send_loss_probe(struct sock *sk);
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto);
void tcp_select_initial_window(const struct sock *sk, s32 space, u32 mss, u32 *rcv_wnd,
			       u32 *window_clamp, bool wscale_ok, u8 *rcv_wscale, u32 init_rcv_wnd);
u32 tcp_select_window_now(struct sock *sk); /* LINUX: __tcp_select_window() */
u32 tcp_sync_mss(struct sock *sk, u32 pmtu);
u32 tcp_current_mss(struct sock *sk);
s32 tcp_mtu_to_mss(struct sock *sk, s32 pmtu);
s32 tcp_mss_to_mtu(struct sock *sk, s32 mss);
void tcp_mtup_init(struct sock *sk);
void tcp_cwnd_restart(struct sock *sk, s32 delta);
void tcp_mstamp_refresh(struct tcp_sock *tp);
void tcp_chrono_start(struct sock *sk, enum tcp_chrono type);
void tcp_chrono_stop(struct sock *sk, enum tcp_chrono type);
void tcp_release_cb(struct sock *sk);
void tcp_tasklet_init(struct net *net);
void tcp_wfree(struct sk_buff *skb);
u32 tcp_delack_max(const struct sock *sk);
void tcp_pace_kick(struct hrtimer *timer);
static inline void tcp_slow_start_after_idle_check(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 delta;

	if (sock_net(sk)->sysctl.tcp_slow_start_after_idle == 0 || tp->packets_out != 0 ||
	    inet_csk(sk)->icsk_ca_ops->cong_control != NULL)
		return;
	delta = (s32)(tcp_jiffies32(sk) - tp->lsndtime);
	/* LINUX: compared without sign. */
	if ((u32)delta > inet_csk(sk)->icsk_rto)
		tcp_cwnd_restart(sk, delta);
}
static inline void tcp_push_pending_frames(struct sock *sk)
{
	if (tcp_send_head(sk) != NULL)
		tcp_push_pending_frames_mss(sk, tcp_current_mss(sk), tcp_sk(sk)->nonagle);
}

/* -------- tcp_timer.c -------- */
void tcp_init_xmit_timers(struct sock *sk);
void tcp_clear_xmit_timers(struct sock *sk);
void tcp_retransmit_timer(struct sock *sk);
void tcp_write_timer_handler(struct sock *sk);
void tcp_delack_timer_handler(struct sock *sk);
void tcp_syn_ack_timeout(const struct request_sock *req);
u32 tcp_clamp_probe0_to_user_timeout(const struct sock *sk, u32 when);
/* LINUX: tcp_reset_xmit_timer(): later by what pacing holds back. */
void tcp_reset_xmit_timer(struct sock *sk, u8 what, u64 when, u64 max_when);
static inline u64 tcp_probe0_base(const struct sock *sk)
{
	return max_u32(inet_csk(sk)->icsk_rto, TCP_RTO_MIN);
}
u64 tcp_probe0_when(const struct sock *sk, u64 max_when);
static inline void tcp_check_probe_timer(struct sock *sk)
{
	if (tcp_sk(sk)->packets_out == 0 && inet_csk(sk)->icsk_pending == 0)
		tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, tcp_probe0_base(sk), TCP_RTO_MAX);
}

/* -------- tcp_minisocks.c -------- */
void tcp_time_wait(struct sock *sk, int state, s32 timeo);
/* *tw_isn: the ISN for a new connection (TCP_TW_SYN). */
enum tcp_tw_status tcp_timewait_state_process(struct inet_timewait_sock *tw, struct sk_buff *skb,
					      u32 *tw_isn);
struct sock *tcp_create_openreq_child(const struct sock *sk, struct request_sock *req,
				      struct sk_buff *skb);
struct sock *tcp_check_req(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
			   bool *lost_race);
enum drop_reason tcp_child_process(struct sock *parent, struct sock *child, struct sk_buff *skb);
void tcp_openreq_init_rwin(struct request_sock *req, const struct sock *sk_listener,
			   const struct dst_entry *dst);
void tcp_twsk_purge(struct net *net);

/* -------- syncookies.c -------- */
u32 cookie_v4_init_sequence(struct sk_buff *skb, u16 *mss);
u64 cookie_init_timestamp(struct request_sock *req, u64 now_ns);
struct sock *cookie_v4_check(struct sock *sk, struct sk_buff *skb);
void tcp_synq_overflow(struct sock *sk);
bool tcp_synq_no_recent_overflow(const struct sock *sk);

/* -------- secure_seq.c -------- */
/* LINUX: 6.12.117 has one function for both; it reads the clock, for the sequence number. */
struct tcp_seq_and_ts_off secure_tcp_seq_and_ts_off(struct net *net, be32 saddr, be32 daddr,
						    be16 sport, be16 dport);
u32 secure_tcp_seq(struct net *net, be32 saddr, be32 daddr, be16 sport, be16 dport);
u32 secure_tcp_ts_off(const struct net *net, be32 saddr, be32 daddr, be16 sport, be16 dport);
u64 secure_ipv4_port_ephemeral(const struct net *net, be32 saddr, be32 daddr, be16 dport);

/* -------- tcp_ipv4.c: the seam to IPv4 -------- */
/* LINUX: also of tcp_v4_init(): there is always room for one socket, or no host. */
void tcp_sk_init(struct net *net);
void tcp_sk_exit(struct net *net);
int tcp_v4_rcv(struct sk_buff *skb);
int tcp_v4_err(struct sk_buff *skb, u32 info);
int tcp_v4_early_demux(struct sk_buff *skb);
int tcp_v4_do_rcv(struct sock *sk, struct sk_buff *skb);
int tcp_v4_connect(struct sock *sk, const u8 *uaddr, int addr_len);
int tcp_v4_conn_request(struct sock *sk, struct sk_buff *skb);
struct sock *tcp_v4_syn_recv_sock(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
				  struct dst_entry *dst, struct request_sock *req_unhash,
				  bool *own_req);
void tcp_v4_send_check(struct sock *sk, struct sk_buff *skb);
void tcp_v4_send_check_addr(struct sk_buff *skb, be32 saddr,
			    be32 daddr); /* LINUX: __tcp_v4_send_check() */
void tcp_v4_mtu_reduced(struct sock *sk);
void tcp_v4_destroy_sock(struct sock *sk);
/* LINUX: tcp_v4_save_options(): those of an answer to the segment, kept in the request. */
struct ip_options_rcu *tcp_v4_save_options(struct net *net, struct sk_buff *skb,
					   struct inet_request_sock *ireq);
/* LINUX: sk_rst_convert_drop_reason(). */
enum sk_rst_reason sk_rst_convert_drop_reason(enum drop_reason reason);
void tcp_req_err(struct sock *sk, u32 seq, bool abort);
bool tcp_add_backlog(struct sock *sk, struct sk_buff *skb, enum drop_reason *reason);
int tcp_twsk_unique(struct sock *sk, struct sock *sktw, void *twp);
void inet_sk_rx_dst_set(struct sock *sk, struct sk_buff *skb);
bool tcp_checksum_complete(struct sk_buff *skb);

#endif
