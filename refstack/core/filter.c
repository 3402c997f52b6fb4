// SPDX-License-Identifier: MIT
/* filter.c - programs of the classic packet filter: checked, run, attached to sockets.
 *
 * Called by the options of SOL_SOCKET and by packet sockets; sk_filter() wherever a socket is given
 * a packet. Rules: LINUX: net/core/filter.c. Linux translates a program into one of its own machine
 * and runs that; here the instructions are run as they are, and only the translation's length is
 * worked out, because sockets are charged for it.
 */
#include "core/filter.h"

#include "core/flow_dissector.h"
#include "core/iov.h"
#include "core/netdevice.h"
#include "uapi/errno.h"
#include "uapi/filter.h"
#include "uapi/in.h"

struct sock_filter {
	u16 code;
	u8 jt, jf;
	u32 k;
};

enum {
	BPF_PROG_HEAD_BYTES = 72, /* of x86-64's struct bpf_prog */
	BPF_INSN_BYTES = 8
};

/* By the class and what else says what an instruction is. */
#define LOAD(size, mode) (BPF_LD | (size) | (mode))
#define ALU(op)		 (BPF_ALU | (op))
#define JMP(op)		 (BPF_JMP | (op))

static struct sock_filter insn_at(const struct page *insns, u32 pc)
{
	const u8 *p = insns->mem + (size_t)pc * SOCK_FILTER_BYTES;

	return (struct sock_filter){ .code = get_le16(p + FILTER_CODE),
				     .jt = p[FILTER_JT],
				     .jf = p[FILTER_JF],
				     .k = get_le32(p + FILTER_K) };
}

/* -------- is it a program? -------- */

/* LINUX: chk_code_allowed(). */
static const u16 allowed_codes[] = {
	ALU(BPF_ADD | BPF_K),
	ALU(BPF_ADD | BPF_X),
	ALU(BPF_SUB | BPF_K),
	ALU(BPF_SUB | BPF_X),
	ALU(BPF_MUL | BPF_K),
	ALU(BPF_MUL | BPF_X),
	ALU(BPF_DIV | BPF_K),
	ALU(BPF_DIV | BPF_X),
	ALU(BPF_MOD | BPF_K),
	ALU(BPF_MOD | BPF_X),
	ALU(BPF_AND | BPF_K),
	ALU(BPF_AND | BPF_X),
	ALU(BPF_OR | BPF_K),
	ALU(BPF_OR | BPF_X),
	ALU(BPF_XOR | BPF_K),
	ALU(BPF_XOR | BPF_X),
	ALU(BPF_LSH | BPF_K),
	ALU(BPF_LSH | BPF_X),
	ALU(BPF_RSH | BPF_K),
	ALU(BPF_RSH | BPF_X),
	ALU(BPF_NEG),
	LOAD(BPF_W, BPF_ABS),
	LOAD(BPF_H, BPF_ABS),
	LOAD(BPF_B, BPF_ABS),
	LOAD(BPF_W, BPF_IND),
	LOAD(BPF_H, BPF_IND),
	LOAD(BPF_B, BPF_IND),
	LOAD(BPF_W, BPF_LEN),
	LOAD(BPF_W, BPF_IMM),
	LOAD(BPF_W, BPF_MEM),
	BPF_LDX | BPF_W | BPF_LEN,
	BPF_LDX | BPF_B | BPF_MSH,
	BPF_LDX | BPF_IMM,
	BPF_LDX | BPF_MEM,
	BPF_ST,
	BPF_STX,
	BPF_MISC | BPF_TAX,
	BPF_MISC | BPF_TXA,
	BPF_RET | BPF_K,
	BPF_RET | BPF_A,
	JMP(BPF_JA),
	JMP(BPF_JEQ | BPF_K),
	JMP(BPF_JEQ | BPF_X),
	JMP(BPF_JGE | BPF_K),
	JMP(BPF_JGE | BPF_X),
	JMP(BPF_JGT | BPF_K),
	JMP(BPF_JGT | BPF_X),
	JMP(BPF_JSET | BPF_K),
	JMP(BPF_JSET | BPF_X),
};

static bool chk_code_allowed(u16 code)
{
	for (size_t i = 0; i < ARRAY_SIZE(allowed_codes); i++)
		if (allowed_codes[i] == code)
			return true;
	return false;
}

static bool is_load_abs(u16 code)
{
	return code == LOAD(BPF_W, BPF_ABS) || code == LOAD(BPF_H, BPF_ABS) ||
	       code == LOAD(BPF_B, BPF_ABS);
}
static bool is_load_ind(u16 code)
{
	return code == LOAD(BPF_W, BPF_IND) || code == LOAD(BPF_H, BPF_IND) ||
	       code == LOAD(BPF_B, BPF_IND);
}
static bool is_memory(u16 code)
{
	return code == LOAD(BPF_W, BPF_MEM) || code == (BPF_LDX | BPF_MEM) || code == BPF_ST ||
	       code == BPF_STX;
}
static bool is_jump_if(u16 code)
{
	return (code & 7) == BPF_JMP && code != JMP(BPF_JA);
}

/* How many instructions Linux makes of a load of what is not in the packet, by (k - SKF_AD_OFF)/4;
 * 0: there is no such thing.
 */
enum { SKF_ADS = SKF_AD_MAX / 4 };
static const u8 extension_length[SKF_ADS] = {
	[SKF_AD_PROTOCOL / 4] = 2,
	[SKF_AD_PKTTYPE / 4] = 2,
	[SKF_AD_IFINDEX / 4] = 4,
	[SKF_AD_NLATTR / 4] = 4,
	[SKF_AD_NLATTR_NEST / 4] = 4,
	[SKF_AD_MARK / 4] = 1,
	[SKF_AD_QUEUE / 4] = 1,
	[SKF_AD_HATYPE / 4] = 4,
	[SKF_AD_RXHASH / 4] = 1,
	[SKF_AD_CPU / 4] = 4,
	[SKF_AD_ALU_XOR_X / 4] = 1,
	[SKF_AD_VLAN_TAG / 4] = 1,
	[SKF_AD_VLAN_TAG_PRESENT / 4] = 3,
	[SKF_AD_PAY_OFFSET / 4] = 4,
	[SKF_AD_RANDOM / 4] = 4,
	[SKF_AD_VLAN_TPID / 4] = 2,
};

/* LINUX: bpf_anc_helper(): which one it is, or SKF_ADS. */
static u32 extension_of(const struct sock_filter *f)
{
	u32 off = f->k - (u32)SKF_AD_OFF;

	if (!is_load_abs(f->code) || off >= SKF_AD_MAX || off % 4 != 0)
		return SKF_ADS;
	return off / 4;
}

/* Of one instruction, the pc-th of flen. */
static bool insn_is_sane(const struct sock_filter *f, u32 pc, u32 flen)
{
	if (!chk_code_allowed(f->code))
		return false;
	if (f->code == ALU(BPF_DIV | BPF_K) || f->code == ALU(BPF_MOD | BPF_K))
		return f->k != 0;
	if (f->code == ALU(BPF_LSH | BPF_K) || f->code == ALU(BPF_RSH | BPF_K))
		return f->k < 32;
	if (is_memory(f->code))
		return f->k < BPF_MEMWORDS;
	if (f->code == JMP(BPF_JA))
		return f->k < flen - pc - 1;
	if (is_jump_if(f->code))
		return pc + f->jt + 1 < flen && pc + f->jf + 1 < flen;
	if (is_load_abs(f->code))
		return extension_of(f) != SKF_ADS || f->k < (u32)SKF_AD_OFF;
	return true;
}

static void mask_of_target(u8 *masks, u32 pc, u16 valid)
{
	put_le16(masks + (size_t)pc * 2, get_le16(masks + (size_t)pc * 2) & valid);
}

/* LINUX: check_load_and_stores(): is every word of memory written before it is read, whichever way
 * the program goes?
 */
static int check_load_and_stores(struct net *net, const struct page *insns, u32 flen)
{
	struct page *masks = page_alloc(net, flen * 2);
	u16 valid = 0;
	int ret = 0;

	if (masks == NULL)
		return -ENOMEM;
	memset(masks->mem, 0xff, (size_t)flen * 2);
	for (u32 pc = 0; pc < flen; pc++) {
		struct sock_filter f = insn_at(insns, pc);

		valid &= get_le16(masks->mem + (size_t)pc * 2);
		if (f.code == BPF_ST || f.code == BPF_STX) {
			valid |= (u16)(1u << f.k);
		} else if (is_memory(f.code) && (valid >> f.k & 1) == 0) {
			ret = -EINVAL;
			break;
		} else if (f.code == JMP(BPF_JA)) {
			mask_of_target(masks->mem, pc + 1 + f.k, valid);
			valid = U16_MAX;
		} else if (is_jump_if(f.code)) {
			mask_of_target(masks->mem, pc + 1 + f.jt, valid);
			mask_of_target(masks->mem, pc + 1 + f.jf, valid);
			valid = U16_MAX;
		}
	}
	put_page(masks);
	return ret;
}

static int bpf_check_classic(struct net *net, const struct page *insns, u32 flen)
{
	u16 last = insn_at(insns, flen - 1).code;

	for (u32 pc = 0; pc < flen; pc++) {
		struct sock_filter f = insn_at(insns, pc);

		if (!insn_is_sane(&f, pc, flen))
			return -EINVAL;
	}
	if (last != (BPF_RET | BPF_K) && last != (BPF_RET | BPF_A))
		return -EINVAL;
	return check_load_and_stores(net, insns, flen);
}

/* -------- how long Linux's translation is -------- */

static u32 load_size(u16 code)
{
	switch (code & 0x18) {
	case BPF_W:
		return 4;
	case BPF_H:
		return 2;
	default:
		return 1;
	}
}

/* LINUX: convert_bpf_ld_abs() where the machine does not like unaligned words, and where packets'
 * bytes begin 2 behind such a border.
 */
static u32 load_length(const struct sock_filter *f)
{
	enum { BY_CALL = 8, JUMP_OVER = 1, IP_ALIGN = 2 };
	u32 size = load_size(f->code);
	u32 endian = size > 1 ? 1 : 0, k = f->k != 0 ? 1 : 0;

	if (is_load_ind(f->code))
		return BY_CALL + k;
	if ((s32)f->k < 0 || f->k > INT32_MAX - IP_ALIGN || (f->k + IP_ALIGN) % size != 0)
		return BY_CALL;
	return 2 + k + (f->k <= INT16_MAX ? 1 : 3) + endian + JUMP_OVER + BY_CALL;
}

/* Both ways out of a comparison: one jump where one of them is what comes next. */
static u32 jump_length(const struct sock_filter *f)
{
	u16 op = f->code & 0xf0;
	u32 big = (f->code & BPF_X) == 0 && (s32)f->k < 0 ? 1 : 0;

	if (f->jf == 0 || (f->jt == 0 && op != BPF_JSET))
		return big + 1;
	return big + 2;
}

static u32 insn_length(const struct sock_filter *f)
{
	enum { LOADS_MSH = 6, DIVIDES = 5 };

	if (extension_of(f) != SKF_ADS)
		return extension_length[extension_of(f)];
	if (is_load_abs(f->code) || is_load_ind(f->code))
		return load_length(f);
	if (f->code == (BPF_LDX | BPF_B | BPF_MSH)) {
		struct sock_filter byte = { .code = LOAD(BPF_B, BPF_ABS), .k = f->k };

		return LOADS_MSH + load_length(&byte);
	}
	if (f->code == ALU(BPF_DIV | BPF_X) || f->code == ALU(BPF_MOD | BPF_X))
		return DIVIDES;
	if (is_jump_if(f->code))
		return jump_length(f);
	return f->code == (BPF_RET | BPF_K) ? 2 : 1;
}

/* LINUX: seen_ld_abs: the packet's first bytes are kept at hand. */
static bool reads_packet(const struct sock_filter *f)
{
	return f->code == (BPF_LDX | BPF_B | BPF_MSH) || is_load_ind(f->code) ||
	       (is_load_abs(f->code) && extension_of(f) == SKF_ADS);
}

/* A translated jump is of at most so many instructions. */
static bool jump_is_short(const struct page *insns, u32 pc, u32 k)
{
	u32 off = 0;

	for (u32 i = pc + 1; i < pc + 1 + k && off <= INT16_MAX; i++) {
		struct sock_filter f = insn_at(insns, i);

		off += insn_length(&f);
	}
	return off <= INT16_MAX;
}

/* LINUX: bpf_migrate_filter(), bpf_prog_size(). */
static int translate(struct bpf_prog *prog)
{
	enum { PROLOGUE = 3, PROLOGUE_PACKET = 4, SHORT = 1024 };
	u32 n = PROLOGUE;
	bool packet = false;

	for (u32 pc = 0; pc < prog->len; pc++) {
		struct sock_filter f = insn_at(prog->insns, pc);

		n += insn_length(&f);
		packet |= reads_packet(&f);
		if (f.code == JMP(BPF_JA) && f.k > SHORT && !jump_is_short(prog->insns, pc, f.k))
			return -EINVAL;
	}
	prog->size = BPF_PROG_HEAD_BYTES + BPF_INSN_BYTES * (n + (packet ? PROLOGUE_PACKET : 0));
	return 0;
}

/* -------- random numbers for programs -------- */

/* LINUX: prandom_u32_state(): L'Ecuyer's LFSR113. */
static u32 prandom_u32_state(u32 s[4])
{
	s[0] = (s[0] & 0xfffffffe) << 18 ^ (s[0] << 6 ^ s[0]) >> 13;
	s[1] = (s[1] & 0xfffffff8) << 2 ^ (s[1] << 2 ^ s[1]) >> 27;
	s[2] = (s[2] & 0xfffffff0) << 7 ^ (s[2] << 13 ^ s[2]) >> 21;
	s[3] = (s[3] & 0xffffff80) << 13 ^ (s[3] << 3 ^ s[3]) >> 12;
	return s[0] ^ s[1] ^ s[2] ^ s[3];
}

/* LINUX: prandom_seed_full_state() of one CPU, at the first program that asks for any. */
static void random_init_once(struct net *net)
{
	static const u8 min[4] = { 2, 8, 16, 128 };
	u32 *s = net->taps->bpf_user_rnd_state;

	if (s[0] != 0)
		return;
	for (u32 i = 0; i < 4; i += 2) {
		u64 word = get_random_u64(net->random);

		s[i] = (u32)word;
		s[i + 1] = (u32)(word >> 32);
	}
	for (u32 i = 0; i < 4; i++)
		if (s[i] < min[i])
			s[i] += min[i];
	for (u32 i = 0; i < 10; i++)
		(void)prandom_u32_state(s);
}

static void seed_if_random(struct net *net, const struct bpf_prog *prog)
{
	for (u32 pc = 0; pc < prog->len; pc++) {
		struct sock_filter f = insn_at(prog->insns, pc);

		if (extension_of(&f) == SKF_AD_RANDOM / 4)
			random_init_once(net);
	}
}

/* -------- made and freed -------- */

int copy_bpf_fprog_from_user(struct net *net, u8 fprog[16], uptr optval, u32 optlen)
{
	if (optlen != SOCK_FPROG_BYTES)
		return -EINVAL;
	return copy_from_user(current_task(net), fprog, optval, SOCK_FPROG_BYTES) != 0 ? -EFAULT
										       : 0;
}

int bpf_prog_create_from_user(struct net *net, struct bpf_prog *prog, const u8 fprog[16])
{
	u32 len = get_le16(fprog + FPROG_LEN);
	u64 filter = get_le64(fprog + FPROG_FILTER);
	int err;

	if (filter == 0 || len == 0 || len > BPF_MAXINSNS)
		return -EINVAL;
	*prog = (struct bpf_prog){ .net = net, .len = len };
	prog->insns = page_alloc(net, len * SOCK_FILTER_BYTES);
	if (prog->insns == NULL)
		return -ENOMEM;
	err = copy_from_user(current_task(net), prog->insns->mem, filter,
			     (u64)len * SOCK_FILTER_BYTES) != 0
		      ? -EFAULT
		      : 0;
	if (err == 0)
		err = bpf_check_classic(net, prog->insns, len);
	if (err == 0)
		err = translate(prog);
	if (err != 0)
		bpf_prog_destroy(prog);
	else
		seed_if_random(net, prog);
	return err;
}

void bpf_prog_destroy(struct bpf_prog *prog)
{
	put_page(prog->insns);
	prog->insns = NULL;
}

/* -------- run -------- */

struct bpf_run {
	const struct bpf_prog *prog;
	struct sk_buff *skb;
	u32 pc, a, x;
	u32 mem[BPF_MEMWORDS];
	bool done; /* a says what came out */
};

static void run_ends(struct bpf_run *r, u32 a)
{
	r->a = a;
	r->done = true;
}

/* LINUX: bpf_skb_load_helper_convert_offset(). */
static bool packet_offset(const struct sk_buff *skb, s32 k, s32 *off)
{
	*off = k;
	if (k >= 0)
		return true;
	if (k >= SKF_NET_OFF) {
		*off = k - SKF_NET_OFF + skb_network_offset(skb);
		return true;
	}
	if (k < SKF_LL_OFF || !skb_mac_header_was_set(skb))
		return false;
	*off = k - SKF_LL_OFF + (s32)(skb_mac_header(skb) - skb->data);
	return true;
}

/* A word of the packet; where there is none the program ends, and wants nothing. */
static u32 load_packet(struct bpf_run *r, u32 k, u32 size)
{
	u8 raw[4];
	s32 off;

	if (!packet_offset(r->skb, (s32)k, &off) || !skb_header_bytes(r->skb, off, raw, size)) {
		run_ends(r, 0);
		return 0;
	}
	switch (size) {
	case 4:
		return get_be32(raw);
	case 2:
		return get_be16(raw);
	default:
		return raw[0];
	}
}

enum { NLA_HDRLEN = 4, NLA_TYPE_MASK = 0x3fff };

/* LINUX: nla_find() in [at, at + len): its offset, or 0. */
static u32 nla_find(const u8 *data, u32 at, u32 len, u32 type)
{
	while (len >= NLA_HDRLEN) {
		u32 nla_len = get_le16(data + at);
		u32 step = (nla_len + 3) & ~3u;

		if (nla_len < NLA_HDRLEN || nla_len > len)
			return 0;
		if ((get_le16(data + at + 2) & NLA_TYPE_MASK) == type)
			return at;
		if (step >= len)
			return 0;
		at += step;
		len -= step;
	}
	return 0;
}

static u32 find_nlattr(const struct bpf_run *r, bool nested)
{
	const struct sk_buff *skb = r->skb;
	u32 len;

	if (skb_is_nonlinear(skb) || skb->len < NLA_HDRLEN || r->a > skb->len - NLA_HDRLEN)
		return 0;
	if (!nested)
		return nla_find(skb->data, r->a, skb->len - r->a, r->x);
	len = get_le16(skb->data + r->a);
	if (len < NLA_HDRLEN || len > skb->len - r->a)
		return 0;
	return nla_find(skb->data, r->a + NLA_HDRLEN, len - NLA_HDRLEN, r->x);
}

static u32 load_extension(struct bpf_run *r, u32 which)
{
	const struct sk_buff *skb = r->skb;

	switch (which * 4) {
	case SKF_AD_PROTOCOL:
		return be16_to_cpu(skb->protocol);
	case SKF_AD_PKTTYPE:
		return skb->pkt_type;
	case SKF_AD_IFINDEX:
	case SKF_AD_HATYPE:
		if (skb->dev == NULL) {
			run_ends(r, r->a);
			return r->a;
		}
		return which * 4 == SKF_AD_IFINDEX ? (u32)skb->dev->ifindex : skb->dev->type;
	case SKF_AD_NLATTR:
		return find_nlattr(r, false);
	case SKF_AD_NLATTR_NEST:
		return find_nlattr(r, true);
	case SKF_AD_MARK:
		return skb->mark;
	case SKF_AD_QUEUE:
		return skb->queue_mapping;
	case SKF_AD_RXHASH:
		return skb->hash;
	case SKF_AD_CPU:
		return this_cpu(skb->net)->id;
	case SKF_AD_ALU_XOR_X:
		return r->a ^ r->x;
	case SKF_AD_VLAN_TAG:
		return skb->vlan_present ? skb->vlan_tci : 0;
	case SKF_AD_VLAN_TAG_PRESENT:
		return skb->vlan_present ? 1 : 0;
	case SKF_AD_PAY_OFFSET:
		return skb_get_poff(skb);
	case SKF_AD_RANDOM:
		return prandom_u32_state(skb->net->taps->bpf_user_rnd_state);
	default:
		return skb->vlan_present ? skb->vlan_proto : 0;
	}
}

static void run_load(struct bpf_run *r, const struct sock_filter *f)
{
	u32 which = extension_of(f), value;

	switch (f->code & 0xe0) {
	case BPF_ABS:
		value = which != SKF_ADS ? load_extension(r, which)
					 : load_packet(r, f->k, load_size(f->code));
		break;
	case BPF_IND:
		value = load_packet(r, r->x + f->k, load_size(f->code));
		break;
	case BPF_LEN:
		value = r->skb->len;
		break;
	case BPF_MEM:
		value = r->mem[f->k];
		break;
	default:
		value = f->k;
		break;
	}
	if (!r->done)
		r->a = value;
}

static void run_load_x(struct bpf_run *r, const struct sock_filter *f)
{
	switch (f->code & 0xe0) {
	case BPF_MSH: /* the length of an IP header */
		r->x = (load_packet(r, f->k, 1) & 0xf) << 2;
		break;
	case BPF_LEN:
		r->x = r->skb->len;
		break;
	case BPF_MEM:
		r->x = r->mem[f->k];
		break;
	default:
		r->x = f->k;
		break;
	}
}

static void run_alu(struct bpf_run *r, const struct sock_filter *f)
{
	u32 by = (f->code & BPF_X) != 0 ? r->x : f->k;

	switch (f->code & 0xf0) {
	case BPF_ADD:
		r->a += by;
		break;
	case BPF_SUB:
		r->a -= by;
		break;
	case BPF_MUL:
		r->a *= by;
		break;
	case BPF_DIV:
	case BPF_MOD:
		if (by == 0)
			run_ends(r, 0);
		else
			r->a = (f->code & 0xf0) == BPF_DIV ? r->a / by : r->a % by;
		break;
	case BPF_OR:
		r->a |= by;
		break;
	case BPF_AND:
		r->a &= by;
		break;
	case BPF_LSH:
		r->a <<= by & 31;
		break;
	case BPF_RSH:
		r->a >>= by & 31;
		break;
	case BPF_XOR:
		r->a ^= by;
		break;
	default:
		r->a = 0u - r->a;
		break;
	}
}

static bool jump_holds(const struct bpf_run *r, const struct sock_filter *f)
{
	u32 by = (f->code & BPF_X) != 0 ? r->x : f->k;

	switch (f->code & 0xf0) {
	case BPF_JEQ:
		return r->a == by;
	case BPF_JGT:
		return r->a > by;
	case BPF_JGE:
		return r->a >= by;
	default:
		return (r->a & by) != 0;
	}
}

static void run_insn(struct bpf_run *r, const struct sock_filter *f)
{
	switch (f->code & 7) {
	case BPF_LD:
		run_load(r, f);
		break;
	case BPF_LDX:
		run_load_x(r, f);
		break;
	case BPF_ST:
		r->mem[f->k] = r->a;
		break;
	case BPF_STX:
		r->mem[f->k] = r->x;
		break;
	case BPF_ALU:
		run_alu(r, f);
		break;
	case BPF_JMP:
		r->pc += f->code == JMP(BPF_JA) ? f->k : jump_holds(r, f) ? f->jt : f->jf;
		break;
	case BPF_RET:
		run_ends(r, f->code == (BPF_RET | BPF_A) ? r->a : f->k);
		break;
	default:
		if (f->code == (BPF_MISC | BPF_TAX))
			r->x = r->a;
		else
			r->a = r->x;
		break;
	}
}

/* Jumps go forward, so it ends. */
u32 bpf_prog_run(const struct bpf_prog *prog, struct sk_buff *skb)
{
	struct bpf_run r = { .prog = prog, .skb = skb };

	while (!r.done) {
		struct sock_filter f = insn_at(prog->insns, r.pc);

		r.pc++;
		run_insn(&r, &f);
		assert(r.done || r.pc < prog->len);
	}
	return r.a;
}

/* -------- a socket's program -------- */

/* LINUX: __sk_filter_charge(). */
static bool charge(struct sock *sk, const struct sk_filter *fp)
{
	u32 optmem_max = (u32)sock_net(sk)->sysctl.optmem_max;

	if (fp->prog.size > optmem_max || sk->sk_omem_alloc + fp->prog.size >= optmem_max)
		return false;
	sk->sk_omem_alloc += fp->prog.size;
	return true;
}

static void sk_filter_release(struct sk_filter *fp)
{
	struct net *net = fp->prog.net;

	assert(fp->refcnt > 0);
	fp->refcnt--;
	if (fp->refcnt != 0)
		return;
	bpf_prog_destroy(&fp->prog);
	pool_free(&net->filter_pool, fp);
}

bool sk_filter_charge(struct sock *sk, struct sk_filter *fp)
{
	if (!charge(sk, fp))
		return false;
	fp->refcnt++;
	return true;
}

void sk_filter_uncharge(struct sock *sk, struct sk_filter *fp)
{
	assert(sk->sk_omem_alloc >= fp->prog.size);
	sk->sk_omem_alloc -= fp->prog.size;
	sk_filter_release(fp);
}

int sk_attach_filter(const u8 fprog[16], struct sock *sk)
{
	struct net *net = sock_net(sk);
	struct sk_filter *fp, *old = sk->sk_filter;
	int err;

	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	fp = pool_zalloc(&net->filter_pool);
	if (fp == NULL)
		return -ENOMEM;
	err = bpf_prog_create_from_user(net, &fp->prog, fprog);
	if (err != 0) {
		pool_free(&net->filter_pool, fp);
		return err;
	}
	fp->refcnt = 1;
	if (!charge(sk, fp)) {
		sk_filter_release(fp);
		return -ENOMEM;
	}
	sk->sk_filter = fp;
	if (old != NULL)
		sk_filter_uncharge(sk, old);
	return 0;
}

int sk_detach_filter(struct sock *sk)
{
	struct sk_filter *fp = sk->sk_filter;

	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	if (fp == NULL)
		return -ENOENT;
	sk->sk_filter = NULL;
	sk_filter_uncharge(sk, fp);
	return 0;
}

static int get_filter(const struct sock *sk, uptr optval, u32 len)
{
	const struct sk_filter *fp = sk->sk_filter;

	if (fp == NULL)
		return 0;
	if (len == 0)
		return (int)fp->prog.len;
	if (len < fp->prog.len)
		return -EINVAL;
	if (copy_to_user(current_task(sock_net(sk)), optval, fp->prog.insns->mem,
			 (u64)fp->prog.len * SOCK_FILTER_BYTES) != 0)
		return -EFAULT;
	return (int)fp->prog.len;
}

int sk_get_filter(struct sock *sk, uptr optval, u32 len)
{
	int ret;

	lock_sock(sk);
	ret = get_filter(sk, optval, len);
	release_sock(sk);
	return ret;
}

int sk_filter_run(struct sock *sk, struct sk_buff *skb, u32 cap)
{
	struct sock *save_sk = skb->sk;
	u32 pkt_len;

	skb->sk = sk;
	pkt_len = bpf_prog_run(&sk->sk_filter->prog, skb);
	skb->sk = save_sk;
	return pkt_len != 0 ? pskb_trim(skb, max_u32(cap, pkt_len)) : -EPERM;
}
