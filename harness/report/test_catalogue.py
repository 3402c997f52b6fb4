# SPDX-License-Identifier: MIT
"""The catalogue: what the check of it finds wrong with the column `about`, and that nothing is."""

import pathlib
import tempfile
import unittest
from unittest import mock

import catalogue
from catalogue import Clause


def wrong(about, known=("ttl", "ip options", "source", "quoted ttl")):
    clause = Clause("R1-1-1", "ip", "1", "1", "MUST", "…", "packet", about=about)
    return list(catalogue._wrong_about(clause, known))


class About(unittest.TestCase):
    def test_all_of_it_can_be_told(self):
        known = catalogue.fields()
        if known is None:
            self.skipTest("the source of the fields' names is not here")
        for clause in catalogue.load().values():
            self.assertEqual(list(catalogue._wrong_about(clause, known)), [], clause.id)

    def test_fields_are_those_of_the_source(self):
        known = catalogue.fields()
        if known is None:
            self.skipTest("the source of the fields' names is not here")
        for name in ("ttl", "arp sender mac", "icmp mtu", "tcp options", "ip options", "payload", "fragment",
                     "quoted ttl", "quoted ip options", "udp header, cut", "padding", "destination mac"):
            self.assertIn(name, known)
        self.assertNotIn("ip sum", known)

    def test_without_the_source_nothing_is_said_of_fields(self):
        with mock.patch.object(catalogue, "FIELDS", pathlib.Path("not there")):
            self.assertIsNone(catalogue.fields())
        self.assertEqual(wrong("whatever", None), [])

    def test_what_is_right(self):
        for about in ("", "ttl", "ttl 64", "quoted ttl", "no ip options", "ttl, extra icmp, call recv",
                      *catalogue.ABOUT, "missing arp reply 192.0.2.1", "state mib udp.noports"):
            self.assertEqual(wrong(about), [], about)

    def test_what_is_wrong(self):
        for about, says in (("tll", "no field"), ("ttl 6 4", "no field"), ("no ttl 64", "no field"),
                            ("frames icmp", "no field"), ("no such", "no field"), ("TTL", "small letters"),
                            ("ttl,", "empty entry"), ("ttl,,source", "empty entry"), (" ", "empty entry")):
            found = wrong(about)
            self.assertEqual(len(found), 1, about)
            self.assertIn(says, found[0])

    def test_one_wrong_entry_among_right_ones(self):
        self.assertEqual(len(wrong("ttl, tll, extra icmp, sauce")), 2)

    def test_the_check_names_the_clause(self):
        clauses = catalogue.load()
        clauses["R1122-3.2.1.7-3"].about = "time to live"  # begins with a kind, says nothing of a field
        clauses["R1122-3.2.1.7-4"].about = "hops"
        if catalogue.fields() is None:
            self.skipTest("the source of the fields' names is not here")
        lines = [line for line in catalogue.check(clauses, list(clauses)) if "about" in line]
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith("R1122-3.2.1.7-4: about: 'hops' is no field"), lines[0])

    def test_entries(self):
        clause = Clause("R1-1-1", "ip", "1", "1", "MUST", "…", "packet", about=" TTL 64,, extra  icmp ,")
        self.assertEqual(catalogue.entries_about(clause), ["ttl 64", "extra icmp"])


class Table(unittest.TestCase):
    def test_columns(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "ip.tsv")
            for text, says in (("id\trfc\n", ":1: the columns are"),
                               ("\t".join(catalogue.COLUMNS) + "\nR1-1-1\t1\n", ":2: 2 columns, not 13")):
                path.write_text(text, encoding="utf-8")
                with self.assertRaisesRegex(catalogue.CatalogueError, says):
                    list(catalogue._rows(path, catalogue.COLUMNS))


class Api(unittest.TestCase):
    def about(self, call, condition):
        return catalogue._about_api({"call": call, "condition": condition})

    def test_the_call_and_those_like_it(self):
        self.assertEqual(self.about("bind", "IP_FREEBIND"), "call bind")
        self.assertEqual(self.about("recv", "x"), "call recv, call recvfrom, call recvmsg")
        self.assertEqual(self.about("setsockopt", "no option at all"), "call setsockopt, call getsockopt")

    def test_the_option(self):
        self.assertEqual(self.about("getsockopt", "IP_MTU on it"), "call getsockopt ip_mtu")
        self.assertEqual(self.about("setsockopt", "SO_MARK without CAP_NET_RAW"),
                         "call setsockopt so_mark, call getsockopt so_mark")


if __name__ == "__main__":
    unittest.main()
