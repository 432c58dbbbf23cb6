/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/io_command.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"f", TRUE, "format"},       {"c", TRUE, "cmd"},     {"r", FALSE, "read-only"},
    {"U", FALSE, "force-share"}, {"d", TRUE, "discard"}, {0},
};

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    const char *path = sim_tool_operand(call, 0);
    if (path == NULL)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED, "qemu-io without a file");
    const SimToolOpen how = {
        .path = path,
        .format = sim_tool_value(call, "f"),
        .writable = !sim_tool_has(call, "r"),
        .force_share = sim_tool_has(call, "U"),
    };
    SimNode *node = sim_tool_open(call, &how);
    const GPtrArray *lines = g_hash_table_lookup(call->options, "c");
    for (guint i = 0; node != NULL && lines != NULL && i < lines->len; i++) {
        g_autoptr(GError) refused = NULL;
        int result = sim_io_command(node, NULL, lines->pdata[i], call->out, &refused);
        if (refused != NULL)
            sim_tool_fail(call, "%s", refused->message);
        if (result != 0)
            call->rc = 1;
    }
    return TRUE;
}

const SimToolCommand sim_tool_qemu_io = {"qemu-io", options, run};
