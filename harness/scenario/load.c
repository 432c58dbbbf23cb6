/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Scenario files from folders, and their cases.
 */

#include "harness/scenario/scenario_int.h"

#include <string.h>

static gboolean
add_case(const GPtrArray *matrices, const GPtrArray *chosen, gpointer data, GError **error)
{
    gpointer *state = data;
    ScnCase *scenario = scn_compile(state[0], state[1], matrices, chosen, error);

    if (!scenario)
        return FALSE;
    g_ptr_array_add(state[2], scenario);
    return TRUE;
}

GPtrArray *
scn_file_expand(ScnFile *file, GError **error)
{
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func((GDestroyNotify)scn_case_free);

    for (guint i = 0; i < MAX(file->sections->len, 1); i++) {
        ScnSection *section = i < file->sections->len ? g_ptr_array_index(file->sections, i) : NULL;
        gpointer state[] = {file, section, cases};

        if (!scn_matrix_each(file->preamble, section, add_case, state, error))
            return NULL;
    }
    return g_steal_pointer(&cases);
}

const ScnCaseInfo *
scn_case_info(const ScnCase *scenario)
{
    return &scenario->info;
}

/* A file that was found. */
typedef struct {
    char *path; /* to open */
    char *name; /* id without ".scn" */
} Found;

static void
found_free(Found *found)
{
    g_free(found->path);
    g_free(found->name);
    g_free(found);
}

static void
add_found(GPtrArray *list, const char *path, const char *name)
{
    Found *found = g_new0(Found, 1);
    gsize length = strlen(name);

    found->path = g_strdup(path);
    found->name = g_strndup(name, g_str_has_suffix(name, ".scn") ? length - 4 : length);
    g_ptr_array_add(list, found);
}

static gboolean
find_below(GPtrArray *list, const char *folder, const char *prefix, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    const char *name;

    if (!dir)
        return FALSE;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *id = *prefix ? g_strconcat(prefix, "/", name, NULL) : g_strdup(name);

        if (g_str_has_suffix(name, ".scn"))
            add_found(list, path, id);
        else if (g_file_test(path, G_FILE_TEST_IS_DIR) && !find_below(list, path, id, error))
            return FALSE;
    }
    return TRUE;
}

/* The id of a path below a suite: what follows the last folder "conformance", else the last two
 *  parts, so that a file has one id however it is named. */
static char *
id_of(const char *path)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    const char *suite = g_strrstr(whole, "/conformance/");
    g_autofree char *folder = g_path_get_dirname(whole);
    g_autofree char *last = g_path_get_basename(folder);
    g_autofree char *base = g_path_get_basename(whole);

    if (suite)
        return g_strdup(suite + strlen("/conformance/"));
    if (g_str_has_suffix(whole, "/conformance"))
        return g_strdup("");
    return g_file_test(path, G_FILE_TEST_IS_DIR) ? g_strdup("") : g_strdup(base);
}

static int
compare_found(gconstpointer a, gconstpointer b)
{
    const Found *first = *(Found *const *)a;
    const Found *second = *(Found *const *)b;
    int order = strcmp(first->name, second->name);

    return order ? order : strcmp(first->path, second->path);
}

/* Whether a file was found before: under the same id another file would be left out in silence. */
static gboolean
found_before(const Found *before, const Found *one, GError **error)
{
    g_autofree char *first = g_canonicalize_filename(before->path, NULL);
    g_autofree char *second = g_canonicalize_filename(one->path, NULL);

    if (strcmp(first, second) == 0)
        return TRUE;
    g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX,
                "%s: its cases have the ids of those of %s, '%s'; expected another name", one->path,
                before->path, one->name);
    return FALSE;
}

static gboolean
load_one(GPtrArray *cases, const Found *found, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(ScnFile) file = NULL;
    g_autoptr(GPtrArray) expanded = NULL;
    gsize length;

    if (!g_file_get_contents(found->path, &text, &length, error))
        return FALSE;
    if (strlen(text) != length || !g_utf8_validate(text, -1, NULL)) {
        ScnPlace place = {found->path, 1};

        return scn_syntax_error(error, &place, 1, "the file is not UTF-8 text");
    }
    file = scn_file_parse_at(found->name, found->path, text, error);
    expanded = file ? scn_file_expand(file, error) : NULL;
    if (!expanded)
        return FALSE;
    for (guint i = 0; i < expanded->len; i++)
        g_ptr_array_add(cases, g_steal_pointer(&expanded->pdata[i]));
    return TRUE;
}

GPtrArray *
scn_load(const char *const *paths, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func((GDestroyNotify)scn_case_free);

    for (guint i = 0; paths[i]; i++) {
        g_autofree char *id = id_of(paths[i]);

        if (!g_file_test(paths[i], G_FILE_TEST_IS_DIR))
            add_found(found, paths[i], id);
        else if (!find_below(found, paths[i], id, error))
            return NULL;
    }
    g_ptr_array_sort(found, compare_found);
    for (guint i = 0; i < found->len; i++) {
        const Found *one = g_ptr_array_index(found, i);
        const Found *before = i ? g_ptr_array_index(found, i - 1) : NULL;

        if (before && strcmp(before->name, one->name) == 0) {
            if (!found_before(before, one, error))
                return NULL;
            continue;
        }
        if (!load_one(cases, one, error))
            return NULL;
    }
    return g_steal_pointer(&cases);
}
