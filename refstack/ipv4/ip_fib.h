// SPDX-License-Identifier: MIT
/* ip_fib.h - routing tables: local and main as tries, nexthops, lookup, and who may add routes. */
#ifndef REFSTACK_IPV4_IP_FIB_H
#define REFSTACK_IPV4_IP_FIB_H

#include "core/netdevice.h"
#include "core/sock.h"
#include "ipv4/inetdevice.h"

/* LINUX: RTN_*, include/uapi/linux/rtnetlink.h. */
enum rtn_type { RTN_UNSPEC, RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST,
	RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW, RTN_NAT, RTN_XRESOLVE, RTN_MAX_PLUS1 };
enum { RT_SCOPE_UNIVERSE = 0, RT_SCOPE_SITE = 200, RT_SCOPE_LINK = 253, RT_SCOPE_HOST = 254,
       RT_SCOPE_NOWHERE = 255 };
enum { RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255 };
enum { RTPROT_UNSPEC = 0, RTPROT_KERNEL = 2, RTPROT_BOOT = 3, RTPROT_STATIC = 4 };
enum { RTNH_F_DEAD = 1, RTNH_F_ONLINK = 4, RTNH_F_LINKDOWN = 16 };

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
	struct rtable *nhc_output;    /* LINUX: nhc_pcpu_rth_output: the route cache for sending */
	struct rtable *nhc_rth_input; /* and for receiving */
};

struct fib_info {
	struct list_head node;
	struct net *net;
	u32 fib_treeref, fib_clntref;
	u32 fib_flags;
	u8 fib_dead, fib_protocol, fib_scope, fib_type;
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
	u32 fc_nlflags; /* NLM_F_ */
};
enum { NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_APPEND = 0x800 };

/* fib_trie.c */
struct fib_table *fib_trie_table(struct net *net, u32 id);
int fib_table_insert(struct net *net, struct fib_table *tb, const struct fib_config *cfg);
int fib_table_delete(struct net *net, struct fib_table *tb, const struct fib_config *cfg);
must_check int fib_table_lookup(struct fib_table *tb, const struct flowi4 *flp, struct fib_result *res,
				u32 fib_flags);
int fib_table_flush(struct net *net, struct fib_table *tb);
/* Calls cb for every route in Linux's dump order. */
void fib_table_walk(struct fib_table *tb,
		    void (*cb)(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi),
		    void *ctx);
void fib_table_check(const struct fib_table *tb);

/* fib_semantics.c */
struct fib_info *fib_create_info(struct net *net, struct fib_config *cfg, int *err);
void fib_release_info(struct fib_info *fi);
void free_fib_info(struct fib_info *fi);
int fib_sync_down_dev(struct net_device *dev, u32 event);
int fib_sync_down_addr(struct net_device *dev, be32 local);
int fib_sync_up(struct net_device *dev, u32 nh_flags);
void fib_select_path(struct net *net, struct fib_result *res, struct flowi4 *fl4,
		     const struct sk_buff *skb);
be32 fib_result_prefsrc(struct net *net, struct fib_result *res);
extern const struct { int error; u8 scope; } fib_props[RTN_MAX_PLUS1];

/* fib_frontend.c: both tables in Linux's order (with only the default rules), address types. */
void ip_fib_init(struct net *net);
must_check int fib_lookup(struct net *net, const struct flowi4 *flp, struct fib_result *res, u32 flags);
u32 inet_addr_type(struct net *net, be32 addr);
u32 inet_addr_type_table(struct net *net, be32 addr, u32 tb_id);
u32 inet_dev_addr_type(struct net *net, const struct net_device *dev, be32 addr);
u32 inet_addr_type_dev_table(struct net *net, const struct net_device *dev, be32 addr);
int fib_validate_source(struct sk_buff *skb, be32 src, be32 dst, u8 dscp, s32 oif,
			struct net_device *dev, struct in_device *idev, u32 *itag);
be32 fib_compute_spec_dst(struct sk_buff *skb);
int inet_rtm_newroute(struct net *net, struct fib_config *cfg);
int inet_rtm_delroute(struct net *net, struct fib_config *cfg);
void fib_add_ifaddr(struct in_ifaddr *ifa);
void fib_del_ifaddr(struct in_ifaddr *ifa, struct in_ifaddr *iprim);
/* netdev events: NETDEV_UP, NETDEV_DOWN, NETDEV_CHANGE … */
enum netdev_event { NETDEV_UP = 1, NETDEV_DOWN, NETDEV_CHANGE = 4, NETDEV_REGISTER, NETDEV_UNREGISTER,
	NETDEV_CHANGEMTU, NETDEV_CHANGEADDR };
void fib_netdev_event(struct net_device *dev, enum netdev_event event);

#endif
