# SPDX-License-Identifier: LGPL-2.1-or-later
# Cut off behind the header: the refcount and L1 tables are missing.
# expect info 0 chain 0 check 2 write 1
create qcow2
truncate -s 65536 "$file"
