// SPDX-License-Identifier: MIT
/* test_uapi.c - the numbers of refstack/uapi are those of Linux on x86-64.
 *
 * uapi_names.def lists them; uapi_host.c has their values from the machine's own headers. A
 * constant that is added without being listed there fails the test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/types.h"
#include "harness/unit/uapi_host.h"
#include "uapi/capability.h"
#include "uapi/epoll.h"
#include "uapi/errno.h"
#include "uapi/errqueue.h"
#include "uapi/ethtool.h"
#include "uapi/fcntl.h"
#include "uapi/filter.h"
#include "uapi/if.h"
#include "uapi/if_arp.h"
#include "uapi/if_packet.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/netlink.h"
#include "uapi/poll.h"
#include "uapi/route.h"
#include "uapi/signal.h"
#include "uapi/socket.h"
#include "uapi/stat.h"
#include "uapi/tcp.h"

static const struct uapi_constant own[] = {
#define X(name)		    { #name, (long long)(name) },
#define V(name, value)	    { #name, (long long)(name) },
#define L(name, expression) { #name, (long long)(name) },
#include "harness/unit/uapi_names.def"
#undef X
#undef V
#undef L
};

static void values_are_linux(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		assert_string_equal(own[i].name, uapi_host[i].name);
		if (own[i].value != uapi_host[i].value) {
			print_error("%s is %lld, not %lld\n", own[i].name, own[i].value,
				    uapi_host[i].value);
			wrong++;
		}
	}
	assert_null(uapi_host[ARRAY_SIZE(own)].name);
	assert_int_equal(wrong, 0);
}

static bool listed(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		if (strcmp(own[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Every #define of a header with a value is in the list. */
static u32 missing_in_list(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[200], name[64], value[100];
	u32 missing = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "#define %63s %99s", name, value) == 2 && !listed(name)) {
			print_error("%s: %s is not in uapi_names.def\n", path, name);
			missing++;
		}
	}
	fclose(f);
	return missing;
}

static void all_are_listed(void **state)
{
	static const char *const headers[] = {
		"refstack/uapi/capability.h", "refstack/uapi/errno.h",	 "refstack/uapi/fcntl.h",
		"refstack/uapi/if.h",	      "refstack/uapi/in.h",	 "refstack/uapi/ioctl.h",
		"refstack/uapi/netlink.h",    "refstack/uapi/poll.h",	 "refstack/uapi/socket.h",
		"refstack/uapi/stat.h",	      "refstack/uapi/epoll.h",	 "refstack/uapi/errqueue.h",
		"refstack/uapi/signal.h",     "refstack/uapi/tcp.h",	 "refstack/uapi/if_arp.h",
		"refstack/uapi/route.h",      "refstack/uapi/ethtool.h", "refstack/uapi/filter.h",
		"refstack/uapi/if_packet.h",
	};
	u32 missing = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		missing += missing_in_list(headers[i]);
	assert_int_equal(missing, 0);
	assert_true(ARRAY_SIZE(own) > 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_linux),
		cmocka_unit_test(all_are_listed),
	};

	return cmocka_run_group_tests_name("uapi", tests, NULL, NULL);
}
