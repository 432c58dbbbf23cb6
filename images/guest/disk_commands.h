/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands that read and write disks.
 */
#pragma once

#include "images/guest/call.h"

/** write DISK OFFSET LENGTH WORD */
Outcome run_write(Call *call);
/** write DISK OFFSET LENGTH pattern WORD */
Outcome run_write_pattern(Call *call);
/** read DISK OFFSET LENGTH: its answer is the hash. */
Outcome run_read(Call *call);
/** flush */
Outcome run_flush_all(Call *call);
/** flush DISK */
Outcome run_flush(Call *call);
/** disk DISK: its answer is what it is. */
Outcome run_disk(Call *call);
