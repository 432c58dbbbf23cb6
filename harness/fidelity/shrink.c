/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/shrink.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "harness/fidelity/known.h"
#include "harness/fidelity/pair.h"
#include "harness/fidelity/spared.h"

/* What a shrink may take. */
#define ATTEMPTS_MAX 400
#define SECONDS_MAX 60

struct Script {
    gboolean pc;
    GPtrArray *commands; /* of json_t * */
    char *kind;          /* of the difference that is to be kept; NULL: any */
};

static void
free_command(gpointer data)
{
    json_decref(data);
}

Script *
script_new(gboolean pc)
{
    Script *script = g_new0(Script, 1);

    script->pc = pc;
    script->commands = g_ptr_array_new_with_free_func(free_command);
    return script;
}

void
script_free(Script *script)
{
    if (script != NULL) {
        g_ptr_array_unref(script->commands);
        g_free(script->kind);
        g_free(script);
    }
}

gboolean
script_pc(const Script *script)
{
    return script->pc;
}

void
script_add(Script *script, json_t *command)
{
    g_ptr_array_add(script->commands, json_incref(command));
}

/* ---- when the simulator dies, so do we ---- */

static const Script *watched;

static void
say_commands(int number)
{
    signal(number, SIG_DFL);
    for (guint i = 0; watched != NULL && i < watched->commands->len; i++) {
        char *dump = json_dumps(watched->commands->pdata[i], 0);

        fprintf(stderr, "    {\"send\": %s},\n", dump);
        free(dump);
    }
    raise(number);
}

void
script_watch(const Script *script)
{
    watched = script;
    signal(SIGABRT, say_commands);
    signal(SIGSEGV, say_commands);
}

static void
print_line(const char *member, const json_t *value)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY);

    printf("    {\"%s\": %s},\n", member, dump);
    free(dump);
}

static void
print_step(const json_t *command, const json_t *answer)
{
    const char *key;
    json_t *value;

    if (command != NULL) {
        print_line("send", command);
    }
    json_object_foreach((json_t *)answer, key, value)
    {
        print_line(key, value);
    }
}

/* What a difference is about, without numbers and values: a shorter script must not slip to another
 * one. */
static char *
kind_of(const char *difference)
{
    g_autoptr(GRegex) numbers = g_regex_new("[0-9]+", 0, 0, NULL);
    const char *values = strstr(difference, "expected ");
    g_autofree char *head =
        g_strndup(difference, values != NULL ? (gsize)(values - difference) : strlen(difference));

    return g_regex_replace_literal(numbers, head, -1, 0, "N", 0, NULL);
}

static gboolean
is_kept(const Script *script, const char *difference)
{
    g_autofree char *kind = kind_of(difference);

    return script->kind == NULL || strcmp(script->kind, kind) == 0;
}

/* The end of a step: TRUE for an unknown difference; *over when the two have gone apart. */
static gboolean
take_step(const Script *script, PairStep *step, const json_t *command, gboolean print,
          gboolean *over)
{
    gboolean known =
        step->difference != NULL && known_difference("sim", "lockstep", step->difference) != NULL;
    gboolean differs = step->difference != NULL && !known && is_kept(script, step->difference);

    if (print) {
        print_step(command, step->answer);
    }
    if (print && step->difference != NULL) {
        printf("    difference: %s\n", step->difference);
    }
    *over = step->difference != NULL;
    pair_step_clear(step);
    return differs;
}

/* Run it: TRUE when the two differ, and *length is the number of commands that it took. */
static gboolean
run_script(const Script *script, gboolean print, guint *length)
{
    g_autoptr(Pair) pair = pair_new(script->pc, NULL);
    gboolean over = pair == NULL;
    gboolean differs = FALSE;
    PairStep step;

    script_watch(script);
    for (guint i = 0; i < script->commands->len && !over; i++) {
        if (spared_reason(pair_view(pair), script->commands->pdata[i]) != NULL) {
            over = TRUE;
            break;
        }
        *length = i + 1;
        pair_step(pair, script->commands->pdata[i], &step);
        differs = take_step(script, &step, script->commands->pdata[i], print, &over);
    }
    if (!over) {
        pair_finish(pair, &step);
        differs = take_step(script, &step, NULL, print, &over);
    }
    script_watch(NULL);
    return differs;
}

/* The script without `count` commands from `start` on. */
static Script *
without(const Script *script, guint start, guint count)
{
    Script *shorter = script_new(script->pc);

    shorter->kind = g_strdup(script->kind);

    for (guint i = 0; i < script->commands->len; i++) {
        if (i < start || i >= start + count) {
            script_add(shorter, script->commands->pdata[i]);
        }
    }
    return shorter;
}

/* Try to leave out a part; TRUE when it was not needed. */
static gboolean
leave_out(Script *script, guint start, guint count)
{
    g_autoptr(Script) shorter = without(script, start, count);
    guint length = 0;

    if (!run_script(shorter, FALSE, &length)) {
        return FALSE;
    }
    g_ptr_array_set_size(shorter->commands, length);
    g_ptr_array_unref(script->commands);
    script->commands = g_ptr_array_ref(shorter->commands);
    return TRUE;
}

void
script_shrink(Script *script, const char *difference)
{
    gint64 end = g_get_monotonic_time() + SECONDS_MAX * G_USEC_PER_SEC;
    guint attempts = 0;

    script->kind = kind_of(difference);
    for (guint size = MAX(1, script->commands->len / 2); size > 0; size /= 2) {
        guint start = 0;

        while (start < script->commands->len && attempts++ < ATTEMPTS_MAX &&
               g_get_monotonic_time() < end) {
            start += leave_out(script, start, size) ? 0 : size;
        }
    }
}

void
script_print(const Script *script)
{
    guint length = 0;

    printf("  on -machine %s:\n", script->pc ? "pc" : "none");
    if (!run_script(script, TRUE, &length)) {
        printf("    the difference did not show again\n");
    }
}
