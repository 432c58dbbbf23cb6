/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap.h"
#include "sim/tool/qemu_img.h"
#include "sim/vm/block_info.h"

#define SECOND G_GINT64_CONSTANT(1000000000)

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},
    {"f", TRUE, "format"},
    {"c", TRUE},
    {"a", TRUE},
    {"d", TRUE},
    {"l"},
    {"U", FALSE, "force-share"},
    {0},
};

/* A line of the list: id, name, size of the state, date, clock of the guest, instructions. */
static void
print_snapshot(SimToolCall *call, const SimSnapshot *snapshot)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(snapshot->date / SECOND);
    g_autofree char *day = g_date_time_format(date, "%Y-%m-%d %H:%M:%S");
    guint64 milliseconds = snapshot->vm_clock / 1000000;
    gsize state = snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
    g_autofree char *size = g_strdup_printf("%" G_GSIZE_FORMAT " B", state);
    g_autofree char *clock = g_strdup_printf(
        "%02u:%02u:%02u.%03u", (guint)(milliseconds / 3600000), (guint)(milliseconds / 60000 % 60),
        (guint)(milliseconds / 1000 % 60), (guint)(milliseconds % 1000));
    g_string_append_printf(call->out, "%-9s %-16s %8s%20s%13s%11s\n", snapshot->id, snapshot->name,
                           size, day, clock, snapshot->has_icount ? "0" : "");
}

static void
list(SimToolCall *call, SimNode *node)
{
    const GList *link = sim_snapshots_first(sim_image_snapshots(sim_node_image(node)));
    if (link == NULL)
        return;
    g_string_append_printf(call->out, "Snapshot list:\n%-9s %-16s %8s%20s%13s%11s\n", "ID", "TAG",
                           "VM SIZE", "DATE", "VM CLOCK", "ICOUNT");
    for (; link != NULL; link = link->next)
        print_snapshot(call, link->data);
}

static void
apply(SimToolCall *call, SimNode *node, const char *tag)
{
    SimImage *image = sim_node_image(node);
    const SimSnapshot *snapshot = sim_image_find_id_or_name(image, tag);
    if (sim_bitmaps_any(node))
        sim_tool_fail(call, "Could not apply snapshot '%s': Device has active dirty bitmaps", tag);
    else if (snapshot == NULL)
        sim_tool_fail(call,
                      "Could not apply snapshot '%s': Failed to load snapshot: No such file or "
                      "directory",
                      tag);
    else
        sim_image_revert(image, snapshot);
}

static void
delete_snapshot(SimToolCall *call, SimNode *node, const char *tag)
{
    SimImage *image = sim_node_image(node);
    const SimSnapshot *snapshot = sim_image_find_name(image, tag);
    if (snapshot == NULL)
        sim_tool_fail(call, "Could not delete snapshot '%s': snapshot not found", tag);
    else
        sim_image_delete_snapshot(image, snapshot);
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    const char *create = sim_tool_value(call, "c");
    const char *revert = sim_tool_value(call, "a");
    const char *remove = sim_tool_value(call, "d");
    gboolean changes = create != NULL || revert != NULL || remove != NULL;
    if (!sim_tool_need_operands(call, 1, 1))
        return TRUE;
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .force_share = sim_tool_has(call, "U"),
                             .writable = changes};
    SimNode *node = sim_tool_open(call, &how);
    if (node == NULL)
        return TRUE;
    if (changes && node->driver != SIM_DRIVER_QCOW2)
        sim_tool_fail(call, "Could not create snapshot '%s': -95 (Operation not supported)",
                      create != NULL ? create : "");
    else if (create != NULL)
        sim_image_snapshot(sim_node_image(node), create, NULL, call->clock->now)->has_icount = TRUE;
    else if (revert != NULL)
        apply(call, node, revert);
    else if (remove != NULL)
        delete_snapshot(call, node, remove);
    else if (node->driver == SIM_DRIVER_QCOW2)
        list(call, node);
    return TRUE;
}

const SimToolCommand sim_tool_img_snapshot = {"snapshot", options, run};
