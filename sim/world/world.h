/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulated world: one host with a clock, a random source, a file system
 * and a hypervisor, all of it a function of the seed and of the calls made.
 */
#pragma once

#include "spec/driver/env.h"
#include "spec/driver/hypervisor.h"
#include "spec/driver/store.h"
#include "sim/world/fs.h"

typedef struct SimWorld SimWorld;
typedef struct SimHypervisor SimHypervisor; /* see sim/vm/port.h */

/** A new world: an empty file system, no instances, the clock at the start of 2026 (UTC). */
SimWorld *sim_world_new(guint64 seed);
/** End every instance and free all.  Drivers and stores over it must be gone. */
void sim_world_free(SimWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimWorld, sim_world_free)

/** The three ports; borrowed from the world. */
VmStore *sim_world_store(SimWorld *world);
VmEnv *sim_world_env(SimWorld *world);
VmHypervisor *sim_world_hypervisor(SimWorld *world);
/** What is behind the hypervisor's port; borrowed. */
SimHypervisor *sim_world_machines(SimWorld *world);
/** The file system behind the store; borrowed. */
SimFs *sim_world_fs(SimWorld *world);

/** Let virtual time pass: CPUs that run advance their RAM counter. */
void sim_world_advance(SimWorld *world, guint64 milliseconds);
/** What the driver logged since the last call, one line each, or NULL.  The caller frees it. */
char *sim_world_take_log(SimWorld *world);

/** One guest command on the instance of that name, as "write vda 0 64K A"; *answer (may be NULL,
 *  the caller frees it) is its word.  The commands are those of sim/vm/guest.h.  Fails with
 *  OPERATION_INVALID where no such instance runs or its CPUs are stopped, INVALID_ARG for a
 *  command that is none. */
gboolean sim_world_guest(SimWorld *world, const char *instance, const char *command, char **answer,
                         GError **error);

/** Make a disk image by a recipe; see sim/tool/recipe.h. */
gboolean sim_world_recipe(SimWorld *world, const char *name, const char *path, guint64 size,
                          GError **error);

/** Copy an image with all that it holds, durably, to where nothing or a file is: *done.  FALSE
 * there where the file is plain bytes, which any reader can copy. */
gboolean sim_world_copy_image(SimWorld *world, const char *from, const char *to, gboolean *done,
                              GError **error);
/** Whether a process has the file open. */
gboolean sim_world_file_open(SimWorld *world, const char *path);

/** Stop the process of an instance ("hang", or "hang COMMAND": when that command comes), let it
 *  go on ("continue"), or end it ("kill", "kill COMMAND" or "kill-after COMMAND": when that command
 *  comes, or has been done and is to be answered).  OPERATION_INVALID where no such instance runs,
 *  INVALID_ARG for another word. */
gboolean sim_world_disturb(SimWorld *world, const char *instance, const char *what, GError **error);

/** "fail OP PATH", "fail-once OP PATH", "heal" or "power-cut", see vm_target.disturb; INVALID_ARG
 * for anything else. */
gboolean sim_world_store_fault(SimWorld *world, const char *what, GError **error);

/** The power goes: every instance ends, and of files and names only what was synced is left. */
void sim_world_power_cut(SimWorld *world);

/** A throw-away copy of the whole file system as a store of its own: nothing done there touches
 *  the world, nor takes its time.  The hypervisor is not copied; see sim/vm/onlooker.h.  Freed with
 *  sim_world_store_free(). */
VmStore *sim_world_store_copy(SimWorld *world);
/** Free a store made by sim_world_store_copy(); NULL is fine. */
void sim_world_store_free(VmStore *store);
