# SPDX-License-Identifier: LGPL-2.1-or-later
# The data lie in FILE.data, raw; internal snapshots are impossible.
# expect info 0 chain 0 check 0 write 0
rm -f "$file.data"
create qcow2 -o "data_file=$file.data,data_file_raw=on"
io "$file" 'write -P 0x36 0 64k'
