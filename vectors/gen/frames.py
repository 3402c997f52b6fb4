# SPDX-License-Identifier: MIT
"""What the generators share: frames by scapy, and .frames files that keep the verdicts they have.

Nothing here depends on a clock, a random number or the machine: every address, identifier and time is
said, so that the same generator always writes the same bytes.
"""
import os
import re

from scapy.config import conf

conf.verb = 0

from scapy.layers.inet import ICMP, IP, TCP, UDP  # noqa: E402  (conf comes first)
from scapy.layers.l2 import Ether  # noqa: E402
from scapy.packet import Raw  # noqa: E402

ME, PEER, NEW, FAR = "192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.7"
MY_MAC, PEER_MAC, NEW_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"
BROADCAST, ALL_HOSTS_MAC = "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"
OPEN, CLOSED, CONNECTED, PEER_PORT = 5000, 5001, 6000, 7000

SETUP = [
    "`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up; ip link set lo up`",
    "`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`",
    "`ip route add default via 192.0.2.2`",
]


def bind(fd, port, addr="0.0.0.0"):
    return (f"+0 bind({fd}, {{sa_family = AF_INET, sin_port = htons({port}), "
            f"sin_addr = inet_addr(\"{addr}\")}}, 16) = 0")


def connect(fd, port, addr):
    return bind(fd, port, addr).replace("bind(", "connect(")


SOCKETS = [
    "0 socket(AF_INET, SOCK_DGRAM, 0) = 3",
    bind(3, OPEN),
    "+0 socket(AF_INET, SOCK_DGRAM, 0) = 4",
    bind(4, CONNECTED),
    connect(4, PEER_PORT, PEER),
]


def receive(fd):
    return f"recvfrom({fd}, ..., 3000, MSG_DONTWAIT, ..., [16]) = -1 EAGAIN (Resource temporarily unavailable)"


def eth(payload=b"", dst=MY_MAC, src=PEER_MAC, kind=0x0800):
    return bytes(Ether(dst=dst, src=src, type=kind) / Raw(bytes(payload)))


def ip(payload=b"", dst_mac=MY_MAC, src_mac=PEER_MAC, **fields):
    """A frame with an IPv4 packet: src, dst, ttl, options, ... as scapy calls them."""
    fields = {"src": PEER, "dst": ME, "id": 1, "ttl": 64, **fields}
    return bytes(Ether(dst=dst_mac, src=src_mac, type=0x0800) / IP(**fields) / payload)


def udp(data=b"data", sport=PEER_PORT, dport=OPEN, **fields):
    return UDP(sport=sport, dport=dport, **fields) / Raw(data) if data else UDP(sport=sport, dport=dport, **fields)


def tcp(flags="S", data=b"", **fields):
    head = TCP(**{"sport": 40000, "dport": 80, "seq": 1000, "ack": 0, "flags": flags, "window": 8192, **fields})
    return head / Raw(data) if data else head


def echo(data=b"ping", **fields):
    return ICMP(**{"type": 8, "code": 0, "id": 7, "seq": 1, **fields}) / Raw(data)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def patched(frame, at, value, size=1):
    """The frame with other bytes there; checksums stay as they are."""
    return frame[:at] + value.to_bytes(size, "big") + frame[at + size:]


def fixed_ip(frame):
    """The frame with its IPv4 header's checksum made right, whatever the header says of itself."""
    size = max(20, (frame[14] & 15) * 4)
    header = frame[14:24] + b"\0\0" + frame[26:14 + size]
    return frame[:24] + checksum(header).to_bytes(2, "big") + frame[26:]


def with_options(frame, options):
    """The frame of a packet without options with these bytes as its options; they fill words."""
    assert len(options) % 4 == 0 and frame[14] == 0x45
    total = int.from_bytes(frame[16:18], "big") + len(options)
    head = bytes([0x45 + len(options) // 4]) + frame[15:16] + total.to_bytes(2, "big") + frame[18:34]
    return fixed_ip(frame[:14] + head + options + frame[34:])


def seconds(ns):
    digits = f"{ns:010d}"
    whole, part = digits[:-9], digits[-9:]
    return f"{whole}.{part[:3]}" if part.endswith("000000") else f"{whole}.{part}"


def nanoseconds(text):
    whole, part = text.split(".")
    return int(whole) * 10 ** 9 + int(part.ljust(9, "0"))


class Case:
    """Frames, each bytes or (milliseconds, bytes); wait: milliseconds after the last one."""

    def __init__(self, name, frames, wait, comment):
        self.name, self.wait, self.comment = name, wait, comment
        self.frames, now = [], 0
        for frame in frames:
            when, data = frame if isinstance(frame, tuple) else (None, frame)
            now = now if when is None else when * 10 ** 6
            self.frames.append((now, bytes(data).hex()))
        assert all(data for _, data in self.frames), name

    def inputs(self):
        return tuple(self.frames), None if self.wait is None else self.wait * 10 ** 6

    def body(self):
        lines, now = [], 0
        for when, data in self.frames:
            lines.append(f"< {data}" if when == now else f"< {seconds(when)} {data}")
            now = when
        if self.wait is not None:
            lines.append(f"wait {seconds(self.wait * 10 ** 6)}")
        return lines


class Before:
    """What a .frames file says already: where its verdicts come from, and those of each case."""

    PROVENANCE = re.compile(r"// (?:oracle|config|patches|seed|hz|sysctl|why): ")

    def __init__(self, path):
        self.provenance, self.above, self.cases = [], [], {}
        if not os.path.exists(path):
            return
        with open(path, encoding="ascii") as f:
            lines = f.read().splitlines()
        first = next((i for i, line in enumerate(lines) if line.startswith("case ")), len(lines))
        head = next((i for i, line in enumerate(lines) if not line.startswith("//")), len(lines))
        self.provenance = [line for line in lines[:head] if self.PROVENANCE.match(line)]
        self.above = [line for line in lines[head:first] if line and not line.startswith("//")]
        name = None
        for line in lines[first:]:
            if line.startswith("case "):
                name = line.split()[1]
                self.cases[name] = [line]
            elif line and not line.startswith("//"):
                self.cases[name].append(line)

    def block(self, case):
        """The lines of the case as they are, or None: it is another one."""
        lines = self.cases.get(case.name)
        if lines is None:
            return None
        frames, wait, now = [], None, 0
        for line in lines[1:]:
            words = line.split()
            if words[0] in "<>":
                now = nanoseconds(words[1]) if len(words) == 3 else now
            if words[0] == "<":
                frames.append((now, words[-1]))
            elif words[0] == "wait":
                wait = nanoseconds(words[1])
        return lines if (tuple(frames), wait) == case.inputs() else None


class File:
    """NAME.frames: what it claims, a set-up, what is done finally, and cases."""

    def __init__(self, name, claim, setup, finally_, wait=10, headers=()):
        self.name, self.claim, self.setup, self.finally_ = name, claim, setup, finally_
        self.wait, self.headers = wait, headers
        self.cases, self.comment = [Case("nothing", [], None, None)], None

    def section(self, comment):
        self.comment = comment

    def case(self, name, *frames, wait=None):
        assert re.fullmatch(r"[\w.+-]{1,80}", name), name
        assert all(name != c.name for c in self.cases), name
        self.cases.append(Case(name, frames, wait, self.comment))
        self.comment = None

    def above(self):
        return list(self.setup) + [f"finally {seconds(self.wait * 10 ** 6)}"] + self.finally_

    def text(self, before):
        same = before.above == self.above()
        lines = [f"// claim: {self.claim}", "// class: exact"]
        lines += [f"// {header}" for header in self.headers] + (before.provenance if same else [])
        lines += [""] + list(self.setup) + [""] + self.above()[len(self.setup):]
        for case in self.cases:
            lines.append("")
            if case.comment:
                lines.append(f"// {case.comment}")
            lines += (same and before.block(case)) or [f"case {case.name}"] + case.body()
        return "\n".join(lines) + "\n"

    def write(self, to, keep):
        """Into the directory `to`, with the verdicts that `keep` has; how many cases there are."""
        text = self.text(Before(os.path.join(keep, self.name + ".frames")))
        path = os.path.join(to, self.name + ".frames")
        with open(path + ".new", "w", encoding="ascii") as f:
            f.write(text)
        os.replace(path + ".new", path)
        return len(self.cases)
