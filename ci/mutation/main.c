/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * mutants --count N --seed N --into DIR FILE…: a sample of what a machine can
 * do wrong in these sources.  DIR/NNNN/source.c is a changed source, and
 * DIR/NNNN/place one line: FILE:LINE, kind, the text before and after, parted
 * by tabs.  DIR/NNNN/lines is FILE, the lines of the statement and those of the
 * function (0 outside of all), parted by blanks.  DIR/original/NAME.c is each source as it is, made
 * the same way.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ci/mutation/operators.h"

typedef struct {
    char **files;
    GPtrArray *sources; /* of char * */
    GArray *mutants;
    guint64 seed;
} Sample;

static guint64
draw(const Mutant *mutant, const Sample *sample)
{
    g_autofree char *key = g_strdup_printf("%s:%zu:%s:%s", sample->files[mutant->file],
                                           mutant->offset, mutant->kind, mutant->replacement);
    guint64 hash = (14695981039346656037ull + sample->seed) * 1099511628211ull;
    for (const char *at = key; *at != '\0'; at++)
        hash = (hash ^ (guchar)*at) * 1099511628211ull;
    return hash ^ hash >> 29;
}

static int
compare_draws(gconstpointer a, gconstpointer b, gpointer data)
{
    guint64 x = draw(a, data), y = draw(b, data);
    return (x > y) - (x < y);
}

/* The lines that hold a piece of a source, on one line, blanks put together. */
static char *
line_of(const char *source, gsize offset, gsize length)
{
    gsize from = offset, to = offset + length;
    while (from > 0 && source[from - 1] != '\n')
        from--;
    while (source[to] != '\0' && source[to] != '\n')
        to++;
    g_autofree char *text = g_strndup(source + from, to - from);
    GString *line = g_string_new(NULL);
    for (const char *at = g_strstrip(text); *at != '\0'; at++)
        if (!g_ascii_isspace(*at))
            g_string_append_c(line, *at);
        else if (line->str[line->len - 1] != ' ')
            g_string_append_c(line, ' ');
    return g_string_free(line, FALSE);
}

/* The name of the source stands in it, wherever it is compiled. */
static gboolean
write_source(const char *path, const char *file, const char *text)
{
    g_autofree char *named = g_strdup_printf("# 1 \"%s\"\n%s", file, text);
    return g_file_set_contents(path, named, -1, NULL);
}

/* What became of another mutant says nothing of this one. */
static void
forget_another(const char *folder, const char *place)
{
    g_autofree char *result_path = g_build_filename(folder, "result", NULL);
    g_autofree char *place_path = g_build_filename(folder, "place", NULL);
    g_autofree char *before = NULL;
    if (g_file_get_contents(place_path, &before, NULL, NULL) && strcmp(before, place) != 0)
        unlink(result_path);
}

static gboolean
write_mutant(const Sample *sample, const Mutant *mutant, guint number, const char *into)
{
    const char *source = g_ptr_array_index(sample->sources, mutant->file);
    const char *file = sample->files[mutant->file];
    g_autofree char *folder = g_strdup_printf("%s/%04u", into, number);
    g_autofree char *source_path = g_build_filename(folder, "source.c", NULL);
    g_autofree char *lines_path = g_build_filename(folder, "lines", NULL);
    g_autofree char *place_path = g_build_filename(folder, "place", NULL);
    GString *changed = g_string_new_len(source, (gssize)mutant->offset);
    g_string_append(changed, mutant->replacement);
    g_string_append(changed, source + mutant->offset + mutant->length);
    g_autofree char *text = g_string_free(changed, FALSE);
    g_autofree char *before = line_of(source, mutant->offset, mutant->length);
    g_autofree char *after = line_of(text, mutant->offset, strlen(mutant->replacement));
    g_autofree char *place =
        g_strdup_printf("%s:%u\t%s\t%s\t%s\n", file, mutant->line, mutant->kind, before, after);
    g_autofree char *lines = g_strdup_printf("%s %u %u %u %u\n", file, mutant->from, mutant->to,
                                             mutant->body_from, mutant->body_to);
    forget_another(folder, place);
    return g_mkdir_with_parents(folder, 0755) == 0 && write_source(source_path, file, text) &&
           g_file_set_contents(lines_path, lines, -1, NULL) &&
           g_file_set_contents(place_path, place, -1, NULL);
}

static gboolean
write_originals(const Sample *sample, const char *into)
{
    g_autofree char *folder = g_build_filename(into, "original", NULL);
    if (g_mkdir_with_parents(folder, 0755) != 0)
        return FALSE;
    for (guint i = 0; i < sample->sources->len; i++) {
        g_autofree char *name = g_path_get_basename(sample->files[i]);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!write_source(path, sample->files[i], g_ptr_array_index(sample->sources, i)))
            return FALSE;
    }
    g_autofree char *lines = g_build_filename(folder, "lines", NULL);
    return g_file_set_contents(lines, "- 0 0 0 0\n", -1, NULL);
}

static gboolean
read_sources(Sample *sample, GError **error)
{
    for (guint i = 0; sample->files[i] != NULL; i++) {
        char *source = NULL;
        if (!g_file_get_contents(sample->files[i], &source, NULL, error))
            return FALSE;
        g_ptr_array_add(sample->sources, source);
    }
    return TRUE;
}

static void
make_mutants(Sample *sample)
{
    g_autoptr(GHashTable) words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < sample->sources->len; i++)
        operators_collect_constants(words, g_ptr_array_index(sample->sources, i));
    g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(words), (GCompareFunc)strcmp);
    g_autoptr(GPtrArray) constants = g_ptr_array_new();
    for (GList *at = sorted; at != NULL; at = at->next)
        g_ptr_array_add(constants, at->data);
    g_ptr_array_add(constants, NULL);
    for (guint i = 0; i < sample->sources->len; i++)
        operators_apply(sample->mutants, i, g_ptr_array_index(sample->sources, i),
                        (const char *const *)constants->pdata);
    g_array_sort_with_data(sample->mutants, compare_draws, sample);
}

int
main(int argc, char **argv)
{
    int count = 400;
    gint64 seed = 1;
    g_autofree char *into = NULL;
    g_auto(GStrv) files = NULL;
    const GOptionEntry entries[] = {
        {"count", 0, 0, G_OPTION_ARG_INT, &count, "How many are drawn", "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &seed, "What draws them", "N"},
        {"into", 0, 0, G_OPTION_ARG_FILENAME, &into, "Where they are written", "DIR"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE…"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- change sources by machine");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || into == NULL || files == NULL ||
        count < 1) {
        fprintf(stderr, "mutants: %s\n", error != NULL ? error->message : "--into and files");
        return 2;
    }
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) mutants = g_array_new(FALSE, FALSE, sizeof(Mutant));
    g_array_set_clear_func(mutants, mutant_clear);
    Sample sample = {files, sources, mutants, (guint64)seed};
    gboolean ok = read_sources(&sample, &error);
    if (ok)
        make_mutants(&sample);
    ok = ok && write_originals(&sample, into);
    for (guint i = 0; ok && i < mutants->len && i < (guint)count; i++)
        ok = write_mutant(&sample, &g_array_index(mutants, Mutant, i), i + 1, into);
    if (!ok)
        fprintf(stderr, "mutants: %s\n", error != NULL ? error->message : "cannot write");
    else
        printf("%u of %u\n", MIN((guint)count, mutants->len), mutants->len);
    return ok ? 0 : 1;
}
