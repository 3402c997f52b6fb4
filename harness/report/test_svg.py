# SPDX-License-Identifier: MIT
"""Pictures: XML whatever is drawn, nothing outside its place, text as it was, numbers where they belong."""

import re
import unittest
import xml.etree.ElementTree as ET

import svg

NASTY = "\x00\x1b<script>alert('x')</script> ]]> & \" \ud800 \ufffe"
NS = "{http://www.w3.org/2000/svg}"


def bar(start, took, label="1", mark="", colour="driver"):
    return {"from": start, "took": took, "step": label, "label": label, "colour": colour,
            "title": f"step {label}",
            "mark": mark}


def texts(picture):
    return [t.text for t in ET.fromstring(picture).iter(NS + "text")]


def boxes(picture):
    """(x, width) in per cent."""
    return [(float(r.get("x", "0").rstrip("%")), float(r.get("width").rstrip("%")))
            for r in ET.fromstring(picture).iter(NS + "rect")]


class Every(unittest.TestCase):
    def every(self, text="x", number=7):
        yield svg.timeline(text, text, text,
                           [{"name": text, "bars": [bar(0, number, text, "slower", text)]}], number,
                           [(0, text), (number, text)], [(number // 2, text)])
        yield svg.lines(text, text, text,
                        [{"name": text, "colour": text, "points": [(0, 0), (number, number)]}],
                        text, text)
        yield svg.stacked(text, text, text, [{"label": text, "title": text, "counts": {"pass": number},
                                              "failures": 1}], ("pass",))
        yield svg.bars(text, text, text, [{"name": text, "said": text, "parts": [(number, "whole")]}])

    def empty(self):
        yield svg.timeline("a", "b", "c", [], 0, [])
        yield svg.timeline("a", "b", "c", [{"name": "cpu0", "bars": []}], 0, [(0, "x")])
        yield svg.lines("a", "b", "c", [{"name": "x", "colour": "tx", "points": []}], "x", "y")
        yield svg.lines("a", "b", "c", [{"name": "x", "colour": "tx", "points": [(0, 0)]}], "x", "y")
        yield svg.stacked("a", "b", "c", [], ("pass",))
        yield svg.bars("a", "b", "c", [])

    def test_is_xml_with_title_and_description(self):
        for text in ("plain", NASTY, "", "𝛼 – ü"):
            for picture in self.every(text):
                root = ET.fromstring(picture)
                self.assertEqual(root.tag, NS + "svg")
                title, description = root[0], root[1]
                self.assertEqual((title.tag, description.tag), (NS + "title", NS + "desc"))
                self.assertEqual(root.get("aria-labelledby"), f"{title.get('id')} {description.get('id')}")
                self.assertIsNone(root.find(f".//{NS}script"))
                self.assertEqual(title.text or "", svg.clean(text))

    def test_no_number_is_none(self):
        for number in (0, 1, 7, 10**18):
            for picture in self.every(number=number):
                self.assertNotRegex(picture.lower(), r"nan|\binf|e[+-]\d")
        for picture in self.empty():
            ET.fromstring(picture)
            self.assertNotRegex(picture.lower(), r"nan|\binf|e[+-]\d")
        for number in (float("nan"), float("inf")):
            with self.assertRaises(ValueError):
                svg.number(number)

    def test_loads_nothing(self):
        for picture in self.every(NASTY):
            self.assertNotRegex(picture.replace('xmlns="http://www.w3.org/2000/svg"', ""), r"href|url\(|http")

    def test_colours_are_the_page_s(self):
        for picture in self.every():
            for value in re.findall(r'(?:fill|stroke)[:=]"?([^";]+)', picture):
                self.assertRegex(value, r"^(currentColor|none|var\(--svg-[a-z]+,#[0-9a-f]{6}\))$")

    def test_same_again(self):
        self.assertEqual(list(self.every(NASTY)), list(self.every(NASTY)))


class Contrast(unittest.TestCase):
    def test_each_colour_is_seen_on_white_and_on_black(self):
        def light(colour):
            parts = [int(colour[n:n + 2], 16) / 255 for n in (1, 3, 5)]
            parts = [p / 12.92 if p <= .03928 else ((p + .055) / 1.055) ** 2.4 for p in parts]
            return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2]
        for name, tone in svg.COLOURS.items():
            for page in ("#ffffff", "#14171b"):
                a, b = sorted((light(tone), light(page)))
                self.assertGreaterEqual((b + .05) / (a + .05), 2.5 if name in ("skip", "whole") else 3, name)


class Timeline(unittest.TestCase):
    def test_bars_lie_where_their_time_is(self):
        picture = svg.timeline("t", "t", "t", [{"name": "cpu0", "bars": [bar(0, 250), bar(500, 500, "2")]}],
                               1000, [])
        self.assertIn((0.0, 25.0), boxes(picture))
        self.assertIn((50.0, 50.0), boxes(picture))

    def test_nothing_is_outside(self):
        bars = [bar(0, 5000), bar(999, 1), bar(1000, 0), bar(2000, 3)]
        for x, width in boxes(svg.timeline("t", "t", "t", [{"name": "c", "bars": bars}], 1000, [])):
            self.assertGreaterEqual(x, 0)
            self.assertLessEqual(x + width, 100.01)

    def test_what_takes_no_time_is_seen(self):
        self.assertIn((10.0, svg.SHORTEST), boxes(svg.timeline("t", "t", "t", [
            {"name": "c", "bars": [bar(100, 0)]}], 1000, [])))

    def test_labels_have_room(self):
        many = svg.timeline("t", "t", "t", [{"name": "c", "bars": [bar(n, 1, str(n)) for n in range(100)]}],
                            100, [])
        self.assertEqual([t for t in texts(many) if re.fullmatch(r"\d+", t)],
                         [str(n) for n in range(0, 100, 4)])

    def test_a_mark_is_said_although_there_is_no_room_for_its_number(self):
        bars = [bar(0, 10), bar(10, 10, "11", "slower"), bar(500, 9, "12", "faster")]
        picture = svg.timeline("t", "t", "t", [{"name": "c", "bars": bars}], 1000, [])
        self.assertIn("▲11", texts(picture))
        self.assertIn("▼12", texts(picture))
        self.assertIn("--svg-slower", picture)


    def test_ticks_have_room_and_the_last_is_one_of_them(self):
        ticks = [(0, "0"), (5, "5"), (50, "50"), (95, "95"), (100, "100")]
        picture = svg.timeline("t", "t", "t", [], 100, ticks, [(30, "long"), (32, "longer")])
        self.assertEqual(texts(picture), ["0", "50", "100", "long"])


class Lines(unittest.TestCase):
    def test_points(self):
        picture = svg.lines("l", "l", "l",
                            [{"name": "a", "colour": "tx", "points": [(0, 0), (50, 100), (100, 50)]}],
                            "x", "y")
        self.assertIn('points="0,1000 500,0 1000,500"', picture)

    def test_ticks_do_not_lie_upon_each_other(self):
        said = texts(svg.lines("l", "l", "l", [{"name": "a", "colour": "tx", "points": [(1000, 5)]}], "x",
                               "y",
                               [10, 20, 30, 500, 950, 1000]))
        self.assertEqual([t for t in said if t in ("10", "20", "30", "500", "950", "1,000")],
                         ["10", "500", "1,000"])

    def test_nice(self):
        for top, end in ((0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (101, 200), (986, 1000),
                         (73_000, 100_000)):
            self.assertEqual(svg.nice(top), end)


class Stacked(unittest.TestCase):
    def run_of(self, **counts):
        return {"label": "d", "title": "r", "counts": counts, "failures": counts.get("fail", 0)}

    def test_one_failure_of_thousands_is_seen(self):
        picture = svg.stacked("s", "s", "s", [self.run_of(**{"pass": 100_000, "fail": 1})], ("pass", "fail"))
        heights = [float(r.get("height")) for r in ET.fromstring(picture).iter(NS + "rect")]
        self.assertEqual(len(heights), 2)
        self.assertGreaterEqual(min(heights), 2)
        self.assertIn("✗", texts(picture))

    def test_no_failure_no_mark(self):
        self.assertNotIn("✗",
                         texts(svg.stacked("s", "s", "s", [self.run_of(**{"pass": 3})], ("pass", "fail"))))

    def test_runs_lie_side_by_side(self):
        for number in (1, 12, 30):
            found = boxes(svg.stacked("s", "s", "s", [self.run_of(**{"pass": 3})] * number, ("pass",)))
            self.assertEqual(len(found), number)
            for (x, width), (after, _) in zip(found, found[1:]):
                self.assertLess(x + width, after)


class Bars(unittest.TestCase):
    def test_share_is_width(self):
        picture = svg.bars("b", "b", "b",
                           [{"name": "f", "said": "62.5 %", "parts": [(62.5, "whole"), (0, "part")]}])
        self.assertIn((0.0, 62.5), boxes(picture))
        self.assertEqual(len(boxes(picture)), 2)  # the ground, and one part: nothing is drawn of 0
        self.assertEqual(texts(picture), ["f", "62.5 %"])


if __name__ == "__main__":
    unittest.main()
