#!/bin/bash
# SPDX-License-Identifier: MIT
# Every vector against what Linux did, and through the model of a card, with all invariants on; a case a
# directory.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=${BUILD:-build}/refstack
while read -r where; do
	expect "vectors/${where#vectors/}" "$refstack" check --invariants "$where"
	expect "vectors/${where#vectors/}, igb" "$refstack" check --invariants --device igb "$where"
done < <(find vectors \( -name '*.pkt' -o -name '*.frames' \) -printf '%h\n' | sort -u)
finish
