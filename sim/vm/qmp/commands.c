/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/qmp/command.h"
#include "spec/api/text_hash.h"
#include <string.h>

static const SimCommand *const commands[] = {
#define SIM_COMMAND(name) &sim_command_##name,
#include "sim/vm/qmp/commands.def"
#undef SIM_COMMAND
};

/* The same by name, once one was looked for. */
static GHashTable *by_name;

static void __attribute__((destructor)) forget_at_exit(void)
{
    g_clear_pointer(&by_name, g_hash_table_unref);
}

static const SimCommand *
find(const char *name)
{
    if (by_name == NULL) {
        by_name = g_hash_table_new(vm_text_hash, g_str_equal);
        for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
            g_hash_table_insert(by_name, (gpointer)commands[i]->name, (gpointer)commands[i]);
    }
    return g_hash_table_lookup(by_name, name);
}

const char *
sim_command_name(guint i)
{
    return i < G_N_ELEMENTS(commands) ? commands[i]->name : NULL;
}

/* What a process without a guest has not. */
static const char *const guest_only[] = {
    "cont",
    "device_add",
    "device_del",
    "block_set_io_throttle",
    "getfd",
    "human-monitor-command",
    "migrate",
    "migrate-incoming",
    "migrate-pause",
    "migrate-set-capabilities",
    "migrate_cancel",
    "query-migrate",
    "query-migrate-capabilities",
    "query-status",
    "snapshot-delete",
    "snapshot-load",
    "snapshot-save",
    "stop",
    "system_powerdown",
    "system_reset",
    NULL,
};

gboolean
sim_command_run(SimMachine *machine, const char *name, const json_t *arguments, VmStoreFile *pass,
                json_t **reply, GError **error)
{
    const SimCommand *command = find(name);
    gboolean lacking =
        machine->kind == SIM_KIND_STORAGE_DAEMON && g_strv_contains(guest_only, name);
    if (command == NULL || lacking) {
        g_set_error(error, VM_QMP_ERROR, VM_QMP_COMMAND_NOT_FOUND,
                    "The command %s has not been found", name);
        return FALSE;
    }
    if (arguments == NULL)
        arguments = machine->nothing;
    SimCall call = {machine, arguments, pass, NULL};
    gboolean ok =
        sim_arguments_check(command->arguments, arguments, error) && command->run(&call, error);
    if (ok && reply != NULL)
        *reply = call.reply != NULL ? json_incref(call.reply) : json_object();
    json_decref(call.reply);
    return ok;
}

gboolean
sim_machine_receive(SimMachine *machine, GError **error)
{
    while (sim_machine_work(machine))
        continue;
    if (machine->ended) {
        g_set_error(error, VM_QMP_ERROR, VM_QMP_DISCONNECTED, "instance '%s' has ended",
                    machine->name);
        return FALSE;
    }
    sim_clock_advance(machine->clock, SIM_CLOCK_STEP);
    sim_machine_count_time(machine);
    return TRUE;
}

gboolean
sim_machine_command(SimMachine *machine, const char *name, const json_t *arguments,
                    VmStoreFile *pass, json_t **reply, GError **error)
{
    return sim_machine_receive(machine, error) &&
           sim_command_run(machine, name, arguments, pass, reply, error);
}

gboolean
sim_command_is_out_of_band(const char *name)
{
    return strcmp(name, "migrate-pause") == 0;
}
