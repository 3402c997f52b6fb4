// SPDX-License-Identifier: MIT
/* evidence.h - all that happened in a vector, the two sides next to each other: what `check --run`
 * writes down, and what a report shows as a ladder.
 *
 * A row is a JSON object. a is what Linux did, b what the device under test did: left out where it
 * is the same, null where it did nothing; a is null where only the device did something.
 *
 *   {"kind": "frame", "host": 0, "out": true, "line": 7, "frame": 2,
 *    "a": {"when_ns": 0, "text": "192.0.2.1.7 > …", "hex": "0200…"}, "b": …,
 *    "fields": [{"name": "ttl", "expected": "64", "actual": "63", "follows": false,
 *                "from": 22, "to": 23}]}
 *   {"kind": "call", "line": 6, "a": {"when_ns": 0, "text": "recv(3, …) = 5"}}
 *   {"kind": "state", "a": {"text": "mib Udp.NoPorts 1"}, "b": {"text": "mib Udp.NoPorts 0"}}
 *
 * line is one of the script (0: of none), frame the number in the capture as Wireshark counts.
 * when_ns is null before the script's time 0, and left out of what has no time: the state at the
 * end. Of a call that has waited it is when it returned, and began_ns when it began. The times of a
 * and b differ only where that is a difference. Rows are in the order in which things happened.
 */
#ifndef HARNESS_GOLDEN_EVIDENCE_H
#define HARNESS_GOLDEN_EVIDENCE_H

#include "harness/golden/difference.h"

/* What is known of a case of a .frames file, and not of its script. */
struct evidence_case {
	const u32 *line;	 /* of each statement in the case's own script; NULL: as it says */
	const char *const *fact; /* lines of the state that the case is about */
	/* What is said of it besides its script's headers, by other keys. */
	const struct evidence_header {
		const char *key, *value;
	} * header;
	u32 nr_facts, nr_headers;
};

struct evidence {
	const struct script *script;
	const struct golden *golden;   /* what Linux did; NULL: see below */
	const struct record *expected; /* of another device, in place of a golden; NULL */
	const struct record *actual;   /* NULL: it has not run */
	/* The device did what the script and the golden say: the record has neither texts nor bytes
	 * that would differ. Without a golden frames are what they should be.
	 */
	bool equal;
	const struct difference_rules *rules;
	struct differences *differences;     /* all that was found; gets own_line. NULL */
	const struct evidence_case *of_case; /* NULL */
};
/* A statement that asks for a counter: mib, drop. */
bool evidence_is_counter(const struct stmt *st);
/* The rows, as a JSON array on one line, of malloc. */
char *evidence_ladder(const struct evidence *e);
/* The script's headers as a JSON object on one line, of malloc; of a key that is there more than
 * once the lines of all; with what the golden says of its kernel and seed. from: NULL: there is
 * no golden. c: NULL: it is no case.
 */
char *evidence_headers(const struct script *s, const struct provenance *from,
		       const struct evidence_case *c);

#endif
