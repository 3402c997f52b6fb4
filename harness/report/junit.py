# SPDX-License-Identifier: MIT
"""junit.xml: the results in the words of continuous integration.

A test suite is a layer and an RFC on a column, a test case a vector, always with its id as its name. What
differs from Linux for a known reason is skipped and says why; so is what could not be said. The column that
comes from the goldens ran nothing and is not here.
"""

import re
import xml.etree.ElementTree as ET

FAILURES = ("fail", "xpass")
SKIPPED = ("expected", "skip", "unimplemented", "inconclusive")
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text):
    """XML has no way to say most control characters: they become U+FFFD."""
    return ILLEGAL.sub("\ufffd", text)


def _rfc(vector, clauses):
    return next((clauses[c].rfc for c in vector.clauses if clauses[c].rfc), "")


def message_of(result):
    """In one line: the first difference, or why it ended."""
    return result.first.what if result.first else result.message


def _details(vector, result):
    lines = [f"{vector.file}:{d.line}: {d.what}" if d.line else f"{vector.file}: {d.what}"
             for d in result.differences]
    return "\n".join([*lines, *(d.detail for d in result.differences[:1] if d.detail)]) or result.message


def _missed(result):
    return ", ".join(c for c, rfc in result.clauses.items() if rfc in ("missed", "should-missed"))


def _skipped(vector, result):
    if result.verdict == "expected" and not result.message and not result.first:
        return f"expected deviation: as Linux, which does not keep {_missed(result)}"
    if result.verdict == "expected":
        why = result.message or vector.headers.get("class", "") or message_of(result)
        return f"expected deviation: {why}"
    return ": ".join(filter(None, (result.verdict, message_of(result))))


def _properties(case, vector, result):
    told = [("clause", c) for c in vector.clauses]
    told += [("linux", result.linux), ("rfc", result.rfc), ("verdict", result.verdict),
             ("change", result.change), ("capture", vector.capture),
             ("capture of what it did", result.got_capture), ("page", vector.page)]
    under = ET.SubElement(case, "properties")
    for name, value in told:
        if value:
            ET.SubElement(under, "property", name=name, value=legal(value))


def _case(suite, classname, vector, result):
    case = ET.SubElement(suite, "testcase", name=legal(vector.id), classname=classname,
                         file=legal(vector.file))
    if result.first and result.first.line:
        case.set("line", str(result.first.line))
    _properties(case, vector, result)
    if result.verdict in SKIPPED:
        ET.SubElement(case, "skipped", message=legal(_skipped(vector, result)))
    elif result.verdict != "pass" and result.verdict != "nonstrict":
        kind = "failure" if result.verdict in FAILURES else "error"
        told = ET.SubElement(case, kind, type=" ".join(filter(None, (result.change, result.verdict))),
                             message=legal(message_of(result) or result.verdict))
        told.text = legal(_details(vector, result))


def _count(element, results):
    verdicts = [result.verdict for result in results]
    element.set("tests", str(len(verdicts)))
    element.set("failures", str(sum(v in FAILURES for v in verdicts)))
    element.set("errors", str(verdicts.count("error")))
    element.set("skipped", str(sum(v in SKIPPED for v in verdicts)))


def _groups(report, column):
    """(layer, RFC) -> vectors, in order."""
    found = {}
    for vector in report.vectors:
        if column.name in vector.results:
            found.setdefault((vector.layer, _rfc(vector, report.clauses)), []).append(vector)
    return sorted(found.items(), key=lambda group: (group[0][0], group[0][1].zfill(5)))


def _suite(root, report, column, group, vectors):
    layer, rfc = group
    suite = ET.SubElement(root, "testsuite")
    suite.set("name", legal(f"{column.name}: {layer}" + (f", RFC {rfc}" if rfc else "")))
    suite.set("timestamp", report.identity["made"].removesuffix("Z"))
    classname = legal(".".join(filter(None, (column.name, layer, rfc and f"rfc{rfc}"))))
    _count(suite, [v.results[column.name] for v in vectors])
    for vector in vectors:
        _case(suite, classname, vector, vector.results[column.name])


def _half(root, column):
    """A run that did not come to its end is an error itself, also where it has no vector at all."""
    name = f"{column.name}: the run"
    suite = ET.SubElement(root, "testsuite", name=name, tests="1", failures="0", errors="1", skipped="0")
    case = ET.SubElement(suite, "testcase", name=name, classname=column.name)
    ET.SubElement(case, "error", type="incomplete",
                  message=f"INCOMPLETE: {column.done} of {column.expected} vectors")


def make(report):
    root = ET.Element("testsuites", name="refstack report")
    for column in report.columns:
        if not column.from_goldens:
            if not column.complete:
                _half(root, column)
            for group, vectors in _groups(report, column):
                _suite(root, report, column, group, vectors)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key)) for suite in root)))
    return root


def write(report, path):
    root = make(report)
    ET.indent(root)
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
