#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the manual: harness/man/PAGE.in becomes OUT/PAGE. Lines that begin with @ are filled in from
the tables of the source, so that the manual says what the program does:

  @SYNOPSIS CMD, @OPTIONS CMD, @ABOUT CMD, @COMMANDS    options.def
  @CALLS, @TYPES, @STRUCTS, @SYMBOLS                     calls.def, types.def, structs.def, symbols.def
  @DIRECTIVES, @WORDS LIST, @ICMP                        directives.def, packets.def, icmp_names.def
  @SHOW .. @END                                          text as it is
  @SCRIPT VERDICT [NAME] .. @END                         the same: a script, run by ci/test-man.sh

usage: man.py OUT, or man.py --scripts OUT (each @SCRIPT to OUT/VERDICT-NN.pkt)
"""
import os
import re
import sys
import textwrap

import deftable

SOURCE = "harness/man"
WIDTH = 76

FORMS = {
    "FORM_ANY": "...", "FORM_NUMBER": "number", "FORM_SYMBOL": "constant", "FORM_OR": "a|b",
    "FORM_STRING": '"text"', "FORM_BYTES": "hex, pattern", "FORM_NULL": "NULL",
    "FORM_POINTER": "number as a pointer", "FORM_VALUE": "[value]", "FORM_CHANGE": "[before->after]",
    "FORM_STRUCT": "{fields}", "FORM_LIST": "[list]", "FORM_APPLY": "function(value)",
}


def text(line):
    """Ordinary text as roff text."""
    line = line.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + line if line.startswith((".", "'")) else line


def macro_text(line):
    """Text as arguments of a macro: no word of it is a macro's name."""
    return " ".join("\\&" + text(word) if len(word) <= 3 else text(word) for word in line.split())


def show(lines):
    yield ".Bd -literal -offset indent"
    yield from (text(line) for line in lines)
    yield ".Ed"


def prose(said):
    """Lines as roff wants them: each sentence begins one."""
    for sentence in re.split(r"(?<=[.:;?])(?<!\.\.\.) +(?=[A-Z'])", said):
        yield from (text(line) for line in textwrap.wrap(sentence, WIDTH))


def option_macros(option):
    argument = f" Ar {macro_text(option.argument)}" if option.argument else ""
    return " , ".join("Fl " + macro_text(s[1:]) for s in option.spellings()) + argument


def synopsis(name):
    command = next(c for c in deftable.commands() if c.name == name)
    yield f".Nm refstack {name}"
    for option in deftable.options(name):
        last = option.spellings()[-1]
        argument = f" Ar {macro_text(option.argument)}" if option.argument else ""
        if option.command != "all":
            yield f".Op Fl {macro_text(last[1:])}{argument}"
    for word in re.findall(r"\[[^]]*\]|\S+", command.operands):
        yield f".Ar {macro_text(word)}"


def options(name):
    yield ".Bl -tag -width Ds"
    for option in deftable.options(name):
        yield ".It " + option_macros(option)
        yield from prose(option.help[0].upper() + option.help[1:] + ".")
        if option.kind == "CHOICE":
            yield "One of"
            names = option.values.split()
            yield from (f".Cm {macro_text(n)}" + (" ," if n != names[-1] else " .") for n in names)
        elif option.kind == "NUMBER" and option.values:
            yield text("Allowed: " + option.values.replace("..", " to ") + ".")
    yield ".El"


def about(name):
    command = next(c for c in deftable.commands() if c.name == name)
    yield from prose(command.about)


def command_list():
    yield ".Bl -tag -width selfcheck"
    for command in deftable.commands():
        yield f".It Cm {command.name}"
        yield text(command.summary[0].upper() + command.summary[1:] + ".")
    yield ".El"


SHORT = {
    "FD": "fd", "FAMILY": "family", "SOCKTYPE": "type", "PROTO": "protocol", "ADDR_IN": "address",
    "ADDR_OUT": "address_out", "ADDRLEN": "length", "LEN_IO": "[length]", "DATA_IN": "data",
    "DATA_OUT": "data_out", "SIZE": "number", "INT": "number", "MSGFLAGS": "flags",
}


def short(kind):
    return SHORT.get(kind, kind.lower())


def calls():
    lines = []
    for row in deftable.calls():
        lines.append(f"{row.args[0]}({', '.join(short(a) for a in row.args[2:])}) = "
                     f"{short(row.args[1])}")
    yield from show(lines)


def groups(names):
    return names if names not in ("NONE", "ANY", "") else ""


def types():
    yield ".Bl -tag -width Ds"
    met = set()
    for row in deftable.rows(deftable.SCRIPT + "types.def", "X"):
        ident, what, forms, group, of = row.args
        if short(ident) in met:
            continue
        met.add(short(ident))
        said = []
        for form in forms.split("|"):
            name = FORMS[form]
            if form == "FORM_SYMBOL" and groups(group):
                name = f"constant ({group})"
            if form == "FORM_STRUCT":
                name = "{...} of " + ", ".join(re.findall(r"\((\w+)", of)).lower()
            said.append(name)
        yield f".It Va {macro_text(short(ident))}"
        yield text(what[0].upper() + what[1:] + ":")
        yield text("; ".join(said) + ".")
    yield ".El"


def structs():
    lines, name = [], None
    for row in deftable.rows(deftable.SCRIPT + "structs.def"):
        if row.macro == "S":
            name = row.args[0]
            lines.append((name.lower(), []))
            continue
        field = row.args[1]
        if "COUNTED" in row.args[3]:
            field += "(count)"
        if "POSITION" in row.args[3]:
            field = f"<{field}>"
        lines[-1][1].append(field)
    yield from show(f"{n:12} {{{', '.join(f)}}}" if len(", ".join(f)) < 56 else wrapped
                    for n, f in lines
                    for wrapped in (wrap_fields(n, f) if len(", ".join(f)) >= 56 else [None]))


def wrap_fields(name, fields):
    return textwrap.wrap("{" + ", ".join(fields) + "}", WIDTH - 8, initial_indent=f"{name:12} ",
                         subsequent_indent=" " * 14)


def symbols():
    for group, names in deftable.symbols().items():
        if names:
            yield f".It {group}"
            yield from (text(line) for line in textwrap.wrap(", ".join(names) + ".", WIDTH))


def directives():
    yield from show(deftable.directives())


VALUES = {"n": "N", "x": "0xN", "a": "ADDRESS", "r": "FROM:TO", "b": "BYTES", "*": "..."}


def words(chosen):
    lines = []
    for row in deftable.packet_words(chosen):
        values = (" > " if chosen == "ENCAP" else " ").join(VALUES[v] for v in row.args[3])
        said = f"{row.args[2]} {values}".rstrip().replace(" ...", "...")
        said = "TS val N ecr N" if said == "TS N N" else said
        lines.append(f"{said:28} {row.comment}".rstrip())
    yield from show(lines)


def icmp():
    codes, lines = {}, []
    for row in deftable.rows(deftable.SCRIPT + "icmp_names.def"):
        if row.macro == "C":
            codes.setdefault(row.args[0], []).append(row.args[2])
    kinds = {}
    for row in deftable.rows(deftable.SCRIPT + "icmp_names.def", "T"):
        kinds.setdefault(row.args[0], []).append(row.args[1])
    for number, names in kinds.items():
        lines.append(f"{number:>2}  {', '.join(names)}")
        lines += textwrap.wrap(", ".join(codes.get(number, [])), WIDTH - 12,
                               initial_indent="        ", subsequent_indent="        ")
    yield from show(lines)


FILL = {
    "SYNOPSIS": synopsis, "OPTIONS": options, "ABOUT": about, "COMMANDS": command_list,
    "CALLS": calls, "TYPES": types, "STRUCTS": structs, "SYMBOLS": symbols,
    "DIRECTIVES": directives, "WORDS": words, "ICMP": icmp,
}


def source(page):
    with open(os.path.join(SOURCE, page), encoding="utf-8") as f:
        return f.read().split("\n")[:-1]


def blocks(page):
    """(words, lines): a line of roff is (None, [line]), an @ line its words and what it encloses."""
    lines = iter(source(page))
    for line in lines:
        if not line.startswith("@"):
            yield None, [line]
            continue
        said, inside = line[1:].split(), []
        if said[0] in ("SHOW", "SCRIPT"):
            for inner in lines:
                if inner == "@END":
                    break
                inside.append(inner)
            else:
                raise ValueError(f"{page}: no @END after {line}")
        yield said, inside


def expand(page):
    for said, lines in blocks(page):
        if said is None:
            yield from lines
        elif said[0] in ("SHOW", "SCRIPT"):
            yield from show(lines)
        else:
            yield from FILL[said[0]](*said[1:])


def pages():
    return sorted(name for name in os.listdir(SOURCE) if name.endswith(".in"))


def write(path, lines):
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def main():
    only_scripts = sys.argv[1:2] == ["--scripts"]
    out = sys.argv[-1]
    if len(sys.argv) != (3 if only_scripts else 2) or out.startswith("-"):
        print("usage: man.py [--scripts] OUT", file=sys.stderr)
        return 2
    os.makedirs(out, exist_ok=True)
    for page in pages():
        if not only_scripts:
            write(os.path.join(out, page[:-3]), expand(page))
            continue
        scripts = [(said, lines) for said, lines in blocks(page) if said and said[0] == "SCRIPT"]
        for n, (said, lines) in enumerate(scripts, 1):
            write(os.path.join(out, f"{said[1]}-{page.split('.')[0]}-{n:02}.pkt"), lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
