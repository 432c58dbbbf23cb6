/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folders that real processes work in: short-lived, and gone when their
 * owner is, however it ended.
 */
#pragma once

#include <glib.h>

/** A new private folder below $TMPDIR, locked as long as this process lives.  The first call
 * removes what processes left that were killed, and from then on SIGINT, SIGTERM and SIGHUP take
 * the folders along.  The caller frees the path; VIR_ERR_SYSTEM_ERROR. */
char *scratch_new(GError **error);
/** Remove one and all that is in it. */
void scratch_remove(const char *path);
/** Remove what dead processes left; scratch_new() does it too. */
void scratch_remove_abandoned(void);
