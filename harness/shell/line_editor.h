/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A terminal's lines: edited, with history and completion (libedit).
 */
#pragma once

#include <glib.h>

typedef struct LineEditor LineEditor;

/** What may take the place of the last word of the text before the cursor; *begin receives where
 *  that word begins.  A list that g_strfreev frees. */
typedef char **(*LineComplete)(gpointer data, const char *text, gsize *begin);

/** Edit what stdin gives; the history comes from the user's file.  NULL where the terminal cannot
 *  be edited.  The caller closes it. */
LineEditor *line_editor_open(LineComplete complete, gpointer data);

/** Keep the history, and free it; NULL is fine. */
void line_editor_close(LineEditor *editor);

/** The next line without its newline; an empty one where it was interrupted (*interrupted); NULL at
 *  the end.  The caller frees it. */
char *line_editor_read(LineEditor *editor, const char *prompt, gboolean *interrupted);
