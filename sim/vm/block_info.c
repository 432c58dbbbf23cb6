/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/block_info.h"
#include "sim/block/bitmap.h"
#include "sim/block/image_path.h"

#define SECOND G_GINT64_CONSTANT(1000000000)

json_t *
sim_block_info_snapshot(const SimSnapshot *snapshot)
{
    gsize size = snapshot->vm_state == NULL ? 0 : g_bytes_get_size(snapshot->vm_state);
    json_t *info = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "id", snapshot->id, "name",
                             snapshot->name, "vm-state-size", (json_int_t)size, "date-sec",
                             (json_int_t)(snapshot->date / SECOND), "date-nsec",
                             (json_int_t)(snapshot->date % SECOND), "vm-clock-sec",
                             (json_int_t)(snapshot->vm_clock / SECOND), "vm-clock-nsec",
                             (json_int_t)(snapshot->vm_clock % SECOND));
    if (snapshot->has_icount)
        json_object_set_new(info, "icount", json_integer(0));
    return info;
}

static const SimImageState *
state_of(SimNode *node)
{
    SimImage *image = node->driver == SIM_DRIVER_QCOW2 ? sim_node_image(node) : NULL;
    return image == NULL ? NULL : sim_image_state(image);
}

static guint64
size_of(SimNode *node)
{
    const SimImageState *state = state_of(node);
    if (state != NULL)
        return state->size;
    SimInode *inode = sim_node_protocol(node)->inode;
    SimImage *image = node->driver == SIM_DRIVER_RAW ? sim_inode_image(inode) : NULL;
    return image != NULL ? sim_image_state(image)->size : sim_inode_size(inode);
}

/* The name of the backing as the header has it, resolved; NULL for none. */
static char *
header_backing(SimNode *node)
{
    const SimImageState *state = state_of(node);
    if (state == NULL || state->backing == NULL)
        return NULL;
    return sim_image_resolve(sim_node_protocol(node)->filename, state->backing);
}

/* A chain that is not what the header says cannot be told by a file name. */
static gboolean
backing_overridden(SimNode *node)
{
    g_autofree char *named = header_backing(node);
    if (node->driver != SIM_DRIVER_QCOW2)
        return FALSE;
    if (node->backing == NULL)
        return named != NULL;
    return g_strcmp0(named, sim_node_protocol(node->backing->child)->filename) != 0;
}

static json_t *
full_options(SimNode *node)
{
    if (node->file == NULL)
        return json_pack("{s:s, s:s}", "driver", sim_driver_name(node->driver), "filename",
                         node->filename);
    json_t *options = json_pack("{s:s, s:o}", "driver", sim_driver_name(node->driver), "file",
                                full_options(node->file->child));
    if (backing_overridden(node))
        json_object_set_new(options, "backing",
                            node->backing == NULL ? json_null()
                                                  : full_options(node->backing->child));
    return options;
}

static char *
shown_name(SimNode *node)
{
    if (!backing_overridden(node))
        return g_strdup(sim_node_protocol(node)->filename);
    json_t *options = full_options(node);
    char *text = json_dumps(options, JSON_SORT_KEYS);
    char *name = g_strconcat("json:", text, NULL);
    free(text);
    json_decref(options);
    return name;
}

static json_t *
format_specific(void)
{
    return json_pack("{s:s, s:{s:s, s:s, s:b, s:i, s:b, s:b}}", "type", "qcow2", "data", "compat",
                     "1.1", "compression-type", "zlib", "lazy-refcounts", FALSE, "refcount-bits",
                     16, "corrupt", FALSE, "extended-l2", FALSE);
}

static void
add_header(json_t *info, SimNode *node, const SimImageState *state)
{
    json_object_set_new(info, "cluster-size", json_integer(65536));
    json_object_set_new(info, "format-specific", format_specific());
    if (state->backing != NULL) {
        g_autofree char *full = header_backing(node);
        json_object_set_new(info, "backing-filename", json_string(state->backing));
        json_object_set_new(info, "full-backing-filename", json_string(full));
        if (state->backing_format != NULL)
            json_object_set_new(info, "backing-filename-format",
                                json_string(state->backing_format));
    }
    if (state->snapshots == NULL)
        return;
    json_t *snapshots = json_array();
    for (guint i = 0; i < state->snapshots->len; i++)
        json_array_append_new(snapshots, sim_block_info_snapshot(state->snapshots->pdata[i]));
    json_object_set_new(info, "snapshots", snapshots);
}

static json_t *
image_info(SimNode *node, gboolean flat)
{
    g_autofree char *name = shown_name(node);
    SimInode *inode = sim_node_protocol(node)->inode;
    json_t *info =
        json_pack("{s:s, s:s, s:I, s:I, s:b}", "filename", name, "format",
                  sim_driver_name(node->driver), "virtual-size", (json_int_t)size_of(node),
                  "actual-size", (json_int_t)sim_inode_size(inode), "dirty-flag", FALSE);
    const SimImageState *state = state_of(node);
    if (state != NULL)
        add_header(info, node, state);
    if (!flat && node->backing != NULL)
        json_object_set_new(info, "backing-image", image_info(node->backing->child, FALSE));
    return info;
}

static guint
backing_depth(const SimNode *node)
{
    return node->backing == NULL ? 0 : 1 + backing_depth(node->backing->child);
}

json_t *
sim_block_info_node(SimNode *node, gboolean flat)
{
    g_autofree char *name = shown_name(node);
    json_t *info = json_pack(
        "{s:s, s:s, s:b, s:s, s:i, s:b, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "node-name",
        node->name, "file", name, "ro", node->read_only, "drv", sim_driver_name(node->driver),
        "backing_file_depth", flat ? 0 : (int)backing_depth(node), "encrypted", FALSE,
        "detect_zeroes", "off", "bps", 0, "bps_rd", 0, "bps_wr", 0, "iops", 0, "iops_rd", 0,
        "iops_wr", 0, "write_threshold", 0);
    json_object_set_new(
        info, "cache",
        json_pack("{s:b, s:b, s:b}", "direct", FALSE, "no-flush", FALSE, "writeback", TRUE));
    json_object_set_new(info, "image", image_info(node, flat));
    json_t *bitmaps = sim_bitmaps_query(node);
    if (bitmaps != NULL)
        json_object_set_new(info, "dirty-bitmaps", bitmaps);
    if (node->backing != NULL) {
        g_autofree char *backing = shown_name(node->backing->child);
        json_object_set_new(info, "backing_file", json_string(backing));
    }
    return info;
}
