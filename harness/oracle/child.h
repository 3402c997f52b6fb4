// SPDX-License-Identifier: MIT
/* child.h - programs that the oracle starts, and folders that it makes for them. */
#ifndef HARNESS_ORACLE_CHILD_H
#define HARNESS_ORACLE_CHILD_H

#include <sys/types.h>

#include "base/types.h"

struct child {
	const char *const *argv,
		*const *env; /* argv[0] is searched for in PATH; both end with NULL */
	const char *folder;  /* to start in; NULL: where we are */
	int in, out, err;    /* -1: /dev/null */
	/* The judging kernel: no address is random, one processor, no core file. */
	bool fixed;
	bool foreground; /* stays in our process group: it uses the terminal */
};
/* -1 with errno; a program that is not there ends with 127. */
pid_t child_start(const struct child *c);

enum child_end { CHILD_ENDED, CHILD_RUNS, CHILD_INTERRUPTED };
/* Waits so long for its end, whose status is then in *status; or until a signal comes to us. */
enum child_end child_wait(pid_t pid, int milliseconds, int *status);
/* Ends it with all that it started, and forgets it. */
void child_kill(pid_t pid);
/* What it has left running of its group, after its end. */
void child_sweep(pid_t pid);
/* "exit status 2", "signal 11". */
const char *child_status(int status, char to[32]);

/* Everything below, and the folder. Links are not followed. */
void folder_remove(const char *path);
/* Like mkdir -p; false with errno. */
bool folder_make(const char *path);
/* The last so many lines of a file, each indented: "  | panic - not syncing". */
void file_tail(const char *path, u32 lines, char *to, u32 size);

#endif
