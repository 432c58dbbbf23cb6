# SPDX-License-Identifier: LGPL-2.1-or-later
# The first data cluster has refcount 0: a write may put something else there.
# expect info 0 chain 0 check 2 write 0
create qcow2
io "$file" 'write -P 0x73 0 64k'
cluster=$(($(get $(($(first_l2_entry) + 1)) 7) / 65536))
put $(($(first_refcount_block) + 2 * cluster)) 2 0
