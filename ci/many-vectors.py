#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""many-vectors.py N DIR: N golden pairs in DIR, copies of those in vectors/ under other names and claims.

For what has to stay quick when there are many.
"""
import pathlib
import sys


def copy(pair, root, n):
    """The n-th copy of a pair."""
    to = root / pair.parent / f"{pair.stem}-{n}.pkt"
    to.parent.mkdir(parents=True, exist_ok=True)
    head, rest = pair.read_text(encoding="utf-8").split("\n", 1)
    to.write_text(f"{head} (copy {n})\n{rest}", encoding="utf-8")
    to.with_suffix(".pcapng").write_bytes(pair.with_suffix(".pcapng").read_bytes())


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    wanted, root = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    pairs = [p for p in sorted(pathlib.Path("vectors").rglob("*.pkt")) if p.with_suffix(".pcapng").exists()]
    if not pairs:
        raise SystemExit("many-vectors: there is no pair in vectors/")
    for i in range(wanted):
        copy(pairs[i % len(pairs)], root, i // len(pairs) + 1)


if __name__ == "__main__":
    main()
