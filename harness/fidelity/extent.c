/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/extent.h"

#include <glib.h>

static gboolean
is_extents(const json_t *value)
{
    const json_t *first = json_array_get(value, 0);

    return json_object_get(first, "start") != NULL && json_object_get(first, "depth") != NULL;
}

static gboolean
are_alike(const json_t *a, const json_t *b)
{
    static const char *const members[] = {"depth", "present", "zero", "data"};

    for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
        json_t *left = json_object_get(a, members[i]);
        json_t *right = json_object_get(b, members[i]);

        if (left != right && !json_equal(left, right)) {
            return FALSE;
        }
    }
    return TRUE;
}

json_t *
extents_join(json_t *value)
{
    json_t *joined;
    json_t *last = NULL;
    size_t index;
    json_t *extent;

    if (!is_extents(value)) {
        return json_incref(value);
    }
    joined = json_array();
    json_array_foreach(value, index, extent)
    {
        json_int_t length = json_integer_value(json_object_get(extent, "length"));

        if (last != NULL && are_alike(last, extent)) {
            length += json_integer_value(json_object_get(last, "length"));
            json_object_set_new(last, "length", json_integer(length));
            continue;
        }
        last = json_copy(extent);
        json_object_del(last, "offset");
        json_array_append_new(joined, last);
    }
    return joined;
}
