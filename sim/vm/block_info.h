/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What queries show of block nodes.
 */
#pragma once

#include "sim/block/graph.h"

/** A node as query-named-block-nodes shows it; `flat` leaves out backing images.  A new reference.
 */
json_t *sim_block_info_node(SimNode *node, gboolean flat);
/** What a disk shows of the node that it uses: filters of mirror and commit that nobody named are
 *  passed over.  A new reference. */
json_t *sim_block_info_disk(SimNode *node);
/** The name of the node that is told of there; borrowed. */
const char *sim_block_info_disk_node(SimNode *node);
/** The image of a node: what "image" shows, and qemu-img info.  A new reference. */
json_t *sim_block_info_image(SimNode *node, gboolean flat);
/** The name by which others find a node's image: its file, or "json:{…}" where that does not tell
 *  all.  The caller frees it. */
char *sim_block_info_name(SimNode *node);
/** An internal snapshot.  A new reference. */
json_t *sim_block_info_snapshot(SimSnapshot *snapshot);
/** The part of sim_block_info_disk() that is about held->name. */
void sim_block_info_tag(SimNode *node, VmImageTag *held);
