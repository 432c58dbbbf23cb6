/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What somebody probably meant.
 */
#include "harness/cli/nearest.h"

#include <string.h>

static guint
least(guint a, guint b, guint c)
{
    return MIN(a, MIN(b, c));
}

guint
edit_distance(const char *a, const char *b)
{
    gsize width = strlen(b) + 1;
    g_autofree guint *before = g_new0(guint, width); /* row i - 2 */
    g_autofree guint *last = g_new0(guint, width);   /* row i - 1 */
    g_autofree guint *row = g_new0(guint, width);

    for (gsize j = 0; j < width; j++) {
        row[j] = j;
    }
    for (gsize i = 1; i <= strlen(a); i++) {
        guint *free_row = before;

        before = last;
        last = row;
        row = free_row;
        row[0] = i;
        for (gsize j = 1; j < width; j++) {
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = MIN(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[width - 1];
}

const char *
nearest_of(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    guint least_distance = MAX(strlen(word) / 3, 2) + 1;

    for (guint i = 0; names[i] != NULL; i++) {
        guint distance = edit_distance(word, names[i]);

        if (distance < least_distance && distance < strlen(names[i])) {
            least_distance = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
