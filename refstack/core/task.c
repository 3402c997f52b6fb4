// SPDX-License-Identifier: MIT
/* task.c - simulated threads: calls that start, park and go on; user memory; wait queues.
 *
 * DIVERGES(call-again): a call that has waited begins again from its start, with options and routes
 * as they are by then; Linux goes on in the middle.
 */
#include "core/task.h"

#include "core/net.h"
#include "core/ubuf.h"
#include "uapi/signal.h"

struct task *current_task(const struct net *net)
{
	struct task *t = this_cpu(net)->current;

	assert(t != NULL);
	return t;
}

static void leave_waits(struct task *t)
{
	if (!t->keeps_waits) {
		for (u32 i = 0; i < t->nr_waits; i++)
			list_del_init(&t->wait[i].node);
		t->nr_waits = 0;
		for (struct poll_table_entry *e = t->poll_more; e != NULL; e = e->next)
			list_del_init(&e->wait.node);
	}
	del_timer(&t->timer);
	sim_cancel(t->host->net.sim, &t->hrtimer);
	t->sleeps = false;
}

void task_leave_waits(struct task *t)
{
	t->keeps_waits = false;
	leave_waits(t);
}

static void finish_call(struct task *t, s64 ret)
{
	struct cpu *c = &t->host->cpu[t->cpu];

	task_leave_waits(t);
	t->ret = ret;
	t->calls++;
	t->ended_ps = c->now_ps;
	t->state = TASK_IDLE;
	TRACE(&t->host->net, sys_exit, t->nr, t->id, (u32)ret);
	sim_note(c->sim, (u64)ret);
	sim_note(c->sim, c->now_ps);
}

static void run_call(void *ctx, u64 a, u64 b);

static void post_wake(struct task *t)
{
	u64 when_ps =
		t->host->running != NULL ? t->host->running->now_ps : t->host->net.sim->now_ps;

	leave_waits(t);
	t->state = TASK_QUEUED;
	if (t->host->running != NULL) /* else a signal from outside: nobody's doing */
		TRACE(&t->host->net, task_wake, t->id, t->nr);
	sim_arm(t->host->net.sim, &t->event, SIM_WAKE, when_ps, run_call, t, 0, 0);
}

/* Starts the call, or enters it again after a park. */
static void run_call(void *ctx, u64 a, u64 b)
{
	struct task *t = ctx;
	struct cpu *c = &t->host->cpu[t->cpu];
	s64 ret;

	(void)a;
	(void)b;
	assert(t->state == TASK_QUEUED);
	cpu_unit_begin(c, t);
	t->state = TASK_RUNNING;
	t->woken = false;
	if (t->resumed) {
		TRACE(&t->host->net, task_run, t->id, t->nr);
		if (t->timeo != MAX_SCHEDULE_TIMEOUT) {
			s64 left = (s64)(t->expire_jif - net_jiffies(&t->host->net));

			t->timeo = left > 0 ? left : 0;
		}
	} else {
		t->started_ps = c->now_ps;
		TRACE(&t->host->net, sys_enter, t->nr, t->id);
	}
	ret = t->entry(t);
	if (ret != -EPARKED) {
		finish_call(t, ret);
	} else {
		/* INVARIANT: a parked call waits for something. */
		assert(t->nr_waits != 0 || timer_pending(&t->timer) || t->sleeps || t->woken);
		t->state = TASK_PARKED;
		t->parks++;
		t->resumed = true;
		TRACE(&t->host->net, task_park, t->id, t->nr);
		if (t->woken)
			post_wake(t);
	}
	cpu_unit_end(c);
	if (t->state == TASK_IDLE && t->done != NULL)
		t->done(t);
}

/* It takes what its process has been sent. */
static void thread_begins(struct task *t)
{
	const struct host *h = t->host;

	t->born = 1;
	for (u32 i = 0; i < h->nr_tasks; i++)
		t->born += h->task[i].process == t->process && h->task[i].begun != 0;
	if (t->process->shared_pending.signal != 0)
		(void)get_signal(t, 0);
}

static void prepare_call(struct task *t, u32 nr, const u64 arg[SYS_ARGS])
{
	assert(t->state == TASK_IDLE);
	assert(t->entry != NULL);
	t->nr = nr;
	memcpy(t->arg, arg, sizeof(t->arg));
	t->resumed = false;
	t->timed_out = false;
	t->done_bytes = 0;
	t->wait_at = 0;
	t->call_is_over = false;
	if (unlikely(t->begun == 0))
		thread_begins(t);
	t->begun++;
	t->state = TASK_QUEUED;
}

void task_call(struct task *t, u32 nr, const u64 arg[SYS_ARGS])
{
	prepare_call(t, nr, arg);
	sim_arm(t->host->net.sim, &t->event, SIM_TASK, t->host->net.sim->now_ps, run_call, t, 0, 0);
}

void task_call_now(struct task *t, u32 nr, const u64 arg[SYS_ARGS])
{
	prepare_call(t, nr, arg);
	sim_run_now(t->host->net.sim, SIM_TASK, run_call, t, 0, 0);
}

void task_abandon(struct task *t)
{
	task_leave_waits(t);
	sim_cancel(t->host->net.sim, &t->event);
	net_zcopy_put_abort(t->uarg, true);
	t->uarg = NULL;
	sigpending_flush(t);
	t->state = TASK_IDLE;
}

static void task_wake(struct task *t)
{
	if (t->state == TASK_PARKED)
		post_wake(t);
	else if (t->state == TASK_RUNNING)
		t->woken = true; /* between registering and leaving: see run_call() */
}

void task_signal_wake_up(struct task *t)
{
	t->signalled = true;
	task_wake(t);
}

void task_signal(struct task *t)
{
	const struct kernel_siginfo info = { .si_signo = SIGUSR1, .si_code = SI_TKILL };

	send_signal_thread(t, &info);
}

static void task_timeout(struct timer_list *timer)
{
	struct task *t = container_of(timer, struct task, timer);

	t->timed_out = true;
	task_wake(t);
}

void task_init(struct task *t, struct host *h, struct process *p, u32 id, u32 cpu,
	       s64 (*entry)(struct task *))
{
	*t = (struct task){ .host = h, .process = p, .id = id, .cpu = (u8)cpu, .entry = entry };
	for (u32 i = 0; i < TASK_WAITS; i++) {
		INIT_LIST_HEAD(&t->wait[i].node);
		t->wait[i].task = t;
		t->wait[i].host = h;
	}
	timer_setup(&t->timer, task_timeout);
}

static struct wait_queue_entry *new_wait(struct task *t, u32 key, bool exclusive)
{
	struct wait_queue_entry *w;

	assert(t->nr_waits < TASK_WAITS);
	w = &t->wait[t->nr_waits++];
	w->key = key;
	w->exclusive = exclusive;
	return w;
}

void task_wait_on(struct task *t, struct wait_queue_head *wq, u32 key)
{
	list_add(&new_wait(t, key, false)->node, &wq->head);
}

void task_wait_entry(struct task *t, struct wait_queue_entry *w, struct wait_queue_head *wq,
		     u32 key)
{
	*w = (struct wait_queue_entry){ .host = t->host, .task = t, .key = key };
	list_add(&w->node, &wq->head);
}

void task_wait_exclusive(struct task *t, struct wait_queue_head *wq, u32 key)
{
	list_add_tail(&new_wait(t, key, true)->node, &wq->head);
}

void task_wait_exclusive_first(struct task *t, struct wait_queue_head *wq, u32 key)
{
	list_add(&new_wait(t, key, true)->node, &wq->head);
}

s64 task_timeo(const struct task *t, s64 fresh)
{
	return t->resumed ? t->timeo : fresh;
}

void task_next_part(struct task *t)
{
	t->resumed = false;
	t->timed_out = false;
	t->done_bytes = 0;
	t->wait_at = 0;
}

s64 schedule_timeout(struct task *t, s64 timeo)
{
	struct net *net = &t->host->net;

	PROBE(net, schedule_timeout);
	assert(timeo > 0);
	t->timeo = timeo;
	if (timeo != MAX_SCHEDULE_TIMEOUT) {
		t->expire_jif = net_jiffies(net) + (u64)timeo;
		mod_timer(net, &t->timer, t->expire_jif);
	}
	return -EPARKED;
}

/* The interrupt of the timer that needs no wheel. */
static void task_hrtimeout(void *ctx, u64 a, u64 b)
{
	struct task *t = ctx;
	struct cpu *c = &t->host->cpu[t->cpu];

	(void)a;
	(void)b;
	cpu_unit_begin(c, NULL);
	c->hardirqs++;
	t->timed_out = true;
	task_wake(t);
	cpu_unit_end(c);
}

/* A time that the virtual clock cannot reach is never. */
s64 schedule_hrtimeout(struct task *t, u64 expires_ns)
{
	t->timeo = MAX_SCHEDULE_TIMEOUT;
	t->sleeps = true;
	if (expires_ns < U64_MAX / 2 / PS_PER_NS)
		sim_arm(t->host->net.sim, &t->hrtimer, SIM_TIMER, expires_ns * PS_PER_NS,
			task_hrtimeout, t, 0, 0);
	return -EPARKED;
}

/* LINUX: pollwake() leaves its entry where it is. */
static void autoremove_wake_function(struct wait_queue_entry *w)
{
	PROBE(&w->task->host->net, autoremove_wake_function);
	if (!w->task->keeps_waits)
		list_del_init(&w->node);
	task_wake(w->task);
}

/* A task has at most one entry in a queue: waking it takes no other one away. */
static void wake_up_common(struct wait_queue_head *wq, u32 key, bool all)
{
	struct wait_queue_entry *w, *next;

	if (list_empty(&wq->head))
		return;
	w = list_first_entry(&wq->head, struct wait_queue_entry, node);
	PROBE(&w->host->net, wake_up);
	list_for_each_entry_safe (w, next, &wq->head, struct wait_queue_entry, node) {
		bool last = w->exclusive && !all;

		if ((w->key & key) == 0)
			continue;
		if (w->func == NULL)
			autoremove_wake_function(w);
		else if (!w->func(w, key))
			continue;
		if (last)
			return;
	}
}

void wake_up_poll(struct wait_queue_head *wq, u32 key)
{
	wake_up_common(wq, key, false);
}

void wake_up_all(struct wait_queue_head *wq)
{
	wake_up_common(wq, WAKE_KEY_ALL, true);
}

u8 *umem_at(struct process *p, uptr addr, u64 n)
{
	if (addr < UMEM_BASE || addr - UMEM_BASE > p->umem_bytes)
		return NULL;
	if (n > p->umem_bytes - (addr - UMEM_BASE))
		return NULL;
	return p->umem + (addr - UMEM_BASE);
}

/* How much of [addr, addr + n) is there, from its beginning. */
static u64 umem_valid(const struct process *p, uptr addr, u64 n)
{
	if (addr < UMEM_BASE || addr - UMEM_BASE >= p->umem_bytes)
		return 0;
	return min_u64(n, p->umem_bytes - (addr - UMEM_BASE));
}

u64 copy_from_user(struct task *t, void *to, uptr from, u64 n)
{
	u64 valid = umem_valid(t->process, from, n);

	if (valid != 0)
		memcpy(to, t->process->umem + (from - UMEM_BASE), (size_t)valid);
	return n - valid;
}

u64 copy_to_user(struct task *t, uptr to, const void *from, u64 n)
{
	u64 valid = umem_valid(t->process, to, n);

	if (valid != 0) {
		memcpy(t->process->umem + (to - UMEM_BASE), from, (size_t)valid);
		umem_touch(t->process, to + valid);
	}
	return n - valid;
}

void umem_touch(struct process *p, uptr end)
{
	p->umem_high = max_u32(p->umem_high, (u32)(end - UMEM_BASE));
}
