/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Persistent bitmaps between a node and its image.
 *
 * The image lists them; one that a writable node has loaded is marked in use
 * there, so that after a crash it is known to be out of date.  Storing keeps
 * the order of the list and appends what is new, newest first; loading puts
 * each in front of those that the node has.
 */
#include "sim/block/bitmap.h"
#include "sim/block/image_bitmap.h"
#include <errno.h>
#include <string.h>

/* The image that may hold bitmaps of the node, or NULL. */
static SimImage *
image_of(SimNode *node)
{
    return node->driver == SIM_DRIVER_QCOW2 ? sim_node_image(node) : NULL;
}

static void
load_one(SimNode *node, const SimStoredBitmap *stored)
{
    SimBitmapState state = stored->enabled ? SIM_BITMAP_KEPT_ON : SIM_BITMAP_KEPT_OFF;
    if (stored->in_use)
        state = SIM_BITMAP_BROKEN;
    SimBitmap *bitmap = sim_bitmap_new(node, stored->name, stored->granularity, state);
    /* What a crash left says nothing. */
    if (!stored->in_use) {
        guint64 granules = sim_bits_length(bitmap->bits);
        sim_bits_unref(bitmap->bits);
        bitmap->bits = sim_bits_ref(stored->bits);
        if (sim_bits_length(bitmap->bits) != granules)
            sim_bits_resize(&bitmap->bits, granules);
    }
    if (node->read_only) {
        gboolean ok = sim_bitmap_do(bitmap, SIM_BITMAP_FIX, NULL);
        g_assert(ok);
    }
}

static void
mark_in_use(SimImage *image)
{
    const GPtrArray *list = sim_image_state(image)->bitmaps;
    GPtrArray *marked = sim_stored_bitmaps_new();
    for (guint i = 0; i < list->len; i++) {
        SimStoredBitmap *stored = sim_stored_bitmap_copy(list->pdata[i]);
        stored->in_use = TRUE;
        g_ptr_array_add(marked, stored);
    }
    sim_image_set_bitmaps(image, marked);
    sim_image_flush(image);
}

void
sim_bitmaps_load(SimNode *node)
{
    SimImage *image = image_of(node);
    const GPtrArray *list = image == NULL ? NULL : sim_image_state(image)->bitmaps;
    for (guint i = 0; list != NULL && i < list->len; i++)
        load_one(node, list->pdata[i]);
    if (list != NULL && !node->read_only)
        mark_in_use(image);
}

/* One that is fixed is in the image as it is to be. */
static gboolean
is_storable(const SimBitmap *bitmap)
{
    const SimBitmapLook *look = sim_bitmap_look(bitmap->state);
    return look->persistent && !look->inconsistent && !look->fixed;
}

static SimStoredBitmap *
stored_of(const SimBitmap *bitmap)
{
    SimStoredBitmap *stored = sim_stored_bitmap_new(
        bitmap->name, bitmap->granularity, sim_bitmap_look(bitmap->state)->recording, bitmap->bits);
    return stored;
}

/* The list as it is to be in the file; NULL when nothing is to be stored. */
static GPtrArray *
list_to_store(SimNode *node, const GPtrArray *former)
{
    GPtrArray *list = sim_stored_bitmaps_new();
    gboolean any = FALSE;
    for (guint i = 0; former != NULL && i < former->len; i++) {
        SimStoredBitmap *stored = former->pdata[i];
        const SimBitmap *bitmap = sim_bitmap_find(node, stored->name);
        gboolean store = bitmap != NULL && is_storable(bitmap);
        g_ptr_array_add(list, store ? stored_of(bitmap) : sim_stored_bitmap_ref(stored));
        any = any || store;
    }
    guint known = list->len;
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        const SimBitmap *bitmap = node->bitmaps->pdata[i];
        if (is_storable(bitmap) && !sim_stored_bitmaps_have(list, known, bitmap->name))
            g_ptr_array_add(list, stored_of(bitmap));
    }
    if (any || list->len > known)
        return list;
    g_ptr_array_unref(list);
    return NULL;
}

/* 0 or an errno.  QEMU has no table for the bits of a disk without any. */
static int
check_store(SimNode *node)
{
    if (node->read_only)
        return EROFS;
    return sim_image_state(sim_node_image(node))->size == 0 ? ENOMEM : sim_node_can_write(node);
}

/* 0 or an errno; then the image is as before. */
static int
store_all(SimNode *node)
{
    SimImage *image = image_of(node);
    if (image == NULL)
        return 0;
    GPtrArray *list = list_to_store(node, sim_image_state(image)->bitmaps);
    if (list == NULL)
        return 0;
    int number = check_store(node);
    if (number != 0) {
        g_ptr_array_unref(list);
        return number;
    }
    sim_image_set_bitmaps(image, list);
    sim_image_flush(image);
    return 0;
}

static void
drop_persistent(SimNode *node)
{
    for (guint i = node->bitmaps == NULL ? 0 : node->bitmaps->len; i-- > 0;) {
        SimBitmap *bitmap = node->bitmaps->pdata[i];
        if (sim_bitmap_look(bitmap->state)->persistent)
            sim_bitmap_free(bitmap);
    }
}

gboolean
sim_bitmaps_can_store(SimNode *node)
{
    SimImage *image = node->bitmaps == NULL ? NULL : image_of(node);
    gboolean lost = image != NULL && (node->read_only || sim_image_state(image)->size == 0);
    for (guint i = 0; lost && i < node->bitmaps->len; i++) {
        if (is_storable(node->bitmaps->pdata[i]))
            return FALSE;
    }
    return TRUE;
}

void
sim_bitmaps_store(SimNode *node)
{
    if (node->bitmaps == NULL)
        return;
    if (!node->read_only)
        store_all(node);
    drop_persistent(node);
}

/* Take a step with every bitmap of the node. */
static void
step_all(SimNode *node, SimBitmapOp op)
{
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        gboolean ok = sim_bitmap_do(node->bitmaps->pdata[i], op, NULL);
        g_assert(ok);
    }
}

gboolean
sim_bitmaps_fix(SimNode *node, GError **error)
{
    int number = node->bitmaps == NULL ? 0 : store_all(node);
    if (number == EROFS)
        return sim_qmp_refuse(error, "No write access");
    if (number != 0)
        return sim_qmp_refuse(error, "%s: Failed to make dirty bitmaps readonly: %s", node->name,
                              g_strerror(number));
    step_all(node, SIM_BITMAP_FIX);
    return TRUE;
}

gboolean
sim_bitmaps_fixed(const SimNode *node)
{
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        const SimBitmap *bitmap = node->bitmaps->pdata[i];
        if (sim_bitmap_look(bitmap->state)->fixed)
            return TRUE;
    }
    return FALSE;
}

void
sim_bitmaps_thaw(SimNode *node)
{
    SimImage *image = image_of(node);
    step_all(node, SIM_BITMAP_THAW);
    if (image != NULL)
        sim_image_settle(image);
    if (image != NULL && sim_image_state(image)->bitmaps != NULL)
        mark_in_use(image);
}

gboolean
sim_bitmap_forget(SimBitmap *bitmap, GError **error)
{
    SimImage *image = image_of(bitmap->node);
    const GPtrArray *former = image == NULL ? NULL : sim_image_state(image)->bitmaps;
    if (!sim_bitmap_look(bitmap->state)->persistent || former == NULL ||
        !sim_stored_bitmaps_have(former, former->len, bitmap->name))
        return TRUE;
    int number = sim_node_can_write(bitmap->node);
    if (number != 0)
        return sim_qmp_refuse(error, "Failed to update bitmap extension: %s", g_strerror(number));
    sim_image_remove_bitmap(image, bitmap->name);
    sim_image_flush(image);
    return TRUE;
}
