# SPDX-License-Identifier: MIT
"""What a campaign left, whole, cut, broken and hostile."""

import copy
import json
import sqlite3
import unittest

import campaign
import exhibits
import history
from test_folder import NASTY, SUMMARY, WithFolder


class Campaigns(WithFolder):
    def setUp(self):
        super().setUp()
        self.campaign = self.folder / "campaign"
        self.campaign.mkdir()

    def put(self, name, text):
        (self.campaign / name).write_text(text if isinstance(text, str) else json.dumps(text))

    def store(self, *rows, application=history.APPLICATION):
        db = sqlite3.connect(self.campaign / "findings.db")
        db.execute(f"PRAGMA application_id = {application}")
        db.execute(f"PRAGMA user_version = {history.SCHEMA}")
        db.execute("CREATE TABLE finding (nr INTEGER PRIMARY KEY, id, target, detector, signature, status, "
                   "first_seen, seen)")
        db.executemany("INSERT INTO finding (id, target, detector, signature, status, first_seen, seen) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        db.commit()
        db.close()

    def read(self):
        return campaign.read(self.campaign)

    def test_none_was_run(self):
        self.assertIsNone(self.read())
        self.assertIsNone(campaign.read(self.folder / "nowhere"))
        report = self.made(config={"campaign": str(self.campaign)})
        self.assertIn("No campaign was run here", self.section(report, "campaign"))

    def test_a_store_of_runs_alone_is_no_campaign(self):
        report = self.made()
        history.record(report, {"campaign": str(self.campaign)})
        self.assertEqual(len(report.history), 1)
        self.assertIsNone(self.read())

    def test_whole(self):
        self.put("summary.json", SUMMARY)
        self.put("series", "0 0 5 1 0\n5000 100 20 2 0\n9000 200 30 3 1\n")
        self.store(("c4b8e33c", "rx", "invariant", "a < b", "minimised", "2026", 3))
        campaign = self.read()
        self.assertEqual((campaign.sessions, campaign.seconds, campaign.execs), (2, 100, 2227))
        self.assertEqual((campaign.targets[0].execs_s, campaign.targets[0].edges), (178, 10000))
        self.assertEqual([(f.status, f.seen) for f in campaign.findings], [("minimised", 3)])
        self.assertEqual(campaign.series, [(0, 0, 5, 1, 0), (5000, 100, 20, 2, 0), (9000, 200, 30, 3, 1)])
        self.assertEqual(campaign.trouble, [])
        page = self.section(self.made(config={"campaign": str(self.campaign)}), "campaign")
        for said in ("c4b8e33c", "a &lt; b", "minimised", "2,227", "From 5 to 30 edges in 9 seconds"):
            self.assertIn(said, page)

    def test_findings_of_the_summary_where_no_store_is(self):
        self.put("summary.json", SUMMARY)
        self.assertEqual([f.status for f in self.read().findings], ["new"])

    def test_series_that_were_cut(self):
        self.put("series", "0 0 5 1 0\n100 1 6\nnan 1 2 3 4\n50 1 9 1 0\n7 1 9 1 0\n99 1 -9 1 0\n60 2 10")
        self.assertEqual(self.read().series, [(0, 0, 5, 1, 0), (50, 1, 9, 1, 0)])

    def test_a_long_series_keeps_its_ends(self):
        self.put("series", "".join(f"{n} 0 {n} 1 0\n" for n in range(100_000)))
        series = self.read().series
        self.assertLessEqual(len(series), campaign.MOST_POINTS + 2)
        self.assertEqual((series[0][0], series[-1][0]), (0, 99_999))
        self.assertLessEqual(len(exhibits.growth_rows(self.read())), exhibits.CURVE_ROWS + 2)

    def test_broken_files_are_said_and_left_out(self):
        for name, text in (("summary.json", "{"), ("summary.json", "[]"), ("summary.json", "[" * 200_000),
                           ("findings.db", "no store\n" * 200)):
            self.put("series", "0 0 5 1 0\n10 0 9 1 0\n")
            self.put(name, text)
            with self.subTest(name=name, text=text[:5]):
                report = self.made(config={"campaign": str(self.campaign)})
                self.assertEqual(len(report.campaign.trouble), 1)
                self.assertIn(str(self.campaign / name), self.said)
                self.assertIn(name, self.section(report, "campaign"))
                self.assertEqual(len(report.campaign.series), 2)
            (self.campaign / name).unlink()

    def test_a_foreign_store(self):
        self.store(application=7)
        self.assertIn("no store of findings", self.read().trouble[0])

    def test_numbers_that_are_none(self):
        wrong = copy.deepcopy(SUMMARY)
        wrong["seconds"], wrong["sessions"] = float("inf"), "two"
        wrong["targets"] = {NASTY: {"execs": -5, "worker_seconds": float("nan"), "inputs": 10**400,
                                    "frames": True},
                            "x": 3}
        wrong["linux"], wrong["findings"] = [1], [{"id": 5, "seen": None}, 7]
        self.put("summary.json", wrong)
        self.store((NASTY, None, b"\xff", 1.5, NASTY, NASTY, "many"))
        page = self.section(self.made(config={"campaign": str(self.campaign)}), "campaign")
        self.assertNotRegex(page, r"(?i)\bnan\b|\binf|None<")

    def test_the_store_is_only_read(self):
        self.store(("c4b8e33c", "rx", "invariant", "s", "new", "2026", 3))
        before = (self.campaign / "findings.db").read_bytes()
        self.read()
        self.assertEqual((self.campaign / "findings.db").read_bytes(), before)
        self.assertEqual([p.name for p in self.campaign.iterdir()], ["findings.db"])


if __name__ == "__main__":
    unittest.main()
