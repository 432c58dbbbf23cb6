/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment matrix: every set of a call's flags in every kind of world, beside
 * the outcome data.
 */
#include "harness/cli/cli.h"

#include <string.h>
#include <unistd.h>
#include "harness/cli/nearest.h"
#include "harness/explore/matrix_report.h"
#include "harness/target/target_load.h"

static struct {
    char *profile;
    char *json;
    gint jobs;
    gint every;
    gint64 seed;
} given = {.every = 1, .seed = 1};

static const GOptionEntry entries[] = {
    {"profile", 0, 0, G_OPTION_ARG_STRING, &given.profile, "rfc (the default) or libvirt", "NAME"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &given.jobs, "processes (as many as processors)", "N"},
    {"every", 0, 0, G_OPTION_ARG_INT, &given.every,
     "only every so-manieth set of flags of each line, for a quick look (1)", "N"},
    {"seed", 0, 0, G_OPTION_ARG_INT64, &given.seed, "of the worlds (1)", "N"},
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

static int
write_json(const MatrixRun *run, const GPtrArray *groups)
{
    json_t *json = matrix_json(run, groups);
    int failed = json_dump_file(json, given.json, JSON_INDENT(2));

    json_decref(json);
    if (failed)
        return cli_refuse("matrix: cannot write '%s'", given.json);
    return EXIT_CODE_OK;
}

static int
run_plan(const MatrixPlan *plan)
{
    guint jobs = given.jobs > 0 ? (guint)given.jobs : g_get_num_processors();
    MatrixTarget target = {.target = target_sim(),
                           .profile = plan->profile,
                           .seed = (guint64)given.seed,
                           .forks = TRUE};
    g_autoptr(MatrixRun) run = matrix_run(&target, plan, jobs);
    g_autoptr(GPtrArray) groups = matrix_shrink(&target, run);
    g_autofree char *why = NULL;

    matrix_print(stdout, run, groups);
    if (given.json && write_json(run, groups) != EXIT_CODE_OK)
        return EXIT_CODE_USAGE;
    return matrix_exit_code(run, &why);
}

static int
run(char **words)
{
    g_autoptr(GHashTable) calls = g_hash_table_new(NULL, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(MatrixPlan) plan = NULL;
    VmProfile profile;

    if (cli_check_profile(given.profile) != EXIT_CODE_OK)
        return EXIT_CODE_USAGE;
    if (given.every < 1)
        return cli_refuse("matrix: --every takes a number from 1 on");
    for (guint i = 0; words[i]; i++) {
        if (!add_call(calls, words[i]))
            return refuse_call(words[i]);
    }
    profile = g_strcmp0(given.profile, "libvirt") == 0 ? VM_PROFILE_LIBVIRT : VM_PROFILE_RFC;
    plan = matrix_plan_new(profile, words[0] ? calls : NULL, (guint)given.every, &error);
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
