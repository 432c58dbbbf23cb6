/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/io_command.h"
#include "sim/block/resize.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},
    {"f", TRUE, "format"},
    {"shrink"},
    {0},
};

/* "2M", or "+1M" and "-1M" from what it is. */
static gboolean
read_size(SimToolCall *call, const char *text, guint64 now, guint64 *size)
{
    guint64 step = 0;
    gboolean more = text[0] == '+', less = text[0] == '-';
    gboolean good = sim_io_size(text + (more || less ? 1 : 0), &step) && (!less || step <= now);
    *size = more ? now + step : less ? now - step : step;
    if (!good)
        sim_tool_fail(call, "Invalid parameter '%s'", text);
    return good;
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    if (call->operands->len != 2) {
        sim_tool_fail(call, "Not enough arguments\nTry 'qemu-img --help' for more information");
        return TRUE;
    }
    const SimToolOpen how = {
        .path = sim_tool_operand(call, 0), .format = sim_tool_value(call, "f"), .writable = TRUE};
    guint64 size = 0;
    SimNode *node = sim_tool_open(call, &how);
    if (node == NULL || !read_size(call, sim_tool_operand(call, 1), sim_node_size(node), &size))
        return TRUE;
    if (size < sim_node_size(node) && !sim_tool_has(call, "shrink")) {
        sim_tool_fail(call, "Use the --shrink option to perform a shrink operation.");
        sim_tool_fail(call, "warning: Shrinking an image will delete all data beyond the shrunken "
                            "image's end. Before performing such an operation, make sure there is "
                            "no important data there.");
        return TRUE;
    }
    g_autoptr(GError) failure = NULL;
    if (!sim_node_resize(node, size, &failure))
        sim_tool_fail(call, "%s%s", failure->message, sim_tool_hint(failure));
    else if (!sim_tool_has(call, "q"))
        g_string_append(call->out, "Image resized.\n");
    return TRUE;
}

const SimToolCommand sim_tool_img_resize = {"resize", options, run};
