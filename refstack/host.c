// SPDX-License-Identifier: MIT
/* host.c - one machine put together: its memory, its tables, its protocols, and the way back. */
#include "host.h"

#include "core/dma.h"
#include "core/file.h"
#include "core/neighbour.h"
#include "core/netdevice.h"
#include "core/pipe.h"
#include "core/sock_reuseport.h"
#include "driver/igb.h"
#include "driver/loopback.h"
#include "driver/tun.h"
#include "ipv4/af_inet.h"
#include "ipv4/icmp.h"
#include "ipv4/igmp.h"
#include "ipv4/inetpeer.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip.h"
#include "ipv4/ip_fib.h"
#include "ipv4/ip_fragment.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "packet/af_packet.h"
#include "sched/sch_generic.h"
#include "socket/socket.h"
#include "uapi/signal.h"

/* Instead of a size: it has to be asked for. The four head classes are their own numbers. */
enum { RING_SLOT = SKB_HEAD_CLASSES };

/* Every pool of a host: where it is, what a slot holds, and which limit says how many. */
static const struct pool_spec {
	const char *name;
	size_t offset; /* of the pool in struct host */
	u32 bytes;
	size_t limit; /* offset in struct limits */
} specs[] = {
#define POOL(field, bytes_, limit_)                                                                \
	{                                                                                          \
#field, offsetof(struct host, field), (u32)(bytes_),                               \
			offsetof(struct limits, limit_)                                            \
	}
	POOL(net.skb_pool, sizeof(struct sk_buff), skbs),
	POOL(net.page_pool[0], PAGE_OBJ_BYTES, pages),
	POOL(net.page_pool[1], BIG_PAGE_OBJ_BYTES, big_pages),
	POOL(net.head_pool[0], 0, heads[0]), /* sizes: skb_head_class_bytes() */
	POOL(net.head_pool[1], 1, heads[1]),
	POOL(net.head_pool[2], 2, heads[2]),
	POOL(net.head_pool[3], 3, heads[3]),
	POOL(net.sock_pool, sizeof(struct udp_sock), sockets),
	POOL(net.tcp_sock_pool, sizeof(struct tcp_sock), tcp_sockets),
	POOL(net.request_sock_pool, sizeof(struct tcp_request_sock), request_socks),
	POOL(net.tw_pool, sizeof(struct tcp_timewait_sock), tw_socks),
	POOL(net.bind_bucket_pool, sizeof(struct inet_bind_bucket), bind_buckets),
	POOL(net.bind2_bucket_pool, sizeof(struct inet_bind2_bucket), bind_buckets),
	POOL(net.dst_pool, sizeof(struct rtable), dsts),
	POOL(net.neigh_pool, sizeof(struct neighbour), neighbours),
	POOL(net.fib_info_pool, sizeof(struct fib_info), routes),
	POOL(net.fib_alias_pool, sizeof(struct fib_alias), routes),
	POOL(net.fib_node_pool, sizeof(struct key_vector), route_nodes),
	POOL(net.fib_table_pool, sizeof(struct fib_table), fib_tables),
	POOL(net.reuseport_pool, sizeof(struct sock_reuseport), sockets),
	POOL(net.fnhe_pool, sizeof(struct fib_nh_exception), dsts),
	POOL(net.ifaddr_pool, sizeof(struct in_ifaddr), addresses),
	POOL(net.in_device_pool, sizeof(struct in_device), devices),
	POOL(net.hw_addr_pool, sizeof(struct netdev_hw_addr), mc_groups),
	POOL(net.mc_list_pool, sizeof(struct ip_mc_list), mc_groups),
	POOL(net.mc_socklist_pool, sizeof(struct ip_mc_socklist), mc_groups),
	POOL(net.sf_list_pool, sizeof(struct ip_sf_list), mc_sources),
	POOL(net.sf_socklist_pool, sizeof(struct ip_sf_socklist), mc_groups),
	POOL(net.frag_queue_pool, sizeof(struct ipq), frag_queues),
	POOL(net.qdisc_pool, sizeof(struct Qdisc), qdiscs),
	POOL(net.packet_fanout_pool, sizeof(struct packet_fanout), sockets),
	POOL(net.packet_mc_pool, sizeof(struct packet_mclist), sockets),
	POOL(net.filter_pool, sizeof(struct sk_filter), sockets),
	POOL(net.dev_pool, sizeof(struct net_device), devices),
	POOL(net.tun_pool, sizeof(struct tun_struct), devices),
	POOL(net.igb_pool, sizeof(struct igb_adapter), igb_adapters),
	POOL(net.igb_ring_pool, RING_SLOT, igb_rings),
	POOL(file_pool, sizeof(struct file), files),
	POOL(epitem_pool, sizeof(struct epitem), files),
	POOL(pipe_pool, sizeof(struct pipe_inode_info), files),
	POOL(std_file_pool, sizeof(struct file), processes),
	POOL(poll_entry_pool, sizeof(struct poll_table_entry), files),
	POOL(pipe_ring_pool, PIPE_MAX_BUFFERS * sizeof(struct pipe_buffer), tasks),
#undef POOL
};

static struct pool *spec_pool(struct host *h, u32 i)
{
	return (struct pool *)(void *)((u8 *)h + specs[i].offset);
}

static u32 spec_bytes(const struct limits *l, u32 i)
{
	if (specs[i].bytes == RING_SLOT)
		return igb_ring_bytes(l->igb_ring_entries);
	return specs[i].bytes < SKB_HEAD_CLASSES ? skb_head_class_bytes(specs[i].bytes)
						 : specs[i].bytes;
}

static u32 spec_limit(const struct limits *l, u32 i)
{
	return *(const u32 *)(const void *)((const u8 *)l + specs[i].limit);
}

struct pool *host_pool(struct host *h, u32 i)
{
	return i < ARRAY_SIZE(specs) ? spec_pool(h, i) : NULL;
}

/* What is not a pool: tables of a fixed size, one allocation each. */
struct host_tables {
	struct udp_table udp, udplite;
	struct ip_fragments fragments;
	struct icmp_state icmp;
	struct inet_peer_base peers;
	struct neigh_table arp;
	struct inetsw inetsw;
	struct dma_space dma;
	struct tcp_net tcp; /* of these two, the last ones, see host_blocks() */
	struct ip_ident ip_ident;
};

static void layout_process(struct process *p, struct arena *a, const struct limits *l)
{
	u8 *umem = arena_take(a, l->umem_bytes);
	struct file **fd = arena_take(a, l->fds * sizeof(struct file *));
	u8 *fd_flags = arena_take(a, l->fds);

	if (a->mem == NULL)
		return;
	if (!a->zeroed)
		memset(umem, 0, l->umem_bytes);
	*p = (struct process){ .umem = umem,
			       .umem_bytes = l->umem_bytes,
			       .fd = fd,
			       .fd_flags = fd_flags,
			       .nr_fds = l->fds };
}

enum { TCP_LHASH2 = 32 };
static void layout_hashinfo(struct host *h, struct hlist_head *mem, const struct limits *l)
{
	struct inet_hashinfo *hinfo = &h->tables->tcp.hashinfo;
	u32 chains = l->tcp_ehash + 2 * l->tcp_bhash + TCP_LHASH2;

	memset(mem, 0, chains * sizeof(*mem));
	*hinfo = (struct inet_hashinfo){ .ehash = mem,
					 .ehash_mask = l->tcp_ehash - 1,
					 .bhash = mem + l->tcp_ehash,
					 .bhash2 = mem + l->tcp_ehash + l->tcp_bhash,
					 .bhash_size = l->tcp_bhash,
					 .lhash2 = mem + l->tcp_ehash + 2 * l->tcp_bhash,
					 .lhash2_mask = TCP_LHASH2 - 1 };
	h->tcp_chains = chains;
}

void host_layout(struct host *h, struct arena *a, const struct host_cfg *cfg)
{
	const struct limits *l = cfg->limits;
	struct cpu *cpu = arena_take(a, cfg->cpus * sizeof(struct cpu));
	u64 wheel_bytes = (u64)cfg->cpus * 2 * TIMER_WHEEL_SIZE * sizeof(struct hlist_head);
	struct hlist_head *wheels = arena_take(a, wheel_bytes);
	struct softnet_data *softnet = arena_take(a, cfg->cpus * sizeof(struct softnet_data));
	struct task *task = arena_take(a, cfg->tasks * sizeof(struct task));
	struct process *process = arena_take(a, l->processes * sizeof(struct process));
	struct host_tables *tables = arena_take(a, sizeof(struct host_tables));
	u32 chains = l->tcp_ehash + 2 * l->tcp_bhash + TCP_LHASH2;
	struct hlist_head *tcp_hash = arena_take(a, chains * sizeof(struct hlist_head));
	struct dma_map *map = arena_take(a, l->dma_maps * sizeof(struct dma_map));

	for (u32 i = 0; i < l->processes; i++)
		layout_process(a->mem != NULL ? &process[i] : NULL, a, l);
	for (u32 i = 0; i < ARRAY_SIZE(specs); i++) {
		u32 n = spec_limit(l, i);
		void *mem = arena_take(a, (u64)pool_slot_bytes(spec_bytes(l, i)) * n);

		if (a->mem != NULL)
			pool_init(spec_pool(h, i), specs[i].name, mem, spec_bytes(l, i), n);
	}
	if (a->mem == NULL)
		return;
	h->cpu = cpu;
	h->wheels = wheels;
	memset(wheels, 0, (size_t)wheel_bytes);
	h->softnet = softnet;
	h->task = task;
	h->process = process;
	h->tables = tables;
	layout_hashinfo(h, tcp_hash, l);
	h->dma = &tables->dma;
	dma_space_init(h->dma, map, l->dma_maps);
}

u32 host_blocks(struct host *h, struct host_block out[HOST_BLOCKS])
{
	struct tcp_net *tcp = &h->tables->tcp;
	struct table_perturb *perturb = &tcp->hashinfo.perturb;
	size_t tables = offsetof(struct host_tables, tcp) + offsetof(struct tcp_net, metrics.block);
	u32 n = 0;

	static_assert(offsetof(struct tcp_net, metrics) + sizeof(tcp->metrics) ==
				      offsetof(struct tcp_net, hashinfo) &&
			      offsetof(struct tcp_net, hashinfo) + sizeof(tcp->hashinfo) ==
				      sizeof(*tcp),
		      "nothing is left out");
	out[n++] = (struct host_block){ h->cpu, h->nr_cpus * sizeof(h->cpu[0]), NULL };
	out[n++] = (struct host_block){ h->softnet, h->nr_cpus * sizeof(h->softnet[0]), NULL };
	out[n++] = (struct host_block){ h->process, h->nr_processes * sizeof(h->process[0]), NULL };
	out[n++] = (struct host_block){ h->tables, tables, NULL };
	out[n++] = (struct host_block){ &tcp->hashinfo,
					offsetof(struct inet_hashinfo, perturb.word), NULL };
	out[n++] = (struct host_block){ tcp->metrics.block, sizeof(tcp->metrics.block[0]),
					&tcp->metrics.nr };
	out[n++] = (struct host_block){ perturb->word, sizeof(perturb->word[0]), &perturb->nr };
	out[n++] = (struct host_block){ &h->tables->ip_ident, offsetof(struct ip_ident, id), NULL };
	assert(n <= HOST_BLOCKS);
	return n;
}

struct host_block host_tcp_chains(struct host *h)
{
	return (struct host_block){ h->tables->tcp.hashinfo.ehash,
				    h->tcp_chains * sizeof(struct hlist_head), NULL };
}

/* What is in a table holds a bucket of its port, or is a request. */
bool host_has_tcp(const struct host *h)
{
	const struct net *net = &h->net;

	return net->tcp_sock_pool.used != 0 || net->request_sock_pool.used != 0 ||
	       net->tw_pool.used != 0 || net->bind_bucket_pool.used != 0;
}

static void init_sysctl(struct net *net)
{
	net->sysctl = (struct net_sysctl){
#define X(path, field, type, value, min, max) .field = (value)*SYSCTL_UNIT_##type,
#include "sysctl.def"
#undef X
	};
}

static void init_taps(struct net *net, struct net *kernel)
{
	INIT_LIST_HEAD(&net->own_taps.all);
	INIT_LIST_HEAD(&net->own_taps.base);
	INIT_LIST_HEAD(&net->own_taps.fanout_list);
	net->taps = kernel != NULL ? kernel->taps : &net->own_taps;
}

static void init_random(struct net *net, struct net *kernel, u64 seed)
{
	siphash_key_t secret = { { random_secret_u64(0), random_secret_u64(1) } };

	net->random = kernel != NULL ? kernel->random : &net->own_random;
	random_seed(net->random, seed);
	net->hash_mix = get_random_u32(net->random); /* a new namespace's first draw */
	net->flow_keys = secret;
	net->fnhe_key = secret;
	for (u32 i = 0; i < ARRAY_SIZE(net->netdev_rss_key); i++)
		net->netdev_rss_key[i] = random_secret_u32(i);
}

void host_seed(struct host *h, u64 seed, bool first)
{
	struct net *net = &h->net;

	host_config_begin(h);
	if (first) {
		random_seed(net->random, seed);
		ip_ident_init(net);
		inet_hash_seeded(net);
	}
	neigh_seeded(net->arp_tbl);
	host_config_end(h);
}

/* What a program catches that its C library has started; the two are the library's own. */
static u64 caught_signals(void)
{
	const u64 others = sig_bit(SIGKILL) | sig_bit(SIGSTOP) | sig_bit(SIGSEGV) |
			   sig_bit(SIGBUS) | sig_bit(SIGILL) | sig_bit(SIGFPE) | sig_bit(SIGABRT) |
			   sig_bit(SIGRTMIN) | sig_bit(SIGRTMIN + 1);

	return ~others;
}

static void init_processes(struct host *h)
{
	h->nr_processes = h->limits->processes;
	for (u32 i = 0; i < h->nr_processes; i++) {
		h->process[i].host = h;
		h->process[i].id = i + 1;
		h->process[i].caps = U64_MAX; /* root */
		h->process[i].sighand.caught = caught_signals();
		fd_open_standard(&h->process[i]);
	}
}

void host_init(struct host *h, struct sim *sim, struct trace *trace, const struct host_cfg *cfg,
	       s64 (*syscall)(struct task *))
{
	struct net *net = &h->net;

	h->id = cfg->id;
	h->limits = cfg->limits;
	h->nr_cpus = cfg->cpus;
	h->nr_tasks = cfg->tasks;
	h->cost_model = cfg->cost;
	h->boot_jiffies = cfg->boot_jiffies;
	h->boot_real_ns = cfg->boot_real_ns;
	net->host = h;
	net->sim = sim;
	net->trace = trace;
	net_follow_trace(net);
	init_taps(net, cfg->kernel != NULL ? &cfg->kernel->net : NULL);
	init_random(net, cfg->kernel != NULL ? &cfg->kernel->net : NULL, cfg->seed);
	for (u32 i = 0; i < h->nr_cpus; i++) {
		cpu_init(&h->cpu[i], h, sim, trace, i, cfg->cost);
		softnet_init(&h->softnet[i], &h->cpu[i]);
	}
	init_sysctl(net);
	init_processes(h);
	assert(h->nr_cpus != 0);
	for (u32 i = 0; i < h->nr_tasks; i++)
		task_init(&h->task[i], h, &h->process[0], i, i % h->nr_cpus, syscall);
	INIT_LIST_HEAD(&net->fib_info_list);
	net->udp_table = &h->tables->udp;
	net->udplite_table = &h->tables->udplite;
	net->fragments = &h->tables->fragments;
	net->icmp = &h->tables->icmp;
	net->peers = &h->tables->peers;
	memset(net->peers, 0, sizeof(*net->peers));
	net->tcp = &h->tables->tcp;
	net->ip_ident = cfg->kernel != NULL ? cfg->kernel->net.ip_ident : &h->tables->ip_ident;
	net->arp_tbl = &h->tables->arp;
	host_config_begin(h);
	arp_init(net);
	devinet_init(net);
	ip_fib_init(net);
	ip_ident_init(net);
	ip_fragments_init(net);
	inet_init(net, &h->tables->inetsw);
	packet_init(net);
	udp_init(net);
	loopback_net_init(net);
	icmp_init(net);
	tcp_metrics_init(net);
	tcp_sk_init(net);
	host_config_end(h);
}

void host_config_begin(struct host *h)
{
	cpu_unit_begin(&h->cpu[0], NULL);
}

void host_config_end(struct host *h)
{
	cpu_unit_end(&h->cpu[0]);
}

void host_exit(struct host *h)
{
	struct net *net = &h->net;

	host_config_begin(h);
	for (u32 i = 0; i < h->nr_tasks; i++)
		task_abandon(&h->task[i]);
	for (u32 i = 0; i < h->nr_processes; i++)
		fd_close_all(&h->process[i]);
	host_forget_files(h);
	for (s32 i = NET_DEV_MAX - 1; i > 0; i--)
		if (net->dev_by_index[i] != NULL)
			unregister_netdevice(net->dev_by_index[i]);
	tcp_sk_exit(net); /* what came in up to here may have been answered */
	icmp_exit(net);
	ip_fragments_exit(net);
	neigh_table_exit(net->arp_tbl);
	ip_fib_exit(net);
	devinet_exit(net);
	host_config_end(h);
}

void host_check(const struct host *h)
{
	const struct net *net = &h->net;
	const struct hlist_node *n;

	assert(h->running == NULL);
	for (u32 i = 0; i < h->nr_cpus; i++) {
		timer_base_check(&h->cpu[i].timers);
		timer_base_check(&h->cpu[i].pinned_timers);
	}
	for (u32 i = 1; i < NET_DEV_MAX; i++)
		if (net->dev_by_index[i] != NULL)
			dev_check(net->dev_by_index[i]);
	hlist_for_each (n, &net->socks) {
		const struct sock *sk = hlist_entry(n, struct sock, sk_all);

		sock_check(sk);
		if (has_udp_sock(sk))
			udp_check(sk);
		if (sk->sk_prot == &tcp_prot)
			tcp_check(sk);
	}
	neigh_check(net->arp_tbl);
	dma_check(h->dma);
	if (net->fib_main != NULL)
		fib_table_check(net->fib_main);
	if (net->fib_local != NULL)
		fib_table_check(net->fib_local);
	if (net->fib_default != NULL)
		fib_table_check(net->fib_default);
	for (const struct fib_table *tb = net->fib_numbered; tb != NULL; tb = tb->tb_next)
		fib_table_check(tb);
}

u64 host_digest(const struct host *h)
{
	const struct net *net = &h->net;
	struct sim fold = { 0 };

	for (u32 i = 0; i < MIB_MAX; i++)
		sim_note(&fold, net->mib[i]);
	for (u32 i = 0; i < DROP_MAX; i++)
		sim_note(&fold, net->drops[i]);
	for (u32 i = 0; i < h->nr_cpus; i++)
		sim_note(&fold, h->cpu[i].now_ps);
	for (u32 i = 0; i < h->nr_tasks; i++) {
		sim_note(&fold, h->task[i].state);
		sim_note(&fold, (u64)h->task[i].ret);
	}
	return fold.digest;
}
