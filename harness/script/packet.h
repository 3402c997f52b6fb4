// SPDX-License-Identifier: MIT
/* packet.h - packet lines and frames: building one from the other, comparing, printing. */
#ifndef HARNESS_SCRIPT_PACKET_H
#define HARNESS_SCRIPT_PACKET_H

#include "harness/script/script.h"

enum { PACKET_BYTES_MAX = 66000, PACKET_FIELDS = 48 };

/* What a line leaves open: addresses of the flow, link layer, where sequence numbers start. */
struct packet_ctx {
	bool ethernet; /* the device has Ethernet headers */
	u8 smac[6], dmac[6];
	/* Of the packet that goes this way, host order; used when the line does not say. What is
	 * quoted went the other way. When matching, 0 is not compared; MAC addresses are not
	 * either, unless of an ARP sender.
	 */
	u32 saddr, daddr;
	u16 sport, dport;
	u32 isn, peer_isn; /* the sender's, added to seq; the other's, to ack and sack blocks */
	u32 ts, peer_ts;   /* added to TS val; to ecr, where there is an ACK */
	u16 ip_id;
	u8 ttl; /* 0 = 255, packetdrill's */
	/* -D names: returns false when there is no such name. Bytes: what stands behind the =. */
	bool (*name)(void *ctx, const char *name, u32 len, s64 *value, const char **bytes);
	void *name_ctx;
	/* Matching. Packetdrill compares no TS val, and takes (N) for N zero bytes. */
	bool check_ts_val, any_payload;
	bool partial_csum; /* checksums are offloaded: the pseudo header's will do */
};

/* The frame of a line that is injected; its length, or 0 with a message in err. */
u32 packet_build(const struct script *s, const struct packet *p, const struct packet_ctx *ctx,
		 u8 *frame, u32 size, char *err, u32 err_size);

struct packet_field {
	const char *name;
	char expected[160], actual[160];
	bool differs;
};

/* Compares a frame with a line: every field that the line says, and what the line says nothing
 * about but must hold (checksums, lengths: there only when they do not). Fields in the order of the
 * header; returns their number, *differ says how many differ. A frame of another kind is one field
 * "packet". len 0: no frame came.
 */
u32 packet_match(const struct script *s, const struct packet *p, const struct packet_ctx *ctx,
		 const u8 *frame, u32 len, struct packet_field fields[PACKET_FIELDS], u32 *differ);

/* Appends to a TCP segment the one that follows it, as if they had never been cut: `next` begins
 * where it ends and is otherwise equal. False, and nothing has changed, when that is not so.
 */
bool packet_glue(u8 *frame, u32 *len, u32 size, const u8 *next, u32 next_len, bool ethernet);

/* TS of a line's TCP options. */
bool packet_line_ts(const struct script *s, const struct packet *p, u32 *val, u32 *ecr);

/* One line in tcpdump's look: "192.0.2.1.5000 > 192.0.2.2.7: UDP, length 5". No time, no newline.
 */
void packet_describe(const u8 *frame, u32 len, bool ethernet, char *to, u32 size);
/* The line that a frame would be in a script, without time and direction: what parses back and
 * builds this very frame; in hex when nothing else says it. Longer lines are cut off.
 */
void packet_as_script(const u8 *frame, u32 len, bool ethernet, char *to, u32 size);

/* What a frame is about: for flows and filters. False when it is no IPv4 packet. */
struct packet_key {
	u32 saddr, daddr;
	u16 sport, dport;
	u8 proto;
	u32 seq, ack, payload_len; /* seq, ack: TCP */
	u16 tcp_flags;
	bool has_ports;
	bool has_ts; /* TCP's option */
	u32 ts_val, ts_ecr;
	u32 payload_at; /* of payload_len, for UDP too: offset in the frame */
};
bool packet_key(const u8 *frame, u32 len, bool ethernet, struct packet_key *key);

#endif
