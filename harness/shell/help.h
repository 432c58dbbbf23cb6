/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What `help` prints in the shell.
 */
#pragma once

#include <glib.h>

/** All commands (name NULL), or what one is and takes.  NULL for an unknown one.  The caller frees
 *  it. */
char *shell_help(const char *name);
