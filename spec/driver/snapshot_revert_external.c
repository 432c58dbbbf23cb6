/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Revert to an external snapshot (section 14.1): its frozen images are never
 * written to; new overlays above them become the disks.  All that can be known
 * is looked at before anything is made.
 */
#include "spec/driver/image_users.h"
#include "spec/driver/snapshot_overlay.h"
#include <string.h>

/* Images that QEMU opens for one disk at most (SNAP-PREP-029). */
#define CHAIN_MAX 200

/* ---- memory ---- */

/* The file is only read: it stays for the next revert (SNAP-REVX-005 to -007). */
static gboolean
read_memory(VmRevertPlan *plan, GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    if (!plan->live || def->memory != VM_LOCATION_EXTERNAL)
        return TRUE;
    const char *name = plan->domain->def->name;
    if (def->memory_file == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s', snapshot '%s': it names no memory file (SNAP-REVX-005)",
                         name, def->name);
    plan->memory = vm_save_image_read(plan->domain->driver->store, def->memory_file, error);
    if (plan->memory == NULL) {
        g_prefix_error(error, "domain '%s', snapshot '%s': ", name, def->name);
        return FALSE;
    }
    const VmDomainDef *then = def->domain != NULL ? def->domain : plan->held;
    g_autoptr(GError) difference = NULL;
    if (vm_domain_def_check_abi(then, plan->memory->def, &difference))
        return TRUE;
    return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                     "domain '%s', snapshot '%s': memory file '%s' is of another machine than the "
                     "snapshot: %s (SNAP-REVX-007)",
                     name, def->name, def->memory_file, difference->message);
}

/* ---- disks ---- */

static gboolean
refuse(const VmRevertPlan *plan, const char *target, GError **error, const char *text)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s', snapshot '%s', disk '%s': %s",
                     plan->domain->def->name, plan->moment->name, target, text);
}

/* Every disk of the definition is a file, also one that is left out (SNAP-REV-011). */
static gboolean
check_types(const VmRevertPlan *plan, GError **error)
{
    for (guint i = 0; i < plan->held->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(plan->held, i);
        if (g_strcmp0(disk->source.type, "file") != 0)
            return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                             "domain '%s', snapshot '%s': disk '%s' of its definition is no file "
                             "(SNAP-REV-011)",
                             plan->domain->def->name, plan->moment->name, disk->target);
    }
    return TRUE;
}

/* The frozen image is there and can be read, down to its last backing image. */
static gboolean
check_chain(const VmRevertPlan *plan, const VmDiskDef *disk, GError **error)
{
    g_autofree char *path = g_strdup(disk->source.path);
    guint depth = 1;
    for (; path != NULL && depth < CHAIN_MAX; depth++) {
        g_autoptr(VmImageInfo) info = vm_snapshot_image_file(plan->domain, path, error);
        if (info == NULL) {
            g_prefix_error(error, "snapshot '%s', disk '%s': ", plan->moment->name, disk->target);
            return FALSE;
        }
        g_free(path);
        path = g_steal_pointer(&info->backing);
    }
    return path == NULL || refuse(plan, disk->target, error,
                                  "its backing chain has no room for one more overlay "
                                  "(SNAP-PREP-029)");
}

static gboolean
is_taken(const VmRevertPlan *plan, const VmImageUsers *users, const char *path)
{
    for (guint i = 0; i < plan->overlays->len; i++) {
        const VmOverlay *other = g_ptr_array_index(plan->overlays, i);
        if (strcmp(other->path, path) == 0)
            return TRUE;
    }
    return vm_store_kind(plan->domain->driver->store, path) != VM_FILE_MISSING ||
           vm_image_users_any(users, path);
}

/* The image's path without its suffix, and the time in seconds (SNAP-REVX-002); -1, -2 … where that
 * is taken. */
static char *
overlay_path(const VmRevertPlan *plan, const VmImageUsers *users, const char *image)
{
    const char *base = strrchr(image, '/');
    const char *dot = strrchr(base != NULL ? base + 1 : image, '.');
    gsize stem = dot != NULL ? (gsize)(dot - image) : strlen(image);
    gint64 seconds = vm_env_now(plan->domain->driver->env) / G_GINT64_CONSTANT(1000000000);
    char *path = g_strdup_printf("%.*s.%" G_GINT64_FORMAT, (int)stem, image, seconds);
    for (guint i = 1; is_taken(plan, users, path); i++) {
        g_free(path);
        path = g_strdup_printf("%.*s.%" G_GINT64_FORMAT "-%u", (int)stem, image, seconds, i);
    }
    return path;
}

static gboolean
plan_overlay(VmRevertPlan *plan, const VmImageUsers *users, const char *target, GError **error)
{
    int index = vm_domain_def_disk_index(plan->held, target);
    if (index < 0)
        return refuse(plan, target, error, "its definition has no such disk (SNAP-REVI-003)");
    const VmDiskDef *disk = vm_domain_def_disk(plan->held, (guint)index);
    if (disk->source.path == NULL)
        return refuse(plan, target, error, "its definition has no image of it");
    if (!check_chain(plan, disk, error))
        return FALSE;
    g_autofree char *path = overlay_path(plan, users, disk->source.path);
    VmOverlay *overlay = vm_overlay_add(plan->overlays, target);
    overlay->disk = (guint)index;
    overlay->type = g_strdup("file");
    overlay->path = g_steal_pointer(&path);
    overlay->format = g_strdup("qcow2");
    overlay->base = g_strdup(disk->source.path);
    overlay->node = g_strdup("");
    overlay->fresh = TRUE;
    return TRUE;
}

gboolean
vm_revert_plan_external(VmRevertPlan *plan, GError **error)
{
    const VmSnapshotDef *def = vm_moment_snapshot(plan->moment);
    if (!vm_snapshot_def_is_external(def))
        return TRUE;
    if (!check_types(plan, error))
        return FALSE;
    g_autoptr(VmImageUsers) users = vm_image_users_take(plan->domain->driver, error);
    if (users == NULL)
        return FALSE;
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL && !plan_overlay(plan, users, disk->name, error))
            return FALSE;
    }
    return read_memory(plan, error);
}

/* Whether writing to the image would change what a snapshot holds, or what stands above it. */
static gboolean
is_frozen(VmDriver *driver, const char *path, gboolean also_tops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VmImageUsers) users = vm_image_users_take(driver, &error);
    if (users == NULL) {
        vm_env_log(driver->env, "%s", error->message);
        return TRUE; /* nobody knows */
    }
    return vm_image_users_freeze(users, path, also_tops);
}

/* Whether the image of a left-out disk is today's rather than the one of then: in an internal
 * snapshot only where that one has been frozen since. */
static gboolean
keeps_today(const VmRevertPlan *plan, const VmDiskDef *then, const VmDiskDef *today)
{
    const char *path = then->source.path;
    if (g_strcmp0(path, today->source.path) == 0)
        return FALSE;
    if (plan->live && (path == NULL) != (today->source.path == NULL))
        return FALSE; /* the guest's memory knows whether there is a medium */
    return vm_snapshot_def_is_external(vm_moment_snapshot(plan->moment)) ||
           (path != NULL && is_frozen(plan->domain->driver, path, FALSE));
}

VmDomainDef *
vm_revert_keep_left_out(const VmRevertPlan *plan, VmDomainDef *def, const VmDomainDef *today)
{
    const VmSnapshotDef *moment = vm_moment_snapshot(plan->moment);
    VmDomainDef *changed = vm_domain_def_ref(def);
    for (guint i = 0; i < moment->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(moment->disks, i);
        int then = vm_domain_def_disk_index(changed, disk->name);
        int now = vm_domain_def_disk_index(today, disk->name);
        if (disk->location == VM_LOCATION_EXTERNAL || disk->location == VM_LOCATION_INTERNAL ||
            then < 0 || now < 0)
            continue;
        const VmDiskDef *disk_now = vm_domain_def_disk(today, (guint)now);
        if (!keeps_today(plan, vm_domain_def_disk(changed, (guint)then), disk_now))
            continue;
        VmDomainDef *next = vm_domain_def_with_top(changed, (guint)then, &disk_now->source, FALSE);
        vm_domain_def_unref(changed);
        changed = next;
    }
    return changed;
}

gboolean
vm_revert_make_overlays(const VmRevertPlan *plan, GError **error)
{
    VmHypervisor *hypervisor = plan->domain->driver->hypervisor;
    for (guint i = 0; i < plan->overlays->len; i++) {
        VmOverlay *overlay = g_ptr_array_index(plan->overlays, i);
        const char *format = vm_domain_def_disk(plan->held, overlay->disk)->source.format;
        g_autoptr(GError) failure = NULL;
        overlay->touched = TRUE;
        if (!hypervisor->ops->image_create(hypervisor, overlay->path, overlay->format, 0,
                                           overlay->base, format != NULL ? format : "raw",
                                           &failure))
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                             "domain '%s', snapshot '%s': overlay '%s' cannot be made: %s",
                             plan->domain->def->name, plan->moment->name, overlay->path,
                             failure->message);
        if (!vm_store_sync(plan->domain->driver->store, overlay->path, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- the overlays of before ---- */

static gboolean
uses(const VmDomainDef *def, const char *path)
{
    for (guint i = 0; i < def->disks->len; i++) {
        if (g_strcmp0(vm_domain_def_disk(def, i)->source.path, path) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether it goes with the revert, and a snapshot with it of which no record tells. */
static gboolean
takes_tags_along(const VmRevertPlan *plan, const VmUsedImage *image)
{
    for (guint i = 0; image != NULL && i < image->users->len; i++) {
        const VmImageUser *user = g_ptr_array_index(image->users, i);
        if (user->use != VM_USE_MENTION &&
            (user->use != VM_USE_TOP || user->domain != plan->domain))
            return FALSE;
    }
    return image != NULL && image->tags > 0;
}

static void
note_top(VmRevertPlan *plan, const VmImageUsers *users, const char *path)
{
    if (!vm_image_users_is_ours(users, path))
        return;
    char *top = g_strdup(path);
    g_ptr_array_add(plan->tops, top);
    if (takes_tags_along(plan, vm_image_users_find(users, path)))
        plan->tagged = top;
}

static void
note_tops(VmRevertPlan *plan, const VmDomainDef *def)
{
    g_autoptr(VmImageUsers) users = NULL;
    g_autoptr(GError) error = NULL;
    for (guint i = 0; def != NULL && i < def->disks->len; i++) {
        const char *path = vm_domain_def_disk(def, i)->source.path;
        if (path == NULL || uses(plan->base, path) || uses(plan->next, path) ||
            g_ptr_array_find_with_equal_func(plan->tops, path, g_str_equal, NULL))
            continue;
        if (users == NULL && (users = vm_image_users_take(plan->domain->driver, &error)) == NULL) {
            vm_snapshot_log(plan->domain, "overlays of before are left", error);
            return;
        }
        note_top(plan, users, path);
    }
}

static void
put_overlays(VmDomainDef **def, const GPtrArray *overlays)
{
    VmDomainDef *changed = vm_overlays_put(*def, overlays);
    vm_domain_def_unref(*def);
    *def = changed;
}

void
vm_revert_plan_disks(VmRevertPlan *plan)
{
    gboolean same = plan->base == plan->next;
    put_overlays(&plan->base, plan->overlays);
    if (same) {
        vm_domain_def_unref(plan->next);
        plan->next = vm_domain_def_ref(plan->base);
    } else {
        put_overlays(&plan->next, plan->overlays);
    }
    if (plan->keep_process)
        return;
    note_tops(plan, plan->domain->def);
    note_tops(plan, plan->domain->next_def);
}

gboolean
vm_revert_check_tops(const VmRevertPlan *plan, GError **error)
{
    if (plan->tagged == NULL)
        return TRUE;
    return vm_refuse(
        error, VIR_ERR_OPERATION_UNSUPPORTED,
        "domain '%s', snapshot '%s': image '%s' would go, and holds internal snapshots "
        "of which no metadata tells (VM-DELX-005)",
        plan->domain->def->name, plan->moment->name, plan->tagged);
}

gboolean
vm_revert_remove_tops(const VmRevertPlan *plan)
{
    VmDomain *domain = plan->domain;
    g_autoptr(GError) failure = NULL;
    if (plan->tops->len == 0)
        return TRUE;
    g_autoptr(VmImageUsers) users = vm_image_users_take(domain->driver, &failure);
    for (guint i = 0; users != NULL && i < plan->tops->len; i++) {
        const char *path = g_ptr_array_index(plan->tops, i);
        g_autoptr(GError) one = NULL;
        if (vm_image_users_others(users, path, NULL) ||
            vm_store_drop(domain->driver->store, path, &one))
            continue;
        g_clear_error(&failure);
        failure = g_steal_pointer(&one);
    }
    if (failure != NULL)
        vm_snapshot_log(domain, "overlays that nobody needs are left", failure);
    return failure == NULL;
}

/* ---- images that somebody else needs as they are ---- */

const char *
vm_revert_shared_image(const VmDomain *domain, const VmSnapshotDef *def)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        const char *path = vm_snapshot_disk_path(def, disk);
        int index = vm_domain_def_disk_index(domain->def, disk->name);
        if (disk->location != VM_LOCATION_INTERNAL || path == NULL)
            continue;
        gboolean today =
            index >= 0 &&
            g_strcmp0(vm_domain_def_disk(domain->def, (guint)index)->source.path, path) == 0;
        if (today ? vm_image_rests_under(domain, path)
                  : is_frozen(domain->driver, path, TRUE))
            return disk->name;
    }
    return NULL;
}
