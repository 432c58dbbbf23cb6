/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One source file, its lines with and without comments.
 */
#include "ci/tidy/source.h"

#include <string.h>

/* Where the scanner is. */
typedef enum {
    IN_CODE,
    IN_LINE_COMMENT,
    IN_COMMENT,
    IN_STRING,
    IN_CHARACTER,
} Place;

/* What begins at `at` when in code. */
static Place
opens(const char *at)
{
    if (at[0] == '/' && at[1] == '/') {
        return IN_LINE_COMMENT;
    }
    if (at[0] == '/' && at[1] == '*') {
        return IN_COMMENT;
    }
    if (at[0] == '"') {
        return IN_STRING;
    }
    return at[0] == '\'' ? IN_CHARACTER : IN_CODE;
}

/* How many characters end the place at `at`; 0 = it goes on. */
static guint
closes(Place place, const char *at)
{
    switch (place) {
    case IN_LINE_COMMENT:
        return at[0] == '\n';
    case IN_COMMENT:
        return at[0] == '*' && at[1] == '/' ? 2 : 0;
    case IN_STRING:
        return at[0] == '"';
    case IN_CHARACTER:
        return at[0] == '\'';
    case IN_CODE:
        return 0;
    }
    g_assert_not_reached();
}

static void
blank(char *at, guint count)
{
    for (guint i = 0; i < count && at[i] != '\0'; i++) {
        if (at[i] != '\n') {
            at[i] = ' ';
        }
    }
}

/* Quotes stay, so that a line with a literal still looks like one. */
static void
blank_comments(char *text)
{
    Place place = IN_CODE;

    for (char *at = text; *at != '\0'; at++) {
        guint end;

        if (place == IN_CODE) {
            place = opens(at);
            if (place == IN_COMMENT || place == IN_LINE_COMMENT) {
                blank(at, 2);
                at++;
            }
            continue;
        }
        if (at[0] == '\\' && at[1] != '\0' && place != IN_COMMENT) {
            blank(at, 2);
            at++;
            continue;
        }
        end = closes(place, at);
        if (end == 0 || place == IN_COMMENT) {
            blank(at, MAX(end, 1));
        }
        if (end > 0) {
            at += end - 1;
            place = IN_CODE;
        }
    }
}

Source *
source_read(const char *root, const char *path, GError **error)
{
    g_autofree char *file = g_build_filename(root, path, NULL);
    g_autofree char *code = NULL;
    g_autofree char *text = NULL;
    Source *source;

    if (!g_file_get_contents(file, &text, NULL, error)) {
        return NULL;
    }
    code = g_strdup(text);
    blank_comments(code);
    source = g_new0(Source, 1);
    source->path = g_strdup(path);
    source->lines = g_strsplit(text, "\n", -1);
    source->code = g_strsplit(code, "\n", -1);
    source->text = g_steal_pointer(&text);
    source->count = g_strv_length(source->lines);
    if (source->count > 0 && source->lines[source->count - 1][0] == '\0') {
        source->count--;
    }
    return source;
}

void
source_free(Source *source)
{
    if (source == NULL) {
        return;
    }
    g_free(source->path);
    g_free(source->text);
    g_strfreev(source->lines);
    g_strfreev(source->code);
    g_free(source);
}

gboolean
source_is_header(const Source *source)
{
    return g_str_has_suffix(source->path, ".h");
}
