# SPDX-License-Identifier: LGPL-2.1-or-later
# Clusters of 512 bytes: many tables for little data.
# expect info 0 chain 0 check 0 write 0
create qcow2 -o cluster_size=512
io "$file" 'write -P 0x32 0 128k'
