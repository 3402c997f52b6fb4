# SPDX-License-Identifier: MIT
"""What a report is made of. Filled in by build.py, read by everything that writes a file of it.

Two axes, never one: what Linux does (Result.linux) and what the RFCs ask (Result.rfc). A verdict is what
follows from both, in one word.
"""

from dataclasses import dataclass, field

# In the order in which they are shown; those that fail a gate are marked.
VERDICTS = {
    "fail": "differs from Linux, and nobody has said why",
    "xpass": "agrees, although a difference was expected: the expectation is out of date",
    "error": "could not be compared: no golden pair, or the environment lacks something",
    "inconclusive": "ran, and what it shows says neither yes nor no",
    "unimplemented": "the stack does not have this yet",
    "nonstrict": "as Linux, which does not do what an RFC says it SHOULD",
    "expected": "as Linux, or different for a known reason: a deviation of the ledger",
    "skip": "not for this stack or this machine, as the vector says",
    "pass": "as Linux, and as the RFCs ask",
}
FAILING = ("fail", "xpass", "error")  # each fails a gate, unless the baseline has it
STRICT = (*FAILING, "inconclusive", "unimplemented")  # what --strict fails on

LINUX_AXIS = {
    "same": "does what Linux does",
    "explained": "differs from Linux for a reason that is known",
    "differs": "differs from Linux",
    "unknown": "was not compared with Linux",
}
RFC_AXIS = {
    "kept": "does what the RFC asks",
    "should-missed": "does not do what the RFC says it SHOULD",
    "missed": "does not do what the RFC says it MUST, as Linux does not",
    "broken": "does not do what the RFC says it MUST, and Linux does",
    "in-doubt": "differs from Linux where the clause shows; whether it still holds is not known",
    "unknown": "not shown by this run",
    "none": "is about no clause of an RFC",
}


@dataclass
class Side:
    """One side of a row of a ladder."""
    text: str
    when_ns: int | None = None  # since time 0 of the script; None: before it, or no time
    hex: str = ""  # of a frame


@dataclass
class Field:
    name: str
    expected: str
    actual: str
    follows: bool  # differs because something else does: a checksum, a length
    start: int  # bytes of the frame [start, end)
    end: int


@dataclass
class Row:
    """One thing that happened: expected and got. got is expected where they are equal."""
    kind: str  # call, frame, state
    expected: Side | None  # None: only the run has it
    got: Side | None  # None: only Linux has it
    line: int = 0  # of the script; 0: of none
    host: int = 0
    out: bool = True  # of a frame: it leaves the host
    late_ns: int = 0  # got minus expected, where that is a difference
    fields: list = field(default_factory=list)  # of Field
    first: bool = False  # the first difference of the vector

    @property
    def state(self):
        if self.expected is None:
            return "extra"
        if self.got is None:
            return "missing"
        return "same" if self.got is self.expected and not self.late_ns else "differs"


@dataclass
class Difference:
    kind: str  # statement, frame, time, missing frame, extra frame, order, state
    what: str  # in one line, as `refstack check` says it
    line: int = 0
    frame: int = 0
    when_ns: int | None = None
    field: str = ""
    expected: str = ""
    actual: str = ""
    detail: str = ""


@dataclass
class Result:
    """A vector on a column."""
    verdict: str
    linux: str
    rfc: str
    message: str = ""
    clauses: dict = field(default_factory=dict)  # id -> RFC axis of this clause alone
    differences: list = field(default_factory=list)  # of Difference, the first cause first
    ladder: list = field(default_factory=list)  # of Row
    frames: int = 0
    virtual_ps: int = 0
    change: str = ""  # against the baseline: "new", "fixed", "known", ""
    got_capture: str = ""  # captures/….got.pcapng, where it differs; ""

    @property
    def first(self):
        return self.differences[0] if self.differences else None


@dataclass
class Vector:
    id: str  # "vectors/udp/closed-port.pkt", of a case "vectors/scapy/udp.frames/ttl-0"
    claim: str
    layer: str  # the directory: udp
    clauses: list  # ids
    script: str
    headers: dict = field(default_factory=dict)  # oracle, class, since, until, live, igb, why…
    results: dict = field(default_factory=dict)  # column name -> Result
    page: str = ""  # vectors/udp/closed-port.html, with #case
    capture: str = ""  # captures/vectors/udp/closed-port.pcapng; ""
    golden: str = ""  # hash of the pair

    @property
    def file(self):
        head, frames, _ = self.id.partition(".frames/")
        return head + ".frames" if frames else self.id


@dataclass
class Column:
    """A run of a device under test."""
    name: str  # what a baseline knows it by: refstack, linux, live, lwip
    title: str  # "Linux 6.12.117", "refstack 0.1.0"
    kind: str  # reference, judge (the goldens themselves), kernel, stack
    identity: dict = field(default_factory=dict)  # commit, kernel, options, started …: label -> text
    complete: bool = True
    expected: int = 0  # vectors that it should have
    done: int = 0
    totals: dict = field(default_factory=dict)  # verdict -> number
    levels: dict = field(default_factory=dict)  # level -> {RFC axis -> number of clauses}
    from_goldens: bool = False  # no run: what the golden vectors say of the judge; fails no gate


@dataclass
class ClauseResult:
    """A clause on a column: the worst of its vectors."""
    rfc: str
    linux: str
    counts: dict = field(default_factory=dict)  # verdict -> number of vectors


@dataclass
class Report:
    columns: list  # of Column; the first is the one that stands in front, each that is a run is gated
    vectors: list  # of Vector
    clauses: dict  # id -> catalogue.Clause, with its vectors' ids
    clause_results: dict  # clause id -> {column name -> ClauseResult}
    identity: dict  # label -> text: version, commit, catalogue, goldens, kernel, config, made
    baseline: dict = field(default_factory=dict)  # name, commit; {} where there is none
    gone: list = field(default_factory=list)  # ids that the baseline has and this run has not
    paths: list = field(default_factory=list)  # paths.Path
    nic: list = field(default_factory=list)  # nic.Throughput
    campaign: object = None  # campaign.Campaign; None: none was run
    zoo: list = field(default_factory=list)  # zoo.Row
    coverage: list = field(default_factory=list)  # coverage.Row
    coverage_asked: str = ""  # of which Linux, and by what
    never_run: dict = field(default_factory=dict)  # file of Linux -> (why, its functions)s
    sources: dict = field(default_factory=dict)  # path in the report -> text of a file that it is made of
    ledger: list = field(default_factory=list)  # ledger.Row
    history: list = field(default_factory=list)  # history.PastRun, oldest first, this one last
    gate: str = "pass"  # pass, fail, incomplete
    gate_why: str = ""  # in one line
    strict: bool = False
    notes: list = field(default_factory=list)  # what else must be said: a line each

    @property
    def complete(self):
        return all(c.complete for c in self.columns)
