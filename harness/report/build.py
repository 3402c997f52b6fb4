# SPDX-License-Identifier: MIT
"""Makes a report of runs: columns, vectors, clauses, totals, and who is what.

Everything comes from the run files and the catalogue; no vector is read from the disk, so that a report
can be made wherever runs are.
"""

import hashlib
import os
import re
import time

import catalogue
import model
import verdict
from run import RunError

JUDGE = "linux"  # the column of the goldens themselves


# --- a row of a ladder ---------------------------------------------------------------------------------

def _side(raw):
    return model.Side(raw["text"], raw.get("when_ns"), raw.get("hex", ""))


def _late_ns(expected, got):
    """How much later it came; a run gives other times only where that is a difference."""
    if expected.when_ns is None or got.when_ns is None:
        return 0
    return got.when_ns - expected.when_ns


def _row(raw):
    expected = _side(raw["a"]) if raw["a"] else None
    fields = [
        model.Field(f["name"], f["expected"], f["actual"], f.get("follows", False), f.get("from", 0),
                    f.get("to", 0))
        for f in raw.get("fields", ())
    ]
    other = raw.get("b", raw["a"])
    got = expected if other == raw["a"] else _side(other) if other else None
    late = _late_ns(expected, got) if expected and got and got is not expected else 0
    return model.Row(raw["kind"], expected, got, raw.get("line", 0), raw.get("host", 0),
                     raw.get("out", True), late, fields)


def _mark_first(ladder, differences):
    """The row that the first difference is about: the first of its line that is not the same."""
    differ = [row for row in ladder if row.state != "same"]
    line = differences[0].line if differences else 0
    at_line = [row for row in (*differ, *ladder) if line and row.line == line]
    for row in (*at_line, *differ):
        row.first = True
        return


def _difference(raw):
    return model.Difference(
        raw["kind"], raw["what"], raw.get("line", 0), raw.get("frame", 0), raw.get("when_ns"),
        raw.get("field") or "", raw.get("expected") or "", raw.get("actual") or "",
        raw.get("detail") or "")


# --- a vector on a column ------------------------------------------------------------------------------

def _release(headers):
    """ "6.12.117" of "linux-6.12.117 uml"; "": no Linux was asked."""
    match = re.match(r"linux-(\d[\w.]*)", headers.get("oracle", ""))
    return match[1] if match else ""


def _axis(clauses, linux, kinds, release, told=()):
    return {c.id: verdict.rfc_axis(c, linux, kinds, release, told) for c in clauses}


def _of_clauses(axis):
    return verdict.worst(axis.values(), verdict.WORST_RFC)


def _result(item, clauses):
    unexpected = item.get("unexpected", False)
    linux = verdict.linux_axis(item["verdict"], unexpected)
    kinds = {d["kind"] for d in item.get("differences", ())}
    told = list(verdict.marks(item)) if linux == "differs" else ()
    axis = _axis(clauses, linux, kinds, _release(item["headers"]), told)
    rfc = _of_clauses(axis)
    differences = [_difference(d) for d in item.get("differences", ())]
    ladder = [_row(row) for row in item.get("ladder", ())]
    if differences:
        _mark_first(ladder, differences)
    return model.Result(
        verdict.in_one_word(item["verdict"], unexpected, rfc), linux, rfc,
        message=item.get("message") or "", clauses=axis, differences=differences, ladder=ladder,
        frames=item.get("frames", 0), virtual_ps=item.get("virtual_ps", 0))


def _foreign(item, clauses, column):
    """Ran another version of the vector than the first column: nothing follows."""
    return model.Result(
        "inconclusive", "unknown", "unknown" if clauses else "none",
        message=f"is another version of the vector than the one that {column} ran",
        clauses={c.id: "unknown" for c in clauses}, frames=item.get("frames", 0),
        virtual_ps=item.get("virtual_ps", 0))


def _pair_of(item):
    return item.get("golden") or hashlib.sha256(item["script"].encode()).hexdigest()


def _linux_ladder(ladder):
    rows = []
    for row in ladder:
        if row.state == "same" and not row.first:
            rows.append(row)
        elif row.expected is not None:
            rows.append(model.Row(row.kind, row.expected, row.expected, row.line, row.host, row.out))
    return rows


def _golden_result(vector, items, clauses):
    """What the golden itself says: Linux does what Linux does. items: of all columns."""
    if not _release(vector.headers):
        return model.Result("skip", "unknown", "unknown" if clauses else "none", "Linux was not asked",
                            clauses={c.id: "unknown" for c in clauses})
    if all(item["verdict"] == "invalid golden" for item in items):
        return model.Result("error", "unknown", "unknown" if clauses else "none",
                            items[0].get("message") or "there is no golden",
                            clauses={c.id: "unknown" for c in clauses})
    axis = _axis(clauses, "same", set(), _release(vector.headers))
    shown = next((r for r in vector.results.values() if r.ladder), None)
    ladder = _linux_ladder(shown.ladder) if shown else []
    return model.Result(verdict.in_one_word("passed", False, _of_clauses(axis)), "same", _of_clauses(axis),
                        clauses=axis, ladder=ladder,
                        frames=sum(row.kind == "frame" for row in ladder))


# --- vectors -------------------------------------------------------------------------------------------

def layer_of(name):
    """The directory below the first: udp of vectors/udp/x.pkt and of vectors/udp/more/x.pkt."""
    parts = name.partition(".frames/")[0].split("/")
    return parts[1] if len(parts) > 2 else parts[0]


def file_name(text):
    """Without what means something in an address or to a file system; different texts stay different."""
    safe = re.sub(r"[^A-Za-z0-9._/+-]", "_", text)
    return safe if safe == text else f"{safe}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _vector(item, clauses, unknown):
    named = re.split(r"[\s,]+", item["headers"].get("clauses", "").strip(" ,"))
    known = list(dict.fromkeys(c for c in named if c in clauses))
    unknown.update(c for c in named if c and c not in clauses)
    return model.Vector(
        item["id"], item["headers"].get("claim", ""), layer_of(item["id"]), known, item["script"],
        headers=dict(item["headers"]), golden=_pair_of(item))


def _join(runs, names, clauses, report):
    """Vectors with results of all runs; and what each run says of them, by id."""
    vectors, items, unknown = {}, {}, set()
    for run, name in zip(runs, names):
        for item in run.items:
            vector = vectors.get(item["id"])
            if vector is None:
                vector = vectors[item["id"]] = _vector(item, clauses, unknown)
            about = [clauses[c] for c in vector.clauses]
            if vector.golden == _pair_of(item):
                vector.results[name] = _result(item, about)
                items.setdefault(item["id"], []).append(item)
            else:
                vector.results[name] = _foreign(item, about, next(iter(vector.results)))
    report.vectors = [vectors[v] for v in sorted(vectors)]
    if unknown:
        report.notes.append("clauses that vectors name and the catalogue does not have: "
                            + ", ".join(sorted(unknown)))
    return items


# --- columns -------------------------------------------------------------------------------------------

def _names(runs):
    """A name a column; a baseline knows it by that, so that no two may share one."""
    names = []
    for run in runs:
        if run.name in names:
            other = runs[names.index(run.name)].path
            raise RunError(f"{run.path}:1: is a run of '{run.name}', as {other} is: a column has a name of "
                           "its own; let 'dut' say another one")
        names.append(run.name)
    return names


def _run_identity(run):
    h = run.header
    told = (("version", h["version"]), ("commit", h.get("commit")), ("kernel", h.get("kernel")),
            ("device", h.get("device")), ("options", " ".join(h.get("options", ()))),
            ("started", h["started"]), ("file", run.path.name.encode("utf-8", "replace").decode()))
    return {label: text for label, text in told if text}


def _column(run, name):
    h = run.header
    return model.Column(name, h["title"], h["kind"], _run_identity(run), run.complete, h["items"],
                        len(run.items))


def _releases(vectors):
    return sorted({_release(v.headers) for v in vectors} - {""},
                  key=lambda text: [int(n) for n in re.findall(r"\d{1,9}", text)])


def _add_judge(report, items, clauses):
    releases = _releases(report.vectors)
    if not releases or any(column.kind == "judge" for column in report.columns):
        return
    name = JUDGE if all(c.name != JUDGE for c in report.columns) else f"{JUDGE}-goldens"
    for vector in report.vectors:
        about = [clauses[c] for c in vector.clauses]
        vector.results[name] = _golden_result(vector, items[vector.id], about)
    report.columns.append(model.Column(
        name, "Linux " + ", ".join(releases), "judge",
        {"kernel": ", ".join(releases), "comes from": "the golden vectors"},
        report.complete, len(report.vectors), len(report.vectors), from_goldens=True))


def _count(report):
    for column in report.columns:
        column.totals = dict.fromkeys(model.VERDICTS, 0)
        for vector in report.vectors:
            if column.name in vector.results:
                column.totals[vector.results[column.name].verdict] += 1


# --- clauses -------------------------------------------------------------------------------------------

def _clause_result(results, clause):
    counts = {}
    for result in results:
        counts[result.verdict] = counts.get(result.verdict, 0) + 1
    return model.ClauseResult(
        verdict.worst([r.clauses[clause] for r in results], verdict.WORST_RFC),
        verdict.worst([r.linux for r in results], verdict.WORST_LINUX), counts)


def _link(report):
    of = {}
    for vector in report.vectors:
        for clause in vector.clauses:
            of.setdefault(clause, []).append(vector)
    for name, clause in report.clauses.items():
        clause.vectors = [vector.id for vector in of.get(name, ())]
        for column in report.columns:
            results = [v.results[column.name] for v in of.get(name, ()) if column.name in v.results]
            if results:
                found = _clause_result(results, name)
                report.clause_results.setdefault(name, {})[column.name] = found
                level = column.levels.setdefault(clause.level, dict.fromkeys(model.RFC_AXIS, 0))
                level[found.rfc] += 1


# --- who is what ---------------------------------------------------------------------------------------

def made_at(runs):
    """SOURCE_DATE_EPOCH where it is told, else when the first run began: no clock is read."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal() and len(epoch) <= 11:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch)))
    return runs[0].header["started"]


def _hash_of_catalogue(folder):
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        total.update(f"{path.name}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _hash_of_goldens(vectors):
    total = hashlib.sha256()
    for vector in vectors:
        total.update(f"{vector.id} {vector.golden}\n".encode())
    return total.hexdigest()


def _all_told(vectors, key):
    told = sorted({v.headers[key] for v in vectors if key in v.headers})
    return told[0] if len(told) == 1 else f"{len(told)} of them" if told else ""


def _options(argv):
    """Without where the report goes, which changes nothing of it."""
    words = iter(argv or ())
    kept = []
    for word in words:
        if word in ("-o", "--output"):
            next(words, None)
        elif not word.startswith("--output="):
            kept.append(word)
    return " ".join(kept)


def _identity(report, runs, config):
    first = runs[0].header
    told = (
        ("version", config.get("version") or first["version"]),
        ("commit", config.get("commit") or first.get("commit")),
        ("made", made_at(runs)),
        ("catalogue", "sha256:" + _hash_of_catalogue(catalogue.HERE)),
        ("goldens", "sha256:" + _hash_of_goldens(report.vectors)),
        ("kernel", ", ".join(f"Linux {r}" for r in _releases(report.vectors))),
        ("kernel config", _all_told(report.vectors, "config")),
        ("kernel patches", _all_told(report.vectors, "patches")),
        ("seed", _all_told(report.vectors, "seed")),
        ("options", _options(config.get("argv"))),
    )
    return {label: text for label, text in told if text}


# --- all of it -----------------------------------------------------------------------------------------

def make(runs, config):
    """A model.Report of runs; without baseline, gate and what extras.py adds."""
    clauses = catalogue.load()
    names = _names(runs)
    report = model.Report([_column(r, n) for r, n in zip(runs, names)], [], clauses, {}, {},
                          strict=bool(config.get("strict")))
    items = _join(runs, names, clauses, report)
    _add_judge(report, items, clauses)
    _count(report)
    _link(report)
    report.identity = _identity(report, runs, config)
    for run, name in zip(runs, names):
        if run.half:
            report.notes.append(f"{name}: the run {run.half}")
    return report


def gated(report):
    """The columns that are runs."""
    return [column for column in report.columns if not column.from_goldens]


def _fails(report, column):
    """The results that fail the gate, counted by verdict."""
    found = {}
    for vector in report.vectors:
        result = vector.results.get(column.name)
        if result is None:
            continue
        known = result.change == "known" and not report.strict
        if result.verdict in (model.STRICT if report.strict else model.FAILING) and not known:
            found[result.verdict] = found.get(result.verdict, 0) + 1
    return found


def decide(report):
    """Fills in the gate; the baseline's changes are marked before."""
    halves = [f"{c.name}: {c.done} of {c.expected} vectors" for c in report.columns if not c.complete
              and not c.from_goldens]
    if halves:
        report.gate, report.gate_why = "incomplete", "; ".join(halves)
        return
    new = "new " if report.baseline and not report.strict else ""
    fails = [(c.name, _fails(report, c)) for c in gated(report)]
    told = [f"{name}: " + ", ".join(f"{found[v]} {new}{v}" for v in model.VERDICTS if v in found)
            for name, found in fails if found]
    report.gate = "fail" if told else "pass"
    report.gate_why = "; ".join(told) or f"no {new or ''}failure"
