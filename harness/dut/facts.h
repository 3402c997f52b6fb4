// SPDX-License-Identifier: MIT
/* facts.h - what is left at the end of a run, as lines: every device under test has its facts
 * printed here, so that the same fact is the same line.
 *
 *   neigh 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:02 REACHABLE
 *   route unicast 192.0.2.0/24 dev eth0 table main proto kernel scope link src 192.0.2.1
 *   exception unicast 192.0.2.2 dev eth0 table main mtu 1000 expires 59900
 *   sock udp 192.0.2.1:5000 0.0.0.0:0 CLOSE tx 0 rx 768 uid 0 drops 0
 *   inuse udp 1
 *   frag 1 memory 968
 *   random 17 draws
 */
#ifndef HARNESS_DUT_FACTS_H
#define HARNESS_DUT_FACTS_H

#include <stdio.h>

#include "base/types.h"

/* Lines until they are sorted and printed. */
struct facts {
	char **line;
	u32 nr, cap;
};

/* Addresses are in host order. */
struct fact_neigh {
	u32 addr;
	const char *dev;
	const u8 *lladdr; /* of six bytes; NULL: none */
	u32 state, flags, probes;
};

struct fact_route {
	u32 dst, gw, src;
	bool has_gw;
	u8 dst_len, tos, type, protocol, scope;
	u8 flags;	   /* RTNH_F_ */
	bool exception;	   /* what was learned of one destination */
	u32 expires_ticks; /* of it: in 1/100 s from now; 0: never */
	u32 table, priority;
	const char *dev;    /* NULL: none */
	const u32 *metrics; /* by RTAX_ - 1; NULL: none */
	u32 nr_metrics;
};

struct fact_sock {
	const char *protocol;
	u32 local, remote;
	u16 lport, rport;
	u32 state, tx_queue, rx_queue, uid, drops;
};

void facts_neigh(struct facts *f, const struct fact_neigh *n);
void facts_route(struct facts *f, const struct fact_route *r);
void facts_sock(struct facts *f, const struct fact_sock *s);
/* Anything else. */
void facts_line(struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints all, sorted, and forgets them. */
void facts_print(struct facts *f, FILE *to);

/* "reachable" of NUD_REACHABLE; NULL: no state, or several. */
const char *facts_nud_name(u32 state);

#endif
