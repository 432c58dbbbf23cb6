/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainSnapshotDelete: entries leave the images, then metadata goes;
 * children move to the parent.
 */
#include "spec/driver/snapshot_steps.h"

#define DELETE(name) VIR_DOMAIN_SNAPSHOT_DELETE_##name

/* The moments that go, children before their parents. */
static GPtrArray *
targets_of(VmDomain *domain, VmMoment *moment, guint32 flags)
{
    GPtrArray *targets = g_ptr_array_new();
    if (flags & (DELETE(CHILDREN) | DELETE(CHILDREN_ONLY))) {
        g_autoptr(GPtrArray) below = vm_moment_tree_walk(domain->snapshots, moment);
        for (guint i = below->len; i > 0; i--)
            g_ptr_array_add(targets, g_ptr_array_index(below, i - 1));
    }
    if (!(flags & DELETE(CHILDREN_ONLY)))
        g_ptr_array_add(targets, moment);
    return targets;
}

/* ---- prepare ---- */

/* A disk that the running domain no longer has cannot be reached (SNAP-DEL-006). */
static gboolean
check_disks(VmDomain *domain, const VmMoment *moment, GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    for (guint i = 0; vm_domain_is_active(domain) && i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_INTERNAL &&
            vm_domain_def_disk_index(domain->def, disk->name) < 0)
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s', snapshot '%s': the running domain has no disk '%s' "
                             "(SNAP-DEL-006)",
                             domain->def->name, moment->name, disk->name);
    }
    return TRUE;
}

static gboolean
prepare(VmDomain *domain, const GPtrArray *targets, guint32 flags, GError **error)
{
    for (guint i = 0; !(flags & DELETE(METADATA_ONLY)) && i < targets->len; i++) {
        if (!check_disks(domain, g_ptr_array_index(targets, i), error))
            return FALSE;
    }
    return TRUE;
}

/* ---- intent ---- */

static gboolean
begin(VmDomain *domain, const GPtrArray *targets, guint32 flags, GError **error)
{
    json_t *names = json_array();
    for (guint i = 0; i < targets->len; i++)
        json_array_append_new(names,
                              json_string(((VmMoment *)g_ptr_array_index(targets, i))->name));
    json_t *data = json_pack("{s:o, s:b}", "names", names, "metadata-only",
                             (flags & DELETE(METADATA_ONLY)) != 0);
    return vm_intent_begin(domain, "snapshot-delete", data, error);
}

/* ---- act ---- */

/* Off, a disk that was removed from the definition is still where the snapshot says. */
static gboolean
delete_from_former_disk(VmDomain *domain, const VmMoment *moment, const VmSnapshotDisk *disk,
                        GError **error)
{
    const char *path = vm_snapshot_disk_path(vm_moment_snapshot(moment), disk);
    if (disk->location != VM_LOCATION_INTERNAL || path == NULL ||
        vm_domain_def_disk_index(domain->def, disk->name) >= 0 ||
        vm_store_kind(domain->driver->store, path) == VM_FILE_MISSING)
        return TRUE;
    g_autoptr(VmImageInfo) info = vm_snapshot_image_file(domain, path, error);
    if (info == NULL)
        return FALSE;
    return vm_snapshot_image_tags(info, moment->name) == 0 ||
           vm_snapshot_image_do(domain, path, VM_IMAGE_SNAPSHOT_DELETE, moment->name, error);
}

static gboolean
delete_from_images(VmDomain *domain, const VmMoment *moment, GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    if (vm_snapshot_def_is_external(def))
        return TRUE;
    g_autoptr(GArray) disks = vm_snapshot_internal_disks(def, domain->def);
    if (!vm_snapshot_delete_tag(domain, moment->name, disks, error))
        return FALSE;
    for (guint i = 0; i < def->disks->len; i++) {
        if (!delete_from_former_disk(domain, moment, g_ptr_array_index(def->disks, i), error))
            return FALSE;
    }
    return TRUE;
}

/* ---- record ---- */

static VmSnapshotDef *
with_parent(const VmMoment *child, const VmMoment *parent)
{
    VmSnapshotDef *def = vm_snapshot_def_copy(vm_moment_snapshot(child));
    g_free(def->parent);
    def->parent = g_strdup(parent != NULL ? parent->name : NULL);
    return def;
}

/* Put the files of the first `count` children back, and the parent's mark. */
static void
put_back(VmDomain *domain, VmMoment *moment, guint count)
{
    const VmMoment *current = vm_moment_tree_current(domain->snapshots);
    g_autoptr(GError) error = NULL;
    for (VmMoment *child = moment->first_child; count > 0; child = child->next, count--) {
        if (!vm_record_snapshot(domain, vm_moment_snapshot(child), child == current, &error))
            vm_snapshot_log(domain, "metadata could not be put back", error);
        g_clear_error(&error);
    }
    if (moment == current && moment->parent != NULL &&
        !vm_record_snapshot(domain, vm_moment_snapshot(moment->parent), FALSE, &error))
        vm_snapshot_log(domain, "metadata could not be put back", error);
}

/* Where the mark goes with the current one: to its parent, or nowhere. */
static gboolean
pass_mark_on(VmDomain *domain, const VmMoment *moment, GError **error)
{
    if (moment != vm_moment_tree_current(domain->snapshots))
        return TRUE;
    if (moment->parent != NULL)
        return vm_record_snapshot_before(domain, vm_moment_snapshot(moment->parent), TRUE, error);
    return vm_snapshot_unmark_all(domain, moment, error);
}

/* Files first: the new current one, the children, the moment's own, whose removal syncs the folder
 * for all of them.  Where one fails those before it are put back and the moment stays. */
static gboolean
record(VmDomain *domain, VmMoment *moment, GPtrArray *children, GError **error)
{
    const VmMoment *current = vm_moment_tree_current(domain->snapshots);
    VmMoment *parent = moment->parent;
    if (!pass_mark_on(domain, moment, error))
        return FALSE;
    guint done = 0;
    for (VmMoment *child = moment->first_child; child != NULL; child = child->next, done++) {
        VmSnapshotDef *def = with_parent(child, parent);
        g_ptr_array_add(children, def);
        if (!vm_record_snapshot_before(domain, def, child == current, error)) {
            put_back(domain, moment, done);
            return FALSE;
        }
    }
    if (vm_record_drop_snapshot(domain, moment->name, error))
        return TRUE;
    /* it stays listed, so its file must be there too, whatever became of it */
    g_autoptr(GError) failure = NULL;
    if (!vm_record_snapshot(domain, vm_moment_snapshot(moment), moment == current, &failure))
        vm_snapshot_log(domain, "metadata could not be put back", failure);
    put_back(domain, moment, done);
    return FALSE;
}

static gboolean
delete_one(VmDomain *domain, VmMoment *moment, gboolean metadata_only, GError **error)
{
    g_autoptr(GPtrArray) children =
        g_ptr_array_new_with_free_func((GDestroyNotify)vm_snapshot_def_unref);
    if (!metadata_only && !delete_from_images(domain, moment, error))
        return FALSE;
    if (!record(domain, moment, children, error))
        return FALSE;
    guint i = 0;
    for (VmMoment *child = moment->first_child; child != NULL; child = child->next, i++)
        vm_moment_tree_replace(domain->snapshots, child,
                               vm_snapshot_def_ref(g_ptr_array_index(children, i)));
    vm_moment_tree_remove(domain->snapshots, moment);
    return TRUE;
}

/* Several go: the current one moves at once to where it ends (SNAP-TREE-011, -012). */
static gboolean
move_current(VmDomain *domain, VmMoment *moment, guint32 flags, GError **error)
{
    VmMoment *current = vm_moment_tree_current(domain->snapshots);
    gboolean below = current != NULL && vm_moment_is_ancestor(moment, current);
    if (!below)
        return TRUE;
    VmMoment *end = flags & DELETE(CHILDREN_ONLY) ? moment : moment->parent;
    return !(flags & (DELETE(CHILDREN) | DELETE(CHILDREN_ONLY))) ||
           vm_snapshot_record_current(domain, end, error);
}

/* Nothing has gone: nothing has changed. */
static void
move_current_back(VmDomain *domain, VmMoment *former)
{
    g_autoptr(GError) failure = NULL;
    if (!vm_snapshot_record_current(domain, former, &failure))
        vm_snapshot_log(domain, "metadata could not be put back", failure);
}

gboolean
vm_snapshot_delete(VmDriver *driver, const char *domain_name, const char *snapshot, guint32 flags,
                   GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_DELETE, flags, driver->profile, error))
        return FALSE;
    if ((flags & DELETE(CHILDREN)) && (flags & DELETE(CHILDREN_ONLY)))
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s', snapshot '%s': CHILDREN excludes CHILDREN_ONLY "
                         "(SNAP-API-010)",
                         domain_name, snapshot);
    VmDomain *domain = NULL;
    VmMoment *moment = vm_driver_snapshot(driver, domain_name, snapshot, &domain, error);
    if (moment == NULL || !vm_domain_check_settled(domain, error))
        return FALSE;
    const VmGuardContext context = {.domain = domain, .moment = moment, .flags = flags};
    g_autoptr(GPtrArray) targets = targets_of(domain, moment, flags);
    if (!vm_guard(VM_GUARD_SNAPSHOT_DELETE, &context, error) ||
        !prepare(domain, targets, flags, error))
        return FALSE;
    if (targets->len == 0)
        return TRUE;

    VmMoment *former = vm_moment_tree_current(domain->snapshots);
    if (!begin(domain, targets, flags, error))
        return FALSE;
    guint done = 0;
    gboolean ok = move_current(domain, moment, flags, error);
    for (; ok && done < targets->len; done += ok)
        ok = delete_one(domain, g_ptr_array_index(targets, done),
                        (flags & DELETE(METADATA_ONLY)) != 0, error);
    if (!ok && done == 0)
        move_current_back(domain, former);
    vm_intent_end(domain);
    return ok;
}

/* ---- recovery ---- */

void
vm_snapshot_delete_recover(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    gboolean metadata_only = json_is_true(json_object_get(intent->data, "metadata-only"));
    gsize i;
    json_t *entry;
    if (domain == NULL)
        return;
    json_array_foreach(json_object_get(intent->data, "names"), i, entry)
    {
        VmMoment *moment = vm_moment_tree_find(domain->snapshots, json_string_value(entry));
        g_autoptr(GError) error = NULL;
        if (moment != NULL && !delete_one(domain, moment, metadata_only, &error))
            vm_snapshot_log(domain, "a deletion could not be completed", error);
    }
}
