// SPDX-License-Identifier: MIT
/* golden.h - golden vectors: NAME.pkt with the results that real Linux gave, and NAME.pcapng with
 * the frames, their exact virtual times, and where all this comes from.
 *
 *   golden_pkt.c     a script and a record become the captured script
 *   golden_pcapng.c  the capture beside it, written and read
 *   golden_sysctls.c which sysctls are not the kernel's own
 *   golden_same.c    two goldens of one script
 *   align.c          two records against each other: which event is missing, which one differs
 *   check.c          one vector on one device under test
 *   frames*.c        many small questions in one file
 *   junit.c          what came of it, for machines
 */
#ifndef HARNESS_GOLDEN_GOLDEN_H
#define HARNESS_GOLDEN_GOLDEN_H

#include "harness/script/record.h"
#include "harness/script/run.h"
#include "harness/script/script.h"

/* Where a capture comes from: lines "key: value" of the section's comment. */
struct provenance {
	char kernel[64];      /* linux-6.12.117 uml */
	char config_hash[65]; /* SHA-256 of .config */
	char patches_hash[65];
	u64 seed;
	u32 hz;
	char *sysctls; /* of malloc: "net.ipv4.tcp_rmem = …" lines that a capture pins or changes */
	char *tape;    /* of malloc: "label value" lines; NULL: none */
	/* Of the script: why it is another now, a line behind its headers. NULL: nothing is said.
	 */
	const char *why;
};

/* Its sysctls, of malloc. */
char *golden_sysctls(const struct script *s, const struct run_options *o);

/* The captured script's text, in canonical form (of malloc): every result, output and frame as it
 * was. NULL with why in err.
 */
char *golden_pkt(const struct script *s, const struct record *r, const struct provenance *p,
		 char *err, u32 err_size);
/* The same, and on which line of it each of s's statements stands; 0: it is no longer there. */
char *golden_pkt_lines(const struct script *s, const struct record *r, const struct provenance *p,
		       u32 *line, char *err, u32 err_size);

/* The capture: one interface a host, one packet block a frame in either direction, each with the
 * statement that caused it ("cold-neighbour.pkt:7 sendto(3, …) = 5", a line of the captured script)
 * as comment; time 0 of the script is 0; a host's state at the end is the comment of its
 * interface's statistics block. The same record gives the same bytes.
 */
int golden_pcapng_write(const char *path, const struct script *s, const struct record *r,
			const struct provenance *p, char *err, u32 err_size);
/* The same without a captured script beside it: lines are those of the script itself. */
int golden_pcapng_write_alone(const char *path, const struct script *s, const struct record *r,
			      const struct provenance *p, char *err, u32 err_size);

struct golden_frame {
	u8 host;
	bool outgoing;
	s64 when_ns;
	const u8 *bytes; /* into golden->file */
	u32 len;
	const char *comment; /* into it, too: the statement behind it; not terminated */
	u32 comment_len;
};
struct golden {
	u8 *file; /* of malloc */
	size_t file_len;
	struct golden_frame *frame;
	u32 nr_frames, cap_frames;
	bool ethernet;
	u32 hosts;
	struct provenance from;
	char *state; /* of malloc */
};
/* 0, or -1 with what is wrong with the file in err: invalid golden, exit code 2. */
int golden_read(struct golden *g, const char *path, char *err, u32 err_size);
void golden_free(struct golden *g);

bool provenance_same(const struct provenance *a, const struct provenance *b);
/* Is it all that Linux said? On which lines of the script the statements behind it stand may
 * change, by a header more.
 */
bool golden_same(const struct golden *a, const struct golden *b);
/* The first frame that differs, the state, the kernel. */
void golden_show_diff(FILE *to, const struct golden *old, const struct golden *new);

#endif
