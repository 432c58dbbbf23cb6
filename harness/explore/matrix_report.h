/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the flag matrix found, for people and for programs.
 */
#pragma once

#include <stdio.h>
#include <jansson.h>
#include "harness/explore/matrix_run.h"

/** Of all combinations, so many may be unspecified (one in a hundred). */
#define MATRIX_UNSPECIFIED_ONE_IN 100

/** Sums over some combinations. */
typedef struct {
    guint planned, ran, ok, refused, unspecified, differ, crashed;
    GHashTable *codes; /* VIR_ERR_* -> count, both as pointers */
} MatrixTally;

/** Combinations that disagree in the same way, and the smallest of them. */
typedef struct {
    guint count;
    guint number;      /* of the smallest combination */
    guint32 flags;     /* its flags, shrunk */
    MatrixSight sight; /* of these flags, tried alone; verdict AGREES: only after other calls */
} MatrixGroup;

/** The sums of a call; VM_CALL_LAST = of all.  The caller frees it with matrix_tally_clear(). */
void matrix_tally(const MatrixRun *run, VmCall call, MatrixTally *tally);
void matrix_tally_clear(MatrixTally *tally);

/** The disagreements by call, row and code, each tried again alone and shrunk to the smallest set
 * of flags that still disagrees: an array of MatrixGroup * that the caller unrefs. */
GPtrArray *matrix_shrink(const MatrixTarget *target, const MatrixRun *run);

/** The table of calls, what is unspecified, the disagreements with their scenarios, the sums. */
void matrix_print(FILE *out, const MatrixRun *run, const GPtrArray *groups);

/** The same as JSON; the caller decrefs it. */
json_t *matrix_json(const MatrixRun *run, const GPtrArray *groups);

/** The exit code (ExitCode) that a run deserves, and where it is not 0 a line that says why (the
 *  caller frees it). */
int matrix_exit_code(const MatrixRun *run, char **why);
