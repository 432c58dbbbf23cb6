/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the oracle sees of an instance.
 */
#include "sim/block/digest.h"
#include "sim/world/inspect.h"
#include "sim/world/world_private.h"

json_t *
sim_inspect_nodes(SimWorld *world, const char *instance)
{
    SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < machine->graph->nodes->len; i++) {
        SimNode *node = machine->graph->nodes->pdata[i];
        json_t *backing =
            node->backing == NULL ? json_null() : json_string(node->backing->child->name);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:i, s:b}", "node", node->name,
                                              "driver", sim_driver_name(node->driver), "file",
                                              sim_node_protocol(node)->filename, "backing", backing,
                                              "users", (int)node->parents->len, "read-only",
                                              node->read_only));
    }
    return list;
}

gboolean
sim_visit_nodes(SimWorld *world, const char *instance,
                void (*visit)(void *data, const char *node, const char *file), void *data)
{
    const SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return FALSE;
    for (guint i = 0; i < machine->graph->nodes->len; i++) {
        SimNode *node = machine->graph->nodes->pdata[i];
        visit(data, node->name, sim_node_protocol(node)->filename);
    }
    return TRUE;
}

json_t *
sim_inspect_jobs(SimWorld *world, const char *instance)
{
    SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < machine->jobs.jobs->len; i++) {
        const SimJob *job = machine->jobs.jobs->pdata[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "id", job->id, "type", job->driver->type,
                                        "status", sim_job_status_name(job->status)));
    }
    return list;
}

gboolean
sim_visit_jobs(SimWorld *world, const char *instance, void (*visit)(void *data, const char *id),
               void *data)
{
    const SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return FALSE;
    for (guint i = 0; i < machine->jobs.jobs->len; i++)
        visit(data, ((const SimJob *)machine->jobs.jobs->pdata[i])->id);
    return TRUE;
}

gboolean
sim_look_at_ram(SimWorld *world, const char *instance, char *digest)
{
    SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return FALSE;
    sim_machine_count_time(machine);
    g_autofree char *text = sim_ram_digest(&machine->ram);
    g_strlcpy(digest, text, SIM_DIGEST_TEXT);
    return TRUE;
}

json_t *
sim_inspect_ram(SimWorld *world, const char *instance)
{
    SimMachine *machine = sim_hypervisor_machine(world->hypervisor, instance);
    if (machine == NULL)
        return NULL;
    sim_machine_count_time(machine);
    g_autofree char *digest = sim_ram_digest(&machine->ram);
    return json_pack("{s:s, s:I}", "digest", digest, "counter", (json_int_t)machine->ram.counter);
}

json_t *
sim_inspect_instances(SimWorld *world)
{
    g_autoptr(GPtrArray) names = sim_hypervisor_names(world->hypervisor);
    json_t *list = json_array();
    for (guint i = 0; i < names->len; i++)
        json_array_append_new(list, json_string(names->pdata[i]));
    return list;
}
