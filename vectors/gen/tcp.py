# SPDX-License-Identifier: MIT
"""TCP segments at closed ports: every flag, offset, checksum, option and size; who gets a reset, who none."""
from frames import (ALL_HOSTS_MAC, BROADCAST, CLOSED, FAR, ME, NEW, SETUP, File, checksum, ip, patched, tcp)
from scapy.layers.inet import IP

AT = 34  # of the TCP header in the frame
FLAGS = "FSRPAUEC"


def summed(frame):
    """The frame with TCP's checksum made right over all that is behind the IPv4 header."""
    body = frame[AT:AT + 16] + b"\0\0" + frame[AT + 18:]
    head = frame[26:34] + b"\0\x06" + len(body).to_bytes(2, "big")
    return frame[:AT + 16] + checksum(head + body).to_bytes(2, "big") + frame[AT + 18:]


def flags(f):
    f.section("all flags")
    for bits in range(64):
        name = "".join(c for i, c in enumerate(FLAGS) if bits >> i & 1) or "none"
        f.case(f"flags-{name}", ip(tcp(bits, ack=5000)))
    f.section("ECN's, and reserved ones")
    for bits in (0x40, 0x80, 0xc0, 0x100, 0x1c0, 0x0c2, 0x0d2, 0x1c2, 0x104, 0x0c4, 0x1ff):
        f.case(f"flags-{bits:03x}", ip(tcp(bits, ack=5000)))
    for bits in (0x200, 0x400, 0x800, 0xe00):
        for name, low in (("S", 2), ("A", 16)):
            frame = ip(tcp(low, ack=5000))
            f.case(f"reserved-{bits:03x}-{name}", summed(patched(frame, AT + 12, 5 << 12 | bits | low, 2)))
    f.section("flags with data")
    for name in ("", "S", "F", "A", "PA", "SF", "SA", "FA", "U", "R", "SR"):
        f.case(f"data-flags-{name or 'none'}", ip(tcp(name, b"eight by", ack=5000)))


def headers(f):
    f.section("data offset, without and with room for it")
    for offset in range(16):
        if offset != 5:
            f.case(f"offset-{offset}", summed(patched(ip(tcp()), AT + 12, offset << 4)))
            f.case(f"offset-{offset}-room", summed(patched(ip(tcp("S", b"\1" * 40)), AT + 12, offset << 4)))
            f.case(f"offset-{offset}-ack", summed(patched(ip(tcp("A", b"\1" * 40, ack=5000)), AT + 12, offset << 4)))
    f.section("cut short")
    for n in range(20):
        f.case(f"cut-{n}", ip(bytes(IP(bytes(IP(src="192.0.2.2", dst=ME) / tcp())).payload)[:n], proto=6))
    f.section("checksums")
    plain = ip(tcp())
    right = int.from_bytes(plain[AT + 16:AT + 18], "big")
    for value in dict.fromkeys((0, 1, 0xfffe, 0xffff, right ^ 1, right ^ 0xffff, right + 1, right - 1)):
        f.case(f"checksum-{value:04x}", ip(tcp(chksum=value)))
        f.case(f"checksum-{value:04x}-rst", ip(tcp("R", chksum=value)))
    for n in (1, 3):
        wrong = ip(tcp("A", b"abc"[:n]))
        f.case(f"checksum-odd-{n}", wrong)
        f.case(f"checksum-odd-{n}-wrong-last", wrong[:-1] + bytes([wrong[-1] ^ 1]))


def numbers(f):
    f.section("sequence and acknowledgement numbers")
    for n in (0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff):
        f.case(f"seq-{n:08x}-S", ip(tcp("S", seq=n)))
        f.case(f"seq-{n:08x}-F-data", ip(tcp("F", b"data", seq=n)))
        f.case(f"ack-{n:08x}-A", ip(tcp("A", ack=n)))
        f.case(f"ack-{n:08x}-SA", ip(tcp("SA", ack=n)))
    f.section("ports, windows, urgent pointers")
    for port in (0, 1, CLOSED, 0xffff):
        f.case(f"to-{port}", ip(tcp(dport=port)))
        f.case(f"from-{port}", ip(tcp(sport=port)))
    f.case("same-ports", ip(tcp(sport=80, dport=80)))
    for n in (0, 1, 0xffff):
        f.case(f"window-{n}", ip(tcp("A", window=n, ack=5000)))
        f.case(f"urgent-{n}", ip(tcp("UA", b"data", urgptr=n, ack=5000)))
    f.section("sizes")
    for n in (1, 2, 1459, 1460):
        f.case(f"data-{n}", ip(tcp("PA", b"x" * n, ack=5000)))
    for n in (1, 6):
        f.case(f"padding-{n}", ip(tcp()) + b"\0" * n)


def options(f):
    f.section("options")
    every = {
        "mss-0": [("MSS", 0)], "mss-536": [("MSS", 536)], "mss-65535": [("MSS", 65535)], "nop": [("NOP", None)] * 4,
        "eol": [("EOL", None)], "wscale-0": [("WScale", 0)], "wscale-14": [("WScale", 14)],
        "wscale-255": [("WScale", 255)], "sackok": [("SAckOK", b"")], "sack": [("SAck", (1, 2))],
        "timestamps": [("Timestamp", (1, 0))],
        "usual": [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (100, 0)), ("NOP", None), ("WScale", 7)],
    }
    for name, some in every.items():
        f.case(f"option-{name}", ip(tcp("S", options=some)))
        f.case(f"option-{name}-A", ip(tcp("A", ack=5000, options=some)))
    raw = {"mss-short": "0203", "mss-long": "0206", "length-0": "0800", "length-1": "0801", "over-end": "080a0000",
           "unknown": "fd040102", "md5": "1312" + "00" * 16 + "0101", "fast-open": "2202",
           "fast-open-8": "220a" + "11" * 8, "mptcp": "1e0c0081" + "22" * 8, "after-eol": "0002040218", "ao": "1d04ffff"}
    for name, text in raw.items():
        data = bytes.fromhex(text)
        data += b"\0" * (-len(data) % 4)
        for flag in ("S", "A"):
            frame = ip(tcp(flag, data, ack=5000 if flag == "A" else 0))
            f.case(f"option-raw-{name}-{flag}", summed(patched(frame, AT + 12, 5 + len(data) // 4 << 4)))


def addresses(f):
    f.section("addresses: not every sender gets a reset")
    for name, dst, mac in (("directed", "192.0.2.255", BROADCAST), ("network", "192.0.2.0", BROADCAST),
                           ("limited", "255.255.255.255", BROADCAST), ("all-hosts", "224.0.0.1", ALL_HOSTS_MAC),
                           ("own-by-broadcast", ME, BROADCAST), ("own-by-multicast", ME, ALL_HOSTS_MAC),
                           ("own-by-other", ME, "02:00:00:00:00:09")):
        f.case(f"dst-{name}", ip(tcp(), dst=dst, dst_mac=mac))
        f.case(f"dst-{name}-ack", ip(tcp("A", ack=5000), dst=dst, dst_mac=mac))
    for name, dst in (("directed", "192.0.2.255"), ("limited", "255.255.255.255"), ("all-hosts", "224.0.0.1"),
                      ("loopback", "127.0.0.1"), ("far", FAR)):
        f.case(f"dst-{name}-by-unicast", ip(tcp(), dst=dst))
    for name, src in (("own", ME), ("unresolved", NEW), ("far", FAR), ("zero", "0.0.0.0"), ("loopback", "127.0.0.1"),
                      ("directed", "192.0.2.255"), ("limited", "255.255.255.255"), ("multicast", "224.0.0.1"),
                      ("class-e", "240.0.0.1")):
        f.case(f"src-{name}", ip(tcp(), src=src))
        f.case(f"src-{name}-ack", ip(tcp("A", ack=5000), src=src))
    f.section("what of the packet's header comes back")
    for value in (1, 2, 3, 4, 0x10, 0x1e, 0xb8, 0xfc, 0xff):
        f.case(f"tos-{value:02x}", ip(tcp(), tos=value))
    for value in (0, 1, 255):
        f.case(f"ttl-{value}", ip(tcp(), ttl=value))
    for bits, name in ((0, "none"), (2, "df"), (4, "rf")):
        f.case(f"flags-of-ip-{name}", ip(tcp(), flags=bits))
    f.case("fragments", ip(bytes(ip(tcp("S", b"x" * 12)))[34:50], proto=6, flags=1),
           ip(bytes(ip(tcp("S", b"x" * 12)))[50:], proto=6, frag=2))
    f.section("several")
    f.case("syn-twice", ip(tcp()), ip(tcp(), id=2))
    f.case("syn-then-ack", ip(tcp()), ip(tcp("A", seq=1001, ack=1), id=2))
    f.case("many", *[ip(tcp(sport=40000 + n), id=n) for n in range(12)])


def files():
    f = File("tcp", "TCP segments at closed ports: who gets which reset, and who gets none", SETUP, [])
    for part in (flags, headers, numbers, options, addresses):
        part(f)
    return [f]
