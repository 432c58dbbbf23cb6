/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Snapshots' metadata files and the tree, kept in step: a file is written
 * first, the tree follows when all of a call's files are durable.
 */
#include "spec/driver/snapshot_steps.h"

void
vm_snapshot_log(VmDomain *domain, const char *what, const GError *error)
{
    vm_env_log(domain->driver->env, "domain '%s': %s: %s", domain->def->name, what,
               error != NULL ? error->message : "no cause given");
}

/* Write a moment's file with <active> as given; FALSE is logged. */
static gboolean
rewrite(VmDomain *domain, VmMoment *moment, gboolean current)
{
    g_autoptr(GError) error = NULL;
    if (moment == NULL || vm_record_snapshot(domain, vm_moment_snapshot(moment), current, &error))
        return TRUE;
    vm_snapshot_log(domain, "metadata could not be put back", error);
    return FALSE;
}

static gboolean
drop(VmDomain *domain, const char *name)
{
    g_autoptr(GError) error = NULL;
    if (vm_record_drop_snapshot(domain, name, &error))
        return TRUE;
    vm_snapshot_log(domain, "metadata could not be removed", error);
    return FALSE;
}

/* Files that have gone since are forgotten. */
static void
forget_missing(const VmDomain *domain, GPtrArray *overlays)
{
    for (guint i = overlays->len; i > 0; i--) {
        const char *path = g_ptr_array_index(overlays, i - 1);
        if (vm_store_kind(domain->driver->store, path) == VM_FILE_MISSING)
            g_ptr_array_remove_index(overlays, i - 1);
    }
}

void
vm_snapshot_keep_overlay(const VmDomain *domain, VmSnapshotDef *def, const char *path)
{
    forget_missing(domain, def->overlays);
    if (path == NULL || vm_store_kind(domain->driver->store, path) == VM_FILE_MISSING)
        return;
    for (guint i = 0; i < def->overlays->len; i++)
        if (vm_path_same(g_ptr_array_index(def->overlays, i), path))
            return;
    g_ptr_array_add(def->overlays, g_strdup(path));
}

void
vm_snapshot_keep_overlays(const VmDomain *domain, VmSnapshotDef *def, const GPtrArray *disks)
{
    for (guint i = 0; i < disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL)
            vm_snapshot_keep_overlay(domain, def, disk->source.path);
    }
}

VmSnapshotDef *
vm_snapshot_without_revert_disks(const VmDomain *domain, VmSnapshotDef *def)
{
    if (def->revert_disks->len == 0)
        return vm_snapshot_def_ref(def);
    VmSnapshotDef *copy = vm_snapshot_def_copy(def);
    vm_snapshot_keep_overlays(domain, copy, copy->revert_disks);
    g_ptr_array_set_size(copy->revert_disks, 0);
    return copy;
}

/* What is taken now freezes the overlays that a revert to the former one has made: from now on
 * they are the new one's (SNAP-REVX-018). */
gboolean
vm_snapshot_record_new(VmDomain *domain, VmSnapshotDef *def, GError **error)
{
    VmMoment *former = vm_moment_tree_current(domain->snapshots);
    if (!vm_record_snapshot(domain, def, TRUE, error))
        return FALSE;
    if (former == NULL)
        return TRUE;
    g_autoptr(VmSnapshotDef) parent =
        vm_snapshot_without_revert_disks(domain, vm_moment_snapshot(former));
    if (vm_record_unmark(domain, parent, error))
        return TRUE;
    drop(domain, def->name);
    return FALSE;
}

gboolean
vm_snapshot_unrecord_new(VmDomain *domain, const VmSnapshotDef *def)
{
    gboolean dropped = drop(domain, def->name);
    return rewrite(domain, vm_moment_tree_current(domain->snapshots), TRUE) && dropped;
}

VmMoment *
vm_snapshot_link_new(VmDomain *domain, VmSnapshotDef *def)
{
    VmMoment *parent = vm_moment_tree_current(domain->snapshots);
    if (parent != NULL)
        vm_moment_tree_replace(
            domain->snapshots, parent,
            vm_snapshot_without_revert_disks(domain, vm_moment_snapshot(parent)));
    VmMoment *moment = vm_moment_tree_add(domain->snapshots, def->name, parent, def);
    vm_record_note_new(domain, moment, TRUE);
    vm_moment_tree_set_current(domain->snapshots, moment);
    return moment;
}

void
vm_snapshot_put_former(GString *json, const char *name, const VmSnapshotDef *def)
{
    guint flags = VM_SNAPSHOT_FORMAT_SECURE | VM_SNAPSHOT_FORMAT_INTERNAL;
    g_autofree char *xml = def != NULL ? vm_snapshot_def_format(def, NULL, flags) : NULL;
    vm_json_text(json, name, xml);
}

VmSnapshotDef *
vm_snapshot_get_former(VmDomain *domain, const json_t *data, const char *name)
{
    const char *xml = json_string_value(json_object_get(data, name));
    g_autoptr(GError) error = NULL;
    if (xml == NULL)
        return NULL;
    VmSnapshotDef *def =
        vm_snapshot_def_parse(xml, VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL, &error);
    if (def == NULL)
        vm_snapshot_log(domain, "a snapshot's former metadata cannot be read", error);
    return def;
}

gboolean
vm_snapshot_unmark_all(VmDomain *domain, const VmMoment *but, GError **error)
{
    g_autoptr(GPtrArray) all = vm_moment_tree_walk(domain->snapshots, NULL);
    for (guint i = 0; i < all->len; i++) {
        VmMoment *moment = g_ptr_array_index(all, i);
        if (moment != but && moment->mark != 0 &&
            !vm_record_snapshot(domain, vm_moment_snapshot(moment), FALSE, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
vm_snapshot_record_current(VmDomain *domain, VmMoment *moment, GError **error)
{
    VmMoment *former = vm_moment_tree_current(domain->snapshots);
    if (former == moment)
        return TRUE;
    if (moment == NULL && !vm_snapshot_unmark_all(domain, NULL, error)) {
        rewrite(domain, former, TRUE);
        return FALSE;
    }
    if (moment != NULL && !vm_record_snapshot(domain, vm_moment_snapshot(moment), TRUE, error))
        return FALSE;
    if (moment != NULL && former != NULL &&
        !vm_record_unmark(domain, vm_moment_snapshot(former), error)) {
        rewrite(domain, moment, FALSE);
        return FALSE;
    }
    vm_moment_tree_set_current(domain->snapshots, moment);
    return TRUE;
}

/* Of the files that are marked, only the current one's stays so. */
void
vm_snapshot_settle_current(VmDomain *domain, VmMoment *moment)
{
    g_autoptr(GPtrArray) all = vm_moment_tree_walk(domain->snapshots, NULL);
    vm_moment_tree_set_current(domain->snapshots, moment);
    for (guint i = 0; i < all->len; i++) {
        VmMoment *other = g_ptr_array_index(all, i);
        if ((other->mark != 0) != (other == moment))
            rewrite(domain, other, other == moment);
    }
}

/* ---- the domain's definitions ---- */

void
vm_snapshot_set_defs(VmDomain *domain, VmDomainDef *def, VmDomainDef *next_def)
{
    VmDomainDef *next = next_def != NULL ? vm_domain_def_ref(next_def) : NULL; /* may be its own */
    vm_domain_set_def(domain, vm_domain_def_ref(def));
    g_clear_pointer(&domain->next_def, vm_domain_def_unref);
    domain->next_def = next;
}

gboolean
vm_snapshot_record_defs(VmDomain *domain, GError **error)
{
    if (vm_domain_is_active(domain) && !vm_record_status(domain, error))
        return FALSE;
    if (!domain->persistent)
        return TRUE;
    return vm_record_config(domain, domain->next_def != NULL ? domain->next_def : domain->def,
                            error);
}
