# SPDX-License-Identifier: MIT
"""Pictures of the report: SVG that stands inside a page.

A picture is as wide as its place: x is in per cent, y in pixels, so that text has its own size on a telephone
and on paper. Colours are variables of the page (with a tone that does on white and on black), text is text
and takes the page's colour. Every picture has a title and a description; its numbers stand beside it.
"""

import html
import math
import re

# Neither in XML nor of use in HTML.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# Each at least 3:1 on white and on near-black.
COLOURS = {
    "socket": "#3b78c3", "ip": "#0f8a8f", "queue": "#a87400", "driver": "#c2571a", "card": "#8a5fd0",
    "interrupt": "#d0445a", "clean": "#2c8a3f", "receive": "#4f7f9f", "other": "#77818c",
    "slower": "#d0342c", "faster": "#2c8a3f", "tx": "#3b78c3", "rx": "#c2571a", "limit": "#77818c",
    "line": "#3b78c3", "part": "#3b78c3", "whole": "#6f9fd8", "reach": "#77818c",
    "fail": "#d0342c", "xpass": "#c2571a", "error": "#b0449a", "inconclusive": "#77818c",
    "unimplemented": "#8a8f98", "nonstrict": "#a87400", "expected": "#3b78c3", "skip": "#9aa0a8",
    "pass": "#2c8a3f",
}
SHORTEST = 0.35  # per cent: what is there can be seen
LABEL = 4.0  # per cent that a label of two digits takes on a narrow screen


def clean(text):
    """Any text, as XML may have it."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", str(text))


def escape(text):
    return html.escape(clean(text))


def colour(name):
    tone = COLOURS.get(name, COLOURS["other"])
    return f"var(--svg-{name if name in COLOURS else 'other'},{tone})"


def number(value):
    """A coordinate: finite, and no digit more than can be seen."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no coordinate")
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def _slug(text):
    return re.sub("[^A-Za-z0-9._]+", "-", clean(text)).strip("-") or "picture"


def _words(x, y, text, anchor="start", extra=""):
    return (f'<text x="{number(x)}%" y="{number(y)}" text-anchor="{anchor}" font-size="11" '
            f'fill="currentColor"{extra}>{escape(text)}</text>')


def _box(x, y, width, height, name, title="", extra=""):
    """Not wider than what is left: no picture is wider than its place."""
    x = min(max(x, 0.0), 100.0 - SHORTEST)
    width = min(max(width, SHORTEST), 100.0 - x)
    said = f"<title>{escape(title)}</title>" if title else ""
    return (f'<rect x="{number(x)}%" y="{number(y)}" width="{number(width)}%" height="{number(height)}" '
            f'style="fill:{colour(name)}"{extra}>{said}</rect>')


def _rule(x1, y1, x2, y2, dashed=False):
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return (f'<line x1="{number(x1)}%" y1="{number(y1)}" x2="{number(x2)}%" y2="{number(y2)}" '
            f'stroke="currentColor" stroke-opacity=".25"{dash}/>')


def _picture(name, title, description, height, body):
    ident = "svg-" + _slug(name)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="100%" height="{number(height)}" '
        f'role="img" aria-labelledby="{ident}-t {ident}-d" font-family="system-ui,sans-serif">',
        f'<title id="{ident}-t">{escape(title)}</title>',
        f'<desc id="{ident}-d">{escape(description)}</desc>', *body, "</svg>"])


def swatch(name):
    """A square of a legend."""
    return (f'<svg class="swatch" width="12" height="12" aria-hidden="true">'
            f'<rect width="12" height="12" rx="2" style="fill:{colour(name)}"/></svg>')


def _anchor(x):
    return "start" if x < 8 else "end" if x > 92 else "middle"


def nice(top):
    """The next of 1, 2, 5, 10, 20, 50 … that is not below: where an axis ends."""
    if not math.isfinite(top) or top <= 1:
        return 1
    power = 10 ** math.floor(math.log10(top))
    return next(int(n * power) for n in (1, 2, 5, 10) if n * power >= top)


# --- time ------------------------------------------------------------------------------------------

LANE_HEAD, LANE_NUMBERS, LANE_BAR, LANE_GAP = 14, 13, 16, 10
LANE_MARKS = 16  # below a lane that has some


SIGNS = {"slower": "▲", "faster": "▼"}


def _lane_bars(lane, span, y):
    """Bars of a lane; above them the number of each step where there is room, below what is marked."""
    free = marked = -LABEL
    for bar in lane["bars"]:
        x, width = 100 * bar["from"] / span, 100 * bar["took"] / span
        mark, at = bar.get("mark", ""), "end" if x > 90 else "start"
        yield _box(x, y, width, LANE_BAR, bar["colour"], bar["title"])
        if bar["label"] and x >= free:
            yield _words(min(x, 100), y - 3, bar["label"], at)
            free = x + LABEL
        if mark:
            yield _box(x, y + LANE_BAR + 1, width, 4, mark, bar["title"])
        if mark and x >= marked:
            yield _words(min(x, 100), y + LANE_BAR + LANE_MARKS, SIGNS[mark] + bar["step"], at,
                         ' font-weight="700"')
            marked = x + 2 * LABEL


def _lane_height(lane):
    marks = LANE_MARKS if any(bar.get("mark") for bar in lane["bars"]) else 0
    return LANE_HEAD + LANE_NUMBERS + LANE_BAR + LANE_GAP + marks


def _axis(ticks, cuts, span, bottom):
    """Times below, as far as there is room, and below them how long the pauses were that are cut."""
    free = -LABEL
    for place, said in ticks:
        x = min(100.0, 100 * place / span)
        yield _rule(x, 4, x, bottom)
        if x >= free and (place == ticks[-1][0] or x <= 100 - 4 * LABEL):
            yield _words(x, bottom + 13, said, _anchor(x))
            free = x + 4 * LABEL
    free = -LABEL
    for place, said in cuts:
        x = min(100.0, 100 * place / span)
        yield _rule(x, 4, x, bottom, True)
        if x >= free:
            yield _words(x, bottom + 26, said, _anchor(x))
            free = x + 6 * LABEL


def timeline(name, title, description, lanes, span, ticks, cuts=()):
    """Time to the right, a lane for each place: [{name, bars: [{from, took, step, label, colour, title,
    mark}]}]; ticks and cuts: (place, words)."""
    span = max(1, span)
    bottom, y = sum(map(_lane_height, lanes)), 0
    body = list(_axis(ticks, cuts, span, bottom))
    for lane in lanes:
        body.append(_words(0, y + 11, lane["name"], extra=' font-weight="600"'))
        y += LANE_HEAD + LANE_NUMBERS
        body.append(f'<rect x="0" y="{y}" width="100%" height="{LANE_BAR}" fill="currentColor" '
                    'fill-opacity=".06"/>')
        body += _lane_bars(lane, span, y)
        y += _lane_height(lane) - LANE_HEAD - LANE_NUMBERS
    return _picture(name, title, description, bottom + (30 if cuts else 18), body)


# --- lines -----------------------------------------------------------------------------------------

PLOT_HEAD, PLOT, PLOT_FOOT = 16, 170, 34
POINTS_MOST = 40  # of a line: more are the line alone


def _path(points, x_top, y_top):
    """In a picture of its own of 1000 by 1000, which is stretched."""
    return " ".join(f"{number(1000 * x / x_top)},{number(1000 - 1000 * y / y_top)}" for x, y in points)


def _point(series, x, y, said):
    return (f'<circle cx="{number(x)}%" cy="{number(y)}" r="{series.get("width", 2) + 1}" '
            f'style="fill:{colour(series["colour"])}"><title>{escape(series["name"])}: {said}</title>'
            '</circle>')


def lines(name, title, description, series, x_name, y_name, x_ticks=None):
    """Series over x: [{name, colour, points: [(x, y)], dashed, width}]; a later one lies above."""
    every = [p for s in series for p in s["points"]]
    x_top = max([1, *(x for x, _ in every)])
    y_top = nice(max([1, *(y for _, y in every)]))
    body = []
    for part in (0, 1, 2):
        y = PLOT_HEAD + PLOT * part / 2
        body += [_rule(0, y, 100, y),
                 _words(0, y - 3, f"{y_top * (2 - part) // 2:,} {y_name if part == 0 else ''}")]
    body.append(f'<svg x="0" y="{PLOT_HEAD}" width="100%" height="{PLOT}" viewBox="0 0 1000 1000" '
                'preserveAspectRatio="none">')
    for s in series:
        dash = ' stroke-dasharray="6 5"' if s.get("dashed") else ""
        body.append(f'<polyline points="{_path(s["points"], x_top, y_top)}" fill="none" '
                    f'style="stroke:{colour(s["colour"])}" stroke-width="{s.get("width", 2)}" '
                    f'vector-effect="non-scaling-stroke"{dash}><title>{escape(s["name"])}</title></polyline>')
    body.append("</svg>")
    for s in series:
        if not s.get("dashed") and len(s["points"]) <= POINTS_MOST:
            body += [_point(s, 100 * x / x_top, PLOT_HEAD + PLOT - PLOT * y / y_top, f"{x:,}: {y:,}")
                     for x, y in s["points"]]
    body += _x_axis(x_ticks or [0, x_top // 2, x_top], x_top, x_name)
    return _picture(name, title, description, PLOT_HEAD + PLOT + PLOT_FOOT, body)


def _x_axis(ticks, x_top, x_name):
    """What is too near to the one before has no room."""
    free = -LABEL
    for tick in ticks:
        x = 100 * tick / x_top
        if x < free or (tick != ticks[-1] and x > 100 - 3.2 * LABEL):
            continue
        free = x + 2.4 * LABEL
        yield _words(x, PLOT_HEAD + PLOT + 14, f"{tick:,}", _anchor(x))
    yield _words(100, PLOT_HEAD + PLOT + 28, x_name, "end")


# --- runs and bars ---------------------------------------------------------------------------------

STACK, STACK_HEAD = 150, 18
RUNS_LEAST = 12  # have room beside each other, however few there are


def stacked(name, title, description, runs, order):
    """Runs side by side: [{label, title, counts: {verdict: n}, failures}], the parts of each one upwards."""
    top = max([1, *(sum(max(0, r["counts"].get(k, 0)) for k in order) for r in runs)])
    width = 100 / max(RUNS_LEAST, len(runs))
    body = [_rule(0, STACK_HEAD + STACK, 100, STACK_HEAD + STACK)]
    for n, run in enumerate(runs):
        y = float(STACK_HEAD + STACK)
        for key in order:
            count = max(0, run["counts"].get(key, 0))
            if count == 0:
                continue
            # What is there can be seen: one failure of thousands, too.
            high = max(2.0, STACK * count / top)
            y = max(STACK_HEAD, y - high)
            body.append(_box(n * width + width * .1, y, width * .8, high, key,
                             f"{run['title']}: {key} {count:,}"))
        if run["failures"]:
            body.append(_words((n + .5) * width, STACK_HEAD - 4, "✗", "middle", ' font-weight="700"'))
    last = len(runs) - 1
    if runs:
        body.append(_words(0, STACK_HEAD + STACK + 14, runs[0]["label"]))
    if last * width > 40:  # else both would lie upon each other
        body.append(_words((last + 1) * width, STACK_HEAD + STACK + 14, runs[last]["label"], "end"))
    return _picture(name, title, description, STACK_HEAD + STACK + 20, body)


BAR_HEAD, BAR, BAR_GAP = 15, 10, 7


def bars(name, title, description, rows):
    """A bar a row, its name above it: [{name, value, said, parts: [(per cent, colour)]}], longest first."""
    body, y = [], 0
    for row in rows:
        body += [_words(0, y + 11, row["name"]), _words(100, y + 11, row["said"], "end")]
        y += BAR_HEAD
        body.append(f'<rect x="0" y="{y}" width="100%" height="{BAR}" fill="currentColor" '
                    'fill-opacity=".08"/>')
        body += [_box(0, y, share, BAR, part, f"{row['name']}: {row['said']}")
                 for share, part in row["parts"] if share > 0]
        y += BAR + BAR_GAP
    return _picture(name, title, description, max(1, y), body)
