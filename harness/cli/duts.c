// SPDX-License-Identifier: MIT
/* duts.c - devices under test by their names on the command line. */
#include "harness/cli/duts.h"

#include <string.h>

#include "base/check.h"

static const struct {
	const char *name;
	enum dut_kind kind;
} known[] = {
	{ "refstack", DUT_KIND_REFSTACK },
	{ "live", DUT_KIND_LIVE },
	{ "uml", DUT_KIND_UML },
};

int dut_by_name(enum command_id command, const char *name, enum dut_kind *kind)
{
	size_t len = strlen(name);

	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(name, known[i].name) == 0) {
			*kind = known[i].kind;
			return EXIT_OK;
		}
	}
	if (strcmp(name, "lwip") == 0 || strncmp(name, "uml-", 4) == 0 ||
	    (len > 3 && strcmp(name + len - 3, ".so") == 0))
		return not_here("--dut %s", name);
	return usage_error(command,
			   "there is no '%s' to run on; names are refstack, uml, uml-VERSION, "
			   "live, lwip, ./FILE.so",
			   name);
}

struct dut *dut_live(const struct dut_config *cfg, char *err, u32 err_size)
{
	return dut_linux(cfg, DUT_REAL, err, err_size);
}
