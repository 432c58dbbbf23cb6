/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/image_path.h"
#include "sim/block/resize.h"
#include "sim/tool/qemu_img.h"

static const SimToolOption options[] = {
    {"q", FALSE, "quiet"},
    {"f", TRUE, "format"},
    {"d"},
    {0},
};

/* Write what the overlay itself has into its backing; 0 or an errno. */
static int
write_down(SimNode *node, SimNode *backing)
{
    guint count = 0;
    const SimExtent *extents =
        sim_content_extents(sim_image_state(sim_node_image(node))->content, &count);
    for (guint i = 0; i < count; i++) {
        int number =
            sim_node_write(backing, extents[i].offset, extents[i].length, extents[i].stamp);
        if (number != 0)
            return number;
    }
    return 0;
}

static void
commit(SimToolCall *call, SimNode *node, SimNode *backing)
{
    SimImage *image = sim_node_image(node);
    guint64 size = sim_node_size(node);
    g_autoptr(GError) failure = NULL;
    if (sim_node_size(backing) < size && !sim_node_resize(backing, size, &failure)) {
        sim_tool_fail(call, "%s", failure->message);
        return;
    }
    int number = write_down(node, backing);
    if (number != 0) {
        sim_tool_fail(call, "Block job failed: %s", g_strerror(number));
        return;
    }
    /* The overlay is emptied, which its own bitmaps do not record. */
    if (!sim_tool_has(call, "d"))
        sim_image_discard(image, 0, size);
    if (!sim_tool_has(call, "q"))
        g_string_append(call->out, "Image committed.\n");
}

/* The backing that the header of an image names, as a path; NULL with the failure printed. */
static char *
backing_path(SimToolCall *call, const SimToolOpen *how, const char **format)
{
    SimInode *inode = sim_fs_lookup(call->fs, how->path, NULL);
    SimImage *image =
        inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR ? NULL : sim_inode_image(inode);
    if (image == NULL || sim_image_state(image)->backing == NULL) {
        SimNode *node = sim_tool_open(call, how);
        if (node != NULL)
            sim_tool_fail(call, "Image does not have a backing file");
        return NULL;
    }
    *format = sim_image_state(image)->backing_format;
    return sim_image_resolve(how->path, sim_image_state(image)->backing);
}

static gboolean
run(SimToolCall *call, GError **error)
{
    (void)error;
    if (!sim_tool_need_operands(call, 1, 1))
        return TRUE;
    SimToolOpen how = {
        .path = sim_tool_operand(call, 0), .format = sim_tool_value(call, "f"), .writable = TRUE};
    SimToolOpen below = {.writable = TRUE};
    g_autofree char *path = backing_path(call, &how, &below.format);
    if (path == NULL)
        return TRUE;
    below.path = path;
    SimNode *backing = sim_tool_open(call, &below);
    if (backing == NULL)
        return TRUE;
    how.backing = backing->name;
    SimNode *node = sim_tool_open(call, &how);
    if (node != NULL)
        commit(call, node, backing);
    return TRUE;
}

const SimToolCommand sim_tool_img_commit = {"commit", options, run};
