# SPDX-License-Identifier: LGPL-2.1-or-later
# An overlay over a raw image.
# expect info 0 chain 0 check 0 write 0
qemu-img create -q -f raw "$file.base" "$size"
qemu-img create -q -f qcow2 -F raw -b "$file.base" "$file"
