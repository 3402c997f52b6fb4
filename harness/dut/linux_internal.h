// SPDX-License-Identifier: MIT
/* linux_internal.h - real Linux as a device under test: what its parts share.
 *
 *   linux.c         the table of functions, hosts, set-up and end
 *   linux_boot.c    what all scripts of a boot of the judging kernel have in common
 *   linux_time.c    the clock, and what the executor waits for
 *   linux_wire.c    TAP and TUN devices, the hub between hosts
 *   linux_task.c    processes, their memory, calls;  linux_thread.c what runs in them
 *   linux_facts.c   commands, knobs, files of /proc, counters, drops, tables
 *
 * Who runs the scripts is the executor. It keeps the other ends of the devices and never blocks but
 * where it waits for time to pass; the program's processes are its children.
 */
#ifndef HARNESS_DUT_LINUX_INTERNAL_H
#define HARNESS_DUT_LINUX_INTERNAL_H

#include <sched.h>
#include <sys/types.h>

#include "harness/dut/dut.h"
#include "harness/dut/linux_thread.h"

struct linux_facts;
struct linux_trace;
struct linux_drops;

enum { LINUX_FRAME_MAX = 1 << 17, LINUX_RUN_FDS = 64 };

/* Of the judging kernel's guest, from its first script on. */
struct linux_boot {
	bool ready;
	int home; /* the first network namespace */
	int timer, bell, seed, draws;
	struct linux_clock exact;
	u32 reachable_ms; /* that a device's neighbours begin with */
	int first_fd;	  /* of those that a script's run opens, LINUX_RUN_FDS at most */
	struct linux_trace *trace;
	struct linux_drops *drops;
	struct linux_shared *shared[DUT_HOSTS]; /* NULL: no script has needed it yet */
};

/* What is known and still true. Where nobody runs beside the executor, nothing happens and no time
 * passes but by what it does: linux_stir().
 */
struct linux_known {
	bool now;   /* now_ns is the time */
	bool wires; /* nothing has left that was not collected */
	bool still; /* the script has nothing yet for which the kernel looks at the clock */
	u32 moves;  /* calls, frames and commands so far */
	u64 now_ns;
};

struct linux_process {
	pid_t pid; /* 0: not there */
	u8 *bytes; /* its memory, as the executor sees it */
	bool used; /* it has been there */
};

struct linux_task {
	bool there; /* the kernel has a thread for it */
	bool busy;  /* its call has not been seen to end */
	u32 process;
	u64 arg[SYS_ARGS];
	s64 ret;
	u64 ended_ps;
};

struct linux_host {
	int netns; /* open namespace; -1 */
	int tap;   /* the device's other end, non-blocking; -1 */
	char dev[16];
	u8 mac[6]; /* not of a TUN */
	struct linux_shared *shared;
	struct linux_process process[DUT_PROCESSES];
	struct linux_task task[DUT_THREADS];
};

struct linux_dut {
	struct dut dut; /* first: a pointer to one is a pointer to the other */
	struct dut_config cfg;
	enum dut_clock clock;
	int home;  /* the namespace that the executor came from */
	u32 where; /* the host whose namespace it is in; DUT_HOSTS: home */
	struct linux_host host[DUT_HOSTS];
	struct linux_boot *boot;   /* NULL on a live kernel */
	struct linux_known *known; /* NULL: others run, too */
	struct linux_known known_then;
	struct linux_facts *facts; /* of linux_facts.c */
	int timer, bell;	   /* timerfd; eventfd that a call's end rings */
	struct linux_clock exact;
	bool fifo;	      /* threads run before the executor goes on */
	int policy, priority; /* the executor's own */
	bool pinned;	      /* and its CPUs */
	cpu_set_t cpus;
	u8 frame[LINUX_FRAME_MAX];
};

static inline struct linux_dut *linux_of(struct dut *d)
{
	return (struct linux_dut *)d;
}

static inline const struct linux_dut *linux_of_const(const struct dut *d)
{
	return (const struct linux_dut *)d;
}

/* --- linux.c
 * ---------------------------------------------------------------------------------------- */

/* The executor's network namespace is this host's from here on: /proc/net, /proc/sys/net, sockets
 * that it opens and programs that it starts (fork() and execve(): mounts, uid and capabilities are
 * its own, its scheduling, too) are the host's. Callers need not go back. 0, or -errno.
 */
int linux_enter(struct linux_dut *l, u32 host);
/* What comes may set something off, or take time. */
static inline void linux_stir(struct linux_dut *l)
{
	if (l->known != NULL)
		l->known->now = l->known->wires = false;
}

enum { LINUX_STILL_MOVES = 256 };
/* A call, frame or command. Each may make a neighbour, and when those are too many the kernel looks
 * at the clock: from half their limit on nothing is still.
 */
static inline void linux_count_move(struct linux_dut *l)
{
	if (++l->known_then.moves > LINUX_STILL_MOVES)
		l->known_then.still = false;
}

/* Whether the kernel looks at the clock within what comes, where it takes time to do so. */
static inline void linux_stir_still(struct linux_dut *l, bool still)
{
	bool now = l->known != NULL && l->known->now && l->known->still && still;

	linux_stir(l);
	if (now)
		l->known->now = true;
}

/* Knobs of the present namespace that are not to depend on the machine. */
void linux_pin_knobs(void);
/* All frames that have left and the first call that has ended are reported; true: there were any.
 */
bool linux_collect(struct linux_dut *l);

/* --- linux_time.c
 * ----------------------------------------------------------------------------------- */
/* The guest's; NULL with why in err. */
struct linux_boot *linux_boot(char *err, u32 err_size);
int linux_time_begin(struct linux_dut *l, char *err, u32 err_size);
void linux_time_end(struct linux_dut *l);
u64 linux_now_ns(const struct linux_dut *l);
u64 linux_now_ps(const struct dut *d);
bool linux_step(struct dut *d, u64 until_ps);
/* Sleeps until something may have to be collected, or until then. True: something. */
bool linux_sleep(struct linux_dut *l, u64 until_ns);

/* --- linux_wire.c
 * ----------------------------------------------------------------------------------- */
/* The host's device; the executor is in its namespace. */
int linux_wire_begin(struct linux_dut *l, u32 host, char *err, u32 err_size);
void linux_wire_end(struct linux_dut *l, u32 host);
bool linux_wire_collect(struct linux_dut *l);
const char *linux_inject(struct dut *d, u32 host, const u8 *frame, u32 len);
void linux_link(struct dut *d, u32 host, bool up);

/* --- linux_task.c
 * ----------------------------------------------------------------------------------- */
/* Process 0 and its thread 0. */
int linux_tasks_begin(struct linux_dut *l, u32 host, char *err, u32 err_size);
void linux_tasks_end(struct linux_dut *l, u32 host);
bool linux_tasks_collect(struct linux_dut *l);
/* Some call has not ended. */
bool linux_tasks_wait(const struct linux_dut *l);
/* Whoever ends a call rings the bell, or need not: the executor does not wait for it. */
void linux_listen(struct linux_dut *l, bool on);
void linux_call(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 arg[SYS_ARGS]);
struct dut_call linux_thread_of(const struct dut *d, u32 host, u32 thread);
struct dut_memory linux_memory(struct dut *d, u32 host, u32 process);
void linux_touch(struct dut *d, u32 host, u32 process, u32 high);
void linux_fork(struct dut *d, u32 host, u32 to);
void linux_attach(struct dut *d, u32 host, u32 thread, u32 process);
void linux_signal(struct dut *d, u32 host, u32 thread, u32 signo);
void linux_identity(struct dut *d, u32 host, u32 process, u64 caps, u32 uid);

/* --- linux_drops.c --- */
/* Counts from here on. */
struct linux_drops *linux_drops_new(struct linux_trace *t);

/* --- linux_facts.c; rows of dut_ops have the same contract as there. The executor calls them; it
 * reports frames and calls that ended meanwhile itself, afterwards.
 * --------------------------------------------------------------------------------------------- */

/* All hosts and devices are there, no process is yet. */
void linux_facts_begin(struct linux_dut *l);
void linux_facts_end(struct linux_dut *l);
int linux_command(struct dut *d, u32 host, struct ipcmd_call *call);
int linux_knob_read(struct dut *d, u32 host, const char *path, char *value, u32 size);
int linux_knob_write(struct dut *d, u32 host, const char *path, const char *value);
int linux_proc_read(struct dut *d, u32 host, const char *path, char *out, u32 *len, u32 size);
void linux_counters(struct dut *d, u32 host, u64 *mib, u64 *drops);
void linux_state(struct dut *d, u32 host, FILE *to);
bool linux_is_broadcast(struct dut *d, u32 host, u32 addr);
void linux_youngest(struct dut *d, u32 host, u8 proto, u16 *local, u16 *remote);

#endif
