/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Long answers of which a recording keeps a part.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** Reduce the "return" of an answer to what `cut` (NULL: all) says; `expected` (may be NULL) tells
 *  the nodes that are looked at.  An error is left as it is. */
void cut_answer(const char *cut, const json_t *expected, json_t *answer);
