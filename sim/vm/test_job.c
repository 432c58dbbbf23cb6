/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/vm/job.h"

/* The table of QEMU's documentation and of the recorded dialogues, once more, by names. */
static const struct {
    const char *status;
    const char *next;
    const char *verbs;
} expected[] = {
    {"created", " running aborting null ", " cancel pause resume set-speed "},
    {"running", " paused ready waiting aborting ", " cancel pause resume set-speed "},
    {"paused", " running ", " cancel pause resume set-speed "},
    {"ready", " standby waiting aborting ", " cancel pause resume set-speed complete "},
    {"standby", " ready ", " cancel pause resume set-speed complete "},
    {"waiting", " pending aborting ", " cancel "},
    {"pending", " aborting concluded ", " cancel finalize "},
    {"aborting", " aborting concluded ", " "},
    {"concluded", " null ", " dismiss "},
    {"null", " ", " "},
};

static gboolean
lists(const char *words, const char *word)
{
    g_autofree char *wanted = g_strdup_printf(" %s ", word);
    return strstr(words, wanted) != NULL;
}

static void
test_every_way_between_states(void **state)
{
    (void)state;
    for (guint i = 0; i < SIM_JOB_STATUS_LAST; i++) {
        assert_string_equal(sim_job_status_name(i), expected[i].status);
        for (guint j = 0; j < SIM_JOB_STATUS_LAST; j++)
            assert_int_equal(sim_job_status_allows(i, j),
                             lists(expected[i].next, sim_job_status_name(j)));
    }
}

static void
test_every_verb_in_every_state(void **state)
{
    (void)state;
    for (guint i = 0; i < SIM_JOB_STATUS_LAST; i++) {
        for (guint j = 0; j < SIM_VERB_LAST; j++)
            assert_int_equal(sim_job_verb_allowed(i, j),
                             lists(expected[i].verbs, sim_job_verb_name(j)));
    }
}

static void
note(gpointer machine, const SimJob *job)
{
    g_string_append_printf(machine, "%s ", sim_job_status_name(job->status));
}

static void
test_success_goes_through_waiting_and_pending(void **state)
{
    (void)state;
    g_autoptr(GString) seen = g_string_new(NULL);
    SimJobs jobs;
    sim_jobs_init(&jobs, note, seen);
    SimJob *job = sim_jobs_start(&jobs, "j", "create");
    sim_job_finish(&jobs, job);
    sim_job_dismiss(&jobs, job);
    assert_string_equal(seen->str, "created running waiting pending concluded null ");
    assert_int_equal(jobs.jobs->len, 0);
    sim_jobs_clear(&jobs);
}

static void
test_failure_goes_through_aborting(void **state)
{
    (void)state;
    g_autoptr(GString) seen = g_string_new(NULL);
    SimJobs jobs;
    sim_jobs_init(&jobs, note, seen);
    SimJob *job = sim_jobs_start(&jobs, "j", "create");
    job->error = g_strdup("no");
    sim_job_finish(&jobs, job);
    assert_string_equal(seen->str, "created running aborting concluded ");
    json_t *list = sim_jobs_query(&jobs);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "error")), "no");
    json_decref(list);
    sim_jobs_clear(&jobs);
}

static void
test_ids_are_checked(void **state)
{
    (void)state;
    g_autoptr(GString) seen = g_string_new(NULL);
    SimJobs jobs;
    sim_jobs_init(&jobs, note, seen);
    sim_jobs_start(&jobs, "j", "create");
    static const char *const bad[] = {"", "1", "-a", "a b", "a/b", "j"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(sim_jobs_check_id(&jobs, bad[i], NULL));
    assert_true(sim_jobs_check_id(&jobs, "j2.-_", NULL));
    assert_null(sim_jobs_need(&jobs, "none", SIM_VERB_CANCEL, NULL));
    assert_null(sim_jobs_need(&jobs, "j", SIM_VERB_DISMISS, NULL));
    assert_non_null(sim_jobs_need(&jobs, "j", SIM_VERB_CANCEL, NULL));
    sim_jobs_clear(&jobs);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_way_between_states),
        cmocka_unit_test(test_every_verb_in_every_state),
        cmocka_unit_test(test_success_goes_through_waiting_and_pending),
        cmocka_unit_test(test_failure_goes_through_aborting),
        cmocka_unit_test(test_ids_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
