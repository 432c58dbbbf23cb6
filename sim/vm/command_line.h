/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A machine started by a command line: qemu-system-* and qemu-storage-daemon.
 */
#pragma once

#include "sim/vm/machine.h"

/** Start what argv (NULL-terminated) says, over a file system and a clock (borrowed; paths without
 *  a slash are below "/").  Monitors are not opened: a SimSession is.  A guest runs at once but
 *  with -S.  Fails with VM_QMP_ERROR and QEMU's text where a block node or device cannot be made,
 *  with OPERATION_UNSUPPORTED naming the option or its value where it is not simulated.  The caller
 *  ends the machine with sim_machine_unref(). */
SimMachine *sim_machine_start_argv(SimFs *fs, SimClock *clock, const char *const *argv,
                                   GError **error);
