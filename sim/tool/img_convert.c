/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/bitmap.h"
#include "sim/block/image_create.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},   {"f", TRUE}, {"O", TRUE}, {"U", FALSE, "force-share"}, {"bitmaps"},
    {"skip-broken-bitmaps"}, {0},
};

/* Whether a bitmap can be copied; one that is broken may be left out with a warning. */
static gboolean
is_whole(SimToolCall *call, const SimBitmap *bitmap)
{
    if (!sim_bitmap_look(bitmap->state)->inconsistent)
        return TRUE;
    if (!sim_tool_has(call, "skip-broken-bitmaps")) {
        sim_tool_fail(call,
                      "Cannot copy inconsistent bitmap '%s'\nTry --skip-broken-bitmaps, or use "
                      "'qemu-img bitmap --remove' to delete it",
                      bitmap->name);
        return FALSE;
    }
    g_string_append_printf(call->out, "qemu-img: warning: Skipping inconsistent bitmap '%s'\n",
                           bitmap->name);
    return FALSE;
}

static void
copy_bitmap(SimToolCall *call, SimNode *target, SimBitmap *bitmap)
{
    g_autoptr(GError) failure = NULL;
    const SimBitmapOptions made = {.name = bitmap->name,
                                   .granularity = bitmap->granularity,
                                   .persistent = TRUE,
                                   .disabled = !sim_bitmap_look(bitmap->state)->recording};
    SimBitmap *copy = sim_bitmap_add(target, &made, &failure);
    if (copy == NULL || !sim_bitmap_merge(copy, bitmap, &failure))
        sim_tool_fail(call, "Failed to copy bitmap '%s': %s", bitmap->name, failure->message);
}

static gboolean
copy_data(SimToolCall *call, SimNode *source, SimNode *target)
{
    guint count = 0;
    g_autoptr(SimContent) content = sim_node_content(source);
    const SimExtent *extents = sim_content_extents(content, &count);
    for (guint i = 0; i < count; i++) {
        int number = sim_node_write(target, extents[i].offset, extents[i].length, extents[i].stamp);
        if (number == 0)
            continue;
        sim_tool_fail(call, "error while writing at byte %" G_GUINT64_FORMAT ": %s",
                      extents[i].offset, g_strerror(number));
        return FALSE;
    }
    return TRUE;
}

/* Make the target; FALSE with the failure printed. */
static SimNode *
make_target(SimToolCall *call, SimNode *source)
{
    const char *format = sim_tool_value(call, "O");
    SimImageCreate create = {.path = sim_tool_operand(call, 1),
                             .format = format == NULL ? "raw" : format,
                             .size = sim_node_size(source),
                             .sized = TRUE};
    g_autoptr(GError) failure = NULL;
    if (!sim_image_create_prepare(call->fs, &create, &failure) ||
        !sim_image_create(call->fs, &create, &failure)) {
        sim_tool_fail(call, "%s: error while converting %s: %s", create.path, create.format,
                      failure->message);
        return NULL;
    }
    const SimToolOpen how = {.path = create.path, .format = create.format, .writable = TRUE};
    return sim_tool_open(call, &how);
}

/* The bitmaps that are to be copied, oldest first: of SimBitmap *, borrowed. */
static GPtrArray *
chosen_bitmaps(SimToolCall *call, const SimNode *source)
{
    GPtrArray *chosen = g_ptr_array_new();
    const GPtrArray *bitmaps = sim_tool_has(call, "bitmaps") ? source->bitmaps : NULL;
    for (guint i = bitmaps == NULL ? 0 : bitmaps->len; i-- > 0 && call->rc == 0;) {
        SimBitmap *bitmap = bitmaps->pdata[i];
        if (bitmap->name != NULL && is_whole(call, bitmap))
            g_ptr_array_add(chosen, bitmap);
    }
    return chosen;
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    if (!sim_tool_need_operands(call, 2, 2))
        return TRUE;
    const SimToolOpen how = {.path = sim_tool_operand(call, 0),
                             .format = sim_tool_value(call, "f"),
                             .force_share = sim_tool_has(call, "U")};
    SimNode *source = sim_tool_open(call, &how);
    if (source == NULL)
        return TRUE;
    if (sim_tool_has(call, "bitmaps") && g_strcmp0(sim_tool_value(call, "O"), "qcow2") != 0) {
        sim_tool_fail(call, "Format driver '%s' does not support bitmaps",
                      sim_tool_has(call, "O") ? sim_tool_value(call, "O") : "raw");
        return TRUE;
    }
    g_autoptr(GPtrArray) bitmaps = chosen_bitmaps(call, source);
    SimNode *target = call->rc != 0 ? NULL : make_target(call, source);
    if (target == NULL || !copy_data(call, source, target))
        return TRUE;
    for (guint i = 0; i < bitmaps->len; i++)
        copy_bitmap(call, target, bitmaps->pdata[i]);
    return TRUE;
}

const SimToolCommand sim_tool_img_convert = {"convert", options, run};
