/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_ops.h"
#include "sim/block/image_create.h"
#include "sim/block/image_bitmap.h"
#include "sim/block/image_check.h"
#include "sim/block/image_path.h"
#include "sim/block/lock.h"
#include <errno.h>
#include <string.h>

static gboolean
failed(GError **error, const char *path, const char *text)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "Could not open '%s': %s", path, text);
}

/* The file of a path, opened for reading. */
static SimInode *
open_file(SimFs *fs, const char *path, GError **error)
{
    int number = sim_fs_fault(fs, path, SIM_FS_READ);
    SimInode *inode = number != 0 ? NULL : sim_fs_lookup(fs, path, &number);
    if (inode != NULL && sim_inode_kind(inode) == SIM_INODE_DIR)
        number = EISDIR;
    if (number == 0)
        return inode;
    failed(error, path, g_strerror(number));
    return NULL;
}

/* Whether the image may be opened for that, damaged as it may be. */
static gboolean
check_damage(SimInode *inode, const char *path, SimOpenReach reach, GError **error)
{
    const char *refusal = sim_damage_refusal(sim_inode_damage(inode), reach);
    return refusal == NULL || failed(error, path, refusal);
}

/* What a guest would take for the size of the disk: plain bytes are a raw image. */
static guint64
virtual_size(SimInode *inode)
{
    SimImage *image = sim_inode_image(inode);
    return image != NULL ? sim_image_state(image)->size : sim_inode_size(inode);
}

/* qemu-img opens what it changes for writing, and leaves to others what a qcow2 node does. */
static gboolean
check_unlocked(SimInode *inode, const char *path, GError **error)
{
    g_autofree char *text =
        sim_lock_conflict(inode, NULL, SIM_PERM_READ | SIM_PERM_WRITE | SIM_PERM_RESIZE,
                          SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED);
    return text == NULL || failed(error, path, text);
}

static SimInode *
open_for_change(SimFs *fs, const char *path, GError **error)
{
    SimInode *inode = open_file(fs, path, error);
    if (inode == NULL || !sim_image_check_file(fs, path, inode, error) ||
        !check_damage(inode, path, SIM_OPEN_WRITE, error) || !check_unlocked(inode, path, error))
        return NULL;
    int number = sim_fs_fault(fs, path, SIM_FS_WRITE);
    if (number == 0) {
        sim_fs_change(fs);
        return inode;
    }
    failed(error, path, g_strerror(number));
    return NULL;
}

/* ---- what lies below, which qemu-img opens too ---- */

static gboolean
check_layer(SimInode *inode, gboolean qcow2, GError **error)
{
    SimImage *image = sim_inode_image(inode);
    const char *refusal = sim_damage_refusal(sim_inode_damage(inode), SIM_OPEN_READ);
    if (qcow2 && refusal == NULL && (image == NULL || sim_image_format(image) != SIM_FORMAT_QCOW2))
        refusal = "Image is not in qcow2 format";
    if (qcow2 && refusal != NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s", refusal);
    g_autofree char *text =
        sim_lock_conflict(inode, NULL, SIM_PERM_READ, SIM_PERM_READ | SIM_PERM_WRITE_UNCHANGED);
    return text == NULL || vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s", text);
}

/* The chain has an end: it has been looked at. */
static gboolean
check_below(SimFs *fs, const char *path, const SimImage *image, GError **error)
{
    const SimImageState *state = sim_image_state(image);
    if (state->backing == NULL || g_str_has_prefix(state->backing, "json:"))
        return TRUE;
    g_autofree char *below = sim_image_resolve(path, state->backing);
    SimInode *inode = open_file(fs, below, error);
    gboolean qcow2 =
        inode != NULL &&
        strcmp(state->backing_format != NULL ? state->backing_format : sim_inode_format(inode),
               "qcow2") == 0;
    if (inode != NULL && check_layer(inode, qcow2, error) &&
        (!qcow2 || check_below(fs, below, sim_inode_image(inode), error)))
        return TRUE;
    g_prefix_error(error, "Could not open backing file: ");
    return FALSE;
}

gboolean
sim_image_op_create(SimFs *fs, const char *path, const char *format, guint64 size,
                    const char *backing, const char *backing_format, GError **error)
{
    SimImageCreate create = {.path = path,
                             .format = format,
                             .size = size,
                             .sized = size > 0 || backing == NULL,
                             .backing = backing,
                             .backing_format = backing_format};
    if (backing != NULL && !sim_image_check_backing(fs, backing, path, error))
        return FALSE;
    g_autoptr(GError) failure = NULL;
    if (sim_image_create_prepare(fs, &create, &failure) && sim_image_create(fs, &create, &failure))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s: %s", path, failure->message);
}

static VmImageSnapshot *
describe_snapshot(const SimSnapshot *snapshot)
{
    VmImageSnapshot *result = g_new0(VmImageSnapshot, 1);
    result->id = g_strdup(snapshot->id);
    result->name = g_strdup(snapshot->name);
    result->vm_state_size = snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
    return result;
}

static void
describe_image(VmImageInfo *info, const char *path, const SimImage *image)
{
    const SimImageState *state = sim_image_state(image);
    const GList *link = sim_snapshots_first(sim_image_snapshots(image));
    info->backing = state->backing == NULL ? NULL : sim_image_resolve(path, state->backing);
    info->backing_format = g_strdup(state->backing_format);
    info->data_outside = state->data_file != NULL;
    for (; link != NULL; link = link->next)
        g_ptr_array_add(info->snapshots, describe_snapshot(link->data));
    for (guint i = 0; state->bitmaps != NULL && i < state->bitmaps->len; i++)
        g_ptr_array_add(info->bitmaps,
                        g_strdup(((SimStoredBitmap *)state->bitmaps->pdata[i])->name));
}

VmImageInfo *
sim_image_op_info(SimFs *fs, const char *path, GError **error)
{
    SimInode *inode = open_file(fs, path, error);
    if (inode == NULL || !check_damage(inode, path, SIM_OPEN_HEADER, error))
        return NULL;
    SimImage *image = sim_inode_image(inode);
    VmImageInfo *info = g_new0(VmImageInfo, 1);
    info->format = g_strdup(sim_inode_format(inode));
    info->virtual_size = virtual_size(inode);
    info->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)vm_image_snapshot_free);
    info->bitmaps = g_ptr_array_new_with_free_func(g_free);
    if (image != NULL)
        describe_image(info, path, image);
    return info;
}

void
sim_image_tell_tag(const SimImage *image, VmImageTag *held)
{
    const SimSnapshotList *list = image == NULL ? NULL : sim_image_snapshots(image);
    const SimSnapshot *named = sim_snapshots_find_name(list, held->name);
    const SimSnapshot *numbered = sim_snapshots_find_id(list, held->name);
    held->is_id = numbered != NULL && strcmp(numbered->name, held->name) != 0;
    if (named == NULL)
        return;
    held->count = sim_snapshots_count_name(list, held->name);
    held->vm_state_size = named->vm_state == NULL ? 0 : g_bytes_get_size(named->vm_state);
}

gboolean
sim_image_op_tag(SimFs *fs, const char *path, VmImageTag *held, GError **error)
{
    SimInode *inode = open_file(fs, path, error);
    if (inode == NULL || !check_damage(inode, path, SIM_OPEN_HEADER, error))
        return FALSE;
    const SimImage *image = sim_inode_image(inode);
    sim_image_tell_tag(image, held);
    held->has_bitmaps = image != NULL && sim_image_state(image)->bitmaps != NULL;
    held->keeps_none = strcmp(sim_inode_format(inode), "qcow2") != 0;
    held->data_outside = image != NULL && sim_image_state(image)->data_file != NULL;
    return TRUE;
}

static gboolean
snapshot_failed(GError **error, const char *path, const char *tag, const char *verb,
                const char *text)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s: Could not %s snapshot '%s': %s", path,
                     verb, tag, text);
}

static gboolean
apply(SimImage *image, const char *path, const char *tag, GError **error)
{
    if (sim_image_state(image)->bitmaps != NULL)
        return snapshot_failed(error, path, tag, "apply", "Device has active dirty bitmaps");
    const SimSnapshot *snapshot = sim_image_find_id_or_name(image, tag);
    if (snapshot == NULL)
        return snapshot_failed(error, path, tag, "apply", "snapshot not found");
    sim_image_revert(image, snapshot);
    return TRUE;
}

static gboolean
delete_snapshot(SimImage *image, const char *path, const char *tag, GError **error)
{
    const SimSnapshot *snapshot = sim_image_find_name(image, tag);
    if (snapshot == NULL)
        snapshot = sim_image_find_both(image, tag, NULL);
    if (snapshot == NULL)
        return snapshot_failed(error, path, tag, "delete", "snapshot not found");
    sim_image_delete_snapshot(image, snapshot);
    return TRUE;
}

gboolean
sim_image_op_snapshot(SimFs *fs, const char *path, VmImageSnapshotVerb verb, const char *tag,
                      const SimClock *clock, GError **error)
{
    SimInode *inode = open_for_change(fs, path, error);
    if (inode == NULL)
        return FALSE;
    SimImage *image = sim_inode_image(inode);
    if (!sim_image_keeps_snapshots(image))
        return snapshot_failed(error, path, tag, "handle", "Operation not supported");
    if (!check_below(fs, path, image, error)) {
        g_prefix_error(error, "Could not open '%s': ", path);
        return FALSE;
    }
    switch (verb) {
    case VM_IMAGE_SNAPSHOT_CREATE:
        sim_image_snapshot(image, tag, NULL, clock->now)->has_icount = TRUE;
        return TRUE;
    case VM_IMAGE_SNAPSHOT_APPLY:
        return apply(image, path, tag, error);
    case VM_IMAGE_SNAPSHOT_DELETE:
        return delete_snapshot(image, path, tag, error);
    }
    g_assert_not_reached();
}

gboolean
sim_image_op_rebase(SimFs *fs, const char *path, const char *backing, const char *backing_format,
                    GError **error)
{
    SimInode *inode = open_for_change(fs, path, error);
    if (inode == NULL)
        return FALSE;
    SimImage *image = sim_inode_image(inode);
    if (image == NULL || sim_image_format(image) != SIM_FORMAT_QCOW2)
        return failed(error, path, "Image is not in qcow2 format");
    sim_image_set_backing(image, backing, backing_format);
    return TRUE;
}
