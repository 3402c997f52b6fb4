#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""House rules that no compiler checks. Errors fail; lengths of functions only warn.

With file names as arguments only those are looked at (the pre-commit hook).
"""
import os
import re
import subprocess
import sys

import lists

BUILD = os.environ.get("BUILD", "build")
OBJECTS = "gcc-O3/obj"  # release keeps what nm wants to know for the link
TOPS = ("refstack", "nicmodel", "harness", "ci", ".ci")
ROOT_FILES = ("Makefile",)
CORE = ("refstack/", "nicmodel/")
CODE = (".c", ".h", ".def")
LINE_MAX = 100
FUNCTION_MAX = 100
BLOB_MAX = 256 * 1024
BLOB_FREE = ("corpus/", "vectors/", "ci/example/vectors/", "harness/unit/diverges/")

# Call -> what to use in its place.
BANNED = {
    "malloc": "a pool", "calloc": "a pool", "realloc": "a pool", "free": "pool_free",
    "alloca": "a pool", "printf": "trace events", "fprintf": "trace events",
    "sprintf": "trace events", "snprintf": "trace events", "puts": "trace events",
    "putchar": "trace events", "fopen": "the harness", "open": "the harness",
    "getenv": "world_cfg", "exit": "check_failed", "abort": "assert",
    "time": "sim.now_ps", "clock": "sim.now_ps", "clock_gettime": "sim.now_ps",
    "gettimeofday": "sim.now_ps", "rand": "rng_u32", "random": "rng_u32", "srand": "rng_init",
    "qsort": "an order that is total by itself", "bsearch": "a table",
    "htons": "cpu_to_be16", "htonl": "cpu_to_be32", "ntohs": "be16_to_cpu",
    "ntohl": "be32_to_cpu", "strcpy": "memcpy", "strcat": "memcpy", "strncpy": "memcpy",
    "strlen": "a length that is carried along", "setjmp": "return", "longjmp": "return",
}
BANNED_CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
BANNED_WORD = re.compile(r"\b(float|double|NDEBUG|_Thread_local|volatile)\b")
# What describes the machine it was written on says nothing to a reader.
PRIVATE = re.compile(r"(?<![\w.])/(?:work|tmp/lab|home|root)/|\.\./shared\b")

STRINGS = re.compile(r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'")
COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def blank(match):
    """Takes text out and leaves the lines where they are."""
    return re.sub(r"[^\n]", " ", match.group())


def code_only(text):
    return COMMENTS.sub(blank, STRINGS.sub(lambda m: '"' + " " * (len(m.group()) - 2) + '"', text))


def columns(line):
    return len(line.expandtabs(8))


def all_files():
    for name in ROOT_FILES:
        yield name
    for top in TOPS + ("corpus", "vectors"):
        for where, dirs, names in os.walk(top):
            dirs[:] = sorted(d for d in dirs if d not in ("__pycache__", ".git"))
            for name in sorted(names):
                yield os.path.join(where, name)


class Report:
    def __init__(self):
        self.errors = 0
        self.warnings = 0

    def error(self, where, what):
        print(f"{where}: {what}")
        self.errors += 1

    def warn(self, where, what):
        print(f"{where}: warning: {what}")
        self.warnings += 1


def check_lines(path, text, report):
    for n, line in enumerate(text.split("\n"), 1):
        if path.endswith(CODE) and columns(line) > LINE_MAX:
            report.error(f"{path}:{n}", f"{columns(line)} columns, {LINE_MAX} are the limit")
        # A blank line of a patch's context is a space; the last cells of a table may be empty.
        bare = line.rstrip("\t") if path.endswith(".tsv") else line
        if bare.rstrip() != bare and not (path.endswith(".patch") and line == " "):
            report.error(f"{path}:{n}", "white space at the end")
        if PRIVATE.search(line) and path != "ci/tidy.py":
            report.error(f"{path}:{n}", "names a place of one machine")
    if text and not text.endswith("\n"):
        report.error(path, "no newline at the end")


def check_header(path, text, report):
    lines = text.split("\n")
    script = lines[0].startswith("#!")
    if "SPDX-License-Identifier: MIT" not in lines[1 if script and len(lines) > 1 else 0]:
        report.error(path, "no SPDX line")
    if path.endswith(CODE) and len(lines) > 1:
        name = os.path.basename(path)
        if not lines[1].startswith("/* " if path.endswith(".def") else f"/* {name} - "):
            report.error(path, f"line 2 should say what it is: /* {name} - ...")
    if path.endswith(".h") and not re.search(r"^#ifndef \w+_H\n#define \w+_H\n", text, re.M):
        report.error(path, "no include guard")


def check_calls(path, code, report):
    for n, line in enumerate(code.split("\n"), 1):
        if line.lstrip().startswith("#define"):
            line = line.split(None, 2)[2] if len(line.split(None, 2)) > 2 else ""
        for m in BANNED_CALL.finditer(line):
            report.error(f"{path}:{n}", f"{m.group(1)}() is banned here: {BANNED[m.group(1)]}")
        m = BANNED_WORD.search(line)
        if m and not line.lstrip().startswith("#"):
            report.error(f"{path}:{n}", f"{m.group(1)} is banned here")


def check_functions(path, code, report):
    start = None
    for n, line in enumerate(code.split("\n"), 1):
        if line == "{":
            start = n
        elif line == "}" and start is not None:
            if n - start - 1 > FUNCTION_MAX:
                report.warn(f"{path}:{start}", f"a function of {n - start - 1} lines")
            start = None


def check_text(path, report):
    size = os.path.getsize(path)
    if size > BLOB_MAX and not path.startswith(BLOB_FREE):
        report.error(path, f"{size} bytes, {BLOB_MAX} are the limit")
    if path.startswith(BLOB_FREE):
        return
    try:
        with open(path, encoding="utf-8") as f:
            text = f.read()
    except UnicodeDecodeError:
        report.error(path, "is not text")
        return
    check_lines(path, text, report)
    if path.endswith(CODE + (".py", ".sh")) or os.path.basename(path) == "Makefile":
        check_header(path, text, report)
    if path.endswith(CODE):
        code = code_only(text)
        check_functions(path, code, report)
        if path.startswith(CORE):
            check_calls(path, code, report)


def check_objects(report):
    """No state outside the world: nothing in .data and .bss of the core's objects."""
    objects = []
    for top in CORE:
        for where, _, names in sorted(os.walk(os.path.join(BUILD, OBJECTS, top))):
            objects += [os.path.join(where, n) for n in sorted(names) if n.endswith(".o")]
    for obj in objects:
        source = os.path.relpath(obj, os.path.join(BUILD, OBJECTS))[:-2] + ".c"
        if not os.path.exists(source):
            continue
        out = subprocess.run(["nm", "--format=sysv", obj], capture_output=True, text=True,
                             check=True).stdout
        for line in out.split("\n"):
            field = [x.strip() for x in line.split("|")]
            if len(field) != 7:
                continue
            name, section = field[0], field[6]
            if section.startswith((".data", ".bss", "*COM*", ".tdata", ".tbss")) and \
                    not section.startswith(".data.rel.ro"):
                report.error(source, f"{name} is mutable state outside the world ({section})")
    return len(objects)


def check_divergences(report):
    """Each DIVERGES(id) is the subject of a test, which names the id."""
    tests = ""
    for path in lists.sources(("harness/unit",)):
        tests += lists.read(path)
    for name, path, _ in lists.divergences():
        if not re.search(r"DIVERGES\(" + re.escape(name) + r"\)", tests):
            report.error(path, f"no test names DIVERGES({name})")


def check_files(report):
    """refstack/FILES says of every file what it is, as the file's header does."""
    where = "refstack/FILES"
    if not os.path.exists(where) or lists.read(where) != lists.files("refstack"):
        report.error(where, "does not say what is there: run make files")


def check_path(report):
    """Each function of path.def is defined in the file that it names, and says when it is passed."""
    where = "refstack/path.def"
    if not os.path.exists(where):
        return
    with open(where, encoding="utf-8") as f:
        rows = re.findall(r"^X\(\s*\d+,\s*(\w+),\s*(\w+),\s*([\w/.]+)", f.read(), re.M)
    # The card knows no steps: the world turns its notes into them.
    notes = code_only(lists.read("harness/lib/world.c"))
    for step, function, name in rows:
        path = name if name.startswith("nicmodel/") else "refstack/" + name
        text = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                text = code_only(f.read())
        if not re.search(r"^\w[^\n;=]*\b" + function + r"\([^;{]*\)\s*\{", text, re.M):
            report.error(where, f"{function}() is not defined in {path}")
        if name.startswith("nicmodel/"):
            if not re.search(r"= PATH_" + step + r"\b", notes):
                report.error(where, f"harness/lib/world.c has no note for PATH_{step}")
        elif not re.search(r"\bPATH_STEP\([^,;]*,\s*" + step + r",", text):
            report.error(where, f"{path} has no PATH_STEP of {step}")


def main():
    report = Report()
    some = sys.argv[1:]
    for path in some or all_files():
        if os.path.isfile(path) and not os.path.islink(path):
            check_text(path, report)
    objects = 0
    if not some:
        check_divergences(report)
        check_path(report)
        check_files(report)
        objects = check_objects(report)
        if objects == 0:
            print("SKIP mutable state: no objects in", os.path.join(BUILD, OBJECTS))
    if report.errors:
        print(f"{report.errors} errors, {report.warnings} warnings")
        print("[  FAILED  ] 1 test(s).")
        return 1
    print(f"[       OK ] tidy: {report.warnings} warnings, {objects} objects")
    print("[  PASSED  ] 1 test(s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
