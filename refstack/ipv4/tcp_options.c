// SPDX-License-Identifier: MIT
/* tcp_options.c - options of segments that are sent: which there are, what they say, their order.
 *
 * Path: called by tcp_transmit_skb() and tcp_make_synack(); tcp_current_mss() asks for the size.
 * Rules: RFC 9293 3.2, RFC 7323, RFC 2018; LINUX: net/ipv4/tcp_output.c. Missing: fast open's
 * cookie; MD5, AO, MPTCP and SMC.
 */
#include "ipv4/tcp_output.h"

/* RFC 9293 3.7.1: what the first hop's MTU allows, unless the route says less. */
static u16 tcp_advertise_mss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;

	if (dst != NULL)
		tp->advmss = (u16)min_u32(tp->advmss, tcp_dst_advmss(dst));
	return tp->advmss;
}

static void option_timestamp(struct tcp_out_options *opts, u32 tsval, u32 tsecr)
{
	opts->options |= OPTION_TS;
	opts->tsval = tsval;
	opts->tsecr = tsecr;
}

static void option_wscale(struct tcp_out_options *opts, u8 ws)
{
	opts->options |= OPTION_WSCALE;
	opts->ws = ws;
}

/* "SACK permitted" takes the place of the padding before a time stamp. */
static u32 opening_bytes(const struct tcp_out_options *opts)
{
	u32 bytes = TCPOLEN_MSS_ALIGNED;

	if ((opts->options & OPTION_TS) != 0)
		bytes += TCPOLEN_TSTAMP_ALIGNED;
	else if ((opts->options & OPTION_SACK_ADVERTISE) != 0)
		bytes += TCPOLEN_SACKPERM_ALIGNED;
	if ((opts->options & OPTION_WSCALE) != 0)
		bytes += TCPOLEN_WSCALE_ALIGNED;
	return bytes;
}

u32 tcp_syn_options(struct sock *sk, const struct sk_buff *skb, struct tcp_out_options *opts)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	opts->mss = tcp_advertise_mss(sk);
	if (ctl->tcp_timestamps != 0)
		option_timestamp(opts, tcp_skb_timestamp_ts(tp->tcp_usec_ts, skb) + tp->tsoffset,
				 tp->rx_opt.ts_recent);
	if (ctl->tcp_window_scaling != 0)
		option_wscale(opts, tp->rx_opt.rcv_wscale);
	if (ctl->tcp_sack != 0)
		opts->options |= OPTION_SACK_ADVERTISE;
	return opening_bytes(opts);
}

u32 tcp_synack_options(struct request_sock *req, u32 mss, const struct sk_buff *skb,
		       struct tcp_out_options *opts)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	const struct tcp_request_sock *treq = tcp_rsk(req);

	opts->mss = (u16)mss;
	if (ireq->wscale_ok)
		option_wscale(opts, ireq->rcv_wscale);
	if (ireq->tstamp_ok)
		option_timestamp(opts, tcp_skb_timestamp_ts(treq->req_usec_ts, skb) + treq->ts_off,
				 req->ts_recent);
	if (ireq->sack_ok)
		opts->options |= OPTION_SACK_ADVERTISE;
	return opening_bytes(opts);
}

/* As many blocks as there is room for. */
static u32 sack_bytes(const struct tcp_sock *tp, u32 room, struct tcp_out_options *opts)
{
	u32 blocks = (u32)tp->rx_opt.num_sacks + (tp->rx_opt.dsack ? 1 : 0);
	u32 fit = (room - TCPOLEN_SACK_BASE_ALIGNED) / TCPOLEN_SACK_PERBLOCK;

	if (blocks == 0)
		return 0;
	opts->num_sack_blocks = (u8)min_u32(blocks, fit);
	return TCPOLEN_SACK_BASE_ALIGNED + opts->num_sack_blocks * (u32)TCPOLEN_SACK_PERBLOCK;
}

u32 tcp_established_options(struct sock *sk, const struct sk_buff *skb,
			    struct tcp_out_options *opts)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 size = 0;

	opts->options = 0;
	if (tp->rx_opt.tstamp_ok) {
		u32 tsval =
			skb != NULL ? tcp_skb_timestamp_ts(tp->tcp_usec_ts, skb) + tp->tsoffset : 0;

		option_timestamp(opts, tsval, tp->rx_opt.ts_recent);
		size = TCPOLEN_TSTAMP_ALIGNED;
	}
	return size + sack_bytes(tp, MAX_TCP_OPTION_SPACE - size, opts);
}

static u8 *put_word(u8 *p, u8 a, u8 b, u8 c, u8 d)
{
	p[0] = a;
	p[1] = b;
	p[2] = c;
	p[3] = d;
	return p + 4;
}

static u8 *put_numbers(u8 *p, u32 first, u32 second)
{
	put_be32(p, first);
	put_be32(p + 4, second);
	return p + 8;
}

static u8 *write_sacks(u8 *p, struct tcp_sock *tp, u32 blocks)
{
	/* RFC 2883 4: a duplicate is told of first. Behind duplicate_sack lie the others. */
	u32 dups = tp->rx_opt.dsack ? 1 : 0;

	p = put_word(p, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK,
		     (u8)(TCPOLEN_SACK_BASE + blocks * TCPOLEN_SACK_PERBLOCK));
	for (u32 i = 0; i < blocks; i++) {
		const struct tcp_sack_block *b =
			i < dups ? &tp->duplicate_sack[i] : &tp->selective_acks[i - dups];

		p = put_numbers(p, b->start_seq, b->end_seq);
	}
	tp->rx_opt.dsack = false;
	return p;
}

/* The order is Linux's, which other hosts have come to expect. */
void tcp_options_write(u8 *th, struct tcp_sock *tp, const struct tcp_out_options *opts)
{
	u8 *p = th + TCP_HLEN;
	bool sack_perm = (opts->options & OPTION_SACK_ADVERTISE) != 0;

	if (opts->mss != 0)
		p = put_word(p, TCPOPT_MSS, TCPOLEN_MSS, (u8)(opts->mss >> 8), (u8)opts->mss);
	if ((opts->options & OPTION_TS) != 0) {
		p = put_word(p, sack_perm ? TCPOPT_SACK_PERM : TCPOPT_NOP,
			     sack_perm ? TCPOLEN_SACK_PERM : TCPOPT_NOP, TCPOPT_TIMESTAMP,
			     TCPOLEN_TIMESTAMP);
		p = put_numbers(p, opts->tsval, opts->tsecr);
	} else if (sack_perm) {
		p = put_word(p, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM);
	}
	if ((opts->options & OPTION_WSCALE) != 0)
		p = put_word(p, TCPOPT_NOP, TCPOPT_WINDOW, TCPOLEN_WINDOW, opts->ws);
	if (opts->num_sack_blocks != 0)
		(void)write_sacks(p, tp, opts->num_sack_blocks);
}
