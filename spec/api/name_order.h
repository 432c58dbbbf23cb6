/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The order in which lists of names are shown: by their bytes.
 */
#pragma once

#include <glib.h>

/** As strcmp() of two names, for g_ptr_array_sort() and qsort(): `a` and `b` point to the
 *  elements, which are strings and never NULL. */
gint vm_compare_names(gconstpointer a, gconstpointer b);
