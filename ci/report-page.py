#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pages of a report in a real browser.

report-page.py checks                     the checks themselves: each finds the mistake that is made for it
report-page.py look DIR [--screens DIR]   every kind of page of the report in DIR, as readers meet it;
                [--only PAGE]             or one page
report-page.py filter DIR                 the filters of the list of vectors do what they say
report-page.py first DIR TEXT...          the first screen of the report names each TEXT; there and on its own
                                          page the first difference is seen without scrolling sideways
report-page.py links DIR                  all links of all pages; needs no browser
report-page.py time DIR                   how long report.html takes to open, and how large it is
"""
import argparse
import json
import pathlib
import sys
import tempfile

from browser import Browser, BrowserError
import report_links

CHECKS = (pathlib.Path(__file__).parent / "page-checks.js").read_text(encoding="utf-8")
WIDTHS = (360, 390, 768, 1280)
SCREEN_PX = 900
PAGE_MAX = 5 * 1024 * 1024
TABS_MAX = 400
TABS_DARK = 60
SHOWN = 12  # so many complaints of one case


class Cases:
    """Named, counted, and reported as cmocka reports."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def case(self, name, wrong):
        """wrong: what is wrong, nothing where all is well."""
        wrong = [wrong] if isinstance(wrong, str) and wrong else list(wrong or [])
        if not wrong:
            print(f"[       OK ] report-page/{name}")
            self.passed += 1
            return
        print(f"[  FAILED  ] report-page/{name}: {wrong[0]}")
        for line in wrong[1:SHOWN]:
            print(f"    {line}")
        if len(wrong) > SHOWN:
            print(f"    ... and {len(wrong) - SHOWN} more")
        self.failed += 1

    def finish(self):
        print(f"[  PASSED  ] {self.passed} test(s).")
        if self.failed:
            print(f"[  FAILED  ] {self.failed} test(s).")
        return 0 if self.passed and not self.failed else 1


def told(found):
    return [f"{f['rule']}: {f['where']}: {f['what']}" for f in found]


def loaded(page, path):
    """What went wrong when a page was opened."""
    wrong = list(page.problems)
    wrong += [f"asks for {url}" for url in page.requests if not url.startswith(("file:", "data:"))]
    if not any(url.startswith("file:") for url in page.requests):
        wrong.append(f"{path} was not loaded")
    return wrong


def checked(page):
    """All checks of one page. Its window is as high as the page, so that everything lies in it."""
    page.evaluate(CHECKS)
    page.evaluate("for (const e of document.querySelectorAll('details')) e.open = true")
    height = int(page.extent()["height"]) + 1
    page.call("Emulation.setDeviceMetricsOverride", width=int(page.evaluate("innerWidth")), height=height,
              deviceScaleFactor=1, mobile=False)
    answer = page.evaluate("pageChecks.everything()")
    return told(answer["found"]) + ([] if answer["texts"] else ["no text was seen"])


def tabbed(page, most=TABS_MAX):
    """With the Tab key through the page; a long list is as its beginning."""
    page.evaluate(CHECKS)
    stops = page.evaluate("pageChecks.watch()")
    page.press("Tab", min(stops, most) + 1)
    found = page.evaluate("pageChecks.tabs()")
    if stops > most:
        found = [f for f in found if f["what"] != "is not reached by Tab"]
    return told(found)


# --- the checks themselves ------------------------------------------------------------------------------

GOOD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><style>:root {{color-scheme: light dark}} {style}</style></head>
<body><header><nav aria-label="Pages"><a href="#m">To it</a></nav></header>
<main id="m"><h1>A page</h1>{body}</main></body></html>
"""
# rule -> mistakes, each in the body or, behind "|", in the style.
MISTAKES = {
    "name": ('<input type="text">', "<button></button>", '<a href="#m"><svg aria-hidden="true"></svg></a>',
             "<select><option>a</option></select>"),
    "image": ('<img src="data:,">', '<svg><text>a</text></svg>', '<svg role="img"><text>a</text></svg>',
              "<iframe></iframe>"),
    "id": ('<p id="a">a</p><p id="a">b</p>',),
    "heading": ("<h3>a</h3>", "<h1>b</h1>", "<h2></h2>"),
    "landmark": ('<nav aria-label="Pages"><a href="#m">b</a></nav>', "</main><p>lost</p><main>", "</main><p>lost</p>"),
    "table": ("<table><tr><th scope=col>a</th></tr></table>",
              "<table><caption>a</caption><tr><th>a</th></tr></table>",
              "<table><caption>a</caption><tr><td>a</td></tr></table>",
              "<table><caption>a</caption><tr><th scope=col>a</th></tr><tr><td>b</td><td>c</td></tr></table>"),
    "list": ("<ul><p>a</p></ul>", "<div><li>a</li></div>"),
    "aria": ('<p role="nonsense">a</p>', '<p aria-labelledby="nobody">a</p>', '<label for="nobody">a</label>',
             '<a href="#m" tabindex="2">a</a>', '<div aria-hidden="true"><a href="#m">a</a></div>',
             '<button>a <a href="#m">b</a></button>', "<a>a</a>"),
    "scroll": ('<div style="width: 9em; overflow: auto"><pre>a long line, which needs far more room than that</pre></div>',),
    "contrast": ('<p style="color: #888">a</p>', '<p style="opacity: .5">a</p>',
                 '<div style="background: #222; color: #222">a</div>',
                 '<p style="color: #777; background: #777">a</p>',
                 '<svg role="img" aria-label="a" width="99" height="30"><rect width="99" height="30" fill="#333"/>'
                 '<text x="9" y="20" fill="#222">word</text></svg>',
                 '<details><summary>a</summary><p style="color: #999">b</p></details>',
                 '<input aria-label="a" placeholder="words" class="p">|.p::placeholder {color: #999}',
                 '<p style="background: linear-gradient(#eee, #111)">a</p>',
                 '<p class="n">a</p>|@media (prefers-color-scheme: dark) {.n {color: #555}}'),
    "sideways": ('<pre style="width: 3000px">a</pre>',),
    "tab": ('<p style="display: flex"><a href="#m" style="order: 2">a</a><a href="#m">b</a></p>'
            '<a href="#m" onfocus="this.blur()" onkeydown="0">c</a><script>addEventListener("focusin", '
            '(e) => {if (e.target.id == "skip") document.querySelector("a").focus()})</script>'
            '<a href="#m" id="skip">d</a><a href="#m">e</a>',),
    "focus": ('<button class="q">a</button>|.q:focus {outline: none}',),
}
CLEAN = ('<h2>Words</h2><p>a <a href="#m">link</a>, <small>small</small></p>'
         "<table><caption>a</caption><tr><th scope=col>a</th></tr><tr><td>b</td></tr></table>"
         '<label>c <input type="text" placeholder="d"></label><details><summary>e</summary><p>f</p></details>'
         '<svg role="img" aria-label="g" width="99" height="30"><rect width="99" height="30" fill="#333"/>'
         '<text x="9" y="20" fill="#fff">word</text></svg>'
         '<p style="font-size: 24px; color: light-dark(#888, #999)">large</p>')

CLEAN_STYLE = "input::placeholder {color: inherit}"


def complaints(page, path, body, style, dark):
    path.write_text(GOOD.format(body=body, style=style), encoding="utf-8")
    page.look(1280, SCREEN_PX, dark)
    page.open(path)
    found = tabbed(page)
    return found + checked(page)


def check_checks(cases, folder):
    path = folder / "page.html"
    with Browser() as browser:
        page = browser.page()
        for dark in (False, True):
            name = "dark" if dark else "light"
            cases.case(f"checks/clean/{name}", complaints(page, path, CLEAN, CLEAN_STYLE, dark))
        for rule, bodies in MISTAKES.items():
            for n, mistake in enumerate(bodies, 1):
                body, _, style = mistake.partition("|")
                found = [f for dark in (False, True) for f in complaints(page, path, body, style, dark)]
                wrong = "" if any(f.startswith(f"{rule}: ") for f in found) else f"not found; only {found}: {mistake}"
                cases.case(f"checks/{rule}/{n}", wrong)
        for rule, old in (("lang", ' lang="en"'), ("title", "<title>A page</title>"), ("heading", "<h1>A page</h1>"),
                          ("viewport", "width=device-width"), ("landmark", '<main id="m">')):
            path.write_text(GOOD.format(body=CLEAN, style="").replace(old, ""), encoding="utf-8")
            page.open(path)
            found = checked(page)
            cases.case(f"checks/{rule}/none", "" if any(f.startswith(f"{rule}: ") for f in found) else f"not found: {found}")
        for name, body in (("console", "<script>console.error('a')</script>"), ("exception", "<script>a.b.c</script>"),
                           ("request", '<img alt="a" src="http://192.0.2.1/a.png">'),
                           ("absent", '<img alt="a" src="nothing.png">')):
            path.write_text(GOOD.format(body=body, style=""), encoding="utf-8")
            page.open(path)
            cases.case(f"checks/{name}", "" if loaded(page, path) else "not found")
    check_links(cases, folder / "links")


def check_links(cases, folder):
    folder.mkdir()
    (folder.parent / "outside.html").write_text("a", encoding="utf-8")
    (folder / "other.html").write_text('<p id="here">a</p>', encoding="utf-8")
    good = '<a href="other.html#here">a</a> <a href="https://www.rfc-editor.org/">b</a> <a href="#vectors?verdict=fail">c</a>'
    (folder / "page.html").write_text(good, encoding="utf-8")
    pages, looked, wrong = report_links.check(folder)
    cases.case("checks/links/good", wrong or ("" if (pages, looked) == (2, 3) else f"{pages} pages, {looked} links"))
    for n, bad in enumerate(('<a href="none.html">a</a>', '<a href="other.html#there">a</a>', '<a href="#there">a</a>',
                             '<a href="../outside.html">a</a>', '<a href="/etc/passwd">a</a>', '<a href="">a</a>',
                             '<img src="https://example.org/a.png">', '<a href="http://example.org/">a</a>',
                             '<link rel="stylesheet" href="https://example.org/a.css">', "<style>@import 'a.css'</style>",
                             "<p style=\"background: url('a.png')\">a</p>", '<a href="javascript:1">a</a>'), 1):
        (folder / "page.html").write_text(bad, encoding="utf-8")
        cases.case(f"checks/links/{n}", "" if report_links.check(folder)[2] else f"not found: {bad}")


# --- a report ---------------------------------------------------------------------------------------------

def kinds(folder):
    """One page of each kind, and of those of which there are many the smallest and the largest."""
    pages = sorted(folder.glob("*.html"))
    for sub in sorted(p for p in folder.iterdir() if p.is_dir()):
        below = sorted(sub.rglob("*.html"), key=lambda p: (p.stat().st_size, str(p)))
        pages += list(dict.fromkeys(below[:1] + below[len(below) // 2:][:1] + below[-1:]))
    return pages


def look_at_links(cases, folder):
    pages, links, wrong = report_links.check(folder)
    cases.case(f"links ({links} of {pages} pages)", wrong or ("" if links else "there is none"))
    size = (folder / "report.html").stat().st_size
    cases.case(f"weight ({size // 1024} KiB)", "" if size <= PAGE_MAX else f"report.html has {size} bytes")


def look(cases, folder, screens, only):
    with Browser() as browser:
        for path in [folder / only] if only else kinds(folder):
            name = path.relative_to(folder)
            page = browser.page()
            for dark in (False, True):
                mode = "dark" if dark else "light"
                page.look(1280, SCREEN_PX, dark)
                page.open(path)
                cases.case(f"loads/{name}/{mode}", loaded(page, path))
                cases.case(f"tabs/{name}/{mode}", tabbed(page, TABS_DARK if dark else TABS_MAX))
                cases.case(f"reads/{name}/{mode}", checked(page))
            cases.case(f"narrow/{name}", narrow(page, path))
            page.look(1280, SCREEN_PX)
            pdf = page.pdf()
            cases.case(f"print/{name}", "" if pdf.startswith(b"%PDF-") and len(pdf) > 2000 else "is no PDF")
            page.close()
            plain = browser.page(scripts=False)
            plain.open(path)
            cases.case(f"plain/{name}", loaded(plain, path) + checked(plain))
            plain.close()
            if screens:
                take(browser, path, screens / str(name).replace("/", "_").removesuffix(".html"))


def narrow(page, path):
    """On screens of all widths, with everything that can be opened open and closed."""
    wrong = []
    for width in WIDTHS:
        page.look(width, SCREEN_PX)
        page.open(path)
        page.evaluate(CHECKS)
        for opened in ("false", "true"):
            page.evaluate(f"for (const e of document.querySelectorAll('details')) e.open = {opened}")
            wrong += told(page.evaluate("pageChecks.sideways()"))
    return wrong


# Of what is seen of the list: [[layer, text, [verdicts]], …], the words of the count, and the address.
LIST = """(() => {
    const rows = [...document.querySelectorAll("section[data-layer] tbody tr:not(.sub)")].filter((r) => r.checkVisibility());
    return {rows: rows.map((r) => [r.closest("[data-layer]").dataset.layer,
                                   [...r.querySelectorAll("th a")].map((a) => a.getAttribute("href")).join(),
                                   [...r.querySelectorAll("td.v")].map((c) => c.textContent.trim())]),
            count: document.getElementById("filter-count").textContent, hash: location.hash};
})()"""


def choose(page, **values):
    """As somebody who fills in the form."""
    for name, value in values.items():
        kind = "change" if name in ("verdict", "layer") else "input"
        page.evaluate(f"""(() => {{
            const field = document.getElementById("filter-{name}");
            field.focus();
            field.value = {json.dumps(value)};
            field.dispatchEvent(new Event("input", {{bubbles: true}}));
            if ("{kind}" === "change") field.dispatchEvent(new Event("change", {{bubbles: true}}));
        }})()""")
    return page.evaluate(LIST)


def expected_rows(vectors, **want):
    """Pages of the vectors that a filter should leave, from report.json."""
    def fits(v):
        words = f"{v['layer']}/{v['id']} {v['claim']}".lower()
        return ((not want.get("layer") or v["layer"] == want["layer"]) and
                (not want.get("verdict") or any(r["verdict"] == want["verdict"] for r in v["results"].values())) and
                (not want.get("clause") or want["clause"] in v["clauses"]) and
                (not want.get("text") or want["text"].lower() in words))
    return sorted(v["page"] for v in vectors if fits(v))


def compare_rows(seen, vectors, hashed=True, **want):
    wanted = expected_rows(vectors, **want)
    got = sorted(row[1] for row in seen["rows"])
    wrong = []
    if got != wanted:
        wrong.append(f"{want}: {len(got)} vectors are left, {len(wanted)} should be; "
                     f"{sorted(set(got) ^ set(wanted))[:3]}")
    if not seen["count"].replace(",", "").startswith(f"{len(wanted)} of {len(vectors)} "):
        wrong.append(f"{want}: the count says {seen['count']!r}, there are {len(wanted)} of {len(vectors)}")
    for key, value in want.items():
        if hashed and f"{key}={value}" not in seen["hash"]:
            wrong.append(f"the address {seen['hash']!r} does not say {key}={value}")
    return wrong


def check_filters(cases, folder):
    vectors = json.loads((folder / "report.json").read_text(encoding="utf-8"))["vectors"]
    layer = vectors[0]["layer"]
    verdicts = sorted({r["verdict"] for v in vectors for r in v["results"].values()})
    clause = next((c for v in vectors for c in v["clauses"]), "")
    with Browser() as browser:
        page = browser.page()

        def fresh(fragment=""):
            page.open("about:blank")
            page.open(folder / "report.html", fragment)

        fresh()
        cases.case("filter/there", "" if page.evaluate("document.getElementById('filter').checkVisibility()") else "is hidden")
        for verdict in verdicts:
            cases.case(f"filter/verdict/{verdict}", compare_rows(choose(page, verdict=verdict), vectors, verdict=verdict))
        page.evaluate("document.querySelector('#filter [type=reset]').click()")
        page.until("!/=/.test(location.hash)", 2)
        seen = page.evaluate(LIST)
        cases.case("filter/all", compare_rows(seen, vectors) + ([f"address {seen['hash']}"] if "=" in seen["hash"] else []))
        cases.case("filter/layer", compare_rows(choose(page, layer=layer), vectors, layer=layer))
        both = {"layer": layer, "verdict": verdicts[0]}
        cases.case("filter/both", compare_rows(choose(page, **both), vectors, **both))
        page.back()
        page.until("!/verdict=/.test(location.hash)", 5)
        cases.case("filter/back", compare_rows(page.evaluate(LIST), vectors, layer=layer))
        fresh()
        cases.case("filter/text", compare_rows(choose(page, text="closed"), vectors, text="closed"))
        cases.case("filter/text_case", compare_rows(choose(page, text="CLOSED"), vectors, text="CLOSED"))
        cases.case("filter/nothing", compare_rows(choose(page, text="no such vector"), vectors, False, text="no such vector"))
        fresh("vectors?verdict=" + verdicts[0])
        cases.case("filter/address", compare_rows(page.evaluate(LIST), vectors, verdict=verdicts[0]))
        # To a vector's page and back: the list is as it was left.
        link = page.evaluate("""(() => {const a = [...document.querySelectorAll("section[data-layer] th a")]
            .find((a) => a.checkVisibility()); a.click(); return a.href})()""")
        page.until(f"location.href === {json.dumps(link)}", 10)
        page.back()
        page.until("/report.html/.test(location.pathname) && document.readyState === 'complete'", 10)
        page.until("document.getElementById('filter-count').textContent", 5)
        cases.case("filter/returned", compare_rows(page.evaluate(LIST), vectors, verdict=verdicts[0]))
        if clause:
            fresh()
            cases.case("filter/clause", compare_rows(choose(page, clause=clause), vectors, clause=clause))
        # With the keyboard alone.
        fresh()
        page.evaluate("document.getElementById('filter-text').focus()")
        page.type("closed")
        cases.case("filter/typed", compare_rows(page.evaluate(LIST), vectors, text="closed"))
        cases.case("filter/problems", page.problems)
        plain = browser.page(scripts=False)
        plain.open(folder / "report.html")
        rows = len(plain.evaluate(LIST)["rows"])
        cases.case("filter/plain", ([] if rows == len(vectors) else [f"{rows} of {len(vectors)} vectors are there"]) +
                   (["a filter that cannot work is shown"] if plain.evaluate(
                       "document.getElementById('filter').checkVisibility()") else []))


# Where a text stands: [top, left, right] of its place, for each that is seen.
PLACES = """(() => {
    const wanted = %s, found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
    for (let e = walker.nextNode(); e; e = walker.nextNode()) {
        if (!e.textContent.replace(/\\s+/g, " ").includes(wanted) || !e.checkVisibility()) continue;
        if ([...e.children].some((c) => c.textContent.replace(/\\s+/g, " ").includes(wanted))) continue;
        const box = e.getBoundingClientRect();
        found.push([box.top + scrollY, box.left, box.right, box.bottom + scrollY]);
    }
    return found;
})()"""
# The first difference in the ladder: does all of it lie in the window, with nothing around it that scrolls?
FIRST = """(() => {
    const rows = [...document.querySelectorAll("table.ladder tr")].filter((r) => /first$/.test(r.id));
    if (!rows.length) return ["there is no first difference"];
    const wrong = [];
    for (const row of rows) {
        const room = document.documentElement.clientWidth;
        for (const e of [row, ...row.querySelectorAll("*")]) {
            const box = e.getBoundingClientRect();
            if (box.width > 1 && (box.left < -1 || box.right > room + 1)) wrong.push(`${e.tagName} from ${box.left} to ${box.right} of ${room} px`);
        }
        for (let e = row; e && e !== document.documentElement; e = e.parentElement)
            if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible" && e.clientWidth)
                wrong.push(`${e.tagName}.${e.className} scrolls`);
        if (row.textContent.trim().length < 10) wrong.push("says nothing");
    }
    return wrong.slice(0, 5);
})()"""


def check_first(cases, folder, texts):
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    column = report["columns"][0]["name"]
    failing = next(v for v in report["vectors"] if v["results"][column]["verdict"] == "fail")
    with Browser() as browser:
        page = browser.page()
        for width in WIDTHS:
            page.look(width, SCREEN_PX)
            page.open(folder / "report.html")
            for text in texts:
                places = page.evaluate(PLACES % json.dumps(text))
                seen = [p for p in places if p[3] <= SCREEN_PX and p[1] >= 0 and p[2] <= width]
                cases.case(f"first/{width}/{text}", "" if seen else
                           f"is not in the first {SCREEN_PX} px; it stands at {[round(p[3]) for p in places][:3]}")
            cases.case(f"first/{width}/ladder", page.evaluate(FIRST))
            path, _, anchor = failing["page"].partition("#")
            page.open(folder / path, anchor)
            cases.case(f"first/{width}/ladder of its page", page.evaluate(FIRST))
            page.evaluate(CHECKS)
            cases.case(f"first/{width}/page", told(page.evaluate("pageChecks.sideways()")))


def take(browser, path, stem):
    stem.parent.mkdir(parents=True, exist_ok=True)
    for width, dark in ((1280, False), (1280, True), (390, False)):
        page = browser.page(width, SCREEN_PX, dark)
        page.open(path)
        page.screenshot(f"{stem}-{width}{'-dark' if dark else ''}.png")
        page.close()


def open_report(folder):
    """Prints how long it took, which depends on the machine and is no verdict."""
    with Browser() as browser:
        page = browser.page()
        times = sorted(page.open(folder / "report.html") for _ in range(3))
        size = (folder / "report.html").stat().st_size
        rows = page.evaluate("document.querySelectorAll('*').length")
        print(f"report.html: {size // 1024} KiB, {rows} elements, opened in {times[1]} ms")
        return loaded(page, folder)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("what", choices=("checks", "look", "filter", "first", "links", "time"))
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("texts", nargs="*")
    parser.add_argument("--screens", type=pathlib.Path)
    parser.add_argument("--only")
    args = parser.parse_args()
    cases = Cases()
    if args.what == "checks":
        with tempfile.TemporaryDirectory() as folder:
            check_checks(cases, pathlib.Path(folder))
    elif args.what == "look":
        look(cases, args.folder, args.screens, args.only)
    elif args.what == "links":
        look_at_links(cases, args.folder)
    elif args.what == "filter":
        check_filters(cases, args.folder)
    elif args.what == "first":
        check_first(cases, args.folder, args.texts)
    else:
        cases.case("opens", open_report(args.folder))
    return cases.finish()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    try:
        sys.exit(main())
    except BrowserError as error:
        sys.exit(f"report-page: {error}")
