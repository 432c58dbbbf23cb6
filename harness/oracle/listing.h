/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the listing calls answer, beside the world and the filters of spec/rules.
 */
#pragma once

#include "harness/oracle/context.h"

/** Compare the answer of a listing call that succeeded (step->output) with the world before it.
 *  NULL where it is right, or the step is of no listing call, or has no output; else one line that
 *  the caller frees, and *rule is the rule that it breaks (static). */
char *listing_check(const StepContext *context, const char **rule);
