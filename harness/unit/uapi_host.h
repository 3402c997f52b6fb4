// SPDX-License-Identifier: MIT
/* uapi_host.h - constants as the headers of the machine have them that compiles the tests. */
#ifndef HARNESS_UNIT_UAPI_HOST_H
#define HARNESS_UNIT_UAPI_HOST_H

struct uapi_constant {
	const char *name;
	long long value;
};

/* In the order of uapi_names.def; a null name ends them. */
extern const struct uapi_constant uapi_host[];

#endif
