// SPDX-License-Identifier: MIT
/* run_packet.c - packet lines while a script runs: what they leave open, which frame they meet.
 *
 * Rules: packetdrill's. A `>` line meets the next frame that has left its host's device and that no
 * line has met yet; it must be equal, and in time. Lines without addresses are about the flow that
 * was seen last; its live ports and first sequence numbers are learned from frames.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "core/sock.h"
#include "harness/script/packet.h"
#include "harness/script/packet_flow.h"
#include "ipv4/inetdevice.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	ANY_TIME_SECS = 10000,	   /* how long `*` waits */
	FIRST_REMOTE_PORT = 49152, /* of connections that the script opens; then one more each */
	ETHERNET_MIN = 60,	   /* without FCS */
	PASS_SLACK_US = 100,	   /* what reading clocks may take of an instant */
	ERR_BYTES = 512
};

/* --- frames that have left
 * ----------------------------------------------------------------------- */

static bool is_ethernet(const struct run *r)
{
	return r->device != DEVICE_TUN;
}

/* packetdrill looks at these alone. */
static bool stock_ignores(const struct run *r, const u8 *frame, u32 len)
{
	struct packet_key key;

	return r->addr.stock && (!packet_key(frame, len, is_ethernet(r), &key) ||
				 (key.proto != IPPROTO_TCP && key.proto != IPPROTO_UDP &&
				  key.proto != IPPROTO_ICMP));
}

static void grow_frames(struct run *r)
{
	u32 kept = r->nr_frames - r->frame_head;

	if (r->frame_head != 0) {
		memmove(r->frame, r->frame + r->frame_head, kept * sizeof(r->frame[0]));
		r->frame_head = 0;
		r->nr_frames = kept;
	}
	if (kept < r->frame_cap)
		return;
	r->frame_cap = r->frame_cap == 0 ? 64 : 2 * r->frame_cap;
	r->frame = realloc(r->frame, r->frame_cap * sizeof(r->frame[0]));
	if (r->frame == NULL)
		abort();
}

/* By time: on a wire with a delay of its own a later frame may come first. */
static void keep_frame(struct run *r, u32 host, u64 when_ps, const u8 *bytes, u32 len)
{
	struct run_frame f = { .when_ps = when_ps, .host = (u8)host, .len = len };
	u32 at;

	if (r->nr_frames - r->frame_head >= RUN_FRAMES || r->frame_bytes + len > RUN_FRAME_BYTES) {
		run_invalid(r, r->stmt, "%u frames have left and no > line has met them: no room",
			    r->nr_frames - r->frame_head);
		return;
	}
	if (r->nr_frames == r->frame_cap)
		grow_frames(r);
	f.bytes = malloc(len + 1);
	if (f.bytes == NULL)
		abort();
	memcpy(f.bytes, bytes, len);
	r->frame_bytes += len;
	for (at = r->nr_frames; at > r->frame_head && r->frame[at - 1].when_ps > when_ps; at--)
		r->frame[at] = r->frame[at - 1];
	r->frame[at] = f;
	r->nr_frames++;
}

static void free_frame(struct run *r, struct run_frame *f)
{
	r->frame_bytes -= f->len;
	free(f->bytes);
	f->bytes = NULL;
}

void run_drop_frames_before(struct run *r, u64 when_ps)
{
	while (r->frame_head < r->nr_frames && r->frame[r->frame_head].when_ps < when_ps)
		free_frame(r, &r->frame[r->frame_head++]);
	for (u32 h = 0; h < r->nr_hosts; h++)
		r->frames_left[h] = r->frames_left[h] != 0 && r->last_left_ps[h] >= when_ps;
}

void run_drop_frames(struct run *r)
{
	for (u32 i = r->frame_head; i < r->nr_frames; i++)
		free_frame(r, &r->frame[i]);
	r->nr_frames = 0;
	r->frame_head = 0;
}

static struct run_flow *the_flow(struct run *r, const struct run_flow *ends);

/* Where a connection of the device starts to count: for lines that come before a `>` line. Between
 * two hosts it is where the other's lines count from, too.
 */
static void learn_start(struct run *r, const u8 *frame, u32 len)
{
	u32 current = r->current_flow;
	struct packet_start start;
	struct run_flow *f;

	if (r->addr.stock || !packet_starts(frame, len, is_ethernet(r), &start))
		return;
	f = the_flow(r, &(struct run_flow){ .proto = IPPROTO_TCP,
					    .saddr = start.saddr,
					    .daddr = start.daddr,
					    .sport = start.sport,
					    .dport = start.dport });
	if (!f->has_local_isn || f->local_isn != start.isn) {
		f->local_ts = start.ts;
		f->local_isn = start.isn;
		f->has_local_isn = true;
	}
	if (r->nr_hosts > 1) {
		f = the_flow(r, &(struct run_flow){ .proto = IPPROTO_TCP,
						    .saddr = start.daddr,
						    .daddr = start.saddr,
						    .sport = start.dport,
						    .dport = start.sport });
		if (!f->has_remote_isn || f->remote_isn != start.isn) {
			f->remote_ts = start.ts;
			f->remote_isn = start.isn;
			f->has_remote_isn = true;
		}
	}
	r->current_flow = current;
}

void run_saw_frame(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps)
{
	struct run *r = ctx;

	if (host >= r->nr_hosts || (r->ended && !r->skips))
		return;
	run_sum_frame(r, host, outgoing, frame, len, when_ps);
	run_event_frame(r, host, outgoing, frame, len, when_ps);
	run_record_frame(r, host, outgoing, frame, len, when_ps);
	if (outgoing)
		learn_start(r, frame, len);
	if (!outgoing || stock_ignores(r, frame, len))
		return;
	r->frames_left[host]++;
	r->last_left_ps[host] = when_ps;
}

void run_frame_arrived(void *ctx, u32 host, const u8 *frame, u32 len, u64 when_ps)
{
	struct run *r = ctx;

	if (host < r->nr_hosts && !r->ended && run_compares(r) && r->host[host].expects_left != 0 &&
	    !stock_ignores(r, frame, len))
		keep_frame(r, host, when_ps, frame, len);
}

static struct run_frame *next_frame(struct run *r, u32 host)
{
	for (u32 i = r->frame_head; i < r->nr_frames; i++)
		if (r->frame[i].host == host)
			return &r->frame[i];
	return NULL;
}

/* Takes one out; those before it move up. */
static void take_frame(struct run *r, struct run_frame *f)
{
	u32 at = (u32)(f - r->frame);

	free_frame(r, f);
	memmove(r->frame + r->frame_head + 1, r->frame + r->frame_head,
		(at - r->frame_head) * sizeof(r->frame[0]));
	r->frame_head++;
}

/* --- flows
 * ----------------------------------------------------------------------------------------- */

static bool is_flow(const struct run_flow *f, const struct run_flow *of)
{
	return f->used && f->proto == of->proto && f->saddr == of->saddr && f->daddr == of->daddr &&
	       f->sport == of->sport && f->dport == of->dport;
}

/* The flow of these ends, made if need be; it is the current one from here on. */
static struct run_flow *the_flow(struct run *r, const struct run_flow *ends)
{
	struct run_flow *f = NULL;

	for (u32 i = 0; i < RUN_FLOWS && f == NULL; i++)
		if (is_flow(&r->flow[i], ends))
			f = &r->flow[i];
	if (f == NULL) {
		f = &r->flow[r->nr_flows++ % RUN_FLOWS];
		*f = *ends;
		f->used = true;
	}
	r->current_flow = (u32)(f - r->flow) + 1;
	return f;
}

static struct run_flow *current_flow(struct run *r, u8 proto)
{
	struct run_flow *f = r->current_flow != 0 ? &r->flow[r->current_flow - 1] : NULL;

	if (f != NULL && f->proto == proto)
		return f;
	for (u32 i = 0; i < RUN_FLOWS; i++)
		if (r->flow[i].used && r->flow[i].proto == proto)
			return &r->flow[i];
	return NULL;
}

static u8 proto_of(const struct packet *p)
{
	if (p->kind == PACKET_TCP)
		return IPPROTO_TCP;
	if (p->kind == PACKET_UDP)
		return IPPROTO_UDP;
	if (p->kind == PACKET_UDPLITE)
		return IPPROTO_UDPLITE;
	return p->kind == PACKET_ICMP ? IPPROTO_ICMP : p->proto;
}

static bool has_ports(const struct packet *p)
{
	return p->kind == PACKET_TCP || p->kind == PACKET_UDP || p->kind == PACKET_UDPLITE;
}

static struct run_flow default_ends(const struct run *r, u8 proto)
{
	return (struct run_flow){
		.saddr = r->addr.local_ip,
		.daddr = r->addr.remote_ip,
		.sport = r->addr.local_port,
		.dport = r->addr.remote_port,
		.proto = proto,
	};
}

static bool says_ends(const struct packet *p)
{
	return (p->flags & PACKET_HAS_ADDRS) != 0 &&
	       (!has_ports(p) || (p->flags & PACKET_HAS_PORTS) != 0);
}

/* The ends of a packet that is injected and that says nothing about them. */
static struct run_flow incoming_ends(struct run *r, u32 host, const struct packet *p)
{
	u8 proto = proto_of(p);
	struct run_flow ends = default_ends(r, proto);
	const struct run_flow *f = current_flow(r, proto);
	u16 local = 0, remote = 0;
	bool opens = p->kind == PACKET_TCP && (p->tcp_flags & TCPF_SYN) != 0 &&
		     (p->tcp_flags & TCPF_ACK) == 0;

	if (says_ends(p))
		return ends; /* the line's own take their place */
	if (p->kind == PACKET_TCP && f != NULL && !opens)
		return *f;
	if (p->kind == PACKET_TCP) {
		ends.dport = (u16)(FIRST_REMOTE_PORT + r->nr_flows % 1024);
		return ends;
	}
	r->dut->ops->youngest(r->dut, host, proto, &local, &remote);
	if (local == 0 || (f != NULL && f->sport == local))
		return f != NULL ? *f : ends;
	ends.sport = local;
	if (remote != 0)
		ends.dport = remote;
	return ends;
}

/* Those of a frame that has left, as the line says or, where it does not, as the frame does. */
static struct run_flow outgoing_ends(struct run *r, const struct packet *p,
				     const struct packet_key *key)
{
	u8 proto = proto_of(p);
	const struct run_flow *f = current_flow(r, proto);
	struct run_flow ends = f != NULL ? *f : default_ends(r, proto);
	bool opens = p->kind == PACKET_TCP && key != NULL && (key->tcp_flags & TCPF_SYN) != 0;

	if (key == NULL || !key->has_ports || key->proto != proto)
		return ends;
	if (f == NULL || opens || p->kind != PACKET_TCP) {
		ends = default_ends(r, proto);
		ends.sport = key->sport;
		ends.dport = key->dport;
	}
	return ends;
}

static void ends_of_line(const struct packet *p, struct run_flow *ends)
{
	if ((p->flags & PACKET_HAS_ADDRS) != 0) {
		ends->saddr = p->incoming ? p->daddr : p->saddr;
		ends->daddr = p->incoming ? p->saddr : p->daddr;
	}
	if ((p->flags & PACKET_HAS_PORTS) != 0) {
		ends->sport = p->incoming ? p->dport : p->sport;
		ends->dport = p->incoming ? p->sport : p->dport;
	}
}

/* Sequence numbers count from each side's SYN; time stamps of our side as the line says of the
 * last one.
 */
static void learn(const struct run *r, struct run_flow *f, const struct packet *p,
		  const struct packet_key *key)
{
	u32 val, ecr;

	if (p->kind != PACKET_TCP)
		return;
	if (p->incoming && (p->tcp_flags & TCPF_SYN) != 0) {
		f->has_remote_isn = true;
		f->remote_isn = 0;
	}
	if (p->incoming || key == NULL)
		return;
	if ((p->tcp_flags & TCPF_SYN) != 0 && (key->tcp_flags & TCPF_SYN) != 0) {
		f->has_local_isn = true;
		f->local_isn = key->seq - p->seq;
	}
	if (key->has_ts && packet_line_ts(r->script, p, &val, &ecr))
		f->local_ts = key->ts_val - val;
}

/* --- what a line leaves open
 * --------------------------------------------------------------------- */

static bool name_value(void *ctx, const char *name, u32 len, s64 *value, const char **bytes)
{
	const char *text = run_define(ctx, name, len);
	int symbol;
	char *end;

	if (text == NULL)
		return false;
	*bytes = text;
	*value = strtoll(text, &end, 0);
	symbol = script_find_symbol(text, (u32)strlen(text));
	if (symbol >= 0)
		*value = (s64)script_symbols[symbol].value;
	return true;
}

/* The link-layer destination that a sender would take. */
static void dest_mac(struct run *r, u32 host, u32 daddr, const u8 *unicast, u8 mac[6])
{
	if (r->dut->ops->is_broadcast(r->dut, host, daddr))
		memset(mac, 0xff, 6);
	else if (daddr >> 28 == 0xe)
		memcpy(mac,
		       (u8[]){ 1, 0, 0x5e, (u8)(daddr >> 16 & 0x7f), (u8)(daddr >> 8), (u8)daddr },
		       6);
	else
		memcpy(mac, unicast, 6);
}

static struct packet_ctx make_ctx(struct run *r, u32 host, const struct packet *p,
				  const struct run_flow *f)
{
	const struct run_host *h = &r->host[host];
	struct packet_ctx ctx = {
		.ethernet = is_ethernet(r),
		.saddr = p->incoming ? f->daddr : f->saddr,
		.daddr = p->incoming ? f->saddr : f->daddr,
		.sport = p->incoming ? f->dport : f->sport,
		.dport = p->incoming ? f->sport : f->dport,
		.isn = p->incoming ? f->remote_isn : f->local_isn,
		.peer_isn = p->incoming ? f->local_isn : f->remote_isn,
		.ts = p->incoming ? f->remote_ts : f->local_ts,
		.peer_ts = p->incoming ? f->local_ts : f->remote_ts,
		.name = name_value,
		.name_ctx = r,
		.check_ts_val = !r->addr.stock,
	};

	memcpy(ctx.smac, p->incoming ? h->peer_mac : h->mac, 6);
	dest_mac(r, host, ctx.daddr, p->incoming ? h->mac : h->peer_mac, ctx.dmac);
	return ctx;
}

/* --- lines
 * ----------------------------------------------------------------------------------------- */

/* Numbers in a quote count from where those of the connection that it quotes do. */
static void count_quoted(const struct run *r, const struct packet *p, struct run_flow *ends)
{
	struct run_flow quoted = *ends;

	if (p->kind != PACKET_ICMP || (p->flags & PACKET_QUOTES_TCP) == 0)
		return;
	quoted.proto = IPPROTO_TCP;
	if ((p->flags & PACKET_QUOTES_FLOW) != 0) {
		quoted.saddr = p->quote_saddr;
		quoted.daddr = p->quote_daddr;
		quoted.sport = p->quote_sport;
		quoted.dport = p->quote_dport;
	}
	for (u32 i = 0; i < RUN_FLOWS; i++)
		if (is_flow(&r->flow[i], &quoted))
			ends->local_isn = r->flow[i].local_isn;
}

static int inject(struct run *r, const struct stmt *s)
{
	static u8 frame[PACKET_BYTES_MAX];
	const struct packet *p = &s->packet;
	struct run_flow ends = incoming_ends(r, s->host, p);
	struct packet_ctx ctx;
	char err[ERR_BYTES] = "";
	const char *why;
	u32 len;

	ends_of_line(p, &ends);
	if (has_ports(p)) {
		struct run_flow *f = the_flow(r, &ends);

		learn(r, f, p, NULL);
		ends = *f;
	}
	count_quoted(r, p, &ends);
	ctx = make_ctx(r, s->host, p, &ends);
	len = packet_build(r->script, p, &ctx, frame, sizeof(frame), err, sizeof(err));
	if (len == 0)
		return run_invalid(r, s, "%s", err);
	if (r->device == DEVICE_IGB && len < ETHERNET_MIN) {
		memset(frame + len, 0, ETHERNET_MIN - len); /* the sender's card does that */
		len = ETHERNET_MIN;
	}
	why = r->dut->ops->inject(r->dut, s->host, frame, len);
	if (why != NULL)
		return run_invalid(r, s, "%s", why);
	run_settle(r);
	return r->ended ? -1 : 0;
}

/* The next frame of the host, at the latest at limit_ps. */
static struct run_frame *wait_frame(struct run *r, u32 host, u64 limit_ps)
{
	for (;;) {
		struct run_frame *f = next_frame(r, host);
		u64 until = f != NULL ? min_u64(limit_ps, f->when_ps) : limit_ps;

		if (f != NULL && f->when_ps <= run_now(r))
			return f;
		if (!run_advance(r, until) && (r->ended || run_now(r) >= limit_ps))
			break;
	}
	if (r->ended)
		return NULL;
	for (struct run_frame *f = next_frame(r, host); f != NULL;)
		return f->when_ps <= limit_ps ? f : NULL;
	return NULL;
}

static void time_text(const struct run *r, const struct run_window *win, char *to, u32 size)
{
	char from[32], until[32], tolerance[32];
	bool range = win->until_ps != win->from_ps;

	if (win->any) {
		snprintf(to, size, "any");
		return;
	}
	run_time(r, win->from_ps, from);
	run_time(r, win->until_ps, until);
	snprintf(to, size, "%s%s%s ± %s", from, range ? "~" : "", range ? until : "",
		 run_time(r, r->start_ps + win->tolerance_ps, tolerance));
}

static bool in_time(const struct run_window *win, u64 when_ps)
{
	return win->any || (when_ps + win->tolerance_ps >= win->from_ps &&
			    when_ps <= win->until_ps + win->tolerance_ps);
}

static int nothing_left(struct run *r, const struct stmt *s, const struct run_window *win)
{
	struct run_diff diff = { .field = "time", .differs = true };

	time_text(r, win, diff.expected, sizeof(diff.expected));
	snprintf(diff.actual, sizeof(diff.actual), win->any ? "no frame in %u s" : "no frame",
		 ANY_TIME_SECS);
	return run_fail(r, s, "no frame has left", &diff, 1);
}

static const char *what_differs(const struct run_diff *diff, u32 n, char *to, u32 size)
{
	u32 len = (u32)snprintf(to, size, "the frame that left differs:");
	u32 shown = 0;

	for (u32 i = 0; i < n && len + 40 < size; i++)
		if (diff[i].differs)
			len += (u32)snprintf(to + len, size - len, "%s %s", shown++ != 0 ? "," : "",
					     diff[i].field);
	return to;
}

static int frame_differs(struct run *r, const struct stmt *s, const struct run_window *win,
			 const struct run_frame *f, const struct packet_field *field, u32 n)
{
	struct run_diff diff[PACKET_FIELDS + 1];
	char what[256], line[ERR_BYTES];

	memset(&diff[0], 0, sizeof(diff[0]));
	diff[0].field = "time";
	time_text(r, win, diff[0].expected, sizeof(diff[0].expected));
	run_time(r, f->when_ps, diff[0].actual);
	diff[0].differs = !in_time(win, f->when_ps);
	for (u32 i = 0; i < n; i++) {
		diff[i + 1] =
			(struct run_diff){ .field = field[i].name, .differs = field[i].differs };
		memcpy(diff[i + 1].expected, field[i].expected, sizeof(diff[0].expected));
		memcpy(diff[i + 1].actual, field[i].actual, sizeof(diff[0].actual));
	}
	memcpy(line, "> ", 3);
	packet_as_script(f->bytes, f->len, is_ethernet(r), line + 2, sizeof(line) - 2);
	return run_fail_with(r, s, what_differs(diff, n + 1, what, sizeof(what)), line, diff,
			     n + 1);
}

/* Of its host, the one after this. */
static struct run_frame *frame_after(struct run *r, const struct run_frame *f)
{
	for (u32 i = (u32)(f - r->frame) + 1; i < r->nr_frames; i++)
		if (r->frame[i].host == f->host && r->frame[i].when_ps <= run_now(r))
			return &r->frame[i];
	return NULL;
}

/* packetdrill: a line of several segments is met by those segments as well. What follows the
 * frame is joined to it until it is as long as the line says.
 */
static struct run_frame *glue(struct run *r, const struct packet *p, struct run_frame *f)
{
	static u8 joined[PACKET_BYTES_MAX];
	struct run_frame *next;
	struct packet_key key;
	u32 len = f->len;
	u8 *bytes;

	if (!r->addr.stock || p->kind != PACKET_TCP)
		return f;
	memcpy(joined, f->bytes, len);
	while (packet_key(joined, len, is_ethernet(r), &key) && key.payload_len < p->len) {
		next = frame_after(r, f);
		if (next == NULL || !packet_glue(joined, &len, sizeof(joined), next->bytes,
						 next->len, is_ethernet(r)))
			break;
		take_frame(r, next);
		f++; /* it has moved up */
	}
	if (len == f->len)
		return f;
	bytes = malloc(len);
	if (bytes == NULL)
		abort();
	memcpy(bytes, joined, len);
	free(f->bytes);
	r->frame_bytes += len - f->len;
	f->bytes = bytes;
	f->len = len;
	return f;
}

static int expect(struct run *r, const struct stmt *s, const struct run_window *win)
{
	const struct packet *p = &s->packet;
	struct packet_field field[PACKET_FIELDS];
	struct packet_key key;
	struct packet_ctx ctx;
	struct run_flow ends;
	struct run_frame *f;
	u32 n, differ = 0;
	bool known;

	f = wait_frame(r, s->host,
		       win->any ? run_now(r) + ANY_TIME_SECS * PS_PER_SEC
				: win->until_ps + win->tolerance_ps);
	if (r->ended)
		return -1;
	if (f == NULL)
		return nothing_left(r, s, win);
	f = glue(r, p, f);
	known = packet_key(f->bytes, f->len, is_ethernet(r), &key);
	ends = outgoing_ends(r, p, known ? &key : NULL);
	ends_of_line(p, &ends);
	if (has_ports(p)) {
		struct run_flow *flow = the_flow(r, &ends);

		learn(r, flow, p, known ? &key : NULL);
		ends = *flow;
	}
	ctx = make_ctx(r, s->host, p, &ends);
	n = packet_match(r->script, p, &ctx, f->bytes, f->len, field, &differ);
	if (differ != 0 || !in_time(win, f->when_ps))
		return frame_differs(r, s, win, f, field, n);
	if (win->any || (r->addr.stock && win->until_ps > win->from_ps))
		r->last_ps = max_u64(win->any ? 0 : win->from_ps, f->when_ps);
	take_frame(r, f);
	r->host[s->host].expects_left--;
	run_settle(r);
	return r->ended ? -1 : 0;
}

/* A record waits for a frame in each line's place as long as its time says, as a run does, so that
 * what follows happens when it does there. Which frame it is does not matter, nor whether one
 * comes;
 * `*` waits for one that no line stands for yet.
 */
static int pass_over(struct run *r, const struct stmt *s, const struct run_window *win)
{
	u32 host = s->host;
	u64 limit = win->any ? run_now(r) + ANY_TIME_SECS * PS_PER_SEC
			     : run_with_slack(r, win->until_ps + PASS_SLACK_US * PS_PER_US);

	limit = max_u64(limit, run_now(r));
	while (r->frames_left[host] <= r->frames_met[host] && run_advance(r, limit))
		;
	if (r->frames_left[host] > r->frames_met[host])
		r->frames_met[host]++;
	if (win->any)
		r->last_ps = run_now(r);
	run_settle(r);
	return r->ended ? -1 : 0;
}

int run_packet(struct run *r, const struct stmt *s, const struct run_window *win)
{
	if (!s->packet.incoming && !run_compares(r))
		return pass_over(r, s, win);
	return s->packet.incoming ? inject(r, s) : expect(r, s, win);
}
