#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The catalogue: clauses of the host RFCs and rows of the socket API, and which vectors show them.

catalogue/LAYER.tsv has a row a clause, catalogue/api.tsv a row a call and condition; README.md there says
what the columns mean. A vector names what it shows in its header `// clauses:`; the way back is computed
here. As a program: catalogue.py [--list] [VECTORS] checks both, and counts.
"""

import argparse
import pathlib
import re
import sys
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent / "catalogue"
FIELDS = HERE.parent.parent / "golden" / "field.c"
LAYERS = ("link", "arp", "ip", "route", "icmp", "udp", "checksum", "tcp")
BUILT = ("link", "arp", "ip", "route", "icmp", "udp", "tcp", "checksum")  # what the reference has
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")
TESTS = ("packet", "api", "timer", "invariant", "none")
LINUX = ("keeps", "deviates", "varies", "absent")
REASONS = {
    "not-observable": "nothing that a program or the wire could see tells it",
    "host-policy": "for who runs the host to decide, not for the stack",
    "superseded": "a later RFC says otherwise",
    "out-of-scope": "a part of the network that this stack does not have",
    "pending": "of a layer that is not built yet",
}
ABOUT = {  # what an entry of `about` can begin with, and what that means of a difference (verdict.marks)
    "missing": ("missing",), "extra": ("extra",), "frame": ("missing", "extra"),
    "early": ("early",), "late": ("late",), "time": ("early", "late"),
    "call": ("call",), "state": ("state",),
}
MOST_WITHOUT = 15  # per cent of the testable clauses of built layers that may lack a vector


@dataclass
class Clause:
    id: str
    layer: str
    rfc: str
    section: str
    level: str
    text: str
    test: str
    linux: str = "keeps"
    kernels: str = ""
    note: str = ""
    superseded_by: str = ""
    conflict: str = ""
    reason: str = ""
    about: str = ""
    vectors: list = field(default_factory=list)

    @property
    def is_testable(self):
        return self.test != "none" and not self.superseded_by

    @property
    def is_must(self):
        return self.level in ("MUST", "MUST NOT", "API")


class CatalogueError(Exception):
    """Says the file and the line."""


def _rows(path, columns):
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].split("\t") != columns:
        raise CatalogueError(f"{path}:1: the columns are {' '.join(columns)}")
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise CatalogueError(f"{path}:{number}: {len(cells)} columns, not {len(columns)}")
        yield number, dict(zip(columns, cells))


COLUMNS = "id rfc section level clause test linux kernels note superseded_by conflict reason about".split()
API_COLUMNS = "id call condition result source reason".split()
SIBLINGS = {  # by which other calls a row shows, too
    "send": ("send", "sendto", "sendmsg"), "recv": ("recv", "recvfrom", "recvmsg"),
    "setsockopt": ("setsockopt", "getsockopt"),
}
OPTION = r"\b(?:SOL|SO|IP|TCP|UDP|ICMP)_[A-Z_]+"


def _clause(layer, row):
    return Clause(
        id=row["id"], layer=layer, rfc=row["rfc"], section=row["section"], level=row["level"],
        text=row["clause"], test=row["test"], linux=row["linux"], kernels=row["kernels"],
        note=row["note"], superseded_by=row["superseded_by"], conflict=row["conflict"],
        reason=row["reason"], about=row["about"],
    )


def _about_api(row):
    """Its call with another result; of an option only where it is about that one."""
    calls = SIBLINGS.get(row["call"], (row["call"],))
    options = re.findall(OPTION, row["condition"]) if row["call"].endswith("sockopt") else []
    return ", ".join(f"call {call} {option}".strip().lower() for call in calls for option in options or [""])


def _api(row):
    return Clause(
        id=row["id"], layer="api", rfc="", section=row["call"], level="API", test="api",
        text=f"{row['call']}: {row['condition']}: {row['result']}", note=row["source"],
        reason=row["reason"], about=_about_api(row),
    )


def load(folder=HERE):
    """All clauses by id, in the order of the files; rows of the API last."""
    found = {}
    for layer in (*LAYERS, "api"):
        path = folder / f"{layer}.tsv"
        for number, row in _rows(path, API_COLUMNS if layer == "api" else COLUMNS):
            if row["id"] in found:
                raise CatalogueError(f"{path}:{number}: {row['id']} is there twice")
            found[row["id"]] = _api(row) if layer == "api" else _clause(layer, row)
    return found


def header(text, key):
    """The value of a header line `// KEY: VALUE` that stands before the script begins; ""."""
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        match = re.match(r"//\s*([a-z]+):\s*(.*\S)\s*$", line)
        if match and match[1] == key:
            return match[2]
    return ""


def named_clauses(text):
    return re.split(r"[\s,]+", header(text, "clauses")) if header(text, "clauses") else []


def link(clauses, vectors):
    """Fills in Clause.vectors from the files below a folder; what is wrong with them, as lines."""
    wrong = []
    for path in sorted([*vectors.rglob("*.pkt"), *vectors.rglob("*.frames")]):
        name = str(path.relative_to(vectors.parent))
        seen = set()
        for clause in named_clauses(path.read_text(encoding="utf-8", errors="replace")):
            if clause not in clauses:
                wrong.append(f"{path}: 'clauses:' names {clause}, which the catalogue does not have")
            elif clause in seen:
                wrong.append(f"{path}: 'clauses:' names {clause} twice")
            else:
                clauses[clause].vectors.append(name)
            seen.add(clause)
    return wrong


def entries_about(clause):
    """Of its column `about`, in small letters."""
    return [" ".join(entry.split()) for entry in clause.about.lower().split(",") if entry.strip()]


def fields():
    """The names of fields that a frame can have, from the source that knows them; None: it is not there."""
    if not FIELDS.is_file():
        return None
    text = FIELDS.read_text(encoding="utf-8")
    names = re.findall(r'^\t\{ "([a-z ]+)", \d+, \d+, FIELD_', text, re.MULTILINE)
    names += re.findall(r'(?:split_rest|add_bytes)\(&?s, "([^"]+)"', text)
    return {quoted + name for name in names for quoted in ("", "quoted ")}


def _is_about_field(entry, known):
    """The name of a field, perhaps with the value that Linux has there; "no" before it: it has none."""
    name = entry.removeprefix("no ")
    return name in known or (name == entry and name.rpartition(" ")[0] in known)


def _wrong_entry(entry, known):
    if not entry:
        return "has an empty entry"
    if entry != entry.lower():
        return f"'{entry}' is not in small letters"
    if known is None or entry.split()[0] in ABOUT or _is_about_field(entry, known):
        return ""
    return f"'{entry}' is no field of a frame, and begins with none of {', '.join(ABOUT)}"


def _wrong_about(clause, known):
    for entry in clause.about.split(",") if clause.about else ():
        wrong = _wrong_entry(" ".join(entry.split()), known)
        if wrong:
            yield f"about: {wrong}"


def _wrong_values(clause, clauses):
    if clause.layer != "api":
        for what, value, allowed in (("level", clause.level, LEVELS), ("test", clause.test, TESTS),
                                     ("linux", clause.linux, LINUX)):
            if value not in allowed:
                yield f"{what} '{value}' is none of {', '.join(allowed)}"
    if clause.superseded_by and clause.superseded_by not in clauses:
        yield f"superseded_by {clause.superseded_by}, which the catalogue does not have"
    if clause.linux in ("deviates", "varies") and not clause.note:
        yield f"Linux {clause.linux}, and 'note' does not say how"
    if clause.reason and clause.reason not in REASONS:
        yield f"reason '{clause.reason}' is none of {', '.join(REASONS)}"
    if clause.reason == "superseded" and not clause.superseded_by:
        yield "superseded, and not by what"


def _wrong_links(clause):
    if clause.reason and clause.vectors:
        yield f"has a reason for no vector ({clause.reason}), and a vector: {clause.vectors[0]}"
    if not clause.reason and not clause.vectors:
        yield "has neither a vector nor a reason"
    if clause.reason == "pending" and clause.layer in BUILT:
        yield f"is pending, and its layer, {clause.layer}, is built"


def check(clauses, frozen):
    """What is wrong with the catalogue, as lines; link() goes before."""
    known = fields()
    for clause in clauses.values():
        for wrong in (*_wrong_values(clause, clauses), *_wrong_links(clause), *_wrong_about(clause, known)):
            yield f"{clause.id}: {wrong}"
    for name in sorted(set(frozen) - set(clauses)):
        yield f"{name}: is in frozen.txt, and gone: an id stays; say superseded_by instead"
    for name in sorted(set(clauses) - set(frozen)):
        yield f"{name}: is not in frozen.txt; add it at the end"


def without_vector(clauses):
    """Testable clauses of built layers, and those of them that no vector shows."""
    testable = [c for c in clauses.values() if c.layer in BUILT and c.is_testable]
    return testable, [c for c in testable if not c.vectors]


def frozen_ids(folder=HERE):
    return (folder / "frozen.txt").read_text(encoding="utf-8").split()


def main():
    parser = argparse.ArgumentParser(description="Checks the catalogue against the vectors.")
    parser.add_argument("vectors", nargs="?", default="vectors", type=pathlib.Path)
    parser.add_argument("--catalogue", default=HERE, type=pathlib.Path)
    parser.add_argument("--list", action="store_true", help="prints every clause without a vector")
    args = parser.parse_args()
    clauses = load(args.catalogue)
    wrong = link(clauses, args.vectors) + list(check(clauses, frozen_ids(args.catalogue)))
    testable, without = without_vector(clauses)
    share = 100 * len(without) / max(1, len(testable))
    if share > MOST_WITHOUT:
        wrong.append(f"{share:.1f} % of the testable clauses of built layers have no vector; "
                     f"at most {MOST_WITHOUT} % may")
    for line in wrong:
        print(line)
    if args.list:
        for clause in clauses.values():
            if not clause.vectors:
                print(f"{clause.id}\t{clause.level}\t{clause.reason or '-'}\t{clause.text}")
    for layer in (*LAYERS, "api"):
        of = [c for c in clauses.values() if c.layer == layer and c.is_testable]
        print(f"{layer}: {len(of)} testable, {sum(bool(c.vectors) for c in of)} with vectors, "
              f"{sum(bool(c.reason) for c in of)} with a reason")
    print(f"{len(clauses)} clauses; of {len(testable)} testable ones of built layers "
          f"{len(without)} have no vector ({share:.1f} %)")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (CatalogueError, OSError) as e:
        print(e, file=sys.stderr)
        sys.exit(2)
