#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/coverage.py on counts that are known: sums, shares, functions never run and why, what it refuses.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

# shellcheck disable=SC2034 # for testlib
suite=coverage tested=(ci/coverage.py --words "$dir/words" --out "$dir/docs" --answers)

# Two files and a header. b.c's lines: 10 and 11 of `sent`, 20 of `later`, 30 of `dump_it`, 40 of `twin`.
answers() { # SENT LATER HEADER
	cat <<JSON
{"files": [{"file": "net/b.c", "lines": [
 {"line_number": 10, "count": $1, "branches": [{"count": $1}, {"count": 0}]},
 {"line_number": 11, "count": $1, "branches": []}, {"line_number": 20, "count": $2, "branches": []},
 {"line_number": 30, "count": 0, "branches": []}, {"line_number": 40, "count": 0}],
 "functions": [{"name": "sent.isra.0", "execution_count": $1, "start_line": 10, "end_line": 12},
 {"name": "twin", "execution_count": 0, "start_line": 40, "end_line": 42},
 {"name": "later", "execution_count": $2, "start_line": 20, "end_line": 22},
 {"name": "dump_it", "execution_count": 0, "start_line": 30, "end_line": 32}]},
 {"file": "include/h.h", "lines": [{"line_number": 1, "count": $3}], "functions": []}]}
{"files": [{"file": "net/core/c.c", "lines": [{"line_number": 1, "count": 0}], "functions": [
 {"name": "tunnel", "execution_count": 0, "start_line": 1, "end_line": 2}]}]}
JSON
}
answers 3 0 7 >"$dir/first.json"
answers 0 2 0 >"$dir/second.json"
printf '# comment\nreason\tnet/*\tdump_* seq_*\ta dump\nreason\tnet/core/*\t*\ttunnels\n' >"$dir/words"
printf 'raise\tnet/b.c\twhat is missing\nraise\tnet/none.c\tno such file\nreason\tnet/x.c\t*\tno file\n' >>"$dir/words"
mkdir "$dir/docs"
doc=$dir/docs/linux-coverage.md

exits one 0 first="$dir/first.json"
says one_row "| \`net/b.c\` | 40.0 % | **40.0 %** | 50.0 % | 2 of 5 | 50.0 % | 1 of 4 |" "$doc"
exits both 0 first="$dir/first.json" second="$dir/second.json"
says row "| \`net/b.c\` | 40.0 % | 20.0 % | **60.0 %** | 75.0 % | 3 of 5 | 50.0 % | 2 of 4 |" "$doc"
says row_of_folder "| \`c.c\` | 0.0 % | 0.0 % | **0.0 %** | – | 0 of 1 | 0.0 % | 0 of 1 |" "$doc"
says todo "- \`net/b.c\`: twin" "$doc"
says reason "**a dump** (1 function)" "$doc"
says reason_of "- \`net/b.c\`: dump_it" "$doc"
says whole_file "- \`net/core/c.c\`: all 1" "$doc"
says sentence "- \`net/b.c\`: what is missing" "$doc"
says unused "fits nothing that was never run: net/x.c *" "$dir/err"
expect coverage/no_headers test "$(grep -c 'h\.h\|none\.c' "$doc")" = 0
expect coverage/no_clones test "$(grep -c isra "$doc")" = 0
tsv=$dir/docs/linux-coverage.tsv
says tsv_row "net/b.c	yes	40.0	20.0	60.0	75.0	3	5	50.0	2	4" "$tsv"
says tsv_row_of_folder "net/core/c.c		0.0	0.0	0.0	–	0	1	0.0	0	1" "$tsv"
says never_run "net/b.c	a dump	dump_it" "$dir/docs/linux-never-run.tsv"
says never_run_folder "net/core/c.c	" "$dir/docs/linux-never-run.tsv"
says tsv_asked "# Linux of a test; first: taken from a file; second: taken from a file" "$tsv"
says picture ">60.0 %<" "$dir/docs/linux-coverage.svg"
expect coverage/picture_is_xml python3 -c 'import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])' \
	"$dir/docs/linux-coverage.svg"
cp "$doc" "$dir/before"
exits again 0 first="$dir/first.json" second="$dir/second.json"
expect coverage/same_again cmp "$doc" "$dir/before"
printf 'because\tx\n' >>"$dir/words"
exits bad_words 1 first="$dir/first.json"
says bad_words_where "$dir/words:7: " "$dir/err"
expect coverage/nothing_written cmp "$doc" "$dir/before"
# Its own words can be read, and each file of the path has its sentence.
tested=(ci/coverage.py --out "$dir/docs" --answers)
exits own_words 0 first="$dir/first.json"
for file in ipv4/af_inet ipv4/udp ipv4/ip_output ipv4/ip_input ipv4/ip_fragment ipv4/route ipv4/fib_trie ipv4/arp \
	core/neighbour; do
	expect "coverage/sentence_${file#*/}" grep -qP "^raise\tnet/$file\.c\t.{40}" ci/coverage.tsv
	expect "coverage/figure_${file#*/}" grep -qF "| \`net/$file.c\` |" docs/linux-coverage.md
	expect "coverage/tsv_${file#*/}" grep -qP "^net/$file\.c\tyes\t" docs/linux-coverage.tsv
done
finish
