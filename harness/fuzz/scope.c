// SPDX-License-Identifier: MIT
/* scope.c - see scope.h: the table of scopes, and how an input becomes a script.
 *
 * What a scope keeps of an input's statements is made to run to its end: times that would go back
 * or beyond what a program may last come into range, since a run ends at the first that does not.
 */
#include "harness/fuzz/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

/* What the judging kernel and the reference can be compared over: beyond it the neighbours' table
 * draws random numbers.
 */
#define LONGEST_NS (240ull * 1000000000)

/* --- what scopes keep
 * ------------------------------------------------------------------------------------------ */

enum keep {
	KEEP_CALLS = 1 << 0,
	KEEP_FRAMES = 1 << 1,
	KEEP_COMMANDS = 1 << 2,
	KEEP_TIME = 1 << 3,
	KEEP_RIGHTS = 1 << 4,
	KEEP_SIGNALS = 1 << 5,
	KEEP_LINK = 1 << 6,
	KEEP_CARD = 1 << 7,
	KEEP_WIRE = 1 << 8,
	KEEP_ALLOC = 1 << 9,
	KEEP_HOSTS = 1 << 10, /* others than the first */
	KEEP_WORLD = 1 << 11,
	KEEP_ALL = (1 << 12) - 1
};

/* Counters are compared with what a script says of them, and an input knows nothing of them. */
static const u16 directive_keep[DIR_MAX] = {
	[DIR_ADVANCE] = KEEP_TIME,	 [DIR_QUIET] = KEEP_TIME,
	[DIR_CAP_DROP] = KEEP_RIGHTS,	 [DIR_CAP_ADD] = KEEP_RIGHTS,
	[DIR_UID] = KEEP_RIGHTS,	 [DIR_SIGNAL] = KEEP_SIGNALS,
	[DIR_LINK_DOWN] = KEEP_LINK,	 [DIR_LINK_UP] = KEEP_LINK,
	[DIR_NIC_IRQ_DELAY] = KEEP_CARD, [DIR_NIC_IRQ_LOSE] = KEEP_CARD,
	[DIR_NIC_DMA_FAIL] = KEEP_CARD,	 [DIR_NIC_FETCH_FAIL] = KEEP_CARD,
	[DIR_WIRE_DROP] = KEEP_WIRE,	 [DIR_WIRE_DELAY] = KEEP_WIRE,
	[DIR_WIRE_LOSS] = KEEP_WIRE,	 [DIR_WIRE_DUP] = KEEP_WIRE,
	[DIR_WIRE_REORDER] = KEEP_WIRE,	 [DIR_WIRE_CORRUPT] = KEEP_WIRE,
	[DIR_ALLOC_FAIL] = KEEP_ALLOC,	 [DIR_ALLOC_FAIL_OF] = KEEP_ALLOC,
};

static bool text_is(const struct script *s, struct text t, const char *is)
{
	return t.len == strlen(is) && memcmp(script_text(s, t), is, t.len) == 0;
}

/* Of all options only these are about what happens, and not about how it is compared. */
static const struct {
	const char *name, *values[4]; /* none: a number */
} world_options[] = {
	{ "device", { "tap", "tun", "igb" } },
	{ "cost", { "judge", "cycles" } },
	{ "perturb", { NULL } },
};

enum { NO_OPTION = ARRAY_SIZE(world_options), DIGITS = 9 };

static bool is_number(const struct script *s, struct text t)
{
	for (u32 i = 0; i < t.len; i++)
		if (script_text(s, t)[i] < '0' || script_text(s, t)[i] > '9')
			return false;
	return t.len != 0 && t.len <= DIGITS;
}

/* Which of them it is, with a value that it can have. */
static u32 world_option(const struct script *s, const struct stmt *st)
{
	u32 i = 0;

	if (st->kind != STMT_OPTION)
		return NO_OPTION;
	while (i < NO_OPTION && !text_is(s, st->pair.key, world_options[i].name))
		i++;
	if (i == NO_OPTION || world_options[i].values[0] == NULL)
		return i != NO_OPTION && is_number(s, st->pair.value) ? i : NO_OPTION;
	for (u32 v = 0; world_options[i].values[v] != NULL; v++)
		if (text_is(s, st->pair.value, world_options[i].values[v]))
			return i;
	return NO_OPTION;
}

static u32 keep_of(const struct script *s, const struct stmt *st)
{
	switch (st->kind) {
	case STMT_OPTION:
		return world_option(s, st) != NO_OPTION ? KEEP_WORLD : 0;
	case STMT_COMMAND:
		return KEEP_COMMANDS;
	case STMT_CALL:
		return KEEP_CALLS;
	case STMT_PACKET:
		return st->packet.incoming ? KEEP_FRAMES : 0;
	case STMT_DIRECTIVE:
		return directive_keep[st->directive.id];
	default:
		return 0;
	}
}

static bool keeps(const struct script *s, const struct stmt *st, u32 what)
{
	return (keep_of(s, st) & what) != 0 && (st->host == 0 || (what & KEEP_HOSTS) != 0);
}

static bool keeps_syscalls(const struct script *s, const struct stmt *st)
{
	return keeps(s, st, KEEP_ALL);
}

static bool keeps_rx(const struct script *s, const struct stmt *st)
{
	return keeps(s, st,
		     KEEP_FRAMES | KEEP_TIME | KEEP_LINK | KEEP_CARD | KEEP_WIRE | KEEP_WORLD);
}

static bool keeps_api(const struct script *s, const struct stmt *st)
{
	return keeps(s, st, KEEP_CALLS);
}

/* Fragments, and what else a host needs to send some, and to be asked for some. */
static bool keeps_frag(const struct script *s, const struct stmt *st)
{
	return keeps(s, st,
		     KEEP_CALLS | KEEP_FRAMES | KEEP_COMMANDS | KEEP_TIME | KEEP_WIRE | KEEP_ALLOC |
			     KEEP_WORLD);
}

/* Whatever a connection can meet. */
static bool keeps_tcp(const struct script *s, const struct stmt *st)
{
	return keeps(s, st,
		     KEEP_CALLS | KEEP_FRAMES | KEEP_COMMANDS | KEEP_TIME | KEEP_SIGNALS |
			     KEEP_LINK | KEEP_WIRE | KEEP_ALLOC | KEEP_WORLD);
}

static bool keeps_tcp_pair(const struct script *s, const struct stmt *st)
{
	return keeps(s, st,
		     KEEP_CALLS | KEEP_TIME | KEEP_WIRE | KEEP_ALLOC | KEEP_HOSTS | KEEP_WORLD);
}

static bool keeps_neigh(const struct script *s, const struct stmt *st)
{
	return keeps(s, st,
		     KEEP_CALLS | KEEP_FRAMES | KEEP_COMMANDS | KEEP_TIME | KEEP_LINK | KEEP_WIRE |
			     KEEP_ALLOC | KEEP_WORLD);
}

/* --- openings
 * ------------------------------------------------------------------------------------------ */

/* What most vectors of an area begin with is its opening, to the letter, so that inputs that are
 * made of them have it once.
 */
// clang-format off
#define ADDR(port, addr) \
	"{sa_family = AF_INET, sin_port = htons(" #port "), sin_addr = inet_addr(\"" addr "\")}, 16"
#define SOCKET3 \
	"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
#define HOST \
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
#define KNOWN \
	"`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"
#define BIND3 \
	"+0 bind(3, " ADDR(5000, "192.0.2.1") ") = 0\n"
#define LOOPBACK \
	"`ip link set lo up`\n"

static const char open_rx[] =
	HOST KNOWN LOOPBACK
	"`ip route add 198.51.100.0/24 via 192.0.2.9`\n"
	SOCKET3 BIND3
	"+0 setsockopt(3, SOL_IP, IP_RECVERR, [1], 4) = 0\n"
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 4\n"
	"+0 bind(4, " ADDR(5001, "0.0.0.0") ") = 0\n"
	"+0 setsockopt(4, SOL_IP, IP_PKTINFO, [1], 4) = 0\n"
	"+0 setsockopt(4, SOL_IP, IP_RECVOPTS, [1], 4) = 0\n"
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 5\n"
	"+0 bind(5, " ADDR(5002, "192.0.2.1") ") = 0\n"
	"+0 connect(5, " ADDR(7, "192.0.2.2") ") = 0\n"
	"+0 setsockopt(5, SOL_IP, IP_RECVERR, [1], 4) = 0\n"
	"+0 send(5, \"x\", 1, 0) = 1\n"
	"+0 socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = 6\n"
	"+0 socket(AF_INET, SOCK_RAW, 253) = 7\n"
	"+0 sendto(3, \"y\", 1, 0, " ADDR(7, "192.0.2.3") ") = 1\n";

/* Sockets in all states that a call can find them in. */
static const char open_api[] =
	HOST KNOWN LOOPBACK
	SOCKET3
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 4\n"
	"+0 bind(4, " ADDR(5000, "0.0.0.0") ") = 0\n"
	"+0 setsockopt(4, SOL_IP, IP_RECVERR, [1], 4) = 0\n"
	"+0 setsockopt(4, SOL_IP, IP_PKTINFO, [1], 4) = 0\n"
	"+0 setsockopt(4, SOL_SOCKET, SO_TIMESTAMP, [1], 4) = 0\n"
	"+0 < 192.0.2.2:7 > 192.0.2.1:5000 udp (5) \"hello\"\n"
	"+0 < 192.0.2.2:7 > 192.0.2.1:5000 [opt rr 2, opt eol] udp (700)\n"
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 5\n"
	"+0 bind(5, " ADDR(5001, "192.0.2.1") ") = 0\n"
	"+0 connect(5, " ADDR(7, "192.0.2.2") ") = 0\n"
	"+0 setsockopt(5, SOL_IP, IP_RECVERR, [1], 4) = 0\n"
	"+0 send(5, \"x\", 1, 0) = 1\n"
	"+0 < 192.0.2.2 > 192.0.2.1 icmp unreachable port_unreachable "
	"[192.0.2.1:5001 > 192.0.2.2:7 udp (1)]\n"
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 6\n"
	"+0 connect(6, " ADDR(5000, "127.0.0.1") ") = 0\n"
	"+0 send(6, \"cork\", 4, MSG_MORE) = 4\n"
	"+0 socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = 7\n"
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 8\n"
	"+0 connect(8, " ADDR(5000, "127.0.0.1") ") = 0\n"
	"+0 shutdown(8, SHUT_RD) = 0\n";

#define STREAM(fd) \
	"+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = " #fd "\n"

/* A listener, a connection that it has taken, one opened from here, and both ends of one. */
static const char open_tcp[] =
	HOST KNOWN LOOPBACK
	"0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n"
	"+0 bind(3, " ADDR(80, "0.0.0.0") ") = 0\n"
	"+0 listen(3, 4) = 0\n"
	"+0 < 192.0.2.2:40001 > 192.0.2.1:80 S 0:0(0) win 65535 "
	"<mss 1460, sackOK, TS val 100 ecr 0, nop, wscale 7>\n"
	"+.01 < 192.0.2.2:40001 > 192.0.2.1:80 . 1:1(0) ack 1 win 1000 "
	"<nop, nop, TS val 110 ecr 1>\n"
	"+0 accept(3, ..., ...) = 4\n"
	STREAM(5)
	"+0 bind(5, " ADDR(5001, "192.0.2.1") ") = 0\n"
	"+0 connect(5, " ADDR(7, "192.0.2.2") ") = -1 EINPROGRESS\n"
	"+.01 < 192.0.2.2:7 > 192.0.2.1:5001 S. 0:0(0) ack 1 win 65535 "
	"<mss 1000, nop, nop, sackOK>\n"
	STREAM(6)
	"+0 connect(6, " ADDR(80, "127.0.0.1") ") = -1 EINPROGRESS\n"
	"+0 accept(3, ..., ...) = 7\n";

/* Two hosts with one connection, over a wire of which an input may say what it is like. */
static const char open_tcp_pair[] =
	HOST KNOWN
	"host b {\n"
	"`ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up`\n"
	"`ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0`\n"
	"0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n"
	"+0 bind(3, " ADDR(80, "0.0.0.0") ") = 0\n"
	"+0 listen(3, 4) = 0\n"
	"}\n"
	"0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n"
	"+0 connect(3, " ADDR(80, "192.0.2.2") ") = -1 EINPROGRESS\n"
	"host b {\n"
	"+.01 accept4(3, ..., ..., SOCK_NONBLOCK) = 4\n"
	"}\n";
// clang-format on

/* --- the table
 * ------------------------------------------------------------------------------------------ */

/* Weights: besides those that are usual; a scope of one area wants much of it. */
static const struct fuzz_scope scopes[] = {
	{
		.name = "syscalls",
		.opening = LOOPBACK,
		.stmts = 96,
		.keeps = keeps_syscalls,
		.weights = "udp=14,segments=14,zerocopy=14,stamps=14,system=14,signals=14",
	},
	{
		.name = "rx",
		.opening = open_rx,
		.stmts = 64,
		.keeps = keeps_rx,
		.weights =
			"frames=400,bytes=400,arp=100,fragments=100,ip_options=200,tcp_closed=100,"
			"icmp_told=200",
	},
	{
		.name = "api",
		.opening = open_api,
		.stmts = 1,
		.keeps = keeps_api,
		.weights = "arguments=800,options=400",
	},
	{
		.name = "frag",
		.opening = HOST KNOWN SOCKET3 BIND3,
		.stmts = 64,
		.keeps = keeps_frag,
		.weights = "fragments=800,mtu=300,cork=100,bytes=50,forward=200",
	},
	{
		.name = "neigh",
		.opening = HOST SOCKET3 BIND3,
		.stmts = 64,
		.keeps = keeps_neigh,
		.weights = "neighbours=800,arp=500,links=100,proxies=300",
	},
	{
		.name = "tcp",
		.opening = open_tcp,
		.stmts = 64,
		.keeps = keeps_tcp,
		.weights =
			"tcp=800,tcp_loss=600,tcp_order=500,tcp_close=400,tcp_bad=600,tcp_loop=300",
	},
	{
		.name = "tcp-pair",
		.opening = open_tcp_pair,
		.stmts = 64,
		.keeps = keeps_tcp_pair,
		.weights = "tcp=400,tcp_close=400,tcp_loop=800",
	},
	{
		.name = "snapshot",
		.opening = LOOPBACK,
		.stmts = 48,
		.keeps = keeps_syscalls,
		.weights = "udp=14,segments=14,zerocopy=14,stamps=14,system=14,signals=14",
	},
};

const struct fuzz_scope *fuzz_scope_find(const char *target)
{
	for (u32 i = 0; i < ARRAY_SIZE(scopes); i++)
		if (strcmp(scopes[i].name, target) == 0)
			return &scopes[i];
	return NULL;
}

/* Of an input that is being read. */
struct taking {
	const struct fuzz_scope *scope;
	u64 now_ns;  /* what the next statement counts from */
	u32 options; /* bit one of world_options */
};

static void cap(u64 *ns, u64 most)
{
	if (*ns > most)
		*ns = most;
}

/* Absolute times that lie behind are now; what lasts, lasts no longer than a program may. */
static void fit_when(struct taking *t, struct when *w)
{
	u64 base = w->kind == WHEN_ABS ? 0 : t->now_ns;

	if (w->kind == WHEN_ABS && w->from_ns < t->now_ns)
		*w = (struct when){ .kind = WHEN_NONE };
	if (w->kind == WHEN_NONE || w->kind == WHEN_ANY)
		return;
	cap(&w->from_ns, LONGEST_NS - base);
	if (w->until_ns != 0)
		cap(&w->until_ns, LONGEST_NS - base);
	t->now_ns = base + w->from_ns;
}

static void fit(struct taking *t, struct stmt *st)
{
	fit_when(t, &st->when);
	if (st->kind != STMT_DIRECTIVE ||
	    (st->directive.id != DIR_ADVANCE && st->directive.id != DIR_QUIET))
		return;
	cap(&st->directive.value[0], LONGEST_NS - t->now_ns);
	t->now_ns += st->directive.value[0];
}

/* Of each scope, made when it is first asked for. */
static struct opening {
	struct script *script;
	struct script_mark end;
	u64 end_ns; /* what an input counts from */
	u8 *bytes;
	size_t len;
} openings[ARRAY_SIZE(scopes)];

static u64 end_of(struct script *s)
{
	struct taking t = { 0 };

	for (u32 i = 0; i < s->nr_stmts; i++)
		fit(&t, &s->stmt[i]);
	return t.now_ns;
}

static const struct opening *opening_of(const struct fuzz_scope *scope)
{
	struct opening *o = &openings[scope - scopes];
	struct script_error err = { 0 };
	struct script *parsed;

	if (o->script != NULL)
		return o;
	parsed = script_parse(scope->name, scope->opening, strlen(scope->opening), &err);
	if (parsed == NULL) {
		fprintf(stderr, "%s:%u:%u: %s\n", scope->name, err.line, err.column, err.text);
		check_failed(__FILE__, __LINE__, "an opening is a script");
	}
	o->bytes = script_encode(parsed, &o->len);
	script_free(parsed);
	o->script = script_decode(scope->name, o->bytes, o->len);
	o->end = script_mark(o->script);
	o->end_ns = end_of(o->script);
	return o;
}

/* --- an input as a script
 * ------------------------------------------------------------------------------------------ */

static bool is_option(const struct stmt *st)
{
	return st->kind == STMT_OPTION || st->kind == STMT_HEADER;
}

/* Of each option one is enough. */
static bool take(void *ctx, const struct script *s, struct stmt *st)
{
	struct taking *t = ctx;
	u32 option = 0;

	if (!t->scope->keeps(s, st))
		return false;
	if (is_option(st))
		option = 1u << world_option(s, st);
	else
		fit(t, st);
	if ((t->options & option) != 0)
		return false;
	t->options |= option;
	return true;
}

void fuzz_scope_decode(const struct fuzz_scope *scope, struct script *s, const u8 *data, size_t len)
{
	const struct opening *o = opening_of(scope);
	struct taking taking = { .scope = scope, .now_ns = o->end_ns };
	const struct script_take t = { scope->stmts, take, &taking };

	script_cut(s, o->end);
	script_decode_into(s, data, len, &t);
}

struct script *fuzz_scope_script(const struct fuzz_scope *scope, const u8 *data, size_t len)
{
	const struct opening *o = opening_of(scope);
	struct script *s = script_decode(scope->name, o->bytes, o->len);

	fuzz_scope_decode(scope, s, data, len);
	return s;
}

/* --- a script as an input
 * ------------------------------------------------------------------------------------------ */

struct bytes {
	u8 *at;
	size_t len;
};

static void add(struct bytes *b, const struct script *s, u32 from, u32 to)
{
	struct script part = *s;
	size_t len;
	u8 *more;

	part.stmt = &s->stmt[from];
	part.nr_stmts = to - from;
	more = script_encode(&part, &len);
	b->at = realloc(b->at, b->len + len + 1);
	if (b->at == NULL)
		abort();
	memcpy(b->at + b->len, more, len);
	b->len += len;
	free(more);
}

static struct script *one(const struct script *s, u32 i)
{
	struct bytes b = { 0 };
	struct script *alone;

	add(&b, s, i, i + 1);
	alone = script_decode("", b.at, b.len);
	free(b.at);
	return alone;
}

static bool same_stmt(const struct script *a, u32 i, const struct script *b, u32 k)
{
	struct script *x = one(a, i), *y = one(b, k);
	bool same = script_equal(x, y);

	script_free(x);
	script_free(y);
	return same;
}

static u32 first_event(const struct script *s)
{
	u32 i = 0;

	while (i < s->nr_stmts && (is_option(&s->stmt[i]) || s->stmt[i].kind == STMT_COMMENT))
		i++;
	return i;
}

/* A command that the opening has, given among the first of a script: once is enough. */
static bool is_given(const struct script *s, u32 i, const struct script *opening)
{
	for (u32 k = 0; k < opening->nr_stmts; k++)
		if (opening->stmt[k].kind == STMT_COMMAND && same_stmt(s, i, opening, k))
			return true;
	return false;
}

u8 *fuzz_scope_input(const struct fuzz_scope *scope, const struct script *s, size_t *len)
{
	const struct script *opening = opening_of(scope)->script;
	u32 first = first_event(s), from = first, k = 0;
	struct bytes b = { 0 };

	add(&b, s, 0, first);
	for (; from < s->nr_stmts && k < opening->nr_stmts; from++) {
		if (s->stmt[from].kind == STMT_COMMENT)
			continue;
		if (!same_stmt(s, from, opening, k))
			break;
		k++;
	}
	for (; from < s->nr_stmts && s->stmt[from].kind == STMT_COMMAND; from++)
		if (!is_given(s, from, opening))
			add(&b, s, from, from + 1);
	add(&b, s, from, s->nr_stmts);
	*len = b.len;
	return b.at;
}
