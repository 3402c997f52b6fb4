# SPDX-License-Identifier: MIT
"""report.json: all that the report says, for programs; schema/report.schema.json says what is where.

It has no scripts and no ladders: those are in the runs, which lie beside it. A later report takes it as its
baseline.
"""

import dataclasses
import json

import extras

MARK = "refstack_report"  # the first key: by it the file is known
VERSION = 1


def _plain(value):
    """Dataclasses become objects, whatever extras.py made of them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _difference(d):
    told = {"kind": d.kind, "what": d.what, "line": d.line, "frame": d.frame, "when_ns": d.when_ns,
            "field": d.field, "expected": d.expected, "actual": d.actual, "detail": d.detail}
    return {k: v for k, v in told.items() if v not in ("", None) and not (k in ("line", "frame") and v == 0)}


def _result(r):
    told = {"verdict": r.verdict, "linux": r.linux, "rfc": r.rfc, "message": r.message,
            "clauses": r.clauses, "differences": [_difference(d) for d in r.differences],
            "frames": r.frames, "virtual_ps": r.virtual_ps, "change": r.change,
            "got_capture": r.got_capture}
    return {k: v for k, v in told.items() if k in ("verdict", "linux", "rfc") or v}


def _vector(v):
    return {"id": v.id, "claim": v.claim, "layer": v.layer, "clauses": v.clauses, "headers": v.headers,
            "golden": v.golden, "page": v.page, "capture": v.capture,
            "results": {name: _result(r) for name, r in v.results.items()}}


def _clause(clause, results):
    told = {k: v for k, v in _plain(clause).items() if v not in ("", [])}
    told["vectors"] = clause.vectors
    told["results"] = {name: _plain(r) for name, r in results.items()}
    return told


def make(report):
    return {
        MARK: VERSION,
        "complete": report.complete,
        "gate": {"verdict": report.gate, "why": report.gate_why, "strict": report.strict},
        "identity": report.identity,
        "baseline": report.baseline,
        "notes": report.notes,
        "gone": report.gone,
        "columns": [_plain(column) for column in report.columns],
        "vectors": [_vector(vector) for vector in report.vectors],
        "clauses": [_clause(c, report.clause_results.get(name, {})) for name, c in report.clauses.items()],
        "extras": extras.to_json(report),
        "campaign": _plain(report.campaign),
        "zoo": _plain(report.zoo),
        "coverage": _plain(report.coverage),
        "ledger": _plain(report.ledger),
        "history": _plain(report.history),
    }


def write(report, path):
    """A line a vector and a clause, so that two reports can be compared by diff."""
    told = make(report)
    lines = []
    for key, value in told.items():
        if isinstance(value, list) and value:
            members = ",\n".join(json.dumps(member, ensure_ascii=False) for member in value)
            lines.append(f"{json.dumps(key)}: [\n{members}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
