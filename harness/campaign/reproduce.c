// SPDX-License-Identifier: MIT
/* reproduce.c - see reproduce.h: statements of a script as statements of C, and the program around
 * them. What one host, one process and real time cannot do is listed at its head.
 */
#include "harness/campaign/reproduce.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/campaign/reproduce_internal.h"
#include "harness/lib/must.h"
#include "harness/script/packet.h"

enum {
	COMMENT_BYTES = 400,
	ERROR_BYTES = 512,
	BYTES_A_LINE = 12,
	LAST_WAIT_NS = 200000000, /* for frames that leave behind the last statement */
	ALARM_SECONDS = 300,
	ETHERNET_MAC = 6,
	PREFIX_MAX = 32
};

void gen_note(struct gen *g, const char *format, ...)
{
	char *text;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		abort();
	va_end(ap);
	for (u32 i = 0; i < g->nr_notes; i++)
		if (strcmp(g->note[i], text) == 0) {
			free(text);
			return;
		}
	if (g->nr_notes < REPRODUCE_NOTES)
		g->note[g->nr_notes++] = text;
	else
		free(text);
}

void gen_string(FILE *to, const char *bytes, u32 len)
{
	fputc('"', to);
	for (u32 i = 0; i < len; i++) {
		u8 c = (u8)bytes[i];

		if (c == '"' || c == '\\' || c == '?')
			fprintf(to, "\\%c", c);
		else if (c >= ' ' && c < 0x7f)
			fputc(c, to);
		else
			fprintf(to, "\\%03o", c);
	}
	fputc('"', to);
}

/* On one line, and nothing that a compiler sees in a comment. */
static void put_comment(FILE *to, const char *indent, const char *text)
{
	size_t len = strlen(text);

	fprintf(to, "%s// ", indent);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\n' || c == '\r' || c == '\t')
			c = ' ';
		if ((u8)c < ' ' || (u8)c >= 0x7f || c == '\\' || (c == '?' && text[i + 1] == '?'))
			fprintf(to, "<%02x>", (u8)c);
		else
			fputc(c, to);
	}
	fputc('\n', to);
}

static void comment_stmt(struct gen *g, const char *indent)
{
	char text[COMMENT_BYTES], line[COMMENT_BYTES + 16];

	script_print_stmt(g->s, g->st, text, sizeof(text));
	snprintf(line, sizeof(line), "%u: %s", g->line, text);
	put_comment(g->out, indent, line);
}

/* --- times --- */

static s64 due_of(const struct gen *g, const struct when *w)
{
	switch (w->kind) {
	case WHEN_ABS:
	case WHEN_ABS_RANGE:
		return (s64)w->from_ns;
	case WHEN_REL:
	case WHEN_REL_RANGE:
		return g->now_ns + (s64)w->from_ns;
	default:
		return g->now_ns;
	}
}

static void wait_until(struct gen *g, s64 ns)
{
	if (ns <= g->now_ns)
		return;
	g->needs[HELP_UNTIL] = true;
	fprintf(g->out, "\tuntil(%lld);\n", (long long)ns);
	g->now_ns = ns;
}

/* --- frames --- */

static u32 parse_addr(const char *text, u32 *prefix)
{
	unsigned int a, b, c, d, n = PREFIX_MAX;

	/* Four numbers, each checked. NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(text, "%u.%u.%u.%u/%u", &a, &b, &c, &d, &n) < 4 || a > 255 || b > 255 ||
	    c > 255 || d > 255 || n > PREFIX_MAX)
		return 0;
	*prefix = n;
	return a << 24 | b << 16 | c << 8 | d;
}

/* Of a network that a command of the script gives the host an address in. */
static bool is_broadcast(const struct gen *g, u32 addr)
{
	for (u32 i = 0; i < g->s->nr_stmts; i++) {
		const struct stmt *st = &g->s->stmt[i];
		const char *p, *end;

		if (st->kind != STMT_COMMAND || st->host != 0)
			continue;
		p = script_text(g->s, st->text);
		end = p + st->text.len;
		for (; p + 5 < end; p++) {
			char word[32];
			u32 prefix, own, mask;

			if (memcmp(p, " add ", 5) != 0)
				continue;
			snprintf(word, sizeof(word), "%.*s",
				 (int)min_u64((u64)(end - p - 5), sizeof(word) - 1), p + 5);
			own = parse_addr(word, &prefix);
			mask = prefix == 0 ? 0 : U32_MAX << (PREFIX_MAX - prefix);
			if (own != 0 && prefix < PREFIX_MAX - 1 && addr == (own | ~mask))
				return true;
		}
	}
	return false;
}

static void destination_mac(const struct gen *g, u32 addr, u8 mac[ETHERNET_MAC])
{
	static const u8 own[ETHERNET_MAC] = { 2, 0, 0, 0, 0, 1 };

	memcpy(mac, own, ETHERNET_MAC);
	if (addr == U32_MAX || is_broadcast(g, addr))
		memset(mac, 0xff, ETHERNET_MAC);
	else if (addr >> 28 == 0xe)
		memcpy(mac,
		       (u8[]){ 1, 0, 0x5e, (u8)(addr >> 16 & 0x7f), (u8)(addr >> 8), (u8)addr },
		       ETHERNET_MAC);
}

static bool no_name(void *ctx, const char *name, u32 len, s64 *value, const char **bytes)
{
	(void)ctx;
	(void)name;
	(void)len;
	*value = 0;
	*bytes = "";
	return false;
}

static u32 build_frame(struct gen *g, const struct packet *p, u8 *frame, u32 size)
{
	struct packet_ctx ctx = {
		.ethernet = !g->tun,
		.smac = { 2, 0, 0, 0, 0, 2 },
		.saddr = 0xc0000201,
		.daddr = 0xc0a80001,
		.sport = 8080,
		.dport = 8080,
		.name = no_name,
	};
	char err[ERROR_BYTES] = "";
	u32 parts = packet_kinds[p->kind].parts, len;

	if (((parts & PART_ADDRS) != 0 && (p->flags & PACKET_HAS_ADDRS) == 0) ||
	    ((parts & PART_PORTS) != 0 && (p->flags & PACKET_HAS_PORTS) == 0))
		gen_note(
			g,
			"line %u: the ends of the frame, which the script leaves open, are a guess",
			g->line);
	destination_mac(g, (p->flags & PACKET_HAS_ADDRS) != 0 ? p->daddr : ctx.daddr, ctx.dmac);
	len = packet_build(g->s, p, &ctx, frame, size, err, sizeof(err));
	if (len == 0)
		gen_note(g, "line %u: the frame cannot be built: %s", g->line, err);
	return len;
}

/* As the run had it, which knows what the script leaves open; else as the line has it. */
static u32 get_frame(struct gen *g, u8 *frame, u32 size)
{
	u32 stmt = (u32)(g->st - g->s->stmt);

	for (u32 i = 0; g->record != NULL && i < g->record->nr; i++) {
		const struct record_event *e = &g->record->event[i];

		if (e->kind != RECORD_IN || e->host != 0 || e->stmt != stmt || e->len > size)
			continue;
		memcpy(frame, record_bytes(g->record, e), e->len);
		return e->len;
	}
	return build_frame(g, &g->st->packet, frame, size);
}

static void put_frame(struct gen *g)
{
	static u8 frame[PACKET_BYTES_MAX];
	u32 len = get_frame(g, frame, sizeof(frame)), used = len;

	if (len == 0)
		return;
	while (used > 1 && frame[used - 1] == 0)
		used--;
	fprintf(g->above, "static const unsigned char frame%u[%u] = {", g->line, len);
	for (u32 i = 0; i < used; i++)
		fprintf(g->above, "%s0x%02x,", i % BYTES_A_LINE == 0 ? "\n\t" : " ", frame[i]);
	fputs("\n};\n", g->above);
	g->needs[HELP_INJECT] = g->needs[HELP_TAP] = true;
	fprintf(g->out, "\tinject(%u, frame%u, sizeof(frame%u));\n", g->line, g->line, g->line);
}

static void put_packet(struct gen *g)
{
	wait_until(g, due_of(g, &g->st->when));
	comment_stmt(g, "\t");
	if (g->st->packet.incoming)
		put_frame(g);
}

/* --- calls --- */

/* One that may wait has a thread of its own. */
static void put_call(struct gen *g)
{
	FILE *main_ = g->out;

	wait_until(g, due_of(g, &g->st->when));
	comment_stmt(g, "\t");
	if (g->st->process > 1)
		gen_note(g, "line %u: another process's call is made by this one", g->line);
	if (!g->st->when.blocks && g->st->thread == 0) {
		gen_call(g, "\t");
		return;
	}
	g->out = g->above;
	fprintf(g->out, "\nstatic void *call%u(void *unused)\n{\n", g->line);
	gen_call(g, "\t");
	fputs("\treturn unused;\n}\n", g->out);
	g->out = main_;
	g->needs[HELP_START] = true;
	fprintf(g->out, "\tstart(call%u);\n", g->line);
}

/* --- directives --- */

static void put_advance(struct gen *g)
{
	wait_until(g, due_of(g, &g->st->when) + (s64)g->st->directive.value[0]);
}

static void put_right(struct gen *g)
{
	const struct symbol *cap = &script_symbols[g->st->directive.value[0]];
	bool add = g->st->directive.id == DIR_CAP_ADD;

	g->needs[HELP_IDENTITY] = true;
	g->symbol[g->st->directive.value[0]] = true;
	fprintf(g->out, "\trights %s1ull << %s);\n\tidentity();\n", add ? "|= (" : "&= ~(",
		cap->name);
}

static void put_uid(struct gen *g)
{
	g->needs[HELP_IDENTITY] = true;
	fprintf(g->out, "\tuser = %" PRIu64 ";\n\tidentity();\n", g->st->directive.value[0]);
}

static void put_link(struct gen *g)
{
	g->needs[HELP_CARRIER] = g->needs[HELP_TAP] = true;
	fprintf(g->out, "\tcarrier(%d);\n", g->st->directive.id == DIR_LINK_UP);
}

static void put_counter(struct gen *g)
{
	gen_note(g, "line %u: counters are not compared; nstat shows them", g->line);
}

static void put_signal(struct gen *g)
{
	gen_note(g, "line %u: no signal is sent to a waiting thread", g->line);
}

static void put_fault(struct gen *g)
{
	gen_note(g, "line %u: a fault that only a model of card, wire or memory can have", g->line);
}

static void (*const directives[DIR_MAX])(struct gen *g) = {
	[DIR_ADVANCE] = put_advance, [DIR_QUIET] = put_advance, [DIR_CAP_DROP] = put_right,
	[DIR_CAP_ADD] = put_right,   [DIR_UID] = put_uid,	[DIR_SIGNAL] = put_signal,
	[DIR_MIB] = put_counter,     [DIR_DROP] = put_counter,	[DIR_LINK_DOWN] = put_link,
	[DIR_LINK_UP] = put_link,
};

static void put_directive(struct gen *g)
{
	wait_until(g, due_of(g, &g->st->when));
	comment_stmt(g, "\t");
	if (directives[g->st->directive.id] != NULL)
		directives[g->st->directive.id](g);
	else
		put_fault(g);
}

/* --- the other statements --- */

static void put_command(struct gen *g)
{
	wait_until(g, due_of(g, &g->st->when));
	g->needs[HELP_COMMAND] = true;
	fprintf(g->out, "\tcommand(%u, ", g->line);
	gen_string(g->out, script_text(g->s, g->st->text), g->st->text.len);
	fputs(");\n", g->out);
}

static bool text_is(const struct gen *g, struct text t, const char *is)
{
	return t.len == strlen(is) && memcmp(script_text(g->s, t), is, t.len) == 0;
}

static void put_option(struct gen *g)
{
	if (text_is(g, g->st->pair.key, "device") && text_is(g, g->st->pair.value, "igb"))
		gen_note(g, "the script has a modelled card, here it is a TAP device");
	else if (!text_is(g, g->st->pair.key, "device"))
		gen_note(g, "line %u: the option is not looked at", g->line);
}

static void put_python(struct gen *g)
{
	gen_note(g, "line %u: assertions in python are left out", g->line);
}

static void (*const statements[STMT_KINDS])(struct gen *g) = {
	[STMT_OPTION] = put_option, [STMT_COMMAND] = put_command, [STMT_PYTHON] = put_python,
	[STMT_CALL] = put_call,	    [STMT_PACKET] = put_packet,	  [STMT_DIRECTIVE] = put_directive,
};

static void put_statements(struct gen *g)
{
	for (u32 i = 0; i < g->s->nr_stmts; i++) {
		g->st = &g->s->stmt[i];
		g->line = g->st->line;
		if (g->st->host != 0)
			gen_note(g, "line %u: another host is not there: left out", g->line);
		else if (statements[g->st->kind] != NULL)
			statements[g->st->kind](g);
	}
}

/* --- around them --- */

/* Descriptors that the script gives numbers of its own. */
static void find_bindings(struct gen *g)
{
	for (u32 i = 0; i < g->s->nr_stmts; i++) {
		const struct stmt *st = &g->s->stmt[i];
		const struct expr *x;

		if (st->kind != STMT_CALL || st->host != 0 ||
		    script_calls[st->call.call].result != TYPE_FD)
			continue;
		x = &g->s->expr[st->call.result];
		if (x->kind == EXPR_NUMBER && !x->negative && x->value < REPRODUCE_FDS)
			g->binds[x->value] = true;
	}
}

static void find_device(struct gen *g)
{
	for (u32 i = 0; i < g->s->nr_stmts; i++) {
		const struct stmt *st = &g->s->stmt[i];

		if (st->kind == STMT_OPTION && text_is(g, st->pair.key, "device") &&
		    text_is(g, st->pair.value, "tun"))
			g->tun = true;
		if (st->kind == STMT_COMMAND || st->kind == STMT_PACKET)
			g->needs[HELP_TAP] = true;
	}
}

static void close_needs(struct gen *g)
{
	g->needs[HELP_UNTIL] = g->needs[HELP_TAP] = g->needs[HELP_SHOW_FRAMES] = true;
	g->needs[HELP_BYTES] = true;
}

static void put_head(const struct gen *g, const struct reproduce *r, FILE *to)
{
	fprintf(to, "// %s.c: what %s.pkt does, on the kernel that runs it.\n", r->name, r->name);
	if (r->about != NULL)
		put_comment(to, "", r->about);
	fprintf(to, "//\n//   cc -Wall -pthread -o %s %s.c && sudo unshare -n ./%s\n//\n", r->name,
		r->name, r->name);
	fputs("// Prints each call's line in the script and how it ended, and what leaves the "
	      "device.\n"
	      "// Not the same as in the script:\n"
	      "// - times are real ones: they are slept, and nothing happens at one instant\n"
	      "// - what is random is random: identifications of packets, ports, delays\n",
	      to);
	for (u32 i = 0; i < g->nr_notes; i++) {
		fputs("// -", to);
		put_comment(to, " ", g->note[i]);
	}
}

static void put_includes(FILE *to)
{
	static const char *const files[] = {
		"arpa/inet.h",	      "errno.h",	  "fcntl.h",
		"linux/capability.h", "linux/errqueue.h", "linux/ethtool.h",
		"linux/if_packet.h",  "linux/if_tun.h",	  "linux/net_tstamp.h",
		"linux/sockios.h",    "net/if.h",	  "net/if_arp.h",
		"net/route.h",	      "netinet/in.h",	  "netinet/ip.h",
		"netinet/udp.h",      "poll.h",		  "pthread.h",
		"stdint.h",	      "stdio.h",	  "stdlib.h",
		"string.h",	      "sys/epoll.h",	  "sys/ioctl.h",
		"sys/prctl.h",	      "sys/socket.h",	  "sys/syscall.h",
		"sys/uio.h",	      "sys/un.h",	  "time.h",
		"unistd.h",
	};

	fputs("#define _GNU_SOURCE\n", to);
	for (u32 i = 0; i < ARRAY_SIZE(files); i++)
		fprintf(to, "#include <%s>\n", files[i]);
	fputs("\n", to);
}

/* Every libc has these. */
static bool is_common(const struct symbol *s)
{
	static const u8 groups[] = { SYM_AF, SYM_SOCK, SYM_SHUT, SYM_E };

	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i] == s->group)
			return true;
	return false;
}

static void put_symbols(const struct gen *g, FILE *to)
{
	bool any = false;

	for (u32 i = 0; i < script_nr_symbols; i++) {
		const struct symbol *s = &script_symbols[i];

		if (!g->symbol[i] || is_common(s))
			continue;
		if (!any)
			fputs("// Headers may be older than the kernel.\n", to);
		any = true;
		fprintf(to, "#ifndef %s\n#define %s 0x%" PRIx64 "\n#endif\n", s->name, s->name,
			s->value);
	}
	fputs(any ? "\n" : "", to);
}

static void put_bindings(const struct gen *g, FILE *to)
{
	bool any = false;

	for (u32 i = 0; i < REPRODUCE_FDS; i++) {
		if (!g->binds[i])
			continue;
		fprintf(to, "%sfd%u = -1", any ? ", " : "static int ", i);
		any = true;
	}
	fputs(any ? ";\n\n" : "", to);
}

static void put_main(const struct gen *g, const char *body, FILE *to)
{
	fputs("int main(void)\n{\n\tsetvbuf(stdout, NULL, _IOLBF, 0);\n", to);
	fprintf(to, "\talarm(%d); // a call that waits for ever ends the program\n", ALARM_SECONDS);
	fputs("\tif (system(\"sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
	      "net.ipv6.conf.default.disable_ipv6=1\") != 0)\n"
	      "\t\tputs(\"IPv6 stays on: it sends frames of its own\");\n",
	      to);
	fprintf(to, "\ttap_open(%s);\n", g->tun ? "IFF_TUN" : "IFF_TAP");
	fputs("\tclock_gettime(CLOCK_MONOTONIC, &began);\n\n", to);
	fputs(body, to);
	fprintf(to, "\n\tuntil(%lld);\n\treturn 0;\n}\n", (long long)(g->now_ns + LAST_WAIT_NS));
}

static void put_program(const struct gen *g, const struct reproduce *r, const char *above,
			const char *body, FILE *to)
{
	put_head(g, r, to);
	put_includes(to);
	put_symbols(g, to);
	for (u32 i = 0; i < HELPERS; i++)
		if (g->needs[i])
			fprintf(to, "%s\n", reproduce_helpers[i]);
	put_bindings(g, to);
	fputs(above, to);
	fputs(above[0] != '\0' ? "\n" : "", to);
	put_main(g, body, to);
}

/* Lines are those of the canonical text, which is what is written beside the program. */
static struct script *canonical(const struct script *s)
{
	struct script_error err;
	size_t len;
	char *text = script_print(s, PRINT_COMMENTS, &len);
	struct script *same = script_parse(s->name, text, len, &err);

	assert(same != NULL);
	free(text);
	return same;
}

void reproduce_write(const struct reproduce *r, const struct script *s, FILE *to)
{
	struct script *own = canonical(s);
	struct gen *g = must(calloc(1, sizeof(*g)));
	char *above = NULL, *body = NULL;
	size_t above_len, body_len;

	assert(r->record == NULL || own->nr_stmts == s->nr_stmts);
	g->s = own;
	g->record = r->record;
	g->symbol = must(calloc(script_nr_symbols, sizeof(*g->symbol)));
	g->above = must(open_memstream(&above, &above_len));
	g->out = must(open_memstream(&body, &body_len));
	find_bindings(g);
	find_device(g);
	close_needs(g);
	put_statements(g);
	fclose(g->above);
	fclose(g->out);
	put_program(g, r, above, body, to);
	for (u32 i = 0; i < g->nr_notes; i++)
		free(g->note[i]);
	free(above);
	free(body);
	free(g->symbol);
	free(g);
	script_free(own);
}
