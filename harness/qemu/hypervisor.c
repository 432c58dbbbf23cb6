/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The driver's hypervisor port on QEMU processes.  The table of processes
 * outlives a driver; the handles that a driver has are connections to them.
 */
#include "harness/qemu/hypervisor_int.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include "harness/qemu/files.h"
#include "harness/qemu/image_check.h"
#include "harness/qemu/version.h"

#define DEADLINE_MS 30000
/* A start is no command: the host may be busy with a dozen others. */
#define START_MS 30000

/* How long a look takes whether a process that hung has come back; not as long where we know that
 * it has not. */
#define LOOK_MS 500
#define LOOK_STOPPED_MS 50

/* A driver's handle. */
typedef struct {
    VmInstance base;
    QemuMachine *machine;
    QemuMonitor *monitor; /* NULL as long as a process that was attached to has not answered */
    gboolean broken;      /* it has answered by no QMP, and never will */
} QemuInstance;

static QemuInstance *
handle(VmInstance *instance)
{
    return (QemuInstance *)instance;
}

/* ---- starting ---- */

static void
take_monitor(QemuInstance *instance, QemuMonitor *monitor)
{
    instance->monitor = monitor;
    instance->machine->drivers = monitor;
}

static VmInstance *
handle_new(QemuHypervisor *hypervisor, QemuMachine *machine, QemuMonitor *monitor)
{
    QemuInstance *instance = g_new0(QemuInstance, 1);
    instance->base.hypervisor = &hypervisor->base;
    instance->machine = qemu_machine_ref(machine);
    take_monitor(instance, monitor);
    return &instance->base;
}

/* Why a process that was started cannot be talked to. */
static void
refuse_start(QemuMachine *machine, const GError *failure, GError **error)
{
    int status = 0;
    gboolean gone = g_error_matches(failure, VM_QMP_ERROR, VM_QMP_DISCONNECTED) &&
                    qemu_machine_await_end(machine);
    g_autofree char *said = qemu_machine_said(machine);
    if (gone && qemu_process_ended(machine->process, &status))
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "QEMU ended at once (status %d): %s", status,
                  said);
    else
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "QEMU cannot be talked to: %s: %s",
                  failure->message, said);
}

static VmInstance *
start(QemuHypervisor *hypervisor, const json_t *config, GError **error)
{
    QemuMachineOptions options = {
        .folder = hypervisor->folder,
        .number = ++hypervisor->started,
        .rom = hypervisor->rom,
        .kvm = hypervisor->kvm,
    };
    g_autoptr(QemuMachine) machine =
        qemu_image_check_config(config, error) ? qemu_machine_start(&options, config, error) : NULL;
    if (machine == NULL)
        return NULL;
    g_autoptr(GError) failure = NULL;
    QemuMonitor *monitor = qemu_machine_connect(machine, START_MS, &failure);
    if (monitor == NULL) {
        refuse_start(machine, failure, error);
        return NULL;
    }
    g_ptr_array_add(hypervisor->machines, qemu_machine_ref(machine));
    hypervisor->changes++;
    return handle_new(hypervisor, machine, monitor);
}

static VmInstance *
port_start(VmHypervisor *hv, const json_t *config, GError **error)
{
    gint64 began = g_get_monotonic_time();
    const char *name = json_string_value(json_object_get(config, "name"));
    VmInstance *instance = NULL;
    if (name == NULL || qemu_hypervisor_find(qemu_hypervisor_own(hv), name) != NULL)
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot start '%s': %s", name ? name : "",
                  name == NULL ? "it has no name" : "an instance of that name runs");
    else
        instance = start(qemu_hypervisor_own(hv), config, error);
    qemu_hypervisor_count_time(qemu_hypervisor_own(hv), began);
    return instance;
}

static VmInstance *
port_attach(VmHypervisor *hv, const char *name, GError **error)
{
    (void)error;
    QemuHypervisor *hypervisor = qemu_hypervisor_own(hv);
    QemuMachine *machine = qemu_hypervisor_find(hypervisor, name);
    if (machine == NULL)
        return NULL;
    gint64 began = g_get_monotonic_time();
    g_autoptr(GError) failure = NULL;
    guint deadline = qemu_hypervisor_deadline(hypervisor, machine);
    QemuMonitor *monitor = qemu_machine_connect(machine, deadline, &failure);
    gboolean gone = monitor == NULL &&
                    g_error_matches(failure, VM_QMP_ERROR, VM_QMP_DISCONNECTED) &&
                    qemu_machine_await_end(machine);
    qemu_hypervisor_count_time(hypervisor, began);
    if (gone)
        return NULL;
    VmInstance *instance = handle_new(hypervisor, machine, monitor);
    handle(instance)->broken =
        monitor == NULL && !g_error_matches(failure, VM_QMP_ERROR, VM_QMP_TIMED_OUT);
    return instance;
}

static void
port_detach(VmInstance *instance)
{
    handle(instance)->machine->drivers = NULL;
    qemu_monitor_free(handle(instance)->monitor);
    qemu_machine_unref(handle(instance)->machine);
    g_free(instance);
}

/* ---- talking ---- */

/* An instance that hung when it was attached to is one whose command has not been answered. */
static gboolean
refuse_unanswered(const QemuInstance *instance, json_t *arguments, GError **error)
{
    json_decref(arguments);
    if (instance->broken)
        g_set_error(error, VM_QMP_ERROR, VM_QMP_BROKEN,
                    "the process spoke no QMP when it was attached to");
    else
        g_set_error(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT,
                    "the process has not answered since it was attached to");
    return FALSE;
}

/* What was done has been answered to nobody. */
static gboolean
refuse_killed(const QemuMachine *machine, json_t **reply, GError **error)
{
    if (reply != NULL)
        json_decref(g_steal_pointer(reply));
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED, "instance '%s' was killed",
                machine->name);
    return FALSE;
}

static gboolean
port_command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
             json_t **reply, GError **error)
{
    if (handle(instance)->monitor == NULL)
        return refuse_unanswered(handle(instance), arguments, error);
    gint64 began = g_get_monotonic_time();
    int fd = pass != NULL ? qemu_store_file_descriptor(pass) : -1;
    QemuMachine *machine = handle(instance)->machine;
    GError *failure = NULL;
    qemu_hypervisor_before(qemu_hypervisor_own(instance->hypervisor), machine, name);
    qemu_monitor_set_deadline(
        handle(instance)->monitor,
        qemu_hypervisor_deadline(qemu_hypervisor_own(instance->hypervisor), machine));
    gboolean ok =
        qemu_monitor_command(handle(instance)->monitor, name, arguments, fd, reply, &failure) ||
        qemu_machine_explain(machine, failure, error);
    if (ok && !qemu_hypervisor_after(qemu_hypervisor_own(instance->hypervisor), machine, name))
        ok = refuse_killed(machine, reply, error);
    if (!g_str_has_prefix(name, "query-"))
        qemu_hypervisor_own(instance->hypervisor)->changes++;
    qemu_hypervisor_count_time(qemu_hypervisor_own(instance->hypervisor), began);
    return ok;
}

/* Not where a fault waits for a command: it is to be found by the one that it is meant for. */
static gboolean
port_look_ahead(VmInstance *instance)
{
    const QemuMachine *machine = handle(instance)->machine;
    if (handle(instance)->monitor == NULL || machine->hang_at != NULL || machine->end_at != NULL)
        return FALSE;
    return qemu_monitor_send_ahead(handle(instance)->monitor, "query-block");
}

static json_t *
port_next_event(VmInstance *instance, gboolean wait)
{
    QemuHypervisor *hypervisor = qemu_hypervisor_own(instance->hypervisor);
    QemuMonitor *monitor = handle(instance)->monitor;
    if (monitor == NULL)
        return NULL;
    gint64 began = g_get_monotonic_time();
    guint deadline = qemu_hypervisor_deadline(hypervisor, handle(instance)->machine);
    json_t *event = qemu_monitor_next_event(monitor, wait ? deadline : 0);
    if (event != NULL)
        hypervisor->changes++;
    else if (wait && qemu_monitor_disconnected(monitor))
        qemu_machine_await_end(handle(instance)->machine);
    qemu_hypervisor_count_time(hypervisor, began);
    return event;
}

/* The connection that a hung process could not take. */
static gboolean
connect_late(QemuInstance *instance)
{
    guint milliseconds = instance->machine->stopped ? LOOK_STOPPED_MS : LOOK_MS;
    if (instance->monitor == NULL)
        take_monitor(instance, qemu_machine_connect(instance->machine, milliseconds, NULL));
    return instance->monitor != NULL;
}

static gboolean
port_settled(VmInstance *instance)
{
    if (!handle(instance)->broken && !connect_late(handle(instance)))
        return qemu_process_ended(handle(instance)->machine->process, NULL);
    return handle(instance)->broken || qemu_monitor_settled(handle(instance)->monitor) ||
           qemu_process_ended(handle(instance)->machine->process, NULL);
}

static gboolean
port_ended(VmInstance *instance, int *status)
{
    return qemu_process_ended(handle(instance)->machine->process, status);
}

static void
port_kill(VmInstance *instance)
{
    gint64 began = g_get_monotonic_time();
    qemu_machine_kill(handle(instance)->machine);
    qemu_hypervisor_count_time(qemu_hypervisor_own(instance->hypervisor), began);
}

/* ---- offline ---- */

static gboolean
port_image_create(VmHypervisor *hv, const char *path, const char *format, guint64 size,
                  const char *backing, const char *backing_format, GError **error)
{
    gint64 began = g_get_monotonic_time();
    QemuImageWish wish = {path, format, size, backing, backing_format};
    gboolean ok = qemu_images_create(qemu_hypervisor_own(hv)->images, &wish, error);
    qemu_hypervisor_count_time(qemu_hypervisor_own(hv), began);
    return ok;
}

static VmImageInfo *
port_image_info(VmHypervisor *hv, const char *path, GError **error)
{
    gint64 began = g_get_monotonic_time();
    VmImageInfo *info = qemu_images_info(qemu_hypervisor_own(hv)->images, path, error);
    qemu_hypervisor_count_time(qemu_hypervisor_own(hv), began);
    return info;
}

static gboolean
port_image_snapshot(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                    GError **error)
{
    gint64 began = g_get_monotonic_time();
    gboolean ok = qemu_images_snapshot(qemu_hypervisor_own(hv)->images, path, verb, tag, error);
    qemu_hypervisor_count_time(qemu_hypervisor_own(hv), began);
    return ok;
}

static gboolean
port_image_rebase(VmHypervisor *hv, const char *path, const char *backing,
                  const char *backing_format, GError **error)
{
    gint64 began = g_get_monotonic_time();
    QemuImages *images = qemu_hypervisor_own(hv)->images;
    gboolean ok = qemu_images_rebase(images, path, backing, backing_format, error);
    qemu_hypervisor_count_time(qemu_hypervisor_own(hv), began);
    return ok;
}

static const VmHypervisorOps port_ops = {
    .start = port_start,
    .attach = port_attach,
    .detach = port_detach,
    .command = port_command,
    .look_ahead = port_look_ahead,
    .next_event = port_next_event,
    .settled = port_settled,
    .ended = port_ended,
    .kill = port_kill,
    .image_create = port_image_create,
    .image_info = port_image_info,
    .image_snapshot = port_image_snapshot,
    .image_rebase = port_image_rebase,
};

/* ---- life ---- */

/* Whether KVM can be had, and if not, the line that says why. */
static gboolean
look_for_kvm(char **note)
{
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        *note =
            g_strdup_printf("/dev/kvm cannot be used (%s): QEMU runs under TCG", g_strerror(errno));
        return FALSE;
    }
    close(fd);
    return TRUE;
}

VmHypervisor *
qemu_hypervisor_new(const QemuOptions *options, GError **error)
{
    const char *version = qemu_version_check(QEMU_VERSION_MIN, error);
    if (version == NULL)
        return NULL;
    if (g_mkdir_with_parents(options->folder, 0700) < 0) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot make folder '%s': %s", options->folder,
                  g_strerror(errno));
        return NULL;
    }
    QemuHypervisor *hypervisor = g_new0(QemuHypervisor, 1);
    hypervisor->base.ops = &port_ops;
    hypervisor->folder = g_canonicalize_filename(options->folder, NULL);
    hypervisor->rom = g_strdup(options->rom);
    hypervisor->deadline_ms = options->deadline_ms != 0 ? options->deadline_ms : DEADLINE_MS;
    hypervisor->kvm = !options->tcg && look_for_kvm(&hypervisor->note);
    hypervisor->version = version;
    hypervisor->machines = g_ptr_array_new_with_free_func((GDestroyNotify)qemu_machine_unref);
    hypervisor->images = qemu_images_new();
    return &hypervisor->base;
}

void
qemu_hypervisor_free(VmHypervisor *hypervisor)
{
    if (hypervisor == NULL)
        return;
    g_ptr_array_unref(qemu_hypervisor_own(hypervisor)->machines);
    qemu_images_free(qemu_hypervisor_own(hypervisor)->images);
    g_rmdir(qemu_hypervisor_own(hypervisor)->folder); /* where others have put nothing into it */
    g_free(qemu_hypervisor_own(hypervisor)->folder);
    g_free(qemu_hypervisor_own(hypervisor)->rom);
    g_free(qemu_hypervisor_own(hypervisor)->note);
    g_free(hypervisor);
}

const char *
qemu_hypervisor_version(const VmHypervisor *hypervisor)
{
    return qemu_hypervisor_own_const(hypervisor)->version;
}

gboolean
qemu_hypervisor_uses_kvm(const VmHypervisor *hypervisor)
{
    return qemu_hypervisor_own_const(hypervisor)->kvm;
}

const char *
qemu_hypervisor_note(const VmHypervisor *hypervisor)
{
    return qemu_hypervisor_own_const(hypervisor)->note;
}

guint64
qemu_hypervisor_changes(VmHypervisor *hypervisor)
{
    qemu_hypervisor_drop_ended(qemu_hypervisor_own(hypervisor));
    return qemu_hypervisor_own(hypervisor)->changes;
}

guint64
qemu_hypervisor_time(const VmHypervisor *hypervisor)
{
    return (guint64)qemu_hypervisor_own_const(hypervisor)->spent * 1000;
}
