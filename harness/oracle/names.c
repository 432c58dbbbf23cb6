/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts by their numbers, numbers by their texts.
 */
#include "harness/oracle/names.h"

#include <stdarg.h>
#include "spec/api/text_hash.h"

struct Names {
    GHashTable *numbers; /* text -> number; owns the texts */
    GPtrArray *texts;    /* by number, NULL at 0 */
    GString *joined;     /* parts that are being put together */
};

Names *
names_new(void)
{
    Names *names = g_new0(Names, 1);

    names->numbers = g_hash_table_new_full(vm_text_hash, g_str_equal, g_free, NULL);
    names->texts = g_ptr_array_new();
    g_ptr_array_add(names->texts, NULL);
    names->joined = g_string_new(NULL);
    return names;
}

void
names_free(Names *names)
{
    if (!names)
        return;
    g_hash_table_unref(names->numbers);
    g_ptr_array_unref(names->texts);
    g_string_free(names->joined, TRUE);
    g_free(names);
}

guint
names_number(Names *names, const char *text)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(names->numbers, text));
    char *kept;

    if (number)
        return number;
    kept = g_strdup(text);
    number = names->texts->len;
    g_ptr_array_add(names->texts, kept);
    g_hash_table_insert(names->numbers, kept, GUINT_TO_POINTER(number));
    return number;
}

guint
names_number_of(Names *names, ...)
{
    va_list parts;

    g_string_truncate(names->joined, 0);
    va_start(parts, names);
    for (const char *part = va_arg(parts, const char *); part; part = va_arg(parts, const char *))
        g_string_append(names->joined, part);
    va_end(parts);
    return names_number(names, names->joined->str);
}

const char *
names_text(const Names *names, guint number)
{
    return g_ptr_array_index(names->texts, number);
}

guint
names_count(const Names *names)
{
    return names->texts->len - 1;
}
