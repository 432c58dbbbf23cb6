/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Folders are layers: what a file may include is said by the row of
 * ci/layers.txt with the longest folder that it is in.
 */
#include "ci/tidy/tidy.h"

#include <string.h>

#define LAYERS_FILE "ci/layers.txt"

/* Whether `path` is `folder`, or in it. */
static gboolean
is_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Rows: the folder, then what it may include; "!x" takes x out again. */
static GPtrArray *
read_layers(Tidy *tidy)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_autofree char *path = g_build_filename(tidy->root, LAYERS_FILE, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    g_autoptr(GError) error = NULL;

    if (!g_file_get_contents(path, &text, NULL, &error)) {
        tidy_breach(tidy, LAYERS_FILE, 0, "%s", error->message);
        return rows;
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0' && lines[i][0] != '#') {
            g_autoptr(GStrvBuilder) words = g_strv_builder_new();
            g_auto(GStrv) split = g_strsplit(lines[i], " ", -1);

            for (guint j = 0; split[j] != NULL; j++) {
                if (split[j][0] != '\0') {
                    g_strv_builder_add(words, split[j]);
                }
            }
            g_ptr_array_add(rows, g_strv_builder_end(words));
        }
    }
    return rows;
}

static char **
row_of(const GPtrArray *rows, const char *path)
{
    char **best = NULL;

    for (guint i = 0; i < rows->len; i++) {
        char **row = g_ptr_array_index(rows, i);

        if (is_in(path, row[0]) && (best == NULL || strlen(row[0]) > strlen(best[0]))) {
            best = row;
        }
    }
    return best;
}

static gboolean
may_include(char **row, const char *header)
{
    gboolean may = is_in(header, row[0]);

    for (guint i = 1; row[i] != NULL; i++) {
        if (row[i][0] == '!') {
            may = may && !is_in(header, row[i] + 1);
        } else {
            may = may || is_in(header, row[i]);
        }
    }
    return may;
}

static void
check_include(Tidy *tidy, const Source *source, guint line, char **row)
{
    const char *start = source->lines[line] + strlen("#include \"");
    g_autofree char *header = g_strndup(start, strcspn(start, "\""));
    g_autofree char *file = g_build_filename(tidy->root, header, NULL);

    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        tidy_breach(tidy, source->path, line + 1, "\"%s\" is not a path from the root", header);
    } else if (row == NULL) {
        tidy_breach(tidy, source->path, line + 1, "no row of " LAYERS_FILE " is about this file");
    } else if (!may_include(row, header)) {
        tidy_breach(tidy, source->path, line + 1, "%s may not include \"%s\" (" LAYERS_FILE ")",
                    row[0], header);
    }
}

void
check_layers(Tidy *tidy)
{
    g_autoptr(GPtrArray) rows = read_layers(tidy);

    for (guint i = 0; i < tidy->sources->len; i++) {
        const Source *source = g_ptr_array_index(tidy->sources, i);
        char **row = row_of(rows, source->path);

        for (guint line = 0; line < source->count; line++) {
            if (g_str_has_prefix(source->lines[line], "#include \"")) {
                check_include(tidy, source, line, row);
            }
        }
    }
}
