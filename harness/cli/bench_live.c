// SPDX-License-Identifier: MIT
/* bench_live.c - see bench_live.h. A file of its own: the host's headers and ours do not mix. */
#include "harness/cli/bench_live.h"

#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

uint64_t bench_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* In a child, so that this process keeps its own namespace; the result comes back in shared memory.
 */
double bench_live_unshare_ns(uint32_t n)
{
	double *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double result;
	pid_t pid;

	if (shared == MAP_FAILED)
		return 0;
	*shared = 0;
	pid = fork();
	if (pid == 0) {
		uint64_t start = bench_now_ns();

		for (uint32_t i = 0; i < n; i++)
			if (unshare(CLONE_NEWNET) != 0)
				_exit(1);
		*shared = (double)(bench_now_ns() - start) / n;
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	result = *shared;
	munmap(shared, sizeof(*shared));
	return result;
}

double bench_live_udp_ns(uint32_t n, uint32_t bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int rx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int tx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(to);
	char buf[2048] = "";
	double result = 0;
	uint64_t start;

	if (rx < 0 || tx < 0 || bytes > sizeof(buf) ||
	    bind(rx, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    getsockname(rx, (struct sockaddr *)&to, &len) != 0)
		goto out;
	start = bench_now_ns();
	for (uint32_t i = 0; i < n; i++) {
		if (sendto(tx, buf, bytes, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)bytes)
			goto out;
		if (recvfrom(rx, buf, sizeof(buf), 0, NULL, NULL) != (ssize_t)bytes)
			goto out;
	}
	result = (double)(bench_now_ns() - start) / n;
out:
	close(rx);
	close(tx);
	return result;
}

static bool one_connection(int at, const struct sockaddr_in *to, uint32_t bytes)
{
	char buf[2048] = "";
	int a = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), b;
	bool ok;

	if (connect(a, (const struct sockaddr *)to, sizeof(*to)) != 0) {
		close(a);
		return false;
	}
	b = accept(at, NULL, NULL);
	ok = send(a, buf, bytes, 0) == (ssize_t)bytes &&
	     recv(b, buf, sizeof(buf), 0) == (ssize_t)bytes &&
	     send(b, buf, bytes, 0) == (ssize_t)bytes &&
	     recv(a, buf, sizeof(buf), 0) == (ssize_t)bytes;
	close(a);
	close(b);
	return ok;
}

double bench_live_tcp_ns(uint32_t n, uint32_t bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int at = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(to);
	double result = 0;
	uint64_t start;

	if (at < 0 || bytes > 2048 || bind(at, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    listen(at, 128) != 0 || getsockname(at, (struct sockaddr *)&to, &len) != 0)
		goto out;
	start = bench_now_ns();
	for (uint32_t i = 0; i < n; i++)
		if (!one_connection(at, &to, bytes))
			goto out;
	result = (double)(bench_now_ns() - start) / n;
out:
	close(at);
	return result;
}
