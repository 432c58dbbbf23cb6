# SPDX-License-Identifier: LGPL-2.1-or-later
# Subclusters: a cluster that is allocated in part.
# expect info 0 chain 0 check 0 write 0
create qcow2 -o extended_l2=on,cluster_size=128k
io "$file" 'write -P 0x33 4k 4k'
