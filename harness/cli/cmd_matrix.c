/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment matrix: every set of a call's flags in every kind of world, beside
 * the outcome data.
 */
#include "harness/cli/cli.h"

#include <string.h>
#include <unistd.h>
#include "harness/cli/nearest.h"
#include "harness/explore/matrix_alter.h"
#include "harness/explore/matrix_elsewhere.h"
#include "harness/explore/matrix_report.h"
#include "harness/target/target_load.h"

static struct {
    char *target;
    char *profile;
    char *json;
    gint jobs;
    gint every;
    gint altered;
    gint each;
    gint64 seed;
} given = {.every = 1, .each = 2, .seed = 1};

static const GOptionEntry entries[] = {
    {"target", 0, 0, G_OPTION_ARG_STRING, &given.target,
     "beside the simulator (sim, the default) a libvirt URI, on which each row is tried in some "
     "worlds: agree, differ or not reached, by rule",
     "WHAT"},
    {"each", 0, 0, G_OPTION_ARG_INT, &given.each,
     "combinations of each row that are tried on that target (2)", "N"},
    {"profile", 0, 0, G_OPTION_ARG_STRING, &given.profile,
     "rfc or libvirt; what the target implies if not said", "NAME"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &given.jobs, "processes (as many as processors)", "N"},
    {"every", 0, 0, G_OPTION_ARG_INT, &given.every,
     "only every so-manieth set of flags of each line, for a quick look (1)", "N"},
    {"altered", 0, 0, G_OPTION_ARG_INT, &given.altered,
     "then alter or drop so many rows of the outcome rules, one at a time: each has to be noticed",
     "N"},
    {"seed", 0, 0, G_OPTION_ARG_INT64, &given.seed,
     "of the worlds, and of the choice of altered rows (1)", "N"},
    {"json", 0, 0, G_OPTION_ARG_FILENAME, &given.json, "write the result to FILE", "FILE"},
    {NULL},
};

/* A call by its name in spec/api, in capitals or as `api` commands have it. */
static gboolean
add_call(GHashTable *calls, const char *word)
{
    g_autofree char *name = g_ascii_strup(word, -1);

    g_strdelimit(name, "-", '_');
    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        if (strcmp(vm_call_info(call)->name, name) == 0 && call_is_at_the_seam(call)) {
            g_hash_table_add(calls, GUINT_TO_POINTER((guint)call + 1));
            return TRUE;
        }
    }
    return FALSE;
}

static int
refuse_call(const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *name = g_ascii_strup(word, -1);
    const char *nearest;

    g_strdelimit(name, "-", '_');
    for (VmCall call = 0; call < VM_CALL_LAST; call++) {
        if (call_is_at_the_seam(call))
            g_ptr_array_add(names, (gpointer)vm_call_info(call)->name);
    }
    g_ptr_array_add(names, NULL);
    nearest = nearest_of(name, (const char *const *)names->pdata);
    return cli_refuse("matrix: there is no call '%s'%s%s%s", word,
                      nearest ? "; did you mean '" : "", nearest ? nearest : "",
                      nearest ? "'?" : "");
}

static gboolean
is_sim(void)
{
    return !given.target || strcmp(given.target, "sim") == 0;
}

/* Takes `elsewhere`, which may be NULL. */
static int
write_json(const MatrixRun *run, const GPtrArray *groups, json_t *elsewhere)
{
    json_t *json = matrix_json(run, groups);
    int failed;

    if (elsewhere)
        json_object_set_new(json, "elsewhere", elsewhere);
    failed = json_dump_file(json, given.json, JSON_INDENT(2));
    json_decref(json);
    if (failed)
        return cli_refuse("matrix: cannot write '%s'", given.json);
    return EXIT_CODE_OK;
}

static guint
jobs(void)
{
    return given.jobs > 0 ? (guint)given.jobs : g_get_num_processors();
}

/* Whether every altered row was noticed; nothing is altered where something disagrees as it is. */
static gboolean
bites(const MatrixTarget *target, const MatrixRun *run)
{
    g_autoptr(GPtrArray) alterations = NULL;

    if (given.altered <= 0)
        return TRUE;
    alterations = matrix_alter(target, run, (guint)given.altered, jobs());
    return matrix_print_alterations(stdout, run, alterations) == 0 && alterations->len > 0;
}

/* The rows on another target; a difference there is told, and fails nothing.  FALSE where the
 * target cannot be had. */
static gboolean
run_elsewhere(const MatrixRun *run, json_t **json)
{
    g_autofree char *uri = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rules = NULL;
    MatrixTarget target = {.profile = run->plan->profile, .seed = (guint64)given.seed};

    *json = NULL;
    if (is_sim())
        return TRUE;
    target.target = target_load(given.target, &uri, &error);
    target.uri = uri;
    if (!target.target) {
        cli_refuse("matrix: %s", error->message);
        return FALSE;
    }
    rules = matrix_elsewhere(&target, run, (guint)given.each);
    matrix_print_elsewhere(stdout, given.target, rules);
    *json = matrix_elsewhere_json(rules);
    return TRUE;
}

static int
run_plan(const MatrixPlan *plan)
{
    MatrixTarget target = {.target = target_sim(),
                           .profile = plan->profile,
                           .seed = (guint64)given.seed,
                           .forks = TRUE};
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, jobs());
    g_autoptr(GPtrArray) groups = matrix_shrink(&target, run);
    g_autofree char *why = NULL;
    json_t *elsewhere;
    int code;

    matrix_print(stdout, run, groups);
    code = matrix_exit_code(run, &why);
    if (!bites(&target, run) && code == EXIT_CODE_OK)
        code = EXIT_CODE_UNEXPECTED;
    if (!run_elsewhere(run, &elsewhere))
        return EXIT_CODE_USAGE;
    if (given.json && write_json(run, groups, elsewhere) != EXIT_CODE_OK)
        return EXIT_CODE_USAGE;
    if (!given.json)
        json_decref(elsewhere);
    return code;
}

static VmProfile
chosen_profile(void)
{
    const char *profile = given.profile ? given.profile
                          : is_sim()    ? "rfc"
                                        : target_default_profile(given.target);

    return strcmp(profile, "libvirt") == 0 ? VM_PROFILE_LIBVIRT : VM_PROFILE_RFC;
}

static int
run(char **words)
{
    g_autoptr(GHashTable) calls = g_hash_table_new(NULL, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(MatrixPlan) plan = NULL;

    if (cli_check_profile(given.profile) != EXIT_CODE_OK)
        return EXIT_CODE_USAGE;
    if (given.every < 1 || given.each < 1)
        return cli_refuse("matrix: --every and --each take a number from 1 on");
    for (guint i = 0; words[i]; i++) {
        if (!add_call(calls, words[i]))
            return refuse_call(words[i]);
    }
    plan = matrix_plan_new(chosen_profile(), words[0] ? calls : NULL, (guint)given.every, &error);
    if (!plan) {
        cli_refuse("matrix: %s", error->message);
        return EXIT_CODE_HARNESS;
    }
    return run_plan(plan);
}

const CliCommand cmd_matrix = {
    .name = "matrix",
    .arguments = "[OPTION…] [CALL…]",
    .summary = "Try every set of flags of every call in every kind of world, against the outcome "
               "rules",
    .entries = entries,
    .run = run,
};
