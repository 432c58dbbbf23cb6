/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/chain.h"
#include "sim/vm/qmp/snapshot_devices.h"
#include <string.h>

static const SimArgument element = {"", SIM_ARG_STRING};

const SimArgument sim_snapshot_vm_arguments[] = {
    {"job-id", SIM_ARG_STRING, TRUE},
    {"tag", SIM_ARG_STRING, TRUE},
    {"vmstate", SIM_ARG_STRING, TRUE},
    {"devices", SIM_ARG_LIST, TRUE, .members = &element},
    {0},
};

const SimArgument sim_snapshot_delete_arguments[] = {
    {"job-id", SIM_ARG_STRING, TRUE},
    {"tag", SIM_ARG_STRING, TRUE},
    {"devices", SIM_ARG_LIST, TRUE, .members = &element},
    {0},
};

GPtrArray *
sim_snapshot_devices(SimMachine *machine, const json_t *arguments, GError **error)
{
    const json_t *devices = json_object_get(arguments, "devices");
    if (json_array_size(devices) == 0) {
        sim_qmp_refuse(error, "At least one device is required for snapshot");
        return NULL;
    }
    g_autoptr(GPtrArray) nodes = g_ptr_array_new();
    for (gsize i = 0; i < json_array_size(devices); i++) {
        const char *name = json_string_value(json_array_get(devices, i));
        SimNode *node = sim_graph_find(machine->graph, name);
        if (node == NULL) {
            sim_qmp_refuse(error, "No block device node '%s'", name);
            return NULL;
        }
        g_ptr_array_add(nodes, node);
    }
    return g_steal_pointer(&nodes);
}

gboolean
sim_snapshot_all_capable(const GPtrArray *nodes, GError **error)
{
    for (guint i = 0; i < nodes->len; i++) {
        SimNode *node = nodes->pdata[i];
        if (node->read_only || !sim_node_can_snapshot(node))
            return sim_qmp_refuse(error, "Device '%s' is writable but does not support snapshots",
                                  node->name);
    }
    return TRUE;
}

guint
sim_snapshot_count(const GPtrArray *nodes, const char *tag)
{
    guint count = 0;
    for (guint i = 0; i < nodes->len; i++) {
        if (sim_image_find_name(sim_node_image(nodes->pdata[i]), tag) != NULL)
            count++;
    }
    return count;
}

SimNode *
sim_snapshot_vmstate(const GPtrArray *nodes, const json_t *arguments, GError **error)
{
    const char *name = sim_text(arguments, "vmstate");
    for (guint i = 0; i < nodes->len; i++) {
        SimNode *node = nodes->pdata[i];
        if (strcmp(node->name, name) == 0)
            return node;
    }
    sim_qmp_refuse(error, "vmstate block device '%s' does not exist", name);
    return NULL;
}

gboolean
sim_snapshot_job(SimMachine *machine, const SimJobDriver *driver, const json_t *arguments,
                 SimSnapshotWork work, GError **error)
{
    SimJobOptions options = {.id = sim_text(arguments, "job-id"), .manual_dismiss = TRUE};
    SimJob *job = sim_job_create(&machine->jobs, driver, &options, error);
    if (job == NULL)
        return FALSE;
    job->total = 1;
    sim_job_start(job);
    g_autoptr(GError) failure = NULL;
    if (!work(machine, arguments, &failure))
        sim_job_fail(job, "%s", failure->message);
    return TRUE;
}
