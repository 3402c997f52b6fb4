// SPDX-License-Identifier: MIT
/* ip_options.h - the form of IP options, and those of a program; what packets need is in ip.h. */
#ifndef REFSTACK_IPV4_IP_OPTIONS_H
#define REFSTACK_IPV4_IP_OPTIONS_H

#include "ipv4/ip.h"

/* LINUX: IPOPT_*, include/uapi/linux/ip.h. */
enum {
	IPOPT_END = 0,
	IPOPT_NOOP = 1,
	IPOPT_RR = 7,
	IPOPT_TIMESTAMP = 68,
	IPOPT_LSRR = 131,
	IPOPT_CIPSO = 134,
	IPOPT_SSRR = 137,
	IPOPT_RA = 148,
	IPOPT_COPY = 0x80 /* a bit: every fragment has it */
};
enum { IPOPT_TS_TSONLY = 0, IPOPT_TS_TSANDADDR = 1, IPOPT_TS_PRESPEC = 3 };
/* Bytes of an option: its type, its length, its pointer (which counts from 1). */
enum { OPT_TYPE = 0, OPT_LEN = 1, OPT_PTR = 2, OPT_DATA = 3, OPT_TS_FLAGS = 3 };
/* LINUX: ip_options_get(): at most 40 bytes; -EINVAL or -EPERM if they may not be used. */
must_check int ip_options_get(struct net *net, struct ip_options *opt, const u8 *data, u32 optlen);
/* Of a packet that has been compiled once and whose control block is another's now; -EINVAL: what
 * was recorded since leaves no room. Nobody is told. LINUX: __ip_options_compile().
 */
must_check int ip_options_recompile(struct net *net, struct ip_options *opt, struct sk_buff *skb);
/* Takes back what compiling has moved and counted: as the program wrote them. */
void ip_options_undo(struct ip_options *opt);

#endif
