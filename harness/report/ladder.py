# SPDX-License-Identifier: MIT
"""The two-sided packet ladder of a vector, its field tables and its bytes, as HTML; and differences in words.

Thousands of ladders are drawn for a report, so they are put together here and not by a template. Whatever
comes from a run goes through esc().
"""

import re
from html import escape

LONGEST_TEXT = 600  # characters of a row; a frame of 64 KB in a script is a line of 128 KB
LONGEST_HEX = 1536  # bytes that are shown of a frame: the others are in the capture
LONGEST_DIFF = 256  # of one that differs, besides the lines around what is changed
AROUND = 6  # rows before and behind the first difference, where a ladder is cut

STATES = {"differs": "differs", "missing": "missing", "extra": "one too many", "same": ""}


def esc(text):
    return escape(str(text), quote=True)


def cut(text, most=LONGEST_TEXT):
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def seconds(when_ns):
    """0.000051: to the microsecond, or to the nanosecond where there are any."""
    sign = "-" if when_ns < 0 else ""
    whole, ns = divmod(abs(when_ns), 1_000_000_000)
    return f"{sign}{whole}.{ns:09}" if ns % 1000 else f"{sign}{whole}.{ns // 1000:06}"


def span(ns):
    """33 ms, 1.5 s, 250 µs: exactly."""
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1000)):
        if ns >= size:
            whole, rest = divmod(ns, size)
            digits = str(rest).rjust(len(str(size)) - 1, "0").rstrip("0")
            return f"{whole:,}.{digits} {unit}" if digits else f"{whole:,} {unit}"
    return f"{ns} ns"


def lateness(ns):
    return f"{span(abs(ns))} {'late' if ns > 0 else 'early'}"


# --- differences in words


def first_row(rows):
    """Where the first difference is in a ladder; None: it is in no row."""
    for index, row in enumerate(rows):
        if row.first:
            return index
    for index, row in enumerate(rows):
        if row.state != "same":
            return index
    return None


def _row_text(row, difference):
    side = row and (row.expected or row.got)
    return cut(side.text, 160) if side else difference.what


def _missing(difference, row, name):
    number = f"frame {difference.frame}" if difference.frame else "a frame"
    return f"{number} missing: {_row_text(row, difference)}"


def _extra(difference, row, name):
    number = f"frame {difference.frame}" if difference.frame else "a frame"
    return f"{number} is one too many: {_row_text(row, difference)}"


def _time(difference, row, name):
    if not row or not row.late_ns:
        return difference.what
    return f"{lateness(row.late_ns)}: {_row_text(row, difference)}"


def _values(difference, row, name):
    if not difference.field:
        return difference.what
    return (f"{difference.field}: Linux {cut(difference.expected, 80)}, "
            f"{name} {cut(difference.actual, 80)}")


WORDS = {"missing frame": _missing, "extra frame": _extra, "time": _time, "frame": _values}


def difference_words(difference, row, name):
    """What differs, in one line, without the place: "ttl: Linux 64, refstack 63"."""
    say = WORDS.get(difference.kind)
    return say(difference, row, name) if say else difference.what


def first_words(vector, result, name):
    """The first difference with its place: "vectors/udp/x.pkt:12: ttl: Linux 64, refstack 63"."""
    first = result.first
    if first is None:
        return result.message
    at = first_row(result.ladder)
    row = result.ladder[at] if at is not None else None
    words = difference_words(first, row, name)
    place = f"{vector.file if vector.file.endswith('.pkt') else vector.id}"
    return f"{place}:{first.line}: {words}" if first.line else f"{place}: {words}"


# --- bytes


def _bytes(text):
    text = text.strip()
    return [text[i:i + 2] for i in range(0, len(text), 2)] if re.fullmatch(r"[0-9A-Fa-f]*", text) else []


def _changed(this, other):
    return {i for i, byte in enumerate(this) if i >= len(other) or byte.lower() != other[i].lower()}


def _group(data, changed, start, end):
    if not changed:
        return " ".join(data[start:end])
    out, marked = [], False
    for i in range(start, min(end, len(data))):
        mark = i in changed
        if marked and not mark:
            out.append("</mark>")
        out.append(" " if i > start else "")
        if mark and not marked:
            out.append("<mark>")
        out.append(data[i])
        marked = mark
    return "".join(out) + ("</mark>" if marked else "")


def _shown(length, changed, most):
    """The lines of 16 bytes that are shown: all of a short frame, else the first and the changed."""
    lines = range(0, length, 16)
    if length <= most:
        return lines
    near = {line * 16 for byte in changed for line in (byte // 16 - 1, byte // 16, byte // 16 + 1)}
    kept = [at for at in lines if at < (64 if changed else most) or at in near]
    return kept[:LONGEST_HEX // 16]


def hex_dump(text, changed=frozenset(), most=LONGEST_HEX):
    """Lines of 16 bytes, in two groups that may stand below each other; changed bytes are marked."""
    data = _bytes(text)
    out, behind = [], 0
    for at in _shown(len(data), changed, most):
        if at > behind:
            out.append(f"<p>… {at - behind:,} bytes …</p>")
        groups = "".join(f"<span>{_group(data, changed, g, g + 8)}</span> "
                         for g in range(at, min(at + 16, len(data)), 8))
        out.append(f"<p><i>{at:04x}</i>{groups}</p>")
        behind = at + 16
    if behind < len(data):
        out.append(f"<p>… {len(data) - behind:,} bytes more, in the capture</p>")
    return f'<div class="hex">{"".join(out)}</div>'


def hex_pair(expected, got):
    """Both sides' bytes, with what is changed on each marked; of one side alone nothing is."""
    if not expected or not got:
        return hex_dump(expected, most=LONGEST_DIFF), hex_dump(got, most=LONGEST_DIFF)
    a, b = _bytes(expected), _bytes(got)
    return hex_dump(expected, _changed(a, b), LONGEST_DIFF), hex_dump(got, _changed(b, a), LONGEST_DIFF)


# --- the ladder


def _when(row):
    side = row.expected or row.got
    if side.when_ns is not None:
        return seconds(side.when_ns)
    return "at the end" if row.kind == "state" else "before"


def _time_cell(row, lines, mark):
    out = [f'<th scope="row"><span class="w">{_when(row)}</span>']
    if row.line and lines(row.line):
        out.append(f' <a href="{esc(lines(row.line))}">line {row.line}</a>')
    elif row.line:
        out.append(f" line {row.line}")
    if row.host:
        out.append(f' <span class="n">host {row.host}</span>')
    if mark:
        out.append(f'<b class="k">{esc(mark)}</b>')
    return "".join(out) + "</th>"


def _mark(row):
    words = STATES[row.state]
    names = [f.name for f in row.fields if not f.follows]
    if names:
        words = f"{', '.join(names[:3])}{', …' if names[3:] else ''} differ{'s' if len(names) == 1 else ''}"
    if row.late_ns:
        late = lateness(row.late_ns)
        words = f"{late}, {words}" if row.fields else late
    if row.first and words:
        words = f"first difference: {words}"
    return words


def _side(side, row, name, change="", label=""):
    """A cell: an arrow between host and wire, or a call at the host's line, or a state."""
    label = f'<span class="side">{label}</span>' if label else ""  # where both sides stand below each other
    if side is None:
        return f'<td class="{name} none">{label}<em>{change}</em></td>'
    way = "" if row.kind != "frame" else " out" if row.out else " in"
    said = {"": "", " out": '<i class="hid">sent: </i>', " in": '<i class="hid">received: </i>'}[way]
    return f'<td class="{name} {esc(row.kind)}{way}">{label}{said}{esc(cut(side.text))}{change}</td>'


def _changes(row):
    """Of the got side: fields that differ, and when it was if that differs."""
    out = []
    if row.late_ns and row.got.when_ns is not None:
        out.append(f"at <ins>{seconds(row.got.when_ns)}</ins>")
    for f in row.fields:
        if not f.follows:
            out.append(f"{esc(f.name)} <del>{esc(cut(f.expected, 60))}</del> "
                       f"<ins>{esc(cut(f.actual, 60))}</ins>")
    return f'<span class="d">{", ".join(out)}</span>' if out else ""


def _row(row, index, prefix, lines, two_sided):
    state = "late" if row.late_ns and not row.fields else row.state
    name = f' id="{prefix}first"' if row.first else f' id="{prefix}r{index}"' if state != "same" else ""
    head = _time_cell(row, lines, _mark(row))
    if not two_sided:
        return f'<tr class="{state}"{name}>{head}{_side(row.expected or row.got, row, "a")}</tr>'
    labels = ("expected", "got") if state != "same" else ("", "")
    expected = _side(row.expected, row, "a", "" if row.expected else "nothing", labels[0])
    got = _side(row.got, row, "b", _changes(row) if row.got else "nothing: it is missing", labels[1])
    return f'<tr class="{state}"{name}>{head}{expected}{got}</tr>'


def _window(rows, window):
    at = first_row(rows)
    if not window or at is None:
        return 0, len(rows)
    return max(0, at - AROUND), min(len(rows), at + AROUND + 1)


def _gap(number, what, whole, columns):
    if not number:
        return ""
    rows = "1 row" if number == 1 else f"{number:,} rows"
    return f'<tr class="gap"><td colspan="{columns}"><a href="{esc(whole)}">{rows} {what}</a></td></tr>'


def is_two_sided(rows):
    return any(row.state != "same" for row in rows)


def ladder(rows, expected, got, prefix="", lines=lambda line: "", window=False, whole=""):
    """The table. expected, got: the sides' titles; lines: the link of a line of the script; window: only
    what is around the first difference, with links to whole for what is left out.
    """
    two = is_two_sided(rows)
    mark_first(rows)
    start, end = _window(rows, window)
    columns = 3 if two else 2
    body = "".join(_row(rows[i], i, prefix, lines, two) for i in range(start, end))
    same = f"{expected} = {got}" if got else expected
    heads = (f'<th scope="col"><span class="h">expected</span>{esc(expected)}</th>'
             f'<th scope="col"><span class="h">got</span>{esc(got)}</th>' if two else
             f'<th scope="col"><span class="h">expected and got</span>{esc(same)}</th>')
    caption = f"{got} against {expected}" if two else f"{expected}, and {got} does the same"
    if not got:
        caption = expected
    return (f'<table class="ladder {"two" if two else "one"}"><caption>{esc(caption)}</caption>'
            f'<thead><tr><th scope="col">time</th>{heads}</tr></thead><tbody>'
            f"{_gap(start, 'before', whole, columns)}{body}"
            f"{_gap(len(rows) - end, 'after', whole, columns)}</tbody></table>")


def mark_first(rows):
    """Sees to it that a row is the first difference, where any differs."""
    at = first_row(rows)
    if at is not None:
        rows[at].first = True


# --- what differs in a frame


def _field_row(f, follows, clauses):
    last = max(f.start, f.end - 1)
    place = f"{f.start}–{last}" if last > f.start else f.start
    why = "follows from another" if follows else clauses(f)
    return (f'<tr{" class=follows" if follows else ""}><th scope="row">{esc(f.name)}</th>'
            f"<td>{esc(cut(f.expected))}</td><td>{esc(cut(f.actual))}</td>"
            f"<td>{place}</td><td>{why}</td></tr>")


def _fields(row, expected, got, clauses):
    if not row.fields:
        return ""
    causes = any(not f.follows for f in row.fields)
    about = clauses if row.out else lambda field: ""  # what comes in is not the stack's
    rows = "".join(_field_row(f, f.follows and causes, about) for f in row.fields)
    return ('<table class="fields"><caption>Fields that differ</caption><thead><tr><th scope="col">field</th>'
            f'<th scope="col">expected: {esc(expected)}</th><th scope="col">got: {esc(got)}</th>'
            '<th scope="col">bytes</th><th scope="col">clause</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>")


def _frame_title(row, lines):
    link = lines(row.line) if row.line else ""
    place = f'<a href="{esc(link)}">line {row.line}</a>, ' if link else ""
    way = "sent" if row.out else "received"
    return f"{place}{way} at {_when(row)}: {esc(_mark(row))}"


def frame_details(rows, expected, got, lines=lambda line: "", clauses=lambda field: "",
                  level=3):
    """Of each frame that differs its fields and the bytes of both sides.

    clauses: HTML of links to those that are about a field; level: of the headings.
    """
    out = []
    for row in rows:
        if row.kind != "frame" or row.state == "same" or (row.late_ns and not row.fields):
            continue
        a, b = hex_pair(row.expected.hex if row.expected else "", row.got.hex if row.got else "")
        sides = "".join(f"<div><h{level + 1}>{title}: {esc(who)}</h{level + 1}>{dump}</div>"
                        for title, who, dump, side in (("expected", expected, a, row.expected),
                                                       ("got", got, b, row.got)) if side)
        out.append(f'<section class="frame-diff"><h{level}>{_frame_title(row, lines)}</h{level}>'
                   f'{_fields(row, expected, got, clauses)}<div class="pair">{sides}</div></section>')
    return "".join(out)


def all_frames(rows):
    """The bytes of every frame that Linux has, to be opened."""
    frames = [row for row in rows if row.kind == "frame" and row.expected and row.expected.hex]
    if not frames:
        return ""
    items = "".join(f"<li>{'sent' if row.out else 'received'} at {_when(row)}"
                    f"{hex_dump(row.expected.hex)}</li>" for row in frames)
    number = "1 frame" if len(frames) == 1 else f"{len(frames):,} frames"
    return f'<details class="bytes"><summary>Bytes of {number}, as Linux</summary><ol>{items}</ol></details>'


# --- the script


def script(lines, prefix="", first=1):
    """Lines with anchors that ladders link to."""
    items = "".join(f'<li id="{prefix}L{number}"><a href="#{prefix}L{number}">{number}</a>'
                    f"<code>{esc(cut(line)) or ' '}</code></li>" for number, line in enumerate(lines, first))
    return f'<ol class="script">{items}</ol>'
