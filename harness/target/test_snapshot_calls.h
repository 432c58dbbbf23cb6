/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The calls that tests of snapshots make of "vm", and what they look at then,
 * in brief.
 */
#pragma once

#include "harness/target/test_snapshot.h"

#define CREATE(name) VIR_DOMAIN_SNAPSHOT_CREATE_##name
#define REVERT(name) VIR_DOMAIN_SNAPSHOT_REVERT_##name
#define INTENT "/sim/lib/qemu/intent/vm.json"

static inline gboolean
revert(const char *snapshot, guint32 flags)
{
    return vm_snapshot_revert(driver, "vm", snapshot, flags, &failure);
}

static inline gboolean
drop(const char *snapshot)
{
    return vm_snapshot_delete(driver, "vm", snapshot, 0, &failure);
}

/* The snapshot of that document; the name that it got is not of interest. */
static inline gboolean
create_of(const char *body, guint32 flags)
{
    g_autofree char *name = NULL;
    g_autofree char *xml = g_strdup_printf("<domainsnapshot>%s</domainsnapshot>", body);
    return vm_snapshot_create_xml(driver, "vm", xml, flags, &name, &failure);
}

static inline gboolean
exists(const char *path)
{
    return vm_store_kind(sim_world_store(world), path) != VM_FILE_MISSING;
}

/* Since the last look at the log, the driver said so. */
static inline void
assert_told(const char *part)
{
    g_autofree char *log = sim_world_take_log(world);
    if (log == NULL || strstr(log, part) == NULL)
        fail_msg("'%s' is not in: %s", part, log != NULL ? log : "nothing");
}

/* Whoever finds nothing wrong says nothing. */
static inline void
assert_silent(void)
{
    g_autofree char *log = sim_world_take_log(world);
    if (log != NULL)
        fail_msg("%s", log);
}
