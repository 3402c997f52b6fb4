// SPDX-License-Identifier: MIT
/* version.h - which refstack this is, and which Linux it follows. refstack/LINUX says more. */
#ifndef HARNESS_LIB_VERSION_H
#define HARNESS_LIB_VERSION_H

#define REFSTACK_VERSION "0.1.0"
#define REFSTACK_LINUX	 "6.12"
enum { REFSTACK_HZ = 1000 };

#endif
