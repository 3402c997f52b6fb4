# SPDX-License-Identifier: MIT
"""Past runs: a table in the store of findings, a row for each complete run of a column.

The store is the one of harness/campaign/store.c: the same marks in the file's header, the same way to lock,
a table of its own. What the store cannot give costs the trend, never the report: it is said on stderr.
"""

import json
import pathlib
import re
import sqlite3
import sys
from dataclasses import dataclass, field

APPLICATION = 0x52534644  # as store.c has it: "RSFD"
SCHEMA = 1
BUSY_S = 30.0
SHOWN = 30  # runs of a column
TEXT_MAX = 300
NOT_SHOWN = ("unknown", "none")  # of a clause: no vector of the run says anything about it

TABLE = """CREATE TABLE IF NOT EXISTS report_run (
nr INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL, made TEXT NOT NULL,
build TEXT NOT NULL, goldens TEXT NOT NULL, totals TEXT NOT NULL, levels TEXT NOT NULL,
clauses TEXT NOT NULL)"""
COLUMNS = "nr, run, name, title, made, build, goldens, totals, levels, clauses"


@dataclass
class PastRun:
    """A complete run of a column."""
    column: str
    title: str
    date: str
    commit: str
    goldens: str
    totals: dict  # verdict -> number
    levels: dict  # level -> {RFC axis -> number of clauses}
    clauses: int  # how many some vector of it has shown
    newly: list = field(default_factory=list)  # ids of those that the run before has not
    lost: list = field(default_factory=list)  # and of those that only the run before has
    this: bool = False  # the run that the report is about

    @property
    def failures(self):
        return sum(self.totals.get(v, 0) for v in ("fail", "xpass", "error"))


class StoreError(Exception):
    """Why there is no trend."""


# --- the file --------------------------------------------------------------------------------------


def _one(db, sql):
    return db.execute(sql).fetchone()[0]


def _check(db):
    """In a transaction, for two that open it at once mark it once."""
    application, version = _one(db, "PRAGMA application_id"), _one(db, "PRAGMA user_version")
    if application == 0 and version == 0 and _one(db, "SELECT count(*) FROM sqlite_master") == 0:
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {SCHEMA}")
    elif application != APPLICATION:
        raise StoreError("this is an SQLite file, but not a store of findings")
    elif version != SCHEMA:
        raise StoreError(f"the store has schema {version}, this refstack knows {SCHEMA}: "
                         "use the one that wrote it")
    db.execute(TABLE)
    have = [row[1] for row in db.execute("PRAGMA table_info(report_run)")]
    if have != COLUMNS.split(", "):
        raise StoreError(f"its table report_run has other columns: {', '.join(have)}")


def _change(db, change):
    db.execute("BEGIN IMMEDIATE")
    try:
        result = change(db)
        db.execute("COMMIT")
        return result
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _open(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        _change(db, _check)
        if _one(db, "PRAGMA quick_check(1)") != "ok":
            raise StoreError("the store of findings is damaged")
        return db
    except BaseException:
        db.close()
        raise


def _said(error):
    """In the words of store.c, where it has some."""
    if "not a database" in str(error):
        return "this is not a store of findings"
    if "malformed" in str(error):
        return f"the store of findings is damaged: {error}"
    if "locked" in str(error):
        return f"another process keeps it, and has for {BUSY_S:g} s"
    return str(error)


# --- rows ------------------------------------------------------------------------------------------


def _identity(column, *labels):
    found = {label.lower(): value for label, value in column.identity.items()}
    return next((str(found[k])[:TEXT_MAX] for k in labels if found.get(k)), "")


def _of_report(report, *labels):
    found = {label.lower(): value for label, value in report.identity.items()}
    return next((str(found[k])[:TEXT_MAX] for k in labels if found.get(k)), "")


def shown_clauses(report, name):
    """Ids of clauses that a vector has shown on a column, whichever way."""
    return [ident for ident, of in report.clause_results.items()
            if name in of and of[name].rfc not in NOT_SHOWN]


def _row(report, column):
    made = _identity(column, "started") or _of_report(report, "made", "started")
    build = _identity(column, "commit", "kernel", "version")
    goldens = _of_report(report, "goldens", "golden")
    return {
        "run": json.dumps([column.name, made, build, goldens]), "name": column.name, "title": column.title,
        "made": made, "build": build, "goldens": goldens,
        "totals": json.dumps(column.totals, sort_keys=True),
        "levels": json.dumps(column.levels, sort_keys=True),
        "clauses": " ".join(shown_clauses(report, column.name)),
    }


def _numbers(text, deep):
    """A dict of small whole numbers: somebody may have written into the file."""
    def is_number(v):
        return isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 1 << 53
    said = json.loads(text)
    if not isinstance(said, dict) or not all(
            isinstance(v, dict) and all(map(is_number, v.values())) if deep else is_number(v)
            for v in said.values()):
        raise ValueError("no numbers")
    return said


def _past(row):
    nr, *texts = row
    try:
        if not all(isinstance(t, str) for t in texts):
            raise ValueError("no text")
        _, name, title, made, build, goldens, totals, levels, clauses = texts
        shown = re.findall(r"[\w.:-]+", clauses)
        return PastRun(name, title, made, build, goldens, _numbers(totals, False), _numbers(levels, True),
                       len(shown)), shown
    except (ValueError, RecursionError) as error:
        raise StoreError(f"the store of findings is damaged: run {nr} of report_run is none that a report "
                         "writes") from error


def _insert(db, row):
    """A run that is there already is not there twice."""
    names = ", ".join(row)
    db.execute(f"INSERT OR IGNORE INTO report_run ({names}) VALUES ({', '.join('?' * len(row))})",
               list(row.values()))


def _read(db, name):
    """The last runs of a column with their clauses, and one more, which the first is compared with."""
    rows = db.execute(f"SELECT {COLUMNS} FROM report_run WHERE name = ? ORDER BY nr DESC LIMIT ?",
                      (name, SHOWN + 1)).fetchall()
    return [(row[1], *_past(row)) for row in reversed(rows)]


def compare(runs):
    """[(run, ids)]: says of each run what it has newly shown; the oldest has nothing before it."""
    for (_, had), (run, has) in zip(runs, runs[1:]):
        run.newly = [c for c in has if c not in set(had)]
        run.lost = [c for c in had if c not in set(has)]
    return [run for run, _ in runs]


# --- the whole -------------------------------------------------------------------------------------


def _store(config):
    """The file; None: none is wanted. Where nothing is said of it, it is the campaign's."""
    if "store" not in config and config.get("campaign"):
        return pathlib.Path(config["campaign"], "findings.db")
    return pathlib.Path(config["store"]) if config.get("store") else None


def _history(db, report, columns):
    rows = {c.name: _row(report, c) for c in columns}

    def change(db):
        for column in columns if report.complete else ():
            _insert(db, rows[column.name])
        return [run for column in reversed(columns) for run in _of_column(db, column, rows)]
    return _change(db, change)


def _of_column(db, column, rows):
    read = _read(db, column.name)
    for run, past, _ in read:
        past.this = run == rows[column.name]["run"]
    return compare([(past, shown) for _, past, shown in read])[-SHOWN:]


def record(report, config, warn=None):
    """Adds the runs of a report to the store, and fills in report.history: column by column, each oldest
    first; the column that the verdict is about comes last, and its newest run is the list's last."""
    path = _store(config)
    report.history = []
    if path is None:
        return
    columns = [c for c in report.columns if c.complete and not c.from_goldens]  # of goldens it is no run
    db = None
    try:
        db = _open(path)
        report.history = _history(db, report, columns)
    except (StoreError, sqlite3.Error, OSError, OverflowError) as error:
        said = error if isinstance(error, StoreError) else _said(error)
        (warn or _warn)(f"{path}: {said}: the report has no trend")
    finally:
        if db is not None:
            db.close()


def _warn(text):
    print(f"refstack report: {text}", file=sys.stderr)


def by_column(report):
    """{column title: [PastRun]}, the column that the verdict is about first."""
    found = {}
    for run in reversed(report.history):
        found.setdefault(run.column, []).insert(0, run)
    return found
