# SPDX-License-Identifier: LGPL-2.1-or-later
# Two internal snapshots of one name: id 1 is older, and what a name finds.
# expect info 0 chain 0 check 0 write 0
create qcow2
io "$file" 'write -P 0x44 0 64k'
qemu-img snapshot -c twice "$file"
io "$file" 'write -P 0x45 0 64k'
qemu-img snapshot -c twice "$file"
