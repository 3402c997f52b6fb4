// SPDX-License-Identifier: MIT
/* test_steps.c - steps and the packets that took them: all of them, in order, each packet's own. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/scenario.h"
#include "harness/lib/steps.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { PORT = 7, SETTLE_MS = 5, PACKETS = 32 };
#define BIT(id) (1ull << PATH_##id)

/* What a datagram comes by that a program sends, whatever else; and one that a program reads. */
#define SENT                                                                                       \
	(BIT(SYS_SENDTO) | BIT(SOCKFD_LOOKUP) | BIT(MOVE_ADDR) | BIT(SOCK_SENDMSG) |               \
	 BIT(INET_SENDMSG) | BIT(UDP_SENDMSG) | BIT(IP_MAKE_SKB) | BIT(UDP_SEND_SKB) |             \
	 BIT(IP_OUTPUT) | BIT(IP_FINISH_OUTPUT2) | LEFT)
#define LEFT                                                                                       \
	(BIT(DEV_QUEUE_XMIT) | BIT(PICK_TX) | BIT(DEV_XMIT_SKB) | BIT(DIRECT_XMIT) |               \
	 BIT(HARD_START_XMIT) | BIT(XMIT_FRAME) | BIT(XMIT_FRAME_RING) | BIT(TX_MAP) |             \
	 BIT(DMA_MAP) | BIT(DOORBELL) | BIT(NIC_FETCH) | BIT(NIC_READ) | BIT(NIC_SEND) |           \
	 BIT(NIC_REPORT) | BIT(NET_RX_ACTION) | BIT(IGB_POLL) | BIT(CLEAN_TX_IRQ) |                \
	 BIT(NAPI_CONSUME) | BIT(DMA_UNMAP))
#define CAME                                                                                       \
	(BIT(NIC_STORE) | BIT(NIC_WRITEBACK) | BIT(RX_POLL) | BIT(CLEAN_RX_IRQ) |                  \
	 BIT(ETH_TYPE_TRANS) | BIT(GRO_RECEIVE) | BIT(NETIF_RECEIVE))
#define READ                                                                                       \
	(CAME | BIT(IP_LIST_RCV) | BIT(IP_RCV_CORE) | BIT(ROUTE_INPUT) | BIT(LOCAL_DELIVER) |      \
	 BIT(UDP_RCV) | BIT(UDP_LOOKUP) | BIT(UDP_ENQUEUE) | BIT(DATA_READY) | BIT(SYS_RECVFROM) | \
	 BIT(UDP_RECVMSG))

struct walked {
	struct world *w;
	struct steps steps;
	struct steps_packets all;
	int tx, rx;
};

static void begin(struct walked *k, u32 cpus)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, cpus, 1);

	*k = (struct walked){ .w = scenario_two_hosts_up(&cfg) };
	k->tx = (int)call_socket(k->w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	k->rx = (int)call_socket(k->w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(call_bind(k->w, 1, 0, k->rx, "0.0.0.0", PORT), 0);
	steps_start(&k->steps, k->w);
}

static void settle(struct walked *k)
{
	world_run_until(k->w, k->w->sim.now_ps + SETTLE_MS * PS_PER_MS);
}

static void send_to(struct walked *k, u32 len, u16 port)
{
	static const u8 data[4000];

	assert_int_equal(call_sendto(k->w, 0, 0, k->tx, data, len, 0, "192.0.2.2", port), len);
}

static void sorted(struct walked *k)
{
	steps_drain(&k->steps);
	k->all = steps_packets(&k->steps);
}

static void end(struct walked *k)
{
	steps_packets_free(&k->all);
	if (k->steps.running)
		steps_stop(&k->steps);
	steps_free(&k->steps);
	scenario_free(k->w);
}

/* The frame that is the n-th of its host and direction. */
static const struct steps_packet *packet(const struct walked *k, u32 host, bool out, u32 n)
{
	for (u32 i = 0; i < k->all.nr; i++)
		if (k->all.p[i].host == host && k->all.p[i].out == out && k->all.p[i].frame == n)
			return &k->all.p[i];
	fail_msg("host %u has no frame %u %s", host, n, out ? "out" : "in");
	return NULL;
}

static void came_by(const struct steps_packet *p, u64 steps)
{
	for (u32 i = 0; i < PATH_MAX; i++)
		if ((steps >> i & 1) != 0 && (p->seen >> i & 1) == 0)
			fail_msg("frame %u of host %u did not come by %s", p->frame, p->host,
				 path_rows[i].fn);
}

/* Those that have a place of their own: a lookup is made when it is needed, queues may be tried
 * twice, and an interrupt is the same for both ways.
 */
static bool has_place(u32 step)
{
	static const u8 none[] = { PATH_IP_ROUTE_OUTPUT, PATH_FIB_LOOKUP,    PATH_SOCKFD_LOOKUP,
				   PATH_QDISC_RUN,	 PATH_NET_TX_ACTION, PATH_DIRECT_XMIT,
				   PATH_NIC_IRQ,	 PATH_NAPI_SCHEDULE, PATH_NET_RX_ACTION,
				   PATH_NEIGH_RESOLVE };

	for (u32 i = 0; i < ARRAY_SIZE(none); i++)
		if (none[i] == step)
			return false;
	return true;
}

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* They are sorted by time; and as they happened they follow path.def. The two orders may differ: a
 * CPU may see a card that is ahead of it.
 */
static void in_order(const struct walked *k, const struct steps_packet *p)
{
	u32 step[256], last = 0;

	assert_true(p->nr <= ARRAY_SIZE(step));
	for (u32 i = 1; i < p->nr; i++)
		assert_true(k->steps.rec[p->step[i - 1]].when_ps <=
			    k->steps.rec[p->step[i]].when_ps);
	memcpy(step, p->step, p->nr * sizeof(step[0]));
	qsort(step, p->nr, sizeof(step[0]), by_number);
	for (u32 i = 0; i < p->nr; i++) {
		u32 id = k->steps.rec[step[i]].arg[0];

		if (!has_place(id))
			continue;
		if (id < last)
			fail_msg("%s comes after %s", path_rows[id].fn, path_rows[last].fn);
		last = id;
	}
}

/* Of each place they are the time from its first step to its last one; the card's clock does not go
 * by whole cycles.
 */
static void cycles_sum_up(const struct walked *k, const struct steps_packet *p)
{
	struct steps_clock c = { .from_ps = k->steps.rec[p->step[0]].when_ps };
	u64 first[CPU_MAX + 1] = { 0 }, sum[CPU_MAX + 1] = { 0 };

	for (u32 i = 0; i < p->nr; i++) {
		const struct trace_rec *r = &k->steps.rec[p->step[i]];
		u32 who = r->ctx == CTX_DEVICE ? CPU_MAX : r->cpu;
		struct steps_line l = steps_line(&c, r);

		assert_true(l.ps == r->when_ps - c.from_ps);
		if (first[who] == 0)
			first[who] = r->when_ps;
		sum[who] += l.cycles;
	}
	for (u32 i = 0; i <= CPU_MAX; i++) {
		u64 time = (c.last_ps[i] - first[i]) / CPU_PS_PER_CYCLE;

		assert_true(sum[i] <= time);
		assert_true(i == CPU_MAX ? time - sum[i] < p->nr : time == sum[i]);
	}
}

static void a_cold_datagram_and_a_warm_one(void **state)
{
	struct walked k;

	(void)state;
	begin(&k, 2);
	for (u32 i = 0; i < 2; i++) {
		send_to(&k, 18, PORT);
		settle(&k);
		assert_int_equal(call_recv(k.w, 1, 0, k.rx, 100, 0), 18);
	}
	sorted(&k);
	assert_int_equal(k.all.nr, 8);
	/* Who has it? An answer. Then what waited for it. */
	came_by(packet(&k, 0, true, 0), BIT(ARP_SOLICIT) | LEFT);
	came_by(packet(&k, 1, false, 0), CAME | BIT(ARP_RCV));
	came_by(packet(&k, 1, true, 0), LEFT);
	assert_ptr_equal(&k.all.p[packet(&k, 1, true, 0)->answers], packet(&k, 1, false, 0));
	came_by(packet(&k, 0, false, 0), CAME | BIT(ARP_RCV));
	came_by(packet(&k, 0, true, 1),
		SENT | BIT(INET_AUTOBIND) | BIT(NEIGH_RESOLVE) | BIT(SOCK_WFREE));
	came_by(packet(&k, 0, true, 2), SENT | BIT(SOCK_WFREE));
	assert_int_equal(packet(&k, 0, true, 2)->seen & (BIT(NEIGH_RESOLVE) | BIT(INET_AUTOBIND)),
			 0);
	for (u32 i = 1; i < 3; i++)
		came_by(packet(&k, 1, false, i), READ);
	for (u32 i = 0; i < k.all.nr; i++) {
		in_order(&k, &k.all.p[i]);
		cycles_sum_up(&k, &k.all.p[i]);
	}
	end(&k);
}

static void a_reader_that_waited(void **state)
{
	struct walked k;
	const struct steps_packet *p;

	(void)state;
	begin(&k, 2);
	assert_int_equal(call_recv(k.w, 1, 0, k.rx, 100, 0), -EPARKED);
	send_to(&k, 18, PORT);
	assert_int_equal(call_finish(k.w, 1, 0, PS_PER_SEC), 18);
	sorted(&k);
	p = packet(&k, 1, false, 1);
	came_by(p, READ);
	/* What it did before the frame came is no step of the frame. */
	assert_int_equal(k.steps.rec[p->step[0]].arg[0], PATH_NIC_STORE);
	in_order(&k, p);
	end(&k);
}

static void pieces_have_steps_of_their_own(void **state)
{
	struct walked k;

	(void)state;
	begin(&k, 2);
	send_to(&k, 18, PORT);
	settle(&k);
	send_to(&k, 3500, PORT);
	settle(&k);
	sorted(&k);
	came_by(packet(&k, 0, true, 2), SENT);
	assert_int_equal(packet(&k, 0, true, 2)->piece_of, STEPS_NONE);
	for (u32 i = 3; i < 5; i++) {
		const struct steps_packet *p = packet(&k, 0, true, i);

		came_by(p, BIT(IP_FINISH_OUTPUT2) | LEFT);
		assert_int_equal(p->seen & (BIT(SYS_SENDTO) | BIT(IP_MAKE_SKB)), 0);
		assert_ptr_equal(&k.all.p[p->piece_of], packet(&k, 0, true, 2));
		in_order(&k, p);
	}
	end(&k);
}

static void an_error_is_an_answer(void **state)
{
	struct walked k;
	const struct steps_packet *error;

	(void)state;
	begin(&k, 1);
	send_to(&k, 18, PORT + 1);
	settle(&k);
	sorted(&k);
	came_by(packet(&k, 1, false, 1), CAME | BIT(UDP_RCV) | BIT(UDP_LOOKUP));
	error = packet(&k, 1, true, 1);
	came_by(error, BIT(IP_APPEND_DATA) | BIT(IP_OUTPUT) | LEFT);
	assert_int_equal(error->seen & BIT(UDP_RCV), 0);
	assert_ptr_equal(&k.all.p[error->answers], packet(&k, 1, false, 1));
	end(&k);
}

/* A call that fails, one that sends nothing, one that nobody answers for: none of them is a frame.
 */
static void what_leaves_nothing(void **state)
{
	static const u8 data[1];
	struct walked k;

	(void)state;
	begin(&k, 2);
	send_to(&k, 18, PORT);
	settle(&k);
	assert_int_equal(call_sendto(k.w, 0, 0, k.tx, data, 1, 0, "192.0.2.255", 9), -EACCES);
	assert_int_equal(call_connect(k.w, 0, 0, k.tx, "192.0.2.2", PORT), 0);
	assert_int_equal(call_recv(k.w, 0, 0, k.tx, 100, MSG_DONTWAIT), -EAGAIN);
	assert_int_equal(call_sendto(k.w, 0, 0, k.tx, data, 1, 0, "192.0.2.99", 9), 1);
	send_to(&k, 20, PORT);
	world_run_until(k.w, k.w->sim.now_ps + 10 * PS_PER_SEC);
	sorted(&k);
	assert_true(k.all.stray > 0);
	for (u32 i = 0; i < k.all.nr; i++) {
		const struct steps_packet *p = &k.all.p[i];

		assert_int_not_equal(p->frame, STEPS_NONE);
		came_by(p, p->out ? BIT(NIC_SEND) : BIT(NIC_STORE));
		for (u32 n = 0; n < p->nr; n++)
			if (k.steps.rec[p->step[n]].arg[0] == PATH_SYS_SENDTO)
				assert_in_range(k.steps.rec[p->step[n]].arg[2], 18, 20);
	}
	end(&k);
}

/* Many at a time, on few and on many CPUs: interrupts come for several, frames wait in queues; and
 * still no frame has another one's step, and each is there.
 */
static void every_frame_of_a_burst(void **state)
{
	(void)state;
	for (u32 cpus = 1; cpus <= 4; cpus++) {
		struct walked k;

		begin(&k, cpus);
		send_to(&k, 18, PORT);
		settle(&k);
		for (u32 i = 0; i < PACKETS; i++)
			send_to(&k, 100 + 10 * i, PORT);
		settle(&k);
		for (u32 i = 0; i <= PACKETS; i++)
			assert_true(call_recv(k.w, 1, 0, k.rx, 2000, 0) > 0);
		sorted(&k);
		for (u32 i = 0; i < PACKETS; i++) {
			const struct steps_packet *sent = packet(&k, 0, true, i + 2);
			const struct steps_packet *came = packet(&k, 1, false, i + 2);
			u32 len = 100 + 10 * i + 42;

			came_by(sent, SENT & ~BIT(NET_RX_ACTION));
			/* Some come while a poll goes on; of a list only the first needs a route.
			 */
			came_by(came,
				READ & ~(BIT(RX_POLL) | BIT(CLEAN_RX_IRQ) | BIT(ROUTE_INPUT)));
			in_order(&k, sent);
			in_order(&k, came);
			for (u32 s = 0; s < sent->nr; s++) {
				const struct trace_rec *r = &k.steps.rec[sent->step[s]];

				if (r->arg[0] == PATH_DEV_QUEUE_XMIT || r->arg[0] == PATH_TX_MAP ||
				    r->arg[0] == PATH_NIC_SEND || r->arg[0] == PATH_NIC_REPORT ||
				    r->arg[0] == PATH_NAPI_CONSUME)
					assert_int_equal(r->arg[2], len);
			}
			for (u32 s = 0; s < came->nr; s++) {
				const struct trace_rec *r = &k.steps.rec[came->step[s]];

				if (r->arg[0] == PATH_NIC_STORE || r->arg[0] == PATH_ETH_TYPE_TRANS)
					assert_int_equal(r->arg[2], len);
				if (r->arg[0] == PATH_UDP_ENQUEUE)
					assert_int_equal(r->arg[2], len - 42);
			}
		}
		end(&k);
	}
}

/* What is recorded, and that it is, does not depend on the ring's room; nor the run on either. */
static void nothing_is_lost_and_nothing_changes(void **state)
{
	struct limits small = limits_test;
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &small, COST_CYCLES, 2, 1);
	u32 nr = 0;
	u64 now = 0;

	(void)state;
	for (u32 i = 0; i < 3; i++) {
		struct walked k = { 0 };

		small.trace_records = i == 0 ? 7 : 1 << 12;
		k.w = scenario_two_hosts_up(&cfg);
		k.tx = (int)call_socket(k.w, 0, 0, AF_INET, SOCK_DGRAM, 0);
		if (i != 2)
			steps_start(&k.steps, k.w);
		for (u32 n = 0; n < PACKETS; n++)
			send_to(&k, 100, PORT);
		settle(&k);
		if (i == 0) {
			steps_drain(&k.steps);
			nr = k.steps.nr;
			now = k.w->host[0].cpu[0].now_ps;
			assert_true(nr > 1000);
		} else if (i == 1) {
			steps_drain(&k.steps);
			assert_int_equal(k.steps.nr, nr);
		}
		assert_true(k.w->host[0].cpu[0].now_ps == now);
		if (i != 2)
			steps_stop(&k.steps);
		steps_free(&k.steps);
		scenario_free(k.w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cold_datagram_and_a_warm_one),
		cmocka_unit_test(a_reader_that_waited),
		cmocka_unit_test(pieces_have_steps_of_their_own),
		cmocka_unit_test(an_error_is_an_answer),
		cmocka_unit_test(what_leaves_nothing),
		cmocka_unit_test(every_frame_of_a_burst),
		cmocka_unit_test(nothing_is_lost_and_nothing_changes),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
