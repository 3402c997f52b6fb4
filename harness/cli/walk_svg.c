// SPDX-License-Identifier: MIT
/* walk_svg.c - the sixteen steps of one datagram as a picture: time to the right, a lane for each
 * CPU and context, each engine of the card, and the wire.
 *
 * A stretch of a CPU's lane has the colour of the step whose function runs there: the innermost one
 * that has a step of its own. All coordinates are whole tenths of a pixel, so that the picture is
 * the same on every machine.
 */
#include "harness/cli/walk_svg.h"

#include <string.h>

enum {
	WIDTH = 900, /* what a README page shows */
	CHART_LEFT = 150,
	CHART_RIGHT = 24,
	HEADER = 64,
	BADGES = 34, /* above the first lane: room for numbers and their lines */
	LANE = 24,
	LANE_GAP = 10,
	GROUP_GAP = 8,
	AXIS = 34,
	LEGEND_ROW = 21,
	LEGEND_HEAD = 30,
	BADGE_R = 9,
	BADGE_STEP = 2 * BADGE_R + 3,
	STEPS = 16,
	LANES_MAX = CPU_MAX * 3 + BUS_ENGINES + 1,
	DEPTH_MAX = 256,
	FUNCTIONS_BYTES = 200
};

/* Which part of the machine a step belongs to, for its colour. */
static const char step_class[STEPS + 1] = { 0,	 's', 's', 's', 'i', 'q', 'q', 'q', 'q',
					    'q', 'd', 'd', 'd', 'n', 'n', 'x', 'c' };
static const struct {
	char class;
	const char *name;
} classes[] = {
	{ 's', "socket and UDP" }, { 'i', "IP and neighbour" },
	{ 'q', "queueing" },	   { 'd', "driver" },
	{ 'n', "card" },	   { 'x', "interrupt" },
	{ 'c', "clean-up" },
};

enum lane_kind { LANE_CPU, LANE_NIC, LANE_WIRE };
struct lane {
	enum lane_kind kind;
	u32 a, b; /* CPU and context; engine */
	u32 y;
	u64 first_ps; /* when something first happens there; U64_MAX: not yet */
};

struct step {
	bool seen;
	u32 lane;
	u64 at_ps;
	char functions[FUNCTIONS_BYTES];
};

struct picture {
	FILE *to;
	const struct world *world;
	u64 from_ps, last_ps; /* of the records that count */
	u64 until_ps;	      /* where the picture ends */
	u32 nr_lanes;
	struct lane lane[LANES_MAX];
	struct step step[STEPS + 1];
	u32 chart_bottom;
};

static const struct trace_rec *record(const struct picture *p, u32 *i)
{
	const struct trace_rec *r;

	while ((r = trace_get(&p->world->trace, *i)) != NULL) {
		++*i;
		if (r->host == 0 && r->when_ps >= p->from_ps && r->when_ps <= p->last_ps)
			return r;
	}
	return NULL;
}

/* --- coordinates: tenths of a pixel ------------------------------------------------------------
 */

static u32 x_of(const struct picture *p, u64 when_ps)
{
	u64 width = (WIDTH - CHART_LEFT - CHART_RIGHT) * 10u;

	return (u32)(CHART_LEFT * 10u +
		     (when_ps - p->from_ps) * width / (p->until_ps - p->from_ps));
}

/* "12.3" */
static const char *tenths(u32 v, char text[16])
{
	if (v % 10 == 0)
		snprintf(text, 16, "%u", v / 10);
	else
		snprintf(text, 16, "%u.%u", v / 10, v % 10);
	return text;
}

static void rect(struct picture *p, u32 lane, const char *class, u64 from_ps, u64 until_ps)
{
	struct lane *l = &p->lane[lane];
	u32 x = x_of(p, from_ps), end = x_of(p, until_ps);
	char a[16], b[16];

	l->first_ps = min_u64(l->first_ps, from_ps);
	if (end < x + 8)
		end = x + 8; /* what is there can be seen */
	fprintf(p->to, "<rect class=\"%s\" x=\"%s\" y=\"%u\" width=\"%s\" height=\"%d\"/>\n", class,
		tenths(x, a), l->y, tenths(end - x, b), LANE);
}

/* Words inside a bar that has room for them. */
static void inside(const struct picture *p, u32 lane, u64 from_ps, u64 until_ps, u32 bytes)
{
	u32 x = x_of(p, from_ps), end = x_of(p, until_ps);
	char a[16], text[48];
	int n = snprintf(text, sizeof(text), "%u B, %llu ns", bytes,
			 (unsigned long long)((until_ps - from_ps) / PS_PER_NS));

	if (end - x > (u32)n * 75)
		fprintf(p->to, "<text class=\"in\" x=\"%s\" y=\"%u\">%s</text>\n",
			tenths((x + end) / 2, a), p->lane[lane].y + LANE / 2 + 4, text);
}

static void badge(const struct picture *p, u32 step, u32 x, u32 y)
{
	char a[16];

	fprintf(p->to, "<circle class=\"%c\" cx=\"%s\" cy=\"%u\" r=\"%d\"/>", step_class[step],
		tenths(x, a), y, BADGE_R);
	fprintf(p->to, "<text class=\"num\" x=\"%s\" y=\"%u\">%u</text>\n", a, y + 4, step);
}

/* --- lanes -------------------------------------------------------------------------------------
 */

static bool same_lane(const struct lane *l, enum lane_kind kind, u32 a, u32 b)
{
	return l->kind == kind && l->a == a && l->b == b;
}

static u32 lane_of(const struct picture *p, enum lane_kind kind, u32 a, u32 b)
{
	for (u32 i = 0; i < p->nr_lanes; i++)
		if (same_lane(&p->lane[i], kind, a, b))
			return i;
	return LANES_MAX;
}

static void want_lane(struct picture *p, enum lane_kind kind, u32 a, u32 b)
{
	if (lane_of(p, kind, a, b) != LANES_MAX)
		return;
	assert(p->nr_lanes < LANES_MAX);
	p->lane[p->nr_lanes++] = (struct lane){ .kind = kind, .a = a, .b = b, .first_ps = U64_MAX };
}

/* Those on which something happens, in the order in which a datagram comes by. */
static void find_lanes(struct picture *p)
{
	static const u8 engines[] = { BUS_TX_FETCH, BUS_DMA_READ, BUS_MAC_TX };
	static const u8 reports[] = { BUS_DMA_WRITE, BUS_MSIX };
	static const u8 after[] = { CTX_HARDIRQ, CTX_SOFTIRQ, CTX_KSOFTIRQD };
	bool cpu[CPU_MAX][CTX_DEVICE] = { 0 }, busy[BUS_ENGINES] = { 0 }, wire = false;
	const struct trace_rec *r;

	for (u32 i = 0; (r = record(p, &i)) != NULL;) {
		if (r->kind == TRACE_ENTER)
			cpu[r->cpu][r->ctx] = true;
		else if (r->kind == TRACE_nic)
			busy[r->arg[0]] = true;
		wire = wire || r->kind == TRACE_wire;
	}
	for (u32 c = 0; c < CPU_MAX; c++)
		if (cpu[c][CTX_TASK])
			want_lane(p, LANE_CPU, c, CTX_TASK);
	for (u32 i = 0; i < ARRAY_SIZE(engines); i++)
		if (busy[engines[i]])
			want_lane(p, LANE_NIC, engines[i], 0);
	if (wire)
		want_lane(p, LANE_WIRE, 0, 0);
	for (u32 i = 0; i < ARRAY_SIZE(reports); i++)
		if (busy[reports[i]])
			want_lane(p, LANE_NIC, reports[i], 0);
	for (u32 c = 0; c < CPU_MAX; c++)
		for (u32 i = 0; i < ARRAY_SIZE(after); i++)
			if (cpu[c][after[i]])
				want_lane(p, LANE_CPU, c, after[i]);
}

static void place_lanes(struct picture *p)
{
	u32 y = HEADER + BADGES;

	for (u32 i = 0; i < p->nr_lanes; i++) {
		if (i != 0 && (p->lane[i].kind != p->lane[i - 1].kind ||
			       (p->lane[i].kind == LANE_CPU && p->lane[i].a != p->lane[i - 1].a)))
			y += GROUP_GAP;
		p->lane[i].y = y;
		y += LANE + LANE_GAP;
	}
	p->chart_bottom = y;
}

static void lane_name(const struct lane *l, char name[32])
{
	static const char *const contexts[] = {
		[CTX_TASK] = "task",
		[CTX_SOFTIRQ] = "softirq",
		[CTX_HARDIRQ] = "hardirq",
		[CTX_KSOFTIRQD] = "ksoftirqd",
	};
	static const char *const engines[BUS_ENGINES] = {
		[BUS_TX_FETCH] = "NIC descriptors", [BUS_DMA_READ] = "NIC DMA read",
		[BUS_DMA_WRITE] = "NIC DMA write",  [BUS_MAC_TX] = "NIC MAC",
		[BUS_MSIX] = "NIC interrupt",
	};

	if (l->kind == LANE_CPU)
		snprintf(name, 32, "cpu%u %s", l->a, contexts[l->b]);
	else
		snprintf(name, 32, "%s", l->kind == LANE_WIRE ? "wire" : engines[l->a]);
}

/* --- what happens on them ------------------------------------------------------------------------
 */

static void note_step(struct picture *p, const struct trace_rec *r, u32 lane)
{
	const struct path_row *row = &path_rows[r->arg[0]];
	struct step *s;
	size_t len;

	if (row->step > STEPS || lane == LANES_MAX)
		return;
	s = &p->step[row->step];
	if (!s->seen)
		*s = (struct step){ .seen = true, .lane = lane, .at_ps = r->when_ps };
	len = strlen(s->functions);
	if (strstr(s->functions, row->fn) == NULL)
		snprintf(s->functions + len, sizeof(s->functions) - len, "%s%s",
			 len != 0 ? " \302\267 " : "", row->fn);
}

/* The lane of a step of the card: the engine that does it. */
static u32 card_lane(const struct picture *p, enum path_step step)
{
	switch (step) {
	case PATH_NIC_FETCH:
		return lane_of(p, LANE_NIC, BUS_TX_FETCH, 0);
	case PATH_NIC_READ:
		return lane_of(p, LANE_NIC, BUS_DMA_READ, 0);
	case PATH_NIC_SEND:
		return lane_of(p, LANE_NIC, BUS_MAC_TX, 0);
	case PATH_NIC_REPORT:
		return lane_of(p, LANE_NIC, BUS_DMA_WRITE, 0);
	default:
		return lane_of(p, LANE_NIC, BUS_MSIX, 0);
	}
}

/* What a CPU's functions are part of, innermost last; and the stretch that is painted next. */
struct stack {
	u32 depth;
	struct {
		u8 ctx, step;
	} at[DEPTH_MAX];
	u32 lane, step;
	u64 from_ps, until_ps;
};

static void paint(struct picture *p, struct stack *s)
{
	char class[4] = { (char)(s->step != 0 ? step_class[s->step] : 'o'), '\0' };

	if (s->step % 2 != 0)
		memcpy(class + 1, " b", 3);
	if (s->until_ps > s->from_ps)
		rect(p, s->lane, class, s->from_ps, s->until_ps);
}

/* Until now the CPU has done what it does; the stretch before ends if that was something else. */
static void go_on(struct picture *p, struct stack *s, u32 cpu, u64 now_ps)
{
	u32 lane = LANES_MAX, step = 0;

	if (s->depth != 0) {
		lane = lane_of(p, LANE_CPU, cpu, s->at[s->depth - 1].ctx);
		step = s->at[s->depth - 1].step;
	}
	if (lane != s->lane || step != s->step) {
		if (s->lane != LANES_MAX)
			paint(p, s);
		s->from_ps = s->until_ps;
		s->lane = lane;
		s->step = step;
	}
	s->until_ps = now_ps;
}

static void cpu_record(struct picture *p, struct stack *s, const struct trace_rec *r)
{
	bool outer = s->depth == 0 || s->at[s->depth - 1].ctx != r->ctx;

	go_on(p, s, r->cpu, r->when_ps);
	if (r->kind == TRACE_ENTER) {
		assert(s->depth < DEPTH_MAX);
		s->at[s->depth].step = outer ? 0 : s->at[s->depth - 1].step;
		s->at[s->depth++].ctx = r->ctx;
	} else if (r->kind == TRACE_EXIT && s->depth != 0) {
		s->depth--;
	} else if (r->kind == TRACE_STEP && s->depth != 0 && path_rows[r->arg[0]].step <= STEPS) {
		s->at[s->depth - 1].step = (u8)path_rows[r->arg[0]].step;
	}
}

static void draw_cpus(struct picture *p)
{
	static struct stack stacks[CPU_MAX];
	const struct trace_rec *r;

	memset(stacks, 0, sizeof(stacks));
	for (u32 c = 0; c < CPU_MAX; c++)
		stacks[c].lane = LANES_MAX;
	for (u32 i = 0; (r = record(p, &i)) != NULL;)
		if (r->ctx != CTX_DEVICE && r->cpu < CPU_MAX)
			cpu_record(p, &stacks[r->cpu], r);
	for (u32 c = 0; c < CPU_MAX; c++)
		if (stacks[c].lane != LANES_MAX)
			paint(p, &stacks[c]);
}

static void draw_card(struct picture *p)
{
	const struct trace_rec *r;
	u64 first_bit_ps = 0;

	for (u32 i = 0; (r = record(p, &i)) != NULL;) {
		u64 from = r->when_ps, until = from + r->arg[4];
		u32 lane = lane_of(p, LANE_NIC, r->arg[0], 0);

		if (r->kind == TRACE_nic && lane != LANES_MAX) {
			bool report = r->arg[0] == BUS_DMA_WRITE || r->arg[0] == BUS_MSIX;

			rect(p, lane, report ? "n b" : "n", from, until);
			inside(p, lane, from, until, r->arg[3]);
			if (r->arg[0] == BUS_MAC_TX)
				first_bit_ps = from;
		} else if (r->kind == TRACE_wire) {
			/* From its first bit here to its last at the other end. */
			until = from + (u64)r->arg[4] * PS_PER_NS;
			from = first_bit_ps != 0 ? first_bit_ps : from;
			lane = lane_of(p, LANE_WIRE, 0, 0);
			rect(p, lane, "w", from, until);
			inside(p, lane, from, until, r->arg[2]);
		}
	}
}

/* --- words ---------------------------------------------------------------------------------------
 */

static void draw_style(const struct picture *p, u32 height)
{
	fprintf(p->to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
		"viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"A datagram through the sixteen "
		"steps\">\n"
		"<style>\n"
		":root{color-scheme:light dark}\n"
		".bg{fill:#ffffff;stroke:#d0d7de}.t{fill:#1f2328}.m{fill:#59636e}\n"
		".lane{fill:#f3f5f7}.grid{stroke:#d8dee4}.lead{stroke:#8b949e;fill:none}\n"
		"text{font:12px ui-sans-serif,system-ui,\"Segoe UI\",Helvetica,Arial,sans-serif}\n"
		".h{font-size:16px;font-weight:600}.e{text-anchor:end}.a{text-anchor:middle}\n"
		".mono{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation "
		"Mono\",monospace}\n"
		".in{font-size:11px;fill:#fff;text-anchor:middle}\n"
		".num{font-size:11px;font-weight:600;fill:#fff;text-anchor:middle}\n"
		".s{fill:#2f6fd0}.i{fill:#0b8a8f}.q{fill:#b07a00}.d{fill:#c2571a}.n{fill:#7b4fc9}\n"
		".x{fill:#c93a4b}.c{fill:#2c8a3f}.w{fill:#6b7480}.o{fill:#9aa4ae}\n"
		"rect.b{fill-opacity:.72}\n"
		"@media (prefers-color-scheme:dark){\n"
		".bg{fill:#0d1117;stroke:#30363d}.t{fill:#e6edf3}.m{fill:#9198a1}\n"
		".lane{fill:#161b22}.grid{stroke:#262c34}.lead{stroke:#6e7681}\n"
		".s{fill:#4184e4}.i{fill:#1b9aa0}.q{fill:#b8860b}.d{fill:#d0682c}.n{fill:#8d66d8}\n"
		".x{fill:#d9505f}.c{fill:#3a9b4e}.w{fill:#7d8590}.o{fill:#545d68}}\n"
		"</style>\n"
		"<rect class=\"bg\" x=\".5\" y=\".5\" width=\"%d\" height=\"%u\" rx=\"8\"/>\n",
		WIDTH, height, WIDTH, height, WIDTH - 1, height - 1);
}

/* The largest of 1, 2, 5 times a power of ten that gives at least six parts. */
static u64 tick_ps(const struct picture *p)
{
	u64 range = p->until_ps - p->from_ps, tick = PS_PER_NS;

	for (;;) {
		static const u32 factors[] = { 2, 5, 10 };
		u64 best = tick;

		for (u32 i = 0; i < ARRAY_SIZE(factors); i++)
			if (range / (tick * factors[i]) >= 6)
				best = tick * factors[i];
		if (best != tick * 10)
			return best;
		tick = best;
	}
}

static void draw_frame(const struct picture *p)
{
	u64 tick = tick_ps(p);
	char x[16], name[32];

	for (u32 i = 0; i < p->nr_lanes; i++) {
		lane_name(&p->lane[i], name);
		fprintf(p->to,
			"<rect class=\"lane\" x=\"%d\" y=\"%u\" width=\"%d\" height=\"%d\"/>",
			CHART_LEFT, p->lane[i].y, WIDTH - CHART_LEFT - CHART_RIGHT, LANE);
		fprintf(p->to, "<text class=\"m e\" x=\"%d\" y=\"%u\">%s</text>\n", CHART_LEFT - 10,
			p->lane[i].y + LANE / 2 + 4, name);
	}
	for (u64 at = 0; at <= p->until_ps - p->from_ps; at += tick) {
		tenths(x_of(p, p->from_ps + at), x);
		fprintf(p->to, "<path class=\"grid\" d=\"M%s %dV%u\"/>", x, HEADER + BADGES - 4,
			p->chart_bottom);
		fprintf(p->to, "<text class=\"m a\" x=\"%s\" y=\"%u\">%llu.%llu \302\265s</text>\n",
			x, p->chart_bottom + 16, (unsigned long long)(at / PS_PER_US),
			(unsigned long long)(at % PS_PER_US / (PS_PER_US / 10)));
	}
}

/* Numbers above the first lane, pushed apart so that they do not touch; each with a line to its
 * place. The others stand to the left of where their step begins.
 */
static void draw_numbers(const struct picture *p)
{
	u32 x[STEPS + 1], order[STEPS], beside[LANES_MAX] = { 0 }, n = 0;
	u32 y = p->lane[0].y - BADGES + BADGE_R + 2;

	for (u32 s = 1; s <= STEPS; s++)
		if (p->step[s].seen && p->step[s].lane == 0) {
			u32 at = n++;

			for (; at > 0 && p->step[order[at - 1]].at_ps > p->step[s].at_ps; at--)
				order[at] = order[at - 1];
			order[at] = s;
		}
	for (u32 i = 0; i < n; i++) {
		x[i] = x_of(p, p->step[order[i]].at_ps);
		if (i != 0 && x[i] < x[i - 1] + BADGE_STEP * 10u)
			x[i] = x[i - 1] + BADGE_STEP * 10u;
	}
	for (u32 i = 0; i < n; i++) {
		char from[16], to[16];

		fprintf(p->to, "<path class=\"lead\" d=\"M%s %uL%s %u\"/>\n", tenths(x[i], from), y,
			tenths(x_of(p, p->step[order[i]].at_ps), to), p->lane[0].y);
	}
	for (u32 i = 0; i < n; i++)
		badge(p, order[i], x[i], y);
	for (u32 s = STEPS; s >= 1; s--) {
		const struct lane *l = &p->lane[p->step[s].lane];

		if (!p->step[s].seen || p->step[s].lane == 0)
			continue;
		badge(p, s, x_of(p, l->first_ps) - (BADGE_R + 4 + beside[p->step[s].lane]) * 10u,
		      l->y + LANE / 2);
		beside[p->step[s].lane] += BADGE_STEP;
	}
}

static void draw_header(const struct picture *p, u32 payload)
{
	u32 x = 20;

	fprintf(p->to,
		"<text class=\"t h\" x=\"20\" y=\"28\">One UDP datagram of %u bytes, from sendto() "
		"to "
		"the interrupt that frees it</text>\n",
		payload);
	for (u32 i = 0; i < ARRAY_SIZE(classes); i++) {
		fprintf(p->to,
			"<rect class=\"%c\" x=\"%u\" y=\"42\" width=\"11\" height=\"11\" "
			"rx=\"2\"/>",
			classes[i].class, x);
		fprintf(p->to, "<text class=\"m\" x=\"%u\" y=\"52\">%s</text>\n", x + 16,
			classes[i].name);
		x += 16 + (u32)strlen(classes[i].name) * 7 + 22;
	}
}

static void draw_legend(const struct picture *p)
{
	u32 y = p->chart_bottom + AXIS + LEGEND_HEAD;
	char name[32];

	fprintf(p->to,
		"<text class=\"m\" x=\"16\" y=\"%u\">step</text><text class=\"m e\" x=\"112\" "
		"y=\"%u\">begins</text><text class=\"m\" x=\"130\" y=\"%u\">where</text><text "
		"class=\"m\" x=\"246\" y=\"%u\">functions</text>\n",
		y - 16, y - 16, y - 16, y - 16);
	for (u32 s = 1; s <= STEPS; s++, y += LEGEND_ROW) {
		const struct step *step = &p->step[s];
		u64 ns = (step->at_ps - p->from_ps + PS_PER_NS / 2) / PS_PER_NS;

		badge(p, s, 280, y);
		if (!step->seen) {
			fprintf(p->to,
				"<text class=\"m\" x=\"130\" y=\"%u\">not taken: an empty queue "
				"is bypassed</text>\n",
				y + 4);
			continue;
		}
		lane_name(&p->lane[step->lane], name);
		fprintf(p->to,
			"<text class=\"mono m e\" x=\"112\" y=\"%u\">%llu ns</text><text "
			"class=\"m\" "
			"x=\"130\" y=\"%u\">%s</text><text class=\"mono t\" x=\"246\" "
			"y=\"%u\">%s</text>\n",
			y + 4, (unsigned long long)ns, y + 4, name, y + 4, step->functions);
	}
}

/* Long after the last step a timer may tick; that is no part of the path. */
static void find_end(struct picture *p)
{
	const struct trace_rec *r;
	u64 last_ps = p->from_ps;

	p->last_ps = U64_MAX;
	for (u32 i = 0; (r = record(p, &i)) != NULL;)
		if (r->kind == TRACE_STEP)
			last_ps = max_u64(last_ps, r->when_ps);
	p->last_ps = last_ps + PS_PER_US;
}

static void find_steps(struct picture *p)
{
	const struct trace_rec *r;

	for (u32 i = 0; (r = record(p, &i)) != NULL;) {
		u64 until = r->when_ps;

		if (r->kind == TRACE_STEP)
			note_step(p, r,
				  r->ctx == CTX_DEVICE ? card_lane(p, r->arg[0])
						       : lane_of(p, LANE_CPU, r->cpu, r->ctx));
		if (r->kind == TRACE_nic)
			until += r->arg[4];
		if (r->kind == TRACE_wire)
			until += (u64)r->arg[4] * PS_PER_NS;
		p->until_ps = max_u64(p->until_ps, until);
	}
	p->until_ps += (p->until_ps - p->from_ps) / 50 + PS_PER_NS;
}

void walk_svg(FILE *to, const struct world *w, u64 from_ps, u32 payload_bytes)
{
	static struct picture p;
	u32 height;

	p = (struct picture){ .to = to, .world = w, .from_ps = from_ps, .until_ps = from_ps };
	find_end(&p);
	find_lanes(&p);
	assert(p.nr_lanes != 0);
	place_lanes(&p);
	find_steps(&p);
	height = p.chart_bottom + AXIS + LEGEND_HEAD + STEPS * LEGEND_ROW + 2;
	draw_style(&p, height);
	draw_header(&p, payload_bytes);
	draw_frame(&p);
	draw_cpus(&p);
	draw_card(&p);
	draw_numbers(&p);
	draw_legend(&p);
	fprintf(to, "</svg>\n");
}
