/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/guest.h"
#include "spec/api/words.h"
#include <string.h>

/* One command: its words, how many follow them, what does it. */
typedef struct {
    SimMachine *machine;
    char **words; /* after the command's own */
    char **answer;
} GuestCall;

typedef gboolean (*GuestRun)(GuestCall *call, GError **error);

static gboolean
parse_size(const char *text, guint64 *value, GError **error)
{
    char *end = NULL;
    *value = g_ascii_strtoull(text, &end, 0);
    static const char units[] = "KMGT";
    const char *unit = *end == '\0' ? NULL : strchr(units, g_ascii_toupper(*end));
    if (unit != NULL && *unit != '\0') {
        *value <<= 10 * (unit - units + 1);
        end++;
    }
    if (end == text || *end != '\0')
        return vm_refuse(error, VIR_ERR_INVALID_ARG, "guest: '%s' is not a size", text);
    return TRUE;
}

/* The disk and the range of a request, which must lie on the disk. */
static SimNode *
request(GuestCall *call, guint64 *offset, guint64 *length, GError **error)
{
    SimDevice *disk = sim_machine_disk(call->machine, call->words[0]);
    if (disk == NULL) {
        vm_refuse(error, VIR_ERR_INVALID_ARG, "guest: there is no disk '%s'", call->words[0]);
        return NULL;
    }
    if (!parse_size(call->words[1], offset, error) || !parse_size(call->words[2], length, error))
        return NULL;
    SimNode *node = disk->root->child;
    guint64 size = sim_node_size(node);
    if (*offset > size || *length > size - *offset) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "guest: beyond the end of disk '%s'",
                  call->words[0]);
        return NULL;
    }
    return node;
}

static gboolean
guest_write(GuestCall *call, GError **error)
{
    guint64 offset = 0, length = 0;
    SimNode *node = request(call, &offset, &length, error);
    if (node == NULL)
        return FALSE;
    int number = sim_node_write(node, offset, length, sim_stamp_of(call->words[3]));
    if (number != 0)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "guest: cannot write disk '%s': %s",
                         call->words[0], g_strerror(number));
    return TRUE;
}

static gboolean
guest_read(GuestCall *call, GError **error)
{
    guint64 offset = 0, length = 0;
    SimNode *node = request(call, &offset, &length, error);
    if (node == NULL)
        return FALSE;
    int number = 0;
    g_autoptr(SimContent) part = sim_node_read(node, offset, length, &number);
    if (part == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "guest: cannot read disk '%s': %s",
                         call->words[0], g_strerror(number));
    *call->answer = sim_content_digest(part, length);
    return TRUE;
}

static gboolean
guest_flush(GuestCall *call, GError **error)
{
    for (guint i = 0; i < call->machine->devices->len; i++) {
        const SimDevice *disk = call->machine->devices->pdata[i];
        int number = disk->root->child->read_only ? 0 : sim_node_flush(disk->root->child);
        if (number != 0)
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "guest: cannot flush disk '%s': %s",
                             disk->id, g_strerror(number));
    }
    return TRUE;
}

static gboolean
guest_counter(GuestCall *call, GError **error)
{
    (void)error;
    *call->answer = g_strdup_printf("%" G_GUINT64_FORMAT, call->machine->ram.counter);
    return TRUE;
}

static gboolean
guest_ram_set(GuestCall *call, GError **error)
{
    (void)error;
    sim_ram_set(&call->machine->ram, call->words[0], call->words[1]);
    return TRUE;
}

static gboolean
guest_ram_get(GuestCall *call, GError **error)
{
    (void)error;
    *call->answer = g_strdup(sim_ram_get(&call->machine->ram, call->words[0]));
    return TRUE;
}

static gboolean
guest_acpi(GuestCall *call, GError **error)
{
    gboolean ignore = strcmp(call->words[0], "ignore") == 0;
    if (!ignore && strcmp(call->words[0], "answer") != 0)
        return vm_refuse(error, VIR_ERR_INVALID_ARG, "guest: acpi is 'answer' or 'ignore'");
    call->machine->acpi_ignored = ignore;
    return TRUE;
}

void
sim_guest_power_off(SimMachine *machine, const char *argument)
{
    (void)argument;
    if (sim_machine_running(machine))
        sim_machine_shut_down(machine, TRUE, "guest-shutdown");
}

static gboolean
guest_poweroff(GuestCall *call, GError **error)
{
    (void)error;
    sim_guest_power_off(call->machine, NULL);
    return TRUE;
}

static gboolean
guest_reset(GuestCall *call, GError **error)
{
    (void)error;
    sim_machine_reset(call->machine, TRUE, "guest-reset");
    return TRUE;
}

static void
tell_panic(SimMachine *machine, const char *action)
{
    sim_machine_event(machine, "GUEST_PANICKED", json_pack("{s:s}", "action", action));
}

static gboolean
guest_panic(GuestCall *call, GError **error)
{
    SimMachine *machine = call->machine;
    SimPanicAction action = machine->actions.panic;
    (void)error;
    if (action == SIM_PANIC_NONE) {
        tell_panic(machine, "run");
        return TRUE;
    }
    gboolean stays = action == SIM_PANIC_PAUSE ||
                     (action == SIM_PANIC_SHUTDOWN && machine->actions.shutdown_pauses);
    tell_panic(machine, stays ? "pause" : "poweroff");
    sim_machine_stop(machine, SIM_RUN_GUEST_PANICKED);
    if (stays)
        return TRUE;
    sim_machine_tell_cause(machine, "SHUTDOWN", TRUE, "guest-panic");
    sim_machine_end(machine, action == SIM_PANIC_FAILURE ? 1 : 0, TRUE);
    return TRUE;
}

static const struct {
    const char *first;
    const char *second; /* or NULL */
    guint arguments;
    GuestRun run;
} commands[] = {
    {"write", NULL, 4, guest_write},       {"read", NULL, 3, guest_read},
    {"flush", NULL, 0, guest_flush},       {"counter", NULL, 0, guest_counter},
    {"ram", "counter", 0, guest_counter},  {"ram", "set", 2, guest_ram_set},
    {"ram", "get", 1, guest_ram_get},      {"acpi", NULL, 1, guest_acpi},
    {"poweroff", NULL, 0, guest_poweroff}, {"reset", NULL, 0, guest_reset},
    {"panic", NULL, 0, guest_panic},
};

/* "write DISK OFFSET LENGTH pattern A" is the long form of "write DISK OFFSET LENGTH A". */
static void
drop_pattern_word(char **words)
{
    if (g_strv_length(words) != 6 || strcmp(words[0], "write") != 0 ||
        strcmp(words[4], "pattern") != 0)
        return;
    g_free(words[4]);
    words[4] = words[5];
    words[5] = NULL;
}

gboolean
sim_guest_command(SimMachine *machine, const char *command, char **answer, GError **error)
{
    g_auto(GStrv) words = vm_split_words(command);
    drop_pattern_word(words);
    guint count = g_strv_length(words);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        guint own = commands[i].second == NULL ? 1 : 2;
        if (count != own + commands[i].arguments || strcmp(words[0], commands[i].first) != 0 ||
            (own == 2 && strcmp(words[1], commands[i].second) != 0))
            continue;
        if (!sim_machine_running(machine))
            return vm_refuse(error, VIR_ERR_OPERATION_INVALID, "guest: its CPUs are stopped");
        sim_machine_count_time(machine);
        machine->ram.counter++;
        g_autofree char *word = NULL;
        GuestCall call = {machine, words + own, &word};
        if (!commands[i].run(&call, error))
            return FALSE;
        if (answer != NULL)
            *answer = word == NULL ? g_strdup("") : g_steal_pointer(&word);
        return TRUE;
    }
    return vm_refuse(error, VIR_ERR_INVALID_ARG, "guest: '%s' is no guest command", command);
}
