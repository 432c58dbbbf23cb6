# SPDX-License-Identifier: LGPL-2.1-or-later
# The base is not there.
# expect info 0 chain 1 check 1 write 1
qemu-img create -q -f qcow2 "$file.base" "$size"
overlay "$file" "$file.base"
rm "$file.base"
