/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What can stand next in a line of the shell: from the command and flag
 * tables, and from the session's world.
 */
#pragma once

#include "harness/scenario/session.h"

/** The words that may take the place of the last, maybe empty, word of `line` (the text up to the
 *  cursor): sorted, each once, NULL-terminated; a value behind "--option=" comes with that.  *begin
 *  receives where that word begins.  The caller frees it with g_strfreev. */
char **shell_complete(ScnSession *session, const char *line, gsize *begin);

/** How far all words agree; NULL for none.  The caller frees it. */
char *shell_common_prefix(char *const *words);
