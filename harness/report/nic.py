# SPDX-License-Identifier: MIT
"""Throughput of the modelled card, as runs tell it, and against a baseline."""

from dataclasses import dataclass

import files


@dataclass
class Throughput:
    column: str
    direction: str  # tx, rx
    size: int  # bytes of a frame
    frames_s: int
    mbit_s: int
    bound: str  # what it waits for: wire, dma, cpu
    delta_frames_s: int | None = None  # against the baseline


def of_run(run, name):
    return [Throughput(name, r["direction"], r["bytes"], r["frames_s"], r["mbit_s"], r.get("bound", ""))
            for r in run.nic]


def compare(rows, before):
    known = {(r.column, r.direction, r.size): r for r in before}
    for row in rows:
        was = known.get((row.column, row.direction, row.size))
        if was is not None:
            row.delta_frames_s = row.frames_s - was.frames_s


def to_json(rows):
    return [{"column": r.column, "direction": r.direction, "bytes": r.size, "frames_s": r.frames_s,
             "mbit_s": r.mbit_s, "bound": r.bound} for r in rows]


def from_json(told):
    """ValueError says what is wrong with them."""
    if not isinstance(told, list):
        raise ValueError("'nic' is no list")
    for row in told:
        if not files.has(row, column=str, direction=str, bytes=int, frames_s=int, mbit_s=int, bound=str):
            raise ValueError("a row of 'nic' is none")
    return [Throughput(r["column"], r["direction"], r["bytes"], r["frames_s"], r["mbit_s"], r["bound"])
            for r in told]
