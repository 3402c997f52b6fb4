#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ci/oss-fuzz/extras.py TARGET OUT: what a fuzzing service wants beside OUT/TARGET_fuzzer: a flat zip
of the seeds, a dictionary for texts and captures, and the engine's options."""
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import deftable

MAX_LEN = 4096
# Of a capture: its blocks, its magic numbers in both orders.
CAPTURE = [bytes.fromhex(h) for h in (
    "0a0d0d0a", "1a2b3c4d", "4d3c2b1a", "a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "00000001",
    "01000000", "02000000", "03000000", "06000000", "ffffffffffffffff")]


def words_of_scripts():
    words = {row.args[0] for row in deftable.calls()} | set(deftable.fields())
    words.update(deftable.directive_words() + deftable.icmp_words())
    for names in deftable.symbols().values():
        words.update(names)
    return [w.encode() for w in sorted(words)]


def dictionary(target):
    return {"pkt": words_of_scripts, "pcapng": lambda: CAPTURE}.get(target, list)()


def quoted(word):
    return '"' + "".join(chr(b) if 32 < b < 127 and chr(b) not in '"\\' else f"\\x{b:02x}"
                         for b in word) + '"'


def seeds(target):
    for where, _, names in sorted(os.walk(os.path.join("corpus", target))):
        for name in sorted(names):
            yield os.path.join(where, name)


def write(path, content):
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        f.write(content)
    os.replace(path + ".tmp", path)


def main():
    target, out = sys.argv[1:]
    base = os.path.join(out, target + "_fuzzer")
    options = ["[libfuzzer]", f"max_len = {MAX_LEN}"]
    words = dictionary(target)
    if words:
        write(base + ".dict", "".join(quoted(w) + "\n" for w in words))
        options.append(f"dict = {target}_fuzzer.dict")
    write(base + ".options", "\n".join(options) + "\n")
    with zipfile.ZipFile(base + "_seed_corpus.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for number, path in enumerate(seeds(target)):
            # A zip knows no date before 1980, and no other one is the same tomorrow.
            info = zipfile.ZipInfo(f"{number:05d}-{os.path.basename(path)}", (1980, 1, 1, 0, 0, 0))
            with open(path, "rb") as f:
                z.writestr(info, f.read(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
