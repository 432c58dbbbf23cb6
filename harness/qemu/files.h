/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Real files behind the driver's store port, and the host's clock behind its env port.
 */
#pragma once

#include "spec/driver/env.h"
#include "spec/driver/store.h"

/** A store on the host's file system.  Paths are taken as they are. */
VmStore *qemu_store_new(void);
/** The same without any sync: for copies that nobody wants after a power cut. */
VmStore *qemu_store_new_unsynced(void);
/** Free it; open files must be closed. */
void qemu_store_free(VmStore *store);
/** The descriptor of an open file, for getfd; it stays the file's. */
int qemu_store_file_descriptor(const VmStoreFile *file);

/** The host's clock, the kernel's randomness, a log that is kept. */
VmEnv *qemu_env_new(void);
/** Free it. */
void qemu_env_free(VmEnv *env);
/** From now on the clock is that much further ahead of the host's. */
void qemu_env_advance(VmEnv *env, guint64 milliseconds);
/** What was logged since the last call, one line each, or NULL.  The caller frees it. */
char *qemu_env_take_log(VmEnv *env);
