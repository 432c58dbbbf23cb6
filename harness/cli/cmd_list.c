/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * virt-moment list: the cases, what they cover and what they need.
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include "harness/cli/suite.h"
#include "harness/run/runner.h"

static struct {
    char *profile;
    char **filters;
} given;

static const GOptionEntry entries[] = {
    {"profile", 0, 0, G_OPTION_ARG_STRING, &given.profile,
     "Only cases of that contract: rfc, or libvirt", "PROFILE"},
    {"filter", 0, 0, G_OPTION_ARG_STRING_ARRAY, &given.filters,
     "Only cases whose id matches (* and ?); may be given again", "GLOB"},
    {NULL},
};

static void
print_names(const char *title, const GPtrArray *names)
{
    if (names == NULL || names->len == 0) {
        return;
    }
    printf("  %s", title);
    for (guint i = 0; i < names->len; i++) {
        printf(" %s", (const char *)g_ptr_array_index(names, i));
    }
}

static void
print_case(const ScnCaseInfo *info)
{
    fputs(info->id, stdout);
    print_names("covers", info->rules);
    print_names("needs", info->needs);
    putchar('\n');
}

static void
print_cases(const GPtrArray *cases)
{
    g_autoptr(GHashTable) files = g_hash_table_new(g_str_hash, g_str_equal);
    guint matrix = 0;

    for (guint i = 0; i < cases->len; i++) {
        const ScnCaseInfo *info = scn_case_info(g_ptr_array_index(cases, i));

        print_case(info);
        g_hash_table_add(files, (gpointer)info->file);
        matrix += info->matrix;
    }
    printf("%u cases in %u files, and %u of the full flag matrix\n", cases->len - matrix,
           g_hash_table_size(files), matrix);
}

static int
run(char **words)
{
    g_autofree char *suite = suite_dir();
    const char *whole[] = {suite, NULL};
    RunOptions options = {
        .target = "sim",
        .profile = given.profile != NULL ? given.profile : RUNNER_PROFILE_ALL,
        .filters = (const char *const *)given.filters,
        .paths = words[0] != NULL ? (const char *const *)words : whole,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) cases = NULL;

    if (cli_check_profile(given.profile) != EXIT_CODE_OK) {
        return EXIT_CODE_USAGE;
    }
    cases = runner_plan(&options, NULL, &error);
    if (cases == NULL) {
        return cli_refuse("%s", error->message);
    }
    print_cases(cases);
    return cases->len > 0 ? EXIT_CODE_OK : EXIT_CODE_INCOMPLETE;
}

const CliCommand cmd_list = {
    .name = "list",
    .arguments = "[OPTION…] [PATH…]",
    .summary = "List cases with the rules that they cover and the capabilities that they need",
    .entries = entries,
    .run = run,
};
