// SPDX-License-Identifier: MIT
/* frames.h - many small questions in one file: a set-up, and frames that are put to it one case at
 * a time, each with Linux's verdict. NAME.frames:
 *
 *   // claim: ... (headers as of a script; oracle:, kernel: when captured)
 *   `ip addr add ...`             the set-up: statements of a script, up to the first case
 *   0 socket(...) = 3
 *
 *   case ttl-0 [pending: tcp]     a case: each has a fresh world
 *   < 0200...                     a frame, hex; < +100ms 0200... after a time
 *   = out 0.000000 0200...        Linux's verdict: frames that it sent, when and what
 *   = recv 3 "abcd" from ...      what sockets got: returns of the receiving calls behind the case
 *   = mib Ip.InHdrErrors 1        lines of the state at the end that the set-up alone does not have
 *   = drop IP_INHDR 1
 *
 * A case is a script: set-up, its frames, `advance`, receiving calls until nothing is left. So it
 * runs wherever scripts run.
 */
#ifndef HARNESS_GOLDEN_FRAMES_H
#define HARNESS_GOLDEN_FRAMES_H
#endif
