#!/bin/bash
# SPDX-License-Identifier: MIT
# Every vector put to the judging kernel again: without its .pcapng, twice, and once as nobody. All
# must come out byte for byte as they are committed. Run by `make check-oracle`.
# shellcheck disable=SC2317 # functions are called by expect
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
chmod 755 "$dir"

# What is captured has a .pcapng; the others are not the judge's to answer.
copy_captured() { # TO
	local file
	while read -r file; do
		mkdir -p "$1/$(dirname "$file")"
		cp "${file%.pcapng}.pkt" "$1/${file%.pcapng}.pkt"
	done < <(find vectors -name '*.pcapng' | sort)
	cp -r vectors/scapy "$1/vectors"
}

# Paths stand in nothing that is captured, so that another folder makes no difference.
same_as_committed() { # FOLDER
	local file differ=0
	while read -r file; do
		cmp "$file" "$1/$file" || differ=$((differ + 1))
		cmp "${file%.pcapng}.pkt" "$1/${file%.pcapng}.pkt" || differ=$((differ + 1))
	done < <(find vectors -name '*.pcapng' | sort)
	diff -r vectors/scapy "$1/vectors/scapy" && ((differ == 0))
}

capture_again() { # FOLDER
	copy_captured "$1"
	(cd "$1" && "$refstack" capture -j "$(nproc)" vectors >log 2>&1) || return
	same_as_committed "$1"
}

expect "captured again" capture_again "$dir/first"
expect "and again" capture_again "$dir/second"

as_nobody() {
	copy_captured "$dir/third"
	cp -r "${XDG_CACHE_HOME:-$HOME/.cache}/refstack" "$dir/refstack-cache"
	mkdir "$dir/cache"
	mv "$dir/refstack-cache" "$dir/cache/refstack"
	mkdir "$dir/bin"
	cp "$refstack" "$(dirname "$refstack")/guest" "$dir/bin"
	chown -R nobody "$dir/third" "$dir/cache" "$dir/bin"
	(
		cd "$dir/third" || exit
		setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/nonexistent \
			XDG_CACHE_HOME="$dir/cache" TMPDIR=/tmp \
			"$dir/bin/refstack" capture -j "$(nproc)" vectors >log 2>&1
	) || return
	same_as_committed "$dir/third"
}
if ((EUID == 0)); then
	expect "by nobody" as_nobody
else
	skip "by nobody" "only root can become nobody"
fi

finish
