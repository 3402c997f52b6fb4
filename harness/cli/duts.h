// SPDX-License-Identifier: MIT
/* duts.h - what scripts can run on, by name. */
#ifndef HARNESS_CLI_DUTS_H
#define HARNESS_CLI_DUTS_H

#include "harness/cli/cli.h"
#include "harness/dut/dut.h"

enum dut_kind {
	DUT_KIND_REFSTACK,
	DUT_KIND_LIVE, /* the running kernel */
	DUT_KIND_UML   /* the judging kernel */
};

/* EXIT_OK; else what was wrong with the name has been said. */
int dut_by_name(enum command_id command, const char *name, enum dut_kind *kind);
/* run_options.dut of DUT_KIND_LIVE. */
struct dut *dut_live(const struct dut_config *cfg, char *err, u32 err_size);

#endif
