/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment report: JSON reports as pages, side by side.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include "harness/report/html.h"

static struct {
    char *html;
    gboolean all;
} given;

static const GOptionEntry entries[] = {
    {"html", 0, 0, G_OPTION_ARG_FILENAME, &given.html, "The folder for the pages", "FOLDER"},
    {"html-all", 0, 0, G_OPTION_ARG_NONE, &given.all,
     "Draw the cases that ended as expected, too (takes long for thousands)", NULL},
    {NULL},
};

/* The run in a file; NULL and refused for one that cannot be read. */
static RunReport *
load(const char *path)
{
    g_autoptr(GError) error = NULL;
    json_error_t cause;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &cause);
    RunReport *report = json != NULL ? run_report_from_json(json, &error) : NULL;

    if (json == NULL && cause.line > 0) {
        cli_refuse("%s:%d: no JSON: %s", path, cause.line, cause.text);
    } else if (json == NULL) {
        cli_refuse("%s", cause.text);
    } else if (report == NULL) {
        cli_refuse("%s: %s", path, error->message);
    }
    json_decref(json);
    return report;
}

static int
run(char **words)
{
    g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func((GDestroyNotify)run_report_free);
    g_autoptr(GPtrArray) titles = g_ptr_array_new();
    HtmlOptions options = {.reports = reports, .titles = titles, .draw_all = given.all};
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;

    if (words[0] == NULL || given.html == NULL) {
        return cli_refuse("report takes reports that 'run --json FILE' writes, and --html FOLDER");
    }
    for (guint i = 0; words[i] != NULL; i++) {
        RunReport *report = load(words[i]);

        if (report == NULL) {
            return EXIT_CODE_USAGE;
        }
        g_ptr_array_add(reports, report);
        g_ptr_array_add(titles, words[i]);
    }
    if (!html_prepare(given.html, &error)) {
        return cli_refuse("--html: %s", error->message);
    }
    if (!html_write(&options, given.html, &note, &error)) {
        cli_refuse("--html: %s", error->message);
        return EXIT_CODE_HARNESS;
    }
    if (note != NULL) {
        fprintf(stderr, "virt-moment: pages without drawings: %s\n", note);
    }
    printf("%s/index.html\n", given.html);
    return EXIT_CODE_OK;
}

const CliCommand cmd_report = {
    .name = "report",
    .arguments = "A.json [B.json…] --html FOLDER",
    .summary = "Make pages of JSON reports, several side by side as a matrix of rules",
    .entries = entries,
    .notes = "Steps and drawings are there for reports of 'run --json FILE --trace'.\n",
    .run = run,
};
