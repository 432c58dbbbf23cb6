/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/content_compare.h"
#include "sim/block/image_path.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"}, {"f", TRUE, "format"}, {"b", TRUE}, {"F", TRUE}, {"u"}, {"p"}, {0},
};

/* What a backing shows below the size of its overlay; nothing without one. */
static SimContent *
shown_by(SimNode *backing)
{
    return backing == NULL ? sim_content_new() : sim_node_content(backing);
}

/* Copy a run of the former backing into the overlay, but for what the overlay has itself. */
static int
copy_up(SimNode *node, const SimDifference *run)
{
    guint count = 0;
    guint64 at = run->offset, end = run->offset + run->length;
    g_autoptr(SimContent) own =
        sim_content_slice(sim_image_state(sim_node_image(node))->content, run->offset, run->length);
    const SimExtent *extents = sim_content_extents(own, &count);
    for (guint i = 0; i <= count && at < end; i++) {
        guint64 stop = i < count ? extents[i].offset : end;
        int number = stop <= at ? 0 : sim_node_write(node, at, stop - at, run->stamp);
        if (number != 0)
            return number;
        at = i < count ? extents[i].offset + extents[i].length : end;
    }
    return 0;
}

/* What the guest sees stays: the overlay takes what the new backing shows otherwise. */
static gboolean
keep_content(SimToolCall *call, SimNode *node, SimNode *backing)
{
    SimNode *former = node->backing == NULL ? NULL : node->backing->child;
    g_autoptr(SimContent) before = shown_by(former);
    g_autoptr(SimContent) after = shown_by(backing);
    g_autoptr(GArray) runs = sim_content_differences(before, after, sim_node_size(node));
    for (guint i = 0; i < runs->len; i++) {
        int number = copy_up(node, &g_array_index(runs, SimDifference, i));
        if (number == 0)
            continue;
        sim_tool_fail(call, "Error while writing: %s", g_strerror(number));
        return FALSE;
    }
    return TRUE;
}

/* Open the new backing, or give nothing for none; FALSE with the failure printed. */
static gboolean
open_new(SimToolCall *call, const char *path, SimNode **backing)
{
    g_autoptr(GError) failure = NULL;
    const char *name = sim_tool_value(call, "b");
    if (name[0] == '\0')
        return TRUE;
    g_autofree char *full = sim_image_resolve(path, name);
    const SimToolOpen how = {.path = full, .format = sim_tool_value(call, "F")};
    *backing = sim_tool_try_open(call, &how, &failure);
    if (*backing == NULL)
        sim_tool_fail(call, "Could not open new backing file '%s': %s", name, failure->message);
    return *backing != NULL;
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    const char *name = sim_tool_value(call, "b");
    gboolean unsafe = sim_tool_has(call, "u");
    if (!sim_tool_need_operands(call, 1, 1))
        return TRUE;
    if (name == NULL && !unsafe) {
        sim_tool_fail(call, "Must specify backing file (-b) or use unsafe mode (-u)\nTry 'qemu-img "
                            "--help' for more information");
        return TRUE;
    }
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .writable = TRUE,
                             .no_backing = unsafe};
    SimNode *backing = NULL, *node = sim_tool_open(call, &how);
    if (node == NULL)
        return TRUE;
    if (!unsafe && (!open_new(call, how.path, &backing) || !keep_content(call, node, backing)))
        return TRUE;
    gboolean none = name == NULL || name[0] == '\0';
    sim_image_set_backing(sim_node_image(node), none ? NULL : name,
                          none ? NULL : sim_tool_value(call, "F"));
    return TRUE;
}

const SimToolCommand sim_tool_img_rebase = {"rebase", options, run};
