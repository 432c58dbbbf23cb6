/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One source file, its lines with and without comments.
 */
#pragma once

#include "ci/tidy/tidy.h"

/** Read a file; NULL with an error.  The caller frees it. */
Source *source_read(const char *root, const char *path, GError **error);

/** Free a source; NULL is fine. */
void source_free(Source *source);

/** Whether the file is a header. */
gboolean source_is_header(const Source *source);
