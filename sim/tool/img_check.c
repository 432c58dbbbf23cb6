/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/allocation.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},       {"f", TRUE, "format"}, {"r", TRUE, "repair"},
    {"U", FALSE, "force-share"}, {"output", TRUE},      {0},
};

/* What was found: how many errors damaged tables make is not simulated, one stands for them. */
static void
print_damage(SimToolCall *call)
{
    if (call->rc == 3)
        g_string_append(call->out, "1 leaked clusters were found on the image.\n"
                                   "This means waste of disk space, but no harm to data.\n");
    else if (call->rc == 2)
        g_string_append(call->out,
                        "1 errors were found on the image.\nData may be corrupted, or further "
                        "writes to the image may corrupt it.\n");
    else
        g_string_append(call->out, "No errors were found on the image.\n");
}

static void
print(SimToolCall *call, SimNode *node, const char *path, gboolean json)
{
    const SimImageState *state = sim_image_state(sim_node_image(node));
    guint64 total = (state->size + state->cluster_size - 1) / state->cluster_size;
    guint64 allocated = sim_node_data_clusters(node);
    guint64 end = sim_image_file_size(sim_node_image(node));
    if (json) {
        json_t *report = json_pack("{s:I, s:I, s:i, s:s, s:s}", "image-end-offset", (json_int_t)end,
                                   "total-clusters", (json_int_t)total, "check-errors", 0,
                                   "filename", path, "format", "qcow2");
        if (allocated > 0)
            json_object_set_new(report, "allocated-clusters", json_integer((json_int_t)allocated));
        if (call->rc != 0)
            json_object_set_new(report, call->rc == 3 ? "leaks" : "corruptions", json_integer(1));
        sim_tool_print_json(call, report);
        return;
    }
    print_damage(call);
    if (allocated > 0)
        g_string_append_printf(call->out,
                               "%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
                               " = %.2f%% allocated, 0.00%% fragmented, 0.00%% compressed "
                               "clusters\n",
                               allocated, total, (gdouble)allocated * 100.0 / (gdouble)total);
    g_string_append_printf(call->out, "Image end offset: %" G_GUINT64_FORMAT "\n", end);
}

static gboolean
run(SimToolCall *call, GError **error)
{
    gboolean json = FALSE;
    if (!sim_tool_wants_json(call, &json) || !sim_tool_need_operands(call, 1, 1))
        return TRUE;
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .force_share = sim_tool_has(call, "U"),
                             .writable = sim_tool_has(call, "r"),
                             .no_io = TRUE};
    SimNode *node = sim_tool_open(call, &how);
    if (node == NULL)
        return TRUE;
    if (node->driver != SIM_DRIVER_QCOW2) {
        sim_tool_fail(call, "This image format does not support checks");
        call->rc = 63;
        return TRUE;
    }
    call->rc = sim_damage_check_code(sim_image_state(sim_node_image(node))->damage);
    if (call->rc != 0 && how.writable)
        return vm_refuse(error, VIR_ERR_OPERATION_UNSUPPORTED,
                         "qemu-img: the repair of '%s' is not simulated", how.path);
    if (!sim_tool_has(call, "q"))
        print(call, node, how.path, json);
    return TRUE;
}

const SimToolCommand sim_tool_img_check = {"check", options, run};
