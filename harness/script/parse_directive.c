// SPDX-License-Identifier: MIT
/* parse_directive.c - the statements that packetdrill does not have, out of the patterns of
 * directives.def: parsing and printing.
 */
#include "harness/script/parse_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/net.h"
#include "core/skbuff.h"
#include "harness/script/scan.h"

enum { NAME_BYTES = 80, ALTERNATIVES = 8 };

u32 script_slot_values(enum directive_slot slot)
{
	if (slot == SLOT_RANGE)
		return 2;
	return slot != SLOT_WORD && slot != SLOT_POOL;
}

/* --- slots ---------------------------------------------------------------------------------------
 */
static const char *ordinal(u64 n)
{
	static const char *const of[] = { "th", "st", "nd", "rd" };

	return n / 10 % 10 == 1 || n % 10 > 3 ? of[0] : of[n % 10];
}

static bool scan_nth(struct parser *p, u64 *n)
{
	struct scan_mark begin;

	scan_space(p);
	begin = scan_mark(p);
	if (!is_digit(scan_char(p, 0)))
		return parse_expected(p, "which one (1st, 2nd, 3rd ...)");
	if (!scan_digits(p, 10, "a number", U32_MAX, n))
		return false;
	if (*n != 0 && scan_at(p, ordinal(*n)) && !is_word(scan_char(p, 2))) {
		p->at += 2;
		return true;
	}
	scan_rewind(p, begin);
	return parse_expected(p, "which one (1st, 2nd, 3rd ...)");
}

static bool scan_range(struct parser *p, u64 *v)
{
	struct scan_mark begin;

	if (!scan_u64(p, "a range (2..4)", U32_MAX, &v[0]) || !scan_need(p, ".."))
		return false;
	scan_space(p);
	begin = scan_mark(p);
	if (!scan_u64(p, "the end of the range", U32_MAX, &v[1]))
		return false;
	if (v[0] <= v[1])
		return true;
	scan_rewind(p, begin);
	return parse_fail(p, "expected a range that ends at %llu or later",
			  (unsigned long long)v[0]);
}

static bool scan_delta(struct parser *p, u64 *v)
{
	char sign = scan_peek(p);

	if ((sign != '+' && sign != '-') || !is_digit(scan_char(p, 1)))
		return parse_expected(p, "a change (+1, +0, -3)");
	p->at++;
	if (!scan_u64(p, "a change", (1ull << 63) - (sign == '+'), v))
		return false;
	*v = sign == '-' ? 0 - *v : *v;
	return true;
}

/* Letters, digits, _ and dots. */
static struct text dotted_word(struct parser *p)
{
	struct text word;

	scan_space(p);
	word = (struct text){ p->at, 0 };
	while (is_word(scan_char(p, word.len)) ||
	       (scan_char(p, word.len) == '.' && is_word(scan_char(p, word.len + 1))))
		word.len++;
	p->at += word.len;
	return word;
}

static bool not_found(struct parser *p, struct text word, const struct suggestion *s,
		      const char *what)
{
	p->at = word.at;
	if (s->best == NULL)
		return parse_expected(p, what);
	return parse_fail(p, "expected %s, found '%.*s': did you mean %s?", what,
			  (int)min_u32(word.len, 40), p->text + word.at, s->best);
}

static bool scan_symbol(struct parser *p, u8 group, const char *example, u64 *v)
{
	struct suggestion s;
	struct text word = dotted_word(p);
	char what[2 * NAME_BYTES];
	int symbol = script_find_symbol(p->text + word.at, word.len);

	if (symbol >= 0 && script_symbols[symbol].group == group) {
		*v = (u64)symbol;
		return true;
	}
	suggest_begin(&s, p->text + word.at, word.len);
	for (u32 i = 0; i < script_nr_symbols; i++)
		if (script_symbols[i].group == group)
			suggest_from(&s, script_symbols[i].name);
	snprintf(what, sizeof(what), group == SYM_SIG ? "a signal (%s...)" : "a constant %s_...",
		 example);
	return not_found(p, word, &s, what);
}

/* A row of mib.def or drop.def, by its name. */
static bool scan_row(struct parser *p, struct stmt *st, enum directive_slot slot, u64 *v)
{
	u32 n = slot == SLOT_MIB ? MIB_MAX : DROP_MAX, len;
	struct text word = dotted_word(p);
	char name[NAME_BYTES], best[NAME_BYTES] = "";
	struct suggestion s;

	for (u32 i = 0; i < n; i++) {
		len = script_slot_name(slot, i, name, sizeof(name));
		if (len != 0 && len == word.len && memcmp(name, p->text + word.at, len) == 0) {
			*v = i;
			st->directive.name = script_add_text(p->script, name, len);
			return true;
		}
	}
	suggest_begin(&s, p->text + word.at, word.len);
	for (u32 i = 0; i < n; i++) {
		len = script_slot_name(slot, i, name, sizeof(name));
		s.best = s.best != NULL ? best : NULL;
		if (len != 0)
			suggest_from(&s, name);
		if (s.best == name)
			memcpy(best, name, sizeof(best));
	}
	s.best = s.best != NULL ? best : NULL;
	return not_found(p, word, &s,
			 slot == SLOT_MIB ? "a counter (Udp.InDatagrams)"
					  : "a reason to drop a packet (UDP_CSUM)");
}

static bool scan_pool(struct parser *p, struct stmt *st)
{
	struct text word = dotted_word(p);

	if (word.len == 0 || memchr(p->text + word.at, '.', word.len) != NULL) {
		p->at = word.at;
		return parse_expected(p, "the name of a pool");
	}
	st->directive.name = script_add_text(p->script, p->text + word.at, word.len);
	return true;
}

static bool parse_part(struct parser *p, struct stmt *st, const struct directive_part *part, u64 *v)
{
	char word[NAME_BYTES];

	switch (part->slot) {
	case SLOT_WORD:
		snprintf(word, sizeof(word), "%.*s", (int)part->len, part->text);
		return scan_need(p, word);
	case SLOT_TIME:
		return scan_duration(p, v);
	case SLOT_NUM:
		return scan_u64(p, "a number", U32_MAX, v);
	case SLOT_NTH:
		return scan_nth(p, v);
	case SLOT_RANGE:
		return scan_range(p, v);
	case SLOT_DELTA:
		return scan_delta(p, v);
	case SLOT_SYMBOL:
		snprintf(word, sizeof(word), "%.*s", (int)part->len, part->text);
		return scan_symbol(p, part->group, word, v);
	case SLOT_POOL:
		return scan_pool(p, st);
	default:
		return scan_row(p, st, part->slot, v);
	}
}

/* --- patterns ------------------------------------------------------------------------------------
 */
static bool parse_pattern(struct parser *p, struct stmt *st, u32 id)
{
	const char *pattern = script_directives[id];
	struct directive_part part;
	u32 n = 0;

	memset(&st->directive, 0, sizeof(st->directive));
	st->directive.id = (u16)id;
	while (script_directive_part(&pattern, &part)) {
		assert(part.slot == SLOT_WORD || part.slot == SLOT_POOL || n < DIRECTIVE_VALUES);
		if (!parse_part(p, st, &part, &st->directive.value[n % DIRECTIVE_VALUES]) ||
		    (part.colon && !scan_need(p, ":")))
			return false;
		n += script_slot_values(part.slot);
	}
	scan_space(p);
	return !p->failed;
}

static bool at_end(const struct parser *p)
{
	char c = scan_char(p, 0);

	return p->at >= p->len || c == '\n' || c == '}' || scan_at(p, "//");
}

static bool unknown_statement(struct parser *p)
{
	struct suggestion s;
	struct text word;
	char first[DIR_MAX][NAME_BYTES];

	scan_word(p, &word);
	if (script_find_call(p->text + word.at, word.len) >= 0)
		return parse_expected(p, "'('");
	suggest_begin(&s, p->text + word.at, word.len);
	for (u32 i = 0; i < DIR_MAX; i++) {
		snprintf(first[i], sizeof(first[i]), "%.*s",
			 (int)strcspn(script_directives[i], " "), script_directives[i]);
		suggest_from(&s, first[i]);
	}
	for (u32 i = 0; i < CALL_MAX; i++)
		suggest_from(&s, script_calls[i].name);
	suggest_from(&s, "thread");
	suggest_from(&s, "process");
	suggest_from(&s, "host");
	return not_found(p, word, &s, "a statement");
}

/* What the patterns that went furthest expected there. */
struct expectation {
	u32 at, n;
	char what[ALTERNATIVES][NAME_BYTES];
	struct script_error err;
};

static void expect_also(struct expectation *x, const struct parser *p)
{
	const char *what = p->err->text + strlen("expected "), *end = strstr(what, ", found ");
	char one[NAME_BYTES];

	if (p->at < x->at)
		return;
	if (p->at > x->at) {
		x->n = 0;
		x->at = p->at;
		x->err = *p->err;
	}
	snprintf(one, sizeof(one), "%.*s", end != NULL ? (int)(end - what) : 0, what);
	for (u32 i = 0; i < x->n; i++)
		if (strcmp(x->what[i], one) == 0)
			return;
	if (x->n < ALTERNATIVES)
		memcpy(x->what[x->n], one, sizeof(one));
	x->n++;
}

/* Where patterns begin alike, those that go furthest are meant. */
static bool fail_furthest(struct parser *p, const struct expectation *x)
{
	const char *found = strstr(x->err.text, ", found ");
	char list[ALTERNATIVES * NAME_BYTES];
	int len = 0;

	p->failed = true;
	*p->err = x->err;
	if (x->n < 2 || x->n > ALTERNATIVES || found == NULL)
		return false;
	for (u32 i = 0; i < x->n; i++)
		len += snprintf(list + len, sizeof(list) - (u32)len, "%s%s",
				i == 0	       ? ""
				: i + 1 < x->n ? ", "
					       : " or ",
				x->what[i]);
	snprintf(p->err->text, sizeof(p->err->text), "expected %.*s%s",
		 (int)(sizeof(p->err->text) / 2), list, found);
	return false;
}

bool parse_directive(struct parser *p, struct stmt *st)
{
	struct scan_mark begin = scan_mark(p);
	struct expectation furthest = { .at = begin.at + 1 };
	bool parsed;

	st->kind = STMT_DIRECTIVE;
	for (u32 id = 0; id < DIR_MAX; id++) {
		if (script_directives[id][0] != scan_char(p, 0))
			continue;
		parsed = parse_pattern(p, st, id);
		if (parsed && at_end(p))
			return true;
		if (parsed)
			parse_expected(p, "the end of the line");
		expect_also(&furthest, p);
		scan_rewind(p, begin);
		memset(p->err, 0, sizeof(*p->err));
		p->failed = false;
	}
	return furthest.n == 0 ? unknown_statement(p) : fail_furthest(p, &furthest);
}

/* --- printing ------------------------------------------------------------------------------------
 */
static void print_slot(struct printer *pr, const struct stmt *st, const struct directive_part *part,
		       const u64 *v)
{
	unsigned long long n = *v;

	switch (part->slot) {
	case SLOT_WORD:
		print_bytes(pr, part->text, part->len);
		break;
	case SLOT_TIME:
		print_duration(pr, n);
		break;
	case SLOT_NUM:
		print_text(pr, "%llu", n);
		break;
	case SLOT_NTH:
		print_text(pr, "%llu%s", n, ordinal(n));
		break;
	case SLOT_RANGE:
		print_text(pr, "%llu..%llu", n, (unsigned long long)v[1]);
		break;
	case SLOT_DELTA:
		if (n >> 63 != 0)
			print_text(pr, "-%llu", 0 - n);
		else
			print_text(pr, "+%llu", n);
		break;
	case SLOT_SYMBOL:
		assert(n < script_nr_symbols);
		print_text(pr, "%s", script_symbols[n].name);
		break;
	default:
		print_bytes(pr, script_text(pr->script, st->directive.name),
			    st->directive.name.len);
	}
}

void print_directive(struct printer *pr, const struct stmt *st)
{
	const char *pattern, *begin;
	struct directive_part part;
	u32 n = 0;

	assert(st->directive.id < DIR_MAX);
	begin = pattern = script_directives[st->directive.id];
	while (script_directive_part(&pattern, &part)) {
		if (part.text != begin)
			print_bytes(pr, " ", 1);
		print_slot(pr, st, &part, &st->directive.value[n % DIRECTIVE_VALUES]);
		if (part.colon)
			print_bytes(pr, ":", 1);
		n += script_slot_values(part.slot);
	}
}
