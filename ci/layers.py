#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The direction of includes, and no circle among them.

socket -> ipv4 -> core -> {wire, uapi} -> base; sched -> core; driver -> core, and of nicmodel only
the seam; nicmodel -> base. Upward calls go through tables that are registered at init.
refstack/host.c puts one machine together and may include all of refstack.

In harness/, which knows all of refstack and nicmodel: lib <- dut <- script <- {golden, oracle} <-
diff <- fuzz <- campaign <- cli. Tests may include everything.
"""
import os
import re
import sys

BELOW_CORE = {"wire", "uapi", "base"}
CORE = BELOW_CORE | {"core"}
MAY_INCLUDE = {
    "base": {"base"},
    "uapi": {"uapi", "base"},
    "wire": {"wire", "uapi", "base"},
    "core": CORE,
    "sched": CORE | {"sched"},
    "driver": CORE | {"driver"},
    "ipv4": CORE | {"ipv4"},
    "packet": CORE | {"ipv4", "packet"},
    "socket": CORE | {"ipv4", "socket"},
    "nicmodel": {"nicmodel", "base"},
}
HARNESS = ["lib", "dut", "script", "golden", "oracle", "diff", "fuzz", "campaign", "cli"]  # each may include those before it
HARNESS_APART = [{"golden", "oracle"}]  # neighbours that do not know each other
SEAM = {"nicmodel/bus.h", "nicmodel/regs.def"}  # for drivers
LIBC = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}
LIBC_ONCE = {
    "refstack/base/check.h": {"assert.h"},
    "refstack/base/pool.c": {"sanitizer/asan_interface.h"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def files():
    for top in ("refstack", "nicmodel", "harness"):
        for where, _, names in sorted(os.walk(top)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".def")):
                    yield os.path.join(where, name)


def layer_of(path):
    parts = path.split("/")
    if parts[0] == "nicmodel":
        return "nicmodel"
    if parts[0] == "harness":
        return "/".join(parts[:2])
    return parts[1] if len(parts) > 2 else "top"


def resolve(path, name):
    for base in (os.path.dirname(path), "refstack", "."):
        full = os.path.normpath(os.path.join(base, name))
        if os.path.exists(full):
            return full
    return None


def allowed_in_harness(here, target):
    if not target.startswith("harness/"):
        return True
    there = target.split("/")[1]
    if here == there or here not in HARNESS:
        return True
    if {here, there} in HARNESS_APART:
        return False
    return there in HARNESS and HARNESS.index(there) < HARNESS.index(here)


def allowed(path, target):
    here, there = layer_of(path), layer_of(target)
    if here.startswith("harness/"):
        return allowed_in_harness(here.split("/")[1], target)
    if here == "top":  # host.c puts one machine together
        return True
    if there == "top":  # the .def lists: data for whoever wants them
        return target.endswith(".def")
    if here == "driver" and target in SEAM:
        return True
    return there in MAY_INCLUDE.get(here, set())


def check_file(path, graph, errors):
    with open(path, encoding="utf-8") as f:
        includes = INCLUDE.findall(f.read())
    graph[path] = []
    own = path[:-2] + ".h" if path.endswith(".c") else None
    if own and os.path.exists(own) and includes and resolve(path, includes[0][1]) != own:
        errors.append(f"{path}: the first include is not its own header")
    for kind, name in includes:
        if kind == "<":
            if path.startswith("harness/"):
                continue
            if name not in LIBC | LIBC_ONCE.get(path, set()):
                errors.append(f"{path}: <{name}> is not for the core")
            continue
        target = resolve(path, name)
        if target is None:
            errors.append(f"{path}: cannot find {name}")
        elif not target.startswith(("refstack/", "nicmodel/", "harness/")):
            errors.append(f"{path}: includes {target}, from outside")
        elif not path.startswith("harness/") and target.startswith("harness/"):
            errors.append(f"{path}: includes {target}, from outside")
        elif not allowed(path, target):
            errors.append(f"{path}: {layer_of(path)} may not include {target}")
        else:
            graph[path].append(target)


def find_circles(graph, errors):
    """Every node is left as done; a node that is met while still open closes a circle."""
    state = {}
    for start in graph:
        stack = [(start, iter(graph.get(start, ())))]
        if state.get(start) == "done":
            continue
        state[start] = "open"
        while stack:
            node, rest = stack[-1]
            nxt = next(rest, None)
            if nxt is None:
                state[node] = "done"
                stack.pop()
            elif state.get(nxt) == "open":
                if not nxt.endswith(".def"):
                    errors.append(f"{node}: includes {nxt} in a circle")
            elif nxt not in state:
                state[nxt] = "open"
                stack.append((nxt, iter(graph.get(nxt, ()))))


def main():
    errors, graph = [], {}
    for path in files():
        check_file(path, graph, errors)
    find_circles(graph, errors)
    for line in errors:
        print(line)
    if errors:
        print("[  FAILED  ] 1 test(s).")
        return 1
    print(f"[       OK ] layers: {len(graph)} files")
    print("[  PASSED  ] 1 test(s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
