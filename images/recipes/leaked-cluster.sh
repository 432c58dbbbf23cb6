# SPDX-License-Identifier: LGPL-2.1-or-later
# A cluster that nobody uses has a refcount: no harm but the space.
# expect info 0 chain 0 check 3 write 0
create qcow2
io "$file" 'write -P 0x74 0 64k'
end=$(($(wc -c <"$file") / 65536))
truncate -s $(((end + 1) * 65536)) "$file"
put $(($(first_refcount_block) + 2 * end)) 2 1
