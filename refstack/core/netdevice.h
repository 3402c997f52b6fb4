// SPDX-License-Identifier: MIT
/* netdevice.h - network devices, their queues, NAPI, and a CPU's share of the device layer. */
#ifndef REFSTACK_CORE_NETDEVICE_H
#define REFSTACK_CORE_NETDEVICE_H

#include "core/net.h"
#include "core/skbuff.h"
#include "uapi/if.h"

struct Qdisc;
struct hh_cache;
struct neighbour;
struct Qdisc_ops;
struct ethtool_ops;
struct in_device;
struct neigh_parms;

/* LINUX: struct netdev_hw_addr: an address that a device listens to, without trees and without
 * lower devices.
 */
enum { NETDEV_HW_ADDR_T_UNICAST = 3, NETDEV_HW_ADDR_T_MULTICAST };
struct netdev_hw_addr {
	struct list_head list;
	u8 addr[6];
	u8 type;
	bool global_use;
	u32 refcount;
};
struct netdev_hw_addr_list {
	struct list_head list; /* the oldest first */
	u32 count;
};

enum { ETH_ALEN = 6, ETH_HLEN = 14, ETH_ZLEN = 60, MAX_ADDR_LEN = 32, XPS_QUEUES = 8 };
enum { ETH_P_ALL = 0x0003 };
enum { ETH_P_IP = 0x0800, ETH_P_ARP = 0x0806, ETH_P_8021Q = 0x8100, ETH_P_IPV6 = 0x86dd };
enum { ARPHRD_ETHER = 1, ARPHRD_LOOPBACK = 772, ARPHRD_NONE = 0xfffe };

/* LINUX: IFF_*. */
enum {
	IFF_UP = 1,
	IFF_BROADCAST = 2,
	IFF_DEBUG = 4,
	IFF_LOOPBACK = 8,
	IFF_POINTOPOINT = 0x10,
	IFF_NOTRAILERS = 0x20,
	IFF_RUNNING = 0x40,
	IFF_NOARP = 0x80,
	IFF_PROMISC = 0x100,
	IFF_ALLMULTI = 0x200,
	IFF_MASTER = 0x400,
	IFF_SLAVE = 0x800,
	IFF_MULTICAST = 0x1000,
	IFF_PORTSEL = 0x2000,
	IFF_AUTOMEDIA = 0x4000,
	IFF_DYNAMIC = 0x8000,
	IFF_LOWER_UP = 0x10000,
	IFF_DORMANT = 0x20000,
	IFF_ECHO = 0x40000,
	IFF_VOLATILE = IFF_LOOPBACK | IFF_POINTOPOINT | IFF_BROADCAST | IFF_ECHO | IFF_MASTER |
		       IFF_SLAVE | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT
};
/* LINUX: priv_flags that matter here. */
enum {
	IFF_TX_SKB_SHARING = 1,
	IFF_LIVE_ADDR_CHANGE = 2,
	IFF_XMIT_DST_RELEASE = 4,
	IFF_NO_QUEUE = 8,
	IFF_UNICAST_FLT = 16
};

/* LINUX: NETIF_F_*: own bit numbers, Linux's meaning. */
#define NETIF_F_SG		(1ull << 0)
#define NETIF_F_IP_CSUM		(1ull << 1)
#define NETIF_F_HW_CSUM		(1ull << 2)
#define NETIF_F_HIGHDMA		(1ull << 3)
#define NETIF_F_FRAGLIST	(1ull << 4)
#define NETIF_F_GSO		(1ull << 5)
#define NETIF_F_LOOPBACK	(1ull << 7)
#define NETIF_F_TSO		(1ull << 8)
#define NETIF_F_GSO_UDP_L4	(1ull << 9)
#define NETIF_F_GRO		(1ull << 10)
#define NETIF_F_RXCSUM		(1ull << 11)
#define NETIF_F_RXHASH		(1ull << 12)
#define NETIF_F_TSO_ECN		(1ull << 13)
#define NETIF_F_SCTP_CRC	(1ull << 14)
#define NETIF_F_HW_VLAN_CTAG_TX (1ull << 15)
#define NETIF_F_TSO_MANGLEID	(1ull << 16)
#define NETIF_F_GSO_ROBUST	(1ull << 17)
#define NETIF_F_CSUM_MASK	(NETIF_F_IP_CSUM | NETIF_F_HW_CSUM)
#define NETIF_F_ALL_TSO		(NETIF_F_TSO | NETIF_F_TSO_ECN | NETIF_F_TSO_MANGLEID)
/* What software can do in place of a card, and all that is about segments. */
#define NETIF_F_GSO_SOFTWARE (NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4)
#define NETIF_F_GSO_MASK     (NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ROBUST)

enum netdev_tx { NETDEV_TX_OK = 0x00, NETDEV_TX_BUSY = 0x10 };
enum { NET_XMIT_SUCCESS = 0, NET_XMIT_DROP = 1, NET_XMIT_CN = 2, NET_XMIT_MASK = 0x0f };
enum { NET_RX_SUCCESS = 0, NET_RX_DROP = 1 };

/* LINUX: state bits of a queue. */
enum { QUEUE_STATE_DRV_XOFF = 1, QUEUE_STATE_STACK_XOFF = 2, QUEUE_STATE_FROZEN = 4 };
/* LINUX: dev->state bits. */
enum {
	LINK_STATE_START = 1,
	LINK_STATE_PRESENT = 2,
	LINK_STATE_NOCARRIER = 4,
	LINK_STATE_LINKWATCH_PENDING = 8
};
/* LINUX: IF_OPER_*, RFC 2863; as far as there are devices that take them. */
enum { IF_OPER_UNKNOWN = 0, IF_OPER_DOWN = 2, IF_OPER_UP = 6 };
enum netdev_event {
	NETDEV_UP = 1,
	NETDEV_DOWN,
	NETDEV_CHANGE = 4,
	NETDEV_REGISTER,
	NETDEV_UNREGISTER,
	NETDEV_CHANGEMTU,
	NETDEV_CHANGEADDR,
	NETDEV_PRE_TYPE_CHANGE,
	NETDEV_POST_TYPE_CHANGE,
	NETDEV_NOTIFY_PEERS,
	NETDEV_RESEND_IGMP,
	NETDEV_CHANGENAME
};
/* LINUX: skb->sender_cpu and skb->napi_id share a place: small numbers are CPUs. */
enum { NR_CPUS = 8192, MIN_NAPI_ID = NR_CPUS + 1 };

/* LINUX: struct dql (byte queue limits); all 32-bit and wrapping. */
struct dql {
	u32 num_queued, adj_limit, last_obj_cnt;
	u32 limit, num_completed;
	u32 prev_ovlimit, prev_num_queued, prev_last_obj_cnt, lowest_slack;
	u64 slack_start_time_jif;
	u32 max_limit, min_limit, slack_hold_time_jif;
};

struct netdev_queue {
	struct net_device *dev;
	struct Qdisc *qdisc, *qdisc_sleeping;
	struct spinlock xmit_lock;
	s32 xmit_lock_owner; /* CPU id, -1 = nobody */
	u64 trans_start_jif;
	u32 state; /* QUEUE_STATE_ */
	u16 index;
	struct dql dql;
	u64 tx_maxrate;
};

struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	enum netdev_tx (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	u64 (*ndo_features_check)(struct sk_buff *skb, struct net_device *dev, u64 features);
	u64 (*ndo_fix_features)(const struct net_device *dev, u64 features);
	void (*ndo_set_rx_mode)(struct net_device *dev);
	int (*ndo_set_mac_address)(struct net_device *dev, const u8 *addr);
	int (*ndo_change_mtu)(struct net_device *dev, u32 new_mtu);
	void (*ndo_tx_timeout)(struct net_device *dev, u32 txqueue);
	int (*ndo_eth_ioctl)(struct net_device *dev, u8 *ifr, u32 cmd); /* IFREQ_BYTES of it */
	void (*tx_queue_len_changed)(struct net_device *dev);		/* LINUX: by a notifier */
	int (*set_coalesce)(struct net_device *dev, u32 rx_usecs);	/* LINUX: in ethtool_ops */
};

struct header_ops {
	int (*create)(struct sk_buff *skb, struct net_device *dev, u16 type, const u8 *daddr,
		      const u8 *saddr, u32 len);
	int (*cache)(const struct neighbour *neigh, struct hh_cache *hh, be16 type);
	void (*cache_update)(struct hh_cache *hh, const struct net_device *dev, const u8 *haddr);
	int (*parse)(const struct sk_buff *skb, u8 *haddr); /* the sender: how many bytes */
	be16 (*parse_protocol)(const struct sk_buff *skb);
};

/* LINUX: struct pcpu_sw_netstats and rtnl_link_stats64, one set: there is one thread. */
struct net_device_stats {
	u64 rx_packets, tx_packets, rx_bytes, tx_bytes;
	u64 rx_errors, tx_errors, rx_dropped, tx_dropped;
	u64 rx_nohandler, multicast, tx_fifo_errors, rx_missed_errors;
};

struct xps_map {
	u16 len;
	u16 queues[XPS_QUEUES];
};

struct net_device {
	char name[IFNAMSIZ];
	struct net *net;
	s32 ifindex;
	u32 flags, priv_flags;
	u64 state;		   /* LINK_STATE_ */
	u64 features, hw_features; /* hw_features: those that an administrator may change */
	u64 wanted_features;
	u32 mtu, min_mtu, max_mtu;
	u16 type; /* ARPHRD_ */
	u16 hard_header_len, needed_headroom, needed_tailroom;
	u8 addr_len;
	u8 dev_addr[ETH_ALEN], broadcast[ETH_ALEN];
	const struct net_device_ops *netdev_ops;
	const struct header_ops *header_ops;
	const struct ethtool_ops *ethtool_ops; /* NULL: the default ones, which answer nothing */
	u32 msg_enable;			       /* the driver's: what ETHTOOL_SMSGLVL says */
	u32 flags_changed; /* while NETDEV_CHANGE is told: of its flags. LINUX: change_info */
	u32 tx_queue_len;
	u32 num_tx_queues, real_num_tx_queues, real_num_rx_queues;
	struct netdev_queue *tx; /* num_tx_queues of them */
	struct netdev_queue tx_mem[XPS_QUEUES];
	struct Qdisc *qdisc; /* root: mq, or the only queue's */
	struct xps_map xps_cpus[CPU_MAX];
	u32 watchdog_timeo_jif;
	struct timer_list watchdog_timer;
	u8 operstate;	 /* IF_OPER_ */
	bool lltx;	 /* the driver needs no transmit lock */
	bool registered; /* LINUX: reg_state == NETREG_REGISTERED */
	u32 carrier_up_count, carrier_down_count;
	u32 gso_max_size, gso_max_segs;
	u32 gro_flush_timeout_ns, napi_defer_hard_irqs;
	u32 promiscuity, allmulti;
	u16 gflags; /* IFF_PROMISC, IFF_ALLMULTI: as an administrator set them */
	bool uc_promisc;
	struct netdev_hw_addr_list uc, mc;
	struct in_device *ip_ptr;
	struct neigh_parms *neigh_parms;
	struct net_device_stats stats;
	struct list_head ptype_all, ptype_specific; /* taps on this device alone */
	struct list_head rt_uncached;		    /* routes that only packets and sockets hold */
	bool needs_free_netdev;			    /* unregister_netdevice() calls free_netdev() */
	/* Of what the driver has, by free_netdev(). */
	void (*priv_destructor)(struct net_device *dev);
	void *priv; /* the driver's */
	void *priv_ctx;
};

/* LINUX: struct napi_struct. */
enum { NAPI_STATE_SCHED = 1, NAPI_STATE_MISSED = 2, NAPI_STATE_DISABLE = 4, NAPI_STATE_NPSVC = 8 };
enum { GRO_HASH_BUCKETS = 8, MAX_GRO_SKBS = 8, NAPI_POLL_WEIGHT = 64 };

/* Packets that wait for more of their connection; linked by next and prev. */
struct gro_list {
	struct sk_buff *head, *tail;
	u32 count;
};

struct napi_struct {
	struct list_head poll_list;
	struct net_device *dev;
	u32 state;
	s32 weight;
	int (*poll)(struct napi_struct *napi, int budget);
	struct sk_buff *rx_head; /* LINUX: rx_list: GRO_NORMAL packets that go up together */
	struct sk_buff *rx_tail;
	u32 rx_count;
	u32 gro_bitmask;
	struct gro_list gro_hash[GRO_HASH_BUCKETS];
	u32 napi_id;
	s32 list_owner; /* CPU on whose poll list it is, or -1 */
};
enum gro_result { GRO_MERGED, GRO_MERGED_FREE, GRO_HELD, GRO_NORMAL, GRO_CONSUMED };

/* LINUX: struct softnet_data. */
struct softnet_data {
	struct cpu *cpu;
	struct list_head poll_list;
	struct Qdisc *output_queue, **output_queue_tailp;
	struct sk_buff *completion_queue;
	struct sk_buff_head input_pkt_queue, process_queue;
	struct napi_struct backlog;
	u32 processed, time_squeeze, received_rps, dropped, flow_limit_count;
	u32 xmit_recursion;
	bool xmit_more;
	bool in_net_rx_action;
	u32 input_queue_head, input_queue_tail;
};

/* LINUX: struct packet_type: who gets which ethertype. The table is the protocols', and ends with
 * an entry without func; what programs register is in the net's lists and the devices'.
 */
struct packet_type {
	u16 type;
	bool ignore_outgoing;
	struct net_device *dev; /* NULL: any */
	int (*func)(struct sk_buff *skb, struct net_device *dev, const struct packet_type *pt,
		    struct net_device *orig_dev);
	void (*list_func)(struct sk_buff *first); /* linked by next */
	bool (*id_match)(const struct packet_type *ptype, const struct sock *sk);
	void *af_packet_priv;
	struct list_head list;
};
extern const struct packet_type ptype_base[];
/* LINUX: netdev_chain: who hears of events, in this order; ends with NULL. */
extern void (*const netdev_chain[])(struct net_device *dev, enum netdev_event event);
/* Taps: who gets a copy of what comes and goes. */
void dev_add_pack(struct net *net, struct packet_type *pt);
void dev_remove_pack(struct net *net, struct packet_type *pt);
void dev_queue_xmit_nit(struct sk_buff *skb, struct net_device *dev);
/* LINUX: __dev_direct_xmit(): past the queueing discipline. NETDEV_TX_BUSY: not taken. */
int dev_direct_xmit_once(struct sk_buff *skb, u16 queue_id);

static inline struct net *dev_net(const struct net_device *dev)
{
	return dev->net;
}
static inline struct netdev_queue *netdev_get_tx_queue(const struct net_device *dev, u32 i)
{
	assert(i < dev->num_tx_queues);
	return &dev->tx[i];
}
static inline bool netif_running(const struct net_device *dev)
{
	return (dev->state & LINK_STATE_START) != 0;
}
static inline bool netif_carrier_ok(const struct net_device *dev)
{
	return (dev->state & LINK_STATE_NOCARRIER) == 0;
}
static inline bool netif_xmit_stopped(const struct netdev_queue *q)
{
	return (q->state & (QUEUE_STATE_DRV_XOFF | QUEUE_STATE_STACK_XOFF)) != 0;
}
static inline bool netif_xmit_frozen_or_stopped(const struct netdev_queue *q)
{
	return q->state != 0;
}
static inline bool netif_tx_queue_stopped(const struct netdev_queue *q)
{
	return (q->state & QUEUE_STATE_DRV_XOFF) != 0;
}

/* LINUX: net_gso_ok(): whoever has these features segments packets of this type himself. */
static inline bool net_gso_ok(u64 features, u32 gso_type)
{
	u64 need = 0;

	need |= (gso_type & SKB_GSO_TCPV4) != 0 ? NETIF_F_TSO : 0;
	need |= (gso_type & SKB_GSO_DODGY) != 0 ? NETIF_F_GSO_ROBUST : 0;
	need |= (gso_type & SKB_GSO_TCP_ECN) != 0 ? NETIF_F_TSO_ECN : 0;
	need |= (gso_type & SKB_GSO_TCP_FIXEDID) != 0 ? NETIF_F_TSO_MANGLEID : 0;
	need |= (gso_type & SKB_GSO_UDP_L4) != 0 ? NETIF_F_GSO_UDP_L4 : 0;
	return (features & need) == need;
}
static inline bool skb_gso_ok(const struct sk_buff *skb, u64 features)
{
	return net_gso_ok(features, skb->hd->gso_type) &&
	       (!skb_has_frag_list(skb) || (features & NETIF_F_FRAGLIST) != 0);
}

/* dev_cfg.c: devices and their queues; dev.c: packets */
struct net_device *alloc_netdev(struct net *net, const char *name, u32 queues);
void free_netdev(struct net_device *dev);
int register_netdevice(struct net_device *dev);
void netdev_update_features(struct net_device *dev);
void unregister_netdevice(struct net_device *dev);
u32 dev_get_flags(const struct net_device *dev);
int dev_open(struct net_device *dev);
void dev_close(struct net_device *dev);
int dev_set_mtu(struct net_device *dev, u32 mtu);
int dev_set_mac_address(struct net_device *dev, const u8 *addr);
int dev_change_name(struct net_device *dev, const char *newname);
int dev_change_tx_queue_len(struct net_device *dev, u64 new_len);
struct net_device *dev_get_by_index(const struct net *net, s32 ifindex);
struct net_device *dev_get_by_name(const struct net *net, const char *name);
void call_netdevice_notifiers(struct net_device *dev, enum netdev_event event);
int netif_set_real_num_tx_queues(struct net_device *dev, u32 n);
/* An administrator's echo MASK >/sys/class/net/DEV/queues/tx-N/xps_cpus. */
int netif_set_xps_queue(struct net_device *dev, u32 cpu_mask, u16 queue);

int dev_queue_xmit(struct sk_buff *skb);
struct netdev_queue *netdev_core_pick_tx(struct net_device *dev, struct sk_buff *skb);
struct sk_buff *dev_hard_start_xmit(struct sk_buff *first, struct net_device *dev,
				    struct netdev_queue *txq, int *ret);
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb, struct net_device *dev, bool *again);
void netif_schedule_queue(struct netdev_queue *txq);
void netif_tx_stop_queue(struct netdev_queue *q);
void netif_tx_start_queue(struct netdev_queue *q);
void netif_tx_wake_queue(struct netdev_queue *q);
void netif_tx_start_all_queues(struct net_device *dev);
void netif_tx_wake_all_queues(struct net_device *dev);
void netif_tx_stop_all_queues(struct net_device *dev);
void netdev_tx_sent_queue(struct netdev_queue *q, u32 bytes);
bool netdev_tx_sent_queue_more(struct netdev_queue *q, u32 bytes, bool xmit_more);
void netdev_tx_completed_queue(struct netdev_queue *q, u32 pkts, u32 bytes);
void netdev_tx_reset_queue(struct netdev_queue *q);
bool netdev_xmit_more(const struct net *net);
u16 netdev_pick_tx(struct net_device *dev, struct sk_buff *skb);
u64 netif_skb_features(struct sk_buff *skb);
be16 skb_network_protocol(const struct sk_buff *skb);
int skb_csum_hwoffload_help(struct sk_buff *skb, u64 features);
/* Packets get the time when they come in, while someone wants it. */
void net_enable_timestamp(struct net *net);
void net_disable_timestamp(struct net *net);
void dev_kfree_skb_any_reason(struct sk_buff *skb, enum drop_reason reason);

int netif_rx(struct sk_buff *skb);	    /* to the CPU's backlog */
int netif_receive_skb(struct sk_buff *skb); /* now, in this context */
void netif_receive_skb_list_internal(struct sk_buff *first);
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int));
void netif_napi_del(struct napi_struct *napi);
void napi_enable(struct napi_struct *n);
void napi_disable(struct napi_struct *n);
bool napi_schedule_prep(struct napi_struct *n);
void napi_schedule_irqoff(struct napi_struct *n); /* LINUX: __napi_schedule() too */
bool napi_schedule(struct napi_struct *n);
bool napi_complete_done(struct napi_struct *n, int work_done);
enum gro_result napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);
void napi_gro_flush(struct napi_struct *napi, bool flush_old);
void net_tx_action(struct cpu *c);
void net_rx_action(struct cpu *c);
void softnet_init(struct softnet_data *sd, struct cpu *c);
struct softnet_data *this_softnet(const struct net *net);
void dev_check(const struct net_device *dev);

/* link_watch.c */
void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);
void linkwatch_init_dev(struct net_device *dev);
void linkwatch_exit(struct net *net); /* the last device has gone */
/* What waits to be told of its carrier is told now. */
void linkwatch_sync_dev(struct net_device *dev);

/* flow_dissector.c */
u32 skb_get_hash(struct sk_buff *skb);
void skb_get_hash_net(const struct net *net, struct sk_buff *skb); /* LINUX: __skb_get_hash_net() */
void skb_probe_transport_header(struct sk_buff *skb);
/* LINUX: __skb_get_hash_symmetric(): the same hash, and the packet does not remember it. */
u32 skb_get_hash_symmetric(const struct sk_buff *skb);
/* Where the payload of the transport protocol begins; 0: nobody knows. */
u32 skb_get_poff(const struct sk_buff *skb);

/* gso.c. LINUX: an ERR_PTR is NULL with *err here; NULL with 0: there is nothing to be done. */
struct sk_buff *skb_gso_segment(struct sk_buff *skb, u64 features, int *err);
struct sk_buff *skb_segment(struct sk_buff *head_skb, u64 features, int *err);
/* Will each segment fit into this MTU? */
bool skb_gso_validate_network_len(const struct sk_buff *skb, u32 mtu);
bool can_checksum_protocol(u64 features, be16 protocol); /* dev.c */
/* ipv4/tcp_offload.c: segments of IPv4, and merging them again. */
struct sk_buff *inet_gso_segment(struct sk_buff *skb, u64 features, int *err);

/* gro.c */
void gro_init(struct napi_struct *napi);
void gro_normal_list(struct napi_struct *napi);
void flush_gro_hash(struct napi_struct *napi); /* what is held is dropped */

/* vlan.c: takes an 802.1Q header out of the frame. NULL: it was too short, and is gone. */
struct sk_buff *skb_vlan_untag(struct sk_buff *skb);
enum {
	ETH_P_8021AD = 0x88a8,
	ETH_P_802_3 = 0x0001,
	ETH_P_802_2 = 0x0004,
	ETH_P_802_3_MIN = 0x0600,
	VLAN_HLEN = 4,
	VLAN_VID_MASK = 0x0fff
};
static inline bool eth_type_vlan(u16 type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

/* dev_addr_lists.c: which addresses a device listens to */
void dev_addr_lists_init(struct net_device *dev);
void dev_uc_flush(struct net_device *dev);
void dev_mc_flush(struct net_device *dev);
int dev_uc_add(struct net_device *dev, const u8 *addr);
int dev_uc_del(struct net_device *dev, const u8 *addr);
int dev_mc_add(struct net_device *dev, const u8 *addr);
int dev_mc_add_global(struct net_device *dev, const u8 *addr);
int dev_mc_del(struct net_device *dev, const u8 *addr);
int dev_mc_del_global(struct net_device *dev, const u8 *addr);
/* The driver is told of its lists and flags. */
void dev_set_rx_mode(struct net_device *dev);
int dev_set_promiscuity(struct net_device *dev, s32 inc);
int dev_set_allmulti(struct net_device *dev, s32 inc);
/* IFF_ flags as a program names them. */
int dev_change_flags(struct net_device *dev, u32 flags);
/* LINUX: __dev_open(), __dev_close(): who called tells the others. */
int dev_open_quietly(struct net_device *dev);
void dev_close_quietly(struct net_device *dev);

/* eth.c */
be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev);
extern const struct header_ops eth_header_ops;
/* LINUX: eth_mac_addr(): what a device without an address filter does with a new address. */
int eth_mac_addr(struct net_device *dev, const u8 *addr);
bool is_valid_ether_addr(const u8 *addr);
void ether_setup(struct net_device *dev);
int dev_hard_header(struct sk_buff *skb, struct net_device *dev, u16 type, const u8 *daddr,
		    const u8 *saddr, u32 len);
static inline bool dev_has_header(const struct net_device *dev)
{
	return dev->header_ops != NULL && dev->header_ops->create != NULL;
}
int dev_parse_header(const struct sk_buff *skb, u8 *haddr);
be16 dev_parse_header_protocol(const struct sk_buff *skb);

/* dql.c */
void dql_init(const struct net *net, struct dql *dql, u32 hold_time_jif);
void dql_reset(const struct net *net, struct dql *dql);
void dql_queued(struct dql *dql, u32 count);
s32 dql_avail(const struct dql *dql);
void dql_completed(const struct net *net, struct dql *dql, u32 count);

#endif
