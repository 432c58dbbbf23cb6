/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/port.h"
#include "sim/block/image_check.h"
#include "sim/block/image_ops.h"
#include "sim/vm/block_info.h"
#include "sim/vm/blockdev_options.h"
#include "sim/vm/hang.h"
#include "sim/vm/qmp/command.h"
#include "spec/api/name_order.h"
#include <string.h>

struct SimHypervisor {
    VmHypervisor base;
    SimFs *fs;
    SimClock *clock;
    GPtrArray *machines; /* of SimMachine *, in the order of starting; ended ones are dropped */
};

static SimHypervisor *
sim(VmHypervisor *hv)
{
    return (SimHypervisor *)hv;
}

static SimMonitor *
monitor_of(VmInstance *instance)
{
    return (SimMonitor *)instance;
}

static void
drop_ended(SimHypervisor *hypervisor)
{
    for (guint i = hypervisor->machines->len; i-- > 0;) {
        SimMachine *machine = hypervisor->machines->pdata[i];
        if (machine->ended)
            g_ptr_array_remove_index(hypervisor->machines, i);
    }
}

SimMachine *
sim_hypervisor_machine(SimHypervisor *hypervisor, const char *name)
{
    drop_ended(hypervisor);
    for (guint i = 0; i < hypervisor->machines->len; i++) {
        SimMachine *machine = hypervisor->machines->pdata[i];
        if (strcmp(machine->name, name) == 0)
            return machine;
    }
    return NULL;
}

static VmInstance *
monitor_new(SimMachine *machine)
{
    SimMonitor *monitor = g_new0(SimMonitor, 1);
    monitor->base.hypervisor = &machine->hypervisor->base;
    sim_monitor_init(monitor, machine);
    g_ptr_array_add(machine->monitors, monitor);
    return &monitor->base;
}

/* ---- starting ---- */

static gboolean
add_blockdev(SimMachine *machine, const json_t *options, GError **error)
{
    return sim_blockdev_options_check(options, "", error) &&
           sim_graph_open(machine->graph, options, error) != NULL;
}

static gboolean
configure(SimMachine *machine, const json_t *config, GError **error)
{
    const json_t *blockdevs = json_object_get(config, "blockdev");
    const json_t *devices = json_object_get(config, "device");
    if (json_is_true(json_object_get(config, "incoming"))) {
        machine->incoming = TRUE;
        machine->run = SIM_RUN_INMIGRATE;
        machine->graph->inactive = machine->graph->incoming = TRUE;
    }
    for (gsize i = 0; i < json_array_size(blockdevs); i++) {
        const json_t *blockdev = json_array_get(blockdevs, i);
        if (!add_blockdev(machine, blockdev, error)) {
            const char *path = sim_text(json_object_get(blockdev, "file"), "filename");
            g_prefix_error(error, "image '%s': ", path != NULL ? path : "");
            return FALSE;
        }
    }
    for (gsize i = 0; i < json_array_size(devices); i++) {
        if (!sim_machine_add_device(machine, json_array_get(devices, i), error))
            return FALSE;
    }
    return TRUE;
}

static VmInstance *
port_start(VmHypervisor *hv, const json_t *config, GError **error)
{
    SimHypervisor *hypervisor = sim(hv);
    const char *name = sim_text(config, "name");
    if (name == NULL || sim_hypervisor_machine(hypervisor, name) != NULL) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot start '%s': %s",
                  name == NULL ? "" : name,
                  name == NULL ? "it has no name" : "an instance of that name runs");
        return NULL;
    }
    if (!sim_image_check_config(hypervisor->fs, config, error))
        return NULL;
    g_autoptr(GError) failure = NULL;
    SimMachine *machine = sim_machine_new(hypervisor, name, hypervisor->fs, hypervisor->clock);
    if (!configure(machine, config, &failure)) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "cannot start '%s': %s", name, failure->message);
        sim_machine_unref(machine);
        return NULL;
    }
    machine->migration_events = TRUE;
    sim_clock_advance(hypervisor->clock, SIM_CLOCK_STEP);
    g_ptr_array_add(hypervisor->machines, machine);
    return monitor_new(machine);
}

static VmInstance *
port_attach(VmHypervisor *hv, const char *name, GError **error)
{
    (void)error;
    SimMachine *machine = sim_hypervisor_machine(sim(hv), name);
    return machine == NULL ? NULL : monitor_new(machine);
}

static void
port_detach(VmInstance *instance)
{
    SimMonitor *monitor = monitor_of(instance);
    g_ptr_array_remove(monitor->machine->monitors, monitor);
    sim_hang_forget(monitor);
    sim_monitor_clear(monitor);
    g_free(monitor);
}

/* ---- talking ---- */

/* Whether the process gets to do a command; arguments and pass are borrowed. */
static gboolean
is_taken(SimMonitor *monitor, const char *name, json_t *arguments, VmStoreFile *pass,
         GError **error)
{
    if (sim_hang_takes(monitor, name, arguments)) {
        g_set_error(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT, "no answer to %s in time", name);
        return FALSE;
    }
    if (!sim_hang_ends(monitor->machine, name, arguments, pass))
        return TRUE;
    g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED, "the process has ended");
    return FALSE;
}

static gboolean
port_command(VmInstance *instance, const char *name, json_t *arguments, VmStoreFile *pass,
             json_t **reply, GError **error)
{
    SimMonitor *monitor = monitor_of(instance);
    gboolean ok = is_taken(monitor, name, arguments, pass, error) &&
                  sim_machine_command(monitor->machine, name, arguments, pass, reply, error);
    json_decref(arguments);
    return ok;
}

/* What query-block brings with it before it is answered. */
static gboolean
receive_query_block(SimMonitor *monitor, GError **error)
{
    return is_taken(monitor, "query-block", NULL, NULL, error) &&
           sim_machine_receive(monitor->machine, error);
}

static gboolean
port_device_tag(VmInstance *instance, const char *device, VmImageTag *held, GError **error)
{
    SimMonitor *monitor = monitor_of(instance);
    if (!receive_query_block(monitor, error))
        return FALSE;
    const SimDevice *found = sim_machine_device(monitor->machine, device);
    if (found == NULL) {
        g_set_error(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND, "no device '%s'", device);
        return FALSE;
    }
    sim_block_info_tag(found->root->child, held);
    return TRUE;
}

static gboolean
port_device_nodes(VmInstance *instance, GHashTable *nodes, GError **error)
{
    SimMonitor *monitor = monitor_of(instance);
    if (!receive_query_block(monitor, error))
        return FALSE;
    const GPtrArray *devices = monitor->machine->devices;
    for (guint i = 0; i < devices->len; i++) {
        const SimDevice *device = devices->pdata[i];
        g_hash_table_insert(nodes, g_strdup(device->id),
                            g_strdup(sim_block_info_disk_node(device->root->child)));
    }
    return TRUE;
}

static json_t *
port_next_event(VmInstance *instance, gboolean wait)
{
    SimMonitor *monitor = monitor_of(instance);
    json_t *event;
    while ((event = sim_monitor_take(monitor)) == NULL) {
        SimMachine *machine = monitor->machine;
        if (machine->hung)
            return NULL;
        if (!sim_machine_work(machine) && !(wait && sim_machine_sleep(machine)))
            return NULL;
    }
    return event;
}

static gboolean
port_settled(VmInstance *instance)
{
    const SimMonitor *monitor = monitor_of(instance);
    return !monitor->waiting || monitor->machine->ended;
}

static gboolean
port_ended(VmInstance *instance, int *status)
{
    const SimMachine *machine = monitor_of(instance)->machine;
    if (machine->ended && status != NULL)
        *status = machine->status;
    return machine->ended;
}

static void
port_kill(VmInstance *instance)
{
    sim_machine_end(monitor_of(instance)->machine, -9, FALSE);
}

/* ---- offline ---- */

static gboolean
port_image_create(VmHypervisor *hv, const char *path, const char *format, guint64 size,
                  const char *backing, const char *backing_format, GError **error)
{
    return sim_image_op_create(sim(hv)->fs, path, format, size, backing, backing_format, error);
}

static VmImageInfo *
port_image_info(VmHypervisor *hv, const char *path, GError **error)
{
    return sim_image_op_info(sim(hv)->fs, path, error);
}

static gboolean
port_image_tag(VmHypervisor *hv, const char *path, VmImageTag *held, GError **error)
{
    return sim_image_op_tag(sim(hv)->fs, path, held, error);
}

static gboolean
port_image_snapshot(VmHypervisor *hv, const char *path, VmImageSnapshotVerb verb, const char *tag,
                    GError **error)
{
    sim_clock_advance(sim(hv)->clock, SIM_CLOCK_STEP);
    return sim_image_op_snapshot(sim(hv)->fs, path, verb, tag, sim(hv)->clock, error);
}

static gboolean
port_image_rebase(VmHypervisor *hv, const char *path, const char *backing,
                  const char *backing_format, GError **error)
{
    return sim_image_op_rebase(sim(hv)->fs, path, backing, backing_format, error);
}

/* Its answers take no time. */
static gboolean
port_look_ahead(VmInstance *instance)
{
    (void)instance;
    return FALSE;
}

static const VmHypervisorOps port_ops = {
    .start = port_start,
    .attach = port_attach,
    .detach = port_detach,
    .command = port_command,
    .look_ahead = port_look_ahead,
    .device_tag = port_device_tag,
    .device_nodes = port_device_nodes,
    .next_event = port_next_event,
    .settled = port_settled,
    .ended = port_ended,
    .kill = port_kill,
    .image_create = port_image_create,
    .image_info = port_image_info,
    .image_tag = port_image_tag,
    .image_snapshot = port_image_snapshot,
    .image_rebase = port_image_rebase,
};

SimHypervisor *
sim_hypervisor_new(SimFs *fs, SimClock *clock)
{
    SimHypervisor *hypervisor = g_new0(SimHypervisor, 1);
    hypervisor->base.ops = &port_ops;
    hypervisor->fs = fs;
    hypervisor->clock = clock;
    hypervisor->machines = g_ptr_array_new_with_free_func((GDestroyNotify)sim_machine_unref);
    return hypervisor;
}

void
sim_hypervisor_power_cut(SimHypervisor *hypervisor)
{
    for (guint i = 0; i < hypervisor->machines->len; i++)
        sim_machine_end(hypervisor->machines->pdata[i], -9, FALSE);
    drop_ended(hypervisor);
}

void
sim_hypervisor_free(SimHypervisor *hypervisor)
{
    sim_hypervisor_power_cut(hypervisor);
    g_ptr_array_unref(hypervisor->machines);
    g_free(hypervisor);
}

VmHypervisor *
sim_hypervisor_port(SimHypervisor *hypervisor)
{
    return &hypervisor->base;
}

GPtrArray *
sim_hypervisor_names(SimHypervisor *hypervisor)
{
    drop_ended(hypervisor);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < hypervisor->machines->len; i++)
        g_ptr_array_add(names, g_strdup(((SimMachine *)hypervisor->machines->pdata[i])->name));
    g_ptr_array_sort(names, vm_compare_names);
    return names;
}
