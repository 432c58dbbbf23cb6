/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is about to happen: a durable record for calls of several steps, from
 * which a driver that starts again finishes or undoes them.
 *
 * The budget is three durable writes per call.  A record, the new snapshot's
 * file and the former current one's are just that.  Two calls need more, and
 * keep it: a disk-only snapshot of a running persistent domain also changes
 * the live and the next definition, each in the file from which its reader
 * takes the truth, and a guest that was paused for a snapshot has a new status.
 * Without the record a crash before the disks are switched would leave
 * overlays, or tags, that nobody owns and that look like a caller's own
 * (NO_METADATA); no order of the other writes can tell these apart.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

/* Larger records are not ours. */
#define INTENT_FILE_MAX (4 * VM_SNAPSHOT_FILE_MAX)

/* What recovery does, by verb. */
typedef struct {
    const char *verb;
    VmIntentPhase phase;
    void (*recover)(const VmIntent *intent);
} IntentRow;

static const IntentRow intent_rows[] = {
    {"undefine", VM_INTENT_BEFORE_LOAD, vm_domain_undefine_recover},
    {"rename", VM_INTENT_BEFORE_LOAD, vm_domain_rename_recover},
    {"save", VM_INTENT_AFTER_LOAD, vm_domain_save_recover},
    {"snapshot-create", VM_INTENT_AFTER_LOAD, vm_snapshot_create_recover},
    {"snapshot-redefine", VM_INTENT_AFTER_LOAD, vm_snapshot_redefine_recover},
    {"snapshot-revert", VM_INTENT_AFTER_LOAD, vm_snapshot_revert_recover},
    {"snapshot-delete", VM_INTENT_AFTER_LOAD, vm_snapshot_delete_recover},
};

static char *
intent_folder(const VmDriver *driver)
{
    return g_strdup_printf("%s/lib/qemu/intent", driver->root);
}

static char *
intent_path(const VmDriver *driver, const char *domain)
{
    return g_strdup_printf("%s/lib/qemu/intent/%s.json", driver->root, domain);
}

gboolean
vm_intent_begin(VmDomain *domain, const char *verb, json_t *data, GError **error)
{
    json_t *record =
        json_pack("{s:s, s:s, s:s, s:o}", "verb", verb, "domain", domain->def->name, "uuid",
                  domain->def->uuid, "data", data != NULL ? data : json_object());
    char *text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(record);
    g_autofree char *path = intent_path(domain->driver, domain->def->name);
    gboolean ok = vm_store_replace(domain->driver->store, path, text, error);
    free(text);
    if (ok)
        g_hash_table_remove(domain->driver->stale_intents, domain->def->name);
    return ok;
}

void
vm_intent_drop(VmDriver *driver, const char *domain)
{
    g_autofree char *path = intent_path(driver, domain);
    g_autoptr(GError) error = NULL;
    if (vm_store_remove(driver->store, path, &error))
        return;
    vm_env_log(driver->env, "domain '%s': %s", domain, error->message);
    g_hash_table_add(driver->stale_intents, g_strdup(domain));
}

void
vm_intent_retry(VmDriver *driver)
{
    if (g_hash_table_size(driver->stale_intents) == 0)
        return;
    g_autoptr(GHashTable) names = g_steal_pointer(&driver->stale_intents);
    driver->stale_intents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        vm_intent_drop(driver, name);
}

void
vm_intent_end(VmDomain *domain)
{
    vm_intent_drop(domain->driver, domain->def->name);
}

static const IntentRow *
row_of(const char *verb)
{
    for (guint i = 0; i < G_N_ELEMENTS(intent_rows); i++)
        if (g_strcmp0(verb, intent_rows[i].verb) == 0)
            return &intent_rows[i];
    return NULL;
}

static void
recover_record(VmDriver *driver, const char *path, const json_t *record, VmIntentPhase phase)
{
    VmIntent intent = {
        .driver = driver,
        .name = json_string_value(json_object_get(record, "domain")),
        .uuid = json_string_value(json_object_get(record, "uuid")),
        .data = json_object_get(record, "data"),
    };
    const char *verb = json_string_value(json_object_get(record, "verb"));
    const IntentRow *row = row_of(verb);
    if (row == NULL || intent.name == NULL || intent.uuid == NULL || intent.data == NULL) {
        if (phase == VM_INTENT_BEFORE_LOAD)
            vm_env_log(driver->env, "'%s': an intent that is not known ('%s'); kept", path,
                       verb ? verb : "");
        return;
    }
    if (row->phase != phase)
        return;
    if (phase == VM_INTENT_AFTER_LOAD)
        intent.domain = g_hash_table_lookup(driver->by_uuid, intent.uuid);
    vm_env_log(driver->env, "domain '%s': recovering from an interrupted %s", intent.name, verb);
    row->recover(&intent);
    vm_intent_drop(driver, intent.name);
}

void
vm_intent_recover(VmDriver *driver, VmIntentPhase phase)
{
    g_autofree char *folder = intent_folder(driver);
    g_autoptr(GPtrArray) names = driver->store->ops->list(driver->store, folder, NULL);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (!g_str_has_suffix(name, ".json"))
            continue;
        g_autofree char *path = g_strdup_printf("%s/%s", folder, name);
        g_autofree char *text = vm_store_read_text(driver->store, path, INTENT_FILE_MAX, NULL);
        json_t *record = text != NULL ? json_loads(text, 0, NULL) : NULL;
        if (record != NULL)
            recover_record(driver, path, record, phase);
        else if (phase == VM_INTENT_BEFORE_LOAD)
            vm_env_log(driver->env, "'%s': an intent that cannot be read; kept", path);
        json_decref(record);
    }
}
