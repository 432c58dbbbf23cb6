/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the snapshot definition share; for spec/model only.
 */
#pragma once

#include <libxml/tree.h>
#include "spec/model/snapshot_def.h"

/** An empty definition with one reference. */
VmSnapshotDef *vm_snapshot_def_new(void);

/** The state of a word; -1 for an unknown one. */
int vm_snapshot_state_from_word(const char *word);

/** Read one child of <disks> or <revertDisks>; delete marks are read where `redefine` is set.
 *  XML_ERROR, CONFIG_UNSUPPORTED.  The caller frees the result. */
VmSnapshotDisk *vm_snapshot_disk_read(xmlNode *node, gboolean redefine, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VmSnapshotDisk, vm_snapshot_disk_free)
