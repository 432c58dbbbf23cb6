#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# valgrind_one.sh PROGRAM FOLDER: one unit test under valgrind; FOLDER/NAME.valgrind receives "ok",
# "skip" or "fail" in line 1, and what was printed.
# What runs the whole suite several times over runs a part of it.
set -u
out=$2/$(basename "$1").valgrind
code=0
VM_TEST_SAMPLE=40 G_SLICE=always-malloc timeout 600 valgrind -q --error-exitcode=99 --leak-check=full \
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
    --child-silent-after-fork=yes "$1" >"$out.log" 2>&1 || code=$?
case $code in
0) echo ok ;;
77) echo skip ;;
*) echo "fail: exit code $code" ;;
esac >"$out"
cat "$out.log" >>"$out"
rm -f "$out.log"
