# SPDX-License-Identifier: LGPL-2.1-or-later
# The magic number is gone: as qcow2 it cannot be opened, and probed it is raw.
# expect info 1 chain 1 check 1 write 1
create qcow2
put 0 4 0
