#!/bin/bash
# SPDX-License-Identifier: MIT
# Cases of frames put to the judging kernel: what is the same stays, what has no verdict gets one, what
# differs is shown and taken over with a reason only. Run by `make check-oracle`.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
suite=frames
tested=("$refstack" capture)
file=$dir/arp.frames

# Cases of a file, by their numbers, without the empty line behind the last one.
some() { # CONDITION FILE
	awk "/^case /{ n++ } $1" "$2" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

fresh() {
	some 'n <= 20' vectors/scapy/arp.frames >"$file"
}

fresh
cp "$file" "$dir/old"
exits same 0 "$file"
last_is same_counted "0 captured, 1 unchanged"
expect frames/same_bytes cmp "$file" "$dir/old"

# Alone in a boot, in another order: a case does not know of the others.
some 'n <= 1 || n == 12' "$dir/old" >"$file"
cp "$file" "$dir/alone"
exits alone 0 "$file"
last_is alone_counted "0 captured, 1 unchanged"
expect frames/alone_same cmp "$file" "$dir/alone"

# A case without a verdict.
fresh
sed -i '/^case hwtype-1$/,/^$/ { /^[=>]/d }' "$file"
exits one_missing 0 "$file"
last_is one_missing_counted "1 captured, 0 unchanged"
expect frames/one_missing_is_back cmp "$file" "$dir/old"

# Nothing at all is captured yet.
sed -e '/^[=>]/d' -e '/^\/\/ \(oracle\|config\|patches\|seed\|hz\|sysctl\):/d' "$dir/old" >"$file"
exits new 0 "$file"
last_is new_counted "1 captured, 0 unchanged"
expect frames/new_same cmp "$file" "$dir/old"

# A verdict that is wrong.
sed '/^case hwtype-0$/,/^$/ s/drop NOT_SPECIFIED 1/drop NOT_SPECIFIED 2/' "$dir/old" >"$file"
cp "$file" "$dir/wrong"
expect frames/wrong_made test "$(cmp "$dir/old" "$file" | wc -l)" = 1
exits wrong 1 "$file"
says wrong_shown "+= drop NOT_SPECIFIED 1" "$dir/out"
says wrong_said "nothing was written" "$dir/out"
expect frames/wrong_left cmp "$file" "$dir/wrong"
exits update_needs_why 2 --update "$file"
exits update 0 --update --why "a test" "$file"
last_is update_counted "0 captured, 0 unchanged, 1 updated"
expect frames/update_reason grep -qx '// why: a test' "$file"
expect frames/update_rest diff <(grep -v '^// why: ' "$file") "$dir/old"
exits updated_same 0 "$file"
expect frames/updated_reason_stays grep -qx '// why: a test' "$file"

# Another seed is another source.
fresh
exits other_seed 1 --seed 2 "$file"
says other_seed_shown "+// seed: 2" "$dir/out"

# Set-ups that are not what they say.
{ sed -n '1,/^$/p' "$dir/old" | grep -v '^// [ocpsh][a-z]*:'; printf '%s\n' '0 socket(AF_INET, SOCK_DGRAM, 0) = 4' \
	'finally 0.010' '' 'case nothing'; } >"$file"
cp "$file" "$dir/wrong"
exits set_up_lies 2 "$file"
says set_up_lies_is_told "the set-up: Linux says socket(AF_INET, SOCK_DGRAM, 0) = 3" "$dir/out"
expect frames/set_up_lies_left cmp "$file" "$dir/wrong"
printf '// claim: x\n\ncase nothing\n< 00\n' >"$file"
exits no_file 2 "$file"
says no_file_is_told "arp.frames:4:3: the first case has no frames" "$dir/out"
finish
