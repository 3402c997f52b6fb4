// SPDX-License-Identifier: MIT
/* ss.h - UDP's sockets as files of /proc show them; `ss` itself is one of ipcmd's commands. */
#ifndef HARNESS_LIB_SS_H
#define HARNESS_LIB_SS_H

struct net;
struct outbuf;
struct proto;

void proc_udp(const struct net *net, const struct proto *prot, struct outbuf *o);
void proc_sockstat(const struct net *net, struct outbuf *o);

#endif
