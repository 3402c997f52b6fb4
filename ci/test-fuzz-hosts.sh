#!/bin/bash
# SPDX-License-Identifier: MIT
# Two directories stand for two machines: what one finds the other has afterwards, by AFL++'s own
# exchange over a shared folder. Needs build/afl/fuzz_binary.
# shellcheck disable=SC2317 # what is called by name
set -eu -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

run() { # HOST EXECS
	HERE=$dir/$1 EXECS=$2 ci/fuzz-host.sh "$1" "$dir/shared" binary 60 >"$dir/$1.out" 2>&1 ||
		{ cat "$dir/$1.out"; return 1; }
}

from() { # HOST OTHER: inputs of OTHER in HOST's queue
	find "$dir/$1/binary/$1/queue" -name "*sync:$2*" | wc -l
}

expect "fuzz-hosts/the first one works" run berlin 20000
expect "fuzz-hosts/its queue is shared" test -d "$dir/shared/binary/berlin/queue"
expect "fuzz-hosts/the second one works" run oslo 20000
expect "fuzz-hosts/the second has what the first found" test "$(from oslo berlin)" -gt 0
expect "fuzz-hosts/the first goes on" run berlin 20000
expect "fuzz-hosts/the first has what the second found" test "$(from berlin oslo)" -gt 0
expect "fuzz-hosts/nothing half-written is left" test -z "$(find "$dir" -name '*.tmp')"
expect "fuzz-hosts/it says what came of it" grep -qE '^berlin: [0-9]+ inputs, [1-9][0-9]* of them from others' "$dir/berlin.out"
finish
