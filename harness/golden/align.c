// SPDX-License-Identifier: MIT
/* align.c - see align.h. What is equal at both ends is paired at once; of longer middles windows of
 * WINDOW frames are aligned one after the other, each half a window further.
 */
#include "harness/golden/align.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/golden/field.h"
#include "harness/script/packet.h"

enum {
	WINDOW = 1000,
	ETHERNET_MIN = 60, /* without FCS */
	/* Likeness of frames that are not equal: of one flow, of one kind; below LIKE_LEAST they
	 * are two frames, one missing and one too many.
	 */
	LIKE_FLOW = 45,
	LIKE_HOSTS = 35,
	LIKE_KIND = 20,
	LIKE_LENGTH = 15,
	LIKE_BYTES = 25, /* times the share of the first SHARE bytes that are equal */
	SHARE = 128,
	LIKE_MOST = 22,
	LIKE_NEAR = 9,
	LIKE_LEAST = 50
};

static u32 compared_len(const struct align_frame *f, const struct align_rules *rules)
{
	return rules->no_padding ? field_unpadded(f->bytes, f->len, rules->ethernet) : f->len;
}

/* Is the longer one the shorter one and zeros, as a card pads what is too short? */
static bool is_padded(const u8 *shorter, u32 len, const u8 *longer, u32 longer_len)
{
	if (longer_len != ETHERNET_MIN || memcmp(shorter, longer, len) != 0)
		return false;
	for (u32 i = len; i < longer_len; i++)
		if (longer[i] != 0)
			return false;
	return true;
}

bool align_same_bytes(const struct align_frame *a, const struct align_frame *b,
		      const struct align_rules *rules)
{
	u32 len_a = compared_len(a, rules), len_b = compared_len(b, rules);

	if (len_a == len_b)
		return memcmp(a->bytes, b->bytes, len_a) == 0;
	if (!rules->no_padding)
		return false;
	return len_a < len_b ? is_padded(a->bytes, len_a, b->bytes, len_b)
			     : is_padded(b->bytes, len_b, a->bytes, len_a);
}

static u64 apart_ps(const struct align_frame *a, const struct align_frame *b)
{
	return a->when_ps > b->when_ps ? (u64)a->when_ps - (u64)b->when_ps
				       : (u64)b->when_ps - (u64)a->when_ps;
}

/* Nearer is more, so that of several equal frames the one at the same time is taken. */
static u32 likeness_of_time(const struct align_frame *a, const struct align_frame *b,
			    const struct align_rules *rules)
{
	u64 apart = apart_ps(a, b), step = rules->near_ps != 0 ? rules->near_ps : 1;
	u32 like = LIKE_NEAR;

	for (; like != 0 && apart > step; like--)
		step = step > U64_MAX / 8 ? U64_MAX : step * 8;
	return like;
}

static u32 share_of_bytes(const struct align_frame *a, const struct align_frame *b,
			  const struct align_rules *rules)
{
	u32 len_a = min_u32(compared_len(a, rules), SHARE);
	u32 len_b = min_u32(compared_len(b, rules), SHARE), same = 0;
	u32 both = min_u32(len_a, len_b), most = max_u32(len_a, len_b);

	for (u32 i = 0; i < both; i++)
		same += a->bytes[i] == b->bytes[i];
	return most != 0 ? same * LIKE_BYTES / most : 0;
}

static u32 likeness_of_flow(const struct packet_key *a, const struct packet_key *b)
{
	if (a->proto != b->proto)
		return 0;
	if (a->saddr == b->saddr && a->daddr == b->daddr)
		return a->sport == b->sport && a->dport == b->dport ? LIKE_FLOW : LIKE_HOSTS;
	return LIKE_KIND;
}

u32 align_likeness(const struct align_frame *a, const struct align_frame *b,
		   const struct align_rules *rules)
{
	struct packet_key ka, kb;
	bool has_a, has_b;
	u32 like, share;

	if (a->outgoing != b->outgoing || a->host != b->host)
		return 0;
	if (align_same_bytes(a, b, rules))
		return LIKE_EQUAL + likeness_of_time(a, b, rules);
	has_a = packet_key(a->bytes, a->len, rules->ethernet, &ka);
	has_b = packet_key(b->bytes, b->len, rules->ethernet, &kb);
	share = share_of_bytes(a, b, rules);
	/* A byte or two that are wrong may make a frame one of another kind. */
	if (share >= LIKE_MOST)
		return LIKE_LEAST + share + likeness_of_time(a, b, rules);
	if (has_a != has_b)
		return 0;
	/* What is no IPv4 is ARP, most of the time. */
	like = has_a ? likeness_of_flow(&ka, &kb) : LIKE_HOSTS;
	if (compared_len(a, rules) == compared_len(b, rules))
		like += LIKE_LENGTH;
	like += share + likeness_of_time(a, b, rules);
	return like >= LIKE_LEAST ? like : 0;
}

/* --- a window
 * ------------------------------------------------------------------------------------- */

struct table {
	u32 *sum; /* [rows + 1][columns + 1]: the best of what is behind (i, j) */
	u32 rows, columns;
};

static u32 *cell(const struct table *t, u32 i, u32 j)
{
	return &t->sum[(size_t)i * (t->columns + 1) + j];
}

static void fill_table(const struct table *t, const struct align_frame *a,
		       const struct align_frame *b, const struct align_rules *rules)
{
	for (u32 i = t->rows; i-- != 0;) {
		for (u32 j = t->columns; j-- != 0;) {
			u32 like = align_likeness(&a[i], &b[j], rules);
			u32 best = max_u32(*cell(t, i + 1, j), *cell(t, i, j + 1));

			if (like != 0)
				best = max_u32(best, like + *cell(t, i + 1, j + 1));
			*cell(t, i, j) = best;
		}
	}
}

struct aligner {
	const struct align_frame *a, *b;
	u32 nr_a, nr_b, at_a, at_b;
	const struct align_rules *rules;
	struct align_pair *pair;
	u32 nr;
};

static void add_pair(struct aligner *al, bool a, bool b)
{
	assert(a || b);
	al->pair[al->nr++] =
		(struct align_pair){ a ? al->at_a : ALIGN_NONE, b ? al->at_b : ALIGN_NONE };
	al->at_a += a;
	al->at_b += b;
}

/* Follows the best way through the table, up to the given row and column. */
static void follow(struct aligner *al, const struct table *t, u32 until_i, u32 until_j)
{
	u32 i = 0, j = 0;

	while (i < until_i && j < until_j) {
		u32 like = align_likeness(&al->a[al->at_a], &al->b[al->at_b], al->rules);
		bool pair = like != 0 && *cell(t, i, j) == like + *cell(t, i + 1, j + 1);
		bool skip = !pair && *cell(t, i, j) == *cell(t, i + 1, j);

		add_pair(al, pair || skip, !skip);
		i += pair || skip;
		j += !skip;
	}
}

static void align_window(struct aligner *al)
{
	u32 left_a = al->nr_a - al->at_a, left_b = al->nr_b - al->at_b;
	struct table t = { .rows = min_u32(left_a, WINDOW), .columns = min_u32(left_b, WINDOW) };
	bool whole = t.rows == left_a && t.columns == left_b;

	t.sum = calloc((size_t)(t.rows + 1) * (t.columns + 1), sizeof(*t.sum));
	if (t.sum == NULL)
		abort();
	fill_table(&t, al->a + al->at_a, al->b + al->at_b, al->rules);
	follow(al, &t, whole ? t.rows : (t.rows + 1) / 2, whole ? t.columns : (t.columns + 1) / 2);
	free(t.sum);
}

static bool equal_in_time(const struct align_frame *a, const struct align_frame *b,
			  const struct align_rules *rules)
{
	return a->host == b->host && a->outgoing == b->outgoing &&
	       apart_ps(a, b) <= rules->near_ps && align_same_bytes(a, b, rules);
}

struct align_pair *align_frames(const struct align_frame *a, u32 nr_a, const struct align_frame *b,
				u32 nr_b, const struct align_rules *rules, u32 *nr_pairs)
{
	struct aligner al = { .a = a, .b = b, .nr_a = nr_a, .nr_b = nr_b, .rules = rules };
	u32 tail = 0;

	al.pair = calloc((size_t)nr_a + nr_b + 1, sizeof(*al.pair));
	if (al.pair == NULL)
		abort();
	while (al.at_a < nr_a && al.at_b < nr_b && equal_in_time(&a[al.at_a], &b[al.at_b], rules))
		add_pair(&al, true, true);
	while (tail < nr_a - al.at_a && tail < nr_b - al.at_b &&
	       equal_in_time(&a[nr_a - 1 - tail], &b[nr_b - 1 - tail], rules))
		tail++;
	al.nr_a -= tail;
	al.nr_b -= tail;
	while (al.at_a < al.nr_a && al.at_b < al.nr_b)
		align_window(&al);
	while (al.at_a < al.nr_a)
		add_pair(&al, true, false);
	while (al.at_b < al.nr_b)
		add_pair(&al, false, true);
	for (u32 i = 0; i < tail; i++)
		add_pair(&al, true, true);
	*nr_pairs = al.nr;
	return al.pair;
}
