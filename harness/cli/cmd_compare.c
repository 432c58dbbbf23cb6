/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment compare: two JSON reports side by side.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include "harness/report/compare.h"

static struct {
    gboolean all;
} given;

static const GOptionEntry entries[] = {
    {"all", 0, 0, G_OPTION_ARG_NONE, &given.all, "List each case that changed, not how many", NULL},
    {NULL},
};

/* The report in a file; NULL and refused for one that cannot be read. */
static json_t *
load(const char *path)
{
    json_error_t cause;
    json_t *report = json_load_file(path, JSON_REJECT_DUPLICATES, &cause);

    if (report == NULL && cause.line > 0) {
        cli_refuse("%s:%d: no JSON: %s", path, cause.line, cause.text);
    } else if (report == NULL) {
        cli_refuse("%s", cause.text);
    }
    return report;
}

static int
compare(const json_t *before, const json_t *after)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Comparison) comparison = compare_reports(before, after, &error);
    g_autofree char *text = NULL;

    if (comparison == NULL) {
        return cli_refuse("%s", error->message);
    }
    text = comparison_text(comparison, given.all);
    fputs(text, stdout);
    return comparison_is_clean(comparison) ? EXIT_CODE_OK : EXIT_CODE_UNEXPECTED;
}

static int
run(char **words)
{
    json_t *before, *after;
    int code = EXIT_CODE_USAGE;

    if (words[0] == NULL || words[1] == NULL || words[2] != NULL) {
        return cli_refuse("compare takes two reports, as 'run --json FILE' writes them");
    }
    before = load(words[0]);
    after = before != NULL ? load(words[1]) : NULL;
    if (after != NULL) {
        code = compare(before, after);
    }
    json_decref(before);
    json_decref(after);
    return code;
}

const CliCommand cmd_compare = {
    .name = "compare",
    .arguments = "[OPTION…] A.json B.json",
    .summary = "List what is new, resolved, ongoing or changed from one report to another",
    .entries = entries,
    .notes =
        "New and Gone cases make it end with 1.  A case that is skipped, or a known deviation, in "
        "one of\nthe two has the reason beside it.\n",
    .run = run,
};
