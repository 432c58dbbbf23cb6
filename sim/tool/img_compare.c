/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/content_compare.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},       {"f", TRUE}, {"F", TRUE}, {"s", FALSE, "strict"},
    {"U", FALSE, "force-share"}, {0},
};

static void
say(SimToolCall *call, const char *format, guint64 offset)
{
    if (sim_tool_has(call, "q"))
        return;
    if (format[0] == 'C')
        g_string_append_printf(call->out, "Content mismatch at offset %" G_GUINT64_FORMAT "!\n",
                               offset);
    else
        g_string_append(call->out, format);
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    SimNode *nodes[2] = {NULL, NULL};
    if (!sim_tool_need_operands(call, 2, 2))
        return TRUE;
    for (guint i = 0; i < 2; i++) {
        const SimToolOpen how = {.path = sim_tool_operand(call, i),
                                 .format = sim_tool_value(call, i == 0 ? "f" : "F"),
                                 .force_share = sim_tool_has(call, "U")};
        nodes[i] = sim_tool_open(call, &how);
        if (nodes[i] == NULL) {
            call->rc = 2;
            return TRUE;
        }
    }
    guint64 sizes[2] = {sim_node_size(nodes[0]), sim_node_size(nodes[1])}, offset = 0;
    g_autoptr(SimContent) a = sim_node_content(nodes[0]);
    g_autoptr(SimContent) b = sim_node_content(nodes[1]);
    if (sizes[0] != sizes[1] && sim_tool_has(call, "s")) {
        say(call, "Strict mode: Image size mismatch!\n", 0);
        call->rc = 1;
        return TRUE;
    }
    if (sim_contents_differ(a, b, MIN(sizes[0], sizes[1]), &offset)) {
        say(call, "Content", offset);
        call->rc = 1;
        return TRUE;
    }
    if (sizes[0] != sizes[1])
        say(call, "Warning: Image size mismatch!\n", 0);
    say(call, "Images are identical.\n", 0);
    return TRUE;
}

const SimToolCommand sim_tool_img_compare = {"compare", options, run};
