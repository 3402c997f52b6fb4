// SPDX-License-Identifier: MIT
/* soak.c - see soak.h.
 *
 * Clients on host 0 ask servers on host 1. A client's bytes begin with the connection's number, and
 * follow from it, as the answer's do; so both sides know what has to come. The client ends its side
 * before it reads, the server answers when it has read all.
 */
#include "harness/lib/soak.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/random.h"
#include "core/iov.h"
#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	PORT = 80,
	HEAD = 4, /* the connection's number */
	TASK_BYTES = 0xc000,
	AT_ADDR = 0,
	AT_SEND = 64,
	AT_RECV = AT_SEND + SOAK_BYTES + HEAD,
	RECV_BYTES = 4096,
	STUCK_SECS = 4000, /* of virtual time without any connection's end */
	LAST_SECS = 1200   /* until the last timer of what was closed */
};
static_assert((u32)AT_RECV + (u32)RECV_BYTES <= (u32)TASK_BYTES, "it all fits");

/* What a task does next. */
enum act { CLIENT_SOCKET, CLIENT_CONNECT, SEND, CLIENT_SHUT, RECV, ACCEPT, CLOSE, DONE };

struct peer {
	enum act act;
	bool client;
	int fd;
	u32 conn;
	u32 sent, to_send;
	u32 got;
};

struct soak {
	const struct soak_cfg *cfg;
	struct world *w;
	bool busy[2][SOAK_TASKS]; /* its call had to wait, and nobody has looked at its end yet */
	int listener;
	u32 next; /* the connection that begins next */
	u64 last_end_ps;
	struct peer peer[2][SOAK_TASKS];
	struct soak_result result;
};

struct soak_cfg soak_usual(u64 seed, u32 connections)
{
	return (struct soak_cfg){ .seed = seed,
				  .connections = connections,
				  .device = DEV_TAP,
				  .loss_ppm = 20000,
				  .dup_ppm = 10000,
				  .reorder_ppm = 20000,
				  .corrupt_ppm = 5000 };
}

/* --- what has to come
 * ----------------------------------------------------------------------------- */

static u32 mix(u32 conn, u32 client)
{
	return (u32)(splitmix64_mix((u64)conn * 2 + client) >> 32);
}

/* Most are small; some take many segments, or none at all but the number. */
static u32 length(u32 conn, bool client)
{
	u32 m = mix(conn, client);
	u32 len = (m & 3) == 0 ? (m >> 2) % SOAK_BYTES : (m >> 2) % 600;

	return client ? HEAD + len : len;
}

static u8 byte_at(u32 conn, bool client, u32 at)
{
	u32 m = mix(conn, client);

	if (client && at < HEAD)
		return (u8)(conn >> 8 * at);
	return (u8)(m >> 8 * (at & 3)) ^ (u8)(at * 167 >> 3);
}

/* --- memory and calls
 * ----------------------------------------------------------------------------- */

static uptr mem_of(u32 task, u32 at)
{
	return UMEM_BASE + (u64)task * TASK_BYTES + at;
}

static u8 *bytes_of(struct soak *s, u32 host, u32 task, u32 at, u32 len)
{
	return world_umem(s->w, host, mem_of(task, at), len);
}

__attribute__((format(printf, 2, 3))) static void wrong(struct soak *s, const char *fmt, ...)
{
	va_list ap;

	if (s->result.wrong[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(s->result.wrong, sizeof(s->result.wrong), fmt, ap);
	va_end(ap);
}

static void call(struct soak *s, u32 host, u32 task, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d };

	world_start(s->w, host, task, nr, arg);
}

static void begin_connect(struct soak *s, u32 host, u32 task, struct peer *p)
{
	put_sockaddr_in(bytes_of(s, host, task, AT_ADDR, 16), AF_INET, PORT,
			parse_ipv4("192.0.2.2"));
	call(s, host, task, SYS_NR_connect, (u64)p->fd, mem_of(task, AT_ADDR), 16, 0);
}

static void begin_send(struct soak *s, u32 host, u32 task, struct peer *p)
{
	u8 *to = bytes_of(s, host, task, AT_SEND, p->to_send);

	for (u32 i = p->sent; i < p->to_send; i++)
		to[i] = byte_at(p->conn, p->client, i);
	call(s, host, task, SYS_NR_sendto, (u64)p->fd, mem_of(task, AT_SEND + p->sent),
	     p->to_send - p->sent, MSG_NOSIGNAL);
}

/* The call of what the task does now. */
static void begin(struct soak *s, u32 host, u32 task)
{
	struct peer *p = &s->peer[host][task];

	switch (p->act) {
	case CLIENT_SOCKET:
		call(s, host, task, SYS_NR_socket, AF_INET, SOCK_STREAM, 0, 0);
		break;
	case CLIENT_CONNECT:
		begin_connect(s, host, task, p);
		break;
	case SEND:
		begin_send(s, host, task, p);
		break;
	case CLIENT_SHUT:
		call(s, host, task, SYS_NR_shutdown, (u64)p->fd, SHUT_WR, 0, 0);
		break;
	case RECV:
		call(s, host, task, SYS_NR_recvfrom, (u64)p->fd, mem_of(task, AT_RECV), RECV_BYTES,
		     0);
		break;
	case ACCEPT:
		call(s, host, task, SYS_NR_accept, (u64)s->listener, 0, 0, 0);
		break;
	case CLOSE:
		call(s, host, task, SYS_NR_close, (u64)p->fd, 0, 0, 0);
		break;
	case DONE:
		break;
	}
}

/* --- what a call has brought
 * ---------------------------------------------------------------------- */

static void check_received(struct soak *s, u32 host, u32 task, u32 n)
{
	struct peer *p = &s->peer[host][task];
	const u8 *bytes = bytes_of(s, host, task, AT_RECV, n);

	for (u32 i = 0; i < n; i++) {
		u32 at = p->got + i;

		/* The number itself is the first thing that a server reads. */
		if (!p->client && at < HEAD) {
			p->conn |= (u32)bytes[i] << 8 * at;
			continue;
		}
		if (bytes[i] != byte_at(p->conn, !p->client, at))
			wrong(s, "connection %u: byte %u of the %s is 0x%02x, not 0x%02x", p->conn,
			      at, p->client ? "answer" : "question", bytes[i],
			      byte_at(p->conn, !p->client, at));
	}
	p->got += n;
	s->result.bytes += n;
}

static void received(struct soak *s, u32 host, u32 task, s64 n)
{
	struct peer *p = &s->peer[host][task];

	if (n > 0) {
		check_received(s, host, task, (u32)n);
		return;
	}
	if (p->got != length(p->conn, !p->client))
		wrong(s, "connection %u: %u bytes of the %s came, not %u", p->conn, p->got,
		      p->client ? "answer" : "question", length(p->conn, !p->client));
	p->act = CLOSE;
	if (!p->client) {
		p->to_send = length(p->conn, false);
		p->sent = 0;
		p->act = p->to_send != 0 ? SEND : CLOSE;
	}
}

static void next_client(struct soak *s, struct peer *p)
{
	if (s->next == s->cfg->connections) {
		p->act = DONE;
		return;
	}
	*p = (struct peer){ .act = CLIENT_SOCKET, .client = true, .conn = s->next++ };
	p->to_send = length(p->conn, true);
}

static void closed(struct soak *s, struct peer *p)
{
	if (!p->client) {
		*p = (struct peer){ .act = ACCEPT };
		return;
	}
	s->result.over++;
	s->last_end_ps = world_now_ps(s->w);
	next_client(s, p);
}

static const char *const act_names[] = { "socket", "connect", "send",  "shutdown",
					 "recv",   "accept",  "close", "nothing" };

static void ended(struct soak *s, u32 host, u32 task, s64 ret)
{
	struct peer *p = &s->peer[host][task];

	if (ret < 0) {
		wrong(s, "connection %u: %s() of the %s: error %lld", p->conn, act_names[p->act],
		      p->client ? "client" : "server", (long long)-ret);
		return;
	}
	switch (p->act) {
	case CLIENT_SOCKET:
		p->fd = (int)ret;
		p->act = CLIENT_CONNECT;
		break;
	case CLIENT_CONNECT:
		p->act = SEND;
		break;
	case SEND:
		p->sent += (u32)ret;
		if (p->sent == p->to_send)
			p->act = p->client ? CLIENT_SHUT : CLOSE;
		break;
	case CLIENT_SHUT:
		p->act = RECV;
		break;
	case RECV:
		received(s, host, task, ret);
		break;
	case ACCEPT:
		*p = (struct peer){ .act = RECV, .fd = (int)ret };
		break;
	case CLOSE:
		closed(s, p);
		break;
	case DONE:
		break;
	}
}

/* --- the run
 * -------------------------------------------------------------------------------------- */

static struct world *lay_out(const struct soak_cfg *cfg)
{
	struct world_cfg wc =
		scenario_two_hosts(cfg->device, &limits_test, COST_JUDGE, 1, cfg->seed);
	struct world *w;

	wc.tasks = SOAK_TASKS;
	wc.wire[0].loss_ppm = cfg->loss_ppm;
	wc.wire[0].dup_ppm = cfg->dup_ppm;
	wc.wire[0].reorder_ppm = cfg->reorder_ppm;
	wc.wire[0].reorder_ps = 3 * PS_PER_MS;
	wc.wire[0].corrupt_ppm = cfg->corrupt_ppm;
	wc.wire[0].delay_ps = 2 * PS_PER_MS;
	w = scenario_two_hosts_up(&wc);
	if (cfg->checks)
		scenario_checks_on(w);
	return w;
}

static void listen_on(struct soak *s)
{
	const u64 backlog[SYS_ARGS] = { 0, 128 };
	u64 arg[SYS_ARGS];
	s64 ret = 0;

	s->listener = (int)call_socket(s->w, 1, 0, AF_INET, SOCK_STREAM, 0);
	call_bind(s->w, 1, 0, s->listener, "0.0.0.0", PORT);
	memcpy(arg, backlog, sizeof(arg));
	arg[0] = (u64)s->listener;
	if (s->listener < 0 || !world_call(s->w, 1, 0, SYS_NR_listen, arg, &ret) || ret != 0)
		wrong(s, "listen(): error %lld", (long long)-ret);
}

/* What a task does until it has to wait. */
static void serve_task(struct soak *s, u32 host, u32 t)
{
	struct task *task = &s->w->host[host].task[t];

	if (s->busy[host][t]) {
		if (task->state != TASK_IDLE)
			return;
		s->busy[host][t] = false;
		ended(s, host, t, task->ret);
	}
	while (s->peer[host][t].act != DONE && s->result.wrong[0] == '\0') {
		begin(s, host, t);
		world_settle(s->w);
		if (task->state != TASK_IDLE) {
			s->busy[host][t] = true;
			return;
		}
		ended(s, host, t, task->ret);
	}
}

static bool any_ended(const struct soak *s)
{
	for (u32 host = 0; host < 2; host++)
		for (u32 t = 0; t < SOAK_TASKS; t++)
			if (s->busy[host][t] && s->w->host[host].task[t].state == TASK_IDLE)
				return true;
	return false;
}

/* Until some call has ended. False: none will. */
static bool wait(struct soak *s)
{
	while (!any_ended(s)) {
		if (!world_step(s->w))
			wrong(s, "nothing happens any more: %u connections are over",
			      s->result.over);
		else if (world_now_ps(s->w) - s->last_end_ps > STUCK_SECS * PS_PER_SEC)
			wrong(s, "no connection has ended for %d s: %u are over", STUCK_SECS,
			      s->result.over);
		else
			continue;
		return false;
	}
	return true;
}

static void go(struct soak *s)
{
	u32 told = 0;

	while (s->result.over < s->cfg->connections && s->result.wrong[0] == '\0') {
		for (u32 host = 0; host < 2; host++)
			for (u32 t = 0; t < SOAK_TASKS; t++)
				serve_task(s, host, t);
		if (s->result.over == s->cfg->connections || !wait(s))
			return;
		if (s->cfg->progress != NULL && s->result.over - told >= 256) {
			told = s->result.over;
			if (!s->cfg->progress(s->cfg->ctx, told))
				return;
		}
	}
}

/* Whatever was closed comes to its end: then there is no socket but the listener. */
static void wind_down(struct soak *s)
{
	for (u32 i = 0; i < LAST_SECS && s->result.wrong[0] == '\0'; i++) {
		bool left = false;

		world_run_until(s->w, world_now_ps(s->w) + PS_PER_SEC);
		for (u32 host = 0; host < 2; host++) {
			const struct net *net = &s->w->host[host].net;

			left |= net->tw_pool.used != 0 || net->request_sock_pool.used != 0 ||
				net->tcp_sock_pool.used > (host == 1);
		}
		if (!left)
			return;
	}
	wrong(s, "connections are left %d s after the last was closed", LAST_SECS);
}

static void sum_up(struct soak *s)
{
	for (u32 host = 0; host < 2; host++)
		s->result.retransmitted += s->w->host[host].net.mib[TCP_MIB_RETRANSSEGS];
	s->result.frames = s->w->wire[0].sent;
	s->result.lost = s->w->wire[0].lost;
	s->result.virtual_ps = world_now_ps(s->w);
	s->result.digest = world_digest(s->w);
}

struct soak_result soak_run(const struct soak_cfg *cfg)
{
	struct soak s = { .cfg = cfg, .w = lay_out(cfg) };
	const char *which = NULL;

	listen_on(&s);
	s.last_end_ps = world_now_ps(s.w);
	for (u32 t = 0; t < SOAK_TASKS; t++) {
		next_client(&s, &s.peer[0][t]);
		s.peer[1][t].act = ACCEPT;
	}
	if (s.result.wrong[0] == '\0')
		go(&s);
	if (s.result.wrong[0] == '\0' && s.result.over == cfg->connections)
		wind_down(&s);
	sum_up(&s);
	if (world_exhausted(s.w) != 0)
		wrong(&s, "a pool was empty %llu times", (unsigned long long)world_exhausted(s.w));
	world_exit(s.w);
	if (world_leaks(s.w, &which) != 0)
		wrong(&s, "something is left in pool %s", which);
	scenario_free(s.w);
	return s.result;
}
