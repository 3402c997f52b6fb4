# SPDX-License-Identifier: MIT
"""Packets through the sixteen steps: which a run tells, how long each takes, and against a baseline."""

import difflib
import re
from dataclasses import dataclass, field

import files

# Names of steps, and the colour of their bars.
GROUPS = {
    "socket": "socket and UDP", "ip": "IP and neighbour", "queue": "queueing", "driver": "driver",
    "card": "card", "interrupt": "interrupt", "clean": "clean-up", "receive": "way up",
}
STEP_GROUPS = {
    **dict.fromkeys("123", "socket"), "4": "ip", **dict.fromkeys("56789", "queue"),
    **dict.fromkeys(("10", "11", "12"), "driver"), **dict.fromkeys(("13", "14"), "card"),
    "15": "interrupt", "16": "clean",
}
INTERRUPT = "message"  # of the card: it waits for its moderation before, and nobody works
LANES = ("task", "softirq", "hardirq", "nic", "wire")


@dataclass
class Step:
    """One function on a packet's path."""
    step: str  # 1 to 16, r1 and up on the way up
    function: str
    where: str  # cpu0 task, cpu0 hardirq, cpu0 softirq, nic, wire
    ps: int  # since the packet's beginning
    cycles: int = 0  # since the step before on that CPU
    queue: int | None = None
    size: int = 0  # bytes
    took_ps: int | None = None  # of a CPU's since the step before there, of the card's until the next
    took_cycles: int | None = None  # None: a pause lies between
    apart_ps: int | None = None  # as took_ps, of the step before or the next anywhere
    delta_ps: int | None = None  # of took_ps, or else of apart_ps, against the baseline; None: no such step
    delta_cycles: int | None = None

    @property
    def of_cpu(self):
        """Is it told when what it costs is over? The card tells when it begins with something."""
        return " " in self.where

    @property
    def begins_ps(self):
        return self.ps - (self.took_ps or 0) if self.of_cpu else self.ps

    @property
    def ends_ps(self):
        return self.begins_ps + (self.took_ps or 0)

    @property
    def group(self):
        return "receive" if self.step.startswith("r") else STEP_GROUPS.get(self.step, "other")

    @property
    def mark(self):
        return "" if not self.delta_ps else "slower" if self.delta_ps > 0 else "faster"


@dataclass
class Packet:
    title: str
    text: str
    steps: list  # of Step
    compared: bool = False  # the baseline has it
    delta_ps: int = 0  # of the whole
    added: list = field(default_factory=list)  # functions that the baseline has not on this path
    gone: list = field(default_factory=list)  # and those that only it has

    @property
    def span_ps(self):
        return max((s.ends_ps for s in self.steps), default=0)

    @property
    def cycles(self):
        return sum(s.took_cycles or 0 for s in self.steps)

    @property
    def changed(self):
        """Steps that take another time, what changed most first."""
        return sorted((s for s in self.steps if s.delta_ps), key=lambda s: -abs(s.delta_ps))


@dataclass
class Path:
    """A vector's packets through the steps, on a column."""
    column: str
    vector: str  # id
    title: str
    packets: list  # of Packet


def _order(step):
    digits = re.sub(r"\D", "", step.step)
    return (100 if step.step.startswith("r") else 0) + int(digits[:4] or 0)


def _cpu(step):
    return step.where.split(" ")[0]


def _goes_on(step, after):
    """Is the time between two steps of a place somebody's? Not when the place was left in between."""
    if after.function.startswith("sys_") or after.function == INTERRUPT or after.ps < step.ps:
        return False
    if step.where != after.where:
        return step.where.endswith(" hardirq") and after.where.endswith(" softirq")
    if step.of_cpu:
        return True
    return _order(step) <= _order(after) and (_order(step) < 100) == (_order(after) < 100)


def _time(steps):
    last = {}
    for n, step in enumerate(steps):
        before = last.get(_cpu(step))
        if before is not None and _goes_on(before, step):
            owner = step if step.of_cpu else before
            owner.took_ps, owner.took_cycles = step.ps - before.ps, step.cycles
        last[_cpu(step)] = step
        # What lies between a step of the card and one of a CPU is the CPU's: it is interrupted.
        if n > 0 and (step.of_cpu or not steps[n - 1].of_cpu):
            owner = step if step.of_cpu else steps[n - 1]
            owner.apart_ps = step.ps - steps[n - 1].ps
    return steps


def _step(told):
    return Step(told["step"], told["function"], told.get("where") or "", told["ps"], told.get("cycles", 0),
                told.get("queue"), told.get("bytes", 0))


def _packet(told):
    steps = [_step(s) for s in told["steps"]]
    first = min((s.ps for s in steps), default=0)
    for step in steps:
        step.ps -= first
    return Packet(told["title"], told.get("text", ""), _time(sorted(steps, key=lambda s: s.ps)))


def of_run(run, name):
    return [Path(name, p["vector"], p["title"], [_packet(k) for k in p["packets"]]) for p in run.paths]


def _keys(packet):
    return [(s.step, s.function, s.where) for s in packet.steps]


def _compare_steps(now, was, same_beside):
    """A step's own time, where both know it; else the time to its neighbour, where that is the same."""
    if now.took_ps is not None and was.took_ps is not None:
        now.delta_ps = now.took_ps - was.took_ps
        now.delta_cycles = now.took_cycles - was.took_cycles
    elif same_beside and now.took_ps is None and was.took_ps is None and None not in (now.apart_ps,
                                                                                      was.apart_ps):
        now.delta_ps = now.apart_ps - was.apart_ps


def _at(keys, n):
    return keys[n] if 0 <= n < len(keys) else None


def compare_packets(now, was):
    """Steps are the same by name and place, in order: one more or less moves nothing else."""
    mine, theirs = _keys(now), _keys(was)
    now.compared = True
    now.delta_ps = now.span_ps - was.span_ps
    for kind, a, b, c, d in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            for n in range(b - a):
                beside = n - 1 if now.steps[a + n].of_cpu else n + 1
                _compare_steps(now.steps[a + n], was.steps[c + n],
                               _at(mine, a + beside) == _at(theirs, c + beside))
        else:
            now.added += [s.function for s in now.steps[a:b]]
            now.gone += [s.function for s in was.steps[c:d]]


def compare(paths, before):
    """before: of from_json(). The n-th packet of a vector is compared with the n-th."""
    known = {(p.column, p.vector, p.title): p for p in before}
    for path in paths:
        was = known.get((path.column, path.vector, path.title))
        for now, old in zip(path.packets, was.packets if was else ()):
            compare_packets(now, old)


def _packet_from(told):
    if not files.has(told, title=str, steps=list):
        raise ValueError("a packet of its 'paths' is none")
    for step in told["steps"]:
        if not files.has(step, step=str, function=str, where=str, ps=int, cycles=int):
            raise ValueError("a step of its 'paths' is none")
    return _packet({"title": told["title"], "steps": told["steps"]})


def to_json(paths):
    return [{"column": p.column, "vector": p.vector, "title": p.title, "packets": [
        {"title": k.title, "text": k.text, "steps": [
            {"step": s.step, "function": s.function, "where": s.where, "ps": s.ps, "cycles": s.cycles,
             "queue": s.queue, "bytes": s.size} for s in k.steps]}
        for k in p.packets]} for p in paths]


def from_json(told):
    """ValueError says what is wrong with them."""
    if not isinstance(told, list):
        raise ValueError("'paths' is no list")
    for p in told:
        if not files.has(p, column=str, vector=str, title=str, packets=list):
            raise ValueError("a row of 'paths' is none")
    return [Path(p["column"], p["vector"], p["title"], [_packet_from(k) for k in p["packets"]])
            for p in told]
