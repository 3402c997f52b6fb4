// SPDX-License-Identifier: MIT
/* neighbour.h - who has which link address: the NUD state machine. One table: arp_tbl. */
#ifndef REFSTACK_CORE_NEIGHBOUR_H
#define REFSTACK_CORE_NEIGHBOUR_H

#include "base/hash.h"
#include "core/netdevice.h"

/* LINUX: NUD_*, include/uapi/linux/neighbour.h. */
enum {
	NUD_INCOMPLETE = 0x01,
	NUD_REACHABLE = 0x02,
	NUD_STALE = 0x04,
	NUD_DELAY = 0x08,
	NUD_PROBE = 0x10,
	NUD_FAILED = 0x20,
	NUD_NOARP = 0x40,
	NUD_PERMANENT = 0x80,
	NUD_NONE = 0x00
};
enum {
	NUD_IN_TIMER = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE,
	NUD_VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
	NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE
};
enum {
	NEIGH_UPDATE_F_OVERRIDE = 0x01,
	NEIGH_UPDATE_F_WEAK_OVERRIDE = 0x02,
	NEIGH_UPDATE_F_OVERRIDE_ISROUTER = 0x04,
	NEIGH_UPDATE_F_USE = 0x08,
	NEIGH_UPDATE_F_EXT_LEARNED = 0x20,
	NEIGH_UPDATE_F_ISROUTER = 0x40,
	NEIGH_UPDATE_F_ADMIN = 0x80
};
/* LINUX: NTF_*: flags of an entry and of a request for one. */
enum { NTF_USE = 0x01, NTF_PROXY = 0x08, NTF_EXT_LEARNED = 0x10, NTF_ROUTER = 0x80 };
enum { NEIGH_HASH_BUCKETS = 64, PNEIGH_MAX = 32 };

/* LINUX: NEIGH_VAR_*: the knobs of net.ipv4.neigh.DEV, one bit each in neigh_parms.data_state. */
enum neigh_var {
	NEIGH_VAR_MCAST_PROBES,
	NEIGH_VAR_UCAST_PROBES,
	NEIGH_VAR_APP_PROBES,
	NEIGH_VAR_MCAST_REPROBES,
	NEIGH_VAR_RETRANS_TIME,
	NEIGH_VAR_BASE_REACHABLE_TIME,
	NEIGH_VAR_DELAY_PROBE_TIME,
	NEIGH_VAR_INTERVAL_PROBE_TIME_MS,
	NEIGH_VAR_GC_STALETIME,
	NEIGH_VAR_QUEUE_LEN_BYTES,
	NEIGH_VAR_PROXY_QLEN,
	NEIGH_VAR_ANYCAST_DELAY,
	NEIGH_VAR_PROXY_DELAY,
	NEIGH_VAR_LOCKTIME,
	NEIGH_VAR_DATA_MAX
};

/* LINUX: struct neigh_parms: per device; times in jiffies. */
struct neigh_parms {
	struct net_device *dev; /* NULL: the table's default */
	s32 data[NEIGH_VAR_DATA_MAX];
	u32 data_state; /* bit a knob that was set for this device: it no longer follows the default
			 */
	s32 reachable_time; /* drawn from [base / 2, base * 3 / 2) */
	s32 qlen;	    /* questions that wait for our answer for somebody else */
};

static inline s32 NEIGH_VAR(const struct neigh_parms *p, enum neigh_var v)
{
	return p->data[v];
}

/* LINUX: struct hh_cache: a link header ready to copy, its end at the end of hh_data. */
enum { HH_DATA_MOD = 16 };
struct hh_cache {
	u32 hh_len;
	u8 hh_data[HH_DATA_MOD];
};

struct neighbour {
	struct hlist_node node;
	struct list_head gc_list; /* in the table's, unless it is exempt from being collected */
	struct neigh_table *tbl;
	struct neigh_parms *parms;
	struct net_device *dev;
	u64 confirmed_jif, updated_jif, used_jif;
	u32 refcnt;
	u8 nud_state, type, dead, protocol;
	u32 flags; /* NTF_ */
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

/* An address that we answer for, which is another host's. Not used: key 0.0.0.0 and `used` false.
 */
struct pneigh_entry {
	struct net_device *dev; /* NULL: on any */
	be32 key;
	u32 flags; /* NTF_ */
	u8 protocol;
	bool permanent, used;
};

/* LINUX: NEIGH_CB(): a question's control block while the table has it. */
enum { LOCALLY_ENQUEUED = 1 };
struct neighbour_cb {
	u64 sched_next_jif;
	u32 flags;
};
#define NEIGH_CB(skb) SKB_CB(skb, struct neighbour_cb)

struct neigh_table {
	struct net *net;
	/* The family's part, set before neigh_table_init(). */
	u32 (*hash)(struct neigh_table *tbl, be32 key, const struct net_device *dev);
	bool (*key_eq)(struct neigh_table *tbl, const struct neighbour *n, be32 key);
	int (*constructor)(struct neighbour *n);
	bool (*is_multicast)(be32 key);
	void (*proxy_redo)(struct sk_buff *skb);
	u16 protocol; /* ethertype of what the entries carry */

	struct hlist_head buckets[NEIGH_HASH_BUCKETS];
	struct spinlock lock;
	struct list_head gc_list;
	struct list_head
		rcu_free; /* destroyed, but a caller further up the stack may still look at them */
	u32 entries, gc_entries;
	s32 gc_interval, gc_thresh1, gc_thresh2, gc_thresh3;
	u64 last_flush_jif, last_rand_jif;
	struct timer_list gc_timer; /* LINUX: gc_work, every base_reachable_time / 2 */
	struct timer_list proxy_timer;
	struct sk_buff_head proxy_queue;
	struct pneigh_entry proxy[PNEIGH_MAX];
	struct neigh_parms parms;		   /* default */
	struct neigh_parms dev_parms[NET_DEV_MAX]; /* by ifindex */
	u64 stat_allocs, stat_destroys, stat_hash_grows, stat_lookups, stat_hits, stat_res_failed,
		stat_forced_gc_runs, stat_periodic_gc_runs, stat_unres_discards, stat_table_fulls;
};

/* net->neigh_pool is there, and tbl's family part and parms.data are set. */
void neigh_table_init(struct net *net, struct neigh_table *tbl);
/* LINUX: neigh_table_clear(): teardown: drops every entry and returns all memory. */
void neigh_table_exit(struct neigh_table *tbl);
struct neigh_parms *neigh_parms_alloc(struct net_device *dev, struct neigh_table *tbl);
/* The device goes: no entry of its own is left in the table. */
void neigh_parms_release(struct neigh_table *tbl, struct neigh_parms *parms);
/* LINUX: neigh_parms_data_state_setall(): from here on changed defaults pass the device by. */
void neigh_parms_data_state_setall(struct neigh_parms *p);
s32 neigh_rand_reach_time(struct net *net, s32 base);
/* A time of confirmation that is none any more. */
u64 neigh_never_confirmed(const struct neighbour *n);
/* The random numbers begin anew: each device draws its time again, lo first, as when
 * base_reachable_time_ms is written, and the periodic collection starts its rounds.
 */
void neigh_seeded(struct neigh_table *tbl);

/* Takes a reference. */
struct neighbour *neigh_lookup(struct neigh_table *tbl, be32 key, struct net_device *dev);
/* LINUX: __neigh_lookup_noref(), __ipv4_neigh_lookup_noref(): no reference, counts nothing, and no
 * function that a trace shows.
 */
struct neighbour *neigh_lookup_noref(struct neigh_table *tbl, be32 key,
				     const struct net_device *dev);
/* LINUX: __neigh_create(): with want_ref the caller gets a reference, else it may use the entry
 * until its own unit of work ends, as under RCU. NULL with *err set: -ENOBUFS, -EINVAL.
 */
struct neighbour *neigh_create(struct neigh_table *tbl, be32 key, struct net_device *dev,
			       bool want_ref, int *err);
/* LINUX: neigh_event_ns(): somebody at key spoke from lladdr. With a reference, or NULL. */
struct neighbour *neigh_event_ns(struct neigh_table *tbl, const u8 *lladdr, be32 key,
				 struct net_device *dev);
void neigh_hold(struct neighbour *n);
void neigh_release(struct neighbour *n);
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags);
/* LINUX: __neigh_event_send(). 0: the caller may send now; 1: the packet is taken (queued or
 * dropped). */
int neigh_event_send(struct neighbour *n, struct sk_buff *skb, bool immediate_ok);
/* LINUX: neigh_event_send_probe(): the same behind the check whether there is anything to do. */
int neigh_event_send_probe(struct neighbour *n, struct sk_buff *skb, bool immediate_ok);
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb);
int neigh_connected_output(struct neighbour *n, struct sk_buff *skb);
int neigh_direct_output(struct neighbour *n, struct sk_buff *skb);
int neigh_output(struct neighbour *n, struct sk_buff *skb, bool skip_cache);
void neigh_confirm(struct neighbour *n);
void neigh_ifdown(struct neigh_table *tbl, struct net_device *dev);
void neigh_carrier_down(struct neigh_table *tbl, struct net_device *dev);
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev);

/* Requests of an administrator (RTM_NEWNEIGH, RTM_DELNEIGH). nlflags: NLM_F_*; ntf: NTF_*. */
struct neigh_request {
	be32 dst;
	struct net_device *dev;
	const u8 *lladdr; /* NULL: not given */
	u8 state, protocol;
	u32 ntf, nlflags;
};
int neigh_add(struct neigh_table *tbl, const struct neigh_request *req);
int neigh_delete(struct neigh_table *tbl, be32 key, struct net_device *dev);

/* neigh_proxy.c: what we answer for others. dev NULL: an entry for all devices; creat: makes it. */
struct pneigh_entry *pneigh_lookup(struct neigh_table *tbl, be32 key, struct net_device *dev,
				   bool creat);
int pneigh_delete(struct neigh_table *tbl, be32 key, const struct net_device *dev);
/* The answer is to wait; the packet is the table's now. */
void pneigh_enqueue(struct neigh_table *tbl, struct neigh_parms *p, struct sk_buff *skb);
void pneigh_init(struct neigh_table *tbl);
/* The device goes (NULL: all): its entries, but for permanent ones if they may stay, and whatever
 * waits.
 */
void pneigh_ifdown(struct neigh_table *tbl, const struct net_device *dev, bool skip_perm);

/* ○ Where an entry is filed. Linux mixes in a pointer and a boot-time secret, so no order is
 * Linux's. */
static inline u32 neigh_hash_of(be32 key, const struct net_device *dev)
{
	return hash_32(be32_to_cpu(key) ^ (u32)dev->ifindex * 0x01000193u, 6);
}

/* In dump order: by bucket, in each the youngest first. */
void neigh_for_each(struct neigh_table *tbl, void (*cb)(struct neighbour *n, void *ctx), void *ctx);
void neigh_check(const struct neigh_table *tbl);

/* arp.c. arp_init() fills net->arp_tbl (memory that the world gives) and calls neigh_table_init().
 */
enum { ARPOP_REQUEST = 1, ARPOP_REPLY = 2 };
void arp_init(struct net *net);
int arp_rcv(struct sk_buff *skb, struct net_device *dev, const struct packet_type *pt,
	    struct net_device *orig_dev);
void arp_send(struct net *net, int type, int ptype, be32 dest_ip, struct net_device *dev,
	      be32 src_ip, const u8 *dest_hw, const u8 *src_hw, const u8 *target_hw);
/* Network device notifier; event: NETDEV_CHANGEADDR, NETDEV_CHANGE. flags_changed: of dev->flags.
 */
void arp_netdev_event(struct net_device *dev, u32 event, u32 flags_changed);
void arp_ifdown(struct net_device *dev);
/* SIOCSARP, SIOCDARP, SIOCGARP: arp_ioctl.c. */
int arp_ioctl(struct net *net, u32 cmd, u64 arg);
/* With force whatever is known of ip is forgotten, else only what is not valid. */
int arp_invalidate(struct net_device *dev, be32 ip, bool force);

#endif
