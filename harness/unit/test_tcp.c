// SPDX-License-Identifier: MIT
/* test_tcp.c - what a connection answers to each kind of segment in each of its states, and which
 * state it is in then: RFC 9293 3.10.7 as tables. A '!' marks where Linux does something else.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "harness/unit/tcp_peer.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { PEER_PORT = 7, PORT = 5001, FAR_AWAY = 100000 };

enum state {
	CLOSED,
	LISTEN,
	SYN_SENT,
	SYN_RECEIVED,
	ESTABLISHED,
	FIN_WAIT_1,
	FIN_WAIT_2,
	CLOSE_WAIT,
	CLOSING,
	LAST_ACK,
	TIME_WAIT,
	NR_STATES
};

static const char *const state_names[NR_STATES] = {
	"C", "L", "SS", "SR", "E", "F1", "F2", "CW", "CG", "LA", "TW",
};

static const struct {
	const char *name;
	u8 flags;
} segments[] = {
	{ "none", 0 },
	{ "SYN", TCPHDR_SYN },
	{ "SYN,ACK", TCPHDR_SYN | TCPHDR_ACK },
	{ "ACK", TCPHDR_ACK },
	{ "FIN", TCPHDR_FIN },
	{ "FIN,ACK", TCPHDR_FIN | TCPHDR_ACK },
	{ "RST", TCPHDR_RST },
	{ "RST,ACK", TCPHDR_RST | TCPHDR_ACK },
};

enum { NR_SEGMENTS = ARRAY_SIZE(segments) };

/* --- into a state
 * ------------------------------------------------------------------------------------------ */

static void shut(struct tcp_peer *p, int fd)
{
	assert_int_equal(host_sys(p->w, SYS_NR_shutdown, (u64)fd, SHUT_WR, 0, 0, 0), 0);
	tcp_peer_wait(p);
	assert_string_equal(tcp_peer_answer(p), "FA");
}

static void answered(struct tcp_peer *p, u8 flags, const char *answer)
{
	tcp_peer_send(p, flags, 0);
	assert_string_equal(tcp_peer_answer(p), answer);
}

static void into_closing_states(struct tcp_peer *p, int fd, enum state state)
{
	if (state == CLOSE_WAIT || state == LAST_ACK)
		answered(p, TCPHDR_FIN | TCPHDR_ACK, "A");
	if (state == CLOSE_WAIT)
		return;
	shut(p, fd);
	if (state == CLOSING) {
		u32 fin = p->ack;

		p->ack--; /* it does not know of the FIN yet */
		answered(p, TCPHDR_FIN | TCPHDR_ACK, "A");
		p->ack = fin;
	}
	if (state == FIN_WAIT_2 || state == TIME_WAIT)
		answered(p, TCPHDR_ACK, "-");
	if (state == TIME_WAIT)
		answered(p, TCPHDR_FIN | TCPHDR_ACK, "A");
}

static void into_state(struct tcp_peer *p, enum state state)
{
	int fd;

	if (state == CLOSED)
		return;
	if (state == LISTEN || state == SYN_RECEIVED)
		(void)tcp_peer_listener(p);
	else if (state == SYN_SENT)
		(void)tcp_peer_called(p);
	if (state == SYN_RECEIVED)
		answered(p, TCPHDR_SYN, "SA");
	if (state <= SYN_RECEIVED)
		return;
	fd = tcp_peer_open(p);
	if (state != ESTABLISHED)
		into_closing_states(p, fd, state);
}

/* --- which state it is in
 * ------------------------------------------------------------------------------------------ */

static enum state state_of_sock(const struct sock *sk)
{
	static const u8 states[] = {
		[TCP_ESTABLISHED] = ESTABLISHED, [TCP_SYN_SENT] = SYN_SENT,
		[TCP_SYN_RECV] = SYN_RECEIVED,	 [TCP_FIN_WAIT1] = FIN_WAIT_1,
		[TCP_FIN_WAIT2] = FIN_WAIT_2,	 [TCP_CLOSE] = CLOSED,
		[TCP_CLOSE_WAIT] = CLOSE_WAIT,	 [TCP_LAST_ACK] = LAST_ACK,
		[TCP_LISTEN] = LISTEN,		 [TCP_CLOSING] = CLOSING,
	};

	return states[sk->sk_state];
}

/* The connection's if there is one; else a request's or what is left of one; else the listener's.
 */
static enum state state_now(const struct tcp_peer *p)
{
	const struct net *net = &p->w->host[0].net;
	const struct hlist_node *node;
	bool listens = false;

	hlist_for_each (node, &net->socks) {
		const struct sock *sk =
			(const struct sock *)(const void *)((const u8 *)node -
							    offsetof(struct sock, sk_all));
		enum state state = state_of_sock(sk);

		if (sk->sk_protocol != IPPROTO_TCP || state == CLOSED)
			continue;
		if (state != LISTEN)
			return state;
		listens = true;
	}
	if (net->request_sock_pool.used != 0)
		return SYN_RECEIVED;
	if (net->tw_pool.used != 0)
		return TIME_WAIT;
	return listens ? LISTEN : CLOSED;
}

/* --- the tables
 * ------------------------------------------------------------------------------------------ */

/* "SA>SR": the answer, and the state behind it if it is another. */
typedef const char *table[NR_STATES][NR_SEGMENTS];

/* clang-format off */
/* The next in turn; what it acknowledges is all that was sent. */
static table in_turn = {
	/*                none    SYN       SYN,ACK  ACK      FIN     FIN,ACK   RST       RST,ACK */
	[CLOSED] =       { "RA",   "RA",     "R",     "R",     "RA",   "R",      "-",      "-" },
	[LISTEN] =       { "-",    "SA>SR",  "R",     "R",     "-",    "R",      "-",      "-" },
	[SYN_SENT] =     { "-",    "SA>SR",  "A>E",   "-",     "-",    "-",      "-",      "->C" },
	[SYN_RECEIVED] = { "-",    "RA>L",   "R>L",   "->E",   "-",    "A>CW",   "->L",    "->L" },
	[ESTABLISHED] =  { "-",    "A",      "A",     "-",     "-",    "A>CW",   "->C",    "->C" },
	[FIN_WAIT_1] =   { "-",    "A",      "A",     "->F2",  "-",    "A>TW",   "->C",    "->C" },
	[FIN_WAIT_2] =   { "-",    "A",      "A",     "-",     "-",    "A>TW",   "->C",    "->C" },
	[CLOSE_WAIT] =   { "-",    "A",      "A",     "-",     "-",    "-",      "->C",    "->C" },
	[CLOSING] =      { "-",    "A",      "A",     "->TW",  "-",    "->TW",   "->C",    "->C" },
	[LAST_ACK] =     { "-",    "A",      "A",     "->C",   "-",    "->C",    "->C",    "->C" },
	[TIME_WAIT] =    { "-",    "A",      "A",     "-",     "A!",   "A",      "->C",    "->C" },
};
/* In the window, but not the next. RFC 5961 3.2: a reset has to be exact. */
static table in_window = {
	/*                none    SYN       SYN,ACK  ACK      FIN     FIN,ACK   RST       RST,ACK */
	[CLOSED] =       { "RA",   "RA",     "R",     "R",     "RA",   "R",      "-",      "-" },
	[LISTEN] =       { "-",    "SA>SR",  "R",     "R",     "-",    "R",      "-",      "-" },
	[SYN_SENT] =     { "-",    "SA>SR",  "A>E",   "-",     "-",    "-",      "-",      "->C" },
	[SYN_RECEIVED] = { "-",    "RA>L",   "R>L",   "->E",   "-",    "A>E",    "A",      "A" },
	[ESTABLISHED] =  { "-",    "A",      "A",     "-",     "-",    "A",      "A",      "A" },
	[FIN_WAIT_1] =   { "-",    "A",      "A",     "->F2",  "-",    "A>F2",   "A",      "A" },
	[FIN_WAIT_2] =   { "-",    "A",      "A",     "-",     "-",    "A",      "A",      "A" },
	[CLOSE_WAIT] =   { "-",    "A",      "A",     "-",     "-",    "-",      "A",      "A" },
	[CLOSING] =      { "-",    "A",      "A",     "->TW",  "-",    "->TW",   "A",      "A" },
	[LAST_ACK] =     { "-",    "A",      "A",     "->C",   "-",    "->C",    "A",      "A" },
	[TIME_WAIT] =    { "A",    "A",      "A",     "A",     "A",    "A",      "-",      "-" },
};
/* Of another time: beyond the window. */
static table out_of_window = {
	/*                none    SYN       SYN,ACK  ACK      FIN     FIN,ACK   RST       RST,ACK */
	[CLOSED] =       { "RA",   "RA",     "R",     "R",     "RA",   "R",      "-",      "-" },
	[LISTEN] =       { "-",    "SA>SR",  "R",     "R",     "-",    "R",      "-",      "-" },
	[SYN_SENT] =     { "-",    "SA>SR",  "A>E",   "-",     "-",    "-",      "-",      "->C" },
	[SYN_RECEIVED] = { "A",    "A",      "A",     "A",     "A",    "A",      "-",      "-" },
	[ESTABLISHED] =  { "-!",   "A",      "A",     "A",     "-!",   "A",      "-",      "-" },
	[FIN_WAIT_1] =   { "-!",   "A",      "A",     "A",     "-!",   "A",      "-",      "-" },
	[FIN_WAIT_2] =   { "-!",   "A",      "A",     "A",     "-!",   "A",      "-",      "-" },
	[CLOSE_WAIT] =   { "-!",   "A",      "A",     "A",     "-!",   "A",      "-",      "-" },
	[CLOSING] =      { "-!",   "A",      "A",     "A",     "-!",   "A",      "-",      "-" },
	[LAST_ACK] =     { "-!",   "A",      "A",     "A",     "-!",   "A",      "-",      "-" },
	[TIME_WAIT] =    { "A",    "A",      "A",     "A",     "A",    "A",      "-",      "-" },
};
/* In turn, but what it acknowledges was never sent. */
static table of_the_future = {
	/*                none    SYN       SYN,ACK  ACK      FIN     FIN,ACK   RST       RST,ACK */
	[CLOSED] =       { "RA",   "RA",     "R",     "R",     "RA",   "R",      "-",      "-" },
	[LISTEN] =       { "-",    "SA>SR",  "R",     "R",     "-",    "R",      "-",      "-" },
	[SYN_SENT] =     { "-",    "SA>SR",  "R",     "R",     "-",    "R",      "-",      "-" },
	[SYN_RECEIVED] = { "-",    "RA>L",   "R",     "R",     "-",    "R",      "->L",    "->L" },
	[ESTABLISHED] =  { "-",    "A",      "A",     "-!",    "-",    "-!",     "->C",    "->C" },
	[FIN_WAIT_1] =   { "-",    "A",      "A",     "A",     "-",    "A",      "->C",    "->C" },
	[FIN_WAIT_2] =   { "-",    "A",      "A",     "A",     "-",    "A",      "->C",    "->C" },
	[CLOSE_WAIT] =   { "-",    "A",      "A",     "A",     "-",    "A",      "->C",    "->C" },
	[CLOSING] =      { "-",    "A",      "A",     "A",     "-",    "A",      "->C",    "->C" },
	[LAST_ACK] =     { "-",    "A",      "A",     "A",     "-",    "A",      "->C",    "->C" },
	[TIME_WAIT] =    { "-",    "A",      "A",     "-",     "A!",   "A",      "->C",    "->C" },
};
/* clang-format on */

static void got(struct tcp_peer *p, enum state before, char *text, u32 size)
{
	enum state now = state_now(p);
	const char *answer = tcp_peer_answer(p);

	(void)snprintf(text, size, "%s%s%s", answer, now == before ? "" : ">",
		       now == before ? "" : state_names[now]);
}

static bool one_cell(enum state state, u32 segment, u32 seq_more, u32 ack_more, const char *want)
{
	struct world *w = one_host_up(1);
	struct tcp_peer p;
	char text[40];
	size_t len = strlen(want);
	bool right;

	tcp_peer_init(&p, w, PEER_PORT, PORT);
	into_state(&p, state);
	assert_int_equal(state_now(&p), state);
	tcp_peer_send_at(&p, segments[segment].flags, p.seq + seq_more, p.ack + ack_more, 0);
	got(&p, state, text, sizeof(text));
	if (len != 0 && want[len - 1] == '!')
		len--;
	right = strlen(text) == len && memcmp(text, want, len) == 0;
	if (!right)
		print_error("%s, %s: %s, not %s\n", state_names[state], segments[segment].name,
			    text, want);
	end_world(w);
	return right;
}

static void every_cell(table t, u32 seq_more, u32 ack_more)
{
	u32 wrong = 0;

	for (u32 state = 0; state < NR_STATES; state++)
		for (u32 i = 0; i < NR_SEGMENTS; i++)
			wrong += !one_cell(state, i, seq_more, ack_more, t[state][i]);
	assert_int_equal(wrong, 0);
}

static void test_in_turn(void **state)
{
	(void)state;
	every_cell(in_turn, 0, 0);
}

static void test_in_window(void **state)
{
	(void)state;
	every_cell(in_window, 10, 0);
}

static void test_out_of_window(void **state)
{
	(void)state;
	every_cell(out_of_window, FAR_AWAY, 0);
}

static void test_of_the_future(void **state)
{
	(void)state;
	every_cell(of_the_future, 0, FAR_AWAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_turn),
		cmocka_unit_test(test_in_window),
		cmocka_unit_test(test_out_of_window),
		cmocka_unit_test(test_of_the_future),
	};

	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
