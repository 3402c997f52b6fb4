// SPDX-License-Identifier: MIT
/* tap.h - what a run did, for people to look at: a trace for Perfetto and a capture for Wireshark.
 *
 * tap_start() switches on what is needed and hangs itself on the world's hooks; tap_write_*() write
 * a temporary file beside the path and rename it.
 */
#ifndef HARNESS_LIB_TAP_H
#define HARNESS_LIB_TAP_H

#include "harness/lib/world.h"

struct tap;
enum tap_what { TAP_TRACE = 1, TAP_PCAPNG = 2 };

struct tap *tap_start(struct world *w, u32 what);
/* From here on things happen because of this statement: "udp.pkt:12 sendto(3, ...) = 5". */
void tap_statement(struct tap *t, const char *where, const char *text);
/* A call of a task began or ended, for the trace's own tracks: the world's records say so. */
/* 0, or -1 with a message in err. */
int tap_write_trace(struct tap *t, const char *path, char *err, u32 err_size);
int tap_write_pcapng(struct tap *t, const char *path, char *err, u32 err_size);
void tap_stop(struct tap *t);

#endif
