# SPDX-License-Identifier: MIT
"""Run files: read whole, and whatever is wrong with them told by file and line."""

import json
import pathlib
import tempfile
import unittest

import run
import test_fixture as fixture


class Files(unittest.TestCase):
    """A run of three vectors whose lines can be changed."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = fixture.make_run(pathlib.Path(folder.name) / "a.jsonl", 3)
        self.lines = self.path.read_bytes().splitlines(keepends=True)

    def change(self, number, change):
        """Lets change spoil the object on a line, from 1."""
        value = json.loads(self.lines[number - 1])
        value = change(value) or value
        self.lines[number - 1] = json.dumps(value).encode() + b"\n"

    def read(self):
        self.path.write_bytes(b"".join(self.lines))
        return run.read(self.path)

    def wrong(self, number, *words):
        with self.assertRaises(run.RunError) as caught:
            self.read()
        self.assertTrue(str(caught.exception).startswith(f"{self.path}:{number}: "), str(caught.exception))
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertLess(len(str(caught.exception)), 600)

    def half(self, *words):
        told = self.read()
        self.assertFalse(told.complete)
        for word in words:
            self.assertIn(word, told.half)
        return told


class Whole(Files):
    def test_all_of_it_is_read(self):
        told = self.read()
        self.assertTrue(told.complete)
        self.assertEqual(told.name, "refstack")
        self.assertEqual([i["id"] for i in told.items], [fixture.vector_id(n) for n in range(3)])
        self.assertEqual(len(told.paths[0]["packets"][0]["steps"]), 2)
        self.assertEqual([row["direction"] for row in told.nic], ["tx", "rx"])
        self.assertEqual(sorted(told.ledger), ["diverges", "explained", "tape"])

    def test_a_line_of_megabytes(self):
        self.change(2, lambda v: v.update(script="x" * (5 << 20)))
        self.assertEqual(len(self.read().items[0]["script"]), 5 << 20)

    def test_lines_in_another_order(self):
        self.lines[1], self.lines[4] = self.lines[4], self.lines[1]
        self.assertEqual(len(self.read().items), 3)

    def test_every_change_of_the_fixture(self):
        for change in (fixture.ttl_is_wrong, fixture.frame_is_missing, fixture.timer_is_late,
                       fixture.state_differs, fixture.call_differs, fixture.becomes("skipped", "why")):
            fixture.make_run(self.path, 3, {0: change})
            self.assertTrue(run.read(self.path).complete)


class Half(Files):
    def test_without_its_end(self):
        self.lines.pop()
        self.assertEqual(len(self.half("stops after 3 of 3 vectors").items), 3)

    def test_cut_within_a_line(self):
        self.lines = [*self.lines[:2], self.lines[2][:100]]
        self.assertEqual(len(self.half("stops after 1 of 3 vectors").items), 1)

    def test_cut_within_a_character(self):
        at = self.lines[1].index("…".encode())
        self.lines = [self.lines[0], self.lines[1][:at + 1]]
        self.half("stops after 0 of 3")

    def test_only_the_first_line(self):
        self.lines = self.lines[:1]
        self.half("stops after 0 of 3 vectors")

    def test_fewer_than_it_says(self):
        self.change(1, lambda v: v.update(items=4))
        self.half("has 3 of 4 vectors")

    def test_one_of_the_middle_is_missing(self):
        del self.lines[2]
        self.half("has 2 of 3 vectors")

    def test_only_the_last_newline_is_missing(self):
        self.lines[-1] = self.lines[-1].rstrip()
        self.assertTrue(self.read().complete)

    def test_interrupted(self):
        self.change(len(self.lines), lambda v: v.update(interrupted=True))
        self.half("was interrupted after 3 of 3")


class Wrong(Files):
    def test_no_file(self):
        with self.assertRaisesRegex(run.RunError, "No such file"):
            run.read("nowhere.jsonl")

    def test_a_folder(self):
        with self.assertRaisesRegex(run.RunError, "Is a directory"):
            run.read(self.path.parent)

    def test_empty(self):
        self.lines = []
        self.wrong(1, "empty")

    def test_another_file(self):
        self.lines = [b"{}\n"]
        self.wrong(1, "refstack_run")

    def test_a_cut_first_line(self):
        self.lines = [self.lines[0][:40]]
        self.wrong(1, "no JSON")

    def test_another_version(self):
        self.change(1, lambda v: v.update(refstack_run=2))
        self.wrong(1, "version 2")

    def test_no_vectors(self):
        self.change(1, lambda v: v.update(items=0))
        self.wrong(1, "no vectors")

    def test_a_name_that_is_a_path(self):
        for name in ("../x", "", "a/b", ".hidden", "a b", "x" * 65):
            self.change(1, lambda v: v.update(dut=name))
            self.wrong(1, "'dut'")

    def test_no_json(self):
        self.lines[2] = b"{,}\n"
        self.wrong(3, "no JSON")

    def test_no_object(self):
        self.lines[2] = b"[1]\n"
        self.wrong(3, "a list, no object")

    def test_no_utf8(self):
        self.lines[1] = self.lines[1].replace(b"passed", b"pass\xffd")
        self.wrong(2, "UTF-8")

    def test_a_float(self):
        self.lines[1] = self.lines[1].replace(b'"frames": 2', b'"frames": 2.5')
        self.wrong(2, "2.5 is no whole number")

    def test_not_a_number(self):
        self.lines[1] = self.lines[1].replace(b'"frames": 2', b'"frames": NaN')
        self.wrong(2, "NaN")

    def test_a_number_of_many_digits(self):
        self.lines[1] = self.lines[1].replace(b'"frames": 2', b'"frames": ' + b"9" * 5000)
        self.wrong(2)

    def test_a_number_that_no_one_can_mean(self):
        self.change(2, lambda v: v["ladder"][1]["a"].update(when_ns=1 << 63))
        self.wrong(2, "'when_ns' is too far from 0")

    def test_a_negative_count(self):
        self.change(2, lambda v: v.update(frames=-1))
        self.wrong(2, "'frames' is no count")

    def test_true_is_no_number(self):
        self.change(2, lambda v: v.update(frames=True))
        self.wrong(2, "'frames' is true or false")

    def test_deep_nesting(self):
        self.lines[1] = b'{"id":' + b"[" * 100000 + b"]" * 100000 + b"}\n"
        self.wrong(2, "nested too deeply")

    def test_deep_nesting_in_a_line_that_is_cut(self):
        self.lines[1:] = [b'{"id":' + b"[" * 100000]
        self.wrong(2, "nested too deeply")

    def test_a_wrong_last_line_without_its_newline(self):
        self.lines[1:] = [b'{"id": 1}']
        self.wrong(2, "'id' is a number")

    def test_half_a_character(self):
        self.lines[1] = self.lines[1].replace(b'"passed"', b'"passed", "message": "\\ud800"')
        self.wrong(2, "half a character")

    def test_a_key_is_missing(self):
        for key in ("verdict", "headers", "script"):
            line = self.lines[1]
            self.change(2, lambda v: v.pop(key) and None)
            self.wrong(2, f"has no '{key}'")
            self.lines[1] = line

    def test_a_key_that_is_not_known(self):
        self.change(2, lambda v: v.update(verdit="passed"))
        self.wrong(2, "'verdit', which is not known")

    def test_a_verdict_that_is_not_known(self):
        self.change(2, lambda v: v.update(verdict="fine"))
        self.wrong(2, "'fine', none of")

    def test_a_kind_of_difference_that_is_not_known(self):
        self.change(2, lambda v: v["differences"].append({"kind": "smell", "what": "x"}))
        self.wrong(2, "'smell'")

    def test_headers_are_text(self):
        self.change(2, lambda v: v["headers"].update(claim=1))
        self.wrong(2, "'claim' of 'headers' is a number")

    def test_ids_that_lead_elsewhere(self):
        for name in ("/etc/passwd", "../x.pkt", "vectors/../../x.pkt", "vectors//x.pkt", "a/./b", "a\x00b",
                     "a\nb", "vectors\\x", "", "vectors/", "x" * 500):
            self.change(2, lambda v: v.update(id=name))
            self.wrong(2, "'id'")

    def test_ids_with_dots_that_lead_nowhere(self):
        self.change(2, lambda v: v.update(id="vectors/a..b/.hidden/x...pkt"))
        self.assertEqual(len(self.read().items), 3)

    def test_a_duplicate(self):
        self.change(3, lambda v: v.update(id=fixture.vector_id(0)))
        self.wrong(3, "is there twice: line 2 has it")

    def test_more_than_it_says(self):
        self.change(1, lambda v: v.update(items=2))
        self.wrong(4, "more than the 2")

    def test_a_row_without_sides(self):
        self.change(2, lambda v: v["ladder"][0].update(a=None))
        self.wrong(2, "without sides")

    def test_odd_hex(self):
        self.change(2, lambda v: v["ladder"][3]["a"].update(hex="abc"))
        self.wrong(2, "'hex'")

    def test_a_line_too_long(self):
        self.lines[1] = b" " * (run.MOST_BYTES + 2) + self.lines[1]
        self.wrong(2, "longer than")

    def test_lines_behind_the_end(self):
        self.lines.append(self.lines[-1])
        self.wrong(len(self.lines), "behind the end")

    def test_an_end_that_counts_wrong(self):
        self.change(len(self.lines), lambda v: v.update(items=2))
        self.wrong(len(self.lines), "says 2 vectors, and 3")

    def test_totals_that_are_not_so(self):
        self.change(len(self.lines), lambda v: v.update(totals={"passed": 2, "failed": 1}))
        self.wrong(len(self.lines), "totals")

    def test_a_line_that_is_nothing(self):
        self.lines.insert(2, b'{"smell": 1}\n')
        self.wrong(3, "'smell'")

    def test_a_path_that_is_none(self):
        self.change(5, lambda v: v["path"]["packets"][0]["steps"][0].update(ps="soon"))
        self.wrong(5, "'ps' is text")

    def test_a_ledger_that_is_none(self):
        self.change(7, lambda v: v["ledger"]["tape"][0].update(value=[1]))
        self.wrong(7, "'value'")


if __name__ == "__main__":
    unittest.main()
