// SPDX-License-Identifier: MIT
/* mutate_world.c - see mutate.def: operations on what surrounds a program: options of its world,
 * hosts, commands, faults.
 */
#include "harness/fuzz/mutate_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/scan.h"

enum { TEXT_MOST = 1024, NUMBER_TEXT = 24 };

/* --- options
 * ---------------------------------------------------------------------------------------
 */
static bool has_key(const struct script *s, const struct stmt *st, const char *key)
{
	return st->kind == STMT_OPTION && st->pair.key.len == strlen(key) &&
	       memcmp(script_text(s, st->pair.key), key, st->pair.key.len) == 0;
}

static void set_option(struct mutator *m, const char *key, const char *value)
{
	struct stmt *st = NULL;
	struct text k, v;

	for (u32 i = 0; i < m->s->nr_stmts && st == NULL; i++)
		if (has_key(m->s, &m->s->stmt[i], key))
			st = &m->s->stmt[i];
	if (st == NULL)
		st = mutate_open_at(m, 0, 1);
	k = script_add_text(m->s, key, (u32)strlen(key));
	v = script_add_text(m->s, value, (u32)strlen(value));
	st->kind = STMT_OPTION;
	st->pair.key = k;
	st->pair.value = v;
	st->column = 0;
}

/* Frames that say what their Ethernet header is are for a device that has such. */
static bool needs_ethernet(const struct script *s)
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_PACKET &&
		    ((packet_kinds[st->packet.kind].parts & PART_ARP) != 0 ||
		     st->packet.kind == PACKET_ETH || (st->packet.flags & PACKET_HAS_ETH) != 0))
			return true;
	}
	return false;
}

bool op_option(struct mutator *m)
{
	static const struct {
		const char *key, *value;
	} some[] = { { "device", "tap" },  { "device", "igb" }, { "device", "tun" },
		     { "cost", "cycles" }, { "cost", "judge" }, { "perturb", NULL } };
	u32 i = mutate_below(m, ARRAY_SIZE(some)), nr = m->s->nr_stmts;
	char number[NUMBER_TEXT];

	if (some[i].value != NULL && strcmp(some[i].value, "tun") == 0 && needs_ethernet(m->s))
		return false;
	(void)snprintf(number, sizeof(number), "%u", mutate_between(m, 1, 999));
	set_option(m, some[i].key, some[i].value != NULL ? some[i].value : number);
	if (mutate_keeps(m, &m->s->stmt[0]))
		return true;
	if (m->s->nr_stmts != nr)
		mutate_take_out(m->s, 0, 1);
	return false;
}

/* --- hosts
 * -----------------------------------------------------------------------------------------
 */
static u32 hosts_of(const struct mutator *m)
{
	u32 hosts = 1;

	for (u32 h = 0; h < SCRIPT_HOSTS; h++)
		if (m->opened.processes[h] != 0)
			hosts = max_u32(hosts, h + 1);
	for (u32 i = 0; i < m->s->nr_stmts; i++)
		hosts = max_u32(hosts, m->s->stmt[i].host + 1u);
	return hosts;
}

bool op_host(struct mutator *m)
{
	u32 at = mutate_find(m, NULL), hosts = hosts_of(m);
	struct stmt *st;
	u8 host, old;

	if (hosts < SCRIPT_HOSTS && mutate_one_in(m, 4))
		hosts++;
	if (at == NOWHERE || hosts == 1)
		return false;
	st = &m->s->stmt[at];
	old = st->host;
	host = (u8)mutate_below(m, hosts);
	st->host = host;
	if (host == old || !mutate_keeps(m, st)) {
		st->host = old;
		return false;
	}
	return true;
}

/* --- commands
 * --------------------------------------------------------------------------------------
 */
static bool has_number(struct mutator *m, const struct stmt *st)
{
	const char *text = script_text(m->s, st->text);

	if (st->kind != STMT_COMMAND)
		return false;
	for (u32 i = 0; i < st->text.len; i++)
		if (is_digit(text[i]))
			return true;
	return false;
}

/* A number in it, by chance: no digits of a name, as in eth0. */
static struct text some_number(struct mutator *m, struct text t)
{
	const char *text = script_text(m->s, t);
	struct text found = { 0, 0 };
	u32 n = 0;

	for (u32 i = 0; i < t.len; i++) {
		u32 len = 0;

		while (i + len < t.len && is_digit(text[i + len]))
			len++;
		if (len != 0 && (i == 0 || !is_word(text[i - 1])) && mutate_one_in(m, ++n))
			found = (struct text){ i, len };
		i += len;
	}
	return found;
}

bool op_knob(struct mutator *m)
{
	u32 at = mutate_find(m, has_number);
	char text[TEXT_MOST];
	struct text number, old;
	int n;

	if (at == NOWHERE)
		return false;
	old = m->s->stmt[at].text;
	number = some_number(m, old);
	if (number.len == 0 || old.len + NUMBER_TEXT > sizeof(text))
		return false;
	n = snprintf(text, sizeof(text), "%.*s%llu%.*s", (int)number.at, script_text(m->s, old),
		     (unsigned long long)mutate_edge(m), (int)(old.len - number.at - number.len),
		     script_text(m->s, old) + number.at + number.len);
	if ((u32)n == old.len && memcmp(text, script_text(m->s, old), (u32)n) == 0)
		return false;
	m->s->stmt[at].text = script_add_text(m->s, text, (u32)n);
	return true;
}

/* --- faults
 * ----------------------------------------------------------------------------------------
 */
/* Rows of directives.def that make something fail, and what their numbers usually are. */
static const struct {
	u16 id;
	u32 value[2]; /* at most; of a time in microseconds */
	bool time[2];
} faults[] = {
	{ DIR_ALLOC_FAIL, { 40, 0 }, { false, false } },
	{ DIR_ALLOC_FAIL_OF, { 8, 0 }, { false, false } },
	{ DIR_WIRE_LOSS, { 500000, 0 }, { false, false } },
	{ DIR_WIRE_DUP, { 500000, 0 }, { false, false } },
	{ DIR_WIRE_REORDER, { 500000, 20000 }, { false, true } },
	{ DIR_WIRE_CORRUPT, { 500000, 0 }, { false, false } },
	{ DIR_WIRE_DELAY, { 20000, 0 }, { true, false } },
	{ DIR_WIRE_DROP, { 3, 0 }, { false, false } },
	{ DIR_LINK_DOWN, { 0, 0 }, { false, false } },
	{ DIR_LINK_UP, { 0, 0 }, { false, false } },
	{ DIR_NIC_IRQ_DELAY, { 1, 20000 }, { false, true } },
	{ DIR_NIC_IRQ_LOSE, { 8, 0 }, { false, false } },
	{ DIR_NIC_DMA_FAIL, { 16, 0 }, { false, false } },
	{ DIR_NIC_FETCH_FAIL, { 16, 0 }, { false, false } },
};

static u64 fault_value(struct mutator *m, u32 row, u32 i)
{
	u32 most = faults[row].value[i];

	if (most == 0)
		return 0;
	return (u64)mutate_between(m, 1, most) * (faults[row].time[i] ? 1000u : 1u);
}

/* A range is two values, the second no less than the first. */
static void set_fault(struct mutator *m, struct stmt *st, u32 row)
{
	u64 *v = st->directive.value;

	v[0] = fault_value(m, row, 0);
	v[1] = fault_value(m, row, 1);
	if (faults[row].id == DIR_WIRE_DROP)
		v[1] = v[0] + mutate_below(m, 3);
	if (faults[row].id == DIR_NIC_IRQ_DELAY)
		v[0]--;
}

/* The card's faults are for who has one. */
static bool is_card(const struct mutator *m)
{
	for (u32 i = 0; i < m->s->nr_stmts; i++) {
		const struct stmt *st = &m->s->stmt[i];

		if (has_key(m->s, st, "device"))
			return st->pair.value.len == 3 &&
			       memcmp(script_text(m->s, st->pair.value), "igb", 3) == 0;
	}
	return m->opened_card;
}

bool op_insert_fault(struct mutator *m)
{
	static const char *const pools[] = { "skb",	  "page0", "head0",	 "head1",
					     "sock",	  "dst",   "neigh",	 "fib_info",
					     "fib_alias", "fnhe",  "frag_queue", "file" };
	u32 row = mutate_below(m, ARRAY_SIZE(faults)), at = mutate_gap(m);
	const char *pool = pools[mutate_below(m, ARRAY_SIZE(pools))];
	struct stmt *st;

	if (faults[row].id >= DIR_NIC_IRQ_DELAY && faults[row].id <= DIR_NIC_FETCH_FAIL &&
	    !is_card(m))
		return false;
	st = mutate_open_at(m, at, 1);
	st->kind = STMT_DIRECTIVE;
	st->directive.id = faults[row].id;
	set_fault(m, st, row);
	if (faults[row].id == DIR_ALLOC_FAIL_OF)
		st->directive.name = script_add_text(m->s, pool, (u32)strlen(pool));
	if (mutate_keeps(m, st))
		return true;
	mutate_take_out(m->s, at, 1);
	return false;
}

static bool is_pause(struct mutator *m, const struct stmt *st)
{
	(void)m;
	return st->kind == STMT_DIRECTIVE && st->directive.id == DIR_ADVANCE;
}

static bool is_fault(struct mutator *m, const struct stmt *st)
{
	for (u32 i = 0; st->kind == STMT_DIRECTIVE && i < ARRAY_SIZE(faults); i++)
		if (faults[i].id == st->directive.id)
			return faults[i].value[0] != 0;
	return is_pause(m, st);
}

bool op_fault(struct mutator *m)
{
	static const u64 pauses[] = {
		0, 1, 4, 20, 100, 999, 1000, 3000, 5000, 29999, 30001, 60000
	};
	u32 at = mutate_find(m, is_fault), row = 0;
	struct stmt *st;
	u64 old;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	old = st->directive.value[0];
	if (is_pause(m, st)) {
		st->directive.value[0] = pauses[mutate_below(m, ARRAY_SIZE(pauses))] * NS_PER_MS;
	} else {
		while (faults[row].id != st->directive.id)
			row++;
		set_fault(m, st, row);
	}
	return st->directive.value[0] != old;
}
