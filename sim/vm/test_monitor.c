/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sim/vm/command_line.h"
#include "sim/vm/monitor.h"

/* A machine without a board, and a session on it. */
typedef struct {
    SimFs *fs;
    SimClock clock;
    SimMachine *machine;
    SimSession *session;
} Rig;

static void
rig_start(Rig *rig, const char *program)
{
    const char *const guest[] = {"qemu-system-x86_64", "-machine", "none", "-nodefaults", NULL};
    const char *const daemon[] = {"qemu-storage-daemon", NULL};
    gboolean is_daemon = strcmp(program, daemon[0]) == 0;
    g_autoptr(GError) error = NULL;
    rig->machine = sim_machine_start_argv(rig->fs, &rig->clock, is_daemon ? daemon : guest, &error);
    assert_null(error);
    rig->session = sim_session_new(rig->machine);
}

static int
set_up(void **state)
{
    Rig *rig = g_new0(Rig, 1);
    rig->fs = sim_fs_new();
    rig->clock.now = SIM_CLOCK_START;
    rig_start(rig, "qemu-system-x86_64");
    *state = rig;
    return 0;
}

static void
rig_stop(Rig *rig)
{
    sim_session_free(rig->session);
    sim_machine_unref(rig->machine);
}

static int
tear_down(void **state)
{
    Rig *rig = *state;
    rig_stop(rig);
    sim_fs_free(rig->fs);
    g_free(rig);
    return 0;
}

/* Everything that comes out, one compact line each without time stamps; the caller frees it. */
static char *
take_all(Rig *rig)
{
    GString *text = g_string_new(NULL);
    json_t *object;
    while ((object = sim_session_take(rig->session, TRUE)) != NULL) {
        json_object_del(object, "timestamp");
        char *line = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
        g_string_append_printf(text, "%s\n", line);
        free(line);
        json_decref(object);
    }
    return g_string_free(text, FALSE);
}

static void
expect(Rig *rig, const char *input, const char *output)
{
    sim_session_feed(rig->session, input, strlen(input), NULL);
    g_autofree char *seen = take_all(rig);
    assert_string_equal(seen, output);
}

#define GREETING                                                                                   \
    "{\"QMP\":{\"capabilities\":[\"oob\"],\"version\":{\"package\":\"Debian "                      \
    "1:7.2+dfsg-7+deb12u18+b3\",\"qemu\":{\"major\":7,\"micro\":22,\"minor\":2}}}}\n"
#define RUNNING "{\"running\":true,\"singlestep\":false,\"status\":\"running\"}"
#define REFUSED(class, text) "{\"error\":{\"class\":\"" class "\",\"desc\":\"" text "\"}}\n"
#define BROKEN(text) REFUSED("GenericError", "JSON parse error, " text)

static void
negotiate(Rig *rig)
{
    expect(rig, "{'execute':'qmp_capabilities','arguments':{'enable':['oob']}}",
           GREETING "{\"return\":{}}\n");
}

static void
test_before_the_negotiation_there_is_no_command(void **state)
{
    expect(*state, "{'execute':'query-status'}{'execute':'nosuch','id':1}",
           GREETING REFUSED("CommandNotFound", "Expecting capabilities negotiation with "
                                               "'qmp_capabilities'") "{\"error\":{\"class\":"
                                                                     "\"CommandNotFound\",\"desc\":"
                                                                     "\"Expecting capabilities "
                                                                     "negotiation with "
                                                                     "'qmp_capabilities'\"},\"id\":"
                                                                     "1}\n");
    expect(*state, "{'execute':'qmp_capabilities','arguments':{'enable':['x']}}",
           REFUSED("GenericError", "Parameter 'enable[0]' does not accept value 'x'"));
}

static void
test_a_second_negotiation_is_no_command(void **state)
{
    negotiate(*state);
    expect(*state, "{'execute':'qmp_capabilities'}",
           REFUSED("CommandNotFound",
                   "Capabilities negotiation is already complete, command ignored"));
}

static void
test_requests_come_in_pieces_and_in_pairs(void **state)
{
    negotiate(*state);
    expect(*state, "{\"exec", "");
    expect(*state, "ute\":\"query-status\",\"id\":{\"a\":[1,null]}}{'execute':'query-status'}",
           "{\"id\":{\"a\":[1,null]},\"return\":" RUNNING "}\n{\"return\":" RUNNING "}\n");
}

static void
test_what_is_no_request_is_refused_by_name(void **state)
{
    negotiate(*state);
    expect(*state, "[]", REFUSED("GenericError", "QMP input must be a JSON object"));
    expect(*state, "{}", REFUSED("GenericError", "QMP input lacks member 'execute'"));
    expect(*state, "{'execute':3}",
           REFUSED("GenericError", "QMP input member 'execute' must be a string"));
    expect(*state, "{'execute':'stop','arguments':null}",
           REFUSED("GenericError", "QMP input member 'arguments' must be an object"));
    expect(*state, "{'execute':'stop','x':1}",
           REFUSED("GenericError", "QMP input member 'x' is unexpected"));
    expect(*state, "{'execute':'stop','exec-oob':'stop'}",
           REFUSED("GenericError", "QMP input member 'exec-oob' clashes with 'execute'"));
}

static void
test_after_broken_json_it_goes_on(void **state)
{
    negotiate(*state);
    expect(*state, "{'execute':'stop' 'x'}", BROKEN("expected separator in dict"));
    expect(*state, "{'a':1,'a':2}", BROKEN("duplicate key"));
    expect(*state, "{'a' 1}", BROKEN("missing : in object pair"));
    expect(*state, "{1:1}", BROKEN("key is not a string in object"));
    expect(*state, "[1 2]", BROKEN("expected separator in list"));
    expect(*state, "[truth]", BROKEN("invalid keyword 'truth'"));
    expect(*state, "['\\x']", BROKEN("invalid escape in string"));
    expect(*state, "['\xff']", BROKEN("invalid UTF-8 sequence in string"));
    expect(*state, "}", BROKEN("expecting value"));
    expect(*state, "@?!\n", BROKEN("stray '@'"));
    expect(*state, "[01]\n", BROKEN("stray '01]'"));
    expect(*state, "{'execute':'query-status'}", "{\"return\":" RUNNING "}\n");
}

static void
test_escapes_and_numbers_are_read(void **state)
{
    negotiate(*state);
    expect(*state,
           "{'execute':'query-status','id':['\\u00e9\\uD83D\\uDE00\\n\\'',-5,1.5e2,true,false]}",
           "{\"id\":[\"\xc3\xa9\xf0\x9f\x98\x80\\n'\",-5,150.0,true,false],\"return\":" RUNNING
           "}\n");
}

static void
test_nesting_is_bounded(void **state)
{
    negotiate(*state);
    g_autofree char *deep = g_strnfill(1025, '[');
    expect(*state, deep, REFUSED("GenericError", "JSON nesting depth limit exceeded"));
}

static void
test_only_few_commands_come_out_of_band(void **state)
{
    negotiate(*state);
    expect(*state, "{'exec-oob':'query-jobs'}",
           REFUSED("GenericError", "The command query-jobs does not support OOB"));
    expect(*state, "{'exec-oob':'migrate-pause'}",
           REFUSED("GenericError",
                   "migrate-pause is currently only supported during postcopy-active state"));
}

static void
test_out_of_band_must_be_asked_for(void **state)
{
    expect(*state, "{'execute':'qmp_capabilities'}", GREETING "{\"return\":{}}\n");
    expect(*state, "{'exec-oob':'migrate-pause'}",
           REFUSED("GenericError", "QMP input member 'exec-oob' is unexpected"));
}

static void
test_quit_ends_the_dialogue(void **state)
{
    negotiate(*state);
    expect(*state, "{'execute':'quit'}{'execute':'query-status'}",
           "{\"data\":{\"guest\":false,\"reason\":\"host-qmp-quit\"},\"event\":\"SHUTDOWN\"}\n"
           "{\"return\":{}}\n");
}

static void
test_a_storage_daemon_has_no_guest(void **state)
{
    Rig *rig = *state;
    rig_stop(rig);
    rig_start(rig, "qemu-storage-daemon");
    negotiate(rig);
    expect(rig, "{'execute':'query-status'}",
           REFUSED("CommandNotFound", "The command query-status has not been found"));
    expect(rig, "{'execute':'query-block'}", "{\"return\":[]}\n");
    expect(rig, "{'execute':'quit'}", "{\"return\":{}}\n");
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SESSION_TEST(test_before_the_negotiation_there_is_no_command),
        SESSION_TEST(test_a_second_negotiation_is_no_command),
        SESSION_TEST(test_requests_come_in_pieces_and_in_pairs),
        SESSION_TEST(test_what_is_no_request_is_refused_by_name),
        SESSION_TEST(test_after_broken_json_it_goes_on),
        SESSION_TEST(test_escapes_and_numbers_are_read),
        SESSION_TEST(test_nesting_is_bounded),
        SESSION_TEST(test_only_few_commands_come_out_of_band),
        SESSION_TEST(test_out_of_band_must_be_asked_for),
        SESSION_TEST(test_quit_ends_the_dialogue),
        SESSION_TEST(test_a_storage_daemon_has_no_guest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
