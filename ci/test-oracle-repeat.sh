#!/bin/bash
# SPDX-License-Identifier: MIT
# The same program, the same bytes: a dozen scripts, 1,000 runs, alone in a boot and in batches in
# changing order. Run by `make check-oracle`; needs the judging kernel.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

scripts=(
	vectors/arp/queue-order.pkt
	vectors/arp/unanswered.pkt
	vectors/bind/port-zero.pkt
	vectors/connect/source-address.pkt
	vectors/cork/fragments.pkt
	vectors/frag/timeout.pkt
	vectors/icmp/echo.pkt
	vectors/poll/timeout.pkt
	vectors/route/gateway-unreachable.pkt
	vectors/task/signal-one.pkt
	vectors/task/two-processes.pkt
	vectors/udp/refused.pkt
)
repeat=${BUILD:-build}/release/repeat

if "$repeat" 1000 "${scripts[@]}" >"$dir/out" 2>&1; then
	case_ok repeat/1000_runs
	tail -n 1 "$dir/out"
else
	case_failed repeat/1000_runs "$(tail -n 20 "$dir/out")"
fi

finish
