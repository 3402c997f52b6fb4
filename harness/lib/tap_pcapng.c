// SPDX-License-Identifier: MIT
/* tap_pcapng.c - a run as a capture: an interface for each tap point of each device.
 *
 * Times are those of the hosts' wall clock. At the socket point packets begin with their IP header;
 * checksums that a card or the receiver would have completed are complete at every point.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lib/pcapng.h"
#include "harness/lib/tap_internal.h"
#include "harness/lib/version.h"

enum { NAME_MAX_BYTES = 64, COMMENT_MAX = 2048, ETH_BYTES = 14, IP_BYTES = 20 };

static const char *const descriptions[TAP_POINTS] = {
	[POINT_SOCKET] = "IP packets as the stack hands them on, and as it delivers them",
	[POINT_QDISC] = "frames that enter the queueing discipline",
	[POINT_DRIVER] = "frames given to the driver",
	[POINT_WIRE] = "frames on the wire",
};

static bool has_point(const struct tap_device *d, u32 point)
{
	return point != POINT_WIRE || d->port >= 0;
}

static enum link_type link_of(const struct tap_device *d, u32 point)
{
	return point != POINT_SOCKET && d->ethernet ? LINK_ETHERNET : LINK_RAW;
}

static u32 write_interfaces(const struct tap *t, FILE *to, u32 interface[TAP_DEVICES][TAP_POINTS])
{
	u32 n = 0;

	for (u32 i = 0; i < t->nr_devices; i++) {
		const struct tap_device *d = &t->device[i];

		for (u32 point = 0; point < TAP_POINTS; point++) {
			char name[NAME_MAX_BYTES];

			if (!has_point(d, point))
				continue;
			snprintf(name, sizeof(name), "%c/%s/%s", tap_host_name(d->host), d->name,
				 tap_point_names[point]);
			pcapng_interface(to, name, descriptions[point], link_of(d, point));
			interface[i][point] = n++;
		}
	}
	return n;
}

/* "fragment at 1480 of IP id 0x1234", or nothing. */
static void put_fragment(const struct tap *t, const struct tap_packet *p, char *text, size_t size)
{
	u32 skip = link_of(&t->device[p->device], p->point) == LINK_ETHERNET ? ETH_BYTES : 0;
	const u8 *ip = t->bytes + p->bytes + skip;
	u32 field;

	*text = '\0';
	if (p->len < skip + IP_BYTES || ip[0] >> 4 != 4)
		return;
	if (skip != 0 && get_be16(ip - 2) != 0x0800)
		return;
	field = get_be16(ip + 6);
	if ((field & 0x3fff) != 0)
		snprintf(text, size, "fragment at %u of IP id 0x%04x", (field & 0x1fff) * 8,
			 get_be16(ip + 4));
}

/* What it is of, then the statement that was the cause; NULL: nothing to say. */
static const char *comment_of(const struct tap *t, const struct tap_packet *p,
			      char text[COMMENT_MAX])
{
	const char *statement = tap_statement_text(t, p->statement);
	char what[64];

	if (p->of != 0)
		snprintf(what, sizeof(what), "segment of packet %u", p->of);
	else
		put_fragment(t, p, what, sizeof(what));
	if (*what == '\0' && statement == NULL)
		return NULL;
	snprintf(text, COMMENT_MAX, "%s%s%s", statement != NULL ? statement : "",
		 statement != NULL && *what != '\0' ? "; " : "", what);
	return text;
}

/* By time, then as they happened: a CPU's clock may be ahead of a card's. */
static int by_time(const void *a, const void *b)
{
	const struct tap_packet *const *p = a, *const *q = b;

	if ((*p)->when_ps != (*q)->when_ps)
		return (*p)->when_ps < (*q)->when_ps ? -1 : 1;
	return *p < *q ? -1 : *p > *q;
}

static void write_packet(const struct tap *t, FILE *to, const struct tap_packet *p, u32 interface)
{
	char comment[COMMENT_MAX];
	struct pcap_packet out = {
		.interface = interface,
		.when_ns = t->world->host[t->device[p->device].host].boot_real_ns +
			   p->when_ps / PS_PER_NS,
		.caplen = p->len,
		.len = p->len,
		.bytes = t->bytes + p->bytes,
		.direction = p->outgoing ? PCAP_OUTBOUND : PCAP_INBOUND,
		.has_queue = p->point == POINT_QDISC || p->point == POINT_DRIVER,
		.queue = p->queue,
		.has_id = true,
		.id = p->id,
		.comment = comment_of(t, p, comment),
	};

	pcapng_packet(to, &out);
}

static void write_capture(const struct tap *t, FILE *to)
{
	static u32 interface[TAP_DEVICES][TAP_POINTS];
	const struct tap_packet **order =
		malloc((t->nr_packets + 1) * sizeof(const struct tap_packet *));
	char comment[256];
	int n = snprintf(comment, sizeof(comment), "refstack %s, Linux %s, seed %" PRIu64,
			 REFSTACK_VERSION, REFSTACK_LINUX, t->world->cfg.seed);

	assert(order != NULL);
	if (t->lost_packets != 0)
		snprintf(comment + n, sizeof(comment) - (size_t)n,
			 "; %" PRIu64 " packets more were not kept", t->lost_packets);
	pcapng_begin(to, comment);
	write_interfaces(t, to, interface);
	for (u32 i = 0; i < t->nr_packets; i++)
		order[i] = &t->packet[i];
	qsort(order, t->nr_packets, sizeof(const struct tap_packet *), by_time);
	for (u32 i = 0; i < t->nr_packets; i++)
		write_packet(t, to, order[i], interface[order[i]->device][order[i]->point]);
	free(order);
}

int tap_write_pcapng(struct tap *t, const char *path, char *err, u32 err_size)
{
	return tap_write_file(t, path, err, err_size, write_capture);
}
