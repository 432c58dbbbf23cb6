/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image.h"
#include "sim/block/digest.h"
#include "sim/block/image_bitmap.h"
#include <string.h>

#define DEFAULT_GRANULARITY 65536 /* of bitmaps */

struct SimImage {
    guint refs;
    SimFormat format;
    SimImageState now;
    SimImageState durable;      /* as of the last flush */
    gboolean flushed;           /* durable is there */
    gboolean dirty;             /* now differs from durable */
    SimSnapshotList *snapshots; /* durable always; or NULL: none was ever made */
    SimContent *settled; /* what the tables in the file say, or NULL: nobody writes them late */
};

const char *
sim_format_name(SimFormat format)
{
    return format == SIM_FORMAT_QCOW2 ? "qcow2" : "raw";
}

SimImage *
sim_image_new(SimFormat format, guint64 size, const char *backing, const char *backing_format)
{
    SimImage *image = g_new0(SimImage, 1);
    image->refs = 1;
    image->format = format;
    image->now.size = size;
    image->now.cluster_size = 65536;
    image->now.content = sim_content_new();
    image->now.backing = g_strdup(backing);
    image->now.backing_format = g_strdup(backing_format);
    image->dirty = TRUE;
    return image;
}

SimImage *
sim_image_from_bytes(GBytes *bytes)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    SimImage *image = sim_image_new(SIM_FORMAT_RAW, length, NULL, NULL);
    for (gsize offset = 0; offset < length; offset += 512) {
        gsize part = MIN(512, length - offset);
        gsize i = 0;
        while (i < part && data[offset + i] == 0)
            i++;
        if (i == part)
            continue;
        SimDigest digest = SIM_DIGEST_START;
        sim_digest_bytes(&digest, data + offset, part);
        sim_content_write(&image->now.content, offset, part, digest.a | 1);
    }
    return image;
}

SimImage *
sim_image_ref(SimImage *image)
{
    image->refs++;
    return image;
}

void
sim_image_unref(SimImage *image)
{
    if (image == NULL || --image->refs > 0)
        return;
    sim_image_state_clear(&image->now);
    sim_image_state_clear(&image->durable);
    sim_snapshots_unref(image->snapshots);
    sim_content_unref(image->settled);
    g_free(image);
}

SimImage *
sim_image_copy(const SimImage *image)
{
    SimImage *copy = g_new0(SimImage, 1);
    *copy = *image;
    copy->refs = 1;
    copy->now = sim_image_state_copy(&image->now);
    copy->durable = sim_image_state_copy(&image->durable);
    sim_snapshots_ref(copy->snapshots);
    if (image->settled != NULL)
        sim_content_ref(image->settled);
    return copy;
}

SimFormat
sim_image_format(const SimImage *image)
{
    return image->format;
}

gboolean
sim_image_keeps_snapshots(const SimImage *image)
{
    return image != NULL && image->format == SIM_FORMAT_QCOW2 && image->now.data_file == NULL;
}

const SimImageState *
sim_image_state(const SimImage *image)
{
    return &image->now;
}

void
sim_image_write(SimImage *image, guint64 offset, guint64 length, guint64 stamp)
{
    if (offset >= image->now.size)
        return;
    sim_content_write(&image->now.content, offset, MIN(length, image->now.size - offset), stamp);
    image->dirty = TRUE;
}

void
sim_image_discard(SimImage *image, guint64 offset, guint64 length)
{
    if (offset >= image->now.size)
        return;
    sim_content_discard(&image->now.content, offset, MIN(length, image->now.size - offset));
    image->dirty = TRUE;
}

void
sim_image_set_layout(SimImage *image, guint32 cluster_size, gboolean version_2)
{
    image->now.cluster_size = cluster_size;
    image->now.version_2 = version_2;
    if (version_2)
        g_clear_pointer(&image->now.bitmaps, g_ptr_array_unref);
    image->dirty = TRUE;
}

void
sim_image_set_data_file(SimImage *image, const char *path)
{
    g_free(image->now.data_file);
    image->now.data_file = g_strdup(path);
    image->dirty = TRUE;
}

void
sim_image_set_damage(SimImage *image, SimDamage damage)
{
    image->now.damage = damage;
    image->dirty = TRUE;
}

void
sim_image_resize(SimImage *image, guint64 size)
{
    SimImageState *now = &image->now;
    if (size < now->size)
        sim_content_discard(&now->content, size, now->size - size);
    now->size = size;
    image->dirty = TRUE;
}

void
sim_image_set_backing(SimImage *image, const char *backing, const char *format)
{
    g_free(image->now.backing);
    g_free(image->now.backing_format);
    image->now.backing = g_strdup(backing);
    image->now.backing_format = g_strdup(format);
    image->dirty = TRUE;
}

void
sim_image_settle(SimImage *image)
{
    if (image->settled == image->now.content)
        return;
    sim_content_unref(image->settled);
    image->settled = sim_content_ref(image->now.content);
}

/* What is in `now` where `settled` has data, in whole clusters. */
static void
keep_overwritten(SimContent **kept, const SimContent *settled, const SimContent *now,
                 guint64 cluster)
{
    guint count = 0, written = 0, j = 0;
    const SimExtent *extents = sim_content_extents(settled, &count);
    const SimExtent *writes = sim_content_extents(now, &written);
    for (guint i = 0; i < count; i++) {
        guint64 start = extents[i].offset / cluster * cluster;
        guint64 end = (extents[i].offset + extents[i].length + cluster - 1) / cluster * cluster;
        if (extents[i].stamp == SIM_STAMP_ZERO)
            continue;
        while (j > 0 && writes[j - 1].offset + writes[j - 1].length > start)
            j--;
        for (; j < written && writes[j].offset < end; j++) {
            guint64 from = MAX(start, writes[j].offset);
            guint64 to = MIN(end, writes[j].offset + writes[j].length);
            if (from < to)
                sim_content_write(kept, from, to - from, writes[j].stamp);
        }
    }
}

void
sim_image_kill(SimImage *image)
{
    if (image->format != SIM_FORMAT_QCOW2 || image->settled == NULL ||
        image->settled == image->now.content)
        return;
    image->now.table_left = TRUE;
    SimContent *kept = sim_content_ref(image->settled);
    keep_overwritten(&kept, image->settled, image->now.content, image->now.cluster_size);
    sim_content_unref(image->now.content);
    image->now.content = kept;
    image->dirty = TRUE;
    sim_image_settle(image);
}

void
sim_image_flush(SimImage *image)
{
    sim_image_settle(image);
    if (image->flushed && !image->dirty)
        return;
    sim_image_state_clear(&image->durable);
    image->durable = sim_image_state_copy(&image->now);
    image->flushed = TRUE;
    image->dirty = FALSE;
}

gboolean
sim_image_power_cut(SimImage *image)
{
    if (!image->flushed)
        return FALSE;
    if (image->dirty) {
        sim_image_state_clear(&image->now);
        image->now = sim_image_state_copy(&image->durable);
        image->dirty = FALSE;
        sim_image_settle(image);
    }
    return TRUE;
}

/* ---- internal snapshots ---- */

const SimSnapshotList *
sim_image_snapshots(const SimImage *image)
{
    return image->snapshots;
}

SimSnapshot *
sim_image_find_name(const SimImage *image, const char *name)
{
    return sim_snapshots_find_name(image->snapshots, name);
}

SimSnapshot *
sim_image_find_id_or_name(const SimImage *image, const char *tag)
{
    SimSnapshot *found = sim_snapshots_find_id(image->snapshots, tag);
    return found != NULL ? found : sim_image_find_name(image, tag);
}

SimSnapshot *
sim_image_find_both(const SimImage *image, const char *id, const char *name)
{
    if (id == NULL)
        return sim_image_find_name(image, name);
    SimSnapshot *found = sim_snapshots_find_id(image->snapshots, id);
    return found != NULL && (name == NULL || strcmp(found->name, name) == 0) ? found : NULL;
}

SimSnapshot *
sim_image_snapshot(SimImage *image, const char *name, GBytes *vm_state, gint64 date)
{
    SimSnapshot *snapshot = sim_snapshot_new(name);
    snapshot->size = image->now.size;
    snapshot->content = sim_content_ref(image->now.content);
    snapshot->vm_state = vm_state == NULL ? NULL : g_bytes_ref(vm_state);
    snapshot->date = date;
    sim_snapshots_own(&image->snapshots);
    sim_snapshots_add(image->snapshots, snapshot);
    sim_image_flush(image);
    return snapshot;
}

void
sim_image_revert(SimImage *image, const SimSnapshot *snapshot)
{
    sim_content_unref(image->now.content);
    image->now.content = sim_content_ref(snapshot->content);
    image->now.size = snapshot->size;
    image->dirty = TRUE;
    sim_image_flush(image);
}

void
sim_image_delete_snapshot(SimImage *image, const SimSnapshot *snapshot)
{
    sim_snapshots_own(&image->snapshots);
    sim_snapshots_remove(image->snapshots, snapshot);
    sim_image_flush(image);
}

void
sim_image_set_bitmaps(SimImage *image, GPtrArray *list)
{
    g_clear_pointer(&image->now.bitmaps, g_ptr_array_unref);
    if (list->len > 0)
        image->now.bitmaps = list;
    else
        g_ptr_array_unref(list);
    image->dirty = TRUE;
}

/* A list of its own of what the image has; the stored ones are shared. */
static GPtrArray *
list_copy(const SimImage *image)
{
    const GPtrArray *former = sim_image_state(image)->bitmaps;
    GPtrArray *list = sim_stored_bitmaps_new();
    for (guint i = 0; former != NULL && i < former->len; i++)
        g_ptr_array_add(list, sim_stored_bitmap_ref(former->pdata[i]));
    return list;
}

void
sim_image_add_bitmap(SimImage *image, const char *name)
{
    GPtrArray *list = list_copy(image);
    guint64 size = sim_image_state(image)->size;
    g_autoptr(SimBits) bits =
        sim_bits_new(size / DEFAULT_GRANULARITY + (size % DEFAULT_GRANULARITY != 0));
    g_ptr_array_add(list, sim_stored_bitmap_new(name, DEFAULT_GRANULARITY, TRUE, bits));
    sim_image_set_bitmaps(image, list);
}

void
sim_image_remove_bitmap(SimImage *image, const char *name)
{
    GPtrArray *list = list_copy(image);
    for (guint i = list->len; i-- > 0;) {
        const SimStoredBitmap *stored = list->pdata[i];
        if (strcmp(stored->name, name) == 0)
            g_ptr_array_remove_index(list, i);
    }
    sim_image_set_bitmaps(image, list);
}

void
sim_image_add_digest(const SimImage *image, SimDigest *digest)
{
    sim_digest_number(digest, image->format);
    sim_image_state_digest(&image->now, image->snapshots, digest);
}

char *
sim_image_digest(const SimImage *image)
{
    SimDigest digest = SIM_DIGEST_START;
    sim_image_add_digest(image, &digest);
    return sim_digest_text(&digest);
}
