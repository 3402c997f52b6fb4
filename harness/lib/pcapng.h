// SPDX-License-Identifier: MIT
/* pcapng.h - captures: pcapng written, pcapng and pcap of any byte order read. */
#ifndef HARNESS_LIB_PCAPNG_H
#define HARNESS_LIB_PCAPNG_H

#include <stdio.h>

#include "base/types.h"

enum { PCAPNG_INTERFACES = 64 };
enum link_type { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW = 101, LINK_IPV4 = 228 };

/* Writing: a section, its interfaces, packets. Errors show in ferror(). */
void pcapng_begin(FILE *to, const char *comment);
void pcapng_interface(FILE *to, const char *name, const char *description, enum link_type type);
enum pcap_direction { PCAP_UNKNOWN, PCAP_INBOUND, PCAP_OUTBOUND };
struct pcap_packet {
	u32 interface;
	u64 when_ns;
	u32 caplen, len;
	const u8 *bytes;
	u8 direction;
	bool has_queue, has_id, has_drops;
	u32 queue;
	u64 id;		     /* the same at each tap */
	const char *comment; /* NULL: none; not terminated when read: comment_len */
	u32 comment_len;     /* writing: 0 = strlen(comment) */
};
void pcapng_packet(FILE *to, const struct pcap_packet *p);

/* Reading, from memory. */
struct pcap_interface {
	u32 link_type, snaplen;
	u64 units_per_second; /* of time stamps */
	s64 offset_s;
};
struct pcap_reader {
	const u8 *bytes;
	size_t len, at;
	bool pcapng, swapped, nanoseconds;
	u32 nr_interfaces;
	struct pcap_interface interface[PCAPNG_INTERFACES];
	char error[128];
};
/* False with a message in r->error: neither pcapng nor pcap. */
bool pcap_open(struct pcap_reader *r, const u8 *bytes, size_t len);
/* 1 and a packet, 0 at the end, -1 with a message. Pointers are into `bytes`. */
int pcap_next(struct pcap_reader *r, struct pcap_packet *p);

#endif
