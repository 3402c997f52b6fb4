#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/setup.sh [--fuzz|--report]: installs on Debian 12 what `make check` and `make lint` need and is not there;
# with --fuzz what campaigns need, too; with --report only what it takes to build refstack and make a report.
# Fast if all is there.
# Without the right to install it prints the one line to run, and exits with 3.
set -eu -o pipefail

# What builds refstack, and what its report is made with.
report=(gcc libc6-dev make binutils libsqlite3-dev python3 python3-jinja2)
# Without these `make check` cannot run.
needed=(
	"${report[@]}" patch clang libclang-rt-14-dev libcmocka-dev python3-yaml iproute2
	gcc-i686-linux-gnu libc6-dev-i386-cross
	gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static
)
# These serve `make lint`, `make fmt`, `make man` and `make frames`, which name what is absent, as do the tests
# that look at frames with scapy, and at what a report says with other people's readers.
wanted=(python3-scapy python3-junitparser python3-jsonschema clang-tidy clang-format cppcheck shellcheck mandoc)

# The second engine of campaigns; the first comes with clang.
if [[ ${1-} == --fuzz ]]; then
	needed+=(afl++ llvm)
elif [[ ${1-} == --report ]]; then
	needed=("${report[@]}")
	wanted=()
elif (($# != 0)); then
	echo "usage: ci/setup.sh [--fuzz|--report]" >&2
	exit 2
fi

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is not Debian; needed here: ${needed[*]}" >&2
	exit 3
fi

missing() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || printf '%s ' "$package"
	done
}

read -ra must < <(missing "${needed[@]}"; echo)
read -ra may < <(missing "${wanted[@]}"; echo)
if ((${#must[@]} + ${#may[@]} == 0)); then
	exit 0
fi

if ((EUID == 0)); then
	as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root=(sudo -n)
elif ((${#must[@]} == 0)); then
	echo "setup: absent, not needed by make check: ${may[*]}"
	exit 0
else
	echo "setup: packages are missing and may not be installed from here. Run:" >&2
	echo "apt-get update && apt-get install -y --no-install-recommends ${must[*]} ${may[*]}" >&2
	exit 3
fi

echo "setup: installing ${must[*]} ${may[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${must[@]}" "${may[@]}" </dev/null >/dev/null
