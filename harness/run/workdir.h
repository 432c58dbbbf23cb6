/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder of one run, and the folders of its workers in it.
 */
#pragma once

#include <glib.h>

/** How the name of a run's folder begins. */
#define WORKDIR_PREFIX "virt-moment-"

/** The file in it that names the run's target, locked with flock() by the run and its workers: one
 *  that is not locked tells of a run that never ended. */
#define WORKDIR_LOCK "lock"

/** A new private folder below $TMPDIR.  The caller frees the path.  RUNNER_ERROR 3. */
char *workdir_new(GError **error);

/** A new folder in it.  The caller frees the path.  RUNNER_ERROR 3. */
char *workdir_make(const char *dir, const char *name, GError **error);

/** Put the lock into a run's folder; it is held until the descriptor that this gives is closed in
 *  this process and in every child.  -1 with RUNNER_ERROR 3. */
int workdir_lock(const char *dir, const char *target, GError **error);
