# SPDX-License-Identifier: MIT
"""Tables that the package carries: the bug zoo, and Linux's lines."""

import re
import unittest

import coverage
import exhibits
import zoo
from test_folder import ROOT, WithFolder


class Tables(WithFolder):
    HEAD = "row\tlayer\tfound\tdetector\tgolden\tseconds\twhat\n"

    def zoo(self, *rows):
        (self.folder / "bugzoo.tsv").write_text(self.HEAD + "".join("\t".join(r) + "\n" for r in rows))
        return self.made()

    def test_by_layer_and_detector(self):
        report = self.zoo(("A", "ip", "found", "linux", "yes", "3.1", "x"),
                          ("B", "ip", "found", "crash", "no", "1", "x"),
                          ("C", "udp", "not found", "", "yes", "60", "x"),
                          ("D", "udp", "not run", "", "", "", "x"),
                          ("E", "udp", "absent", "", "", "", "x"))
        detectors, rows = exhibits.zoo_table(report)
        self.assertEqual(detectors, ["crash", "linux"])
        self.assertEqual([(r["layer"], r["rows"], r["ran"], r["by"], r["nobody"], r["golden"]) for r in rows],
                         [("ip", 2, 2, [1, 1], 0, 1), ("udp", 3, 1, [0, 0], 1, 1),
                          ("all", 5, 3, [1, 1], 1, 2)])
        self.assertIn("3 were run: 2 found by a campaign",
                      re.sub("<[^>]*>", "", self.section(report, "campaign")))

    def test_the_zoo_that_was_run_here_comes_first(self):
        self.zoo(("A", "ip", "not run", "", "", "", "x"))
        (self.folder / "zoo").mkdir()
        (self.folder / "zoo" / "bugzoo.tsv").write_text(self.HEAD + "A\tip\tfound\tlinux\tyes\t3\tx\n")
        report = self.made(config={"campaign": str(self.folder / "campaign")})
        self.assertEqual([r.state for r in report.zoo], ["found"])

    def test_wrong_tables_are_said_with_their_line(self):
        for name, text, where in (("bugzoo.tsv", self.HEAD + "A\tip\n", ":2: 2 columns, not 7"),
                                  ("bugzoo.tsv", self.HEAD + "A\tip\tlost\t\t\t\t\n", ":2: 'lost'"),
                                  ("bugzoo.tsv", "row\tlayer\n", ":1: has no column"),
                                  ("linux-coverage.tsv", "# x\nfile\tall\n", ":2: has no column"),
                                  ("linux-coverage.tsv", "", ":1: has no column"),
                                  ("linux-coverage.tsv", self.coverage("nan"), ":3: 'nan' is no share"),
                                  ("linux-coverage.tsv", self.coverage(lines="-3"), ":3: counts are")):
            path = self.folder / name
            path.write_text(text)
            with self.subTest(text=text[-20:]):
                report = self.made()
                self.assertIn(f"{path}{where}", self.said)
                self.assertEqual(report.zoo if name == "bugzoo.tsv" else report.coverage, [])
            path.unlink()

    def coverage(self, share="36.8", lines="690"):
        return ("# Linux 6.12\nfile\tpath\tvectors\tall\tin_reach\tlines_run\tlines\tbranches\t"
                "functions_run\tfunctions\n"
                f"net/ipv4/udp.c\tyes\t{share}\t45.8\t–\t316\t{lines}\t36.7\t25\t47\n")

    def test_coverage(self):
        (self.folder / "linux-coverage.tsv").write_text(self.coverage())
        report = self.made()
        row, = report.coverage
        self.assertEqual((row.file, row.origins, row.all, row.in_reach, row.lines, row.of_path, row.folder),
                         ("net/ipv4/udp.c", {"vectors": 368}, 458, None, 690, True, "net/ipv4"))
        page = self.section(report, "coverage")
        for said in ("Linux 6.12.", "45.8\u00a0%", "316 of 690", 'width="45.8%"', 'width="36.8%"'):
            self.assertIn(said, page)

    def test_the_committed_tables(self):
        """They can be read, and say the same as the documents beside them."""
        rows = coverage.read(ROOT / "docs" / "linux-coverage.tsv")
        text = (ROOT / "docs" / "linux-coverage.md").read_text(encoding="utf-8")
        self.assertGreater(len(rows), 100)
        self.assertEqual(len({r.file for r in rows}), len(rows))
        for row in rows:
            told = f"**{row.all // 10}.{row.all % 10} %**"
            lines = text[text.index("## To do"):].split(f"## {row.folder}\n")[1].splitlines()
            line = next(line for line in lines if line.startswith(f"| `{row.file.rsplit('/', 1)[1]}` |"))
            self.assertIn(told, line)
            self.assertIn(f"{row.lines_run} of {row.lines}", line)
        planted = (ROOT / "harness" / "bugzoo" / "rows.tsv").read_text(encoding="utf-8").splitlines()[1:]
        known = zoo.read(ROOT / "docs" / "bugzoo.tsv")
        self.assertEqual([r.id for r in known], [line.split("\t")[0] for line in planted])


if __name__ == "__main__":
    unittest.main()
