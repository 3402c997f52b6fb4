#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes vectors/scapy/*.frames by the generators in vectors/gen, with scapy. Verdicts stay where the
frames are what they were; `refstack capture vectors/scapy` asks Linux for the others.

usage: frames.py [--write]      without it nothing is written, and it fails where a file would change
"""
import filecmp
import glob
import importlib
import os
import sys
import tempfile

FOLDER = "vectors/scapy"
GENERATORS = "vectors/gen"


def generators():
    sys.path.insert(0, GENERATORS)
    names = sorted(os.path.basename(p)[:-3] for p in glob.glob(f"{GENERATORS}/*.py"))
    return [importlib.import_module(n) for n in names if n != "frames"]


def write_all(to):
    """{name: cases}"""
    return {f.name: f.write(to, FOLDER) for g in generators() for f in g.files()}


def check():
    failed = 0
    with tempfile.TemporaryDirectory() as to:
        names = write_all(to)
        there = {os.path.basename(p)[:-len(".frames")] for p in glob.glob(f"{FOLDER}/*.frames")}
        for name in sorted(there | set(names)):
            new, old = f"{to}/{name}.frames", f"{FOLDER}/{name}.frames"
            if name not in names:
                why = "no generator writes it"
            elif name not in there:
                why = "it is not there"
            else:
                why = "" if filecmp.cmp(new, old, shallow=False) else "the generators write another one"
            print(f"[  FAILED  ] frames/{name}: {why}: make frames" if why else f"[       OK ] frames/{name}")
            failed += bool(why)
    print(f"[  PASSED  ] {len(names) - failed} test(s).")
    if failed:
        print(f"[  FAILED  ] {failed} test(s).")
    return 1 if failed or not names else 0


def main():
    sys.dont_write_bytecode = True
    try:
        importlib.import_module("scapy")
    except ImportError:
        print("SKIP frames: python3-scapy is not installed")
        print("[       OK ] frames/says_what_is_missing\n[  PASSED  ] 1 test(s).")
        return 3 if "--write" in sys.argv else 0
    if len(sys.argv) == 1:
        return check()
    if sys.argv[1:] != ["--write"]:
        print(__doc__, file=sys.stderr)
        return 2
    os.makedirs(FOLDER, exist_ok=True)
    cases = write_all(FOLDER)
    for name, n in cases.items():
        print(f"{FOLDER}/{name}.frames: {n} cases")
    print(f"{sum(cases.values())} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
