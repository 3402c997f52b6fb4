# SPDX-License-Identifier: MIT
"""The bug zoo: mistakes that are planted, and who finds them."""

from dataclasses import dataclass

import files


@dataclass
class Row:
    """A mistake that is planted, and who finds it."""
    id: str
    layer: str
    what: str
    state: str  # found, not found, not run, absent
    detector: str = ""
    golden: bool = False  # golden vectors alone find it
    seconds: str = ""
    origin: str = ""  # where it really happened


STATES = ("found", "not found", "not run", "absent")


def read(path):
    rows = []
    for n, row in files.table(path, "row", "layer", "found", "detector", "seconds"):
        if row["found"] not in STATES:
            raise ValueError(f"{path}:{n}: '{row['found']}' is none of {', '.join(STATES)}")
        rows.append(Row(row["row"], row["layer"], row.get("what", ""), row["found"], row["detector"],
                        row.get("golden") == "yes", row["seconds"], row.get("origin", "")))
    return rows


def by_layer(rows):
    """(detectors, [(layer, planted, by detector, golden, nobody)]), and a last row that has the sums."""
    ran = [r for r in rows if r.state in ("found", "not found")]
    detectors = sorted({r.detector for r in ran if r.state == "found"})
    layers = list(dict.fromkeys(r.layer for r in rows))

    def sums(name, of):
        found = [r for r in of if r.state == "found"]
        return {"layer": name, "rows": len(of), "ran": sum(r in ran for r in of),
                "by": [sum(r.detector == d for r in found) for d in detectors],
                "absent": sum(r.state == "absent" for r in of), "golden": sum(r.golden for r in of),
                "nobody": sum(r.state == "not found" for r in of)}
    return detectors, [*(sums(name, [r for r in rows if r.layer == name]) for name in layers),
                       sums("all", rows)]
