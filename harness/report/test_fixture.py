#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run files for tests: as `refstack check --run` writes them, of vectors that nobody wrote.

make_run(PATH, 5000, changes={ID: ttl_is_wrong}) is a whole run with one vector that fails. As a program:
test_fixture.py FILE [NUMBER] [--plant] writes one, with the three plants of PLANTS.
"""

import argparse
import copy
import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import catalogue  # noqa: E402

LAYERS = ("udp", "icmp", "ip", "arp", "route", "link")
CASES_OF = 10  # each tenth vector is a case of a .frames file
STARTED = "2026-11-21T15:00:00Z"
HEX = ("020000000002020000000001080045000034590f4000401158a1c0000201c0000202"
       "1388000b00203a0e") + "61" * 24


def vector_id(number):
    layer = LAYERS[number % len(LAYERS)]
    if number % CASES_OF == CASES_OF - 1:
        return f"vectors/scapy/{layer}.frames/case-{number:05}"
    return f"vectors/{layer}/made-{number:05}.pkt"


def clauses_of(number, per_layer):
    """Every second vector shows one or two clauses of its layer."""
    ids = per_layer.get(LAYERS[number % len(LAYERS)], ())
    if number % 2 or not ids:
        return ()
    at = number // 2
    return (ids[at % len(ids)],) if number % 4 else (ids[at % len(ids)], "API-socket-1")


def testable_ids():
    found = {}
    for clause in catalogue.load().values():
        if clause.is_testable and clause.linux == "keeps" and clause.layer in LAYERS:
            found.setdefault(clause.layer, []).append(clause.id)
    return found


def script_of(number, headers):
    head = "".join(f"// {key}: {value}\n" for key, value in headers.items())
    return head + f"""
`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`
`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`
  0 socket(AF_INET, SOCK_DGRAM, 0) = 3
 +0 sendto(3, "a"..., 24, 0, {{sin_port = htons({7000 + number % 1000})}}, 16) = 24
 +0 > 192.0.2.1 > 192.0.2.2 [ttl 64] udp (24)
 +1 < 192.0.2.2 > 192.0.2.1 udp (3) "abc"
 +0 recv(3, ..., 100, 0) = 3
 +0 mib Udp.OutDatagrams +1
"""


def ladder_of(first_line):
    def row(kind, after, when, text, **more):
        side = {"when_ns": when, "text": text}
        if kind == "frame":
            side["hex"] = HEX
        return {"kind": kind, "line": first_line + after, "a": side, **more}

    return [
        row("call", 0, None, "ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up"),
        row("call", 2, 0, "socket(AF_INET, SOCK_DGRAM, 0) = 3"),
        row("call", 3, 0, "sendto(3, \"a\"..., 24, 0, …) = 24"),
        row("frame", 4, 51000, "192.0.2.1 > 192.0.2.2 [ttl 64] udp (24)", host=0, out=True),
        row("frame", 5, 1000051000, "192.0.2.2 > 192.0.2.1 udp (3)", host=0, out=False),
        row("call", 6, 1000051000, "recv(3, …) = 3"),
        row("state", 7, None, "mib Udp.OutDatagrams 1"),
    ]


def make_item(name, number=0, clauses=(), **headers):
    """A vector that passed."""
    head = {"claim": f"the {number}th vector does what it says", "oracle": "linux-6.12.117 uml",
            "class": "exact"}
    if clauses:
        head["clauses"] = ", ".join(clauses)
    head.update(headers)
    script = script_of(number, head)
    return {
        "id": name, "case": name.partition(".frames/")[2] or None, "verdict": "passed",
        "golden": hashlib.sha256(name.encode()).hexdigest(), "headers": head, "script": script,
        "ethernet": True, "frames": 2, "virtual_ps": 1000051000000, "differences": [],
        "ladder": ladder_of(len(head) + 2),
    }


# --- changes: each takes an item of a run and spoils it ------------------------------------------------

def _differs(item, kind, what, **more):
    item["verdict"] = "failed"
    item["differences"] = [{"kind": kind, "what": what, **more}]


def ttl_is_wrong(item):
    """A frame with one byte that is not Linux's, and the checksum that follows."""
    at = next(i for i, row in enumerate(item["ladder"]) if row["kind"] == "frame")
    row = item["ladder"][at]
    row["b"] = {"when_ns": row["a"]["when_ns"], "text": row["a"]["text"].replace("64", "63"),
                "hex": HEX[:44] + "3f" + HEX[46:48] + "59a1" + HEX[52:]}
    row["fields"] = [
        {"name": "ttl", "expected": "64", "actual": "63", "follows": False, "from": 22, "to": 23},
        {"name": "ip sum", "expected": "0x58a1", "actual": "0x59a1", "follows": True, "from": 24,
         "to": 26},
    ]
    _differs(item, "frame", "frame 1 (out udp): ttl: Linux 64, refstack 63", line=row["line"], frame=1,
             when_ns=51000, field="ttl", expected="64", actual="63")


def frame_is_missing(item):
    row = next(row for row in item["ladder"] if row["kind"] == "frame")
    row["b"] = None
    _differs(item, "missing frame", "frame 1 (out udp) is missing", line=row["line"], frame=1,
             when_ns=51000)


def timer_is_late(item):
    row = [row for row in item["ladder"] if row["kind"] == "frame"][-1]
    row["b"] = {**row["a"], "when_ns": row["a"]["when_ns"] + 200_000_000}
    _differs(item, "time", "frame 2 (in udp): 0.200000 s later than on Linux", line=row["line"], frame=2,
             when_ns=row["a"]["when_ns"], field="time", expected="1.000051", actual="1.200051")


def state_differs(item):
    item["ladder"][-1]["b"] = {"when_ns": None, "text": "mib Udp.OutDatagrams 2"}
    _differs(item, "state", "mib Udp.OutDatagrams: Linux 1, refstack 2", field="Udp.OutDatagrams",
             expected="1", actual="2")


def call_differs(item):
    at = [i for i, row in enumerate(item["ladder"]) if row["kind"] == "call"][-1]
    row = item["ladder"][at]
    row["b"] = {"when_ns": row["a"]["when_ns"], "text": "recv(3, …) = -1 EAGAIN"}
    _differs(item, "statement", "recv returned -1 EAGAIN, Linux 3", line=row["line"], field="result",
             expected="3", actual="-1 EAGAIN")


def becomes(verdict, message=None, **more):
    """One that did not run to its end."""
    def change(item):
        item["verdict"] = verdict
        item.update(more)
        if message is not None:
            item["message"] = message
        if verdict not in ("passed", "failed", "explained", "not captured"):
            item["ladder"] = []
            item["frames"] = item["virtual_ps"] = 0
    return change


PLANTS = {0: ttl_is_wrong, 1: frame_is_missing, 2: timer_is_late}  # of a command line's --plant


# --- files ---------------------------------------------------------------------------------------------

def make_header(items, **more):
    return {"refstack_run": 1, "dut": "refstack", "title": "refstack 0.1.0", "kind": "reference",
            "version": "0.1.0", "commit": "0123456789ab", "kernel": None, "device": "script",
            "options": ["--invariants"], "started": STARTED, "items": items, **more}


def make_items(vectors):
    """vectors: how many, or ids, or items."""
    if isinstance(vectors, int):
        per_layer = testable_ids()
        return [make_item(vector_id(n), n, clauses_of(n, per_layer)) for n in range(vectors)]
    return [copy.deepcopy(v) if isinstance(v, dict) else make_item(v, n)
            for n, v in enumerate(vectors)]


EXTRA_LINES = (
    {"path": {"vector": "vectors/udp/made-00000.pkt", "title": "a datagram leaves", "packets": [
        {"title": "sendto, 24 bytes", "text": "192.0.2.1 > 192.0.2.2 udp (24)", "steps": [
            {"step": "1", "function": "sys_sendto", "ps": 71200, "cycles": 0, "where": "cpu0 task",
             "queue": 0, "bytes": 24},
            {"step": "2", "function": "udp_sendmsg", "ps": 171200, "cycles": 300,
             "where": "cpu0 task", "queue": 0, "bytes": 24}]}]}},
    {"nic": {"rows": [
        {"direction": "tx", "bytes": 64, "frames_s": 1488095, "mbit_s": 762, "bound": "wire"},
        {"direction": "rx", "bytes": 1518, "frames_s": 81274, "mbit_s": 987, "bound": "wire"}]}},
    {"ledger": {
        "explained": [{"id": "made-up", "why": "for the test", "vector": "vectors/udp/made-00000.pkt",
                       "test": "test_fixture"}],
        "diverges": [{"id": "made-up", "why": "for the test", "file": "refstack/ipv4/udp.c",
                      "test": "test_fixture"}],
        "tape": [{"vector": "vectors/udp/made-00000.pkt", "label": "ip id", "value": "22767"}]}},
)


def totals_of(items):
    totals = {}
    for item in items:
        totals[item["verdict"]] = totals.get(item["verdict"], 0) + 1
    return totals


def make_run(path, vectors=20, changes=None, extra=EXTRA_LINES, end=True, cut=None, **header):
    """Writes a run; changes: id or place -> what spoils the item, or None: it is left out.

    end=False and cut=BYTES: half a run, as an interrupted one leaves it. Returns the path.
    """
    items = make_items(vectors)
    promised = len(items)
    for key, change in (changes or {}).items():
        item = items[key] if isinstance(key, int) else next(i for i in items if i["id"] == key)
        if change is None:
            item["left out"] = True
        else:
            change(item)
    items = [item for item in items if not item.get("left out")]
    lines = [make_header(promised, **header), *items, *extra]
    if end:
        lines.append({"end": True, "items": len(items), "interrupted": False, "totals": totals_of(items)})
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    path = pathlib.Path(path)
    path.write_bytes(data[:cut])
    return path


def main():
    parser = argparse.ArgumentParser(description="Writes a made-up run.")
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("number", nargs="?", type=int, default=20)
    parser.add_argument("--plant", action="store_true", help="three vectors differ")
    args = parser.parse_args()
    make_run(args.file, args.number, PLANTS if args.plant else None)


if __name__ == "__main__":
    main()
