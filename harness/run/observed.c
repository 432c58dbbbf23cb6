/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How often each invariant was observed, over all cases of a run.
 */
#include "harness/run/observed.h"

#include <glib.h>
#include <string.h>

static const char *const columns[] = {"observed", "partly", "not"};

static json_t *
row_of(json_t *sum, const char *id)
{
    json_t *row = json_object_get(sum, id);

    if (row == NULL) {
        row = json_object();
        for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
            json_object_set_new(row, columns[i], json_integer(0));
        }
        json_object_set_new(sum, id, row);
    }
    return row;
}

void
observed_add(json_t *sum, const json_t *counts)
{
    const char *id;
    json_t *count;

    json_object_foreach((json_t *)counts, id, count)
    {
        json_t *row = row_of(sum, id);

        for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
            json_t *cell = json_object_get(row, columns[i]);
            json_int_t more = json_integer_value(json_object_get(count, columns[i]));

            json_integer_set(cell, json_integer_value(cell) + more);
        }
    }
}

/* "I2" before "I10". */
static int
compare_ids(gconstpointer a, gconstpointer b)
{
    const char *left = *(const char *const *)a;
    const char *right = *(const char *const *)b;
    size_t left_length = strlen(left);
    size_t right_length = strlen(right);

    if (left_length != right_length) {
        return left_length < right_length ? -1 : 1;
    }
    return strcmp(left, right);
}

void
observed_sort(json_t **sum)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    json_t *sorted = json_object();
    const char *id;
    json_t *row;

    json_object_foreach(*sum, id, row)
    {
        g_ptr_array_add(ids, (gpointer)id);
    }
    g_ptr_array_sort(ids, compare_ids);
    for (guint i = 0; i < ids->len; i++) {
        json_object_set(sorted, g_ptr_array_index(ids, i),
                        json_object_get(*sum, g_ptr_array_index(ids, i)));
    }
    json_decref(*sum);
    *sum = sorted;
}
