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
    SIM_DRIVER_COPY_BEFORE_WRITE,
    SIM_DRIVER_COPY_ON_READ,
    SIM_DRIVER_MIRROR_TOP,
    SIM_DRIVER_COMMIT_TOP,
    SIM_DRIVER_SNAPSHOT_ACCESS,
} SimDriver;

/** Who uses a node. */
typedef enum {
    SIM_USER_NODE,    /* another node */
    SIM_USER_DEVICE,  /* a guest device */
    SIM_USER_BACKEND, /* an unnamed backend: a tool's, or a job's for its own reads and writes */
    SIM_USER_JOB,     /* a block job's hold; it blocks operations */
} SimUserKind;

typedef struct SimGraph SimGraph;
typedef struct SimNode SimNode;
typedef struct SimEdge SimEdge;

/** A use of a node. */
struct SimEdge {
    SimUserKind kind;
    const char *role;     /* "file", "backing", "target", "root", a job's "main node" …; static */
    SimNode *parent;      /* NULL but for a node */
    char *device;         /* id of a device or of a job; NULL for a node or a backend */
    const char *job_type; /* of a job: "backup" …; static */
    SimNode *child;
    gboolean writes; /* a device that was plugged in as writable */
    gboolean frozen; /* a job relies on the link: it cannot be changed */
    guint32 taken;   /* permissions: of a job and a backend as given, else as last computed */
    guint32 shared;
};

/** What a filter does before `length` bytes at `offset` are written through it: 0, or the errno
 *  that the write fails with. */
typedef int (*SimBeforeWrite)(SimNode *filter, guint64 offset, guint64 length);

/** A block node. */
struct SimNode {
    SimGraph *graph;
    char *name;
    SimDriver driver;
    gboolean read_only;
    gboolean owned; /* made by blockdev-add at top level */
    gboolean force_share;
    gboolean force_share_given; /* on or off: then QEMU reopens the node in no way */
    SimNode *inside;            /* the node whose options defined this one inline, or NULL */
    gboolean follows;           /* inside: its own options do not say whether it is read-only */
    gboolean named;             /* its own options give the node-name */
    gboolean unmap;             /* discard=unmap */
    gboolean turning_read_only; /* while a reopen is being tried */
    gboolean inactive;          /* its image is another process's, as far as is known */
    guint depth;                /* of the last walk through the graph */
    GPtrArray *parents;         /* of SimEdge *, newest first */
    SimEdge *file;              /* format nodes, and filters that are not of mirror and commit */
    SimEdge *backing;           /* qcow2, or NULL; filters of mirror and commit */
    SimEdge *target;            /* copy-before-write */
    /* filters */
    SimBeforeWrite before_write; /* or NULL */
    gpointer filter_data;        /* of before_write */
    /* whether a snapshot-access node over it can show a range: 0 or an errno; or NULL */
    int (*check_view)(SimNode *filter, guint64 offset, guint64 length);
    /* the disk as it was when the filter came, which such a node shows; or NULL */
    SimContent *(*view)(SimNode *filter);
    void (*filter_free)(SimNode *filter); /* lets go of filter_data at the close; or NULL */
    gboolean implicit;                    /* of mirror or commit, and nobody named it */
    gboolean for_commit; /* mirror_top of a commit: its reads need no consistency */
    gboolean passive;    /* mirror_top, copy-before-write on their way out */
    GPtrArray *bitmaps;  /* of SimBitmap *, newest first, or NULL: none */
    /* protocol nodes */
    char *filename;
    SimInode *inode;
    SimLock lock;
};

/** The graph of an instance. */
struct SimGraph {
    SimFs *fs;
    GPtrArray *nodes;  /* of SimNode *, in the order of naming */
    gboolean inactive; /* after a migration, or before one comes in: devices are cut off */
    gboolean incoming; /* before one comes in: nodes that are opened are inactive, too */
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

/** The image that a node is about, filters skipped, or NULL for a broken one; borrowed. */
SimImage *sim_node_image(SimNode *node);
/** The protocol node at the bottom of it. */
SimNode *sim_node_protocol(SimNode *node);
/** The size of the disk in bytes. */
guint64 sim_node_size(SimNode *node);
/** Unlink and free; NULL is fine.  The permissions of the graph are as before. */
void sim_edge_free(SimEdge *edge);
/** Flush a node's image; 0 or an errno. */
int sim_node_flush(SimNode *node);
/** Whether data can be written to the node: 0 or the errno that its file answers with. */
int sim_node_can_write(SimNode *node);

/** Put `overlay` over `node`: all parents of node move to overlay, node becomes its backing.  Both
 *  were checked. */
gboolean sim_graph_append(SimGraph *graph, SimNode *node, SimNode *overlay, GError **error);
/** Take it back. */
void sim_graph_unappend(SimGraph *graph, SimNode *node, SimNode *overlay);

/** It is there to stay: node turns read-only and its bitmaps are stored.  Where that cannot be,
 *  because of who uses it, of its options or of its image, it stays writable. */
void sim_graph_append_done(SimNode *node);

/** Let the images go.  Refused, and nothing changed, where a bitmap that was made persistent on a
 *  read-only node cannot be stored. */
gboolean sim_graph_inactivate(SimGraph *graph, GError **error);
/** Take them back with their locks. */
gboolean sim_graph_activate(SimGraph *graph, GError **error);

/** Set a QMP GenericError with a printf-style text; always FALSE. */
gboolean sim_qmp_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
