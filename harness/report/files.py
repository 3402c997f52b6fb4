# SPDX-License-Identifier: MIT
"""Files that somebody else wrote, or the package carries: what is read of them is what it says it is, or
nothing. Whoever shows it decides what to do without.
"""

import csv
import math
import pathlib

import svg

HERE = pathlib.Path(__file__).resolve().parent
MOST_BYTES = 16 << 20  # of a file


def text(path):
    """A file's text; "": it is not there."""
    try:
        with open(path, "rb") as f:
            data = f.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ""
    if len(data) > MOST_BYTES:
        raise ValueError(f"{path}: is longer than {MOST_BYTES >> 20} MB")
    return data.decode("utf-8", "replace")


def number(value):
    """A whole number that can be shown; what is none is 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return 0
    return min(max(0, int(value)), 1 << 62)


def mapping(value):
    return value if isinstance(value, dict) else {}


def sequence(value):
    return value if isinstance(value, list) else []


def said(value, most=400):
    return svg.clean(value)[:most] if isinstance(value, (str, int)) else ""


def has(told, **kinds):
    """Is this an object with such members? bool is no int here."""
    return isinstance(told, dict) and all(k in told and type(told[k]) is v for k, v in kinds.items())


def data_file(config, name):
    """Beside the package, where the binary puts it, or in the source tree."""
    folders = [config.get("data"), HERE / "data", HERE.parent.parent / "docs"]
    return next((p for f in folders if f and (p := pathlib.Path(f, name)).is_file()), None)


def table(path, *needed):
    """Rows of a .tsv as dicts, with their lines; no line that begins with #. ValueError: what is wrong."""
    lines = [(n, line) for n, line in enumerate(text(path).splitlines(), 1) if not line.startswith("#")]
    rows = list(csv.reader((line for _, line in lines), delimiter="\t", quoting=csv.QUOTE_NONE))
    head = rows[0] if rows else []
    if not set(needed) <= set(head):
        raise ValueError(f"{path}:{lines[0][0] if lines else 1}: has no column "
                         f"{min(set(needed) - set(head))}")
    for (n, _), row in zip(lines[1:], rows[1:]):
        if len(row) != len(head):
            raise ValueError(f"{path}:{n}: {len(row)} columns, not {len(head)}")
        yield n, dict(zip(head, map(svg.clean, row)))
