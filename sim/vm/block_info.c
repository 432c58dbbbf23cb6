/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/block_info.h"
#include "sim/block/bitmap.h"
#include "sim/block/chain.h"
#include "sim/block/image_bitmap.h"
#include "sim/block/image_ops.h"
#include "sim/block/image_path.h"
#include "sim/block/node_io.h"
#include <string.h>

/* For whom it is told. */
typedef enum {
    VIEWER_FLAT,  /* without the chain below */
    VIEWER_CHAIN, /* with it */
    VIEWER_DISK,  /* with what a guest's disk shows of it */
} Viewer;

#define SECOND G_GINT64_CONSTANT(1000000000)

static json_t *
tell_snapshot(const SimSnapshot *snapshot)
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

/* Answers are values that nobody changes, and a snapshot stays as it is once it is in an image. */
json_t *
sim_block_info_snapshot(SimSnapshot *snapshot)
{
    if (snapshot->told == NULL)
        snapshot->told = tell_snapshot(snapshot);
    return json_incref(snapshot->told);
}

static const SimImageState *
state_of(SimNode *node)
{
    SimImage *image = node->driver == SIM_DRIVER_QCOW2 ? sim_node_image(node) : NULL;
    return image == NULL ? NULL : sim_image_state(image);
}

/* A protocol node is as large as its file. */
static guint64
size_of(SimNode *node)
{
    return node->inode != NULL ? sim_inode_size(node->inode) : sim_node_size(node);
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

static char *shown_name(SimNode *node);

/* A chain that is not what the header says cannot be told by a file name. */
static gboolean
backing_overridden(SimNode *node)
{
    g_autofree char *named = header_backing(node);
    if (node->driver != SIM_DRIVER_QCOW2)
        return FALSE;
    if (node->backing == NULL)
        return named != NULL;
    g_autofree char *shown = shown_name(node->backing->child);
    return g_strcmp0(named, shown) != 0;
}

/* A filter that QEMU made up a name for is called after what it filters; of the others, the one
 * of a stream is not. */
static SimNode *
skip_implicit(SimNode *node)
{
    while (sim_node_filtered(node) != NULL &&
           (node->driver != SIM_DRIVER_COPY_ON_READ || node->name[0] == '#'))
        node = sim_node_filtered(node)->child;
    return node;
}

static json_t *
full_options(SimNode *node)
{
    if (node->driver != SIM_DRIVER_COPY_BEFORE_WRITE)
        node = skip_implicit(node);
    if (node->file == NULL)
        return json_pack("{s:s, s:s}", "driver", sim_driver_name(node->driver), "filename",
                         node->filename);
    json_t *options = json_pack("{s:s, s:o}", "driver", sim_driver_name(node->driver), "file",
                                full_options(node->file->child));
    if (node->target != NULL)
        json_object_set_new(options, "target", full_options(node->target->child));
    if (backing_overridden(node))
        json_object_set_new(options, "backing",
                            node->backing == NULL ? json_null()
                                                  : full_options(node->backing->child));
    return options;
}

/* Filters are shown by the name of what they filter. */
static char *
shown_name(SimNode *node)
{
    node = skip_implicit(node);
    gboolean stacked = node->file != NULL && skip_implicit(node->file->child)->file != NULL &&
                       node->driver != SIM_DRIVER_SNAPSHOT_ACCESS;
    if (!backing_overridden(node) && !stacked && node->driver != SIM_DRIVER_COPY_ON_READ)
        return node->file == NULL ? g_strdup(node->filename) : shown_name(node->file->child);
    json_t *options = full_options(node);
    char *text = json_dumps(options, JSON_SORT_KEYS);
    char *name = g_strconcat("json:", text, NULL);
    free(text);
    json_decref(options);
    return name;
}

char *
sim_block_info_name(SimNode *node)
{
    return shown_name(node);
}

/* The bitmaps that are in the file, whatever is in memory. */
static json_t *
stored_bitmaps(const GPtrArray *stored)
{
    json_t *list = json_array();
    for (guint i = 0; i < stored->len; i++) {
        const SimStoredBitmap *bitmap = stored->pdata[i];
        json_t *flags = json_array();
        if (bitmap->in_use)
            json_array_append_new(flags, json_string("in-use"));
        if (bitmap->enabled)
            json_array_append_new(flags, json_string("auto"));
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:o}", "name", bitmap->name, "granularity",
                                        (json_int_t)bitmap->granularity, "flags", flags));
    }
    return list;
}

static json_t *
format_specific(const SimImageState *state)
{
    json_t *data = json_pack("{s:s, s:s, s:i}", "compat", state->version_2 ? "0.10" : "1.1",
                             "compression-type", "zlib", "refcount-bits", 16);
    if (!state->version_2) {
        json_object_set_new(data, "lazy-refcounts", json_false());
        json_object_set_new(data, "corrupt", json_false());
        json_object_set_new(data, "extended-l2", json_false());
    }
    if (state->data_file != NULL) {
        json_object_set_new(data, "data-file", json_string(state->data_file));
        json_object_set_new(data, "data-file-raw", json_true());
    }
    if (state->bitmaps != NULL)
        json_object_set_new(data, "bitmaps", stored_bitmaps(state->bitmaps));
    return json_pack("{s:s, s:o}", "type", "qcow2", "data", data);
}

static json_t *
snapshot_list(const GList *link)
{
    json_t *list = json_array();
    for (; link != NULL; link = link->next)
        json_array_append_new(list, sim_block_info_snapshot(link->data));
    return list;
}

static void
add_header(json_t *info, SimNode *node, const SimImageState *state)
{
    const GList *snapshots = sim_snapshots_first(sim_image_snapshots(sim_node_image(node)));
    json_object_set_new(info, "cluster-size", json_integer(state->cluster_size));
    json_object_set_new(info, "format-specific", format_specific(state));
    if (state->backing != NULL) {
        g_autofree char *full = header_backing(node);
        json_object_set_new(info, "backing-filename", json_string(state->backing));
        json_object_set_new(info, "full-backing-filename", json_string(full));
        if (state->backing_format != NULL)
            json_object_set_new(info, "backing-filename-format",
                                json_string(state->backing_format));
    }
    if (snapshots != NULL)
        json_object_set_new(info, "snapshots", snapshot_list(snapshots));
}

/* What lies below filters and raw nodes; *copies: one of them has two children, and whose snapshots
 * they are is not told. */
static SimNode *
format_below(SimNode *node, gboolean *copies)
{
    *copies = FALSE;
    while (node->driver == SIM_DRIVER_RAW || sim_driver_is_filter(node->driver)) {
        *copies = *copies || node->driver == SIM_DRIVER_COPY_BEFORE_WRITE;
        node = node->file != NULL ? node->file->child : node->backing->child;
    }
    return node;
}

/* What shines through filters and raw nodes that lie over a format. */
static void
add_below(json_t *info, SimNode *node)
{
    gboolean copies = FALSE;
    node = format_below(node, &copies);
    const SimImageState *state = state_of(node);
    if (state == NULL)
        return;
    const GList *snapshots = sim_snapshots_first(sim_image_snapshots(sim_node_image(node)));
    json_object_set_new(info, "cluster-size", json_integer(state->cluster_size));
    if (snapshots != NULL && !copies)
        json_object_set_new(info, "snapshots", snapshot_list(snapshots));
}

/* Of the chain, a disk does not show the filters that jobs have put in by themselves. */
static SimNode *
shown_to(SimNode *node, Viewer viewer)
{
    while (viewer == VIEWER_DISK && node->implicit)
        node = sim_node_filtered(node)->child;
    return node;
}

static json_t *
image_info(SimNode *node, Viewer viewer)
{
    g_autofree char *name = shown_name(node);
    SimInode *inode = sim_node_protocol(node)->inode;
    const SimImageState *state = state_of(node);
    json_t *info = json_pack(
        "{s:s, s:s, s:I, s:I, s:b}", "filename", name, "format", sim_driver_name(node->driver),
        "virtual-size", (json_int_t)size_of(node), "actual-size", (json_int_t)sim_inode_size(inode),
        "dirty-flag", state != NULL && state->damage == SIM_DAMAGE_DIRTY);
    if (state != NULL)
        add_header(info, node, state);
    else if (node->file != NULL || node->backing != NULL)
        add_below(info, node);
    SimEdge *next = viewer == VIEWER_FLAT ? NULL : sim_node_next(node);
    if (next != NULL)
        json_object_set_new(info, "backing-image",
                            image_info(shown_to(next->child, viewer), viewer));
    return info;
}

json_t *
sim_block_info_image(SimNode *node, gboolean flat)
{
    return image_info(node, flat ? VIEWER_FLAT : VIEWER_CHAIN);
}

static guint
backing_depth(SimNode *node, Viewer viewer)
{
    const SimEdge *next = viewer == VIEWER_FLAT ? NULL : sim_node_next(node);
    return next == NULL ? 0 : 1 + backing_depth(shown_to(next->child, viewer), viewer);
}

/* A file that was defined inside a node is opened as that node is. */
static gboolean
shown_read_only(const SimNode *node)
{
    const SimEdge *user = node->owned || node->parents->len == 0 ? NULL : node->parents->pdata[0];
    gboolean inside = user != NULL && user->parent != NULL && strcmp(user->role, "file") == 0;
    return node->read_only || (inside && user->parent->read_only);
}

static json_t *
node_info(SimNode *node, Viewer viewer)
{
    g_autofree char *name = shown_name(node);
    json_t *info = json_pack(
        "{s:s, s:s, s:b, s:s, s:i, s:b, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "node-name",
        node->name, "file", name, "ro", shown_read_only(node), "drv", sim_driver_name(node->driver),
        "backing_file_depth", (int)backing_depth(node, viewer), "encrypted", FALSE, "detect_zeroes",
        "off", "bps", 0, "bps_rd", 0, "bps_wr", 0, "iops", 0, "iops_rd", 0, "iops_wr", 0,
        "write_threshold", 0);
    json_object_set_new(
        info, "cache",
        json_pack("{s:b, s:b, s:b}", "direct", FALSE, "no-flush", FALSE, "writeback", TRUE));
    json_object_set_new(info, "image", image_info(node, viewer));
    json_t *bitmaps = sim_bitmaps_query(node);
    if (bitmaps != NULL)
        json_object_set_new(info, "dirty-bitmaps", bitmaps);
    SimEdge *cow = sim_node_cow(node);
    if (cow != NULL) {
        g_autofree char *backing = shown_name(cow->child);
        json_object_set_new(info, "backing_file", json_string(backing));
    }
    return info;
}

json_t *
sim_block_info_node(SimNode *node, gboolean flat)
{
    return node_info(node, flat ? VIEWER_FLAT : VIEWER_CHAIN);
}

json_t *
sim_block_info_disk(SimNode *node)
{
    return node_info(shown_to(node, VIEWER_DISK), VIEWER_DISK);
}

const char *
sim_block_info_disk_node(SimNode *node)
{
    return shown_to(node, VIEWER_DISK)->name;
}

void
sim_block_info_tag(SimNode *node, VmImageTag *held)
{
    gboolean copies = FALSE;
    node = shown_to(node, VIEWER_DISK);
    held->has_bitmaps = sim_bitmaps_any(node);
    node = format_below(node, &copies);
    if (copies || state_of(node) == NULL)
        return;
    sim_image_tell_tag(sim_node_image(node), held);
    held->data_outside = state_of(node)->data_file != NULL;
}
