/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The cuts, by their words in the recordings.
 */
#include "harness/fidelity/cut.h"

#include <string.h>

/* A cut: from the whole return to the part; `argument` is what follows the words. */
typedef json_t *(*Cut)(const json_t *whole, const char *argument, const json_t *expected);

static gboolean
names_node(const json_t *list, const char *name)
{
    size_t index;
    json_t *node;

    json_array_foreach((json_t *)list, index, node)
    {
        const char *here = json_string_value(json_object_get(node, "node-name"));

        if (g_strcmp0(here, name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Of the nodes that the recording looks at: the name and the bitmaps. */
static json_t *
cut_bitmaps(const json_t *whole, const char *argument, const json_t *expected)
{
    json_t *part = json_array();
    size_t index;
    json_t *node;

    (void)argument;
    json_array_foreach((json_t *)whole, index, node)
    {
        json_t *name = json_object_get(node, "node-name");
        json_t *bitmaps = json_object_get(node, "dirty-bitmaps");

        if (expected == NULL || names_node(expected, json_string_value(name))) {
            json_array_append_new(
                part, json_pack("{s:O, s:O*}", "node-name", name, "dirty-bitmaps", bitmaps));
        }
    }
    return part;
}

static json_t *
cut_snapshots(const json_t *whole, const char *argument, const json_t *expected)
{
    g_autofree char *name = g_strndup(argument, strcspn(argument, " "));
    size_t index;
    json_t *node;

    (void)expected;
    json_array_foreach((json_t *)whole, index, node)
    {
        if (g_strcmp0(json_string_value(json_object_get(node, "node-name")), name) == 0) {
            json_t *snapshots = json_object_get(json_object_get(node, "image"), "snapshots");

            return snapshots != NULL ? json_incref(snapshots) : json_null();
        }
    }
    return json_null();
}

static json_t *
cut_migration(const json_t *whole, const char *argument, const json_t *expected)
{
    (void)argument;
    (void)expected;
    return json_pack("{s:O*, s:O*}", "status", json_object_get(whole, "status"), "error-desc",
                     json_object_get(whole, "error-desc"));
}

static const struct {
    const char *words;
    Cut cut;
} cuts[] = {
    {"node-name and dirty-bitmaps only", cut_bitmaps},
    {"image.snapshots of node ", cut_snapshots},
    {"status and error-desc only", cut_migration},
};

void
cut_answer(const char *cut, const json_t *expected, json_t *answer)
{
    const json_t *whole = json_object_get(answer, "return");

    for (guint i = 0; cut != NULL && whole != NULL && i < G_N_ELEMENTS(cuts); i++) {
        if (g_str_has_prefix(cut, cuts[i].words)) {
            json_object_set_new(answer, "return",
                                cuts[i].cut(whole, cut + strlen(cuts[i].words),
                                            json_object_get(expected, "return")));
            return;
        }
    }
}
