// SPDX-License-Identifier: MIT
/* test_tap.c - traces and captures of small runs, read back; and that looking changes nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/lib/invariants.h"
#include "harness/lib/pcapng.h"
#include "harness/lib/scenario.h"
#include "harness/lib/tap.h"
#include "uapi/socket.h"

enum { PORT = 7, PATH_BYTES = 128, ETH_BYTES = 14, PACKETS_MAX = 512, BIG = 4000 };

/* --- a small run -------------------------------------------------------------------------------
 */

struct run {
	struct world *w;
	struct tap *t;
	int tx, rx;
	u64 digest;
};

static void say(struct run *r, const char *where, const char *text)
{
	if (r->t != NULL)
		tap_statement(r->t, where, text);
}

static void send_bytes(struct run *r, u32 len)
{
	static u8 data[BIG];

	assert_int_equal(call_sendto(r->w, 0, 0, r->tx, data, len, 0, "192.0.2.2", PORT), len);
	world_run_until(r->w, r->w->sim.now_ps + 2 * PS_PER_MS);
}

/* A cold datagram, a warm one to a reader that waits, one in fragments. */
static struct run run_small(enum world_dev_kind kind, enum cost_model cost, u32 what,
			    u32 trace_records)
{
	static struct limits limits; /* the world looks at them until its end */
	struct world_cfg cfg = scenario_two_hosts(kind, &limits, cost, 2, 5);
	struct run r = { 0 };

	limits = limits_test;
	limits.trace_records = trace_records;
	r.w = scenario_two_hosts_up(&cfg);
	if (what != 0)
		r.t = tap_start(r.w, what);
	say(&r, "x.pkt:1", "socket(..., SOCK_DGRAM, 0) = 3");
	r.tx = (int)call_socket(r.w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	r.rx = (int)call_socket(r.w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	call_bind(r.w, 1, 0, r.rx, "0.0.0.0", PORT);
	say(&r, "x.pkt:4", "cold");
	send_bytes(&r, 18);
	assert_int_equal(call_recv(r.w, 1, 0, r.rx, 18, 0), 18);
	say(&r, "x.pkt:5", "b: recvfrom(3, ...) = 18");
	call_recv(r.w, 1, 0, r.rx, 18, 0);
	say(&r, "x.pkt:6", "warm \"quoted\"\n\xff\xc3\xa9");
	send_bytes(&r, 18);
	assert_int_equal(call_finish(r.w, 1, 0, PS_PER_SEC), 18);
	say(&r, "x.pkt:8", "big");
	send_bytes(&r, BIG);
	r.digest = world_digest(r.w);
	return r;
}

static void run_end(struct run *r)
{
	if (r->t != NULL)
		tap_stop(r->t);
	world_exit(r->w);
	assert_int_equal(world_leaks(r->w, NULL), 0);
	scenario_free(r->w);
}

static void in_dir(char path[PATH_BYTES], const char *dir, const char *name)
{
	snprintf(path, PATH_BYTES, "%.64s/%.32s", dir, name);
}

static void make_dir(char dir[PATH_BYTES])
{
	snprintf(dir, PATH_BYTES, "/tmp/refstack-tap-XXXXXX");
	assert_non_null(mkdtemp(dir));
}

static void drop_dir(const char *dir)
{
	char line[PATH_BYTES + 16];

	/* Nothing may be left but what the test knows of, which it has removed. */
	snprintf(line, sizeof(line), "rmdir %s", dir);
	assert_int_equal(system(line), 0);
}

static u8 *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	u8 *bytes = malloc(1 << 22);

	assert_non_null(f);
	assert_non_null(bytes);
	*len = fread(bytes, 1, 1 << 22, f);
	assert_true(*len < 1 << 22);
	bytes[*len] = '\0';
	fclose(f);
	return bytes;
}

/* --- captures ----------------------------------------------------------------------------------
 */

struct capture {
	u8 *bytes;
	struct pcap_reader reader;
	struct pcap_packet packet[PACKETS_MAX];
	u32 n;
};

static struct capture *capture(struct run *r)
{
	struct capture *c = calloc(1, sizeof(*c));
	char dir[PATH_BYTES], path[PATH_BYTES], err[256];
	size_t len;
	int ret;

	assert_non_null(c);
	make_dir(dir);
	in_dir(path, dir, "x.pcapng");
	assert_int_equal(tap_write_pcapng(r->t, path, err, sizeof(err)), 0);
	c->bytes = slurp(path, &len);
	unlink(path);
	drop_dir(dir);
	assert_true(pcap_open(&c->reader, c->bytes, len));
	while ((ret = pcap_next(&c->reader, &c->packet[c->n])) == 1) {
		c->n++;
		assert_true(c->n < PACKETS_MAX);
	}
	assert_int_equal(ret, 0);
	return c;
}

static void capture_free(struct capture *c)
{
	free(c->bytes);
	free(c);
}

static bool named(const struct capture *c, const struct pcap_packet *p, const char *name)
{
	const struct pcap_interface *i = &c->reader.interface[p->interface];

	return i->name_len == strlen(name) && memcmp(i->name, name, i->name_len) == 0;
}

static bool says(const struct pcap_packet *p, const char *words)
{
	return p->comment != NULL &&
	       memmem(p->comment, p->comment_len, words, strlen(words)) != NULL;
}

/* Every packet that is IPv4 has right lengths and checksums; no time goes back. */
static void check_packets(const struct capture *c)
{
	u64 last = 0;
	u32 ip_packets = 0;

	for (u32 i = 0; i < c->n; i++) {
		const struct pcap_packet *p = &c->packet[i];
		u32 skip = c->reader.interface[p->interface].link_type == LINK_ETHERNET ? ETH_BYTES
											: 0;

		assert_true(p->when_ns >= last);
		last = p->when_ns;
		assert_true(p->has_id && p->id != 0);
		assert_int_not_equal(p->direction, PCAP_UNKNOWN);
		if (skip != 0 && get_be16(p->bytes + 12) != 0x0800)
			continue;
		ip_packets++;
		assert_null(packet_mistake(p->bytes + skip, p->len - skip, false));
	}
	assert_true(ip_packets > 10);
	assert_true(last >= WORLD_BOOT_REAL_NS);
}

/* The warm datagram by every tap point, in order, with one id. */
static void check_warm(const struct capture *c)
{
	static const struct {
		const char *name;
		u32 direction;
	} points[] = {
		{ "a/eth0/socket", PCAP_OUTBOUND }, { "a/eth0/qdisc", PCAP_OUTBOUND },
		{ "a/eth0/driver", PCAP_OUTBOUND }, { "a/eth0/wire", PCAP_OUTBOUND },
		{ "b/eth0/wire", PCAP_INBOUND },    { "b/eth0/socket", PCAP_INBOUND },
	};
	u64 id = 0;
	u32 n = 0;

	for (u32 i = 0; i < c->n; i++) {
		const struct pcap_packet *p = &c->packet[i];

		if (!says(p, "x.pkt:6 warm"))
			continue;
		assert_true(n < ARRAY_SIZE(points));
		assert_true(named(c, p, points[n].name));
		assert_int_equal(p->direction, points[n].direction);
		id = n == 0 ? p->id : id;
		assert_true(p->id == id);
		assert_int_equal(p->has_queue, n == 1 || n == 2);
		n++;
	}
	assert_int_equal(n, ARRAY_SIZE(points));
}

/* Three fragments, each of its own id, which say where they belong; what was put together of them
 * is a packet of its own.
 */
static void check_big(const struct capture *c)
{
	static const char *const at[] = { "fragment at 0 of", "fragment at 1480 of",
					  "fragment at 2960 of" };
	u64 id[3] = { 0 };
	u32 whole = 0;

	for (u32 i = 0; i < c->n; i++) {
		const struct pcap_packet *p = &c->packet[i];

		if (!says(p, "x.pkt:8 big"))
			continue;
		if (named(c, p, "b/eth0/socket")) {
			assert_int_equal(p->len, 20 + 8 + BIG);
			assert_false(says(p, "fragment"));
			whole++;
			continue;
		}
		for (u32 k = 0; k < 3; k++) {
			if (!says(p, at[k]))
				continue;
			assert_true(id[k] == 0 || id[k] == p->id);
			id[k] = p->id;
		}
	}
	assert_int_equal(whole, 1);
	assert_true(id[0] != 0 && id[1] != 0 && id[2] != 0);
	assert_true(id[0] != id[1] && id[1] != id[2] && id[0] != id[2]);
}

static void test_capture(void **state)
{
	static const struct {
		enum world_dev_kind kind;
		enum cost_model cost;
	} rows[] = { { DEV_IGB, COST_CYCLES }, { DEV_IGB, COST_JUDGE }, { DEV_TAP, COST_JUDGE } };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r = run_small(rows[i].kind, rows[i].cost, TAP_PCAPNG, 1 << 17);
		struct capture *c = capture(&r);

		check_packets(c);
		check_warm(c);
		check_big(c);
		capture_free(c);
		run_end(&r);
	}
}

/* ARP asks again in the same bytes; the wire loses the first: what arrives is the second. */
static void test_capture_loss(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_TAP, &limits_test, COST_JUDGE, 1, 1);
	struct run r = { 0 };
	struct capture *c;
	u64 sent = 0, arrived = 0;

	(void)state;
	cfg.wire[0].drop_from = 1;
	cfg.wire[0].drop_to = 1;
	r.w = scenario_two_hosts_up(&cfg);
	r.t = tap_start(r.w, TAP_PCAPNG);
	r.tx = (int)call_socket(r.w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	say(&r, "x.pkt:2", "lost");
	send_bytes(&r, 18);
	say(&r, "x.pkt:3", "kept");
	world_run_until(r.w, r.w->sim.now_ps + 2 * PS_PER_SEC);
	assert_int_equal(r.w->wire[0].lost, 1);
	c = capture(&r);
	for (u32 i = 0; i < c->n; i++) {
		const struct pcap_packet *p = &c->packet[i];

		assert_false(says(p, "lost") && named(c, p, "b/eth0/wire"));
		if (says(p, "kept") && named(c, p, "a/eth0/driver"))
			sent = sent != 0 ? sent : p->id;
		if (says(p, "kept") && named(c, p, "b/eth0/wire") && p->direction == PCAP_INBOUND)
			arrived = arrived != 0 ? arrived : p->id;
	}
	assert_true(sent != 0 && sent == arrived);
	capture_free(c);
	run_end(&r);
}

/* Without a header in front: TUN. */
static void test_capture_tun(void **state)
{
	static const u8 packet[] = { 0x45, 0,	 0,   20, 0, 0, 0,   0, 64, 253,
				     0xf5, 0xe2, 192, 0,  2, 9, 192, 0, 2,  1 };
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct run r = { 0 };
	struct capture *c;

	(void)state;
	cfg.dev[0].kind = DEV_TUN;
	cfg.dev[0].name = "tun0";
	r.w = scenario_new(&cfg);
	must_config(r.w, 0, "ip addr add 192.0.2.1/24 dev tun0; ip link set tun0 up");
	r.t = tap_start(r.w, TAP_PCAPNG);
	tap_statement(r.t, "t.pkt:3", "< 192.0.2.9 > 192.0.2.1 ip proto 253");
	assert_true(world_inject(r.w, 0, packet, sizeof(packet)));
	world_run_until(r.w, r.w->sim.now_ps + PS_PER_MS);
	c = capture(&r);
	assert_true(c->n >= 2);
	assert_true(named(c, &c->packet[0], "a/tun0/wire"));
	assert_true(named(c, &c->packet[1], "a/tun0/socket"));
	assert_int_equal(c->reader.interface[c->packet[0].interface].link_type, LINK_RAW);
	assert_true(c->packet[0].id == c->packet[1].id);
	assert_int_equal(c->packet[0].len, sizeof(packet));
	assert_memory_equal(c->packet[0].bytes, packet, sizeof(packet));
	capture_free(c);
	run_end(&r);
}

/* --- traces ------------------------------------------------------------------------------------
 */

static char *trace(struct run *r, const char *want)
{
	char dir[PATH_BYTES], path[PATH_BYTES], line[3 * PATH_BYTES], err[256];
	size_t len;
	u8 *text;

	make_dir(dir);
	in_dir(path, dir, "x.json");
	assert_int_equal(tap_write_trace(r->t, path, err, sizeof(err)), 0);
	snprintf(line, sizeof(line), "ci/check-trace.py %s %s", want, path);
	assert_int_equal(system(line), 0);
	text = slurp(path, &len);
	unlink(path);
	drop_dir(dir);
	return (char *)text;
}

static u32 count(const char *text, const char *words)
{
	u32 n = 0;

	for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
		n++;
	return n;
}

static void test_trace(void **state)
{
	static const char want[] =
		"--want function --want tracepoint --want path --want syscall --want task "
		"--want script --want nic --want wire --want packet --want sent --want qdisc";

	(void)state;
	for (u32 cost = COST_JUDGE; cost <= COST_CYCLES; cost++) {
		struct run r = run_small(DEV_IGB, cost, TAP_TRACE, 1 << 17);
		char *text = trace(&r, want);

		assert_non_null(strstr(text, "\"warm \\\"quoted\\\"\\n\\ufffd\xc3\xa9\""));
		assert_non_null(strstr(text, "\"args\": {\"at\": \"x.pkt:6\"}"));
		assert_non_null(strstr(text, "\"name\": \"host b\""));
		assert_non_null(strstr(text, "\"name\": \"cpu0 softirq\""));
		assert_non_null(strstr(text, "\"name\": \"eth0 MAC tx\""));
		assert_non_null(strstr(text, "\"name\": \"blocked\""));
		free(text);
		run_end(&r);
	}
}

/* A ring of 64 records is drained in time: the same trace as with a large one. */
static void test_small_ring(void **state)
{
	struct run large = run_small(DEV_IGB, COST_CYCLES, TAP_TRACE | TAP_PCAPNG, 1 << 17);
	struct run small = run_small(DEV_IGB, COST_CYCLES, TAP_TRACE | TAP_PCAPNG, 64);
	char *a = trace(&large, ""), *b = trace(&small, "");

	(void)state;
	assert_true(count(a, "\n") > 1000);
	assert_string_equal(a, b);
	free(a);
	free(b);
	run_end(&large);
	run_end(&small);
}

/* How often arrows come by, or end at, a track. */
static u32 arrows_at(const char *text, u32 pid, const char *track, char ph)
{
	u32 n = 0;

	for (u32 tid = 1; tid < 100; tid++) {
		char words[160];

		snprintf(words, sizeof(words),
			 "\"name\": \"thread_name\", \"ph\": \"M\", \"pid\": %u, \"tid\": %u, "
			 "\"args\": {\"name\": \"%s\"}",
			 pid, tid, track);
		if (strstr(text, words) == NULL)
			continue;
		snprintf(words, sizeof(words),
			 "\"cat\": \"packet\", \"ph\": \"%c\", \"pid\": %u, \"tid\": %u, ", ph, pid,
			 tid);
		n += count(text, words);
	}
	return n;
}

/* An arrow goes from the statement to the reader that waits, and begins and ends once. */
static void test_arrows(void **state)
{
	struct run r = run_small(DEV_IGB, COST_CYCLES, TAP_TRACE, 1 << 17);
	char *text = trace(&r, "");

	(void)state;
	assert_int_equal(count(text, "\"ph\": \"s\""), count(text, "\"ph\": \"f\""));
	/* The cold datagram, ARP's question and answer, the warm one, three fragments; and that
	 * each frame was sent.
	 */
	assert_true(count(text, "\"cat\": \"packet\", \"ph\": \"s\"") >= 7);
	assert_true(count(text, "\"cat\": \"sent\", \"ph\": \"s\"") >= 7);
	/* Packets that host b delivered: their interrupts, and one that a reader waited for. */
	assert_true(arrows_at(text, 2, "cpu0 hardirq", 't') +
			    arrows_at(text, 2, "cpu1 hardirq", 't') >=
		    2);
	assert_int_equal(arrows_at(text, 2, "task 0", 'f'), 1);
	assert_true(arrows_at(text, 90, "statements", 's') >= 7);
	free(text);
	run_end(&r);
}

/* --- nothing happens differently
 * ------------------------------------------------------------------- */

static void test_looking_changes_nothing(void **state)
{
	static const enum world_dev_kind kinds[] = { DEV_IGB, DEV_TAP };

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++)
		for (u32 cost = COST_JUDGE; cost <= COST_CYCLES; cost++) {
			struct run plain = run_small(kinds[k], cost, 0, 1 << 17);

			for (u32 what = 1; what <= (TAP_TRACE | TAP_PCAPNG); what++) {
				struct run r = run_small(kinds[k], cost, what, 1 << 10);

				assert_true(r.digest == plain.digest);
				run_end(&r);
			}
			run_end(&plain);
		}
}

static u32 frames_seen, packets_seen;

static void old_on_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len_bytes)
{
	(void)port;
	(void)outgoing;
	(void)frame;
	(void)len_bytes;
	assert_ptr_equal(ctx, &frames_seen);
	frames_seen++;
}

static void old_on_packet(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	(void)at;
	(void)skb;
	assert_ptr_equal(net->on_packet_ctx, &packets_seen);
	packets_seen++;
}

static void test_hooks_are_chained(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_TAP, &limits_test, COST_JUDGE, 1, 1);
	struct run r = { .w = scenario_two_hosts_up(&cfg) };
	struct net *net = &r.w->host[0].net;
	u32 frames, packets;

	(void)state;
	r.w->on_frame = old_on_frame;
	r.w->on_frame_ctx = &frames_seen;
	net->on_packet = old_on_packet;
	net->on_packet_ctx = &packets_seen;
	r.t = tap_start(r.w, TAP_PCAPNG);
	r.tx = (int)call_socket(r.w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	send_bytes(&r, 5);
	assert_true(frames_seen >= 4);
	assert_true(packets_seen >= 3);
	frames = frames_seen;
	packets = packets_seen;
	tap_stop(r.t);
	r.t = NULL;
	assert_ptr_equal(r.w->on_frame, old_on_frame);
	assert_ptr_equal(r.w->on_frame_ctx, &frames_seen);
	assert_ptr_equal(net->on_packet, old_on_packet);
	assert_ptr_equal(net->on_packet_ctx, &packets_seen);
	send_bytes(&r, 5);
	assert_true(frames_seen > frames);
	assert_true(packets_seen > packets);
	run_end(&r);
}

/* --- files that cannot be written
 * ------------------------------------------------------------------ */

static void test_bad_paths(void **state)
{
	struct run r = run_small(DEV_TAP, COST_JUDGE, TAP_TRACE | TAP_PCAPNG, 1 << 17);
	char dir[PATH_BYTES], path[PATH_BYTES], err[256];
	const char *const bad[] = { "/no/such/x", "", "/dev/full", dir };

	(void)state;
	make_dir(dir);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(err, 0, sizeof(err));
		assert_int_equal(tap_write_trace(r.t, bad[i], err, sizeof(err)), -1);
		assert_int_equal(strncmp(err, "cannot write ", 13), 0);
		assert_int_equal(tap_write_pcapng(r.t, bad[i], err, sizeof(err)), -1);
	}
	/* What was there is replaced, and by something whole. */
	in_dir(path, dir, "x");
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(tap_write_pcapng(r.t, path, err, sizeof(err)), 0);
		assert_int_equal(tap_write_trace(r.t, path, err, sizeof(err)), 0);
	}
	unlink(path);
	drop_dir(dir);
	run_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_capture_tun),
		cmocka_unit_test(test_capture_loss),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_small_ring),
		cmocka_unit_test(test_arrows),
		cmocka_unit_test(test_looking_changes_nothing),
		cmocka_unit_test(test_hooks_are_chained),
		cmocka_unit_test(test_bad_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
