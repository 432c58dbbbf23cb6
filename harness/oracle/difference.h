/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two observations side by side: the first thing that differs, in words.
 */
#pragma once

#include "harness/oracle/observe.h"

/** Where two texts part: "'…' became '…'", cut to a line.  A static buffer. */
const char *difference_of_texts(const char *before, const char *now);

/** What differs between a domain and itself later (NULL = not listed); NULL when nothing does.  The
 *  caller frees it. */
char *difference_of_domains(const ObservedDomain *before, const ObservedDomain *now);

/** The same, for what a restarted driver must show again: not the reason of a state, not
 *  the order of lists. */
char *difference_after_restart(const ObservedDomain *before, const ObservedDomain *now);

/** Whether two worlds are the same in each thing that the next call compares, in the same order; a
 *  look without words. */
gboolean worlds_same_at_sight(const Observation *before, const Observation *now);

/** What differs between two worlds, files included; NULL when nothing does.  The caller frees it.
 */
char *difference_of_worlds(const Observation *before, const Observation *now);
