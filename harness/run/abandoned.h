/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs that never ended: killed, or out of power.  What they made stands in
 * ledgers in their folders, and a later run on the same target removes it.
 */
#pragma once

#include "harness/run/run_context.h"

/** Remove what earlier runs of this user on this target made and left, and their folders; tells of
 *  each on stderr.  Leaves runs that still go on alone, and those made with --keep. */
void abandoned_remove(const RunContext *context);
