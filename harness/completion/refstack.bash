# SPDX-License-Identifier: MIT
# Completion of refstack(1) for bash: source it, or put it where bash-completion looks.
# written by ci/generate.py: edit that, then make generated.

_refstack_words() {
	local IFS=$' \t\n'
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$_refstack_cur")
}

_refstack_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -d -- "$_refstack_cur"
		compgen -f -X "!$1" -- "$_refstack_cur" | while IFS= read -r name; do
			[[ -d $name ]] || printf '%s\n' "$name"
		done)
}

_refstack_value() { # COMMAND OPTION
	case $1:$2 in
	run:--dut) _refstack_words "refstack uml live" ;;
	run:--profile) _refstack_words "bare google ksft" ;;
	run:--device) _refstack_words "tap tun igb" ;;
	run:--ip_version) _refstack_words "ipv4" ;;
	run:--cost) _refstack_words "judge cycles" ;;
	run:--trace) _refstack_files '*.json' ;;
	run:--pcapng) _refstack_files '*.pcapng' ;;
	run:--events) _refstack_files '*.txt' ;;
	check:--dut) _refstack_words "refstack live uml" ;;
	check:--device) _refstack_words "tap tun igb" ;;
	check:--junit) _refstack_files '*.xml' ;;
	check:--captures) _refstack_files '*' ;;
	check:--run) _refstack_files '*.jsonl' ;;
	report:-o) _refstack_files '*' ;;
	report:--output) _refstack_files '*' ;;
	report:--dut) _refstack_words "refstack live uml refstack,live" ;;
	report:--vectors) _refstack_files '*' ;;
	report:--baseline) _refstack_files '*.json' ;;
	report:--campaign) _refstack_files '*' ;;
	report:--store) _refstack_files '*.db' ;;
	diff:--out) _refstack_files '*' ;;
	diff:--tally) _refstack_files '*.txt' ;;
	diff:--device) _refstack_words "tap tun igb" ;;
	fuzz:--campaign) _refstack_files '*' ;;
	fuzz:--engines) _refstack_words "libfuzzer afl libfuzzer,afl" ;;
	fuzz:--judge) _refstack_words "none uml auto" ;;
	fuzz:--looks) _refstack_words "all none" ;;
	fuzz:--seeds) _refstack_files '*' ;;
	fuzz:--build) _refstack_files '*' ;;
	triage:--campaign) _refstack_files '*' ;;
	triage:--add) _refstack_files '*' ;;
	min:--campaign) _refstack_files '*' ;;
	min:-o) _refstack_files '*' ;;
	show:--campaign) _refstack_files '*' ;;
	show:-o) _refstack_files '*' ;;
	promote:--campaign) _refstack_files '*' ;;
	promote:--vector) _refstack_files '*.pkt' ;;
	promote:--corpus) _refstack_files '*' ;;
	fmt:-o) _refstack_files '*' ;;
	oracle:--into) _refstack_files '*' ;;
	esac
}

_refstack() {
	local _refstack_cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} valued=" run:--dut run:--profile run:--device run:--local_ip run:--remote_ip run:--gateway_ip run:--netmask_ip run:--ip_version run:--mtu run:--mss run:--bind_port run:--connect_port run:--tolerance_usecs run:--tolerance_percent run:--cost run:-D run:--trace run:--pcapng run:--events run:--seed run:--perturb run:--set run:-j capture:--why capture:--seed capture:-j check:--dut check:--device check:-j check:--junit check:--captures check:--run report:-o report:--output report:--dut report:--vectors report:--baseline report:--campaign report:--store report:-j diff:--random diff:--seed diff:--first diff:--weights diff:--stop diff:--out diff:--tally diff:--device diff:--set diff:-j fuzz:--campaign fuzz:--time fuzz:--execs fuzz:-j fuzz:--workers fuzz:--engines fuzz:--judge fuzz:--looks fuzz:--seed fuzz:--seeds fuzz:--build triage:--campaign triage:--add triage:--target triage:-j min:--campaign min:--target min:-o min:-j show:--campaign show:-o promote:--campaign promote:--vector promote:--corpus promote:--why walk:--cpus walk:--size walk:--seed fmt:-o selfcheck:--seed selfcheck:--runs selfcheck:--seconds selfcheck:--calls selfcheck:--soak bench:--cpus bench:--latency bench:--reads oracle:--into oracle:--random oracle:--seed oracle:-j "

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_refstack_words "run capture check report diff fuzz triage min show promote walk fmt selfcheck bench oracle version help --help --version"
		return
	fi
	if [[ $command == help ]]; then
		_refstack_words "run capture check report diff fuzz triage min show promote walk fmt selfcheck bench oracle version"
		return
	fi
	# "--profile=g" comes as three words.
	if [[ $_refstack_cur == "=" ]]; then
		_refstack_cur=
	elif [[ $option == "=" ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $valued == *" $command:$option "* ]]; then
		_refstack_value "$command" "$option"
		return
	fi
	if [[ $_refstack_cur == -* ]]; then
		case $command in
		run) _refstack_words "--dut --profile --device --local_ip --remote_ip --gateway_ip --netmask_ip --ip_version --mtu --mss --bind_port --connect_port --tolerance_usecs --tolerance_percent --cost -D -v --graph --trace --pcapng --events --seed --perturb --set --invariants --binary -j --json --allow-shell -h --help" ;;
		capture) _refstack_words "--update --why --seed -j --json -h --help" ;;
		check) _refstack_words "--dut --device --invariants -j -v --json --junit --captures --run --list -h --help" ;;
		report) _refstack_words "-o --output --dut --vectors --baseline --strict --campaign --store --no-store -j --json -h --help" ;;
		diff) _refstack_words "--random --seed --first --weights --print --deep --stop --no-minimise --out --tally --device --set -j --json -v -h --help" ;;
		fuzz) _refstack_words "--campaign --time --execs -j --workers --engines --judge --looks --seed --stop --fresh --seeds --build --summary --json -h --help" ;;
		triage) _refstack_words "--campaign --no-minimise --add --target -j --json -h --help" ;;
		min) _refstack_words "--campaign --target -o -j -h --help" ;;
		show) _refstack_words "--campaign -o --json -h --help" ;;
		promote) _refstack_words "--campaign --vector --regress --corpus --why --force -h --help" ;;
		walk) _refstack_words "--cpus --size --seed --graph --json --svg -h --help" ;;
		fmt) _refstack_words "-i --check --stock --to-binary --from-binary -o -h --help" ;;
		selfcheck) _refstack_words "--seed --runs --seconds --calls -v --soak -h --help" ;;
		bench) _refstack_words "--cpus --latency --reads --json -h --help" ;;
		oracle) _refstack_words "--coverage --into --random --seed -j --json -h --help" ;;
		version) _refstack_words "--json -h --help" ;;
		esac
		return
	fi
	case $command in
	run) _refstack_files '*.pkt' ;;
	capture) _refstack_files '*.pkt' ;;
	check) _refstack_files '*.pkt' ;;
	report) _refstack_files '*.jsonl' ;;
	diff) _refstack_files '*.pkt' ;;
	fuzz) _refstack_words "all syscalls rx api frag neigh route nic snapshot pkt pcapng binary" ;;
	min) _refstack_files '*.pkt' ;;
	walk) _refstack_words "udp" ;;
	fmt) _refstack_files '*.pkt' ;;
	bench) _refstack_words "nic fuzz tcp" ;;
	oracle) _refstack_words "build status shell count" ;;
	esac
}
complete -F _refstack refstack
