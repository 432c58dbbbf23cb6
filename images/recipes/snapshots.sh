# SPDX-License-Identifier: LGPL-2.1-or-later
# Two internal snapshots without memory, s1 and s2, and data newer than both.
# expect info 0 chain 0 check 0 write 0
create qcow2
io "$file" 'write -P 0x41 0 64k'
qemu-img snapshot -c s1 "$file"
io "$file" 'write -P 0x42 0 64k'
qemu-img snapshot -c s2 "$file"
io "$file" 'write -P 0x43 0 64k'
