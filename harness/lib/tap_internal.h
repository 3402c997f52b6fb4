// SPDX-License-Identifier: MIT
/* tap_internal.h - what a tap has gathered, for those who write it down.
 *
 *   tap.c         gathers: records of the trace, packets at the tap points, statements
 *   tap_pcapng.c  writes the packets
 *   tap_trace.c   writes everything as trace events; tap_flow.c the arrows between them
 */
#ifndef HARNESS_LIB_TAP_INTERNAL_H
#define HARNESS_LIB_TAP_INTERNAL_H

#include <stdio.h>

#include "harness/lib/tap.h"

enum {
	TAP_RECORDS_MAX = 1 << 20, /* more are counted, not kept */
	TAP_PACKETS_MAX = 1 << 20,
	TAP_STATEMENTS_MAX = 0xfffe,
	TAP_DEVICES = WORLD_HOSTS * NET_DEV_MAX,
	TAP_OUTSTANDING = 4096 /* packets whose next tap point is not reached yet */
};

/* Where a packet was seen. The order in which Wireshark lists a device's interfaces. */
enum tap_point { POINT_SOCKET, POINT_QDISC, POINT_DRIVER, POINT_WIRE, TAP_POINTS };
extern const char *const tap_point_names[TAP_POINTS];

struct tap_device {
	u8 host;
	u32 ifindex;
	char name[16];
	bool ethernet; /* frames have a header of 14 bytes */
	s32 port;      /* of the world; -1: none, as lo's */
};

/* A packet at a tap point. `id` is the same wherever it was seen. */
struct tap_packet {
	u64 when_ps;
	u64 seq;  /* how many records there were before */
	u32 tick; /* which of the packets and statements it is */
	u32 id;
	u32 of; /* the packet whose segment it is; 0: none */
	u32 len;
	size_t bytes; /* offset in tap->bytes */
	u32 device;   /* index */
	u16 statement;
	u16 queue;
	u8 point, ctx, cpu, task;
	bool outgoing;
};

struct tap_statement {
	u64 when_ps, seq;
	u32 tick;
	char *text;	  /* with its place in front, of malloc */
	size_t where_len; /* how much of it is the place; what follows begins after a space */
};

/* A packet that is expected at the next tap point. */
struct tap_expected {
	u32 packet; /* index */
	u32 device; /* where it will be seen, or whose wire it is on */
	u32 gso;    /* bytes of a segment; 0: the frame will be the packet as it is */
	bool in_use;
};

struct tap {
	struct world *world;
	u32 what;
	/* What was there before. */
	void (*old_on_frame)(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len_bytes);
	void *old_on_frame_ctx;
	void (*old_on_packet[WORLD_HOSTS])(struct net *net, enum crossing at,
					   const struct sk_buff *skb);
	void *old_on_packet_ctx[WORLD_HOSTS];
	u64 old_mask;

	struct trace_rec *rec;
	u32 nr_rec, cap_rec;
	u64 lost_records, lost_packets;

	struct tap_packet *packet;
	u32 nr_packets, cap_packets;
	u8 *bytes;
	size_t nr_bytes, cap_bytes;
	u32 last_id, ticks;

	struct tap_statement *statement;
	u32 nr_statements, cap_statements;

	struct tap_device device[TAP_DEVICES];
	u32 nr_devices;
	/* By number of the skb, of each host: the id it was given. */
	u32 *id_of_skb[WORLD_HOSTS];
	u32 cap_skb[WORLD_HOSTS], first_skb[WORLD_HOSTS];
	/* Given to a driver and not on the wire yet; on the wire and not arrived; arrived and not
	 * delivered. Oldest first, the very oldest is forgotten when there is no room.
	 */
	struct tap_expected expected[3][TAP_OUTSTANDING];
	u32 expected_head[3];
	/* Of each wire: its last frame, and how many it had lost before that. */
	struct {
		u32 packet;
		u64 lost;
	} last_on_wire[WORLD_WIRES];
	u8 flat[BIG_FRAME_BYTES + 64];
};

/* a, b, c, d: as scripts name them. */
char tap_host_name(u32 host);
/* All records that were written so far are in t->rec. */
void tap_drain(struct tap *t);
/* "udp.pkt:12 sendto(...)", or NULL. */
const char *tap_statement_text(const struct tap *t, u16 statement);
/* Writes beside the path and renames. `write` fills the file. */
int tap_write_file(const struct tap *t, const char *path, char *err, u32 err_size,
		   void (*write)(const struct tap *t, FILE *to));

#endif
