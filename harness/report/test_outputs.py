# SPDX-License-Identifier: MIT
"""The files for programs: report.json and the run files by their schemas, JUnit by a real parser, the summary
and the badge as XML and Markdown read them."""

import json
import pathlib
import re
import tempfile
import unittest
import xml.etree.ElementTree as ET

import badge
import baseline
import build
import catalogue
import junit
import model
import reportjson
import run
import summary
import test_fixture as fixture

try:
    import jsonschema
except ImportError:
    jsonschema = None
try:
    import junitparser
except ImportError:
    junitparser = None

SCHEMA = pathlib.Path(__file__).resolve().parent / "schema"
NASTY = "\x00\x1b[31m\ufffe<script>alert('x')</script> ]]> & \" | `x` @someone \u202e"
A, B, C = "vectors/ip/a.pkt", "vectors/udp/b.pkt", "vectors/udp/c.pkt"


def nasty(item):
    fixture.ttl_is_wrong(item)
    item["differences"][0].update(what="ttl: " + NASTY, detail=NASTY, expected=NASTY)
    item["headers"]["claim"] = NASTY


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_of(self, vectors=(A, B, C), changes=None, name="run", **header):
        return run.read(fixture.make_run(self.folder / f"{name}.jsonl", vectors, changes, **header))

    def report(self, vectors=(A, B, C), changes=None, strict=False, before=None, **header):
        report = build.make([self.run_of(vectors, changes, **header)], {"strict": strict})
        if before is not None:
            earlier = build.make([self.run_of(vectors, before, "before", **header)], {})
            reportjson.write(earlier, self.folder / "before.json")
            baseline.apply(report, self.folder / "before.json")
        build.decide(report)
        return report

    def all_verdicts(self, strict=False):
        """A report that has each of model.VERDICTS, and a clause of each kind."""
        found = {}
        for clause in catalogue.load().values():
            found.setdefault((clause.linux, clause.level), clause.id)
        items = [fixture.make_item(f"vectors/ip/{n}.pkt", n) for n in range(9)]
        items.append(fixture.make_item("vectors/ip/should.pkt", clauses=[found["deviates", "SHOULD"]]))
        items.append(fixture.make_item("vectors/ip/must.pkt", clauses=[found["deviates", "MUST"]]))
        items.append(fixture.make_item("vectors/scapy/ip.frames/a case", clauses=[found["keeps", "MUST"]]))
        changes = {0: nasty, 1: fixture.becomes("failed", unexpected=True),
                   2: fixture.becomes("environment", NASTY), 3: fixture.becomes("pending", "TCP"),
                   4: fixture.becomes("skipped", NASTY), 5: fixture.becomes("explained", "coarse"),
                   6: fixture.becomes("invalid golden", "no pair"),
                   7: fixture.becomes("not captured", golden=None)}
        report = self.report(items, changes, strict)
        report.vectors[8].results["refstack"].verdict = "inconclusive"
        build._count(report)
        self.assertEqual({v for v, n in report.columns[0].totals.items() if n}, set(model.VERDICTS))
        build.decide(report)
        return report


class Json(Outputs):
    def written(self, report):
        reportjson.write(report, self.folder / "report.json")
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))

    def schema(self, name):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((SCHEMA / f"{name}.schema.json").read_text())
        kind = getattr(jsonschema, "Draft202012Validator", None) or jsonschema.Draft7Validator
        kind.check_schema(schema)
        return kind(schema)

    def test_what_is_in_it(self):
        told = self.written(self.all_verdicts())
        of = {v["id"]: v["results"]["refstack"]["verdict"] for v in told["vectors"]}
        self.assertEqual(of["vectors/ip/0.pkt"], "fail")
        self.assertEqual(of["vectors/ip/must.pkt"], "expected")
        self.assertEqual(told["columns"][0]["totals"]["fail"], 1)
        self.assertEqual(told["gate"]["verdict"], "fail")
        self.assertEqual(len(told["clauses"]), len(catalogue.load()))

    def test_its_schema(self):
        validator = self.schema("report")
        for report in (self.all_verdicts(), self.report(), self.report(changes={A: None}),
                       self.report(changes={A: nasty}, before={B: nasty}),
                       self.report(fixture.make_items(60))):
            errors = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(self.written(report))]
            self.assertEqual(errors, [])

    def test_the_schema_refuses(self):
        validator = self.schema("report")
        told = self.written(self.report())
        for change in (lambda t: t.pop("complete"), lambda t: t.update(gate="pass"), lambda t: t.update(x=1),
                       lambda t: t["vectors"][0]["results"]["refstack"].update(verdict="fine"),
                       lambda t: t["columns"][0].pop("name")):
            other = json.loads(json.dumps(told))
            change(other)
            self.assertFalse(validator.is_valid(other))

    def test_the_schema_of_runs(self):
        validator = self.schema("run")
        changes = {0: fixture.ttl_is_wrong, 1: fixture.frame_is_missing, 2: fixture.timer_is_late,
                   3: fixture.becomes("skipped", "why")}
        path = fixture.make_run(self.folder / "r.jsonl", 20, changes)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            errors = [e.message[:200] for e in validator.iter_errors(json.loads(line))]
            self.assertEqual(errors, [], number)
            self.assertFalse(validator.is_valid({**json.loads(line), "smell": 1}))

    def test_schemas_know_all_words(self):
        defs = json.loads((SCHEMA / "report.schema.json").read_text())["$defs"]
        self.assertEqual(set(defs["verdict"]["enum"]), set(model.VERDICTS))
        self.assertEqual(set(defs["linux"]["enum"]), set(model.LINUX_AXIS))
        self.assertEqual(set(defs["rfc"]["enum"]), set(model.RFC_AXIS))
        of_run = json.loads((SCHEMA / "run.schema.json").read_text())["$defs"]
        self.assertEqual(set(of_run["item"]["properties"]["verdict"]["enum"]), set(run.VERDICTS))
        self.assertEqual(set(of_run["difference_kind"]["enum"]), set(run.DIFFERENCES))
        for name, keys in (("header", run.HEADER), ("item", run.ITEM), ("row", run.ROW), ("side", run.SIDE),
                           ("difference", run.DIFFERENCE), ("end", run.END)):
            self.assertEqual(set(of_run[name]["properties"]), set(keys), name)
            self.assertEqual(set(of_run[name]["required"]), {k for k, v in keys.items() if v[1]}, name)

    def test_the_same_bytes(self):
        files = []
        for _ in range(2):
            reportjson.write(self.report(fixture.make_items(40), {3: nasty}), self.folder / "r.json")
            files.append((self.folder / "r.json").read_bytes())
        self.assertEqual(*files)

    def test_half_a_run_says_so(self):
        self.assertIs(self.written(self.report(changes={A: None}))["complete"], False)


class JUnit(Outputs):
    def written(self, report):
        junit.write(report, self.folder / "junit.xml")
        return self.folder / "junit.xml"

    def cases(self, report):
        root = ET.parse(self.written(report)).getroot()
        return {case.get("name"): case for case in root.iter("testcase")}

    def test_every_vector_has_a_case_and_every_case_a_name(self):
        report = self.report(fixture.make_items(60))
        self.assertEqual(set(self.cases(report)), {v.id for v in report.vectors})

    def test_every_verdict(self):
        report = self.all_verdicts()
        cases = self.cases(report)
        wanted = {"fail": "failure", "xpass": "failure", "error": "error", "inconclusive": "skipped",
                  "unimplemented": "skipped", "skip": "skipped", "expected": "skipped", "pass": None,
                  "nonstrict": None}
        for vector in report.vectors:
            found = [child for child in cases[vector.id] if child.tag != "properties"]
            verdict = vector.results["refstack"].verdict
            self.assertEqual([child.tag for child in found], [wanted[verdict]] if wanted[verdict] else [])
            self.assertTrue(all(child.get("message") for child in found), verdict)

    def test_the_message_is_the_first_difference(self):
        failure = self.cases(self.report(changes={A: fixture.ttl_is_wrong}))[A].find("failure")
        self.assertEqual(failure.get("message"), "frame 1 (out udp): ttl: Linux 64, refstack 63")
        self.assertRegex(failure.text, r"vectors/ip/a\.pkt:\d+: frame 1")

    def test_an_expected_deviation_names_its_clause(self):
        cases = self.cases(self.all_verdicts())
        said = cases["vectors/ip/must.pkt"].find("skipped").get("message")
        self.assertRegex(said, r"expected deviation: as Linux, which does not keep R\d")
        self.assertEqual(cases["vectors/ip/5.pkt"].find("skipped").get("message"),
                         "expected deviation: coarse")

    def test_groups(self):
        must = next(c.id for c in catalogue.load().values() if c.rfc == "1122" and c.linux == "keeps")
        items = [fixture.make_item(A, clauses=["API-socket-1", must]), fixture.make_item(B)]
        root = ET.parse(self.written(self.report(items))).getroot()
        self.assertEqual([s.get("name") for s in root], ["refstack: ip, RFC 1122", "refstack: udp"])
        self.assertEqual([c.get("classname") for c in root.iter("testcase")],
                         ["refstack.ip.rfc1122", "refstack.udp"])

    def test_properties(self):
        report = self.report([fixture.make_item(A, clauses=["R1122-3.1-1"])])
        report.vectors[0].capture = "captures/a.pcapng"
        told = {p.get("name"): p.get("value") for p in self.cases(report)[A].iter("property")}
        self.assertEqual(told["clause"], "R1122-3.1-1")
        self.assertEqual(told["capture"], "captures/a.pcapng")
        self.assertEqual((told["linux"], told["rfc"], told["verdict"]), ("same", "kept", "pass"))

    def test_characters_that_xml_cannot_have(self):
        case = self.cases(self.report(changes={A: nasty}))[A]
        said = case.find("failure").get("message")
        self.assertIn("<script>", said)
        self.assertIn("\ufffd", said)
        self.assertFalse(re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", said))

    def test_every_character(self):
        text = "".join(chr(c) for c in (*range(0x300), *range(0xD700, 0xE100), *range(0xFFF0, 0x10010)))
        root = ET.Element("x", a=junit.legal(text))
        ET.fromstring(ET.tostring(root, encoding="utf-8"))

    def test_a_suite_set_a_column(self):
        runs = [self.run_of(), self.run_of(name="live", dut="live", kind="kernel")]
        report = build.make(runs, {})
        build.decide(report)
        names = {s.get("name").split(":")[0] for s in ET.parse(self.written(report)).getroot()}
        self.assertEqual(names, {"refstack", "live"})

    def test_a_real_parser(self):
        if junitparser is None:
            self.skipTest("python3-junitparser is not installed")
        xml = junitparser.JUnitXml.fromfile(str(self.written(self.all_verdicts())))
        verdicts = {}
        for suite in xml:
            for case in suite:
                self.assertTrue(case.name)
                self.assertTrue(case.classname)
                kind = type(case.result[0]).__name__ if case.result else "pass"
                verdicts[kind] = verdicts.get(kind, 0) + 1
        self.assertEqual(verdicts, {"Failure": 2, "Error": 2, "Skipped": 5, "pass": 3})
        told = (xml.tests, xml.failures, xml.errors, xml.skipped)
        xml.update_statistics()
        self.assertEqual(told, (xml.tests, xml.failures, xml.errors, xml.skipped))

    def test_half_a_run_is_an_error(self):
        cases = self.cases(self.report(changes={A: None}))
        self.assertIn("INCOMPLETE", cases["refstack: the run"].find("error").get("message"))
        root = ET.parse(self.folder / "junit.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("errors")), ("3", "1"))
        self.assertEqual(root.find("testsuite").get("name"), "refstack: the run")

    def test_half_a_run_of_nothing_is_an_error(self):
        report = self.report(changes={A: None, B: None, C: None})
        self.assertIn("refstack: the run", self.cases(report))


class Summary(Outputs):
    def text(self, report):
        summary.write(report, self.folder / "summary.md")
        return (self.folder / "summary.md").read_text(encoding="utf-8")

    def test_the_verdict_comes_first(self):
        self.assertTrue(self.text(self.report()).startswith("## Passed: no failure\n"))
        text = self.text(self.report(changes={A: nasty}))
        self.assertTrue(text.startswith("## Failed: refstack: 1 fail\n"))
        text = self.text(self.report(changes={A: None}))
        self.assertTrue(text.startswith("## INCOMPLETE: refstack: 2 of 3 vectors\n"))
        self.assertIn("Nothing here is a result", text)
        self.assertIn("| refstack 0.1.0 INCOMPLETE (2 of 3) |", text)

    def test_new_failures_come_first(self):
        text = self.text(self.report(changes={A: nasty, B: nasty}, before={A: nasty, C: nasty}))
        self.assertLess(text.index("### New failures: 1"), text.index("### Fixed: 1"))
        self.assertLess(text.index("### Fixed: 1"), text.index("### Known failures: 1"))
        self.assertLess(text.index("b.pkt"), text.index("a.pkt"))

    def test_tables_have_equal_rows(self):
        rows = [line for line in self.text(self.all_verdicts()).splitlines() if line.startswith("|")]
        self.assertEqual(len({row.count("|") for row in rows}), 1)
        self.assertEqual(len(rows), 4)

    def test_nothing_of_a_run_is_markup(self):
        text = self.text(self.report(changes={A: nasty}))
        line = next(line for line in text.splitlines() if "a.pkt" in line)
        self.assertNotIn("<script", text)
        self.assertNotIn("@someone", text)
        self.assertNotIn(" `x` ", line)
        self.assertFalse(re.search("[\x00-\x08\x0b-\x1f]", text))

    def test_long_lists_are_cut_and_say_so(self):
        text = self.text(self.report(fixture.make_items(50), dict.fromkeys(range(30), nasty)))
        self.assertIn("### Failures: 30", text)
        self.assertIn("- … and 10 more", text)
        self.assertEqual(text.count("\n- `"), summary.MOST_LISTED)

    def test_a_terminal_has_ten(self):
        report = self.report(fixture.make_items(50), dict.fromkeys(range(30), fixture.ttl_is_wrong))
        told = list(summary.lines(report))
        self.assertEqual(len(told), 11)
        self.assertEqual(told[-1], "… and 20 more")
        self.assertRegex(told[0], r"^vectors/\S+:\d+.*: refstack: fail: frame 1")

    def test_a_case_has_its_file(self):
        name = "vectors/scapy/udp.frames/ttl-0"
        report = self.report([name], {name: fixture.ttl_is_wrong})
        self.assertRegex(next(summary.lines(report)),
                         r"^vectors/scapy/udp\.frames:\d+ \(ttl-0\): refstack: fail")

    def test_what_is_long_is_cut(self):
        report = self.report(changes={A: fixture.becomes("environment", "word\n " * 200)})
        line = next(summary.lines(report))
        self.assertTrue(line.endswith("…"))
        self.assertLess(len(line), 300)
        self.assertNotIn("\n", line)

    def test_strict_names_what_fails_it(self):
        told = list(summary.lines(self.report(changes={A: fixture.becomes("pending", "TCP")}, strict=True)))
        self.assertEqual(told, ["vectors/ip/a.pkt: refstack: unimplemented: TCP"])

    def test_the_line(self):
        self.assertEqual(summary.verdict_line(self.report()), "refstack: 3 pass")
        self.assertEqual(summary.verdict_line(self.report(changes={A: None})),
                         "refstack: INCOMPLETE, 2 of 3 vectors: 2 pass")

    def test_the_object(self):
        report = self.report(changes={A: fixture.ttl_is_wrong, B: nasty}, before={B: nasty, C: nasty})
        told = json.loads(json.dumps(summary.as_object(report, 1)))
        self.assertEqual((told["gate"], told["exit"]), ("fail", 1))
        self.assertEqual([told["columns"][0][k] for k in ("new", "fixed", "known")], [1, 1, 1])
        self.assertEqual([f["id"] for f in told["failures"]], [A, B])


class Badge(Outputs):
    def svg(self, report):
        badge.write(report, self.folder / "badge.svg")
        return ET.parse(self.folder / "badge.svg").getroot()

    def title(self, report):
        return self.svg(report).find("{http://www.w3.org/2000/svg}title").text

    def test_what_it_says(self):
        self.assertEqual(self.title(self.report()), "refstack 0.1.0: conformance: 3 of 3, pass")
        self.assertEqual(self.title(self.report(changes={A: nasty})),
                         "refstack 0.1.0: conformance: 2 of 3, fail")
        self.assertEqual(self.title(self.report(changes={A: fixture.becomes("skipped")})),
                         "refstack 0.1.0: conformance: 2 of 2, pass")
        self.assertEqual(self.title(self.report(changes={A: None})),
                         "refstack 0.1.0: conformance: incomplete, incomplete")

    def test_colours(self):
        for changes, gate in ((None, "pass"), ({A: nasty}, "fail"), ({A: None}, "incomplete")):
            fills = [r.get("fill") for r in self.svg(self.report(changes=changes)).iter()]
            self.assertIn(badge.COLOURS[gate], fills)
            self.assertFalse(set(fills) & (set(badge.COLOURS.values()) - {badge.COLOURS[gate]}))

    def test_a_title_that_is_markup(self):
        self.assertIn("<b>&\"", self.title(self.report(title='<b>&"')))


if __name__ == "__main__":
    unittest.main()
