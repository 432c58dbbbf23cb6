# SPDX-License-Identifier: LGPL-2.1-or-later
# FILE over FILE.base over FILE.  QEMU opens it without end: ask for the chain first.
# expect info 0 chain 1 check - write -
qemu-img create -q -f qcow2 "$file.base" "$size"
overlay "$file" "$file.base"
qemu-img rebase -u -f qcow2 -F qcow2 -b "$file" "$file.base"
