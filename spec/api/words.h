/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines of commands as their words.
 */
#pragma once

#include <glib.h>

/** The words of a line between blanks and tabs, without empty ones.  The caller frees the list by
 *  g_strfreev(). */
GStrv vm_split_words(const char *line);
