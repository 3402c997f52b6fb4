# SPDX-License-Identifier: MIT
"""Verdicts: what a result says on each of the two axes, and in one word.

The Linux axis follows from what `refstack check` says of a vector. The RFC axis of a clause follows from
it and from what the catalogue says of Linux: who does as Linux does keeps what Linux keeps.
"""

import re

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

# Of several the worst; what nobody looked at takes nothing away from what somebody saw.
WORST_RFC = ("broken", "missed", "should-missed", "kept", "unknown", "none")
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


def rfc_axis(clause, linux, kinds, release):
    """Of one clause through one vector; kinds: those of its differences."""
    if linux == "unknown":
        return "unknown"
    missed = MISSED.get(clause.level, "missed")
    if linux != "same" and (not kinds or is_touched(clause, kinds)):
        if linux == "explained" or deviates(clause, release):
            return "unknown"
        return "broken" if missed == "missed" else missed
    return missed if deviates(clause, release) else "kept"


# --- in one word ---------------------------------------------------------------------------------------

def in_one_word(item_verdict, unexpected, rfc):
    """Of model.VERDICTS; rfc: the worst of its clauses."""
    if unexpected:
        return "xpass"
    return WORD.get(item_verdict) or WORD_OF_RFC[rfc]
