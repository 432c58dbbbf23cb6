/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/migration.h"
#include "sim/vm/kept_event.h"
#include "sim/world/store.h"
#include <string.h>

/* Whether a shell command is one whose effect is known here. */
static gboolean
is_known_command(const char *command)
{
    static const char *const known[] = {"cat > ", "cat >", "cat ", "echo ", "exit ", "false", NULL};
    for (guint i = 0; known[i] != NULL; i++) {
        if (g_str_has_prefix(command, known[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean
sim_migration_connect(SimMachine *machine, const char *uri, GError **error)
{
    VmStoreFile *file = NULL;
    char *key = NULL;
    if (g_str_has_prefix(uri, "exec:") && !is_known_command(uri + strlen("exec:")))
        return sim_qmp_refuse(error, "Migration by '%s' is not simulated", uri);
    if (g_str_has_prefix(uri, "exec:") || g_str_has_prefix(uri, "unix:") ||
        g_str_has_prefix(uri, "tcp:")) {
        g_free(machine->migration_uri);
        machine->migration_uri = g_strdup(uri);
        return TRUE;
    }
    if (!g_str_has_prefix(uri, "fd:"))
        return sim_qmp_refuse(error, "Parameter 'uri' expects a valid migration protocol");
    const char *name = uri + strlen("fd:");
    if (!g_hash_table_steal_extended(machine->fds, name, (gpointer *)&key, (gpointer *)&file))
        return sim_qmp_refuse(error, "File descriptor named '%s' has not been found", name);
    g_free(key);
    machine->migration_file = file;
    return TRUE;
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
    if (machine->migration_events)
        sim_machine_tell(machine, sim_kept_event_of("MIGRATION", "status", status));
}

/* The passes that a snapshot's stream takes, as events: they are always the same two. */
static json_t *passes[2];

static void __attribute__((destructor)) forget_at_exit(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(passes); i++)
        json_decref(passes[i]);
}

static void
tell_pass(SimMachine *machine, int pass)
{
    json_t **kept = &passes[pass - 1];
    if (*kept == NULL)
        *kept = json_pack("{s:s, s:{s:i}}", "event", "MIGRATION_PASS", "data", "pass", pass);
    sim_machine_tell(machine, json_incref(*kept));
}

void
sim_migration_into_snapshot(SimMachine *machine)
{
    sim_migration_status(machine, "setup");
    for (int pass = 1; machine->migration_events && pass <= (int)G_N_ELEMENTS(passes); pass++)
        tell_pass(machine, pass);
    sim_migration_status(machine, "completed");
}

/* Let go of where the stream goes to, or comes from. */
static void
disconnect(SimMachine *machine)
{
    VmStoreFile *file = g_steal_pointer(&machine->migration_file);
    if (file != NULL)
        file->store->ops->close(file);
    g_clear_pointer(&machine->migration_uri, g_free);
}

static void
complain(SimMachine *machine, const char *text)
{
    g_string_append_printf(machine->output, "qemu-system-x86_64: %s\n", text);
}

/* The way back: the guest goes on as it was, but does not look it where it was stopped to be moved.
 * `text` (may be NULL) is taken. */
static void
send_failed(SimMachine *machine, SimRunState before, char *text)
{
    g_free(machine->migration_error);
    machine->migration_error = text;
    if (text != NULL)
        complain(machine, text);
    disconnect(machine);
    sim_migration_status(machine, "failed");
    if (before == SIM_RUN_RUNNING && !sim_machine_running(machine))
        sim_machine_resume(machine);
    else
        sim_machine_set_run(machine,
                            machine->run == SIM_RUN_FINISH_MIGRATE ? SIM_RUN_POSTMIGRATE : before);
}

/* Why the other side is not there at all, before anything is sent; or NULL. */
static char *
unreachable(const SimMachine *machine)
{
    const char *uri = machine->migration_uri;
    if (uri != NULL && g_str_has_prefix(uri, "tcp:"))
        return g_strdup_printf("Failed to connect to '%s': Connection refused",
                               uri + strlen("tcp:"));
    if (uri == NULL || !g_str_has_prefix(uri, "unix:"))
        return NULL;
    return g_strdup_printf("Failed to connect to '%s': No such file or directory",
                           uri + strlen("unix:"));
}

/* The file that "exec:cat > FILE" writes, or "exec:cat FILE" reads; NULL for another command. */
static char *
piped_file(const char *uri, const char *verb)
{
    const char *command = uri + strlen("exec:");
    if (!g_str_has_prefix(command, verb))
        return NULL;
    return g_strstrip(g_strdup(command + strlen(verb)));
}

/* Send the stream; why it failed, or NULL. */
static char *
send_stream(SimMachine *machine, GBytes *stream)
{
    gsize length = 0;
    int number = 0;
    const void *data = g_bytes_get_data(stream, &length);
    if (machine->migration_file != NULL) {
        number = sim_store_file_append(machine->migration_file, data, length);
    } else {
        SimInode *inode = NULL;
        g_autofree char *path = piped_file(machine->migration_uri, "cat >");
        number = sim_fs_create(machine->graph->fs, path, &inode);
        if (number == 0)
            sim_inode_append(inode, data, length);
    }
    return number == 0 ? NULL : g_strdup_printf("Unable to write to file: %s", g_strerror(number));
}

/* Whether a command reads what it is sent. */
static gboolean
is_listened_to(const SimMachine *machine)
{
    return machine->migration_uri == NULL || strchr(machine->migration_uri, '>') != NULL;
}

void
sim_migration_send(SimMachine *machine, const char *argument)
{
    (void)argument;
    SimRunState before = machine->run;
    char *failure = unreachable(machine);
    if (failure != NULL) {
        send_failed(machine, before, failure);
        return;
    }
    announce(machine, "MIGRATION_PASS", "pass", json_integer(1));
    sim_migration_status(machine, "active");
    if (!is_listened_to(machine)) {
        complain(machine, "failed to save SaveStateEntry with id(name): 2(ram): -5");
        send_failed(machine, before, g_strdup("Unable to write to command: Broken pipe"));
        return;
    }
    sim_machine_stop(machine, SIM_RUN_FINISH_MIGRATE);
    sim_machine_set_run(machine, SIM_RUN_FINISH_MIGRATE);
    announce(machine, "MIGRATION_PASS", "pass", json_integer(2));

    g_autoptr(GBytes) stream = sim_ram_save(&machine->ram, sim_run_state_name(before));
    failure = send_stream(machine, stream);
    if (failure != NULL) {
        send_failed(machine, before, failure);
        return;
    }
    g_autoptr(GError) lost = NULL;
    if (!sim_graph_inactivate(machine->graph, &lost)) {
        complain(machine, lost->message);
        send_failed(machine, before, NULL);
        return;
    }
    disconnect(machine);
    sim_machine_set_run(machine, SIM_RUN_POSTMIGRATE);
    sim_migration_status(machine, "completed");
}

/* Where the guest goes on: as the source was, running only where `cont` is to be, or came, before.
 */
static void
enter(SimMachine *machine, const char *source)
{
    SimRunState state = sim_run_state_of(source);
    gboolean active = sim_graph_activate(machine->graph, NULL);
    gboolean known = state != SIM_RUN_LAST && state != SIM_RUN_RUNNING &&
                     sim_run_state_allows(SIM_RUN_INMIGRATE, state);
    sim_machine_set_run(machine, known ? state : SIM_RUN_PAUSED);
    if (active && machine->autostart && state == SIM_RUN_RUNNING)
        sim_machine_resume(machine);
}

/* What comes in, or NULL where nothing does. */
static GBytes *
receive_stream(SimMachine *machine)
{
    const char *uri = machine->migration_uri;
    if (machine->migration_file != NULL)
        return sim_store_file_rest(machine->migration_file);
    g_autofree char *path = piped_file(uri, "cat ");
    if (path != NULL) {
        SimInode *inode = sim_fs_lookup(machine->graph->fs, path, NULL);
        return inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR ? NULL
                                                                       : sim_inode_bytes(inode);
    }
    char *echoed = g_str_has_prefix(uri, "exec:") ? piped_file(uri, "echo ") : NULL;
    return echoed == NULL ? NULL : g_bytes_new_take(echoed, strlen(echoed));
}

void
sim_migration_receive(SimMachine *machine, const char *argument)
{
    (void)argument;
    g_autofree char *source = NULL;
    g_autoptr(GBytes) stream = receive_stream(machine);
    disconnect(machine);
    if (stream == NULL || !sim_ram_load(&machine->ram, stream, &source)) {
        complain(machine, "Not a migration stream");
        complain(machine, "load of migration failed: Invalid argument");
        sim_machine_end(machine, 1, FALSE);
        return;
    }
    sim_migration_status(machine, "active");
    sim_migration_status(machine, "completed");
    enter(machine, source);
}
