# SPDX-License-Identifier: MIT
"""Against an earlier report: new, fixed, known, gone; and files that are no earlier report."""

import json
import pathlib
import tempfile
import unittest

import baseline
import build
import model
import reportjson
import run
import summary
import test_fixture as fixture

A, B, C = "vectors/ip/a.pkt", "vectors/ip/b.pkt", "vectors/ip/c.pkt"


class Baseline(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "report.json"

    def report(self, changes=None, vectors=(A, B, C), strict=False, **header):
        path = fixture.make_run(self.folder / "x.jsonl", vectors, changes, **header)
        return build.make([run.read(path)], {"strict": strict})

    def before(self, changes=None, vectors=(A, B, C), **header):
        report = self.report(changes, vectors, **header)
        build.decide(report)
        reportjson.write(report, self.file)

    def compare(self, changes=None, vectors=(A, B, C), strict=False, **header):
        report = self.report(changes, vectors, strict, **header)
        baseline.apply(report, self.file)
        build.decide(report)
        return report

    def change(self, report, vector, column="refstack"):
        return next(v for v in report.vectors if v.id == vector).results[column].change


class Changes(Baseline):
    def test_new(self):
        self.before({A: fixture.ttl_is_wrong})
        report = self.compare({A: fixture.ttl_is_wrong, B: fixture.timer_is_late})
        self.assertEqual(self.change(report, A), "known")
        self.assertEqual(self.change(report, B), "new")
        self.assertEqual(self.change(report, C), "")
        self.assertEqual((report.gate, report.gate_why), ("fail", "refstack: 1 new fail"))
        self.assertEqual(summary.verdict_line(report), "refstack: 1 pass, 2 fail (1 new)")
        self.assertIn("b.pkt", next(summary.lines(report)))

    def test_known_fails_no_gate(self):
        self.before({A: fixture.ttl_is_wrong})
        report = self.compare({A: fixture.ttl_is_wrong})
        self.assertEqual((report.gate, report.gate_why), ("pass", "no new failure"))

    def test_known_fails_a_strict_gate(self):
        self.before({A: fixture.ttl_is_wrong})
        report = self.compare({A: fixture.ttl_is_wrong}, strict=True)
        self.assertEqual((report.gate, report.gate_why), ("fail", "refstack: 1 fail"))

    def test_not_implemented_fails_a_strict_gate_whatever_was_before(self):
        self.before({A: fixture.becomes("not implemented")})
        self.assertEqual(self.compare({A: fixture.becomes("not implemented")}).gate, "pass")
        self.assertEqual(self.compare({A: fixture.becomes("not implemented")}, strict=True).gate, "fail")

    def test_fixed(self):
        self.before({A: fixture.ttl_is_wrong})
        report = self.compare()
        self.assertEqual(self.change(report, A), "fixed")
        self.assertEqual(report.gate, "pass")
        self.assertIn("### Fixed: 1", "\n".join(summary.markdown(report)))

    def test_not_run_is_not_fixed(self):
        self.before({A: fixture.ttl_is_wrong})
        for verdict in ("skipped", "not implemented", "pending"):
            self.assertEqual(self.change(self.compare({A: fixture.becomes(verdict)}), A), "")

    def test_another_kind_of_failure_is_new(self):
        self.before({A: fixture.becomes("environment", "no TUN")})
        report = self.compare({A: fixture.ttl_is_wrong})
        self.assertEqual((self.change(report, A), report.gate), ("new", "fail"))

    def test_gone(self):
        self.before({A: fixture.ttl_is_wrong})
        report = self.compare(vectors=(B, C))
        self.assertEqual(report.gone, [A])
        self.assertEqual(baseline.changes(report, "refstack")["fixed"], [])
        self.assertIn("1 that the baseline has are gone: " + A, list(summary.lines(report)))

    def test_gone_from_one_column_of_two(self):
        runs = [fixture.make_run(self.folder / "1.jsonl", (A, B)),
                fixture.make_run(self.folder / "2.jsonl", (A, B), dut="live", kind="kernel")]
        reportjson.write(build.make([run.read(r) for r in runs], {}), self.file)
        runs[1] = fixture.make_run(self.folder / "3.jsonl", (A,), dut="live", kind="kernel")
        report = build.make([run.read(r) for r in runs], {})
        baseline.apply(report, self.file)
        self.assertEqual(report.gone, [B])

    def test_a_new_vector_that_fails(self):
        self.before(vectors=(A, B))
        report = self.compare({C: fixture.ttl_is_wrong})
        self.assertEqual((self.change(report, C), report.gate), ("new", "fail"))

    def test_a_new_vector_that_passes(self):
        self.before(vectors=(A, B))
        self.assertEqual(self.compare().gate, "pass")

    def test_another_column(self):
        self.before({A: fixture.ttl_is_wrong})
        report = self.compare({A: fixture.ttl_is_wrong}, dut="live", kind="kernel")
        self.assertEqual(self.change(report, A, "live"), "new")
        self.assertEqual(report.gate, "fail")
        self.assertTrue(any("live: the baseline has no such column" in note for note in report.notes))

    def test_the_goldens_have_no_changes(self):
        self.before(dut="lwip", kind="stack")
        report = self.compare({A: fixture.becomes("invalid golden", "no pair")}, dut="lwip", kind="stack")
        self.assertEqual(self.change(report, A, "lwip"), "new")
        self.assertEqual(self.change(report, A, "linux"), "")
        self.assertEqual(report.notes, [])

    def test_unexpected_agreement_is_new(self):
        self.before()
        report = self.compare({A: fixture.becomes("failed", unexpected=True)})
        self.assertEqual((self.change(report, A), report.gate), ("new", "fail"))

    def test_every_pair_of_verdicts(self):
        for now in model.VERDICTS:
            for before in (*model.VERDICTS, None):
                found = baseline._change(now, before)
                if now in model.FAILING:
                    self.assertEqual(found, "known" if now == before else "new")
                elif before in model.FAILING and now in ("pass", "nonstrict", "expected"):
                    self.assertEqual(found, "fixed")
                else:
                    self.assertEqual(found, "")

    def test_who_it_was(self):
        self.before()
        report = self.compare()
        self.assertEqual(report.baseline["commit"], "0123456789ab")
        self.assertEqual(report.baseline["name"], str(self.file))

    def test_half_a_run_is_compared_and_stays_half(self):
        self.before()
        report = self.compare({A: None})
        self.assertEqual(report.gate, "incomplete")


class Wrong(Baseline):
    def wrong(self, *words):
        report = self.report()
        with self.assertRaises(baseline.BaselineError) as caught:
            baseline.apply(report, self.file)
        self.assertTrue(str(caught.exception).startswith(str(self.file)))
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(report.baseline, {})

    def edit(self, change):
        self.before()
        told = json.loads(self.file.read_text())
        change(told)
        self.file.write_text(json.dumps(told))

    def test_no_file(self):
        self.wrong("No such file")

    def test_a_folder(self):
        self.file.mkdir()
        self.wrong("Is a directory")

    def test_of_half_a_run(self):
        self.before({A: None})
        self.wrong("did not come to its end")

    def test_another_schema(self):
        self.edit(lambda told: told.update(refstack_report=2))
        self.wrong("version 2")

    def test_another_file(self):
        for text in ("{}", "[]", "1", "null", '"x"'):
            self.file.write_text(text)
            self.wrong("is no report.json")

    def test_no_json(self):
        self.file.write_text("{\n\n,")
        with self.assertRaisesRegex(baseline.BaselineError, r"report\.json:3: is no report\.json"):
            baseline.apply(self.report(), self.file)

    def test_empty(self):
        self.file.write_text("")
        self.wrong("is no report.json")

    def test_cut(self):
        self.before()
        self.file.write_bytes(self.file.read_bytes()[:1000])
        self.wrong("is no report.json")

    def test_no_utf8(self):
        self.file.write_bytes(b"\xff\xfe")
        self.wrong("UTF-8")

    def test_deep(self):
        self.file.write_text("[" * 100000)
        self.wrong("nested too deeply")

    def test_digits(self):
        self.file.write_text('{"refstack_report": ' + "9" * 5000 + "}")
        self.wrong("is no report.json")

    def test_parts_of_another_kind(self):
        for key in ("complete", "columns", "vectors", "identity"):
            self.edit(lambda told: told.update({key: 7}))
            self.wrong("damaged", key)
            self.edit(lambda told: told.pop(key))
            self.wrong("damaged", key)

    def test_members_of_another_kind(self):
        for change in (lambda t: t["columns"].append(1), lambda t: t["vectors"].append([]),
                       lambda t: t["vectors"][0].update(id=1), lambda t: t["vectors"][0].update(results=[]),
                       lambda t: t["vectors"][0]["results"].update(x=1),
                       lambda t: t["vectors"][0]["results"]["refstack"].update(verdict="fine"),
                       lambda t: t["vectors"][0]["results"]["refstack"].update(verdict=["fail"])):
            self.edit(change)
            self.wrong("damaged")


if __name__ == "__main__":
    unittest.main()
