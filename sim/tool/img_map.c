/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/allocation.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"f", TRUE, "format"},
    {"U", FALSE, "force-share"},
    {"output", TRUE},
    {0},
};

static json_t *
as_json(const SimAllocation *part)
{
    json_t *entry = json_pack("{s:I, s:I, s:i, s:b, s:b, s:b}", "start", (json_int_t)part->offset,
                              "length", (json_int_t)part->length, "depth", (int)part->depth,
                              "present", part->present, "zero", part->zero, "data", part->data);
    if (part->data || part->mapped)
        json_object_set_new(entry, "offset", json_integer((json_int_t)part->host_offset));
    return entry;
}

static void
print_line(SimToolCall *call, const SimAllocation *part)
{
    g_string_append_printf(
        call->out,
        "%#-16" G_GINT64_MODIFIER "x%#-16" G_GINT64_MODIFIER "x%#-16" G_GINT64_MODIFIER "x%s\n",
        part->offset, part->length, part->host_offset, sim_node_protocol(part->node)->filename);
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    gboolean json = FALSE;
    if (!sim_tool_wants_json(call, &json) || !sim_tool_need_operands(call, 1, 1))
        return TRUE;
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .force_share = sim_tool_has(call, "U")};
    SimNode *node = sim_tool_open(call, &how);
    if (node == NULL)
        return TRUE;
    g_autoptr(GArray) parts = sim_node_allocation(node);
    if (parts->len == 0) {
        const SimAllocation nothing = {.node = node};
        g_array_append_val(parts, nothing);
    }
    json_t *list = json_array();
    if (!json)
        g_string_append_printf(call->out, "%-16s%-16s%-16s%s\n", "Offset", "Length", "Mapped to",
                               "File");
    for (guint i = 0; i < parts->len; i++) {
        const SimAllocation *part = &g_array_index(parts, SimAllocation, i);
        if (json)
            json_array_append_new(list, as_json(part));
        else if (part->data && !part->zero)
            print_line(call, part);
    }
    if (json)
        sim_tool_print_json(call, list);
    else
        json_decref(list);
    return TRUE;
}

const SimToolCommand sim_tool_img_map = {"map", options, run};
