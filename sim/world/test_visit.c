/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looks without a document tell the same as the documents do.
 */
#include "sim/vm/test_machine.h"

/* What a visit came by. */
typedef struct {
    const json_t *list;
    gsize count;
} Visited;

static void
expect_node(void *data, const char *node, const char *file)
{
    Visited *visited = data;
    const json_t *told = json_array_get(visited->list, visited->count++);
    assert_string_equal(node, json_string_value(json_object_get(told, "node")));
    assert_string_equal(file, json_string_value(json_object_get(told, "file")));
}

static void
expect_job(void *data, const char *id)
{
    Visited *visited = data;
    const json_t *told = json_array_get(visited->list, visited->count++);
    assert_string_equal(id, json_string_value(json_object_get(told, "id")));
}

static void
test_every_node_is_visited(void **state)
{
    Rig *rig = *state;
    json_t *nodes = sim_inspect_nodes(rig->world, "vm");
    Visited visited = {nodes, 0};
    assert_true(json_array_size(nodes) > 0);
    assert_true(sim_visit_nodes(rig->world, "vm", expect_node, &visited));
    assert_int_equal(visited.count, json_array_size(nodes));
    json_decref(nodes);
}

static void
test_every_job_is_visited(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "snapshot-save", "{'job-id':'j','tag':'s','vmstate':'a','devices':['a']}");
    json_t *jobs = sim_inspect_jobs(rig->world, "vm");
    Visited visited = {jobs, 0};
    assert_int_equal(json_array_size(jobs), 1);
    assert_true(sim_visit_jobs(rig->world, "vm", expect_job, &visited));
    assert_int_equal(visited.count, 1);
    json_decref(jobs);
}

static void
test_memory_is_told_by_its_digest(void **state)
{
    Rig *rig = *state;
    char digest[SIM_DIGEST_TEXT];
    g_autofree char *told = rig_ram_digest(rig, "vm");
    assert_true(sim_look_at_ram(rig->world, "vm", digest));
    assert_string_equal(digest, told);
}

static void
test_of_an_instance_that_is_none_nothing_is_told(void **state)
{
    Rig *rig = *state;
    char digest[SIM_DIGEST_TEXT];
    struct vm_content content;
    assert_false(sim_visit_nodes(rig->world, "none", expect_node, NULL));
    assert_false(sim_visit_jobs(rig->world, "none", expect_job, NULL));
    assert_false(sim_look_at_ram(rig->world, "none", digest));
    assert_false(sim_look_at_content(rig->world, "/none", &content));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_every_node_is_visited),
        RIG_TEST(test_every_job_is_visited),
        RIG_TEST(test_memory_is_told_by_its_digest),
        RIG_TEST(test_of_an_instance_that_is_none_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
