#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes corpus/pcapng/seed: one small capture for each thing that a reader has to know."""
import os
import struct

WHERE = "corpus/pcapng/seed"
FRAME = bytes.fromhex("020000000002020000000001080045000021000040004011b6c7c0000201c0000202"
                      "13880007000dc4da68656c6c6f")


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(order, kind, body, options=()):
    body += bytes(-len(body) % 4)
    if options:
        body += b"".join(option(order, c, v) for c, v in options) + bytes(4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order, options=()):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), options)


def interface(order, link=1, snap=0, options=()):
    return block(order, 1, struct.pack(order + "HHI", link, 0, snap), options)


def packet(order, number, stamp, frame, options=(), length=None):
    head = struct.pack(order + "IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(frame),
                       len(frame) if length is None else length)
    return block(order, 6, head + frame, options)


def simple(order, frame):
    return block(order, 3, struct.pack(order + "I", len(frame)) + frame)


def old_packet(order, number, stamp, frame):
    head = struct.pack(order + "HHIIII", number, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame),
                       len(frame))
    return block(order, 2, head + frame)


def pcap(order, magic, link, packets):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for seconds, fraction, frame in packets:
        out += struct.pack(order + "IIII", seconds, fraction, len(frame), len(frame)) + frame
    return out


def captures():
    ns = [(2, b"eth0"), (3, b"wire"), (9, b"\x09")]
    all_options = [(1, b"udp.pkt:3 sendto"), (2, struct.pack("<I", 2)), (4, struct.pack("<Q", 1)),
                   (5, struct.pack("<Q", 7)), (6, struct.pack("<I", 1))]
    for order, name in (("<", "little"), (">", "big")):
        yield f"empty-{name}", section(order)
        yield f"plain-{name}", section(order) + interface(order) + packet(order, 0, 1, FRAME)
        yield f"simple-{name}", section(order) + interface(order) + simple(order, FRAME)
        yield f"old-{name}", section(order) + interface(order) + old_packet(order, 0, 5, FRAME)
        yield f"pcap-us-{name}", pcap(order, 0xA1B2C3D4, 1, [(1, 2, FRAME), (1, 3, b"")])
        yield f"pcap-ns-{name}", pcap(order, 0xA1B23C4D, 101, [(1, 999999999, FRAME[14:])])
    yield "options", (section("<", [(1, b"a claim"), (4, b"refstack")]) +
                      interface("<", 1, 0, ns) + packet("<", 0, 10**9, FRAME, all_options))
    yield "two-interfaces", (section("<") + interface("<", 1, 0, ns) + interface("<", 101, 20) +
                             packet("<", 1, 3, FRAME[14:34], length=33) + packet("<", 0, 4, FRAME))
    yield "two-sections", (section("<") + interface("<") + packet("<", 0, 1, FRAME) +
                           section(">") + interface(">", 101) + packet(">", 0, 2, FRAME[14:]))
    yield "resolution-binary", (section("<") + interface("<", 1, 0, [(9, b"\x94")]) +
                                packet("<", 0, 1 << 30, FRAME))
    yield "time-offset", (section("<") + interface("<", 1, 0, [(14, struct.pack("<q", 86400))]) +
                          packet("<", 0, 1, FRAME))
    yield "unknown-block", (section("<") + block("<", 0x0BAD, b"whatever") + interface("<") +
                            packet("<", 0, 1, FRAME, [(99, b"option")]))
    yield "cut-short", (section("<") + interface("<") + packet("<", 0, 1, FRAME))[:-6]
    yield "no-interface", section("<") + packet("<", 3, 1, FRAME)


def main():
    os.makedirs(WHERE, exist_ok=True)
    for name, content in captures():
        with open(os.path.join(WHERE, name), "wb") as f:
            f.write(content)


if __name__ == "__main__":
    main()
