/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virDomainSave and virDomainRestore.
 */
#include "spec/driver/save_image.h"
#include <string.h>

gboolean
vm_save_flags_check(guint32 flags, GError **error)
{
    const guint32 both = VIR_DOMAIN_SAVE_RUNNING | VIR_DOMAIN_SAVE_PAUSED;
    if ((flags & both) != both)
        return TRUE;
    return vm_refuse(error, VIR_ERR_INVALID_ARG,
                     "RUNNING and PAUSED exclude each other "
                     "(DOM-API-012)");
}

gboolean
vm_save_check_guest(const VmDomain *domain, GError **error)
{
    if (domain->state == VIR_DOMAIN_SHUTDOWN)
        return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                         "domain '%s': its guest is off and has no memory to save (VM-END-004)",
                         domain->def->name);
    if (!vm_transient_any(domain->def))
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s' has a <transient/> disk, whose writes are gone with the process: "
                     "its memory cannot be saved (DOM-SAVE-006)",
                     domain->def->name);
}

/* What the image is to be restored as; RUNNING and PAUSED override what it was (DOM-SAVE-011). */
static gboolean
runs_afterwards(guint32 flags, gboolean running)
{
    if ((flags & VIR_DOMAIN_SAVE_RUNNING) != 0)
        return TRUE;
    return running && (flags & VIR_DOMAIN_SAVE_PAUSED) == 0;
}

/* The definition that a caller gives must describe the same machine. */
static VmDomainDef *
changed_def(VmDomainDef *def, const char *dxml, GError **error)
{
    if (dxml == NULL)
        return vm_domain_def_ref(def);
    g_autoptr(VmDomainDef) given = vm_domain_def_parse(dxml, def->uuid, VM_DOMAIN_PARSE_NEW, error);
    if (given == NULL || !vm_domain_def_check_abi(def, given, error))
        return NULL;
    return g_steal_pointer(&given);
}

/* ---- save ---- */

/* The guest goes on as if nothing had been, but for the reason and two events (DOM-SAVE-010). */
static void
cancel_save(VmDomain *domain, int former, const char *partial)
{
    domain->driver->store->ops->unlink(domain->driver->store, partial, NULL);
    if (former != VIR_DOMAIN_RUNNING)
        return;
    g_autoptr(GError) error = NULL;
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    if (vm_domain_process_cont(domain, &error)) {
        vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED);
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED);
    } else {
        vm_domain_set_state(domain, VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_API_ERROR);
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED,
                           VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR);
    }
    vm_record_status_anyway(domain);
}

static VmStoreFile *
begin_image(const VmDomain *domain, const VmSave *save, const char *partial, GError **error)
{
    gboolean running = runs_afterwards(save->flags, domain->state == VIR_DOMAIN_RUNNING);
    const VmSaveHead head = {.def = save->def, .running = running, .mark = save->mark};
    return vm_save_image_create(domain->driver->store, partial, &head, error);
}

/* The file is closed. */
static gboolean
write_image(VmDomain *domain, const VmSave *save, const char *partial, VmStoreFile *file,
            GError **error)
{
    VmStore *store = domain->driver->store;
    gboolean ok =
        (domain->state != VIR_DOMAIN_RUNNING || vm_domain_process_stop_cpus(domain, error)) &&
        vm_domain_process_write_stream(domain, file, error) &&
        (save->mark == NULL ||
         vm_save_mark_set(domain, save->path, save->mark, save->def, error)) &&
        vm_save_image_complete(file, partial, save->path, error);
    store->ops->close(file);
    return ok;
}

/* A name that is nobody's: what stands under the plain one may be a user's (VM-SAVE-007). */
static char *
free_partial_path(VmStore *store, const char *path)
{
    g_autofree char *plain = vm_save_image_partial_path(path);
    char *free_path = g_strdup(plain);
    for (guint i = 1; vm_store_kind(store, free_path) != VM_FILE_MISSING; i++) {
        g_free(free_path);
        free_path = g_strdup_printf("%s-%u", plain, i);
    }
    return free_path;
}

gboolean
vm_domain_save_image(VmDomain *domain, const VmSave *save, GError **error)
{
    VmStore *store = domain->driver->store;
    g_autofree char *partial = free_partial_path(store, save->path);
    int former = domain->state;
    if (!vm_domain_check_unsent(domain, error))
        return FALSE;
    GString *json = vm_intent_open(domain, "save");
    vm_json_text(json, "path", save->path);
    vm_json_text(json, "partial", partial);
    vm_json_flag(json, "running", former == VIR_DOMAIN_RUNNING);
    g_autofree char *record = vm_intent_close(json);
    if (!vm_intent_begin(domain, record, error))
        return FALSE;
    VmStoreFile *file = begin_image(domain, save, partial, error);
    if (file == NULL) { /* the guest has not noticed */
        store->ops->unlink(store, partial, NULL);
        vm_intent_end(domain);
        return FALSE;
    }
    if (!write_image(domain, save, partial, file, error)) {
        if (vm_domain_is_unclear(domain))
            return FALSE;
        vm_save_mark_drop(domain, NULL);
        cancel_save(domain, former, partial);
        vm_intent_end(domain);
        return FALSE;
    }

    /* the image stands: from here on the call succeeds */
    vm_domain_process_end(domain, VIR_DOMAIN_SHUTOFF_SAVED);
    vm_intent_end(domain);
    if (former == VIR_DOMAIN_RUNNING)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED);
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_SAVED);
    vm_domain_vanish(domain);
    return TRUE;
}

/* The guest of a save that was not finished goes on; FALSE where that is not sure. */
static gboolean
give_up_save(const VmIntent *intent)
{
    VmDomain *domain = intent->domain;
    g_autoptr(GError) error = NULL;
    vm_qmp(domain->instance, "migrate_cancel", NULL, NULL);
    if (!json_is_true(json_object_get(intent->data, "running")))
        return TRUE;
    if (!vm_domain_process_cont(domain, &error)) {
        vm_env_log(intent->driver->env, "domain '%s': the guest could not go on: %s", intent->name,
                   error->message);
        return !vm_domain_is_unclear(domain);
    }
    vm_domain_set_state(domain, VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED);
    vm_record_status_anyway(domain);
    return TRUE;
}

/* Whether the whole guest has been sent: FALSE with `doubt` where the process does not say. */
static gboolean
was_sent(VmDomain *domain, gboolean *doubt)
{
    json_t *status = NULL;
    *doubt = !vm_domain_qmp(domain, "query-status", NULL, &status, NULL);
    const char *word = json_string_value(json_object_get(status, "status"));
    gboolean sent = g_strcmp0(word, "postmigrate") == 0;
    json_decref(status);
    return sent;
}

/* An image that has its name is whole.  A partial one is the proof that the guest is nowhere else,
 * so that it goes last. */
void
vm_domain_save_recover(const VmIntent *intent)
{
    VmStore *store = intent->driver->store;
    VmDomain *domain = intent->domain;
    const char *partial = json_string_value(json_object_get(intent->data, "partial"));
    gboolean half_written = vm_store_kind(store, partial) != VM_FILE_MISSING;
    if (domain != NULL && vm_domain_is_active(domain)) {
        gboolean doubt = FALSE;
        gboolean sent = was_sent(domain, &doubt);
        if (!doubt && sent && !half_written) {
            vm_domain_process_end(domain, VIR_DOMAIN_SHUTOFF_SAVED);
            vm_domain_announce(domain, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_SAVED);
            vm_domain_vanish(domain);
            return;
        }
        if (doubt || !give_up_save(intent))
            return;
    }
    if (half_written)
        vm_store_remove(store, partial, NULL);
}

/* Memory is written to a file that is not there yet: what is may be a disk, a moment's memory, or
 * the only image of another guest. */
static gboolean
check_free(const VmDomain *domain, const char *path, GError **error)
{
    g_autofree char *partial = vm_save_image_partial_path(path);
    const char *const places[] = {path, partial};
    VmStore *store = domain->driver->store;
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        VmFileStat st = {0};
        if (!store->ops->stat(store, places[i], &st, error))
            return FALSE;
        if (st.kind != VM_FILE_MISSING)
            return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                             "domain '%s': '%s' exists, and would be lost under the save image "
                             "(VM-SAVE-007)",
                             domain->def->name, places[i]);
    }
    return TRUE;
}

gboolean
vm_domain_save(VmDriver *driver, const char *name, const char *path, const char *dxml,
               guint32 flags, GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_SAVE, flags, driver->profile, error) ||
        !vm_save_flags_check(flags, error))
        return FALSE;
    VmDomain *domain = vm_driver_active_domain(driver, name, error);
    if (domain == NULL)
        return FALSE;
    if (!vm_domain_check_finished(domain, error) || !vm_save_check_guest(domain, error))
        return FALSE;
    g_autoptr(VmDomainDef) def = changed_def(domain->def, dxml, error);
    if (def == NULL || !check_free(domain, path, error))
        return FALSE;
    g_autofree char *mark = vm_env_uuid(driver->env);
    VmSave save = {.path = path, .def = def, .flags = flags, .mark = mark};
    return vm_domain_save_image(domain, &save, error);
}

/* ---- restore ---- */

gboolean
vm_domain_restore_image(VmDomain *domain, const VmRestore *restore, GError **error)
{
    VmStore *store = domain->driver->store;
    VmProcessStart start = {restore->image->path, restore->image->stream_offset, restore->consume};
    int former = domain->reason;
    if (!vm_domain_process_start(domain, restore->def, &start, error))
        return FALSE;
    domain->autodestroy = restore->autodestroy;
    if (restore->consume && !vm_store_remove(store, restore->image->path, error)) {
        vm_domain_process_end(domain, former);
        return FALSE;
    }

    /* with the image gone the guest is all there is: a failure below leaves it paused, alive */
    gboolean ok = !restore->running || vm_domain_process_cont(domain, error);
    gboolean runs = restore->running && ok;
    vm_domain_set_state(domain, runs ? VIR_DOMAIN_RUNNING : VIR_DOMAIN_PAUSED,
                        runs ? VIR_DOMAIN_RUNNING_RESTORED : VIR_DOMAIN_PAUSED_USER);
    ok = vm_record_status(domain, ok ? error : NULL) && ok;
    vm_domain_announce(domain, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_RESTORED);
    if (runs)
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_RESUMED,
                           VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT);
    else
        vm_domain_announce(domain, VIR_DOMAIN_EVENT_SUSPENDED, restore->paused_detail);
    return ok;
}

gboolean
vm_domain_restore(VmDriver *driver, const char *path, const char *dxml, guint32 flags,
                  GError **error)
{
    if (!vm_flags_check(VM_CALL_DOMAIN_RESTORE, flags, driver->profile, error) ||
        !vm_save_flags_check(flags, error))
        return FALSE;
    g_autoptr(VmSaveImage) image = vm_save_image_read(driver->store, path, error);
    if (image == NULL)
        return FALSE;
    g_autoptr(VmDomainDef) def = changed_def(image->def, dxml, error);
    VmDomain *domain = NULL;
    if (def == NULL || !vm_driver_admit_domain(driver, def, &domain, error))
        return FALSE;
    VmRestore restore = {
        .image = image,
        .def = def,
        .running = runs_afterwards(flags, image->running),
        .paused_detail = VIR_DOMAIN_EVENT_SUSPENDED_RESTORED,
    };
    if (vm_save_check_fresh(domain, image, def, error) &&
        vm_domain_restore_image(domain, &restore, error))
        return TRUE;
    vm_domain_vanish(domain);
    return FALSE;
}
