# SPDX-License-Identifier: MIT
"""Reads run files: what a device under test did with a set of vectors, a JSON object a line.

`refstack check --run` writes them, and schema/run.schema.json says what is in them. They may come from
anywhere, so each line is looked at before anything is believed: what is wrong is told with file and line.
A run that stops before its end is no error: it is read as far as it goes, and marked.
"""

import json
import pathlib
import re
from dataclasses import dataclass, field

MOST_BYTES = 32 << 20  # of a line
KINDS = ("reference", "kernel", "judge", "stack")
VERDICTS = ("passed", "failed", "invalid golden", "environment", "pending", "not captured", "explained",
            "skipped", "not implemented")
DIFFERENCES = ("statement", "frame", "time", "missing frame", "extra frame", "order", "state")


class RunError(Exception):
    """Says the file, the line, and what is wrong there."""


@dataclass
class Run:
    path: pathlib.Path
    header: dict  # the first line
    items: list = field(default_factory=list)  # a dict a vector, as it stands in the file
    paths: list = field(default_factory=list)  # what {"path": …} lines hold
    nic: list = field(default_factory=list)  # rows of {"nic": …}
    ledger: dict = field(default_factory=dict)  # explained, diverges, tape: lists
    half: str = ""  # why it is half a run; "": it is whole

    @property
    def name(self):
        return self.header["dut"]

    @property
    def complete(self):
        return not self.half


# --- what a line may hold ------------------------------------------------------------------------------
# key: (type, is needed). A type is a tuple of Python types, a set of words, a dict for an object with these
# keys, a list with the type of its members, a range of numbers, or a compiled pattern for the whole of a
# string.

NONE = type(None)
LONGEST = 1 << 63  # no number is further from 0
COUNT = range(LONGEST)
WORDS = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
ID = re.compile(r"(?!/)(?!.*(?:^|/)\.{0,2}(?:/|$))[^\x00-\x1f\x7f\\]{1,400}", re.ASCII)
HEX = re.compile(r"(?:[0-9a-f]{2})*")
HEADER_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

HEADER = {
    "refstack_run": ((int,), True), "dut": (NAME, True), "title": (WORDS, True), "kind": (set(KINDS), True),
    "version": ((str,), True), "commit": ((str, NONE), False), "kernel": ((str, NONE), False),
    "device": ((str, NONE), False), "options": ([(str,)], False), "started": (TIME, True),
    "items": (COUNT, True),
}
SIDE = {
    "when_ns": ((int, NONE), False), "began_ns": ((int, NONE), False), "text": ((str,), True),
    "hex": (HEX, False),
}
FIELD = {
    "name": ((str,), True), "expected": ((str,), True), "actual": ((str,), True),
    "follows": ((bool,), False), "from": ((int,), False), "to": ((int,), False),
}
ROW = {
    "kind": ({"call", "frame", "state"}, True), "host": (COUNT, False), "out": ((bool,), False),
    "line": (COUNT, False), "frame": (COUNT, False), "a": ((SIDE, NONE), True), "b": ((SIDE, NONE), False),
    "fields": ([FIELD], False),
}
DIFFERENCE = {
    "kind": (set(DIFFERENCES), True), "what": ((str,), True), "line": (COUNT, False),
    "frame": (COUNT, False), "when_ns": ((int, NONE), False), "field": ((str, NONE), False),
    "expected": ((str, NONE), False), "actual": ((str, NONE), False), "detail": ((str, NONE), False),
}
ITEM = {
    "id": (ID, True), "case": ((str, NONE), False), "verdict": (set(VERDICTS), True),
    "unexpected": ((bool,), False), "message": ((str, NONE), False), "golden": ((str, NONE), False),
    "headers": ((dict,), True), "script": ((str,), True), "ethernet": ((bool,), False),
    "frames": (COUNT, False), "virtual_ps": (COUNT, False), "differences": ([DIFFERENCE], False),
    "ladder": ([ROW], False),
}
STEP = {
    "step": ((str,), True), "function": ((str,), True), "ps": ((int,), True), "cycles": ((int,), False),
    "where": ((str,), False), "queue": ((int, NONE), False), "bytes": ((int,), False),
}
PACKET = {"title": ((str,), True), "text": ((str,), False), "line": (COUNT, False), "steps": ([STEP], True)}
PATH = {"vector": (ID, True), "title": ((str,), True), "packets": ([PACKET], True)}
NIC = {"rows": ([{
    "direction": ({"tx", "rx"}, True), "bytes": ((int,), True), "frames_s": ((int,), True),
    "mbit_s": ((int,), True), "bound": ((str,), False),
}], True)}
LEDGER = {
    "explained": ([(dict,)], False), "diverges": ([(dict,)], False), "tape": ([(dict,)], False),
}
END = {
    "end": ((bool,), True), "items": (COUNT, True), "interrupted": ((bool,), False),
    "totals": ((dict,), False),
}


class _Wrong(Exception):
    """Something about a line; who reads the file adds where."""


class _Unreadable(_Wrong):
    """What a line may be of which only the beginning was written."""


def _check_object(value, keys, what):
    for key, (kind, needed) in keys.items():
        if key in value:
            _check(value[key], kind, key)
        elif needed:
            raise _Wrong(f"{what} has no '{key}'")
    if len(value) > len(keys) or not value.keys() <= keys.keys():
        raise _Wrong(f"{what} has a '{min(value.keys() - keys.keys())[:40]}', which is not known")


def _check_one_of(value, kinds, what):
    """A tuple: a Python type of it, or an object that it describes."""
    if type(value) in kinds:
        if type(value) is int and not -LONGEST < value < LONGEST:
            raise _Wrong(f"'{what}' is too far from 0")
        return
    inner = next((kind for kind in kinds if isinstance(kind, dict)), None)
    if inner is None or type(value) is not dict:
        raise _Wrong(f"'{what}' is {_called(value)}")
    _check_object(value, inner, f"'{what}'")


def _check(value, kind, what):
    if type(kind) is tuple:
        _check_one_of(value, kind, what)
    elif type(kind) is list:
        if type(value) is not list:
            raise _Wrong(f"'{what}' is {_called(value)}, no list")
        for member in value:
            _check(member, kind[0], what)
    elif type(kind) is dict:
        if type(value) is not dict:
            raise _Wrong(f"'{what}' is {_called(value)}, no object")
        _check_object(value, kind, f"'{what}'")
    elif type(kind) is range:
        if type(value) is not int or value not in kind:
            raise _Wrong(f"'{what}' is {_called(value)}, no count" if type(value) is not int
                         else f"'{what}' is no count")
    elif type(value) is not str:
        raise _Wrong(f"'{what}' is {_called(value)}, no text")
    elif type(kind) is set:
        if value not in kind:
            raise _Wrong(f"'{what}' is '{value[:60]}', none of {', '.join(sorted(kind))}")
    elif not kind.fullmatch(value):
        raise _Wrong(f"'{what}' is '{value[:60]}', which may not stand there")


def _called(value):
    return {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number",
            NONE: "null"}.get(type(value), "something else")


# --- lines ---------------------------------------------------------------------------------------------

def _no_float(text):
    raise _Wrong(f"{text[:40]} is no whole number")


_decoder = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)


def _object(line):
    try:
        value = _decoder.decode(line.decode("utf-8"))
    except UnicodeDecodeError as e:
        kind = _Unreadable if e.end == len(line) else _Wrong
        raise kind(f"byte {e.start + 1} of the line is no UTF-8") from None
    except RecursionError:
        raise _Wrong("is nested too deeply") from None
    except ValueError as e:
        raise _Unreadable(f"is no JSON: {e}") from None
    if type(value) is not dict:
        raise _Wrong(f"is {_called(value)}, no object")
    if b"\\ud" in line or b"\\uD" in line:
        _no_half_character(value)
    return value


def _no_half_character(value):
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _Wrong("has half a character: one \\u of a pair") from None


def _texts_only(value, what, keys=None):
    for key, text in value.items():
        if keys is not None and not keys.fullmatch(key):
            raise _Wrong(f"'{what}' has a '{key[:40]}', which is no name")
        if type(text) is not str:
            raise _Wrong(f"'{key}' of '{what}' is {_called(text)}, no text")


class _Reader:
    """One file; lines come in order."""

    def __init__(self, path):
        self.run = Run(path, {})
        self.seen = {}  # id -> line
        self.end = None

    def line(self, number, line):
        value = _object(line)
        if not self.run.header:
            self.header(value)
        elif self.end is not None:
            raise _Wrong("stands behind the end")
        else:
            self.other(number, value)

    def header(self, value):
        if "refstack_run" not in value:
            raise _Wrong("is no run: the first line says 'refstack_run'")
        if value["refstack_run"] != 1:
            raise _Wrong(f"is a run of version {str(value['refstack_run'])[:20]}; this program reads 1")
        _check_object(value, HEADER, "the first line")
        if value["items"] < 1:
            raise _Wrong("is a run of no vectors")
        self.run.header = value

    def other(self, number, value):
        if "id" in value:
            self.item(number, value)
        elif "end" in value:
            self.ends(value)
        elif len(value) != 1:
            raise _Wrong("is neither a vector nor the end, nor anything else that a run may hold")
        else:
            self.extra(*next(iter(value.items())))

    def item(self, number, value):
        _check_object(value, ITEM, "the vector")
        _texts_only(value["headers"], "headers", HEADER_NAME)
        for row in value.get("ladder", ()):
            if row["a"] is None and row.get("b") is None:
                raise _Wrong("'ladder' has a row without sides")
        first = self.seen.setdefault(value["id"], number)
        if first != number:
            raise _Wrong(f"{value['id']} is there twice: line {first} has it")
        if len(self.run.items) == self.run.header["items"]:
            raise _Wrong(f"is a vector more than the {len(self.run.items)} that the first line says")
        self.run.items.append(value)

    def extra(self, key, value):
        if key == "path":
            _check(value, PATH, key)
            self.run.paths.append(value)
        elif key == "nic":
            _check(value, NIC, key)
            self.run.nic.extend(value["rows"])
        elif key == "ledger":
            _check(value, LEDGER, key)
            for name, rows in value.items():
                for row in rows:
                    _texts_only(row, name)
                self.run.ledger.setdefault(name, []).extend(rows)
        else:
            raise _Wrong(f"'{key[:40]}' is nothing that a run may hold")

    def ends(self, value):
        _check_object(value, END, "the end")
        counted = {}
        for item in self.run.items:
            counted[item["verdict"]] = counted.get(item["verdict"], 0) + 1
        told = {k: n for k, n in value.get("totals", counted).items() if n != 0}
        if value["items"] < len(self.run.items):
            raise _Wrong(f"says {value['items']} vectors, and {len(self.run.items)} are there")
        if value["items"] == len(self.run.items) and told != counted:
            raise _Wrong("its totals are not those of the vectors that are there")
        self.end = value

    def whole(self):
        """The run; what it lacks is said in half."""
        done, said = len(self.run.items), self.run.header["items"]
        if self.end is None:
            self.run.half = f"stops after {done} of {said} vectors"
        elif self.end.get("interrupted"):
            self.run.half = f"was interrupted after {done} of {said} vectors"
        elif done < said:
            self.run.half = f"has {done} of {said} vectors"
        return self.run


def _lines(file):
    """Number, line and whether it is whole: the last one of a file may have been cut."""
    number = 0
    while line := file.readline(MOST_BYTES + 1):
        number += 1
        if len(line) > MOST_BYTES:
            raise RunError(f"{file.name}:{number}: is longer than {MOST_BYTES >> 20} MB")
        yield number, line, line.endswith(b"\n")


def read(path):
    """A run; RunError says what is wrong with the file."""
    reader = _Reader(pathlib.Path(path))
    try:
        with open(path, "rb") as file:
            for number, line, whole in _lines(file):
                try:
                    reader.line(number, line)
                except _Wrong as e:
                    cut = isinstance(e, _Unreadable) and not whole
                    if cut and reader.run.header and reader.end is None:
                        break  # whoever wrote it was stopped in the middle of a line
                    raise RunError(f"{path}:{number}: {e}") from None
    except OSError as e:
        raise RunError(f"{path}: {e.strerror}") from None
    if not reader.run.header:
        raise RunError(f"{path}:1: is empty: no run")
    return reader.whole()
