# SPDX-License-Identifier: LGPL-2.1-or-later
# The first L2 entry is not aligned: the first read of the first cluster finds it.
# expect info 0 chain 0 check 2 write 0
create qcow2
io "$file" 'write -P 0x72 0 64k' 'write -P 0x72 64k 64k'
put $(($(first_l2_entry) + 6)) 1 2
