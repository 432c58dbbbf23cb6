/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a machine can do wrong in a source: one small change each.
 */
#pragma once

#include <glib.h>

/** One change: text from `offset` on is replaced. */
typedef struct {
    const char *kind; /* static: "condition negated", … */
    guint file;       /* number of the source, the caller's */
    guint line;       /* of what is replaced */
    guint from, to;   /* lines of the statement up to there: who reaches none of them cannot tell */
    guint body_from, body_to; /* lines of the function; 0 outside of all */
    gsize offset;
    gsize length;
    char *replacement;
} Mutant;

/** Add the constants of a source to a set of words, whose keys are owned: a constant is swapped for
 *  its neighbour in it. */
void operators_collect_constants(GHashTable *constants, const char *source);
/** Append every mutant of a source to an array of Mutant; `constants`, sorted, ends with NULL. */
void operators_apply(GArray *mutants, guint file, const char *source, const char *const *constants);
/** Free what a mutant owns; for g_array_set_clear_func(). */
void mutant_clear(gpointer mutant);
