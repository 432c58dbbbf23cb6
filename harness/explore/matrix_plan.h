/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plan of the flag matrix: worlds, lines in each, sets of flags for each
 * line.  A combination is a line with one set; its number counts through all.
 */
#pragma once

#include "harness/explore/call_lines.h"
#include "harness/scenario/trial.h"

/** A line of a world with its sets. */
typedef struct {
    VmCall call;
    char *text;
    ScnCommandLine *command;
    GArray *sets; /* of guint32 */
    guint first;  /* number of its first combination */
} MatrixLine;

/** A world and its lines. */
typedef struct {
    const WorldKind *kind;
    GPtrArray *lines; /* of MatrixLine * */
    guint first, count;
} MatrixWorld;

/** All of it. */
typedef struct {
    VmProfile profile;
    GPtrArray *kinds;  /* of WorldKind * */
    GPtrArray *worlds; /* of MatrixWorld *: those with a line */
    guint count;       /* of combinations */
} MatrixPlan;

/** One combination, found by its number. */
typedef struct {
    const MatrixWorld *world;
    const MatrixLine *line;
    guint32 flags;
} MatrixCombination;

/** The plan for some calls (a set of VmCall + 1 as pointers; NULL = all of them).  `every` > 1
 * takes every so-manieth set of flags of each line only.  NULL where a line of the table is not
 *  well-formed.  The caller frees it. */
MatrixPlan *matrix_plan_new(VmProfile profile, GHashTable *calls, guint every, GError **error);

/** Free it; NULL is fine. */
void matrix_plan_free(MatrixPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatrixPlan, matrix_plan_free)

/** The combination of a number below plan->count. */
MatrixCombination matrix_plan_at(const MatrixPlan *plan, guint number);

/** The combination's line with its flags, as a scenario would have it.  The caller frees it. */
char *matrix_combination_text(const MatrixCombination *combination);

/** How its flags are called: "HALT|LIVE", or "none".  The caller frees it. */
char *matrix_combination_flags(const MatrixCombination *combination);
