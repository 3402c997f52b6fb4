// SPDX-License-Identifier: MIT
/* test_ip_fragment.c - reassembly: the kernel's answers to some hundred sequences of fragments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "ipv4/ip.h"
#include "ipv4/ip_fragment.h"
#include "uapi/errno.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

enum {
	PORT = 5000,
	LINE_MAX_BYTES = 4096,
	FRAME_MAX = 2000,
	GAP_SECONDS = 35,
	SO_MEMINFO_BYTES = 36
};
enum { ETH_BYTES = 14, UDP_BYTES = 8, DEFAULT_TOTAL = 48 };

struct result {
	int received;
	u32 sum, rmem;
	u64 count[5];
	u32 icmp;
};

static const enum mib_id counters[5] = { IPSTATS_MIB_REASMREQDS, IPSTATS_MIB_REASMOKS,
					 IPSTATS_MIB_REASMFAILS, IPSTATS_MIB_REASMTIMEOUT,
					 IPSTATS_MIB_REASM_OVERLAPS };

struct frag {
	u32 offset8, bytes, mf, tos, df;
};

static bool next_frag(char **text, struct frag *f)
{
	int used = 0;

	if (sscanf(*text, " %u:%u:%u:%u:%u%n", &f->offset8, &f->bytes, &f->mf, &f->tos, &f->df,
		   &used) != 5)
		return false;
	*text += used;
	return true;
}

static u32 script_total(char *text)
{
	u32 total = DEFAULT_TOTAL;
	struct frag f;

	while (next_frag(&text, &f)) {
		if (f.mf == 0)
			total = f.offset8 * 8 + f.bytes;
	}
	return total;
}

static u32 make_frame(u8 *frame, const struct frag *f, u16 id, u32 total)
{
	u8 udp[UDP_BYTES] = { 0, 7, PORT >> 8, PORT & 255, (u8)(total >> 8), (u8)total, 0, 0 };
	u32 len = frame_ip(frame, IPPROTO_UDP, (u32)PEER, (u32)HERE, f->bytes);
	u8 *iph = frame + ETH_BYTES;

	iph[IPV4_TOS] = (u8)f->tos;
	put_be16(iph + IPV4_ID, id);
	put_be16(iph + IPV4_FRAG_OFF,
		 (u16)(f->offset8 | (f->mf != 0 ? IP_MF : 0) | (f->df != 0 ? (u32)IP_DF : 0)));
	put_be16(iph + IPV4_CHECK, 0);
	put_be16(iph + IPV4_CHECK, (u16)~naive_checksum(iph, IPV4_HLEN, 0));
	for (u32 i = 0; i < f->bytes; i++) {
		u32 at = f->offset8 * 8 + i;

		iph[IPV4_HLEN + i] = at < UDP_BYTES ? udp[at] : (u8)(at * 7);
	}
	return len;
}

/* --- what the world does with it -----------------------------------------------------------------
 */

static void count_icmp(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len_bytes)
{
	const u8 *iph = frame + ETH_BYTES;

	(void)port;
	if (outgoing && len_bytes > ETH_BYTES + IPV4_HLEN + 1 && get_be16(frame + 12) == 0x0800 &&
	    iph[IPV4_PROTOCOL] == IPPROTO_ICMP && iph[IPV4_HLEN] == 11 && iph[IPV4_HLEN + 1] == 1)
		++*(u32 *)ctx;
}

static u32 rmem_alloc(struct world *w, int fd)
{
	const u64 arg[SYS_ARGS] = { (u64)fd, SOL_SOCKET, SO_MEMINFO, SCENARIO_DATA, SCENARIO_ADDR };
	s64 ret = -1;

	put_le32(world_umem(w, 0, SCENARIO_ADDR, 4), SO_MEMINFO_BYTES);
	assert_true(world_call(w, 0, 0, SYS_NR_getsockopt, arg, &ret));
	assert_int_equal(ret, 0);
	return get_le32(world_umem(w, 0, SCENARIO_DATA, 4));
}

/* fail: a pool whose n-th allocation from the first frame on fails, or NULL. */
static void run_script(struct world *w, char *text, u16 id, struct result *r, struct pool *fail,
		       u32 n)
{
	u32 total = script_total(text);
	u64 before[5];
	u8 frame[FRAME_MAX];
	struct frag f;
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	*r = (struct result){ .received = -1 };
	w->on_frame = count_icmp;
	w->on_frame_ctx = &r->icmp;
	for (u32 i = 0; i < 5; i++)
		before[i] = w->host[0].net.mib[counters[i]];
	assert_int_equal(call_bind(w, 0, 0, fd, "0.0.0.0", PORT), 0);
	if (fail != NULL)
		fail->fail_at = n;
	while (next_frag(&text, &f)) {
		assert_true(world_inject(w, 0, frame, make_frame(frame, &f, id, total)));
		world_settle(w);
		ip_fragments_check(&w->host[0].net);
	}
	if (fail != NULL)
		fail->fail_at = 0;
	r->rmem = rmem_alloc(w, fd);
	r->received = (int)call_recv(w, 0, 0, fd, 0x8000, MSG_DONTWAIT);
	if (r->received >= 0) {
		const u8 *p = world_umem(w, 0, SCENARIO_RECV, (u32)r->received);

		for (int i = 0; i < r->received; i++)
			r->sum = r->sum * 31 + p[i];
	} else {
		assert_int_equal(r->received, -EAGAIN);
		r->received = -1;
	}
	world_run_until(w, world_now_ps(w) + GAP_SECONDS * PS_PER_SEC);
	for (u32 i = 0; i < 5; i++)
		r->count[i] = w->host[0].net.mib[counters[i]] - before[i];
	assert_int_equal(call_close(w, 0, 0, fd), 0);
}

static void print_result(char *to, size_t size, const struct result *r)
{
	snprintf(to, size, "%d %u %u %u %u %u %u %u %u", r->received, r->sum, r->rmem,
		 (u32)r->count[0], (u32)r->count[1], (u32)r->count[2], (u32)r->count[3],
		 (u32)r->count[4], r->icmp);
}

static struct world *new_world(void)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);
	struct world *w = scenario_new(&cfg);

	must_config(w, 0, "ip link set eth0 up");
	must_config(w, 0, "ip addr add 192.0.2.1/24 dev eth0");
	must_config(w, 0, "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent");
	return w;
}

static void reassembly_any_sequence_answers_as_linux(void **state)
{
	FILE *f = fopen("harness/unit/frag_linux.tsv", "r");
	static char line[LINE_MAX_BYTES];
	struct world *w = new_world();
	u32 compared = 0, differ = 0;
	u16 id = 1;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		char *want = strchr(line, '\t');
		char *script = strchr(line, ' ');
		struct result r;
		char got[200];

		if (line[0] == '#')
			continue;
		assert_non_null(want);
		*want++ = '\0';
		want[strcspn(want, "\n")] = '\0';
		run_script(w, script, ++id, &r, NULL, 0);
		print_result(got, sizeof(got), &r);
		compared++;
		if (strcmp(got, want) != 0) {
			printf("%s\n  got   %s\n  Linux %s\n", line, got, want);
			differ++;
		}
	}
	fclose(f);
	printf("%u sequences compared, %u differ\n", compared, differ);
	assert_int_equal(differ, 0);
	end_world(w);
}

/* Whatever is missing, the datagram comes whole or not at all, and nothing stays behind. */
static void reassembly_failed_allocation_is_a_counted_drop(void **state)
{
	char big[] = " 72:576:1:0:0 216:100:0:0:0 0:576:1:0:1 144:576:1:0:0";
	struct world *w = new_world();
	struct net *net = &w->host[0].net;
	struct pool *pools[] = { &net->skb_pool,     &net->head_pool[0], &net->head_pool[1],
				 &net->page_pool[0], &net->page_pool[1], &net->frag_queue_pool };
	u16 id = 1;

	(void)state;
	for (u32 p = 0; p < ARRAY_SIZE(pools); p++) {
		for (u32 n = 1; n <= 12; n++) {
			u64 failed = pools[p]->failed;
			struct result r;

			run_script(w, big, ++id, &r, pools[p], n);
			assert_true(r.received == -1 || r.received == 1820);
			assert_true(r.received != -1 || pools[p]->failed != failed);
			world_check(w);
		}
	}
	end_world(w);
}

/* DIVERGES(frag-list-in-fragment): it is made linear; the datagram is the same. */
static void defrag_takes_a_fragment_that_is_a_list(void **state)
{
	struct world *w = new_world();
	struct net *net = &w->host[0].net;
	struct frag f[2] = { { 0, 64, 1, 0, 0 }, { 8, 32, 0, 0, 0 } };
	u8 frame[FRAME_MAX], got[200];
	struct sk_buff *skb[2], *rest;

	(void)state;
	cpu_unit_begin(&w->host[0].cpu[0], NULL);
	for (u32 i = 0; i < 2; i++) {
		u32 len = make_frame(frame, &f[i], 9, 96) - ETH_BYTES, first = i == 0 ? 44 : len;

		skb[i] = alloc_skb(net, 200);
		memcpy(skb_put(skb[i], first), frame + ETH_BYTES, first);
		skb_reset_network_header(skb[i]);
		if (first == len)
			continue;
		rest = alloc_skb(net, 200);
		memcpy(skb_put(rest, len - first), frame + ETH_BYTES + first, len - first);
		skb[i]->hd->frag_list = rest;
		skb[i]->len += rest->len;
		skb[i]->data_len += rest->len;
		skb[i]->truesize += rest->truesize;
	}
	assert_int_equal(ip_defrag(net, skb[0], IP_DEFRAG_LOCAL_DELIVER), -EINPROGRESS);
	ip_fragments_check(net);
	assert_int_equal(ip_defrag(net, skb[1], IP_DEFRAG_LOCAL_DELIVER), 0);
	skb_check(skb[1]);
	assert_int_equal(skb[1]->len, IPV4_HLEN + 96);
	assert_int_equal(skb_copy_bits(skb[1], IPV4_HLEN + UDP_BYTES, got, 88), 0);
	for (u32 i = 0; i < 88; i++)
		assert_int_equal(got[i], (u8)((i + UDP_BYTES) * 7));
	consume_skb(skb[1]);
	cpu_unit_end(&w->host[0].cpu[0]);
	end_world(w);
}

/* DIVERGES(frag-hash): sources that share a chain do not share counters or queues. */
static void defrag_sources_in_one_chain_stay_apart(void **state)
{
	struct world *w = new_world();
	struct frag part = { 0, 16, 1, 0, 0 };
	u8 frame[FRAME_MAX];

	(void)state;
	for (u32 i = 0; i < 6; i++) {
		u32 len = make_frame(frame, &part, 7, 96);
		u8 *iph = frame + ETH_BYTES;

		iph[IPV4_SADDR + 3] = (u8)(2 + (i % 3) * IPQ_CHAINS);
		put_be16(iph + IPV4_CHECK, 0);
		put_be16(iph + IPV4_CHECK, (u16)~naive_checksum(iph, IPV4_HLEN, 0));
		assert_true(world_inject(w, 0, frame, len));
		world_settle(w);
	}
	assert_int_equal(w->host[0].net.fragments->nqueues, 3);
	assert_int_equal(w->host[0].net.drops[DROP_DUP_FRAG], 3);
	ip_fragments_check(&w->host[0].net);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reassembly_failed_allocation_is_a_counted_drop),
		cmocka_unit_test(defrag_takes_a_fragment_that_is_a_list),
		cmocka_unit_test(defrag_sources_in_one_chain_stay_apart),
		cmocka_unit_test(reassembly_any_sequence_answers_as_linux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
