# SPDX-License-Identifier: LGPL-2.1-or-later
# FILE over itself.
# expect info 0 chain 1 check - write -
create qcow2
qemu-img rebase -u -f qcow2 -F qcow2 -b "$file" "$file"
