// SPDX-License-Identifier: MIT
/* nic.h - a model of the Intel 82576 (one port): registers, queues, FIFOs, interrupts, time.
 *
 * Path: steps 12 to 14 and the first steps of reception. The card sees bytes, bus addresses and
 * time through bus.h and nothing else. `struct nic` is all of its state: no allocation, no globals.
 * Whoever owns it may copy it at rest; the big memories stand at its end and hold garbage where
 * nothing was stored yet.
 */
#ifndef NICMODEL_NIC_H
#define NICMODEL_NIC_H

#include "nicmodel/bus.h"
#include "nicmodel/cycles.h"

enum {
	NIC_QUEUES_MAX = 16,
	NIC_VECTORS = 25,	/* bits of EICR */
	NIC_CACHE = 64,		/* descriptors a queue holds on the chip */
	NIC_READS_MAX = 16,	/* reads in flight */
	NIC_FRAMES = 1024,	/* frames in a FIFO, power of two */
	NIC_FRAME_MAX = 9728,	/* longest frame, 9.5 KB */
	NIC_RX_FIFO = 65536,	/* RXPBS at reset */
	NIC_TX_FIFO = 40960,	/* TXPBS at reset */
	NIC_TX_FRAME_COST = 16, /* of the FIFO, a frame beyond its bytes */
	NIC_TSO_HEADER_MAX = 512,
	NIC_TSO_MSS_MIN = 32,
	NIC_TSO_BYTES_MAX = 262144,
	NIC_WB_MAX = 32, /* WTHRESH is five bits */
	NIC_PHY_REGS = 32,
	NIC_NVM_WORDS = 64,
	NIC_SOON = 128
};

/* Why a frame did not get through. */
#define NIC_DROPS(Y)                                                                               \
	Y(RX_OFF, "receiver or link is down")                                                      \
	Y(RX_CRC, "damaged frame")                                                                 \
	Y(RX_RUNT, "shorter than 60 bytes")                                                        \
	Y(RX_LONG, "longer than allowed")                                                          \
	Y(RX_FILTER, "not for this address")                                                       \
	Y(RX_VLAN, "VLAN filtered")                                                                \
	Y(RX_PAUSE, "MAC control frame, consumed")                                                 \
	Y(RX_FIFO, "receive FIFO full")                                                            \
	Y(RX_QUEUE_OFF, "queue disabled, halted or not there")                                     \
	Y(RX_NO_DESC, "no descriptor and DROP_EN, or ring too small")                              \
	Y(RX_DMA, "DMA fault while storing")                                                       \
	Y(RX_RESET, "in the FIFO at a reset")                                                      \
	Y(TX_MALFORMED, "descriptors that make no frame")                                          \
	Y(TX_ABORTED, "queue halted or disabled while gathering")                                  \
	Y(TX_RESET, "in the FIFO at a reset")

enum nic_drop {
#define Y(name, help) NIC_DROP_##name,
	NIC_DROPS(Y)
#undef Y
		NIC_DROP_MAX
};

/* Every register; the X-macro file gives each its array. */
struct nic_regs {
#define X(offset, name, count, stride, access, reset, help) u32 name[count];
#include "nicmodel/regs.def"
#undef X
};

enum nic_reg {
#define X(offset, name, count, stride, access, reset, help) NIC_REG_##name,
#include "nicmodel/regs.def"
#undef X
	NIC_REG_MAX
};

/* Injected faults: each counts down, the event at which it becomes 0 fails. 0 = off. */
struct nic_fault {
	u32 fail_fetch_at; /* a descriptor fetch */
	u32 fail_dma_at;   /* any other transfer: data read, data write, write-back */
	u32 drop_msix_at;  /* an interrupt message is lost on its way */
};

/* Zeroes mean the defaults of cycles.h. */
struct nic_cfg {
	u8 mac[6];
	u32 queues; /* 1 to 16 queue pairs; 0 = 16 */
	u32 mem_read_latency_ns;
	u32 outstanding_reads; /* 1 to 16; one read is a whole buffer or run of descriptors */
	u32 fetch_descriptors; /* of one fetch, 1 to 64 */
	u32 mps_bytes;
	u32 autoneg_ms;
	bool slow_serial; /* MDIC and EERD take their time; otherwise they answer inside the write
			   */
	/* Behave as QEMU 10.0's igb where it is known to differ (README.md lists where). */
	bool qemu_quirks;
	u64 perturb; /* seed of extra latencies of reads and messages; 0 = none */
	struct nic_fault fault;
};

struct nic_stats {
	u64 tx_frames, tx_bytes; /* put on the wire, without preamble and FCS */
	u64 rx_offered;		 /* arrived from the wire */
	u64 rx_frames, rx_bytes; /* stored in host memory */
	u64 drop[NIC_DROP_MAX];
	u64 tx_pause, rx_pause;
	u64 fetches, fetched_descriptors, data_reads, writebacks;
	u64 dma_faults; /* IOMMU faults and injected ones: each halts its queue */
	u64 messages, messages_lost;
	u64 unmapped_reads, unmapped_writes, readonly_writes;
	u64 bad_offload; /* checksum requests whose places lie outside of the frame */
	u64 unsupported; /* register settings of which only the plain behaviour is modelled */
	u64 events;
};

struct nic_desc {
	u64 addr;
	u32 dw2, dw3;
};

struct nic_txctx {
	u32 iplen, maclen, l4len, mss;
	u16 vlan;
	u8 l4t; /* 0 UDP, 1 TCP, 2 SCTP */
	bool ipv4;
};

/* A ring as both directions see it. `base` and `size` are latched when the queue is enabled. */
struct nic_ring {
	u64 base;
	u32 size;    /* descriptors; 0 = none */
	u32 gen;     /* changes whenever what is in flight for the queue is to be forgotten */
	u32 start;   /* index at which the running numbers began */
	u32 fetch;   /* index of the next one to fetch */
	u32 fetched; /* running numbers, modulo 2^32: done <= consumed <= fetched */
	u32 consumed;
	u32 done;
	u32 cache_head, cache_len;
	bool on, fetching, halted;
};

struct nic_txq {
	struct nic_ring ring;
	struct nic_txctx ctx[2];
	u32 eops;    /* frame ends among the cached descriptors */
	u32 in_fifo; /* descriptors whose frames are gathered but not yet reported */
	u32 wb_len;
	bool skipping; /* in the middle of a chain that was too long */
	u16 wb[NIC_WB_MAX];
};

struct nic_rxq {
	struct nic_ring ring;
	u32 wb_len;
	bool low; /* fewer free than the threshold: RXDMT0 was raised */
	u16 wb[NIC_WB_MAX];
	u8 wb_desc[NIC_WB_MAX][16];
};

/* A frame in the transmit FIFO. */
enum nic_tx_state { NIC_TX_GATHER, NIC_TX_READY, NIC_TX_WIRE, NIC_TX_DEAD };

struct nic_tx_frame {
	u64 rs;	      /* which of its descriptors asked for a report */
	u64 data;     /* which are data descriptors */
	u32 off, len; /* in FIFO memory, padding and tag included */
	u32 data_len; /* without padding */
	u32 gen;
	u32 first; /* ring index of its first descriptor */
	u32 ndesc; /* 0 for all but the last segment of a segmentation */
	u16 maclen, iplen, vlan, css;
	u8 queue;
	u8 state;
	u8 l4t;
	u8 flags;
	u8 cso;
	bool sent;
	bool booked; /* its write-back has its place on the link */
};

/* A frame in the receive FIFO. */
struct nic_rx_frame {
	u32 off, len;
	u32 hash;
	u32 status; /* dw2 of the write-back */
	u16 pkt_info, ip_id, csum, vlan;
	u8 queue;
	bool waited;
};

/* FIFO memory: frames in order, each in one piece. */
struct nic_fifo {
	u32 limit; /* bytes that may be charged */
	u32 used;  /* bytes charged */
	u32 next;  /* where the next frame goes */
	u32 first, count;
};

/* The frame that is being gathered. */
struct nic_txjob {
	bool active, tso, header_wait, fresh;
	u8 queue;
	u32 gen;
	u32 ndesc, pos, off; /* descriptor and byte in it that comes next */
	u32 want;	     /* bytes still to ask for in the current unit */
	u32 at;		     /* where they go: in FIFO memory, or in the header */
	u32 frame;	     /* current frame's number in the FIFO */
	u32 payload;	     /* segmentation: bytes in all */
	u32 payload_left;
	u32 header_len, segments;
	struct nic_tx_frame proto; /* what each of its frames gets */
	struct nic_txctx ctx;
};

enum nic_read_kind {
	NIC_READ_NONE,
	NIC_READ_TXDESC,
	NIC_READ_RXDESC,
	NIC_READ_DATA,
	NIC_READ_HEADER
};

struct nic_read {
	u64 addr;
	u32 len;
	u32 at;
	u32 gen;
	u32 frame;
	u8 kind;
	u8 queue;
	bool last;
};

struct nic {
	/* The connections; the digest does not see them. */
	const struct bus_host *host;
	void *ctx;

	struct nic_cfg cfg;
	struct nic_fault fault;
	struct nic_stats stats;
	u64 last_ps; /* time as the card saw it last: never goes back */
	u64 perturb;
	u32 epoch; /* counts resets; events of an older one are ignored */

	union {
		struct nic_regs r;
		u32 word[sizeof(struct nic_regs) / sizeof(u32)];
	};

	/* irq.c */
	u32 fired; /* vectors that have had their message for the cause that is still set */
	u32 eitr_armed, msix_flying;
	bool legacy_asserted;
	u64 eitr_ready_ps[NIC_VECTORS];

	/* phy.c */
	bool cable, phy_link, link_up, link_was_lost;
	bool link_armed, mdic_armed;
	u64 link_at_ps; /* when autonegotiation ends; U64_MAX: none is going on */
	u16 phy[NIC_PHY_REGS];
	u16 nvm[NIC_NVM_WORDS];
	u64 mdic_ready_ps, eerd_ready_ps;
	u64 systim_base, systim_from_ps;

	/* dma.c */
	u64 up_free_ps, down_free_ps;
	u32 reads_busy;
	bool kick_armed;
	u64 kick_again_ps;
	struct nic_read read[NIC_READS_MAX];
	u32 soon_head, soon_len; /* qemu_quirks: events that happen inside the register write */
	bool draining;
	u32 soon[NIC_SOON][2];

	/* ring.c */
	u32 txq_on, rxq_on;
	u32 txq_cached;	       /* queues with a descriptor in the cache */
	u32 starved, prefetch; /* queues that should fetch: bits 0-15 receive, 16-31 transmit */
	u32 tx_turn, fetch_turn;
	struct nic_txjob job;
	u8 tso_header[NIC_TSO_HEADER_MAX];

	/* mac.c, rx.c */
	struct nic_fifo txf, rxf;
	u32 tx_wire, tx_wire_count; /* next frame for the wire; frames sent but not yet reported */
	u64 wire_free_ps;
	u64 wire_armed_ps; /* U64_MAX: no event under way */
	u64 pause_until_ps;
	u8 pause_pending; /* 1 XOFF, 2 XON */
	bool xoff_sent;
	bool rx_busy;
	u32 rx_gen, rx_ndesc, rx_per; /* of the frame that is on its way */

	struct nic_txq txq[NIC_QUEUES_MAX];
	struct nic_rxq rxq[NIC_QUEUES_MAX];

	/* Memories, not cleared by reset. */
	struct nic_desc tx_cache[NIC_QUEUES_MAX][NIC_CACHE];
	struct nic_desc rx_cache[NIC_QUEUES_MAX][NIC_CACHE];
	struct nic_tx_frame tx_frame[NIC_FRAMES];
	struct nic_rx_frame rx_frame[NIC_FRAMES];
	u8 tx_mem[NIC_TX_FIFO + NIC_FRAME_MAX];
	u8 rx_mem[NIC_RX_FIFO + NIC_FRAME_MAX];
};

void nic_init(struct nic *n, const struct nic_cfg *cfg, const struct bus_host *host, void *ctx);
extern const struct bus_card nic_card;

/* Digest of everything that can matter later: registers, queues, FIFO contents; no pointers. */
u64 nic_hash(const struct nic *n);

/* Cheap enough for every event. */
void nic_check(const struct nic *n);
/* Walks the FIFOs as well. */
void nic_check_full(const struct nic *n);

/* For messages and reports. */
const char *nic_drop_name(u32 drop);
u64 nic_drops(const struct nic *n);

#endif
