/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What blockdev-backup refuses, and that it has changed nothing then.
 */
#include "sim/vm/test_backup.h"

static void
test_each_refusal_changes_nothing(void **state)
{
    Rig *rig = *state;
    static const struct {
        const char *arguments;
        const char *text;
    } rows[] = {
        {"'device':'x','target':'b','sync':'full'", "Cannot find device='x' nor node-name='x'"},
        {"'device':'a','target':'x','sync':'full'", "Cannot find device='x' nor node-name='x'"},
        {"'device':'a','target':'a','sync':'full'", "Source and target cannot be the same"},
        {"'device':'a','target':'big','sync':'full'",
         "Source and target image have different sizes"},
        {"'device':'a','target':'b','sync':'incremental'",
         "must provide a valid bitmap name for 'incremental' sync mode"},
        {"'device':'a','target':'b','sync':'bitmap'",
         "must provide a valid bitmap name for 'bitmap' sync mode"},
        {"'device':'a','target':'b','sync':'incremental','bitmap':'m','bitmap-mode':'never'",
         "Bitmap sync mode must be 'on-success' when using sync mode 'incremental'"},
        {"'device':'a','target':'b','sync':'incremental','bitmap':'x'",
         "Bitmap 'x' could not be found"},
        {"'device':'a','target':'b','sync':'bitmap','bitmap':'m'",
         "Bitmap sync mode must be given when providing a bitmap"},
        {"'device':'a','target':'b','sync':'none','bitmap':'m','bitmap-mode':'always'",
         "sync mode 'none' does not produce meaningful bitmap outputs"},
        {"'device':'a','target':'b','sync':'top','bitmap':'m','bitmap-mode':'never'",
         "Bitmap sync mode 'never' has no meaningful effect when combined with sync mode 'top'"},
        {"'device':'a','target':'b','sync':'full','bitmap-mode':'never'",
         "Cannot specify bitmap sync mode without a bitmap"},
        {"'device':'a','target':'b','sync':'full','speed':-1",
         "Parameter 'speed' expects a non-negative value"},
        {"'device':'a','target':'fb','sync':'full','compress':true",
         "Compression is not supported for this drive "},
        {"'device':'a','target':'b','sync':'full','x-perf':{'max-workers':0}",
         "max-workers must be between 1 and 2147483647"},
        {"'device':'a','target':'b','sync':'full','x-perf':{'max-chunk':-1}",
         "max-chunk must be zero (which means no limit) or positive"},
        {"'device':'a','target':'b','sync':'incremental','bitmap':'m','x-perf':{'max-chunk':4096}",
         "Required max-chunk (4096) is less than backup cluster size (65536)"},
        {"'device':'a','target':'b','sync':'full','filter-node-name':'a'",
         "Could not create node: Duplicate nodes with node-name='a'"},
        {"'device':'a','target':'b','sync':'full','filter-node-name':'0'",
         "Could not create node: Invalid node-name: '0'"},
        {"'device':'a','target':'ro','sync':'full'",
         "Could not create node: Block node is read-only"},
        {"'device':'a','target':'b','sync':'odd'", "Parameter 'sync' does not accept value 'odd'"},
    };
    rig_image(rig, "/ro.qcow2", NULL);
    assert_true(
        rig->hv->ops->image_create(rig->hv, "/big.qcow2", "qcow2", 2 << 20, NULL, NULL, NULL));
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'big','file':{'driver':'file','filename':'/big.qcow2'}}");
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'ro','read-only':true,"
           "'file':{'driver':'file','filename':'/ro.qcow2'}}");
    rig_add_bitmap(rig, "m", 65536);
    json_t *before = sim_inspect_nodes(rig->world, "vm");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *arguments = g_strdup_printf("{'job-id':'j',%s}", rows[i].arguments);
        rig_refused(rig, "blockdev-backup", arguments, rows[i].text);
        json_t *after = sim_inspect_nodes(rig->world, "vm");
        assert_true(json_equal(before, after));
        json_decref(after);
        rig_expect_bitmaps(rig, "a", "m:0k*");
    }
    json_decref(before);
}

static void
test_ids_and_busy_bitmaps(void **state)
{
    Rig *rig = *state;
    rig_add_bitmap(rig, "m", 0);
    rig_image(rig, "/t.qcow2", NULL);
    rig_do(rig, "blockdev-add",
           "{'driver':'qcow2','node-name':'t','file':{'driver':'file','filename':'/t.qcow2'}}");
    rig_refused(rig, "blockdev-backup", "{'device':'a','target':'b','sync':'full'}",
                "Invalid job ID ''");
    rig_do(rig, "blockdev-backup",
           "{'job-id':'j','device':'a','target':'b','sync':'incremental','bitmap':'m',"
           "'auto-finalize':false}");
    rig_refused(rig, "blockdev-backup", "{'job-id':'j','device':'a','target':'t','sync':'full'}",
                "Job ID 'j' already in use");
    rig_refused(rig, "blockdev-backup",
                "{'job-id':'k','device':'a','target':'t','sync':'incremental','bitmap':'m'}",
                "Bitmap 'm' is currently in use by another operation and cannot be used");
    rig_do(rig, "blockdev-backup", "{'job-id':'k','device':'a','target':'t','sync':'full'}");
    rig_do(rig, "job-cancel", "{'id':'j'}");
    rig_expect_bitmaps(rig, "a", "m:0k*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_each_refusal_changes_nothing),
        RIG_TEST(test_ids_and_busy_bitmaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
