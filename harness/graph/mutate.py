#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes real calls out of the sources and expects test_graph to fail each time.

For each pair of caller and callee in harness/graph/*.txt the calls of the one in the body of the other,
or in helpers that the recordings cannot show, become a zero of their type in a copy of the file; the
copy is compiled and linked in place of the original. The sources themselves stay as they are.

BUILD and CONFIG name a build with libcore.a and test_graph in it; MUTANTS is how many to try (spread
over the list), or "all"; with names of callees as arguments only those are tried.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
CONFIG = os.environ.get("CONFIG", "gcc-O0")
CC = os.environ.get("CC", "gcc")
WHERE = f"{BUILD}/{CONFIG}"
FLAGS = ["-std=c17", "-fno-strict-aliasing", "-Irefstack", "-I.", "-O0", "-w"]
SECONDS = 30
HELPERS_DEEP = 6

COMMENTS = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', re.S)
PROBE = re.compile(r"\bPROBE(?:_CPU)?\([^;]*,\s+(\w+)\);")
WORD_CALL = re.compile(r"\b([a-z_]\w*)\(")

# What is called through a pointer: the call of the pointer, and the function it stands in.
INDIRECT = {
    "udp_sendmsg": ("sendmsg", "inet_sendmsg"), "udp_recvmsg": ("recvmsg", "inet_recvmsg"),
    "inet_sendmsg": ("sendmsg", "sock_sendmsg_nosec"),
    "inet_recvmsg": ("recvmsg", "sock_recvmsg"),
    "udp_v4_get_port": ("get_port", "inet_autobind"),
    "ip_generic_getfrag": ("getfrag", "ip_append_data_to"),
    "arp_constructor": ("constructor", "neigh_create"), "arp_hash": ("hash", None),
    "arp_key_eq": ("key_eq", "neigh_lookup"), "arp_solicit": ("solicit", "neigh_probe"),
    "neigh_resolve_output": ("output", None), "ip_output": ("output", None),
    "eth_header": ("create", None), "eth_header_cache": ("cache", None),
    "igb_xmit_frame": ("ndo_start_xmit", "dev_hard_start_xmit"),
    "igb_features_check": ("ndo_features_check", "netif_skb_features"),
    "pfifo_fast_enqueue": ("enqueue", "dev_qdisc_enqueue"),
    "pfifo_fast_dequeue": ("dequeue", None), "igb_msix_ring": ("handler", None),
    "igb_poll": ("poll", "napi_poll"), "sock_wfree": ("destructor", None),
    "inet_gro_receive": ("gro_receive", None), "udp4_gro_receive": ("gro_receive", None),
    "ip_list_rcv": ("list_func", None), "arp_rcv": ("func", None),
    "udp_v4_early_demux": ("early_demux", None), "ip_local_deliver": ("input", None),
    "net_rx_action": (r"softirq_vec\[nr\]", None), "net_tx_action": (r"softirq_vec\[nr\]", None),
    "udp_rcv": ("handler", "ip_protocol_deliver_rcu"),
    "sock_def_readable": ("sk_data_ready", "udp_enqueue_schedule_skb"),
}

# Where a recording left out what is between.
NOT_CALLS = [("do_softirq", "qdisc_run_queue")]


class Function:
    def __init__(self, name, path, start, end, probe):
        self.name, self.path, self.start, self.end, self.probe = name, path, start, end, probe


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def read_functions():
    """Text by path with comments blanked, and every function definition."""
    texts, functions = {}, []
    for path in sorted(glob.glob("refstack/**/*.c", recursive=True)):
        with open(path, encoding="utf-8") as f:
            raw = f.read()
        text = COMMENTS.sub(blank, raw)
        texts[path] = (raw, text)
        for m in re.finditer(r"^\{\n.*?^\}", text, re.S | re.M):
            head = re.split(r"[;}]", text[:m.start()])[-1]
            name = WORD_CALL.search(head)
            probe = PROBE.search(m.group())
            if name:
                functions.append(Function(name[1], path, m.start(), m.end(), probe and probe[1]))
    return texts, functions


def read_edges():
    """(caller, callee) of all recordings, in the order in which they first appear."""
    edges = {}
    for path in sorted(glob.glob("harness/graph/*.txt")):
        stack = []
        for line in open(path, encoding="utf-8"):
            name = line.strip()
            depth = len(line.rstrip()) - len(name)
            if line[0] in "#@":
                continue
            stack[depth:] = [name]
            if depth:
                edges[(stack[depth - 1], name)] = True
    return list(edges)


def unseen():
    return {line.split("\t")[1] for line in open("harness/graph/names.tsv", encoding="utf-8")
            if line.startswith("=\t")}


def call_end(text, at):
    """Past the parenthesis that closes the one at this place."""
    depth = 0
    for n in range(at, len(text)):
        depth += (text[n] == "(") - (text[n] == ")")
        if depth == 0:
            return n + 1
    raise ValueError(at)


def expression_start(text, at):
    """Where the expression begins whose last member's name starts here."""
    closing = {")": "(", "]": "["}
    depth = 0
    n = at
    while n > 0:
        c = text[n - 1]
        if c in closing:
            depth += 1
        elif depth and c in closing.values():
            depth -= 1
        elif depth == 0 and not (c.isalnum() or c in "_." or text[n - 2:n] == "->" or
                                 text[n - 1:n + 1] == "->"):
            break
        n -= 1
    return n


def sites_in(text, function, caller, callees):
    """(from, to) of each call of a callee in the function's body, by name or by pointer."""
    names = [(name, r"(?<![\w.>])") for name in callees]
    for callee in callees:
        pointer, only = INDIRECT.get(callee, (None, None))
        if pointer and only in (None, caller):
            names.append((pointer, r"\b"))
    out = set()
    for name, before in names:
        for m in re.finditer(before + name + r"\(", text[function.start:function.end]):
            start = expression_start(text, function.start + m.start())
            out.add((start, call_end(text, function.start + m.end() - 1)))
    return sorted(out)


def find_sites(texts, functions, hidden, caller, callee):
    """What calls the callee: the caller's body, and helpers below it; as (function, sites)."""
    by_name = {}
    for f in functions:
        by_name.setdefault(f.name, []).append(f)
    level = [f for f in functions if f.probe == caller]
    callees = {callee} | {f.name for f in functions if f.probe == callee}
    seen = set(id(f) for f in level)
    found = []
    for _ in range(HELPERS_DEEP):
        found += [(f, s) for f in level for s in [sites_in(texts[f.path][1], f, caller, callees)] if s]
        below = []
        for f in level:
            for m in WORD_CALL.finditer(texts[f.path][1], f.start, f.end):
                for g in by_name.get(m[1], []):
                    if id(g) not in seen and (g.probe is None or g.probe in hidden):
                        seen.add(id(g))
                        below.append(g)
        level = below
    return found


# A zero of the call's type: of a number, a pointer or nothing; of a structure.
ZEROS = ("((__typeof__({0}))0)", "((__typeof__({0})){{0}})")


def mutated(raw, sites, zero):
    for start, end in sorted(sites, reverse=True):
        raw = raw[:start] + zero.format(raw[start:end]) + raw[end:]
    return raw


def compile_mutant(place, raw, path, sites):
    """The object, or None and the compiler's words."""
    source, obj = os.path.join(place, "m.c"), os.path.join(place, "m.o")
    for zero in ZEROS:
        with open(source, "w", encoding="utf-8") as f:
            f.write(f'#line 1 "{path}"\n' + mutated(raw, sites, zero))
        done = subprocess.run([CC, *FLAGS, f"-I{os.path.dirname(path)}", "-c", "-o", obj, source],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return obj, ""
    return None, "".join(line for line in done.stderr.split("\n") if "error:" in line)


def try_mutant(name, raw, path, sites):
    """The mutant's name, and '' when the test fails as it must, else what was wrong."""
    unit = f"{WHERE}/obj/harness/unit"
    with tempfile.TemporaryDirectory() as place:
        test = os.path.join(place, "test")
        obj, words = compile_mutant(place, raw, path, sites)
        if obj is None:
            return name, "does not compile: " + words
        linked = subprocess.run([CC, "-o", test, f"{unit}/test_graph.o", f"{unit}/graph_compare.o",
                                 obj, f"{WHERE}/libcore.a", "-lcmocka"],
                                capture_output=True, text=True, check=False)
        if linked.returncode:
            return name, "does not link: " + linked.stderr.strip().split("\n")[-1]
        try:
            ran = subprocess.run([test], capture_output=True, timeout=SECONDS, check=False,
                                 stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return name, ""
        return name, "" if ran.returncode else "survived"


def spread(jobs, count):
    return [jobs[n * len(jobs) // count] for n in range(count)] if count < len(jobs) else jobs


def main():
    texts, functions = read_functions()
    hidden = unseen()
    jobs, without = [], []
    for caller, callee in read_edges():
        if (caller, callee) in NOT_CALLS or sys.argv[1:] and callee not in sys.argv[1:]:
            continue
        found = find_sites(texts, functions, hidden, caller, callee)
        if not found:
            without.append(f"{caller} -> {callee}")
        for path in sorted({f.path for f, _ in found}):
            sites = [s for f, list_ in found for s in list_ if f.path == path]
            jobs.append((f"{caller} -> {callee}", texts[path][0], path, sites))
    if subprocess.run([f"{WHERE}/test_graph"], capture_output=True, check=False).returncode:
        print(f"[  FAILED  ] {WHERE}/test_graph fails with all calls in place")
        print("[  FAILED  ] 1 test(s).")
        return True
    wanted = os.environ.get("MUTANTS", "all")
    tried = jobs if wanted == "all" else spread(jobs, int(wanted))
    bad = {}
    died = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, wrong in pool.map(lambda job: try_mutant(*job), tried):
            if wrong:
                bad[name] = wrong
            else:
                died.add(name)
    bad = {name: wrong for name, wrong in bad.items() if name not in died}
    for name, wrong in bad.items():
        print(f"[  FAILED  ] {name}: {wrong}")
    for name in without:
        print(f"no call found: {name}")
        bad[name] = "no call found"
    print(f"{len(jobs)} calls found, {len(tried)} taken out")
    print(f"[  PASSED  ] {len(died)} test(s).")
    if bad:
        print(f"[  FAILED  ] {len(bad)} test(s).")
    return bool(bad)


sys.exit(main())
