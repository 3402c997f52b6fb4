// SPDX-License-Identifier: MIT
/* linux_internal.h - real Linux as a device under test: what its parts share.
 *
 *   linux.c         the table of functions, hosts, set-up and end
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

#include <sys/types.h>

#include "harness/dut/dut.h"

struct linux_facts;
struct linux_process;
struct linux_thread;

struct linux_host {
	int netns; /* open namespace; -1 */
	int tap;   /* the device's other end, non-blocking; -1 */
	char dev[16];
	u8 mac[6]; /* not of a TUN */
	struct linux_process *process[DUT_PROCESSES]; /* NULL: not there */
	struct linux_thread *thread[DUT_THREADS];
};

struct linux_dut {
	struct dut dut; /* first: a pointer to one is a pointer to the other */
	struct dut_config cfg;
	enum dut_clock clock;
	int home;  /* the namespace that the executor came from */
	u32 where; /* the host whose namespace it is in; DUT_HOSTS: home */
	struct linux_host host[DUT_HOSTS];
	struct linux_facts *facts; /* of linux_facts.c */
	u32 returned;		   /* calls that ended and that on_return has not been told */
	int um_now;		   /* the exact clock's file; -1: there is none */
	int timer, bell;	   /* timerfd; eventfd that a call's end rings */
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

/* --- linux_facts.c; rows of dut_ops have the same contract as there. The executor calls them; it
 * reports frames and calls that ended meanwhile itself, afterwards.
 * --------------------------------------------------------------------------------------------- */

/* All hosts and devices are there, no process is yet: what facts are told from. 0, or -1 with why. */
int linux_facts_begin(struct linux_dut *l, char *err, u32 err_size);
void linux_facts_end(struct linux_dut *l);
int linux_command(struct dut *d, u32 host, struct ipcmd_call *call);
int linux_knob_read(struct dut *d, u32 host, const char *path, char *value, u32 size);
int linux_knob_write(struct dut *d, u32 host, const char *path, const char *value);
int linux_proc_read(struct dut *d, u32 host, const char *path, char *out, u32 *len, u32 size);
void linux_counters(struct dut *d, u32 host, u64 *mib, u64 *drops);
void linux_state(struct dut *d, u32 host, FILE *to);
bool linux_is_broadcast(struct dut *d, u32 host, u32 addr);
u16 linux_youngest_port(struct dut *d, u32 host, u8 proto);

#endif
