# SPDX-License-Identifier: LGPL-2.1-or-later
# Persistent bitmaps: b0 records, b1 is disabled and coarser; one cluster is dirty in b0.
# expect info 0 chain 0 check 0 write 0
create qcow2
qemu-img bitmap --add "$file" b0
qemu-img bitmap --add --disable -g 1M "$file" b1
io "$file" 'write -P 0x51 64k 64k'
