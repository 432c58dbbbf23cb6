# SPDX-License-Identifier: LGPL-2.1-or-later
# An incompatible feature that nobody knows.
# expect info 1 chain 1 check 1 write 1
create qcow2
put $INCOMPATIBLE 2 1
