/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines of commands as their words.
 */
#include "spec/api/words.h"

GStrv
vm_split_words(const char *line)
{
    g_auto(GStrv) all = g_strsplit_set(line, " \t", -1);
    GPtrArray *words = g_ptr_array_new();
    for (guint i = 0; all[i] != NULL; i++) {
        if (all[i][0] != '\0')
            g_ptr_array_add(words, g_strdup(all[i]));
    }
    g_ptr_array_add(words, NULL);
    return (GStrv)g_ptr_array_free(words, FALSE);
}
