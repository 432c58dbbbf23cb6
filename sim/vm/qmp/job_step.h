/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What jobs do after the answer of the command that began them.
 */
#pragma once

#include "sim/vm/machine.h"

/** Work: the job of that id goes through to concluded, by its error or the lack of one. */
void sim_job_step_finish(SimMachine *machine, const char *id);
