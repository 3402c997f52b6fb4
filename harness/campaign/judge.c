// SPDX-License-Identifier: MIT
/* judge.c - see internal.h: the helper that asks Linux, in the background.
 *
 * New inputs of the corpus come first. Where there are none random programs and mutations of the
 * corpus fill the boot: mistakes of meaning need many questions. Whatever is asked is an input of a
 * target, so that what is found can be put to it, and to Linux, again.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/check.h"
#include "base/rng.h"
#include "harness/campaign/internal.h"
#include "harness/campaign/store.h"
#include "harness/campaign/shrink.h"
#include "harness/diff/generate.h"
#include "harness/diff/trial.h"
#include "harness/fuzz/mutate.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"
#include "harness/script/script.h"

enum { BATCH = 96, KNOWN = 4096, JUDGE_NICE = 10, ERROR_BYTES = 1024 };

struct question {
	u32 target;
	char hash[HASH_HEX];
	bool generated;
	u8 *bytes;
	size_t len;
};

struct known {
	u32 target;
	char hash[HASH_HEX];
};

struct judge {
	const struct session *s;
	struct side linux_side, ours;
	struct trial trial;
	struct ledger judged;
	struct generate generate;
	u64 next;	/* random program */
	u32 drawn_for;	/* target */
	struct rng rng; /* of mutations */
	struct mutator *mutator[CAMPAIGN_TARGETS];
	struct known known[KNOWN]; /* of the corpora: to be mutated */
	u32 nr_known;
	struct store *store;
	struct question q[BATCH];
	struct trial_program p[BATCH];
	u32 nr;
};

static volatile sig_atomic_t asked_to_end;

static void on_end(int sig)
{
	(void)sig;
	asked_to_end = 1;
}

bool judge_there(char *err, u32 err_size)
{
	struct side side;

	return side_open(&side, "uml", SIDE_UML, err, err_size) == 0;
}

/* --- questions --- */

/* Takes the bytes. */
static void ask(struct judge *j, u32 target, u8 *bytes, size_t len, bool generated)
{
	const struct fuzz_scope *scope = fuzz_scope_find(fuzz_targets[target].name);
	struct question *q = &j->q[j->nr];
	struct script *script = fuzz_scope_script(scope, bytes, len);
	size_t text_len = 0;
	char *name, *text;

	*q = (struct question){
		.target = target, .generated = generated, .bytes = bytes, .len = len
	};
	input_hash(bytes, len, q->hash);
	found_for_linux(script);
	text = script_print(script, 0, &text_len);
	script_free(script);
	if (asprintf(&name, "%s-%.12s.pkt", fuzz_targets[target].name, q->hash) < 0)
		abort();
	trial_program_init(&j->p[j->nr], name, text, text_len);
	j->nr++;
}

struct asking {
	struct judge *j;
	u32 target;
};

static bool ask_entry(void *ctx, const char *hash)
{
	const struct asking *a = ctx;
	const char *name = fuzz_targets[a->target].name;
	size_t len = 0;
	u8 *bytes;

	if (a->j->nr_known < KNOWN) {
		struct known *k = &a->j->known[a->j->nr_known++];

		k->target = a->target;
		memcpy(k->hash, hash, sizeof(k->hash));
	}
	if (ledger_has(&a->j->judged, name, hash))
		return true;
	bytes = input_read(a->j->s->corpus[a->target].dir, hash, &len);
	if (bytes != NULL)
		ask(a->j, a->target, bytes, len, false);
	return a->j->nr < BATCH;
}

/* As an input of the target, which keeps what it keeps. */
static void ask_random(struct judge *j)
{
	const struct fuzz_scope *scope = fuzz_scope_find(fuzz_targets[j->drawn_for].name);
	struct script_error error;
	enum generate_area area;
	struct script *script;
	size_t len;
	char *text = generate_program(&j->generate, j->next++, &len, &area);
	u8 *bytes;

	script = script_parse("random", text, len, &error);
	free(text);
	if (script == NULL)
		return;
	bytes = fuzz_scope_input(scope, script, &len);
	script_free(script);
	ask(j, j->drawn_for, bytes, len, true);
}

static void ask_mutated(struct judge *j)
{
	const struct known *k = &j->known[rng_below(&j->rng, j->nr_known)];
	const struct known *other = &j->known[rng_below(&j->rng, j->nr_known)];
	const char *name = fuzz_targets[k->target].name;
	size_t len = 0, other_len = 0;
	u8 *bytes = input_read(j->s->corpus[k->target].dir, k->hash, &len), *add, *to;

	if (bytes == NULL)
		return;
	add = input_read(j->s->corpus[other->target].dir, other->hash, &other_len);
	if (j->mutator[k->target] == NULL)
		j->mutator[k->target] =
			mutator_new(INPUT_PROGRAM, fuzz_scope_find(name), j->s->plan->seed);
	to = must(malloc(INPUT_LONGEST));
	len = mutate(j->mutator[k->target], bytes, len, add, other_len, to, INPUT_LONGEST,
		     rng_u64(&j->rng));
	free(bytes);
	free(add);
	ask(j, k->target, to, len, true);
}

static void collect(struct judge *j)
{
	const struct campaign_plan *plan = j->s->plan;

	j->nr_known = 0;

	for (u32 t = 0; t < fuzz_nr_targets; t++)
		if (plan->target[t] && fuzz_targets[t].input == INPUT_PROGRAM && j->nr < BATCH)
			corpus_each(&j->s->corpus[t], ask_entry,
				    &(struct asking){ .j = j, .target = t });
	for (u32 tries = 0; j->nr < BATCH && tries < BATCH; tries++)
		if (tries % 2 != 0 && j->nr_known != 0)
			ask_mutated(j);
		else
			ask_random(j);
}

/* --- answers --- */

static void different(struct judge *j, u32 i)
{
	const struct comparison *r = &j->p[i].result;
	struct candidate c = { .target = j->q[i].target, .detector = DETECTOR_linux };
	char *text;

	memcpy(c.hash, j->q[i].hash, sizeof(c.hash));
	compare_signature(&r->differences.d[0], j->p[i].script, c.signature, sizeof(c.signature));
	if (asprintf(&text, "%s\n%s", r->differences.d[0].what, j->p[i].text) < 0)
		abort();
	if (!input_write(j->s->found[c.target].dir, c.hash, j->q[i].bytes, j->q[i].len))
		helper_problem(j->s, "what Linux does otherwise could not be kept");
	/* It differs in a batch, and alone: trial.h. */
	helper_finding(j->s, j->store, &c, j->q[i].bytes, j->q[i].len, text, false, true);
	free(text);
}

static void report(struct judge *j)
{
	struct note n = { .kind = NOTE_JUDGED };

	static_assert((u32)COMPARE_VERDICTS <= (u32)NOTE_GENERATED, "each verdict has its value");
	for (u32 i = 0; i < j->nr; i++) {
		n.value[j->p[i].result.verdict]++;
		n.value[NOTE_GENERATED] += j->q[i].generated;
		if (!j->q[i].generated)
			ledger_add(&j->judged, fuzz_targets[j->q[i].target].name, j->q[i].hash);
		if (j->p[i].result.verdict == COMPARE_DIFFERENT)
			different(j, i);
		if (j->p[i].result.verdict >= COMPARE_NOT_IMPLEMENTED)
			fprintf(stderr, "%s: %s: %s\n", j->p[i].name,
				compare_verdict_names[j->p[i].result.verdict],
				j->p[i].result.message != NULL ? j->p[i].result.message : "");
	}
	helper_tell(j->s, &n);
}

static void drop(struct judge *j)
{
	for (u32 i = 0; i < j->nr; i++) {
		trial_program_free(&j->p[i]);
		free(j->q[i].bytes);
	}
	j->nr = 0;
}

/* --- the helper --- */

static bool open_all(struct judge *j, char *err, u32 err_size)
{
	struct run_options o;

	if (side_open(&j->linux_side, "uml", SIDE_UML, err, err_size) != 0 ||
	    side_open(&j->ours, "refstack", SIDE_REFSTACK, err, err_size) != 0 ||
	    !ledger_open(&j->judged, &j->s->campaign, "judged", err, err_size))
		return false;
	j->linux_side.interrupted = j->ours.interrupted = &asked_to_end;
	run_options_init(&o);
	j->trial = (struct trial){ .side = { &j->linux_side, &j->ours },
				   .options = { o, o },
				   .rules = { .right = "Linux",
					      .other = "refstack",
					      .how = COMPARE_EXACT,
					      .hz = j->linux_side.kernel.hz,
					      .drops_of_one_host = true } };
	j->store = helper_store(j->s);
	generate_init(&j->generate, j->s->plan->seed);
	j->next = j->s->sums.generated + 1;
	rng_init(&j->rng, j->s->plan->seed, RNG_PROGRAM, (u32)j->next);
	return j->store != NULL;
}

/* Random programs are for the first target that keeps the most. */
static u32 who_draws(const struct campaign_plan *plan)
{
	u32 who = fuzz_nr_targets;

	for (u32 t = fuzz_nr_targets; t-- != 0;)
		if (plan->target[t] && fuzz_targets[t].input == INPUT_PROGRAM)
			who = t;
	return who;
}

_Noreturn void judge_main(const struct session *s)
{
	struct sigaction action = { .sa_handler = on_end };
	struct judge *j = must(calloc(1, sizeof(*j)));
	char err[ERROR_BYTES] = "";
	bool ok;

	sigaction(SIGTERM, &action, NULL);
	setpriority(PRIO_PROCESS, 0, JUDGE_NICE);
	j->s = s;
	j->drawn_for = who_draws(s->plan);
	ok = open_all(j, err, sizeof(err));
	while (ok && asked_to_end == 0) {
		collect(j);
		if (j->nr == 0)
			break;
		ok = trial_run(&j->trial, j->p, j->nr, false, err, sizeof(err)) == 0;
		if (ok)
			report(j);
		drop(j);
	}
	if (!ok && asked_to_end == 0)
		helper_problem(s, "Linux is not asked any more: %.100s", err);
	_exit(0);
}
