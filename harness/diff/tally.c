// SPDX-License-Identifier: MIT
/* tally.c - see tally.h: rows, what a program hits of them, and sums of several tallies.
 *
 * A row counts programs, not times: one that sends a hundred frames says no more of a field than
 * one that sends it once. What a statement says counts when the statement was reached.
 */
#include "harness/diff/tally.h"
#include "harness/diff/tally_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "core/net.h"
#include "core/skbuff.h"
#include "harness/script/parse_internal.h"
#include "harness/script/scan.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	WALK_DEPTH = 2 * EXPR_DEPTH,
	HEADER_BYTES = 24, /* of what is written: rows, their names' hash, programs */
	ROW_BYTES = 8
};
static_assert(sizeof(u64) == ROW_BYTES, "a row is a number");

const char *const tally_kinds[TALLY_KINDS] = {
	[KIND_CALL] = "call",
	[KIND_SYMBOL] = "constant",
	[KIND_GET] = "option that is read",
	[KIND_SET] = "option that is set",
	[KIND_ERRNO] = "errno",
	[KIND_DIRECTIVE] = "directive",
	[KIND_COMMAND] = "command",
	[KIND_WORD] = "word of a command",
	[KIND_KNOB] = "knob that is set",
	[KIND_DEVICE] = "device",
	[KIND_IN] = "frame in",
	[KIND_OUT] = "frame out",
	[KIND_MIB] = "counter",
	[KIND_DROP] = "reason to drop",
};

#define W(command, word)
#define K(knob)
#define DEV(what)
#define CMD(command) command,
static const char *const commands[] = {
#include "harness/diff/tally_rows.def"
};
#undef W
#undef CMD
#define CMD(command)
#define W(command, word) { command, word },
static const struct {
	const char *command, *word;
} words[] = {
#include "harness/diff/tally_rows.def"
};
#undef W
#undef K
#define W(command, word)
#define K(knob)				      knob,
#define X(path, field, type, value, min, max) path,
static const char *const knobs[] = {
#include "sysctl.def"
#include "harness/diff/tally_rows.def"
};
#undef X
#undef K
#undef DEV
#define K(knob)
#define DEV(what) what,
static const char *const devices[] = {
#include "harness/diff/tally_rows.def"
};
#undef CMD
#undef W
#undef K
#undef DEV

/* --- constants and options -----------------------------------------------------------------------
 */
static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Where an option's name says that it is one. U64_MAX: of no level. */
static u64 level_of(const struct symbol *s)
{
	static const struct {
		const char *prefix;
		u64 level;
	} levels[] = {
		{ "IP_DEFAULT_", U64_MAX },   { "MCAST_EXCLUDE", U64_MAX },
		{ "MCAST_INCLUDE", U64_MAX }, { "UDP_ENCAP_", U64_MAX },
		{ "TCP_ENCAP_", U64_MAX },    { "IP_", SOL_IP },
		{ "MCAST_", SOL_IP },	      { "UDP_", SOL_UDP },
		{ "TCP_", SOL_TCP },	      { "SO_", SOL_SOCKET },
		{ "UDPLITE_", SOL_UDPLITE },  { "PACKET_", SOL_PACKET },
	};

	for (u32 i = 0; i < ARRAY_SIZE(levels) && s->group == SYM_SO; i++)
		if (begins(s->name, levels[i].prefix))
			return levels[i].level;
	return U64_MAX;
}

/* Constants that calls take; of those that have no place of their own, these. */
static bool is_argument(const struct symbol *s)
{
	static const char *const any[] = { "IP_PMTUDISC_", "SOF_TIMESTAMPING_", "SPLICE_F_", "SCM_",
					   "IFF_",	   "ARPHRD_",		"ATF_",	     "RTF_",
					   "PACKET_MR_",   "PACKET_FANOUT_" };

	if (s->group != SYM_ANY)
		return s->group != SYM_E && s->group != SYM_SO;
	for (u32 i = 0; i < ARRAY_SIZE(any); i++)
		if (begins(s->name, any[i]))
			return true;
	return false;
}

/* Flags of descriptors have the values of others that are not meant. */
static bool stands_for(const struct symbol *a, const struct symbol *b)
{
	return a->group == b->group && a->group != SYM_ANY && a->value == b->value &&
	       begins(a->name, "FD_") == begins(b->name, "FD_") && level_of(a) == level_of(b) &&
	       is_argument(a) == is_argument(b);
}

static void find_symbols(struct tally *t)
{
	u32 group = 0;

	t->symbol = calloc(script_nr_symbols, sizeof(*t->symbol));
	assert(t->symbol != NULL);
	for (u32 i = 0; i < script_nr_symbols; i++) {
		if (script_symbols[i].group != script_symbols[group].group)
			group = i;
		t->symbol[i] = (u16)i;
		for (u32 j = group; j < i && t->symbol[i] == i; j++)
			if (stands_for(&script_symbols[j], &script_symbols[i]))
				t->symbol[i] = (u16)j;
	}
}

/* The row of a pair of numbers; script_nr_symbols: none. */
static u32 option_row(const struct tally *t, u64 level, u64 option)
{
	for (u32 i = 0; i < script_nr_symbols; i++)
		if (script_symbols[i].group == SYM_SO && script_symbols[i].value == option &&
		    level_of(&script_symbols[i]) == level)
			return t->symbol[i];
	return script_nr_symbols;
}

/* --- knobs ---------------------------------------------------------------------------------------
 */
/* What sysctl.def has in parts is one knob. */
static const char *knob_name(u32 i)
{
	static const struct {
		const char *part, *whole;
	} parts[] = { { "net.ipv4.ip_local_port_", "net.ipv4.ip_local_port_range" },
		      { "net.ipv4.ping_group_range_", "net.ipv4.ping_group_range" },
		      { "net.ipv4.udp_mem_", "net.ipv4.udp_mem" },
		      { "net.ipv4.tcp_rmem_", "net.ipv4.tcp_rmem" },
		      { "net.ipv4.tcp_wmem_", "net.ipv4.tcp_wmem" } };

	for (u32 k = 0; k < ARRAY_SIZE(parts); k++)
		if (begins(knobs[i], parts[k].part))
			return parts[k].whole;
	return knobs[i];
}

/* Modules and the file system have none of this; of parts the first stands for all. */
static bool is_knob(u32 i)
{
	return begins(knobs[i], "net.") && (i == 0 || strcmp(knob_name(i - 1), knob_name(i)) != 0);
}

/* The same name, where * is a device, which has no dots. */
static bool is_knob_name(const char *knob, const char *name, u32 len)
{
	u32 at = 0;

	for (; *knob != '\0'; knob++) {
		if (*knob == '*') {
			while (at < len && name[at] != '.')
				at++;
			continue;
		}
		if (at == len || name[at] != *knob)
			return false;
		at++;
	}
	return at == len;
}

/* --- rows ----------------------------------------------------------------------------------------
 */
static u32 rows_of(enum tally_kind kind)
{
	const u32 rows[TALLY_KINDS] = {
		[KIND_CALL] = CALL_MAX,
		[KIND_SYMBOL] = script_nr_symbols,
		[KIND_GET] = script_nr_symbols,
		[KIND_SET] = script_nr_symbols,
		[KIND_ERRNO] = script_nr_symbols,
		[KIND_DIRECTIVE] = DIR_MAX,
		[KIND_COMMAND] = ARRAY_SIZE(commands),
		[KIND_WORD] = ARRAY_SIZE(words),
		[KIND_KNOB] = ARRAY_SIZE(knobs),
		[KIND_DEVICE] = ARRAY_SIZE(devices),
		[KIND_IN] = tally_frame_rows(),
		[KIND_OUT] = tally_frame_rows(),
		[KIND_MIB] = MIB_MAX,
		[KIND_DROP] = DROP_MAX,
	};

	assert(kind < TALLY_KINDS);
	return rows[kind];
}

static const char *symbol_row_name(const struct tally *t, enum tally_kind kind, u32 i)
{
	const struct symbol *s = &script_symbols[i];
	bool is = kind == KIND_ERRNO	? s->group == SYM_E
		  : kind == KIND_SYMBOL ? is_argument(s)
					: level_of(s) != U64_MAX;

	return is && t->symbol[i] == i ? s->name : NULL;
}

const char *tally_row_name(const struct tally *t, enum tally_kind kind, u32 i, char to[TALLY_NAME])
{
	switch (kind) {
	case KIND_CALL:
		return script_calls[i].name;
	case KIND_DIRECTIVE:
		return script_directives[i];
	case KIND_COMMAND:
		return commands[i];
	case KIND_WORD:
		snprintf(to, TALLY_NAME, "%s ... %s", words[i].command, words[i].word);
		return to;
	case KIND_KNOB:
		return is_knob(i) ? knob_name(i) : NULL;
	case KIND_DEVICE:
		return devices[i];
	case KIND_IN:
	case KIND_OUT:
		return tally_frame_name(i, kind == KIND_IN, to);
	case KIND_MIB:
		snprintf(to, TALLY_NAME, "%s.%s", mib_names[i].group, mib_names[i].name);
		return to;
	case KIND_DROP:
		return i > DROP_CONSUMED ? drop_names[i] : NULL;
	default:
		return symbol_row_name(t, kind, i);
	}
}

void tally_hit(struct tally *t, enum tally_kind kind, u32 i)
{
	u32 row = t->first[kind] + i;

	assert(kind < TALLY_KINDS);
	assert(row < t->first[kind + 1]);
	if (t->last[row] == t->programs)
		return;
	t->last[row] = t->programs;
	t->count[row]++;
}

struct tally *tally_new(void)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	for (u32 i = 0; i < TALLY_KINDS; i++)
		t->first[i + 1] = t->first[i] + rows_of((enum tally_kind)i);
	t->count = calloc(t->first[TALLY_KINDS], sizeof(*t->count));
	t->last = calloc(t->first[TALLY_KINDS], sizeof(*t->last));
	if (t->count == NULL || t->last == NULL)
		abort();
	find_symbols(t);
	return t;
}

void tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	free(t->count);
	free(t->last);
	free(t->symbol);
	free(t);
}

/* --- statements ----------------------------------------------------------------------------------
 */
static void hit_symbol(struct tally *t, u32 symbol)
{
	if (is_argument(&script_symbols[symbol]))
		tally_hit(t, KIND_SYMBOL, t->symbol[symbol]);
}

/* All constants of a chain and below it. */
static void walk_exprs(struct tally *t, const struct script *s, u32 first)
{
	u32 stack[WALK_DEPTH], depth = 0;

	for (u32 e = first; e != 0 || depth > 0;) {
		if (e == 0) {
			e = stack[--depth];
			continue;
		}
		if (s->expr[e].kind == EXPR_SYMBOL)
			hit_symbol(t, s->expr[e].symbol);
		if (s->expr[e].first != 0 && s->expr[e].next != 0) {
			assert(depth < WALK_DEPTH);
			stack[depth++] = s->expr[e].next;
		}
		e = s->expr[e].first != 0 ? s->expr[e].first : s->expr[e].next;
	}
}

static bool value_of(const struct script *s, u32 e, u64 *value)
{
	const struct expr *x = &s->expr[e];

	*value = x->kind == EXPR_SYMBOL ? script_symbols[x->symbol].value : x->value;
	return x->kind == EXPR_SYMBOL || (x->kind == EXPR_NUMBER && !x->negative);
}

static void add_call(struct tally *t, const struct script *s, const struct stmt *st)
{
	u32 level, option, call = st->call.call, row;
	u64 of_level, of_option;

	tally_hit(t, KIND_CALL, call);
	walk_exprs(t, s, st->call.args);
	if (call != CALL_getsockopt && call != CALL_setsockopt)
		return;
	level = s->expr[st->call.args].next;
	option = s->expr[level].next;
	if (!value_of(s, level, &of_level) || !value_of(s, option, &of_option))
		return;
	row = option_row(t, of_level, of_option);
	if (row != script_nr_symbols)
		tally_hit(t, call == CALL_getsockopt ? KIND_GET : KIND_SET, row);
}

static void add_directive(struct tally *t, const struct stmt *st)
{
	const char *pattern = script_directives[st->directive.id];
	struct directive_part part;
	u32 n = 0;

	tally_hit(t, KIND_DIRECTIVE, st->directive.id);
	while (script_directive_part(&pattern, &part)) {
		if (part.slot == SLOT_SYMBOL)
			hit_symbol(t, (u32)st->directive.value[n]);
		n += script_slot_values((enum directive_slot)part.slot);
	}
}

/* --- commands ------------------------------------------------------------------------------------
 */
struct words {
	const char *at;
	u32 left;
};

/* The next word of a command; at its end 0, and then what is behind the separator comes. */
static u32 next_word(struct words *w, const char **word)
{
	u32 n = 0;

	while (w->left != 0 && is_blank(*w->at)) {
		w->at++;
		w->left--;
	}
	while (n < w->left && !is_blank(w->at[n]) && strchr(";|&\n", w->at[n]) == NULL)
		n++;
	*word = w->at;
	if (n == 0 && w->left != 0) {
		w->at++;
		w->left--;
		return 0;
	}
	w->at += n;
	w->left -= n;
	return n;
}

static bool word_at(const char *text, const char *word, u32 len)
{
	return strncmp(text, word, len) == 0 && text[len] == '\0';
}

/* net.ipv4.ip_default_ttl=64 */
static void add_knob(struct tally *t, const char *word, u32 len)
{
	u32 n = 0;

	while (n < len && word[n] != '=')
		n++;
	if (n == len)
		return;
	for (u32 i = 0; i < ARRAY_SIZE(knobs); i++)
		if (is_knob(i) && is_knob_name(knob_name(i), word, n)) {
			tally_hit(t, KIND_KNOB, i);
			return;
		}
}

/* How many of a text's words a command begins with. */
static bool begins_with_words(const char *said, u32 len, const char *text)
{
	u32 n = (u32)strlen(text);

	return len >= n && memcmp(said, text, n) == 0 && (len == n || said[n] == ' ');
}

static void add_command(struct tally *t, const char *said, u32 len)
{
	struct words w = { said, len };
	const char *word;
	u32 n;

	for (u32 i = 0; i < ARRAY_SIZE(commands); i++)
		if (begins_with_words(said, len, commands[i]))
			tally_hit(t, KIND_COMMAND, i);
	while ((n = next_word(&w, &word)) != 0) {
		for (u32 i = 0; i < ARRAY_SIZE(words); i++)
			if (begins_with_words(said, len, words[i].command) &&
			    word_at(words[i].word, word, n))
				tally_hit(t, KIND_WORD, i);
		if (begins_with_words(said, len, "sysctl"))
			add_knob(t, word, n);
	}
}

/* Each command of a line, its words with one blank between them. */
static void add_line(struct tally *t, const char *text, u32 len)
{
	struct words w = { text, len };
	char command[512];
	const char *word;
	u32 n, at = 0;

	while (w.left != 0) {
		n = next_word(&w, &word);
		if (n == 0 || at + n + 1 > sizeof(command)) {
			add_command(t, command, at);
			at = 0;
			continue;
		}
		if (at != 0)
			command[at++] = ' ';
		memcpy(command + at, word, n);
		at += n;
	}
	add_command(t, command, at);
}

/* --- results -------------------------------------------------------------------------------------
 */
/* ... = -1 EAGAIN (Resource temporarily unavailable) */
static void add_errno(struct tally *t, const char *text)
{
	static const char sign[] = ") = -1 E";
	const char *at = NULL;
	int symbol;
	u32 n = 0;

	for (const char *next = text; (next = strstr(next, sign)) != NULL; next++)
		at = next;
	if (at == NULL)
		return;
	at += sizeof(sign) - 2;
	while (is_word(at[n]))
		n++;
	symbol = script_find_symbol(at, n);
	if (symbol >= 0 && script_symbols[symbol].group == SYM_E)
		tally_hit(t, KIND_ERRNO, t->symbol[symbol]);
}

/* Constants that only a kernel says: where errors come from, flags of what was received. */
static void add_outputs(struct tally *t, const char *text)
{
	static const char *const where[] = { "ee_origin = ", "msg_flags = ", "revents = ",
					     "cmsg_type = " };
	const char *at;
	int symbol;
	u32 n;

	for (u32 i = 0; i < ARRAY_SIZE(where); i++) {
		for (at = text; (at = strstr(at, where[i])) != NULL;) {
			at += strlen(where[i]);
			do {
				at += *at == '|';
				for (n = 0; is_word(at[n]); n++)
					;
				symbol = script_find_symbol(at, n);
				if (symbol >= 0)
					hit_symbol(t, (u32)symbol);
				at += n;
			} while (*at == '|');
		}
	}
}

/* --- the state at the end ------------------------------------------------------------------------
 */
/* Lines come in the order of the tables: the search goes on where the last one ended. */
static void add_fact(struct tally *t, const char *line, u32 *mib, u32 *drop)
{
	char name[TALLY_NAME];
	u32 i;

	if (begins(line, "mib ")) {
		for (i = 0; i < MIB_MAX; i++) {
			u32 row = (*mib + i) % MIB_MAX;
			const struct mib_name *m = &mib_names[row];
			size_t group = strlen(m->group), n = strlen(m->name);

			if (strncmp(line + 4, m->group, group) == 0 && line[4 + group] == '.' &&
			    strncmp(line + 5 + group, m->name, n) == 0 &&
			    line[5 + group + n] == ' ') {
				tally_hit(t, KIND_MIB, row);
				*mib = row + 1;
				return;
			}
		}
	} else if (begins(line, "drop ")) {
		u32 n = (u32)strcspn(line + 5, " \n");

		snprintf(name, sizeof(name), "%.*s", (int)min_u32(n, TALLY_NAME - 1), line + 5);
		for (i = 0; i < DROP_MAX; i++) {
			u32 row = (*drop + i) % DROP_MAX;

			if (strcmp(drop_names[row], name) == 0) {
				tally_hit(t, KIND_DROP, row);
				*drop = row + 1;
				return;
			}
		}
	}
}

static void add_state(struct tally *t, const char *state)
{
	u32 mib = 0, drop = 0;

	while (state != NULL && *state != '\0') {
		/* Host letter, blank. */
		if (state[1] == ' ')
			add_fact(t, state + 2, &mib, &drop);
		state = strchr(state, '\n');
		state += state != NULL;
	}
}

static void add_device(struct tally *t, const struct script *s, const struct record *r)
{
	struct text device = script_option(s, "device");
	const char *kind = r->ethernet ? "tap" : "tun";

	for (u32 i = 0; i < ARRAY_SIZE(devices); i++) {
		bool said = device.len == strlen(devices[i]) &&
			    memcmp(script_text(s, device), devices[i], device.len) == 0;

		if (device.len != 0 ? said : strcmp(devices[i], kind) == 0)
			tally_hit(t, KIND_DEVICE, i);
		if (r->hosts > 1 && strcmp(devices[i], "two hosts") == 0)
			tally_hit(t, KIND_DEVICE, i);
	}
}

static void add_event(struct tally *t, const struct script *s, const struct record *r,
		      const struct record_event *e)
{
	const struct stmt *st = e->stmt < s->nr_stmts ? &s->stmt[e->stmt] : NULL;

	if (e->kind == RECORD_OUT || e->kind == RECORD_IN) {
		tally_frame(t, record_bytes(r, e), e->len, r->ethernet, e->kind == RECORD_IN,
			    e->host);
	} else if (e->kind == RECORD_RETURN && st != NULL && st->kind == STMT_CALL) {
		add_call(t, s, st);
		if (e->text != 0) {
			add_errno(t, record_text(r, e));
			add_outputs(t, record_text(r, e));
		}
	} else if (e->kind == RECORD_STMT && st != NULL && st->kind == STMT_COMMAND) {
		add_line(t, script_text(s, st->text), st->text.len);
	} else if (e->kind == RECORD_STMT && st != NULL && st->kind == STMT_DIRECTIVE) {
		add_directive(t, st);
	}
}

void tally_add(struct tally *t, const struct script *s, const struct record *r)
{
	t->programs++;
	add_device(t, s, r);
	for (u32 i = 0; i < r->nr; i++)
		add_event(t, s, r, &r->event[i]);
	add_state(t, r->state);
}

/* --- from a worker to its parent -----------------------------------------------------------------
 */
/* FNV-1a over the names: tallies of other tables are refused. */
static u64 names_hash(const struct tally *t)
{
	u64 h = 14695981039346656037u;
	char name[TALLY_NAME];

	for (u32 kind = 0; kind < TALLY_KINDS; kind++) {
		for (u32 i = 0; i < t->first[kind + 1] - t->first[kind]; i++) {
			const char *n = tally_row_name(t, (enum tally_kind)kind, i, name);

			for (; n != NULL && *n != '\0'; n++)
				h = (h ^ (u8)*n) * 1099511628211u;
		}
	}
	return h;
}

static void put_number(FILE *to, u64 v)
{
	u8 bytes[ROW_BYTES];

	put_le64(bytes, v);
	fwrite(bytes, 1, sizeof(bytes), to);
}

void tally_write(const struct tally *t, FILE *to)
{
	put_number(to, t->first[TALLY_KINDS]);
	put_number(to, names_hash(t));
	put_number(to, t->programs);
	for (u32 i = 0; i < t->first[TALLY_KINDS]; i++)
		put_number(to, t->count[i]);
}

bool tally_merge(struct tally *t, const void *bytes, size_t len)
{
	const u8 *at = bytes;
	u64 rows = t->first[TALLY_KINDS];

	if (len != HEADER_BYTES + rows * ROW_BYTES || get_le64(at) != rows ||
	    get_le64(at + ROW_BYTES) != names_hash(t))
		return false;
	t->programs += get_le64(at + 2 * (size_t)ROW_BYTES);
	for (u32 i = 0; i < rows; i++)
		t->count[i] += get_le64(at + HEADER_BYTES + (size_t)i * ROW_BYTES);
	return true;
}
