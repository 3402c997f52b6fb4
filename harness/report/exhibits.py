# SPDX-License-Identifier: MIT
"""What the templates path, nic, campaign, trend, ledger and coverage show of extras.py: pictures, and the
numbers beside them. The templates know this module as `exhibits`.
"""

from markupsafe import Markup

import extras
import history
import model
import svg

PS_PER_US = 1_000_000
LINE_MBIT_S = 1000  # of the card
BETWEEN_FRAMES = 20  # bytes of the wire that belong to no frame: preamble and gap
NEWLY_MOST = 12  # clauses that are named in a line
VECTORS_MOST = 6
CURVE_ROWS = 12  # of a curve's table

STACK_ORDER = ("pass", "expected", "nonstrict", "skip", "unimplemented", "inconclusive", "error", "xpass", "fail")


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
    known = extras.LANES.index(place) if place in extras.LANES else len(extras.LANES)
    return " " not in where, where.split(" ")[0], known


def step_words(step):
    said = f"step {step.step}, {step.function}: at {us(step.ps)} µs"
    if step.took_ps is not None:
        said += f", {us(step.took_ps)} µs ({step.took_cycles:,} cycles)"
    if step.delta_ps:
        said += f", {signed_us(step.delta_ps)} µs against the baseline"
    return said


def _lanes(packet):
    lanes = {}
    for step in packet.steps:
        lane = lanes.setdefault(step.where, [])
        again = lane and lane[-1]["step"] == step.step and not step.delta_ps
        lane.append({"from": step.ps, "took": step.took_ps or 0, "colour": step.group, "mark": step.mark,
                     "label": "" if again else step.step, "step": step.step, "title": step_words(step)})
    return [{"name": w or "somewhere", "bars": lanes[w]} for w in sorted(lanes, key=_lane_order)]


def packet_picture(packet, name):
    words = ", ".join(f"{s.function} {signed_us(s.delta_ps)} µs" for s in packet.changed[:5])
    said = f"{len(packet.steps)} steps in {us(packet.span_ps)} µs." + (f" Changed: {words}." if words else "")
    return Markup(svg.timeline(name, packet.title, said, _lanes(packet), packet.span_ps))


def groups(report):
    """The colours that the pictures use: [(name, words)]."""
    used = {s.group for p in report.paths for k in p.packets for s in k.steps}
    return [(g, words) for g, words in extras.GROUPS.items() if g in used]


# --- throughput ------------------------------------------------------------------------------------


def nic_columns(report):
    """[(column, rows by size, has deltas)]."""
    found = {}
    for row in report.nic:
        found.setdefault(row.column, []).append(row)
    return [(name, sorted(rows, key=lambda r: (r.direction != "tx", r.size)),
             any(r.delta_frames_s is not None for r in rows)) for name, rows in found.items()]


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
             "parts": [((r.all or 0) / 10, "whole"), ((r.origins.get(first) or 0) / 10, "part")]} for r in rows]
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
    return Markup(svg.stacked(f"trend-{runs[-1].column}", f"Verdicts of the last runs of {title}", said, drawn,
                              STACK_ORDER))


def trend_verdicts(runs):
    """Those that occur, the worst first."""
    return [v for v in model.VERDICTS if any(r.totals.get(v) for r in runs)]


# --- the ledger ------------------------------------------------------------------------------------


def ledger(report):
    """[(kind, words, rows)] of those that there are."""
    return [(kind, words, [r for r in report.ledger if r.kind == kind])
            for kind, words in extras.LEDGER_KINDS.items() if any(r.kind == kind for r in report.ledger)]


# --- the bug zoo -----------------------------------------------------------------------------------


def zoo_table(report):
    return extras.zoo_table(report.zoo)
