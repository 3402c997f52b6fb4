# SPDX-License-Identifier: MIT
"""ICMP: all types, codes and sizes at their boundaries; errors about what was sent, and about what was not."""
from frames import (ALL_HOSTS_MAC, BROADCAST, CLOSED, CONNECTED, FAR, ME, NEW, OPEN, PEER, PEER_PORT, SETUP, SOCKETS,
                    File, bind, checksum, connect, echo, ip, patched, receive, tcp, udp, with_options)
from scapy.layers.inet import IP
from scapy.packet import Raw

TOLD = 6001  # a connected port whose socket wants to be told of errors
FAR_PORT = 6002  # a port connected to a host behind the gateway
ERRORS = (("unreachable", 3), ("quench", 4), ("redirect", 5), ("time", 11), ("parameter", 12))


def queue(fd):
    return (f"recvmsg({fd}, {{msg_name(16) = ..., msg_iov(1) = [{{..., 3000}}], msg_flags = 0, msg_control = ...}}, "
            "MSG_ERRQUEUE) = -1 EAGAIN (Resource temporarily unavailable)")


def icmp(kind, code=0, rest=bytes(4), data=b"", chksum=None):
    message = bytes([kind, code, 0, 0]) + rest + data
    value = checksum(message) if chksum is None else chksum
    return message[:2] + value.to_bytes(2, "big") + message[4:]


def send(message, **fields):
    return ip(message, **{"proto": 1, **fields})


def sent(payload=None, **fields):
    """A packet that we could have sent, as bytes."""
    payload = udp(b"data", sport=CONNECTED, dport=PEER_PORT) if payload is None else payload
    return bytes(IP(**{"src": ME, "dst": PEER, "id": 9, "ttl": 64, **fields}) / payload)


def told(**fields):
    return sent(udp(b"data", sport=TOLD, dport=PEER_PORT), **fields)


def types(f):
    f.section("all types, with a quoted packet and without")
    for kind in range(256):
        f.case(f"type-{kind}", send(icmp(kind, data=sent())))
    for kind in (0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30, 40, 42, 43):
        f.case(f"type-{kind}-nothing", send(icmp(kind)))
        f.case(f"type-{kind}-code-1", send(icmp(kind, 1, data=sent())))
        f.case(f"type-{kind}-code-255", send(icmp(kind, 255, data=sent())))
    f.section("cut short")
    for kind in (0, 3, 8, 13):
        for n in range(8):
            f.case(f"type-{kind}-cut-{n}", send(icmp(kind)[:n]))
    f.section("checksums")
    for name, message in (("echo", bytes(echo())), ("unreachable", icmp(3, 3, data=sent()))):
        right = int.from_bytes(message[2:4], "big")
        for value in dict.fromkeys((0, 1, 0xfffe, 0xffff, right ^ 1, right ^ 0xffff, right + 1, right - 1)):
            f.case(f"checksum-{name}-{value:04x}", send(message[:2] + value.to_bytes(2, "big") + message[4:]))
    f.case("checksum-is-0000", send(icmp(8, 0, (0xf7ff).to_bytes(2, "big") + bytes(2))))
    f.case("checksum-is-0000-as-ffff", send(icmp(8, 0, (0xf7ff).to_bytes(2, "big") + bytes(2), chksum=0xffff)))


def requests(f):
    f.section("echo: identifiers, numbers, sizes")
    for n in (0, 1, 0x7fff, 0xffff):
        f.case(f"echo-id-{n}", ip(echo(id=n)))
        f.case(f"echo-seq-{n}", ip(echo(seq=n)))
    for n in (0, 1, 2, 3, 55, 56, 57, 1471, 1472):
        f.case(f"echo-size-{n}", ip(echo((bytes(range(256)) * 6)[:n])))
    f.section("requests, to whom and from whom")
    asks = {"echo": icmp(8, 0, bytes(4), b"ping"), "timestamp": icmp(13, 0, bytes(4), bytes(12)),
            "mask": icmp(17, 0, bytes(4), bytes(4)), "information": icmp(15), "solicitation": icmp(10)}
    for ask, message in asks.items():
        for name, dst, mac in (("own", ME, None), ("broadcast", "192.0.2.255", BROADCAST),
                               ("limited", "255.255.255.255", BROADCAST), ("network", "192.0.2.0", BROADCAST),
                               ("all-hosts", "224.0.0.1", ALL_HOSTS_MAC), ("all-routers", "224.0.0.2", ALL_HOSTS_MAC),
                               ("own-by-broadcast", ME, BROADCAST), ("own-by-multicast", ME, ALL_HOSTS_MAC)):
            f.case(f"{ask}-to-{name}", send(message, dst=dst, **({"dst_mac": mac} if mac else {})))
        for name, src in (("far", FAR), ("unresolved", NEW), ("own", ME), ("zero", "0.0.0.0"),
                          ("directed", "192.0.2.255")):
            f.case(f"{ask}-from-{name}", send(message, src=src))
    f.section("timestamps: sizes and stamps")
    for n in (0, 4, 8, 11, 12, 13, 16):
        f.case(f"timestamp-data-{n}", send(icmp(13, 0, bytes(4), b"\1" * n)))
    f.case("timestamp-not-standard", send(icmp(13, 0, bytes(4), b"\x80\0\0\1" + bytes(8))))
    f.case("timestamp-code-1", send(icmp(13, 1, bytes(4), bytes(12))))
    f.section("extended echo: by name, index, address; what is not there")
    for name, what in (("name", "00080165746830" + "00"), ("index", "00080200000002"), ("nothing", "")):
        f.case(f"extended-{name}", send(icmp(42, 0, b"\0\1\0\1", bytes.fromhex(what))))


def errors(f):
    f.section("errors to the socket that has sent: all codes")
    codes = {3: list(range(18)) + [255], 4: [0, 1], 11: [0, 1, 2, 255], 12: [0, 1, 2, 3, 255]}
    for kind, some in codes.items():
        for code in some:
            f.case(f"error-{kind}-{code}", send(icmp(kind, code, data=sent())))
            f.case(f"error-{kind}-{code}-queued", send(icmp(kind, code, data=told())))
    for pointer in (0, 1, 20, 255):
        f.case(f"parameter-pointer-{pointer}", send(icmp(12, 0, bytes([pointer, 0, 0, 0]), data=told())))
    f.section("from others than the one it was sent to")
    for name, src in (("router", NEW), ("far", FAR), ("own", ME), ("zero", "0.0.0.0")):
        f.case(f"error-from-{name}", send(icmp(3, 3, data=sent()), src=src))
    for name, dst, mac in (("broadcast", "192.0.2.255", BROADCAST), ("multicast", "224.0.0.1", ALL_HOSTS_MAC),
                           ("own-by-broadcast", ME, BROADCAST)):
        f.case(f"error-to-{name}", send(icmp(3, 3, data=sent()), dst=dst, dst_mac=mac))
    f.section("about what: open, closed, foreign, other protocols")
    quotes = {
        "open-any-port": sent(udp(sport=OPEN, dport=PEER_PORT)), "closed": sent(udp(sport=CLOSED, dport=PEER_PORT)),
        "other-peer": sent(udp(sport=CONNECTED, dport=PEER_PORT), dst=NEW),
        "other-peer-port": sent(udp(sport=CONNECTED, dport=PEER_PORT + 1)),
        "other-source": sent(udp(sport=CONNECTED, dport=PEER_PORT), src=NEW),
        "to-broadcast": sent(dst="192.0.2.255"), "to-multicast": sent(dst="224.0.0.1"), "to-zero": sent(dst="0.0.0.0"),
        "exchanged": sent(udp(sport=PEER_PORT, dport=CONNECTED), src=PEER, dst=ME),
        "ports-0": sent(udp(sport=0, dport=0)), "tcp": sent(tcp()), "echo": sent(echo()),
        "echo-reply": sent(echo(type=0)), "icmp-error": sent(Raw(icmp(3, 3, data=sent())), proto=1),
        "protocol-200": sent(Raw(bytes(8)), proto=200), "protocol-0": sent(Raw(bytes(8)), proto=0),
        "udp-lite": sent(Raw(bytes(udp(sport=CONNECTED, dport=PEER_PORT))), proto=136),
        "fragment": sent(frag=1), "first-fragment": sent(flags=1), "last-offset": sent(frag=0x1fff),
        "options": with_options(bytes(14) + sent(), b"\1\1\1\0")[14:],
    }
    for name, quote in quotes.items():
        for kind, code in ((3, 3), (11, 0), (12, 0)):
            f.case(f"error-{kind}-about-{name}", send(icmp(kind, code, data=quote)))


def quotes(f):
    f.section("how much is quoted")
    whole = told()
    for n in (0, 1, 8, 19, 20, 21, 22, 23, 24, 27, 28, 29):
        for kind, code in ((3, 3), (3, 4), (11, 0), (12, 0)):
            f.case(f"quote-{kind}-{code}-of-{n}", send(icmp(kind, code, b"\0\0\5\0", whole[:n])))
    f.case("quote-long", send(icmp(3, 3, data=told() + bytes(1000))))
    f.section("what the quoted header says of itself")
    for ihl in (0, 1, 4, 6, 7, 15):
        f.case(f"quote-ihl-{ihl}", send(icmp(3, 3, data=patched(whole, 0, 0x40 | ihl))))
        f.case(f"quote-ihl-{ihl}-room", send(icmp(3, 3, data=patched(whole, 0, 0x40 | ihl) + bytes(60))))
    for version in (0, 5, 6, 15):
        f.case(f"quote-version-{version}", send(icmp(3, 3, data=patched(whole, 0, version << 4 | 5))))
    for n in (0, 19, 20, 27, 28, 0xffff):
        f.case(f"quote-length-{n}", send(icmp(3, 3, data=patched(whole, 2, n, 2))))
    f.case("quote-checksum-wrong", send(icmp(3, 3, data=patched(whole, 10, 0, 2))))
    f.case("quote-ttl-0", send(icmp(3, 3, data=told(ttl=0))))
    f.section("extensions behind the quote")
    for words in (0, 31, 32, 33, 255):
        f.case(f"extension-at-{words}", send(icmp(3, 3, bytes([0, words, 0, 0]),
                                                  told() + bytes(128 - len(told())) + bytes.fromhex("2000dfff"))))


def needed(f):
    f.section("fragmentation needed: the size that is said")
    for mtu in (0, 1, 67, 68, 69, 295, 296, 551, 552, 553, 575, 576, 577, 1005, 1006, 1279, 1280, 1491, 1492, 1499,
                1500, 1501, 2002, 0xffff):
        f.case(f"mtu-{mtu}", send(icmp(3, 4, b"\0\0" + mtu.to_bytes(2, "big"), told())))
    for total in (28, 67, 68, 552, 576, 1006, 1492, 1500, 1501, 4352, 0xffff):
        f.case(f"mtu-0-of-{total}", send(icmp(3, 4, bytes(4), patched(told(), 2, total, 2))))
    for mtu in (500, 1000):
        f.case(f"mtu-{mtu}-unqueued", send(icmp(3, 4, b"\0\0" + mtu.to_bytes(2, "big"), sent())))
        f.case(f"mtu-{mtu}-far", send(icmp(3, 4, b"\0\0" + mtu.to_bytes(2, "big"),
                                           sent(udp(sport=FAR_PORT, dport=PEER_PORT), dst=FAR)), src=NEW))
        f.case(f"mtu-{mtu}-of-nobody", send(icmp(3, 4, b"\0\0" + mtu.to_bytes(2, "big"),
                                                 sent(udp(sport=CLOSED, dport=9)))))
        f.case(f"mtu-{mtu}-of-tcp", send(icmp(3, 4, b"\0\0" + mtu.to_bytes(2, "big"), sent(tcp()))))
        f.case(f"mtu-{mtu}-of-echo", send(icmp(3, 4, b"\0\0" + mtu.to_bytes(2, "big"), sent(echo()))))
    f.case("mtu-1000-then-600", *[send(icmp(3, 4, b"\0\0" + n.to_bytes(2, "big"), told())) for n in (1000, 600)])
    f.case("mtu-600-then-1000", *[send(icmp(3, 4, b"\0\0" + n.to_bytes(2, "big"), told())) for n in (600, 1000)])


def redirects(f):
    far = sent(udp(sport=FAR_PORT, dport=PEER_PORT), dst=FAR)
    f.section("redirects: codes")
    for code in (0, 1, 2, 3, 4, 255):
        f.case(f"redirect-code-{code}", send(icmp(5, code, bytes(int(n) for n in NEW.split(".")), far)))
    f.section("to which gateway, from whom, about whom")
    for name, gateway in (("own", ME), ("same", PEER), ("far", FAR), ("zero", "0.0.0.0"), ("directed", "192.0.2.255"),
                          ("network", "192.0.2.0"), ("limited", "255.255.255.255"), ("multicast", "224.0.0.1"),
                          ("loopback", "127.0.0.1"), ("class-e", "240.0.0.1")):
        f.case(f"redirect-to-{name}", send(icmp(5, 1, bytes(int(n) for n in gateway.split(".")), far)))
    new = bytes(int(n) for n in NEW.split("."))
    for name, src in (("other", "192.0.2.9"), ("new", NEW), ("own", ME), ("destination", FAR), ("zero", "0.0.0.0")):
        f.case(f"redirect-from-{name}", send(icmp(5, 1, new, far), src=src))
    for name, quote in (("on-link", sent(dst="192.0.2.9")), ("peer", sent()), ("nobody", sent(udp(sport=9), dst=FAR)),
                        ("other-source", sent(src=NEW, dst=FAR)), ("tcp", sent(tcp(), dst=FAR)),
                        ("echo", sent(echo(), dst=FAR)), ("tos", sent(dst=FAR, tos=0x10)),
                        ("broadcast", sent(dst="255.255.255.255")), ("multicast", sent(dst="224.0.0.9"))):
        f.case(f"redirect-about-{name}", send(icmp(5, 1, new, quote)))
    for n in (0, 19, 20, 27):
        f.case(f"redirect-quote-{n}", send(icmp(5, 1, new, far[:n])))
    f.case("redirect-twice", send(icmp(5, 1, new, far)), send(icmp(5, 1, new, far)))
    f.case("redirect-to-broadcast-frame", send(icmp(5, 1, new, far), dst_mac=BROADCAST))


def files():
    sockets = SOCKETS + [
        "+0 socket(AF_INET, SOCK_DGRAM, 0) = 5", bind(5, TOLD), connect(5, PEER_PORT, PEER),
        "+0 setsockopt(5, SOL_IP, IP_RECVERR, [1], 4) = 0",
        "+0 socket(AF_INET, SOCK_DGRAM, 0) = 6", bind(6, FAR_PORT), connect(6, PEER_PORT, FAR),
    ]
    f = File("icmp", "ICMP: all types, codes and sizes at their boundaries, errors about anything", SETUP + sockets,
             [receive(3), receive(4), receive(5), queue(5), receive(6)])
    for part in (types, requests, errors, quotes, needed, redirects):
        part(f)
    return [f]
