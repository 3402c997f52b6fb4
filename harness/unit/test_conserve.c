// SPDX-License-Identifier: MIT
/* test_conserve.c - whatever gets lost, is held too often or is charged wrongly is found, and
 * named.
 *
 * Each row breaks one thing in a running world in which packets wait wherever they can.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/dma.h"
#include "core/file.h"
#include "core/neighbour.h"
#include "core/qdisc.h"
#include "harness/lib/conserve.h"
#include "harness/lib/fail.h"
#include "harness/lib/scenario.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip_fragment.h"
#include "ipv4/udp.h"
#include "socket/socket.h"
#include "uapi/socket.h"

enum { PORT = 5000, CORKED = 5001, UNCORKED = 5002, SOME_MS = 50 };

/* The parts of the world that rows break; host 0 sends, host 1 receives. */
struct parts {
	struct world *w;
	struct net *net[2];
	struct sock *corked, *sender, *receiver;
	struct neighbour *silent; /* what is sent to it waits */
	struct igb_adapter *igb;
};

static struct sock *sock_of(struct world *w, u32 host, s64 fd)
{
	return fd_file(&w->host[host].process[0], (int)fd)->socket.sk;
}

static void pass(struct world *w, u64 ms)
{
	world_run_until(w, w->sim.now_ps + ms * PS_PER_MS);
}

/* One of two fragments of a datagram for host 1. */
static void half_a_datagram(struct world *w)
{
	u8 f[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45 };
	u8 *ip = f + 14;
	u32 sum = 0;

	put_be16(ip + 2, 36);
	put_be16(ip + 6, 0x2000);
	ip[8] = 64;
	ip[9] = 17;
	put_be32(ip + 12, parse_ipv4("192.0.2.1"));
	put_be32(ip + 16, parse_ipv4("192.0.2.2"));
	for (u32 i = 0; i < 20; i += 2)
		sum += get_be16(ip + i);
	put_be16(ip + 10, (u16) ~(sum + (sum >> 16)));
	assert_true(world_inject(w, 1, f, sizeof(f)));
}

static struct parts begin(void)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_fuzz, COST_CYCLES, 1, 1);
	struct parts p = { .w = scenario_two_hosts_up(&cfg) };
	s64 rx = call_socket(p.w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	s64 tx = call_socket(p.w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	s64 cork = call_socket(p.w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	scenario_checks_on(p.w);
	call_bind(p.w, 1, 0, (int)rx, "0.0.0.0", PORT);
	call_bind(p.w, 0, 0, (int)tx, "192.0.2.1", UNCORKED);
	call_connect(p.w, 0, 0, (int)cork, "192.0.2.2", PORT);
	for (u32 i = 0; i < 3; i++) {
		assert_int_equal(call_sendto(p.w, 0, 0, (int)tx, NULL, 100, 0, "192.0.2.2", PORT),
				 100);
		pass(p.w, SOME_MS);
	}
	assert_int_equal(call_recv(p.w, 1, 0, (int)rx, 100, 0), 100);
	half_a_datagram(p.w);
	pass(p.w, 1);
	assert_int_equal(call_sendto(p.w, 0, 0, (int)cork, NULL, 1000, MSG_MORE, "192.0.2.2", PORT),
			 1000);
	assert_int_equal(call_sendto(p.w, 0, 0, (int)cork, NULL, 4000, MSG_MORE, "192.0.2.2", PORT),
			 4000);
	assert_int_equal(call_sendto(p.w, 0, 0, (int)tx, NULL, 100, 0, "192.0.2.9", PORT), 100);
	/* The last one is in the transmit ring still. */
	assert_int_equal(call_sendto(p.w, 0, 0, (int)tx, NULL, 2000, 0, "192.0.2.2", PORT), 2000);
	for (u32 i = 0; i < 2; i++)
		p.net[i] = &p.w->host[i].net;
	p.corked = sock_of(p.w, 0, cork);
	p.sender = sock_of(p.w, 0, tx);
	p.receiver = sock_of(p.w, 1, rx);
	p.silent = neigh_lookup_noref(p.net[0]->arp_tbl, cpu_to_be32(parse_ipv4("192.0.2.9")),
				      p.w->port[0].dev);
	p.igb = igb_priv(p.w->port[0].dev);
	return p;
}

/* -------- what can be broken -------- */

static struct sk_buff *in_ring(struct parts *p)
{
	return p->igb->tx_ring[0].tx_buffer_info[p->igb->tx_ring[0].next_to_clean].skb;
}

static struct sk_buff *waiting(struct parts *p)
{
	return skb_peek(&p->silent->arp_queue);
}

static void skb_forgotten(struct parts *p)
{
	skb_dequeue(&p->silent->arp_queue);
}

static void skb_received_forgotten(struct parts *p)
{
	struct sk_buff_head *q = &udp_sk(p->receiver)->reader_queue;

	assert_int_equal(q->qlen, 2);
	udp_sk(p->receiver)->forward_deficit += skb_peek(q)->truesize;
	skb_dequeue(q);
}

static void skb_never_seen(struct parts *p)
{
	struct sk_buff *skb = pool_zalloc(&p->net[1]->skb_pool);

	skb->id = 4711;
}

static void skb_held(struct parts *p)
{
	skb_get(waiting(p));
}

static void skb_in_two_places(struct parts *p)
{
	p->w->host[0].softnet[0].completion_queue = in_ring(p);
}

static void queue_length(struct parts *p)
{
	p->corked->sk_write_queue.qlen++;
}

static void fragment_forgotten(struct parts *p)
{
	struct ip_fragments *f = p->net[1]->fragments;

	for (u32 i = 0; i < IPQ_CHAINS; i++)
		f->chain[i].first = NULL;
}

static void data_held(struct parts *p)
{
	waiting(p)->hd->refs++;
}

static void data_forgotten(struct parts *p)
{
	pool_alloc(&p->net[0]->head_pool[1]);
}

static void page_held(struct parts *p)
{
	get_page(p->corked->sk_frag.page);
}

static void page_forgotten(struct parts *p)
{
	p->corked->sk_frag.page = NULL;
}

static void page_never_seen(struct parts *p)
{
	pool_zalloc(&p->net[1]->page_pool[0]);
}

static void route_held(struct parts *p)
{
	dst_hold(p->corked->sk_dst_cache);
}

static void route_of_skb_not_held(struct parts *p)
{
	waiting(p)->dst_noref = true;
}

static void route_forgotten(struct parts *p)
{
	struct rtable *rt = pool_zalloc(&p->net[0]->dst_pool);

	rt->dst.dev = p->net[0]->loopback_dev;
}

static void neighbour_held(struct parts *p)
{
	neigh_hold(p->silent);
}

static void wmem_charged(struct parts *p)
{
	p->sender->sk_wmem_alloc += 100;
}

static void wmem_forgotten(struct parts *p)
{
	in_ring(p)->destructor = NULL;
}

static void truesize_changed(struct parts *p)
{
	skb_peek(&p->corked->sk_write_queue)->truesize += 256;
}

static void socket_forgotten(struct parts *p)
{
	hlist_del_init(&p->receiver->sk_all);
}

static void socket_of_skb_gone(struct parts *p)
{
	hlist_del_init(&p->sender->sk_all);
}

static void socket_held(struct parts *p)
{
	sock_hold(p->receiver);
}

static void rmem_charged(struct parts *p)
{
	p->receiver->sk_rmem_alloc += 10;
}

static void forward_alloc(struct parts *p)
{
	p->receiver->sk_forward_alloc += 1;
}

static void udp_memory(struct parts *p)
{
	p->net[1]->udp_memory_allocated++;
}

static void backlog(struct parts *p)
{
	p->receiver->sk_backlog.len = 768;
}

static void file_held(struct parts *p)
{
	fd_file(&p->w->host[0].process[0], 3)->f_count++;
}

static void file_forgotten(struct parts *p)
{
	p->w->host[1].process[0].fd[3] = NULL;
}

static void qdisc_held(struct parts *p)
{
	p->w->port[0].dev->qdisc->refcnt++;
}

static void address_forgotten(struct parts *p)
{
	in_dev_get(p->w->port[1].dev)->ifa_list = NULL;
}

static void nexthop_forgotten(struct parts *p)
{
	pool_alloc(&p->net[0]->fib_info_pool);
}

static void mapping_forgotten(struct parts *p)
{
	p->w->host[0].dma->live++;
}

static void mapping_of_other_memory(struct parts *p)
{
	struct igb_ring *ring = &p->igb->rx_ring[0];

	ring->rx_buffer_info[ring->next_to_clean].dma = ring->dma;
}

static void mapping_twice(struct parts *p)
{
	struct igb_ring *ring = &p->igb->rx_ring[0];
	u32 i = ring->next_to_clean;

	ring->rx_buffer_info[i] = ring->rx_buffer_info[i + 1];
}

static void ring_index(struct parts *p)
{
	p->igb->tx_ring[0].next_to_use = p->igb->tx_ring[0].count;
}

static void ring_advanced(struct parts *p)
{
	p->igb->tx_ring[0].next_to_use++;
}

static void ring_packet_missing(struct parts *p)
{
	p->igb->tx_ring[0].tx_buffer_info[p->igb->tx_ring[0].next_to_clean].skb = NULL;
}

static void ring_page_missing(struct parts *p)
{
	p->igb->rx_ring[0].rx_buffer_info[p->igb->rx_ring[0].next_to_clean].page = NULL;
}

static void ring_leftover(struct parts *p)
{
	p->igb->tx_ring[0].tx_buffer_info[p->igb->tx_ring[0].next_to_use].next_to_watch = 3;
}

static void card_tail(struct parts *p)
{
	p->w->port[0].nic->nic.r.TDT[0] ^= 1;
}

static void card_head(struct parts *p)
{
	p->w->port[1].nic->nic.r.RDH[0] += 60;
}

static const struct row {
	const char *name;
	void (*breaks)(struct parts *p);
	const char *message; /* part of it */
} rows[] = {
	{ "packet forgotten", skb_forgotten, "last seen: neighbour's queue on device 2" },
	{ "received packet forgotten", skb_received_forgotten,
	  "last seen: reader queue of port 5000" },
	{ "packet never seen", skb_never_seen, "host 1: lost: packet 4711 (0 bytes, truesize 0)" },
	{ "packet held", skb_held, "neighbour's queue on device 2: 2 references, 1 are held" },
	{ "packet in two places", skb_in_two_places, "more holders than its 1 references" },
	{ "length of a queue", queue_length, "write queue of port" },
	{ "fragment forgotten", fragment_forgotten, "mem == f->mem" },
	{ "data held", data_held, "small head in data of packet" },
	{ "data forgotten", data_forgotten, "lost: frame's head" },
	{ "page held", page_held, "3 references, 2 are held" },
	{ "page forgotten", page_forgotten, "references" },
	{ "page never seen", page_never_seen, "lost: page" },
	{ "route held", route_held, "route of type 1 by device 2" },
	{ "route of a packet not held", route_of_skb_not_held, "a route that it does not hold" },
	{ "route forgotten", route_forgotten, "lost: route of type 0 by device 1" },
	{ "neighbour held", neighbour_held, "neighbour c0000209 on device 2" },
	{ "wmem charged", wmem_charged, "socket of port 5002: wmem_alloc is" },
	{ "wmem forgotten", wmem_forgotten, "socket of port 5002: wmem_alloc is" },
	{ "truesize changed", truesize_changed, "wmem_alloc is" },
	{ "socket forgotten", socket_forgotten, "UDP has" },
	{ "socket of a packet gone", socket_of_skb_gone, "belongs to a socket that is gone" },
	{ "socket held", socket_held, "socket of port 5000 in socket of port 0: 2 references" },
	{ "rmem charged", rmem_charged, "socket of port 5000: rmem_alloc is" },
	{ "memory ahead", forward_alloc, "are no whole pages" },
	{ "UDP's memory", udp_memory, "pages of memory, its sockets" },
	{ "backlog", backlog, "its backlog is not of 768 bytes" },
	{ "file held", file_held, "file in descriptors of process 0: 2 references, 1 are held" },
	{ "file forgotten", file_forgotten,
	  "lost: file; 1 in use, 0 found; last seen: descriptors" },
	{ "discipline held", qdisc_held, "queueing discipline in queueing discipline of device 2" },
	{ "address forgotten", address_forgotten, "pool net.ifaddr_pool: 2 are in use" },
	{ "nexthop forgotten", nexthop_forgotten, "pool net.fib_info_pool" },
	{ "mapping forgotten", mapping_forgotten, "DMA mapping" },
	{ "mapping of other memory", mapping_of_other_memory, "not mapped as they should be" },
	{ "mapping twice", mapping_twice, "somebody else has the mapping too" },
	{ "index of a ring", ring_index, "transmit ring 0 of 64: use 64" },
	{ "ring advanced", ring_advanced, "no packet at" },
	{ "packet missing in a ring", ring_packet_missing, "no packet at" },
	{ "page missing in a ring", ring_page_missing, "receive ring 0: no page at" },
	{ "leftover in a ring", ring_leftover, "something is left at" },
	{ "tail of the card", card_tail, "transmit ring 0: the card's head is" },
	{ "head of the card", card_head, "receive ring 0: the card's head is" },
};

static void check_both(void *ctx)
{
	struct world *w = ctx;

	for (u32 i = 0; i < w->cfg.hosts; i++)
		conserve_check(w->conserve[i]);
}

static bool row_is_found(const struct row *r)
{
	struct parts p = begin();
	const char *what = run_until_check_fails(check_both, p.w);
	bool found;

	if (what != NULL)
		fail_msg("before anything was broken: %s", what);
	r->breaks(&p);
	what = run_until_check_fails(check_both, p.w);
	found = what != NULL && strstr(what, r->message) != NULL;
	if (!found)
		print_error("%s: \"%s\" instead of \"%s\"\n", r->name,
			    what != NULL ? what : "nothing", r->message);
	scenario_free(p.w);
	return found;
}

static void test_every_loss_is_found(void **state)
{
	u32 found = 0;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		found += row_is_found(&rows[i]);
	assert_int_equal(found, ARRAY_SIZE(rows));
}

/* The tables are not part of a snapshot, and what they remember does no harm. */
static void test_restored_world_is_whole(void **state)
{
	struct parts p = begin();
	void *snapshot = test_malloc((size_t)world_save_size(p.w));

	(void)state;
	world_save(p.w, snapshot);
	pass(p.w, 2000);
	world_restore(p.w, snapshot);
	assert_null(run_until_check_fails(check_both, p.w));
	pass(p.w, 2000);
	world_exit(p.w);
	assert_int_equal(world_leaks(p.w, NULL), 0);
	test_free(snapshot);
	scenario_free(p.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_loss_is_found),
		cmocka_unit_test(test_restored_world_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
