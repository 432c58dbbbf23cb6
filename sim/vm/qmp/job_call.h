/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands that name a job and do one thing to it.
 */
#pragma once

#include "sim/vm/qmp/command.h"

/** What is done to the job; FALSE with a QMP error. */
typedef gboolean (*SimJobCall)(SimJob *job, GError **error);

/** The arguments where "id" alone names the job. */
extern const SimArgument sim_job_by_id[];
/** The arguments where "device" alone names it. */
extern const SimArgument sim_job_by_device[];

/** Do it to the job of the call, by `id`; a QMP error where there is none. */
gboolean sim_call_on_job(const SimCall *call, SimJobCall run, GError **error);
/** The same to a block job, by `id` or `device`, whichever the call has. */
gboolean sim_call_on_block_job(const SimCall *call, SimJobCall run, GError **error);
