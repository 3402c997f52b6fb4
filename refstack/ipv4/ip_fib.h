// SPDX-License-Identifier: MIT
/* ip_fib.h - routing tables: local and main as tries, nexthops, lookup, and who may add routes. */
#ifndef REFSTACK_IPV4_IP_FIB_H
#define REFSTACK_IPV4_IP_FIB_H

#include "core/netdevice.h"
#include "core/sock.h"
#include "ipv4/inetdevice.h"
#include "uapi/netlink.h"

/* LINUX: RTN_*, include/uapi/linux/rtnetlink.h. */
enum rtn_type {
	RTN_UNSPEC,
	RTN_UNICAST,
	RTN_LOCAL,
	RTN_BROADCAST,
	RTN_ANYCAST,
	RTN_MULTICAST,
	RTN_BLACKHOLE,
	RTN_UNREACHABLE,
	RTN_PROHIBIT,
	RTN_THROW,
	RTN_NAT,
	RTN_XRESOLVE,
	RTN_MAX_PLUS1
};
enum {
	RT_SCOPE_UNIVERSE = 0,
	RT_SCOPE_SITE = 200,
	RT_SCOPE_LINK = 253,
	RT_SCOPE_HOST = 254,
	RT_SCOPE_NOWHERE = 255
};
enum { RT_TABLE_UNSPEC = 0, RT_TABLE_DEFAULT = 253, RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255 };
enum { RTPROT_UNSPEC = 0, RTPROT_KERNEL = 2, RTPROT_BOOT = 3, RTPROT_STATIC = 4 };
enum {
	RTNH_F_DEAD = 1,
	RTNH_F_PERVASIVE = 2,
	RTNH_F_ONLINK = 4,
	RTNH_F_OFFLOAD = 8,
	RTNH_F_LINKDOWN = 16,
	RTNH_F_TRAP = 64,
	RTNH_COMPARE_MASK = RTNH_F_DEAD | RTNH_F_LINKDOWN | RTNH_F_OFFLOAD | RTNH_F_TRAP
};
enum { FIB_LOOKUP_NOREF = 1, FIB_LOOKUP_IGNORE_LINKSTATE = 2 };
enum { FNHE_HASH_SHIFT = 11, FNHE_RECLAIM_DEPTH = 5 };

/* LINUX: struct fib_nh_exception: what was learned about one destination behind a nexthop.
 * DIVERGES(fnhe-chain): one chain a nexthop, the youngest first, instead of 2048; the bucket that
 * Linux would have put it into is remembered, because its length limits how many there may be.
 */
struct fib_nh_exception {
	struct fib_nh_exception *fnhe_next;
	u32 fnhe_bucket;
	u32 fnhe_genid;
	be32 fnhe_daddr;
	u32 fnhe_pmtu;
	bool fnhe_mtu_locked;
	be32 fnhe_gw;
	u64 fnhe_expires_jif;
	u64 fnhe_stamp_jif;
	struct rtable *fnhe_rth_input, *fnhe_rth_output;
};

/* LINUX: struct fib_nh_common / fib_nh. One nexthop a route: the multipath of part 8 adds more. */
struct fib_nh {
	struct net_device *fib_nh_dev;
	s32 fib_nh_oif;
	u8 fib_nh_scope;
	u8 fib_nh_flags;
	bool has_gw;
	be32 fib_nh_gw4;
	be32 nh_saddr;
	u32 nh_saddr_genid;
	struct rtable *nhc_pcpu_rth_output[CPU_MAX]; /* the route cache for sending */
	struct rtable *nhc_rth_input;		     /* and for receiving */
	struct fib_nh_exception *nhc_exceptions;
};

struct fib_info {
	struct list_head node;
	struct net *net;
	u32 fib_treeref, fib_clntref;
	u32 fib_flags;
	u8 fib_dead, fib_protocol, fib_scope, fib_type;
	bool pfsrc_removed;
	be32 fib_prefsrc;
	u32 fib_tb_id;
	u32 fib_priority;
	u32 fib_metrics[RTAX_MAX];
	struct fib_nh nh;
};

struct fib_result {
	be32 prefix;
	u8 prefixlen;
	u8 type, scope;
	u32 tclassid;
	struct fib_nh *nhc;
	struct fib_info *fi;
	struct fib_table *table;
	struct hlist_head *fa_head;
};

/* A route: what a prefix, a TOS and a priority lead to. */
struct fib_alias {
	struct hlist_node fa_list;
	struct fib_info *fa_info;
	u8 fa_tos, fa_type;
	bool fa_accessed; /* LINUX: fa_state & FA_S_ACCESSED */
	u8 fa_slen;
	u32 tb_id;
	s16 fa_default;
};

/* A node of a trie: a leaf (bits 0) has the routes of all prefixes that begin with its key followed
 * by zeros, the longest first; a tnode (bits 1) has the keys that differ in bit pos.
 * DIVERGES(fib-trie-shape): Linux widens and narrows its nodes; here each has two children.
 */
struct key_vector {
	u32 key; /* a tnode's: bits from pos downwards are 0 */
	u8 pos, bits;
	u8 slen; /* the largest fa_slen below */
	struct key_vector *parent;
	struct hlist_head leaf;
	struct key_vector *tnode[2];
};

/* Slots of net->fib_table_pool. As long as nobody adds routing rules, Linux keeps the routes of the
 * local and the main table in one trie, and one lookup finds the longest prefix of both: local wins
 * ties.
 */
struct fib_table {
	struct net *net;
	u32 tb_id;
	u32 tb_num_default;
	struct fib_table *tb_data; /* whose trie it uses */
	struct fib_table *tb_next; /* in net->fib_numbered */
	struct key_vector *root;
};

/* What a RTM_NEWROUTE says. LINUX: struct fib_config. */
struct fib_config {
	u8 fc_dst_len, fc_tos, fc_protocol, fc_scope, fc_type;
	u32 fc_table;
	be32 fc_dst;
	bool has_gw;
	be32 fc_gw4;
	s32 fc_oif;
	u32 fc_flags, fc_priority;
	be32 fc_prefsrc;
	u32 fc_mtu, fc_advmss, fc_hoplimit, fc_initcwnd; /* 0 = not given */
	bool fc_mtu_lock;
	u32 fc_metrics[RTAX_MAX]; /* what has no field here; of RTAX_LOCK the bits but the MTU's */
	u32 fc_nlflags;		  /* NLM_F_ */
};

/* fib_trie.c */
struct fib_table *fib_trie_table(struct net *net, u32 id, struct fib_table *alias);
int fib_table_insert(struct net *net, struct fib_table *tb, const struct fib_config *cfg);
int fib_table_delete(struct net *net, struct fib_table *tb, const struct fib_config *cfg);
/* 0, or -EAGAIN: nothing fits, or what a route of that type answers. */
must_check int fib_table_lookup(struct fib_table *tb, const struct flowi4 *flp,
				struct fib_result *res, u32 fib_flags);
/* LINUX: fib_nexthop_info(): the flags that who asks is told. */
u8 fib_nh_flags_told(const struct fib_nh *nh);
bool fib_lookup_good_nhc(struct net *net, const struct fib_nh *nhc, u32 fib_flags,
			 const struct flowi4 *flp);
/* Drops the dead routes of a table; how many. */
int fib_table_flush(struct net *net, struct fib_table *tb);
/* Drops all, and the table: teardown. */
void fib_free_table(struct fib_table *tb);
/* Calls cb for every route in Linux's dump order. */
void fib_table_walk(const struct fib_table *tb,
		    void (*cb)(void *ctx, be32 dst, u8 len, u8 tos, u8 type,
			       const struct fib_info *fi),
		    void *ctx);
void fib_table_check(const struct fib_table *tb);

/* fib_semantics.c */
struct fib_prop {
	int error;
	u8 scope;
};
extern const struct fib_prop fib_props[RTN_MAX_PLUS1];
struct fib_info *fib_create_info(struct net *net, const struct fib_config *cfg, int *err);
void fib_release_info(struct fib_info *fi);
void free_fib_info(struct fib_info *fi);
bool fib_nh_matches(const struct fib_config *cfg, const struct fib_info *fi);
bool fib_metrics_match(const struct fib_config *cfg, const struct fib_info *fi);
int fib_sync_down_dev(struct net_device *dev, u32 event, bool force);
int fib_sync_down_addr(struct net_device *dev, be32 local);
int fib_sync_up(struct net_device *dev, u32 nh_flags);
void fib_sync_mtu(struct net_device *dev, u32 orig_mtu);
/* LINUX: ip_fib_check_default(): is this a gateway of one of our routes over dev? */
bool ip_fib_check_default(be32 gw, struct net_device *dev);
void fib_select_path(struct net *net, struct fib_result *res, struct flowi4 *fl4,
		     const struct sk_buff *skb);
be32 fib_result_prefsrc(struct net *net, struct fib_result *res);

/* fib_frontend.c: both tables in Linux's order (with only the default rules), address types. */
void ip_fib_init(struct net *net);
void ip_fib_exit(struct net *net);
/* NULL: nobody has put a route into it yet. */
struct fib_table *fib_get_table(struct net *net, u32 id);
struct fib_table *fib_new_table(struct net *net, u32 id);
must_check int fib_lookup(struct net *net, const struct flowi4 *flp, struct fib_result *res,
			  u32 flags);
void fib_flush(struct net *net);
u32 inet_addr_type(struct net *net, be32 addr);
u32 inet_addr_type_table(struct net *net, be32 addr, u32 tb_id);
u32 inet_dev_addr_type(struct net *net, const struct net_device *dev, be32 addr);
u32 inet_addr_type_dev_table(struct net *net, const struct net_device *dev, be32 addr);
int fib_validate_source(struct sk_buff *skb, be32 src, be32 dst, u8 dscp, s32 oif,
			struct net_device *dev, struct in_device *idev, u32 *itag);
be32 fib_compute_spec_dst(struct sk_buff *skb);
/* As a request of `ip route`; the scope, table and protocol are those that the request names. */
int inet_rtm_newroute(struct net *net, struct fib_config *cfg);
int inet_rtm_delroute(struct net *net, struct fib_config *cfg);
/* SIOCADDRT, SIOCDELRT. rt: a struct rtentry, RTENTRY_BYTES. */
int ip_rt_ioctl(struct net *net, u32 cmd, const u8 *rt);
void fib_add_ifaddr(struct in_ifaddr *ifa);
void fib_del_ifaddr(struct in_ifaddr *ifa, struct in_ifaddr *iprim);
void fib_modify_prefix_metric(struct in_ifaddr *ifa, u32 new_metric);
void fib_netdev_event(struct net_device *dev, enum netdev_event event);
/* An address came (NETDEV_UP) or went (NETDEV_DOWN). */
void fib_inetaddr_event(struct in_ifaddr *ifa, enum netdev_event event);

#endif
