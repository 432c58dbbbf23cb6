/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Images become fewer: an overlay's content goes into the image below it, and
 * whatever named the overlay names that image.  Every step can be repeated, and
 * at each moment all that is above the overlay reads the same.
 */
#include "spec/driver/block_commit.h"
#include "spec/driver/snapshot_delete.h"

/* ---- what is recorded ---- */

static void
put_step(GString *json, const VmLayerStep *step)
{
    vm_json_open(json, NULL, '{');
    vm_json_text(json, "moment", step->moment);
    vm_json_flag(json, "merge", step->fate == VM_LAYER_MERGE);
    vm_json_text(json, "path", step->path);
    vm_json_text(json, "format", step->format);
    vm_json_text(json, "base-type", step->base.type);
    vm_json_text(json, "base", step->base.path);
    vm_json_text(json, "base-format", step->base.format);
    vm_json_texts(json, "above", step->above);
    vm_json_close(json, '}');
}

gboolean
vm_snapshot_delete_begin(const VmDeleteRun *run, GError **error)
{
    GString *json = vm_intent_open(run->domain, "snapshot-delete");
    vm_json_texts(json, "names", run->names);
    vm_json_flag(json, "metadata-only", run->metadata_only);
    vm_json_open(json, "steps", '[');
    for (guint i = 0; i < run->steps->len; i++)
        put_step(json, g_ptr_array_index(run->steps, i));
    vm_json_close(json, ']');
    vm_json_number(json, "committed", run->committed);
    vm_json_flag(json, "running", run->running);
    vm_json_flag(json, "unsynced", run->unsynced);
    g_autofree char *record = vm_intent_close(json);
    return vm_intent_begin(run->domain, record, error);
}

static char *
member(const json_t *json, const char *name)
{
    return g_strdup(json_string_value(json_object_get(json, name)));
}

GPtrArray *
vm_snapshot_delete_steps(const json_t *data)
{
    GPtrArray *steps = g_ptr_array_new_with_free_func((GDestroyNotify)vm_layer_step_free);
    gsize i;
    json_t *entry;
    json_array_foreach(json_object_get(data, "steps"), i, entry)
    {
        VmLayerStep *step = g_new0(VmLayerStep, 1);
        gboolean merge = json_is_true(json_object_get(entry, "merge"));
        step->moment = member(entry, "moment");
        step->fate = merge ? VM_LAYER_MERGE : VM_LAYER_DROP;
        step->path = member(entry, "path");
        step->format = member(entry, "format");
        step->base.type = member(entry, "base-type");
        step->base.path = member(entry, "base");
        step->base.format = member(entry, "base-format");
        step->above = vm_intent_texts(entry, "above");
        g_ptr_array_add(steps, step);
    }
    return steps;
}

/* ---- content ---- */

/* A command may have failed after it was done: the disks tell. */
static gboolean
has_switched(VmDomain *domain, const VmLayerStep *step)
{
    g_auto(VmBlockCommit) unused = {0};
    return !vm_domain_is_unclear(domain) &&
           vm_block_commit_find(domain, step->path, step->base.path, &unused, NULL) ==
               VM_CHAIN_MERGED;
}

/* What could not be made durable once may be lost, though a sync says nothing of it any more: it is
 * written again by another process when this one, which has the images open, has ended. */
static VmCommitResult
refuse_unsynced(VmDeleteRun *run, const VmLayerStep *step, GError **error)
{
    run->pending = TRUE;
    vm_refuse(error, VIR_ERR_OPERATION_FAILED,
              "domain '%s': image '%s' could not be made durable, and is written again from '%s' "
              "when the domain has stopped (VM-DELX-004)",
              run->domain->def->name, step->base.path, step->path);
    return VM_COMMIT_REFUSED;
}

/* Where the process has the image open it does the work; else one of its own. */
static VmCommitResult
commit(VmDeleteRun *run, const VmLayerStep *step, GError **error)
{
    g_auto(VmBlockCommit) live = {0};
    VmChainPlace place = VM_CHAIN_NONE;
    if (vm_domain_is_active(run->domain))
        place = vm_block_commit_find(run->domain, step->path, step->base.path, &live, error);
    if (place == VM_CHAIN_UNSEEN)
        return VM_COMMIT_REFUSED;
    if (place == VM_CHAIN_MERGED && run->unsynced)
        return refuse_unsynced(run, step, error);
    if (place == VM_CHAIN_MERGED)
        return VM_COMMIT_DONE;
    run->inner = place == VM_CHAIN_FOUND && !live.active;
    if (place == VM_CHAIN_FOUND) {
        VmCommitResult result = vm_block_commit_run(&live, step->base.path, error);
        run->stopped |= live.stopped;
        if (result == VM_COMMIT_FAILED && has_switched(run->domain, step)) {
            g_clear_error(error);
            result = VM_COMMIT_DONE;
        }
        return result;
    }
    gboolean block = vm_store_kind(run->domain->driver->store, step->path) == VM_FILE_BLOCK;
    const VmDiskSource image = {
        .type = (char *)(block ? "block" : "file"), .path = step->path, .format = step->format};
    return vm_block_commit_apart(run->domain, &image, error);
}

/* The image that is merged, or one above it whose header the job has changed already. */
static gboolean
is_of_merge(const VmImageUser *user, const VmLayerStep *step)
{
    gboolean found = vm_path_same(user->overlay, step->path);
    for (guint i = 0; i < step->above->len; i++)
        found |= vm_path_same(user->overlay, g_ptr_array_index(step->above, i));
    return found;
}

/* Much may have been called since a merge that could not be finished was begun. */
static gboolean
is_still_alone(const VmDeleteRun *run, const VmLayerStep *step, GError **error)
{
    g_autoptr(VmImageUsers) users = vm_image_users_take(run->domain->driver, error);
    const VmUsedImage *image = users != NULL ? vm_image_users_find(users, step->base.path) : NULL;
    for (guint i = 0; image != NULL && i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        gboolean own = user->moment != NULL && g_strcmp0(user->moment->name, step->moment) == 0;
        if (user->use != VM_USE_MENTION && !own && !is_of_merge(user, step))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s': image '%s' has got another user", run->domain->def->name,
                             image->path);
    }
    return users != NULL;
}

static void
note_unsynced(VmDeleteRun *run)
{
    g_autoptr(GError) failure = NULL;
    run->unsynced = run->inner; /* the content of a top was durable before the guest left it */
    if (run->unsynced && !vm_snapshot_delete_begin(run, &failure))
        vm_snapshot_log(run->domain, "what is not durable could not be recorded", failure);
}

/* `base` was opened before: a process that could not make it durable need not say so, and who opens
 * the file later is told nothing. */
static gboolean
commit_and_sync(VmDeleteRun *run, const VmLayerStep *step, VmStoreFile *base, GError **error)
{
    VmStore *store = run->domain->driver->store;
    g_autofree char *folder = g_path_get_dirname(step->base.path);
    VmCommitResult result = commit(run, step, error);
    run->touched |= result != VM_COMMIT_REFUSED;
    if (result != VM_COMMIT_DONE)
        return FALSE;
    run->pending = TRUE;
    run->held = TRUE;
    if (store->ops->sync_file(base, error))
        return store->ops->sync_dir(store, folder, error);
    note_unsynced(run);
    return FALSE;
}

/* From here on the image below has it all, whatever happens to the overlay. */
static gboolean
commit_durably(VmDeleteRun *run, guint i, GError **error)
{
    const VmLayerStep *step = g_ptr_array_index(run->steps, i);
    VmStore *store = run->domain->driver->store;
    if (run->recovering && !is_still_alone(run, step, error))
        return FALSE;
    VmStoreFile *base = store->ops->open(store, step->base.path, 0, error);
    gboolean ok = base != NULL && commit_and_sync(run, step, base, error);
    if (base != NULL)
        store->ops->close(base);
    if (!ok)
        return FALSE;
    run->committed = i + 1;
    run->unsynced = FALSE;
    return vm_snapshot_delete_begin(run, error);
}

/* ---- headers ---- */

static gboolean
rebase(VmDomain *domain, const char *path, const VmLayerStep *step, GError **error)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    g_autoptr(GError) failure = NULL;
    if (vm_store_kind(domain->driver->store, path) == VM_FILE_MISSING)
        return TRUE;
    g_autoptr(VmImageInfo) info = vm_snapshot_image_file(domain, path, error);
    if (info == NULL)
        return FALSE;
    if (vm_path_same(info->backing, step->path) &&
        !hypervisor->ops->image_rebase(hypervisor, path, step->base.path, step->base.format,
                                       &failure))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': image '%s' cannot be put above '%s': %s", domain->def->name,
                         path, step->base.path, failure->message);
    return vm_store_sync(domain->driver->store, path, error);
}

/* ---- definitions ---- */

static gboolean
put_def(VmDomainDef **def, const VmLayerStep *step)
{
    VmDomainDef *changed =
        *def != NULL ? vm_domain_def_without_image(*def, step->path, &step->base) : NULL;
    if (changed == NULL)
        return FALSE;
    vm_domain_def_unref(*def);
    *def = changed;
    return TRUE;
}

static gboolean
put_domain_defs(VmDomain *domain, const VmLayerStep *step, GError **error)
{
    g_autoptr(VmDomainDef) def = vm_domain_def_ref(domain->def);
    gboolean live = put_def(&def, step);
    gboolean next = put_def(&domain->next_def, step);
    if (live)
        vm_domain_set_def(domain, g_steal_pointer(&def));
    if (live && vm_domain_is_active(domain) && !vm_record_status(domain, error))
        return FALSE;
    if (!domain->persistent || !(live || next))
        return TRUE;
    return vm_record_config(domain, domain->next_def != NULL ? domain->next_def : domain->def,
                            error);
}

/* An overlay that is listed is now that image, which was made as one before. */
static gboolean
put_disks(GPtrArray *disks, const VmLayerStep *step)
{
    gboolean changed = FALSE;
    for (guint i = 0; i < disks->len; i++) {
        VmSnapshotDisk *disk = g_ptr_array_index(disks, i);
        if (!vm_path_same(disk->source.path, step->path))
            continue;
        g_free(disk->source.path);
        g_free(disk->source.format);
        disk->source.path = g_strdup(step->base.path);
        disk->source.format = g_strdup(step->base.format);
        changed = TRUE;
    }
    return changed;
}

static gboolean
forget_overlay(GPtrArray *overlays, const VmLayerStep *step)
{
    for (guint i = 0; i < overlays->len; i++) {
        if (vm_path_same(g_ptr_array_index(overlays, i), step->path))
            return g_ptr_array_remove_index(overlays, i) != NULL;
    }
    return FALSE;
}

static gboolean
put_moment(VmDomain *domain, VmMoment *moment, const VmLayerStep *step, GError **error)
{
    g_autoptr(VmSnapshotDef) def = vm_snapshot_def_copy(vm_moment_snapshot(moment));
    gboolean changed = put_def(&def->domain, step);
    changed |= put_def(&def->inactive_domain, step);
    changed |= put_disks(def->disks, step);
    changed |= put_disks(def->revert_disks, step);
    changed |= forget_overlay(def->overlays, step);
    if (!changed)
        return TRUE;
    gboolean current = moment == vm_moment_tree_current(domain->snapshots);
    if (!vm_record_snapshot(domain, def, current, error))
        return FALSE;
    vm_moment_tree_replace(domain->snapshots, moment, g_steal_pointer(&def));
    return TRUE;
}

/* The one that goes is left as it is. */
static gboolean
put_moments(VmDomain *domain, const VmLayerStep *step, GError **error)
{
    g_autoptr(GPtrArray) all = vm_moment_tree_walk(domain->snapshots, NULL);
    for (guint i = 0; i < all->len; i++) {
        VmMoment *moment = g_ptr_array_index(all, i);
        if (g_strcmp0(moment->name, step->moment) != 0 && !put_moment(domain, moment, step, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- one merge ---- */

gboolean
vm_snapshot_delete_resume(VmDeleteRun *run, GError **error)
{
    VmDomain *domain = run->domain;
    if (!run->stopped || vm_domain_is_unclear(domain) || !vm_domain_is_active(domain))
        return TRUE;
    run->stopped = FALSE;
    if (!run->held && vm_domain_process_cont(domain, error))
        return TRUE;
    if (vm_domain_is_unclear(domain))
        return FALSE;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    vm_record_status_anyway(domain);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR);
    return FALSE;
}

static gboolean
merge(VmDeleteRun *run, guint i, GError **error)
{
    VmDomain *domain = run->domain;
    const VmLayerStep *step = g_ptr_array_index(run->steps, i);
    VmStore *store = domain->driver->store;
    gboolean there = vm_store_kind(store, step->path) != VM_FILE_MISSING;
    if (there && run->committed <= i && !commit_durably(run, i, error))
        return FALSE;
    run->pending = TRUE;
    if (!put_domain_defs(domain, step, error))
        return FALSE;
    run->held = FALSE;
    if (!vm_snapshot_delete_resume(run, error) || !put_moments(domain, step, error))
        return FALSE;
    for (guint j = 0; j < step->above->len; j++)
        if (!rebase(domain, g_ptr_array_index(step->above, j), step, error))
            return FALSE;
    if ((vm_domain_is_active(domain) && !vm_block_close_image(domain, step->path, error)) ||
        !vm_store_drop(store, step->path, error))
        return FALSE;
    run->pending = FALSE;
    return TRUE;
}

gboolean
vm_snapshot_delete_merge(VmDeleteRun *run, const char *moment, GError **error)
{
    for (guint i = 0; i < run->steps->len; i++) {
        const VmLayerStep *step = g_ptr_array_index(run->steps, i);
        if (step->fate == VM_LAYER_MERGE && g_strcmp0(step->moment, moment) == 0 &&
            !merge(run, i, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- what is dropped ---- */

/* A file that an earlier attempt could not remove may be somebody's by now. */
static gboolean
is_used(VmDomain *domain, const char *path)
{
    g_autoptr(VmImageUsers) users = vm_image_users_take(domain->driver, NULL);
    return users == NULL || vm_image_users_others(users, path, NULL);
}

gboolean
vm_snapshot_delete_drop(const VmDeleteRun *run, const char *moment)
{
    VmStore *store = run->domain->driver->store;
    gboolean clean = TRUE;
    for (guint i = 0; i < run->steps->len; i++) {
        const VmLayerStep *step = g_ptr_array_index(run->steps, i);
        g_autoptr(GError) error = NULL;
        if (step->fate != VM_LAYER_DROP || g_strcmp0(step->moment, moment) != 0 ||
            is_used(run->domain, step->path) || vm_store_drop(store, step->path, &error))
            continue;
        vm_snapshot_log(run->domain, "a file of a deleted snapshot is left", error);
        clean = FALSE;
    }
    return clean;
}
