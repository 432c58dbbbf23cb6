/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeping definitions by their text; what cannot be read is not kept.
 */
#include "spec/driver/readings.h"
#include "spec/api/text_hash.h"
#include <string.h>

struct VmReadings {
    GHashTable *domains;   /* text → VmDomainDef * */
    GHashTable *snapshots; /* text after the mark → VmSnapshotDef * */
    gsize bytes;           /* of all texts */
};

VmReadings *
vm_readings_new(void)
{
    VmReadings *readings = g_new0(VmReadings, 1);
    readings->domains = g_hash_table_new_full(vm_text_hash, g_str_equal, g_free,
                                              (GDestroyNotify)vm_domain_def_unref);
    readings->snapshots = g_hash_table_new_full(vm_text_hash, g_str_equal, g_free,
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

gsize
vm_readings_bytes(const VmReadings *readings)
{
    return readings->bytes;
}

static char *
keep_text(VmReadings *readings, const char *text)
{
    readings->bytes += strlen(text);
    return g_strdup(text);
}

VmDomainDef *
vm_readings_domain(VmReadings *readings, const char *text, GError **error)
{
    VmDomainDef *def = readings != NULL ? g_hash_table_lookup(readings->domains, text) : NULL;
    if (def != NULL)
        return vm_domain_def_ref(def);
    def = vm_domain_def_parse(text, NULL, 0, error);
    if (def != NULL && readings != NULL)
        g_hash_table_insert(readings->domains, keep_text(readings, text), vm_domain_def_ref(def));
    return def;
}

/* Which snapshot is current is told by a mark in the head of its file, which changes more often
 * than all else: the text from there on, with the mark; NULL where the file begins otherwise. */
static const char *
read_mark(const char *text, guint64 *mark)
{
    static const char begin[] = "<domainsnapshot>\n  <active>";
    static const char end[] = "</active>";
    if (!g_str_has_prefix(text, begin) || !g_ascii_isdigit(text[strlen(begin)]))
        return NULL;
    char *rest = NULL;
    *mark = g_ascii_strtoull(text + strlen(begin), &rest, 10);
    return *mark != G_MAXUINT64 && g_str_has_prefix(rest, end) ? rest + strlen(end) : NULL;
}

VmSnapshotDef *
vm_readings_snapshot(VmReadings *readings, const char *text, guint64 *mark, GError **error)
{
    const char *rest = readings != NULL ? read_mark(text, mark) : NULL;
    VmSnapshotDef *def = rest != NULL ? g_hash_table_lookup(readings->snapshots, rest) : NULL;
    if (def != NULL)
        return vm_snapshot_def_ref(def);
    def =
        vm_snapshot_def_parse(text, VM_SNAPSHOT_PARSE_REDEFINE | VM_SNAPSHOT_PARSE_INTERNAL, error);
    if (def == NULL)
        return NULL;
    if (rest != NULL) {
        g_assert(def->active == *mark);
        g_hash_table_insert(readings->snapshots, keep_text(readings, rest),
                            vm_snapshot_def_ref(def));
    }
    *mark = def->active;
    return def;
}
