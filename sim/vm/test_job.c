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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_way_between_states),
        cmocka_unit_test(test_every_verb_in_every_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
