# SPDX-License-Identifier: LGPL-2.1-or-later
# A compressed cluster.
# expect info 0 chain 0 check 0 write 0
create qcow2
io "$file" 'write -c -P 0x34 0 64k'
