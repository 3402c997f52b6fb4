#!/bin/bash
# SPDX-License-Identifier: MIT
# Every frame that the reference sends in the vectors, on a TAP or TUN and out of a card, taken apart by
# scapy (ci/dissect.py); and that each kind of mistake would be seen.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

suite=dissect
mkdir "$dir/none"
echo 'raise ImportError("there is none")' >"$dir/none/scapy.py"
PYTHONPATH=$dir/none ci/dissect.py "$dir" >"$dir/out" 2>&1
expect dissect/without_scapy_fails test $? = 1
says without_scapy "ci/dissect.py needs scapy: there is none" "$dir/out"
if ! /usr/bin/python3 -c 'import scapy.layers.inet' 2>/dev/null; then
	skip dissect "scapy is not installed (python3-scapy)"
	finish
fi
refstack=${BUILD:-build}/refstack

# --- the reference ----------------------------------------------------------------------------------
# Whether they are Linux's frames is check's own matter; that the vectors that pass are all there is ours.
frames_of() { # NAME ARGUMENT...
	local passed captures
	"$refstack" check "${@:2}" --captures "$dir/$1" >"$dir/check.log" 2>&1
	passed=$(tail -n 1 "$dir/check.log" | grep -o '^[0-9]*')
	captures=$(find "$dir/$1" -name '*.pcapng' | wc -l)
	expect "dissect/$1_captured" test "$passed" -ge 900 -a "$captures" -ge "$passed"
	expect "dissect/$1" ci/dissect.py "$dir/$1"
	cp "$dir/expect.log" "$dir/dissected"
	tail -n 1 "$dir/dissected"
	expect "dissect/$1_every_capture" grep -q "^$captures captures, " "$dir/dissected"
}
frames_of tap
frames_of igb --device igb

# --- mistakes ---------------------------------------------------------------------------------------
# Frames made by hand, right ones, then each with one mistake; what stands around it is made right again.
mkdir "$dir/made"
cat >"$dir/make.py" <<'PY'
import pathlib, struct, sys

A, B = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
ETHER = bytes.fromhex("020000000002020000000001")

def total(data):
    data += b"\0" * (len(data) % 2)
    n = sum(struct.unpack(f">{len(data) // 2}H", data))
    while n >> 16:
        n = (n & 0xffff) + (n >> 16)
    return n ^ 0xffff

def put(data, at, number):
    return data[:at] + struct.pack(">H", number) + data[at + 2:]

def ip(proto, body, number=7, flags=0, options=b"", **wrong):
    words = 5 + len(options) // 4
    head = struct.pack(">BBHHHBBH", wrong.get("first", 0x40 | words), 0, wrong.get("length", words * 4 + len(body)),
                       number, flags, 64, proto, 0) + A + B + options
    return put(head, 10, total(head)) + body

def with_sum(proto, data, at, to=B):
    n = total(A + to + struct.pack(">HH", proto, len(data)) + data)
    return put(data, at, n or 0xffff)

def udp(payload=b"hello", length=None, to=B):
    return with_sum(17, struct.pack(">HHHH", 5000, 7, length or 8 + len(payload), 0) + payload, 6, to)

def icmp(kind, rest):
    data = bytes([kind, 0, 0, 0]) + rest
    return put(data, 2, total(data))

def again(packet):
    """With the right checksum of IP."""
    return put(packet, 10, total(put(packet, 10, 0)[:20]))

def ether(packet, kind=0x0800):
    return ETHER + struct.pack(">H", kind) + packet

def arp(op=1, sizes=(6, 4), more=b""):
    body = struct.pack(">HHBBH", 1, 0x0800, *sizes, op) + ETHER[6:] + A + bytes(6) + B
    return ether(body + more, 0x0806)

def flip(frame, at):
    return frame[:at] + bytes([frame[at] ^ 1]) + frame[at + 1:]

def pieces(data, *sizes):
    at, made = 0, []
    for n, size in enumerate(sizes):
        more = 0x2000 if n + 1 < len(sizes) else 0
        made.append(ether(ip(17, data[at:at + size], flags=more | at // 8)))
        at += size
    return made

quoted = ip(17, udp(b"what was sent"))
error = ether(ip(1, icmp(3, bytes(4) + quoted[:28])))
echo = ether(ip(1, icmp(0, b"\0\1\0\1abc")))
datagram = ether(ip(17, udp()))
zero = icmp(0, b"\0\1\0\1" + struct.pack(">H", 0xffff - 2))
assert zero[2:4] == b"\0\0"
def reset(to=B):
    return with_sum(6, struct.pack(">HHIIBBHHH", 80, 40000, 0, 1, 0x50, 0x14, 0, 0, 0), 16, to)

rst = ether(ip(6, reset()))
lite = ether(ip(136, with_sum(136, struct.pack(">HHHH", 1, 2, 0, 0) + b"x", 6)))
report = ether(ip(2, put(b"\x16\0\0\0\xe0\0\0\x05", 2, total(b"\x16\0\0\0\xe0\0\0\x05"))))
options = ether(ip(17, udp(), options=b"\x44\x08\x05\0\0\0\0\0"))
C = bytes([192, 0, 2, 9])
route = b"\x83\x07\x04" + C + b"\0"
routed = [ether(ip(6, reset(to=C), options=route)), ether(ip(17, udp(), options=route))]
fragments = pieces(udp(bytes(range(40))), 16, 24, 8)
none = ether(ip(17, put(udp(), 6, 0)))

good = {"arp": [arp()], "datagram": [datagram], "error": [error], "echo": [echo], "rst": [rst], "lite": [lite],
        "report": [report], "options": [options], "routed": routed, "fragments": fragments,
        "padded": [datagram + bytes(60 - len(datagram))], "none": [none]}
bad = {
    "ip-checksum": ([flip(datagram, 24)], "checksum of IPv4"),
    "udp-checksum": ([flip(datagram, 41)], "checksum of UDP"),
    "udp-odd-byte": ([flip(datagram, 46)], "checksum of UDP"),
    "udp-of-others": ([ether(again(ip(17, udp())[:12] + A + A + udp()))], "checksum of UDP"),
    "udp-routed": ([ether(ip(17, udp(to=C), options=route))], "checksum of UDP"),
    "tcp-routed": ([ether(ip(6, reset(), options=route))], "checksum of TCP"),
    "udp-none": ([none], "UDP without checksum"),
    "udp-length": ([ether(ip(17, udp(length=12)))], "length of UDP"),
    "udp-short": ([ether(ip(17, udp()[:6]))], "UDP"),
    "icmp-checksum": ([flip(echo, 37)], "checksum of ICMP"),
    "icmp-odd-byte": ([flip(echo, 44)], "checksum of ICMP"),
    "icmp-quote": ([ether(ip(1, icmp(3, bytes(4) + quoted[:20])))], "quotes too little"),
    "icmp-quotes-none": ([ether(ip(1, icmp(3, bytes(4) + bytes(28))))], "quotes no IP header"),
    "tcp-checksum": ([flip(rst, 50)], "checksum of TCP"),
    "tcp-header": ([ether(ip(6, with_sum(6, struct.pack(">HHIIBBHHH", 80, 4, 0, 1, 0x60, 4, 0, 0, 0), 16)))],
                   "header length of TCP"),
    "lite-checksum": ([flip(lite, 41)], "checksum of UDP-Lite"),
    "igmp-checksum": ([flip(report, 41)], "checksum of IGMP"),
    "ip-too-long": ([ether(ip(17, udp(), length=40))], "total length beyond the frame"),
    "ip-too-short": ([ether(ip(17, udp(), length=30))], "length of UDP"),
    "ip-header": ([ether(ip(17, udp(), first=0x44))], ""),
    "ip-version": ([ether(ip(17, udp(), first=0x55))], "IP version 5"),
    "icmp-other-zero": ([ether(ip(1, put(zero, 2, 0xffff)))], "built again"),
    "arp-lengths": ([arp(sizes=(6, 5))], ""),
    "arp-type": ([flip(arp(), 15)], ""),
    "arp-operation": ([arp(op=9)], "ARP operation 9"),
    "arp-long": ([arp(more=bytes(40))], "longer than what it carries"),
    "arp-cut": ([arp()[:30]], ""),
    "padding": ([datagram + bytes(60 - len(datagram) - 1) + b"x"], "padding that is not zero"),
    "too-long": ([ether(ip(17, udp(bytes(60)))) + bytes(4)], "longer than what it carries"),
    "type": ([ether(b"x" * 40, 0x9000)], "nothing known behind Ethernet"),
    "fragment-byte": ([fragments[0], flip(fragments[1], 40), fragments[2]], "checksum of UDP"),
    "fragment-hole": ([fragments[0], fragments[2]], "a hole or an overlap"),
    "fragment-twice": ([fragments[0], fragments[1], fragments[1], fragments[2]], "a hole or an overlap"),
    "fragment-odd": (pieces(udp(bytes(40)), 12, 36), "no multiple of 8"),
    "fragment-last": (fragments[:2], "and no last one"),
    "fragment-again": (fragments[:1] + fragments, "of the same id"),
    "nothing": ([], " 0 frames"),
}

def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

def capture(frames):
    made = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    made += block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HH", 2, 6) + b"a/eth0" + b"\0\0" + bytes(4))
    for f in frames:
        body = struct.pack("<IIIII", 0, 0, 0, len(f), len(f)) + f + b"\0" * (-len(f) % 4)
        made += block(6, body + struct.pack("<HHII", 2, 4, 2, 0))
    return made

to = pathlib.Path(sys.argv[1])
(to / "good").mkdir()
for name, frames in good.items():
    (to / "good" / f"{name}.pcapng").write_bytes(capture(frames))
(to / "good" / "none.pkt").write_text("+0 setsockopt(3, SOL_SOCKET, SO_NO_CHECK, [1], 4) = 0\n")
with open(to / "list", "w") as listed:
    for name, (frames, what) in bad.items():
        (to / f"{name}.pcapng").write_bytes(capture(frames))
        listed.write(f"{name}\t{what}\n")
PY
expect dissect/made python3 "$dir/make.py" "$dir/made"
expect dissect/good ci/dissect.py "$dir/made/good"
tail -n 1 "$dir/expect.log" >"$dir/counted"
says good_counted "12 captures, 15 frames, 25 checksums" "$dir/counted"
says good_by_kind "(ICMP 2, IGMP 1, IPv4 14, TCP 2, UDP 5, UDP-Lite 1; 1 without, as asked), 1 datagrams" "$dir/counted"
while IFS=$'\t' read -r name what; do
	if ci/dissect.py "$dir/made/$name.pcapng" >"$dir/out" 2>&1; then
		case_failed "dissect/$name" "is not seen"
	else
		says "$name" "$what" "$dir/out"
	fi
done <"$dir/made/list"
expect dissect/mistakes_counted test "$(wc -l <"$dir/made/list")" -ge 30
echo nonsense >"$dir/nonsense.pcapng"
expect dissect/no_capture test "$(ci/dissect.py "$dir/nonsense.pcapng" 2>&1)" = "$dir/nonsense.pcapng: no capture"
finish
