/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/world/inode.h"
#include <string.h>

SimInode *
sim_inode_new(SimInodeKind kind)
{
    SimInode *inode = g_new0(SimInode, 1);
    inode->refs = 1;
    inode->kind = kind;
    if (kind == SIM_INODE_DIR)
        sim_folder_init(inode);
    return inode;
}

SimInode *
sim_inode_ref(SimInode *inode)
{
    inode->refs++;
    return inode;
}

static void
drop_content(SimInode *inode)
{
    g_clear_pointer(&inode->bytes, g_bytes_unref);
    g_clear_pointer(&inode->tail, g_byte_array_unref);
    g_clear_pointer(&inode->image, sim_image_unref);
}

void
sim_inode_unref(SimInode *inode)
{
    if (inode == NULL || --inode->refs > 0)
        return;
    sim_folder_clear(inode);
    drop_content(inode);
    g_clear_pointer(&inode->durable, g_bytes_unref);
    g_clear_pointer(&inode->durable_image, sim_image_unref);
    g_clear_pointer(&inode->locks, g_ptr_array_unref);
    g_free(inode);
}

SimInode *
sim_inode_copy(SimInode *inode)
{
    SimInode *copy = sim_inode_new(inode->kind);
    copy->block_size = inode->block_size;
    if (inode->kind != SIM_INODE_DIR) {
        if (inode->image != NULL)
            copy->image = sim_image_copy(inode->image);
        else
            copy->bytes = sim_inode_bytes(inode);
        sim_inode_sync(copy);
        return copy;
    }
    sim_folder_copy(inode, copy);
    return copy;
}

static void
power_cut_names(SimInode *folder)
{
    GHashTableIter iter;
    gpointer name;
    sim_folder_restore(folder);
    g_hash_table_iter_init(&iter, folder->names);
    while (g_hash_table_iter_next(&iter, NULL, &name))
        sim_inode_power_cut(((SimName *)name)->inode);
}

static void
power_cut_content(SimInode *inode)
{
    drop_content(inode);
    if (inode->durable_image != NULL && sim_image_power_cut(inode->durable_image)) {
        inode->image = sim_image_ref(inode->durable_image);
        return;
    }
    if (inode->kind == SIM_INODE_BLOCK) {
        inode->image = sim_image_new(SIM_FORMAT_RAW, inode->block_size, NULL, NULL);
        return;
    }
    if (inode->durable != NULL)
        inode->bytes = g_bytes_ref(inode->durable);
}

void
sim_inode_power_cut(SimInode *inode)
{
    if (inode->kind == SIM_INODE_DIR)
        power_cut_names(inode);
    else
        power_cut_content(inode);
}

/* ---- content ---- */

SimInodeKind
sim_inode_kind(const SimInode *inode)
{
    return inode->kind;
}

guint64
sim_inode_size(SimInode *inode)
{
    if (inode->kind == SIM_INODE_DIR)
        return 0;
    if (inode->kind == SIM_INODE_BLOCK)
        return inode->block_size;
    if (inode->image != NULL)
        return sim_image_file_size(inode->image);
    if (inode->tail != NULL)
        return inode->tail->len;
    return inode->bytes == NULL ? 0 : g_bytes_get_size(inode->bytes);
}

GBytes *
sim_inode_bytes(SimInode *inode)
{
    if (inode->image != NULL)
        return sim_image_head(inode->image);
    if (inode->tail != NULL)
        inode->bytes = g_byte_array_free_to_bytes(g_steal_pointer(&inode->tail));
    if (inode->bytes == NULL)
        inode->bytes = g_bytes_new(NULL, 0);
    return g_bytes_ref(inode->bytes);
}

void
sim_inode_truncate(SimInode *inode)
{
    drop_content(inode);
}

/* The content as bytes of the inode's own, with room for `more`. */
static void
make_tail(SimInode *inode, gsize more)
{
    if (inode->tail != NULL)
        return;
    g_autoptr(GBytes) former = sim_inode_bytes(inode);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(former, &length);
    GByteArray *tail = g_byte_array_sized_new((guint)(length + more));
    if (length > 0)
        g_byte_array_append(tail, data, (guint)length);
    drop_content(inode);
    inode->tail = tail;
}

/* Most files are written at one go. */
void
sim_inode_append(SimInode *inode, const void *data, gsize length)
{
    if (inode->bytes == NULL && inode->tail == NULL && inode->image == NULL) {
        inode->bytes = g_bytes_new(data, length);
        return;
    }
    make_tail(inode, length);
    g_byte_array_append(inode->tail, data, (guint)length);
}

void
sim_inode_replace_head(SimInode *inode, const void *data, gsize length)
{
    make_tail(inode, 0);
    memcpy(inode->tail->data, data, length);
}

void
sim_inode_sync(SimInode *inode)
{
    if (inode->image != NULL) {
        sim_image_flush(inode->image);
        return;
    }
    g_clear_pointer(&inode->durable_image, sim_image_unref);
    g_clear_pointer(&inode->durable, g_bytes_unref);
    inode->durable = sim_inode_bytes(inode);
}

SimImage *
sim_inode_image(SimInode *inode)
{
    return inode->image;
}

SimImage *
sim_inode_raw_image(SimInode *inode)
{
    if (inode->image != NULL)
        return inode->image;
    g_autoptr(GBytes) bytes = sim_inode_bytes(inode);
    g_autoptr(SimImage) image = sim_image_from_bytes(bytes);
    gboolean synced = inode->durable != NULL && g_bytes_equal(inode->durable, bytes);
    if (synced)
        sim_image_flush(image);
    sim_inode_set_image(inode, image);
    return inode->image;
}

void
sim_inode_set_image(SimInode *inode, SimImage *image)
{
    sim_image_ref(image);
    drop_content(inode);
    inode->image = image;
    /* Its flushes make it durable; until the first one a power cut finds the former content. */
    g_clear_pointer(&inode->durable_image, sim_image_unref);
    inode->durable_image = sim_image_ref(image);
}

GPtrArray *
sim_inode_locks(SimInode *inode)
{
    if (inode->locks == NULL)
        inode->locks = g_ptr_array_new();
    return inode->locks;
}
