// SPDX-License-Identifier: MIT
/* oracle_relation.c - what a program sees does not depend on which device carries its frames, on
 * how late interrupts come, on how many queues there are, on what functions cost.
 *
 * Two guards keep programs out that may well differ. One is an experiment: the program runs again
 * with each statement a little later, and when that alone changes results or frames (it reads a
 * clock, it meets a timer), nothing can be said of it. The other are reasons[]: what a device may
 * do to a program, as narrow as can be.
 */
#include "harness/fuzz/oracle_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sim.h"
#include "harness/golden/field.h"
#include "harness/lib/must.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum {
	MAC_BYTES = 6,
	ETHER_BYTES = 14,
	SHORTEST = 60, /* of what a wire carries, without its check sequence */
	LONGEST = 1514,
	PROTOCOL_AT = 23,
	ADDRESSES_AT = 26,
	PORTS_END = 42,
	AT_ONCE_US = 300,
	QUEUES = 4,
	PERTURB_SEED = 1
};

/* --- times
 * ----------------------------------------------------------------------------------------- */

/* A run of a changed program is told as one of the program. */
static void run_changed(struct look *l, const struct script *changed, const struct run_options *o,
			const bool *extra, struct look_run *to)
{
	look_run(changed, o, l->worlds, to);
	if (extra != NULL)
		look_forget(&to->item.record, extra);
	to->item.script = l->script;
}

static const char *told_as(const struct record *r, u32 stmt)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == RECORD_STMT && r->event[i].stmt == stmt)
			return record_text(r, &r->event[i]);
	return NULL;
}

/* An `advance` that was made shorter is told as it stands in the program. */
static void tell_advances(const struct script *s, struct record *r, const struct record *base)
{
	for (u32 i = 0, nr = r->nr; i < nr; i++) {
		const struct stmt *st = &s->stmt[r->event[i].stmt];
		const char *text;
		u32 told;

		if (r->event[i].kind != RECORD_STMT || st->kind != STMT_DIRECTIVE ||
		    st->directive.id != DIR_ADVANCE)
			continue;
		text = told_as(base, r->event[i].stmt);
		told = record_add(r, RECORD_STMT, text, NULL, 0)->text;
		r->event[i].text = told;
		r->nr--;
	}
}

static bool drifts(struct look *l, enum look_base b, s64 step_ns)
{
	static const struct compare_rules rules = { .right = "in time",
						    .other = "later",
						    .how = COMPARE_DEVICES };
	struct run_options o = look_options(b);
	struct script *s = look_copy(l->script);
	struct look_run late;
	struct comparison c;
	bool differs;

	look_drift(s, step_ns);
	run_changed(l, s, &o, NULL, &late);
	tell_advances(l->script, &late.item.record, &look_base(l, b)->item.record);
	c = compare_items(&look_base(l, b)->item, &late.item, &rules);
	differs = c.verdict != COMPARE_EQUAL;
	comparison_free(&c);
	look_run_free(&late);
	script_free(s);
	return differs;
}

/* Less than a grain of what a card needs, about as much, so much that ticks are crossed; and less
 * time between statements.
 */
static bool is_racy(struct look *l, enum look_base b)
{
	static const s64 step_ns[] = {
		700, 11000, 90000, 400000, 3000000, -11000, -300000, -1500000
	};

	if (l->racy[b] == 0)
		l->racy[b] = 1;
	else
		return l->racy[b] == 2;
	for (u32 i = 0; i < ARRAY_SIZE(step_ns) && l->racy[b] == 1; i++)
		l->racy[b] = drifts(l, b, step_ns[i]) ? 2 : 1;
	return l->racy[b] == 2;
}

/* --- reasons
 * --------------------------------------------------------------------------------------- */

static bool number_of(const struct script *s, u32 expr, u64 *value)
{
	const struct expr *e = &s->expr[expr];

	*value = e->kind == EXPR_SYMBOL ? script_symbols[e->symbol].value : e->value;
	return expr != 0 && (e->kind == EXPR_SYMBOL || (e->kind == EXPR_NUMBER && !e->negative));
}

/* Is there a call about this option, whatever it comes to? */
bool look_uses_option(const struct script *s, u64 level, u64 name)
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		u64 a = 0, b = 0;
		u32 arg;

		if (st->kind != STMT_CALL ||
		    (st->call.call != CALL_setsockopt && st->call.call != CALL_getsockopt))
			continue;
		arg = s->expr[st->call.args].next;
		if (number_of(s, arg, &a) && number_of(s, s->expr[arg].next, &b) && a == level &&
		    b == name)
			return true;
	}
	return false;
}

/* Is there such a call whose n-th argument is one of these? */
static bool calls_with(const struct script *s, enum call_id call, u32 nth, bool (*is)(u64 value))
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		u32 arg = st->kind == STMT_CALL ? st->call.args : 0;

		if (st->kind != STMT_CALL || st->call.call != call)
			continue;
		for (u32 k = 0; k < nth; k++)
			arg = s->expr[arg].next;
		if (is(look_value(s, arg)))
			return true;
	}
	return false;
}

static bool is_packet_family(u64 value)
{
	return value == AF_PACKET;
}

static bool is_packet_type(u64 value)
{
	return (value & 15) == SOCK_PACKET;
}

static bool is_any(u64 value)
{
	(void)value;
	return true;
}

static bool is_device_request(u64 value)
{
	return value >> 8 == SOCK_IOC_TYPE && value != SIOCGSTAMP_OLD && value != SIOCGSTAMPNS_OLD;
}

bool look_taps(const struct script *s)
{
	return calls_with(s, CALL_socket, 0, is_packet_family) ||
	       calls_with(s, CALL_socket, 1, is_packet_type) ||
	       calls_with(s, CALL_socketcall, 0, is_any);
}

bool look_asks_devices(const struct script *s)
{
	return calls_with(s, CALL_ioctl, 1, is_device_request);
}

bool look_says(const struct script *s, const char *word)
{
	size_t n = strlen(word);

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_COMMAND &&
		    memmem(script_text(s, st->text), st->text.len, word, n) != NULL)
			return true;
	}
	return false;
}

bool look_directs(const struct script *s, enum directive_id id)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_DIRECTIVE && s->stmt[i].directive.id == id)
			return true;
	return false;
}

static bool ends_with(const struct look_run *r, const char *fact)
{
	return r->item.record.state != NULL && strstr(r->item.record.state, fact) != NULL;
}

/* Of the program, of its run on the one and on the other. */
typedef bool (*reason_fn)(const struct script *s, const struct look_run *a,
			  const struct look_run *b);

static bool any_frame(const struct look_run *r,
		      bool (*is)(const struct record_event *e, const u8 *frame))
{
	const struct record *rec = &r->item.record;

	for (u32 i = 0; i < rec->nr; i++)
		if (rec->event[i].kind == RECORD_IN &&
		    is(&rec->event[i], record_bytes(rec, &rec->event[i])))
			return true;
	return false;
}

/* Zeros behind what is too short may be taken for a part of it. */
static bool is_short(const struct record_event *e, const u8 *frame)
{
	u8 padded[SHORTEST] = { 0 };

	if (e->len >= SHORTEST)
		return false;
	memcpy(padded, frame, e->len);
	return field_unpadded(padded, SHORTEST, true) != e->len;
}

static bool has_short(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)s;
	(void)b;
	return any_frame(a, is_short);
}

static bool is_long(const struct record_event *e, const u8 *frame)
{
	(void)frame;
	return e->len > LONGEST;
}

/* A card drops what is longer than its MTU, a TAP takes it. */
static bool has_long(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)b;
	return look_says(s, "mtu") || any_frame(a, is_long);
}

static bool is_filtered(const struct record_event *e, const u8 *frame)
{
	const u8 own[MAC_BYTES] = { 2, 0, 0, 0, 0, (u8)(e->host + 1) };
	static const u8 all[MAC_BYTES] = { 255, 255, 255, 255, 255, 255 };

	return e->len < ETHER_BYTES ||
	       (memcmp(frame, own, MAC_BYTES) != 0 && memcmp(frame, all, MAC_BYTES) != 0);
}

/* A card passes nothing up that is for others, and of groups what its table of hashes has. */
static bool has_filtered(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)b;
	return look_says(s, "eth0 address") || any_frame(a, is_filtered);
}

/* A frame in a driver's buffer counts as more memory than one that was copied to its size. */
bool look_counts_memory(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	static const u64 options[] = { SO_RCVBUF, SO_RCVBUFFORCE, SO_SNDBUF, SO_SNDBUFFORCE,
				       SO_MEMINFO };

	for (u32 i = 0; i < ARRAY_SIZE(options); i++)
		if (look_uses_option(s, SOL_SOCKET, options[i]))
			return true;
	return look_says(s, "mem") || look_says(s, "ipfrag") || look_says(s, "unres_qlen") ||
	       ends_with(a, "RcvbufErrors") || ends_with(b, "RcvbufErrors") ||
	       ends_with(a, "SOCKET_RCVBUFF") || ends_with(b, "SOCKET_RCVBUFF");
}

/* What a card has looked at has no sum left that could be told. */
static bool tells_sum(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)a;
	(void)b;
	return look_uses_option(s, IPPROTO_IP, IP_CHECKSUM);
}

/* Links that go down come back after seconds; a queue's length is the device's own. */
static bool changes_link(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)a;
	(void)b;
	return look_says(s, " down") || look_says(s, "ethtool") || look_says(s, "tc ") ||
	       look_says(s, "txq") || look_directs(s, DIR_LINK_DOWN) ||
	       look_directs(s, DIR_LINK_UP);
}

static bool mentions(const struct script *s, const char *name)
{
	for (u32 i = 0; i < s->nr_exprs; i++)
		if (s->expr[i].kind == EXPR_SYMBOL &&
		    strcmp(script_symbols[s->expr[i].symbol].name, name) == 0)
			return true;
	return false;
}

/* A card cuts by itself, though no segments as small as programs ask for; whether data was copied
 * in the end depends on who sends it.
 */
static bool cuts_or_lends(const struct script *s, const struct look_run *a,
			  const struct look_run *b)
{
	(void)a;
	(void)b;
	return mentions(s, "UDP_SEGMENT") || mentions(s, "SO_ZEROCOPY");
}

/* A frame's padding, sums that a card has looked at, who sends first; features, names, queues. */
static bool sees_device(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)a;
	(void)b;
	return look_taps(s) || look_asks_devices(s);
}

/* The n-th allocation is another one with another driver. */
static bool fails_memory(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	(void)a;
	(void)b;
	return look_directs(s, DIR_ALLOC_FAIL) || look_directs(s, DIR_ALLOC_FAIL_OF);
}

/* What leaves before time 0 leaves before the link is there, and is lost on a card. */
static bool leaves_early(const struct script *s, const struct look_run *a, const struct look_run *b)
{
	const struct record *rec = &a->item.record;

	(void)b;
	for (u32 i = 0; i < rec->nr; i++)
		if (rec->event[i].kind == RECORD_OUT && rec->event[i].when_ps < 0)
			return true;
	return look_says(s, "arp_notify");
}

/* LINUX: ip_rcv_core() counts what padding came with a packet, too. */
static bool counts_octets(const struct script *s, const struct look_run *a,
			  const struct look_run *b)
{
	(void)a;
	(void)b;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_DIRECTIVE && st->directive.id == DIR_MIB &&
		    memmem(script_text(s, st->directive.name), st->directive.name.len, "Octets",
			   strlen("Octets")) != NULL)
			return true;
	}
	return false;
}

/* Who the frame is from and to, and what it asks for: an Ethernet header, addresses, ports. */
static bool is_of_flow(const u8 *a, u32 len_a, const u8 *b, u32 len_b)
{
	u32 len = min_u32(min_u32(len_a, len_b), PORTS_END);

	if (len < ADDRESSES_AT)
		return len_a == len_b;
	return memcmp(a, b, ETHER_BYTES) == 0 && a[PROTOCOL_AT] == b[PROTOCOL_AT] &&
	       memcmp(a + ADDRESSES_AT, b + ADDRESSES_AT, len - ADDRESSES_AT) == 0;
}

/* The n-th frame of a flow that leaves. */
static const struct record_event *nth_of_flow(const struct record *r, const struct record *of,
					      const struct record_event *flow, u32 n)
{
	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];

		if (e->kind == RECORD_OUT && e->host == flow->host &&
		    is_of_flow(record_bytes(r, e), e->len, record_bytes(of, flow), flow->len) &&
		    n-- == 0)
			return e;
	}
	return NULL;
}

/* Behind the headers, without padding. */
static bool same_payload(const struct record *ra, const struct record_event *a,
			 const struct record *rb, const struct record_event *b)
{
	const u8 *fa = record_bytes(ra, a), *fb = record_bytes(rb, b);
	u32 len_a = field_unpadded(fa, a->len, true), len_b = field_unpadded(fb, b->len, true);

	return len_a == len_b && (len_a <= PORTS_END ||
				  memcmp(fa + PORTS_END, fb + PORTS_END, len_a - PORTS_END) == 0);
}

static bool flows_in_order(const struct record *a, const struct record *b)
{
	for (u32 i = 0; i < a->nr; i++) {
		const struct record_event *e = &a->event[i], *same;
		u32 n = 0;

		if (e->kind != RECORD_OUT)
			continue;
		while (nth_of_flow(a, a, e, n) != e)
			n++;
		same = nth_of_flow(b, a, e, n);
		if (same == NULL || !same_payload(a, e, b, same))
			return false;
	}
	return true;
}

/* Nothing is promised of the order of two flows. */
static bool is_harmless(const struct look_run *a, const struct look_run *b,
			const struct difference *d)
{
	return d->kind == DIFFERS_ORDER && (strncmp(d->shape, "out", 3) != 0 ||
					    flows_in_order(&a->item.record, &b->item.record));
}

/* Frames of several flows that wait in several queues leave in the order of the card. */
static bool has_flows_at_once(const struct script *s, const struct look_run *a,
			      const struct look_run *b)
{
	const struct record *r = &a->item.record;
	const struct record_event *last[SCRIPT_HOSTS] = { NULL };

	(void)s;
	(void)b;
	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i], *before = last[e->host];

		if (e->kind != RECORD_OUT)
			continue;
		if (before != NULL &&
		    !is_of_flow(record_bytes(r, before), before->len, record_bytes(r, e), e->len) &&
		    e->when_ps - before->when_ps <= (s64)(AT_ONCE_US * PS_PER_US))
			return true;
		last[e->host] = e;
	}
	return false;
}

static const reason_fn queue_reasons[] = { has_flows_at_once, sees_device };
static const reason_fn offload_reasons[] = { tells_sum, sees_device, cuts_or_lends };
static const reason_fn device_reasons[] = { has_short,		has_long,     has_filtered,
					    look_counts_memory, tells_sum,    changes_link,
					    fails_memory,	leaves_early, counts_octets,
					    sees_device,	cuts_or_lends };

static bool has_reason(const struct script *s, const struct look_run *a, const struct look_run *b,
		       const reason_fn *reason, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (reason[i](s, a, b))
			return true;
	return false;
}

/* --- relations
 * ------------------------------------------------------------------------------------- */

/* How the other run differs from its base. */
struct relation {
	enum look_base base;
	struct compare_rules rules;
	void (*set)(struct run_options *o); /* NULL: nothing */
	const char *command;		    /* done first; NULL */
	const reason_fn *reason;
	u32 reasons;
};

static void run_other(struct look *l, const struct relation *r, struct look_run *to)
{
	u32 hosts = look_base(l, r->base)->item.record.hosts, at = look_head(l->script);
	struct run_options o = look_options(r->base);
	struct script *s = look_copy(l->script);
	bool *extra;

	if (r->set != NULL)
		r->set(&o);
	for (u32 h = hosts; h-- != 0 && r->command != NULL;)
		look_insert_command(s, at, h, r->command);
	extra = must(calloc(s->nr_stmts + 1, sizeof(*extra)));
	for (u32 i = 0; i < s->nr_stmts - l->script->nr_stmts; i++)
		extra[at + i] = true;
	run_changed(l, s, &o, extra, to);
	free(extra);
	script_free(s);
}

/* A packet without a link-layer header cannot travel on a card. */
static bool can_run(struct look *l, const struct relation *r)
{
	const struct look_run *base = look_base(l, r->base);

	return look_is_whole(base) && look_base(l, BASE_PLAIN)->item.record.ethernet;
}

static enum look_verdict relate(struct look *l, const struct relation *r)
{
	struct look_run other;
	enum look_verdict v;

	if (!can_run(l, r))
		return LOOK_INCONCLUSIVE;
	run_other(l, r, &other);
	v = look_compare(l, look_base(l, r->base), &other, &r->rules, is_harmless);
	if (v == LOOK_FOUND &&
	    (has_reason(l->script, look_base(l, r->base), &other, r->reason, r->reasons) ||
	     is_racy(l, r->base))) {
		free(l->f->detail);
		l->f->detail = NULL;
		v = LOOK_INCONCLUSIVE;
	}
	look_run_free(&other);
	return v;
}

static void on_card(struct run_options *o)
{
	o->device = DEVICE_IGB;
}

enum look_verdict look_device(struct look *l)
{
	static const struct relation r = { .base = BASE_TAP,
					   .rules = { "tap", "igb", COMPARE_DEVICES, 0, 0, 0 },
					   .set = on_card,
					   .reason = device_reasons,
					   .reasons = ARRAY_SIZE(device_reasons) };

	return relate(l, &r);
}

static void with_latencies(struct run_options *o)
{
	o->perturb = PERTURB_SEED;
}

enum look_verdict look_perturb(struct look *l)
{
	static const struct relation r = { .base = BASE_CARD,
					   .rules = { "in time", "with latencies", COMPARE_DEVICES,
						      0, 0, 0 },
					   .set = with_latencies };

	return relate(l, &r);
}

static void with_queues(struct run_options *o)
{
	o->cpus = QUEUES;
}

enum look_verdict look_queues(struct look *l)
{
	static const struct relation r = { .base = BASE_CARD,
					   .rules = { "one queue", "four queues", COMPARE_DEVICES,
						      0, 0, 0 },
					   .set = with_queues,
					   .reason = queue_reasons,
					   .reasons = ARRAY_SIZE(queue_reasons) };

	return relate(l, &r);
}

static void with_cost(struct run_options *o)
{
	o->cost = COST_CYCLES;
}

enum look_verdict look_cost(struct look *l)
{
	static const struct relation r = { .base = BASE_TAP,
					   .rules = { "for nothing", "at a cost", COMPARE_DEVICES,
						      0, 0, 0 },
					   .set = with_cost };

	return relate(l, &r);
}

enum look_verdict look_offload(struct look *l)
{
	static const struct relation r = { .base = BASE_CARD,
					   .rules = { "with offloads", "without", COMPARE_DEVICES,
						      0, 0, 0 },
					   .command = "ethtool -K eth0 rx off gro off tx off",
					   .reason = offload_reasons,
					   .reasons = ARRAY_SIZE(offload_reasons) };

	return relate(l, &r);
}

enum look_verdict look_rings(struct look *l)
{
	static const struct relation r = {
		.base = BASE_CARD,
		.rules = { "long rings", "short rings", COMPARE_DEVICES, 0, 0, 0 },
		.command = "ethtool -G eth0 rx 80 tx 80; ethtool -C eth0 rx-usecs 0",
	};

	return relate(l, &r);
}
