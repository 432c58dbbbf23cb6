/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include "sim/block/node_io.h"
#include <string.h>

#define GRANULARITY_MIN 512
#define GRANULARITY_MAX G_GUINT64_CONSTANT(0x80000000)
#define NAME_MAX_BYTES 1023
#define KEPT_MAX 65535
#define KEPT_BYTES_MAX (G_GUINT64_CONSTANT(512) << 20) /* of one bitmap, in memory */
#define DIRECTORY_MAX (G_GUINT64_CONSTANT(64) << 20)   /* of all entries in a file */
#define GRANULES_MAX (G_GUINT64_CONSTANT(1) << 40)     /* of one that is not kept */

/* ---- to be and not to be ---- */

static guint64
granules_of(guint64 size, guint64 granularity)
{
    return size / granularity + (size % granularity != 0);
}

guint64
sim_bitmap_default_granularity(const SimNode *node)
{
    if (node->driver != SIM_DRIVER_QCOW2)
        return 65536;
    guint32 cluster = sim_image_state(sim_node_image((SimNode *)node))->cluster_size;
    return CLAMP(cluster, 4096, 65536);
}

SimBitmap *
sim_bitmap_new(SimNode *node, const char *name, guint64 granularity, SimBitmapState state)
{
    SimBitmap *bitmap = g_new0(SimBitmap, 1);
    bitmap->node = node;
    bitmap->name = g_strdup(name);
    bitmap->granularity = granularity != 0 ? granularity : sim_bitmap_default_granularity(node);
    bitmap->size = sim_node_size(node);
    bitmap->state = state;
    bitmap->bits = sim_bits_new(granules_of(bitmap->size, bitmap->granularity));
    if (node->bitmaps == NULL)
        node->bitmaps = g_ptr_array_new();
    g_ptr_array_insert(node->bitmaps, 0, bitmap);
    return bitmap;
}

SimBitmap *
sim_bitmap_new_nameless(SimNode *node, guint64 granularity, gboolean recording)
{
    return sim_bitmap_new(node, NULL, granularity, recording ? SIM_BITMAP_ON : SIM_BITMAP_OFF);
}

void
sim_bitmap_free(SimBitmap *bitmap)
{
    SimNode *node = bitmap->node;
    gboolean removed = g_ptr_array_remove(node->bitmaps, bitmap);
    g_assert(removed);
    if (node->bitmaps->len == 0)
        g_clear_pointer(&node->bitmaps, g_ptr_array_unref);
    sim_bits_unref(bitmap->bits);
    g_free(bitmap->name);
    g_free(bitmap);
}

void
sim_bitmaps_drop(SimNode *node)
{
    while (node->bitmaps != NULL)
        sim_bitmap_free(node->bitmaps->pdata[0]);
}

SimBitmap *
sim_bitmap_find(const SimNode *node, const char *name)
{
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        SimBitmap *bitmap = node->bitmaps->pdata[i];
        if (g_strcmp0(bitmap->name, name) == 0)
            return bitmap;
    }
    return NULL;
}

SimBitmap *
sim_bitmap_need(SimGraph *graph, const char *node_name, const char *name, GError **error)
{
    SimNode *node = sim_graph_find(graph, node_name);
    if (node == NULL) {
        sim_qmp_refuse(error, "Node '%s' not found", node_name);
        return NULL;
    }
    SimBitmap *bitmap = sim_bitmap_find(node, name);
    if (bitmap == NULL)
        sim_qmp_refuse(error, "Dirty bitmap '%s' not found", name);
    return bitmap;
}

/* ---- adding ---- */

/* How many are kept already, and how long the entries of all would be in the file. */
static guint
count_kept(const SimNode *node, const char *name, guint64 *directory)
{
    guint kept = 1;
    *directory = (24 + strlen(name) + 7) / 8 * 8;
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        const SimBitmap *bitmap = node->bitmaps->pdata[i];
        if (!sim_bitmap_look(bitmap->state)->persistent)
            continue;
        kept++;
        *directory += (24 + strlen(bitmap->name) + 7) / 8 * 8;
    }
    return kept;
}

static gboolean
check_keepable(SimNode *node, const char *name, guint64 granularity, GError **error)
{
    if (node->driver != SIM_DRIVER_QCOW2)
        return sim_qmp_refuse(
            error, "Can't store persistent bitmaps to %s: Operation not supported", node->name);
    guint64 directory = 0;
    guint kept = count_kept(node, name, &directory);
    const char *cause = NULL;
    if (sim_image_state(sim_node_image(node))->version_2)
        cause = "Cannot store dirty bitmaps in qcow2 v2 files";
    else if (granularity > GRANULARITY_MAX)
        cause = "Granularity exceeds maximum (2147483648 bytes)";
    else if (granules_of(sim_node_size(node), granularity) / 8 > KEPT_BYTES_MAX)
        cause = "Too much space will be occupied by the bitmap. Use larger granularity";
    else if (strlen(name) > NAME_MAX_BYTES)
        cause = "Name length exceeds maximum (1023 characters)";
    else if (kept > KEPT_MAX)
        cause = "Maximum number of persistent bitmaps is already reached";
    else if (directory > DIRECTORY_MAX)
        cause = "Not enough space in the bitmap directory";
    if (cause == NULL)
        return TRUE;
    return sim_qmp_refuse(error, "Can't make bitmap '%s' persistent in '%s': %s", name, node->name,
                          cause);
}

static gboolean
check_new(SimNode *node, const SimBitmapOptions *options, guint64 granularity, GError **error)
{
    const char *name = options->name;
    if (name[0] == '\0')
        return sim_qmp_refuse(error, "Bitmap name cannot be empty");
    if (granularity < GRANULARITY_MIN || (granularity & (granularity - 1)) != 0)
        return sim_qmp_refuse(error, "Granularity must be power of 2 and at least 512");
    if (options->persistent && !check_keepable(node, name, granularity, error))
        return FALSE;
    if (sim_bitmap_find(node, name) != NULL)
        return sim_qmp_refuse(error, "Bitmap already exists: %s", name);
    if (strlen(name) > NAME_MAX_BYTES)
        return sim_qmp_refuse(error, "Bitmap name too long: %s", name);
    if (granules_of(sim_node_size(node), granularity) > GRANULES_MAX)
        return sim_qmp_refuse(error, "Bitmap '%s' would be too large", name);
    return TRUE;
}

SimBitmap *
sim_bitmap_add(SimNode *node, const SimBitmapOptions *options, GError **error)
{
    guint64 granularity = options->granularity;
    if (granularity == 0)
        granularity = sim_bitmap_default_granularity(node);
    if (!check_new(node, options, granularity, error))
        return NULL;
    SimBitmapState on = options->persistent ? SIM_BITMAP_KEPT_ON : SIM_BITMAP_ON;
    SimBitmapState off = options->persistent ? SIM_BITMAP_KEPT_OFF : SIM_BITMAP_OFF;
    return sim_bitmap_new(node, options->name, granularity, options->disabled ? off : on);
}

/* ---- operations ---- */

static gboolean
refuse(const SimBitmap *bitmap, SimBitmapVerdict verdict, GError **error)
{
    static const char *const texts[] = {
        [SIM_BITMAP_IS_BUSY] =
            "Bitmap '%s' is currently in use by another operation and cannot be used",
        [SIM_BITMAP_IS_READ_ONLY] = "Bitmap '%s' is readonly and cannot be modified",
        [SIM_BITMAP_IS_INCONSISTENT] = "Bitmap '%s' is inconsistent and cannot be used",
    };
    if (error != NULL) {
        g_auto(GStrv) parts = g_strsplit(texts[verdict], "%s", 2);
        sim_qmp_refuse(error, "%s%s%s", parts[0], bitmap->name, parts[1]);
    }
    return FALSE;
}

gboolean
sim_bitmap_allows(const SimBitmap *bitmap, SimBitmapOp op, GError **error)
{
    SimBitmapVerdict verdict = sim_bitmap_step(bitmap->state, op, NULL);
    return verdict == SIM_BITMAP_ALLOWED || refuse(bitmap, verdict, error);
}

gboolean
sim_bitmap_do(SimBitmap *bitmap, SimBitmapOp op, GError **error)
{
    SimBitmapVerdict verdict = sim_bitmap_step(bitmap->state, op, &bitmap->state);
    if (verdict != SIM_BITMAP_ALLOWED)
        return refuse(bitmap, verdict, error);
    if (op == SIM_BITMAP_CLEAR)
        sim_bits_reset(&bitmap->bits, 0, sim_bits_length(bitmap->bits));
    return TRUE;
}

gboolean
sim_bitmap_check_merge(const SimBitmap *target, const SimBitmap *source, GError **error)
{
    if (!sim_bitmap_allows(target, SIM_BITMAP_MERGE_INTO, error) ||
        !sim_bitmap_allows(source, SIM_BITMAP_MERGE_FROM, error))
        return FALSE;
    return target->size == source->size ||
           sim_qmp_refuse(error,
                          "Bitmaps are of different sizes (destination size is %" G_GUINT64_FORMAT
                          ", source size is %" G_GUINT64_FORMAT ") and can't be merged",
                          target->size, source->size);
}

gboolean
sim_bitmap_merge(SimBitmap *target, SimBitmap *source, GError **error)
{
    if (!sim_bitmap_check_merge(target, source, error))
        return FALSE;
    if (target == source)
        return TRUE;
    g_autoptr(SimBits) scaled =
        sim_bits_rescale(source->bits, source->size, source->granularity, target->granularity);
    sim_bits_unite(&target->bits, scaled);
    return TRUE;
}

char *
sim_bitmap_sha256(const SimBitmap *bitmap)
{
    return sim_bits_sha256(bitmap->bits);
}

/* ---- a job's or an export's ---- */

gboolean
sim_bitmap_freeze(SimBitmap *bitmap, GError **error)
{
    gboolean recording = sim_bitmap_look(bitmap->state)->recording;
    if (!sim_bitmap_do(bitmap, SIM_BITMAP_USE, error))
        return FALSE;
    bitmap->successor = sim_bitmap_new_nameless(bitmap->node, bitmap->granularity, recording);
    return TRUE;
}

void
sim_bitmap_succeed(SimBitmap *bitmap, const SimBits *kept)
{
    SimBitmap *successor = g_steal_pointer(&bitmap->successor);
    GPtrArray *list = bitmap->node->bitmaps;
    guint place = 0;
    if (kept != NULL)
        sim_bits_unite(&successor->bits, kept);
    sim_bits_unref(bitmap->bits);
    bitmap->bits = sim_bits_ref(successor->bits);
    /* It is as new as its successor now. */
    g_ptr_array_remove(list, bitmap);
    gboolean found = g_ptr_array_find(list, successor, &place);
    g_assert(found);
    g_ptr_array_insert(list, (gint)place, bitmap);
    sim_bitmap_free(successor);
    sim_bitmap_release(bitmap);
}

void
sim_bitmap_abdicate(SimBitmap *bitmap)
{
    sim_bitmap_succeed(bitmap, NULL);
}

void
sim_bitmap_reclaim(SimBitmap *bitmap)
{
    SimBitmap *successor = g_steal_pointer(&bitmap->successor);
    sim_bits_unite(&bitmap->bits, successor->bits);
    sim_bitmap_free(successor);
    sim_bitmap_release(bitmap);
}

gboolean
sim_bitmap_use(SimBitmap *bitmap, GError **error)
{
    return sim_bitmap_do(bitmap, SIM_BITMAP_USE, error);
}

void
sim_bitmap_release(SimBitmap *bitmap)
{
    gboolean ok = sim_bitmap_do(bitmap, SIM_BITMAP_RELEASE, NULL);
    g_assert(ok);
}

/* ---- bits ---- */

gboolean
sim_bitmap_next_dirty(const SimBitmap *bitmap, guint64 from, guint64 *offset, guint64 *length)
{
    guint64 first = 0, count = 0;
    if (from >= bitmap->size ||
        !sim_bits_next_run(bitmap->bits, from / bitmap->granularity, &first, &count))
        return FALSE;
    *offset = MAX(from, first * bitmap->granularity);
    *length = MIN(bitmap->size, (first + count) * bitmap->granularity) - *offset;
    return TRUE;
}

gboolean
sim_bitmap_is_dirty(const SimBitmap *bitmap, guint64 offset)
{
    return sim_bits_get(bitmap->bits, offset / bitmap->granularity);
}

/* The granules that a range touches; FALSE when none. */
static gboolean
touched(const SimBitmap *bitmap, guint64 offset, guint64 length, guint64 *first, guint64 *count)
{
    if (offset >= bitmap->size || length == 0)
        return FALSE;
    guint64 last = offset + MIN(length, bitmap->size - offset) - 1;
    *first = offset / bitmap->granularity;
    *count = last / bitmap->granularity - *first + 1;
    return TRUE;
}

void
sim_bitmap_set(SimBitmap *bitmap, guint64 offset, guint64 length)
{
    guint64 first = 0, count = 0;
    if (touched(bitmap, offset, length, &first, &count))
        sim_bits_set(&bitmap->bits, first, count);
}

void
sim_bitmap_reset(SimBitmap *bitmap, guint64 offset, guint64 length)
{
    guint64 first = 0, count = 0;
    if (touched(bitmap, offset, length, &first, &count))
        sim_bits_reset(&bitmap->bits, first, count);
}

guint64
sim_bitmap_count(const SimBitmap *bitmap)
{
    return sim_bits_count(bitmap->bits) * bitmap->granularity;
}

/* ---- of a node ---- */

static void
record(SimBitmap *bitmap, guint64 offset, guint64 length)
{
    guint64 first = 0, count = 0;
    gboolean ok = sim_bitmap_do(bitmap, SIM_BITMAP_RECORD, NULL);
    g_assert(ok);
    if (bitmap->successor == NULL && sim_bitmap_look(bitmap->state)->recording &&
        touched(bitmap, offset, length, &first, &count))
        sim_bits_set(&bitmap->bits, first, count);
}

void
sim_bitmaps_mark(SimNode *node, guint64 offset, guint64 length)
{
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++)
        record(node->bitmaps->pdata[i], offset, length);
}

gboolean
sim_bitmaps_any(const SimNode *node)
{
    return node->bitmaps != NULL;
}

gboolean
sim_bitmaps_check_resize(const SimNode *node, GError **error)
{
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        if (!sim_bitmap_allows(node->bitmaps->pdata[i], SIM_BITMAP_RESIZE, error))
            return FALSE;
    }
    return TRUE;
}

void
sim_bitmaps_resize(SimNode *node, guint64 size)
{
    for (guint i = 0; node->bitmaps != NULL && i < node->bitmaps->len; i++) {
        SimBitmap *bitmap = node->bitmaps->pdata[i];
        guint64 granules = granules_of(size, bitmap->granularity);
        bitmap->size = size;
        sim_bits_resize(&bitmap->bits, granules);
    }
}

static json_t *
describe(const SimBitmap *bitmap)
{
    const SimBitmapLook *look = sim_bitmap_look(bitmap->state);
    json_t *info = json_pack("{s:b, s:I, s:I, s:b, s:b}", "busy", look->busy, "count",
                             (json_int_t)sim_bitmap_count(bitmap), "granularity",
                             (json_int_t)bitmap->granularity, "persistent", look->persistent,
                             "recording", look->recording);
    if (bitmap->name != NULL)
        json_object_set_new(info, "name", json_string(bitmap->name));
    if (look->inconsistent)
        json_object_set_new(info, "inconsistent", json_true());
    return info;
}

json_t *
sim_bitmaps_query(const SimNode *node)
{
    if (node->bitmaps == NULL)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < node->bitmaps->len; i++)
        json_array_append_new(list, describe(node->bitmaps->pdata[i]));
    return list;
}
