# SPDX-License-Identifier: MIT
"""What has changed since an earlier report: which failures are new, which are gone, which were known.

A column is known by its name, a vector by its id. What fails now and failed the same way then is known;
whatever else fails is new, also where the earlier report has no such column or vector.
"""

import json

import model

MOST_BYTES = 512 << 20
AGREES = ("pass", "nonstrict", "expected")  # what a failure must become to be called fixed


class BaselineError(Exception):
    """Says the file and what is wrong with it."""


def _wrong(path, what):
    raise BaselineError(f"{path}: {what}")


def _object(path):
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as e:
        _wrong(path, e.strerror)
    if len(data) > MOST_BYTES:
        _wrong(path, f"is longer than {MOST_BYTES >> 20} MB")
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        _wrong(path, "is no report.json: no UTF-8")
    except RecursionError:
        _wrong(path, "is no report.json: it is nested too deeply")
    except json.JSONDecodeError as e:
        raise BaselineError(f"{path}:{e.lineno}: is no report.json: {e.msg}") from None
    except ValueError as e:
        _wrong(path, f"is no report.json: {e}")


def _of(path, value, key, kind, what="it"):
    found = value.get(key) if type(value) is dict else None
    if type(found) is not kind:
        _wrong(path, f"is damaged: {what} has no '{key}' as a report has")
    return found


def read(path):
    """A report.json that can be compared with: as it stands, and {column name: {vector id: verdict}}."""
    told = _object(path)
    if type(told) is not dict or "refstack_report" not in told:
        _wrong(path, "is no report.json of 'refstack report'")
    if told["refstack_report"] != 1:
        _wrong(path, f"is a report of version {str(told['refstack_report'])[:20]}; this program reads 1")
    if _of(path, told, "complete", bool) is False:
        _wrong(path, "is of a run that did not come to its end: nothing can be compared with it")
    columns = {}
    for column in _of(path, told, "columns", list):
        columns[_of(path, column, "name", str, "a column")] = {}
    for vector in _of(path, told, "vectors", list):
        name = _of(path, vector, "id", str, "a vector")
        for column, result in _of(path, vector, "results", dict, name[:80]).items():
            found = _of(path, result, "verdict", str, name[:80])
            if found not in model.VERDICTS:
                _wrong(path, f"is damaged: {name[:80]}: '{found[:40]}' is no verdict")
            columns.setdefault(column, {})[name] = found
    _of(path, told, "identity", dict)
    return told, columns


def _change(now, before):
    if now in model.FAILING:
        return "known" if now == before else "new"
    return "fixed" if before in model.FAILING and now in AGREES else ""


def apply(report, path):
    """Marks what has changed, in the report; gives back what the file holds."""
    told, columns = read(path)
    identity = told["identity"]
    report.baseline = {"name": str(path), **{k: identity[k] for k in ("version", "commit", "made")
                                             if type(identity.get(k)) is str}}
    for column in report.columns:
        if column.from_goldens:
            continue
        before = columns.get(column.name)
        if before is None:
            report.notes.append(f"{column.name}: the baseline has no such column; all its failures are new")
            before = {}
        for vector in report.vectors:
            result = vector.results.get(column.name)
            if result is not None:
                result.change = _change(result.verdict, before.get(vector.id))
    report.gone = _gone(report, columns)
    return told


def _gone(report, columns):
    """What a column of before has and the same column of now has not; a failure that is gone is not fixed."""
    gone = set()
    for column in report.columns:
        if not column.from_goldens:
            now = {vector.id for vector in report.vectors if column.name in vector.results}
            gone |= columns.get(column.name, {}).keys() - now
    return sorted(gone)


def changes(report, column):
    """{"new": [vectors], "fixed": …, "known": …} of a column."""
    found = {"new": [], "fixed": [], "known": []}
    for vector in report.vectors:
        result = vector.results.get(column)
        if result is not None and result.change:
            found[result.change].append(vector)
    return found
