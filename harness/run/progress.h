/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The progress line of a terminal.
 */
#pragma once

#include "harness/report/report.h"

/** Write the line anew, to stderr; at most twenty times a second, and always for the last case. */
void progress_show(const RunReport *report, guint done);

/** Remove the line. */
void progress_clear(void);
