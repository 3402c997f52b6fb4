# SPDX-License-Identifier: MIT
"""IPv4: every field of the header at its boundaries, all protocols, classes of addresses."""
from frames import (ALL_HOSTS_MAC, BROADCAST, CLOSED, FAR, ME, NEW, PEER, SETUP, SOCKETS, File, checksum, echo,
                    fixed_ip, ip, patched, receive, udp)

SOURCES = {
    "zero": "0.0.0.0", "zeronet": "0.0.0.1", "zeronet-end": "0.255.255.255", "private": "10.0.0.1",
    "shared": "100.64.0.1", "before-loopback": "126.255.255.255", "loopback": "127.0.0.1",
    "loopback-end": "127.255.255.255", "behind-loopback": "128.0.0.1", "link-local": "169.254.1.1",
    "network": "192.0.2.0", "own": ME, "unresolved": NEW, "directed": "192.0.2.255", "far": FAR,
    "last-unicast": "223.255.255.255", "multicast": "224.0.0.0", "multicast-end": "239.255.255.255",
    "class-e": "240.0.0.0", "class-e-end": "255.255.255.254", "limited": "255.255.255.255",
}
DESTINATIONS = {
    "zero": "0.0.0.0", "zeronet": "0.0.0.1", "loopback": "127.0.0.1", "loopback-end": "127.255.255.255",
    "network": "192.0.2.0", "neighbour": NEW, "sender": PEER, "directed": "192.0.2.255", "far": FAR,
    "last-unicast": "223.255.255.255", "all-hosts": "224.0.0.1", "all-routers": "224.0.0.2",
    "mdns": "224.0.0.251", "multicast": "239.1.1.1", "multicast-end": "239.255.255.255", "class-e": "240.0.0.1",
    "class-e-end": "255.255.255.254", "limited": "255.255.255.255",
}


def version_ihl(f):
    plain = ip(udp())
    f.section("version and header length")
    for version in range(16):
        if version != 4:
            f.case(f"version-{version}", fixed_ip(patched(plain, 14, version << 4 | 5)))
    for ihl in range(16):
        if ihl != 5:
            f.case(f"ihl-{ihl}", fixed_ip(patched(plain, 14, 4 << 4 | ihl)))
            f.case(f"ihl-{ihl}-room", fixed_ip(patched(ip(udp(b"\x01" * 60)), 14, 4 << 4 | ihl)))
    f.case("version-ihl-0", fixed_ip(patched(plain, 14, 0)))


def tos(f):
    f.section("type of service")
    for value in [0] + [1 << bit for bit in range(8)] + [3, 0x1c, 0x1e, 0x2e << 2, 0x3f << 2, 0xfe, 0xff]:
        f.case(f"tos-{value:02x}-udp", ip(udp(), tos=value))
        f.case(f"tos-{value:02x}-echo", ip(echo(), tos=value))
        f.case(f"tos-{value:02x}-closed", ip(udp(dport=CLOSED), tos=value))


def lengths(f):
    whole = ip(udp(b"twelve bytes"))
    total = len(whole) - 14
    f.section("total length: less, as it is, more")
    for n in (0, 1, 19, 20, 21, 27, 28, 29, total - 1, total + 1, total + 100, 0x7fff, 0xffff):
        f.case(f"length-{n}", fixed_ip(patched(whole, 16, n, 2)))
    for pad in (1, 4, 18):
        f.case(f"behind-{pad}", whole + b"\xee" * pad)
        f.case(f"behind-{pad}-echo", ip(echo()) + b"\xee" * pad)
    for n in (20, 24, 27, 28, 29):
        f.case(f"length-{n}-echo", fixed_ip(patched(ip(echo()), 16, n, 2)))
    f.section("cut short")
    for n in range(1, 29):
        f.case(f"cut-{n}", whole[:14 + n])
    f.case("empty-udp", ip(b"", proto=17))
    f.case("empty-icmp", ip(b"", proto=1))
    f.case("empty-tcp", ip(b"", proto=6))
    f.case("empty-other", ip(b"", proto=200))


def identification(f):
    f.section("identification, flags, offsets")
    for ident in (0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff):
        f.case(f"id-{ident}-echo", ip(echo(), id=ident))
    for bits, name in enumerate(("none", "mf", "df", "df-mf", "rf", "rf-mf", "rf-df", "all")):
        f.case(f"flags-{name}-udp", ip(udp(), flags=bits))
        f.case(f"flags-{name}-echo", ip(echo(), flags=bits))
        f.case(f"flags-{name}-closed", ip(udp(dport=CLOSED), flags=bits))
    for offset in (1, 2, 3, 0xfff, 0x1000, 0x1ffe, 0x1fff):
        for more in (0, 1):
            f.case(f"offset-{offset}-mf-{more}", ip(udp(b"x" * 16), frag=offset, flags=more))


def ttl(f):
    f.section("time to live")
    for value in (0, 1, 2, 63, 64, 127, 128, 254, 255):
        f.case(f"ttl-{value}-udp", ip(udp(), ttl=value))
        f.case(f"ttl-{value}-echo", ip(echo(), ttl=value))
        f.case(f"ttl-{value}-closed", ip(udp(dport=CLOSED), ttl=value))
    for value in (0, 1):
        f.case(f"ttl-{value}-foreign", ip(udp(), ttl=value, dst=FAR))


def protocols(f):
    f.section("all protocols: eight bytes of each")
    for number in range(256):
        f.case(f"protocol-{number}", ip(bytes(8), proto=number))
    f.section("a protocol that nobody knows")
    for name, mac, dst in (("broadcast", BROADCAST, "192.0.2.255"), ("limited", BROADCAST, "255.255.255.255"),
                           ("multicast", ALL_HOSTS_MAC, "224.0.0.1"), ("own-by-broadcast", BROADCAST, ME)):
        f.case(f"protocol-200-{name}", ip(bytes(8), proto=200, dst=dst, dst_mac=mac))
    for size in (0, 1, 7, 9, 548, 1000, 1480):
        f.case(f"protocol-200-size-{size}", ip(bytes(size), proto=200))


def checksums(f):
    plain = ip(udp())
    right = checksum(plain[14:24] + b"\0\0" + plain[26:34])
    f.section("the header's checksum")
    swapped = (right << 8 | right >> 8) & 0xffff
    for value in dict.fromkeys((0, 1, 0xffff, 0xfffe, right ^ 1, right ^ 0x8000, right + 1, right - 1,
                                right ^ 0xffff, swapped)):
        f.case(f"checksum-{value:04x}", patched(plain, 24, value, 2))
    # Identifications that make the right one 0000, and so ffff as good.
    ident = (1 + right) % 0xffff
    zero = patched(plain, 18, ident, 2)
    assert checksum(zero[14:24] + b"\0\0" + zero[26:34]) == 0
    f.case("checksum-right-0000", patched(zero, 24, 0, 2))
    f.case("checksum-right-as-ffff", patched(zero, 24, 0xffff, 2))


def addresses(f):
    f.section("sources")
    for name, src in SOURCES.items():
        f.case(f"src-{name}-udp", ip(udp(), src=src))
        f.case(f"src-{name}-echo", ip(echo(), src=src))
        f.case(f"src-{name}-closed", ip(udp(dport=CLOSED), src=src))
    f.section("destinations")
    for name, dst in DESTINATIONS.items():
        f.case(f"dst-{name}-udp", ip(udp(), dst=dst))
        f.case(f"dst-{name}-echo", ip(echo(), dst=dst))
        f.case(f"dst-{name}-broadcast-frame", ip(udp(), dst=dst, dst_mac=BROADCAST))
    f.case("dst-own-broadcast-frame", ip(udp(), dst_mac=BROADCAST))
    f.case("dst-own-broadcast-frame-closed", ip(udp(dport=CLOSED), dst_mac=BROADCAST))
    f.section("neither")
    for name, src, dst in (("zero-to-limited", "0.0.0.0", "255.255.255.255"),
                           ("zero-to-all-hosts", "0.0.0.0", "224.0.0.1"), ("own-to-limited", ME, "255.255.255.255"),
                           ("zero-to-zero", "0.0.0.0", "0.0.0.0"), ("zero-to-directed", "0.0.0.0", "192.0.2.255"),
                           ("loopback-to-loopback", "127.0.0.1", "127.0.0.1"), ("far-to-far", FAR, FAR)):
        f.case(name, ip(udp(), src=src, dst=dst))
        f.case(f"{name}-broadcast-frame", ip(udp(), src=src, dst=dst, dst_mac=BROADCAST))


def files():
    f = File("ipv4", "the IPv4 header: every field at its boundaries", SETUP + SOCKETS, [receive(3)])
    for part in (version_ihl, tos, lengths, identification, ttl, protocols, checksums, addresses):
        part(f)
    return [f]
