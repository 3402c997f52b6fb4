#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Figures of the C code, a line a folder: what docs/comparison.md is filled from.

metrics.py [--longest N] [FOLDER...]     (default: refstack, nicmodel, harness, and each folder of them)

A function is what stands between a '{' and a '}' that are alone in column 0; its length is the lines
between. p50 is the value below which half of them lie. Asserts are assert(), static_assert() and
check_failed(), and in tests cmocka's assert_x() and fail_msg(), shared out over the functions;
citations are "RFC n" and "LINUX:"; comment is its part of the lines that are not blank.
"""
import os
import re
import sys

TOPS = ("refstack", "nicmodel", "harness")
ENDS = (".c", ".h", ".def")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
ASSERT = re.compile(r"\b(?:static_assert|check_failed|fail_msg|assert(?:_[a-z_0-9]+)?)\s*\(")
CITATION = re.compile(r"\bRFC \d+|\bLINUX:")
GOTO = re.compile(r"^\s*goto \w+;", re.M)
COLUMNS = ("files", "lines", "file p50/p90/max", "function p50/p90/p99/max", "asserts/fn",
           "cites/kloc", "comment", "goto")


def files(folder):
    for where, dirs, names in os.walk(folder):
        dirs.sort()
        for name in sorted(names):
            if name.endswith(ENDS):
                yield os.path.join(where, name)


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, len(values) * part // 100)] if values else 0


def functions(rows):
    """(length, line) of each."""
    start = None
    for n, row in enumerate(rows, 1):
        if row == "{":
            start = n
        elif row == "}" and start is not None:
            yield n - start - 1, start
            start = None


class Figures:
    def __init__(self):
        self.sizes, self.lengths, self.found = [], [], []
        self.code = self.comment = self.asserts = self.citations = self.gotos = 0

    def add(self, path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        rows = text.split("\n")
        bare = COMMENT.sub("", text)
        self.sizes.append(text.count("\n"))
        for length, line in functions(rows):
            self.lengths.append(length)
            self.found.append((length, f"{path}:{line}"))
        self.code += sum(1 for row in rows if row.strip())
        self.comment += sum(m.group().count("\n") + 1 for m in COMMENT.finditer(text))
        self.asserts += len(ASSERT.findall(bare))
        self.citations += len(CITATION.findall(text))
        self.gotos += len(GOTO.findall(bare))

    def row(self):
        size = "/".join(str(percentile(self.sizes, p)) for p in (50, 90))
        length = "/".join(str(percentile(self.lengths, p)) for p in (50, 90, 99))
        n = len(self.lengths)
        return (str(len(self.sizes)), str(sum(self.sizes)), f"{size}/{max(self.sizes)}",
                f"{length}/{max(self.lengths)}" if n else "-",
                f"{self.asserts / n:.2f}" if n else "-",
                f"{1000 * self.citations / max(1, self.code):.1f}",
                f"{100 * self.comment / max(1, self.code):.0f} %", str(self.gotos))


def figures(folder, without=()):
    out = Figures()
    for path in files(folder):
        if not path.startswith(tuple(w + "/" for w in without)):
            out.add(path)
    return out


def table(rows):
    print("| folder | " + " | ".join(COLUMNS) + " |")
    print("|---|" + "---|" * len(COLUMNS))
    for name, f in rows:
        if f.sizes:
            print(f"| {name} | " + " | ".join(f.row()) + " |")


def main():
    args = sys.argv[1:]
    longest = 0
    if args[:1] == ["--longest"]:
        longest, args = int(args[1]), args[2:]
    if args:
        rows = [(a, figures(a)) for a in args]
    else:
        rows = [("refstack", figures("refstack")), ("nicmodel", figures("nicmodel")),
                ("harness without unit", figures("harness", ("harness/unit",))),
                ("harness/unit", figures("harness/unit"))]
        for top in ("refstack", "harness"):
            inner = sorted(e.path for e in os.scandir(top) if e.is_dir())
            rows += [(path, figures(path)) for path in inner if path != "harness/unit"]
    table(rows)
    every = [one for _, f in rows for one in f.found]
    for length, where in sorted(set(every), reverse=True)[:longest]:
        print(f"{length:5} {where}")


if __name__ == "__main__":
    main()
