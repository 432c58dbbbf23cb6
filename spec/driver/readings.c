/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeping definitions by their text; what cannot be read is not kept.
 */
#include "spec/driver/readings.h"

struct VmReadings {
    GHashTable *domains;   /* text → VmDomainDef * */
    GHashTable *snapshots; /* text → VmSnapshotDef * */
};

VmReadings *
vm_readings_new(void)
{
    VmReadings *readings = g_new0(VmReadings, 1);
    readings->domains =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)vm_domain_def_unref);
    readings->snapshots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                (GDestroyNotify)vm_snapshot_def_unref);
    return readings;
}

void
vm_readings_free(VmReadings *readings)
{
    if (readings == NULL)
        return;
    g_hash_table_unref(readings->domains);
    g_hash_table_unref(readings->snapshots);
    g_free(readings);
}

VmDomainDef *
vm_readings_domain(VmReadings *readings, const char *text, GError **error)
{
    VmDomainDef *def = readings != NULL ? g_hash_table_lookup(readings->domains, text) : NULL;
    if (def != NULL)
        return vm_domain_def_ref(def);
    def = vm_domain_def_parse(text, NULL, 0, error);
    if (def != NULL && readings != NULL)
        g_hash_table_insert(readings->domains, g_strdup(text), vm_domain_def_ref(def));
    return def;
}

VmSnapshotDef *
vm_readings_snapshot(VmReadings *readings, const char *text, GError **error)
{
    VmSnapshotDef *def = readings != NULL ? g_hash_table_lookup(readings->snapshots, text) : NULL;
    if (def != NULL)
        return vm_snapshot_def_ref(def);
    def =
        vm_snapshot_def_parse(text, VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL, error);
    if (def != NULL && readings != NULL)
        g_hash_table_insert(readings->snapshots, g_strdup(text), vm_snapshot_def_ref(def));
    return def;
}
