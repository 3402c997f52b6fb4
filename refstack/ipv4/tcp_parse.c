// SPDX-License-Identifier: MIT
/* tcp_parse.c - the options of a segment, and whether its time stamp is too old.
 *
 * Path: tcp_validate_incoming(), tcp_rcv_synsent_state_process(), tcp_conn_request(),
 * tcp_check_req() and TIME-WAIT ask for options.
 * Rules: RFC 9293 3.1, RFC 7323 (time stamps, window scale, PAWS), RFC 2018 (SACK);
 * LINUX: net/ipv4/tcp_input.c. Missing: signatures (MD5, AO), SMC.
 */
#include "ipv4/tcp_input_internal.h"

enum { TCPOPT_FASTOPEN_MAGIC = 0xf989, TCPOLEN_FASTOPEN_BASE = 2, TCPOLEN_EXP_FASTOPEN_BASE = 4 };
#define TCP_TSTAMP_WORD                                                                            \
	((u32)TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP)

/* One option after the other. */
struct opt_walk {
	const u8 *at;
	s32 left;
	u8 kind, size; /* of the last one; size counts kind and size */
	const u8 *val;
};

static void opt_walk_init(struct opt_walk *w, const u8 *th)
{
	*w = (struct opt_walk){ .at = th + TCP_HLEN, .left = (s32)tcp_hlen(th) - TCP_HLEN };
}

/* False: the end, or bytes that are no option: what follows them is not looked at. */
static bool opt_next(struct opt_walk *w)
{
	while (w->left > 0 && w->at[0] == TCPOPT_NOP) {
		w->at++;
		w->left--;
	}
	if (w->left < 2 || w->at[0] == TCPOPT_EOL)
		return false;
	w->kind = w->at[0];
	w->size = w->at[1];
	if (w->size < 2 || w->size > w->left)
		return false;
	w->val = w->at + 2;
	w->at += w->size;
	w->left -= w->size;
	return true;
}

static u16 clamp_mss(u16 mss, u16 user_mss)
{
	return user_mss != 0 && user_mss < mss ? user_mss : mss;
}

u16 tcp_parse_mss_option(const u8 *th, u16 user_mss)
{
	struct opt_walk w;
	u16 mss = 0;

	opt_walk_init(&w, th);
	while (opt_next(&w))
		if (w.kind == TCPOPT_MSS && w.size == TCPOLEN_MSS && get_be16(w.val) != 0)
			mss = clamp_mss(get_be16(w.val), user_mss);
	return mss;
}

/* Where and for whom options are read. */
struct opt_ctx {
	const struct net *net;
	const struct sk_buff *skb;
	const u8 *th;
	struct tcp_options_received *rx;
	struct tcp_fastopen_cookie *foc;
	bool estab, syn;
};

static void opt_mss(const struct opt_ctx *c, const struct opt_walk *w)
{
	u16 mss = get_be16(w->val);

	if (c->syn && !c->estab && mss != 0)
		c->rx->mss_clamp = clamp_mss(mss, c->rx->user_mss);
}

/* RFC 7323 2.3: a shift count above 14 is taken for 14. */
static void opt_window(const struct opt_ctx *c, const struct opt_walk *w)
{
	if (!c->syn || c->estab || c->net->sysctl.tcp_window_scaling == 0)
		return;
	c->rx->wscale_ok = true;
	c->rx->snd_wscale = (u8)min_u32(w->val[0], TCP_MAX_WSCALE);
}

static void opt_timestamp(const struct opt_ctx *c, const struct opt_walk *w)
{
	if (c->estab ? !c->rx->tstamp_ok : c->net->sysctl.tcp_timestamps == 0)
		return;
	c->rx->saw_tstamp = true;
	c->rx->rcv_tsval = get_be32(w->val);
	c->rx->rcv_tsecr = get_be32(w->val + 4);
}

static void opt_sack_perm(const struct opt_ctx *c, const struct opt_walk *w)
{
	(void)w;
	if (!c->syn || c->estab || c->net->sysctl.tcp_sack == 0)
		return;
	c->rx->sack_ok = TCP_SACK_SEEN;
	tcp_sack_reset(c->rx);
}

/* Only where it begins is kept: tcp_ack() reads the blocks. */
static void opt_sack(const struct opt_ctx *c, const struct opt_walk *w)
{
	if (w->size < TCPOLEN_SACK_BASE + TCPOLEN_SACK_PERBLOCK ||
	    (w->size - TCPOLEN_SACK_BASE) % TCPOLEN_SACK_PERBLOCK != 0 || c->rx->sack_ok == 0)
		return;
	TCP_SKB_CB(c->skb)->sacked = (u8)(w->val - 2 - c->th);
}

static void fastopen_cookie(const struct opt_ctx *c, const u8 *cookie, s32 len, bool exp)
{
	struct tcp_fastopen_cookie *foc = c->foc;

	if (foc == NULL || !c->syn || len < 0 || (len & 1) != 0)
		return;
	if (len >= TCP_FASTOPEN_COOKIE_MIN && len <= TCP_FASTOPEN_COOKIE_MAX)
		memcpy(foc->val, cookie, (u32)len);
	else if (len != 0)
		len = -1;
	foc->len = (s8)len;
	foc->exp = exp;
}

static void opt_fastopen(const struct opt_ctx *c, const struct opt_walk *w)
{
	fastopen_cookie(c, w->val, w->size - TCPOLEN_FASTOPEN_BASE, false);
}

static void opt_exp(const struct opt_ctx *c, const struct opt_walk *w)
{
	if (w->size >= TCPOLEN_EXP_FASTOPEN_BASE && get_be16(w->val) == TCPOPT_FASTOPEN_MAGIC)
		fastopen_cookie(c, w->val + 2, w->size - TCPOLEN_EXP_FASTOPEN_BASE, true);
}

static const struct {
	u8 kind, size; /* 0: any */
	void (*take)(const struct opt_ctx *c, const struct opt_walk *w);
} opt_rules[] = {
	{ TCPOPT_MSS, TCPOLEN_MSS, opt_mss },
	{ TCPOPT_WINDOW, TCPOLEN_WINDOW, opt_window },
	{ TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP, opt_timestamp },
	{ TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM, opt_sack_perm },
	{ TCPOPT_SACK, 0, opt_sack },
	{ TCPOPT_FASTOPEN, 0, opt_fastopen },
	{ TCPOPT_EXP, 0, opt_exp },
};

void tcp_parse_options_foc(const struct net *net, const struct sk_buff *skb,
			   struct tcp_options_received *opt_rx, bool estab,
			   struct tcp_fastopen_cookie *foc)
{
	const u8 *th = tcp_hdr(skb);
	const struct opt_ctx c = { net, skb, th, opt_rx, foc, estab, tcp_th_has(th, TCPHDR_SYN) };
	struct opt_walk w;

	opt_rx->saw_tstamp = false;
	opt_walk_init(&w, th);
	while (opt_next(&w))
		for (u32 i = 0; i < ARRAY_SIZE(opt_rules); i++)
			if (opt_rules[i].kind == w.kind &&
			    (opt_rules[i].size == 0 || opt_rules[i].size == w.size))
				opt_rules[i].take(&c, &w);
}

void tcp_parse_options(const struct net *net, const struct sk_buff *skb,
		       struct tcp_options_received *opt_rx, bool estab)
{
	tcp_parse_options_foc(net, skb, opt_rx, estab, NULL);
}

bool tcp_parse_aligned_timestamp(struct tcp_sock *tp, const u8 *th)
{
	const u8 *opt = th + TCP_HLEN;
	u32 ecr;

	if (get_be32(opt) != TCP_TSTAMP_WORD)
		return false;
	ecr = get_be32(opt + 8);
	tp->rx_opt.saw_tstamp = true;
	tp->rx_opt.rcv_tsval = get_be32(opt + 4);
	tp->rx_opt.rcv_tsecr = ecr != 0 ? ecr - tp->tsoffset : 0;
	return true;
}

bool tcp_fast_parse_options(const struct net *net, const struct sk_buff *skb, const u8 *th,
			    struct tcp_sock *tp)
{
	u32 hlen = tcp_hlen(th);

	if (hlen == TCP_HLEN) {
		tp->rx_opt.saw_tstamp = false;
		return false;
	}
	if (tp->rx_opt.tstamp_ok && hlen == TCP_HLEN + TCPOLEN_TSTAMP_ALIGNED &&
	    tcp_parse_aligned_timestamp(tp, th))
		return true;
	tcp_parse_options(net, skb, &tp->rx_opt, true);
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr != 0)
		tp->rx_opt.rcv_tsecr -= tp->tsoffset;
	return true;
}

/* Is the stamp of the last accepted segment `age` seconds old, or older? */
static bool ts_recent_is_old(const struct net *net, const struct tcp_options_received *rx_opt,
			     u32 age)
{
	return (s32)(ktime_get_seconds(net) - (rx_opt->ts_recent_stamp + age)) >= 0;
}

/* RFC 7323 5.3 R1; 5.5: a stamp older than 24 days says nothing (here it is 36 minutes, for clocks
 * of one microsecond). Peers that begin with 0 are let pass.
 */
bool tcp_paws_check(const struct net *net, const struct tcp_options_received *rx_opt, s32 paws_win)
{
	return (s32)(rx_opt->ts_recent - rx_opt->rcv_tsval) <= paws_win ||
	       ts_recent_is_old(net, rx_opt, TCP_PAWS_WRAP) || rx_opt->ts_recent == 0;
}

/* A reset is believed sooner: its sender may have started again, and its clock with it. */
bool tcp_paws_reject(const struct net *net, const struct tcp_options_received *rx_opt, bool rst)
{
	if (tcp_paws_check(net, rx_opt, 0))
		return false;
	return !rst || !ts_recent_is_old(net, rx_opt, TCP_PAWS_MSL);
}

/* How many ticks the peer's clock can have made in one retransmission timeout. */
static u32 tcp_tsval_replay(const struct sock *sk)
{
	u32 rto = inet_csk(sk)->icsk_rto;

	return tcp_sk(sk)->tcp_usec_ts ? rto * (1000000 / HZ) : rto * 1200 / HZ;
}

/* LINUX: tcp_may_update_window(). */
static bool may_update_window(const struct tcp_sock *tp, u32 ack, u32 ack_seq, u32 nwin)
{
	return after(ack, tp->snd_una) || after(ack_seq, tp->snd_wl1) ||
	       (ack_seq == tp->snd_wl1 && (nwin > tp->snd_wnd || nwin == 0));
}

/* Was it overtaken on its way? A pure ACK that repeats the last one and changes nothing, and whose
 * stamp is not much too old, may still count as a duplicate.
 */
static bool tcp_disordered_ack(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	const u8 *th = tcp_hdr(skb);

	if (!tcp_th_has(th, TCPHDR_ACK) || cb->seq != cb->end_seq || cb->seq != tp->rcv_nxt)
		return false;
	if (cb->ack_seq != tp->snd_una ||
	    may_update_window(tp, cb->ack_seq, cb->seq,
			      (u32)get_be16(th + TCP_WINDOW) << tp->rx_opt.snd_wscale))
		return false;
	/* LINUX: the right side is unsigned, so is the comparison. */
	return tp->rx_opt.ts_recent - tp->rx_opt.rcv_tsval <= tcp_tsval_replay(sk);
}

bool tcp_paws_discard(const struct sock *sk, const struct sk_buff *skb)
{
	return !tcp_paws_check(sock_net(sk), &tcp_sk(sk)->rx_opt, TCP_PAWS_WINDOW) &&
	       !tcp_disordered_ack(sk, skb);
}

void tcp_store_ts_recent(struct tcp_sock *tp)
{
	tp->rx_opt.ts_recent = tp->rx_opt.rcv_tsval;
	tp->rx_opt.ts_recent_stamp = ktime_get_seconds(sock_net(&tp->inet_conn.icsk_inet.sk));
}
