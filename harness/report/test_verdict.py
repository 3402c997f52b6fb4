# SPDX-License-Identifier: MIT
"""Verdicts: every rule of both axes, and what is worst of several."""

import dataclasses
import pathlib
import tempfile
import unittest
from unittest import mock

import build
import catalogue
import model
import run
import test_fixture as fixture
import verdict
from catalogue import Clause

RELEASE = "6.12.117"
KINDS = ("statement", "frame", "time", "missing frame", "extra frame", "order", "state")


def clause(level="MUST", test="packet", linux="keeps", kernels="", about="ttl"):
    return Clause("R1-1-1", "ip", "1", "1", level, "…", test, linux, kernels, about=about)


def rfc(of, linux="same", *kinds, release=RELEASE, told=("ttl",)):
    return verdict.rfc_axis(of, linux, set(kinds), release, told)


class Axes(unittest.TestCase):
    def test_linux(self):
        wanted = {"passed": "same", "failed": "differs", "explained": "explained"}
        for said in run.VERDICTS:
            self.assertEqual(verdict.linux_axis(said), wanted.get(said, "unknown"), said)
        self.assertEqual(verdict.linux_axis("failed", True), "same")

    def test_as_linux_which_keeps(self):
        for level in (*catalogue.LEVELS, "API"):
            self.assertEqual(rfc(clause(level)), "kept", level)
        self.assertEqual(rfc(clause(linux="absent")), "kept")

    def test_as_linux_which_deviates(self):
        wanted = {"MUST": "missed", "MUST NOT": "missed", "API": "missed", "SHOULD": "should-missed",
                  "SHOULD NOT": "should-missed", "MAY": "kept"}
        for level in (*catalogue.LEVELS, "API"):
            self.assertEqual(rfc(clause(level, linux="deviates")), wanted[level], level)

    def test_which_differences_touch_which_clauses(self):
        touches = {"packet": {"frame", "missing frame", "extra frame", "order", "statement"},
                   "api": {"statement"}, "timer": {"time", "missing frame", "extra frame", "order"},
                   "invariant": set(KINDS), "none": set(KINDS)}
        for test in catalogue.TESTS:
            for kind in KINDS:
                wanted = "in-doubt" if kind in touches[test] else "kept"
                self.assertEqual(rfc(clause(test=test), "differs", kind, told=()), wanted, f"{test} {kind}")

    def test_one_of_several_differences_touches(self):
        self.assertEqual(rfc(clause(test="timer"), "differs", "frame", "time", told=()), "in-doubt")
        self.assertEqual(rfc(clause(test="timer"), "differs", "frame", "time"), "broken")

    def test_what_the_clause_is_about_breaks_it_whatever_its_test(self):
        for test in catalogue.TESTS:
            for kind in KINDS:
                self.assertEqual(rfc(clause(test=test), "differs", kind), "broken", f"{test} {kind}")

    def test_untouched_is_as_linux(self):
        self.assertEqual(rfc(clause("MUST", "api", "deviates"), "differs", "frame", told=()), "missed")

    def test_touched_where_linux_keeps(self):
        wanted = {"MUST": "broken", "MUST NOT": "broken", "API": "broken", "SHOULD": "should-missed",
                  "SHOULD NOT": "should-missed", "MAY": "kept"}
        for level in (*catalogue.LEVELS, "API"):
            self.assertEqual(rfc(clause(level), "differs", "frame"), wanted[level], level)

    def test_touched_elsewhere_is_in_doubt(self):
        for level in (*catalogue.LEVELS, "API"):
            wanted = "kept" if level == "MAY" else "in-doubt"  # who may does nothing wrong either way
            for told in ((), ("ip tos",)):
                self.assertEqual(rfc(clause(level), "differs", "frame", told=told), wanted, level)
            self.assertEqual(rfc(clause(level, about=""), "differs", "frame"), wanted, level)

    def test_what_it_is_about_changes_nothing_else(self):
        self.assertEqual(rfc(clause()), "kept")
        self.assertEqual(rfc(clause(test="api"), "differs", "frame", told=("ip tos",)), "kept")
        self.assertEqual(rfc(clause(), "explained", "frame"), "unknown")

    def test_touched_where_linux_deviates(self):
        for level in (*catalogue.LEVELS, "API"):
            self.assertEqual(rfc(clause(level, linux="deviates"), "differs", "frame"), "unknown", level)

    def test_explained(self):
        self.assertEqual(rfc(clause(), "explained", "frame"), "unknown")
        self.assertEqual(rfc(clause(), "explained"), "unknown")
        self.assertEqual(rfc(clause(test="api"), "explained", "frame", told=()), "kept")

    def test_unknown(self):
        for linux in catalogue.LINUX:
            self.assertEqual(rfc(clause(linux=linux), "unknown", "frame"), "unknown")

    def test_every_combination_has_an_answer(self):
        for level in (*catalogue.LEVELS, "API"):
            for test in catalogue.TESTS:
                for linux in catalogue.LINUX:
                    for axis in model.LINUX_AXIS:
                        for kinds in ((), ("frame",), ("state",), ("time", "statement")):
                            self.assertIn(rfc(clause(level, test, linux), axis, *kinds), model.RFC_AXIS)


UDP = "192.0.2.1 > 192.0.2.2 [ttl 64] udp (24)"


def row_of(item, kind="frame"):
    return next(row for row in item["ladder"] if row["kind"] == kind)


class Marks(unittest.TestCase):
    """What differs, in the words of the catalogue."""

    def marks(self, *changes):
        item = fixture.make_item("vectors/ip/a.pkt")
        for change in changes:
            change(item)
        return set(verdict.marks(item))

    def at(self, when, then):
        def change(item):
            row = row_of(item)
            row["a"]["when_ns"], row["b"] = when, {**row["a"], "when_ns": then}
        return change

    def test_nothing(self):
        self.assertEqual(self.marks(), set())

    def test_a_field_and_not_what_follows(self):
        self.assertEqual(self.marks(fixture.ttl_is_wrong), {"ttl", "ttl 64"})

    def test_what_follows_where_nothing_else_differs(self):
        def checksum_is_wrong(item):
            fixture.ttl_is_wrong(item)
            del row_of(item)["fields"][0]
        self.assertEqual(self.marks(checksum_is_wrong), {"ip sum", "ip sum 0x58a1"})

    def test_a_field_that_is_not_there(self):
        def without(item):
            fixture.ttl_is_wrong(item)
            row_of(item)["fields"][0].update(name="ip options", expected="0101 (2)", actual="-")
        self.assertEqual(self.marks(without), {"ip options", "ip options 0101 (2)", "no ip options"})

    def test_missing_and_extra(self):
        def extra(item):
            row = row_of(item)
            row["a"], row["b"] = None, row["a"]
        self.assertEqual(self.marks(fixture.frame_is_missing), {f"missing {UDP}"})
        self.assertEqual(self.marks(extra), {f"extra {UDP}"})

    def test_late_and_early(self):
        self.assertEqual(self.marks(self.at(5, 7)), {f"late {UDP}"})
        self.assertEqual(self.marks(self.at(7, 5)), {f"early {UDP}"})
        self.assertEqual(self.marks(self.at(7, None)), {f"early {UDP}"})
        self.assertEqual(self.marks(self.at(None, 7)), {f"late {UDP}"})
        self.assertEqual(self.marks(self.at(7, 7)), set())

    def test_a_frame_that_comes_in_is_nothing_that_the_stack_does(self):
        def comes_in(item):
            row_of(item)["out"] = False
        self.assertEqual(self.marks(fixture.timer_is_late), set())
        for change in (fixture.ttl_is_wrong, fixture.frame_is_missing, self.at(5, 7)):
            self.assertEqual(self.marks(change, comes_in), set())

    def test_a_state(self):
        self.assertEqual(self.marks(fixture.state_differs), {"state mib Udp.OutDatagrams 1"})

    def test_a_call(self):
        self.assertEqual(self.marks(fixture.call_differs), {"call recv(3, ..., 100, 0) = 3"})

    def test_a_command(self):
        def command_fails(item):
            fixture.call_differs(item)
            lines = item["script"].split("\n")
            item["differences"][0]["line"] = next(n for n, line in enumerate(lines, 1) if "ip neigh" in line)
        self.assertEqual(self.marks(command_fails),
                         {"call ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0"})

    def test_several(self):
        self.assertEqual(self.marks(fixture.state_differs, fixture.ttl_is_wrong, fixture.call_differs),
                         {"ttl", "ttl 64", "call recv(3, ..., 100, 0) = 3", "state mib Udp.OutDatagrams 1"})

    def test_lines_that_are_not_there(self):
        for line in (0, -1, 1 << 60):
            def far(item):
                fixture.call_differs(item)
                item["differences"][0]["line"] = line
            self.assertEqual(self.marks(far), {"call "})


class Breaks(unittest.TestCase):
    """Which marks a clause cannot stand."""

    def check(self, *cases):
        for about, told, wanted in cases:
            self.assertEqual(verdict.breaks(clause(about=about), told), wanted, f"{about} {told}")

    def test_fields(self):
        self.check(("ttl", ["ttl"], True), ("ttl", ["tos"], False), ("source", ["source port"], False),
                   ("source port", ["source", "source 192.0.2.1"], False), ("ttl", ["quoted ttl"], False),
                   ("ttl 9", ["ttl", "ttl 9"], True), ("ttl 9", ["ttl", "ttl 64"], False),
                   ("no ip options", ["ip options"], False), ("no ip options", ["no ip options"], True),
                   ("ttl", ["missing a > b (ttl 64)"], False))

    def test_frames(self):
        unreachable = "a > b: ICMP a udp port 7 unreachable, length 37 (ttl 64, id 5)"
        self.check(("frame icmp unreachable", [f"missing {unreachable}"], True),
                   ("frame icmp unreachable", [f"extra {unreachable}"], True),
                   ("missing icmp", [f"missing {unreachable}"], True),
                   ("missing icmp", [f"extra {unreachable}"], False),
                   ("extra icmp", [f"missing {unreachable}"], False),
                   ("extra icmp unreachable", ["extra a > b: ICMP echo reply"], False),
                   ("frame icmp", [f"late {unreachable}"], False), ("frame", ["extra anything"], True),
                   ("extra port", [f"extra {unreachable}"], True),
                   ("extra por", [f"extra {unreachable}"], False),
                   ("extra 192.0.2.1", ["extra 192.0.2.1.5 > x"], True),
                   ("extra 192.0.2.1", ["extra 192.0.2.10 > x"], False),
                   ("frame", ["frames of all kinds"], False))

    def test_times(self):
        self.check(("time", ["late anything"], True), ("time", ["early anything"], True),
                   ("early arp request", ["early ARP, Request who-has a tell b"], True),
                   ("early arp request", ["late ARP, Request who-has a tell b"], False),
                   ("late", ["early a"], False), ("time", ["missing a"], False))

    def test_calls(self):
        told = ["call getsockopt(3, SOL_IP, IP_MTU, [800], [4]) = 0"]
        self.check(("call recv", ["call recv(3, ..., 100, 0) = 3"], True), ("call", ["call "], True),
                   ("call recv", ["call recvmsg(3, {}, 0) = 3"], False), ("call recv", ["call "], False),
                   ("call getsockopt ip_mtu", told, True), ("call getsockopt ip_ttl", told, False),
                   ("call getsockopt [800]", told, True), ("call getsockopt [80]", told, False),
                   ("call ip neigh", ["call ! ip neigh show | grep -q x"], True))

    def test_states(self):
        self.check(("state mib udp.noports", ["state mib Udp.NoPorts 1"], True),
                   ("state mib udp.noports", ["state mib Udp.NoPortsEver 1"], False),
                   ("state neigh", ["state mib Udp.NoPorts 1"], False))

    def test_several_and_none(self):
        self.check(("ip tos, ttl", ["ttl"], True), ("ip tos, extra, ttl", ["ip id", "extra a"], True),
                   ("", ["ttl", "extra a"], False), (" , ", ["ttl"], False), ("ttl", [], False),
                   ("TTL", ["TTL"], True), ("ttl", ["", " "], False))

    def test_rows_of_the_api(self):
        rows = catalogue.load()
        for name, told, wanted in (
                ("API-bind-1", "call bind(3, {}, 16) = 0", True), ("API-bind-1", "ttl", False),
                ("API-bind-1", "call connect(3, {}, 16) = 0", False), ("API-bind-1", "extra a", False),
                ("API-send-9", "call sendto(3, x, 1, 0) = 1", True),
                ("API-recv-6", "call send(3) = 1", False),
                ("API-setsockopt-13", "call setsockopt(3, SOL_IP, IP_TTL, [0], 4) = -1 EINVAL", True),
                ("API-setsockopt-13", "call setsockopt(3, SOL_IP, IP_TOS, [0], 4) = 0", False),
                ("API-setsockopt-11", "call getsockopt(3, SOL_SOCKET, SO_RCVBUF, [9], [4]) = 0", True)):
            self.assertEqual(verdict.breaks(rows[name], [told]), wanted, f"{name} {told}")


class Kernels(unittest.TestCase):
    def test_ranges(self):
        for kernels, release, wanted in (
                ("", "6.12.117", True), ("5.14-", "6.12.117", True), ("5.14-", "5.14.1", True),
                ("5.14-", "5.13.9", False), ("6.1-6.12", "6.12.117", True), ("6.1-6.12", "6.13", False),
                ("6.1-6.12", "6.1", True), ("6.1-6.12", "6.0.9", False), ("-6.11", "6.12.117", False),
                ("-6.12", "6.12.117", True), ("6.12", "6.12.117", True), ("6.1", "6.12.117", False),
                ("5.14-5.19, 6.12-", "6.12.117", True), ("5.14-5.19, 6.13-", "6.12.117", False)):
            for linux in ("deviates", "varies"):
                found = verdict.deviates(clause(linux=linux, kernels=kernels), release)
                self.assertEqual(found, wanted, f"{kernels} {release}")

    def test_keeps_whatever_the_version(self):
        self.assertFalse(verdict.deviates(clause(kernels="5.14-"), RELEASE))


class Words(unittest.TestCase):
    def test_as_linux(self):
        for axis, wanted in (("kept", "pass"), ("none", "pass"), ("should-missed", "nonstrict"),
                             ("missed", "expected")):
            self.assertEqual(verdict.in_one_word("passed", False, axis), wanted)

    def test_all_others(self):
        for said, wanted in (("failed", "fail"), ("explained", "expected"), ("invalid golden", "error"),
                             ("environment", "error"), ("pending", "unimplemented"), ("skipped", "skip"),
                             ("not implemented", "unimplemented"), ("not captured", "pass")):
            for axis in model.RFC_AXIS:
                self.assertEqual(verdict.in_one_word(said, False, axis), wanted, said)

    def test_agreement_that_nobody_expected(self):
        for said in run.VERDICTS:
            self.assertEqual(verdict.in_one_word(said, True, "kept"), "xpass")

    def test_worst(self):
        self.assertEqual(verdict.worst(["kept", "broken", "missed"], verdict.WORST_RFC), "broken")
        self.assertEqual(verdict.worst(["kept", "unknown"], verdict.WORST_RFC), "kept")
        self.assertEqual(verdict.worst(["should-missed", "missed"], verdict.WORST_RFC), "missed")
        self.assertEqual(verdict.worst(["missed", "in-doubt"], verdict.WORST_RFC), "in-doubt")
        self.assertEqual(verdict.worst([], verdict.WORST_RFC), "none")
        self.assertEqual(verdict.worst(["same", "differs", "explained"], verdict.WORST_LINUX), "differs")
        self.assertEqual(set(verdict.WORST_RFC), set(model.RFC_AXIS))
        self.assertEqual(set(verdict.WORST_LINUX), set(model.LINUX_AXIS))


class Reports(unittest.TestCase):
    """What build.py makes of runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def make(self, *runs, **config):
        """runs: the arguments of make_run of each."""
        read = []
        for n, (vectors, changes, header) in enumerate(runs):
            read.append(run.read(fixture.make_run(self.folder / f"{n}.jsonl", vectors, changes, **header)))
        report = build.make(read, config)
        build.decide(report)
        return report

    def one(self, item, change=None, **header):
        report = self.make(([item], {0: change} if change else None, header))
        return report, report.vectors[0]

    def by_linux(self, linux, level, test="packet"):
        return next(c.id for c in catalogue.load().values()
                    if (c.linux, c.level, c.test) == (linux, level, test) and not c.kernels)

    def all_about_ttl(self, load=catalogue.load):
        return {name: dataclasses.replace(clause, about="ttl") for name, clause in load().items()}

    def test_a_pass(self):
        must = self.by_linux("keeps", "MUST")
        report, vector = self.one(fixture.make_item("vectors/ip/a.pkt", clauses=[must]))
        self.assertEqual(vector.results["refstack"].verdict, "pass")
        self.assertEqual(vector.results["refstack"].clauses, {must: "kept"})
        self.assertEqual(report.clauses[must].vectors, ["vectors/ip/a.pkt"])
        self.assertEqual(report.clause_results[must]["refstack"].rfc, "kept")
        self.assertEqual(report.columns[0].levels["MUST"]["kept"], 1)
        self.assertEqual(vector.layer, "ip")
        self.assertEqual(report.gate, "pass")

    def test_a_should_that_linux_misses(self):
        item = fixture.make_item("vectors/ip/a.pkt", clauses=[self.by_linux("deviates", "SHOULD"),
                                                              self.by_linux("keeps", "MUST")])
        report, vector = self.one(item)
        for column in ("refstack", "linux"):
            self.assertEqual(vector.results[column].verdict, "nonstrict")
            self.assertEqual(vector.results[column].rfc, "should-missed")
        self.assertEqual(report.gate, "pass")

    def test_a_must_that_linux_misses(self):
        item = fixture.make_item("vectors/ip/a.pkt", clauses=[self.by_linux("deviates", "SHOULD"),
                                                              self.by_linux("deviates", "MUST")])
        _, vector = self.one(item)
        for column in ("refstack", "linux"):
            self.assertEqual(vector.results[column].verdict, "expected")
            self.assertEqual(vector.results[column].rfc, "missed")
            self.assertEqual(vector.results[column].linux, "same")

    def test_a_failure(self):
        must = self.by_linux("keeps", "MUST")
        with mock.patch.object(catalogue, "load", self.all_about_ttl):
            report, vector = self.one(fixture.make_item("vectors/ip/a.pkt", clauses=[must]),
                                      fixture.ttl_is_wrong)
        result = vector.results["refstack"]
        self.assertEqual((result.verdict, result.linux, result.rfc), ("fail", "differs", "broken"))
        self.assertEqual(vector.results["linux"].verdict, "pass")
        self.assertEqual(report.clause_results[must]["refstack"].linux, "differs")
        self.assertEqual(report.clause_results[must]["refstack"].counts, {"fail": 1})
        self.assertEqual((report.gate, report.gate_why), ("fail", "refstack: 1 fail"))

    def test_the_first_difference_is_marked(self):
        for change, text in ((fixture.ttl_is_wrong, "ttl 64"), (fixture.frame_is_missing, "ttl 64"),
                             (fixture.timer_is_late, "udp (3)"), (fixture.state_differs, "OutDatagrams")):
            _, vector = self.one(fixture.make_item("vectors/ip/a.pkt"), change)
            rows = [row for row in vector.results["refstack"].ladder if row.first]
            self.assertEqual(len(rows), 1)
            self.assertIn(text, rows[0].expected.text)
            self.assertNotEqual(rows[0].state, "same")

    def test_what_is_late(self):
        _, vector = self.one(fixture.make_item("vectors/ip/a.pkt"), fixture.timer_is_late)
        late = [row.late_ns for row in vector.results["refstack"].ladder if row.late_ns]
        self.assertEqual(late, [200_000_000])
        self.assertTrue(all(row.state == "same" for row in vector.results["linux"].ladder))

    def test_rows_have_both_sides(self):
        _, vector = self.one(fixture.make_item("vectors/ip/a.pkt"), fixture.ttl_is_wrong)
        row = next(row for row in vector.results["refstack"].ladder if row.first)
        self.assertEqual([(f.name, f.follows, f.start, f.end) for f in row.fields],
                         [("ttl", False, 22, 23), ("ip sum", True, 24, 26)])
        self.assertIn("ttl 63", row.got.text)
        states = {row.state for row in vector.results["refstack"].ladder}
        self.assertEqual(states, {"same", "differs"})

    def test_without_a_golden(self):
        item = fixture.make_item("vectors/ip/a.pkt", oracle="none", clauses=[self.by_linux("keeps", "MUST")])
        report, vector = self.one(item, fixture.becomes("not captured", golden=None))
        result = vector.results["refstack"]
        self.assertEqual((result.verdict, result.linux, result.rfc), ("pass", "unknown", "unknown"))
        self.assertEqual([c.name for c in report.columns], ["refstack"])  # no Linux was asked

    def test_one_without_a_golden_among_others(self):
        items = [fixture.make_item("vectors/ip/a.pkt"), fixture.make_item("vectors/ip/b.pkt", oracle="none")]
        report = self.make((items, {1: fixture.becomes("not captured", golden=None)}, {}))
        result = report.vectors[1].results["linux"]
        self.assertEqual((result.verdict, result.linux), ("skip", "unknown"))

    def test_no_golden_pair(self):
        report, vector = self.one(fixture.make_item("vectors/ip/a.pkt"),
                                  fixture.becomes("invalid golden", "no .pcapng"))
        self.assertEqual(vector.results["refstack"].verdict, "error")
        self.assertEqual(vector.results["linux"].verdict, "error")
        self.assertEqual(report.gate, "fail")

    def test_the_goldens_fail_no_gate(self):
        report = self.make((3, None, {}))
        report.vectors[0].results["linux"].verdict = "error"
        build.decide(report)
        self.assertEqual(report.gate, "pass")

    def test_unexpected_agreement(self):
        report, vector = self.one(fixture.make_item("vectors/ip/a.pkt"),
                                  fixture.becomes("failed", unexpected=True))
        self.assertEqual(vector.results["refstack"].verdict, "xpass")
        self.assertEqual(vector.results["refstack"].linux, "same")
        self.assertEqual(report.gate, "fail")

    def test_explained(self):
        report, vector = self.one(fixture.make_item("vectors/ip/a.pkt"),
                                  fixture.becomes("explained", "coarser timers"))
        result = vector.results["refstack"]
        self.assertEqual((result.verdict, result.linux), ("expected", "explained"))
        self.assertEqual(report.gate, "pass")

    def test_strict(self):
        for said in ("pending", "not implemented"):
            for strict, wanted in ((False, "pass"), (True, "fail")):
                report = self.make((3, {1: fixture.becomes(said, "later")}, {}), strict=strict)
                self.assertEqual(report.gate, wanted)
        self.assertEqual(self.make((3, {1: fixture.becomes("skipped", "no")}, {}), strict=True).gate, "pass")

    def test_another_golden(self):
        report = self.make((3, None, {}), (3, {1: lambda item: item.update(golden="0" * 64)},
                                           {"dut": "live", "kind": "kernel"}), strict=True)
        results = {v.id: v.results["live"] for v in report.vectors}
        other = results.pop(fixture.vector_id(1))
        self.assertEqual(other.verdict, "inconclusive")
        self.assertIn("another version of the vector than the one that refstack ran", other.message)
        self.assertEqual({r.verdict for r in results.values()}, {"pass"})
        self.assertEqual((report.gate, report.gate_why), ("fail", "live: 1 inconclusive"))

    def test_three_columns(self):
        report = self.make((2, None, {}), (2, None, {"dut": "lwip", "kind": "stack"}),
                           (2, None, {"dut": "live", "kind": "kernel"}))
        self.assertEqual([c.name for c in report.columns], ["refstack", "lwip", "live", "linux"])

    def test_the_same_stack_twice(self):
        with self.assertRaisesRegex(run.RunError, r"1\.jsonl:1: is a run of 'refstack', as .*0\.jsonl is"):
            self.make((2, None, {}), (2, None, {}))

    def test_a_run_of_the_judge(self):
        judge = {"dut": "uml", "kind": "judge", "title": "Linux 6.12.117"}
        report = self.make((2, None, {}), (2, None, judge))
        self.assertEqual([c.name for c in report.columns], ["refstack", "uml"])
        self.assertFalse(report.columns[1].from_goldens)

    def test_a_stack_called_linux(self):
        report = self.make((2, None, {"dut": "linux", "kind": "kernel"}))
        self.assertEqual([c.name for c in report.columns], ["linux", "linux-goldens"])

    def test_columns_with_other_vectors(self):
        report = self.make((["vectors/ip/a.pkt"], None, {}),
                           (["vectors/ip/b.pkt"], None, {"dut": "live", "kind": "kernel"}))
        self.assertEqual([sorted(v.results) for v in report.vectors],
                         [["linux", "refstack"], ["linux", "live"]])

    def test_totals(self):
        report = self.make((40, {3: fixture.ttl_is_wrong, 4: fixture.becomes("skipped")}, {}))
        totals = {k: n for k, n in report.columns[0].totals.items() if n}
        self.assertEqual(totals, {"pass": 38, "fail": 1, "skip": 1})

    def test_a_clause_that_nobody_knows(self):
        report, vector = self.one(fixture.make_item("vectors/ip/a.pkt", clauses=["R0-0-0"]))
        self.assertEqual(vector.clauses, [])
        self.assertIn("R0-0-0", report.notes[0])

    def test_half_a_run(self):
        report = self.make((5, {2: None}, {}))
        self.assertFalse(report.complete)
        self.assertEqual((report.gate, report.gate_why), ("incomplete", "refstack: 4 of 5 vectors"))
        self.assertFalse(any(c.complete for c in report.columns))

    def test_half_a_run_among_whole_ones(self):
        report = self.make((5, None, {}), (5, {2: None}, {"dut": "live", "kind": "kernel"}))
        self.assertEqual((report.gate, report.gate_why), ("incomplete", "live: 4 of 5 vectors"))

    def test_hashes_follow_what_they_are_of(self):
        a = self.make((3, None, {})).identity
        b = self.make((3, {0: lambda item: item.update(golden="0" * 64)}, {})).identity
        self.assertEqual(a["catalogue"], b["catalogue"])
        self.assertNotEqual(a["goldens"], b["goldens"])

    def test_where_it_goes_is_no_option(self):
        for words in ("-o x --strict", "--output=x --strict", "--strict --output x", "--strict -o"):
            identity = self.make((1, None, {}), argv=["report", *words.split()]).identity
            self.assertEqual(identity["options"], "report --strict")

    def test_layers(self):
        for name, wanted in (("vectors/udp/x.pkt", "udp"), ("vectors/udp/more/x.pkt", "udp"),
                             ("vectors/scapy/udp.frames/ttl-0", "scapy"), ("mine/x.pkt", "mine"),
                             ("x.pkt", "x.pkt")):
            self.assertEqual(build.layer_of(name), wanted)


if __name__ == "__main__":
    unittest.main()
