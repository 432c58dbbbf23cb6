/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/vm/graph_digest.h"
#include "sim/vm/test_machine.h"

/* The digest of the rig's machine as text; the caller frees it. */
static char *
digest(Rig *rig)
{
    json_t *nodes =
        vm_qmp_ask(rig->vm, "query-named-block-nodes", json_pack("{s:b}", "flat", TRUE), NULL);
    json_t *graph = vm_qmp_ask(rig->vm, "x-debug-query-block-graph", NULL, NULL);
    json_t *result = sim_graph_digest(nodes, graph);
    char *dumped = json_dumps(result, JSON_COMPACT);
    char *text = g_strdelimit(g_strdup(dumped), "\"", '\'');
    free(dumped);
    json_decref(result);
    json_decref(graph);
    json_decref(nodes);
    return text;
}

#define QCOW2_EDGE(name)                                                                           \
    "'block-driver " name " -file-> f" name                                                        \
    " perm=consistent-read,resize,write shared=consistent-read,write-unchanged'"

static void
test_nodes_users_and_permissions_are_told(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'b','name':'s'}");
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'x','disabled':true}");
    g_autofree char *text = digest(rig);
    assert_string_equal(
        text,
        "{'nodes':{'b':{'drv':'qcow2','ro':false,'file':'/b.qcow2','bitmaps':['name=x count=0 "
        "granularity=65536 recording=false busy=false persistent=false'],'snapshots':['s']},"
        "'fb':{'drv':'file','ro':false,'file':'/b.qcow2'},"
        "'a':{'drv':'qcow2','ro':false,'file':'/a.qcow2'},"
        "'fa':{'drv':'file','ro':false,'file':'/a.qcow2'}},"
        "'edges':['block-backend /machine/peripheral/vda/virtio-backend -root-> a "
        "perm=consistent-read,write shared=consistent-read,resize,write-unchanged'," QCOW2_EDGE(
            "a") "," QCOW2_EDGE("b") "]}");
}

static void
test_an_unused_overlay_takes_nothing_of_its_backing(void **state)
{
    Rig *rig = *state;
    rig_image(rig, "/o.qcow2", "/b.qcow2");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'o','backing':'b','file':{'driver':'file','filename':"
           "'/o.qcow2'}}");
    g_autofree char *text = digest(rig);
    assert_non_null(strstr(text, "'o':{'drv':'qcow2','ro':false,'file':'/o.qcow2',"
                                 "'backing_file':'/b.qcow2'}"));
    assert_non_null(strstr(text, "'block-driver o -backing-> b perm=0 "
                                 "shared=consistent-read,resize,write,write-unchanged'"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_nodes_users_and_permissions_are_told),
        RIG_TEST(test_an_unused_overlay_takes_nothing_of_its_backing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
