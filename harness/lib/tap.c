// SPDX-License-Identifier: MIT
/* tap.c - gathers what a run does: see tap.h.
 *
 * Inside a host packets are known by the number of their skb. On the wire there are bytes only: a
 * frame is the oldest packet given to that port's driver that has the same ones, as the driver
 * tap's copy has its checksums completed like the card's; a frame that arrives is the oldest on a
 * wire to there, and what is delivered is the oldest that arrived. What has been changed on its way
 * (reassembled, damaged) is a packet of its own.
 */
#include "harness/lib/tap.h"
#include "harness/lib/tap_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/csum.h"
#include "core/dst.h"
#include "harness/lib/look.h"
#include "harness/lib/replace.h"

enum { EXPECT_WIRE, EXPECT_ARRIVAL, EXPECT_DELIVERY };
enum { ETH_BYTES = 14, WIRE_MIN_BYTES = 60, UDP_CHECK_OFFSET = 6 };

const char *const tap_point_names[TAP_POINTS] = { "socket", "qdisc", "driver", "wire" };

static void *must_have(void *mem)
{
	if (mem == NULL) {
		fprintf(stderr, "refstack: no memory for a trace or capture\n");
		exit(3);
	}
	return mem;
}

/* Room for one more. */
static void *grown(void *array, u32 n, u32 *cap, size_t each)
{
	if (n < *cap)
		return array;
	*cap = *cap != 0 ? *cap * 2 : 1024;
	return must_have(realloc(array, *cap * each));
}

char tap_host_name(u32 host)
{
	return (char)('a' + host);
}

const char *tap_statement_text(const struct tap *t, u16 statement)
{
	if (statement == 0 || statement > t->nr_statements)
		return NULL;
	return t->statement[statement - 1].text;
}

/* --- records -----------------------------------------------------------------------------------
 */

static void keep_records(struct trace *trace)
{
	struct tap *t = trace->full_ctx;

	for (; trace->kept < trace->written; trace->kept++) {
		if (t->nr_rec == TAP_RECORDS_MAX) {
			t->lost_records++;
			continue;
		}
		t->rec = grown(t->rec, t->nr_rec, &t->cap_rec, sizeof(t->rec[0]));
		t->rec[t->nr_rec++] = trace->ring[trace->kept % trace->cap];
	}
}

void tap_drain(struct tap *t)
{
	if (t->world->trace.full == keep_records)
		keep_records(&t->world->trace);
}

static u64 records_so_far(const struct tap *t)
{
	const struct trace *trace = &t->world->trace;

	return t->nr_rec + t->lost_records + (trace->written - trace->kept);
}

/* --- devices -----------------------------------------------------------------------------------
 */

static s32 port_of(const struct world *w, const struct net_device *dev)
{
	for (u32 i = 0; i < w->cfg.nr_devs; i++)
		if (w->port[i].dev == dev)
			return (s32)i;
	return -1;
}

static u32 device_of(struct tap *t, const struct net_device *dev)
{
	u32 host = dev_net(dev)->host->id;
	struct tap_device *d;

	for (u32 i = 0; i < t->nr_devices; i++)
		if (t->device[i].host == host && t->device[i].ifindex == (u32)dev->ifindex)
			return i;
	if (t->nr_devices == TAP_DEVICES)
		return TAP_DEVICES - 1;
	d = &t->device[t->nr_devices];
	*d = (struct tap_device){
		.host = (u8)host,
		.ifindex = (u32)dev->ifindex,
		.ethernet = dev->hard_header_len == ETH_BYTES,
		.port = port_of(t->world, dev),
	};
	snprintf(d->name, sizeof(d->name), "%s", dev->name);
	return t->nr_devices++;
}

static void find_devices(struct tap *t)
{
	for (u32 h = 0; h < t->world->cfg.hosts; h++)
		for (u32 i = 1; i < NET_DEV_MAX; i++)
			if (t->world->host[h].net.dev_by_index[i] != NULL)
				(void)device_of(t, t->world->host[h].net.dev_by_index[i]);
}

/* --- packets -----------------------------------------------------------------------------------
 */

static struct tap_packet *new_packet(struct tap *t, const u8 *bytes, u32 len)
{
	struct tap_packet *p;

	if (t->nr_packets == TAP_PACKETS_MAX) {
		t->lost_packets++;
		return NULL;
	}
	while (t->nr_bytes + len > t->cap_bytes) {
		t->cap_bytes = t->cap_bytes != 0 ? t->cap_bytes * 2 : 1 << 16;
		t->bytes = must_have(realloc(t->bytes, t->cap_bytes));
	}
	t->packet = grown(t->packet, t->nr_packets, &t->cap_packets, sizeof(t->packet[0]));
	p = &t->packet[t->nr_packets++];
	*p = (struct tap_packet){
		.seq = records_so_far(t),
		.tick = t->ticks++,
		.len = len,
		.bytes = t->nr_bytes,
		.statement = t->world->trace.statement,
		.ctx = CTX_DEVICE,
		.cpu = 0xff,
		.task = 0xff,
	};
	memcpy(t->bytes + t->nr_bytes, bytes, len);
	t->nr_bytes += len;
	return p;
}

static u32 *id_slot(struct tap *t, u32 host, u32 skb_id)
{
	u32 i = skb_id - t->first_skb[host];
	u32 cap = t->cap_skb[host];

	if (i >= cap) {
		u32 want = max_u32(i + 1, cap * 2);

		t->id_of_skb[host] = must_have(realloc(t->id_of_skb[host], want * sizeof(u32)));
		memset(t->id_of_skb[host] + cap, 0, (want - cap) * sizeof(u32));
		t->cap_skb[host] = want;
	}
	return &t->id_of_skb[host][i];
}

static void expect(struct tap *t, u32 list, u32 packet, u32 device, u32 gso)
{
	struct tap_expected *e = &t->expected[list][t->expected_head[list]++ % TAP_OUTSTANDING];

	*e = (struct tap_expected){
		.packet = packet, .device = device, .gso = gso, .in_use = true
	};
}

/* A card fills short frames up with zeros. */
static bool same_frame(const u8 *a, u32 a_len, const u8 *b, u32 b_len)
{
	if (b_len < a_len || (b_len != a_len && b_len != WIRE_MIN_BYTES))
		return false;
	for (u32 i = a_len; i < b_len; i++)
		if (b[i] != 0)
			return false;
	return memcmp(a, b, a_len) == 0;
}

/* Segments of one packet have its addresses; what is before them in the IP header they have not. */
static bool is_segment(const struct tap *t, const struct tap_packet *whole, const u8 *frame,
		       u32 len)
{
	enum { IP_ADDRS = ETH_BYTES + 12, PORTS_END = ETH_BYTES + 24 };
	const u8 *w = t->bytes + whole->bytes;

	return whole->len > PORTS_END && len > PORTS_END && len < whole->len &&
	       memcmp(w, frame, ETH_BYTES) == 0 &&
	       memcmp(w + IP_ADDRS, frame + IP_ADDRS, PORTS_END - IP_ADDRS) == 0;
}

/* The oldest packet that is expected there and has these bytes; `skip` of its own in front are not
 * compared. NULL: none.
 */
static struct tap_expected *find_expected(struct tap *t, u32 list, u32 device, u32 skip,
					  const u8 *bytes, u32 len)
{
	u32 head = t->expected_head[list];
	u32 n = min_u32(head, TAP_OUTSTANDING);

	for (u32 i = head - n; i != head; i++) {
		struct tap_expected *e = &t->expected[list][i % TAP_OUTSTANDING];
		const struct tap_packet *p;

		if (!e->in_use || e->device != device)
			continue;
		p = &t->packet[e->packet];
		if (p->len < skip)
			continue;
		if (e->gso != 0 ? is_segment(t, p, bytes, len)
		    : skip == 0 ? same_frame(t->bytes + p->bytes, p->len, bytes, len)
				: len <= p->len - skip &&
					  memcmp(t->bytes + p->bytes + skip, bytes, len) == 0)
			return e;
	}
	return NULL;
}

/* --- crossings of layers, inside a host --------------------------------------------------------
 */

/* What a card, or the receiver, would make of a sum that is left to it. */
static void complete_checksum(const struct sk_buff *skb, s32 offset, u8 *bytes, u32 len)
{
	s32 start = (s32)skb->csum_start - (s32)skb_headroom(skb) - offset;
	u16 sum;

	if (skb->ip_summed != CHECKSUM_PARTIAL || start < 0 ||
	    (u32)start + skb->csum_offset + 2 > len)
		return;
	sum = ip_compute_csum(bytes + start, len - (u32)start);
	if (sum == 0 && skb->csum_offset == UDP_CHECK_OFFSET)
		sum = 0xffff;
	put_be16(bytes + start + skb->csum_offset, sum);
}

static void cross(struct tap *t, struct net *net, enum crossing at, const struct sk_buff *skb)
{
	static const u8 points[] = {
		[CROSS_IP_OUTPUT] = POINT_SOCKET,
		[CROSS_DEV_QUEUE] = POINT_QDISC,
		[CROSS_DRIVER] = POINT_DRIVER,
		[CROSS_LOCAL_DELIVER] = POINT_SOCKET,
	};
	bool ip = points[at] == POINT_SOCKET;
	const struct cpu *c = this_cpu(net);
	const struct net_device *dev = at == CROSS_IP_OUTPUT ? skb_dst(skb)->dev : skb->dev;
	s32 offset = ip ? skb_network_offset(skb) : 0;
	u32 len = (u32)((s32)skb->len - offset), device = device_of(t, dev), *slot;
	struct tap_expected *e = NULL;
	struct tap_packet *p;

	if (offset < 0 || !look_packet(skb, (u32)offset, t->flat, sizeof(t->flat)))
		return;
	complete_checksum(skb, offset, t->flat, len);
	p = new_packet(t, t->flat, len);
	if (p == NULL)
		return;
	slot = id_slot(t, net->host->id, skb->id);
	if (at == CROSS_LOCAL_DELIVER && *slot == 0)
		e = find_expected(t, EXPECT_DELIVERY, device,
				  t->device[device].ethernet ? ETH_BYTES : 0, t->flat, len);
	if (e != NULL) {
		*slot = t->packet[e->packet].id;
		e->in_use = false;
	}
	if (*slot == 0)
		*slot = ++t->last_id;
	p->id = *slot;
	p->when_ps = c->now_ps;
	p->device = device;
	p->point = points[at];
	p->outgoing = at != CROSS_LOCAL_DELIVER;
	p->queue = skb->queue_mapping;
	p->ctx = (u8)cpu_ctx(c);
	p->cpu = (u8)c->id;
	p->task = c->current != NULL ? (u8)c->current->id : 0xff;
	if (at == CROSS_DRIVER && t->device[device].port >= 0)
		expect(t, EXPECT_WIRE, t->nr_packets - 1, device, skb->hd->gso_size);
}

static void tap_on_packet(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	struct tap *t = net->on_packet_ctx;

	if (t->old_on_packet[net->host->id] != NULL) {
		net->on_packet_ctx = t->old_on_packet_ctx[net->host->id];
		t->old_on_packet[net->host->id](net, at, skb);
		net->on_packet_ctx = t;
	}
	cross(t, net, at, skb);
}

/* --- the wire ----------------------------------------------------------------------------------
 */

/* Who a frame is that leaves, and what it is a segment of. */
static void name_outgoing(struct tap *t, struct tap_packet *p, const u8 *frame, u32 len)
{
	struct tap_expected *e = find_expected(t, EXPECT_WIRE, p->device, 0, frame, len);

	if (e == NULL) {
		p->id = ++t->last_id;
	} else if (e->gso != 0) {
		p->id = ++t->last_id;
		p->of = t->packet[e->packet].id;
		p->statement = t->packet[e->packet].statement;
	} else {
		p->id = t->packet[e->packet].id;
		p->statement = t->packet[e->packet].statement;
		e->in_use = false;
	}
}

/* What a wire has lost will not arrive; it was the last frame that it was given. */
static void forget_lost(struct tap *t)
{
	u32 n = min_u32(t->expected_head[EXPECT_ARRIVAL], TAP_OUTSTANDING);

	for (u32 i = 0; i < t->world->cfg.nr_wires; i++) {
		if (t->world->wire[i].lost == t->last_on_wire[i].lost)
			continue;
		t->last_on_wire[i].lost = t->world->wire[i].lost;
		for (u32 k = 0; k < n; k++)
			if (t->expected[EXPECT_ARRIVAL][k].packet == t->last_on_wire[i].packet)
				t->expected[EXPECT_ARRIVAL][k].in_use = false;
	}
}

/* Where a frame that leaves this port will arrive. */
static void expect_arrivals(struct tap *t, u32 port, u32 packet)
{
	const struct wire *wire = t->world->port[port].wire;
	u32 ports = wire == NULL ? 0 : wire->cfg.nr_ports != 0 ? wire->cfg.nr_ports : 2;

	if (wire != NULL)
		t->last_on_wire[wire->index].packet = packet;
	for (u32 i = 0; i < ports; i++) {
		u32 to = wire->cfg.port[i];

		if (to != port && t->world->port[to].dev != NULL)
			expect(t, EXPECT_ARRIVAL, packet, device_of(t, t->world->port[to].dev), 0);
	}
}

static void frame_seen(struct tap *t, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	const struct world_port *wp = &t->world->port[port];
	struct tap_packet *p = new_packet(t, frame, len);
	u32 index = t->nr_packets - 1;

	if (p == NULL)
		return;
	forget_lost(t);
	p->device = device_of(t, wp->dev);
	p->point = POINT_WIRE;
	p->outgoing = outgoing;
	/* What a card sends it sends at its own time, whatever the CPU has come to. */
	p->when_ps =
		wp->kind == DEV_IGB || !outgoing ? t->world->sim.now_ps : world_now_ps(t->world);
	if (outgoing) {
		name_outgoing(t, p, frame, len);
		expect_arrivals(t, port, index);
	} else {
		struct tap_expected *e = find_expected(t, EXPECT_ARRIVAL, p->device, 0, frame, len);

		p->id = e != NULL ? t->packet[e->packet].id : ++t->last_id;
		if (e != NULL)
			p->statement = t->packet[e->packet].statement;
		expect(t, EXPECT_DELIVERY, index, p->device, 0);
	}
}

static void tap_on_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len_bytes)
{
	struct tap *t = ctx;

	if (t->old_on_frame != NULL)
		t->old_on_frame(t->old_on_frame_ctx, port, outgoing, frame, len_bytes);
	if (t->world->port[port].dev != NULL)
		frame_seen(t, port, outgoing, frame, len_bytes);
}

/* --- beginning and end
 * ------------------------------------------------------------------------------ */

struct tap *tap_start(struct world *w, u32 what)
{
	struct tap *t = must_have(calloc(1, sizeof(*t)));

	t->world = w;
	t->what = what;
	t->old_on_frame = w->on_frame;
	t->old_on_frame_ctx = w->on_frame_ctx;
	w->on_frame = tap_on_frame;
	w->on_frame_ctx = t;
	for (u32 h = 0; h < w->cfg.hosts; h++) {
		struct net *net = &w->host[h].net;

		t->first_skb[h] = net->next_skb_id;
		t->old_on_packet[h] = net->on_packet;
		t->old_on_packet_ctx[h] = net->on_packet_ctx;
		net->on_packet = tap_on_packet;
		net->on_packet_ctx = t;
	}
	find_devices(t);
	for (u32 i = 0; i < w->cfg.nr_wires; i++)
		t->last_on_wire[i].lost = w->wire[i].lost;
	assert(w->trace.full == NULL);
	t->old_mask = w->trace.mask;
	w->trace.statement = 0;
	if ((what & TAP_TRACE) != 0) {
		w->trace.kept = w->trace.written;
		w->trace.full = keep_records;
		w->trace.full_ctx = t;
		world_trace(w, (1ull << TRACE_MAX) - 1);
	}
	return t;
}

void tap_statement(struct tap *t, const char *where, const char *text)
{
	size_t size = strlen(where) + strlen(text) + 2;
	struct tap_statement *s;

	if (t->nr_statements == TAP_STATEMENTS_MAX)
		return;
	t->statement =
		grown(t->statement, t->nr_statements, &t->cap_statements, sizeof(t->statement[0]));
	s = &t->statement[t->nr_statements++];
	s->when_ps = world_now_ps(t->world);
	s->seq = records_so_far(t);
	s->tick = t->ticks++;
	s->text = must_have(malloc(size));
	s->where_len = strlen(where);
	snprintf(s->text, size, "%s%s%s", where, *where != '\0' && *text != '\0' ? " " : "", text);
	t->world->trace.statement = (u16)t->nr_statements;
}

void tap_stop(struct tap *t)
{
	struct world *w = t->world;

	assert(w->on_frame == tap_on_frame && w->on_frame_ctx == t);
	w->on_frame = t->old_on_frame;
	w->on_frame_ctx = t->old_on_frame_ctx;
	for (u32 h = 0; h < w->cfg.hosts; h++) {
		struct net *net = &w->host[h].net;

		assert(net->on_packet == tap_on_packet);
		net->on_packet = t->old_on_packet[h];
		net->on_packet_ctx = t->old_on_packet_ctx[h];
		free(t->id_of_skb[h]);
	}
	if ((t->what & TAP_TRACE) != 0) {
		w->trace.full = NULL;
		w->trace.full_ctx = NULL;
		world_trace(w, t->old_mask);
	}
	w->trace.statement = 0;
	for (u32 i = 0; i < t->nr_statements; i++)
		free(t->statement[i].text);
	free(t->statement);
	free(t->packet);
	free(t->bytes);
	free(t->rec);
	free(t);
}

struct tap_file {
	const struct tap *t;
	void (*write)(const struct tap *t, FILE *to);
};

static void fill(const void *ctx, FILE *to)
{
	const struct tap_file *f = ctx;

	f->write(f->t, to);
}

int tap_write_file(const struct tap *t, const char *path, char *err, u32 err_size,
		   void (*write)(const struct tap *t, FILE *to))
{
	struct tap_file f = { t, write };

	return replace_file(path, fill, &f, err, err_size);
}
