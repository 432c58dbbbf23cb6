/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * REDEFINE: metadata given back to the driver, or corrected (section 11).
 * Images are not looked at.
 */
#include "spec/driver/snapshot_steps.h"

/* What a redefinition is about. */
typedef struct {
    VmDomain *domain;
    VmMoment *existing; /* of that name, or NULL */
    VmMoment *parent;   /* or NULL for a root */
    VmSnapshotDef *def;
    guint32 flags;
} Redefinition;

static gboolean
check_state(const Redefinition *r, GError **error)
{
    VmSnapshotState state = r->def->state;
    if (state == VM_SNAPSHOT_PMSUSPENDED || state == VM_SNAPSHOT_BLOCKED ||
        state == VM_SNAPSHOT_NOSTATE)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s': snapshot '%s' cannot have been taken in its state "
                         "(SNAP-REDEF-015)",
                         r->domain->def->name, r->def->name);
    /* what finishes a delete takes the file of that name with it */
    if (r->existing == NULL && !vm_domain_check_finished(r->domain, error))
        return FALSE;
    if (r->existing == NULL && vm_record_snapshot_reserved(r->domain, r->def->name))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': the name '%s' belongs to metadata that could not be loaded; "
                         "remove the file (VM-META-005)",
                         r->domain->def->name, r->def->name);
    return TRUE;
}

static gboolean
find_parent(Redefinition *r, GError **error)
{
    const char *name = r->def->parent;
    if (name == NULL)
        return TRUE;
    if (g_strcmp0(name, r->def->name) == 0)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': snapshot '%s' cannot be its own parent (SNAP-REDEF-002)",
                         r->domain->def->name, name);
    r->parent = vm_moment_tree_find(r->domain->snapshots, name);
    if (r->parent == NULL)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': parent '%s' of snapshot '%s' is not there (SNAP-REDEF-003)",
                         r->domain->def->name, name, r->def->name);
    if (r->existing != NULL && vm_moment_is_ancestor(r->existing, r->parent))
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': parent '%s' of snapshot '%s' descends from it "
                         "(SNAP-REDEF-004)",
                         r->domain->def->name, name, r->def->name);
    return TRUE;
}

static gboolean
check_document(const Redefinition *r, GError **error)
{
    const char *domain = r->domain->def->name;
    if ((r->flags & VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY) && r->def->state != VM_SNAPSHOT_DISK)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': DISK_ONLY asks for state 'disk-snapshot', but snapshot '%s' "
                         "has another (SNAP-REDEF-005)",
                         domain, r->def->name);
    if (r->def->domain != NULL && g_strcmp0(r->def->domain->uuid, r->domain->def->uuid) != 0)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': snapshot '%s' is of a domain with UUID %s (SNAP-REDEF-006)",
                         domain, r->def->name, r->def->domain->uuid);
    const VmDomainDef *inactive = r->def->inactive_domain;
    if (inactive != NULL && g_strcmp0(inactive->uuid, r->domain->def->uuid) != 0)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': the inactiveDomain of snapshot '%s' has UUID %s "
                         "(VM-XML-007)",
                         domain, r->def->name, inactive->uuid);
    return TRUE;
}

static gboolean
has_guest(VmSnapshotState state)
{
    return state == VM_SNAPSHOT_RUNNING || state == VM_SNAPSHOT_PAUSED;
}

static gboolean
check_existing(Redefinition *r, GError **error)
{
    if (r->existing == NULL)
        return TRUE;
    const char *domain = r->domain->def->name;
    const VmSnapshotDef *old = vm_moment_snapshot(r->existing);
    if (has_guest(old->state) != has_guest(r->def->state))
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': snapshot '%s' cannot change between a running and a stopped "
                         "state (SNAP-REDEF-008)",
                         domain, r->def->name);
    if ((old->state == VM_SNAPSHOT_DISK) != (r->def->state == VM_SNAPSHOT_DISK))
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': snapshot '%s' cannot change to or from 'disk-snapshot' "
                         "(SNAP-REDEF-009)",
                         domain, r->def->name);
    if (old->domain == NULL)
        return TRUE;
    if (r->def->domain != NULL)
        return vm_domain_def_check_abi(old->domain, r->def->domain, error);
    r->def->domain = vm_domain_def_ref(old->domain); /* SNAP-REDEF-012 */
    return TRUE;
}

/* A hundred thousand redefinitions are of a few definitions only. */
static void
share_domain(const Redefinition *r)
{
    const VmMoment *near = r->existing != NULL ? r->existing : r->parent;
    vm_domain_def_share(&r->def->domain, r->domain->def);
    if (near != NULL)
        vm_domain_def_share(&r->def->domain, vm_moment_snapshot(near)->domain);
}

static gboolean
align(const Redefinition *r, GError **error)
{
    gboolean external = r->def->state == VM_SNAPSHOT_DISK || vm_snapshot_def_is_external(r->def);
    const VmAlignOptions options = {
        .fallback = external ? VM_LOCATION_EXTERNAL : VM_LOCATION_INTERNAL,
        .uniform = TRUE,
        .is_regular = vm_snapshot_is_regular,
        .data = r->domain->driver->store,
    };
    return vm_snapshot_def_align(r->def, &options, error);
}

/* The file of the one that ceases to be current; without it, the first one is put back. */
static gboolean
record_former(const Redefinition *r, VmMoment *former, GError **error)
{
    if (vm_record_unmark(r->domain, vm_moment_snapshot(former), error))
        return TRUE;
    g_autoptr(GError) failure = NULL;
    gboolean back =
        r->existing != NULL
            ? vm_record_snapshot(r->domain, vm_moment_snapshot(r->existing), FALSE, &failure)
            : vm_record_drop_snapshot(r->domain, r->def->name, &failure);
    if (!back)
        vm_snapshot_log(r->domain, "metadata could not be put back", failure);
    return FALSE;
}

static gboolean
record(const Redefinition *r, gboolean current, GError **error)
{
    VmMoment *former = vm_moment_tree_current(r->domain->snapshots);
    gboolean moves = current && former != NULL && former != r->existing;
    if (!moves)
        return vm_record_snapshot(r->domain, r->def, current, error);
    return vm_record_snapshot(r->domain, r->def, TRUE, error) && record_former(r, former, error);
}

static void
link_redefined(const Redefinition *r, gboolean current)
{
    VmMomentTree *tree = r->domain->snapshots;
    VmMoment *moment = r->existing;
    if (moment == NULL) {
        moment = vm_moment_tree_add(tree, r->def->name, r->parent, vm_snapshot_def_ref(r->def));
        vm_record_note_new(r->domain, moment, current);
    } else {
        vm_moment_tree_replace(tree, moment, vm_snapshot_def_ref(r->def));
        vm_moment_tree_move(tree, moment, r->parent);
    }
    if (current)
        vm_moment_tree_set_current(tree, moment);
}

gboolean
vm_snapshot_redefine(VmDomain *domain, VmSnapshotDef *def, guint32 flags, GError **error)
{
    Redefinition r = {
        .domain = domain,
        .existing = vm_moment_tree_find(domain->snapshots, def->name),
        .def = def,
        .flags = flags,
    };
    if (!check_state(&r, error) || !find_parent(&r, error) || !check_document(&r, error) ||
        !check_existing(&r, error) || !align(&r, error))
        return FALSE;
    share_domain(&r);

    gboolean current =
        (flags & VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT) ||
        (r.existing != NULL && r.existing == vm_moment_tree_current(domain->snapshots));
    if (!record(&r, current, error))
        return FALSE;
    link_redefined(&r, current);
    return TRUE;
}
