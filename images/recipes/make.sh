#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# make.sh NAME FILE [SIZE]: make FILE, an image as the recipe NAME.sh beside this script says, of
# SIZE bytes (4M if not said).  Files that belong to it are named FILE.base, FILE.mid, …
#
# A recipe is sourced with $file and $size and uses the functions below.  What qemu-img cannot
# make is patched in by offset; the offsets are those of QEMU's docs/interop/qcow2.txt.
set -eu
name=$1
folder=$(CDPATH='' cd -- "$(dirname -- "$2")" && pwd)
file=$folder/$(basename -- "$2")
size=${3:-4M}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case $name in */* | .* | make | check) echo "make.sh: '$name' is no recipe" >&2 && exit 2 ;; esac
[ -f "$here/$name.sh" ] || { echo "make.sh: there is no recipe '$name'" >&2 && exit 2; }
rm -f "$file"

# create FORMAT [OPTION…]: an empty image.
create() {
    format=$1
    shift
    qemu-img create -q -f "$format" "$@" "$file" "$size"
}

# io FILE COMMAND…: qemu-io on an image.
io() {
    image=$1
    shift
    for command; do
        set -- "$@" -c "$command"
        shift
    done
    qemu-io "$@" "$image" >/dev/null
}

# overlay FILE BASE [OPTION…]: an image over another.
overlay() {
    image=$1
    base=$2
    shift 2
    qemu-img create -q -f qcow2 -F qcow2 -b "$base" "$@" "$image"
}

# get OFFSET BYTES: a big-endian number of the file, at most 7 bytes.
get() {
    value=0
    for byte in $(od -An -v -tu1 -j "$1" -N "$2" "$file"); do
        value=$((value * 256 + byte))
    done
    echo "$value"
}

# put OFFSET BYTES NUMBER: write one, in place.
put() {
    i=$2
    while [ "$i" -gt 0 ]; do
        i=$((i - 1))
        # shellcheck disable=SC2059
        printf "\\$(printf %03o $(($3 >> (8 * i) & 255)))"
    done | dd of="$file" bs=1 seek="$1" conv=notrunc status=none
}

# Header fields of a qcow2 image, for the recipes.
# shellcheck disable=SC2034
{
VERSION=4
L1_OFFSET=41       # 7 bytes: the high one is 0
REFCOUNT_OFFSET=49 # likewise
SNAPSHOTS_OFFSET=65
INCOMPATIBLE=72
HEADER_LENGTH=100
}

# The places of the first entries of its tables.
first_l1_entry() { get $L1_OFFSET 7; }
first_l2_entry() { echo $(($(get $(($(first_l1_entry) + 1)) 7) & ~511)); }
first_refcount_block() { get $(($(get $REFCOUNT_OFFSET 7) + 1)) 7; }

# extension TYPE: where the data of a header extension begins.
extension() {
    at=$(get $HEADER_LENGTH 4)
    while [ "$(get "$at" 4)" -ne "$(($1))" ]; do
        [ "$(get "$at" 4)" -ne 0 ]
        at=$((at + 8 + ($(get $((at + 4)) 4) + 7) / 8 * 8))
    done
    echo $((at + 8))
}

# shellcheck source=/dev/null
. "$here/$name.sh"
