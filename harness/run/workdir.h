/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder of one run, and the folders of its workers in it.
 */
#pragma once

#include <glib.h>

/** A new private folder below $TMPDIR.  The caller frees the path.  RUNNER_ERROR 3. */
char *workdir_new(GError **error);

/** A new folder in it.  The caller frees the path.  RUNNER_ERROR 3. */
char *workdir_make(const char *dir, const char *name, GError **error);

/** Remove a folder and all that is in it; symbolic links are removed, not followed. */
void workdir_remove(const char *dir);
