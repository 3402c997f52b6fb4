// SPDX-License-Identifier: MIT
/* bench_live.h - the same work on the running kernel, for refstack bench. Traffic stays on
 * loopback. */
#ifndef HARNESS_CLI_BENCH_LIVE_H
#define HARNESS_CLI_BENCH_LIVE_H

#include <stdbool.h>
#include <stdint.h>

uint64_t bench_now_ns(void);
/* Nanoseconds for each of n unshare(CLONE_NEWNET) in one process; 0 when that is not permitted. */
double bench_live_unshare_ns(uint32_t n);
/* Nanoseconds for one sendto() and recvfrom() of so many bytes over 127.0.0.1; 0 when it fails. */
double bench_live_udp_ns(uint32_t n, uint32_t bytes);

/* Nanoseconds for a connection over 127.0.0.1 that is made, carries so many bytes each way and is
 * closed; 0 when it fails.
 */
double bench_live_tcp_ns(uint32_t n, uint32_t bytes);

#endif
