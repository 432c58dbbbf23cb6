#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# try.sh NUMBER: compile, link and try one mutant of $FOLDER; for ci/mutate.  NUMBER/result receives one line:
# "not compiled", "same code", "survived", or "killed by ...".  try.sh original: the driver as it is, which has
# to survive.
set -u
mutant=$FOLDER/$1
[ ! -s "$mutant/result" ] || exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch" "$mutant/source.o" "$mutant/libspec_driver.so"' EXIT
export LD_LIBRARY_PATH="$mutant" TMPDIR="$scratch"

# program NAME: a unit test of that name; small blocks are malloc's too, or none of them would leak.
program() {
    G_SLICE=always-malloc timeout 60 "$BUILD/mutation/$1" >"$scratch/log" 2>&1 && return
    echo "killed by $1"
    return 1
}

# suite PROFILE PART: that part of the suite.
suite() {
    timeout 200 "$BUILD/mutation/virt-moment" run -j1 --timeout 40 --profile "$1" --shard "$2" \
        >"$scratch/log" 2>&1 && return
    echo "killed by the suite, $1: $(grep -m 1 -E '^ *(fail|crash|timeout|error)' "$scratch/log")"
    return 1
}

# What is quick comes first, and what kills most; leaks and crashes last.
tests() {
    for test in $(grep -vE 'crash|faults' "$BUILD/unit-tests"); do
        program "$test" || return
    done
    suite rfc 1/12 || return
    for part in 1 2 3; do
        suite rfc $part/3 || return
    done
    for test in $(grep -E 'crash|faults' "$BUILD/unit-tests"); do
        program "$test" || return
    done
    suite libvirt 1/1 || return
    for test in $(grep -v crash "$BUILD/unit-tests"); do
        program "leak_$test" || return
    done
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
    grep -qx survived "$mutant/result"
    exit
fi
verdict >"$mutant/result.new"
mv "$mutant/result.new" "$mutant/result"
