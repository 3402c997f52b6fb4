// SPDX-License-Identifier: MIT
/* test_minimise.c - programs made shorter, by predicates whose shortest program is known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness/diff/minimise.h"
#include "harness/script/packet.h"

enum {
	TEXTS_MAX = 1 << 16,
	PROGRAM_BYTES = 1 << 15,
	ROUNDS_SHORT = 8,  /* what a program of sixty statements may cost */
	ROUNDS_BOUND = 10, /* a number that only asking finds */
	FUZZ_PROGRAMS = 60,
	FUZZ_BYTES = 400,
	FUZZ_ROUNDS = 40
};

/* Who is asked: does it hold of a script? Each is valid, and no text comes twice. */
struct judge {
	bool (*holds)(const struct script *s, const struct judge *j);
	char *text[TEXTS_MAX];
	u32 nr, calls, most;
	u32 refuse_at; /* cannot be asked any more; 0: always can */
	u32 kind;      /* of holds() */
	u64 least;     /* time of what held, before this call */
};

static void note_text(struct judge *j, const struct script *s)
{
	char *text = script_print(s, PRINT_COMMENTS, NULL);

	for (u32 i = 0; i < j->nr; i++)
		if (strcmp(j->text[i], text) == 0)
			fail_msg("asked twice:\n%s", text);
	assert_true(j->nr < TEXTS_MAX);
	j->text[j->nr++] = text;
}

static void check_valid(const struct script *s)
{
	struct script_error err;
	size_t len;
	char *text;
	struct script *again;

	if (!script_check(s, &err))
		fail_msg("not valid: %s", err.text);
	text = script_print(s, PRINT_COMMENTS, &len);
	again = script_parse("again", text, len, &err);
	if (again == NULL || !script_equal(s, again))
		fail_msg("does not parse to the same: %s\n%s", err.text, text);
	script_free(again);
	free(text);
}

static bool ask(void *ctx, const struct script *const *candidate, u32 n, bool *shows)
{
	struct judge *j = ctx;
	u64 least = j->least;

	j->calls++;
	j->most = n > j->most ? n : j->most;
	assert_true(n > 0);
	if (j->calls == j->refuse_at)
		return false;
	for (u32 i = 0; i < n; i++) {
		check_valid(candidate[i]);
		note_text(j, candidate[i]);
		shows[i] = j->holds(candidate[i], j);
	}
	for (u32 i = 0; i < n; i++)
		if (shows[i] && (least == 0 || candidate[i]->stmt[0].when.from_ns < least))
			least = candidate[i]->stmt[0].when.from_ns;
	j->least = least;
	return true;
}

static struct judge *new_judge(bool (*holds)(const struct script *s, const struct judge *j))
{
	struct judge *j = calloc(1, sizeof(*j));

	assert_non_null(j);
	j->holds = holds;
	return j;
}

static void free_judge(struct judge *j)
{
	for (u32 i = 0; i < j->nr; i++)
		free(j->text[i]);
	free(j);
}

static struct script *parse(const char *text)
{
	struct script_error err;
	struct script *s = script_parse("test", text, strlen(text), &err);

	if (s == NULL)
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
	return s;
}

/* What is left of a program, and in how many rounds. */
static char *left_of(const char *program, struct judge *j, u32 *rounds)
{
	struct minimise m = { .test = ask, .ctx = j, .batch = 512 };
	struct script *s = parse(program), *left;
	char *text;

	note_text(j, s);
	assert_true(j->holds(s, j));
	j->least = s->stmt[0].when.from_ns;
	left = minimise_script(&m, s);
	assert_true(j->holds(left, j));
	assert_int_equal(m.tests, j->calls);
	assert_true(j->most <= m.batch);
	text = script_print(left, PRINT_COMMENTS, NULL);
	script_free(left);
	script_free(s);
	if (rounds != NULL)
		*rounds = m.tests;
	return text;
}

static void expect_left(const char *program, const char *wanted,
			bool (*holds)(const struct script *s, const struct judge *j))
{
	struct judge *j = new_judge(holds);
	char *left = left_of(program, j, NULL);

	assert_string_equal(left, wanted);
	free(left);
	free_judge(j);
}

/* --- what predicates look at ---------------------------------------------------------------------
 */
static const struct expr *arg_of(const struct script *s, const struct stmt *st, u32 i)
{
	u32 e = st->call.args;

	for (; i > 0; i--)
		e = s->expr[e].next;
	return &s->expr[e];
}

static bool is_call(const struct script *s, const struct stmt *st, enum call_id call, u64 fd)
{
	return st->kind == STMT_CALL && st->call.call == call &&
	       arg_of(s, st, 0)->kind == EXPR_NUMBER && arg_of(s, st, 0)->value == fd;
}

/* A number, whether it says 1 or ONE|TWO. */
static u64 bits_of(const struct script *s, const struct expr *x)
{
	u64 bits = 0;

	if (x->kind == EXPR_SYMBOL)
		return script_symbols[x->symbol].value;
	if (x->kind == EXPR_NUMBER)
		return x->negative ? 0 - x->value : x->value;
	for (u32 e = x->first; x->kind == EXPR_OR && e != 0; e = s->expr[e].next)
		bits |= s->expr[e].kind == EXPR_SYMBOL ? script_symbols[s->expr[e].symbol].value
						       : s->expr[e].value;
	return bits;
}

/* --- statements ----------------------------------------------------------------------------------
 */
/* A sendto() on 3 of an odd number of bytes behind a bind() of it. */
static bool odd_after_bind(const struct script *s, const struct judge *j)
{
	bool bound = false;

	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		bound |= is_call(s, &s->stmt[i], CALL_bind, 3);
		if (bound && is_call(s, &s->stmt[i], CALL_sendto, 3) &&
		    arg_of(s, &s->stmt[i], 2)->value % 2 == 1)
			return true;
	}
	return false;
}

/* n statements around two that matter, and what they need. */
static void long_program(char *to, u32 size, u32 n, u64 seed)
{
	static const char *const noise[] = {
		"getsockname(%u, ..., ...) = ...\n",
		"+.%u advance 10ms\n",
		"`ip addr add 10.0.%u.1/24 dev eth0; ip link set eth0 up`\n",
		"thread 2: recv(%u, ..., 100, MSG_DONTWAIT|MSG_PEEK) = ...\n",
		"+.1 < 10.0.0.9:7 > 192.0.2.1:%u [ttl 3, opt nop] udp (9) \"abcdefghi\"\n",
		"setsockopt(%u, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n",
		"socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = %u\n",
		"host b {\n`ip link set lo up; sysctl -w net.ipv4.ip_default_ttl=%u`\n}\n",
		"sendto(%u, \"abcd\", 4, 0, NULL, 0) = 4 // a note\n",
	};
	struct rng r;
	u32 at, k = 0;

	rng_init(&r, seed, RNG_PROGRAM, 0);
	at = (u32)snprintf(to, size, "// claim: much ado\n0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n");
	while (k < n) {
		if (k == n / 3)
			at += (u32)snprintf(to + at, size - at,
					    "bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
					    "sin_addr = inet_addr(\"10.1.2.3\")}, 16) = 0\n");
		if (k == n / 2)
			at += (u32)snprintf(to + at, size - at,
					    "+.123456 sendto(3, \"hello\", 5, MSG_DONTWAIT, "
					    "{sa_family = AF_INET, sin_port = htons(9), "
					    "sin_addr = inet_addr(\"10.1.2.4\")}, 16) = 5\n");
		at += (u32)snprintf(to + at, size - at, noise[rng_u32(&r) % ARRAY_SIZE(noise)],
				    4 + rng_u32(&r) % 60);
		assert_true(at < size);
		k++;
	}
}

static void test_sixty_statements(void **state)
{
	char *program = malloc(PROGRAM_BYTES), *left;
	struct judge *j;
	u32 rounds;

	(void)state;
	assert_non_null(program);
	for (u64 seed = 1; seed <= 5; seed++) {
		j = new_judge(odd_after_bind);
		long_program(program, PROGRAM_BYTES, 60, seed);
		left = left_of(program, j, &rounds);
		assert_string_equal(left, "bind(3, NULL, 0) = ...\n"
					  "sendto(3, ..., 1, 0, NULL, 0) = ...\n");
		assert_true(rounds <= ROUNDS_SHORT);
		free(left);
		free_judge(j);
	}
	free(program);
}

static u32 count_call(const struct script *s, enum call_id call)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		n += s->stmt[i].kind == STMT_CALL && s->stmt[i].call.call == call;
	return n;
}

/* Steps that help alone and not together: any of the closes will do; dups only in twos. */
static bool one_close_even_dups(const struct script *s, const struct judge *j)
{
	(void)j;
	return count_call(s, CALL_close) >= 1 && count_call(s, CALL_dup) % 2 == 0;
}

static void test_conflicts(void **state)
{
	(void)state;
	expect_left("close(3) = 0\ndup(4) = 5\nclose(4) = 0\nclose(5) = 0\nlisten(4, 5) = 0\n"
		    "dup(5) = 6\nclose(6) = 0\n",
		    "close(3) = ...\n", one_close_even_dups);
}

static bool has_text(const struct script *s, const char *what)
{
	char *text = script_print(s, 0, NULL);
	bool has = strstr(text, what) != NULL;

	free(text);
	return has;
}

static bool lo_before_ttl(const struct script *s, const struct judge *j)
{
	char *text = script_print(s, 0, NULL);
	const char *up = strstr(text, "ip link set lo up"), *ttl = strstr(text, "ttl=7");
	bool holds = up != NULL && ttl != NULL && up < ttl && has_text(s, "uid 5");

	(void)j;
	free(text);
	return holds;
}

static void test_commands(void **state)
{
	(void)state;
	expect_left("`ip addr add 10.0.0.1/8 dev lo; ip link set lo up;ip link set eth0 up`\n"
		    "uid 5\n"
		    "`sysctl -w net.ipv4.ip_default_ttl=7; ip route add 10.2.0.0/16 dev lo`\n",
		    "`ip link set lo up`\nuid 5\n`sysctl -w net.ipv4.ip_default_ttl=7`\n",
		    lo_before_ttl);
	expect_left(
		"`ip addr add 10.0.0.1/8 dev lo; ip link set lo up up 'a; b';ip link set eth0 up`\n"
		"`ip route flush; sysctl -q -w net.ipv4.ip_default_ttl=7`\nuid 5\nuid 6\n",
		"`ip link set lo up; sysctl -q -w net.ipv4.ip_default_ttl=7`\nuid 5\n",
		lo_before_ttl);
}

/* A command that its quotes hold together. */
static bool has_quoted(const struct script *s, const struct judge *j)
{
	(void)j;
	return has_text(s, "a 'b;c'");
}

static void test_quotes(void **state)
{
	(void)state;
	expect_left("`x; a 'b;c'; y`\n", "`a 'b;c'`\n", has_quoted);
}

/* Twenty that all must stay, with what they are called with. */
static bool twenty_closes(const struct script *s, const struct judge *j)
{
	(void)j;
	return count_call(s, CALL_close) + count_call(s, CALL_listen) == 20;
}

static void test_all_must_stay(void **state)
{
	char program[2000] = "uid 5\n", wanted[2000] = "";
	u32 n = (u32)strlen(program), w = 0;

	(void)state;
	for (u32 i = 0; i < 20; i++) {
		n += (u32)snprintf(program + n, sizeof(program) - n, "%s",
				   i % 2 == 0 ? "close(3) = 0 // so\n"
					      : "+.1 listen(3, 128) = 0\n");
		w += (u32)snprintf(wanted + w, sizeof(wanted) - w, "%s",
				   i % 2 == 0 ? "close(3) = ...\n" : "listen(3, 0) = ...\n");
	}
	expect_left(program, wanted, twenty_closes);
}

static bool closes(const struct script *s, const struct judge *j)
{
	(void)j;
	return count_call(s, CALL_close) == 1;
}

static void test_what_stands_around(void **state)
{
	(void)state;
	expect_left("// claim: it ends\n// oracle: none\n--seed=5\n// a word\n"
		    "host c {\n1.5 process 2: thread 3: close(9) = -1 EBADF (Bad file descriptor)"
		    " // so it is\n}\n",
		    "close(3) = ...\n", closes);
}

/* --- times ---------------------------------------------------------------------------------------
 */
static u64 now_at(const struct script *s, u32 until)
{
	u64 now = 0;

	for (u32 i = 0; i <= until; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->when.kind == WHEN_ABS)
			now = st->when.from_ns;
		else
			now += st->when.from_ns;
		if (st->kind == STMT_DIRECTIVE && st->directive.id == DIR_ADVANCE)
			now += st->directive.value[0];
	}
	return now;
}

/* A recv() later than 1.37 s. */
static bool late(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (is_call(s, &s->stmt[i], CALL_recv, 3) && now_at(s, i) >= 1370000000)
			return true;
	return false;
}

static void test_times(void **state)
{
	(void)state;
	expect_left("0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+.31234 close(4) = 0\nadvance 910ms\n"
		    "+.2 close(5) = 0\n+.1 recv(3, ..., 10, 0) = 5\n+.7 close(3) = 0\n",
		    " +2 recv(3, ..., 0, 0) = ...\n", late);
	expect_left("1.987654321 recv(3, ..., 10, 0) = 5\n", "  2 recv(3, ..., 0, 0) = ...\n",
		    late);
	expect_left("advance 1400ms\nrecv(3, ..., 10, 0) = 5\n", " +2 recv(3, ..., 0, 0) = ...\n",
		    late);
}

static bool waits(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].when.blocks && s->stmt[i].when.until_ns >= 30500000)
			return true;
	return false;
}

static void test_waiting(void **state)
{
	(void)state;
	expect_left("+.123...1.7654 recv(3, ..., 10, 0) = 5\n", "+0...1 recv(3, ..., 0, 0) = ...\n",
		    waits);
}

/* --- packets -------------------------------------------------------------------------------------
 */
static bool long_and_dying(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_PACKET && s->stmt[i].packet.kind == PACKET_UDP &&
		    s->stmt[i].packet.len >= 1473 && has_text(s, "ttl 0"))
			return true;
	return false;
}

/* A bound that is no round number is found in a few rounds. */
static void test_packet(void **state)
{
	struct judge *j = new_judge(long_and_dying);
	u32 rounds;
	char *left =
		left_of("< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 192.0.2.2:7 > 192.0.2.1:5000 "
			"[ttl 0, id 77, df, csum bad, opt rr 3 192.0.2.1 192.0.2.9, opt nop] "
			"udp (60000) pattern 7\n"
			"< arp who-has 192.0.2.1 tell 192.0.2.2\n",
			j, &rounds);

	(void)state;
	assert_string_equal(left, "< [ttl 0] udp (1473)\n");
	assert_true(rounds <= ROUNDS_BOUND);
	free(left);
	free_judge(j);
}

static bool is_arp_frame(const struct script *s, const struct judge *j)
{
	struct packet_ctx ctx = { .ethernet = true };
	u8 frame[2048];
	char err[80];
	u32 n;

	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		n = s->stmt[i].kind == STMT_PACKET
			    ? packet_build(s, &s->stmt[i].packet, &ctx, frame, sizeof(frame), err,
					   sizeof(err))
			    : 0;
		if (n >= 42 && frame[12] == 8 && frame[13] == 6 && frame[21] == 1)
			return true;
	}
	return false;
}

static void test_hex(void **state)
{
	(void)state;
	/* A request, with bytes behind it; what is left says so. */
	expect_left("< hex ffffffffffff02000000000208060001080006040001020000000002c000020200000"
		    "0000000c0000201000000000000\n",
		    "< arp who-has 192.0.2.1 tell 192.0.2.2\n", is_arp_frame);
}

static bool long_hex(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_PACKET && s->stmt[i].packet.kind == PACKET_RAW &&
		    s->expr[s->stmt[i].packet.payload].text.len >= 3)
			return true;
	return false;
}

static void test_hex_is_cut(void **state)
{
	(void)state;
	expect_left("< hex 45000000112233445566778899\n", "< hex 450000\n", long_hex);
}

/* --- arguments -----------------------------------------------------------------------------------
 */
static bool peeks(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_CALL && s->stmt[i].call.call == CALL_recv &&
		    (bits_of(s, arg_of(s, &s->stmt[i], 3)) & 2) != 0 &&
		    bits_of(s, arg_of(s, &s->stmt[i], 2)) >= 9)
			return true;
	return false;
}

static void test_flags(void **state)
{
	(void)state;
	expect_left("recv(7, hex 00ff, 100, MSG_DONTWAIT|MSG_PEEK|0x4000|MSG_TRUNC) = 2\n",
		    "recv(3, ..., 9, MSG_PEEK) = ...\n", peeks);
}

/* The bytes of a list of buffers that has as many as another number says; 0: it has not. */
static u64 iov_bytes(const struct script *s, const struct expr *list, const struct expr *count)
{
	u64 n = 0, bytes = 0;

	for (u32 e = list->first; list->kind == EXPR_LIST && e != 0; e = s->expr[e].next) {
		bytes += s->expr[s->expr[s->expr[e].first].next].value;
		n++;
	}
	return n == count->value ? bytes : 0;
}

static bool sends_ten(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (is_call(s, st, CALL_writev, 3))
			return iov_bytes(s, arg_of(s, st, 1), arg_of(s, st, 2)) >= 10;
		for (u32 e = is_call(s, st, CALL_sendmsg, 3) ? arg_of(s, st, 1)->first : 0; e != 0;
		     e = s->expr[e].next) {
			const struct expr *count = &s->expr[s->expr[e].first];

			if (count->next != 0 && iov_bytes(s, &s->expr[count->next], count) >= 10)
				return true;
		}
	}
	return false;
}

static void test_buffers(void **state)
{
	(void)state;
	expect_left("sendmsg(3, {msg_name(16) = {sa_family = AF_INET, sin_port = htons(7), "
		    "sin_addr = inet_addr(\"192.0.2.2\")}, msg_iov(4) = [{\"abc\", 3}, "
		    "{hex 0102, 2}, {\"hello\", 5}, {..., 0}], msg_flags = 0, msg_controllen = 0}, "
		    "MSG_DONTWAIT) = 10\n",
		    "sendmsg(3, {msg_iov(1) = [{..., 10}]}, 0) = ...\n", sends_ten);
	expect_left("writev(3, [{\"abc\", 3}, {\"0123456789\", 10}, {\"hello\", 5}], 3) = 18\n",
		    "writev(3, [{..., 10}], 1) = ...\n", sends_ten);
}

static bool counts_right(const struct script *s, const struct judge *j)
{
	char *text = script_print(s, 0, NULL);
	bool holds = strstr(text, "msg_iov(2) = [{\"ab\", 2}, {") != NULL ||
		     strstr(text, "msg_iov(1) = [{\"ab\", 2}]") != NULL;

	(void)j;
	free(text);
	return holds;
}

static void test_count_goes_along(void **state)
{
	(void)state;
	expect_left("sendmsg(3, {msg_iov(2) = [{\"ab\", 2}, {\"cd\", 2}]}, 0) = 4\n",
		    "sendmsg(3, {msg_iov(1) = [{\"ab\", 2}]}, 0) = ...\n", counts_right);
}

static bool three_bytes_of_text(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (is_call(s, &s->stmt[i], CALL_send, 3) &&
		    arg_of(s, &s->stmt[i], 1)->kind == EXPR_STRING &&
		    arg_of(s, &s->stmt[i], 1)->text.len >= 3 &&
		    arg_of(s, &s->stmt[i], 1)->text.len == arg_of(s, &s->stmt[i], 2)->value)
			return true;
	return false;
}

static void test_bytes_and_their_length(void **state)
{
	(void)state;
	expect_left("send(3, \"abcdefghijklmnop\", 16, MSG_DONTWAIT) = 16\n",
		    "send(3, \"abc\", 3, 0) = ...\n", three_bytes_of_text);
}

/* One address and one port in all places. */
static bool same_everywhere(const struct script *s, const struct judge *j)
{
	char *text = script_print(s, 0, NULL), addr[4][20];
	u32 port[2] = { 0, 1 };
	bool holds;

	(void)j;
	holds = sscanf(text,
		       "`ip addr add %19[0-9.]/24 dev eth0`\n"
		       "bind(3, {sa_family = AF_INET, sin_port = htons(%u), sin_addr = "
		       "inet_addr(\"%19[0-9.]\")}, 16) = ...\n"
		       "< %19[0-9.]:7 > %19[0-9.]:%u udp",
		       addr[0], &port[0], addr[1], addr[2], addr[3], &port[1]) == 6 &&
		strcmp(addr[0], addr[1]) == 0 && strcmp(addr[0], addr[3]) == 0 &&
		port[0] == port[1];
	free(text);
	return holds;
}

static void test_names(void **state)
{
	(void)state;
	expect_left("`ip addr add 10.9.8.7/24 dev eth0`\n"
		    "bind(3, {sa_family = AF_INET, sin_port = htons(4242), sin_addr = "
		    "inet_addr(\"10.9.8.7\")}, 16) = ...\n"
		    "< 192.0.2.2:7 > 10.9.8.7:4242 udp (5) \"hello\"\n",
		    "`ip addr add 192.0.2.1/24 dev eth0`\n"
		    "bind(3, {sa_family = AF_INET, sin_port = htons(5000), sin_addr = "
		    "inet_addr(\"192.0.2.1\")}, 16) = ...\n"
		    "< 192.0.2.2:7 > 192.0.2.1:5000 udp (0)\n",
		    same_everywhere);
}

static bool binds_what_it_opened(const struct script *s, const struct judge *j)
{
	(void)j;
	for (u32 i = 0; i + 1 < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_CALL && s->stmt[i].call.call == CALL_socket &&
		    s->expr[s->stmt[i].call.result].kind == EXPR_NUMBER &&
		    is_call(s, &s->stmt[i + 1], CALL_bind, s->expr[s->stmt[i].call.result].value))
			return true;
	return false;
}

static void test_descriptors(void **state)
{
	(void)state;
	expect_left("socket(AF_INET, SOCK_DGRAM, 0) = 3\nsocket(AF_INET, SOCK_DGRAM, 0) = 4\n"
		    "bind(5, NULL, 0) = 0\nsocket(AF_INET, SOCK_DGRAM, 0) = 7\n"
		    "bind(7, NULL, 0) = 0\nclose(7) = 0\n",
		    "socket(0, 0, 0) = 3\nbind(3, NULL, 0) = ...\n", binds_what_it_opened);
}

/* Reads from what the stream socket got, which depends on how many there were before it. */
static bool receives_from_a_stream(const struct script *s, const struct judge *j)
{
	u64 fd = 3, stream = 0;

	(void)j;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (stream != 0 && is_call(s, st, CALL_recv, stream))
			return true;
		if (st->kind != STMT_CALL || st->call.call != CALL_socket)
			continue;
		if (bits_of(s, arg_of(s, st, 1)) == 1)
			stream = fd;
		fd++;
	}
	return false;
}

static void test_other_descriptors(void **state)
{
	(void)state;
	expect_left("socket(0, 2, 0) = ...\nsocket(0, 2, 0) = ...\nsocket(0, 1, 0) = ...\n"
		    "socket(0, 2, 0) = ...\nrecv(5, ..., 0, 0) = ...\n",
		    "socket(0, 1, 0) = ...\nrecv(3, ..., 0, 0) = ...\n", receives_from_a_stream);
}

/* Each round may only take a little off: it ends before that has come to nothing. */
static bool a_little_less(const struct script *s, const struct judge *j)
{
	return s->nr_stmts == 1 &&
	       (j->least == 0 || s->stmt[0].when.from_ns >= j->least - j->least / 8);
}

static void test_little_by_little(void **state)
{
	struct judge *j = new_judge(a_little_less);
	u32 rounds;
	char *left = left_of("+999999.000002295 close(3) = ...\n", j, &rounds);

	(void)state;
	assert_in_range(rounds, 5, 2 * ROUNDS_BOUND);
	free(left);
	free_judge(j);
}

/* --- whoever asks --------------------------------------------------------------------------------
 */
static bool never(const struct script *s, const struct judge *j)
{
	return s->nr_stmts == 4 && j->nr == 1;
}

static void test_nothing_helps(void **state)
{
	static const char program[] = "// claim: as it is\n\nclose(3) = 0\nclose(4) = 0\nuid 5\n";
	struct judge *j = new_judge(never);
	struct minimise m = { .test = ask, .ctx = j };
	struct script *s = parse(program), *left;

	(void)state;
	note_text(j, s);
	left = minimise_script(&m, s);
	assert_true(script_equal(s, left));
	assert_int_equal(m.tests, 1);
	script_free(left);
	script_free(s);
	free_judge(j);
}

/* Wherever it is interrupted, what there is holds; the more rounds, the shorter. */
static void test_interrupted(void **state)
{
	char *program = malloc(PROGRAM_BYTES);
	size_t len, last = SIZE_MAX;
	char *text;

	(void)state;
	assert_non_null(program);
	long_program(program, PROGRAM_BYTES, 60, 9);
	for (u32 rounds = 1; rounds < 10; rounds++) {
		for (u32 refuse = 0; refuse < 2; refuse++) {
			struct judge *j = new_judge(odd_after_bind);
			struct minimise m = { .test = ask, .ctx = j, .batch = 512 };
			struct script *s = parse(program), *left;

			m.rounds = refuse ? 0 : rounds;
			j->refuse_at = refuse ? rounds + 1 : 0;
			left = minimise_script(&m, s);
			assert_true(odd_after_bind(left, j));
			assert_true(m.tests <= rounds + refuse);
			text = script_print(left, PRINT_COMMENTS, &len);
			assert_true(len <= last);
			last = len;
			free(text);
			script_free(left);
			script_free(s);
			free_judge(j);
		}
	}
	free(program);
}

/* Small batches ask more often, and come to the same. */
static void test_small_batches(void **state)
{
	char *program = malloc(PROGRAM_BYTES), *text;
	struct judge *j = new_judge(odd_after_bind);
	struct minimise m = { .test = ask, .ctx = j, .batch = 7 };
	struct script *s, *left;

	(void)state;
	assert_non_null(program);
	long_program(program, PROGRAM_BYTES, 20, 3);
	s = parse(program);
	left = minimise_script(&m, s);
	text = script_print(left, PRINT_COMMENTS, NULL);
	assert_string_equal(text, "bind(3, NULL, 0) = ...\nsendto(3, ..., 1, 0, NULL, 0) = ...\n");
	assert_int_equal(j->most, 7);
	free(text);
	script_free(left);
	script_free(s);
	free_judge(j);
	free(program);
}

/* --- any program ---------------------------------------------------------------------------------
 */
/* It has a statement of a kind, and one less of another than there could be. */
static bool has_kind(const struct script *s, const struct judge *j)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == j->kind)
			return true;
	return false;
}

static void test_any_program(void **state)
{
	u8 bytes[FUZZ_BYTES];
	struct rng r;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < FUZZ_PROGRAMS; i++) {
		struct judge *j = new_judge(has_kind);
		struct minimise m = { .test = ask, .ctx = j, .batch = 512 };
		struct script *s, *left;

		for (u32 b = 0; b < FUZZ_BYTES; b++)
			bytes[b] = (u8)rng_u32(&r);
		s = script_decode("random", bytes, 40 + rng_u32(&r) % (FUZZ_BYTES - 40));
		m.rounds = FUZZ_ROUNDS;
		if (s->nr_stmts != 0) {
			j->kind = s->stmt[s->nr_stmts / 2].kind;
			left = minimise_script(&m, s);
			if (j->kind >= STMT_COMMAND) {
				assert_true(has_kind(left, j));
				assert_int_equal(left->nr_stmts, 1);
			}
			assert_true(m.tests < FUZZ_ROUNDS);
			script_free(left);
		}
		script_free(s);
		free_judge(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sixty_statements),
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_all_must_stay),
		cmocka_unit_test(test_what_stands_around),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_hex_is_cut),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_count_goes_along),
		cmocka_unit_test(test_bytes_and_their_length),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_other_descriptors),
		cmocka_unit_test(test_little_by_little),
		cmocka_unit_test(test_nothing_helps),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_small_batches),
		cmocka_unit_test(test_any_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
