#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks the kernel that judges what its knobs take and show: harness/unit/sysctl_linux.tsv.

	ci/sysctl.py build/release/refstack >harness/unit/sysctl_linux.tsv

Each knob of numbers is given each text, after the value that a fresh network namespace shows. Knobs
that answer alike share a row of answers. What follows from a machine's memory is first set to an
ordinary host's.
"""
import errno
import glob
import os
import subprocess
import sys

HEADER = """\
# What the knobs of Linux {release} take and show (hz 1000), recorded by ci/sysctl.py.
# texts	what was written, each in quotes
# answers	the row's name	for each text what is shown after it, or the error, and if it left a mark
#	nevertheless the two with a colon between them
# knob	its name	what a fresh network namespace shows	which row of answers is its
"""
TEXTS = """
0 1 2 3 4 5 7 17 -0 -1 -2 -7 00 010 08 09 0x10 0X1f 0x 0xg +1 - -- 64x x64 64,65 1.5 1e3 --1 -x
31 32 48 68 127 128 254 255 256 257 552 1000 1001 2000 2304 4096 4608 65535 65536 65537 86400 86401
100000 2147483 2147484 -2147483 -2147484 4294967 4294968 536870912 536870913 2147483647 2147483648
-2147483648 -2147483649 4294967295 4294967296 4294967297 -4294967295 -4294967296
922337203685477500 922337203685477501 -922337203685477500 1844674407370955161
9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
18446744073709551615 18446744073709551616 -18446744073709551615 99999999999999999999
00000000000000000001 000000000000000000001 0x000000000000000001 -0000000000000000001
0x7fffffff 0xffffffff 0xffffffffffffffff 017777777777777777777777
""".split() + [
    "", " ", "\t7\n", " 7", "7 ", "\r7", "\v\f7", "\xa07", "7\v", "7\r", "7\f8", "64 65", "65 64",
    "64 x", "64 -1", "1 1", "5000 5000", "5000 6000 7000", "5000 6000 x", "7000 6000 5000 4000",
    "0 4294967294", "0 4294967295", "7\n8", "-1 5", "65535 65536",
]
ORDINARY = {  # as refstack/sysctl.def
    "net.ipv4.tcp_rmem": "4096 131072 6291456",
    "net.ipv4.tcp_wmem": "4096 16384 4194304",
    "net.ipv4.tcp_mem": "95256 127008 190512",
    "net.ipv4.udp_mem": "190512 254016 381024",
    "fs.file-max": "100000",
}
SYS, CUBIC = "/proc/sys/", "/sys/module/tcp_cubic/parameters/"
PLACES = [
    SYS + "net/core/*", SYS + "net/ipv4/*", SYS + "net/ipv4/route/*", SYS + "net/ipv4/conf/lo/*",
    SYS + "net/ipv4/neigh/lo/*", SYS + "net/ipv4/neigh/default/gc_*", SYS + "fs/file-max",
    CUBIC + "*",
]


def name_of(path):
    if path.startswith(CUBIC):
        return "module.tcp_cubic." + path[len(CUBIC):]
    return path[len(SYS):].replace("/", ".")


def read(path):
    with open(path, "rb") as f:
        return f.read().rstrip(b"\n").decode("latin-1")


def write(path, text):
    """As sysctl writes it: at once, and with the end of the line."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, (text + "\n").encode("latin-1"))
    finally:
        os.close(fd)


def answer(path, fresh, text):
    error = ""
    try:
        write(path, text)
    except OSError as e:
        error = errno.errorcode[e.errno]
    shown = read(path)
    if shown != fresh:
        write(path, fresh)
    if error == "":
        return shown
    return error if shown == fresh else error + ":" + shown


def is_numbers(text):
    return text != "" and all(w.lstrip("-").isdigit() for w in text.split())


def inside():
    """In the guest: a line for each knob, its answers behind it."""
    for path in sorted(p for place in PLACES for p in glob.glob(place)):
        if not os.path.isfile(path) or os.stat(path).st_mode & 0o400 == 0:
            continue
        if name_of(path) in ORDINARY:
            write(path, ORDINARY[name_of(path)])
        fresh = read(path)
        if is_numbers(fresh):
            print("K", name_of(path), fresh, *(answer(path, fresh, t) for t in TEXTS), sep="\x1f")


def quoted(text):
    return '"' + "".join(c if " " <= c <= "~" else f"\\x{ord(c):02x}" for c in text) + '"'


def outside(refstack):
    script = f"mount -t proc proc /proc 2>/dev/null\nuname -r\npython3 {sys.argv[0]!r} inside\n" \
             f"unshare -n python3 {sys.argv[0]!r} inside\n"
    run = subprocess.run([refstack, "oracle", "shell"], input=script.encode(), check=True,
                         stdout=subprocess.PIPE)
    lines = run.stdout.decode("latin-1").replace("\r\n", "\n").split("\n")
    knobs, rows = {}, {}
    for line in lines:
        if line.startswith("K\x1f"):
            _, name, fresh, *answers = line.split("\x1f")
            # The machine's knobs can be read in every namespace, but written only in the first.
            if name in knobs and set(answers) == {"EACCES"} and "EACCES" not in knobs[name][1]:
                continue
            knobs[name] = (fresh, "\t".join(a.replace("\t", " ") for a in answers))
    if len(knobs) < 200:
        sys.exit("ci/sysctl.py: the kernel's answers are not there")
    sys.stdout.write(HEADER.format(release=lines[0]))
    print("texts", *map(quoted, TEXTS), sep="\t")
    for name, (fresh, answers) in sorted(knobs.items()):
        rows.setdefault(answers, name.rpartition(".")[2])
    for answers, row in rows.items():
        print("answers", row, answers, sep="\t")
    for name, (fresh, answers) in sorted(knobs.items()):
        print("knob", name, fresh.replace("\t", " "), rows[answers], sep="\t")



if sys.argv[1:] == ["inside"]:
    inside()
elif len(sys.argv) == 2:
    sys.argv[0] = os.path.abspath(sys.argv[0])
    outside(sys.argv[1])
else:
    sys.exit(__doc__)
