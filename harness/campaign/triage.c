// SPDX-License-Identifier: MIT
/* triage.c - see triage.h. */
#include "harness/campaign/triage.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/trial.h"
#include "harness/lib/must.h"

enum { ERROR_BYTES = 4096 };

struct known {
	struct found *f;
	u32 nr, cap;
};

static void doing(const struct triage *t, const struct found *f, const char *what)
{
	if (t->doing != NULL)
		t->doing(t->ctx, f, what);
}

/* --- does it show? --- */

static bool differs_so(const struct trial_program *p, const char *signature)
{
	char own[SIGNATURE_BYTES];

	if (p->result.verdict != COMPARE_DIFFERENT)
		return false;
	compare_signature(&p->result.differences.d[0], p->script, own, sizeof(own));
	return strcmp(own, signature) == 0;
}

/* How often Linux does otherwise in so many runs: -1 with why in err. */
static int replay_linux(const struct triage *t, const struct found *f, u32 replays, char *err,
			u32 err_size)
{
	struct script *s = found_script(f);
	int showed = 0;

	for (u32 i = 0; i < replays && showed >= 0; i++) {
		struct trial_program p;
		size_t len;
		char *text = script_print(s, PRINT_COMMENTS, &len);

		trial_program_init(&p, must(strdup(f->id)), text, len);
		if (trial_run(t->shrink.linux_trial, &p, 1, false, err, err_size) != 0)
			showed = -1;
		else
			showed += differs_so(&p, f->signature);
		trial_program_free(&p);
	}
	script_free(s);
	return showed;
}

/* What shows in its place is a finding too. */
static bool keep_other(const struct triage *t, const struct found *f, const struct detection *d,
		       char *err, u32 err_size)
{
	struct found other = { .detector = d->detector, .text = d->text };
	bool is_new;
	bool ok;

	memcpy(other.target, f->target, sizeof(other.target));
	memcpy(other.signature, d->signature, sizeof(other.signature));
	memcpy(other.first_seen, f->first_seen, sizeof(other.first_seen));
	memcpy(other.commit, f->commit, sizeof(other.commit));
	other.program = found_input(f, &other.program_len);
	ok = store_add(t->store, &other, &is_new, err, err_size);
	free(other.program);
	return ok;
}

static int replay_here(const struct triage *t, const struct found *f, u32 replays, char *err,
		       u32 err_size)
{
	struct detection other;
	int showed = shrink_replay(&t->shrink, f, replays, &other, err, err_size);

	if (showed >= 0 && other.found && !keep_other(t, f, &other, err, err_size))
		showed = -1;
	detection_free(&other);
	return showed;
}

static int replay(const struct triage *t, const struct found *f, u32 replays, char *err,
		  u32 err_size)
{
	if (f->detector != DETECTOR_linux)
		return replay_here(t, f, replays, err, err_size);
	if (t->shrink.linux_trial != NULL)
		return replay_linux(t, f, replays, err, err_size);
	snprintf(err, err_size, "needs the judging kernel: refstack oracle build");
	return -1;
}

/* --- one --- */

/* What is flaky is not gone because it did not show this time, unless it is another build. */
static void judge(const struct triage *t, struct found *f)
{
	if (f->showed == 0 && f->status == FINDING_FLAKY && strcmp(f->commit, t->commit) == 0)
		return;
	if (f->showed == 0)
		f->status = FINDING_GONE;
	else if (f->showed < f->replays)
		f->status = FINDING_FLAKY;
	else if (f->status != FINDING_MINIMISED && f->status != FINDING_PROMOTED)
		f->status = FINDING_CONFIRMED;
}

/* What was minimised may be gone while what it was made of is not. */
static bool fall_back(const struct triage *t, struct found *f, char *err, u32 err_size)
{
	u8 *smallest = f->smallest;
	int showed;

	f->smallest = NULL;
	f->looks[0] = '\0';
	showed = replay(t, f, TRIAGE_REPLAYS, err, err_size);
	if (showed <= 0) {
		f->smallest = smallest;
		return showed == 0;
	}
	free(smallest);
	f->smallest_len = 0;
	f->showed = (u32)showed;
	f->status = FINDING_NEW;
	return true;
}

static bool confirm(const struct triage *t, struct found *f, char *err, u32 err_size)
{
	int showed;

	doing(t, f, "replayed");
	showed = replay(t, f, TRIAGE_REPLAYS, err, err_size);
	if (showed < 0)
		return false;
	f->replays = TRIAGE_REPLAYS;
	f->showed = (u32)showed;
	if (showed == 0 && f->smallest != NULL && !fall_back(t, f, err, err_size))
		return false;
	judge(t, f);
	return true;
}

static bool make_small(struct triage *t, struct found *f, char *err, u32 err_size)
{
	doing(t, f, "minimised");
	if (f->detector != DETECTOR_linux && f->looks[0] == '\0' &&
	    shrink_looks(&t->shrink, f, err, err_size) != 0)
		return false;
	if (!shrink_found(&t->shrink, f, err, err_size))
		return false;
	f->status = FINDING_MINIMISED;
	return true;
}

bool triage_one(struct triage *t, struct found *f, char *err, u32 err_size)
{
	char other[ERROR_BYTES];
	bool ok;

	assert(t->store != NULL);
	assert(t->commit != NULL);
	if (!confirm(t, f, err, err_size))
		return false;
	ok = f->status != FINDING_CONFIRMED || !t->minimise || make_small(t, f, err, err_size);
	if (store_update(t->store, f, ok ? err : other, ok ? err_size : (u32)sizeof(other)))
		return ok;
	return false;
}

/* --- all --- */

static bool is_known(const struct known *k, const char *id)
{
	for (u32 i = 0; i < k->nr; i++)
		if (strcmp(k->f[i].id, id) == 0)
			return true;
	return false;
}

static bool collect(void *ctx, const struct found *f)
{
	struct known *k = ctx;
	struct found *to;

	if (is_known(k, f->id))
		return true;
	if (k->nr == k->cap) {
		k->cap = k->cap * 2 + 16;
		k->f = must(realloc(k->f, k->cap * sizeof(*k->f)));
	}
	to = &k->f[k->nr++];
	*to = *f;
	to->program = must(malloc(f->program_len + 1));
	memcpy(to->program, f->program, f->program_len);
	if (f->smallest != NULL) {
		to->smallest = must(malloc(f->smallest_len + 1));
		memcpy(to->smallest, f->smallest, f->smallest_len);
	}
	to->text = f->text != NULL ? must(strdup(f->text)) : NULL;
	to->place = f->place != NULL ? must(strdup(f->place)) : NULL;
	return true;
}

/* One that shows, and has the same detector and signature in another target. */
static const struct found *same_as(const struct known *k, u32 i)
{
	for (u32 e = 0; e < i; e++)
		if (k->f[e].detector == k->f[i].detector && k->f[e].status != FINDING_GONE &&
		    strcmp(k->f[e].signature, k->f[i].signature) == 0)
			return &k->f[e];
	return NULL;
}

/* The one before it is minimised, which is enough. False: interrupted. */
static bool look_at(struct triage *t, struct known *k, u32 i)
{
	const struct found *same = same_as(k, i);
	struct found *f = &k->f[i];
	bool minimise = t->minimise, ok;
	char err[ERROR_BYTES];

	if (f->status == FINDING_PROMOTED) {
		t->told(t->ctx, f, NULL, NULL);
		t->count[f->status]++;
		return true;
	}
	t->minimise = minimise && same == NULL;
	ok = triage_one(t, f, err, sizeof(err));
	t->minimise = minimise;
	if (t->shrink.interrupted != NULL && *t->shrink.interrupted != 0)
		return false;
	t->problems += !ok;
	t->count[f->status]++;
	t->told(t->ctx, f, same != NULL ? same->id : NULL, ok ? NULL : err);
	return true;
}

/* What shows in the place of something else is looked at, too. */
bool triage_all(struct triage *t, char *err, u32 err_size)
{
	struct known known = { .f = NULL };
	bool ok, goes_on = true;
	u32 i = 0;

	do {
		ok = store_each(t->store, collect, &known, err, err_size);
		goes_on = ok && i < known.nr;
		while (goes_on && i < known.nr)
			goes_on = look_at(t, &known, i++);
	} while (goes_on);
	for (i = 0; i < known.nr; i++)
		found_free(&known.f[i]);
	free(known.f);
	return ok;
}
