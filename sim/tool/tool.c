/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/tool/tool.h"
#include "sim/tool/qemu_img.h"
#include <string.h>

/* The options of ls that change nothing here. */
static const SimToolOption ls_options[] = {{"1"}, {0}};

static gboolean
run_ls(SimToolCall *call, GError **error)
{
    (void)error;
    const char *path = call->operands->len == 0 ? "." : sim_tool_operand(call, 0);
    int number = 0;
    g_autoptr(GPtrArray) names = sim_fs_list(call->fs, path, &number);
    if (names == NULL) {
        sim_tool_fail(call, "cannot access '%s': %s", path, g_strerror(number));
        call->rc = 2;
        return TRUE;
    }
    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(call->out, "%s\n", (const char *)names->pdata[i]);
    return TRUE;
}

static const SimToolCommand ls = {"ls", ls_options, run_ls};

/* The command that argv names; *words are what follows it. */
static const SimToolCommand *
find_command(const char *const *argv, const char *const **words, GError **error)
{
    g_autofree char *program = g_path_get_basename(argv[0]);
    *words = argv + 1;
    if (strcmp(program, "ls") == 0)
        return &ls;
    if (strcmp(program, "qemu-io") == 0)
        return &sim_tool_qemu_io;
    if (strcmp(program, "qemu-img") == 0 && argv[1] != NULL) {
        *words = argv + 2;
        return sim_tool_find_qemu_img(argv[1], error);
    }
    vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "program '%s' is not simulated", argv[0]);
    return NULL;
}

/* Files are files: what lies behind an address is not simulated. */
static gboolean
check_operands(const SimToolCall *call, GError **error)
{
    for (guint i = 0; i < call->operands->len; i++) {
        const char *operand = call->operands->pdata[i];
        if (strstr(operand, "://") != NULL || g_str_has_prefix(operand, "json:"))
            return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "%s: '%s' is not simulated",
                             call->program, operand);
    }
    return TRUE;
}

gboolean
sim_tool_run(SimFs *fs, SimClock *clock, const char *const *argv, int *rc, char **out,
             GError **error)
{
    const char *const *words = NULL;
    const SimToolCommand *command = find_command(argv, &words, error);
    if (command == NULL)
        return FALSE;
    g_autofree char *program = g_path_get_basename(argv[0]);
    SimToolCall call = {
        .fs = fs,
        .clock = clock,
        .program = program,
        .options =
            g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref),
        .operands = g_ptr_array_new(),
        .out = g_string_new(NULL),
    };
    sim_clock_advance(clock, SIM_CLOCK_STEP);
    gboolean ok = sim_tool_read_words(&call, command->options, words, error) &&
                  check_operands(&call, error) && command->run(&call, error);
    if (call.graph != NULL)
        sim_graph_free(call.graph, TRUE);
    g_hash_table_unref(call.options);
    g_ptr_array_unref(call.operands);
    *rc = call.rc;
    *out = g_string_free(call.out, FALSE);
    if (!ok)
        g_clear_pointer(out, g_free);
    return ok;
}
