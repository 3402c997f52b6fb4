// SPDX-License-Identifier: MIT
/* nstat.h - `nstat`: counters since it was last asked, in its look; and the files of /proc/net that
 * hold them.
 */
#ifndef HARNESS_LIB_NSTAT_H
#define HARNESS_LIB_NSTAT_H

#include "core/net.h"
#include "harness/lib/ipcmd.h"

struct outbuf;

/* The call's words begin with "nstat"; base: what it saw last. */
int nstat_call(const u64 mib[MIB_MAX], u64 base[MIB_MAX], struct ipcmd_call *call);
/* netstat: /proc/net/netstat (TcpExt, IpExt); else /proc/net/snmp. */
void proc_counters(const struct net *net, bool netstat, struct outbuf *o);
/* * and ? stand for any; upper and lower case are one. */
bool glob_match(const char *pattern, const char *text);

#endif
