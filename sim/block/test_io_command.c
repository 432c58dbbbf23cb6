/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include "sim/block/test_graph_rig.h"
#include "sim/block/io_command.h"

/* A command on a node prints this, rates left out, and ends so. */
static void
expect_io(GraphRig *rig, const char *name, const char *line, int result, const char *printed)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GError) refused = NULL;
    assert_int_equal(sim_io_command(graph_node(rig, name), NULL, line, out, &refused), result);
    assert_null(refused);
    char *rate = strstr(out->str, " ops; ");
    if (rate != NULL) {
        while (rate > out->str && rate[-1] != '\n')
            rate--;
        *rate = '\0';
    }
    assert_string_equal(out->str, printed);
    g_string_free(out, TRUE);
}

static void
test_what_was_written_is_read_through_the_chain(void **state)
{
    expect_io(*state, "base", "write -P 1 0 64k", 0, "wrote 65536/65536 bytes at offset 0\n");
    expect_io(*state, "mid", "read -P 1 0 64k", 0, "read 65536/65536 bytes at offset 0\n");
    expect_io(*state, "top", "write -P 0x02 4k 512", 0, "wrote 512/512 bytes at offset 4096\n");
    expect_io(*state, "top", "read -P 1 0 4k", 0, "read 4096/4096 bytes at offset 0\n");
    expect_io(*state, "top", "read -P 2 4k 512", 0, "read 512/512 bytes at offset 4096\n");
    expect_io(*state, "top", "read -P 0 64k 64k", 0, "read 65536/65536 bytes at offset 65536\n");
}

static void
test_another_pattern_is_told_of(void **state)
{
    expect_io(*state, "a", "write 0 1k", 0, "wrote 1024/1024 bytes at offset 0\n");
    expect_io(*state, "a", "read -P 0xcd 0 1k", 0, "read 1024/1024 bytes at offset 0\n");
    expect_io(*state, "a", "read -P 0xcd 0 2k", -EINVAL,
              "Pattern verification failed at offset 0, 2048 bytes\n"
              "read 2048/2048 bytes at offset 0\n");
}

static void
test_zeroes_hide_what_is_below(void **state)
{
    expect_io(*state, "base", "write -P 1 0 1M", 0, "wrote 1048576/1048576 bytes at offset 0\n");
    expect_io(*state, "mid", "write -z 0 512", 0, "wrote 512/512 bytes at offset 0\n");
    expect_io(*state, "mid", "read -P 0 0 512", 0, "read 512/512 bytes at offset 0\n");
    expect_io(*state, "mid", "read -P 1 512 512", 0, "read 512/512 bytes at offset 512\n");
}

static void
test_nothing_is_beyond_the_end(void **state)
{
    expect_io(*state, "a", "write 1M 1", -EIO, "write failed: Input/output error\n");
    expect_io(*state, "a", "read 0 1048577", -EIO, "read failed: Input/output error\n");
    expect_io(*state, "a", "length", 0, "1 MiB\n");
}

static void
test_misuse_is_told_of(void **state)
{
    expect_io(*state, "a", "foo 1 2", -EINVAL, "command \"foo\" not found\n");
    expect_io(*state, "a", "write", -EINVAL,
              "bad argument count 0 to write, expected at least 2 arguments\n");
    expect_io(*state, "a", "write -P 300 0 1", -EINVAL, "300 is not a valid pattern byte\n");
    expect_io(*state, "a", "write x 1", -EINVAL,
              "Parsing error: non-numeric argument, or extraneous/unrecognized suffix -- x\n");
}

static void
test_it_needs_the_permission_to_write(void **state)
{
    GraphRig *rig = *state;
    GString *out = g_string_new(NULL);
    g_autoptr(GError) refused = NULL;
    SimEdge *disk = NULL;
    assert_true(sim_graph_attach_device(rig->graph, "vda", "a", &disk, NULL));
    assert_int_equal(sim_io_command(graph_node(rig, "a"), NULL, "write 0 1", out, &refused),
                     -EPERM);
    assert_true(g_str_has_prefix(refused->message, "Permission conflict on node 'a': permissions "
                                                   "'write' are both required by an unnamed"));
    assert_int_equal(sim_io_command(graph_node(rig, "a"), disk, "write -q 0 1", out, NULL), 0);
    assert_int_equal(sim_io_command(graph_node(rig, "a"), NULL, "read -q 0 1", out, NULL), 0);
    assert_string_equal(out->str, "");
    sim_edge_free(disk);
    g_string_free(out, TRUE);
}

static void
test_images_of_another_process_are_not_written(void **state)
{
    GraphRig *rig = *state;
    GString *out = g_string_new(NULL);
    g_autoptr(GError) refused = NULL;
    assert_true(sim_graph_inactivate(rig->graph, NULL));
    assert_int_equal(sim_io_command(graph_node(rig, "a"), NULL, "write 0 1", out, &refused),
                     -EPERM);
    expect_refusal(&refused, "Block node is read-only");
    g_string_free(out, TRUE);
}

static void
test_sizes_have_suffixes(void **state)
{
    (void)state;
    guint64 size = 0;
    assert_true(sim_io_size("64k", &size) && size == 65536);
    assert_true(sim_io_size("0x200", &size) && size == 512);
    assert_true(sim_io_size("2T", &size) && size == G_GUINT64_CONSTANT(1) << 41);
    assert_false(sim_io_size("", &size));
    assert_false(sim_io_size("1X", &size));
    assert_false(sim_io_size("-1", &size));
    assert_false(sim_io_size("9E9", &size));
    assert_false(sim_io_size("16E", &size));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        GRAPH_TEST(test_what_was_written_is_read_through_the_chain),
        GRAPH_TEST(test_another_pattern_is_told_of),
        GRAPH_TEST(test_zeroes_hide_what_is_below),
        GRAPH_TEST(test_nothing_is_beyond_the_end),
        GRAPH_TEST(test_misuse_is_told_of),
        GRAPH_TEST(test_it_needs_the_permission_to_write),
        GRAPH_TEST(test_images_of_another_process_are_not_written),
        cmocka_unit_test(test_sizes_have_suffixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
