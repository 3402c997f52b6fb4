// SPDX-License-Identifier: MIT
/* internal.h - what the parts of a running campaign share.
 *
 *   campaign.c  the directory, its lock; sums and ledgers
 *   corpus.c    one corpus a target, and how inputs come into it and from it
 *   worker.c    engines as processes, one an engine, target and instance
 *   helper.c    helpers in the background: second looks, detections
 *   judge.c     the helper that asks Linux
 *   screen.c    what is seen while it runs
 *   summary.c   what is left of it
 *   conduct.c   the loop
 */
#ifndef HARNESS_CAMPAIGN_INTERNAL_H
#define HARNESS_CAMPAIGN_INTERNAL_H

#include <stdio.h>
#include <sys/types.h>

#include "harness/campaign/campaign.h"
#include "harness/fuzz/counters.h"
#include "harness/fuzz/fuzz.h"

enum {
	HASH_HEX = 41, /* 40 digits and the end */
	INPUT_LARGEST = 1 << 20,
	INPUT_LONGEST = 4096, /* that engines make */
	WORKERS_MAX = 256,
	NOTICES = 4,
	SIGNATURE_MAX = 160
};

u64 now_ms(void); /* of a clock that never jumps */
/* "1,234,567" */
enum { THOUSANDS = 32 };
const char *thousands(u64 v, char to[THOUSANDS]);

/* --- campaign.c: sums, ledgers -----------------------------------------------------------------
 */

struct target_sums {
#define G(name)
#define T(name) u64 name;
#include "harness/campaign/sums.def"
#undef T
#undef G
};

struct sums {
#define G(name) u64 name;
#define T(name)
#include "harness/campaign/sums.def"
#undef T
#undef G
	struct target_sums target[CAMPAIGN_TARGETS];
};

/* Absent: all are 0. False with why in err. */
bool sums_read(const struct campaign *c, struct sums *s, char *err, u32 err_size);
bool sums_write(const struct campaign *c, const struct sums *s, char *err, u32 err_size);

/* Numbers that are spread evenly; 0 is none. */
struct hash_set {
	u64 *slot;
	u32 used, cap;
};
bool hash_set_has(const struct hash_set *s, u64 key);
/* False: it was there. */
bool hash_set_add(struct hash_set *s, u64 key);
void hash_set_free(struct hash_set *s);
u64 hash_text(const char *a, const char *b);

/* A file of "TARGET HASH" lines to which is added only. */
struct ledger {
	int fd;
	struct hash_set has;
};
bool ledger_open(struct ledger *l, const struct campaign *c, const char *name, char *err,
		 u32 err_size);
bool ledger_has(const struct ledger *l, const char *target, const char *hash);
/* False: it cannot be written. */
bool ledger_add(struct ledger *l, const char *target, const char *hash);
void ledger_close(struct ledger *l);

/* --- corpus.c ----------------------------------------------------------------------------------
 */

struct corpus {
	char dir[CAMPAIGN_PATH];
	struct hash_set has; /* the hashes' beginnings */
	u32 entries;
	u64 newest_ms; /* when the last one came; 0: before this session */
};

void input_hash(const u8 *bytes, size_t len, char hash[HASH_HEX]);
/* Of malloc; NULL: absent, or larger than inputs are. */
u8 *input_read(const char *dir, const char *name, size_t *len);
/* Whole or not at all. False with errno. */
bool input_write(const char *dir, const char *name, const u8 *bytes, size_t len);
bool corpus_open(struct corpus *c, const char *dir, char *err, u32 err_size);
/* 1: it is new; 0; -1 with errno. */
int corpus_add(struct corpus *c, const u8 *bytes, size_t len, char hash[HASH_HEX]);
/* Those that are there; false ends it. */
typedef bool corpus_visit(void *ctx, const char *hash);
void corpus_each(const struct corpus *c, corpus_visit *visit, void *ctx);
void corpus_remove(struct corpus *c, const char *hash);
void corpus_close(struct corpus *c);

/* What has come into a directory since the last time, each file once. Files that may still be
 * written are left for later, unless it is said that nobody writes. take: false ends it.
 */
struct inbox {
	char dir[CAMPAIGN_PATH];
	struct hash_set seen; /* names */
	bool takes;	      /* files are removed when they are taken: the name may come again */
};
typedef bool inbox_take(void *ctx, const struct inbox *in, const char *name, const u8 *bytes,
			size_t len);
bool inbox_read(struct inbox *in, bool at_rest, inbox_take *take, void *ctx);
void inbox_pass(struct inbox *in, const char *name); /* it has been seen */

/* --- worker.c ----------------------------------------------------------------------------------
 */

struct worker {
	u32 target;
	enum engine engine;
	u32 index; /* among those of the same engine and target */
	char name[32], dir[CAMPAIGN_PATH];
	struct inbox queue, crashes, hangs; /* hangs: of AFL++ */

	pid_t pid; /* 0: it does not run */
	u64 used_ms, began_ms, until_ms, kill_ms;
	u32 failures;
	bool given_up, unstable;	  /* unstable: it has been said */
	u32 runs;			  /* so far */
	struct fuzz_counters *page, base; /* base: as the page was when the session began */
	u64 said_execs, said_base; /* what the engine says, and said when the session began */
	u64 said_before; /* by its runs before this one: one of the two begins at 0 each time */
	u64 started_execs, started_said; /* when this run began */
	u64 edges;
	u32 stability; /* hundredths of a per cent; 0: unknown */
	u64 rate_execs, rate_calls, rate_frames;
	struct fuzz_counters last; /* a second ago */
	u64 last_execs;
};

struct session;
/* Directories, counters. False with why in err. */
bool worker_init(struct session *s, struct worker *w, char *err, u32 err_size);
bool worker_start(struct session *s, struct worker *w, u64 slice_ms);
/* It shall come to its end: at first politely. Called again and again until it has. */
void worker_end(struct worker *w);
/* What the engine says of itself. */
void worker_stats(struct worker *w);
u64 worker_execs(const struct worker *w); /* of this session */
/* A second has passed since the last time: rates. */
void worker_rates(struct worker *w, u64 ms);
/* True: it has ended; *badly: by itself, and not because it was done. */
bool worker_reap(struct worker *w, bool *badly);
/* An input of another engine, for one that looks for such while it runs. */
bool worker_give(struct worker *w, const char *hash, const u8 *bytes, size_t len);
void worker_log(const struct worker *w, char to[CAMPAIGN_PATH]);
void worker_close(struct worker *w);

/* --- helper.c ----------------------------------------------------------------------------------
 */

/* An input that waits for a helper. */
struct candidate {
	u32 target;
	char hash[HASH_HEX];
	enum candidate_kind {
		CANDIDATE_CRASH, /* an engine ended with it */
		CANDIDATE_SLOW,	 /* an engine says that it takes too long, or too much memory */
		CANDIDATE_LOOK	 /* a second look found something: detector, signature */
	} kind;
	enum detector detector;
	char signature[SIGNATURE_MAX];
};
struct queue {
	struct candidate *at;
	u32 first, nr, cap;
};
void queue_add(struct queue *q, const struct candidate *c);
/* The next ones that are of the same target, most at most: how many. */
u32 queue_take(struct queue *q, struct candidate *to, u32 most);
void queue_free(struct queue *q);

/* What helpers tell, through a pipe: small enough to come in one piece. */
enum note_kind {
	NOTE_LOOKING,  /* candidate: is being looked at */
	NOTE_LOOKED,   /* value[0]: enum look_verdict; found: candidate has detector, signature */
	NOTE_DETECTED, /* candidate is done with */
	NOTE_SLOW,     /* it ends well when it has the time */
	NOTE_FINDING,  /* candidate, id, is_new, confirmed */
	NOTE_JUDGED,   /* value: by enum compare_verdict; NOTE_GENERATED: those that were drawn */
	NOTE_PROBLEM   /* text */
};
enum { NOTE_GENERATED = 7, NOTE_VALUES };
struct note {
	enum note_kind kind;
	struct candidate candidate;
	bool is_new, confirmed;
	char id[9];
	char text[SIGNATURE_MAX];
	u64 value[NOTE_VALUES];
};

struct helper {
	const char *what;
	pid_t pid;
	bool looking; /* at `current` */
	struct candidate current;
};

bool helpers_init(struct session *s, char *err, u32 err_size);
/* Takes their notes, starts and ends them. */
void helpers_step(struct session *s);
/* Once all engines are at rest: those that look at findings get so much time, then all end. */
void helpers_end(struct session *s, u64 patience_ms);

/* Inside helpers. */
void helper_tell(const struct session *s, const struct note *n);
void helper_problem(const struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Into the store: c has target, detector and signature. */
struct store;
void helper_finding(const struct session *s, struct store *store, const struct candidate *c,
		    const u8 *bytes, size_t len, const char *text, bool flaky, bool confirmed);
struct store *helper_store(const struct session *s);

/* --- judge.c -----------------------------------------------------------------------------------
 */

/* The helper's main: programs to Linux, until it is asked to end. */
_Noreturn void judge_main(const struct session *s);
/* Is there a kernel? What is missing goes to err. */
bool judge_there(char *err, u32 err_size);

/* --- screen.c ----------------------------------------------------------------------------------
 */

struct screen {
	u64 drawn_ms; /* 0: never */
	u32 lines;    /* of the last drawing */
};
void screen_show(struct session *s, bool last);
void screen_finding(struct session *s);
/* "sanitizer 1, linux 2" */
void findings_by_kind(const struct session *s, char *to, u32 size);

/* --- summary.c ---------------------------------------------------------------------------------
 */

void series_add(struct session *s);
/* Writes the three files, and prints what is in the first; false with why in err. */
bool summary_write(struct session *s, char *err, u32 err_size);

/* --- conduct.c ---------------------------------------------------------------------------------
 */

struct newest {
	char id[9], target[32];
	enum detector detector;
	char signature[SIGNATURE_MAX];
};

struct session {
	const struct campaign_plan *plan;
	struct campaign campaign;
	int lock;
	char commit[48];
	bool engine[ENGINES];	  /* is here */
	struct sums before, sums; /* before: of the sessions before this one */
	u64 began_ms, ends_ms;	  /* 0: never */
	struct corpus corpus[CAMPAIGN_TARGETS];
	struct inbox found[CAMPAIGN_TARGETS];
	struct worker *worker;
	u32 nr_workers, instances_of[CAMPAIGN_TARGETS][ENGINES];
	u64 slice_ms, quota; /* executions an instance; 0: any number */

	struct ledger looked, detected;
	struct queue to_look, to_detect;
	struct helper looker, detective, judge;
	int notes[2]; /* pipe */
	bool judging; /* Linux is there */
	bool confirmed;
	/* Findings in the store, by detector and target; of those: new in this session. */
	u32 findings[DETECTOR_MAX], findings_of[CAMPAIGN_TARGETS], findings_new;
	struct newest newest;
	struct screen screen;
	char notice[NOTICES][SIGNATURE_MAX]; /* the last ones */
	u32 nr_notices;
	char *fatal; /* why it cannot go on; of malloc; NULL */
};

u64 session_ms(const struct session *s);
/* Sums of this session and those before, as they are now. */
void session_sum(struct session *s);
u64 session_edges(const struct session *s, u32 target);
void session_notice(struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void session_fatal(struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* An input that something was found with: kept, and put to its target again. */
void session_candidate(struct session *s, struct candidate *c, const u8 *bytes, size_t len);
/* Said for people: " --campaign DIR", unless that is the usual one. */
const char *session_where(const struct session *s, char to[CAMPAIGN_PATH]);

#endif
