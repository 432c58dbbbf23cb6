# SPDX-License-Identifier: LGPL-2.1-or-later
# qcow2 version 3, as everybody has it.
# expect info 0 chain 0 check 0 write 0
create qcow2 -o compat=1.1
io "$file" 'write -P 0x31 0 64k'
