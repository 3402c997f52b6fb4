#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists that the source itself contains. lists.py divergences: each deliberate difference from Linux.
lists.py files: what each file is, for refstack/FILES (ci/tidy.py checks that it is up to date).
"""
import os
import re
import sys

CODE = (".c", ".h", ".def")
CORE = ("refstack", "nicmodel")
DIVERGING = CORE + ("harness/dut",)
TAG = re.compile(r"DIVERGES\(([\w-]+)\)")
COMMENT = re.compile(r"/\*(.*?)\*/|//([^\n]*)", re.S)


def sources(tops):
    for top in tops:
        for where, dirs, names in sorted(os.walk(top)):
            dirs.sort()
            for name in sorted(names):
                if name.endswith(CODE):
                    yield os.path.join(where, name)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def plain(comment):
    """A comment's text on one line."""
    return " ".join(re.sub(r"^\s*\*", "", line).strip() for line in comment.split("\n")).strip()


def divergences():
    """(id, path, what the comment says of it), in the order of the source; an id may come twice."""
    for path in sources(DIVERGING):
        for comment in COMMENT.finditer(read(path)):
            text = plain(comment.group(1) or comment.group(2) or "")
            tags = list(TAG.finditer(text))
            for tag, after in zip(tags, tags[1:] + [None]):
                said = text[tag.end():after.start() if after else None].lstrip(": ")
                # Further sentences speak of it unless they are headers' other remarks.
                said = re.split(r"(?<=\.) (?=Missing:|Path:|Rules:)", said)[0].strip()
                yield tag.group(1), path, said


def named_in(what):
    """The unit test that names it: the first in the order of names. None: no test does."""
    for path in sources(("harness/unit",)):
        if path.endswith(".c") and what in read(path):
            return path
    return None


def description(path):
    """The first sentence of the file's header comment, without the name."""
    comment = COMMENT.search(read(path), read(path).index("\n"))
    text = re.split(r"\n \*\n", comment.group(1))[0]
    text = re.sub(r"^[\w.]+ - ", "", plain(text))
    return re.split(r"(?<=\w[.)])\.? (?=[A-Z])|: X\(", text)[0].rstrip(".")


def files(top):
    """The text of FILES."""
    rows = [(os.path.relpath(path, top), description(path)) for path in sources((top,))]
    width = max(len(name) for name, _ in rows) + 2
    rows.sort(key=lambda row: (os.path.dirname(row[0]), row[0]))
    return "".join(f"{name:{width}}{what}\n" for name, what in rows)


def main():
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what == "divergences":
        for name, path, said in divergences():
            print(f"{name}\n    {path}\n    {said}")
    elif what == "files":
        print(files("refstack"), end="")
    else:
        print("usage: lists.py divergences|files", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
