// SPDX-License-Identifier: MIT
/* fib_model.h - routing tables as a plain list: what each request answers, and what each lookup
 * finds, by Linux's rules and without a trie, shared records or caches.
 *
 * Addresses are primary ones (no two of a device have the same mask and subnet), links never lose
 * their carrier. Addresses of hosts are numbers here.
 */
#ifndef HARNESS_FUZZ_FIB_MODEL_H
#define HARNESS_FUZZ_FIB_MODEL_H

#include "ipv4/ip_fib.h"

enum { MODEL_ROUTES = 1024, MODEL_DEVS = 3, MODEL_ADDRS = 16 };

struct model_route {
	u32 dst;
	u8 len, tos, type, proto, scope, nh_scope, flags;
	u32 table, priority, prefsrc, gw, mtu, advmss;
	bool has_gw, mtu_lock;
	s32 oif;
	s64 order; /* of those that are equal in all that sorts: the lower one stands first */
};

struct model_addr {
	u32 local, broadcast;
	u8 len;
	s32 oif;
};

struct fib_model {
	u32 nr, nr_addrs;
	struct model_route route[MODEL_ROUTES];
	struct model_addr addr[MODEL_ADDRS];
	bool up[MODEL_DEVS]; /* 1: lo, 2: the other device */
	bool has_table[256]; /* somebody has put something there, or tried to */
	s64 first_order, last_order;
};

struct model_flow {
	u32 daddr;
	s32 oif;
	u8 tos, scope;
};

/* As a request: 0 or -errno. */
int fib_model_add(struct fib_model *m, const struct fib_config *cfg);
int fib_model_del(struct fib_model *m, const struct fib_config *cfg);
int fib_model_addr_add(struct fib_model *m, const struct model_addr *a);
int fib_model_addr_del(struct fib_model *m, const struct model_addr *a);
void fib_model_link(struct fib_model *m, s32 oif, bool up);
/* 0 and *found, or -errno. */
int fib_model_lookup(const struct fib_model *m, const struct model_flow *f,
		     const struct model_route **found);
u32 fib_model_addr_type(const struct fib_model *m, u32 addr, u32 table,
			const struct model_route **found);
/* In the order of a dump of each table. */
void fib_model_sort(struct fib_model *m);

#endif
