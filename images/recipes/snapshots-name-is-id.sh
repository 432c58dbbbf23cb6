# SPDX-License-Identifier: LGPL-2.1-or-later
# The second snapshot's name is the id of the first, and the other way round.
# expect info 0 chain 0 check 0 write 0
create qcow2
io "$file" 'write -P 0x46 0 64k'
qemu-img snapshot -c 2 "$file"
io "$file" 'write -P 0x47 0 64k'
qemu-img snapshot -c 1 "$file"
