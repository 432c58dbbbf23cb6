/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What happens to jobs of a made-up driver: every way to their end, with the
 * events in their order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "sim/block/graph.h"
#include "sim/vm/job.h"

/* Jobs, and what has been seen of them: "j:running", "j!COMPLETED", "j.commit" … */
typedef struct {
    SimJobs jobs;
    SimClock clock;
    GString *seen;
    SimJobStep next;    /* what the step of every job answers */
    guint64 copies;     /* per step */
    gboolean idle;      /* nothing to do */
    const char *refuse; /* what prepare says, or NULL */
    int number;         /* an errno that the next step meets, or 0 */
    SimOnError policy;
} Bench;

static void
note(Bench *bench, const char *id, const char *sign, const char *word)
{
    g_string_append_printf(bench->seen, "%s%s%s%s", bench->seen->len > 0 ? " " : "", id, sign,
                           word);
}

static void
emit(gpointer machine, json_t *event)
{
    const json_t *data = json_object_get(event, "data");
    const char *name = json_string_value(json_object_get(event, "event"));
    const char *id = json_string_value(json_object_get(data, "id"));
    const char *status = json_string_value(json_object_get(data, "status"));
    if (id == NULL)
        id = json_string_value(json_object_get(data, "device"));
    if (status != NULL)
        note(machine, id, ":", status);
    else
        note(machine, id, "!", name + strlen("BLOCK_JOB_"));
    const char *error = json_string_value(json_object_get(data, "error"));
    if (error != NULL)
        note(machine, id, "=", error);
    json_decref(event);
}

static SimJobStep
step(SimJob *job)
{
    Bench *bench = job->jobs->machine;
    if (bench->number != 0)
        return sim_job_io_error(job, bench->policy, FALSE, bench->number);
    guint64 part = MIN(sim_job_chunk(job, bench->copies), job->total - job->progress);
    job->progress += part;
    sim_job_throttle(job, part);
    if (job->progress < job->total)
        return SIM_STEP_MORE;
    return job->cancel_asked || job->complete_asked ? SIM_STEP_DONE : bench->next;
}

static gboolean
idle(const SimJob *job)
{
    return ((Bench *)job->jobs->machine)->idle ||
           (job->status == SIM_JOB_READY && !job->complete_asked);
}

static gboolean
complete(SimJob *job, GError **error)
{
    (void)error;
    job->complete_asked = TRUE;
    return TRUE;
}

static gboolean
cancel_is_hard(const SimJob *job)
{
    return job->status != SIM_JOB_READY && job->status != SIM_JOB_STANDBY;
}

static gboolean
prepare(SimJob *job, GError **error)
{
    const char *refuse = ((Bench *)job->jobs->machine)->refuse;
    return refuse == NULL || sim_qmp_refuse(error, "%s", refuse);
}

static void
commit(SimJob *job)
{
    note(job->jobs->machine, job->id, ".", "commit");
}

static void
abort_job(SimJob *job)
{
    note(job->jobs->machine, job->id, ".", "abort");
}

static void
clean(SimJob *job)
{
    note(job->jobs->machine, job->id, ".", "clean");
}

static void
free_job(SimJob *job)
{
    note(job->jobs->machine, job->id, ".", "free");
}

#define ENDS                                                                                       \
    .prepare = prepare, .commit = commit, .abort = abort_job, .clean = clean, .free = free_job

static const SimJobDriver copier = {
    .type = "copy", .block_job = TRUE, .step = step, .idle = idle, ENDS};
static const SimJobDriver restless = {
    .type = "copy", .block_job = TRUE, .wakes = TRUE, .step = step, ENDS};
static const SimJobDriver mirror = {.type = "mirror",
                                    .block_job = TRUE,
                                    .ends_late = TRUE,
                                    .step = step,
                                    .idle = idle,
                                    .complete = complete,
                                    .cancel_is_hard = cancel_is_hard,
                                    ENDS};
static const SimJobDriver other = {.type = "create", .step = step};

static int
set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    bench->seen = g_string_new(NULL);
    bench->copies = 100;
    bench->next = SIM_STEP_DONE;
    sim_jobs_init(&bench->jobs, emit, bench, &bench->clock);
    *state = bench;
    return 0;
}

static int
tear_down(void **state)
{
    Bench *bench = *state;
    sim_jobs_clear(&bench->jobs);
    g_string_free(bench->seen, TRUE);
    g_free(bench);
    return 0;
}

static SimJob *
make(Bench *bench, const SimJobDriver *driver, SimJobOptions options)
{
    SimJob *job = sim_job_create(&bench->jobs, driver, &options, NULL);
    assert_non_null(job);
    job->total = 300;
    return job;
}

static SimJob *
begin(Bench *bench, const SimJobDriver *driver, SimJobOptions options)
{
    SimJob *job = make(bench, driver, options);
    sim_job_start(job);
    return job;
}

/* All that is due; then what was seen since the last time. */
static void
expect(Bench *bench, const char *expected)
{
    assert_string_equal(bench->seen->str, expected);
    g_string_truncate(bench->seen, 0);
}

static void
work(Bench *bench)
{
    while (sim_jobs_work(&bench->jobs))
        continue;
}

static void
refused(gboolean ok, GError **error, const char *text)
{
    assert_false(ok);
    assert_string_equal((*error)->message, text);
    g_clear_error(error);
}

static void
test_success(void **state)
{
    Bench *bench = *state;
    begin(bench, &copier, (SimJobOptions){.id = "j"});
    expect(bench, "j:created j:running");
    work(bench);
    expect(bench, "j:waiting j:pending j.commit j.clean j!COMPLETED j:concluded j:null j.free");
    assert_int_equal(bench->jobs.jobs->len, 0);
}

static void
test_other_jobs_have_no_block_job_events(void **state)
{
    Bench *bench = *state;
    GError *error = NULL;
    SimJob *job = begin(bench, &other, (SimJobOptions){.id = "j", .manual_dismiss = TRUE});
    work(bench);
    expect(bench, "j:created j:running j:waiting j:pending j:concluded");
    refused(sim_jobs_need_block(&bench->jobs, "j", &error) != NULL, &error,
            "Block job 'j' not found");
    json_t *shown = sim_jobs_query_block(&bench->jobs);
    assert_int_equal(json_array_size(shown), 0);
    json_decref(shown);
    assert_true(sim_job_dismiss(job, NULL));
}

static void
test_failure(void **state)
{
    Bench *bench = *state;
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j", .manual_dismiss = TRUE});
    sim_job_fail(job, "no");
    work(bench);
    expect(bench, "j:created j:running j:aborting j.abort j.clean j!COMPLETED j=no j:concluded");
    assert_string_equal(job->error, "no");
    assert_true(sim_job_dismiss(job, NULL));
    expect(bench, "j:null j.free");
}

static void
test_prepare_fails(void **state)
{
    Bench *bench = *state;
    bench->refuse = "no space";
    begin(bench, &copier, (SimJobOptions){.id = "j"});
    work(bench);
    expect(bench, "j:created j:running j:waiting j:pending j:aborting j.abort j.clean "
                  "j!COMPLETED j=no space j:concluded j:null j.free");
}

static void
test_manual_finalize_and_dismiss(void **state)
{
    Bench *bench = *state;
    GError *error = NULL;
    SimJobOptions options = {.id = "j", .manual_finalize = TRUE, .manual_dismiss = TRUE};
    SimJob *job = begin(bench, &copier, options);
    work(bench);
    expect(bench, "j:created j:running j:waiting j:pending j!PENDING");
    refused(sim_job_dismiss(job, &error), &error,
            "Job 'j' in state 'pending' cannot accept command verb 'dismiss'");
    assert_true(sim_job_finalize(job, NULL));
    expect(bench, "j.commit j.clean j!COMPLETED j:concluded");
    refused(sim_job_cancel(job, TRUE, &error), &error,
            "Job 'j' in state 'concluded' cannot accept command verb 'cancel'");
    assert_true(sim_job_dismiss(job, NULL));
    expect(bench, "j:null j.free");
}

static void
test_cancel_while_pending(void **state)
{
    Bench *bench = *state;
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j", .manual_finalize = TRUE});
    work(bench);
    g_string_truncate(bench->seen, 0);
    assert_true(sim_job_cancel(job, FALSE, NULL));
    expect(bench, "j:aborting j.abort j.clean j!CANCELLED j:concluded j:null j.free");
}

static void
test_cancel_while_running(void **state)
{
    Bench *bench = *state;
    SimJob *job =
        begin(bench, &copier, (SimJobOptions){.id = "j", .speed = 100, .manual_dismiss = TRUE});
    work(bench);
    assert_int_equal(job->progress, 100);
    g_string_truncate(bench->seen, 0);
    assert_true(sim_job_cancel(job, FALSE, NULL));
    expect(bench, "j:aborting j.abort j.clean j!CANCELLED j:concluded");
    assert_string_equal(job->error, "Operation canceled");
}

static void
test_speed_is_kept_by_the_clock(void **state)
{
    Bench *bench = *state;
    gint64 time = 0;
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j", .speed = 100});
    assert_false(sim_jobs_wake_time(&bench->jobs, &time));
    work(bench);
    assert_int_equal(job->progress, 100);
    assert_true(sim_jobs_wake_time(&bench->jobs, &time));
    assert_int_equal(time, 1000000000);
    bench->clock.now = 999999999;
    assert_false(sim_jobs_work(&bench->jobs));
    bench->clock.now++;
    work(bench);
    assert_int_equal(job->progress, 200);
    /* What is owed takes half the time at twice the speed. */
    assert_true(sim_job_set_speed(job, 200, NULL));
    assert_true(sim_jobs_wake_time(&bench->jobs, &time));
    assert_int_equal(time, 1500000000);
    assert_true(sim_job_set_speed(job, 0, NULL));
    g_string_truncate(bench->seen, 0);
    work(bench);
    expect(bench, "j:waiting j:pending j.commit j.clean j!COMPLETED j:concluded j:null j.free");
}

static void
test_what_cuts_a_sleep_short(void **state)
{
    Bench *bench = *state;
    SimJob *job = begin(bench, &restless, (SimJobOptions){.id = "j", .speed = 10});
    job->total = 1000;
    work(bench);
    assert_true(sim_job_pause(job, NULL));
    work(bench);
    assert_int_equal(job->progress, 100);
    assert_true(sim_job_resume(job, NULL));
    work(bench);
    assert_int_equal(job->progress, 200);
    assert_true(sim_job_set_speed(job, 5, NULL));
    work(bench);
    assert_int_equal(job->progress, 200);
    sim_jobs_drain_begin(&bench->jobs);
    sim_jobs_drain_end(&bench->jobs);
    work(bench);
    assert_int_equal(job->progress, 300);
    assert_true(sim_job_set_speed(job, 20, NULL));
    work(bench);
    assert_int_equal(job->progress, 400);
}

static void
test_bad_speed(void **state)
{
    Bench *bench = *state;
    GError *error = NULL;
    const char *text = "Parameter 'speed' expects a non-negative value";
    SimJobOptions options = {.id = "j", .speed = -1};
    refused(sim_job_create(&bench->jobs, &copier, &options, &error) != NULL, &error, text);
    expect(bench, "j:created j:null j.free");
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j"});
    refused(sim_job_set_speed(job, -1, &error), &error, text);
}

static void
test_pause_and_resume(void **state)
{
    Bench *bench = *state;
    GError *error = NULL;
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j"});
    refused(sim_job_resume(job, &error), &error, "Can't resume a job that was not paused");
    assert_true(sim_job_pause(job, NULL));
    refused(sim_job_pause(job, &error), &error, "Job is already paused");
    work(bench);
    expect(bench, "j:created j:running j:paused");
    assert_int_equal(job->progress, 0);
    assert_true(sim_job_resume(job, NULL));
    expect(bench, "j:running");
    assert_true(sim_job_pause(job, NULL));
    g_string_truncate(bench->seen, 0);
    assert_true(sim_job_cancel(job, TRUE, NULL));
    expect(bench, "j:running j:aborting j.abort j.clean j!CANCELLED j:concluded j:null j.free");
}

static void
test_a_drain_flips_jobs_at_work(void **state)
{
    Bench *bench = *state;
    bench->next = SIM_STEP_READY;
    begin(bench, &mirror, (SimJobOptions){.id = "m"});
    work(bench);
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j"});
    assert_true(sim_job_pause(job, NULL));
    g_string_truncate(bench->seen, 0);
    sim_jobs_drain_begin(&bench->jobs);
    begin(bench, &copier, (SimJobOptions){.id = "k"});
    sim_jobs_drain_end(&bench->jobs);
    expect(bench, "m:standby k:created k:running k:paused m:ready k:running");
    assert_int_equal(job->status, SIM_JOB_PAUSED);
}

static void
test_mirror_completes(void **state)
{
    Bench *bench = *state;
    GError *error = NULL;
    bench->next = SIM_STEP_READY;
    SimJob *job = begin(bench, &mirror, (SimJobOptions){.id = "j"});
    refused(sim_job_complete(job, &error), &error,
            "Job 'j' in state 'running' cannot accept command verb 'complete'");
    work(bench);
    expect(bench, "j:created j:running j:ready j!READY");
    assert_true(sim_job_pause(job, NULL));
    assert_true(sim_job_complete(job, NULL));
    work(bench);
    expect(bench, "j:standby");
    assert_true(sim_job_resume(job, NULL));
    expect(bench, "j:ready");
    work(bench);
    expect(bench, "j:waiting j:pending j.commit j.clean j!COMPLETED j:concluded j:null j.free");
}

static void
test_mirror_cancels_after_the_answer(void **state)
{
    Bench *bench = *state;
    bench->next = SIM_STEP_READY;
    for (guint hard = 0; hard < 2; hard++) {
        SimJob *job = begin(bench, &mirror, (SimJobOptions){.id = "j"});
        work(bench);
        g_string_truncate(bench->seen, 0);
        assert_true(sim_job_cancel(job, hard, NULL));
        expect(bench, "");
        work(bench);
        expect(bench, hard ? "j:aborting j.abort j.clean j!CANCELLED j:concluded j:null j.free"
                           : "j:waiting j:pending j.commit j.clean j!COMPLETED j:concluded "
                             "j:null j.free");
    }
}

static void
test_idle_jobs_wait(void **state)
{
    Bench *bench = *state;
    gint64 time = 0;
    bench->idle = TRUE;
    SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j"});
    assert_false(sim_jobs_work(&bench->jobs));
    assert_false(sim_jobs_wake_time(&bench->jobs, &time));
    assert_true(sim_job_cancel(job, FALSE, NULL));
    assert_int_equal(bench->jobs.jobs->len, 0);
}

/* Two jobs of one group; the older one is "a". */
static SimJobGroup *
begin_two(Bench *bench, SimJobOptions options, SimJob **a, SimJob **b)
{
    SimJobGroup *group = sim_job_group_new();
    options.group = group;
    options.id = "a";
    *a = make(bench, &copier, options);
    options.id = "b";
    *b = make(bench, &copier, options);
    sim_job_start(*a);
    sim_job_start(*b);
    g_string_truncate(bench->seen, 0);
    return group;
}

static void
test_a_group_succeeds_together(void **state)
{
    Bench *bench = *state;
    SimJob *a, *b;
    SimJobGroup *group = begin_two(bench, (SimJobOptions){.manual_finalize = TRUE}, &a, &b);
    assert_true(sim_job_pause(b, NULL));
    work(bench);
    expect(bench, "b:paused a:waiting");
    assert_false(sim_job_finalize(a, NULL));
    assert_true(sim_job_resume(b, NULL));
    work(bench);
    expect(bench, "b:running b:waiting b:pending b!PENDING a:pending a!PENDING");
    assert_true(sim_job_finalize(a, NULL));
    expect(bench, "b.commit b.clean b!COMPLETED b:concluded b:null b.free "
                  "a.commit a.clean a!COMPLETED a:concluded a:null a.free");
    sim_job_group_unref(group);
}

static void
test_one_cancelled_ends_the_group(void **state)
{
    Bench *bench = *state;
    SimJob *a, *b;
    SimJobGroup *group = begin_two(bench, (SimJobOptions){.speed = 10}, &a, &b);
    assert_true(sim_job_pause(b, NULL));
    g_string_truncate(bench->seen, 0);
    assert_true(sim_job_cancel(a, FALSE, NULL));
    expect(bench, "a:aborting b:running b:aborting b.abort b.clean b!CANCELLED b:concluded b:null "
                  "b.free a.abort a.clean a!CANCELLED a:concluded a:null a.free");
    sim_job_group_unref(group);
}

static void
test_one_failed_cancels_the_others(void **state)
{
    Bench *bench = *state;
    SimJob *a, *b;
    SimJobGroup *group = begin_two(bench, (SimJobOptions){.manual_dismiss = TRUE}, &a, &b);
    sim_job_fail(b, "no");
    sim_job_finish(b);
    expect(bench, "b:aborting b.abort b.clean b!COMPLETED b=no b:concluded "
                  "a:aborting a.abort a.clean a!CANCELLED a:concluded");
    assert_string_equal(a->error, "Operation canceled");
    sim_job_group_unref(group);
}

static void
test_what_an_io_error_does(void **state)
{
    static const struct {
        SimOnError policy;
        int number;
        const char *seen;
        const char *io_status;
    } rows[] = {
        {SIM_ON_ERROR_REPORT, EIO, "j!ERROR j:aborting", NULL},
        {SIM_ON_ERROR_STOP, EIO, "j!ERROR j:paused", "failed"},
        {SIM_ON_ERROR_STOP, ENOSPC, "j!ERROR j:paused", "nospace"},
        {SIM_ON_ERROR_ENOSPC, EIO, "j!ERROR j:aborting", NULL},
        {SIM_ON_ERROR_ENOSPC, ENOSPC, "j!ERROR j:paused", "nospace"},
        {SIM_ON_ERROR_AUTO, ENOSPC, "j!ERROR j:paused", "nospace"},
        {SIM_ON_ERROR_AUTO, EIO, "j!ERROR j:aborting", NULL},
        {SIM_ON_ERROR_IGNORE, EIO, "j!ERROR", "ok"},
    };
    Bench *bench = *state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        SimJob *job = begin(bench, &copier, (SimJobOptions){.id = "j"});
        g_string_truncate(bench->seen, 0);
        bench->policy = rows[i].policy;
        bench->number = rows[i].number;
        work(bench);
        bench->number = 0;
        assert_true(g_str_has_prefix(bench->seen->str, rows[i].seen));
        if (rows[i].io_status == NULL)
            continue;
        assert_string_equal(bench->seen->str, rows[i].seen);
        assert_string_equal(job->io_status, rows[i].io_status);
        assert_int_equal(sim_job_resume(job, NULL), rows[i].policy != SIM_ON_ERROR_IGNORE);
        assert_string_equal(job->io_status, "ok");
        bench->clock.now += 1000000000;
        work(bench);
        assert_int_equal(bench->jobs.jobs->len, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_success),
        TEST(test_other_jobs_have_no_block_job_events),
        TEST(test_failure),
        TEST(test_prepare_fails),
        TEST(test_manual_finalize_and_dismiss),
        TEST(test_cancel_while_pending),
        TEST(test_cancel_while_running),
        TEST(test_speed_is_kept_by_the_clock),
        TEST(test_what_cuts_a_sleep_short),
        TEST(test_bad_speed),
        TEST(test_pause_and_resume),
        TEST(test_a_drain_flips_jobs_at_work),
        TEST(test_mirror_completes),
        TEST(test_mirror_cancels_after_the_answer),
        TEST(test_idle_jobs_wait),
        TEST(test_a_group_succeeds_together),
        TEST(test_one_cancelled_ends_the_group),
        TEST(test_one_failed_cancels_the_others),
        TEST(test_what_an_io_error_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
