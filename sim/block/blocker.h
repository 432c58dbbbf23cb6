/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Users that block operations: jobs and what they hold, links that are frozen,
 * nodes that back others.
 */
#pragma once

#include "sim/block/graph.h"

/** Operations that a node may be blocked for. */
typedef enum {
    SIM_OP_DELETE,
    SIM_OP_RESIZE,
    SIM_OP_SNAPSHOT, /* external */
    SIM_OP_INTERNAL_SNAPSHOT,
    SIM_OP_INTERNAL_SNAPSHOT_DELETE,
    SIM_OP_BACKUP_SOURCE,
    SIM_OP_BACKUP_TARGET,
    SIM_OP_MIRROR_SOURCE,
    SIM_OP_MIRROR_TARGET,
    SIM_OP_COMMIT_SOURCE,
    SIM_OP_COMMIT_TARGET,
    SIM_OP_STREAM,
    SIM_OP_REPLACE,
} SimOp;

/** Why an operation on `node` is blocked (a job holds it, or it is the backing of another and
 *  the operation is none that this allows): FALSE and "Node '…' is busy: …".  The newest blocker
 *  speaks. */
gboolean sim_node_check_op(SimNode *node, SimOp op, GError **error);
/** Whether only backends (guest devices, tools), or nobody, use the node; jobs and nodes do not
 *  count as such. */
gboolean sim_node_is_root(const SimNode *node);
/** Whether a guest device, a tool or an export uses the node. */
gboolean sim_node_has_backend(const SimNode *node);
/** Whether a job holds the node. */
gboolean sim_node_has_job(const SimNode *node);

/** What a job holds of a node. */
typedef struct {
    const char *role; /* "main node", "source", "target", "intermediate node" …; static */
    const char *job_id;
    const char *job_type; /* static */
    guint32 taken;        /* permissions */
    guint32 shared;
} SimHold;

/** Let a job hold a node: operations on it are blocked until the edge is dropped.  NULL with the
 *  permission conflict. */
SimEdge *sim_graph_hold(SimNode *node, const SimHold *hold, GError **error);
/** Use a node by an unnamed backend, role "root".  NULL with the permission conflict. */
SimEdge *sim_graph_use(SimNode *node, guint32 taken, guint32 shared, GError **error);
/** Change the permissions of a hold or a backend; on a conflict nothing is changed. */
gboolean sim_edge_set_permissions(SimEdge *edge, guint32 taken, guint32 shared, GError **error);
/** Unlink a hold or a backend and compute the permissions anew; NULL is fine. */
void sim_graph_drop(SimEdge *edge);

/** Freeze the links of the chain from `top` down to `base` (excluded; NULL: to the end): they
 *  cannot be changed.  Refused when one is frozen already. */
gboolean sim_chain_freeze(SimNode *top, const SimNode *base, GError **error);
/** Thaw them. */
void sim_chain_thaw(SimNode *top, const SimNode *base);
/** Whether no link of the chain from `top` down to `base` is frozen; else QEMU's refusal. */
gboolean sim_chain_check_frozen(SimNode *top, const SimNode *base, GError **error);
