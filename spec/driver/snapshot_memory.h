/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The memory of a snapshot in a file of its own: a save image.
 */
#pragma once

#include "spec/driver/snapshot_steps.h"

/** Refuse a place where the file would destroy something, or be destroyed: one that exists
 *  (VM-MEM-001), one that a disk, an overlay or a snapshot has (VM-MEM-002).  CONFIG_UNSUPPORTED
 *  naming the path.  A plan without a memory file passes. */
gboolean vm_snapshot_memory_check(const VmSnapshotPlan *plan, GError **error);

/** Write the guest's memory to the plan's file, whole and durable or not at all (what is left of it
 *  after a failure is for vm_snapshot_memory_remove()).  A guest that runs goes on running
 *  meanwhile and is stopped at the end: the domain is then paused.  A plan without one passes. */
gboolean vm_snapshot_memory_write(const VmSnapshotPlan *plan, GError **error);

/** Remove a memory file of the domain, and what was written of it; NULL is fine.  FALSE and logged
 *  where it is still there. */
gboolean vm_snapshot_memory_remove(VmDomain *domain, const char *path);

/** The stream that a call has begun ends now, whole or not, and the domain is running or paused as
 *  its guest then is. */
void vm_snapshot_memory_interrupt(VmDomain *domain);
