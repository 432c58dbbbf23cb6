# SPDX-License-Identifier: LGPL-2.1-or-later
# Raw, and its length is no multiple of a sector: QEMU rounds it up.
# expect info 0 chain 0 check 63 write 0
create raw
truncate -s 1000001 "$file"
