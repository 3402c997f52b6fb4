# SPDX-License-Identifier: MIT
"""What tests of the sections stand on: a folder, reports that are made in it, packets and their times."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import build
import extras
import pages
import reportjson
import run
import test_fixture as fixture

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NASTY = "<script>alert('x')</script>\x1b[31m ]]> & \" \u202e"
SECTIONS = ("path", "nic", "campaign", "coverage", "trend", "ledger")
VECTOR = "vectors/udp/made-00000.pkt"

# where, step, function, cycles since the step before there
WAY = (
    ("cpu0 task", "1", "sys_sendto", 0), ("cpu0 task", "3", "udp_sendmsg", 500),
    ("cpu0 task", "11", "igb_tx_map", 250), ("cpu0 task", "12", "igb_tx_doorbell", 30),
    ("nic", "13", "fetch", 0), ("nic", "13", "send_frame", 1400), ("nic", "14", "message", 600),
    ("cpu1 hardirq", "15", "igb_msix_ring", 0), ("cpu1 softirq", "15", "net_rx_action", 180),
    ("cpu1 softirq", "16", "igb_poll", 100),
)
CYCLE_PS = 400


def way(slower=None, by=0, without=(), start=71_200, nasty=""):
    """Steps as a run has them: of a CPU when their cost is over, of the card when they begin."""
    steps, now, late = [], start, False
    for where, step, function, cycles in WAY:
        if function in without:
            continue
        more = by if late or (function == slower and where != "nic") else 0
        late = function == slower and where == "nic"
        now += (max(cycles, 10) + more) * CYCLE_PS
        steps.append({"step": step, "function": function + nasty, "ps": now, "where": where,
                      "cycles": cycles + more, "queue": 1, "bytes": 60})
    return steps


def path_line(steps, title="a datagram leaves", vector=VECTOR):
    return {"path": {"vector": vector, "title": title, "packets": [
        {"title": "sendto, 18 bytes", "text": "192.0.2.1 > 192.0.2.2 udp (18)", "steps": steps}]}}


def nic_line(frames_s=1_488_095, size=64):
    return {"nic": {"rows": [{"direction": "tx", "bytes": size, "frames_s": frames_s,
                              "mbit_s": frames_s * size * 8 // 10**6, "bound": "wire"}]}}


SUMMARY = {
    "campaign": "build/campaign", "commit": "0123", "sessions": 2, "seconds": 100.292,
    "targets": {"rx": {"execs": 2227, "worker_seconds": 12.5, "syscalls": 3, "frames": 4,
                       "edges_libfuzzer": 9956, "edges_afl": 10000, "inputs": 853, "findings": 1}},
    "linux": {"judged": 7, "equal": 7},
    "findings": [{"id": "c4b8e33c", "target": "rx", "detector": "invariant", "signature": "a < b",
                  "status": "new",
                  "first_seen": "2026-11-21T14:20:39Z", "seen": 1}],
    "interrupted": False,
}


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.said = ""

    def made(self, *extra, vectors=6, baseline=None, name="a.run", config=None, items=None, **header):
        """A report of a run with such lines, gathered; what is said on stderr is in said."""
        path = fixture.make_run(self.folder / name, items or vectors, extra=extra, **header)
        runs, config = [run.read(path)], {"data": str(self.folder), **(config or {})}
        report = build.make(runs, config)
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            extras.gather(report, runs, config, baseline)
        self.said = err.getvalue()
        return report

    def as_baseline(self, report):
        return json.loads(json.dumps(reportjson.make(report)))

    def section(self, report, name):
        env = pages._environment()
        return env.get_template(f"{name}.html").render(report=report, root="")
