/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A first look at the target, in a process of its own: whether it opens, what
 * it says of itself, what it can do.
 */
#pragma once

#include <glib.h>
#include "harness/run/run_context.h"

/** Fill the report's version and capabilities.  RUNNER_ERROR 2 with the target's own text when it
 *  does not open, or dies of it. */
gboolean probe_target(const RunContext *context, RunReport *report, GError **error);
