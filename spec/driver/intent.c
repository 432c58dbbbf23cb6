/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is about to happen: a durable record for calls of several steps, from
 * which a driver that starts again finishes or undoes them.
 *
 * The budget is three durable writes per call: the record, one snapshot's file,
 * and the definition where the call changes it.  Without the record a crash
 * before the disks are switched would leave overlays, or tags, that nobody
 * owns and that look like a caller's own (NO_METADATA); no order of the other
 * writes can tell these apart.
 */
#include <string.h>
#include "spec/driver/domain_obj.h"
#include "spec/model/uuid.h"

/* Larger records are not ours. */
#define INTENT_FILE_MAX (4 * VM_SNAPSHOT_FILE_MAX)

/* Whether a member of a record is what its verb writes; NULL where there is none. */
typedef gboolean (*MemberCheck)(const json_t *value);

typedef struct {
    const char *name;
    MemberCheck check;
} IntentMember;

/* What recovery does, by verb, and what the data of the verb hold. */
typedef struct {
    const char *verb;
    const char *kind; /* where a verb has several */
    VmIntentPhase phase;
    void (*recover)(const VmIntent *intent);
    IntentMember members[10];
} IntentRow;

static gboolean
is_text(const json_t *value)
{
    return json_is_string(value);
}

static gboolean
is_text_or_none(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_string(value);
}

static gboolean
is_uuid_or_none(const json_t *value)
{
    if (value == NULL || json_is_null(value))
        return TRUE;
    const char *text = json_string_value(value);
    g_autofree char *uuid = text != NULL ? vm_uuid_normalize(text) : NULL;
    return uuid != NULL;
}

static gboolean
is_flag(const json_t *value)
{
    return json_is_boolean(value);
}

/* Names become parts of paths: one with a slash would reach another domain's files. */
static gboolean
is_name(const json_t *value)
{
    const char *name = json_string_value(value);
    return name != NULL && *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

static gboolean
is_list(const json_t *value, MemberCheck check)
{
    gsize i;
    json_t *entry;
    json_array_foreach(value, i, entry)
    {
        if (!check(entry))
            return FALSE;
    }
    return json_is_array(value);
}

static gboolean
is_names(const json_t *value)
{
    return is_list(value, is_name);
}

static gboolean
is_paths(const json_t *value)
{
    return is_list(value, is_text);
}

static gboolean
is_paths_or_none(const json_t *value)
{
    return value == NULL || is_paths(value);
}

static gboolean
is_overlay(const json_t *value)
{
    static const char *const texts[] = {"disk", "type", "path", "format", "base", "node"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        if (!is_text(json_object_get(value, texts[i])))
            return FALSE;
    return TRUE;
}

static gboolean
is_step(const json_t *value)
{
    const json_t *base = json_object_get(value, "base");
    return is_text(json_object_get(value, "moment")) && is_text(json_object_get(value, "path")) &&
           is_flag(json_object_get(value, "merge")) &&
           is_list(json_object_get(value, "above"), is_text) &&
           is_text_or_none(json_object_get(value, "format")) &&
           (is_text(base) || !json_is_true(json_object_get(value, "merge")));
}

static gboolean
is_steps(const json_t *value)
{
    return is_list(value, is_step);
}

static gboolean
is_number(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static gboolean
is_overlays(const json_t *value)
{
    return is_list(value, is_overlay);
}

static const IntentRow intent_rows[] = {
    {"undefine",
     NULL,
     VM_INTENT_BEFORE_LOAD,
     vm_domain_undefine_recover,
     {{"snapshots", is_names}}},
    {"rename", NULL, VM_INTENT_BEFORE_LOAD, vm_domain_rename_recover, {{"to", is_name}}},
    {"save",
     NULL,
     VM_INTENT_AFTER_LOAD,
     vm_domain_save_recover,
     {{"path", is_text}, {"partial", is_text}, {"running", is_flag}}},
    {"snapshot-create",
     "internal",
     VM_INTENT_AFTER_LOAD,
     vm_snapshot_create_recover,
     {{"name", is_name}, {"running", is_flag}, {"images", is_paths}}},
    {"snapshot-create",
     "external",
     VM_INTENT_AFTER_LOAD,
     vm_snapshot_create_recover,
     {{"name", is_name},
      {"metadata", is_flag},
      {"def", is_text},
      {"next", is_text_or_none},
      {"overlays", is_overlays},
      {"memory", is_text_or_none},
      {"images", is_paths_or_none},
      {"parent", is_text_or_none}}},
    {"snapshot-revert",
     NULL,
     VM_INTENT_AFTER_LOAD,
     vm_snapshot_revert_recover,
     {{"name", is_name},
      {"former", is_text_or_none},
      {"way-back", is_text_or_none},
      {"kept", is_flag},
      {"config", is_text_or_none},
      {"genid", is_uuid_or_none},
      {"overlays", is_overlays},
      {"tops", is_paths},
      {"old", is_text_or_none},
      {"old-former", is_text_or_none}}},
    {"snapshot-delete",
     NULL,
     VM_INTENT_AFTER_LOAD,
     vm_snapshot_delete_recover,
     {{"names", is_names},
      {"metadata-only", is_flag},
      {"steps", is_steps},
      {"committed", is_number},
      {"running", is_flag}}},
};

static char *
intent_folder(const VmDriver *driver)
{
    return g_strconcat(driver->root, "/lib/qemu/intent", NULL);
}

GString *
vm_intent_open(const VmDomain *domain, const char *verb)
{
    GString *record = vm_json_begin();
    vm_json_text(record, "verb", verb);
    vm_json_text(record, "domain", domain->def->name);
    vm_json_text(record, "uuid", domain->def->uuid);
    vm_json_open(record, "data", '{');
    return record;
}

char *
vm_intent_close(GString *record)
{
    vm_json_close(record, '}');
    return vm_json_end(record);
}

void
vm_intent_ahead(VmDomain *domain, const char *record)
{
    const char *path = vm_domain_path(domain, VM_KEPT_INTENT);
    vm_intent_forget_ahead(domain);
    if (vm_store_prepare(domain->driver->store, path, record, NULL))
        domain->intent_ahead = g_strdup(record);
}

void
vm_intent_forget_ahead(VmDomain *domain)
{
    if (domain->intent_ahead == NULL)
        return;
    const char *path = vm_domain_path(domain, VM_KEPT_INTENT);
    vm_store_abandon(domain->driver->store, path);
    g_clear_pointer(&domain->intent_ahead, g_free);
}

/* ---- domains that are noted by name; mostly none is ---- */

static gboolean
is_noted(GHashTable *names, const char *name)
{
    return names != NULL && g_hash_table_contains(names, name);
}

static void
note(GHashTable **names, const char *name)
{
    if (*names == NULL)
        *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(*names, g_strdup(name));
}

/* What was not understood at load may be all that tells of a call that was cut short: it is not
 * written over, and the administrator takes it away (VM-META-009). */
static gboolean
check_kept(VmDomain *domain, const char *path, GError **error)
{
    VmDriver *driver = domain->driver;
    const char *name = domain->def->name;
    gboolean kept = is_noted(driver->kept_intents, name) ||
                    (driver->unseen_intents && !is_noted(driver->stale_intents, name));
    if (!kept || vm_store_kind(driver->store, path) == VM_FILE_MISSING)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s': '%s' tells of a call that was cut short, and was not understood "
                     "when the driver started; it has to be looked into and removed first "
                     "(VM-META-009)",
                     name, path);
}

gboolean
vm_intent_begin(VmDomain *domain, const char *record, GError **error)
{
    VmStore *store = domain->driver->store;
    const char *path = vm_domain_path(domain, VM_KEPT_INTENT);
    if (!check_kept(domain, path, error)) {
        vm_intent_forget_ahead(domain);
        return FALSE;
    }
    g_autofree char *ahead = g_steal_pointer(&domain->intent_ahead);
    gboolean ok = g_strcmp0(ahead, record) == 0 ? vm_store_publish(store, path, error)
                                                : vm_store_replace(store, path, record, error);
    if (ok && domain->driver->stale_intents != NULL)
        g_hash_table_remove(domain->driver->stale_intents, domain->def->name);
    return ok;
}

/* The record of the domain of that name, which is the file `path`. */
static void
drop(VmDriver *driver, const char *domain, const char *path)
{
    g_autoptr(GError) error = NULL;
    if (vm_store_drop(driver->store, path, &error))
        return;
    vm_env_log(driver->env, "domain '%s': %s", domain, error->message);
    note(&driver->stale_intents, domain);
}

void
vm_intent_drop(VmDriver *driver, const char *domain)
{
    g_autofree char *path = vm_path_intent(driver, domain);
    drop(driver, domain, path);
}

void
vm_intent_retry(VmDriver *driver)
{
    if (driver->stale_intents == NULL)
        return;
    g_autoptr(GHashTable) names = g_steal_pointer(&driver->stale_intents);
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        vm_intent_drop(driver, name);
}

void
vm_intent_end(VmDomain *domain)
{
    if (!vm_domain_is_unclear(domain))
        drop(domain->driver, domain->def->name, vm_domain_path(domain, VM_KEPT_INTENT));
}

/* The row of a record that is just as vm_intent_begin() writes it, in the file of its domain; else
 * NULL. */
static const IntentRow *
row_of(const json_t *record, const char *name)
{
    const char *verb = json_string_value(json_object_get(record, "verb"));
    const json_t *data = json_object_get(record, "data");
    const char *kind = json_string_value(json_object_get(data, "kind"));
    const json_t *domain = json_object_get(record, "domain");
    if (!is_name(domain) || !is_text(json_object_get(record, "uuid")))
        return NULL;
    const IntentRow *row = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(intent_rows); i++)
        if (g_strcmp0(verb, intent_rows[i].verb) == 0 && g_strcmp0(kind, intent_rows[i].kind) == 0)
            row = &intent_rows[i];
    if (row == NULL || !json_is_object(data) || strcmp(json_string_value(domain), name) != 0)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(row->members) && row->members[i].check != NULL; i++)
        if (!row->members[i].check(json_object_get(data, row->members[i].name)))
            return NULL;
    return row;
}

GPtrArray *
vm_intent_texts(const json_t *data, const char *member)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    gsize i;
    json_t *entry;
    json_array_foreach(json_object_get(data, member), i, entry)
        g_ptr_array_add(texts, g_strdup(json_string_value(entry)));
    return texts;
}

/* It stays, and is not tried again. */
static void
keep(VmDriver *driver, const char *name, const char *why)
{
    g_autofree char *path = vm_path_intent(driver, name);
    vm_env_log(driver->env, "'%s': an intent that %s; kept", path, why);
    note(&driver->kept_intents, name);
}

static void
recover_record(VmDriver *driver, const char *name, const json_t *record, VmIntentPhase phase)
{
    VmIntent intent = {
        .driver = driver,
        .name = json_string_value(json_object_get(record, "domain")),
        .uuid = json_string_value(json_object_get(record, "uuid")),
        .data = json_object_get(record, "data"),
    };
    const IntentRow *row = row_of(record, name);
    if (row == NULL) {
        keep(driver, name, "is not known or is damaged");
        return;
    }
    if (row->phase != phase)
        return;
    if (phase == VM_INTENT_AFTER_LOAD)
        intent.domain = g_hash_table_lookup(driver->by_uuid, intent.uuid);
    if (intent.domain != NULL && vm_domain_is_unclear(intent.domain))
        return; /* the process may be doing it still: no file is touched before it answers, or ends
                 */
    vm_env_log(driver->env, "domain '%s': recovering from an interrupted %s", intent.name,
               row->verb);
    if (intent.domain != NULL)
        intent.domain->unfinished = intent.domain->torn = intent.domain->held = FALSE;
    row->recover(&intent);
    intent.domain = g_hash_table_lookup(driver->by_uuid, intent.uuid);
    if (intent.domain == NULL ||
        !(vm_domain_is_unclear(intent.domain) || intent.domain->unfinished))
        vm_intent_drop(driver, intent.name);
}

static void
recover_domain(VmDriver *driver, const char *name, VmIntentPhase phase)
{
    if (is_noted(driver->kept_intents, name))
        return;
    g_autofree char *path = vm_path_intent(driver, name);
    g_autofree char *text = vm_store_read_text(driver->store, path, INTENT_FILE_MAX, NULL);
    json_t *record = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (record != NULL)
        recover_record(driver, name, record, phase);
    else
        keep(driver, name, "cannot be read");
    json_decref(record);
}

void
vm_intent_recover(VmDriver *driver, VmIntentPhase phase)
{
    g_autofree char *folder = intent_folder(driver);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) names = vm_store_sweep(driver->store, folder, &error);
    if (names == NULL) {
        driver->unseen_intents = TRUE;
        vm_env_log(driver->env, "interrupted calls are not recovered: %s", error->message);
        return;
    }
    for (guint i = 0; i < names->len; i++) {
        const char *file = g_ptr_array_index(names, i);
        if (!g_str_has_suffix(file, ".json"))
            continue;
        g_autofree char *name = g_strndup(file, strlen(file) - strlen(".json"));
        recover_domain(driver, name, phase);
    }
}

void
vm_intent_recover_domain(VmDriver *driver, const char *domain)
{
    g_autofree char *path = vm_path_intent(driver, domain);
    if (vm_store_kind(driver->store, path) != VM_FILE_MISSING)
        recover_domain(driver, domain, VM_INTENT_AFTER_LOAD);
}
