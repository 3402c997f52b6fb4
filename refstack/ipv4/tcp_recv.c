// SPDX-License-Identifier: MIT
/* tcp_recv.c - TCP: what a program reads. The stream is taken off the receive queue, urgent data
 * out of the line, and what was read makes room: the window that the other side sees opens.
 *
 * Path: inet_recvmsg() calls tcp_recvmsg(); calls tcp_rcv_space_adjust() and tcp_send_ack().
 * Rules: RFC 9293 3.8.5 (urgent data), 3.8.6.2.2 (when to open the window); LINUX: net/ipv4/tcp.c.
 * Missing: reading while a connection is repaired, zero-copy, memory of devices.
 */
#include "ipv4/tcp.h"

#include "core/cmsg.h"
#include "core/datagram.h"
#include "core/file.h"
#include "core/pipe.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/socket.h"

/* -------- how much there is -------- */

int tcp_inq(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 answ;

	if ((TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) != 0)
		return 0;
	/* Up to the urgent byte, which is not in the line. */
	if (!sock_flag(sk, SOCK_URGINLINE) && tp->urg_data != 0 &&
	    !before(tp->urg_seq, tp->copied_seq) && before(tp->urg_seq, tp->rcv_nxt))
		return (int)(tp->urg_seq - tp->copied_seq);
	answ = tp->rcv_nxt - tp->copied_seq;
	/* The FIN has a number, but no byte. */
	if (answ != 0 && sock_flag(sk, SOCK_DONE))
		answ--;
	return (int)answ;
}

int tcp_peek_len(struct socket *sock)
{
	return tcp_inq(sock->sk);
}

/* What TCP_INQ tells: after the end at least one, so that the program comes and sees it. */
static s32 tcp_inq_hint(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 inq = (s32)(tp->rcv_nxt - tp->copied_seq);

	if (inq < 0) {
		lock_sock(sk);
		inq = (s32)(tp->rcv_nxt - tp->copied_seq);
		release_sock(sk);
	}
	return inq == 0 && sock_flag(sk, SOCK_DONE) ? 1 : inq;
}

/* The receive buffer has to hold what the program wants to wait for. */
int tcp_set_rcvlowat(struct sock *sk, int val)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool locked = (sk->sk_userlocks & SOCK_RCVBUF_LOCK) != 0;
	s32 cap = locked ? sk->sk_rcvbuf >> 1 : sock_net(sk)->sysctl.tcp_rmem_max >> 1;
	s32 space;

	val = min_s32(val, cap);
	sk->sk_rcvlowat = val != 0 ? val : 1;
	tcp_data_ready(sk);
	if (locked)
		return 0;
	space = tcp_space_from_win(sk, val);
	if (space > sk->sk_rcvbuf) {
		sk->sk_rcvbuf = space;
		if (tp->window_clamp != 0 && tp->window_clamp < (u32)val)
			tp->window_clamp = (u32)val;
	}
	return 0;
}

/* -------- after reading -------- */

/* Is an acknowledgement that waits due, now that the program has read `copied` bytes? */
static bool ack_is_due(const struct sock *sk, s32 copied)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u8 pending = icsk->icsk_ack.pending;

	if (!inet_csk_ack_scheduled(sk))
		return false;
	if (tp->rcv_nxt - tp->rcv_wup > icsk->icsk_ack.rcv_mss)
		return true;
	/* All was read, and a small segment was in it: the other side may wait for an answer. */
	if (copied <= 0 || sk->sk_rmem_alloc != 0)
		return false;
	return (pending & ICSK_ACK_PUSHED2) != 0 ||
	       ((pending & ICSK_ACK_PUSHED) != 0 && !inet_csk_in_pingpong_mode(sk));
}

/* RFC 9293 3.8.6.2.2: told when it has at least doubled; in vain once nothing more is received. */
static bool window_has_opened(struct sock *sk, s32 copied)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 now = tcp_receive_window(tp), new_window;

	if (copied <= 0 || (sk->sk_shutdown & RCV_SHUTDOWN) != 0 || 2 * now > tp->window_clamp)
		return false;
	new_window = tcp_select_window_now(sk);
	return new_window != 0 && new_window >= 2 * now;
}

void tcp_cleanup_rbuf(struct sock *sk, s32 copied)
{
	PROBE(sock_net(sk), tcp_cleanup_rbuf);
	if (ack_is_due(sk, copied) || window_has_opened(sk, copied))
		tcp_send_ack(sk);
}

/* LINUX: also skb_attempt_defer_free(), which on the reader's own CPU is to free it: nobody counts
 * it as consumed.
 */
void tcp_eat_recv_skb(struct sock *sk, struct sk_buff *skb)
{
	skb_unlink(skb, &sk->sk_receive_queue);
	kfree_skb_untold(skb);
}

/* LINUX: a SYN never lies in the queue. */
static u32 recv_offset(const struct sk_buff *skb, u32 seq)
{
	assert((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN) == 0);
	return seq - TCP_SKB_CB(skb)->seq;
}

static bool skb_has_fin(const struct sk_buff *skb)
{
	return (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) != 0;
}

/* The packet that holds seq, or ends the stream there; those before it go. */
struct sk_buff *tcp_recv_skb(struct sock *sk, u32 seq, u32 *off)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&sk->sk_receive_queue)) != NULL) {
		u32 offset = recv_offset(skb, seq);

		if (offset < skb->len || skb_has_fin(skb)) {
			*off = offset;
			return skb;
		}
		tcp_eat_recv_skb(sk, skb);
	}
	return NULL;
}

/* -------- recvmsg -------- */

/* One call. What is needed again after a park is in `saved` of the task. */
struct tcp_recv {
	struct sock *sk;
	struct task *task;
	struct msghdr *msg;
	u32 len; /* bytes still wanted */
	u32 flags;
	s32 target; /* do not return with less unless forced to */
	s64 timeo;
	s32 copied;
	u32 peek_seq, peek_offset; /* of MSG_PEEK */
	u32 urg_hole;		   /* urgent bytes that a peek has stepped over */
	bool has_stamp, wants_inq;
	u64 stamp_ns;
	u32 disconnects;
};

enum { SAVED_HOLES = 0xff, SAVED_INQ = 1 << 8, SAVED_STAMP = 1 << 9 };

/* The call leaves and will come again. */
static void recv_save(const struct tcp_recv *r)
{
	struct task *t = r->task;
	u32 bits = min_u32(r->urg_hole, SAVED_HOLES);

	bits |= (r->wants_inq ? (u32)SAVED_INQ : 0) | (r->has_stamp ? (u32)SAVED_STAMP : 0);
	t->done_bytes = (u64)(u32)r->copied;
	t->saved[0] = (u64)r->peek_seq << 32 | r->peek_offset;
	t->saved[1] = r->stamp_ns;
	t->saved[2] = (u64)r->disconnects << 32 | bits;
}

static void recv_resume(struct tcp_recv *r)
{
	const struct task *t = r->task;
	u32 bits = (u32)t->saved[2];

	r->copied = (s32)(u32)t->done_bytes;
	r->len -= min_u32(r->len, (u32)r->copied);
	if ((r->flags & MSG_TRUNC) == 0)
		iov_iter_advance(&r->msg->msg_iter, t->done_bytes);
	r->peek_seq = (u32)(t->saved[0] >> 32);
	r->peek_offset = (u32)t->saved[0];
	r->urg_hole = bits & SAVED_HOLES;
	r->has_stamp = (bits & SAVED_STAMP) != 0;
	r->wants_inq = (bits & SAVED_INQ) != 0;
	r->stamp_ns = t->saved[1];
	r->disconnects = (u32)(t->saved[2] >> 32);
}

static bool is_peek(const struct tcp_recv *r)
{
	return (r->flags & MSG_PEEK) != 0;
}

/* The number of the next byte that is wanted. */
static u32 *recv_seq(struct tcp_recv *r)
{
	return is_peek(r) ? &r->peek_seq : &tcp_sk(r->sk)->copied_seq;
}

static void sk_peek_offset_move(struct sock *sk, s32 by)
{
	if (sk->sk_peek_off >= 0)
		sk->sk_peek_off = max_s32(sk->sk_peek_off + by, 0);
}

/* Of the bytes from *offset on those before the urgent one; it itself is left out, unless it is to
 * stay in the line. False: nothing is left to be copied.
 */
static bool recv_around_urgent(struct tcp_recv *r, u32 *offset, u32 *used)
{
	const struct tcp_sock *tp = tcp_sk(r->sk);
	u32 *seq = recv_seq(r), urg_offset = tp->urg_seq - *seq;

	if (tp->urg_data == 0 || urg_offset >= *used)
		return true;
	if (urg_offset != 0) {
		*used = urg_offset;
		return true;
	}
	if (sock_flag(r->sk, SOCK_URGINLINE))
		return true;
	*seq += 1;
	r->urg_hole++;
	*offset += 1;
	*used -= 1;
	return *used != 0;
}

static bool recv_copy(struct tcp_recv *r, const struct sk_buff *skb, u32 offset, u32 used)
{
	if ((r->flags & MSG_TRUNC) == 0 && skb_copy_datagram_msg(skb, offset, r->msg, used) != 0) {
		if (r->copied == 0)
			r->copied = -EFAULT;
		return false;
	}
	*recv_seq(r) += used;
	r->copied += (s32)used;
	r->len -= used;
	sk_peek_offset_move(r->sk, is_peek(r) ? (s32)used : -(s32)used);
	tcp_rcv_space_adjust(r->sk);
	return true;
}

/* The urgent byte lies behind what was read: the fast path may be taken again. */
static void recv_pass_urgent(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->urg_data != 0 && after(tp->copied_seq, tp->urg_seq)) {
		tp->urg_data = 0;
		tcp_fast_path_check(sk);
	}
}

/* RFC 9293 3.10.5: behind the last byte is the end of the stream. */
static void recv_fin(struct tcp_recv *r, struct sk_buff *skb)
{
	*recv_seq(r) += 1;
	if (!is_peek(r))
		tcp_eat_recv_skb(r->sk, skb);
}

/* Takes what is wanted of one packet. False: that is all there will be. */
static bool recv_packet(struct tcp_recv *r, struct sk_buff *skb, u32 offset)
{
	u32 used = min_u32(skb->len - offset, r->len);

	if (recv_around_urgent(r, &offset, &used) && !recv_copy(r, skb, offset, used))
		return false;
	recv_pass_urgent(r->sk);
	if (TCP_SKB_CB(skb)->has_rxtstamp) {
		r->has_stamp = true;
		r->stamp_ns = skb->tstamp_ns;
	}
	if (used + offset < skb->len)
		return true;
	if (skb_has_fin(skb)) {
		recv_fin(r, skb);
		return false;
	}
	if (!is_peek(r))
		tcp_eat_recv_skb(r->sk, skb);
	return true;
}

/* The packet that has the next byte, or the FIN in its place; *last is the last one looked at. */
static struct sk_buff *recv_find(struct tcp_recv *r, u32 *offset, struct sk_buff **last)
{
	struct sk_buff_head *queue = &r->sk->sk_receive_queue;
	u32 seq = *recv_seq(r);
	struct sk_buff *skb;

	*last = skb_peek_tail(queue);
	skb_queue_walk(queue, skb)
	{
		*last = skb;
		if (before(seq, TCP_SKB_CB(skb)->seq))
			return NULL;
		*offset = recv_offset(skb, seq);
		if (*offset < skb->len || skb_has_fin(skb))
			return skb;
	}
	return NULL;
}

static bool recv_is_over(const struct tcp_recv *r)
{
	const struct sock *sk = r->sk;

	return r->timeo == 0 || sk->sk_err != 0 || sk->sk_state == TCP_CLOSE ||
	       (sk->sk_shutdown & RCV_SHUTDOWN) != 0 || signal_pending(r->task);
}

/* With nothing read yet: must the call end, and with what? */
static bool recv_ends(struct sock *sk, s64 timeo, s32 *err)
{
	*err = 0;
	if (sock_flag(sk, SOCK_DONE))
		return true;
	if (sk->sk_err != 0)
		*err = sock_error(sk);
	else if ((sk->sk_shutdown & RCV_SHUTDOWN) != 0)
		return true;
	else if (sk->sk_state == TCP_CLOSE)
		*err = -ENOTCONN;
	else if (timeo == 0)
		*err = -EAGAIN;
	return *err != 0;
}

/* With nothing read yet: why no byte will come. 0: the end, or a reason to wait (*wait). */
static s32 recv_nothing(const struct tcp_recv *r, bool *wait)
{
	s32 err;

	*wait = false;
	if (recv_ends(r->sk, r->timeo, &err))
		return err;
	if (signal_pending(r->task))
		return sock_intr_errno(r->timeo);
	*wait = true;
	return 0;
}

static void waits_no_more(struct sock *sk)
{
	sk->sk_socket->flags &= ~(1u << SOCKWQ_ASYNC_WAITDATA);
}

/* LINUX: sk_wait_data(). -EPARKED: the socket is given back, the call leaves; 0: look again. */
static int sk_wait_data(struct sock *sk, s64 timeo, const struct sk_buff *skb)
{
	struct task *t = current_task(sock_net(sk));

	task_wait_on(t, &sk->sk_socket->wq, WAKE_KEY_ALL);
	sk_set_async_bit(sk, SOCKWQ_ASYNC_WAITDATA);
	release_sock(sk);
	if (skb_peek_tail(&sk->sk_receive_queue) == skb)
		return (int)schedule_timeout(t, timeo);
	task_leave_waits(t);
	lock_sock(sk);
	waits_no_more(sk);
	return 0;
}

/* Others may have read meanwhile what this call peeks at: then it begins anew. */
static void recv_check_peek(struct tcp_recv *r)
{
	const struct tcp_sock *tp = tcp_sk(r->sk);

	if (is_peek(r) &&
	    r->peek_seq - r->peek_offset - (u32)r->copied - r->urg_hole != tp->copied_seq)
		r->peek_seq = tp->copied_seq + r->peek_offset;
}

enum recv_step { RECV_AGAIN, RECV_ENOUGH, RECV_PARKED, RECV_GONE };

/* The queue has nothing more. */
static enum recv_step recv_wait(struct tcp_recv *r, const struct sk_buff *last)
{
	struct sock *sk = r->sk;
	bool wait;

	if (r->copied >= r->target && sk->sk_backlog.tail == NULL)
		return RECV_ENOUGH;
	if (r->copied != 0) {
		if (recv_is_over(r))
			return RECV_ENOUGH;
	} else {
		r->copied = recv_nothing(r, &wait);
		if (!wait)
			return RECV_ENOUGH;
	}
	if (r->copied >= r->target) {
		sk_flush_backlog(sk);
	} else {
		tcp_cleanup_rbuf(sk, r->copied);
		r->disconnects = sk->sk_disconnects;
		if (sk_wait_data(sk, r->timeo, last) == -EPARKED) {
			recv_save(r);
			return RECV_PARKED;
		}
		if (r->disconnects != sk->sk_disconnects)
			return RECV_GONE;
	}
	recv_check_peek(r);
	return RECV_AGAIN;
}

/* At the urgent byte a call stops, when it has something or is asked to. */
static bool recv_stops_at_urgent(struct tcp_recv *r)
{
	const struct tcp_sock *tp = tcp_sk(r->sk);

	if (tp->urg_data == 0 || tp->urg_seq != *recv_seq(r))
		return false;
	if (r->copied != 0)
		return true;
	if (!signal_pending(r->task))
		return false;
	r->copied = r->timeo != 0 ? sock_intr_errno(r->timeo) : -EAGAIN;
	return true;
}

static int recv_loop(struct tcp_recv *r)
{
	do {
		struct sk_buff *skb, *last;
		enum recv_step step;
		u32 offset = 0;

		if (recv_stops_at_urgent(r))
			break;
		skb = recv_find(r, &offset, &last);
		if (skb != NULL && offset >= skb->len) {
			recv_fin(r, skb);
			break;
		}
		if (skb != NULL) {
			if (!recv_packet(r, skb, offset))
				break;
			continue;
		}
		step = recv_wait(r, last);
		if (step == RECV_PARKED)
			return -EPARKED;
		if (step == RECV_GONE)
			return r->copied != 0 ? r->copied : -EPIPE;
		if (step == RECV_ENOUGH)
			break;
	} while (r->len != 0);
	tcp_cleanup_rbuf(r->sk, r->copied);
	return r->copied;
}

/* RFC 9293 3.8.5, RFC 6093: one byte, out of the line; never waits. */
static int tcp_recv_urg(struct tcp_recv *r)
{
	struct sock *sk = r->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	u8 c = (u8)tp->urg_data;

	if (sock_flag(sk, SOCK_URGINLINE) || tp->urg_data == 0 || tp->urg_data == TCP_URG_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if ((tp->urg_data & TCP_URG_VALID) == 0) {
		bool over = sk->sk_state == TCP_CLOSE || (sk->sk_shutdown & RCV_SHUTDOWN) != 0;

		return over ? 0 : -EAGAIN;
	}
	if (!is_peek(r))
		tp->urg_data = TCP_URG_READ;
	r->msg->msg_flags |= MSG_OOB;
	if (r->len == 0) {
		r->msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	if ((r->flags & MSG_TRUNC) == 0 && copy_to_iter(&c, 1, &r->msg->msg_iter) != 1)
		return -EFAULT;
	return 1;
}

/* LINUX: sock_rcvlowat(). */
static s32 sock_rcvlowat(const struct sock *sk, bool waitall, u32 len)
{
	s32 v = waitall ? (s32)len : min_s32(sk->sk_rcvlowat, (s32)len);

	return v != 0 ? v : 1;
}

static int tcp_recvmsg_locked(struct tcp_recv *r)
{
	struct sock *sk = r->sk;
	const struct tcp_sock *tp = tcp_sk(sk);
	bool resumed = r->task->resumed;

	if (!resumed && sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	r->wants_inq = tp->recvmsg_inq;
	r->timeo = sock_rcvtimeo(sk, (r->flags & MSG_DONTWAIT) != 0);
	if ((r->flags & MSG_OOB) != 0)
		return tcp_recv_urg(r);
	assert(!tp->repair);
	r->target = sock_rcvlowat(sk, (r->flags & MSG_WAITALL) != 0, r->len);
	if (!resumed) {
		r->peek_offset = is_peek(r) ? (u32)max_s32(sk->sk_peek_off, 0) : 0;
		r->peek_seq = tp->copied_seq + r->peek_offset;
		return recv_loop(r);
	}
	recv_resume(r);
	waits_no_more(sk);
	if (r->disconnects != sk->sk_disconnects)
		return r->copied != 0 ? r->copied : -EPIPE;
	recv_check_peek(r);
	/* Who wants no byte has waited only once. */
	if (r->len == 0) {
		tcp_cleanup_rbuf(sk, r->copied);
		return r->copied;
	}
	return recv_loop(r);
}

/* LINUX: tcp_recv_timestamp(): of the last packet that a byte came from. */
static void tcp_recv_timestamp(struct msghdr *msg, struct sock *sk, u64 stamp_ns)
{
	u32 tsflags = sk->sk_tsflags;

	if (stamp_ns == 0)
		return;
	if (sock_flag(sk, SOCK_RCVTSTAMP))
		put_cmsg_stamp(msg, sk, stamp_ns);
	if ((tsflags & SOF_TIMESTAMPING_SOFTWARE) != 0 &&
	    ((tsflags & SOF_TIMESTAMPING_RX_SOFTWARE) != 0 ||
	     (tsflags & SOF_TIMESTAMPING_OPT_RX_FILTER) == 0))
		put_cmsg_scm_timestamping(msg, sk, stamp_ns);
}

static void put_cmsg_inq(struct msghdr *msg, struct sock *sk)
{
	u8 inq[4];

	put_le32(inq, (u32)tcp_inq_hint(sk));
	put_cmsg(sk, msg, SOL_TCP, TCP_CM_INQ, sizeof(inq), inq);
}

int tcp_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len)
{
	struct tcp_recv r = { .sk = sk,
			      .task = current_task(sock_net(sk)),
			      .msg = msg,
			      .len = (u32)len,
			      .flags = (u32)flags };
	int ret;

	PROBE(sock_net(sk), tcp_recvmsg);
	if ((flags & MSG_ERRQUEUE) != 0)
		return ip_recv_error(sk, msg, len, addr_len);
	lock_sock(sk);
	ret = tcp_recvmsg_locked(&r);
	if (ret == -EPARKED)
		return ret;
	release_sock(sk);
	if (ret < 0)
		return ret;
	if (r.has_stamp)
		tcp_recv_timestamp(msg, sk, r.stamp_ns);
	if (r.wants_inq)
		put_cmsg_inq(msg, sk);
	return ret;
}

/* -------- splice -------- */

/* LINUX: read_descriptor_t: what an actor is to do. */
struct read_desc {
	struct pipe_inode_info *pipe;
	u64 count; /* bytes still wanted */
};

/* LINUX: tcp_splice_data_recv(). */
static int tcp_splice_data_recv(struct read_desc *desc, struct sk_buff *skb, u32 offset, u32 len)
{
	int ret = skb_splice_bits(skb, skb->sk, offset, desc->pipe, (u32)min_u64(desc->count, len));

	if (ret > 0)
		desc->count -= (u32)ret;
	return ret;
}

/* LINUX: tcp_read_sock(): takes bytes off the queue without copying them, up to urgent data. */
static int tcp_read_sock(struct sock *sk, struct read_desc *desc)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	u32 offset = 0;
	s32 copied = 0;

	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	while ((skb = tcp_recv_skb(sk, tp->copied_seq, &offset)) != NULL) {
		if (offset < skb->len) {
			u32 len = skb->len - offset;
			int used;

			if (tp->urg_data != 0)
				len = min_u32(len, tp->urg_seq - tp->copied_seq);
			if (len == 0)
				break;
			used = tcp_splice_data_recv(desc, skb, offset, len);
			if (used <= 0) {
				if (copied == 0)
					copied = used;
				break;
			}
			tp->copied_seq += (u32)used;
			copied += used;
			offset += (u32)used;
			if (offset != skb->len)
				continue;
		}
		if (skb_has_fin(skb)) {
			tcp_eat_recv_skb(sk, skb);
			tp->copied_seq++;
			break;
		}
		tcp_eat_recv_skb(sk, skb);
		if (desc->count == 0)
			break;
	}
	tcp_rcv_space_adjust(sk);
	if (copied > 0) {
		tcp_recv_skb(sk, tp->copied_seq, &offset);
		tcp_cleanup_rbuf(sk, copied);
	}
	return copied;
}

/* Nothing was there. -EPARKED: it waits, the socket is given back; 1: look again; else the result.
 */
static int splice_wait(struct sock *sk, s64 timeo)
{
	struct task *t = current_task(sock_net(sk));
	s32 err;

	if (recv_ends(sk, timeo, &err))
		return err;
	/* Urgent data: no need to wait for what is there. */
	if (!skb_queue_empty(&sk->sk_receive_queue))
		return 0;
	t->saved[0] = sk->sk_disconnects;
	if (sk_wait_data(sk, timeo, NULL) == -EPARKED)
		return -EPARKED;
	return signal_pending(t) ? sock_intr_errno(timeo) : 1;
}

/* Waits only while it has nothing, so nothing is to be remembered over a park. */
s64 tcp_splice_read(struct socket *sock, struct pipe_inode_info *pipe, u64 len, u32 flags)
{
	struct sock *sk = sock->sk;
	struct task *t = current_task(sock_net(sk));
	struct read_desc desc = { .pipe = pipe, .count = len };
	s64 spliced = 0, ret = 0, timeo;

	(void)flags;
	sock_rps_record_flow(sk);
	lock_sock(sk);
	timeo = sock_rcvtimeo(sk, !t->resumed && (sock->file->f_flags & O_NONBLOCK) != 0);
	if (t->resumed)
		waits_no_more(sk);
	if (t->resumed && t->saved[0] != sk->sk_disconnects)
		ret = -EPIPE;
	else if (t->resumed && signal_pending(t))
		ret = sock_intr_errno(timeo);
	if (ret != 0)
		desc.count = 0;
	while (desc.count != 0) {
		ret = tcp_read_sock(sk, &desc);
		if (ret < 0)
			break;
		if (ret == 0) {
			if (spliced != 0)
				break;
			ret = splice_wait(sk, timeo);
			if (ret == -EPARKED)
				return ret;
			if (ret != 1)
				break;
			continue;
		}
		spliced += ret;
		if (desc.count == 0 || timeo == 0)
			break;
		release_sock(sk);
		lock_sock(sk);
		if (recv_is_over(&(struct tcp_recv){ .sk = sk, .task = t, .timeo = timeo }))
			break;
	}
	release_sock(sk);
	return spliced != 0 ? spliced : ret;
}
