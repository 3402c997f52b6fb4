#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes corpus/TARGET/seed. harness/fuzz/seeds.py [TARGET...]; without TARGET all of them.

Captures and programs of the card are made by hand here: one for each thing that there is. Those of
targets that take scripts are vectors and random programs, of which libFuzzer keeps the fewest that
reach what all of them reach. BUILD (build) has gcc-O0/replay_TARGET, gcc-O0/refstack and
libfuzzer/fuzz_TARGET.
"""
import glob
import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
RANDOM = 1000  # programs
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


# The numbers of fuzz_nic.c's operations.
(OPEN, TX_RING, RX_RING, SEND, TX_BELL, BUFFERS, WIRE, TIME, WRITE, READ, ACKNOWLEDGE, DESCRIPTOR,
 POKE, WRITE_AT, MAP, LINK, FAULT) = range(17)
ROWS = re.findall(r"^X\(0x[0-9a-f]+, +(\w+), +(\d+)", open("nicmodel/regs.def").read(), re.M)
LAST = 1 << 24 | 1 << 25 | 1 << 27
EXTENDED = 1 << 29


def tx_ring(queue, size=3, control=0x010108):
    return struct.pack("<BBBI", TX_RING, queue, size, control)


def rx_ring(queue, size=3, control=0x010808, buffer=0x02000002):
    return struct.pack("<BBBII", RX_RING, queue, size, control, buffer)


def send(queue, length, how):
    return struct.pack("<BBHB", SEND, queue, length - 46, how)


def wire(kind, length, seed=5, times=1):
    return struct.pack("<BBHBB", WIRE, kind, length, seed, times - 1)


def register(name, value, element=0):
    row = [r[0] for r in ROWS].index(name)
    which = bytes([element]) if int(ROWS[row][1]) > 1 else b""
    return bytes([WRITE, row]) + which + struct.pack("<I", value)


def descriptor(queue, where, low, high):
    return struct.pack("<BBHII", DESCRIPTOR, queue, where // 4, low, high)


def memory(at, data):
    return struct.pack("<BIB", POKE, at, len(data)) + data


def card_programs():
    ms, second = bytes([TIME, 20, 0]), bytes([TIME, 29, 200])
    bell, done = bytes([TX_BELL, 0]), bytes([ACKNOWLEDGE])
    tx = bytes([OPEN, 0, 4]) + tx_ring(0)
    rx = bytes([OPEN, 1, 4]) + rx_ring(0) + rx_ring(1)
    posted = rx + bytes([BUFFERS, 0, 20, 0, BUFFERS, 1, 20, 30])
    header = memory(0x21000, bytes(range(64)))
    yield "send", tx + send(0, 60, 0) + send(0, 1514, 1) + bell + ms + done + ms
    yield "send-halves", tx + send(0, 100, 2) + send(0, 46, 3) + bell + ms
    yield "send-gathered", tx_ring(0, 4, 0x100108) + tx + send(0, 300, 1) * 8 + bell + ms + second
    yield "send-legacy", tx + header + descriptor(0, 0x21000, LAST | 64, 0) + bell + ms
    yield "send-legacy-sum", (tx + header +
                              descriptor(0, 0x21000, LAST | 1 << 26 | 40 << 16 | 64, 34 << 8) + bell + ms)
    yield "send-tagged", (tx + register("CTRL", 0x40000241) + header +
                          descriptor(0, 0x21000, LAST | 1 << 30 | 64, 7 << 16) + bell + ms)
    yield "segments", (tx + memory(0x21000, bytes.fromhex(
        "020000000002020000000001080045000000000040004006000000c0000201c0000202"
        "1388000700000001000000005010ffff00000000")) +
        descriptor(0, 20 | 14 << 9, EXTENDED | 2 << 20 | 1 << 11 | 1 << 10, 20 << 8 | 500 << 16) +
        descriptor(0, 0x21000, EXTENDED | 3 << 20 | 1 << 31 | LAST | 2054, 2000 << 14 | 3 << 8) +
        bell + ms)
    yield "no-frame", tx + descriptor(0, 0x21000, EXTENDED | 3 << 20 | LAST, 0) + bell + ms
    yield "heads", (tx + register("TDWBAH", 1) + register("TDWBAL", 0x23470001) + send(0, 80, 0) +
                    bell + ms)
    yield "receive", posted + wire(0, 100, times=10) + ms + done + wire(1, 200, times=16) + ms
    yield "receive-kinds", posted + b"".join(wire(k, 80 + k) for k in range(0, 80)) + ms
    yield "receive-bad", posted + wire(0, 59) + wire(0, 100, 31) + wire(0, 1600) + wire(0, 9800) + ms
    yield "receive-tagged", posted + register("CTRL", 0x40000241) + wire(16, 90, times=4) + ms
    yield "receive-none", rx + wire(1, 1500, times=16) * 4 + ms + bytes([BUFFERS, 0, 20, 0]) + ms
    yield "receive-dropped", (bytes([OPEN, 0, 0]) + rx_ring(0, buffer=0x82000002) +
                              wire(1, 300, times=8) + ms)
    yield "receive-long", (posted + register("RCTL", 0x04008022) + register("RLPML", 9728) +
                           wire(0, 9000, times=3) + ms)
    yield "throttled", posted + register("EITR", 0x2000, 1) + wire(0, 100, times=3) + ms + done + ms
    yield "legacy-interrupts", bytes([OPEN, 0, 1]) + tx_ring(0) + send(0, 60, 0) + bell + ms
    yield "causes", register("GPIE", 0x10) + register("EIMS", 3) + register("EICS", 1) + ms
    yield "link", tx + bytes([LINK, 0]) + send(0, 60, 0) + bell + ms + bytes([LINK, 1]) + second * 2
    yield "reset", posted + tx_ring(0) + send(0, 900, 0) + bell + register("CTRL", 0x04000000) + ms
    yield "queue-off", tx + send(0, 900, 0) + bell + register("TXDCTL", 0) + ms
    yield "no-page", tx + bytes([MAP, 48]) + send(0, 60, 0) + bell + ms + done + ms
    yield "no-ring", bytes([OPEN, 0, 0, MAP, 16]) + rx_ring(0) + bytes([BUFFERS, 0, 9, 0]) + ms
    for what in range(3):
        yield f"fault-{what}", (posted + tx_ring(0) + bytes([FAULT, what, 2]) + send(0, 60, 0) + bell +
                                wire(0, 90, times=3) + ms)
    yield "pause", posted + wire(4 + 24, 60) + tx_ring(0) + send(0, 60, 0) + bell + ms
    yield "registers", b"".join(register(name, 0xFFFFFFFF) for name, _ in ROWS if name != "CTRL")
    yield "phy", b"".join(register("MDIC", 0x08210000 | n << 16) + ms for n in range(8))


def route_programs():
    """Any bytes are operations on tables: some lengths of them."""
    for i in range(24):
        stream = b"".join(hashlib.sha256(bytes([i, k])).digest() for k in range(i + 1))
        yield f"bytes-{i:02}", stream[:16 * (i + 1)]


def write_all(target, inputs):
    where = f"corpus/{target}/seed"
    os.makedirs(where, exist_ok=True)
    for name, content in inputs:
        with open(os.path.join(where, name), "wb") as f:
            f.write(content)


def random_programs(where):
    """One file a program; seed 1."""
    text = subprocess.run([f"{BUILD}/gcc-O0/refstack", "diff", "--print", "--random", str(RANDOM)],
                          check=True, capture_output=True, text=True).stdout
    for i, program in enumerate(re.split(r"^// program \d+ .*\n", text, flags=re.M)[1:]):
        with open(os.path.join(where, f"{i:05}.pkt"), "w") as f:
            f.write(program)


def on_a_card(where):
    """The vectors once more, as they are with a card; those that choose a device keep it."""
    for path in sorted(glob.glob("vectors/*/*.pkt")):
        with open(path) as f:
            text = f.read()
        if "--device=" not in text:
            with open(os.path.join(where, path.replace("/", "-")), "w") as f:
                f.write("--device=igb\n" + text)


def from_scripts(target):
    where = f"corpus/{target}/seed"
    with tempfile.TemporaryDirectory() as all_, tempfile.TemporaryDirectory() as scripts:
        random_programs(scripts)
        on_a_card(scripts)
        subprocess.run([f"{BUILD}/gcc-O0/replay_{target}", "--looks", "none", "--pkt", "--write",
                        all_, *sorted(glob.glob("vectors/*/")), scripts], check=True)
        shutil.rmtree(where, ignore_errors=True)
        os.makedirs(where)
        subprocess.run(["setarch", "-R", f"{BUILD}/libfuzzer/fuzz_{target}", "-set_cover_merge=1",
                        "-use_counters=0", f"-artifact_prefix={scripts}/",
                        where, all_], check=True, stderr=subprocess.DEVNULL,
                       env=dict(os.environ, REFSTACK_LOOKS="none"))
    files = [os.path.getsize(os.path.join(where, f)) for f in os.listdir(where)]
    print(f"{target}: {len(files)} inputs, {sum(files)} bytes")


SCRIPTS = ["syscalls", "rx", "api", "frag", "neigh", "tcp", "tcp-pair", "snapshot"]
BY_HAND = {"pcapng": captures, "nic": card_programs, "route": route_programs}


def main():
    for target in sys.argv[1:] or [*BY_HAND, *SCRIPTS]:
        if target in BY_HAND:
            write_all(target, BY_HAND[target]())
        elif target in SCRIPTS:
            from_scripts(target)
        else:
            sys.exit(f"seeds.py: nothing is known of {target}")


if __name__ == "__main__":
    main()
