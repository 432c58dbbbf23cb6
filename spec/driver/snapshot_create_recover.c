/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recovery of a creation that was under way: it stands, or is undone.
 */
#include "spec/driver/snapshot_memory.h"
#include "spec/driver/snapshot_overlay.h"

/* ---- a part inside of the images ---- */

static void
take_out(VmDomain *domain, const char *tag, const json_t *images)
{
    g_autoptr(GArray) disks = g_array_new(FALSE, FALSE, sizeof(guint));
    gsize at;
    json_t *path;
    json_array_foreach(images, at, path)
    {
        for (guint i = 0; i < domain->def->disks->len; i++)
            if (g_strcmp0(vm_domain_def_disk(domain->def, i)->source.path,
                          json_string_value(path)) == 0)
                g_array_append_val(disks, i);
    }
    g_autoptr(GError) error = NULL;
    if (!vm_snapshot_delete_tag(domain, tag, disks, &error))
        vm_snapshot_log(domain, "an unrecorded snapshot is left in the images", error);
}

/* ---- a part outside of them ---- */

static const char *
text_of(const VmIntent *intent, const char *member)
{
    return json_string_value(json_object_get(intent->data, member));
}

/* Live, the transaction puts it into all images or none.  It is durable there before the guest uses
 * the overlays, so that one that is missing tells that none of them was used. */
static gboolean
is_in_images(const VmIntent *intent)
{
    const char *tag = text_of(intent, "name");
    gsize i;
    json_t *path;
    json_array_foreach(json_object_get(intent->data, "images"), i, path)
    {
        g_autoptr(GError) error = NULL;
        VmImageTag held = {.name = tag};
        if (!vm_snapshot_file_tag(intent->domain, json_string_value(path), &held, &error)) {
            vm_snapshot_log(intent->domain, "an image cannot be looked at", error);
            continue;
        }
        if (held.count == 0)
            return FALSE;
    }
    return TRUE;
}

/* Memory alone: there is no switch, and an unrecorded snapshot stands when its file is whole. */
static gboolean
memory_stands(const VmIntent *intent)
{
    if (json_is_true(json_object_get(intent->data, "metadata")))
        return vm_moment_tree_find(intent->domain->snapshots, text_of(intent, "name")) != NULL;
    return vm_store_kind(intent->driver->store, text_of(intent, "memory")) != VM_FILE_MISSING;
}

/* Whether the disks were switched: a live graph tells; else what is recorded decides, and an
 * overlay that a guest may have written to is never dropped. */
static gboolean
stands(const VmIntent *intent, const GPtrArray *overlays)
{
    VmDomain *domain = intent->domain;
    if (overlays->len == 0)
        return memory_stands(intent);
    if (vm_domain_is_active(domain))
        return vm_overlays_in_use(domain, overlays);
    if (!is_in_images(intent))
        return FALSE;
    if (vm_moment_tree_find(domain->snapshots, text_of(intent, "name")) != NULL)
        return TRUE;
    for (guint i = 0; i < overlays->len; i++) {
        const VmOverlay *overlay = g_ptr_array_index(overlays, i);
        if (vm_domain_def_disk_index(domain->def, overlay->path) >= 0)
            return TRUE;
    }
    return FALSE;
}

static void
put_back_defs(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    const char *def_xml = text_of(intent, "def");
    const char *next_xml = text_of(intent, "next");
    g_autoptr(GError) error = NULL;
    g_autoptr(VmDomainDef) def = vm_domain_def_parse(def_xml, NULL, 0, &error);
    g_autoptr(VmDomainDef) next =
        def != NULL && next_xml != NULL ? vm_domain_def_parse(next_xml, NULL, 0, &error) : NULL;
    if (error != NULL) {
        vm_snapshot_log(domain, "the former definition cannot be read", error);
        return;
    }
    gboolean active = vm_domain_is_active(domain);
    vm_snapshot_set_defs(domain, active || next == NULL ? def : next, active ? next : NULL);
    if (vm_snapshot_record_defs(domain, &error))
        return;
    vm_snapshot_log(domain, "the former definition could not be put back", error);
    domain->unfinished = TRUE;
}

/* The parent's overlays of a revert to it are its own again. */
static VmMoment *
put_back_parent(const VmIntent *intent)
{
    VmMomentTree *tree = intent->domain->snapshots;
    VmSnapshotDef *def = vm_snapshot_get_former(intent->domain, intent->data, "parent");
    VmMoment *parent = def != NULL ? vm_moment_tree_find(tree, def->name) : NULL;
    if (parent != NULL)
        vm_moment_tree_replace(tree, parent, def);
    else
        vm_snapshot_def_unref(def);
    return parent;
}

static void
drop_moment(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    const char *name = text_of(intent, "name");
    VmMoment *parent = put_back_parent(intent);
    VmMoment *moment = vm_moment_tree_find(domain->snapshots, name);
    g_autoptr(GError) error = NULL;
    gboolean ok = TRUE;
    if (moment != NULL) {
        parent = moment->parent;
        vm_moment_tree_remove(domain->snapshots, moment);
        ok = vm_record_drop_snapshot(domain, name, &error);
    }
    if (ok && parent != NULL)
        ok = vm_record_snapshot(domain, vm_moment_snapshot(parent), TRUE, &error);
    if (ok)
        return;
    vm_snapshot_log(domain, "metadata could not be put back", error);
    domain->unfinished = TRUE;
}

/* What stands has taken over the overlays of a revert to its parent (SNAP-REVX-018). */
static void
settle_parent(VmDomain *domain, VmMoment *parent)
{
    if (parent == NULL || vm_moment_snapshot(parent)->revert_disks->len == 0)
        return;
    g_autoptr(GError) error = NULL;
    VmSnapshotDef *def = vm_snapshot_without_revert_disks(domain, vm_moment_snapshot(parent));
    vm_moment_tree_replace(domain->snapshots, parent, def);
    if (vm_record_snapshot(domain, def, FALSE, &error))
        return;
    vm_snapshot_log(domain, "metadata could not be settled", error);
    domain->unfinished = TRUE;
}

static gboolean
settle_external(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    const char *memory = text_of(intent, "memory");
    if (memory != NULL && vm_domain_is_active(domain))
        vm_snapshot_memory_interrupt(domain);
    g_autoptr(GPtrArray) overlays =
        vm_overlays_from_json(json_object_get(intent->data, "overlays"), domain->def);
    if (!stands(intent, overlays)) {
        put_back_defs(intent);
        drop_moment(intent);
        gboolean clean = vm_snapshot_memory_remove(domain, memory);
        take_out(domain, text_of(intent, "name"), json_object_get(intent->data, "images"));
        domain->unfinished |= !vm_overlays_remove(domain, overlays) || !clean;
        return FALSE;
    }
    /* where the definition lags behind, it follows; overlays that it has already stay */
    g_autoptr(VmDomainDef) changed = vm_overlays_put(domain->def, overlays);
    if (changed != domain->def) {
        vm_snapshot_set_defs(domain, changed, domain->next_def);
        g_autoptr(GError) error = NULL;
        if (!vm_snapshot_record_defs(domain, &error))
            vm_snapshot_log(domain, "the definition could not be recorded", error);
    }
    return TRUE;
}

/* ---- the guest ---- */

/* A guest that was only stopped for the snapshot runs again (SNAP-GUARD-025). */
static void
wake(VmDomain *domain)
{
    if (!vm_domain_is_active(domain) || domain->state != VIR_DOMAIN_PAUSED)
        return;
    g_autoptr(GError) error = NULL;
    if (!vm_domain_process_cont(domain, &error)) {
        vm_snapshot_log(domain, "the guest could not go on", error);
        return;
    }
    vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    vm_record_status_anyway(domain);
}

void
vm_snapshot_create_recover(const VmIntent *intent)
{
    if (intent->domain == NULL)
        return;
    const char *name = json_string_value(json_object_get(intent->data, "name"));
    const char *kind = json_string_value(json_object_get(intent->data, "kind"));
    VmMoment *moment = vm_moment_tree_find(intent->domain->snapshots, name);
    gboolean stands = moment != NULL;
    if (g_strcmp0(kind, "external") == 0)
        stands = settle_external(intent);
    else if (!stands)
        take_out(intent->domain, name, json_object_get(intent->data, "images"));
    moment = vm_moment_tree_find(intent->domain->snapshots, name);
    if (stands && moment != NULL) {
        vm_snapshot_settle_current(intent->domain, moment);
        settle_parent(intent->domain, moment->parent);
    }
    if (stands && json_is_true(json_object_get(intent->data, "halt"))) {
        if (vm_domain_is_active(intent->domain))
            vm_snapshot_halt(intent->domain);
        return;
    }
    gboolean manual = !json_is_false(json_object_get(intent->data, "manual"));
    gboolean waits = stands && manual && g_strcmp0(kind, "external") == 0; /* for the caller */
    if (!waits && json_is_true(json_object_get(intent->data, "running")))
        wake(intent->domain);
}
