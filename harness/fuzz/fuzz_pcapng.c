// SPDX-License-Identifier: MIT
/* fuzz_pcapng.c - any bytes as a capture: an error, or packets that are the same when they have
 * been written and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz/fuzz.h"
#include "harness/lib/pcapng.h"

enum { PACKETS = 512 };

/* What is written has one section; each interface that a packet names is written before it. */
struct copy {
	FILE *to;
	u32 nr_packets, nr_interfaces;
	struct pcap_packet packet[PACKETS]; /* interface: of the copy */
	struct pcap_interface interface[PCAPNG_INTERFACES];
};

static bool same_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* The writer takes names that end with NUL. */
static u32 name_len(const struct pcap_interface *i)
{
	return i->name != NULL ? (u32)strnlen(i->name, i->name_len) : 0;
}

/* PCAPNG_INTERFACES: no room. */
static u32 interface_of(struct copy *c, const struct pcap_interface *from)
{
	u32 i = 0;
	char *name;

	while (i < c->nr_interfaces &&
	       (c->interface[i].link_type != from->link_type ||
		!same_bytes(c->interface[i].name, name_len(&c->interface[i]), from->name,
			    name_len(from))))
		i++;
	if (i < c->nr_interfaces || i == PCAPNG_INTERFACES)
		return i;
	name = from->name != NULL ? strndup(from->name, from->name_len) : NULL;
	pcapng_interface(c->to, name, NULL, from->link_type);
	free(name);
	c->interface[i] = *from;
	c->nr_interfaces++;
	return i;
}

/* Reads all packets of a capture into the copy, and writes them. */
static void copy_all(struct copy *c, struct pcap_reader *r)
{
	struct pcap_packet p;
	int rc = 0;

	while (c->nr_packets < PACKETS && (rc = pcap_next(r, &p)) == 1) {
		if (p.interface >= r->nr_interfaces)
			fuzz_found(DETECTOR_round_trip, "a packet of no interface", "");
		p.interface = interface_of(c, &r->interface[p.interface]);
		if (p.interface == PCAPNG_INTERFACES)
			return;
		if (p.comment_len == 0)
			p.comment = NULL;
		pcapng_packet(c->to, &p);
		c->packet[c->nr_packets] = p;
		c->nr_packets++;
	}
	if (rc < 0 && r->error[0] == '\0')
		fuzz_found(DETECTOR_round_trip, "an error without a message", "");
	if (rc < 0 && pcap_next(r, &p) >= 0)
		fuzz_found(DETECTOR_round_trip, "an error that goes away", r->error);
}

static bool same_packet(const struct pcap_packet *a, const struct pcap_packet *b)
{
	return a->interface == b->interface && a->when_ns == b->when_ns && a->len == b->len &&
	       a->direction == b->direction && a->has_queue == b->has_queue &&
	       a->has_id == b->has_id && a->has_drops == b->has_drops &&
	       (!a->has_queue || a->queue == b->queue) && (!a->has_id || a->id == b->id) &&
	       (!a->has_drops || a->drops == b->drops) &&
	       same_bytes(a->bytes, a->caplen, b->bytes, b->caplen) &&
	       same_bytes(a->comment, a->comment_len, b->comment, b->comment_len);
}

static void compare(const struct copy *c, const u8 *bytes, size_t len)
{
	static struct pcap_reader r;
	struct pcap_packet p;
	u32 n = 0;
	int rc;

	if (!pcap_open(&r, bytes, len))
		fuzz_found(DETECTOR_round_trip, "what was written cannot be read", r.error);
	while ((rc = pcap_next(&r, &p)) == 1) {
		const struct pcap_interface *i = &r.interface[p.interface];

		if (n >= c->nr_packets || !same_packet(&p, &c->packet[n]))
			fuzz_found(DETECTOR_round_trip, "other packets are read than written", "");
		if (i->link_type != c->interface[p.interface].link_type ||
		    !same_bytes(i->name, name_len(i), c->interface[p.interface].name,
				name_len(&c->interface[p.interface])))
			fuzz_found(DETECTOR_round_trip, "other interfaces are read than written",
				   "");
		n++;
	}
	if (rc < 0)
		fuzz_found(DETECTOR_round_trip, "what was written breaks off", r.error);
	if (n != c->nr_packets)
		fuzz_found(DETECTOR_round_trip, "packets are lost", "");
}

static bool run(const u8 *data, size_t size)
{
	static struct pcap_reader r;
	static struct copy c;
	char *bytes = NULL;
	size_t len = 0;

	if (!pcap_open(&r, data, size)) {
		if (r.error[0] == '\0')
			fuzz_found(DETECTOR_round_trip, "an error without a message", "");
		return false;
	}
	c.nr_packets = c.nr_interfaces = 0;
	c.to = open_memstream(&bytes, &len);
	if (c.to == NULL)
		fuzz_found(DETECTOR_round_trip, "open_memstream", "");
	pcapng_begin(c.to, NULL);
	copy_all(&c, &r);
	fclose(c.to);
	compare(&c, (const u8 *)bytes, len);
	free(bytes);
	return true;
}

const struct fuzz_target fuzz_target = { .name = "pcapng", .input = INPUT_BYTES, .run = run };
