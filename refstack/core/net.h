// SPDX-License-Identifier: MIT
/* net.h - struct net (a network namespace: every table, knob and counter) and struct host around
 * it.
 *
 * There is no global state: whoever has a socket, a device or a packet reaches its net.
 */
#ifndef REFSTACK_CORE_NET_H
#define REFSTACK_CORE_NET_H

#include "base/hash.h"
#include "base/pool.h"
#include "base/random.h"
#include "base/sim.h"
#include "base/trace.h"
#include "core/cpu.h"
#include "core/devconf.h"
#include "core/limits.h"
#include "core/skbuff.h"
#include "core/sysctl.h"

struct fib_result;
struct fib_table;
struct flowi4;
struct file;
struct net_device;
struct neigh_table;
struct process;
struct task;

enum mib_id {
#define X(group, id, name) id,
#include "mib.def"
#undef X
	MIB_MAX
};
struct mib_name {
	const char *group, *name;
};
extern const struct mib_name mib_names[MIB_MAX];

/* LINUX: struct netns_ipv4, struct netns_core: the knobs. sysctl.def names them all. */
struct net_sysctl {
#define X(path, field, type, value, min, max) SYSCTL_KEPT_##type field;
#include "sysctl.def"
#undef X
};

enum { PROT_INUSE_MAX = 8, IN4_ADDR_HSIZE = 32, NET_DEV_MAX = 16, RPS_SOCK_FLOWS = 256 };

/* LINUX: ptype_all, what programs have in ptype_base (the youngest first), fanout_list. */
struct packet_taps {
	struct list_head all, base, fanout_list;
	u32 nr; /* how many taps there are: usually none */
	u16 fanout_next_id;
	u32 bpf_user_rnd_state[4]; /* all zero: not drawn yet */
};

/* Where a packet passes from one layer to the next. */
enum crossing { CROSS_IP_OUTPUT, CROSS_DEV_QUEUE, CROSS_DRIVER, CROSS_LOCAL_DELIVER };

struct net {
	struct host *host;
	struct sim *sim;
	struct trace *trace;
	/* What probes look at: see net_follow_trace(). */
	bool tracing; /* some kind of record is switched on */
	bool probing; /* tracing, or functions cost time */
	/* Random numbers and IP ids are the kernel's, which the judge's hosts, its namespaces,
	 * share: the first host has them for all.
	 */
	struct random *random, own_random;
	u32 hash_mix; /* LINUX: net_hash_mix() */
	struct net_sysctl sysctl;
	u32 tcp_fastopen_key[8]; /* LINUX: tcp_fastopen_ctx: the words of both */
	u64 mib[MIB_MAX];
	u64 drops[DROP_MAX];
	u32 next_skb_id;
	u64 sock_cookie; /* the last that was given */

	/* Pools; the world cuts them from its block. */
	struct pool skb_pool, page_pool[2], head_pool[SKB_HEAD_CLASSES], sock_pool, tcp_sock_pool,
		request_sock_pool, tw_pool, bind_bucket_pool, bind2_bucket_pool, dst_pool,
		neigh_pool, fib_info_pool, fib_alias_pool, fib_node_pool, ifaddr_pool, qdisc_pool,
		dev_pool, tun_pool, frag_queue_pool, fib_table_pool, fnhe_pool, in_device_pool,
		reuseport_pool;
	struct pool hw_addr_pool, mc_list_pool, mc_socklist_pool, sf_list_pool, sf_socklist_pool;
	struct pool packet_fanout_pool, packet_mc_pool, filter_pool;
	struct pool igb_pool,
		igb_ring_pool; /* adapters; a ring's descriptors and what belongs to each */

	/* Devices. dev_by_index[i] has ifindex i; 1 is lo. */
	struct net_device *dev_by_index[NET_DEV_MAX];
	struct net_device *loopback_dev;
	u32 dev_count;
	u32 last_ifindex; /* indices are not given again before the numbers wrap */
	u32 napi_gen_id;
	u32 netstamp_needed;  /* LINUX: netstamp_needed_key */
	u32 udp_encap_needed; /* LINUX: udp_encap_needed_key */
	struct Qdisc *noop_qdisc;
	struct packet_taps *taps, own_taps; /* the kernel's: of the first host, as with `random` */
	struct list_head packet_sklist;	    /* LINUX: net->packet.sklist, by sk_list of each */
	void (*packet_notifier)(struct net_device *dev, u32 event);
	u32 qdisc_autohandle;	     /* LINUX: qdisc_alloc_handle(): the last that was given */
	u64 linkwatch_nextevent_jif; /* LINUX: linkwatch_nextevent */
	bool linkwatch_urgent;	     /* LINUX: LW_URGENT */
	struct timer_list linkwatch_timer; /* LINUX: linkwatch_work, while it is delayed */
	struct sim_event linkwatch_event;  /* while it is queued */

	/* Routing. */
	struct fib_table *fib_local, *fib_main,
		*fib_default;		/* made when first needed, as in Linux */
	struct fib_table *fib_numbered; /* the other ones, by tb_next, the lowest number first */
	u32 rt_genid; /* LINUX: net->ipv4.rt_genid: bumps make cached routes stale */
	struct list_head fib_info_list;
	u32 dev_addr_genid; /* LINUX: net->ipv4.dev_addr_genid: bumps make remembered sources stale
			     */
	u32 fnhe_genid;	    /* LINUX: fnhe_genid */
	bool fib_has_custom_local_routes;
	siphash_key_t fnhe_key;
	struct hlist_head inet_addr_lst[IN4_ADDR_HSIZE]; /* local addresses, the youngest first */
	struct ipv4_devconf devconf_all,
		devconf_dflt; /* LINUX: net->ipv4.devconf_all, devconf_dflt */
	/* ○ What a test wants to see of each lookup, with its result; NULL: nobody looks. */
	bool checks;
	void (*on_packet)(struct net *net, enum crossing at, const struct sk_buff *skb);
	void *on_packet_ctx; /* of whoever installed it */
	void (*on_fib_lookup)(struct net *net, struct fib_table *tb, const struct flowi4 *flp,
			      u32 fib_flags, int err, const struct fib_result *res);

	/* Neighbours: one table, arp_tbl. */
	struct neigh_table *arp_tbl;

	/* Families and, of AF_INET, the protocols by socket type (af_inet.c). */
	const struct net_proto_family *net_families[46];
	struct inetsw *inetsw;

	/* Protocols' own states, each defined in its header. */
	struct udp_table *udp_table, *udplite_table;
	struct ip_fragments *fragments;
	struct icmp_state *icmp;
	struct inet_peer_base *peers;
	struct tcp_net *tcp;
	struct ip_ident *ip_ident;

	u32 sockets_in_use; /* LINUX: sockets_in_use, /proc/net/sockstat */
	u32 prot_inuse[PROT_INUSE_MAX];
	struct hlist_head raw_socks;  /* by sk_node, the youngest first */
	struct hlist_head ping_socks; /* those with an identifier, likewise */
	struct ip_ra_chain *ra_chain; /* LINUX: net->ipv4.ra_chain: the oldest first */
	u16 ping_port_rover;	      /* of the kernel: see ping.c */
	struct hlist_head socks;      /* ○ all of them, by sk_all */
	/* LINUX: udp_memory_allocated and udp_memory_per_cpu_fw_alloc, in pages: the total moves
	 * only when a CPU's own account has gathered net.core.mem_pcpu_rsv of them.
	 */
	s64 udp_memory_allocated;
	s64 tcp_memory_allocated;
	u32 tcp_sockets_allocated;
	u64 tcp_memory_pressure_jif; /* LINUX: tcp_memory_pressure: since when, 0 = no */
	s32 udp_fw_alloc[CPU_MAX];
	s32 tcp_fw_alloc[CPU_MAX];
	u32 rps_sock_flow_table[RPS_SOCK_FLOWS]; /* which CPU a flow's reader last ran on */
	u64 rps_flows_recorded;
	u32 netdev_rss_key[10];	 /* LINUX: netdev_rss_key_fill(): one for all cards of a machine */
	siphash_key_t flow_keys; /* LINUX: hashrnd of the flow dissector */
	siphash_key_t ip_id_key; /* all zero: not drawn yet */
};

enum { MADE_FILES = 8 };
/* One machine. */
struct host {
	struct net net;
	u32 id;
	u32 nr_cpus;
	struct cpu *cpu;	   /* nr_cpus of them */
	struct hlist_head *wheels; /* the buckets of their timers: of two wheels each */
	struct cpu *running;	   /* the one whose unit of work is on the stack, or NULL */
	u64 units; /* how many there have been: without one nothing of the host changes */
	struct softnet_data *softnet; /* one a CPU */
	struct irq_action irq[CPU_IRQ_MAX];
	struct dma_space *dma; /* live mappings: what a card may touch */
	struct pool file_pool, epitem_pool, pipe_pool;
	struct pool std_file_pool, poll_entry_pool, pipe_ring_pool;
	u64 ep_gen; /* LINUX: loop_check_gen */
	/* Files by path, which somebody outside has made: so many zeroes. */
	struct made_file {
		char path[64]; /* empty: it is gone; who has it open goes on */
		u64 bytes;
		struct page *page; /* all of its pages; NULL until somebody opens it */
	} made[MADE_FILES];
	u32 nr_made;
	struct host_tables *tables; /* host.c */
	u32 tcp_chains;		    /* of all of TCP's tables */
	u64 next_ino;
	struct process *process;
	u32 nr_processes;
	struct task *task;
	u32 nr_tasks;
	u64 boot_jiffies; /* jiffies at virtual time 0 */
	u64 boot_real_ns; /* the wall clock then */
	u64 place_ns;	  /* ○ the kernel has been up for so much longer */
	enum cost_model cost_model;
	const struct limits *limits;
	struct world *world; /* opaque here */
};

/* The CPU whose unit is on the stack. Only code that runs on one may call it. */
static inline struct cpu *this_cpu(const struct net *net)
{
	/* A net is part of its host: no need to follow a pointer on the hottest path there is. */
	struct cpu *c = container_of(net, const struct host, net)->running;

	assert(c != NULL);
	return c;
}

/* The mask of the trace has changed, by world_trace() and nothing else. */
static inline void net_follow_trace(struct net *net)
{
	net->tracing = net->trace->mask != 0;
	net->probing = net->tracing || net->host->cost_model != COST_JUDGE;
}

/* Probes: PROBE(net, udp_sendmsg) at the top of a function charges its cost and records its entry,
 * and its exit whichever way it returns. The name must be a row of cost.def.
 */
struct probe {
	const struct net *net;
	u32 fn;
};

/* NOLINTNEXTLINE(misc-no-recursion): see core/cpu.c. */
static inline __attribute__((always_inline)) struct probe probe_enter(const struct net *net, u32 fn)
{
	if (unlikely(net->probing))
		probe_entered(net, fn);
	return (struct probe){ net, fn };
}

static inline __attribute__((always_inline)) void probe_exit(struct probe *p)
{
	if (unlikely(p->net->tracing))
		probe_left(p->net, p->fn);
}

#define PROBE(net, name)                                                                           \
	struct probe probe_##name __attribute__((cleanup(probe_exit), unused)) =                   \
		probe_enter((net), FN_##name)
#define PROBE_CPU(cpu, name) PROBE(&(cpu)->host->net, name)

/* A tracepoint of trace.def; args beyond those given are 0. */
#define TRACE(net_, name, ...)                                                                     \
	do {                                                                                       \
		if (unlikely((net_)->tracing) && trace_on((net_)->trace, TRACE_##name))            \
			trace_event(this_cpu(net_), TRACE_##name,                                  \
				    (const u32[TRACE_ARGS]){ __VA_ARGS__ });                       \
	} while (0)

#define PATH_STEP(net_, id, queue, bytes)                                                          \
	do {                                                                                       \
		if (unlikely((net_)->tracing))                                                     \
			path_step(this_cpu(net_), PATH_##id, (queue), (bytes));                    \
	} while (0)

/* A packet crosses a layer: a test may look at it. */
static inline void net_crossing(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	if (net->on_packet != NULL)
		net->on_packet(net, at, skb);
}

/* LINUX: ktime_get_real(). */
static inline u64 net_real_ns(struct net *net)
{
	return net->host->boot_real_ns + net_now_ns(net);
}

static inline void mib_add(struct net *net, enum mib_id id, u64 n)
{
	net->mib[id] += n;
}
static inline void mib_inc(struct net *net, enum mib_id id)
{
	net->mib[id]++;
}

#endif
