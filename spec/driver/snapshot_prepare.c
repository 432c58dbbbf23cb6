/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Disk preparation (section 8): all that can be refused before a snapshot is
 * begun.
 */
#include "spec/driver/image_sharing.h"
#include "spec/driver/image_users.h"
#include "spec/driver/snapshot_memory.h"
#include <string.h>

/* Images that QEMU opens for one disk at most (SNAP-PREP-029). */
#define CHAIN_MAX 200

/* One disk that is looked at. */
typedef struct {
    VmSnapshotPlan *plan;
    guint number;
    VmSnapshotDisk *disk;
    const VmDiskDef *target; /* the domain's */
} Look;

/* What the disks are together. */
typedef struct {
    guint internal, external, manual, left_out;
} Tally;

static gboolean
refuse(const Look *look, GError **error, VmErrorCode code, const char *text)
{
    return vm_refuse(error, code, "domain '%s', snapshot '%s', disk '%s': %s",
                     look->plan->domain->def->name, look->plan->def->name, look->disk->name, text);
}

/* The same, naming the overlay's file. */
static gboolean
refuse_overlay(const Look *look, GError **error, VmErrorCode code, const char *text)
{
    g_autofree char *named = g_strdup_printf("overlay '%s': %s", look->disk->source.path, text);
    return refuse(look, error, code, named);
}

static gboolean
is_local(const char *type)
{
    return g_strcmp0(type, "file") == 0 || g_strcmp0(type, "block") == 0;
}

static gboolean
is_active(const Look *look)
{
    return vm_domain_is_active(look->plan->domain);
}

/* Internal and external disks of one snapshot: without memory, both kinds are of one moment. */
static gboolean
may_mix(const VmSnapshotPlan *plan)
{
    return plan->domain->driver->profile == VM_PROFILE_RFC && plan->def->memory == VM_LOCATION_NO;
}

/* ---- internal ---- */

static gboolean
prepare_internal(const Look *look, GError **error)
{
    const VmDiskSource *source = &look->target->source;
    if (is_active(look) && look->plan->def->state == VM_SNAPSHOT_DISK && !may_mix(look->plan))
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "a running domain's disk is only internal together with its memory "
                      "(SNAP-PREP-001)");
    if (source->path == NULL || !is_local(source->type))
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "only a local file or block device can hold an internal snapshot "
                      "(SNAP-PREP-002)");
    if (g_strcmp0(source->format, "qcow2") != 0)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "only a qcow2 image can hold an internal snapshot (SNAP-PREP-003)");
    if (is_active(look) && look->target->read_only)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "it is read-only, so that QEMU cannot write an internal snapshot to it "
                      "(VM-PREP-002)");
    if (is_active(look) && look->target->transient)
        return refuse(look, error, VIR_ERR_OPERATION_UNSUPPORTED,
                      "it is <transient/>: its overlay goes with the process (DISK-TR-006)");
    return TRUE;
}

/* ---- external ---- */

static gboolean
check_format(const Look *look, GError **error)
{
    VmDiskSource *overlay = &look->disk->source;
    if (overlay->format == NULL)
        overlay->format = g_strdup("qcow2");
    gboolean qcow2 = strcmp(overlay->format, "qcow2") == 0;
    if (!qcow2 && strcmp(overlay->format, "qed") != 0)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "an overlay is of format qcow2 or qed (SNAP-PREP-005)");
    if (!qcow2 && look->disk->extra != NULL && strstr(look->disk->extra, "metadata_cache") != NULL)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "a metadata cache is qcow2's alone (SNAP-PREP-006)");
    return TRUE;
}

static gboolean
check_target(const Look *look, GError **error)
{
    const VmDiskDef *target = look->target;
    if (target->source.path == NULL)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "a drive without a medium has nothing to put an overlay on (VM-PREP-003)");
    if (!is_local(target->source.type))
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "only a local file or block device can get an overlay (SNAP-PREP-007)");
    if (is_active(look) && g_strcmp0(target->device, "lun") == 0)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "a passed-through lun cannot get an overlay (SNAP-PREP-009)");
    if (is_active(look) && (g_strcmp0(target->bus, "sd") == 0 || target->transient))
        return refuse(look, error, VIR_ERR_OPERATION_UNSUPPORTED,
                      "this kind of disk cannot get an overlay while the domain runs "
                      "(SNAP-PREP-010)");
    if (target->shareable && !target->read_only)
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "a shared disk cannot get an overlay, which is not shared (SNAP-PREP-012)");
    if (vm_image_writer(look->plan->domain, target) != NULL)
        return refuse(look, error, VIR_ERR_OPERATION_FAILED,
                      "another domain runs and writes to its image (VM-PREP-006)");
    return TRUE;
}

static gboolean
check_overlay_type(const Look *look, GError **error)
{
    const char *type = look->disk->source.type;
    if (is_active(look) && g_strcmp0(type, "network") == 0)
        return refuse(look, error, VIR_ERR_OPERATION_UNSUPPORTED,
                      "an overlay on the network is not supported yet (SNAP-PREP-011)");
    if (!is_local(type))
        return refuse(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                      "an overlay is a local file or block device (SNAP-PREP-008)");
    return TRUE;
}

/* A given overlay must stand on today's image, or the guest would see another disk (EC-129). */
static gboolean
check_given_overlay(const Look *look, GError **error)
{
    VmDomain *domain = look->plan->domain;
    const VmDiskSource *overlay = &look->disk->source;
    g_autoptr(VmImageInfo) info = vm_snapshot_image_file(domain, overlay->path, error);
    if (info == NULL)
        return FALSE;
    if (g_strcmp0(info->format, overlay->format) != 0)
        return refuse(
            look, error, VIR_ERR_CONFIG_UNSUPPORTED,
            "the given overlay is of another format than the document says (VM-PREP-001)");
    if (g_strcmp0(info->backing, look->target->source.path) != 0)
        return refuse_overlay(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                              "the given overlay does not stand on the disk's image (VM-PREP-001)");
    if (info->data_outside)
        return refuse_overlay(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                              "the given overlay's data lie in another file, which would be left "
                              "over when its image goes (VM-PREP-005)");
    return TRUE;
}

/* What is there already and is to be written to may be somebody else's. */
static gboolean
check_unused(const Look *look, GError **error)
{
    const char *path = look->disk->source.path;
    g_autoptr(VmImageUsers) users = vm_image_users_take(look->plan->domain->driver, error);
    if (users == NULL)
        return FALSE;
    if (vm_image_users_others(users, path, NULL))
        return refuse_overlay(
            look, error, VIR_ERR_CONFIG_UNSUPPORTED,
            "a domain or a snapshot uses that image, and would find it written to "
            "(VM-PREP-004)");
    return TRUE;
}

/* Two disks would write to one file, whichever way it is spelled. */
static gboolean
check_own_path(const Look *look, GError **error)
{
    g_autofree char *path = vm_image_canonical(look->disk->source.path);
    for (guint i = 0; i < look->number; i++) {
        const VmSnapshotDisk *other = g_ptr_array_index(look->plan->def->disks, i);
        g_autofree char *taken =
            other->location == VM_LOCATION_EXTERNAL ? vm_image_canonical(other->source.path) : NULL;
        if (g_strcmp0(path, taken) == 0)
            return refuse_overlay(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                                  "it is the overlay of another disk too (SNAP-ALIGN-024)");
    }
    return TRUE;
}

static gboolean
check_overlay_file(const Look *look, GError **error)
{
    VmStore *store = look->plan->domain->driver->store;
    const VmDiskSource *overlay = &look->disk->source;
    gboolean block = g_strcmp0(overlay->type, "block") == 0;
    gboolean reuse = (look->plan->flags & VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT) != 0;
    VmFileStat st = {0};
    if (!store->ops->stat(store, overlay->path, &st, error))
        return FALSE;
    if (st.kind == VM_FILE_MISSING && reuse)
        return refuse_overlay(look, error, VIR_ERR_SYSTEM_ERROR,
                              "the overlay to be used is not there: No such file or directory "
                              "(SNAP-PREP-014)");
    if (st.kind == VM_FILE_MISSING && block)
        return refuse_overlay(look, error, VIR_ERR_OPERATION_UNSUPPORTED,
                              "a block device cannot be made (SNAP-PREP-015)");
    if (st.kind != VM_FILE_MISSING && st.kind != (block ? VM_FILE_BLOCK : VM_FILE_REGULAR))
        return refuse_overlay(
            look, error, VIR_ERR_CONFIG_UNSUPPORTED,
            "the overlay is of another kind than the document says (SNAP-PREP-016)");
    if (reuse)
        return check_given_overlay(look, error) && check_unused(look, error);
    if (!block && st.size > 0)
        return refuse_overlay(look, error, VIR_ERR_CONFIG_UNSUPPORTED,
                              "the overlay's file exists and is not empty (SNAP-PREP-017)");
    return st.kind == VM_FILE_MISSING || check_unused(look, error);
}

/* How many images stand below today's top, as far as can be seen. */
static guint
chain_depth(const Look *look)
{
    const VmDiskDef *target = look->target;
    VmSnapshotPlan *plan = look->plan;
    guint live =
        is_active(look) ? vm_snapshot_live_depth(plan->domain, look->number, &plan->blocks) : 0;
    if (live > 0)
        return live;
    guint depth = 1 + target->backing->len;
    if (target->backing_end)
        return depth;
    const VmDiskSource *last = target->backing->len > 0
                                   ? g_ptr_array_index(target->backing, target->backing->len - 1)
                                   : &target->source;
    g_autofree char *path = g_strdup(last->path);
    while (path != NULL && depth <= CHAIN_MAX) {
        VmHypervisor *hypervisor = plan->domain->driver->hypervisor;
        g_autoptr(VmImageInfo) info = hypervisor->ops->image_info(hypervisor, path, NULL);
        g_free(path);
        path = info != NULL ? g_strdup(info->backing) : NULL;
        depth += path != NULL;
    }
    return depth;
}

static gboolean
check_depth(const Look *look, GError **error)
{
    if (chain_depth(look) + 1 > CHAIN_MAX)
        return refuse(look, error, VIR_ERR_OPERATION_UNSUPPORTED,
                      "the backing chain would have more than 200 images (SNAP-PREP-029)");
    return TRUE;
}

static gboolean
prepare_external(const Look *look, GError **error)
{
    return check_format(look, error) && check_target(look, error) &&
           check_overlay_type(look, error) && check_own_path(look, error) &&
           check_overlay_file(look, error) && check_depth(look, error);
}

/* ---- together ---- */

static gboolean
prepare_disk(const Look *look, Tally *tally, GError **error)
{
    switch (look->disk->location) {
    case VM_LOCATION_INTERNAL:
        tally->internal++;
        return prepare_internal(look, error);
    case VM_LOCATION_EXTERNAL:
        tally->external++;
        return prepare_external(look, error);
    case VM_LOCATION_MANUAL:
        tally->manual++;
        return TRUE;
    case VM_LOCATION_NO:
        tally->left_out += look->target->source.path != NULL && !look->target->read_only;
        return TRUE;
    case VM_LOCATION_DEFAULT:
        break;
    }
    g_assert_not_reached();
}

/* SNAP-PREP-020 to -026. */
static const char *
misfit(const VmSnapshotPlan *plan, const Tally *tally)
{
    const VmSnapshotDef *def = plan->def;
    if (tally->internal == 0 && tally->external == 0 && def->memory == VM_LOCATION_NO)
        return "nothing is selected for the snapshot (SNAP-PREP-022)";
    if ((def->memory == VM_LOCATION_INTERNAL && tally->internal == 0) ||
        (tally->internal > 0 && (tally->manual > 0 || tally->left_out > 0)))
        return "an internal snapshot takes all disks (SNAP-PREP-023)";
    if (def->state == VM_SNAPSHOT_DISK && tally->external == 0)
        return "a disk-only snapshot needs an external disk (SNAP-PREP-024)";
    if ((tally->internal > 0 && tally->external > 0 && !may_mix(plan)) ||
        (tally->internal > 0 && def->memory == VM_LOCATION_EXTERNAL) ||
        (tally->external > 0 && def->memory == VM_LOCATION_INTERNAL))
        return "internal and external parts cannot be mixed (SNAP-PREP-025)";
    return NULL;
}

/* What goes into an image, or is sent, needs a process that has the guest and its images. */
static gboolean
check_unsent(const VmSnapshotPlan *plan, const Tally *tally, GError **error)
{
    if (plan->def->memory == VM_LOCATION_NO && tally->internal == 0)
        return TRUE;
    return vm_domain_check_unsent(plan->domain, error);
}

gboolean
vm_snapshot_prepare(VmSnapshotPlan *plan, GError **error)
{
    Tally tally = {0};
    for (guint i = 0; i < plan->def->disks->len; i++) {
        const Look look = {
            .plan = plan,
            .number = i,
            .disk = g_ptr_array_index(plan->def->disks, i),
            .target = vm_domain_def_disk(plan->domain->def, i),
        };
        g_assert_cmpstr(look.disk->name, ==, look.target->target);
        if (!prepare_disk(&look, &tally, error))
            return FALSE;
    }
    const char *text = misfit(plan, &tally);
    if (text != NULL)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED, "domain '%s', snapshot '%s': %s",
                         plan->domain->def->name, plan->def->name, text);
    plan->external = tally.external > 0 || plan->def->memory == VM_LOCATION_EXTERNAL;
    plan->manual = tally.manual > 0;
    plan->tagged = vm_snapshot_internal_disks(plan->def, plan->domain->def);
    if (!vm_snapshot_memory_check(plan, error) || !check_unsent(plan, &tally, error))
        return FALSE;
    return tally.internal == 0 || vm_snapshot_internal_name_check(plan->def->name, error);
}

/* ---- tags ---- */

/* QEMU would keep two entries of one name, and find either (EC-171). */
static gboolean
check_image_tags(VmSnapshotPlan *plan, guint disk, GError **error)
{
    VmImageTag held = {.name = plan->def->name};
    if (!vm_snapshot_disk_tag(plan->domain, disk, &plan->blocks, &held, error))
        return FALSE;
    if (held.data_outside)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "domain '%s', snapshot '%s': the data of disk '%s' lie outside of its "
                         "qcow2 image, which "
                         "can hold no internal snapshot then (VM-PREP-005)",
                         plan->domain->def->name, plan->def->name,
                         vm_domain_def_disk(plan->domain->def, disk)->target);
    if (held.count == 0)
        return TRUE;
    return vm_refuse(
        error, VIR_ERR_OPERATION_FAILED,
        "domain '%s': the image of disk '%s' has a snapshot '%s' already (VM-NAME-003)",
        plan->domain->def->name, vm_domain_def_disk(plan->domain->def, disk)->target,
        plan->def->name);
}

gboolean
vm_snapshot_check_tags(VmSnapshotPlan *plan, GError **error)
{
    const GArray *disks = plan->tagged;
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < disks->len; i++)
        ok = check_image_tags(plan, g_array_index(disks, guint, i), error);
    return ok;
}

gboolean
vm_snapshot_check_size(const VmSnapshotPlan *plan, GError **error)
{
    return (plan->flags & VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA) ||
           vm_record_prepare(plan->domain, plan->def, error);
}
