// SPDX-License-Identifier: MIT
/* test_igb.c - the driver alone, with cards that the test plays.
 *
 * One card is a recording: it demands that the driver makes the accesses, in order, that a 6.1
 * kernel made, and answers as then. The other keeps what is written and does nothing by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver/igb.h"
#include "harness/lib/scenario.h"
#include "harness/unit/igb_trace.h"

enum { IRQ_BASE = 20 };

static struct world *w;
static struct host *h;
static struct net *net;
static struct net_device *dev;
static struct igb_adapter *igb;

static void world_new(const struct limits *limits, u32 cpus)
{
	struct world_cfg cfg = scenario_bare(limits, 1);

	cfg.cpus = cpus;
	w = scenario_new(&cfg);
	h = &w->host[0];
	net = &h->net;
}

static void run_for(u64 ps)
{
	u64 now = w->sim.now_ps;

	for (u32 i = 0; i < h->nr_cpus; i++)
		now = max_u64(now, h->cpu[i].now_ps);
	world_run_until(w, now + ps);
}

static void world_gone(void)
{
	const char *which = "";

	world_check(w);
	world_exit(w);
	assert_int_equal(h->dma->live, 0);
	assert_int_equal(h->dma->faults, 0);
	if (world_leaks(w, &which) != 0)
		fail_msg("left over in pool %s", which);
	scenario_free(w);
}

static void probe(const struct bus_card *card, void *ctx, u32 queues)
{
	host_config_begin(h);
	assert_int_equal(igb_probe(net, "eth1", card, ctx, IRQ_BASE, queues, &dev), 0);
	host_config_end(h);
	igb = igb_priv(dev);
}

static void open_dev(void)
{
	host_config_begin(h);
	assert_int_equal(dev_open(dev), 0);
	host_config_end(h);
}

static void close_dev(void)
{
	host_config_begin(h);
	dev_close(dev);
	host_config_end(h);
}

/* --- the recording
 * --------------------------------------------------------------------------------- */

struct access {
	char kind;
	u32 reg, value;
};

static struct {
	struct access at[8192];
	u32 len, pos;
	bool deaf; /* the recording is over: nothing is demanded */
} tape;

static void tape_add(char kind, u32 reg, u32 value)
{
	assert_true(tape.len < ARRAY_SIZE(tape.at));
	tape.at[tape.len++] = (struct access){ kind, reg, value };
}

static void tape_semaphore(u32 was, u32 will)
{
	tape_add('R', 0x5b50, 0);
	tape_add('R', 0x5b50, 1);
	tape_add('W', 0x5b50, 3);
	tape_add('R', 0x5b50, 3);
	tape_add('R', 0x5b5c, was);
	tape_add('W', 0x5b5c, will);
	tape_add('R', 0x5b50, 3);
	tape_add('W', 0x5b50, 0);
}

/* What the handlers and polls of the queues' vectors wrote came between, from other CPUs. */
static bool of_a_queue_vector(u32 reg, u32 value)
{
	return (reg >= E1000_EITR && reg < E1000_EITR + 100) ||
	       (reg == E1000_EIMS && value != 1 && value != 0x1f);
}

static const char *tape_entry(const char *s, s64 shift)
{
	u32 reg, value;

	if (*s == 'L' || *s == 'U') {
		tape_semaphore(*s == 'L' ? 0 : 2, *s == 'L' ? 2 : 0);
	} else if (*s != 'M') {
		assert_int_equal(sscanf(s + 1, "%x=%x", &reg, &value), 2);
		if (*s == 'R' || !of_a_queue_vector(reg, value))
			tape_add(*s, (u32)(reg + shift), value);
	}
	return strchr(s, ' ') + 1;
}

static const char *tape_group(const char *s)
{
	char *end;
	u32 n = (u32)strtoul(s, &end, 10), k = (u32)strtoul(end + 1, &end, 10);
	s64 by = *end == ' ' ? 0 : strtol(end, &end, 10);
	const char *first = end + 1, *next = first;

	for (u32 i = 0; i < n; i++) {
		next = first;
		for (u32 j = 0; j < k; j++)
			next = tape_entry(next, j == 0 ? by * i : 0); /* only the first moves */
	}
	return next;
}

static void tape_load(void)
{
	const char *s = igb_trace;

	memset(&tape, 0, sizeof(tape));
	while (*s != '\0')
		s = *s >= '0' && *s <= '9' ? tape_group(s) : tape_entry(s, 0);
}

/* DIVERGES(igb-registers): what QEMU has no register for is not in the recording, and what our map
 * has none for is not touched.
 */
static bool not_on_tape(u32 reg)
{
	return reg == E1000_CEXTERR || reg == E1000_TSCTFC || (reg >= 0x4104 && reg <= 0x4120);
}

/* Where the value is the machine's: ring addresses, and the random key. */
static bool value_differs(u32 reg)
{
	return (reg >= 0xc000 && (reg & 0x3f) <= 4) ||
	       (reg >= E1000_RSSRK && reg < E1000_RSSRK + 40);
}

static void tape_demand(char kind, u32 reg, u32 value)
{
	const struct access *a = &tape.at[tape.pos];

	assert_true(tape.pos < tape.len);
	if (a->kind != kind || a->reg != reg ||
	    (kind == 'W' && a->value != value && !value_differs(reg)))
		fail_msg("access %u is %c %05x=%x, was %c %05x=%x", tape.pos, kind, reg, value,
			 a->kind, a->reg, a->value);
	tape.pos++;
}

static u32 tape_read(void *card, u32 reg)
{
	(void)card;
	if (tape.deaf || not_on_tape(reg))
		return 0;
	tape_demand('R', reg, 0);
	return tape.at[tape.pos - 1].value;
}

static void tape_write(void *card, u32 reg, u32 value)
{
	(void)card;
	if (!tape.deaf)
		tape_demand('W', reg, value);
}

static const struct bus_card tape_card = { .mmio_read = tape_read, .mmio_write = tape_write };

static bool tape_is(u32 pos, char kind, u32 reg, u32 value)
{
	return tape.at[pos].kind == kind && tape.at[pos].reg == reg && tape.at[pos].value == value;
}

/* Winds on to the first place from here where these three accesses follow one another. */
static void tape_wind(const struct access want[3])
{
	for (; tape.pos + 3 <= tape.len; tape.pos++) {
		bool here = true;

		for (u32 i = 0; i < 3; i++)
			here = here &&
			       tape_is(tape.pos + i, want[i].kind, want[i].reg, want[i].value);
		if (here)
			return;
	}
	fail_msg("the recording has no such place");
}

static void test_accesses_are_linux(void **state)
{
	(void)state;
	world_new(&limits_test, 2);
	tape_load();
	probe(&tape_card, NULL, 2);
	host_config_begin(h);
	assert_int_equal(dev_open_quietly(dev), 0);
	host_config_end(h);
	run_for(PS_PER_MS); /* the first round of the watchdog */
	assert_true(tape_is(tape.pos - 2, 'W', E1000_EICS, 0x1e));
	assert_true(tape_is(tape.pos - 1, 'R', E1000_TSYNCRXCTL, 0));
	assert_true(!netif_carrier_ok(dev));
	/* The group of all hosts is joined. */
	host_config_begin(h);
	call_netdevice_notifiers(dev, NETDEV_UP);
	host_config_end(h);

	/* The link comes up: its interrupt, and the watchdog a jiffy later. */
	tape_wind((const struct access[]){
		{ 'R', E1000_ICR, 4 }, { 'W', E1000_EIMS, 1 }, { 'R', E1000_SWSM, 0 } });
	host_raise_irq(h, IRQ_BASE);
	run_for(5 * PS_PER_MS);
	assert_true(tape_is(tape.pos - 2, 'W', E1000_EICS, 0x1e));
	assert_true(netif_carrier_ok(dev));
	assert_int_equal(igb->link_speed, 1000);

	/* Two seconds later the PHY is asked for details (that one fails there), and the watchdog
	 * comes. */
	tape_wind((const struct access[]){ { 'W', E1000_MDIC, 0x43f0011 },
					   { 'R', E1000_MDIC, 0x143f0011 },
					   { 'W', E1000_MDIC, 0x8310000 } });
	tape.pos -= 44; /* the link bit twice, and a semaphore */
	run_for(2 * PS_PER_SEC + 500 * PS_PER_MS);
	assert_true(tape_is(tape.pos - 2, 'W', E1000_EICS, 0x1e));

	tape_wind((const struct access[]){ { 'R', E1000_RCTL, 0x4048022 },
					   { 'W', E1000_RCTL, 0x4048020 },
					   { 'R', E1000_TCTL, 0xa503f0fa } });
	close_dev();
	assert_true(tape_is(tape.pos, 'R', E1000_STATUS, 0x80080483));
	assert_true(tape_is(tape.pos + 1, 'W', E1000_WUC, 0));
	tape.deaf = true;
	world_gone();
}

/* --- the card that only remembers
 * ------------------------------------------------------------------ */

static struct {
	u32 reg[0x20000 / 4];
	u16 phy[32];
	u16 nvm[64];
	u32 doorbells[16]; /* writes to a transmit tail, by queue */
	u32 eics, resets;
	u32 stuck_at; /* from this read of it on, the software semaphore is never free; 0 = it is */
} store;

static void store_reset(void)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };
	u32 sum = 0;

	memset(&store, 0, sizeof(store));
	store.phy[PHY_ID1] = 0x02a8;
	store.phy[PHY_ID2] = 0x0391;
	store.phy[PHY_STATUS] = MII_SR_LINK_STATUS | MII_SR_AUTONEG_COMPLETE;
	store.phy[PHY_1000T_STATUS] = SR_1000T_REMOTE_RX_STATUS;
	store.nvm[NVM_INIT_CONTROL2_REG] = NVM_WORD0F_PAUSE_MASK;
	store.nvm[NVM_ALT_MAC_ADDR_PTR] = 0xffff;
	for (u32 i = 0; i < NVM_CHECKSUM_REG; i++)
		sum += store.nvm[i];
	store.nvm[NVM_CHECKSUM_REG] = (u16)(NVM_SUM - sum);
	store.reg[E1000_RA / 4] = get_le32(mac);
	store.reg[E1000_RA / 4 + 1] = get_le16(mac + 4) | E1000_RAH_AV;
	store.reg[E1000_EECD / 4] = E1000_EECD_AUTO_RD | E1000_EECD_PRES | 0x1000;
	store.reg[E1000_EEMNGCTL / 4] = E1000_EEMNGCTL_CFG_DONE0;
	store.reg[E1000_RXPBS / 4] = 64;
	store.reg[E1000_STATUS / 4] = E1000_STATUS_FD | E1000_STATUS_SPEED_1000;
}

static u32 store_read(void *card, u32 reg)
{
	u32 v = store.reg[reg / 4];

	(void)card;
	if (reg == E1000_SWSM) {
		store.reg[reg / 4] |= E1000_SWSM_SMBI;
		if (store.stuck_at == 1)
			return v | E1000_SWSM_SMBI;
		if (store.stuck_at != 0)
			store.stuck_at--;
	}
	return v;
}

static void store_write(void *card, u32 reg, u32 v)
{
	u32 phy = v >> E1000_MDIC_REG_SHIFT & 31;

	(void)card;
	if (reg == E1000_MDIC) {
		if (v & E1000_MDIC_OP_WRITE)
			store.phy[phy] = (u16)(phy == PHY_STATUS ? store.phy[phy] : v);
		v = (v & 0xffff0000) | store.phy[phy] | E1000_MDIC_READY;
	} else if (reg == E1000_EERD) {
		u32 word = v >> E1000_EERD_ADDR_SHIFT;

		v |= E1000_EERD_DONE | (word < 64 ? (u32)store.nvm[word] << 16 : 0);
	} else if (reg == E1000_EICS) {
		store.eics++;
	} else if (reg == E1000_CTRL && (v & E1000_CTRL_RST) != 0) {
		store.resets++;
		v &= ~E1000_CTRL_RST;
	} else if ((reg & ~0x3c0u) == E1000_TDT && v != 0) {
		store.doorbells[reg >> 6 & 15]++;
	}
	store.reg[reg / 4] = v;
}

static const struct bus_card store_card = { .mmio_read = store_read, .mmio_write = store_write };

static u32 cpus_next = 2, queues_next = 2;

static int store_up(void **state)
{
	(void)state;
	world_new(&limits_test, cpus_next);
	store_reset();
	probe(&store_card, NULL, queues_next);
	open_dev();
	run_for(5 * PS_PER_MS); /* the watchdog has seen the link */
	assert_true(netif_carrier_ok(dev));
	return 0;
}

static int store_down(void **state)
{
	(void)state;
	igb_check(igb);
	world_gone();
	return 0;
}

/* Like a qdisc: with bottom halves off. */
static enum netdev_tx xmit(u32 queue, u32 len, u32 frags)
{
	struct sk_buff *skb;
	enum netdev_tx ret;

	host_config_begin(h);
	local_bh_disable(&h->cpu[0]);
	skb = alloc_skb(net, 2048);
	assert_non_null(skb);
	memset(skb_put(skb, len), 0xab, len);
	for (u32 i = 0; i < frags; i++) {
		struct page *page = page_alloc(net, PAGE_SIZE);

		assert_non_null(page);
		skb_add_rx_frag(skb, page, 0, 100 + i, PAGE_SIZE);
	}
	skb->queue_mapping = (u16)queue;
	ret = dev->netdev_ops->ndo_start_xmit(skb, dev);
	if (ret == NETDEV_TX_BUSY)
		consume_skb(skb);
	local_bh_enable(&h->cpu[0]);
	host_config_end(h);
	return ret;
}

static const u8 *tx_desc(u32 i)
{
	return igb_desc(&igb->tx_ring[0], i);
}

static void test_one_frame_is_one_descriptor(void **state)
{
	const u8 *bytes;

	(void)state;
	assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
	assert_int_equal(store.reg[E1000_TDT / 4], 1);
	assert_int_equal(get_le32(tx_desc(0) + 8), 0x2b300000 | 60); /* EOP IFCS RS DEXT, data */
	assert_int_equal(get_le32(tx_desc(0) + 12), 60 << 14);
	bytes = dma_access(h->dma, get_le64(tx_desc(0)), 60, false);
	assert_non_null(bytes);
	assert_int_equal(bytes[59], 0xab);
	assert_null(dma_access(h->dma, get_le64(tx_desc(0)), 61, false));
	h->dma->faults = 0;
	/* BQL begins with no limit known: the first frame stops its queue. */
	assert_true(netif_xmit_stopped(&dev->tx[0]));
}

static void test_fragments_and_padding(void **state)
{
	(void)state;
	assert_int_equal(xmit(0, 10, 0), NETDEV_TX_OK);
	assert_int_equal(get_le32(tx_desc(0) + 8) & 0xffff, 17);
	assert_int_equal(xmit(0, 60, 3), NETDEV_TX_OK);
	assert_int_equal(store.reg[E1000_TDT / 4], 5);
	assert_int_equal(get_le32(tx_desc(1) + 8), 0x22300000 | 60);
	assert_int_equal(get_le32(tx_desc(1) + 12), (60 + 303) << 14);
	assert_int_equal(get_le32(tx_desc(2) + 8), 0x22300000 | 100);
	assert_int_equal(get_le32(tx_desc(4) + 8), 0x2b300000 | 102);
	assert_int_equal(get_le32(tx_desc(4) + 12), 0);
}

static void test_checksum_takes_a_context(void **state)
{
	struct sk_buff *skb;

	(void)state;
	host_config_begin(h);
	skb = alloc_skb(net, 256);
	memset(skb_put(skb, 60), 0, 60);
	skb_set_network_header(skb, 14);
	skb_set_transport_header(skb, 34);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = 6;
	assert_int_equal(dev->netdev_ops->ndo_start_xmit(skb, dev), NETDEV_TX_OK);
	host_config_end(h);
	assert_int_equal(store.reg[E1000_TDT / 4], 2);
	assert_int_equal(get_le32(tx_desc(0)), 14 << 9 | 20);
	assert_int_equal(get_le32(tx_desc(0) + 8), 0x20200000);
	assert_int_equal(get_le32(tx_desc(0) + 12), 0);
	assert_int_equal(get_le32(tx_desc(1) + 12), 60 << 14 | E1000_TXD_POPTS_TXSM);
}

/* The card reports the first n packets; their interrupt comes. */
static void complete(u32 n)
{
	struct igb_ring *ring = &igb->tx_ring[0];
	u32 i = ring->next_to_clean;

	while (n-- != 0) {
		u32 eop = ring->tx_buffer_info[i].next_to_watch - 1u;

		put_le32(igb_desc(ring, eop) + 12, get_le32(igb_desc(ring, eop) + 12) | 1);
		i = eop + 1 == ring->count ? 0 : eop + 1;
	}
	host_raise_irq(h, IRQ_BASE + igb->tx_ring[0].q_vector->vector);
	run_for(PS_PER_MS);
}

static void test_segmentation_takes_a_context(void **state)
{
	struct sk_buff *skb;

	(void)state;
	host_config_begin(h);
	skb = alloc_skb(net, 1024);
	memset(skb_put(skb, 42 + 300), 0, 342);
	skb_set_network_header(skb, 14);
	skb_set_transport_header(skb, 34);
	skb_network_header(skb)[9] = 17;
	put_be16(skb_network_header(skb) + 2, 328);
	put_be16(skb_transport_header(skb) + 6, 0x1234);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = 6;
	skb->hd->gso_size = 100;
	skb->hd->gso_segs = 3;
	assert_int_equal(dev->netdev_ops->ndo_start_xmit(skb, dev), NETDEV_TX_OK);
	assert_int_equal(get_be16(skb_network_header(skb) + 2), 0);
	assert_int_equal(get_be16(skb_transport_header(skb) + 6), 0x1234 - 308);
	host_config_end(h);
	assert_int_equal(get_le32(tx_desc(0)), 14 << 9 | 20);
	assert_int_equal(get_le32(tx_desc(0) + 8), 0x20200400);
	assert_int_equal(get_le32(tx_desc(0) + 12), 100 << 16 | 8 << 8);
	assert_int_equal(get_le32(tx_desc(1) + 8), 0xab300000 | 342);
	assert_int_equal(get_le32(tx_desc(1) + 12), 300 << 14 | 0x300);
	complete(1);
	assert_int_equal(dev->stats.tx_packets, 3);
	assert_int_equal(dev->stats.tx_bytes, 342 + 2 * 42);
}

static void test_stops_below_21_wakes_at_42(void **state)
{
	struct igb_ring *ring = &igb->tx_ring[0];
	u32 sent = 0;

	(void)state;
	while (!netif_tx_queue_stopped(&dev->tx[0])) {
		assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
		sent++;
	}
	assert_int_equal(igb_desc_unused(ring), 20);
	assert_int_equal(sent, 235);
	/* Whoever comes all the same gets in while there is room: count + 3 of it. */
	for (u32 i = 0; i < 17; i++)
		assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
	assert_int_equal(igb_desc_unused(ring), 3);
	assert_int_equal(xmit(0, 60, 0), NETDEV_TX_BUSY);
	complete(38);
	assert_int_equal(igb_desc_unused(ring), 41);
	assert_true(netif_tx_queue_stopped(&dev->tx[0]));
	complete(1);
	assert_int_equal(igb_desc_unused(ring), 42);
	assert_true(!netif_tx_queue_stopped(&dev->tx[0]));
	assert_int_equal(ring->stats.restart_queue, 1);
	complete(213);
	assert_int_equal(igb_desc_unused(ring), 255);
	assert_int_equal(dev->stats.tx_packets, 252);
	/* Round the corner of the ring. */
	for (u32 i = 0; i < 10; i++)
		assert_int_equal(xmit(0, 60, 4), NETDEV_TX_OK);
	complete(10);
	assert_int_equal(igb_desc_unused(ring), 255);
	assert_int_equal(ring->next_to_clean, (252 + 50) % 256);
}

/* One poll cleans 128 packets, and goes on because there was more. */
static void test_work_limit_goes_on(void **state)
{
	(void)state;
	for (u32 i = 0; i < 200; i++)
		assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
	complete(200);
	assert_int_equal(igb_desc_unused(&igb->tx_ring[0]), 255);
}

static void test_failed_mapping_is_undone(void **state)
{
	(void)state;
	for (u32 n = 1; n <= 5; n++) {
		u32 live = h->dma->live, ntu = igb->tx_ring[0].next_to_use;
		u64 drops = net->drops[DROP_NOT_SPECIFIED];

		h->dma->fail_at = n;
		assert_int_equal(xmit(0, 60, 4), NETDEV_TX_OK);
		assert_int_equal(h->dma->live, live);
		assert_int_equal(igb->tx_ring[0].next_to_use, ntu);
		assert_int_equal(net->drops[DROP_NOT_SPECIFIED], drops + 1);
		igb_check(igb);
	}
	assert_int_equal(store.doorbells[0], 0);
	assert_int_equal(xmit(0, 60, 4), NETDEV_TX_OK);
	assert_int_equal(store.doorbells[0], 1);
}

static void test_hang_leads_to_reset(void **state)
{
	u32 resets = store.resets;

	(void)state;
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
	run_for(3 * PS_PER_SEC);
	assert_true(igb->tx_ring[0].detect_hang);
	host_raise_irq(h, IRQ_BASE + igb->tx_ring[0].q_vector->vector);
	run_for(PS_PER_MS);
	assert_true(netif_tx_queue_stopped(&dev->tx[0]));
	run_for(15 * PS_PER_SEC);
	assert_int_equal(igb->tx_timeout_count, 1);
	assert_int_equal(store.resets, resets + 1);
	assert_int_equal(igb_desc_unused(&igb->tx_ring[0]), 255);
	assert_true(netif_carrier_ok(dev));
	assert_true(!netif_tx_queue_stopped(&dev->tx[0]));
}

/* --- reception
 * --------------------------------------------------------------------------------------- */

static struct igb_ring *rx;
static u32 rx_at; /* descriptor that the card fills next */

/* The card stores a frame of ones and reports it. */
static void fill(u32 len, u32 staterr, u32 hash)
{
	u8 *desc = igb_desc(rx, rx_at);
	u8 *to = dma_access(h->dma, get_le64(desc), len, true);

	assert_non_null(to);
	memset(to, 1, len);
	put_le32(desc, 0);
	put_le32(desc + 4, hash);
	put_le32(desc + 8, staterr);
	put_le16(desc + 12, (u16)len);
	put_le16(desc + 14, 0);
	rx_at = rx_at + 1 == rx->count ? 0 : rx_at + 1;
}

static void rx_begin(void)
{
	rx = &igb->rx_ring[0];
	rx_at = 0;
	host_config_begin(h);
	local_bh_disable(&h->cpu[0]);
}

static void rx_end(void)
{
	gro_normal_list(&rx->q_vector->napi);
	local_bh_enable(&h->cpu[0]);
	host_config_end(h);
}

/* Cleans, and returns the only packet, which the caller lets go by rx_end(). */
static struct sk_buff *clean_one(void)
{
	struct napi_struct *napi = &rx->q_vector->napi;

	gro_normal_list(napi);
	assert_int_equal(igb_clean_rx_irq(rx->q_vector, 64), 1);
	assert_int_equal(napi->rx_count, 1);
	return napi->rx_head;
}

static void test_frame_becomes_packet(void **state)
{
	struct sk_buff *skb;

	(void)state;
	rx_begin();
	assert_int_equal(store.reg[E1000_RDT / 4], 255);
	fill(100, 3 | E1000_RXD_STAT_UDPCS, 0x12345678);
	skb = clean_one();
	assert_int_equal(skb->len, 100 - ETH_HLEN);
	assert_int_equal(skb_headroom(skb), 192 + ETH_HLEN);
	assert_int_equal(skb->truesize, 2048 + 256);
	assert_int_equal(skb->ip_summed, CHECKSUM_UNNECESSARY);
	assert_int_equal(skb->hash, 0x12345678);
	assert_int_equal(skb->queue_mapping, 1);
	assert_ptr_equal(skb->dev, dev);
	assert_int_equal(store.reg[E1000_RDT / 4], 0);
	fill(60, 3 | E1000_RXD_STAT_UDPCS | E1000_RXDEXT_STATERR_TCPE, 0);
	assert_int_equal(clean_one()->ip_summed, CHECKSUM_NONE);
	assert_int_equal(rx->stats.csum_err, 0); /* errata: 60 bytes */
	fill(61, 3 | E1000_RXDEXT_STATERR_IPE, 0);
	assert_int_equal(clean_one()->ip_summed, CHECKSUM_NONE);
	assert_int_equal(rx->stats.csum_err, 1);
	fill(70, 3, 0);
	assert_int_equal(clean_one()->ip_summed, CHECKSUM_NONE);
	fill(20, 3, 0);
	assert_int_equal(clean_one()->len, ETH_ZLEN - ETH_HLEN);
	fill(64, 3 | 0x80000000, 0); /* RXE */
	assert_int_equal(igb_clean_rx_irq(rx->q_vector, 64), 0);
	rx_end();
	assert_int_equal(dev->stats.rx_packets, 5);
}

static void test_halves_of_a_page_take_turns(void **state)
{
	struct page *page = igb->rx_ring[0].rx_buffer_info[0].page;
	struct sk_buff *kept;

	(void)state;
	rx_begin();
	fill(60, 3, 0);
	kept = clean_one();
	assert_ptr_equal(kept->hd->head_page, page);
	kept = skb_get(kept);
	/* The page went to the place behind the last one, with its other half. */
	assert_ptr_equal(rx->rx_buffer_info[255].page, page);
	assert_int_equal(rx->rx_buffer_info[255].page_offset, 2048 + 192);
	assert_int_equal(page->refs, 2);
	for (u32 i = 0; i < 254; i++) {
		fill(60, 3, 0);
		(void)clean_one();
	}
	fill(60, 3, 0);
	assert_ptr_equal(clean_one()->hd->head_page, page);
	/* Its first half is still in use: the ring gave it up. */
	assert_ptr_not_equal(rx->rx_buffer_info[254].page, page);
	gro_normal_list(&rx->q_vector->napi);
	assert_int_equal(page->refs, 1);
	consume_skb(kept);
	rx_end();
	assert_int_equal(rx->stats.alloc_failed, 0);
}

static void test_memory_is_asked_for_again(void **state)
{
	struct sk_buff *kept[4];
	u32 before;

	(void)state;
	rx_begin();
	before = igb_desc_unused(rx);
	/* Packets that live on take their pages along when the second half comes back filled. */
	for (u32 round = 0; round < 2; round++) {
		for (u32 i = 0; i < 255; i++) {
			struct sk_buff *skb;

			if (round == 1 && i == 0)
				net->page_pool[0].fail_at = 1;
			fill(60, 3, 0);
			skb = clean_one();
			if (round == 0 && i < 4)
				kept[i] = skb_get(skb);
		}
		if (round == 0) {
			fill(60, 3, 0); /* slot 255, the page of slot 0: its other half is kept */
			net->page_pool[0].fail_at = 1;
			(void)clean_one();
			assert_int_equal(rx->stats.alloc_failed, 1);
			assert_int_equal(igb_desc_unused(rx), before + 1);
			assert_int_equal(igb_clean_rx_irq(rx->q_vector, 64), 0);
			assert_int_equal(igb_desc_unused(rx), before);
		}
	}
	for (u32 i = 0; i < 4; i++)
		consume_skb(kept[i]);
	igb_check(igb);
	/* No packet can be made: the buffer waits. */
	net->skb_pool.fail_at = 1;
	fill(60, 3, 0);
	assert_int_equal(igb_clean_rx_irq(rx->q_vector, 64), 0);
	(void)clean_one();
	rx_end();
}

static void test_jumbo_comes_in_parts(void **state)
{
	struct sk_buff *skb;

	(void)state;
	host_config_begin(h);
	assert_int_equal(igb_set_ringparam(dev, 8, 8), 0);
	assert_int_equal(igb->rx_ring_count, IGB_MIN_RING);
	assert_int_equal(dev_set_mtu(dev, 9000), 0);
	host_config_end(h);
	run_for(5 * PS_PER_MS);
	assert_int_equal(store.reg[E1000_RLPML / 4], MAX_JUMBO_FRAME_SIZE);
	assert_int_equal(store.reg[E1000_SRRCTL / 4], 0x02000403);
	rx_begin();
	fill(3072, 1, 0);
	assert_int_equal(igb_clean_rx_irq(rx->q_vector, 64), 0);
	assert_non_null(rx->skb);
	fill(3072, 1, 0);
	fill(1000, 3, 7);
	skb = clean_one();
	assert_int_equal(skb->len, 7144 - ETH_HLEN);
	assert_int_equal(skb->hd->nr_frags, 2);
	assert_int_equal(skb->truesize, 3 * 4096 + 256);
	assert_null(rx->skb);
	fill(3072, 1, 0);
	assert_int_equal(igb_clean_rx_irq(rx->q_vector, 64), 0);
	rx_end(); /* half a frame goes with the ring */
}

/* --- vectors and moderation
 * ------------------------------------------------------------------------- */

static void test_vectors_of_two_cpus(void **state)
{
	static const u8 cpu[5] = { 0, 1, 0, 1, 0 };

	(void)state;
	assert_int_equal(igb->num_q_vectors, 4);
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(h->irq[IRQ_BASE + i].cpu, cpu[i]);
	assert_int_equal(store.reg[E1000_IVAR / 4], 0x8381);
	assert_int_equal(store.reg[E1000_IVAR / 4 + 1], 0x8482);
	assert_int_equal(igb_set_affinity(igb, 4, 1), 0);
	assert_int_equal(h->irq[IRQ_BASE + 4].cpu, 1);
	assert_int_equal(igb_set_affinity(igb, 5, 1), -22);
	assert_int_equal(igb_set_affinity(igb, 0, 2), -22);
}

static void test_pairs_above_four_queues(void **state)
{
	for (u32 n = 1; n <= 8; n++) {
		cpus_next = 8;
		queues_next = n;
		store_up(state);
		assert_int_equal(igb->num_tx_queues, n);
		assert_int_equal(igb->num_rx_queues, n);
		assert_int_equal(igb->num_q_vectors, n <= 4 ? 2 * n : n);
		assert_int_equal(igb->queue_pairs, n > 4);
		assert_int_equal(store.reg[E1000_RETA / 4 + 31] >> 24, n - 1);
		/* With pairs, one poll serves both directions. */
		assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
		complete(1);
		assert_int_equal(dev->stats.tx_packets, 1);
		store_down(state);
	}
	cpus_next = 2;
	queues_next = 2;
}

/* From the average frame of each direction to what is written at the next interrupt. */
static u32 itr_after(u32 rx_bytes, u32 tx_bytes)
{
	struct igb_q_vector *v = igb->rx_ring[0].q_vector;

	v->rx.total_packets = rx_bytes != 0 ? 10 : 0;
	v->rx.total_bytes = rx_bytes * 10;
	v->tx.total_packets = tx_bytes != 0 ? 10 : 0;
	v->tx.total_bytes = tx_bytes * 10;
	for (u32 i = 0; i < 2; i++) {
		host_raise_irq(h, IRQ_BASE + v->vector);
		run_for(PS_PER_MS);
	}
	return store.reg[E1000_EITR / 4 + v->vector] & ~E1000_EITR_CNT_IGNR;
}

static void test_moderation(void **state)
{
	static const struct {
		u32 rx, tx, want;
	} cases[] = {
		{ 64, 0, 196 },	  { 1514, 0, 768 },  { 590, 0, 204 },	{ 276, 0, 196 },
		{ 277, 0, 196 },  { 564, 0, 196 },   { 1175, 0, 396 },	{ 1176, 0, 600 },
		{ 0, 1514, 768 }, { 64, 1514, 768 }, { 9000, 0, 1500 }, { 0, 0, 1500 },
		{ 60, 0, 196 },
	};

	(void)state;
	assert_int_equal(store.reg[E1000_EITR / 4 + 1], 0);
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(itr_after(cases[i].rx, cases[i].tx), cases[i].want);
	assert_int_equal(dev->netdev_ops->set_coalesce(dev, 2), -22);
	assert_int_equal(igb_set_coalesce(dev, 4), -22);
	assert_int_equal(igb_set_coalesce(dev, 10001), -22);
	assert_int_equal(igb_set_coalesce(dev, 1), 0);
	assert_int_equal(itr_after(64, 0), 44);
	assert_int_equal(igb_set_coalesce(dev, 50), 0);
	assert_int_equal(itr_after(64, 0), 200);
	assert_int_equal(itr_after(1514, 0), 200);
	assert_int_equal(igb_set_coalesce(dev, 0), 0);
	assert_int_equal(itr_after(64, 0), 4);
}

static void test_watchdog_kicks_every_two_seconds(void **state)
{
	u32 before;

	(void)state;
	run_for(3 * PS_PER_SEC); /* from here on at whole seconds */
	before = store.eics;
	run_for(20 * PS_PER_SEC);
	assert_int_equal(store.eics - before, 10);
	assert_int_equal(store.reg[E1000_EICS / 4], 0x1e);
}

static void test_link_goes_and_comes(void **state)
{
	(void)state;
	store.phy[PHY_STATUS] = 0;
	store.reg[E1000_ICR / 4] = E1000_ICR_LSC;
	host_raise_irq(h, IRQ_BASE);
	run_for(5 * PS_PER_MS);
	assert_true(!netif_carrier_ok(dev));
	assert_int_equal(igb->link_speed, 0);
	assert_int_equal(itr_after(64, 0), 980);
	store.phy[PHY_STATUS] = MII_SR_LINK_STATUS | MII_SR_AUTONEG_COMPLETE;
	run_for(3 * PS_PER_SEC);
	assert_true(netif_carrier_ok(dev));
}

/* --- life
 * --------------------------------------------------------------------------------------------- */

static void test_ring_sizes(void **state)
{
	(void)state;
	host_config_begin(h);
	assert_int_equal(igb_set_ringparam(dev, 509, 4096),
			 -12); /* more than this world has room for */
	assert_int_equal(igb->tx_ring_count, 256);
	assert_int_equal(igb_set_ringparam(dev, 509, 81), 0);
	host_config_end(h);
	assert_int_equal(igb->rx_ring_count, 512);
	assert_int_equal(igb->tx_ring_count, 88);
	assert_int_equal(store.reg[E1000_RDLEN / 4], 512 * 16);
	assert_int_equal(store.reg[E1000_RDT / 4], 511);
	run_for(5 * PS_PER_MS);
	for (u32 i = 0; i < 30; i++)
		assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
	complete(30);
	assert_int_equal(igb_desc_unused(&igb->tx_ring[0]), 87);
	/* Every allocation of it may fail; then the old rings come back. */
	for (u32 n = 1; n <= 4; n++) {
		host_config_begin(h);
		net->igb_ring_pool.fail_at = n;
		assert_int_equal(igb_set_ringparam(dev, 64, 64), -12);
		host_config_end(h);
		assert_int_equal(igb->rx_ring_count, 512);
		run_for(5 * PS_PER_MS);
		assert_true(netif_carrier_ok(dev));
	}
}

static void test_open_survives_every_failure(void **state)
{
	(void)state;
	close_dev();
	for (u32 n = 1;; n++) {
		int err;

		host_config_begin(h);
		h->dma->fail_at = n;
		err = dev_open(dev);
		host_config_end(h);
		if (err == 0)
			break;
		assert_int_equal(err, -12);
		assert_int_equal(h->dma->live, 0);
		assert_int_equal(n <= 4, true);
	}
	/* The fifth was a buffer's: that ring has none, and the next poll fills it. */
	assert_int_equal(igb->rx_ring[0].next_to_use, 0);
	h->dma->fail_at = 0;
	run_for(5 * PS_PER_MS);
	host_raise_irq(h, IRQ_BASE + 1);
	run_for(PS_PER_MS);
	assert_int_equal(igb->rx_ring[0].next_to_use, 255);
	close_dev();
	net->igb_ring_pool.fail_at = 3;
	host_config_begin(h);
	assert_int_equal(dev_open(dev), -12);
	assert_int_equal(dev_open(dev), 0);
	host_config_end(h);
	run_for(5 * PS_PER_MS);
}

static void test_close_with_packets_in_the_ring(void **state)
{
	(void)state;
	for (u32 i = 0; i < 20; i++)
		assert_int_equal(xmit(i & 1, 60, 2), NETDEV_TX_OK);
	close_dev();
	assert_int_equal(h->dma->live, 0);
	open_dev();
	run_for(5 * PS_PER_MS);
	assert_int_equal(xmit(0, 60, 0), NETDEV_TX_OK);
}

/* DIVERGES(igb-ring-default): a small world has short rings. DIVERGES(igb-sleep): waiting for the
 * card takes the CPU's time, also where work costs nothing.
 */
static void test_small_world(void **state)
{
	u64 began_ps;

	(void)state;
	world_new(&limits_fuzz, 2);
	store_reset();
	began_ps = h->cpu[0].now_ps;
	probe(&store_card, NULL, 2);
	open_dev();
	assert_int_equal(igb->rx_ring_count, 64);
	assert_int_equal(store.reg[E1000_TDLEN / 4], 1024);
	assert_true(h->cpu[0].now_ps - began_ps > 200 * PS_PER_MS);
	run_for(5 * PS_PER_MS);
	host_config_begin(h);
	assert_int_equal(igb_set_ringparam(dev, 72, 64), -12);
	host_config_end(h);
	world_gone();
}

static void test_address_and_modes(void **state)
{
	static const u8 good[ETH_ALEN] = { 2, 4, 6, 8, 10, 12 };
	static const u8 multicast[ETH_ALEN] = { 1 }, another[ETH_ALEN] = { 2, 2, 2, 2, 2, 2 };

	(void)state;
	host_config_begin(h);
	assert_int_equal(dev_set_mac_address(dev, multicast), -99);
	assert_int_equal(dev_set_mac_address(dev, good), 0);
	assert_int_equal(store.reg[E1000_RA / 4], 0x08060402);
	assert_int_equal(store.reg[E1000_RA / 4 + 1], 0x80040c0a);
	dev->flags |= IFF_PROMISC;
	igb_set_rx_mode(dev);
	assert_int_equal(store.reg[E1000_RCTL / 4] & 0x40018, 0x18);
	dev->flags &= ~(u32)IFF_PROMISC;
	dev->flags |= IFF_ALLMULTI;
	igb_set_rx_mode(dev);
	assert_int_equal(store.reg[E1000_RCTL / 4] & 0x40018, 0x40010);
	dev->flags &= ~(u32)IFF_ALLMULTI;
	igb_set_rx_mode(dev);
	/* 224.0.0.1 */
	assert_int_equal(store.reg[E1000_MTA / 4], 0x10000);
	for (u32 i = 1; i < IGB_MTA_REGS; i++)
		assert_int_equal(store.reg[E1000_MTA / 4 + i], 0);
	/* DIVERGES(igb-unicast): with one address more all are heard. */
	assert_int_equal(dev_uc_add(dev, another), 0);
	assert_int_equal(store.reg[E1000_RCTL / 4] & 0x40018, 0x40008);
	assert_int_equal(dev->flags & IFF_PROMISC, 0);
	assert_int_equal(dev_uc_del(dev, another), 0);
	assert_int_equal(store.reg[E1000_RCTL / 4] & 0x40018, 0x40000);
	host_config_end(h);
}

static void probe_fails(int want)
{
	host_config_begin(h);
	assert_int_equal(igb_probe(net, "eth1", &store_card, NULL, IRQ_BASE, 2, &dev), want);
	host_config_end(h);
}

static void test_probe_refuses_a_bad_card(void **state)
{
	(void)state;
	world_new(&limits_test, 1);
	store_reset();
	store.nvm[5] ^= 1;
	probe_fails(-5);
	store_reset();
	store.phy[PHY_ID2] = 0;
	probe_fails(-5);
	store_reset();
	store.reg[E1000_RA / 4] = 1; /* multicast */
	probe_fails(-5);
	store_reset();
	store.reg[E1000_CTRL_EXT / 4] = E1000_CTRL_EXT_LINK_MODE_MASK;
	probe_fails(-19);
	store_reset();
	net->igb_pool.fail_at = 1;
	probe_fails(-12);
	/* DIVERGES(igb-release-bounded): wherever the semaphore sticks, probing and opening end.
	 * Once the PHY is known, its errors are not theirs.
	 */
	for (u32 n = 1; n < 400; n += 7) {
		int err;

		store_reset();
		store.stuck_at = n;
		host_config_begin(h);
		err = igb_probe(net, "eth1", &store_card, NULL, IRQ_BASE, 2, &dev);
		assert_int_equal(err, n <= 12 ? -5 : 0);
		if (err == 0) {
			assert_int_equal(dev_open(dev), 0);
			igb_remove(dev);
		}
		host_config_end(h);
	}
	store_reset();
	probe(&store_card, NULL, 2);
	host_config_begin(h);
	igb_remove(dev);
	host_config_end(h);
	assert_int_equal(store.reg[E1000_CTRL_EXT / 4] & E1000_CTRL_EXT_DRV_LOAD, 0);
	world_gone();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, store_up, store_down)
		cmocka_unit_test(test_accesses_are_linux),
		T(one_frame_is_one_descriptor),
		T(fragments_and_padding),
		T(checksum_takes_a_context),
		T(segmentation_takes_a_context),
		T(stops_below_21_wakes_at_42),
		T(work_limit_goes_on),
		T(failed_mapping_is_undone),
		T(hang_leads_to_reset),
		T(frame_becomes_packet),
		T(halves_of_a_page_take_turns),
		T(memory_is_asked_for_again),
		T(jumbo_comes_in_parts),
		T(vectors_of_two_cpus),
		cmocka_unit_test(test_pairs_above_four_queues),
		T(moderation),
		T(watchdog_kicks_every_two_seconds),
		T(link_goes_and_comes),
		T(ring_sizes),
		T(open_survives_every_failure),
		T(close_with_packets_in_the_ring),
		T(address_and_modes),
		cmocka_unit_test(test_small_world),
		cmocka_unit_test(test_probe_refuses_a_bad_card),
#undef T
	};

	return cmocka_run_group_tests_name("igb", tests, NULL, NULL);
}
