// SPDX-License-Identifier: MIT
/* jobs.c - see jobs.h. Workers take the next item from a counter that they share, and send
 * { item, length, bytes } through a pipe of their own.
 */
#include "harness/cli/jobs.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/output.h"
#include "harness/lib/write_all.h"

enum { NO_ITEM = 0xffffffff, POLL_MS = 1000, PIPE_STEP = 1 << 16, RESTARTS_MAX = 1000 };

struct shared {
	atomic_uint next;
	u32 current[]; /* of each worker: the item it is at */
};

struct head {
	u32 item;
	u64 len;
};

struct worker {
	pid_t pid;
	int fd;
	u8 *bytes; /* of a result that has not come whole */
	size_t len, cap;
};

struct result {
	void *bytes;
	size_t len;
	bool ready;
	int why;
};

struct pool {
	const struct jobs *jobs;
	struct shared *shared;
	struct worker *worker;
	struct result *result;
	u32 reported; /* items */
};

static _Noreturn void worker_main(const struct pool *p, u32 index, int fd)
{
	for (;;) {
		u32 item =
			interrupted != 0 ? p->jobs->items : atomic_fetch_add(&p->shared->next, 1);
		struct head head = { .item = item };
		char *bytes = NULL;
		size_t len = 0;
		FILE *to;

		if (item >= p->jobs->items)
			break;
		p->shared->current[index] = item;
		to = open_memstream(&bytes, &len);
		if (to == NULL)
			_exit(1);
		p->jobs->work(p->jobs->ctx, item, to);
		fclose(to);
		head.len = len;
		if (!write_all(fd, &head, sizeof(head)) || !write_all(fd, bytes, len))
			_exit(1);
		p->shared->current[index] = NO_ITEM;
		free(bytes);
	}
	_exit(0);
}

static bool worker_start(struct pool *p, u32 index)
{
	struct worker *w = &p->worker[index];
	int fd[2];

	p->shared->current[index] = NO_ITEM;
	w->len = 0;
	if (pipe(fd) != 0)
		return false;
	fflush(stdout);
	fflush(stderr);
	w->pid = fork();
	if (w->pid == 0) {
		close(fd[0]);
		worker_main(p, index, fd[1]);
	}
	close(fd[1]);
	w->fd = fd[0];
	if (w->pid > 0)
		return true;
	close(fd[0]);
	w->fd = -1;
	return false;
}

static void report_ready(struct pool *p)
{
	while (p->reported < p->jobs->items && p->result[p->reported].ready) {
		struct result *r = &p->result[p->reported];

		p->jobs->done(p->jobs->ctx, p->reported, r->bytes, r->len, r->why);
		free(r->bytes);
		r->bytes = NULL;
		p->reported++;
	}
}

/* Takes whole results from the front of what has come. */
static void take_results(struct pool *p, struct worker *w)
{
	struct head head;

	while (w->len >= sizeof(head)) {
		size_t whole;

		memcpy(&head, w->bytes, sizeof(head));
		assert(head.item < p->jobs->items);
		whole = sizeof(head) + (size_t)head.len;
		if (w->len < whole)
			return;
		p->result[head.item] = (struct result){ .bytes = malloc((size_t)head.len + 1),
							.len = (size_t)head.len,
							.ready = true };
		if (p->result[head.item].bytes == NULL)
			abort();
		memcpy(p->result[head.item].bytes, w->bytes + sizeof(head), (size_t)head.len);
		memmove(w->bytes, w->bytes + whole, w->len - whole);
		w->len -= whole;
	}
}

/* The worker has ended: by itself when nothing was left, or in the middle of an item. */
static void worker_ended(struct pool *p, u32 index, u32 *restarts)
{
	struct worker *w = &p->worker[index];
	u32 item = p->shared->current[index];
	int status = 0;

	close(w->fd);
	w->fd = -1;
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (item != NO_ITEM && !p->result[item].ready)
		p->result[item] = (struct result){ .ready = true, .why = status };
	if (status != 0 && interrupted == 0 && (*restarts)++ < RESTARTS_MAX)
		worker_start(p, index);
}

static bool worker_read(struct pool *p, struct worker *w)
{
	ssize_t n;

	if (w->cap - w->len < PIPE_STEP) {
		w->cap = w->cap * 2 + PIPE_STEP;
		w->bytes = realloc(w->bytes, w->cap);
		if (w->bytes == NULL)
			abort();
	}
	n = read(w->fd, w->bytes + w->len, w->cap - w->len);
	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	w->len += (size_t)n;
	take_results(p, w);
	return true;
}

static void pool_loop(struct pool *p, struct pollfd *fds)
{
	u32 restarts = 0, open;

	do {
		open = 0;
		for (u32 i = 0; i < p->jobs->workers; i++) {
			fds[i] = (struct pollfd){ .fd = p->worker[i].fd, .events = POLLIN };
			open += p->worker[i].fd >= 0;
		}
		if (open != 0 && poll(fds, p->jobs->workers, POLL_MS) > 0)
			for (u32 i = 0; i < p->jobs->workers; i++)
				if (fds[i].fd >= 0 && fds[i].revents != 0 &&
				    !worker_read(p, &p->worker[i]))
					worker_ended(p, i, &restarts);
		report_ready(p);
		if (p->jobs->progress != NULL)
			progress_show(p->jobs->progress, p->reported, p->jobs->items,
				      p->jobs->what);
	} while (open != 0);
}

static bool run_jobs(const struct jobs *jobs)
{
	size_t shared_size = sizeof(struct shared) + jobs->workers * sizeof(u32);
	struct pool p = { .jobs = jobs,
			  .worker = calloc(jobs->workers, sizeof(*p.worker)),
			  .result = calloc(jobs->items + 1, sizeof(*p.result)) };
	struct pollfd *fds = calloc(jobs->workers, sizeof(*fds));
	u32 started = 0;

	assert(jobs->workers != 0);
	p.shared =
		mmap(NULL, shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p.worker == NULL || p.result == NULL || fds == NULL || p.shared == MAP_FAILED)
		abort();
	for (u32 i = 0; i < jobs->workers; i++) {
		p.worker[i].fd = -1;
		started += worker_start(&p, i);
	}
	pool_loop(&p, fds);
	/* What came behind an item that Ctrl-C has left out is a result too. */
	while (p.reported < jobs->items) {
		p.reported++;
		report_ready(&p);
	}
	for (u32 i = 0; i < jobs->workers; i++)
		free(p.worker[i].bytes);
	munmap(p.shared, shared_size);
	free(p.worker);
	free(p.result);
	free(fds);
	return started != 0;
}

bool jobs_run(const struct jobs *jobs)
{
	struct jobs some = *jobs;

	some.workers = min_u32(jobs->workers, jobs->items);
	return some.items == 0 || run_jobs(&some);
}
