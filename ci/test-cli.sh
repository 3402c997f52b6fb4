#!/bin/bash
# SPDX-License-Identifier: MIT
# The command as its users call it: exit codes, last lines, JSON, colour, formatting, and that a
# script does nothing to the machine.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

refstack=$(realpath "${BUILD:-build}/refstack")
t=$dir/t
mkdir "$t"

# shellcheck disable=SC2034 # for testlib
suite=cli tested=("$refstack")

# --- scripts of every kind ---------------------------------------------------------------------------
cat >"$t/pass.pkt" <<'PKT'
  0 socket(AF_INET, SOCK_DGRAM, 0) = 3
 +0 close(3) = 0
PKT
cat >"$t/fail.pkt" <<'PKT'
  0 socket(AF_INET, SOCK_DGRAM, 0) = 3
 +0 close(4) = 0
PKT
cat >"$t/missing.pkt" <<'PKT'
  0 socket(AF_INET, SOCK_STREAM, 0) = 3
 +0 setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = 0
PKT
cat >"$t/bad.pkt" <<'PKT'
  0 socket(AF_INET, SOCK_DGRAM, 0) = 3
 +0 close(3, = 0
PKT

# --- run -------------------------------------------------------------------------------------------
exits run_pass 0 run "$t/pass.pkt"
last_is run_pass_last "1 passed, 0 failed"
exits run_fail 1 run "$t/fail.pkt"
last_is run_fail_last "0 passed, 1 failed"
says run_fail_place "$t/fail.pkt:2:" "$dir/out"
says run_fail_expected "EBADF" "$dir/out"
exits run_missing 4 run "$t/missing.pkt"
last_is run_missing_last "0 passed, 0 failed, 1 not implemented"
says run_missing_name "$t/missing.pkt:2: not implemented: " "$dir/out"
exits run_bad 2 run "$t/bad.pkt"
says run_bad_place "$t/bad.pkt:2:" "$dir/err"
exits run_unreadable 2 run "$t/nothing.pkt"
exits run_empty_directory 2 run "$dir/t/.."/man
exits run_two 1 run "$t/pass.pkt" "$t/fail.pkt" "$t/missing.pkt"
last_is run_two_last "1 passed, 1 failed, 1 not implemented"
exits run_bad_and_missing 2 run "$t/missing.pkt" "$t/bad.pkt"
exits run_directory 1 run "$t"
last_is run_directory_last "1 passed, 2 failed, 1 not implemented"
cp "$dir/out" "$dir/out1"
cp "$dir/err" "$dir/err1"
exits run_jobs 1 run -j 3 "$t"
expect cli/run_jobs_same_output cmp "$dir/out" "$dir/out1"
expect cli/run_jobs_same_errors cmp "$dir/err" "$dir/err1"
exits run_verbose 1 run -v "$t"
cp "$dir/out" "$dir/out1"
exits run_verbose_jobs 1 run -v -j2 "$t"
expect cli/run_verbose_jobs_same cmp "$dir/out" "$dir/out1"
expect cli/run_stdin test "$("$refstack" run - <"$t/pass.pkt")" = "1 passed, 0 failed"
exits run_uml 4 run --dut uml-6.1 "$t/pass.pkt"
says run_uml_name "not implemented: --dut uml-6.1" "$dir/err"
exits run_library 4 run --dut ./x.so "$t/pass.pkt"
exits run_nobody 2 run --dut nobody "$t/pass.pkt"
exits run_allow_shell 2 run --allow-shell "$t/pass.pkt"
says run_allow_shell_why "real Linux only" "$dir/err"
exits run_two_traces 2 run --trace "$dir/x.json" "$t/pass.pkt" "$t/fail.pkt"
exits run_nothing 2 run
exits run_graph 0 run --graph "$t/pass.pkt"
says run_graph_functions "sys_socket" "$dir/out"
exits run_set_unknown 2 run --set net.ipv4.no_such_knob=1 "$t/pass.pkt"
exits run_set 0 run --set net.ipv4.ip_default_ttl=33 "$t/pass.pkt"

exits run_vectors 0 run vectors
last_is run_vectors_last "$(find vectors -name '*.pkt' | wc -l) passed, 0 failed"

# --- json ------------------------------------------------------------------------------------------
is_json() { # NAME CHECK: of $dir/out, j
	expect "cli/$1" python3 -c "import json, sys; j = json.load(open(sys.argv[1])); assert $2, j" \
		"$dir/out"
}
exits run_json 1 run --json -v "$t"
is_json run_json_parses "j['passed'] == 1 and j['failed'] == 2 and j['not_implemented'] == 1"
is_json run_json_verdicts "[s['verdict'] for s in j['scripts']] == \
	['invalid', 'failed', 'not implemented', 'passed']"
is_json run_json_line "j['scripts'][1]['line'] == 2 and 'close' in j['scripts'][1]['message']"
cp "$dir/out" "$dir/out1"
exits run_json_jobs 1 run --json -j 2 "$t"
expect cli/run_json_jobs_same cmp "$dir/out" "$dir/out1"
cp "$t/fail.pkt" "$dir/\"q"$'\xff\n'"uote.pkt"
exits run_json_name 1 run --json "$dir/\"q"$'\xff\n'"uote.pkt"
is_json run_json_name_parses "j['failed'] == 1"
exits version_json 0 version --json
is_json version_json_parses "j['linux'].startswith('6.12')"
exits walk_json 0 walk --json
is_json walk_json_parses "len(j) == 4 and all(len(p['steps']) > 15 for p in j)"
exits walk_json_graph 2 walk --json --graph

# --- outputs -----------------------------------------------------------------------------------------
exits run_trace 0 run --trace "$dir/trace.json" --pcapng "$dir/trace.pcapng" "$t/pass.pkt"
expect cli/run_trace_parses python3 -m json.tool "$dir/trace.json"
expect cli/run_pcapng_magic test "$(head -c 4 "$dir/trace.pcapng" | od -An -tx1)" = " 0a 0d 0d 0a"
exits run_trace_nowhere 3 run --trace "$dir/no/such/place.json" "$t/pass.pkt"

# --- options of scripts, overridden --------------------------------------------------------------------
cat >"$t/stock.pkt" <<'PKT'
--profile=google
  0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
 +0 bind(3, ..., ...) = 0
 +0 connect(3, ..., ...) = 0
 +0 write(3, ..., 100) = 100
 +0 > udp (100)
PKT
exits run_addresses 0 run -v --local_ip=10.0.0.1 --gateway_ip 10.0.0.9 --remote_ip=10.1.0.2 \
	"$t/stock.pkt"
says run_addresses_used "10.0.0.1.8080 > 10.1.0.2.8080" "$dir/out"
exits run_events 0 run --events "$t/events.txt" "$t/stock.pkt"
says run_events_statement "# 5: write(3, ..., 100) = 100" "$t/events.txt"
says run_events_line "net:net_dev_xmit dev=tun0 len=128 rc=0" "$t/events.txt"
exits run_events_several 2 run --events "$t/events.txt" "$t/stock.pkt" "$t/pass.pkt"
exits run_address_refused 2 run --local_ip=here "$t/stock.pkt"
says run_address_reason "--local_ip does not take the value 'here'" "$dir/err"

# --- colour ------------------------------------------------------------------------------------------
on_terminal() {
	TERM=xterm python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' \
		env "$@" </dev/null >"$dir/pty" 2>&1
}
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
	on_terminal "$refstack" run "$t/fail.pkt"
	expect cli/colour_on_terminal grep -q $'\033\\[3' "$dir/pty"
	on_terminal NO_COLOR=1 "$refstack" run "$t/fail.pkt"
	expect cli/no_color_reports grep -q "1 failed" "$dir/pty"
	expect cli/no_color test "$(grep -c $'\033\\[[0-9;]*m' "$dir/pty")" = 0
else
	skip cli/colour_on_terminal "no terminals can be made here"
fi
"$refstack" run "$t/fail.pkt" >"$dir/out" 2>&1
expect cli/no_colour_in_pipe test "$(grep -c $'\033' "$dir/out")" = 0

# --- command lines -----------------------------------------------------------------------------------
exits no_command 2
exits unknown_command 2 rnu
says unknown_command_suggests "did you mean 'run'?" "$dir/err"
exits unknown_option 2 run --pcapgn x "$t/pass.pkt"
says unknown_option_suggests "did you mean '--pcapng'?" "$dir/err"
exits bad_choice 2 run --profile gogle "$t/pass.pkt"
says bad_choice_lists "bare google ksft" "$dir/err"
exits bad_number 2 run --seed=1x "$t/pass.pkt"
exits bad_range 2 run -j 0 "$t/pass.pkt"
exits bad_pair 2 run -D NAME "$t/pass.pkt"
exits no_value 2 run "$t/pass.pkt" --seed
exits flag_with_value 2 run --json=1 "$t/pass.pkt"
exits options_end 2 run -- --json
says options_end_is_file "--json" "$dir/err"
exits attached 0 run -j2 --seed=0x10 -DA=1 "$t/pass.pkt"
exits help 0 --help
exits version 0 --version
for command in $("$refstack" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	exits "help_$command" 0 "$command" --help
	cp "$dir/out" "$dir/out1"
	exits "help_of_$command" 0 help "$command"
	expect "cli/help_${command}_same" cmp "$dir/out" "$dir/out1"
	exits "unknown_option_$command" 2 "$command" --no-such-option
done
"$refstack" version >/dev/full 2>/dev/null
expect cli/full_disk test $? = 3

# --- fmt -------------------------------------------------------------------------------------------
mapfile -t scripts < <(find vectors -name '*.pkt' | sort)
for script in "${scripts[@]}" "$t/pass.pkt"; do
	name=${script##*/}
	"$refstack" fmt "$script" >"$dir/once" 2>"$dir/err" &&
		"$refstack" fmt - <"$dir/once" >"$dir/twice" &&
		cmp -s "$dir/once" "$dir/twice" &&
		"$refstack" fmt --to-binary -o "$dir/binary" "$script" &&
		"$refstack" fmt --from-binary --to-binary "$dir/binary" | cmp -s - "$dir/binary" &&
		"$refstack" fmt --from-binary "$dir/binary" >"$dir/text" &&
		"$refstack" fmt --from-binary --check "$dir/binary" 2>/dev/null
	code=$?
	# The last one is refused: -i and --check are for text.
	if ((code == 2)) && "$refstack" fmt --check "$dir/text" >/dev/null; then
		passed=$((passed + 1))
	else
		case_failed "cli/fmt_$name" "not idempotent, or lost by the binary form"
		head -n 5 "$dir/err"
	fi
done
case_ok "cli/fmt_idempotent: ${#scripts[@]} scripts"
((${#scripts[@]} == 0)) || exits fmt_check_vectors 0 fmt --check "${scripts[@]}"
printf '0 close( 3 )=0 // why\n\n\n// end\n' >"$dir/raw.pkt"
exits fmt_check 1 fmt --check "$dir/raw.pkt"
last_is fmt_check_names "$dir/raw.pkt"
exits fmt_in_place 0 fmt -i "$dir/raw.pkt"
exits fmt_in_place_done 0 fmt --check "$dir/raw.pkt"
says fmt_keeps_comments "// why" "$dir/raw.pkt"
expect cli/fmt_no_leavings test "$(find "$dir" -maxdepth 1 -name 'raw.pkt.*')" = ""
exits fmt_bad 2 fmt "$t/bad.pkt"
says fmt_bad_place "$t/bad.pkt:2:" "$dir/err"
cp "$t/bad.pkt" "$dir/bad2.pkt"
exits fmt_bad_in_place 2 fmt -i "$dir/bad2.pkt"
expect cli/fmt_bad_untouched cmp "$t/bad.pkt" "$dir/bad2.pkt"
exits fmt_stock 0 fmt --stock "$t/pass.pkt"
printf '0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+0 quiet 1s\n' >"$dir/ours.pkt"
exits fmt_not_stock 1 fmt --stock "$dir/ours.pkt"
says fmt_not_stock_place "$dir/ours.pkt:2:" "$dir/err"
exits fmt_output 0 fmt -o "$dir/new.pkt" "$t/pass.pkt"
expect cli/fmt_output_there test -s "$dir/new.pkt"
exits fmt_output_nowhere 2 fmt -o "$dir/no/such/place" "$t/pass.pkt"
exits fmt_in_place_stdin 2 fmt -i -
exits fmt_two_outputs 2 fmt -o "$dir/new.pkt" "$t/pass.pkt" "$t/fail.pkt"
head -c 3000 "$refstack" >"$dir/any.bytes"
exits fmt_from_any_bytes 0 fmt --from-binary -o "$dir/any.pkt" "$dir/any.bytes"
exits fmt_any_bytes_canonical 0 fmt --check "$dir/any.pkt"

# --- the card, measured ------------------------------------------------------------------------------
exits bench_nic 0 bench nic --json
cp "$dir/out" "$t/nic.json"
is_json bench_nic_rows "[(r['direction'], r['bytes']) for r in j] == [(d, n) for d in ('tx', 'rx')
	for n in sorted({r['bytes'] for r in j})] and {64, 128, 256, 512, 1024, 1518} <= {r['bytes'] for r in j}"
# What a wire of 1 Gbit/s can carry: each frame has 20 bytes of preamble and gap with it.
is_json bench_nic_line "all(r['line_frames_s'] == 10**9 // ((r['bytes'] + 20) * 8) for r in j)"
is_json bench_nic_no_more "all(0 < r['frames_s'] <= r['line_frames_s'] and
	r['mbit_s'] <= r['line_mbit_s'] < 1000 for r in j)"
is_json bench_nic_mbit "all(abs(r['mbit_s'] * 10**6 - r['frames_s'] * r['bytes'] * 8) <= 1000 for r in j)"
is_json bench_nic_full "all(r['mbit_s'] >= 0.95 * r['line_mbit_s'] for r in j if r['bytes'] == 1518)"
is_json bench_nic_bound "all((r['wire'] >= 0.985 and r['lost'] == 0) == (r['bound'] == 'wire') and
	(r['cpu'] >= 0.9 or r['bound'] != 'cpu') for r in j)"
# A longer frame costs no less of anything.
is_json bench_nic_steady "all(a['direction'] != b['direction'] or b['frames_s'] <= 1.02 * a['frames_s']
	for a, b in zip(j, j[1:]))"
exits bench_nic_again 0 bench nic --json
expect cli/bench_nic_same cmp "$t/nic.json" "$dir/out"
# nicmodel/README.md: line rate at 64 bytes with two reads in flight; with one it waits for memory.
exits bench_nic_two_reads 0 bench nic --cpus 8 --reads 2 --latency 600 --json
is_json bench_nic_data_sheet "all(r['frames_s'] == 1488095 and r['bound'] == 'wire' for r in j if r['bytes'] == 64)"
exits bench_nic_one_read 0 bench nic --cpus 8 --reads 1 --latency 1000 --json
is_json bench_nic_dma "j[0]['bound'] == 'dma' and 459000 < j[0]['frames_s'] < 1000000 and j[0]['reads'] > 0.99"
exits bench_nic_text 0 bench nic
says bench_nic_table "1518 B" "$dir/out"
exits bench_nothing 2 bench nix
exits bench_cpus_of_nic 2 bench fuzz --cpus 2

# --- nothing is done to the machine ------------------------------------------------------------------
mkdir "$dir/witness"
touch "$dir/witness/file"
harmless() { # NAME: runs $dir/evil.pkt, which must not pass
	timeout 60 "$refstack" run "$dir/evil.pkt" >"$dir/out" 2>&1 </dev/null
	local code=$?
	if ((code == 1 || code == 2)) && [[ -e $dir/witness/file && ! -e $dir/witness/new ]]; then
		case_ok "cli/harmless_$1"
	else
		case_failed "cli/harmless_$1" "exit code $code; $(ls "$dir/witness")"
		head -n 20 "$dir/out"
	fi
}
n=0
while IFS= read -r command; do
	# shellcheck disable=SC2016 # the backquotes are the script's
	printf '`%s`\n 0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n' "${command//DIR/$dir/witness}" \
		>"$dir/evil.pkt"
	n=$((n + 1))
	harmless "command_$n"
done <<'COMMANDS'
rm -rf DIR
rm -f DIR/file; touch DIR/new
sysctl -a; rm -rf DIR
sysctl $(rm -rf DIR)
ip link show | sh -c "rm -rf DIR"
echo 1 >DIR/new
dd if=/dev/zero of=DIR/new count=1; no_such_command
COMMANDS
n=0
while IFS= read -r block; do
	printf ' 0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+0 %%{\n%s\n}%%\n' \
		"${block//DIR/$dir/witness}" >"$dir/evil.pkt"
	n=$((n + 1))
	harmless "python_$n"
done <<'BLOCKS'
import os; os.unlink("DIR/file")
open("DIR/new", "w")
import subprocess; subprocess.run(["touch", "DIR/new"])
import shutil; shutil.rmtree("DIR")
__import__("os").system("touch DIR/new")
[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "Popen"][0](["touch", "DIR/new"])
import ctypes; ctypes.CDLL(None).system(b"touch DIR/new"); assert False
import socket; socket.create_connection(("127.0.0.1", 1))
while True: pass
assert False, "an assertion that does not hold"
BLOCKS

# --- Ctrl-C, and a worker that goes down -------------------------------------------------------------
# Some ten seconds of work, ended after a moment: what has run is reported.
printf ' 0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+0 advance 90000s\n' >"$dir/slow.pkt"
slow=()
for _ in $(seq 25000); do
	slow+=("$dir/slow.pkt")
done
code=0
timeout --preserve-status -s INT 2 "$refstack" run --json "${slow[@]}" >"$dir/out" 2>"$dir/err" || code=$?
is_json interrupt_keeps_results "j['interrupted'] and j['failed'] == 0 and 0 < j['passed'] < 25000"
says interrupt_is_said "interrupted after" "$dir/err"
expect cli/interrupt_code test "$code" = 1
timeout -s INT 0.5 "$refstack" run -j 2 --json "${slow[@]}" >"$dir/out" 2>"$dir/err"
is_json interrupt_jobs "j['interrupted'] and j['failed'] == 0 and 0 < j['passed'] < 25000"

"$refstack" run -j 2 --json "${slow[@]:0:1000}" >"$dir/out" 2>"$dir/err" &
pid=$!
worker=
until [[ -n $worker ]] || ! kill -0 $pid 2>/dev/null; do
	worker=$(awk -v parent="$pid" '$4 == parent { print $1; exit }' /proc/[0-9]*/stat 2>/dev/null)
done
sleep 0.05 # it has begun
kill -KILL "$worker"
wait $pid
expect cli/worker_down_code test $? = 1
is_json worker_down_is_no_pass "j['failed'] == 1 and j['passed'] == 999"
says worker_down_says "signal 9" "$dir/out"
finish
