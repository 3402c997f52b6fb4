// SPDX-License-Identifier: MIT
/* test_filter.c - programs of the classic packet filter where scripts do not see: loads across the
 * borders of a packet's pieces, arithmetic at the ends of its numbers, and what is in front of the
 * data.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/filter.h"
#include "harness/unit/devfix.h"
#include "uapi/filter.h"

enum { LINEAR = 37, PIECE = 11, PIECES = 3, BYTES = LINEAR + PIECE * PIECES, HEADROOM = 64 };

struct insn {
	u16 code;
	u8 jt, jf;
	u32 k;
};

static u8 byte_at(u32 i)
{
	return (u8)(i * 7 + 3);
}

/* BYTES bytes, the last of them in pages. The link header begins 14 bytes in front, the network
 * header at the data.
 */
static struct sk_buff *make_packet(struct fixture *f)
{
	struct sk_buff *skb = alloc_skb(f->net, HEADROOM + LINEAR);
	u8 *p;

	assert_non_null(skb);
	memset(skb->head, 0xee, HEADROOM);
	skb_reserve(skb, HEADROOM);
	p = skb_put(skb, LINEAR);
	for (u32 i = 0; i < LINEAR; i++)
		p[i] = byte_at(i);
	for (u32 n = 0; n < PIECES; n++) {
		struct page *page = page_alloc(f->net, PAGE_SIZE);

		assert_non_null(page);
		for (u32 i = 0; i < PIECE; i++)
			page->mem[i] = byte_at(LINEAR + n * PIECE + i);
		skb_add_rx_frag(skb, page, 0, PIECE, PIECE);
	}
	assert_int_equal(skb->len, BYTES);
	skb->mac_header = (u16)(HEADROOM - ETH_HLEN);
	skb_set_network_header(skb, 0);
	return skb;
}

static u32 run(struct fixture *f, struct sk_buff *skb, const struct insn *insn, u32 n)
{
	struct bpf_prog prog = { .net = f->net, .len = n };
	u32 ret;

	prog.insns = page_alloc(f->net, n * SOCK_FILTER_BYTES);
	assert_non_null(prog.insns);
	for (u32 i = 0; i < n; i++) {
		u8 *p = prog.insns->mem + (size_t)i * SOCK_FILTER_BYTES;

		put_le16(p + FILTER_CODE, insn[i].code);
		p[FILTER_JT] = insn[i].jt;
		p[FILTER_JF] = insn[i].jf;
		put_le32(p + FILTER_K, insn[i].k);
	}
	ret = bpf_prog_run(&prog, skb);
	bpf_prog_destroy(&prog);
	return ret;
}

static const struct insn ret_a = { BPF_RET | BPF_A, 0, 0, 0 };

static u32 expected_load(u32 at, u32 size)
{
	u32 value = 0;

	if (at + size > BYTES)
		return 0;
	for (u32 i = 0; i < size; i++)
		value = value << 8 | byte_at(at + i);
	return value;
}

/* Every size at every place, by ABS and by IND. */
static void loads_cross_borders(void **state)
{
	static const struct {
		u16 code;
		u32 size;
	} sizes[] = { { BPF_W, 4 }, { BPF_H, 2 }, { BPF_B, 1 } };
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	unit_begin(&f);
	skb = make_packet(&f);
	for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
		for (u32 at = 0; at < BYTES + 4; at++) {
			const struct insn abs[] = { { BPF_LD | BPF_ABS | sizes[s].code, 0, 0, at },
						    ret_a };
			const struct insn ind[] = { { BPF_LDX | BPF_IMM, 0, 0, at + 5 },
						    { BPF_LD | BPF_IND | sizes[s].code, 0, 0,
						      (u32)-5 },
						    ret_a };
			u32 want = expected_load(at, sizes[s].size);

			assert_int_equal(run(&f, skb, abs, 2), want);
			assert_int_equal(run(&f, skb, ind, 3), want);
		}
	}
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

/* From the link header on there are bytes in front of the data. */
static void loads_in_front(void **state)
{
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	unit_begin(&f);
	skb = make_packet(&f);
	for (u32 at = 0; at < BYTES + ETH_HLEN + 2; at++) {
		const struct insn link[] = {
			{ BPF_LD | BPF_ABS | BPF_B, 0, 0, (u32)SKF_LL_OFF + at }, ret_a
		};
		const struct insn net[] = {
			{ BPF_LD | BPF_ABS | BPF_B, 0, 0, (u32)SKF_NET_OFF + at }, ret_a
		};

		assert_int_equal(run(&f, skb, link, 2),
				 at < ETH_HLEN ? 0xee : expected_load(at - ETH_HLEN, 1));
		assert_int_equal(run(&f, skb, net, 2), expected_load(at, 1));
	}
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

static u32 naive_alu(u16 op, u32 a, u32 b, bool *ends)
{
	*ends = (op == BPF_DIV || op == BPF_MOD) && b == 0;
	switch (op) {
	case BPF_ADD:
		return (u32)((u64)a + b);
	case BPF_SUB:
		return (u32)((u64)a + 0x100000000ull - b);
	case BPF_MUL:
		return (u32)((u64)a * b);
	case BPF_DIV:
		return *ends ? 0 : a / b;
	case BPF_MOD:
		return *ends ? 0 : a % b;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return (u32)((u64)a << b % 32);
	case BPF_RSH:
		return (u32)((u64)a >> b % 32);
	default:
		return (u32)(0x100000000ull - a);
	}
}

static const u32 edges[] = { 0, 1, 2, 31, 32, 33, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff };

/* What follows is not run when a division has ended the program. */
static void arithmetic(void **state)
{
	static const u16 ops[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD, BPF_OR,
				   BPF_AND, BPF_XOR, BPF_LSH, BPF_RSH, BPF_NEG };
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	unit_begin(&f);
	skb = make_packet(&f);
	for (u32 n = 0; n < ARRAY_SIZE(ops) * ARRAY_SIZE(edges) * ARRAY_SIZE(edges); n++) {
		u16 op = ops[n / ARRAY_SIZE(edges) / ARRAY_SIZE(edges)];
		u32 a = edges[n / ARRAY_SIZE(edges) % ARRAY_SIZE(edges)];
		u32 b = edges[n % ARRAY_SIZE(edges)];
		const struct insn insn[] = { { BPF_LD | BPF_IMM, 0, 0, a },
					     { BPF_LDX | BPF_IMM, 0, 0, b },
					     { (u16)(BPF_ALU | op | (op != BPF_NEG ? BPF_X : 0)), 0,
					       0, 0 },
					     { BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1 },
					     ret_a };
		bool ends;
		u32 want = naive_alu(op, a, b, &ends);

		assert_int_equal(run(&f, skb, insn, ARRAY_SIZE(insn)), ends ? 0 : want + 1);
	}
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

static bool naive_jump(u16 op, u32 a, u32 b)
{
	switch (op) {
	case BPF_JEQ:
		return !(a < b) && !(b < a);
	case BPF_JGT:
		return (u64)b < a;
	case BPF_JGE:
		return !((u64)a < b);
	default:
		return (a & b) > 0;
	}
}

static void comparisons(void **state)
{
	static const u16 ops[] = { BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	unit_begin(&f);
	skb = make_packet(&f);
	for (u32 n = 0; n < ARRAY_SIZE(ops) * ARRAY_SIZE(edges) * ARRAY_SIZE(edges); n++) {
		u16 op = ops[n / ARRAY_SIZE(edges) / ARRAY_SIZE(edges)];
		u32 a = edges[n / ARRAY_SIZE(edges) % ARRAY_SIZE(edges)];
		u32 b = edges[n % ARRAY_SIZE(edges)];
		const struct insn k[] = { { BPF_LD | BPF_IMM, 0, 0, a },
					  { (u16)(BPF_JMP | op | BPF_K), 1, 0, b },
					  { BPF_RET | BPF_K, 0, 0, 5 },
					  { BPF_RET | BPF_K, 0, 0, 6 } };
		const struct insn x[] = { { BPF_LD | BPF_IMM, 0, 0, a },
					  { BPF_LDX | BPF_IMM, 0, 0, b },
					  { (u16)(BPF_JMP | op | BPF_X), 0, 1, 0 },
					  { BPF_RET | BPF_K, 0, 0, 6 },
					  { BPF_RET | BPF_K, 0, 0, 5 } };
		u32 want = naive_jump(op, a, b) ? 6 : 5;

		assert_int_equal(run(&f, skb, k, ARRAY_SIZE(k)), want);
		assert_int_equal(run(&f, skb, x, ARRAY_SIZE(x)), want);
	}
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_cross_borders),
		cmocka_unit_test(loads_in_front),
		cmocka_unit_test(arithmetic),
		cmocka_unit_test(comparisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
