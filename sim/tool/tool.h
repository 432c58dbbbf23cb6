/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Command lines of the programs that people run beside a machine, on the
 * simulated file system: qemu-img, qemu-io and ls.
 */
#pragma once

#include "sim/world/clock.h"
#include "sim/world/fs.h"

/** Run argv (NULL-terminated; argv[0] is the program).  *rc is its exit code and *out (the caller
 *  frees it) what it wrote, standard output and standard error together, in lines.  Image locks
 *  that machines hold apply.  FALSE with OPERATION_UNSUPPORTED, naming the word, where the program,
 *  a subcommand or an option is not simulated. */
gboolean sim_tool_run(SimFs *fs, SimClock *clock, const char *const *argv, int *rc, char **out,
                      GError **error);
