# SPDX-License-Identifier: LGPL-2.1-or-later
# A bitmap that is marked in use: QEMU did not end well, so it is inconsistent.
# expect info 0 chain 0 check 0 write 0
create qcow2
qemu-img bitmap --add "$file" b0
directory=$(get $(($(extension 0x23852875) + 17)) 7)
flags=$((directory + 12))
put "$flags" 4 $(($(get "$flags" 4) | 1))
