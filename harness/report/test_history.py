# SPDX-License-Identifier: MIT
"""Past runs: what is recorded, never twice, by several at once; and stores that are none."""

import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import history
import model

HERE = pathlib.Path(__file__).resolve().parent
STORE_C = HERE.parent / "campaign" / "store.c"
NASTY = "<script>\x00'; DROP TABLE report_run; --"


def report(started="2026-11-21T15:00:00Z", commit="0123", shown=("R1",), complete=True, name="refstack",
           goldens="g",
           totals=None):
    column = model.Column(name, name + " 0.1", "reference", {"commit": commit, "started": started}, complete,
                          totals=totals or {"pass": 3, "fail": 1}, levels={"MUST": {"kept": len(shown)}})
    judge = model.Column("linux", "Linux", "judge", {}, from_goldens=True)
    results = {ident: {name: model.ClauseResult("kept", "same"), "linux": model.ClauseResult("kept", "same")}
               for ident in shown}
    results["R-not"] = {name: model.ClauseResult("unknown", "unknown")}
    return model.Report([column, judge], [], {}, results, {"goldens": goldens, "made": started})


class WithStore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "new", "findings.db")
        self.said = []

    def record(self, made, **config):
        history.record(made, config or {"store": str(self.path)}, self.said.append)
        return made.history

    def sql(self, text):
        self.path.parent.mkdir(exist_ok=True)
        db = sqlite3.connect(self.path, isolation_level=None)
        try:
            return db.execute(text).fetchall()
        finally:
            db.close()

    def refused(self, *words):
        """The report goes on without a trend, and the file stays as it was."""
        before = self.path.read_bytes()
        self.assertEqual(self.record(report()), [])
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual(len(self.said), 1)
        for word in (str(self.path), "no trend", *words):
            self.assertIn(word, self.said[0])


class Recorded(WithStore):
    def test_the_first_makes_the_store(self):
        past, = self.record(report())
        self.assertEqual((past.column, past.commit, past.date), ("refstack", "0123", "2026-11-21T15:00:00Z"))
        self.assertEqual((past.totals, past.levels), ({"pass": 3, "fail": 1}, {"MUST": {"kept": 1}}))
        self.assertEqual((past.failures, past.clauses, past.newly, past.this), (1, 1, [], True))
        self.assertEqual(self.said, [])

    def test_marks_are_those_of_store_c(self):
        self.record(report())
        text = STORE_C.read_text(encoding="utf-8")
        application = int(re.search(r"APPLICATION = (0x[0-9a-f]+)", text)[1], 16)
        schema = int(re.search(r"SCHEMA = (\d+)", text)[1])
        self.assertEqual(self.sql("PRAGMA application_id"), [(application,)])
        self.assertEqual(self.sql("PRAGMA user_version"), [(schema,)])

    def test_findings_stay(self):
        self.record(report())
        self.sql("DROP TABLE report_run")
        self.sql("CREATE TABLE finding (id TEXT)")
        self.sql("INSERT INTO finding VALUES ('3fa9c2d1')")
        self.assertEqual(len(self.record(report())), 1)
        self.assertEqual(self.sql("SELECT id FROM finding"), [("3fa9c2d1",)])

    def test_never_twice(self):
        for _ in range(3):
            self.assertEqual(len(self.record(report())), 1)
        self.assertEqual(len(self.record(report(commit="4567"))), 2)
        self.assertEqual(len(self.record(report(started="2026-11-22T15:00:00Z"))), 3)
        self.assertEqual(len(self.record(report(goldens="h"))), 4)
        self.assertEqual([r.this for r in self.record(report())], [True, False, False, False])

    def test_half_a_run_is_none(self):
        self.assertEqual(self.record(report(complete=False)), [])
        self.record(report())
        self.assertEqual(self.record(report(complete=False, commit="4567")), [])
        self.assertEqual(self.sql("SELECT build FROM report_run"), [("0123",)])

    def test_half_a_run_beside_a_whole_one(self):
        """Nothing of a report that is not whole is kept, and the whole column's past is shown."""
        self.record(report())
        mixed = report(commit="4567")
        mixed.columns.append(model.Column("other", "o", "stack", {"started": "x"}, False))
        self.assertEqual([(r.commit, r.this) for r in self.record(mixed)], [("0123", False)])

    def test_goldens_are_no_run(self):
        self.record(report())
        self.assertEqual(self.sql("SELECT name FROM report_run"), [("refstack",)])

    def test_newly_shown(self):
        self.record(report(shown=("R1", "R2")))
        last = self.record(report(commit="4567", shown=("R2", "R3", "R4")))[-1]
        self.assertEqual((last.newly, last.lost, last.clauses), (["R3", "R4"], ["R1"], 3))

    def test_the_last_of_many(self):
        for number in range(history.SHOWN + 5):
            runs = self.record(report(commit=str(number), shown=[f"R{number}"]))
        self.assertEqual([r.commit for r in runs], [str(n) for n in range(5, history.SHOWN + 5)])
        self.assertEqual(runs[0].newly, ["R5"])  # it is compared with one that is not shown
        self.assertTrue(runs[-1].this)

    def test_columns_have_a_past_each(self):
        self.record(report(name="other"))
        both = report()
        both.columns.insert(1, report(name="other", started="later").columns[0])
        runs = self.record(both)
        self.assertEqual([r.column for r in runs], ["other", "other", "refstack"])
        self.assertEqual(list(history.by_column(both)), ["refstack", "other"])
        self.assertEqual([r.date for r in history.by_column(both)["other"]],
                         ["2026-11-21T15:00:00Z", "later"])

    def test_none_is_wanted(self):
        self.assertEqual(self.record(report(), store=None, campaign=str(self.path.parent)), [])
        self.assertEqual(self.record(report(), store=""), [])
        self.assertFalse(self.path.exists())
        self.assertEqual(self.said, [])

    def test_the_campaign_s_is_taken(self):
        self.assertEqual(len(self.record(report(), campaign=str(self.path.parent))), 1)
        self.assertTrue(self.path.exists())

    def test_texts_are_texts(self):
        run = self.record(report(commit=NASTY, name=NASTY, goldens=NASTY))[0]
        self.assertEqual((run.commit, run.column), (NASTY, NASTY))
        self.assertEqual(len(self.record(report(commit=NASTY, name=NASTY, goldens=NASTY))), 1)


class Refused(WithStore):
    def test_a_text(self):
        self.path.parent.mkdir()
        self.path.write_text("this is a text, and no store of anything at all\n" * 40)
        self.refused("not a store of findings")

    def test_another_file_of_sqlite(self):
        self.sql("CREATE TABLE t (x)")
        self.refused("not a store of findings")

    def test_another_schema(self):
        self.record(report())
        self.sql("PRAGMA user_version = 77")
        self.refused("schema 77")

    def test_another_table_of_the_name(self):
        self.record(report())
        self.sql("DROP TABLE report_run")
        self.sql("CREATE TABLE report_run (nr INTEGER PRIMARY KEY, x TEXT)")
        self.refused("other columns: nr, x")

    def test_broken_places(self):
        """Every part broken, one at a time: a clear word, or what is left; never a traceback."""
        for number in range(40):
            self.record(report(commit=str(number), shown=[f"R{n}" for n in range(60)]))
        whole, said = self.path.read_bytes(), 0
        self.assertGreater(len(whole), 3 * 4096)
        for at in range(0, len(whole), 1024):
            self.path.write_bytes(whole[:at] + b"\xa5" * 512 + whole[at + 512:])
            self.said.clear()
            runs = self.record(report(commit="after"))
            self.assertEqual(bool(runs), not self.said, at)
            said += bool(self.said)
        self.assertGreater(said, 5)

    def test_findings_are_damaged(self):
        """Nothing is written into a store of which another part is broken."""
        self.record(report())
        self.sql("CREATE TABLE finding (id TEXT)")
        self.sql("INSERT INTO finding VALUES ('3fa9c2d1')")
        (page,), = self.sql("SELECT rootpage FROM sqlite_master WHERE name = 'finding'")
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[:(page - 1) * 4096] + b"\xa5" * 512 + whole[(page - 1) * 4096 + 512:])
        self.refused("damaged")

    def test_cut(self):
        self.record(report())
        whole = self.path.read_bytes()
        for size in (100, 600, 4096, 2 * 4096):
            self.path.write_bytes(whole[:size])
            self.said.clear()
            self.assertEqual((self.record(report(commit="after")), len(self.said)), ([], 1), size)

    def test_rows_that_no_report_writes(self):
        deep = "[" * 100_000
        for column, value in (("totals", "[]"), ("totals", '{"pass": -1}'), ("totals", '{"pass": 1e999}'),
                              ("totals", '{"pass": NaN}'), ("totals", '{"pass": true}'), ("totals", deep),
                              ("totals", "not JSON"), ("levels", '{"MUST": 3}'), ("totals", 7),
                              ("clauses", b"\xff\xfe"), ("name", None)):
            self.said.clear()
            self.path.unlink(missing_ok=True)
            self.record(report())
            db = sqlite3.connect(self.path)
            if value is None:
                db.execute("UPDATE report_run SET title = x'ff'")
            else:
                db.execute(f"UPDATE report_run SET {column} = ?", (value,))
            db.commit()
            db.close()
            with self.subTest(column=column, value=str(value)[:20]):
                self.assertEqual(self.record(report(commit="after")), [])
                self.assertIn("damaged: run 1 of report_run", self.said[0])

    def test_a_folder_and_no_folder(self):
        self.path.mkdir(parents=True)
        self.assertEqual(self.record(report()), [])
        self.assertIn(str(self.path), self.said[0])
        file = self.path.parent / "file"
        file.write_text("")
        self.assertEqual(self.record(report(), store=str(file / "findings.db")), [])
        self.assertEqual(len(self.said), 2)

    def test_somebody_keeps_it(self):
        self.record(report())
        self.addCleanup(setattr, history, "BUSY_S", history.BUSY_S)
        history.BUSY_S = 0.05
        db = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(db.close)
        db.execute("BEGIN IMMEDIATE")
        self.assertEqual(self.record(report(commit="after")), [])
        self.assertIn("another process keeps it", self.said[0])
        db.execute("ROLLBACK")
        self.assertEqual(len(self.record(report(commit="after"))), 2)

    def test_nothing_is_said_on_stdout(self):
        self.sql("CREATE TABLE t (x)")
        code = ("import sys; sys.path.insert(0, sys.argv[1]); import history, test_history; "
                "history.record(test_history.report(), {'store': sys.argv[2]})")
        done = subprocess.run([sys.executable, "-B", "-c", code, str(HERE), str(self.path)], check=True,
                              capture_output=True, text=True)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"^refstack report: .*findings\.db: .*no trend\n$")


class AtOnce(WithStore):
    CODE = ("import json, sys; sys.path.insert(0, sys.argv[1]); import history, test_history\n"
            "for n in range(int(sys.argv[4])):\n"
            "    made = test_history.report(commit=f'{sys.argv[3]}-{n}')\n"
            "    history.record(made, {'store': sys.argv[2]})\n"
            "    assert made.history[-1].this or len(made.history) > 1\n"
            "    history.record(test_history.report(commit='of all'), {'store': sys.argv[2]})\n")

    def test_several_processes(self):
        """From a store that is not there yet on: none is lost, none is there twice."""
        workers, each = 4, 6
        running = [subprocess.Popen([sys.executable, "-B", "-c", self.CODE, str(HERE), str(self.path), str(n),
                                     str(each)], stderr=subprocess.PIPE, text=True) for n in range(workers)]
        for process in running:
            _, err = process.communicate()
            self.assertEqual((process.returncode, err), (0, ""))
        builds = sorted(build for build, in self.sql("SELECT build FROM report_run"))
        self.assertEqual(builds,
                         sorted([*(f"{n}-{k}" for n in range(workers) for k in range(each)), "of all"]))
        self.assertEqual(self.sql("PRAGMA quick_check"), [("ok",)])

    def test_the_right_to_write_comes_first(self):
        """Who reads, and writes then what follows from it, lets nobody in between."""
        self.record(report())
        other = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        self.addCleanup(other.close)
        db = history._open(self.path)
        self.addCleanup(db.close)
        with self.assertRaisesRegex(sqlite3.OperationalError, "locked"):
            history._change(db, lambda _: other.execute("BEGIN IMMEDIATE"))
        self.assertFalse(db.in_transaction)
        other.execute("BEGIN IMMEDIATE")

    def test_the_row_is_whole(self):
        self.record(report())
        row, = self.sql("SELECT run, totals, levels FROM report_run")
        self.assertEqual([json.loads(t) for t in row],
                         [["refstack", "2026-11-21T15:00:00Z", "0123", "g"], {"pass": 3, "fail": 1},
                          {"MUST": {"kept": 1}}])
        self.assertEqual(sorted(os.listdir(self.path.parent)), ["findings.db"])


if __name__ == "__main__":
    unittest.main()
