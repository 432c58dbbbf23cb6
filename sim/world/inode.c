/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/world/inode.h"
#include <string.h>

SimInode *
sim_inode_new(SimInodeKind kind)
{
    SimInode *inode = g_new(SimInode, 1);
    *inode = (SimInode){.refs = 1, .kind = kind};
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

/* ---- text ---- */

static void
clear_text(SimText *text)
{
    g_clear_pointer(&text->body, g_bytes_unref);
    g_clear_pointer(&text->head, g_bytes_unref);
}

static void
set_text(SimText *text, const SimText *value)
{
    SimText former = *text;
    text->body = value->body == NULL ? NULL : g_bytes_ref(value->body);
    text->head = value->head == NULL ? NULL : g_bytes_ref(value->head);
    clear_text(&former);
}

/* The body has its own head from now on. */
static void
join_head(SimText *text)
{
    gsize size = 0, replaced = 0;
    if (text->head == NULL)
        return;
    const guint8 *body = g_bytes_get_data(text->body, &size);
    guint8 *joined = g_memdup2(body, size);
    const guint8 *head = g_bytes_get_data(text->head, &replaced);
    memcpy(joined, head, replaced);
    clear_text(text);
    text->body = g_bytes_new_take(joined, size);
}

/* ---- life ---- */

/* The content is about to be another. */
static void
forget_digest(SimInode *inode)
{
    g_clear_pointer(&inode->digest, g_free);
}

static void
drop_content(SimInode *inode)
{
    forget_digest(inode);
    clear_text(&inode->text);
    g_clear_pointer(&inode->tail, g_byte_array_unref);
    g_clear_pointer(&inode->image, sim_image_unref);
}

static void
clear_file(SimInode *inode)
{
    drop_content(inode);
    clear_text(&inode->durable);
    g_clear_pointer(&inode->durable_image, sim_image_unref);
    g_clear_pointer(&inode->locks, g_ptr_array_unref);
}

void
sim_inode_unref(SimInode *inode)
{
    if (inode == NULL || --inode->refs > 0)
        return;
    if (inode->kind == SIM_INODE_DIR)
        sim_folder_clear(inode);
    else
        clear_file(inode);
    g_free(inode);
}

SimInode *
sim_inode_copy(SimInode *inode)
{
    SimInode *copy = sim_inode_new(inode->kind);
    if (inode->kind == SIM_INODE_DIR) {
        sim_folder_copy(inode, copy);
        return copy;
    }
    copy->block_size = inode->block_size;
    if (inode->image != NULL)
        copy->image = sim_image_copy(inode->image);
    else
        copy->text.body = sim_inode_bytes(inode);
    sim_inode_sync(copy);
    return copy;
}

static void
power_cut_names(SimInode *folder)
{
    sim_folder_restore(folder);
    for (guint i = 0; i < folder->total; i++) {
        if (folder->names[i]->inode != NULL)
            sim_inode_power_cut(folder->names[i]->inode);
    }
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
    set_text(&inode->text, &inode->durable);
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
    return inode->text.body == NULL ? 0 : g_bytes_get_size(inode->text.body);
}

/* What is being written counts as written. */
static void
take_tail(SimInode *inode)
{
    if (inode->tail != NULL)
        inode->text.body = g_byte_array_free_to_bytes(g_steal_pointer(&inode->tail));
    if (inode->text.body == NULL)
        inode->text.body = g_bytes_new(NULL, 0);
}

/* Where the durable content is the same, it is so afterwards too. */
GBytes *
sim_inode_bytes(SimInode *inode)
{
    if (inode->image != NULL)
        return sim_image_head(inode->image);
    take_tail(inode);
    gboolean synced = inode->text.body == inode->durable.body && inode->text.head != NULL &&
                      inode->text.head == inode->durable.head;
    join_head(&inode->text);
    if (synced)
        set_text(&inode->durable, &inode->text);
    return g_bytes_ref(inode->text.body);
}

GBytes *
sim_inode_head(SimInode *inode, gsize length)
{
    GBytes *head = inode->image != NULL ? NULL : inode->text.head;
    if (head != NULL && g_bytes_get_size(head) == length)
        return g_bytes_ref(head);
    g_autoptr(GBytes) bytes = sim_inode_bytes(inode);
    return g_bytes_new_from_bytes(bytes, 0, MIN(length, g_bytes_get_size(bytes)));
}

SimDigest
sim_inode_digest(SimInode *inode)
{
    SimDigest digest = SIM_DIGEST_START;
    if (inode->image != NULL) {
        sim_image_add_digest(inode->image, &digest);
        return digest;
    }
    if (inode->digest == NULL) {
        g_autoptr(GBytes) bytes = sim_inode_bytes(inode);
        gsize length = 0;
        const void *data = g_bytes_get_data(bytes, &length);
        sim_digest_bytes(&digest, data, length);
        inode->digest = g_memdup2(&digest, sizeof(digest));
    }
    return *inode->digest;
}

void
sim_inode_truncate(SimInode *inode)
{
    drop_content(inode);
}

/* Most files are written at one go. */
void
sim_inode_append(SimInode *inode, const void *data, gsize length)
{
    forget_digest(inode);
    if (inode->text.body == NULL && inode->tail == NULL && inode->image == NULL) {
        inode->text.body = g_bytes_new(data, length);
        return;
    }
    if (inode->tail == NULL) {
        GBytes *former = sim_inode_bytes(inode);
        drop_content(inode);
        inode->tail = g_bytes_unref_to_array(former);
    }
    g_byte_array_append(inode->tail, data, (guint)length);
}

/* A head that is replaced again and again is of one length. */
void
sim_inode_replace_head(SimInode *inode, const void *data, gsize length)
{
    GBytes *head = inode->image != NULL ? NULL : inode->text.head;
    forget_digest(inode);
    if (head == NULL || g_bytes_get_size(head) > length) {
        GBytes *former = sim_inode_bytes(inode);
        drop_content(inode);
        inode->text.body = former;
    }
    g_clear_pointer(&inode->text.head, g_bytes_unref);
    inode->text.head = g_bytes_new(data, length);
}

void
sim_inode_sync(SimInode *inode)
{
    if (inode->image != NULL) {
        sim_image_flush(inode->image);
        return;
    }
    g_clear_pointer(&inode->durable_image, sim_image_unref);
    take_tail(inode);
    set_text(&inode->durable, &inode->text);
}

void
sim_inode_fail_sync(SimInode *inode)
{
    inode->failed_syncs++;
}

guint
sim_inode_failed_syncs(const SimInode *inode)
{
    return inode->failed_syncs;
}

SimImage *
sim_inode_image(SimInode *inode)
{
    return inode->image;
}

SimDamage
sim_inode_damage(SimInode *inode)
{
    static const char magic[] = {'Q', 'F', 'I', '\xfb'};
    if (inode->image != NULL)
        return sim_image_state(inode->image)->damage;
    g_autoptr(GBytes) head = sim_inode_head(inode, sizeof(magic));
    if (g_bytes_get_size(head) < sizeof(magic) ||
        memcmp(g_bytes_get_data(head, NULL), magic, sizeof(magic)) != 0)
        return SIM_DAMAGE_NONE;
    return sim_inode_size(inode) < SIM_QCOW2_HEADER ? SIM_DAMAGE_SHORT_HEADER : SIM_DAMAGE_TABLES;
}

const char *
sim_inode_format(SimInode *inode)
{
    if (inode->image != NULL)
        return sim_format_name(sim_image_format(inode->image));
    return sim_inode_damage(inode) != SIM_DAMAGE_NONE ? "qcow2" : "raw";
}

SimImage *
sim_inode_raw_image(SimInode *inode)
{
    if (inode->image != NULL)
        return inode->image;
    g_autoptr(GBytes) bytes = sim_inode_bytes(inode);
    g_autoptr(SimImage) image = sim_image_from_bytes(bytes);
    join_head(&inode->durable);
    gboolean synced = inode->durable.body != NULL && g_bytes_equal(inode->durable.body, bytes);
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
