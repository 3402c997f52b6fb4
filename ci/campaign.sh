#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/campaign.sh SECONDS [TARGET...]: what `make campaign` does when everything is built. Golden vectors,
# so many seconds of fuzzing, the findings replayed and made small, and where the report lies. Ends with
# 1 when anything differs or was found.
set -u -o pipefail

build=${BUILD:-build}
refstack=$build/refstack
campaign=${CAMPAIGN:-$build/campaign}
seconds=$1
shift

# Ctrl-C ends the campaign, which then says itself what came of it; nothing is begun after it.
stopped=
trap stopped=1 INT

code=0
echo "campaign: golden vectors"
if ! ci/regress.sh; then
	echo "campaign: golden vectors fail, as is said above; the campaign goes on" >&2
	code=1
fi
[[ -z $stopped ]] || exit 130

echo "campaign: $seconds s of fuzzing"
found=0
"$refstack" fuzz --time "$seconds" --judge auto --campaign "$campaign" --build "$build" "$@" || found=$?
((found <= 1)) || exit "$found"
((found == 0)) || code=1
if ((found == 1)) && [[ -z $stopped ]]; then
	echo
	echo "campaign: what was found, three times over"
	triaged=0
	"$refstack" triage --campaign "$campaign" || triaged=$?
	((triaged <= 1)) || exit "$triaged"
	"$refstack" fuzz --summary --campaign "$campaign" --build "$build" || true
fi
[[ -z $stopped ]] || exit 130
exit "$code"
