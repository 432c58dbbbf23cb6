/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of the images of a snapshot that goes.  An image that nothing
 * uses any more is dropped; one with a single overlay above it, and no snapshot
 * that holds it, takes that overlay's content.  Everything else stays.
 */
#include "spec/driver/snapshot_delete.h"

void
vm_layer_step_free(VmLayerStep *step)
{
    g_free(step->moment);
    g_free(step->path);
    g_free(step->format);
    g_free(step->base.type);
    g_free(step->base.path);
    g_free(step->base.format);
    g_ptr_array_unref(step->above);
    g_free(step);
}

/* What is planned upon. */
typedef struct {
    VmDomain *domain;
    const VmMoment *moment;
    VmImageUsers *users;
    GPtrArray *steps;
} Plan;

static VmLayerStep *
add_step(const Plan *plan, VmLayerFate fate, const char *path)
{
    VmLayerStep *step = g_new0(VmLayerStep, 1);
    step->moment = g_strdup(plan->moment->name);
    step->fate = fate;
    step->path = g_strdup(path);
    step->above = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(plan->steps, step);
    return step;
}

/* ---- merging ---- */

static gboolean
is_internal_holder(const VmImageUser *user)
{
    return user->use == VM_USE_HOLDER && user->location == VM_LOCATION_INTERNAL;
}

/* In the image, or only listed as if it were. */
static gboolean
has_internal(const VmUsedImage *image)
{
    gboolean found = image->tags > 0;
    for (guint i = 0; i < image->users->len; i++)
        found |= is_internal_holder(g_ptr_array_index(image->users, i));
    return found;
}

static gboolean
check_merge(const Plan *plan, const VmUsedImage *overlay, const VmUsedImage *base, GError **error)
{
    const char *domain = plan->domain->def->name, *moment = plan->moment->name;
    if (has_internal(base))
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s', snapshot '%s': image '%s' holds internal snapshots and "
                         "nothing is merged into it (SNAP-DELX-014)",
                         domain, moment, base->path);
    if (has_internal(overlay))
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s', snapshot '%s': image '%s' holds internal snapshots, which a "
                         "merge would destroy (VM-DELX-001)",
                         domain, moment, overlay->path);
    if (overlay->bitmaps + base->bitmaps > 0)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s', snapshot '%s': image '%s' or '%s' holds bitmaps, which a "
                         "merge would lose or make wrong (VM-DELX-002)",
                         domain, moment, overlay->path, base->path);
    return TRUE;
}

static void
plan_merge(const Plan *plan, const VmUsedImage *overlay, const VmUsedImage *base)
{
    gboolean block = vm_store_kind(plan->domain->driver->store, base->path) == VM_FILE_BLOCK;
    const char *format = overlay->backing_format != NULL ? overlay->backing_format : base->format;
    VmLayerStep *step = add_step(plan, VM_LAYER_MERGE, overlay->path);
    step->format = g_strdup(overlay->format);
    step->base.type = g_strdup(block ? "block" : "file");
    step->base.path = g_strdup(base->path);
    step->base.format = g_strdup(format);
    for (guint i = 0; i < overlay->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(overlay->users, i);
        if (user->use == VM_USE_OVERLAY)
            g_ptr_array_add(step->above, g_strdup(user->overlay));
    }
}

/* ---- what is left of an image's users ---- */

/* The only overlay of an image that nothing else uses, if it is ours to merge and remove.  Internal
 * snapshots in it do not count here: they forbid what would otherwise be done. */
static const VmUsedImage *
lone_overlay(const Plan *plan, const VmUsedImage *image)
{
    const char *path = NULL;
    for (guint i = 0; i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        if (user->use == VM_USE_MENTION || is_internal_holder(user))
            continue;
        if (user->use != VM_USE_OVERLAY || path != NULL)
            return NULL;
        path = user->overlay;
    }
    if (path == NULL || !vm_image_users_is_ours(plan->users, path) ||
        !vm_image_users_only_of(plan->users, image->path, plan->domain))
        return NULL;
    return vm_image_users_find(plan->users, path);
}

/* One image fewer, if that can be; *next (the caller's) is where another may be to spare. */
static gboolean
reduce(const Plan *plan, const char *path, char **next, GError **error)
{
    const VmUsedImage *image = vm_image_users_find(plan->users, path);
    if (image == NULL || image->missing)
        return TRUE;
    if (!vm_image_users_others(plan->users, path, NULL)) {
        if (!vm_image_users_is_ours(plan->users, path))
            return TRUE;
        if (image->tags > 0)
            return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                             "domain '%s', snapshot '%s': image '%s' would go, and holds internal "
                             "snapshots of which no metadata tells (VM-DELX-005)",
                             plan->domain->def->name, plan->moment->name, image->path);
        *next = g_strdup(image->backing);
        add_step(plan, VM_LAYER_DROP, image->path);
        vm_image_users_drop(plan->users, path);
        return TRUE;
    }
    const VmUsedImage *overlay = lone_overlay(plan, image);
    if (overlay == NULL)
        return TRUE;
    if (!check_merge(plan, overlay, image, error))
        return FALSE;
    *next = g_strdup(image->backing);
    plan_merge(plan, overlay, image);
    vm_image_users_merge(plan->users, overlay->path);
    return TRUE;
}

/* ---- the snapshot ---- */

/* The images that go with it: what was left to the caller (manual) is his to remove
 * (SNAP-DELX-008). */
static void
collect(GPtrArray *paths, const VmSnapshotDef *def, const VmDomainDef *captured)
{
    for (guint i = 0; captured != NULL && i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        int index = vm_domain_def_disk_index(captured, disk->name);
        if (disk->location != VM_LOCATION_EXTERNAL || index < 0)
            continue;
        const char *path = vm_domain_def_disk(captured, (guint)index)->source.path;
        if (path != NULL)
            g_ptr_array_add(paths, g_strdup(path));
    }
}

static gboolean
is_memory_file_of(const VmMoment *moment, const char *path)
{
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    return def->memory == VM_LOCATION_EXTERNAL && vm_path_same(def->memory_file, path);
}

static gboolean
names_memory_file(const VmDomain *domain, const VmMoment *but, const char *path)
{
    g_autoptr(GPtrArray) all = vm_moment_tree_walk(domain->snapshots, NULL);
    for (guint i = 0; i < all->len; i++) {
        const VmMoment *moment = g_ptr_array_index(all, i);
        if (moment != but && is_memory_file_of(moment, path))
            return TRUE;
    }
    return FALSE;
}

/* The file with the memory goes too, unless another snapshot names it, or a disk. */
static void
plan_memory(const Plan *plan)
{
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    if (def->memory != VM_LOCATION_EXTERNAL || def->memory_file == NULL ||
        vm_image_users_find(plan->users, def->memory_file) != NULL)
        return;
    g_autoptr(GPtrArray) domains = vm_driver_domains(plan->domain->driver);
    for (guint i = 0; i < domains->len; i++)
        if (names_memory_file(g_ptr_array_index(domains, i), plan->moment, def->memory_file))
            return;
    add_step(plan, VM_LAYER_DROP, def->memory_file);
}

gboolean
vm_snapshot_delete_plan(VmDomain *domain, VmMoment *moment, VmImageUsers *users, GPtrArray *steps,
                        GError **error)
{
    const Plan plan = {.domain = domain, .moment = moment, .users = users, .steps = steps};
    const VmSnapshotDef *def = vm_moment_snapshot(moment);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    collect(paths, def, def->domain);
    collect(paths, def, def->inactive_domain);
    vm_image_users_release(users, moment);
    for (guint i = 0; i < paths->len; i++) {
        g_autofree char *at = g_strdup(g_ptr_array_index(paths, i));
        while (at != NULL) {
            g_autofree char *path = g_steal_pointer(&at);
            if (!reduce(&plan, path, &at, error))
                return FALSE;
        }
    }
    plan_memory(&plan);
    return TRUE;
}
