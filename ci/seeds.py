#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""harness/seeds.tsv: what its rows name exists, and every row is shown by a test or says why not.

Columns: kind, name in the seeds, where it is here, which test shows it, and a note if there is one.
`where` is a list of path:NAME; what NAME has to be depends on the kind. `test` is a list of
program/test, with :section for a section of a script's answers, or `pending: AREA`. A dash stands for
nothing, and then the note says `became: ...`.
"""
import os
import re
import sys

TABLE = "harness/seeds.tsv"
KINDS = ("function", "struct", "member", "entry", "data", "errno", "constant", "check", "step", "term")
PENDING = ("sockets",)
SECTIONS = {"test_udp/answers": "vectors/udp/answers.txt"}
ERRNO = re.compile(r"\bE[A-Z0-9]{3,}\b")
NOT_ERRNO = {"ESTABLISHED"}

cache = {}


def text_of(path):
    if path not in cache:
        cache[path] = ""
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as f:
                cache[path] = f.read()
    return cache[path]


def code_of(path):
    return re.sub(r"/\*.*?\*/", "", text_of(path), flags=re.S)


def block(code, start):
    """From the first brace behind start to the line that closes it."""
    end = re.compile(r"^\}", re.M).search(code, start)
    return code[start:end.end()] if end else ""


def function(path, name):
    """The body of a function that is defined here; a macro with arguments counts."""
    code = code_of(path)
    m = re.search(r"^(?:[A-Za-z_][^\n;=(]*[ *])?" + re.escape(name) + r"\([^;{}]*\)\s*\n\{", code, re.M)
    if m:
        return block(code, m.end() - 1)
    m = re.search(r"^#define " + re.escape(name) + r"\(.*(?:\\\n.*)*", code, re.M)
    return m.group() if m else None


def struct(path, name):
    code = code_of(path)
    m = re.search(r"^(?:struct|enum|union) " + re.escape(name) + r" \{", code, re.M)
    return block(code, m.end()) if m else None


def member(path, name):
    parts = name.split(".")
    body = struct(path, parts[0])
    if body is None or len(parts) != 2:
        return None
    return body if re.search(r"[\s*(]" + re.escape(parts[1]) + r"(?:\[[^]]*\])?\)?\s*[;,:(]", body) else None


def data(path, name):
    """An object: defined, not only declared."""
    code = code_of(path)
    m = re.search(r"^(?!extern)[A-Za-z_][^\n;(){}]*[ *]" + re.escape(name) + r"(?:\[[^\n]*\])?(?: =|;)", code,
                  re.M)
    return block(code, m.start()) if m else None


def entry(path, name):
    """object.member=value: an initializer of that object says so."""
    m = re.fullmatch(r"(\w+)\.(\w+)=(.+)", name)
    body = data(path, m.group(1)) if m else None
    if body is None:
        return None
    want = r"\." + m.group(2) + r" = " + re.escape(m.group(3)) + r"\s*[,}\n]"
    return body if re.search(want, re.sub(r"\s+", " ", body) + "\n") else None


def constant(path, name):
    code = code_of(path)
    word = re.escape(name)
    if re.search(r"^#define " + word + r"\b", code, re.M):
        return code
    for body in re.findall(r"^(?:enum\b[^{;]*)\{(.*?)\}", code, re.M | re.S):
        if re.search(r"(?:^|[\s,])" + word + r"\s*(?:=|,|$)", body):
            return body
    if path.endswith(".def") and re.search(r"^X\([^\n]*\b" + word + r"\b", code, re.M):
        return code
    return None


def line(path, name):
    """A line that begins so: what a macro makes."""
    return name if re.search(r"^" + re.escape(name), text_of(path), re.M) else None


def anything(path, name):
    for find in (function, struct, member, data, entry, constant, line):
        body = find(path, name)
        if body is not None:
            return body
    return None


FIND = {
    "function": (function, line), "struct": (struct,), "member": (member, constant),
    "entry": (entry,), "data": (data,), "errno": (function,), "constant": (constant,),
    "check": (function, entry, constant), "term": (anything,),
}


def path_rows():
    return dict((i, int(s)) for s, i in
                re.findall(r"^X\(\s*(\d+),\s*(\w+),", text_of("refstack/path.def"), re.M))


class Report:
    def __init__(self):
        self.errors = 0

    def error(self, n, what):
        print(f"{TABLE}:{n}: {what}")
        self.errors += 1


def check_where(n, kind, name, where, note, report):
    """Without a note it is what its kind says; with one, something else may stand for it."""
    finders, bodies = (anything,) if note else FIND.get(kind, ()), []
    for item in re.split(r", (?=[\w./-]+:)", where):
        path, _, what = item.partition(":")
        if not os.path.isfile(path):
            report.error(n, f"no file {path}")
            continue
        if kind == "step":
            if path_rows().get(what) != int(name.split()[0]):
                report.error(n, f"{what} is not of step {name.split()[0]} in {path}")
            continue
        found = [b for b in (find(path, what) for find in finders) if b is not None]
        if not found:
            report.error(n, f"{path} has no {kind} {what}")
        bodies += found
    if kind in ("errno", "check"):
        for error in set(ERRNO.findall(name)) - NOT_ERRNO:
            if not any(re.search(r"\b" + error + r"\b", b) for b in bodies):
                report.error(n, f"{error} is in none of {where}")


def check_test(n, item, report):
    name, _, section = item.partition(":")
    if name.startswith("ci/"):
        if not os.path.isfile(name):
            report.error(n, f"no {name}")
        return
    program, _, test = name.partition("/")
    code = text_of(f"harness/unit/{program}.c")
    defined = re.search(r"^static void " + re.escape(test) + r"\(void \*\*state\)", code, re.M)
    if not test or not defined or len(re.findall(r"\b" + re.escape(test) + r"\b", code)) < 2:
        report.error(n, f"there is no test {name}")
    if section and not re.search(r"^== " + re.escape(section) + "$", text_of(SECTIONS.get(name, "")), re.M):
        report.error(n, f"{name} has no section '{section}'")


def check_row(n, row, report):
    kind, name, where, test, note = row
    if kind not in KINDS:
        report.error(n, f"kind '{kind}'")
        return
    pending = re.fullmatch(r"pending: (\w+)", test)
    if pending and pending.group(1) not in PENDING:
        report.error(n, f"pending '{pending.group(1)}'")
    if test.startswith("pending") and not pending:
        report.error(n, f"'{test}' is no area that is pending")
    if "-" in (where, test) and not note.startswith("became: ") and not pending:
        report.error(n, f"{name}: no test, nothing pending, and no note of what it became")
    if where != "-":
        check_where(n, kind, name, where, note, report)
    if test != "-" and not pending:
        for item in test.split(", "):
            check_test(n, item, report)


def main():
    report, seen, rows, kinds = Report(), {}, 0, {}
    for n, text in enumerate(text_of(TABLE).split("\n"), 1):
        if not text or text.startswith("#"):
            continue
        row = text.split("\t")
        if len(row) not in (4, 5) or any(field != field.strip() or not field for field in row):
            report.error(n, "four columns or, with a note, five, separated by single tabs")
            continue
        row = (row + [""])[:5]
        key = (row[0], row[1])
        if key in seen:
            report.error(n, f"{row[0]} '{row[1]}' is in line {seen[key]} already")
        seen[key] = n
        rows += 1
        kinds[row[0]] = kinds.get(row[0], 0) + 1
        check_row(n, row, report)
    steps = sorted(int(name.split()[0]) for kind, name in seen if kind == "step")
    if steps != list(range(1, 17)):
        report.error(0, f"the sixteen steps are {steps}")
    if report.errors:
        print(f"{report.errors} errors")
        print("[  FAILED  ] 1 test(s).")
        return 1
    print(f"[       OK ] seeds: {rows} rows")
    print("[  PASSED  ] 1 test(s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
