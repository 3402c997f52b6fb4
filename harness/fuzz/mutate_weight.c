// SPDX-License-Identifier: MIT
/* mutate_weight.c - see mutate.h: how likely each operation is, and how that is learnt.
 *
 * What was made is remembered by its hash for a while. When it is offered again, it was kept: its
 * operations have paid. An operation that pays more often than all do on average becomes up to four
 * times as likely as its row says, one that pays less often a quarter; none goes away.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/random.h"
#include "harness/fuzz/mutate_internal.h"
#include "harness/lib/must.h"
#include "harness/lib/replace.h"

enum { RECENT = 1 << 14, AGE = 512, SHARE_EVERY = 64, SCALE = 16, MOST = 4, LINE = 128 };

static const u16 usual[MUTATE_MAX] = {
#define M(name, input, weight, what) weight,
#include "harness/fuzz/mutate.def"
#undef M
};

static u64 hash_of(const u8 *data, size_t len)
{
	u64 h = len, word;

	for (; len >= 8; data += 8, len -= 8) {
		memcpy(&word, data, 8);
		h = splitmix64_mix(h ^ word);
	}
	word = 0;
	if (len != 0)
		memcpy(&word, data, len);
	return splitmix64_mix(h ^ word);
}

/* --- weights
 * ---------------------------------------------------------------------------------------
 */
static u64 total(const u64 *of, enum fuzz_input input)
{
	u64 sum = 0;

	for (u32 i = 0; i < MUTATE_MAX; i++)
		if (mutate_input_of((enum mutate_op)i) == input)
			sum += of[i];
	return sum;
}

/* Each is taken to have been tried often enough to pay once at the average rate, besides. */
static u32 weight_of(const struct counts *c, u32 op, u64 tried, u64 paid)
{
	u64 prior = (tried + 1) / (paid + 1) + 1;
	u64 times = (c->paid[op] + 1) * prior * SCALE / (c->tried[op] + prior);

	times = min_u64(max_u64(times, SCALE / MOST), (u64)SCALE * MOST);
	return (u32)(usual[op] * times);
}

static void weigh(struct mutator *m)
{
	struct counts all;

	for (u32 i = 0; i < MUTATE_MAX; i++) {
		all.tried[i] = m->known.tried[i] + m->own_counts.tried[i];
		all.paid[i] = m->known.paid[i] + m->own_counts.paid[i];
	}
	m->sum = 0;
	for (u32 i = 0; i < MUTATE_MAX; i++) {
		if (mutate_input_of((enum mutate_op)i) != m->input)
			continue;
		m->weight[i] =
			weight_of(&all, i, total(all.tried, m->input), total(all.paid, m->input));
		m->sum += m->weight[i];
	}
}

void mutate_weights(const struct mutator *m, u32 weight[MUTATE_MAX])
{
	memcpy(weight, m->weight, sizeof(m->weight));
}

enum mutate_op mutate_draw(struct mutator *m)
{
	u32 at = mutate_below(m, m->sum);
	u32 i = 0;

	while (at >= m->weight[i]) {
		at -= m->weight[i];
		i++;
		assert(i < MUTATE_MAX);
	}
	return (enum mutate_op)i;
}

/* --- together with others
 * -------------------------------------------------------------------------- A line each: NAME
 * TRIED PAID. Who writes adds what he has met to what stands there; when two write at once, one of
 * them has met it in vain.
 */
static void read_line(struct counts *c, char *line)
{
	char *blank = strchr(line, ' '), *end;
	u64 tried, paid;

	if (blank == NULL)
		return;
	*blank = '\0';
	tried = strtoull(blank + 1, &end, 10);
	if (end == blank + 1 || *end != ' ')
		return;
	blank = end;
	paid = strtoull(blank + 1, &end, 10);
	if (end == blank + 1 || (*end != '\n' && *end != '\0'))
		return;
	for (u32 i = 0; i < MUTATE_MAX; i++) {
		if (strcmp(mutate_names[i], line) != 0)
			continue;
		c->tried[i] = min_u64(tried, 1ull << 48);
		c->paid[i] = min_u64(paid, c->tried[i]);
	}
}

/* Lines that are none are nobody's. */
static void read_counts(const char *path, struct counts *c)
{
	FILE *f = fopen(path, "r");
	char line[LINE];

	*c = (struct counts){ 0 };
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		read_line(c, line);
	fclose(f);
}

static void write_counts(const void *ctx, FILE *to)
{
	const struct counts *c = ctx;

	for (u32 i = 0; i < MUTATE_MAX; i++)
		if (c->tried[i] != 0)
			fprintf(to, "%s %" PRIu64 " %" PRIu64 "\n", mutate_names[i], c->tried[i],
				c->paid[i]);
}

static void share(struct mutator *m)
{
	struct counts all;
	char err[LINE];

	read_counts(m->path, &all);
	for (u32 i = 0; i < MUTATE_MAX; i++) {
		all.tried[i] += m->own_counts.tried[i];
		all.paid[i] += m->own_counts.paid[i];
	}
	/* Who cannot write keeps what he has met to himself. */
	if (replace_file(m->path, write_counts, &all, err, sizeof(err)) != 0)
		return;
	m->known = all;
	m->own_counts = (struct counts){ 0 };
}

void mutate_share(struct mutator *m, const char *path)
{
	free(m->path);
	m->path = must(strdup(path));
	read_counts(path, &m->known);
	weigh(m);
}

static void grow_older(struct mutator *m)
{
	if (++m->age % AGE != 0)
		return;
	if (m->path != NULL && m->age % (AGE * SHARE_EVERY) == 0)
		share(m);
	weigh(m);
}

/* --- what has paid
 * ---------------------------------------------------------------------------------
 */
static struct recent *recent_of(struct mutator *m, u64 hash)
{
	return &m->recent[hash % RECENT];
}

static void pay(struct mutator *m, u64 hash)
{
	struct recent *r = recent_of(m, hash);

	if (r->hash != hash || r->paid)
		return;
	r->paid = true;
	for (u32 i = 0; i < r->nr; i++)
		m->own_counts.paid[r->op[i]]++;
}

void mutate_paid(struct mutator *m, const u8 *data, size_t len)
{
	pay(m, hash_of(data, len));
}

/* An engine may work on what it was given last a few times before it looks at something else: that
 * is no sign of anything, and what comes of it owes its life to the earlier operations, too.
 */
void mutate_offered(struct mutator *m, const u8 *data, size_t len)
{
	u64 hash = hash_of(data, len);

	grow_older(m);
	if (hash == m->last_hash)
		return;
	m->nr_ops = 0;
	pay(m, hash);
	/* To make it once more is nobody's merit. */
	*recent_of(m, hash) = (struct recent){ .hash = hash, .paid = true };
}

void mutate_made(struct mutator *m, const u8 *data, size_t len)
{
	u64 hash = hash_of(data, len);
	struct recent *r = recent_of(m, hash);

	m->last_hash = hash;
	for (u32 i = m->own_op; i < m->nr_ops; i++)
		m->own_counts.tried[m->op[i]]++;
	if (r->hash == hash)
		return;
	*r = (struct recent){ .hash = hash, .nr = (u8)m->nr_ops };
	memcpy(r->op, m->op, sizeof(r->op));
}

void mutate_weights_init(struct mutator *m)
{
	m->recent = must(calloc(RECENT, sizeof(*m->recent)));
	weigh(m);
}

void mutate_weights_exit(struct mutator *m)
{
	if (m->path != NULL)
		share(m);
	free(m->path);
	free(m->recent);
}
