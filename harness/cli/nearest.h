/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What somebody probably meant.
 */
#pragma once

#include <glib.h>

/** How many letters have to be added, removed, replaced or swapped with their neighbour to make `b`
 *  of `a`. */
guint edit_distance(const char *a, const char *b);

/** The name of a NULL-terminated list that is nearest to `word`, or NULL when none is near enough
 *  (more than a third of the letters, and more than two, differ). */
const char *nearest_of(const char *word, const char *const *names);
