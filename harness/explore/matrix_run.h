/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Running the flag matrix: each world is made once, and every combination is
 * tried in a copy of it.
 */
#pragma once

#include "harness/explore/matrix_try.h"

/** What a run gave. */
typedef struct {
    const MatrixPlan *plan;
    MatrixRecord *records; /* shared memory, one for each combination */
    char **faults;         /* for each world: why it could not be made, or NULL */
    double seconds;
} MatrixRun;

/** Run the whole plan on a target that forks, with so many processes. */
MatrixRun *matrix_run(const MatrixTarget *target, const MatrixPlan *plan, guint jobs);

/** Free it; NULL is fine.  The plan is the caller's. */
void matrix_run_free(MatrixRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatrixRun, matrix_run_free)

/** How many combinations have a verdict other than not-run and no-world. */
guint matrix_run_count(const MatrixRun *run);
