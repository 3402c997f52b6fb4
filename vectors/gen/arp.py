# SPDX-License-Identifier: MIT
"""ARP: every field at its boundaries, who asks for whom, frames cut short."""
from frames import ALL_HOSTS_MAC, BROADCAST, ME, MY_MAC, NEW, NEW_MAC, PEER_MAC, SETUP, File
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

STALE, STALE_MAC = "192.0.2.4", "02:00:00:00:00:04"
ZERO_MAC = "00:00:00:00:00:00"
SENDERS = {
    "new": NEW, "known": STALE, "own": ME, "zero": "0.0.0.0", "network": "192.0.2.0", "directed": "192.0.2.255",
    "limited": "255.255.255.255", "loopback": "127.0.0.1", "multicast": "224.0.0.1", "class-e": "240.0.0.1",
    "far": "203.0.113.9",
}
TARGETS = {
    "own": ME, "new": NEW, "known": STALE, "zero": "0.0.0.0", "network": "192.0.2.0", "directed": "192.0.2.255",
    "limited": "255.255.255.255", "loopback": "127.0.0.1", "multicast": "224.0.0.1", "far": "203.0.113.9",
}


def arp(dst=BROADCAST, src=NEW_MAC, **fields):
    fields = {"hwtype": 1, "ptype": 0x0800, "hwlen": 6, "plen": 4, "op": 1, "hwsrc": NEW_MAC, "psrc": NEW,
              "hwdst": ZERO_MAC, "pdst": ME, **fields}
    return Ether(dst=dst, src=src, type=0x0806) / ARP(**fields)


def raw(op=1, hwtype=1, ptype=0x0800, hwlen=6, plen=4):
    """Address fields stay as long as usual, whatever the lengths say."""
    head = hwtype.to_bytes(2, "big") + ptype.to_bytes(2, "big") + bytes([hwlen, plen]) + op.to_bytes(2, "big")
    return Ether(dst=BROADCAST, src=NEW_MAC, type=0x0806) / Raw(head + bytes(arp())[22:])


def files():
    setup = SETUP + [f"`ip neigh add {STALE} lladdr {STALE_MAC} nud stale dev eth0`"]
    f = File("arp", "ARP: every field at its boundaries, and who asks for whom", setup, [])
    f.section("formats")
    for kind in (0, 1, 2, 3, 6, 7, 15, 24, 32, 255, 256, 512, 0xffff):
        f.case(f"hwtype-{kind}", raw(hwtype=kind))
    for kind in (0, 1, 0x07ff, 0x0801, 0x0806, 0x1000, 0x8035, 0x86dd, 0xffff):
        f.case(f"ptype-{kind:04x}", raw(ptype=kind))
    for size in (0, 1, 5, 7, 8, 16, 255):
        f.case(f"hwlen-{size}", raw(hwlen=size))
    for size in (0, 1, 3, 5, 6, 8, 16, 255):
        f.case(f"plen-{size}", raw(plen=size))
    f.case("lengths-exchanged", raw(hwlen=4, plen=6))
    f.section("operations")
    for op in list(range(11)) + [25, 255, 256, 257, 0xffff]:
        f.case(f"op-{op}", raw(op=op))
    f.section("who asks for whom")
    for s, sender in SENDERS.items():
        for t, target in TARGETS.items():
            mac = STALE_MAC if s == "known" else NEW_MAC
            f.case(f"request-{s}-for-{t}", arp(src=mac, hwsrc=mac, psrc=sender, pdst=target))
    f.section("who answers whom")
    for s, sender in SENDERS.items():
        mac = "02:00:00:00:00:14"  # another one than is known
        f.case(f"reply-{s}-to-own", arp(dst=MY_MAC, src=mac, op=2, hwsrc=mac, psrc=sender, hwdst=MY_MAC))
        f.case(f"reply-{s}-to-itself",
               arp(src=mac, op=2, hwsrc=mac, psrc=sender, hwdst=BROADCAST, pdst=sender))
    for t, target in TARGETS.items():
        f.case(f"reply-known-for-{t}", arp(dst=MY_MAC, src=STALE_MAC, op=2, hwsrc=STALE_MAC, psrc=STALE,
                                           hwdst=MY_MAC, pdst=target))
    f.section("hardware addresses, in the packet and on the frame")
    for name, mac in {"zero": ZERO_MAC, "broadcast": BROADCAST, "multicast": ALL_HOSTS_MAC, "own": MY_MAC,
                      "peer": PEER_MAC, "other": "02:00:00:00:00:15"}.items():
        f.case(f"sha-{name}", arp(hwsrc=mac))
        f.case(f"sha-{name}-known", arp(hwsrc=mac, psrc=STALE))
        f.case(f"sha-{name}-reply", arp(op=2, dst=MY_MAC, hwsrc=mac, psrc=STALE, hwdst=MY_MAC))
        f.case(f"tha-{name}", arp(hwdst=mac))
        f.case(f"frame-source-{name}", arp(src=mac))
    for name, mac in {"own": MY_MAC, "other": "02:00:00:00:00:09", "multicast": ALL_HOSTS_MAC,
                      "zero": ZERO_MAC}.items():
        f.case(f"frame-to-{name}-request", arp(dst=mac))
        f.case(f"frame-to-{name}-request-known", arp(dst=mac, src=STALE_MAC, hwsrc=STALE_MAC, psrc=STALE))
        f.case(f"frame-to-{name}-reply",
               arp(dst=mac, op=2, hwsrc="02:00:00:00:00:14", psrc=STALE, hwdst=MY_MAC))
    f.section("cut short, and padded")
    whole = bytes(arp())
    for size in range(14, len(whole)):
        f.case(f"cut-{size}", whole[:size])
    for pad in (1, 4, 18, 100):
        f.case(f"padding-{pad}", whole + b"\0" * pad)
    f.case("padding-not-zero", whole + b"\xa5" * 18)
    f.section("one after the other")
    f.case("request-twice", arp(), arp())
    f.case("request-then-other-mac", arp(), (100, arp(src="02:00:00:00:00:14", hwsrc="02:00:00:00:00:14")))
    f.case("request-then-other-mac-later", arp(), (1001, arp(src="02:00:00:00:00:14", hwsrc="02:00:00:00:00:14")))
    f.case("reply-then-reply", *[(ms, arp(dst=MY_MAC, op=2, src=mac, hwsrc=mac, psrc=STALE, hwdst=MY_MAC))
                                 for ms, mac in ((0, "02:00:00:00:00:14"), (999, "02:00:00:00:00:24"))])
    f.case("reply-then-reply-later", *[(ms, arp(dst=MY_MAC, op=2, src=mac, hwsrc=mac, psrc=STALE, hwdst=MY_MAC))
                                       for ms, mac in ((0, "02:00:00:00:00:14"), (1001, "02:00:00:00:00:24"))])
    return [f]
