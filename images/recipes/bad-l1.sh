# SPDX-License-Identifier: LGPL-2.1-or-later
# The first L1 entry points beyond the end of the file.
# expect info 0 chain 0 check 2 write 0
create qcow2
io "$file" 'write -P 0x71 0 64k'
put $(($(first_l1_entry) + 3)) 1 1
