/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment run: try cases on a target.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "harness/cli/report_file.h"
#include "harness/cli/suite.h"
#include "harness/report/html.h"
#include "harness/run/runner.h"

static struct {
    char *target;
    char *profile;
    char **filters;
    int jobs;
    char *seed;
    char *shard;
    char *failed;
    gboolean slow;
    gboolean quick;
    double timeout;
    gboolean keep;
    gboolean tap;
    char *junit;
    char *json;
    char *html;
    gboolean html_all;
    gboolean trace;
    char *expectations;
} given = {.timeout = 60};

static const GOptionEntry entries[] = {
    {"target", 0, 0, G_OPTION_ARG_STRING, &given.target,
     "What to try: sim (default), qemu, qemu+tcg, a libvirt URI, or a plug-in ./driver.so",
     "TARGET"},
    {"profile", 0, 0, G_OPTION_ARG_STRING, &given.profile,
     "The contract: rfc, or libvirt (default for a URI)", "PROFILE"},
    {"filter", 0, 0, G_OPTION_ARG_STRING_ARRAY, &given.filters,
     "Only cases whose id matches (* and ?); may be given again", "GLOB"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &given.jobs, "Worker processes (default: one per core)",
     "N"},
    {"seed", 0, 0, G_OPTION_ARG_STRING, &given.seed, "The only source of randomness (default: 1)",
     "N"},
    {"shard", 0, 0, G_OPTION_ARG_STRING, &given.shard, "Only the i-th of n parts of the cases",
     "I/N"},
    {"slow", 0, 0, G_OPTION_ARG_NONE, &given.slow,
     "Cases that take long and the full flag matrix as well (the rule but for qemu and for libvirt "
     "URIs other than test:)",
     NULL},
    {"quick", 0, 0, G_OPTION_ARG_NONE, &given.quick, "None of those (the rule for these targets)",
     NULL},
    {"failed", 0, 0, G_OPTION_ARG_FILENAME, &given.failed,
     "Only cases that did not end as expected in that report", "FROM.json"},
    {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &given.timeout, "Seconds per case (default: 60)", "S"},
    {"keep", 0, 0, G_OPTION_ARG_NONE, &given.keep, "Leave what was made, for a look at it", NULL},
    {"tap", 0, 0, G_OPTION_ARG_NONE, &given.tap, "TAP on stdout, the summary on stderr", NULL},
    {"junit", 0, 0, G_OPTION_ARG_FILENAME, &given.junit, "Write a JUnit report", "FILE"},
    {"json", 0, 0, G_OPTION_ARG_FILENAME, &given.json, "Write a JSON report", "FILE"},
    {"trace", 0, 0, G_OPTION_ARG_NONE, &given.trace,
     "Let the JSON report tell each step and the world after it", NULL},
    {"html", 0, 0, G_OPTION_ARG_FILENAME, &given.html, "Write pages: rules, cases, steps, drawings",
     "FOLDER"},
    {"html-all", 0, 0, G_OPTION_ARG_NONE, &given.html_all,
     "Draw the cases that ended as expected, too (takes long for thousands)", NULL},
    {"expectations", 0, 0, G_OPTION_ARG_FILENAME, &given.expectations,
     "Known deviations (default: those of the suite)", "FOLDER"},
    {NULL},
};

/* "2/4" → 2 and 4. */
static gboolean
parse_shard(const char *text, guint *shard, guint *shards)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    guint64 i;
    guint64 n;

    if (g_strv_length(parts) != 2 ||
        !g_ascii_string_to_unsigned(parts[1], 10, 1, 100000, &n, NULL) ||
        !g_ascii_string_to_unsigned(parts[0], 10, 1, n, &i, NULL)) {
        return FALSE;
    }
    *shard = i;
    *shards = n;
    return TRUE;
}

/* The options as given, checked; EXIT_CODE_OK or EXIT_CODE_USAGE. */
static int
fill_options(RunOptions *options)
{
    options->target = given.target != NULL ? given.target : "sim";
    options->profile = given.profile;
    options->filters = (const char *const *)given.filters;
    options->jobs = given.jobs > 0 ? (guint)given.jobs : g_get_num_processors();
    options->seed = 1;
    options->failed = given.failed;
    options->length = given.slow ? RUN_ALL : given.quick ? RUN_QUICK : RUN_AS_TARGET;
    options->timeout = given.timeout;
    options->keep = given.keep;
    options->trace = given.trace || given.html != NULL;
    options->progress = isatty(STDERR_FILENO);
    if (given.jobs < 0 || given.jobs > 1024) {
        return cli_refuse("-j %d: between 1 and 1024 workers", given.jobs);
    }
    if (!(given.timeout > 0 && given.timeout <= 1e6)) {
        return cli_refuse("--timeout %g: more than 0 and at most 1000000 seconds", given.timeout);
    }
    if (given.seed != NULL &&
        !g_ascii_string_to_unsigned(given.seed, 10, 0, G_MAXUINT64, &options->seed, NULL)) {
        return cli_refuse("--seed %s: not a number from 0 to 2^64 - 1", given.seed);
    }
    if (given.slow && given.quick) {
        return cli_refuse("--slow and --quick exclude each other");
    }
    if (given.shard != NULL && !parse_shard(given.shard, &options->shard, &options->shards)) {
        return cli_refuse("--shard %s: not i/n with 1 <= i <= n", given.shard);
    }
    if (given.expectations != NULL && !g_file_test(given.expectations, G_FILE_TEST_IS_DIR)) {
        return cli_refuse("--expectations %s: no folder", given.expectations);
    }
    return cli_check_profile(given.profile);
}

/* The runner's errors carry the exit code; all others are about what the caller handed in. */
static int
fail(const GError *error)
{
    cli_refuse("%s", error->message);
    return error->domain == RUNNER_ERROR && error->code != 0 ? error->code : EXIT_CODE_USAGE;
}

typedef struct {
    ReportFile json;
    ReportFile junit;
} Reports;

static void
reports_close(Reports *reports)
{
    report_file_close(&reports->json);
    report_file_close(&reports->junit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reports, reports_close)

static gboolean
write_pages(RunReport *report, GError **error)
{
    g_autoptr(GPtrArray) reports = g_ptr_array_new();
    g_autoptr(GPtrArray) titles = g_ptr_array_new();
    HtmlOptions options = {.reports = reports, .titles = titles, .draw_all = given.html_all};
    g_autofree char *note = NULL;

    if (given.html == NULL) {
        return TRUE;
    }
    g_ptr_array_add(reports, report);
    g_ptr_array_add(titles, report->target);
    if (!html_write(&options, given.html, &note, error)) {
        return FALSE;
    }
    if (note != NULL) {
        fprintf(stderr, "virt-moment: pages without drawings: %s\n", note);
    }
    return TRUE;
}

static gboolean
write_reports(RunReport *report, Reports *reports, GError **error)
{
    g_autofree char *json = report_json(report);
    g_autofree char *junit = report_junit(report);

    return (given.json == NULL || report_file_write(&reports->json, json, error)) &&
           (given.junit == NULL || report_file_write(&reports->junit, junit, error)) &&
           write_pages(report, error);
}

static void
show(const RunReport *report)
{
    gboolean stdout_taken =
        given.tap || g_strcmp0(given.json, "-") == 0 || g_strcmp0(given.junit, "-") == 0;
    g_autofree char *summary = report_summary(report);

    if (given.tap) {
        g_autofree char *tap = report_tap(report);

        fputs(tap, stdout);
    }
    fputs(summary, stdout_taken ? stderr : stdout);
}

static int
plan_and_run(RunOptions *options, Reports *reports)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RunReport) report = NULL;
    json_t *selection = NULL;
    g_autoptr(GPtrArray) plan = runner_plan(options, &selection, &error);

    if (plan == NULL) {
        return fail(error);
    }
    report = runner_run(options, plan, &error);
    if (report == NULL) {
        json_decref(selection);
        return fail(error);
    }
    report->selection = selection;
    show(report);
    if (!write_reports(report, reports, &error)) {
        cli_refuse("%s", error->message);
        return EXIT_CODE_HARNESS;
    }
    return run_report_exit_code(report);
}

static int
run(char **words)
{
    g_auto(Reports) reports = {{0}, {0}};
    g_autoptr(GError) error = NULL;
    g_autofree char *suite = suite_dir();
    g_autofree char *expectations = g_build_filename(suite, "expectations", NULL);
    const char *whole[] = {suite, NULL};
    RunOptions options = {0};
    int code = fill_options(&options);

    if (code != EXIT_CODE_OK) {
        return code;
    }
    if (!report_file_open(&reports.json, given.json, &error) ||
        !report_file_open(&reports.junit, given.junit, &error) ||
        (given.html != NULL && !html_prepare(given.html, &error))) {
        return cli_refuse("%s", error->message);
    }
    options.suite = words[0] == NULL;
    options.paths = options.suite ? whole : (const char *const *)words;
    options.expectations = given.expectations != NULL ? given.expectations : expectations;
    return plan_and_run(&options, &reports);
}

const CliCommand cmd_run = {
    .name = "run",
    .arguments = "[OPTION…] [PATH…]",
    .summary = "Try the cases of the suite, or of scenario files and folders, on a target",
    .entries = entries,
    .notes = "Exit codes:\n"
             "    0  every planned case ended as expected\n"
             "    1  a case did not, or a known deviation is out of date\n"
             "    2  usage: option, scenario file, target that does not open, report file\n"
             "    3  a fault of the harness\n"
             "    5  incomplete: ran + skipped < planned, or nothing ran\n"
             "  130  interrupted; the reports tell what ran\n",
    .run = run,
};
