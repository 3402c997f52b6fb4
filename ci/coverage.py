#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which of Linux's lines our questions run: docs/linux-coverage.md, .svg and .tsv, by `make coverage`.

The kernel of `refstack oracle build --coverage` is asked by `refstack oracle count`: all vectors, the
cases of .frames files, random programs. gcov tells how often each line was run; what boots ran before the first question does not
count. ci/coverage.tsv has the words: why functions are out of reach (the first row that fits), and what
would raise a file's figure. Functions for which it has no row are the generator's to-do list.

--answers FILE takes counts from a file of gcov's JSON for each origin instead (NAME=FILE, a line an object),
so that the tables can be tested without a kernel.
"""
import argparse
import collections
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = "ci/coverage.tsv"
TODO = "to do: generator"
BEGINS = re.compile(r"\b__(net_)?(init|exit)\b")
WIDTH = 100  # of the lists


# --- counts ----------------------------------------------------------------------------------------

class Source:
    """One of the kernel's .c files: how often lines, branches and functions were run."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = collections.Counter()  # by line and number
        self.functions = collections.Counter()
        self.places = {}                       # function: first line, last line

    def add(self, told):
        for line in told["lines"]:
            self.lines[line["line_number"]] += line["count"]
            for n, branch in enumerate(line.get("branches", ())):
                self.branches[line["line_number"], n] += branch["count"]
        for function in told["functions"]:
            name = function["name"].split(".")[0]  # f.isra.0 is f
            self.functions[name] += function["execution_count"]
            self.places[name] = function["start_line"], function["end_line"]

    def never(self):
        return sorted((f for f, n in self.functions.items() if n == 0), key=self.places.get)


def run(counter):
    return sum(n != 0 for n in counter.values())


def percent(counter):
    return 100 * run(counter) / len(counter) if counter else 0


def add_report(sources, text):
    """gcov's JSON: an object for each object file. Headers are nobody's."""
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        one, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
        for told in one["files"]:
            if told["file"].endswith(".c"):
                sources[told["file"]].add(told)


def gcov(boots, notes, scratch):
    """All boots' counts of one origin as gcov's JSON."""
    merged = boots[0]
    for n, boot in enumerate(boots[1:]):
        subprocess.run(["gcov-tool", "merge", "-o", f"{scratch}/{n}", merged, boot], check=True)
        merged = f"{scratch}/{n}"
    merged = pathlib.Path(merged)
    found = sorted(merged.rglob("*.gcda"))
    for data in found:
        note = data.relative_to(merged).with_suffix(".gcno")
        (merged / note).symlink_to(notes / note)
    names = [str(data.relative_to(merged)) for data in found]
    told = subprocess.run(["gcov", "-b", "-i", "--stdout", *names], cwd=merged, check=True,
                          capture_output=True, text=True)
    return told.stdout


def ask(refstack, into, what):
    """One origin: its questions are put, and what it says of them is returned."""
    done = subprocess.run([refstack, "oracle", "count", "-j", str(os.cpu_count()), "--into", into, *what],
                          cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def measure(args, kernel):
    """{origin: {file: Source}}, and what was asked, in words."""
    files = {kind: sorted(str(p.relative_to(ROOT)) for p in (ROOT / "vectors").rglob(f"*.{kind}"))
             for kind in ("pkt", "frames")}
    origins = {"vectors": files["pkt"]}
    if files["frames"]:
        origins["frames"] = files["frames"]
    if args.random:
        origins["random"] = ["--random", str(args.random), "--seed", str(args.seed)]
    counts, asked = {}, {}
    for origin, what in origins.items():
        with tempfile.TemporaryDirectory() as scratch:
            asked[origin] = ask(args.refstack, f"{scratch}/boots", what)
            boots = sorted(map(str, pathlib.Path(scratch, "boots").iterdir()))
            counts[origin] = collections.defaultdict(Source)
            told = gcov(boots, kernel.parent / "src", scratch)
            add_report(counts[origin], told)
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{origin}.json").write_text(told)
    return counts, asked


def together(counts):
    """Everything that was asked, whoever asked it."""
    total = collections.defaultdict(Source)
    for sources in counts.values():
        for name, source in sources.items():
            t = total[name]
            for field in ("lines", "branches", "functions"):
                for key, n in getattr(source, field).items():
                    getattr(t, field)[key] += n  # update() would lose what is 0
            t.places.update(source.places)
    return total


# --- words -----------------------------------------------------------------------------------------

class Words:
    """ci/coverage.tsv: rows `reason FILE FUNCTION WHY` and `raise FILE WHAT`; names as of shells."""

    def __init__(self, path):
        self.reasons, self.raises, self.used = [], {}, set()
        for n, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            kind, *rest = line.split("\t")
            if kind == "reason" and len(rest) == 3:
                self.reasons.append(rest)
            elif kind == "raise" and len(rest) == 2:
                self.raises[rest[0]] = rest[1]
            else:
                sys.exit(f"{path}:{n}: neither reason FILE FUNCTION WHY nor raise FILE WHAT")

    def why(self, name, function):
        for n, (file, functions, why) in enumerate(self.reasons):
            if fnmatch.fnmatchcase(name, file) and \
               any(fnmatch.fnmatchcase(function, f) for f in functions.split()):
                self.used.add(n)
                return why
        return TODO

    def unused(self):
        return [row for n, row in enumerate(self.reasons) if n not in self.used]


def begins_or_ends(text, place):
    """Is the function marked as one of the boot or of a namespace's life in the source?"""
    if text is None:
        return False
    head = "".join(text[max(0, place[0] - 2):place[0] + 2]).split("{")[0]
    return BEGINS.search(head.split(";")[-1].split("}")[-1]) is not None


def never_reached(total, words, src):
    """{file: {why: [function]}}"""
    result = {}
    for name in sorted(total):
        path = src / name if src else None
        text = path.read_text(errors="replace").splitlines(True) if path and path.exists() else None
        by = collections.defaultdict(list)
        for function in total[name].never():
            if begins_or_ends(text, total[name].places[function]):
                why = "runs at boot, or when a namespace begins or ends"
            else:
                why = words.why(name, function)
            by[why].append(function)
        result[name] = by
    return result


# --- the document ----------------------------------------------------------------------------------

def in_reach(source, by):
    """The share of lines, without those of functions that were never run for a known reason."""
    out = [source.places[f] for why, functions in by.items() if why != TODO for f in functions]
    lines = {n: c for n, c in source.lines.items() if not any(a <= n <= b for a, b in out)}
    return f"{percent(lines):.1f} %" if lines else "–"


def columns(counts, total, never, name):
    cells = [f"{percent(counts[o][name].lines):.1f} %" if name in counts[o] else "–" for o in counts]
    t = total[name]
    return cells + [f"**{percent(t.lines):.1f} %**", in_reach(t, never[name]), f"{run(t.lines)} of {len(t.lines)}",
                    f"{percent(t.branches):.1f} %", f"{run(t.functions)} of {len(t.functions)}"]


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("---" for _ in head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def folded(first, names, between=","):
    line = first
    for n, name in enumerate(names):
        word = name + (between if n + 1 < len(names) else "")
        if len(line) + 1 + len(word) > WIDTH:
            yield line
            line = "  " + word
        else:
            line += " " + word
    yield line


def folders(total):
    result = collections.defaultdict(list)
    for name in sorted(total):
        result[str(pathlib.PurePosixPath(name).parent)].append(name)
    return result


def document(counts, asked, version, words, src):
    total = together(counts)
    never = never_reached(total, words, src)
    figures = [*counts, "all", "in reach", "lines", "branches", "functions"]
    out = ["# Which of Linux's lines our questions run", "",
           f"Linux {version}, compiled for counting, was asked; gcov counted. Written by `make coverage`,",
           "which needs the kernel of `refstack oracle build --coverage`. Boots do not count: only what",
           "questions ran. *In reach*: without the functions that were never run for a reason that is",
           "known (below).", ""]
    out += [f"- {origin}: {said}" for origin, said in asked.items()]
    out += ["", "![by file](linux-coverage.svg)", "", "## The files of the path", ""]
    out += table(["file", *figures], ([f"`{n}`", *columns(counts, total, never, n)] for n in words.raises if n in total))
    out += ["", "What would raise them:", ""]
    for name, what in words.raises.items():
        out += folded(f"- `{name}`:", what.split(" "), "") if name in total else ()
    out += ["", "## To do for the generator", "",
            "Functions that were never run and for which no reason is known, by file."]
    for name, by in never.items():
        if by[TODO]:
            out += folded(f"- `{name}`:", by[TODO])
    for folder, names in folders(total).items():
        out += ["", f"## {folder}", ""]
        out += table(["file", *figures],
                     ([f"`{pathlib.PurePosixPath(n).name}`", *columns(counts, total, never, n)] for n in names))
    out += ["", "## Never run, and why", ""]
    reasons = collections.defaultdict(dict)
    for name, by in never.items():
        for why, functions in by.items():
            if why != TODO:
                reasons[why][name] = functions
    for why in sorted(reasons):
        nr = sum(map(len, reasons[why].values()))
        out += [f"**{why}** ({nr} {'function' if nr == 1 else 'functions'})", ""]
        for name, functions in reasons[why].items():
            whole = len(functions) == len(total[name].functions)
            out += folded(f"- `{name}`:", [f"all {len(functions)}"] if whole else functions)
        out.append("")
    # The first list of a section stands behind an empty line.
    text = "\n".join(out).replace("by file.\n-", "by file.\n\n-")
    return text.rstrip("\n") + "\n"


# --- the table -------------------------------------------------------------------------------------

FIXED = ("all", "in_reach", "lines_run", "lines", "branches", "functions_run", "functions")


def figures(cells):
    """Cells of a row of the document, without signs: "316 of 690" is two."""
    for cell in cells:
        yield from (c.strip("*% ") for c in cell.split(" of "))


def rows_as_text(version, asked, origins, rows):
    """What refstack report reads: a row a file, shares in per cent; path: a file of the path."""
    said = "; ".join(f"{origin}: {words}" for origin, words in asked.items())
    out = [f"# Linux {version}; {said}", "\t".join(["file", "path", *origins, *FIXED])]
    out += ["\t".join([name, "yes" if of_path else "", *figures(cells)]) for name, of_path, cells in rows]
    return "\n".join(out) + "\n"


def as_text(counts, asked, version, words, src):
    total = together(counts)
    never = never_reached(total, words, src)
    rows = ((name, name in words.raises, columns(counts, total, never, name))
            for names in folders(total).values() for name in names)
    return rows_as_text(version, asked, counts, rows)


def never_as_text(counts, asked, version, words, src):
    """For refstack report, too: a row a file and a reason why some of its functions were never run."""
    never = never_reached(together(counts), words, src)
    said = "; ".join(f"{origin}: {what}" for origin, what in asked.items())
    rows = (f"{name}\t{'no reason is known: to do for the generator' if why == TODO else why}\t{' '.join(functions)}"
            for name, by in never.items() for why, functions in sorted(by.items()))
    return "\n".join([f"# Linux {version}; {said}", "file\twhy\tfunctions", *rows]) + "\n"


# --- the picture -----------------------------------------------------------------------------------

ROW, BAR, LEFT, RIGHT, TOP = 22, 14, 210, 60, 34


def picture(counts, words):
    """Bars of the path's files: what the vectors run, and what the others add."""
    total = together(counts)
    names = [n for n in words.raises if n in total]
    first = next(iter(counts))
    width, height = 720, TOP + ROW * len(names) + 12
    scale = (width - LEFT - RIGHT) / 100
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           '<!-- SPDX-License-Identifier: MIT; written by ci/coverage.py -->',
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
           f'<text x="{LEFT}" y="20" fill="#333333">lines of Linux that were run: '
           f'{first} (dark), and with the others (light)</text>']
    for n, name in enumerate(names):
        y = TOP + n * ROW
        part, whole = percent(counts[first][name].lines), percent(total[name].lines)
        out += [f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end" fill="#333333">{name}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{100 * scale:.1f}" height="{BAR}" fill="#eeeeee"/>',
                f'<rect x="{LEFT}" y="{y}" width="{whole * scale:.1f}" height="{BAR}" fill="#9ecae1"/>',
                f'<rect x="{LEFT}" y="{y}" width="{part * scale:.1f}" height="{BAR}" fill="#3182bd"/>',
                f'<text x="{width - RIGHT + 8}" y="{y + 12}" fill="#333333">{whole:.1f} %</text>']
    return "\n".join([*out, "</svg>", ""])


# --- the whole -------------------------------------------------------------------------------------

def take_answers(specs):
    counts, asked = {}, {}
    for spec in specs:
        origin, _, path = spec.partition("=")
        counts[origin] = collections.defaultdict(Source)
        add_report(counts[origin], pathlib.Path(path).read_text())
        asked[origin] = "taken from a file"
    return counts, asked


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--refstack", default="build/refstack", help="the command (build/refstack)")
    args.add_argument("--random", type=int, default=0, metavar="N", help="random programs besides")
    args.add_argument("--seed", type=int, default=1, metavar="S", help="their seed")
    args.add_argument("--out", default="docs", metavar="DIR", help="where the document goes (docs)")
    args.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="leave counts there for --answers")
    args.add_argument("--words", default=WORDS, help="reasons and sentences (ci/coverage.tsv)")
    args.add_argument("--source", type=pathlib.Path, metavar="DIR", help="the kernel's source, for --answers")
    args.add_argument("--answers", nargs="+", metavar="ORIGIN=FILE", help="counts from files of JSON")
    args = args.parse_args()
    args.refstack = os.path.abspath(args.refstack)
    words = Words(args.words)
    if args.answers:
        (counts, asked), version, src = take_answers(args.answers), "of a test", args.source
    else:
        built = subprocess.run([args.refstack, "oracle", "build", "--coverage", "--json"], check=True,
                               stdout=subprocess.PIPE, text=True)
        kernel = json.loads(built.stdout)
        path = pathlib.Path(kernel["file"])
        version, src = kernel["version"], path.parent / "src"
        counts, asked = measure(args, path)
    out = pathlib.Path(args.out)
    for name, text in (("linux-coverage.md", document(counts, asked, version, words, src)),
                       ("linux-coverage.svg", picture(counts, words)),
                       ("linux-coverage.tsv", as_text(counts, asked, version, words, src)),
                       ("linux-never-run.tsv", never_as_text(counts, asked, version, words, src))):
        new = out / (name + ".new")
        new.write_text(text)
        new.rename(out / name)
    for row in words.unused():
        print(f"{args.words}: fits nothing that was never run: {' '.join(row[:2])}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
