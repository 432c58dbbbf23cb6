/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What lets a job that sleeps because of its speed get on.
 */
#include "sim/vm/test_chain.h"

/* Where the job stands after each piece: the images take turns, or there is a hole. */
static const gint64 stands[] = {64 * 1024, 128 * 1024, 192 * 1024, 320 * 1024, 448 * 1024};

static void
start(Rig *rig)
{
    g_free(rig_guest(rig, "write vda 256K 64K one"));
    g_free(rig_guest(rig, "write vda 384K 64K two"));
    chain_grow(rig, "top", "upper", "512K");
    rig_do(rig, "block-stream", "{'job-id':'j','device':'upper','speed':1}");
    rig_do(rig, "query-jobs", NULL);
    assert_int_equal(chain_job_number(rig, "offset"), stands[0]);
}

/* Like rig_do(), for commands that return something else than an object, too. */
static void
ask(Rig *rig, const char *command, const char *arguments)
{
    g_autofree char *text = g_strdelimit(g_strdup(arguments == NULL ? "{}" : arguments), "'", '"');
    json_t *answer = vm_qmp_ask(rig->vm, command, json_loads(text, 0, NULL), NULL);
    assert_non_null(answer);
    json_decref(answer);
}

static guint
done(Rig *rig)
{
    gint64 offset = chain_job_number(rig, "offset");
    for (guint i = 0; i < G_N_ELEMENTS(stands); i++) {
        if (stands[i] == offset)
            return i;
    }
    fail_msg("the job stands at %" G_GINT64_FORMAT, offset);
    return 0;
}

/* How many pieces the job does because of a command. */
static guint
pieces(Rig *rig, const char *command, const char *arguments)
{
    guint before = done(rig);
    ask(rig, command, arguments);
    rig_do(rig, "query-jobs", NULL);
    return done(rig) - before;
}

static void
test_commands_that_drain_once(void **state)
{
    Rig *rig = *state;
    start(rig);
    assert_int_equal(pieces(rig, "transaction", "{'actions':[]}"), 1);
    assert_int_equal(pieces(rig, "stop", NULL), 1);
}

static void
test_a_use_that_comes_and_goes_drains_twice(void **state)
{
    Rig *rig = *state;
    start(rig);
    assert_int_equal(
        pieces(rig, "human-monitor-command", "{'command-line':'qemu-io mid \\'read 0 64k\\''}"), 2);
}

static void
test_other_nodes_do_not_matter(void **state)
{
    Rig *rig = *state;
    start(rig);
    assert_int_equal(
        pieces(rig, "human-monitor-command", "{'command-line':'qemu-io b \\'read 0 64k\\''}"), 0);
    assert_int_equal(pieces(rig, "block-dirty-bitmap-add", "{'node':'b','name':'m'}"), 0);
}

static void
test_reopening_drains_what_is_below(void **state)
{
    Rig *rig = *state;
    start(rig);
    assert_int_equal(
        pieces(rig, "blockdev-reopen",
               "{'options':[{'node-name':'b','driver':'qcow2','file':'fb','read-only':true}]}"),
        0);
    assert_int_equal(pieces(rig, "blockdev-reopen",
                            "{'options':[{'node-name':'a','driver':'qcow2','file':'fa',"
                            "'read-only':true}]}"),
                     1);
}

/* The stream is over before the snapshot looks for jobs on its node. */
static void
test_an_action_drains_its_node_after_all(void **state)
{
    Rig *rig = *state;
    ask(rig, "human-monitor-command", "{'command-line':'qemu-io b \\'write 0 1M\\''}");
    rig_image(rig, "/low.qcow2", NULL);
    rig_image(rig, "/high.qcow2", NULL);
    chain_node(rig, "low", "'b'");
    chain_node(rig, "high", "null");
    rig_do(rig, "block-stream", "{'job-id':'j','device':'low','speed':1}");
    rig_refused(rig, "blockdev-del", "{'node-name':'low'}",
                "Node 'low' is busy: block device is in use by block job: stream");
    rig_do(rig, "blockdev-snapshot", "{'node':'low','overlay':'high'}");
    chain_expect(rig, "low", "backing", NULL);
    chain_expect(rig, "high", "backing", "low");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CHAIN_TEST(test_commands_that_drain_once),
        CHAIN_TEST(test_a_use_that_comes_and_goes_drains_twice),
        CHAIN_TEST(test_other_nodes_do_not_matter),
        CHAIN_TEST(test_reopening_drains_what_is_below),
        CHAIN_TEST(test_an_action_drains_its_node_after_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
