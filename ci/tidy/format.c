/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every file looks like: the licence in line 1, no line too long, no tab,
 * no space at the end, a newline at the end.
 */
#include "ci/tidy/tidy.h"

#include <string.h>

#define SPDX "/* SPDX-License-Identifier: LGPL-2.1-or-later"
#define COLUMNS_MAX 100

static void
check_line(Tidy *tidy, const Source *source, guint line)
{
    const char *text = source->lines[line];
    size_t length = strlen(text);

    if (!g_utf8_validate(text, -1, NULL)) {
        tidy_breach(tidy, source->path, line + 1, "not UTF-8");
    } else if (g_utf8_strlen(text, -1) > COLUMNS_MAX && !g_str_has_suffix(source->path, ".def")) {
        tidy_breach(tidy, source->path, line + 1, "longer than %u columns", COLUMNS_MAX);
    }
    if (strchr(text, '\t') != NULL) {
        tidy_breach(tidy, source->path, line + 1, "a tab");
    }
    if (length > 0 && text[length - 1] == ' ') {
        tidy_breach(tidy, source->path, line + 1, "a space at the end");
    }
}

void
check_format(Tidy *tidy)
{
    for (guint i = 0; i < tidy->sources->len; i++) {
        const Source *source = g_ptr_array_index(tidy->sources, i);

        if (!g_str_has_prefix(source->text, SPDX)) {
            tidy_breach(tidy, source->path, 1, "line 1 does not begin with " SPDX);
        }
        if (!g_str_has_suffix(source->text, "\n")) {
            tidy_breach(tidy, source->path, source->count, "no newline at the end");
        }
        for (guint line = 0; line < source->count; line++) {
            check_line(tidy, source, line);
        }
    }
}
