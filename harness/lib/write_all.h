// SPDX-License-Identifier: MIT
/* write_all.h - all bytes into a descriptor that may take some at a time. */
#ifndef HARNESS_LIB_WRITE_ALL_H
#define HARNESS_LIB_WRITE_ALL_H

#include "base/types.h"

/* False with errno: not all. */
bool write_all(int fd, const void *bytes, size_t len);

#endif
