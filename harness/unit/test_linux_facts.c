// SPDX-License-Identifier: MIT
/* test_linux_facts.c - what Linux prints of itself, read: counters, socket tables, tracepoints'
 * formats, pages of the trace ring; facts and events in words; which commands and files are
 * refused.
 *
 * Texts and bytes are recordings of the judging kernel.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "harness/dut/events.h"
#include "harness/dut/linux_facts.h"

/* --- counters --- */

static const char snmp[] =
	"Icmp: InMsgs InErrors InCsumErrors InDestUnreachs OutMsgs\nIcmp: 3 0 0 2 1\n"
	"IcmpMsg: InType3 OutType8\nIcmpMsg: 2 1\n"
	"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens\nTcp: 1 200 120000 -1 7\n"
	"Udp: InDatagrams NoPorts InErrors OutDatagrams\nUdp: 18446744073709 0 4 5\n"
	"UdpLite: InDatagrams NoPorts\nUdpLite: 0 9\n";

static void test_snmp(void **state)
{
	u64 mib[MIB_MAX] = { [UDP_MIB_SNDBUFERRORS] = 77 };

	(void)state;
	assert_int_equal(snmp_parse(snmp, mib), 0);
	assert_int_equal(mib[ICMP_MIB_INMSGS], 3);
	assert_int_equal(mib[ICMP_MIB_INDESTUNREACHS], 2);
	assert_int_equal(mib[ICMP_MIB_OUTMSGS], 1);
	assert_int_equal(mib[TCP_MIB_MAXCONN], U64_MAX);
	assert_int_equal(mib[TCP_MIB_ACTIVEOPENS], 7);
	assert_int_equal(mib[UDP_MIB_INDATAGRAMS], 18446744073709);
	assert_int_equal(mib[UDP_MIB_INERRORS], 4);
	assert_int_equal(mib[UDPLITE_MIB_NOPORTS], 9);
	/* What a kernel does not have stays as it was. */
	assert_int_equal(mib[UDP_MIB_SNDBUFERRORS], 77);
}

static void test_snmp_broken(void **state)
{
	static const char *const broken[] = {
		"Udp: InDatagrams\n",		      /* no values */
		"Udp: InDatagrams NoPorts\nUdp: 1\n", /* one too few */
		"Udp: InDatagrams\nUdp: 1 2\n",	      /* one too many */
		"Udp: InDatagrams\nTcp: 1\n",	      /* of another group */
		"no colon\nno colon\n",
		"Udp: InDatagrams\nUdp: 1", /* cut off */
	};
	u64 mib[MIB_MAX] = { 0 };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(broken); i++)
		assert_int_equal(snmp_parse(broken[i], mib), -1);
	assert_int_equal(snmp_parse("", mib), 0);
}

/* The kernel under this test has every counter of mib.def, and none of its own in their groups, up
 * to those that its version has more or fewer of: told, not judged.
 */
static void test_running_kernel(void **state)
{
	int fd[LINUX_MIB_FILES] = { 0 };
	u64 mib[MIB_MAX];
	u32 absent = 0;

	(void)state;
	for (u32 i = 0; i < MIB_MAX; i++)
		mib[i] = U64_MAX - 1;
	assert_int_equal(linux_read_mib(fd, mib), 0);
	for (u32 i = 0; i < LINUX_MIB_FILES; i++)
		close(fd[i]);
	for (u32 i = 0; i < MIB_MAX; i++)
		absent += mib[i] == U64_MAX - 1;
	if (absent != 0)
		print_message("this kernel lacks %u counters of mib.def\n", absent);
	assert_true(mib[IPSTATS_MIB_INPKTS] != U64_MAX - 1);
	assert_true(mib[IPSTATS_MIB_INOCTETS] != U64_MAX - 1);
	assert_true(mib[UDP_MIB_OUTDATAGRAMS] != U64_MAX - 1);
}

/* --- sockets --- */

static void test_sockets(void **state)
{
	static const char *const lines[] = {
		"  155: 010200C0:1388 020200C0:0007 01 00000380:00000300 00:00000000 00000000  "
		"1000        0 4242 2 00000000982dcf21 3            ",
		/* TCP has other columns at the end. */
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     "
		"0        0 17 1 00000000a5d4ad08 100 0 0 10 0",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid "
		" "
		"timeout inode ref pointer drops",
	};
	struct fact_sock s = { 0 };
	u64 inode = 0;

	(void)state;
	assert_true(linux_sock_parse(lines[0], &s, &inode));
	assert_int_equal(s.local, 0xc0000201);
	assert_int_equal(s.remote, 0xc0000202);
	assert_int_equal(s.lport, 5000);
	assert_int_equal(s.rport, 7);
	assert_int_equal(s.state, 1);
	assert_int_equal(s.tx_queue, 0x380);
	assert_int_equal(s.rx_queue, 0x300);
	assert_int_equal(s.uid, 1000);
	assert_int_equal(inode, 4242);
	assert_int_equal(s.drops, 3);
	assert_true(linux_sock_parse(lines[1], &s, &inode));
	assert_int_equal(s.local, 0x7f000001);
	assert_int_equal(s.lport, 8080);
	assert_int_equal(s.state, 10);
	assert_int_equal(inode, 17);
	assert_false(linux_sock_parse(lines[2], &s, &inode));
	assert_false(linux_sock_parse("", &s, &inode));
}

/* --- formats --- */

#define COMMON                                                                                     \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static const char kfree_skb_format[] =
	"name: kfree_skb\nID: 351\nformat:\n" COMMON
	"\tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:void * location;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:void * rx_sk;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned short protocol;\toffset:32;\tsize:2;\tsigned:0;\n"
	"\tfield:enum skb_drop_reason reason;\toffset:36;\tsize:4;\tsigned:0;\n\n"
	"print fmt: \"skbaddr=%p rx_sk=%p protocol=%u location=%pS reason: %s\", REC->skbaddr, "
	"REC->rx_sk, REC->protocol, REC->location, __print_symbolic(REC->reason, "
	"{ 2, \"NOT_SPECIFIED\" }, { 3, \"NO_SOCKET\" }, { 0x10, \"XFRM_POLICY\" })\n";

static const char net_dev_queue_format[] =
	"name: net_dev_queue\nID: 345\nformat:\n" COMMON
	"\tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned int len;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc char[] name;\toffset:20;\tsize:4;\tsigned:0;\n"
	"\tfield:__u8 primary_key4[4];\toffset:24;\tsize:4;\tsigned:0;\n\n"
	"print fmt: \"dev=%s skbaddr=%p len=%u\", __get_str(name), REC->skbaddr, REC->len\n";

static void test_formats(void **state)
{
	static const struct {
		u64 value;
		const char *name;
	} symbols[] = { { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, { 16, "XFRM_POLICY" } };
	struct trace_format f;
	const char *at = NULL;
	char name[TRACE_NAME];
	u64 value;

	(void)state;
	assert_int_equal(trace_format_parse(&f, kfree_skb_format), 0);
	assert_int_equal(f.id, 351);
	assert_int_equal(f.nr_fields, 9);
	assert_int_equal(trace_field_of(&f, "protocol")->offset, 32);
	assert_int_equal(trace_field_of(&f, "protocol")->size, 2);
	assert_int_equal(trace_field_of(&f, "reason")->offset, 36);
	assert_true(trace_field_of(&f, "common_pid")->is_signed);
	assert_null(trace_field_of(&f, "name"));
	for (u32 i = 0; i < ARRAY_SIZE(symbols); i++) {
		assert_true(trace_symbol(kfree_skb_format, &at, &value, name, sizeof(name)));
		assert_int_equal(value, symbols[i].value);
		assert_string_equal(name, symbols[i].name);
	}
	assert_false(trace_symbol(kfree_skb_format, &at, &value, name, sizeof(name)));
	assert_int_equal(trace_format_parse(&f, net_dev_queue_format), 0);
	assert_true(trace_field_of(&f, "name")->is_string);
	assert_int_equal(trace_field_of(&f, "primary_key4")->size, 4);
	assert_int_equal(trace_format_parse(&f, ""), -1);
	assert_int_equal(trace_format_parse(&f, "ID: 3\n"), -1);
	assert_int_equal(trace_format_parse(&f, "ID: 3\nprint fmt: \n"), -1);
}

/* --- the ring --- */

/* One datagram to a closed port of 127.0.0.1: it and the ICMP message are queued, it is dropped. */
static const u8 page_begin[] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x24, 0x00, 0x00, 0x00, 0x59, 0x01, 0x80, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x00, 0x1e, 0x9b, 0x60, 0x00, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x18,
	0x00, 0x03, 0x00, 0x6c, 0x6f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00,
	0x24, 0x00, 0x00, 0x00, 0x59, 0x01, 0x90, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x1f, 0x9b,
	0x60, 0x00, 0x00, 0x00, 0x00, 0x47, 0x00, 0x00, 0x00, 0x18, 0x00, 0x03, 0x00, 0x6c, 0x6f,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x5f,
	0x01, 0x10, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x1e, 0x9b, 0x60, 0x00, 0x00, 0x00, 0x00,
	0xde, 0x20, 0x37, 0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x08, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,
};

enum { PAGE = 4096, COMMIT_AT = 8 };

struct seen {
	u32 n, dropped;
	u64 last_order;
	struct trace_format queue, drop;
};

static void see(void *ctx, const struct trace_record *rec)
{
	struct seen *s = ctx;
	char name[16];

	assert_true(s->n == 0 || rec->order > s->last_order);
	s->last_order = rec->order;
	s->n++;
	if (rec->id == s->queue.id) {
		assert_int_equal(trace_number(trace_field_of(&s->queue, "len"), rec),
				 s->n == 1 ? 43 : 71);
		assert_string_equal(
			trace_string(trace_field_of(&s->queue, "name"), rec, name, sizeof(name)),
			"lo");
		return;
	}
	assert_int_equal(rec->id, s->drop.id);
	assert_int_equal(trace_number(trace_field_of(&s->drop, "protocol"), rec), 0x0800);
	assert_int_equal(trace_number(trace_field_of(&s->drop, "reason"), rec), 3);
	s->dropped++;
}

static void seen_init(struct seen *s)
{
	*s = (struct seen){ 0 };
	assert_int_equal(trace_format_parse(&s->queue, net_dev_queue_format), 0);
	assert_int_equal(trace_format_parse(&s->drop, kfree_skb_format), 0);
}

static void test_page(void **state)
{
	static u8 page[PAGE];
	struct seen s;

	(void)state;
	seen_init(&s);
	memcpy(page, page_begin, sizeof(page_begin));
	assert_int_equal(sizeof(page_begin), 16 + 0x80);
	assert_int_equal(trace_page(page, PAGE, see, &s), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.dropped, 1);
	/* Records were lost before this page. */
	page[COMMIT_AT + 3] |= 0x80;
	seen_init(&s);
	assert_int_equal(trace_page(page, PAGE, see, &s), 1);
	assert_int_equal(s.n, 3);
}

static void see_nothing(void *ctx, const struct trace_record *rec)
{
	static const struct trace_field any[] = { { .offset = 0, .size = 8 },
						  { .offset = 60, .size = 4 },
						  { .offset = 0xffffffff, .size = 4 } };
	u64 *sum = ctx;
	char text[8];

	for (u32 i = 0; i < ARRAY_SIZE(any); i++) {
		*sum += trace_number(&any[i], rec);
		*sum += strlen(trace_string(&any[i], rec, text, sizeof(text)));
	}
}

/* Any byte may be wrong: nothing is read outside the page, and reading ends. */
static void test_broken_pages(void **state)
{
	u8 *page = malloc(sizeof(page_begin));
	u64 sum = 0;

	(void)state;
	assert_non_null(page);
	for (u32 at = COMMIT_AT; at < sizeof(page_begin); at++) {
		for (u32 bit = 0; bit < 8; bit++) {
			memcpy(page, page_begin, sizeof(page_begin));
			page[at] = (u8)(page[at] ^ 1u << bit);
			(void)trace_page(page, sizeof(page_begin), see_nothing, &sum);
		}
	}
	free(page);
}

/* Where memory may be read at any address, short records have their length in their heads; gaps in
 * time have entries of their own, and so has a time that is told in full.
 */
static void test_short_records(void **state)
{
	static u8 page[PAGE];
	static const u8 head[] = {
		0x05, 0,    0, 0, 0,	0,    0, 0, 0, 0,    0, 0, 0, 0, 0, 0, /* from time 5 on */
		0x1e, 0,    0, 0, 0x01, 0,    0, 0,			       /* 1 << 27 later */
		0x23, 0,    0, 0,				   /* 12 bytes, 1 later */
		0x5f, 0x01, 0, 0, 0,	0x08, 0, 0, 3, 0,    0, 0, /* a drop */
		0x3d, 0,    0, 0, 4,	0,    0, 0,		   /* 4 bytes of nothing */
		0x7f, 0,    0, 0, 0x02, 0,    0, 0,		   /* 2 << 27 and 3 */
		0x03, 0,    0, 0, 0x5f, 0x01, 0, 0, 0, 0x08, 0, 0, 3, 0, 0, 0,
	};
	struct seen s = { .queue = { .id = 1 }, .drop = { .id = 0x15f, .nr_fields = 2 } };

	(void)state;
	memcpy(page, head, sizeof(head));
	s.drop.field[0] = (struct trace_field){ .name = "protocol", .offset = 4, .size = 2 };
	s.drop.field[1] = (struct trace_field){ .name = "reason", .offset = 8, .size = 1 };
	page[8] = 24;
	(void)trace_page(page, PAGE, see, &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last_order, 5 + (1ull << 27) + 1);
	page[8] = (u8)(sizeof(head) - 16);
	s.n = 0;
	(void)trace_page(page, PAGE, see, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.last_order, (2ull << 27) + 3);
}

static void test_numbers(void **state)
{
	static const u8 bytes[] = { 0xfe, 0xff, 0xff, 0xff, 0x01, 0x02, 0x03, 0x04 };
	const struct trace_record rec = { .bytes = bytes, .len = sizeof(bytes) };

	(void)state;
	assert_int_equal(
		(s64)trace_number(&(struct trace_field){ .size = 4, .is_signed = true }, &rec), -2);
	assert_int_equal(trace_number(&(struct trace_field){ .size = 4 }, &rec), 0xfffffffe);
	assert_int_equal(trace_number(&(struct trace_field){ .size = 8 }, &rec),
			 0x04030201fffffffeull);
	assert_int_equal(trace_number(&(struct trace_field){ .offset = 5, .size = 4 }, &rec), 0);
	assert_int_equal(trace_number(NULL, &rec), 0);
}

/* --- words --- */

static void test_facts(void **state)
{
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 2 };
	static const u32 metrics[] = { 1u << 2, 1400 };
	struct facts f = { 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	facts_sock(&f, &(struct fact_sock){ .protocol = "udp",
					    .local = 0xc0000201,
					    .lport = 5000,
					    .state = 7,
					    .rx_queue = 768,
					    .drops = 1 });
	facts_neigh(&f, &(struct fact_neigh){ .addr = 0xc0000202,
					      .dev = "eth0",
					      .lladdr = mac,
					      .state = 2,
					      .probes = 1 });
	facts_neigh(&f, &(struct fact_neigh){ .addr = 0xc0000203, .dev = "eth0", .state = 0x21 });
	facts_route(&f, &(struct fact_route){ .type = 1,
					      .gw = 0xc0000202,
					      .has_gw = true,
					      .dev = "eth0",
					      .table = 254,
					      .protocol = 3,
					      .priority = 5,
					      .metrics = metrics,
					      .nr_metrics = 2,
					      .flags = 16 });
	facts_route(&f, &(struct fact_route){ .exception = true,
					      .type = 1,
					      .dst = 0xc0000202,
					      .dst_len = 32,
					      .dev = "eth0",
					      .table = 77,
					      .expires_ticks = 60000 });
	facts_line(&f, "random %u draws", 17u);
	facts_print(&f, to);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(
		text,
		"exception unicast 192.0.2.2 dev eth0 table 77 expires 60000\n"
		"neigh 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:02 probes 1 REACHABLE\n"
		"neigh 192.0.2.3 dev eth0 0x21\n"
		"random 17 draws\n"
		"route unicast default via 192.0.2.2 dev eth0 table main proto boot scope global "
		"metric 5 mtu lock 1400 linkdown\n"
		"sock udp 192.0.2.1:5000 0.0.0.0:0 CLOSE tx 0 rx 768 uid 0 drops 1\n");
	free(text);
}

/* Every field that is said to be shared is one of the reference's. */
static void test_event_rows(void **state)
{
	static const char *const kind_fields[TRACE_MAX] = {
#define X(name, help, ...) [TRACE_##name] = " " #__VA_ARGS__ ",",
#include "trace.def"
#undef X
	};
	struct event_field field[EVENT_FIELDS];
	char word[64];

	(void)state;
	for (u32 i = 0; i < nr_event_rows; i++) {
		u32 n = event_fields(&event_rows[i], field);

		assert_true(n != 0);
		for (u32 k = 0; k < n; k++) {
			snprintf(word, sizeof(word), " %s,",
				 field[k].form == EVENT_DEV ? "ifindex" : field[k].name);
			if (strstr(kind_fields[event_rows[i].kind], word) == NULL)
				fail_msg("%s has no field '%s'", event_rows[i].name, field[k].name);
		}
	}
}

static void test_event_words(void **state)
{
	static const struct event_row row = { 0, "neigh", "neigh_update",
					      "dev primary_key4:addr nud_state:nud flags:x err:d "
					      "reason:reason len",
					      0 };
	static const u64 values[] = { 0, 0xc0000202, 1, 0x85, (u64)-11, 3, 60 };
	struct event_field field[EVENT_FIELDS];
	struct event_line l;

	(void)state;
	assert_int_equal(event_fields(&row, field), 7);
	event_begin(&l, &row);
	event_text(&l, &field[0], "eth0");
	for (u32 i = 1; i < 7; i++)
		event_number(&l, &field[i], values[i]);
	assert_string_equal(l.text, "neigh:neigh_update dev=eth0 primary_key4=192.0.2.2 "
				    "nud_state=incomplete flags=0x85 err=-11 reason=NO_SOCKET "
				    "len=60");
}

/* --- what is refused --- */

static u32 open_files(void)
{
	u32 n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* In the namespace that the test is in. */
static int run_line(const char *line, char *out, char *err, u32 size, u32 *status)
{
	struct linux_dut *l = calloc(1, sizeof(*l));
	struct linux_facts f = { 0 };
	struct ipcmd_word word[16];
	char words[256], *save = NULL;
	struct ipcmd_call call = {
		.word = word, .out = out, .err = err, .out_bytes = size, .err_bytes = size
	};
	int ret;

	assert_non_null(l);
	l->facts = &f;
	l->clock = DUT_REAL;
	l->home = -1;
	l->host[0].netns = -1;
	out[0] = err[0] = '\0';
	snprintf(words, sizeof(words), "%s", line);
	for (char *p = strtok_r(words, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
		word[call.nr_words++] = (struct ipcmd_word){ p, 1 };
	ret = linux_command(&l->dut, 0, &call);
	*status = call.status;
	free(l);
	return ret;
}

static void test_refused(void **state)
{
	static const char *const lines[] = {
		"ls",
		"true x",
		"ip",
		"ip netns list",
		"ip net",
		"ip -batch /dev/null",
		"ip -batch link",
		"ip -n link",
		"ip -n x link show",
		"ip vrf list",
		"ip link show netns",
		"ip l set lo xdp off",
		"ip route save",
		"ip monitor",
		"tc exec",
		"tc -batch /dev/null",
		"tc filter show dev lo",
		"ss -D /dev/null",
		"ss -Kx",
		"ss dst 192.0.2.1 -D",
		"ethtool -i lo",
		"ethtool -f lo x",
		"/bin/ls",
		"../bin/ip link",
		"xps .. 0 1",
		"xps a/b 0 1",
		"xps lo 0/.. 1",
		"xps lo 0 1,2",
		"xps lo",
	};
	char out[512], err[512];
	u32 status, files = open_files();

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lines); i++) {
		if (run_line(lines[i], out, err, sizeof(out), &status) >= 0 || status != 0)
			fail_msg("'%s' was not refused: %s%s", lines[i], out, err);
		assert_string_equal(out, "");
		assert_non_null(strstr(err, "unknown word"));
	}
	assert_int_equal(open_files(), files);
}

static void test_files_refused(void **state)
{
	static const char *const paths[] = {
		"/proc/sys/kernel/hostname",
		"/proc/sys/net/../kernel/hostname",
		"/proc/sys/net/ipv4/../../kernel/hostname",
		"/proc/sys/net//ipv4",
		"/proc/sys/net/ipv4/",
		"/etc/hostname",
		"proc/sys/net/ipv4/ip_forward",
		"",
	};
	struct linux_dut *l = calloc(1, sizeof(*l));
	struct linux_facts f = { 0 };
	char value[64];
	u32 len = 0;
	int ret;

	(void)state;
	assert_non_null(l);
	l->facts = &f;
	l->clock = DUT_REAL;
	l->home = l->host[0].netns = -1;
	for (u32 i = 0; i < ARRAY_SIZE(paths); i++) {
		assert_int_equal(linux_knob_write(&l->dut, 0, paths[i], ""), -ENOENT);
		assert_int_equal(linux_knob_read(&l->dut, 0, paths[i], value, sizeof(value)),
				 -ENOENT);
	}
	assert_int_equal(
		linux_proc_read(&l->dut, 0, "/proc/net/../cmdline", value, &len, sizeof(value)),
		-ENOENT);
	assert_int_equal(linux_proc_read(&l->dut, 0, "/proc/cmdline", value, &len, sizeof(value)),
			 -ENOENT);
	ret = linux_knob_read(&l->dut, 0, "/proc/sys/net/ipv4/ip_default_ttl", value,
			      sizeof(value));
	assert_int_equal(ret, strlen(value));
	assert_int_equal(strspn(value, "0123456789"), ret);
	assert_int_equal(linux_proc_read(&l->dut, 0, "/proc/net/snmp", value, &len, sizeof(value)),
			 0);
	assert_int_equal(len, sizeof(value) - 1);
	free(l);
}

/* Real programs, which only look. */
static void test_programs(void **state)
{
	char out[4096], err[512];
	u32 status, files = open_files();
	int ret = run_line("ip -4 addr show dev lo", out, err, sizeof(out) / 8, &status);

	(void)state;
	if (status == 127) {
		assert_non_null(strstr(err, "apt-get install iproute2"));
		return;
	}
	assert_int_equal(ret, 0);
	assert_int_equal(status, 0);
	assert_memory_equal(out, "1: lo", 5);
	ret = run_line("ip link show dev nosuchdevice", out, err, sizeof(err), &status);
	assert_true(ret < 0);
	assert_int_equal(status, 1);
	assert_string_equal(err, "Device \"nosuchdevice\" does not exist.");
	/* Cut short, not longer than there is room. */
	ret = run_line("ip addr show", out, err, 16, &status);
	assert_int_equal(ret, 0);
	assert_int_equal(strlen(out), 15);
	ret = run_line("sysctl -n net.ipv4.ip_default_ttl", out, err, sizeof(err), &status);
	assert_int_equal(ret, 0);
	assert_int_equal(out[strlen(out) - 1], '\n');
	ret = run_line("sysctl net.ipv4.nothing kernel.hostname", out, err, sizeof(err), &status);
	assert_true(ret < 0);
	assert_int_equal(status, 1);
	assert_string_equal(
		err, "sysctl: cannot stat /proc/sys/net/ipv4/nothing: No such file or directory\n"
		     "sysctl: cannot stat /proc/sys/kernel/hostname: No such file or directory");
	assert_int_equal(open_files(), files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snmp),	       cmocka_unit_test(test_snmp_broken),
		cmocka_unit_test(test_running_kernel), cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_formats),	       cmocka_unit_test(test_page),
		cmocka_unit_test(test_broken_pages),   cmocka_unit_test(test_short_records),
		cmocka_unit_test(test_numbers),	       cmocka_unit_test(test_facts),
		cmocka_unit_test(test_event_rows),     cmocka_unit_test(test_event_words),
		cmocka_unit_test(test_refused),	       cmocka_unit_test(test_files_refused),
		cmocka_unit_test(test_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
