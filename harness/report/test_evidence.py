# SPDX-License-Identifier: MIT
"""Numbers of the sections lead to what they count, and every such page is sound."""

import html.parser
import re
import unittest
import urllib.parse

import evidence
import exhibits
import history
import pages
import zoo
import test_extras
from test_folder import NASTY, WithFolder

LINKED = ("nic", "campaign", "coverage", "trend")
NUMBER = re.compile(r"[✗(+−-]*\d[\d,.]*(\s*%| of \d[\d,]*)?\)?")


class Cells(html.parser.HTMLParser):
    """Numbers in cells of tables, those that are no name of a row, and whether they are links."""

    def __init__(self):
        super().__init__()
        self.cell, self.link, self.found, self.ids, self.links = False, "", [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.cell = self.cell or tag == "td"
        if tag == "a":
            self.link = attrs["href"]
            self.links.append(attrs["href"])
        if "id" in attrs:
            self.ids.append(attrs["id"])

    def handle_endtag(self, tag):
        if tag == "td":
            self.cell = False
        elif tag == "a":
            self.link = ""

    def handle_data(self, data):
        if self.cell and NUMBER.fullmatch(data.strip()) and data.strip() != "0":
            self.found.append((data.strip(), self.link))


def cells(page):
    parser = Cells()
    parser.feed(page)
    parser.close()
    return parser


class Evidence(WithFolder):
    full = test_extras.Sections.full

    def whole(self, nasty=""):
        """A report's folder with everything in it."""
        report, folder = self.full(nasty), self.folder / "made"
        pages.render(report, folder)
        return report, folder

    def test_every_number_is_a_link(self):
        report = self.full()
        for name in LINKED:
            found = cells(self.section(report, name)).found
            with self.subTest(name=name):
                self.assertGreater(len(found), 1)
                self.assertEqual([text for text, link in found if not link], [])

    def test_every_link_leads_to_a_row(self):
        for nasty in ("", NASTY):
            report, folder = self.whole(nasty)
            made = [each.path for each in evidence.pages(report, {}, pages.clause_page)]
            self.assertEqual(len(made), 5)
            for path in made:
                self.follow(folder, path, (folder / path).read_text(encoding="utf-8"))
            for name in LINKED:
                self.follow(folder, f"{name}.html", self.section(report, name))

    def follow(self, folder, path, page):
        found = cells(page)
        self.assertEqual(len(found.ids), len(set(found.ids)), path)
        for link in set(found.links) - {"#main"}:
            where, _, place = urllib.parse.unquote(link).partition("#")
            to = (folder / path).parent / where
            with self.subTest(path=path, link=link):
                self.assertTrue(to.is_file())
                if place:
                    self.assertIn(f'id="{place}"', to.read_text(encoding="utf-8"))

    def test_hostile_texts(self):
        _, folder = self.whole(NASTY)
        for path in (folder / "lists").glob("*.html"):
            self.assertNotIn("<script", path.read_text(encoding="utf-8"))

    def test_what_it_is_made_of_lies_beside_it(self):
        _, folder = self.whole()
        for name in ("lists/bugzoo.tsv", "lists/linux-coverage.tsv", "campaign/series.txt",
                     "campaign/summary.json"):
            self.assertTrue((folder / name).is_file(), name)
        self.assertIn('href="../lists/bugzoo.tsv"', (folder / evidence.ZOO).read_text(encoding="utf-8"))

    def test_a_finding_says_all_of_itself(self):
        report = self.full()
        finding = report.campaign.findings[0]
        finding.text, finding.place, finding.replays = "it said\nso", "udp.c:7", 5
        folder = self.folder / "made"
        pages.render(report, folder)
        page = (folder / evidence.CAMPAIGN).read_text(encoding="utf-8")
        part = page[page.index(f'id="finding-{finding.id}"'):].split("</section>")[0]
        for said in ("it said\nso", "udp.c:7", ">5<", f"<code>refstack show {finding.id}</code>",
                     finding.signature):
            self.assertIn(said, part)

    def test_findings_that_are_there_twice(self):
        report = self.full()
        report.campaign.findings *= 2
        anchors = [t.anchor for t in evidence.pages(report, {}, pages.clause_page)[0].tables]
        self.assertEqual(len(anchors), len(set(anchors)))

    def test_groups_of_the_zoo_are_what_the_table_counts(self):
        rows = [zoo.Row(f"R-{n}", ("ip", "udp", "all")[n % 3], "w", state, "linux" if state == "found" else "",
                        n % 2 == 0, "3") for n, state in enumerate(zoo.STATES * 5)]
        report = self.made()
        report.zoo = rows
        page = next(p for p in evidence.pages(report, {}, pages.clause_page) if p.path == evidence.ZOO)
        sizes = {t.anchor: len(t.rows) for t in page.tables}
        for sums in exhibits.zoo_table(report)[1]:
            for key, group in (("rows", "planted"), ("ran", "ran"), ("nobody", "nobody"), ("golden", "golden"),
                               ("absent", "absent")):
                if sums["layer"] != "all":
                    place = evidence.zoo(sums["layer"], group).partition("#")[2]
                    self.assertEqual(sizes.get(place, 0), sums[key], place)

    def test_functions_that_were_never_run(self):
        report = self.full()
        for row in report.coverage:
            if row.file in report.never_run:
                names = [f for _, functions in report.never_run[row.file] for f in functions.split()]
                if "all" not in names:
                    self.assertEqual(len(names), row.functions - row.functions_run, row.file)

    def test_a_run_of_the_trend_leads_to_its_lists(self):
        report, folder = self.whole()
        self.assertTrue(any(run.this for run in report.history))
        links = cells((folder / evidence.TREND).read_text(encoding="utf-8")).links
        self.assertTrue(any("all.html#verdict-" in link for link in links))
        self.assertEqual(len(history.by_column(report)), 1)


if __name__ == "__main__":
    unittest.main()
