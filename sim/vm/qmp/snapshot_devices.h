/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The nodes that snapshot-save, -load and -delete work on, with the checks
 * that they share.  Every refusal is the job's error.
 */
#pragma once

#include "sim/vm/arguments.h"
#include "sim/vm/machine.h"

/** Arguments of snapshot-save and snapshot-load / of snapshot-delete. */
extern const SimArgument sim_snapshot_vm_arguments[];
extern const SimArgument sim_snapshot_delete_arguments[];

/** The nodes of "devices"; NULL with a refusal.  The caller unrefs the array. */
GPtrArray *sim_snapshot_devices(SimMachine *machine, const json_t *arguments, GError **error);
/** Whether each of them can hold internal snapshots. */
gboolean sim_snapshot_all_capable(const GPtrArray *nodes, GError **error);
/** How many of them have a snapshot of that name. */
guint sim_snapshot_count(const GPtrArray *nodes, const char *tag);
/** The node of "vmstate", which must be one of them. */
SimNode *sim_snapshot_vmstate(const GPtrArray *nodes, const json_t *arguments, GError **error);

/** The body of a snapshot command: a job of that driver (step: sim_job_last_step) that does `work`
 *  before the answer, and ends after it. */
typedef gboolean (*SimSnapshotWork)(SimMachine *machine, const json_t *arguments, GError **error);
gboolean sim_snapshot_job(SimMachine *machine, const SimJobDriver *driver, const json_t *arguments,
                          SimSnapshotWork work, GError **error);
