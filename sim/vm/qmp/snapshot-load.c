/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_step.h"
#include "sim/vm/qmp/snapshot_devices.h"

static gboolean
revert_disk(SimNode *node, const char *tag, GError **error)
{
    SimImage *image = sim_node_image(node);
    const char *cause = NULL;
    int number = sim_node_can_write(node);
    if (sim_bitmaps_any(node))
        cause = "Device has active dirty bitmaps";
    else if (number != 0)
        cause = g_strerror(number);
    if (cause != NULL)
        return sim_qmp_refuse(error, "Could not load snapshot '%s' on '%s': %s", tag, node->name,
                              cause);
    /* An id goes before a name, also where the tag was looked up by name. */
    const SimSnapshot *snapshot = sim_image_find_id_or_name(image, tag);
    g_assert(snapshot != NULL);
    sim_image_revert(image, snapshot);
    return TRUE;
}

static gboolean
load_memory(SimMachine *machine, const SimNode *vmstate, const char *tag, GError **error)
{
    const SimSnapshot *snapshot =
        sim_image_find_id_or_name(sim_node_image((SimNode *)vmstate), tag);
    if (snapshot->vm_state == NULL || !sim_ram_load(&machine->ram, snapshot->vm_state, NULL))
        return sim_qmp_refuse(error, "Error -22 while loading VM state");
    machine->ran = snapshot->vm_clock;
    return TRUE;
}

static gboolean
load_all(SimMachine *machine, const json_t *arguments, GError **error)
{
    const char *tag = sim_text(arguments, "tag");
    g_autoptr(GPtrArray) nodes = sim_snapshot_devices(machine, arguments, error);
    if (nodes == NULL || !sim_snapshot_all_capable(nodes, error))
        return FALSE;
    if (sim_snapshot_count(nodes, tag) < nodes->len)
        return sim_qmp_refuse(error, "Snapshot '%s' does not exist in one or more devices", tag);
    SimNode *vmstate = sim_snapshot_vmstate(nodes, arguments, error);
    if (vmstate == NULL)
        return FALSE;
    if (sim_image_find_name(sim_node_image(vmstate), tag)->vm_state == NULL)
        return sim_qmp_refuse(error, "This is a disk-only snapshot. Revert to it  offline using "
                                     "qemu-img");
    for (guint i = 0; i < nodes->len; i++) {
        if (!revert_disk(nodes->pdata[i], tag, error))
            return FALSE;
    }
    return load_memory(machine, vmstate, tag, error);
}

/* The CPUs are stopped before anything is checked, and stay so when it fails. */
static gboolean
load(SimMachine *machine, const json_t *arguments, GError **error)
{
    gboolean was_running = sim_machine_running(machine);
    sim_machine_stop(machine, SIM_RUN_RESTORE_VM);
    if (!load_all(machine, arguments, error))
        return FALSE;
    if (was_running)
        sim_machine_resume(machine);
    return TRUE;
}

static const SimJobDriver driver = {.type = "snapshot-load", .step = sim_job_last_step};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_snapshot_job(call->machine, &driver, call->arguments, load, error);
}

const SimCommand sim_command_snapshot_load = {"snapshot-load", sim_snapshot_vm_arguments, run};
