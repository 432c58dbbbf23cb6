/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The metadata of a snapshot that goes: files first, then the tree.
 */
#include "spec/driver/snapshot_delete.h"

/* ---- what the others become ---- */

/* A moment whose file changes. */
typedef struct {
    VmMoment *moment;
    VmSnapshotDef *def; /* to be; the moment's own where only the mark changes */
    gboolean current;   /* to be */
    gboolean written;
} Change;

static void
change_free(gpointer data)
{
    Change *change = data;
    vm_snapshot_def_unref(change->def);
    g_free(change);
}

/* The change of a moment, added where there is none yet. */
static Change *
change_of(GPtrArray *changes, VmMoment *moment, const VmMoment *current)
{
    for (guint i = 0; i < changes->len; i++) {
        Change *change = g_ptr_array_index(changes, i);
        if (change->moment == moment)
            return change;
    }
    Change *change = g_new0(Change, 1);
    change->moment = moment;
    change->def = vm_snapshot_def_ref(vm_moment_snapshot(moment));
    change->current = moment == current;
    g_ptr_array_add(changes, change);
    return change;
}

/* What the moment becomes, to be changed. */
static VmSnapshotDef *
changed_def(Change *change)
{
    VmSnapshotDef *own = vm_moment_snapshot(change->moment);
    if (change->def == own) {
        change->def = vm_snapshot_def_copy(own);
        vm_snapshot_def_unref(own);
    }
    return change->def;
}

/* The overlays that a revert made above a snapshot with children are its own as soon as one of them
 * goes (SNAP-REVX-018). */
static void
promote_revert_disks(const VmDomain *domain, VmSnapshotDef *def)
{
    if (def->revert_disks->len > 0)
        vm_snapshot_keep_overlays(domain, def, def->disks);
    for (guint i = 0; i < def->revert_disks->len; i++) {
        VmSnapshotDisk *revert = g_ptr_array_index(def->revert_disks, i);
        for (guint j = 0; j < def->disks->len; j++) {
            VmSnapshotDisk *disk = g_ptr_array_index(def->disks, j);
            if (g_strcmp0(disk->name, revert->name) != 0)
                continue;
            def->disks->pdata[j] = revert;
            def->revert_disks->pdata[i] = disk;
            break;
        }
    }
    g_ptr_array_set_size(def->revert_disks, 0);
}

/* ---- overlays that outlive what lists them ---- */

/* A child's image counts as an overlay because its parent holds the image right below. */
static void
keep_layers_of(VmDomain *domain, VmSnapshotDef *heir, const VmMoment *moment, const VmMoment *child)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment), *its = vm_moment_snapshot(child);
    for (guint i = 0; i < its->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(its->disks, i);
        const char *path = vm_snapshot_disk_path(its, disk);
        const char *below = vm_snapshot_disk_path(def, disk);
        if (disk->location != VM_LOCATION_EXTERNAL || path == NULL || below == NULL ||
            vm_path_same(path, below))
            continue;
        g_autoptr(VmImageInfo) info = vm_snapshot_image_file(domain, path, NULL);
        if (info != NULL && vm_path_same(info->backing, below))
            vm_snapshot_keep_overlay(domain, heir, path);
    }
}

/* Who remembers them: a child, the parent, or any other snapshot that stays. */
static VmMoment *
heir_of(VmDomain *domain, const VmMoment *moment)
{
    if (moment->first_child != NULL)
        return moment->first_child;
    if (moment->parent != NULL)
        return moment->parent;
    VmMoment *root = vm_moment_tree_first_root(domain->snapshots);
    return root == moment ? moment->next : root;
}

static gboolean
lists_same(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; a->len == b->len && i < a->len; i++)
        if (g_strcmp0(g_ptr_array_index(a, i), g_ptr_array_index(b, i)) != 0)
            return FALSE;
    return a->len == b->len;
}

static void
keep_overlays(VmDomain *domain, const VmMoment *moment, GPtrArray *changes, const VmMoment *current)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    VmMoment *heir = heir_of(domain, moment);
    if (heir == NULL || !vm_snapshot_def_is_external(def))
        return;
    g_autoptr(VmSnapshotDef) kept = vm_snapshot_def_copy(vm_moment_snapshot(heir));
    vm_snapshot_keep_overlays(domain, kept, def->disks);
    vm_snapshot_keep_overlays(domain, kept, def->revert_disks);
    for (guint i = 0; i < def->overlays->len; i++)
        vm_snapshot_keep_overlay(domain, kept, g_ptr_array_index(def->overlays, i));
    for (const VmMoment *child = moment->first_child; child != NULL; child = child->next)
        keep_layers_of(domain, kept, moment, child);
    if (lists_same(kept->overlays, vm_moment_snapshot(heir)->overlays))
        return;
    VmSnapshotDef *changed = changed_def(change_of(changes, heir, current));
    g_ptr_array_unref(changed->overlays);
    changed->overlays = g_ptr_array_ref(kept->overlays);
}

static GPtrArray *
changes_of(VmDomain *domain, VmMoment *moment, gboolean keep)
{
    GPtrArray *changes = g_ptr_array_new_with_free_func(change_free);
    VmMoment *current = vm_moment_tree_current(domain->snapshots);
    VmMoment *parent = moment->parent;
    gboolean passed_on = current == moment;
    if (passed_on)
        current = parent;
    if (parent != NULL && (passed_on || vm_moment_snapshot(parent)->revert_disks->len > 0)) {
        Change *change = change_of(changes, parent, current);
        if (vm_moment_snapshot(parent)->revert_disks->len > 0)
            promote_revert_disks(domain, changed_def(change));
    }
    for (VmMoment *child = moment->first_child; child != NULL; child = child->next) {
        VmSnapshotDef *changed = changed_def(change_of(changes, child, current));
        g_free(changed->parent);
        changed->parent = g_strdup(parent != NULL ? parent->name : NULL);
    }
    if (keep)
        keep_overlays(domain, moment, changes, current);
    return changes;
}

/* ---- files ---- */

/* Put the files of the changed ones back as they were. */
static void
put_back(VmDomain *domain, const GPtrArray *changes)
{
    const VmMoment *current = vm_moment_tree_current(domain->snapshots);
    for (guint i = 0; i < changes->len; i++) {
        const Change *change = g_ptr_array_index(changes, i);
        g_autoptr(GError) error = NULL;
        if (change->written && !vm_record_snapshot(domain, vm_moment_snapshot(change->moment),
                                                   change->moment == current, &error))
            vm_snapshot_log(domain, "metadata could not be put back", error);
    }
}

static gboolean
write_changes(VmDomain *domain, GPtrArray *changes, GError **error)
{
    for (guint i = 0; i < changes->len; i++) {
        Change *change = g_ptr_array_index(changes, i);
        if (!vm_record_snapshot_before(domain, change->def, change->current, error))
            return FALSE;
        change->written = TRUE;
    }
    return TRUE;
}

/* Where the current one goes and no other becomes it, no file may say that it is. */
static gboolean
unmark(VmDomain *domain, const VmMoment *moment, GError **error)
{
    return moment != vm_moment_tree_current(domain->snapshots) || moment->parent != NULL ||
           vm_snapshot_unmark_all(domain, moment, error);
}

/* The removal syncs the folder for all of them. */
static gboolean
record(VmDomain *domain, VmMoment *moment, GPtrArray *changes, GError **error)
{
    const VmMoment *current = vm_moment_tree_current(domain->snapshots);
    if (!unmark(domain, moment, error))
        return FALSE;
    if (!write_changes(domain, changes, error)) {
        put_back(domain, changes);
        return FALSE;
    }
    if (vm_record_drop_snapshot(domain, moment->name, error))
        return TRUE;
    /* it stays listed, so its file must be there too, whatever became of it */
    g_autoptr(GError) failure = NULL;
    if (!vm_record_snapshot(domain, vm_moment_snapshot(moment), moment == current, &failure))
        vm_snapshot_log(domain, "metadata could not be put back", failure);
    put_back(domain, changes);
    return FALSE;
}

static void
take_out(VmDomain *domain, VmMoment *moment, const GPtrArray *changes)
{
    for (guint i = 0; i < changes->len; i++) {
        const Change *change = g_ptr_array_index(changes, i);
        vm_moment_tree_replace(domain->snapshots, change->moment, vm_snapshot_def_ref(change->def));
    }
    vm_moment_tree_remove(domain->snapshots, moment);
}

gboolean
vm_snapshot_delete_record(VmDomain *domain, VmMoment *moment, gboolean keep, GError **error)
{
    g_autoptr(GPtrArray) changes = changes_of(domain, moment, keep);
    if (!record(domain, moment, changes, error))
        return FALSE;
    take_out(domain, moment, changes);
    return TRUE;
}

void
vm_snapshot_delete_unlist(VmDomain *domain, VmMoment *moment)
{
    g_autoptr(GPtrArray) changes = changes_of(domain, moment, TRUE);
    take_out(domain, moment, changes);
}
