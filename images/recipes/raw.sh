# SPDX-License-Identifier: LGPL-2.1-or-later
# Raw, with 64 KiB of data at its start.
# expect info 0 chain 0 check 63 write 0
create raw
qemu-io -f raw -c 'write -P 0x11 0 64k' "$file" >/dev/null
