# SPDX-License-Identifier: LGPL-2.1-or-later
# FILE over FILE.mid over FILE.base, each with 64 KiB of its own.
# expect info 0 chain 0 check 0 write 0
qemu-img create -q -f qcow2 "$file.base" "$size"
io "$file.base" 'write -P 0x61 0 256k'
overlay "$file.mid" "$file.base"
io "$file.mid" 'write -P 0x62 64k 64k'
overlay "$file" "$file.mid"
io "$file" 'write -P 0x63 128k 64k'
