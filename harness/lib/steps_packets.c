// SPDX-License-Identifier: MIT
/* steps_packets.c - which packet a step was taken for.
 *
 * A record names a step, a CPU or card, a queue and a length, no packet. But each step leads on
 * from another one: what a CPU does in one context it does for the packet that it has in hand;
 * queues, rings and the card keep their order; an interrupt and its poll are for all that wait for
 * them. So a step belongs to the packet in hand, to the oldest one that has come so far, or to all
 * of these.
 */
#include "harness/lib/steps.h"

#include <stdlib.h>
#include <string.h>

#include "driver/igb.h"
#include "harness/lib/must.h"

static_assert(PATH_MAX <= 64, "one bit a step in steps_packet.seen");
#define SEEN(id) (1ull << PATH_##id)
/* No interrupt is for it any more: a poll has found it, maybe one that went on when it came. */
#define TX_POLLED (SEEN(IGB_POLL) | SEEN(NAPI_CONSUME))
#define RX_POLLED (SEEN(RX_POLL) | SEEN(ETH_TYPE_TRANS))

enum {
	HELD_MAX = 8,
	TASKS_MAX = 256,
	LANES = TASKS_MAX + CPU_MAX * (CTX_DEVICE + 1), /* of a host: tasks; contexts of CPUs */
	ANY = STEPS_NONE
};

/* A task, or one context of a CPU: what it has in hand. */
struct lane {
	u32 cur;		     /* the packet that is being sent; STEPS_NONE */
	u32 rx;			     /* the one that was received */
	u32 held[HELD_MAX], nr_held; /* steps whose packet the next one shows */
	u32 tx_queue, rx_queue;	     /* of the interrupt or poll it is in; ANY: none */
	u32 batch;		     /* of received packets that go up together */
	u32 list;		     /* the step that they took together, into IP */
	u32 direct, start;	     /* those of packets that go to the driver together */
};

struct sorter {
	const struct steps *steps;
	struct steps_packets *to;
	struct lane *lane[WORLD_HOSTS];
	u32 frames[WORLD_HOSTS][2], batches;
	/* the step at hand */
	const struct trace_rec *rec;
	u32 index;
};

/* --- packets
 * -------------------------------------------------------------------------------------- */

static void take_step(struct sorter *s, u32 packet, u32 index)
{
	struct steps_packet *p = &s->to->p[packet];

	if (p->nr == p->cap) {
		p->cap = p->cap != 0 ? p->cap * 2 : 32;
		p->step = must(realloc(p->step, p->cap * sizeof(p->step[0])));
	}
	p->step[p->nr++] = index;
	p->seen |= 1ull << s->steps->rec[index].arg[0];
}

static u32 new_packet(struct sorter *s, bool out)
{
	struct steps_packets *to = s->to;

	if (to->nr == to->cap) {
		to->cap = to->cap != 0 ? to->cap * 2 : 16;
		to->p = must(realloc(to->p, to->cap * sizeof(to->p[0])));
	}
	to->p[to->nr] = (struct steps_packet){ .host = s->rec->host,
					       .out = out,
					       .frame = STEPS_NONE,
					       .answers = STEPS_NONE,
					       .piece_of = STEPS_NONE,
					       .queue = ANY };
	return to->nr++;
}

/* Has the packet come so far, and no further, on this queue? */
static bool waits(const struct sorter *s, u32 packet, bool out, u64 has, u64 lacks, u32 queue)
{
	const struct steps_packet *p = &s->to->p[packet];

	return p->host == s->rec->host && p->out == out && (p->seen & has) == has &&
	       (p->seen & lacks) == 0 && (queue == ANY || p->queue == queue);
}

static u32 oldest(const struct sorter *s, bool out, u64 has, u64 lacks, u32 queue)
{
	for (u32 i = 0; i < s->to->nr; i++)
		if (waits(s, i, out, has, lacks, queue))
			return i;
	return STEPS_NONE;
}

static u64 seen(const struct sorter *s, u32 packet)
{
	return packet != STEPS_NONE ? s->to->p[packet].seen : 0;
}

static void step_of(struct sorter *s, u32 packet)
{
	if (packet == STEPS_NONE)
		s->to->stray++;
	else
		take_step(s, packet, s->index);
}

static void step_of_all(struct sorter *s, bool out, u64 has, u64 lacks, u32 queue)
{
	u32 n = 0;

	for (u32 i = 0; i < s->to->nr; i++)
		if (waits(s, i, out, has, lacks, queue)) {
			take_step(s, i, s->index);
			n++;
		}
	s->to->stray += n == 0;
}

/* --- lanes
 * ---------------------------------------------------------------------------------------- */

static struct lane *lane_of(const struct sorter *s)
{
	const struct trace_rec *r = s->rec;

	if (r->ctx == CTX_DEVICE)
		return NULL;
	if (r->ctx == CTX_TASK)
		return &s->lane[r->host][r->task];
	return &s->lane[r->host][TASKS_MAX + r->cpu * (CTX_DEVICE + 1) + r->ctx];
}

static void forget_held(struct sorter *s, struct lane *l)
{
	s->to->stray += l->nr_held;
	l->nr_held = 0;
}

static void hold(struct sorter *s, struct lane *l)
{
	if (l->nr_held == HELD_MAX)
		forget_held(s, l);
	l->held[l->nr_held++] = s->index;
}

/* The step's packet is known, and so whose the ones before it were. */
static void step_after_held(struct sorter *s, struct lane *l, u32 packet)
{
	if (packet == STEPS_NONE)
		forget_held(s, l);
	for (u32 i = 0; i < l->nr_held; i++)
		take_step(s, packet, l->held[i]);
	l->nr_held = 0;
	step_of(s, packet);
}

/* Where there is none in hand that has not come so far, a new one is begun: the answer to what was
 * received.
 */
static void begin_unless(struct sorter *s, struct lane *l, u64 beyond)
{
	u32 before = l->cur;

	if (before != STEPS_NONE && (seen(s, before) & beyond) == 0)
		return;
	l->cur = new_packet(s, true);
	s->to->p[l->cur].answers = l->rx;
	if (before != STEPS_NONE && s->rec->arg[0] == PATH_IP_FINISH_OUTPUT2)
		s->to->p[l->cur].piece_of = s->to->p[before].piece_of != STEPS_NONE
						    ? s->to->p[before].piece_of
						    : before;
}

/* --- by step
 * -------------------------------------------------------------------------------------- */

static void call_begins(struct sorter *s, struct lane *l)
{
	u32 last = l->nr_held != 0 ? s->steps->rec[l->held[l->nr_held - 1]].arg[0] : PATH_MAX;
	bool entry = s->rec->arg[0] == PATH_SYS_SENDTO || s->rec->arg[0] == PATH_SYS_RECVFROM;

	if (entry || last == s->rec->arg[0])
		forget_held(s, l);
	/* What is corked waits for the calls that follow. */
	if ((seen(s, l->cur) & SEEN(IP_OUTPUT)) != 0 ||
	    (seen(s, l->cur) & SEEN(IP_APPEND_DATA)) == 0)
		l->cur = STEPS_NONE;
	l->rx = STEPS_NONE;
	hold(s, l);
}

static void message_begins(struct sorter *s, struct lane *l)
{
	begin_unless(s, l, SEEN(IP_OUTPUT));
	step_after_held(s, l, l->cur);
}

static void in_hand(struct sorter *s, struct lane *l)
{
	step_after_held(s, l, l->cur);
}

static void route_lookup(struct sorter *s, struct lane *l)
{
	bool sending = l->cur != STEPS_NONE && (seen(s, l->cur) & SEEN(DOORBELL)) == 0;

	step_of(s, sending ? l->cur : l->rx);
}

/* What asks for a route, or builds: for what is in hand, or an answer to it. A connect() has none.
 */
static void builds(struct sorter *s, struct lane *l)
{
	if (l->cur != STEPS_NONE || l->rx != STEPS_NONE)
		begin_unless(s, l, SEEN(IP_OUTPUT) | SEEN(DEV_QUEUE_XMIT));
	step_after_held(s, l, l->cur);
}

static void outputs(struct sorter *s, struct lane *l)
{
	begin_unless(s, l, 1ull << s->rec->arg[0] | SEEN(DEV_QUEUE_XMIT));
	step_after_held(s, l, l->cur);
}

/* For the first time, or when the neighbour has answered. */
static void resolves(struct sorter *s, struct lane *l)
{
	u64 done = SEEN(NEIGH_RESOLVE) | SEEN(DEV_QUEUE_XMIT);

	if (l->cur == STEPS_NONE || (seen(s, l->cur) & SEEN(IP_FINISH_OUTPUT2)) == 0 ||
	    (seen(s, l->cur) & done) != 0)
		l->cur = oldest(s, true, SEEN(NEIGH_RESOLVE), SEEN(DEV_QUEUE_XMIT), ANY);
	step_of(s, l->cur);
}

static void solicits(struct sorter *s, struct lane *l)
{
	u32 waiting = l->cur;

	l->cur = new_packet(s, true);
	s->to->p[l->cur].answers = waiting != STEPS_NONE ? s->to->p[waiting].answers : STEPS_NONE;
	step_of(s, l->cur);
}

static void is_queued(struct sorter *s, struct lane *l)
{
	if (l->cur != STEPS_NONE)
		s->to->p[l->cur].queue = s->rec->arg[1];
	step_of(s, l->cur);
}

static void queue_runs(struct sorter *s, struct lane *l)
{
	u64 has = seen(s, l->cur) & (SEEN(QDISC_ENQUEUE) | SEEN(DIRECT_XMIT));

	if (has == SEEN(QDISC_ENQUEUE))
		step_of(s, l->cur);
	else
		hold(s, l);
}

/* One that was enqueued; or that the driver had no room for, and that waits in front. */
static u32 next_queued(const struct sorter *s, u32 queue)
{
	return oldest(s, true, SEEN(DEV_XMIT_SKB), SEEN(XMIT_FRAME), queue);
}

static void leaves_queue(struct sorter *s, struct lane *l)
{
	u64 has = seen(s, l->cur);

	if ((has & SEEN(DEV_XMIT_SKB)) == 0 ||
	    (has & (SEEN(DIRECT_XMIT) | SEEN(QDISC_ENQUEUE))) != 0)
		l->cur = next_queued(s, s->rec->arg[1]);
	l->direct = s->index;
	step_after_held(s, l, l->cur);
}

static void goes_to_driver(struct sorter *s, struct lane *l)
{
	l->start = s->index;
	step_of(s, l->cur);
}

/* One of a list: the next one. */
static void is_handed_over(struct sorter *s, struct lane *l)
{
	if ((seen(s, l->cur) & SEEN(XMIT_FRAME)) != 0) {
		l->cur = next_queued(s, s->rec->arg[1]);
		if (l->cur != STEPS_NONE) {
			take_step(s, l->cur, l->direct);
			take_step(s, l->cur, l->start);
		}
	}
	step_of(s, l->cur);
}

static void is_mapped(struct sorter *s, struct lane *l)
{
	if (l->cur != STEPS_NONE) {
		s->to->p[l->cur].queue = s->rec->arg[1];
		s->to->p[l->cur].len = s->rec->arg[2];
	}
	step_of(s, l->cur);
}

static void page_is_mapped(struct sorter *s, struct lane *l)
{
	u64 has = seen(s, l->cur) & (SEEN(TX_MAP) | SEEN(DOORBELL));

	step_of(s, has == SEEN(TX_MAP) ? l->cur : STEPS_NONE);
}

static void doorbell(struct sorter *s, struct lane *l)
{
	(void)l;
	step_of_all(s, true, SEEN(TX_MAP), SEEN(DOORBELL), s->rec->arg[1]);
}

/* --- the card */

static void fetches(struct sorter *s, struct lane *l)
{
	(void)l;
	step_of_all(s, true, SEEN(DOORBELL), SEEN(NIC_FETCH), s->rec->arg[1]);
}

static void reads(struct sorter *s, struct lane *l)
{
	(void)l;
	for (u32 i = 0; i < s->to->nr; i++) {
		struct steps_packet *p = &s->to->p[i];

		if (!waits(s, i, true, SEEN(NIC_FETCH), SEEN(NIC_SEND), s->rec->arg[1]) ||
		    p->read >= p->len)
			continue;
		p->read += s->rec->arg[2];
		step_of(s, i);
		return;
	}
	s->to->stray++;
}

static void sends(struct sorter *s, struct lane *l)
{
	u32 i = oldest(s, true, SEEN(NIC_FETCH), SEEN(NIC_SEND), s->rec->arg[1]);

	(void)l;
	if (i != STEPS_NONE)
		s->to->p[i].frame = s->frames[s->rec->host][true];
	s->frames[s->rec->host][true]++;
	step_of(s, i);
}

static void reports(struct sorter *s, struct lane *l)
{
	(void)l;
	step_of(s, oldest(s, true, SEEN(NIC_SEND), SEEN(NIC_REPORT), s->rec->arg[1]));
}

static void stores(struct sorter *s, struct lane *l)
{
	u32 i = new_packet(s, false);

	(void)l;
	s->to->p[i].queue = s->rec->arg[1];
	s->to->p[i].frame = s->frames[s->rec->host][false]++;
	step_of(s, i);
}

static void writes_back(struct sorter *s, struct lane *l)
{
	(void)l;
	step_of(s, oldest(s, false, SEEN(NIC_STORE), SEEN(NIC_WRITEBACK), s->rec->arg[1]));
}

/* Which queues a vector of the card is for. */
static void interrupts(struct sorter *s, struct lane *l)
{
	const struct igb_adapter *a = igb_priv(s->steps->world->port[s->rec->arg[3]].dev);

	(void)l;
	for (u32 i = 0; i < a->num_q_vectors; i++) {
		const struct igb_q_vector *v = &a->q_vector[i];

		if (v->vector != s->rec->arg[1])
			continue;
		if (v->tx.ring != NULL)
			step_of_all(s, true, SEEN(NIC_REPORT), SEEN(NIC_IRQ) | TX_POLLED,
				    v->tx.ring->queue_index);
		if (v->rx.ring != NULL)
			step_of_all(s, false, SEEN(NIC_WRITEBACK), SEEN(NIC_IRQ) | RX_POLLED,
				    v->rx.ring->queue_index);
	}
}

/* --- interrupts and polls */

static void tx_interrupt(struct sorter *s, struct lane *l)
{
	l->tx_queue = s->rec->arg[1];
	step_of_all(s, true, SEEN(NIC_IRQ), SEEN(MSIX_RING) | TX_POLLED, l->tx_queue);
}

static void rx_interrupt(struct sorter *s, struct lane *l)
{
	l->rx_queue = s->rec->arg[1];
	step_of_all(s, false, SEEN(NIC_IRQ), SEEN(RX_MSIX) | RX_POLLED, l->rx_queue);
}

static void note_cpu(struct sorter *s, bool out, u64 has, u64 lacks, u32 queue)
{
	for (u32 i = 0; i < s->to->nr; i++)
		if (waits(s, i, out, has, lacks, queue))
			s->to->p[i].cpu = s->rec->cpu;
}

static void polled_later(struct sorter *s, struct lane *l)
{
	if (l->tx_queue != ANY) {
		note_cpu(s, true, SEEN(MSIX_RING), SEEN(NAPI_SCHEDULE) | TX_POLLED, l->tx_queue);
		step_of_all(s, true, SEEN(MSIX_RING), SEEN(NAPI_SCHEDULE) | TX_POLLED, l->tx_queue);
	}
	if (l->rx_queue != ANY) {
		note_cpu(s, false, SEEN(RX_MSIX), SEEN(NAPI_SCHEDULE) | RX_POLLED, l->rx_queue);
		step_of_all(s, false, SEEN(RX_MSIX), SEEN(NAPI_SCHEDULE) | RX_POLLED, l->rx_queue);
	}
	l->tx_queue = l->rx_queue = ANY;
}

static void softirq_begins(struct sorter *s, struct lane *l)
{
	u32 n = 0;

	forget_held(s, l);
	l->cur = l->rx = STEPS_NONE;
	if (s->rec->arg[0] == PATH_NET_TX_ACTION) {
		hold(s, l);
		return;
	}
	for (u32 i = 0; i < s->to->nr; i++) {
		struct steps_packet *p = &s->to->p[i];

		if (p->cpu != s->rec->cpu ||
		    !waits(s, i, p->out, SEEN(NAPI_SCHEDULE),
			   SEEN(NET_RX_ACTION) | TX_POLLED | RX_POLLED, ANY))
			continue;
		take_step(s, i, s->index);
		n++;
	}
	s->to->stray += n == 0;
}

static void tx_poll(struct sorter *s, struct lane *l)
{
	l->tx_queue = s->rec->arg[1];
	step_of_all(s, true, SEEN(NIC_REPORT), 1ull << s->rec->arg[0] | SEEN(NAPI_CONSUME),
		    l->tx_queue);
}

static void is_cleaned(struct sorter *s, struct lane *l)
{
	l->cur = oldest(s, true, SEEN(CLEAN_TX_IRQ), SEEN(NAPI_CONSUME), l->tx_queue);
	step_of(s, l->cur);
}

static void is_freed(struct sorter *s, struct lane *l)
{
	u64 has = seen(s, l->cur);

	step_of(s, (has & SEEN(NAPI_CONSUME)) != 0 ? l->cur : STEPS_NONE);
}

static void rx_poll(struct sorter *s, struct lane *l)
{
	l->cur = STEPS_NONE;
	l->rx_queue = s->rec->arg[1];
	step_of_all(s, false, SEEN(NIC_WRITEBACK), 1ull << s->rec->arg[0] | SEEN(ETH_TYPE_TRANS),
		    l->rx_queue);
}

/* --- up */

static void is_received(struct sorter *s, struct lane *l)
{
	if (l->rx_queue == ANY) { /* not of a card: of loopback */
		s->to->stray++;
		return;
	}
	l->cur = STEPS_NONE;
	l->rx = oldest(s, false, SEEN(NIC_WRITEBACK), SEEN(ETH_TYPE_TRANS), l->rx_queue);
	step_of(s, l->rx);
}

static void goes_up(struct sorter *s, struct lane *l)
{
	u32 batch = ++s->batches, n = 0;

	for (u32 i = 0; i < s->to->nr; i++) {
		if (!waits(s, i, false, SEEN(GRO_RECEIVE), SEEN(NETIF_RECEIVE), l->rx_queue))
			continue;
		s->to->p[i].batch = batch;
		take_step(s, i, s->index);
		n++;
	}
	l->batch = batch;
	l->list = STEPS_NONE;
	s->to->stray += n == 0;
}

/* Whose list it is shows when each of it is looked at. */
static void list_goes_up(struct sorter *s, struct lane *l)
{
	l->list = s->index;
}

/* Each of a batch comes by before the first goes on. */
static void each_of_batch(struct sorter *s, struct lane *l)
{
	u64 own = 1ull << s->rec->arg[0];
	u64 has = own == SEEN(ROUTE_INPUT) || own == SEEN(LOCAL_DELIVER) ? SEEN(IP_RCV_CORE)
									 : SEEN(NETIF_RECEIVE);

	/* ARP looks whether it is asked for an address of this host. */
	if (own == SEEN(ROUTE_INPUT) && (seen(s, l->rx) & SEEN(ARP_RCV)) != 0) {
		step_of(s, l->rx);
		return;
	}
	l->cur = STEPS_NONE;
	l->rx = STEPS_NONE;
	for (u32 i = 0; i < s->to->nr && l->rx == STEPS_NONE; i++)
		if (s->to->p[i].batch == l->batch &&
		    waits(s, i, false, has, own | SEEN(ARP_RCV) | SEEN(LOCAL_DELIVER), ANY))
			l->rx = i;
	if (own == SEEN(IP_RCV_CORE) && l->rx != STEPS_NONE && l->list != STEPS_NONE)
		take_step(s, l->rx, l->list);
	step_of(s, l->rx);
}

static void of_received(struct sorter *s, struct lane *l)
{
	step_of(s, l->rx);
}

/* The reader has the oldest of what is there; one that finds nothing waits, and comes again. */
static void is_read(struct sorter *s, struct lane *l)
{
	step_after_held(s, l, oldest(s, false, SEEN(UDP_ENQUEUE), SEEN(UDP_RECVMSG), ANY));
}

static void (*const by_step[PATH_MAX])(struct sorter *s, struct lane *l) = {
	[PATH_SYS_SENDTO] = call_begins,
	[PATH_SOCKFD_LOOKUP] = call_begins,
	[PATH_MOVE_ADDR] = call_begins,
	[PATH_SOCK_SENDMSG] = message_begins,
	[PATH_INET_SENDMSG] = in_hand,
	[PATH_INET_SEND_PREPARE] = in_hand,
	[PATH_INET_AUTOBIND] = in_hand,
	[PATH_UDP_SENDMSG] = in_hand,
	[PATH_IP_MAKE_SKB] = in_hand,
	[PATH_IP_APPEND_DATA] = builds,
	[PATH_UDP_SEND_SKB] = in_hand,
	[PATH_IP_ROUTE_OUTPUT] = builds,
	[PATH_FIB_LOOKUP] = route_lookup,
	[PATH_IP_OUTPUT] = outputs,
	[PATH_IP_FINISH_OUTPUT2] = outputs,
	[PATH_NEIGH_RESOLVE] = resolves,
	[PATH_ARP_SOLICIT] = solicits,
	[PATH_DEV_QUEUE_XMIT] = outputs,
	[PATH_PICK_TX] = is_queued,
	[PATH_DEV_XMIT_SKB] = in_hand,
	[PATH_QDISC_ENQUEUE] = in_hand,
	[PATH_DIRECT_XMIT] = leaves_queue,
	[PATH_QDISC_RUN] = queue_runs,
	[PATH_NET_TX_ACTION] = softirq_begins,
	[PATH_HARD_START_XMIT] = goes_to_driver,
	[PATH_XMIT_FRAME] = is_handed_over,
	[PATH_XMIT_FRAME_RING] = in_hand,
	[PATH_TX_MAP] = is_mapped,
	[PATH_DMA_MAP] = page_is_mapped,
	[PATH_DOORBELL] = doorbell,
	[PATH_NIC_FETCH] = fetches,
	[PATH_NIC_READ] = reads,
	[PATH_NIC_SEND] = sends,
	[PATH_NIC_REPORT] = reports,
	[PATH_NIC_IRQ] = interrupts,
	[PATH_MSIX_RING] = tx_interrupt,
	[PATH_NAPI_SCHEDULE] = polled_later,
	[PATH_NET_RX_ACTION] = softirq_begins,
	[PATH_IGB_POLL] = tx_poll,
	[PATH_CLEAN_TX_IRQ] = tx_poll,
	[PATH_NAPI_CONSUME] = is_cleaned,
	[PATH_SOCK_WFREE] = is_freed,
	[PATH_DMA_UNMAP] = is_freed,
	[PATH_NIC_STORE] = stores,
	[PATH_NIC_WRITEBACK] = writes_back,
	[PATH_RX_MSIX] = rx_interrupt,
	[PATH_RX_POLL] = rx_poll,
	[PATH_CLEAN_RX_IRQ] = rx_poll,
	[PATH_ETH_TYPE_TRANS] = is_received,
	[PATH_GRO_RECEIVE] = of_received,
	[PATH_NETIF_RECEIVE] = goes_up,
	[PATH_IP_LIST_RCV] = list_goes_up,
	[PATH_IP_RCV_CORE] = each_of_batch,
	[PATH_ARP_RCV] = each_of_batch,
	[PATH_ROUTE_INPUT] = each_of_batch,
	[PATH_LOCAL_DELIVER] = each_of_batch,
	[PATH_UDP_RCV] = of_received,
	[PATH_UDP_LOOKUP] = of_received,
	[PATH_UDP_ENQUEUE] = of_received,
	[PATH_DATA_READY] = of_received,
	[PATH_SYS_RECVFROM] = call_begins,
	[PATH_UDP_RECVMSG] = is_read,
};

/* --- the whole
 * ------------------------------------------------------------------------------------ */

/* Clocks of two CPUs need not be in step: by time, and within one as it happened. */
static void sort_steps(const struct steps *s, struct steps_packet *p)
{
	for (u32 i = 1; i < p->nr; i++) {
		u32 step = p->step[i], k = i;

		for (; k > 0 && (s->rec[p->step[k - 1]].when_ps > s->rec[step].when_ps ||
				 (s->rec[p->step[k - 1]].when_ps == s->rec[step].when_ps &&
				  p->step[k - 1] > step));
		     k--)
			p->step[k] = p->step[k - 1];
		p->step[k] = step;
	}
}

/* What became no frame goes: calls that failed, what nobody answered for. */
static void keep_frames(struct steps_packets *to)
{
	u32 *now = must(calloc(to->nr + 1, sizeof(*now))), n = 0;

	for (u32 i = 0; i < to->nr; i++) {
		now[i] = to->p[i].frame != STEPS_NONE ? n++ : STEPS_NONE;
		if (now[i] == STEPS_NONE) {
			to->stray += to->p[i].nr;
			free(to->p[i].step);
			continue;
		}
		to->p[now[i]] = to->p[i];
	}
	to->nr = n;
	for (u32 i = 0; i < n; i++) {
		struct steps_packet *p = &to->p[i];

		p->answers = p->answers != STEPS_NONE ? now[p->answers] : STEPS_NONE;
		p->piece_of = p->piece_of != STEPS_NONE ? now[p->piece_of] : STEPS_NONE;
	}
	free(now);
}

static void lanes_init(struct sorter *s)
{
	for (u32 h = 0; h < s->steps->world->cfg.hosts; h++) {
		s->lane[h] = must(calloc(LANES, sizeof(struct lane)));
		for (u32 i = 0; i < LANES; i++)
			s->lane[h][i] = (struct lane){ .cur = STEPS_NONE,
						       .rx = STEPS_NONE,
						       .list = STEPS_NONE,
						       .tx_queue = ANY,
						       .rx_queue = ANY };
	}
}

struct steps_packets steps_packets(const struct steps *steps)
{
	struct steps_packets to = { 0 };
	struct sorter s = { .steps = steps, .to = &to };

	lanes_init(&s);
	for (u32 i = 0; i < steps->nr; i++) {
		s.rec = &steps->rec[i];
		s.index = i;
		assert(by_step[s.rec->arg[0]] != NULL);
		by_step[s.rec->arg[0]](&s, lane_of(&s));
	}
	for (u32 h = 0; h < steps->world->cfg.hosts; h++) {
		for (u32 i = 0; i < LANES; i++)
			to.stray += s.lane[h][i].nr_held;
		free(s.lane[h]);
	}
	keep_frames(&to);
	for (u32 i = 0; i < to.nr; i++)
		sort_steps(steps, &to.p[i]);
	return to;
}

void steps_packets_free(struct steps_packets *p)
{
	for (u32 i = 0; i < p->nr; i++)
		free(p->p[i].step);
	free(p->p);
	*p = (struct steps_packets){ 0 };
}
