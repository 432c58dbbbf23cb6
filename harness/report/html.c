/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The HTML report: what belongs together over all runs, and the folder.
 */
#include "harness/report/html.h"

#include <glib/gstdio.h>
#include <string.h>
#include "harness/report/html_int.h"

/* What tells a folder of ours from others. */
#define OURS "<meta name=\"generator\" content=\"virt-moment\">"

/* The longest readable part of a page's name. */
#define NAME_READABLE 80

/* ---- the folder ----------------------------------------------------------------- */

static gboolean
is_empty(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

    return dir != NULL && g_dir_read_name(dir) == NULL;
}

static gboolean
is_ours(const char *folder)
{
    g_autofree char *index = g_build_filename(folder, "index.html", NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(index, &text, NULL, NULL) && strstr(text, OURS) != NULL;
}

/* Remove the pages of an earlier report. */
static void
remove_pages(const char *folder, const char *below)
{
    g_autofree char *path = g_build_filename(folder, below, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *page = g_build_filename(path, name, NULL);

        if (g_str_has_suffix(name, ".html")) {
            g_unlink(page);
        }
    }
}

static gboolean
make_folder(const char *folder, const char *below, GError **error)
{
    g_autofree char *path = g_build_filename(folder, below, NULL);

    if (g_mkdir_with_parents(path, 0777) == 0) {
        return TRUE;
    }
    g_set_error(error, REPORT_ERROR, 0, "cannot make the folder %s: %s", path, g_strerror(errno));
    return FALSE;
}

gboolean
html_prepare(const char *folder, GError **error)
{
    if (g_file_test(folder, G_FILE_TEST_EXISTS) && !is_empty(folder) && !is_ours(folder)) {
        g_set_error(error, REPORT_ERROR, 0,
                    "%s is there already, and no folder that is empty or holds an HTML report",
                    folder);
        return FALSE;
    }
    if (!make_folder(folder, "cases", error) || !make_folder(folder, "rules", error)) {
        return FALSE;
    }
    remove_pages(folder, "cases");
    remove_pages(folder, "rules");
    return TRUE;
}

/* ---- what belongs together --------------------------------------------------------- */

/* A file name of a case: readable, and another for each id. */
static char *
page_name(const char *id)
{
    GString *name = g_string_new(NULL);
    guint32 hash = 2166136261u;

    for (const char *at = id; *at != '\0'; at++) {
        hash = (hash ^ (guchar)*at) * 16777619u;
        if (name->len < NAME_READABLE) {
            g_string_append_c(name, g_ascii_isalnum(*at) || *at == '-' ? *at : '_');
        }
    }
    g_string_append_printf(name, "-%08x.html", hash);
    return g_string_free(name, FALSE);
}

static void
case_free(HtmlCase *entry)
{
    g_free(entry->page);
    g_free(entry->results);
    g_free(entry->planned);
    g_free(entry);
}

static void
rule_free(HtmlRule *rule)
{
    g_ptr_array_unref(rule->cases);
    g_free(rule);
}

static HtmlCase *
case_of(HtmlReport *html, const char *id)
{
    HtmlCase *entry = g_hash_table_lookup(html->by_id, id);

    if (entry == NULL) {
        entry = g_new0(HtmlCase, 1);
        entry->id = id;
        entry->page = page_name(id);
        entry->results = g_new0(const CaseResult *, html->count);
        entry->planned = g_new0(gboolean, html->count);
        g_ptr_array_add(html->cases, entry);
        g_hash_table_insert(html->by_id, (gpointer)id, entry);
    }
    return entry;
}

static HtmlRule *
rule_of(HtmlReport *html, const char *id)
{
    HtmlRule *rule = g_hash_table_lookup(html->by_rule, id);

    if (rule == NULL) {
        rule = g_new0(HtmlRule, 1);
        rule->id = id;
        rule->rule = rule_find(id);
        rule->cases = g_ptr_array_new();
        g_ptr_array_add(html->rules, rule);
        g_hash_table_insert(html->by_rule, (gpointer)id, rule);
    }
    return rule;
}

static void
add_to_rule(HtmlReport *html, const char *id, HtmlCase *entry)
{
    HtmlRule *rule = rule_of(html, id);

    /* All of a case's rules are added before those of the next case. */
    if (rule->cases->len == 0 ||
        g_ptr_array_index(rule->cases, rule->cases->len - 1) != (gpointer)entry) {
        g_ptr_array_add(rule->cases, entry);
    }
}

static void
collect_cases(HtmlReport *html)
{
    for (guint r = 0; r < html->count; r++) {
        const RunReport *run = html_run(html, r);

        for (guint i = 0; i < run->plan->len; i++) {
            HtmlCase *entry = case_of(html, g_ptr_array_index(run->plan, i));

            entry->planned[r] = TRUE;
            entry->results[r] = g_ptr_array_index(run->results, i);
        }
    }
}

static int
compare_others(gconstpointer a, gconstpointer b)
{
    const HtmlRule *const *x = a;
    const HtmlRule *const *y = b;

    return strcmp((*x)->id, (*y)->id);
}

static void
collect_rules(HtmlReport *html)
{
    gsize count;
    const Rule *rules = rules_all(&count);

    for (gsize i = 0; i < count; i++) {
        rule_of(html, rules[i].id);
    }
    for (guint i = 0; i < html->cases->len; i++) {
        HtmlCase *entry = g_ptr_array_index(html->cases, i);

        for (guint r = 0; r < html->count; r++) {
            const CaseResult *result = entry->results[r];

            for (guint j = 0; result != NULL && j < result->rules->len; j++) {
                add_to_rule(html, g_ptr_array_index(result->rules, j), entry);
            }
            if (result != NULL && result->rule != NULL) {
                add_to_rule(html, result->rule, entry);
            }
        }
    }
    qsort(html->rules->pdata + count, html->rules->len - count, sizeof(gpointer), compare_others);
}

/* ---- the whole ------------------------------------------------------------------ */

static gboolean
write_pages(HtmlReport *html, GError **error)
{
    g_autofree char *style = g_build_filename(html->folder, "style.css", NULL);
    g_autoptr(GError) undrawn = NULL;

    html_ask_drawings(html);
    if (!drawing_book_draw(html->book, &undrawn)) {
        html->note = g_strdup_printf("Graphviz's dot is not at hand (%s)", undrawn->message);
    }
    return g_file_set_contents_full(style, html_style(), -1, G_FILE_SET_CONTENTS_NONE, 0666,
                                    error) &&
           html_write_case_pages(html, error) && html_write_rules(html, error) &&
           html_write_cases(html, error) && html_write_index(html, error);
}

gboolean
html_write(const HtmlOptions *options, const char *folder, char **note, GError **error)
{
    HtmlReport html = {
        .options = options,
        .folder = folder,
        .count = options->reports->len,
        .cases = g_ptr_array_new_with_free_func((GDestroyNotify)case_free),
        .by_id = g_hash_table_new(g_str_hash, g_str_equal),
        .rules = g_ptr_array_new_with_free_func((GDestroyNotify)rule_free),
        .by_rule = g_hash_table_new(g_str_hash, g_str_equal),
        .book = drawing_book_new(),
    };
    gboolean done;

    collect_cases(&html);
    collect_rules(&html);
    done = write_pages(&html, error);
    if (note != NULL) {
        *note = g_strdup(html.note);
    }
    g_free(html.note);
    drawing_book_free(html.book);
    g_hash_table_unref(html.by_rule);
    g_ptr_array_unref(html.rules);
    g_hash_table_unref(html.by_id);
    g_ptr_array_unref(html.cases);
    return done;
}
