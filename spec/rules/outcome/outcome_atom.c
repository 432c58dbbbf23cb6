/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Atoms by number: a condition is compiled once, and whoever gives the values
 * finds them in an array.
 */
#include "spec/rules/outcome/outcome.h"

static GPtrArray *names;    /* of interned texts, by number */
static GHashTable *numbers; /* text -> number + 1 */

guint
outcome_atom_number(const char *name)
{
    guint number;

    if (!names) {
        names = g_ptr_array_new();
        numbers = g_hash_table_new(g_str_hash, g_str_equal);
    }
    number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, name));
    if (number)
        return number - 1;
    g_ptr_array_add(names, (gpointer)g_intern_string(name));
    g_hash_table_insert(numbers, g_ptr_array_index(names, names->len - 1),
                        GUINT_TO_POINTER(names->len));
    return names->len - 1;
}

const char *
outcome_atom_name(guint atom)
{
    g_assert(names && atom < names->len);
    return g_ptr_array_index(names, atom);
}
