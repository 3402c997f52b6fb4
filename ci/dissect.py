#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A second pair of eyes on frames that were sent: scapy takes them apart, and its checksums and lengths
are computed here, with nothing of ours.

usage: ci/dissect.py CAPTURE|DIR...

Captures are those of `refstack check --captures`: their frames are what the device has let out, on its wire
side. There every checksum is complete: the card has filled in what the stack left to it, and where the
device is a TUN that takes packets without their checksum (interface tun0), whoever reads it has done so, as
hosts do. So nothing is excused for where it was captured, and a datagram without checksum only where its script says
SO_NO_CHECK. What raw and packet sockets send may be anything.

Of each frame: it has nothing that scapy cannot name; built again by scapy from its fields it is the same
bytes; total length, header lengths and lengths of UDP and ARP fit the frame; each checksum is right. Fragments
are put together again, and the whole is looked at in the same way. What an ICMP error quotes may be cut: of
it the header is looked at alone.
"""
import collections
import logging
import pathlib
import struct
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)  # it looks for the machine's routes when it starts
try:
    from scapy.compat import raw
    from scapy.layers import inet, l2
    from scapy.packet import NoPayload, Padding, Raw
except ImportError as why:
    sys.exit(f"ci/dissect.py needs scapy: {why}")

ETHERNET, RAW_IP = 1, 101
OUTBOUND = 2
UDP_LITE, IGMP = 136, 2
SOURCE_ROUTES = {131, 137}
SHORTEST = 60  # an Ethernet frame without its FCS: shorter ones are filled up
QUOTES = {3, 4, 5, 11, 12}  # types of ICMP that quote what they are about

# Protocols for which scapy has a layer.
KNOWN = {fields["proto"] for fields, _ in inet.IP.payload_guess if "proto" in fields}

Frame = collections.namedtuple("Frame", "interface link bytes")


# --- captures --------------------------------------------------------------------------------------

def options(data):
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from("<HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4:at + 4 + size]
        at += 4 + (size + 3) // 4 * 4


def sent_frames(data):
    """Those of a capture (pcapng, little endian) that went out."""
    interfaces, at = [], 0
    if data[:4] != b"\n\r\r\n":
        raise ValueError("no capture")
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        body = data[at + 8:at + size - 4]
        if kind == 1:
            name = next((v.decode() for c, v in options(body[8:]) if c == 2), "")
            interfaces.append((name, struct.unpack_from("<H", body)[0]))
        elif kind == 6:
            interface, _, _, kept, length = struct.unpack_from("<IIIII", body)
            flags = next((struct.unpack("<I", v)[0] for c, v in options(body[20 + (kept + 3) // 4 * 4:])
                          if c == 2), 0)
            if kept != length:
                raise ValueError("a frame is not whole")
            if flags & 3 == OUTBOUND:
                yield Frame(*interfaces[interface], body[20:20 + kept])
        at += size


# --- sums ------------------------------------------------------------------------------------------

def ones_sum(data):
    """RFC 1071: 0 where a checksum is right."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def destination(ip):
    """RFC 1122 4.2.3.8: of a packet that sets out with a source route, the end of the route."""
    at = 20
    while at + 2 < len(ip) and ip[at] != 0:
        size = 1 if ip[at] == 1 else max(ip[at + 1], 2)
        if ip[at] in SOURCE_ROUTES and size >= 7:
            return ip[at + size - 4:at + size]
        at += size
    return ip[16:20]


def is_source_routed(ip):
    return destination(ip) != ip[16:20]


def pseudo(ip, proto, length, to=None):
    return ip[12:16] + (to or destination(ip)) + struct.pack(">BBH", 0, proto, length)


# --- one frame -------------------------------------------------------------------------------------

class Wrong(Exception):
    """What is wrong with a frame."""


def must(condition, what):
    if not condition:
        raise Wrong(what)


class Looker:
    def __init__(self, no_checksum):
        self.no_checksum = no_checksum  # datagrams may be without one
        self.sums = collections.Counter()
        self.fragments = {}
        self.whole = 0

    def summed(self, what, data):
        self.sums[what] += 1
        must(ones_sum(data) == 0, f"checksum of {what}")

    def frame(self, f):
        packet = (l2.Ether if f.link == ETHERNET else inet.IP)(f.bytes)
        self.named(packet)
        if f.link == ETHERNET:
            must(len(f.bytes) >= 14, "shorter than its header")
            self.ethernet(packet)
        else:
            self.ip(packet, f.bytes)
        self.same_again(packet, f.bytes)
        if inet.IP in packet and is_fragment(packet[inet.IP]):
            self.keep(f, packet[inet.IP])

    def named(self, packet):
        """Raw is data: of UDP, of an echo, or in a fragment. What is quoted may be cut anywhere."""
        above = packet
        while not isinstance(above.payload, NoPayload):
            layer = above.payload
            if isinstance(layer, inet.IPerror):
                return
            if isinstance(layer, Raw) and not isinstance(layer, Padding):
                must(self.may_have_data(above), f"nothing known behind {above.name}")
            above = layer

    @staticmethod
    def may_have_data(above):
        if isinstance(above, inet.IP):  # what programs send by raw sockets is theirs
            return is_fragment(above) or above.proto not in KNOWN
        return isinstance(above, (inet.UDP, inet.TCP, inet.ICMP))

    def ethernet(self, packet):
        body = raw(packet)[14:]
        must(hasattr(packet, "type"), "a length in place of a type")
        if packet.type == 0x0806:
            self.arp(packet[l2.ARP])
            used = 28
        else:
            must(packet.type == 0x0800, f"type {packet.type:#06x}")
            used = packet[inet.IP].len
            self.ip(packet[inet.IP], body)
        must(used <= len(body), "cut")
        self.padding(body, used)

    @staticmethod
    def padding(body, used):
        must(used == len(body) or 14 + len(body) <= SHORTEST, "longer than what it carries")
        must(not any(body[used:]), "padding that is not zero")

    @staticmethod
    def arp(arp):
        must((arp.hwtype, arp.ptype, arp.hwlen, arp.plen) == (1, 0x0800, 6, 4), "lengths of ARP")
        must(arp.op in (1, 2), f"ARP operation {arp.op}")

    def ip(self, ip, data):
        must(ip.version == 4, f"IP version {ip.version}")
        must(5 <= ip.ihl and ip.ihl * 4 <= ip.len, "header length of IP")
        must(ip.len <= len(data), "total length beyond the frame")
        self.summed("IPv4", data[:ip.ihl * 4])
        if not is_fragment(ip):
            self.above(data[:ip.len], ip.proto)

    def above(self, packet, proto):
        """A whole IP packet."""
        header = (packet[0] & 15) * 4
        look = {1: self.icmp, IGMP: self.igmp, 6: self.tcp, 17: self.udp, UDP_LITE: self.udp_lite}.get(proto)
        if look is not None:
            look(packet[:header], packet[header:])

    def udp(self, ip, data):
        must(len(data) >= 8, "header of UDP")
        length, check = struct.unpack(">HH", data[4:8])
        must(length == len(data), "length of UDP")
        if check == 0:
            self.sums["none"] += 1
            must(self.no_checksum, "UDP without checksum")
            return
        # Linux: udp_send_skb() sums with where a source route begins, not with its end.
        self.summed("UDP", pseudo(ip, 17, length, ip[16:20]) + data)

    def udp_lite(self, ip, data):
        must(len(data) >= 8, "header of UDP-Lite")
        covered, check = struct.unpack(">HH", data[4:8])
        must(covered == 0 or 8 <= covered <= len(data), "coverage of UDP-Lite")
        must(check != 0, "UDP-Lite without checksum")
        self.summed("UDP-Lite", pseudo(ip, UDP_LITE, len(data)) + data[:covered or len(data)])

    def tcp(self, ip, data):
        must(len(data) >= 20, "header of TCP")
        must(20 <= (data[12] >> 4) * 4 <= len(data), "header length of TCP")
        self.summed("TCP", pseudo(ip, 6, len(data)) + data)

    def igmp(self, _ip, data):
        must(len(data) >= 8, "header of IGMP")
        self.summed("IGMP", data)

    def icmp(self, _ip, data):
        must(len(data) >= 8, "header of ICMP")
        self.summed("ICMP", data)
        if data[0] in QUOTES:
            self.quote(data[8:])

    @staticmethod
    def quote(data):
        """RFC 792: the header and 8 bytes, if there are so many."""
        must(len(data) >= 20 and data[0] >> 4 == 4 and 5 <= data[0] & 15, "quotes no IP header")
        total = struct.unpack(">H", data[2:4])[0]
        must(len(data) >= min(total, (data[0] & 15) * 4 + 8), "quotes too little")

    @staticmethod
    def same_again(packet, data):
        """Built from fields, with lengths and checksums computed by scapy."""
        built = rebuilt(packet)
        must(built == data, f"built again it is {built.hex()}")

    # --- fragments

    def keep(self, f, ip):
        key = f.interface, ip.src, ip.dst, ip.proto, ip.id
        must(ip.frag or key not in self.fragments, "begins before the one of the same id has ended")
        pieces = self.fragments.setdefault(key, [])
        must(ip.frag * 8 == sum(size for _, size in pieces), "fragments with a hole or an overlap")
        size = ip.len - ip.ihl * 4
        must(not ip.flags.MF or size % 8 == 0, "fragment that is no multiple of 8")
        pieces.append((inet.IP(raw(ip)[:ip.len]), size))
        if not ip.flags.MF:
            del self.fragments[key]
            self.joined([p for p, _ in pieces])

    def joined(self, pieces):
        """Scapy puts them together."""
        _, whole, missing = inet.defrag(pieces)
        must(len(whole) == 1 and len(missing) == 0, "cannot be put together")
        packet = raw(whole[0])
        self.whole += 1
        self.above(packet, whole[0].proto)


def is_fragment(ip):
    return bool(ip.flags.MF) or ip.frag != 0


COMPUTED = {inet.IP: ("ihl", "len", "chksum"), inet.UDP: ("len", "chksum"), inet.TCP: ("dataofs", "chksum"),
            inet.ICMP: ("chksum",)}


def is_kept(packet, layer, field):
    """No checksum, or one that scapy would count otherwise: see Looker.udp()."""
    return type(layer) is inet.UDP and (layer.fields.get(field) == 0 or (
        field == "chksum" and is_source_routed(raw(packet[inet.IP]))))


def rebuilt(packet):
    """A fragment's checksums above IP are the whole datagram's; a quote is what it was."""
    copy = packet.copy()
    layer = copy
    if inet.IPerror in copy:
        copy[inet.ICMP].payload = Raw(raw(packet[inet.ICMP].payload))
    alone = not (inet.IP in packet and is_fragment(packet[inet.IP]))
    while not isinstance(layer, NoPayload):
        if alone or type(layer) is inet.IP:
            for field in COMPUTED.get(type(layer), ()):
                if not is_kept(packet, layer, field):
                    delattr(layer, field)
        layer.raw_packet_cache = None
        layer = layer.payload
    return raw(copy)


# --- all of them -----------------------------------------------------------------------------------

def captures(names):
    for name in names:
        path = pathlib.Path(name)
        yield from sorted(path.rglob("*.pcapng")) if path.is_dir() else [path]


def script_of(path):
    """Of a capture: the text of the same name below the folder of captures. Cases of FILE.frames are
    in a folder of that name.
    """
    for depth in range(len(path.parts)):
        name = pathlib.Path(*path.parts[depth:])
        for script in (name.with_suffix(".pkt"), name.parent):
            if script.is_file():
                return script.read_text()
    return ""


def others_write(script):
    """Raw and packet sockets send what a program has written, header and all; a router what a host has."""
    return any(word in script for word in ("SOCK_RAW", "AF_PACKET", "SOCK_PACKET", "forward"))


def main(names):
    if not names:
        sys.exit(__doc__.split("\n\n")[1])
    sums, nr = collections.Counter(), collections.Counter()
    for path in captures(names):
        nr["captures"] += 1
        script = script_of(path)
        looker = Looker("SO_NO_CHECK" in script)
        try:
            frames = list(sent_frames(path.read_bytes()))
        except (OSError, ValueError, IndexError, struct.error) as why:
            sys.exit(f"{path}: {why}")
        for n, f in enumerate(frames, 1):
            nr["frames"] += 1
            try:
                looker.frame(f)
            except Wrong as why:
                if others_write(script):
                    nr["theirs"] += 1
                    continue
                nr["wrong"] += 1
                print(f"{path}: frame {n} of {f.interface}: {why}\n    {f.bytes.hex()}")
        for (interface, *_, number), pieces in looker.fragments.items():
            if others_write(script):
                continue
            nr["wrong"] += 1
            print(f"{path}: of id {number} of {interface} {len(pieces)} fragments, and no last one")
        sums += looker.sums
        nr["whole"] += looker.whole
    none = sums.pop("none", 0)
    by_kind = ", ".join(f"{kind} {n}" for kind, n in sorted(sums.items()))
    print(f"{nr['captures']} captures, {nr['frames']} frames, {sum(sums.values())} checksums ({by_kind}; {none} "
          f"without, as asked), {nr['whole']} datagrams put together, {nr['wrong']} wrong")
    return 1 if nr["wrong"] or nr["frames"] == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
