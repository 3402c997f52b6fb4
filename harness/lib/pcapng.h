// SPDX-License-Identifier: MIT
/* pcapng.h - captures: pcapng written, pcapng and pcap of any byte order read. */
#ifndef HARNESS_LIB_PCAPNG_H
#define HARNESS_LIB_PCAPNG_H

#include <stdio.h>

#include "base/types.h"

enum { PCAPNG_INTERFACES = 256, PCAPNG_SECTION = 0xffff };
enum link_type { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW = 101, LINK_IPV4 = 228 };

/* Writing: a section, its interfaces, packets; little endian, nanoseconds. Errors show in ferror().
 * What is longer than an option can be is cut, but the lines of a section's and of statistics'
 * comment, which become several comments.
 */
void pcapng_begin(FILE *to, const char *comment);
void pcapng_interface(FILE *to, const char *name, const char *description, enum link_type type);
/* offset_s: added to all its times, so that they may be before 1970. */
void pcapng_interface_from(FILE *to, const char *name, const char *description, enum link_type type,
			   s64 offset_s);
/* Interface statistics: nothing but a comment. when_ns: counted as packets' are. */
void pcapng_statistics(FILE *to, u32 interface, u64 when_ns, const char *comment);
enum pcap_direction { PCAP_UNKNOWN, PCAP_INBOUND, PCAP_OUTBOUND };
struct pcap_packet {
	u32 interface;
	u64 when_ns;
	u64 before_ns; /* reading: so long before 1970; when_ns is 0 then */
	u32 caplen, len;
	const u8 *bytes;
	u8 direction;
	bool has_queue, has_id, has_drops;
	u32 queue;
	u64 id;		     /* the same at each tap */
	u64 drops;	     /* lost between the packet before of this interface and this one */
	const char *comment; /* NULL: none; not terminated when read: comment_len */
	u32 comment_len;     /* writing: 0 = strlen(comment) */
};
void pcapng_packet(FILE *to, const struct pcap_packet *p);

/* Reading, from memory. What no rule allows is an error that names its place; blocks and options
 * that are not known are passed over.
 */
struct pcap_interface {
	u32 link_type, snaplen; /* snaplen 0: no limit */
	u64 units_per_second;	/* of time stamps */
	s64 offset_s;
	const char *name; /* NULL: none; not terminated */
	u32 name_len;
};
struct pcap_reader {
	const u8 *bytes;
	size_t len, at;
	bool pcapng, big_endian; /* pcapng: of the section that is read now */
	u32 nr_sections, nr_interfaces;
	struct pcap_interface interface[PCAPNG_INTERFACES];
	/* Set after pcap_open(), to see comments of sections (interface PCAPNG_SECTION) and of
	 * interface statistics, one call each. May be NULL.
	 */
	void (*comment)(void *ctx, u32 interface, const char *text, u32 len);
	void *ctx;
	char error[128];
};
/* False with a message in r->error: neither pcapng nor pcap. */
bool pcap_open(struct pcap_reader *r, const u8 *bytes, size_t len);
/* 1 and a packet, 0 at the end, -1 with a message, and then again. Pointers are into `bytes`. Of
 * several comments the first one counts. A packet without a time stamp (simple packet block) has 0.
 */
int pcap_next(struct pcap_reader *r, struct pcap_packet *p);

#endif
