# SPDX-License-Identifier: MIT
"""What the last fuzz campaign left in its folder."""

import contextlib
import json
import pathlib
import re
import sqlite3
import urllib.parse
from dataclasses import dataclass, field

import files
import history
import svg

MOST_POINTS = 240  # of a curve


@dataclass
class Finding:
    id: str
    target: str
    detector: str
    signature: str
    status: str
    first_seen: str
    seen: int
    replays: int = 0  # it was played again so often
    showed: int = 0  # and was seen again
    text: str = ""  # what was said when it was seen
    place: str = ""


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


def _target(name, told):
    told = files.mapping(told)
    seconds, execs = told.get("worker_seconds"), files.number(told.get("execs"))
    ms = files.number(seconds * 1000) if isinstance(seconds, (int, float)) else 0
    edges = max(files.number(told.get("edges_libfuzzer")), files.number(told.get("edges_afl")))
    return Target(files.said(name, 60), execs, execs * 1000 // ms if ms else 0, files.number(told.get("syscalls")),
                  files.number(told.get("frames")), edges, files.number(told.get("inputs")),
                  files.number(told.get("findings")))


COLUMNS = ("id", "target", "detector", "signature", "status", "first_seen", "seen", "replays", "showed", "text",
           "place")
TEXT_MOST = 20_000


def _finding(told):
    """told: column -> value; what is not there is empty."""
    texts = [files.said(told.get(k), TEXT_MOST if k == "text" else 400) for k in COLUMNS]
    numbers = [files.number(told.get(k)) for k in COLUMNS]
    return Finding(*texts[:6], *numbers[6:9], *texts[9:])


def _read_summary(campaign, path):
    text = files.text(path)
    if not text:
        return False
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("is no object")
    campaign.commit = files.said(told.get("commit"), 80)
    campaign.sessions, campaign.seconds = files.number(told.get("sessions")), files.number(told.get("seconds"))
    campaign.targets = [_target(k, v) for k, v in files.mapping(told.get("targets")).items()]
    campaign.linux = {files.said(k, 40): files.number(v) for k, v in files.mapping(told.get("linux")).items()}
    campaign.interrupted = told.get("interrupted") is True
    campaign.findings = [_finding(files.mapping(f)) for f in files.sequence(told.get("findings"))]
    return True


def _read_series(campaign, path):
    """Lines that are cut off, or older than one before them, are left out, as the campaign does."""
    points = []
    for line in files.text(path).splitlines():
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
        have = {row[1] for row in db.execute("PRAGMA table_info(finding)")}
        names = [k for k in COLUMNS if k in have or k in COLUMNS[:7]]  # without the first ones it is none
        rows = db.execute(f"SELECT {', '.join(names)} FROM finding ORDER BY nr").fetchall() \
            if "finding" in tables else []
    finally:
        db.close()
    if rows:
        campaign.findings = [_finding(dict(zip(names, row))) for row in rows]
    return bool(rows)


def read(folder):
    """What a campaign left in its directory; None: none was run there."""
    folder = pathlib.Path(folder)
    campaign, there = Campaign(str(folder)), False
    for name, part in (("summary.json", _read_summary), ("series", _read_series),
                       ("findings.db", _read_findings)):
        try:
            there |= part(campaign, folder / name)
        except (OSError, ValueError, RecursionError, OverflowError, sqlite3.Error) as error:
            there = True
            said = str(error) or type(error).__name__
            campaign.trouble.append(f"{folder / name}: {svg.clean(said)}: left out")
    return campaign if there else None


def sources(folder):
    """{path in a report: text} of the files that it is read of, as far as they can be."""
    found = {}
    for name, path in (("summary.json", "campaign/summary.json"), ("series", "campaign/series.txt")):
        with contextlib.suppress(OSError, ValueError):
            found[path] = files.text(pathlib.Path(folder, name))
    return {path: text for path, text in found.items() if text}
