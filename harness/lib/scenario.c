// SPDX-License-Identifier: MIT
/* scenario.c - see scenario.h. */
#include "harness/lib/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/iov.h"
#include "harness/lib/invariants.h"
#include "harness/lib/naive.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

/* So large that malloc, too, would map it anew each time. */
enum { LARGE_WORLD = 32 << 20 };

_Noreturn static void no_memory(u64 size)
{
	fprintf(stderr, "refstack: no memory for a world of %llu bytes\n",
		(unsigned long long)size);
	exit(3);
}

/* Most of a large world is room that no program comes to, above all the memory of its processes:
 * there a page is there when it is first touched. Small ones come and go, in memory that is warm.
 */
struct world *scenario_new(const struct world_cfg *cfg)
{
	u64 size = ALIGN_UP(world_size(cfg), (u64)ARENA_ALIGN);
	struct world_cfg own = *cfg;
	void *mem;

	own.zeroed = size >= LARGE_WORLD;
	if (own.zeroed)
		mem = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	else
		mem = aligned_alloc(ARENA_ALIGN, (size_t)size);
	if (mem == NULL || mem == MAP_FAILED)
		no_memory(size);
	return world_init(mem, size, &own);
}

void scenario_free(struct world *w)
{
	if (!w->cfg.zeroed) {
		free(w);
		return;
	}
	/* What lies there next may be anybody's. */
	for (u32 i = 0; i < w->nr_regions; i++)
		if (w->region[i].kind == REGION_POOL)
			pool_unpoison_all(w->region[i].at);
	if (munmap(w, (size_t)ALIGN_UP(world_size(&w->cfg), (u64)ARENA_ALIGN)) != 0)
		abort();
}

struct world_cfg scenario_two_hosts(enum world_dev_kind kind, const struct limits *limits,
				    enum cost_model cost, u32 cpus, u64 seed)
{
	struct world_cfg cfg = {
		.limits = limits,
		.seed = seed,
		.cost = cost,
		.hosts = 2,
		.cpus = cpus,
		.tasks = 4,
		.nr_devs = 2,
		.nr_wires = 1,
		.wire = { { .port = { 0, 1 }, .delay_ps = 500 * PS_PER_NS } },
	};

	for (u8 i = 0; i < 2; i++)
		cfg.dev[i] = (struct world_dev_cfg){
			.host = i,
			.kind = kind,
			.name = "eth0",
			.mac = { 2, 0, 0, 0, 0, (u8)(i + 1) },
		};
	return cfg;
}

struct world_cfg scenario_bare(const struct limits *limits, u64 seed)
{
	return (struct world_cfg){
		.limits = limits,
		.seed = seed,
		.cost = COST_JUDGE,
		.hosts = 1,
		.cpus = 1,
		.tasks = 4,
		.nr_devs = 1,
		.dev = { { .kind = DEV_TAP, .name = "eth0", .mac = { 2, 0, 0, 0, 0, 1 } } },
	};
}

void must_config(struct world *w, u32 host, const char *line)
{
	char err[256];

	if (world_config(w, host, line, err, sizeof(err)) == 0)
		return;
	fprintf(stderr, "refused: %s: %s\n", line, err);
	abort();
}

enum { LINK_UP_SECS = 6 };

struct world *scenario_two_hosts_up(const struct world_cfg *cfg)
{
	struct world *w = scenario_new(cfg);

	for (u32 i = 0; i < 2; i++) {
		char line[128];

		snprintf(line, sizeof(line),
			 "ip link set lo up; ip addr add 192.0.2.%u/24 dev eth0; ip link set eth0 "
			 "up",
			 i + 1);
		must_config(w, i, line);
	}
	if (cfg->dev[0].kind == DEV_IGB)
		world_run_until(w, w->sim.now_ps + LINK_UP_SECS * PS_PER_SEC);
	return w;
}

u32 parse_ipv4(const char *text)
{
	u32 addr = 0, byte = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '.') {
			addr = addr << 8 | byte;
			byte = 0;
			continue;
		}
		byte = byte * 10 + (u32)(*p - '0');
		assert(*p >= '0' && *p <= '9' && byte <= 255);
	}
	return addr << 8 | byte;
}

void put_sockaddr_in(u8 *to, u16 family, u16 port, u32 addr)
{
	memset(to, 0, SOCKADDR_IN_BYTES);
	put_le16(to, family);
	put_be16(to + 2, port);
	put_be32(to + 4, addr);
}

/* NOLINTNEXTLINE(readability-function-size): a system call's six arguments, and whose. */
static s64 call(struct world *w, u32 host, u32 task, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d,
		u64 e, u64 f)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e, f };
	s64 ret;

	return world_call(w, host, task, nr, arg, &ret) ? ret : -EPARKED;
}

s64 call_socket(struct world *w, u32 host, u32 task, int family, int type, int protocol)
{
	return call(w, host, task, SYS_NR_socket, (u64)family, (u64)type, (u64)protocol, 0, 0, 0);
}

static u64 address(struct world *w, u32 host, const char *addr, u16 port)
{
	if (addr == NULL)
		return 0;
	put_sockaddr_in(world_umem(w, host, SCENARIO_ADDR, SOCKADDR_IN_BYTES), AF_INET, port,
			parse_ipv4(addr));
	return SCENARIO_ADDR;
}

s64 call_bind(struct world *w, u32 host, u32 task, int fd, const char *addr, u16 port)
{
	u64 at = address(w, host, addr, port);

	return call(w, host, task, SYS_NR_bind, (u64)fd, at, SOCKADDR_IN_BYTES, 0, 0, 0);
}

s64 call_connect(struct world *w, u32 host, u32 task, int fd, const char *addr, u16 port)
{
	u64 at = address(w, host, addr, port);

	return call(w, host, task, SYS_NR_connect, (u64)fd, at, SOCKADDR_IN_BYTES, 0, 0, 0);
}

/* NOLINTNEXTLINE(readability-function-size): a system call's six arguments, and whose. */
s64 call_sendto(struct world *w, u32 host, u32 task, int fd, const void *data, u32 len, u32 flags,
		const char *addr, u16 port)
{
	u64 at = address(w, host, addr, port);

	if (len != 0 && data != NULL)
		memcpy(world_umem(w, host, SCENARIO_DATA, len), data, len);
	return call(w, host, task, SYS_NR_sendto, (u64)fd, SCENARIO_DATA, len, flags, at,
		    at != 0 ? SOCKADDR_IN_BYTES : 0);
}

s64 call_recv(struct world *w, u32 host, u32 task, int fd, u32 len, u32 flags)
{
	return call(w, host, task, SYS_NR_recvfrom, (u64)fd, SCENARIO_RECV, len, flags, 0, 0);
}

s64 call_close(struct world *w, u32 host, u32 task, int fd)
{
	return call(w, host, task, SYS_NR_close, (u64)fd, 0, 0, 0, 0, 0);
}

s64 call_finish(struct world *w, u32 host, u32 task, u64 limit_ps)
{
	struct task *t = &w->host[host].task[task];

	return world_run_task(w, t, limit_ps) ? t->ret : -EPARKED;
}

void scenario_checks_on(struct world *w)
{
	w->checks = true;
	for (u32 i = 0; i < w->cfg.hosts; i++) {
		w->host[i].net.checks = true;
		w->host[i].net.on_packet = check_packet;
		w->host[i].net.on_fib_lookup = naive_check_fib_lookup;
	}
}
