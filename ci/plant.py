#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A golden pair with one thing changed: what a report has to find.

plant.py HOW N FROM.pkt TO.pkt     the pair FROM becomes the pair TO; N counts the frames that leave, from 1

  ttl    frame N leaves with one hop more, and its checksum is right
  twice  frame N leaves twice: who does not send it again misses one
  gone   frame N does not leave: who sends it sends too much
  early  frame N leaves 100 ms earlier: who keeps the old time is late
"""
import os
import struct
import sys

EPB = 6
FLAGS = 2  # the option with the direction
OUT = 2
EARLIER_NS = 100_000_000


def blocks(data):
    """A capture in pieces: [type, bytes]."""
    at, found = 0, []
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        found.append([kind, bytearray(data[at:at + size])])
        at += size
    return found


def leaves(block):
    """Whether a block is a frame that leaves."""
    kind, data = block
    if kind != EPB:
        return False
    at = 28 + (struct.unpack_from("<I", data, 20)[0] + 3) // 4 * 4
    while at + 8 <= len(data) - 4:
        code, size = struct.unpack_from("<HH", data, at)
        if code == FLAGS:
            return struct.unpack_from("<I", data, at + 4)[0] & 3 == OUT
        if code == 0:
            return False
        at += 4 + (size + 3) // 4 * 4
    return False


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def hop_more(block):
    data, at = block[1], 28 + 14  # behind the block's own header and Ethernet's
    if data[at - 2:at] != b"\x08\x00":
        raise SystemExit("plant: that frame is not IPv4")
    size = (data[at] & 15) * 4
    data[at + 8] += 1
    data[at + 10:at + 12] = b"\0\0"
    data[at + 10:at + 12] = struct.pack(">H", checksum(bytes(data[at:at + size])))


def earlier(block):
    high, low = struct.unpack_from("<II", block[1], 12)
    when = (high << 32 | low) - EARLIER_NS
    struct.pack_into("<II", block[1], 12, when >> 32, when & 0xFFFFFFFF)


def change(how, n, capture, lines):
    """Both halves of the pair, changed."""
    frames = [i for i, block in enumerate(capture) if leaves(block)]
    texts = [i for i, line in enumerate(lines) if line.lstrip().split(" ", 2)[1:2] == [">"]]
    if len(frames) != len(texts):
        raise SystemExit(f"plant: {len(frames)} frames leave, {len(texts)} statements say so")
    if not 0 < n <= len(frames):
        raise SystemExit(f"plant: only {len(frames)} frames leave")
    frame, text = frames[n - 1], texts[n - 1]
    if how == "ttl":
        old = capture[frame][1][28 + 14 + 8]
        hop_more(capture[frame])
        lines[text] = lines[text].replace(f"ttl {old}", f"ttl {old + 1}", 1)
    elif how == "twice":
        capture.insert(frame, [EPB, bytearray(capture[frame][1])])
        lines.insert(text + 1, "+0 " + lines[text].lstrip().split(" ", 1)[1])
    elif how == "gone":
        del capture[frame], lines[text]
    elif how == "early":
        earlier(capture[frame])
        when, _, rest = lines[text].lstrip().partition(" ")
        lines[text] = f"+{float(when) - EARLIER_NS / 1e9:.6f} {rest}"
        if text + 1 < len(lines) and lines[text + 1].lstrip().startswith("+"):  # what follows stays where it is
            when, _, rest = lines[text + 1].lstrip().partition(" ")
            lines[text + 1] = f"+{float(when) + EARLIER_NS / 1e9:.6f} {rest}"
    else:
        raise SystemExit(__doc__)


def main():
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    how, n, source, to = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    with open(source.replace(".pkt", ".pcapng"), "rb") as f:
        capture = blocks(f.read())
    with open(source, encoding="utf-8") as f:
        lines = f.read().split("\n")
    change(how, n, capture, lines)
    os.makedirs(os.path.dirname(to) or ".", exist_ok=True)
    with open(to.replace(".pkt", ".pcapng"), "wb") as f:
        f.write(b"".join(data for _, data in capture))
    with open(to, "w", encoding="utf-8") as f:
        f.write("\n".join(lines))


if __name__ == "__main__":
    main()
