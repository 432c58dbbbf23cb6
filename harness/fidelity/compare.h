/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A dialogue against what came when it was played.
 */
#pragma once

#include "harness/fidelity/play.h"

/** One difference. */
typedef struct {
    guint element;      /* of the log */
    gboolean text_only; /* only in a text for people */
    char *text;         /* what was expected, and what came */
} PlayDifference;

/** Every difference, in the order of the log; `exact`: texts count.  The caller unrefs the array
 *  of PlayDifference *. */
GPtrArray *compare_play(const Play *play, gboolean exact);
