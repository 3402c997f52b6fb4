// SPDX-License-Identifier: MIT
/* report_path.c - see report_path.h. */
#include "harness/cli/report_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/must.h"
#include "harness/lib/steps.h"
#include "harness/script/packet.h"
#include "harness/script/run.h"

enum { TEXT_BYTES = 512, FRAME_MIN = 60 };

struct seen_frame {
	u32 host, len;
	bool out;
	char text[TEXT_BYTES];
};

struct path_run {
	struct steps steps;
	struct seen_frame *frame;
	u32 nr_frames, cap_frames;
	struct json *json;
};

/* --- while it runs
 * -------------------------------------------------------------------------------- */

static void first_statement(void *ctx, struct dut *d)
{
	struct path_run *p = ctx;

	if (!p->steps.running)
		steps_start(&p->steps, d->world);
}

static void saw_frame(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, s64 when_ps,
		      u32 stmt)
{
	struct path_run *p = ctx;
	struct seen_frame *f;

	(void)stmt;
	if (when_ps == RUN_BEFORE_TIME || !p->steps.running)
		return;
	if (p->nr_frames == p->cap_frames) {
		p->cap_frames = p->cap_frames != 0 ? p->cap_frames * 2 : 16;
		p->frame = must(realloc(p->frame, p->cap_frames * sizeof(p->frame[0])));
	}
	f = &p->frame[p->nr_frames++];
	*f = (struct seen_frame){ .host = host,
				  .len = len < FRAME_MIN ? FRAME_MIN : len,
				  .out = outgoing };
	packet_describe(frame, len, true, f->text, sizeof(f->text));
}

static void saw_state(void *ctx, const char *state)
{
	(void)ctx;
	(void)state;
}

/* --- what it was
 * ---------------------------------------------------------------------------------- */

static u32 step_bytes(const struct path_run *p, const struct steps_packet *packet,
		      enum path_step step)
{
	for (u32 i = 0; i < packet->nr; i++)
		if (p->steps.rec[packet->step[i]].arg[0] == step)
			return p->steps.rec[packet->step[i]].arg[2];
	return 0;
}

/* The packet whose frame it is. All that a card sends is seen on the wire, in its order; of what
 * comes it may leave frames out.
 */
static u32 packet_of(const struct path_run *p, const struct steps_packets *all,
		     const struct seen_frame *f, u32 next[WORLD_HOSTS][2])
{
	for (u32 i = 0; i < all->nr; i++) {
		const struct steps_packet *k = &all->p[i];

		if (k->host != f->host || k->out != f->out || k->frame != next[f->host][f->out])
			continue;
		if (!f->out && step_bytes(p, k, PATH_NIC_STORE) != f->len)
			break;
		next[f->host][f->out]++;
		return i;
	}
	return STEPS_NONE;
}

/* Which frame is a packet's: number[packet], counted from 1; and the other way round. */
struct numbers {
	u32 *number, *packet;
};

static struct numbers number_packets(const struct path_run *p, const struct steps_packets *all)
{
	struct numbers n = { must(calloc(all->nr + 1, sizeof(u32))),
			     must(calloc(p->nr_frames + 1, sizeof(u32))) };
	u32 next[WORLD_HOSTS][2] = { { 0 } };

	for (u32 i = 0; i < p->nr_frames; i++) {
		n.packet[i] = packet_of(p, all, &p->frame[i], next);
		if (n.packet[i] != STEPS_NONE)
			n.number[n.packet[i]] = i + 1;
	}
	return n;
}

static void put_title(struct json *j, const struct steps_packet *k, const u32 *number, u32 own)
{
	if (k->answers != STEPS_NONE && (k->seen >> PATH_ARP_SOLICIT & 1) == 0)
		json_textf(j, "title", "Frame %u is sent: the answer to frame %u", own,
			   number[k->answers]);
	else if (k->piece_of != STEPS_NONE)
		json_textf(j, "title", "Frame %u is sent: more of the datagram of frame %u", own,
			   number[k->piece_of]);
	else if ((k->seen >> PATH_ARP_SOLICIT & 1) != 0)
		json_textf(j, "title", "Frame %u is sent: who has the address?", own);
	else if (k->out)
		json_textf(j, "title", "Frame %u is sent", own);
	else if ((k->seen >> PATH_UDP_RECVMSG & 1) != 0)
		json_textf(j, "title", "Frame %u is received, and read by the program", own);
	else
		json_textf(j, "title", "Frame %u is received", own);
}

static void put_packet(struct json *j, const struct path_run *p, const struct steps_packet *k,
		       const u32 *number, u32 own)
{
	const struct seen_frame *f = &p->frame[own - 1];
	struct steps_clock clock = { .from_ps = p->steps.rec[k->step[0]].when_ps };

	json_object(j, NULL);
	put_title(j, k, number, own);
	json_text(j, "text", f->text);
	json_array(j, "steps");
	for (u32 i = 0; i < k->nr; i++) {
		struct steps_line l = steps_line(&clock, &p->steps.rec[k->step[i]]);

		steps_json(j, &l);
	}
	json_end(j);
	json_end(j);
}

static void last_statement(void *ctx, struct dut *d)
{
	struct path_run *p = ctx;
	struct steps_packets all;
	struct numbers n;

	(void)d;
	if (!p->steps.running)
		return;
	steps_drain(&p->steps);
	all = steps_packets(&p->steps);
	n = number_packets(p, &all);
	for (u32 i = 0; i < p->nr_frames; i++)
		if (n.packet[i] != STEPS_NONE)
			put_packet(p->json, p, &all.p[n.packet[i]], n.number, i + 1);
	free(n.number);
	free(n.packet);
	steps_packets_free(&all);
}

/* --- vectors
 * -------------------------------------------------------------------------------------- */

static void run_path(const struct script *s, struct json *j, struct dut_worlds *worlds)
{
	struct path_run p = { .json = j };
	const struct run_watch watch = { .frame = saw_frame, .state = saw_state, .ctx = &p };
	struct run_options o;
	struct run_result r;
	struct record rec;

	record_init(&rec);
	run_options_init(&o);
	o.device = DEVICE_IGB;
	o.cost = COST_CYCLES;
	o.cost_said = true;
	o.record = &rec;
	o.watch = &watch;
	o.between = first_statement;
	o.at_end = last_statement;
	o.between_ctx = o.at_end_ctx = &p;
	r = run_script(s, &o, worlds);
	run_result_free(&r);
	record_free(&rec);
	if (p.steps.running)
		steps_stop(&p.steps);
	steps_free(&p.steps);
	free(p.frame);
}

static void put_path(FILE *to, const struct vector *v, const struct script *s,
		     struct dut_worlds *worlds)
{
	struct text title = script_header(s, "path");
	struct json j;

	if (title.len == 0)
		return;
	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_object(&j, "path");
	json_text(&j, "vector", v->id);
	json_text_n(&j, "title", script_text(s, title), title.len);
	json_array(&j, "packets");
	run_path(s, &j, worlds);
	json_end(&j);
	json_end(&j);
	json_end(&j);
}

void report_paths(FILE *to, const struct vectors *v)
{
	struct dut_worlds *worlds = dut_worlds_new();

	for (u32 i = 0; i < v->nr; i++) {
		struct script_error err = { 0 };
		struct script *s;
		char why[FILE_ERROR_MAX], *text;
		size_t len;

		if (v->v[i].frames != NULL || is_frames_file(v->v[i].path))
			continue;
		text = file_read(v->v[i].path, &len, why);
		if (text == NULL)
			continue;
		s = script_parse(file_name(v->v[i].path), text, len, &err);
		free(text);
		if (s == NULL)
			continue;
		put_path(to, &v->v[i], s, worlds);
		script_free(s);
	}
	dut_worlds_free(worlds);
}
