# SPDX-License-Identifier: LGPL-2.1-or-later
# No byte at all.
# expect info 1 chain 1 check 1 write 1
: >"$file"
