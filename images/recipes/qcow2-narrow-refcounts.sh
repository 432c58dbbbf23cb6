# SPDX-License-Identifier: LGPL-2.1-or-later
# Refcounts of one bit: a cluster cannot be shared, so an internal snapshot must fail.
# expect info 0 chain 0 check 0 write 0
create qcow2 -o refcount_bits=1
io "$file" 'write -P 0x35 0 64k'
