// SPDX-License-Identifier: MIT
/* names.c - the tables that the .def lists generate: names, and the two cost models. */
#include "core/net.h"

const char *const fn_names[FN_MAX] = {
#define X(name, cycles, source) [FN_##name] = #name,
#include "cost.def"
#undef X
};

const u16 cost_cycles[FN_MAX] = {
#define X(name, cycles, source) [FN_##name] = (cycles),
#include "cost.def"
#undef X
};

const u16 cost_judge[FN_MAX];

const char *const drop_names[DROP_MAX] = {
#define X(name, help) [DROP_##name] = #name,
#include "drop.def"
#undef X
};

const struct mib_name mib_names[MIB_MAX] = {
#define X(group, id, name) [id] = { #group, #name },
#include "mib.def"
#undef X
};

const struct path_row path_rows[PATH_MAX] = {
#define X(step_, id, name, file, seen) [PATH_##id] = { (step_), #name },
#include "path.def"
#undef X
};

const char *const ctx_names[] = {
	[CTX_TASK] = "task",	       [CTX_SOFTIRQ] = "softirq", [CTX_HARDIRQ] = "hardirq",
	[CTX_KSOFTIRQD] = "ksoftirqd", [CTX_DEVICE] = "nic",
};
