#!/bin/bash
# SPDX-License-Identifier: MIT
# What the reference says of i386's socketcall(), asked of the kernel that this runs on: harness/unit/test_socketcall.c
# asks the reference the same.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

if ! gcc -m32 -std=c17 -O1 -ffreestanding -fno-stack-protector -fno-builtin -fno-pic -no-pie -nostdlib -static \
	-o "$dir/socketcall" ci/socketcall.c 2>"$dir/why"; then
	echo "skipped: no compiler for i386: $(head -n 1 "$dir/why")"
	exit 0
fi
"$dir/socketcall" >"$dir/said" 2>&1
if [ $? -ge 126 ]; then
	echo "skipped: this kernel runs no i386 programs"
	exit 0
fi
expect "i386 programs on this kernel" "$dir/socketcall"
finish
