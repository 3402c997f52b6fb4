# SPDX-License-Identifier: MIT
"""Fragments: orders, overlaps, gaps, ends that lie, ECN, limits, and time that runs out."""
import itertools

from frames import (BROADCAST, CLOSED, FAR, ME, NEW, OPEN, PEER, SETUP, SOCKETS, File, echo, ip, receive, tcp,
                    with_options)
from scapy.layers.inet import IP, UDP
from scapy.packet import Raw

MF = 1
UNIT = 8
NOPS = b"\1\1\1\0"


def datagram(size=40, dport=OPEN, **more):
    """A UDP datagram as bytes, of so many in all; its data tells where it is from."""
    data = bytes(ord("a") + i // UNIT % 26 for i in range(size - UNIT))
    return bytes(IP(bytes(IP(src=PEER, dst=ME) / UDP(sport=7000, dport=dport, **more) / Raw(data))).payload)


def piece(whole, start, end, more=None, **fields):
    """Units start..end of it; the last one says so."""
    data = whole[start * UNIT:end * UNIT]
    last = end * UNIT >= len(whole) if more is None else not more
    return ip(data, **{"proto": 17, "id": 77, "frag": start, "flags": 0 if last else MF, **fields})


def orders(f):
    whole = datagram()
    pieces = {"1": (0, 2), "2": (2, 3), "3": (3, 5)}
    f.section("orders of two and of three")
    for order in itertools.permutations("12"):
        f.case("two-" + "".join(order), *[piece(whole, *{"1": (0, 2), "2": (2, 5)}[n]) for n in order])
    for order in itertools.permutations(pieces):
        f.case("three-" + "".join(order), *[piece(whole, *pieces[n]) for n in order])
    for order in itertools.permutations("1234"):
        four = {"1": (0, 1), "2": (1, 2), "3": (2, 4), "4": (4, 5)}
        f.case("four-" + "".join(order), *[piece(whole, *four[n]) for n in order])
    f.section("some missing")
    for some in ("1", "2", "3", "12", "13", "23", "21", "31", "32"):
        f.case("only-" + some, *[piece(whole, *pieces[n]) for n in some])
    f.section("some twice")
    for order in ("1123", "1223", "1233", "1213", "1323", "3312", "3132", "2213", "2231", "11", "33", "123123", "1231"):
        f.case("twice-" + order, *[piece(whole, *pieces[n]) for n in order])


def overlaps(f):
    whole = datagram(56)  # seven units
    f.section("overlaps: what comes second reaches into what is there")
    for name, first, second in (("head", (2, 5), (1, 3)), ("tail", (1, 3), (2, 5)), ("inside", (1, 6), (2, 4)),
                                ("inside-from-start", (1, 6), (1, 4)), ("inside-to-end", (1, 6), (3, 6)),
                                ("around", (2, 4), (1, 6)), ("around-from-start", (1, 4), (1, 6)),
                                ("around-to-end", (3, 6), (1, 6)), ("same", (1, 6), (1, 6)), ("touch", (1, 3), (3, 6)),
                                ("touch-before", (3, 6), (1, 3)), ("by-one", (1, 4), (3, 6)),
                                ("one-in-one", (3, 4), (3, 4))):
        a, b = piece(whole, *first), piece(whole, *second)
        f.case(f"overlap-{name}", a, b)
        f.case(f"overlap-{name}-then-all", a, b, piece(whole, 0, 1), piece(whole, 6, 7))
        f.case(f"overlap-{name}-at-the-end", piece(whole, 0, 1), piece(whole, 6, 7), a, b)
    f.section("overlaps of the first and of the last one")
    f.case("overlap-first-longer", piece(whole, 0, 2), piece(whole, 0, 3), piece(whole, 2, 7))
    f.case("overlap-first-shorter", piece(whole, 0, 3), piece(whole, 0, 2), piece(whole, 2, 7))
    f.case("overlap-last-longer", piece(whole, 5, 7), piece(whole, 4, 7), piece(whole, 0, 5))
    f.case("overlap-last-shorter", piece(whole, 4, 7), piece(whole, 5, 7), piece(whole, 0, 4))
    f.case("overlap-same-with-other-bytes", piece(whole, 0, 3), piece(whole[::-1], 0, 3), piece(whole, 3, 7))
    f.case("overlap-three", piece(whole, 0, 3), piece(whole, 4, 7), piece(whole, 2, 5))
    f.case("bridge", piece(whole, 0, 2), piece(whole, 4, 7), piece(whole, 2, 4))
    f.case("bridge-from-both-sides", piece(whole, 2, 3), piece(whole, 5, 6), piece(whole, 3, 5), piece(whole, 0, 2),
           piece(whole, 6, 7))


def ends(f):
    whole = datagram()
    f.section("ends that lie")
    f.case("last-twice-same", piece(whole, 3, 5), piece(whole, 3, 5), piece(whole, 0, 3))
    f.case("last-twice-nearer", piece(whole, 3, 5), piece(whole, 3, 4, more=False), piece(whole, 0, 3))
    f.case("last-twice-further", piece(whole, 3, 4, more=False), piece(whole, 3, 5), piece(whole, 0, 3))
    f.case("last-then-behind-it", piece(whole, 2, 3, more=False), piece(whole, 3, 5), piece(whole, 0, 2))
    f.case("last-then-more-behind-it", piece(whole, 2, 3, more=False), piece(whole, 3, 5, more=True))
    f.case("more-then-last-before-it", piece(whole, 3, 5, more=True), piece(whole, 2, 3, more=False),
           piece(whole, 0, 2))
    f.case("more-then-last-ends-there", piece(whole, 3, 5, more=True), piece(whole, 4, 5, more=False),
           piece(whole, 0, 3))
    f.case("gap-of-one", piece(whole, 0, 2), piece(whole, 3, 5))
    f.case("gap-filled", piece(whole, 0, 2), piece(whole, 3, 5), piece(whole, 2, 3))
    f.case("empty-first", ip(b"", proto=17, id=77, frag=0, flags=MF), piece(whole, 0, 2), piece(whole, 2, 5))
    f.case("empty-middle", piece(whole, 0, 2), ip(b"", proto=17, id=77, frag=2, flags=MF), piece(whole, 2, 5))
    f.case("empty-last", piece(whole, 0, 5, more=True), ip(b"", proto=17, id=77, frag=5))
    f.case("empty-last-alone", ip(b"", proto=17, id=77, frag=5))
    f.case("empty-last-too-near", piece(whole, 0, 5, more=True), ip(b"", proto=17, id=77, frag=4))
    for odd in (1, 7, 9, 15):
        f.case(f"not-eight-{odd}-more", ip(whole[:odd], proto=17, id=77, flags=MF), piece(whole, 2, 5))
        f.case(f"not-eight-{odd}-last", piece(whole, 0, 2), ip(whole[16:16 + odd], proto=17, id=77, frag=2))
    f.case("first-less-than-udp", ip(whole[:1], proto=17, id=77, flags=MF))
    f.case("first-eight-bytes", piece(whole, 0, 1), piece(whole, 1, 5))
    f.case("first-and-last-cut", piece(whole, 0, 2)[:-3], piece(whole, 2, 5))
    f.case("last-padded", piece(whole, 0, 2), piece(whole, 2, 5) + b"\xee" * 10)
    f.case("both-padded", piece(whole, 0, 2) + b"\xee" * 10, piece(whole, 2, 5) + b"\xee" * 10)
    f.section("as long as a packet may be, and longer")
    for name, offset, size in (("last-unit", 8191, 8), ("fits", 8189, 3), ("by-one", 8189, 4), ("by-more", 8190, 24),
                               ("at-8188", 8188, 11), ("at-8188-by-one", 8188, 12)):
        f.case(f"too-long-{name}", ip(bytes(size), proto=17, id=77, frag=offset))
        f.case(f"too-long-{name}-more", ip(bytes(size), proto=17, id=77, frag=offset, flags=MF))
        f.case(f"too-long-{name}-behind-first", piece(whole, 0, 2), ip(bytes(size), proto=17, id=77, frag=offset))


def fields(f):
    whole = datagram()
    f.section("ECN of the first and of the second")
    for a, b in itertools.product(range(4), repeat=2):
        f.case(f"ecn-{a}-{b}", piece(whole, 0, 2, tos=a), piece(whole, 2, 5, tos=b))
    for a, b in ((0x10, 0x20), (0xb8, 0), (0, 0xb8)):
        f.case(f"tos-{a:02x}-{b:02x}", piece(whole, 0, 2, tos=a), piece(whole, 2, 5, tos=b))
    f.section("other fields that differ")
    f.case("id-differs", piece(whole, 0, 2), piece(whole, 2, 5, id=78))
    f.case("id-0", piece(whole, 0, 2, id=0), piece(whole, 2, 5, id=0))
    f.case("id-ffff", piece(whole, 0, 2, id=0xffff), piece(whole, 2, 5, id=0xffff))
    f.case("protocol-differs", piece(whole, 0, 2), piece(whole, 2, 5, proto=18))
    f.case("source-differs", piece(whole, 0, 2), piece(whole, 2, 5, src=FAR))
    f.case("destination-differs", piece(whole, 0, 2), piece(whole, 2, 5, dst="192.0.2.255", dst_mac=BROADCAST))
    f.case("frame-source-differs", piece(whole, 0, 2), piece(whole, 2, 5, src_mac="02:00:00:00:00:03"))
    f.case("ttl-differs", piece(whole, 0, 2, ttl=1), piece(whole, 2, 5, ttl=200))
    for a, b in itertools.product((0, 2), repeat=2):
        f.case(f"df-{a}-{b}", piece(whole, 0, 2, flags=MF | a), piece(whole, 2, 5, flags=b))
    f.case("rf", piece(whole, 0, 2, flags=MF | 4), piece(whole, 2, 5, flags=4))
    f.case("options-on-first", with_options(piece(whole, 0, 2), NOPS), piece(whole, 2, 5))
    f.case("options-on-last", piece(whole, 0, 2), with_options(piece(whole, 2, 5), NOPS))
    f.case("two-at-a-time", piece(whole, 0, 2), piece(whole, 0, 2, id=78), piece(whole, 2, 5),
           piece(whole, 2, 5, id=78))
    f.section("what is in them")
    f.case("closed", *[piece(datagram(dport=CLOSED), *n) for n in ((0, 2), (2, 5))])
    f.case("closed-backwards", *[piece(datagram(dport=CLOSED), *n) for n in ((2, 5), (0, 2))])
    f.case("wrong-sum", *[piece(datagram(chksum=1), *n) for n in ((0, 2), (2, 5))])
    f.case("no-sum", *[piece(datagram(chksum=0), *n) for n in ((0, 2), (2, 5))])
    f.case("udp-length-short", *[piece(datagram(len=20, chksum=0), *n) for n in ((0, 2), (2, 5))])
    f.case("udp-length-long", *[piece(datagram(len=41, chksum=0), *n) for n in ((0, 2), (2, 5))])
    ping = bytes(echo(b"0123456789abcdef" * 2))
    f.case("echo", *[piece(ping, *n, proto=1) for n in ((0, 2), (2, 5))])
    f.case("echo-backwards", *[piece(ping, *n, proto=1) for n in ((2, 5), (0, 2))])
    big = bytes(echo(bytes(range(256)) * 10))
    f.case("echo-large", *[piece(big, *n, proto=1) for n in ((0, 180), (180, 321))])
    f.case("protocol-200", *[piece(bytes(40), *n, proto=200) for n in ((0, 2), (2, 5))])
    segment = bytes(ip(tcp("S", b"x" * 20)))[34:]
    f.case("tcp", *[piece(segment, *n, proto=6) for n in ((0, 2), (2, 5))])
    large = datagram(2808)
    f.case("large", *[piece(large, *n) for n in ((0, 100), (100, 200), (200, 351))])
    f.case("broadcast", *[piece(whole, *n, dst="192.0.2.255", dst_mac=BROADCAST) for n in ((0, 2), (2, 5))])
    f.case("foreign", *[piece(whole, *n, dst=FAR) for n in ((0, 2), (2, 5))])


def timeouts(f):
    whole = datagram()
    first, second, third = piece(whole, 0, 2), piece(whole, 2, 3), piece(whole, 3, 5)
    f.section("time runs out: only who has the first piece is told")
    f.case("timeout-first", first, wait=31000)
    f.case("timeout-first-middle", first, second, wait=31000)
    f.case("timeout-first-last", first, third, wait=31000)
    f.case("timeout-middle", second, wait=31000)
    f.case("timeout-last", third, wait=31000)
    f.case("timeout-two-at-a-time", first, piece(whole, 0, 2, id=78), wait=31000)
    f.case("timeout-first-twice", first, first, wait=31000)
    f.case("timeout-after-overlap", first, piece(whole, 1, 3), wait=31000)
    f.case("timeout-first-by-broadcast-frame", piece(whole, 0, 2, dst_mac=BROADCAST), wait=31000)
    f.case("timeout-to-directed-broadcast", piece(whole, 0, 2, dst="192.0.2.255", dst_mac=BROADCAST), wait=31000)
    f.case("timeout-from-unresolved", piece(whole, 0, 2, src=NEW), wait=34500)
    f.case("timeout-foreign", piece(whole, 0, 2, dst=FAR), wait=31000)
    f.case("timeout-echo", piece(bytes(echo(b"x" * 32)), 0, 2, proto=1), wait=31000)
    f.case("timeout-first-short", ip(whole[:8], proto=17, id=77, flags=MF), wait=31000)
    f.case("timeout-first-large", piece(datagram(1400), 0, 170), wait=31000)
    f.section("just before, just behind")
    f.case("last-in-time", first, (29999, piece(whole, 2, 5)))
    f.case("last-too-late", first, (30001, piece(whole, 2, 5)), wait=31000)
    f.case("time-counts-from-the-first", first, (20000, second), (30001, third), wait=31000)
    f.case("again-behind-timeout", first, (31000, first), piece(whole, 2, 5))


def files():
    f = File("frag", "fragments: orders, overlaps, gaps, ends that lie, ECN, limits and time", SETUP + SOCKETS,
             [receive(3), receive(3)])
    for part in (orders, overlaps, ends, fields, timeouts):
        part(f)
    return [f]
