#!/bin/bash
# SPDX-License-Identifier: MIT
# Commands of iproute2 that the guest does without the program are what the program does: 300 random
# scripts once as they are and once with `ip -4`, which is always the program. Both have the same
# words of failure, frames, times and state at the end. Run by `make check-oracle`; needs the judging
# kernel and iproute2. SCRIPTS=1000 SEED=2 for more or others.
# shellcheck disable=SC2317 # functions are called by expect
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
scripts=${SCRIPTS:-300}
RANDOM=${SEED:-1}

one_of() { # WORD... to $word
	word=${*:RANDOM % $# + 1:1}
}

# Most are right, some are refused by the kernel, some by the program.
command_line() { # to $line
	local address network device
	one_of 192.0.2.1/24 198.51.100.1/24 10.0.0.1/8 203.0.113.5/32 192.0.2.9 0.0.0.0/24 127.0.0.2/8
	address=$word
	one_of 198.51.100.0/24 203.0.113.0/24 10.0.0.0/8 192.0.2.77 default 192.0.2.0/25 198.51.100.1/24
	network=$word
	one_of eth0 eth0 eth0 eth0 lo eth9
	device=$word
	case $((RANDOM % 10)) in
	0 | 1)
		one_of "" " brd +" " brd 192.0.2.255" " scope link" " metric 7" " noprefixroute" " label eth0:a"
		line="ip addr add $address$word dev $device"
		;;
	2) line="ip addr del $address dev $device" ;;
	3 | 4)
		one_of add replace change append del
		line="ip route $word $network"
		one_of " via 192.0.2.2" " via 203.0.113.9" " dev $device" " via 192.0.2.3 dev $device onlink" \
			" dev $device scope link"
		line+=$word
		one_of "" "" "" " metric 5" " mtu 1000" " mtu lock 1200" " src 192.0.2.1" " table 100" " tos 0x10"
		line+=$word
		;;
	5)
		one_of blackhole unreachable prohibit throw
		line="ip route add $word $network"
		;;
	6 | 7)
		one_of add replace change
		line="ip neigh $word 192.0.2.$((RANDOM % 3 + 2)) lladdr 02:00:00:00:00:0$((RANDOM % 4 + 2))"
		one_of "" "" " nud stale" " nud reachable" " nud noarp" " nud permanent"
		line+="$word dev $device"
		;;
	8) line="ip neigh del 192.0.2.$((RANDOM % 3 + 2)) dev $device" ;;
	9)
		one_of up down "mtu 1400" "mtu 40" "txqueuelen 5" "arp off" "arp on" "multicast off"
		line="ip link set $device $word"
		;;
	esac
}

# The last line has its say in the run's words, so nothing follows it: in words-N.pkt it is to succeed.
script() { # FILE IP LINES
	local line at=0 i more=" || true"
	printf '// claim: commands\n\n' >"$1"
	for ((i = 0; i < $3; i++)); do
		line=${lines[i]/#ip /$2 }
		[[ $1 == */words-* ]] && ((i == $3 - 1)) && more=
		# shellcheck disable=SC2016 # these are the language's, not the shell's
		printf ' %s `%s%s`\n' "$at" "$line" "$more" >>"$1"
		at=+0.01
	done
}

write_scripts() {
	local i n last
	mkdir -p "$dir/within" "$dir/program"
	for ((i = 1; i <= scripts; i++)); do
		lines=("ip link set lo up" "ip addr add 192.0.2.1/24 dev eth0" "ip link set eth0 up")
		for ((n = RANDOM % 5 + 3; n > 0; n--)); do
			command_line
			lines+=("$line")
		done
		last=${#lines[@]}
		script "$dir/within/$i.pkt" ip "$last"
		script "$dir/program/$i.pkt" "ip -4" "$last"
		script "$dir/within/words-$i.pkt" ip "$last"
		script "$dir/program/words-$i.pkt" "ip -4" "$last"
	done
}

# Frames, times and the state at the end of those that go on, the words of those that do not.
answers() { # FOLDER
	(
		cd "$1" || exit
		"$refstack" capture -j "$(nproc)" [0-9]*.pkt >captured 2>&1
		"$refstack" run --dut uml words-*.pkt 2>&1 | grep '^words-' >said
	)
}

same() { # NAME FILE...
	local file
	for file in "${@:2}"; do
		cmp "$dir/within/$file" "$dir/program/$file" || return
	done
}

write_scripts
answers "$dir/within"
answers "$dir/program"
mapfile -t records < <(cd "$dir/within" && ls [0-9]*.pcapng)
expect oracle_commands/all_captured test "${#records[@]}" -eq "$scripts"
expect oracle_commands/records same records "${records[@]}"
# Most are refused, in words: else this would compare nothing.
refused=$(grep -c 'ended with status' "$dir/within/said")
expect oracle_commands/many_are_refused test "$refused" -ge $((scripts / 10))
expect oracle_commands/words diff "$dir/within/said" "$dir/program/said"
echo "$scripts scripts, $refused of them refused in words"

finish
