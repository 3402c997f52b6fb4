// SPDX-License-Identifier: MIT
/* tcp.c - the life of a TCP socket as its program sees it: how it begins, its states, what poll()
 * and ioctl() tell, and how it ends.
 *
 * Path: step 3 of a stream; the operations are tcp_prot's, in tcp_ipv4.c. Sending is in
 * tcp_sendmsg.c, receiving in tcp_recv.c, options in tcp_sockopt.c.
 * Rules: RFC 9293 3.10, RFC 2525 2.17; LINUX: net/ipv4/tcp.c.
 * Missing: fast open, repair.
 * DIVERGES(tcp-orphans): the limit of orphans holds from the first one on; Linux looks at a number
 * that is up to 100 ms old, on an idle machine older.
 */
#include "ipv4/tcp.h"

#include "core/datagram.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"

/* -------- memory pressure -------- */

/* The time since when, so never zero. */
void tcp_enter_memory_pressure(struct sock *sk)
{
	struct net *net = sock_net(sk);

	if (net->tcp_memory_pressure_jif != 0)
		return;
	net->tcp_memory_pressure_jif = net_jiffies(net);
	if (net->tcp_memory_pressure_jif == 0)
		net->tcp_memory_pressure_jif--;
	mib_inc(net, LINUX_MIB_TCPMEMORYPRESSURES);
}

void tcp_leave_memory_pressure(struct sock *sk)
{
	struct net *net = sock_net(sk);
	u64 since = net->tcp_memory_pressure_jif;

	if (since == 0)
		return;
	net->tcp_memory_pressure_jif = 0;
	mib_add(net, LINUX_MIB_TCPMEMORYPRESSURESCHRONO,
		(u32)((net_jiffies(net) - since) * 1000 / HZ));
}

bool tcp_orphan_exceeded(const struct sock *sk, int shift)
{
	const struct net *net = sock_net(sk);

	return (s32)(net->tcp->orphan_count << shift) > net->sysctl.tcp_max_orphans;
}

bool tcp_check_oom(const struct sock *sk, int shift)
{
	return tcp_orphan_exceeded(sk, shift) || tcp_out_of_memory(sk);
}

bool tcp_stream_memory_free(const struct sock *sk, int wake)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 lowat =
		tp->notsent_lowat != 0 ? tp->notsent_lowat : sock_net(sk)->sysctl.tcp_notsent_lowat;

	return (tp->write_seq - tp->snd_nxt) << wake < lowat;
}

/* -------- the beginning -------- */

/* LINUX: a fresh connection's state of its congestion control, of tcp_disconnect() too. */
static void init_congestion(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	inet_csk(sk)->icsk_rto = TCP_TIMEOUT_INIT;
	inet_csk(sk)->icsk_delack_max = TCP_DELACK_MAX;
	tp->mdev_us = TCP_TIMEOUT_INIT * (1000000 / HZ);
	tcp_snd_cwnd_set(tp, TCP_INIT_CWND);
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	/* Until the first ACK nothing is known of the path. */
	tp->app_limited = ~0u;
	tp->rate_app_limited = true;
	tp->rack.reo_wnd_steps = 1;
}

void tcp_init_sock(struct sock *sk)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_init_xmit_timers(sk);
	INIT_LIST_HEAD(&tp->tsq_node);
	INIT_LIST_HEAD(&tp->tsorted_sent_queue);
	init_congestion(sk);
	inet_csk(sk)->icsk_rto_min = (u32)usecs_to_jiffies((u32)ctl->tcp_rto_min_us);
	minmax_reset(&tp->rtt_min, tcp_jiffies32(sk), ~0u);
	tp->snd_cwnd_clamp = ~0u;
	tp->mss_cache = TCP_MSS_DEFAULT;
	tp->reordering = (u32)ctl->tcp_reordering;
	tcp_assign_congestion_control(sk);
	sk->sk_write_space = sk_stream_write_space;
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	inet_csk(sk)->icsk_sync_mss = tcp_sync_mss;
	sk->sk_sndbuf = ctl->tcp_wmem_default;
	sk->sk_rcvbuf = ctl->tcp_rmem_default;
	/* LINUX: tcp_scaling_ratio_init(): half of the memory is payload, as long as nothing is
	 * known.
	 */
	tp->scaling_ratio = (u8)TCP_DEFAULT_SCALING_RATIO;
	if (sk->sk_socket != NULL)
		sk->sk_socket->flags |= 1u << SOCK_SUPPORT_ZC;
	sock_net(sk)->tcp_sockets_allocated++;
}

/* LINUX: net/core/sock.c: only connections of TCP ask what the way to the peer can do. */
void sk_setup_caps(struct sock *sk, struct dst_entry *dst)
{
	const struct net_device *dev = dst->dev;

	sk->sk_route_caps = dev->features;
	sk->sk_gso_max_segs = 1;
	sk->sk_route_caps |= NETIF_F_GSO | NETIF_F_GSO_SOFTWARE;
	inet_csk(sk)->icsk_ack.dst_quick_ack = dst_metric(dst, RTAX_QUICKACK) != 0;
	if (net_gso_ok(sk->sk_route_caps, sk->sk_gso_type)) {
		sk->sk_route_caps |= NETIF_F_SG | NETIF_F_HW_CSUM;
		/* LINUX: sk_dst_gso_max_size(): room for the headers remains. */
		sk->sk_gso_max_size = dev->gso_max_size - (MAX_TCP_HEADER + 1);
		sk->sk_gso_max_segs = (u16)max_u32(dev->gso_max_segs, 1);
	}
	sk_dst_set(sk, dst);
}

/* -------- states -------- */

/* A closed socket leaves the tables before it is one, so none is ever found there. */
void tcp_set_state(struct sock *sk, int state)
{
	struct net *net = sock_net(sk);
	int oldstate = sk->sk_state;
	bool was_open = oldstate == TCP_ESTABLISHED || oldstate == TCP_CLOSE_WAIT;

	switch (state) {
	case TCP_ESTABLISHED:
		if (oldstate != TCP_ESTABLISHED)
			mib_inc(net, TCP_MIB_CURRESTAB);
		break;
	case TCP_CLOSE_WAIT:
		if (oldstate == TCP_SYN_RECV)
			mib_inc(net, TCP_MIB_CURRESTAB);
		break;
	case TCP_CLOSE:
		if (was_open)
			mib_inc(net, TCP_MIB_ESTABRESETS);
		sk->sk_prot->unhash(sk);
		if (inet_csk(sk)->icsk_bind_hash != NULL &&
		    (sk->sk_userlocks & SOCK_BINDPORT_LOCK) == 0)
			inet_put_port(sk);
		if (was_open)
			mib_add(net, TCP_MIB_CURRESTAB, U64_MAX);
		break;
	default:
		if (was_open)
			mib_add(net, TCP_MIB_CURRESTAB, U64_MAX);
		break;
	}
	inet_sk_set_state(sk, state);
}

enum { TCP_ACTION_FIN = 1 << 7, TCP_STATE_MASK = 15 };

/* RFC 9293 3.10.4: the state behind CLOSE, and whether a FIN leads to it. */
static const u8 close_states[] = {
	[0] = TCP_CLOSE,
	[TCP_ESTABLISHED] = TCP_FIN_WAIT1 | TCP_ACTION_FIN,
	[TCP_SYN_SENT] = TCP_CLOSE,
	[TCP_SYN_RECV] = TCP_FIN_WAIT1 | TCP_ACTION_FIN,
	[TCP_FIN_WAIT1] = TCP_FIN_WAIT1,
	[TCP_FIN_WAIT2] = TCP_FIN_WAIT2,
	[TCP_TIME_WAIT] = TCP_CLOSE,
	[TCP_CLOSE] = TCP_CLOSE,
	[TCP_CLOSE_WAIT] = TCP_LAST_ACK | TCP_ACTION_FIN,
	[TCP_LAST_ACK] = TCP_LAST_ACK,
	[TCP_LISTEN] = TCP_CLOSE,
	[TCP_CLOSING] = TCP_CLOSING,
	[TCP_NEW_SYN_RECV] = TCP_CLOSE,
};

/* True: a FIN is due. */
static bool tcp_close_state(struct sock *sk)
{
	u32 next = close_states[sk->sk_state];

	tcp_set_state(sk, (int)(next & TCP_STATE_MASK));
	return (next & TCP_ACTION_FIN) != 0;
}

/* RFC 9293 3.10.5: states in which the peer must be told of an ABORT. */
static bool tcp_need_reset(int state)
{
	return (TCPF(state) & (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT) | TCPF(TCP_FIN_WAIT1) |
			       TCPF(TCP_FIN_WAIT2) | TCPF(TCP_SYN_RECV))) != 0;
}

void tcp_done(struct sock *sk)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		mib_inc(sock_net(sk), TCP_MIB_ATTEMPTFAILS);
	tcp_set_state(sk, TCP_CLOSE);
	tcp_clear_xmit_timers(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_state_change(sk);
	else
		inet_csk_destroy_sock(sk);
}

/* -------- what poll() and ioctl() tell -------- */

/* LINUX: sock_rcvlowat(sk, 0, INT_MAX), and one more where the urgent byte does not count. */
static s32 poll_target(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 target = sk->sk_rcvlowat != 0 ? sk->sk_rcvlowat : 1;

	if (tp->urg_data != 0 && tp->urg_seq == tp->copied_seq && !sock_flag(sk, SOCK_URGINLINE))
		target = (s32)((u32)target + 1);
	return target;
}

static void sk_wants_space(struct sock *sk)
{
	sk_set_async_bit(sk, SOCKWQ_ASYNC_NOSPACE);
	sk->sk_socket->flags |= 1u << SOCK_NOSPACE;
}

/* Of a socket that is, or was, connected. */
static u32 poll_connected(struct sock *sk)
{
	u32 mask = 0;

	if (tcp_epollin_ready(sk, poll_target(sk)))
		mask |= POLLIN | POLLRDNORM;
	if ((sk->sk_shutdown & SEND_SHUTDOWN) != 0 || sk_stream_wakes_writer(sk))
		mask |= POLLOUT | POLLWRNORM;
	else
		sk_wants_space(sk);
	if ((tcp_sk(sk)->urg_data & TCP_URG_VALID) != 0)
		mask |= POLLPRI;
	return mask;
}

u32 tcp_poll(struct file *file, struct socket *sock, struct task *wait)
{
	struct sock *sk = sock->sk;
	int state = sk->sk_state;
	u32 mask = 0;

	sock_poll_wait(file, sock, wait);
	/* LINUX: inet_csk_listen_poll(). */
	if (state == TCP_LISTEN)
		return reqsk_queue_empty(&inet_csk(sk)->icsk_accept_queue) ? 0
									   : POLLIN | POLLRDNORM;
	if (sk->sk_shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= POLLHUP;
	if ((sk->sk_shutdown & RCV_SHUTDOWN) != 0)
		mask |= POLLIN | POLLRDNORM | POLLRDHUP;
	if (state != TCP_SYN_SENT && (state != TCP_SYN_RECV || tcp_sk(sk)->fastopen_rsk != NULL))
		mask |= poll_connected(sk);
	else if (state == TCP_SYN_SENT && inet_test_bit(sk, INET_FLAGS_DEFER_CONNECT))
		mask |= POLLOUT | POLLWRNORM;
	if (sk->sk_err != 0 || !skb_queue_empty(&sk->sk_error_queue))
		mask |= POLLERR;
	return mask;
}

static bool connecting(const struct sock *sk)
{
	return (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) != 0;
}

int tcp_ioctl(struct sock *sk, int cmd, int *karg)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	switch ((u32)cmd) {
	case SIOCINQ:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		lock_sock(sk);
		*karg = tcp_inq(sk);
		release_sock(sk);
		return 0;
	case SIOCATMARK:
		*karg = tp->urg_data != 0 && tp->urg_seq == tp->copied_seq;
		return 0;
	case SIOCOUTQ:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		*karg = connecting(sk) ? 0 : (int)(tp->write_seq - tp->snd_una);
		return 0;
	case SIOCOUTQNSD:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		*karg = connecting(sk) ? 0 : (int)(tp->write_seq - tp->snd_nxt);
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}

/* -------- the end of sending -------- */

void tcp_shutdown(struct sock *sk, int how)
{
	const u32 states = TCPF(TCP_ESTABLISHED) | TCPF(TCP_SYN_SENT) | TCPF(TCP_CLOSE_WAIT);

	if ((how & SEND_SHUTDOWN) == 0 || (TCPF(sk->sk_state) & states) == 0)
		return;
	if (tcp_close_state(sk))
		tcp_send_fin(sk);
}

static void tcp_rtx_queue_purge(struct sock *sk)
{
	struct sk_buff *skb, *next;

	tcp_sk(sk)->highest_sack = NULL;
	for (skb = tcp_rtx_queue_head(sk); skb != NULL; skb = next) {
		next = skb_rb_next(skb);
		tcp_rtx_queue_unlink_and_free(skb, sk);
	}
}

void tcp_write_queue_purge(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	while ((skb = skb_dequeue(&sk->sk_write_queue)) != NULL) {
		tcp_skb_tsorted_anchor_cleanup(skb);
		tcp_wmem_free_skb(sk, skb);
	}
	tcp_rtx_queue_purge(sk);
	INIT_LIST_HEAD(&tp->tsorted_sent_queue);
	tcp_clear_all_retrans_hints(tp);
	tp->packets_out = 0;
	inet_csk(sk)->icsk_backoff = 0;
}

/* -------- close -------- */

/* RFC 2525 2.17: data that nobody will read must not look as if it had been read. */
static bool drop_unread(struct sock *sk)
{
	struct sk_buff *skb;
	bool unread = false;

	while ((skb = skb_dequeue(&sk->sk_receive_queue)) != NULL) {
		u32 end_seq = TCP_SKB_CB(skb)->end_seq;

		if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) != 0)
			end_seq--;
		if (after(end_seq, tcp_sk(sk)->copied_seq))
			unread = true;
		kfree_skb_untold(skb);
	}
	return unread;
}

/* LINUX: __tcp_close() up to where it lingers. False: there is nothing to linger for. */
static bool begin_close(struct sock *sk)
{
	bool unread;

	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sk->sk_state == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		inet_csk_listen_stop(sk);
		return false;
	}
	unread = drop_unread(sk);
	if (sk->sk_state == TCP_CLOSE)
		return false;
	if (unread) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPABORTONCLOSE);
		tcp_set_state(sk, TCP_CLOSE);
		tcp_send_active_reset(sk, SK_RST_REASON_TCP_ABORT_ON_CLOSE);
	} else if (sock_flag(sk, SOCK_LINGER) && sk->sk_lingertime == 0) {
		(void)sk->sk_prot->disconnect(sk, 0);
		mib_inc(sock_net(sk), LINUX_MIB_TCPABORTONDATA);
	} else if (tcp_close_state(sk)) {
		tcp_send_fin(sk);
	}
	return true;
}

static void abort_orphan(struct sock *sk, enum sk_rst_reason reason, enum mib_id mib)
{
	tcp_set_state(sk, TCP_CLOSE);
	tcp_send_active_reset(sk, reason);
	mib_inc(sock_net(sk), mib);
}

/* An orphan waits for the peer's FIN as long as net.ipv4.tcp_fin_timeout or TCP_LINGER2 say. True:
 * what is left of it is in TIME-WAIT's table.
 */
static bool orphan_in_fin_wait2(struct sock *sk)
{
	s32 tmo;

	if (tcp_sk(sk)->linger2 < 0) {
		abort_orphan(sk, SK_RST_REASON_TCP_ABORT_ON_LINGER, LINUX_MIB_TCPABORTONLINGER);
		return false;
	}
	tmo = (s32)tcp_fin_time(sk);
	if (tmo <= TCP_TIMEWAIT_LEN) {
		tcp_time_wait(sk, TCP_FIN_WAIT2, tmo);
		return true;
	}
	inet_csk_reset_keepalive_timer(sk, (u64)(tmo - TCP_TIMEWAIT_LEN));
	return false;
}

/* Nobody has the socket any more. It is still owned, and its spin lock held. */
static void orphan_or_destroy(struct sock *sk, int state)
{
	sock_net(sk)->tcp->orphan_count++;
	if (state != TCP_CLOSE && sk->sk_state == TCP_CLOSE)
		return; /* a segment of the backlog has destroyed it */
	if (sk->sk_state == TCP_FIN_WAIT2 && orphan_in_fin_wait2(sk))
		return;
	if (sk->sk_state != TCP_CLOSE && tcp_check_oom(sk, 0))
		abort_orphan(sk, SK_RST_REASON_TCP_ABORT_ON_MEMORY, LINUX_MIB_TCPABORTONMEMORY);
	if (sk->sk_state == TCP_CLOSE)
		inet_csk_destroy_sock(sk);
}

static void end_close(struct sock *sk)
{
	struct cpu *c = this_cpu(sock_net(sk));
	int state = sk->sk_state;

	sock_hold(sk);
	sock_orphan(sk);
	local_bh_disable(c);
	bh_lock_sock(sk);
	sk_release_backlog(sk);
	orphan_or_destroy(sk, state);
	bh_unlock_sock(sk);
	local_bh_enable(c);
}

/* The call is entered again while it lingers: sk_lingers says that its first half is done. */
int tcp_close(struct sock *sk, s64 timeout)
{
	PROBE(sock_net(sk), tcp_close);
	bool linger;

	lock_sock(sk);
	linger = sk->sk_lingers || begin_close(sk);
	sk->sk_lingers = linger && sk_stream_wait_close(sk, timeout) == -EPARKED;
	if (sk->sk_lingers)
		return -EPARKED;
	end_close(sk);
	release_sock(sk);
	sock_put(sk);
	return 0;
}

/* -------- disconnect and abort -------- */

static void tell_peer_of_disconnect(struct sock *sk, int old_state)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const u32 closing = TCPF(TCP_CLOSING) | TCPF(TCP_LAST_ACK);

	if (old_state == TCP_LISTEN) {
		inet_csk_listen_stop(sk);
	} else if (tcp_need_reset(old_state)) {
		tcp_send_active_reset(sk, SK_RST_REASON_TCP_STATE);
		sk->sk_err = ECONNRESET;
	} else if (tp->snd_nxt != tp->write_seq && (TCPF(old_state) & closing) != 0) {
		/* By the RFC's names it is still open: the FIN has not gone. */
		tcp_send_active_reset(sk, SK_RST_REASON_TCP_DISCONNECT_WITH_DATA);
		sk->sk_err = ECONNRESET;
	} else if (old_state == TCP_SYN_SENT) {
		sk->sk_err = ECONNRESET;
	}
}

static void forget_counts(struct tcp_sock *tp)
{
	tp->segs_in = 0;
	tp->segs_out = 0;
	tp->bytes_sent = 0;
	tp->bytes_acked = 0;
	tp->bytes_received = 0;
	tp->bytes_retrans = 0;
	tp->data_segs_in = 0;
	tp->data_segs_out = 0;
	tp->dsack_dups = 0;
	tp->reord_seen = 0;
	tp->plb_rehash = 0;
	tp->rcv_ooopack = 0;
	tp->total_retrans = 0;
}

/* What the next connection must not inherit of the last one's course. */
static void forget_transfer(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	icsk->icsk_backoff = 0;
	icsk->icsk_probes_out = 0;
	icsk->icsk_probes_tstamp = 0;
	icsk->icsk_rto_min = TCP_RTO_MIN;
	tp->srtt_us = 0;
	tp->rcv_rtt_last_tsecr = 0;
	tp->snd_cwnd_cnt = 0;
	tp->is_cwnd_limited = false;
	tp->max_packets_out = 0;
	tp->window_clamp = 0;
	tp->delivered = 0;
	tp->delivered_ce = 0;
	tp->is_sack_reneg = false;
	tcp_clear_retrans(tp);
	tp->compressed_ack = 0;
	tp->duplicate_sack[0] = (struct tcp_sack_block){ 0 };
	tp->retrans_out = 0;
	tp->sacked_out = 0;
	tp->tlp_high_seq = 0;
	tp->last_oow_ack_time = 0;
	tp->rack.mstamp = 0;
	tp->rack.advanced = false;
	tp->rack.last_delivered = 0;
	tp->rack.reo_wnd_persist = 0;
	tp->rack.dsack_seen = false;
	tp->syn_data_acked = false;
	tp->fastopen_client_fail = 0;
	forget_counts(tp);
}

static void forget_congestion_control(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (icsk->icsk_ca_ops->release != NULL)
		icsk->icsk_ca_ops->release(sk);
	memset(icsk->icsk_ca_priv, 0, sizeof(icsk->icsk_ca_priv));
	icsk->icsk_ca_initialized = false;
	tcp_set_ca_state(sk, TCP_CA_Open);
}

/* Beyond all that the last connection can have sent. */
static void next_write_seq(struct tcp_sock *tp)
{
	tp->write_seq += tp->max_window + 2;
	if (tp->write_seq == 0)
		tp->write_seq = 1;
}

static void forget_routes(struct sock *sk)
{
	struct dst_entry *rx = sk->sk_rx_dst;

	sk_dst_reset(sk);
	sk->sk_rx_dst = NULL;
	if (rx != NULL)
		dst_release(rx);
	if (sk->sk_frag.page != NULL)
		put_page(sk->sk_frag.page);
	sk->sk_frag = (struct skb_frag){ .size = sk->sk_frag.size };
}

int tcp_disconnect(struct sock *sk, int flags)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	int old_state = sk->sk_state;

	(void)flags;
	if (old_state != TCP_CLOSE)
		tcp_set_state(sk, TCP_CLOSE);
	tell_peer_of_disconnect(sk, old_state);
	tcp_clear_xmit_timers(sk);
	skb_queue_purge_reason(&sk->sk_receive_queue, DROP_QUEUE_PURGE);
	tp->copied_seq = tp->rcv_nxt;
	tp->urg_data = 0;
	(void)sk_set_peek_off(sk, -1);
	tcp_write_queue_purge(sk);
	skb_rbtree_purge(&tp->out_of_order_queue);
	tp->ooo_last_skb = NULL;
	sk->sk_dport = (be16){ 0 };
	inet_bhash2_reset_saddr(sk);
	sk->sk_shutdown = 0;
	sock_reset_flag(sk, SOCK_DONE);
	next_write_seq(tp);
	forget_transfer(sk);
	init_congestion(sk);
	forget_congestion_control(sk);
	inet_csk_delack_init(sk);
	icsk->icsk_ack.rcv_mss = TCP_MIN_MSS; /* somebody divides by it */
	memset(&tp->rx_opt, 0, sizeof(tp->rx_opt));
	tcp_saved_syn_free(tp);
	inet_assign_bit(sk, INET_FLAGS_DEFER_CONNECT, false);
	forget_routes(sk);
	assert(sk->sk_num == 0 || icsk->icsk_bind_hash != NULL);
	sk_error_report(sk);
	return 0;
}

/* Remains and requests are ended in their own way. True: it was one of them. */
static bool abort_minisock(struct sock *sk)
{
	struct cpu *c = this_cpu(sock_net(sk));

	if (sk->sk_state == TCP_NEW_SYN_RECV) {
		struct request_sock *req = inet_reqsk(sk);

		local_bh_disable(c);
		(void)inet_csk_reqsk_queue_drop(req->rsk_listener, req);
		local_bh_enable(c);
		return true;
	}
	if (sk->sk_state == TCP_TIME_WAIT) {
		local_bh_disable(c);
		inet_twsk(sk)->tw_refcnt++;
		inet_twsk_deschedule_put(inet_twsk(sk));
		local_bh_enable(c);
		return true;
	}
	return false;
}

int tcp_abort(struct sock *sk, int err)
{
	struct cpu *c = this_cpu(sock_net(sk));

	if (abort_minisock(sk))
		return 0;
	lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE) {
		release_sock(sk);
		return -ENOENT;
	}
	if (sk->sk_state == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		inet_csk_listen_stop(sk);
	}
	local_bh_disable(c);
	bh_lock_sock(sk);
	if (tcp_need_reset(sk->sk_state))
		tcp_send_active_reset(sk, SK_RST_REASON_TCP_STATE);
	tcp_done_with_error(sk, err);
	bh_unlock_sock(sk);
	local_bh_enable(c);
	release_sock(sk);
	return 0;
}

s64 tcp_fin_time(const struct sock *sk)
{
	s32 linger2 = tcp_sk(sk)->linger2;
	s32 fin_timeout = linger2 != 0 ? linger2 : (s32)sock_net(sk)->sysctl.tcp_fin_timeout;
	s32 rto = (s32)inet_csk(sk)->icsk_rto;

	return max_s32(fin_timeout, (rto << 2) - (rto >> 1));
}
