# SPDX-License-Identifier: MIT
"""The program as it is started: exit codes, what it prints, what lies there afterwards."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import test_fixture as fixture

HERE = pathlib.Path(__file__).resolve().parent
A, B, C = "vectors/ip/a.pkt", "vectors/ip/b.pkt", "vectors/scapy/ip.frames/c"
FILES = {".refstack-report", "report.html", "report.json", "junit.xml", "summary.md", "badge.svg", "runs"}


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.output = self.folder / "report"

    def make(self, name="a", vectors=(A, B, C), changes=None, **more):
        return str(fixture.make_run(self.folder / f"{name}.jsonl", vectors, changes, **more))

    def start(self, code, *runs, before=(), environment=None, **config):
        """The exit code must be as said; leaves out and err."""
        config = {"runs": runs, "output": str(self.output), "version": "0.1.0", "argv": ["report"], **config}
        file = self.folder / "config.json"
        file.write_text(json.dumps(config))
        done = subprocess.run([sys.executable, "-B", *before, str(HERE / "__main__.py"), str(file)],
                              cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, **(environment or {})})
        self.out, self.err = done.stdout, done.stderr
        self.assertEqual(done.returncode, code, self.out + self.err)
        self.assertNotIn("Traceback", self.err)
        return self.out.splitlines()

    def told(self):
        return json.loads((self.output / "report.json").read_text(encoding="utf-8"))


class Codes(Program):
    def test_a_pass(self):
        lines = self.start(0, self.make())
        self.assertEqual(lines[-2:], ["report: report/report.html", "refstack: 3 pass"])
        self.assertLessEqual(FILES, set(os.listdir(self.output)))
        self.assertEqual((self.output / "runs/refstack.run.jsonl").read_bytes(),
                         (self.folder / "a.jsonl").read_bytes())

    def test_a_failure(self):
        lines = self.start(1, self.make(changes={A: fixture.ttl_is_wrong}))
        self.assertRegex(lines[0], r"^vectors/ip/a\.pkt:\d+: refstack: fail: frame 1 .* ttl: Linux 64")
        self.assertEqual(lines[-1], "refstack: 2 pass, 1 fail")

    def test_a_baseline(self):
        run = self.make(changes={A: fixture.ttl_is_wrong})
        self.start(1, run)
        shutil.copy(self.output / "report.json", self.folder / "before.json")
        before = {"baseline": str(self.folder / "before.json")}
        self.start(0, run, **before)
        self.start(1, run, strict=True, **before)
        lines = self.start(1, self.make(changes={B: fixture.ttl_is_wrong}), **before)
        self.assertEqual(lines[-1], "refstack: 2 pass, 1 fail (1 new)")
        self.assertIn(": refstack: new fail: ", lines[0])

    def test_the_baseline_may_be_the_report_that_is_replaced(self):
        run = self.make(changes={A: fixture.ttl_is_wrong})
        self.start(1, run)
        self.start(0, run, baseline=str(self.output / "report.json"))

    def test_the_runs_may_be_those_of_the_report_that_is_replaced(self):
        self.start(0, self.make())
        self.start(0, str(self.output / "runs/refstack.run.jsonl"))
        self.assertTrue((self.output / "runs/refstack.run.jsonl").is_file())

    def test_strict(self):
        run = self.make(changes={A: fixture.becomes("not implemented", "TCP")})
        self.start(0, run)
        self.start(1, run, strict=True)

    def test_half_a_run(self):
        lines = self.start(2, self.make(changes={A: None}))
        self.assertEqual(lines[-1], "refstack: INCOMPLETE, 2 of 3 vectors: 2 pass")
        for name in ("report.html", "summary.md", "badge.svg", "junit.xml"):
            self.assertIn("incomplete", (self.output / name).read_text(encoding="utf-8").lower(), name)
        self.assertIs(self.told()["complete"], False)
        self.start(2, self.make(), baseline=str(self.output / "report.json"))
        self.assertIn("did not come to its end", self.err)

    def test_half_a_run_that_fails_too(self):
        self.start(2, self.make(changes={A: None, B: fixture.ttl_is_wrong}))

    def test_wrong_runs(self):
        self.start(0, self.make())
        before = self.told()
        self.start(2, "nowhere.jsonl")
        self.assertIn("refstack report: nowhere.jsonl: No such file", self.err)
        (self.folder / "bad.jsonl").write_bytes(b'{"refstack_run": 1}\n')
        self.start(2, str(self.folder / "bad.jsonl"))
        self.assertIn("bad.jsonl:1: the first line has no 'dut'", self.err)
        self.assertEqual(before, self.told())

    def test_wrong_baselines(self):
        run = self.make()
        self.start(2, run, baseline="nowhere.json")
        self.assertIn("nowhere.json: No such file", self.err)
        self.start(2, run, baseline=run)
        self.assertIn("is no report.json", self.err)
        self.assertFalse(self.output.exists())

    def test_over_something_else(self):
        self.output.mkdir()
        (self.output / "thesis.txt").write_text("years of work")
        self.start(2, "nowhere.jsonl")
        self.assertIn("is no report", self.err)  # told before the work
        self.start(2, self.make())
        self.assertIn("is no report", self.err)
        self.assertEqual(os.listdir(self.output), ["thesis.txt"])

    def test_a_place_that_cannot_be(self):
        self.output = pathlib.Path("/proc/nowhere/report")
        self.start(3, self.make())
        self.assertIn("refstack report: /proc/nowhere", self.err)

    def test_without_jinja2(self):
        (self.folder / "jinja2.py").write_text("raise ModuleNotFoundError('no', name='jinja2')\n")
        self.start(3, self.make(), environment={"PYTHONPATH": str(self.folder)})
        self.assertIn("apt-get install python3-jinja2", self.err)
        self.assertEqual(len(self.err.splitlines()), 1)
        self.assertFalse(self.output.exists())

    def test_wrong_configurations(self):
        for change in ({"runs": []}, {"runs": [1]}, {"output": 1}, {"strict": "yes"}, {"argv": [None]}):
            self.start(2, **{"runs": [self.make()], **change})
            self.assertIn("config.json", self.err)

    def start(self, code, *runs, **config):
        if "runs" in config:
            given = config.pop("runs")
            return super().start(code, *given, **config)
        return super().start(code, *runs, **config)


class Prints(Program):
    def test_json(self):
        self.start(1, self.make(changes={A: fixture.ttl_is_wrong}), json=True)
        told = json.loads(self.out)
        self.assertEqual((told["gate"], told["exit"], told["report"]), ("fail", 1, "report"))
        self.assertEqual(told["failures"][0]["file"], A)
        self.assertEqual(told["columns"][0]["totals"]["pass"], 2)

    def test_a_reader_that_has_gone(self):
        file = self.folder / "config.json"
        file.write_text(json.dumps({"runs": [self.make()], "output": str(self.output)}))
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([sys.executable, "-B", str(HERE / "__main__.py"), str(file)], stdout=write,
                              stderr=subprocess.PIPE, text=True, check=False, cwd=self.folder)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        self.assertTrue((self.output / "report.html").is_file())


    def test_nothing_of_a_run_reaches_the_terminal(self):
        def evil(item):
            fixture.ttl_is_wrong(item)
            item["differences"][0]["what"] = "\x1b[2J\x9b\u202eevil\x00"
            item["headers"]["clauses"] = "\x1b[1m"
        self.start(1, self.make(changes={A: evil}))
        self.assertIn("evil", self.out)
        self.assertTrue(all(c.isprintable() or c in "\n\ufffd" for c in self.out), repr(self.out))
        self.start(2, self.make(kind="\x1b[2J\u202e"))
        self.assertTrue(all(c.isprintable() or c in "\n\ufffd" for c in self.err), repr(self.err))

    def test_another_locale(self):
        def foreign(item):
            fixture.ttl_is_wrong(item)
            item["differences"][0]["what"] = "Ω ≠ ω"
        self.start(1, self.make(changes={A: foreign}), environment={"LC_ALL": "C", "PYTHONUTF8": "0",
                                                                   "PYTHONCOERCECLOCALE": "0"})
        self.assertIn("Ω ≠ ω", self.out)

    def test_a_name_that_is_no_text(self):
        run = os.fsdecode(os.fsencode(self.folder) + b"/\xff.jsonl")
        fixture.make_run(run, (A,))
        self.start(0, run)
        self.assertEqual(self.told()["columns"][0]["identity"]["file"], "?.jsonl")

    def test_a_full_disk(self):
        file = self.folder / "config.json"
        file.write_text(json.dumps({"runs": [self.make()], "output": str(self.output)}))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.executable, "-B", str(HERE / "__main__.py"), str(file)], stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr),
                         (3, "refstack report: cannot write: No space left on device\n"))


class Files(Program):
    def test_two_columns(self):
        lines = self.start(1, self.make(), self.make("live", dut="live", kind="kernel",
                                                     changes={C: fixture.timer_is_late}))
        self.assertEqual(lines[-1], "refstack: 3 pass; live: 2 pass, 1 fail")
        self.assertEqual(sorted(os.listdir(self.output / "runs")), ["live.run.jsonl", "refstack.run.jsonl"])

    def test_the_same_bytes(self):
        def hashes():
            return {str(p.relative_to(self.output)): hashlib.sha256(p.read_bytes()).hexdigest()
                    for p in self.output.rglob("*") if p.is_file()}
        run = self.make(vectors=30, changes={0: fixture.ttl_is_wrong})
        self.start(1, run, environment={"PYTHONHASHSEED": "1"})
        first = hashes()
        self.start(1, run, environment={"PYTHONHASHSEED": "2"})
        self.assertEqual(first, hashes())

    def test_the_date_is_told(self):
        self.start(0, self.make(), environment={"SOURCE_DATE_EPOCH": "86400"})
        self.assertEqual(self.told()["identity"]["made"], "1970-01-02T00:00:00Z")
        self.start(0, self.make(), environment={"SOURCE_DATE_EPOCH": "soon"})
        self.assertEqual(self.told()["identity"]["made"], fixture.STARTED)

    def vectors(self, *names):
        """A folder of vectors with captures, as the fixture's scripts are."""
        for n, name in enumerate(names):
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fixture.make_item(name, n)["script"])
            path.with_suffix(".pcapng").write_bytes(b"capture of " + name.encode())
        return str(self.folder / "vectors")

    def test_golden_captures(self):
        folder = self.vectors(A, B)
        self.start(0, self.make(), vectors=folder)
        self.assertEqual((self.output / "captures/vectors/ip/a.pcapng").read_bytes(),
                         b"capture of " + A.encode())
        found = {v["id"]: v["capture"] for v in self.told()["vectors"]}
        self.assertEqual(found, {A: "captures/vectors/ip/a.pcapng", B: "captures/vectors/ip/b.pcapng", C: ""})

    def test_the_capture_of_another_vector_is_none(self):
        folder = self.vectors(A, B)
        (self.folder / A).write_text("another script\n")
        self.start(0, self.make(), vectors=folder)
        self.assertFalse((self.output / "captures/vectors/ip/a.pcapng").exists())

    def program(self, prints):
        """Stands in for refstack: writes down how it was asked, and captures that hold what it is told."""
        program = self.folder / "program"
        program.write_text("#!/bin/sh\n"
                           'echo "$@" >>' f"{self.folder}/asked\n"
                           'while [ "$1" != --captures ]; do shift; done; into=$2\n'
                           'while [ "$1" != -- ]; do shift; done; shift\n'
                           'for v; do mkdir -p "$into/${v%/*}"\n'
                           f"printf '{prints}'" '>"$into/${v%.pkt}.pcapng"; done\n')
        program.chmod(0o755)
        return str(program)

    def got(self, column="refstack"):
        return {v["id"]: v["results"][column].get("got_capture") for v in self.told()["vectors"]}

    def test_captures_of_what_differs(self):
        made = fixture.make_item(A)
        fixture.ttl_is_wrong(made)
        frames = {row.get("b", row["a"])["hex"] for row in made["ladder"] if row["kind"] == "frame"}
        data = b"|".join(bytes.fromhex(frame) for frame in sorted(frames))
        program = self.program("".join(f"\\{byte:03o}" for byte in data))
        run = self.make(changes={A: fixture.ttl_is_wrong})
        self.start(1, run, vectors=self.vectors(A, B), program=program)
        self.assertEqual(self.got(), {A: "captures/vectors/ip/a.refstack.pcapng", B: None, C: None})
        self.assertEqual((self.output / "captures/vectors/ip/a.refstack.pcapng").read_bytes(), data)
        self.assertRegex((self.folder / "asked").read_text(),
                         rf"^check --dut refstack --captures \S+ -- {A}\n$")

    def test_a_capture_without_the_frames_is_none(self):
        run = self.make(changes={A: fixture.ttl_is_wrong})
        self.start(1, run, vectors=self.vectors(A, B), program=self.program("x"))
        self.assertEqual(set(self.got().values()), {None})
        self.assertFalse((self.output / "captures/vectors/ip/a.refstack.pcapng").exists())

    def test_the_running_kernel_is_captured_only_if_it_is_that_one(self):
        for kernel, wanted in ((os.uname().release, "captures/vectors/ip/a.live.pcapng"), ("1.0", None)):
            run = self.make(changes={A: fixture.ttl_is_wrong}, dut="live", kind="kernel",
                            kernel=f"{kernel} #1 SMP")
            self.start(1, run, vectors=self.vectors(A, B), program=self.program("x"))
            self.assertEqual(self.got("live")[A], wanted)

    def test_a_program_that_is_not_there(self):
        run = self.make(changes={A: fixture.ttl_is_wrong})
        self.start(1, run, vectors=self.vectors(A, B), program=str(self.folder / "nowhere"))
        self.assertTrue(any("could be captured" in note for note in self.told()["notes"]))
        self.assertEqual(set(self.got().values()), {None})


if __name__ == "__main__":
    unittest.main()
