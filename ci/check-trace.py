#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A trace against the rules of the Trace Event Format, and against what refstack promises of it.

usage: check-trace.py [--want WORD]... FILE.json...

  JSON of one object with traceEvents; every event has the keys of its phase; every track has a name
  and belongs to a process with one; times do not go back on a track; every B has its E and they
  nest; slices of X do not overlap half; each flow begins with s, ends with f, does not go back in
  time, and each of its steps lies in a slice; functions, tracepoints and their fields are those of
  cost.def and trace.def.
  --want WORD: the trace must have something of that category.
"""
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDED = {
    "B": {"name", "cat", "ts"}, "E": {"ts"}, "X": {"name", "cat", "ts", "dur"},
    "i": {"name", "cat", "ts", "s"}, "C": {"name", "ts", "args"},
    "s": {"name", "cat", "ts", "id"}, "t": {"name", "cat", "ts", "id"},
    "f": {"name", "cat", "ts", "id", "bp"}, "M": {"name", "args"},
}
METADATA = {"process_name": "name", "thread_name": "name", "process_sort_index": "sort_index",
            "thread_sort_index": "sort_index"}


def rows(path):
    """name -> the rest of its row, of a .def file."""
    with open(os.path.join(ROOT, path)) as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    found = {}
    for m in re.finditer(r'^X\((\w+),\s*((?:"[^"]*"|[^()"])*)\)', text, re.M):
        found[m.group(1)] = m.group(2)
    assert found, path
    return found


FUNCTIONS = set(rows("refstack/cost.def"))
TRACEPOINTS = {name: [f.strip() for f in re.sub(r'"[^"]*",?', "", rest).split(",") if f.strip()]
               for name, rest in rows("refstack/trace.def").items()}


def ns(value):
    """Of a number in µs, without the error of a binary fraction."""
    return round(value * 1000)


class Checker:
    def __init__(self, path):
        self.path = path
        self.errors = 0
        self.categories = set()
        self.processes, self.threads = set(), set()
        self.last = {}     # track -> time
        self.open = {}     # track -> [(name, begin)]
        self.closing = {}  # track -> ends of X slices that are open
        self.flows = {}    # (cat, id) -> [(phase, ns)]

    def error(self, n, what):
        self.errors += 1
        if self.errors <= 20:
            print(f"{self.path}: event {n}: {what}")

    def names(self, n, e):
        name, cat = e["name"], e["cat"]
        if cat == "function" and name not in FUNCTIONS:
            self.error(n, f"{name} is no function of cost.def")
        if cat != "tracepoint":
            return
        if name not in TRACEPOINTS:
            self.error(n, f"{name} is no tracepoint of trace.def")
        elif list(e.get("args", {})) != TRACEPOINTS[name]:
            self.error(n, f"{name} has fields {list(e.get('args', {}))}, not {TRACEPOINTS[name]}")

    def covered(self, track, at):
        if self.open.get(track):
            return True
        return any(begin <= at <= end for begin, end in self.closing.get(track, []))

    def slice_x(self, n, track, at, dur):
        ends = [s for s in self.closing.get(track, []) if s[1] > at]
        if dur < 0:
            self.error(n, "a slice of negative length")
        if any(at + dur > end for _, end in ends):
            self.error(n, "a slice that overlaps the one before by half")
        # One that has just ended is kept: a flow may touch its last moment.
        self.closing[track] = [s for s in self.closing.get(track, []) if s[1] >= at][-8:]
        self.closing[track].append((at, at + dur))

    def flow(self, n, e, track, at):
        key = (e["cat"], e["id"])
        steps = self.flows.setdefault(key, [])
        if not self.covered(track, at):
            self.error(n, f"flow {key}: {e['ph']} lies in no slice")
        if e["ph"] == "s" and steps:
            self.error(n, f"flow {key} begins twice")
        if e["ph"] != "s" and (not steps or steps[-1][0] == "f"):
            self.error(n, f"flow {key}: {e['ph']} where it has not begun or has ended")
        if e["ph"] == "f" and e.get("bp") != "e":
            self.error(n, f"flow {key} ends without a binding to its slice")
        steps.append((e["ph"], at))

    def metadata(self, n, e):
        if e["name"] not in METADATA or METADATA[e["name"]] not in e["args"]:
            self.error(n, f"metadata {e['name']}")
        elif e["name"] == "process_name":
            self.processes.add(e["pid"])
        elif e["name"] == "thread_name":
            self.threads.add((e["pid"], e["tid"]))

    def timed(self, n, e):
        track, at, ph = (e["pid"], e["tid"]), ns(e["ts"]), e["ph"]
        if track not in self.threads or e["pid"] not in self.processes:
            self.error(n, f"track {track} has no name")
        if at < self.last.get(track, 0):
            self.error(n, f"time goes back on track {track}")
        self.last[track] = at
        if "cat" in e:
            self.categories.add(e["cat"])
            self.names(n, e)
        if ph == "B":
            self.open.setdefault(track, []).append(e["name"])
        elif ph == "E":
            if not self.open.get(track):
                self.error(n, f"an E without its B on track {track}")
            else:
                self.open[track].pop()
        elif ph == "X":
            self.slice_x(n, track, at, ns(e["dur"]))
        elif ph in "stf":
            self.flow(n, e, track, at)

    def event(self, n, e):
        ph = e.get("ph")
        if ph not in NEEDED:
            self.error(n, f"phase {ph!r}")
            return
        absent = (NEEDED[ph] | {"pid", "tid"}) - set(e)
        if absent:
            self.error(n, f"{ph} without {', '.join(sorted(absent))}")
        elif ph == "M":
            self.metadata(n, e)
        elif not isinstance(e["ts"], (int, float)) or e["ts"] < 0:
            self.error(n, "a time that is none")
        else:
            self.timed(n, e)

    def check(self, want):
        try:
            with open(self.path, encoding="utf-8") as f:
                top = json.load(f)
        except (OSError, ValueError) as e:
            print(f"{self.path}: {e}")
            return False
        if not isinstance(top, dict) or not isinstance(top.get("traceEvents"), list):
            print(f"{self.path}: no object with a list of traceEvents")
            return False
        if top.get("displayTimeUnit") not in ("ns", "ms"):
            self.error(0, "displayTimeUnit")
        for n, e in enumerate(top["traceEvents"]):
            self.event(n, e)
        for track, names in self.open.items():
            if names:
                self.error(-1, f"track {track}: {names[-1]} has no end")
        for key, steps in self.flows.items():
            if steps[-1][0] != "f":
                self.error(-1, f"flow {key} has no end")
        for word in want:
            if word not in self.categories:
                self.error(-1, f"nothing of category {word}")
        if self.errors == 0:
            print(f"{self.path}: {len(top['traceEvents'])} events, {len(self.threads)} tracks, "
                  f"{len(self.flows)} flows")
        return self.errors == 0


def main(args):
    want, files = [], []
    while args:
        if args[0] == "--want" and len(args) > 1:
            want.append(args[1])
            args = args[2:]
        else:
            files.append(args[0])
            args = args[1:]
    if not files:
        print(__doc__)
        return 2
    return 0 if all([Checker(f).check(want) for f in files]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
