// SPDX-License-Identifier: MIT
/* tcp_sendmsg.c - bytes that a program sends: into packets of the write queue, and when those go.
 *
 * Path: step 3 of a stream: inet_sendmsg() calls tcp_sendmsg(); tcp_write_xmit() takes the packets.
 * A call that waits for room is entered again: what it has queued is in task->done_bytes.
 * Rules: RFC 9293 3.10.2, RFC 6093; LINUX: net/ipv4/tcp.c.
 * Missing: fast open, repair.
 */
#include "ipv4/tcp.h"

#include "core/cmsg.h"
#include "core/iov.h"
#include "core/tx_tstamp.h"
#include "core/ubuf.h"
#include "uapi/errno.h"

/* -------- pushing -------- */

void tcp_mark_push(struct tcp_sock *tp, struct sk_buff *skb)
{
	TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_PSH;
	tp->pushed_seq = tp->write_seq;
}

/* Half of the largest window has come since the last push. */
static bool forced_push(const struct tcp_sock *tp)
{
	return after(tp->write_seq, tp->pushed_seq + (tp->max_window >> 1));
}

void tcp_skb_entail(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);

	tcb->seq = tp->write_seq;
	tcb->end_seq = tp->write_seq;
	tcb->tcp_flags = TCPHDR_ACK;
	skb_header_release(skb);
	skb_queue_tail(&sk->sk_write_queue, skb);
	if (tcp_send_head(sk) == skb)
		tcp_chrono_start(sk, TCP_CHRONO_BUSY);
	sk_wmem_queued_add(sk, (s32)skb->truesize);
	sk_mem_charge(sk, skb->truesize);
	tp->nonagle &= (u8)~TCP_NAGLE_PUSH;
	tcp_slow_start_after_idle_check(sk);
}

/* What was sent before is still on its way down: when that is done, this packet may be larger. */
static bool tcp_should_autocork(const struct sock *sk, const struct sk_buff *skb, u32 size_goal)
{
	return skb->len < size_goal && sock_net(sk)->sysctl.tcp_autocorking != 0 &&
	       !tcp_rtx_queue_empty(sk) && sk->sk_wmem_alloc > skb->truesize &&
	       tcp_skb_can_collapse_to(skb);
}

static void autocork(struct sock *sk)
{
	if ((sk->sk_tsq_flags >> TSQ_THROTTLED & 1) != 0)
		return;
	mib_inc(sock_net(sk), LINUX_MIB_TCPAUTOCORKING);
	sk->sk_tsq_flags |= 1u << TSQ_THROTTLED;
}

void tcp_push(struct sock *sk, int flags, u32 mss_now, u32 nonagle, u32 size_goal)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_write_queue_tail(sk);
	bool more = ((u32)flags & MSG_MORE) != 0;

	if (skb == NULL)
		return;
	if (!more || forced_push(tp))
		tcp_mark_push(tp, skb);
	if ((flags & MSG_OOB) != 0)
		tp->snd_up = tp->write_seq;
	if (tcp_should_autocork(sk, skb, size_goal)) {
		autocork(sk);
		return;
	}
	tcp_push_pending_frames_mss(sk, mss_now, more ? TCP_NAGLE_CORK : nonagle);
}

void tcp_splice_eof(struct socket *sock)
{
	struct sock *sk = sock->sk;
	u32 mss_now, size_goal;

	if (tcp_write_queue_tail(sk) == NULL)
		return;
	lock_sock(sk);
	mss_now = tcp_send_mss(sk, &size_goal, 0);
	tcp_push(sk, 0, mss_now, tcp_sk(sk)->nonagle, size_goal);
	release_sock(sk);
}

/* -------- packets -------- */

struct sk_buff *tcp_stream_alloc_skb(struct sock *sk, bool force_schedule)
{
	struct sk_buff *skb = alloc_skb_fclone(sock_net(sk), MAX_TCP_HEADER);
	bool scheduled = true;

	if (skb == NULL) {
		sk->sk_prot->enter_memory_pressure(sk);
		sk_stream_moderate_sndbuf(sk);
		return NULL;
	}
	if (force_schedule)
		sk_forced_mem_schedule(sk, skb->truesize);
	else
		scheduled = sk_wmem_schedule(sk, skb->truesize);
	if (!scheduled) {
		kfree_skb_untold(skb);
		return NULL;
	}
	skb_reserve(skb, MAX_TCP_HEADER);
	skb->ip_summed = CHECKSUM_PARTIAL;
	INIT_LIST_HEAD(&skb->tcp_tsorted_anchor);
	return skb;
}

/* How large a packet of several segments is to become. */
static u32 tcp_xmit_size_goal(struct sock *sk, u32 mss_now, bool large_allowed)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 goal, wanted;

	if (!large_allowed)
		return mss_now;
	wanted = (u32)tcp_bound_to_half_wnd(tp, (s32)sk->sk_gso_max_size);
	goal = tp->gso_segs * mss_now;
	if (wanted < goal || wanted >= goal + mss_now) {
		tp->gso_segs = (u16)min_u32((u16)(wanted / mss_now), sk->sk_gso_max_segs);
		goal = tp->gso_segs * mss_now;
	}
	return max_u32(goal, mss_now);
}

u32 tcp_send_mss(struct sock *sk, u32 *size_goal, int flags)
{
	u32 mss_now = tcp_current_mss(sk);

	*size_goal = tcp_xmit_size_goal(sk, mss_now, (flags & MSG_OOB) == 0);
	return mss_now;
}

/* A packet that was queued and got no bytes must not stay: nobody would be woken for room. */
static void tcp_remove_empty_skb(struct sock *sk)
{
	struct sk_buff *skb = tcp_write_queue_tail(sk);

	if (skb == NULL || TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq)
		return;
	tcp_skb_tsorted_anchor_cleanup(skb);
	skb_unlink(skb, &sk->sk_write_queue);
	if (tcp_write_queue_empty(sk))
		tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	tcp_wmem_free_skb(sk, skb);
}

/* How many bytes may be charged. Who has nothing queued gets on with what net.ipv4.tcp_wmem
 * guarantees.
 */
static u32 tcp_wmem_schedule(struct sock *sk, u32 copy)
{
	s32 left;

	if (sk_wmem_schedule(sk, copy))
		return copy;
	left = sock_net(sk)->sysctl.tcp_wmem_min - sk->sk_wmem_queued;
	if (left > 0)
		sk_forced_mem_schedule(sk, (u32)min_s32(left, (s32)copy));
	return (u32)min_s32((s32)copy, sk->sk_forward_alloc);
}

/* -------- one call -------- */

struct tcp_send {
	struct sock *sk;
	struct msghdr *msg;
	int flags;
	u32 mss_now, size_goal;
	u32 copied; /* queued by this call, also before it waited */
	u32 skbs;   /* packets since the backlog was looked at */
	s64 timeo;
	u32 tsflags; /* what is to be told about its sending */
	bool zc;     /* the program's pages themselves are sent */
	struct sk_buff *uarg;
};

enum send_step { SEND_MORE, SEND_RESTART, SEND_DONE, SEND_NO_ROOM, SEND_ERROR };

/* LINUX: skb_copy_to_page_nocache(). */
static int copy_to_page(struct tcp_send *s, struct sk_buff *skb, const struct skb_frag *pfrag,
			u32 copy)
{
	struct iov_iter *from = &s->msg->msg_iter;
	u64 done = copy_from_iter(pfrag->page->mem + pfrag->offset, copy, from);

	if (done != copy) {
		iov_iter_revert(from, done);
		return -EFAULT;
	}
	skb->len += copy;
	skb->data_len += copy;
	skb->truesize += copy;
	sk_wmem_queued_add(s->sk, (s32)copy);
	sk_mem_charge(s->sk, copy);
	return 0;
}

/* A new packet at the end of the queue. */
static enum send_step new_segment(struct tcp_send *s, struct sk_buff **skb)
{
	enum { FLUSH_EVERY = 16 };
	struct sock *sk = s->sk;

	if (!sk_stream_memory_free(sk))
		return SEND_NO_ROOM;
	if (s->skbs >= FLUSH_EVERY) {
		s->skbs = 0;
		if (sk_flush_backlog(sk))
			return SEND_RESTART;
	}
	*skb = tcp_stream_alloc_skb(sk, tcp_write_queue_both_empty(sk));
	if (*skb == NULL)
		return SEND_NO_ROOM;
	s->skbs++;
	tcp_skb_entail(sk, *skb);
	return SEND_MORE;
}

/* A piece of page for the packet. *merge: behind its last one. */
static enum send_step page_for(struct tcp_send *s, struct sk_buff **skb, bool *merge, u32 *copy)
{
	struct sock *sk = s->sk;
	struct skb_frag *pfrag = sk_page_frag(sk);
	enum send_step step;

	for (;;) {
		*copy = (u32)min_u64(*copy, iov_iter_count(&s->msg->msg_iter));
		if (!sk_page_frag_refill(sk, pfrag))
			return SEND_NO_ROOM;
		*merge = skb_can_coalesce(*skb, (*skb)->hd->nr_frags, pfrag->page, pfrag->offset);
		if (*merge || (s32)(*skb)->hd->nr_frags < sock_net(sk)->sysctl.max_skb_frags)
			return SEND_MORE;
		tcp_mark_push(tcp_sk(sk), *skb);
		step = new_segment(s, skb);
		if (step != SEND_MORE)
			return step;
		*copy = s->size_goal;
	}
}

static void add_fragment(struct sk_buff *skb, struct skb_frag *pfrag, bool merge, u32 copy)
{
	u32 i = skb->hd->nr_frags;

	if (merge) {
		skb->hd->frags[i - 1].size += copy;
	} else {
		get_page(pfrag->page);
		skb_fill_page_desc(skb, i, pfrag->page, pfrag->offset, copy);
	}
	pfrag->offset += copy;
}

/* What was not charged, for it was the program's memory, is now. */
static bool tcp_downgrade_zcopy_pure(struct sock *sk, struct sk_buff *skb)
{
	u32 extra =
		skb->truesize - (skb_end_offset(skb) + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES);

	if (!skb_zcopy_pure(skb))
		return true;
	if (!sk_wmem_schedule(sk, extra))
		return false;
	sk_mem_charge(sk, extra);
	skb->hd->flags &= (u8)~SKBFL_PURE_ZEROCOPY;
	return true;
}

/* Appends to the packet, or to another one, what goes into one piece of a page: *copy bytes. */
static enum send_step append_copied(struct tcp_send *s, struct sk_buff **skbp, u32 *copy, int *err)
{
	enum send_step step;
	struct skb_frag *pfrag;
	bool merge;

	step = page_for(s, skbp, &merge, copy);
	if (step != SEND_MORE)
		return step;
	pfrag = sk_page_frag(s->sk);
	if (!tcp_downgrade_zcopy_pure(s->sk, *skbp))
		return SEND_NO_ROOM;
	*copy = tcp_wmem_schedule(s->sk, min_u32(*copy, pfrag->size - pfrag->offset));
	if (*copy == 0)
		return SEND_NO_ROOM;
	*err = copy_to_page(s, *skbp, pfrag, *copy);
	if (*err != 0)
		return SEND_ERROR;
	add_fragment(*skbp, pfrag, merge, *copy);
	return SEND_MORE;
}

/* MSG_SPLICE_PAGES: the pages themselves become fragments. */
static enum send_step append_pages(struct tcp_send *s, struct sk_buff **skbp, u32 *copy, int *err)
{
	struct sock *sk = s->sk;
	enum send_step step;
	s32 n;

	for (;;) {
		*copy = (u32)min_u64(*copy, iov_iter_count(&s->msg->msg_iter));
		if (!tcp_downgrade_zcopy_pure(sk, *skbp))
			return SEND_NO_ROOM;
		*copy = tcp_wmem_schedule(sk, *copy);
		if (*copy == 0)
			return SEND_NO_ROOM;
		n = skb_splice_from_iter(*skbp, &s->msg->msg_iter, *copy);
		if (n != -EMSGSIZE)
			break;
		tcp_mark_push(tcp_sk(sk), *skbp);
		step = new_segment(s, skbp);
		if (step != SEND_MORE)
			return step;
		*copy = s->size_goal;
	}
	if (n < 0) {
		*err = n;
		return SEND_ERROR;
	}
	*copy = (u32)n;
	(*skbp)->hd->flags |= SKBFL_SHARED_FRAG;
	sk_wmem_queued_add(sk, n);
	sk_mem_charge(sk, (u32)n);
	return SEND_MORE;
}

/* MSG_ZEROCOPY: pages of the program become fragments. */
static enum send_step append_zerocopy(struct tcp_send *s, struct sk_buff **skbp, u32 *copy,
				      int *err)
{
	enum send_step step;
	int n;

	for (;;) {
		struct sk_buff *skb = *skbp;

		*copy = (u32)min_u64(*copy, iov_iter_count(&s->msg->msg_iter));
		if (skb->len == 0)
			skb->hd->flags |= SKBFL_PURE_ZEROCOPY;
		if (!skb_zcopy_pure(skb)) {
			*copy = tcp_wmem_schedule(s->sk, *copy);
			if (*copy == 0)
				return SEND_NO_ROOM;
		}
		n = skb_zerocopy_iter_stream(s->sk, skb, &s->msg->msg_iter, *copy, s->uarg);
		if (n != -EMSGSIZE && n != -EEXIST)
			break;
		tcp_mark_push(tcp_sk(s->sk), skb);
		step = new_segment(s, skbp);
		if (step != SEND_MORE)
			return step;
		*copy = s->size_goal;
	}
	if (n < 0) {
		*err = n;
		return SEND_ERROR;
	}
	*copy = (u32)n;
	return SEND_MORE;
}

static enum send_step append_bytes(struct tcp_send *s, struct sk_buff **skbp, u32 *copy, int *err)
{
	if (s->zc)
		return append_zerocopy(s, skbp, copy, err);
	return s->msg->msg_iter.bvec != NULL ? append_pages(s, skbp, copy, err)
					     : append_copied(s, skbp, copy, err);
}

static enum send_step append(struct tcp_send *s, struct sk_buff **skbp, u32 copy, int *err)
{
	struct tcp_sock *tp = tcp_sk(s->sk);
	enum send_step step = append_bytes(s, skbp, &copy, err);
	struct sk_buff *skb = *skbp;

	if (step != SEND_MORE)
		return step;
	if (s->copied == 0)
		TCP_SKB_CB(skb)->tcp_flags &= (u8)~TCPHDR_PSH;
	tp->write_seq += copy;
	TCP_SKB_CB(skb)->end_seq += copy;
	tcp_skb_pcount_set(skb, 0);
	s->copied += copy;
	return SEND_MORE;
}

/* Full packets need not wait for the end of the call. */
static void push_full(struct tcp_send *s, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(s->sk);

	if (skb->len < s->size_goal || (s->flags & MSG_OOB) != 0)
		return;
	if (forced_push(tp)) {
		tcp_mark_push(tp, skb);
		tcp_push_pending_frames_mss(s->sk, s->mss_now, TCP_NAGLE_PUSH);
	} else if (skb == tcp_send_head(s->sk)) {
		tcp_push_one(s->sk, s->mss_now);
	}
}

static enum send_step send_some(struct tcp_send *s, int *err)
{
	struct sk_buff *skb = tcp_write_queue_tail(s->sk);
	s32 room = skb != NULL ? (s32)(s->size_goal - skb->len) : 0;
	enum send_step step;

	if (room <= 0 || !tcp_skb_can_collapse_to(skb)) {
		step = new_segment(s, &skb);
		if (step != SEND_MORE)
			return step;
		room = (s32)s->size_goal;
	}
	step = append(s, &skb, (u32)room, err);
	if (step != SEND_MORE)
		return step;
	if (iov_iter_count(&s->msg->msg_iter) == 0) {
		if ((s->flags & MSG_EOR) != 0)
			TCP_SKB_CB(skb)->eor = true;
		return SEND_DONE;
	}
	push_full(s, skb);
	return SEND_MORE;
}

/* Room is to come: what is queued goes meanwhile. */
static int wait_for_space(struct tcp_send *s)
{
	struct sock *sk = s->sk;
	int err;

	sk->sk_socket->flags |= 1u << SOCK_NOSPACE;
	tcp_remove_empty_skb(sk);
	if (s->copied != 0)
		tcp_push(sk, (int)((u32)s->flags & ~(u32)MSG_MORE), s->mss_now, TCP_NAGLE_PUSH,
			 s->size_goal);
	err = sk_stream_wait_memory(sk, &s->timeo);
	if (err == 0)
		s->mss_now = tcp_send_mss(sk, &s->size_goal, s->flags);
	return err;
}

/* May the call begin to queue, or begin again? */
static int restart(struct tcp_send *s)
{
	struct sock *sk = s->sk;

	s->mss_now = tcp_send_mss(sk, &s->size_goal, s->flags);
	return sk->sk_err != 0 || (sk->sk_shutdown & SEND_SHUTDOWN) != 0 ? -EPIPE : 0;
}

/* Queues all of the message, or up to an error. */
static int send_loop(struct tcp_send *s)
{
	int err = 0;

	while (err == 0 && iov_iter_count(&s->msg->msg_iter) != 0) {
		switch (send_some(s, &err)) {
		case SEND_DONE:
			return 0;
		case SEND_NO_ROOM:
			err = wait_for_space(s);
			break;
		case SEND_RESTART:
			err = restart(s);
			break;
		case SEND_MORE:
		case SEND_ERROR:
			break;
		}
	}
	return err;
}

/* LINUX: sock_cmsg_send(): any mistake is EINVAL. */
static int send_cmsgs(struct sock *sk, const struct msghdr *msg, struct sockcm_cookie *sockc)
{
	struct cmsghdr cmsg = { .at = U64_MAX };
	int more = cmsg_next(sk, msg, &cmsg);

	while (more == 1) {
		if (cmsg.cmsg_level == SOL_SOCKET && sock_cmsg_send(sk, msg, &cmsg, sockc) != 0)
			return -EINVAL;
		more = cmsg_next(sk, msg, &cmsg);
	}
	return more;
}

/* MSG_ZEROCOPY: the note for this call, or that of the packet at the end of the queue. */
static int zerocopy_begin(struct tcp_send *s)
{
	struct sk_buff *skb = tcp_write_queue_tail(s->sk);
	u64 size = iov_iter_count(&s->msg->msg_iter);

	if (((u32)s->flags & MSG_ZEROCOPY) == 0 || size == 0 || !sock_flag(s->sk, SOCK_ZEROCOPY))
		return 0;
	s->uarg = msg_zerocopy_realloc(s->sk, (u32)size, skb != NULL ? skb_zcopy(skb) : NULL);
	if (s->uarg == NULL)
		return -ENOBUFS;
	if ((s->sk->sk_route_caps & NETIF_F_SG) != 0)
		s->zc = true;
	else
		ubuf_info(s->uarg)->zerocopy = false;
	return 0;
}

/* LINUX: tcp_tx_timestamp(): asked of the last byte. */
static void tcp_tx_timestamp(struct sock *sk, u32 tsflags)
{
	struct sk_buff *skb = tcp_write_queue_tail(sk);

	if (tsflags == 0)
		return;
	if (skb == NULL)
		skb = skb_rb_last(&sk->tcp_rtx_queue);
	if (skb == NULL)
		return;
	skb->hd->tx_flags |= sock_tx_timestamp(sk, tsflags);
	if ((tsflags & SOF_TIMESTAMPING_TX_ACK) != 0)
		TCP_SKB_CB(skb)->txstamp_ack = true;
	if ((tsflags & SOF_TIMESTAMPING_TX_RECORD_MASK) != 0)
		skb->hd->tskey = TCP_SKB_CB(skb)->seq + skb->len - 1;
}

/* LINUX: tcp_sendmsg_fastopen(), as far as it refuses. */
static int send_fastopen(struct tcp_send *s)
{
	enum { TFO_CLIENT_ENABLE = 1, SOCKADDR_FAMILY_BYTES = 2 };
	const struct socket *sock = s->sk->sk_socket;
	const struct msghdr *msg = s->msg;
	bool named = msg->msg_name != NULL && msg->msg_namelen >= SOCKADDR_FAMILY_BYTES;

	if (((u32)s->flags & MSG_FASTOPEN) == 0 && !inet_test_bit(s->sk, INET_FLAGS_DEFER_CONNECT))
		return 0;
	if ((sock_net(s->sk)->sysctl.tcp_fastopen & TFO_CLIENT_ENABLE) == 0 ||
	    (named && get_le16(msg->msg_name) == AF_UNSPEC))
		return -EOPNOTSUPP;
	/* What connect() says to it. */
	if (msg->msg_name != NULL && !named)
		return -EINVAL;
	if (sock->state == SS_CONNECTED ||
	    (sock->state == SS_UNCONNECTED && s->sk->sk_state != TCP_CLOSE))
		return -EISCONN;
	if (sock->state == SS_DISCONNECTING)
		return -EINVAL;
	if (sock->state == SS_UNCONNECTED && msg->msg_namelen < SOCKADDR_IN_BYTES)
		return -EINVAL;
	not_implemented("MSG_FASTOPEN");
}

/* Up to where the first byte is queued. */
static int send_begin(struct tcp_send *s)
{
	const u32 open = TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT);
	struct sock *sk = s->sk;
	struct task *t = current_task(sock_net(sk));
	struct sockcm_cookie sockc = { .tsflags = sk->sk_tsflags };
	int err;

	if (t->wait_at != STREAM_WAIT_CONNECT) {
		err = zerocopy_begin(s);
		if (err != 0)
			return err;
	}
	err = send_fastopen(s);
	if (err != 0)
		return err;
	if (t->wait_at != STREAM_WAIT_CONNECT)
		tcp_rate_check_app_limited(sk);
	if (t->wait_at == STREAM_WAIT_CONNECT || (TCPF(sk->sk_state) & open) == 0) {
		err = sk_stream_wait_connect(sk, &s->timeo);
		if (err != 0)
			return err;
	}
	if (s->msg->msg_controllen != 0 && send_cmsgs(sk, s->msg, &sockc) != 0)
		return -EINVAL;
	s->tsflags = (u16)sockc.tsflags;
	if (tcp_sk(sk)->repair)
		not_implemented("TCP_REPAIR");
	sk->sk_socket->flags &= ~(1u << SOCKWQ_ASYNC_NOSPACE);
	return restart(s);
}

enum { SAVED_SIZES = 3 }; /* the others are sk_stream_wait_memory()'s */

/* Entered again after it waited for room. */
static int send_resume(struct tcp_send *s)
{
	struct task *t = current_task(sock_net(s->sk));
	struct sockcm_cookie sockc = { .tsflags = s->sk->sk_tsflags };
	int err;

	/* It was right when the call began. */
	if (s->msg->msg_controllen != 0)
		(void)send_cmsgs(s->sk, s->msg, &sockc);
	s->tsflags = (u16)sockc.tsflags;
	s->copied = (u32)t->done_bytes;
	s->mss_now = (u32)(t->saved[SAVED_SIZES] >> 32);
	s->size_goal = (u32)t->saved[SAVED_SIZES];
	iov_iter_advance(&s->msg->msg_iter, s->copied);
	err = sk_stream_wait_memory(s->sk, &s->timeo);
	if (err == 0)
		s->mss_now = tcp_send_mss(s->sk, &s->size_goal, s->flags);
	return err;
}

static int send_end(struct tcp_send *s, int err)
{
	struct sock *sk = s->sk;

	if (err != 0)
		tcp_remove_empty_skb(sk);
	if (s->copied != 0) {
		tcp_tx_timestamp(sk, s->tsflags);
		tcp_push(sk, s->flags, s->mss_now, tcp_sk(sk)->nonagle, s->size_goal);
	}
	if (s->copied != 0 || err == 0) {
		net_zcopy_put(s->uarg);
		return (int)s->copied;
	}
	net_zcopy_put_abort(s->uarg, true);
	err = sk_stream_error(sk, s->flags, err);
	/* Who polls for an edge must see one, also when nothing is under way. */
	if (err == -EAGAIN && tcp_write_queue_both_empty(sk)) {
		sk->sk_write_space(sk);
		tcp_chrono_stop(sk, TCP_CHRONO_SNDBUF_LIMITED);
	}
	return err;
}

static int tcp_sendmsg_locked(struct tcp_send *s)
{
	struct task *t = current_task(sock_net(s->sk));
	int err;

	s->timeo = sock_sndtimeo(s->sk, (s->flags & MSG_DONTWAIT) != 0);
	s->uarg = t->uarg;
	t->uarg = NULL;
	s->zc = s->uarg != NULL && (s->sk->sk_route_caps & NETIF_F_SG) != 0;
	err = t->wait_at == STREAM_WAIT_MEMORY ? send_resume(s) : send_begin(s);
	if (err == 0)
		err = send_loop(s);
	if (err == -EPARKED) {
		t->uarg = s->uarg;
		t->done_bytes = s->copied;
		t->saved[SAVED_SIZES] = (u64)s->mss_now << 32 | s->size_goal;
		return err;
	}
	return send_end(s, err);
}

int tcp_sendmsg(struct sock *sk, struct msghdr *msg, u64 size)
{
	PROBE(sock_net(sk), tcp_sendmsg);
	struct tcp_send s = { .sk = sk, .msg = msg, .flags = (int)msg->msg_flags };
	int ret;

	(void)size;
	lock_sock(sk);
	ret = tcp_sendmsg_locked(&s);
	/* A call that waits has given it back already. */
	if (ret != -EPARKED)
		release_sock(sk);
	return ret;
}
