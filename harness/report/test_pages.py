#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of pages.py and ladder.py: what pages say, that links lead somewhere, that nothing breaks out."""

import html
import html.parser
import pathlib
import posixpath
import re
import sys
import tempfile
import unittest
from urllib.parse import unquote

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import build  # noqa: E402
import catalogue  # noqa: E402
import ladder  # noqa: E402
import model  # noqa: E402
import pages  # noqa: E402
import run  # noqa: E402
import test_fixture as fixture  # noqa: E402

BESIDE = ("report.json", "junit.xml", "summary.md", "badge.svg")  # other modules write them
VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}
VOID_SVG = {"path", "line", "rect", "circle", "polyline", "polygon", "use"}
HOSTILE = "</script><script>x()</script>\"'><b onclick=x()>&amp;\u202eabc{{ 7*7 }}{% x %}"
SCREEN_CHARACTERS = 900  # of the text of main: what the first screen of a telephone has
LARGEST = 5_000_000


class Page(html.parser.HTMLParser):
    """A page as far as the tests look at it."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.tags, self.attributes, self.text, self.wrong = [], [], [], [], [], []
        self.open, self.headings, self.main = [], [], []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> stays open" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.links += [attributes[key] for key in ("href", "src") if key in attributes]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> in {self.open[-3:]}")
            return
        self.open.pop()

    def handle_data(self, data):
        if "script" in self.open or "style" in self.open:
            return
        self.text.append(data)
        if "main" in self.open:
            self.main.append(data)

    def words(self):
        return re.sub(r"\s+", " ", "".join(self.main)).strip()


def make_report(vectors=20, changes=None, baseline=None, runs=(), **header):
    """A report of a made-up run, and of more: (changes, header) each."""
    with tempfile.TemporaryDirectory() as folder:
        files = [fixture.make_run(pathlib.Path(folder) / "0.run.jsonl", vectors, changes, **header)]
        for number, (more, head) in enumerate(runs, 1):
            file = pathlib.Path(folder) / f"{number}.run.jsonl"
            files.append(fixture.make_run(file, vectors, more, **head))
        report = build.make([run.read(file) for file in files], {})
    if baseline:
        report.baseline = baseline
    build.decide(report)
    return report


def render(report, folder):
    folder = pathlib.Path(folder)
    pages.render(report, folder)
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*.html"))}


def parse(files):
    return {path: Page(text) for path, text in files.items()}


def broken_links(parsed):
    """Links of pages that lead nowhere; parsed: path -> what has ids and links."""
    ids = {path: set(page.ids) for path, page in parsed.items()}
    for path, page in parsed.items():
        for link in set(page.links):
            if re.match("https?:|data:", link):
                continue
            target, _, anchor = unquote(link).partition("#")
            where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            if where == "style.css" or (where in BESIDE and path == "report.html"):
                continue
            if where not in ids:
                yield f"{path}: {link}: no such page"
            elif anchor and anchor.partition("?")[0] not in ids[where]:
                yield f"{path}: {link}: no such anchor"


class Quick:
    """Ids and links of a page, without a look at anything else: for thousands of pages."""

    def __init__(self, text):
        self.ids = [html.unescape(found) for found in re.findall(r'<[^<>]* id="([^"]*)"', text)]
        self.links = [html.unescape(found) for found in re.findall(r'<[^<>]* href="([^"]*)"', text)]


class Rendered(unittest.TestCase):
    def make(self, *args, **more):
        with tempfile.TemporaryDirectory() as folder:
            return render(make_report(*args, **more), folder)

    def check_all(self, files):
        parsed = parse(files)
        self.assertEqual([], list(broken_links(parsed))[:5])
        for path, text in files.items():
            page = parsed[path]
            with self.subTest(path):
                self.assertEqual([], page.wrong[:3])
                self.assertEqual(1, page.tags.count("h1"))
                self.assertEqual(1, page.headings[0])
                steps = [b - a for a, b in zip(page.headings, page.headings[1:])]
                self.assertLessEqual(max(steps, default=0), 1, "a heading leaves a level out")
                self.assertEqual([], [i for i in set(page.ids) if page.ids.count(i) > 1][:3])
                self.assertIn(("html", "lang", "en"), page.attributes)
                self.assertIn(("meta", "name", "viewport"), page.attributes)
                self.assertRegex(text, r"<title>[^<]+</title>")
                self.assertIn("default-src &#39;none&#39;", text.replace("'", "&#39;"))
                self.assertIn("#main", page.links)
                self.assertEqual([], [a for a in page.attributes if a[1].startswith("on")])
                self.assertEqual(page.tags.count("table"), page.tags.count("caption"))
                self.assertEqual([], [l for l in page.links if re.match("javascript:|/|file:", l)])


class AllPages(Rendered):
    def test_pages_are_sound(self):
        self.check_all(self.make(120, fixture.PLANTS))

    def test_many_columns(self):
        live = {"dut": "live", "title": "Linux 6.18.44, live", "kind": "kernel"}
        lwip = {"dut": "lwip", "title": "lwIP 2.2", "kind": "stack"}
        files = self.make(60, fixture.PLANTS, runs=[
            ({4: fixture.call_differs, 0: fixture.frame_is_missing}, live),
            ({0: fixture.becomes("not implemented", "no such socket"), 7: fixture.state_differs}, lwip)])
        self.check_all(files)
        agreement = Page(files["report.html"]).words()
        self.assertIn("lwIP 2.2 not compared", agreement)
        self.assertIn("frame 1 missing", files["vectors/udp/made-00000.html"])

    def test_same_report_same_bytes(self):
        self.assertEqual(self.make(30, fixture.PLANTS), self.make(30, fixture.PLANTS))

    def test_every_verdict(self):
        changes = {n: fixture.becomes(v, "why") for n, v in enumerate(
            ("explained", "not captured", "pending", "skipped", "not implemented", "environment",
             "invalid golden"))}
        changes[8] = lambda item: item.update(unexpected=True)
        files = self.make(20, changes)
        self.check_all(files)

    def test_a_file_of_many_cases_has_many_pages(self):
        ids = [f"vectors/scapy/udp.frames/case-{n}" for n in range(120)]
        files = self.make(ids)
        self.check_all(files)
        self.assertEqual(3, sum(path.startswith("vectors/scapy/") for path in files))

    def test_cases_that_look_like_anchors(self):
        ids = [f"vectors/scapy/udp.frames/{name}" for name in ("main", "L1", "case-main", "main-r1", "first")]
        self.check_all(self.make(ids, {0: fixture.ttl_is_wrong, 4: fixture.frame_is_missing}))

    def test_names_that_need_escapes(self):
        names = ("a b", "a%20b", "a#b?c", "<b>\"'", "a-b")
        ids = [f"vectors/udp/{name}.pkt" for name in names]
        files = self.make(ids, {0: fixture.ttl_is_wrong, 3: fixture.ttl_is_wrong})
        self.check_all(files)
        self.assertEqual(5, sum(path.startswith("vectors/udp/") for path in files))

    def test_the_checker_of_links_sees_what_is_wrong(self):
        files = self.make(10)
        files["report.html"] += '<a href="vectors/none.html">x</a><a href="#nowhere">y</a>'
        self.assertEqual(2, len(list(broken_links(parse(files)))))


class FirstScreen(Rendered):
    def first_screen(self, *args, **more):
        return Page(self.make(*args, **more)["report.html"]).words()[:SCREEN_CHARACTERS]

    def test_wrong_ttl(self):
        said = self.first_screen(20, {0: fixture.ttl_is_wrong})
        self.assertRegex(said, r"1 failure.*vectors/udp/made-00000\.pkt:\d+: ttl: Linux 64, refstack 63")

    def test_missing_frame(self):
        said = self.first_screen(20, {1: fixture.frame_is_missing})
        self.assertRegex(said, r"1 failure.*vectors/icmp/made-00001\.pkt:\d+: frame 1 missing: 192\.0\.2\.1")

    def test_late_timer(self):
        said = self.first_screen(20, {2: fixture.timer_is_late})
        self.assertRegex(said, r"1 failure.*vectors/ip/made-00002\.pkt:\d+: 200 ms late: 192\.0\.2\.2 > ")

    def test_no_failure(self):
        self.assertIn("No failure: 20 vectors agree with Linux 6.12.117", self.first_screen(20))

    def test_new_failure_against_a_baseline(self):
        report = make_report(20, {0: fixture.ttl_is_wrong, 1: fixture.frame_is_missing})
        report.baseline = {"name": "before", "commit": "0123abcd"}
        for vector in report.vectors:
            result = vector.results["refstack"]
            result.change = {"vectors/udp/made-00000.pkt": "known", "vectors/icmp/made-00001.pkt": "new",
                             "vectors/ip/made-00002.pkt": "fixed"}.get(vector.id, "")
        report.gone = ["vectors/udp/gone.pkt"]
        with tempfile.TemporaryDirectory() as folder:
            files = render(report, folder)
        self.check_all(files)
        said = Page(files["report.html"]).words()[:SCREEN_CHARACTERS]
        self.assertRegex(said, "1 new failure.*made-00001.*made-00000.*1 new, 1 known, 1 fixed, 1 gone")

    def test_known_failures_are_no_new_ones(self):
        report = make_report(20, {0: fixture.ttl_is_wrong})
        report.baseline = {"name": "before", "commit": ""}
        report.vectors[-1].results["refstack"].change = ""
        failing = next(v for v in report.vectors if v.id.endswith("made-00000.pkt"))
        failing.results["refstack"].change = "known"
        with tempfile.TemporaryDirectory() as folder:
            said = Page(render(report, folder)["report.html"]).words()
        self.assertIn("No new failure: 19 vectors agree", said)

    def test_failure_of_another_column_is_named(self):
        said = self.first_screen(20, runs=[({0: fixture.ttl_is_wrong}, {
            "dut": "lwip", "title": "lwIP 2.2", "kind": "stack"})])
        self.assertRegex(said, "1 failure.*ttl: Linux 64, lwip 63 lwIP 2.2")
        self.assertNotIn('class="whose"', self.make(20, {0: fixture.ttl_is_wrong})["report.html"])

    def test_half_a_run_says_so_on_every_page(self):
        files = self.make(20, {3: None}, end=False)
        self.check_all(files)
        for path, text in files.items():
            self.assertIn("<strong>INCOMPLETE</strong>", text, path)
        self.assertIn("Incomplete: 19 of 20 vectors", Page(files["report.html"]).words()[:SCREEN_CHARACTERS])
        self.assertNotIn("INCOMPLETE", self.make(20)["report.html"])


class Numbers(Rendered):
    def test_lists_have_what_the_numbers_say(self):
        files = self.make(120, fixture.PLANTS)
        seen = 0
        for link, number in re.findall(r'href="(lists/[^"]+)">([\d,]+)</a>', files["report.html"]):
            path, _, anchor = html.unescape(link).partition("#")
            section = re.search(rf'<section id="{re.escape(anchor)}".*?</section>', files[path], re.S)[0]
            self.assertEqual(int(number.replace(",", "")), section.count("<li>"), link)
            seen += 1
        self.assertGreater(seen, 50)

    def test_each_number_of_a_table_is_a_link(self):
        text = self.make(60, fixture.PLANTS)["report.html"]
        tables = re.findall(r'<table class="(?:mx|tot)[^"]*">\s*<caption>(?:Layers|RFCs|Vectors|Linux|RFC|'
                            "Clauses).*?</table>", text, re.S)
        self.assertGreater(len(tables), 6)
        for table in tables:
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", table, re.S):
                words = re.sub("<[^>]*>", "", cell)
                if re.search("[1-9]", words) and not re.search("differs|compared", words):
                    self.assertIn("<a ", cell)


class Hostile(Rendered):
    def test_texts_of_a_run_stay_texts(self):
        def spoil(item):
            fixture.ttl_is_wrong(item)
            item["headers"].update(claim=HOSTILE, why=HOSTILE)
            item["script"] += HOSTILE
            item["message"] = HOSTILE
            item["differences"][0].update(what=HOSTILE, expected=HOSTILE, actual=HOSTILE)
            for row in item["ladder"]:
                row["a"]["text"] += HOSTILE
                for f in row.get("fields", ()):
                    f.update(name=HOSTILE, expected=HOSTILE)
        files = self.make(20, {0: spoil, 9: spoil}, title=HOSTILE.replace("\u202e", ""), version=HOSTILE,
                          options=[HOSTILE])
        self.check_all(files)
        for path, text in files.items():
            page = Page(text)
            self.assertEqual(1 if path == "report.html" else 0, page.tags.count("script"), path)
            self.assertNotIn("onclick", [a[1] for a in page.attributes], path)
            self.assertNotIn("\u202e", text, path)
            self.assertNotIn("49abc", text)
        self.assertIn("{{ 7*7 }}", Page(files["vectors/udp/made-00000.html"]).words())

    def test_control_characters_are_shown(self):
        report = make_report(10)
        report.vectors[0].claim = "a\x00b\x1bc\x7fd\x85e\ud800f"
        with tempfile.TemporaryDirectory() as folder:
            text = render(report, folder)["report.html"]
        self.assertIn("a\u2400b\u241bc\u2421d\ufffde\ufffdf", text)

    def test_pages_stay_in_their_folder(self):
        report = make_report(10)
        names = ("../../x.pkt", "/etc/x.pkt", "a/../../b.pkt", "./x.pkt", "a//b.pkt")
        for vector, name in zip(report.vectors, names):
            vector.id = name
        with tempfile.TemporaryDirectory() as folder:
            inner = pathlib.Path(folder) / "a" / "b"
            inner.mkdir(parents=True)
            files = render(report, inner)
            self.assertEqual([inner], list(inner.parent.iterdir()))
        self.assertEqual([], list(broken_links(parse(files)))[:3])

    def test_different_names_have_different_slugs(self):
        names = ["a b", "a-b", "a/b", "..", ".", "", "A" * 200, "A" * 201, "ä", "ö"]
        self.assertEqual(len(names), len({pages.slug(name) for name in names}))
        for name in names:
            self.assertRegex(pages.slug(name), r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")


class Clauses(Rendered):
    def test_a_field_leads_to_the_clause_that_is_about_it(self):
        def spoil(item):
            item["headers"]["clauses"] = f"{about.id}, {other.id}"
            fixture.ttl_is_wrong(item)
        about, other = [c for c in catalogue.load().values() if c.section in ("3.2.1.7", "3.2.1.1")][:2]
        report = make_report(["vectors/ip/a.pkt"], {0: spoil})
        report.clauses[about.id].about, report.clauses[other.id].about = "ip id, ttl 64", "ip id, ttl 9"
        report.vectors[0].results["refstack"].clauses.update({about.id: "broken", other.id: "broken"})
        with tempfile.TemporaryDirectory() as folder:
            text = render(report, folder)["vectors/ip/a.html"]
        row = re.search(r'<tr><th scope="row">ttl</th>.*?</tr>', text)[0]
        self.assertIn(f"{pages.section_words(about)}</a>", row)
        self.assertNotIn(f"{pages.section_words(other)}</a>", row)

    def test_a_clause_without_a_vector_says_why(self):
        report = make_report(10)
        self.assertTrue(any(c.reason and not c.vectors for c in report.clauses.values()))
        with tempfile.TemporaryDirectory() as folder:
            files = render(report, folder)
        for clause in report.clauses.values():
            page, _, anchor = pages.clause_page(clause).partition("#")
            if clause.reason and not clause.vectors:
                section = files[page].partition(f'<section id="{anchor}"')[2].partition("</section>")[0]
                self.assertIn(f"<b>No vector:</b> {clause.reason}", section)
        self.assertIn("no reason given", Page(files["report.html"]).words())

    def test_captures_are_linked(self):
        report = make_report(10, {0: fixture.ttl_is_wrong})
        vector = next(v for v in report.vectors if v.id == "vectors/udp/made-00000.pkt")
        vector.capture = "captures/vectors/udp/made 0.pcapng"
        vector.results["refstack"].got_capture = "captures/vectors/udp/made 0.got.pcapng"
        with tempfile.TemporaryDirectory() as folder:
            links = Page(render(report, folder)["vectors/udp/made-00000.html"]).links
        self.assertIn("../../captures/vectors/udp/made%200.pcapng", links)
        self.assertIn("../../captures/vectors/udp/made%200.got.pcapng", links)

    def test_conflicts_and_successors_are_shown(self):
        report = make_report(10)
        first, second = list(report.clauses.values())[:2]
        first.conflict, first.superseded_by = "the table says otherwise", second.id
        first.linux, first.kernels, first.note = "deviates", "5.14-", "it does otherwise"
        with tempfile.TemporaryDirectory() as folder:
            files = render(report, folder)
        said = Page(files[pages.clause_page(first).partition("#")[0]]).words()
        for words in ("The sources disagree: the table says otherwise", "Superseded by",
                      "Linux deviates, 5.14-: it does otherwise"):
            self.assertIn(words, said)
        said = Page(files["report.html"]).words()
        self.assertIn("level in dispute", said)
        self.assertIn(f"superseded by {second.id}", said)


class Size(Rendered):
    def test_five_thousand_vectors(self):
        changes = {n: fixture.ttl_is_wrong for n in range(0, 5000, 10)}
        with tempfile.TemporaryDirectory() as folder:
            files = render(make_report(5000, changes), folder)
        self.assertLess(len(files["report.html"].encode()), LARGEST)
        self.assertEqual([], list(broken_links({path: Quick(text) for path, text in files.items()}))[:5])

    def test_a_frame_of_64_kb_is_cut(self):
        text = "00" * 65000
        dump = ladder.hex_dump(text, {40000})
        self.assertLess(len(dump), 3000)
        self.assertIn("<mark>", dump)
        self.assertLess(len(ladder.hex_dump(text, frozenset(range(65000)))), 40000)


class Ladder(unittest.TestCase):
    def row(self, kind="frame", expected="a", got="a", **more):
        a = model.Side(expected, 1000, "00ff") if expected is not None else None
        b = a if got == expected else model.Side(got, 1000, "00fe") if got is not None else None
        return model.Row(kind, a, b, line=3, **more)

    def test_states_have_words(self):
        rows = [self.row(), self.row(got=None), self.row(expected=None), self.row(got="b"),
                self.row(got="b", late_ns=33_000_000)]
        text = ladder.ladder(rows, "Linux", "refstack")
        for words in ("first difference: missing", "one too many", "differs", "33 ms late"):
            self.assertIn(words, text)
        self.assertEqual(1, text.count("first difference"))
        self.assertEqual(1, text.count('id="first"'))

    def test_equal_sides_are_one(self):
        text = ladder.ladder([self.row(), self.row("call")], "Linux", "refstack")
        self.assertIn("Linux = refstack", text)
        self.assertNotIn('class="b', text)

    def test_a_window_says_what_it_leaves_out(self):
        rows = [self.row() for _ in range(30)] + [self.row(got=None)] + [self.row() for _ in range(20)]
        text = ladder.ladder(rows, "Linux", "refstack", window=True, whole="x.html")
        self.assertIn('<a href="x.html">24 rows before</a>', text)
        self.assertIn('<a href="x.html">14 rows after</a>', text)

    def test_changed_bytes_are_marked_on_both_sides(self):
        a, b = ladder.hex_pair("000102030405", "0001ff030405aa")
        self.assertEqual(["02"], re.findall("<mark>(.*?)</mark>", a))
        self.assertEqual(["ff", "aa"], re.findall("<mark>(.*?)</mark>", b))

    def test_times(self):
        self.assertEqual("0.000051", ladder.seconds(51000))
        self.assertEqual("-1.000000001", ladder.seconds(-1_000_000_001))
        for ns, words in ((33_000_000, "33 ms"), (1_500_000_000, "1.5 s"), (1_000_001, "1.000001 ms"),
                          (999, "999 ns"), (250_000, "250 µs"), (2_000_000_000_000, "2,000 s")):
            self.assertEqual(words, ladder.span(ns))
        self.assertEqual("33 ms early", ladder.lateness(-33_000_000))

    def test_nothing_that_a_page_must_scroll_sideways_for(self):
        style = (HERE / "style.css").read_text(encoding="utf-8")
        for rule in re.findall(r"([^{}]*)\{([^{}]*)\}", style):
            if re.search(r"ladder|script|hex|diff", rule[0]):
                self.assertNotRegex(rule[1], r"overflow-x|white-space: (pre|nowrap);.*min-width")
        self.assertRegex(style, r"\.ladder \{[^}]*table-layout: fixed")
        self.assertRegex(style, r"body \{[^}]*overflow-wrap: anywhere")


if __name__ == "__main__":
    unittest.main()
