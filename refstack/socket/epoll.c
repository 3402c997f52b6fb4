// SPDX-License-Identifier: MIT
/* epoll.c - epoll: files that are watched, and those of them that are ready, in order.
 *
 * Path: the wake-ups of a file's wait queue reach ep_poll_callback(); epoll_wait() asks each ready
 * file again before it tells.
 * Rules: LINUX: fs/eventpoll.c, with its order of checks.
 */
#include "socket/socket.h"

#include "core/net.h"
#include "core/pipe.h"
#include "uapi/epoll.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/poll.h"

/* LINUX: struct epoll_event of x86-64: packed. */
enum { EV_EVENTS = 0, EV_DATA = 4, EPOLL_EVENT_BYTES = 12, EP_MAX_EVENTS = INT32_MAX / 12 };
/* How deep they may watch each other; places for one walk from one to the next. */
enum { EP_MAX_NESTS = 4, EP_WALK = EP_MAX_NESTS + 3 };

#define EPOLLINOUT_BITS (EPOLLIN | EPOLLOUT)
#define EP_PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define EPOLLEXCLUSIVE_OK_BITS                                                                     \
	(EPOLLINOUT_BITS | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

static bool ep_is_linked(const struct epitem *epi)
{
	return !list_empty(&epi->rdllink);
}

/* LINUX: ep_item_poll(). */
static u32 ep_item_poll(const struct epitem *epi)
{
	return vfs_poll(epi->file, NULL) & epi->events;
}

/* -------- what happens to a watched file -------- */

/* Does this wake-up count for an item that shares its events with others? */
static bool exclusive_wakes(const struct epitem *epi, u32 pollflags)
{
	u32 inout = pollflags & EPOLLINOUT_BITS;

	if (inout == EPOLLIN || inout == EPOLLOUT)
		return (epi->events & inout) != 0;
	return inout == 0;
}

/* A wake-up that names no events may be any of them. */
static bool ep_poll_callback(struct wait_queue_entry *w, u32 key)
{
	struct epitem *epi = container_of(w, struct epitem, wait);
	struct eventpoll *ep = &epi->ep->ep;
	u32 pollflags = key == WAKE_KEY_ALL ? 0 : key;
	bool ewake = false;

	if ((epi->events & ~EP_PRIVATE_BITS) != 0 &&
	    (pollflags == 0 || (pollflags & epi->events) != 0)) {
		if (!ep_is_linked(epi))
			list_add_tail(&epi->rdllink, &ep->rdllist);
		if (wq_has_sleeper(&ep->wq)) {
			if ((epi->events & EPOLLEXCLUSIVE) != 0)
				ewake = exclusive_wakes(epi, pollflags);
			wake_up_poll(&ep->wq, WAKE_KEY_ALL);
		}
		if (wq_has_sleeper(&ep->poll_wait))
			wake_up_poll(&ep->poll_wait, POLLIN);
	}
	return (epi->events & EPOLLEXCLUSIVE) == 0 || ewake;
}

/* An item has become ready by what the program did. */
static void ep_make_ready(struct epitem *epi)
{
	struct eventpoll *ep = &epi->ep->ep;

	if (ep_is_linked(epi))
		return;
	list_add_tail(&epi->rdllink, &ep->rdllist);
	if (wq_has_sleeper(&ep->wq))
		wake_up_poll(&ep->wq, WAKE_KEY_ALL);
	if (wq_has_sleeper(&ep->poll_wait))
		wake_up_poll(&ep->poll_wait, POLLIN);
}

/* -------- items -------- */

static struct epitem *ep_find(struct file *f, const struct file *tf, int fd)
{
	struct epitem *epi;

	list_for_each_entry (epi, &f->ep.items, struct epitem, node)
		if (epi->file == tf && epi->fd == fd)
			return epi;
	return NULL;
}

static void ep_remove(struct epitem *epi)
{
	list_del_init(&epi->wait.node);
	list_del_init(&epi->rdllink);
	list_del_init(&epi->fllink);
	list_del_init(&epi->node);
	pool_free(&epi->ep->host->epitem_pool, epi);
}

void eventpoll_release(struct file *f)
{
	while (!list_empty(&f->f_ep))
		ep_remove(list_first_entry(&f->f_ep, struct epitem, fllink));
}

void ep_file_release(struct file *f)
{
	while (!list_empty(&f->ep.items))
		ep_remove(list_first_entry(&f->ep.items, struct epitem, node));
	assert(list_empty(&f->ep.rdllist));
}

/* The youngest waiter is woken first, but for those that want to share. */
static void ep_watch(struct epitem *epi)
{
	struct wait_queue_head *wq = file_wait_queue(epi->file);

	epi->wait = (struct wait_queue_entry){ .host = epi->ep->host,
					       .key = WAKE_KEY_ALL,
					       .exclusive = (epi->events & EPOLLEXCLUSIVE) != 0,
					       .func = ep_poll_callback };
	INIT_LIST_HEAD(&epi->wait.node);
	if (epi->wait.exclusive)
		list_add_tail(&epi->wait.node, &wq->head);
	else
		list_add(&epi->wait.node, &wq->head);
}

static bool reverse_path_check(struct file *to);

static int ep_insert(struct file *f, u32 events, u64 data, struct file *tf, int fd, bool full_check)
{
	struct epitem *epi = pool_zalloc(&f->host->epitem_pool);

	if (epi == NULL)
		return -ENOMEM;
	*epi = (struct epitem){ .ep = f, .file = tf, .fd = fd, .events = events, .data = data };
	INIT_LIST_HEAD(&epi->rdllink);
	list_add_tail(&epi->node, &f->ep.items);
	list_add_tail(&epi->fllink, &tf->f_ep);
	INIT_LIST_HEAD(&epi->wait.node);
	if (full_check && !reverse_path_check(tf)) {
		ep_remove(epi);
		return -EINVAL;
	}
	ep_watch(epi);
	if (ep_item_poll(epi) != 0)
		ep_make_ready(epi);
	return 0;
}

static int ep_modify(struct epitem *epi, u32 events, u64 data)
{
	epi->events = events;
	epi->data = data;
	if (ep_item_poll(epi) != 0)
		ep_make_ready(epi);
	return 0;
}

/* -------- those that watch each other -------- */

/* Where a walk stands: which one, what it looks at next, and what it knows by now. */
struct ep_step {
	struct file *ep;
	struct list_head *next;
	int result;
};

/* What a step has found is told to the one before it: it is one deeper. */
static int ep_step_back(struct ep_step *walk, u32 *depth)
{
	int result = walk[*depth].result;

	walk[*depth].ep->ep.loop_check_depth = (u32)result;
	if (*depth == 0)
		return result;
	(*depth)--;
	walk[*depth].result = max_s32(walk[*depth].result, result + 1);
	return result;
}

/* LINUX: ep_loop_check_proc(): how deep it goes down from `to`; more than EP_MAX_NESTS: too deep,
 * or around in a circle.
 */
static int ep_loop_check_proc(struct file *to, const struct file *inserting_into)
{
	u64 gen = to->host->ep_gen;
	struct ep_step walk[EP_WALK] = { { to, to->ep.items.next, 0 } };
	u32 depth = 0;

	to->ep.gen = gen;
	for (;;) {
		struct ep_step *s = &walk[depth];
		struct file *below;

		if (s->next == &s->ep->ep.items || s->result > EP_MAX_NESTS) {
			bool over = depth == 0;
			int result = ep_step_back(walk, &depth);

			if (over)
				return result;
			continue;
		}
		below = container_of(s->next, struct epitem, node)->file;
		s->next = s->next->next;
		if (below->kind != FILE_EPOLL)
			continue;
		if (below == inserting_into || depth > EP_MAX_NESTS) {
			s->result = EP_MAX_NESTS + 1;
		} else if (below->ep.gen == gen) {
			s->result = max_s32(s->result, (s32)below->ep.loop_check_depth + 1);
		} else {
			below->ep.gen = gen;
			walk[++depth] = (struct ep_step){ below, below->ep.items.next, 0 };
		}
	}
}

/* LINUX: ep_get_upwards_depth_proc(). The links that are there already are not too deep. */
static int ep_get_upwards_depth(struct file *f)
{
	u64 gen = f->host->ep_gen;
	struct ep_step walk[EP_WALK] = { { f, f->f_ep.next, 0 } };
	u32 depth = 0;

	if (f->ep.gen == gen)
		return (int)f->ep.loop_check_depth;
	for (;;) {
		struct ep_step *s = &walk[depth];
		struct file *above;

		if (s->next == &s->ep->f_ep) {
			bool over = depth == 0;
			int result;

			s->ep->ep.gen = gen;
			result = ep_step_back(walk, &depth);
			if (over)
				return result;
			continue;
		}
		above = container_of(s->next, struct epitem, fllink)->ep;
		s->next = s->next->next;
		if (above->ep.gen == gen) {
			s->result = max_s32(s->result, (s32)above->ep.loop_check_depth + 1);
		} else {
			assert(depth + 1 < EP_WALK);
			walk[++depth] = (struct ep_step){ above, above->f_ep.next, 0 };
		}
	}
}

/* LINUX: ep_loop_check(). */
static bool ep_links_too_deep(struct file *f, struct file *to)
{
	int depth = ep_loop_check_proc(to, f);

	return depth > EP_MAX_NESTS || depth + 1 + ep_get_upwards_depth(f) > EP_MAX_NESTS;
}

/* LINUX: path_count_inc(): so many ways of a length may lead up from one file. */
static bool path_count_inc(u32 *count, u32 nests)
{
	static const u32 limits[] = { 1000, 500, 100, 50, 10 };

	return nests == 0 || ++count[nests] <= limits[nests];
}

/* LINUX: reverse_path_check_proc(): false: waking all that watch it would take too long. */
static bool reverse_paths_fine(struct file *f)
{
	struct ep_step walk[EP_WALK] = { { f, f->f_ep.next, 0 } };
	u32 count[EP_MAX_NESTS + 1] = { 0 }, depth = 0;

	for (;;) {
		struct ep_step *s = &walk[depth];
		struct file *above;

		if (s->next == &s->ep->f_ep) {
			if (depth == 0)
				return true;
			depth--;
			continue;
		}
		above = container_of(s->next, struct epitem, fllink)->ep;
		s->next = s->next->next;
		if (list_empty(&above->f_ep)) {
			if (!path_count_inc(count, depth))
				return false;
			continue;
		}
		if (depth == EP_MAX_NESTS)
			return false;
		walk[++depth] = (struct ep_step){ above, above->f_ep.next, 0 };
	}
}

/* LINUX: reverse_path_check() of every file below `to`, or of `to` when it is none. */
static bool reverse_path_check(struct file *to)
{
	struct ep_step walk[EP_WALK];
	u64 gen = ++to->host->ep_gen;
	u32 depth = 0;

	if (to->kind != FILE_EPOLL)
		return reverse_paths_fine(to);
	walk[0] = (struct ep_step){ to, to->ep.items.next, 0 };
	for (;;) {
		struct ep_step *s = &walk[depth];
		struct file *below;

		if (s->next == &s->ep->ep.items) {
			if (depth == 0)
				return true;
			depth--;
			continue;
		}
		below = container_of(s->next, struct epitem, node)->file;
		s->next = s->next->next;
		if (below->kind != FILE_EPOLL) {
			if (!reverse_paths_fine(below))
				return false;
		} else if (below->ep.gen != gen) {
			below->ep.gen = gen;
			assert(depth + 1 < EP_WALK);
			walk[++depth] = (struct ep_step){ below, below->ep.items.next, 0 };
		}
	}
}

/* -------- calls -------- */

static s64 do_epoll_create(struct task *t, u32 flags)
{
	struct file *f;
	int fd, err;

	if ((flags & ~(u32)EPOLL_CLOEXEC) != 0)
		return -EINVAL;
	fd = get_unused_fd_flags(t, O_RDWR | (flags & O_CLOEXEC));
	if (fd < 0)
		return fd;
	f = file_alloc(t, FILE_EPOLL, O_RDWR, &err);
	if (f == NULL) {
		put_unused_fd(t, fd);
		return err;
	}
	init_waitqueue_head(&f->ep.wq);
	init_waitqueue_head(&f->ep.poll_wait);
	INIT_LIST_HEAD(&f->ep.rdllist);
	INIT_LIST_HEAD(&f->ep.items);
	fd_install(t, fd, f);
	return fd;
}

s64 sys_epoll_create1(struct task *t)
{
	PROBE(&t->host->net, sys_epoll_create1);
	return do_epoll_create(t, (u32)t->arg[0]);
}

s64 sys_epoll_create(struct task *t)
{
	PROBE(&t->host->net, sys_epoll_create1);
	return (s32)t->arg[0] <= 0 ? -EINVAL : do_epoll_create(t, 0);
}

/* What an event that shares may ask for. */
static bool exclusive_is_fine(int op, const struct file *tf, u32 events)
{
	if ((events & EPOLLEXCLUSIVE) == 0 || op == EPOLL_CTL_DEL)
		return true;
	if (op == EPOLL_CTL_MOD)
		return false;
	return op != EPOLL_CTL_ADD ||
	       (tf->kind != FILE_EPOLL && (events & ~EPOLLEXCLUSIVE_OK_BITS) == 0);
}

static int ep_ctl_op(struct file *f, struct file *tf, int op, u32 events, u64 data, int fd)
{
	bool full_check = op == EPOLL_CTL_ADD && (!list_empty(&f->f_ep) || tf->kind == FILE_EPOLL);
	struct epitem *epi;

	f->host->ep_gen += full_check ? 1 : 0;
	if (full_check && tf->kind == FILE_EPOLL && ep_links_too_deep(f, tf))
		return -ELOOP;
	epi = ep_find(f, tf, fd);
	switch (op) {
	case EPOLL_CTL_ADD:
		if (epi != NULL)
			return -EEXIST;
		return ep_insert(f, events | EPOLLERR | EPOLLHUP, data, tf, fd, full_check);
	case EPOLL_CTL_DEL:
		if (epi == NULL)
			return -ENOENT;
		ep_remove(epi);
		return 0;
	case EPOLL_CTL_MOD:
		if (epi == NULL)
			return -ENOENT;
		if ((epi->events & EPOLLEXCLUSIVE) != 0)
			return -EINVAL;
		return ep_modify(epi, events | EPOLLERR | EPOLLHUP, data);
	default:
		return -EINVAL;
	}
}

s64 sys_epoll_ctl(struct task *t)
{
	int epfd = (int)t->arg[0], op = (int)t->arg[1], fd = (int)t->arg[2];
	u8 raw[EPOLL_EVENT_BYTES] = { 0 };
	struct file *f, *tf;
	u32 events;

	PROBE(&t->host->net, sys_epoll_ctl);
	if (op != EPOLL_CTL_DEL && copy_from_user(t, raw, t->arg[3], sizeof(raw)) != 0)
		return -EFAULT;
	events = get_le32(raw + EV_EVENTS);
	f = fdget(t, epfd);
	if (!fd_is_open(t->process, epfd))
		return -EBADF;
	tf = fdget(t, fd);
	if (!fd_is_open(t->process, fd))
		return -EBADF;
	if (tf->kind == FILE_REGULAR || tf->kind == FILE_NULL || tf->kind == FILE_NSFS)
		return -EPERM;
	/* Nothing here sleeps, so nothing is to be kept awake. */
	if (op != EPOLL_CTL_DEL)
		events &= ~EPOLLWAKEUP;
	if (f == tf || f == NULL || f->kind != FILE_EPOLL)
		return -EINVAL;
	if (!exclusive_is_fine(op, tf, events))
		return -EINVAL;
	return ep_ctl_op(f, tf, op, events, get_le64(raw + EV_DATA), fd);
}

/* Tells of one item; false: the program's memory faults. */
static bool epoll_put_uevent(struct task *t, uptr to, u32 revents, u64 data)
{
	u8 raw[EPOLL_EVENT_BYTES];

	put_le32(raw + EV_EVENTS, revents);
	put_le64(raw + EV_DATA, data);
	return copy_to_user(t, to, raw, sizeof(raw)) == 0;
}

/* One that is told of: once only, or when something new happens, or again while it is so. */
static void ep_was_told(struct eventpoll *ep, struct epitem *epi)
{
	if ((epi->events & EPOLLONESHOT) != 0)
		epi->events &= EP_PRIVATE_BITS;
	else if ((epi->events & EPOLLET) == 0)
		list_add_tail(&epi->rdllink, &ep->rdllist);
}

/* LINUX: ep_send_events(): those that were ready when it began, in their order. */
static int ep_send_events(struct task *t, struct eventpoll *ep, uptr to, int maxevents)
{
	struct list_head txlist;
	struct list_head *at;
	int res = 0;

	INIT_LIST_HEAD(&txlist);
	list_splice_tail_init(&ep->rdllist, &txlist);
	while (!list_empty(&txlist) && res < maxevents) {
		struct epitem *epi = list_first_entry(&txlist, struct epitem, rdllink);
		u32 revents;

		list_del_init(&epi->rdllink);
		revents = ep_item_poll(epi);
		if (revents == 0)
			continue;
		if (!epoll_put_uevent(t, to + (uptr)res * EPOLL_EVENT_BYTES, revents, epi->data)) {
			list_add(&epi->rdllink, &txlist);
			if (res == 0)
				res = -EFAULT;
			break;
		}
		res++;
		ep_was_told(ep, epi);
	}
	/* What is left comes first the next time. */
	at = &ep->rdllist;
	while (!list_empty(&txlist)) {
		struct epitem *epi = list_first_entry(&txlist, struct epitem, rdllink);

		list_del_init(&epi->rdllink);
		list_add(&epi->rdllink, at);
		at = &epi->rdllink;
	}
	if (!list_empty(&ep->rdllist) && wq_has_sleeper(&ep->wq))
		wake_up_poll(&ep->wq, WAKE_KEY_ALL);
	return res;
}

/* LINUX: ep_poll(). */
static s64 ep_poll(struct task *t, struct eventpoll *ep, u64 deadline_ns)
{
	bool at_once = deadline_ns == 0;

	for (;;) {
		if (!list_empty(&ep->rdllist)) {
			int res = ep_send_events(t, ep, t->arg[1], (s32)t->arg[2]);

			if (res != 0)
				return res;
		}
		if (at_once || t->timed_out)
			return 0;
		if (signal_pending(t))
			return -EINTR;
		if (list_empty(&ep->rdllist))
			break;
	}
	task_wait_exclusive_first(t, &ep->wq, WAKE_KEY_ALL);
	return schedule_hrtimeout(t, deadline_ns);
}

/* LINUX: do_epoll_wait(). */
static s64 do_epoll_wait(struct task *t, u64 deadline_ns)
{
	s32 maxevents = (s32)t->arg[2];
	struct file *f;

	if (maxevents <= 0 || maxevents > EP_MAX_EVENTS)
		return -EINVAL;
	if (!access_ok(t->arg[1], (u64)(u32)maxevents * EPOLL_EVENT_BYTES))
		return -EFAULT;
	f = fdget(t, (int)t->arg[0]);
	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_EPOLL)
		return -EINVAL;
	return ep_poll(t, &f->ep, deadline_ns);
}

/* LINUX: ep_timeout_to_timespec() comes first, and reads the clock. 0: it does not wait. */
static u64 ep_timeout(struct task *t)
{
	s32 timeout_ms = (s32)t->arg[3];

	if (timeout_ms <= 0)
		return timeout_ms < 0 ? U64_MAX : 0;
	if (!t->resumed)
		t->hr_deadline_ns = net_now_ns(&t->host->net) + (u32)timeout_ms * NS_PER_MS;
	return t->hr_deadline_ns;
}

s64 sys_epoll_wait(struct task *t)
{
	PROBE(&t->host->net, sys_epoll_wait);
	return do_epoll_wait(t, ep_timeout(t));
}

/* With other signals kept away meanwhile. */
static s64 do_epoll_pwait(struct task *t, u64 deadline_ns)
{
	s64 ret = 0;

	if (!t->resumed)
		ret = set_user_sigmask(t, t->arg[4], t->arg[5]);
	if (ret == 0)
		ret = do_epoll_wait(t, deadline_ns);
	if (ret != -EPARKED)
		restore_saved_sigmask_unless(t, ret == -EINTR);
	return ret;
}

s64 sys_epoll_pwait(struct task *t)
{
	PROBE(&t->host->net, sys_epoll_wait);
	return do_epoll_pwait(t, ep_timeout(t));
}

s64 sys_epoll_pwait2(struct task *t)
{
	s64 err = 0;

	PROBE(&t->host->net, sys_epoll_wait);
	if (!t->resumed)
		err = set_timespec_deadline(t, t->arg[3]);
	return err != 0 ? err : do_epoll_pwait(t, t->hr_deadline_ns);
}

/* LINUX: __ep_eventpoll_poll(): readable when an item is. What no longer is so leaves the list. */
u32 ep_eventpoll_poll(struct file *f, struct task *wait)
{
	struct eventpoll *ep = &f->ep;

	file_poll_wait(f, &ep->poll_wait, wait);
	while (!list_empty(&ep->rdllist)) {
		struct epitem *epi = list_first_entry(&ep->rdllist, struct epitem, rdllink);

		if (ep_item_poll(epi) != 0)
			break;
		list_del_init(&epi->rdllink);
	}
	if (list_empty(&ep->rdllist))
		return 0;
	/* LINUX: ep_done_scan(): who waits itself may look, too. */
	if (wq_has_sleeper(&ep->wq))
		wake_up_poll(&ep->wq, WAKE_KEY_ALL);
	return POLLIN | POLLRDNORM;
}
