#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# check.sh FOLDER: make every recipe in FOLDER and look whether it came out as its "# expect" line
# says: the exit codes of qemu-img info, of info --backing-chain, of check, and of a write by
# qemu-io; "-" is not tried.  Exit code 77 where these programs are not installed.
set -u
folder=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command -v qemu-img >/dev/null && command -v qemu-io >/dev/null || exit 77
rm -rf "$folder"
mkdir -p "$folder"
failed=0
count=0

# A damaged image must not take this machine with it.
limited() {
    # shellcheck disable=SC3045
    (ulimit -v 4000000 && timeout 100 "$@" >"$folder/said" 2>&1)
}

# try WHAT EXPECTED COMMAND…: compare an exit code.
try() {
    what=$1
    expected=$2
    shift 2
    [ "$expected" = - ] && return
    limited "$@"
    code=$?
    [ "$code" = "$expected" ] && return
    echo "$name: $what: exit code $code, not $expected: $(cat "$folder/said")"
    failed=$((failed + 1))
}

for recipe in "$here"/*.sh; do
    name=$(basename "$recipe" .sh)
    case $name in make | check) continue ;; esac
    count=$((count + 1))
    file=$folder/$name
    format=qcow2
    case $name in raw*) format=raw ;; esac
    # shellcheck disable=SC2046
    set -- $(sed -n 's/^# expect //p' "$recipe")
    [ $# -eq 8 ] || { echo "$name: no '# expect' line" && failed=$((failed + 1)) && continue; }
    grep -q "^| \`$name\` |" "$here/../README.md" ||
        { echo "$name: is not in images/README.md" && failed=$((failed + 1)); }
    try make 0 "$here/make.sh" "$name" "$file"
    try info "$2" qemu-img info -f $format "$file"
    try chain "$4" qemu-img info --backing-chain -f $format "$file"
    try check "$6" qemu-img check -f $format "$file"
    try write "$8" qemu-io -f $format -c 'write -P 1 64k 64k' "$file"
done
rm -rf "$folder"
echo "$count recipes, $failed failures"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
