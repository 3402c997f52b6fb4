// SPDX-License-Identifier: MIT
/* generate_packet.c - packet sockets: bound, read, written to, in groups, with filters; and filters
 * of other sockets.
 */
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/filter.h"

enum { INSNS_MAX = 24, SCRATCH = 4 };

static void put_pfd(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, GEN_PACKET);

	if (s == NULL || gen_spoil(g)) {
		gen_rule(g, "bad_fd");
		return;
	}
	g->cur = s->fd;
	gen_putf(g, "%d", s->fd);
}

/* Whoever may have a filter. */
static void put_ffd(struct gen *g)
{
	const struct gen_sock *s = gen_sock(g, gen_percent(g, 50) ? GEN_UDP | GEN_RAW : GEN_PACKET);

	if (s == NULL) {
		gen_rule(g, "bad_fd");
		return;
	}
	g->cur = s->fd;
	gen_putf(g, "%d", s->fd);
}

static void put_mac(struct gen *g)
{
	static const char *const macs[] = { "020000000002", "ffffffffffff", "020000000001",
					    "01005e000001", "000000000000" };

	gen_put(g, gen_percent(g, 60) ? macs[0] : macs[gen_below(g, ARRAY_SIZE(macs))]);
}

static void put_tag(struct gen *g)
{
	gen_putf(g, "%s%04x", gen_percent(g, 70) ? "8100" : "88a8",
		 gen_percent(g, 50) ? 0 : gen_below(g, 65536));
}

/* A frame as bytes: what a program writes into a socket of SOCK_RAW. */
static void put_frame_bytes(struct gen *g)
{
	static const char *const types[] = { "0800", "0806", "88b5", "86dd", "0000", "0040" };
	u32 n = gen_below(g, 60), tags = gen_percent(g, 15) ? 1 + gen_below(g, 3) : 0;

	gen_put(g, "hex ");
	put_mac(g);
	gen_put(g, gen_percent(g, 90) ? "020000000001" : "020000000009");
	for (u32 i = 0; i < tags; i++)
		put_tag(g);
	gen_put(g, types[gen_below(g, ARRAY_SIZE(types))]);
	if (gen_percent(g, 40)) {
		gen_put(g, "450000");
		gen_putf(g, "%02x", n + 20);
		gen_put(g, "123400004011");
		gen_putf(g, "%04x", gen_below(g, 65536));
		gen_put(g, "c0000201c0000202");
		tags += 5;
	}
	for (u32 i = 0; i < n; i++)
		gen_putf(g, "%02x", gen_below(g, 256));
	gen_putf(g, ", %u", 14 + 4 * tags + n);
}

static u16 pick_number(struct gen *g, const u16 *from, u32 n)
{
	return gen_percent(g, 90) ? from[gen_below(g, n)] : (u16)gen_below(g, 65536);
}

static void put_le16_hex(struct gen *g, u16 v)
{
	gen_putf(g, "%02x%02x", v & 0xff, v >> 8);
}

/* A struct virtio_net_hdr and a frame of TCP or UDP. */
static void put_vnet_frame(struct gen *g)
{
	static const u16 hdr_lens[] = { 0, 14, 34, 54, 66 }, gso_sizes[] = { 0, 1, 8, 100, 536 };
	static const u16 starts[] = { 34, 34, 14, 0, 54 }, offsets[] = { 16, 6, 0 };
	static const u8 gso_types[] = { 0, 0, 1, 1, 5, 0x81, 3, 4 };
	bool udp = gen_percent(g, 40), longer = gen_percent(g, 50);
	u32 data = gen_below(g, 500), ip_len = 20 + (udp ? 8u : 20u) + data;

	gen_putf(g, "hex %02x%02x", gen_below(g, 3),
		 gso_types[gen_below(g, ARRAY_SIZE(gso_types))]);
	put_le16_hex(g, pick_number(g, hdr_lens, ARRAY_SIZE(hdr_lens)));
	put_le16_hex(g, pick_number(g, gso_sizes, ARRAY_SIZE(gso_sizes)));
	put_le16_hex(g, pick_number(g, starts, ARRAY_SIZE(starts)));
	put_le16_hex(g, pick_number(g, offsets, ARRAY_SIZE(offsets)));
	gen_putf(g, "%s0200000000020200000000010800", longer ? "0000" : "");
	gen_putf(g, "4500%04x1234400040%02x0000c0000201c0000202", ip_len, udp ? 17 : 6);
	if (udp)
		gen_putf(g, "13880007%04x0000", 8 + data);
	else
		gen_put(g, "1388000700000001000000015010ffff00000000");
	for (u32 i = 0; i < data; i++)
		gen_put(g, "61");
	gen_putf(g, ", %u", 10 + (longer ? 2u : 0u) + 14 + ip_len);
}

/* --- programs of the filter
 * --------------------------------------------------------------------------- */

struct insn {
	u32 code, jt, jf, k;
};

static u32 draw_k(struct gen *g)
{
	static const u32 some[] = {
		0,	    1,		2,	    12,		14,	    20,		22,
		23,	    30,		34,	    0x7fffffff, 0x8000,	    0x7ffe,	0xffffffff,
		0x80000000, 0xfff00000, 0xfff0000c, 0xffe00000, 0xffe0000c, 0xfffff002, 0xffefffff,
	};
	u32 extension = gen_below(g, SKF_AD_MAX / 4) * 4;

	if (gen_percent(g, 40))
		return gen_below(g, 60);
	if (gen_percent(g, 60))
		return some[gen_below(g, ARRAY_SIZE(some))];
	/* Random numbers depend on what ran before. */
	if (extension != SKF_AD_RANDOM)
		return (u32)SKF_AD_OFF + extension;
	return gen_below(g, U32_MAX);
}

static u32 one_of(struct gen *g, const u16 *from, u32 n)
{
	return from[gen_below(g, n)];
}

static struct insn draw_load(struct gen *g)
{
	static const u16 codes[] = { 0x20, 0x28, 0x30, 0x30, 0x40, 0x48, 0x50, 0xb1 };

	return (struct insn){ .code = one_of(g, codes, ARRAY_SIZE(codes)), .k = draw_k(g) };
}

static struct insn draw_alu(struct gen *g)
{
	static const u16 ops[] = {
		0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0
	};
	u32 op = one_of(g, ops, ARRAY_SIZE(ops));
	u32 k = draw_k(g);

	if ((op == BPF_LSH || op == BPF_RSH) && gen_percent(g, 90))
		k %= 32;
	return (struct insn){ .code = BPF_ALU | op | (op != BPF_NEG && gen_percent(g, 50) ? 8 : 0),
			      .k = k };
}

/* left: instructions behind it. */
static struct insn draw_jump(struct gen *g, u32 left)
{
	static const u16 ops[] = { 0x10, 0x20, 0x30, 0x40 };

	if (gen_percent(g, 15))
		return (struct insn){ .code = BPF_JMP, .k = gen_below(g, left) };
	return (struct insn){ .code = BPF_JMP | one_of(g, ops, ARRAY_SIZE(ops)) |
				      (gen_percent(g, 40) ? 8 : 0),
			      .jt = gen_below(g, left),
			      .jf = gen_below(g, left),
			      .k = draw_k(g) };
}

static struct insn draw_other(struct gen *g)
{
	static const u16 codes[] = { 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x07, 0x87, 0x80, 0x81 };
	u32 code = one_of(g, codes, ARRAY_SIZE(codes));
	bool memory = code == 0x60 || code == 0x61 || code == BPF_ST || code == BPF_STX;

	return (struct insn){ .code = code, .k = memory ? gen_below(g, SCRATCH) : draw_k(g) };
}

static struct insn draw_end(struct gen *g)
{
	if (gen_percent(g, 50))
		return (struct insn){ .code = BPF_RET | BPF_A };
	return (struct insn){ .code = BPF_RET | BPF_K,
			      .k = gen_percent(g, 80) ? gen_below(g, 80) : draw_k(g) };
}

static struct insn draw_insn(struct gen *g, u32 left)
{
	u32 what = gen_below(g, 20);

	if (gen_spoil(g))
		return (struct insn){ gen_below(g, 256), gen_below(g, 3), 0, draw_k(g) };
	if (what < 7)
		return draw_load(g);
	if (what < 11)
		return draw_alu(g);
	if (what < 14 && left > 1)
		return draw_jump(g, left);
	return what == 14 ? draw_end(g) : draw_other(g);
}

/* {len = 2, filter = [...]} */
static void put_fprog(struct gen *g)
{
	u32 n = 1 + gen_below(g, gen_percent(g, 50) ? 4 : INSNS_MAX);
	u32 head = gen_percent(g, 50) ? SCRATCH : 0;

	gen_putf(g, "{len = %u, filter = [", head + n);
	for (u32 i = 0; i < head; i++)
		gen_putf(g, "{2, 0, 0, %u}, ", i);
	for (u32 i = 0; i < n; i++) {
		struct insn f = i + 1 == n && !gen_spoil(g) ? draw_end(g) : draw_insn(g, n - i - 1);

		gen_putf(g, "%s{%u, %u, %u, %d}", i != 0 ? ", " : "", f.code, f.jt, f.jf, (s32)f.k);
	}
	gen_put(g, "]}");
}

static const struct gen_row rows[] = {
	{ "pk_proto", 30, "htons(0x0003)" },
	{ NULL, 20, "htons(0x0800)" },
	{ NULL, 10, "htons(0x0806)" },
	{ NULL, 8, "htons(0)" },
	{ NULL, 5, "htons(0x8100)" },
	{ NULL, 5, "htons(0x88b5)" },
	{ NULL, 3, "htons(0x86dd)" },
	{ NULL, 2, "htons(4)" },
	{ NULL, 2, "htons(1)" },
	{ "pk_if", 40, "2" },
	{ NULL, 12, "1" },
	{ NULL, 8, "0" },
	{ NULL, -4, "3" },
	{ NULL, -3, "-1" },
	{ "pk_len", 60, "20" },
	{ NULL, 3, "28" },
	{ NULL, -4, "19" },
	{ NULL, -4, "12" },
	{ NULL, -2, "128" },
	{ NULL, -2, "0" },
	{ "pk_halen", 30, "6" },
	{ NULL, 4, "0" },
	{ NULL, 2, "8" },
	{ NULL, -3, "9" },
	{ NULL, -2, "255" },
	{ "pk_addr", 30,
	  "{sa_family = AF_PACKET, sll_protocol = @pk_proto, sll_ifindex = @pk_if, sll_halen = "
	  "@pk_halen, sll_addr = hex @pk_mac}" },
	{ NULL, 4, "{sa_family = AF_PACKET, sll_ifindex = @pk_if}" },
	{ NULL, 8,
	  "{sa_family = AF_PACKET, spkt_device = \"@pk_dev\", spkt_protocol = @pk_proto}" },
	{ NULL, -3, "{sa_family = AF_INET, sin_port = htons(7)}" },
	{ NULL, -2, "NULL" },
	{ "pk_dev", 30, "eth0" },
	{ NULL, 10, "lo" },
	{ NULL, -4, "eth9" },
	{ NULL, -2, "" },
	{ "pk_to", 30, "@pk_addr, 20" },
	{ NULL, 10, "@pk_addr, @pk_len" },
	{ NULL, 10,
	  "{sa_family = AF_PACKET, spkt_device = \"@pk_dev\", spkt_protocol = @pk_proto}, 18" },
	{ NULL, 2, "{sa_family = AF_PACKET, spkt_device = \"@pk_dev\"}, 16" },
	{ "pk_data", 40, "@pk_frame" },
	{ NULL, 6, "..., @len" },
	{ NULL, 3, "..., 1514" },
	{ NULL, 2, "..., 1515" },
	{ NULL, 2, "..., 1518" },
	{ NULL, 2, "..., 1519" },
	{ NULL, 2, "..., 13" },
	{ NULL, 2, "..., 0" },
	{ NULL, -2, "0x1, 60" },
	{ "pk_control", 30, "" },
	{ NULL, 4, ", msg_control = [@cmsg]" },
	{ NULL, 3,
	  ", msg_control = [{cmsg_level = SOL_SOCKET, cmsg_type = SO_MARK, cmsg_data = [7]}]" },
	{ "do_pk_send", 30, "sendto(@pfd, @pk_data, @send_flags, @pk_to) = ..." },
	{ NULL, 10, "send(@pfd, @pk_data, @send_flags) = ..." },
	{ NULL, 3, "write(@pfd, @pk_data) = ..." },
	{ NULL, 3, "writev(@pfd, [{@pk_frame}, {@data}], 2) = ..." },
	{ NULL, 8,
	  "sendmsg(@pfd, {msg_name(@pk_len) = @pk_addr, msg_iov(1) = [{@pk_data}]@pk_control}, 0) "
	  "= "
	  "..." },
	{ NULL, 2,
	  "sendmsg(@pfd, {msg_name(20) = @pk_addr, msg_iov(2) = [{@pk_frame}, {..., @len}]}, 0) = "
	  "..." },
	{ "pk_recv_flags", 60, "MSG_DONTWAIT" },
	{ NULL, 8, "MSG_DONTWAIT|MSG_PEEK" },
	{ NULL, 8, "MSG_DONTWAIT|MSG_TRUNC" },
	{ NULL, 3, "MSG_DONTWAIT|MSG_ERRQUEUE" },
	{ NULL, -3, "MSG_DONTWAIT|@msg_flag" },
	{ "pk_room", 30, "2000" },
	{ NULL, 6, "@digit@digit" },
	{ NULL, 3, "0" },
	{ "do_pk_vnet", 10,
	  "setsockopt(@pfd, SOL_PACKET, PACKET_VNET_HDR, [1], 4) = ...\nsendto(@cur, @pk_vnet, 0, "
	  "@pk_addr, 20) = ..." },
	{ NULL, 6,
	  "setsockopt(@pfd, SOL_PACKET, PACKET_VNET_HDR_SZ, [12], 4) = ...\nsendto(@cur, @pk_vnet, "
	  "0, @pk_addr, 20) = ..." },
	{ NULL, 6, "sendto(@pfd, @pk_vnet, 0, @pk_addr, 20) = ..." },
	{ "do_pk_recv", 40,
	  "recvmsg(@pfd, {msg_name(...) = ..., msg_iov(1) = [{..., @pk_room}], msg_flags = ..., "
	  "msg_control = ..., msg_controllen = 200}, @pk_recv_flags) = ..." },
	{ NULL, 10,
	  "recvmsg(@cur, {msg_name(...) = ..., msg_iov(1) = [{..., @pk_room}], msg_flags = ..., "
	  "msg_control = ..., msg_controllen = 200}, @pk_recv_flags) = ..." },
	{ NULL, 15, "recvfrom(@pfd, ..., @pk_room, @pk_recv_flags, ..., [@pk_len]) = ..." },
	{ NULL, 8, "recv(@pfd, ..., @pk_room, @pk_recv_flags) = ..." },
	{ NULL, 3, "recvfrom(@pfd, ..., 2000, MSG_DONTWAIT, {spkt_protocol = ...}, [128]) = ..." },
	{ NULL, 2, "recvmsg(@pfd, {msg_iov(1) = [{0x1, 100}]}, MSG_DONTWAIT) = ..." },
	{ "do_pk_bind", 30, "bind(@pfd, @pk_addr, @pk_len) = ..." },
	{ NULL, 6, "bind(@pfd, {sa_family = AF_PACKET, spkt_device = \"@pk_dev\"}, 16) = ..." },
	{ NULL, 10, "getsockname(@pfd, ..., [128]) = ..." },
	{ NULL, 1, "getpeername(@pfd, ..., [128]) = ..." },
	{ NULL, 1, "connect(@pfd, @pk_addr, 20) = ..." },
	{ NULL, 1, "listen(@pfd, 1) = ..." },
	{ NULL, 1, "shutdown(@pfd, SHUT_RDWR) = ..." },
	{ NULL, 1, "accept(@pfd, NULL, NULL) = ..." },
	{ NULL, 2, "ioctl(@pfd, SIOCINQ, ...) = ..." },
	{ NULL, 2, "ioctl(@pfd, SIOCOUTQ, ...) = ..." },
	{ NULL, 3,
	  "poll([{fd = @pfd, events = POLLIN|POLLOUT|POLLERR, revents = ...}], 1, 0) = ..." },
	{ "pk_int", 20, "1" },
	{ NULL, 10, "0" },
	{ NULL, 4, "2" },
	{ NULL, 4, "10" },
	{ NULL, 4, "12" },
	{ NULL, -4, "-1" },
	{ "pk_intlen", 40, "4" },
	{ NULL, 3, "8" },
	{ NULL, -3, "0" },
	{ NULL, -3, "3" },
	{ "pk_opt", 12, "PACKET_AUXDATA" },
	{ NULL, 4, "PACKET_ORIGDEV" },
	{ NULL, 5, "PACKET_VNET_HDR" },
	{ NULL, 4, "PACKET_VNET_HDR_SZ" },
	{ NULL, 3, "PACKET_VERSION" },
	{ NULL, 2, "PACKET_RESERVE" },
	{ NULL, 2, "PACKET_LOSS" },
	{ NULL, 2, "PACKET_COPY_THRESH" },
	{ NULL, 2, "PACKET_TIMESTAMP" },
	{ NULL, 6, "PACKET_QDISC_BYPASS" },
	{ NULL, 6, "PACKET_IGNORE_OUTGOING" },
	{ NULL, 2, "PACKET_TX_HAS_OFF" },
	{ NULL, 1, "PACKET_RECV_OUTPUT" },
	{ NULL, 1, "PACKET_TX_TIMESTAMP" },
	{ NULL, 1, "PACKET_HDRLEN" },
	{ "pk_any", 1, "PACKET_ADD_MEMBERSHIP" },
	{ NULL, 1, "PACKET_DROP_MEMBERSHIP" },
	{ NULL, 1, "PACKET_RX_RING" },
	{ NULL, 1, "PACKET_TX_RING" },
	{ NULL, 1, "PACKET_STATISTICS" },
	{ NULL, 1, "PACKET_ROLLOVER_STATS" },
	{ NULL, 1, "PACKET_FANOUT_DATA" },
	{ NULL, 1, "PACKET_FANOUT" },
	{ NULL, 3, "@pk_opt" },
	{ "pk_mr", 10, "PACKET_MR_MULTICAST" },
	{ NULL, 10, "PACKET_MR_PROMISC" },
	{ NULL, 10, "PACKET_MR_ALLMULTI" },
	{ NULL, 10, "PACKET_MR_UNICAST" },
	{ NULL, 1, "9" },
	{ "pk_alen", 30, "6" },
	{ NULL, 5, "0" },
	{ NULL, -3, "7" },
	{ NULL, -3, "9" },
	{ "pk_mreq", 1,
	  "{mr_ifindex = @pk_if, mr_type = @pk_mr, mr_alen = @pk_alen, mr_address = hex "
	  "01005e00000@digit}" },
	{ "do_pk_option", 30,
	  "setsockopt(@pfd, SOL_PACKET, @pk_opt, [@pk_int], @pk_intlen) = ..." },
	{ NULL, 10, "getsockopt(@pfd, SOL_PACKET, @pk_opt, ..., [@pk_intlen]) = ..." },
	{ NULL, 6, "getsockopt(@pfd, SOL_PACKET, @pk_any, ..., [@pk_intlen]) = ..." },
	{ NULL, 2, "setsockopt(@pfd, SOL_PACKET, PACKET_STATISTICS, [@pk_int], 4) = ..." },
	{ NULL, 1, "setsockopt(@pfd, SOL_PACKET, PACKET_ROLLOVER_STATS, [@pk_int], 4) = ..." },
	{ NULL, 3, "getsockopt(@pfd, SOL_PACKET, PACKET_HDRLEN, [@pk_int], [@pk_intlen]) = ..." },
	{ NULL, 8, "getsockopt(@pfd, SOL_PACKET, PACKET_STATISTICS, ..., [12]) = ..." },
	{ NULL, 3, "getsockopt(@pfd, SOL_PACKET, PACKET_ROLLOVER_STATS, ..., [24]) = ..." },
	{ NULL, 8, "setsockopt(@pfd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, @pk_mreq, 16) = ..." },
	{ NULL, 5, "setsockopt(@pfd, SOL_PACKET, PACKET_DROP_MEMBERSHIP, @pk_mreq, 16) = ..." },
	{ NULL, 1, "setsockopt(@pfd, SOL_PACKET, PACKET_RX_RING, hex @pk_ring, 16) = ..." },
	{ NULL, 1, "setsockopt(@pfd, SOL_PACKET, PACKET_TX_RING, hex @pk_ring, 28) = ..." },
	{ NULL, 5, "setsockopt(@pfd, SOL_SOCKET, SO_RCVBUF, [@bufsize], 4) = ..." },
	{ NULL, 3, "setsockopt(@pfd, SOL_SOCKET, SO_SNDBUF, [@bufsize], 4) = ..." },
	{ NULL, 3, "setsockopt(@pfd, SOL_SOCKET, SO_RXQ_OVFL, [@onoff], 4) = ..." },
	{ NULL, 3, "setsockopt(@pfd, SOL_SOCKET, SO_MARK, [@pk_int], 4) = ..." },
	{ NULL, 2, "setsockopt(@pfd, SOL_SOCKET, SO_PRIORITY, [@digit], 4) = ..." },
	{ NULL, 1, "setsockopt(@pfd, SOL_SOCKET, SO_NOFCS, [@onoff], 4) = ..." },
	{ NULL, 1, "setsockopt(@pfd, SOL_SOCKET, SO_REUSEPORT, [@onoff], 4) = ..." },
	{ "pk_ring", 2, "00000000000000000000000000000000000000000000000000000000" },
	{ NULL, 1, "00100000000000000000000001000000000000000000000000000000" },
	{ "pk_fanout", 8, "PACKET_FANOUT_HASH" },
	{ NULL, 6, "PACKET_FANOUT_LB" },
	{ NULL, 3, "PACKET_FANOUT_CPU" },
	{ NULL, 6, "PACKET_FANOUT_ROLLOVER" },
	{ NULL, 4, "PACKET_FANOUT_RND" },
	{ NULL, 4, "PACKET_FANOUT_QM" },
	{ NULL, 6, "PACKET_FANOUT_CBPF" },
	{ NULL, 2, "PACKET_FANOUT_EBPF" },
	{ NULL, -2, "9" },
	{ "pk_fanout_flag", 30, "" },
	{ NULL, 6, "|PACKET_FANOUT_FLAG_ROLLOVER" },
	{ NULL, 4, "|PACKET_FANOUT_FLAG_DEFRAG" },
	{ NULL, 3, "|PACKET_FANOUT_FLAG_IGNORE_OUTGOING" },
	{ NULL, -2, "|PACKET_FANOUT_FLAG_UNIQUEID" },
	{ "do_pk_fanout", 20,
	  "setsockopt(@pfd, SOL_PACKET, PACKET_FANOUT, {id = 1, type_flags = @pk_fanout}, 4) = "
	  "..." },
	{ NULL, 20,
	  "setsockopt(@pfd, SOL_PACKET, PACKET_FANOUT, {id = 2, type_flags = "
	  "@pk_fanout~@pk_fanout_flag}, 4) = ..." },
	{ NULL, 4,
	  "setsockopt(@pfd, SOL_PACKET, PACKET_FANOUT, {id = 3, type_flags = @pk_fanout, "
	  "max_num_members = @digit}, 8) = ..." },
	{ NULL, 6, "setsockopt(@pfd, SOL_PACKET, PACKET_FANOUT_DATA, @fprog, 16) = ..." },
	{ NULL, 1, "setsockopt(@pfd, SOL_PACKET, PACKET_FANOUT_DATA, [@digit], 4) = ..." },
	{ NULL, 4, "getsockopt(@pfd, SOL_PACKET, PACKET_FANOUT, ..., [4]) = ..." },
	{ "do_pk_filter", 40, "setsockopt(@ffd, SOL_SOCKET, SO_ATTACH_FILTER, @fprog, 16) = ..." },
	{ NULL, 4, "setsockopt(@ffd, SOL_SOCKET, SO_DETACH_FILTER, [0], 4) = ..." },
	{ NULL, 4, "getsockopt(@ffd, SOL_SOCKET, SO_GET_FILTER, ..., [@digit@digit]) = ..." },
	{ NULL, 1, "getsockopt(@ffd, SOL_SOCKET, SO_DETACH_FILTER, ..., [4]) = ..." },
	{ NULL, 1, "getsockopt(@ffd, SOL_SOCKET, SO_LOCK_FILTER, ..., [4]) = ..." },
	{ NULL, 2, "getsockopt(@ffd, SOL_SOCKET, SO_MEMINFO, ..., [36]) = ..." },
	{ NULL, 4, "setsockopt(@ffd, SOL_SOCKET, SO_LOCK_FILTER, [@onoff], 4) = ..." },
	{ NULL, -1,
	  "setsockopt(@ffd, SOL_SOCKET, SO_ATTACH_FILTER, {len = 3, filter = 0x1}, 16) = ..." },
	{ NULL, -1, "setsockopt(@ffd, SOL_SOCKET, SO_ATTACH_FILTER, @fprog, 15) = ..." },
	{ "packet_sockets", 6, "@do_socket\n@do_socket" },
	{ NULL, 4, "@do_socket\n@do_socket\n@do_socket\n@do_pk_bind" },
	{ "do_pk_fill", 6,
	  "setsockopt(@pfd, SOL_SOCKET, SO_RCVBUF, [0], 4) = "
	  "...\n@do_frame_match\n@do_frame_match\n"
	  "@do_frame_match\n@do_frame_match\n@do_frame_match" },
	{ NULL, 3,
	  "@do_frame_match\n@do_frame_match\n@do_frame_match\ngetsockopt(@pfd, SOL_PACKET, "
	  "PACKET_STATISTICS, ..., [8]) = ..." },
	{ "area_packet", 40, "@do_pk_send" },
	{ NULL, 45, "@do_pk_recv" },
	{ NULL, 14, "@do_pk_bind" },
	{ NULL, 22, "@do_pk_option" },
	{ NULL, 10, "@do_pk_fanout" },
	{ NULL, 8, "@do_pk_vnet" },
	{ NULL, 16, "@do_pk_filter" },
	{ NULL, 6, "@do_pk_fill" },
	{ NULL, 20, "@do_send" },
	{ NULL, 20, "@do_frame_match" },
	{ NULL, 6, "@do_frame_miss" },
	{ NULL, 5, "@do_arp" },
	{ NULL, 4, "@do_ethernet" },
	{ NULL, 4, "@do_fragments" },
	{ NULL, 3, "@do_echo" },
	{ NULL, 2, "@do_raw" },
	{ NULL, 6, "@do_recv" },
	{ NULL, 8, "@do_socket" },
	{ NULL, 4, "close(@pfd) = ..." },
	{ NULL, 2, "@do_rights" },
	{ NULL, 2, "@do_link" },
	{ NULL, 4, "@pause" },
};

static const struct gen_slot slots[] = {
	{ "pfd", put_pfd },    { "pk_vnet", put_vnet_frame },	{ "ffd", put_ffd },
	{ "pk_mac", put_mac }, { "pk_frame", put_frame_bytes }, { "fprog", put_fprog },
};

const struct gen_part gen_part_packet = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
