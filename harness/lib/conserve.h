// SPDX-License-Identifier: MIT
/* conserve.h - nothing gets lost: what every pool has given out is found where it belongs, with as
 * many references as are held.
 *
 * Between events each packet, its data and pages, route, neighbour, socket, request for a
 * connection and what is left of one, file, queueing discipline and DMA mapping is counted from
 * where it can be reached; the counts must be those of the pools and of the objects. The tables for
 * it lie in the world's block, but not in a snapshot.
 */
#ifndef HARNESS_LIB_CONSERVE_H
#define HARNESS_LIB_CONSERVE_H

#include "base/arena.h"
#include "core/netdevice.h"
#include "driver/igb.h"
#include "nicmodel/nic.h"

struct world;

enum conserve_kind {
	CONSERVE_SKB,
	CONSERVE_HEAD, /* a size class each */
	CONSERVE_PAGE = CONSERVE_HEAD + SKB_HEAD_CLASSES,
	CONSERVE_BIG_PAGE,
	CONSERVE_DST,
	CONSERVE_NEIGH,
	CONSERVE_SOCK,
	CONSERVE_TCP_SOCK,
	CONSERVE_REQUEST, /* connections that are asked for */
	CONSERVE_TW,	  /* and what is left of them */
	CONSERVE_FILE,
	CONSERVE_STD_FILE, /* what processes begin with: 0 to 2 */
	CONSERVE_QDISC,
	CONSERVE_DMA, /* no pool: slots of the host's dma_space */
	CONSERVE_KINDS
};

/* Where a packet, or what belongs to one, was found. */
#define CONSERVE_PLACES(X)                                                                         \
	X(NOWHERE, "never seen")                                                                   \
	X(PIPE, "pipe")                                                                            \
	X(MADE_FILE, "file")                                                                       \
	X(SAVED_SYN, "SYN kept for port")                                                          \
	X(RECEIVE_QUEUE, "receive queue of port")                                                  \
	X(READER_QUEUE, "reader queue of port")                                                    \
	X(WRITE_QUEUE, "write queue of port")                                                      \
	X(ERROR_QUEUE, "error queue of port")                                                      \
	X(SOCK_BACKLOG, "socket backlog of port")                                                  \
	X(OFO_QUEUE, "out-of-order queue of port")                                                 \
	X(RTX_QUEUE, "retransmission queue of port")                                               \
	X(SOCK, "socket of port")                                                                  \
	X(SOCK_TIMER, "timers of the socket of port")                                              \
	X(EHASH, "table of connections, port")                                                     \
	X(ACCEPT_QUEUE, "accept queue of port")                                                    \
	X(REQUEST_TIMER, "timer of a request for port")                                            \
	X(TASK_FRAG, "page that is sent from, of task")                                            \
	X(QDISC, "queueing discipline of device")                                                  \
	X(COMPLETION, "completion queue of CPU")                                                   \
	X(INPUT_QUEUE, "input queue of CPU")                                                       \
	X(PROCESS_QUEUE, "process queue of CPU")                                                   \
	X(NAPI, "NAPI lists of device")                                                            \
	X(ARP_QUEUE, "neighbour's queue on device")                                                \
	X(NEIGH_TABLE, "neighbour table, device")                                                  \
	X(FRAGMENTS, "fragment queues")                                                            \
	X(TUN_RING, "ring of TUN/TAP device")                                                      \
	X(IGB_TX, "transmit ring")                                                                 \
	X(IGB_RX, "receive ring")                                                                  \
	X(FRAG_LIST, "frag_list of packet")                                                        \
	X(HEAD, "data of packet")                                                                  \
	X(NEXTHOP, "nexthop's route cache")                                                        \
	X(FD_TABLE, "descriptors of process")                                                      \
	X(HELD, "files held by task")

enum conserve_place {
#define X(name, text) AT_##name,
	CONSERVE_PLACES(X)
#undef X
};

struct conserve_cell {
	u32 epoch; /* the check that saw the object last */
	u32 refs;
	u32 bytes; /* of a socket: truesize of what it is sending */
	u32 id;	   /* of a packet: a slot is used again */
	u32 nth;   /* cell k says which slot was the k-th to be seen */
	u32 number;
	u8 place; /* enum conserve_place, with this number */
};

struct conserve_table {
	const struct pool *pool; /* NULL: CONSERVE_DMA */
	struct conserve_cell *cell;
	u32 capacity;
	u32 seen;
};

/* Of a host. */
struct conserve {
	u32 epoch; /* 0: the cells hold garbage */
	u64 units; /* the host's, at the last check */
	const struct world *world;
	const struct host *host;
	struct conserve_table table[CONSERVE_KINDS];
	char message[256];
};

/* Takes the tables of one host from the arena. */
struct conserve *conserve_layout(struct arena *a, const struct limits *l);
void conserve_init(struct conserve *c, const struct world *w, const struct host *h);
/* No unit of work is running. Ends in check_failed() with what is wrong. */
void conserve_check(struct conserve *c);
/* The same, if the host has run since the last check. */
void conserve_check_event(struct conserve *c);

/* Inside, and conserve_igb.c. */
_Noreturn void conserve_broken(struct conserve *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void conserve_skb(struct conserve *c, const struct sk_buff *skb, enum conserve_place place,
		  u32 number);
void conserve_page(struct conserve *c, const struct page *page, enum conserve_place place,
		   u32 number);
void conserve_napi(struct conserve *c, const struct napi_struct *napi, u32 number);
/* len bytes at mem are mapped there, and nobody else has the mapping. */
void conserve_dma(struct conserve *c, u64 addr, const u8 *mem, u32 len, enum conserve_place place,
		  u32 number);
/* nic: NULL when the card is not the world's. Returns how many rings have memory. */
u32 conserve_igb(struct conserve *c, const struct igb_adapter *adapter, const struct nic *nic);
/* conserve_mc.c */
void conserve_mc(struct conserve *c);

#endif
