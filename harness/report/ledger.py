# SPDX-License-Identifier: MIT
"""The ledger of what is expected to deviate, and what proves it."""

import collections
import re
from dataclasses import dataclass, field

TAPE_VALUES = 4  # of a choice that are named

# In the order in which the ledger shows them.
KINDS = {
    "deviates": "Linux does not do what an RFC asks",
    "diverges": "the reference does not do what Linux does",
    "explained": "random programs may differ there",
    "kernels": "other kernels do it differently",
    "tape": "Linux's choices that the reference is told",
}
CAPTURED, NOT_CAPTURED = "captured: the golden pair", "from the source, not captured"


@dataclass
class Row:
    kind: str  # of KINDS
    id: str
    what: str
    clause: str = ""  # id
    rfc: str = ""
    level: str = ""
    kernels: str = ""  # for which it holds
    vectors: list = field(default_factory=list)  # ids that show it
    files: list = field(default_factory=list)  # where in the source
    test: str = ""
    evidence: str = ""  # in words: what proves it
    column: str = ""  # of a run that says so; "": all

    @property
    def anchor(self):
        return re.sub("[^A-Za-z0-9.]+", "-", f"ledger-{self.kind}-{self.id}").strip("-")


def _ledger_of_clauses(report):
    for clause in report.clauses.values():
        if clause.linux not in ("deviates", "varies"):
            continue
        seen = [v for v in clause.vectors if v]
        if seen:
            evidence = CAPTURED
        else:
            evidence = NOT_CAPTURED
        yield Row("deviates", clause.id, f"Linux: {clause.note}", clause.id, f"RFC {clause.rfc} "
                        f"{clause.section}", clause.level, clause.kernels, seen, evidence=evidence)


def _vectors_of_files(report):
    found = {}
    for vector in report.vectors:
        found.setdefault(vector.file, []).append(vector.id)
        found.setdefault(vector.id, [vector.id])
    return found


def _rows_of_runs(runs, key):
    """Rows that several runs say are one: (row, names of columns)."""
    found = {}
    for run, name in runs:
        for row in run.ledger.get(key, ()):
            found.setdefault(tuple(sorted(row.items())), []).append(name)
    return [(dict(row), list(dict.fromkeys(names))) for row, names in found.items()]


def _ledger_diverges(report, runs):
    """Places in the source, and vectors that say so themselves."""
    found = {}
    for row, names in _rows_of_runs(runs, "diverges"):
        entry = found.setdefault(row.get("id", ""),
                                 Row("diverges", row.get("id", ""), row.get("why", ""),
                                                              column=", ".join(names)))
        entry.files += [row["file"]] if row.get("file") and row["file"] not in entry.files else []
        entry.test = entry.test or row.get("test", "")
    for vector in report.vectors:
        kind, _, name = vector.headers.get("class", "").partition(" ")
        if kind == "diverges":
            entry = found.setdefault(name, Row("diverges", name, vector.claim))
            entry.vectors.append(vector.id)
    for entry in found.values():
        if entry.vectors:
            entry.evidence = CAPTURED
        elif entry.test:
            entry.evidence = f"a test: {entry.test}"
        else:
            entry.evidence = NOT_CAPTURED
    return list(found.values())


def _ledger_explained(report, runs):
    ids = _vectors_of_files(report)
    for row, names in _rows_of_runs(runs, "explained"):
        vectors = ids.get(row.get("vector", ""), [])
        files = [] if vectors or not row.get("vector") else [row["vector"]]
        evidence = CAPTURED if vectors else "a test" if row.get("test") or files else NOT_CAPTURED
        yield Row("explained", row.get("id", ""), row.get("why", ""), vectors=vectors, files=files,
                        test=row.get("test", ""), evidence=evidence, column=", ".join(names))


def _kernels(headers):
    since, until = headers.get("since"), headers.get("until")
    return " ".join([*([f"since {since}"] if since else []), *([f"until {until}"] if until else [])])


def _ledger_kernels(report):
    """Vectors that hold for some kernels only; those with the same reason are one row."""
    found = {}
    for vector in report.vectors:
        said = vector.headers.get("live", "")
        kernels = _kernels(vector.headers)
        if not said and not kernels:
            continue
        what = said or vector.headers.get("why") or vector.claim
        if what.startswith("no, "):
            what = f"not put to a running kernel: {what[4:]}"
        key = (what, kernels or "any that runs")
        if key not in found:
            found[key] = Row("kernels", str(len(found) + 1), what, kernels=key[1],
                                   evidence="captured: the golden pair, of the judging kernel")
        found[key].vectors.append(vector.id)
    return list(found.values())


def _ledger_tape(report, runs):
    """What Linux chose at random and a script tells the reference: by what was chosen."""
    told, ids = collections.Counter(), _vectors_of_files(report)
    for run, _ in runs:  # several runs of a vector are told the same
        told |= collections.Counter((row.get("label", ""), row.get("value", ""), row.get("vector", ""))
                                    for row in run.ledger.get("tape", ()))
    by_label = {}
    for (label, value, vector), times in told.items():
        by_label.setdefault(label, []).append((value, vector, times))
    for label, entries in by_label.items():
        values = list(dict.fromkeys(value for value, _, _ in entries))
        times = sum(n for _, _, n in entries)
        more = f" and {len(values) - TAPE_VALUES} more" if len(values) > TAPE_VALUES else ""
        vectors = dict.fromkeys(v for _, vector, _ in entries for v in ids.get(vector, ()))
        yield Row("tape", label, f"told {times} time{'s' if times != 1 else ''}: "
                        f"{', '.join(values[:TAPE_VALUES])}{more}", vectors=list(vectors),
                        evidence="captured: the value stands in the script")


def make(report, runs):
    """runs: (run, name of its column)."""
    rows = [*_ledger_of_clauses(report), *_ledger_diverges(report, runs), *_ledger_explained(report, runs),
            *_ledger_kernels(report), *_ledger_tape(report, runs)]
    order = list(KINDS)
    return sorted(rows, key=lambda r: order.index(r.kind))
