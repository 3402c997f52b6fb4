// SPDX-License-Identifier: MIT
/* kernel_internal.h - what kernel.c and build.c share. */
#ifndef HARNESS_ORACLE_KERNEL_INTERNAL_H
#define HARNESS_ORACLE_KERNEL_INTERNAL_H

#include "harness/oracle/uml.h"

#define KERNEL_PACKAGE "linux-source-6.12"

/* The folder's name below the cache. */
void kernel_key(const struct kernel *k, char *to, u32 size);
bool kernel_identity_write(const struct kernel *k, const char *path);

#endif
