// SPDX-License-Identifier: MIT
/* test_graph.c - our functions come in the kernel's order and nesting, in each context.
 *
 * Five scenarios, as the recordings had them; and that the comparison misses nothing: with any one
 * call taken away, or all calls of any one function, it fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/lib/scenario.h"
#include "harness/unit/graph_compare.h"
#include "uapi/socket.h"

enum { PORT = 7777, OURS = 0, THEIRS = 1 };

static void wait_ms(struct world *w, u32 ms)
{
	world_run_until(w, w->sim.now_ps + ms * PS_PER_MS);
}

static struct world *two_hosts(u32 cpus)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, cpus, 1);

	return scenario_two_hosts_up(&cfg);
}

static int udp_socket(struct world *w, u32 host, u16 port)
{
	int fd = (int)call_socket(w, host, 0, AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	if (port != 0)
		assert_int_equal(call_bind(w, host, 0, fd, "0.0.0.0", port), 0);
	return fd;
}

static void send_from(struct world *w, u32 task, int fd, const char *text)
{
	s64 n = (s64)strlen(text);

	assert_int_equal(call_sendto(w, OURS, task, fd, text, (u32)n, 0, "192.0.2.2", PORT), n);
}

static struct world *send_cold(void)
{
	struct world *w = two_hosts(2);
	int fd = udp_socket(w, OURS, 0);

	udp_socket(w, THEIRS, PORT);
	graph_start(w);
	send_from(w, 0, fd, "hello");
	wait_ms(w, 5);
	graph_stop(w);
	return w;
}

/* Each CPU has a route cache of its own: the second datagram comes from the other one. */
static struct world *send_warm(void)
{
	struct world *w = two_hosts(2);
	int fd = udp_socket(w, OURS, 0);

	udp_socket(w, THEIRS, PORT);
	send_from(w, 0, fd, "hello");
	wait_ms(w, 5);
	graph_start(w);
	send_from(w, 1, fd, "hello");
	wait_ms(w, 5);
	graph_stop(w);
	return w;
}

/* The recording's answer, by ICMP, claimed to be from 127.0.0.1; it came when the datagram had
 * gone. */
static void martian_answer(struct world *w)
{
	static const u8 head[] = {
		2, 0,  0, 0, 0, 1,   2, 0, 0, 0,   0, 2, 8, 0, 0x45, 0,	   0,	 28, 0, 1, 0,
		0, 64, 1, 0, 0, 127, 0, 0, 1, 192, 0, 2, 1, 3, 3,    0xfc, 0xfc, 0,  0, 0, 0,
	};
	u8 frame[60] = { 0 };
	u32 sum = 0;

	memcpy(frame, head, sizeof(head));
	for (u32 i = 14; i < 34; i += 2)
		sum += get_be16(frame + i);
	put_be16(frame + 24, (u16) ~(sum + (sum >> 16)));
	assert_true(world_inject(w, OURS, frame, sizeof(frame)));
}

static struct world *one_cpu(int *fd)
{
	struct world *w = two_hosts(1);

	must_config(w, OURS,
		    "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent");
	udp_socket(w, THEIRS, PORT);
	*fd = udp_socket(w, OURS, 0);
	send_from(w, 0, *fd, "x");
	wait_ms(w, 100);
	return w;
}

static struct world *send_warm_one_cpu(void)
{
	int fd;
	struct world *w = one_cpu(&fd);

	graph_start(w);
	send_from(w, 0, fd, "hello");
	wait_ms(w, 2);
	martian_answer(w);
	wait_ms(w, 2);
	graph_stop(w);
	return w;
}

enum { SLOW_INTERRUPT_US = 10000, BYTE_LIMIT = 60, WATCHDOG_MS = 2500 };

/* The byte limit lets two datagrams go, and completions are slow to come. The first of a burst
 * still has its interrupt at once; then two go, one stops the queue, and one waits in the
 * discipline.
 */
static struct world *send_queued(void)
{
	static const u32 bursts[] = { 5, 4 };
	int fd;
	struct world *w = one_cpu(&fd);
	struct net_device *dev = w->port[OURS].nic->dev;
	struct igb_adapter *adapter = igb_priv(dev);

	adapter->tx_itr_setting = SLOW_INTERRUPT_US << 2;
	assert_int_equal(igb_set_coalesce(dev, SLOW_INTERRUPT_US), 0);
	dev->tx[0].dql.max_limit = BYTE_LIMIT;
	wait_ms(w, WATCHDOG_MS); /* An interrupt later the card knows. */
	assert_int_equal(call_connect(w, OURS, 0, fd, "192.0.2.2", PORT), 0);
	graph_start(w);
	for (u32 i = 0; i < ARRAY_SIZE(bursts); i++) {
		for (u32 j = 0; j < bursts[i]; j++)
			assert_int_equal(call_sendto(w, OURS, 0, fd, "hello", 5, 0, NULL, 0), 5);
		wait_ms(w, 50);
	}
	graph_stop(w);
	return w;
}

static struct world *recv_blocked(void)
{
	struct world *w = two_hosts(2);
	int fd = udp_socket(w, OURS, PORT), peer = udp_socket(w, THEIRS, 0);

	for (u32 i = 0; i < 2; i++) {
		call_sendto(w, THEIRS, 0, peer, "hello", 5, 0, "192.0.2.1", PORT);
		wait_ms(w, 5);
		assert_int_equal(call_recv(w, OURS, 0, fd, 100, 0), 5);
	}
	graph_start(w);
	call_recv(w, OURS, 0, fd, 100, 0);
	call_sendto(w, THEIRS, 0, peer, "hello", 5, 0, "192.0.2.1", PORT);
	assert_int_equal(call_finish(w, OURS, 0, PS_PER_SEC), 5);
	wait_ms(w, 5);
	graph_stop(w);
	return w;
}

static const struct scenario {
	const char *name;
	struct world *(*run)(void);
} scenarios[] = {
	{ "udp-send-cold", send_cold },
	{ "udp-send-warm", send_warm },
	{ "udp-send-warm-one-cpu", send_warm_one_cpu },
	{ "udp-send-queued", send_queued },
	{ "udp-recv-blocked", recv_blocked },
};

enum { SCENARIOS = ARRAY_SIZE(scenarios) };

static struct graph_expect expect[SCENARIOS];
static struct graph_ours ours[SCENARIOS];

static int record(void **state)
{
	(void)state;
	for (u32 i = 0; i < SCENARIOS; i++) {
		struct world *w = scenarios[i].run();

		graph_expect_read(&expect[i], scenarios[i].name);
		graph_ours_take(&ours[i], w, OURS);
		scenario_free(w);
	}
	return 0;
}

static void compare(u32 i)
{
	assert_true(graph_compare(&expect[i], &ours[i], true));
}

static void a_cold_datagram(void **state)
{
	(void)state;
	compare(0);
}

static void a_warm_datagram(void **state)
{
	(void)state;
	compare(1);
}

static void a_warm_datagram_on_one_cpu(void **state)
{
	(void)state;
	compare(2);
}

static void queued_datagrams(void **state)
{
	(void)state;
	compare(3);
}

static void a_blocked_reader(void **state)
{
	(void)state;
	compare(4);
}

/* Taking one call away must be seen wherever the order is compared; in a set of items what is left
 * may be another item that the kernel knows.
 */
static void try_without(u32 i, enum graph_context ctx, s32 call, u32 *known)
{
	bool order = expect[i].mode[ctx] == GRAPH_EXACT || expect[i].mode[ctx] == GRAPH_PREFIX;
	bool same;

	ours[i].without_call = call;
	same = graph_compare(&expect[i], &ours[i], false);
	ours[i].without_call = -1;
	if (same && order) {
		printf("%s: not missed: %s\n", expect[i].name, fn_names[ours[i].call[call].fn]);
		assert_false(same);
	}
	*known += same;
}

static void without_any_one_call(u32 i, bool with_callees, u32 *tried, u32 *known)
{
	static struct graph_list list;

	ours[i].with_callees = with_callees;
	for (u32 ctx = 0; ctx < GRAPH_CONTEXTS; ctx++) {
		u32 n;

		graph_list_ours(&list, &expect[i], &ours[i], ctx);
		n = expect[i].mode[ctx] == GRAPH_PREFIX ? expect[i].list[ctx].lines : list.lines;
		for (u32 j = 0; j < n; j++, ++*tried)
			try_without(i, ctx, list.line[j].call, known);
	}
	ours[i].with_callees = false;
}

static void any_one_call_is_missed(void **state)
{
	u32 tried = 0, known = 0;

	(void)state;
	for (u32 i = 0; i < SCENARIOS; i++) {
		without_any_one_call(i, false, &tried, &known);
		without_any_one_call(i, true, &tried, &known);
	}
	printf("%u calls taken away, %u times what was left is another shape of the kernel's\n",
	       tried, known);
}

static bool is_missed(u32 fn, bool with_callees)
{
	bool missed = false;

	for (u32 i = 0; i < SCENARIOS; i++) {
		ours[i].without_fn = (s32)fn;
		ours[i].with_callees = with_callees;
		missed = missed || !graph_compare(&expect[i], &ours[i], false);
		ours[i].without_fn = -1;
		ours[i].with_callees = false;
	}
	return missed;
}

static void every_function_is_missed(void **state)
{
	u32 tried = 0;

	(void)state;
	for (u32 fn = 0; fn < FN_MAX; fn++) {
		bool named = false;

		for (u32 i = 0; i < SCENARIOS; i++)
			named = named || expect[i].named[fn];
		if (!named)
			continue;
		tried++;
		if (!is_missed(fn, false) || !is_missed(fn, true)) {
			printf("not missed: %s\n", fn_names[fn]);
			fail();
		}
	}
	printf("%u functions compared\n", tried);
	assert_true(tried > 100);
}

static const struct path_seen {
	const char *fn, *seen;
} path_seen[] = {
#define X(step, id, name, file, seen) { #name, #seen },
#include "path.def"
#undef X
};

static u32 fn_of(const char *name)
{
	for (u32 fn = 0; fn < FN_MAX; fn++)
		if (strcmp(fn_names[fn], name) == 0)
			return fn;
	return FN_MAX;
}

/* path.def says INLINED of what no recording shows, and of nothing else. */
static void the_path_is_compared(void **state)
{
	u32 wrong = 0;

	(void)state;
	for (u32 r = 0; r < ARRAY_SIZE(path_seen); r++) {
		u32 fn = fn_of(path_seen[r].fn);
		bool named = false;

		for (u32 i = 0; fn != FN_MAX && i < SCENARIOS; i++)
			named = named || expect[i].named[fn];
		if (named == (strcmp(path_seen[r].seen, "INLINED") != 0))
			continue;
		printf("path.def: %s is %s, but %s\n", path_seen[r].fn, path_seen[r].seen,
		       named ? "a recording shows it" : "no recording shows it");
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cold_datagram),
		cmocka_unit_test(a_warm_datagram),
		cmocka_unit_test(a_warm_datagram_on_one_cpu),
		cmocka_unit_test(queued_datagrams),
		cmocka_unit_test(a_blocked_reader),
		cmocka_unit_test(any_one_call_is_missed),
		cmocka_unit_test(every_function_is_missed),
		cmocka_unit_test(the_path_is_compared),
	};

	return cmocka_run_group_tests(tests, record, NULL);
}
