# SPDX-License-Identifier: MIT
"""The HTML of a report: report.html, a page a vector, pages of clauses, and lists that numbers link to.

render(report, folder) writes them all. report.html is one file that needs nothing beside it; the other
pages share style.css. What is written depends on the report alone: same report, same bytes. Text of a run
is escaped by the templates (autoescape) or by ladder.py; characters that would hide or turn text are shown.
"""

import base64
import hashlib
import os
import pathlib
import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote

import jinja2
from markupsafe import Markup

import catalogue
import evidence
import exhibits
import ladder
import model
import verdict
from evidence import slug
from ladder import esc

HERE = pathlib.Path(__file__).resolve().parent
CASES_A_PAGE = 50  # of a .frames file
FAILURES_FIRST = 12  # named in the first screen
FAILURES_DRAWN = 40  # with their ladders in report.html
DRAWN_BYTES = 1_000_000  # of them all
SECTION_BYTES = 60_000  # a section above it gets a page of its own
EXTRAS = (("path", "Path of a packet"), ("nic", "Network card"), ("campaign", "Campaign"),
          ("coverage", "Coverage of Linux"), ("trend", "Trend"), ("ledger", "Ledger of divergences"))
AXIS_WORDS = {
    "same": "as Linux", "explained": "explained", "differs": "differs", "unknown": "not compared",
    "kept": "kept", "should-missed": "SHOULD missed", "missed": "MUST missed", "broken": "MUST broken",
    "in-doubt": "in doubt", "none": "no clause",
}
RFC_WORDS = {**AXIS_WORDS, "unknown": "not shown"}
CLAUSE_AXIS = {value: why for value, why in model.RFC_AXIS.items() if value != "none"}
SHOWS = {"packet": "shows in frames", "api": "shows in results of calls", "timer": "shows in times",
         "invariant": "shows in counters and state", "none": "does not show"}
LEVELS = (*catalogue.LEVELS, "API")

# Nothing of a report may be hidden from who reads it: controls, and what turns the direction of text.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff"
                     "\ud800-\udfff]")


def _show_hidden(match):
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


# --- names and links


def _path(text):
    return "/".join(slug(part) for part in text.split("/"))


def assign_pages(report):
    """Says of each vector which page it has: of a case of a .frames file with its anchor."""
    cases = Counter()
    for vector in report.vectors:
        if ".frames/" not in vector.id:
            vector.page = _path(vector.id.removesuffix(".pkt")) + ".html"
            continue
        number = cases[vector.file] // CASES_A_PAGE + 1
        cases[vector.file] += 1
        part = f".{number}" if number > 1 else ""
        vector.page = f"{_path(vector.file)}{part}.html#{_anchor(vector)}"


def _anchor(vector):
    """Of a case on its page. A slug has no colon: anchors below it have one, and collide with none."""
    return f"case-{slug(vector.id[len(vector.file) + 1:])}"


def _short(vector):
    """Its name within its folder or file: closed-port; of a case ttl-0."""
    if vector.file != vector.id:
        return vector.id[len(vector.file) + 1:]
    return vector.id.rsplit("/", 1)[-1].removesuffix(".pkt")


def rfc_name(clause):
    if clause.rfc.isdigit():
        return f"RFC {clause.rfc}"
    return "Socket API" if clause.level == "API" else clause.rfc


def rfc_slug(clause):
    if clause.rfc.isdigit():
        return f"rfc{clause.rfc}"
    return "api" if clause.level == "API" else slug(clause.rfc)


def section_words(clause):
    """RFC 1122, section 3.2.1.3."""
    what = "call" if clause.level == "API" else "section"
    return f"{rfc_name(clause)}, {what} {clause.section}" if clause.section else rfc_name(clause)


def section_link(clause):
    """Where the RFC says it; "": it is in no RFC."""
    if not clause.rfc.isdigit():
        return ""
    section = f"#section-{clause.section}" if re.fullmatch(r"[0-9A-Z]+(\.[0-9]+)*", clause.section) else ""
    return f"https://www.rfc-editor.org/rfc/rfc{clause.rfc}{section}"


def clause_page(clause):
    return f"clauses/{rfc_slug(clause)}.html#{slug(clause.id)}"


# --- numbers, and the lists that they count


@dataclass
class Count:
    """A number with a link to what it counts."""
    n: int
    href: str = ""


@dataclass
class Group:
    title: str
    items: list


@dataclass
class Lists:
    """Pages of lists: made by asking for numbers."""
    pages: dict = field(default_factory=dict)  # path -> (title, {anchor -> Group})

    def count(self, page, page_title, anchor, title, items):
        if not items:
            return Count(0)
        _, groups = self.pages.setdefault(page, (page_title, {}))
        groups[anchor] = Group(title, items)
        return Count(len(items), f"{page}#{anchor}")


def _grouped(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


@dataclass
class ColumnView:
    """A column with what its pages are called, and of each vector what differs first."""
    column: model.Column
    slug: str
    short: str  # "refstack"; of the judge "Linux"
    words: dict  # vector id -> the first difference in words

    @property
    def name(self):
        return self.column.name

    @property
    def title(self):
        return self.column.title


def judge_title(report):
    """Who says what is right: "Linux 6.12.117"."""
    for column in report.columns:
        if column.kind == "judge":
            return column.title
    return report.identity.get("judge", "Linux")


def _column_views(report):
    views = []
    for column in report.columns:
        words = {v.id: ladder.first_words(v, v.results[column.name], column.name)
                 for v in report.vectors if column.name in v.results and _has_words(v.results[column.name])}
        views.append(ColumnView(column, slug(column.name), column.name, words))
    return views


def _has_words(result):
    return result.differences or result.message


def _results(report, view, vectors=None):
    return [(v, v.results[view.name]) for v in (report.vectors if vectors is None else vectors)
            if view.name in v.results]


def _axis_counts(lists, page, title, pairs, axis, values, words):
    """Of each value of an axis how many; pairs: (vector or clause, result)."""
    groups = _grouped(pairs, lambda pair: getattr(pair[1], axis))
    return {value: lists.count(page, title, f"{axis}-{value}", f"{axis_title(axis)}: {words[value]}",
                               [item for item, _ in groups.get(value, ())]) for value in values}


def axis_title(axis):
    return "Linux axis" if axis == "linux" else "RFC axis"


def _cells(lists, page, title, pairs, kind):
    """The numbers of a row of the matrix for a column."""
    rfc = model.RFC_AXIS if kind == "vectors" else CLAUSE_AXIS
    cells = {
        "linux": _axis_counts(lists, page, title, pairs, "linux", model.LINUX_AXIS, AXIS_WORDS),
        "rfc": _axis_counts(lists, page, title, pairs, "rfc", rfc, RFC_WORDS),
    }
    if kind == "vectors":
        failing = [item for item, result in pairs if result.verdict in model.FAILING]
        cells["failures"] = lists.count(page, title, "failures", "Failures", failing)
    return cells


def _layer_rows(report, views, lists):
    rows = []
    for layer, vectors in sorted(_grouped(report.vectors, lambda v: v.layer).items()):
        cells = [_cells(lists, f"lists/{view.slug}/layer-{slug(layer)}.html",
                        f"{view.title}: vectors of {layer}", _results(report, view, vectors), "vectors")
                 for view in views]
        rows.append({"name": layer, "href": f"#layer-{slug(layer)}", "total": len(vectors), "cells": cells})
    return rows


def _rfc_key(clause):
    return (clause.level == "API", not clause.rfc.isdigit(), int(clause.rfc) if clause.rfc.isdigit() else 0,
            clause.rfc)


def clauses_by_rfc(report):
    groups = _grouped(report.clauses.values(), rfc_slug)
    return dict(sorted(groups.items(), key=lambda item: _rfc_key(item[1][0])))


NOT_SHOWN = model.ClauseResult("unknown", "unknown")  # a clause that no vector of a column is about


def _clause_pairs(report, view, clauses):
    return [(c, report.clause_results.get(c.id, {}).get(view.name, NOT_SHOWN)) for c in clauses]


def _rfc_rows(report, views, lists, shown):
    rows = []
    for name, clauses in clauses_by_rfc(report).items():
        title = rfc_name(clauses[0])
        page = f"lists/clauses/{name}.html"
        testable = [c for c in clauses if c.is_testable]
        cells = [_cells(lists, f"lists/{view.slug}/{name}.html", f"{view.title}: clauses of {title}",
                        _clause_pairs(report, view, clauses), "clauses") for view in views]
        rows.append({
            "name": title, "href": f"#{name}", "cells": cells,
            "total": Count(len(clauses), f"clauses/{name}.html"),
            "testable": lists.count(page, title, "testable", "Testable clauses", testable),
            "shown": lists.count(page, title, "shown", "Testable clauses with vectors",
                                 [c for c in testable if shown.get(c.id)]),
        })
    return rows


def _totals(report, views, lists):
    """Of each column: by verdict, on both axes, and clauses by level."""
    totals = []
    for view in views:
        pairs = _results(report, view)
        page, title = f"lists/{view.slug}/all.html", f"{view.title}: all vectors"
        verdicts = _grouped(pairs, lambda pair: pair[1].verdict)
        totals.append({
            "view": view,
            "all": lists.count(page, title, "all", "All vectors", [v for v, _ in pairs]),
            **_cells(lists, page, title, pairs, "vectors"),
            "verdicts": {name: lists.count(page, title, f"verdict-{name}", f"{name}: {why}",
                                           [v for v, _ in verdicts.get(name, ())])
                         for name, why in model.VERDICTS.items()},
            "levels": _level_counts(report, view, lists),
        })
    return totals


def _level_counts(report, view, lists):
    rows = {}
    by_level = _grouped(report.clauses.values(), lambda c: c.level)
    for level in LEVELS:
        clauses = by_level.get(level, [])
        groups = _grouped(_clause_pairs(report, view, clauses), lambda pair: pair[1].rfc)
        page = f"lists/{view.slug}/levels.html"
        title = f"{view.title}: clauses by level"
        rows[level] = {value: lists.count(page, title, f"{slug(level)}-{value}",
                                          f"{level}: {RFC_WORDS[value]}",
                                          [c for c, _ in groups.get(value, ())]) for value in CLAUSE_AXIS}
    return rows


def _agreement(report, views, lists):
    """Vectors by how many columns do as Linux: rows of a number, who does not, and how many vectors."""
    if len(views) < 2:
        return []
    groups = _grouped(report.vectors, lambda v: tuple(
        v.results[view.name].linux if view.name in v.results else "unknown" for view in views))
    rows = []
    for states in sorted(groups, key=lambda s: (-s.count("same"), s)):
        others = [(view, AXIS_WORDS[s]) for view, s in zip(views, states) if s != "same"]
        what = ", ".join(f"{view.title} {word}" for view, word in others) or "all"
        rows.append({"same": states.count("same"), "of": len(views), "what": what,
                     "count": lists.count("lists/agreement.html", "Vectors by how many columns agree",
                                          "-".join(states), f"{states.count('same')} of {len(views)}: {what}",
                                          groups[states])})
    return rows


def _reasons(report, lists, shown):
    """Clauses without a vector: layer -> reason -> number, and those that no reason is given for."""
    without = [c for c in report.clauses.values() if not shown.get(c.id)]
    reasons = [*catalogue.REASONS, ""]
    rows = []
    for layer, clauses in _grouped(without, lambda c: c.layer).items():
        groups = _grouped(clauses, lambda c: c.reason)
        rows.append({"name": layer, "counts": [
            Count(len(groups.get(reason, ())), f"#u-{slug(layer)}-{reason or 'none'}") for reason in reasons],
            "groups": {r: groups[r] for r in reasons if r in groups},
            "total": Count(len(clauses), f"#u-{slug(layer)}")})
    page = ("lists/clauses/untested.html", "Clauses without a vector")
    counts = [lists.count(*page, f"reason-{r or 'none'}", r or "no reason given",
                          [c for c in without if c.reason == r]) for r in reasons]
    total = lists.count(*page, "all", "All", without)
    return {"rows": rows, "counts": counts, "total": total}


# --- the verdict in words


def plural(number, word, many=""):
    return f"{number:,} {word if number == 1 else many or word + 's'}"


@dataclass
class Failure:
    vector: model.Vector
    result: model.Result
    view: ColumnView

    @property
    def words(self):
        words = self.view.words.get(self.vector.id)
        return words or f"{self.vector.id}: {model.VERDICTS[self.result.verdict]}"


def _failures(report, views):
    """What the gate sees, of all columns that are runs: new ones first."""
    bad = model.STRICT if report.strict else model.FAILING
    failing = [Failure(v, r, view) for view in views if not view.column.from_goldens
               for v, r in _results(report, view) if r.verdict in bad]
    order = list(model.VERDICTS)
    return sorted(failing, key=lambda f: (f.result.change == "known", order.index(f.result.verdict)))


def headline(report, failures):
    """What the report says, in words, for who reads one line of it."""
    first = report.columns[0]
    if not report.complete:
        behind = next(c for c in report.columns if not c.complete and not c.from_goldens)
        return f"Incomplete: {behind.done:,} of {behind.expected:,} vectors of {behind.title}"
    new = [f for f in failures if f.result.change == "new"]
    if new and report.baseline:
        return plural(len(new), "new failure")
    if failures and (not report.baseline or report.strict):
        return plural(len(failures), "failure")
    agree = sum(r.linux == "same" for v in report.vectors for n, r in v.results.items() if n == first.name)
    tail = f"{plural(agree, 'vector')} {'agrees' if agree == 1 else 'agree'} with {judge_title(report)}"
    return f"No {'new ' if failures else ''}failure: {tail}"


def _mood(report, failures):
    if not report.complete or report.gate == "incomplete":
        return "error"
    if report.gate == "fail":
        return "fail"
    return "nonstrict" if failures else "pass"


# --- vectors' pages


def _replay(vector, view):
    dut = "" if view.column.kind in ("reference", "judge") else f" --dut {view.name}"
    name = _quoted(vector.id)
    if ".frames/" in vector.id:
        return f"refstack check{dut} {name}"
    return f"refstack run -v{dut} {name}"


def _quoted(word):
    return word if re.fullmatch(r"[A-Za-z0-9_./-]+", word) else "'" + word.replace("'", "'\\''") + "'"


def _field_clauses(report, result, root):
    """What says of a field which clauses of the vector a difference of it breaks, as links."""
    missed = [report.clauses[c] for c, axis in result.clauses.items()
              if axis in ("broken", "should-missed") and c in report.clauses]

    def links(field):
        told = list(verdict.marks_of_field(field.name, field.expected, field.actual))
        return ", ".join(f'<a href="{root}{esc(clause_page(c))}">{esc(section_words(c))}</a>'
                         for c in missed if verdict.breaks(c, told))
    return links


@dataclass
class Script:
    """A vector's script on its page: lines of a .frames file that all cases begin with stand once."""
    lines: list
    shared: int  # lines that stand in the page's preamble
    prefix: str

    def link(self, line):
        if not 0 < line <= len(self.lines):
            return ""
        return f"#L{line}" if line <= self.shared else f"#{self.prefix}L{line}"

    @property
    def html(self):
        return Markup(ladder.script(self.lines[self.shared:], self.prefix, self.shared + 1))


def _common(scripts):
    """How many lines all begin with."""
    least, most = min(scripts), max(scripts)
    for number, (a, b) in enumerate(zip(least, most)):
        if a != b:
            return number
    return min(len(least), len(most))


def _ladders(vector, views, judge, script, prefix, root, report):
    """One for all columns that do as Linux, one for each that does not."""
    out, same = [], []
    level = 3 if ".frames/" in vector.id else 2  # of headings
    for view in views:
        result = vector.results.get(view.name)
        if result is None or not result.ladder:
            continue
        if not ladder.is_two_sided(result.ladder):
            if view.column.kind != "judge":
                same.append(view)
            else:
                same.insert(0, view)
            continue
        own = prefix if not out else f"{prefix}{view.slug}:"
        ladder.mark_first(result.ladder)
        clauses = _field_clauses(report, result, root)
        out.append({"view": view, "first": f"{own}first", "html": Markup(
            ladder.ladder(result.ladder, judge, view.title, own, script.link) +
            ladder.frame_details(result.ladder, judge, view.title, script.link, clauses, level))})
    others = [view.title for view in same if view.column.kind != "judge"]
    if others or (same and not out):
        rows = vector.results[same[0].name].ladder
        out.append({"view": None, "first": "", "html": Markup(
            ladder.ladder(rows, judge, " = ".join(others), prefix + "same:", script.link))})
    return out


def _bytes_of(vector):
    for result in vector.results.values():
        if result.ladder:
            return Markup(ladder.all_frames(result.ladder))
    return ""


def _captures(vector, views, judge):
    """Links to pcapng files: the golden one, and of each column that did something else."""
    golden = [(f"expected, {judge}", vector.capture)] if vector.capture else []
    return golden + [(f"got, {view.title}", vector.results[view.name].got_capture) for view in views
                     if view.name in vector.results and vector.results[view.name].got_capture]


def _case(report, vector, views, script, prefix, root):
    judge = judge_title(report)
    ladders = _ladders(vector, views, judge, script, prefix, root, report)
    return {
        "vector": vector, "anchor": _anchor(vector), "prefix": prefix, "script": script,
        "rows": [(view, vector.results[view.name], view.words.get(vector.id, "")) for view in views
                 if view.name in vector.results],
        "clauses": [(report.clauses[c] if c in report.clauses else None, c) for c in vector.clauses],
        "ladders": ladders, "firsts": {each["view"].name: each["first"] for each in ladders if each["view"]},
        "bytes": _bytes_of(vector), "captures": _captures(vector, views, judge),
        "replays": [(view, _replay(vector, view)) for view in views if view.name in vector.results
                    and view.column.kind != "judge"] or [(views[0], _replay(vector, views[0]))],
        "worst": _worst(vector),
    }


def _worst(vector):
    order = list(model.VERDICTS)
    return min((r.verdict for r in vector.results.values()), key=order.index, default="skip")


def _vector_pages(report, views):
    """(path, what the template needs) of each page; cases of a file stand together."""
    for path, vectors in _grouped(report.vectors, lambda v: v.page.partition("#")[0]).items():
        root = "../" * path.count("/")
        scripts = [vector.script.splitlines() for vector in vectors]
        many = ".frames/" in vectors[0].id
        shared = _common(scripts) if many and len(vectors) > 1 else 0
        cases = []
        for vector, lines in zip(vectors, scripts):
            prefix = f"{_anchor(vector)}:" if many else ""
            cases.append(_case(report, vector, views, Script(lines, shared, prefix), prefix, root))
        preamble = Markup(ladder.script(scripts[0][:shared])) if shared else ""
        yield path, {"cases": cases, "many": many, "preamble": preamble, "file": vectors[0].file,
                     "claim": vectors[0].claim, "root": root, "others": _other_pages(report, vectors[0])}


def _other_pages(report, vector):
    """Pages of the same .frames file."""
    if ".frames/" not in vector.id:
        return []
    pages = dict.fromkeys(v.page.partition("#")[0] for v in report.files[vector.file])
    return list(pages) if len(pages) > 1 else []


# --- clauses' pages


def _shown_by(report):
    """Clause id -> its vectors, of this report."""
    shown = {}
    for vector in report.vectors:
        for clause in vector.clauses:
            shown.setdefault(clause, []).append(vector)
    return shown


def _clause_vectors(vectors, views):
    """A clause's vectors: of a .frames file together, with numbers by verdict."""
    groups = []
    for file, members in _grouped(vectors, lambda v: v.file).items():
        counts = [Counter(v.results[view.name].verdict for v in members if view.name in v.results)
                  for view in views]
        groups.append({"file": file, "vectors": members, "many": ".frames/" in members[0].id,
                       "counts": [[(name, c[name]) for name in model.VERDICTS if c[name]]
                                  for c in counts]})
    return groups


# --- writing


class Writer:
    """Puts pages into a folder, whole or not at all."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.made = set()

    def write(self, path, text):
        target = self.folder / path
        if target.parent not in self.made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.made.add(target.parent)
        data = _HIDDEN.sub(_show_hidden, text).encode("utf-8")
        part = target.with_name(target.name + ".part")
        part.write_bytes(data)
        os.replace(part, target)


def _policy(inline_script):
    """Nothing may be loaded but what lies beside the page."""
    hashed = base64.b64encode(hashlib.sha256(inline_script.encode()).digest()).decode()
    script = f"script-src 'sha256-{hashed}'; " if inline_script else ""
    return (f"default-src 'none'; {script}style-src 'self' file: 'unsafe-inline'; "
            "img-src 'self' file: data:; base-uri 'none'; form-action 'none'")


def _css_text(text):
    """A string of CSS: whatever is no letter or digit is told by its number."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'


def _narrow_style(views):
    """On a narrow screen cells stand below each other: each says of which column it is."""
    rules = "".join(f".vec td:nth-child({3 * i + 2})::after{{content:{_css_text(view.name + ': ')}}}"
                    for i, view in enumerate(views))
    return f"@media (max-width:44rem){{{rules}}}"


def _environment():
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True,
                             undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters.update(slug=slug, thousands=lambda n: f"{n:,}", url=lambda p: quote(p, safe="/#.-_"))
    env.globals.update(
        VERDICTS=model.VERDICTS, FAILING=model.FAILING, LINUX_AXIS=model.LINUX_AXIS,
        RFC_AXIS=model.RFC_AXIS, CLAUSE_AXIS=CLAUSE_AXIS,
        LINUX_WORDS=AXIS_WORDS, RFC_WORDS=RFC_WORDS, REASONS=catalogue.REASONS, LEVELS=LEVELS, SHOWS=SHOWS,
        plural=plural,
        rfc_name=rfc_name, rfc_slug=rfc_slug, section_words=section_words, section_link=section_link,
        clause_page=clause_page, short=_short, exhibits=exhibits, evidence=evidence)
    return env


def _list_item(item, view):
    """A line of a list page, which is two folders down, or one: root goes in front."""
    if isinstance(item, model.Vector):
        result = item.results.get(view.name) if view else None
        mark = f' <b class="v {result.verdict}">{result.verdict}</b>' if result else ""
        words = view.words.get(item.id, "") if view else ""
        said = f" <span>{esc(ladder.cut(words, 200))}</span>" if words else ""
        return f'<li><a href="{{}}{esc(item.page)}">{esc(item.id)}</a>{mark}{said}</li>'
    return (f'<li><a href="{{}}{esc(clause_page(item))}">{esc(section_words(item))}</a> '
            f'<b class="lv">{esc(item.level)}</b> {esc(item.text)} <code>{esc(item.id)}</code></li>')


def _write_lists(lists, views, template, out, common):
    by_slug = {view.slug: view for view in views}
    cache = {}
    for path, (title, groups) in sorted(lists.pages.items()):
        root, view = "../" * path.count("/"), by_slug.get(path.split("/")[1])
        shown = []
        for anchor, group in groups.items():
            lines = []
            for item in group.items:
                key = (item.id, view and view.slug, root, isinstance(item, model.Vector))
                if key not in cache:
                    cache[key] = _list_item(item, view).replace("{}", root, 1)
                lines.append(cache[key])
            shown.append((anchor, group.title, len(group.items), Markup("\n".join(lines))))
        out.write(path, template.render(common, root=root, title=title, groups=shown, clause_list=not view))


def _drawn_failures(report, failures, judge):
    """Ladders that report.html itself has, as many as fit; of the others the list tells."""
    drawn, size = [], 0
    for failure in failures[:FAILURES_DRAWN]:
        if size > DRAWN_BYTES:
            break
        vector, result, view = failure.vector, failure.result, failure.view
        anchor = f"f:{view.slug}:{slug(vector.id)}"
        html = ""
        if result.ladder:
            html = ladder.ladder(result.ladder, judge, view.title, f"{anchor}:", window=True,
                                 whole=vector.page)
            html += ladder.frame_details(result.ladder, judge, view.title, level=4,
                                         clauses=_field_clauses(report, result, ""))
        size += len(html)
        drawn.append({"failure": failure, "anchor": anchor, "html": Markup(html),
                      "replay": _replay(vector, view)})
    return drawn


def _extras(env, context, out):
    """Sections that other templates make: [(anchor, title, HTML or "", page)]."""
    sections = []
    for name, title in EXTRAS:
        try:
            template = env.get_template(f"{name}.html")
        except jinja2.TemplateNotFound:
            continue
        html = template.render(context).strip()
        if not html:
            continue
        page = ""
        if len(html) > SECTION_BYTES:
            page = f"{name}.html"
            out.write(page, env.get_template("section.html").render(context, title=title, html=Markup(html)))
        sections.append({"name": name, "title": title, "html": "" if page else Markup(html), "page": page})
    return sections


def _write_evidence(report, env, page, out):
    """What stands behind the sections' numbers, and the files that it comes from."""
    template = env.get_template("evidence.html")
    for each in evidence.pages(report, page["runs"], clause_page):
        out.write(each.path, template.render(page, page=each, root="../" * each.path.count("/")))
    for path, text in report.sources.items():
        out.write(path, text)


def _report_context(report, views, lists, shown, folder):
    failures = _failures(report, views)
    judge = judge_title(report)
    return {
        "headline": headline(report, failures), "mood": _mood(report, failures), "failures": failures,
        "drawn": _drawn_failures(report, failures, judge), "first_most": FAILURES_FIRST,
        "several": sum(not view.column.from_goldens for view in views) > 1,
        "changes": [(view, _changes(report, view, lists)) for view in views if not view.column.from_goldens],
        "totals": _totals(report, views, lists), "layer_rows": _layer_rows(report, views, lists),
        "rfc_rows": _rfc_rows(report, views, lists, shown), "agreement": _agreement(report, views, lists),
        "reasons": _reasons(report, lists, shown), "layers": _layers(report),
        "by_rfc": clauses_by_rfc(report), "shown": shown,
        "runs": {view.name: f"runs/{view.name}.run.jsonl" for view in views
                 if (folder / f"runs/{view.name}.run.jsonl").is_file()},
    }


CHANGES = {"new": "New failures", "known": "Known failures", "fixed": "Fixed"}


def _changes(report, view, lists):
    """Against the baseline: how many are new, known, fixed."""
    changed = _grouped(_results(report, view), lambda pair: pair[1].change)
    page, title = f"lists/{view.slug}/changes.html", f"{view.title}: against the baseline"
    return {name: lists.count(page, title, name, words, [v for v, _ in changed.get(name, ())])
            for name, words in CHANGES.items()}


def _layers(report):
    """layer -> file -> vectors, as the list of vectors shows them; a .pkt stands under "" ."""
    layers = {}
    for vector in sorted(report.vectors, key=lambda v: v.layer):
        file = vector.file if ".frames/" in vector.id else ""
        layers.setdefault(vector.layer, {}).setdefault(file, []).append(vector)
    return layers


def render(report, folder):
    """Writes every page of a report into a folder."""
    assign_pages(report)
    report.files = _grouped(report.vectors, lambda v: v.file)
    style = (HERE / "style.css").read_text(encoding="utf-8")
    script = (HERE / "page.js").read_text(encoding="utf-8")
    env, out, lists, views = _environment(), Writer(folder), Lists(), _column_views(report)
    shown = _shown_by(report)
    context = {"report": report, "views": views, "judge": judge_title(report), "root": "", "inline": "",
               "policy": _policy(""), "style": ""}
    page = {**context, **_report_context(report, views, lists, shown, out.folder)}
    inline = {**page, "inline": Markup(script), "policy": _policy(script),
              "style": Markup(style + _narrow_style(views))}
    sections = _extras(env, page, out)
    _write_evidence(report, env, page, out)
    out.write("style.css", style)
    out.write("report.html", env.get_template("report.html").render(inline, sections=sections))
    _write_lists(lists, views, env.get_template("list.html"), out, context)
    template = env.get_template("vector.html")
    for path, more in _vector_pages(report, views):
        out.write(path, template.render({**context, **more}))
    template = env.get_template("clauses.html")
    for name, clauses in page["by_rfc"].items():
        groups = {c.id: _clause_vectors(shown.get(c.id, ()), views) for c in clauses}
        out.write(f"clauses/{name}.html", template.render({**context, "root": "../"}, clauses=clauses,
                                                          groups=groups, title=rfc_name(clauses[0])))
