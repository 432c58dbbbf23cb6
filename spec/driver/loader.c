/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Everything from the store: definitions, what was running, autostart, moments.
 * Instances that live on are attached to and only asked, never changed.
 */
#include "spec/driver/guest_end.h"
#include "spec/model/xml.h"
#include <stdlib.h>
#include <string.h>

/* ---- definitions ---- */

/* The name of a file that ends with .xml, without that; NULL for others.  The caller frees it. */
static char *
xml_stem(const char *file)
{
    if (!g_str_has_suffix(file, ".xml"))
        return NULL;
    return g_strndup(file, strlen(file) - strlen(".xml"));
}

static void
load_config(VmDriver *driver, const char *name)
{
    g_autofree char *path = vm_path_config(driver, name);
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = vm_store_read_text(driver->store, path, VM_XML_SIZE_MAX, &error);
    g_autoptr(VmDomainDef) def =
        xml != NULL ? vm_readings_domain(driver->readings, xml, &error) : NULL;
    if (def == NULL) {
        vm_env_log(driver->env, "'%s': cannot be loaded: %s", path, error->message);
        return;
    }
    if (strcmp(def->name, name) != 0) {
        vm_env_log(driver->env, "'%s': defines domain '%s'; left out", path, def->name);
        return;
    }
    const VmDomain *same = g_hash_table_lookup(driver->by_uuid, def->uuid);
    if (same != NULL) {
        vm_env_log(driver->env, "'%s': has the uuid of domain '%s'; left out", path,
                   same->def->name);
        return;
    }
    VmDomain *domain = vm_driver_add_domain(driver, g_steal_pointer(&def));
    g_autofree char *autostart = vm_path_autostart(driver, name);
    domain->persistent = TRUE;
    domain->autostart = vm_store_kind(driver->store, autostart) != VM_FILE_MISSING;
}

/* ---- what was running ---- */

typedef struct {
    char uuid[37];
    int state;
    int reason;
    int marks;        /* of VmStatusMarks */
    VmDomainDef *def; /* NULL for a stopped domain */
} DomainStatus;

/* A number, and the blank after it; *text moves on.  FALSE where there is none. */
static gboolean
read_number(const char **text, int *number)
{
    char *end = NULL;
    *number = (int)strtol(*text, &end, 10);
    if (end == *text || *end != ' ')
        return FALSE;
    *text = end + 1;
    return TRUE;
}

/* The first line, as put_header() of record.c writes it. */
static gboolean
read_status_header(const char *text, DomainStatus *status)
{
    static const char begin[] = VM_STATUS_HEADER_BEGIN;
    gsize length = g_str_has_prefix(text, begin) ? strcspn(text + strlen(begin), " \n") : 0;
    if (length == 0 || length >= sizeof(status->uuid) || text[strlen(begin) + length] != ' ')
        return FALSE;
    memcpy(status->uuid, text + strlen(begin), length);
    text += strlen(begin) + length + 1;
    return read_number(&text, &status->state) && read_number(&text, &status->reason) &&
           read_number(&text, &status->marks);
}

static gboolean
read_status(VmDriver *driver, const char *path, DomainStatus *status, GError **error)
{
    g_autofree char *text = vm_store_read_text(driver->store, path, VM_XML_SIZE_MAX, error);
    if (text == NULL)
        return FALSE;
    const char *body = strchr(text, '\n');
    if (body == NULL || !read_status_header(text, status))
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "not a status of this driver");
    if (status->state == VIR_DOMAIN_SHUTOFF)
        return TRUE;
    status->def = vm_readings_domain(driver->readings, body + 1, error);
    return status->def != NULL;
}

/* The process ended while nobody was looking (DOM-SHUT-007), or had never been ready: a driver
 * that ended in the midst of a start leaves one that nobody has heard of. */
static void
note_end(VmDriver *driver, const char *name, VmDomain *domain, const DomainStatus *status,
         gboolean half_started)
{
    if (!half_started)
        vm_driver_announce(driver, name, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FAILED);
    if (domain == NULL) {
        g_autofree char *path = vm_path_status(driver, name);
        vm_store_remove(driver->store, path, NULL);
        vm_transient_drop(driver, status->def);
        return;
    }
    vm_transient_drop(driver, status->def);
    vm_domain_set_state(domain, VIR_DOMAIN_SHUTOFF,
                        half_started ? VIR_DOMAIN_SHUTOFF_FAILED : VIR_DOMAIN_SHUTOFF_CRASHED);
    vm_record_status_anyway(domain);
}

/* The instance may have gone further than the record: what it says of its CPUs counts. */
static void
reconcile_state(VmDomain *domain)
{
    json_t *reply = NULL;
    if (!vm_domain_qmp(domain, "query-status", NULL, &reply, NULL))
        return;
    gboolean runs = json_is_true(json_object_get(reply, "running"));
    vm_guest_end_note_status(domain, json_string_value(json_object_get(reply, "status")));
    json_decref(reply);
    if (runs && domain->state == VIR_DOMAIN_PAUSED)
        vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED);
    if (!runs && domain->state == VIR_DOMAIN_RUNNING && domain->guest_end == VM_GUEST_HERE)
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_UNKNOWN);
}

static void
adopt_instance(VmDriver *driver, VmDomain *domain, DomainStatus *status, VmInstance *instance)
{
    if (domain == NULL)
        domain = vm_driver_add_domain(driver, vm_domain_def_ref(status->def));
    domain->instance = instance;
    domain->defined_before = (status->marks & VM_STATUS_DEFINED_BEFORE) != 0;
    domain->autodestroy = (status->marks & VM_STATUS_AUTODESTROY) != 0;
    if (!vm_domain_def_equal(domain->def, status->def)) {
        domain->next_def = vm_domain_def_ref(domain->def);
        vm_domain_set_def(domain, vm_domain_def_ref(status->def));
    }
    vm_domain_set_state(domain, status->state, status->reason);
    reconcile_state(domain);
    vm_guest_end_tell(domain, NULL, domain->def, NULL); /* a call may have ended before it did */
    vm_domain_clear_job(domain);
}

/* Its guest was not ready, and is not the only one that there is. */
static gboolean
was_half_started(const VmDriver *driver, const char *name, const DomainStatus *status)
{
    if (status->state != VIR_DOMAIN_PAUSED)
        return FALSE;
    if (status->reason != VM_PAUSED_CONSUMING)
        return status->reason == VIR_DOMAIN_PAUSED_STARTING_UP;
    g_autofree char *image = vm_path_managed_save(driver, name);
    return vm_store_kind(driver->store, image) != VM_FILE_MISSING;
}

static void
attach_domain(VmDriver *driver, const char *name, VmDomain *domain, DomainStatus *status)
{
    g_autoptr(GError) error = NULL;
    VmInstance *instance = driver->hypervisor->ops->attach(driver->hypervisor, name, &error);
    if (error != NULL) {
        vm_env_log(driver->env, "domain '%s': %s", name, error->message);
        return;
    }
    gboolean half_started = was_half_started(driver, name, status);
    if (instance != NULL && half_started) {
        driver->hypervisor->ops->kill(instance);
        driver->hypervisor->ops->detach(instance);
        instance = NULL;
    }
    if (instance == NULL)
        note_end(driver, name, domain, status, half_started);
    else
        adopt_instance(driver, domain, status, instance);
}

static void
load_status(VmDriver *driver, const char *name)
{
    g_autofree char *path = vm_path_status(driver, name);
    DomainStatus status = {0};
    g_autoptr(GError) error = NULL;
    if (!read_status(driver, path, &status, &error)) {
        vm_env_log(driver->env, "'%s': cannot be loaded: %s", path, error->message);
        return;
    }
    g_autoptr(VmDomainDef) def = status.def;
    VmDomain *domain = g_hash_table_lookup(driver->by_name, name);
    const VmDomain *same = g_hash_table_lookup(driver->by_uuid, status.uuid);
    if (same != domain ||
        (def != NULL && (strcmp(def->name, name) != 0 || strcmp(def->uuid, status.uuid) != 0))) {
        vm_env_log(driver->env, "'%s': is of another domain (%s); left out", path, status.uuid);
        return;
    }
    if (status.state != VIR_DOMAIN_SHUTOFF)
        attach_domain(driver, name, domain, &status);
    else if (domain != NULL)
        vm_domain_set_state(domain, status.state, status.reason);
}

/* ---- one of them again ---- */

void
vm_driver_reload_domain(VmDriver *driver, const char *domain_name)
{
    g_autofree char *name = g_strdup(domain_name); /* it may be the domain's own, which goes */
    vm_driver_remove_domain(g_hash_table_lookup(driver->by_name, name));
    g_autofree char *config = vm_path_config(driver, name);
    g_autofree char *status = vm_path_status(driver, name);
    if (vm_store_kind(driver->store, config) != VM_FILE_MISSING)
        load_config(driver, name);
    if (vm_store_kind(driver->store, status) != VM_FILE_MISSING)
        load_status(driver, name);
    VmDomain *domain = g_hash_table_lookup(driver->by_name, name);
    if (domain != NULL)
        vm_driver_load_snapshots(domain);
    vm_intent_recover_domain(driver, name);
}

/* Without this its record would be overwritten by the next domain of that name, and tags or
 * overlays would be left that nobody owns. */
void
vm_driver_recover_ended(VmDomain *domain)
{
    VmDriver *driver = domain->driver;
    g_autofree char *name = g_strdup(domain->def->name);
    g_autofree char *path = vm_path_status(driver, name);
    DomainStatus status = {0};
    vm_domain_process_drop(domain);
    vm_domain_set_state(domain, VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN);
    if (read_status(driver, path, &status, NULL) && status.def != NULL &&
        strcmp(status.def->uuid, domain->def->uuid) == 0)
        vm_domain_set_def(domain, vm_domain_def_ref(status.def));
    vm_domain_def_unref(status.def);
    vm_driver_forget_snapshots(domain);
    vm_driver_load_snapshots(domain);
    vm_intent_recover_domain(driver, name);
}

/* ---- all ---- */

static gboolean
for_each_file(VmDriver *driver, const char *folder, void (*load)(VmDriver *, const char *),
              GError **error)
{
    g_autofree char *path = g_strconcat(driver->root, "/", folder, NULL);
    g_autoptr(GPtrArray) files = vm_store_sweep(driver->store, path, error);
    if (files == NULL)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        g_autofree char *stem = xml_stem(g_ptr_array_index(files, i));
        if (stem != NULL)
            load(driver, stem);
    }
    return TRUE;
}

static void
log_orphans(VmDriver *driver)
{
    g_autofree char *base = g_strconcat(driver->root, "/lib/qemu/snapshot", NULL);
    g_autoptr(GPtrArray) names = driver->store->ops->list(driver->store, base, NULL);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (!g_hash_table_contains(driver->by_name, name))
            vm_env_log(driver->env, "'%s/%s': moments of a domain that is not there; kept", base,
                       name);
    }
}

/* What a write that was cut short has left is nobody's, also where nothing is read. */
static void
sweep(VmDriver *driver)
{
    static const char *const folders[] = {"/etc/qemu/autostart", "/lib/qemu/save",
                                          "/lib/qemu/saved"};
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_strconcat(driver->root, folders[i], NULL);
        GPtrArray *names = vm_store_sweep(driver->store, path, NULL);
        g_clear_pointer(&names, g_ptr_array_unref);
    }
}

gboolean
vm_driver_load(VmDriver *driver, GError **error)
{
    sweep(driver);
    if (!for_each_file(driver, "etc/qemu", load_config, error) ||
        !for_each_file(driver, "run/qemu", load_status, error))
        return FALSE;
    g_autoptr(GPtrArray) domains = vm_driver_domains(driver);
    for (guint i = 0; i < domains->len; i++)
        vm_driver_load_snapshots(g_ptr_array_index(domains, i));
    log_orphans(driver);
    return TRUE;
}
