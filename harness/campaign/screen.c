// SPDX-License-Identifier: MIT
/* screen.c - see internal.h: what is seen while a campaign runs.
 *
 * On a terminal a screen that is drawn over itself each second, 80 columns wide and no longer than
 * the terminal is high; else a line every ten seconds, or a JSON object a line on standard output.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/campaign/internal.h"
#include "harness/lib/json.h"

enum {
	WIDTH = 79,
	ROW_BYTES = 512,
	ROWS_USUALLY = 24,
	TERMINAL_MS = 1000,
	LINE_MS = 10000,
	MS_PER_S_ = 1000,
	SECONDS_PER_HOUR = 3600,
	SECONDS_PER_MINUTE = 60,
	ABOVE = 13, /* rows that are not of targets */
	PER_CENT = 100,
	RECENT_MS = 60000
};

/* What is said in all forms. */
struct now {
	u64 execs, calls, frames, edges, entries, found;
	u64 rate_execs, rate_calls, rate_frames;
	u64 newest_ms; /* since the newest input; U64_MAX: there is none of this session */
	u32 stability; /* the least; 0: unknown */
	u32 running;
};

static struct now look(const struct session *s)
{
	struct now n = { .newest_ms = U64_MAX };
	u64 ms = now_ms();

	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		const struct target_sums *sums = &s->sums.target[t];
		const struct corpus *c = &s->corpus[t];

		n.execs += sums->libfuzzer_execs + sums->afl_execs;
		n.calls += sums->calls;
		n.frames += sums->frames;
		n.edges += session_edges(s, t);
		n.entries += c->entries;
		n.found += s->findings_of[t];
		if (c->newest_ms != 0 && ms - c->newest_ms < n.newest_ms)
			n.newest_ms = ms - c->newest_ms;
	}
	for (u32 i = 0; i < s->nr_workers; i++) {
		const struct worker *w = &s->worker[i];

		n.running += w->pid != 0;
		n.rate_execs += w->rate_execs;
		n.rate_calls += w->rate_calls;
		n.rate_frames += w->rate_frames;
		if (w->stability != 0 && (n.stability == 0 || w->stability < n.stability))
			n.stability = w->stability;
	}
	return n;
}

void findings_by_kind(const struct session *s, char *to, u32 size)
{
	size_t len = 0;

	snprintf(to, size, "none");
	for (u32 d = 0; d < DETECTOR_MAX; d++)
		if (s->findings[d] != 0 && len < size)
			len += (size_t)snprintf(to + len, size - len, "%s%s %u",
						len != 0 ? ", " : "", detector_names[d],
						s->findings[d]);
}

static void put_clock(char *to, u32 size, u64 ms)
{
	u64 s = ms / MS_PER_S_;

	snprintf(to, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / SECONDS_PER_HOUR,
		 s % SECONDS_PER_HOUR / SECONDS_PER_MINUTE, s % SECONDS_PER_MINUTE);
}

static void put_stability(char *to, u32 size, u32 v)
{
	if (v == 0)
		snprintf(to, size, "-");
	else
		snprintf(to, size, "%u.%02u %%", v / PER_CENT, v % PER_CENT);
}

/* --- a screen --- */

struct drawing {
	struct session *s;
	FILE *to;
	u32 rows;
};

static const char *colour(const struct drawing *d, const char *code)
{
	return d->s->plan->colour ? code : "";
}

static const char bold[] = "\033[1m", red[] = "\033[1;31m", green[] = "\033[32m", dim[] = "\033[2m",
		  plain[] = "\033[0m";

/* A row, cut at the width: what is behind is less than what breaks the picture. */
static void row(struct drawing *d, const char *how, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void row(struct drawing *d, const char *how, const char *format, ...)
{
	char text[ROW_BYTES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fprintf(d->to, "%s%.*s%s\033[K\n", colour(d, how), WIDTH, text, colour(d, plain));
	d->rows++;
}

static void draw_head(struct drawing *d)
{
	const struct session *s = d->s;
	char now[32], end[48] = "until Ctrl-C";

	put_clock(now, sizeof(now), session_ms(s));
	if (s->plan->seconds != 0) {
		memcpy(end, "of ", sizeof("of "));
		put_clock(end + 3, sizeof(end) - 3, s->plan->seconds * MS_PER_S_);
	} else if (s->quota != 0) {
		snprintf(end, sizeof(end), "of %" PRIu64 " executions", s->plan->execs);
	}
	row(d, bold, " refstack fuzz   %-32.32s %10s %s", s->campaign.dir, now, end);
	row(d, dim, " %.77s",
	    "-----------------------------------------------------------------------------");
}

static void draw_rates(struct drawing *d, const struct now *n)
{
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS], when[48] = "", stable[24];

	if (n->newest_ms < RECENT_MS)
		snprintf(when, sizeof(when), "newest %" PRIu64 " s ago", n->newest_ms / MS_PER_S_);
	else if (n->newest_ms != U64_MAX)
		snprintf(when, sizeof(when), "newest %" PRIu64 " min ago",
			 n->newest_ms / MS_PER_S_ / SECONDS_PER_MINUTE);
	row(d, "", " executions %15s %11s/s   inputs %10s  %s", thousands(n->execs, a),
	    thousands(n->rate_execs, b), thousands(n->entries, c), when);
	row(d, "", " syscalls   %15s %11s/s   edges  %10s", thousands(n->calls, a),
	    thousands(n->rate_calls, b), thousands(n->edges, c));
	put_stability(stable, sizeof(stable), n->stability);
	row(d, "", " frames     %15s %11s/s   stability %7s", thousands(n->frames, a),
	    thousands(n->rate_frames, b), stable);
}

static void draw_looks(struct drawing *d)
{
	const struct session *s = d->s;
	const struct sums *m = &s->sums;
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS];

	row(d, "", " second looks at %s inputs, %s inconclusive, %u wait", thousands(m->looked, a),
	    thousands(m->looked_unsure, b), s->to_look.nr - s->to_look.first);
	if (!s->judging && m->judged == 0) {
		row(d, dim, " Linux is not asked: --judge uml");
		return;
	}
	row(d, "",
	    " judged by Linux %s: %s equal, %" PRIu64 " explained, %s inconclusive, %" PRIu64
	    " different",
	    thousands(m->judged, a), thousands(m->judged_equal, b), m->judged_explained,
	    thousands(m->judged_unsure + m->judged_absent, c), m->judged_different);
}

static void draw_findings(struct drawing *d, const struct now *n)
{
	const struct session *s = d->s;
	char kinds[ROW_BYTES / 2], where[CAMPAIGN_PATH];
	u32 wait = s->to_detect.nr - s->to_detect.first;

	findings_by_kind(s, kinds, sizeof(kinds));
	if (wait != 0 || s->detective.pid != 0)
		row(d, red, " findings: %s; more are looked at", kinds);
	else
		row(d, n->found != 0 ? red : green, " findings: %s", kinds);
	if (n->found == 0) {
		row(d, "", "%s", "");
		row(d, "", "%s", "");
		return;
	}
	row(d, "", "   newest: %s: %s: %s", s->newest.target, detector_names[s->newest.detector],
	    s->newest.signature);
	row(d, "", "   look at it: %s show %s%s", s->plan->program, s->newest.id,
	    session_where(s, where));
}

/* Of a target: what runs on it now, and how fast. */
static void draw_target(struct drawing *d, u32 t)
{
	const struct session *s = d->s;
	const struct target_sums *sums = &s->sums.target[t];
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS], e[THOUSANDS], stable[24];
	u32 stability = 0, on[ENGINES] = { 0 };
	u64 rate = 0;

	for (u32 i = 0; i < s->nr_workers; i++) {
		const struct worker *w = &s->worker[i];

		if (w->target != t)
			continue;
		on[w->engine] += w->pid != 0;
		rate += w->rate_execs;
		if (w->stability != 0 && (stability == 0 || w->stability < stability))
			stability = w->stability;
	}
	put_stability(stable, sizeof(stable), stability);
	row(d,
	    s->findings_of[t] != 0 ? red
	    : rate != 0		   ? ""
				   : dim,
	    " %-9s %-7s%13s %10s %8s %7s %9s %6u", fuzz_targets[t].name,
	    on[ENGINE_LIBFUZZER] != 0 && on[ENGINE_AFL] != 0 ? "lf, afl"
	    : on[ENGINE_LIBFUZZER] != 0			     ? "lf"
	    : on[ENGINE_AFL] != 0			     ? "afl"
							     : "",
	    thousands(sums->libfuzzer_execs + sums->afl_execs, a), thousands(rate, b),
	    thousands(session_edges(s, t), c), thousands(s->corpus[t].entries, e), stable,
	    s->findings_of[t]);
}

static u32 terminal_rows(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row != 0 ? size.ws_row
										: ROWS_USUALLY;
}

static bool is_shown(const struct session *s, u32 t, bool all)
{
	if (!s->plan->target[t])
		return false;
	for (u32 i = 0; i < s->nr_workers && !all; i++)
		if (s->worker[i].target == t && s->worker[i].pid != 0)
			return true;
	return all || s->findings_of[t] != 0;
}

/* All, or where the terminal is too low those that something happens with. */
static void draw_targets(struct drawing *d)
{
	const struct session *s = d->s;
	u32 all = 0, room = terminal_rows(), hidden = 0;

	for (u32 t = 0; t < fuzz_nr_targets; t++)
		all += s->plan->target[t];
	row(d, bold, " %-9s %-7s%13s %10s %8s %7s %9s %6s", "target", "engine", "executions",
	    "exec/s", "edges", "inputs", "stability", "found");
	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		if (!s->plan->target[t])
			continue;
		if (is_shown(s, t, all + ABOVE <= room) && d->rows + 3 < room)
			draw_target(d, t);
		else
			hidden++;
	}
	if (hidden != 0)
		row(d, dim, " and %u more", hidden);
}

static void draw(struct session *s, bool last)
{
	struct drawing d = { .s = s, .to = stderr };
	struct now n = look(s);

	if (s->screen.lines != 0)
		fprintf(stderr, "\033[%uA\r", s->screen.lines);
	draw_head(&d);
	draw_rates(&d, &n);
	draw_looks(&d);
	draw_findings(&d, &n);
	row(&d, "", "%s", "");
	draw_targets(&d);
	row(&d, dim, " %s",
	    s->nr_notices != 0 ? s->notice[(s->nr_notices - 1) % NOTICES]
	    : last	       ? ""
			       : "Ctrl-C ends it and keeps everything");
	fputs("\033[J", stderr);
	fflush(stderr);
	s->screen.lines = d.rows;
}

/* --- a line --- */

static void say_line(const struct session *s)
{
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS], e[THOUSANDS], kinds[ROW_BYTES / 2],
		stable[24];
	struct now n = look(s);

	findings_by_kind(s, kinds, sizeof(kinds));
	put_stability(stable, sizeof(stable), n.stability);
	fprintf(stderr,
		"%" PRIu64 " s: %s executions, %s/s, %s syscalls/s, %s frames/s, %" PRIu64
		" edges, %" PRIu64 " inputs, stability %s, ",
		session_ms(s) / MS_PER_S_, thousands(n.execs, a), thousands(n.rate_execs, b),
		thousands(n.rate_calls, c), thousands(n.rate_frames, e), n.edges, n.entries,
		stable);
	if (s->judging || s->sums.judged != 0)
		fprintf(stderr, "%" PRIu64 " judged by Linux, ", s->sums.judged);
	fprintf(stderr, "findings: %s\n", kinds);
}

static void newest_json(const struct session *s, struct json *j, const char *key)
{
	json_object(j, key);
	json_text(j, "id", s->newest.id);
	json_text(j, "target", s->newest.target);
	json_text(j, "detector", detector_names[s->newest.detector]);
	json_text(j, "signature", s->newest.signature);
	json_end(j);
}

static void say_json(const struct session *s, const char *event)
{
	struct now n = look(s);
	struct json j;

	json_begin(&j, stdout, 0);
	json_object(&j, NULL);
	json_text(&j, "event", event);
	json_decimal(&j, "seconds", session_ms(s), 3);
	json_u64(&j, "execs", n.execs);
	json_u64(&j, "execs_per_s", n.rate_execs);
	json_u64(&j, "syscalls", n.calls);
	json_u64(&j, "syscalls_per_s", n.rate_calls);
	json_u64(&j, "frames", n.frames);
	json_u64(&j, "frames_per_s", n.rate_frames);
	json_u64(&j, "edges", n.edges);
	json_u64(&j, "inputs", n.entries);
	if (n.stability != 0)
		json_decimal(&j, "stability", n.stability, 2);
	json_u64(&j, "second_looks", s->sums.looked);
	json_object(&j, "linux");
	json_u64(&j, "judged", s->sums.judged);
	json_u64(&j, "equal", s->sums.judged_equal);
	json_u64(&j, "explained", s->sums.judged_explained);
	json_u64(&j, "not_implemented", s->sums.judged_absent);
	json_u64(&j, "inconclusive", s->sums.judged_unsure);
	json_u64(&j, "different", s->sums.judged_different);
	json_end(&j);
	json_object(&j, "findings");
	for (u32 d = 0; d < DETECTOR_MAX; d++)
		if (s->findings[d] != 0)
			json_u64(&j, detector_names[d], s->findings[d]);
	json_end(&j);
	if (n.found != 0)
		newest_json(s, &j, "newest");
	json_end(&j);
	fflush(stdout);
}

/* --- which of them --- */

void screen_show(struct session *s, bool last)
{
	u64 now = now_ms(), every = s->plan->terminal && !s->plan->json ? TERMINAL_MS : LINE_MS;

	if (s->screen.drawn_ms == 0)
		s->screen.drawn_ms = s->began_ms;
	if (!last && now - s->screen.drawn_ms < every)
		return;
	s->screen.drawn_ms = now;
	if (s->plan->json)
		say_json(s, last ? "end" : "status");
	else if (s->plan->terminal)
		draw(s, last);
	else
		say_line(s);
}

/* At once, where it is not seen within a second anyway. */
void screen_finding(struct session *s)
{
	char where[CAMPAIGN_PATH];

	if (s->plan->json)
		say_json(s, "finding");
	else if (!s->plan->terminal)
		fprintf(stderr, "%" PRIu64 " s: found %s: %s: %s: %s  (%s show %s%s)\n",
			session_ms(s) / MS_PER_S_, s->newest.id, s->newest.target,
			detector_names[s->newest.detector], s->newest.signature, s->plan->program,
			s->newest.id, session_where(s, where));
}
