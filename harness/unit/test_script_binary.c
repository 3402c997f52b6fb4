// SPDX-License-Identifier: MIT
/* test_script_binary.c - the binary form of scripts: any bytes are a program, text and bytes lead
 * back to it, and a small edit of the bytes is a small edit of the program.
 *
 * BINARY_RUNS=1000000 in the environment runs that many random strings instead of a few;
 * BINARY_FROM begins with that one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ftw.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/script/binary.h"
#include "harness/script/parse_internal.h"

enum { RANDOM_BYTES = 256, RUNS = 20000, STMTS_MAX = 257, LINE = 1 << 14 };

static u32 number_from(const char *variable, u32 otherwise)
{
	const char *v = getenv(variable);

	return v != NULL ? (u32)strtoul(v, NULL, 10) : otherwise;
}

/* String number n, whatever was drawn before. */
static void random_bytes(u32 n, u8 *to, u32 len)
{
	struct rng rng;

	rng_init(&rng, 0xb1a5 + (u64)n, RNG_PROGRAM, 0);
	for (u32 i = 0; i < len; i++)
		to[i] = (u8)rng_u32(&rng);
}

/* --- what occurs ---------------------------------------------------------------------------------
 */
enum { FORMS = 13, FIELDS = 32 };
struct counts {
	u32 stmt[STMT_KINDS], call[CALL_MAX], directive[DIR_MAX], word[WORD_MAX];
	u32 packet[PACKET_KINDS][2], flag[32], when[WHEN_ANY + 1], blocks;
	u32 host[SCRIPT_HOSTS], thread[SCRIPT_THREADS + 1], process[SCRIPT_PROCESSES + 1];
	u32 form[TYPE_MAX][FORMS], field[STRUCT_MAX][FIELDS], error, note;
	u32 of_length[STMTS_MAX]; /* programs by number of statements */
};

static u32 form_of_list(const struct script *s, const struct expr *x, u32 forms)
{
	if (x->first != 0 && s->expr[x->first].kind == EXPR_CHANGE)
		return FORM_CHANGE;
	return forms & (FORM_VALUE | FORM_LIST);
}

static u32 form_of(const struct script *s, const struct expr *x, u32 forms)
{
	static const u32 of_kind[EXPR_KINDS] = {
		[EXPR_ANY] = FORM_ANY,	     [EXPR_SYMBOL] = FORM_SYMBOL, [EXPR_OR] = FORM_OR,
		[EXPR_STRING] = FORM_STRING, [EXPR_HEX] = FORM_BYTES,	  [EXPR_NULL] = FORM_NULL,
		[EXPR_STRUCT] = FORM_STRUCT, [EXPR_APPLY] = FORM_APPLY,
	};

	if (x->kind == EXPR_LIST)
		return form_of_list(s, x, forms);
	if (x->kind == EXPR_NUMBER)
		return forms & (FORM_NUMBER | FORM_POINTER);
	return of_kind[x->kind];
}

static void count_value(struct counts *c, const struct script *s, u32 e, u32 type);

// NOLINTNEXTLINE(misc-no-recursion)
static void count_struct(struct counts *c, const struct script *s, u32 first, u32 of)
{
	const struct field_info *rows, *row;
	u32 i = 0;

	script_struct_fields(of, &rows);
	for (u32 e = first; e != 0; e = s->expr[e].next, i++) {
		row = &rows[i];
		if (s->expr[e].kind == EXPR_FIELD)
			row = script_field_of(of, s->expr[e].symbol);
		assert_non_null(row);
		c->field[of][row - rows]++;
		if (s->expr[e].kind != EXPR_FIELD)
			count_value(c, s, e, row->type);
		else if ((row->flags & FIELD_COUNTED) != 0)
			count_value(c, s, s->expr[s->expr[e].first].next, row->type);
		else
			count_value(c, s, s->expr[e].first, row->type);
	}
}

// NOLINTNEXTLINE(misc-no-recursion)
static void count_value(struct counts *c, const struct script *s, u32 e, u32 type)
{
	const struct arg_type_info *t = &script_types[type];
	const struct expr *x = &s->expr[e];
	u32 form = form_of(s, x, t->forms);

	for (u32 i = 0; i < FORMS; i++)
		c->form[type][i] += form >> i & 1;
	if (x->kind == EXPR_STRUCT)
		count_struct(c, s, x->first, t->of_struct);
	for (u32 i = x->first; i != 0 && x->kind != EXPR_STRUCT; i = s->expr[i].next)
		if (x->kind == EXPR_APPLY ||
		    (x->kind == EXPR_LIST && s->expr[i].kind != EXPR_CHANGE &&
		     (s->expr[i].kind != EXPR_ANY ||
		      (script_types[t->of_type].forms & FORM_ANY) != 0)))
			count_value(c, s, i, t->of_type);
}

static void count_words(struct counts *c, const struct script *s, u32 list)
{
	for (; list != 0; list = s->expr[list].next)
		c->word[s->expr[list].symbol]++;
}

static void count_packet(struct counts *c, const struct script *s, const struct packet *p)
{
	c->packet[p->kind][p->incoming]++;
	for (u32 i = 0; i < 32; i++)
		c->flag[i] += p->flags >> i & 1;
	count_words(c, s, p->stock_attrs);
	count_words(c, s, p->attrs);
	count_words(c, s, p->encaps);
	count_words(c, s, p->options);
}

static void count_stmt(struct counts *c, const struct script *s, const struct stmt *st)
{
	c->stmt[st->kind]++;
	c->when[st->when.kind]++;
	c->blocks += st->when.blocks;
	c->host[st->host]++;
	c->thread[st->thread]++;
	c->process[st->process]++;
	if (st->kind == STMT_PACKET)
		count_packet(c, s, &st->packet);
	if (st->kind == STMT_DIRECTIVE)
		c->directive[st->directive.id]++;
	if (st->kind != STMT_CALL)
		return;
	c->call[st->call.call]++;
	c->error += st->call.error != 0;
	c->note += st->call.note.len != 0;
	for (u32 e = st->call.args, i = 0; e != 0; e = s->expr[e].next, i++)
		count_value(c, s, e, script_calls[st->call.call].arg[i]);
}

static void count_script(struct counts *c, const struct script *s)
{
	assert_true(s->nr_stmts < STMTS_MAX);
	c->of_length[s->nr_stmts]++;
	for (u32 i = 0; i < s->nr_stmts; i++)
		count_stmt(c, s, &s->stmt[i]);
}

static u32 missing;

static void must_occur(u32 count, const char *what, const char *name)
{
	if (count != 0)
		return;
	print_error("never: %s %s\n", what, name);
	missing++;
}

static void all_occur(const u32 *count, u32 from, u32 n, const char *what)
{
	char name[16];

	for (u32 i = from; i < n; i++) {
		snprintf(name, sizeof(name), "%u", i);
		must_occur(count[i], what, name);
	}
}

static void check_forms(const struct counts *c)
{
	const struct field_info *rows;
	char name[64];

	for (u32 t = TYPE_NONE + 1; t < TYPE_MAX; t++) {
		for (u32 i = 0; i < FORMS; i++) {
			snprintf(name, sizeof(name), "%s in form %u", script_types[t].name, i);
			if ((script_types[t].forms >> i & 1) != 0)
				must_occur(c->form[t][i], "type", name);
		}
	}
	for (u32 s = STRUCT_NONE + 1; s < STRUCT_MAX; s++)
		for (u32 i = script_struct_fields(s, &rows); i-- > 0;)
			must_occur(c->field[s][i], "field", rows[i].name);
}

static void check_counts(const struct counts *c)
{
	/* PACKET_HAS_... are those that some kind may have. */
	u32 flags = 0;

	missing = 0;
	all_occur(c->stmt, STMT_HEADER, STMT_KINDS, "kind of statement");
	assert_int_equal(c->stmt[STMT_COMMENT], 0);
	for (u32 i = 0; i < CALL_MAX; i++)
		must_occur(c->call[i], "call", script_calls[i].name);
	for (u32 i = 0; i < DIR_MAX; i++)
		must_occur(c->directive[i], "directive", script_directives[i]);
	for (u32 i = 0; i < WORD_MAX; i++)
		must_occur(c->word[i], "word", packet_words[i].word);
	for (u32 i = 0; i < PACKET_KINDS; i++) {
		must_occur(c->packet[i][0], "packet expected", packet_kinds[i].word);
		must_occur(c->packet[i][1], "packet injected", packet_kinds[i].word);
		flags |= packet_kinds[i].flags | packet_kinds[i].flags_set;
	}
	for (u32 i = 0; i < 32; i++)
		if ((flags >> i & 1) != 0)
			all_occur(c->flag + i, 0, 1, "flag of packets");
	all_occur(c->when, 0, WHEN_ANY + 1, "kind of time");
	all_occur(c->host, 0, SCRIPT_HOSTS, "host");
	all_occur(c->thread, 0, SCRIPT_THREADS + 1, "thread");
	all_occur(c->process, 0, SCRIPT_PROCESSES + 1, "process");
	must_occur(c->blocks, "time", "that blocks");
	must_occur(c->error, "result", "with an error");
	must_occur(c->note, "result", "with a note");
	check_forms(c);
	assert_int_equal(missing, 0);
}

static u32 median_length(const struct counts *c, u32 runs)
{
	u32 seen = 0, n = 0;

	while (seen + c->of_length[n] <= runs / 2) {
		seen += c->of_length[n];
		n++;
	}
	return n;
}

/* --- there and back ------------------------------------------------------------------------------
 */
static void same_through_text(const struct script *s)
{
	struct script_error err;
	size_t len, again_len;
	char *text = script_print(s, 0, &len), *again;
	struct script *back = script_parse("printed", text, len, &err);

	if (back == NULL)
		fail_msg("%u:%u: %s in\n%s", err.line, err.column, err.text, text);
	if (!script_equal(s, back))
		fail_msg("parses to another script:\n%s", text);
	again = script_print(back, 0, &again_len);
	assert_int_equal(len, again_len);
	assert_memory_equal(text, again, len);
	free(again);
	free(text);
	script_free(back);
}

static void same_through_binary(const struct script *s)
{
	size_t len;
	u8 *bytes = script_encode(s, &len);
	struct script *back = script_decode("encoded", bytes, len);

	if (!script_equal(s, back)) {
		char *want = script_print(s, 0, NULL), *got = script_print(back, 0, NULL);

		fail_msg("decodes to another script:\n%s\n%s", want, got);
	}
	script_free(back);
	free(bytes);
}

static void test_random_strings(void **state)
{
	static struct counts c;
	u32 runs = number_from("BINARY_RUNS", RUNS), from = number_from("BINARY_FROM", 0);
	u8 bytes[RANDOM_BYTES];

	(void)state;
	memset(&c, 0, sizeof(c));
	for (u32 i = from; i < from + runs; i++) {
		struct script_error err;
		struct script *s;

		random_bytes(i, bytes, sizeof(bytes));
		s = script_decode("random", bytes, sizeof(bytes));
		if (!script_check(s, &err)) {
			char *text = script_print(s, 0, NULL);

			fail_msg("string %u: %s in\n%s", i, err.text, text);
		}
		same_through_text(s);
		same_through_binary(s);
		count_script(&c, s);
		script_free(s);
	}
	print_message("%u strings, median %u statements\n", runs, median_length(&c, runs));
	assert_true(median_length(&c, runs) >= 5);
	check_counts(&c);
}

/* Lengths that are no 256, and bytes that are all alike. */
static void test_short_and_uniform(void **state)
{
	u8 bytes[64];

	(void)state;
	for (u32 c = 0; c < 256; c++) {
		for (u32 len = 0; len <= sizeof(bytes); len++) {
			struct script *s;

			memset(bytes, (int)c, len);
			s = script_decode("uniform", bytes, len);
			same_through_text(s);
			same_through_binary(s);
			script_free(s);
		}
	}
}

/* --- text to bytes to text -----------------------------------------------------------------------
 */
static u32 nr_files;

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc(SCRIPT_BYTES);

	assert_non_null(f);
	assert_non_null(text);
	*len = fread(text, 1, SCRIPT_BYTES, f);
	fclose(f);
	return text;
}

static void text_survives(const char *name, const char *text, size_t len)
{
	struct script_error err;
	struct script *s = script_parse(name, text, len, &err), *back;
	char *want, *got;
	size_t n;
	u8 *bytes;

	if (s == NULL)
		fail_msg("%s:%u:%u: %s", name, err.line, err.column, err.text);
	bytes = script_encode(s, &n);
	back = script_decode(name, bytes, n);
	want = script_print(s, 0, NULL);
	got = script_print(back, 0, NULL);
	assert_string_equal(want, got);
	free(want);
	free(got);
	free(bytes);
	script_free(s);
	script_free(back);
}

static int one_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t at = strlen(path), len;
	char *text;

	(void)st;
	(void)ftw;
	if (type != FTW_F || at < 4 || strcmp(path + at - 4, ".pkt") != 0)
		return 0;
	text = read_file(path, &len);
	text_survives(path, text, len);
	free(text);
	nr_files++;
	return 0;
}

static void test_scripts_survive(void **state)
{
	static const char text[] =
		"// claim: all of it\n// x:\n--mtu=1500\n--flag\n`a\nb`\n%{\nassert x\n}%\n"
		"0 socket(..., SOCK_DGRAM|0x1000|NAME, 0) = 3\n"
		"host c {\n+0...0.2 process 2: thread 15: read(3, \"\\x00\\xff\\xfd\\xfc`\", -1) = "
		"-1 EAGAIN (why so)\n}\n"
		"* > 192.0.2.1:5000 > 192.0.2.2:7 [ttl 64] udp (2) hex fdfc\n"
		"+.1~+.2 > S. 0:0(0) ack 1 <mss 1460,nop,sackOK,sack 1:2 3:4,FO COOKIE,FO abcd>\n"
		"mib Udp.InDatagrams -9223372036854775808\n";

	(void)state;
	nr_files = 0;
	text_survives("inline", text, sizeof(text) - 1);
	assert_int_equal(nftw("vectors", one_file, 16, FTW_PHYS), 0);
	assert_int_equal(nftw("corpus/pkt/seed", one_file, 16, FTW_PHYS), 0);
	assert_true(nr_files > 0);
}

/* --- texts that cannot be written as they are ----------------------------------------------------
 */
static const char *const hostile[] = {
	"`",	  "}%",	   "a}%b}%",	    "\r\n",  "\n",  "\t x ",	  " ",
	"(a)(",	  "NULL",  "AF_INET",	    "htons", "hex", "pattern",	  "inet_addr",
	"9lives", "1.2.3", "1.2.3.4.5.6.7", "a b",   "=",   "key: value", "\x01\x7f\x80\xff",
	"//",	  "\\",
};

static struct text text_of(struct script *s, const char *text)
{
	return script_add_text(s, text, (u32)strlen(text));
}

static u32 text_expr(struct script *s, enum expr_kind kind, const char *text)
{
	u32 e = script_add_expr(s, kind);

	s->expr[e].text = text_of(s, text);
	return e;
}

/* bind(NAME, {sin_addr = inet_addr(text)}, NAME) = NAME (text) */
static void add_call(struct script *s, const char *text)
{
	u32 fd = text_expr(s, EXPR_NAME, text), len = text_expr(s, EXPR_NAME, text);
	u32 addr = script_add_expr(s, EXPR_STRUCT), field = script_add_expr(s, EXPR_FIELD);
	u32 apply = script_add_expr(s, EXPR_APPLY), in = text_expr(s, EXPR_STRING, text);
	const struct field_info *rows;
	struct stmt *st = script_add_stmt(s, STMT_CALL);

	script_struct_fields(STRUCT_SOCKADDR, &rows);
	s->expr[fd].next = addr;
	s->expr[addr].first = field;
	s->expr[addr].next = len;
	s->expr[field].symbol = (u16)script_field_number(&rows[2]);
	s->expr[field].first = apply;
	s->expr[apply].symbol = APPLY_INET_ADDR;
	s->expr[apply].first = in;
	st->call.call = CALL_bind;
	st->call.args = fd;
	st->call.result = text_expr(s, EXPR_NAME, text);
	st->call.note = text_of(s, text);
}

/* A script that no text says; its bytes are a script that one does. */
static struct script *impossible(const char *text)
{
	struct script *s = script_new("impossible");
	struct stmt *st;

	for (u32 kind = STMT_HEADER; kind <= STMT_OPTION; kind++) {
		st = script_add_stmt(s, kind);
		st->pair.key = text_of(s, text);
		st->pair.value = text_of(s, text);
	}
	for (u32 kind = STMT_COMMAND; kind <= STMT_PYTHON; kind++)
		script_add_stmt(s, kind)->text = text_of(s, text);
	add_call(s, text);
	st = script_add_stmt(s, STMT_DIRECTIVE);
	st->directive.id = DIR_ALLOC_FAIL_OF;
	st->directive.value[0] = 1;
	st->directive.name = text_of(s, text);
	return s;
}

static void test_texts_fit(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct script *s = impossible(hostile[i]), *fit;
		struct script_error err;
		size_t len;
		u8 *bytes = script_encode(s, &len);

		fit = script_decode("fit", bytes, len);
		assert_int_equal(fit->nr_stmts, s->nr_stmts);
		if (!script_check(fit, &err))
			fail_msg("of '%s': %s", hostile[i], err.text);
		same_through_text(fit);
		same_through_binary(fit);
		free(bytes);
		script_free(s);
		script_free(fit);
	}
}

/* --- small edits ---------------------------------------------------------------------------------
 */
static bool comes_first(const struct stmt *st)
{
	return st->kind == STMT_HEADER || st->kind == STMT_OPTION;
}

/* Statements as text, either those that come first or the others. */
static u32 lines_of(const struct script *s, bool first, char (*line)[LINE])
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++) {
		if (comes_first(&s->stmt[i]) != first)
			continue;
		assert_true(n < STMTS_MAX);
		script_print_stmt(s, &s->stmt[i], line[n], LINE);
		n++;
	}
	return n;
}

/* How many statements are gone or are new, whichever is more. */
static u32 changed(const struct script *a, const struct script *b, bool first)
{
	static char x[STMTS_MAX][LINE], y[STMTS_MAX][LINE];
	u32 n = lines_of(a, first, x), m = lines_of(b, first, y), same = 0;

	while (same < n && same < m && strcmp(x[same], y[same]) == 0)
		same++;
	while (n > same && m > same && strcmp(x[n - 1], y[m - 1]) == 0) {
		n--;
		m--;
	}
	return (n > m ? n : m) - same;
}

/* One byte changed, put in before, or taken out. */
static size_t edit(u8 *to, const u8 *from, size_t len, struct rng *rng)
{
	u32 how = rng_u32(rng) % 3;
	size_t at = rng_u32(rng) % len;
	u8 c = (u8)rng_u32(rng);

	memcpy(to, from, at);
	if (how == 0) {
		memcpy(to + at, from + at, len - at);
		to[at] = c;
		return len;
	}
	if (how == 1) {
		to[at] = c;
		memcpy(to + at + 1, from + at, len - at);
		return len + 1;
	}
	memcpy(to + at, from + at + 1, len - at - 1);
	return len - 1;
}

static void test_small_edits(void **state)
{
	u32 edits = 0, worst = 0, above = 0, one = 0;
	u8 random[RANDOM_BYTES];
	struct rng rng;

	(void)state;
	rng_init(&rng, 7, RNG_PROGRAM, 0);
	for (u32 i = 0; i < RUNS / 20; i++) {
		struct script *s, *t;
		u8 *bytes, *copy;
		size_t len, n;

		random_bytes(i, random, sizeof(random));
		s = script_decode("before", random, sizeof(random));
		bytes = script_encode(s, &len);
		copy = malloc(len + 1);
		assert_non_null(copy);
		for (u32 k = 0; k < 8 && len != 0; k++) {
			u32 size;

			n = edit(copy, bytes, len, &rng);
			t = script_decode("after", copy, n);
			size = changed(s, t, true) + changed(s, t, false);
			worst = size > worst ? size : worst;
			one += size <= 1;
			above += size > BINARY_EDIT / 2;
			edits++;
			script_free(t);
		}
		free(copy);
		free(bytes);
		script_free(s);
	}
	print_message("%u edits: %u touch one statement at most, the largest touches %u\n", edits,
		      one, worst);
	assert_true(edits > RUNS / 4);
	assert_true(one > edits / 2);
	assert_true(above < edits / 50);
	assert_true(worst <= BINARY_EDIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_strings),	cmocka_unit_test(test_short_and_uniform),
		cmocka_unit_test(test_scripts_survive), cmocka_unit_test(test_texts_fit),
		cmocka_unit_test(test_small_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
