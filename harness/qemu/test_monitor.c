/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/qemu/test_fake_server.h"

#include "harness/qemu/monitor.h"
#include "spec/driver/hypervisor.h"

#define PATIENCE_MS 5000
#define GREETING "{\"QMP\":{\"version\":{},\"capabilities\":[\"oob\"]}}\r\n"
/* The first command is qmp_capabilities, so ours begin with 2. */
#define HELLO                                                                                      \
    {FAKE_SAY, GREETING}, {FAKE_TAKE},                                                             \
    {                                                                                              \
        FAKE_SAY, "{\"return\":{},\"id\":1}\r\n"                                                   \
    }

/* A command of ours comes and is answered. */
#define ANSWER(text)                                                                               \
    {FAKE_TAKE},                                                                                   \
    {                                                                                              \
        FAKE_SAY, text                                                                             \
    }

static QemuMonitor *
opened(const FakeServer *server)
{
    g_autoptr(GError) error = NULL;
    QemuMonitor *monitor = qemu_monitor_open_fd(server->fd, PATIENCE_MS, &error);
    assert_null(error);
    assert_non_null(monitor);
    return monitor;
}

static void
close_all(QemuMonitor *monitor, const FakeServer *server)
{
    qemu_monitor_free(monitor);
    fake_end(server);
}

static gboolean
send_command(QemuMonitor *monitor, GError **error)
{
    return qemu_monitor_command(monitor, "cont", NULL, -1, NULL, error);
}

/* The number that the answer to a query gives as "n". */
static void
assert_answer(QemuMonitor *monitor, const char *query, json_int_t n)
{
    json_t *reply = NULL;
    assert_true(qemu_monitor_command(monitor, query, NULL, -1, &reply, NULL));
    assert_int_equal(json_integer_value(json_object_get(reply, "n")), n);
    json_decref(reply);
}

/* The command fails so, and every later one too, at once. */
static void
assert_fails_for_good(const FakeStep *script, VmQmpClass class, const char *text)
{
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    g_autoptr(GError) error = NULL;
    assert_false(send_command(monitor, &error));
    assert_string_equal(error->message, text);
    assert_true(g_error_matches(error, VM_QMP_ERROR, class));
    g_autoptr(GError) again = NULL;
    gint64 began = g_get_monotonic_time();
    assert_false(send_command(monitor, &again));
    assert_true(g_error_matches(again, VM_QMP_ERROR, class));
    assert_null(qemu_monitor_next_event(monitor, PATIENCE_MS));
    assert_true(qemu_monitor_settled(monitor));
    assert_true(g_get_monotonic_time() - began < PATIENCE_MS * 500);
    close_all(monitor, &server);
}

static void
test_an_answer_is_handed_out(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        ANSWER("{\"return\":{\"n\":7},\"id\":2}"),
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    assert_answer(monitor, "query", 7);
    close_all(monitor, &server);
}

/* What was sent ahead is answered by the command that asks for it, which sends nothing. */
static void
test_what_was_sent_ahead_is_taken(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        ANSWER("{\"return\":{\"n\":7},\"id\":2}"),
        ANSWER("{\"return\":{},\"id\":3}"),
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    assert_true(qemu_monitor_send_ahead(monitor, "query"));
    assert_true(qemu_monitor_settled(monitor));
    assert_answer(monitor, "query", 7);
    assert_true(send_command(monitor, NULL));
    close_all(monitor, &server);
}

/* Another command waits for that answer, drops it and has its own. */
static void
test_what_was_sent_ahead_can_be_dropped(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        ANSWER("{\"return\":{\"n\":7},\"id\":2}"),
        ANSWER("{\"return\":{\"n\":8},\"id\":3}"),
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    assert_true(qemu_monitor_send_ahead(monitor, "query"));
    assert_answer(monitor, "other", 8);
    close_all(monitor, &server);
}

static void
test_a_number_beyond_63_bits_is_taken(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO, ANSWER("{\"return\":18446744073709551615,\"id\":2}"), {FAKE_END}};
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    json_t *reply = NULL;
    assert_true(qemu_monitor_command(monitor, "query", json_object(), -1, &reply, NULL));
    assert_true(json_number_value(reply) > 1.8e19);
    json_decref(reply);
    close_all(monitor, &server);
}

static void
test_an_error_answer_leaves_it_usable(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        ANSWER("{\"id\":2,\"error\":{\"class\":\"DeviceNotFound\",\"desc\":\"no d\"}}\n"),
        ANSWER("{\"id\":3,\"return\":{}}\n"),
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    g_autoptr(GError) error = NULL;
    assert_false(send_command(monitor, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_DEVICE_NOT_FOUND));
    assert_string_equal(error->message, "no d");
    assert_true(send_command(monitor, NULL));
    close_all(monitor, &server);
}

static void
test_events_are_queued_in_order(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        ANSWER("{\"event\":\"A\"}{\"event\":\"B\"}\n{\"return\":{},\"id\":2}\n{\"eve"),
        {FAKE_REST, NULL, 20},
        {FAKE_SAY, "nt\":\"C\",\"data\":{\"text\":\"\\\"}{\"}}"},
        {FAKE_WAIT},
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    assert_true(send_command(monitor, NULL));
    static const char *const names[] = {"A", "B", "C"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        json_t *event = qemu_monitor_next_event(monitor, PATIENCE_MS);
        assert_string_equal(json_string_value(json_object_get(event, "event")), names[i]);
        json_decref(event);
    }
    assert_null(qemu_monitor_next_event(monitor, 0));
    assert_null(qemu_monitor_next_event(monitor, 1));
    close_all(monitor, &server);
}

static void
test_a_late_answer_is_dropped(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        {FAKE_TAKE},
        {FAKE_REST, NULL, 100},
        {FAKE_SAY, "{\"return\":{\"late\":true},\"id\":2}\n"},
        ANSWER("{\"return\":{\"late\":false},\"id\":3}\n"),
        {FAKE_WAIT},
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    qemu_monitor_set_deadline(monitor, 20);
    g_autoptr(GError) error = NULL;
    assert_false(send_command(monitor, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
    assert_string_equal(error->message, "cont: no answer within 20 ms");
    assert_false(qemu_monitor_settled(monitor));
    g_clear_error(&error);
    assert_false(qemu_monitor_command(monitor, "stop", NULL, -1, NULL, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
    assert_string_equal(error->message, "stop was not sent: cont has no answer yet");

    assert_null(qemu_monitor_next_event(monitor, 150));
    assert_true(qemu_monitor_settled(monitor));
    qemu_monitor_set_deadline(monitor, PATIENCE_MS);
    json_t *reply = NULL;
    assert_true(qemu_monitor_command(monitor, "query", NULL, -1, &reply, NULL));
    assert_true(json_is_false(json_object_get(reply, "late")));
    json_decref(reply);
    close_all(monitor, &server);
}

static void
test_what_is_no_qmp_breaks_it(void **state)
{
    (void)state;
    static const struct {
        const char *said, *text;
    } rows[] = {
        {"HTTP/1.1 400 Bad Request\r\n",
         "what came is no JSON object: HTTP/1.1 400 Bad Request\\r\\n"},
        {"[1]", "what came is no JSON object: [1]"},
        {"{\"return\":}", "an object is malformed: {\"return\":}"},
        {"{\"return\":{},\"id\":3}",
         "an answer came to no command of ours: {\"return\":{},\"id\":3}"},
        {"{\"return\":{}}", "an answer came to no command of ours: {\"return\":{}}"},
        {"{\"return\":{},\"id\":\"2\"}",
         "an answer came to no command of ours: {\"return\":{},\"id\":\"2\"}"},
        {"{\"id\":2}", "an object is neither answer nor event: {\"id\":2}"},
        {"{\"error\":{},\"id\":2}", "an error lacks its class or text: {\"error\":{},\"id\":2}"},
        {"{\"event\":5}", "an event has no name: {\"event\":5}"},
        {GREETING, "a second greeting came: {\"QMP\":{\"version\":{},\"capabilities\":[\"oob\"]}}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const FakeStep script[] = {HELLO, ANSWER(rows[i].said), {FAKE_WAIT}, {FAKE_END}};
        assert_fails_for_good(script, VM_QMP_BROKEN, rows[i].text);
    }
}

static void
test_an_answer_that_nobody_asked_for_breaks_it(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO, ANSWER("{\"return\":{},\"id\":2}{\"return\":{},\"id\":2}"), {FAKE_WAIT}, {FAKE_END}};
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    send_command(monitor, NULL);
    g_autoptr(GError) error = NULL;
    assert_false(send_command(monitor, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_BROKEN));
    close_all(monitor, &server);
}

static void
test_half_an_answer_is_no_answer(void **state)
{
    (void)state;
    const FakeStep script[] = {HELLO, ANSWER("{\"return\":{\"a\""), {FAKE_END}};
    assert_fails_for_good(script, VM_QMP_BROKEN, "the connection ended in the middle of an object");
}

static void
test_the_end_of_the_connection_is_told(void **state)
{
    (void)state;
    const FakeStep script[] = {HELLO, {FAKE_TAKE}, {FAKE_END}};
    assert_fails_for_good(script, VM_QMP_DISCONNECTED, "the connection has ended");
}

static void
test_an_answer_before_the_end_counts(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO, ANSWER("{\"event\":\"E\"}{\"return\":{},\"id\":2}"), {FAKE_END}};
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    assert_true(send_command(monitor, NULL));
    json_t *event = qemu_monitor_next_event(monitor, PATIENCE_MS);
    assert_non_null(event);
    json_decref(event);
    assert_null(qemu_monitor_next_event(monitor, PATIENCE_MS));
    assert_true(qemu_monitor_disconnected(monitor));
    close_all(monitor, &server);
}

static void
test_a_flood_does_not_outlast_the_deadline(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO, {FAKE_TAKE}, {FAKE_MANY, "{\"event\":\"FLOOD\"}\n", 100000000}, {FAKE_END}};
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    qemu_monitor_set_deadline(monitor, 50);
    g_autoptr(GError) error = NULL;
    assert_false(send_command(monitor, &error));
    assert_int_equal(error->domain, VM_QMP_ERROR);
    assert_true(error->code == VM_QMP_TIMED_OUT || error->code == VM_QMP_BROKEN);
    close_all(monitor, &server);
}

static void
test_an_object_has_bounds(void **state)
{
    (void)state;
    g_autofree char *text = g_strnfill(1 << 20, 'x');
    const FakeStep script[] = {
        HELLO,       {FAKE_TAKE}, {FAKE_SAY, "{\"return\":\""}, {FAKE_MANY, text, 80},
        {FAKE_WAIT}, {FAKE_END}};
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    g_autoptr(GError) error = NULL;
    assert_false(send_command(monitor, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_BROKEN));
    assert_true(g_str_has_prefix(error->message, "an object is too long: {\"return\":\"xxx"));
    close_all(monitor, &server);
}

static void
test_opening_fails_on_what_is_no_monitor(void **state)
{
    (void)state;
    static const struct {
        FakeStep script[4];
        VmQmpClass class;
    } rows[] = {
        {{{FAKE_WAIT}, {FAKE_END}}, VM_QMP_TIMED_OUT},
        {{{FAKE_END}}, VM_QMP_DISCONNECTED},
        {{{FAKE_SAY, "SSH-2.0-OpenSSH"}, {FAKE_WAIT}, {FAKE_END}}, VM_QMP_BROKEN},
        {{{FAKE_SAY, "{\"return\":{},\"id\":1}" GREETING}, {FAKE_WAIT}, {FAKE_END}}, VM_QMP_BROKEN},
        {{{FAKE_SAY, GREETING}, {FAKE_WAIT}, {FAKE_END}}, VM_QMP_TIMED_OUT},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        FakeServer server = fake_start(rows[i].script);
        guint milliseconds = rows[i].class == VM_QMP_TIMED_OUT ? 50 : 10000;
        g_autoptr(GError) error = NULL;
        assert_null(qemu_monitor_open_fd(server.fd, milliseconds, &error));
        assert_true(g_error_matches(error, VM_QMP_ERROR, rows[i].class));
        fake_end(&server);
    }
}

static void
test_a_raw_dialogue_takes_all_that_comes(void **state)
{
    (void)state;
    const FakeStep script[] = {
        HELLO,
        ANSWER("{\"error\":{\"class\":\"GenericError\",\"desc\":\"JSON\"}}{\"event\":\"E\"}"),
        {FAKE_WAIT},
        {FAKE_END},
    };
    FakeServer server = fake_start(script);
    QemuMonitor *monitor = opened(&server);
    assert_true(qemu_monitor_send_text(monitor, "{oops}\n", NULL));
    json_t *error_answer = qemu_monitor_next_object(monitor, PATIENCE_MS, NULL);
    assert_non_null(json_object_get(error_answer, "error"));
    json_t *event = qemu_monitor_next_object(monitor, PATIENCE_MS, NULL);
    assert_non_null(json_object_get(event, "event"));
    json_decref(error_answer);
    json_decref(event);
    g_autoptr(GError) error = NULL;
    assert_null(qemu_monitor_next_object(monitor, 0, &error));
    assert_true(g_error_matches(error, VM_QMP_ERROR, VM_QMP_TIMED_OUT));
    close_all(monitor, &server);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_handed_out),
        cmocka_unit_test(test_what_was_sent_ahead_is_taken),
        cmocka_unit_test(test_what_was_sent_ahead_can_be_dropped),
        cmocka_unit_test(test_a_number_beyond_63_bits_is_taken),
        cmocka_unit_test(test_an_error_answer_leaves_it_usable),
        cmocka_unit_test(test_events_are_queued_in_order),
        cmocka_unit_test(test_a_late_answer_is_dropped),
        cmocka_unit_test(test_what_is_no_qmp_breaks_it),
        cmocka_unit_test(test_an_answer_that_nobody_asked_for_breaks_it),
        cmocka_unit_test(test_half_an_answer_is_no_answer),
        cmocka_unit_test(test_the_end_of_the_connection_is_told),
        cmocka_unit_test(test_an_answer_before_the_end_counts),
        cmocka_unit_test(test_a_flood_does_not_outlast_the_deadline),
        cmocka_unit_test(test_an_object_has_bounds),
        cmocka_unit_test(test_opening_fails_on_what_is_no_monitor),
        cmocka_unit_test(test_a_raw_dialogue_takes_all_that_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
