// SPDX-License-Identifier: MIT
/* rx.c - reception: what a frame is, whether it is wanted, its queue, its way into memory.
 *
 * Path: the beginning of the receive side, from the last bit on the wire to the write-back of the
 * descriptor. Rules: IEEE 802.3, 802.1Q, 31B; RFC 791, 768, 9293 for the sums; the Toeplitz hash of
 * receive side scaling; descriptors as in README.md.
 */
#include "nicmodel/nic_internal.h"

#include "base/bytes.h"
#include "base/check.h"

enum {
	ETH_IP = 0x0800,
	ETH_IPV6 = 0x86dd,
	WRITEBACK_BYTES = 40,
	STATUS_DD = 1 << 0,
	STATUS_EOP = 1 << 1,
	STATUS_VP = 1 << 3,
	STATUS_UDPCS = 1 << 4,
	STATUS_L4CS = 1 << 5,
	STATUS_IPCS = 1 << 6,
	STATUS_PIF = 1 << 7,
	STATUS_IPIDV = 1 << 9,
	ERROR_L4E = 1 << 29,
	ERROR_IPE = 1 << 30,
	RXCSUM_IPOFLD = 1 << 8,
	RXCSUM_TUOFLD = 1 << 9,
	RXCSUM_PCSD = 1 << 13,
	PKT_IPV4 = 1 << 4,
	PKT_IPV4_OPTIONS = 1 << 5,
	PKT_IPV6 = 1 << 6,
	PKT_TCP = 1 << 8,
	PKT_UDP = 1 << 9,
	PKT_SCTP = 1 << 10
};

/* ---- receiving: what a frame is ---- */

struct parse {
	const u8 *l3, *l4;
	u32 l3_len; /* to the end of the frame */
	u32 l4_len; /* by the IP length */
	u32 header; /* of IP */
	u8 proto;
	bool v4, v6, fragment, options, sound;
};

static void parse_ipv4(struct parse *p)
{
	u32 total;

	if (p->l3_len < 20 || p->l3[0] >> 4 != 4)
		return;
	p->header = (p->l3[0] & 15) * 4u;
	total = get_be16(p->l3 + 2);
	if (p->header < 20 || p->header > p->l3_len)
		return;
	p->v4 = true;
	p->options = p->header > 20;
	p->proto = p->l3[9];
	p->fragment = (get_be16(p->l3 + 6) & 0x3fff) != 0;
	p->sound = total >= p->header && total <= p->l3_len;
	p->l4 = p->l3 + p->header;
	p->l4_len = p->sound ? total - p->header : 0;
}

static void parse_ipv6(struct parse *p)
{
	if (p->l3_len < 40 || p->l3[0] >> 4 != 6)
		return;
	p->v6 = true;
	p->header = 40;
	p->proto = p->l3[6];
	p->l4_len = get_be16(p->l3 + 4);
	p->sound = p->l4_len <= p->l3_len - 40;
	p->l4 = p->l3 + 40;
	if (!p->sound)
		p->l4_len = 0;
}

static void parse_frame(struct parse *p, const u8 *frame, u32 len, u32 vet)
{
	u32 off = 12;

	*p = (struct parse){ 0 };
	if (get_be16(frame + off) == vet && len >= 18)
		off += 4;
	p->l3 = frame + off + 2;
	p->l3_len = len - off - 2;
	if (get_be16(frame + off) == ETH_IP)
		parse_ipv4(p);
	else if (get_be16(frame + off) == ETH_IPV6)
		parse_ipv6(p);
}

static bool has_l4(const struct parse *p, u32 proto, u32 header)
{
	return p->sound && !p->fragment && p->proto == proto && p->l4_len >= header;
}

static u16 packet_type(const struct parse *p)
{
	u32 t = 0;

	if (p->v4)
		t |= PKT_IPV4 | (p->options ? PKT_IPV4_OPTIONS : 0u);
	if (p->v6)
		t |= PKT_IPV6;
	if (has_l4(p, 6, 20))
		t |= PKT_TCP;
	if (has_l4(p, 17, 8))
		t |= PKT_UDP;
	if (has_l4(p, 132, 12))
		t |= PKT_SCTP;
	return (u16)t;
}

static u32 l4_sum(const struct parse *p)
{
	u8 tail[4] = { 0, p->proto, (u8)(p->l4_len >> 8), (u8)p->l4_len };
	u32 sum;

	sum = p->v4 ? nic_sum(0, p->l3 + 12, 8) : nic_sum(0, p->l3 + 8, 32);
	sum = nic_sum(sum, tail, 4);
	return nic_sum(sum, p->l4, p->l4_len);
}

static u32 checksum_status(const struct nic *n, const struct parse *p)
{
	u32 rxcsum = n->r.RXCSUM[0], s = 0;
	bool udp = has_l4(p, 17, 8), tcp = has_l4(p, 6, 20);

	if ((rxcsum & RXCSUM_IPOFLD) != 0 && p->v4) {
		s |= STATUS_IPCS;
		if (nic_sum(0, p->l3, p->header) != 0xffff)
			s |= ERROR_IPE;
	}
	if ((rxcsum & RXCSUM_TUOFLD) == 0 || (!udp && !tcp))
		return s;
	/* RFC 768: a sum of zero means that the sender made none. */
	if (udp && get_be16(p->l4 + 6) == 0)
		return s;
	s |= STATUS_L4CS | (udp ? STATUS_UDPCS : 0u);
	if (l4_sum(p) != 0xffff)
		s |= ERROR_L4E;
	return s;
}

/* ---- receiving: queue ---- */

/* For each bit of the input that is set, the 32 bits of the key that start at its place. */
static u32 toeplitz(const struct nic *n, const u8 *in, u32 len)
{
	u32 hash = 0, i, ones;
	u64 window = 0;

	for (i = 0; i < 4; i++)
		window = window << 8 | (n->r.RSSRK[i / 4] >> i % 4 * 8 & 0xff);
	for (i = 0; i < len; i++) {
		window = window << 8 | (n->r.RSSRK[(i + 4) / 4] >> (i + 4) % 4 * 8 & 0xff);
		for (ones = in[i]; ones != 0; ones &= ones - 1)
			hash ^= (u32)(window >> (__builtin_ctz(ones) + 1));
	}
	return hash;
}

/* RSS type of the write-back and the hash; 0 when no enabled type fits. */
static u32 rss(const struct nic *n, const struct parse *p, u32 *hash)
{
	static const struct {
		u8 v6, proto, bit, type;
	} kinds[] = {
		{ 0, 6, 16, 1 }, { 0, 17, 22, 7 }, { 0, 0, 17, 2 },
		{ 1, 6, 21, 3 }, { 1, 17, 23, 8 }, { 1, 0, 20, 5 },
	};
	u8 in[36];
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if ((n->r.MRQC[0] >> kinds[i].bit & 1) == 0)
			continue;
		if (kinds[i].v6 ? !p->v6 : !p->v4)
			continue;
		if (kinds[i].proto != 0 && !has_l4(p, kinds[i].proto, kinds[i].proto == 6 ? 20 : 8))
			continue;
		len = kinds[i].v6 ? 32 : 8;
		memcpy(in, p->l3 + (kinds[i].v6 ? 8 : 12), len);
		if (kinds[i].proto != 0) {
			memcpy(in + len, p->l4, 4);
			len += 4;
		}
		*hash = toeplitz(n, in, len);
		return kinds[i].type;
	}
	return 0;
}

static void choose_queue(struct nic *n, const struct parse *p, struct nic_rx_frame *f)
{
	u32 mode = FIELD(n->r.MRQC[0], MRQC_MODE), type, j;

	f->queue = (u8)FIELD(n->r.MRQC[0], MRQC_DEFQ);
	if (mode != 2) {
		n->stats.unsupported += mode != 0;
		return;
	}
	type = rss(n, p, &f->hash);
	f->pkt_info |= (u16)type;
	if (type == 0)
		return;
	j = f->hash & 127;
	f->queue = (u8)FIELD(n->r.RETA[j / 4] >> j % 4 * 8, RETA_QUEUE);
}

/* EtherType filters: the layer 2 type replaces the others, and may name the queue. */
static void ethertype_filter(const struct nic *n, u32 ethertype, struct nic_rx_frame *f)
{
	u32 i, v;

	for (i = 0; i < ARRAY_SIZE(n->r.ETQF); i++) {
		v = n->r.ETQF[i];
		if (FIELD(v, ETQF_FILTER_EN) == 0 || FIELD(v, ETQF_ETYPE) != ethertype)
			continue;
		f->pkt_info = (u16)(0x8000 | i << 4);
		if (FIELD(v, ETQF_QUEUE_EN) != 0)
			f->queue = (u8)FIELD(v, ETQF_QUEUE);
		return;
	}
}

/* ---- receiving: filters ---- */

static bool exact_match(const struct nic *n, const u8 *dst)
{
	u32 low = get_le32(dst), high = get_le16(dst + 4) | FIELD_MASK(RAH_AV), i;
	const u32 mask = FIELD_MASK(RAH_AV) | FIELD_MASK(RAH_ADDR);

	for (i = 0; i < ARRAY_SIZE(n->r.RA); i += 2) {
		if (n->r.RA[i] == low && (n->r.RA[i + 1] & mask) == high)
			return true;
	}
	for (i = 0; i < ARRAY_SIZE(n->r.RA2); i += 2) {
		if (n->r.RA2[i] == low && (n->r.RA2[i + 1] & mask) == high)
			return true;
	}
	return false;
}

static bool multicast_match(const struct nic *n, const u8 *dst)
{
	static const u8 shift[4] = { 4, 3, 2, 0 };
	u32 h = (u32)(dst[5] << 8 | dst[4]) >> shift[FIELD(n->r.RCTL[0], RCTL_MO)] & 0xfff;

	return (n->r.MTA[h >> 5] >> (h & 31) & 1) != 0;
}

/* 0: not for this address. Else 1, or 2 when only an inexact filter let it pass. */
static u32 address_filter(const struct nic *n, const u8 *dst)
{
	u32 rctl = n->r.RCTL[0];

	if (memcmp(dst, "\xff\xff\xff\xff\xff\xff", 6) == 0)
		return (rctl & (RCTL_BAM | RCTL_MPE)) != 0;
	if (exact_match(n, dst))
		return 1;
	if (dst[0] & 1)
		return (rctl & RCTL_MPE) != 0 || multicast_match(n, dst) ? 2 : 0;
	return (rctl & RCTL_UPE) != 0 ? 2 : 0;
}

static bool vlan_filter(const struct nic *n, const u8 *frame, u32 len)
{
	u32 vid;

	if ((n->r.RCTL[0] & RCTL_VFE) == 0 || get_be16(frame + 12) != FIELD(n->r.VET[0], VET_VET) ||
	    len < 18)
		return true;
	vid = get_be16(frame + 14) & 0xfff;
	return (n->r.VFTA[vid >> 5] >> (vid & 31) & 1) != 0;
}

/* A pause frame is consumed, whether it is obeyed or not. */
static bool mac_control(struct nic *n, const u8 *p)
{
	u32 opcode = get_be16(p + 14), quanta = get_be16(p + 16);

	if (n->r.FCT[0] == 0 || get_be16(p + 12) != FIELD(n->r.FCT[0], FCT_FCT))
		return false;
	if (get_le32(p) != n->r.FCAL[0] || get_le16(p + 4) != FIELD(n->r.FCAH[0], FCAH_FCAH))
		return false;
	if (opcode != 1) {
		n->r.FCRUC[0]++;
		return (n->r.RCTL[0] & RCTL_PMCF) == 0;
	}
	n->stats.rx_pause++;
	if (quanta != 0)
		n->r.XOFFRXC[0]++;
	else
		n->r.XONRXC[0]++;
	if (n->r.CTRL[0] & CTRL_RFCE) {
		n->pause_until_ps = n->last_ps + (u64)quanta * NIC_PAUSE_QUANTUM_PS;
		nic_wire_run(n);
	}
	return (n->r.RCTL[0] & RCTL_PMCF) == 0;
}

/* Checks that need no statistics of good frames. Returns NIC_DROP_MAX for a frame to keep. */
static enum nic_drop refuse(struct nic *n, const u8 *p, u32 len, bool fcs_ok)
{
	u32 rctl = n->r.RCTL[0], most = 1522;

	if ((rctl & RCTL_EN) == 0 || (!n->link_up && !nic_loopback(n)))
		return NIC_DROP_RX_OFF;
	if (rctl & RCTL_LPE)
		most = FIELD(n->r.RLPML[0], RLPML_LPML);
	if (len < NIC_WIRE_MIN_BYTES && !n->cfg.qemu_quirks) {
		n->r.RUC[0] += fcs_ok;
		n->r.RFC[0] += !fcs_ok;
		return NIC_DROP_RX_RUNT;
	}
	if (len < 14)
		return NIC_DROP_RX_RUNT;
	if (len + NIC_WIRE_FCS_BYTES > most || len > NIC_FRAME_MAX) {
		n->r.ROC[0] += fcs_ok;
		n->r.RJC[0] += !fcs_ok;
		return NIC_DROP_RX_LONG;
	}
	if (!fcs_ok) {
		n->r.CRCERRS[0]++;
		if ((rctl & RCTL_SBP) == 0)
			return NIC_DROP_RX_CRC;
	}
	if (fcs_ok && len >= 18 && mac_control(n, p))
		return NIC_DROP_RX_PAUSE;
	if (address_filter(n, p) == 0)
		return NIC_DROP_RX_FILTER;
	return vlan_filter(n, p, len) ? NIC_DROP_MAX : NIC_DROP_RX_VLAN;
}

static void count_received(struct nic *n, const u8 *p, u32 frame_len)
{
	u32 len = frame_len + NIC_WIRE_FCS_BYTES;
	u32 *bins[] = { n->r.PRC64,  n->r.PRC127,  n->r.PRC255,
			n->r.PRC511, n->r.PRC1023, n->r.PRC1522 };

	n->r.GPRC[0]++;
	nic_octets(n->r.GORCL, n->r.GORCH, len);
	++*bins[nic_size_bin(len)];
	if (memcmp(p, "\xff\xff\xff\xff\xff\xff", 6) == 0)
		n->r.BPRC[0]++;
	else if (p[0] & 1)
		n->r.MPRC[0]++;
}

/* ---- receiving: into the FIFO ---- */

static void flow_control_off(struct nic *n)
{
	u32 high = n->r.FCRTH[0] & FIELD_MASK(FCRTH_RTH);

	if ((n->r.CTRL[0] & CTRL_TFCE) == 0 || n->xoff_sent || high == 0 || n->rxf.used < high)
		return;
	n->xoff_sent = true;
	n->pause_pending = 1;
	nic_wire_run(n);
}

static void flow_control_on(struct nic *n)
{
	if (!n->xoff_sent || n->rxf.used > (n->r.FCRTL[0] & FIELD_MASK(FCRTL_RTL)))
		return;
	n->xoff_sent = false;
	if (FIELD(n->r.FCRTL[0], FCRTL_XONE) == 0)
		return;
	n->pause_pending = 2;
	nic_wire_run(n);
}

static void describe(struct nic *n, struct nic_rx_frame *f, bool fcs_ok)
{
	u8 *frame = n->rx_mem + f->off;
	struct parse p;
	u32 pcss = FIELD(n->r.RXCSUM[0], RXCSUM_PCSS);

	parse_frame(&p, frame, f->len, FIELD(n->r.VET[0], VET_VET));
	f->pkt_info = packet_type(&p);
	f->status |= checksum_status(n, &p);
	if (!fcs_ok)
		f->status |= 0x80000000u;
	choose_queue(n, &p, f);
	ethertype_filter(n, get_be16(frame + 12), f);
	if (n->r.RXCSUM[0] & RXCSUM_PCSD)
		return;
	if (p.v4) {
		f->status |= STATUS_IPIDV;
		f->ip_id = get_be16(p.l3 + 4);
	}
	if (pcss < f->len && !n->cfg.qemu_quirks)
		f->csum = (u16)~nic_sum(0, frame + pcss, f->len - pcss);
}

static void store(struct nic *n, const u8 *frame, u32 len, bool fcs_ok)
{
	bool strip = (n->r.CTRL[0] & CTRL_VME) != 0 && len >= 18 &&
		     get_be16(frame + 12) == FIELD(n->r.VET[0], VET_VET);
	bool fcs = (n->r.RCTL[0] & RCTL_SECRC) == 0;
	u32 keep = max_u32(len, NIC_WIRE_MIN_BYTES) - (strip ? 4 : 0) + (fcs ? 4 : 0), off = 0;
	struct nic_rx_frame *f;
	u8 *to;

	if (!nic_fifo_place(&n->rxf, sizeof(n->rx_mem), keep, keep + NIC_WIRE_FCS_BYTES, &off)) {
		n->r.MPC[0]++;
		nic_drop_frame(n, NIC_DROP_RX_FIFO);
		nic_cause_icr(n, ICR_RXO);
		return;
	}
	f = nic_rx_at(n, n->rxf.first + n->rxf.count - 1);
	*f = (struct nic_rx_frame){ .off = off, .len = keep - (fcs ? 4 : 0) };
	to = n->rx_mem + off;
	if (strip) {
		memcpy(to, frame, 12);
		memcpy(to + 12, frame + 16, len - 16);
		f->vlan = get_be16(frame + 14);
		f->status |= STATUS_VP;
	} else {
		memcpy(to, frame, len);
	}
	/* QEMU pads what is too short. DIVERGES(fcs-bytes): a kept FCS is four zero bytes. */
	memset(to + len - (strip ? 4 : 0), 0, keep - (len - (strip ? 4 : 0)));
	if (address_filter(n, frame) == 2)
		f->status |= STATUS_PIF;
	describe(n, f, fcs_ok);
	f->len = keep;
	nic_note(n, BUS_NOTE_STORE, f->queue, len);
	nic_busy(n, BUS_MAC_RX, f->queue, len, n->last_ps - min_u64(n->last_ps, nic_wire_ps(len)),
		 n->last_ps);
	flow_control_off(n);
}

/* A frame has come in from the wire, up to its last bit. */
void nic_wire_rx(void *card, const u8 *frame, u32 len, bool fcs_ok)
{
	struct nic *n = card;
	enum nic_drop why;

	n->stats.rx_offered++;
	why = refuse(n, frame, len, fcs_ok);
	if (why != NIC_DROP_RX_OFF) {
		n->r.TPR[0]++;
		nic_octets(n->r.TORL, n->r.TORH, min_u32(len, 0xffff) + NIC_WIRE_FCS_BYTES);
	}
	if (why != NIC_DROP_MAX) {
		nic_drop_frame(n, why);
		return;
	}
	if (fcs_ok)
		count_received(n, frame, len);
	store(n, frame, len, fcs_ok);
	nic_rx_run(n);
}

/* ---- receiving: into memory ---- */

u32 nic_rx_per_desc(const struct nic *n, u32 q)
{
	u32 kb = FIELD(n->r.SRRCTL[q], SRRCTL_BSIZEPACKET);

	return kb != 0 ? kb * 1024 : 2048u >> FIELD(n->r.RCTL[0], RCTL_BSIZE);
}

static void rx_release(struct nic *n, const struct nic_rx_frame *f)
{
	nic_fifo_release(&n->rxf, f->len + NIC_WIRE_FCS_BYTES);
	flow_control_on(n);
}

static u32 rx_need(const struct nic *n, const struct nic_rx_frame *f)
{
	u32 per = nic_rx_per_desc(n, f->queue);

	return (f->len + per - 1) / per;
}

/* The way over the link: the data in buffer-sized parts, then the descriptors. */
static void rx_start(struct nic *n, const struct nic_rx_frame *f, u32 need)
{
	u32 per = nic_rx_per_desc(n, f->queue), left = f->len, i;
	u64 bytes = 0, until_ps;

	for (i = 0; i < need; i++) {
		bytes += nic_write_up_bytes(min_u32(left, per), n->cfg.mps_bytes);
		left -= min_u32(left, per);
	}
	if (FIELD(n->r.RXDCTL[f->queue], DCTL_WTHRESH) <= 1)
		bytes += (u64)need * WRITEBACK_BYTES;
	n->rx_busy = true;
	n->rx_gen = n->rxq[f->queue].ring.gen;
	n->rx_ndesc = need;
	n->rx_per = per;
	until_ps = nic_up_book(n, bytes);
	nic_busy(n, BUS_DMA_WRITE, f->queue, f->len, until_ps - bytes * NIC_LINK_BYTE_PS, until_ps);
	nic_at(n, until_ps, NIC_EV_RXDONE, 0);
}

enum rx_verdict { RX_GO, RX_WAIT, RX_FETCH, RX_DROP_OFF, RX_DROP_DESC };

static enum rx_verdict rx_judge(const struct nic *n, const struct nic_rx_frame *f, u32 need)
{
	const struct nic_ring *r = &n->rxq[f->queue].ring;

	if (!r->on || r->halted)
		return RX_DROP_OFF;
	if (r->cache_len >= need)
		return RX_GO;
	if (nic_rx_supply(n, f->queue) >= need)
		return RX_FETCH;
	if (need > NIC_CACHE || (r->size != 0 && need >= r->size))
		return RX_DROP_DESC;
	if ((n->r.SRRCTL[f->queue] & SRRCTL_DROP_EN) != 0 && !n->cfg.qemu_quirks)
		return RX_DROP_DESC;
	return RX_WAIT;
}

/* Works off the FIFO, in order: a frame that waits for a descriptor holds up those behind it. */
void nic_rx_run(struct nic *n)
{
	struct nic_rx_frame *f;
	enum rx_verdict verdict;

	while (!n->rx_busy && n->rxf.count != 0 && nic_dma_allowed(n)) {
		f = nic_rx_at(n, n->rxf.first);
		verdict = rx_judge(n, f, rx_need(n, f));
		if (verdict == RX_DROP_OFF || verdict == RX_DROP_DESC) {
			if (verdict == RX_DROP_DESC)
				n->r.RQDPC[f->queue] =
					(n->r.RQDPC[f->queue] + 1) & FIELD_MASK(RQDPC_COUNT);
			nic_drop_frame(n, verdict == RX_DROP_OFF ? NIC_DROP_RX_QUEUE_OFF
								 : NIC_DROP_RX_NO_DESC);
			rx_release(n, f);
			continue;
		}
		if (verdict == RX_GO) {
			rx_start(n, f, rx_need(n, f));
			return;
		}
		nic_want_update(n, false, f->queue);
		if (verdict == RX_FETCH)
			nic_engine_run(n);
		if (verdict == RX_WAIT && !f->waited && !n->cfg.qemu_quirks)
			n->r.RNBC[0]++;
		f->waited = true;
		return;
	}
}

static void rx_desc_build(const struct nic *n, const struct nic_rx_frame *f, u32 len, bool last,
			  u8 d[16])
{
	u32 status = STATUS_DD | (last ? STATUS_EOP | f->status : 0u);
	bool legacy = FIELD(n->r.SRRCTL[f->queue], SRRCTL_DESCTYPE) == 0 && !n->cfg.qemu_quirks;

	memset(d, 0, 16);
	if (legacy) {
		put_le16(d + 8, (u16)len);
		put_le16(d + 10, f->csum);
		d[12] = (u8)status;
		d[13] = (u8)(status >> 24 & 0xe0);
		put_le16(d + 14, f->vlan);
		return;
	}
	if (last) {
		put_le16(d, f->pkt_info);
		if (n->r.RXCSUM[0] & RXCSUM_PCSD)
			put_le32(d + 4, f->hash);
		else
			put_le32(d + 4, f->ip_id | (u32)f->csum << 16);
		put_le16(d + 14, f->vlan);
	}
	put_le32(d + 8, status);
	put_le16(d + 12, (u16)len);
}

/* Data first, then the descriptors; true when all of it reached memory. */
static bool rx_deliver(struct nic *n, const struct nic_rx_frame *f, bool *wrote)
{
	u32 q = f->queue, per = n->rx_per, i, at, len, index;
	const struct nic_ring *r = &n->rxq[q].ring;
	const struct nic_desc *d;
	u8 raw[16];

	for (i = 0; i < n->rx_ndesc; i++) {
		d = &n->rx_cache[q][(r->cache_head + i) % NIC_CACHE];
		at = i * per;
		len = min_u32(f->len - at, per);
		if (!nic_dma_write(n, d->addr & ~1ull, n->rx_mem + f->off + at, len)) {
			nic_halt(n, false, q);
			return false;
		}
	}
	for (i = 0; i < n->rx_ndesc; i++) {
		at = i * per;
		len = min_u32(f->len - at, per);
		index = (r->start + (r->consumed + i) % r->size) % r->size;
		rx_desc_build(n, f, len, i + 1 == n->rx_ndesc, raw);
		if (nic_rx_writeback(n, q, index, raw))
			*wrote = true;
		if (r->gen != n->rx_gen)
			return false; /* the write-back failed */
	}
	nic_rx_consume(n, q, n->rx_ndesc);
	return true;
}

/* Fewer descriptors left than SRRCTL.RDMTS asks for: once, when the line is crossed. */
static void threshold(struct nic *n, u32 q)
{
	u32 least = FIELD(n->r.SRRCTL[q], SRRCTL_RDMTS) * 16, free_desc = nic_rx_supply(n, q);
	bool low = n->cfg.qemu_quirks ? least != 0 && free_desc == least : free_desc < least;

	if (low && !n->rxq[q].low)
		nic_cause_icr(n, ICR_RXDMT0);
	n->rxq[q].low = low;
}

void nic_ev_rxdone(struct nic *n, u32 arg)
{
	struct nic_rx_frame *f = nic_rx_at(n, n->rxf.first);
	u32 q = f->queue;
	bool wrote = false;

	(void)arg;
	assert(n->rx_busy);
	n->rx_busy = false;
	if (n->rx_gen != n->rxq[q].ring.gen) {
		nic_drop_frame(n, NIC_DROP_RX_QUEUE_OFF);
	} else if (!rx_deliver(n, f, &wrote)) {
		nic_drop_frame(n, NIC_DROP_RX_DMA);
	} else {
		n->stats.rx_frames++;
		n->stats.rx_bytes += f->len;
		n->stats.unsupported += FIELD(n->r.SRRCTL[q], SRRCTL_DESCTYPE) > 1;
		threshold(n, q);
	}
	rx_release(n, f);
	if (wrote)
		nic_cause_queue(n, q, false);
	nic_rx_run(n);
	nic_engine_run(n);
}
