/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Scenarios of 20 calls, each on a world of its own, with the oracle behind
 * every step.
 */
#include "harness/bench/measure.h"
#include "harness/folder/folder.h"
#include "harness/scenario/scenario.h"
#include "harness/target/target_load.h"

static const char scenario_text[] = "# A life with snapshots.\n"
                                    "domain vm { disk vda qcow2 64M }\n"
                                    "snapshot-create-as vm s1\n"
                                    "snapshot-list vm\n"
                                    "start vm\n"
                                    "domstate vm\n"
                                    "snapshot-create-as vm s2\n"
                                    "snapshot-current vm\n"
                                    "snapshot-create-as vm s3\n"
                                    "snapshot-parent vm s3\n"
                                    "suspend vm\n"
                                    "snapshot-revert vm s2\n"
                                    "snapshot-dumpxml vm s2\n"
                                    "suspend vm\n"
                                    "resume vm\n"
                                    "snapshot-create-as vm s4\n"
                                    "snapshot-delete vm s3\n"
                                    "destroy vm\n"
                                    "snapshot-revert vm s1\n"
                                    "snapshot-delete vm s2\n"
                                    "snapshot-delete vm s1 --children\n"
                                    "undefine vm\n"
                                    "expect no-domain vm\n";

static void
run_once(ScnCase *scenario, const ScnRunOptions *options)
{
    CaseResult *result = scn_case_run(scenario, options, NULL);
    if (result->verdict != VERDICT_PASS)
        g_error("the scenario fails: %s", result->reason);
    case_result_free(result);
}

/* The three ways stand in functions of their own, so that a profiler can tell them apart. */
static G_NO_INLINE double
measure_known(ScnCase *scenario, const ScnRunOptions *options, guint runs)
{
    double began = figures_clock();
    for (guint i = 0; i < runs; i++)
        run_once(scenario, options);
    return runs / (figures_clock() - began);
}

/* Scenarios of which no text was seen before: what the oracle remembers of others is of no use. */
static G_NO_INLINE double
measure_new(ScnCase *scenario, const ScnRunOptions *given, guint runs)
{
    ScnRunOptions options = *given;
    double began = figures_clock();
    for (guint i = 0; i < runs; i++) {
        g_autofree char *id = g_strdup_printf("bench%u", i);
        options.run_id = id;
        run_once(scenario, &options);
    }
    return runs / (figures_clock() - began);
}

static G_NO_INLINE double
measure_without_oracle(ScnCase *scenario, const ScnRunOptions *given, guint runs)
{
    ScnRunOptions options = *given;
    options.oracle = FALSE;
    double began = figures_clock();
    for (guint i = 0; i < runs; i++)
        run_once(scenario, &options);
    return runs / (figures_clock() - began);
}

void
measure_scenarios(Figures *figures, const MeasureSize *size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScnFile) file = scn_file_parse("bench", scenario_text, &error);
    g_autoptr(GPtrArray) cases = file != NULL ? scn_file_expand(file, &error) : NULL;
    g_autofree char *workdir = g_dir_make_tmp("bench-XXXXXX", NULL);
    if (cases == NULL || cases->len != 1 || workdir == NULL)
        g_error("the scenario cannot be read: %s", error != NULL ? error->message : "no case");
    ScnRunOptions options = {.target = target_sim(),
                             .profile = VM_PROFILE_RFC,
                             .seed = 1,
                             .workdir = workdir,
                             .run_id = "bench",
                             .oracle = TRUE};
    ScnCase *scenario = g_ptr_array_index(cases, 0);
    guint runs = size->rounds * 10;
    run_once(scenario, &options);
    figures_forget_memory();
    figures_part(figures, "scenarios of 20 calls on the simulator");
    figures_goal(figures, "per second and core, oracle on", measure_known(scenario, &options, runs),
                 FIGURE_AT_LEAST, 2000);
    figures_add(figures, "peak memory", figures_peak_memory(), "MiB");
    figures_add(figures, "per second and core, oracle on, each seen for the first time",
                measure_new(scenario, &options, runs), "/s");
    figures_add(figures, "per second and core, oracle off",
                measure_without_oracle(scenario, &options, runs), "/s");
    folder_remove(workdir);
}
