// SPDX-License-Identifier: MIT
/* linux_facts.h - what real Linux is asked and told besides system calls and frames; what the parts
 * of that share.
 *
 *   linux_facts.c     begin and end; counters and state as the table of functions has them
 *   linux_command.c   commands: iproute2's programs; sysctl and xps by the files
 *   linux_rtnl.c      iproute2's commonest ones without the program, in the guest
 *   linux_knobs.c     files: knobs, /proc/net
 *   linux_counters.c  /proc/net/snmp and its like → mib.def
 *   linux_trace.c     tracefs: an instance of our own, formats, the raw ring
 *   linux_drops.c     skb:kfree_skb → drop.def
 *   linux_events.c    tracepoints as lines
 *   linux_state.c     neighbours, routes, sockets
 */
#ifndef HARNESS_DUT_LINUX_FACTS_H
#define HARNESS_DUT_LINUX_FACTS_H

#include "core/net.h"
#include "harness/dut/facts.h"
#include "harness/dut/linux_internal.h"
#include "harness/dut/linux_netlink.h"
#include "harness/dut/linux_trace.h"

enum { LINUX_MIB_FILES = 2, LINUX_SAVED_KNOBS = 64, KNOB_PATH_MAX = 192, KNOB_VALUE_MAX = 256 };

/* What stays open while a host is there; 0: not yet. */
struct linux_host_facts {
	int netlink, mib[LINUX_MIB_FILES];
	bool words;			    /* the socket's errors come with words */
	struct linux_broadcasts broadcasts; /* until a command may change them */
};

struct linux_facts {
	struct linux_trace *trace;   /* NULL: not to be had */
	struct linux_drops *drops;   /* NULL: unknown */
	struct linux_events *events; /* NULL: nobody wants them */
	struct linux_host_facts host[DUT_HOSTS];
	bool pings; /* some program has asked for an ICMP socket */
	/* What was changed for the whole machine, and what it was before: only a judging kernel's
	 * guest changes such things.
	 */
	u32 nr_saved;
	struct {
		char path[KNOB_PATH_MAX], value[KNOB_VALUE_MAX];
	} saved[LINUX_SAVED_KNOBS];
};

/* --- linux_counters.c --- */
/* Text as of /proc/net/snmp: for each group a line of names and a line of values. Rows of mib.def
 * that it has are set; 0, or -1: that is no such text.
 */
int snmp_parse(const char *text, u64 mib[MIB_MAX]);
/* All files of the present namespace; 0, or -errno. fd: where they are open from then on. */
int linux_read_mib(int fd[LINUX_MIB_FILES], u64 mib[MIB_MAX]);
/* A whole file (of malloc, with its end), NULL with errno: one of /proc/net or /sys. */
char *linux_read_file(const char *path, u32 *len);

/* --- linux_knobs.c --- */
void linux_restore_knobs(struct linux_dut *l);

/* --- linux_drops.c --- */
/* From 0 again. */
void linux_drops_begin(struct linux_drops *d, u32 hosts);
/* A record of the ring. */
void linux_drops_event(struct linux_drops *d, const struct trace_record *rec);
/* U64_MAX each: unknown. */
void linux_drops_read(const struct linux_drops *d, u32 host, u64 drops[DROP_MAX]);

/* --- linux_events.c --- */
struct linux_events;
struct linux_events *linux_events_new(struct linux_trace *t, u32 groups);
void linux_events_free(struct linux_events *e);
void linux_events_event(struct linux_events *e, const struct trace_record *rec);

/* --- linux_state.c --- */
/* The host's netlink socket; the executor is in its namespace. -errno. */
int linux_netlink_of(struct linux_dut *l, u32 host);
/* A line of /proc/net/udp and its like; false: it is none, but the heading. */
bool linux_sock_parse(const char *line, struct fact_sock *s, u64 *inode);

/* --- linux_facts.c --- */
/* Everything that the ring holds is counted and kept. */
void linux_facts_drain(struct linux_facts *f);

#endif
