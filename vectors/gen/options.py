# SPDX-License-Identifier: MIT
"""IPv4 options: every kind, length and pointer at its boundaries, alone, twice and after the end."""
from frames import (BROADCAST, CLOSED, FAR, ME, NEW, PEER, SETUP, File, bind, echo, ip, tcp, udp,
                    with_options)

EOL, NOP = b"\0", b"\1"
RR, TS, LSRR, SSRR, RA, SID, CIPSO, SECURITY, MTU_PROBE, EXTENDED = 7, 68, 131, 137, 148, 136, 134, 130, 11, 133
RECEIVE = ("recvmsg(3, {msg_name(16) = ..., msg_iov(1) = [{..., 3000}], msg_flags = 0, msg_control = ...}, "
           "MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)")


def addr(text):
    return bytes(int(n) for n in text.split("."))


def option(kind, body=b"", length=None):
    return bytes([kind, len(body) + 2 if length is None else length]) + body


def route(kind, pointer, *hops, length=None):
    return option(kind, bytes([pointer]) + b"".join(addr(h) for h in hops), length)


def stamps(flag, pointer, *slots, overflow=0, length=None):
    return option(TS, bytes([pointer, overflow << 4 | flag]) + b"".join(slots), length)


def padded(data):
    return data + EOL * (-len(data) % 4)


def put(f, name, data, kinds="udp echo"):
    """The option under a datagram, an echo request, a datagram to a closed port."""
    payload = {"udp": udp(), "echo": echo(), "closed": udp(dport=CLOSED), "tcp": tcp()}
    for kind in kinds.split():
        f.case(f"{name}-{kind}", with_options(ip(payload[kind]), padded(data)))


def places(f):
    f.section("the end and the empty one")
    for name, data in (("eol", EOL), ("nop", NOP), ("nop-eol", NOP + EOL), ("nops-4", NOP * 4), ("nops-40", NOP * 40),
                       ("eols-40", EOL * 40), ("eol-nop", EOL + NOP * 3), ("eol-rubbish", EOL + b"\xff\xff\xff"),
                       ("eol-then-rr", EOL + route(RR, 4, "0.0.0.0")), ("nops-then-eol", NOP * 39 + EOL)):
        put(f, name, data, "udp echo closed")
    f.section("lengths that lie")
    for kind in (RR, TS, LSRR, SSRR, RA, CIPSO, SECURITY, 99):
        for length in (0, 1, 2, 3, 41, 255):
            put(f, f"kind-{kind}-length-{length}", option(kind, b"\4" + bytes(5), length), "udp")
    f.section("the kind stands in the last byte")
    for kind in (RR, LSRR, RA, 99):
        put(f, f"kind-{kind}-alone-at-the-end", NOP * 3 + bytes([kind]), "udp")


def kinds(f):
    f.section("every kind, with eight bytes")
    for kind in range(2, 256):
        if kind & 0x1f in (0, 1) or kind in (RR, TS, LSRR, SSRR, RA, SID, CIPSO, SECURITY, MTU_PROBE, EXTENDED) \
                or kind & 0xf == 0xf or kind in (2, 10, 12, 25, 30, 82, 94, 142, 147, 149, 150, 151, 152, 205):
            put(f, f"kind-{kind}", option(kind, bytes(6)), "udp")


def record(f):
    f.section("record route: pointers and slots")
    for pointer in (0, 1, 3, 4, 5, 6, 7, 8, 9, 12, 13, 255):
        put(f, f"rr-pointer-{pointer}", route(RR, pointer, "0.0.0.0", "0.0.0.0"))
    for slots in range(10):
        put(f, f"rr-slots-{slots}", route(RR, 4, *["0.0.0.0"] * slots), "udp echo closed")
    for full in (1, 8, 9):
        put(f, f"rr-slots-9-full-{full}", route(RR, 4 + 4 * full, *[PEER] * full, *["0.0.0.0"] * (9 - full)))
    for length in (3, 4, 5, 6, 7, 8, 10, 11):
        put(f, f"rr-length-{length}", route(RR, 4, "0.0.0.0", "0.0.0.0")[:1] + bytes([length, 4]) + bytes(8), "udp")
    put(f, "rr-twice", route(RR, 4, "0.0.0.0") + route(RR, 4, "0.0.0.0"))


def timestamps(f):
    f.section("timestamps: flags, pointers, overflow")
    empty = bytes(4)
    for flag in range(16):
        put(f, f"ts-flag-{flag}", stamps(flag, 5, empty, empty))
    for pointer in (0, 1, 4, 5, 6, 8, 9, 10, 12, 13, 14, 17, 255):
        put(f, f"ts-0-pointer-{pointer}", stamps(0, pointer, empty, empty))
        put(f, f"ts-1-pointer-{pointer}", stamps(1, pointer, empty, empty))
    for overflow in (0, 1, 14, 15):
        put(f, f"ts-0-full-overflow-{overflow}", stamps(0, 13, empty, empty, overflow=overflow))
        put(f, f"ts-1-full-overflow-{overflow}", stamps(1, 13, empty, empty, overflow=overflow))
        put(f, f"ts-0-room-overflow-{overflow}", stamps(0, 5, empty, empty, overflow=overflow), "udp")
    for name, slot in (("own", ME), ("other", NEW), ("sender", PEER), ("broadcast", "192.0.2.255"),
                       ("loopback", "127.0.0.1"), ("zero", "0.0.0.0")):
        put(f, f"ts-3-{name}", stamps(3, 5, addr(slot), empty))
    put(f, "ts-3-second-is-own", stamps(3, 13, addr(PEER), empty, addr(ME), empty))
    put(f, "ts-3-half-a-slot", stamps(3, 9, addr(PEER), addr(ME)))
    for slots in (0, 1, 9):
        put(f, f"ts-0-slots-{slots}", stamps(0, 5, *[empty] * slots))
    put(f, "ts-1-slots-4", stamps(1, 5, *[empty] * 8))
    for length in (4, 5, 7, 8, 9, 10, 11):
        put(f, f"ts-length-{length}", stamps(0, 5, empty, empty, length=length), "udp")
    put(f, "ts-twice", stamps(0, 5, empty) + stamps(0, 5, empty))


def sources(f):
    f.section("source routes: at their end, and not")
    for name, kind in (("lsrr", LSRR), ("ssrr", SSRR)):
        for pointer in (0, 3, 4, 5, 7, 8, 9, 11, 12, 13, 255):
            put(f, f"{name}-pointer-{pointer}", route(kind, pointer, PEER, PEER), "udp echo closed"
                if pointer in (4, 12) else "udp")
        for hop_name, hop in (("own", ME), ("neighbour", NEW), ("far", FAR), ("broadcast", "192.0.2.255"),
                              ("loopback", "127.0.0.1"), ("zero", "0.0.0.0"), ("multicast", "224.0.0.1")):
            put(f, f"{name}-next-{hop_name}", route(kind, 4, hop), "udp")
            f.case(f"{name}-from-{hop_name}", with_options(ip(echo()), padded(route(kind, 8, hop))))
        for length in (2, 3, 4, 6, 7, 8, 10):
            put(f, f"{name}-length-{length}", route(kind, 4, PEER, PEER, length=length), "udp")
        put(f, f"{name}-no-hops", route(kind, 4), "udp echo closed")
        put(f, f"{name}-nine-hops-done", route(kind, 40, *[PEER] * 9), "udp echo closed tcp")
        put(f, f"{name}-twice", route(kind, 8, PEER) + route(kind, 8, PEER))
        f.case(f"{name}-foreign", with_options(ip(udp(), dst=FAR), padded(route(kind, 4, ME))))
        f.case(f"{name}-broadcast-frame", with_options(ip(udp(), dst_mac=BROADCAST), padded(route(kind, 8, PEER))))
    put(f, "lsrr-and-ssrr", route(LSRR, 8, PEER) + route(SSRR, 8, PEER))


def others(f):
    f.section("router alert, labels, unknown ones")
    for value in (0, 1, 0xffff):
        put(f, f"ra-{value}", option(RA, value.to_bytes(2, "big")), "udp echo closed")
    for length in (2, 3, 4, 5, 6):
        put(f, f"ra-length-{length}", option(RA, bytes(4), length), "udp")
    put(f, "ra-twice", option(RA, b"\0\0") * 2)
    put(f, "sid", option(SID, b"\0\1"), "udp echo")
    for name, data in (("doi", b"\0\0\0\3"), ("doi-0", bytes(4)), ("tag", b"\0\0\0\3\1\4\0\1"),
                       ("tag-too-long", b"\0\0\0\3\1\x20\0\1"), ("short", b"\0\0\0")):
        put(f, f"cipso-{name}", option(CIPSO, data), "udp echo")
    put(f, "unknown-copied", option(0x9e, b"\1\2"), "udp echo closed")
    put(f, "unknown-not-copied", option(0x1e, b"\1\2"), "udp echo closed")
    put(f, "unknown-38", option(0x5e, b"\xaa" * 36), "udp echo closed")
    f.section("several in one header")
    put(f, "rr-ts", route(RR, 4, "0.0.0.0") + stamps(0, 5, bytes(4)), "udp echo closed")
    put(f, "ts-rr", stamps(0, 5, bytes(4)) + route(RR, 4, "0.0.0.0"), "udp echo")
    put(f, "rr-nop-ra-ts", route(RR, 4, "0.0.0.0") + NOP + option(RA, b"\0\0") + stamps(1, 5, bytes(8)), "udp echo")
    put(f, "nop-lsrr-rr", NOP + route(LSRR, 8, PEER) + route(RR, 4, "0.0.0.0"), "udp echo")
    put(f, "bad-behind-good", route(RR, 4, "0.0.0.0") + option(TS, bytes(2), 1), "udp")
    put(f, "good-behind-bad", option(99, b"", 0) + route(RR, 4, "0.0.0.0"), "udp")
    f.section("to others")
    for name, data in (("nop", NOP * 4), ("rr", route(RR, 4, "0.0.0.0")), ("ts", stamps(1, 5, bytes(8))),
                       ("ra", option(RA, b"\0\0")), ("bad", route(RR, 3, "0.0.0.0"))):
        for kind, frame in (("foreign", ip(udp(), dst=FAR)), ("broadcast-frame", ip(udp(), dst_mac=BROADCAST)),
                            ("broadcast", ip(udp(), dst="192.0.2.255", dst_mac=BROADCAST)), ("tcp", ip(tcp())),
                            ("protocol-200", ip(bytes(8), proto=200))):
            f.case(f"{kind}-{name}", with_options(frame, padded(data)))


def files():
    sockets = ["0 socket(AF_INET, SOCK_DGRAM, 0) = 3", bind(3, 5000),
               "+0 setsockopt(3, SOL_IP, IP_RECVOPTS, [1], 4) = 0"]
    f = File("options", "IPv4 options: every kind, length and pointer at its boundaries", SETUP + sockets, [RECEIVE])
    for part in (places, kinds, record, timestamps, sources, others):
        part(f)
    return [f]
