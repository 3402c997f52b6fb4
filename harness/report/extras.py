# SPDX-License-Identifier: MIT
"""What a report has besides vectors and clauses: packets through the sixteen steps, throughput, the last
campaign, the bug zoo, which of Linux's lines were asked, and the ledger of what is expected to deviate.

gather() fills it in; from_json() reads of an earlier report.json what this one is compared with. exhibits.py
draws it.
"""

import collections
import csv
import difflib
import json
import math
import pathlib
import re
import sqlite3
import sys
import urllib.parse
from dataclasses import dataclass, field

import history
import svg
from history import PastRun  # noqa: F401  (the others find all of these here)

HERE = pathlib.Path(__file__).resolve().parent
MOST_BYTES = 16 << 20  # of a file that somebody else wrote
MOST_POINTS = 240  # of a curve
TAPE_VALUES = 4  # of a choice that are named
PS_PER_NS = 1000

# Names of steps, and the colour of their bars.
GROUPS = {
    "socket": "socket and UDP", "ip": "IP and neighbour", "queue": "queueing", "driver": "driver",
    "card": "card", "interrupt": "interrupt", "clean": "clean-up", "receive": "way up",
}
STEP_GROUPS = {
    **dict.fromkeys("123", "socket"), "4": "ip", **dict.fromkeys("56789", "queue"),
    **dict.fromkeys(("10", "11", "12"), "driver"), **dict.fromkeys(("13", "14"), "card"),
    "15": "interrupt", "16": "clean",
}
INTERRUPT = "message"  # of the card: it waits for its moderation before, and nobody works
LANES = ("task", "softirq", "hardirq", "nic", "wire")


@dataclass
class Step:
    """One function on a packet's path."""
    step: str  # 1 to 16, r1 and up on the way up
    function: str
    where: str  # cpu0 task, cpu0 hardirq, cpu0 softirq, nic, wire
    ps: int  # since the packet's beginning
    cycles: int = 0  # since the step before on that CPU
    queue: int | None = None
    size: int = 0  # bytes
    took_ps: int | None = None  # of a CPU's since the step before there, of the card's until the next
    took_cycles: int | None = None  # None: a pause lies between
    apart_ps: int | None = None  # as took_ps, of the step before or the next anywhere
    delta_ps: int | None = None  # of took_ps, or else of apart_ps, against the baseline; None: no such step
    delta_cycles: int | None = None

    @property
    def of_cpu(self):
        """Is it told when what it costs is over? The card tells when it begins with something."""
        return " " in self.where

    @property
    def begins_ps(self):
        return self.ps - (self.took_ps or 0) if self.of_cpu else self.ps

    @property
    def ends_ps(self):
        return self.begins_ps + (self.took_ps or 0)

    @property
    def group(self):
        return "receive" if self.step.startswith("r") else STEP_GROUPS.get(self.step, "other")

    @property
    def mark(self):
        return "" if not self.delta_ps else "slower" if self.delta_ps > 0 else "faster"


@dataclass
class Packet:
    title: str
    text: str
    steps: list  # of Step
    compared: bool = False  # the baseline has it
    delta_ps: int = 0  # of the whole
    added: list = field(default_factory=list)  # functions that the baseline has not on this path
    gone: list = field(default_factory=list)  # and those that only it has

    @property
    def span_ps(self):
        return max((s.ends_ps for s in self.steps), default=0)

    @property
    def cycles(self):
        return sum(s.took_cycles or 0 for s in self.steps)

    @property
    def changed(self):
        """Steps that take another time, what changed most first."""
        return sorted((s for s in self.steps if s.delta_ps), key=lambda s: -abs(s.delta_ps))


@dataclass
class Path:
    """A vector's packets through the steps, on a column."""
    column: str
    vector: str  # id
    title: str
    packets: list  # of Packet


@dataclass
class Throughput:
    column: str
    direction: str  # tx, rx
    size: int  # bytes of a frame
    frames_s: int
    mbit_s: int
    bound: str  # what it waits for: wire, dma, cpu
    delta_frames_s: int | None = None  # against the baseline


@dataclass
class Finding:
    id: str
    target: str
    detector: str
    signature: str
    status: str
    first_seen: str
    seen: int


@dataclass
class Target:
    name: str
    execs: int
    execs_s: int
    syscalls: int
    frames: int
    edges: int
    inputs: int
    findings: int


@dataclass
class Campaign:
    folder: str
    commit: str = ""
    sessions: int = 0
    seconds: int = 0
    targets: list = field(default_factory=list)  # of Target
    linux: dict = field(default_factory=dict)  # judged, equal, … -> number
    findings: list = field(default_factory=list)  # of Finding
    series: list = field(default_factory=list)  # (ms, executions, edges, inputs, findings)
    interrupted: bool = False
    trouble: list = field(default_factory=list)  # what could not be read, as lines

    @property
    def execs(self):
        return sum(t.execs for t in self.targets)


@dataclass
class ZooRow:
    """A mistake that is planted, and who finds it."""
    id: str
    layer: str
    what: str
    state: str  # found, not found, not run, absent
    detector: str = ""
    golden: bool = False  # golden vectors alone find it
    seconds: str = ""


@dataclass
class CoverageRow:
    """A file of Linux: shares of its lines in tenths of a per cent; None: it has none to count."""
    file: str
    origins: dict  # vectors, frames, random -> share
    all: int | None
    in_reach: int | None  # without functions that are out of reach for a known reason
    lines_run: int
    lines: int
    branches: int | None
    functions_run: int
    functions: int
    of_path: bool = False  # a packet's path leads through it

    @property
    def folder(self):
        return str(pathlib.PurePosixPath(self.file).parent)


# In the order in which the ledger shows them.
LEDGER_KINDS = {
    "deviates": "Linux does not do what an RFC asks",
    "diverges": "the reference does not do what Linux does",
    "explained": "random programs may differ there",
    "kernels": "other kernels do it differently",
    "tape": "Linux's choices that the reference is told",
}
CAPTURED, NOT_CAPTURED = "captured: the golden pair", "from the source, not captured"


@dataclass
class LedgerRow:
    kind: str  # of LEDGER_KINDS
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


def warn(text):
    print(f"refstack report: {text}", file=sys.stderr)


# --- packets ---------------------------------------------------------------------------------------


def _order(step):
    digits = re.sub(r"\D", "", step.step)
    return (100 if step.step.startswith("r") else 0) + int(digits[:4] or 0)


def _cpu(step):
    return step.where.split(" ")[0]


def _goes_on(step, after):
    """Is the time between two steps of a place somebody's? Not when the place was left in between."""
    if after.function.startswith("sys_") or after.function == INTERRUPT or after.ps < step.ps:
        return False
    if step.where != after.where:
        return step.where.endswith(" hardirq") and after.where.endswith(" softirq")
    if step.of_cpu:
        return True
    return _order(step) <= _order(after) and (_order(step) < 100) == (_order(after) < 100)


def _time(steps):
    last = {}
    for n, step in enumerate(steps):
        before = last.get(_cpu(step))
        if before is not None and _goes_on(before, step):
            owner = step if step.of_cpu else before
            owner.took_ps, owner.took_cycles = step.ps - before.ps, step.cycles
        last[_cpu(step)] = step
        # What lies between a step of the card and one of a CPU is the CPU's: it is interrupted.
        if n > 0 and (step.of_cpu or not steps[n - 1].of_cpu):
            owner = step if step.of_cpu else steps[n - 1]
            owner.apart_ps = step.ps - steps[n - 1].ps
    return steps


def _step(told):
    return Step(told["step"], told["function"], told.get("where") or "", told["ps"], told.get("cycles", 0),
                told.get("queue"), told.get("bytes", 0))


def _packet(told):
    steps = [_step(s) for s in told["steps"]]
    first = min((s.ps for s in steps), default=0)
    for step in steps:
        step.ps -= first
    return Packet(told["title"], told.get("text", ""), _time(sorted(steps, key=lambda s: s.ps)))


def paths_of(run, name):
    return [Path(name, p["vector"], p["title"], [_packet(k) for k in p["packets"]]) for p in run.paths]


def _keys(packet):
    return [(s.step, s.function, s.where) for s in packet.steps]


def _compare_steps(now, was, same_beside):
    """A step's own time, where both know it; else the time to its neighbour, where that is the same."""
    if now.took_ps is not None and was.took_ps is not None:
        now.delta_ps = now.took_ps - was.took_ps
        now.delta_cycles = now.took_cycles - was.took_cycles
    elif same_beside and now.took_ps is None and was.took_ps is None and None not in (now.apart_ps,
                                                                                      was.apart_ps):
        now.delta_ps = now.apart_ps - was.apart_ps


def _at(keys, n):
    return keys[n] if 0 <= n < len(keys) else None


def compare_packets(now, was):
    """Steps are the same by name and place, in order: one more or less moves nothing else."""
    mine, theirs = _keys(now), _keys(was)
    now.compared = True
    now.delta_ps = now.span_ps - was.span_ps
    for kind, a, b, c, d in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            for n in range(b - a):
                beside = n - 1 if now.steps[a + n].of_cpu else n + 1
                _compare_steps(now.steps[a + n], was.steps[c + n],
                               _at(mine, a + beside) == _at(theirs, c + beside))
        else:
            now.added += [s.function for s in now.steps[a:b]]
            now.gone += [s.function for s in was.steps[c:d]]


def compare_paths(paths, before):
    """before: of from_json(). The n-th packet of a vector is compared with the n-th."""
    known = {(p.column, p.vector, p.title): p for p in before}
    for path in paths:
        was = known.get((path.column, path.vector, path.title))
        for now, old in zip(path.packets, was.packets if was else ()):
            compare_packets(now, old)


# --- throughput ------------------------------------------------------------------------------------


def nic_of(run, name):
    return [Throughput(name, r["direction"], r["bytes"], r["frames_s"], r["mbit_s"], r.get("bound", ""))
            for r in run.nic]


def compare_nic(rows, before):
    known = {(r.column, r.direction, r.size): r for r in before}
    for row in rows:
        was = known.get((row.column, row.direction, row.size))
        if was is not None:
            row.delta_frames_s = row.frames_s - was.frames_s


# --- what a later report compares itself with ------------------------------------------------------


def _is(told, **kinds):
    """Is this an object with such members? bool is no int here."""
    return isinstance(told, dict) and all(k in told and type(told[k]) is v for k, v in kinds.items())


def _packet_from(told):
    if not _is(told, title=str, steps=list):
        raise ValueError("a packet of its 'paths' is none")
    for step in told["steps"]:
        if not _is(step, step=str, function=str, where=str, ps=int, cycles=int):
            raise ValueError("a step of its 'paths' is none")
    return _packet({"title": told["title"], "steps": told["steps"]})


def to_json(report):
    """The member "extras" of report.json: whole numbers, text and null."""
    return {
        "paths": [{"column": p.column, "vector": p.vector, "title": p.title, "packets": [
            {"title": k.title, "text": k.text, "steps": [
                {"step": s.step, "function": s.function, "where": s.where, "ps": s.ps, "cycles": s.cycles,
                 "queue": s.queue, "bytes": s.size} for s in k.steps]}
            for k in p.packets]} for p in report.paths],
        "nic": [{"column": r.column, "direction": r.direction, "bytes": r.size, "frames_s": r.frames_s,
                 "mbit_s": r.mbit_s, "bound": r.bound} for r in report.nic],
    }


def from_json(told):
    """(paths, throughput) of the "extras" of an earlier report; ValueError says what is wrong with them. A
    report without them has none."""
    told = {} if told is None else told
    if not isinstance(told, dict):
        raise ValueError("'extras' is no object")
    paths, nic = told.get("paths", []), told.get("nic", [])
    if not isinstance(paths, list) or not isinstance(nic, list):
        raise ValueError("'paths' or 'nic' is no list")
    for p in paths:
        if not _is(p, column=str, vector=str, title=str, packets=list):
            raise ValueError("a row of 'paths' is none")
    for row in nic:
        if not _is(row, column=str, direction=str, bytes=int, frames_s=int, mbit_s=int, bound=str):
            raise ValueError("a row of 'nic' is none")
    return ([Path(p["column"], p["vector"], p["title"],
                  [_packet_from(k) for k in p["packets"]]) for p in paths],
            [Throughput(r["column"], r["direction"], r["bytes"], r["frames_s"], r["mbit_s"], r["bound"])
             for r in nic])


# --- files that somebody else wrote ----------------------------------------------------------------


def _text(path):
    """A file's text; "": it is not there."""
    try:
        with open(path, "rb") as f:
            data = f.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ""
    if len(data) > MOST_BYTES:
        raise ValueError(f"{path}: is longer than {MOST_BYTES >> 20} MB")
    return data.decode("utf-8", "replace")


def _number(value):
    """A whole number that can be shown; what is none is 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return 0
    return min(max(0, int(value)), 1 << 62)


def _dict(value):
    return value if isinstance(value, dict) else {}


def _list(value):
    return value if isinstance(value, list) else []


def _said(value, most=400):
    return svg.clean(value)[:most] if isinstance(value, (str, int)) else ""


# --- the campaign ----------------------------------------------------------------------------------


def _target(name, told):
    told = _dict(told)
    seconds, execs = told.get("worker_seconds"), _number(told.get("execs"))
    ms = _number(seconds * 1000) if isinstance(seconds, (int, float)) else 0
    edges = max(_number(told.get("edges_libfuzzer")), _number(told.get("edges_afl")))
    return Target(_said(name, 60), execs, execs * 1000 // ms if ms else 0, _number(told.get("syscalls")),
                  _number(told.get("frames")), edges, _number(told.get("inputs")),
                  _number(told.get("findings")))


def _finding(*values):
    *texts, seen = values
    return Finding(*(_said(v) for v in texts), _number(seen))


def _read_summary(campaign, path):
    text = _text(path)
    if not text:
        return False
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("is no object")
    campaign.commit = _said(told.get("commit"), 80)
    campaign.sessions, campaign.seconds = _number(told.get("sessions")), _number(told.get("seconds"))
    campaign.targets = [_target(k, v) for k, v in _dict(told.get("targets")).items()]
    campaign.linux = {_said(k, 40): _number(v) for k, v in _dict(told.get("linux")).items()}
    campaign.interrupted = told.get("interrupted") is True
    keys = ("id", "target", "detector", "signature", "status", "first_seen", "seen")
    campaign.findings = [_finding(*(_dict(f).get(k) for k in keys)) for f in _list(told.get("findings"))]
    return True


def _read_series(campaign, path):
    """Lines that are cut off, or older than one before them, are left out, as the campaign does."""
    points = []
    for line in _text(path).splitlines():
        if re.fullmatch(r"\d{1,18}( \d{1,18}){4}", line):
            point = tuple(map(int, line.split(" ")))
            if not points or point[0] >= points[-1][0]:
                points.append(point)
    # Some points of all are enough; the last is one of them.
    step = len(points) // MOST_POINTS + 1
    campaign.series = [p for n, p in enumerate(points) if n % step == 0 or n == len(points) - 1]
    return bool(points)


def _read_findings(campaign, path):
    """What became of the findings since the summary; the store is only read."""
    if not path.exists():
        return False
    db = sqlite3.connect(f"file:{urllib.parse.quote(str(path.resolve()))}?mode=ro", timeout=history.BUSY_S,
                         uri=True)
    try:
        marks = [db.execute(f"PRAGMA {m}").fetchone()[0] for m in ("application_id", "user_version")]
        if marks != [history.APPLICATION, history.SCHEMA]:
            raise ValueError("is no store of findings that this program knows")
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = db.execute("SELECT id, target, detector, signature, status, first_seen, seen FROM finding "
                          "ORDER BY nr").fetchall() if "finding" in tables else []
    finally:
        db.close()
    if rows:
        campaign.findings = [_finding(*row) for row in rows]
    return bool(rows)


def campaign_of(folder):
    """What a campaign left in its directory; None: none was run there."""
    folder = pathlib.Path(folder)
    campaign, there = Campaign(str(folder)), False
    for name, read in (("summary.json", _read_summary), ("series", _read_series),
                       ("findings.db", _read_findings)):
        try:
            there |= read(campaign, folder / name)
        except (OSError, ValueError, RecursionError, OverflowError, sqlite3.Error) as error:
            there = True
            said = str(error) or type(error).__name__
            campaign.trouble.append(f"{folder / name}: {svg.clean(said)}: left out")
    return campaign if there else None


# --- tables that the package carries ---------------------------------------------------------------


def data_file(config, name):
    """Beside the package, where the binary puts it, or in the source tree."""
    folders = [config.get("data"), HERE / "data", HERE.parent.parent / "docs"]
    return next((p for f in folders if f and (p := pathlib.Path(f, name)).is_file()), None)


def _table(path, *needed):
    """Rows of a .tsv as dicts, with their lines; no line that begins with #. ValueError: what is wrong."""
    lines = [(n, line) for n, line in enumerate(_text(path).splitlines(), 1) if not line.startswith("#")]
    rows = list(csv.reader((line for _, line in lines), delimiter="\t", quoting=csv.QUOTE_NONE))
    head = rows[0] if rows else []
    if not set(needed) <= set(head):
        raise ValueError(f"{path}:{lines[0][0] if lines else 1}: has no column "
                         f"{min(set(needed) - set(head))}")
    for (n, _), row in zip(lines[1:], rows[1:]):
        if len(row) != len(head):
            raise ValueError(f"{path}:{n}: {len(row)} columns, not {len(head)}")
        yield n, dict(zip(head, map(svg.clean, row)))


ZOO_STATES = ("found", "not found", "not run", "absent")


def zoo_of(path):
    rows = []
    for n, row in _table(path, "row", "layer", "found", "detector", "seconds"):
        if row["found"] not in ZOO_STATES:
            raise ValueError(f"{path}:{n}: '{row['found']}' is none of {', '.join(ZOO_STATES)}")
        rows.append(ZooRow(row["row"], row["layer"], row.get("what", ""), row["found"], row["detector"],
                           row.get("golden") == "yes", row["seconds"]))
    return rows


def zoo_table(rows):
    """(detectors, [(layer, planted, by detector, golden, nobody)]), and a last row that has the sums."""
    ran = [r for r in rows if r.state in ("found", "not found")]
    detectors = sorted({r.detector for r in ran if r.state == "found"})
    layers = list(dict.fromkeys(r.layer for r in rows))

    def sums(name, of):
        found = [r for r in of if r.state == "found"]
        return {"layer": name, "rows": len(of), "ran": sum(r in ran for r in of),
                "by": [sum(r.detector == d for r in found) for d in detectors],
                "absent": sum(r.state == "absent" for r in of), "golden": sum(r.golden for r in of),
                "nobody": sum(r.state == "not found" for r in of)}
    return detectors, [*(sums(name, [r for r in rows if r.layer == name]) for name in layers),
                       sums("all", rows)]


def _share(text, path, n):
    """Tenths of a per cent: "36.8"."""
    if text in ("", "-", "–"):
        return None
    if not re.fullmatch(r"\d{1,3}\.\d", text):
        raise ValueError(f"{path}:{n}: '{text}' is no share")
    return min(1000, int(text.replace(".", "")))


def coverage_of(path):
    fixed = ("file", "path", "all", "in_reach", "lines_run", "lines", "branches", "functions_run",
             "functions")
    rows = []
    for n, row in _table(path, *fixed):
        counts = [row[k] for k in ("lines_run", "lines", "functions_run", "functions")]
        if not all(re.fullmatch(r"\d{1,9}", c) for c in counts):
            raise ValueError(f"{path}:{n}: counts are whole numbers")
        lines_run, lines, functions_run, functions = map(int, counts)
        rows.append(CoverageRow(row["file"],
                                {k: _share(v, path, n) for k, v in row.items() if k not in fixed},
                                *(_share(row[k], path, n) for k in ("all", "in_reach")), lines_run, lines,
                                _share(row["branches"], path, n), functions_run, functions,
                                row["path"] == "yes"))
    return rows


def coverage_said(path):
    """What was asked, in words: the first line, if it is a comment."""
    first = _text(path).split("\n", 1)[0]
    return svg.clean(first[1:].strip()) if first.startswith("#") else ""


# --- the ledger ------------------------------------------------------------------------------------


def _ledger_of_clauses(report):
    for clause in report.clauses.values():
        if clause.linux not in ("deviates", "varies"):
            continue
        seen = [v for v in clause.vectors if v]
        if seen:
            evidence = CAPTURED
        else:
            evidence = NOT_CAPTURED
        yield LedgerRow("deviates", clause.id, f"Linux: {clause.note}", clause.id, f"RFC {clause.rfc} "
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
                                 LedgerRow("diverges", row.get("id", ""), row.get("why", ""),
                                                              column=", ".join(names)))
        entry.files += [row["file"]] if row.get("file") and row["file"] not in entry.files else []
        entry.test = entry.test or row.get("test", "")
    for vector in report.vectors:
        kind, _, name = vector.headers.get("class", "").partition(" ")
        if kind == "diverges":
            entry = found.setdefault(name, LedgerRow("diverges", name, vector.claim))
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
        yield LedgerRow("explained", row.get("id", ""), row.get("why", ""), vectors=vectors, files=files,
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
            found[key] = LedgerRow("kernels", str(len(found) + 1), what, kernels=key[1],
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
        yield LedgerRow("tape", label, f"told {times} time{'s' if times != 1 else ''}: "
                        f"{', '.join(values[:TAPE_VALUES])}{more}", vectors=list(vectors),
                        evidence="captured: the value stands in the script")


def ledger_of(report, runs):
    """runs: (run, name of its column)."""
    rows = [*_ledger_of_clauses(report), *_ledger_diverges(report, runs), *_ledger_explained(report, runs),
            *_ledger_kernels(report), *_ledger_tape(report, runs)]
    order = list(LEDGER_KINDS)
    return sorted(rows, key=lambda r: order.index(r.kind))


# --- the whole -------------------------------------------------------------------------------------


def _carried(config, name, read):
    path = data_file(config, name)
    try:
        return read(path) if path else []
    except (OSError, ValueError) as error:
        warn(f"{error}: left out")
        return []


def _zoo(config):
    """The zoo that was run here last, or else the one that the package carries."""
    campaign = config.get("campaign")
    near = pathlib.Path(campaign).parent / "zoo" if campaign else None
    if near is not None and (near / "bugzoo.tsv").is_file():
        config = {**config, "data": near}
    return _carried(config, "bugzoo.tsv", zoo_of)


def _baseline(config, baseline):
    """The report.json that this one is compared with; {}: there is none."""
    if baseline is None and config.get("baseline"):
        try:
            baseline = json.loads(_text(config["baseline"]) or "{}")
        except (OSError, ValueError, RecursionError) as error:
            warn(f"{config['baseline']}: {error}: nothing is compared with it")
    return _dict(baseline)


def gather(report, runs, config, baseline=None):
    """Fills in what Report has from here. baseline: the earlier report.json as a dict; None: it is read from
    config["baseline"], if that is given."""
    named = [(run, column.name) for run, column in zip(runs, report.columns)]
    report.paths = [p for run, name in named for p in paths_of(run, name)]
    report.nic = [r for run, name in named for r in nic_of(run, name)]
    try:
        paths, nic = from_json(_baseline(config, baseline).get("extras"))
        compare_paths(report.paths, paths)
        compare_nic(report.nic, nic)
    except ValueError as error:
        warn(f"{config.get('baseline') or 'the baseline'}: {error}: no times are compared with it")
    report.campaign = campaign_of(config["campaign"]) if config.get("campaign") else None
    for line in report.campaign.trouble if report.campaign else ():
        warn(line)
    report.zoo = _zoo(config)
    report.coverage = _carried(config, "linux-coverage.tsv", coverage_of)
    report.coverage_asked = _carried(config, "linux-coverage.tsv", coverage_said) or ""
    report.ledger = ledger_of(report, named)
