// SPDX-License-Identifier: MIT
/* summary.c - see internal.h: what is left of a campaign, as text, as JSON and as a page that needs
 * nothing else.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/campaign/internal.h"
#include "harness/campaign/store.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"
#include "harness/lib/replace.h"

enum {
	POINTS = 240, /* of a curve */
	PLOT_W = 720,
	PLOT_H = 160,
	MS_PER_S_ = 1000,
	LINE_BYTES = 256,
	KINDS_BYTES = 256
};

struct point {
	u64 ms, execs, edges, entries, found;
};

struct summary {
	struct session *s;
	struct found *found;
	u32 nr_found, cap_found;
	struct point *point;
	u32 nr_points, cap_points;
};

/* --- over time --- */

static struct point now_point(const struct session *s)
{
	struct point p = { .ms = s->before.ms + session_ms(s) };

	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		p.execs += s->sums.target[t].libfuzzer_execs + s->sums.target[t].afl_execs;
		p.edges += session_edges(s, t);
		p.entries += s->corpus[t].entries;
		p.found += s->findings_of[t];
	}
	return p;
}

void series_add(struct session *s)
{
	struct point p = now_point(s);
	char path[CAMPAIGN_PATH];
	FILE *to;

	campaign_path(&s->campaign, "series", "", path);
	to = fopen(path, "a");
	if (to == NULL ||
	    fprintf(to, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", p.ms,
		    p.execs, p.edges, p.entries, p.found) < 0)
		session_fatal(s, "cannot write %s: %s", path, strerror(errno));
	if (to != NULL && fclose(to) != 0)
		session_fatal(s, "cannot write %s: %s", path, strerror(errno));
}

static void add_point(struct summary *m, const struct point *p)
{
	if (m->nr_points == m->cap_points) {
		m->cap_points = 2 * m->cap_points + 256;
		m->point = must(realloc(m->point, m->cap_points * sizeof(*m->point)));
	}
	m->point[m->nr_points++] = *p;
}

/* Lines that are cut off, or older than one before them, are left out. */
static void read_series(struct summary *m)
{
	char path[CAMPAIGN_PATH], line[LINE_BYTES];
	struct point p;
	FILE *from;

	campaign_path(&m->s->campaign, "series", "", path);
	from = fopen(path, "r");
	while (from != NULL && fgets(line, sizeof(line), from) != NULL)
		if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &p.ms,
			   &p.execs, &p.edges, &p.entries, &p.found) == 5 &&
		    (m->nr_points == 0 || p.ms >= m->point[m->nr_points - 1].ms))
			add_point(m, &p);
	if (from != NULL)
		fclose(from);
}

/* --- findings --- */

static bool take_found(void *ctx, const struct found *f)
{
	struct summary *m = ctx;

	if (m->nr_found == m->cap_found) {
		m->cap_found = 2 * m->cap_found + 16;
		m->found = must(realloc(m->found, m->cap_found * sizeof(*m->found)));
	}
	m->found[m->nr_found] = *f;
	/* What points elsewhere is the store's. */
	m->found[m->nr_found].program = m->found[m->nr_found].smallest = NULL;
	m->found[m->nr_found].text = m->found[m->nr_found].place = NULL;
	m->nr_found++;
	return true;
}

static bool read_findings(struct summary *m, char *err, u32 err_size)
{
	char path[CAMPAIGN_PATH];
	struct store *store;
	bool ok;

	campaign_path(&m->s->campaign, "findings.db", "", path);
	store = store_open(path, err, err_size);
	if (store == NULL)
		return false;
	ok = store_each(store, take_found, m, err, err_size);
	store_close(store);
	return ok;
}

static u64 execs_of(const struct target_sums *t)
{
	return t->libfuzzer_execs + t->afl_execs;
}

static u64 ms_of(const struct target_sums *t)
{
	return t->libfuzzer_ms + t->afl_ms;
}

static u64 rate_of(const struct target_sums *t)
{
	return ms_of(t) != 0 ? execs_of(t) * MS_PER_S_ / ms_of(t) : 0;
}

static struct target_sums all_of(const struct session *s)
{
	struct target_sums all = { 0 };

	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		const struct target_sums *from = &s->sums.target[t];

		all.libfuzzer_execs += from->libfuzzer_execs;
		all.afl_execs += from->afl_execs;
		all.libfuzzer_ms += from->libfuzzer_ms;
		all.afl_ms += from->afl_ms;
		all.calls += from->calls;
		all.frames += from->frames;
		all.programs += from->programs;
		all.limits += from->limits;
		all.looks += from->looks;
		all.artefacts += from->artefacts;
		all.seen += from->seen;
	}
	return all;
}

/* Was ever anything done with it? */
static bool is_told(const struct session *s, u32 t)
{
	return (s->plan->target[t] && !s->plan->summary) || execs_of(&s->sums.target[t]) != 0;
}

static void stability_of(const struct session *s, u32 t, char *to, u32 size)
{
	u64 v = s->sums.target[t].stability;

	snprintf(to, size, "-");
	if (v != 0)
		snprintf(to, size, "%" PRIu64 ".%02" PRIu64 " %%", v / 100, v % 100);
}

/* --- text --- */

static void text_targets(const struct session *s, FILE *to)
{
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS], e[THOUSANDS], stable[24];

	fprintf(to, "%-9s %14s %10s %8s %8s %10s %8s\n", "target", "executions", "exec/s", "edges",
		"inputs", "stability", "findings");
	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		const struct target_sums *sums = &s->sums.target[t];

		if (!is_told(s, t))
			continue;
		stability_of(s, t, stable, sizeof(stable));
		fprintf(to, "%-9s %14s %10s %8s %8s %10s %8u\n", fuzz_targets[t].name,
			thousands(execs_of(sums), a), thousands(rate_of(sums), b),
			thousands(session_edges(s, t), c), thousands(s->corpus[t].entries, e),
			stable, s->findings_of[t]);
	}
}

static void text_linux(const struct session *s, FILE *to)
{
	const struct sums *m = &s->sums;

	if (m->judged == 0) {
		fprintf(to, "judged by Linux: nothing (--judge uml)\n");
		return;
	}
	fprintf(to,
		"judged by Linux: %" PRIu64 " programs, %" PRIu64 " of them random: %" PRIu64
		" equal, %" PRIu64 " explained, %" PRIu64 " not implemented, %" PRIu64
		" inconclusive, %" PRIu64 " different\n",
		m->judged, m->generated, m->judged_equal, m->judged_explained, m->judged_absent,
		m->judged_unsure, m->judged_different);
}

static bool counts(const struct found *f)
{
	return f->status != FINDING_GONE && f->status != FINDING_PROMOTED;
}

static void text_findings(const struct summary *m, FILE *to)
{
	char kinds[KINDS_BYTES];

	findings_by_kind(m->s, kinds, sizeof(kinds));
	fprintf(to, "findings: %s\n", kinds);
	for (u32 i = 0; i < m->nr_found; i++)
		fprintf(to, "  %s  %-9s %-12s %s (%s, seen %u)\n", m->found[i].id,
			m->found[i].target, detector_names[m->found[i].detector],
			m->found[i].signature, finding_status_names[m->found[i].status],
			m->found[i].seen);
}

static void print_text(const void *ctx, FILE *to)
{
	const struct summary *m = ctx;
	const struct session *s = m->s;
	struct target_sums all = all_of(s);
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS];
	u32 wait = s->to_look.nr - s->to_look.first;

	fprintf(to, "campaign %s: %" PRIu64 " s in %" PRIu64 " session%s, %s\n", s->campaign.dir,
		s->sums.ms / MS_PER_S_, s->sums.sessions, s->sums.sessions == 1 ? "" : "s",
		s->commit);
	fprintf(to, "%s executions, %s syscalls, %s frames\n\n", thousands(execs_of(&all), a),
		thousands(all.calls, b), thousands(all.frames, c));
	text_targets(s, to);
	fprintf(to,
		"\nsecond looks: %" PRIu64 " inputs, %" PRIu64
		" inconclusive, %u not looked at yet; "
		"%" PRIu64 " in the engines\n",
		s->sums.looked, s->sums.looked_unsure, wait, all.looks);
	if (all.programs != 0)
		fprintf(to,
			"programs that met what is not implemented: %" PRIu64 " of %" PRIu64 "\n",
			all.limits, all.programs);
	text_linux(s, to);
	if (s->sums.slow != 0)
		fprintf(to, "slow in an engine, and not alone: %" PRIu64 "\n", s->sums.slow);
	text_findings(m, to);
}

/* --- JSON --- */

static void json_target(const struct session *s, u32 t, struct json *j)
{
	const struct target_sums *sums = &s->sums.target[t];

	json_object(j, fuzz_targets[t].name);
	json_u64(j, "execs", execs_of(sums));
	json_u64(j, "execs_libfuzzer", sums->libfuzzer_execs);
	json_u64(j, "execs_afl", sums->afl_execs);
	json_decimal(j, "worker_seconds", ms_of(sums), 3);
	json_u64(j, "syscalls", sums->calls);
	json_u64(j, "frames", sums->frames);
	json_u64(j, "edges_libfuzzer", sums->libfuzzer_edges);
	json_u64(j, "edges_afl", sums->afl_edges);
	json_u64(j, "inputs", s->corpus[t].entries);
	json_u64(j, "artefacts", sums->artefacts);
	json_u64(j, "findings", s->findings_of[t]);
	json_end(j);
}

static void json_finding(const struct found *f, struct json *j)
{
	json_object(j, NULL);
	json_text(j, "id", f->id);
	json_text(j, "target", f->target);
	json_text(j, "detector", detector_names[f->detector]);
	json_text(j, "signature", f->signature);
	json_text(j, "status", finding_status_names[f->status]);
	json_text(j, "first_seen", f->first_seen);
	json_text(j, "commit", f->commit);
	json_u64(j, "seen", f->seen);
	json_end(j);
}

static void json_linux(const struct sums *m, struct json *j)
{
	json_object(j, "linux");
	json_u64(j, "judged", m->judged);
	json_u64(j, "random", m->generated);
	json_u64(j, "equal", m->judged_equal);
	json_u64(j, "explained", m->judged_explained);
	json_u64(j, "not_implemented", m->judged_absent);
	json_u64(j, "inconclusive", m->judged_unsure);
	json_u64(j, "different", m->judged_different);
	json_end(j);
}

static void print_json(const void *ctx, FILE *to)
{
	const struct summary *m = ctx;
	const struct session *s = m->s;
	struct json j;

	json_begin(&j, to, 2);
	json_object(&j, NULL);
	json_text(&j, "campaign", s->campaign.dir);
	json_text(&j, "commit", s->commit);
	json_u64(&j, "sessions", s->sums.sessions);
	json_decimal(&j, "seconds", s->sums.ms, 3);
	json_object(&j, "targets");
	for (u32 t = 0; t < fuzz_nr_targets; t++)
		if (is_told(s, t))
			json_target(s, t, &j);
	json_end(&j);
	json_object(&j, "second_looks");
	json_u64(&j, "inputs", s->sums.looked);
	json_u64(&j, "inconclusive", s->sums.looked_unsure);
	json_end(&j);
	json_linux(&s->sums, &j);
	json_u64(&j, "slow", s->sums.slow);
	json_array(&j, "findings");
	for (u32 i = 0; i < m->nr_found; i++)
		json_finding(&m->found[i], &j);
	json_end(&j);
	json_bool(&j, "interrupted", *s->plan->interrupted != 0);
	json_end(&j);
}

/* --- a page --- */

static void escape(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			fputs("&lt;", to);
		else if (*text == '>')
			fputs("&gt;", to);
		else if (*text == '&')
			fputs("&amp;", to);
		else if (*text == '"')
			fputs("&quot;", to);
		else
			fputc((u8)*text < 0x20 || (u8)*text > 0x7e ? '?' : *text, to);
	}
}

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<title>refstack fuzz</title>\n<style>\n"
	":root{color-scheme:light dark;--fg:#1d2733;--bg:#fff;--soft:#5b6876;--rule:#d5dbe1;"
	"--bar:#3b78c3;--bad:#b3261e}\n"
	"@media(prefers-color-scheme:dark){:root{--fg:#e3e8ee;--bg:#14191f;--soft:#97a3b0;"
	"--rule:#333d48;--bar:#6ea8ee;--bad:#ff8a80}}\n"
	"body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);"
	"max-width:60rem;margin:2rem auto;padding:0 1rem}\n"
	"h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}\n"
	"p{margin:.3rem 0}.soft{color:var(--soft)}.bad{color:var(--bad)}\n"
	".wide{overflow-x:auto}table{border-collapse:collapse;width:100%}\n"
	"th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--rule);"
	"font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	"th{font-weight:600;color:var(--soft)}.l{text-align:left}td.w{white-space:normal}\n"
	"code{font:13px ui-monospace,monospace}svg{display:block;width:100%;height:auto}\n"
	"svg text{fill:var(--soft);font-size:11px}.line{fill:none;stroke:var(--bar);"
	"stroke-width:2}.grid{stroke:var(--rule)}.bar{fill:var(--bar)}\n"
	"</style></head><body>\n";

static u64 largest(const struct summary *m, size_t at)
{
	u64 most = 1;

	for (u32 i = 0; i < m->nr_points; i++) {
		u64 v = *(const u64 *)(const void *)((const u8 *)&m->point[i] + at);

		most = v > most ? v : most;
	}
	return most;
}

/* One of the numbers over time: some points of all are enough. */
static void curve(const struct summary *m, FILE *to, const char *name, size_t at)
{
	u64 most = largest(m, at), span = m->nr_points != 0 ? m->point[m->nr_points - 1].ms : 0;
	u32 step = m->nr_points / POINTS + 1;
	char v[THOUSANDS];

	fprintf(to,
		"<figure style=\"margin:0 0 1rem\"><figcaption class=\"soft\">%s, to %s in %" PRIu64
		" s</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s over "
		"time\"><path class=\"grid\" d=\"M0 .5H%d M0 %d.5H%d\"/><polyline class=\"line\" "
		"points=\"",
		name, thousands(most, v), span / MS_PER_S_, PLOT_W, PLOT_H + 1, name, PLOT_W,
		PLOT_H, PLOT_W);
	for (u32 i = 0; i < m->nr_points; i++) {
		u64 value = *(const u64 *)(const void *)((const u8 *)&m->point[i] + at);

		if (i % step == 0 || i + 1 == m->nr_points)
			fprintf(to, "%" PRIu64 ",%" PRIu64 " ",
				m->point[i].ms * PLOT_W / (span != 0 ? span : 1),
				PLOT_H - value * (PLOT_H - 2) / most);
	}
	fputs("\"/></svg></figure>\n", to);
}

static void page_targets(const struct session *s, FILE *to)
{
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS], e[THOUSANDS], f[THOUSANDS], stable[24];
	u64 most = 1;

	for (u32 t = 0; t < fuzz_nr_targets; t++)
		most = session_edges(s, t) > most ? session_edges(s, t) : most;
	fputs("<h2>Targets</h2><div class=\"wide\"><table><tr><th class=\"l\">target<th>executions"
	      "<th>exec/s<th>syscalls<th class=\"l\">edges<th>inputs<th>stability<th>findings</tr>"
	      "\n",
	      to);
	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		const struct target_sums *sums = &s->sums.target[t];
		u64 edges = session_edges(s, t);

		if (!is_told(s, t))
			continue;
		stability_of(s, t, stable, sizeof(stable));
		fprintf(to,
			"<tr><td class=\"l\" title=\"%s\">%s<td>%s<td>%s<td>%s<td class=\"l\">"
			"<svg viewBox=\"0 0 100 10\" style=\"width:6rem;display:inline\"><rect "
			"class=\"bar\" width=\"%" PRIu64 "\" height=\"10\"/></svg> %s"
			"<td>%s<td>%s<td%s>%u</tr>\n",
			fuzz_targets[t].what, fuzz_targets[t].name, thousands(execs_of(sums), a),
			thousands(rate_of(sums), b), thousands(sums->calls, c), edges * 100 / most,
			thousands(edges, f), thousands(s->corpus[t].entries, e), stable,
			s->findings_of[t] != 0 ? " class=\"bad\"" : "", s->findings_of[t]);
	}
	fputs("</table></div>\n", to);
}

static void page_findings(const struct summary *m, FILE *to)
{
	char where[CAMPAIGN_PATH];

	session_where(m->s, where);
	fputs("<h2>Findings</h2>\n", to);
	if (m->nr_found == 0) {
		fputs("<p>None.</p>\n", to);
		return;
	}
	fputs("<div class=\"wide\"><table><tr><th class=\"l\">id<th class=\"l\">target<th class="
	      "\"l\">detector<th class=\"l\">what<th class=\"l\">status<th>seen<th class=\"l\">"
	      "first</tr>\n",
	      to);
	for (u32 i = 0; i < m->nr_found; i++) {
		const struct found *f = &m->found[i];

		fprintf(to,
			"<tr><td class=\"l\"><code>%s</code><td class=\"l\">%s<td "
			"class=\"l\">%s<td "
			"class=\"l w\">",
			f->id, f->target, detector_names[f->detector]);
		escape(to, f->signature);
		fprintf(to, "<td class=\"l\">%s<td>%u<td class=\"l\">%s</tr>\n",
			finding_status_names[f->status], f->seen, f->first_seen);
	}
	fputs("</table></div>\n<p>Each of them: <code>", to);
	escape(to, m->s->plan->program);
	fputs(" show ID", to);
	escape(to, where);
	fputs("</code></p>\n", to);
}

static void page_linux(const struct session *s, FILE *to)
{
	const struct sums *m = &s->sums;
	const u64 numbers[] = { m->judged,	     m->generated,     m->judged_equal,
				m->judged_explained, m->judged_absent, m->judged_unsure,
				m->judged_different };
	char v[THOUSANDS];

	fputs("<h2>Judged by Linux</h2>\n", to);
	if (m->judged == 0) {
		fputs("<p>Nothing: <code>--judge uml</code> asks it.</p>\n", to);
		return;
	}
	fputs("<div class=\"wide\"><table><tr><th>programs<th>random<th>equal<th>explained<th>not "
	      "implemented<th>inconclusive<th>different</tr>\n<tr>",
	      to);
	for (u32 i = 0; i < ARRAY_SIZE(numbers); i++)
		fprintf(to, "<td%s>%s",
			i + 1 == ARRAY_SIZE(numbers) && numbers[i] != 0 ? " class=\"bad\"" : "",
			thousands(numbers[i], v));
	fputs("</tr></table></div>\n", to);
}

static void print_page(const void *ctx, FILE *to)
{
	const struct summary *m = ctx;
	const struct session *s = m->s;
	struct target_sums all = all_of(s);
	char a[THOUSANDS], b[THOUSANDS], c[THOUSANDS];

	fputs(head, to);
	fputs("<h1>Fuzz campaign ", to);
	escape(to, s->campaign.dir);
	fprintf(to,
		"</h1>\n<p>%s executions, %s syscalls, %s frames in %" PRIu64 " s and %" PRIu64
		" session%s; build <code>",
		thousands(execs_of(&all), a), thousands(all.calls, b), thousands(all.frames, c),
		s->sums.ms / MS_PER_S_, s->sums.sessions, s->sums.sessions == 1 ? "" : "s");
	escape(to, s->commit);
	fprintf(to,
		"</code>.</p>\n<p class=\"soft\">Second looks at %" PRIu64 " inputs, %" PRIu64
		" of them inconclusive.</p>\n",
		s->sums.looked, s->sums.looked_unsure);
	page_findings(m, to);
	page_targets(s, to);
	page_linux(s, to);
	fputs("<h2>Over time</h2>\n", to);
	curve(m, to, "edges", offsetof(struct point, edges));
	curve(m, to, "inputs", offsetof(struct point, entries));
	curve(m, to, "findings", offsetof(struct point, found));
	fputs("</body></html>\n", to);
}

/* --- all of it --- */

static u32 still_there(const struct summary *m)
{
	u32 n = 0;

	for (u32 i = 0; i < m->nr_found; i++)
		n += counts(&m->found[i]);
	return n;
}

static void print_next(const struct summary *m)
{
	const struct session *s = m->s;
	char where[CAMPAIGN_PATH];
	const char *program = s->plan->program;

	session_where(s, where);
	printf("\nreport: %s/summary.html, .txt, .json\n", s->campaign.dir);
	if (still_there(m) == 0) {
		printf("next:   the same command goes on from here\n");
		return;
	}
	printf("next:   %s triage%s\n", program, where);
	printf("        %s show %s%s\n", program, s->newest.id, where);
}

bool summary_write(struct session *s, char *err, u32 err_size)
{
	static const struct {
		const char *name;
		void (*print)(const void *ctx, FILE *to);
	} files[] = { { "summary.txt", print_text },
		      { "summary.json", print_json },
		      { "summary.html", print_page } };
	struct summary m = { .s = s };
	char path[CAMPAIGN_PATH];
	bool ok = read_findings(&m, err, err_size);

	read_series(&m);
	for (u32 i = 0; ok && i < ARRAY_SIZE(files); i++) {
		campaign_path(&s->campaign, files[i].name, "", path);
		ok = replace_file(path, files[i].print, &m, err, err_size) == 0;
	}
	if (ok && !s->plan->json) {
		print_text(&m, stdout);
		print_next(&m);
		fflush(stdout);
	}
	free(m.found);
	free(m.point);
	return ok;
}
