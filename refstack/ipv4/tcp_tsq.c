// SPDX-License-Identifier: MIT
/* tcp_tsq.c - TCP small queues: a connection has no more than so much in the device at a time; what
 * it may send then is sent when the device has let go of some.
 *
 * Path: tcp_wfree() is the destructor of every segment with data; the socket goes to its CPU's list
 * and TASKLET_SOFTIRQ sends for it. A socket that a call owns is told by tcp_release_cb(), which
 * also does what timers had to leave.
 * Rules: LINUX: net/ipv4/tcp_output.c.
 */
#include "ipv4/tcp_output.h"

static bool test_and_set_tsq(struct sock *sk, enum tsq_enum bit)
{
	bool was = (sk->sk_tsq_flags >> bit & 1) != 0;

	sk->sk_tsq_flags |= 1u << bit;
	return was;
}

/* -------- is there too much in the device? -------- */

static bool tcp_rtx_queue_empty_or_single_skb(const struct sock *sk)
{
	const struct rb_node *node = sk->tcp_rtx_queue.node;

	return node == NULL || (node->left == NULL && node->right == NULL);
}

/* Two packets or a millisecond's worth, more the higher the factor. */
static u64 tsq_limit(const struct sock *sk, const struct sk_buff *skb, u32 factor)
{
	u64 rate = sk->sk_pacing_rate;
	u64 limit = max_u64(2 * (u64)skb->truesize,
			    sk->sk_pacing_shift < 64 ? rate >> sk->sk_pacing_shift : 0);

	if (sk->sk_pacing_status == SK_PACING_NONE)
		limit = min_u64(limit, (u64)(s64)sock_net(sk)->sysctl.tcp_limit_output_bytes);
	limit <<= factor;
	if (tcp_sk(sk)->tcp_tx_delay != 0)
		limit += rate * tcp_sk(sk)->tcp_tx_delay >> 19;
	return limit;
}

bool tcp_small_queue_check(struct sock *sk, const struct sk_buff *skb, u32 factor)
{
	if (sk->sk_wmem_alloc <= tsq_limit(sk, skb, factor))
		return false;
	/* Who has nothing else under way need not wait for the device to say so. */
	if (tcp_rtx_queue_empty_or_single_skb(sk))
		return false;
	sk->sk_tsq_flags |= 1u << TSQ_THROTTLED;
	return true;
}

/* -------- the device has let go of some -------- */

static void tcp_tsq_write(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((TCPF(sk->sk_state) & (TCPF(TCP_ESTABLISHED) | TCPF(TCP_FIN_WAIT1) | TCPF(TCP_CLOSING) |
				   TCPF(TCP_CLOSE_WAIT) | TCPF(TCP_LAST_ACK))) == 0)
		return;
	if (tp->lost_out > tp->retrans_out && tcp_snd_cwnd(tp) > tcp_packets_in_flight(tp)) {
		tcp_mstamp_refresh(tp);
		tcp_xmit_retransmit_queue(sk);
	}
	(void)tcp_write_xmit(sk, tcp_current_mss(sk), tp->nonagle, 0);
}

static void tcp_tsq_handler(struct sock *sk)
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		tcp_tsq_write(sk);
	else if (!test_and_set_tsq(sk, TCP_TSQ_DEFERRED))
		sock_hold(sk);
	bh_unlock_sock(sk);
}

void tcp_tasklet_init(struct net *net)
{
	for (u32 i = 0; i < CPU_MAX; i++)
		INIT_LIST_HEAD(&net->tcp->tsq[i]);
}

void tcp_tasklet_run(struct cpu *c)
{
	struct list_head *tsq = &c->host->net.tcp->tsq[c->id], list;

	INIT_LIST_HEAD(&list);
	list_splice_tail_init(tsq, &list);
	while (!list_empty(&list)) {
		struct tcp_sock *tp = container_of(list.next, struct tcp_sock, tsq_node);
		struct sock *sk = &tp->inet_conn.icsk_inet.sk;

		list_del_init(&tp->tsq_node);
		sk->sk_tsq_flags &= ~(1u << TSQ_QUEUED);
		tcp_tsq_handler(sk);
		sk_free(sk);
	}
}

/* The youngest is first in the list. */
static void tsq_queue(struct sock *sk)
{
	struct net *net = sock_net(sk);
	struct cpu *c = this_cpu(net);
	struct list_head *tsq = &net->tcp->tsq[c->id];
	bool empty = list_empty(tsq);

	list_add(&tcp_sk(sk)->tsq_node, tsq);
	if (empty)
		raise_softirq(c, TASKLET_SOFTIRQ);
}

void tcp_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	u32 queued = 1u << TSQ_QUEUED, throttled = 1u << TSQ_THROTTLED;

	/* One byte stays: for sk_free(), here or in the tasklet. */
	assert(sk->sk_wmem_alloc >= skb->truesize);
	sk->sk_wmem_alloc -= skb->truesize - 1;
	/* Under stress, wait until all of it is gone. */
	if ((sk->sk_wmem_alloc >= skb_truesize_with(1) && this_cpu(sock_net(sk))->in_ksoftirqd) ||
	    (sk->sk_tsq_flags & throttled) == 0 || (sk->sk_tsq_flags & queued) != 0) {
		sk_free(sk);
		return;
	}
	sk->sk_tsq_flags = (sk->sk_tsq_flags & ~throttled) | queued;
	tsq_queue(sk);
}

/* The time of the next departure has come. */
void tcp_pace_kick(struct hrtimer *timer)
{
	struct tcp_sock *tp = container_of(timer, struct tcp_sock, pacing_timer);
	struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	tcp_tsq_handler(sk);
	sock_put(sk);
}

/* -------- what was left for the end of a call -------- */

enum {
	TCP_DEFERRED_ALL = 1 << TCP_TSQ_DEFERRED | 1 << TCP_WRITE_TIMER_DEFERRED |
			   1 << TCP_DELACK_TIMER_DEFERRED | 1 << TCP_MTU_REDUCED_DEFERRED |
			   1 << TCP_ACK_DEFERRED
};

static void mtu_was_reduced(struct sock *sk)
{
	inet_csk(sk)->icsk_af_ops->mtu_reduced(sk);
}

void tcp_release_cb(struct sock *sk)
{
	static const struct {
		u32 flag;
		void (*fn)(struct sock *sk);
	} deferred[] = {
		{ 1u << TCP_TSQ_DEFERRED, tcp_tsq_write },
		{ 1u << TCP_WRITE_TIMER_DEFERRED, tcp_write_timer_handler },
		{ 1u << TCP_DELACK_TIMER_DEFERRED, tcp_delack_timer_handler },
		{ 1u << TCP_MTU_REDUCED_DEFERRED, mtu_was_reduced },
	};
	u32 flags = sk->sk_tsq_flags;

	if ((flags & TCP_DEFERRED_ALL) == 0)
		return;
	sk->sk_tsq_flags = flags & ~(u32)TCP_DEFERRED_ALL;
	/* Whoever has left something holds the socket. */
	for (u32 i = 0; i < sizeof(deferred) / sizeof(deferred[0]); i++) {
		if ((flags & deferred[i].flag) == 0)
			continue;
		deferred[i].fn(sk);
		sock_put(sk);
	}
	if ((flags & 1u << TCP_ACK_DEFERRED) != 0 && inet_csk_ack_scheduled(sk))
		tcp_send_ack(sk);
}
