// SPDX-License-Identifier: MIT
/* tcp_sack.c - selective acknowledgements: which of what was sent has arrived, where something came
 * late, where something came twice.
 *
 * A packet of the retransmission queue is tagged with up to three bits: SACKED_ACKED (S: it has
 * arrived), LOST (L: it will not), SACKED_RETRANS (R: it was sent again). What flies: nothing of S
 * and L, one copy of untagged ones and of L|R, one of S|R (the second), two of R. L|S does not
 * exist, L|S|R becomes S at once.
 *
 * Path: called by tcp_ack(). Rules: RFC 2018, RFC 2883, RFC 6675; LINUX: net/ipv4/tcp_input.c.
 */
#include "ipv4/tcp_ack.h"

enum { TCP_GSO_SEGS_MAX = 65535, TCP_MIN_GSO_SIZE = 8 };

/* -------- one packet is SACKed -------- */

/* RFC 2883 5: a copy has arrived of what was sent twice. */
static void sacktag_dup(struct tcp_sock *tp, struct tcp_sacktag_state *state, u8 sacked,
			u32 start_seq, u32 end_seq, u32 pcount)
{
	if ((sacked & TCPCB_RETRANS) == 0)
		return;
	if (tp->undo_marker != 0 && tp->undo_retrans > 0 && after(end_seq, tp->undo_marker))
		tp->undo_retrans = max_s32(0, tp->undo_retrans - (s32)pcount);
	if ((sacked & TCPCB_SACKED_ACKED) != 0 && before(start_seq, state->reord))
		state->reord = start_seq;
}

/* Never sent again and arrived behind a hole: it fills a hole, or makes one. */
static void sacktag_original(struct tcp_sock *tp, struct tcp_sacktag_state *state, u32 start_seq,
			     u32 end_seq, u64 xmit_time)
{
	if (before(start_seq, tcp_highest_sack_seq(tp)) && before(start_seq, state->reord))
		state->reord = start_seq;
	if (!after(end_seq, tp->high_seq))
		state->flag |= FLAG_ORIG_SACK_ACKED;
	if (state->first_sackt == 0)
		state->first_sackt = xmit_time;
	state->last_sackt = xmit_time;
}

/* What was lost is not. Of R without L the copy is still believed to fly. */
static u8 sacktag_unmark(struct tcp_sock *tp, u8 sacked, u32 pcount)
{
	if ((sacked & TCPCB_LOST) == 0)
		return sacked;
	if ((sacked & TCPCB_SACKED_RETRANS) != 0)
		tp->retrans_out -= pcount;
	tp->lost_out -= pcount;
	return (u8)(sacked & ~(TCPCB_LOST | TCPCB_SACKED_RETRANS));
}

/* The packet's new tags, when [its begin, end_seq) of it is SACKed: pcount segments. */
static u8 tcp_sacktag_one(struct sock *sk, struct tcp_sacktag_state *state,
			  const struct sk_buff *skb, u32 end_seq, bool dup_sack, u32 pcount)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 start_seq = TCP_SKB_CB(skb)->seq;
	u64 xmit_time = tcp_skb_timestamp_us(skb);
	u8 sacked = TCP_SKB_CB(skb)->sacked;

	if (dup_sack)
		sacktag_dup(tp, state, sacked, start_seq, end_seq, pcount);
	if (!after(end_seq, tp->snd_una)) /* it goes as acknowledged in a moment */
		return sacked;
	if ((sacked & TCPCB_SACKED_ACKED) == 0) {
		tcp_rack_advance(tp, sacked, end_seq, xmit_time);
		if ((sacked & TCPCB_RETRANS) == 0)
			sacktag_original(tp, state, start_seq, end_seq, xmit_time);
		sacked = sacktag_unmark(tp, sacked, pcount) | TCPCB_SACKED_ACKED;
		state->flag |= FLAG_DATA_SACKED;
		tp->sacked_out += pcount;
		state->sack_delivered += pcount;
		if (tp->lost_skb_hint != NULL &&
		    before(start_seq, TCP_SKB_CB(tp->lost_skb_hint)->seq))
			tp->lost_cnt_hint += (s32)pcount;
	}
	/* The copy has arrived, too. */
	if (dup_sack && (sacked & TCPCB_SACKED_RETRANS) != 0) {
		sacked &= (u8)~TCPCB_SACKED_RETRANS;
		tp->retrans_out -= pcount;
	}
	return sacked;
}

/* -------- SACKed packets grow together -------- */

struct shift {
	struct sk_buff *prev, *skb;
	u32 pcount, len, mss;
	bool dup_sack;
};

/* Pages cannot be moved past bytes of the linear part. */
static bool skb_can_shift(const struct sk_buff *skb)
{
	return skb_headlen(skb) == 0 && skb_is_nonlinear(skb);
}

bool tcp_skb_shift(struct sk_buff *to, struct sk_buff *from, u32 pcount, u32 shiftlen)
{
	if (to->len + shiftlen >= TCP_GSO_SEGS_MAX * TCP_MIN_GSO_SIZE)
		return false;
	if (tcp_skb_pcount(to) + pcount > TCP_GSO_SEGS_MAX)
		return false;
	return skb_shift(to, from, shiftlen) != 0;
}

/* Nothing is left of the packet: who points at it shall point at the one before. */
static void shifted_whole(struct sock *sk, struct sk_buff *prev, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *to = TCP_SKB_CB(prev);

	if (skb == tp->retransmit_skb_hint)
		tp->retransmit_skb_hint = prev;
	if (skb == tp->lost_skb_hint) {
		tp->lost_skb_hint = prev;
		tp->lost_cnt_hint -= (s32)tcp_skb_pcount(prev);
	}
	to->tcp_flags |= TCP_SKB_CB(skb)->tcp_flags;
	to->eor = TCP_SKB_CB(skb)->eor;
	if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) != 0)
		to->end_seq++;
	if (skb == tcp_highest_sack(sk))
		tcp_advance_highest_sack(sk, skb);
	tcp_skb_collapse_tstamp(prev, skb);
	to->tx.delivered_mstamp = 0;
	tcp_rtx_queue_unlink_and_free(skb, sk);
	mib_inc(sock_net(sk), LINUX_MIB_SACKMERGED);
}

/* The bytes are in prev already, which is SACKed. True: the packet is gone. */
static bool tcp_shifted_skb(struct sock *sk, struct tcp_sacktag_state *state, const struct shift *s)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *to = TCP_SKB_CB(s->prev), *from = TCP_SKB_CB(s->skb);

	assert(s->pcount != 0);
	/* First the tags: what is the highest SACK moves with the packet's begin. */
	tcp_sacktag_one(sk, state, s->skb, from->seq + s->len, s->dup_sack, s->pcount);
	tcp_rate_skb_delivered(sk, s->skb, state->rate);
	if (s->skb == tp->lost_skb_hint)
		tp->lost_cnt_hint += (s32)s->pcount;
	to->end_seq += s->len;
	from->seq += s->len;
	assert(tcp_skb_pcount(s->skb) >= s->pcount);
	tcp_skb_pcount_add(s->prev, (s32)s->pcount);
	tcp_skb_pcount_add(s->skb, -(s32)s->pcount);
	if (to->tcp_gso_size == 0)
		to->tcp_gso_size = (u16)s->mss;
	if (tcp_skb_pcount(s->skb) <= 1)
		from->tcp_gso_size = 0;
	to->sacked |= (u8)(from->sacked & TCPCB_EVER_RETRANS);
	if (s->skb->len > 0) {
		assert(tcp_skb_pcount(s->skb) != 0);
		mib_inc(sock_net(sk), LINUX_MIB_SACKSHIFTED);
		return false;
	}
	shifted_whole(sk, s->prev, s->skb);
	return true;
}

enum shift_plan { SHIFT_FALLBACK, SHIFT_NOOP, SHIFT_DO };

/* How much of a packet that the block does not cover to its end: whole segments. */
static enum shift_plan shift_part(struct shift *s, u32 start_seq, u32 end_seq)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(s->skb);

	if (!after(cb->end_seq, start_seq) || tcp_skb_pcount(s->skb) <= 1)
		return SHIFT_NOOP;
	if (after(start_seq, cb->seq)) /* the SACKed part does not touch prev */
		return SHIFT_FALLBACK;
	s->len = end_seq - cb->seq;
	assert(s->len <= s->skb->len);
	s->mss = tcp_skb_mss(s->skb);
	if (s->mss != tcp_skb_seglen(s->prev))
		return SHIFT_FALLBACK;
	if (s->len < s->mss)
		return SHIFT_NOOP;
	s->pcount = s->len / s->mss;
	s->len = s->pcount * s->mss;
	return SHIFT_DO;
}

static enum shift_plan shift_plan(const struct tcp_sock *tp, struct shift *s, u32 start_seq,
				  u32 end_seq)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(s->skb);
	enum shift_plan plan = SHIFT_DO;

	/* R without L does not become a plain S. */
	if (!s->dup_sack &&
	    (cb->sacked & (TCPCB_LOST | TCPCB_SACKED_RETRANS)) == TCPCB_SACKED_RETRANS)
		return SHIFT_FALLBACK;
	if (!skb_can_shift(s->skb) || !after(cb->end_seq, tp->snd_una))
		return SHIFT_FALLBACK;
	s->prev = skb_rb_prev(s->skb);
	if (s->prev == NULL ||
	    (TCP_SKB_CB(s->prev)->sacked & TCPCB_TAGBITS) != TCPCB_SACKED_ACKED ||
	    !tcp_skb_can_collapse(s->prev, s->skb))
		return SHIFT_FALLBACK;
	if (!after(start_seq, cb->seq) && !before(end_seq, cb->end_seq)) {
		s->len = s->skb->len;
		s->pcount = tcp_skb_pcount(s->skb);
		s->mss = tcp_skb_seglen(s->skb);
		if (s->mss != tcp_skb_seglen(s->prev))
			return SHIFT_FALLBACK;
	} else {
		plan = shift_part(s, start_seq, end_seq);
	}
	/* Below snd_una nothing is tagged. */
	if (plan == SHIFT_DO && !after(cb->seq + s->len, tp->snd_una))
		return SHIFT_FALLBACK;
	return plan;
}

/* The hole before the next SACKed packet may be closed now. */
static void shift_next(struct sock *sk, struct tcp_sacktag_state *state, struct shift *s)
{
	s->skb = skb_rb_next(s->prev);
	if (s->skb == NULL || !skb_can_shift(s->skb) ||
	    (TCP_SKB_CB(s->skb)->sacked & TCPCB_TAGBITS) != TCPCB_SACKED_ACKED ||
	    s->mss != tcp_skb_seglen(s->skb) || !tcp_skb_can_collapse(s->prev, s->skb))
		return;
	s->len = s->skb->len;
	s->pcount = tcp_skb_pcount(s->skb);
	s->dup_sack = false;
	if (tcp_skb_shift(s->prev, s->skb, s->pcount, s->len))
		tcp_shifted_skb(sk, state, s);
}

/* NULL: not that way; the packet itself: nothing of it is SACKed; else where it went. */
static struct sk_buff *tcp_shift_skb_data(struct sock *sk, struct sk_buff *skb,
					  struct tcp_sacktag_state *state, u32 start_seq,
					  u32 end_seq, bool dup_sack)
{
	struct shift s = { .skb = skb, .dup_sack = dup_sack };
	enum shift_plan plan = shift_plan(tcp_sk(sk), &s, start_seq, end_seq);

	if (plan == SHIFT_NOOP)
		return skb;
	if (plan == SHIFT_FALLBACK || !tcp_skb_shift(s.prev, skb, s.pcount, s.len)) {
		mib_inc(sock_net(sk), LINUX_MIB_SACKSHIFTFALLBACK);
		return NULL;
	}
	if (tcp_shifted_skb(sk, state, &s))
		shift_next(sk, state, &s);
	return s.prev;
}

/* -------- a walk through what one block covers -------- */

/* Is the packet in the block? One that is partly there is cut where a segment ends; negative: that
 * failed.
 */
static int tcp_match_skb_to_sack(struct sock *sk, struct sk_buff *skb, u32 start_seq, u32 end_seq)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool in_sack = !after(start_seq, cb->seq) && !before(end_seq, cb->end_seq);
	u32 mss = tcp_skb_mss(skb), pkt_len;
	int err;

	if (in_sack || tcp_skb_pcount(skb) <= 1 || !after(cb->end_seq, start_seq))
		return in_sack;
	assert(mss != 0);
	in_sack = !after(start_seq, cb->seq);
	if (in_sack) {
		pkt_len = end_seq - cb->seq;
		if (pkt_len < mss)
			return -1;
		pkt_len -= pkt_len % mss;
	} else {
		pkt_len = max_u32(start_seq - cb->seq, mss);
		pkt_len = ALIGN_UP(pkt_len, mss);
		if (pkt_len >= skb->len)
			return 0;
	}
	err = tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, pkt_len, mss);
	return err < 0 ? err : in_sack;
}

static void sacktag_packet(struct sock *sk, struct tcp_sacktag_state *state, struct sk_buff *skb,
			   bool dup_sack)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	cb->sacked = tcp_sacktag_one(sk, state, skb, cb->end_seq, dup_sack, tcp_skb_pcount(skb));
	tcp_rate_skb_delivered(sk, skb, state->rate);
	if ((cb->sacked & TCPCB_SACKED_ACKED) != 0)
		list_del_init(&skb->tcp_tsorted_anchor);
	if (!before(cb->seq, tcp_highest_sack_seq(tcp_sk(sk))))
		tcp_advance_highest_sack(sk, skb);
}

/* From skb on; next_dup: the block behind this one tells of a duplicate and may lie inside it. */
static struct sk_buff *tcp_sacktag_walk(struct sk_buff *skb, struct sock *sk,
					const struct tcp_sack_block *next_dup,
					struct tcp_sacktag_state *state,
					const struct tcp_sack_block *block, bool dup_sack_in)
{
	for (; skb != NULL; skb = skb_rb_next(skb)) {
		bool dup_sack = dup_sack_in;
		int in_sack = 0;

		if (!before(TCP_SKB_CB(skb)->seq, block->end_seq))
			break;
		if (next_dup != NULL && before(TCP_SKB_CB(skb)->seq, next_dup->end_seq)) {
			in_sack = tcp_match_skb_to_sack(sk, skb, next_dup->start_seq,
							next_dup->end_seq);
			dup_sack = dup_sack || in_sack > 0;
		}
		if (in_sack <= 0) {
			struct sk_buff *to = tcp_shift_skb_data(sk, skb, state, block->start_seq,
								block->end_seq, dup_sack);

			if (to != NULL && to != skb) {
				skb = to;
				continue;
			}
			in_sack = to != NULL ? 0
					     : tcp_match_skb_to_sack(sk, skb, block->start_seq,
								     block->end_seq);
		}
		if (in_sack < 0)
			break;
		if (in_sack > 0)
			sacktag_packet(sk, state, skb, dup_sack);
	}
	return skb;
}

static struct sk_buff *tcp_sacktag_bsearch(const struct sock *sk, u32 seq)
{
	struct rb_node *n = sk->tcp_rtx_queue.node;

	while (n != NULL) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(rb_to_skb(n));

		if (before(seq, cb->seq))
			n = n->left;
		else if (!before(seq, cb->end_seq))
			n = n->right;
		else
			break;
	}
	return rb_to_skb(n);
}

static struct sk_buff *tcp_sacktag_skip(struct sk_buff *skb, const struct sock *sk, u32 skip_to_seq)
{
	if (skb != NULL && after(TCP_SKB_CB(skb)->seq, skip_to_seq))
		return skb;
	return tcp_sacktag_bsearch(sk, skip_to_seq);
}

/* -------- duplicates -------- */

/* RFC 2883: how many segments have come twice; 0: not because of us. */
static u32 tcp_dsack_seen(struct tcp_sock *tp, const struct tcp_sack_block *block,
			  struct tcp_sacktag_state *state)
{
	u32 seq_len = block->end_seq - block->start_seq, dup_segs = 1;

	if (!before(block->start_seq, block->end_seq) || seq_len > tp->max_window)
		return 0;
	if (seq_len > tp->mss_cache)
		dup_segs = (seq_len + tp->mss_cache - 1) / tp->mss_cache;
	else if (tp->tlp_high_seq != 0 && tp->tlp_high_seq == block->end_seq)
		state->flag |= FLAG_DSACK_TLP;
	tp->dsack_dups += dup_segs;
	if (tp->dsack_dups > tp->total_retrans)
		return 0;
	tp->rx_opt.sack_ok |= TCP_DSACK_SEEN;
	/* RFC 8985 6.2: RACK waited too short, where packets overtake each other. */
	if (tp->reord_seen != 0 && (state->flag & FLAG_DSACK_TLP) == 0)
		tp->rack.dsack_seen = true;
	state->flag |= FLAG_DSACKING_ACK;
	state->sack_delivered += dup_segs;
	return dup_segs;
}

/* RFC 2883 4: the first block tells of a duplicate when it lies below the acknowledgement, or
 * inside the second.
 */
static bool tcp_check_dsack(struct sock *sk, const struct sk_buff *ack_skb,
			    const struct tcp_sack_block *sp, u32 num_sacks, u32 prior_snd_una,
			    struct tcp_sacktag_state *state)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct net *net = sock_net(sk);
	u32 dup_segs;

	if (before(sp[0].start_seq, TCP_SKB_CB(ack_skb)->ack_seq)) {
		mib_inc(net, LINUX_MIB_TCPDSACKRECV);
	} else if (num_sacks > 1 && !after(sp[0].end_seq, sp[1].end_seq) &&
		   !before(sp[0].start_seq, sp[1].start_seq)) {
		mib_inc(net, LINUX_MIB_TCPDSACKOFORECV);
	} else {
		return false;
	}
	dup_segs = tcp_dsack_seen(tp, &sp[0], state);
	if (dup_segs == 0) {
		mib_inc(net, LINUX_MIB_TCPDSACKIGNOREDDUBIOUS);
		return false;
	}
	mib_add(net, LINUX_MIB_TCPDSACKRECVSEGS, dup_segs);
	/* Of what is forgotten already it can only be counted. */
	if (tp->undo_marker != 0 && tp->undo_retrans > 0 && !after(sp[0].end_seq, prior_snd_una) &&
	    after(sp[0].end_seq, tp->undo_marker))
		tp->undo_retrans = max_s32(0, (s32)((u32)tp->undo_retrans - dup_segs));
	return true;
}

/* -------- all blocks of a segment -------- */

/* Something came after what was sent later: the distance in segments of full size is how far
 * packets overtake each other on this path.
 */
void tcp_check_sack_reordering(struct sock *sk, u32 low_seq, bool by_timestamp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tp->mss_cache, metric = tcp_highest_sack_seq(tp) - low_seq;

	if (!before(low_seq, tcp_highest_sack_seq(tp)))
		return;
	if (metric > tp->reordering * mss && mss != 0)
		tp->reordering = min_u32((metric + mss - 1) / mss,
					 (u32)sock_net(sk)->sysctl.tcp_max_reordering);
	tp->reord_seen++;
	mib_inc(sock_net(sk), by_timestamp ? LINUX_MIB_TCPTSREORDER : LINUX_MIB_TCPSACKREORDER);
}

/* RFC 2018 5: a block lies in what flies; of a duplicate it may lie below, as far down as undoing
 * looks, and a window below that where it crosses the mark.
 */
static bool tcp_is_sackblock_valid(const struct tcp_sock *tp, bool is_dsack, u32 start_seq,
				   u32 end_seq)
{
	if (after(end_seq, tp->snd_nxt) || !before(start_seq, end_seq))
		return false;
	/* Half the number space further on it would seem to begin before it ends. */
	if (!before(start_seq, tp->snd_nxt))
		return false;
	if (after(start_seq, tp->snd_una))
		return true;
	if (!is_dsack || tp->undo_marker == 0)
		return false;
	if (after(end_seq, tp->snd_una))
		return false;
	if (!before(start_seq, tp->undo_marker))
		return true;
	if (!after(end_seq, tp->undo_marker))
		return false;
	return !before(start_seq, end_seq - tp->max_window);
}

static void count_invalid(struct sock *sk, bool dup_sack)
{
	enum mib_id id = LINUX_MIB_TCPSACKDISCARD;

	if (dup_sack)
		id = tcp_sk(sk)->undo_marker == 0 ? LINUX_MIB_TCPDSACKIGNOREDNOUNDO
						  : LINUX_MIB_TCPDSACKIGNOREDOLD;
	mib_inc(sock_net(sk), id);
}

struct sack_blocks {
	struct tcp_sack_block sp[TCP_NUM_SACKS];
	u32 used;
	u32 first; /* where the segment's first block is; U32_MAX: left out */
	bool found_dup;
};

/* Those that are worth a walk. */
static void select_blocks(struct sock *sk, const struct sk_buff *ack_skb,
			  const struct tcp_sack_block *wire, u32 n, u32 prior_snd_una,
			  struct sack_blocks *b)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	for (u32 i = 0; i < n; i++) {
		bool dup_sack = i == 0 && b->found_dup;
		bool valid =
			tcp_is_sackblock_valid(tp, dup_sack, wire[i].start_seq, wire[i].end_seq);

		/* Old ones of an ACK that was overtaken are no mistake. */
		if (!valid && !dup_sack && TCP_SKB_CB(ack_skb)->ack_seq != tp->snd_una &&
		    !after(wire[i].end_seq, tp->snd_una))
			continue;
		if (!valid)
			count_invalid(sk, dup_sack);
		if (valid && after(wire[i].end_seq, prior_snd_una))
			b->sp[b->used++] = wire[i];
		else if (i == 0)
			b->first = U32_MAX;
	}
}

static void sort_blocks(struct sack_blocks *b)
{
	for (u32 i = b->used; i-- > 1;) {
		for (u32 j = 0; j < i; j++) {
			struct tcp_sack_block lower = b->sp[j + 1];

			if (!after(b->sp[j].start_seq, lower.start_seq))
				continue;
			b->sp[j + 1] = b->sp[j];
			b->sp[j] = lower;
			if (j == b->first)
				b->first = j + 1;
		}
	}
}

/* Where the walk is. The cache holds the blocks of the segment before: what they covered need not
 * be walked again.
 */
struct sack_walk {
	struct sock *sk;
	struct tcp_sacktag_state *state;
	struct sk_buff *skb;
	u32 cache; /* TCP_NUM_SACKS: behind the last */
};

static void cache_first(struct sack_walk *w)
{
	const struct tcp_sock *tp = tcp_sk(w->sk);

	w->cache = tp->sacked_out == 0 ? TCP_NUM_SACKS : 0;
	while (w->cache < TCP_NUM_SACKS && tp->recv_sack_cache[w->cache].start_seq == 0 &&
	       tp->recv_sack_cache[w->cache].end_seq == 0)
		w->cache++;
}

static void walk_block(struct sack_walk *w, const struct tcp_sack_block *next_dup, u32 start_seq,
		       u32 end_seq, bool dup_sack)
{
	struct tcp_sack_block part = { .start_seq = start_seq, .end_seq = end_seq };

	w->skb = tcp_sacktag_walk(w->skb, w->sk, next_dup, w->state, &part, dup_sack);
}

/* LINUX: tcp_maybe_skipping_dsack(): what is skipped may hold the duplicate. */
static void walk_skipped_dup(struct sack_walk *w, const struct tcp_sack_block *next_dup,
			     u32 skip_to_seq)
{
	if (next_dup == NULL || !before(next_dup->start_seq, skip_to_seq))
		return;
	w->skb = tcp_sacktag_skip(w->skb, w->sk, next_dup->start_seq);
	walk_block(w, NULL, next_dup->start_seq, next_dup->end_seq, true);
}

enum step { STEP_NEXT, STEP_AGAIN, STEP_WALK, STEP_END };

/* The block overlaps a cached one: before that it is walked, inside it is known, behind it ... */
static enum step step_cached(struct sack_walk *w, const struct tcp_sack_block *block,
			     const struct tcp_sack_block *next_dup)
{
	const struct tcp_sock *tp = tcp_sk(w->sk);
	const struct tcp_sack_block known = tp->recv_sack_cache[w->cache];

	if (before(block->start_seq, known.start_seq)) {
		w->skb = tcp_sacktag_skip(w->skb, w->sk, block->start_seq);
		walk_block(w, next_dup, block->start_seq, known.start_seq, false);
	}
	if (!after(block->end_seq, known.end_seq))
		return STEP_NEXT;
	walk_skipped_dup(w, next_dup, known.end_seq);
	if (tcp_highest_sack_seq(tp) == known.end_seq) {
		w->skb = tcp_highest_sack(w->sk);
		if (w->skb == NULL)
			return STEP_END;
		w->cache++;
		return STEP_WALK;
	}
	w->skb = tcp_sacktag_skip(w->skb, w->sk, known.end_seq);
	w->cache++; /* the next cached one may overlap it as well */
	return STEP_AGAIN;
}

static enum step step_block(struct sack_walk *w, const struct tcp_sack_block *block,
			    const struct tcp_sack_block *next_dup, bool dup_sack)
{
	const struct tcp_sock *tp = tcp_sk(w->sk);
	const struct tcp_sack_block *cache = tp->recv_sack_cache;

	while (w->cache < TCP_NUM_SACKS && !before(block->start_seq, cache[w->cache].end_seq))
		w->cache++;
	if (w->cache < TCP_NUM_SACKS && !dup_sack &&
	    after(block->end_seq, cache[w->cache].start_seq))
		return step_cached(w, block, next_dup);
	if (!before(block->start_seq, tcp_highest_sack_seq(tp))) {
		w->skb = tcp_highest_sack(w->sk);
		if (w->skb == NULL)
			return STEP_END;
	}
	w->skb = tcp_sacktag_skip(w->skb, w->sk, block->start_seq);
	return STEP_WALK;
}

static void walk_blocks(struct sack_walk *w, const struct sack_blocks *b)
{
	for (u32 i = 0; i < b->used;) {
		const struct tcp_sack_block *block = &b->sp[i];
		bool dup_sack = b->found_dup && i == b->first;
		const struct tcp_sack_block *next_dup =
			b->found_dup && i + 1 == b->first ? block + 1 : NULL;
		enum step step = step_block(w, block, next_dup, dup_sack);

		if (step == STEP_END)
			return;
		if (step == STEP_WALK)
			walk_block(w, next_dup, block->start_seq, block->end_seq, dup_sack);
		if (step != STEP_AGAIN)
			i++;
	}
}

/* Right-aligned: what is empty is skipped at the beginning. */
static void cache_blocks(struct tcp_sock *tp, const struct sack_blocks *b)
{
	u32 free = TCP_NUM_SACKS - b->used;

	memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	for (u32 i = 0; i < b->used; i++)
		tp->recv_sack_cache[free + i] = b->sp[i];
}

static u32 parse_blocks(const struct sk_buff *ack_skb, struct tcp_sack_block *wire)
{
	const u8 *opt = skb_transport_header(ack_skb) + TCP_SKB_CB(ack_skb)->sacked;
	u32 n = min_u32(TCP_NUM_SACKS, (opt[1] - (u32)TCPOLEN_SACK_BASE) / TCPOLEN_SACK_PERBLOCK);

	assert(opt[0] == TCPOPT_SACK && opt[1] >= TCPOLEN_SACK_BASE + TCPOLEN_SACK_PERBLOCK);
	for (u32 i = 0; i < n; i++) {
		const u8 *p = opt + TCPOLEN_SACK_BASE + i * TCPOLEN_SACK_PERBLOCK;

		wire[i].start_seq = get_be32(p);
		wire[i].end_seq = get_be32(p + 4);
	}
	return n;
}

int tcp_sacktag_write_queue(struct sock *sk, const struct sk_buff *ack_skb, u32 prior_snd_una,
			    struct tcp_sacktag_state *state)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_block wire[TCP_NUM_SACKS];
	struct sack_blocks b = { .used = 0 };
	struct sack_walk w = { .sk = sk, .state = state };
	u32 n = parse_blocks(ack_skb, wire);

	PROBE(sock_net(sk), tcp_sacktag_write_queue);
	state->flag = 0;
	state->reord = tp->snd_nxt;
	if (tp->sacked_out == 0)
		tcp_highest_sack_reset(sk);
	b.found_dup = tcp_check_dsack(sk, ack_skb, wire, n, prior_snd_una, state);
	/* An ACK that is not too old may still tell something new. */
	if (before(TCP_SKB_CB(ack_skb)->ack_seq, prior_snd_una - tp->max_window))
		return 0;
	if (tp->packets_out == 0)
		return state->flag;
	select_blocks(sk, ack_skb, wire, n, prior_snd_una, &b);
	sort_blocks(&b);
	state->mss_now = tcp_current_mss(sk);
	cache_first(&w);
	walk_blocks(&w, &b);
	cache_blocks(tp, &b);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Loss || tp->undo_marker != 0)
		tcp_check_sack_reordering(sk, state->reord, false);
	tcp_verify_left_out(tp);
	return state->flag;
}
