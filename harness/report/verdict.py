# SPDX-License-Identifier: MIT
"""Verdicts: what a result says on each of the two axes, and in one word.

The Linux axis follows from what `refstack check` says of a vector. The RFC axis of a clause follows from
it and from what the catalogue says of Linux: who does as Linux does keeps what Linux keeps.
"""

import re

import catalogue

LINUX = {"passed": "same", "explained": "explained", "failed": "differs"}  # all others: unknown

WORD = {
    "failed": "fail", "explained": "expected", "invalid golden": "error", "environment": "error",
    "pending": "unimplemented", "not implemented": "unimplemented", "skipped": "skip",
    "not captured": "pass",
}
WORD_OF_RFC = {"kept": "pass", "none": "pass", "should-missed": "nonstrict", "missed": "expected"}

FRAMES = {"frame", "missing frame", "extra frame", "order"}
TOUCHES = {  # the test of a clause: the kinds of differences that say something about it; others: any
    "packet": FRAMES | {"statement"},
    "api": {"statement"},
    "timer": FRAMES - {"frame"} | {"time"},
}
MISSED = {"MUST": "missed", "MUST NOT": "missed", "API": "missed", "SHOULD": "should-missed",
          "SHOULD NOT": "should-missed", "MAY": "kept"}

ABSENT = "-"  # the value of a field that a frame has not

# Of several the worst; what nobody looked at takes nothing away from what somebody saw.
WORST_RFC = ("broken", "in-doubt", "missed", "should-missed", "kept", "unknown", "none")
WORST_LINUX = ("differs", "explained", "same", "unknown")


def worst(values, order):
    return min(values, key=order.index, default=order[-1])


def linux_axis(item_verdict, unexpected=False):
    return "same" if unexpected else LINUX.get(item_verdict, "unknown")


# --- which versions of Linux ---------------------------------------------------------------------------

def _numbers(text):
    return tuple(int(n) for n in re.findall(r"\d{1,9}", text))


def _in_range(release, one):
    low, dash, high = (part.strip() for part in one.partition("-"))
    first = _numbers(low)
    last = _numbers(high) if dash else first
    return release[:len(first)] >= first and (not last or release[:len(last)] <= last)


def deviates(clause, release):
    """Does the Linux of this release ("6.12.117") not do what the clause asks?"""
    if clause.linux not in ("deviates", "varies"):
        return False
    ranges = [one for one in clause.kernels.split(",") if one.strip()]
    return not ranges or not release or any(_in_range(_numbers(release), one) for one in ranges)


# --- the RFC axis --------------------------------------------------------------------------------------

def is_touched(clause, kinds):
    """Do differences of these kinds say something about the clause?"""
    return bool(kinds if clause.test not in TOUCHES else TOUCHES[clause.test] & kinds)


def _call_at(script, line):
    """The call on a line of a script, without when and by whom; of a command its text."""
    lines = script.split("\n")
    match = re.search(r"`([^`]*)`?|\b([a-z]\w*\(.*)", lines[line - 1]) if 0 < line <= len(lines) else None
    return match[1] or match[2] or "" if match else ""


def marks_of_field(name, expected, actual):
    """A field says more with the value that Linux has, and "no NAME" where the other has none."""
    yield name
    if expected:
        yield f"{name} {expected}"
    if actual == ABSENT:
        yield f"no {name}"


def _causes(fields):
    """Those that follow from no other: a checksum says something where nothing else differs."""
    return [f for f in fields if not f.get("follows")] or fields


def _late_or_early(theirs, ours):
    """When Linux did it, and when the other; None: before the script's time 0."""
    return "late" if theirs is None or (ours is not None and ours > theirs) else "early"


def _marks_of_row(row):
    """What a row of a ladder says of a difference, in the words of the catalogue's column `about`."""
    ours, theirs = row.get("b", row["a"]), row["a"]
    if ours == theirs:
        return
    text = (theirs or ours)["text"]
    if row["kind"] == "state":
        yield f"state {text}"
    elif row["kind"] == "frame" and row.get("out", True):
        for f in _causes(row.get("fields", ())):
            yield from marks_of_field(f["name"], f.get("expected", ""), f.get("actual", ""))
        if theirs is None or ours is None:
            yield f"{'extra' if theirs is None else 'missing'} {text}"
        elif theirs.get("when_ns") != ours.get("when_ns"):
            yield f"{_late_or_early(theirs.get('when_ns'), ours.get('when_ns'))} {text}"


def marks(item):
    """All that differs in an item of a run: fields of frames; "missing TEXT" and "extra TEXT" of frames that
    only one side has, "early TEXT" and "late TEXT" of those that come at another time, "call TEXT",
    "state TEXT"."""
    for difference in item.get("differences", ()):
        if difference["kind"] == "statement":
            yield f"call {_call_at(item['script'], difference.get('line', 0))}"
    for row in item.get("ladder", ()):
        yield from _marks_of_row(row)


def _is_meant(entry, mark):
    """By an entry of `about`: the mark itself, or a kind and words that the mark's text has."""
    kind, *words = entry.split()
    said, _, text = mark.partition(" ")
    if said in catalogue.ABOUT.get(kind, ()):
        return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)
    return entry == mark


def breaks(clause, told):
    """Is one of these marks a difference that the clause cannot stand?"""
    entries = catalogue.entries_about(clause)
    return any(_is_meant(entry, mark.lower()) for entry in entries for mark in told)


def rfc_axis(clause, linux, kinds, release, told=()):
    """Of one clause through one vector; kinds: those of its differences; told: their marks."""
    if linux == "unknown":
        return "unknown"
    missed = MISSED.get(clause.level, "missed")
    broken = breaks(clause, told)
    if linux == "same" or (kinds and not broken and not is_touched(clause, kinds)):
        return missed if deviates(clause, release) else "kept"
    if linux == "explained" or deviates(clause, release):
        return "unknown"
    if not broken and missed != "kept":
        return "in-doubt"
    return "broken" if missed == "missed" else missed


# --- in one word ---------------------------------------------------------------------------------------

def in_one_word(item_verdict, unexpected, rfc):
    """Of model.VERDICTS; rfc: the worst of its clauses."""
    if unexpected:
        return "xpass"
    return WORD.get(item_verdict) or WORD_OF_RFC[rfc]
