/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/job_drain.h"
#include "sim/vm/migration.h"
#include "sim/vm/qmp/command.h"
#include "sim/vm/qmp/job_step.h"
#include "sim/vm/qmp/snapshot_devices.h"

/* The snapshots made so far go again. */
static void
undo(const GPtrArray *nodes, guint made, const char *tag)
{
    while (made-- > 0) {
        SimImage *image = sim_node_image(nodes->pdata[made]);
        const SimSnapshot *snapshot = sim_image_find_name(image, tag);
        if (snapshot != NULL)
            sim_image_delete_snapshot(image, snapshot);
    }
}

static gboolean
save_disks(SimMachine *machine, const GPtrArray *nodes, const SimNode *vmstate, const char *tag,
           GError **error)
{
    const char *state = sim_run_state_name(machine->run);
    g_autoptr(GBytes) memory = sim_ram_save(&machine->ram, state);
    for (guint i = 0; i < nodes->len; i++) {
        SimNode *node = nodes->pdata[i];
        int number = sim_node_can_write(node);
        if (number == 0)
            number = sim_node_flush(node);
        if (number != 0) {
            undo(nodes, i, tag);
            return sim_qmp_refuse(error, "Could not create snapshot '%s' on '%s': %s", tag,
                                  node->name, g_strerror(number));
        }
        SimSnapshot *snapshot = sim_image_snapshot(
            sim_node_image(node), tag, node == vmstate ? memory : NULL, machine->clock->now);
        snapshot->vm_clock = machine->ran;
    }
    return TRUE;
}

static gboolean
save(SimMachine *machine, const json_t *arguments, GError **error)
{
    const char *tag = sim_text(arguments, "tag");
    g_autoptr(GPtrArray) nodes = sim_snapshot_devices(machine, arguments, error);
    if (nodes == NULL || !sim_snapshot_all_capable(nodes, error))
        return FALSE;
    /* Whatever the text says: it is refused where all of them have it. */
    if (sim_snapshot_count(nodes, tag) == nodes->len)
        return sim_qmp_refuse(error, "Snapshot '%s' already exists in one or more devices", tag);
    SimNode *vmstate = sim_snapshot_vmstate(nodes, arguments, error);
    if (vmstate == NULL)
        return FALSE;
    gboolean was_running = sim_machine_running(machine);
    sim_machine_stop(machine, SIM_RUN_SAVE_VM);
    sim_migration_into_snapshot(machine);
    gboolean ok = save_disks(machine, nodes, vmstate, tag, error);
    if (was_running)
        sim_machine_resume(machine);
    sim_jobs_drain_twice(&machine->jobs, NULL);
    return ok;
}

static const SimJobDriver driver = {.type = "snapshot-save", .step = sim_job_last_step};

static gboolean
run(SimCall *call, GError **error)
{
    return sim_snapshot_job(call->machine, &driver, call->arguments, save, error);
}

const SimCommand sim_command_snapshot_save = {"snapshot-save", sim_snapshot_vm_arguments, run};
