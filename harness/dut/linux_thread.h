// SPDX-License-Identifier: MIT
/* linux_thread.h - what a program's processes and the executor share: requests and memory.
 *
 * A thread waits on the number of its request. It becomes who it is to be, makes the call, notes
 * when that ended, says so and waits again. The first thread of each process, its leader, makes no
 * calls of the script: it starts threads and forks processes.
 */
#ifndef HARNESS_DUT_LINUX_THREAD_H
#define HARNESS_DUT_LINUX_THREAD_H

#include <sys/types.h>

#include "harness/dut/dut.h"

enum {
	LINUX_UMEM_BYTES = 1 << 22, /* of a process */
	LINUX_STACK_BYTES = 1 << 16,
	LINUX_NOFILE = 1024,
	LINUX_SERVICE_FD = 2000, /* above what a script can have: the bell, */
	LINUX_SERVICE_CLOCK	 /* and the clock */
};

/* The exact clock: a file of the judging kernel's that costs no time to read; -1: CLOCK_MONOTONIC,
 * less offset_ns.
 */
struct linux_clock {
	int fd;
	u64 offset_ns; /* what is to be added to the file's number */
};
u64 linux_clock_ns(const struct linux_clock *c);
/* Of a judging kernel that has one; else fd is -1. */
struct linux_clock linux_clock_open(void);

/* Who makes the calls of a process. */
struct linux_identity {
	u32 generation; /* another number: threads look at it again */
	u32 uid;
	u64 caps; /* effective */
};

enum linux_order { LINUX_SPAWN, LINUX_FORK };
/* The executor asks: `asked` is counted up and woken; the answer is there when `done` equals it. */
struct linux_request {
	u32 asked, done;
	u32 nr;	  /* of a leader: enum linux_order */
	u32 turn; /* how many calls of the host had ended then */
	u64 arg[SYS_ARGS];
	s64 ret;
	u64 ended_ns; /* 0: not noted */
};

struct linux_shared {
	int bell;
	u32 last_fd; /* that the executor may have below LINUX_SERVICE_FD */
	struct linux_clock clock;
	/* False where the executor does it itself as soon as all threads wait again: who ends a
	 * call rings the bell, and notes the time.
	 */
	bool ring, note;
	u32 turns;
	u8 *stacks; /* of threads, then of processes' leaders */
	u8 *bytes;  /* memory of processes, one after the other */
	struct linux_request leader[DUT_PROCESSES];
	struct linux_identity identity[DUT_PROCESSES];
	struct linux_request thread[DUT_THREADS];
	u32 process_of[DUT_THREADS];
	pid_t tid[DUT_THREADS], pid[DUT_PROCESSES];
};

/* A child of the executor's, just forked, becomes process 0. */
_Noreturn void linux_process_main(struct linux_shared *s);
/* Starts process 0 as a child that shares the executor's memory, in which the process's is at
 * UMEM_BASE; its thread 0, too. Its pid, or -1. Of the executor it has all that linux_boot() set up
 * for it.
 */
pid_t linux_process_start(struct linux_shared *s);
/* A signal interrupts what waits and leaves no other trace. */
void linux_catch_signals(void);
void linux_wake(u32 *asked);

#endif
