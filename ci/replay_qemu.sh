#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# replay_qemu.sh VIRT-MOMENT FILE…: play the recorded dialogues on QEMU.  Exits 77 where that is not
# the QEMU that they were recorded with, or a tool that they use is missing.
program=$1
shift
for tool in qemu-system-x86_64 qemu-img qemu-io qemu-storage-daemon nbdinfo; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "skipped: no $tool"
        exit 77
    fi
done
version=$(qemu-system-x86_64 --version | head -n 1)
case $version in
*"version 7.2."*) ;;
*)
    echo "skipped: the dialogues are with QEMU 7.2, this is $version"
    exit 77
    ;;
esac
exec "$program" qmp replay --hypervisor qemu "$@"
