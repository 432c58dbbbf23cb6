/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/commands.h"
#include "images/guest/disk_commands.h"
#include "images/guest/call.h"
#include "images/guest/content.h"
#include "images/guest/disk.h"
#include "images/guest/power.h"
#include "images/guest/ram.h"
#include "images/guest/serial.h"

#include <stddef.h>
#include <string.h>

/* It outlives a reset: which command asked for it. */
typedef struct {
    uint64_t magic;
    uint64_t number;
} Reset;

#define RESET_ASKED 0x7465736572206F74ull

__attribute__((section(".bss.kept"))) static Reset reset;

/* What a command does once it is answered. */
static void (*afterwards)(void);

static Outcome
run_counter(Call *call)
{
    text_add_number(&call->answer, guest_state.counter);
    return CALL_OK;
}

static Outcome
run_ram_set(Call *call)
{
    if (!ram_set(call->words[0], call->words[1]))
        return call_refuse(call, CALL_INVALID, "there is no room in RAM for '%'", call->words[0]);
    return CALL_OK;
}

static Outcome
run_ram_get(Call *call)
{
    text_add(&call->answer, ram_get(call->words[0]));
    return CALL_OK;
}

static Outcome
run_ram_fill(Call *call)
{
    uint64_t length = 0;
    if (!call_size(call, 0, &length))
        return CALL_INVALID;
    if (length > ram_region_size())
        return call_refuse(call, CALL_INVALID, "beyond the end of RAM: '%'", call->words[0]);
    ram_fill(length, guest_stamp_of(call->words[1]));
    return CALL_OK;
}

static Outcome
run_ram_sum(Call *call)
{
    text_add_hash(&call->answer, ram_sum());
    return CALL_OK;
}

static Outcome
run_acpi(Call *call)
{
    bool ignore = strcmp(call->words[0], "ignore") == 0;
    if (!ignore && strcmp(call->words[0], "answer") != 0)
        return call_refuse(call, CALL_INVALID, "acpi is 'answer' or 'ignore'", "");
    guest_state.acpi_ignored = ignore;
    return CALL_OK;
}

static Outcome
run_poweroff(Call *call)
{
    if (!power_can_off())
        return call_refuse(call, CALL_FAILED, "this machine cannot switch itself off", "");
    afterwards = power_off;
    return CALL_OK;
}

static Outcome
run_panic(Call *call)
{
    if (!power_can_panic())
        return call_refuse(call, CALL_FAILED, "there is no pvpanic device", "");
    afterwards = power_panic;
    return CALL_OK;
}

static Outcome
run_reset(Call *call)
{
    reset = (Reset){RESET_ASKED, call->number};
    power_reset();
    return CALL_SILENT;
}

/* What there is: its words, how many follow them. */
typedef struct {
    const char *first;
    const char *second; /* or NULL */
    unsigned arguments;
    Outcome (*run)(Call *call);
} Command;

static const Command commands[] = {
    {"write", NULL, 4, run_write},     {"write", NULL, 5, run_write_pattern},
    {"read", NULL, 3, run_read},       {"flush", NULL, 0, run_flush_all},
    {"flush", NULL, 1, run_flush},     {"disk", NULL, 1, run_disk},
    {"counter", NULL, 0, run_counter}, {"ram", "counter", 0, run_counter},
    {"ram", "set", 2, run_ram_set},    {"ram", "get", 1, run_ram_get},
    {"ram", "fill", 2, run_ram_fill},  {"ram", "sum", 0, run_ram_sum},
    {"acpi", NULL, 1, run_acpi},       {"poweroff", NULL, 0, run_poweroff},
    {"panic", NULL, 0, run_panic},     {"reset", NULL, 0, run_reset},
};

static const Command *
command_of(const Call *call)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const Command *command = &commands[i];
        unsigned own = command->second == NULL ? 1 : 2;
        if (call->count == own + command->arguments &&
            strcmp(call->words[0], command->first) == 0 &&
            (own == 1 || strcmp(call->words[1], command->second) == 0))
            return command;
    }
    return NULL;
}

static void
say(const Call *call, Outcome outcome)
{
    static const char *const forms[] = {
        [CALL_OK] = " ok", [CALL_INVALID] = " error invalid ", [CALL_FAILED] = " error failed "};
    Text line = {0};
    text_add(&line, "\x01");
    text_add_number(&line, call->number);
    text_add(&line, forms[outcome]);
    if (outcome == CALL_OK && call->answer.length > 0)
        text_add(&line, " ");
    text_add(&line, call->answer.bytes);
    line.length = line.length < GUEST_LINE_MAX - 2 ? line.length : GUEST_LINE_MAX - 2;
    line.bytes[line.length] = '\0';
    text_add(&line, "\n");
    serial_say(line.bytes);
}

static Outcome
run(Call *call)
{
    const Command *command = command_of(call);
    if (command == NULL)
        return call_refuse(call, CALL_INVALID, "'%' is no guest command",
                           call->count > 0 ? call->words[0] : "");
    unsigned own = command->second == NULL ? 1 : 2;
    call->words += own;
    call->count -= own;
    return command->run(call);
}

void
command_run(char *line)
{
    char *words[CALL_WORDS + 1];
    Call call = {.words = words + 1};
    unsigned count = text_split(line, words, CALL_WORDS + 1);
    if (count == 0 || !text_number(words[0], &call.number))
        return;
    call.count = count - 1;
    afterwards = NULL;
    guest_state.counter++;
    Outcome outcome = run(&call);
    if (outcome == CALL_SILENT)
        return;
    say(&call, outcome);
    if (afterwards == NULL)
        return;
    serial_drain();
    afterwards();
}

void
command_greet(void)
{
    Call call = {.number = 0};
    if (reset.magic == RESET_ASKED)
        call.number = reset.number;
    else
        text_add(&call.answer, "ready");
    reset.magic = 0;
    say(&call, CALL_OK);
}
