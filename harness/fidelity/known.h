/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of known differences, and which of its rows were of use.
 */
#pragma once

#include <glib.h>

/** Why this difference is known, or NULL for a new one; the row counts as used. */
const char *known_difference(const char *hypervisor, const char *dialogue, const char *text);
/** Print the rows of that dialogue that were not used since the start, and count them. */
guint known_print_unused(const char *hypervisor, const char *dialogue);
