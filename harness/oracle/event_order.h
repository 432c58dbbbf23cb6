/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Life-cycle events beside the state changes (I10).
 */
#pragma once

#include "harness/oracle/observe.h"

/** Replay the events of a step over the states before: NULL when each is legal where it comes and
 *  all of them end in the states after; else one line that the caller frees. */
char *event_order_check(const Observation *before, const Observation *after, const GArray *events);

/** "stopped/from-snapshot"; a static buffer. */
const char *event_order_word(const struct vm_event *event);
