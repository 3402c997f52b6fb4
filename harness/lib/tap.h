// SPDX-License-Identifier: MIT
/* tap.h - what a run did, for people to look at: a trace for Perfetto and a capture for Wireshark.
 *
 * tap_start() switches on what is needed and hangs itself on the world's hooks; tap_write_*() write
 * a temporary file beside the path and rename it.
 *
 * The hooks are chained: what world->on_frame and net->on_packet were at tap_start() is called
 * first, and is there again after tap_stop(). So whoever installs one later has to call the one it
 * found, or to be gone before tap_stop(); world_restore() may not come between the two. A world has
 * one tap at a time.
 */
#ifndef HARNESS_LIB_TAP_H
#define HARNESS_LIB_TAP_H

#include "harness/lib/world.h"

struct tap;
enum tap_what { TAP_TRACE = 1, TAP_PCAPNG = 2 };

struct tap *tap_start(struct world *w, u32 what);
/* From here on things happen because of this statement: "udp.pkt:12", "sendto(3, ...) = 5". */
void tap_statement(struct tap *t, const char *where, const char *text);
/* 0, or -1 with a message in err. Both may be written, in any order, before tap_stop(). */
int tap_write_trace(struct tap *t, const char *path, char *err, u32 err_size);
int tap_write_pcapng(struct tap *t, const char *path, char *err, u32 err_size);
void tap_stop(struct tap *t);

#endif
