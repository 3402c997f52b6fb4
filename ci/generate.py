#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what tools of others read of our tables: completion for bash and zsh, and the syntax of .pkt
for vim and VS Code. Without --write it only says which of the files are not up to date.
"""
import json
import sys
import textwrap

import deftable
import lists

MADE = "written by ci/generate.py: edit that, then make generated"


# --- completion ------------------------------------------------------------------------------------

def bash_values():
    """case branches: the words, or the files, that complete an option's value."""
    lines = []
    for command in deftable.commands():
        for o in deftable.options(command.name):
            if o.kind == "FLAG":
                continue
            what = ""
            if o.kind == "FILE":
                what = f"_refstack_files '{o.values}'"
            elif o.kind in ("CHOICE", "NAME") and o.values:
                what = f'_refstack_words "{o.values}"'
            for spelling in o.spellings() if what else ():
                lines.append(f"\t{command.name}:{spelling}) {what} ;;")
    return "\n".join(lines)


def takes_value():
    return " ".join(f"{c.name}:{s}" for c in deftable.commands() for o in deftable.options(c.name)
                    if o.kind != "FLAG" for s in o.spellings())


def bash_options():
    return "\n".join(
        f"\t{c.name}) _refstack_words \"" +
        " ".join(s for o in deftable.options(c.name) for s in o.spellings()) + '" ;;'
        for c in deftable.commands())


def bash_operands():
    lines = []
    for c in deftable.commands():
        if "*" in c.completed:
            lines.append(f"\t{c.name}) _refstack_files '{c.completed}' ;;")
        elif c.completed:
            lines.append(f'\t{c.name}) _refstack_words "{c.completed}" ;;')
    return "\n".join(lines)


BASH = """\
# SPDX-License-Identifier: MIT
# Completion of refstack(1) for bash: source it, or put it where bash-completion looks.
# {made}.

_refstack_words() {{
	local IFS=$' \\t\\n'
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$_refstack_cur")
}}

_refstack_files() {{
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -d -- "$_refstack_cur"
		compgen -f -X "!$1" -- "$_refstack_cur" | while IFS= read -r name; do
			[[ -d $name ]] || printf '%s\\n' "$name"
		done)
}}

_refstack_value() {{ # COMMAND OPTION
	case $1:$2 in
{values}
	esac
}}

_refstack() {{
	local _refstack_cur=${{COMP_WORDS[COMP_CWORD]}} option=${{COMP_WORDS[COMP_CWORD - 1]}}
	local command=${{COMP_WORDS[1]}} valued=" {valued} "

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_refstack_words "{commands} help --help --version"
		return
	fi
	if [[ $command == help ]]; then
		_refstack_words "{commands}"
		return
	fi
	# "--profile=g" comes as three words.
	if [[ $_refstack_cur == "=" ]]; then
		_refstack_cur=
	elif [[ $option == "=" ]]; then
		option=${{COMP_WORDS[COMP_CWORD - 2]}}
	fi
	if [[ $valued == *" $command:$option "* ]]; then
		_refstack_value "$command" "$option"
		return
	fi
	if [[ $_refstack_cur == -* ]]; then
		case $command in
{options}
		esac
		return
	fi
	case $command in
{operands}
	esac
}}
complete -F _refstack refstack
"""


def bash():
    return BASH.format(
        made=MADE, values=bash_values(), valued=takes_value(),
        commands=" ".join(c.name for c in deftable.commands()),
        options=textwrap.indent(bash_options(), "\t"), operands=bash_operands())


def zsh_quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_text(text):
    """In a spec of _arguments, brackets and colons are its own."""
    for sign in "\\[]:":
        text = text.replace(sign, "\\" + sign)
    return text


def zsh_action(option):
    if option.kind == "FILE":
        return f'_files -g "{option.values}"'
    if option.kind in ("CHOICE", "NAME") and option.values:
        return f"({option.values})"
    return " "


def zsh_specs(command):
    for o in deftable.options(command.name):
        for spelling in o.spellings():
            spec = ("*" if o.kind == "PAIR" else "") + spelling
            if o.kind != "FLAG":
                spec += "=" if spelling.startswith("--") else "+"
            spec += f"[{zsh_text(o.help)}]"
            if o.kind != "FLAG":
                spec += f":{zsh_text(o.argument)}:{zsh_action(o)}"
            yield zsh_quote(spec)
    if "*" in command.completed:
        yield zsh_quote(f'*:{zsh_text(command.operands)}:_files -g "{command.completed}(-.) *(-/)"')
    elif command.completed:
        yield zsh_quote(f"1:{zsh_text(command.operands)}:({command.completed})")


def zsh():
    names = "\n".join("\t\t" + zsh_quote(f"{c.name}:{zsh_text(c.summary)}")
                      for c in deftable.commands())
    cases = "\n".join("\t" + c.name + ")\n\t\t_arguments -s -S \\\n\t\t\t" +
                      " \\\n\t\t\t".join(zsh_specs(c)) + " ;;" for c in deftable.commands())
    return f"""\
#compdef refstack
# SPDX-License-Identifier: MIT
# Completion of refstack(1) for zsh: put it into a directory of $fpath.
# {MADE}.

_refstack() {{
	local curcontext=$curcontext state line
	local -a commands
	typeset -A opt_args

	commands=(
{names}
		'help:what a command does and its options'
	)
	if ((CURRENT == 2)); then
		_describe -t commands 'refstack command' commands
		return
	fi
	shift words
	((CURRENT--))
	case $words[1] in
	help)
		_describe -t commands 'refstack command' commands ;;
{cases}
	esac
}}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
	_refstack "$@"
else
	compdef _refstack refstack
fi
"""


# --- editors ---------------------------------------------------------------------------------------

PACKET_KINDS = ["tcp", "udp", "udplite", "icmp", "ip", "proto", "arp", "eth", "type", "who-has", "tell",
                "reply", "is-at", "gw", "mtu", "seq", "id", "ack", "win", "urg"]
BYTES = ["hex", "pattern"]


def classes():
    """Keywords by what they are."""
    constants = [name for names in deftable.symbols().values() for name in names]
    attributes, options = [], []
    for chosen in ("STOCK", "ATTR", "ARP", "ENCAP"):
        attributes += [w for row in deftable.packet_words(chosen) for w in row.args[2].split()]
    for row in deftable.packet_words("OPTION"):
        options.append(row.args[2])
    return {
        "call": [row.args[0] for row in deftable.calls()],
        "constant": list(dict.fromkeys(constants + ["NULL"])),
        "field": deftable.fields(),
        "directive": deftable.directive_words() + ["host", "thread", "process"],
        "packet": list(dict.fromkeys(PACKET_KINDS + attributes)),
        "option": list(dict.fromkeys(options + ["val", "ecr"])),
        "icmp": deftable.icmp_words(),
        "bytes": BYTES,
    }


VIM_GROUPS = {
    "call": ("pktCall", "Function"), "constant": ("pktConstant", "Constant"),
    "field": ("pktField", "Identifier"), "directive": ("pktDirective", "Statement"),
    "packet": ("pktPacket", "Type"), "option": ("pktOption", "Type"), "icmp": ("pktIcmp", "Type"),
    "bytes": ("pktBytes", "Type"),
}

VIM = """\
\" SPDX-License-Identifier: MIT
\" Syntax of .pkt scripts, refstack-pkt(5).
\" {made}.
if exists("b:current_syntax")
  finish
endif

syn case match
syn iskeyword @,48-57,_,-

{keywords}

\" Packets: direction, addresses, flags.
syn match pktNumber "\\<\\d\\+\\>\\|\\<0x\\x\\+\\>"
syn match pktAddress "\\<\\d\\{{1,3}}\\(\\.\\d\\{{1,3}}\\)\\{{3}}\\(:\\d\\+\\)\\?\\>"
syn match pktAddress "\\<\\x\\x\\(:\\x\\x\\)\\{{5}}\\>"
syn match pktFlags "[<>]\\s\\+\\zs[FSRPEWAU.]\\+\\ze\\s"
syn match pktDirection "^\\s*\\(\\S\\+\\s\\+\\)\\?\\zs[<>]\\ze\\s"
syn match pktOperator "\\.\\.\\.\\|->\\|="

\" What begins a line.
syn match pktTime "^\\s*[+*]\\?\\(\\d*\\.\\?\\d*\\)\\([~]+\\?\\d*\\.\\?\\d*\\|\\.\\.\\.\\d*\\.\\?\\d*\\)\\?\\ze\\s"
syn match pktSetting "^--\\w\\+\\(=\\S*\\)\\?"
syn match pktDuration "\\<\\d\\+\\(ns\\|us\\|ms\\|s\\)\\>"
syn region pktString start=+"+ skip=+\\\\.+ end=+"+ oneline

syn match pktComment "//.*$" contains=pktHeader,pktTodo
syn region pktComment start="/\\*" end="\\*/" contains=pktTodo
syn match pktHeader "//\\s*\\zs\\(claim\\|oracle\\|class\\|clauses\\|since\\|until\\|live\\|igb\\|path\\|tape\\|seed\\)\\ze:" contained
syn keyword pktTodo TODO FIXME XXX contained

syn include @pktSh syntax/sh.vim
unlet! b:current_syntax
syn include @pktPython syntax/python.vim
unlet! b:current_syntax
syn region pktCommand matchgroup=Delimiter start="`" end="`" contains=@pktSh keepend
syn region pktPython matchgroup=Delimiter start="%{{" end="}}%" contains=@pktPython keepend

{links}
hi def link pktNumber Number
hi def link pktAddress Number
hi def link pktFlags Special
hi def link pktDirection Operator
hi def link pktOperator Operator
hi def link pktTime Label
hi def link pktDuration Number
hi def link pktSetting PreProc
hi def link pktString String
hi def link pktComment Comment
hi def link pktHeader SpecialComment
hi def link pktTodo Todo

let b:current_syntax = "pkt"
"""


def vim():
    keywords, links = [], []
    for kind, words in classes().items():
        group, link = VIM_GROUPS[kind]
        keywords += textwrap.wrap(" ".join(words), 94, break_on_hyphens=False,
                                  initial_indent=f"syn keyword {group} ",
                                  subsequent_indent=f"syn keyword {group} ")
        links.append(f"hi def link {group} {link}")
    return VIM.format(made=MADE, keywords="\n".join(keywords), links="\n".join(links))


SCOPES = {
    "call": "entity.name.function", "constant": "constant.other", "field": "variable.other.member",
    "directive": "keyword.control", "packet": "storage.type", "option": "storage.type",
    "icmp": "storage.type", "bytes": "storage.type",
}


def vscode():
    def rule(name, match):
        return {"name": name + ".pkt", "match": match}

    def region(name, begin, end, **more):
        return {"name": name + ".pkt", "begin": begin, "end": end, **more}

    def words(kind, names):
        longest_first = sorted(names, key=lambda w: (-len(w), w))
        return rule(SCOPES[kind], r"(?<![\w-])(?:" + "|".join(longest_first) + r")(?![\w-])")

    rules = [
        rule("keyword.other.documentation",
             r"(?<=^//)\s*(?:claim|oracle|class|clauses|since|until|live|igb|path|tape|seed)(?=:)"),
        rule("comment.line", r"//.*$"),
        region("comment.block", r"/\*", r"\*/"),
        region("meta.embedded.shell", "`", "`", contentName="source.shell",
               patterns=[{"include": "source.shell"}]),
        region("meta.embedded.python", r"%\{", r"\}%", contentName="source.python",
               patterns=[{"include": "source.python"}]),
        region("string.quoted.double", '"', '"|$',
               patterns=[rule("constant.character.escape", r"\\.")]),
        rule("meta.preprocessor", r"^--\w+(?:=\S*)?"),
        rule("entity.name.tag",
             r"^\s*(?:\*|\+?(?:\d+\.?\d*|\.\d+)(?:~\+?(?:\d+\.?\d*|\.\d+)"
             r"|\.\.\.(?:\d+\.?\d*|\.\d+))?)(?=\s)"),
        rule("keyword.operator.direction", r"(?:(?<=\s)|^)[<>](?=\s)"),
        rule("constant.numeric.address",
             r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\b"),
        rule("constant.numeric", r"\b(?:0x[0-9a-fA-F]+|\d+(?:ns|us|ms|s)?)\b"),
    ]
    rules += [words(kind, names) for kind, names in classes().items()]
    grammar = {
        "information_for_contributors": [MADE],
        "name": "packetdrill script", "scopeName": "source.pkt", "fileTypes": ["pkt"],
        "patterns": rules,
    }
    return json.dumps(grammar, indent=2) + "\n"


# --- the ledger ------------------------------------------------------------------------------------

LEDGER = """\
/* SPDX-License-Identifier: MIT */
/* Every deliberate difference from Linux, as the comment at DIVERGES(id) says it, and the unit test
 * that names it: D(id, file, why, test). S(vector, test): who has this vector of explained.def.
 * {made}.
 */
"""


def c_text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_lines(text, columns=90):
    """A string literal, over several lines."""
    words = textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join("  " + c_text(line + (" " if n + 1 < len(words) else "")) for n, line in enumerate(words))


def ledger():
    text = LEDGER.format(made=MADE[0].upper() + MADE[1:])
    for name, path, why in lists.divergences():
        test = lists.named_in(f"DIVERGES({name})") or ""
        text += f"D({c_text(name)}, {c_text(path)},\n{c_lines(why)},\n  {c_text(test)})\n"
    for row in deftable.rows("harness/diff/explained.def", "E"):
        vector = row.args[4].strip('"')
        text += f"S({c_text(vector)}, {c_text(lists.named_in(vector) or '')})\n"
    return text


FILES = {
    "harness/cli/diverges.def": ledger,
    "harness/completion/refstack.bash": bash,
    "harness/completion/_refstack": zsh,
    "harness/editors/vim/syntax/pkt.vim": vim,
    "harness/editors/vscode/syntaxes/pkt.tmLanguage.json": vscode,
}


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return None


def main():
    write = sys.argv[1:] == ["--write"]
    if sys.argv[1:] and not write:
        print("usage: generate.py [--write]", file=sys.stderr)
        return 2
    failed = 0
    for path, make in FILES.items():
        text = make()
        if read(path) == text:
            continue
        if write:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        else:
            print(f"[  FAILED  ] {path} is not what the tables say: run make generated")
            failed += 1
    if not write:
        print(f"[  PASSED  ] {len(FILES) - failed} test(s).")
        if failed:
            print(f"[  FAILED  ] {failed} test(s).")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
