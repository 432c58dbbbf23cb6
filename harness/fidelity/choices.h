/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where all choices of a lock step come from.
 */
#pragma once

#include <glib.h>

/** A stream of choices; a function of its seed alone. */
typedef struct {
    guint64 state;
} Choices;

/** One of 0 … count - 1; count is at least 1. */
guint choose(Choices *choices, guint count);
/** TRUE one time in `times`. */
gboolean chance(Choices *choices, guint times);
