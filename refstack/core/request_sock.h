// SPDX-License-Identifier: MIT
/* request_sock.h - connections that are asked for: a SYN has come, the third segment has not.
 * LINUX: include/net/request_sock.h, struct inet_request_sock, struct tcp_request_sock.
 */
#ifndef REFSTACK_CORE_REQUEST_SOCK_H
#define REFSTACK_CORE_REQUEST_SOCK_H

#include "core/sock.h"

struct request_sock;
struct ip_options_rcu;

struct request_sock_ops {
	int family;
	int (*rtx_syn_ack)(const struct sock *sk, struct request_sock *req);
	void (*send_ack)(const struct sock *sk, struct sk_buff *skb, struct request_sock *req);
	void (*send_reset)(const struct sock *sk, struct sk_buff *skb, u32 reason);
	void (*destructor)(struct request_sock *req);
	void (*syn_ack_timeout)(const struct request_sock *req);
};

struct request_sock {
	struct sock_common common;    /* first: what the tables of connections hold */
	struct sock *rsk_listener;    /* LINUX: skc_listener */
	struct request_sock *dl_next; /* in the accept queue */
	const struct request_sock_ops *rsk_ops;
	struct sock *sk;	   /* the child, once the handshake is over */
	struct sk_buff *saved_syn; /* TCP_SAVE_SYN: headers, as data */
	struct timer_list rsk_timer;
	u32 rsk_rcv_wnd, rsk_window_clamp;
	u32 ts_recent;
	u32 secid, peer_secid;
	u32 timeout; /* jiffies */
	u16 mss;
	u8 num_retrans; /* SYN-ACKs sent again */
	u8 num_timeout;
	bool syncookie;
};

/* LINUX: struct inet_request_sock: ir_loc_addr and so on are fields of sock_common. */
struct inet_request_sock {
	struct request_sock req; /* first */
	u8 snd_wscale, rcv_wscale;
	bool tstamp_ok, sack_ok, wscale_ok, ecn_ok, acked, no_srccheck, smc_ok;
	u32 ir_mark;
	struct ip_options_rcu *ireq_opt; /* NULL, or opt_mem */
	u32 opt_mem[16];
};
#define ir_loc_addr req.common.skc_rcv_saddr
#define ir_rmt_addr req.common.skc_daddr
#define ir_num	    req.common.skc_num
#define ir_rmt_port req.common.skc_dport
#define ir_iif	    req.common.skc_bound_dev_if
#define rsk_refcnt  common.skc_refcnt
#define rsk_hash    common.skc_hash

struct tcp_request_sock_ops;
struct tcp_request_sock {
	struct inet_request_sock req; /* first */
	const struct tcp_request_sock_ops *af_specific;
	u64 snt_synack; /* first SYN-ACK sent, us */
	bool tfo_listener, is_mptcp, req_usec_ts;
	u32 txhash;
	u32 rcv_isn, snt_isn;
	u32 ts_off;
	u32 snt_tsval_first, snt_tsval_last;
	u32 last_oow_ack_time; /* last SYN-ACK, jiffies */
	u32 rcv_nxt;	       /* the ack # by SYN-ACK */
	u8 syn_tos;
};

/* LINUX: struct request_sock_queue: the accept queue, and how many ask. */
struct request_sock_queue {
	u8 rskq_defer_accept; /* SYN-ACKs that may be sent again while no data has come */
	bool synflood_warned;
	u32 qlen;  /* requests that are not yet accepted by the handshake */
	u32 young; /* of them: whose SYN-ACK was sent once only */
	struct request_sock *rskq_accept_head, *rskq_accept_tail;
	u32 fastopen_max_qlen; /* LINUX: fastopenq: Fast Open is only remembered */
	u8 fastopen_key[32], fastopen_key_bytes;
};

static inline struct request_sock *inet_reqsk(const struct sock *sk)
{
	return (struct request_sock *)(void *)(uintptr_t)sk;
}
static inline struct sock *req_to_sk(struct request_sock *req)
{
	return (struct sock *)(void *)req;
}
static inline struct inet_request_sock *inet_rsk(const struct request_sock *req)
{
	return (struct inet_request_sock *)(void *)(uintptr_t)req;
}
static inline struct tcp_request_sock *tcp_rsk(const struct request_sock *req)
{
	return (struct tcp_request_sock *)(void *)(uintptr_t)req;
}
static inline struct net *req_net(const struct request_sock *req)
{
	return req->common.skc_net;
}

/* From net->request_sock_pool, zeroed, with refcnt 0; holds the listener if attach. NULL: no room.
 * LINUX: inet_reqsk_alloc(), reqsk_alloc().
 */
struct request_sock *inet_reqsk_alloc(const struct request_sock_ops *ops, struct sock *sk_listener,
				      bool attach_listener);
/* LINUX: __reqsk_free(), reqsk_put(). */
void reqsk_free(struct request_sock *req);
void reqsk_put(struct request_sock *req);
static inline bool reqsk_queue_empty(const struct request_sock_queue *q)
{
	return q->rskq_accept_head == NULL;
}
static inline struct request_sock *reqsk_queue_remove(struct request_sock_queue *q,
						      struct sock *parent)
{
	struct request_sock *req = q->rskq_accept_head;

	if (req != NULL) {
		assert(parent->sk_ack_backlog != 0);
		parent->sk_ack_backlog--;
		q->rskq_accept_head = req->dl_next;
		if (q->rskq_accept_head == NULL)
			q->rskq_accept_tail = NULL;
	}
	return req;
}
/* LINUX: reqsk_timeout(): jiffies, doubled with each SYN-ACK that was sent again. */
static inline u64 reqsk_timeout(const struct request_sock *req, u64 max_timeout)
{
	/* A shift of x86-64 looks at six bits. */
	u64 timeout = (u64)req->timeout << (req->num_timeout & 63);

	return timeout < max_timeout ? timeout : max_timeout;
}
static inline u32 tcp_synack_window(const struct request_sock *req)
{
	return req->rsk_rcv_wnd < 65535 ? req->rsk_rcv_wnd : 65535;
}
static inline void reqsk_queue_removed(struct request_sock_queue *q, const struct request_sock *req)
{
	if (req->num_timeout == 0)
		q->young--;
	q->qlen--;
}
static inline void reqsk_queue_added(struct request_sock_queue *q)
{
	q->young++;
	q->qlen++;
}

#endif
