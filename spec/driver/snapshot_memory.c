/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/snapshot_memory.h"
#include "spec/driver/image_users.h"
#include "spec/driver/save_image.h"
#include <string.h>

/* ---- where it may be ---- */

/* Whether `other` (may be NULL) names the canonical path. */
static gboolean
is_same(const char *other, const char *path)
{
    g_autofree char *canonical = other != NULL ? vm_image_canonical(other) : NULL;
    return g_strcmp0(canonical, path) == 0;
}

static gboolean
is_of_def(const VmDomainDef *def, const char *path)
{
    for (guint i = 0; def != NULL && i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (is_same(disk->source.path, path))
            return TRUE;
        for (guint j = 0; j < disk->backing->len; j++) {
            const VmDiskSource *below = g_ptr_array_index(disk->backing, j);
            if (is_same(below->path, path))
                return TRUE;
        }
    }
    return FALSE;
}

static gboolean
is_of_snapshot(const VmSnapshotDef *def, const char *path)
{
    if (is_same(def->memory_file, path))
        return TRUE;
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL && is_same(disk->source.path, path))
            return TRUE;
    }
    return is_of_def(def->domain, path) || is_of_def(def->inactive_domain, path);
}

/* What of a domain has the path, in words of the caller; NULL where nothing does. */
static char *
find_owner(const VmDomain *domain, const char *path)
{
    const char *name = domain->def->name;
    if (is_of_def(domain->def, path) || is_of_def(domain->next_def, path))
        return g_strdup_printf("a disk of domain '%s'", name);
    g_autoptr(GPtrArray) moments = vm_moment_tree_walk(domain->snapshots, NULL);
    for (guint i = 0; i < moments->len; i++) {
        const VmMoment *moment = g_ptr_array_index(moments, i);
        if (is_of_snapshot(vm_moment_snapshot(moment), path))
            return g_strdup_printf("snapshot '%s' of domain '%s'", moment->name, name);
    }
    return NULL;
}

static gboolean
check_owners(const VmSnapshotPlan *plan, const char *path, GError **error)
{
    VmDomain *domain = plan->domain;
    g_autofree char *owner = NULL;
    g_autoptr(GPtrArray) domains = vm_driver_domains(domain->driver);
    for (guint i = 0; owner == NULL && i < domains->len; i++)
        owner = find_owner(g_ptr_array_index(domains, i), path);
    if (owner == NULL)
        return TRUE;
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s', snapshot '%s': memory file '%s' belongs to %s (VM-MEM-002)",
                     domain->def->name, plan->def->name, path, owner);
}

static gboolean
check_overlays(const VmSnapshotPlan *plan, const char *path, GError **error)
{
    for (guint i = 0; i < plan->def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(plan->def->disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL && is_same(disk->source.path, path))
            return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                             "domain '%s', snapshot '%s': memory file '%s' is the overlay of disk "
                             "'%s' too (VM-MEM-002)",
                             plan->domain->def->name, plan->def->name, path, disk->name);
    }
    return TRUE;
}

static gboolean
check_free(const VmSnapshotPlan *plan, const char *path, GError **error)
{
    VmStore *store = plan->domain->driver->store;
    VmFileStat st = {0};
    if (!store->ops->stat(store, path, &st, error))
        return FALSE;
    if (st.kind == VM_FILE_MISSING)
        return TRUE;
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s', snapshot '%s': '%s' exists, and would be lost under the memory "
                     "file (VM-MEM-001)",
                     plan->domain->def->name, plan->def->name, path);
}

gboolean
vm_snapshot_memory_check(const VmSnapshotPlan *plan, GError **error)
{
    if (plan->def->memory != VM_LOCATION_EXTERNAL)
        return TRUE;
    const char *path = plan->def->memory_file;
    g_autofree char *partial = vm_save_image_partial_path(path);
    const char *const places[] = {path, partial};
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *plain = vm_image_canonical(places[i]);
        if (!check_overlays(plan, plain, error) || !check_owners(plan, plain, error) ||
            !check_free(plan, places[i], error))
            return FALSE;
    }
    return TRUE;
}

/* ---- writing ---- */

/* What was sent is the guest that the caller asked for: one that lives. */
static gboolean
check_alive(const VmSnapshotPlan *plan, int state, GError **error)
{
    const VmDomain *domain = plan->domain;
    if (domain->state == state && domain->guest_end == VM_GUEST_HERE)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s', snapshot '%s': the guest stopped by itself while its memory was "
                     "written (SNAP-MEM-030)",
                     domain->def->name, plan->def->name);
}

static gboolean
write_stream(const VmSnapshotPlan *plan, VmStoreFile *file, GError **error)
{
    VmDomain *domain = plan->domain;
    int state = domain->state;
    if (!vm_domain_process_write_stream(domain, file, error)) {
        if (!vm_domain_is_unclear(domain))
            vm_snapshot_memory_interrupt(domain);
        return FALSE;
    }
    if (!check_alive(plan, state, error))
        return FALSE;
    if (state == VIR_DOMAIN_RUNNING) /* the stream's end has stopped it (SNAP-MEM-007) */
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT);
    return TRUE;
}

gboolean
vm_snapshot_memory_write(const VmSnapshotPlan *plan, GError **error)
{
    if (plan->def->memory != VM_LOCATION_EXTERNAL)
        return TRUE;
    VmDomain *domain = plan->domain;
    const char *path = plan->def->memory_file;
    g_autofree char *partial = vm_save_image_partial_path(path);
    gboolean running = plan->def->state == VM_SNAPSHOT_RUNNING;
    const VmSaveHead head = {.def = domain->def, .running = running, .mark = VM_SAVE_MARK_MOMENT};
    VmStoreFile *file = vm_save_image_create(domain->driver->store, partial, &head, error);
    if (file == NULL)
        return FALSE;
    gboolean ok =
        write_stream(plan, file, error) && vm_save_image_complete(file, partial, path, error);
    domain->driver->store->ops->close(file);
    return ok;
}

/* ---- taking it back ---- */

gboolean
vm_snapshot_memory_remove(VmDomain *domain, const char *path)
{
    if (path == NULL)
        return TRUE;
    VmStore *store = domain->driver->store;
    g_autofree char *partial = vm_save_image_partial_path(path);
    g_autoptr(GError) error = NULL;
    if (vm_store_remove(store, partial, &error) && vm_store_remove(store, path, &error))
        return TRUE;
    vm_snapshot_log(domain, "a memory file that no snapshot has is left", error);
    return FALSE;
}

/* Whether the stream still flows; FALSE where nobody says. */
static gboolean
flows(VmDomain *domain)
{
    static const char *const ends[] = {"completed", "failed", "cancelled", "none", NULL};
    json_t *reply = NULL;
    if (!vm_domain_qmp(domain, "query-migrate", NULL, &reply, NULL))
        return FALSE;
    const char *status = json_string_value(json_object_get(reply, "status"));
    gboolean flows = status != NULL && !g_strv_contains(ends, status);
    json_decref(reply);
    return flows;
}

static void
take_run_state(VmDomain *domain)
{
    json_t *reply = NULL;
    if (!vm_domain_qmp(domain, "query-status", NULL, &reply, NULL))
        return;
    gboolean runs = json_is_true(json_object_get(reply, "running"));
    json_decref(reply);
    if (!runs && domain->state == VIR_DOMAIN_RUNNING)
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT);
    if (runs && domain->state == VIR_DOMAIN_PAUSED)
        vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
}

void
vm_snapshot_memory_interrupt(VmDomain *domain)
{
    json_t *event = NULL;
    vm_domain_qmp(domain, "migrate_cancel", NULL, NULL, NULL);
    while (flows(domain) && vm_domain_wait_event(domain, "a memory stream", &event, NULL))
        json_decref(event);
    if (!vm_domain_is_unclear(domain))
        take_run_state(domain);
}
