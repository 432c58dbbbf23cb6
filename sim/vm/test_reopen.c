/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nodes that QEMU does not reopen, whoever asks.
 */
#include "sim/vm/test_machine.h"
#include <errno.h>

static void
add(Rig *rig, const char *options)
{
    rig_image(rig, "/c.qcow2", NULL);
    rig_do(rig, "blockdev-add", options);
}

static gboolean
is_read_only(Rig *rig, const char *name)
{
    json_t *nodes = vm_qmp_ask(rig->vm, "query-named-block-nodes", NULL, NULL);
    json_t *node;
    size_t index;
    gboolean read_only = FALSE;
    json_array_foreach(nodes, index, node)
    {
        if (strcmp(json_string_value(json_object_get(node, "node-name")), name) == 0)
            read_only = json_is_true(json_object_get(node, "ro"));
    }
    json_decref(nodes);
    return read_only;
}

static void
test_force_share_wants_read_only(void **state)
{
    Rig *rig = *state;
    rig_refused(rig, "blockdev-add",
                "{'driver':'qcow2','node-name':'c','file':'fa','force-share':true}",
                "force-share=on can only be used with read-only images");
    /* Who shares by force is in nobody's way, and says so of what it defines inline. */
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'c','read-only':true,'force-share':true,"
           "'file':{'driver':'file','filename':'/a.qcow2'}}");
    rig_refused(rig, "blockdev-add",
                "{'driver':'qcow2','node-name':'d','read-only':true,"
                "'file':{'driver':'file','filename':'/a.qcow2'}}",
                "Failed to get shared \"write\" lock");
}

static void
test_what_was_told_of_force_share_stays(void **state)
{
    Rig *rig = *state;
    add(rig, "{'driver':'qcow2','node-name':'c','force-share':false,"
             "'file':{'driver':'file','filename':'/c.qcow2'}}");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'c',"
                "'file':{'driver':'file','filename':'/c.qcow2'}}]}",
                "Option 'force-share' cannot be reset to its default value");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'c','force-share':false,"
                "'file':{'driver':'file','filename':'/c.qcow2','force-share':false}}]}",
                "Cannot change the option 'force-share'");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'a','file':'fa','force-share':false}]}",
                "Cannot change the option 'force-share'");
}

static void
test_a_base_that_cannot_be_reopened_stays_writable(void **state)
{
    Rig *rig = *state;
    add(rig, "{'driver':'qcow2','node-name':'c',"
             "'file':{'driver':'file','filename':'/c.qcow2','force-share':false}}");
    rig_do(rig, "blockdev-snapshot", "{'node':'c','overlay':'b'}");
    assert_false(is_read_only(rig, "c"));
    rig_image(rig, "/o.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'o','backing':null,"
           "'file':{'driver':'file','filename':'/o.qcow2'}}");
    rig_do(rig, "blockdev-snapshot", "{'node':'a','overlay':'o'}");
    assert_true(is_read_only(rig, "a"));
}

/* The base turns read-only with the whole transaction: until then it can be written to, and a job
 * that does keeps it so. */
static void
test_a_base_that_a_job_writes_to_stays_writable(void **state)
{
    Rig *rig = *state;
    add(rig, "{'driver':'qcow2','node-name':'c','file':{'driver':'file','filename':'/c.qcow2'}}");
    rig_do(rig, "transaction",
           "{'actions':[{'type':'blockdev-snapshot','data':{'node':'c','overlay':'b'}},"
           "{'type':'blockdev-backup',"
           "'data':{'job-id':'j','device':'a','target':'c','sync':'none'}}]}");
    assert_false(is_read_only(rig, "c"));
}

static void
test_a_disk_of_no_size_keeps_no_bitmap(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block_resize", "{'node-name':'b','size':0}");
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'m','persistent':true}");
    g_autofree char *text =
        rig_try(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true}]}");
    assert_non_null(text);
    assert_false(is_read_only(rig, "b"));
    rig_do(rig, "block-dirty-bitmap-remove", "{'node':'b','name':'m'}");
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true}]}");
}

static void
test_a_node_without_a_name_of_its_own_is_reopened_with_its_parent_only(void **state)
{
    Rig *rig = *state;
    add(rig, "{'driver':'qcow2','node-name':'c','file':{'driver':'file','filename':'/c.qcow2'}}");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'file','node-name':'#block100','filename':'/c.qcow2'}]}",
                "Cannot change the option 'node-name'");
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'qcow2','node-name':'c','read-only':true,"
           "'file':{'driver':'file','filename':'/c.qcow2'}}]}");
    assert_true(is_read_only(rig, "#block100"));
}

/* QEMU stores them before it knows whether the rest can be done, and takes that not back. */
static void
test_a_reopen_that_fails_late_leaves_bitmaps_fixed(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'p','persistent':true}");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true},"
                "{'driver':'qcow2','node-name':'nosuch','file':'fa'}]}",
                "Failed to find node with node-name='nosuch'");
    rig_do(rig, "block-dirty-bitmap-clear", "{'node':'b','name':'p'}");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true,"
                "'backing':'nosuch'}]}",
                "Cannot find device='' nor node-name='nosuch'");
    assert_false(is_read_only(rig, "b"));
    rig_refused(rig, "block-dirty-bitmap-clear", "{'node':'b','name':'p'}",
                "Bitmap 'p' is readonly and cannot be modified");
    g_autofree char *job =
        rig_job(rig, "blockdev-mirror",
                "{'job-id':'j','device':'a','target':'b','sync':'full','auto-dismiss':false}");
    assert_non_null(strstr(job, g_strerror(EPERM)));
    rig_do(rig, "blockdev-reopen", "{'options':[{'driver':'qcow2','node-name':'b','file':'fb'}]}");
    rig_do(rig, "block-dirty-bitmap-clear", "{'node':'b','name':'p'}");
}

static void
test_a_bitmap_added_while_read_only_forbids_to_stay_so(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-reopen",
           "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true}]}");
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'p','persistent':true}");
    rig_refused(rig, "blockdev-reopen",
                "{'options':[{'driver':'qcow2','node-name':'b','file':'fb','read-only':true}]}",
                "No write access");
    rig_do(rig, "blockdev-reopen", "{'options':[{'driver':'qcow2','node-name':'b','file':'fb'}]}");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_force_share_wants_read_only),
        RIG_TEST(test_what_was_told_of_force_share_stays),
        RIG_TEST(test_a_base_that_cannot_be_reopened_stays_writable),
        RIG_TEST(test_a_base_that_a_job_writes_to_stays_writable),
        RIG_TEST(test_a_disk_of_no_size_keeps_no_bitmap),
        RIG_TEST(test_a_node_without_a_name_of_its_own_is_reopened_with_its_parent_only),
        RIG_TEST(test_a_reopen_that_fails_late_leaves_bitmaps_fixed),
        RIG_TEST(test_a_bitmap_added_while_read_only_forbids_to_stay_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
