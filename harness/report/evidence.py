# SPDX-License-Identifier: MIT
"""What stands behind the numbers of the campaign, the zoo, coverage, trend and card: tables with a place for
each, as pages of the report. pages.py writes them; the sections ask here where a number leads to.

A cell is a text, a number, or a Link, Code or Pre of one.
"""

import hashlib
import pathlib
import re
from dataclasses import dataclass, field

import history
import model

CAMPAIGN, ZOO, COVERAGE, TREND, NIC = (f"lists/{name}.html" for name in (
    "campaign", "zoo", "coverage", "trend", "nic"))
WORDS_MOST = 48  # characters
NUMBER = re.compile("–?|-?[0-9][0-9.]*(\N{NO-BREAK SPACE}%)?")


def slug(text):
    """A name of a file and an anchor: the text itself where it can be one."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", text):
        return text
    clean = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:60] or "x"
    return f"{clean}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:8]}"


@dataclass
class Link:
    text: object
    href: str  # from the report's folder
    kind: str = "link"


@dataclass
class Code:
    text: str
    kind: str = "code"


@dataclass
class Pre:
    """Several lines."""
    text: str
    kind: str = "pre"


def _said(cell):
    return _said(cell.text) if isinstance(cell, (Link, Code, Pre)) else str(cell)


@dataclass
class Table:
    anchor: str
    title: str
    head: list
    rows: list  # (anchor or "", cells); the first cell is the row's name
    note: object = ""  # a cell above it

    @property
    def numbers(self):
        """Of each column: are its cells numbers?"""
        return [all(NUMBER.fullmatch(_said(cells[n])) for _, cells in self.rows) for n in range(len(self.head))]

    @property
    def is_long(self):
        """It has texts that are more than a word or two."""
        return any(isinstance(cell, Pre) or len(_said(cell)) > WORDS_MOST for _, cells in self.rows
                   for cell in cells[1:])


@dataclass
class Page:
    path: str
    title: str
    tables: list
    sources: list = field(default_factory=list)  # Links to files that the tables are made of


def _once(pages):
    """An anchor is there once, whatever a run or a store says twice."""
    for page in pages:
        seen = {table.anchor for table in page.tables}
        for table in page.tables:
            for n, (anchor, cells) in enumerate(table.rows):
                table.rows[n] = ("" if anchor in seen else anchor, cells)
                seen.add(anchor)
    return pages


def _sources(report, *names):
    return [Link(name.rpartition("/")[2], name) for name in names if name in report.sources]


# --- the campaign ----------------------------------------------------------------------------------


def finding(f):
    return f"{CAMPAIGN}#finding-{slug(f.id)}"


def campaign(part):
    return f"{CAMPAIGN}#{part}"


def target(t):
    return f"{CAMPAIGN}#target-{slug(t.name)}"


def target_findings(report, t):
    """Where they stand; none of them may be known any more."""
    known = any(f.target == t.name for f in report.campaign.findings)
    return f"{CAMPAIGN}#of-{slug(t.name)}" if known else target(t)


def point(p):
    return f"{CAMPAIGN}#at-{p[0]}"


def _finding(f):
    rows = [("target", f.target), ("detector", f.detector), ("signature", f.signature), ("status", f.status),
            ("first seen", f.first_seen), ("seen", f.seen), ("played again", f.replays), ("showed again", f.showed),
            ("place", f.place), ("what it said", Pre(f.text) if f.text else ""),
            ("again", Code(f"refstack show {f.id}"))]
    return Table(f"finding-{slug(f.id)}", f"Finding {f.id}", ["what", "value"],
                 [("", [name, value]) for name, value in rows if value != ""])


def _named(c, name, title, findings):
    return Table(name, title, ["id", "target", "detector", "signature", "status", "seen"],
                 [("", [Link(f.id, finding(f)), f.target, f.detector, f.signature, f.status, f.seen])
                  for f in findings])


def _campaign(report):
    c = report.campaign
    sums = [("sessions", c.sessions), ("seconds", c.seconds), ("executions", c.execs),
            ("findings", len(c.findings))]
    tables = [Table("whole", "The whole", ["what", "number"], [("", [k, v]) for k, v in sums],
                    f"In {c.folder}, build {c.commit or 'unknown'}."),
              Table("targets", "Targets", ["target", "executions", "a second", "syscalls", "frames", "edges",
                                           "inputs", "findings"],
                    [(f"target-{slug(t.name)}", [t.name, t.execs, t.execs_s, t.syscalls, t.frames, t.edges,
                                                 t.inputs, t.findings]) for t in c.targets]),
              Table("linux", "Programs that Linux judged", ["what", "number"],
                    [("", [k.replace("_", " "), v]) for k, v in c.linux.items()]),
              _named(c, "findings", "Findings", c.findings)]
    tables += [_named(c, f"of-{slug(name)}", f"Findings of {name}",
                      [f for f in c.findings if f.target == name])
               for name in dict.fromkeys(f.target for f in c.findings)]
    known = {f.id: f for f in reversed(c.findings)}
    tables += [_finding(f) for f in reversed(known.values())]
    tables.append(Table("growth", "Over time", ["ms", "executions", "edges", "inputs", "findings"],
                        [(f"at-{p[0]}", list(p)) for p in c.series]))
    return Page(CAMPAIGN, "The last campaign", tables,
                _sources(report, "campaign/summary.json", "campaign/series.txt"))


# --- the bug zoo -----------------------------------------------------------------------------------

ZOO_GROUPS = {
    "planted": ("planted", lambda r: True),
    "ran": ("run", lambda r: r.state in ("found", "not found")),
    "found": ("found", lambda r: r.state == "found"),
    "nobody": ("not found", lambda r: r.state == "not found"),
    "golden": ("golden vectors find", lambda r: r.golden),
    "absent": ("absent: cannot exist yet", lambda r: r.state == "absent"),
}


def zoo_row(row):
    return f"{ZOO}#row-{slug(row.id)}"


def zoo(layer, group):
    """layer "all": of all; group: of ZOO_GROUPS, or "by-" and a detector."""
    return f"{ZOO}#{slug(layer)}:{slug(group)}"


def _zoo_groups(rows):
    by = {f"by-{d}": (f"found by {d.replace('_', ' ')}", lambda r, d=d: r.state == "found" and r.detector == d)
          for d in sorted({r.detector for r in rows if r.state == "found"})}
    return {**ZOO_GROUPS, **by}


def _zoo(report):
    everything = [(f"row-{slug(r.id)}", [r.id, r.layer, r.origin, r.state, r.detector, r.seconds,
                                         "yes" if r.golden else "", r.what]) for r in report.zoo]
    tables = [Table("rows", "Every planted mistake", ["id", "layer", "origin", "state", "found by", "s",
                                                      "golden vectors find", "what, or why it is absent"],
                    everything)]
    layers = dict.fromkeys(r.layer for r in report.zoo)
    for layer in ("all", *layers):
        of = [r for r in report.zoo if layer in ("all", r.layer)]
        for key, (words, is_in) in _zoo_groups(report.zoo).items():
            rows = [("", [Link(r.id, zoo_row(r)), r.state, r.detector, r.seconds, r.what])
                    for r in of if is_in(r)]
            if rows:
                tables.append(Table(f"{slug(layer)}:{slug(key)}", f"{layer}: {words}",
                                    ["id", "state", "found by", "s", "what"], rows))
    return Page(ZOO, "The bug zoo", tables, _sources(report, "lists/bugzoo.tsv"))


# --- coverage --------------------------------------------------------------------------------------


def covered(row):
    return f"{COVERAGE}#file-{slug(row.file)}"


def _tenths(value):
    return "–" if value is None else f"{value // 10}.{value % 10}\N{NO-BREAK SPACE}%"


def never_run(report, row):
    """Functions of a file that were never run; the file's row, where they are not known by name."""
    return f"{COVERAGE}#never-{slug(row.file)}" if row.file in report.never_run else covered(row)


def _coverage(report):
    rows, origins = report.coverage, list(report.coverage[0].origins)
    head = ["file", *origins, "all", "in reach", "lines run", "lines", "branches", "functions run", "functions",
            "never run"]
    table = Table("files", "Files", head, [
        (f"file-{slug(r.file)}", [r.file, *(_tenths(r.origins.get(o)) for o in origins), _tenths(r.all),
                                  _tenths(r.in_reach), r.lines_run, r.lines, _tenths(r.branches),
                                  r.functions_run, r.functions,
                                  Link(r.functions - r.functions_run, never_run(report, r))])
        for r in rows], report.coverage_asked)
    tables = [table]
    for row in rows:
        if row.file in report.never_run:
            tables.append(Table(f"never-{slug(row.file)}", f"{row.file}: functions that were never run",
                                ["why", "functions"], [("", list(each)) for each in report.never_run[row.file]],
                                Link(f"{row.functions_run:,} of {row.functions:,} functions were run",
                                     covered(row))))
    return Page(COVERAGE, "Coverage of Linux", tables,
                _sources(report, "lists/linux-coverage.tsv", "lists/linux-never-run.tsv"))


# --- the trend -------------------------------------------------------------------------------------


def past(run, place):
    """place: of a run among those of its column, oldest first."""
    return f"{TREND}#{slug(run.column)}:{place}"


def _clauses(report, ids, clause_page):
    return [Link(i, clause_page(report.clauses[i])) if i in report.clauses else i for i in ids]


def _past(report, run, place, clause_page):
    rows = [("", [name, Link(n, f"lists/{slug(run.column)}/all.html#verdict-{name}") if run.this and n else n])
            for name in model.VERDICTS if (n := run.totals.get(name, 0))]
    for level, by in run.levels.items():
        rows += [("", [f"{level}: {axis}", Link(n, f"lists/{slug(run.column)}/levels.html#{slug(level)}-{axis}")
                       if run.this and n else n]) for axis, n in by.items() if n]
    rows.append(("", ["clauses shown", run.clauses]))
    for words, ids in (("newly shown", run.newly), ("no longer shown", run.lost)):
        rows += [("", [words, cell]) for cell in _clauses(report, ids, clause_page)]
    return Table(f"{slug(run.column)}:{place}", f"{run.title}, {run.date}", ["what", "number"], rows,
                 f"Commit or kernel {run.commit or 'unknown'}; golden vectors {run.goldens or 'unknown'}.")


def _trend(report, clause_page):
    return Page(TREND, "Past runs", [_past(report, run, place, clause_page)
                                     for runs in history.by_column(report).values()
                                     for place, run in reversed(list(enumerate(runs)))])


# --- the card --------------------------------------------------------------------------------------


def throughput(row):
    return f"{NIC}#{slug(row.column)}:{slug(row.direction)}-{row.size}"


def _nic(report, runs):
    head = ["frames", "bytes", "frames a second", "Mbit/s", "waits for", "change, frames a second"]
    tables = []
    for column in dict.fromkeys(r.column for r in report.nic):
        rows = [(throughput(r).partition("#")[2], [{"tx": "sent", "rx": "received"}.get(r.direction, r.direction),
                                                   r.size, r.frames_s, r.mbit_s, r.bound,
                                                   "–" if r.delta_frames_s is None else r.delta_frames_s])
                for r in report.nic if r.column == column]
        note = Link(f"The run of {column}, its line \"nic\"", runs[column]) if column in runs else ""
        tables.append(Table(f"{slug(column)}:rows", column, head, rows, note))
    return Page(NIC, "Throughput, as the runs have it", tables,
                [Link(pathlib.PurePosixPath(path).name, path) for path in runs.values()])


# --- the whole -------------------------------------------------------------------------------------


def pages(report, runs, clause_page):
    """runs: column -> its file in the report's folder; clause_page: where a clause stands."""
    found = [_campaign(report)] if report.campaign else []
    found += [_zoo(report)] if report.zoo else []
    found += [_coverage(report)] if report.coverage else []
    found += [_trend(report, clause_page)] if report.history else []
    found += [_nic(report, runs)] if report.nic else []
    return _once(found)
