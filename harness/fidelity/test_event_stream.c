/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/fidelity/event_stream.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* A status of a job, and the command after which it came. */
typedef struct {
    const char *id;
    const char *status;
    guint after;
} Change;

typedef struct {
    EventStreams *streams;
    json_t *events; /* keeps what the streams borrow */
} Given;

static Given
given(const Change *changes, guint count)
{
    Given result = {event_streams_new(), json_array()};

    for (guint i = 0; i < count; i++) {
        json_t *event = json_pack("{s:s,s:{s:s,s:s}}", "event", "JOB_STATUS_CHANGE", "data", "id",
                                  changes[i].id, "status", changes[i].status);
        StreamEvent entry = {changes[i].after, i, event};

        json_array_append_new(result.events, event);
        event_streams_add(result.streams, "", entry);
    }
    event_streams_drop_drains(result.streams);
    return result;
}

static void
count_report(gpointer data, guint element, gboolean text_only, const char *text)
{
    (void)element;
    (void)text_only;
    (void)text;
    (*(guint *)data)++;
}

static guint
differences(const Change *expected, guint expected_count, const Change *got, guint got_count)
{
    Given a = given(expected, expected_count);
    Given b = given(got, got_count);
    guint count = 0;

    event_streams_compare(a.streams, b.streams, count_report, &count);
    event_streams_free(a.streams);
    event_streams_free(b.streams);
    json_decref(a.events);
    json_decref(b.events);
    return count;
}

#define DIFFERENCES(a, b) differences(a, G_N_ELEMENTS(a), b, G_N_ELEMENTS(b))

static void
test_jobs_are_not_ordered_against_each_other(void **state)
{
    static const Change a[] = {{"a", "created", 1}, {"b", "created", 1}, {"a", "running", 1}};
    static const Change b[] = {{"a", "created", 1}, {"a", "running", 1}, {"b", "created", 1}};

    (void)state;
    assert_int_equal(DIFFERENCES(a, b), 0);
}

static void
test_the_order_within_a_job_counts(void **state)
{
    static const Change a[] = {{"a", "created", 1}, {"a", "running", 1}};
    static const Change b[] = {{"a", "running", 1}, {"a", "created", 1}};

    (void)state;
    assert_int_equal(DIFFERENCES(a, b), 1);
}

static void
test_an_event_after_another_command_differs(void **state)
{
    static const Change a[] = {{"a", "created", 1}};
    static const Change b[] = {{"a", "created", 3}};

    (void)state;
    assert_int_equal(DIFFERENCES(a, b), 1);
}

static void
test_missing_and_unexpected_events_differ(void **state)
{
    static const Change a[] = {{"a", "created", 1}, {"a", "null", 1}};
    static const Change b[] = {{"a", "created", 1}, {"b", "created", 1}};

    (void)state;
    assert_int_equal(DIFFERENCES(a, b), 2);
}

static void
test_drains_are_dropped(void **state)
{
    static const Change a[] = {{"a", "running", 1}, {"a", "waiting", 2}};
    static const Change b[] = {{"a", "running", 1}, {"a", "paused", 2},  {"a", "running", 2},
                               {"a", "paused", 2},  {"a", "running", 2}, {"a", "waiting", 2}};

    (void)state;
    assert_int_equal(DIFFERENCES(a, b), 0);
}

static void
test_a_pause_that_was_asked_for_stays(void **state)
{
    static const Change a[] = {{"a", "running", 1}};
    static const Change b[] = {{"a", "running", 1}, {"a", "paused", 2}, {"a", "running", 3}};

    (void)state;
    assert_int_equal(DIFFERENCES(a, b), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_are_not_ordered_against_each_other),
        cmocka_unit_test(test_the_order_within_a_job_counts),
        cmocka_unit_test(test_an_event_after_another_command_differs),
        cmocka_unit_test(test_missing_and_unexpected_events_differ),
        cmocka_unit_test(test_drains_are_dropped),
        cmocka_unit_test(test_a_pause_that_was_asked_for_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
