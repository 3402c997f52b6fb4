// SPDX-License-Identifier: MIT
/* ss_tcp.c - `ss`: what it shows of TCP, in the look of iproute2 6.1.
 *
 * Rules: LINUX: net/ipv4/inet_diag.c, net/ipv4/tcp_diag.c.
 */
#include "harness/lib/ss_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ipv4/tcp.h"
#include "ipv4/udp.h"

/* -------- which, and in which order -------- */

enum {
	/* The judging kernel's tables with 256 MiB; that of listeners fills a page. */
	LINUX_EHASH = 2048,
	LINUX_LHASH2 = 512
};

static struct sock *node_sk(struct hlist_node *n)
{
	return hlist_entry(n, struct sock, common.skc_node);
}

u8 ss_tcp_state(const struct sock *sk)
{
	if (sk->sk_state == TCP_TIME_WAIT)
		return inet_twsk(sk)->tw_substate;
	return sk->sk_state == TCP_NEW_SYN_RECV ? TCP_SYN_RECV : sk->sk_state;
}

/* Of a chain of ours, which may hold several of Linux's, one of Linux's. */
static u32 collect_chain(const struct hlist_head *chain, u32 slot, u32 linux_size, u32 states,
			 struct sock **list, u32 len)
{
	struct hlist_node *n;

	hlist_for_each (n, chain) {
		struct sock *sk = node_sk(n);
		bool listens = sk->sk_state == TCP_LISTEN;
		u32 hash = listens ? ipv4_portaddr_hash(sk->common.skc_net, sk->sk_rcv_saddr,
							sk->sk_num)
				   : sk->sk_hash;

		if (hash % linux_size != slot || (states & TCPF(ss_tcp_state(sk))) == 0)
			continue;
		if (len < SS_SOCKS)
			list[len++] = sk;
	}
	return len;
}

u32 ss_collect_tcp(struct net *net, u32 states, struct sock **list)
{
	const struct inet_hashinfo *h = net_hashinfo(net);
	u32 len = 0;

	for (u32 i = 0; i < LINUX_LHASH2; i++)
		len = collect_chain(&h->lhash2[i & h->lhash2_mask], i, LINUX_LHASH2, states, list,
				    len);
	for (u32 i = 0; i < LINUX_EHASH; i++)
		len = collect_chain(&h->ehash[i & h->ehash_mask], i, LINUX_EHASH, states, list,
				    len);
	return len;
}

void ss_tcp_queues(const struct sock *sk, u32 *recv_q, u32 *send_q)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	*recv_q = 0;
	*send_q = 0;
	if (!ss_is_full(sk))
		return;
	if (sk->sk_state == TCP_LISTEN) {
		*recv_q = sk->sk_ack_backlog;
		*send_q = sk->sk_max_ack_backlog;
		return;
	}
	*recv_q = after(tp->rcv_nxt, tp->copied_seq) ? tp->rcv_nxt - tp->copied_seq : 0;
	*send_q = tp->write_seq - tp->snd_una;
}

/* -------- filters -------- */

static int take_state(struct lex *lx, struct ss_req *r)
{
	static const struct {
		const char *name;
		u32 states;
	} known[] = {
		{ "established", TCPF(TCP_ESTABLISHED) },
		{ "syn-sent", TCPF(TCP_SYN_SENT) },
		{ "syn-recv", TCPF(TCP_SYN_RECV) },
		{ "fin-wait-1", TCPF(TCP_FIN_WAIT1) },
		{ "fin-wait-2", TCPF(TCP_FIN_WAIT2) },
		{ "time-wait", TCPF(TCP_TIME_WAIT) },
		{ "closed", TCPF(TCP_CLOSE) },
		{ "close-wait", TCPF(TCP_CLOSE_WAIT) },
		{ "last-ack", TCPF(TCP_LAST_ACK) },
		{ "listening", TCPF(TCP_LISTEN) },
		{ "closing", TCPF(TCP_CLOSING) },
		{ "all", 0xfff },
		{ "connected", 0xfff & ~(TCPF(TCP_LISTEN) | TCPF(TCP_CLOSE) | TCPF(TCP_TIME_WAIT) |
					 TCPF(TCP_SYN_RECV)) },
		{ "synchronized",
		  0xfff & ~(TCPF(TCP_LISTEN) | TCPF(TCP_CLOSE) | TCPF(TCP_TIME_WAIT) |
			    TCPF(TCP_SYN_RECV) | TCPF(TCP_SYN_SENT)) },
	};

	if (take_word(lx, "state") < 0)
		return -1;
	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		if (lex_is(lx, known[i].name)) {
			r->states |= known[i].states;
			return 0;
		}
	}
	return lex_unknown(lx, "a state");
}

/* ADDR, ADDR:PORT or :PORT. */
static int take_end(struct lex *lx, bool *has_addr, be32 *addr, u16 *port)
{
	char text[24];
	const char *colon;
	u32 n;

	if (take_word(lx, "address") < 0)
		return -1;
	colon = strchr(lx->word, ':');
	if (colon != NULL) {
		if (!parse_u32(colon + 1, 10, &n) || n > U16_MAX)
			return lex_unknown(lx, "a port");
		*port = (u16)n;
	}
	n = colon != NULL ? (u32)(colon - lx->word) : (u32)strlen(lx->word);
	if (n == 0)
		return 0;
	if (n >= sizeof(text))
		return lex_unknown(lx, "an address");
	memcpy(text, lx->word, n);
	text[n] = '\0';
	*has_addr = true;
	return parse_addr(text, addr) ? 0 : lex_unknown(lx, "an address");
}

static int take_port(struct lex *lx, u16 *port)
{
	bool has_addr = false;
	be32 addr;

	if (!lex_next(lx))
		return lex_missing(lx, "port");
	if (!lex_is(lx, "=") && !lex_is(lx, "==") && !lex_is(lx, "eq"))
		lex_back(lx);
	if (take_end(lx, &has_addr, &addr, port) < 0)
		return -1;
	return has_addr ? lex_unknown(lx, ":PORT") : 0;
}

int ss_take_filter(struct lex *lx, struct ss_req *r)
{
	struct ss_filter *f = &r->filter;
	int err = 0;

	do {
		if (lex_is(lx, "and"))
			continue;
		if (lex_is(lx, "state"))
			err = take_state(lx, r);
		else if (lex_is(lx, "src"))
			err = take_end(lx, &f->has_src, &f->src, &f->sport);
		else if (lex_is(lx, "dst"))
			err = take_end(lx, &f->has_dst, &f->dst, &f->dport);
		else if (lex_is(lx, "sport"))
			err = take_port(lx, &f->sport);
		else if (lex_is(lx, "dport"))
			err = take_port(lx, &f->dport);
		else
			err = lex_unknown(lx, "state|src|dst|sport|dport");
	} while (err == 0 && lex_next(lx));
	return err;
}

bool ss_matches(const struct ss_filter *f, const struct sock *sk)
{
	if (f->has_src && !be32_eq(f->src, sk->sk_rcv_saddr))
		return false;
	if (f->has_dst && !be32_eq(f->dst, sk->sk_daddr))
		return false;
	if (f->sport != 0 && f->sport != sk->sk_num)
		return false;
	return f->dport == 0 || f->dport == be16_to_cpu(sk->sk_dport);
}

/* -------- timers -------- */

/* iproute2: print_ms_timer(): seconds only below ten minutes, parts of them below ten seconds. */
static void put_ms_timer(u32 ms, struct outbuf *o)
{
	u32 secs = ms / 1000, minutes = secs / 60, msecs = ms % 1000;

	secs %= 60;
	if (minutes != 0) {
		msecs = 0;
		outf(o, "%umin", minutes);
		if (minutes > 9)
			secs = 0;
	}
	if (secs != 0) {
		if (secs > 9)
			msecs = 0;
		outf(o, "%u%s", secs, msecs != 0 ? "." : "sec");
	}
	if (msecs != 0)
		outf(o, "%03ums", msecs);
}

struct shown_timer {
	const char *name;
	u64 expires_jif;
	u32 retrans;
};

static struct shown_timer timer_of(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_TIME_WAIT)
		return (struct shown_timer){ "timewait", inet_twsk(sk)->tw_timer.expires_jif, 0 };
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return (struct shown_timer){ "on", inet_reqsk(sk)->rsk_timer.expires_jif,
					     inet_reqsk(sk)->num_retrans };
	if (icsk->icsk_pending == ICSK_TIME_RETRANS ||
	    icsk->icsk_pending == ICSK_TIME_REO_TIMEOUT ||
	    icsk->icsk_pending == ICSK_TIME_LOSS_PROBE)
		return (struct shown_timer){ "on", icsk->icsk_timeout, icsk->icsk_retransmits };
	if (icsk->icsk_pending == ICSK_TIME_PROBE0)
		return (struct shown_timer){ "persist", icsk->icsk_timeout, icsk->icsk_probes_out };
	if (timer_pending(&icsk->icsk_keepalive_timer))
		return (struct shown_timer){ "keepalive", icsk->icsk_keepalive_timer.expires_jif,
					     icsk->icsk_probes_out };
	return (struct shown_timer){ NULL, 0, 0 };
}

void ss_put_timer(struct sock *sk, struct outbuf *o)
{
	struct shown_timer t = timer_of(sk);
	s64 left = (s64)(t.expires_jif - net_jiffies(sk->common.skc_net));

	if (t.name == NULL)
		return;
	outf(o, " timer:(%s,", t.name);
	put_ms_timer(left > 0 ? (u32)left : 0, o);
	outf(o, ",%u)", t.retrans);
}

/* -------- numbers -------- */

/* "%g" of thousandths: six digits count, zeros at the end do not. */
static void put_thousandths(struct outbuf *o, const char *name, u64 v)
{
	u32 frac_digits = 3;
	u64 unit = 1000;
	char frac[8];

	/* 1234.567 has seven digits: 1234.57. */
	for (u64 limit = 1000000; v >= limit && frac_digits != 0; limit *= 10)
		frac_digits--;
	for (u32 n = 3; n > frac_digits; n--)
		unit /= 10;
	v = (v + 500 / unit) / (1000 / unit);
	outf(o, "%s%" PRIu64, name, v / unit);
	if (v % unit == 0)
		return;
	snprintf(frac, sizeof(frac), "%0*u", (int)frac_digits, (u32)(v % unit));
	for (u32 n = min_u32(frac_digits, sizeof(frac) - 1); n > 0 && frac[n - 1] == '0'; n--)
		frac[n - 1] = '\0';
	outf(o, ".%s", frac);
}

/* "%.3g" of v / unit, which is from 1 up to 1000. */
static void put_three_digits(struct outbuf *o, u64 v, u64 unit)
{
	u32 decimals = v >= 100 * unit ? 0 : v >= 10 * unit ? 1 : 2;
	u64 scale = decimals == 0 ? 1 : decimals == 1 ? 10 : 100;
	u64 rounded = (v + unit / scale / 2) / (unit / scale);

	if (rounded == 1000 && decimals == 0) {
		outf(o, "1e+03");
		return;
	}
	for (; decimals != 0 && rounded % 10 == 0; decimals--) {
		rounded /= 10;
		scale /= 10;
	}
	if (decimals == 0)
		outf(o, "%" PRIu64, rounded);
	else
		outf(o, "%" PRIu64 ".%0*" PRIu64, rounded / scale, (int)decimals, rounded % scale);
}

/* iproute2: sprint_bw(): with -n all digits. */
static void put_bandwidth(struct outbuf *o, const char *name, u64 bps, bool numeric)
{
	static const struct {
		u64 unit;
		const char *name;
	} units[] = {
		{ 1000000000000, "T" },
		{ 1000000000, "G" },
		{ 1000000, "M" },
		{ 1000, "k" },
	};

	outf(o, "%s", name);
	for (u32 i = 0; !numeric && i < ARRAY_SIZE(units); i++) {
		if (bps > units[i].unit) {
			put_three_digits(o, bps, units[i].unit);
			outf(o, "%sbps", units[i].name);
			return;
		}
	}
	outf(o, "%" PRIu64 "bps", bps);
}

/* -------- tcp_info -------- */

/* Where struct tcp_info has what is shown. */
enum {
	TI_BACKOFF = 4,
	TI_OPTIONS = 5,
	TI_WSCALE = 6,
	TI_APP_LIMITED = 7,
	TI_RTO = 8,
	TI_ATO = 12,
	TI_SND_MSS = 16,
	TI_RCV_MSS = 20,
	TI_UNACKED = 24,
	TI_SACKED = 28,
	TI_LOST = 32,
	TI_RETRANS = 36,
	TI_FACKETS = 40,
	TI_LAST_DATA_SENT = 44,
	TI_LAST_DATA_RECV = 52,
	TI_LAST_ACK_RECV = 56,
	TI_PMTU = 60,
	TI_RCV_SSTHRESH = 64,
	TI_RTT = 68,
	TI_RTTVAR = 72,
	TI_SND_SSTHRESH = 76,
	TI_SND_CWND = 80,
	TI_ADVMSS = 84,
	TI_REORDERING = 88,
	TI_RCV_RTT = 92,
	TI_RCV_SPACE = 96,
	TI_TOTAL_RETRANS = 100,
	TI_PACING_RATE = 104,
	TI_MAX_PACING_RATE = 112,
	TI_BYTES_ACKED = 120,
	TI_BYTES_RECEIVED = 128,
	TI_SEGS_OUT = 136,
	TI_SEGS_IN = 140,
	TI_NOTSENT_BYTES = 144,
	TI_MIN_RTT = 148,
	TI_DATA_SEGS_IN = 152,
	TI_DATA_SEGS_OUT = 156,
	TI_DELIVERY_RATE = 160,
	TI_BUSY_TIME = 168,
	TI_RWND_LIMITED = 176,
	TI_SNDBUF_LIMITED = 184,
	TI_DELIVERED = 192,
	TI_DELIVERED_CE = 196,
	TI_BYTES_SENT = 200,
	TI_BYTES_RETRANS = 208,
	TI_DSACK_DUPS = 216,
	TI_REORD_SEEN = 220,
	TI_RCV_OOOPACK = 224,
	TI_SND_WND = 228
};

static void put_u32(struct outbuf *o, const char *name, u32 v)
{
	if (v != 0)
		outf(o, "%s%u", name, v);
}

static void put_u64(struct outbuf *o, const char *name, u64 v)
{
	if (v != 0)
		outf(o, "%s%" PRIu64, name, v);
}

static void put_options(struct outbuf *o, const u8 *ti)
{
	u8 options = ti[TI_OPTIONS];

	if ((options & TCPI_OPT_TIMESTAMPS) != 0)
		outf(o, " ts");
	if ((options & TCPI_OPT_SACK) != 0)
		outf(o, " sack");
	if ((options & TCPI_OPT_ECN) != 0)
		outf(o, " ecn");
	if ((options & TCPI_OPT_ECN_SEEN) != 0)
		outf(o, " ecnseen");
	if ((options & TCPI_OPT_SYN_DATA) != 0)
		outf(o, " fastopen");
}

static void put_times(struct outbuf *o, const u8 *ti)
{
	u32 rto = get_le32(ti + TI_RTO);

	if (rto != 0 && rto != 3000000)
		put_thousandths(o, " rto:", rto);
	put_u32(o, " backoff:", ti[TI_BACKOFF]);
	if (get_le32(ti + TI_RTT) != 0) {
		put_thousandths(o, " rtt:", get_le32(ti + TI_RTT));
		put_thousandths(o, "/", get_le32(ti + TI_RTTVAR));
	}
	if (get_le32(ti + TI_ATO) != 0)
		put_thousandths(o, " ato:", get_le32(ti + TI_ATO));
}

static void put_sizes(struct outbuf *o, const u8 *ti)
{
	u32 ssthresh = get_le32(ti + TI_SND_SSTHRESH);

	put_u32(o, " mss:", get_le32(ti + TI_SND_MSS));
	put_u32(o, " pmtu:", get_le32(ti + TI_PMTU));
	put_u32(o, " rcvmss:", get_le32(ti + TI_RCV_MSS));
	put_u32(o, " advmss:", get_le32(ti + TI_ADVMSS));
	put_u32(o, " cwnd:", get_le32(ti + TI_SND_CWND));
	put_u32(o, " ssthresh:", ssthresh < 0xffff ? ssthresh : 0);
}

static void put_counts(struct outbuf *o, const u8 *ti)
{
	put_u64(o, " bytes_sent:", get_le64(ti + TI_BYTES_SENT));
	put_u64(o, " bytes_retrans:", get_le64(ti + TI_BYTES_RETRANS));
	put_u64(o, " bytes_acked:", get_le64(ti + TI_BYTES_ACKED));
	put_u64(o, " bytes_received:", get_le64(ti + TI_BYTES_RECEIVED));
	put_u32(o, " segs_out:", get_le32(ti + TI_SEGS_OUT));
	put_u32(o, " segs_in:", get_le32(ti + TI_SEGS_IN));
	put_u32(o, " data_segs_out:", get_le32(ti + TI_DATA_SEGS_OUT));
	put_u32(o, " data_segs_in:", get_le32(ti + TI_DATA_SEGS_IN));
}

static void put_rates(struct outbuf *o, const u8 *ti, bool numeric)
{
	u64 pacing = get_le64(ti + TI_PACING_RATE), max = get_le64(ti + TI_MAX_PACING_RATE);
	u64 burst = (u64)get_le32(ti + TI_SND_CWND) * get_le32(ti + TI_SND_MSS);
	u32 rtt = get_le32(ti + TI_RTT);

	if (rtt != 0 && burst != 0)
		put_bandwidth(o, " send ", (burst * 8000000 + rtt / 2) / rtt, numeric);
	put_u32(o, " lastsnd:", get_le32(ti + TI_LAST_DATA_SENT));
	put_u32(o, " lastrcv:", get_le32(ti + TI_LAST_DATA_RECV));
	put_u32(o, " lastack:", get_le32(ti + TI_LAST_ACK_RECV));
	if (pacing != 0 && pacing != U64_MAX) {
		put_bandwidth(o, " pacing_rate ", pacing * 8, numeric);
		if (max != 0 && max != U64_MAX)
			put_bandwidth(o, "/", max * 8, numeric);
	}
	if (get_le64(ti + TI_DELIVERY_RATE) != 0)
		put_bandwidth(o, " delivery_rate ", get_le64(ti + TI_DELIVERY_RATE) * 8, numeric);
	put_u32(o, " delivered:", get_le32(ti + TI_DELIVERED));
	put_u32(o, " delivered_ce:", get_le32(ti + TI_DELIVERED_CE));
	if ((ti[TI_APP_LIMITED] & 1) != 0)
		outf(o, " app_limited");
}

static void put_limited(struct outbuf *o, const char *name, u64 limited, u64 busy)
{
	u64 tenths = (limited * 1000 + busy / 2) / busy;

	if (limited != 0)
		outf(o, "%s%" PRIu64 "ms(%" PRIu64 ".%" PRIu64 "%%)", name, limited / 1000,
		     tenths / 10, tenths % 10);
}

static void put_queues(struct outbuf *o, const u8 *ti, u8 state)
{
	u64 busy = get_le64(ti + TI_BUSY_TIME);
	u32 retrans = get_le32(ti + TI_RETRANS), total = get_le32(ti + TI_TOTAL_RETRANS);

	if (busy != 0) {
		outf(o, " busy:%" PRIu64 "ms", busy / 1000);
		put_limited(o, " rwnd_limited:", get_le64(ti + TI_RWND_LIMITED), busy);
		put_limited(o, " sndbuf_limited:", get_le64(ti + TI_SNDBUF_LIMITED), busy);
	}
	put_u32(o, " unacked:", get_le32(ti + TI_UNACKED));
	if (retrans != 0 || total != 0)
		outf(o, " retrans:%u/%u", retrans, total);
	put_u32(o, " lost:", get_le32(ti + TI_LOST));
	put_u32(o, " sacked:", state != TCP_LISTEN ? get_le32(ti + TI_SACKED) : 0);
	put_u32(o, " dsack_dups:", get_le32(ti + TI_DSACK_DUPS));
	put_u32(o, " fackets:", get_le32(ti + TI_FACKETS));
	if (get_le32(ti + TI_REORDERING) != 3)
		outf(o, " reordering:%u", get_le32(ti + TI_REORDERING));
	put_u32(o, " reord_seen:", get_le32(ti + TI_REORD_SEEN));
}

static void put_receive(struct outbuf *o, const u8 *ti)
{
	u32 min_rtt = get_le32(ti + TI_MIN_RTT);

	if (get_le32(ti + TI_RCV_RTT) != 0)
		put_thousandths(o, " rcv_rtt:", get_le32(ti + TI_RCV_RTT));
	put_u32(o, " rcv_space:", get_le32(ti + TI_RCV_SPACE));
	put_u32(o, " rcv_ssthresh:", get_le32(ti + TI_RCV_SSTHRESH));
	put_u32(o, " notsent:", get_le32(ti + TI_NOTSENT_BYTES));
	if (min_rtt != 0 && min_rtt != U32_MAX)
		put_thousandths(o, " minrtt:", min_rtt);
	put_u32(o, " rcv_ooopack:", get_le32(ti + TI_RCV_OOOPACK));
	put_u32(o, " snd_wnd:", get_le32(ti + TI_SND_WND));
}

void ss_put_tcp_info(struct sock *sk, const struct ss_req *r, struct outbuf *o)
{
	u8 ti[TCP_INFO_BYTES];

	tcp_get_info(sk, ti);
	if (r->timers)
		put_options(o, ti);
	outf(o, " %s", inet_csk(sk)->icsk_ca_ops->name);
	if ((ti[TI_OPTIONS] & TCPI_OPT_WSCALE) != 0)
		outf(o, " wscale:%u,%u", ti[TI_WSCALE] & 15, ti[TI_WSCALE] >> 4);
	put_times(o, ti);
	put_sizes(o, ti);
	put_counts(o, ti);
	put_rates(o, ti, r->numeric);
	put_queues(o, ti, ss_tcp_state(sk));
	put_receive(o, ti);
}
