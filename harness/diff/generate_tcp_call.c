// SPDX-License-Identifier: MIT
/* generate_tcp_call.c - connections: calls that wait, ports that are shared, long silence, two
 * hosts.
 *
 * The first thread never waits: what may, a thread of its own calls.
 */
#include "harness/diff/generate_tcp.h"

#include <stdio.h>

#include "base/check.h"

enum { HOST_PORT = 80, EPOLL_FD_SHARE = 25 };

static u32 below(struct gen_tcp *t, u32 n)
{
	return gen_below(t->g, n);
}

static bool percent(struct gen_tcp *t, u32 p)
{
	return gen_percent(t->g, p);
}

static bool has_thread(const struct gen_tcp *t)
{
	return t->g->next_thread <= GEN_THREADS;
}

/* --- calls that wait
 * ------------------------------------------------------------------------------ */

static void timeouts(struct gen_tcp *t, int fd)
{
	gen_tcp_line(t, "setsockopt(%d, SOL_SOCKET, %s, {tv_sec = %u, tv_usec = %u5000}, 16) = ...",
		     fd, percent(t, 60) ? "SO_RCVTIMEO" : "SO_SNDTIMEO", percent(t, 10) ? 2u : 0u,
		     below(t, 90));
}

static void waiting_accept(struct gen_tcp *t)
{
	if (t->listener < 0)
		gen_tcp_listener(t);
	gen_tcp_line(t, "fcntl(%d, F_SETFL, O_RDWR) = ...", t->listener);
	if (percent(t, 30))
		timeouts(t, t->listener);
	gen_tcp_line(t, "thread %u: accept4(%d, ..., ..., 0) = ...", t->g->next_thread++,
		     t->listener);
	gen_tcp_line(t, "fcntl(%d, F_SETFL, O_RDWR|O_NONBLOCK) = ...", t->listener);
}

static void waiting_connect(struct gen_tcp *t)
{
	struct gen_conn *c = gen_tcp_conn(t);

	if (c == NULL)
		return;
	c->fd = t->next_fd++;
	c->lport = (u16)(5000 + t->nr);
	c->blocking = true;
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM, 0) = %d", c->fd);
	gen_tcp_options(t, c->fd);
	if (percent(t, 30))
		timeouts(t, c->fd);
	gen_tcp_line(t,
		     "bind(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = "
		     "inet_addr(\"0.0.0.0\")}, 16) = ...",
		     c->fd, c->lport);
	gen_begin(t->g);
	gen_putf(t->g,
		 "thread %u: connect(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = "
		 "inet_addr(\"",
		 t->g->next_thread++, c->fd, c->rport);
	gen_put_addr(t->g, gen_host_of(t->g)->peer);
	gen_put(t->g, "\")}, 16) = ...");
	gen_end(t->g);
	if (percent(t, 30))
		gen_tcp_pause(t);
	if (percent(t, 90)) {
		gen_tcp_syn(t, c, percent(t, 10) ? "SE." : "S.", 1);
		c->established = true;
	}
}

/* The first of all files: what comes later could get a number that a connection had. */
enum { EPOLL_FD = GEN_FIRST_FD, PIPE_OUT_FD, PIPE_IN_FD };

void gen_tcp_files(struct gen_tcp *t)
{
	gen_tcp_line(t, "epoll_create1(0) = %d", EPOLL_FD);
	gen_tcp_line(t, "pipe([%d, %d]) = 0", PIPE_OUT_FD, PIPE_IN_FD);
	t->next_fd = PIPE_IN_FD + 1;
}

static void waiting_epoll(struct gen_tcp *t, int fd)
{
	static const char *const events[] = { "EPOLLIN",	 "EPOLLOUT",
					      "EPOLLIN|EPOLLET", "EPOLLIN|EPOLLOUT|EPOLLET",
					      "EPOLLRDHUP",	 "EPOLLIN|EPOLLONESHOT",
					      "EPOLLPRI|EPOLLIN" };
	gen_tcp_line(t, "epoll_ctl(%d, %s, %d, {events = %s, fd = %d}) = ...", EPOLL_FD,
		     percent(t, 80) ? "EPOLL_CTL_ADD" : "EPOLL_CTL_MOD", fd,
		     events[below(t, ARRAY_SIZE(events))], fd);
	for (u32 i = 1 + below(t, 2); i != 0 && has_thread(t); i--)
		gen_tcp_line(t, "thread %u: epoll_wait(%d, [...], 4, %d) = ...",
			     t->g->next_thread++, EPOLL_FD,
			     percent(t, 40) ? -1 : (int)(5 + 10 * below(t, 60)));
}

/* No file's pages: how many of them a packet has hangs on where the machine has found them. */
static void waiting_file(struct gen_tcp *t, int fd)
{
	static const u32 flags[] = { 0, 0, 0, 1, 2, 4, 6 };
	u32 thread = t->g->next_thread++, len = 1 + below(t, percent(t, 50) ? 2000 : 200000);

	t->spliced = true;
	if (percent(t, 50))
		gen_tcp_line(t, "thread %u: splice(%d, NULL, %d, NULL, %u, %u) = ...", thread, fd,
			     PIPE_IN_FD, len, flags[below(t, ARRAY_SIZE(flags))]);
	else
		gen_tcp_line(t, "thread %u: splice(%d, NULL, %d, NULL, %u, %u) = ...", thread,
			     PIPE_OUT_FD, fd, len, flags[below(t, ARRAY_SIZE(flags))]);
}

static void waiting_call(struct gen_tcp *t, int fd)
{
	static const char *const recv[] = { "0",
					    "0",
					    "0",
					    "MSG_WAITALL",
					    "MSG_WAITALL",
					    "MSG_PEEK",
					    "MSG_PEEK|MSG_WAITALL",
					    "MSG_TRUNC",
					    "MSG_WAITALL|MSG_TRUNC",
					    "MSG_OOB" };
	static const char *const send[] = { "0", "0", "0", "MSG_MORE", "MSG_OOB", "MSG_NOSIGNAL" };
	static const char *const events[] = { "POLLIN",	 "POLLOUT", "POLLRDHUP",
					      "POLLPRI", "0",	    "POLLIN|POLLRDHUP" };
	static const u32 sizes[] = { 1, 100, 1000, 3000, 10000, 65536 };
	u32 thread = t->g->next_thread++;

	switch (below(t, 8)) {
	case 0:
	case 1:
	case 2:
		gen_tcp_line(t, "thread %u: recv(%d, ..., %u, %s) = ...", thread, fd,
			     sizes[below(t, ARRAY_SIZE(sizes))], recv[below(t, ARRAY_SIZE(recv))]);
		break;
	case 3:
		gen_tcp_line(t, "thread %u: read(%d, ..., %u) = ...", thread, fd,
			     sizes[below(t, ARRAY_SIZE(sizes))]);
		break;
	case 4:
	case 5:
		gen_tcp_line(t, "thread %u: send(%d, ..., %u, %s) = ...", thread, fd,
			     1 + below(t, percent(t, 70) ? 1000000 : 20000),
			     send[below(t, ARRAY_SIZE(send))]);
		break;
	case 6:
		gen_tcp_line(
			t, "thread %u: poll([{fd = %d, events = %s, revents = ...}], 1, %d) = ...",
			thread, fd, events[below(t, ARRAY_SIZE(events))],
			percent(t, 50) ? -1 : (int)(5 + 10 * below(t, 60)));
		break;
	default:
		gen_tcp_line(t, "thread %u: writev(%d, [{..., %u}, {..., %u}], 2) = ...", thread,
			     fd, below(t, 3000), 1 + below(t, 300000));
		break;
	}
}

static void wake(struct gen_tcp *t, struct gen_conn *c)
{
	static const char *const signals[] = { "SIGUSR1", "SIGALRM", "SIGCHLD", "SIGTERM" };

	if (percent(t, 25))
		gen_tcp_pause(t);
	if (percent(t, 10))
		gen_tcp_line(t, "signal %u: %s", t->g->next_thread - 1,
			     signals[below(t, ARRAY_SIZE(signals))]);
	else if (percent(t, 8))
		gen_tcp_line(t, "shutdown(%d, %s) = ...", c->fd,
			     percent(t, 50) ? "SHUT_RD" : "SHUT_WR");
	else if (percent(t, 5))
		gen_tcp_line(t, "connect(%d, {sa_family = AF_UNSPEC}, 16) = ...", c->fd);
	else
		for (u32 i = 1 + below(t, 3); i != 0; i--)
			gen_tcp_wake(t, c);
}

void gen_tcp_wait(struct gen_tcp *t, struct gen_conn *c)
{
	if (!has_thread(t)) {
		gen_tcp_pause(t);
		return;
	}
	if (percent(t, 12)) {
		waiting_accept(t);
		return;
	}
	if (percent(t, 15)) {
		waiting_connect(t);
		return;
	}
	if (percent(t, EPOLL_FD_SHARE)) {
		waiting_epoll(t, c->fd);
		wake(t, c);
		return;
	}
	if (!c->blocking)
		gen_tcp_line(t, "fcntl(%d, F_SETFL, O_RDWR) = ...", c->fd);
	c->blocking = true;
	if (percent(t, 25))
		timeouts(t, c->fd);
	if (!t->spliced && percent(t, 20))
		waiting_file(t, c->fd);
	else
		waiting_call(t, c->fd);
	/* Who waits, waits on. */
	if (percent(t, 20)) {
		gen_tcp_line(t, "fcntl(%d, F_SETFL, O_RDWR|O_NONBLOCK) = ...", c->fd);
		c->blocking = false;
	}
	wake(t, c);
}

/* --- ports
 * ---------------------------------------------------------------------------------------- */

static int some_fd(struct gen_tcp *t)
{
	u32 i = below(t, t->nr + t->nr_extra + 1);

	if (i < t->nr)
		return t->conn[i].fd;
	if (i < t->nr + t->nr_extra)
		return t->extra[i - t->nr];
	return t->listener >= 0 ? t->listener : GEN_FIRST_FD;
}

static u32 some_port(struct gen_tcp *t)
{
	static const u32 ports[] = { 0, 80, 80, 5001, 5002, 7, 40001 };

	return ports[below(t, ARRAY_SIZE(ports))];
}

static void name_line(struct gen_tcp *t, const char *call, int fd, u32 addr, u32 port)
{
	gen_begin(t->g);
	gen_putf(t->g, "%s(%d, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = inet_addr(\"",
		 call, fd, port);
	gen_put_addr(t->g, addr);
	gen_put(t->g, "\")}, 16) = ...");
	gen_end(t->g);
}

static u32 some_addr(struct gen_tcp *t)
{
	static const u32 loopback = 0x7f000001;
	const struct gen_host *h = gen_host_of(t->g);

	switch (below(t, 6)) {
	case 0:
	case 1:
		return 0;
	case 2:
	case 3:
		return h->own;
	case 4:
		return loopback;
	default:
		return h->peer;
	}
}

static void more_sockets(struct gen_tcp *t)
{
	int fd;

	if (t->nr_extra == GEN_TCP_EXTRA)
		return;
	fd = t->next_fd++;
	t->extra[t->nr_extra++] = fd;
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = %d", fd);
	if (percent(t, 50))
		gen_tcp_line(t, "setsockopt(%d, SOL_SOCKET, %s, [1], 4) = ...", fd,
			     percent(t, 50) ? "SO_REUSEADDR" : "SO_REUSEPORT");
	if (percent(t, 10))
		gen_tcp_line(t, "setsockopt(%d, SOL_IP, IP_BIND_ADDRESS_NO_PORT, [1], 4) = ...",
			     fd);
	if (percent(t, 70))
		name_line(t, "bind", fd, some_addr(t), some_port(t));
	if (percent(t, 50))
		gen_tcp_line(t, "listen(%d, %u) = ...", fd, below(t, 4));
	else if (percent(t, 60))
		name_line(t, "connect", fd, some_addr(t), some_port(t));
}

/* The same four numbers once more: in TIME-WAIT, or of a connection that goes on. */
static void port_again(struct gen_tcp *t)
{
	struct gen_conn *c = &t->conn[below(t, t->nr)];
	struct gen_conn old = *c;

	if (c->loop || !c->established)
		return;
	if (percent(t, 60))
		gen_tcp_wake(t, c);
	if (percent(t, 50))
		gen_tcp_line(t, "close(%d) = ...", c->fd);
	if (percent(t, 50)) {
		gen_begin(t->g);
		gen_put(t->g, "< ");
		gen_put_addr(t->g, gen_host_of(t->g)->peer);
		gen_putf(t->g, ":%u > ", c->rport);
		gen_put_addr(t->g, gen_host_of(t->g)->own);
		gen_putf(t->g, ":%u F. %u:%u(0) ack %u win 1000", c->lport, c->got, c->got,
			 c->written + 1);
		gen_end(t->g);
	}
	if (percent(t, 50))
		gen_tcp_pause(t);
	gen_tcp_syn(t, c, "S", 0);
	c->rport = old.rport;
}

void gen_tcp_ports(struct gen_tcp *t)
{
	int fd = some_fd(t);

	switch (below(t, 14)) {
	case 0:
	case 1:
	case 2:
		more_sockets(t);
		break;
	case 3:
		name_line(t, "bind", fd, some_addr(t), some_port(t));
		break;
	case 4:
		gen_tcp_line(t, "listen(%d, %u) = ...", fd, below(t, 5));
		break;
	case 5:
	case 6:
		name_line(t, "connect", fd, some_addr(t), some_port(t));
		break;
	case 7:
		gen_tcp_line(t, "connect(%d, {sa_family = AF_UNSPEC}, 16) = ...", fd);
		break;
	case 8:
		gen_tcp_line(t, "accept4(%d, ..., ..., SOCK_NONBLOCK) = ...", fd);
		t->next_fd++;
		break;
	case 9:
		gen_tcp_line(t, "shutdown(%d, %s) = ...", fd,
			     percent(t, 40)   ? "SHUT_RD"
			     : percent(t, 50) ? "SHUT_WR"
					      : "SHUT_RDWR");
		break;
	case 10:
		gen_tcp_line(t, "close(%d) = ...", fd);
		break;
	case 11:
		gen_tcp_line(t, "%s(%d, ..., [16]) = ...",
			     percent(t, 50) ? "getsockname" : "getpeername", fd);
		break;
	case 12:
		gen_tcp_line(t,
			     "poll([{fd = %d, events = POLLIN|POLLOUT|POLLPRI|POLLRDHUP}], 1, 0) = "
			     "...",
			     fd);
		break;
	default:
		port_again(t);
		break;
	}
}

/* --- long
 * ----------------------------------------------------------------------------------------- */

void gen_tcp_long(struct gen_tcp *t, struct gen_conn *c)
{
	static const u32 seconds[] = { 1, 3, 8, 20, 45, 61, 120, 300, 700, 7300 };

	switch (below(t, 6)) {
	case 0:
		c->win = 0;
		gen_tcp_wake(t, c);
		break;
	case 1:
		c->win = 1 + below(t, 3000);
		gen_tcp_wake(t, c);
		break;
	case 2:
		gen_tcp_line(t, "setsockopt(%d, SOL_SOCKET, SO_KEEPALIVE, [%u], 4) = ...", c->fd,
			     percent(t, 80));
		break;
	case 3:
		gen_tcp_line(t, "setsockopt(%d, SOL_TCP, %s, [%u], 4) = ...", c->fd,
			     percent(t, 40)   ? "TCP_KEEPIDLE"
			     : percent(t, 50) ? "TCP_KEEPINTVL"
					      : "TCP_USER_TIMEOUT",
			     1 + below(t, percent(t, 50) ? 20 : 20000));
		break;
	default:
		gen_tcp_line(t, "advance %us", seconds[below(t, ARRAY_SIZE(seconds))]);
		break;
	}
}

/* --- two hosts
 * ------------------------------------------------------------------------------------ */

struct pair {
	struct gen_tcp t;
	int fd[GEN_HOSTS]; /* the connection's, of each host */
};

static void of_host(struct pair *p, u32 host)
{
	p->t.g->host = host;
}

/* Of those that set timers a while ahead none: what two hosts' timers do in the same jiffy has no
 * order.
 */
static void pair_options(struct gen_tcp *t, int fd)
{
	static const char *const opts[] = {
		"SOL_TCP, TCP_NODELAY, [1], 4",	    "SOL_TCP, TCP_QUICKACK, [1], 4",

		"SOL_SOCKET, SO_RCVLOWAT, [%u], 4", "SOL_IP, IP_TOS, [16], 4",
		"SOL_TCP, TCP_INQ, [1], 4",	    "SOL_SOCKET, SO_OOBINLINE, [1], 4",
	};
	char form[128];

	while (percent(t, 25)) {
		(void)snprintf(form, sizeof(form), "setsockopt(%d, %s) = ...", fd,
			       opts[below(t, ARRAY_SIZE(opts))]);
		gen_begin(t->g);
		/* The only directive in these is the value's. */
		gen_putf(t->g, form, 500 + below(t, 20000)); /* NOLINT */
		gen_end(t->g);
	}
}

static void open_pair(struct pair *p)
{
	struct gen_tcp *t = &p->t;

	of_host(p, 1);
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = %d", GEN_FIRST_FD);
	pair_options(t, GEN_FIRST_FD);
	name_line(t, "bind", GEN_FIRST_FD, 0, HOST_PORT);
	gen_tcp_line(t, "listen(%d, 5) = ...", GEN_FIRST_FD);
	of_host(p, 0);
	gen_tcp_line(t, "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = %d", GEN_FIRST_FD);
	pair_options(t, GEN_FIRST_FD);
	name_line(t, "connect", GEN_FIRST_FD, gen_host_of(t->g)->peer, HOST_PORT);
	gen_tcp_line(t, "advance %ums", 3 + below(t, 50));
	of_host(p, 1);
	gen_tcp_line(t, "accept4(%d, ..., ..., SOCK_NONBLOCK) = %d", GEN_FIRST_FD,
		     GEN_FIRST_FD + 1);
	p->fd[0] = GEN_FIRST_FD;
	p->fd[1] = GEN_FIRST_FD + 1;
	/* Each call sends at once what it has, so that one segment is under way at a time. */
	for (u32 i = 0; i < GEN_HOSTS; i++) {
		of_host(p, i);
		gen_tcp_line(t, "setsockopt(%d, SOL_TCP, TCP_NODELAY, [1], 4) = ...", p->fd[i]);
	}
}

static void pair_call(struct pair *p, int fd)
{
	struct gen_tcp *t = &p->t;

	/* One segment a call: those of a train and their answers have no order. */
	switch (below(t, 12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		gen_tcp_line(t, "send(%d, ..., %u, %s) = ...", fd, 1 + below(t, 1400),
			     percent(t, 90) ? "0" : "MSG_EOR");
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		gen_tcp_line(t, "recv(%d, ..., %u, 0) = ...", fd, 1 + below(t, 100000));
		break;
	case 8:
		gen_tcp_line(t, "getsockopt(%d, SOL_TCP, TCP_INFO, ..., [248]) = ...", fd);
		break;
	case 9:
		pair_options(t, fd);
		break;
	case 10:
		if (percent(t, 50))
			gen_tcp_line(t, "shutdown(%d, SHUT_WR) = ...", fd);
		break;
	default:
		if (percent(t, 30))
			gen_tcp_line(t, "close(%d) = ...", fd);
		break;
	}
}

void gen_tcp_hosts_program(struct gen *g)
{
	struct pair p = { .t = { .g = g, .listener = -1, .next_fd = GEN_FIRST_FD } };
	u32 n = gen_between(g, 6, 30);

	open_pair(&p);
	while (n-- != 0) {
		of_host(&p, gen_below(g, GEN_HOSTS));
		pair_call(&p, p.fd[g->host]);
		of_host(&p, 0);
		/* What two hosts do at the same tick has no order. */
		gen_tcp_line(&p.t, "advance %ums", 1 + gen_below(g, gen_percent(g, 70) ? 9 : 300));
	}
	of_host(&p, 0);
	gen_tcp_line(&p.t, "advance %ums", 20 + gen_below(g, 3000));
}
