/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dirty bitmaps by QMP: what they record, and what becomes of them when a node
 * is closed, a process dies, the power fails.
 */
#include "sim/vm/test_machine.h"
#include "sim/block/image_bitmap.h"

#define ON_A(name) "{'node':'a','name':'" name "'}"

/* The bitmaps of a node, newest first: "name:count" with + recording, p persistent, b busy, ! not
 * consistent.  The caller frees it. */
static char *
bitmaps_of(Rig *rig, const char *node)
{
    json_t *reply = NULL;
    assert_true(
        rig->hv->ops->command(rig->vm, "query-named-block-nodes", NULL, NULL, &reply, NULL));
    GString *text = g_string_new(NULL);
    size_t i, j;
    json_t *info, *bitmap;
    json_array_foreach(reply, i, info)
    {
        if (strcmp(json_string_value(json_object_get(info, "node-name")), node) != 0)
            continue;
        json_array_foreach(json_object_get(info, "dirty-bitmaps"), j, bitmap)
        {
            g_string_append_printf(text, "%s%s:%d%s%s%s%s", j == 0 ? "" : " ",
                                   json_string_value(json_object_get(bitmap, "name")),
                                   (int)json_integer_value(json_object_get(bitmap, "count")),
                                   json_is_true(json_object_get(bitmap, "recording")) ? "+" : "",
                                   json_is_true(json_object_get(bitmap, "persistent")) ? "p" : "",
                                   json_is_true(json_object_get(bitmap, "busy")) ? "b" : "",
                                   json_is_true(json_object_get(bitmap, "inconsistent")) ? "!"
                                                                                         : "");
        }
    }
    json_decref(reply);
    return g_string_free(text, FALSE);
}

static void
expect_bitmaps(Rig *rig, const char *node, const char *expected)
{
    g_autofree char *text = bitmaps_of(rig, node);
    assert_string_equal(text, expected);
}

/* What the image stores: "name" with a auto, u in use, in its order. */
static void
expect_stored(Rig *rig, const char *path, const char *expected)
{
    SimImage *image = sim_inode_image(sim_fs_lookup(sim_world_fs(rig->world), path, NULL));
    const GPtrArray *list = sim_image_state(image)->bitmaps;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const SimStoredBitmap *stored = list->pdata[i];
        g_string_append_printf(text, "%s%s%s%s", i == 0 ? "" : " ", stored->name,
                               stored->enabled ? "a" : "", stored->in_use ? "u" : "");
    }
    assert_string_equal(text->str, expected);
}

static void
guest(Rig *rig, const char *command)
{
    g_free(rig_guest(rig, command));
}

/* End the process and start another. */
static void
restart(Rig *rig, gboolean orderly)
{
    if (orderly)
        rig_do(rig, "quit", NULL);
    else
        rig->hv->ops->kill(rig->vm);
    rig->hv->ops->detach(rig->vm);
    rig->vm = rig_start(rig, "vm", FALSE, NULL);
    assert_non_null(rig->vm);
}

static void
test_writes_are_recorded_by_what_records(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", ON_A("b"));
    rig_do(rig, "block-dirty-bitmap-add",
           "{'node':'a','name':'off','disabled':true,'granularity':512}");
    rig_do(rig, "cont", NULL);
    guest(rig, "write vda 65535 2 A");
    guest(rig, "read vda 512K 64K");
    expect_bitmaps(rig, "a", "off:0 b:131072+");
    rig_do(rig, "block-dirty-bitmap-enable", ON_A("off"));
    rig_do(rig, "block-dirty-bitmap-disable", ON_A("b"));
    guest(rig, "write vda 1000 100 zero");
    expect_bitmaps(rig, "a", "off:1024+ b:131072");
    rig_do(rig, "block-dirty-bitmap-clear", ON_A("b"));
    rig_do(rig, "block-dirty-bitmap-remove", ON_A("off"));
    expect_bitmaps(rig, "a", "b:0");
}

static void
test_additions_are_refused_with_reasons(void **state)
{
    Rig *rig = *state;
    static const struct {
        const char *arguments, *text;
    } rows[] = {
        {"{'node':'x','name':'b'}", "Cannot find device='x' nor node-name='x'"},
        {"{'node':'a','name':''}", "Bitmap name cannot be empty"},
        {"{'node':'a','name':'b'}", "Bitmap already exists: b"},
        {"{'node':'a','name':'c','granularity':0}",
         "Granularity must be power of 2 and at least 512"},
        {"{'node':'a','name':'c','granularity':4294967296}",
         "Parameter 'granularity' expects uint32_t"},
        {"{'node':'a','name':'c','granularity':768}",
         "Granularity must be power of 2 and at least 512"},
        {"{'node':'fa','name':'c','persistent':true}",
         "Can't store persistent bitmaps to fa: Operation not supported"},
    };
    rig_do(rig, "block-dirty-bitmap-add", ON_A("b"));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        rig_refused(rig, "block-dirty-bitmap-add", rows[i].arguments, rows[i].text);
    expect_bitmaps(rig, "a", "b:0+");
}

static void
test_a_close_stores_and_an_open_marks(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'p','persistent':true}");
    rig_do(rig, "block-dirty-bitmap-add",
           "{'node':'a','name':'q','persistent':true,'disabled':true}");
    rig_do(rig, "block-dirty-bitmap-add", ON_A("t"));
    expect_stored(rig, "/a.qcow2", "");
    rig_do(rig, "cont", NULL);
    guest(rig, "write vda 0 128K A");
    restart(rig, TRUE);
    expect_stored(rig, "/a.qcow2", "qu pau");
    expect_bitmaps(rig, "a", "p:131072+p q:0p");
    /* The order of the file stays, what is new comes last. */
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'r','persistent':true}");
    restart(rig, TRUE);
    expect_bitmaps(rig, "a", "r:0+p p:131072+p q:0p");
}

static void
test_after_a_crash_what_was_in_use_is_inconsistent(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'p','persistent':true}");
    restart(rig, TRUE);
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'new','persistent':true}");
    restart(rig, FALSE);
    expect_bitmaps(rig, "a", "p:0p!");
    rig_refused(rig, "block-dirty-bitmap-clear", ON_A("p"),
                "Bitmap 'p' is inconsistent and cannot be used");
    restart(rig, TRUE);
    expect_bitmaps(rig, "a", "p:0p!");
    rig_do(rig, "block-dirty-bitmap-remove", ON_A("p"));
    expect_stored(rig, "/a.qcow2", "");
}

static void
test_a_power_cut_leaves_the_mark(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'p','persistent':true}");
    restart(rig, TRUE);
    rig->hv->ops->kill(rig->vm);
    assert_int_equal(sim_fs_sync_dir(sim_world_fs(rig->world), "/"), 0);
    sim_fs_power_cut(sim_world_fs(rig->world));
    expect_stored(rig, "/a.qcow2", "pau");
}

static void
test_a_reopen_stores_and_marks_again(void **state)
{
    Rig *rig = *state;
    const char *reopen = "{'options':[{'node-name':'b','driver':'qcow2','file':'fb',"
                         "'read-only':true}]}";
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'p','persistent':true}");
    rig_do(rig, "blockdev-reopen", reopen);
    expect_stored(rig, "/b.qcow2", "pa");
    rig_refused(rig, "block-dirty-bitmap-remove", "{'node':'b','name':'p'}",
                "Bitmap 'p' is readonly and cannot be modified");
    rig_do(rig, "block-dirty-bitmap-disable", "{'node':'b','name':'p'}");
    rig_do(rig, "blockdev-reopen", "{'options':[{'node-name':'b','driver':'qcow2','file':'fb'}]}");
    expect_stored(rig, "/b.qcow2", "pau");
    expect_bitmaps(rig, "b", "p:0p");
    sim_fs_set_fault(sim_world_fs(rig->world), "/b.qcow2", SIM_FS_WRITE, 28, -1);
    g_autofree char *text = rig_try(rig, "blockdev-reopen", reopen);
    assert_non_null(text);
    sim_fs_clear_faults(sim_world_fs(rig->world));
    rig_do(rig, "block-dirty-bitmap-clear", "{'node':'b','name':'p'}");
    expect_stored(rig, "/b.qcow2", "pau");
}

static void
test_an_overlay_fixes_the_bitmaps_below(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'p','persistent':true}");
    rig_do(rig, "block-dirty-bitmap-add", ON_A("t"));
    const char *snapshot = "{'actions':[{'type':'blockdev-snapshot',"
                           "'data':{'node':'a','overlay':'b'}}";
    g_autofree char *aborted = g_strconcat(snapshot, ",{'type':'abort','data':{}}]}", NULL);
    g_autofree char *done = g_strconcat(snapshot, "]}", NULL);
    g_autofree char *text = rig_try(rig, "transaction", aborted);
    assert_string_equal(text, "Transaction aborted using Abort action");
    rig_do(rig, "block-dirty-bitmap-clear", ON_A("p"));
    rig_do(rig, "transaction", done);
    expect_stored(rig, "/a.qcow2", "pa");
    rig_refused(rig, "block-dirty-bitmap-clear", ON_A("p"),
                "Bitmap 'p' is readonly and cannot be modified");
    rig_do(rig, "block-dirty-bitmap-clear", ON_A("t"));
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'b','name':'p'}");
    rig_do(rig, "block-dirty-bitmap-merge",
           "{'node':'b','target':'p','bitmaps':[{'node':'a','name':'p'}]}");
}

static void
test_a_transaction_does_all_or_nothing(void **state)
{
    Rig *rig = *state;
    const char *actions =
        "{'actions':[{'type':'block-dirty-bitmap-add','data':{'node':'a','name':'new'}},"
        "{'type':'block-dirty-bitmap-clear','data':{'node':'a','name':'b0'}},"
        "{'type':'block-dirty-bitmap-disable','data':{'node':'a','name':'b1'}},"
        "{'type':'block-dirty-bitmap-merge',"
        " 'data':{'node':'a','target':'new','bitmaps':['b1',{'node':'a','name':'b1'}]}},"
        "{'type':'block-dirty-bitmap-remove','data':{'node':'a','name':'b2'}}";
    g_autofree char *busy = g_strconcat(
        actions, ",{'type':'block-dirty-bitmap-enable','data':{'node':'a','name':'b2'}}]}", NULL);
    g_autofree char *fine = g_strconcat(
        actions, ",{'type':'block-dirty-bitmap-enable','data':{'node':'a','name':'b1'}}]}", NULL);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *add = g_strdup_printf("{'node':'a','name':'b%u'}", i);
        rig_do(rig, "block-dirty-bitmap-add", add);
    }
    rig_do(rig, "cont", NULL);
    guest(rig, "write vda 0 64K A");
    rig_refused(rig, "transaction", busy,
                "Bitmap 'b2' is currently in use by another operation and cannot be used");
    /* QEMU 7.2 disables what it refuses to enable. */
    expect_bitmaps(rig, "a", "b2:65536 b1:65536+ b0:65536+");
    rig_do(rig, "transaction", fine);
    expect_bitmaps(rig, "a", "new:65536+ b1:65536+ b0:0+");
}

static void
test_a_merge_of_nothing_kills_the_process(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "block-dirty-bitmap-add", ON_A("b"));
    g_autofree char *text =
        rig_try(rig, "block-dirty-bitmap-merge", "{'node':'a','target':'b','bitmaps':[]}");
    int status = 0;
    assert_non_null(text);
    assert_true(rig->hv->ops->ended(rig->vm, &status));
    assert_int_equal(status, -11);
}

static void
test_enabling_what_is_not_there_kills_only_in_a_transaction(void **state)
{
    Rig *rig = *state;
    rig_refused(rig, "block-dirty-bitmap-enable", ON_A("x"), "Dirty bitmap 'x' not found");
    g_autofree char *text =
        rig_try(rig, "transaction",
                "{'actions':[{'type':'block-dirty-bitmap-enable','data':" ON_A("x") "}]}");
    int status = 0;
    assert_non_null(text);
    assert_true(rig->hv->ops->ended(rig->vm, &status));
    assert_int_equal(status, -11);
}

static void
test_any_bitmap_hinders_the_load_of_a_snapshot(void **state)
{
    Rig *rig = *state;
    rig_do(rig, "blockdev-snapshot-internal-sync", "{'device':'a','name':'s'}");
    rig_do(rig, "block-dirty-bitmap-add", "{'node':'a','name':'b','disabled':true}");
    g_autofree char *text =
        rig_job(rig, "snapshot-load", "{'job-id':'j','tag':'s','vmstate':'a','devices':['a']}");
    assert_non_null(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_writes_are_recorded_by_what_records),
        RIG_TEST(test_additions_are_refused_with_reasons),
        RIG_TEST(test_a_close_stores_and_an_open_marks),
        RIG_TEST(test_after_a_crash_what_was_in_use_is_inconsistent),
        RIG_TEST(test_a_power_cut_leaves_the_mark),
        RIG_TEST(test_a_reopen_stores_and_marks_again),
        RIG_TEST(test_an_overlay_fixes_the_bitmaps_below),
        RIG_TEST(test_a_transaction_does_all_or_nothing),
        RIG_TEST(test_a_merge_of_nothing_kills_the_process),
        RIG_TEST(test_enabling_what_is_not_there_kills_only_in_a_transaction),
        RIG_TEST(test_any_bitmap_hinders_the_load_of_a_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
