// SPDX-License-Identifier: MIT
/* store.h - what campaigns have found, in an SQLite file (findings.db of a campaign's directory).
 *
 * A finding is known by target, detector and signature: its id is the first eight hex digits of the
 * SHA-256 of the three. Programs with the same id are the same finding; the shortest is kept.
 * Several processes may have the file open; none may take a store that is open over a fork().
 */
#ifndef HARNESS_CAMPAIGN_STORE_H
#define HARNESS_CAMPAIGN_STORE_H

#include "harness/fuzz/fuzz.h"

enum finding_status {
	FINDING_NEW,	   /* seen once, or again after it was gone */
	FINDING_CONFIRMED, /* each of three replays showed it */
	FINDING_FLAKY,	   /* some did: a finding of its own, for nothing here may be flaky */
	FINDING_MINIMISED,
	FINDING_PROMOTED, /* it has a vector or a place in corpus/TARGET/regress */
	FINDING_GONE,	  /* it does not show with this build any more */
	FINDING_STATUSES
};
extern const char *const finding_status_names[FINDING_STATUSES];

struct found {
	char id[9];
	char target[32];
	enum detector detector;
	char signature[160];
	char first_seen[32]; /* 2026-11-21T12:00:00Z */
	char commit[48];     /* git describe --always --dirty, of the build that found it */
	enum finding_status status;
	u8 *program; /* the input, as the target takes it; of malloc */
	size_t program_len;
	/* Minimised; NULL. Of a target of programs the whole script as script_encode() has it, with
	 * all that stands before it; of others an input.
	 */
	u8 *smallest;
	size_t smallest_len;
	char looks[16]; /* as --looks says it: which second look shows it, or none; "": unknown */
	u32 seen;	/* how often */
	u32 replays, showed; /* replays of triage, and how many of them showed it */
	char *text;	     /* what was said about it; of malloc; NULL */
	char *place;	     /* the file that it was promoted to; of malloc; NULL */
};

struct store;
/* NULL with why in err. Made when it is not there; several processes may have it open. */
struct store *store_open(const char *path, char *err, u32 err_size);
void store_close(struct store *s);
void found_id(struct found *f); /* fills in id */
void found_free(struct found *f);
/* Adds it, or counts that it was seen again; *is_new: it was not there, or gone. Of f target,
 * detector, signature, first_seen, commit, program and text count. False with why in err.
 */
bool store_add(struct store *s, const struct found *f, bool *is_new, char *err, u32 err_size);
/* id: a whole one or the beginning of just one. 1, 0 (none, or several, which err says), -1 with
 * why in err.
 */
int store_find(struct store *s, const char *id, struct found *f, char *err, u32 err_size);
/* Status, smallest, looks, replays, showed, text, place are written anew. */
bool store_update(struct store *s, const struct found *f, char *err, u32 err_size);
/* In the order in which they were first seen, newest last; each false ends it. The callback may
 * update the store.
 */
bool store_each(struct store *s, bool (*each)(void *ctx, const struct found *f), void *ctx,
		char *err, u32 err_size);

#endif
