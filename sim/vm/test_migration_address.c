/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/test_machine.h"

/* What query-migrate says went wrong; the caller frees it. */
static char *
failure(Rig *rig)
{
    json_t *reply = vm_qmp_ask(rig->vm, "query-migrate", NULL, NULL);
    assert_string_equal(json_string_value(json_object_get(reply, "status")), "failed");
    char *text = g_strdup(json_string_value(json_object_get(reply, "error-desc")));
    json_decref(reply);
    return text;
}

static void
restart_incoming(Rig *rig)
{
    rig_do(rig, "quit", NULL);
    rig->hv->ops->detach(rig->vm);
    rig->vm = rig_start(rig, "vm", TRUE, NULL);
    assert_non_null(rig->vm);
}

static void
test_nobody_listens_at_a_socket(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    rig_do(rig, "migrate", "{'uri':'unix:/no.sock'}");
    rig_expect_events(rig->vm, "RESUME setup failed");
    g_autofree char *text = failure(rig);
    assert_string_equal(text, "Failed to connect to '/no.sock': No such file or directory");
    rig_expect_status(rig, "running");
}

static void
test_a_command_that_does_not_read_breaks_the_pipe(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    rig_do(rig, "migrate", "{'uri':'exec:exit 1'}");
    g_autofree char *text = failure(rig);
    assert_string_equal(text, "Unable to write to command: Broken pipe");
    rig_expect_events(rig->vm, "RESUME setup MIGRATION_PASS active failed");
    rig_expect_status(rig, "running");
}

static void
test_a_file_takes_the_memory_over(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "cont", NULL);
    g_free(rig_guest(rig, "ram set k v"));
    rig_do(rig, "migrate", "{'uri':'exec:cat > /state'}");
    rig_expect_status(rig, "postmigrate");
    restart_incoming(rig);
    rig_do(rig, "cont", NULL);
    rig_do(rig, "migrate-incoming", "{'uri':'exec:cat /state'}");
    rig_expect_status(rig, "running");
    g_autofree char *value = rig_guest(rig, "ram get k");
    assert_string_equal(value, "v");
}

static void
test_a_source_that_never_ran_is_not_started(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "migrate", "{'uri':'exec:cat > /state'}");
    rig_expect_status(rig, "postmigrate");
    restart_incoming(rig);
    rig_do(rig, "cont", NULL);
    rig_do(rig, "migrate-incoming", "{'uri':'exec:cat /state'}");
    rig_expect_status(rig, "prelaunch");
}

static void
test_a_missing_file_is_no_stream(void **state)
{
    Rig *rig = *state;
    restart_incoming(rig);
    rig_do(rig, "migrate-incoming", "{'uri':'exec:cat /no'}");
    rig_refused(rig, "query-status", NULL, "instance 'vm' has ended");
}

static void
test_other_commands_are_refused_by_name(void **state)
{
    rig_refused(*state, "migrate", "{'uri':'exec:gzip > x'}",
                "Migration by 'exec:gzip > x' is not simulated");
    rig_refused(*state, "migrate", "{'uri':'rdma:x'}",
                "Parameter 'uri' expects a valid migration protocol");
    rig_do(*state, "migrate_cancel", NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_nobody_listens_at_a_socket),
        RIG_TEST(test_a_command_that_does_not_read_breaks_the_pipe),
        RIG_TEST(test_a_file_takes_the_memory_over),
        RIG_TEST(test_a_source_that_never_ran_is_not_started),
        RIG_TEST(test_a_missing_file_is_no_stream),
        RIG_TEST(test_other_commands_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
