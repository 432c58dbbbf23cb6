#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# coverage.sh BUILD FOLDER: what the tests run so far covered in spec/ and sim/, tests left out.
# FOLDER receives lcov.info, `percent` and `files` (the share of each file, least first).
set -eu
build=$1
out=$2
root=$(pwd)
# What gcov says of one line twice, version 2 takes for an error.
case $(lcov --version) in
*' 1.'*) ignore= ;;
*) ignore='--ignore-errors mismatch,unused' ;;
esac
# shellcheck disable=SC2086
lcov -q $ignore --capture --directory "$build" --base-directory "$root" --no-external \
     --output-file "$out/all.info"
# shellcheck disable=SC2086
lcov -q $ignore --extract "$out/all.info" "$root/spec/*" "$root/sim/*" --output-file "$out/lcov.info"
# DA:LINE,COUNT after SF:FILE.
awk -F'[:,]' -v root="$root/" '
    /^SF:/ { file = substr($0, 4); sub(root, "", file); test = file ~ /\/test_/ }
    /^DA:/ && !test { lines[file]++; all++; if ($3 > 0) { hit[file]++; hits++ } }
    END {
        for (file in lines)
            printf "%6.1f %% of %5d lines  %s\n", 100 * hit[file] / lines[file], lines[file], file
        printf "%.1f\n", all ? 100 * hits / all : 0 > "/dev/stderr"
    }' "$out/lcov.info" 2>"$out/percent" | sort -n >"$out/files"
