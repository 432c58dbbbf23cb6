/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#pragma once

#include <glib.h>

/** What layout_width() gives where nothing is to be wrapped. */
#define LAYOUT_UNLIMITED 0

/** Columns of the terminal that stdout is; LAYOUT_UNLIMITED for a file or a pipe, so that what is
 *  one line stays one line for grep. */
guint layout_width(void);

/** Append the words of `text` and a newline.  The line so far has `column` columns; lines after it
 *  begin at `indent`; none is longer than `width` unless a single word is. */
void layout_append(GString *out, const char *text, guint column, guint indent, guint width);
