/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One row per thing that could lose data or orphan metadata.
 */
#include "spec/driver/snapshot_steps.h"
#include <string.h>

/* ---- what the rows look at; TRUE objects, and *what (of the caller) is what the text names -- */

static gboolean
without_flag(const VmGuardContext *context, guint32 flag)
{
    return (context->flags & flag) == 0;
}

/* Whether there are any. */
static gboolean
names_snapshots(guint count, char **what)
{
    if (count == 0)
        return FALSE;
    *what = g_strdup_printf("%u snapshot%s", count, count == 1 ? "" : "s");
    return TRUE;
}

static gboolean
has_snapshots(const VmGuardContext *context, char **what)
{
    return names_snapshots(vm_moment_tree_size(context->domain->snapshots), what);
}

static gboolean
undefine_orphans(const VmGuardContext *context, char **what)
{
    return without_flag(context, VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA) &&
           has_snapshots(context, what);
}

static gboolean
undefine_orphans_off(const VmGuardContext *context, char **what)
{
    return !vm_domain_is_active(context->domain) && undefine_orphans(context, what);
}

static gboolean
undefine_orphans_live(const VmGuardContext *context, char **what)
{
    return vm_domain_is_active(context->domain) && undefine_orphans(context, what);
}

static gboolean
has_managed_save(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    return vm_domain_managed_save_exists(context->domain);
}

static gboolean
undefine_managed_save(const VmGuardContext *context, char **what)
{
    return without_flag(context, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE) &&
           has_managed_save(context, what);
}

static const VmSnapshotDef *
reverted(const VmGuardContext *context)
{
    return vm_moment_snapshot(context->moment);
}

static gboolean
to_live(const VmGuardContext *context)
{
    VmSnapshotState state = reverted(context)->state;
    return state == VM_SNAPSHOT_RUNNING || state == VM_SNAPSHOT_PAUSED;
}

static gboolean
forced(const VmGuardContext *context)
{
    return !without_flag(context, VIR_DOMAIN_SNAPSHOT_REVERT_FORCE);
}

static gboolean
revert_stops_transient(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    return !context->domain->persistent && !to_live(context) &&
           without_flag(context,
                        VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING | VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED);
}

static gboolean
revert_undefined(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    gboolean helps = context->domain->driver->profile == VM_PROFILE_RFC;
    return reverted(context)->domain == NULL && !(helps && forced(context));
}

static gboolean
revert_bad_state(const VmGuardContext *context, char **what)
{
    VmSnapshotState state = reverted(context)->state;
    if (state != VM_SNAPSHOT_NOSTATE && state != VM_SNAPSHOT_BLOCKED &&
        state != VM_SNAPSHOT_PMSUSPENDED)
        return FALSE;
    const char *word = vm_snapshot_state_word(state);
    *what = g_strdup(word != NULL ? word : "nostate");
    return TRUE;
}

static gboolean
revert_shared_image(const VmGuardContext *context, char **what)
{
    *what = g_strdup(vm_revert_shared_image(context->domain, reverted(context)));
    return *what != NULL;
}

static gboolean
revert_over_children(const VmGuardContext *context, char **what)
{
    return !forced(context) && without_flag(context, VM_REVERT_DELETES) &&
           vm_snapshot_def_is_external(reverted(context)) &&
           names_snapshots(context->moment->children, what);
}

/* Its memory, or its disks, come by a process that is started with them. */
static gboolean
revert_needs_process(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    return !forced(context) && to_live(context) && vm_domain_is_active(context->domain) &&
           vm_snapshot_def_is_external(reverted(context));
}

/* The guest of its memory had seen that disk as it was then, and would write to it as it is now. */
static gboolean
revert_memory_alone(const VmGuardContext *context, char **what)
{
    const VmSnapshotDef *def = reverted(context);
    if (forced(context) || !to_live(context) || def->domain == NULL)
        return FALSE;
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        int index = vm_domain_def_disk_index(def->domain, disk->name);
        if (disk->location != VM_LOCATION_NO || index < 0)
            continue;
        const VmDiskDef *left_out = vm_domain_def_disk(def->domain, (guint)index);
        if (left_out->source.path == NULL || left_out->read_only)
            continue;
        *what = g_strdup(disk->name);
        return TRUE;
    }
    return FALSE;
}

static gboolean
revert_managed_save(const VmGuardContext *context, char **what)
{
    return !forced(context) && !to_live(context) && has_managed_save(context, what);
}

static gboolean
revert_strands_save(const VmGuardContext *context, char **what)
{
    return !forced(context) && to_live(context) && has_managed_save(context, what);
}

static gboolean
revert_stops_guest(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    return !forced(context) && !to_live(context) && vm_domain_is_active(context->domain);
}

static gboolean
revert_other_image(const VmGuardContext *context, char **what)
{
    if (forced(context) || !to_live(context) || !vm_domain_is_active(context->domain))
        return FALSE;
    *what = g_strdup(vm_snapshot_other_image(context->domain, reverted(context)));
    return *what != NULL;
}

static gboolean
revert_other_abi(const VmGuardContext *context, char **what)
{
    if (forced(context) || !to_live(context) || !vm_domain_is_active(context->domain))
        return FALSE;
    g_autoptr(GError) difference = NULL;
    const VmDomainDef *today = context->domain->def;
    g_autoptr(VmDomainDef) named = vm_domain_def_with_name(reverted(context)->domain, today->name);
    /* what a revert renews in any case is no difference */
    g_autoptr(VmDomainDef) alike = today->genid != NULL
                                       ? vm_domain_def_with_genid(named, today->genid)
                                       : vm_domain_def_ref(named);
    if (vm_domain_def_check_abi(today, alike, &difference))
        return FALSE;
    *what = g_strdup(difference->message);
    return TRUE;
}

static gboolean
create_over_managed_save(const VmGuardContext *context, char **what)
{
    return !vm_domain_is_active(context->domain) && has_managed_save(context, what);
}

/* ---- delete: METADATA_ONLY passes all of them ---- */

static gboolean
with_children(const VmGuardContext *context)
{
    return !without_flag(context, VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN |
                                      VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY);
}

static gboolean
metadata_only(const VmGuardContext *context)
{
    return !without_flag(context, VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY);
}

static gboolean
delete_external_below(const VmGuardContext *context, char **what)
{
    if (metadata_only(context) || !with_children(context))
        return FALSE;
    g_autoptr(GPtrArray) below = vm_moment_tree_walk(context->domain->snapshots, context->moment);
    for (guint i = 0; i < below->len; i++) {
        const VmMoment *moment = g_ptr_array_index(below, i);
        if (vm_snapshot_def_is_external(vm_moment_snapshot(moment))) {
            *what = g_strdup(moment->name);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
delete_external_subtree(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    return !metadata_only(context) && !without_flag(context, VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN) &&
           vm_snapshot_def_is_external(reverted(context));
}

static gboolean
is_external_delete(const VmGuardContext *context)
{
    return !metadata_only(context) && vm_snapshot_def_is_external(reverted(context));
}

/* The image that is merged may be one that the guest in the save image has open. */
static gboolean
delete_under_managed_save(const VmGuardContext *context, char **what)
{
    gboolean itself = without_flag(context, VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY) &&
                      is_external_delete(context);
    if (context->reverts || vm_domain_is_active(context->domain) ||
        !has_managed_save(context, what))
        return FALSE;
    return itself || delete_external_below(context, what);
}

static gboolean
delete_current_with_children(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    const VmMoment *moment = context->moment;
    return is_external_delete(context) && moment->children > 0 &&
           moment == vm_moment_tree_current(context->domain->snapshots);
}

static gboolean
delete_in_other_branch(const VmGuardContext *context, G_GNUC_UNUSED char **what)
{
    const VmMoment *current = vm_moment_tree_current(context->domain->snapshots);
    return is_external_delete(context) && context->moment->children > 0 &&
           context->moment != current &&
           (current == NULL || !vm_moment_is_ancestor(context->moment, current));
}

static gboolean
delete_with_branches(const VmGuardContext *context, char **what)
{
    if (context->moment->children <= 1 || !is_external_delete(context))
        return FALSE;
    *what = g_strdup_printf("%u", context->moment->children);
    return TRUE;
}

static gboolean
delete_other_image_of(const VmGuardContext *context, const VmMoment *moment, char **what)
{
    *what = g_strdup(vm_snapshot_other_image(context->domain, vm_moment_snapshot(moment)));
    return *what != NULL;
}

static gboolean
delete_across_overlay(const VmGuardContext *context, char **what)
{
    if (metadata_only(context))
        return FALSE;
    if (without_flag(context, VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY) &&
        delete_other_image_of(context, context->moment, what))
        return TRUE;
    if (!with_children(context))
        return FALSE;
    g_autoptr(GPtrArray) below = vm_moment_tree_walk(context->domain->snapshots, context->moment);
    for (guint i = 0; i < below->len; i++) {
        if (delete_other_image_of(context, g_ptr_array_index(below, i), what))
            return TRUE;
    }
    return FALSE;
}

/* ---- the table ---- */

typedef struct {
    VmGuardedCall call;
    VmProfile profile;
    gboolean (*objects)(const VmGuardContext *context, char **what);
    VmErrorCode code;
    const char *rule;
    const char *text; /* {what} is what the row's function named */
} Guard;

#define RFC VM_PROFILE_RFC
#define LIBVIRT VM_PROFILE_LIBVIRT
#define BOTH VM_PROFILE_BOTH
#define INVALID VIR_ERR_OPERATION_INVALID
#define UNSUPPORTED VIR_ERR_OPERATION_UNSUPPORTED
#define RISKY VIR_ERR_SNAPSHOT_REVERT_RISKY

static const Guard guards[] = {
    {VM_GUARD_UNDEFINE, BOTH, undefine_orphans_off, INVALID, "SNAP-GUARD-001",
     "it has {what}, whose metadata would be orphaned; ask for SNAPSHOTS_METADATA to drop it"},
    {VM_GUARD_UNDEFINE, RFC, undefine_orphans_live, INVALID, "VM-UNDEF-001",
     "it runs and has {what}, whose metadata would be orphaned when it stops; ask for "
     "SNAPSHOTS_METADATA to drop it"},
    {VM_GUARD_UNDEFINE, BOTH, undefine_managed_save, INVALID, "DOM-UNDEF-009",
     "it has a managed save image; ask for MANAGED_SAVE to drop it"},

    {VM_GUARD_RENAME, BOTH, has_managed_save, INVALID, "DOM-REN-003",
     "it has a managed save image, which knows the old name"},
    {VM_GUARD_RENAME, RFC, has_snapshots, INVALID, "VM-REN-001",
     "it has {what}, which know the old name"},

    {VM_GUARD_SNAPSHOT_CREATE, RFC, create_over_managed_save, INVALID, "VM-SAVE-002",
     "it has a managed save image, whose memory belongs to the disks as they are; start the domain "
     "or remove the image first"},

    {VM_GUARD_REVERT, BOTH, revert_stops_transient, INVALID, "SNAP-REV-004",
     "it is transient and would vanish; ask for RUNNING or PAUSED"},
    {VM_GUARD_REVERT, BOTH, revert_undefined, RISKY, "SNAP-REV-005",
     "the snapshot holds no domain definition to go back to; redefine it with one, or ask for "
     "FORCE in profile rfc to keep the present one"},
    {VM_GUARD_REVERT, BOTH, revert_bad_state, UNSUPPORTED, "SNAP-REV-012",
     "a snapshot in state '{what}' cannot be reverted to"},
    {VM_GUARD_REVERT, BOTH, revert_shared_image, UNSUPPORTED, "VM-REVX-002",
     "the snapshot's image of disk '{what}' is needed by another snapshot, an overlay, a domain or "
     "a "
     "saved guest, under which it would be written"},
    {VM_GUARD_REVERT, BOTH, revert_managed_save, RISKY, "SNAP-REV-006",
     "it has a managed save image, which does not fit the snapshot's disks; ask for FORCE"},
    {VM_GUARD_REVERT, RFC, revert_strands_save, RISKY, "VM-REV-010",
     "it has a managed save image, whose memory would be lost or meet the snapshot's disks; ask "
     "for FORCE to drop it"},
    {VM_GUARD_REVERT, RFC, revert_stops_guest, RISKY, "VM-REV-001",
     "it runs and the snapshot has no memory, so that the guest would be lost; ask for FORCE"},
    {VM_GUARD_REVERT, RFC, revert_over_children, RISKY, "VM-REVX-001",
     "the snapshot is external and has {what} below it, beside which a new branch would begin; ask "
     "for FORCE, DELETE_CHILDREN or DISCARD"},
    {VM_GUARD_REVERT, RFC, revert_memory_alone, RISKY, "VM-REVX-008",
     "the snapshot has memory but leaves disk '{what}' out, which has gone on since; ask for FORCE "
     "to put the one over the other"},
    {VM_GUARD_REVERT, RFC, revert_needs_process, RISKY, "VM-REVX-003",
     "it runs, and an external snapshot is brought back by a new process; ask for FORCE"},
    {VM_GUARD_REVERT, RFC, revert_other_image, RISKY, "VM-REV-003",
     "disk '{what}' has another image than the snapshot; ask for FORCE to start a new process"},
    {VM_GUARD_REVERT, RFC, revert_other_abi, RISKY, "VM-REV-002",
     "the running guest cannot go on as the snapshot's ({what}); ask for FORCE to start a new "
     "process"},

    {VM_GUARD_SNAPSHOT_DELETE, RFC, delete_under_managed_save, INVALID, "VM-SAVE-006",
     "the domain has a managed save image, whose guest knows the images as they are; start it or "
     "remove the image first"},
    {VM_GUARD_SNAPSHOT_DELETE, LIBVIRT, delete_external_below, VIR_ERR_CONFIG_UNSUPPORTED,
     "SNAP-DEL-014", "its descendant '{what}' is external and is not deleted with others"},
    {VM_GUARD_SNAPSHOT_DELETE, LIBVIRT, delete_external_subtree, VIR_ERR_CONFIG_UNSUPPORTED,
     "SNAP-DEL-015", "it is external and is not deleted with others"},
    {VM_GUARD_SNAPSHOT_DELETE, LIBVIRT, delete_current_with_children, VIR_ERR_CONFIG_UNSUPPORTED,
     "SNAP-DELX-002", "it is external, current, and has children"},
    {VM_GUARD_SNAPSHOT_DELETE, LIBVIRT, delete_in_other_branch, VIR_ERR_CONFIG_UNSUPPORTED,
     "SNAP-DELX-003", "it is external, has children, and is not in the current branch"},
    {VM_GUARD_SNAPSHOT_DELETE, LIBVIRT, delete_with_branches, VIR_ERR_CONFIG_UNSUPPORTED,
     "SNAP-DELX-004", "it is external and has {what} children"},
    {VM_GUARD_SNAPSHOT_DELETE, BOTH, delete_across_overlay, UNSUPPORTED, "SNAP-DEL-007",
     "disk '{what}' has another top image than when it was taken"},
};

static char *
fill_in(const char *text, const char *what)
{
    g_auto(GStrv) parts = g_strsplit(text, "{what}", -1);
    return g_strjoinv(what != NULL ? what : "", parts);
}

static gboolean
object(const Guard *guard, const VmGuardContext *context, const char *what, GError **error)
{
    g_autofree char *text = fill_in(guard->text, what);
    const char *domain = context->domain->def->name;
    const char *moment = context->moment != NULL ? context->moment->name
                         : context->def != NULL  ? context->def->name
                                                 : NULL;
    if (moment == NULL)
        return vm_refuse(error, guard->code, "domain '%s': %s (%s)", domain, text, guard->rule);
    return vm_refuse(error, guard->code, "domain '%s', snapshot '%s': %s (%s)", domain, moment,
                     text, guard->rule);
}

gboolean
vm_guard(VmGuardedCall call, const VmGuardContext *context, GError **error)
{
    VmProfile profile = context->domain->driver->profile;
    for (guint i = 0; i < G_N_ELEMENTS(guards); i++) {
        const Guard *guard = &guards[i];
        if (guard->call != call || !(guard->profile & profile))
            continue;
        g_autofree char *what = NULL;
        if (guard->objects(context, &what))
            return object(guard, context, what, error);
    }
    return TRUE;
}
