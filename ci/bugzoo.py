#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The bug zoo: harness/bugzoo/ID.patch, each a mistake to plant.

--check: every row of rows.tsv has a patch, or a reason in absent.tsv why it cannot exist yet; every
patch has its header, applies and builds (changed objects only, -O0). Without it each patch is planted
in a copy of the tree, the golden vectors look at it, and then a campaign from the committed corpus,
until the first detection or the budget's end. What was found is made small and put to every detector
alone. A finding that the clean tree has, too, does not count: the campaign goes on. Results are kept
by row in DIR; those that are there are not asked for again.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ZOO = "harness/bugzoo"
HEADERS = ("ID", "Origin", "What", "Expect")
FLAGS = ("-std=c17 -fno-strict-aliasing -Irefstack -I. -Wall -Wextra -Wconversion -Wshadow -Wvla "
         "-Wmissing-prototypes -Wstrict-prototypes -Wimplicit-fallthrough -Werror")
CORE = ("refstack", "nicmodel")
TREE = CORE + ("harness", "ci", "corpus", "vectors", "Makefile")
# Those that run the stack or the card: the others know neither.
TARGETS = ("syscalls", "rx", "api", "tcp", "tcp-pair", "frag", "neigh", "route", "nic", "snapshot")
UNSPREAD = ("setarch", "-R")  # sanitizers die at random where addresses are spread widely
HANGS = 124  # as timeout(1) has it


def run(command, seconds, **kwargs):
    """A mistake may make anything hang: what the command has started ends with it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", start_new_session=True, **kwargs) as p:
        try:
            out, err = p.communicate(timeout=seconds)
            return subprocess.CompletedProcess(command, p.returncode, out, err)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            out, err = p.communicate()
            return subprocess.CompletedProcess(command, HANGS, out, err)


def detectors():
    with open("harness/fuzz/detectors.def", encoding="utf-8") as f:
        return re.findall(r"^D\((\w+),", f.read(), re.M)


def looks():
    with open("harness/fuzz/looks.def", encoding="utf-8") as f:
        return re.findall(r"^L\((\w+),", f.read(), re.M)


class Bug:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as f:
            head, _, self.diff = f.read().partition("\n\n")
        self.fields = {}
        key = None
        for line in head.split("\n"):
            m = re.match(r"(\w+): (.*)", line)
            if m:
                key = m.group(1)
                self.fields[key] = m.group(2)
            elif key:
                self.fields[key] += " " + line.strip()
        self.id = self.fields.get("ID", "")
        self.files = re.findall(r"^\+\+\+ b/(\S+)", self.diff, re.M)

    def complaints(self):
        if os.path.basename(self.path) != self.id + ".patch":
            yield "its name is not its ID"
        for name in HEADERS:
            if not self.fields.get(name):
                yield f"no {name}: in its header"
        for name in self.fields.get("Expect", "").split(", "):
            if name not in detectors():
                yield f"'{name}' is no detector"
        if not self.files or any(not f.startswith(tuple(c + "/" for c in CORE)) for f in self.files):
            yield "it changes more than the stack and the card"


def bugs(pattern=None):
    names = sorted(n for n in os.listdir(ZOO) if n.endswith(".patch"))
    all_bugs = [Bug(os.path.join(ZOO, n)) for n in names]
    if pattern:
        wanted = [re.compile(p.replace("*", ".*") + "$") for p in pattern.split()]
        all_bugs = [b for b in all_bugs if any(w.match(b.id) for w in wanted)]
    return all_bugs


def table(name):
    """Of a .tsv, without its first line."""
    with open(os.path.join(ZOO, name), encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f.readlines()[1:]]


def absent():
    return table("absent.tsv")


def plant(bug, where, parts):
    """A copy of the tree by hard links, with the patch: what it changes becomes a file of its own."""
    for part in parts:
        if os.path.isdir(part):
            shutil.copytree(part, os.path.join(where, part), copy_function=os.link)
        else:
            os.link(part, os.path.join(where, part))
    with open(bug.path, "rb") as f:
        return subprocess.run(["patch", "-p1", "--fuzz=0", "-s", "-d", where], stdin=f,
                              capture_output=True, text=True, check=False)


# --- check ---------------------------------------------------------------------------------------


def users_of(header, where):
    name = os.path.basename(header).encode()
    for top in CORE:
        for folder, _, names in os.walk(os.path.join(where, top)):
            for n in names:
                path = os.path.join(folder, n)
                if n.endswith(".c"):
                    with open(path, "rb") as f:
                        if name in f.read():
                            yield os.path.relpath(path, where)


def check(bug):
    wrong = list(bug.complaints())
    # Hard links reach no other file system.
    with tempfile.TemporaryDirectory(dir=os.environ.get("BUILD", "build")) as where:
        p = plant(bug, where, CORE)
        if p.returncode != 0:
            return wrong + ["does not apply: " + p.stdout.strip()]
        sources = set()
        for f in bug.files:
            sources.update([f] if f.endswith(".c") else users_of(f, where))
        for source in sorted(sources):
            cc = subprocess.run(["gcc", "-O0", *FLAGS.split(), "-c", "-o", "object.o", source],
                                cwd=where, capture_output=True, text=True, check=False)
            if cc.returncode != 0:
                wrong.append("does not build: " + cc.stderr.strip()[:500])
    return wrong


def rows_complaints(every):
    """Nothing is left out in silence."""
    rows = {row[0] for row in table("rows.tsv")}
    planted = {bug.id for bug in every}
    gone = {row[0] for row in absent() if len(row) == 2 and row[1]}
    for name in sorted(rows - planted - gone):
        yield name, "has neither a patch nor a reason"
    for name in sorted(planted & gone):
        yield name, "has a patch and a reason not to have one"
    for name in sorted((planted | gone) - rows):
        yield name, "is not in rows.tsv"
    with open("docs/bugzoo.tsv", encoding="utf-8") as f:
        told = {line.split("\t")[0] for line in f.readlines()[1:]}
    for name in sorted(rows ^ told):
        yield name, "docs/bugzoo.tsv has other rows: ci/bugzoo.py --table docs/bugzoo.tsv"


def check_all(jobs):
    failed = 0
    every = bugs()
    os.makedirs(os.environ.get("BUILD", "build"), exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for bug, wrong in zip(every, pool.map(check, every)):
            failed += bool(wrong)
            for w in wrong:
                print(f"[  FAILED  ] bugzoo/{bug.path}: {w}")
    wrong = list(rows_complaints(every))
    for name, why in wrong:
        print(f"[  FAILED  ] bugzoo/{name}: {why}")
    failed += len(wrong)
    print(f"[  PASSED  ] {len(every) - failed} test(s).")
    if failed:
        print(f"[  FAILED  ] {failed} test(s).")
    return 1 if failed else 0


def link_build(base, build):
    """A build that goes on from another one. What the compiler says of headers names the build's own
    objects, and is written in place: it is copied."""
    def copy(source, to):
        if not source.endswith(".d"):
            os.link(source, to)
            return
        with open(source, encoding="utf-8") as f:
            text = f.read()
        with open(to, "w", encoding="utf-8") as f:
            f.write(text.replace(base + "/", build + "/"))
    shutil.copytree(base, build, copy_function=copy)


# --- a campaign a row ------------------------------------------------------------------------------


class Zoo:
    def __init__(self, args):
        self.args = args
        self.dir = os.path.abspath(args.dir)
        self.base = os.path.join(self.dir, "base")

    def programs(self, build):
        return [f"{build}/gcc-O3/refstack"] + [
            f"{build}/{c}_{t}" for t in TARGETS for c in ("libfuzzer/fuzz", "asan/replay")]

    def make(self, where, build, programs):
        return subprocess.run(["make", "-s", f"-j{self.args.make_jobs}", f"BUILD={build}", *programs],
                              cwd=where, capture_output=True, text=True, check=False)

    def make_base(self):
        tree = os.path.join(self.dir, "tree")
        shutil.rmtree(tree, ignore_errors=True)
        os.makedirs(tree)
        for part in TREE:
            if os.path.isdir(part):
                shutil.copytree(part, os.path.join(tree, part))
            else:
                shutil.copy2(part, tree)
        p = self.make(tree, self.base, self.programs(self.base) + [f"{self.base}/gcc-O3/guest"])
        if p.returncode != 0:
            sys.exit("bugzoo: the clean tree does not build:\n" + p.stderr[-3000:])

    def result_path(self, bug):
        return os.path.join(self.dir, "rows", bug.id + ".json")

    def row(self, bug):
        path = self.result_path(bug)
        if os.path.exists(path) and not self.args.again:
            with open(path, encoding="utf-8") as f:
                return json.load(f)
        where = os.path.join(self.dir, "work", bug.id)
        shutil.rmtree(where, ignore_errors=True)
        os.makedirs(where)
        result = Row(self, bug, where).look()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".tmp", "w", encoding="utf-8") as f:
            json.dump(result, f, indent=1)
        os.replace(path + ".tmp", path)
        shutil.rmtree(where, ignore_errors=True)
        return result

    def run(self):
        self.make_base()
        rows = bugs(self.args.rows)
        results = []
        with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
            for bug, r in zip(rows, pool.map(self.row, rows)):
                results.append(r)
                print(f"{bug.id:9} {'found by ' + r['detector'] if r['found'] else 'not found':24}"
                      f" {r['seconds']:5.1f} s  golden {'yes' if r['golden'] else 'no':3}"
                      f"  {r['signature'] or r['note']}", flush=True)
        report(results, self.args, os.path.join(self.dir, "bugzoo.md"))
        with open(os.path.join(self.dir, "bugzoo.json"), "w", encoding="utf-8") as f:
            json.dump(results, f, indent=1)
        write_table(results, os.path.join(self.dir, "bugzoo.tsv"))
        if self.args.write:
            report(results, self.args, "docs/bugzoo.md")
            write_table(results, "docs/bugzoo.tsv")
        found = sum(r["found"] for r in results)
        print(f"{found} of {len(results)} found by a campaign, "
              f"{sum(r['golden'] for r in results)} by golden vectors; {self.dir}/bugzoo.md")
        return 0


class Row:
    """One mistake, planted."""

    def __init__(self, zoo, bug, where):
        self.zoo, self.bug, self.where = zoo, bug, where
        self.build = os.path.join(where, "build")
        self.campaign = os.path.join(where, "campaign")
        self.result = {"id": bug.id, "what": bug.fields["What"], "expect": bug.fields["Expect"],
                       "golden": False, "found": False, "detector": "", "target": "",
                       "signature": "", "seconds": 0.0, "execs": 0, "judged": 0, "alone": [],
                       "script": "", "note": ""}

    def refstack(self, *args, build=None, seconds=120):
        return run([f"{build or self.build}/gcc-O3/refstack", *args], seconds, cwd=self.where)

    def look(self):
        r = self.result
        p = plant(self.bug, self.where, TREE)
        link_build(self.zoo.base, self.build)
        if p.returncode == 0:
            p = self.zoo.make(self.where, self.build, self.zoo.programs(self.build))
        if p.returncode != 0:
            r["note"] = "does not build: " + (p.stderr or p.stdout)[-300:]
            return r
        r["golden"] = self.refstack("check", "vectors").returncode != 0
        started, known = time.monotonic(), set()
        left = float(self.zoo.args.budget)
        while left > 0 and not r["found"]:
            self.fuzz(left)
            r["seconds"] = round(time.monotonic() - started, 1)
            left = self.zoo.args.budget - r["seconds"]
            fresh = [f for f in self.findings() if f[0] not in known]
            if not fresh:
                break
            for finding in fresh:
                known.add(finding[0])
                if not r["found"]:
                    self.look_into(finding)
        self.read_sums()
        return r

    def fuzz(self, seconds):
        run([f"{self.build}/gcc-O3/refstack", "fuzz", *TARGETS, "--campaign", self.campaign, "--build",
             self.build, "--time", str(max(1, round(seconds))), "--stop", "--judge", self.zoo.args.judge,
             "--engines", "libfuzzer", "-j", "1", "--seeds", "corpus"], seconds + 120, cwd=self.where)

    def read_sums(self):
        try:
            with open(f"{self.campaign}/summary.json", encoding="utf-8") as f:
                sums = json.load(f)
        except (OSError, ValueError):
            return
        self.result["execs"] = sum(t.get("execs", 0) for t in sums.get("targets", {}).values())
        self.result["judged"] = sums.get("linux", {}).get("judged", 0)

    def findings(self):
        try:
            db = sqlite3.connect(f"{self.campaign}/findings.db")
            return db.execute("SELECT id, target, detector, signature, program FROM finding "
                              "ORDER BY nr").fetchall()
        except sqlite3.Error:
            return []

    def look_into(self, finding):
        r = self.result
        ident, r["target"], r["detector"], r["signature"], program = finding
        r["alone"], r["script"], r["note"] = [], "", ""
        self.refstack("triage", "--campaign", self.campaign, "-j", "1", seconds=300)
        self.refstack("show", ident, "--campaign", self.campaign, "-o", "shown")
        script = f"shown/{r['target']}-{ident}.pkt"
        if not os.path.exists(os.path.join(self.where, script)):
            with open(os.path.join(self.where, "input"), "wb") as f:
                f.write(program)
            self.confirm("input", ())
            return
        with open(os.path.join(self.where, script), encoding="utf-8", errors="replace") as f:
            r["script"] = f.read()
        self.confirm(script, ("--pkt",))

    def confirm(self, path, how):
        """It counts if it shows again, and only where the mistake is planted."""
        r = self.result
        if self.on_clean_tree(path, how):
            r["note"] = "shows on the clean tree, too"
            return
        self.alone(path, how)
        if how and self.differs(self.build, path):
            r["alone"].append("linux")
        r["found"] = bool(r["alone"])
        if not r["found"]:
            r["note"] = f"did not show again: {r['signature']}"

    def differs(self, build, script):
        return self.refstack("diff", "refstack", "uml", "--no-minimise", script,
                             build=build).returncode == 1

    def on_clean_tree(self, path, how):
        if self.result["detector"] == "linux":
            return how and self.differs(self.zoo.base, path)
        return self.replay(self.zoo.base, "all", path, how).returncode != 0

    def alone(self, path, how):
        """Each second look, and no look at all: what they say."""
        r = self.result
        for look in ["none"] + looks():
            p = self.replay(self.build, look, path, how)
            if p.returncode == 0:
                continue
            said = re.search(r"^found: (\w+):", p.stderr, re.M)
            name = said.group(1) if said else \
                "liveness" if p.returncode == HANGS else \
                "sanitizer" if "Sanitizer" in p.stderr or "runtime error" in p.stderr else \
                "invariant" if "check failed" in p.stderr else "crash"
            label = name if look == "none" else f"{name} ({look})"
            if look == "none" or name not in r["alone"]:
                r["alone"].append(label)

    def replay(self, build, look, path, how):
        return run([*UNSPREAD, f"{build}/asan/replay_{self.result['target']}", "--looks", look, *how,
                    path], 60, cwd=self.where)


def report(results, args, path):
    found = [r for r in results if r["found"]]
    only = [r for r in results if r["golden"] and not r["found"]]
    lines = ["# The bug zoo", "",
             f"{len(found)} of {len(results)} planted mistakes were found by a campaign of at most "
             f"{args.budget} s, one engine and the judge ({args.judge}), from the committed corpus; "
             f"golden vectors alone find {sum(r['golden'] for r in results)}, "
             f"{len(only)} of them what the campaign did not. Rows that cannot exist yet are in "
             "harness/bugzoo/absent.tsv. Made by `make bugzoo`.", ""]
    by = {}
    for r in found:
        by[r["detector"]] = by.get(r["detector"], 0) + 1
    lines += ["Found first by " + ", ".join(f"{k} {v}" for k, v in
                                            sorted(by.items(), key=lambda i: -i[1])) + ".", "",
              "| row | mistake | golden | found by | target | s | executions | judged | alone |",
              "|---|---|---|---|---|---|---|---|---|"]
    for r in results:
        lines.append(f"| {r['id']} | {r['what']} | {'yes' if r['golden'] else ''} | "
                     f"{r['detector'] if r['found'] else '**no** ' + r['note']} | {r['target']} | "
                     f"{r['seconds']} | {r['execs']} | {r['judged']} | {', '.join(r['alone'])} |")
    lines += ["", "## Rows that are absent", "", "| row | why |", "|---|---|"]
    lines += [f"| {row[0]} | {row[1]} |" for row in sorted(absent())]
    lines += ["", "## Smallest scripts", ""]
    for r in found:
        if r["script"]:
            lines += [f"<details><summary>{r['id']}: {r['signature']}</summary>", "", "```",
                      r["script"].strip(), "```", "", "</details>", ""]
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    os.replace(path + ".tmp", path)


COLUMNS = ("row", "layer", "found", "detector", "golden", "seconds", "what", "origin")


def rows_before(path):
    """What a table says already, of rows that were run; their number of columns is not believed."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f.readlines()[1:]]
    rows = [row + [""] if len(row) == len(COLUMNS) - 1 else row for row in rows]  # once it had no origin
    return {row[0]: row for row in rows if len(row) == len(COLUMNS) and row[2] in ("found", "not found")}


def table_rows(results, before):
    """Every row of rows.tsv, run now, earlier, or not."""
    by_id = {r["id"]: r for r in results}
    what = {bug.id: bug.fields.get("What", "") for bug in bugs()}
    reasons = {row[0]: row[1] for row in absent()}
    for name, layer, origin, *_ in table("rows.tsv"):
        r = by_id.get(name)
        if r is None and name in before:
            yield (*before[name][:-1], origin)
        elif r is None:
            state = "absent" if name in reasons else "not run"
            yield name, layer, state, "", "", "", what.get(name) or reasons.get(name, ""), origin
        else:
            yield (name, layer, "found" if r["found"] else "not found", r["detector"] if r["found"] else "",
                   "yes" if r["golden"] else "no", str(r["seconds"]), r["what"], origin)


def write_table(results, path):
    """What refstack report reads. Rows that were not run keep what is known of them."""
    rows = [COLUMNS, *table_rows(results, rows_before(path))]
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        f.writelines("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)
    os.replace(path + ".tmp", path)


def kept_results(folder):
    rows = os.path.join(folder, "rows")
    for name in sorted(os.listdir(rows)) if os.path.isdir(rows) else ():
        with open(os.path.join(rows, name), encoding="utf-8") as f:
            yield json.load(f)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--check", action="store_true", help="only: do they apply and build")
    p.add_argument("--rows", help="which, e.g. 'SYS-* UDP-03' (all)")
    p.add_argument("--budget", type=int, default=60, help="seconds a row (60)")
    p.add_argument("--jobs", type=int, default=os.cpu_count(), help="rows at a time (one a core)")
    p.add_argument("--make-jobs", type=int, default=1)
    p.add_argument("--judge", default="auto", choices=["auto", "none", "uml"])
    p.add_argument("--dir", default=os.path.join(os.environ.get("BUILD", "build"), "zoo"))
    p.add_argument("--again", action="store_true", help="also rows that have a result")
    p.add_argument("--write", action="store_true", help="write docs/bugzoo.md and .tsv")
    p.add_argument("--table", metavar="FILE", help="only: results that DIR has, as a .tsv")
    args = p.parse_args()
    if args.table:
        write_table(list(kept_results(args.dir)), args.table)
        return
    sys.exit(check_all(args.jobs) if args.check else Zoo(args).run())


if __name__ == "__main__":
    main()
