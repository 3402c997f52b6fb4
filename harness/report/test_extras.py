# SPDX-License-Identifier: MIT
"""Packets and their times, throughput, campaigns, tables, the ledger, and the sections that show them."""

import contextlib
import copy
import html.parser
import io
import json
import pathlib
import re
import sqlite3
import tempfile
import unittest

import build
import catalogue
import exhibits
import extras
import history
import pages
import reportjson
import run
import svg
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


# --- packets ---------------------------------------------------------------------------------------


class Packets(WithFolder):
    def packet(self, *args, **kwargs):
        return self.made(path_line(way(*args, **kwargs))).paths[0].packets[0]

    def test_a_packet_begins_at_0(self):
        packet = self.packet()
        self.assertEqual((packet.steps[0].ps, len(packet.steps)), (0, len(WAY)))

    def test_a_step_takes_the_time_that_it_costs(self):
        took = {s.function: s.took_cycles for s in self.packet().steps}
        self.assertEqual(took, {
            "sys_sendto": None, "udp_sendmsg": 500, "igb_tx_map": 250, "igb_tx_doorbell": 30, "fetch": 1400,
            "send_frame": None, "message": None, "igb_msix_ring": None, "net_rx_action": 180,
            "igb_poll": 100})
        self.assertEqual([(s.begins_ps, s.ends_ps) for s in self.packet().steps[:3]],
                         [(0, 0), (0, 500 * CYCLE_PS), (500 * CYCLE_PS, 750 * CYCLE_PS)])
        for step in self.packet().steps:
            if step.took_ps is not None:
                self.assertEqual(step.took_ps, step.took_cycles * CYCLE_PS)

    def test_a_pause_is_nobody_s(self):
        """Neither the way back to a call, nor from an interrupt's end to the next one, nor over the wire."""
        for before, after in ((("cpu0 task", "12", "igb_tx_doorbell"), ("cpu0 task", "1", "sys_sendto")),
                              (("cpu0 softirq", "16", "igb_poll"), ("cpu0 hardirq", "15", "igb_msix_ring")),
                              (("cpu0 task", "5", "dev_queue_xmit"), ("cpu0 softirq", "r7", "ip_rcv")),
                              (("nic", "14", "message"), ("nic", "r1", "store")),
                              (("nic", "14", "message"), ("nic", "13", "fetch")),
                              (("nic", "14", "nic_tx_report"), ("nic", "14", "message"))):
            steps = [{"where": w, "step": s, "function": f, "ps": 1000 * n, "cycles": 7}
                     for n, (w, s, f) in enumerate((before, after))]
            packet = self.made(path_line(steps)).paths[0].packets[0]
            self.assertEqual([s.took_ps for s in packet.steps], [None, None], before)

    def test_a_slower_step_is_named(self):
        """Each function in turn takes 500 cycles more: it, and no other, is what changed. Of the first one's
        cost nothing is told."""
        before = self.as_baseline(self.made(path_line(way()), nic_line()))
        for _, _, function, _ in WAY[1:]:
            report = self.made(path_line(way(function, 500)), nic_line(), baseline=before)
            packet = report.paths[0].packets[0]
            with self.subTest(function=function):
                # What the card's interrupt takes longer is time before its handler.
                function = "igb_msix_ring" if function == "message" else function
                self.assertEqual([s.function for s in packet.changed], [function])
                self.assertEqual(packet.changed[0].delta_ps, 500 * CYCLE_PS)
                self.assertEqual(packet.changed[0].mark, "slower")
                self.assertEqual(packet.delta_ps, 500 * CYCLE_PS)
                page = self.section(report, "path")
                table = re.search(r"Steps that take another time.*?</table>", page, re.S)[0]
                self.assertEqual(re.findall(r"<code>(\w+)</code>", table), [function])
                self.assertIn("▲ +0.2", table)
                self.assertIn("--svg-slower", page)

    def test_a_faster_step(self):
        before = self.as_baseline(self.made(path_line(way("udp_sendmsg", 100))))
        packet = self.made(path_line(way()), baseline=before).paths[0].packets[0]
        self.assertEqual([(s.function, s.delta_cycles, s.mark) for s in packet.changed],
                         [("udp_sendmsg", -100, "faster")])

    def test_the_same_is_the_same(self):
        """Although it began at another time."""
        before = self.as_baseline(self.made(path_line(way())))
        report = self.made(path_line(way(start=9_999_999)), baseline=before)
        packet = report.paths[0].packets[0]
        self.assertEqual((packet.compared, packet.delta_ps, packet.changed), (True, 0, []))
        self.assertNotIn("--svg-slower,",
                         "".join(re.findall(r"<svg.*?</svg>", self.section(report, "path"), re.S)))

    def test_a_step_more_moves_no_other(self):
        before = self.as_baseline(self.made(path_line(way(without=("igb_tx_map",)))))
        packet = self.made(path_line(way()), baseline=before).paths[0].packets[0]
        self.assertEqual((packet.added, packet.gone), (["igb_tx_map"], []))
        after = self.as_baseline(self.made(path_line(way())))
        packet = self.made(path_line(way(without=("igb_tx_map",))), baseline=after).paths[0].packets[0]
        self.assertEqual((packet.added, packet.gone), ([], ["igb_tx_map"]))

    def test_another_vector_is_not_compared(self):
        before = self.as_baseline(self.made(path_line(way("udp_sendmsg", 9), vector="vectors/udp/other.pkt")))
        packet = self.made(path_line(way()), baseline=before).paths[0].packets[0]
        self.assertEqual((packet.compared, packet.changed), (False, []))

    def test_from_a_file_of_before(self):
        path = self.folder / "report.json"
        reportjson.write(self.made(path_line(way())), path)
        packet = self.made(path_line(way("udp_sendmsg", 9)),
                           config={"baseline": str(path)}).paths[0].packets[0]
        self.assertEqual([s.function for s in packet.changed], ["udp_sendmsg"])

    def test_baselines_that_are_none(self):
        step = {"step": "1", "function": "f", "where": "cpu0 task", "ps": 1, "cycles": 1}
        for wrong in ([], {"paths": 3}, {"paths": [3]}, {"nic": [[1, 2]]},
                      {"paths": [{"column": "refstack"}]},
                      {"paths": [{"column": "c", "vector": "v", "title": "t", "packets": [{"title": "t"}]}]},
                      {"paths": [{"column": "c", "vector": "v", "title": "t", "packets": [
                          {"title": "t", "steps": [{**step, "ps": 1.5}]}]}]},
                      {"nic": [{"column": "c", "direction": "tx", "bytes": True, "frames_s": 1, "mbit_s": 1,
                                "bound": ""}]}):
            with self.subTest(wrong=wrong):
                packet = self.made(path_line(way()), baseline={"extras": wrong}).paths[0].packets[0]
                self.assertFalse(packet.compared)
                self.assertIn("no times are compared", self.said)
                self.assertEqual(self.said.count("\n"), 1)

    def test_what_is_stored_is_read(self):
        report = self.made(path_line(way()), nic_line())
        paths, nic = extras.from_json(json.loads(json.dumps(extras.to_json(report))))
        self.assertEqual(nic, report.nic)
        self.assertEqual([s for p in paths for k in p.packets for s in k.steps],
                         [s for p in report.paths for k in p.packets for s in k.steps])

    def axis(self, *times):
        """Of steps that take 100 each, which begin then."""
        steps = [{"step": "1", "function": f"f{n}", "ps": t, "where": f"cpu{n} task", "cycles": 0}
                 for n, t in enumerate(times)]
        packet = self.made(path_line(steps)).paths[0].packets[0]
        for step in packet.steps:
            step.ps, step.took_ps = step.ps + 100, 100
        return exhibits.axis(packet)

    def test_a_long_pause_is_cut_and_said(self):
        line = self.axis(0, 1_000_000, 1_000_020)
        self.assertEqual([pause for _, pause in line.cuts], [999_900])
        short = 220 // exhibits.PAUSE_DRAWN
        self.assertEqual([line.at(ps) for ps in (0, 50, 100, 1_000_000, 1_000_120)],
                         [0, 50, 100, 100 + short, 220 + short])
        self.assertEqual(line.end, 220 + short)
        self.assertEqual([said for _, said in exhibits._ticks(line)], ["0.0 µs", "1.0 µs", "1.00012 µs"])

    def test_a_short_pause_stays(self):
        line = self.axis(0, 110, 260)
        self.assertEqual((line.cuts, line.end), ([], 360))
        self.assertEqual([line.at(ps) for ps in (0, 110, 300)], [0, 110, 300])

    def test_no_steps_and_odd_ones(self):
        odd = [{"step": "", "function": "", "ps": 0},
               {"step": "r" + "9" * 40, "function": NASTY, "ps": 2**62},
               {"step": "-1", "function": "x", "ps": -5, "where": "nic", "cycles": -3, "queue": None}]
        report = self.made(path_line([]), path_line(odd))
        self.assertNotRegex(self.section(report, "path"), r"NaN|Infinity|>None<")


class Throughput(WithFolder):
    def test_delta(self):
        before = self.as_baseline(self.made(nic_line()))
        row, = self.made(nic_line(1_400_000), baseline=before).nic
        self.assertEqual(row.delta_frames_s, -88_095)
        row, = self.made(nic_line(1_400_000, 65), baseline=before).nic
        self.assertIsNone(row.delta_frames_s)

    def test_line_rate(self):
        self.assertEqual(exhibits._line_rate([64, 1518]), [(64, 761), (1518, 986)])

    def test_columns_apart(self):
        path = fixture.make_run(self.folder / "a.run", 3, extra=[nic_line()])
        again = fixture.make_run(self.folder / "b.run", 3, extra=[nic_line(5)], dut="other")
        runs = [run.read(path), run.read(again)]
        report = build.make(runs, {})
        extras.gather(report, runs, {})
        self.assertEqual([(r.column, r.frames_s) for r in report.nic],
                         [("refstack", 1_488_095), ("other", 5)])
        self.assertEqual([name for name, _, _ in exhibits.nic_columns(report)], ["refstack", "other"])


# --- the campaign ----------------------------------------------------------------------------------

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


class Campaigns(WithFolder):
    def setUp(self):
        super().setUp()
        self.campaign = self.folder / "campaign"
        self.campaign.mkdir()

    def put(self, name, text):
        (self.campaign / name).write_text(text if isinstance(text, str) else json.dumps(text))

    def store(self, *rows, application=history.APPLICATION):
        db = sqlite3.connect(self.campaign / "findings.db")
        db.execute(f"PRAGMA application_id = {application}")
        db.execute(f"PRAGMA user_version = {history.SCHEMA}")
        db.execute("CREATE TABLE finding (nr INTEGER PRIMARY KEY, id, target, detector, signature, status, "
                   "first_seen, seen)")
        db.executemany("INSERT INTO finding (id, target, detector, signature, status, first_seen, seen) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        db.commit()
        db.close()

    def read(self):
        return extras.campaign_of(self.campaign)

    def test_none_was_run(self):
        self.assertIsNone(self.read())
        self.assertIsNone(extras.campaign_of(self.folder / "nowhere"))
        report = self.made(config={"campaign": str(self.campaign)})
        self.assertIn("No campaign was run here", self.section(report, "campaign"))

    def test_a_store_of_runs_alone_is_no_campaign(self):
        report = self.made()
        history.record(report, {"campaign": str(self.campaign)})
        self.assertEqual(len(report.history), 1)
        self.assertIsNone(self.read())

    def test_whole(self):
        self.put("summary.json", SUMMARY)
        self.put("series", "0 0 5 1 0\n5000 100 20 2 0\n9000 200 30 3 1\n")
        self.store(("c4b8e33c", "rx", "invariant", "a < b", "minimised", "2026", 3))
        campaign = self.read()
        self.assertEqual((campaign.sessions, campaign.seconds, campaign.execs), (2, 100, 2227))
        self.assertEqual((campaign.targets[0].execs_s, campaign.targets[0].edges), (178, 10000))
        self.assertEqual([(f.status, f.seen) for f in campaign.findings], [("minimised", 3)])
        self.assertEqual(campaign.series, [(0, 0, 5, 1, 0), (5000, 100, 20, 2, 0), (9000, 200, 30, 3, 1)])
        self.assertEqual(campaign.trouble, [])
        page = self.section(self.made(config={"campaign": str(self.campaign)}), "campaign")
        for said in ("c4b8e33c", "a &lt; b", "minimised", "2,227", "From 5 to 30 edges in 9 seconds"):
            self.assertIn(said, page)

    def test_findings_of_the_summary_where_no_store_is(self):
        self.put("summary.json", SUMMARY)
        self.assertEqual([f.status for f in self.read().findings], ["new"])

    def test_series_that_were_cut(self):
        self.put("series", "0 0 5 1 0\n100 1 6\nnan 1 2 3 4\n50 1 9 1 0\n7 1 9 1 0\n99 1 -9 1 0\n60 2 10")
        self.assertEqual(self.read().series, [(0, 0, 5, 1, 0), (50, 1, 9, 1, 0)])

    def test_a_long_series_keeps_its_ends(self):
        self.put("series", "".join(f"{n} 0 {n} 1 0\n" for n in range(100_000)))
        series = self.read().series
        self.assertLessEqual(len(series), extras.MOST_POINTS + 2)
        self.assertEqual((series[0][0], series[-1][0]), (0, 99_999))
        self.assertLessEqual(len(exhibits.growth_rows(self.read())), exhibits.CURVE_ROWS + 2)

    def test_broken_files_are_said_and_left_out(self):
        for name, text in (("summary.json", "{"), ("summary.json", "[]"), ("summary.json", "[" * 200_000),
                           ("findings.db", "no store\n" * 200)):
            self.put("series", "0 0 5 1 0\n10 0 9 1 0\n")
            self.put(name, text)
            with self.subTest(name=name, text=text[:5]):
                report = self.made(config={"campaign": str(self.campaign)})
                self.assertEqual(len(report.campaign.trouble), 1)
                self.assertIn(str(self.campaign / name), self.said)
                self.assertIn(name, self.section(report, "campaign"))
                self.assertEqual(len(report.campaign.series), 2)
            (self.campaign / name).unlink()

    def test_a_foreign_store(self):
        self.store(application=7)
        self.assertIn("no store of findings", self.read().trouble[0])

    def test_numbers_that_are_none(self):
        wrong = copy.deepcopy(SUMMARY)
        wrong["seconds"], wrong["sessions"] = float("inf"), "two"
        wrong["targets"] = {NASTY: {"execs": -5, "worker_seconds": float("nan"), "inputs": 10**400,
                                    "frames": True},
                            "x": 3}
        wrong["linux"], wrong["findings"] = [1], [{"id": 5, "seen": None}, 7]
        self.put("summary.json", wrong)
        self.store((NASTY, None, b"\xff", 1.5, NASTY, NASTY, "many"))
        page = self.section(self.made(config={"campaign": str(self.campaign)}), "campaign")
        self.assertNotRegex(page, r"(?i)\bnan\b|\binf|None<")

    def test_the_store_is_only_read(self):
        self.store(("c4b8e33c", "rx", "invariant", "s", "new", "2026", 3))
        before = (self.campaign / "findings.db").read_bytes()
        self.read()
        self.assertEqual((self.campaign / "findings.db").read_bytes(), before)
        self.assertEqual([p.name for p in self.campaign.iterdir()], ["findings.db"])


# --- tables ----------------------------------------------------------------------------------------


class Tables(WithFolder):
    HEAD = "row\tlayer\tfound\tdetector\tgolden\tseconds\twhat\n"

    def zoo(self, *rows):
        (self.folder / "bugzoo.tsv").write_text(self.HEAD + "".join("\t".join(r) + "\n" for r in rows))
        return self.made()

    def test_by_layer_and_detector(self):
        report = self.zoo(("A", "ip", "found", "linux", "yes", "3.1", "x"),
                          ("B", "ip", "found", "crash", "no", "1", "x"),
                          ("C", "udp", "not found", "", "yes", "60", "x"),
                          ("D", "udp", "not run", "", "", "", "x"),
                          ("E", "udp", "absent", "", "", "", "x"))
        detectors, rows = exhibits.zoo_table(report)
        self.assertEqual(detectors, ["crash", "linux"])
        self.assertEqual([(r["layer"], r["rows"], r["ran"], r["by"], r["nobody"], r["golden"]) for r in rows],
                         [("ip", 2, 2, [1, 1], 0, 1), ("udp", 3, 1, [0, 0], 1, 1),
                          ("all", 5, 3, [1, 1], 1, 2)])
        self.assertIn("3 were run: 2 found by a campaign", self.section(report, "campaign"))

    def test_the_zoo_that_was_run_here_comes_first(self):
        self.zoo(("A", "ip", "not run", "", "", "", "x"))
        (self.folder / "zoo").mkdir()
        (self.folder / "zoo" / "bugzoo.tsv").write_text(self.HEAD + "A\tip\tfound\tlinux\tyes\t3\tx\n")
        report = self.made(config={"campaign": str(self.folder / "campaign")})
        self.assertEqual([r.state for r in report.zoo], ["found"])

    def test_wrong_tables_are_said_with_their_line(self):
        for name, text, where in (("bugzoo.tsv", self.HEAD + "A\tip\n", ":2: 2 columns, not 7"),
                                  ("bugzoo.tsv", self.HEAD + "A\tip\tlost\t\t\t\t\n", ":2: 'lost'"),
                                  ("bugzoo.tsv", "row\tlayer\n", ":1: has no column"),
                                  ("linux-coverage.tsv", "# x\nfile\tall\n", ":2: has no column"),
                                  ("linux-coverage.tsv", "", ":1: has no column"),
                                  ("linux-coverage.tsv", self.coverage("nan"), ":3: 'nan' is no share"),
                                  ("linux-coverage.tsv", self.coverage(lines="-3"), ":3: counts are")):
            path = self.folder / name
            path.write_text(text)
            with self.subTest(text=text[-20:]):
                report = self.made()
                self.assertIn(f"{path}{where}", self.said)
                self.assertEqual(report.zoo if name == "bugzoo.tsv" else report.coverage, [])
            path.unlink()

    def coverage(self, share="36.8", lines="690"):
        return ("# Linux 6.12\nfile\tpath\tvectors\tall\tin_reach\tlines_run\tlines\tbranches\t"
                "functions_run\tfunctions\n"
                f"net/ipv4/udp.c\tyes\t{share}\t45.8\t–\t316\t{lines}\t36.7\t25\t47\n")

    def test_coverage(self):
        (self.folder / "linux-coverage.tsv").write_text(self.coverage())
        report = self.made()
        row, = report.coverage
        self.assertEqual((row.file, row.origins, row.all, row.in_reach, row.lines, row.of_path, row.folder),
                         ("net/ipv4/udp.c", {"vectors": 368}, 458, None, 690, True, "net/ipv4"))
        page = self.section(report, "coverage")
        for said in ("Linux 6.12.", "45.8\u00a0%", "316 of 690", 'width="45.8%"', 'width="36.8%"'):
            self.assertIn(said, page)

    def test_the_committed_tables(self):
        """They can be read, and say the same as the documents beside them."""
        coverage = extras.coverage_of(ROOT / "docs" / "linux-coverage.tsv")
        text = (ROOT / "docs" / "linux-coverage.md").read_text(encoding="utf-8")
        self.assertGreater(len(coverage), 100)
        self.assertEqual(len({r.file for r in coverage}), len(coverage))
        for row in coverage:
            told = f"**{row.all // 10}.{row.all % 10} %**"
            lines = text[text.index("## To do"):].split(f"## {row.folder}\n")[1].splitlines()
            line = next(line for line in lines if line.startswith(f"| `{row.file.rsplit('/', 1)[1]}` |"))
            self.assertIn(told, line)
            self.assertIn(f"{row.lines_run} of {row.lines}", line)
        rows = (ROOT / "harness" / "bugzoo" / "rows.tsv").read_text(encoding="utf-8").splitlines()[1:]
        zoo = extras.zoo_of(ROOT / "docs" / "bugzoo.tsv")
        self.assertEqual([r.id for r in zoo], [line.split("\t")[0] for line in rows])


# --- the ledger ------------------------------------------------------------------------------------


class Ledger(WithFolder):
    def deviating(self):
        return next(c for c in catalogue.load().values() if c.linux == "deviates" and c.layer == "ip")

    def rows(self, report, kind):
        return [r for r in report.ledger if r.kind == kind]

    def test_every_deviation_of_the_catalogue(self):
        report = self.made()
        wanted = [c.id for c in catalogue.load().values() if c.linux in ("deviates", "varies")]
        self.assertEqual([r.id for r in self.rows(report, "deviates")], wanted)
        page = self.section(report, "ledger")
        for ident in wanted:
            self.assertIn(ident, page)

    def test_captured_or_not(self):
        clause = self.deviating()
        row = next(r for r in self.rows(self.made(), "deviates") if r.id == clause.id)
        self.assertEqual((row.vectors, row.evidence), ([], "from the source, not captured"))
        items = [fixture.make_item("vectors/ip/x.pkt", 0, (clause.id,))]
        report = self.made(items=items)
        row = next(r for r in self.rows(report, "deviates") if r.id == clause.id)
        self.assertEqual(row.vectors, ["vectors/ip/x.pkt"])
        self.assertIn("captured: ", row.evidence)
        pages.assign_pages(report)
        self.assertIn('<a href="vectors/ip/x.html">vectors/ip/x.pkt</a>', self.section(report, "ledger"))

    def test_a_million_vectors_are_not_all_named(self):
        clause = self.deviating()
        items = [fixture.make_item(f"vectors/ip/x{n}.pkt", n, (clause.id,)) for n in range(40)]
        page = self.section(self.made(items=items), "ledger")
        self.assertEqual(page.count("vectors/ip/x"), exhibits.VECTORS_MOST)
        self.assertIn("and 34 more", page)

    def test_diverges(self):
        ledger = {"ledger": {"diverges": [
            {"id": "neigh-hash", "why": "a fixed table", "file": "refstack/core/a.c", "test": "test_a"},
            {"id": "neigh-hash", "why": "a fixed table", "file": "refstack/core/b.c", "test": "test_a"},
            {"id": "untested", "why": "w", "file": "refstack/core/c.c"}]}}
        items = [fixture.make_item("vectors/host/x.pkt", **{"class": "diverges host-wheels"})]
        rows = {r.id: r for r in self.rows(self.made(ledger, items=items), "diverges")}
        self.assertEqual(set(rows), {"neigh-hash", "untested", "host-wheels"})
        self.assertEqual(rows["neigh-hash"].files, ["refstack/core/a.c", "refstack/core/b.c"])
        self.assertIn("test_a", rows["neigh-hash"].evidence)
        self.assertIn("not captured", rows["untested"].evidence)
        self.assertEqual(rows["host-wheels"].vectors, ["vectors/host/x.pkt"])

    def test_explained_kernels_tape(self):
        ledger = {"ledger": {
            "explained": [{"id": "neigh_gc", "why": "w", "vector": "vectors/nud/x.pkt"},
                          {"id": "host_time", "why": "w", "vector": "harness/unit/diverges/y.pkt",
                           "test": "t"}],
            "tape": [{"vector": "vectors/nud/x.pkt", "label": "ip id",
                      "value": str(n % 7)} for n in range(9)]}}
        items = [fixture.make_item("vectors/nud/x.pkt", live="most kernels have IPv6", until="6.17"),
                 fixture.make_item("vectors/nud/z.pkt", live="most kernels have IPv6", until="6.17")]
        report = self.made(ledger, items=items)
        gc, time = self.rows(report, "explained")
        self.assertEqual((gc.vectors, gc.files), (["vectors/nud/x.pkt"], []))
        self.assertEqual((time.vectors, time.files), ([], ["harness/unit/diverges/y.pkt"]))
        self.assertEqual(self.rows(report, "diverges"), [])
        self.assertIn("None.", self.section(report, "ledger"))
        kernels, = self.rows(report, "kernels")
        self.assertEqual((kernels.what, kernels.kernels, len(kernels.vectors)),
                         ("most kernels have IPv6", "until 6.17", 2))
        tape, = self.rows(report, "tape")
        self.assertEqual(tape.what, "told 9 times: 0, 1, 2, 3 and 3 more")
        self.assertEqual(tape.vectors, ["vectors/nud/x.pkt"])

    def test_two_runs_that_say_the_same_say_it_once(self):
        paths = [fixture.make_run(self.folder / f"{n}.run", 3, dut=n) for n in ("a", "b")]
        runs = [run.read(p) for p in paths]
        report = build.make(runs, {})
        extras.gather(report, runs, {})
        row, = self.rows(report, "explained")
        self.assertEqual(row.column, "a, b")
        self.assertIn("told 1 time:", self.rows(report, "tape")[0].what)


# --- the sections ----------------------------------------------------------------------------------


class Tags(html.parser.HTMLParser):
    """Every element is closed by its own end, ids are there once, tables have heads."""
    VOID = {"br", "col", "hr", "img", "input", "meta", "link", "wbr"}
    SHAPES = {"rect", "line", "circle", "polyline", "path"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.seen = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.seen.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if "href" in attrs else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


class Sections(WithFolder):
    def parsed(self, page):
        tags = Tags()
        tags.feed(page)
        tags.close()
        self.assertEqual(tags.open, [])
        self.assertEqual(len(tags.ids), len(set(tags.ids)))
        return tags

    def full(self, nasty=""):
        for name in ("linux-coverage.tsv", "bugzoo.tsv"):
            (self.folder / name).write_text((ROOT / "docs" / name).read_text(encoding="utf-8"),
                                            encoding="utf-8")
        campaign = self.folder / "campaign"
        campaign.mkdir(exist_ok=True)
        (campaign / "series").write_text("0 0 5 1 0\n5000 100 20 2 0\n")
        summary = copy.deepcopy(SUMMARY)
        summary["commit"] = summary["findings"][0]["signature"] = nasty or "x"
        (campaign / "summary.json").write_text(json.dumps(summary))
        ledger = {"ledger": {"explained": [{"id": nasty or "e", "why": nasty or "w"}],
                             "diverges": [{"id": nasty or "d", "why": nasty or "w", "file": nasty or "f"}],
                             "tape": [{"label": nasty or "l", "value": nasty or "v",
                                       "vector": nasty or VECTOR}]}}
        header = {"title": "stack " + re.sub(r"[\x00-\x1f]", "", nasty)} if nasty else {}
        first = self.as_baseline(self.made(path_line(way()), nic_line()))
        report = self.made(path_line(way("udp_sendmsg", 50, nasty=nasty), nasty or "t"), nic_line(1000),
                           ledger,
                           baseline=first, config={"campaign": str(campaign)}, **header)
        report.baseline = {"name": "b"}
        store = {"store": str(self.folder / "s.db")}
        history.record(report, store)
        report.columns[0].identity["commit"] = nasty or "later"
        history.record(report, store)
        return report

    def test_whole(self):
        report = self.full()
        for name in SECTIONS:
            with self.subTest(name=name):
                page = self.section(report, name)
                tags = self.parsed(page)
                self.assertIn(name, tags.ids)
                self.assertIn("h2", tags.seen)
                self.assertNotIn("{{", page)
                self.assertNotRegex(page, r">None<|undefined|NaN")
                for table in re.findall(r"<table.*?</table>", page, re.S):
                    self.assertIn("<caption", table)
                    self.assertIn('scope="col"', table)
                if name != "ledger":  # which draws nothing
                    self.assertIn("svg", tags.seen)
                    self.assertIn("table", tags.seen)

    def test_ids_are_there_once_in_all_of_them(self):
        report = self.full()
        self.parsed("".join(self.section(report, name) for name in SECTIONS))

    def test_hostile_texts(self):
        report = self.full(NASTY)
        for name in SECTIONS:
            page = self.section(report, name)
            self.assertNotIn("<script", page, name)
            self.assertNotIn("script", self.parsed(page).seen)

    def test_empty(self):
        """What is not there is said in words."""
        report = self.made(config={"data": str(self.folder)})
        report.coverage, report.zoo, report.ledger = [], [], []
        for name, words in (("path", "No packet's way"), ("nic", "No throughput"),
                            ("campaign", "make campaign"),
                            ("coverage", "make coverage"), ("trend", "No past runs"), ("ledger", "Nothing")):
            page = self.section(report, name)
            self.parsed(page)
            self.assertIn(words, page)
            self.assertNotIn("<svg", page)

    def test_same_again(self):
        one, other = self.full(), self.full()
        for name in SECTIONS[:-2]:
            self.assertEqual(self.section(one, name), self.section(other, name))

    def test_links_lead_to_pages_of_the_report(self):
        report = self.full()
        pages.assign_pages(report)
        known = {v.page for v in report.vectors} | {pages.clause_page(c) for c in report.clauses.values()}
        for name in SECTIONS:
            for link in self.parsed(self.section(report, name)).links:
                self.assertIn(link, known)


class Elsewhere(WithFolder):
    def test_a_slower_step_is_named_where_the_section_is_not(self):
        before = self.as_baseline(self.made(path_line(way())))
        self.assertEqual(exhibits.words(self.made(path_line(way()), baseline=before), "path"),
                         "1 packet of 1 vector. Every step takes as long as in the baseline.")
        report = self.made(path_line(way("udp_sendmsg", 500)), baseline=before)
        self.assertEqual(exhibits.words(report, "path"),
                         "1 packet of 1 vector. Other times than in the baseline: "
                         "udp_sendmsg +0.2 µs (1 step).")
        for name in SECTIONS:
            self.assertNotIn("None", exhibits.words(report, name))


class Words(unittest.TestCase):
    def test_microseconds_are_exact(self):
        for ps, said in ((0, "0.0"), (1, "0.000001"), (200_000, "0.2"), (1_000_000, "1.0"),
                         (-1_500_000, "-1.5"),
                         (12_345_678_901_234, "12,345,678.901234")):
            self.assertEqual(exhibits.us(ps), said)

    def test_signs(self):
        self.assertEqual([exhibits.signed(n) for n in (5, -5, 0)], ["+5", "−5", "±0"])
        self.assertEqual(exhibits.share(5), "0.5\u00a0%")

    def test_groups_have_colours(self):
        for group in (*extras.GROUPS, *extras.STEP_GROUPS.values(), *exhibits.STACK_ORDER):
            self.assertIn(group, svg.COLOURS)


if __name__ == "__main__":
    unittest.main()
