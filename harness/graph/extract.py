#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes harness/graph/NAME.txt out of a recording of the kernel's own call graph.

    extract.py NAME RECORDING >harness/graph/NAME.txt

RECORDING is ftrace's function_graph text (funcgraph-proc on), or a skeleton: "-- cpu N TASK" lines and
below each the functions, indented by their depth. names.tsv beside this script says what becomes of
each name. Of a skeleton every name must be there; of a raw graph the others are left out.

The result has one section a context: task, hardirq, poll (what NET_RX does), xmit (what NET_TX does).
The word after it says how ours is held against it:
    exact   the same calls in the same order and nesting
    prefix  the same up to where the recording ends
    within  each of ours is one of these
    same    each of ours is one of these, and each of these is one of ours
Calls are indented by depth; a call without indentation begins a new item. Items of within and same
are listed once. Left out are polls that found nothing and interrupts whose NAPI was scheduled already:
the card of the recording repeats its interrupts where hardware would hold them back.
"""
import os
import re
import sys

RAW = re.compile(r" *(\d+)\) +(\S+?)-\d+ +\|[^|]*\| ( *)([A-Za-z_][\w.]*)(?: \[\w+\])?\(")

# NAME: the comparison of task, hardirq, poll, xmit; the task's name in the recording; its items' root.
MODES = {
    "udp-send-cold": ("exact", "within", "exact", "within"),
    "udp-send-warm": ("exact", "within", "exact", "within"),
    "udp-send-warm-one-cpu": ("exact", "within", "exact", "within"),
    "udp-send-queued": ("same", "within", "within", "same"),
    "udp-recv-blocked": ("prefix", "within", "exact", "within"),
}
TASK = "init"
SENDMMSG_ITEM = "sock_sendmsg_nosec"
# What only a task calls: an interrupt whose end the filter left out is over where this begins.
TASK_ONLY = ("__sock_sendmsg",)
INTERRUPTS = ("handle_softirqs", "__do_softirq", "__common_interrupt")


class Call:
    def __init__(self, name, indent=-1):
        self.name = name
        self.indent = indent
        self.calls = []


def read_names(recording):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.tsv")
    table = {}
    for line in open(path, encoding="utf-8"):
        if line.startswith("#"):
            continue
        kernel, ours, where = line.rstrip("\n").split("\t")[:3]
        if where == "*" or recording in where.split(","):
            table[kernel] = ours
    return table


def read_lines(path):
    """Yields (cpu, task, indent, name), and whether the file is raw."""
    cpu = task = None
    for line in open(path, encoding="utf-8"):
        m = RAW.match(line)
        if m:
            yield m[1], m[2], len(m[3]) // 2, m[4], True
        elif line.startswith("-- cpu "):
            _, _, cpu, task = line.split()
        elif re.match(r" *[A-Za-z_][\w.]*$", line):
            name = line.strip()
            yield cpu, task, len(line.rstrip()) - len(name), name, False


def read_forest(path):
    """One tree for each CPU and task, in the order in which they first appear."""
    roots = {}
    stacks = {}
    order = []
    raw = False
    for cpu, task, indent, name, raw in read_lines(path):
        key = (cpu, task)
        stack = stacks.setdefault(key, [roots.setdefault(key, Call("", -1))])
        while stack[-1].indent >= indent:
            stack.pop()
        if name in TASK_ONLY:
            for n, above in enumerate(stack):
                if above.name in INTERRUPTS:
                    del stack[n:]
                    break
        call = Call(name, indent)
        order.append((key, call))
        stack[-1].calls.append(call)
        stack.append(call)
    return roots, order, raw


def find(calls, wanted):
    """The outermost calls of these names."""
    for c in calls:
        if c.name in wanted:
            yield c
        else:
            yield from find(c.calls, wanted)


def translate(call, names, raw, unknown):
    """The calls that stand for this one."""
    out = []
    for c in call.calls:
        ours = names.get(f"{call.name}/{c.name}", names.get(c.name))
        if ours is None:
            if not raw:
                unknown.add(c.name)
            ours = "-"
        below = translate(c, names, raw, unknown)
        if ours == "!":
            # An interrupt that came in meanwhile is not part of it.
            out += find(below, ("common_interrupt", "do_softirq"))
        elif ours == "-":
            out += below
        else:
            new = Call(ours)
            new.calls = below
            new.order = c
            out.append(new)
    return out


def split(calls, contexts):
    """Takes interrupts out of a tree; what is left of it is returned."""
    kept = []
    for c in calls:
        c.calls = split(c.calls, contexts)
        if c.name == "common_interrupt":
            contexts["hardirq"].append(c)
        elif c.name == "do_softirq":
            contexts["softirq"].append(c)
        else:
            kept.append(c)
    return kept


def has(call, name):
    return call.name == name or any(has(c, name) for c in call.calls)


def chain(parents, call):
    for name in reversed(parents):
        up = Call(name)
        up.calls = [call]
        call = up
    return call


def found_work(poll):
    return any(c.name != "napi_complete_done" or c.calls for p in poll.calls for c in p.calls)


def softirq_items(unit, contexts):
    for c in unit.calls:
        if c.name == "net_rx_action":
            contexts["poll"] += [chain(["do_softirq", "net_rx_action"], p)
                                 for p in c.calls if p.name == "napi_poll" and found_work(p)]
            # A filter that left net_tx_action out put what it called below its neighbour.
            contexts["xmit"] += [chain(["do_softirq"], p) for p in c.calls
                                 if p.name == "qdisc_run_queue"]
        else:
            contexts["xmit"].append(chain(["do_softirq"], c))


def text_of(call, depth=0):
    return " " * depth + call.name + "\n" + "".join(text_of(c, depth + 1) for c in call.calls)


def main():
    name, path = sys.argv[1:]
    modes = MODES[name]
    roots, order, raw = read_forest(path)
    position = {id(call): n for n, (_, call) in enumerate(order)}
    contexts = {"task": [], "hardirq": [], "softirq": [], "poll": [], "xmit": []}
    unknown = set()
    for (_, task), root in roots.items():
        rest = split(translate(root, read_names(name), raw, unknown), contexts)
        if task.startswith(TASK):
            contexts["task"] += rest
    if unknown:
        sys.exit("names.tsv lacks: " + " ".join(sorted(unknown)))
    contexts["softirq"].sort(key=lambda c: position[id(c.order)])
    for unit in contexts["softirq"]:
        softirq_items(unit, contexts)
    contexts["hardirq"] = [c for c in contexts["hardirq"] if has(c, "napi_schedule_irqoff")]
    if modes[0] == "same":
        contexts["task"] = list(find(contexts["task"], (SENDMMSG_ITEM,)))
    print("# SPDX-License-Identifier: MIT")
    print(f"# What Linux 6.1 with an 82576 did, made by extract.py from a recording: {name}.")
    for context, mode in zip(("task", "hardirq", "poll", "xmit"), modes):
        items = [text_of(c) for c in contexts[context]]
        if mode in ("within", "same"):
            items = list(dict.fromkeys(items))
        print(f"@{context} {mode}")
        sys.stdout.write("".join(items))


main()
