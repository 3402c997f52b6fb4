# SPDX-License-Identifier: MIT
"""The report in a few lines: summary.md for a step of continuous integration, and what a terminal is told."""

import re

import baseline
import build
import model

MOST_LISTED = 20  # of each list in summary.md
MOST_NAMED = 10  # failures on a terminal
LONGEST = 240  # of what is said of one
WORDS = {"pass": "Passed", "fail": "Failed", "incomplete": "INCOMPLETE"}


# --- what both need ------------------------------------------------------------------------------------

def plain(text):
    """Without what would move a cursor, hide text or turn its direction."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def one_line(text):
    return plain(" ".join(text.split()))


def failures(report, column):
    """(vector, result) of what fails, new ones first."""
    bad = model.STRICT if report.strict else model.FAILING
    found = [(v, v.results[column.name]) for v in report.vectors
             if column.name in v.results and v.results[column.name].verdict in bad]
    return sorted(found, key=lambda pair: (pair[1].change == "known", bad.index(pair[1].verdict)))


def what(result):
    """In one line: why it has this verdict."""
    said = one_line(result.first.what if result.first else result.message) or model.VERDICTS[result.verdict]
    return said if len(said) <= LONGEST else said[:LONGEST - 1] + "…"


def place(vector, result):
    """FILE:LINE, and the case."""
    line = f":{result.first.line}" if result.first and result.first.line else ""
    case = vector.id.removeprefix(vector.file).lstrip("/")
    return plain(f"{vector.file}{line}" + (f" ({case})" if case else ""))


def verdict_line(report):
    """ "refstack: 4427 pass, 1 fail (1 new)"; a column that is a run each."""
    told = []
    for column in build.gated(report):
        new = {}
        for vector in baseline.changes(report, column.name)["new"]:
            verdict = vector.results[column.name].verdict
            new[verdict] = new.get(verdict, 0) + 1
        counts = []
        for verdict in ("pass", *(v for v in model.VERDICTS if v != "pass")):
            if column.totals[verdict]:
                one = f" ({new[verdict]} new)" if verdict in new else ""
                counts.append(f"{column.totals[verdict]} {verdict}{one}")
        half = "" if column.complete else f"INCOMPLETE, {column.done} of {column.expected} vectors: "
        told.append(f"{column.name}: {half}{', '.join(counts) or 'nothing'}")
    return "; ".join(told)


# --- a terminal ----------------------------------------------------------------------------------------

def lines(report):
    """The failures by name, new ones first, and how many there are besides."""
    named = [(column, vector, result) for column in build.gated(report)
             for vector, result in failures(report, column)]
    for column, vector, result in named[:MOST_NAMED]:
        change = f"{result.change} " if result.change else ""
        yield f"{place(vector, result)}: {column.name}: {change}{result.verdict}: {what(result)}"
    if len(named) > MOST_NAMED:
        yield f"… and {len(named) - MOST_NAMED} more"
    if report.gone:
        yield plain(f"{len(report.gone)} that the baseline has are gone: {', '.join(report.gone[:3])}"
                    + (", …" if len(report.gone) > 3 else ""))
    yield from map(plain, report.notes)


def as_object(report, code):
    """What --json prints."""
    columns, failed = [], []
    for column in build.gated(report):
        change = {key: len(found) for key, found in baseline.changes(report, column.name).items()}
        columns.append({"name": column.name, "title": column.title, "complete": column.complete,
                        "expected": column.expected, "done": column.done, "totals": column.totals,
                        **change})
        failed += [{"column": column.name, "id": v.id, "file": v.file,
                    "line": r.first.line if r.first else 0, "verdict": r.verdict, "change": r.change,
                    "what": what(r)} for v, r in failures(report, column)]
    return {"gate": report.gate, "why": report.gate_why, "exit": code, "identity": report.identity,
            "columns": columns, "failures": failed, "gone": report.gone, "notes": report.notes}


# --- summary.md ----------------------------------------------------------------------------------------

def escape(text):
    """Plain text in Markdown, also in a table: no markup, no HTML, no names that somebody is told of."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~@])", r"\\\1", text).replace("\\@", "@\u200b")


def code(text):
    """As it stands, in one line."""
    text = one_line(text).replace("|", "\u00a6")
    fence = "``" if "`" in text else "`"
    return f"{fence}{' ' if fence == '``' else ''}{text}{' ' if fence == '``' else ''}{fence}"


def _table(report):
    used = [v for v in model.VERDICTS if any(c.totals[v] for c in report.columns)]
    yield "| | " + " | ".join(used) + " |"
    yield "|---|" + "---:|" * len(used)
    for column in report.columns:
        half = "" if column.complete else f" INCOMPLETE ({column.done} of {column.expected})"
        yield (f"| {escape(column.title)}{half} | "
               + " | ".join(str(column.totals[v] or "") for v in used) + " |")


def _list(title, rows):
    if not rows:
        return
    yield ""
    yield f"### {title}: {len(rows)}"
    yield ""
    yield from rows[:MOST_LISTED]
    if len(rows) > MOST_LISTED:
        yield f"- … and {len(rows) - MOST_LISTED} more"


def _rows(report, wanted):
    for column in build.gated(report):
        for vector, result in failures(report, column):
            if result.change in wanted:
                yield (f"- {code(place(vector, result))} {escape(column.name)}, {result.verdict}: "
                       f"{escape(what(result))}")


def _identity(report):
    """What was compared with what; hashes by their beginning."""
    for label, text in report.identity.items():
        short = re.sub(r"(sha256:[0-9a-f]{12})[0-9a-f]+", r"\1", text)[:200]
        yield f"{label} {code(short)}"


def markdown(report):
    yield f"## {WORDS[report.gate]}: {escape(report.gate_why)}"
    yield ""
    if report.gate == "incomplete":
        yield "**This run did not come to its end. Nothing here is a result.**"
        yield ""
    yield from _table(report)
    if report.baseline:
        yield from _list("New failures", list(_rows(report, ("new",))))
        yield from _list("Fixed", [f"- {code(v.id)} {escape(c.name)}" for c in build.gated(report)
                                   for v in baseline.changes(report, c.name)["fixed"]])
        yield from _list("Known failures", list(_rows(report, ("known", ""))))
        yield from _list("Gone", [f"- {code(v)}" for v in report.gone])
    else:
        yield from _list("Failures", list(_rows(report, ("",))))
    yield from _list("Notes", [f"- {escape(note)}" for note in report.notes])
    yield ""
    yield ", ".join(_identity(report))


def write(report, path):
    path.write_text("\n".join(markdown(report)) + "\n", encoding="utf-8")
