# SPDX-License-Identifier: MIT
"""Reads the .def tables of the source: rows MACRO(argument, ...), C strings joined, comments apart."""
import re
from typing import NamedTuple

TOKEN = re.compile(
    r'"(?P<string>(?:\\.|[^"\\\n])*)"|\'(?P<char>\\.|[^\'\\])\'|/\*(?P<comment>.*?)\*/'
    r"|//[^\n]*|(?P<punct>[(),])|(?P<word>[^\s\"'(),/]+|/)|\s+", re.S)
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'", "0": "\0"}


class Row(NamedTuple):
    macro: str
    args: list
    comment: str  # behind the row, on its line


def unescape(text):
    return re.sub(r"\\(.)", lambda m: ESCAPES[m.group(1)], text)


class Reader:
    """Tokens of one table; an argument is the strings or words up to its comma."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.text = f.read()
        self.path = path
        self.tokens = list(TOKEN.finditer(self.text))
        if "".join(m.group() for m in self.tokens) != self.text:
            raise ValueError(f"{path}: not a table of rows")
        self.at = 0

    def next(self):
        """The next token that is no space and no comment."""
        while self.at < len(self.tokens):
            m = self.tokens[self.at]
            self.at += 1
            if m.lastgroup in ("string", "char", "punct", "word"):
                return m
        return None

    def arguments(self):
        args, parts, depth = [], [], 0
        while True:
            m = self.next()
            if m is None:
                raise ValueError(f"{self.path}: a row has no end")
            token = m.group()
            if m.lastgroup == "punct" and depth == 0 and token in ",)":
                args.append("".join(parts) if parts else "")
                parts = []
                if token == ")":
                    return args
            elif m.lastgroup == "string":
                parts.append(unescape(m.group("string")))
            elif m.lastgroup == "char":
                parts.append(unescape(m.group("char")))
            else:
                depth += (token == "(") - (token == ")")
                parts.append(token)

    def comment_behind(self):
        """A comment on the line on which the row ends."""
        for m in self.tokens[self.at:]:
            if m.lastgroup == "comment":
                return " ".join(m.group("comment").split())
            if m.lastgroup is not None or "\n" in m.group():
                break
        return ""

    def rows(self):
        while (m := self.next()) is not None:
            args = None
            if m.lastgroup == "word" and self.next().group() == "(":
                args = self.arguments()
            if args is None:
                raise ValueError(f"{self.path}: expected a row at {m.group()!r}")
            yield Row(m.group(), args, self.comment_behind())


def rows(path, macro=None):
    return [row for row in Reader(path).rows() if macro in (None, row.macro)]


OPTIONS = "harness/cli/options.def"


class Option(NamedTuple):
    command: str
    ident: str
    long: str
    short: str
    argument: str
    kind: str
    values: str
    help: str

    def spellings(self):
        short = ["-" + self.short] if self.short != "0" else []
        return short + (["--" + self.long] if self.long else [])


class Command(NamedTuple):
    name: str
    operands: str
    fewest: str
    most: str
    completed: str
    summary: str
    about: str


def commands():
    return [Command(*row.args) for row in rows(OPTIONS, "C")]


def options(command):
    """Of one command; those of all commands last."""
    return [o for o in (Option(*row.args) for row in rows(OPTIONS, "O"))
            if o.command in (command, "all")]


SCRIPT = "harness/script/"


def calls():
    return rows(SCRIPT + "calls.def", "X")


def symbols():
    """Names of constants by group, groups in the order of the table."""
    groups = {row.args[0]: [] for row in rows(SCRIPT + "symbols.def", "G")}
    for row in rows(SCRIPT + "symbols.def", "X"):
        groups[row.args[0]].append(row.args[1])
    return groups


def fields():
    """Names of fields, each once."""
    names = [row.args[1] for row in rows(SCRIPT + "structs.def", "F")]
    return list(dict.fromkeys(names))


def directives():
    return [row.args[1] for row in rows(SCRIPT + "directives.def", "X")]


def directive_words():
    """The words that directives are made of, without slots and signs."""
    words = re.findall(r"(?<![%\w])[a-z]+\b", " ".join(directives()))
    return list(dict.fromkeys(words))


def packet_words(chosen):
    return [row for row in rows(SCRIPT + "packets.def", "W") if row.args[0] == chosen]


def icmp_words():
    names = [row.args[-1] for row in rows(SCRIPT + "icmp_names.def")]
    return list(dict.fromkeys(names))
