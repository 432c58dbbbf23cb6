# SPDX-License-Identifier: LGPL-2.1-or-later
# A bitmap and an internal snapshot: qemu-img refuses to revert to it.
# expect info 0 chain 0 check 0 write 0
create qcow2
qemu-img snapshot -c s1 "$file"
qemu-img bitmap --add "$file" b0
