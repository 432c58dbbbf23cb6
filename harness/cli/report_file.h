/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A report on disk: opened before the run, so that nothing runs for a report
 * that cannot be written; written after it, so that an older one survives a
 * run that never ended.
 */
#pragma once

#include <glib.h>

/** A report file; path NULL = none is wanted, "-" = stdout. */
typedef struct {
    const char *path;
    int fd;
} ReportFile;

/** Open it for writing.  The text of the GError names file and cause. */
gboolean report_file_open(ReportFile *file, const char *path, GError **error);

/** Put `text` in place of what it held. */
gboolean report_file_write(ReportFile *file, const char *text, GError **error);

/** Close it. */
void report_file_close(ReportFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReportFile, report_file_close)
