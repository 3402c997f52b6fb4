// SPDX-License-Identifier: MIT
/* route_vectors.h - replays requests that were put to Linux, and compares what comes back. */
#ifndef HARNESS_UNIT_ROUTE_VECTORS_H
#define HARNESS_UNIT_ROUTE_VECTORS_H

/* Number of answers that differ, each printed; *total: how many there were. */
int run_route_vectors(const char *path, int *total);

#endif
