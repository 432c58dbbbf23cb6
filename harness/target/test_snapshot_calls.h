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

/* The definition with the first disk alone. */
static inline char *
one_disk_xml(void)
{
    g_autofree char *both = two_disk_xml(VDA, "");
    g_auto(GStrv) parts = g_strsplit(both, "<disk ", 3);
    return g_strconcat(parts[0], "<disk ", parts[1], "</devices></domain>", NULL);
}

/* The definition of another domain, "vn", with that image and the second disk's. */
static inline char *
other_domain_xml(const char *vda)
{
    g_autofree char *own = two_disk_xml(vda, "");
    g_autofree char *named = replaced(own, "<name>vm", "<name>vn");
    return replaced(named, "11111111-1111", "22222222-2222");
}

/* Another driver died with that record of its call. */
static inline void
leave_intent(const char *verb, const char *data)
{
    g_autofree char *text = g_strdup_printf(
        "{\"verb\":\"%s\",\"domain\":\"vm\",\"uuid\":\"11111111-1111-4111-8111-111111111111\","
        "\"data\":{%s}}",
        verb, data);
    assert_done(vm_store_replace(sim_world_store(world), INTENT, text, &failure));
}

/* What is done from now on cannot be recorded. */
static inline gboolean
apply_and_fail_later(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                     GError **error)
{
    (void)hv;
    if (verb == VM_IMAGE_SNAPSHOT_APPLY && strcmp(tag, "s1") == 0)
        fault("/sim/lib/qemu/intent/*", SIM_FS_CHANGE, 1);
    return images.inner->ops->image_snapshot(images.inner, path, verb, tag, error);
}
