/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What qemu-img does to images that no instance runs on.
 */
#pragma once

#include "spec/driver/hypervisor.h"
#include "sim/world/clock.h"
#include "sim/world/fs.h"

/** qemu-img create; see VmHypervisorOps.image_create. */
gboolean sim_image_op_create(SimFs *fs, const char *path, const char *format, guint64 size,
                             const char *backing, const char *backing_format, GError **error);
/** qemu-img info; see VmHypervisorOps.image_info. */
VmImageInfo *sim_image_op_info(SimFs *fs, const char *path, GError **error);
/** The part of it about one name; see VmHypervisorOps.image_tag. */
gboolean sim_image_op_tag(SimFs *fs, const char *path, VmImageTag *held, GError **error);
/** What an image (NULL: one without any) has under held->name; bitmaps are left to the caller. */
void sim_image_tell_tag(const SimImage *image, VmImageTag *held);
/** qemu-img snapshot; see VmHypervisorOps.image_snapshot.  `now` dates a new one. */
gboolean sim_image_op_snapshot(SimFs *fs, const char *path, VmImageSnapshotVerb verb,
                               const char *tag, const SimClock *clock, GError **error);
/** qemu-img rebase -u; see VmHypervisorOps.image_rebase. */
gboolean sim_image_op_rebase(SimFs *fs, const char *path, const char *backing,
                             const char *backing_format, GError **error);
