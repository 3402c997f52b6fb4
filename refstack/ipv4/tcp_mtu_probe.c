// SPDX-License-Identifier: MIT
/* tcp_mtu_probe.c - how large a segment may be: by the path's MTU as the route has it, and, where
 * net.ipv4.tcp_mtu_probing asks for it, by trying out larger ones.
 *
 * Path: called by tcp_write_xmit() and by whoever learns of an MTU.
 * Rules: RFC 9293 3.7.1, RFC 4821; LINUX: net/ipv4/tcp_output.c.
 */
#include "ipv4/tcp_output.h"
#include "uapi/errno.h"

/* -------- between MTU and MSS -------- */

/* Any number may come from a sysctl. */
static s32 wrap_add(s32 a, s32 b)
{
	return (s32)((u32)a + (u32)b);
}

/* LINUX: __tcp_mtu_to_mss(): without TCP's options. */
static s32 mtu_to_mss_bare(const struct sock *sk, s32 pmtu)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	s32 mss = wrap_add(pmtu, -icsk->icsk_af_ops->net_header_len - TCP_HLEN);

	mss = min_s32(mss, tcp_sk(sk)->rx_opt.mss_clamp);
	mss = wrap_add(mss, -icsk->icsk_ext_hdr_len);
	/* RFC 9293 3.7.1: room for all options and some data, whatever the peer asks for. */
	return max_s32(mss, sock_net(sk)->sysctl.tcp_min_snd_mss);
}

s32 tcp_mtu_to_mss(struct sock *sk, s32 pmtu)
{
	return mtu_to_mss_bare(sk, pmtu) - (tcp_sk(sk)->tcp_header_len - TCP_HLEN);
}

s32 tcp_mss_to_mtu(struct sock *sk, s32 mss)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	return wrap_add(mss, tcp_sk(sk)->tcp_header_len + icsk->icsk_ext_hdr_len +
				     icsk->icsk_af_ops->net_header_len);
}

static s32 largest_mtu(const struct sock *sk)
{
	return tcp_sk(sk)->rx_opt.mss_clamp + TCP_HLEN + inet_csk(sk)->icsk_af_ops->net_header_len;
}

void tcp_mtup_init(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	icsk->icsk_mtup.enabled = ctl->tcp_mtu_probing > 1;
	icsk->icsk_mtup.search_high = largest_mtu(sk);
	icsk->icsk_mtup.search_low = tcp_mss_to_mtu(sk, ctl->tcp_base_mss);
	icsk->icsk_mtup.probe_size = 0;
	if (icsk->icsk_mtup.enabled)
		icsk->icsk_mtup.probe_timestamp = tcp_jiffies32(sk);
}

u32 tcp_sync_mss(struct sock *sk, u32 pmtu)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	s32 mss;

	/* LINUX: compared without sign. */
	if ((u32)icsk->icsk_mtup.search_high > pmtu)
		icsk->icsk_mtup.search_high = (s32)pmtu;
	mss = tcp_bound_to_half_wnd(tp, tcp_mtu_to_mss(sk, (s32)pmtu));
	icsk->icsk_pmtu_cookie = pmtu;
	if (icsk->icsk_mtup.enabled)
		mss = min_s32(mss, tcp_mtu_to_mss(sk, icsk->icsk_mtup.search_low));
	tp->mss_cache = (u32)mss;
	return (u32)mss;
}

u32 tcp_current_mss(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	struct tcp_out_options opts = { 0 };
	u32 mss = tp->mss_cache, header_len;

	if (dst != NULL) {
		u32 mtu = dst_mtu(dst);

		if (mtu != inet_csk(sk)->icsk_pmtu_cookie)
			mss = tcp_sync_mss(sk, mtu);
	}
	/* mss_cache counts on the usual options; SACK blocks come on top. */
	header_len = tcp_established_options(sk, NULL, &opts) + TCP_HLEN;
	return mss - (header_len - tp->tcp_header_len);
}

/* -------- larger ones -------- */

/* Once in a while the search begins again. */
static void tcp_mtu_check_reprobe(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 interval = sock_net(sk)->sysctl.tcp_probe_interval_secs * (u32)HZ;
	s32 mss;

	if (tcp_jiffies32(sk) - icsk->icsk_mtup.probe_timestamp < interval)
		return;
	mss = (s32)tcp_current_mss(sk);
	icsk->icsk_mtup.probe_size = 0;
	icsk->icsk_mtup.search_high = largest_mtu(sk);
	icsk->icsk_mtup.search_low = tcp_mss_to_mtu(sk, mss);
	icsk->icsk_mtup.probe_timestamp = tcp_jiffies32(sk);
}

static bool tcp_can_coalesce_send_queue_head(const struct sock *sk, u32 len)
{
	const struct sk_buff_head *q = &sk->sk_write_queue;
	const struct sk_buff *skb;

	skb_queue_walk(q, skb)
	{
		if (len <= skb->len)
			return true;
		if (tcp_has_tx_tstamp(skb) || !tcp_skb_can_collapse(skb, skb->next))
			return false;
		len -= skb->len;
	}
	return true;
}

static bool frags_touch(const struct skb_frag *a, const struct skb_frag *b)
{
	return a->page == b->page && a->offset + a->size == b->offset;
}

/* One fragment more of the payload, at most `todo` of its bytes. */
static bool clone_frag(struct skb_head *to, const struct skb_frag *from, u32 todo)
{
	struct skb_frag *last = to->nr_frags != 0 ? &to->frags[to->nr_frags - 1] : NULL;

	if (last != NULL && frags_touch(last, from)) {
		last->size += todo;
		return true;
	}
	if (to->nr_frags == MAX_SKB_FRAGS)
		return false;
	to->frags[to->nr_frags++] = (struct skb_frag){ from->page, from->offset, todo };
	get_page(from->page);
	return true;
}

/* The first bytes of the write queue a second time, without copying them. */
static int tcp_clone_payload(struct sock *sk, struct sk_buff *to, u32 probe_size)
{
	struct sk_buff *skb;
	u32 len = 0;

	if (!sk_wmem_schedule(sk, to->truesize + probe_size))
		return -ENOMEM;
	skb_queue_walk(&sk->sk_write_queue, skb)
	{
		if (skb_headlen(skb) != 0)
			return -EINVAL;
		for (u32 i = 0; i < skb->hd->nr_frags && len < probe_size; i++) {
			const struct skb_frag *f = &skb->hd->frags[i];
			u32 todo = min_u32(f->size, probe_size - len);

			if (!clone_frag(to->hd, f, todo))
				return -E2BIG;
			len += todo;
		}
		if (len >= probe_size)
			break;
	}
	to->truesize += probe_size;
	to->len += probe_size;
	to->data_len += probe_size;
	skb_header_release(to);
	return 0;
}

static bool probing_is_on(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	return icsk->icsk_mtup.enabled && icsk->icsk_mtup.probe_size == 0 &&
	       icsk->icsk_ca_state == TCP_CA_Open && tcp_snd_cwnd(tp) >= 11 &&
	       tp->rx_opt.num_sacks == 0 && !tp->rx_opt.dsack;
}

/* The payload that the probe repeats leaves the write queue. */
static void eat_payload(struct sock *sk, struct sk_buff *nskb, u32 probe_size, u32 mss_now)
{
	u32 len = 0;

	while (len < probe_size) {
		struct sk_buff *skb = nskb->next;
		u32 copy;

		if (tcp_skb_is_last(sk, nskb))
			return;
		copy = min_u32(skb->len, probe_size - len);
		if (skb->len <= copy) {
			tcp_eat_one_skb(sk, nskb, skb);
		} else {
			TCP_SKB_CB(nskb)->tcp_flags |=
				TCP_SKB_CB(skb)->tcp_flags & (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
			tcp_skb_drop_head(skb, copy);
			(void)tcp_set_skb_tso_segs(skb, mss_now);
			TCP_SKB_CB(skb)->seq += copy;
		}
		len += copy;
	}
}

static struct sk_buff *build_probe(struct sock *sk, u32 probe_size, u32 mss_now)
{
	struct sk_buff *nskb = tcp_stream_alloc_skb(sk, false), *head = tcp_send_head(sk);

	if (nskb == NULL)
		return NULL;
	if (tcp_clone_payload(sk, nskb, probe_size) != 0) {
		tcp_skb_tsorted_anchor_cleanup(nskb);
		consume_skb(nskb);
		return NULL;
	}
	sk_wmem_queued_add(sk, (s32)nskb->truesize);
	sk_mem_charge(sk, nskb->truesize);
	TCP_SKB_CB(nskb)->seq = TCP_SKB_CB(head)->seq;
	TCP_SKB_CB(nskb)->end_seq = TCP_SKB_CB(head)->seq + probe_size;
	TCP_SKB_CB(nskb)->tcp_flags = TCPHDR_ACK;
	skb_queue_head(&sk->sk_write_queue, nskb);
	tcp_highest_sack_replace(sk, head, nskb);
	eat_payload(sk, nskb, probe_size, mss_now);
	/* LINUX: tcp_init_tso_segs() of its whole length: one segment. */
	(void)tcp_set_skb_tso_segs(nskb, nskb->len);
	return nskb;
}

static int send_probe(struct sock *sk, u32 probe_size, u32 mss_now)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *nskb = build_probe(sk, probe_size, mss_now);

	/* If it cannot go it stays in the queue and is cut like all else. */
	if (nskb == NULL || tcp_transmit_skb(sk, nskb, true) != 0)
		return -1;
	/* It is as good as two. */
	tcp_snd_cwnd_set(tp, tcp_snd_cwnd(tp) - 1);
	tcp_event_new_data_sent(sk, nskb);
	inet_csk(sk)->icsk_mtup.probe_size = (u32)tcp_mss_to_mtu(sk, (s32)nskb->len);
	tp->mtu_probe.probe_seq_start = TCP_SKB_CB(nskb)->seq;
	tp->mtu_probe.probe_seq_end = TCP_SKB_CB(nskb)->end_seq;
	return 1;
}

int tcp_mtu_probe(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 probe_size, interval;
	u64 size_needed;
	u32 mss_now;

	if (!probing_is_on(sk))
		return -1;
	mss_now = tcp_current_mss(sk);
	probe_size = tcp_mtu_to_mss(
		sk, wrap_add(icsk->icsk_mtup.search_high, icsk->icsk_mtup.search_low) >> 1);
	size_needed = (u64)(s64)probe_size + ((u64)tp->reordering + 1) * tp->mss_cache;
	interval = (s32)((u32)icsk->icsk_mtup.search_high - (u32)icsk->icsk_mtup.search_low);
	if (probe_size > tcp_mtu_to_mss(sk, icsk->icsk_mtup.search_high) ||
	    interval < sock_net(sk)->sysctl.tcp_probe_threshold) {
		tcp_mtu_check_reprobe(sk);
		return -1;
	}
	if (tp->write_seq - tp->snd_nxt < size_needed || tp->snd_wnd < size_needed)
		return -1;
	if (after(tp->snd_nxt + (u32)size_needed, tcp_wnd_end(tp)))
		return 0;
	if (tcp_packets_in_flight(tp) + 2 > tcp_snd_cwnd(tp))
		return tcp_packets_in_flight(tp) == 0 ? -1 : 0;
	if (!tcp_can_coalesce_send_queue_head(sk, (u32)probe_size))
		return -1;
	return send_probe(sk, (u32)probe_size, mss_now);
}
