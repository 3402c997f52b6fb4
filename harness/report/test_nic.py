# SPDX-License-Identifier: MIT
"""Throughput, against a baseline, and how it is drawn."""

import unittest

import build
import exhibits
import extras
import run
import test_fixture as fixture
from test_folder import WithFolder, nic_line


class Throughput(WithFolder):
    def test_delta(self):
        before = self.as_baseline(self.made(nic_line()))
        row, = self.made(nic_line(1_400_000), baseline=before).nic
        self.assertEqual(row.delta_frames_s, -88_095)
        row, = self.made(nic_line(1_400_000, 65), baseline=before).nic
        self.assertIsNone(row.delta_frames_s)

    def test_line_rate(self):
        self.assertEqual(exhibits._line_rate([64, 1518]), [(64, 761), (1518, 986)])

    def test_columns_apart(self):
        path = fixture.make_run(self.folder / "a.run", 3, extra=[nic_line()])
        again = fixture.make_run(self.folder / "b.run", 3, extra=[nic_line(5)], dut="other")
        runs = [run.read(path), run.read(again)]
        report = build.make(runs, {})
        extras.gather(report, runs, {})
        self.assertEqual([(r.column, r.frames_s) for r in report.nic],
                         [("refstack", 1_488_095), ("other", 5)])
        self.assertEqual([name for name, _, _ in exhibits.nic_columns(report)], ["refstack", "other"])


if __name__ == "__main__":
    unittest.main()
