/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Instances: what they are started with, how they end, and the commands that
 * every call family needs.
 */
#include "spec/driver/guest_end.h"
#include "spec/driver/image_sharing.h"
#include "spec/driver/save_image.h"
#include <string.h>

/* What migrate and migrate-incoming call the descriptor that getfd has passed. */
#define STREAM_FD "stream"

/* ---- commands ---- */

gboolean
vm_domain_refuse_qmp(VmDomain *domain, const char *name, const GError *failure, GError **error)
{
    vm_domain_note_failure(domain, name, failure);
    if (g_error_matches(failure, VM_QMP_ERROR, VM_QMP_TIMED_OUT))
        return vm_refuse(error, VIR_ERR_OPERATION_TIMEOUT,
                         "domain '%s': no answer to %s in time; whether it was done shows when the "
                         "answer comes (VM-HANG-001)",
                         domain->def->name, name);
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': %s failed: %s",
                     domain->def->name, name, failure->message);
}

static gboolean
qmp_pass(VmDomain *domain, const char *name, json_t *arguments, VmStoreFile *pass, json_t **reply,
         GError **error)
{
    g_autoptr(GError) failure = NULL;
    VmInstance *instance = domain->instance;
    if (!vm_domain_check_settled(domain, error)) {
        json_decref(arguments);
        return FALSE;
    }
    if (instance->hypervisor->ops->command(instance, name, arguments, pass, reply, &failure))
        return TRUE;
    return vm_domain_refuse_qmp(domain, name, failure, error);
}

gboolean
vm_domain_qmp(VmDomain *domain, const char *name, json_t *arguments, json_t **reply, GError **error)
{
    return qmp_pass(domain, name, arguments, NULL, reply, error);
}

gboolean
vm_domain_look_ahead(VmDomain *domain)
{
    return vm_domain_is_active(domain) && vm_domain_check_settled(domain, NULL) &&
           domain->instance->hypervisor->ops->look_ahead(domain->instance);
}

gboolean
vm_domain_process_cont(VmDomain *domain, GError **error)
{
    return vm_domain_qmp(domain, "cont", NULL, NULL, error);
}

gboolean
vm_domain_process_stop_cpus(VmDomain *domain, GError **error)
{
    return vm_domain_qmp(domain, "stop", NULL, NULL, error);
}

gboolean
vm_domain_wait_event(VmDomain *domain, const char *what, json_t **event, GError **error)
{
    const VmHypervisorOps *ops = domain->instance->hypervisor->ops;
    *event = ops->next_event(domain->instance, TRUE);
    if (*event != NULL)
        vm_domain_take_event(domain, *event);
    int status = 0;
    if (!ops->ended(domain->instance, &status))
        return TRUE;
    json_decref(*event);
    domain->lost = TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s': the process ended during %s (status %d)", domain->def->name,
                     what, status);
}

/* ---- configuration ---- */

static gboolean
check_disk(VmDomain *domain, const VmDomainDef *def, const VmDiskDef *disk, GError **error)
{
    const char *type = disk->source.type;
    if (g_strcmp0(type, "file") != 0 && g_strcmp0(type, "block") != 0)
        return vm_refuse(
            error, VIR_ERR_CONFIG_UNSUPPORTED,
            "domain '%s': disk '%s' has a source of type '%s', which cannot be started", def->name,
            disk->target, type ? type : "none");
    if (vm_store_kind(domain->driver->store, disk->source.path) == VM_FILE_MISSING)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                         "domain '%s': cannot access storage file '%s' of disk '%s': No such file "
                         "or directory (DOM-START-020)",
                         def->name, disk->source.path, disk->target);
    return TRUE;
}

static void
put_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new_nocheck(object, name, json_string(text));
}

static void
put_node(json_t *object, const char *name, char letter, guint i)
{
    char node[16];
    g_snprintf(node, sizeof(node), "%c%u", letter, i);
    put_text(object, name, node);
}

static json_t *
disk_blockdev(const VmDiskDef *disk, guint i)
{
    gboolean block = g_strcmp0(disk->source.type, "block") == 0;
    json_t *file = json_object(), *blockdev = json_object();
    put_text(file, "driver", block ? "host_device" : "file");
    put_node(file, "node-name", 'f', i);
    put_text(file, "filename", disk->source.path);
    put_text(blockdev, "driver", disk->source.format != NULL ? disk->source.format : "raw");
    put_node(blockdev, "node-name", 'd', i);
    json_object_set_new_nocheck(blockdev, "file", file);
    if (disk->read_only) {
        /* a merge into the image makes it writable, and finds no file then that never can be */
        json_object_set_new(file, "auto-read-only", json_true());
        json_object_set_new(blockdev, "read-only", json_true());
    }
    return blockdev;
}

static json_t *
disk_device(const VmDiskDef *disk, guint i)
{
    json_t *device = json_object();
    put_text(device, "driver", "virtio-blk-pci");
    put_text(device, "id", disk->target);
    put_node(device, "drive", 'd', i);
    if (disk->serial != NULL)
        put_text(device, "serial", disk->serial);
    return device;
}

static gboolean
check_alone(const VmDomain *domain, const VmDomainDef *def, const VmDiskDef *disk, GError **error)
{
    const VmDomain *other = vm_image_holder(domain, disk);
    if (other == NULL)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s': domain '%s' is active with the image '%s' of disk '%s', and one "
                     "of them would write to it (VM-START-002)",
                     def->name, other->def->name, disk->source.path, disk->target);
}

gboolean
vm_domain_check_startable(VmDomain *domain, const VmDomainDef *def, GError **error)
{
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path == NULL && g_strcmp0(disk->device, "disk") != 0)
            continue; /* an empty drive */
        if (!check_disk(domain, def, disk, error) || !check_alone(domain, def, disk, error))
            return FALSE;
    }
    return vm_save_check_neighbours(domain, def, error) && vm_transient_check(domain, def, error);
}

gboolean
vm_domain_check_unfrozen(const VmDomain *domain, const VmDomainDef *def, GError **error)
{
    if (domain->driver->profile != VM_PROFILE_RFC)
        return TRUE;
    const VmDiskDef *disk = vm_frozen_disk(domain->driver, def);
    if (disk == NULL)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "domain '%s' would write to the image '%s' of disk '%s', which lies under an "
                     "overlay or is a snapshot's (VM-START-001)",
                     def->name, disk->source.path, disk->target);
}

static void
put_number(json_t *object, const char *name, guint64 number)
{
    json_object_set_new_nocheck(object, name, json_integer((json_int_t)number));
}

static json_t *
process_config(const VmDomainDef *def, gboolean incoming)
{
    json_t *blockdevs = json_array();
    json_t *devices = json_array();
    for (guint i = 0; i < def->disks->len; i++) {
        const VmDiskDef *disk = vm_domain_def_disk(def, i);
        if (disk->source.path == NULL)
            continue;
        json_array_append_new(blockdevs, disk_blockdev(disk, i));
        json_array_append_new(devices, disk_device(disk, i));
    }
    json_t *config = json_object();
    put_text(config, "name", def->name);
    put_text(config, "uuid", def->uuid);
    put_number(config, "memory", (def->memory_kib + 1023) / 1024);
    put_number(config, "vcpus", def->vcpus);
    put_text(config, "machine", def->machine != NULL ? def->machine : "pc");
    json_object_set_new_nocheck(config, "blockdev", blockdevs);
    json_object_set_new_nocheck(config, "device", devices);
    json_object_set_new_nocheck(config, "incoming", json_boolean(incoming));
    if (def->genid != NULL && *def->genid != '\0')
        put_text(config, "genid", def->genid);
    return config;
}

/* ---- start ---- */

/* A guest that runs while it is sent may change faster than the stream goes: after so many passes
 * it is stopped, so that there is an end. */
#define PASSES_MAX 16

static void
hurry(VmDomain *domain, const json_t *data)
{
    if (json_integer_value(json_object_get(data, "pass")) == PASSES_MAX)
        vm_domain_process_stop_cpus(domain, NULL);
}

/* Its end is told by an event, so that it is asked for once. */
static gboolean
await_migration_event(VmDomain *domain, const char *what, GError **error)
{
    static const char *const ends[] = {"completed", "failed", "cancelled", NULL};
    for (;;) {
        json_t *event = NULL;
        if (!vm_domain_wait_event(domain, what, &event, error))
            return FALSE;
        const json_t *data = json_object_get(event, "data");
        const char *status = json_string_value(json_object_get(data, "status"));
        gboolean worth_it = event == NULL || (status != NULL && g_strv_contains(ends, status));
        hurry(domain, data);
        json_decref(event);
        if (worth_it)
            return TRUE;
    }
}

/* TRUE when the stream has gone through, in either direction. */
static gboolean
await_migration(VmDomain *domain, const char *what, GError **error)
{
    while (await_migration_event(domain, what, error)) {
        json_t *reply = NULL;
        if (!vm_domain_qmp(domain, "query-migrate", NULL, &reply, error))
            return FALSE;
        g_autofree char *status = g_strdup(json_string_value(json_object_get(reply, "status")));
        g_autofree char *text = g_strdup(json_string_value(json_object_get(reply, "error-desc")));
        json_decref(reply);
        if (g_strcmp0(status, "completed") == 0)
            return TRUE;
        if (g_strcmp0(status, "failed") == 0 || g_strcmp0(status, "cancelled") == 0)
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': %s %s: %s",
                             domain->def->name, what, status, text ? text : "no cause given");
    }
    return FALSE;
}

gboolean
vm_domain_process_write_stream(VmDomain *domain, VmStoreFile *file, GError **error)
{
    return qmp_pass(domain, "getfd", json_pack("{s:s}", "fdname", STREAM_FD), file, NULL, error) &&
           vm_domain_qmp(domain, "migrate", json_pack("{s:s}", "uri", "fd:" STREAM_FD), NULL,
                         error) &&
           await_migration(domain, "save", error);
}

gboolean
vm_domain_check_unsent(VmDomain *domain, GError **error)
{
    json_t *reply = NULL;
    if (!vm_domain_is_active(domain) || domain->state == VIR_DOMAIN_RUNNING)
        return TRUE;
    if (!vm_domain_qmp(domain, "query-status", NULL, &reply, error))
        return FALSE;
    const char *status = json_string_value(json_object_get(reply, "status"));
    gboolean sent = g_strcmp0(status, "postmigrate") == 0;
    json_decref(reply);
    if (!sent)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_INVALID,
                     "domain '%s': the guest's memory was written to a file, and its process does "
                     "not write to the images before it has run again; resume it first "
                     "(VM-MEM-003)",
                     domain->def->name);
}

static gboolean
read_stream(VmDomain *domain, const VmProcessStart *start, GError **error)
{
    VmStore *store = domain->driver->store;
    VmStoreFile *file = store->ops->open(store, start->restore_from, start->restore_offset, error);
    if (file == NULL)
        return FALSE;
    gboolean ok =
        qmp_pass(domain, "getfd", json_pack("{s:s}", "fdname", STREAM_FD), file, NULL, error) &&
        vm_domain_qmp(domain, "migrate-incoming", json_pack("{s:s}", "uri", "fd:" STREAM_FD), NULL,
                      error) &&
        await_migration(domain, "restore", error);
    store->ops->close(file);
    return ok;
}

static VmInstance *
start_instance(VmDomain *domain, const VmDomainDef *def, gboolean incoming, GError **error)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    json_t *config = process_config(def, incoming);
    g_autoptr(GError) failure = NULL;
    VmInstance *instance = hypervisor->ops->start(hypervisor, config, &failure);
    json_decref(config);
    if (instance == NULL)
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s' cannot be started: %s", def->name,
                  failure->message);
    return instance;
}

/* Undo a start: the process goes, the former definition and state come back. */
static void
abandon_start(VmDomain *domain, VmDomainDef *former, int state, int reason)
{
    vm_domain_process_drop(domain);
    vm_transient_drop(domain->driver, domain->def);
    g_clear_pointer(&domain->next_def, vm_domain_def_unref);
    vm_domain_set_def(domain, former);
    domain->autodestroy = FALSE;
    vm_domain_set_state(domain, state, reason);
    vm_record_stopped(domain);
}

gboolean
vm_domain_process_start(VmDomain *domain, VmDomainDef *def, const VmProcessStart *start,
                        GError **error)
{
    g_assert(domain->instance == NULL && domain->next_def == NULL);
    if (!vm_domain_check_startable(domain, def, error) ||
        !vm_domain_check_unfrozen(domain, def, error))
        return FALSE;
    gboolean incoming = start != NULL && start->restore_from != NULL;
    g_autoptr(VmDomainDef) live = vm_transient_put(def);

    VmDomainDef *former = vm_domain_def_ref(domain->def);
    int state = domain->state, reason = domain->reason;
    domain->guest_end = VM_GUEST_HERE;
    domain->defined_before = FALSE;
    if (domain->persistent && live != former)
        domain->next_def = vm_domain_def_ref(former);
    vm_domain_set_def(domain, vm_domain_def_ref(live));
    vm_domain_set_state(domain, VIR_DOMAIN_PAUSED,
                        incoming && start->consumes ? VM_PAUSED_CONSUMING
                                                    : VIR_DOMAIN_PAUSED_STARTING_UP);
    /* recorded before there is a process, so that none is ever without an owner */
    if (!vm_record_status(domain, error) || !vm_transient_make(domain->driver, live, error) ||
        (domain->instance = start_instance(domain, live, incoming, error)) == NULL ||
        !vm_guest_end_tell(domain, NULL, live, error) ||
        (incoming && !read_stream(domain, start, error)) || !vm_save_mark_drop(domain, error) ||
        !vm_save_mark_drop_written(domain->driver, live, error)) {
        abandon_start(domain, former, state, reason);
        return FALSE;
    }
    vm_domain_def_unref(former);
    return TRUE;
}

/* ---- end ---- */

void
vm_domain_process_drop(VmDomain *domain)
{
    VmInstance *instance = g_steal_pointer(&domain->instance);
    if (instance == NULL)
        return;
    const VmHypervisorOps *ops = instance->hypervisor->ops;
    int status = 0;
    gboolean answers = domain->doubt == NULL && !domain->unusable;
    vm_domain_forget_nodes(domain);
    g_clear_pointer(&domain->doubt, g_free);
    domain->unusable = FALSE;
    domain->lost = FALSE;
    if (answers && !ops->ended(instance, &status) && vm_qmp(instance, "quit", NULL, NULL)) {
        json_t *event;
        while (!ops->ended(instance, &status) && (event = ops->next_event(instance, TRUE)) != NULL)
            json_decref(event);
    }
    if (!ops->ended(instance, &status))
        ops->kill(instance);
    ops->detach(instance);
}

void
vm_domain_process_end(VmDomain *domain, int reason)
{
    vm_domain_process_drop(domain);
    vm_transient_drop(domain->driver, domain->def);
    vm_domain_set_def(domain, domain->next_def != NULL ? g_steal_pointer(&domain->next_def)
                                                       : vm_transient_base(domain->def));
    domain->guest_end = VM_GUEST_HERE;
    domain->defined_before = FALSE;
    domain->autodestroy = FALSE;
    vm_domain_set_state(domain, VIR_DOMAIN_SHUTOFF, reason);
    vm_record_stopped(domain);
}

gboolean
vm_domain_vanish(VmDomain *domain)
{
    if (domain->persistent || vm_domain_is_active(domain))
        return FALSE;
    vm_record_drop_status(domain);
    vm_driver_remove_domain(domain);
    return TRUE;
}

void
vm_driver_vanish(VmDriver *driver, const char *name)
{
    VmDomain *domain = g_hash_table_lookup(driver->by_name, name);
    if (domain != NULL)
        vm_domain_vanish(domain);
}
