#!/bin/bash
# SPDX-License-Identifier: MIT
# The catalogue of clauses and the vectors name each other rightly, and what would be wrong is told.
set -u -o pipefail
# shellcheck source=ci/testlib.sh
. ci/testlib.sh

program=$PWD/harness/report/catalogue.py
clauses=harness/report/catalogue
# shellcheck disable=SC2034 # for testlib
suite=catalogue tested=(python3 -B "$program")

exits as_it_is 0 vectors
cat "$dir/out"

cp -r "$clauses" "$dir/catalogue"
cp -r vectors "$dir/"
cd "$dir" || exit 1
again() { # NAME CODE TEXT: the copies are looked at, and something is said
	exits "$1" "$2" --catalogue catalogue vectors
	says "$1_says" "$3" out
}
row() { # LAYER ID COLUMN VALUE: one cell is another
	awk -F '\t' -v OFS='\t' -v id="$2" -v column="$3" -v value="$4" \
		'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $1 == id { $at[column] = value } { print }' \
		"catalogue/$1.tsv" >new && mv new "catalogue/$1.tsv"
}
back() {
	cp "$OLDPWD/$clauses"/* catalogue/
}

sed -i 's/^\/\/ clauses: /&R1-2-3, /' vectors/icmp/echo.pkt
again clause_that_is_not 1 "vectors/icmp/echo.pkt: 'clauses:' names R1-2-3, which the catalogue does not have"
sed -i 's/R1-2-3, //; s/^\(\/\/ clauses: \)\([^,]*\)/\1\2, \2/' vectors/icmp/echo.pkt
again clause_twice 1 "vectors/icmp/echo.pkt: 'clauses:' names "
cp "$OLDPWD/vectors/icmp/echo.pkt" vectors/icmp/

row udp R768-Fields-4 reason host-policy
again reason_and_vector 1 "R768-Fields-4: has a reason for no vector (host-policy), and a vector: vectors/"
back
row tcp R9293-SHLD-13 reason ""
again neither 1 "R9293-SHLD-13: has neither a vector nor a reason"
row tcp R9293-SHLD-13 reason "no time"
again reason_of_ones_own 1 "R9293-SHLD-13: reason 'no time' is none of not-observable"
back
row link R894-Frame-2 reason pending
again pending_though_built 1 "R894-Frame-2: is pending, and its layer, link, is built"
back
row ip R791-3.1-1 superseded_by R0-0
again superseded_by_nothing 1 "R791-3.1-1: superseded_by R0-0, which the catalogue does not have"
back
row ip R1122-3.3.2-6 note ""
again deviation_without_how 1 "R1122-3.3.2-6: Linux deviates, and 'note' does not say how"
back
row ip R791-3.1-1 level OUGHT
again level 1 "R791-3.1-1: level 'OUGHT' is none of MUST"
back
sed -i '/^R791-3.1-1\t/d' catalogue/ip.tsv
again id_gone 1 "R791-3.1-1: is in frozen.txt, and gone"
back
sed -i '/^R791-3.1-1$/d' catalogue/frozen.txt
again id_new 1 "R791-3.1-1: is not in frozen.txt"
back
sed -i '3s/\t.*//' catalogue/udp.tsv
exits row_cut 2 --catalogue catalogue vectors
says row_cut_says "udp.tsv:3: 1 columns" err
back

# Each file of vectors without its clauses: more than the limit is without.
grep -rlE '^// clauses:' vectors | xargs sed -i '/^\/\/ clauses:/d'
again too_few 1 "of the testable clauses of built layers have no vector; at most 15 % may"
finish
