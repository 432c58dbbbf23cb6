# SPDX-License-Identifier: LGPL-2.1-or-later
# Only the first 50 bytes are left.
# expect info 1 chain 1 check 1 write 1
create qcow2
truncate -s 50 "$file"
