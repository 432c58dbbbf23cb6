/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A hash for tables of texts: of names that differ in a digit, as those of
 * snapshots do, and of whole documents.
 */
#pragma once

#include <glib.h>

/** For GHashTable, with g_str_equal().  A table of tens of thousands of numbered names has no
 *  crowds with it, as it has with g_str_hash(), which gives them neighbouring places. */
guint vm_text_hash(gconstpointer text);
