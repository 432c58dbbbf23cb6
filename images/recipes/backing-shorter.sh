# SPDX-License-Identifier: LGPL-2.1-or-later
# The base is shorter than the overlay: zeroes follow it.
# expect info 0 chain 0 check 0 write 0
qemu-img create -q -f qcow2 "$file.base" 1M
io "$file.base" 'write -P 0x64 0 1M'
qemu-img create -q -f qcow2 -F qcow2 -b "$file.base" "$file" "$size"
