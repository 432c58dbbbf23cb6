/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/machine.h"
#include "sim/vm/kept_event.h"
#include <string.h>

/* As long as anyone waits for an event. */
#define DEADLINE (G_GINT64_CONSTANT(30) * 1000000000)

typedef struct {
    SimWork run;
    char *argument;
} WorkItem;

static void
free_device(gpointer data)
{
    SimDevice *device = data;
    g_free(device->id);
    g_free(device->serial);
    g_free(device);
}

static void
close_file(gpointer data)
{
    VmStoreFile *file = data;
    file->store->ops->close(file);
}

static void
emit_for_job(gpointer machine, json_t *event)
{
    sim_machine_tell(machine, event);
}

SimMachine *
sim_machine_new(SimHypervisor *hypervisor, const char *name, SimFs *fs, SimClock *clock)
{
    SimMachine *machine = g_new0(SimMachine, 1);
    machine->refs = 1;
    machine->hypervisor = hypervisor;
    machine->name = g_strdup(name);
    machine->clock = clock;
    machine->graph = sim_graph_new(fs);
    sim_jobs_init(&machine->jobs, emit_for_job, machine, clock);
    machine->devices = g_ptr_array_new_with_free_func(free_device);
    machine->monitors = g_ptr_array_new();
    machine->output = g_string_new(NULL);
    machine->nothing = json_object();
    machine->fds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_file);
    machine->run = SIM_RUN_PRELAUNCH;
    machine->actions.panic = SIM_PANIC_SHUTDOWN;
    machine->since = clock->now;
    return machine;
}

SimMachine *
sim_machine_ref(SimMachine *machine)
{
    machine->refs++;
    return machine;
}

static void
drop_work(SimMachine *machine)
{
    WorkItem *item;
    while ((item = g_queue_pop_head(&machine->work)) != NULL) {
        g_free(item->argument);
        g_free(item);
    }
}

void
sim_late_free(SimLate *late)
{
    g_free(late->command);
    json_decref(late->arguments);
    g_free(late);
}

void
sim_machine_end(SimMachine *machine, int status, gboolean flush)
{
    if (machine->ended)
        return;
    machine->ended = TRUE;
    machine->status = status;
    drop_work(machine);
    g_clear_pointer(&machine->hang_at, g_free);
    g_clear_pointer(&machine->end_at, g_free);
    g_queue_clear_full(&machine->late, (GDestroyNotify)sim_late_free);
    sim_jobs_clear(&machine->jobs);
    for (guint i = 0; i < machine->devices->len; i++)
        sim_edge_free(((SimDevice *)machine->devices->pdata[i])->root);
    g_ptr_array_set_size(machine->devices, 0);
    sim_graph_free(g_steal_pointer(&machine->graph), flush);
    g_hash_table_remove_all(machine->fds);
    g_clear_pointer(&machine->migration_file, close_file);
    g_clear_pointer(&machine->migration_uri, g_free);
}

void
sim_machine_unref(SimMachine *machine)
{
    if (machine == NULL || --machine->refs > 0)
        return;
    sim_machine_end(machine, -9, FALSE);
    sim_ram_clear(&machine->ram);
    g_ptr_array_unref(machine->devices);
    g_ptr_array_unref(machine->monitors);
    g_hash_table_unref(machine->fds);
    g_free(machine->migration_error);
    json_decref(machine->nothing);
    g_string_free(machine->output, TRUE);
    g_free(machine->name);
    g_free(machine);
}

void
sim_monitor_init(SimMonitor *monitor, SimMachine *machine)
{
    monitor->machine = sim_machine_ref(machine);
    monitor->events = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
}

void
sim_monitor_clear(SimMonitor *monitor)
{
    g_ptr_array_unref(monitor->events);
    sim_machine_unref(monitor->machine);
}

void
sim_monitor_put(SimMonitor *monitor, json_t *object)
{
    g_ptr_array_add(monitor->events, object);
}

json_t *
sim_monitor_take(SimMonitor *monitor)
{
    GPtrArray *events = monitor->events;
    if (events->len == 0)
        return NULL;
    if (monitor->taken < events->len)
        return g_steal_pointer(&events->pdata[monitor->taken++]);
    g_ptr_array_set_size(events, 0);
    monitor->taken = 0;
    return NULL;
}

static json_t *
with_time(const SimMachine *machine, json_t *event)
{
    gint64 microseconds = machine->clock->now / 1000;
    json_t *timed = json_copy(event);
    json_object_set_new(timed, "timestamp",
                        json_pack("{s:I, s:I}", "seconds", (json_int_t)(microseconds / 1000000),
                                  "microseconds", (json_int_t)(microseconds % 1000000)));
    return timed;
}

void
sim_machine_tell(SimMachine *machine, json_t *event)
{
    for (guint i = 0; i < machine->monitors->len; i++) {
        SimMonitor *monitor = machine->monitors->pdata[i];
        sim_monitor_put(monitor, monitor->timed ? with_time(machine, event) : json_incref(event));
    }
    json_decref(event);
}

void
sim_machine_event(SimMachine *machine, const char *name, json_t *data)
{
    sim_machine_tell(machine, data == NULL ? sim_kept_event(name)
                                           : json_pack("{s:s, s:o}", "event", name, "data", data));
}

void
sim_machine_tell_cause(SimMachine *machine, const char *name, gboolean by_guest, const char *reason)
{
    sim_machine_tell(machine, sim_kept_event_for(name, by_guest, reason));
}

void
sim_machine_later(SimMachine *machine, SimWork work, const char *argument)
{
    WorkItem *item = g_new(WorkItem, 1);
    item->run = work;
    item->argument = g_strdup(argument);
    g_queue_push_tail(&machine->work, item);
}

gboolean
sim_machine_work(SimMachine *machine)
{
    if (machine->work.head == NULL)
        return !machine->ended && machine->jobs.jobs->len > 0 && sim_jobs_work(&machine->jobs);
    WorkItem *item = g_queue_pop_head(&machine->work);
    item->run(machine, item->argument);
    g_free(item->argument);
    g_free(item);
    return TRUE;
}

gboolean
sim_machine_sleep(SimMachine *machine)
{
    gint64 time = 0;
    if (machine->ended || !sim_jobs_wake_time(&machine->jobs, &time))
        return FALSE;
    gint64 passing = MIN(time - machine->clock->now, DEADLINE);
    sim_clock_advance(machine->clock, passing);
    return passing < DEADLINE;
}

gboolean
sim_machine_still(const SimMachine *machine)
{
    return !machine->ended && !machine->hung && machine->hang_at == NULL &&
           machine->end_at == NULL && g_queue_is_empty((GQueue *)&machine->work) &&
           g_queue_is_empty((GQueue *)&machine->late) && machine->jobs.jobs->len == 0;
}

/* ---- CPUs ---- */

gboolean
sim_machine_running(const SimMachine *machine)
{
    return machine->run == SIM_RUN_RUNNING;
}

void
sim_machine_count_time(SimMachine *machine)
{
    gint64 passed = machine->clock->now - machine->since;
    machine->since = machine->clock->now;
    if (!sim_machine_running(machine))
        return;
    /* The counter ticks once per microsecond; what is left over counts next time. */
    machine->ran += (guint64)passed;
    machine->ram.counter += (guint64)passed / 1000;
    machine->since -= passed % 1000;
    machine->ran -= (guint64)(passed % 1000);
}

void
sim_machine_set_run(SimMachine *machine, SimRunState state)
{
    sim_machine_count_time(machine);
    if (machine->run == state)
        return;
    g_assert(sim_run_state_allows(machine->run, state));
    machine->run = state;
    machine->since = machine->clock->now;
}

void
sim_machine_stop(SimMachine *machine, SimRunState state)
{
    if (!sim_machine_running(machine))
        return;
    sim_machine_set_run(machine, state);
    for (guint i = 0; i < machine->graph->nodes->len; i++) {
        SimNode *node = machine->graph->nodes->pdata[i];
        if (!node->read_only && node->file != NULL)
            sim_node_flush(node);
    }
    sim_machine_event(machine, "STOP", NULL);
}

void
sim_machine_resume(SimMachine *machine)
{
    sim_machine_set_run(machine, SIM_RUN_RUNNING);
    sim_machine_event(machine, "RESUME", NULL);
}

void
sim_machine_power_on(SimMachine *machine)
{
    sim_ram_clear(&machine->ram);
    machine->since = machine->clock->now;
}

void
sim_machine_shut_down(SimMachine *machine, gboolean by_guest, const char *reason)
{
    sim_machine_tell_cause(machine, "SHUTDOWN", by_guest, reason);
    if (machine->actions.shutdown_pauses)
        sim_machine_stop(machine, SIM_RUN_SHUTDOWN);
    else
        sim_machine_end(machine, 0, TRUE);
}

void
sim_machine_reset(SimMachine *machine, gboolean by_guest, const char *reason)
{
    if (machine->actions.reboot_ends) {
        sim_machine_shut_down(machine, by_guest, reason);
        return;
    }
    sim_machine_power_on(machine);
    sim_machine_tell_cause(machine, "RESET", by_guest, reason);
    if (!sim_machine_running(machine) && machine->run != SIM_RUN_INMIGRATE)
        sim_machine_set_run(machine, SIM_RUN_PRELAUNCH);
}

/* ---- disks ---- */

SimDevice *
sim_machine_disk(SimMachine *machine, const char *name)
{
    for (guint i = 0; i < machine->devices->len; i++) {
        SimDevice *device = machine->devices->pdata[i];
        if (strcmp(device->id, name) == 0 || g_strcmp0(device->serial, name) == 0)
            return device;
    }
    return NULL;
}

SimDevice *
sim_machine_device(SimMachine *machine, const char *id)
{
    for (guint i = 0; i < machine->devices->len; i++) {
        SimDevice *device = machine->devices->pdata[i];
        if (strcmp(device->id, id) == 0)
            return device;
    }
    return NULL;
}

gboolean
sim_machine_add_device(SimMachine *machine, const json_t *config, GError **error)
{
    const char *id = json_string_value(json_object_get(config, "id"));
    const char *drive = json_string_value(json_object_get(config, "drive"));
    if (drive == NULL)
        return sim_qmp_refuse(error, "drive property not set");
    if (id == NULL)
        return sim_qmp_refuse(error, "Parameter 'id' is missing");
    if (sim_machine_device(machine, id) != NULL)
        return sim_qmp_refuse(error, "Duplicate device ID '%s'", id);
    SimEdge *root = NULL;
    if (!sim_graph_attach_device(machine->graph, id, drive, &root, error))
        return FALSE;
    SimDevice *device = g_new0(SimDevice, 1);
    device->id = g_strdup(id);
    device->serial = g_strdup(json_string_value(json_object_get(config, "serial")));
    device->root = root;
    g_ptr_array_add(machine->devices, device);
    return TRUE;
}
