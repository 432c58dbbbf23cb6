# SPDX-License-Identifier: LGPL-2.1-or-later
# The last data cluster is cut off.
# expect info 0 chain 0 check 2 write 0
create qcow2
io "$file" 'write -P 0x75 0 1M'
truncate -s $(($(wc -c <"$file") - 65536 * 4)) "$file"
