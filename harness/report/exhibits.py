# SPDX-License-Identifier: MIT
"""What the templates path, nic, campaign, trend, ledger and coverage show: pictures, and the
numbers beside them. The templates know this module as `exhibits`.
"""

import collections
from dataclasses import dataclass

from markupsafe import Markup

import history
import ledger as ledgers
import model
import paths
import svg
import zoo

PS_PER_US = 1_000_000
LINE_MBIT_S = 1000  # of the card
BETWEEN_FRAMES = 20  # bytes of the wire that belong to no frame: preamble and gap
NEWLY_MOST = 12  # clauses that are named in a line
VECTORS_MOST = 6
CHANGED_MOST = 3  # functions that are named in a line
CURVE_ROWS = 12  # of a curve's table
# A pause of more than this part of the time when something is done is cut to the other part of it.
PAUSE_MOST, PAUSE_DRAWN = 4, 12

STACK_ORDER = ("pass", "expected", "nonstrict", "skip", "unimplemented", "inconclusive", "error", "xpass",
               "fail")


def swatch(name):
    return Markup(svg.swatch(name))


# --- numbers in words ------------------------------------------------------------------------------


def us(ps):
    """Picoseconds as microseconds, exactly."""
    sign, ps = ("-", -ps) if ps < 0 else ("", ps)
    said = f"{ps // PS_PER_US:,}.{ps % PS_PER_US:06}".rstrip("0")
    return sign + (said + "0" if said.endswith(".") else said)


def signed(number, said=None):
    text = said if said is not None else f"{abs(number):,}"
    return f"+{text}" if number > 0 else f"−{text}" if number < 0 else "±0"


def signed_us(ps):
    return signed(ps, us(abs(ps)))


def share(tenths):
    return "–" if tenths is None else f"{tenths // 10}.{tenths % 10}\N{NO-BREAK SPACE}%"


def title_of(report, name):
    return next((c.title for c in report.columns if c.name == name), name)


def vectors(report):
    """By id, for their pages."""
    return {v.id: v for v in report.vectors}


# --- packets ---------------------------------------------------------------------------------------


def _lane_order(where):
    place = where.rsplit(" ", 1)[-1]
    known = paths.LANES.index(place) if place in paths.LANES else len(paths.LANES)
    return " " not in where, where.split(" ")[0], known


def step_words(step):
    said = f"step {step.step}, {step.function}: at {us(step.begins_ps)} µs"
    if step.took_ps is not None:
        said += f", {us(step.took_ps)} µs ({step.took_cycles:,} cycles)"
    if step.delta_ps:
        said += f", {signed_us(step.delta_ps)} µs against the baseline"
    return said


def _stretches(packet):
    """When something is done, merged: [[from, until]]."""
    found = []
    for begin, end in sorted((s.begins_ps, s.ends_ps) for s in packet.steps):
        if found and begin <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([begin, end])
    return found


@dataclass
class Axis:
    """Time with its long pauses cut short: else a packet that waits is nothing but its pause."""
    parts: list  # (from, until, where it is drawn), in order
    cuts: list  # (where it is drawn, how long it is)
    end: int  # of what is drawn

    def at(self, ps):
        begin, _, drawn = next(p for p in reversed(self.parts) if p[0] <= ps or p is self.parts[0])
        return drawn + ps - begin


def axis(packet):
    stretches = _stretches(packet)
    busy = max(1, sum(end - begin for begin, end in stretches))
    short = max(2, busy // PAUSE_DRAWN)
    parts, cuts, drawn, before = [], [], 0, 0
    for begin, end in stretches:
        pause = begin - before
        if pause > busy // PAUSE_MOST:
            cuts.append((drawn + short // 2, pause))
            pause = short
        drawn += pause
        parts.append((begin, end, drawn))
        drawn, before = drawn + end - begin, end
    return Axis(parts, cuts, max(1, drawn))


def _ticks(line):
    """The beginning, what stands behind a pause, and the end; without pauses even parts of it."""
    if not line.cuts:
        return [(line.end * n // 4, f"{us(line.end * n // 4)} µs") for n in range(5)]
    ticks = [line.parts[0]]
    for place, _ in line.cuts:
        ticks.append(next(p for p in line.parts if p[2] > place))
    begin, end, drawn = line.parts[-1]
    return [(place, f"{us(ps)} µs") for ps, _, place in ticks] + [(drawn + end - begin, f"{us(end)} µs")]


def _lanes(packet, line):
    lanes = {}
    for step in packet.steps:
        lane = lanes.setdefault(step.where, [])
        again = lane and lane[-1]["step"] == step.step and not step.delta_ps
        lane.append({"from": line.at(step.begins_ps), "took": step.took_ps or 0, "colour": step.group,
                     "mark": step.mark,
                     "label": "" if again else step.step, "step": step.step, "title": step_words(step)})
    return [{"name": w or "somewhere", "bars": lanes[w]} for w in sorted(lanes, key=_lane_order)]


def packet_picture(packet, name):
    words = ", ".join(f"{s.function} {signed_us(s.delta_ps)} µs" for s in packet.changed[:5])
    said = f"{len(packet.steps)} steps in {us(packet.span_ps)} µs."
    if words:
        said += f" Changed: {words}."
    line = axis(packet)
    cuts = [(place, f"// {us(pause)} µs") for place, pause in line.cuts]
    return Markup(svg.timeline(name, packet.title, said, _lanes(packet, line), line.end, _ticks(line), cuts))


def groups(report):
    """The colours that the pictures use: [(name, words)]."""
    used = {s.group for p in report.paths for k in p.packets for s in k.steps}
    return [(g, words) for g, words in paths.GROUPS.items() if g in used]


# --- throughput ------------------------------------------------------------------------------------


def nic_columns(report):
    """[(column, [(size, {direction: row})], has deltas)]."""
    found = {}
    for row in report.nic:
        found.setdefault(row.column, {}).setdefault(row.size, {})[row.direction] = row
    return [(name, sorted(sizes.items()),
             any(r.delta_frames_s is not None for rows in sizes.values() for r in rows.values()))
            for name, sizes in found.items()]


def _line_rate(sizes):
    return [(n, LINE_MBIT_S * n // (n + BETWEEN_FRAMES)) for n in sizes]


def nic_picture(report, name):
    rows = [r for r in report.nic if r.column == name]
    sizes = sorted({r.size for r in rows})
    series = [{"name": "line rate", "colour": "limit", "points": _line_rate(sizes), "dashed": True}]
    for direction, words in (("tx", "sent"), ("rx", "received")):
        points = sorted((r.size, r.mbit_s) for r in rows if r.direction == direction)
        series.append({"name": words, "colour": direction, "points": points,
                       "width": 4 if direction == "tx" else 2})
    title = f"Throughput of {title_of(report, name)} against frame size"
    least = min(rows, key=lambda r: r.mbit_s)
    most = max(rows, key=lambda r: r.mbit_s)
    said = (f"From {least.mbit_s:,} Mbit/s ({least.direction}, {least.size} bytes) to {most.mbit_s:,} Mbit/s "
            f"({most.direction}, {most.size} bytes).")
    return Markup(svg.lines(f"nic-{name}", title, said, series, "bytes a frame", "Mbit/s", sizes))


# --- the campaign ----------------------------------------------------------------------------------


def growth_picture(campaign):
    points = [(p[0] // 1000, p[2]) for p in campaign.series]
    said = f"From {points[0][1]:,} to {points[-1][1]:,} edges in {points[-1][0]:,} seconds."
    return Markup(svg.lines("growth", "Coverage over time", said,
                            [{"name": "edges", "colour": "line", "points": points}], "seconds", "edges"))


def growth_rows(campaign):
    """Some of the curve's points, the first and the last among them."""
    series = campaign.series
    step = max(1, (len(series) - 1 + CURVE_ROWS - 1) // CURVE_ROWS)
    return [p for n, p in enumerate(series) if n % step == 0 or n == len(series) - 1]


# --- coverage --------------------------------------------------------------------------------------


def coverage_picture(report):
    rows = [r for r in report.coverage if r.of_path] or report.coverage
    first = next(iter(rows[0].origins), "")
    bars = [{"name": r.file, "said": share(r.all),
             "parts": [((r.all or 0) / 10, "whole"),
                       ((r.origins.get(first) or 0) / 10, "part")]} for r in rows]
    least = min(rows, key=lambda r: r.all or 0)
    said = f"{len(rows)} files; the least is {least.file} with {share(least.all)}."
    return Markup(svg.bars("coverage", "Lines of Linux that were run, by file", said, bars))


def folders(report):
    """[(words, rows)]: those of the path, and all by folder."""
    found = {"files of a packet's path": [r for r in report.coverage if r.of_path]}
    for row in report.coverage:
        found.setdefault(row.folder, []).append(row)
    return [(words, rows) for words, rows in found.items() if rows]


# --- the trend -------------------------------------------------------------------------------------


def past(report):
    """[(column, runs, oldest first)], the column that the verdict is about first."""
    return [(runs[-1].title, runs) for runs in history.by_column(report).values()]


def _run_words(run):
    commit = f", {run.commit[:12]}" if run.commit else ""
    return f"{run.date}{commit}"


def trend_picture(title, runs):
    drawn = [{"label": r.date[:10], "title": _run_words(r), "counts": r.totals, "failures": r.failures}
             for r in runs]
    failing = sum(bool(r.failures) for r in runs)
    said = f"{len(runs)} runs, {failing} with failures; the last has {runs[-1].failures:,}."
    return Markup(svg.stacked(f"trend-{runs[-1].column}", f"Verdicts of the last runs of {title}", said,
                              drawn,
                              STACK_ORDER))


def trend_verdicts(runs):
    """Those that occur, the worst first."""
    return [v for v in model.VERDICTS if any(r.totals.get(v) for r in runs)]


# --- the ledger ------------------------------------------------------------------------------------


def ledger(report):
    """[(kind, words, rows)] of every kind."""
    return [(kind, words, [r for r in report.ledger if r.kind == kind])
            for kind, words in ledgers.KINDS.items()]


# --- the bug zoo -----------------------------------------------------------------------------------


def zoo_table(report):
    return zoo.by_layer(report.zoo)


# --- a section that has a page of its own ----------------------------------------------------------


def _number(count, word):
    return f"{count:,} {word}" + ("s" if count != 1 else "")


def _path_words(report):
    packets = [k for p in report.paths for k in p.packets]
    said = f"{_number(len(packets), 'packet')} of {_number(len(report.paths), 'vector')}."
    changed = collections.Counter((s.function, s.delta_ps) for k in packets for s in k.changed)
    order = sorted(changed, key=lambda c: (-abs(c[1]), c))
    if changed:
        most = "; ".join(f"{name} {signed_us(ps)} µs ({_number(changed[name, ps], 'step')})"
                         for name, ps in order[:CHANGED_MOST])
        more = f", and {len(order) - CHANGED_MOST} more" if len(order) > CHANGED_MOST else ""
        return f"{said} Other times than in the baseline: {most}{more}."
    if any(k.compared for k in packets):
        said += " Every step takes as long as in the baseline."
    return said


def words(report, name):
    """What a section that is elsewhere says, in a sentence or two; ""."""
    if name == "path":
        return _path_words(report)
    if name == "ledger":
        return "; ".join(f"{w}: {len(rows):,}" for _, w, rows in ledger(report)) + "."
    if name == "campaign" and report.campaign:
        return f"{_number(len(report.campaign.findings), 'finding')} in {report.campaign.execs:,} executions."
    if name == "coverage" and report.coverage:
        run, lines = (sum(getattr(r, k) for r in report.coverage) for k in ("lines_run", "lines"))
        return f"{run:,} of {lines:,} lines of {_number(len(report.coverage), 'file')} were run."
    return ""
