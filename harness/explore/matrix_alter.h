/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether the flag matrix bites: single rows of the outcome data are altered or
 * dropped, and a combination that the row decided must then disagree.
 */
#pragma once

#include <stdio.h>
#include "harness/explore/matrix_run.h"

/** One row, changed in one way. */
typedef struct {
    guint row;        /* number in outcome_rows() */
    const char *how;  /* "another code", "an effect less", … */
    char *result;     /* of the row as changed */
    gboolean dropped; /* the row is as if it were not there */
    GArray *tried;    /* of guint: combinations that the row decided */
    gboolean noticed;
} MatrixAlteration;

/** Change so many rows, drawn by the seed from those that a run (in which all agreed) reached, one
 *  at a time, and try the combinations that they decided.  An array of MatrixAlteration * that the
 *  caller unrefs; shorter than `sample` where there are no more. */
GPtrArray *matrix_alter(const MatrixTarget *target, const MatrixRun *run, guint sample, guint jobs);

/** How many rows of the run's profile are in the tables, and how many decided a combination. */
guint matrix_rows(const MatrixRun *run, guint *reached);

/** Print the sums, and each alteration that nothing noticed; gives how many those are. */
guint matrix_print_alterations(FILE *out, const MatrixRun *run, const GPtrArray *alterations);
