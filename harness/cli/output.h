// SPDX-License-Identifier: MIT
/* output.h - what commands print besides plain lines: JSON strings, progress, colour; Ctrl-C. */
#ifndef HARNESS_CLI_OUTPUT_H
#define HARNESS_CLI_OUTPUT_H

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/types.h"

/* Quoted; bytes that are no UTF-8 become U+FFFD, so that what is printed is JSON whatever it is. */
void json_string(FILE *to, const char *text);

/* Progress on stderr: on a terminal one line that is rewritten each second, else a line every 10 s.
 */
struct progress {
	time_t started, last;
	bool terminal, drawn;
};
void progress_start(struct progress *p);
/* True when it is time for a line: print it between progress_begin() and progress_end(). */
bool progress_due(const struct progress *p);
void progress_begin(struct progress *p);
void progress_end(const struct progress *p);
void progress_clear(struct progress *p);
/* "12 of 40 scripts", when it is time for a line. */
void progress_show(struct progress *p, u32 done, u32 of, const char *what);

/* Only on a terminal, and never with NO_COLOR. */
bool wants_colour(FILE *to);

/* From here on the first Ctrl-C sets the flag, and the second one ends the program. */
extern volatile sig_atomic_t interrupted;
void catch_interrupt(void);

#endif
