// SPDX-License-Identifier: MIT
/* python_child.h - what python.c and python_jail.c share. */
#ifndef HARNESS_SCRIPT_PYTHON_CHILD_H
#define HARNESS_SCRIPT_PYTHON_CHILD_H

#include "base/types.h"

/* Of a descriptor that is above what the limit lets anyone have again. */
enum { PYTHON_EXEC_FD = 63 };

extern const char python_bootstrap[];

/* In the child, between fork() and the end: becomes python3, or exits with 127. Of calls only those
 * that a signal handler could make.
 */
_Noreturn void python_exec(int exe, const char *path, int sock);
/* In the parent, when the interpreter has loaded what it needs: from here on it opens nothing. */
int python_shut(int pid);

#endif
