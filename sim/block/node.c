/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A node by itself: what it is called, and what it stands on.
 */
#include "sim/block/chain.h"
#include "sim/block/graph.h"
#include <string.h>

static const char *const driver_names[] = {
    [SIM_DRIVER_FILE] = "file",
    [SIM_DRIVER_HOST_DEVICE] = "host_device",
    [SIM_DRIVER_RAW] = "raw",
    [SIM_DRIVER_QCOW2] = "qcow2",
    [SIM_DRIVER_COPY_BEFORE_WRITE] = "copy-before-write",
    [SIM_DRIVER_COPY_ON_READ] = "copy-on-read",
    [SIM_DRIVER_MIRROR_TOP] = "mirror_top",
    [SIM_DRIVER_COMMIT_TOP] = "commit_top",
    [SIM_DRIVER_SNAPSHOT_ACCESS] = "snapshot-access",
};

const char *
sim_driver_name(SimDriver driver)
{
    return driver_names[driver];
}

int
sim_driver_number(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(driver_names); i++) {
        if (strcmp(driver_names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

gboolean
sim_qmp_refuse(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (error != NULL)
        *error = g_error_new_valist(VM_QMP_ERROR, VM_QMP_GENERIC_ERROR, format, args);
    va_end(args);
    return FALSE;
}

SimNode *
sim_graph_find(SimGraph *graph, const char *name)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        SimNode *node = graph->nodes->pdata[i];
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

SimNode *
sim_graph_need(SimGraph *graph, const char *name, GError **error)
{
    SimNode *node = sim_graph_find(graph, name);
    if (node == NULL)
        sim_qmp_refuse(error, "Cannot find device='%s' nor node-name='%s'", name, name);
    return node;
}

int
sim_node_flush(SimNode *node)
{
    SimNode *protocol = sim_node_protocol(node);
    int number = sim_fs_fault(node->graph->fs, protocol->filename, SIM_FS_SYNC);
    if (number != 0) {
        sim_inode_fail_sync(protocol->inode);
        return number;
    }
    sim_inode_sync(protocol->inode);
    return 0;
}

int
sim_node_can_write(SimNode *node)
{
    return sim_fs_fault(node->graph->fs, sim_node_protocol(node)->filename, SIM_FS_WRITE);
}

guint64
sim_node_size(SimNode *node)
{
    node = sim_node_skip_filters(node);
    SimInode *inode = sim_node_protocol(node)->inode;
    SimImage *image = sim_inode_image(inode);
    /* A protocol node is as large as its file, whatever disk that describes. */
    gboolean file =
        image == NULL || (node->file == NULL && sim_image_format(image) != SIM_FORMAT_RAW);
    return file ? sim_inode_size(inode) : sim_image_state(image)->size;
}
