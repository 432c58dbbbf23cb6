# SPDX-License-Identifier: LGPL-2.1-or-later
# The dirty flag: lazy refcounts, and QEMU did not end well.  The next writable open repairs it.
# expect info 0 chain 0 check 0 write 0
create qcow2 -o lazy_refcounts=on
io "$file" 'write -P 0x76 0 64k'
put $INCOMPATIBLE 8 1
