// SPDX-License-Identifier: MIT
/* test_mutate.c - the mutator: each operation by what it does, results of all inputs, programs that
 * still run, weights, crossover, trim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "harness/diff/generate.h"
#include "harness/fuzz/mutate.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"
#include "harness/script/binary.h"
#include "harness/script/packet.h"
#include "harness/script/parse_internal.h"
#include "harness/script/run.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

enum { MAX = 8192, SEEDS = 150, PRINTED = 2048 };

#define TO(addr, port)                                                                             \
	"{sa_family = AF_INET, sin_port = htons(" port "), sin_addr = inet_addr(\"" addr "\")}, "  \
	"16"

/* As the mutator leaves programs: results open, times counted from the statement before. */
static const char program[] =
	"--device=tap\n"
	"`ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
	"bind(3, " TO(
		"192.0.2.1",
		"5000") ") = ...\n"
			"socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_UDP) = ...\n"
			"connect(4, " TO(
				"192.0.2.2",
				"7") ") = ...\n"
				     "send(4, \"abcdefgh\", 8, 0) = ...\n"
				     "send(4, \"first\", 5, MSG_MORE) = ...\n"
				     "send(4, \"second\", 6, 0) = ...\n"
				     "+.5 sendto(3, \"x\", 1, MSG_DONTWAIT|MSG_NOSIGNAL, " TO(
					     "192.0.2.2",
					     "9") ") = ...\n"
						  "recv(3, ..., 100, MSG_DONTWAIT) = ...\n"
						  "sendmsg(3, {msg_name(16) = {sa_family = "
						  "AF_INET, sin_port = htons(7), sin_addr = "
						  "inet_addr(\"192.0.2.2\")}, msg_iov(2) = "
						  "[{\"ab\", 2}, {\"c\", 1}], msg_control = "
						  "[{cmsg_level = SOL_IP, cmsg_type = IP_TTL, "
						  "cmsg_data = [7]}]}, 0) = ...\n"
						  "setsockopt(3, SOL_SOCKET, SO_RCVBUF, [4096], 4) "
						  "= ...\n"
						  "poll([{fd = 3, events = POLLIN, revents = ...}, "
						  "{fd = 4, events = POLLOUT, revents = ...}], "
						  "2, 0) = ...\n"
						  "< 198.51.100.7:1000 > 203.0.113.1:2000 [ttl 9] "
						  "udp (40)\n"
						  "< 192.0.2.2 > 192.0.2.1 icmp echo_request id 1 "
						  "seq 1 (20)\n"
						  "< 192.0.2.2:7 > 192.0.2.1:80 . 1:1(0) ack 1 win "
						  "100\n"
						  "< 192.0.2.2 > 192.0.2.1 [id 77, mf] ip proto 17 "
						  "(16) hex 00071388002000006162636465666768\n"
						  "< 192.0.2.2 > 192.0.2.1 [id 77, frag 2] ip "
						  "proto 17 (16) hex "
						  "696a6b6c6d6e6f70717273747576777a\n"
						  "< arp who-has 192.0.2.1 tell 192.0.2.2\n"
						  "wire loss 1000 ppm\n"
						  "advance 20ms\n"
						  "`sysctl -q -w net.ipv4.ip_default_ttl=61`\n"
						  "close(4) = ...\n";

static const char other[] = "advance 777ns\nadvance 777ns\nadvance 777ns\nadvance 777ns\n";

static struct script *parse(const char *text)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("test", text, strlen(text), &err);

	if (s == NULL)
		fail_msg("%u: %s", err.line, err.text);
	return s;
}

static u8 *encode(const char *text, size_t *len)
{
	struct script *s = parse(text);
	u8 *bytes = script_encode(s, len);

	script_free(s);
	return bytes;
}

/* --- before and after
 * ------------------------------------------------------------------------------
 */
struct change {
	const struct script *a, *b;
	char (*text_a)[PRINTED], (*text_b)[PRINTED];
	u32 n_a, n_b;
	u32 same;	/* so many at the head are equal, */
	u32 same_end;	/* and behind these, at the end */
	const char *op; /* under test */
};

static char (*print_all(const struct script *s))[PRINTED]
{
	char(*text)[PRINTED] = must(calloc(s->nr_stmts + 1, PRINTED));

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct when *w = &s->stmt[i].when;
		int n = snprintf(text[i], 96, "%u %u.%u.%u %u %llu %llu ", s->stmt[i].kind,
				 s->stmt[i].host, s->stmt[i].process, s->stmt[i].thread, w->kind,
				 (unsigned long long)w->from_ns, (unsigned long long)w->until_ns);

		script_print_stmt(s, &s->stmt[i], text[i] + n, PRINTED - 96);
	}
	return text;
}

static struct change compare(const struct script *a, const struct script *b)
{
	struct change c = { .a = a, .b = b, .n_a = a->nr_stmts, .n_b = b->nr_stmts };

	c.text_a = print_all(a);
	c.text_b = print_all(b);
	while (c.same < c.n_a && c.same < c.n_b && strcmp(c.text_a[c.same], c.text_b[c.same]) == 0)
		c.same++;
	while (c.same_end < c.n_a - c.same && c.same_end < c.n_b - c.same &&
	       strcmp(c.text_a[c.n_a - 1 - c.same_end], c.text_b[c.n_b - 1 - c.same_end]) == 0)
		c.same_end++;
	return c;
}

static void change_free(struct change *c)
{
	free(c->text_a);
	free(c->text_b);
}

/* What is between the equal ends. */
static u32 cut_a(const struct change *c)
{
	return c->n_a - c->same - c->same_end;
}

static u32 cut_b(const struct change *c)
{
	return c->n_b - c->same - c->same_end;
}

static const struct stmt *first_b(const struct change *c)
{
	return &c->b->stmt[c->same];
}

static const struct stmt *first_a(const struct change *c)
{
	return &c->a->stmt[c->same];
}

/* Descriptors move when calls that make some come and go, times become relative; a statement is
 * known by the rest.
 */
static void skeleton(const struct script *s, u32 i, char *to, u32 size)
{
	struct stmt st = s->stmt[i];

	st.when = (struct when){ .kind = WHEN_NONE };
	if (st.kind == STMT_CALL)
		snprintf(to, size, "%s", script_calls[st.call.call].name);
	else
		script_print_stmt(s, &st, to, size);
}

/* All of a's statements are still there, in their order. */
static bool has_all(const struct change *c)
{
	char x[PRINTED], y[PRINTED];
	u32 at = 0;

	for (u32 i = 0; i < c->n_b && at < c->n_a; i++) {
		skeleton(c->a, at, x, sizeof(x));
		skeleton(c->b, i, y, sizeof(y));
		at += strcmp(x, y) == 0;
	}
	return at == c->n_a;
}

static bool all_come_from(const struct change *c)
{
	struct change back = { .a = c->b, .b = c->a, .n_a = c->n_b, .n_b = c->n_a };

	return has_all(&back);
}

/* The first places where two expressions differ, side by side. */
struct differing {
	const struct expr *a, *b;
	u32 n, fewer, more; /* how many differ; chains that are shorter, longer */
};

static bool same_leaf(const struct change *c, const struct expr *x, const struct expr *y)
{
	return x->kind == y->kind && x->value == y->value && x->negative == y->negative &&
	       x->symbol == y->symbol && x->text.len == y->text.len &&
	       memcmp(script_text(c->a, x->text), script_text(c->b, y->text), x->text.len) == 0;
}

static void differ(const struct change *c, u32 e, u32 f, struct differing *d)
{
	for (; e != 0 && f != 0; e = c->a->expr[e].next, f = c->b->expr[f].next) {
		const struct expr *x = &c->a->expr[e], *y = &c->b->expr[f];

		if (!same_leaf(c, x, y)) {
			if (d->n++ == 0) {
				d->a = x;
				d->b = y;
			}
		} else {
			differ(c, x->first, y->first, d);
		}
	}
	d->fewer += e != 0;
	d->more += f != 0;
}

/* One call's arguments have changed, and nothing else; descriptors behind it may be others, if it
 * made one before or does now.
 */
static bool one_call(const struct change *c, struct differing *d)
{
	*d = (struct differing){ 0 };
	if (c->n_a != c->n_b || cut_a(c) == 0 || first_a(c)->kind != STMT_CALL ||
	    first_b(c)->kind != STMT_CALL || first_a(c)->call.call != first_b(c)->call.call)
		return false;
	differ(c, first_a(c)->call.args, first_b(c)->call.args, d);
	return d->n + d->fewer + d->more != 0;
}

static bool one_leaf(const struct change *c, u32 kind_a, u32 kind_b, struct differing *d)
{
	return one_call(c, d) && d->n == 1 && d->a->kind == kind_a && d->b->kind == kind_b;
}

static bool one_frame(const struct change *c)
{
	return cut_a(c) == 1 && cut_b(c) == 1 && first_a(c)->kind == STMT_PACKET &&
	       first_b(c)->kind == STMT_PACKET;
}

/* --- what each operation does
 * ----------------------------------------------------------------------
 */
static bool did_insert(const struct change *c)
{
	return c->n_b == c->n_a + 1 && has_all(c);
}

static bool did_insert_some(const struct change *c)
{
	return c->n_b > c->n_a && c->n_b <= c->n_a + 6 && has_all(c);
}

static bool did_insert_chain(const struct change *c)
{
	return c->n_b > c->n_a && has_all(c);
}

/* How many statements of a kind there are more. */
static bool one_more(const struct change *c, enum stmt_kind kind)
{
	u32 n = 0;

	for (u32 i = 0; i < c->n_b; i++)
		n += c->b->stmt[i].kind == kind;
	for (u32 i = 0; i < c->n_a; i++)
		n -= c->a->stmt[i].kind == kind;
	return did_insert(c) && n == 1;
}

static bool did_insert_config(const struct change *c)
{
	return one_more(c, STMT_COMMAND);
}

static bool is_fault(const struct stmt *st)
{
	return st->kind == STMT_DIRECTIVE && st->directive.id >= DIR_LINK_DOWN;
}

static bool did_insert_fault(const struct change *c)
{
	return one_more(c, STMT_DIRECTIVE) && is_fault(first_b(c));
}

/* Port 5000 of the first socket, and the neighbour; the second is bound to no port that is known.
 */
static bool finds_socket(const struct packet *p)
{
	u32 parts = packet_kinds[p->kind].parts;

	return p->daddr == 0xc0000201 && (p->saddr == 0xc0000202) &&
	       ((parts & PART_PORTS) == 0 || p->dport == 5000);
}

static bool did_insert_frame(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_more(c, STMT_PACKET) &&
	       ((packet_kinds[p->kind].parts & PART_ADDRS) == 0 || finds_socket(p));
}

static bool did_remove(const struct change *c)
{
	return c->n_b + 1 == c->n_a && all_come_from(c);
}

static bool did_remove_some(const struct change *c)
{
	return c->n_b + 2 <= c->n_a && all_come_from(c);
}

/* The same statements in another order. */
static bool reordered(const struct change *c)
{
	char x[PRINTED], y[PRINTED];
	u32 moved = 0;

	if (c->n_a != c->n_b)
		return false;
	for (u32 i = 0; i < c->n_a; i++) {
		u32 n = 0;

		skeleton(c->a, i, x, sizeof(x));
		for (u32 k = 0; k < c->n_a; k++) {
			skeleton(c->b, k, y, sizeof(y));
			n += strcmp(x, y) == 0;
			skeleton(c->a, k, y, sizeof(y));
			n -= strcmp(x, y) == 0;
		}
		skeleton(c->b, i, y, sizeof(y));
		moved += strcmp(x, y) != 0;
		if (n != 0)
			return false;
	}
	return moved != 0 || cut_a(c) >= 1; /* sends are one like the other */
}

static bool did_swap(const struct change *c)
{
	return reordered(c);
}

static bool did_duplicate(const struct change *c)
{
	return c->n_b == c->n_a + 1 && has_all(c);
}

static bool did_repeat(const struct change *c)
{
	return c->n_b > c->n_a && has_all(c);
}

static bool did_replace(const struct change *c)
{
	return c->n_b == c->n_a;
}

static u32 of_other(const struct script *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		n += s->stmt[i].kind == STMT_DIRECTIVE && s->stmt[i].directive.id == DIR_ADVANCE &&
		     s->stmt[i].directive.value[0] == 777;
	return n;
}

static bool did_splice(const struct change *c)
{
	u32 n = of_other(c->b);

	return n != 0 && c->n_b == c->n_a + n && has_all(c);
}

static bool did_cross(const struct change *c)
{
	u32 n = of_other(c->b), head = c->n_b - n;

	return n != 0 && head != 0 && head <= c->same && head <= c->n_a;
}

static bool did_symbol(const struct change *c)
{
	struct differing d;

	return one_leaf(c, EXPR_SYMBOL, EXPR_SYMBOL, &d) &&
	       script_symbols[d.a->symbol].group == script_symbols[d.b->symbol].group;
}

static bool did_number(const struct change *c)
{
	struct differing d;

	return one_leaf(c, EXPR_NUMBER, EXPR_NUMBER, &d);
}

static bool did_fd(const struct change *c)
{
	struct differing d;

	return one_leaf(c, EXPR_NUMBER, EXPR_NUMBER, &d) && d.b->value >= 3 && d.b->value <= 4;
}

static bool did_addr(const struct change *c)
{
	struct differing d;

	return one_leaf(c, EXPR_STRING, EXPR_STRING, &d);
}

static bool is_flags_kind(u32 kind)
{
	return kind == EXPR_OR || kind == EXPR_SYMBOL || kind == EXPR_NUMBER;
}

static bool did_flags(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) &&
	       (d.n == 0 || (is_flags_kind(d.a->kind) && is_flags_kind(d.b->kind)));
}

static bool did_pointer(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.n == 1 && d.b->kind == EXPR_NULL;
}

static bool did_argument(const struct change *c)
{
	struct differing d;

	return one_call(c, &d);
}

static bool did_data(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.n <= 2;
}

static bool did_call(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) >= 1 && first_b(c)->kind == STMT_CALL &&
	       first_a(c)->call.call != first_b(c)->call.call;
}

static bool did_list(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.n + d.fewer + d.more != 0;
}

static bool did_field(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.more == 0 && d.fewer != 0;
}

static bool did_frame_match(const struct change *c)
{
	return one_frame(c) && finds_socket(&first_b(c)->packet);
}

static bool did_frame_attr(const struct change *c)
{
	return one_frame(c) && (first_b(c)->packet.attrs != 0 || first_a(c)->packet.attrs != 0);
}

static bool did_frame_field(const struct change *c)
{
	return one_frame(c);
}

static bool did_frame_data(const struct change *c)
{
	return one_frame(c) && first_a(c)->packet.len != first_b(c)->packet.len;
}

static u32 frame_of(const struct script *s, const struct stmt *st, u8 *to)
{
	struct packet_ctx ctx = { .saddr = 0xc0000202, .daddr = 0xc0000201 };
	char err[256];

	return packet_build(s, &st->packet, &ctx, to, MAX, err, sizeof(err));
}

/* What the pieces carry, put together by their offsets, is what the whole one carried. */
static bool is_whole_of(const struct change *c)
{
	static u8 whole[MAX], frame[MAX], got[MAX];
	u32 len = frame_of(c->a, first_a(c), whole), end = 0;

	memset(got, 0, sizeof(got));
	for (u32 i = 0; i < cut_b(c); i++) {
		const struct stmt *st = &c->b->stmt[c->same + i];
		u32 n = frame_of(c->b, st, frame), off, data;

		if (n == 0)
			return false;
		off = (get_be16(frame + IPV4_FRAG_OFF) & (u32)IP_OFFSET) * 8;
		data = n - ipv4_hlen(frame);
		memcpy(got + off, frame + ipv4_hlen(frame), data);
		end = off + data > end ? off + data : end;
	}
	return end == len - ipv4_hlen(whole) && memcmp(got, whole + ipv4_hlen(whole), end) == 0;
}

static bool did_frame_split(const struct change *c)
{
	return cut_a(c) == 1 && cut_b(c) >= 2 && c->n_b == c->n_a + cut_b(c) - 1 && is_whole_of(c);
}

static bool did_frame_merge(const struct change *c)
{
	return c->n_b + 1 == c->n_a && cut_a(c) == 2 && first_b(c)->packet.len == 32;
}

static bool did_frame_repeat(const struct change *c)
{
	return one_more(c, STMT_PACKET);
}

static bool did_frame_swap(const struct change *c)
{
	return reordered(c) && first_b(c)->kind == STMT_PACKET;
}

/* Of the connection that the program has. */
static bool one_segment(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_more(c, STMT_PACKET) && p->kind == PACKET_TCP && p->sport == 7 &&
	       p->dport == 80 && (p->tcp_flags & TCPF_ACK) != 0 && p->win == 100;
}

static bool did_stream_data(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_segment(c) && p->seq == 1 && p->len != 0;
}

static bool did_stream_ack(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_more(c, STMT_PACKET) && p->kind == PACKET_TCP && p->seq == 1 && p->len == 0;
}

static bool did_stream_sack(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_segment(c) && p->options != 0;
}

static bool did_stream_hole(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return p->kind == PACKET_TCP && p->seq > 1 && p->len != 0 && c->n_b - c->n_a <= 2;
}

static bool did_stream_again(const struct change *c)
{
	return one_segment(c) && first_b(c)->packet.seq == 0;
}

static bool did_stream_flag(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_segment(c) && p->seq == 1 && (p->tcp_flags & ~TCPF_ACK) != 0;
}

/* To who sends, from where that goes: port 7 or 9 of the neighbour. */
static bool did_frame_answer(const struct change *c)
{
	const struct packet *p = &first_b(c)->packet;

	return one_more(c, STMT_PACKET) && p->saddr == 0xc0000202 && p->daddr == 0xc0000201 &&
	       (p->kind == PACKET_UDP ? p->sport == 7 || p->sport == 9
				      : p->quote_dport == 7 || p->quote_dport == 9);
}

static u64 number_arg(const struct script *s, const struct stmt *st, u32 n)
{
	u32 e = st->call.args;

	while (n-- != 0)
		e = s->expr[e].next;
	return s->expr[e].value;
}

static bool did_send_split(const struct change *c)
{
	const struct stmt *st = first_b(c);

	return c->n_b == c->n_a + 1 && cut_a(c) <= 1 && st->kind == STMT_CALL &&
	       number_arg(c->b, st, 2) + number_arg(c->b, st + 1, 2) ==
		       number_arg(c->a, first_a(c), 2);
}

static bool did_send_merge(const struct change *c)
{
	return c->n_b + 1 == c->n_a && number_arg(c->b, first_b(c), 2) == 11;
}

static bool one_time(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) == 1 &&
	       memcmp(&first_a(c)->when, &first_b(c)->when, sizeof(struct when)) != 0;
}

static bool did_timer(const struct change *c)
{
	static const u64 timers_ms[] = { 4,    20,    50,    100,   800,   1000,   3000,
					 5000, 15000, 30000, 45000, 60000, 300000, 600000 };
	bool near = false;
	u64 ns = first_b(c)->when.from_ns;

	for (u32 i = 0; i < ARRAY_SIZE(timers_ms); i++) {
		u64 timer = timers_ms[i] * NS_PER_MS;

		near |= ns + 4 * NS_PER_MS >= timer && ns <= timer + 4 * NS_PER_MS;
	}
	return one_time(c) && near;
}

static bool did_instant(const struct change *c)
{
	return one_time(c) && first_b(c)->when.from_ns == 0;
}

static bool did_wait(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) == 1 && first_b(c)->when.blocks &&
	       first_b(c)->thread >= 2;
}

static bool did_thread(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) == 1 && first_b(c)->thread >= 2;
}

static bool did_process(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) >= 1 && first_b(c)->process != first_a(c)->process;
}

static bool did_option(const struct change *c)
{
	return first_b(c)->kind == STMT_OPTION && c->n_b - c->n_a <= 1;
}

static bool did_host(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) >= 1 && first_b(c)->host != first_a(c)->host;
}

static bool did_knob(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) == 1 && first_b(c)->kind == STMT_COMMAND;
}

static bool did_fault(const struct change *c)
{
	return c->n_a == c->n_b && cut_a(c) == 1 && first_b(c)->kind == STMT_DIRECTIVE &&
	       first_a(c)->directive.id == first_b(c)->directive.id;
}

/* Attributes that a frame has now and had not. */
static bool new_attr(const struct change *c, u32 from, u32 to)
{
	for (u32 e = first_b(c)->packet.attrs; e != 0; e = c->b->expr[e].next)
		if (c->b->expr[e].symbol >= from && c->b->expr[e].symbol <= to)
			return true;
	return false;
}

static bool did_break_csum(const struct change *c)
{
	return one_frame(c) && new_attr(c, WORD_ATTR_CSUM, WORD_ATTR_L4_CSUM_NONE);
}

static bool did_break_len(const struct change *c)
{
	return one_frame(c) && (new_attr(c, WORD_ATTR_LEN, WORD_ATTR_VERSION) ||
				new_attr(c, WORD_ATTR_ULEN, WORD_ATTR_ULEN) ||
				new_attr(c, WORD_ARP_HTYPE, WORD_ARP_PLEN));
}

static bool did_break_frame(const struct change *c)
{
	return one_frame(c) && first_b(c)->packet.kind == PACKET_RAW;
}

static bool did_break_seq(const struct change *c)
{
	const struct packet *p = &first_a(c)->packet, *q = &first_b(c)->packet;

	return one_frame(c) && (p->seq != q->seq || p->ack != q->ack || p->icmp_seq != q->icmp_seq);
}

static bool did_break_fd(const struct change *c)
{
	struct differing d;

	return one_leaf(c, EXPR_NUMBER, EXPR_NUMBER, &d) &&
	       (d.b->negative || d.b->value < 3 || d.b->value > 4);
}

static bool did_break_pointer(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.b->kind == EXPR_NUMBER && d.b->hex;
}

/* A call on a descriptor stands before the one that makes it. */
static bool did_break_order(const struct change *c)
{
	return reordered(c) && first_b(c)->kind == STMT_CALL &&
	       first_b(c)->call.call != CALL_socket && first_a(c)->call.call == CALL_socket;
}

static bool did_break_time(const struct change *c)
{
	const struct when *w = &first_b(c)->when;

	return one_time(c) && (w->kind == WHEN_ABS || w->from_ns >= NS_PER_SEC);
}

/* --- any number, any option, any kind of socket
 * ----------------------------------------------------
 */
static bool did_wild(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.n == 1 && d.b->kind == EXPR_NUMBER;
}

static bool did_insert_option(const struct change *c)
{
	u32 call = first_b(c)->call.call;

	return one_more(c, STMT_CALL) && (call == CALL_setsockopt || call == CALL_getsockopt);
}

static bool did_kind(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && first_b(c)->call.call == CALL_socket;
}

/* The same call, and the same arguments but for the first, which is a descriptor. */
static bool asks_the_same(const struct change *c, u32 i, u32 k)
{
	const struct stmt *a = &c->b->stmt[i], *b = &c->b->stmt[k];
	const char *x = strchr(c->text_b[i], ','), *y = strchr(c->text_b[k], ',');

	if (a->kind != STMT_CALL || b->kind != STMT_CALL || a->call.call != b->call.call)
		return false;
	return c->b->expr[a->call.args].value != c->b->expr[b->call.args].value &&
	       (x == NULL || y == NULL || strcmp(x, y) == 0);
}

static bool did_elsewhere(const struct change *c)
{
	bool found = false;

	for (u32 i = 0; i + 1 < c->n_b; i++)
		found |= asks_the_same(c, i, i + 1) ||
			 (i + 2 < c->n_b && asks_the_same(c, i, i + 2));
	return found && c->n_b > c->n_a && c->n_b <= c->n_a + 2 && has_all(c);
}

static bool did_break_sum(const struct change *c)
{
	struct differing d;

	return one_call(c, &d) && d.n == 2 && d.b->kind == EXPR_NUMBER && d.b->value >= 1000;
}

static bool did_wait_again(const struct change *c)
{
	for (u32 i = 0; i < c->n_b; i++)
		for (u32 k = i + 1; k < c->n_b; k++)
			if (c->b->stmt[i].kind == STMT_CALL && c->b->stmt[k].kind == STMT_CALL &&
			    c->b->stmt[i].thread > 1 &&
			    c->b->stmt[i].thread == c->b->stmt[k].thread)
				return c->n_b > c->n_a && c->n_b <= c->n_a + 2;
	return false;
}

/* --- what frames carry
 * -----------------------------------------------------------------------------
 */
static u32 sum_of(const u8 *p, u32 len, u32 sum)
{
	for (u32 i = 0; i < len; i++)
		sum += (u32)p[i] << (i % 2 == 0 ? 8 : 0);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool sums_right(const struct change *c)
{
	static u8 frame[MAX];
	u32 len = frame_of(c->b, first_b(c), frame), hlen, sum = 0;
	u8 proto = frame[IPV4_PROTOCOL];

	if (len < IPV4_HLEN)
		return false;
	hlen = ipv4_hlen(frame);
	if (sum_of(frame, hlen, 0) != 0xffff)
		return false;
	if (proto == 17 || proto == 6)
		sum = sum_of(frame + IPV4_SADDR, 8, proto + len - hlen);
	else if (proto != 1 && proto != 2)
		return true;
	return len - hlen < 18 || sum_of(frame + hlen, len - hlen, sum) == 0xffff;
}

static bool did_frame_proto(const struct change *c)
{
	return one_frame(c) && first_b(c)->packet.kind == PACKET_IP && sums_right(c);
}

static bool did_frame_option(const struct change *c)
{
	static u8 frame[MAX];
	u32 len = one_frame(c) ? frame_of(c->b, first_b(c), frame) : 0;

	return len > IPV4_HLEN && ipv4_hlen(frame) > IPV4_HLEN &&
	       sum_of(frame, ipv4_hlen(frame), 0) == 0xffff;
}

static bool did_anything(const struct change *c)
{
	return cut_a(c) + cut_b(c) != 0;
}

/* least: of SEEDS results so many at least must be there; others find no place for it, or draw what
 * there was.
 */
static const struct {
	enum mutate_op op;
	u32 least;
	bool (*did)(const struct change *c);
} effects[] = {
	{ MUTATE_insert, 140, did_insert },
	{ MUTATE_insert_some, 140, did_insert_some },
	{ MUTATE_insert_chain, 140, did_insert_chain },
	{ MUTATE_insert_random, 140, did_insert },
	{ MUTATE_insert_config, 140, did_insert_config },
	{ MUTATE_insert_fault, 140, did_insert_fault },
	{ MUTATE_insert_frame, 140, did_insert_frame },
	{ MUTATE_remove, 140, did_remove },
	{ MUTATE_remove_some, 130, did_remove_some },
	{ MUTATE_move, 100, reordered },
	{ MUTATE_swap, 100, did_swap },
	{ MUTATE_duplicate, 140, did_duplicate },
	{ MUTATE_repeat, 140, did_repeat },
	{ MUTATE_replace, 140, did_replace },
	{ MUTATE_splice, 140, did_splice },
	{ MUTATE_cross, 140, did_cross },
	{ MUTATE_symbol, 140, did_symbol },
	{ MUTATE_number, 100, did_number },
	{ MUTATE_length, 130, did_number },
	{ MUTATE_fd, 140, did_fd },
	{ MUTATE_addr, 80, did_addr },
	{ MUTATE_port, 80, did_number },
	{ MUTATE_flags, 100, did_flags },
	{ MUTATE_pointer, 140, did_pointer },
	{ MUTATE_argument, 120, did_argument },
	{ MUTATE_data, 140, did_data },
	{ MUTATE_call, 100, did_call },
	{ MUTATE_list, 100, did_list },
	{ MUTATE_field, 140, did_field },
	{ MUTATE_frame_match, 140, did_frame_match },
	{ MUTATE_frame_attr, 100, did_frame_attr },
	{ MUTATE_frame_field, 80, did_frame_field },
	{ MUTATE_frame_data, 140, did_frame_data },
	{ MUTATE_frame_split, 140, did_frame_split },
	{ MUTATE_frame_merge, 140, did_frame_merge },
	{ MUTATE_frame_repeat, 140, did_frame_repeat },
	{ MUTATE_frame_swap, 140, did_frame_swap },
	{ MUTATE_frame_answer, 140, did_frame_answer },
	{ MUTATE_stream_data, 90, did_stream_data },
	{ MUTATE_stream_ack, 90, did_stream_ack },
	{ MUTATE_stream_sack, 90, did_stream_sack },
	{ MUTATE_stream_hole, 90, did_stream_hole },
	{ MUTATE_stream_again, 90, did_stream_again },
	{ MUTATE_stream_flag, 90, did_stream_flag },
	{ MUTATE_send_split, 140, did_send_split },
	{ MUTATE_send_merge, 140, did_send_merge },
	{ MUTATE_time, 140, one_time },
	{ MUTATE_timer, 140, did_timer },
	{ MUTATE_instant, 140, did_instant },
	{ MUTATE_wait, 140, did_wait },
	{ MUTATE_thread, 140, did_thread },
	{ MUTATE_process, 140, did_process },
	{ MUTATE_option, 100, did_option },
	{ MUTATE_host, 100, did_host },
	{ MUTATE_knob, 130, did_knob },
	{ MUTATE_fault, 120, did_fault },
	{ MUTATE_insert_option, 140, did_insert_option },
	{ MUTATE_wild, 130, did_wild },
	{ MUTATE_kind, 130, did_kind },
	{ MUTATE_elsewhere, 130, did_elsewhere },
	{ MUTATE_wait_again, 140, did_wait_again },
	{ MUTATE_frame_proto, 140, did_frame_proto },
	{ MUTATE_frame_option, 140, did_frame_option },
	{ MUTATE_break_inner, 120, did_frame_proto },
	{ MUTATE_break_sum, 120, did_break_sum },
	{ MUTATE_break_csum, 140, did_break_csum },
	{ MUTATE_break_len, 140, did_break_len },
	{ MUTATE_break_fragment, 130, one_frame },
	{ MUTATE_break_frame, 140, did_break_frame },
	{ MUTATE_break_seq, 140, did_break_seq },
	{ MUTATE_break_fd, 140, did_break_fd },
	{ MUTATE_break_pointer, 140, did_break_pointer },
	{ MUTATE_break_count, 140, did_number },
	{ MUTATE_break_order, 140, did_break_order },
	{ MUTATE_break_time, 140, did_break_time },
	{ MUTATE_break_bytes, 100, did_anything },
};

static void fail_change(const struct change *c, const char *op, u32 seed)
{
	for (u32 i = 0; i < cut_a(c); i++)
		fprintf(stderr, "- %s\n", c->text_a[c->same + i]);
	for (u32 i = 0; i < cut_b(c); i++)
		fprintf(stderr, "+ %s\n", c->text_b[c->same + i]);
	fail_msg("%s, seed %u, does something else", op, seed);
}

/* Those whose whole point may be what the program had already, so that now and then nothing shows.
 */
static void check_effect(struct mutator *m, u32 row, const u8 *in, size_t len, const u8 *add,
			 size_t add_len)
{
	struct script *before = script_decode("before", in, len);
	enum mutate_op op = effects[row].op;
	u32 shown = 0;

	for (u32 seed = 0; seed < SEEDS; seed++) {
		u8 out[MAX], again[MAX];
		size_t n = mutate_by(m, op, in, len, add, add_len, out, MAX, seed);
		struct script *after;
		struct script_error err;
		struct change c;

		if (n == 0)
			continue;
		assert_string_equal(mutate_last(m), mutate_names[op]);
		assert_int_equal(mutate_by(m, op, in, len, add, add_len, again, MAX, seed), n);
		assert_memory_equal(out, again, n);
		after = script_decode("after", out, n);
		assert_true(script_check(after, &err));
		c = compare(before, after);
		if (cut_a(&c) + cut_b(&c) != 0) {
			if (!effects[row].did(&c))
				fail_change(&c, mutate_names[op], seed);
			shown++;
		}
		change_free(&c);
		script_free(after);
	}
	if (shown < effects[row].least)
		fail_msg("%s shows in %u of %u only", mutate_names[op], shown, SEEDS);
	script_free(before);
}

static void operations_do_what_they_say(void **state)
{
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	size_t len, add_len;
	u8 *in = encode(program, &len), *add = encode(other, &add_len);
	bool tested[MUTATE_MAX] = { false };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(effects); i++) {
		check_effect(m, i, in, len, add, add_len);
		tested[effects[i].op] = true;
	}
	for (u32 op = 0; op < MUTATE_MAX; op++)
		if (mutate_input_of((enum mutate_op)op) == INPUT_PROGRAM && !tested[op])
			fail_msg("%s is not tested", mutate_names[op]);
	free(in);
	free(add);
	mutator_free(m);
}

/* --- texts and bytes
 * -------------------------------------------------------------------------------
 */
struct bytes {
	const u8 *a, *b;
	size_t n_a, n_b, same, same_end;
};

static struct bytes compare_bytes(const u8 *a, size_t n_a, const u8 *b, size_t n_b)
{
	struct bytes c = { a, b, n_a, n_b, 0, 0 };

	while (c.same < n_a && c.same < n_b && a[c.same] == b[c.same])
		c.same++;
	while (c.same_end < n_a - c.same && c.same_end < n_b - c.same &&
	       a[n_a - 1 - c.same_end] == b[n_b - 1 - c.same_end])
		c.same_end++;
	return c;
}

static size_t hole_a(const struct bytes *c)
{
	return c->n_a - c->same - c->same_end;
}

static size_t hole_b(const struct bytes *c)
{
	return c->n_b - c->same - c->same_end;
}

static size_t count_of(const u8 *data, size_t len, u8 what)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += data[i] == what;
	return n;
}

static bool same_bytes(const struct bytes *c)
{
	for (u32 v = 0; v < 256; v++)
		if (count_of(c->a, c->n_a, (u8)v) != count_of(c->b, c->n_b, (u8)v))
			return false;
	return c->n_a == c->n_b;
}

static bool put_in(const struct bytes *c)
{
	return hole_a(c) == 0 && hole_b(c) != 0;
}

static bool taken_out(const struct bytes *c)
{
	return hole_b(c) == 0 && hole_a(c) != 0;
}

static bool one_bit(const struct bytes *c)
{
	u8 bits = c->a[c->same] ^ c->b[c->same];

	return c->n_a == c->n_b && hole_a(c) == 1 && (bits & (bits - 1)) == 0;
}

static bool one_byte(const struct bytes *c)
{
	return c->n_a == c->n_b && hole_a(c) == 1;
}

static bool one_number(const struct bytes *c)
{
	return c->n_a == c->n_b && hole_a(c) <= 8;
}

static bool half_number(const struct bytes *c)
{
	return c->n_a == c->n_b && hole_a(c) <= 4;
}

static bool same_length(const struct bytes *c)
{
	return c->n_a == c->n_b;
}

static bool block_put_in(const struct bytes *c)
{
	return put_in(c) && hole_b(c) >= 12 && hole_b(c) % 4 == 0;
}

/* The other input is all of this byte, which this one has not. */
static bool from_other(const struct bytes *c)
{
	return count_of(c->b, c->n_b, 0xee) != 0;
}

static size_t lines_more(const struct bytes *c)
{
	return count_of(c->b, c->n_b, '\n') - count_of(c->a, c->n_a, '\n');
}

static bool line_put_in(const struct bytes *c)
{
	return put_in(c) && lines_more(c) == 1;
}

static bool lines_taken_out(const struct bytes *c)
{
	return taken_out(c) && lines_more(c) > (size_t)1 << 32;
}

static bool other_lines(const struct bytes *c)
{
	return memmem(c->b, c->n_b, "777ns", 5) != NULL;
}

static bool one_place(const struct bytes *c)
{
	return hole_a(c) < 40 && hole_b(c) < 80;
}

static bool anything(const struct bytes *c)
{
	return hole_a(c) + hole_b(c) != 0;
}

static bool one_sign(const struct bytes *c)
{
	return hole_a(c) <= 1 && hole_b(c) <= 1;
}

static const struct {
	enum mutate_op op;
	u32 least;
	bool (*did)(const struct bytes *c);
} byte_effects[] = {
	{ MUTATE_bytes_flip, 140, one_bit },	      { MUTATE_bytes_byte, 140, one_byte },
	{ MUTATE_bytes_number, 140, one_number },     { MUTATE_bytes_add, 140, one_number },
	{ MUTATE_bytes_insert, 140, put_in },	      { MUTATE_bytes_remove, 140, taken_out },
	{ MUTATE_bytes_copy, 140, same_length },      { MUTATE_bytes_move, 140, same_bytes },
	{ MUTATE_bytes_repeat, 140, put_in },	      { MUTATE_bytes_magic, 140, half_number },
	{ MUTATE_bytes_block, 140, block_put_in },    { MUTATE_bytes_length, 120, half_number },
	{ MUTATE_bytes_splice, 140, from_other },     { MUTATE_text_insert, 140, line_put_in },
	{ MUTATE_text_remove, 140, lines_taken_out }, { MUTATE_text_repeat, 140, line_put_in },
	{ MUTATE_text_move, 100, same_bytes },	      { MUTATE_text_splice, 140, other_lines },
	{ MUTATE_text_word, 140, one_place },	      { MUTATE_text_word_insert, 140, put_in },
	{ MUTATE_text_word_remove, 140, taken_out },  { MUTATE_text_number, 130, one_place },
	{ MUTATE_text_sign, 130, one_sign },	      { MUTATE_text_bytes, 140, anything },
};

static void check_bytes(struct mutator *m, u32 row, const u8 *in, size_t len, const u8 *add,
			size_t add_len)
{
	enum mutate_op op = byte_effects[row].op;
	u32 shown = 0;

	for (u32 seed = 0; seed < SEEDS; seed++) {
		u8 out[MAX], again[MAX];
		size_t n = mutate_by(m, op, in, len, add, add_len, out, MAX, seed);
		struct bytes c = compare_bytes(in, len, out, n);

		if (n == 0 || hole_a(&c) + hole_b(&c) == 0)
			continue;
		assert_int_equal(mutate_by(m, op, in, len, add, add_len, again, MAX, seed), n);
		assert_memory_equal(out, again, n);
		shown++;
		if (!byte_effects[row].did(&c))
			fail_msg("%s, seed %u, does something else", mutate_names[op], seed);
	}
	if (shown < byte_effects[row].least)
		fail_msg("%s shows in %u of %u only", mutate_names[op], shown, SEEDS);
}

static void texts_and_bytes(void **state)
{
	static const enum fuzz_input inputs[] = { INPUT_TEXT, INPUT_BYTES };
	bool tested[MUTATE_MAX] = { false };
	u8 in[200], add[40];

	(void)state;
	for (u32 i = 0; i < sizeof(in); i++)
		in[i] = (u8)(i < 0xee ? i : 0);
	memset(add, 0xee, sizeof(add));
	for (u32 k = 0; k < ARRAY_SIZE(inputs); k++) {
		struct mutator *m = mutator_new(inputs[k], NULL, 1);
		bool text = inputs[k] == INPUT_TEXT;

		for (u32 i = 0; i < ARRAY_SIZE(byte_effects); i++) {
			if (mutate_input_of(byte_effects[i].op) != inputs[k])
				continue;
			tested[byte_effects[i].op] = true;
			if (text)
				check_bytes(m, i, (const u8 *)program, sizeof(program) - 1,
					    (const u8 *)other, sizeof(other) - 1);
			else
				check_bytes(m, i, in, sizeof(in), add, sizeof(add));
		}
		mutator_free(m);
	}
	for (u32 op = 0; op < MUTATE_MAX; op++)
		if (mutate_input_of((enum mutate_op)op) != INPUT_PROGRAM && !tested[op])
			fail_msg("%s is not tested", mutate_names[op]);
}

/* --- all inputs
 * ------------------------------------------------------------------------------------
 */
/* Whatever comes in, something comes out that is an input and no longer than it may be. */
static void any_input_gives_one(void **state)
{
	static const enum fuzz_input inputs[] = { INPUT_PROGRAM, INPUT_TEXT, INPUT_BYTES };
	struct rng r;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 k = 0; k < ARRAY_SIZE(inputs); k++) {
		struct mutator *m = mutator_new(inputs[k], NULL, 2);

		for (u32 i = 0; i < 3000; i++) {
			u8 in[300], add[100], out[300], again[300];
			size_t len = rng_below(&r, i % 3 == 0 ? 8 : sizeof(in)),
			       add_len = rng_below(&r, sizeof(add)), n,
			       max = 1 + rng_below(&r, i % 4 == 0 ? 4 : sizeof(out) - 1);
			bool cross = i % 8 == 0;

			for (u32 b = 0; b < sizeof(in); b++)
				in[b] = (u8)rng_u32(&r);
			for (u32 b = 0; b < sizeof(add); b++)
				add[b] = (u8)rng_u32(&r);
			n = cross ? mutate_cross(m, in, len, add, add_len, out, max, i)
				  : mutate(m, in, len, i % 2 ? add : NULL, add_len, out, max, i);
			assert_in_range(n, 1, max);
			if (inputs[k] == INPUT_PROGRAM) {
				struct script *s = script_decode("any", out, n);
				struct script_error err;

				assert_true(script_check(s, &err));
				script_free(s);
			}
			if (cross) {
				assert_int_equal(
					mutate_cross(m, in, len, add, add_len, again, max, i), n);
				assert_memory_equal(out, again, n);
			}
		}
		mutator_free(m);
	}
}

static void drop_headers(struct script *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind != STMT_HEADER)
			s->stmt[n++] = s->stmt[i];
	s->nr_stmts = n;
}

/* Statements that an operation does not touch are what they were, however odd the bytes were that
 * they were read from.
 */
static void the_rest_stays(void **state)
{
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 2);
	struct rng r;
	u32 shown = 0;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 7);
	for (u32 i = 0; i < 2000; i++) {
		u8 in[200], out[MAX];
		size_t len = 2 + rng_below(&r, sizeof(in) - 2), n;
		struct script *before, *after;
		struct change c;

		for (u32 b = 0; b < len; b++)
			in[b] = (u8)(rng_below(&r, 8) != 0 ? rng_u32(&r)
							   : BINARY_END - rng_below(&r, 2));
		n = mutate_by(m, MUTATE_move, in, len, NULL, 0, out, MAX, i);
		if (n == 0)
			continue;
		before = script_decode("before", in, len);
		after = script_decode("after", out, n);
		drop_headers(before);
		c = compare(before, after);
		assert_int_equal(c.n_a, c.n_b);
		shown += reordered(&c);
		if (cut_a(&c) != 0 && !reordered(&c))
			fail_change(&c, "move", i);
		change_free(&c);
		script_free(before);
		script_free(after);
	}
	assert_in_range(shown, 500, 2000);
	mutator_free(m);
}

/* Two of the same seed do the same, step for step; another seed does something else. */
static void seeds_decide(void **state)
{
	struct mutator *a = mutator_new(INPUT_PROGRAM, NULL, 5),
		       *b = mutator_new(INPUT_PROGRAM, NULL, 5);
	size_t len, n, k, differ_by_seed = 0;
	u8 *in = encode(program, &len), one[MAX], two[MAX];

	(void)state;
	for (u32 i = 0; i < 300; i++) {
		n = mutate(a, in, len, NULL, 0, one, MAX, i);
		assert_int_equal(mutate(b, in, len, NULL, 0, two, MAX, i), n);
		assert_memory_equal(one, two, n);
		assert_string_equal(mutate_last(a), mutate_last(b));
		k = mutate(b, in, len, NULL, 0, two, MAX, i + 1000);
		(void)mutate(a, in, len, NULL, 0, two, MAX, i + 1000);
		differ_by_seed += k != n || memcmp(one, two, n) != 0;
	}
	assert_in_range(differ_by_seed, 290, 300);
	free(in);
	mutator_free(a);
	mutator_free(b);
}

/* --- programs still run
 * ----------------------------------------------------------------------------
 */
struct share {
	u64 programs, refused, stmts, skipped, calls, badf, not_implemented;
};

static void run_one(struct share *sum, const struct fuzz_scope *scope, const u8 *data, size_t len,
		    struct dut_worlds *worlds)
{
	struct script *s = fuzz_scope_script(scope, data, len);
	struct run_options o;
	struct run_result r;

	run_options_init(&o);
	o.explore = true;
	o.limit_events = 200000;
	o.limit_secs = 1000;
	r = run_script(s, &o, worlds);
	sum->programs++;
	sum->refused += r.verdict == RUN_INVALID;
	sum->not_implemented += r.verdict == RUN_NOT_IMPLEMENTED;
	sum->stmts += r.events;
	sum->skipped += r.skipped;
	run_result_free(&r);
	script_free(s);
}

/* Chains of mutations: each result is the next input, as a corpus grows. */
static struct share run_many(u32 programs)
{
	const struct fuzz_scope *scope = fuzz_scope_find("syscalls");
	struct mutator *m = mutator_new(INPUT_PROGRAM, scope, 3);
	struct dut_worlds *worlds = dut_worlds_new();
	struct share sum = { 0 };
	size_t len = 0, first_len;
	u8 *first = encode(program, &first_len), in[MAX], out[MAX];

	for (u32 i = 0; i < programs; i++) {
		if (i % 5 == 0) {
			memcpy(in, first, first_len);
			len = first_len;
		}
		len = mutate(m, in, len, NULL, 0, out, MAX, i);
		memcpy(in, out, len);
		run_one(&sum, scope, in, len, worlds);
	}
	free(first);
	dut_worlds_free(worlds);
	mutator_free(m);
	return sum;
}

static void programs_still_run(void **state)
{
	struct share s = run_many(600);

	(void)state;
	printf("of %llu programs %llu were refused, %llu met what is not implemented; of %llu "
	       "statements %llu could not be run\n",
	       (unsigned long long)s.programs, (unsigned long long)s.refused,
	       (unsigned long long)s.not_implemented, (unsigned long long)(s.stmts + s.skipped),
	       (unsigned long long)s.skipped);
	assert_in_range(s.refused * 100, 0, s.programs * 3);
	assert_in_range(s.skipped * 100, 0, (s.stmts + s.skipped) * 5);
}

/* Descriptors that calls name are those that the calls before have made: of operations that break
 * nothing all results.
 */
static u32 wild_fds(const struct script *s)
{
	bool open[64] = { false };
	u32 wild = 0;

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		const struct expr *fd = &s->expr[st->call.args];
		u32 n = 3;

		if (st->kind != STMT_CALL)
			continue;
		if (script_calls[st->call.call].arg[0] == TYPE_FD && fd->kind == EXPR_NUMBER)
			wild += fd->value >= 64 || !open[fd->value];
		while (n < 63 && open[n])
			n++;
		if (st->call.call == CALL_socket)
			open[n] = true;
		if (st->call.call == CALL_close && fd->value < 64)
			open[fd->value] = false;
	}
	return wild;
}

/* Statements move, come and go; whoever used a socket still does, under its new number. */
static void descriptors_follow(void **state)
{
	static const enum mutate_op ops[] = { MUTATE_remove,	 MUTATE_duplicate,
					      MUTATE_repeat,	 MUTATE_fd,
					      MUTATE_splice,	 MUTATE_send_split,
					      MUTATE_remove_some };
	static const char text[] =
		"socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
		"socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
		"bind(3, " TO("192.0.2.1",
			      "5000") ") = ...\n"
				      "connect(4, " TO(
					      "192.0.2.1",
					      "5000") ") = ...\n"
						      "socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
						      "send(4, \"x\", 1, 0) = ...\n"
						      "send(5, \"yz\", 2, 0) = ...\n"
						      "recv(3, ..., 9, MSG_DONTWAIT) = ...\n";
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	size_t len, n;
	u8 *in = encode(text, &len), out[MAX];
	u32 wild = 0, sockets = 0;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(ops) * SEEDS; i++) {
		struct script *s;

		n = mutate_by(m, ops[i % ARRAY_SIZE(ops)], in, len, in, len, out, MAX, i);
		if (n == 0)
			continue;
		s = script_decode("after", out, n);
		sockets = 0;
		for (u32 k = 0; k < s->nr_stmts; k++)
			sockets +=
				s->stmt[k].kind == STMT_CALL && s->stmt[k].call.call == CALL_socket;
		/* Before the first socket there is none to name. */
		if (s->nr_stmts != 0 && s->stmt[0].kind == STMT_CALL &&
		    s->stmt[0].call.call == CALL_socket && wild_fds(s) != 0)
			wild++;
		script_free(s);
	}
	assert_int_equal(wild, 0);
	assert_int_not_equal(sockets, 0);
	free(in);
	mutator_free(m);
}

/* When the first socket has gone, all numbers are one less, and what was whose stays so. */
static void given_again(const char *rest, u16 maker, u16 user, u32 fd)
{
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	char text[PRINTED];
	u8 *in, out[MAX];
	size_t len, n;
	u32 seen = 0;

	snprintf(text, sizeof(text), "socket(AF_INET, SOCK_DGRAM, 0) = ...\n%s", rest);
	in = encode(text, &len);
	for (u32 i = 0; i < 60; i++) {
		struct script *s;

		n = mutate_by(m, MUTATE_remove, in, len, NULL, 0, out, MAX, i);
		s = script_decode("after", out, n);
		if (s->nr_stmts == 2 && s->stmt[0].call.call == maker &&
		    s->stmt[1].call.call == user) {
			assert_int_equal(s->expr[s->stmt[1].call.args].value, fd);
			seen++;
		}
		script_free(s);
	}
	assert_in_range(seen, 10, 60);
	free(in);
	mutator_free(m);
}

static void numbers_are_given_again(void **state)
{
	(void)state;
	given_again("socket(AF_INET, SOCK_STREAM, 0) = ...\nshutdown(4, SHUT_RD) = ...\n",
		    CALL_socket, CALL_shutdown, 3);
	given_again("socket(AF_PACKET, SOCK_RAW, 768) = ...\nshutdown(4, SHUT_RD) = ...\n",
		    CALL_socket, CALL_shutdown, 3);
	given_again("pipe2([4, 5], 0) = ...\nwrite(5, \"x\", 1) = ...\n", CALL_pipe2, CALL_write,
		    4);
	given_again("pipe([4, 5]) = ...\nread(4, ..., 1) = ...\n", CALL_pipe, CALL_read, 3);
}

/* Both ends of a pipe come along from another program. */
static void pipes_come_along(void **state)
{
	static const char text[] = "socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
				   "socket(AF_INET, SOCK_DGRAM, 0) = ...\n";
	static const char pipes[] = "pipe2([3, 4], 0) = ...\nwrite(4, \"x\", 1) = ...\n"
				    "read(3, ..., 1) = ...\n";
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	size_t len, other_len, n;
	u8 *in = encode(text, &len), *from = encode(pipes, &other_len), out[MAX];
	u32 seen = 0;

	(void)state;
	for (u32 i = 0; i < 200; i++) {
		struct script *s;

		n = mutate_by(m, MUTATE_splice, in, len, from, other_len, out, MAX, i);
		s = script_decode("after", out, n);
		for (u32 k = 0; k + 2 < s->nr_stmts; k++) {
			const struct stmt *st = &s->stmt[k];

			if (st->call.call != CALL_pipe2 || st[1].call.call != CALL_write ||
			    st[2].call.call != CALL_read)
				continue;
			assert_int_equal(s->expr[st[2].call.args].value, 3 + k);
			assert_int_equal(s->expr[st[1].call.args].value, 4 + k);
			seen++;
		}
		script_free(s);
	}
	assert_in_range(seen, 10, 200);
	free(in);
	free(from);
	mutator_free(m);
}

/* --- weights
 * ---------------------------------------------------------------------------------------
 */
static bool has_op(const char *last, const char *name)
{
	size_t n = strlen(name);

	for (; last != NULL; last = strchr(last, ',')) {
		last += *last == ',';
		if (strncmp(last, name, n) == 0 && (last[n] == ',' || last[n] == '\0'))
			return true;
	}
	return false;
}

/* An engine that keeps what one operation made, and nothing else. */
static void keep_some(struct mutator *m, const u8 *in, size_t len, u32 times, bool offers)
{
	static u8 kept[MAX];
	u8 out[MAX];

	for (u32 i = 0; i < times; i++) {
		size_t n = mutate(m, in, len, NULL, 0, out, MAX, i);

		if (!has_op(mutate_last(m), "insert_chain"))
			continue;
		if (!offers) {
			mutate_paid(m, out, n);
			continue;
		}
		memcpy(kept, out, n);
		(void)mutate(m, in, len, NULL, 0, out, MAX, i + times);
		(void)mutate(m, kept, n, NULL, 0, out, MAX, i);
	}
}

static void what_pays_becomes_likelier(void **state)
{
	u32 before[MUTATE_MAX], after[MUTATE_MAX];
	size_t len;
	u8 *in = encode(program, &len);

	(void)state;
	for (u32 offers = 0; offers < 2; offers++) {
		struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);

		mutate_weights(m, before);
		keep_some(m, in, len, 6000, offers != 0);
		mutate_weights(m, after);
		assert_true(after[MUTATE_insert_chain] >= 2 * before[MUTATE_insert_chain]);
		/* One that is drawn often enough to be judged by more than luck. */
		assert_true(after[MUTATE_insert] < before[MUTATE_insert]);
		assert_true(after[MUTATE_insert] != 0);
		mutator_free(m);
	}
	free(in);
}

/* What is offered at once is only worked on further: nobody has kept it. */
static void what_is_worked_on_has_not_paid(void **state)
{
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	u32 before[MUTATE_MAX], after[MUTATE_MAX];
	size_t len = 0, first_len;
	u8 *first = encode(program, &first_len), in[MAX];

	(void)state;
	mutate_weights(m, before);
	for (u32 i = 0; i < 6000; i++) {
		if (i % 5 == 0) {
			memcpy(in, first, first_len);
			len = first_len;
		}
		len = mutate(m, in, len, NULL, 0, in, MAX, i);
	}
	mutate_weights(m, after);
	for (u32 i = 0; i < MUTATE_MAX; i++)
		assert_true(after[i] * 2 <= before[i] * 3 && after[i] * 3 >= before[i] * 2);
	free(first);
	mutator_free(m);
}

static void workers_learn_together(void **state)
{
	char path[] = "/tmp/test_mutate.XXXXXX", line[128];
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1), *other_one;
	u32 before[MUTATE_MAX], after[MUTATE_MAX];
	int fd = mkstemp(path);
	size_t len;
	u8 *in = encode(program, &len);
	u32 lines = 0;
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	mutate_share(m, path);
	keep_some(m, in, len, 6000, false);
	mutator_free(m); /* which writes it */
	other_one = mutator_new(INPUT_PROGRAM, NULL, 9);
	mutate_weights(other_one, before);
	mutate_share(other_one, path);
	mutate_weights(other_one, after);
	assert_true(after[MUTATE_insert_chain] >= 2 * before[MUTATE_insert_chain]);
	/* What others have written since then stays. */
	f = fopen(path, "a");
	assert_non_null(f);
	fprintf(f, "option 1000000 500000\nnobody 1 1\nswap many\n\n");
	fclose(f);
	mutator_free(other_one);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		lines++;
		if (strncmp(line, "option ", 7) == 0)
			assert_true(strtoull(line + 7, NULL, 10) >= 1000000);
	}
	fclose(f);
	assert_in_range(lines, 40, MUTATE_MAX);
	unlink(path);
	free(in);
}

/* --- crossover
 * -------------------------------------------------------------------------------------
 */
static void crossover_takes_from_both(void **state)
{
	static const char one[] = "advance 1111ns\nadvance 1111ns\nadvance 1111ns\n";
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	size_t a_len, b_len, n;
	u8 *a = encode(one, &a_len), *b = encode(other, &b_len), out[MAX];

	(void)state;
	for (u32 seed = 0; seed < SEEDS; seed++) {
		struct script *s;
		u32 theirs, mine;

		n = mutate_cross(m, a, a_len, b, b_len, out, MAX, seed);
		s = script_decode("crossed", out, n);
		theirs = of_other(s);
		mine = s->nr_stmts - theirs;
		assert_in_range(theirs, 1, 4);
		assert_in_range(mine, 1, 3);
		for (u32 i = 0; i < mine; i++)
			assert_int_equal(s->stmt[i].directive.value[0], 1111);
		script_free(s);
	}
	free(a);
	free(b);
	mutator_free(m);
}

/* --- trim
 * ------------------------------------------------------------------------------------------
 */
/* What is looked for: both of these descriptors' calls. */
static bool shows_it(enum fuzz_input input, const u8 *data, size_t len)
{
	struct script *s;
	u32 binds = 0, closes = 0;

	if (input != INPUT_PROGRAM)
		return memmem(data, len, "needle", 6) != NULL;
	s = script_decode("tried", data, len);
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		binds += st->kind == STMT_CALL && st->call.call == CALL_bind;
		closes += st->kind == STMT_CALL && st->call.call == CALL_close;
	}
	script_free(s);
	return binds != 0 && closes != 0;
}

static size_t trim(struct mutator *m, enum fuzz_input input, u8 *known, size_t len)
{
	u32 steps = mutate_trim_begin(m, known, len), done = 0, rounds = 0;
	u8 out[MAX];

	while (done < steps) {
		size_t n = mutate_trim_next(m, out, MAX);
		bool did = n != 0 && shows_it(input, out, n);

		assert_true(n == 0 || n < len);
		if (did) {
			memcpy(known, out, n);
			len = n;
		}
		done = mutate_trim_tell(m, did);
		rounds++;
		assert_in_range(rounds, 1, steps);
	}
	return len;
}

static void trim_keeps_what_shows_it(void **state)
{
	struct mutator *m = mutator_new(INPUT_PROGRAM, NULL, 1);
	size_t len, n;
	u8 *in = encode(program, &len), known[MAX];
	struct script *s;

	(void)state;
	memcpy(known, in, len);
	n = trim(m, INPUT_PROGRAM, known, len);
	s = script_decode("trimmed", known, n);
	assert_true(shows_it(INPUT_PROGRAM, known, n));
	assert_int_equal(s->nr_stmts, 2);
	script_free(s);
	free(in);
	mutator_free(m);
}

static void trim_of_texts_and_bytes(void **state)
{
	static const enum fuzz_input inputs[] = { INPUT_TEXT, INPUT_BYTES };
	static const char text[] = "one\ntwo\nthree\nneedle\nfour\nfive\nsix\nseven\neight\n";

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(inputs); i++) {
		struct mutator *m = mutator_new(inputs[i], NULL, 1);
		u8 known[MAX];
		size_t n;

		memcpy(known, text, sizeof(text) - 1);
		n = trim(m, inputs[i], known, sizeof(text) - 1);
		assert_true(shows_it(inputs[i], known, n));
		assert_in_range(n, 6, inputs[i] == INPUT_TEXT ? 7 : 12);
		assert_int_equal(mutate_trim_begin(m, known, 0), 0);
		assert_int_equal(mutate_trim_next(m, known, MAX), 0);
		mutator_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_do_what_they_say),
		cmocka_unit_test(texts_and_bytes),
		cmocka_unit_test(any_input_gives_one),
		cmocka_unit_test(the_rest_stays),
		cmocka_unit_test(seeds_decide),
		cmocka_unit_test(programs_still_run),
		cmocka_unit_test(descriptors_follow),
		cmocka_unit_test(numbers_are_given_again),
		cmocka_unit_test(pipes_come_along),
		cmocka_unit_test(what_pays_becomes_likelier),
		cmocka_unit_test(what_is_worked_on_has_not_paid),
		cmocka_unit_test(workers_learn_together),
		cmocka_unit_test(crossover_takes_from_both),
		cmocka_unit_test(trim_keeps_what_shows_it),
		cmocka_unit_test(trim_of_texts_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
