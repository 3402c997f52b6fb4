// SPDX-License-Identifier: MIT
/* inet_connection_sock.h - what any protocol with connections has: ports, queues, timers, ACK
 * state. LINUX: include/net/inet_connection_sock.h.
 */
#ifndef REFSTACK_IPV4_INET_CONNECTION_SOCK_H
#define REFSTACK_IPV4_INET_CONNECTION_SOCK_H

#include "core/request_sock.h"
#include "core/sock.h"
#include "ipv4/inet_hashtables.h"

struct tcp_congestion_ops;

/* LINUX: struct inet_connection_sock_af_ops: TCP's seam to IPv4. */
struct inet_connection_sock_af_ops {
	int (*queue_xmit)(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4);
	void (*send_check)(struct sock *sk, struct sk_buff *skb);
	int (*rebuild_header)(struct sock *sk);
	void (*sk_rx_dst_set)(struct sock *sk, struct sk_buff *skb);
	int (*conn_request)(struct sock *sk, struct sk_buff *skb);
	struct sock *(*syn_recv_sock)(struct sock *sk, struct sk_buff *skb,
				      struct request_sock *req, struct dst_entry *dst,
				      struct request_sock *req_unhash, bool *own_req);
	u16 net_header_len, sockaddr_len;
	int (*setsockopt)(struct sock *sk, int level, int optname, uptr optval, u32 optlen);
	int (*getsockopt)(struct sock *sk, int level, int optname, uptr optval, uptr optlen);
	void (*mtu_reduced)(struct sock *sk);
};

enum { ICSK_CA_PRIV_SIZE = 104 };
struct inet_connection_sock {
	struct inet_sock icsk_inet; /* first */
	struct request_sock_queue icsk_accept_queue;
	struct inet_bind_bucket *icsk_bind_hash;
	struct inet_bind2_bucket *icsk_bind2_hash;
	u64 icsk_timeout; /* jiffies */
	struct timer_list icsk_retransmit_timer, icsk_delack_timer, icsk_keepalive_timer;
	u32 icsk_rto, icsk_rto_min, icsk_delack_max; /* jiffies */
	u32 icsk_pmtu_cookie;
	const struct tcp_congestion_ops *icsk_ca_ops;
	const struct inet_connection_sock_af_ops *icsk_af_ops;
	u32 (*icsk_sync_mss)(struct sock *sk, u32 pmtu);
	u8 icsk_ca_state;
	bool icsk_ca_initialized, icsk_ca_setsockopt, icsk_ca_dst_locked;
	u8 icsk_retransmits, icsk_pending, icsk_backoff, icsk_syn_retries, icsk_probes_out;
	u16 icsk_ext_hdr_len;
	struct {
		u8 pending, quick, pingpong, retry;
		u32 ato; /* jiffies */
		bool dst_quick_ack;
		u64 timeout; /* jiffies */
		u32 lrcvtime;
		u16 last_seg_size, rcv_mss;
	} icsk_ack;
	struct {
		s32 search_high, search_low;
		u32 probe_size;
		bool enabled;
		u32 probe_timestamp;
	} icsk_mtup;
	u32 icsk_probes_tstamp;
	u32 icsk_user_timeout; /* ms */
	u64 icsk_ca_priv[ICSK_CA_PRIV_SIZE / 8];
};

/* icsk_pending */
enum {
	ICSK_TIME_RETRANS = 1,
	ICSK_TIME_DACK,
	ICSK_TIME_PROBE0,
	ICSK_TIME_LOSS_PROBE,
	ICSK_TIME_REO_TIMEOUT
};
/* icsk_ack.pending */
enum {
	ICSK_ACK_SCHED = 1,
	ICSK_ACK_TIMER = 2,
	ICSK_ACK_PUSHED = 4,
	ICSK_ACK_PUSHED2 = 8,
	ICSK_ACK_NOW = 16,
	ICSK_ACK_NOMEM = 32
};

static inline struct inet_connection_sock *inet_csk(const struct sock *sk)
{
	return (struct inet_connection_sock *)(void *)(uintptr_t)sk;
}
static inline void *inet_csk_ca(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_priv;
}

/* The timers: inet_connection_sock.c. The handlers find the socket from the timer. */
void inet_csk_init_xmit_timers(struct sock *sk, timer_fn retransmit, timer_fn delack,
			       timer_fn keepalive);
void inet_csk_clear_xmit_timers(struct sock *sk);
void inet_csk_clear_xmit_timer(struct sock *sk, u8 what);
void inet_csk_reset_xmit_timer(struct sock *sk, u8 what, u64 when, u64 max_when);
void inet_csk_delete_keepalive_timer(struct sock *sk);
void inet_csk_reset_keepalive_timer(struct sock *sk, u64 len);
/* LINUX: sk_reset_timer(), sk_stop_timer(): a pending timer holds the socket. */
void sk_reset_timer(struct sock *sk, struct timer_list *timer, u64 expires);
void sk_stop_timer(struct sock *sk, struct timer_list *timer);

static inline void inet_csk_schedule_ack(struct sock *sk)
{
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_SCHED;
}
static inline bool inet_csk_ack_scheduled(const struct sock *sk)
{
	return (inet_csk(sk)->icsk_ack.pending & ICSK_ACK_SCHED) != 0;
}
static inline void inet_csk_delack_init(struct sock *sk)
{
	memset(&inet_csk(sk)->icsk_ack, 0, sizeof(inet_csk(sk)->icsk_ack));
}
static inline bool inet_csk_in_pingpong_mode(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ack.pingpong >= sock_net(sk)->sysctl.tcp_pingpong_thresh;
}
static inline void inet_csk_enter_pingpong_mode(struct sock *sk)
{
	inet_csk(sk)->icsk_ack.pingpong = (u8)sock_net(sk)->sysctl.tcp_pingpong_thresh;
}
static inline void inet_csk_exit_pingpong_mode(struct sock *sk)
{
	inet_csk(sk)->icsk_ack.pingpong = 0;
}
static inline void inet_csk_inc_pingpong_cnt(struct sock *sk)
{
	if (inet_csk(sk)->icsk_ack.pingpong < UINT8_MAX)
		inet_csk(sk)->icsk_ack.pingpong++;
}
static inline u64 inet_csk_rto_backoff(const struct sock *sk, u64 max_when)
{
	/* As the processor shifts. */
	u64 when = (u64)inet_csk(sk)->icsk_rto << (inet_csk(sk)->icsk_backoff & 63);

	return when < max_when ? when : max_when;
}
static inline u32 inet_csk_reqsk_queue_len(const struct sock *sk)
{
	return inet_csk(sk)->icsk_accept_queue.qlen;
}
static inline bool inet_csk_reqsk_queue_is_full(const struct sock *sk)
{
	return inet_csk_reqsk_queue_len(sk) > sk->sk_max_ack_backlog;
}
static inline bool sk_acceptq_is_full(const struct sock *sk)
{
	return sk->sk_ack_backlog > sk->sk_max_ack_backlog;
}

/* LINUX: also inet_sk_state_store(). */
void inet_sk_set_state(struct sock *sk, int state);
/* Ports and listening. */
void inet_csk_update_fastreuse(struct inet_bind_bucket *tb, struct sock *sk);
int inet_csk_get_port(struct sock *sk, u16 snum);
int inet_csk_listen_start(struct sock *sk);
void inet_csk_listen_stop(struct sock *sk);
struct sock *inet_csk_accept(struct sock *sk, int flags, int *err);
/* Routes. */
struct dst_entry *inet_csk_route_req(const struct sock *sk, struct flowi4 *fl4,
				     const struct request_sock *req);
struct dst_entry *inet_csk_route_child_sock(const struct sock *sk, struct sock *newsk,
					    const struct request_sock *req);
struct dst_entry *inet_csk_update_pmtu(struct sock *sk, u32 mtu);
/* Requests. */
struct sock *inet_csk_clone_lock(const struct sock *sk, const struct request_sock *req);
/* False: the same connection is asked for already, or exists. */
bool inet_csk_reqsk_queue_hash_add(struct sock *sk, struct request_sock *req, u64 timeout);
struct sock *inet_csk_reqsk_queue_add(struct sock *sk, struct request_sock *req,
				      struct sock *child);
bool inet_csk_reqsk_queue_drop(struct sock *sk, struct request_sock *req);
void inet_csk_reqsk_queue_drop_and_put(struct sock *sk, struct request_sock *req);
struct sock *inet_csk_complete_hashdance(struct sock *sk, struct sock *child,
					 struct request_sock *req, bool own_req);
int inet_rtx_syn_ack(const struct sock *parent, struct request_sock *req);
/* The end. */
void inet_csk_prepare_for_destroy_sock(struct sock *sk);
void inet_csk_prepare_forced_close(struct sock *sk);
void inet_csk_destroy_sock(struct sock *sk);

#endif
