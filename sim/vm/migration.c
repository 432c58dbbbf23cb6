/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/migration.h"
#include "sim/world/store.h"
#include <string.h>

VmStoreFile *
sim_migration_take_fd(SimMachine *machine, const char *uri, GError **error)
{
    if (!g_str_has_prefix(uri, "fd:")) {
        sim_qmp_refuse(error, "Parameter 'uri' expects a valid migration protocol");
        return NULL;
    }
    const char *name = uri + strlen("fd:");
    VmStoreFile *file = NULL;
    char *key = NULL;
    if (!g_hash_table_steal_extended(machine->fds, name, (gpointer *)&key, (gpointer *)&file))
        sim_qmp_refuse(error, "File descriptor named '%s' has not been found", name);
    g_free(key);
    return file;
}

static void
announce(SimMachine *machine, const char *event, const char *key, json_t *value)
{
    if (machine->migration_events)
        sim_machine_event(machine, event, json_pack("{s:o}", key, value));
    else
        json_decref(value);
}

void
sim_migration_status(SimMachine *machine, const char *status)
{
    machine->migration = status;
    announce(machine, "MIGRATION", "status", json_string(status));
}

static void
close_file(SimMachine *machine)
{
    VmStoreFile *file = g_steal_pointer(&machine->migration_file);
    file->store->ops->close(file);
}

/* The way back: the guest goes on as it was. */
static void
send_failed(SimMachine *machine, SimRunState before, int number)
{
    g_free(machine->migration_error);
    machine->migration_error = g_strdup_printf("Unable to write to file: %s", g_strerror(number));
    sim_migration_status(machine, "failed");
    if (before == SIM_RUN_RUNNING)
        sim_machine_resume(machine);
    else
        sim_machine_set_run(machine, before);
}

void
sim_migration_send(SimMachine *machine, const char *argument)
{
    (void)argument;
    SimRunState before = machine->run;
    announce(machine, "MIGRATION_PASS", "pass", json_integer(1));
    sim_migration_status(machine, "active");
    sim_machine_stop(machine, SIM_RUN_FINISH_MIGRATE);
    sim_machine_set_run(machine, SIM_RUN_FINISH_MIGRATE);
    announce(machine, "MIGRATION_PASS", "pass", json_integer(2));

    g_autoptr(GBytes) stream = sim_ram_save(&machine->ram, sim_run_state_name(before));
    gsize length = 0;
    const void *data = g_bytes_get_data(stream, &length);
    int number = sim_store_file_append(machine->migration_file, data, length);
    close_file(machine);
    if (number != 0) {
        send_failed(machine, before, number);
        return;
    }
    sim_graph_inactivate(machine->graph);
    sim_machine_set_run(machine, SIM_RUN_POSTMIGRATE);
    sim_migration_status(machine, "completed");
}

/* Where the guest goes on: never started stays so, running only where `cont` came before. */
static void
enter(SimMachine *machine, const char *source)
{
    SimRunState state = sim_run_state_of(source);
    gboolean active = sim_graph_activate(machine->graph, NULL);
    if (state == SIM_RUN_PRELAUNCH && !machine->autostart)
        sim_machine_set_run(machine, SIM_RUN_PRELAUNCH);
    else
        sim_machine_set_run(machine, SIM_RUN_PAUSED);
    if (active && machine->autostart && (state == SIM_RUN_RUNNING || state == SIM_RUN_PRELAUNCH))
        sim_machine_resume(machine);
}

void
sim_migration_receive(SimMachine *machine, const char *argument)
{
    (void)argument;
    g_autofree char *source = NULL;
    g_autoptr(GBytes) stream = sim_store_file_rest(machine->migration_file);
    close_file(machine);
    if (!sim_ram_load(&machine->ram, stream, &source)) {
        sim_machine_end(machine, 1, FALSE);
        return;
    }
    sim_migration_status(machine, "active");
    sim_migration_status(machine, "completed");
    enter(machine, source);
}
