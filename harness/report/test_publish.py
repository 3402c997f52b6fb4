# SPDX-License-Identifier: MIT
"""A report takes its place whole or not at all, and over nothing that is no report."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import publish

HERE = pathlib.Path(__file__).resolve().parent


def fill_with(text):
    def fill(folder):
        (folder / "report.html").write_text(text)
        (folder / "vectors").mkdir()
        (folder / "vectors" / "a.html").write_text(text)
    return fill


class Publish(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.output = self.folder / "report"

    def said(self):
        return (self.output / "report.html").read_text()

    def alone(self):
        """Nothing is left beside the output."""
        self.assertEqual(os.listdir(self.folder), ["report"])

    def refused(self, *words):
        before = sorted((p, p.read_bytes()) for p in self.output.rglob("*") if p.is_file())
        with self.assertRaises(publish.PublishError) as caught:
            publish.publish(self.output, fill_with("new"))
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(before, sorted((p, p.read_bytes()) for p in self.output.rglob("*") if p.is_file()))
        self.alone()

    def test_where_nothing_is(self):
        publish.publish(self.output, fill_with("one"))
        self.assertEqual(self.said(), "one")
        self.alone()

    def test_folders_on_the_way_are_made(self):
        self.output = self.folder / "a" / "b"
        publish.publish(self.output, fill_with("one"))
        self.assertEqual(self.said(), "one")

    def test_others_may_read_it(self):
        old = os.umask(0o022)
        self.addCleanup(os.umask, old)
        publish.publish(self.output, fill_with("one"))
        self.assertEqual(self.output.stat().st_mode & 0o777, 0o755)

    def test_into_an_empty_folder(self):
        self.output.mkdir()
        publish.publish(self.output, fill_with("one"))
        self.assertEqual(self.said(), "one")
        self.alone()

    def test_over_a_report(self):
        publish.publish(self.output, fill_with("one"))

        def fill(folder):
            self.assertEqual(self.said(), "one")  # it is there until the other is whole
            (folder / "report.html").write_text("two")
        publish.publish(self.output, fill)
        self.assertEqual(self.said(), "two")
        self.assertFalse((self.output / "vectors").exists())
        self.alone()

    def test_without_the_call_that_exchanges(self):
        publish.publish(self.output, fill_with("one"))
        with mock.patch.object(publish, "_exchange", return_value=False):
            publish.publish(self.output, fill_with("two"))
        self.assertEqual(self.said(), "two")
        self.alone()

    def test_places_are_changed_in_one_step(self):
        for name in ("a", "b"):
            (self.folder / name).mkdir()
            (self.folder / name / name).touch()
        if not publish._exchange(self.folder / "a", self.folder / "b"):
            self.skipTest("this file system cannot")
        self.assertEqual((os.listdir(self.folder / "a"), os.listdir(self.folder / "b")), (["b"], ["a"]))

    def test_through_a_link(self):
        (self.folder / "there").mkdir()
        self.output.symlink_to("there")
        publish.publish(self.output, fill_with("one"))
        self.assertTrue(self.output.is_symlink())
        self.assertEqual(self.said(), "one")

    def test_over_something_else(self):
        self.output.mkdir()
        (self.output / "thesis.txt").write_text("years of work")
        self.refused("is no report")

    def test_over_a_report_json_of_another_program(self):
        self.output.mkdir()
        (self.output / "report.json").write_text("{}")
        self.refused("is no report")

    def test_over_a_report_with_something_else_in_it(self):
        publish.publish(self.output, fill_with("one"))
        (self.output / "notes.txt").write_text("mine")
        self.refused("'notes.txt'", "no part of a report")

    def test_over_a_file(self):
        self.output.write_text("x")
        with self.assertRaisesRegex(publish.PublishError, "is no folder"):
            publish.publish(self.output, fill_with("one"))
        self.assertEqual(self.output.read_text(), "x")

    def test_something_comes_while_it_is_made(self):
        def fill(folder):
            fill_with("one")(folder)
            self.output.mkdir()
            (self.output / "thesis.txt").write_text("years of work")
        with self.assertRaisesRegex(publish.PublishError, "is no report"):
            publish.publish(self.output, fill)
        self.assertEqual(os.listdir(self.output), ["thesis.txt"])
        self.alone()

    def test_a_failure_on_the_way_leaves_the_old_one(self):
        publish.publish(self.output, fill_with("one"))

        def fill(folder):
            (folder / "report.html").write_text("half")
            raise OSError("the disk is full")
        with self.assertRaises(OSError):
            publish.publish(self.output, fill)
        self.assertEqual(self.said(), "one")
        self.alone()

    def start(self):
        """A program that is in the middle of publishing, and waits there."""
        code = ("import publish, sys\n"
                "publish.end_cleanly()\n"
                "def fill(folder):\n"
                "    (folder / 'report.html').write_text('half')\n"
                "    print('here', flush=True)\n"
                "    sys.stdin.read()\n"
                f"publish.publish({str(self.output)!r}, fill)\n")
        child = subprocess.Popen([sys.executable, "-B", "-c", code], cwd=HERE, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(child.stdin.close)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        self.assertEqual(child.stdout.readline(), "here\n")
        return child

    def test_killed_in_the_middle(self):
        publish.publish(self.output, fill_with("one"))
        child = self.start()
        child.kill()
        child.wait()
        self.assertEqual(self.said(), "one")
        self.assertEqual(len(os.listdir(self.folder)), 2)  # what it could not take away
        publish.publish(self.output, fill_with("two"))
        self.assertEqual(self.said(), "two")
        self.alone()

    def test_ended_in_the_middle(self):
        publish.publish(self.output, fill_with("one"))
        child = self.start()
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(), 143)
        self.assertEqual(self.said(), "one")
        self.alone()

    def test_ended_many_times(self):
        """As by a terminal and by whoever waits for us, all before the first has been seen."""
        publish.publish(self.output, fill_with("one"))
        for first in publish.ENDINGS:
            child = self.start()
            child.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, child.pid, os.WSTOPPED)
            for ending in (first, *publish.ENDINGS):
                child.send_signal(ending)
            child.send_signal(signal.SIGCONT)
            self.assertIn(child.wait(), {128 + ending for ending in publish.ENDINGS})
            self.assertEqual(child.stderr.read(), "")
            self.assertEqual(self.said(), "one")
            self.alone()

    def test_two_at_a_time(self):
        child = self.start()
        publish.publish(self.output, fill_with("two"))
        self.assertEqual(self.said(), "two")
        self.assertEqual(len(os.listdir(self.folder)), 2)  # what another is filling stays
        child.stdin.close()
        self.assertEqual(child.wait(), 0)
        self.assertEqual(self.said(), "half")
        self.alone()


if __name__ == "__main__":
    unittest.main()
