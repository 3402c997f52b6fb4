#!/bin/bash
# SPDX-License-Identifier: MIT
# refstack diff against the judging kernel: nothing differs, and three mistakes that are planted in the
# reference are found among 2,000 random programs and reduced to a few statements. Run by
# `make check-oracle`; needs the judging kernel. RANDOM_PROGRAMS=1000 SEED=1 for more or others.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

build=${BUILD:-build}
refstack=$(realpath "$build/refstack")
objects=$build/gcc-O0
export REFSTACK_GUEST
REFSTACK_GUEST=$(realpath "$build/guest")

# shellcheck disable=SC2034 # for testlib
suite=oracle_diff tested=("$refstack" diff)
statements_most=5

# --- nothing differs -----------------------------------------------------------------------------------
exits random 0 --random "${RANDOM_PROGRAMS:-1000}" --seed "${SEED:-1}" --out "$dir/random"
says random_none " 0 different" "$dir/out"
exits vectors 0 --stop 0 --no-minimise --out "$dir/vectors" vectors/udp vectors/frag vectors/arp vectors/icmp
says vectors_none " 0 different" "$dir/out"
# Where in a boot a program stands, and who else is at work, does not matter.
exits jobs_one 0 --random 300 --first 500 -j 1 --out "$dir/jobs"
cp "$dir/out" "$dir/out1"
exits jobs_three 0 --random 300 --first 500 -j 3 --out "$dir/jobs"
expect oracle_diff/jobs_same cmp "$dir/out" "$dir/out1"

# --- mistakes --------------------------------------------------------------------------------------------
# The reference with one line changed: the changed file is linked in place of its own.
# shellcheck disable=SC2317 # expect calls it
plant() { # NAME FILE OLD NEW
	python3 - "$2" "$dir/$1.c" "$3" "$4" <<'PY' || return 1
import sys
source, to, old, new = sys.argv[1:]
text = open(source, encoding="utf-8").read()
assert text.count(old) == 1, f"{source}: {old!r} is there {text.count(old)} times"
open(to, "w", encoding="utf-8").write(text.replace(old, new))
PY
	gcc -std=c17 -fno-strict-aliasing -Irefstack -I. -I"$(dirname "$2")" -O0 -c -o "$dir/$1.o" "$dir/$1.c" &&
		gcc -o "$dir/$1" "$dir/$1.o" "$objects"/obj/harness/cli/*.o "$objects/libcore.a"
}

# Among the first differences there is what was planted, and it is reduced to a few statements.
finds() { # NAME FILE OLD NEW SIGNATURE
	local statements
	expect "oracle_diff/$1_planted" plant "$@"
	tested=("$dir/$1" diff)
	exits "$1_found" 1 --random 2000 --seed "${SEED:-1}" --stop 5 --out "$dir/$1.found"
	says "$1_signature" "$5" "$dir/out"
	statements=$(sed -n "/$5: [0-9]* program/,/^  minimised/s/^  minimised to \([0-9]*\) statement.*/\1/p" \
		"$dir/out" | sort -n | head -n 1)
	expect "oracle_diff/$1_minimised" test "${statements:-99}" -le "$statements_most"
	sed -n "/$5: [0-9]* program/,/^  again/{/minimised to/,/\.pkt$/p}" "$dir/out"
}

# What is wrong with the destination is said before that there is no such message.
finds errno_order refstack/ipv4/udp.c \
	'	if ((msg->msg_flags & MSG_OOB) != 0)
		return -EOPNOTSUPP;
' '	if ((msg->msg_flags & MSG_OOB) != 0)
		return msg->msg_name == NULL && sk->sk_state != TCP_ESTABLISHED ? -EDESTADDRREQ :
										  -EOPNOTSUPP;
' " errno EOPNOTSUPP EDESTADDRREQ"
finds odd_byte refstack/base/csum.c \
	'memcpy(tail, p, len);' 'memcpy(tail, p, len & ~1u);' " checksum"
finds late_timer refstack/core/task.c \
	'mod_timer(net, &t->timer, t->expire_jif);' 'mod_timer(net, &t->timer, t->expire_jif + 1);' " time"

finish
