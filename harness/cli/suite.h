/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the conformance suite is.
 */
#pragma once

#include <glib.h>

/** The folder of the suite: the one installed beside this program, else the source tree's.  The
 *  caller frees it. */
char *suite_dir(void);
