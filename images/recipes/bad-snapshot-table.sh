# SPDX-License-Identifier: LGPL-2.1-or-later
# Two snapshots, and their table is said to lie where no cluster begins.
# expect info 1 chain 1 check 1 write 1
create qcow2
qemu-img snapshot -c s1 "$file"
qemu-img snapshot -c s2 "$file"
put $SNAPSHOTS_OFFSET 7 513
