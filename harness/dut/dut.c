// SPDX-License-Identifier: MIT
/* dut.c - what every device under test can do by its table. */
#include "harness/dut/dut.h"

#include <string.h>

#include "base/check.h"

struct line {
	struct dut *dut;
	u32 host;
};

static int run_call(void *ctx, struct ipcmd_call *call)
{
	const struct line *l = ctx;

	return l->dut->ops->command(l->dut, l->host, call);
}

int dut_config(struct dut *d, u32 host, const char *line, char *err, u32 err_size)
{
	struct line l = { d, host };
	struct ipcmd_call call = { .err_bytes = err_size };

	call.err = err;
	return ipcmd_line(line, &call, run_call, &l) < 0 ? -1 : 0;
}

u8 *dut_memory_at(struct dut *d, u32 host, u32 process, uptr at, u64 bytes)
{
	struct dut_memory m = d->ops->memory(d, host, process);

	if (at < UMEM_BASE || at - UMEM_BASE > m.size || bytes > m.size - (at - UMEM_BASE))
		return NULL;
	return m.bytes + (at - UMEM_BASE);
}
