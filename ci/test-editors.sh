#!/bin/bash
# SPDX-License-Identifier: MIT
# Completion and syntax files do what they should in the programs that they are for.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

# What bash offers for the last of these words: a script makes the call that readline would make.
bash_offers() { # WORD...
	(
		# shellcheck disable=SC1091 # its own file
		. "$here/harness/completion/refstack.bash"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_refstack
		((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' '
	)
}

offers() { # NAME WANTED WORD...
	local got
	got=$(bash_offers "${@:3}")
	if [[ $got == "$2" ]]; then
		case_ok "completion/$1"
	else
		case_failed "completion/$1" "offered '$got', wanted '$2'"
	fi
}

here=$PWD
mkdir "$dir/files" "$dir/files/sub"
touch "$dir/files/"{a.pkt,b.txt,c.json}
cd "$dir/files" || exit 1
offers commands "selfcheck " refstack se
offers help "walk " refstack help w
offers options "--pcapng --perturb --profile " refstack run --p
offers value "google " refstack run --profile g
offers value_after_equals "bare " refstack run --profile = b
offers values "cycles judge " refstack run --cost ""
offers no_value "" refstack run --seed ""
offers scripts "a.pkt sub " refstack run ""
offers trace "c.json sub " refstack run --trace ""
offers operand "udp " refstack walk ""
cd "$here" || exit 1

if command -v zsh >/dev/null; then
	expect completion/zsh_syntax zsh -f -n harness/completion/_refstack
	# A terminal of zsh's own, in which the keys are typed.
	cat >"$dir/type.zsh" <<'ZSH'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT= RPS1=; fpath=($1 \$fpath); autoload -Uz compinit && compinit -u -D"
zpty -w z "zstyle ':completion:*' list-separator ''; stty cols 200; cd $3"
zpty -w z 'echo READY$((1+1))'
while zpty -r z line; do [[ $line == *READY2* ]] && break; done
zpty -n -w z "$2"$'\t\t'
text=
for ((i = 0; i < 100; i++)); do
	while zpty -r -t z line; do text+=$line; done
	[[ $text == *$4* ]] && break
	sleep 0.1
done
print -r -- $text
zpty -d z
ZSH
	zsh_offers() { # NAME WANTED LINE
		if timeout 20 zsh -f "$dir/type.zsh" "$here/harness/completion" "$3" "$dir/files" \
			"$2" >"$dir/zsh.log" 2>&1 && grep -q -- "$2" "$dir/zsh.log"; then
			case_ok "completion/zsh_$1"
		else
			case_failed "completion/zsh_$1" "no $2 in: $(cat -v "$dir/zsh.log")"
		fi
	}
	zsh_offers command selfcheck "refstack selfch"
	zsh_offers value google "refstack run --profile=goo"
	zsh_offers option -- "refstack fmt --to-bin"
else
	skip completion/zsh "zsh is not installed"
fi

vscode=harness/editors/vscode
for file in "$vscode"/*.json "$vscode"/syntaxes/*.json; do
	expect "editors/json_${file##*/}" python3 -m json.tool "$file"
done
expect editors/patterns_compile python3 - "$vscode/syntaxes/pkt.tmLanguage.json" <<'PY'
import json, re, sys
rules = json.load(open(sys.argv[1]))["patterns"]
assert len(rules) > 10
for rule in rules:
    for key in ("match", "begin", "end"):
        if key in rule:
            re.compile(rule[key])
named = {r["name"]: r for r in rules}
assert re.search(named["entity.name.function.pkt"]["match"], " +0 sendto(3").group() == "sendto"
assert re.search(named["constant.other.pkt"]["match"], "= -1 EHOSTUNREACH").group() == "EHOSTUNREACH"
PY

if command -v vim >/dev/null; then
	cat >"$dir/t.pkt" <<'PKT'
// claim: words get their colours
 +0 sendto(3, "abc", 3, MSG_DONTWAIT, NULL, 0) = 3
 +0 > 192.0.2.1:5000 > 192.0.2.2:7 udp (3) "abc"
PKT
	cat >"$dir/t.vim" <<'VIM'
set nocompatible
exe 'set runtimepath^=' . $VIMDIR
filetype plugin on
syntax on
exe 'edit ' . $PKT
redir! > $OUT
for [l, word] in [[1, 'claim'], [2, '+0'], [2, 'sendto'], [2, 'MSG_DONTWAIT'], [2, 'abc'], [3, 'udp'], [3, '192']]
  echo word . ' ' . synIDattr(synID(l, stridx(getline(l), word) + 1, 1), 'name')
endfor
echo &filetype . ' ' . &commentstring
redir END
qa!
VIM
	VIMDIR=$PWD/harness/editors/vim PKT=$dir/t.pkt OUT=$dir/vim.out \
		timeout 20 vim -u NONE -i NONE -es -S "$dir/t.vim" </dev/null >/dev/null 2>&1
	for want in "claim pktHeader" "+0 pktTime" "sendto pktCall" "MSG_DONTWAIT pktConstant" \
		"abc pktString" "udp pktPacket" "192 pktAddress" "pkt // %s"; do
		expect "editors/vim_${want// /_}" grep -qxF -- "$want" "$dir/vim.out"
	done
else
	skip editors/vim "vim is not installed"
fi
finish
