// SPDX-License-Identifier: MIT
/* refstack_state.c - what the reference is left with at the end: neighbours, routes, sockets,
 * fragments, random draws.
 */
#include <inttypes.h>
#include <string.h>

#include "core/neighbour.h"
#include "core/sock.h"
#include "harness/dut/facts.h"
#include "harness/dut/refstack_facts.h"
#include "ipv4/af_inet.h"
#include "ipv4/ip_fib.h"
#include "ipv4/ip_fragment.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "ipv4/route.h"
#include "uapi/socket.h"

enum { USER_HZ = 100 };

static void say_neigh(struct neighbour *n, void *ctx)
{
	facts_neigh(ctx, &(struct fact_neigh){
				 .addr = be32_to_cpu(n->primary_key),
				 .dev = n->dev->name,
				 .lladdr = (n->nud_state & NUD_VALID) != 0 && n->dev->addr_len == 6
						   ? n->ha
						   : NULL,
				 .state = n->nud_state,
				 .flags = n->flags,
				 .probes = n->probes,
			 });
}

/* LINUX: fnhe_dump_bucket(), rt_fill_info(): one that has expired is still a route of its own. */
static void say_exception(struct facts *f, const struct fib_info *fi,
			  const struct fib_nh_exception *fnhe)
{
	u64 now = net_jiffies(fi->net), left = 0;
	const struct rtable *rt = fnhe->fnhe_rth_input;
	u32 metrics[RTAX_MAX];

	if (rt == NULL)
		rt = fnhe->fnhe_rth_output;
	if (rt == NULL || fnhe->fnhe_genid != fi->net->fnhe_genid)
		return;
	if (fnhe->fnhe_expires_jif != 0 && time_after(now, fnhe->fnhe_expires_jif))
		return;
	memcpy(metrics, rt->dst.metrics, sizeof(metrics));
	if (rt->dst.expires_jif != 0 && time_before(now, rt->dst.expires_jif))
		left = rt->dst.expires_jif - now;
	if (rt->rt_pmtu != 0 && left != 0)
		metrics[RTAX_MTU - 1] = rt->rt_pmtu;
	if (rt->rt_mtu_locked && left != 0)
		metrics[RTAX_LOCK - 1] |= 1u << RTAX_MTU;
	facts_route(f, &(struct fact_route){
			       .exception = true,
			       .dst = be32_to_cpu(fnhe->fnhe_daddr),
			       .dst_len = 32,
			       .gw = be32_to_cpu(rt->rt_gw4),
			       .has_gw = rt->rt_uses_gateway != 0,
			       .type = (u8)rt->rt_type,
			       .table = fi->fib_tb_id,
			       .dev = rt->dst.dev != NULL ? rt->dst.dev->name : NULL,
			       .metrics = metrics,
			       .nr_metrics = RTAX_MAX,
			       .expires_ticks = (u32)(left / (HZ / USER_HZ)),
		       });
}

struct route_table {
	struct facts *facts;
	u32 id; /* a route that rejects may not know it itself */
};

static void say_route(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi)
{
	const struct route_table *t = ctx;

	facts_route(t->facts,
		    &(struct fact_route){
			    .dst = be32_to_cpu(dst),
			    .gw = be32_to_cpu(fi->nh.fib_nh_gw4),
			    .src = be32_to_cpu(fi->fib_prefsrc),
			    .has_gw = fi->nh.has_gw,
			    .dst_len = len,
			    .tos = tos,
			    .type = type,
			    .protocol = fi->fib_protocol,
			    .scope = fi->fib_scope,
			    .flags = fib_nh_flags_told(&fi->nh),
			    .table = t->id,
			    .priority = fi->fib_priority,
			    .dev = fi->nh.fib_nh_dev != NULL ? fi->nh.fib_nh_dev->name : NULL,
			    .metrics = fi->fib_metrics,
			    .nr_metrics = RTAX_MAX,
		    });
	if ((fi->nh.fib_nh_flags & RTNH_F_DEAD) != 0)
		return;
	for (const struct fib_nh_exception *e = fi->nh.nhc_exceptions; e != NULL; e = e->fnhe_next)
		say_exception(t->facts, fi, e);
}

static void say_table(const struct fib_table *tb, struct facts *f)
{
	struct route_table t = { .facts = f };

	if (tb == NULL)
		return;
	t.id = tb->tb_id;
	fib_table_walk(tb, say_route, &t);
}

static void say_routes(const struct net *net, struct facts *f)
{
	say_table(net->fib_local, f);
	say_table(net->fib_main, f);
	say_table(net->fib_default, f);
	for (const struct fib_table *tb = net->fib_numbered; tb != NULL; tb = tb->tb_next)
		say_table(tb, f);
}

/* Of which file below /proc/net it is; NULL: of none. */
static const char *table_of(const struct sock *sk)
{
	if (sk->sk_num == 0)
		return NULL;
	if (sk->sk_prot == &udp_prot)
		return "udp";
	if (sk->sk_prot == &udplite_prot)
		return "udplite";
	if (sk->sk_prot == &raw_prot)
		return sk->sk_node.pprev != NULL ? "raw" : NULL; /* disconnected: of none */
	return sk->sk_prot == &ping_prot ? "icmp" : NULL;
}

static void say_sock(const struct sock *sk, const char *table, struct facts *f)
{
	u32 rx = sk->sk_rmem_alloc;

	/* LINUX: udp_rqueue_get(). */
	if (sk->sk_prot == &udp_prot || sk->sk_prot == &udplite_prot)
		rx -= udp_sk(sk)->forward_deficit;

	assert(sk->sk_wmem_alloc > 0);
	facts_sock(f, &(struct fact_sock){
			      .protocol = table,
			      .local = be32_to_cpu(sk->sk_rcv_saddr),
			      .remote = be32_to_cpu(sk->sk_daddr),
			      .lport = sk->sk_num,
			      /* LINUX: raw_sock_seq_show(): a protocol has no port. */
			      .rport = sk->sk_prot != &raw_prot ? be16_to_cpu(sk->sk_dport) : 0,
			      .state = sk->sk_state,
			      .tx_queue = sk->sk_wmem_alloc - 1,
			      .rx_queue = rx,
			      .uid = sk->sk_uid,
			      .drops = sk->sk_drops,
		      });
}

/* LINUX: get_openreq4(), get_timewait4_sock(), get_tcp4_sock(): what the two tables hold. */
static void say_tcp(const struct sock *sk, struct facts *f)
{
	struct fact_sock fact = {
		.protocol = "tcp",
		.local = be32_to_cpu(sk->sk_rcv_saddr),
		.remote = be32_to_cpu(sk->sk_daddr),
		.lport = sk->sk_num,
		.rport = be16_to_cpu(sk->sk_dport),
		.state = sk->sk_state,
	};

	if (sk->sk_state == TCP_NEW_SYN_RECV) {
		fact.state = TCP_SYN_RECV;
		fact.uid = inet_reqsk(sk)->rsk_listener->sk_uid;
	} else if (sk->sk_state == TCP_TIME_WAIT) {
		fact.state = inet_twsk(sk)->tw_substate;
	} else {
		s32 rx = (s32)(tcp_sk(sk)->rcv_nxt - tcp_sk(sk)->copied_seq);

		fact.tx_queue = tcp_sk(sk)->write_seq - tcp_sk(sk)->snd_una;
		fact.rx_queue = sk->sk_state == TCP_LISTEN ? sk->sk_ack_backlog
				: rx > 0		   ? (u32)rx
							   : 0;
		fact.uid = sk->sk_socket != NULL ? sk->sk_uid : 0;
	}
	facts_sock(f, &fact);
}

static void say_chains(const struct hlist_head *head, u32 n, struct facts *f)
{
	const struct hlist_node *node;

	for (u32 i = 0; i < n; i++)
		hlist_for_each (node, &head[i])
			say_tcp(hlist_entry(node, struct sock, common.skc_node), f);
}

static void say_sockets(const struct net *net, struct facts *f)
{
	static const struct {
		u32 index;
		const char *name;
	} inuse[] = { { PROTO_INUSE_TCP, "tcp" },
		      { PROTO_INUSE_UDP, "udp" },
		      { PROTO_INUSE_UDPLITE, "udplite" },
		      { PROTO_INUSE_RAW, "raw" } };
	const struct hlist_node *n;

	hlist_for_each (n, &net->socks) {
		const struct sock *sk = hlist_entry(n, struct sock, sk_all);
		const char *table = table_of(sk);

		if (sk->sk_family == AF_INET && table != NULL)
			say_sock(sk, table, f);
	}
	/* As of Linux: without a socket nobody looks for requests, whose listener is gone. */
	if (net->prot_inuse[PROTO_INUSE_TCP] != 0 || net->tcp->death_row.tw_refcount != 0) {
		say_chains(net->tcp->hashinfo.lhash2, net->tcp->hashinfo.lhash2_mask + 1, f);
		say_chains(net->tcp->hashinfo.ehash, net->tcp->hashinfo.ehash_mask + 1, f);
	}
	for (u32 i = 0; i < ARRAY_SIZE(inuse); i++)
		if (net->prot_inuse[inuse[i].index] != 0)
			facts_line(f, "inuse %s %u", inuse[i].name,
				   net->prot_inuse[inuse[i].index]);
}

void refstack_state(struct world *w, u32 host, FILE *to)
{
	const struct net *net = &w->host[host].net;
	struct facts f = { 0 };

	facts_line(&f, "random %" PRIu64 " draws", net->random->draws);
	neigh_for_each(net->arp_tbl, say_neigh, &f);
	say_routes(net, &f);
	say_sockets(net, &f);
	if (net->fragments->nqueues != 0)
		facts_line(&f, "frag %u memory %" PRIu64, net->fragments->nqueues,
			   net->fragments->mem);
	facts_print(&f, to);
}
