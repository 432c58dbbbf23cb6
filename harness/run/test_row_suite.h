/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The suite under a table whose rows are changed: its cases, and which of them
 * each row matters to.  For the tests that change a row and want a case to fail.
 */
#pragma once

#include <glib/gstdio.h>
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"

/** The cases beside the rows of a table; a test embeds it first. */
typedef struct {
    GPtrArray *cases;
    GPtrArray **users; /* per row: cases that passed and that it matters to, borrowed */
    gsize count;       /* of rows */
    char *workdir;
    guint sample; /* every which case (VM_TEST_SAMPLE); 1 = all */
} RowSuite;

/** Load the suite for a table of `count` rows; a fault of loading fails the test. */
static inline void
row_suite_open(RowSuite *suite, gsize count)
{
    static const char *const paths[] = {VM_SOURCE_DIR "/conformance", NULL};
    g_autoptr(GError) error = NULL;
    const char *sample = g_getenv("VM_TEST_SAMPLE");
    guint64 every;

    suite->count = count;
    suite->sample = 1;
    if (sample && g_ascii_string_to_unsigned(sample, 10, 1, 1000, &every, NULL))
        suite->sample = (guint)every;
    suite->cases = scn_load(paths, &error);
    if (!suite->cases)
        fail_msg("%s", error->message);
    suite->workdir = g_dir_make_tmp("rows-XXXXXX", NULL);
    suite->users = g_new0(GPtrArray *, count);
    for (gsize i = 0; i < count; i++)
        suite->users[i] = g_ptr_array_new();
}

/** Free what row_suite_open() has made, not the suite itself. */
static inline void
row_suite_close(RowSuite *suite)
{
    for (gsize i = 0; i < suite->count; i++)
        g_ptr_array_unref(suite->users[i]);
    g_free(suite->users);
    g_ptr_array_unref(suite->cases);
    g_rmdir(suite->workdir);
    g_free(suite->workdir);
}

/** Whether a case passes on the simulator, with the tables that are in force. */
static inline gboolean
row_suite_passes(const RowSuite *suite, ScnCase *scenario, VmProfile profile)
{
    ScnRunOptions options = {
        .target = target_sim(),
        .uri = "sim",
        .profile = profile,
        .seed = 1,
        .workdir = suite->workdir,
        .run_id = "rows",
        .oracle = TRUE,
    };
    g_autoptr(CaseResult) result = scn_case_run(scenario, &options, NULL);

    return result->verdict == VERDICT_PASS;
}
