// SPDX-License-Identifier: MIT
/* oracle_interference.c - sockets and hosts that have nothing to do with a program change nothing
 * of it.
 *
 * The program runs twice with statements put in between its own: those of a by-stander, who talks
 * to himself over loopback, and, so that times are the same, as many calls by him that do nothing.
 * What all sockets of a host share in Linux, too, he leaves alone: on the program's host he is
 * bound to ports by number, connects to nobody (that draws a number for the flow's hash), sends
 * nothing that an error could answer, and goes through no queue or neighbour. On a host of his own
 * he does as he likes: hosts share nothing but time.
 */
#include "harness/fuzz/oracle_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/must.h"
#include "uapi/socket.h"

enum { BYSTANDER_PROCESS = 4 };

/* What both of his do at the beginning, so that what is made when it is first used is there; then
 * what he does, in turn, and what he does instead.
 */
struct bystander {
	const char *begin, *acts, *idle; /* scripts, of one statement a line each */
};

#define BY "process 4: "
#define OWN                                                                                        \
	"{sa_family = AF_INET, sin_port = htons(61001), sin_addr = "                               \
	"inet_addr(\"127.0.0.77\")}"
#define LO_UP	"ip link set lo up"
#define NOTHING "close(1000) = ...\n"

/* Never cut in pieces: that takes an identifier from a counter of all. */
static const struct bystander socket_bystander = {
	.begin = BY "socket(AF_INET, SOCK_DGRAM, 0) = ...\n" BY
		    "setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"lo\", 3) = ...\n" BY
		    "bind(3, " OWN ", 16) = ...\n" BY
		    "setsockopt(3, IPPROTO_IP, IP_MTU_DISCOVER, [2], 4) = ...\n" BY
		    "sendto(3, \"who\", 3, MSG_DONTWAIT, " OWN ", 16) = ...\n" BY
		    "recv(3, ..., 100, MSG_DONTWAIT) = ...\n",
	.acts = BY
	"sendto(3, \"who else is there?\", 18, MSG_DONTWAIT, " OWN ", 16) = ...\n" BY
	"setsockopt(3, IPPROTO_IP, IP_TOS, [8], 4) = ...\n" BY
	"socket(AF_INET, SOCK_DGRAM, 0) = ...\n" BY "recv(3, ..., 100, MSG_DONTWAIT) = ...\n" BY
	"sendto(3, pattern 7, 5000, MSG_DONTWAIT, " OWN ", 16) = ...\n" BY "close(4) = ...\n" BY
	"recv(3, ..., 10, MSG_DONTWAIT|MSG_PEEK) = ...\n" BY
	"recv(3, ..., 10, MSG_DONTWAIT) = ...\n",
	.idle = BY NOTHING,
};

static const struct bystander host_bystander = {
	.begin = "socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
		 "bind(3, " OWN ", 16) = ...\n"
		 "connect(3, " OWN ", 16) = ...\n"
		 "send(3, \"nobody\", 6, MSG_DONTWAIT) = ...\n"
		 "recv(3, ..., 100, MSG_DONTWAIT) = ...\n",
	.acts = "send(3, \"nobody else?\", 12, MSG_DONTWAIT) = ...\n"
		"socket(AF_INET, SOCK_DGRAM, 0) = ...\n"
		"recv(3, ..., 100, MSG_DONTWAIT) = ...\n"
		"send(3, pattern 9, 20000, MSG_DONTWAIT) = ...\n"
		"setsockopt(3, SOL_SOCKET, SO_RCVBUF, [3000], 4) = ...\n"
		"close(4) = ...\n",
	.idle = NOTHING,
};

/* A changed program, and which of its statements are not the program's. */
struct changed {
	struct script *script;
	bool *extra;
};

static struct script *parse(const char *text)
{
	struct script_error err;

	return must(script_parse("bystander", text, strlen(text), &err));
}

/* Room for one more at a place. */
static void note_extra(struct changed *c, u32 at)
{
	u32 behind = c->script->nr_stmts - at;

	c->extra = must(realloc(c->extra, (c->script->nr_stmts + 1) * sizeof(*c->extra)));
	memmove(&c->extra[at + 1], &c->extra[at], behind * sizeof(*c->extra));
	c->extra[at] = true;
}

static void insert(struct changed *c, u32 at, const struct look_part *part, u32 n, u32 host)
{
	note_extra(c, at);
	look_insert_from(c->script, at, part, n)->host = (u8)host;
}

static struct changed with_bystander(const struct script *s, const struct bystander *b, bool idle,
				     u32 host)
{
	struct script *begin = parse(b->begin), *acts = parse(idle ? b->idle : b->acts);
	struct changed c = { .script = look_copy(s) };
	struct look_part first = look_take(c.script, begin), part = look_take(c.script, acts);
	u32 n = 0;

	c.extra = must(calloc(s->nr_stmts + 1, sizeof(*c.extra)));
	for (u32 i = 0; i < c.script->nr_stmts; i++) {
		if (!look_is_event(&c.script->stmt[i]) || look_is_opening(c.script, i))
			continue;
		for (u32 k = 0; n == 0 && k < begin->nr_stmts; k++)
			insert(&c, i++, &first, k, host);
		insert(&c, i++, &part, n++ % acts->nr_stmts, host);
	}
	script_free(begin);
	script_free(acts);
	return c;
}

static void add_opening(struct changed *c, const char *command, u32 host)
{
	u32 at = look_head(c->script);

	note_extra(c, at);
	look_insert_command(c->script, at, host, command);
}

/* Counters are of a whole host. */
static void forget_counters(const struct script *s, bool *extra)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_DIRECTIVE &&
		    (s->stmt[i].directive.id == DIR_MIB || s->stmt[i].directive.id == DIR_DROP))
			extra[i] = true;
}

/* Without the lines of a host and those behind it; of malloc. */
static char *state_before(const char *state, char letter)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));

	for (const char *p = state; p != NULL && *p != '\0';) {
		size_t line = strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');

		if (*p < letter)
			fwrite(p, 1, line, to);
		p += line;
	}
	fclose(to);
	return text;
}

static void run_beside(struct look *l, struct changed *c, u32 hosts, struct look_run *to)
{
	struct run_options o = look_options(BASE_PLAIN);
	struct record *r = &to->item.record;
	char *state;

	look_run(c->script, &o, l->worlds, to);
	look_forget(r, c->extra);
	to->item.script = l->script;
	state = state_before(r->state, (char)('a' + hosts));
	free(r->state);
	r->state = state;
	script_free(c->script);
	free(c->extra);
}

/* hosts: of so many the state at the end is compared. */
static enum look_verdict beside(struct look *l, struct changed *idle, struct changed *busy,
				u32 hosts)
{
	static const struct compare_rules rules = { .right = "alone", .other = "not alone" };
	struct look_run a, b;
	enum look_verdict v;

	run_beside(l, idle, hosts, &a);
	run_beside(l, busy, hosts, &b);
	v = look_compare(l, &a, &b, &rules, NULL);
	look_run_free(&a);
	look_run_free(&b);
	return v;
}

static bool has_process(const struct script *s, u32 process)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_CALL && s->stmt[i].process == process)
			return true;
	return false;
}

u64 look_value(const struct script *s, u32 expr)
{
	const struct expr *e = &s->expr[expr];
	u64 v = 0;

	if (e->kind == EXPR_SYMBOL)
		return script_symbols[e->symbol].value;
	for (u32 child = e->kind == EXPR_OR ? e->first : 0; child != 0; child = s->expr[child].next)
		v |= look_value(s, child);
	return e->kind == EXPR_NUMBER ? e->value : v;
}

/* A raw socket sees what is for others. A connection's numbers are of the clock, and whoever reads
 * it moves it on: the by-stander's calls do, and his idle ones do not.
 */
static bool has_raw_or_stream(const struct script *s)
{
	enum { TYPE_BITS = 15, TYPES = 1 << SOCK_RAW | 1 << SOCK_STREAM };

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_CALL && st->call.call == CALL_socket &&
		    (TYPES >> (look_value(s, s->expr[st->call.args].next) & TYPE_BITS) & 1) != 0)
			return true;
	}
	return look_taps(s);
}

/* The n-th allocation is another one when somebody else allocates; memory and ports that all
 * sockets share may be limited.
 */
static bool shares(const struct script *s)
{
	static const char *const words[] = { "udp_mem", "port_range", "ss ", "/proc/net" };

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_DIRECTIVE &&
		    (st->directive.id == DIR_ALLOC_FAIL || st->directive.id == DIR_ALLOC_FAIL_OF))
			return true;
		for (u32 w = 0; st->kind == STMT_COMMAND && w < ARRAY_SIZE(words); w++)
			if (memmem(script_text(s, st->text), st->text.len, words[w],
				   strlen(words[w])) != NULL)
				return true;
	}
	return false;
}

/* What is made when it is first used is made in his first calls: the loopback is there by then, and
 * stays.
 */
static bool changes_loopback(const struct script *s)
{
	static const char lo[] = " lo ";

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_COMMAND && st->host == 0 && !look_is_opening(s, i) &&
		    memmem(script_text(s, st->text), st->text.len, lo, strlen(lo)) != NULL)
			return true;
	}
	return false;
}

enum look_verdict look_sockets(struct look *l)
{
	struct changed idle, busy;

	if (!look_is_whole(look_base(l, BASE_PLAIN)) || changes_loopback(l->script) ||
	    has_process(l->script, BYSTANDER_PROCESS) || shares(l->script) ||
	    has_raw_or_stream(l->script))
		return LOOK_INCONCLUSIVE;
	idle = with_bystander(l->script, &socket_bystander, true, 0);
	busy = with_bystander(l->script, &socket_bystander, false, 0);
	add_opening(&idle, LO_UP, 0);
	add_opening(&busy, LO_UP, 0);
	forget_counters(idle.script, idle.extra);
	forget_counters(busy.script, busy.extra);
	return beside(l, &idle, &busy, 0);
}

enum look_verdict look_hosts(struct look *l)
{
	const struct look_run *base = look_base(l, BASE_PLAIN);
	u32 hosts = base->item.record.hosts;
	struct changed idle, busy;

	if (!look_is_whole(base) || hosts == DUT_HOSTS || !base->item.record.ethernet)
		return LOOK_INCONCLUSIVE;
	idle = with_bystander(l->script, &host_bystander, true, hosts);
	busy = with_bystander(l->script, &host_bystander, false, hosts);
	add_opening(&idle, LO_UP, hosts);
	add_opening(&busy, LO_UP, hosts);
	return beside(l, &idle, &busy, hosts);
}
