/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap.h"
#include "sim/tool/qemu_img.h"
#include <string.h>

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},
    {"f", TRUE, "format"},
    {"o", TRUE},
    {0},
};

/* Version 2 does not refuse bitmaps: they are lost. */
static void
set_version(SimNode *node, gboolean version_2)
{
    SimImage *image = sim_node_image(node);
    if (version_2)
        sim_bitmaps_drop(node);
    sim_image_set_layout(image, sim_image_state(image)->cluster_size, version_2);
}

static gboolean
run(SimToolCall *call, GError **error)
{
    const char *wanted = sim_tool_value(call, "o");
    if (!sim_tool_need_operands(call, 1, 1))
        return TRUE;
    if (g_strcmp0(wanted, "compat=0.10") != 0 && g_strcmp0(wanted, "compat=1.1") != 0)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "qemu-img amend -o '%s' is not simulated", wanted == NULL ? "" : wanted);
    const SimToolOpen how = {
        .path = sim_tool_operand(call, 0), .format = sim_tool_value(call, "f"), .writable = TRUE};
    SimNode *node = sim_tool_open(call, &how);
    if (node != NULL)
        set_version(node, g_str_equal(wanted, "compat=0.10"));
    return TRUE;
}

const SimToolCommand sim_tool_img_amend = {"amend", options, run};
