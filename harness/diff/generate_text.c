// SPDX-License-Identifier: MIT
/* generate_text.c - rules expanded into text. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "harness/lib/inet_text.h"

#define HOST_B "host b {\n\t"

/* The table of neighbours draws random numbers every 300 seconds since the kernel came up, which no
 * program knows.
 */
enum { US_PER_S = 1000000, LONGEST_US = 240 * US_PER_S };
enum { NAMES = 4096, DEPTH = 32, NAME_BYTES = 40, NUMBER_BYTES = 256 };

/* --- drawing
 * ------------------------------------------------------------------------------------------- */

u32 gen_below(struct gen *g, u32 ceil)
{
	return rng_below(&g->rng, ceil);
}

u32 gen_between(struct gen *g, u32 low, u32 high)
{
	assert(low <= high);
	return low + gen_below(g, high - low + 1);
}

bool gen_percent(struct gen *g, u32 percent)
{
	return gen_below(g, 100) < percent;
}

bool gen_spoil(struct gen *g)
{
	if (g->spoil_left == 0 || gen_below(g, 1000) >= g->spoil_permille)
		return false;
	g->spoil_left--;
	return true;
}

u32 gen_pick(struct gen *g, const u32 *weight, u32 n)
{
	u32 sum = 0, at, i = 0;

	for (u32 k = 0; k < n; k++)
		sum += weight[k];
	at = gen_below(g, sum);
	while (at >= weight[i])
		at -= weight[i++];
	return i;
}

/* --- text
 * ---------------------------------------------------------------------------------------------- */

static void room(struct gen *g, size_t more)
{
	if (g->len + more + 1 <= g->cap)
		return;
	while (g->len + more + 1 > g->cap)
		g->cap = g->cap != 0 ? 2 * g->cap : 8192;
	g->text = realloc(g->text, g->cap);
	if (g->text == NULL)
		abort();
}

static void put(struct gen *g, const char *text, size_t len)
{
	room(g, len);
	memcpy(g->text + g->len, text, len);
	g->len += len;
	g->text[g->len] = '\0';
}

void gen_put(struct gen *g, const char *text)
{
	put(g, text, strlen(text));
}

void gen_putf(struct gen *g, const char *form, ...)
{
	char buf[NUMBER_BYTES];
	va_list args;
	int n;

	va_start(args, form);
	n = vsnprintf(buf, sizeof(buf), form, args);
	va_end(args);
	assert(n >= 0);
	assert((u32)n < sizeof(buf));
	put(g, buf, (size_t)n);
}

void gen_put_addr(struct gen *g, u32 addr)
{
	gen_putf(g, INET_FORM, INET_PARTS(addr));
}

/* --- names
 * --------------------------------------------------------------------------------------------- */

static const struct gen_part *const parts[] = {
	&gen_part_text,	  &gen_part_socket,  &gen_part_option,	   &gen_part_message,
	&gen_part_call,	  &gen_part_frame,   &gen_part_fragment,   &gen_part_raw,
	&gen_part_config, &gen_part_forward, &gen_part_ip_options, &gen_part_icmp,
	&gen_part_groups, &gen_part_rawping, &gen_part_udplite,	   &gen_part_ioctl,
	&gen_part_gso,	  &gen_part_packet,  &gen_part_areas,	   &gen_part_system
};

/* A rule or a slot. */
struct name {
	const char *text;
	u32 len;
	void (*put)(struct gen *g); /* a slot */
	const struct gen_row *row;  /* a rule: its rows, */
	u32 nr_rows;
	u32 good, bad; /* and the sums of their weights */
};

/* Made of the parts' tables when the first program is made; never changes then. */
static struct name names[NAMES];
static bool indexed;

static u32 hash(const char *text, u32 len)
{
	u32 h = 2166136261u;

	for (u32 i = 0; i < len; i++)
		h = (h ^ (u8)text[i]) * 16777619u;
	return h;
}

static struct name *name_at(const char *text, u32 len)
{
	u32 i = hash(text, len) % NAMES;

	while (names[i].text != NULL &&
	       (names[i].len != len || memcmp(names[i].text, text, len) != 0))
		i = (i + 1) % NAMES;
	return &names[i];
}

static struct name *new_name(const char *text)
{
	struct name *n = name_at(text, (u32)strlen(text));

	assert(n->text == NULL); /* each name is there once */
	n->text = text;
	n->len = (u32)strlen(text);
	return n;
}

static void add_rule(const struct gen_row *row, u32 n)
{
	struct name *name = new_name(row->rule);

	name->row = row;
	name->nr_rows = n;
	for (u32 i = 0; i < n; i++) {
		if (row[i].weight >= 0)
			name->good += (u32)row[i].weight;
		else
			name->bad += (u32)-row[i].weight;
	}
	assert(name->good + name->bad != 0);
}

static void add_part(const struct gen_part *p)
{
	u32 first = 0;

	for (u32 i = 1; i <= p->nr_rows; i++) {
		if (i < p->nr_rows && p->row[i].rule == NULL)
			continue;
		add_rule(&p->row[first], i - first);
		first = i;
	}
	for (u32 i = 0; i < p->nr_slots; i++)
		new_name(p->slot[i].name)->put = p->slot[i].put;
}

static void make_index(void)
{
	if (indexed)
		return;
	for (u32 i = 0; i < ARRAY_SIZE(parts); i++)
		add_part(parts[i]);
	indexed = true;
}

static u32 name_len(const char *text)
{
	return (u32)strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

const char *gen_unknown_name(void)
{
	static char which[NAME_BYTES];

	make_index();
	for (u32 i = 0; i < ARRAY_SIZE(parts); i++) {
		for (u32 k = 0; k < parts[i]->nr_rows; k++) {
			const char *at = parts[i]->row[k].text;

			while ((at = strchr(at, '@')) != NULL) {
				u32 len = name_len(++at);

				if (name_at(at, len)->text != NULL)
					continue;
				(void)snprintf(which, sizeof(which), "%.*s", (int)len, at);
				return which;
			}
		}
	}
	return NULL;
}

/* --- rules
 * --------------------------------------------------------------------------------------------- */

static const char *draw_row(struct gen *g, const struct name *n)
{
	bool bad = n->good == 0 || (n->bad != 0 && gen_spoil(g));
	u32 at = gen_below(g, bad ? n->bad : n->good);

	for (u32 i = 0; i < n->nr_rows; i++) {
		s32 w = n->row[i].weight;
		u32 weight = bad ? (w < 0 ? (u32)-w : 0) : (w > 0 ? (u32)w : 0);

		if (at < weight)
			return n->row[i].text;
		at -= weight;
	}
	assert(false);
	return "";
}

/* A row may begin a new statement, whose time is a rule again: no deeper. */
/* NOLINTBEGIN(misc-no-recursion) */
static void put_literal(struct gen *g, const char *text, size_t len)
{
	const char *nl;

	while ((nl = memchr(text, '\n', len)) != NULL) {
		put(g, text, (size_t)(nl - text));
		gen_end(g);
		gen_begin(g);
		len -= (size_t)(nl - text) + 1;
		text = nl + 1;
	}
	put(g, text, len);
}

void gen_expand(struct gen *g, const char *text)
{
	const char *at[DEPTH];
	u32 depth = 1;

	make_index();
	at[0] = text;
	while (depth != 0) {
		const char **top = &at[depth - 1];
		size_t literal = strcspn(*top, "@");
		const struct name *n;
		u32 len;

		put_literal(g, *top, literal);
		*top += literal;
		if (**top == '\0') {
			depth--;
			continue;
		}
		len = name_len(*top + 1);
		n = name_at(*top + 1, len);
		assert(n->text != NULL);
		*top += 1 + len;
		if (**top == '~')
			++*top;
		if (n->put != NULL) {
			n->put(g);
			continue;
		}
		assert(depth < DEPTH);
		at[depth++] = draw_row(g, n);
	}
}

/* NOLINTEND(misc-no-recursion) */

void gen_rule(struct gen *g, const char *name)
{
	char text[NAME_BYTES];

	(void)snprintf(text, sizeof(text), "@%s", name);
	gen_expand(g, text);
}

u32 gen_addr(struct gen *g, const char *rule)
{
	size_t from = g->len;
	u32 part[4] = { 0 };

	gen_rule(g, rule);
	if (sscanf(g->text + from, "%u.%u.%u.%u", &part[0], &part[1], &part[2], &part[3]) != 4)
		return 0;
	return part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3];
}

u32 gen_number(struct gen *g, const char *rule)
{
	size_t from = g->len;

	gen_rule(g, rule);
	return (u32)strtoul(g->text + from, NULL, 10);
}

/* --- statements
 * ------------------------------------------------------------------------------------------ */

/* NOLINTNEXTLINE(misc-no-recursion): see gen_expand() */
void gen_begin(struct gen *g)
{
	g->line = g->len;
	if (g->host != 0)
		gen_put(g, HOST_B);
	if (g->in_body && gen_below(g, 6) == 0)
		gen_expand(g, "@when ");
	g->body = g->len;
}

/* "+1.5", "31s", "10ms": microseconds. */
static u64 time_us(const char *text)
{
	u64 whole = 0, part = 0, scale = US_PER_S;

	for (; *text >= '0' && *text <= '9'; text++)
		whole = whole * 10 + (u64)(*text - '0');
	for (text += *text == '.'; *text >= '0' && *text <= '9'; text++) {
		scale /= 10;
		part += (u64)(*text - '0') * scale;
	}
	if (strncmp(text, "ms", 2) == 0)
		return whole * (US_PER_S / 1000);
	if (strncmp(text, "us", 2) == 0 || strncmp(text, "ns", 2) == 0)
		return text[0] == 'u' ? whole : 0;
	return whole * US_PER_S + part;
}

/* What a statement takes. */
static u64 statement_us(const char *text)
{
	static const char *const passes[] = { "advance ", "quiet " };
	u64 us = 0;

	if (*text == '+') {
		us = time_us(text + 1);
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	for (u32 i = 0; i < ARRAY_SIZE(passes); i++)
		if (strncmp(text, passes[i], strlen(passes[i])) == 0)
			us += time_us(text + strlen(passes[i]));
	return us;
}

static bool runs_program(const struct gen *g)
{
	static const char *const programs[] = { "`ip ", "`tc ", "`ss ", "`ethtool " };

	for (u32 i = 0; i < ARRAY_SIZE(programs); i++)
		if (strncmp(g->text + g->body, programs[i], strlen(programs[i])) == 0)
			return true;
	return false;
}

static void forget_statement(struct gen *g)
{
	g->len = g->line;
	if (g->text != NULL)
		g->text[g->len] = '\0';
}

/* One that nothing was written of is none; one that takes the program beyond its time goes. */
void gen_end(struct gen *g)
{
	u64 us = 0;

	if (g->len == g->body) {
		forget_statement(g);
		return;
	}
	if (g->in_body)
		us = statement_us(g->text + g->line + (g->host != 0 ? strlen(HOST_B) : 0));
	if (g->passed_us + us > LONGEST_US || (g->in_body && g->asks_time && runs_program(g))) {
		forget_statement(g);
		return;
	}
	g->passed_us += us;
	gen_put(g, g->host != 0 ? "\n}\n" : "\n");
}

void gen_statement(struct gen *g, const char *rule)
{
	gen_begin(g);
	gen_rule(g, rule);
	gen_end(g);
}

/* --- what all parts use
 * ---------------------------------------------------------------------------------- */

static void put_u8(struct gen *g)
{
	gen_putf(g, "%u", gen_below(g, 256));
}

static void put_u16(struct gen *g)
{
	gen_putf(g, "%u", gen_below(g, 65536));
}

static void put_x8(struct gen *g)
{
	gen_putf(g, "0x%x", gen_below(g, 256));
}

static void put_h8(struct gen *g)
{
	gen_putf(g, "%02x", gen_below(g, 256));
}

static void put_digit(struct gen *g)
{
	gen_putf(g, "%u", gen_below(g, 10));
}

/* Up to 12 bytes in hex. */
static void put_bytes(struct gen *g)
{
	u32 n = gen_between(g, 1, 12);

	while (n-- != 0)
		put_h8(g);
}

/* The time of this statement is said by what follows. */
static void put_now(struct gen *g)
{
	g->len = g->line;
	if (g->host != 0)
		gen_put(g, HOST_B);
	g->body = g->len;
}

static void put_ms(struct gen *g)
{
	gen_putf(g, "%u.", gen_below(g, 3));
	gen_putf(g, "%03u", gen_below(g, 1000));
}

static const struct gen_row rows[] = {
	/* Times before a statement: within a jiffy, within a second, minutes. */
	{ "when", 20, "+0" },
	{ NULL, 10, "+.001" },
	{ NULL, 10, "+.01" },
	{ NULL, 6, "+.000008" },
	{ NULL, 6, "+.000504" },
	{ NULL, 6, "+.0000@eights" },
	{ NULL, 10, "+.@digit" },
	{ NULL, 6, "+1" },
	{ NULL, 8, "+@ms" },
	{ NULL, 3, "+5.@digit" },
	{ NULL, 1, "+35" },
	{ NULL, 1, "+61.5" },
	{ "eights", 1, "16" },
	{ NULL, 1, "24" },
	{ NULL, 1, "40" },
	{ NULL, 1, "64" },
	{ NULL, 1, "96" },
	{ "pause", 10, "@now~advance 1ms" },
	{ NULL, 10, "@now~advance 10ms" },
	{ NULL, 6, "@now~advance 8us" },
	{ NULL, 6, "@now~advance @eights~us" },
	{ NULL, 10, "@now~advance @digit@digit~0ms" },
	{ NULL, 10, "@now~advance 1s" },
	{ NULL, 8, "@now~advance 1024ms" },
	{ NULL, 8, "@now~advance @digit~s" },
	{ NULL, 5, "@now~advance 31s" },
	{ NULL, 2, "@now~advance 61s" },
	{ NULL, 1, "@now~advance 200s" },
	{ NULL, 1, "@now~advance 601s" },
	{ NULL, 3, "quiet 1ms" },
	/* A value that an option or a knob may hold. */
	{ "value", 20, "1" },
	{ NULL, 12, "0" },
	{ NULL, 6, "2" },
	{ NULL, 4, "3" },
	{ NULL, 3, "4" },
	{ NULL, 3, "5" },
	{ NULL, 4, "@u8" },
	{ NULL, 2, "16" },
	{ NULL, 2, "64" },
	{ NULL, 2, "255" },
	{ NULL, 2, "256" },
	{ NULL, 2, "1000" },
	{ NULL, 2, "4096" },
	{ NULL, 2, "@u16" },
	{ NULL, 2, "-1" },
	{ NULL, 1, "-@digit" },
	{ NULL, 1, "65535" },
	{ NULL, 1, "65536" },
	{ NULL, 1, "2147483647" },
	{ NULL, 1, "-2147483648" },
	{ NULL, 1, "0x80000000" },
	{ NULL, 1, "0xffffffff" },
	{ NULL, 1, "0x7fff0000" },
	{ NULL, 5, "@wild" },
	/* Where integers end, and where what is counted is multiplied. */
	{ "wild_many", 3, "1025" },
	{ NULL, 3, "65536" },
	{ NULL, 3, "268435457" },
	{ NULL, 3, "536870912" },
	{ NULL, 3, "1073741825" },
	{ NULL, 3, "2147483647" },
	{ NULL, 3, "2147483648" },
	{ NULL, 3, "4294967295" },
	{ NULL, 3, "-1" },
	{ NULL, 3, "-2147483648" },
	{ NULL, 2, "1152921504606846977" },
	{ NULL, 2, "9223372036854775807" },
	{ "onoff", 8, "1" },
	{ NULL, 3, "0" },
};

/* A power of two, and what is beside it, of either sign: what an int can be. */
static void put_wild(struct gen *g)
{
	static const u8 widths[] = { 7, 8, 15, 16, 31 };
	u32 bit = gen_percent(g, 60) ? widths[gen_below(g, ARRAY_SIZE(widths))] : gen_below(g, 32);
	s64 v = (s64)(1ull << bit) + (s64)gen_below(g, 3) - 1;

	if (gen_percent(g, 40))
		v = -v;
	if (v > 0x7fffffff || v < -(s64)0x80000000)
		v = 0x7fffffff;
	gen_putf(g, "%lld", (long long)v);
}

static const struct gen_slot slots[] = {
	{ "u8", put_u8 },	{ "u16", put_u16 },   { "x8", put_x8 },
	{ "h8", put_h8 },	{ "wild", put_wild }, { "digit", put_digit },
	{ "bytes", put_bytes }, { "now", put_now },   { "ms", put_ms },
};

const struct gen_part gen_part_text = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
