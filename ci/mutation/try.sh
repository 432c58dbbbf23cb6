#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# try.sh NUMBER: compile, link and try one mutant of $FOLDER with what reaches it; for ci/mutate.  NUMBER/result
# receives one line: "not compiled", "same code", "survived", or "killed by ...".  try.sh original: the driver as
# it is, which has to survive.  With HASTE set what takes long is left out: "open" is then what survived the rest,
# and is tried with what was left out by the next run without it.
# Limits are of processor time, so that a busy machine kills nothing; those of the clock are for what sleeps.
set -u
mutant=$FOLDER/$1
[ ! -s "$mutant/result" ] || { [ -z "${HASTE:-}" ] && grep -qx open "$mutant/result"; } || exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch" "$mutant/source.o" "$mutant/libspec_driver.so"' EXIT
export LD_LIBRARY_PATH="$mutant" TMPDIR="$scratch"

# program NAME SECONDS: a unit test of that name; small blocks are malloc's too, or none of them would leak.
program() {
    (ulimit -t "$2" && G_SLICE=always-malloc exec timeout 600 "$BUILD/mutation/$1") >"$scratch/log" 2>&1 </dev/null
    case $? in
    0) return ;;
    124 | 137 | 152) echo "killed by time-out: $1" ;;
    *) echo "killed by $1" ;;
    esac
    return 1
}

# programs PATTERN PREFIX SECONDS: those unit tests that reach it, without those of a "!PATTERN".
programs() {
    case $1 in
    !*) chosen=$(grep -vE "${1#!}" "$mutant/program") ;;
    *) chosen=$(grep -E "$1" "$mutant/program") ;;
    esac
    for test in $chosen; do
        program "$2$test" "$3" || return
    done
}

# suite PROFILE FILE: the cases that it names.
suite() {
    [ -s "$mutant/$2" ] || return 0
    "$BUILD/mutation/trial" "$1" "$mutant/$2" >"$scratch/log" 2>&1 && return
    what=$(grep -E -m 1 '^(fail|crash|time-out) ' "$scratch/log")
    case $what in
    time-out*) echo "killed by time-out: the suite, $1: $what" ;;
    *) echo "killed by the suite, $1: $what" ;;
    esac
    return 1
}

# What is quick comes first, and what kills most; then cases that take the same way as another, leaks, crashes.
quick_tests() {
    programs '!_faults$|_crash$' '' 10 && suite rfc rfc && programs '_faults$' '' 60 && suite libvirt libvirt
}

long_tests() {
    programs '!_crash$' leak_ 60 && suite rfc rfc-again && suite libvirt libvirt-again &&
        programs '_crash$' '' 240
}

tests() {
    grep -qxs open "$mutant/result" || quick_tests || return
    if [ -n "${HASTE:-}" ]; then
        echo "open"
        return
    fi
    long_tests || return
    echo "survived"
}

# library OBJECT...: the driver of these objects.
library() {
    cc -shared -Wl,-soname,libspec_driver.so -o "$mutant/libspec_driver.so" "$@"
}

verdict() {
    name=$(basename "$(cut -d : -f 1 "$mutant/place")" .c)
    if ! sh -c "$(cat "$BUILD/mutation/compile") -o '$mutant/source.o' -c '$mutant/source.c'" 2>/dev/null; then
        echo "not compiled"
        return
    fi
    if cmp -s "$mutant/source.o" "$FOLDER/original/$name.o"; then
        echo "same code"
        return
    fi
    # shellcheck disable=SC2046
    library "$mutant/source.o" $(find "$BUILD/$OBJECTS" -name '*.o' ! -name "$name.c.o") && tests
}

if [ "$1" = original ]; then
    library "$BUILD/$OBJECTS"/*.o && tests >"$mutant/result"
    grep -qxE 'survived|open' "$mutant/result"
    exit
fi
verdict >"$mutant/result.new"
mv "$mutant/result.new" "$mutant/result"
