// SPDX-License-Identifier: MIT
/* signal.h - signals of simulated processes and threads: what waits, what is kept away, who is
 * told of a file's events.
 *
 * Who catches a signal has a handler that does nothing: what is left of it is the call that it
 * interrupts. LINUX: include/linux/signal_types.h, struct fown_struct.
 * Missing: what ends or stops a process.
 */
#ifndef REFSTACK_CORE_SIGNAL_H
#define REFSTACK_CORE_SIGNAL_H

#include "base/types.h"

enum { SIGQUEUE_MAX = 24, SIGNALS = 64 };

/* LINUX: kernel_siginfo, as far as anybody sees it: si_band and si_fd, which libc has as macros. */
struct kernel_siginfo {
	s32 si_signo, si_code;
	s64 band;
	s32 fd;
};

/* LINUX: struct sigpending: bit signo - 1, and what is known of those, in the order they came. */
struct sigpending {
	u64 signal;
	u32 nr;
	struct kernel_siginfo list[SIGQUEUE_MAX];
};

/* LINUX: struct sighand_struct, as sets: a signal in none of these has its default. */
struct sighand {
	u64 caught, ignored, restarts, once; /* SA_RESTART, SA_RESETHAND */
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID };

/* Process p, counted from 1, has pid 1000 * p, its thread t, counted from 1, 1000 * p + t. */
enum { PID_OF_PROCESS = 1000 };

/* LINUX: struct fown_struct: whom a file's events are told. */
struct fown_struct {
	s32 pid; /* 0: nobody */
	u8 pid_type;
	u32 uid, euid;
	s32 signum; /* 0: SIGIO */
};

struct host;
struct task;
struct process;
struct file;
struct sock;

/* LINUX: sigmask(). */
static inline u64 sig_bit(u32 signo)
{
	return 1ull << (signo - 1);
}

/* signal.c */
/* As a signal of tgkill(), and of kill(). */
void send_signal_thread(struct task *t, const struct kernel_siginfo *info);
void send_signal_process(struct process *p, const struct kernel_siginfo *info);
/* LINUX: force or send SIGPIPE to the calling thread. */
void send_sigpipe(struct task *t);
/* LINUX: recalc_sigpending(): is there something that is not kept away? */
void recalc_sigpending(struct task *t);
/* LINUX: get_signal() on the way back to the program: handlers run. True: a call that a signal has
 * interrupted is to begin again. ret is what it has returned.
 */
bool get_signal(struct task *t, s64 ret);
u32 dequeue_signal(struct task *t, u64 blocked, struct kernel_siginfo *info);
void sigpending_drop(struct sigpending *p, u32 signo);
/* All that a thread has is forgotten. */
void sigpending_flush(struct task *t);
/* LINUX: send_sigio(), send_sigurg(): false: nobody owns the file. */
void send_sigio(struct file *f, s32 fd, int band);
bool send_sigurg(struct file *f);
/* LINUX: find_vpid(), pid_task(). */
bool pid_is_there(struct host *h, s32 pid);
bool fown_is_there(struct host *h, const struct fown_struct *fown);

#endif
