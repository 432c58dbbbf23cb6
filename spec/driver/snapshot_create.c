/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainSnapshotCreateXML: what is asked for, and which way it goes.
 */
#include "spec/driver/snapshot_steps.h"
#include <string.h>

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name

/* ---- arguments and flags ---- */

/* Flags that exclude or need one another, in the order of the checks (SNAP-CREATE-026). */
static const struct {
    guint32 flag;
    guint32 needs;    /* refused without it */
    guint32 excludes; /* refused with it */
    const char *text;
} flag_rows[] = {
    {CREATE(CURRENT), CREATE(REDEFINE), 0, "CURRENT needs REDEFINE (SNAP-API-006)"},
    {CREATE(REDEFINE), 0, CREATE(NO_METADATA), "REDEFINE excludes NO_METADATA (SNAP-API-007)"},
    {CREATE(REDEFINE), 0, CREATE(HALT), "REDEFINE excludes HALT (SNAP-API-008)"},
    {CREATE(QUIESCE), CREATE(DISK_ONLY), 0, "QUIESCE needs DISK_ONLY (SNAP-CREATE-001)"},
    {CREATE(LIVE), 0, CREATE(REDEFINE), "LIVE excludes REDEFINE (SNAP-CREATE-003)"},
};

static gboolean
check_flags(VmDriver *driver, const char *domain, guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_SNAPSHOT_CREATE_XML, flags, driver->profile, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(flag_rows); i++) {
        if (!(flags & flag_rows[i].flag))
            continue;
        if ((flag_rows[i].needs && !(flags & flag_rows[i].needs)) ||
            (flags & flag_rows[i].excludes))
            return vm_refuse(error, VIR_ERR_INVALID_ARG, "domain '%s', snapshot: %s", domain,
                             flag_rows[i].text);
    }
    return TRUE;
}

static guint
parse_flags(const VmDomain *domain, guint32 flags)
{
    guint parse = 0;
    if (flags & CREATE(VALIDATE))
        parse |= VM_SNAPSHOT_PARSE_VALIDATE;
    if (flags & CREATE(NO_METADATA))
        parse |= VM_SNAPSHOT_PARSE_ANY_NAME;
    if (flags & CREATE(REDEFINE))
        return parse | VM_SNAPSHOT_PARSE_REDEFINE;
    if (!vm_domain_is_active(domain) || (flags & CREATE(DISK_ONLY)))
        parse |= VM_SNAPSHOT_PARSE_OFFLINE;
    return parse;
}

/* ---- what the domain's state allows ---- */

static gboolean
check_live(const VmSnapshotPlan *plan, GError **error)
{
    if (!(plan->flags & CREATE(LIVE)) ||
        (vm_domain_is_active(plan->domain) && plan->def->memory == VM_LOCATION_EXTERNAL))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                     "domain '%s': LIVE is for a running domain's memory in a file "
                     "(SNAP-CREATE-005)",
                     plan->domain->def->name);
}

static gboolean
check_state(const VmSnapshotPlan *plan, GError **error)
{
    switch (plan->domain->state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_PAUSED:
    case VIR_DOMAIN_SHUTDOWN:
    case VIR_DOMAIN_SHUTOFF:
    case VIR_DOMAIN_CRASHED:
        return TRUE;
    default:
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s': no snapshot can be taken in state '%s' (SNAP-CREATE-007)",
                         plan->domain->def->name, vm_enum_word("state", plan->domain->state));
    }
}

static gboolean
check_quiesce(const VmSnapshotPlan *plan, GError **error)
{
    const VmDomain *domain = plan->domain;
    if (!(plan->flags & CREATE(QUIESCE)) || !vm_domain_is_active(domain))
        return TRUE; /* nothing runs that could be frozen (SNAP-CREATE-023) */
    if (domain->state != VIR_DOMAIN_RUNNING)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' does not run, so that its agent cannot freeze it "
                         "(SNAP-MEM-020)",
                         domain->def->name);
    if (!domain->def->agent)
        return vm_refuse(error, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "domain '%s' has no guest agent to quiesce it (SNAP-MEM-021)",
                         domain->def->name);
    return vm_refuse(error, VIR_ERR_AGENT_UNRESPONSIVE,
                     "domain '%s': the guest agent is not connected (SNAP-MEM-022)",
                     domain->def->name);
}

/* The memory would depend on writes that are gone with the process. */
static gboolean
check_transient(const VmSnapshotPlan *plan, GError **error)
{
    const VmDomain *domain = plan->domain;
    if ((plan->flags & CREATE(DISK_ONLY)) || !vm_domain_is_active(domain) ||
        !vm_transient_any(domain->def))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s' has a <transient/> disk, so that a snapshot with memory could "
                     "not be gone back to (DISK-TR-006)",
                     domain->def->name);
}

/* ---- what is captured ---- */

static VmSnapshotState
state_of(const VmDomain *domain)
{
    switch (domain->state) {
    case VIR_DOMAIN_RUNNING:
        return VM_SNAPSHOT_RUNNING;
    case VIR_DOMAIN_PAUSED:
        return VM_SNAPSHOT_PAUSED;
    case VIR_DOMAIN_SHUTDOWN:
        return VM_SNAPSHOT_SHUTDOWN;
    case VIR_DOMAIN_CRASHED:
        return VM_SNAPSHOT_CRASHED;
    default:
        return VM_SNAPSHOT_SHUTOFF;
    }
}

static gboolean
lists_external(const VmSnapshotDef *def)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmSnapshotDisk *disk = g_ptr_array_index(def->disks, i);
        if (disk->location == VM_LOCATION_EXTERNAL)
            return TRUE;
    }
    return FALSE;
}

/* State, memory and the location of disks that say nothing (SNAP-ALIGN-027 to -032). */
static gboolean
decide(const VmSnapshotPlan *plan, VmLocation *fallback, GError **error)
{
    VmSnapshotDef *def = plan->def;
    gboolean active = vm_domain_is_active(plan->domain);
    *fallback = VM_LOCATION_EXTERNAL;
    if (plan->flags & CREATE(DISK_ONLY)) {
        def->state = active ? VM_SNAPSHOT_DISK : VM_SNAPSHOT_SHUTOFF;
        def->memory = VM_LOCATION_NO;
        return TRUE;
    }
    def->state = state_of(plan->domain);
    if (!active) {
        def->memory = VM_LOCATION_NO;
        if (!lists_external(def))
            *fallback = VM_LOCATION_INTERNAL;
        return TRUE;
    }
    if (def->memory == VM_LOCATION_EXTERNAL)
        return TRUE; /* SNAP-ALIGN-028 */
    *fallback = VM_LOCATION_INTERNAL;
    if (def->memory == VM_LOCATION_NO)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "domain '%s': an internal snapshot of a running domain holds its memory "
                         "(SNAP-ALIGN-032)",
                         plan->domain->def->name);
    def->memory = VM_LOCATION_INTERNAL;
    return TRUE;
}

static gboolean
capture(const VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    plan->def->domain = vm_domain_is_active(domain) ? vm_transient_base(domain->def)
                                                    : vm_domain_def_ref(domain->def);
    if (domain->next_def != NULL)
        plan->def->inactive_domain = vm_domain_def_ref(domain->next_def);
    VmAlignOptions options = {
        .uniform = TRUE,
        .is_regular = vm_snapshot_is_regular,
        .data = domain->driver->store,
    };
    return decide(plan, &options.fallback, error) &&
           vm_snapshot_def_align(plan->def, &options, error);
}

/* ---- names ---- */

/* Unnamed: the creation time, told apart where a second has several (SNAP-NAME-001, -002). */
static void
give_name(const VmDomain *domain, VmSnapshotDef *def)
{
    def->name = g_strdup_printf("%" G_GINT64_FORMAT, def->creation_time);
    for (guint i = 1; vm_moment_tree_find(domain->snapshots, def->name) != NULL ||
                      vm_record_snapshot_reserved(domain, def->name);
         i++) {
        g_free(def->name);
        def->name = g_strdup_printf("%" G_GINT64_FORMAT "-%u", def->creation_time, i);
    }
}

static gboolean
check_name(const VmSnapshotPlan *plan, GError **error)
{
    const VmDomain *domain = plan->domain;
    const char *name = plan->def->name;
    if (plan->flags & CREATE(NO_METADATA))
        return TRUE;
    if (vm_moment_tree_find(domain->snapshots, name) != NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s' has a snapshot '%s' already (SNAP-NAME-003)",
                         domain->def->name, name);
    if (vm_record_snapshot_reserved(domain, name))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': the name '%s' belongs to metadata that could not be loaded; "
                         "remove the file (VM-META-005)",
                         domain->def->name, name);
    return TRUE;
}

/* ---- the call ---- */

static gboolean
check_all(VmSnapshotPlan *plan, GError **error)
{
    if (!check_state(plan, error) || !check_quiesce(plan, error) || !check_transient(plan, error) ||
        !capture(plan, error))
        return FALSE;
    const VmGuardContext context = {.domain = plan->domain, .def = plan->def, .flags = plan->flags};
    if (!vm_snapshot_prepare(plan, error) || !check_name(plan, error))
        return FALSE;
    vm_snapshot_internal_ahead(plan);
    return vm_snapshot_check_tags(plan, error) &&
           vm_guard(VM_GUARD_SNAPSHOT_CREATE, &context, error) &&
           vm_snapshot_check_size(plan, error);
}

static gboolean
create_new(VmSnapshotPlan *plan, GError **error)
{
    VmDomain *domain = plan->domain;
    VmSnapshotDef *def = plan->def;
    def->creation_time = vm_env_now(domain->driver->env) / G_GINT64_CONSTANT(1000000000);
    if (def->name == NULL)
        give_name(domain, def);
    const VmMoment *current = vm_moment_tree_current(domain->snapshots);
    g_free(def->parent);
    def->parent =
        g_strdup(current != NULL && !(plan->flags & CREATE(NO_METADATA)) ? current->name : NULL);
    if (!check_all(plan, error)) {
        vm_intent_forget_ahead(domain);
        return FALSE;
    }
    return plan->external ? vm_snapshot_create_external(plan, error)
                          : vm_snapshot_create_internal(plan, error);
}

gboolean
vm_snapshot_create_xml(VmDriver *driver, const char *domain_name, const char *xml, guint32 flags,
                       char **name, GError **error)
{
    if (xml == NULL)
        return vm_refuse(error, VIR_ERR_INVALID_ARG,
                         "domain '%s': a snapshot needs a document (SNAP-API-003)", domain_name);
    if (!check_flags(driver, domain_name, flags, error))
        return FALSE;
    VmDomain *domain = vm_driver_domain_to_change(driver, domain_name, error);
    if (domain == NULL || /* a redefinition of what is listed records nothing before it is done */
        !((flags & CREATE(REDEFINE)) || vm_domain_check_finished(domain, error)))
        return FALSE;
    if ((flags & CREATE(HALT)) && !domain->persistent)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s' is transient and would vanish with HALT (SNAP-CREATE-004)",
                         domain_name);

    g_autoptr(VmSnapshotDef) def = vm_snapshot_def_parse(xml, parse_flags(domain, flags), error);
    VmSnapshotPlan plan = {.domain = domain, .def = def, .flags = flags};
    if (def == NULL || !check_live(&plan, error))
        return FALSE;
    gboolean ok = flags & CREATE(REDEFINE) ? vm_snapshot_redefine(domain, def, flags, error)
                                           : create_new(&plan, error);
    json_decref(plan.blocks);
    g_clear_pointer(&plan.tagged, g_array_unref);
    if (ok)
        *name = g_strdup(def->name);
    return ok;
}

/* ---- what the domain does next ---- */

gboolean
vm_snapshot_go_on(VmDomain *domain, GError **error)
{
    if (vm_domain_process_cont(domain, error))
        return TRUE;
    if (vm_domain_is_unclear(domain))
        return FALSE;
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR);
    vm_record_status_anyway(domain);
    return FALSE;
}

gboolean
vm_snapshot_resume(VmDomain *domain, GError **error)
{
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    if (!vm_snapshot_go_on(domain, error)) {
        /* it was announced as suspended, and as far as is known it is */
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
        return FALSE;
    }
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
    if (domain->state == VIR_DOMAIN_RUNNING && domain->reason == VIR_DOMAIN_RUNNING_UNPAUSED)
        return TRUE;
    vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    vm_record_status_anyway(domain);
    return TRUE;
}

void
vm_snapshot_halt(VmDomain *domain)
{
    vm_domain_process_end(domain, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT);
}
