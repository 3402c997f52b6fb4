// SPDX-License-Identifier: MIT
/* task.h - simulated processes and threads, their memory, and waiting.
 *
 * A call that would block parks: it registers its task on the wait queues it waits for, returns
 * -EPARKED up to the call's entry, and leaves no lock and no half-built packet behind. The wake-up
 * enters the call again, with what was left of its timeout in task->timeo. So every blocking point
 * must come before the first effect of its call, or record what it has done in task->done_bytes.
 */
#ifndef REFSTACK_CORE_TASK_H
#define REFSTACK_CORE_TASK_H

#include "core/cpu.h"
#include "core/signal.h"
#include "core/skbuff.h"
#include "core/timer.h"
#include "uapi/errno.h"

struct host;
struct file;

/* Addresses as a program passes them: 64 bits on every host. */
typedef u64 uptr;

enum {
	EPARKED = 4242, /* internal: never returned to a program */
	TASK_WAITS = 32,
	SYS_ARGS = 6
};

/* A process: memory that its calls may name, descriptors, credentials. */
enum { UMEM_BASE = 0x10000 };
struct process {
	struct host *host;
	u32 id;
	u8 *umem; /* umem_bytes at address UMEM_BASE; everything else faults */
	u32 umem_bytes;
	u32 umem_high;	  /* bytes from here on are zero */
	struct file **fd; /* limits.fds of them; NULL = free */
	u8 *fd_flags;	  /* bit 0: FD_CLOEXEC */
	u32 nr_fds;	  /* RLIMIT_NOFILE */
	u32 fd_high;	  /* descriptors from here on were never used: nothing to clear there */
	u32 fd_next;	  /* none below is free. LINUX: fdtable->next_fd */
	u64 caps;	  /* effective capabilities, bit a CAP_ */
	u32 uid, gid;
	struct sighand sighand;
	struct sigpending shared_pending; /* for whichever thread takes it */
	u32 sig_target; /* LINUX: signal->curr_target: who took the last one; 0 is the leader */
};

enum task_state { TASK_IDLE, TASK_QUEUED, TASK_RUNNING, TASK_PARKED };

struct wait_queue_head {
	struct list_head head;
};

struct wait_queue_entry {
	struct list_head node;
	struct host *host;
	struct task *task;
	u32 key;	/* what wakes it, bits POLL... */
	bool exclusive; /* of such ones a wake-up reaches one */
	/* Of an entry without task: true if this wake-up has reached somebody. */
	bool (*func)(struct wait_queue_entry *w, u32 key);
};

/* LINUX: struct poll_table_entry: one more file that a call waits for, beyond those that it has
 * places for. Slots of host->poll_entry_pool.
 */
struct poll_table_entry {
	struct wait_queue_entry wait;
	struct file *file; /* a reference is held */
	struct poll_table_entry *next;
};

struct task {
	struct host *host;
	struct process *process;
	u32 id;
	u8 cpu; /* where it runs */
	enum task_state state;
	u32 nr; /* the call, enum sys_nr */
	u64 arg[SYS_ARGS];
	s64 ret;
	u64 calls; /* finished ones */
	u64 parks; /* how often they have waited: for checks */
	u64 begun; /* and all: while it is the same nothing of the task has changed */
	u64 started_ps, ended_ps;
	bool resumed; /* the call is entered again after a park */
	bool timed_out;
	bool woken; /* while it was still running */
	bool signalled;
	s64 timeo; /* jiffies left, valid when resumed */
	u64 expire_jif;
	u64 done_bytes;
	struct sk_buff *uarg; /* of a MSG_ZEROCOPY that waits: its note */
	u64 saved[4];	      /* what else the parked call has to remember */
	u64 outer[4];	      /* the same of a call that is made of several */
	u8 wait_at; /* in which of a call's several waits it has parked: the call's own numbers */
	/* LINUX: task work: the call is over, with that result, and closing what it held waits. */
	bool call_is_over, exits;
	s64 call_ret;
	struct file *new_file; /* accept() waits: what the connection will be, and its number */
	s32 new_fd;
	struct skb_frag task_frag; /* LINUX: current->task_frag: see sk_page_frag() */
	struct timer_list timer;
	struct wait_queue_entry wait[TASK_WAITS];
	u32 nr_waits;
	bool keeps_waits; /* until the call ends, not until it is woken */
	/* What the call has looked up stays open until it ends: LINUX: fdget(), poll_wqueues. */
	struct file *held[TASK_WAITS];
	u32 nr_held;
	u32 poll_key; /* LINUX: poll_table._key: of the descriptor that poll() is looking at */
	struct poll_table_entry *poll_more; /* those for which held and wait have no room */
	bool poll_failed;		    /* and there was no memory for one */
	struct sigpending pending;
	u64 blocked, real_blocked, saved_sigmask;
	bool restore_sigmask;
	u32 born; /* which of its process's threads it is, as they began: 1, 2, ... */
	struct sim_event event;
	struct sim_event hrtimer;
	u64 hr_deadline_ns;	      /* of poll() and nanosleep(): what the program asked for */
	bool sleeps;		      /* parked by schedule_hrtimeout() */
	s64 (*entry)(struct task *t); /* do_syscall() */
	void (*done)(struct task *t); /* the harness wants to know */
	void *done_ctx;
};

void task_init(struct task *t, struct host *h, struct process *p, u32 id, u32 cpu,
	       s64 (*entry)(struct task *));

static inline void init_waitqueue_head(struct wait_queue_head *wq)
{
	INIT_LIST_HEAD(&wq->head);
}

#define WAKE_KEY_ALL UINT32_MAX
/* Parks the running task's call on wq as well. LINUX: prepare_to_wait(), which goes to the front,
 * and prepare_to_wait_exclusive(), which goes to the end; the key is what the entry's function
 * looks at.
 */
void task_wait_on(struct task *t, struct wait_queue_head *wq, u32 key);
void task_wait_exclusive(struct task *t, struct wait_queue_head *wq, u32 key);
/* The same by an entry that is not one of the task's. */
void task_wait_entry(struct task *t, struct wait_queue_entry *w, struct wait_queue_head *wq,
		     u32 key);
/* Exclusive, and at the front: of those that wait the last one is woken first. */
void task_wait_exclusive_first(struct task *t, struct wait_queue_head *wq, u32 key);
/* LINUX: poll_freewait(): before what it waits on may go. */
void task_leave_waits(struct task *t);
/* LINUX: schedule_timeout(): parks until a wake-up or the timeout; returns -EPARKED. */
s64 schedule_timeout(struct task *t, s64 timeo);
/* One of several parts of a call is over: the next one begins afresh. */
void task_next_part(struct task *t);
/* LINUX: schedule_hrtimeout_range(): the same by a timer without wheel, until a time of
 * net_now_ns(); U64_MAX is never.
 */
s64 schedule_hrtimeout(struct task *t, u64 expires_ns);
/* The timeout to wait with: `fresh` on the first entry, what is left of it after a park. */
s64 task_timeo(const struct task *t, s64 fresh);
/* LINUX: wake_up_interruptible_poll(): from the front, up to the first exclusive one. */
void wake_up_poll(struct wait_queue_head *wq, u32 key);
/* LINUX: wake_up_interruptible_all(). */
void wake_up_all(struct wait_queue_head *wq);
static inline bool wq_has_sleeper(const struct wait_queue_head *wq)
{
	return !list_empty(&wq->head);
}

/* Starts a call at the task's CPU; it ends when state is TASK_IDLE again. */
void task_call(struct task *t, u32 nr, const u64 arg[SYS_ARGS]);
/* The same where nothing else is due at this instant: the call's unit is over when it returns. */
void task_call_now(struct task *t, u32 nr, const u64 arg[SYS_ARGS]);
/* Its host goes down: whatever the task waited for will not come. */
void task_abandon(struct task *t);
/* A signal with a handler that does not restart calls: a call under way sees signal_pending() where
 * it would wait, and gives up with EINTR. Between calls it leaves no trace.
 */
void task_signal(struct task *t);
/* LINUX: signal_wake_up(): there is a signal for it. */
void task_signal_wake_up(struct task *t);
static inline bool signal_pending(const struct task *t)
{
	return t->signalled;
}
/* LINUX: sock_intr_errno(): a wait with a time limit does not begin again. */
static inline int sock_intr_errno(s64 timeo)
{
	return timeo == MAX_SCHEDULE_TIMEOUT ? -ERESTARTSYS : -EINTR;
}
struct task *current_task(const struct net *net);
static inline bool ns_capable(const struct task *t, u32 cap)
{
	return (t->process->caps >> cap & 1) != 0;
}

/* LINUX: copy_from_user(), copy_to_user(): bytes that could NOT be copied. */
u64 copy_from_user(struct task *t, void *to, uptr from, u64 n);
u64 copy_to_user(struct task *t, uptr to, const void *from, u64 n);
/* The memory behind [addr, addr + n), or NULL when part of it faults. */
u8 *umem_at(struct process *p, uptr addr, u64 n);
/* Says that memory up to `end` was written: a snapshot clears what its run has touched. */
void umem_touch(struct process *p, uptr end);

#endif
