# SPDX-License-Identifier: MIT
"""UDP: every field at its boundaries, to open, connected and closed ports, and to many hosts at once."""
from frames import (ALL_HOSTS_MAC, BROADCAST, CLOSED, CONNECTED, FAR, ME, NEW, OPEN, PEER_PORT, SETUP, SOCKETS,
                    File, ip, patched, receive, udp)

AT = 34  # of the UDP header in the frame
DATA = b"twelve bytes"


def lengths(f):
    plain = ip(udp(DATA))
    size = 8 + len(DATA)
    f.section("length: less, as it is, more; without a checksum, with one, with one that fits")
    for n in list(range(10)) + [size - 1, size, size + 1, size + 2, 0x7fff, 0x8000, 0xffff]:
        f.case(f"length-{n}-unsummed", patched(patched(plain, AT + 4, n, 2), AT + 6, 0, 2))
        f.case(f"length-{n}-sum-of-another", patched(plain, AT + 4, n, 2))
        f.case(f"length-{n}-summed", ip(udp(DATA, len=n)))
    f.section("the packet ends early")
    for n in range(8 + len(DATA)):
        f.case(f"cut-{n}", ip(bytes(udp(DATA, chksum=0))[:n], proto=17))
    f.section("bytes behind the datagram, within the packet")
    for n in (1, 2, 3, 4, 8, 100):
        f.case(f"behind-{n}", ip(udp(DATA, len=size) / (b"\xee" * n)))
        f.case(f"behind-{n}-unsummed", ip(udp(DATA, len=size, chksum=0) / (b"\xee" * n)))
    f.section("sizes")
    for n in (0, 1, 2, 3, 4, 255, 256, 511, 512, 513, 1023, 1024, 1471, 1472):
        f.case(f"data-{n}", ip(udp(b"a" * n)))
        f.case(f"data-{n}-unsummed", ip(udp(b"a" * n, chksum=0)))
    for n in (0, 1, 547, 548, 549, 1472):
        f.case(f"data-{n}-closed", ip(udp(b"a" * n, dport=CLOSED)))


def checksums(f):
    plain = ip(udp(DATA))
    right = int.from_bytes(plain[AT + 6:AT + 8], "big")
    swapped = (right << 8 | right >> 8) & 0xffff
    f.section("checksums")
    for name, port in (("open", OPEN), ("closed", CLOSED)):
        for value in dict.fromkeys((0, 1, 0xfffe, 0xffff, right, right ^ 1, right ^ 0x8000, right ^ 0xffff, right + 1,
                                    right - 1, swapped)):
            f.case(f"checksum-{value:04x}-{name}", ip(udp(DATA, dport=port, chksum=value)))
    # Data that makes the sum nothing: it is sent as ffff, and 0000 says that there is none.
    data = (int.from_bytes(ip(udp(b"\0\0", chksum=None))[AT + 6:AT + 8], "big")).to_bytes(2, "big")
    assert ip(udp(data))[AT + 6:AT + 8] == b"\xff\xff"
    f.case("checksum-is-ffff", ip(udp(data)))
    f.case("checksum-is-ffff-as-0000", ip(udp(data, chksum=0)))
    f.case("checksum-of-other-addresses", patched(ip(udp(DATA)), 33, 1) [:26] + ip(udp(DATA), src=NEW)[26:34]
           + plain[34:])
    for n in (1, 3, 5):
        f.case(f"checksum-odd-{n}", ip(udp(DATA[:n])))
        wrong = ip(udp(DATA[:n]))
        f.case(f"checksum-odd-{n}-wrong-last", wrong[:-1] + bytes([wrong[-1] ^ 1]))


def ports(f):
    f.section("ports")
    for port in (0, 1, 7, CLOSED, OPEN - 1, 0x7fff, 0x8000, 0xfffe, 0xffff):
        f.case(f"to-{port}", ip(udp(dport=port)))
    for port in (0, 1, OPEN, 0xffff):
        f.case(f"from-{port}", ip(udp(sport=port)))
        f.case(f"from-{port}-closed", ip(udp(sport=port, dport=CLOSED)))
    f.section("a connected socket: its peer, and others")
    f.case("connected-peer", ip(udp(dport=CONNECTED)))
    for name, more in (("port", {"sport": PEER_PORT + 1}), ("port-0", {"sport": 0})):
        f.case(f"connected-other-{name}", ip(udp(dport=CONNECTED, **more)))
    for name, src in (("address", NEW), ("far", FAR), ("zero", "0.0.0.0"), ("own", ME), ("directed", "192.0.2.255")):
        f.case(f"connected-other-{name}", ip(udp(dport=CONNECTED), src=src))
    for name, dst, mac in (("broadcast", "192.0.2.255", BROADCAST), ("limited", "255.255.255.255", BROADCAST),
                           ("multicast", "224.0.0.1", ALL_HOSTS_MAC)):
        f.case(f"connected-{name}", ip(udp(dport=CONNECTED), dst=dst, dst_mac=mac))
        f.case(f"connected-{name}-other", ip(udp(dport=CONNECTED, sport=9), dst=dst, dst_mac=mac))


def many(f):
    f.section("to many hosts at once, and in frames that do not fit")
    for name, dst, mac in (("directed", "192.0.2.255", BROADCAST), ("network", "192.0.2.0", BROADCAST),
                           ("limited", "255.255.255.255", BROADCAST), ("all-hosts", "224.0.0.1", ALL_HOSTS_MAC),
                           ("group", "239.1.1.1", "01:00:5e:01:01:01"), ("own-by-broadcast", ME, BROADCAST),
                           ("own-by-multicast", ME, ALL_HOSTS_MAC), ("directed-by-unicast", "192.0.2.255", None),
                           ("limited-by-unicast", "255.255.255.255", None),
                           ("all-hosts-by-unicast", "224.0.0.1", None)):
        more = {} if mac is None else {"dst_mac": mac}
        f.case(f"many-{name}-open", ip(udp(), dst=dst, **more))
        f.case(f"many-{name}-closed", ip(udp(dport=CLOSED), dst=dst, **more))
        f.case(f"many-{name}-wrong-sum", ip(udp(chksum=1), dst=dst, **more))
        f.case(f"many-{name}-short", ip(udp(len=7), dst=dst, **more))


def several(f):
    f.section("several")
    f.case("two", ip(udp(b"first")), ip(udp(b"second"), id=2))
    f.case("two-sources", ip(udp(b"first")), ip(udp(b"second"), src=FAR, id=2))
    f.case("closed-twice", ip(udp(dport=CLOSED)), ip(udp(dport=CLOSED), id=2))
    f.case("closed-seven", *[ip(udp(dport=CLOSED), id=n) for n in range(7)])
    f.case("closed-twice-later", ip(udp(dport=CLOSED)), (1000, ip(udp(dport=CLOSED), id=2)))
    f.case("closed-from-unresolved", ip(udp(dport=CLOSED), src=NEW), wait=3500)
    f.case("same-id", ip(udp(b"first")), ip(udp(b"second")))


def files():
    f = File("udp", "UDP: every field at its boundaries, to open, connected and closed ports", SETUP + SOCKETS,
             [receive(3), receive(3), receive(4)])
    for part in (lengths, checksums, ports, many, several):
        part(f)
    return [f]
