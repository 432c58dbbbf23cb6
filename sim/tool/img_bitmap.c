/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap.h"
#include "sim/block/io_command.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"add"},
    {"remove"},
    {"clear"},
    {"enable"},
    {"disable"},
    {"merge", TRUE},
    {"b", TRUE, "source-file"},
    {"F", TRUE, "source-format"},
    {"f", TRUE, "format"},
    {"g", TRUE, "granularity"},
    {0},
};

/* Does one action; FALSE with the refusal. */
typedef gboolean (*BitmapAction)(SimToolCall *call, SimNode *node, const char *name,
                                 GError **error);

static gboolean
add(SimToolCall *call, SimNode *node, const char *name, GError **error)
{
    SimBitmapOptions made = {
        .name = name, .persistent = TRUE, .disabled = sim_tool_has(call, "disable")};
    const char *granularity = sim_tool_value(call, "g");
    if (granularity != NULL && !sim_io_size(granularity, &made.granularity))
        return sim_qmp_refuse(error, "Invalid granularity specified");
    return sim_bitmap_add(node, &made, error) != NULL;
}

static gboolean
change(SimNode *node, const char *name, SimBitmapOp op, GError **error)
{
    SimBitmap *bitmap = sim_bitmap_need(node->graph, node->name, name, error);
    return bitmap != NULL && sim_bitmap_do(bitmap, op, error);
}

static gboolean
remove_bitmap(SimToolCall *call, SimNode *node, const char *name, GError **error)
{
    (void)call;
    SimBitmap *bitmap = sim_bitmap_need(node->graph, node->name, name, error);
    if (bitmap == NULL || !sim_bitmap_allows(bitmap, SIM_BITMAP_REMOVE, error) ||
        !sim_bitmap_forget(bitmap, error))
        return FALSE;
    sim_bitmap_free(bitmap);
    return TRUE;
}

static gboolean
clear(SimToolCall *call, SimNode *node, const char *name, GError **error)
{
    (void)call;
    return change(node, name, SIM_BITMAP_CLEAR, error);
}

static gboolean
enable(SimToolCall *call, SimNode *node, const char *name, GError **error)
{
    (void)call;
    return change(node, name, SIM_BITMAP_ENABLE, error);
}

static gboolean
disable(SimToolCall *call, SimNode *node, const char *name, GError **error)
{
    (void)call;
    return change(node, name, SIM_BITMAP_DISABLE, error);
}

static gboolean
merge(SimToolCall *call, SimNode *node, const char *name, GError **error)
{
    SimNode *from = node;
    const SimToolOpen how = {.path = sim_tool_value(call, "b"),
                             .format = sim_tool_value(call, "F")};
    if (how.path != NULL)
        from = sim_tool_try_open(call, &how, error);
    SimBitmap *target = from == NULL ? NULL : sim_bitmap_need(node->graph, node->name, name, error);
    SimBitmap *source = target == NULL ? NULL
                                       : sim_bitmap_need(node->graph, from->name,
                                                         sim_tool_value(call, "merge"), error);
    return source != NULL && sim_bitmap_merge(target, source, error);
}

static const struct {
    const char *name;
    BitmapAction run;
} actions[] = {
    {"add", add},       {"remove", remove_bitmap}, {"clear", clear},
    {"enable", enable}, {"disable", disable},      {"merge", merge},
};

/* Adding with --disable is one action. */
static gboolean
is_wanted(const SimToolCall *call, const char *action)
{
    return sim_tool_has(call, action) &&
           !(g_str_equal(action, "disable") && sim_tool_has(call, "add"));
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    const char *name = sim_tool_operand(call, 1);
    if (name == NULL) {
        sim_tool_fail(call, "Expecting filename and bitmap name\nTry 'qemu-img --help' for more "
                            "information");
        return TRUE;
    }
    if (sim_tool_has(call, "b") && !sim_tool_has(call, "merge")) {
        sim_tool_fail(call, "Merge bitmap source file only supported with --merge");
        return TRUE;
    }
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .writable = TRUE,
                             .no_backing = TRUE};
    SimNode *node = sim_tool_open(call, &how);
    gboolean any = FALSE;
    for (guint i = 0; node != NULL && call->rc == 0 && i < G_N_ELEMENTS(actions); i++) {
        g_autoptr(GError) failure = NULL;
        if (!is_wanted(call, actions[i].name))
            continue;
        any = TRUE;
        if (!actions[i].run(call, node, name, &failure))
            sim_tool_fail(call, "Operation %s on bitmap %s failed: %s%s", actions[i].name, name,
                          failure->message, sim_tool_hint(failure));
    }
    if (node != NULL && !any)
        sim_tool_fail(call, "Need at least one of --add, --remove, --clear, --enable, --disable, "
                            "or --merge");
    return TRUE;
}

const SimToolCommand sim_tool_img_bitmap = {"bitmap", options, run};
