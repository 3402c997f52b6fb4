# SPDX-License-Identifier: MIT
"""Packets and their times, against a baseline, and how they are drawn."""

import json
import re
import unittest

import exhibits
import extras
import reportjson
from test_folder import CYCLE_PS, NASTY, WAY, WithFolder, nic_line, path_line, way


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


if __name__ == "__main__":
    unittest.main()
