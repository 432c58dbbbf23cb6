# SPDX-License-Identifier: LGPL-2.1-or-later
# qcow2 version 2 (compat 0.10): no feature bits, so no bitmaps and no dirty flag.
# expect info 0 chain 0 check 0 write 0
create qcow2 -o compat=0.10
io "$file" 'write -P 0x21 0 64k'
