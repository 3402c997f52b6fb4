// SPDX-License-Identifier: MIT
/* fuzz_snapshot.c - a program that is interrupted by save and restore does what it does straight.
 *
 * Before some of its statements (which, the input says) the world is saved, let go astray for a
 * while, and restored. What happened astray must leave no trace.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"
#include "harness/lib/must.h"
#include "harness/lib/world.h"

enum { ASTRAY_STEPS = 40, ASTRAY_SECS = 40, TAIL_BYTES = 8 };

struct snapshots {
	u64 mask; /* bit n: before the n-th, and so on from the first again */
	u32 n;
	void *memory;
	u64 size;
};

static void init(void)
{
	fuzz_program_init("snapshot");
}

/* Time goes by, frames arrive, somebody opens a socket: whatever of it is possible at this point.
 */
static void go_astray(struct world *w)
{
	static const u8 arp[] =
		"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x02\x08\x06\0\x01\x08\0\x06\x04"
		"\0\x01\x02\0\0\0\0\x02\xc0\0\x02\x02\0\0\0\0\0\0\xc0\0\x02\x01";
	u64 until_ps = w->sim.now_ps + ASTRAY_SECS * PS_PER_SEC;
	const u64 udp[SYS_ARGS] = { 2, 2, 0 };

	for (u32 h = 0; h < w->cfg.hosts; h++) {
		struct task *t = &w->host[h].task[w->host[h].nr_tasks - 1];

		if (w->port[h].kind != DEV_TUN)
			(void)world_inject(w, h, arp, sizeof(arp) - 1);
		if (t->state == TASK_IDLE)
			world_start(w, h, t->id, SYS_NR_socket, udp);
	}
	for (u32 i = 0; i < ASTRAY_STEPS && sim_next_ps(&w->sim) <= until_ps; i++)
		world_step(w);
}

static void interrupt(void *ctx, struct dut *d)
{
	struct snapshots *s = ctx;
	struct dut hooks = *d;
	u64 size;

	if ((s->mask >> s->n++ % 64 & 1) == 0)
		return;
	size = world_save_size(d->world);
	if (size > s->size) {
		free(s->memory);
		s->memory = must(malloc((size_t)size));
		s->size = size;
	}
	world_save(d->world, s->memory);
	d->on_frame = NULL;
	d->on_arrival = NULL;
	d->on_return = NULL;
	go_astray(d->world);
	world_restore(d->world, s->memory);
	*d = hooks;
}

/* The input's last bytes say where: an edit of the program moves nothing else. */
static u64 mask_of(const u8 *data, size_t len)
{
	u64 mask = 0;

	for (size_t i = 0; i < len && i < TAIL_BYTES; i++)
		mask = mask << 8 | data[len - 1 - i];
	return mask * 0x9e3779b97f4a7c15ull | 1;
}

static bool run(const u8 *data, size_t len)
{
	static struct snapshots s;
	const struct script *script = fuzz_program_script(data, len);
	struct fuzz_program_run straight = fuzz_program_once(script, true, NULL, NULL), again;

	if (straight.verdict != RUN_PASSED)
		return false;
	s.n = 0;
	s.mask = mask_of(data, len);
	again = fuzz_program_once(script, true, interrupt, &s);
	if (again.digest != straight.digest)
		fuzz_found(DETECTOR_determinism, "save and restore change what happens",
			   script_print(script, 0, NULL));
	return true;
}

const struct fuzz_target fuzz_target = {
	.name = "snapshot",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = run,
	.kept = fuzz_program_kept,
};
