/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The disk images of images/README.md, made on the simulated file system: the
 * sound ones by the same programs, the others with their damage.
 */
#pragma once

#include "sim/world/clock.h"
#include "sim/world/fs.h"

/** An image to be made by a recipe. */
typedef struct {
    const char *recipe;
    const char *path; /* files that belong to it are named PATH.base, PATH.mid */
    guint64 size;     /* bytes */
} SimRecipeImage;

/** Make one.  OPERATION_UNSUPPORTED, naming the recipe, for one that is not simulated;
 *  OPERATION_FAILED with what the program printed. */
gboolean sim_recipe_make(SimFs *fs, SimClock *clock, const SimRecipeImage *image, GError **error);
/** The name of the i-th recipe from 0, or NULL behind the last. */
const char *sim_recipe_name(guint i);
