// SPDX-License-Identifier: MIT
/* neighbour.h - who has which link address: the NUD state machine. One table: arp_tbl. */
#ifndef REFSTACK_CORE_NEIGHBOUR_H
#define REFSTACK_CORE_NEIGHBOUR_H

#include "core/netdevice.h"

/* LINUX: NUD_*, include/uapi/linux/neighbour.h. */
enum { NUD_INCOMPLETE = 0x01, NUD_REACHABLE = 0x02, NUD_STALE = 0x04, NUD_DELAY = 0x08, NUD_PROBE = 0x10,
       NUD_FAILED = 0x20, NUD_NOARP = 0x40, NUD_PERMANENT = 0x80, NUD_NONE = 0x00 };
enum { NUD_IN_TIMER = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE,
       NUD_VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
       NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE };
enum { NEIGH_UPDATE_F_OVERRIDE = 1, NEIGH_UPDATE_F_WEAK_OVERRIDE = 2, NEIGH_UPDATE_F_OVERRIDE_ISROUTER = 4,
       NEIGH_UPDATE_F_USE = 8, NEIGH_UPDATE_F_ADMIN = 128 };
enum { NEIGH_HASH_BUCKETS = 64 };

/* LINUX: struct neigh_parms: per device; times in jiffies. */
struct neigh_parms {
	struct net_device *dev;
	u64 base_reachable_time, retrans_time, gc_staletime, delay_probe_time, anycast_delay, proxy_delay,
		locktime, interval_probe_time_ms;
	u32 mcast_probes, ucast_probes, app_probes, mcast_reprobes;
	u32 queue_len_bytes;
	u64 reachable_time; /* jittered from base */
};

struct hh_cache {
	u32 hh_len;
	u8 hh_data[16];
};

struct neighbour {
	struct hlist_node node;
	struct neigh_table *tbl;
	struct neigh_parms *parms;
	struct net_device *dev;
	u64 confirmed_jif, updated_jif, used_jif;
	u32 refcnt;
	u8 nud_state, type, dead, protocol;
	u32 flags;
	u8 ha[MAX_ADDR_LEN];
	struct hh_cache hh;
	struct sk_buff_head arp_queue;
	u32 arp_queue_len_bytes;
	struct timer_list timer;
	u32 probes;
	struct spinlock lock;
	int (*output)(struct neighbour *n, struct sk_buff *skb);
	const struct neigh_ops *ops;
	be32 primary_key;
};

struct neigh_ops {
	void (*solicit)(struct neighbour *n, struct sk_buff *skb);
	void (*error_report)(struct neighbour *n, struct sk_buff *skb);
	int (*output)(struct neighbour *n, struct sk_buff *skb);
	int (*connected_output)(struct neighbour *n, struct sk_buff *skb);
};

struct neigh_table {
	struct net *net;
	struct hlist_head hash[NEIGH_HASH_BUCKETS];
	u32 entries, gc_entries;
	u32 gc_thresh1, gc_thresh2, gc_thresh3;
	u64 gc_interval, last_flush_jif, last_rand_jif;
	struct timer_list gc_timer; /* LINUX: gc_work, every base_reachable_time / 2 */
	struct neigh_parms parms;    /* default */
	u64 stat_allocs, stat_destroys, stat_hash_grows, stat_lookups, stat_hits, stat_res_failed,
		stat_forced_gc_runs, stat_unres_discards, stat_table_fulls;
};

void neigh_table_init(struct net *net, struct neigh_table *tbl);
struct neigh_parms *neigh_parms_alloc(struct net_device *dev, struct neigh_table *tbl);
struct neighbour *neigh_lookup(struct neigh_table *tbl, be32 key, struct net_device *dev);
/* LINUX: __neigh_create(); NULL when there is no room. */
struct neighbour *neigh_create(struct neigh_table *tbl, be32 key, struct net_device *dev, int *err);
void neigh_hold(struct neighbour *n);
void neigh_release(struct neighbour *n);
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags);
int neigh_event_send(struct neighbour *n, struct sk_buff *skb);
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb);
int neigh_connected_output(struct neighbour *n, struct sk_buff *skb);
int neigh_direct_output(struct neighbour *n, struct sk_buff *skb);
int neigh_output(struct neighbour *n, struct sk_buff *skb, bool skip_cache);
void neigh_confirm(struct neighbour *n);
void neigh_ifdown(struct neigh_table *tbl, struct net_device *dev);
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev);
int neigh_delete(struct neigh_table *tbl, be32 key, struct net_device *dev);
void neigh_for_each(struct neigh_table *tbl, void (*cb)(struct neighbour *n, void *ctx), void *ctx);
void neigh_check(const struct neigh_table *tbl);

/* arp.c */
void arp_init(struct net *net);
int arp_rcv(struct sk_buff *skb, struct net_device *dev);
void arp_send(struct net *net, int type, int ptype, be32 dest_ip, struct net_device *dev, be32 src_ip,
	      const u8 *dest_hw, const u8 *src_hw, const u8 *target_hw);
int arp_constructor(struct neighbour *neigh);

#endif
