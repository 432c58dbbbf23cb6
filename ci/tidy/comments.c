/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every prototype in a header has a comment directly above, or stands directly
 * below one that has (a group).
 */
#include "ci/tidy/source.h"

#include <string.h>

/* "Type *name(" in the first column; macros have no type before them. */
static gboolean
starts_prototype(const char *code)
{
    const char *paren = strchr(code, '(');
    const char *name = paren;

    if (!(g_ascii_isalpha(code[0]) || code[0] == '_') || paren == NULL || paren == code ||
        g_str_has_prefix(code, "typedef") || g_str_has_prefix(code, "static")) {
        return FALSE;
    }
    while (name > code && (g_ascii_isalnum(name[-1]) || name[-1] == '_')) {
        name--;
    }
    return name > code && name < paren && (name[-1] == ' ' || name[-1] == '*');
}

/* The type of a callback, which may share its comment with the prototype that takes it. */
static gboolean
starts_callback_type(const char *code)
{
    return g_str_has_prefix(code, "typedef ") && strstr(code, "(*") != NULL;
}

static gboolean
starts_inline(const char *code)
{
    return g_str_has_prefix(code, "static inline ");
}

static gboolean
ends_comment(const char *line)
{
    return g_str_has_suffix(line, "*/");
}

static gboolean
continues_macro(const Source *source, guint line)
{
    return line > 0 && g_str_has_suffix(source->lines[line - 1], "\\");
}

static void
check_header(Tidy *tidy, const Source *source)
{
    guint group_end = 0; /* the line after the last commented prototype */

    for (guint line = 1; line < source->count; line++) {
        const char *code = source->code[line];
        gboolean prototype = starts_prototype(code) || starts_callback_type(code);

        if ((!prototype && !starts_inline(code)) || continues_macro(source, line)) {
            continue;
        }
        if (!ends_comment(source->lines[line - 1]) && group_end != line) {
            tidy_breach(tidy, source->path, line + 1, "no comment directly above: %s",
                        source->lines[line]);
        }
        while (prototype && line < source->count && strchr(source->code[line], ';') == NULL) {
            line++;
        }
        group_end = line + 1;
    }
}

void
check_comments(Tidy *tidy)
{
    for (guint i = 0; i < tidy->sources->len; i++) {
        const Source *source = g_ptr_array_index(tidy->sources, i);

        if (source_is_header(source) && strstr(source->path, "/test_") == NULL) {
            check_header(tidy, source);
        }
    }
}
