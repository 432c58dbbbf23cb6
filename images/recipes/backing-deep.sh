# SPDX-License-Identifier: LGPL-2.1-or-later
# FILE over FILE.190 over … over FILE.1, which has 64 KiB.
# expect info 0 chain 0 check 0 write 0
qemu-img create -q -f qcow2 "$file.1" "$size"
io "$file.1" 'write -P 0x65 0 64k'
i=1
while [ $i -lt 190 ]; do
    overlay "$file.$((i + 1))" "$file.$i"
    i=$((i + 1))
done
overlay "$file" "$file.190"
