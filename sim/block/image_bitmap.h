/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bitmaps as an image stores them: values, shared by reference.
 */
#pragma once

#include "sim/block/bitmap_bits.h"
#include "sim/block/image_state.h"

/** A bitmap in an image. */
typedef struct {
    guint refs;
    char *name;
    guint64 granularity; /* bytes */
    gboolean enabled;    /* the flag `auto`: it is to record once it is loaded */
    gboolean in_use;     /* a process had loaded it and has not stored it since */
    SimBits *bits;
} SimStoredBitmap;

/** A new one, not in use; the bits are referenced. */
SimStoredBitmap *sim_stored_bitmap_new(const char *name, guint64 granularity, gboolean enabled,
                                       SimBits *bits);
/** A copy of its own, to be changed before it is shared. */
SimStoredBitmap *sim_stored_bitmap_copy(const SimStoredBitmap *stored);
/** One more reference / one less. */
SimStoredBitmap *sim_stored_bitmap_ref(SimStoredBitmap *stored);
void sim_stored_bitmap_unref(SimStoredBitmap *stored);
/** An empty list that owns a reference of each. */
GPtrArray *sim_stored_bitmaps_new(void);
/** Whether one of the first `count` has that name. */
gboolean sim_stored_bitmaps_have(const GPtrArray *list, guint count, const char *name);
/** Let the image have this list (taken); an empty one counts as none. */
void sim_image_set_bitmaps(SimImage *image, GPtrArray *list);
/** Add it to a digest. */
void sim_stored_bitmap_digest(const SimStoredBitmap *stored, SimDigest *digest);
