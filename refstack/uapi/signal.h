// SPDX-License-Identifier: MIT
/* signal.h - signals of x86-64. */
#ifndef REFSTACK_UAPI_SIGNAL_H
#define REFSTACK_UAPI_SIGNAL_H

#define SIGHUP	  1
#define SIGINT	  2
#define SIGQUIT	  3
#define SIGILL	  4
#define SIGTRAP	  5
#define SIGABRT	  6
#define SIGBUS	  7
#define SIGFPE	  8
#define SIGKILL	  9
#define SIGUSR1	  10
#define SIGSEGV	  11
#define SIGUSR2	  12
#define SIGPIPE	  13
#define SIGALRM	  14
#define SIGTERM	  15
#define SIGSTKFLT 16
#define SIGCHLD	  17
#define SIGCONT	  18
#define SIGSTOP	  19
#define SIGTSTP	  20
#define SIGTTIN	  21
#define SIGTTOU	  22
#define SIGURG	  23
#define SIGXCPU	  24
#define SIGXFSZ	  25
#define SIGVTALRM 26
#define SIGPROF	  27
#define SIGWINCH  28
#define SIGIO	  29
#define SIGPWR	  30
#define SIGSYS	  31

#define SIGIOT	 SIGABRT
#define SIGPOLL	 SIGIO
#define SIGRTMIN 32
#define SIGRTMAX 64

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SIG_DFL 0
#define SIG_IGN 1

#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u

#define SI_USER	  0
#define SI_KERNEL 0x80
#define SI_TKILL  (-6)
#define SI_SIGIO  (-5)
#define POLL_IN	  1
#define POLL_OUT  2
#define POLL_MSG  3
#define POLL_ERR  4
#define POLL_PRI  5
#define POLL_HUP  6

/* struct sigaction and siginfo_t of the kernel's calls, by offsets. */
enum {
	SIGACTION_HANDLER = 0,
	SIGACTION_FLAGS = 8,
	SIGACTION_RESTORER = 16,
	SIGACTION_MASK = 24,
	SIGACTION_BYTES = 32,
	SIGINFO_SIGNO = 0,
	SIGINFO_ERRNO = 4,
	SIGINFO_CODE = 8,
	SIGINFO_BAND = 16,
	SIGINFO_FD = 24,
	SIGINFO_BYTES = 128
};

#endif
