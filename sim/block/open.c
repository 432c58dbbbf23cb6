/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * blockdev-add: how a node comes to be, with its children.
 */
#include "sim/block/copy_before_write.h"
#include "sim/block/graph_private.h"
#include "sim/block/image_path.h"
#include <errno.h>
#include <string.h>

#define CHAIN_MAX 200

static SimNode *open_node(SimGraph *graph, const json_t *options, gboolean top, GError **error);

static const char *
option_text(const json_t *options, const char *key)
{
    return json_string_value(json_object_get(options, key));
}

/* A node in the graph as its options say, without children. */
static SimNode *
node_new(SimGraph *graph, const json_t *options, SimDriver driver, GError **error)
{
    gboolean read_only = json_is_true(json_object_get(options, "read-only"));
    gboolean force_share = json_is_true(json_object_get(options, "force-share"));
    if (force_share && !read_only) {
        sim_qmp_refuse(error, "force-share=on can only be used with read-only images");
        return NULL;
    }
    SimNode *node = sim_node_new(graph, option_text(options, "node-name"), driver, error);
    if (node == NULL)
        return NULL;
    node->read_only = read_only;
    node->inactive = graph->incoming;
    node->force_share = force_share;
    node->force_share_given = json_object_get(options, "force-share") != NULL;
    node->unmap = g_strcmp0(option_text(options, "discard"), "unmap") == 0;
    node->named = option_text(options, "node-name") != NULL;
    return node;
}

static gboolean
check_file_kind(const SimNode *node, GError **error)
{
    gboolean device = sim_inode_kind(node->inode) == SIM_INODE_BLOCK;
    if (node->driver == SIM_DRIVER_FILE && device)
        return sim_qmp_refuse(error, "'file' driver requires '%s' to be a regular file",
                              node->filename);
    if (node->driver == SIM_DRIVER_HOST_DEVICE && !device)
        return sim_qmp_refuse(
            error, "'host_device' driver requires '%s' to be either a character or block device",
            node->filename);
    return TRUE;
}

static gboolean
open_protocol(SimNode *node, const json_t *options, GError **error)
{
    const char *filename = option_text(options, "filename");
    int number = sim_fs_fault(node->graph->fs, filename, SIM_FS_READ);
    SimInode *inode = number != 0 ? NULL : sim_fs_lookup(node->graph->fs, filename, &number);
    if (inode != NULL && sim_inode_kind(inode) == SIM_INODE_DIR)
        number = EISDIR;
    if (number != 0)
        return sim_qmp_refuse(error, "Could not open '%s': %s", filename, g_strerror(number));
    node->filename = g_strdup(filename);
    node->inode = sim_inode_ref(inode);
    g_ptr_array_add(sim_inode_locks(inode), &node->lock);
    return check_file_kind(node, error);
}

static void
inherit(json_t *options, const char *key, json_t *value)
{
    if (value != NULL && json_object_get(options, key) == NULL)
        json_object_set(options, key, value);
}

/* A child given by name, or defined inline: then it is read-only as `read_only` says, and shared as
 * the parent's options `above` say, where its own do not. */
static SimNode *
open_reference(SimGraph *graph, const json_t *reference, gboolean read_only, const json_t *above,
               GError **error)
{
    if (json_is_string(reference))
        return sim_graph_need(graph, json_string_value(reference), error);
    json_t *options = json_copy((json_t *)reference);
    inherit(options, "read-only", read_only ? json_true() : json_false());
    inherit(options, "force-share", json_object_get(above, "force-share"));
    SimNode *node = open_node(graph, options, FALSE, error);
    json_decref(options);
    if (node != NULL)
        node->follows = json_object_get(reference, "read-only") == NULL;
    return node;
}

/* Link a child; one that was defined inline remembers where. */
static SimEdge *
link_child(SimNode *child, const char *role, SimNode *parent, const json_t *reference)
{
    if (json_is_object(reference))
        child->inside = parent;
    return sim_edge_new_child(child, role, parent);
}

static gboolean
check_raw_range(SimNode *node, const json_t *options, GError **error)
{
    json_int_t offset = json_integer_value(json_object_get(options, "offset"));
    json_int_t size = json_integer_value(json_object_get(options, "size"));
    guint64 real = sim_image_state(sim_node_image(node))->size;
    if ((guint64)(offset + size) > real)
        return sim_qmp_refuse(error,
                              "The sum of offset (%" JSON_INTEGER_FORMAT
                              ") and size (%" JSON_INTEGER_FORMAT
                              ") has to be smaller or equal to the  actual size of the "
                              "containing file (%" G_GUINT64_FORMAT ")",
                              offset, size, real);
    if (offset != 0 || size != 0)
        return sim_qmp_refuse(error, "A part of a file is not simulated");
    return TRUE;
}

/* ---- the chain that a header names ---- */

static const char *
probe_format(SimGraph *graph, const char *path)
{
    SimInode *inode = sim_fs_lookup(graph->fs, path, NULL);
    SimImage *image =
        inode == NULL || sim_inode_kind(inode) == SIM_INODE_DIR ? NULL : sim_inode_image(inode);
    return image == NULL ? "raw" : sim_format_name(sim_image_format(image));
}

/* "json:{…}", the name of a node whose children its header does not tell. */
static json_t *
backing_by_options(const char *name)
{
    json_t *options = json_loads(name + strlen("json:"), 0, NULL);
    if (options != NULL)
        json_object_set_new(options, "read-only", json_true());
    return options;
}

static json_t *
implicit_backing(SimNode *node)
{
    const SimImageState *state = sim_image_state(sim_node_image(node));
    if (state->backing == NULL)
        return NULL;
    if (g_str_has_prefix(state->backing, "json:{"))
        return backing_by_options(state->backing);
    SimGraph *graph = node->graph;
    g_autofree char *path = sim_image_resolve(sim_node_protocol(node)->filename, state->backing);
    const char *format = state->backing_format;
    if (format == NULL)
        format = probe_format(graph, path);
    SimInode *inode = sim_fs_lookup(graph->fs, path, NULL);
    gboolean device = inode != NULL && sim_inode_kind(inode) == SIM_INODE_BLOCK;
    return json_pack("{s:s, s:b, s:{s:s, s:s}}", "driver", format, "read-only", TRUE, "file",
                     "driver", device ? "host_device" : "file", "filename", path);
}

static guint
chain_length(const SimNode *node)
{
    guint length = 0;
    for (; node != NULL; length++) {
        SimEdge *up = node->parents->len == 0 ? NULL : node->parents->pdata[0];
        node = up != NULL && strcmp(up->role, "backing") == 0 ? up->parent : NULL;
    }
    return length;
}

static gboolean
open_backing(SimNode *node, const json_t *options, GError **error)
{
    json_t *given = json_object_get(options, "backing");
    /* The empty name is the older way to say "none". */
    if (json_is_null(given) || g_strcmp0(json_string_value(given), "") == 0)
        return TRUE;
    json_t *reference = given != NULL ? json_incref(given) : implicit_backing(node);
    if (reference == NULL)
        return TRUE;
    if (chain_length(node) > CHAIN_MAX) {
        json_decref(reference);
        return sim_qmp_refuse(error, "Could not open backing file: Too many levels of images");
    }
    SimGraph *graph = node->graph;
    SimNode *backing = open_reference(graph, reference, TRUE, options, error);
    if (backing == NULL) {
        json_decref(reference);
        if (error != NULL)
            g_prefix_error(error, "Could not open backing file: ");
        return FALSE;
    }
    node->backing = link_child(backing, "backing", node, reference);
    json_decref(reference);
    return sim_graph_refresh(graph, error);
}

/* ---- what goes over another node ---- */

static gboolean
open_copy_before_write(SimNode *node, const json_t *options, GError **error)
{
    const json_t *reference = json_object_get(options, "target");
    SimNode *target = open_reference(node->graph, reference, node->read_only, options, error);
    if (target == NULL)
        return FALSE;
    node->target = link_child(target, "target", node, reference);
    if (!sim_graph_refresh(node->graph, error))
        return FALSE;
    const json_t *given = json_object_get(options, "bitmap");
    SimBitmap *bitmap = given == NULL ? NULL
                                      : sim_bitmap_need(node->graph, option_text(given, "node"),
                                                        option_text(given, "name"), error);
    if (given != NULL && bitmap == NULL)
        return FALSE;
    sim_copy_before_write_attach(
        node, bitmap, g_strcmp0(option_text(options, "on-cbw-error"), "break-snapshot") == 0);
    return TRUE;
}

/* "no-io" is asked by tools alone: nothing of the content will be read. */
static gboolean
check_damage(SimNode *node, const json_t *options, GError **error)
{
    SimOpenReach reach = json_is_true(json_object_get(options, "no-io")) ? SIM_OPEN_HEADER
                         : node->read_only                               ? SIM_OPEN_READ
                                                                         : SIM_OPEN_WRITE;
    SimDamage damage = sim_image_state(sim_node_image(node))->damage;
    const char *refusal = sim_damage_refusal(damage, reach);
    return refusal == NULL || sim_qmp_refuse(error, "%s", refusal);
}

/* Not even the header is there, or nothing but that. */
static gboolean
refuse_format(SimInode *inode, GError **error)
{
    const char *refusal = sim_damage_refusal(sim_inode_damage(inode), SIM_OPEN_READ);
    return sim_qmp_refuse(error, "%s", refusal != NULL ? refusal : "Image is not in qcow2 format");
}

static gboolean
check_data_file(SimNode *node, GError **error)
{
    const char *path = sim_image_state(sim_node_image(node))->data_file;
    if (path == NULL || sim_fs_lookup(node->graph->fs, path, NULL) != NULL)
        return TRUE;
    return sim_qmp_refuse(error, "Could not open '%s': No such file or directory", path);
}

static gboolean
finish_format(SimNode *node, const json_t *options, GError **error)
{
    if (!sim_graph_refresh(node->graph, error))
        return FALSE;
    switch (node->driver) {
    case SIM_DRIVER_RAW:
        return check_raw_range(node, options, error);
    case SIM_DRIVER_QCOW2:
        if (sim_node_image(node) == NULL)
            return refuse_format(sim_node_protocol(node)->inode, error);
        return check_damage(node, options, error) && check_data_file(node, error) &&
               open_backing(node, options, error);
    case SIM_DRIVER_COPY_BEFORE_WRITE:
        return open_copy_before_write(node, options, error);
    default:
        return TRUE;
    }
}

static SimNode *
open_format(SimGraph *graph, const json_t *options, SimDriver driver, GError **error)
{
    const json_t *reference = json_object_get(options, "file");
    gboolean read_only = json_is_true(json_object_get(options, "read-only"));
    SimNode *file = open_reference(graph, reference, read_only, options, error);
    if (file == NULL)
        return NULL;
    SimNode *node = node_new(graph, options, driver, error);
    if (node == NULL) {
        if (!file->owned && file->parents->len == 0)
            sim_node_close(file, FALSE);
        return NULL;
    }
    node->file = link_child(file, "file", node, reference);
    if (!finish_format(node, options, error)) {
        sim_node_close(node, FALSE);
        return NULL;
    }
    if (!node->inactive)
        sim_node_take_image(node);
    return node;
}

static SimNode *
open_node(SimGraph *graph, const json_t *options, gboolean top, GError **error)
{
    const char *name = option_text(options, "driver");
    int driver = name == NULL ? -1 : sim_driver_number(name);
    if (driver < 0) {
        sim_qmp_refuse(error, "Driver '%s' is not simulated", name == NULL ? "" : name);
        return NULL;
    }
    SimNode *node = NULL;
    if (driver != SIM_DRIVER_FILE && driver != SIM_DRIVER_HOST_DEVICE) {
        node = open_format(graph, options, (SimDriver)driver, error);
    } else {
        node = node_new(graph, options, (SimDriver)driver, error);
        if (node != NULL && !open_protocol(node, options, error)) {
            sim_node_close(node, FALSE);
            node = NULL;
        }
    }
    if (node != NULL && top)
        node->owned = TRUE;
    return node;
}

SimNode *
sim_graph_open(SimGraph *graph, const json_t *options, GError **error)
{
    if (option_text(options, "node-name") == NULL) {
        sim_qmp_refuse(error, "'node-name' must be specified for the root node");
        return NULL;
    }
    SimNode *node = open_node(graph, options, TRUE, error);
    gboolean ok = sim_graph_refresh(graph, NULL);
    g_assert(ok);
    return node;
}
