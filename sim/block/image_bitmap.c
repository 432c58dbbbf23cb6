/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_bitmap.h"
#include <string.h>

SimStoredBitmap *
sim_stored_bitmap_new(const char *name, guint64 granularity, gboolean enabled, SimBits *bits)
{
    SimStoredBitmap *stored = g_new0(SimStoredBitmap, 1);
    stored->refs = 1;
    stored->name = g_strdup(name);
    stored->granularity = granularity;
    stored->enabled = enabled;
    stored->bits = sim_bits_ref(bits);
    return stored;
}

SimStoredBitmap *
sim_stored_bitmap_copy(const SimStoredBitmap *stored)
{
    SimStoredBitmap *copy =
        sim_stored_bitmap_new(stored->name, stored->granularity, stored->enabled, stored->bits);
    copy->in_use = stored->in_use;
    return copy;
}

SimStoredBitmap *
sim_stored_bitmap_ref(SimStoredBitmap *stored)
{
    stored->refs++;
    return stored;
}

void
sim_stored_bitmap_unref(SimStoredBitmap *stored)
{
    if (--stored->refs > 0)
        return;
    sim_bits_unref(stored->bits);
    g_free(stored->name);
    g_free(stored);
}

GPtrArray *
sim_stored_bitmaps_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)sim_stored_bitmap_unref);
}

gboolean
sim_stored_bitmaps_have(const GPtrArray *list, guint count, const char *name)
{
    for (guint i = 0; i < count; i++) {
        const SimStoredBitmap *stored = list->pdata[i];
        if (strcmp(stored->name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

void
sim_stored_bitmap_digest(const SimStoredBitmap *stored, SimDigest *digest)
{
    sim_digest_string(digest, stored->name);
    sim_digest_number(digest, stored->granularity);
    sim_digest_number(digest, (stored->enabled ? 1 : 0) | (stored->in_use ? 2 : 0));
    guint64 first = 0, count = 0;
    for (guint64 at = 0; sim_bits_next_run(stored->bits, at, &first, &count); at = first + count) {
        sim_digest_number(digest, first);
        sim_digest_number(digest, count);
    }
}
