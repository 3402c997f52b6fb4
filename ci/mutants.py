#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How many mistakes in refstack/ do the vectors alone catch?

Makes one-token mutants (operators, constants, conditions, calls taken out) of functions that the
captured vectors reach at all, links each in place of the original, runs `refstack check` and compares the
verdict of every vector with that of the program as it is. There are four passes: the goldens alone;
the model of a card against the own device; and both with all invariants on. A mutant is caught by the
first pass that gives another verdict for any vector, ends with a crash, or does not end.
The sources themselves stay as they are; the same seed gives the same mutants.

What is no mutant: what does not compile; what has the same object code; lines of assertions and of
probes, which only look on; and functions that no captured vector reaches on its own device, as those
of the driver of a card: nothing that Linux did is there to tell right from wrong. --all has these too,
as far as any vector reaches them. Nothing else is left out: mutants that nobody could tell from the
original count as survivors.

usage: mutants.py [--count 200] [--seed 1] [--goal 80] [--jobs N] [--all] [VECTORS ...]

BUILD and CONFIG name a build with refstack in it (default build, gcc-O3).
"""
import argparse
import concurrent.futures
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
CONFIG = os.environ.get("CONFIG", "gcc-O3")
WHERE = f"{BUILD}/{CONFIG}"
CC = os.environ.get("CC", "gcc")
FLAGS = ["-std=c17", "-fno-strict-aliasing", "-Irefstack", "-I.", "-w"]
SECONDS = 30

SKIPPED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\])+\'|/\*.*?\*/|//[^\n]*', re.S)
NO_CODE = re.compile(r"^\s*(?:assert|static_assert|TRACE|PROBE|PROBE_CPU|PATH_STEP|#|case |default:|static const)")
SWAPS = {
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "&": "|", "|": "&", "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=",
    "|=": "=", "&=": "=", "++": "--", "--": "++", "true": "false", "false": "true",
}
OPERATOR = re.compile(r"(?<= )(?:==|!=|<=|>=|&&|\|\||<<|>>|\+=|-=|\|=|&=|[<>+&|-])(?= )"
                      r"|\+\+|(?<!-)--(?!>)|\b(?:true|false)\b")
NUMBER = re.compile(r"(?<![\w.])(?:0x[0-9a-fA-F]+|\d+)(?=[uUlL]*\b)")
NOT = re.compile(r"(?<=[(\s])!(?=[\w(])")
CALL = re.compile(r"^\t+([a-z_]\w*)\([^;{}]*\);$")


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more)


def must(command, **more):
    done = run(command, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:6])} ...: {done.stdout.decode(errors='replace')[-2000:]}")


def code_only(text):
    """Comments and texts become spaces: places stay where they are."""
    return SKIPPED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


# --- which functions the vectors reach ---------------------------------------------------------------

def reached(sources, vectors, scratch, jobs):
    """{file: [(first line, last line)]} of functions that ran, and how many there are in all."""
    where = f"{scratch}/coverage"
    objects = {s: f"{where}/{s[:-2]}.o" for s in sources}
    for o in objects.values():
        os.makedirs(os.path.dirname(o), exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda s: must([CC, *FLAGS, "-O0", "--coverage", "-c", "-o", objects[s], s]),
                      sources))
    link(list(objects.values()), f"{where}/covered", ["--coverage"])
    run([f"{where}/covered", "check", *vectors])
    lines, total = {}, 0
    for source, obj in objects.items():
        notes = os.path.splitext(obj)[0] + ".gcda"
        if not os.path.exists(notes):
            continue
        told = subprocess.run(["gcov", "--json-format", "--stdout", obj], capture_output=True, check=True)
        for file in json.loads(told.stdout)["files"]:
            if file["file"] != source:
                continue
            total += len(file["functions"])
            lines[source] = [(f["start_line"], f["end_line"]) for f in file["functions"]
                             if f["execution_count"] != 0]
    return lines, total


# --- mutants -----------------------------------------------------------------------------------------

class Mutant:
    def __init__(self, path, at, old, new, text):
        self.path, self.at, self.old, self.new = path, at, old, new
        self.line = text.count("\n", 0, at) + 1
        self.source = text[text.rfind("\n", 0, at) + 1:].split("\n", 1)[0].strip()
        self.verdict = None

    def text(self):
        with open(self.path, encoding="utf-8") as f:
            text = f.read()
        return text[:self.at] + self.new + text[self.at + len(self.old):]

    def __str__(self):
        what = f"'{self.old}' -> '{self.new}'" if self.new else "taken out"
        return f"{self.path}:{self.line}: {what}: {self.source}"


def number_after(old):
    value = int(old, 0) + 1
    return hex(value) if old.startswith("0x") else str(value)


def sites_of_line(path, text, start, code):
    def mutant(at, old, new):
        return Mutant(path, start + at, old, new, text)

    for m in OPERATOR.finditer(code):
        yield mutant(m.start(), m.group(), SWAPS[m.group()])
    for m in NUMBER.finditer(code):
        if not re.match(r"0\d", m.group()):
            yield mutant(m.start(), m.group(), number_after(m.group()))
    for m in NOT.finditer(code):
        yield mutant(m.start(), "!", "")
    m = CALL.match(code)
    if m:
        yield mutant(m.start(1), code[m.start(1):-1], "")
    m = re.match(r"^\t+(?:if|while) \((.*)\)(?: \{)?$", code)
    if m and m.group(1).count("(") == m.group(1).count(")"):
        yield mutant(m.start(1), m.group(1), f"!({m.group(1)})")


def sites(path, ranges):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    at = 0
    asserting = False
    for n, line in enumerate(code_only(text).split("\n"), 1):
        inside = any(first < n <= last for first, last in ranges)
        begins = NO_CODE.match(line) is not None
        if inside and not begins and not asserting:
            yield from sites_of_line(path, text, at, line)
        asserting = (begins or asserting) and not line.rstrip().endswith((";", "}", ":"))
        at += len(line) + 1


def link(objects, to, more=()):
    must([CC, *more, "-o", to, *sorted(glob.glob(f"{WHERE}/obj/harness/cli/*.o")), *objects,
          f"{WHERE}/libcore.a"])


IGB, ALL = ["--device", "igb"], ["--invariants"]
PASSES = {"goldens": [], "igb": IGB, "invariants": ALL, "igb, invariants": IGB + ALL}


def verdicts(program, vectors, seconds, options):
    """{vector: verdict}; None: it did not end well."""
    with subprocess.Popen([program, "check", "--json", *options, *vectors], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, start_new_session=True) as running:
        try:
            told, _ = running.communicate(timeout=seconds)
            return {v["file"]: v["verdict"] for v in json.loads(told)["vectors"]}
        except (subprocess.TimeoutExpired, ValueError):
            return None
        finally:
            # A worker that hangs does not see that the others are gone.
            try:
                os.killpg(running.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Trial:
    def __init__(self, scratch, vectors, base, seconds):
        self.scratch, self.vectors, self.base, self.seconds = scratch, vectors, base, seconds

    def __call__(self, numbered):
        """Verdict: "no mutant", "survived", or the pass that caught it."""
        n, mutant = numbered
        where = f"{self.scratch}/{n}"
        try:
            mutant.verdict = self.judge(mutant, where)
        finally:
            for f in glob.glob(where + ".*"):
                os.remove(f)
        return mutant

    def compile(self, source, to):
        # The name of the file is in assertions: it must not make a difference.
        near = os.path.dirname(source[0])
        command = [CC, *FLAGS, f"-I{near}", "-O1", "-x", "c", "-c", "-o", to, "-"]
        return run(command, input=f'#line 1 "{source[0]}"\n{source[1]}'.encode()).returncode == 0

    def judge(self, mutant, where):
        with open(mutant.path, encoding="utf-8") as f:
            original = f.read()
        if not self.compile((mutant.path, mutant.text()), where + ".o"):
            return "no mutant"
        if not self.compile((mutant.path, original), where + ".base.o"):
            sys.exit(f"{mutant.path} does not compile")
        with open(where + ".o", "rb") as a, open(where + ".base.o", "rb") as b:
            if a.read() == b.read():
                return "no mutant"
        link([where + ".o"], where + ".exe")
        for name, more in PASSES.items():
            if verdicts(where + ".exe", self.vectors, self.seconds, more) != self.base[name]:
                return name
        return "survived"


def captured(vectors):
    """The scripts that Linux has judged: those with a capture beside them."""
    scripts = [f for v in vectors for f in ([v] if v.endswith(".pkt")
                                            else glob.glob(f"{v}/**/*.pkt", recursive=True))]
    return sorted(f for f in scripts if os.path.exists(f[:-len(".pkt")] + ".pcapng"))


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--goal", type=int, default=80, help="per cent")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--all", action="store_true", help="what vectors without a capture reach, too")
    parser.add_argument("vectors", nargs="*", default=["vectors"])
    return parser.parse_args()


def try_all(candidates, trial, count, jobs):
    """The first `count` real mutants of the list, judged, in its order."""
    found, at = [], 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        while len(found) < count and at < len(candidates):
            batch = candidates[at:at + max(jobs * 4, (count - len(found)))]
            for m in pool.map(trial, enumerate(batch, at)):
                if m.verdict != "no mutant" and len(found) < count:
                    found.append(m)
                    if len(found) % 25 == 0:
                        print(f"{len(found)} of {count} mutants", file=sys.stderr)
            at += len(batch)
    return found


def main():
    o = options()
    sources = sorted(glob.glob("refstack/*.c") + glob.glob("refstack/*/*.c"))
    with tempfile.TemporaryDirectory() as scratch:
        base = {name: verdicts(f"{WHERE}/refstack", o.vectors, 600, p) for name, p in PASSES.items()}
        if not all(base.values()):
            sys.exit(f"{WHERE}/refstack checks no vectors: make {WHERE}/refstack")
        reaching = o.vectors if o.all else captured(o.vectors)
        lines, total = reached(sources, reaching, scratch, o.jobs)
        candidates = [m for path in sorted(lines) for m in sites(path, lines[path])]
        functions = sum(len(r) for r in lines.values())
        print(f"{len(base['goldens'])} vectors reach {functions} of {total} functions; "
              f"{len(candidates)} places for a mistake")
        random.Random(o.seed).shuffle(candidates)
        found = try_all(candidates, Trial(scratch, o.vectors, base, SECONDS), o.count, o.jobs)
    survivors = sorted((m for m in found if m.verdict == "survived"), key=lambda m: (m.path, m.line))
    for m in survivors:
        print(f"survived: {m}")
    for name in PASSES:
        print(f"caught by {name}: {sum(m.verdict == name for m in found)}")
    caught = len(found) - len(survivors)
    share = 100 * caught // max(len(found), 1)
    print(f"{caught} of {len(found)} mutants caught by the vectors alone, {share} % (goal {o.goal} %)")
    return 0 if found and caught * 100 >= o.goal * len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
