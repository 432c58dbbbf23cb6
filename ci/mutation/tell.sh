#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tell.sh FOLDER EQUIVALENT: what became of the mutants, and a table; for ci/mutate.
# EQUIVALENT lists those that no call can tell: FILE, kind, text before, text after, why; parted by " | ".
set -eu
for mutant in "$1"/[0-9]*; do
    [ ! -s "$mutant/result" ] || printf '%s\t%s\n' "$(cat "$mutant/place")" "$(cat "$mutant/result")"
done | awk -F '\t' -v list="$2" '
BEGIN {
    while ((getline line < list) > 0)
        if (line !~ /^#/ && split(line, part, " [|] ") >= 5)
            known[part[1] SUBSEP part[2] SUBSEP part[3] SUBSEP part[4]] = 1
}
{
    file = $1
    sub(/:[0-9]+$/, "", file)
    outcome = $5 ~ /^killed/ ? "killed" : $5 == "open" ? "survived" : $5
    if (outcome == "survived" && (file SUBSEP $2 SUBSEP $3 SUBSEP $4) in known)
        outcome = "equivalent"
    late += $5 ~ /^killed by time-out/
    count[$2, outcome]++
    total[outcome]++
    printf "%-12s %s: %s: \"%s\" -> \"%s\"%s\n", outcome, $1, $2, $3, $4, $5 ~ /^killed/ ? " (" $5 ")" : ""
}
function row(name, killed, survived, equivalent, same, broken,    tried) {
    tried = killed + survived
    printf "| %-18s | %6d | %8d | %10d | %9d | %12d | %5.1f %% |\n", name, killed, survived, equivalent, same,
        broken, (tried > 0 ? 100 * killed / tried : 100)
}
END {
    kinds = split("statement deleted,clean-up skipped,condition negated,condition weakened,off by one," \
        "constant swapped,error code swapped", kind, ",")
    print ""
    print "| kind               | killed | survived | equivalent | same code | not compiled | killed  |"
    print "| ------------------ | ------ | -------- | ---------- | --------- | ------------ | ------- |"
    for (i = 1; i <= kinds; i++)
        row(kind[i], count[kind[i], "killed"], count[kind[i], "survived"], count[kind[i], "equivalent"],
            count[kind[i], "same code"], count[kind[i], "not compiled"])
    row("all", total["killed"], total["survived"], total["equivalent"], total["same code"], total["not compiled"])
    printf "\n%d of the killed ended by a limit of time.\n", late
    tried = total["killed"] + total["survived"]
    exit tried > 0 && total["killed"] >= 0.9 * tried ? 0 : 1
}'
