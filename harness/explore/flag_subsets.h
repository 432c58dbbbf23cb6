/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which sets of a call's flags are tried.
 */
#pragma once

#include "spec/api/api.h"

/** A call of at most so many flags is tried with every subset of them. */
#define FLAG_SUBSETS_WHOLE 10

/** How the sets of a call are chosen. */
typedef enum {
    FLAG_SUBSETS_ALL,     /* every subset */
    FLAG_SUBSETS_PARTLY,  /* every subset of those that matter, every set of up to three of all */
    FLAG_SUBSETS_TRIPLES, /* every set of up to three of all; none is known to matter */
} FlagSubsetsKind;

/** The sets of flags (guint32) that a call is tried with under a profile, smaller sets first, no
 * set twice; *kind (may be NULL) tells how they were chosen.  The caller unrefs it. */
GArray *flag_subsets(VmCall call, VmProfile profile, FlagSubsetsKind *kind);

/** The sets that lack one flag of `flags` each, for whoever looks for the smallest. */
GArray *flag_subsets_smaller(guint32 flags);
