/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of the outcome data on another driver: for each row some of the
 * combinations that it decides, each in a world of its own there.
 */
#pragma once

#include <stdio.h>
#include <jansson.h>
#include "harness/explore/matrix_run.h"

/** What became of a rule elsewhere. */
typedef struct {
    const char *rule;
    guint agree, differ, not_reached; /* combinations */
    char text[600];                   /* of the first that differs, or why it was not reached */
} MatrixElsewhere;

/** Try on `target`, for every row that decided a combination in `run`, up to `each` of them.  An
 * array of MatrixElsewhere * by rule, in the order of the rows, that the caller unrefs. */
GPtrArray *matrix_elsewhere(const MatrixTarget *target, const MatrixRun *run, guint each);

/** Print a line for each rule that does not agree throughout, and the sums. */
void matrix_print_elsewhere(FILE *out, const char *target, const GPtrArray *rules);

/** The same as JSON, a rule each; the caller decrefs it. */
json_t *matrix_elsewhere_json(const GPtrArray *rules);
