/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tree that is checked, the breaches, and the rows that allow some.
 */
#include "ci/tidy/tidy.h"

#include <stdio.h>
#include <string.h>
#include "ci/tidy/source.h"

#define ALLOW_FILE "ci/tidy-allow.txt"

static const char *const folders[] = {"ci", "harness", "images", "sim", "spec", NULL};

/* A plug-in as a vendor writes one: it knows the installed target.h alone. */
#define FOREIGN "ci/sample-plugin"

static gboolean add_folder(Tidy *tidy, const char *folder, GError **error);

static gboolean
is_source(const char *name)
{
    return g_str_has_suffix(name, ".c") || g_str_has_suffix(name, ".h") ||
           g_str_has_suffix(name, ".def");
}

static gboolean
add_entry(Tidy *tidy, const char *path, GError **error)
{
    g_autofree char *file = g_build_filename(tidy->root, path, NULL);
    Source *source;

    if (strcmp(path, FOREIGN) == 0) {
        return TRUE;
    }
    if (g_file_test(file, G_FILE_TEST_IS_DIR)) {
        return add_folder(tidy, path, error);
    }
    if (!is_source(path)) {
        return TRUE;
    }
    source = source_read(tidy->root, path, error);
    if (source == NULL) {
        return FALSE;
    }
    g_ptr_array_add(tidy->sources, source);
    return TRUE;
}

static gboolean
add_folder(Tidy *tidy, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(tidy->root, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    const char *name;

    if (dir == NULL) {
        return FALSE;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(folder, name, NULL);

        if (name[0] != '.' && !add_entry(tidy, entry, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp((*(Source *const *)a)->path, (*(Source *const *)b)->path);
}

/* Rows "CHECK SUBJECT NUMBER"; no file = no rows. */
static void
read_allowed(Tidy *tidy)
{
    g_autofree char *path = g_build_filename(tidy->root, ALLOW_FILE, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 3);
        guint64 value;

        if (lines[i][0] == '\0' || lines[i][0] == '#') {
            continue;
        }
        if (g_strv_length(words) != 3 ||
            !g_ascii_string_to_unsigned(words[2], 10, 0, G_MAXUINT, &value, NULL)) {
            tidy_breach(tidy, ALLOW_FILE, i + 1, "a row is: CHECK SUBJECT NUMBER");
            continue;
        }
        g_hash_table_insert(tidy->allowed, g_strjoin(" ", words[0], words[1], NULL),
                            GUINT_TO_POINTER((guint)value));
    }
}

Tidy *
tidy_new(const char *root, GError **error)
{
    g_autoptr(Tidy) tidy = g_new0(Tidy, 1);

    tidy->root = root;
    tidy->sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
    tidy->allowed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; folders[i] != NULL; i++) {
        if (!add_folder(tidy, folders[i], error)) {
            return NULL;
        }
    }
    g_ptr_array_sort(tidy->sources, compare_paths);
    read_allowed(tidy);
    return g_steal_pointer(&tidy);
}

void
tidy_free(Tidy *tidy)
{
    if (tidy == NULL) {
        return;
    }
    g_ptr_array_unref(tidy->sources);
    g_hash_table_unref(tidy->allowed);
    g_free(tidy);
}

void
tidy_breach(Tidy *tidy, const char *path, guint line, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%u: ", path, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    tidy->breaches++;
}

gboolean
tidy_within(Tidy *tidy, const char *check, const char *subject, guint value, guint limit)
{
    g_autofree char *key = g_strjoin(" ", check, subject, NULL);
    guint allowed = GPOINTER_TO_UINT(g_hash_table_lookup(tidy->allowed, key));

    if (allowed == 0) {
        return value <= limit;
    }
    if (value < allowed) {
        tidy_breach(tidy, ALLOW_FILE, 0, "'%s %u' allows more than there is: %s %u", key, allowed,
                    value <= limit ? "remove it; it is" : "lower it to", value);
    }
    return value <= allowed;
}
