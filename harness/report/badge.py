# SPDX-License-Identifier: MIT
"""badge.svg: "conformance | 4427 of 4431", of the first column.

Counted is what agrees with Linux, or differs for a known reason, of all but what says itself that it is not
for this stack. Green, red or, for half a run, grey; never by colour alone.
"""

from html import escape

import junit

AGREES = ("pass", "nonstrict", "expected")
COLOURS = {"pass": "#2d7d32", "fail": "#b3261e", "incomplete": "#5f6368"}
LABEL = "conformance"
HEIGHT, PAD = 20, 7
NARROW, WIDE = set("fijlrt.,:;|!' ()[]I"), set("mwMW@%")


def _width(text):
    """Of 11 px Verdana, nearly; textLength makes it exact."""
    return sum(4 if c in NARROW else 10 if c in WIDE else 7 for c in text)


def said(report):
    column = report.columns[0]
    if not report.complete:
        return "incomplete"
    agree = sum(column.totals[v] for v in AGREES)
    return f"{agree} of {sum(column.totals.values()) - column.totals['skip']}"


def _text(x, width, text):
    """A text with its shadow."""
    at = f'x="{x}" textLength="{width}"'
    return (f'<text {at} y="15" fill="#010101" fill-opacity=".3" aria-hidden="true">{escape(text)}</text>'
            f'<text {at} y="14">{escape(text)}</text>')


def make(report):
    value = said(report)
    left, right = _width(LABEL), _width(value)
    split, width = left + 2 * PAD, left + right + 4 * PAD
    title = junit.legal(f"{report.columns[0].title}: {LABEL}: {value}, {report.gate}")
    title = escape(title)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" role="img" \
aria-label="{title}">
<title>{title}</title>
<clipPath id="round"><rect width="{width}" height="{HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="{split}" height="{HEIGHT}" fill="#3c4043"/>\
<rect x="{split}" width="{width - split}" height="{HEIGHT}" fill="{COLOURS[report.gate]}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
{_text(PAD, left, LABEL)}
{_text(split + PAD, right, value)}
</g>
</svg>
"""


def write(report, path):
    path.write_text(make(report), encoding="utf-8")
