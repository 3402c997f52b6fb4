# SPDX-License-Identifier: MIT
"""Ethernet: addresses, types and lengths, tags, padding, frames cut short."""
from frames import (ALL_HOSTS_MAC, BROADCAST, ME, MY_MAC, NEW_MAC, PEER, PEER_MAC, SETUP, SOCKETS, File, echo, eth, ip,
                    receive, udp)
from scapy.layers.l2 import ARP, Ether

DESTINATIONS = {
    "own": MY_MAC, "broadcast": BROADCAST, "all-hosts": ALL_HOSTS_MAC, "multicast": "01:00:5e:7f:ff:fa",
    "multicast-local": "03:00:00:00:00:01", "ipv6-multicast": "33:33:00:00:00:01",
    "stp": "01:80:c2:00:00:00", "pause": "01:80:c2:00:00:01", "lldp": "01:80:c2:00:00:0e",
    "other": "02:00:00:00:00:09", "zero": "00:00:00:00:00:00", "one-bit": "02:00:00:00:00:00",
    "almost-broadcast": "ff:ff:ff:ff:ff:fe", "group-of-own": "03:00:00:00:00:01",
}
SOURCES = {
    "zero": "00:00:00:00:00:00", "broadcast": BROADCAST, "multicast": ALL_HOSTS_MAC, "own": MY_MAC,
    "other": NEW_MAC, "universal": "00:11:22:33:44:55",
}
TYPES = [0, 1, 0x2d, 0x2e, 0x2f, 0x5db, 0x5dc, 0x5dd, 0x5ff, 0x600, 0x601, 0x7ff, 0x801, 0x805, 0x807, 0x8035,
         0x809b, 0x80f3, 0x86dd, 0x8808, 0x8809, 0x8847, 0x8848, 0x8863, 0x8864, 0x888e, 0x88cc, 0x88f7, 0x9000,
         0xfffe, 0xffff]


def tagged(*tags, inner=0x0800, payload=b""):
    """Tags are (protocol, value)."""
    data = b"".join(p.to_bytes(2, "big") + v.to_bytes(2, "big") for p, v in tags)
    return bytes.fromhex((MY_MAC + PEER_MAC).replace(":", "")) + data + inner.to_bytes(2, "big") + bytes(payload)


def files():
    f = File("ether", "Ethernet: every field at its boundaries", SETUP + SOCKETS, [receive(3)])
    packet = ip(udp())[14:]
    arp = bytes(ARP(op=1, hwsrc=PEER_MAC, psrc=PEER, hwdst="00:00:00:00:00:00", pdst=ME))
    f.section("destinations")
    for name, mac in DESTINATIONS.items():
        if name != "group-of-own":
            f.case(f"dst-{name}-udp", eth(packet, dst=mac))
            f.case(f"dst-{name}-arp", eth(arp, dst=mac, kind=0x0806))
            f.case(f"dst-{name}-echo", eth(ip(echo())[14:], dst=mac))
    f.section("sources")
    for name, mac in SOURCES.items():
        f.case(f"src-{name}-echo", eth(ip(echo())[14:], src=mac))
        f.case(f"src-{name}-arp", eth(arp, src=mac, dst=BROADCAST, kind=0x0806))
    f.section("types and lengths")
    for kind in TYPES:
        f.case(f"type-{kind:04x}", eth(packet, kind=kind))
    for kind in (0x2e, 0x5dc, 0x600, 0x86dd, 0x88b5):
        f.case(f"type-{kind:04x}-broadcast", eth(packet, dst=BROADCAST, kind=kind))
    f.section("802.3: a length, and what LLC and SNAP say")
    for name, llc in {"snap-ip": "aaaa030000000800", "snap-arp": "aaaa030000000806",
                      "snap-other-oui": "aaaa0300000c2000", "snap-bridge": "aaaa030000f80800", "ip-sap": "060603", "null": "000003", "stp": "424203",
                      "ipx": "e0e003", "ipx-raw": "ffff", "netbeui": "f0f003", "snap-short": "aaaa03"}.items():
        data = bytes.fromhex(llc) + packet
        f.case(f"llc-{name}", eth(data, kind=len(data)))
    for extra in (-1, 1):
        data = bytes.fromhex("aaaa030000000800") + packet
        f.case(f"llc-length-{extra:+d}", eth(data, kind=len(data) + extra))
    f.section("tags")
    for vid in (0, 1, 2, 4094, 4095):
        f.case(f"vlan-{vid}", tagged((0x8100, vid), payload=packet))
    for priority in (1, 7):
        f.case(f"vlan-0-priority-{priority}", tagged((0x8100, priority << 13), payload=packet))
        f.case(f"vlan-1-priority-{priority}", tagged((0x8100, priority << 13 | 1), payload=packet))
    f.case("vlan-0-dei", tagged((0x8100, 0x1000), payload=packet))
    f.case("vlan-0-arp", tagged((0x8100, 0), inner=0x0806, payload=arp))
    f.case("vlan-1-arp", tagged((0x8100, 1), inner=0x0806, payload=arp))
    f.case("vlan-service-0", tagged((0x88a8, 0), payload=packet))
    f.case("vlan-service-1", tagged((0x88a8, 1), payload=packet))
    f.case("vlan-old-service", tagged((0x9100, 0), payload=packet))
    f.case("vlan-twice-0-0", tagged((0x8100, 0), (0x8100, 0), payload=packet))
    f.case("vlan-twice-0-1", tagged((0x8100, 0), (0x8100, 1), payload=packet))
    f.case("vlan-twice-service-0-0", tagged((0x88a8, 0), (0x8100, 0), payload=packet))
    f.case("vlan-0-length", tagged((0x8100, 0), inner=len(packet), payload=packet))
    f.case("vlan-0-nothing", tagged((0x8100, 0)))
    for size in (14, 15, 16, 17):
        f.case(f"vlan-cut-{size}", tagged((0x8100, 0), payload=packet)[:size])
    f.section("padding behind the packet")
    frame = eth(packet)
    for pad in (1, 13, 14, 15, 46, 1454, 1468):
        f.case(f"padding-{pad}", frame + b"\0" * pad)
    f.case("padding-not-zero", frame + b"\xff" * 14)
    f.section("cut short")
    whole = bytes(Ether(frame))
    for size in range(1, len(whole)):
        f.case(f"cut-{size}", whole[:size])
    return [f]
