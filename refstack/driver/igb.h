// SPDX-License-Identifier: MIT
/* igb.h - the driver of the 82576: adapter, vectors, rings, and who calls whom among its files.
 *
 * Path: steps 10 to 12, 15 and 16, and 103 to 105. Names as in LINUX:
 * drivers/net/ethernet/intel/igb/igb.h.
 */
#ifndef REFSTACK_DRIVER_IGB_H
#define REFSTACK_DRIVER_IGB_H

#include "core/dma.h"
#include "core/netdevice.h"
#include "driver/igb_hw.h"
#include "nicmodel/bus.h"

enum {
	IGB_QUEUES_MAX = 8, /* IGB_MAX_RX_QUEUES, IGB_MAX_TX_QUEUES */
	MAX_Q_VECTORS = 8,
	IGB_VECTORS_MAX = 10, /* MAX_MSIX_ENTRIES: interrupt lines to keep for a card */
	IGB_DEFAULT_RING = 256,
	IGB_MIN_RING = 64,
	IGB_MAX_RING = 4096,
	IGB_DEFAULT_TX_WORK = 128,
	IGB_START_ITR = 648, /* quarter microseconds, as all ITR values here */
	IGB_4K_ITR = 980,
	IGB_20K_ITR = 196,
	IGB_70K_ITR = 56,
	IGB_DEFAULT_ITR = 3,
	IGB_MAX_ITR_USECS = 10000,
	IGB_MIN_ITR_USECS = 10,
	IGB_RX_BUFFER_WRITE = 16,
	IGB_MAX_FRAME_BUILD_SKB = 1536,
	IGB_RXBUFFER_2048 = 2048,
	IGB_RXBUFFER_3072 = 3072,
	IGB_RX_HDR_LEN = 256,
	IGB_SKB_PAD = 192, /* 2048 - 320 for the shared info - 1536 */
	IGB_MAX_DATA_PER_TXD = 1 << 15,
	DESC_NEEDED = MAX_SKB_FRAGS + 4,
	IGB_ETH_PKT_HDR_PAD = ETH_HLEN + 4 + 2 * VLAN_HLEN,
	MAX_JUMBO_FRAME_SIZE = 9728,
	MAX_STD_JUMBO_MTU = 9216,
	IGB_MTA_REGS = 128,
	IGB_VFTA_REGS = 128,
	IGB_RAR_ENTRIES = 24,
	IGB_RETA_SIZE = 128,
	SPEED_10 = 10,
	SPEED_100 = 100,
	SPEED_1000 = 1000
};

enum igb_tx_flags {
	IGB_TX_FLAGS_VLAN = 0x01,
	IGB_TX_FLAGS_TSO = 0x02,
	IGB_TX_FLAGS_IPV4 = 0x10,
	IGB_TX_FLAGS_CSUM = 0x20,
	IGB_TX_FLAGS_VLAN_SHIFT = 16
};

/* LINUX: enum e1000_fc_mode. */
enum igb_fc {
	IGB_FC_NONE = 0,
	IGB_FC_RX_PAUSE = 1,
	IGB_FC_TX_PAUSE = 2,
	IGB_FC_FULL = 3,
	IGB_FC_DEFAULT = 0xff
};

/* The card's statistics registers: adapter->stats has a place for each. */
enum { IGB_STATS = (E1000_HTCBDPC - E1000_CRCERRS) / 4 + 1 };

struct igb_adapter;
struct igb_q_vector;

struct igb_tx_buffer {
	struct sk_buff *skb;
	u64 dma;
	u64 time_stamp_jif;
	u32 len; /* of the mapping; 0 = none */
	u32 bytecount;
	u32 tx_flags;
	u16 gso_segs;
	u16 next_to_watch; /* 1 + index of the packet's last descriptor; 0 = nothing pending */
};

struct igb_rx_buffer {
	struct page *page;
	u64 dma;
	u32 page_offset;
};

struct igb_ring_stats {
	u64 packets, bytes;
	/* Transmission, reception. */
	u64 restart_queue;
	u64 drops, csum_err, alloc_failed;
};

struct igb_ring {
	struct igb_adapter *adapter;
	struct igb_q_vector *q_vector;
	struct net_device *netdev;
	void *mem; /* ○ the pool's slot: descriptors, then what belongs to each */
	u8 *desc;
	struct igb_tx_buffer *tx_buffer_info; /* of a transmit ring */
	struct igb_rx_buffer *rx_buffer_info; /* of a receive ring */
	u64 dma;
	u32 tail; /* register */
	u16 count;
	u16 next_to_clean, next_to_use, next_to_alloc;
	u8 queue_index, reg_idx;
	bool detect_hang;    /* IGB_RING_FLAG_TX_DETECT_HANG */
	bool large_buffer;   /* IGB_RING_FLAG_RX_3K_BUFFER */
	struct sk_buff *skb; /* a frame of which the rest is still to come */
	struct igb_ring_stats stats;
};

struct igb_ring_container {
	struct igb_ring *ring;
	u32 total_bytes, total_packets;
	u32 work_limit;
};

struct igb_q_vector {
	struct igb_adapter *adapter;
	u32 eims_value;
	u32 vector; /* ○ MSI-X vector: LINUX: itr_register says it */
	u16 itr_val;
	bool set_itr;
	struct igb_ring_container rx, tx;
	struct napi_struct napi;
};

/* ○ LINUX: struct work_struct on the system workqueue: a unit of its own, in task context. */
struct igb_work {
	struct sim_event event;
	struct igb_adapter *adapter;
	void (*fn)(struct igb_adapter *adapter);
	u32 cpu;
};

/* LINUX: struct e1000_hw: the parts that vary on this one card. */
struct igb_hw {
	u8 mac_addr[ETH_ALEN], perm_addr[ETH_ALEN];
	u8 func;
	u8 fc_requested, fc_current; /* enum igb_fc */
	bool get_link_status, speed_downgraded, arc_subsystem_valid;
	u32 phy_id, phy_revision, phy_addr;
	u32 nvm_word_size;
	u32 fc_high_water, fc_low_water;
	u32 ledctl_default;
	u32 mta_shadow[IGB_MTA_REGS];
};

struct igb_adapter {
	struct net *net;
	struct net_device *netdev;
	const struct bus_card *card;
	void *card_ctx;
	u32 irq_base;
	bool down, resetting; /* LINUX: __IGB_DOWN, __IGB_RESETTING */
	bool queue_pairs;     /* IGB_FLAG_QUEUE_PAIRS */
	bool ptp_enabled;     /* IGB_PTP_ENABLED */
	u32 num_q_vectors, rss_queues, num_tx_queues, num_rx_queues;
	u32 rx_itr_setting, tx_itr_setting;
	u32 tx_work_limit;
	u32 tx_timeout_count;
	u32 max_frame_size;
	u16 link_speed;
	bool full_duplex;
	u8 tx_timeout_factor;
	u16 tx_ring_count, rx_ring_count;
	u32 eims_enable_mask, eims_other;
	u32 rss_indir_tbl_init;
	u8 rss_indir_tbl[IGB_RETA_SIZE];
	u8 affinity[IGB_VECTORS_MAX]; /* ○ CPU of each vector */
	struct igb_hw hw;
	u32 shadow_vfta[IGB_VFTA_REGS];
	u64 stats[IGB_STATS]; /* by register: see igb_stat() */
	struct timer_list watchdog_timer, phy_info_timer;
	struct igb_work reset_task, watchdog_task;
	struct igb_q_vector q_vector[MAX_Q_VECTORS];
	struct igb_ring tx_ring[IGB_QUEUES_MAX], rx_ring[IGB_QUEUES_MAX];
};

/* Bytes of one slot of net->igb_ring_pool for rings of up to this many descriptors. */
u32 igb_ring_bytes(u32 entries);

/* igb_main.c: what the world calls. In task context on a running CPU. queues: pairs at most; 0 =
 * one a CPU. */
must_check int igb_probe(struct net *net, const char *name, const struct bus_card *card,
			 void *card_ctx, u32 irq_base, u32 queues, struct net_device **out);
void igb_remove(struct net_device *dev);
static inline struct igb_adapter *igb_priv(const struct net_device *dev)
{
	return dev->priv;
}
void igb_check(const struct igb_adapter *adapter);
void igb_up(struct igb_adapter *adapter);
void igb_down(struct igb_adapter *adapter);
void igb_reset(struct igb_adapter *adapter);
/* ○ LINUX: schedule_work(). One that is scheduled already stays where it is. */
void igb_schedule_work(struct igb_work *work);

/* igb_ethtool.c: an administrator's ethtool -C rx-usecs, -G rx tx, and smp_affinity. */
int igb_set_coalesce(struct net_device *dev, u32 rx_usecs);
int igb_set_ringparam(struct net_device *dev, u32 rx_pending, u32 tx_pending);
int igb_set_affinity(struct igb_adapter *adapter, u32 vector, u32 cpu);

/* igb_irq.c: vectors, moderation, masks. */
void igb_configure_msix(struct igb_adapter *adapter);
void igb_irq_enable(struct igb_adapter *adapter);
void igb_irq_disable(struct igb_adapter *adapter);
void igb_write_itr(struct igb_q_vector *q_vector);
void igb_ring_irq_enable(struct igb_q_vector *q_vector);

/* igb_watchdog.c: link and statistics. */
void igb_watchdog_init(struct igb_adapter *adapter);
void igb_watchdog_task(struct igb_adapter *adapter);
void igb_update_stats(struct igb_adapter *adapter);

/* igb_config.c: everything that is written into the card between a reset and traffic. */
void igb_configure(struct igb_adapter *adapter);
void igb_set_rx_mode(struct net_device *dev);
void igb_get_hw_control(struct igb_adapter *adapter);
void igb_release_hw_control(struct igb_adapter *adapter);
void igb_set_default_mac_filter(struct igb_adapter *adapter);
void igb_flush_mac_table(struct igb_adapter *adapter);
int igb_setup_all_resources(struct igb_adapter *adapter);
void igb_free_all_resources(struct igb_adapter *adapter);
int igb_setup_tx_resources(struct igb_ring *ring);
int igb_setup_rx_resources(struct igb_ring *ring);
void igb_free_ring_resources(struct igb_ring *ring);

/* igb_tx.c */
enum netdev_tx igb_xmit_frame_ring(struct sk_buff *skb, struct igb_ring *tx_ring);
bool igb_clean_tx_irq(struct igb_q_vector *q_vector, int napi_budget);
void igb_clean_tx_ring(struct igb_ring *tx_ring);
u64 igb_features_check(struct sk_buff *skb, struct net_device *dev, u64 features);
/* LINUX: skb_put_padto(), eth_skb_pad(): zeroes up to len. On an error the packet is gone. */
must_check int igb_put_padto(struct sk_buff *skb, u32 len);

/* igb_rx.c */
int igb_clean_rx_irq(struct igb_q_vector *q_vector, int budget);
void igb_alloc_rx_buffers(struct igb_ring *rx_ring, u32 cleaned_count);
void igb_clean_rx_ring(struct igb_ring *rx_ring);

/* igb_io.c: registers and time as the card's other half sees them. */
u32 igb_rd32(struct igb_adapter *adapter, u32 reg);
void igb_wr32(struct igb_adapter *adapter, u32 reg, u32 value);
void igb_wrfl(struct igb_adapter *adapter);
void igb_usleep(struct igb_adapter *adapter, u32 us);

/* igb_82575.c: MAC, PHY and NVM. 0, or a negative error that most callers ignore as Linux's do. */
int igb_get_invariants(struct igb_adapter *adapter);
int igb_reset_hw(struct igb_adapter *adapter);
int igb_init_hw(struct igb_adapter *adapter);
int igb_setup_link(struct igb_adapter *adapter);
int igb_phy_hw_reset(struct igb_adapter *adapter);
void igb_power_up_phy_copper(struct igb_adapter *adapter);
void igb_power_down_phy_copper(struct igb_adapter *adapter);
int igb_read_phy_reg(struct igb_adapter *adapter, u32 offset, u16 *data);
int igb_write_phy_reg(struct igb_adapter *adapter, u32 offset, u16 data);
int igb_check_for_copper_link(struct igb_adapter *adapter);
int igb_get_phy_info(struct igb_adapter *adapter);
int igb_check_downshift(struct igb_adapter *adapter);
void igb_get_speed_and_duplex(struct igb_adapter *adapter, u16 *speed, bool *full_duplex);
void igb_config_collision_dist(struct igb_adapter *adapter);
bool igb_check_reset_block(struct igb_adapter *adapter);
bool igb_enable_mng_pass_thru(struct igb_adapter *adapter);
int igb_read_nvm(struct igb_adapter *adapter, u32 word, u16 *data);
int igb_validate_nvm_checksum(struct igb_adapter *adapter);
int igb_read_mac_addr(struct igb_adapter *adapter);
void igb_write_vfta(struct igb_adapter *adapter, u32 index, u32 value);
void igb_rar_set(struct igb_adapter *adapter, const u8 *addr, u32 index);
void igb_update_mc_addr_list(struct igb_adapter *adapter, const struct netdev_hw_addr_list *list);

/* LINUX: struct e1000_hw_stats. */
static inline u64 igb_stat(const struct igb_adapter *adapter, u32 reg)
{
	assert(reg >= E1000_CRCERRS);
	assert(reg <= E1000_HTCBDPC);
	return adapter->stats[(reg - E1000_CRCERRS) / 4];
}
/* LINUX: igb_desc_unused(): one is always left, so that full and empty differ. */
static inline u32 igb_desc_unused(const struct igb_ring *ring)
{
	if (ring->next_to_clean > ring->next_to_use)
		return (u32)ring->next_to_clean - ring->next_to_use - 1;
	return (u32)ring->count + ring->next_to_clean - ring->next_to_use - 1;
}
static inline u8 *igb_desc(const struct igb_ring *ring, u32 i)
{
	assert(i < ring->count);
	return ring->desc + (size_t)i * IGB_DESC_BYTES;
}
static inline u32 igb_rx_bufsz(const struct igb_ring *ring)
{
	return ring->large_buffer ? (u32)IGB_RXBUFFER_3072 : (u32)IGB_MAX_FRAME_BUILD_SKB;
}
/* LINUX: igb_rx_pg_size(): two buffers a page. */
static inline u32 igb_rx_pg_size(const struct igb_ring *ring)
{
	return ring->large_buffer ? 2 * (u32)PAGE_SIZE : (u32)PAGE_SIZE;
}
static inline struct netdev_queue *txring_txq(const struct igb_ring *ring)
{
	return netdev_get_tx_queue(ring->netdev, ring->queue_index);
}

#endif
