/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The block graph of one instance: nodes, the links between them, and who may
 * do what to whom.
 *
 * Refusals are GErrors of domain VM_QMP_ERROR with QEMU's text; an operation
 * that fails leaves the graph as it was.
 */
#pragma once

#include "spec/driver/hypervisor.h"
#include "sim/block/lock.h"

/** Block drivers. */
typedef enum {
    SIM_DRIVER_FILE,
    SIM_DRIVER_HOST_DEVICE,
    SIM_DRIVER_RAW,
    SIM_DRIVER_QCOW2,
} SimDriver;

typedef struct SimGraph SimGraph;
typedef struct SimNode SimNode;
typedef struct SimEdge SimEdge;

/** A use of a node by another node, or by a guest device. */
struct SimEdge {
    const char *role; /* "file", "backing", "root"; static */
    SimNode *parent;  /* NULL for a device */
    char *device;     /* id of a device; NULL for a node, or an unnamed user */
    SimNode *child;
    gboolean writes; /* a device that was plugged in as writable */
    guint32 taken;   /* permissions, as last computed */
    guint32 shared;
};

/** A block node. */
struct SimNode {
    SimGraph *graph;
    char *name;
    SimDriver driver;
    gboolean read_only;
    gboolean owned; /* made by blockdev-add at top level */
    gboolean force_share;
    gboolean turning_read_only; /* while a reopen is being tried */
    guint depth;                /* of the last walk through the graph */
    GPtrArray *parents;         /* of SimEdge *, newest first */
    SimEdge *file;              /* format nodes */
    SimEdge *backing;           /* qcow2, or NULL */
    /* protocol nodes */
    char *filename;
    SimInode *inode;
    SimLock lock;
};

/** The graph of an instance. */
struct SimGraph {
    SimFs *fs;
    GPtrArray *nodes;  /* of SimNode *, in the order of naming */
    gboolean inactive; /* after a migration, or before one comes in */
    guint next_auto_name;
};

/** An empty graph over a file system (borrowed). */
SimGraph *sim_graph_new(SimFs *fs);
/** Close all nodes; `flush`: what was written becomes durable, as at an orderly end. */
void sim_graph_free(SimGraph *graph, gboolean flush);

/** "file", "qcow2", …; and back, -1 for a driver that is not simulated. */
const char *sim_driver_name(SimDriver driver);
int sim_driver_number(const char *name);

/** The node of that name, or NULL. */
SimNode *sim_graph_find(SimGraph *graph, const char *name);
/** The node of that name, or QEMU's "Cannot find device" refusal. */
SimNode *sim_graph_need(SimGraph *graph, const char *name, GError **error);

/** blockdev-add: options were checked by the schema. */
SimNode *sim_graph_open(SimGraph *graph, const json_t *options, GError **error);
/** blockdev-del. */
gboolean sim_graph_delete(SimGraph *graph, const char *name, GError **error);
/** blockdev-reopen: all or none. */
gboolean sim_graph_reopen(SimGraph *graph, const json_t *list, GError **error);

/** Attach a guest device to a node. */
gboolean sim_graph_attach_device(SimGraph *graph, const char *device, const char *node,
                                 SimEdge **edge, GError **error);

/** Why `node` is blocked for an operation (it is the backing of another): FALSE and the refusal. */
gboolean sim_node_check_blocked(SimNode *node, GError **error);
/** Whether only guest devices, or nobody, use the node. */
gboolean sim_node_is_root(const SimNode *node);
/** The image that a node is about, or NULL for a broken one; borrowed. */
SimImage *sim_node_image(SimNode *node);
/** The protocol node at the bottom of it. */
SimNode *sim_node_protocol(SimNode *node);
/** Unlink and free; NULL is fine. */
void sim_edge_free(SimEdge *edge);
/** Flush a node's image; 0 or an errno. */
int sim_node_flush(SimNode *node);
/** Whether data can be written to the node: 0 or the errno that its file answers with. */
int sim_node_can_write(SimNode *node);

/** Put `overlay` over `node`: all parents of node move to overlay, node becomes its backing and
 *  read-only.  Both were checked. */
gboolean sim_graph_append(SimGraph *graph, SimNode *node, SimNode *overlay, GError **error);
/** Take it back. */
void sim_graph_unappend(SimGraph *graph, SimNode *node, SimNode *overlay, gboolean was_read_only);

/** Let the images go / take them back with their locks. */
void sim_graph_inactivate(SimGraph *graph);
gboolean sim_graph_activate(SimGraph *graph, GError **error);

/** Set a QMP GenericError with a printf-style text; always FALSE. */
gboolean sim_qmp_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
