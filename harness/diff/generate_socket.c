// SPDX-License-Identifier: MIT
/* generate_socket.c - sockets: made, bound, connected, named, shut down, closed.
 *
 * What is remembered of them is what would be if nothing failed: it makes arguments match, it need
 * not be true.
 */
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"

/* --- what is known
 * --------------------------------------------------------------------------------- */

struct gen_host *gen_host_of(struct gen *g)
{
	return &g->h[g->host];
}

struct gen_sock *gen_sock_of(struct gen *g, int fd)
{
	struct gen_host *h = gen_host_of(g);

	for (u32 i = 0; i < h->nr_socks; i++)
		if (h->sock[i].fd == fd)
			return &h->sock[i];
	return NULL;
}

static bool fits(const struct gen_sock *s, u32 kinds, bool bound)
{
	return (s->kind & kinds) != 0 && (!bound || s->lport != 0);
}

static struct gen_sock *draw_sock(struct gen *g, u32 kinds, bool bound)
{
	struct gen_host *h = gen_host_of(g);
	u32 n = 0, at;

	for (u32 i = 0; i < h->nr_socks; i++)
		n += fits(&h->sock[i], kinds, bound);
	if (n == 0)
		return NULL;
	at = gen_below(g, n);
	if (gen_percent(g, 30))
		at = n - 1;
	for (u32 i = 0; i < h->nr_socks; i++)
		if (fits(&h->sock[i], kinds, bound) && at-- == 0)
			return &h->sock[i];
	return NULL;
}

struct gen_sock *gen_sock(struct gen *g, u32 kinds)
{
	return draw_sock(g, kinds, false);
}

u32 gen_subject(const struct gen *g)
{
	switch (g->area) {
	case AREA_rawsock:
		return GEN_RAW;
	case AREA_ping:
		return GEN_PING;
	default:
		return GEN_UDP;
	}
}

struct gen_sock *gen_bound_sock(struct gen *g)
{
	u32 kinds = gen_subject(g);

	return draw_sock(g, kinds, kinds == GEN_UDP);
}

/* The lowest number that no socket has. */
static int free_fd(struct gen *g)
{
	int fd = GEN_FIRST_FD;

	while (gen_sock_of(g, fd) != NULL)
		fd++;
	return fd;
}

static struct gen_sock *add_sock(struct gen *g, enum gen_kind kind, bool nonblock)
{
	struct gen_host *h = gen_host_of(g);
	struct gen_sock *s;

	if (h->nr_socks == GEN_SOCKS)
		return NULL;
	s = &h->sock[h->nr_socks];
	*s = (struct gen_sock){ .fd = free_fd(g), .kind = (u8)kind, .nonblock = nonblock };
	h->nr_socks++;
	g->cur = s->fd;
	return s;
}

int gen_add_stream(struct gen *g)
{
	struct gen_sock *s = add_sock(g, GEN_TCP, false);

	return s != NULL ? s->fd : -1;
}

static void remove_sock(struct gen *g, const struct gen_sock *s)
{
	struct gen_host *h = gen_host_of(g);

	assert(h->nr_socks != 0);
	h->nr_socks--;
	for (struct gen_sock *at = &h->sock[s - h->sock]; at < &h->sock[h->nr_socks]; at++)
		*at = at[1];
}

void gen_remember_sent(struct gen *g, const struct gen_sock *s, u32 daddr, u16 dport, u32 len)
{
	struct gen_host *h = gen_host_of(g);

	h->sent[h->nr_sent++ % GEN_SENT] = (struct gen_flow){
		.saddr = s->laddr != 0 ? s->laddr : h->own,
		.daddr = daddr,
		.sport = s->lport,
		.dport = dport,
		.len = len,
	};
}

bool gen_sent_flow(struct gen *g, struct gen_flow *f)
{
	const struct gen_host *h = gen_host_of(g);

	if (h->nr_sent == 0)
		return false;
	*f = h->sent[gen_below(g, h->nr_sent < GEN_SENT ? h->nr_sent : GEN_SENT)];
	return true;
}

/* --- descriptors
 * ---------------------------------------------------------------------------------- */

static void put_fd_of(struct gen *g, u32 kinds)
{
	const struct gen_sock *s = gen_sock(g, kinds);

	if (s == NULL || gen_spoil(g)) {
		g->cur = -1;
		gen_rule(g, "bad_fd");
		return;
	}
	g->cur = s->fd;
	gen_putf(g, "%d", s->fd);
}

static void put_next_fd(struct gen *g)
{
	gen_putf(g, "%d", free_fd(g));
}

static void put_fd(struct gen *g)
{
	put_fd_of(g, GEN_ANY);
}

static void put_fdu(struct gen *g)
{
	put_fd_of(g, gen_subject(g));
}

/* One that a datagram can find. */
static void put_fdb(struct gen *g)
{
	const struct gen_sock *s = gen_bound_sock(g);

	if (s == NULL) {
		put_fdu(g);
		return;
	}
	g->cur = s->fd;
	gen_putf(g, "%d", s->fd);
}

static void put_cur(struct gen *g)
{
	if (g->cur < 0)
		gen_rule(g, "bad_fd");
	else
		gen_putf(g, "%d", g->cur);
}

/* --- addresses
 * ------------------------------------------------------------------------------------ */

static void put_own(struct gen *g)
{
	gen_put_addr(g, gen_host_of(g)->own);
}

static void put_peer(struct gen *g)
{
	gen_put_addr(g, gen_host_of(g)->peer);
}

/* Of the own network: its broadcast address, its first, another host of it. */
static void put_broadcast(struct gen *g)
{
	const struct gen_host *h = gen_host_of(g);

	gen_put_addr(g, h->own | ~h->mask);
}

static void put_network(struct gen *g)
{
	const struct gen_host *h = gen_host_of(g);

	gen_put_addr(g, h->own & h->mask);
}

static void put_other(struct gen *g)
{
	const struct gen_host *h = gen_host_of(g);

	gen_put_addr(g, (h->own & h->mask) + gen_between(g, 3, 6));
}

static void put_bound_addr(struct gen *g)
{
	const struct gen_sock *s = gen_bound_sock(g);

	if (s == NULL || s->laddr == 0)
		put_own(g);
	else
		gen_put_addr(g, s->laddr);
}

static void put_bound_port(struct gen *g)
{
	const struct gen_sock *s = gen_bound_sock(g);

	gen_putf(g, "%u", s != NULL ? s->lport : 5000);
}

/* An address and a port, drawn by rules, as a call has them; false: something is wrong with it. */
static bool put_sockaddr(struct gen *g, const char *addr_rule, const char *port_rule, u32 *addr,
			 u16 *port)
{
	if (gen_spoil(g)) {
		gen_rule(g, "bad_sockaddr");
		return false;
	}
	gen_put(g, "{sa_family = AF_INET, sin_port = htons(");
	*port = (u16)gen_number(g, port_rule);
	gen_put(g, "), sin_addr = inet_addr(\"");
	*addr = gen_addr(g, addr_rule);
	gen_put(g, "\")}");
	return true;
}

static bool is_about_gso(const struct gen *g)
{
	return g->area == AREA_segments || g->area == AREA_zerocopy || g->area == AREA_stamps;
}

/* What two hosts send at the same tick has no order: the second one asks for known ones only. */
static const char *dst_rule(const struct gen *g)
{
	if (g->host != 0)
		return "dst_of_second";
	if (is_about_gso(g))
		return "dst_gso";
	return g->area == AREA_loopback || g->area == AREA_binds ? "dst_near" : "dst";
}

static const char *dst_port_rule(const struct gen *g)
{
	if (is_about_gso(g))
		return "port_gso";
	return g->area == AREA_loopback || g->area == AREA_binds ? "port_near" : "port";
}

/* To where the current socket sends. */
static void put_to(struct gen *g)
{
	const struct gen_sock *s = gen_sock_of(g, g->cur);
	u32 addr = 0;
	u16 port = 0;

	if (put_sockaddr(g, dst_rule(g), dst_port_rule(g), &addr, &port) && s != NULL)
		gen_remember_sent(g, s, addr, port, 1);
}

/* What a call is given for an address without meaning anything by it. */
static void put_some_sockaddr(struct gen *g)
{
	u32 addr;
	u16 port;

	(void)put_sockaddr(g, "any_addr", "any_port", &addr, &port);
}

/* --- calls
 * ---------------------------------------------------------------------------------------- */

struct made_row {
	u32 weight;
	u8 kind;
	bool nonblock;
	u16 proto; /* of raw ones */
	const char *text;
};

static const struct made_row made_any[] = {
	{ 120, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, 0" },
	{ 20, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, IPPROTO_UDP" },
	{ 4, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, IPPROTO_IP" },
	{ 3, GEN_UDP, false, 0, "..., SOCK_DGRAM, 0" },
	{ 3, GEN_UDP, false, 0, "2, 2, 17" },
	{ 3, GEN_UDP, false, 0, "PF_INET, SOCK_DGRAM|SOCK_CLOEXEC, 0" },
	{ 8, GEN_UDP, true, 0, "AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0" },
	{ 3, GEN_UDP, true, 0, "AF_INET, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0" },
	{ 4, GEN_TCP, false, 0, "AF_INET, SOCK_STREAM, 0" },
	{ 2, GEN_TCP, true, 0, "AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP" },
	{ 3, GEN_RAW, false, 200, "AF_INET, SOCK_RAW, 200" },
	{ 1, GEN_RAW, false, 143, "AF_INET, SOCK_RAW, IPPROTO_ETHERNET" },
	{ 1, GEN_RAW, false, IPPROTO_TCP, "AF_INET, SOCK_RAW, IPPROTO_TCP" },
};
static const struct made_row made_raw[] = {
	{ 40, GEN_RAW, false, 200, "AF_INET, SOCK_RAW, 200" },
	{ 8, GEN_RAW, false, 201, "AF_INET, SOCK_RAW, 201" },
	{ 25, GEN_RAW, false, IPPROTO_ICMP, "AF_INET, SOCK_RAW, IPPROTO_ICMP" },
	{ 20, GEN_RAW, false, IPPROTO_RAW, "AF_INET, SOCK_RAW, IPPROTO_RAW" },
	{ 12, GEN_RAW, false, IPPROTO_UDP, "AF_INET, SOCK_RAW, IPPROTO_UDP" },
	{ 4, GEN_RAW, false, IPPROTO_TCP, "AF_INET, SOCK_RAW, IPPROTO_TCP" },
	{ 3, GEN_RAW, false, IPPROTO_IGMP, "AF_INET, SOCK_RAW, IPPROTO_IGMP" },
	{ 2, GEN_RAW, false, IPPROTO_GRE, "AF_INET, SOCK_RAW, IPPROTO_GRE" },
	{ 2, GEN_RAW, false, IPPROTO_IPIP, "AF_INET, SOCK_RAW, IPPROTO_IPIP" },
	{ 2, GEN_RAW, false, 262, "AF_INET, SOCK_RAW, 262" },
	{ 6, GEN_RAW, true, 200, "AF_INET, SOCK_RAW|SOCK_NONBLOCK, 200" },
	{ 8, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, 0" },
};
static const struct made_row made_ping[] = {
	{ 60, GEN_PING, false, 0, "AF_INET, SOCK_DGRAM, IPPROTO_ICMP" },
	{ 6, GEN_PING, true, 0, "AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_ICMP" },
	{ 2, GEN_PING, false, 0, "2, 2, 1" },
	{ 6, GEN_RAW, false, IPPROTO_ICMP, "AF_INET, SOCK_RAW, IPPROTO_ICMP" },
	{ 3, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, 0" },
};

static const struct made_row made_udplite[] = {
	{ 60, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE" },
	{ 6, GEN_UDP, true, 0, "AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_UDPLITE" },
	{ 2, GEN_UDP, false, 0, "2, 2, 136" },
	{ 3, GEN_RAW, false, IPPROTO_UDPLITE, "AF_INET, SOCK_RAW, IPPROTO_UDPLITE" },
	{ 6, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, 0" },
};

static const struct made_row made_packet[] = {
	{ 30, GEN_PACKET, false, 0, "AF_PACKET, SOCK_RAW, 768" },
	{ 14, GEN_PACKET, false, 0, "AF_PACKET, SOCK_DGRAM, 768" },
	{ 10, GEN_PACKET, false, 0, "AF_PACKET, SOCK_RAW, 8" },
	{ 10, GEN_PACKET, false, 0, "AF_PACKET, SOCK_DGRAM, 8" },
	{ 6, GEN_PACKET, false, 0, "AF_PACKET, SOCK_RAW, 1544" },
	{ 6, GEN_PACKET, false, 0, "AF_PACKET, SOCK_RAW, 0" },
	{ 3, GEN_PACKET, true, 0, "AF_PACKET, SOCK_RAW|SOCK_NONBLOCK, 129" },
	{ 4, GEN_PACKET, false, 0, "AF_PACKET, SOCK_PACKET, 768" },
	{ 4, GEN_PACKET, false, 0, "AF_INET, SOCK_PACKET, 8" },
	{ 1, GEN_PACKET, false, 0, "AF_PACKET, SOCK_STREAM, 768" },
	{ 24, GEN_UDP, false, 0, "AF_INET, SOCK_DGRAM, 0" },
};

static const struct made_row *draw_made(struct gen *g)
{
	const struct made_row *made = made_any;
	u32 weight[ARRAY_SIZE(made_any)], n = ARRAY_SIZE(made_any);

	static_assert(ARRAY_SIZE(made_raw) <= ARRAY_SIZE(made_any), "room for its weights");
	static_assert(ARRAY_SIZE(made_ping) <= ARRAY_SIZE(made_any), "room for its weights");
	if (g->area == AREA_rawsock) {
		made = made_raw;
		n = ARRAY_SIZE(made_raw);
	} else if (g->area == AREA_ping) {
		made = made_ping;
		n = ARRAY_SIZE(made_ping);
	}
	if (g->area == AREA_udplite) {
		made = made_udplite;
		n = ARRAY_SIZE(made_udplite);
	}
	if (g->area == AREA_packet) {
		made = made_packet;
		n = ARRAY_SIZE(made_packet);
	}
	for (u32 i = 0; i < n; i++)
		weight[i] = made[i].weight;
	return &made[gen_pick(g, weight, n)];
}

static void do_socket(struct gen *g)
{
	const struct made_row *made = draw_made(g);
	struct gen_sock *s;

	if (gen_spoil(g)) {
		gen_rule(g, "odd_socket_call");
		return;
	}
	s = add_sock(g, (enum gen_kind)made->kind, made->nonblock);
	if (s == NULL)
		return;
	s->proto = made->proto;
	s->hdrincl = made->proto == IPPROTO_RAW;
	gen_putf(g, "socket(%s) = ...", made->text);
	if (made->kind == GEN_PING && gen_percent(g, 97))
		gen_name_ping(g, s);
}

static void bind_sock(struct gen *g, struct gen_sock *s, const char *addr_rule)
{
	u32 addr = 0;
	u16 port = 0;

	gen_putf(g, "bind(%d, ", s->fd);
	g->cur = s->fd;
	if (put_sockaddr(g, addr_rule, "own_port", &addr, &port) && !s->bound) {
		s->bound = true;
		s->laddr = addr;
		s->lport = port;
	}
	gen_expand(g, ", @addrlen) = ...");
}

static const char *bind_rule(const struct gen *g)
{
	return g->area == AREA_loopback || g->area == AREA_binds ? "own_near" : "own_addr";
}

static void do_bind(struct gen *g)
{
	struct gen_sock *s = gen_sock(g, gen_subject(g));

	if (s != NULL && !gen_spoil(g))
		bind_sock(g, s, bind_rule(g));
	else
		gen_expand(g, "bind(@bad_fd, @some_sockaddr, @addrlen) = ...");
}

static void do_connect(struct gen *g)
{
	struct gen_sock *s = gen_sock(g, gen_subject(g));
	u32 addr = 0;
	u16 port = 0;

	if (s == NULL) {
		gen_expand(g, "connect(@bad_fd, @some_sockaddr, @addrlen) = ...");
		return;
	}
	g->cur = s->fd;
	if (s->connected && gen_percent(g, 30)) {
		gen_putf(g, "connect(%d, ", s->fd);
		gen_expand(g, "{sa_family = AF_UNSPEC}, @addrlen) = ...");
		s->connected = false;
		return;
	}
	gen_putf(g, "connect(%d, ", s->fd);
	if (put_sockaddr(g, dst_rule(g), dst_port_rule(g), &addr, &port)) {
		s->connected = true;
		s->raddr = addr;
		s->rport = port;
	}
	gen_expand(g, ", @addrlen) = ...");
}

static void do_close(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, GEN_ANY);

	if (s == NULL || gen_spoil(g)) {
		gen_expand(g, "close(@bad_fd) = ...");
		return;
	}
	gen_putf(g, "close(%d) = ...", s->fd);
	g->cur = s->fd;
	remove_sock(g, s);
}

/* A second number for the same socket. */
static void do_dup(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, gen_subject(g));
	struct gen_sock old, *copy;

	if (s == NULL || gen_host_of(g)->nr_socks == GEN_SOCKS || gen_spoil(g)) {
		gen_expand(g, "dup(@bad_fd) = ...");
		return;
	}
	old = *s;
	copy = add_sock(g, old.kind, old.nonblock);
	old.fd = copy->fd;
	if (gen_percent(g, 70))
		gen_putf(g, "dup(%d) = ...", s->fd);
	else
		gen_putf(g, "fcntl(%d, %s, %u) = ...", s->fd,
			 gen_percent(g, 50) ? "F_DUPFD" : "F_DUPFD_CLOEXEC", GEN_FIRST_FD);
	*copy = old;
}

/* --- what a program begins with
 * --------------------------------------------------------------------- */

static void first_socket(struct gen *g, bool want_bound)
{
	struct gen_sock *s;

	gen_statement(g, "do_socket");
	s = gen_sock_of(g, g->cur);
	if (s == NULL || s->kind != gen_subject(g))
		return;
	if (gen_percent(g, 15))
		gen_statement(g, "do_set_before_bind");
	if (!want_bound)
		return;
	gen_begin(g);
	bind_sock(g, s, gen_percent(g, 80) ? "good_own" : bind_rule(g));
	gen_end(g);
	if (gen_percent(g, 25))
		gen_statement(g, "do_connect");
}

void gen_make_sockets(struct gen *g)
{
	static const u32 more[] = { 55, 25, 12, 8 };
	u32 n = 1 + gen_pick(g, more, ARRAY_SIZE(more));

	for (u32 i = 0; i < n; i++)
		first_socket(g, i == 0 || gen_percent(g, 70));
}

/* --- rules
 * ---------------------------------------------------------------------------------------- */

static const struct gen_row rows[] = {
	{ "bad_fd", 10, "-1" },
	{ NULL, 10, "99" },
	{ NULL, 5, "1022" },
	{ NULL, 4, "1024" },
	{ NULL, 4, "17" },
	{ NULL, 4, "2147483647" },
	{ NULL, 2, "-2147483648" },
	{ NULL, 2, "0xffffffff" },
	/* Where a socket of one's own may be. */
	{ "good_own", 60, "@own" },
	{ NULL, 30, "0.0.0.0" },
	{ NULL, 4, "127.0.0.1" },
	{ "own_addr", 50, "@own" },
	{ NULL, 25, "0.0.0.0" },
	{ NULL, 6, "127.0.0.1" },
	{ NULL, 4, "@broadcast" },
	{ NULL, 3, "255.255.255.255" },
	{ NULL, 2, "224.0.0.1" },
	{ NULL, 2, "239.1.1.1" },
	{ NULL, 2, "@network" },
	{ NULL, 2, "@peer" },
	{ NULL, 2, "203.0.113.1" },
	{ NULL, 1, "240.0.0.1" },
	{ NULL, 1, "0.0.0.1" },
	{ NULL, 1, "127.255.255.255" },
	{ "own_near", 30, "127.0.0.1" },
	{ NULL, 20, "0.0.0.0" },
	{ NULL, 10, "127.0.0.2" },
	{ NULL, 10, "@own" },
	{ NULL, 4, "127.255.255.255" },
	{ NULL, 4, "255.255.255.255" },
	{ NULL, 4, "224.0.0.1" },
	{ NULL, 2, "@broadcast" },
	{ NULL, 2, "127.0.0.0" },
	{ NULL, 1, "126.0.0.1" },
	{ "own_port", 40, "5000" },
	{ NULL, 16, "5001" },
	{ NULL, 8, "5002" },
	{ NULL, 6, "0" },
	{ NULL, 3, "7" },
	{ NULL, 2, "80" },
	{ NULL, 2, "1023" },
	{ NULL, 2, "1024" },
	{ NULL, 2, "32768" },
	{ NULL, 1, "65535" },
	{ NULL, 1, "@u16" },
	/* Where datagrams go. */
	{ "dst", 120, "@peer" },
	{ NULL, 10, "@own" },
	{ NULL, 12, "@other" },
	{ NULL, 8, "@broadcast" },
	{ NULL, 8, "198.51.100.7" },
	{ NULL, 4, "198.51.100.200" },
	{ NULL, 5, "255.255.255.255" },
	{ NULL, 4, "224.0.0.1" },
	{ NULL, 4, "239.1.1.1" },
	{ NULL, 5, "127.0.0.1" },
	{ NULL, 3, "0.0.0.0" },
	{ NULL, 3, "@network" },
	{ NULL, 4, "203.0.113.9" },
	{ NULL, 2, "10.1.2.3" },
	{ NULL, 1, "240.0.0.1" },
	{ NULL, 1, "0.0.0.1" },
	{ NULL, 1, "127.255.255.255" },
	{ "dst_of_second", 20, "@peer" },
	{ NULL, 2, "@own" },
	{ NULL, 2, "@broadcast" },
	{ NULL, 1, "255.255.255.255" },
	{ NULL, 1, "127.0.0.1" },
	{ NULL, 1, "224.0.0.1" },
	{ NULL, 1, "203.0.113.9" },
	{ "dst_near", 40, "127.0.0.1" },
	{ NULL, 20, "@bound_addr" },
	{ NULL, 12, "127.0.0.2" },
	{ NULL, 6, "0.0.0.0" },
	{ NULL, 8, "@own" },
	{ NULL, 4, "127.255.255.255" },
	{ NULL, 3, "255.255.255.255" },
	{ NULL, 4, "224.0.0.1" },
	{ NULL, 2, "@peer" },
	{ NULL, 1, "239.1.1.1" },
	{ NULL, 1, "127.0.0.0" },
	{ NULL, 1, "192.0.2.99" },
	{ "port", 30, "7" },
	{ NULL, 10, "9" },
	{ NULL, 12, "@bound_port" },
	{ NULL, 4, "5000" },
	{ NULL, 2, "53" },
	{ NULL, 1, "0" },
	{ NULL, 1, "65535" },
	{ "port_near", 40, "@bound_port" },
	{ NULL, 10, "5000" },
	{ NULL, 5, "5001" },
	{ NULL, 5, "9" },
	{ NULL, 2, "0" },
	{ NULL, 1, "65535" },
	{ "any_addr", 1, "@own" },
	{ NULL, 1, "@peer" },
	{ NULL, 1, "127.0.0.1" },
	{ NULL, 1, "0.0.0.0" },
	{ NULL, 1, "255.255.255.255" },
	{ "any_port", 5, "5000" },
	{ NULL, 1, "0" },
	{ NULL, 1, "@u16" },
	{ "bad_sockaddr", 12, "NULL" },
	{ NULL, 12, "0x1" },
	{ NULL, 4, "0x7fffffffffff" },
	{ NULL, 12,
	  "{sa_family = AF_INET6, sin_port = htons(7), sin_addr = inet_addr(\"@peer\")}" },
	{ NULL, 12,
	  "{sa_family = AF_UNSPEC, sin_port = htons(7), sin_addr = inet_addr(\"@peer\")}" },
	{ NULL, 8, "{sa_family = AF_UNSPEC}" },
	{ NULL, 5,
	  "{sa_family = AF_UNSPEC, sin_port = htons(5005), sin_addr = inet_addr(\"0.0.0.0\")}" },
	{ NULL, 5, "{sa_family = @family, sin_port = htons(7), sin_addr = inet_addr(\"@peer\")}" },
	{ NULL, 5, "{sa_family = @u16, sin_port = htons(7), sin_addr = inet_addr(\"@peer\")}" },
	{ NULL, 5, "{sa_family = AF_UNIX, sun_path = \"x\"}" },
	{ NULL, 5, "{sin_port = htons(7), sin_addr = inet_addr(\"@own\")}" },
	{ NULL, 5, "{sa_family = AF_INET, sin_addr = inet_addr(\"@peer\")}" },
	{ NULL, 5, "{sa_family = AF_INET, sin_port = htons(7)}" },
	{ NULL, 5, "{sa_family = AF_INET}" },
	{ "addrlen", 60, "16" },
	{ NULL, -6, "0" },
	{ NULL, -4, "1" },
	{ NULL, -4, "2" },
	{ NULL, -4, "4" },
	{ NULL, -4, "8" },
	{ NULL, -8, "15" },
	{ NULL, -4, "17" },
	{ NULL, -8, "28" },
	{ NULL, -6, "128" },
	{ NULL, -6, "129" },
	{ NULL, -6, "-1" },
	{ NULL, -3, "2147483647" },
	{ NULL, -3, "-2147483648" },
	/* What sockets are not made of. */
	{ "odd_socket", 20, "@family, SOCK_DGRAM, 0" },
	{ NULL, 4, "@u8, SOCK_DGRAM, 0" },
	{ NULL, 2, "-1, SOCK_DGRAM, 0" },
	{ NULL, 3, "AF_INET, @socktype, 0" },
	{ NULL, 3, "AF_INET, @digit, 0" },
	{ NULL, 3, "AF_INET, SOCK_DGRAM|@bad_type_flag, 0" },
	{ NULL, 2, "AF_INET, -1, 0" },
	{ NULL, 8, "AF_INET, SOCK_DGRAM, @protocol" },
	{ NULL, 1, "AF_INET, SOCK_RAW, IPPROTO_RAW" },
	{ NULL, 1, "AF_INET, SOCK_RAW, IPPROTO_ICMP" },
	{ NULL, 4, "AF_INET, SOCK_STREAM, @protocol" },
	{ NULL, 4, "AF_INET, SOCK_SEQPACKET, @protocol" },
	{ NULL, 2, "AF_INET, SOCK_DGRAM, -1" },
	{ NULL, 2, "AF_INET, SOCK_DGRAM, 256" },
	{ NULL, 3, "AF_INET, SOCK_DGRAM, IPPROTO_ICMP" },
	{ NULL, 2, "AF_INET, SOCK_RAW, 0" },
	{ NULL, 2, "AF_INET, SOCK_RAW, 256" },
	{ "bad_type_flag", 2, "0x1000" },
	{ NULL, 1, "0x10" },
	{ NULL, 1, "0x80" },
	{ NULL, 1, "0x40000000" },
	{ "do_names", 10, "@who~getsockname(@fd, ..., @lenio) = ..." },
	{ NULL, 10, "@who~getpeername(@fdu, ..., @lenio) = ..." },
	{ NULL, -4, "getsockname(@fd, @badptr, [16]) = ..." },
	{ NULL, -4, "getpeername(@fdu, @badptr, [16]) = ..." },
	{ NULL, -4, "getsockname(@fd, ..., @badptr) = ..." },
	{ NULL, -4, "getpeername(@fdu, ..., @badptr) = ..." },
	{ "lenio", 30, "[16]" },
	{ NULL, 8, "[128]" },
	{ NULL, -4, "[0]" },
	{ NULL, -4, "[1]" },
	{ NULL, -4, "[4]" },
	{ NULL, -4, "[8]" },
	{ NULL, -4, "[15]" },
	{ NULL, -6, "[-1]" },
	{ NULL, -3, "[-2147483648]" },
	{ NULL, -3, "[2147483647]" },
	/* Open, and no sockets. */
	{ "not_sock", 2, "0" },
	{ NULL, 2, "1" },
	{ NULL, 2, "2" },
	{ "do_not_sock", 2, "getsockname(@not_sock, ..., [16]) = ..." },
	{ NULL, 2, "bind(@not_sock, @some_sockaddr, 16) = ..." },
	{ NULL, 2, "sendto(@not_sock, \"x\", 1, 0, @some_sockaddr, 16) = ..." },
	{ NULL, 2, "recvfrom(@not_sock, ..., 10, MSG_DONTWAIT, ..., [16]) = ..." },
	{ NULL, 2, "shutdown(@not_sock, SHUT_RD) = ..." },
	{ NULL, 2, "getsockopt(@not_sock, SOL_SOCKET, SO_TYPE, ..., [4]) = ..." },
	{ NULL, 1, "listen(@not_sock, 5) = ..." },
	{ NULL, 1, "getpeername(@not_sock, ..., [16]) = ..." },
	{ NULL, 1, "setsockopt(@not_sock, SOL_IP, IP_TTL, [1], 4) = ..." },
	{ "badptr", 10, "NULL" },
	{ NULL, 10, "0x1" },
	{ NULL, 3, "0x7fffffffffff" },
	{ NULL, 3, "0xffffffffffff0000" },
	{ "do_shutdown", 10, "@who~shutdown(@fd, @shut) = ..." },
	{ "shut", 10, "SHUT_RD" },
	{ NULL, 10, "SHUT_WR" },
	{ NULL, 10, "SHUT_RDWR" },
	{ NULL, -5, "3" },
	{ NULL, -5, "-1" },
	{ NULL, -2, "2147483647" },
	/* If it is one after all, it goes at once. */
	{ "odd_socket_call", 1, "socket(@odd_socket) = ...\nclose(@next_fd) = ..." },
	{ "do_odd_socket", 10, "@odd_socket_call" },
	{ NULL, 2, "socketpair(AF_INET, SOCK_DGRAM, 0, ...) = ..." },
	{ NULL, 1, "socketpair(AF_INET, SOCK_STREAM, 0, ...) = ..." },
	{ NULL, 1, "socketpair(AF_INET, SOCK_DGRAM, 0, @badptr) = ..." },
	{ NULL, 1, "socketpair(@family, @socktype, 0, ...) = ..." },
	{ NULL, 1, "socketpair(AF_INET, SOCK_DGRAM|0x1000, 0, ...) = ..." },
	/* Of a datagram socket. */
	{ "do_stream_call", 4, "listen(@fdu, @listen) = ..." },
	{ NULL, 2, "accept(@fdu, NULL, NULL) = ..." },
	{ NULL, 2, "accept(@fdu, ..., [16]) = ..." },
	{ NULL, 2, "accept4(@fdu, ..., [16], 0) = ..." },
	{ NULL, 1, "accept4(@fdu, ..., [16], SOCK_NONBLOCK) = ..." },
	{ NULL, 1, "accept4(@fdu, ..., [16], SOCK_CLOEXEC|SOCK_NONBLOCK) = ..." },
	{ NULL, 1, "accept4(@fdu, ..., [16], 1) = ..." },
	{ NULL, 1, "listen(@bad_fd, 5) = ..." },
	{ NULL, 1, "accept(@bad_fd, NULL, NULL) = ..." },
	{ "listen", 4, "5" },
	{ NULL, 2, "0" },
	{ NULL, 1, "-1" },
	{ NULL, 1, "SOMAXCONN" },
};

static const struct gen_slot slots[] = {
	{ "fd", put_fd },
	{ "next_fd", put_next_fd },
	{ "fdu", put_fdu },
	{ "fdb", put_fdb },
	{ "cur", put_cur },
	{ "own", put_own },
	{ "peer", put_peer },
	{ "broadcast", put_broadcast },
	{ "network", put_network },
	{ "other", put_other },
	{ "bound_addr", put_bound_addr },
	{ "bound_port", put_bound_port },
	{ "to", put_to },
	{ "some_sockaddr", put_some_sockaddr },
	{ "do_socket", do_socket },
	{ "do_bind", do_bind },
	{ "do_connect", do_connect },
	{ "do_close", do_close },
	{ "do_dup", do_dup },
};

const struct gen_part gen_part_socket = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
