// SPDX-License-Identifier: MIT
/* test_pcapng.c - captures of our own and of other programs read back; hostile ones refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "harness/lib/pcapng.h"

enum { SAMPLE_MAX = 1 << 19, TEXT_MAX = 200 };

static const u8 packet_a[] = { 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17 };
static const u8 packet_b[] = { 1, 2, 3, 4, 5, 6, 7 };

/* --- files of our own writer -------------------------------------------------------------------
 */

struct file {
	u8 *bytes;
	size_t len;
};

/* A copy that ends where its allocation does, so that the sanitizer sees a read behind it. */
static struct file exact(const u8 *bytes, size_t len)
{
	struct file f = { malloc(len != 0 ? len : 1), len };

	assert_non_null(f.bytes);
	memcpy(f.bytes, bytes, len);
	return f;
}

static struct file slurp(FILE *from)
{
	static u8 buf[SAMPLE_MAX];
	size_t len;

	rewind(from);
	len = fread(buf, 1, sizeof(buf), from);
	assert_true(len < sizeof(buf));
	fclose(from);
	return exact(buf, len);
}

static const struct pcap_packet written[] = {
	{ .interface = 0,
	  .when_ns = 1700000000992000001ull,
	  .caplen = sizeof(packet_a),
	  .len = sizeof(packet_a),
	  .bytes = packet_a,
	  .direction = PCAP_OUTBOUND,
	  .has_queue = true,
	  .has_id = true,
	  .queue = 3,
	  .id = 0x100000002ull,
	  .comment = "udp.pkt:12 sendto(3, ...) = 5",
	  .comment_len = 29 },
	{ .interface = 1,
	  .when_ns = 1700000001000000000ull,
	  .caplen = sizeof(packet_b),
	  .len = 60,
	  .bytes = packet_b,
	  .direction = PCAP_INBOUND,
	  .has_drops = true,
	  .drops = 9 },
	{ .interface = 0, .when_ns = 0, .caplen = 0, .len = 0, .bytes = packet_b },
};

static struct file our_file(u32 interfaces)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	pcapng_begin(f, "one section");
	pcapng_interface(f, "a/eth0/wire", "what is on the cable", LINK_ETHERNET);
	if (interfaces > 1)
		pcapng_interface(f, "a/lo/socket", NULL, LINK_IPV4);
	for (u32 i = 0; i < ARRAY_SIZE(written); i++)
		if (written[i].interface < interfaces)
			pcapng_packet(f, &written[i]);
	assert_int_equal(ferror(f), 0);
	return slurp(f);
}

static void assert_packet(const struct pcap_packet *a, const struct pcap_packet *b)
{
	assert_int_equal(a->interface, b->interface);
	assert_true(a->when_ns == b->when_ns);
	assert_int_equal(a->caplen, b->caplen);
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->caplen);
	assert_int_equal(a->direction, b->direction);
	assert_int_equal(a->has_queue, b->has_queue);
	assert_int_equal(a->has_id, b->has_id);
	assert_int_equal(a->has_drops, b->has_drops);
	assert_int_equal(a->queue, b->queue);
	assert_true(a->id == b->id);
	assert_true(a->drops == b->drops);
	assert_int_equal(a->comment_len, b->comment_len);
	if (a->comment_len != 0)
		assert_memory_equal(a->comment, b->comment, a->comment_len);
}

static struct file our_sample(void)
{
	return our_file(2);
}

static void test_own_files_are_read_back(void **state)
{
	struct file f = our_sample();
	struct pcap_reader r;
	struct pcap_packet p;

	(void)state;
	assert_true(pcap_open(&r, f.bytes, f.len));
	for (u32 i = 0; i < ARRAY_SIZE(written); i++) {
		assert_int_equal(pcap_next(&r, &p), 1);
		assert_packet(&p, &written[i]);
	}
	assert_int_equal(pcap_next(&r, &p), 0);
	assert_int_equal(r.nr_interfaces, 2);
	assert_int_equal(r.interface[0].link_type, LINK_ETHERNET);
	assert_int_equal(r.interface[1].link_type, LINK_IPV4);
	assert_true(r.interface[0].units_per_second == NS_PER_SEC);
	assert_int_equal(r.interface[0].name_len, 11);
	assert_memory_equal(r.interface[0].name, "a/eth0/wire", 11);
	free(f.bytes);
}

static void test_long_comments_are_cut(void **state)
{
	char *text = malloc(70000);
	FILE *f = tmpfile();
	struct pcap_packet p = written[0], got;
	struct pcap_reader r;
	struct file file;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 69999);
	text[69999] = '\0';
	p.comment = text;
	p.comment_len = 60000;
	pcapng_begin(f, NULL);
	pcapng_interface(f, "a", NULL, LINK_RAW);
	pcapng_interface(f, "b", NULL, LINK_RAW);
	p.interface = 1;
	pcapng_packet(f, &p);
	file = slurp(f);
	assert_true(pcap_open(&r, file.bytes, file.len));
	assert_int_equal(pcap_next(&r, &got), 1);
	assert_int_equal(got.comment_len, 60000);
	free(file.bytes);

	f = tmpfile();
	pcapng_begin(f, text);
	file = slurp(f);
	assert_true(pcap_open(&r, file.bytes, file.len));
	assert_int_equal(pcap_next(&r, &got), 0);
	free(file.bytes);
	free(text);
}

struct gathered {
	char *text[2]; /* of the section, of interface 1's statistics */
	size_t len[2];
	FILE *to[2];
	u32 calls;
};

static void gather(void *ctx, u32 interface, const char *text, u32 len)
{
	struct gathered *g = ctx;

	assert_true(interface == PCAPNG_SECTION || interface == 1);
	fprintf(g->to[interface == 1], "%.*s\n", (int)len, text);
	g->calls++;
}

/* Lines of any number go through comments of limited length, and none is parted. */
static void test_long_texts_become_several_comments(void **state)
{
	enum { LINES = 9000, LINE = 20 };
	char *text = malloc(LINES * LINE + 1);
	struct gathered g = { 0 };
	struct pcap_reader r;
	struct pcap_packet p;
	struct file file;
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(text);
	for (u32 i = 0; i < LINES; i++)
		snprintf(text + (size_t)i * LINE, LINE + 1, "line %014u\n", i);
	pcapng_begin(f, text);
	pcapng_interface(f, "a", NULL, LINK_RAW);
	pcapng_interface(f, "b", NULL, LINK_RAW);
	pcapng_statistics(f, 1, 5, text);
	pcapng_statistics(f, 0, 5, NULL);
	file = slurp(f);
	for (u32 i = 0; i < 2; i++)
		g.to[i] = open_memstream(&g.text[i], &g.len[i]);
	assert_true(pcap_open(&r, file.bytes, file.len));
	r.comment = gather;
	r.ctx = &g;
	assert_int_equal(pcap_next(&r, &p), 0);
	assert_int_equal(g.calls, 2 * 3);
	for (u32 i = 0; i < 2; i++) {
		fclose(g.to[i]);
		assert_string_equal(g.text[i], text);
		free(g.text[i]);
	}
	free(file.bytes);
	free(text);
}

/* Times before 1970, and as far from it as a number goes. */
static void test_times_before_1970(void **state)
{
	static const struct {
		s64 offset_s;
		u64 stamp, when, before;
	} times[] = {
		{ -1, 0, 0, 1000000000 },	  { -1, 999999999, 0, 1 },
		{ -1, 1000000000, 0, 0 },	  { -1, 1000000001, 1, 0 },
		{ -2, 500000000, 0, 1500000000 }, { 3, 7, 3000000007, 0 },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(times); i++) {
		struct pcap_packet p = written[2], got;
		struct pcap_reader r;
		struct file file;
		FILE *f = tmpfile();

		p.when_ns = times[i].stamp;
		pcapng_begin(f, NULL);
		pcapng_interface_from(f, "a", NULL, LINK_RAW, times[i].offset_s);
		pcapng_packet(f, &p);
		file = slurp(f);
		assert_true(pcap_open(&r, file.bytes, file.len));
		assert_int_equal(pcap_next(&r, &got), 1);
		assert_true(got.when_ns == times[i].when);
		assert_true(got.before_ns == times[i].before);
		free(file.bytes);
	}
}

/* --- files made here by hand, in both byte orders ------------------------------------------------
 */

struct maker {
	u8 bytes[4096];
	u32 len;
	bool big;
	u32 block; /* where the block under way begins */
};

static void m16(struct maker *m, u32 v)
{
	(m->big ? put_be16 : put_le16)(m->bytes + m->len, (u16)v);
	m->len += 2;
}

static void m32(struct maker *m, u32 v)
{
	(m->big ? put_be32 : put_le32)(m->bytes + m->len, v);
	m->len += 4;
}

static void mbytes(struct maker *m, const void *bytes, u32 len)
{
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
	while (m->len % 4 != 0)
		m->bytes[m->len++] = 0xee; /* padding may be anything */
}

static void mblock(struct maker *m, u32 type)
{
	m->block = m->len;
	m32(m, type);
	m32(m, 0);
}

static void mblock_end(struct maker *m)
{
	u32 len = m->len + 4 - m->block;

	(m->big ? put_be32 : put_le32)(m->bytes + m->block + 4, len);
	m32(m, len);
}

static void moption(struct maker *m, u32 code, const void *bytes, u32 len)
{
	m16(m, code);
	m16(m, len);
	mbytes(m, bytes, len);
}

static void msection(struct maker *m)
{
	mblock(m, 0x0a0d0d0a);
	m32(m, 0x1a2b3c4d);
	m16(m, 1);
	m16(m, 0);
	m32(m, U32_MAX);
	m32(m, U32_MAX);
	mblock_end(m);
}

static void minterface(struct maker *m, u32 link, u32 snaplen, s32 resolution, s32 offset_s)
{
	u8 res = (u8)resolution;

	mblock(m, 1);
	m16(m, link);
	m16(m, 0);
	m32(m, snaplen);
	if (resolution >= 0)
		moption(m, 9, &res, 1);
	if (offset_s != 0) {
		m16(m, 14);
		m16(m, 8);
		if (m->big)
			m32(m, offset_s < 0 ? U32_MAX : 0);
		m32(m, (u32)offset_s);
		if (!m->big)
			m32(m, offset_s < 0 ? U32_MAX : 0);
	}
	m32(m, 0);
	mblock_end(m);
}

static void mpacket(struct maker *m, u32 interface, u64 stamp)
{
	mblock(m, 6);
	m32(m, interface);
	m32(m, (u32)(stamp >> 32));
	m32(m, (u32)stamp);
	m32(m, sizeof(packet_b));
	m32(m, sizeof(packet_b));
	mbytes(m, packet_b, sizeof(packet_b));
	moption(m, 1, "first", 5);
	moption(m, 1, "second", 6);
	moption(m, 2988, "\0\0\0\1what we do not know", 23);
	m16(m, 2);
	m16(m, 4);
	m32(m, 0x1d); /* inbound, and how it was received */
	mblock_end(m);
}

/* Everything that the reader knows, and blocks that it passes over. */
static void make_all(struct maker *m, bool big)
{
	m->len = 0;
	m->big = big;
	msection(m);
	minterface(m, 1, 4, -1, 0); /* microseconds by default */
	minterface(m, 101, 0, 9, 0);
	minterface(m, 101, 0, 0x80 | 10, 100); /* 1/1024 s, 100 s later */
	minterface(m, 101, 0, 0, -5);	       /* seconds */
	minterface(m, 101, 0, 12, 0);
	mpacket(m, 0, 1500000);
	mpacket(m, 1, 1500000001);
	mpacket(m, 2, 512);
	mpacket(m, 3, 7);
	mpacket(m, 4, 3000000000999ull);
	mblock(m, 4); /* name resolution */
	m32(m, 0);
	mblock_end(m);
	mblock(m, 0x40000bad); /* private use, with odd contents */
	mbytes(m, "what is this?", 13);
	mblock_end(m);
	mblock(m, 3); /* simple: 4 of 6 bytes by the first interface's snaplen */
	m32(m, 6);
	mbytes(m, "abcd", 4);
	mblock_end(m);
	mblock(m, 2); /* obsolete: interface and drops */
	m16(m, 1);
	m16(m, 3);
	m32(m, 0);
	m32(m, 5);
	m32(m, 3);
	m32(m, 9);
	mbytes(m, "xyz", 3);
	moption(m, 1, "old", 3);
	mblock_end(m);
}

static void check_all(const u8 *bytes, u32 len, bool big)
{
	static const u64 times[] = { 1500000000ull, 1500000001ull, 100500000000ull, 2000000000ull,
				     3000000000ull };
	struct pcap_reader r;
	struct pcap_packet p;

	assert_true(pcap_open(&r, bytes, len));
	for (u32 i = 0; i < ARRAY_SIZE(times); i++) {
		assert_int_equal(pcap_next(&r, &p), 1);
		assert_int_equal(r.big_endian, big);
		assert_int_equal(p.interface, i);
		assert_true(p.when_ns == times[i]);
		assert_int_equal(p.direction, PCAP_INBOUND);
		assert_int_equal(p.comment_len, 5);
		assert_memory_equal(p.comment, "first", 5);
		assert_memory_equal(p.bytes, packet_b, sizeof(packet_b));
	}
	assert_int_equal(pcap_next(&r, &p), 1);
	assert_int_equal(p.caplen, 4);
	assert_int_equal(p.len, 6);
	assert_memory_equal(p.bytes, "abcd", 4);
	assert_int_equal(pcap_next(&r, &p), 1);
	assert_int_equal(p.interface, 1);
	assert_int_equal(p.caplen, 3);
	assert_int_equal(p.len, 9);
	assert_true(p.has_drops && p.drops == 3 && p.when_ns == 5);
	assert_memory_equal(p.comment, "old", 3);
	assert_int_equal(pcap_next(&r, &p), 0);
}

static void test_both_byte_orders(void **state)
{
	static struct maker m;

	(void)state;
	for (u32 big = 0; big < 2; big++) {
		make_all(&m, big != 0);
		check_all(m.bytes, m.len, big != 0);
	}
}

/* A file may have several sections, each in its own order and with its own interfaces. */
static void test_sections(void **state)
{
	static struct maker m;
	struct pcap_reader r;
	struct pcap_packet p;

	(void)state;
	m.len = 0;
	m.big = false;
	msection(&m);
	minterface(&m, 1, 0, 9, 0);
	mpacket(&m, 0, 10);
	m.big = true;
	msection(&m);
	minterface(&m, 101, 0, 9, 0);
	mpacket(&m, 0, 20);
	msection(&m);
	mpacket(&m, 0, 30); /* of no interface */
	assert_true(pcap_open(&r, m.bytes, m.len));
	assert_int_equal(pcap_next(&r, &p), 1);
	assert_true(p.when_ns == 10 && r.interface[0].link_type == 1);
	assert_int_equal(pcap_next(&r, &p), 1);
	assert_true(p.when_ns == 20 && r.interface[0].link_type == 101);
	assert_int_equal(pcap_next(&r, &p), -1);
	assert_non_null(strstr(r.error, "interface 0 of 0"));
	assert_int_equal(pcap_next(&r, &p), -1);
}

static void make_pcap(struct maker *m, bool big, u32 magic)
{
	m->len = 0;
	m->big = big;
	m32(m, magic);
	m16(m, 2);
	m16(m, 4);
	m32(m, 0);
	m32(m, 0);
	m32(m, 65535);
	m32(m, 0x54000065); /* LINK_RAW, with a frame check sequence of 5 */
	for (u32 i = 0; i < 2; i++) {
		m32(m, 1700000000 + i);
		m32(m, 123456);
		m32(m, 4);
		m32(m, 40);
		mbytes(m, "abcd", 4);
	}
}

static void test_pcap(void **state)
{
	static const struct {
		u32 magic, unit_ns;
	} rows[] = { { 0xa1b2c3d4, 1000 }, { 0xa1b23c4d, 1 } };
	static struct maker m;
	struct pcap_reader r;
	struct pcap_packet p;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows) * 2; i++) {
		make_pcap(&m, i % 2 != 0, rows[i / 2].magic);
		assert_true(pcap_open(&r, m.bytes, m.len));
		assert_false(r.pcapng);
		assert_int_equal(r.interface[0].link_type, LINK_RAW);
		for (u32 k = 0; k < 2; k++) {
			assert_int_equal(pcap_next(&r, &p), 1);
			assert_true(p.when_ns == (1700000000 + k) * NS_PER_SEC +
							 123456ull * rows[i / 2].unit_ns);
			assert_int_equal(p.caplen, 4);
			assert_int_equal(p.len, 40);
			assert_memory_equal(p.bytes, "abcd", 4);
		}
		assert_int_equal(pcap_next(&r, &p), 0);
	}
}

/* --- what is wrong
 * ------------------------------------------------------------------------------ */

/* Reads all; the number of packets, or -1 after an error that names its offset. */
static int read_all(const u8 *bytes, size_t len)
{
	struct pcap_reader r;
	struct pcap_packet p;
	int n = 0, ret;
	u32 sum = 0;

	if (!pcap_open(&r, bytes, len)) {
		assert_int_equal(strncmp(r.error, "offset ", 7), 0);
		return -1;
	}
	while ((ret = pcap_next(&r, &p)) == 1) {
		for (u32 i = 0; i < p.caplen; i++)
			sum += p.bytes[i];
		for (u32 i = 0; i < p.comment_len; i++)
			sum += (u8)p.comment[i];
		assert_true(p.interface < r.nr_interfaces);
		n++;
	}
	assert_true(sum != U32_MAX);
	assert_int_equal(ret == -1, r.error[0] != '\0');
	if (ret == -1) {
		unsigned long long at = strtoull(r.error + 7, NULL, 10);

		assert_int_equal(strncmp(r.error, "offset ", 7), 0);
		assert_true(at <= len);
		return -1;
	}
	return n;
}

/* Cut anywhere: an error, or where a block ends the packets before. */
static void cut_everywhere(const u8 *bytes, size_t len, int whole)
{
	int best = 0;
	u32 good = 0;

	for (size_t cut = 0; cut < len; cut++) {
		struct file f = exact(bytes, cut);
		int n = read_all(f.bytes, f.len);

		assert_true(n < whole || n == whole);
		assert_true(n == -1 || n >= best);
		if (n >= 0) {
			best = n;
			good++;
		}
		free(f.bytes);
	}
	/* Far fewer ends of blocks than places. */
	assert_true(good != 0 && good < len / 8);
	assert_int_equal(read_all(bytes, len), whole);
}

static void test_every_truncation(void **state)
{
	static struct maker m;
	struct file f = our_sample();

	(void)state;
	cut_everywhere(f.bytes, f.len, ARRAY_SIZE(written));
	free(f.bytes);
	for (u32 big = 0; big < 2; big++) {
		make_all(&m, big != 0);
		cut_everywhere(m.bytes, m.len, 7);
		make_pcap(&m, big != 0, 0xa1b23c4d);
		cut_everywhere(m.bytes, m.len, 2);
	}
}

/* Each byte with each of some values, then many at once. The sanitizer looks on. */
static void test_flipped_bytes(void **state)
{
	static const u8 values[] = { 0, 1, 3, 4, 0x7f, 0x80, 0xfc, 0xff };
	static struct maker m;
	struct rng rng;
	u32 refused = 0;

	(void)state;
	rng_init(&rng, 7, RNG_PROGRAM, 0);
	for (u32 kind = 0; kind < 4; kind++) {
		struct file f;

		if (kind < 2)
			make_all(&m, kind != 0);
		else
			make_pcap(&m, kind == 2, 0xa1b2c3d4);
		f = exact(m.bytes, m.len);
		for (size_t i = 0; i < f.len; i++) {
			u8 old = f.bytes[i];

			for (u32 v = 0; v < ARRAY_SIZE(values); v++) {
				f.bytes[i] = values[v];
				refused += read_all(f.bytes, f.len) < 0;
			}
			f.bytes[i] = old;
		}
		for (u32 run = 0; run < 20000; run++) {
			memcpy(f.bytes, m.bytes, f.len);
			for (u32 k = rng_below(&rng, 6) + 1; k != 0; k--)
				f.bytes[rng_below(&rng, (u32)f.len)] = (u8)rng_u32(&rng);
			refused += read_all(f.bytes, f.len) < 0;
		}
		free(f.bytes);
	}
	assert_true(refused > 10000);
}

/* A packet of any length in a block with room for eight bytes, of each kind. */
static void test_packet_lengths(void **state)
{
	static const u32 kinds[] = { 6, 2, 3 };
	static struct maker m;

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++)
		for (u32 len = 0; len < 40; len++) {
			struct file f;

			m.len = 0;
			m.big = false;
			msection(&m);
			minterface(&m, 1, 0, 9, 0);
			mblock(&m, kinds[k]);
			for (u32 i = 0; i < 3 && kinds[k] != 3; i++)
				m32(&m, 0);
			m32(&m, len);
			if (kinds[k] != 3)
				m32(&m, len);
			mbytes(&m, "12345678", 8);
			mblock_end(&m);
			f = exact(m.bytes, m.len);
			/* What is left behind a short one are options, and these are none. */
			if (len > 4)
				assert_int_equal(read_all(f.bytes, f.len), len <= 8 ? 1 : -1);
			else
				read_all(f.bytes, f.len);
			free(f.bytes);
		}
}

/* One mistake each, and the words that name it. */
static void test_errors_have_names(void **state)
{
	static const struct {
		u32 at; /* in the little-endian sample; counted from the block of `block` */
		u32 block, value;
		const char *words;
	} rows[] = {
		{ 8, 0, 0x11223344, "no byte order" },
		{ 12, 0, 0x00000002, "version 2.0" },
		{ 4, 28, 13, "a block of 13 bytes" },
		{ 4, 28, 8, "a block of 8 bytes" },
		{ 4, 28, 0x7ffffff0, "are left" },
		{ 16, 28, 0, "ends as one of" }, /* the closing length */
	};
	static struct maker m;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcap_reader r;
		struct pcap_packet p;
		u32 at = rows[i].block + rows[i].at;

		make_all(&m, false);
		if (rows[i].value == 0)
			at = 28 + get_le32(m.bytes + 32) - 4;
		put_le32(m.bytes + at, rows[i].value);
		if (pcap_open(&r, m.bytes, m.len))
			assert_int_equal(pcap_next(&r, &p), -1);
		assert_non_null(strstr(r.error, rows[i].words));
	}
}

/* --- other programs
 * ------------------------------------------------------------------------------- */

static bool have(const char *program)
{
	char line[TEXT_MAX];

	snprintf(line, sizeof(line), "command -v %s >/dev/null 2>&1", program);
	if (system(line) == 0)
		return true;
	printf("SKIP: %s is not installed\n", program);
	return false;
}

struct outside {
	char dir[64];
};

static void put_file(const char *dir, const char *name, struct file f)
{
	char path[TEXT_MAX];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	to = fopen(path, "wb");
	assert_non_null(to);
	assert_int_equal(fwrite(f.bytes, 1, f.len, to), f.len);
	fclose(to);
	free(f.bytes);
}

/* `in` has two interfaces; `one` a single one, as pcap files have. */
static struct outside outside_begin(void)
{
	struct outside o = { "/tmp/refstack-pcapng-XXXXXX" };

	assert_non_null(mkdtemp(o.dir));
	put_file(o.dir, "in", our_file(2));
	put_file(o.dir, "one", our_file(1));
	return o;
}

static void outside_end(struct outside *o)
{
	char line[TEXT_MAX];

	snprintf(line, sizeof(line), "rm -r %s", o->dir);
	assert_int_equal(system(line), 0);
}

/* Runs the line in the directory and reads the file `out` it makes; -1: it went wrong. */
static int outside_run(const struct outside *o, const char *command, struct pcap_packet *first,
		       struct file *f)
{
	char line[1024];
	struct pcap_reader r;
	FILE *from;

	snprintf(line, sizeof(line), "cd %s && { %s; } >log 2>&1", o->dir, command);
	if (system(line) != 0)
		return -1;
	snprintf(line, sizeof(line), "%s/out", o->dir);
	from = fopen(line, "rb");
	if (from == NULL)
		return -1;
	*f = slurp(from);
	assert_true(pcap_open(&r, f->bytes, f->len));
	assert_int_equal(pcap_next(&r, first), 1);
	return read_all(f->bytes, f->len);
}

static void test_files_of_other_programs(void **state)
{
	static const struct {
		const char *program, *command;
		bool ns, comment; /* what such a file keeps */
	} rows[] = {
		{ "editcap", "editcap -F pcapng in out", true, true },
		{ "editcap", "editcap -F pcapng -s 8 in out", true, true },
		{ "mergecap", "mergecap -w out in one", true, true },
		{ "tshark", "tshark -r in -w out", true, true },
		{ "editcap", "editcap -F pcap one out", false, false },
		{ "editcap", "editcap -F nsecpcap one out", true, false },
	};
	struct outside o = outside_begin();

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcap_packet p = { 0 };
		struct file f = { 0 };

		if (!have(rows[i].program))
			continue;
		assert_true(outside_run(&o, rows[i].command, &p, &f) >= 2);
		assert_true(p.when_ns ==
			    (rows[i].ns ? written[0].when_ns : written[0].when_ns / 1000 * 1000));
		assert_memory_equal(p.bytes, packet_a, 8);
		assert_int_equal(p.comment != NULL, rows[i].comment);
		free(f.bytes);
	}
	outside_end(&o);
}

static void test_files_of_scapy(void **state)
{
	static const char *const rows[][3] = {
		{ "False", "<", "1000" },
		{ "False", ">", "1000" },
		{ "True", "<", "1" },
		{ "True", ">", "1" },
	};
	struct outside o = outside_begin();

	(void)state;
	if (system("python3 -c 'import scapy' >/dev/null 2>&1") != 0) {
		printf("SKIP: scapy is not installed\n");
	} else {
		for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
			char command[512];
			struct pcap_packet p = { 0 };
			struct file f = { 0 };

			snprintf(
				command, sizeof(command),
				"rm -f out; python3 -c 'from scapy.all import *; p = "
				"IP(src=\"192.0.2.1\", dst=\"192.0.2.2\")/UDP()/b\"hello\"; p.time "
				"= "
				"1700000000.5; wrpcap(\"out\", [p, p], nano=%s, endianness=\"%s\", "
				"linktype=101)'",
				rows[i][0], rows[i][1]);
			assert_int_equal(outside_run(&o, command, &p, &f), 2);
			assert_true(p.when_ns == 1700000000500000000ull);
			assert_int_equal(p.caplen, 33);
			free(f.bytes);
		}
	}
	outside_end(&o);
}

/* tshark finds in our file what we wrote. */
static void test_tshark_reads_ours(void **state)
{
	static const char want[] = "a/eth0/wire\t1700000000.992000001\tudp.pkt:12 sendto(3, ...) = "
				   "5\t0x00000002\t4294967298\t3\n";
	struct outside o = outside_begin();
	char line[512], got[512];
	FILE *from;

	(void)state;
	if (have("tshark")) {
		snprintf(line, sizeof(line),
			 "tshark -r %s/in -T fields -e frame.interface_name -e frame.time_epoch -e "
			 "frame.comment -e frame.packet_flags -e frame.packet_id -e "
			 "frame.interface_queue 2>/dev/null",
			 o.dir);
		from = popen(line, "r");
		assert_non_null(from);
		assert_non_null(fgets(got, sizeof(got), from));
		pclose(from);
		assert_string_equal(got, want);
	}
	outside_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_files_are_read_back),
		cmocka_unit_test(test_long_comments_are_cut),
		cmocka_unit_test(test_long_texts_become_several_comments),
		cmocka_unit_test(test_times_before_1970),
		cmocka_unit_test(test_both_byte_orders),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_pcap),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_flipped_bytes),
		cmocka_unit_test(test_packet_lengths),
		cmocka_unit_test(test_errors_have_names),
		cmocka_unit_test(test_files_of_other_programs),
		cmocka_unit_test(test_files_of_scapy),
		cmocka_unit_test(test_tshark_reads_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
