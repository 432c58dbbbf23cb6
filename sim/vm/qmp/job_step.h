/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The step of jobs whose work is done before the answer of the command that
 * began them, and whose end comes after it.
 */
#pragma once

#include "sim/vm/job.h"

/** The last and only step: all progress is made. */
SimJobStep sim_job_last_step(SimJob *job);
