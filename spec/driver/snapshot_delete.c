/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainSnapshotDelete: entries leave the images, then metadata goes;
 * children move to the parent.
 */
#include "spec/driver/block_commit.h"
#include "spec/driver/image_sharing.h"
#include "spec/driver/snapshot_delete.h"

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

static GPtrArray *
names_of(const GPtrArray *targets)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < targets->len; i++) {
        const VmMoment *moment = g_ptr_array_index(targets, i);
        g_ptr_array_add(names, g_strdup(moment->name));
    }
    return names;
}

/* ---- prepare ---- */

static gboolean
check_disk(const VmDomain *domain, const VmMoment *moment, const VmSnapshotDisk *disk,
           GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    gboolean external = disk->location == VM_LOCATION_EXTERNAL;
    if (external && def->domain != NULL && vm_domain_def_disk_index(def->domain, disk->name) < 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s', snapshot '%s': its definition has no disk '%s' "
                         "(SNAP-DELX-010)",
                         domain->def->name, moment->name, disk->name);
    if (disk->location == VM_LOCATION_INTERNAL && vm_domain_is_active(domain) &&
        vm_domain_def_disk_index(domain->def, disk->name) < 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s', snapshot '%s': the running domain has no disk '%s' "
                         "(SNAP-DEL-006)",
                         domain->def->name, moment->name, disk->name);
    return TRUE;
}

/* A disk of the snapshot that was removed from the definition, where its image still is; or NULL.
 */
static const VmDiskDef *
former_disk(const VmDomain *domain, const VmMoment *moment, const VmSnapshotDisk *disk)
{
    const VmDomainDef *then = vm_moment_snapshot(moment)->domain;
    int index = then != NULL ? vm_domain_def_disk_index(then, disk->name) : -1;
    if (disk->location != VM_LOCATION_INTERNAL || index < 0 ||
        vm_domain_def_disk_index(domain->def, disk->name) >= 0)
        return NULL;
    const VmDiskDef *former = vm_domain_def_disk(then, (guint)index);
    gboolean there = former->source.path != NULL &&
                     vm_store_kind(domain->driver->store, former->source.path) != VM_FILE_MISSING;
    return there ? former : NULL;
}

static gboolean
check_tag(VmDomain *domain, const VmMoment *moment, const VmDiskDef *disk, GError **error)
{
    VmImageTag held = {.name = moment->name};
    return vm_snapshot_tag_to_delete(domain, disk, &held, error);
}

/* Off, every image that loses a tag is there and nobody's, before the first one loses its own; it
 * is looked into where it is not the first to change (`looked_into`). */
static gboolean
check_tagged(VmDomain *domain, const VmMoment *moment, const VmSnapshotDisk *disk,
             gboolean looked_into, GError **error)
{
    int index = vm_domain_def_disk_index(domain->def, disk->name);
    const VmDiskDef *former = former_disk(domain, moment, disk);
    if (disk->location != VM_LOCATION_INTERNAL || vm_domain_is_active(domain))
        return TRUE;
    if (index < 0) /* its image may have gone with the disk */
        return former == NULL ||
               (vm_image_check_idle(domain, former->source.path, "VM-REV-009", error) &&
                check_tag(domain, moment, former, error));
    const VmDiskDef *today = vm_domain_def_disk(domain->def, (guint)index);
    const VmDiskSource *source = &today->source;
    if (g_strcmp0(source->type, "file") == 0 && source->path != NULL &&
        vm_store_kind(domain->driver->store, source->path) == VM_FILE_MISSING)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s', snapshot '%s', disk '%s': there is no image '%s' "
                         "(SNAP-DEL-010)",
                         domain->def->name, moment->name, disk->name, source->path);
    return vm_image_check_idle(domain, source->path, "VM-REV-009", error) &&
           (!looked_into || check_tag(domain, moment, today, error));
}

static gboolean
check_disks(VmDomain *domain, const VmMoment *moment, gboolean several, gboolean *external,
            GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    gboolean looked_into = several || vm_snapshot_def_is_external(def);
    *external |= vm_snapshot_def_is_external(def);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (!check_disk(domain, moment, disk, error) ||
            !check_tagged(domain, moment, disk, looked_into, error))
            return FALSE;
    }
    return TRUE;
}

/* Where its newest layer is was said by the definition alone (SNAP-DELX-011). */
static gboolean
check_working_disks(const VmDomain *domain, const VmMoment *moment, GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    const VmMoment *current = vm_moment_tree_current(domain->snapshots);
    if (current == NULL || (moment != current && !vm_moment_is_ancestor(moment, current)))
        return TRUE;
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL &&
            vm_domain_def_disk_index(domain->def, disk->name) < 0 &&
            (domain->next_def == NULL ||
             vm_domain_def_disk_index(domain->next_def, disk->name) < 0))
            return vm_refuse(error, VIR_ERR_INVALID_ARG,
                             "domain '%s', snapshot '%s': the domain has no disk '%s' "
                             "(SNAP-DELX-011)",
                             domain->def->name, moment->name, disk->name);
    }
    return TRUE;
}

static gboolean
has_internal_disk(const VmMoment *moment)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_INTERNAL)
            return TRUE;
    }
    return FALSE;
}

/* A process that has sent its guest's memory removes no tag and merges nothing; files that nobody
 * needs can go all the same (VM-MEM-003). */
static gboolean
check_unsent(const VmDeleteRun *run, const GPtrArray *targets, GError **error)
{
    gboolean writes = FALSE;
    for (guint i = 0; i < targets->len; i++)
        writes |= has_internal_disk(g_ptr_array_index(targets, i));
    for (guint i = 0; i < run->steps->len; i++) {
        const VmLayerStep *step = g_ptr_array_index(run->steps, i);
        writes |= step->fate == VM_LAYER_MERGE;
    }
    return !writes || vm_domain_check_unsent(run->domain, error);
}

/* What becomes of the images of all that go, one after the other. */
static gboolean
plan_layers(VmDeleteRun *run, const GPtrArray *targets, GError **error)
{
    g_autoptr(VmImageUsers) users = vm_image_users_take(run->domain->driver, error);
    for (guint i = 0; users != NULL && i < targets->len; i++) {
        if (!vm_snapshot_delete_plan(run->domain, g_ptr_array_index(targets, i), users, run->steps,
                                     error))
            return FALSE;
    }
    return users != NULL;
}

static gboolean
prepare(VmDeleteRun *run, const GPtrArray *targets, GError **error)
{
    gboolean external = FALSE;
    for (guint i = 0; !run->metadata_only && i < targets->len; i++) {
        if (!check_disks(run->domain, g_ptr_array_index(targets, i), run->several, &external,
                         error))
            return FALSE;
    }
    for (guint i = 0; !run->metadata_only && i < targets->len; i++) {
        if (!check_working_disks(run->domain, g_ptr_array_index(targets, i), error))
            return FALSE;
    }
    if (external && !plan_layers(run, targets, error))
        return FALSE;
    return run->metadata_only || check_unsent(run, targets, error);
}

/* ---- act ---- */

static gboolean
delete_from_former_disk(VmDomain *domain, const VmMoment *moment, const VmDiskDef *former,
                        GError **error)
{
    VmImageTag held = {.name = moment->name};
    if (!vm_snapshot_tag_to_delete(domain, former, &held, error))
        return FALSE;
    return held.count == 0 || vm_snapshot_image_do(domain, former->source.path,
                                                   VM_IMAGE_SNAPSHOT_DELETE, moment->name, error);
}

/* Where all of it is gone there is no way back. */
static gboolean
delete_from_images(VmDeleteRun *run, const VmMoment *moment, GError **error)
{
    VmDomain *domain = run->domain;
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    g_autoptr(GArray) disks = vm_snapshot_internal_disks(def, domain->def);
    gboolean tagged = disks->len > 0;
    if (!vm_snapshot_delete_tag(domain, moment->name, disks, error))
        return FALSE;
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *former = former_disk(domain, moment, g_ptr_array_index(def->disks, i));
        if (former == NULL)
            continue;
        tagged = TRUE;
        if (!delete_from_former_disk(domain, moment, former, error))
            return FALSE;
    }
    run->touched |= tagged;
    return TRUE;
}

/* Its content, while it is listed. */
static gboolean
delete_content(VmDeleteRun *run, const VmMoment *moment, GError **error)
{
    return run->metadata_only || (vm_snapshot_delete_merge(run, moment->name, error) &&
                                  delete_from_images(run, moment, error));
}

/* Past its point of no return a snapshot is not listed again: its content is gone. */
static gboolean
delete_one(VmDeleteRun *run, VmMoment *moment, GError **error)
{
    VmDomain *domain = run->domain;
    g_autofree char *name = g_strdup(moment->name);
    g_autoptr(GError) failure = NULL;
    gboolean ok = delete_content(run, moment, &failure);
    domain->unfinished |= run->pending;
    if (!ok && (!run->touched || vm_domain_is_unclear(domain))) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (!vm_snapshot_delete_record(domain, moment, !run->metadata_only, ok ? error : NULL)) {
        if (!ok)
            g_propagate_error(error, g_steal_pointer(&failure));
        if (run->touched) { /* its content is gone */
            vm_snapshot_delete_unlist(domain, moment);
            domain->unfinished = TRUE;
        }
        return FALSE;
    }
    if (!vm_snapshot_delete_drop(run, name))
        domain->unfinished = TRUE;
    run->touched = FALSE;
    if (!ok)
        g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                                   "snapshot '%s' is gone, but not all of its images: ", name);
    return ok;
}

/* Several go: the current one moves at once to where it ends (SNAP-TREE-011, -012). */
static gboolean
move_current(VmDomain *domain, VmMoment *moment, guint32 flags, GError **error)
{
    VmMoment *current = vm_moment_tree_current(domain->snapshots);
    gboolean several = (flags & (DELETE(CHILDREN) | DELETE(CHILDREN_ONLY))) != 0;
    if (!several || current == NULL || !vm_moment_is_ancestor(moment, current))
        return TRUE;
    VmMoment *end = flags & DELETE(CHILDREN_ONLY) ? moment : moment->parent;
    return vm_snapshot_record_current(domain, end, error);
}

/* Nothing has gone: nothing has changed. */
static void
move_current_back(VmDomain *domain, VmMoment *former)
{
    g_autoptr(GError) failure = NULL;
    if (!vm_snapshot_record_current(domain, former, &failure))
        vm_snapshot_log(domain, "metadata could not be put back", failure);
}

/* The guest goes on; the record goes, unless there is something left to do. */
static gboolean
finish(VmDeleteRun *run, GError **error)
{
    gboolean ok = vm_snapshot_delete_resume(run, error);
    if (!run->domain->unfinished)
        vm_intent_end(run->domain);
    return ok;
}

static gboolean
delete_all(VmDeleteRun *run, VmMoment *moment, guint32 flags, GError **error)
{
    VmDomain *domain = run->domain;
    VmMoment *former = vm_moment_tree_current(domain->snapshots);
    guint before = vm_moment_tree_size(domain->snapshots), done = 0;
    if (!vm_snapshot_delete_begin(run, error))
        return FALSE;
    gboolean ok = move_current(domain, moment, flags, error);
    for (; ok && done < run->names->len; done++) {
        const char *name = g_ptr_array_index(run->names, done);
        ok = delete_one(run, vm_moment_tree_find(domain->snapshots, name), error);
    }
    gboolean same = vm_moment_tree_size(domain->snapshots) == before && !run->touched;
    if (same && !vm_domain_is_unclear(domain))
        move_current_back(domain, former);
    return finish(run, ok ? error : NULL) && ok;
}

gboolean
vm_snapshot_delete_moment(VmDomain *domain, VmMoment *moment, guint32 flags, GError **error)
{
    const VmGuardContext context = {.domain = domain, .moment = moment, .flags = flags};
    g_autoptr(GPtrArray) targets = targets_of(domain, moment, flags);
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func((GDestroyNotify)vm_layer_step_free);
    g_autoptr(GPtrArray) names = names_of(targets);
    VmDeleteRun run = {.domain = domain,
                       .names = names,
                       .steps = steps,
                       .metadata_only = (flags & DELETE(METADATA_ONLY)) != 0,
                       .several = (flags & (DELETE(CHILDREN) | DELETE(CHILDREN_ONLY))) != 0,
                       .running = domain->state == VIR_DOMAIN_RUNNING};
    if (!vm_guard(VM_GUARD_SNAPSHOT_DELETE, &context, error) || !prepare(&run, targets, error))
        return FALSE;
    return targets->len == 0 || delete_all(&run, moment, flags, error);
}

gboolean
vm_snapshot_delete_check(VmDomain *domain, VmMoment *moment, guint32 flags, VmImageUsers *users,
                         GError **error)
{
    const VmGuardContext context = {
        .domain = domain, .moment = moment, .flags = flags, .reverts = TRUE};
    g_autoptr(GPtrArray) targets = targets_of(domain, moment, flags);
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func((GDestroyNotify)vm_layer_step_free);
    gboolean external = FALSE;
    if (!vm_guard(VM_GUARD_SNAPSHOT_DELETE, &context, error))
        return FALSE;
    for (guint i = 0; i < targets->len; i++) {
        VmMoment *target = g_ptr_array_index(targets, i);
        if (!check_disks(domain, target, TRUE, &external, error) ||
            !vm_snapshot_delete_plan(domain, target, users, steps, error))
            return FALSE;
    }
    return TRUE;
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
    if (moment == NULL || !vm_domain_check_settled(domain, error) ||
        !vm_domain_check_finished(domain, error))
        return FALSE;
    return vm_snapshot_delete_moment(domain, moment, flags, error);
}

/* ---- recovery ---- */

/* A driver that died, or could not go on, may have left the guest standing amid a merge. */
static void
recover_guest(VmDomain *domain, const json_t *data)
{
    g_autoptr(GError) error = NULL;
    gboolean told = domain->reason == VIR_DOMAIN_PAUSED_API_ERROR;
    if (!json_is_true(json_object_get(data, "running")) || vm_domain_is_unclear(domain) ||
        domain->unfinished || domain->state != VIR_DOMAIN_PAUSED ||
        !(told || domain->reason == VIR_DOMAIN_PAUSED_UNKNOWN))
        return;
    if (!vm_domain_process_cont(domain, &error)) {
        vm_snapshot_log(domain, "the guest could not go on", error);
        return;
    }
    vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    vm_record_status_anyway(domain);
    if (told)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
}

static gboolean
has_merges(const VmDeleteRun *run, const char *name)
{
    for (guint i = 0; i < run->steps->len; i++) {
        const VmLayerStep *step = g_ptr_array_index(run->steps, i);
        if (step->fate == VM_LAYER_MERGE && g_strcmp0(step->moment, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The snapshot may have gone already, and not all of its images. */
static gboolean
recover_one(VmDeleteRun *run, const char *name)
{
    VmDomain *domain = run->domain;
    VmMoment *moment = vm_moment_tree_find(domain->snapshots, name);
    g_autoptr(GError) error = NULL;
    run->touched = has_merges(run, name);
    run->pending = FALSE;
    gboolean ok = moment != NULL ? delete_one(run, moment, &error)
                                 : vm_snapshot_delete_merge(run, name, &error);
    domain->unfinished |= run->pending;
    if (!ok)
        vm_snapshot_log(domain, "a deletion could not be completed", error);
    if (moment == NULL && !vm_snapshot_delete_drop(run, name))
        domain->unfinished = TRUE;
    return ok;
}

void
vm_snapshot_delete_recover(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    if (domain == NULL)
        return;
    g_autoptr(GPtrArray) steps = vm_snapshot_delete_steps(intent->data);
    g_autoptr(GPtrArray) names = vm_intent_texts(intent->data, "names");
    VmDeleteRun run = {
        .domain = domain,
        .names = names,
        .steps = steps,
        .committed = json_integer_value(json_object_get(intent->data, "committed")),
        .metadata_only = json_is_true(json_object_get(intent->data, "metadata-only")),
        .running = json_is_true(json_object_get(intent->data, "running")),
        .unsynced = json_is_true(json_object_get(intent->data, "unsynced")),
        .recovering = TRUE,
    };
    vm_block_commit_end_apart(domain);
    /* as in the call: what comes later was planned for what the former have left */
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < names->len && !vm_domain_is_unclear(domain); i++)
        ok = recover_one(&run, g_ptr_array_index(names, i));
    domain->held = run.held && domain->unfinished;
    vm_snapshot_delete_resume(&run, NULL);
    recover_guest(domain, intent->data);
    if (domain->unfinished)
        return;
    /* siblings stand in the order in which they would be found */
    vm_driver_forget_snapshots(domain);
    vm_driver_load_snapshots(domain);
}
