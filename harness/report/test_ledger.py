# SPDX-License-Identifier: MIT
"""The ledger of what is expected to deviate."""

import unittest

import build
import catalogue
import exhibits
import extras
import pages
import run
import test_fixture as fixture
from test_folder import WithFolder


class Ledger(WithFolder):
    def deviating(self):
        return next(c for c in catalogue.load().values() if c.linux == "deviates" and c.layer == "ip")

    def rows(self, report, kind):
        return [r for r in report.ledger if r.kind == kind]

    def test_every_deviation_of_the_catalogue(self):
        report = self.made()
        wanted = [c.id for c in catalogue.load().values() if c.linux in ("deviates", "varies")]
        self.assertEqual([r.id for r in self.rows(report, "deviates")], wanted)
        page = self.section(report, "ledger")
        for ident in wanted:
            self.assertIn(ident, page)

    def test_captured_or_not(self):
        clause = self.deviating()
        row = next(r for r in self.rows(self.made(), "deviates") if r.id == clause.id)
        self.assertEqual((row.vectors, row.evidence), ([], "from the source, not captured"))
        items = [fixture.make_item("vectors/ip/x.pkt", 0, (clause.id,))]
        report = self.made(items=items)
        row = next(r for r in self.rows(report, "deviates") if r.id == clause.id)
        self.assertEqual(row.vectors, ["vectors/ip/x.pkt"])
        self.assertIn("captured: ", row.evidence)
        pages.assign_pages(report)
        self.assertIn('<a href="vectors/ip/x.html">vectors/ip/x.pkt</a>', self.section(report, "ledger"))

    def test_a_million_vectors_are_not_all_named(self):
        clause = self.deviating()
        items = [fixture.make_item(f"vectors/ip/x{n}.pkt", n, (clause.id,)) for n in range(40)]
        page = self.section(self.made(items=items), "ledger")
        self.assertEqual(page.count("vectors/ip/x"), exhibits.VECTORS_MOST)
        self.assertIn("and 34 more", page)

    def test_diverges(self):
        ledger = {"ledger": {"diverges": [
            {"id": "neigh-hash", "why": "a fixed table", "file": "refstack/core/a.c", "test": "test_a"},
            {"id": "neigh-hash", "why": "a fixed table", "file": "refstack/core/b.c", "test": "test_a"},
            {"id": "untested", "why": "w", "file": "refstack/core/c.c"}]}}
        items = [fixture.make_item("vectors/host/x.pkt", **{"class": "diverges host-wheels"})]
        rows = {r.id: r for r in self.rows(self.made(ledger, items=items), "diverges")}
        self.assertEqual(set(rows), {"neigh-hash", "untested", "host-wheels"})
        self.assertEqual(rows["neigh-hash"].files, ["refstack/core/a.c", "refstack/core/b.c"])
        self.assertIn("test_a", rows["neigh-hash"].evidence)
        self.assertIn("not captured", rows["untested"].evidence)
        self.assertEqual(rows["host-wheels"].vectors, ["vectors/host/x.pkt"])

    def test_explained_kernels_tape(self):
        ledger = {"ledger": {
            "explained": [{"id": "neigh_gc", "why": "w", "vector": "vectors/nud/x.pkt"},
                          {"id": "host_time", "why": "w", "vector": "harness/unit/diverges/y.pkt",
                           "test": "t"}],
            "tape": [{"vector": "vectors/nud/x.pkt", "label": "ip id",
                      "value": str(n % 7)} for n in range(9)]}}
        items = [fixture.make_item("vectors/nud/x.pkt", live="most kernels have IPv6", until="6.17"),
                 fixture.make_item("vectors/nud/z.pkt", live="most kernels have IPv6", until="6.17")]
        report = self.made(ledger, items=items)
        gc, time = self.rows(report, "explained")
        self.assertEqual((gc.vectors, gc.files), (["vectors/nud/x.pkt"], []))
        self.assertEqual((time.vectors, time.files), ([], ["harness/unit/diverges/y.pkt"]))
        self.assertEqual(self.rows(report, "diverges"), [])
        self.assertIn("None.", self.section(report, "ledger"))
        kernels, = self.rows(report, "kernels")
        self.assertEqual((kernels.what, kernels.kernels, len(kernels.vectors)),
                         ("most kernels have IPv6", "until 6.17", 2))
        tape, = self.rows(report, "tape")
        self.assertEqual(tape.what, "told 9 times: 0, 1, 2, 3 and 3 more")
        self.assertEqual(tape.vectors, ["vectors/nud/x.pkt"])

    def test_two_runs_that_say_the_same_say_it_once(self):
        paths = [fixture.make_run(self.folder / f"{n}.run", 3, dut=n) for n in ("a", "b")]
        runs = [run.read(p) for p in paths]
        report = build.make(runs, {})
        extras.gather(report, runs, {})
        row, = self.rows(report, "explained")
        self.assertEqual(row.column, "a, b")
        self.assertIn("told 1 time:", self.rows(report, "tape")[0].what)


if __name__ == "__main__":
    unittest.main()
