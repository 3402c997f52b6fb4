// SPDX-License-Identifier: MIT
/* generate_tcp.c - connections: opened from either side, used, disturbed, ended.
 *
 * The script is the other side, so it has to know about where a connection stands: each has a model
 * of a few numbers. Where the model is wrong (a window was smaller, a timer ran) the segment that
 * follows from it is one that a confused peer would send, which is as good a question.
 */
#include "harness/diff/generate_tcp.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/check.h"

enum { MSS_USUAL = 1460, WIN_UNSCALED = 65535, SERVER_PORT = 80, PEER_PORTS = 40000 };

void gen_tcp_line(struct gen_tcp *t, const char *fmt, ...)
{
	char text[640];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	gen_begin(t->g);
	gen_put(t->g, text);
	gen_end(t->g);
}

static u32 below(struct gen_tcp *t, u32 n)
{
	return gen_below(t->g, n);
}

static bool percent(struct gen_tcp *t, u32 p)
{
	return gen_percent(t->g, p);
}

static void wait_ms(struct gen_tcp *t, u32 ms)
{
	gen_tcp_line(t, "advance %ums", ms);
}

/* --- segments
 * ------------------------------------------------------------------------------------- */

static const struct gen_host *host_of(struct gen_tcp *t)
{
	return gen_host_of(t->g);
}

/* What our side has about sent: its program's bytes as far as windows let them. */
static u32 sent(const struct gen_conn *c)
{
	u32 left = c->written - c->acked, room = c->cwnd * c->mss;

	room = room < c->win << c->wscale ? room : c->win << c->wscale;
	return c->acked + (left < room ? left : room) + (c->fin && left <= room);
}

static void put_ts(struct gen_tcp *t, struct gen_conn *c, bool syn)
{
	u64 ms = (t->g->passed_us - c->since_us) / 1000;

	if (!c->ts)
		return;
	c->peer_ts += below(t, 20);
	if (syn)
		gen_putf(t->g, "TS val %u ecr %u", c->peer_ts, 0u);
	else
		gen_putf(t->g, "nop,nop,TS val %u ecr %u", c->peer_ts, (u32)(1 + ms));
}

static void head(struct gen_tcp *t, const struct gen_conn *c)
{
	gen_putf(t->g, "< ");
	gen_put_addr(t->g, host_of(t)->peer);
	gen_putf(t->g, ":%u > ", c->rport);
	gen_put_addr(t->g, host_of(t)->own);
	gen_putf(t->g, ":%u ", c->lport);
}

struct seg {
	const char *flags;
	u32 seq, len, ack, win;
	const char *sack; /* NULL, or "a:b c:d" */
	const char *attrs;
};

static void segment(struct gen_tcp *t, struct gen_conn *c, struct seg s)
{
	struct gen *g = t->g;
	bool options = c->ts || s.sack != NULL;

	if (s.attrs == NULL && c->ecn)
		s.attrs = percent(t, 15) ? "[tos 0x3] " : percent(t, 90) ? "[tos 0x2] " : NULL;
	gen_begin(g);
	head(t, c);
	if (s.attrs != NULL)
		gen_put(g, s.attrs);
	gen_putf(g, "%s %u:%u(%u)", s.flags, s.seq, s.seq + s.len, s.len);
	if (s.ack != 0)
		gen_putf(g, " ack %u", s.ack);
	gen_putf(g, " win %u", s.win);
	if (options) {
		gen_put(g, " <");
		put_ts(t, c, false);
		if (s.sack != NULL)
			gen_putf(g, "%snop,nop,sack %s", c->ts ? "," : "", s.sack);
		gen_put(g, ">");
	}
	gen_end(g);
}

/* The options of a SYN or SYN-ACK, and what they make of the connection. */
void gen_tcp_syn(struct gen_tcp *t, struct gen_conn *c, const char *flags, u32 ack)
{
	static const u32 mss[] = { 1460, 1460, 1460, 1000, 536, 1400, 100, 8960, 1 };
	struct gen *g = t->g;
	bool window = percent(t, 75), plain = percent(t, 10);
	u32 m = mss[below(t, ARRAY_SIZE(mss))];

	c->ts = !plain && percent(t, 50);
	c->sack = !plain && percent(t, 75);
	c->wscale = window && !plain ? (u8)below(t, 9) : 0;
	c->mss = m < 88 ? 88 : m > MSS_USUAL ? MSS_USUAL : m;
	c->mss -= c->ts ? 12 : 0;
	c->win = percent(t, 80) ? 65535u >> below(t, 3) : 1000 + below(t, 20000);
	c->peer_ts = 1000 + below(t, 1000000);
	c->ecn = flags[1] == 'E' && percent(t, 80);
	gen_begin(g);
	head(t, c);
	gen_putf(g, "%s 0:0(0)", flags);
	if (ack != 0)
		gen_putf(g, " ack %u", ack);
	gen_putf(g, " win %u", c->win);
	if (!plain) {
		gen_putf(g, " <mss %u", m);
		if (c->sack)
			gen_put(g, ",sackOK");
		if (c->ts) {
			gen_put(g, ",");
			put_ts(t, c, true);
		}
		if (window)
			gen_putf(g, ",nop,wscale %u", c->wscale);
		gen_put(g, ">");
	} else {
		c->mss = 536;
	}
	gen_end(g);
	c->win >>= c->wscale;
	if (c->win == 0)
		c->win = 1;
}

/* --- opening
 * -------------------------------------------------------------------------------------- */

struct gen_conn *gen_tcp_conn(struct gen_tcp *t)
{
	struct gen_conn *c;

	if (t->nr == GEN_TCP_CONNS)
		return NULL;
	c = &t->conn[t->nr++];
	*c = (struct gen_conn){ .fd = -1,
				.peer_fd = -1,
				.open = true,
				.written = 1,
				.acked = 1,
				.got = 1,
				.cwnd = 10,
				.mss = 536,
				.win = 1000,
				.rport = (u16)(PEER_PORTS + t->nr),
				.since_us = t->g->passed_us };
	return c;
}

void gen_tcp_options(struct gen_tcp *t, int fd)
{
	static const char *const opts[] = {
		"SOL_SOCKET, SO_RCVBUF, [%u], 4",     "SOL_SOCKET, SO_SNDBUF, [%u], 4",
		"SOL_TCP, TCP_MAXSEG, [%u], 4",	      "SOL_TCP, TCP_WINDOW_CLAMP, [%u], 4",
		"SOL_TCP, TCP_USER_TIMEOUT, [%u], 4",
	};
	static const char *const flags[] = {
		"SOL_SOCKET, SO_KEEPALIVE, [1], 4",
		"SOL_TCP, TCP_NODELAY, [1], 4",
		"SOL_TCP, TCP_CORK, [1], 4",
		"SOL_TCP, TCP_KEEPIDLE, [3], 4",
		"SOL_TCP, TCP_KEEPINTVL, [2], 4",
		"SOL_TCP, TCP_KEEPCNT, [3], 4",
		"SOL_TCP, TCP_SYNCNT, [2], 4",
		"SOL_TCP, TCP_DEFER_ACCEPT, [3], 4",
		"SOL_TCP, TCP_LINGER2, [5], 4",
		"SOL_TCP, TCP_QUICKACK, [0], 4",
		"SOL_TCP, TCP_NOTSENT_LOWAT, [2000], 4",
		"SOL_SOCKET, SO_RCVLOWAT, [500], 4",
		"SOL_TCP, TCP_CONGESTION, \"reno\", 4",
		"SOL_TCP, TCP_CONGESTION, \"cubic\", 5",
		"SOL_SOCKET, SO_OOBINLINE, [1], 4",
		"SOL_TCP, TCP_THIN_LINEAR_TIMEOUTS, [1], 4",
		"SOL_SOCKET, SO_LINGER, {onoff = 1, linger = 0}, 8",
		"SOL_SOCKET, SO_LINGER, {onoff = 1, linger = 2}, 8",
		"SOL_IP, IP_TOS, [16], 4",
		"SOL_TCP, TCP_INQ, [1], 4",
	};
	char form[128];

	while (percent(t, 25)) {
		if (percent(t, 30)) {
			(void)snprintf(form, sizeof(form), "setsockopt(%d, %s) = ...", fd,
				       opts[below(t, ARRAY_SIZE(opts))]);
			gen_begin(t->g);
			/* The only directive in these is the value's. */
			gen_putf(t->g, form, 500 + below(t, 60000)); /* NOLINT */
			gen_end(t->g);
		} else {
			gen_tcp_line(t, "setsockopt(%d, %s) = ...", fd,
				     flags[below(t, ARRAY_SIZE(flags))]);
		}
	}
}

void gen_tcp_listener(struct gen_tcp *t)
{
	t->listener = t->next_fd++;
	t->listen_port = SERVER_PORT;
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = %d", t->listener);
	gen_tcp_options(t, t->listener);
	gen_tcp_line(t,
		     "bind(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = "
		     "inet_addr(\"0.0.0.0\")}, 16) = ...",
		     t->listener, t->listen_port);
	gen_tcp_line(t, "listen(%d, %u) = ...", t->listener, percent(t, 15) ? below(t, 2) : 10);
}

static void accept_it(struct gen_tcp *t, struct gen_conn *c)
{
	c->fd = t->next_fd++;
	gen_tcp_line(t, "accept4(%d, ..., ..., %s) = %d", t->listener,
		     percent(t, 70) ? "SOCK_NONBLOCK" : "0", c->fd);
}

static void open_passive(struct gen_tcp *t)
{
	struct gen_conn *c = gen_tcp_conn(t);

	if (c == NULL)
		return;
	if (t->listener < 0)
		gen_tcp_listener(t);
	c->lport = t->listen_port;
	gen_tcp_syn(t, c, percent(t, 10) ? "SEW" : "S", 0);
	if (percent(t, 8))
		wait_ms(t, 1000 + below(t, 4) * 1000); /* the SYN-ACK again */
	if (percent(t, 4))
		gen_tcp_syn(t, c, "S", 0);
	if (percent(t, 60))
		wait_ms(t, 1 + below(t, 200));
	if (percent(t, 4))
		segment(t, c, (struct seg){ "R", 1, 0, 0, 0, NULL, NULL });
	if (percent(t, 4))
		segment(t, c, (struct seg){ ".", 1, 0, 100, c->win, NULL, NULL });
	if (percent(t, 92)) {
		u32 len = percent(t, 15) ? 1 + below(t, c->mss) : 0;

		segment(t, c, (struct seg){ len != 0 ? "P." : ".", 1, len, 1, c->win, NULL, NULL });
		c->got += len;
	}
	c->established = true;
	accept_it(t, c);
}

static void open_active(struct gen_tcp *t)
{
	struct gen_conn *c = gen_tcp_conn(t);

	if (c == NULL)
		return;
	c->fd = t->next_fd++;
	c->lport = (u16)(5000 + t->nr);
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = %d", c->fd);
	gen_tcp_options(t, c->fd);
	gen_begin(t->g);
	gen_putf(t->g,
		 "bind(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = inet_addr(\"",
		 c->fd, c->lport);
	gen_put_addr(t->g, host_of(t)->own);
	gen_put(t->g, "\")}, 16) = ...");
	gen_end(t->g);
	gen_begin(t->g);
	gen_putf(t->g,
		 "connect(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = inet_addr(\"",
		 c->fd, c->rport);
	gen_put_addr(t->g, host_of(t)->peer);
	gen_put(t->g, "\")}, 16) = ...");
	gen_end(t->g);
	if (percent(t, 10))
		wait_ms(t, 1000 + below(t, 5) * 1000);
	else if (percent(t, 60))
		wait_ms(t, 1 + below(t, 200));
	if (percent(t, 5)) {
		segment(t, c, (struct seg){ "R.", 0, 0, 1, 0, NULL, NULL });
		c->open = percent(t, 50);
	} else if (percent(t, 6)) {
		gen_tcp_syn(t, c, "S", 0); /* both at once */
		segment(t, c, (struct seg){ ".", 1, 0, 1, c->win, NULL, NULL });
	} else if (percent(t, 4)) {
		gen_tcp_syn(t, c, "S.", 77);
	}
	gen_tcp_syn(t, c, percent(t, 10) ? "SE." : "S.", 1);
	if (percent(t, 20))
		gen_tcp_line(t, "getsockopt(%d, SOL_SOCKET, SO_ERROR, ..., [4]) = ...", c->fd);
	c->established = true;
}

/* Both ends on this host, by its own address or loopback. */
static void open_loop(struct gen_tcp *t)
{
	struct gen_conn *c = gen_tcp_conn(t);

	if (c == NULL)
		return;
	if (t->listener < 0)
		gen_tcp_listener(t);
	c->loop = true;
	c->lport = t->listen_port;
	c->peer_fd = t->next_fd++;
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = %d", c->peer_fd);
	gen_tcp_options(t, c->peer_fd);
	gen_tcp_line(t,
		     "connect(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = "
		     "inet_addr(\"127.0.0.1\")}, 16) = ...",
		     c->peer_fd, t->listen_port);
	accept_it(t, c);
	c->established = true;
}

/* --- using it
 * ------------------------------------------------------------------------------------- */

static u32 size_of_write(struct gen_tcp *t, const struct gen_conn *c)
{
	switch (below(t, 8)) {
	case 0:
		return 1 + below(t, 10);
	case 1:
	case 2:
		return 1 + below(t, 1000);
	case 3:
		return c->mss;
	case 4:
		return c->mss * (1 + below(t, 10));
	case 5:
		return 1 + below(t, 20000);
	case 6:
		return 1 + below(t, 60000);
	default:
		return 2000;
	}
}

static void do_write(struct gen_tcp *t, struct gen_conn *c)
{
	static const char *const flags[] = { "0",
					     "0",
					     "0",
					     "0",
					     "MSG_MORE",
					     "MSG_OOB",
					     "MSG_EOR",
					     "MSG_DONTWAIT",
					     "MSG_NOSIGNAL",
					     "MSG_MORE|MSG_DONTWAIT" };
	u32 len = size_of_write(t, c);
	int fd = c->loop && percent(t, 50) ? c->peer_fd : c->fd;

	gen_tcp_line(t, "sendto(%d, ..., %u, %s%s, NULL, 0) = ...", fd, len,
		     flags[below(t, ARRAY_SIZE(flags))], c->blocking ? "|MSG_DONTWAIT" : "");
	if (!c->fin && fd == c->fd)
		c->written += len;
}

static void do_read(struct gen_tcp *t, struct gen_conn *c)
{
	static const char *const flags[] = { "0",
					     "0",
					     "0",
					     "0",
					     "MSG_PEEK",
					     "MSG_OOB",
					     "MSG_WAITALL",
					     "MSG_TRUNC",
					     "MSG_DONTWAIT",
					     "MSG_PEEK|MSG_TRUNC" };
	static const u32 sizes[] = { 100, 1000, 5000, 65536, 1 };
	int fd = c->loop && percent(t, 50) ? c->peer_fd : c->fd;

	gen_tcp_line(t, "recvfrom(%d, ..., %u, MSG_DONTWAIT|%s, NULL, NULL) = ...", fd,
		     sizes[below(t, ARRAY_SIZE(sizes))], flags[below(t, ARRAY_SIZE(flags))]);
}

/* Confirms something of what was sent. */
static void do_ack(struct gen_tcp *t, struct gen_conn *c)
{
	u32 top = sent(c), to = top, flight = top - c->acked;
	struct seg s = { ".", c->got, 0, 0, c->win, NULL, NULL };
	char sack[80];

	if (flight > c->mss && percent(t, 45))
		to = c->acked + c->mss * (1 + below(t, flight / c->mss));
	else if (percent(t, 5))
		to = c->acked + below(t, flight + 1);
	if (c->peer_fin)
		s.seq++;
	if (percent(t, 10))
		c->win = percent(t, 30) ? 0 : 1 + below(t, WIN_UNSCALED);
	s.win = c->win;
	s.ack = to;
	if (percent(t, 8))
		s.flags = percent(t, 50) ? "E." : "P.";
	segment(t, c, s);
	if (to > c->acked) {
		c->cwnd += (to - c->acked) / c->mss + 1;
		c->acked = to;
	}
	/* What lies behind a loss. */
	if (c->sack && top > to + 2 * c->mss && percent(t, 60)) {
		u32 from = to + c->mss, n = 1 + below(t, 5);

		for (u32 i = 0; i < n && from + c->mss * (i + 1) <= top; i++) {
			(void)snprintf(sack, sizeof(sack), "%u:%u", from, from + c->mss * (i + 1));
			s.sack = sack;
			s.flags = ".";
			segment(t, c, s);
		}
	} else if (!c->sack && flight > 3 * c->mss && percent(t, 40)) {
		for (u32 i = 0; i < 3 + below(t, 3); i++)
			segment(t, c, s);
	}
}

static u32 data_len(struct gen_tcp *t, const struct gen_conn *c)
{
	return percent(t, 60) ? c->mss : 1 + below(t, c->mss);
}

static void do_data(struct gen_tcp *t, struct gen_conn *c)
{
	u32 len = data_len(t, c), n = percent(t, 30) ? 1 + below(t, 8) : 1;
	struct seg s = { percent(t, 60) ? "P." : ".", c->got, len, sent(c), c->win, NULL, NULL };

	if (c->peer_fin)
		return;
	c->acked = s.ack > c->acked ? s.ack : c->acked;
	for (u32 i = 0; i < n; i++) {
		s.seq = c->got;
		segment(t, c, s);
		c->got += len;
		if (c->hole != 0 && c->got >= c->hole) {
			c->got = c->got > c->hole_end ? c->got : c->hole_end;
			c->hole = 0;
		}
	}
}

/* Not in order: beyond a hole, again, or overlapping. */
static void do_disorder(struct gen_tcp *t, struct gen_conn *c)
{
	u32 len = data_len(t, c), gap = data_len(t, c);
	struct seg s = { ".", c->got, len, sent(c), c->win, NULL, NULL };

	if (c->peer_fin)
		return;
	switch (below(t, 4)) {
	case 0:
	case 1:
		s.seq = (c->hole != 0 ? c->hole_end : c->got) + (percent(t, 60) ? gap : 0);
		if (s.seq == c->got)
			s.seq += gap;
		if (c->hole == 0)
			c->hole = s.seq;
		c->hole_end = s.seq + len;
		break;
	case 2:
		s.seq = c->got > len ? c->got - len : 0;
		break;
	default:
		s.seq = c->got > 10 ? c->got - below(t, 10) : c->got;
		s.len = len + 10;
		if (s.seq + s.len > c->got && c->hole == 0)
			c->got = s.seq + s.len;
		break;
	}
	segment(t, c, s);
}

static void do_odd_segment(struct gen_tcp *t, struct gen_conn *c)
{
	static const char *const flags[] = { "R",  "R.",   "S",	 "S.", "F.", ".", "P.",
					     "U.", "FPU.", "SF", "-",  "E.", "W." };
	struct seg s = {
		flags[below(t, ARRAY_SIZE(flags))], c->got, 0, sent(c), c->win, NULL, NULL
	};

	if (percent(t, 60))
		s.seq = c->got + (percent(t, 50) ? below(t, 100000) : 0u - below(t, 1000));
	if (percent(t, 40))
		s.ack = sent(c) + (percent(t, 50) ? 1 + below(t, 100000) : 0u - below(t, 70000));
	if (percent(t, 30))
		s.len = 1 + below(t, 100);
	if (percent(t, 5))
		s.attrs = "[tos 0x3] ";
	segment(t, c, s);
}

static void do_urgent(struct gen_tcp *t, struct gen_conn *c)
{
	u32 len = 1 + below(t, 20);

	gen_begin(t->g);
	head(t, c);
	gen_putf(t->g, "PU. %u:%u(%u) ack %u win %u urg %u", c->got, c->got + len, len, sent(c),
		 c->win, percent(t, 70) ? len : below(t, 40));
	if (c->ts) {
		gen_put(t->g, " <");
		put_ts(t, c, false);
		gen_put(t->g, ">");
	}
	gen_end(t->g);
	c->got += len;
}

static void do_icmp(struct gen_tcp *t, struct gen_conn *c)
{
	static const char *const what[] = {
		"icmp 3 1",	    "icmp 3 0",	 "icmp 3 3",  "icmp 3 2",  "icmp 3 4 mtu 1000",
		"icmp 3 4 mtu 576", "icmp 3 13", "icmp 11 0", "icmp 12 0", "icmp 3 4 mtu 0"
	};

	gen_begin(t->g);
	gen_put(t->g, "< ");
	gen_put_addr(t->g, host_of(t)->peer);
	gen_put(t->g, " > ");
	gen_put_addr(t->g, host_of(t)->own);
	gen_putf(t->g, " %s [", what[below(t, ARRAY_SIZE(what))]);
	gen_put_addr(t->g, host_of(t)->own);
	gen_putf(t->g, ":%u > ", c->lport);
	gen_put_addr(t->g, host_of(t)->peer);
	gen_putf(t->g, ":%u %u:%u(0)]", c->rport, c->acked, c->acked);
	gen_end(t->g);
}

static void do_end(struct gen_tcp *t, struct gen_conn *c)
{
	int fd = c->loop && percent(t, 50) ? c->peer_fd : c->fd;
	struct seg s = { "F.", c->got, 0, sent(c), c->win, NULL, NULL };

	switch (below(t, 6)) {
	case 0:
	case 1:
		if (!c->blocking)
			gen_tcp_line(t, "close(%d) = ...", fd);
		else if (t->g->next_thread <= GEN_THREADS)
			gen_tcp_line(t, "thread %u: close(%d) = ...", t->g->next_thread++, fd);
		c->fin = true;
		break;
	case 2:
		gen_tcp_line(t, "shutdown(%d, %s) = ...", fd,
			     percent(t, 60)   ? "SHUT_WR"
			     : percent(t, 50) ? "SHUT_RD"
					      : "SHUT_RDWR");
		c->fin = true;
		break;
	case 3:
		if (!c->loop) {
			s.flags = percent(t, 50) ? "R." : "R";
			segment(t, c, s);
		}
		break;
	default:
		if (!c->loop && !c->peer_fin) {
			segment(t, c, s);
			c->peer_fin = true;
		}
		break;
	}
}

void gen_tcp_wake(struct gen_tcp *t, struct gen_conn *c)
{
	switch (below(t, 9)) {
	case 0:
	case 1:
	case 2:
		do_data(t, c);
		break;
	case 3:
	case 4:
		do_ack(t, c);
		break;
	case 5:
		do_end(t, c);
		break;
	case 6:
		do_urgent(t, c);
		break;
	case 7:
		do_icmp(t, c);
		break;
	default:
		do_odd_segment(t, c);
		break;
	}
}

static void do_ask(struct gen_tcp *t, struct gen_conn *c)
{
	int fd = c->loop && percent(t, 50) ? c->peer_fd : c->fd;

	switch (below(t, 10)) {
	case 0:
	case 1:
	case 2:
		gen_tcp_line(t, "getsockopt(%d, SOL_TCP, TCP_INFO, ..., [248]) = ...", fd);
		break;
	case 3:
		gen_tcp_line(t, "ioctl(%d, %s, ...) = ...", fd,
			     percent(t, 40)   ? "SIOCINQ"
			     : percent(t, 50) ? "SIOCOUTQ"
					      : "SIOCATMARK");
		break;
	case 4:
		gen_tcp_line(
			t,
			"poll([{fd = %d, events = POLLIN|POLLOUT|POLLPRI|POLLRDHUP}], 1, 0) = ...",
			fd);
		break;
	case 5:
		gen_tcp_line(t, "getsockopt(%d, SOL_SOCKET, %s, ..., [4]) = ...", fd,
			     percent(t, 50)   ? "SO_ERROR"
			     : percent(t, 50) ? "SO_RCVBUF"
					      : "SO_SNDBUF");
		break;
	case 6:
		gen_tcp_line(t, "getsockname(%d, ..., [16]) = ...", fd);
		break;
	case 7:
		gen_tcp_line(t, "getpeername(%d, ..., [16]) = ...", fd);
		break;
	default:
		gen_tcp_options(t, fd);
		break;
	}
}

void gen_tcp_pause(struct gen_tcp *t)
{
	static const u32 ms[] = { 1,   2,   5,	 10,  20,   40,	  41,	50,    100,
				  200, 210, 300, 500, 1000, 3000, 7000, 15000, 60000 };
	static const u32 weight[] = { 10, 4, 4, 8, 4, 4, 6, 4, 8, 6, 8, 5, 4, 6, 4, 2, 1, 1 };

	static_assert(ARRAY_SIZE(ms) == ARRAY_SIZE(weight), "each has its weight");
	wait_ms(t, ms[gen_pick(t->g, weight, ARRAY_SIZE(weight))]);
}

/* --- a program
 * ------------------------------------------------------------------------------------ */

enum step {
	STEP_WRITE,
	STEP_READ,
	STEP_ACK,
	STEP_DATA,
	STEP_DISORDER,
	STEP_ODD,
	STEP_URGENT,
	STEP_ICMP,
	STEP_END,
	STEP_ASK,
	STEP_PAUSE,
	STEP_OPEN,
	STEP_WAIT,
	STEP_PORTS,
	STEP_LONG,
	STEPS
};

/* What a program of each area does how often. */
static const u32 weights[][STEPS] = {
	[AREA_tcp - AREA_tcp] = { 20, 15, 30, 20, 4, 1, 1, 0, 4, 8, 15, 2 },
	[AREA_tcp_loss - AREA_tcp] = { 20, 4, 45, 4, 2, 1, 0, 1, 2, 8, 25, 1 },
	[AREA_tcp_order - AREA_tcp] = { 6, 15, 10, 25, 30, 2, 2, 0, 3, 8, 12, 1 },
	[AREA_tcp_close - AREA_tcp] = { 10, 8, 15, 10, 3, 6, 0, 1, 25, 8, 20, 4 },
	[AREA_tcp_bad - AREA_tcp] = { 8, 6, 10, 8, 8, 30, 6, 6, 5, 8, 10, 3 },
	[AREA_tcp_loop - AREA_tcp] = { 40, 35, 0, 0, 0, 0, 0, 0, 8, 10, 12, 4 },
	[AREA_tcp_wait - AREA_tcp] = { 10, 5, 20, 12, 2, 1, 1, 1, 6, 4, 12, 3, 40 },
	[AREA_tcp_ports - AREA_tcp] = { 4, 4, 8, 8, 0, 2, 0, 0, 10, 6, 10, 10, 0, 50 },
	[AREA_tcp_long - AREA_tcp] = { 20, 8, 25, 8, 2, 1, 0, 1, 4, 8, 4, 2, 0, 0, 30 },
};

void gen_tcp_open(struct gen_tcp *t)
{
	if (t->g->area == AREA_tcp_loop)
		open_loop(t);
	else if (percent(t, 50))
		open_passive(t);
	else
		open_active(t);
}

static void step(struct gen_tcp *t, enum step what)
{
	struct gen_conn *c = &t->conn[below(t, t->nr)];

	if (what == STEP_PAUSE) {
		gen_tcp_pause(t);
		return;
	}
	if (what == STEP_PORTS) {
		gen_tcp_ports(t);
		return;
	}
	if (what == STEP_OPEN || !c->open) {
		gen_tcp_open(t);
		return;
	}
	switch (what) {
	case STEP_WRITE:
		do_write(t, c);
		break;
	case STEP_READ:
		do_read(t, c);
		break;
	case STEP_ACK:
		do_ack(t, c);
		break;
	case STEP_DATA:
		do_data(t, c);
		break;
	case STEP_DISORDER:
		do_disorder(t, c);
		break;
	case STEP_ODD:
		do_odd_segment(t, c);
		break;
	case STEP_URGENT:
		do_urgent(t, c);
		break;
	case STEP_ICMP:
		do_icmp(t, c);
		break;
	case STEP_END:
		do_end(t, c);
		break;
	case STEP_WAIT:
		gen_tcp_wait(t, c);
		break;
	case STEP_LONG:
		gen_tcp_long(t, c);
		break;
	default:
		do_ask(t, c);
		break;
	}
}

static void knobs(struct gen_tcp *t)
{
	static const char *const knob[] = {
		"tcp_timestamps=0",
		"tcp_timestamps=2",
		"tcp_sack=0",
		"tcp_window_scaling=0",
		"tcp_ecn=1",
		"tcp_ecn=0",
		"tcp_dsack=0",
		"tcp_early_retrans=0",
		"tcp_recovery=0",
		"tcp_frto=0",
		"tcp_autocorking=0",
		"tcp_slow_start_after_idle=0",
		"tcp_syncookies=0",
		"tcp_moderate_rcvbuf=0",
		"tcp_retries2=3",
		"tcp_fin_timeout=3",
		"tcp_synack_retries=1",
		"tcp_syn_retries=2",
		"tcp_max_syn_backlog=1",
		"tcp_abort_on_overflow=1",
		"tcp_congestion_control=reno",
		"tcp_tw_reuse=1",
		"tcp_rfc1337=1",
		"tcp_no_metrics_save=1",
		"tcp_tso_win_divisor=1",
		"tcp_min_tso_segs=4",
		"tcp_comp_sack_nr=0",
		"tcp_invalid_ratelimit=0",
		"tcp_rmem=4096 8192 20000",
		"tcp_wmem=4096 8192 20000",
		"tcp_mtu_probing=1",
		"tcp_shrink_window=1",
		"tcp_pingpong_thresh=3",
		"tcp_thin_linear_timeouts=1",
		"tcp_limit_output_bytes=4096",
		"tcp_reordering=5",
		"tcp_keepalive_time=5",
		"tcp_orphan_retries=1",
		"tcp_base_mss=600",
		"tcp_notsent_lowat=4000",
		"tcp_stdurg=1",
		"tcp_app_win=2",
	};

	while (percent(t, 30))
		gen_tcp_line(t, "`sysctl -q -w net.ipv4.\"%s\"`", knob[below(t, ARRAY_SIZE(knob))]);
}

void gen_tcp_opening(struct gen *g)
{
	struct gen_tcp t = { .g = g };

	gen_putf(g, "`ip addr add ");
	gen_put_addr(g, g->h[0].own);
	gen_put(g, "/24 dev eth0; ip link set eth0 up`\n");
	/* Two hosts' timers of neighbours would come in the same jiffy, in no order. */
	if (g->tap) {
		gen_put(g, "`ip neigh add ");
		gen_put_addr(g, g->h[0].peer);
		gen_put(g, " lladdr 02:00:00:00:00:02 dev eth0`\n");
	}
	if (g->hosts > 1) {
		gen_put(g, "host b {\n\t`ip addr add ");
		gen_put_addr(g, g->h[1].own);
		gen_put(g, "/24 dev eth0; ip link set eth0 up`\n");
		gen_put(g, "\t`ip neigh add ");
		gen_put_addr(g, g->h[1].peer);
		gen_put(g, " lladdr 02:00:00:00:00:01 dev eth0`\n}\n");
		knobs(&t);
		return;
	}
	if (percent(&t, 10))
		gen_put(g, "`ethtool -K eth0 gso off`\n");
	if (percent(&t, 8))
		gen_putf(g, "`ip link set eth0 mtu %u`\n", 576 + below(&t, 900));
	knobs(&t);
}

void gen_tcp_program(struct gen *g)
{
	struct gen_tcp t = { .g = g, .listener = -1, .next_fd = GEN_FIRST_FD };
	const u32 *weight;
	u32 n;

	if (g->area == AREA_tcp_hosts) {
		gen_tcp_hosts_program(g);
		return;
	}
	weight = weights[g->area - AREA_tcp];
	n = gen_between(g, 5, 30);
	if (g->area == AREA_tcp_wait)
		gen_tcp_files(&t);
	gen_tcp_open(&t);
	while (n-- != 0)
		step(&t, (enum step)gen_pick(g, weight, STEPS));
	for (u32 i = 0; i < t.nr; i++)
		if (percent(&t, 60))
			gen_tcp_line(&t, "getsockopt(%d, SOL_TCP, TCP_INFO, ..., [248]) = ...",
				     t.conn[i].fd);
	if (percent(&t, 50))
		gen_tcp_pause(&t);
	gen_tcp_line(&t, "advance 20ms");
}
