/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/command_line.h"
#include "sim/vm/key_values.h"
#include "sim/vm/qmp/command.h"
#include <string.h>

/* A machine in the making. */
typedef struct {
    SimMachine *machine;
    gboolean stopped;     /* -S */
    GPtrArray *blockdevs; /* of json_t *: made before the devices, as QEMU does */
    GPtrArray *devices;   /* of json_t * */
} Start;

/* Takes an option's value (NULL for one without). */
typedef gboolean (*TakeOption)(Start *start, const char *value, GError **error);

/* One option. */
typedef struct {
    const char *name; /* without dashes */
    gboolean valued;
    gboolean daemon; /* the storage daemon has it too */
    TakeOption take; /* NULL: nothing here depends on it */
} Option;

static gboolean
unsupported(GError **error, const char *option, const char *value)
{
    return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "%s '%s' is not simulated", option,
                     value);
}

static gboolean
take_machine(Start *start, const char *value, GError **error)
{
    static const char *const boards[] = {"pc", "q35", "microvm", NULL};
    g_autofree char *type = g_strndup(value, strcspn(value, ","));
    start->machine->kind = strcmp(type, "none") == 0 ? SIM_KIND_NONE : SIM_KIND_GUEST;
    return start->machine->kind == SIM_KIND_NONE || g_strv_contains(boards, type) ||
           unsupported(error, "machine", type);
}

static gboolean
take_stopped(Start *start, const char *value, GError **error)
{
    (void)value;
    (void)error;
    start->stopped = TRUE;
    return TRUE;
}

static gboolean
take_incoming(Start *start, const char *value, GError **error)
{
    if (strcmp(value, "defer") != 0)
        return unsupported(error, "incoming", value);
    start->machine->incoming = TRUE;
    return TRUE;
}

static gboolean
take_options(GPtrArray *list, const char *value, const char *implied, GError **error)
{
    json_t *options = sim_key_values_read(value, implied, error);
    if (options == NULL)
        return FALSE;
    g_ptr_array_add(list, options);
    return TRUE;
}

static gboolean
take_blockdev(Start *start, const char *value, GError **error)
{
    return take_options(start->blockdevs, value, "driver", error);
}

static gboolean
take_device(Start *start, const char *value, GError **error)
{
    return take_options(start->devices, value, "driver", error);
}

static const Option options[] = {
    {"machine", TRUE, FALSE, take_machine},
    {"M", TRUE, FALSE, take_machine},
    {"S", FALSE, FALSE, take_stopped},
    {"incoming", TRUE, FALSE, take_incoming},
    {"blockdev", TRUE, TRUE, take_blockdev},
    {"device", TRUE, FALSE, take_device},
    {"nodefaults", FALSE, FALSE, NULL},
    {"no-user-config", FALSE, FALSE, NULL},
    {"nographic", FALSE, FALSE, NULL},
    {"enable-kvm", FALSE, FALSE, NULL},
    {"display", TRUE, FALSE, NULL},
    {"accel", TRUE, FALSE, NULL},
    {"m", TRUE, FALSE, NULL},
    {"smp", TRUE, FALSE, NULL},
    {"cpu", TRUE, FALSE, NULL},
    {"name", TRUE, FALSE, NULL},
    {"uuid", TRUE, FALSE, NULL},
    {"qmp", TRUE, FALSE, NULL},
    {"mon", TRUE, FALSE, NULL},
    {"serial", TRUE, FALSE, NULL},
    {"chardev", TRUE, TRUE, NULL},
    {"monitor", TRUE, TRUE, NULL},
};

static const Option *
find_option(const char *word, gboolean daemon)
{
    const char *name = g_str_has_prefix(word, "--") ? word + 2 : word + 1;
    for (guint i = 0; word[0] == '-' && i < G_N_ELEMENTS(options); i++) {
        if (strcmp(options[i].name, name) == 0 && (!daemon || options[i].daemon))
            return &options[i];
    }
    return NULL;
}

static gboolean
read_options(Start *start, const char *const *argv, GError **error)
{
    gboolean daemon = start->machine->kind == SIM_KIND_STORAGE_DAEMON;
    for (guint i = 1; argv[i] != NULL; i++) {
        const Option *option = find_option(argv[i], daemon);
        if (option == NULL)
            return unsupported(error, "option", argv[i]);
        const char *value = option->valued ? argv[i + 1] : NULL;
        if (option->valued && value == NULL)
            return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "%s: requires an argument",
                             argv[i]);
        if (option->take != NULL && !option->take(start, value, error))
            return FALSE;
        i += option->valued ? 1 : 0;
    }
    return TRUE;
}

static gboolean
build(Start *start, GError **error)
{
    SimMachine *machine = start->machine;
    if (machine->incoming) {
        machine->run = SIM_RUN_INMIGRATE;
        machine->graph->inactive = machine->graph->incoming = TRUE;
        machine->autostart = !start->stopped;
    }
    for (guint i = 0; i < start->blockdevs->len; i++) {
        if (!sim_command_run(machine, "blockdev-add", start->blockdevs->pdata[i], NULL, NULL,
                             error))
            return FALSE;
    }
    for (guint i = 0; i < start->devices->len; i++) {
        if (!sim_command_run(machine, "device_add", start->devices->pdata[i], NULL, NULL, error))
            return FALSE;
    }
    if (!machine->incoming && !start->stopped)
        sim_machine_set_run(machine, SIM_RUN_RUNNING);
    return TRUE;
}

static gboolean
set_program(Start *start, const char *program, GError **error)
{
    g_autofree char *name = g_path_get_basename(program);
    if (strcmp(name, "qemu-storage-daemon") == 0)
        start->machine->kind = SIM_KIND_STORAGE_DAEMON;
    else if (!g_str_has_prefix(name, "qemu-system-"))
        return unsupported(error, "program", program);
    return TRUE;
}

SimMachine *
sim_machine_start_argv(SimFs *fs, SimClock *clock, const char *const *argv, GError **error)
{
    Start start = {
        .machine = sim_machine_new(NULL, argv[0], fs, clock),
        .blockdevs = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref),
        .devices = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref),
    };
    gboolean ok = set_program(&start, argv[0], error) && read_options(&start, argv, error) &&
                  build(&start, error);
    g_ptr_array_unref(start.blockdevs);
    g_ptr_array_unref(start.devices);
    sim_clock_advance(clock, SIM_CLOCK_STEP);
    if (ok)
        return start.machine;
    sim_machine_unref(start.machine);
    return NULL;
}
