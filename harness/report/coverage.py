# SPDX-License-Identifier: MIT
"""Which of Linux's lines were run, by file."""

import pathlib
import re
from dataclasses import dataclass

import files
import svg


@dataclass
class Row:
    """A file of Linux: shares of its lines in tenths of a per cent; None: it has none to count."""
    file: str
    origins: dict  # vectors, frames, random -> share
    all: int | None
    in_reach: int | None  # without functions that are out of reach for a known reason
    lines_run: int
    lines: int
    branches: int | None
    functions_run: int
    functions: int
    of_path: bool = False  # a packet's path leads through it

    @property
    def folder(self):
        return str(pathlib.PurePosixPath(self.file).parent)


def _share(text, path, n):
    """Tenths of a per cent: "36.8"."""
    if text in ("", "-", "–"):
        return None
    if not re.fullmatch(r"\d{1,3}\.\d", text):
        raise ValueError(f"{path}:{n}: '{text}' is no share")
    return min(1000, int(text.replace(".", "")))


def read(path):
    fixed = ("file", "path", "all", "in_reach", "lines_run", "lines", "branches", "functions_run",
             "functions")
    rows = []
    for n, row in files.table(path, *fixed):
        counts = [row[k] for k in ("lines_run", "lines", "functions_run", "functions")]
        if not all(re.fullmatch(r"\d{1,9}", c) for c in counts):
            raise ValueError(f"{path}:{n}: counts are whole numbers")
        lines_run, lines, functions_run, functions = map(int, counts)
        rows.append(Row(row["file"], {k: _share(v, path, n) for k, v in row.items() if k not in fixed},
                        *(_share(row[k], path, n) for k in ("all", "in_reach")), lines_run, lines,
                        _share(row["branches"], path, n), functions_run, functions, row["path"] == "yes"))
    return rows


def never_run(path):
    """{file: [(why, functions)]}"""
    found = {}
    for _, row in files.table(path, "file", "why", "functions"):
        found.setdefault(row["file"], []).append((row["why"], row["functions"]))
    return found


def asked(path):
    """What was asked, in words: the first line, if it is a comment."""
    first = files.text(path).split("\n", 1)[0]
    return svg.clean(first[1:].strip()) if first.startswith("#") else ""
