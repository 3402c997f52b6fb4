# SPDX-License-Identifier: MIT
"""The sections of a report: whole, empty, hostile."""

import copy
import html.parser
import json
import re
import unittest
import urllib.parse

import evidence
import exhibits
import history
import pages
import paths
import svg
from test_folder import NASTY, ROOT, SECTIONS, SUMMARY, VECTOR, WithFolder, nic_line, path_line, way


class Tags(html.parser.HTMLParser):
    """Every element is closed by its own end, ids are there once, tables have heads."""
    VOID = {"br", "col", "hr", "img", "input", "meta", "link", "wbr"}
    SHAPES = {"rect", "line", "circle", "polyline", "path"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.seen = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.seen.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if "href" in attrs else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


class Sections(WithFolder):
    def parsed(self, page):
        tags = Tags()
        tags.feed(page)
        tags.close()
        self.assertEqual(tags.open, [])
        self.assertEqual(len(tags.ids), len(set(tags.ids)))
        return tags

    def full(self, nasty=""):
        for name in ("linux-coverage.tsv", "bugzoo.tsv"):
            (self.folder / name).write_text((ROOT / "docs" / name).read_text(encoding="utf-8"),
                                            encoding="utf-8")
        campaign = self.folder / "campaign"
        campaign.mkdir(exist_ok=True)
        (campaign / "series").write_text("0 0 5 1 0\n5000 100 20 2 0\n")
        summary = copy.deepcopy(SUMMARY)
        summary["commit"] = summary["findings"][0]["signature"] = nasty or "x"
        (campaign / "summary.json").write_text(json.dumps(summary))
        ledger = {"ledger": {"explained": [{"id": nasty or "e", "why": nasty or "w"}],
                             "diverges": [{"id": nasty or "d", "why": nasty or "w", "file": nasty or "f"}],
                             "tape": [{"label": nasty or "l", "value": nasty or "v",
                                       "vector": nasty or VECTOR}]}}
        header = {"title": "stack " + re.sub(r"[\x00-\x1f]", "", nasty)} if nasty else {}
        first = self.as_baseline(self.made(path_line(way()), nic_line()))
        report = self.made(path_line(way("udp_sendmsg", 50, nasty=nasty), nasty or "t"), nic_line(1000),
                           ledger,
                           baseline=first, config={"campaign": str(campaign)}, **header)
        report.baseline = {"name": "b"}
        store = {"store": str(self.folder / "s.db")}
        history.record(report, store)
        report.columns[0].identity["commit"] = nasty or "later"
        history.record(report, store)
        return report

    def test_whole(self):
        report = self.full()
        for name in SECTIONS:
            with self.subTest(name=name):
                page = self.section(report, name)
                tags = self.parsed(page)
                self.assertIn(name, tags.ids)
                self.assertIn("h2", tags.seen)
                self.assertNotIn("{{", page)
                self.assertNotRegex(page, r">None<|undefined|NaN")
                for table in re.findall(r"<table.*?</table>", page, re.S):
                    self.assertIn("<caption", table)
                    self.assertIn('scope="col"', table)
                if name != "ledger":  # which draws nothing
                    self.assertIn("svg", tags.seen)
                    self.assertIn("table", tags.seen)

    def test_ids_are_there_once_in_all_of_them(self):
        report = self.full()
        self.parsed("".join(self.section(report, name) for name in SECTIONS))

    def test_hostile_texts(self):
        report = self.full(NASTY)
        for name in SECTIONS:
            page = self.section(report, name)
            self.assertNotIn("<script", page, name)
            self.assertNotIn("script", self.parsed(page).seen)

    def test_empty(self):
        """What is not there is said in words."""
        report = self.made(config={"data": str(self.folder)})
        report.coverage, report.zoo, report.ledger = [], [], []
        for name, words in (("path", "No packet's way"), ("nic", "No throughput"),
                            ("campaign", "make campaign"),
                            ("coverage", "make coverage"), ("trend", "No past runs"), ("ledger", "Nothing")):
            page = self.section(report, name)
            self.parsed(page)
            self.assertIn(words, page)
            self.assertNotIn("<svg", page)

    def test_same_again(self):
        one, other = self.full(), self.full()
        for name in SECTIONS[:-2]:
            self.assertEqual(self.section(one, name), self.section(other, name))

    def test_links_lead_to_pages_of_the_report(self):
        report = self.full()
        pages.assign_pages(report)
        known = {v.page for v in report.vectors} | {pages.clause_page(c) for c in report.clauses.values()}
        for page in evidence.pages(report, {}, pages.clause_page):
            places = [t.anchor for t in page.tables] + [anchor for t in page.tables for anchor, _ in t.rows]
            known |= {f"{page.path}#{place}" for place in places}
        for name in SECTIONS:
            for link in self.parsed(self.section(report, name)).links:
                self.assertTrue(urllib.parse.unquote(link) in known, link)


class Elsewhere(WithFolder):
    def test_a_slower_step_is_named_where_the_section_is_not(self):
        before = self.as_baseline(self.made(path_line(way())))
        self.assertEqual(exhibits.words(self.made(path_line(way()), baseline=before), "path"),
                         "1 packet of 1 vector. Every step takes as long as in the baseline.")
        report = self.made(path_line(way("udp_sendmsg", 500)), baseline=before)
        self.assertEqual(exhibits.words(report, "path"),
                         "1 packet of 1 vector. Other times than in the baseline: "
                         "udp_sendmsg +0.2 µs (1 step).")
        for name in SECTIONS:
            self.assertNotIn("None", exhibits.words(report, name))


class Words(unittest.TestCase):
    def test_microseconds_are_exact(self):
        for ps, said in ((0, "0.0"), (1, "0.000001"), (200_000, "0.2"), (1_000_000, "1.0"),
                         (-1_500_000, "-1.5"),
                         (12_345_678_901_234, "12,345,678.901234")):
            self.assertEqual(exhibits.us(ps), said)

    def test_signs(self):
        self.assertEqual([exhibits.signed(n) for n in (5, -5, 0)], ["+5", "−5", "±0"])
        self.assertEqual(exhibits.share(5), "0.5\u00a0%")

    def test_groups_have_colours(self):
        for group in (*paths.GROUPS, *paths.STEP_GROUPS.values(), *exhibits.STACK_ORDER):
            self.assertIn(group, svg.COLOURS)


if __name__ == "__main__":
    unittest.main()
