/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#include "harness/cli/layout.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 40

guint
layout_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0) {
        return LAYOUT_UNLIMITED;
    }
    /* A terminal that does not know its size says 0. */
    return size.ws_col > 0 ? MAX(size.ws_col, WIDTH_LEAST) : 80;
}

void
layout_append(GString *out, const char *text, guint column, guint indent, guint width)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gboolean first = TRUE;

    for (guint i = 0; words[i] != NULL; i++) {
        guint length = (guint)g_utf8_strlen(words[i], -1);

        if (!first && width != LAYOUT_UNLIMITED && column + 1 + length > width) {
            g_string_append_printf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = TRUE;
        }
        g_string_append_printf(out, "%s%s", first ? "" : " ", words[i]);
        column += length + (first ? 0 : 1);
        first = FALSE;
    }
    g_string_append_c(out, '\n');
}
