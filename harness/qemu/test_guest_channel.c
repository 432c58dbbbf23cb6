/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The dialogue with the guest, against bytes that a test writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>
#include "harness/qemu/guest_channel.h"
#include "harness/qemu/unix_socket.h"
#include "spec/api/error.h"

#define PATIENCE_MS 2000

/* The channel, and the guest's end of it. */
typedef struct {
    QemuGuestChannel *channel;
    int guest;
} Dialogue;

static int
set_up(void **state)
{
    static Dialogue dialogue;
    int ours = -1;
    json_t *config =
        json_pack("{s:[{s:s, s:s}, {s:s}]}", "device", "id", "vda", "serial", "one", "id", "vdb");
    if (!qemu_socket_pair(&ours, &dialogue.guest, NULL))
        return -1;
    dialogue.channel = qemu_guest_channel_new(ours, config);
    json_decref(config);
    *state = &dialogue;
    return 0;
}

static int
tear_down(void **state)
{
    Dialogue *dialogue = *state;
    qemu_guest_channel_free(dialogue->channel);
    if (dialogue->guest >= 0)
        close(dialogue->guest);
    return 0;
}

static void
say(const Dialogue *dialogue, const char *bytes)
{
    assert_int_equal(write(dialogue->guest, bytes, strlen(bytes)), strlen(bytes));
}

static void
assert_heard(const Dialogue *dialogue, const char *line)
{
    char bytes[512] = {0};
    assert_true(read(dialogue->guest, bytes, sizeof(bytes) - 1) > 0);
    assert_string_equal(bytes, line);
}

static void
assert_answered(const Dialogue *dialogue, const char *answer)
{
    g_autofree char *said = NULL;
    assert_int_equal(qemu_guest_channel_await(dialogue->channel, PATIENCE_MS, &said, NULL),
                     QEMU_GUEST_ANSWERED);
    assert_string_equal(said, answer);
}

static void
test_disks_are_named_by_their_place(void **state)
{
    const Dialogue *dialogue = *state;
    assert_true(qemu_guest_channel_send(dialogue->channel, "read  vdb 0 1K", NULL));
    assert_heard(dialogue, "\x01"
                           "1 read #1 0 1K\n");
    assert_true(qemu_guest_channel_send(dialogue->channel, "read one 0 1K", NULL));
    assert_heard(dialogue, "\x01"
                           "2 read #0 0 1K\n");
    assert_true(qemu_guest_channel_send(dialogue->channel, "ram set vda vdb", NULL));
    assert_heard(dialogue, "\x01"
                           "3 ram set vda vdb\n");
}

static void
test_an_error_names_the_users_disk(void **state)
{
    const Dialogue *dialogue = *state;
    assert_true(qemu_guest_channel_send(dialogue->channel, "read vdb 9T 1", NULL));
    say(dialogue, "\x01"
                  "1 error failed guest: beyond the end of disk '#1'\n");
    g_autoptr(GError) error = NULL;
    assert_int_equal(qemu_guest_channel_await(dialogue->channel, PATIENCE_MS, NULL, &error),
                     QEMU_GUEST_FAILED);
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_OPERATION_FAILED));
    assert_string_equal(error->message, "guest: beyond the end of disk 'vdb'");
}

static void
test_what_is_left_from_before_is_dropped(void **state)
{
    const Dialogue *dialogue = *state;
    assert_true(qemu_guest_channel_send(dialogue->channel, "counter", NULL));
    assert_int_equal(qemu_guest_channel_await(dialogue->channel, 1, NULL, NULL),
                     QEMU_GUEST_PENDING);
    assert_true(qemu_guest_channel_send(dialogue->channel, "counter", NULL));
    say(dialogue, "tail of a line\n\x01"
                  "0 ok ready\n\x01"
                  "1 ok 4711\n\x01"
                  "2 o");
    assert_int_equal(qemu_guest_channel_await(dialogue->channel, 1, NULL, NULL),
                     QEMU_GUEST_PENDING);
    say(dialogue, "\x01"
                  "2 ok 42\n");
    assert_answered(dialogue, "42");
}

static void
test_an_answer_may_be_empty(void **state)
{
    const Dialogue *dialogue = *state;
    assert_true(qemu_guest_channel_send(dialogue->channel, "flush", NULL));
    say(dialogue, "\x01"
                  "1 ok\n");
    assert_answered(dialogue, "");
}

static void
test_a_guest_that_goes_is_told_of(void **state)
{
    Dialogue *dialogue = *state;
    assert_true(qemu_guest_channel_send(dialogue->channel, "counter", NULL));
    close(dialogue->guest);
    dialogue->guest = -1;
    g_autoptr(GError) error = NULL;
    assert_int_equal(qemu_guest_channel_await(dialogue->channel, PATIENCE_MS, NULL, &error),
                     QEMU_GUEST_FAILED);
    assert_string_equal(error->message, "guest: its process has ended");
    assert_false(qemu_guest_channel_send(dialogue->channel, "counter", NULL));
}

static void
test_a_command_after_a_reset_waits_for_the_greeting(void **state)
{
    const Dialogue *dialogue = *state;
    say(dialogue, "\x01"
                  "0 ok ready\n");
    qemu_guest_channel_expect_reset(dialogue->channel, TRUE);
    say(dialogue, "\x01"
                  "0 ok ready\n");
    gint64 began = g_get_monotonic_time();
    assert_true(qemu_guest_channel_send(dialogue->channel, "counter", NULL));
    assert_true(g_get_monotonic_time() - began < PATIENCE_MS * 1000);
    say(dialogue, "\x01"
                  "1 ok 1\n");
    assert_answered(dialogue, "1");
}

static void
test_a_line_has_bounds(void **state)
{
    const Dialogue *dialogue = *state;
    g_autofree char *word = g_strnfill(300, 'x');
    g_autofree char *command = g_strdup_printf("ram set k %s", word);
    g_autoptr(GError) error = NULL;
    assert_false(qemu_guest_channel_send(dialogue->channel, command, &error));
    assert_true(g_error_matches(error, VM_ERROR, VIR_ERR_INVALID_ARG));
    assert_true(qemu_guest_channel_send(dialogue->channel, "counter", NULL));
    say(dialogue, "\x01");
    say(dialogue, command);
    say(dialogue, "\n\x01"
                  "1 ok 5\n");
    assert_answered(dialogue, "5");
}

#define CHANNEL_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CHANNEL_TEST(test_disks_are_named_by_their_place),
        CHANNEL_TEST(test_an_error_names_the_users_disk),
        CHANNEL_TEST(test_what_is_left_from_before_is_dropped),
        CHANNEL_TEST(test_an_answer_may_be_empty),
        CHANNEL_TEST(test_a_guest_that_goes_is_told_of),
        CHANNEL_TEST(test_a_command_after_a_reset_waits_for_the_greeting),
        CHANNEL_TEST(test_a_line_has_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
