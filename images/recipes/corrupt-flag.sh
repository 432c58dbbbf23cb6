# SPDX-License-Identifier: LGPL-2.1-or-later
# Marked corrupt: it can be read, but not opened for writing.
# expect info 0 chain 0 check 0 write 1
create qcow2
io "$file" 'write -P 0x77 0 64k'
put $INCOMPATIBLE 8 2
