#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# headers_alone.sh CC ROOT: every header compiles with nothing before it.
set -u
cc=$1
root=$2
flags="$(pkg-config --cflags glib-2.0 jansson libxml-2.0)"
failed=0
count=0
# Test headers stand behind cmocka's; the sample plug-in is no part of the tree.
for header in $(cd "$root" && find spec sim harness images ci -name '*.h' ! -name 'test_*' \
                                   ! -path 'ci/sample-plugin/*' | sort); do
    count=$((count + 1))
    # shellcheck disable=SC2086
    printf '#include "%s"\n' "$header" |
        "$cc" -x c -std=gnu17 -D_GNU_SOURCE= -Wall -Wextra -Werror -fsyntax-only -I"$root" $flags - ||
        failed=$((failed + 1))
done
echo "$count headers, $failed do not compile alone"
[ "$failed" -eq 0 ]
