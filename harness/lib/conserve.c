// SPDX-License-Identifier: MIT
/* conserve.c - see conserve.h. */
#include "harness/lib/conserve.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/dma.h"
#include "core/file.h"
#include "core/neighbour.h"
#include "core/pipe.h"
#include "core/qdisc.h"
#include "core/sock_reuseport.h"
#include "core/ubuf.h"
#include "driver/tun.h"
#include "harness/lib/world.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip_fib.h"
#include "ipv4/ip_fragment.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "packet/af_packet.h"
#include "socket/socket.h"

static const char *const place_names[] = {
#define X(name, text) [AT_##name] = (text),
	CONSERVE_PLACES(X)
#undef X
};

/* What a kind is called, which pool it comes from, and which limit says how many. */
static const struct {
	const char *name;
	size_t pool, limit;
} kinds[CONSERVE_KINDS] = {
#define KIND(kind, name, pool, limit)                                                              \
	[kind] = { name, offsetof(struct host, pool), offsetof(struct limits, limit) }
	KIND(CONSERVE_SKB, "packet", net.skb_pool, skbs),
	KIND(CONSERVE_HEAD, "small head", net.head_pool[0], heads[0]),
	KIND(CONSERVE_HEAD + 1, "frame's head", net.head_pool[1], heads[1]),
	KIND(CONSERVE_HEAD + 2, "large head", net.head_pool[2], heads[2]),
	KIND(CONSERVE_HEAD + 3, "largest head", net.head_pool[3], heads[3]),
	KIND(CONSERVE_PAGE, "page", net.page_pool[0], pages),
	KIND(CONSERVE_BIG_PAGE, "big page", net.page_pool[1], big_pages),
	KIND(CONSERVE_DST, "route", net.dst_pool, dsts),
	KIND(CONSERVE_NEIGH, "neighbour", net.neigh_pool, neighbours),
	KIND(CONSERVE_SOCK, "socket", net.sock_pool, sockets),
	KIND(CONSERVE_TCP_SOCK, "TCP socket", net.tcp_sock_pool, tcp_sockets),
	KIND(CONSERVE_REQUEST, "request", net.request_sock_pool, request_socks),
	KIND(CONSERVE_TW, "TIME-WAIT", net.tw_pool, tw_socks),
	KIND(CONSERVE_FILE, "file", file_pool, files),
	KIND(CONSERVE_STD_FILE, "first file", std_file_pool, processes),
	KIND(CONSERVE_QDISC, "queueing discipline", net.qdisc_pool, qdiscs),
	KIND(CONSERVE_DMA, "DMA mapping", dma, dma_maps),
#undef KIND
};

struct conserve *conserve_layout(struct arena *a, const struct limits *l)
{
	struct conserve *c = arena_take(a, sizeof(*c));

	if (c != NULL)
		*c = (struct conserve){ 0 };
	for (u32 k = 0; k < CONSERVE_KINDS; k++) {
		u32 n = *(const u32 *)(const void *)((const u8 *)l + kinds[k].limit);
		struct conserve_cell *cell = arena_take(a, (u64)n * sizeof(*cell));

		if (c != NULL)
			c->table[k] = (struct conserve_table){ .cell = cell, .capacity = n };
	}
	return c;
}

void conserve_init(struct conserve *c, const struct world *w, const struct host *h)
{
	c->world = w;
	c->host = h;
	for (u32 k = 0; k < CONSERVE_DMA; k++)
		c->table[k].pool =
			(const struct pool *)(const void *)((const u8 *)h + kinds[k].pool);
}

/* --- what is wrong -------------------------------------------------------------------------------
 */

void conserve_broken(struct conserve *c, const char *format, ...)
{
	int n = snprintf(c->message, sizeof(c->message), "host %u: ", c->host->id);
	va_list args;

	va_start(args, format);
	vsnprintf(c->message + n, sizeof(c->message) - (size_t)n, format, args);
	va_end(args);
	check_failed(__FILE__, __LINE__, c->message);
}

static const void *object(const struct conserve_table *t, u32 i)
{
	assert(t->pool != NULL);
	return t->pool->mem + (size_t)i * t->pool->slot_bytes;
}

static void describe(u32 kind, const void *obj, char *to, size_t size)
{
	const struct sk_buff *skb = obj;
	const struct rtable *rt = obj;
	const struct neighbour *n = obj;
	const struct sock *sk = obj;
	const struct sock_common *common = obj;

	to[0] = '\0';
	if (kind == CONSERVE_SKB)
		snprintf(to, size, " %u (%u bytes, truesize %u)", skb->id, skb->len, skb->truesize);
	else if (kind == CONSERVE_DST)
		snprintf(to, size, " of type %u by device %d, %u references", rt->rt_type,
			 rt->dst.dev->ifindex, rt->dst.refcnt);
	else if (kind == CONSERVE_NEIGH)
		snprintf(to, size, " %08x on device %d", be32_to_cpu(n->primary_key),
			 n->dev->ifindex);
	else if (kind == CONSERVE_SOCK)
		snprintf(to, size, " of port %u", sk->sk_num);
	else if (kind == CONSERVE_TCP_SOCK)
		snprintf(to, size, " of port %u in state %u", sk->sk_num, sk->sk_state);
	else if (kind == CONSERVE_REQUEST || kind == CONSERVE_TW)
		snprintf(to, size, " of port %u", common->skc_num);
}

/* The first slot that is given out and was not seen. */
static u32 find_lost(const struct conserve *c, struct conserve_table *t)
{
	const struct dma_space *dma = c->host->dma;
	u32 fresh = t->pool != NULL ? t->pool->fresh : dma->fresh;
	const void *slot = NULL;

	if (t->pool != NULL)
		while ((slot = pool_next_free(t->pool, slot)) != NULL)
			t->cell[pool_index(t->pool, slot)].epoch = c->epoch;
	for (u32 i = 0; i < fresh; i++)
		if (t->cell[i].epoch != c->epoch && (t->pool != NULL || dma->map[i].live))
			return i;
	return fresh;
}

_Noreturn static void lost(struct conserve *c, u32 kind)
{
	struct conserve_table *t = &c->table[kind];
	u32 used = t->pool != NULL ? t->pool->used : c->host->dma->live;
	u32 i = find_lost(c, t);
	const struct conserve_cell *cell = &t->cell[i];
	const struct sk_buff *skb;
	char what[96] = "";
	bool known;

	if (t->seen > used || i == (t->pool != NULL ? t->pool->fresh : c->host->dma->fresh))
		conserve_broken(c, "%ss: %u are in use, but %u were found: one is free already",
				kinds[kind].name, used, t->seen);
	if (t->pool != NULL)
		describe(kind, object(t, i), what, sizeof(what));
	skb = kind == CONSERVE_SKB ? object(t, i) : NULL;
	known = cell->epoch != 0 && (skb == NULL || skb->id == cell->id);
	conserve_broken(c, "lost: %s%s; %u in use, %u found; last seen: %s %u", kinds[kind].name,
			what, used, t->seen, place_names[known ? cell->place : AT_NOWHERE],
			known ? cell->number : 0);
}

/* --- counting
 * ------------------------------------------------------------------------------------- */

static struct conserve_cell *count(struct conserve *c, struct conserve_table *t, u32 i, u32 place,
				   u32 number)
{
	struct conserve_cell *cell = &t->cell[i];

	assert(i < t->capacity);
	if (cell->epoch == c->epoch) {
		cell->refs++;
		return cell;
	}
	cell->epoch = c->epoch;
	cell->refs = 1;
	cell->bytes = 0;
	cell->place = (u8)place;
	cell->number = number;
	t->cell[t->seen++].nth = i;
	return cell;
}

/* One reference to an object is held there. */
static struct conserve_cell *hold(struct conserve *c, u32 kind, const void *obj, u32 place,
				  u32 number)
{
	struct conserve_table *t = &c->table[kind];

	if (!pool_owns(t->pool, obj))
		conserve_broken(c, "%s %u holds a %s that is none", place_names[place], number,
				kinds[kind].name);
	return count(c, t, pool_index(t->pool, obj), place, number);
}

void conserve_page(struct conserve *c, const struct page *page, enum conserve_place place,
		   u32 number)
{
	bool small = pool_owns(c->table[CONSERVE_PAGE].pool, page);

	hold(c, small ? CONSERVE_PAGE : CONSERVE_BIG_PAGE, page, place, number);
}

void conserve_dma(struct conserve *c, u64 addr, const u8 *mem, u32 len, enum conserve_place place,
		  u32 number)
{
	const struct dma_map *m = dma_lookup(c->host->dma, addr);

	if (m == NULL || m->mem != mem || m->len != len)
		conserve_broken(c, "%s %u: %u bytes are not mapped as they should be",
				place_names[place], number, len);
	if (count(c, &c->table[CONSERVE_DMA], (u32)(m - c->host->dma->map), place, number)->refs !=
	    1)
		conserve_broken(c, "%s %u: somebody else has the mapping too", place_names[place],
				number);
}

static u32 sock_kind(const struct conserve *c, const struct sock *sk)
{
	return pool_owns(c->table[CONSERVE_TCP_SOCK].pool, sk) ? CONSERVE_TCP_SOCK : CONSERVE_SOCK;
}

/* Of TCP: it has own ends for segments and for ACKs; what waits is either sent or received. */
static bool is_sent_by_sock(const struct conserve *c, const struct sk_buff *skb)
{
	if (skb->destructor == NULL || skb->sk == NULL || skb->destructor == sock_edemux)
		return false;
	if (sock_kind(c, skb->sk) == CONSERVE_SOCK)
		return skb->destructor == sock_wfree;
	return skb->destructor != sock_rfree && skb->destructor != sock_rmem_free &&
	       skb->destructor != sock_ofree;
}

/* LINUX: sock_edemux(): a SYN-ACK holds its request, a packet that comes the socket it is for. */
static void hold_edemux(struct conserve *c, const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	if (sk->sk_state == TCP_NEW_SYN_RECV)
		hold(c, CONSERVE_REQUEST, sk, AT_HEAD, skb->id);
	else if (sk->sk_state == TCP_TIME_WAIT)
		hold(c, CONSERVE_TW, sk, AT_HEAD, skb->id);
	else
		hold(c, sock_kind(c, sk), sk, AT_HEAD, skb->id);
}

/* The note that a packet's data is waited for with: it holds its socket until it is in the queue of
 * errors. One of several packets is enough.
 */
static void uarg_parts(struct conserve *c, const struct sk_buff *uarg, u32 number)
{
	struct conserve_cell *cell = hold(c, CONSERVE_SKB, uarg, AT_HEAD, number);

	cell->id = uarg->id;
	if (cell->refs != 1) {
		cell->refs = 1;
		return;
	}
	hold(c, CONSERVE_HEAD, uarg->hd, AT_HEAD, number);
	hold(c, sock_kind(c, uarg->sk), uarg->sk, AT_HEAD, number);
}

/* A packet for the first time: its data, its route and its owner. True: the data too. */
static bool skb_parts(struct conserve *c, const struct sk_buff *skb)
{
	const struct skb_head *hd = skb->hd;
	u32 class = 0;

	if (skb->dst != NULL && skb->dst_noref)
		conserve_broken(c, "packet %u waits with a route that it does not hold", skb->id);
	if (skb->dst != NULL)
		hold(c, CONSERVE_DST, dst_rtable(skb->dst), AT_HEAD, skb->id);
	if (skb->destructor == sock_edemux && skb->sk != NULL)
		hold_edemux(c, skb);
	if (is_sent_by_sock(c, skb)) {
		struct conserve_table *t = &c->table[sock_kind(c, skb->sk)];
		u32 i = pool_index(t->pool, skb->sk);

		if (t->cell[i].epoch != c->epoch)
			conserve_broken(c, "packet %u belongs to a socket that is gone", skb->id);
		t->cell[i].bytes += skb->truesize;
	}
	while (class < SKB_HEAD_CLASSES - 1 && hd->pool != c->table[CONSERVE_HEAD + class].pool)
		class ++;
	if (hold(c, CONSERVE_HEAD + class, hd, AT_HEAD, skb->id)->refs != 1)
		return false;
	if (hd->head_page != NULL)
		conserve_page(c, hd->head_page, AT_HEAD, skb->id);
	for (u32 i = 0; i < hd->nr_frags; i++)
		conserve_page(c, hd->frags[i].page, AT_HEAD, skb->id);
	if (hd->uarg != NULL)
		uarg_parts(c, hd->uarg, skb->id);
	return true;
}

static bool skb_seen(struct conserve *c, const struct sk_buff *skb, u32 place, u32 number)
{
	struct conserve_cell *cell = hold(c, CONSERVE_SKB, skb, place, number);

	cell->id = skb->id;
	/* Also the end of a list that goes in a circle. */
	if (cell->refs > skb->users)
		conserve_broken(c,
				"packet %u is in %s %u, with more holders than its %u references",
				skb->id, place_names[place], number, skb->users);
	return cell->refs == 1 && skb_parts(c, skb);
}

void conserve_skb(struct conserve *c, const struct sk_buff *skb, enum conserve_place place,
		  u32 number)
{
	if (!skb_seen(c, skb, place, number))
		return;
	/* INVARIANT: members of a list have none of their own. */
	for (const struct sk_buff *s = skb->hd->frag_list; s != NULL; s = s->next)
		(void)skb_seen(c, s, AT_FRAG_LIST, skb->id);
}

static u32 queue(struct conserve *c, const struct sk_buff_head *q, enum conserve_place place,
		 u32 number)
{
	const struct sk_buff *skb;
	u32 n = 0, truesize = 0;

	skb_queue_walk(q, skb)
	{
		conserve_skb(c, skb, place, number);
		truesize += skb->truesize;
		n++;
	}
	if (n != q->qlen)
		conserve_broken(c, "%s %u has %u packets and says %u", place_names[place], number,
				n, q->qlen);
	return truesize;
}

static u32 chain(struct conserve *c, const struct sk_buff *first, enum conserve_place place,
		 u32 number)
{
	u32 truesize = 0;

	for (const struct sk_buff *skb = first; skb != NULL; skb = skb->next) {
		conserve_skb(c, skb, place, number);
		truesize += skb->truesize;
	}
	return truesize;
}

void conserve_napi(struct conserve *c, const struct napi_struct *napi, u32 number)
{
	chain(c, napi->rx_head, AT_NAPI, number);
	for (u32 i = 0; i < GRO_HASH_BUCKETS; i++)
		chain(c, napi->gro_hash[i].head, AT_NAPI, number);
}

/* --- who holds what
 * --------------------------------------------------------------------------------- */

/* A tree of packets by sequence number. */
static u32 tree(struct conserve *c, const struct rb_root *root, enum conserve_place place,
		u32 number)
{
	u32 truesize = 0;

	for (const struct sk_buff *skb = skb_rb_first(root); skb != NULL; skb = skb_rb_next(skb)) {
		conserve_skb(c, skb, place, number);
		truesize += skb->truesize;
	}
	return truesize;
}

/* LINUX: sk_reset_timer() and hrtimers: who is to be woken is held; so is who will see to it when a
 * call gives the socket back.
 */
static void sock_timers(struct conserve *c, const struct tcp_sock *tp)
{
	const struct inet_connection_sock *icsk = &tp->inet_conn;
	const struct sock *sk = &icsk->icsk_inet.sk;
	const bool pending[] = { timer_pending(&icsk->icsk_retransmit_timer),
				 timer_pending(&icsk->icsk_delack_timer),
				 timer_pending(&icsk->icsk_keepalive_timer),
				 hrtimer_is_queued(&tp->pacing_timer),
				 hrtimer_is_queued(&tp->compressed_ack_timer) };

	static const u8 late[] = { TCP_WRITE_TIMER_DEFERRED, TCP_DELACK_TIMER_DEFERRED,
				   TCP_MTU_REDUCED_DEFERRED };

	for (u32 i = 0; i < ARRAY_SIZE(pending); i++)
		if (pending[i])
			hold(c, CONSERVE_TCP_SOCK, sk, AT_SOCK_TIMER, sk->sk_num);
	for (u32 i = 0; i < ARRAY_SIZE(late); i++)
		if ((sk->sk_tsq_flags & 1u << late[i]) != 0)
			hold(c, CONSERVE_TCP_SOCK, sk, AT_SOCK_TIMER, sk->sk_num);
}

/* What TCP has besides; *received: what came out of turn counts as the rest. */
static void tcp_parts(struct conserve *c, const struct sock *sk, u32 *received)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	(void)tree(c, &sk->tcp_rtx_queue, AT_RTX_QUEUE, sk->sk_num);
	*received += tree(c, &tp->out_of_order_queue, AT_OFO_QUEUE, sk->sk_num);
	if (tp->saved_syn != NULL)
		conserve_skb(c, tp->saved_syn, AT_SAVED_SYN, sk->sk_num);
	sock_timers(c, tp);
}

/* Memory for what was received: what was charged, and pages that were asked for. */
static s64 sock_memory(struct conserve *c, const struct sock *sk, u32 received, u32 errors)
{
	u32 deficit = has_udp_sock(sk) ? udp_sk(sk)->forward_deficit : 0;
	s64 bytes = (s64)sk->sk_forward_alloc + received + deficit + sk->sk_wmem_queued -
		    (sk->sk_prot == &tcp_prot ? tcp_wmem_uncharged(sk) : 0);

	if (sk->sk_rmem_alloc != received + deficit + errors)
		conserve_broken(c,
				"socket of port %u: rmem_alloc is %u, %u are in its queues and "
				"%u read",
				sk->sk_num, sk->sk_rmem_alloc, received + errors, deficit);
	if (!sk_has_account(sk))
		return 0;
	if (bytes % PAGE_SIZE != 0)
		conserve_broken(c,
				"socket of port %u: %d bytes ahead and %u in use are no whole "
				"pages",
				sk->sk_num, sk->sk_forward_alloc,
				received + deficit + (u32)sk->sk_wmem_queued);
	return bytes / PAGE_SIZE;
}

/* Notes about zero-copy sends are charged elsewhere. */
static u32 notes_truesize(const struct sk_buff_head *q)
{
	const struct sk_buff *skb;
	u32 sum = 0;

	skb_queue_walk(q, skb)
	{
		sum += skb->destructor == sock_ofree ? skb->truesize : 0;
	}
	return sum;
}

/* Sockets share a filter and a group's program, which have their page once. */
static void sock_programs(struct conserve *c, const struct sock *sk)
{
	const struct sock_reuseport *reuse = sk->sk_reuseport_cb;
	bool shared = false;

	if (reuse != NULL && reuse->has_prog && reuse->socks.next == &sk->sk_reuseport_node)
		conserve_page(c, reuse->prog.insns, AT_SOCK, sk->sk_num);
	for (const struct hlist_node *n = sk->sk_all.next; n != NULL && sk->sk_filter != NULL;
	     n = n->next)
		shared |= hlist_entry(n, struct sock, sk_all)->sk_filter == sk->sk_filter;
	if (sk->sk_filter != NULL && !shared)
		conserve_page(c, sk->sk_filter->prog.insns, AT_SOCK, sk->sk_num);
}

static void must_be(struct conserve *c, const struct pool *pool, u32 n)
{
	if (pool->used != n)
		conserve_broken(c, "pool %s: %u are in use, but %u were found", pool->name,
				pool->used, n);
}

/* Is it the last in the list of all sockets that belongs to its group? */
static bool speaks_for_group(const struct sock *sk)
{
	const struct packet_fanout *group = pkt_sk(sk)->fanout;

	for (const struct hlist_node *n = sk->sk_all.next; n != NULL && group != NULL;
	     n = n->next) {
		const struct sock *other = hlist_entry(n, const struct sock, sk_all);

		if (other->sk_family == AF_PACKET && pkt_sk(other)->fanout == group)
			return false;
	}
	return group != NULL;
}

/* Whoever hands it packets holds it. */
static void packet_parts(struct conserve *c, const struct sock *sk)
{
	const struct packet_sock *po = pkt_sk(sk);

	if (packet_sock_flag(po, PACKET_SOCK_RUNNING))
		hold(c, sock_kind(c, sk), sk, AT_SOCK, 0);
	if (speaks_for_group(sk) && po->fanout->has_prog)
		conserve_page(c, po->fanout->bpf_prog.insns, AT_SOCK, 0);
}

static void packet_pools(struct conserve *c)
{
	const struct net *net = &c->host->net;
	const struct hlist_node *n;
	u32 groups = 0, wishes = 0;

	hlist_for_each (n, &net->socks) {
		const struct sock *sk = hlist_entry(n, const struct sock, sk_all);

		if (sk->sk_family != AF_PACKET)
			continue;
		groups += speaks_for_group(sk);
		for (const struct packet_mclist *ml = pkt_sk(sk)->mclist; ml != NULL; ml = ml->next)
			wishes++;
	}
	must_be(c, &net->packet_fanout_pool, groups);
	must_be(c, &net->packet_mc_pool, wishes);
}

/* Pages of its protocol's memory. */
static s64 one_sock(struct conserve *c, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 port = sk->sk_num, received, errors;

	received = queue(c, &sk->sk_receive_queue, AT_RECEIVE_QUEUE, port);
	if (sk->sk_prot == &tcp_prot)
		tcp_parts(c, sk, &received);
	if (has_udp_sock(sk))
		received += queue(c, &udp_sk(sk)->reader_queue, AT_READER_QUEUE, port);
	errors = queue(c, &sk->sk_error_queue, AT_ERROR_QUEUE, port) -
		 notes_truesize(&sk->sk_error_queue);
	queue(c, &sk->sk_write_queue, AT_WRITE_QUEUE, port);
	if (chain(c, sk->sk_backlog.head, AT_SOCK_BACKLOG, port) != sk->sk_backlog.len)
		conserve_broken(c, "socket of port %u: its backlog is not of %u bytes", port,
				sk->sk_backlog.len);
	if (sk->sk_frag.page != NULL)
		conserve_page(c, sk->sk_frag.page, AT_SOCK, port);
	sock_programs(c, sk);
	if (sk->sk_dst_cache != NULL)
		hold(c, CONSERVE_DST, dst_rtable(sk->sk_dst_cache), AT_SOCK, port);
	if (sk->sk_rx_dst != NULL)
		hold(c, CONSERVE_DST, dst_rtable(sk->sk_rx_dst), AT_SOCK, port);
	if (sk->sk_family == AF_PACKET)
		packet_parts(c, sk);
	else if (inet->cork.base.dst != NULL)
		hold(c, CONSERVE_DST, dst_rtable(inet->cork.base.dst), AT_SOCK, port);
	return sock_memory(c, sk, received, errors);
}

static void memory(struct conserve *c, const char *who, s64 allocated, const s32 *of_cpus,
		   s64 pages)
{
	for (u32 i = 0; i < CPU_MAX; i++)
		allocated += of_cpus[i];
	if (pages != allocated)
		conserve_broken(c, "%s has %lld pages of memory, its sockets %lld", who,
				(long long)allocated, (long long)pages);
}

static void socks(struct conserve *c)
{
	const struct net *net = &c->host->net;
	const struct hlist_node *n;
	s64 pages[] = { [PROTO_MEM_NONE] = 0, [PROTO_MEM_UDP] = 0, [PROTO_MEM_TCP] = 0 };

	/* First all of them: packets belong to any. */
	hlist_for_each (n, &net->socks) {
		const struct sock *sk = hlist_entry(n, const struct sock, sk_all);

		hold(c, sock_kind(c, sk), sk, AT_SOCK, 0);
	}
	hlist_for_each (n, &net->socks) {
		const struct sock *sk = hlist_entry(n, const struct sock, sk_all);

		pages[sk->sk_prot->memory_allocated] += one_sock(c, sk);
	}
	for (const struct ip_ra_chain *ra = net->ra_chain; ra != NULL; ra = ra->next)
		hold(c, sock_kind(c, ra->sk), ra->sk, AT_SOCK, ra->sk->sk_num);
	packet_pools(c);
	memory(c, "UDP", net->udp_memory_allocated, net->udp_fw_alloc, pages[PROTO_MEM_UDP]);
	memory(c, "TCP", net->tcp_memory_allocated, net->tcp_fw_alloc, pages[PROTO_MEM_TCP]);
}

/* -------- requests, remains and ports -------- */

/* The table has one reference, a timer that is pending another one; the listener is held. */
static void one_request(struct conserve *c, const struct request_sock *req,
			enum conserve_place place)
{
	u32 port = req->common.skc_num;

	hold(c, CONSERVE_REQUEST, req, place, port);
	if (timer_pending(&req->rsk_timer))
		hold(c, CONSERVE_REQUEST, req, AT_REQUEST_TIMER, port);
	if (req->rsk_listener != NULL)
		hold(c, CONSERVE_TCP_SOCK, req->rsk_listener, place, port);
	if (req->saved_syn != NULL)
		conserve_skb(c, req->saved_syn, AT_SAVED_SYN, port);
}

/* Table, port and timer each have a reference. */
static void one_remain(struct conserve *c, const struct inet_timewait_sock *tw)
{
	hold(c, CONSERVE_TW, tw, AT_EHASH, tw->tw_num);
	if (tw->tw_tb != NULL)
		hold(c, CONSERVE_TW, tw, AT_EHASH, tw->tw_num);
	if (timer_pending(&tw->tw_timer))
		hold(c, CONSERVE_TW, tw, AT_SOCK_TIMER, tw->tw_num);
}

static void connections(struct conserve *c)
{
	const struct inet_hashinfo *hinfo = &c->host->net.tcp->hashinfo;
	const struct hlist_node *n;

	for (u32 i = 0; i <= hinfo->ehash_mask; i++)
		hlist_for_each (n, &hinfo->ehash[i]) {
			const struct sock *sk = hlist_entry(n, const struct sock, common.skc_node);

			if (sk->sk_state == TCP_TIME_WAIT)
				one_remain(c, inet_twsk(sk));
			else if (sk->sk_state == TCP_NEW_SYN_RECV)
				one_request(c, inet_reqsk(sk), AT_EHASH);
		}
	hlist_for_each (n, &c->host->net.socks) {
		const struct sock *sk = hlist_entry(n, const struct sock, sk_all);

		if (sk->sk_prot != &tcp_prot || sk->sk_state != TCP_LISTEN)
			continue;
		for (const struct request_sock *req =
			     inet_csk(sk)->icsk_accept_queue.rskq_accept_head;
		     req != NULL; req = req->dl_next)
			one_request(c, req, AT_ACCEPT_QUEUE);
	}
}

static u32 chain_lengths(const struct hlist_head *head, u32 n)
{
	const struct hlist_node *pos;
	u32 found = 0;

	for (u32 i = 0; i < n; i++)
		hlist_for_each (pos, &head[i])
			found++;
	return found;
}

static void ports(struct conserve *c)
{
	const struct inet_hashinfo *hinfo = &c->host->net.tcp->hashinfo;

	must_be(c, &c->host->net.bind_bucket_pool, chain_lengths(hinfo->bhash, hinfo->bhash_size));
	must_be(c, &c->host->net.bind2_bucket_pool,
		chain_lengths(hinfo->bhash2, hinfo->bhash_size));
}

static void softnets(struct conserve *c)
{
	for (u32 i = 0; i < c->host->nr_cpus; i++) {
		const struct softnet_data *sd = &c->host->softnet[i];

		chain(c, sd->completion_queue, AT_COMPLETION, i);
		queue(c, &sd->input_pkt_queue, AT_INPUT_QUEUE, i);
		queue(c, &sd->process_queue, AT_PROCESS_QUEUE, i);
		conserve_napi(c, &sd->backlog, 0);
	}
}

static void one_qdisc(struct conserve *c, const struct Qdisc *q, u32 ifindex)
{
	if (hold(c, CONSERVE_QDISC, q, AT_QDISC, ifindex)->refs != 1)
		return;
	queue(c, &q->gso_skb, AT_QDISC, ifindex);
	queue(c, &q->skb_bad_txq, AT_QDISC, ifindex);
	if (q->ops->enqueue == NULL || (q->flags & TCQ_F_BUILTIN) != 0)
		return;
	for (u32 band = 0; band < PFIFO_FAST_BANDS; band++)
		if (q->band[band].next != NULL)
			queue(c, &q->band[band], AT_QDISC, ifindex);
}

/* What the driver of a device holds; returns how many rings there are. */
static u32 driver(struct conserve *c, const struct net_device *dev)
{
	const struct net *net = &c->host->net;
	const struct nic *nic = NULL;

	if (dev->priv == NULL)
		return 0;
	if (pool_owns(&net->tun_pool, dev->priv))
		queue(c, &((const struct tun_struct *)dev->priv)->tx_queue, AT_TUN_RING,
		      (u32)dev->ifindex);
	if (!pool_owns(&net->igb_pool, dev->priv))
		return 0;
	for (u32 i = 0; i < c->world->cfg.nr_devs; i++)
		if (c->world->port[i].dev == dev)
			nic = &c->world->port[i].nic->nic;
	return conserve_igb(c, igb_priv(dev), nic);
}

static u32 addresses(const struct net_device *dev)
{
	u32 n = 0;

	if (in_dev_get(dev) != NULL)
		for (const struct in_ifaddr *a = in_dev_get(dev)->ifa_list; a != NULL;
		     a = a->ifa_next)
			n++;
	return n;
}

static void devices(struct conserve *c)
{
	const struct net *net = &c->host->net;
	u32 devs = 0, in_devs = 0, ifaddrs = 0, rings = 0;

	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		const struct net_device *dev = net->dev_by_index[i];

		if (dev == NULL)
			continue;
		devs++;
		in_devs += in_dev_get(dev) != NULL;
		ifaddrs += addresses(dev);
		one_qdisc(c, dev->qdisc, i);
		for (u32 q = 0; q < dev->num_tx_queues; q++)
			one_qdisc(c, dev->tx[q].qdisc_sleeping, i);
		rings += driver(c, dev);
	}
	if (net->noop_qdisc != NULL)
		one_qdisc(c, net->noop_qdisc, 0);
	must_be(c, &net->dev_pool, devs);
	must_be(c, &net->in_device_pool, in_devs);
	must_be(c, &net->ifaddr_pool, ifaddrs);
	must_be(c, &net->igb_ring_pool, rings);
	conserve_mc(c);
}

/* The table has one reference of those that are in it, a pending timer another one. */
static void neighbours(struct conserve *c)
{
	const struct neigh_table *tbl = c->host->net.arp_tbl;
	const struct hlist_node *pos;
	const struct list_head *l;

	for (u32 i = 0; i < NEIGH_HASH_BUCKETS; i++)
		hlist_for_each (pos, &tbl->buckets[i]) {
			const struct neighbour *n = hlist_entry(pos, const struct neighbour, node);
			u32 ifindex = (u32)n->dev->ifindex;

			hold(c, CONSERVE_NEIGH, n, AT_NEIGH_TABLE, ifindex);
			if (timer_pending(&n->timer))
				hold(c, CONSERVE_NEIGH, n, AT_NEIGH_TABLE, ifindex);
			queue(c, &n->arp_queue, AT_ARP_QUEUE, ifindex);
		}
	queue(c, &tbl->proxy_queue, AT_ARP_QUEUE, 0);
	/* Those have none left, and go at the next chance. */
	list_for_each (l, &tbl->rcu_free)
		hold(c, CONSERVE_NEIGH, list_entry(l, const struct neighbour, gc_list),
		     AT_NEIGH_TABLE, 0)
			->refs = 0;
}

static void fragments(struct conserve *c)
{
	const struct net *net = &c->host->net;
	const struct hlist_node *n;

	ip_fragments_check(net);
	for (u32 i = 0; i < IPQ_CHAINS; i++)
		hlist_for_each (n, &net->fragments->chain[i]) {
			const struct ipq *qp = hlist_entry(n, const struct ipq, node);

			for (const struct sk_buff *run = qp->runs; run != NULL; run = run->next)
				for (const struct sk_buff *f = run; f != NULL; f = frag_run_next(f))
					conserve_skb(c, f, AT_FRAGMENTS, i);
		}
	must_be(c, &net->frag_queue_pool, net->fragments->nqueues);
}

static void route(struct conserve *c, const struct rtable *rt)
{
	if (rt != NULL)
		hold(c, CONSERVE_DST, rt, AT_NEXTHOP, (u32)rt->dst.dev->ifindex);
}

static void nexthops(struct conserve *c)
{
	const struct net *net = &c->host->net;
	const struct list_head *l;
	u32 infos = 0, exceptions = 0;

	list_for_each (l, &net->fib_info_list) {
		const struct fib_nh *nh = &list_entry(l, const struct fib_info, node)->nh;

		infos++;
		for (u32 i = 0; i < CPU_MAX; i++)
			route(c, nh->nhc_pcpu_rth_output[i]);
		route(c, nh->nhc_rth_input);
		for (const struct fib_nh_exception *e = nh->nhc_exceptions; e != NULL;
		     e = e->fnhe_next) {
			exceptions++;
			route(c, e->fnhe_rth_input);
			route(c, e->fnhe_rth_output);
		}
	}
	must_be(c, &net->fib_info_pool, infos);
	must_be(c, &net->fnhe_pool, exceptions);
}

/* The pages in a pipe, found by the end that reads as long as there is one. */
static void pipe_pages(struct conserve *c, const struct file *f)
{
	struct pipe_inode_info *pipe = f->pipe;

	if (!pipe_can_read(f) && pipe->readers != 0)
		return;
	for (u32 i = pipe->tail; i != pipe->head; i++)
		conserve_page(c, pipe_buf(pipe, i)->page, AT_PIPE, 0);
}

static void hold_file(struct conserve *c, const struct file *f, enum conserve_place place,
		      u32 number)
{
	u32 kind = f->kind == FILE_NULL ? CONSERVE_STD_FILE : CONSERVE_FILE;

	if (hold(c, kind, f, place, number)->refs == 1 && f->kind == FILE_PIPE)
		pipe_pages(c, f);
}

static void files(struct conserve *c)
{
	const struct host *h = c->host;

	for (u32 i = 0; i < h->nr_processes; i++)
		for (u32 fd = 0; fd < h->process[i].fd_high; fd++)
			if (h->process[i].fd[fd] != NULL)
				hold_file(c, h->process[i].fd[fd], AT_FD_TABLE, i);
	for (u32 i = 0; i < h->nr_tasks; i++) {
		const struct task *t = &h->task[i];

		for (u32 k = 0; k < t->nr_held; k++)
			hold_file(c, t->held[k], AT_HELD, i);
		for (const struct poll_table_entry *e = t->poll_more; e != NULL; e = e->next)
			hold_file(c, e->file, AT_HELD, i);
		if (t->new_file != NULL)
			hold(c, CONSERVE_FILE, t->new_file, AT_HELD, i);
		if (t->task_frag.page != NULL)
			conserve_page(c, t->task_frag.page, AT_TASK_FRAG, i);
	}
	for (u32 i = 0; i < h->nr_made; i++)
		if (h->made[i].page != NULL)
			conserve_page(c, h->made[i].page, AT_MADE_FILE, i);
}

/* --- the comparison
 * ------------------------------------------------------------------------------- */

/* Its own reference is given back, and others have theirs: requests that came in before a listener
 * was closed, packets, timers, notes about sends without a copy.
 */
static bool is_destroyed(const struct sock *sk)
{
	return sk->sk_refcnt == 0 || (sock_flag(sk, SOCK_DEAD) &&
				      (sk->sk_prot != &tcp_prot || sk->sk_state == TCP_CLOSE));
}

/* A socket that still sends lives on without references. Of TCP: who has been told that there is
 * room keeps a byte, until it has sent: LINUX: tcp_wfree().
 */
static u32 sock_refs(struct conserve *c, const struct sock *sk, const struct conserve_cell *cell)
{
	bool gone = sk->sk_refcnt == 0;
	u32 bytes = cell->bytes + (sk->sk_tsq_flags >> TSQ_QUEUED & 1);

	if (sk->sk_wmem_alloc != bytes + !gone)
		conserve_broken(c,
				"socket of port %u: wmem_alloc is %u, and its packets are of %u%s",
				sk->sk_num, sk->sk_wmem_alloc, bytes, gone ? ", closed" : "");
	return sk->sk_refcnt + is_destroyed(sk);
}

static u32 refs_of(struct conserve *c, u32 kind, const void *obj, const struct conserve_cell *cell)
{
	switch (kind) {
	case CONSERVE_SKB:
		return ((const struct sk_buff *)obj)->users;
	case CONSERVE_PAGE:
	case CONSERVE_BIG_PAGE:
		return ((const struct page *)obj)->refs;
	case CONSERVE_DST:
		return ((const struct rtable *)obj)->dst.refcnt;
	case CONSERVE_NEIGH:
		return ((const struct neighbour *)obj)->refcnt;
	case CONSERVE_SOCK:
	case CONSERVE_TCP_SOCK:
		return sock_refs(c, obj, cell);
	case CONSERVE_REQUEST:
	case CONSERVE_TW:
		return ((const struct sock_common *)obj)->skc_refcnt;
	case CONSERVE_FILE:
	case CONSERVE_STD_FILE:
		return ((const struct file *)obj)->f_count;
	case CONSERVE_QDISC:
		/* Nobody counts who uses the one that all share. */
		return obj == c->host->net.noop_qdisc ? cell->refs
						      : ((const struct Qdisc *)obj)->refcnt;
	default:
		return ((const struct skb_head *)obj)->refs;
	}
}

static void compare(struct conserve *c, u32 kind)
{
	struct conserve_table *t = &c->table[kind];
	u32 used = t->pool != NULL ? t->pool->used : c->host->dma->live;

	for (u32 k = 0; k < t->seen && t->pool != NULL; k++) {
		const struct conserve_cell *cell = &t->cell[t->cell[k].nth];
		const void *obj = object(t, t->cell[k].nth);
		u32 refs = refs_of(c, kind, obj, cell);
		char what[96];

		if (refs == cell->refs)
			continue;
		describe(kind, obj, what, sizeof(what));
		conserve_broken(c, "%s%s in %s %u: %u references, %u are held", kinds[kind].name,
				what, place_names[cell->place], cell->number, refs, cell->refs);
	}
	if (t->seen != used)
		lost(c, kind);
}

static void begin(struct conserve *c)
{
	if (++c->epoch == 1)
		for (u32 k = 0; k < CONSERVE_KINDS; k++)
			memset(c->table[k].cell, 0,
			       c->table[k].capacity * sizeof(c->table[k].cell[0]));
	for (u32 k = 0; k < CONSERVE_KINDS; k++)
		c->table[k].seen = 0;
}

void conserve_check(struct conserve *c)
{
	assert(c->host->running == NULL);
	c->units = c->host->units;
	begin(c);
	socks(c);
	connections(c);
	ports(c);
	softnets(c);
	devices(c);
	neighbours(c);
	fragments(c);
	nexthops(c);
	files(c);
	for (u32 k = 0; k < CONSERVE_KINDS; k++)
		compare(c, k);
}

void conserve_check_event(struct conserve *c)
{
	if (c->epoch == 0 || c->units != c->host->units)
		conserve_check(c);
}
